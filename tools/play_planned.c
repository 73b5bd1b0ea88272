// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play_planned.h"

#include <stdio.h>
#include <string.h>

#include "interrupt.h"
#include "message.h"
#include "model_args.h"
#include "play_schedule.h"
#include "profile_progress.h"

enum { INPUTS_MAX = 64, NAME_BYTES = 4096 };

// Arguments as typed: NAME:VALUE.
static bool set_inputs(const struct tool_strings *texts, struct rondo_schedule_play_options *options) {
  static char names[INPUTS_MAX][NAME_BYTES];
  static struct rondo_schedule_input inputs[INPUTS_MAX];
  for (int i = 0; i < texts->count; ++i) {
    const char *colon = strchr(texts->items[i], ':');
    if (i == INPUTS_MAX || colon == NULL || colon == texts->items[i] || colon - texts->items[i] >= NAME_BYTES) {
      rdo_tool_message("--input %.200s: at most %d of them, each beginning with the name of a job, such as control:1x64xf32=0.5", texts->items[i], INPUTS_MAX);
      return false;
    }
    snprintf(names[i], sizeof names[i], "%.*s", (int)(colon - texts->items[i]), texts->items[i]);
    inputs[i] = (struct rondo_schedule_input){.job = names[i], .text = colon + 1};
  }
  options->inputs = inputs;
  options->input_count = texts->count;
  return true;
}

// Says what is wrong, and what is done about it.
static void tell_refusal(const struct tool_play_refusal *refusal, const char *remedy) {
  if (remedy == NULL) rdo_tool_print_failure(NULL, refusal->status, &refusal->diag);
  else rdo_tool_message("%s: %s", refusal->diag.message, remedy);
}

int rdo_tool_play_planned(const char *path, struct tool_play_args *args, bool *out_needs_jobs) {
  struct rondo_schedule_play_options *options = &args->schedule.options;
  struct tool_play_refusal refusal;
  *out_needs_jobs = false;
  if (!set_inputs(&args->inputs, options)) return TOOL_EXIT_USAGE;
  options->read_input = rdo_tool_play_read_input;
  options->note = rdo_tool_play_note;
  options->calibrating = rdo_tool_profile_progress;
  options->stop = &rdo_tool_was_interrupted;
  rdo_tool_interrupt_begin();
  if (options->plans_jobs) rdo_tool_interrupt_ask(NULL, NULL);
  int code = rdo_tool_play_schedule(path, args, &refusal);
  if (refusal.status == RONDO_OK) return code;
  bool falls_back = args->schedule.fallback != NULL, has_nodes = !options->plans_jobs && !refusal.is_late;
  if (falls_back && has_nodes) {
    tell_refusal(&refusal, "its dispatches are played without its lanes and times");
    options->ignores_plan = true;
    options->policy = args->schedule.fallback;
    code = rdo_tool_play_schedule(path, args, &refusal);
    if (refusal.status == RONDO_OK) return code;
  }
  tell_refusal(&refusal, falls_back ? "its jobs are played without a plan" : NULL);
  *out_needs_jobs = falls_back;
  return code;
}

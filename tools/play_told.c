// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play_told.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "results.h"

static const int64_t counted_iterations_max = 1000000000;  // more are as good as no end
static const int64_t shown_elements_max = 1024;

// Progress -----------------------------------------------------------------------------------------------

static void report(void *user, const struct rondo_schedule_progress *progress) {
  const struct tool_play_told *told = user;
  int64_t number = progress->iteration + 1;
  char count[32] = "", planned[48] = "";
  if (told->report_every == 0 || number % told->report_every != 0) return;
  if (progress->iteration_count > 0 && progress->iteration_count <= counted_iterations_max) snprintf(count, sizeof count, " of %" PRId64, progress->iteration_count);
  if (told->planned_makespan_ns > 0) snprintf(planned, sizeof planned, ", planned %.3f ms", (double)told->planned_makespan_ns / 1e6);
  fprintf(stderr, "iteration %" PRId64 "%s: %.3f ms%s, starts up to %.1f us after they could\n", number, count, (double)progress->makespan_ns / 1e6, planned,
          (double)progress->delay_ns_max / 1e3);
}

// Results ------------------------------------------------------------------------------------------------

static bool is_kept(const struct tool_play_told *told, const char *instance) {
  for (size_t i = 0; i < told->call_count; ++i) {
    if (strcmp(told->calls[i].instance, instance) == 0) return true;
  }
  return false;
}

static bool grow(struct tool_play_told *told) {
  if (told->call_count < told->call_capacity) return true;
  size_t capacity = told->call_capacity == 0 ? 16 : 2 * told->call_capacity;
  struct tool_told_call *calls = realloc(told->calls, capacity * sizeof *calls);
  if (calls == NULL) return false;
  told->calls = calls;
  told->call_capacity = capacity;
  return true;
}

// Tensors are held, numbers copied; nothing else can be held, and prints as null.
static bool keep(struct tool_play_told *told, const char *instance, const struct rondo_value *outputs, int output_count) {
  struct rondo_value *kept = calloc((size_t)output_count + 1, sizeof *kept);
  if (kept == NULL || !grow(told)) {
    free(kept);
    return false;
  }
  for (int i = 0; i < output_count; ++i) {
    if (outputs[i].kind > RONDO_VALUE_TENSOR) continue;
    kept[i] = outputs[i];
    if (kept[i].kind == RONDO_VALUE_TENSOR) rondo_tensor_retain(kept[i].tensor);
  }
  told->calls[told->call_count++] = (struct tool_told_call){instance, kept, output_count};
  return true;
}

static void end_call(void *user, const char *instance, const struct rondo_value *outputs, int output_count) {
  struct tool_play_told *told = user;
  pthread_mutex_lock(&told->lock);
  if (!is_kept(told, instance) && !keep(told, instance, outputs, output_count)) told->is_out_of_memory = true;
  pthread_mutex_unlock(&told->lock);
}

bool rdo_tool_told_print_results(const struct tool_play_told *told) {
  for (size_t i = 0; i < told->call_count; ++i) {
    char name[TOOL_NAME_TEXT_BYTES];
    printf("%s\n", rdo_tool_printable(told->calls[i].instance, name, sizeof name));
    rdo_tool_results_print(stdout, told->calls[i].outputs, told->calls[i].output_count, shown_elements_max);
  }
  if (told->is_out_of_memory) rdo_tool_message("out of memory: some results are missing");
  return !told->is_out_of_memory;
}

// ----------------------------------------------------------------------------------------------------------

static void explain(void *user, const char *path, bool is_there) {
  (void)user;
  fprintf(stderr, "%s %s\n", is_there ? "found " : "not at", path);
}

void rdo_tool_told_begin(struct tool_play_told *told, const struct tool_schedule_args *args, struct rondo_schedule_play_options *options) {
  *told = (struct tool_play_told){.report_every = args->report_every, .lock = PTHREAD_MUTEX_INITIALIZER};
  if (args->report_every > 0) options->iterated = report;
  if (args->wants_results) options->ended = end_call;
  if (args->wants_explanation) options->look = explain;
  options->user = told;
}

void rdo_tool_told_end(struct tool_play_told *told) {
  for (size_t i = 0; i < told->call_count; ++i) {
    for (int k = 0; k < told->calls[i].output_count; ++k) rondo_value_release(&told->calls[i].outputs[k]);
    free(told->calls[i].outputs);
  }
  free(told->calls);
}

void rdo_tool_told_print_order(const struct rondo_schedule_player *player) {
  struct rondo_schedule_player_info info;
  rondo_schedule_player_info(player, &info);
  printf("%d dispatches in topological order: planned start and duration in ms, target, job, dispatch\n", info.node_count);
  for (int i = 0; i < info.node_count; ++i) {
    struct rondo_schedule_place place;
    char target[TOOL_NAME_TEXT_BYTES], job[TOOL_NAME_TEXT_BYTES], key[TOOL_NAME_TEXT_BYTES];
    rondo_schedule_player_place(player, i, &place);
    printf("%12.6f %12.6f  %s  %s  %s\n", (double)place.start_ns / 1e6, (double)place.duration_ns / 1e6, rdo_tool_printable(place.target, target, sizeof target),
           rdo_tool_printable(place.job, job, sizeof job), rdo_tool_printable(place.key, key, sizeof key));
  }
  fflush(stdout);
}

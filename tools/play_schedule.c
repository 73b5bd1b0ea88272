// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play_schedule.h"

#include <stdio.h>
#include <string.h>

#include "interrupt.h"
#include "message.h"
#include "model_args.h"
#include "options.h"
#include "play_models.h"
#include "play_told.h"
#include "profile_progress.h"
#include "rondo/files.h"
#include "trace_text.h"

static void stop(void *user) { rondo_schedule_player_stop(user); }

// Keys come in any order, so all of it is looked through.
bool rdo_tool_is_schedule(const char *path) {
  static const char key[] = "\"dispatches\"";
  enum { KEPT = sizeof key - 2 };
  char bytes[65536];
  size_t length = strlen(path), kept = 0, count;
  bool is_found = false;
  if (length < 5 || strcmp(path + length - 5, ".json") != 0) return false;
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;  // told by whoever plays it
  while (!is_found && (count = fread(bytes + kept, 1, sizeof bytes - kept, file)) != 0) {
    size_t size = kept + count;
    is_found = memmem(bytes, size, key, sizeof key - 1) != NULL;
    kept = size < KEPT ? size : KEPT;
    memmove(bytes, bytes + size - kept, kept);
  }
  fclose(file);
  return is_found;
}

static void print_bytes(void *user, const void *bytes, size_t size) {
  (void)user;
  (void)fwrite(bytes, 1, size, stdout);
}

static enum rondo_status report(const char *path, const struct rondo_schedule_player_info *info, const struct rondo_trace_table *table,
                                const struct tool_play_args *args, struct rondo_diag *diag) {
  struct rondo_trace_write_options write = {.title = path};
  enum rondo_status status = RONDO_OK;
  for (int i = 0; i < args->trace_paths.count && status == RONDO_OK; ++i) {
    (void)rdo_tool_play_format(args->trace_paths.items[i], &write.format);
    status = rondo_trace_table_write(table, &write, args->trace_paths.items[i], diag);
  }
  write.format = RONDO_TRACE_JSON;
  if (status == RONDO_OK && args->summary_path != NULL) status = rondo_trace_table_write(table, &write, args->summary_path, diag);
  if (status != RONDO_OK) return status;
  if (args->wants_json) {
    const struct rondo_trace_sink sink = {print_bytes, NULL};
    return rondo_trace_table_write_to(table, &write, &sink, diag);
  }
  struct rondo_trace_summary *summary;
  status = rondo_trace_table_summarize(table, 2, &summary, diag);
  if (status != RONDO_OK) return status;
  rdo_tool_print_trace_stats(path, summary, 2);
  rondo_trace_summary_release(&summary);
  printf("\n%d workers on %d lanes%s; real-time class around releases: %s; %.1f %% of their time spent spinning for releases; %lld starts beside "
         "stolen time\n",
         info->worker_count, info->lane_count, info->is_crowded ? ", some of them on one CPU" : "", info->is_urgent ? "yes" : "not allowed here",
         info->spun_share * 100, (long long)info->stolen_count);
  if (info->skipped_count != 0) {
    printf("%lld of %lld iterations were skipped: those before them took longer than the period\n", (long long)info->skipped_count,
           (long long)(info->skipped_count + info->iteration_count));
  }
  return RONDO_OK;
}

// What of the options are pairs.
static bool set_pairs(const struct tool_schedule_args *args, struct rondo_schedule_play_options *options) {
  static char texts[TOOL_PAIRS_MAX][TOOL_PAIR_BYTES];
  static struct rondo_schedule_variant variants[TOOL_PAIRS_MAX];
  const char *names[TOOL_PAIRS_MAX], *values[TOOL_PAIRS_MAX];
  if (!rdo_tool_play_models_set(args, options) || !rdo_tool_split_pairs("variant", &args->variants, texts, names, values)) return false;
  for (int i = 0; i < args->variants.count; ++i) variants[i] = (struct rondo_schedule_variant){names[i], values[i]};
  options->variants = variants;
  options->variant_count = args->variants.count;
  return true;
}

int rdo_tool_play_schedule(const char *path, const struct tool_play_args *args, struct tool_play_refusal *out_refusal) {
  struct rondo_schedule_play_options options = args->schedule.options;
  struct tool_play_told telling;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_schedule_player *player;
  *out_refusal = (struct tool_play_refusal){.status = RONDO_OK};
  if (!set_pairs(&args->schedule, &options)) return TOOL_EXIT_USAGE;
  rdo_tool_told_begin(&telling, &args->schedule, &options);
  enum rondo_status status = rondo_schedule_player_create(path, &options, &player, &diag);
  rdo_tool_profile_progress_end();
  if (status != RONDO_OK) rdo_tool_told_end(&telling);
  if (status == RONDO_CANCELLED && rdo_tool_was_interrupted) return rdo_tool_interrupt_exit_code();
  if (status != RONDO_OK) {
    *out_refusal = (struct tool_play_refusal){.status = status, .diag = diag};
    return TOOL_EXIT_FAILURE;
  }
  struct rondo_schedule_player_info info;
  rondo_schedule_player_info(player, &info);
  telling.planned_makespan_ns = info.planned_makespan_ns;
  if (args->schedule.wants_order) rdo_tool_told_print_order(player);
  rdo_tool_interrupt_begin();
  rdo_tool_interrupt_ask(stop, player);
  if (rdo_tool_was_interrupted) rondo_schedule_player_stop(player);  // while it was created
  status = rondo_schedule_player_run(player, &diag);
  rdo_tool_interrupt_end_asking();
  bool is_all_told = rdo_tool_told_print_results(&telling);
  rdo_tool_told_end(&telling);
  struct rondo_trace_table *table = NULL;
  rondo_schedule_player_info(player, &info);
  // What was played before the end is worth its report.
  if (status == RONDO_CANCELLED && rdo_tool_was_interrupted) status = RONDO_OK;
  if (status != RONDO_OK && info.is_refused) *out_refusal = (struct tool_play_refusal){status, true, diag};
  else if (status != RONDO_OK) rdo_tool_print_failure(NULL, status, &diag);
  struct rondo_diag told = {.status = RONDO_OK};
  enum rondo_status report_status = RONDO_OK;
  if (info.iteration_count != 0 && !info.is_refused) report_status = rondo_schedule_player_table(player, &table, &told);
  if (table != NULL) report_status = report(path, &info, table, args, &told);
  if (report_status != RONDO_OK) rdo_tool_print_failure(NULL, report_status, &told);
  if (status == RONDO_OK) status = report_status;
  rondo_trace_table_release(&table);
  rondo_schedule_player_release(&player);
  if (status != RONDO_OK || !is_all_told) return TOOL_EXIT_FAILURE;
  return rdo_tool_was_interrupted ? rdo_tool_interrupt_exit_code() : TOOL_EXIT_OK;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play_schedule.h"

#include <stdio.h>
#include <string.h>

#include "interrupt.h"
#include "message.h"
#include "model_args.h"
#include "options.h"
#include "rondo/files.h"
#include "trace_text.h"

enum { MODELS_MAX = 64, MODEL_BYTES = 4096 };

static void stop(void *user) { rondo_schedule_player_stop(user); }

bool rdo_tool_is_schedule(const char *path) {
  size_t length = strlen(path);
  if (length < 5 || strcmp(path + length - 5, ".json") != 0) return false;
  // What cannot be read at all is told by whoever plays it.
  char head[4096];
  FILE *file = fopen(path, "r");
  size_t size = file == NULL ? 0 : fread(head, 1, sizeof head - 1, file);
  if (file != NULL) fclose(file);
  head[size] = '\0';
  return strstr(head, "\"dispatches\"") != NULL;
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
  return RONDO_OK;
}

// "JOB=FILE" into two; the texts live in `storage`.
static bool split_models(const struct tool_strings *texts, struct rondo_schedule_model *models, char (*storage)[MODEL_BYTES]) {
  for (int i = 0; i < texts->count; ++i) {
    char *equals;
    if (i == MODELS_MAX || strlen(texts->items[i]) >= MODEL_BYTES) {
      rdo_tool_message("--model: at most %d of them, each shorter than %d bytes", MODELS_MAX, MODEL_BYTES);
      return false;
    }
    strcpy(storage[i], texts->items[i]);
    equals = strchr(storage[i], '=');
    if (equals == NULL || equals == storage[i] || equals[1] == '\0') {
      rdo_tool_message("--model=%.200s: not JOB=FILE, such as mlp=mlp.vmfb", texts->items[i]);
      return false;
    }
    *equals = '\0';
    models[i] = (struct rondo_schedule_model){.job = storage[i], .path = equals + 1};
  }
  return true;
}

int rdo_tool_play_schedule(const char *path, const struct tool_play_args *args) {
  static char storage[MODELS_MAX][MODEL_BYTES];
  struct rondo_schedule_model models[MODELS_MAX];
  struct rondo_schedule_play_options options = args->schedule.options;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_schedule_player *player;
  if (!split_models(&args->schedule.models, models, storage)) return TOOL_EXIT_USAGE;
  options.models = models;
  options.model_count = args->schedule.models.count;
  enum rondo_status status = rondo_schedule_player_create(path, &options, &player, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure(NULL, status, &diag);
    return TOOL_EXIT_FAILURE;
  }
  rdo_tool_interrupt_begin();
  rdo_tool_interrupt_ask(stop, player);
  status = rondo_schedule_player_run(player, &diag);
  rdo_tool_interrupt_end_asking();
  struct rondo_schedule_player_info info;
  struct rondo_trace_table *table = NULL;
  rondo_schedule_player_info(player, &info);
  // What was played before the end is worth its report.
  if (status == RONDO_CANCELLED && rdo_tool_was_interrupted) status = RONDO_OK;
  if (status == RONDO_OK && info.iteration_count != 0) status = rondo_schedule_player_table(player, &table, &diag);
  if (table != NULL) status = report(path, &info, table, args, &diag);
  if (status != RONDO_OK) rdo_tool_print_failure(NULL, status, &diag);
  rondo_trace_table_release(&table);
  rondo_schedule_player_release(&player);
  if (status != RONDO_OK) return TOOL_EXIT_FAILURE;
  return rdo_tool_was_interrupted ? rdo_tool_interrupt_exit_code() : TOOL_EXIT_OK;
}

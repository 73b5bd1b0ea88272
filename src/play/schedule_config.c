// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a run was made with, in the words of schedule runners.

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/module_path.h"
#include "play/schedule_impl.h"
#include "trace/trace_table.h"

// All workers are of one executor, whatever a plan calls its lanes.
static const char driver[] = "local-task";

// Where dispatch modules are looked for first, or would be.
static const char *find_root(const struct rondo_schedule_player *player, char *folder, size_t size) {
  if (player->options.vmfb_dir != NULL) return player->options.vmfb_dir;
  const char *slash = strrchr(player->path, '/');
  if (slash == NULL) return ".";
  snprintf(folder, size, "%.*s", slash == player->path ? 1 : (int)(slash - player->path), player->path);
  return folder;
}

static enum rondo_status format_cpus(const struct rondo_schedule_player *player, uint32_t target, struct rdo_arena *arena, const char **out_text, struct rondo_diag *diag) {
  const struct rdo_node_lane *lane = &player->graph.lanes[target];
  struct rdo_cpu_set cpus = rdo_cpu_set_none();
  char text[RDO_CPU_SET_TEXT_BYTES];
  for (uint32_t i = 0; i < lane->worker_count; ++i) cpus = rdo_cpu_set_or(cpus, &player->workers.cpus[lane->workers[i]]);
  rdo_cpu_set_format(&cpus, text, sizeof text);
  return rdo_text_copy(arena, text, out_text, diag);
}

static enum rondo_status tell(const struct rondo_schedule_player *player, struct rdo_arena *arena, struct rondo_trace_table *table, struct rondo_diag *diag) {
  const struct rondo_schedule_play_options *options = &player->options;
  struct rdo_run_target *targets;
  char folder[RDO_MODULE_PATH_BYTES];
  struct rdo_run_config config = {.graph_json_path = player->path,
                                  .driver = driver,
                                  .vmfb_root_dir = find_root(player, folder, sizeof folder),
                                  .visible_cores = player->cpu_count,
                                  .graph_iters = options->iteration_count,
                                  .dispatch_iters = options->dispatch_iters > 0 ? options->dispatch_iters : 1,
                                  .report_every = options->report_every};
  RDO_TRY(rdo_arena_alloc(arena, player->graph.lane_count, sizeof *targets, &targets, diag));
  for (uint32_t i = 0; i < player->graph.lane_count; ++i) {
    targets[i].name = player->schedule.targets[i].name;
    if (player->module_count > 0) targets[i].variant_dir = rdo_schedule_player_variant(player, i);
    RDO_TRY(format_cpus(player, i, arena, &targets[i].cpu_ids, diag));
    if (strcmp(targets[i].name, "CPU_P") == 0) config.cpu_p_cpu_ids = targets[i].cpu_ids;
    if (strcmp(targets[i].name, "CPU_E") == 0) config.cpu_e_cpu_ids = targets[i].cpu_ids;
  }
  config.targets = targets;
  config.target_count = player->graph.lane_count;
  return rdo_trace_table_keep_config(table, &config, diag);
}

enum rondo_status rdo_schedule_player_tell_config(const struct rondo_schedule_player *player, struct rondo_trace_table *table, struct rondo_diag *diag) {
  struct rdo_arena arena = {0};
  enum rondo_status status = tell(player, &arena, table, diag);
  rdo_arena_deinit(&arena);
  return status;
}

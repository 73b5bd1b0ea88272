// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The player of schedules as others see it while it plays: counters, a dump, what it was granted, and the names of what workers are in. All of it is
// read while workers write: from atomics, and from what does not change after create.

#include <inttypes.h>

#include "base/clock.h"
#include "play/schedule_impl.h"

void rdo_schedule_player_name_work(void *user, const void *work, struct rondo_stuck *stuck) {
  const struct rondo_schedule_player *player = user;
  const struct rdo_node *node = work;
  const struct rdo_schedule_node *entry = &player->schedule.nodes[node - node->graph->nodes];
  stuck->node = entry->key;
  stuck->job = player->schedule.jobs[entry->job].name;
}

void rondo_schedule_player_granted(const struct rondo_schedule_player *player, struct rondo_play_granted *out_granted) {
  rdo_play_setup_granted(&player->setup, player->graph.executor, out_granted);
}

// Counters -----------------------------------------------------------------------------------------

static int64_t sum_spun_ns(const struct rdo_executor *executor) {
  int64_t sum = 0;
  for (uint32_t i = 0; i < executor->worker_count; ++i) sum += rdo_atomic_load(&executor->workers[i].spun_ns, rdo_relaxed);  // relaxed: counter
  return sum;
}

// CPU time of a lane's workers.
static int64_t sum_time_ns(const struct rdo_executor *executor, const struct rdo_node_lane *lane) {
  int64_t sum = 0;
  for (uint32_t i = 0; i < lane->worker_count; ++i) {
    int64_t time_ns = rdo_worker_time_ns(&executor->workers[lane->workers[i]]);
    sum += time_ns < 0 ? 0 : time_ns;
  }
  return sum;
}

void rdo_schedule_player_begin_counting(struct rondo_schedule_player *player) {
  const struct rdo_executor *executor = player->graph.executor;
  struct rdo_schedule_live *live = &player->live;
  for (uint32_t i = 0; i < player->graph.lane_count; ++i) {
    struct rdo_node_lane *lane = &player->graph.lanes[i];
    rdo_atomic_store(&lane->time_begin_ns, sum_time_ns(executor, lane), rdo_relaxed);  // relaxed: counter, as all here
    rdo_atomic_store(&lane->completed_count, 0, rdo_relaxed);                          // relaxed: counter
    rdo_atomic_store(&lane->missed_count, 0, rdo_relaxed);                             // relaxed: counter
  }
  rdo_atomic_store(&live->iteration_count, 0, rdo_relaxed);                    // relaxed: counter
  rdo_atomic_store(&live->skipped_count, 0, rdo_relaxed);                      // relaxed: counter
  rdo_atomic_store(&live->spun_begin_ns, sum_spun_ns(executor), rdo_relaxed);  // relaxed: counter
  rdo_atomic_store(&live->end_ns, 0, rdo_relaxed);                             // relaxed: counter
  rdo_atomic_store(&live->begin_ns, rdo_clock_now_ns(), rdo_release);          // SYNC(nodes): what was set before is of this run
}

void rdo_schedule_player_end_counting(struct rondo_schedule_player *player) {
  rdo_atomic_store(&player->live.end_ns, rdo_clock_now_ns(), rdo_relaxed);  // relaxed: counter
}

// How long the present run has taken, or the last one took; 0 = there was none.
static int64_t span_ns(const struct rondo_schedule_player *player) {
  int64_t begin_ns = rdo_atomic_load(&player->live.begin_ns, rdo_acquire);  // SYNC(nodes)
  int64_t end_ns = rdo_atomic_load(&player->live.end_ns, rdo_relaxed);      // relaxed: counter
  if (begin_ns == 0) return 0;
  return (end_ns != 0 ? end_ns : rdo_clock_now_ns()) - begin_ns;
}

void rondo_schedule_player_counters(const struct rondo_schedule_player *player, struct rondo_schedule_counters *out_counters) {
  const struct rdo_executor *executor = player->graph.executor;
  int64_t time_ns = span_ns(player) * executor->worker_count;
  *out_counters = (struct rondo_schedule_counters){
      .iteration_count = rdo_atomic_load(&player->live.iteration_count, rdo_relaxed),  // relaxed: counter
      .skipped_count = rdo_atomic_load(&player->live.skipped_count, rdo_relaxed),      // relaxed: counter
  };
  for (uint32_t i = 0; i < player->graph.lane_count; ++i) {
    const struct rdo_node_lane *lane = &player->graph.lanes[i];
    out_counters->completed += rdo_atomic_load(&lane->completed_count, rdo_relaxed);  // relaxed: counter
    out_counters->missed += rdo_atomic_load(&lane->missed_count, rdo_relaxed);        // relaxed: counter
  }
  int64_t spun_ns = sum_spun_ns(executor) - rdo_atomic_load(&player->live.spun_begin_ns, rdo_relaxed);  // relaxed: counter
  if (time_ns > 0) out_counters->spun_share = (double)spun_ns / (double)time_ns;
}

enum rondo_status rondo_schedule_player_lane(const struct rondo_schedule_player *player, int index, struct rondo_schedule_lane *out_lane) {
  *out_lane = (struct rondo_schedule_lane){.name = ""};
  if (index < 0 || index >= (int)player->graph.lane_count) return RONDO_OUT_OF_RANGE;
  const struct rdo_node_lane *lane = &player->graph.lanes[index];
  int64_t time_ns = span_ns(player) * lane->worker_count;
  *out_lane = (struct rondo_schedule_lane){
      .name = lane->name,
      .worker_count = (int)lane->worker_count,
      .running_count = (int)rdo_atomic_load(&lane->busy_count, rdo_relaxed),  // relaxed: counter, as all here
      .completed = rdo_atomic_load(&lane->completed_count, rdo_relaxed),      // relaxed: counter
      .missed = rdo_atomic_load(&lane->missed_count, rdo_relaxed),            // relaxed: counter
  };
  if (time_ns <= 0) return RONDO_OK;
  int64_t used_ns = sum_time_ns(player->graph.executor, lane) - rdo_atomic_load(&lane->time_begin_ns, rdo_relaxed);  // relaxed: counter
  out_lane->load = (double)used_ns / (double)time_ns;
  return RONDO_OK;
}

// The dump -----------------------------------------------------------------------------------------

static void dump_worker(const struct rondo_schedule_player *player, const struct rdo_worker *worker, FILE *file) {
  struct rondo_stuck names = {.worker = (int)worker->index};
  const void *work = rdo_atomic_load(&worker->busy_for, rdo_acquire);  // after its node was set up
  if (work == NULL) return;
  rdo_schedule_player_name_work((void *)(uintptr_t)player, work, &names);
  fprintf(file, "  worker %u is in node %s of job %s\n", worker->executor->worker_base + worker->index, names.node, names.job);
}

static void dump_round(const struct rdo_node_graph *graph, FILE *file) {
  uint32_t left = rdo_atomic_load(&graph->left, rdo_acquire);  // SYNC(nodes): a look
  if (left != 0) fprintf(file, "iteration under way: %u of its %u dispatches and %u calls have not ended\n", left, graph->node_count, graph->actor_count);
}

void rondo_schedule_player_dump(const struct rondo_schedule_player *player, FILE *file) {
  struct rondo_schedule_counters counters;
  rondo_schedule_player_counters(player, &counters);
  fprintf(file, "plan: %" PRId64 " iterations have ended, %" PRId64 " were skipped; %" PRIu64 " dispatches have ended, %" PRIu64 " after their deadline\n",
          counters.iteration_count, counters.skipped_count, counters.completed, counters.missed);
  dump_round(&player->graph, file);
  dump_round(&player->second_graph, file);
  for (uint32_t i = 0; i < player->graph.lane_count; ++i) {
    const struct rdo_node_lane *lane = &player->graph.lanes[i];
    // relaxed: counters, both
    fprintf(file, "lane %s: %u workers, %u dispatches run, %.3f ms are waiting or run\n", lane->name, lane->worker_count,
            rdo_atomic_load(&lane->busy_count, rdo_relaxed), (double)rdo_atomic_load(&lane->backlog_ns, rdo_relaxed) / 1e6);  // relaxed: counter
  }
  rdo_executor_dump(player->graph.executor, file);
  for (uint32_t i = 0; i < player->graph.executor->worker_count; ++i) dump_worker(player, &player->graph.executor->workers[i], file);
  fflush(file);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A schedule played iteration after iteration.

#include "play/schedule_impl.h"

#include "base/clock.h"
#include "base/futex.h"
#include "base/object.h"

// What an iteration needs between being set up and its begin: for workers that sleep deeply, and for host programs to run ahead; then, so that
// iterations with a period can follow each other closely, no more than a release needs.
enum { START_DELAY_NS = 2000000, NEXT_DELAY_NS = 500000 };

static void tell_runner(struct rondo_schedule_player *player) {
  rdo_atomic_add(&player->changes, 1, rdo_seq_cst);  // SYNC(nodes): after what has changed
  rdo_futex_wake_all(&player->changes);
}

void rdo_schedule_player_end_iteration(struct rdo_node_graph *graph) {
  struct rondo_schedule_player *player = RDO_CONTAINER(graph, struct rondo_schedule_player, graph);
  rdo_atomic_add(&player->over, 1, rdo_seq_cst);  // SYNC(nodes): after all nodes
  tell_runner(player);
}

void rondo_schedule_player_stop(struct rondo_schedule_player *player) {
  rdo_atomic_store(&player->is_stopping, 1, rdo_seq_cst);        // SYNC(nodes)
  rdo_atomic_store(&player->graph.is_stopping, 1, rdo_seq_cst);  // SYNC(nodes)
  tell_runner(player);
}

enum { HURRY_AGAIN_NS = 1000000 };

static void hurry(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct hurrier *hurrier = RDO_CONTAINER(timed, struct hurrier, timed);
  struct rondo_schedule_player *player = hurrier->player;
  rdo_node_graph_hurry(&player->graph, worker);
  if (rdo_atomic_load(&player->graph.left, rdo_acquire) != 0) {  // SYNC(nodes)
    rdo_timed_post(worker, timed, rdo_clock_now_ns() + HURRY_AGAIN_NS);
    return;
  }
  rdo_atomic_add(&player->over, 1, rdo_seq_cst);  // SYNC(nodes)
  tell_runner(player);
}

// When a node could have run, from the iteration's begin: as its last predecessor ended, a root at 0; not before its release.
// What a policy made it wait for beside that is delay.
static int64_t ready_ns(const struct rondo_schedule_player *player, uint32_t index) {
  const struct rdo_schedule *schedule = &player->schedule;
  const struct rdo_schedule_node *node = &schedule->nodes[index];
  const struct rdo_node *nodes = player->graph.nodes;
  int64_t last_ns = 0;
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    int64_t end_ns = nodes[schedule->dependencies[node->dependency_begin + i]].end_ns - player->graph.begin_ns;
    if (end_ns > last_ns) last_ns = end_ns;
  }
  bool has_time = rdo_schedule_player_takes_time(player, node);
  if (has_time && nodes[node->time_dependency].end_ns - player->graph.begin_ns > last_ns) last_ns = nodes[node->time_dependency].end_ns - player->graph.begin_ns;
  if (nodes[index].is_locked && last_ns < nodes[index].release_ns) last_ns = nodes[index].release_ns;
  return last_ns;
}

static enum rondo_status keep_rows(struct rondo_schedule_player *player, int64_t iteration, struct rondo_diag *diag) {
  const struct rdo_node_graph *graph = &player->graph;
  struct rondo_schedule_progress progress = {.iteration = iteration, .iteration_count = player->options.iteration_count};
  RDO_TRY(rdo_table_reserve(&player->table, graph->node_count, diag));
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    const struct rdo_node *node = &graph->nodes[i];
    struct rdo_table_row row = rdo_table_row();
    row.iteration = iteration;
    row.node = i;
    row.target = node->lane;
    if (player->module_of[i] != 0) row.file = player->modules[player->module_of[i] - 1]->path_text;
    row.planned_start_ns = node->planned_start_ns;
    row.planned_duration_ns = node->duration_ns;
    row.t0_ns = graph->begin_ns;
    row.ready_ns = ready_ns(player, i);
    if (node->is_locked) row.release_ns = node->release_ns;
    if (node->is_abandoned) {
      row.state = RDO_PLAYED_CANCELLED;
      row.start_ns = row.end_ns = row.ready_ns;
    } else {
      if (node->is_failed) row.state = RDO_PLAYED_FAILED;
      row.start_ns = rdo_atomic_load(&node->start_ns, rdo_relaxed) - graph->begin_ns;  // relaxed: the iteration is over
      row.end_ns = node->end_ns - graph->begin_ns;
    }
    if (node->deadline_ns != INT64_MAX) row.deadline_ns = node->deadline_ns;
    row.worker = (int32_t)node->worker;
    row.cpu = graph->executor->workers[node->worker].cpu;
    row.worker_count = (int32_t)node->process.budget;
    row.preemption_count = (int32_t)rdo_atomic_load(&node->preemption_count, rdo_relaxed);  // relaxed: the iteration is over
    player->stolen_count += node->is_stolen;
    RDO_TRY(rdo_table_append(&player->table, &row, diag));
    if (row.end_ns > progress.makespan_ns) progress.makespan_ns = row.end_ns;
    if (row.start_ns - row.ready_ns > progress.delay_ns_max) progress.delay_ns_max = row.start_ns - row.ready_ns;
  }
  ++player->played_count;
  if (player->options.iterated != NULL) player->options.iterated(player->options.user, &progress);
  return RONDO_OK;
}

static int64_t sum_spun_ns(const struct rondo_schedule_player *player) {
  int64_t sum = 0;
  for (uint32_t i = 0; i < player->graph.executor->worker_count; ++i) sum += player->graph.executor->workers[i].spun_ns;
  return sum;
}

// Plays one iteration to its end; if somebody stops it, to one that comes soon.
static void play(struct rondo_schedule_player *player, int64_t begin_ns) {
  uint32_t target = rdo_atomic_load(&player->over, rdo_acquire) + 1;  // SYNC(nodes)
  bool is_hurried = false;
  rdo_node_graph_begin(&player->graph, begin_ns);
  for (uint32_t i = 0; i < player->call_count; ++i) rdo_plan_call_prepare(player->calls[i]);
  for (uint32_t i = 0; i < player->call_count; ++i) rdo_plan_call_begin(player->calls[i]);
  for (;;) {
    uint32_t heard = rdo_atomic_load(&player->changes, rdo_seq_cst);  // SYNC(nodes): before looking
    if (rdo_atomic_load(&player->over, rdo_seq_cst) == target) return;  // SYNC(nodes)
    if (!is_hurried && rdo_atomic_load(&player->graph.is_stopping, rdo_seq_cst) != 0) {  // SYNC(nodes)
      is_hurried = true;
      for (uint32_t i = 0; i < player->graph.executor->worker_count; ++i) {
        struct hurrier *hurrier = &player->hurriers[i];
        *hurrier = (struct hurrier){.timed = {.run = hurry}, .player = player};
        rdo_timed_post(&player->graph.executor->workers[i], &hurrier->timed, 0);
      }
      target += player->graph.executor->worker_count;
    } else {
      rdo_futex_wait(&player->changes, heard, INT64_MAX);
    }
  }
}

static enum rondo_status first_failure(const struct rondo_schedule_player *player, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < player->module_count; ++i) {
    const struct rdo_module_call *module = player->modules[i];
    if (module->status == RONDO_OK) continue;
    if (diag != NULL) *diag = module->diag;
    rdo_prefix(diag, "%s", module->path);
    return module->status;
  }
  for (uint32_t i = 0; i < player->call_count; ++i) {
    const struct rdo_plan_call *call = player->calls[i];
    if (call->status == RONDO_OK) continue;
    if (diag != NULL) *diag = call->diag;
    rdo_annotate(diag, "job %s", call->name);
    return call->status;
  }
  return RONDO_OK;
}

enum rondo_status rondo_schedule_player_run(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rondo_schedule_play_options *options = &player->options;
  int64_t count = options->iteration_count != 0 ? options->iteration_count : options->duration_ns != 0 ? RDO_SCHEDULE_ITERATIONS_MAX : 1, total = options->warm_up_count + count;
  int64_t period_ns = options->period_ns != 0 ? options->period_ns : player->schedule.period_ns;
  int64_t begin_ns = rdo_clock_now_ns() + START_DELAY_NS;
  int64_t first_ns = begin_ns, end_ns = INT64_MAX;
  for (int64_t i = 0; i < total; ++i) {
    if (rdo_atomic_load(&player->is_stopping, rdo_relaxed) != 0) return rdo_fail(diag, RONDO_CANCELLED, "stopped");  // relaxed: hint
    if (i == options->warm_up_count && options->duration_ns != 0) end_ns = begin_ns + options->duration_ns;
    if (begin_ns >= end_ns) break;
    play(player, begin_ns);
    bool is_stopped = rdo_atomic_load(&player->is_stopping, rdo_relaxed) != 0;  // relaxed: hint
    enum rondo_status status = first_failure(player, diag);
    // The iteration that failed is kept as far as it came; one that was stopped ended at once and tells nothing.
    if (i >= options->warm_up_count && (!is_stopped || status != RONDO_OK)) RDO_TRY(keep_rows(player, i - options->warm_up_count, status == RONDO_OK ? diag : NULL));
    RDO_TRY(status);
    if (is_stopped) return rdo_fail(diag, RONDO_CANCELLED, "stopped");
    begin_ns += period_ns;
    int64_t soonest_ns = rdo_clock_now_ns() + NEXT_DELAY_NS;
    if (period_ns == 0 || begin_ns < soonest_ns) begin_ns = soonest_ns;
  }
  player->run_ns += (rdo_clock_now_ns() - first_ns) * player->graph.executor->worker_count;
  player->spun_ns = sum_spun_ns(player);
  return RONDO_OK;
}

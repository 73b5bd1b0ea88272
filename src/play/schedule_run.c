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
  tell_runner(graph->user);
}

void rondo_schedule_player_stop(struct rondo_schedule_player *player) {
  rdo_atomic_store(&player->is_stopping, 1, rdo_seq_cst);        // SYNC(nodes)
  rdo_atomic_store(&player->graph.is_stopping, 1, rdo_seq_cst);         // SYNC(nodes)
  rdo_atomic_store(&player->second_graph.is_stopping, 1, rdo_seq_cst);  // SYNC(nodes)
  tell_runner(player);
}

enum { HURRY_AGAIN_NS = 1000000 };

static void hurry(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct hurrier *hurrier = RDO_CONTAINER(timed, struct hurrier, timed);
  struct rondo_schedule_player *player = hurrier->player;
  rdo_node_graph_hurry(&player->graph, worker);
  rdo_node_graph_hurry(&player->second_graph, worker);
  if (!rdo_node_graph_is_over(&player->graph) || !rdo_node_graph_is_over(&player->second_graph)) {
    rdo_timed_post(worker, timed, rdo_clock_now_ns() + HURRY_AGAIN_NS);
    return;
  }
  rdo_atomic_add(&player->hurried_count, 1, rdo_seq_cst);  // SYNC(nodes)
  tell_runner(player);
}

// When a node could have run, from the iteration's begin: as its last predecessor ended, a root at 0; not before its release.
// What a policy made it wait for beside that is delay.
static int64_t ready_ns(const struct rondo_schedule_player *player, const struct rdo_node_graph *graph, uint32_t index) {
  const struct rdo_schedule *schedule = &player->schedule;
  const struct rdo_schedule_node *node = &schedule->nodes[index];
  const struct rdo_node *nodes = graph->nodes;
  int64_t last_ns = 0;
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    int64_t end_ns = nodes[schedule->dependencies[node->dependency_begin + i]].end_ns - graph->begin_ns;
    if (end_ns > last_ns) last_ns = end_ns;
  }
  bool has_time = rdo_schedule_player_takes_time(player, node);
  if (has_time && nodes[node->time_dependency].end_ns - graph->begin_ns > last_ns) last_ns = nodes[node->time_dependency].end_ns - graph->begin_ns;
  if (nodes[index].is_locked && last_ns < nodes[index].release_ns) last_ns = nodes[index].release_ns;
  return last_ns;
}

static enum rondo_status keep_rows(struct rondo_schedule_player *player, const struct rdo_node_graph *graph, int64_t iteration, struct rondo_diag *diag) {
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
    row.ready_ns = ready_ns(player, graph, i);
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

// Iterations -----------------------------------------------------------------------------------------

// One run. Iterations with a period begin at its multiples, from the first one's begin on: what is late does not move what comes later. So one may begin
// before the one before it has ended, as many as there are rounds at once; a multiple that comes while all rounds are taken is skipped once it has
// been missed by a whole period.
struct run {
  struct rondo_schedule_player *player;
  int64_t period_ns;          // 0 = each begins when the one before it has ended
  int64_t left;               // iterations to begin, with those that warm up
  int64_t warm_up_left;
  int64_t number;             // of the next one that is kept, those that are skipped among them
  int64_t next_ns, end_ns;    // begin of the next iteration; none begins from `end_ns` on
  uint32_t on_count;          // iterations that have begun and have not been kept, the oldest in `oldest`
  uint32_t oldest;            // round
  int64_t numbers[RDO_PLAN_ROUNDS_MAX];  // of the iteration of each round; -1 = it warms up
  bool is_ending;             // none begins any more
  bool is_hurried;
  uint32_t hurried_end;       // what `hurried_count` will be then
  enum rondo_status status;   // the first failure
};

static struct rdo_node_graph *graph_of(struct rondo_schedule_player *player, uint32_t round) { return round == 0 ? &player->graph : &player->second_graph; }

static bool is_stopping(const struct rondo_schedule_player *player) {
  return rdo_atomic_load(&player->is_stopping, rdo_seq_cst) != 0;  // SYNC(nodes)
}

static enum rondo_status find_failure(const struct rondo_schedule_player *player, uint64_t iteration, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < player->module_count; ++i) {
    const struct rdo_module_call *module = player->modules[i];
    enum rondo_status status = rdo_module_call_failure(module, iteration);
    if (status == RONDO_OK) continue;
    if (diag != NULL) *diag = module->diag;
    rdo_prefix(diag, "%s", module->path);
    return status;
  }
  for (uint32_t i = 0; i < player->call_count; ++i) {
    const struct rdo_plan_call *call = player->calls[i];
    enum rondo_status status = rdo_plan_call_failure(call, iteration);
    if (status == RONDO_OK) continue;
    if (diag != NULL) *diag = call->diag;
    rdo_annotate(diag, "job %s", call->name);
    return status;
  }
  return RONDO_OK;
}

// Ends what is on soon, and begins nothing more.
static void hurry_up(struct run *run) {
  struct rondo_schedule_player *player = run->player;
  run->is_ending = true;
  if (run->is_hurried || run->on_count == 0) return;
  run->is_hurried = true;
  run->hurried_end = rdo_atomic_load(&player->hurried_count, rdo_relaxed) + player->graph.executor->worker_count;  // relaxed: none is on
  rdo_atomic_store(&player->graph.is_stopping, 1, rdo_seq_cst);         // SYNC(nodes)
  rdo_atomic_store(&player->second_graph.is_stopping, 1, rdo_seq_cst);  // SYNC(nodes)
  for (uint32_t i = 0; i < player->graph.executor->worker_count; ++i) {
    struct hurrier *hurrier = &player->hurriers[i];
    *hurrier = (struct hurrier){.timed = {.run = hurry}, .player = player};
    rdo_timed_post(&player->graph.executor->workers[i], &hurrier->timed, 0);
  }
}

static void fail(struct run *run, enum rondo_status status) {
  if (run->status == RONDO_OK) run->status = status;
  hurry_up(run);
}

// Takes the oldest iteration, which has ended, off the run. One that failed is kept as far as it came, and so is one that was stopped; what is behind a
// failure is not.
static void keep_oldest(struct run *run, struct rondo_diag *diag) {
  struct rondo_schedule_player *player = run->player;
  const struct rdo_node_graph *graph = graph_of(player, run->oldest);
  int64_t number = run->numbers[run->oldest];
  bool is_behind = run->status != RONDO_OK;
  enum rondo_status status = is_behind ? RONDO_OK : find_failure(player, graph->iteration, diag);
  run->oldest = (run->oldest + 1) % player->round_count;
  --run->on_count;
  if (status != RONDO_OK) fail(run, status);
  if (number >= 0 && !is_behind) {
    status = keep_rows(player, graph, number, run->status == RONDO_OK ? diag : NULL);
    if (status != RONDO_OK) fail(run, status);
  }
}

static enum rondo_status keep_skipped(struct run *run, struct rondo_diag *diag) {
  struct rondo_schedule_player *player = run->player;
  const struct rdo_node_graph *graph = &player->graph;
  if (run->warm_up_left != 0) return RONDO_OK;
  RDO_TRY(rdo_table_reserve(&player->table, graph->node_count, diag));
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    const struct rdo_node *node = &graph->nodes[i];
    struct rdo_table_row row = rdo_table_row();
    row.iteration = run->number;
    row.node = i;
    row.target = player->schedule.nodes[i].target;
    row.state = RDO_PLAYED_SKIPPED;
    row.planned_start_ns = node->planned_start_ns;
    row.planned_duration_ns = node->duration_ns;
    row.t0_ns = run->next_ns;
    row.ready_ns = row.start_ns = row.end_ns = node->is_locked ? node->release_ns : node->planned_start_ns;
    if (node->is_locked) row.release_ns = node->release_ns;
    if (node->deadline_ns != INT64_MAX) row.deadline_ns = node->deadline_ns;
    RDO_TRY(rdo_table_append(&player->table, &row, diag));
  }
  ++run->number;
  ++player->skipped_count;
  return RONDO_OK;
}

// Whether the next iteration begins now, or at *out_look_ns; INT64_MAX = when another one has ended.
static bool may_begin(const struct run *run, int64_t now_ns, int64_t *out_look_ns) {
  *out_look_ns = INT64_MAX;
  if (run->is_ending || run->on_count == run->player->round_count || (run->on_count != 0 && run->period_ns == 0)) return false;
  if (run->on_count != 0 && run->next_ns - NEXT_DELAY_NS > now_ns) *out_look_ns = run->next_ns - NEXT_DELAY_NS;
  return *out_look_ns == INT64_MAX;
}

static void begin_next(struct run *run, int64_t now_ns, struct rondo_diag *diag) {
  struct rondo_schedule_player *player = run->player;
  if (run->period_ns == 0 && run->next_ns < now_ns + NEXT_DELAY_NS) run->next_ns = now_ns + NEXT_DELAY_NS;
  for (; run->period_ns != 0 && run->next_ns <= now_ns - run->period_ns && run->next_ns < run->end_ns; run->next_ns += run->period_ns) {
    enum rondo_status status = keep_skipped(run, diag);
    if (status == RONDO_OK) continue;
    fail(run, status);
    return;
  }
  if (run->warm_up_left == 0 && run->end_ns == INT64_MAX && player->options.duration_ns != 0) run->end_ns = run->next_ns + player->options.duration_ns;
  if (run->left == 0 || run->next_ns >= run->end_ns) {
    run->is_ending = true;
    return;
  }
  uint32_t round = (run->oldest + run->on_count) % player->round_count;
  run->numbers[round] = run->warm_up_left > 0 ? -1 : run->number++;
  run->warm_up_left -= run->warm_up_left > 0;
  --run->left;
  ++run->on_count;
  graph_of(player, round)->overdue_ns = run->period_ns == 0 ? INT64_MAX : run->next_ns + run->period_ns;
  rdo_node_graph_begin(graph_of(player, round), player->begun_count++, run->next_ns);
  for (uint32_t i = 0; i < player->call_count; ++i) rdo_plan_call_begin(player->calls[i]);
  run->next_ns += run->period_ns;
}

static void run_all(struct run *run, struct rondo_diag *diag) {
  struct rondo_schedule_player *player = run->player;
  while (!run->is_ending || run->on_count != 0) {
    uint32_t heard = rdo_atomic_load(&player->changes, rdo_seq_cst);  // SYNC(nodes): before looking
    int64_t now_ns = rdo_clock_now_ns(), look_ns;
    if (is_stopping(player)) hurry_up(run);
    if (run->on_count != 0 && rdo_node_graph_is_over(graph_of(player, run->oldest))) {
      keep_oldest(run, diag);
    } else if (may_begin(run, now_ns, &look_ns)) {
      begin_next(run, now_ns, diag);
    } else {
      rdo_futex_wait(&player->changes, heard, look_ns);
    }
  }
  // Timed work of the workers' is still to come.
  while (run->is_hurried) {
    uint32_t heard = rdo_atomic_load(&player->changes, rdo_seq_cst);  // SYNC(nodes): before looking
    if (rdo_atomic_load(&player->hurried_count, rdo_seq_cst) == run->hurried_end) break;  // SYNC(nodes)
    rdo_futex_wait(&player->changes, heard, INT64_MAX);
  }
}

enum rondo_status rondo_schedule_player_run(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rondo_schedule_play_options *options = &player->options;
  int64_t count = options->iteration_count != 0 ? options->iteration_count : options->duration_ns != 0 ? RDO_SCHEDULE_ITERATIONS_MAX : 1;
  int64_t first_ns = rdo_clock_now_ns() + START_DELAY_NS;
  struct run run = {
      .player = player,
      .period_ns = player->period_ns,
      .left = options->warm_up_count + count,
      .warm_up_left = options->warm_up_count,
      .next_ns = first_ns,
      .end_ns = INT64_MAX,
      // Rounds take turns through all runs, as the calls count them.
      .oldest = (uint32_t)(player->begun_count % player->round_count),
  };
  run_all(&run, diag);
  player->run_ns += (rdo_clock_now_ns() - first_ns) * player->graph.executor->worker_count;
  player->spun_ns = sum_spun_ns(player);
  if (run.status != RONDO_OK) return run.status;
  return is_stopping(player) ? rdo_fail(diag, RONDO_CANCELLED, "stopped") : RONDO_OK;
}

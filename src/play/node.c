// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/node.h"

#include "base/clock.h"
#include "base/futex.h"
#include "base/object.h"
#include "task/urgent.h"

enum { YIELD_NS = 50000 };

static struct rdo_node *node_of(struct rdo_process *process) { return RDO_CONTAINER(process, struct rdo_node, process); }

// Placing ------------------------------------------------------------------------------------------

static void look_at_lanes(const struct rdo_node_graph *graph, struct rdo_policy_lane *out_lanes) {
  for (uint32_t i = 0; i < graph->lane_count; ++i) {
    const struct rdo_node_lane *lane = &graph->lanes[i];
    // relaxed: counters, both
    out_lanes[i] = (struct rdo_policy_lane){lane->worker_count, rdo_atomic_load(&lane->busy_count, rdo_relaxed),
                                            rdo_atomic_load(&lane->backlog_ns, rdo_relaxed)};
  }
}

static int64_t expected_ns(const struct rdo_node *node, uint32_t lane) { return node->lane_ns != NULL ? node->lane_ns[lane] : node->duration_ns; }

// What is known of a node's time holds on all lanes, where it is not told for each.
static const int64_t *expect(const struct rdo_node *node, int64_t *lane_ns) {
  if (node->lane_ns != NULL) return node->lane_ns;
  for (uint32_t i = 0; i < node->graph->lane_count; ++i) lane_ns[i] = node->duration_ns;
  return lane_ns;
}

static void run_released(struct rdo_timed *timed, struct rdo_worker *worker);

// Runs as soon as it holds all its resources, one after the other in the order of their numbers.
static void acquire_next(struct rdo_node *node) {
  if (node->held_count == node->resource_count) {
    rdo_process_resume(&node->process);
  } else {
    rdo_resource_acquire(&node->graph->resources[node->resources[node->held_count]], &node->wait);
  }
}

static void take_resource(struct rdo_resource_wait *wait) {
  struct rdo_node *node = RDO_CONTAINER(wait, struct rdo_node, wait);
  ++node->held_count;
  acquire_next(node);
}

// Its time has come. Who holds a unit that something more urgent may want must not wait for a worker behind others: so from when it has it,
// it comes first as that one would (the immediate ceiling protocol); and where all workers are busy it asks only when it is its turn,
// by its own key.
static void ask(struct rdo_node *node) {
  const struct rdo_node_lane *lane = &node->graph->lanes[node->lane];
  bool is_idle = rdo_atomic_load(&lane->busy_count, rdo_relaxed) < lane->worker_count;  // relaxed: counter
  if (!node->is_raised || is_idle) {
    acquire_next(node);
    return;
  }
  rdo_atomic_add(&node->graph->left, 1, rdo_relaxed);  // relaxed: ordered by SYNC(nodes), the node's own keeps it above 0
  rdo_process_resume(&node->turn);
}

static enum rdo_drain_result drain_turn(struct rdo_process *process, struct rdo_worker *worker) {
  (void)process, (void)worker;
  return RDO_DRAIN_DONE;
}

static void complete_turn(struct rdo_process *process, enum rondo_status status) {
  (void)status;
  acquire_next(RDO_CONTAINER(process, struct rdo_node, turn));
}

static void release_turn(struct rdo_process *process) { rdo_node_graph_leave(RDO_CONTAINER(process, struct rdo_node, turn)->graph); }

static const struct rdo_process_type turn_type = {"turn", drain_turn, complete_turn, release_turn};

// The key while it holds its resources.
static uint64_t held_key(const struct rdo_node *node, const struct rdo_policy_node *facts, const struct rdo_policy_lane *lanes, uint64_t key) {
  const struct rdo_node_graph *graph = node->graph;
  struct rdo_policy_node held = *facts;
  struct rdo_policy_decision decision;
  held.priority = node->ceiling.priority;
  held.deadline_ns = node->ceiling.deadline_ns == INT64_MAX ? INT64_MAX : graph->begin_ns + node->ceiling.deadline_ns;
  graph->policy->decide(&graph->policy_options, &held, lanes, graph->lane_count, &decision);
  return decision.key < key ? decision.key : key;
}

// Everything that the node waits for has ended, but for its release.
static void place(struct rdo_node *node, uint32_t previous_lane) {
  struct rdo_node_graph *graph = node->graph;
  struct rdo_policy_lane lanes[RDO_POLICY_LANES_MAX];
  struct rdo_policy_decision decision;
  int64_t lane_ns[RDO_POLICY_LANES_MAX];
  look_at_lanes(graph, lanes);
  node->ready_ns = rdo_clock_now_ns();
  const struct rdo_policy_node facts = {
      .index = (uint32_t)(node - graph->nodes),
      .sequence = rdo_atomic_add(&graph->sequence, 1, rdo_relaxed),  // relaxed: counter
      .now_ns = node->ready_ns,
      .release_ns = node->is_locked ? graph->begin_ns + node->release_ns : graph->begin_ns,
      .deadline_ns = node->urgency.deadline_ns == INT64_MAX ? INT64_MAX : graph->begin_ns + node->urgency.deadline_ns,
      .planned_start_ns = node->planned_lane == RDO_POLICY_NONE ? INT64_MAX : graph->begin_ns + node->planned_start_ns,
      .planned_lane = node->planned_lane,
      .planned_width = node->planned_width,
      .lane_ns = expect(node, lane_ns),
      .lanes = node->lanes,
      .previous_lane = previous_lane,
      .width_max = node->width_max,
      .priority = node->urgency.priority,
  };
  graph->policy->decide(&graph->policy_options, &facts, lanes, graph->lane_count, &decision);
  struct rdo_node_lane *lane = &graph->lanes[decision.lane];
  node->lane = decision.lane;
  node->backlog_ns = expected_ns(node, decision.lane);
  rdo_atomic_add(&lane->backlog_ns, node->backlog_ns, rdo_relaxed);  // relaxed: counter
  node->process.budget = decision.width;
  uint64_t key = node->resource_count == 0 ? decision.key : held_key(node, &facts, lanes, decision.key);
  rdo_process_place(&node->process, decision.lane + 1, key);
  rdo_process_place(&node->turn, decision.lane + 1, decision.key);
  node->is_raised = key != decision.key;
  node->wait.key = decision.key;
  if (decision.start_ns <= node->ready_ns || rdo_atomic_load(&graph->is_stopping, rdo_seq_cst) != 0) {  // SYNC(nodes)
    ask(node);
    return;
  }
  node->timed.run = run_released;
  node->timed.is_held = false;
  // On a lane with one worker the order of the plan is all there is. On others what comes before may run beside it, on another worker, and
  // is late by little at most where it runs on this one.
  node->timed.key = node->is_boosted ? 0 : decision.key;
  node->timed.yield_ns = node->is_boosted ? 0 : lane->worker_count == 1 ? INT64_MAX : YIELD_NS;
  uint32_t place = decision.lane == node->planned_lane ? node->planned_place : facts.index;
  uint32_t worker = lane->workers[place % lane->worker_count];
  rdo_atomic_store(&node->posted_to, worker, rdo_release);  // SYNC(nodes): after `timed`
  rdo_timed_post(&graph->executor->workers[worker], &node->timed, decision.start_ns);
}

static void resume_from(struct rdo_node *node, uint32_t previous_lane) {
  // SYNC(nodes): acquires what ended before, for the node's first drainer.
  if (rdo_atomic_sub(&node->pending, 1, rdo_acq_rel) == 1) place(node, previous_lane);
}

void rdo_node_resume(struct rdo_node *node) { resume_from(node, RDO_POLICY_NONE); }

// Running ------------------------------------------------------------------------------------------

// The release has come, on this worker: what one worker is enough for begins here and now.
static void run_released(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct rdo_node *node = RDO_CONTAINER(timed, struct rdo_node, timed);
  // What is not locked to its time is for any worker of the lane, and as an ordinary thread.
  if (node->resource_count != 0 || !node->is_locked) {
    rdo_urgent_lower(worker);
    ask(node);
    return;
  }
  node->is_released = true;
  bool is_done = node->process.budget == 1 && node->body->drain(node, worker) == RDO_DRAIN_DONE;
  node->is_released = false;
  if (!is_done) {
    rdo_process_resume(&node->process);
    return;
  }
  rdo_process_finish(&node->process);
  rdo_process_release(&node->process);
}

void rdo_node_graph_hurry(struct rdo_node_graph *graph, struct rdo_worker *worker) {
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    struct rdo_node *node = &graph->nodes[i];
    if (rdo_atomic_load(&node->posted_to, rdo_acquire) != worker->index) continue;  // SYNC(nodes)
    if (rdo_timed_cancel(worker, &node->timed)) run_released(&node->timed, worker);
  }
}

static enum rdo_drain_result drain_node(struct rdo_process *process, struct rdo_worker *worker) {
  struct rdo_node *node = node_of(process);
  return node->body->drain(node, worker);
}

static void complete_node(struct rdo_process *process, enum rondo_status status) {
  (void)status;
  struct rdo_node *node = node_of(process);
  struct rdo_node_graph *graph = node->graph;
  struct rdo_node_lane *lane = &graph->lanes[node->lane];
  node->end_ns = rdo_clock_now_ns();
  rdo_atomic_sub(&lane->backlog_ns, node->backlog_ns, rdo_relaxed);  // relaxed: counter
  rdo_atomic_sub(&lane->busy_count, 1, rdo_relaxed);                 // relaxed: counter
  // First the successors: those that ask for what is given back here then stand in the order of keys, not in that of the graph.
  for (uint32_t i = 0; i < node->successor_count; ++i) resume_from(&graph->nodes[node->successors[i]], node->lane);
  for (uint32_t i = 0; i < node->resource_count; ++i) rdo_resource_release(&graph->resources[node->resources[i]]);
}

void rdo_node_graph_leave(struct rdo_node_graph *graph) {
  // SYNC(nodes): acquires all the nodes for whoever reads them when it is over.
  if (rdo_atomic_sub(&graph->left, 1, rdo_acq_rel) == 1) graph->over(graph);
}

static void release_node(struct rdo_process *process) {
  struct rdo_node *node = node_of(process);
  if (node->body->release != NULL) node->body->release(node);
  rdo_node_graph_leave(node->graph);
}

static const struct rdo_process_type node_type = {"node", drain_node, complete_node, release_node};

void rdo_node_note_start(struct rdo_node *node, const struct rdo_worker *worker, int64_t begin_ns) {
  int64_t earliest_ns = rdo_atomic_load(&node->start_ns, rdo_relaxed);  // relaxed: hint
  while (begin_ns < earliest_ns) {
    bool is_first = earliest_ns == INT64_MAX;
    if (!rdo_atomic_cas_weak(&node->start_ns, &earliest_ns, begin_ns, rdo_acq_rel, rdo_relaxed)) continue;  // SYNC(nodes); relaxed: hint
    if (!is_first) return;
    // Of the worker that says so first: nearly always the one that began first.
    int64_t release_ns = node->is_locked ? node->graph->begin_ns + node->release_ns : node->ready_ns;
    node->worker = worker->index;
    node->is_stolen = worker->stolen_end_ns > release_ns && worker->stolen_begin_ns < begin_ns;
    rdo_atomic_add(&node->graph->lanes[node->lane].busy_count, 1, rdo_relaxed);  // relaxed: counter
    return;
  }
}

enum rdo_drain_result rdo_node_hold(struct rdo_node *node, struct rdo_worker *worker) {
  uint32_t slot = rdo_atomic_load(&node->process.slot, rdo_relaxed);  // relaxed: const while it is drained
  bool is_held = (worker->held_slots >> slot & 1) != 0;
  worker->held_slots |= UINT32_C(1) << slot;
  if (!is_held) rdo_process_announce(&node->process, 1);
  return RDO_DRAIN_IDLE;
}

// Synthetic nodes ----------------------------------------------------------------------------------

enum { GUARD_INTERVAL_NS = 20000 };

// Spins until the node has had its time, or it is time to look up.
//   returns  the time afterwards
static int64_t spin(struct rdo_node *node, struct rdo_worker *worker, int64_t begin_ns, int64_t end_ns) {
  int64_t now_ns = begin_ns, look_ns = begin_ns + GUARD_INTERVAL_NS;
  while (now_ns < end_ns && rdo_atomic_load(&node->graph->is_stopping, rdo_relaxed) == 0) {  // relaxed: hint
    rdo_cpu_relax();
    now_ns = rdo_clock_spin_ns(look_ns < end_ns ? look_ns : end_ns);
    if (now_ns < look_ns) continue;
    look_ns = now_ns + GUARD_INTERVAL_NS;
    if (rdo_atomic_load(&node->ended, rdo_relaxed) != 0) break;  // relaxed: hint, of several one has ended it
    rdo_urgent_settle(worker, now_ns);
    rdo_urgent_guard(worker, now_ns);
  }
  return now_ns;
}

// One worker: a tile after the other, giving way between them. Several: all of them until the time is over.
static enum rdo_drain_result drain_synthetic(struct rdo_node *node, struct rdo_worker *worker) {
  int64_t tile_ns = node->tile_ns == 0 || node->process.budget > 1 ? node->duration_ns : node->tile_ns;
  int64_t begin_ns = rdo_clock_now_ns();
  bool is_started = rdo_node_is_started(node);
  bool may_wait = !node->is_released && !(is_started && node->process.budget > 1);
  if (may_wait && rdo_worker_is_reserved(worker, node->process.key) && !rdo_worker_has_room(worker, node->process.key, begin_ns, tile_ns)) {
    return rdo_node_hold(node, worker);
  }
  if (node->process.budget > 1) {
    rdo_node_note_start(node, worker, begin_ns);
    (void)spin(node, worker, begin_ns, begin_ns + node->duration_ns);
    uint32_t expected = 0;
    // SYNC(nodes): the first whose time is over ends it.
    if (!rdo_atomic_cas(&node->ended, &expected, 1, rdo_acq_rel, rdo_relaxed)) return RDO_DRAIN_IDLE;  // relaxed: hint
    node->is_abandoned = rdo_clock_now_ns() - begin_ns < node->duration_ns;  // it was stopped
    return RDO_DRAIN_DONE;
  }
  rdo_node_note_start(node, worker, begin_ns);
  for (;;) {
    int64_t left_ns = node->duration_ns - node->spent_ns;
    int64_t now_ns = spin(node, worker, begin_ns, begin_ns + (left_ns < tile_ns ? left_ns : tile_ns));
    node->spent_ns += now_ns - begin_ns;
    begin_ns = now_ns;
    if (node->spent_ns >= node->duration_ns) return RDO_DRAIN_DONE;
    if (rdo_atomic_load(&node->graph->is_stopping, rdo_relaxed) != 0) {  // relaxed: hint
      node->is_abandoned = true;
      return RDO_DRAIN_DONE;
    }
    bool is_reserved = rdo_worker_is_reserved(worker, node->process.key) && !rdo_worker_has_room(worker, node->process.key, now_ns, tile_ns);
    if (!is_reserved && !rdo_worker_is_called(worker) && !rdo_worker_is_outranked(worker, node->process.key)) continue;
    rdo_atomic_add(&node->preemption_count, 1, rdo_relaxed);  // relaxed: counter
    return RDO_DRAIN_MORE;
  }
}

const struct rdo_node_body rdo_node_synthetic = {"synthetic", drain_synthetic, NULL};

static enum rdo_drain_result drain_empty(struct rdo_node *node, struct rdo_worker *worker) {
  uint32_t expected = 0;
  rdo_node_note_start(node, worker, rdo_clock_now_ns());
  return rdo_atomic_cas(&node->ended, &expected, 1, rdo_acq_rel, rdo_relaxed) ? RDO_DRAIN_DONE : RDO_DRAIN_IDLE;  // SYNC(nodes); relaxed: hint
}

const struct rdo_node_body rdo_node_empty = {"nothing", drain_empty, NULL};

// Iterations ---------------------------------------------------------------------------------------

static void reset_node(struct rdo_node *node) {
  rdo_process_init(&node->process, &node_type, node->graph->executor, 1);
  rdo_process_init(&node->turn, &turn_type, node->graph->executor, 1);
  rdo_atomic_init(&node->pending, node->predecessor_count + (node->needs_body ? 1 : 0));
  rdo_atomic_init(&node->start_ns, INT64_MAX);
  rdo_atomic_init(&node->ended, 0);
  rdo_atomic_init(&node->posted_to, UINT32_MAX);
  node->ready_ns = node->end_ns = node->spent_ns = 0;
  rdo_atomic_init(&node->preemption_count, 0);
  node->held_count = 0;
  node->wait.granted = take_resource;
  node->is_stolen = node->is_released = node->is_abandoned = node->is_failed = false;
}

void rdo_node_graph_begin(struct rdo_node_graph *graph, uint64_t iteration, int64_t begin_ns) {
  graph->iteration = iteration;
  graph->begin_ns = begin_ns;
  rdo_atomic_init(&graph->sequence, iteration * graph->node_count);
  rdo_atomic_init(&graph->left, graph->node_count + graph->actor_count);
  for (uint32_t i = 0; i < graph->node_count; ++i) reset_node(&graph->nodes[i]);
  // SYNC(nodes): what was reset reaches a worker with the post or the slot. Roots that have been placed run already; only
  // what they end touches others, and those are reset.
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    struct rdo_node *node = &graph->nodes[i];
    if (node->predecessor_count == 0 && !node->needs_body) place(node, RDO_POLICY_NONE);
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Nothing waits for ever: a node is parked only at a pool that has too little, whoever gives some back takes the first of the
// parked out, and that one either starts, and gives back itself, or is parked at a pool that was taken later. At the end of an
// iteration all nodes are done, which is checked.

#include "simulate/simulator.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/object.h"

// Beyond, tables of played nodes cannot tell times: 31 years.
#define CLOCK_NS_MAX INT64_C(1000000000000000000)

// As long a player's workers spin before they sleep (play/schedule.c): where nobody is at work, and where somebody is.
#define SPIN_NS INT64_C(20000)
#define BUSY_SPIN_NS INT64_C(200000)

// Before anything has run workers sleep.
#define IDLE_FOR_EVER (-CLOCK_NS_MAX)

// Heaps order by signed numbers; keys are unsigned.
static int64_t heap_key(uint64_t key) { return (int64_t)(key ^ UINT64_C(1) << 63); }

static uint32_t index_of(const struct rdo_simulator *s, const struct rdo_timer *timer) {
  return (uint32_t)(RDO_CONTAINER(timer, struct rdo_sim_state, timer) - s->states);
}

static bool is_lane(const struct rdo_simulator *s, uint32_t pool) { return pool < s->model->lane_count; }

// Workers: linked lists, so that who ran on which one is known ---------------------------------------------

static void give_workers(struct rdo_simulator *s, uint32_t pool, uint32_t count, uint32_t *list) {
  for (; count > 0; --count) {
    uint32_t worker = *list;
    *list = s->next_worker[worker];
    s->idle_since_ns[worker] = s->now_ns;
    s->next_worker[worker] = s->pools[pool].free_worker;
    s->pools[pool].free_worker = worker;
  }
}

static void take_workers(struct rdo_simulator *s, uint32_t pool, uint32_t count, uint32_t *list) {
  for (; count > 0; --count) {
    uint32_t worker = s->pools[pool].free_worker;
    s->pools[pool].free_worker = s->next_worker[worker];
    s->next_worker[worker] = *list;
    *list = worker;
  }
}

static void note_lane(struct rdo_simulator *s, uint32_t lane) {
  s->hints[lane].busy_count = s->model->lanes[lane].worker_count - s->pools[lane].free_count;
  // Hints are whole numbers; sums of very long backlogs may not be.
  double backlog_ns = s->pools[lane].backlog_ns;
  s->hints[lane].backlog_ns = backlog_ns < 0 ? 0 : backlog_ns < (double)CLOCK_NS_MAX ? (int64_t)backlog_ns : CLOCK_NS_MAX;
}

static void take(struct rdo_simulator *s, struct rdo_sim_state *state, uint32_t pool, uint32_t count) {
  struct rdo_sim_pool *from = &s->pools[pool];
  if (is_lane(s, pool)) {
    s->busy_lane_count += from->free_count == s->model->lanes[pool].worker_count;
    take_workers(s, pool, count, &state->worker);
  }
  from->free_count -= count;
  if (is_lane(s, pool)) note_lane(s, pool);
}

// Queues ---------------------------------------------------------------------------------------------------

static void mark_dirty(struct rdo_simulator *s, uint32_t lane) {
  struct rdo_sim_pool *pool = &s->pools[lane];
  if (pool->is_dirty) rdo_timer_heap_remove(&s->dirty, &pool->timer);
  pool->is_dirty = pool->queue.first != NULL;
  if (pool->is_dirty) rdo_timer_heap_insert(&s->dirty, &pool->timer, pool->queue.first->deadline_ns);
}

static void enqueue(struct rdo_simulator *s, uint32_t node) {
  struct rdo_sim_state *state = &s->states[node];
  state->phase = RDO_SIM_QUEUED;
  rdo_timer_heap_insert(&s->pools[state->lane].queue, &state->timer, heap_key(state->key));
  mark_dirty(s, state->lane);
}

static bool is_turn(const struct rdo_simulator *s, uint32_t lane, uint32_t node) {
  const struct rdo_sim_lane *to = &s->model->lanes[lane];
  return s->model->lane_orders[to->order_begin + s->pools[lane].turn] == node;
}

// Whether all nodes that come before it on its lanes have started.
static bool may_come(const struct rdo_simulator *s, uint32_t node) {
  const struct rdo_sim_node *from = &s->model->nodes[node];
  if (!s->model->keeps_order) return true;
  if (!is_turn(s, from->lane, node)) return false;
  for (uint32_t i = 0; i < from->claim_count; ++i) {
    uint32_t pool = s->model->claims[from->claim_begin + i].pool;
    if (is_lane(s, pool) && !is_turn(s, pool, node)) return false;
  }
  return true;
}

// Nothing but its turn and its lane is between a node and its start.
static void arrive(struct rdo_simulator *s, uint32_t node) {
  s->states[node].phase = RDO_SIM_ARRIVED;
  if (may_come(s, node)) enqueue(s, node);
}

static void pass_turn(struct rdo_simulator *s, uint32_t lane) {
  const struct rdo_sim_lane *to = &s->model->lanes[lane];
  if (!s->model->keeps_order || ++s->pools[lane].turn == to->order_count) return;
  uint32_t next = s->model->lane_orders[to->order_begin + s->pools[lane].turn];
  if (s->states[next].phase == RDO_SIM_ARRIVED && may_come(s, next)) enqueue(s, next);
}

// Workers without which a node does not start: one of those that it has in the plan, or all that the policy has found for it.
static uint32_t least_workers(const struct rdo_simulator *s, const struct rdo_sim_state *state) { return s->options->policy->needs_plan ? 1 : state->width; }

// Those who wait for a pool that has something again: the first ones, until enough of them can start that it is used up.
static void wake_waiters(struct rdo_simulator *s, uint32_t pool) {
  uint32_t left = s->pools[pool].free_count;
  while (left > 0 && s->pools[pool].waiters.first != NULL) {
    struct rdo_timer *first = s->pools[pool].waiters.first;
    uint32_t node = index_of(s, first);
    rdo_timer_heap_remove(&s->pools[pool].waiters, first);
    enqueue(s, node);
    left -= s->pools[s->states[node].lane].free_count >= least_workers(s, &s->states[node]);
  }
}

static void give_back(struct rdo_simulator *s, struct rdo_sim_state *state, uint32_t pool, uint32_t count) {
  struct rdo_sim_pool *to = &s->pools[pool];
  to->free_count += count;
  if (is_lane(s, pool)) {
    give_workers(s, pool, count, &state->worker);
    to->busy_ns += (double)(s->now_ns - state->start_ns) * count;
    s->busy_lane_count -= to->free_count == s->model->lanes[pool].worker_count;
    note_lane(s, pool);
    mark_dirty(s, pool);
  }
  wake_waiters(s, pool);
}

// Deciding -------------------------------------------------------------------------------------------------

// Expected times on one worker, of the lanes where it may run.
static void expect(const struct rdo_simulator *s, const struct rdo_sim_node *node, int64_t *lane_ns) {
  for (uint64_t rest = node->lane_mask; rest != 0; rest &= rest - 1) {
    uint32_t lane = (uint32_t)__builtin_ctzll(rest);
    lane_ns[lane] = rdo_sim_model_expect(s->model, node, node->window + lane, 1);
  }
}

// When the results that a node needs are on the cluster where it will run.
static int64_t find_arrival(const struct rdo_simulator *s, uint32_t index) {
  const struct rdo_sim_node *node = &s->model->nodes[index];
  int64_t arrival_ns = s->now_ns;
  for (uint32_t i = 0; i < node->input_count; ++i) {
    const struct rdo_sim_state *before = &s->states[s->model->inputs[node->input_begin + i]];
    int64_t there_ns = before->end_ns + rdo_sim_model_transition_ns(s->model, before->lane, s->states[index].lane);
    if (there_ns > arrival_ns) arrival_ns = there_ns;
  }
  return arrival_ns;
}

static void decide(struct rdo_simulator *s, uint32_t index) {
  const struct rdo_sim_node *node = &s->model->nodes[index];
  struct rdo_sim_state *state = &s->states[index];
  int64_t t0_ns = s->iteration.t0_ns, lane_ns[RDO_POLICY_LANES_MAX];
  uint32_t lane_count = s->model->lane_count - node->window, previous = state->previous_lane - node->window;
  bool has_previous = state->previous_lane != RDO_SIM_NONE && state->previous_lane >= node->window && previous < RDO_POLICY_LANES_MAX;
  struct rdo_policy_decision decision;
  struct rdo_policy_node asked = {.index = index,
                                  .sequence = s->sequence++,
                                  .now_ns = s->now_ns,
                                  .release_ns = t0_ns + node->release_ns,
                                  .deadline_ns = node->urgency.deadline_ns == INT64_MAX ? INT64_MAX : t0_ns + node->urgency.deadline_ns,
                                  .planned_start_ns = t0_ns + node->planned_start_ns,
                                  .planned_lane = node->lane - node->window,
                                  .planned_width = node->width,
                                  .lane_ns = lane_ns,
                                  .lanes = node->lane_mask,
                                  .previous_lane = has_previous ? previous : RDO_POLICY_NONE,
                                  .width_max = node->width,
                                  .priority = node->urgency.priority};
  expect(s, node, lane_ns);
  if (lane_count > RDO_POLICY_LANES_MAX) lane_count = RDO_POLICY_LANES_MAX;
  s->options->policy->decide(&s->options->policy_options, &asked, s->hints + node->window, lane_count, &decision);
  state->lane = node->window + decision.lane;
  state->width = decision.width;
  state->key = decision.key;
  state->cost_ns = (double)lane_ns[decision.lane];
  s->pools[state->lane].backlog_ns += state->cost_ns;
  note_lane(s, state->lane);
  int64_t arrival_ns = find_arrival(s, index);
  state->is_timed = decision.start_ns > arrival_ns;
  if (state->is_timed) arrival_ns = decision.start_ns;
  if (arrival_ns <= s->now_ns) {
    arrive(s, index);
  } else {
    state->phase = RDO_SIM_HELD;
    rdo_timer_heap_insert(&s->events, &state->timer, arrival_ns);
  }
}

static int compare_ready(const void *a, const void *b) {
  const struct rdo_sim_ready *x = a, *y = b;
  if (x->rank != y->rank) return x->rank < y->rank ? -1 : 1;
  return (x->node > y->node) - (x->node < y->node);
}

static void add_ready(struct rdo_simulator *s, uint32_t node) { s->ready[s->ready_count++] = (struct rdo_sim_ready){s->model->nodes[node].rank, node}; }

// What became ready at this instant, in the order of rank.
static void decide_ready(struct rdo_simulator *s) {
  if (s->ready_count > 1) qsort(s->ready, s->ready_count, sizeof *s->ready, compare_ready);
  for (uint32_t i = 0; i < s->ready_count; ++i) decide(s, s->ready[i].node);
  s->ready_count = 0;
}

// All its predecessors have ended. Before its release it is not ready.
static void free_node(struct rdo_simulator *s, uint32_t node, int64_t since_ns) {
  struct rdo_sim_state *state = &s->states[node];
  int64_t release_ns = s->iteration.t0_ns + s->model->nodes[node].release_ns;
  state->ready_ns = release_ns > since_ns ? release_ns : since_ns;
  if (state->ready_ns <= s->now_ns) {
    add_ready(s, node);
  } else {
    state->phase = RDO_SIM_ARMED;
    rdo_timer_heap_insert(&s->events, &state->timer, state->ready_ns);
  }
}

// Starting and ending --------------------------------------------------------------------------------------

static int64_t draw_duration(const struct rdo_simulator *s, uint32_t index, const struct rdo_sim_state *state) {
  const struct rdo_sim_draw draw = rdo_sim_noise_draw(&s->options->noise, s->iteration.run, s->iteration.index, index);
  int64_t expected_ns = rdo_sim_model_expect(s->model, &s->model->nodes[index], state->lane, state->width);
  double factor = draw.factor;
  uint32_t others = s->model->lane_count - 1;  // its own lane is among the busy ones by now
  if (others > 0) factor *= 1 + s->options->interference * (s->busy_lane_count - 1) / others;
  double ns = (double)expected_ns * factor;
  if (factor == 1) return expected_ns + draw.stall_ns;
  return (ns < (double)CLOCK_NS_MAX ? (int64_t)(ns + 0.5) : CLOCK_NS_MAX) + draw.stall_ns;
}

// What passes before a node begins on the workers that it is about to take: the first that is there begins.
static int64_t find_handover(const struct rdo_simulator *s, uint32_t index) {
  const struct rdo_sim_state *state = &s->states[index];
  const struct rdo_sim_lane *lane = &s->model->lanes[state->lane];
  const struct rdo_sim_node *node = &s->model->nodes[index];
  bool is_released = node->is_root && state->ready_ns == s->now_ns;  // a worker is awake for it
  if (is_released && node->is_locked) return 0;
  bool is_awake = is_released || state->is_timed || lane->wake_ns == 0;
  // What waited for others' work, which has just ended, finds those awake that have been idle meanwhile.
  int64_t spin_ns = node->is_root ? SPIN_NS : BUSY_SPIN_NS;
  uint32_t worker = s->pools[state->lane].free_worker;
  for (uint32_t i = 0; i < state->taken_count && !is_awake; ++i, worker = s->next_worker[worker]) is_awake = s->now_ns - s->idle_since_ns[worker] <= spin_ns;
  return is_awake ? lane->handover_ns : lane->wake_ns;
}

static void start(struct rdo_simulator *s, uint32_t index) {
  const struct rdo_sim_node *node = &s->model->nodes[index];
  struct rdo_sim_state *state = &s->states[index];
  uint32_t lane = state->lane;
  state->phase = RDO_SIM_RUNNING;
  state->taken_count = s->pools[lane].free_count < state->width ? s->pools[lane].free_count : state->width;
  state->start_ns = s->now_ns + find_handover(s, index);
  state->worker = RDO_SIM_NONE;
  for (uint32_t i = node->claim_count; i > 0; --i) {
    const struct rdo_sim_claim *claim = &s->model->claims[node->claim_begin + i - 1];
    take(s, state, claim->pool, claim->count);
  }
  take(s, state, lane, state->taken_count);
  ++s->pools[lane].dispatch_count;
  state->end_ns = state->start_ns + draw_duration(s, index, state);
  rdo_timer_heap_insert(&s->events, &state->timer, state->end_ns);
  pass_turn(s, lane);
  for (uint32_t i = 0; i < node->claim_count; ++i) {
    uint32_t pool = s->model->claims[node->claim_begin + i].pool;
    if (is_lane(s, pool)) pass_turn(s, pool);
  }
}

// The pool that keeps a node from starting, or RDO_SIM_NONE.
static uint32_t find_obstacle(const struct rdo_simulator *s, uint32_t index) {
  const struct rdo_sim_node *node = &s->model->nodes[index];
  for (uint32_t i = 0; i < node->claim_count; ++i) {
    const struct rdo_sim_claim *claim = &s->model->claims[node->claim_begin + i];
    if (s->pools[claim->pool].free_count < claim->count) return claim->pool;
  }
  return RDO_SIM_NONE;
}

// The first of a lane's queue starts, is parked, or keeps the lane waiting.
static void serve(struct rdo_simulator *s, uint32_t lane) {
  struct rdo_sim_pool *pool = &s->pools[lane];
  struct rdo_timer *first = pool->queue.first;
  uint32_t node = index_of(s, first), obstacle;
  struct rdo_sim_state *state = &s->states[node];
  if (pool->free_count < least_workers(s, state)) return;
  rdo_timer_heap_remove(&pool->queue, first);
  obstacle = find_obstacle(s, node);
  if (obstacle == RDO_SIM_NONE) {
    start(s, node);
  } else {
    state->phase = RDO_SIM_PARKED;
    rdo_timer_heap_insert(&s->pools[obstacle].waiters, &state->timer, heap_key(state->key));
  }
  mark_dirty(s, lane);
}

static void fill_lanes(struct rdo_simulator *s) {
  while (s->dirty.first != NULL) {
    struct rdo_sim_pool *pool = RDO_CONTAINER(s->dirty.first, struct rdo_sim_pool, timer);
    rdo_timer_heap_remove(&s->dirty, &pool->timer);
    pool->is_dirty = false;
    serve(s, (uint32_t)(pool - s->pools));
  }
}

static void end(struct rdo_simulator *s, uint32_t index) {
  const struct rdo_sim_node *node = &s->model->nodes[index];
  struct rdo_sim_state *state = &s->states[index];
  uint32_t worker = state->worker;
  state->phase = RDO_SIM_DONE;
  s->pools[state->lane].backlog_ns -= state->cost_ns;
  give_back(s, state, state->lane, state->taken_count);
  for (uint32_t i = 0; i < node->claim_count; ++i) {
    const struct rdo_sim_claim *claim = &s->model->claims[node->claim_begin + i];
    give_back(s, state, claim->pool, claim->count);
  }
  state->worker = worker;  // for those who look
  for (uint32_t i = 0; i < node->successor_count; ++i) {
    struct rdo_sim_state *next = &s->states[s->model->successors[node->successor_begin + i]];
    next->previous_lane = state->lane;
    if (--next->predecessors_left == 0) free_node(s, (uint32_t)(next - s->states), s->now_ns);
  }
}

static enum rondo_status handle_event(struct rdo_simulator *s, const struct rdo_sim_observer *observer, struct rondo_diag *diag) {
  struct rdo_timer *first = s->events.first;
  uint32_t node = index_of(s, first);
  rdo_timer_heap_remove(&s->events, first);
  switch (s->states[node].phase) {
    case RDO_SIM_ARMED: add_ready(s, node); break;
    case RDO_SIM_HELD: arrive(s, node); break;
    default:
      end(s, node);
      if (s->now_ns > s->iteration.end_ns) s->iteration.end_ns = s->now_ns;
      return observer->see_end != NULL ? observer->see_end(observer->user, s, &s->iteration, node, diag) : RONDO_OK;
  }
  return RONDO_OK;
}

// One iteration --------------------------------------------------------------------------------------------

static void reset_states(struct rdo_simulator *s) {
  for (uint32_t i = 0; i < s->model->node_count; ++i) {
    s->states[i] = (struct rdo_sim_state){.predecessors_left = s->model->nodes[i].predecessor_count, .previous_lane = RDO_SIM_NONE};
  }
  for (uint32_t i = 0; i < s->model->lane_count; ++i) s->pools[i].turn = 0;
  for (uint32_t i = 0; i < s->model->node_count; ++i) {
    if (s->states[i].predecessors_left == 0) free_node(s, i, s->iteration.t0_ns);
  }
}

static enum rondo_status check_done(const struct rdo_simulator *s, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < s->model->node_count; ++i) {
    if (s->states[i].phase == RDO_SIM_DONE) continue;
    return rdo_fail(diag, RONDO_INTERNAL, "the simulation stopped before '%s' could run: please report this with the plan", s->model->schedule->nodes[s->model->nodes[i].schedule_node].key);
  }
  return RONDO_OK;
}

static enum rondo_status run_iteration(struct rdo_simulator *s, const struct rdo_sim_observer *observer, struct rondo_diag *diag) {
  s->iteration.end_ns = s->iteration.t0_ns;
  reset_states(s);
  for (;;) {
    decide_ready(s);
    fill_lanes(s);
    if (s->events.first == NULL) break;
    s->now_ns = s->events.first->deadline_ns;
    if (s->now_ns > CLOCK_NS_MAX) return rdo_fail(diag, RONDO_OUT_OF_RANGE, "the simulation is longer than 31 years: simulate fewer iterations, or less noise");
    while (s->events.first != NULL && s->events.first->deadline_ns == s->now_ns) RDO_TRY(handle_event(s, observer, diag));
  }
  RDO_TRY(check_done(s, diag));
  return observer->see_iteration != NULL ? observer->see_iteration(observer->user, s, &s->iteration, diag) : RONDO_OK;
}

static void reset(struct rdo_simulator *s) {
  const struct rdo_sim_model *model = s->model;
  s->events = s->dirty = (struct rdo_timer_heap){0};
  s->now_ns = 0;
  s->sequence = 0;
  s->ready_count = s->busy_lane_count = 0;
  for (uint32_t i = 0; i < model->lane_count + model->resource_count; ++i) {
    s->pools[i] = (struct rdo_sim_pool){.free_worker = RDO_SIM_NONE};
    s->pools[i].free_count = is_lane(s, i) ? model->lanes[i].worker_count : model->resource_capacities[i - model->lane_count];
  }
  for (uint32_t i = 0; i < model->lane_count; ++i) {
    s->hints[i] = (struct rdo_policy_lane){.worker_count = model->lanes[i].worker_count};
    for (uint32_t k = model->lanes[i].worker_count; k > 0; --k) {
      uint32_t worker = model->lanes[i].worker_begin + k - 1;
      s->next_worker[worker] = s->pools[i].free_worker;
      s->idle_since_ns[worker] = IDLE_FOR_EVER;
      s->pools[i].free_worker = worker;
    }
  }
}

enum rondo_status rdo_simulator_run(struct rdo_simulator *s, uint64_t run, const struct rdo_sim_observer *observer, struct rondo_diag *diag) {
  int64_t period_ns = s->model->schedule->period_ns, t0_ns = 0;
  reset(s);
  for (uint64_t i = 0; i < s->options->iteration_count; ++i) {
    s->iteration = (struct rdo_sim_iteration){.run = run, .index = i, .t0_ns = t0_ns};
    // One that is late makes the next one late, whose releases stay where they were.
    if (s->now_ns < t0_ns) s->now_ns = t0_ns;
    RDO_TRY(run_iteration(s, observer, diag));
    t0_ns = period_ns > 0 ? t0_ns + period_ns : s->iteration.end_ns;
  }
  return RONDO_OK;
}

enum rondo_status rdo_simulator_init(struct rdo_simulator *out_simulator, const struct rdo_sim_model *model, const struct rdo_sim_options *options,
                                     struct rondo_diag *diag) {
  struct rdo_simulator *s = out_simulator;
  *s = (struct rdo_simulator){.model = model, .options = options};
  RDO_TRY(rdo_alloc_array(model->node_count, sizeof *s->states, &s->states, diag));
  RDO_TRY(rdo_alloc_array((size_t)model->lane_count + model->resource_count, sizeof *s->pools, &s->pools, diag));
  RDO_TRY(rdo_alloc_array(model->lane_count, sizeof *s->hints, &s->hints, diag));
  RDO_TRY(rdo_alloc_array(model->worker_count, sizeof *s->next_worker, &s->next_worker, diag));
  RDO_TRY(rdo_alloc_array(model->worker_count, sizeof *s->idle_since_ns, &s->idle_since_ns, diag));
  return rdo_alloc_array(model->node_count, sizeof *s->ready, &s->ready, diag);
}

void rdo_simulator_deinit(struct rdo_simulator *simulator) {
  rdo_free(simulator->states);
  rdo_free(simulator->pools);
  rdo_free(simulator->hints);
  rdo_free(simulator->next_worker);
  rdo_free(simulator->idle_since_ns);
  rdo_free(simulator->ready);
  *simulator = (struct rdo_simulator){0};
}

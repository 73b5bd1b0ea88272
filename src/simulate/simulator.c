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

// The model's node, the first state of its slot, and its iteration.
static uint32_t place_of(const struct rdo_simulator *s, uint32_t index) { return index % s->model->node_count; }
static const struct rdo_sim_node *node_at(const struct rdo_simulator *s, uint32_t index) { return &s->model->nodes[place_of(s, index)]; }
static uint32_t base_of(const struct rdo_simulator *s, uint32_t index) { return index - place_of(s, index); }
static struct rdo_sim_slot *slot_at(const struct rdo_simulator *s, uint32_t index) { return &s->slots[index / s->model->node_count]; }

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

static uint32_t *turn_of(const struct rdo_simulator *s, uint32_t lane, uint32_t node) { return &s->turns[node / s->model->node_count * s->model->lane_count + lane]; }

static bool is_turn(const struct rdo_simulator *s, uint32_t lane, uint32_t node) {
  const struct rdo_sim_lane *to = &s->model->lanes[lane];
  return s->model->lane_orders[to->order_begin + *turn_of(s, lane, node)] == place_of(s, node);
}

// Whether all nodes that come before it on its lanes have started.
static bool may_come(const struct rdo_simulator *s, uint32_t node) {
  const struct rdo_sim_node *from = node_at(s, node);
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

static void pass_turn(struct rdo_simulator *s, uint32_t lane, uint32_t node) {
  const struct rdo_sim_lane *to = &s->model->lanes[lane];
  if (!s->model->keeps_order || ++*turn_of(s, lane, node) == to->order_count) return;
  uint32_t next = base_of(s, node) + s->model->lane_orders[to->order_begin + *turn_of(s, lane, node)];
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
  const struct rdo_sim_node *node = node_at(s, index);
  int64_t arrival_ns = s->now_ns;
  for (uint32_t i = 0; i < node->input_count; ++i) {
    const struct rdo_sim_state *before = &s->states[base_of(s, index) + s->model->inputs[node->input_begin + i]];
    int64_t there_ns = before->end_ns + rdo_sim_model_transition_ns(s->model, before->lane, s->states[index].lane);
    if (there_ns > arrival_ns) arrival_ns = there_ns;
  }
  return arrival_ns;
}

static void decide(struct rdo_simulator *s, uint32_t index) {
  const struct rdo_sim_node *node = node_at(s, index);
  struct rdo_sim_state *state = &s->states[index];
  int64_t t0_ns = slot_at(s, index)->iteration.t0_ns, lane_ns[RDO_POLICY_LANES_MAX];
  uint32_t lane_count = s->model->lane_count - node->window, previous = state->previous_lane - node->window;
  bool has_previous = state->previous_lane != RDO_SIM_NONE && state->previous_lane >= node->window && previous < RDO_POLICY_LANES_MAX;
  struct rdo_policy_decision decision;
  struct rdo_policy_node asked = {.index = place_of(s, index),
                                  .sequence = s->sequence++,
                                  .now_ns = s->now_ns,
                                  .release_ns = t0_ns + node->release_ns,
                                  .deadline_ns = node->urgency.deadline_ns == INT64_MAX ? INT64_MAX : t0_ns + node->urgency.deadline_ns,
                                  .planned_start_ns = t0_ns + node->planned_start_ns,
                                  .tie = node->tie,
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

static void add_ready(struct rdo_simulator *s, uint32_t node) { s->ready[s->ready_count++] = (struct rdo_sim_ready){node_at(s, node)->rank, node}; }

// What became ready at this instant, in the order of rank.
static void decide_ready(struct rdo_simulator *s) {
  if (s->ready_count > 1) qsort(s->ready, s->ready_count, sizeof *s->ready, compare_ready);
  for (uint32_t i = 0; i < s->ready_count; ++i) decide(s, s->ready[i].node);
  s->ready_count = 0;
}

// All its predecessors have ended. Before its release it is not ready.
static void free_node(struct rdo_simulator *s, uint32_t node, int64_t since_ns) {
  struct rdo_sim_state *state = &s->states[node];
  int64_t release_ns = slot_at(s, node)->iteration.t0_ns + node_at(s, node)->release_ns;
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
  const struct rdo_sim_draw draw = rdo_sim_noise_draw(&s->options->noise, slot_at(s, index)->iteration.run, slot_at(s, index)->iteration.index, place_of(s, index));
  int64_t expected_ns = rdo_sim_model_expect(s->model, node_at(s, index), state->lane, state->width);
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
  const struct rdo_sim_node *node = node_at(s, index);
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
  const struct rdo_sim_node *node = node_at(s, index);
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
  pass_turn(s, lane, index);
  for (uint32_t i = 0; i < node->claim_count; ++i) {
    uint32_t pool = s->model->claims[node->claim_begin + i].pool;
    if (is_lane(s, pool)) pass_turn(s, pool, index);
  }
}

// The pool that keeps a node from starting, or RDO_SIM_NONE.
static uint32_t find_obstacle(const struct rdo_simulator *s, uint32_t index) {
  const struct rdo_sim_node *node = node_at(s, index);
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

// What waits in the next iteration, if that has begun.
static void end_for_next(struct rdo_simulator *s, uint32_t index) {
  uint64_t next_index = slot_at(s, index)->iteration.index + 1;
  uint32_t place = place_of(s, index), next = (uint32_t)(next_index % s->slot_count);
  if (s->model->return_count == 0 || s->slots[next].left_count == 0 || s->slots[next].iteration.index != next_index) return;
  for (uint32_t i = 0; i < s->model->return_count; ++i) {
    uint32_t waiting = next * s->model->node_count + s->model->returns[i].to;
    // A root that had its turn to wait for was ready before: that is a delay.
    int64_t since_ns = node_at(s, waiting)->is_root ? s->slots[next].iteration.t0_ns : s->now_ns;
    if (s->model->returns[i].from == place && --s->states[waiting].predecessors_left == 0) free_node(s, waiting, since_ns);
  }
}

static void end(struct rdo_simulator *s, uint32_t index) {
  const struct rdo_sim_node *node = node_at(s, index);
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
    struct rdo_sim_state *next = &s->states[base_of(s, index) + s->model->successors[node->successor_begin + i]];
    next->previous_lane = state->lane;
    if (--next->predecessors_left == 0) free_node(s, (uint32_t)(next - s->states), s->now_ns);
  }
  end_for_next(s, index);
}

// Observers see the iteration of a slot.
static void show(struct rdo_simulator *s, const struct rdo_sim_slot *slot) {
  s->iteration = slot->iteration;
  s->seen = s->states + (size_t)(slot - s->slots) * s->model->node_count;
}

static enum rondo_status note_end(struct rdo_simulator *s, uint32_t index, const struct rdo_sim_observer *observer, struct rondo_diag *diag) {
  struct rdo_sim_slot *slot = slot_at(s, index);
  if (s->now_ns > slot->iteration.end_ns) slot->iteration.end_ns = s->now_ns;
  show(s, slot);
  if (observer->see_end != NULL) RDO_TRY(observer->see_end(observer->user, s, &s->iteration, place_of(s, index), diag));
  if (--slot->left_count > 0 || observer->see_iteration == NULL) return RONDO_OK;
  return observer->see_iteration(observer->user, s, &s->iteration, diag);
}

static enum rondo_status handle_event(struct rdo_simulator *s, const struct rdo_sim_observer *observer, struct rondo_diag *diag) {
  struct rdo_timer *first = s->events.first;
  uint32_t node = index_of(s, first);
  rdo_timer_heap_remove(&s->events, first);
  switch (s->states[node].phase) {
    case RDO_SIM_ARMED: add_ready(s, node); break;
    case RDO_SIM_HELD: arrive(s, node); break;
    default: end(s, node); return note_end(s, node, observer, diag);
  }
  return RONDO_OK;
}

// Iterations -----------------------------------------------------------------------------------------------

static void begin_iteration(struct rdo_simulator *s, uint64_t run, uint64_t index, int64_t t0_ns) {
  const struct rdo_sim_model *model = s->model;
  uint32_t number = (uint32_t)(index % s->slot_count), base = number * model->node_count, before = (uint32_t)((index + s->slot_count - 1) % s->slot_count);
  struct rdo_sim_slot *slot = &s->slots[number];
  *slot = (struct rdo_sim_slot){{.run = run, .index = index, .t0_ns = t0_ns, .end_ns = t0_ns}, model->node_count};
  for (uint32_t i = 0; i < model->node_count; ++i) {
    s->states[base + i] = (struct rdo_sim_state){.predecessors_left = model->nodes[i].predecessor_count, .previous_lane = RDO_SIM_NONE};
  }
  for (uint32_t i = 0; i < model->return_count && index > 0; ++i) {
    bool is_over = before == number || s->states[before * model->node_count + model->returns[i].from].phase == RDO_SIM_DONE;
    if (!is_over) ++s->states[base + model->returns[i].to].predecessors_left;
  }
  for (uint32_t i = 0; i < model->lane_count; ++i) s->turns[number * model->lane_count + i] = 0;
  for (uint32_t i = 0; i < model->node_count; ++i) {
    if (s->states[base + i].predecessors_left == 0) free_node(s, base + i, t0_ns);
  }
}

static enum rondo_status check_done(const struct rdo_simulator *s, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < s->slot_count * s->model->node_count; ++i) {
    if (s->slots[i / s->model->node_count].left_count == 0 || s->states[i].phase == RDO_SIM_DONE) continue;
    return rdo_fail(diag, RONDO_INTERNAL, "the simulation stopped before '%s' could run: please report this with the plan", s->model->schedule->nodes[node_at(s, i)->schedule_node].key);
  }
  return RONDO_OK;
}

// Whether an iteration may begin: its slot is free, and without a period the one before it is over.
static bool may_begin(const struct rdo_simulator *s, uint64_t index) {
  return index < s->options->iteration_count && s->slots[index % s->slot_count].left_count == 0;
}

// Up to the end of the last iteration. At one instant what ends does so before an iteration begins.
static enum rondo_status run_iterations(struct rdo_simulator *s, uint64_t run, const struct rdo_sim_observer *observer, struct rondo_diag *diag) {
  int64_t period_ns = s->model->schedule->period_ns, t0_ns = 0;
  for (uint64_t index = 0;;) {
    decide_ready(s);
    fill_lanes(s);
    const struct rdo_timer *first = s->events.first;
    // One that is late makes the next one late, whose releases stay where they were.
    if (may_begin(s, index) && (first == NULL || (t0_ns > s->now_ns ? t0_ns : s->now_ns) < first->deadline_ns)) {
      if (period_ns == 0 && index > 0) t0_ns = s->slots[(index - 1) % s->slot_count].iteration.end_ns;
      if (s->now_ns < t0_ns) s->now_ns = t0_ns;
      begin_iteration(s, run, index++, t0_ns);
      t0_ns += period_ns;
      continue;
    }
    if (first == NULL) return check_done(s, diag);
    s->now_ns = first->deadline_ns;
    if (s->now_ns > CLOCK_NS_MAX) return rdo_fail(diag, RONDO_OUT_OF_RANGE, "the simulation is longer than 31 years: simulate fewer iterations, or less noise");
    while (s->events.first != NULL && s->events.first->deadline_ns == s->now_ns) RDO_TRY(handle_event(s, observer, diag));
  }
}

static void reset(struct rdo_simulator *s) {
  const struct rdo_sim_model *model = s->model;
  s->events = s->dirty = (struct rdo_timer_heap){0};
  s->now_ns = 0;
  s->sequence = 0;
  for (uint32_t i = 0; i < s->slot_count; ++i) s->slots[i] = (struct rdo_sim_slot){.left_count = 0};
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
  reset(s);
  return run_iterations(s, run, observer, diag);
}

enum rondo_status rdo_simulator_init(struct rdo_simulator *out_simulator, const struct rdo_sim_model *model, const struct rdo_sim_options *options,
                                     struct rondo_diag *diag) {
  struct rdo_simulator *s = out_simulator;
  *s = (struct rdo_simulator){.model = model, .options = options};
  s->slot_count = model->overlap_count;
  size_t state_count = (size_t)s->slot_count * model->node_count;
  if (state_count > UINT32_MAX) return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%u iterations of %u dispatches overlap: too many to simulate", (unsigned)s->slot_count, (unsigned)model->node_count);
  RDO_TRY(rdo_alloc_array(s->slot_count, sizeof *s->slots, &s->slots, diag));
  RDO_TRY(rdo_alloc_array((size_t)s->slot_count * model->lane_count, sizeof *s->turns, &s->turns, diag));
  RDO_TRY(rdo_alloc_array(state_count, sizeof *s->states, &s->states, diag));
  RDO_TRY(rdo_alloc_array((size_t)model->lane_count + model->resource_count, sizeof *s->pools, &s->pools, diag));
  RDO_TRY(rdo_alloc_array(model->lane_count, sizeof *s->hints, &s->hints, diag));
  RDO_TRY(rdo_alloc_array(model->worker_count, sizeof *s->next_worker, &s->next_worker, diag));
  RDO_TRY(rdo_alloc_array(model->worker_count, sizeof *s->idle_since_ns, &s->idle_since_ns, diag));
  return rdo_alloc_array(state_count, sizeof *s->ready, &s->ready, diag);
}

void rdo_simulator_deinit(struct rdo_simulator *simulator) {
  rdo_free(simulator->slots);
  rdo_free(simulator->turns);
  rdo_free(simulator->states);
  rdo_free(simulator->pools);
  rdo_free(simulator->hints);
  rdo_free(simulator->next_worker);
  rdo_free(simulator->idle_since_ns);
  rdo_free(simulator->ready);
  *simulator = (struct rdo_simulator){0};
}

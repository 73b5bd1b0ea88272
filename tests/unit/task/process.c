// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "task/process.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "probe.h"

// Drains that say what the test wants ---------------------------------------------------------------

static enum rdo_drain_result drain_idle(struct probe *probe, struct rdo_worker *worker) {
  (void)probe;
  (void)worker;
  return RDO_DRAIN_IDLE;
}

// Has nothing to do and ends by a failure only.
static enum rdo_drain_result idle_or_end(struct probe *probe) {
  return rdo_process_status(&probe->process) == RONDO_OK ? RDO_DRAIN_IDLE : probe_end(probe);
}

static enum rdo_drain_result drain_until_failed(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  return idle_or_end(probe);
}

static enum rdo_drain_result drain_gate_then_idle(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  gate_pass(probe->user);
  return idle_or_end(probe);
}

static void assert_untouched(const struct probe *probe) {
  assert_int_equal(count_of(&probe->drain_count), 0);
  assert_int_equal(count_of(&probe->complete_count), 0);
  assert_int_equal(count_of(&probe->release_count), 0);
}

static void assert_ended(const struct probe *probe, enum rondo_status status) {
  assert_int_equal(count_of(&probe->complete_count), 1);
  assert_int_equal(count_of(&probe->release_count), 1);
  assert_int_equal(probe->status, status);
  assert_true(probe->complete_order < probe->release_order);
}

// Life ----------------------------------------------------------------------------------------------

static enum rdo_drain_result drain_life(struct probe *probe, struct rdo_worker *worker) {
  assert_ptr_equal(worker, probe->user);
  switch (count_of(&probe->drain_count)) {
    case 1: case 2: return RDO_DRAIN_MORE;
    case 3: return RDO_DRAIN_IDLE;
    default: return RDO_DRAIN_DONE;
  }
}

static void test_life(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe probe;
  probe_init(&probe, executor, 1, drain_life);
  probe.user = seat;
  assert_false(rdo_worker_pump(seat));
  rdo_process_resume(&probe.process);
  assert_untouched(&probe);  // handed to whoever drains, not run here
  pump_dry(seat);
  assert_int_equal(count_of(&probe.drain_count), 3);  // until it was idle
  assert_int_equal(count_of(&probe.complete_count), 0);
  pump_dry(seat);
  assert_int_equal(count_of(&probe.drain_count), 3);
  rdo_process_schedule(&probe.process);
  pump_dry(seat);
  assert_int_equal(count_of(&probe.drain_count), 4);
  assert_ended(&probe, RONDO_OK);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

static void test_start_idle(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe probe;
  probe_init(&probe, executor, 1, NULL);
  rdo_process_start_idle(&probe.process);
  pump_dry(seat);
  assert_untouched(&probe);
  rdo_process_schedule(&probe.process);
  rdo_process_schedule(&probe.process);
  pump_dry(seat);
  assert_int_equal(count_of(&probe.drain_count), 1);
  assert_ended(&probe, RONDO_OK);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

// The process is with the workers when the last resume returns: nobody in between.
static void test_resume_activates_on_the_caller(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct probe listed, shared;
  probe_init(&listed, executor, 1, NULL);
  probe_init(&shared, executor, 4, NULL);
  rdo_process_suspend(&listed.process);
  rdo_process_resume(&listed.process);
  assert_null(rdo_atomic_load(&executor->immediate, rdo_seq_cst));
  rdo_process_resume(&listed.process);
  assert_ptr_equal(rdo_atomic_load(&executor->immediate, rdo_seq_cst), &listed.process);
  rdo_process_resume(&shared.process);
  assert_ptr_equal(executor->slots[0].process, &shared.process);
  struct rdo_worker *seat = take_seat(executor);
  pump_dry(seat);
  assert_ended(&listed, RONDO_OK);
  assert_ended(&shared, RONDO_OK);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

// Several threads that do the same thing at about the same time.
enum { CROWD_MAX = 16 };

struct crowd {
  void (*act)(struct probe *probe, uint32_t index);
  struct probe *probe;
  uint32_t count, round_count;
  rdo_atomic_u32 arrived_count;  // of all rounds
  void (*begin_round)(struct probe *probe);
  void (*end_round)(struct probe *probe, uint32_t count);
  rdo_atomic_u32 next_index;
};

static void meet(struct crowd *crowd, uint32_t meeting) {
  count_up(&crowd->arrived_count);
  while (count_of(&crowd->arrived_count) < crowd->count * meeting) sched_yield();
}

static void *run_in_crowd(void *user) {
  struct crowd *crowd = user;
  uint32_t index = count_up(&crowd->next_index), meeting = 0;
  for (uint32_t i = 0; i < crowd->round_count; ++i) {
    if (index == 0) crowd->begin_round(crowd->probe);
    meet(crowd, ++meeting);
    crowd->act(crowd->probe, index);
    meet(crowd, ++meeting);
    if (index == 0) crowd->end_round(crowd->probe, crowd->count);
    watchdog_tick();
  }
  return NULL;
}

static void run_crowd(struct crowd *crowd) {
  pthread_t threads[CROWD_MAX];
  rdo_atomic_init(&crowd->arrived_count, 0);
  rdo_atomic_init(&crowd->next_index, 0);
  for (uint32_t i = 0; i < crowd->count; ++i) assert_int_equal(pthread_create(&threads[i], NULL, run_in_crowd, crowd), 0);
  for (uint32_t i = 0; i < crowd->count; ++i) pthread_join(threads[i], NULL);
}

static struct rdo_executor *crowd_executor;

static void begin_two_resumes(struct probe *probe) {
  probe_init(probe, crowd_executor, 1 + count_of(&probe_clock) % 2, NULL);
  rdo_process_suspend(&probe->process);
}

static void begin_eight_resumes(struct probe *probe) {
  probe_init(probe, crowd_executor, 1, NULL);
  for (int i = 1; i < 8; ++i) rdo_process_suspend(&probe->process);
}

static void resume_once(struct probe *probe, uint32_t index) {
  (void)index;
  CHECK(count_of(&probe->drain_count) == 0);
  rdo_process_resume(&probe->process);
}

static void end_resumes(struct probe *probe, uint32_t count) {
  (void)count;
  await_release(probe);
  CHECK(count_of(&probe->drain_count) >= 1);
  if (probe->process.budget == 1) CHECK(count_of(&probe->drain_count) == 1);
}

static void test_resumers_activate_once(void **state) {
  (void)state;
  struct probe probe = {.user = NULL};
  crowd_executor = start_executor(2);
  run_crowd(&(struct crowd){.act = resume_once, .probe = &probe, .count = 2, .round_count = 1000, .begin_round = begin_two_resumes, .end_round = end_resumes});
  run_crowd(&(struct crowd){.act = resume_once, .probe = &probe, .count = 8, .round_count = 200, .begin_round = begin_eight_resumes, .end_round = end_resumes});
  stop_executor(crowd_executor);
}

// Failures ------------------------------------------------------------------------------------------

static rdo_atomic_u32 winner_count, winner;

static void begin_failures(struct probe *probe) {
  probe_init(probe, crowd_executor, 1, NULL);
  rdo_atomic_store(&winner_count, 0, rdo_seq_cst);
}

static void fail_once(struct probe *probe, uint32_t index) {
  enum rondo_status status = (enum rondo_status)(RONDO_UNKNOWN + index);
  if (!rdo_process_fail(&probe->process, status)) return;
  rdo_atomic_store(&winner, status, rdo_seq_cst);
  count_up(&winner_count);
}

static void end_failures(struct probe *probe, uint32_t count) {
  (void)count;
  CHECK(count_of(&winner_count) == 1);
  CHECK(rdo_process_status(&probe->process) == (enum rondo_status)count_of(&winner));
  CHECK(!rdo_process_fail(&probe->process, RONDO_DATA_LOSS));
  rdo_process_resume(&probe->process);
  await_release(probe);
  CHECK(count_of(&probe->drain_count) == 0);  // failed before it ran
  CHECK(probe->status == (enum rondo_status)count_of(&winner));
}

static void test_first_failure_wins(void **state) {
  (void)state;
  struct probe probe;
  crowd_executor = start_executor(1);
  run_crowd(&(struct crowd){.act = fail_once, .probe = &probe, .count = 8, .round_count = 300, .begin_round = begin_failures, .end_round = end_failures});
  stop_executor(crowd_executor);
}

static enum rdo_drain_result drain_failing(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  assert_true(rdo_process_fail(&probe->process, RONDO_DATA_LOSS));
  return RDO_DRAIN_IDLE;
}

// A budget-1 process that fails in its drain ends when it is looked at next.
static void test_failure_in_drain(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe probe;
  probe_init(&probe, executor, 1, drain_failing);
  rdo_process_resume(&probe.process);
  pump_dry(seat);
  assert_int_equal(count_of(&probe.complete_count), 0);
  rdo_process_schedule(&probe.process);
  pump_dry(seat);
  assert_int_equal(count_of(&probe.drain_count), 1);
  assert_ended(&probe, RONDO_DATA_LOSS);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

// One that failed before it ran is never put into a slot.
static void test_failed_while_suspended(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe probe;
  probe_init(&probe, executor, 4, NULL);
  assert_true(rdo_process_fail(&probe.process, RONDO_UNAVAILABLE));
  rdo_process_resume(&probe.process);
  assert_int_equal(rdo_atomic_load(&executor->occupied, rdo_seq_cst), 0);
  pump_dry(seat);
  assert_int_equal(count_of(&probe.drain_count), 0);
  assert_ended(&probe, RONDO_UNAVAILABLE);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

// Dependents ----------------------------------------------------------------------------------------

// A process with the edges to its dependents, freed in its release.
enum { EDGES_MAX = 3 };

struct node {
  struct probe probe;
  struct rdo_process_edge edges[EDGES_MAX];
  uint32_t edge_count;
  uint32_t index;
};

struct ending {
  enum rondo_status status;
  uint32_t order, drain_count;
};

static struct ending endings[128];
static rdo_atomic_u32 ended_count;

static void free_node(struct probe *probe) {
  struct node *node = RDO_CONTAINER(probe, struct node, probe);
  endings[node->index] = (struct ending){probe->status, probe->complete_order, count_of(&probe->drain_count)};
  free(node);
  count_up(&ended_count);
}

static struct node *make_node(struct rdo_executor *executor, uint32_t index, uint32_t budget) {
  struct node *node = calloc(1, sizeof *node);
  CHECK(node != NULL);
  probe_init(&node->probe, executor, budget, NULL);
  node->probe.at_release = free_node;
  node->index = index;
  return node;
}

static void link_nodes(struct node *from, struct node *to) {
  CHECK(from->edge_count < EDGES_MAX);
  rdo_process_add_dependent(&from->probe.process, &from->edges[from->edge_count++], &to->probe.process);
}

static enum rdo_drain_result drain_first_fails(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  (void)rdo_process_fail(&probe->process, RONDO_DATA_LOSS);
  return probe_end(probe);
}

static void run_chain(struct rdo_executor *executor, uint32_t budget, bool is_failing) {
  enum { LENGTH = 100 };
  struct node *nodes[LENGTH];
  rdo_atomic_store(&ended_count, 0, rdo_seq_cst);
  for (uint32_t i = 0; i < LENGTH; ++i) nodes[i] = make_node(executor, i, budget);
  if (is_failing) nodes[0]->probe.drain = drain_first_fails;
  for (uint32_t i = 1; i < LENGTH; ++i) link_nodes(nodes[i - 1], nodes[i]);
  for (uint32_t i = LENGTH; i-- > 0;) rdo_process_resume(&nodes[i]->probe.process);
  await_count(&ended_count, LENGTH);
  for (uint32_t i = 0; i < LENGTH; ++i) {
    assert_int_equal(endings[i].status, is_failing ? RONDO_DATA_LOSS : RONDO_OK);
    if (i > 0) assert_true(endings[i - 1].order < endings[i].order);
    if (is_failing && i > 0) assert_int_equal(endings[i].drain_count, 0);
    if (!is_failing) assert_true(endings[i].drain_count >= 1);
  }
}

static void test_chain(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(3);
  for (uint32_t budget = 1; budget <= 4; budget += 3) {
    run_chain(executor, budget, false);
    run_chain(executor, budget, true);
  }
  stop_executor(executor);
}

// One → three → one: the last runs once, after all three, and gets the failure of one of them.
static void run_diamond(struct rdo_executor *executor, int failing) {
  struct node *nodes[5];
  rdo_atomic_store(&ended_count, 0, rdo_seq_cst);
  for (uint32_t i = 0; i < 5; ++i) nodes[i] = make_node(executor, i, 1);
  for (int i = 1; i <= 3; ++i) link_nodes(nodes[0], nodes[i]);
  for (int i = 1; i <= 3; ++i) link_nodes(nodes[i], nodes[4]);
  if (failing >= 0) nodes[failing]->probe.drain = drain_first_fails;
  for (uint32_t i = 0; i < 5; ++i) rdo_process_resume(&nodes[i]->probe.process);
  await_count(&ended_count, 5);
  for (int i = 0; i < 5; ++i) {
    bool is_after = failing >= 0 && (i == 4 || (failing == 0 && i > 0));
    assert_int_equal(endings[i].status, is_after || failing == i ? RONDO_DATA_LOSS : RONDO_OK);
    assert_int_equal(endings[i].drain_count, is_after ? 0 : 1);
    if (i < 4) assert_true(endings[i].order < endings[4].order);
    if (i > 0) assert_true(endings[0].order < endings[i].order);
  }
}

static void test_diamond(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(3);
  for (int i = 0; i < 100; ++i) run_diamond(executor, i % 5 - 1);
  stop_executor(executor);
}

// Cancelling ----------------------------------------------------------------------------------------

static void test_cancel_suspended(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  for (uint32_t budget = 1; budget <= 4; budget += 3) {
    struct probe probe, dependent;
    struct rdo_process_edge edge;
    probe_init(&probe, executor, budget, NULL);
    probe_init(&dependent, executor, 1, NULL);
    rdo_process_add_dependent(&probe.process, &edge, &dependent.process);
    rdo_process_suspend(&probe.process);
    rdo_process_resume(&dependent.process);
    rdo_process_cancel(&probe.process);
    // At once, on this thread: the callback and the dependents.
    assert_int_equal(count_of(&probe.complete_count), 1);
    assert_int_equal(probe.status, RONDO_CANCELLED);
    assert_int_equal(probe.complete_thread, thread_id());
    assert_int_equal(rdo_process_status(&dependent.process), RONDO_CANCELLED);
    pump_dry(seat);
    assert_ended(&dependent, RONDO_CANCELLED);
    assert_int_equal(count_of(&dependent.drain_count), 0);
    // Others still refer to it.
    rdo_process_cancel(&probe.process);
    rdo_process_resume(&probe.process);
    assert_int_equal(count_of(&probe.release_count), 0);
    rdo_process_resume(&probe.process);
    assert_ended(&probe, RONDO_CANCELLED);
    pump_dry(seat);
    assert_int_equal(count_of(&probe.drain_count), 0);
  }
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

static void test_cancel_idle(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(1);
  struct probe probe;
  probe_init(&probe, executor, 1, drain_idle);
  rdo_process_resume(&probe.process);
  await_count(&probe.drain_count, 1);
  await_sleep(executor);
  rdo_process_cancel(&probe.process);
  assert_ended(&probe, RONDO_CANCELLED);  // here and now
  assert_int_equal(probe.complete_thread, thread_id());
  assert_int_equal(probe.release_thread, thread_id());
  rdo_process_schedule(&probe.process);
  await_sleep(executor);
  assert_int_equal(count_of(&probe.drain_count), 1);
  stop_executor(executor);
}

// On the list, taken by nobody yet: ends when it is taken, without a drain.
static void test_cancel_listed(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe probe;
  probe_init(&probe, executor, 1, NULL);
  rdo_process_resume(&probe.process);
  rdo_process_cancel(&probe.process);
  assert_int_equal(count_of(&probe.complete_count), 0);
  pump_dry(seat);
  assert_ended(&probe, RONDO_CANCELLED);
  assert_int_equal(count_of(&probe.drain_count), 0);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

static void cancel_while_draining(struct rdo_executor *executor, uint32_t budget) {
  struct probe probe;
  struct gate gate;
  gate_init(&gate);
  probe_init(&probe, executor, budget, drain_gate_then_idle);
  probe.user = &gate;
  rdo_process_resume(&probe.process);
  await_count(&gate.waiting_count, budget);
  rdo_process_cancel(&probe.process);
  rdo_process_cancel(&probe.process);
  assert_int_equal(count_of(&probe.complete_count), 0);
  gate_open(&gate);
  await_release(&probe);
  assert_ended(&probe, RONDO_CANCELLED);
  // Budget 1: the status is looked at before the next drain. More: by those who are inside.
  if (budget == 1) assert_int_equal(count_of(&probe.drain_count), 1);
}

static void test_cancel_draining(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(2);
  cancel_while_draining(executor, 1);
  cancel_while_draining(executor, 2);
  stop_executor(executor);
}

// In a slot, and all workers have found nothing to do in it and sleep.
static void test_cancel_in_slot(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(3);
  struct probe probes[RDO_SLOT_COUNT];
  for (uint32_t i = 0; i < RDO_SLOT_COUNT; ++i) {
    probe_init(&probes[i], executor, 3, drain_until_failed);
    rdo_process_resume(&probes[i].process);
    await_count(&probes[i].drain_count, 1);
  }
  await_sleep(executor);
  for (uint32_t i = RDO_SLOT_COUNT; i-- > 0;) {
    rdo_process_cancel(&probes[i].process);
    await_release(&probes[i]);
    assert_ended(&probes[i], RONDO_CANCELLED);
  }
  stop_executor(executor);
}

static void test_cancel_in_overflow(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(1);
  struct probe blockers[RDO_SLOT_COUNT], probe;
  struct gate gate;
  gate_init(&gate);
  for (uint32_t i = 0; i < RDO_SLOT_COUNT; ++i) {
    probe_init(&blockers[i], executor, 2, drain_gate);
    blockers[i].user = &gate;
    rdo_process_resume(&blockers[i].process);
  }
  probe_init(&probe, executor, 2, drain_until_failed);
  rdo_process_resume(&probe.process);
  assert_ptr_equal(rdo_atomic_load(&executor->overflow, rdo_seq_cst), &probe.process);
  rdo_process_cancel(&probe.process);
  assert_int_equal(count_of(&probe.complete_count), 0);
  gate_open(&gate);
  await_release(&probe);
  assert_ended(&probe, RONDO_CANCELLED);
  for (uint32_t i = 0; i < RDO_SLOT_COUNT; ++i) {
    await_release(&blockers[i]);
    assert_ended(&blockers[i], RONDO_OK);
  }
  stop_executor(executor);
}

// Nothing happens to a complete process, and it keeps the status that complete was told.
static void test_cancel_complete(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe probe;
  probe_init(&probe, executor, 1, NULL);
  rdo_process_resume(&probe.process);
  pump_dry(seat);
  rdo_process_cancel(&probe.process);
  pump_dry(seat);
  assert_ended(&probe, RONDO_OK);
  assert_int_equal(rdo_process_status(&probe.process), RONDO_OK);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

static void *resume_process(void *process) {
  rdo_process_resume(process);
  return NULL;
}

// The last resume comes from another thread while cancel is in the callback.
static void resume_elsewhere(struct probe *probe) {
  pthread_t thread;
  CHECK(pthread_create(&thread, NULL, resume_process, &probe->process) == 0);
  pthread_join(thread, NULL);
}

static void test_cancel_suspended_beside_resume(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  for (uint32_t budget = 1; budget <= 4; budget += 3) {
    struct probe probe;
    probe_init(&probe, executor, budget, NULL);
    probe.at_complete = resume_elsewhere;
    rdo_process_cancel(&probe.process);
    assert_ended(&probe, RONDO_CANCELLED);
    assert_int_equal(probe.release_thread, thread_id());
  }
  stop_executor(executor);
}

// Cancel against the last resume, many times: one complete, one release, in this order (checked by the probe).
static void begin_cancel(struct probe *probe) {
  uint32_t budget = 1 + 3 * (count_of(&probe_clock) % 2);
  probe_init(probe, crowd_executor, budget, budget == 1 ? drain_idle : drain_until_failed);
}

static void cancel_or_resume(struct probe *probe, uint32_t index) {
  if (index == 0) {
    rdo_process_resume(&probe->process);
  } else {
    rdo_process_cancel(&probe->process);
  }
}

static void end_cancel(struct probe *probe, uint32_t count) {
  (void)count;
  await_release(probe);
  CHECK(probe->status == RONDO_CANCELLED);
}

static void test_cancel_races_resume(void **state) {
  (void)state;
  struct probe probe;
  crowd_executor = start_executor(2);
  run_crowd(&(struct crowd){.act = cancel_or_resume, .probe = &probe, .count = 3, .round_count = 1000, .begin_round = begin_cancel, .end_round = end_cancel});
  stop_executor(crowd_executor);
}

// Complete and release ------------------------------------------------------------------------------

enum { WORKER_COUNT = 16 };
static struct gate leaving;

// All workers come in; the first says DONE and the others stay inside until the test lets them go.
static enum rdo_drain_result drain_together(struct probe *probe, struct rdo_worker *worker) {
  uint32_t ticket = count_up(&probe->ticket_count);
  if (ticket >= WORKER_COUNT) return RDO_DRAIN_IDLE;
  CHECK(rdo_worker_current() == worker);
  await_count(&probe->inside_max, WORKER_COUNT);
  if (ticket == 0) {
    probe->user = worker;
    return RDO_DRAIN_DONE;
  }
  gate_pass(&leaving);
  return RDO_DRAIN_IDLE;
}

static struct rdo_worker *completing_worker, *releasing_worker;
static void note_completing_worker(struct probe *probe) {
  (void)probe;
  completing_worker = rdo_worker_current();
}

static void note_releasing_worker(struct probe *probe) {
  (void)probe;
  releasing_worker = rdo_worker_current();
}

static void test_complete_before_release(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(WORKER_COUNT);
  struct probe probe;
  gate_init(&leaving);
  probe_init(&probe, executor, WORKER_COUNT, drain_together);
  probe.at_complete = note_completing_worker;
  probe.at_release = note_releasing_worker;
  rdo_process_resume(&probe.process);
  await_count(&probe.complete_count, 1);
  // Complete runs early, in the thread that said DONE, while the others are inside.
  await_count(&leaving.waiting_count, WORKER_COUNT - 1);
  assert_ptr_equal(completing_worker, probe.user);
  assert_int_equal(count_of(&probe.release_count), 0);
  gate_open(&leaving);
  await_sleep(executor);
  // Release runs in a worker too, whichever left last.
  assert_ended(&probe, RONDO_OK);
  assert_non_null(releasing_worker);
  assert_true(releasing_worker >= executor->workers && releasing_worker < executor->workers + WORKER_COUNT);
  stop_executor(executor);
}

// Schedule ------------------------------------------------------------------------------------------

static enum rdo_drain_result drain_gate_first(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  if (count_of(&probe->drain_count) == 1) gate_pass(probe->user);
  return RDO_DRAIN_IDLE;
}

static void schedule_five_times(struct probe *probe, uint32_t index) {
  (void)index;
  for (int i = 0; i < 5; ++i) rdo_process_schedule(&probe->process);
}

static void do_nothing(struct probe *probe) { (void)probe; }

static void do_nothing_at_end(struct probe *probe, uint32_t count) {
  (void)probe;
  (void)count;
}

static void test_schedule_while_draining(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(2);
  struct probe probe;
  struct gate gate;
  gate_init(&gate);
  probe_init(&probe, executor, 1, drain_gate_first);
  probe.user = &gate;
  rdo_process_resume(&probe.process);
  await_count(&gate.waiting_count, 1);
  run_crowd(&(struct crowd){.act = schedule_five_times, .probe = &probe, .count = 4, .round_count = 1, .begin_round = do_nothing, .end_round = do_nothing_at_end});
  assert_int_equal(count_of(&probe.drain_count), 1);  // nobody else may drain it
  gate_open(&gate);
  await_sleep(executor);
  assert_int_equal(count_of(&probe.drain_count), 2);  // twenty requests, one more drain
  rdo_process_schedule(&probe.process);
  await_count(&probe.drain_count, 3);
  await_sleep(executor);
  assert_int_equal(count_of(&probe.drain_count), 3);
  rdo_process_cancel(&probe.process);
  assert_ended(&probe, RONDO_CANCELLED);
  stop_executor(executor);
}

// A drain that schedules its own process, more often than one visit drains: once more each time.
enum { SELF_SCHEDULE_COUNT = 20 };

static enum rdo_drain_result drain_schedule_itself(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  if (count_of(&probe->drain_count) <= SELF_SCHEDULE_COUNT) rdo_process_schedule(&probe->process);
  return RDO_DRAIN_IDLE;
}

static void test_schedule_itself(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe probe;
  probe_init(&probe, executor, 1, drain_schedule_itself);
  rdo_process_resume(&probe.process);
  pump_dry(seat);
  assert_int_equal(count_of(&probe.drain_count), SELF_SCHEDULE_COUNT + 1);
  rdo_process_cancel(&probe.process);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

static void test_schedule_after_completion(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(2);
  struct probe probe;
  probe_init(&probe, executor, 1, NULL);
  rdo_process_resume(&probe.process);
  await_release(&probe);
  await_sleep(executor);
  run_crowd(&(struct crowd){.act = schedule_five_times, .probe = &probe, .count = 4, .round_count = 1, .begin_round = do_nothing, .end_round = do_nothing_at_end});
  assert_null(rdo_atomic_load(&executor->immediate, rdo_seq_cst));
  await_sleep(executor);
  assert_int_equal(count_of(&probe.drain_count), 1);
  assert_ended(&probe, RONDO_OK);
  stop_executor(executor);
}

static enum rdo_drain_result drain_schedule_then_done(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  rdo_process_schedule(&probe->process);
  return RDO_DRAIN_DONE;
}

// Scheduled in the drain that ends it: the end wins.
static void test_schedule_before_done(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe probe;
  probe_init(&probe, executor, 1, drain_schedule_then_done);
  rdo_process_resume(&probe.process);
  pump_dry(seat);
  assert_int_equal(count_of(&probe.drain_count), 1);
  assert_ended(&probe, RONDO_OK);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

static void test_schedule_here(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(1);
  struct probe probe;
  struct gate gate;
  gate_init(&gate);
  probe_init(&probe, executor, 1, drain_gate_first);
  probe.user = &gate;
  rdo_process_start_idle(&probe.process);
  rdo_process_schedule(&probe.process);
  await_count(&gate.waiting_count, 1);
  rdo_process_schedule_here(&probe.process, NULL);  // a worker has it: asks it to look again
  assert_int_equal(count_of(&probe.drain_count), 1);
  gate_open(&gate);
  await_sleep(executor);
  assert_int_equal(count_of(&probe.drain_count), 2);
  rdo_process_schedule_here(&probe.process, NULL);  // nobody has it: here
  assert_int_equal(count_of(&probe.drain_count), 3);
  assert_true(is_asleep(&executor->workers[0]));
  assert_true(rdo_process_fail(&probe.process, RONDO_ABORTED));
  rdo_process_schedule_here(&probe.process, NULL);
  assert_ended(&probe, RONDO_ABORTED);
  assert_int_equal(probe.release_thread, thread_id());
  stop_executor(executor);
}

static enum rdo_drain_result drain_until_other_ran(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  const struct probe *other = probe->user;
  return count_of(&other->complete_count) != 0 ? RDO_DRAIN_DONE : RDO_DRAIN_MORE;
}

// A process that always has more to do goes behind the others of the list.
static void test_more_makes_way(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(1);
  struct probe greedy, other;
  probe_init(&greedy, executor, 1, drain_until_other_ran);
  probe_init(&other, executor, 1, NULL);
  greedy.user = &other;
  rdo_process_resume(&greedy.process);
  await_count(&greedy.drain_count, 1);
  rdo_process_resume(&other.process);
  await_release(&greedy);
  assert_ended(&other, RONDO_OK);
  assert_ended(&greedy, RONDO_OK);
  stop_executor(executor);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_life),
      cmocka_unit_test(test_start_idle),
      cmocka_unit_test(test_resume_activates_on_the_caller),
      cmocka_unit_test(test_resumers_activate_once),
      cmocka_unit_test(test_first_failure_wins),
      cmocka_unit_test(test_failure_in_drain),
      cmocka_unit_test(test_failed_while_suspended),
      cmocka_unit_test(test_chain),
      cmocka_unit_test(test_diamond),
      cmocka_unit_test(test_cancel_suspended),
      cmocka_unit_test(test_cancel_idle),
      cmocka_unit_test(test_cancel_listed),
      cmocka_unit_test(test_cancel_draining),
      cmocka_unit_test(test_cancel_in_slot),
      cmocka_unit_test(test_cancel_in_overflow),
      cmocka_unit_test(test_cancel_complete),
      cmocka_unit_test(test_cancel_suspended_beside_resume),
      cmocka_unit_test(test_cancel_races_resume),
      cmocka_unit_test(test_complete_before_release),
      cmocka_unit_test(test_schedule_while_draining),
      cmocka_unit_test(test_schedule_itself),
      cmocka_unit_test(test_schedule_after_completion),
      cmocka_unit_test(test_schedule_before_done),
      cmocka_unit_test(test_schedule_here),
      cmocka_unit_test(test_more_makes_way),
  };
  return cmocka_run_group_tests(tests, begin_watching, end_watching);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "task/executor.h"

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "probe.h"

// Compute slots -------------------------------------------------------------------------------------

static enum rdo_drain_result drain_three_times(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  uint32_t ticket = count_up(&probe->ticket_count);
  return ticket < 2 ? RDO_DRAIN_MORE : probe_end(probe);
}

// One pump gives each process in a slot one visit, and the list waits for them.
static void test_pump_visits_all(void **state) {
  (void)state;
  enum { COUNT = RDO_SLOT_COUNT < 3 ? RDO_SLOT_COUNT : 3 };
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe probes[COUNT], listed;
  for (int i = 0; i < COUNT; ++i) {
    probe_init(&probes[i], executor, 2, drain_three_times);
    rdo_process_resume(&probes[i].process);
  }
  probe_init(&listed, executor, 1, NULL);
  rdo_process_resume(&listed.process);
  for (uint32_t turn = 1; turn <= 3; ++turn) {
    assert_true(rdo_worker_pump(seat));
    for (int i = 0; i < COUNT; ++i) assert_int_equal(count_of(&probes[i].drain_count), turn);
    assert_int_equal(count_of(&listed.drain_count), 0);
  }
  for (int i = 0; i < COUNT; ++i) assert_int_equal(count_of(&probes[i].release_count), 1);
  assert_true(rdo_worker_pump(seat));
  assert_int_equal(count_of(&listed.release_count), 1);
  assert_false(rdo_worker_pump(seat));
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

// The list is first come, first served.
static void test_list_order(void **state) {
  (void)state;
  enum { COUNT = 10 };
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe probes[COUNT];
  for (int i = 0; i < COUNT; ++i) {
    probe_init(&probes[i], executor, 1, NULL);
    rdo_process_resume(&probes[i].process);
  }
  pump_dry(seat);
  for (int i = 1; i < COUNT; ++i) assert_true(probes[i - 1].release_order < probes[i].complete_order);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

static enum rdo_drain_result drain_ten_tiles(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  uint32_t ticket = count_up(&probe->ticket_count);
  if (ticket >= 10) return RDO_DRAIN_IDLE;
  if (ticket % 4 == 0) sched_yield();
  // Ten claims, and the one that ends last says so.
  return count_up(&probe->end_count) == 9 ? RDO_DRAIN_DONE : RDO_DRAIN_MORE;
}

// More processes than slots: all end, once, and the later ones go through the overflow list.
static void test_overflow(void **state) {
  (void)state;
  enum { COUNT = 64 };
  static struct probe probes[COUNT];
  for (uint32_t worker_count = 1; worker_count <= 8; worker_count *= 2) {
    struct rdo_executor *executor = start_executor(worker_count);
    for (int i = 0; i < COUNT; ++i) probe_init(&probes[i], executor, 4, drain_ten_tiles);
    for (int i = 0; i < COUNT; ++i) rdo_process_resume(&probes[i].process);
    for (int i = 0; i < COUNT; ++i) await_release(&probes[i]);
    await_sleep(executor);
    for (int i = 0; i < COUNT; ++i) {
      assert_int_equal(count_of(&probes[i].release_count), 1);
      assert_int_equal(count_of(&probes[i].end_count), 10);
    }
    assert_null(rdo_atomic_load(&executor->overflow, rdo_seq_cst));
    assert_int_equal(rdo_atomic_load(&executor->occupied, rdo_seq_cst), 0);
    stop_executor(executor);
  }
}

static enum rdo_drain_result drain_slowly(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  uint32_t ticket = count_up(&probe->ticket_count);
  if (ticket >= 50) return RDO_DRAIN_IDLE;
  if (ticket % 8 == 0) rdo_process_announce(&probe->process, 8);
  nap();
  return count_up(&probe->end_count) == 49 ? RDO_DRAIN_DONE : RDO_DRAIN_MORE;
}

// All workers are sent to it again and again; the probe checks that nobody comes in above the budget.
static void test_budget(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(8);
  for (uint32_t budget = 2; budget <= 8; ++budget) {
    struct probe probe;
    probe_init(&probe, executor, budget, drain_slowly);
    rdo_process_resume(&probe.process);
    await_release(&probe);
    assert_true(count_of(&probe.inside_max) <= budget);
  }
  stop_executor(executor);
}

// Which worker drains is told truly: state without atomics, one place a worker.
enum { STATE_WORKERS = 4 };
static struct { uint64_t drain_count; } worker_states[STATE_WORKERS + RDO_DONORS_MAX];

static enum rdo_drain_result drain_into_state(struct probe *probe, struct rdo_worker *worker) {
  uint32_t ticket = count_up(&probe->ticket_count);
  if (ticket >= 1000) return RDO_DRAIN_IDLE;
  ++worker_states[worker->index].drain_count;
  return count_up(&probe->end_count) == 999 ? RDO_DRAIN_DONE : RDO_DRAIN_MORE;
}

static void test_worker_states(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(STATE_WORKERS);
  struct probe probes[4];
  for (int i = 0; i < 4; ++i) probe_init(&probes[i], executor, 4, drain_into_state);
  for (int i = 0; i < 4; ++i) rdo_process_resume(&probes[i].process);
  struct rdo_worker *seat = take_seat(executor);
  while (rdo_worker_visit_slots(seat, NULL, NULL)) continue;
  rdo_executor_seat_return(seat);
  for (int i = 0; i < 4; ++i) await_release(&probes[i]);
  uint64_t sum = 0;
  for (int i = 0; i < STATE_WORKERS + RDO_DONORS_MAX; ++i) sum += worker_states[i].drain_count;
  assert_int_equal(sum, 4 * 1000);
  stop_executor(executor);
}

// Wakes ---------------------------------------------------------------------------------------------

// Valid while all workers sleep.
static uint64_t sum_wakes(const struct rdo_executor *executor) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < executor->worker_count; ++i) sum += executor->workers[i].wake_count;
  return sum;
}

// Waits until as many are inside as may be; the first of them ends it.
static enum rdo_drain_result drain_full_house(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  if (count_up(&probe->ticket_count) >= probe->process.budget) return RDO_DRAIN_IDLE;
  await_count(&probe->inside_max, probe->process.budget);
  return probe_end(probe);
}

// As many are woken as the budget has room for, each by the publisher or in relay, and no more.
static void test_wake_count(void **state) {
  (void)state;
  enum { WORKER_COUNT = 16 };
  struct rdo_executor *executor = start_executor(WORKER_COUNT);
  for (uint32_t budget = 1; budget <= WORKER_COUNT; ++budget) {
    struct probe probe;
    await_sleep(executor);
    uint64_t before = sum_wakes(executor);
    probe_init(&probe, executor, budget, drain_full_house);
    rdo_process_resume(&probe.process);
    await_release(&probe);
    await_sleep(executor);
    assert_int_equal(sum_wakes(executor) - before, budget);
  }
  stop_executor(executor);
}

// Words of the idle set, and relay through many: everybody is found.
static void test_wake_all(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(RDO_WORKERS_MAX);
  struct probe probe;
  for (int i = 0; i < 3; ++i) {
    await_sleep(executor);
    uint64_t before = sum_wakes(executor);
    probe_init(&probe, executor, RDO_WORKERS_MAX, drain_full_house);
    rdo_process_resume(&probe.process);
    await_release(&probe);
    await_sleep(executor);
    assert_int_equal(count_of(&probe.inside_max), RDO_WORKERS_MAX);
    assert_int_equal(sum_wakes(executor) - before, RDO_WORKERS_MAX);
  }
  stop_executor(executor);
}

static enum rdo_drain_result drain_announcing(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  uint32_t ticket = count_up(&probe->ticket_count);
  uint32_t budget = probe->process.budget;
  await_count(&probe->inside_max, budget);
  if (ticket == 0) {
    await_count(probe->user, 1);  // the others found nothing and sleep
    rdo_process_announce(&probe->process, 3);
  }
  // Those who come for the announcement stay until all of them are here: none is back at rest when another
  // hands its wake on.
  if (ticket == 0 || ticket >= budget) await_count(&probe->ticket_count, budget + 3);
  return ticket == 0 ? probe_end(probe) : RDO_DRAIN_IDLE;
}

static uint32_t count_asleep(const struct rdo_executor *executor) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < executor->worker_count; ++i) count += is_asleep(&executor->workers[i]);
  return count;
}

// Work announced from inside: those who slept with "nothing to do there" look again, as many as are told.
static void test_announce(void **state) {
  (void)state;
  enum { WORKER_COUNT = 6 };
  struct rdo_executor *executor = start_executor(WORKER_COUNT);
  struct probe probe;
  rdo_atomic_u32 is_ready;
  rdo_atomic_init(&is_ready, 0);
  probe_init(&probe, executor, WORKER_COUNT, drain_announcing);
  probe.user = &is_ready;
  await_sleep(executor);
  rdo_process_resume(&probe.process);
  await_count(&probe.inside_max, WORKER_COUNT);
  while (count_asleep(executor) != WORKER_COUNT - 1) nap();
  assert_int_equal(count_of(&probe.drain_count), WORKER_COUNT);
  rdo_atomic_store(&is_ready, 1, rdo_seq_cst);
  await_release(&probe);
  await_sleep(executor);
  assert_int_equal(count_of(&probe.drain_count), WORKER_COUNT + 3);
  assert_int_equal(sum_wakes(executor), WORKER_COUNT + 3);
  stop_executor(executor);
}

static rdo_atomic_u32 scheduler_index;

// The first schedules another process when all others sleep, and goes on until that one has run.
static enum rdo_drain_result drain_schedule_and_wait(struct probe *probe, struct rdo_worker *worker) {
  struct probe *other = probe->user;
  if (count_up(&probe->ticket_count) == 0) {
    rdo_atomic_store(&scheduler_index, worker->index, rdo_seq_cst);
    await_count(&probe->ticket_count, 2);
    while (!is_asleep(&worker->executor->workers[1 - worker->index])) nap();
    rdo_process_schedule(&other->process);
    return RDO_DRAIN_MORE;
  }
  if (count_of(&other->drain_count) != 0) return probe_end(probe);
  nap();
  return worker->index == count_of(&scheduler_index) ? RDO_DRAIN_MORE : RDO_DRAIN_IDLE;
}

// A worker that puts a process on the list wakes nobody if it comes to the list next. As long as it is kept
// in a slot it does not.
static void test_push_from_slot(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(2);
  struct probe probe, other;
  probe_init(&other, executor, 1, NULL);
  rdo_process_start_idle(&other.process);
  probe_init(&probe, executor, 2, drain_schedule_and_wait);
  probe.user = &other;
  await_sleep(executor);
  rdo_process_resume(&probe.process);
  await_release(&probe);
  await_release(&other);
  stop_executor(executor);
}

// Stepped -------------------------------------------------------------------------------------------

static uint32_t count_state(const struct rdo_executor *executor, const char *name) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < executor->worker_count; ++i) count += strcmp(rdo_worker_state_name(&executor->workers[i]), name) == 0;
  return count;
}

// Every worker once; how many are awake afterwards.
static uint32_t step_all(struct rdo_executor *executor) {
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    uint32_t woken_count = count_state(executor, "is woken");
    (void)rdo_worker_step(&executor->workers[i]);
    assert_true(count_state(executor, "is woken") <= woken_count + RDO_WAKE_FANOUT);
    assert_null(rdo_worker_current());
  }
  return executor->worker_count - count_state(executor, "sleeps");
}

static enum rdo_drain_result drain_until_told(struct probe *probe, struct rdo_worker *worker) {
  CHECK(rdo_worker_current() == worker);
  return probe->user == NULL ? RDO_DRAIN_MORE : probe_end(probe);
}

// One thread plays all workers. Whoever wakes makes two wakes at most, and relay brings the budget's number,
// for any number of workers.
static void test_stepped(void **state) {
  (void)state;
  for (uint32_t worker_count = 4; worker_count <= RDO_WORKERS_MAX; worker_count *= 4) {
    struct rdo_executor *executor =
        start_executor_with(&(struct rdo_executor_options){.worker_count = worker_count, .local_memory_bytes = 1, .is_stepped = true});
    while (step_all(executor) != 0) continue;
    for (uint32_t budget = 1; budget <= worker_count; budget *= 2) {
      struct probe probe;
      uint64_t before = sum_wakes(executor);
      probe_init(&probe, executor, budget, drain_until_told);
      rdo_process_resume(&probe.process);
      assert_int_equal(count_state(executor, "is woken"), budget < RDO_WAKE_FANOUT ? budget : RDO_WAKE_FANOUT);
      for (int i = 0; i < 10; ++i) (void)step_all(executor);
      assert_int_equal(worker_count - count_state(executor, "sleeps"), budget);
      assert_int_equal(sum_wakes(executor) - before, budget);
      probe.user = &probe;
      while (step_all(executor) != 0) continue;
      assert_int_equal(count_of(&probe.release_count), 1);
      assert_int_equal(sum_wakes(executor) - before, budget);
    }
    stop_executor(executor);
  }
}

// Lanes ---------------------------------------------------------------------------------------------

enum { LANE_WORKERS = 6, LANE_PROBES = 40 };

// Lane 1 is workers 0 and 1, lane 2 workers 2 and 3, lane 3 workers 1 and 2. Nobody serves 4 and 5.
static const struct rdo_lane lanes[] = {{{0x3}}, {{0xC}}, {{0x6}}};
static const struct rdo_executor_options lane_options = {.worker_count = LANE_WORKERS, .local_memory_bytes = 1, .lanes = lanes, .lane_count = 3};

static enum rdo_drain_result drain_in_lane(struct probe *probe, struct rdo_worker *worker) {
  CHECK((lanes[probe->process.lane - 1].workers[0] >> worker->index & 1) != 0);
  return count_up(&probe->ticket_count) < 3 ? RDO_DRAIN_MORE : probe_end(probe);
}

// Only workers of its lane drain a process, whatever its budget, and all processes end.
static void test_lanes(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor_with(&lane_options);
  static struct probe probes[LANE_PROBES];
  for (int round = 0; round < 20; ++round) {
    for (uint32_t i = 0; i < LANE_PROBES; ++i) {
      probe_init(&probes[i], executor, 1 + i % 2, drain_in_lane);
      rdo_process_place(&probes[i].process, 1 + i % 3, i * 7 % 11);
    }
    for (int i = 0; i < LANE_PROBES; ++i) rdo_process_resume(&probes[i].process);
    for (int i = 0; i < LANE_PROBES; ++i) await_release(&probes[i]);
    await_sleep(executor);
  }
  assert_int_equal(executor->workers[4].wake_count, 0);
  assert_int_equal(executor->workers[5].wake_count, 0);
  stop_executor(executor);
}

// A worker that serves several lanes takes the smallest key of all of them, and the workers of other lanes sleep.
static void test_lane_order(void **state) {
  (void)state;
  enum { COUNT = RDO_SLOT_COUNT < 6 ? RDO_SLOT_COUNT : 6 };
  struct rdo_executor_options options = lane_options;
  options.is_stepped = true;
  struct rdo_executor *executor = start_executor_with(&options);
  while (step_all(executor) != 0) continue;
  struct probe probes[COUNT];
  static const uint64_t keys[6] = {50, 20, 40, 10, 60, 30};
  for (int i = 0; i < COUNT; ++i) {
    probe_init(&probes[i], executor, 1, NULL);
    rdo_process_place(&probes[i].process, i % 2 == 0 ? 1 : 3, keys[i]);
    rdo_process_resume(&probes[i].process);
  }
  assert_false(rdo_worker_is_outranked(&executor->workers[1], COUNT == 6 ? 10 : 20));
  assert_true(rdo_worker_is_outranked(&executor->workers[1], COUNT == 6 ? 11 : 21));
  assert_false(rdo_worker_is_outranked(&executor->workers[3], UINT64_MAX));  // serves lane 2 alone
  while (rdo_worker_step(&executor->workers[1])) continue;  // serves both
  for (int i = 0; i < COUNT; ++i) {
    assert_int_equal(count_of(&probes[i].release_count), 1);
    for (int k = 0; k < COUNT; ++k) assert_true((keys[i] < keys[k]) == (probes[i].release_order < probes[k].release_order) || i == k);
  }
  while (step_all(executor) != 0) continue;
  assert_int_equal(executor->workers[3].wake_count, 0);
  stop_executor(executor);
}

// More than there are slots for, and what comes last goes first: nothing waits for a slot behind what comes after it.
static void test_lane_overflow(void **state) {
  (void)state;
  struct rdo_executor_options options = lane_options;
  options.is_stepped = true;
  struct rdo_executor *executor = start_executor_with(&options);
  while (step_all(executor) != 0) continue;
  struct probe probes[RDO_SLOT_COUNT + 3];
  for (uint32_t i = 0; i < RDO_SLOT_COUNT + 3; ++i) {
    probe_init(&probes[i], executor, 1, NULL);
    rdo_process_place(&probes[i].process, 1, 100 - i);
    rdo_process_resume(&probes[i].process);
  }
  while (rdo_worker_step(&executor->workers[0])) continue;
  for (uint32_t i = 1; i < RDO_SLOT_COUNT + 3; ++i) assert_true(probes[i].release_order < probes[i - 1].release_order);
  while (step_all(executor) != 0) continue;
  stop_executor(executor);
}

// A lane that has all the slots does not keep another one from its workers, though it comes first.
static void test_lane_shares(void **state) {
  (void)state;
  struct rdo_executor_options options = lane_options;
  options.is_stepped = true;
  struct rdo_executor *executor = start_executor_with(&options);
  while (step_all(executor) != 0) continue;
  enum { FIRST = RDO_SLOT_COUNT + 3, OTHERS = 3 };
  struct probe probes[FIRST + OTHERS];
  for (uint32_t i = 0; i < FIRST + OTHERS; ++i) {
    probe_init(&probes[i], executor, 1, NULL);
    rdo_process_place(&probes[i].process, i < FIRST ? 1 : 2, i);
    rdo_process_resume(&probes[i].process);
  }
  while (rdo_worker_step(&executor->workers[2])) continue;
  for (uint32_t i = 0; i < FIRST; ++i) assert_int_equal(count_of(&probes[i].release_count), 0);
  for (uint32_t i = FIRST; i < FIRST + OTHERS; ++i) assert_int_equal(count_of(&probes[i].release_count), 1);
  while (step_all(executor) != 0) continue;
  for (uint32_t i = 1; i < FIRST; ++i) assert_true(probes[i].release_order > probes[i - 1].release_order);
  stop_executor(executor);
}

// Diagnosis -----------------------------------------------------------------------------------------

static void dump(const struct rdo_executor *executor, char *text, size_t capacity) {
  memset(text, 0, capacity);
  FILE *stream = fmemopen(text, capacity - 1, "w");
  assert_non_null(stream);
  rdo_executor_dump(executor, stream);
  fclose(stream);
}

static void assert_says(const char *text, const char *words) {
  if (strstr(text, words) == NULL) fail_msg("no \"%s\" in:\n%s", words, text);
}

static void test_dump(void **state) {
  (void)state;
  char text[8192];
  struct rdo_executor *executor = start_executor_with(&(struct rdo_executor_options){.worker_count = 2, .worker_base = 5, .local_memory_bytes = 1});
  await_sleep(executor);
  dump(executor, text, sizeof text);
  assert_says(text, "executor: 2 workers, immediate list empty, overflow list empty\n");
  assert_says(text, "  worker 5 on CPU -1 sleeps, in the idle set\n");
  assert_says(text, "  worker 6 on CPU -1 sleeps, in the idle set\n");
  assert_null(strstr(text, "slot"));
  // Every slot is taken, one waits, one is on the list.
  struct probe probes[RDO_SLOT_COUNT + 1], listed;
  struct gate gate;
  gate_init(&gate);
  for (int i = 0; i <= RDO_SLOT_COUNT; ++i) {
    probe_init(&probes[i], executor, 2, drain_gate);
    probes[i].user = &gate;
    rdo_process_resume(&probes[i].process);
  }
  await_count(&gate.waiting_count, 2);
  probe_init(&listed, executor, 1, NULL);
  rdo_process_resume(&listed.process);
  struct rdo_worker *seat = rdo_executor_seat_acquire(executor);
  assert_non_null(seat);
  rdo_atomic_store(&executor->workers[1].busy_name, (void *)(uintptr_t)"a_kernel", rdo_relaxed);  // relaxed: hint
  dump(executor, text, sizeof text);
  rdo_atomic_store(&executor->workers[1].busy_name, NULL, rdo_relaxed);  // relaxed: hint
  assert_says(text, "  worker 6 on CPU -1 runs, in dispatch a_kernel\n");
  assert_says(text, "  a caller that waits has seat 0\n");
  rdo_executor_seat_return(seat);
  assert_says(text, "executor: 2 workers, immediate list not empty, overflow list not empty\n");
  assert_says(text, "  slot 0 open, ");
  assert_says(text, "  slot 1 open, ");
  assert_says(text, "generation 1, version 0\n");
  assert_says(text, "  worker 5 on CPU -1 runs\n");
  gate_open(&gate);
  for (int i = 0; i <= RDO_SLOT_COUNT; ++i) await_release(&probes[i]);
  await_release(&listed);
  stop_executor(executor);
}

// Memory on NUMA nodes --------------------------------------------------------------------------------

enum { BINDS_MAX = 16 };
static struct {
  pthread_mutex_t lock;
  uint32_t count;
  struct bound {
    void *address;
    size_t bytes;
    int node;
    bool is_own_stack;
  } of[BINDS_MAX];
} binds = {.lock = PTHREAD_MUTEX_INITIALIZER};

static enum rondo_status note_bind(void *address, size_t bytes, int node, struct rondo_diag *words) {
  uintptr_t place = (uintptr_t)__builtin_frame_address(0), begin = (uintptr_t)address;
  pthread_mutex_lock(&binds.lock);
  if (binds.count < BINDS_MAX) binds.of[binds.count] = (struct bound){address, bytes, node, place >= begin && place - begin < bytes};
  ++binds.count;
  pthread_mutex_unlock(&binds.lock);
  return node == 9 ? rdo_fail(words, RONDO_PERMISSION_DENIED, "node %d is closed", node) : RONDO_OK;
}

// Local memory and stack of each worker that has a node, and of no other.
static void test_memory_on_nodes(void **state) {
  (void)state;
  const int nodes[4] = {0, -1, 8, 17};
  struct rdo_executor *executor = NULL;
  const struct rdo_executor_options options = {.worker_count = 4, .worker_nodes = nodes, .bind_memory = note_bind, .local_memory_bytes = 8192};
  binds.count = 0;
  assert_int_equal(rdo_executor_create(&options, &executor, NULL), RONDO_OK);
  assert_int_equal(binds.count, 6);
  for (uint32_t w = 0; w < 4; ++w) {
    uint32_t local_count = 0, stack_count = 0;
    for (uint32_t i = 0; i < binds.count; ++i) {
      const struct bound *bound = &binds.of[i];
      bool is_local = bound->address == executor->workers[w].local_memory;
      if (is_local) assert_true(bound->bytes == 8192 && bound->node == nodes[w] && !bound->is_own_stack);
      local_count += is_local;
      stack_count += bound->is_own_stack && bound->node == nodes[w];
    }
    assert_int_equal(local_count, nodes[w] >= 0);
    assert_int_equal(stack_count, nodes[w] >= 0);
  }
  rdo_executor_destroy(executor);
}

// A system that refuses: the workers work, and the dump says that their memory is elsewhere.
static void test_memory_refused(void **state) {
  (void)state;
  const int nodes[3] = {9, 0, 9};
  char *text = NULL;
  size_t size = 0;
  for (uint32_t count = 3; count >= 2; --count) {  // two refused, then one
    struct rdo_executor *executor = NULL;
    const struct rdo_executor_options options = {.worker_count = count, .worker_nodes = nodes, .bind_memory = note_bind};
    assert_int_equal(rdo_executor_create(&options, &executor, NULL), RONDO_OK);
    FILE *file = open_memstream(&text, &size);
    rdo_executor_dump(executor, file);
    fclose(file);
    assert_non_null(strstr(text, count == 3 ? "memory of 2 workers is not on their NUMA node: node 9 is closed" : "memory of 1 workers"));
    free(text);
    struct probe probe;
    probe_init(&probe, executor, 1, NULL);
    rdo_process_resume(&probe.process);
    while (count_of(&probe.release_count) == 0) sched_yield();
    rdo_executor_destroy(executor);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_pump_visits_all),
      cmocka_unit_test(test_list_order),
      cmocka_unit_test(test_overflow),
      cmocka_unit_test(test_budget),
      cmocka_unit_test(test_worker_states),
      cmocka_unit_test(test_wake_count),
      cmocka_unit_test(test_wake_all),
      cmocka_unit_test(test_announce),
      cmocka_unit_test(test_push_from_slot),
      cmocka_unit_test(test_stepped),
      cmocka_unit_test(test_lanes),
      cmocka_unit_test(test_lane_order),
      cmocka_unit_test(test_lane_overflow),
      cmocka_unit_test(test_lane_shares),
      cmocka_unit_test(test_dump),
      cmocka_unit_test(test_memory_on_nodes),
      cmocka_unit_test(test_memory_refused),
  };
  return cmocka_run_group_tests(tests, begin_watching, end_watching);
}

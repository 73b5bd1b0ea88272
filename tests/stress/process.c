// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(schedule) and SYNC(wake), in turn:
//
//   wake     producers schedule processes and wait for the answer; workers sleep in between. No request is lost,
//            one drainer at a time, and what was written before a request is seen by the drain that answers it
//   graph    processes in a random graph, resumed, failed and cancelled by several threads and freed in their
//            release: each runs once after all it depends on, or ends with a failure of one of them
//   cancel   cancel against resume, schedule and drain: complete once, then released once, never drained after
//
// Workers do not spin, so that they sleep as often as they can.

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "../support/watchdog.h"
#include "base/futex.h"
#include "base/object.h"
#include "stress.h"
#include "task/worker.h"

enum { THREADS_MAX = 16, WORKERS_MAX = 6 };

static struct rdo_executor *executor;

static void begin_executor(uint64_t *random) {
  const struct rdo_executor_options options = {.worker_count = 1 + stress_below(random, WORKERS_MAX), .local_memory_bytes = 1};
  STRESS_CHECK(rdo_executor_create(&options, &executor, NULL) == RONDO_OK);
  watchdog_watch(executor);
}

static void end_executor(void) {
  watchdog_watch(NULL);
  rdo_executor_destroy(executor);
  watchdog_tick();
}

static void run_threads(void *(*run)(void *), uint32_t count, uint64_t *random) {
  pthread_t threads[THREADS_MAX];
  uint64_t seeds[THREADS_MAX];
  for (uint32_t i = 0; i < count; ++i) {
    seeds[i] = stress_random(random) / THREADS_MAX * THREADS_MAX + i;  // a thread knows its number
    STRESS_CHECK(pthread_create(&threads[i], NULL, run, &seeds[i]) == 0);
  }
  for (uint32_t i = 0; i < count; ++i) pthread_join(threads[i], NULL);
}

// How often the workers slept and were woken. Waits until they all sleep.
static uint64_t count_wakes(void) {
  uint64_t count = 0;
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    while (strcmp(rdo_worker_state_name(&executor->workers[i]), "sleeps") != 0) sched_yield();
    count += executor->workers[i].wake_count;
  }
  return count;
}

static void dawdle(uint64_t *random) {
  for (uint32_t i = stress_below(random, 64); i > 0; --i) rdo_cpu_relax();
  if (stress_below(random, 8) == 0) sched_yield();
}

// Wake ----------------------------------------------------------------------------------------------

enum { CELL_COUNT = 4, REQUEST_COUNT = 400 };

// A process of budget 1 that answers requests.
struct cell {
  struct rdo_process process;
  rdo_atomic_u64 asked, answered;
  uint64_t messages[REQUEST_COUNT * THREADS_MAX + 1];  // [n] = n, written before request n of a private cell
  uint64_t drain_count;                                // owner: the drainer
  bool is_private;                                     // one producer asks
  rdo_atomic_u32 release_count;
};

static struct cell cells[THREADS_MAX];
static bool is_shared_round;
static uint64_t request_count, wake_count;  // of all rounds

static enum rdo_drain_result drain_cell(struct rdo_process *process, struct rdo_worker *worker) {
  struct cell *cell = RDO_CONTAINER(process, struct cell, process);
  STRESS_CHECK(rdo_worker_current() == worker);
  ++cell->drain_count;  // not atomic: the thread sanitizer sees two drainers at once
  uint64_t asked = rdo_atomic_load(&cell->asked, rdo_relaxed);  // relaxed: ordered by SYNC(schedule)
  if (cell->is_private) STRESS_CHECK(cell->messages[asked] == asked);
  STRESS_CHECK(rdo_atomic_load(&cell->answered, rdo_relaxed) <= asked);  // relaxed: ordered by SYNC(schedule)
  rdo_atomic_store(&cell->answered, asked, rdo_release);                 // pairs with the loads in await_answer
  return RDO_DRAIN_IDLE;
}

static void complete_cell(struct rdo_process *process, enum rondo_status status) {
  struct cell *cell = RDO_CONTAINER(process, struct cell, process);
  STRESS_CHECK(status == RONDO_CANCELLED);
  STRESS_CHECK(rdo_atomic_load(&cell->release_count, rdo_acquire) == 0);
}

static void release_cell(struct rdo_process *process) {
  struct cell *cell = RDO_CONTAINER(process, struct cell, process);
  rdo_atomic_add(&cell->release_count, 1, rdo_acq_rel);
}

static const struct rdo_process_type cell_type = {"cell", drain_cell, complete_cell, release_cell};

static void await_answer(const struct cell *cell, uint64_t number) {
  while (rdo_atomic_load(&cell->answered, rdo_acquire) < number) sched_yield();
}

// Asks the thread's own cell and waits for each answer.
static void ask_own(struct cell *cell, uint64_t *random) {
  for (uint64_t number = 1; number <= REQUEST_COUNT; ++number) {
    cell->messages[number] = number;
    rdo_atomic_store(&cell->asked, number, rdo_relaxed);  // relaxed: ordered by SYNC(schedule)
    rdo_process_schedule(&cell->process);
    await_answer(cell, number);
    if (stress_below(random, 32) == 0) usleep(50);  // time to fall asleep
  }
}

// Asks cells that others ask, too; waits now and then.
static void ask_shared(uint64_t *random) {
  for (int i = 0; i < REQUEST_COUNT; ++i) {
    struct cell *cell = &cells[stress_below(random, CELL_COUNT)];
    uint64_t number = rdo_atomic_add(&cell->asked, 1, rdo_relaxed) + 1;  // relaxed: ordered by SYNC(schedule)
    rdo_process_schedule(&cell->process);
    if (stress_below(random, 4) == 0) await_answer(cell, number);
  }
}

static void *ask(void *user) {
  uint64_t random = *(const uint64_t *)user;
  if (is_shared_round) {
    ask_shared(&random);
  } else {
    ask_own(&cells[random % THREADS_MAX], &random);
  }
  return NULL;
}

static void run_wake(uint64_t *random) {
  static const uint32_t thread_counts[] = {1, 1, 2, 8, 16};
  is_shared_round = stress_below(random, 2) == 0;
  uint32_t thread_count = is_shared_round ? 16 : thread_counts[stress_below(random, 5)];
  uint32_t cell_count = is_shared_round ? CELL_COUNT : thread_count;
  begin_executor(random);
  for (uint32_t i = 0; i < cell_count; ++i) {
    struct cell *cell = &cells[i];
    cell->drain_count = 0;
    cell->is_private = !is_shared_round;
    rdo_atomic_init(&cell->asked, 0);
    rdo_atomic_init(&cell->answered, 0);
    rdo_atomic_init(&cell->release_count, 0);
    cell->messages[0] = 0;
    rdo_process_init(&cell->process, &cell_type, executor, 1);
    rdo_process_start_idle(&cell->process);
  }
  run_threads(ask, thread_count, random);
  for (uint32_t i = 0; i < cell_count; ++i) {
    struct cell *cell = &cells[i];
    await_answer(cell, rdo_atomic_load(&cell->asked, rdo_acquire));
    rdo_process_cancel(&cell->process);
    while (rdo_atomic_load(&cell->release_count, rdo_acquire) == 0) sched_yield();
    STRESS_CHECK(cell->drain_count <= rdo_atomic_load(&cell->asked, rdo_acquire));
    if (!is_shared_round) STRESS_CHECK(cell->drain_count == REQUEST_COUNT);
  }
  request_count += (uint64_t)thread_count * REQUEST_COUNT;
  wake_count += count_wakes();
  end_executor();
}

// Graph ---------------------------------------------------------------------------------------------

enum { NODES_MAX = 150, EDGES_MAX = 4, TILES_MAX = 20 };

struct node {
  struct rdo_process process;
  uint32_t index;
  rdo_atomic_u32 claimed_count, done_count;
  struct rdo_process_edge edges[EDGES_MAX];
};

// What a node is and what became of it; outlives it.
struct record {
  uint32_t predecessors[EDGES_MAX], predecessor_count, successor_count;
  uint32_t budget, tile_count;
  bool is_failing, is_cancelled, is_expected_ok, is_expected_to_run;
  // Not atomic: what the process protocol orders.
  uint32_t tiles[TILES_MAX];
  uint32_t complete_count;
  enum rondo_status status;
};

static struct record records[NODES_MAX];
static struct node *nodes[NODES_MAX];
static uint32_t node_order[NODES_MAX];  // in which they are resumed
static uint32_t node_count;
static rdo_atomic_u32 next_node, released_count;

static void check_predecessors(const struct record *record) {
  for (uint32_t i = 0; i < record->predecessor_count; ++i) {
    const struct record *predecessor = &records[record->predecessors[i]];
    STRESS_CHECK(predecessor->complete_count == 1 && predecessor->status == RONDO_OK);
    for (uint32_t t = 0; t < predecessor->tile_count; ++t) STRESS_CHECK(predecessor->tiles[t] == 1);
  }
}

static enum rdo_drain_result drain_node(struct rdo_process *process, struct rdo_worker *worker) {
  struct node *node = RDO_CONTAINER(process, struct node, process);
  struct record *record = &records[node->index];
  (void)worker;
  uint32_t tile = rdo_atomic_add(&node->claimed_count, 1, rdo_relaxed);  // relaxed: a claim orders nothing
  if (tile >= record->tile_count) return RDO_DRAIN_IDLE;
  check_predecessors(record);
  ++record->tiles[tile];
  if (record->is_failing && tile == record->tile_count / 2) (void)rdo_process_fail(process, RONDO_DATA_LOSS);
  // acq_rel: the last one hands on what all wrote.
  return rdo_atomic_add(&node->done_count, 1, rdo_acq_rel) + 1 == record->tile_count ? RDO_DRAIN_DONE : RDO_DRAIN_MORE;
}

static void complete_node(struct rdo_process *process, enum rondo_status status) {
  struct record *record = &records[RDO_CONTAINER(process, struct node, process)->index];
  STRESS_CHECK(record->complete_count == 0);
  ++record->complete_count;
  record->status = status;
}

static void release_node(struct rdo_process *process) {
  struct node *node = RDO_CONTAINER(process, struct node, process);
  STRESS_CHECK(records[node->index].complete_count == 1);
  memset(node, 0xDD, sizeof *node);
  free(node);
  rdo_atomic_add(&released_count, 1, rdo_acq_rel);  // pairs with the load in run_graph
}

static const struct rdo_process_type node_type = {"node", drain_node, complete_node, release_node};

static void *resume_nodes(void *user) {
  uint64_t random = *(const uint64_t *)user;
  for (;;) {
    uint32_t place = rdo_atomic_add(&next_node, 1, rdo_relaxed);  // relaxed: counter
    if (place >= node_count) return NULL;
    struct node *node = nodes[node_order[place]];
    const struct record *record = &records[node_order[place]];
    if (record->is_cancelled) {
      // The count that this thread still has keeps it suspended, and alive.
      rdo_process_cancel(&node->process);
      STRESS_CHECK(record->complete_count == 1);
    }
    rdo_process_resume(&node->process);
    if (stress_below(&random, 4) == 0) dawdle(&random);
  }
}

static void plan_node(uint32_t index, uint64_t *random) {
  struct record *record = &records[index];
  *record = (struct record){
      .budget = 1 + stress_below(random, 4),
      .tile_count = 1 + stress_below(random, TILES_MAX),
      .is_failing = stress_below(random, 60) == 0,
      .is_cancelled = stress_below(random, 60) == 0,
      .is_expected_ok = true,
      .is_expected_to_run = true,
  };
  for (uint32_t i = stress_below(random, EDGES_MAX + 1); i > 0 && index > 0; --i) {
    uint32_t first = index > 12 ? index - 12 : 0;
    uint32_t predecessor = first + stress_below(random, index - first);
    if (records[predecessor].successor_count == EDGES_MAX) continue;
    ++records[predecessor].successor_count;
    record->predecessors[record->predecessor_count++] = predecessor;
    record->is_expected_to_run &= records[predecessor].is_expected_ok;
  }
  record->is_expected_to_run &= !record->is_cancelled;
  record->is_expected_ok = record->is_expected_to_run && !record->is_failing;
}

static void make_nodes(uint64_t *random) {
  uint32_t edge_counts[NODES_MAX] = {0};
  for (uint32_t i = 0; i < node_count; ++i) {
    plan_node(i, random);
    nodes[i] = malloc(sizeof *nodes[i]);
    STRESS_CHECK(nodes[i] != NULL);
    nodes[i]->index = i;
    rdo_atomic_init(&nodes[i]->claimed_count, 0);
    rdo_atomic_init(&nodes[i]->done_count, 0);
    rdo_process_init(&nodes[i]->process, &node_type, executor, records[i].budget);
    for (uint32_t k = 0; k < records[i].predecessor_count; ++k) {
      uint32_t predecessor = records[i].predecessors[k];
      rdo_process_add_dependent(&nodes[predecessor]->process, &nodes[predecessor]->edges[edge_counts[predecessor]++], &nodes[i]->process);
    }
    node_order[i] = i;
  }
  for (uint32_t i = node_count - 1; i > 0; --i) {
    uint32_t other = stress_below(random, i + 1), index = node_order[i];
    node_order[i] = node_order[other];
    node_order[other] = index;
  }
}

static void check_record(const struct record *record) {
  STRESS_CHECK(record->complete_count == 1);
  STRESS_CHECK((record->status == RONDO_OK) == record->is_expected_ok);
  STRESS_CHECK(record->is_expected_ok || record->status == RONDO_DATA_LOSS || record->status == RONDO_CANCELLED);
  for (uint32_t i = 0; i < record->tile_count; ++i) {
    // A failing process of budget 1 is not drained again, so only the tile that fails is sure to have run.
    bool is_sure = record->is_expected_ok || !record->is_expected_to_run || record->budget > 1 || i == record->tile_count / 2;
    STRESS_CHECK(record->tiles[i] <= 1);
    if (is_sure) STRESS_CHECK(record->tiles[i] == record->is_expected_to_run);
  }
}

static void run_graph(uint64_t *random) {
  begin_executor(random);
  node_count = 1 + stress_below(random, NODES_MAX);
  rdo_atomic_init(&next_node, 0);
  rdo_atomic_init(&released_count, 0);
  make_nodes(random);
  run_threads(resume_nodes, 4, random);
  while (rdo_atomic_load(&released_count, rdo_acquire) != node_count) sched_yield();
  for (uint32_t i = 0; i < node_count; ++i) check_record(&records[i]);
  end_executor();
}

// Cancel --------------------------------------------------------------------------------------------

enum { VICTIM_COUNT = 200 };

// A process that may end by itself or be cancelled first. Its memory stays: cancellers refer to it.
struct victim {
  struct rdo_process process;
  uint32_t drains_left;  // owner: the drainer, of budget 1
  bool is_lasting;       // has nothing to do, for ever
  rdo_atomic_u32 end_count, complete_count, release_count;
  enum rondo_status status;
};

static struct victim victims[VICTIM_COUNT];

static enum rdo_drain_result drain_victim(struct rdo_process *process, struct rdo_worker *worker) {
  struct victim *victim = RDO_CONTAINER(process, struct victim, process);
  (void)worker;
  STRESS_CHECK(rdo_atomic_load(&victim->release_count, rdo_acquire) == 0);
  if (process->budget == 1) {
    STRESS_CHECK(rdo_atomic_load(&victim->complete_count, rdo_acquire) == 0);
    if (victim->is_lasting || --victim->drains_left != 0) return RDO_DRAIN_IDLE;
    return RDO_DRAIN_DONE;
  }
  if (victim->is_lasting && rdo_process_status(process) == RONDO_OK) return RDO_DRAIN_IDLE;
  return rdo_atomic_add(&victim->end_count, 1, rdo_acq_rel) == 0 ? RDO_DRAIN_DONE : RDO_DRAIN_IDLE;
}

static void complete_victim(struct rdo_process *process, enum rondo_status status) {
  struct victim *victim = RDO_CONTAINER(process, struct victim, process);
  STRESS_CHECK(rdo_atomic_load(&victim->release_count, rdo_acquire) == 0);
  victim->status = status;
  STRESS_CHECK(rdo_atomic_add(&victim->complete_count, 1, rdo_acq_rel) == 0);
}

static void release_victim(struct rdo_process *process) {
  struct victim *victim = RDO_CONTAINER(process, struct victim, process);
  STRESS_CHECK(rdo_atomic_load(&victim->complete_count, rdo_acquire) == 1);
  STRESS_CHECK(rdo_atomic_add(&victim->release_count, 1, rdo_acq_rel) == 0);
}

static const struct rdo_process_type victim_type = {"victim", drain_victim, complete_victim, release_victim};

// Each victim has one resume, and each thread may cancel or schedule it.
static void *hunt(void *user) {
  uint64_t random = *(const uint64_t *)user;
  uint32_t number = (uint32_t)(*(const uint64_t *)user % THREADS_MAX);
  for (uint32_t i = 0; i < VICTIM_COUNT; ++i) {
    struct victim *victim = &victims[i];
    dawdle(&random);
    if (i % 4 == number) rdo_process_resume(&victim->process);
    // Only an active or a complete process may be scheduled.
    bool is_active = rdo_atomic_load(&victim->process.state, rdo_acquire) != 0;
    for (uint32_t k = stress_below(&random, 4); k > 0 && is_active && victim->process.budget == 1; --k) rdo_process_schedule(&victim->process);
    if (number == 3 || stress_below(&random, 8) == 0) rdo_process_cancel(&victim->process);
  }
  return NULL;
}

static void run_cancel(uint64_t *random) {
  begin_executor(random);
  for (uint32_t i = 0; i < VICTIM_COUNT; ++i) {
    struct victim *victim = &victims[i];
    victim->drains_left = 1 + stress_below(random, 3);
    victim->is_lasting = stress_below(random, 2) == 0;
    rdo_atomic_init(&victim->end_count, 0);
    rdo_atomic_init(&victim->complete_count, 0);
    rdo_atomic_init(&victim->release_count, 0);
    rdo_process_init(&victim->process, &victim_type, executor, stress_below(random, 3) == 0 ? 1 + stress_below(random, 4) : 1);
  }
  run_threads(hunt, 4, random);
  for (uint32_t i = 0; i < VICTIM_COUNT; ++i) {
    struct victim *victim = &victims[i];
    while (rdo_atomic_load(&victim->release_count, rdo_acquire) == 0) sched_yield();
    STRESS_CHECK(rdo_atomic_load(&victim->complete_count, rdo_acquire) == 1);
    STRESS_CHECK(victim->status == RONDO_CANCELLED || (victim->status == RONDO_OK && !victim->is_lasting));
  }
  end_executor();
}

int main(int argc, char **argv) {
  static void (*const scenes[])(uint64_t *) = {run_wake, run_graph, run_cancel};
  struct stress stress = stress_begin(argc, argv);
  uint64_t seed;
  stress.count = &wake_count;
  watchdog_begin();
  while (stress_next(&stress, &seed)) scenes[stress.round_count % 3](&seed);
  watchdog_end();
  printf("%llu requests, %llu wakes\n", (unsigned long long)request_count, (unsigned long long)wake_count);
  return 0;
}

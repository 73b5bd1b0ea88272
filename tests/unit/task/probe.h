// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A process that takes down what happens to it, and executors for tests. What must hold for every process
// is checked here, always: complete once, then released once, with nobody inside; never more drainers than
// the budget; never drained after it was released.

#ifndef RDO_TESTS_PROBE_H_
#define RDO_TESTS_PROBE_H_

#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../support/watchdog.h"
#include "base/object.h"
#include "task/worker.h"

// For other threads than the test's own, where cmocka's checks cannot be used.
#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      abort();                                                                  \
    }                                                                           \
  } while (0)

struct probe {
  struct rdo_process process;
  enum rdo_drain_result (*drain)(struct probe *probe, struct rdo_worker *worker);  // NULL: probe_end
  void (*at_complete)(struct probe *probe);                                        // NULL: nothing
  void (*at_release)(struct probe *probe);                                         // NULL: nothing
  void *user;
  rdo_atomic_u32 drain_count, complete_count, release_count;
  rdo_atomic_u32 inside, inside_max;
  rdo_atomic_u32 ticket_count, end_count;  // for drains
  // Valid when the count beside it is 1.
  enum rondo_status status;
  long complete_thread, release_thread;
  uint32_t complete_order, release_order;  // among all callbacks of the program
};

static rdo_atomic_u32 probe_clock;

static inline long thread_id(void) { return syscall(SYS_gettid); }

// All orders are seq_cst: what tests conclude from counts must not depend on what they test.
static inline uint32_t count_of(const rdo_atomic_u32 *count) { return rdo_atomic_load(count, rdo_seq_cst); }
static inline uint32_t count_up(rdo_atomic_u32 *count) { return rdo_atomic_add(count, 1, rdo_seq_cst); }

static inline void nap(void) { nanosleep(&(const struct timespec){.tv_nsec = 50000}, NULL); }

static inline void await_count(const rdo_atomic_u32 *count, uint32_t wanted) {
  while (count_of(count) < wanted) nap();
  watchdog_tick();
}

static inline void raise_max(rdo_atomic_u32 *max, uint32_t value) {
  uint32_t seen = count_of(max);
  while (seen < value && !rdo_atomic_cas_weak(max, &seen, value, rdo_seq_cst, rdo_seq_cst)) continue;
}

// The result of a drain that ends the process: DONE once, for the others there is nothing to do.
static inline enum rdo_drain_result probe_end(struct probe *probe) {
  return count_up(&probe->end_count) == 0 ? RDO_DRAIN_DONE : RDO_DRAIN_IDLE;
}

static enum rdo_drain_result drain_probe(struct rdo_process *process, struct rdo_worker *worker) {
  struct probe *probe = RDO_CONTAINER(process, struct probe, process);
  uint32_t inside = count_up(&probe->inside) + 1;
  CHECK(inside <= process->budget);
  CHECK(count_of(&probe->release_count) == 0);
  raise_max(&probe->inside_max, inside);
  count_up(&probe->drain_count);
  enum rdo_drain_result result = probe->drain == NULL ? probe_end(probe) : probe->drain(probe, worker);
  rdo_atomic_sub(&probe->inside, 1, rdo_seq_cst);
  return result;
}

static void complete_probe(struct rdo_process *process, enum rondo_status status) {
  struct probe *probe = RDO_CONTAINER(process, struct probe, process);
  CHECK(count_of(&probe->release_count) == 0);
  probe->status = status;
  probe->complete_thread = thread_id();
  probe->complete_order = count_up(&probe_clock);
  if (probe->at_complete != NULL) probe->at_complete(probe);
  CHECK(count_of(&probe->release_count) == 0);
  CHECK(count_up(&probe->complete_count) == 0);
}

static void release_probe(struct rdo_process *process) {
  struct probe *probe = RDO_CONTAINER(process, struct probe, process);
  CHECK(count_of(&probe->complete_count) == 1);
  CHECK(count_of(&probe->inside) == 0);
  probe->release_thread = thread_id();
  probe->release_order = count_up(&probe_clock);
  void (*at_release)(struct probe *) = probe->at_release;
  CHECK(count_up(&probe->release_count) == 0);
  if (at_release != NULL) at_release(probe);
}

static const struct rdo_process_type probe_type = {"probe", drain_probe, complete_probe, release_probe};

static inline void probe_init(struct probe *probe, struct rdo_executor *executor, uint32_t budget,
                              enum rdo_drain_result (*drain)(struct probe *, struct rdo_worker *)) {
  memset(probe, 0, sizeof *probe);
  probe->drain = drain;
  rdo_atomic_init(&probe->drain_count, 0);
  rdo_atomic_init(&probe->complete_count, 0);
  rdo_atomic_init(&probe->release_count, 0);
  rdo_atomic_init(&probe->inside, 0);
  rdo_atomic_init(&probe->inside_max, 0);
  rdo_atomic_init(&probe->ticket_count, 0);
  rdo_atomic_init(&probe->end_count, 0);
  rdo_process_init(&probe->process, &probe_type, executor, budget);
}

static inline void await_release(struct probe *probe) { await_count(&probe->release_count, 1); }

// A gate that drains wait at.
struct gate {
  rdo_atomic_u32 waiting_count;  // that came
  rdo_atomic_u32 is_open;
};

static inline void gate_init(struct gate *gate) {
  rdo_atomic_init(&gate->waiting_count, 0);
  rdo_atomic_init(&gate->is_open, 0);
}

static inline void gate_pass(struct gate *gate) {
  count_up(&gate->waiting_count);
  await_count(&gate->is_open, 1);
}

static inline void gate_open(struct gate *gate) { rdo_atomic_store(&gate->is_open, 1, rdo_seq_cst); }

// Drain of a probe whose user is a gate: passes it and ends.
static inline enum rdo_drain_result drain_gate(struct probe *probe, struct rdo_worker *worker) {
  (void)worker;
  gate_pass(probe->user);
  return probe_end(probe);
}

// Executors

static inline struct rdo_executor *start_executor_with(const struct rdo_executor_options *options) {
  struct rdo_executor *executor = NULL;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rdo_executor_create(options, &executor, &diag) != RONDO_OK) fprintf(stderr, "%s\n", diag.message);
  CHECK(executor != NULL);
  watchdog_watch(executor);
  return executor;
}

static inline struct rdo_executor *start_executor(uint32_t worker_count) {
  return start_executor_with(&(const struct rdo_executor_options){.worker_count = worker_count, .local_memory_bytes = 4096});
}

static inline void stop_executor(struct rdo_executor *executor) {
  watchdog_watch(NULL);
  rdo_executor_destroy(executor);
  watchdog_tick();
}

static inline bool is_asleep(const struct rdo_worker *worker) { return strcmp(rdo_worker_state_name(worker), "sleeps") == 0; }

// Until every worker sleeps; what they wrote before is visible then.
static inline void await_sleep(const struct rdo_executor *executor) {
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    while (!is_asleep(&executor->workers[i])) nap();
  }
  watchdog_tick();
}

// A seat of an executor without workers, so that this thread alone decides when what is drained.
static inline struct rdo_worker *take_seat(struct rdo_executor *executor) {
  struct rdo_worker *seat = rdo_executor_seat_acquire(executor);
  CHECK(seat != NULL);
  return seat;
}

static inline void pump_dry(struct rdo_worker *seat) {
  while (rdo_worker_pump(seat)) continue;
}

static inline int begin_watching(void **state) {
  (void)state;
  watchdog_begin();
  return 0;
}

static inline int end_watching(void **state) {
  (void)state;
  watchdog_end();
  return 0;
}

#endif  // RDO_TESTS_PROBE_H_

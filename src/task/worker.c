// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The workers: start, loop, rest, end; and the seats of callers that drain along.
//
// SYNC(wake). A worker's token, low two bits:
//
//   RUNNING → SPINNING   nothing found; then idle bit, then one more look   the worker
//   SPINNING → RUNNING   found something after all                          the worker
//   SPINNING → SLEEPING  spun long enough; sleeps on the token              the worker
//   SPINNING, SLEEPING → WOKEN  compare-exchange with the relay count;      a waker
//                        a futex wake if it was SLEEPING
//   WOKEN → RUNNING      takes the relay count                              the worker

#include "task/worker.h"

#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/event.h"
#include "machine/numa.h"
#include "machine/pin.h"
#include "task/timed.h"
#include "task/urgent.h"

enum { TOKEN_RUNNING, TOKEN_SPINNING, TOKEN_SLEEPING, TOKEN_WOKEN, TOKEN_STATE_MASK = 3, TOKEN_RELAY_SHIFT = 2 };
enum { LOCAL_MEMORY_BYTES_DEFAULT = 256 * 1024, SPINS_PER_CLOCK = 32 };
// How long before a release a worker ends its sleep: the kernel is late by up to a few tens of microseconds.
enum { RELEASE_MARGIN_NS = 200000 };

static _Thread_local struct rdo_worker *current_worker;

struct rdo_worker *rdo_worker_current(void) { return current_worker; }
bool rdo_worker_is_of(const struct rdo_executor *executor) { return current_worker != NULL && current_worker->executor == executor; }

bool rdo_worker_pumps(const struct rdo_executor *executor) {
  return rdo_worker_is_of(executor) && (current_worker->index < executor->worker_count || executor->worker_count == 0);
}

int rdo_worker_donor_cpu(const struct rdo_executor *executor) {
  if (!rdo_worker_is_of(executor) || current_worker->index < executor->worker_count) return -1;
  return rdo_pin_current();
}

const char *rdo_worker_state_name(const struct rdo_worker *worker) {
  static const char *const names[] = {"runs", "spins", "sleeps", "is woken"};
  return names[rdo_atomic_load(&worker->token, rdo_acquire) & TOKEN_STATE_MASK];
}

bool rdo_worker_read_busy_name(const struct rdo_worker *worker, char *out_name, size_t capacity) {
  rdo_names_begin_reading();
  const char *name = rdo_atomic_load(&worker->busy_name, rdo_relaxed);  // relaxed: hint, the text stays meanwhile
  if (name != NULL) snprintf(out_name, capacity, "%s", name);
  rdo_names_end_reading();
  return name != NULL;
}

bool rdo_worker_wake(struct rdo_worker *worker, uint32_t relay_count) {
  // SYNC(wake): a look, the exchange decides. seq_cst, because destroy comes here without the idle set: it has
  // written is_stopping, and this worker goes to rest first and then reads it.
  uint32_t token = rdo_atomic_load(&worker->token, rdo_seq_cst);
  while ((token & TOKEN_STATE_MASK) == TOKEN_SPINNING || (token & TOKEN_STATE_MASK) == TOKEN_SLEEPING) {
    // SYNC(wake): whoever does this owns the wake; acq_rel, so that the woken one sees the work.
    if (!rdo_atomic_cas_weak(&worker->token, &token, TOKEN_WOKEN | relay_count << TOKEN_RELAY_SHIFT, rdo_acq_rel, rdo_acquire)) continue;
    rdo_event_emit(RDO_EVENT_WAKE, 0, worker->executor->worker_base + worker->index, 0);
    if ((token & TOKEN_STATE_MASK) == TOKEN_SLEEPING) rdo_futex_wake(&worker->token);
    return true;
  }
  return false;
}

// Back to work. If somebody has woken this worker meanwhile, its relay is its duty.
static void stop_resting(struct rdo_worker *worker) {
  struct rdo_executor *executor = worker->executor;
  rdo_atomic_and(&executor->idle[worker->index / 64], ~(UINT64_C(1) << worker->index % 64), rdo_seq_cst);  // SYNC(wake): hint
  uint32_t token = rdo_atomic_exchange(&worker->token, TOKEN_RUNNING, rdo_acq_rel);  // SYNC(wake)
  if (token >> TOKEN_RELAY_SHIFT != 0) rdo_executor_wake(executor, token >> TOKEN_RELAY_SHIFT);
}

// One that was raised before its sleep was to end runs as soon as there is a CPU for it.
static void note_late_wake(struct rdo_worker *worker, int64_t deadline_ns) {
  int64_t now_ns = rdo_clock_now_ns();
  // relaxed: hint, both
  if (rdo_atomic_load(&worker->is_urgent, rdo_relaxed) == 0 || rdo_atomic_load(&worker->raised_ns, rdo_relaxed) > deadline_ns) return;
  if (now_ns > deadline_ns) rdo_worker_note_stretch(worker, deadline_ns, now_ns, 0);
}

// Until somebody wakes it, or it is time to wait for the next release.
static void sleep_until_woken(struct rdo_worker *worker) {
  uint32_t token = TOKEN_SPINNING;
  // SYNC(wake): from here on a waker has to make the system call.
  if (!rdo_atomic_cas(&worker->token, &token, TOKEN_SLEEPING, rdo_acq_rel, rdo_acquire)) return;
  ++worker->sleep_count;
  rdo_event_emit(RDO_EVENT_SLEEP_BEGIN, 0, 0, 0);
  int64_t deadline_ns = worker->next_release_ns == INT64_MAX ? INT64_MAX : worker->next_release_ns - RELEASE_MARGIN_NS;
  if (deadline_ns != INT64_MAX) rdo_worker_begin_stretch(worker);
  worker->looked_ns = 0;
  while ((rdo_atomic_load(&worker->token, rdo_acquire) & TOKEN_STATE_MASK) == TOKEN_SLEEPING) {  // SYNC(wake)
    if (deadline_ns != INT64_MAX && rdo_clock_now_ns() >= deadline_ns) break;
    rdo_futex_wait(&worker->token, TOKEN_SLEEPING, deadline_ns);
  }
  if (deadline_ns != INT64_MAX) note_late_wake(worker, deadline_ns);
  rdo_event_emit(RDO_EVENT_SLEEP_END, 0, 0, 0);
  ++worker->wake_count;
}

static bool spin_until_woken(struct rdo_worker *worker) {
  int64_t spin_ns = worker->executor->spin_ns;
  if (spin_ns == 0) return false;
  int64_t now_ns = rdo_clock_now_ns(), end_ns = now_ns + spin_ns, busy_end_ns = now_ns + worker->executor->busy_spin_ns;
  if (worker->next_release_ns < end_ns) end_ns = worker->next_release_ns;
  if (worker->next_release_ns < busy_end_ns) busy_end_ns = worker->next_release_ns;
  bool is_woken = false;
  rdo_event_emit_at(RDO_EVENT_SPIN_BEGIN, now_ns, 0, 0, 0);
  // A sleeper's wake costs whoever ends the work before it as much as a short dispatch takes.
  while (!is_woken && (now_ns < end_ns || (now_ns < busy_end_ns && rdo_executor_is_drained(worker->executor)))) {
    for (int i = 0; i < SPINS_PER_CLOCK && !is_woken; ++i) {
      rdo_cpu_relax();
      is_woken = (rdo_atomic_load(&worker->token, rdo_acquire) & TOKEN_STATE_MASK) == TOKEN_WOKEN;  // SYNC(wake)
    }
    now_ns = is_woken ? rdo_clock_now_ns() : rdo_clock_spin_ns(now_ns < end_ns ? end_ns : busy_end_ns);
  }
  rdo_event_emit_at(RDO_EVENT_SPIN_END, now_ns, 0, 0, 0);
  return is_woken;
}

// SYNC(wake) half B: announces the worker as idle, then looks once more. Pairs with half A in executor.c.
// Forbidden: the work is not seen here and the idle bit is not seen there.
//   returns  whether there is nothing to do
static bool begin_rest(struct rdo_worker *worker) {
  struct rdo_executor *executor = worker->executor;
  rdo_atomic_store(&worker->token, TOKEN_SPINNING, rdo_seq_cst);  // SYNC(wake): before the idle bit
  rdo_atomic_or(&executor->idle[worker->index / 64], UINT64_C(1) << worker->index % 64, rdo_seq_cst);  // SYNC(wake)
  return !rdo_worker_has_work(worker);
}

static void rest(struct rdo_worker *worker) {
  if (begin_rest(worker)) {
    if (worker->next_release_ns != INT64_MAX && rdo_worker_room_ns(worker) <= RELEASE_MARGIN_NS) {
      (void)rdo_timed_spin(worker);
    } else {
      // Who is raised for its next release wakes up as such.
      if (!rdo_urgent_is_near(worker, rdo_clock_now_ns())) rdo_urgent_lower(worker);
      if (spin_until_woken(worker)) {
        ++worker->spin_found_count;
      } else {
        sleep_until_woken(worker);
      }
    }
  }
  stop_resting(worker);
}

bool rdo_worker_step(struct rdo_worker *worker) {
  uint32_t state = rdo_atomic_load(&worker->token, rdo_acquire) & TOKEN_STATE_MASK;  // SYNC(wake)
  if (state == TOKEN_SLEEPING) return false;
  struct rdo_worker *before = current_worker;
  current_worker = worker;
  if (state == TOKEN_WOKEN) {
    ++worker->wake_count;
    stop_resting(worker);
  }
  bool is_worked = rdo_worker_pump(worker);
  if (!is_worked) {
    uint32_t token = TOKEN_SPINNING;
    // SYNC(wake): as rest, but for the sleep itself.
    if (begin_rest(worker) && rdo_atomic_cas(&worker->token, &token, TOKEN_SLEEPING, rdo_acq_rel, rdo_acquire)) {
      ++worker->sleep_count;
    } else {
      stop_resting(worker);
      is_worked = true;
    }
  }
  current_worker = before;
  return is_worked;
}

static bool drain_listed(struct rdo_worker *worker) {
  if (worker->owed_slot != 0 && rdo_atomic_load(&worker->executor->immediate, rdo_relaxed) != NULL) rdo_worker_pay_slot(worker);  // relaxed: hint
  worker->owes_wake = false;
  worker->looked_ns = 0;
  // relaxed: hint, a push is followed by a wake
  if (rdo_atomic_load(&worker->executor->immediate, rdo_relaxed) == NULL) return false;
  struct rdo_process *process = rdo_executor_pop_immediate(worker->executor);
  if (process == NULL) return false;
  rdo_process_run_listed(process, worker);
  return true;
}

bool rdo_worker_pump(struct rdo_worker *worker) {
  if (!worker->executor->is_played) return rdo_worker_visit_slots(worker, NULL, NULL) || drain_listed(worker);
  if (rdo_timed_run_due(worker)) return true;
  // Right before a release the list is for others, or for afterwards; others have to be told, whom a wake that came
  // here has passed over.
  if (rdo_worker_room_ns(worker) > RDO_LISTED_ROOM_NS) {
    if (drain_listed(worker)) return true;
  } else if (rdo_atomic_load(&worker->executor->immediate, rdo_relaxed) != NULL) {  // relaxed: hint
    worker->owes_wake = false;
    rdo_executor_wake(worker->executor, 1);
  }
  return rdo_worker_visit_slots(worker, NULL, NULL);
}

// Start and end ----------------------------------------------------------------------------------

static void report_start(struct rdo_executor *executor, enum rondo_status status, const struct rondo_diag *diag) {
  pthread_mutex_lock(&executor->lock);
  if (status != RONDO_OK && executor->start_status == RONDO_OK) {
    executor->start_status = status;
    executor->start_diag = *diag;
  }
  ++executor->started_count;
  pthread_cond_signal(&executor->started);
  pthread_mutex_unlock(&executor->lock);
}

// Puts the worker's memory on its node: what is there moves, what is not yet comes from there. Best effort.
static void place_memory(struct rdo_worker *worker) {
  struct rdo_executor *executor = worker->executor;
  pthread_attr_t attributes;
  struct rondo_diag diag = {0};
  void *stack = NULL;
  size_t stack_bytes = 0;
  if (worker->node < 0) return;
  enum rondo_status status = executor->bind_memory(worker->local_memory, executor->local_memory_bytes, worker->node, &diag);
  if (status == RONDO_OK && pthread_getattr_np(pthread_self(), &attributes) == 0) {
    if (pthread_attr_getstack(&attributes, &stack, &stack_bytes) == 0) status = executor->bind_memory(stack, stack_bytes, worker->node, &diag);
    pthread_attr_destroy(&attributes);
  }
  if (status == RONDO_OK) return;
  pthread_mutex_lock(&executor->lock);
  if (executor->misplaced_count++ == 0) executor->misplaced_diag = diag;
  pthread_mutex_unlock(&executor->lock);
}

static void *run_worker(void *user) {
  struct rdo_worker *worker = user;
  struct rdo_executor *executor = worker->executor;
  struct rondo_diag diag = {0};
  char name[16];
  worker->thread_id = (int)syscall(SYS_gettid);
  snprintf(name, sizeof name, "rondo/%u", executor->worker_base + worker->index);
  rdo_thread_name_set(name);
  enum rondo_status status = executor->has_cpus ? rdo_pin_thread(&worker->cpus, &diag) : RONDO_OK;
  // The kernel may be late by this much with the end of a sleep; 50 us is its default.
  if (executor->is_played) (void)prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
  if (status == RONDO_OK) place_memory(worker);
  if (status == RONDO_OK) rdo_event_thread_begin(name, (int)(executor->worker_base + worker->index));
  report_start(executor, status, &diag);
  if (status != RONDO_OK) return NULL;
  current_worker = worker;
  while (rdo_atomic_load(&executor->is_stopping, rdo_acquire) == 0) {  // SYNC(wake): set before the last wakes
    if (!rdo_worker_pump(worker)) rest(worker);
  }
  rdo_event_thread_end();
  return NULL;
}

static enum rondo_status make_local_memory(struct rdo_worker *worker, struct rondo_diag *diag) {
  size_t size = worker->executor->local_memory_bytes;
  if (worker->local_memory == NULL) worker->local_memory = rdo_alloc_aligned(size, 4096);
  return worker->local_memory != NULL ? RONDO_OK : rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "out of memory: %zu bytes of a worker's local memory", size);
}

static void init_worker(struct rdo_executor *executor, uint32_t index, const struct rdo_executor_options *options) {
  struct rdo_worker *worker = &executor->workers[index];
  worker->executor = executor;
  worker->index = index;
  worker->cpu = -1;
  worker->node = index < options->worker_count && options->worker_nodes != NULL ? options->worker_nodes[index] : -1;
  memset(worker->seen, 0xFF, sizeof worker->seen);
  worker->lanes = 1;
  for (uint32_t i = 0; i < options->lane_count && index < options->worker_count; ++i) {
    worker->lanes |= (options->lanes[i].workers[index / 64] >> index % 64 & 1) << (i + 1);
  }
  rdo_atomic_init(&worker->busy_name, NULL);
  rdo_atomic_init(&worker->busy_count, 0);
  rdo_atomic_init(&worker->token, TOKEN_RUNNING);
  rdo_atomic_init(&worker->inbox, NULL);
  rdo_atomic_init(&worker->is_urgent, 0);
  rdo_atomic_init(&worker->raised_ns, 0);
  rdo_atomic_init(&worker->release_hint_ns, INT64_MAX);
  worker->next_release_ns = INT64_MAX;
  if (index >= options->worker_count || options->worker_cpus == NULL) return;
  worker->cpus = options->worker_cpus[index];
  if (rdo_cpu_set_count(&worker->cpus) == 1) worker->cpu = rdo_cpu_set_first(&worker->cpus);
}

static enum rondo_status start_workers(struct rdo_executor *executor, size_t stack_bytes, struct rondo_diag *diag) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  enum rondo_status status = RONDO_OK;
  if (stack_bytes != 0 && pthread_attr_setstacksize(&attributes, stack_bytes) != 0) {
    status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "worker stacks of %zu bytes are too small", stack_bytes);
  }
  uint32_t created_count = 0;
  // Without workers everything depends on those who wait: also without memory one of them must find a seat.
  if (executor->worker_count == 0 && status == RONDO_OK) status = make_local_memory(&executor->workers[0], diag);
  for (uint32_t i = 0; executor->is_stepped && i < executor->worker_count && status == RONDO_OK; ++i) {
    status = make_local_memory(&executor->workers[i], diag);
  }
  for (; !executor->is_stepped && created_count < executor->worker_count && status == RONDO_OK; ++created_count) {
    status = make_local_memory(&executor->workers[created_count], diag);
    if (status != RONDO_OK) break;
    int error = pthread_create(&executor->workers[created_count].thread, &attributes, run_worker, &executor->workers[created_count]);
    if (error == 0) continue;
    status = rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "cannot create worker %u: %s", created_count, strerror(error));
    break;
  }
  pthread_attr_destroy(&attributes);
  pthread_mutex_lock(&executor->lock);
  while (executor->started_count < created_count) pthread_cond_wait(&executor->started, &executor->lock);
  if (status == RONDO_OK && executor->start_status != RONDO_OK) {
    status = executor->start_status;
    if (diag != NULL) *diag = executor->start_diag;
  }
  pthread_mutex_unlock(&executor->lock);
  executor->started_count = created_count;
  return status;
}

static bool has_all_workers(const struct rdo_executor *executor, const struct rdo_lane *lane) {
  uint32_t i = 0;
  while (i < executor->worker_count && (lane->workers[i / 64] >> i % 64 & 1) != 0) ++i;
  return i == executor->worker_count;
}

enum rondo_status rdo_executor_create(const struct rdo_executor_options *options, struct rdo_executor **out_executor, struct rondo_diag *diag) {
  *out_executor = NULL;
  if (options->worker_count > RDO_WORKERS_MAX) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%u workers (at most %d)", options->worker_count, RDO_WORKERS_MAX);
  }
  if (options->lane_count >= RDO_LANES_MAX) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%u lanes (at most %d)", options->lane_count, RDO_LANES_MAX - 1);
  if (options->local_memory_bytes > SIZE_MAX / 2 + 1) {
    return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "%zu bytes of local memory for each worker", options->local_memory_bytes);
  }
  struct rdo_executor *executor = rdo_alloc_aligned(sizeof *executor, RDO_CACHE_LINE_BYTES);
  size_t workers_bytes = sizeof *executor->workers * (options->worker_count + RDO_DONORS_MAX);
  struct rdo_worker *workers = rdo_alloc_aligned(workers_bytes, RDO_CACHE_LINE_BYTES);
  if (executor == NULL || workers == NULL) {
    rdo_free(executor);
    rdo_free(workers);
    return rdo_fail_no_memory(diag, sizeof *executor + workers_bytes);
  }
  memset(executor, 0, sizeof *executor);
  memset(workers, 0, workers_bytes);
  executor->workers = workers;
  executor->worker_count = options->worker_count;
  executor->worker_base = options->worker_base;
  executor->is_played = options->is_played;
  executor->is_urgent_allowed = options->is_played && rdo_urgent_is_allowed();
  executor->is_stepped = options->is_stepped;
  executor->lane_count = options->lane_count + 1;
  for (uint32_t i = 0; i < RDO_IDLE_WORDS; ++i) executor->lanes[0].workers[i] = UINT64_MAX;
  if (options->lane_count != 0) memcpy(&executor->lanes[1], options->lanes, options->lane_count * sizeof *options->lanes);
  for (uint32_t i = 0; i < executor->lane_count; ++i) executor->whole_lanes |= (uint64_t)has_all_workers(executor, &executor->lanes[i]) << i;
  executor->spin_ns = options->spin_ns < 0 ? 0 : options->spin_ns;
  executor->busy_spin_ns = options->busy_spin_ns;
  executor->has_cpus = options->worker_cpus != NULL;
  executor->bind_memory = options->bind_memory != NULL ? options->bind_memory : rdo_machine_bind_memory;
  executor->local_memory_bytes = LOCAL_MEMORY_BYTES_DEFAULT;
  if (options->local_memory_bytes != 0) {
    executor->local_memory_bytes = 4096;
    while (executor->local_memory_bytes < options->local_memory_bytes) executor->local_memory_bytes *= 2;
  }
  rdo_atomic_init(&executor->donors_taken, 0);
  rdo_atomic_init(&executor->is_stopping, 0);
  rdo_atomic_init(&executor->occupied, 0);
  rdo_atomic_init(&executor->donor_bell, 0);
  rdo_atomic_init(&executor->donor_sleepers, 0);
  for (int i = 0; i < RDO_IDLE_WORDS; ++i) rdo_atomic_init(&executor->idle[i], 0);
  for (int i = 0; i < RDO_SLOT_COUNT; ++i) {
    rdo_atomic_init(&executor->slots[i].word, 0);
    rdo_atomic_init(&executor->slots[i].budget, 0);
    rdo_atomic_init(&executor->slots[i].lane, 0);
    rdo_atomic_init(&executor->slots[i].key, 0);
    rdo_atomic_init(&executor->slots[i].version, 0);
  }
  rdo_atomic_init(&executor->immediate, NULL);
  rdo_atomic_init(&executor->overflow, NULL);
  pthread_mutex_init(&executor->lock, NULL);
  pthread_cond_init(&executor->started, NULL);
  for (uint32_t i = 0; i < options->worker_count + RDO_DONORS_MAX; ++i) init_worker(executor, i, options);
  enum rondo_status status = start_workers(executor, options->stack_bytes, diag);
  if (status == RONDO_OK && options->watchdog_ns > 0) status = rdo_watchdog_create(executor, options, &executor->watchdog, diag);
  if (status == RONDO_OK && executor->is_urgent_allowed && !executor->is_stepped) status = rdo_guard_create(executor, &executor->guard, diag);
  if (status != RONDO_OK) {
    rdo_executor_destroy(executor);
    return status;
  }
  *out_executor = executor;
  return RONDO_OK;
}

void rdo_executor_stop(struct rdo_executor *executor) {
  if (executor == NULL) return;
  rdo_watchdog_destroy(executor->watchdog);
  executor->watchdog = NULL;
  rdo_atomic_store(&executor->is_stopping, 1, rdo_seq_cst);  // SYNC(wake): half A, as for any work
  for (uint32_t i = 0; i < executor->started_count; ++i) (void)rdo_worker_wake(&executor->workers[i], 0);
  for (uint32_t i = 0; i < executor->started_count; ++i) pthread_join(executor->workers[i].thread, NULL);
  executor->started_count = 0;
  rdo_guard_destroy(executor->guard);  // workers call it until they end
  executor->guard = NULL;
}

void rdo_executor_destroy(struct rdo_executor *executor) {
  if (executor == NULL) return;
  rdo_executor_stop(executor);
  for (uint32_t i = 0; i < executor->worker_count + RDO_DONORS_MAX; ++i) rdo_free(executor->workers[i].local_memory);
  pthread_mutex_destroy(&executor->lock);
  pthread_cond_destroy(&executor->started);
  rdo_free(executor->workers);
  rdo_free(executor);
}

// Donors -----------------------------------------------------------------------------------------

struct rdo_worker *rdo_executor_seat_acquire(struct rdo_executor *executor) {
  if (current_worker != NULL) return NULL;  // a thread drains for one executor at a time
  uint32_t taken = rdo_atomic_load(&executor->donors_taken, rdo_relaxed);  // relaxed: hint
  uint32_t index;
  do {
    if ((uint16_t)~taken == 0) return NULL;
    index = (uint32_t)__builtin_ctz(~taken);
    // SYNC(wake): acquire what the donor before wrote into the seat.
  } while (!rdo_atomic_cas_weak(&executor->donors_taken, &taken, taken | UINT32_C(1) << index, rdo_acquire, rdo_relaxed));  // relaxed: hint
  struct rdo_worker *seat = &executor->workers[executor->worker_count + index];
  current_worker = seat;
  if (make_local_memory(seat, NULL) == RONDO_OK) return seat;
  rdo_executor_seat_return(seat);
  return NULL;
}

void rdo_executor_seat_return(struct rdo_worker *seat) {
  struct rdo_executor *executor = seat->executor;
  uint32_t more_slots = seat->more_slots;
  bool has_skipped = seat->has_skipped;
  seat->more_slots = 0;
  seat->has_skipped = false;
  seat->owes_wake = false;
  current_worker = NULL;
  rdo_atomic_and(&executor->donors_taken, ~(UINT32_C(1) << (seat->index - executor->worker_count)), rdo_release);  // SYNC(wake): the seat
  // SYNC(wake): what it counted on doing itself is for others now. In a slot that it leaves with more to do
  // they may have found nothing before; the worker of its CPU may never have heard of a slot.
  for (; more_slots != 0; more_slots &= more_slots - 1) rdo_executor_announce_open(executor, (uint32_t)__builtin_ctz(more_slots));
  bool is_slot_left = has_skipped && rdo_atomic_load(&executor->occupied, rdo_seq_cst) != 0;
  if (is_slot_left || rdo_atomic_load(&executor->immediate, rdo_seq_cst) != NULL) rdo_executor_wake(executor, 1);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The executor: worker threads that drain processes. No coordinator, no mailboxes, no stealing: who makes a
// process runnable puts it where workers look, and wakes as many as it can use.
//
//   compute slots     processes with a budget above 1, drained by several workers together
//   overflow list     the same, while all slots are taken
//   immediate list    processes with a budget of 1
//
// A worker looks at the slots first, then at the list, then spins for a while, then sleeps. On a played
// executor it first does what it has been given a time for (timed.h), then looks at the list, then at the slots.
//
// A *lane* is a set of workers and one order of work for them. A process that is placed on a lane goes to a slot,
// whatever its budget, and only workers of the lane drain it; of several that a worker may drain it takes the
// one with the smallest key, of several with that key one after the other. Lanes may share workers: then the order holds across them.
//
// SYNC(wake). Work is made visible, then the idle set is read; a worker enters the idle set, then looks
// for work once more. All four are seq_cst, so a publisher sees the sleeper or the sleeper sees the work.
// Who may wake a worker is decided by its token alone; the idle set only says where to look.
//
// SYNC(slot). A slot's word is {generation 32, state 2, lookers 10, drainers 20}; see executor.c.

#ifndef RDO_TASK_EXECUTOR_H_
#define RDO_TASK_EXECUTOR_H_

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>

#include "base/timer_heap.h"
#include "machine/cpu_set.h"
#include "task/process.h"

#ifdef RDO_HOSTILE
enum { RDO_SLOT_COUNT = 2 };
#else
enum { RDO_SLOT_COUNT = 32 };
#endif
enum {
  RDO_WORKERS_MAX = 256,
  RDO_IDLE_WORDS = RDO_WORKERS_MAX / 64,
  RDO_DONORS_MAX = 16,    // callers that may drain at once; more of them just sleep
  RDO_WAKE_FANOUT = 2,    // wakes a waker makes itself; the rest is relayed
  RDO_CACHE_LINE_BYTES = 64,
  RDO_LANES_MAX = 64,     // with lane 0, which is all workers
};

struct rdo_lane {
  uint64_t workers[RDO_IDLE_WORDS];  // a bit for each
};

struct rdo_executor_options {
  uint32_t worker_count;                  // 0: only callers that wait drain
  const struct rdo_cpu_set *worker_cpus;  // borrowed, [worker_count]: where each worker may run; NULL = anywhere
  uint32_t worker_base;                   // id of the first worker, so that several executors have distinct ones
  // NUMA node (the kernel's number) for the stack and the local memory of each worker, -1 = any; NULL = any for
  // all. Where the system refuses, they stay where they are, and the dump says so.
  const int *worker_nodes;                // borrowed, [worker_count]
  // In place of rdo_machine_bind_memory, for tests; on the worker's thread. NULL = that.
  enum rondo_status (*bind_memory)(void *address, size_t bytes, int node, struct rondo_diag *diag);
  int64_t spin_ns;                        // how long a worker spins for new work before it sleeps; 0 = not at all
  int64_t busy_spin_ns;                   // the same while others are at work, whose successors it may be wanted for; not above `spin_ns`: as that
  size_t stack_bytes;                     // 0 = the system's default
  size_t local_memory_bytes;              // scratch of a worker for kernels, rounded up to a power of two; 0 = 256 KiB (better: machine/local_memory.h)
  // A thread looks whether any worker has been in the same call of a kernel for so long, and says so once each
  // time; 0 = no such thread. The name is a copy.
  int64_t watchdog_ns;
  void (*stuck)(void *user, int worker_id, const char *name, int64_t busy_ns);  // on the watchdog's thread; -1 = a caller that drains along
  void *stuck_user;
  bool is_played;                         // workers get timed work; short work comes before long
  const struct rdo_lane *lanes;           // borrowed, [lane_count]: lanes 1 .. lane_count; none is empty
  uint32_t lane_count;                    // below RDO_LANES_MAX; more than 0: workers go by keys
  bool is_stepped;                        // no threads: whoever made it calls rdo_worker_step for each worker in turn
};

// One that drains: a worker thread, or a caller that donates its time.
struct rdo_worker {
  // const after start
  struct rdo_executor *executor;
  uint32_t index;                 // below worker_count + RDO_DONORS_MAX: what kernels get as processor id
  int cpu;                        // the one it is pinned to, -1 = several
  struct rdo_cpu_set cpus;
  int node;                       // for its memory, -1 = any
  pthread_t thread;
  int thread_id;                  // the kernel's
  uint64_t lanes;                 // those it serves, a bit for each
  void *local_memory;             // [executor->local_memory_bytes]; of a seat made when it is first taken, but the first without workers
  // owner: the worker
  uint64_t seen[RDO_SLOT_COUNT];  // generation and version of a slot that had nothing to do
  uint32_t visited[RDO_SLOT_COUNT];  // generation of what it drained there last
  uint32_t first_slot;            // where the next scan begins
  bool owes_wake;                 // it put a process on the list and told nobody, because it comes there next
  bool has_skipped;               // of a donor: a wake passed over the worker whose CPU it has
  uint32_t owed_slot;             // + 1: it put a process of one worker there and told nobody, because it comes there next; 0 = none
  uint32_t more_slots;            // bit per slot whose last drain by this worker said MORE
  uint64_t wake_count, sleep_count, spin_found_count;
  struct rdo_timer_heap timers;   // of rdo_timed
  int64_t next_release_ns;        // the first of them, INT64_MAX = none
  uint64_t next_release_key;      // its key, if there is one
  int64_t next_release_yield_ns;  // likewise
  int64_t last_release_ns;        // the one before
  bool is_dense;                  // the two are so close that the worker does not become urgent
  uint32_t held_slots;            // bit per slot whose last drain left tiles because of next_release_ns
  uint32_t calm_count;            // looks for due work since the last release
  int64_t interruption_count;     // what the kernel knows to have taken the CPU from this thread, when last asked
  int64_t stolen_begin_ns, stolen_end_ns;  // the last gap that nothing of that explains
  int64_t looked_ns;              // at the clock, and has done nothing since but look for work; 0 = that is over
  int64_t stolen_ns, spun_ns;     // all of them; time spent spinning for releases
  rdo_atomic_ptr busy_name;       // what it runs (const char *), NULL = nothing; hint, for the watchdog
  rdo_atomic_u32 busy_count;      // grows with every change of busy_name
  // written by wakers
  _Alignas(RDO_CACHE_LINE_BYTES) rdo_atomic_u32 token;  // SYNC(wake): state in the low 2 bits, relay count above
  rdo_atomic_u32 is_urgent;       // SYNC(urgent)
  rdo_atomic_i64 raised_ns;       // when it was raised last; hint
  rdo_atomic_i64 release_hint_ns; // next_release_ns, for other workers
  rdo_atomic_ptr inbox;           // SYNC(wake): posted timed work, newest first
};

struct rdo_compute_slot {
  _Alignas(RDO_CACHE_LINE_BYTES) rdo_atomic_u64 word;     // SYNC(slot)
  struct rdo_process *process;                            // SYNC(slot): set before the slot opens
  // SYNC(slot): of the process, for those who are not inside.
  rdo_atomic_u32 budget, lane;
  rdo_atomic_u64 key;
  _Alignas(RDO_CACHE_LINE_BYTES) rdo_atomic_u32 version;  // SYNC(wake): grows with work for more workers
};

struct rdo_executor {
  // const after create
  uint32_t worker_count;
  uint32_t started_count;
  uint32_t worker_base;
  int64_t spin_ns, busy_spin_ns;
  size_t local_memory_bytes;
  struct rdo_worker *workers;  // [worker_count + RDO_DONORS_MAX]
  bool has_cpus;               // workers are pinned
  bool is_played;
  bool is_urgent_allowed;         // see urgent.h
  bool is_stepped;
  uint32_t lane_count;            // with lane 0
  uint64_t whole_lanes;           // those that have all workers, a bit for each
  struct rdo_lane lanes[RDO_LANES_MAX];
  struct rdo_watchdog *watchdog;  // owned, NULL = none
  struct rdo_guard *guard;        // owned, NULL = none
  rdo_atomic_u32 donors_taken; // bit per donor seat
  rdo_atomic_u32 is_stopping;
  // start-up
  pthread_mutex_t lock;
  pthread_cond_t started;
  enum rondo_status start_status;  // lock: lock
  struct rondo_diag start_diag;    // lock: lock
  enum rondo_status (*bind_memory)(void *address, size_t bytes, int node, struct rondo_diag *diag);  // const after create
  uint32_t misplaced_count;        // lock: lock, const after create: workers whose memory was not put on their node
  struct rondo_diag misplaced_diag;  // likewise: why, of the first
  // shared
  _Alignas(RDO_CACHE_LINE_BYTES) rdo_atomic_u32 occupied;  // SYNC(wake): bit per slot that is open
  _Alignas(RDO_CACHE_LINE_BYTES) rdo_atomic_ptr immediate; // SYNC(wake): newest first
  rdo_atomic_ptr overflow;                                 // SYNC(slot): newest first
  _Alignas(RDO_CACHE_LINE_BYTES) rdo_atomic_u64 idle[RDO_IDLE_WORDS];  // SYNC(wake): bit per worker, a hint
  _Alignas(RDO_CACHE_LINE_BYTES) rdo_atomic_u32 donor_bell;            // SYNC(wake): executors without workers ring it
  rdo_atomic_u32 donor_sleepers;                                       // SYNC(wake)
  struct rdo_compute_slot slots[RDO_SLOT_COUNT];
};

// Starts the workers, pins them, and checks that they are where they should be.
//   returns  OK, INVALID_ARGUMENT (too many workers, stacks too small), RESOURCE_EXHAUSTED (memory, threads),
//            what rdo_pin_thread says of a CPU; on error nothing is left running
enum rondo_status rdo_executor_create(const struct rdo_executor_options *options, struct rdo_executor **out_executor,
                                      struct rondo_diag *diag) RONDO_MUST_USE;

// Stops and joins the workers; what is listed afterwards stays there. Threads that are inside calls of the
// executor may go on with them. Not from a worker. NULL is fine, and so is a second time.
void rdo_executor_stop(struct rdo_executor *executor);

// Stops it and frees it. No process may be in flight, nor a call that made one run: the process may be
// released before the call returns. Not from a worker. NULL is fine.
void rdo_executor_destroy(struct rdo_executor *executor);

// The worker that the calling thread is, of any executor; NULL on other threads.
struct rdo_worker *rdo_worker_current(void);

// Donation ----------------------------------------------------------------------------------------

// A seat for a caller that wants to drain.
//   returns  NULL: all are taken, or no memory for it
struct rdo_worker *rdo_executor_seat_acquire(struct rdo_executor *executor);
void rdo_executor_seat_return(struct rdo_worker *seat);

// Drains the process in a slot if `wanted` says so, once.
//   returns  whether anything was done
bool rdo_worker_visit_slots(struct rdo_worker *worker, bool (*wanted)(const struct rdo_process *process, void *user), void *user);

// One look at everything there is: slots, then the immediate list.
//   returns  whether anything was done
bool rdo_worker_pump(struct rdo_worker *worker);

// For stepped executors, where one thread plays all workers and so sees every interleaving it wants: one look
// of one worker at everything, with what it does before and after it sleeps.
//   returns  false: it sleeps
bool rdo_worker_step(struct rdo_worker *worker);

// For a donor of an executor without workers: what the bell said, and sleeping until it rings again.
uint32_t rdo_executor_bell(const struct rdo_executor *executor);
void rdo_executor_wait_bell(struct rdo_executor *executor, uint32_t heard, int64_t deadline_ns);
void rdo_executor_ring_bell(struct rdo_executor *executor);

// For processes -----------------------------------------------------------------------------------

void rdo_executor_push_immediate(struct rdo_executor *executor, struct rdo_process *process);
void rdo_executor_put(struct rdo_executor *executor, struct rdo_process *process);

// New work for `count` more workers in a slot.
void rdo_executor_announce(struct rdo_executor *executor, uint32_t slot, uint32_t count);

// Wakes up to `count` idle workers, in relay; or those of a lane, without, unless it has all.
void rdo_executor_wake(struct rdo_executor *executor, uint32_t count);
void rdo_executor_wake_lane(struct rdo_executor *executor, uint32_t lane, uint32_t count);

// Workers that are inside the process of a slot right now; a hint.
// Whether anybody is inside a slot. Hint.
bool rdo_executor_is_drained(const struct rdo_executor *executor);

uint32_t rdo_executor_drainer_count(const struct rdo_executor *executor, uint32_t slot);

// Whether there is work besides what is in `slot`; a hint for a worker that could go on there.
static inline bool rdo_executor_has_other_work(const struct rdo_executor *executor, uint32_t slot) {
  // relaxed: hint, both
  return (rdo_atomic_load(&executor->occupied, rdo_relaxed) & ~(UINT32_C(1) << slot)) != 0 ||
         rdo_atomic_load(&executor->immediate, rdo_relaxed) != NULL;  // relaxed: hint
}

// Whether something that goes before `key` waits in a slot for a worker like this one; a hint.
bool rdo_worker_is_outranked(const struct rdo_worker *worker, uint64_t key);

// The same of what waits on the list, or with a key up to `key_max` in another slot than `slot`.
bool rdo_worker_has_other_work(const struct rdo_worker *worker, uint32_t slot, uint64_t key_max);

// Writes who sleeps, who was woken, who is in which kernel, what is in the slots: for diagnosis, from any thread at any time.
void rdo_executor_dump(const struct rdo_executor *executor, FILE *file);

#endif  // RDO_TASK_EXECUTOR_H_

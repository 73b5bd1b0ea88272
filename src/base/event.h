// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Trace points. A thread that does something worth seeing in a picture emits an event: 32 bytes into a
// ring of its own. Off, which is the rule, a trace point is one load and one branch that is never
// taken. On, it is a clock reading and a store; it never blocks, allocates or calls the system on a
// worker, and what finds the ring full is dropped and counted.
//
// The list below is the specification of the events. Whoever collects (layer `trace`) gives a sink to
// rdo_events_begin and then calls rdo_events_flush every few milliseconds. Nobody else knows the sink.
//
//   thread          emit → its ring (one producer, one consumer: the holder of the drain lock)
//   flush           all rings → sink, each in its own order; threads that ended are let go
//
// Names that events point to must stay until the next rdo_events_flush after the last event that
// points to them: unloading a model flushes before it lets go of the file.

#ifndef RDO_BASE_EVENT_H_
#define RDO_BASE_EVENT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/clock.h"
#include "base/status.h"

// X(KIND, phase, title, subject, a, b, flow)
//
//   phase    BEGIN and END enclose a slice of the thread's time and nest; INSTANT is a point
//   title    what a picture calls it; NULL: the subject is its name
//   subject  NONE; NAME: a `const char *`; SUBMISSION: an id of rdo_event_new_id; OBJECT: an address,
//            told apart from others and never followed
//   a, b     what the two numbers are called, NULL = unused
//   flow     whether an arrow runs through this event, from the one before it with the same submission:
//            NONE, STEP, LAST. The submission is the subject, or b of the events that have a NAME
//
// An END carries no name on purpose: it may be emitted after the model's user has been told that the
// work is done, and the model may be gone by then.
// clang-format off
#define RDO_EVENT_KINDS(X)                                                                                             \
  /* One thread runs tiles of one dispatch, or a fill, copy, update: a = its ordinal in the recording. Again when it */ \
  /* comes back for more. */                                                                                           \
  X(DISPATCH_BEGIN, BEGIN, NULL, NAME, "node", "submission", STEP)                                                     \
  /* a = tiles it executed since BEGIN */                                                                              \
  X(DISPATCH_END, END, NULL, NONE, "tiles", NULL, NONE)                                                                \
  /* A submission is handed to a queue: a = how many points it waits for */                                            \
  X(SUBMIT, INSTANT, "submit", SUBMISSION, "waits", NULL, STEP)                                                        \
  /* Its waits are over: a = status (0 = it will run) */                                                               \
  X(READY, INSTANT, "ready", SUBMISSION, "status", NULL, STEP)                                                         \
  /* All its dispatches are done and its semaphores signalled: a = status */                                           \
  X(COMPLETE, INSTANT, "complete", SUBMISSION, "status", NULL, LAST)                                                   \
  /* This thread wakes a worker: a = which */                                                                          \
  X(WAKE, INSTANT, "wake", NONE, "worker", NULL, NONE)                                                                 \
  /* A worker sleeps in the kernel */                                                                                  \
  X(SLEEP_BEGIN, BEGIN, "sleep", NONE, NULL, NULL, NONE)                                                               \
  X(SLEEP_END, END, NULL, NONE, NULL, NULL, NONE)                                                                      \
  /* A worker has nothing to do and watches for work without sleeping */                                               \
  X(SPIN_BEGIN, BEGIN, "spin", NONE, NULL, NULL, NONE)                                                                 \
  X(SPIN_END, END, NULL, NONE, NULL, NULL, NONE)                                                                       \
  /* A model's host program runs, from its call or resumption until it returns or is suspended. The name is the */     \
  /* function's. */                                                                                                    \
  X(HOST_CALL_BEGIN, BEGIN, NULL, NAME, NULL, NULL, NONE)                                                              \
  /* a = status; DEFERRED: suspended, another BEGIN follows */                                                         \
  X(HOST_CALL_END, END, NULL, NONE, "status", NULL, NONE)                                                              \
  /* A semaphore reaches b, or fails with a */                                                                         \
  X(FENCE_SIGNAL, INSTANT, "signal", OBJECT, "status", "value", NONE)                                                  \
  /* a events of this thread are missing before this point. The ring itself says so. */                                \
  X(DROPPED, INSTANT, "events dropped", NONE, "count", NULL, NONE)
// clang-format on

#define RDO_EVENT_ENUMERATOR(kind, phase, title, subject, a, b, flow) RDO_EVENT_##kind,
enum rdo_event_kind { RDO_EVENT_KINDS(RDO_EVENT_ENUMERATOR) RDO_EVENT_KIND_COUNT };
#undef RDO_EVENT_ENUMERATOR

struct rdo_event {
  int64_t time_ns;   // rdo_clock_now_ns
  uint64_t subject;  // by kind
  uint64_t b;        // by kind
  uint32_t a;        // by kind
  uint32_t kind;     // enum rdo_event_kind
};

_Static_assert(sizeof(struct rdo_event) == 32, "two events fill a cache line");

// Emitting -----------------------------------------------------------------------------------------

// The number of the collection that is under way, 0 = none. Read through rdo_events_are_on.
extern rdo_atomic_u32 rdo_events_on;

// Puts an event into the calling thread's ring, whether or not somebody collects: use the inline
// functions below. A thread without a ring gets one here (which allocates), unless it began as a worker.
void rdo_event_record(enum rdo_event_kind kind, int64_t time_ns, uint64_t subject, uint32_t a, uint64_t b);

// Whether events are collected: for trace points that have something to compute first.
//   thread  any      phase  rt
static inline bool rdo_events_are_on(void) {
  // relaxed: hint, a thread may see a change late. What it then emits from before the beginning is left
  // out by its time, and the ring's memory is ordered by SYNC(event).
  return __builtin_expect(rdo_atomic_load(&rdo_events_on, rdo_relaxed) != 0, 0);
}

// Emits an event, now.
//   thread  any      phase  rt (a thread's first event: setup, unless it is a worker)
static inline void rdo_event_emit(enum rdo_event_kind kind, uint64_t subject, uint32_t a, uint64_t b) {
  if (rdo_events_are_on()) rdo_event_record(kind, rdo_clock_now_ns(), subject, a, b);
}

// The same for kinds whose subject is a NAME; see the top of the file for how long it must stay.
static inline void rdo_event_emit_name(enum rdo_event_kind kind, const char *name, uint32_t a, uint64_t b) {
  if (rdo_events_are_on()) rdo_event_record(kind, rdo_clock_now_ns(), (uint64_t)(uintptr_t)name, a, b);
}

// The same at a time that the caller has read anyway; not before the thread's last event.
static inline void rdo_event_emit_at(enum rdo_event_kind kind, int64_t time_ns, uint64_t subject, uint32_t a, uint64_t b) {
  if (rdo_events_are_on()) rdo_event_record(kind, time_ns, subject, a, b);
}

// An id for a submission, unique in the process; 0, which stands for "not traced", while nobody collects.
//   thread  any      phase  rt
uint64_t rdo_event_make_id(void);
static inline uint64_t rdo_event_new_id(void) { return rdo_events_are_on() ? rdo_event_make_id() : 0; }

// Events of one ring, 1 MiB of them. A collector that wakes every 5 ms and then waits 10 ms for a busy
// processor keeps up with 2 events a microsecond; a small model called in a loop makes about 1
// (bench/trace_cost.c).
#ifdef RDO_HOSTILE
enum { RDO_EVENT_RING_CAPACITY = 64 };
#else
enum { RDO_EVENT_RING_CAPACITY = 32768 };
#endif

// Threads ------------------------------------------------------------------------------------------

enum { RDO_EVENT_THREAD_NAME_BYTES = 32 };

// What a sink learns about the thread that emitted.
struct rdo_event_thread {
  uint32_t id;           // 1, 2, ... in the process, never used twice
  int32_t worker_index;  // -1: no worker
  int64_t system_id;     // as the kernel numbers threads
  char name[RDO_EVENT_THREAD_NAME_BYTES];
};

// Gives the calling thread its ring. Workers call it at their start, because they may not allocate
// later; other threads may, to have a better name than the system's. Without memory for it the
// thread's events are dropped and counted: a trace is no reason to fail.
//   name  borrowed, cut to fit      worker_index  -1 for host threads
//   phase  setup
void rdo_event_thread_begin(const char *name, int worker_index);

// Lets go of it; what it still holds goes to the sink with the next flush. A thread that got its ring
// by emitting need not call this.
//   phase  setup
void rdo_event_thread_end(void);

// Collecting ---------------------------------------------------------------------------------------

// Takes events of one thread, in its order. Called under the drain lock by whoever flushes; must not
// call back into this file. Names are valid during the call only.
struct rdo_event_sink {
  void (*take)(void *user, const struct rdo_event_thread *thread, const struct rdo_event *events, size_t count);
  void *user;
};

struct rdo_event_counts {
  uint64_t taken;    // events given to the sink, those of kind DROPPED included
  uint64_t dropped;  // events that found their ring full, or no ring
};

// Begins collecting into a sink. The process has one collection at a time.
//   sink     copied; its user must live until rdo_events_end
//   returns  OK, ALREADY_EXISTS, RESOURCE_EXHAUSTED
//   thread   any                 phase  setup
enum rondo_status rdo_events_begin(const struct rdo_event_sink *sink, struct rondo_diag *diag) RONDO_MUST_USE;

// Gives everything emitted so far to the sink; nothing to do when nobody collects. When it returns, no
// ring holds a name that was emitted before the call.
//   thread   any but a sink      phase  setup
void rdo_events_flush(void);

// For others that read names which they have not been given, but found: in between no flush ends, so who has to
// flush before a name goes waits.
//   thread   any but a sink      phase  setup, and short
void rdo_names_begin_reading(void);
void rdo_names_end_reading(void);

// Ends collecting: a last flush, after which the sink is not called again.
//   out_counts  optional
//   thread      one, after rdo_events_begin      phase  setup
void rdo_events_end(struct rdo_event_counts *out_counts);

#endif  // RDO_BASE_EVENT_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Who has the turn is written under one lock, so all that a thread did happens before what the next one does.
//
// A thread that spins is asked again whenever another one has done something, since that may be what it spins for: a turn counts as
// doing something if the thread called anything here but for the same spin once more. A loop that spins looks at memory alone; whoever
// leaves one looks at the clock before it enters the next.

#include "virtual_clock.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/clock.h"
#include "base/futex.h"
#include "hal/command.h"
#include "kernel/executable.h"
#include "task/margin.h"

enum { THREADS_MAX = 320, TURNS_MAX = 1000000, READS_MAX = 1000, READS_NS = 1000 };

enum thread_state {
  STATE_ENDED,
  STATE_READY,
  STATE_SPINS,   // until `until_ns`, or until it is to look
  STATE_SLEEPS,  // until `until_ns`, or until somebody wakes `word`; NULL = nobody does
  STATE_JOINS,   // until `joined` has ended
};

struct thread {
  enum thread_state state;
  bool must_look;         // STATE_SPINS: somebody has done something since it looked
  bool has_acted;         // it has, in this turn
  bool was_stolen;        // its last spin ended late
  int64_t until_ns;
  int64_t spun_until_ns;  // of its last spin
  const void *word;
  struct thread *joined;
  int read_count;         // of the clock, in this turn
  long switch_count;      // what getrusage says
  pthread_t handle;
  pthread_cond_t turn;
  void *(*run)(void *);
  void *user;
};

static struct {
  pthread_mutex_t lock;
  bool is_on;
  int64_t now_ns;
  struct thread *current;
  struct thread threads[THREADS_MAX];
  int count;
  int turn_count;   // since the clock has moved
  int64_t stolen_begin_ns, stolen_end_ns;
  uint64_t random;
  int64_t (*kernel_ns)(void *user, const char *export_name, uint64_t first, uint64_t count);
  void *kernel_user;
} machine = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Thread_local struct thread *self;

int __real_clock_gettime(clockid_t clock, struct timespec *time);
int64_t __real_rdo_clock_spin_ns(int64_t until_ns);
void __real_rdo_futex_wait(rdo_atomic_u32 *word, uint32_t expected, int64_t deadline_ns);
void __real_rdo_futex_wake(rdo_atomic_u32 *word);
void __real_rdo_futex_wake_all(rdo_atomic_u32 *word);
int __real_pthread_create(pthread_t *out_thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);
int __real_pthread_join(pthread_t thread, void **out_result);
int __real_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *lock);
int __real_getrusage(int who, struct rusage *usage);
bool __real_rdo_urgent_is_allowed(void);
int64_t __real_rdo_margin_measure(struct rdo_worker *worker);
enum rondo_status __real_rdo_dispatch_run(const struct rdo_command_dispatch *dispatch, const struct rdo_dispatch_state *state, uint64_t first, uint64_t count,
                                          const struct rdo_scratch *scratch, struct rondo_diag *diag);

int __wrap_clock_gettime(clockid_t clock, struct timespec *time);
int64_t __wrap_rdo_clock_spin_ns(int64_t until_ns);
void __wrap_rdo_futex_wait(rdo_atomic_u32 *word, uint32_t expected, int64_t deadline_ns);
void __wrap_rdo_futex_wake(rdo_atomic_u32 *word);
void __wrap_rdo_futex_wake_all(rdo_atomic_u32 *word);
int __wrap_pthread_create(pthread_t *out_thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user);
int __wrap_pthread_join(pthread_t thread, void **out_result);
int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *lock);
int __wrap_getrusage(int who, struct rusage *usage);
bool __wrap_rdo_urgent_is_allowed(void);
int64_t __wrap_rdo_margin_measure(struct rdo_worker *worker);
enum rondo_status __wrap_rdo_dispatch_run(const struct rdo_command_dispatch *dispatch, const struct rdo_dispatch_state *state, uint64_t first, uint64_t count,
                                          const struct rdo_scratch *scratch, struct rondo_diag *diag);

// Turns --------------------------------------------------------------------------------------------

static void give_up(const char *why) {
  static const char *const names[] = {"has ended", "could go on", "spins", "sleeps", "joins"};
  fprintf(stderr, "virtual clock: %s at %lld ns\n", why, (long long)machine.now_ns);
  for (int i = 0; i < machine.count; ++i) {
    const struct thread *thread = &machine.threads[i];
    fprintf(stderr, "  thread %d %s, until %lld ns\n", i, names[thread->state], (long long)thread->until_ns);
  }
  abort();
}

static bool is_ready(const struct thread *thread) {
  switch (thread->state) {
    case STATE_READY: return true;
    case STATE_SPINS: return thread->must_look || thread->until_ns <= machine.now_ns;
    case STATE_SLEEPS: return thread->until_ns <= machine.now_ns;
    case STATE_JOINS: return thread->joined->state == STATE_ENDED;
    default: return false;
  }
}

static uint64_t draw(void) {  // SplitMix64
  uint64_t z = machine.random += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

// Whose turn it is; moves the clock if it is nobody's.
static struct thread *choose(void) {
  if (++machine.turn_count > TURNS_MAX) give_up("time stands still");
  for (;;) {
    struct thread *ready[THREADS_MAX];
    int ready_count = 0;
    int64_t next_ns = INT64_MAX;
    for (int i = 0; i < machine.count; ++i) {
      struct thread *thread = &machine.threads[i];
      if (is_ready(thread)) ready[ready_count++] = thread;
      bool waits = thread->state == STATE_SPINS || thread->state == STATE_SLEEPS;
      if (waits && thread->until_ns < next_ns) next_ns = thread->until_ns;
    }
    if (ready_count != 0) return ready[draw() % (uint64_t)ready_count];
    if (next_ns == INT64_MAX) give_up("everybody waits for somebody");
    machine.now_ns = next_ns;
    machine.turn_count = 0;
  }
}

// With the lock.
static void take_turn(struct thread *me) {
  while (machine.current != me) __real_pthread_cond_wait(&me->turn, &machine.lock);
  me->state = STATE_READY;
  me->must_look = me->has_acted = false;
  me->read_count = 0;
}

static void note_act(struct thread *me) {
  for (int i = 0; i < machine.count; ++i) {
    if (&machine.threads[i] != me) machine.threads[i].must_look = true;
  }
}

// With the lock; this thread's state says what it waits for.
static void end_turn(struct thread *me) {
  if (me->has_acted) note_act(me);
  struct thread *next = choose();
  machine.current = next;
  if (next != me) pthread_cond_signal(&next->turn);
}

static void wait_for(enum thread_state state, int64_t until_ns, const void *word) {
  struct thread *me = self;
  pthread_mutex_lock(&machine.lock);
  me->state = state;
  me->until_ns = until_ns;
  me->word = word;
  end_turn(me);
  take_turn(me);
  pthread_mutex_unlock(&machine.lock);
}

// The clock ----------------------------------------------------------------------------------------

// A loop that reads the clock and neither spins nor sleeps takes time, too.
int __wrap_clock_gettime(clockid_t clock, struct timespec *time) {
  if (self == NULL || clock != CLOCK_MONOTONIC) return __real_clock_gettime(clock, time);
  self->has_acted = true;
  if (++self->read_count > READS_MAX) wait_for(STATE_SLEEPS, machine.now_ns + READS_NS, NULL);
  *time = (struct timespec){.tv_sec = machine.now_ns / 1000000000, .tv_nsec = machine.now_ns % 1000000000};
  return 0;
}

int64_t __wrap_rdo_clock_spin_ns(int64_t until_ns) {
  if (self == NULL) return __real_rdo_clock_spin_ns(until_ns);
  if (self->spun_until_ns != until_ns) self->has_acted = true;
  self->spun_until_ns = until_ns;
  wait_for(STATE_SPINS, until_ns, NULL);
  self->was_stolen = machine.now_ns >= machine.stolen_begin_ns && machine.now_ns < machine.stolen_end_ns;
  if (self->was_stolen) wait_for(STATE_SLEEPS, machine.stolen_end_ns, NULL);
  return machine.now_ns;
}

int64_t virtual_clock_now_ns(void) { return machine.now_ns; }

void virtual_clock_sleep_until(int64_t time_ns) {
  self->has_acted = true;
  wait_for(STATE_SLEEPS, time_ns, NULL);
}

void virtual_clock_pass(int64_t duration_ns) {
  if (duration_ns > 0) virtual_clock_sleep_until(machine.now_ns + duration_ns);
}

void virtual_clock_steal(int64_t begin_ns, int64_t end_ns) {
  machine.stolen_begin_ns = begin_ns;
  machine.stolen_end_ns = end_ns;
}

// Whenever the kernel is asked it has switched this thread, but when its time was stolen.
int __wrap_getrusage(int who, struct rusage *usage) {
  int result = __real_getrusage(who, usage);
  if (self != NULL) {
    if (!self->was_stolen) ++self->switch_count;
    usage->ru_nvcsw = self->switch_count;
    usage->ru_nivcsw = 0;
  }
  return result;
}

bool __wrap_rdo_urgent_is_allowed(void) { return self == NULL && __real_rdo_urgent_is_allowed(); }
int64_t __wrap_rdo_margin_measure(struct rdo_worker *worker) { return self == NULL ? __real_rdo_margin_measure(worker) : 0; }

// Sleeping -----------------------------------------------------------------------------------------

void __wrap_rdo_futex_wait(rdo_atomic_u32 *word, uint32_t expected, int64_t deadline_ns) {
  if (self == NULL) {
    __real_rdo_futex_wait(word, expected, deadline_ns);
    return;
  }
  self->has_acted = true;
  if (rdo_atomic_load(word, rdo_seq_cst) == expected) wait_for(STATE_SLEEPS, deadline_ns, (const void *)word);
}

static void wake(const void *word, int count) {
  self->has_acted = true;
  pthread_mutex_lock(&machine.lock);
  for (int i = 0; i < machine.count && count != 0; ++i) {
    struct thread *thread = &machine.threads[i];
    if (thread->state != STATE_SLEEPS || thread->word != word) continue;
    thread->state = STATE_READY;
    --count;
  }
  pthread_mutex_unlock(&machine.lock);
}

void __wrap_rdo_futex_wake(rdo_atomic_u32 *word) {
  if (self == NULL) __real_rdo_futex_wake(word);
  else wake((const void *)word, 1);
}

void __wrap_rdo_futex_wake_all(rdo_atomic_u32 *word) {
  if (self == NULL) __real_rdo_futex_wake_all(word);
  else wake((const void *)word, THREADS_MAX);
}

// May return early, as conditions do: after everybody else has had a turn.
int __wrap_pthread_cond_wait(pthread_cond_t *condition, pthread_mutex_t *lock) {
  if (self == NULL) return __real_pthread_cond_wait(condition, lock);
  pthread_mutex_unlock(lock);
  wait_for(STATE_SPINS, INT64_MAX, NULL);
  pthread_mutex_lock(lock);
  return 0;
}

// Threads ------------------------------------------------------------------------------------------

static struct thread *add_thread(void) {
  for (int i = 0; i < machine.count; ++i) {
    if (machine.threads[i].state == STATE_ENDED) return &machine.threads[i];
  }
  if (machine.count == THREADS_MAX) give_up("too many threads");
  pthread_cond_init(&machine.threads[machine.count].turn, NULL);
  return &machine.threads[machine.count++];
}

static void *run_thread(void *user) {
  struct thread *me = user;
  self = me;
  pthread_mutex_lock(&machine.lock);
  take_turn(me);
  pthread_mutex_unlock(&machine.lock);
  void *result = me->run(me->user);
  pthread_mutex_lock(&machine.lock);
  me->state = STATE_ENDED;
  me->has_acted = true;
  self = NULL;
  end_turn(me);
  pthread_mutex_unlock(&machine.lock);
  return result;
}

int __wrap_pthread_create(pthread_t *out_thread, const pthread_attr_t *attributes, void *(*run)(void *), void *user) {
  if (self == NULL) return __real_pthread_create(out_thread, attributes, run, user);
  pthread_mutex_lock(&machine.lock);
  struct thread *thread = add_thread();
  thread->run = run;
  thread->user = user;
  thread->spun_until_ns = INT64_MIN;
  thread->state = STATE_READY;
  int error = __real_pthread_create(&thread->handle, attributes, run_thread, thread);
  if (error != 0) thread->state = STATE_ENDED;
  *out_thread = thread->handle;
  pthread_mutex_unlock(&machine.lock);
  self->has_acted = true;
  return error;
}

int __wrap_pthread_join(pthread_t handle, void **out_result) {
  if (self == NULL) return __real_pthread_join(handle, out_result);
  for (int i = 0; i < machine.count; ++i) {
    if (machine.threads[i].state == STATE_ENDED || !pthread_equal(machine.threads[i].handle, handle)) continue;
    self->joined = &machine.threads[i];
    self->has_acted = true;
    wait_for(STATE_JOINS, INT64_MAX, NULL);
  }
  return __real_pthread_join(handle, out_result);
}

void virtual_clock_begin(uint64_t seed) {
  if (machine.is_on) {  // its threads wait for turns that nobody gives
    fprintf(stderr, "virtual clock: the test before has failed in the middle, so the rest is left out\n");
    exit(1);
  }
  machine.is_on = true;
  machine.now_ns = VIRTUAL_CLOCK_BEGIN_NS;
  machine.random = seed;
  machine.turn_count = 0;
  machine.stolen_begin_ns = machine.stolen_end_ns = 0;
  self = machine.current = add_thread();
  self->state = STATE_READY;
  self->handle = pthread_self();
  self->spun_until_ns = INT64_MIN;
  self->has_acted = false;
}

void virtual_clock_end(void) {
  self->state = STATE_ENDED;
  self = NULL;
  for (int i = 0; i < machine.count; ++i) {
    if (machine.threads[i].state != STATE_ENDED) give_up("a thread has not ended");
    pthread_cond_destroy(&machine.threads[i].turn);
  }
  machine.count = 0;
  machine.kernel_ns = NULL;
  machine.is_on = false;
}

// Kernels ------------------------------------------------------------------------------------------

void virtual_clock_set_kernel(int64_t (*duration_ns)(void *user, const char *export_name, uint64_t first, uint64_t count), void *user) {
  machine.kernel_ns = duration_ns;
  machine.kernel_user = user;
}

enum rondo_status __wrap_rdo_dispatch_run(const struct rdo_command_dispatch *dispatch, const struct rdo_dispatch_state *state, uint64_t first, uint64_t count,
                                          const struct rdo_scratch *scratch, struct rondo_diag *diag) {
  enum rondo_status status = __real_rdo_dispatch_run(dispatch, state, first, count, scratch, diag);
  if (self == NULL || machine.kernel_ns == NULL) return status;
  const char *name = dispatch->executable->names[dispatch->export_index];
  virtual_clock_pass(machine.kernel_ns(machine.kernel_user, name == NULL ? "" : name, first, count));
  return status;
}

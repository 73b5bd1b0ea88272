// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/keep_off.h"

#include <pthread.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine/pin.h"
#include "rondo/machine.h"

struct keeper {
  struct keeper *next;
  int thread_id;
  int depth;                  // owner: its thread
  struct rdo_cpu_set before;  // const while it is listed
  struct rdo_cpu_set cpus;    // likewise: before, and those of the process
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;  // a leaf; of all below
static struct keeper *keepers;
static struct rdo_cpu_set worker_cpus;
static uint32_t worker_counts[RDO_CPU_SET_BITS];

static _Thread_local struct keeper self;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;  // its value is that thread's `self`
static bool has_key;

static void move_thread(int thread_id, const struct rdo_cpu_set *cpus) {
  (void)syscall(SYS_sched_setaffinity, thread_id, sizeof cpus->words, cpus->words);  // refused: it stays where it is
}

//   returns  whether it has CPUs without workers
static bool place_locked(const struct keeper *keeper) {
  struct rdo_cpu_set others = rdo_cpu_set_andnot(keeper->cpus, &worker_cpus);
  bool is_alone = !rdo_cpu_set_is_empty(&others);
  move_thread(keeper->thread_id, is_alone ? &others : &keeper->cpus);
  return is_alone;
}

static void place_all_locked(void) {
  for (const struct keeper *keeper = keepers; keeper != NULL; keeper = keeper->next) (void)place_locked(keeper);
}

void rdo_keep_off_add_workers(const struct rdo_cpu_set *cpus) {
  pthread_mutex_lock(&lock);
  for (int cpu = rdo_cpu_set_first(cpus); cpu >= 0; cpu = rdo_cpu_set_next(cpus, cpu)) ++worker_counts[cpu];
  worker_cpus = rdo_cpu_set_or(worker_cpus, cpus);
  place_all_locked();
  pthread_mutex_unlock(&lock);
}

void rdo_keep_off_remove_workers(const struct rdo_cpu_set *cpus) {
  pthread_mutex_lock(&lock);
  for (int cpu = rdo_cpu_set_first(cpus); cpu >= 0; cpu = rdo_cpu_set_next(cpus, cpu)) {
    if (worker_counts[cpu] != 0 && --worker_counts[cpu] == 0) rdo_cpu_set_remove(&worker_cpus, cpu);
  }
  place_all_locked();
  pthread_mutex_unlock(&lock);
}

static void unlist(struct keeper *keeper) {
  pthread_mutex_lock(&lock);
  struct keeper **at = &keepers;
  while (*at != NULL && *at != keeper) at = &(*at)->next;
  if (*at != NULL) *at = keeper->next;
  pthread_mutex_unlock(&lock);
}

// The thread ends: nobody may move the next one that gets its number.
static void forget_thread(void *keeper) { unlist(keeper); }

static void make_key(void) { has_key = pthread_key_create(&key, forget_thread) == 0; }

// Whoever made this thread may have been pinned, a worker even: so it may go where the process' first thread may.
static void find_cpus_locked(struct keeper *keeper) {
  int first_thread = (int)getpid();
  struct rdo_cpu_set cpus;
  keeper->cpus = keeper->before;
  for (const struct keeper *other = keepers; other != NULL; other = other->next) {
    if (other->thread_id != first_thread) continue;
    keeper->cpus = rdo_cpu_set_or(keeper->cpus, &other->cpus);
    return;
  }
  if (rdo_pin_allowed_of(first_thread, &cpus, NULL) == RONDO_OK) keeper->cpus = rdo_cpu_set_or(keeper->cpus, &cpus);
}

bool rdo_keep_off_begin(const char *name) {
  struct keeper *keeper = &self;
  if (name != NULL) rdo_thread_name_set(name);
  pthread_once(&once, make_key);
  if (keeper->depth == 0 && (!has_key || rdo_pin_allowed(&keeper->before, NULL) != RONDO_OK || pthread_setspecific(key, keeper) != 0)) return false;
  pthread_mutex_lock(&lock);
  if (keeper->depth++ == 0) {
    keeper->thread_id = (int)syscall(SYS_gettid);
    find_cpus_locked(keeper);
    keeper->next = keepers;
    keepers = keeper;
  }
  bool is_alone = place_locked(keeper);
  pthread_mutex_unlock(&lock);
  return is_alone;
}

void rdo_keep_off_end(void) {
  struct keeper *keeper = &self;
  if (keeper->depth == 0 || --keeper->depth != 0) return;
  (void)pthread_setspecific(key, NULL);
  unlist(keeper);
  move_thread(keeper->thread_id, &keeper->before);
}

void rondo_thread_keep_off(const char *name) { (void)rdo_keep_off_begin(name); }

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/search.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

// How long an interrupt may go unseen, and how many of these periods lie between two reports.
#define POLL_PERIOD_NS INT64_C(20000000)
enum { POLLS_PER_REPORT = 5 };

enum rondo_status rdo_search_init(struct rdo_search *search, const struct rondo_problem *problem, const struct rondo_solve_options *options, struct rondo_diag *diag) {
  *search = (struct rdo_search){.problem = problem, .options = options, .start_ns = rdo_clock_now_ns()};
  pthread_condattr_t attributes;
  pthread_condattr_init(&attributes);
  pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
  pthread_mutex_init(&search->lock, NULL);
  pthread_cond_init(&search->ended, &attributes);
  pthread_condattr_destroy(&attributes);
  rdo_atomic_init(&search->is_over, 0);
  RDO_TRY(rdo_alloc_array(problem->mode_count, sizeof *search->excesses, &search->excesses, diag));
  return rdo_alloc_array(problem->node_count, sizeof *search->best, &search->best, diag);
}

void rdo_search_deinit(struct rdo_search *search) {
  pthread_cond_destroy(&search->ended);
  pthread_mutex_destroy(&search->lock);
  rdo_free(search->excesses);
  rdo_free(search->best);
}

static void set_over(struct rdo_search *search) {
  rdo_atomic_store(&search->is_over, 1, rdo_relaxed);  // relaxed: hint
}

bool rdo_search_is_over(struct rdo_search *search) {
  if (rdo_atomic_load(&search->is_over, rdo_relaxed) != 0) return true;  // relaxed: hint
  if (search->deadline_ns == RDO_DEADLINE_NONE || rdo_clock_now_ns() < search->deadline_ns) return false;
  set_over(search);
  return true;
}

void rdo_search_offer(struct rdo_search *search, const struct rondo_placed_node *nodes, const struct rdo_cost *cost) {
  pthread_mutex_lock(&search->lock);
  if (search->best_ns == 0 || rdo_cost_compare(&search->objectives, cost, &search->best_cost) < 0) {
    memcpy(search->best, nodes, search->problem->node_count * sizeof *nodes);
    search->best_cost = *cost;
    search->best_ns = rdo_clock_now_ns();
  }
  if (rdo_cost_compare(&search->objectives, &search->best_cost, &search->floor) <= 0) set_over(search);
  pthread_mutex_unlock(&search->lock);
}

void rdo_search_fail(struct rdo_search *search, enum rondo_status status, const struct rondo_diag *diag) {
  pthread_mutex_lock(&search->lock);
  if (search->diag.status == RONDO_OK) {
    search->diag = *diag;
    search->diag.status = status;
  }
  set_over(search);
  pthread_mutex_unlock(&search->lock);
}

// Threads --------------------------------------------------------------------------------------------------

struct search_thread {
  struct rdo_search *search;
  void (*work)(void *user, int thread);
  void *user;
  int index;
  pthread_t handle;
};

static void *run_thread(void *user) {
  struct search_thread *thread = user;
  struct rdo_search *search = thread->search;
  // Until all threads are there nobody knows how many they are.
  pthread_mutex_lock(&search->lock);
  bool is_cancelled = search->is_cancelled;
  pthread_mutex_unlock(&search->lock);
  if (!is_cancelled) thread->work(thread->user, thread->index);
  pthread_mutex_lock(&search->lock);
  ++search->ended_count;
  pthread_cond_signal(&search->ended);
  pthread_mutex_unlock(&search->lock);
  return NULL;
}

static void report(struct rdo_search *search) {
  const struct rondo_solve_progress progress = {
      .seconds = (double)(rdo_clock_now_ns() - search->start_ns) * 1e-9,
      .makespan = search->best_cost.values[RONDO_OBJECTIVE_MAKESPAN],
      .bound = search->floor.values[RONDO_OBJECTIVE_MAKESPAN],
      .tardiness = search->best_cost.values[RONDO_OBJECTIVE_TARDINESS],
      .iteration_count = search->step_count,
  };
  pthread_mutex_unlock(&search->lock);
  search->options->report(search->options->user, &progress);
  pthread_mutex_lock(&search->lock);
}

// The caller's flag is read here, on the caller's thread: it need not be atomic.
static void wait_for_threads(struct rdo_search *search) {
  const volatile int *stop = search->options->stop;
  pthread_mutex_lock(&search->lock);
  for (int polls = 0; search->ended_count < search->thread_count; ++polls) {
    int64_t wake_ns = rdo_clock_now_ns() + POLL_PERIOD_NS;
    const struct timespec wake = {.tv_sec = (time_t)(wake_ns / 1000000000), .tv_nsec = (long)(wake_ns % 1000000000)};
    if (stop != NULL && *stop != 0) set_over(search);
    pthread_cond_timedwait(&search->ended, &search->lock, &wake);
    if (search->options->report != NULL && polls % POLLS_PER_REPORT == POLLS_PER_REPORT - 1) report(search);
  }
  pthread_mutex_unlock(&search->lock);
}

enum rondo_status rdo_search_run(struct rdo_search *search, void (*work)(void *user, int thread), void *user, struct rondo_diag *diag) {
  struct search_thread *threads;
  int started = 0;
  RDO_TRY(rdo_alloc_array((size_t)search->thread_count, sizeof *threads, &threads, diag));
  pthread_mutex_lock(&search->lock);
  for (; started < search->thread_count; ++started) {
    threads[started] = (struct search_thread){.search = search, .work = work, .user = user, .index = started};
    if (pthread_create(&threads[started].handle, NULL, run_thread, &threads[started]) != 0) break;
  }
  // Fewer threads than asked for would change a result that must depend on their number.
  bool is_short = started == 0 || (search->is_ordered && started < search->thread_count);
  search->thread_count = started;
  search->is_cancelled = is_short;
  pthread_mutex_unlock(&search->lock);
  wait_for_threads(search);
  for (int i = 0; i < started; ++i) pthread_join(threads[i].handle, NULL);
  rdo_free(threads);
  if (is_short) return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "the system refused to start a thread");
  if (search->diag.status == RONDO_OK) return RONDO_OK;
  return rdo_fail(diag, search->diag.status, "%s", search->diag.message);
}

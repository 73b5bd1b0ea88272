// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Events: threads emit numbers faster than anybody collects, begin and end; two others flush all the
// time. Each thread's numbers arrive in order, none twice, and the gaps are as long as the DROPPED
// events say. Collections begin and end around some rounds, and in the middle of others.

#include <pthread.h>

#include "base/event.h"
#include "stress.h"

enum { THREAD_COUNT = 4,
       LIFE_COUNT = 3,
       EMIT_COUNT = 3 * RDO_EVENT_RING_CAPACITY / 2,
       SERIES_COUNT = THREAD_COUNT * LIFE_COUNT };

// What has been seen of the numbers of one life of one thread.
struct series {
  uint64_t next;  // number expected next, gaps included
  uint64_t taken;
  uint32_t thread_id;
};

static struct series all_series[SERIES_COUNT];
static uint64_t taken_count;
static bool is_whole;  // the round's collection encloses the threads' lives
static rdo_atomic_u32 is_over;

static struct series *find_series(uint32_t index, uint32_t thread_id) {
  STRESS_CHECK(index < SERIES_COUNT);
  struct series *series = &all_series[index];
  if (series->thread_id == 0) series->thread_id = thread_id;
  STRESS_CHECK(series->thread_id == thread_id);
  return series;
}

static struct series *find_thread(uint32_t thread_id) {
  for (int i = 0; i < SERIES_COUNT; ++i) {
    if (all_series[i].thread_id == thread_id) return &all_series[i];
  }
  return NULL;
}

static void take(void *user, const struct rdo_event_thread *thread, const struct rdo_event *events, size_t count) {
  (void)user;
  taken_count += count;
  for (size_t i = 0; i < count; ++i) {
    const struct rdo_event *event = &events[i];
    if (event->kind == RDO_EVENT_DROPPED) {
      struct series *series = find_thread(thread->id);
      // Without a number before it, it is the thread's first event.
      if (series != NULL) series->next += event->a;
      STRESS_CHECK(event->a != 0);
      continue;
    }
    STRESS_CHECK(event->kind == RDO_EVENT_FENCE_SIGNAL && (event->b ^ event->subject) == UINT64_C(0x5555555555555555));
    struct series *series = find_series(event->a, thread->id);
    if (is_whole) STRESS_CHECK(event->subject == series->next);
    else STRESS_CHECK(event->subject >= series->next);
    series->next = event->subject + 1;
    ++series->taken;
  }
}

struct producer {
  pthread_t thread;
  uint32_t index;
  uint64_t random;
};

static void emit_numbers(uint32_t series, uint64_t *random) {
  for (uint64_t i = 0; i < EMIT_COUNT; ++i) {
    rdo_event_emit(RDO_EVENT_FENCE_SIGNAL, i, series, i ^ UINT64_C(0x5555555555555555));
    if (stress_below(random, RDO_EVENT_RING_CAPACITY / 4) == 0) sched_yield();
  }
}

static void *produce(void *user) {
  struct producer *producer = user;
  for (uint32_t life = 0; life < LIFE_COUNT; ++life) {
    bool is_worker = stress_below(&producer->random, 2) == 0;
    if (is_worker || life != 0) rdo_event_thread_begin("producer", is_worker ? (int)producer->index : -1);
    emit_numbers(producer->index * LIFE_COUNT + life, &producer->random);
    if (life + 1 < LIFE_COUNT || is_worker) rdo_event_thread_end();
  }
  return NULL;
}

static void *flush(void *user) {
  (void)user;
  while (!rdo_atomic_load(&is_over, rdo_acquire)) {
    rdo_events_flush();
    sched_yield();
  }
  return NULL;
}

static void collect_for_a_moment(uint64_t *random, struct rdo_event_counts *out_counts) {
  const struct rdo_event_sink sink = {take, NULL};
  STRESS_CHECK(rdo_events_begin(&sink, NULL) == RONDO_OK);
  for (uint32_t i = stress_below(random, 50); i > 0; --i) sched_yield();
  rdo_events_end(out_counts);
}

static void run_round(uint64_t random) {
  const struct rdo_event_sink sink = {take, NULL};
  struct producer producers[THREAD_COUNT];
  pthread_t flushers[2];
  struct rdo_event_counts counts;
  memset(all_series, 0, sizeof all_series);
  taken_count = 0;
  is_whole = stress_below(&random, 2) == 0;
  rdo_atomic_store(&is_over, 0, rdo_release);
  if (is_whole) STRESS_CHECK(rdo_events_begin(&sink, NULL) == RONDO_OK);
  for (int i = 0; i < 2; ++i) STRESS_CHECK(pthread_create(&flushers[i], NULL, flush, NULL) == 0);
  for (uint32_t i = 0; i < THREAD_COUNT; ++i) {
    producers[i] = (struct producer){.index = i, .random = stress_random(&random)};
    STRESS_CHECK(pthread_create(&producers[i].thread, NULL, produce, &producers[i]) == 0);
  }
  for (int i = 0; !is_whole && i < 5; ++i) {
    collect_for_a_moment(&random, &counts);
    STRESS_CHECK(counts.taken == taken_count);
    taken_count = 0;
  }
  for (int i = 0; i < THREAD_COUNT; ++i) pthread_join(producers[i].thread, NULL);
  rdo_atomic_store(&is_over, 1, rdo_release);
  for (int i = 0; i < 2; ++i) pthread_join(flushers[i], NULL);
  if (!is_whole) return;
  rdo_events_end(&counts);
  uint64_t numbers = 0;
  for (int i = 0; i < SERIES_COUNT; ++i) numbers += all_series[i].taken;
  STRESS_CHECK(counts.taken == taken_count);
  STRESS_CHECK(numbers + counts.dropped == (uint64_t)SERIES_COUNT * EMIT_COUNT);
}

int main(int argc, char **argv) {
  struct stress stress = stress_begin(argc, argv);
  for (uint64_t seed = 0; stress_next(&stress, &seed);) run_round(seed);
  return 0;
}

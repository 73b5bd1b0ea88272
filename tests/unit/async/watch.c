// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "async/watch.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/clock.h"

enum { POINT_COUNT = 3, MANY = 40, THREAD_COUNT = 16, ROUND_COUNT = 300 };

static const int64_t FAR_NS = INT64_C(60) * 1000000000;

static struct rdo_fence *make(void) {
  struct rdo_fence *fence = NULL;
  assert_int_equal(rdo_fence_create(&fence, NULL), RONDO_OK);
  return fence;
}

static struct rdo_fence *at(struct rdo_semaphore *semaphore, uint64_t value) {
  struct rdo_fence *fence = NULL;
  assert_int_equal(rdo_fence_create_at(semaphore, value, &fence, NULL), RONDO_OK);
  return fence;
}

static struct rdo_fence *join(struct rdo_fence *const *fences, uint32_t count) {
  struct rdo_fence *fence = NULL;
  assert_int_equal(rdo_fence_join(fences, count, &fence, NULL), RONDO_OK);
  return fence;
}

static void end(struct rdo_fence *fence) { rdo_object_release(&fence->object); }

// A watch that remembers its call, and what it watches.
struct watched {
  struct rdo_fence_watch watch;
  struct rdo_timepoint timepoints[MANY];
  struct rdo_fence *parts[POINT_COUNT];
  struct rdo_fence *fence;  // all parts
  int call_count;
  enum rondo_status status;
};

static void note_call(void *user, enum rondo_status status) {
  struct watched *w = user;
  ++w->call_count;
  w->status = status;
}

static void make_parts(struct watched *w) {
  *w = (struct watched){.call_count = 0};
  for (int i = 0; i < POINT_COUNT; ++i) w->parts[i] = make();
  w->fence = join(w->parts, POINT_COUNT);
  assert_int_equal(w->fence->count, POINT_COUNT);
}

static void begin(struct watched *w) { rdo_fence_watch_begin(&w->watch, w->fence, w->timepoints, note_call, w); }

static void expect(struct watched *w, int call_count, enum rondo_status status) {
  assert_int_equal(w->call_count, call_count);
  if (call_count != 0) assert_int_equal(w->status, status);
}

static void end_parts(struct watched *w) {
  end(w->fence);
  for (int i = 0; i < POINT_COUNT; ++i) end(w->parts[i]);
}

// Watches ----------------------------------------------------------------------------------------------

static void test_watch_of_nothing(void **state) {
  (void)state;
  struct watched w = {.call_count = 0};
  begin(&w);
  expect(&w, 1, RONDO_OK);
  rdo_fence_watch_cancel(&w.watch, NULL, w.timepoints);
  expect(&w, 1, RONDO_OK);
}

// Each point is ended before the watch begins, or after: every mixture, in every order of the later ones.
static void test_watch_ends_with_its_last_point(void **state) {
  (void)state;
  static const int orders[6][POINT_COUNT] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};
  for (int early = 0; early < 1 << POINT_COUNT; ++early) {
    for (int o = 0; o < 6; ++o) {
      struct watched w;
      int left = POINT_COUNT;
      make_parts(&w);
      for (int i = 0; i < POINT_COUNT; ++i) {
        if ((early >> i & 1) == 0) continue;
        rdo_fence_signal(w.parts[i]);
        --left;
      }
      begin(&w);
      for (int i = 0; i < POINT_COUNT; ++i) {
        if (early >> orders[o][i] & 1) continue;
        expect(&w, 0, RONDO_OK);
        rdo_fence_signal(w.parts[orders[o][i]]);
        --left;
      }
      assert_int_equal(left, 0);
      expect(&w, 1, RONDO_OK);
      end_parts(&w);
    }
  }
}

static void test_first_failure_stays(void **state) {
  (void)state;
  struct watched w;
  make_parts(&w);
  begin(&w);
  rdo_fence_fail(w.parts[1], RONDO_DATA_LOSS);
  rdo_fence_fail(w.parts[0], RONDO_ABORTED);
  expect(&w, 0, RONDO_OK);  // storage is in use until all points are over
  rdo_fence_signal(w.parts[2]);
  expect(&w, 1, RONDO_DATA_LOSS);
  end_parts(&w);
  make_parts(&w);
  rdo_fence_fail(w.parts[2], RONDO_INTERNAL);  // and one before it begins
  begin(&w);
  rdo_fence_fail(w.parts[0], RONDO_ABORTED);
  rdo_fence_signal(w.parts[1]);
  expect(&w, 1, RONDO_INTERNAL);
  end_parts(&w);
}

static void test_points_on_one_timeline(void **state) {
  (void)state;
  struct rdo_fence *own = make();
  struct rdo_semaphore *timeline = own->points[0].semaphore;
  struct rdo_fence *parts[] = {at(timeline, 2), at(timeline, 9), at(timeline, 5)};
  struct watched w = {.fence = join(parts, 3)};
  assert_int_equal(w.fence->count, 1);  // the highest of them
  begin(&w);
  rdo_semaphore_signal(timeline, 8);
  expect(&w, 0, RONDO_OK);
  rdo_semaphore_signal(timeline, 9);
  expect(&w, 1, RONDO_OK);
  // Two watches of one fence.
  struct watched a = {.fence = at(timeline, 20)}, b = {.fence = a.fence};
  begin(&a);
  begin(&b);
  rdo_semaphore_signal(timeline, 20);
  expect(&a, 1, RONDO_OK);
  expect(&b, 1, RONDO_OK);
  end(a.fence);
  end(w.fence);
  for (int i = 0; i < 3; ++i) end(parts[i]);
  end(own);
}

static void test_cancel(void **state) {
  (void)state;
  for (int reached = 0; reached < 1 << POINT_COUNT; ++reached) {
    struct watched w;
    make_parts(&w);
    begin(&w);
    for (int i = 0; i < POINT_COUNT; ++i) {
      if (reached >> i & 1) rdo_fence_signal(w.parts[i]);
    }
    bool is_whole = reached == (1 << POINT_COUNT) - 1;
    rdo_fence_watch_cancel(&w.watch, w.fence, w.timepoints);
    expect(&w, 1, is_whole ? RONDO_OK : RONDO_CANCELLED);
    for (int i = 0; i < POINT_COUNT; ++i) rdo_fence_signal(w.parts[i]);
    rdo_fence_watch_cancel(&w.watch, w.fence, w.timepoints);
    expect(&w, 1, is_whole ? RONDO_OK : RONDO_CANCELLED);
    end_parts(&w);
  }
}

static void test_failure_before_cancel_stays(void **state) {
  (void)state;
  struct watched w;
  make_parts(&w);
  begin(&w);
  rdo_fence_fail(w.parts[0], RONDO_DATA_LOSS);
  rdo_fence_watch_cancel(&w.watch, w.fence, w.timepoints);
  expect(&w, 1, RONDO_DATA_LOSS);
  end_parts(&w);
}

static void test_dropped_timeline_ends_its_point(void **state) {
  (void)state;
  struct watched w;
  make_parts(&w);
  begin(&w);
  end(w.fence);
  rdo_fence_signal(w.parts[0]);
  end(w.parts[1]);
  expect(&w, 0, RONDO_OK);
  rdo_fence_signal(w.parts[2]);
  expect(&w, 1, RONDO_CANCELLED);
  end(w.parts[0]);
  end(w.parts[2]);
}

// Waiting for one of several -----------------------------------------------------------------------------

static enum rondo_status wait_any(struct rdo_fence *const *fences, uint32_t count, int64_t timeout_ns, uint32_t *out_index) {
  return rdo_fence_wait_any(fences, count, rdo_clock_deadline_ns(timeout_ns), NULL, NULL, out_index);
}

static void test_wait_any_without_waiting(void **state) {
  (void)state;
  uint32_t index;
  struct rdo_fence *fences[] = {make(), make(), NULL, make()};
  assert_int_equal(wait_any(fences, 4, 0, &index), RONDO_OK);
  assert_int_equal(index, 2);  // NULL is reached
  assert_int_equal(wait_any(fences, 2, 0, &index), RONDO_DEADLINE_EXCEEDED);
  assert_int_equal(index, UINT32_MAX);
  assert_int_equal(rdo_fence_wait_any(fences, 2, 1, NULL, NULL, &index), RONDO_DEADLINE_EXCEEDED);  // long ago
  assert_int_equal(wait_any(fences, 2, 1000000, &index), RONDO_DEADLINE_EXCEEDED);
  // An outcome that looks like one of the wait's own still has its index.
  rdo_fence_fail(fences[1], RONDO_DEADLINE_EXCEEDED);
  assert_int_equal(wait_any(fences, 2, 0, &index), RONDO_DEADLINE_EXCEEDED);
  assert_int_equal(index, 1);
  rdo_fence_signal(fences[0]);
  assert_int_equal(wait_any(fences, 4, -1, &index), RONDO_OK);
  assert_int_equal(index, 0);
  for (int i = 0; i < 4; ++i) {
    if (fences[i] != NULL) end(fences[i]);
  }
}

struct ender {
  struct rdo_fence *fence;
  enum rondo_status status;
};

static void *end_soon(void *user) {
  const struct ender *ender = user;
  const struct timespec pause = {.tv_nsec = 3 * 1000 * 1000};
  nanosleep(&pause, NULL);
  if (ender->status == RONDO_OK) {
    rdo_fence_signal(ender->fence);
  } else {
    rdo_fence_fail(ender->fence, ender->status);
  }
  return NULL;
}

// Waits for all of `fences` while another thread ends `ended` with `status`.
static enum rondo_status wait_while_ending(struct rdo_fence *const *fences, uint32_t count, struct rdo_fence *ended, enum rondo_status status,
                                           uint32_t *out_index) {
  pthread_t thread;
  struct ender ender = {ended, status};
  assert_int_equal(pthread_create(&thread, NULL, end_soon, &ender), 0);
  enum rondo_status outcome = wait_any(fences, count, FAR_NS, out_index);
  assert_int_equal(pthread_join(thread, NULL), 0);
  return outcome;
}

static void test_wait_any_sleeps(void **state) {
  (void)state;
  uint32_t index;
  struct rdo_fence *fences[MANY];  // more points than have room on the stack
  for (int i = 0; i < MANY; ++i) fences[i] = make();
  assert_int_equal(wait_while_ending(fences, 3, fences[1], RONDO_OK, &index), RONDO_OK);
  assert_int_equal(index, 1);
  assert_int_equal(wait_while_ending(fences + 2, MANY - 2, fences[MANY - 1], RONDO_ABORTED, &index), RONDO_ABORTED);
  assert_int_equal(index, MANY - 3);
  for (int i = 0; i < MANY; ++i) end(fences[i]);
}

// One failed point is enough, though the others never end.
static void test_wait_sees_a_failure_at_once(void **state) {
  (void)state;
  uint32_t index;
  struct rdo_fence *parts[MANY], *other = make();
  for (int i = 0; i < MANY; ++i) parts[i] = make();
  struct rdo_fence *all = join(parts, MANY), *fences[] = {other, all};
  assert_int_equal(wait_while_ending(fences, 2, parts[7], RONDO_DATA_LOSS, &index), RONDO_DATA_LOSS);
  assert_int_equal(index, 1);
  assert_int_equal(rdo_fence_wait(all, RDO_DEADLINE_NONE), RONDO_DATA_LOSS);
  end(all);

  pthread_t thread;
  struct rdo_fence *pair = join(parts, 2);
  struct ender ender = {parts[1], RONDO_ABORTED};
  assert_int_equal(rdo_fence_wait(pair, rdo_clock_deadline_ns(1000)), RONDO_DEADLINE_EXCEEDED);
  assert_int_equal(pthread_create(&thread, NULL, end_soon, &ender), 0);
  assert_int_equal(rdo_fence_wait(pair, RDO_DEADLINE_NONE), RONDO_ABORTED);
  assert_int_equal(pthread_join(thread, NULL), 0);
  end(pair);
  end(other);
  for (int i = 0; i < MANY; ++i) end(parts[i]);
}

static enum rondo_status refuse(void *user, const struct rdo_fence *fence, int64_t deadline_ns) {
  (void)fence;
  (void)deadline_ns;
  ++*(int *)user;
  return RONDO_FAILED_PRECONDITION;
}

static void test_wait_any_may_be_refused(void **state) {
  (void)state;
  int call_count = 0;
  uint32_t index;
  struct rdo_fence *fence = make();
  assert_int_equal(rdo_fence_wait_any(&fence, 1, RDO_DEADLINE_NONE, refuse, &call_count, &index), RONDO_FAILED_PRECONDITION);
  assert_int_equal(index, UINT32_MAX);
  rdo_fence_signal(fence);
  assert_int_equal(rdo_fence_wait_any(&fence, 1, RDO_DEADLINE_NONE, refuse, &call_count, &index), RONDO_OK);
  assert_int_equal(call_count, 1);
  end(fence);
}

// Threads ------------------------------------------------------------------------------------------------

struct signaller {
  pthread_t thread;
  struct rdo_fence *fences[ROUND_COUNT];
  uint64_t payload[ROUND_COUNT];  // written before the signal, read after the wait: the sanitizer looks
};

static void *signal_all(void *user) {
  struct signaller *s = user;
  for (int i = 0; i < ROUND_COUNT; ++i) {
    s->payload[i] = (uint64_t)i;
    rdo_fence_signal(s->fences[i]);
  }
  return NULL;
}

// Sixteen threads signal, one waits: for each in turn through watches that are cancelled at any moment, and for
// any of them.
static void test_many_signallers(void **state) {
  (void)state;
  static struct signaller signallers[THREAD_COUNT];
  for (int t = 0; t < THREAD_COUNT; ++t) {
    for (int i = 0; i < ROUND_COUNT; ++i) signallers[t].fences[i] = make();
  }
  for (int t = 0; t < THREAD_COUNT; ++t) assert_int_equal(pthread_create(&signallers[t].thread, NULL, signal_all, &signallers[t]), 0);
  for (int i = 0; i < ROUND_COUNT; ++i) {
    struct rdo_fence *round[THREAD_COUNT];
    for (int t = 0; t < THREAD_COUNT; ++t) round[t] = signallers[t].fences[i];
    uint32_t index;
    assert_int_equal(wait_any(round, THREAD_COUNT, FAR_NS, &index), RONDO_OK);
    assert_int_equal(signallers[index].payload[i], i);
    struct rdo_fence *all = join(round, THREAD_COUNT);
    assert_int_equal(rdo_fence_wait(all, rdo_clock_deadline_ns(FAR_NS)), RONDO_OK);
    for (int t = 0; t < THREAD_COUNT; ++t) assert_int_equal(signallers[t].payload[i], i);
    end(all);
  }
  for (int t = 0; t < THREAD_COUNT; ++t) {
    assert_int_equal(pthread_join(signallers[t].thread, NULL), 0);
    for (int i = 0; i < ROUND_COUNT; ++i) end(signallers[t].fences[i]);
  }
}

struct racing {
  struct rdo_fence *fence;
  rdo_atomic_u32 calls;
};

static void count_call(void *user, enum rondo_status status) {
  (void)status;
  rdo_atomic_add(&((struct racing *)user)->calls, 1, rdo_seq_cst);
}

static void *signal_fence(void *user) {
  rdo_fence_signal(user);
  return NULL;
}

static void test_cancel_races_signal(void **state) {
  (void)state;
  for (int i = 0; i < ROUND_COUNT; ++i) {
    pthread_t thread;
    struct rdo_fence *parts[2] = {make(), make()};
    struct racing racing = {.fence = join(parts, 2)};
    struct rdo_fence_watch watch;
    struct rdo_timepoint timepoints[2];
    rdo_atomic_init(&racing.calls, 0);
    rdo_fence_watch_begin(&watch, racing.fence, timepoints, count_call, &racing);
    assert_int_equal(pthread_create(&thread, NULL, signal_fence, racing.fence), 0);
    rdo_fence_watch_cancel(&watch, racing.fence, timepoints);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(rdo_atomic_load(&racing.calls, rdo_seq_cst), 1);
    end(racing.fence);
    end(parts[0]);
    end(parts[1]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_watch_of_nothing),
      cmocka_unit_test(test_watch_ends_with_its_last_point),
      cmocka_unit_test(test_first_failure_stays),
      cmocka_unit_test(test_points_on_one_timeline),
      cmocka_unit_test(test_cancel),
      cmocka_unit_test(test_failure_before_cancel_stays),
      cmocka_unit_test(test_dropped_timeline_ends_its_point),
      cmocka_unit_test(test_wait_any_without_waiting),
      cmocka_unit_test(test_wait_any_sleeps),
      cmocka_unit_test(test_wait_sees_a_failure_at_once),
      cmocka_unit_test(test_wait_any_may_be_refused),
      cmocka_unit_test(test_many_signallers),
      cmocka_unit_test(test_cancel_races_signal),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

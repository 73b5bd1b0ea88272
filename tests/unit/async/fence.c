// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "async/fence.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/clock.h"

static struct rdo_fence *make(void) {
  struct rdo_fence *fence = NULL;
  assert_int_equal(rdo_fence_create(&fence, NULL), RONDO_OK);
  return fence;
}

static struct rdo_fence *join(struct rdo_fence *const *fences, uint32_t count) {
  struct rdo_fence *fence = NULL;
  assert_int_equal(rdo_fence_join(fences, count, &fence, NULL), RONDO_OK);
  return fence;
}

static void end(struct rdo_fence *fence) {
  if (fence != NULL) rdo_object_release(&fence->object);
}

static void test_signal(void **state) {
  (void)state;
  struct rdo_fence *fence = make();
  assert_int_equal(rdo_fence_query(fence), RONDO_DEFERRED);
  rdo_fence_signal(fence);
  rdo_fence_signal(fence);
  assert_int_equal(rdo_fence_query(fence), RONDO_OK);
  rdo_fence_fail(fence, RONDO_INTERNAL);
  assert_int_equal(rdo_fence_query(fence), RONDO_OK);
  end(fence);
}

static void test_fail(void **state) {
  (void)state;
  struct rdo_fence *fence = make();
  rdo_fence_fail(fence, RONDO_DATA_LOSS);
  rdo_fence_fail(fence, RONDO_INTERNAL);
  assert_int_equal(rdo_fence_query(fence), RONDO_DATA_LOSS);
  assert_int_equal(rdo_fence_wait(fence, INT64_MAX), RONDO_DATA_LOSS);
  end(fence);
}

static void test_null(void **state) {
  (void)state;
  assert_int_equal(rdo_fence_query(NULL), RONDO_OK);
  assert_int_equal(rdo_fence_wait(NULL, 0), RONDO_OK);
  rdo_fence_signal(NULL);
  rdo_fence_fail(NULL, RONDO_INTERNAL);
}

static void test_join_of_nothing(void **state) {
  (void)state;
  struct rdo_fence *const nulls[3] = {NULL, NULL, NULL};
  assert_null(join(nulls, 0));
  assert_null(join(NULL, 0));
  assert_null(join(nulls, 3));
}

// One fence among nulls is itself.
static void test_join_of_one(void **state) {
  (void)state;
  struct rdo_fence *fence = make();
  struct rdo_fence *const fences[3] = {NULL, fence, NULL};
  struct rdo_fence *joined = join(fences, 3);
  assert_ptr_equal(joined, fence);
  end(fence);
  rdo_fence_signal(joined);
  assert_int_equal(rdo_fence_query(joined), RONDO_OK);
  end(joined);
}

static void test_join_needs_all(void **state) {
  (void)state;
  enum { COUNT = 5 };
  struct rdo_fence *fences[COUNT];
  for (int i = 0; i < COUNT; ++i) fences[i] = make();
  struct rdo_fence *joined = join(fences, COUNT);
  const int order[COUNT] = {3, 0, 4, 1, 2};
  for (int i = 0; i < COUNT; ++i) {
    assert_int_equal(rdo_fence_query(joined), RONDO_DEFERRED);
    assert_int_equal(rdo_fence_wait(joined, 0), RONDO_DEADLINE_EXCEEDED);
    rdo_fence_signal(fences[order[i]]);
  }
  assert_int_equal(rdo_fence_query(joined), RONDO_OK);
  assert_int_equal(rdo_fence_wait(joined, INT64_MAX), RONDO_OK);
  for (int i = 0; i < COUNT; ++i) end(fences[i]);
  assert_int_equal(rdo_fence_query(joined), RONDO_OK);  // it holds the timelines
  end(joined);
}

static void test_join_fails_with_one(void **state) {
  (void)state;
  struct rdo_fence *fences[3] = {make(), make(), make()};
  struct rdo_fence *joined = join(fences, 3);
  rdo_fence_fail(fences[2], RONDO_ABORTED);
  assert_int_equal(rdo_fence_query(joined), RONDO_ABORTED);  // whatever the others do
  rdo_fence_signal(fences[0]);
  assert_int_equal(rdo_fence_query(joined), RONDO_ABORTED);
  for (int i = 0; i < 3; ++i) end(fences[i]);
  end(joined);
}

// A joined fence is a fence on the same timelines.
static void test_signal_and_fail_of_joined(void **state) {
  (void)state;
  struct rdo_fence *fences[2] = {make(), make()};
  struct rdo_fence *joined = join(fences, 2);
  rdo_fence_signal(joined);
  assert_int_equal(rdo_fence_query(fences[0]), RONDO_OK);
  assert_int_equal(rdo_fence_query(fences[1]), RONDO_OK);
  end(joined);
  struct rdo_fence *more[2] = {make(), fences[0]};
  joined = join(more, 2);
  rdo_fence_fail(joined, RONDO_INTERNAL);
  assert_int_equal(rdo_fence_query(more[0]), RONDO_INTERNAL);
  assert_int_equal(rdo_fence_query(fences[0]), RONDO_OK);
  end(joined);
  end(more[0]);
  end(fences[0]);
  end(fences[1]);
}

static void test_duplicates(void **state) {
  (void)state;
  struct rdo_fence *a = make(), *b = make();
  struct rdo_fence *const twice[2] = {a, a};
  struct rdo_fence *only_a = join(twice, 2);
  assert_int_equal(only_a->count, 1);
  struct rdo_fence *const mixed[6] = {b, only_a, NULL, a, b, only_a};
  struct rdo_fence *both = join(mixed, 6);
  assert_int_equal(both->count, 2);
  end(a);  // the timeline lives in the joined ones
  rdo_fence_signal(only_a);
  assert_int_equal(rdo_fence_query(both), RONDO_DEFERRED);
  rdo_fence_signal(b);
  assert_int_equal(rdo_fence_query(both), RONDO_OK);
  end(both);
  end(b);
  end(only_a);
}

static int semaphore_ends;
static void note_end(struct rdo_object *object) {
  (void)object;
  ++semaphore_ends;
}

// Points on one timeline become the later one.
static void test_later_point_wins(void **state) {
  (void)state;
  static const struct rdo_object_type type = {"test.semaphore", note_end};
  struct rdo_semaphore semaphore;
  rdo_semaphore_init(&semaphore, &type, 0);
  struct rdo_fence *fences[2];
  for (int i = 0; i < 2; ++i) assert_int_equal(rdo_fence_create_at(&semaphore, i == 0 ? 3 : 8, &fences[i], NULL), RONDO_OK);
  for (int is_swapped = 0; is_swapped < 2; ++is_swapped) {
    struct rdo_fence *const order[2] = {fences[is_swapped], fences[1 - is_swapped]};
    struct rdo_fence *joined = join(order, 2);
    assert_int_equal(joined->count, 1);
    assert_int_equal(joined->points[0].value, 8);
    end(joined);
  }
  end(fences[0]);
  end(fences[1]);
  rdo_object_release(&semaphore.object);
  assert_int_equal(semaphore_ends, 1);  // the joined fences gave their holds back
}

// A long chain of joins stays as small as the number of timelines in it.
static void test_repeated_joins(void **state) {
  (void)state;
  struct rdo_fence *a = make(), *b = make();
  struct rdo_fence *joined = NULL;
  for (int i = 0; i < 100; ++i) {
    struct rdo_fence *const fences[3] = {joined, a, b};
    struct rdo_fence *next = join(fences, 3);
    end(joined);
    joined = next;
    assert_int_equal(joined->count, 2);
  }
  rdo_fence_signal(a);
  rdo_fence_signal(b);
  assert_int_equal(rdo_fence_query(joined), RONDO_OK);
  end(joined);
  end(a);
  end(b);
}

static enum rondo_status called_with;
static void note_status(void *user, enum rondo_status status) {
  (void)user;
  called_with = status;
}

// The end of the last fence on a timeline ends the waits for it.
static void test_last_fence_cancels(void **state) {
  (void)state;
  struct rdo_fence *fence = make(), *other = make();
  struct rdo_fence *const fences[2] = {fence, other};
  struct rdo_fence *joined = join(fences, 2);
  struct rdo_timepoint timepoint = {.value = 1, .callback = note_status};
  assert_int_equal(rdo_semaphore_arm(fence->points[0].semaphore, &timepoint), RONDO_DEFERRED);
  called_with = RONDO_UNKNOWN;
  end(fence);
  assert_int_equal(called_with, RONDO_UNKNOWN);
  end(joined);
  assert_int_equal(called_with, RONDO_CANCELLED);
  end(other);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_signal),
      cmocka_unit_test(test_fail),
      cmocka_unit_test(test_null),
      cmocka_unit_test(test_join_of_nothing),
      cmocka_unit_test(test_join_of_one),
      cmocka_unit_test(test_join_needs_all),
      cmocka_unit_test(test_join_fails_with_one),
      cmocka_unit_test(test_signal_and_fail_of_joined),
      cmocka_unit_test(test_duplicates),
      cmocka_unit_test(test_later_point_wins),
      cmocka_unit_test(test_repeated_joins),
      cmocka_unit_test(test_last_fence_cancels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/object.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>

#include <cmocka.h>

enum { THREAD_COUNT = 4, ROUND_COUNT = 20000 };

struct thing {
  int before;
  struct rdo_object object;
  int destroy_count;
  int written[THREAD_COUNT];  // by one thread each, read by the one that destroys
  bool is_complete;
};

static void destroy_thing(struct rdo_object *object) {
  struct thing *thing = RDO_CONTAINER(object, struct thing, object);
  ++thing->destroy_count;
  thing->is_complete = true;
  for (int i = 0; i < THREAD_COUNT; ++i) thing->is_complete &= thing->written[i] == ROUND_COUNT;
}

static const struct rdo_object_type thing_type = {"test.thing", destroy_thing};

static void test_last_release_destroys(void **state) {
  (void)state;
  struct thing thing = {.before = 1};
  rdo_object_init(&thing.object, &thing_type);
  rdo_object_retain(&thing.object);
  rdo_object_retain(&thing.object);
  rdo_object_release(&thing.object);
  rdo_object_release(&thing.object);
  assert_int_equal(thing.destroy_count, 0);
  rdo_object_release(&thing.object);
  assert_int_equal(thing.destroy_count, 1);
}

static void test_null(void **state) {
  (void)state;
  rdo_object_retain(NULL);
  rdo_object_release(NULL);
}

struct holder {
  struct thing *thing;
  int index;
};

static void *hold(void *user) {
  struct holder *holder = user;
  for (int i = 0; i < ROUND_COUNT; ++i) {
    rdo_object_retain(&holder->thing->object);
    ++holder->thing->written[holder->index];
    rdo_object_release(&holder->thing->object);
  }
  rdo_object_release(&holder->thing->object);  // the thread's own
  return NULL;
}

// SYNC(refcount): whoever destroys sees what every former owner wrote.
static void test_threads(void **state) {
  (void)state;
  struct thing thing = {.before = 1};
  struct holder holders[THREAD_COUNT];
  pthread_t threads[THREAD_COUNT];
  rdo_object_init(&thing.object, &thing_type);
  for (int i = 0; i < THREAD_COUNT; ++i) {
    holders[i] = (struct holder){&thing, i};
    rdo_object_retain(&thing.object);
    assert_int_equal(pthread_create(&threads[i], NULL, hold, &holders[i]), 0);
  }
  rdo_object_release(&thing.object);
  for (int i = 0; i < THREAD_COUNT; ++i) pthread_join(threads[i], NULL);
  assert_int_equal(thing.destroy_count, 1);
  assert_true(thing.is_complete);
}

// Both forms of a count: alone in the process and with others.
static void *count_both(void *user) {
  rdo_atomic_u32 small;
  rdo_atomic_u64 large;
  rdo_atomic_init(&small, UINT32_MAX);
  rdo_atomic_init(&large, 5);
  bool is_right = rdo_count_add_u32(&small, 2, rdo_relaxed) == UINT32_MAX && rdo_atomic_load(&small, rdo_relaxed) == 1;
  is_right &= rdo_count_add_u64(&large, UINT64_MAX, rdo_relaxed) == 5 && rdo_atomic_load(&large, rdo_relaxed) == 4;
  *(bool *)user = is_right;
  return NULL;
}

static void test_counts(void **state) {
  (void)state;
  bool is_right = false;
  count_both(&is_right);
  assert_true(is_right);
  pthread_t thread;
  is_right = false;
  assert_int_equal(pthread_create(&thread, NULL, count_both, &is_right), 0);
  pthread_join(thread, NULL);
  assert_true(is_right);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_counts),  // first: alone in the process
      cmocka_unit_test(test_last_release_destroys),
      cmocka_unit_test(test_null),
      cmocka_unit_test(test_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

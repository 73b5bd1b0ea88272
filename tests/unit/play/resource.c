// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/resource.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

struct holder {
  struct rdo_resource_wait wait;
  struct rdo_resource *resource;
  int order;  // of the grant, from 1; 0 = not yet
};

static int grant_count;

static void note_grant(struct rdo_resource_wait *wait) { ((struct holder *)(void *)wait)->order = ++grant_count; }

static void ask(struct holder *holder, struct rdo_resource *resource, uint64_t key) {
  *holder = (struct holder){.wait = {.key = key, .granted = note_grant}, .resource = resource};
  rdo_resource_acquire(resource, &holder->wait);
}

// Handed over by key, then by age; never more than there are.
static void test_order(void **state) {
  (void)state;
  struct rdo_resource resource;
  struct holder holders[6];
  static const uint64_t keys[6] = {9, 5, 7, 5, 1, 7};
  static const int order[6] = {1, 3, 5, 4, 2, 6};
  grant_count = 0;
  rdo_resource_init(&resource, "npu", 1);
  for (int i = 0; i < 6; ++i) ask(&holders[i], &resource, keys[i]);
  for (int i = 0; i < 6; ++i) assert_int_equal(holders[i].order, i == 0 ? 1 : 0);
  for (int released = 1; released <= 6; ++released) {
    assert_int_equal(grant_count, released);
    rdo_resource_release(&resource);
  }
  for (int i = 0; i < 6; ++i) assert_int_equal(holders[i].order, order[i]);
}

static void test_counted(void **state) {
  (void)state;
  struct rdo_resource resource;
  struct holder holders[5];
  grant_count = 0;
  rdo_resource_init(&resource, "token", 3);
  for (int i = 0; i < 5; ++i) ask(&holders[i], &resource, (uint64_t)i);
  assert_int_equal(grant_count, 3);
  rdo_resource_release(&resource);
  assert_int_equal(grant_count, 4);
  for (int i = 0; i < 4; ++i) rdo_resource_release(&resource);
  assert_int_equal(grant_count, 5);
  assert_int_equal(resource.free_count, 3);
}

// Threads ---------------------------------------------------------------------------------------------

enum { THREADS = 4, ROUNDS = 20000, CAPACITY = 2 };

static struct rdo_resource shared;
static rdo_atomic_u32 holder_count, most, total;

// Holds it for the moment of the grant alone, and gives it back from there.
static void hold_shortly(struct rdo_resource_wait *wait) {
  uint32_t count = rdo_atomic_add(&holder_count, 1, rdo_seq_cst) + 1, before = rdo_atomic_load(&most, rdo_seq_cst);
  while (count > before && !rdo_atomic_cas(&most, &before, count, rdo_seq_cst, rdo_seq_cst)) continue;
  rdo_atomic_add(&total, 1, rdo_seq_cst);
  rdo_atomic_sub(&holder_count, 1, rdo_seq_cst);
  free(wait);
  rdo_resource_release(&shared);
}

static void *run(void *user) {
  uint64_t seed = (uintptr_t)user;
  for (int i = 0; i < ROUNDS; ++i) {
    struct rdo_resource_wait *wait = malloc(sizeof *wait);
    if (wait == NULL) abort();
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    wait->key = seed >> 60;
    wait->granted = hold_shortly;
    rdo_resource_acquire(&shared, wait);
  }
  return NULL;
}

// Nobody is forgotten, and nobody holds what is not there.
static void test_threads(void **state) {
  (void)state;
  pthread_t threads[THREADS];
  rdo_resource_init(&shared, "shared", CAPACITY);
  rdo_atomic_init(&holder_count, 0);
  rdo_atomic_init(&most, 0);
  rdo_atomic_init(&total, 0);
  for (uintptr_t i = 0; i < THREADS; ++i) assert_int_equal(pthread_create(&threads[i], NULL, run, (void *)(i + 1)), 0);
  for (int i = 0; i < THREADS; ++i) pthread_join(threads[i], NULL);
  assert_int_equal(rdo_atomic_load(&total, rdo_seq_cst), THREADS * ROUNDS);
  assert_true(rdo_atomic_load(&most, rdo_seq_cst) <= CAPACITY);
  assert_null(shared.waiting);
  assert_int_equal(rdo_atomic_load(&shared.calls, rdo_seq_cst), 0);
  assert_int_equal(shared.free_count, CAPACITY);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_order), cmocka_unit_test(test_counted), cmocka_unit_test(test_threads)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/keep_off.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "machine/pin.h"
#include "rondo/machine.h"

static struct rdo_cpu_set allowed, first, others;

static int read_allowed(void **state) {
  (void)state;
  if (rdo_pin_allowed(&allowed, NULL) != RONDO_OK) return 1;
  first = rdo_cpu_set_one(rdo_cpu_set_first(&allowed));
  others = rdo_cpu_set_andnot(allowed, &first);
  return 0;
}

// A thread that keeps off, as another one sees it.
struct helper {
  pthread_t thread;
  int thread_id;
  const struct rdo_cpu_set *pinned_to;  // before; NULL = nothing
  bool is_alone;
  char name[16];
  sem_t is_there, may_end;
};

static void *help(void *user) {
  struct helper *helper = user;
  helper->thread_id = (int)syscall(SYS_gettid);
  if (helper->pinned_to != NULL && rdo_pin_thread(helper->pinned_to, NULL) != RONDO_OK) helper->thread_id = -1;
  helper->is_alone = rdo_keep_off_begin("rondo/helper");
  pthread_getname_np(pthread_self(), helper->name, sizeof helper->name);
  sem_post(&helper->is_there);
  while (sem_wait(&helper->may_end) != 0) continue;
  return NULL;
}

static void start(struct helper *helper) {
  sem_init(&helper->is_there, 0, 0);
  sem_init(&helper->may_end, 0, 0);
  assert_int_equal(pthread_create(&helper->thread, NULL, help, helper), 0);
  while (sem_wait(&helper->is_there) != 0) continue;
  assert_true(helper->thread_id > 0);
}

static void end(struct helper *helper) {
  sem_post(&helper->may_end);
  pthread_join(helper->thread, NULL);
}

static bool is_on(int thread_id, const struct rdo_cpu_set *cpus) {
  struct rdo_cpu_set now;
  assert_int_equal(rdo_pin_allowed_of(thread_id, &now, NULL), RONDO_OK);
  return rdo_cpu_set_equals(&now, cpus);
}

static void test_without_workers(void **state) {
  (void)state;
  struct helper helper = {0};
  start(&helper);
  assert_string_equal(helper.name, "rondo/helper");
  assert_true(helper.is_alone);
  assert_true(is_on(helper.thread_id, &allowed));
  end(&helper);
}

// Whoever comes first, and as often as workers come and go.
static void test_moves_with_workers(void **state) {
  (void)state;
  if (rdo_cpu_set_is_empty(&others)) skip();
  struct helper before = {0}, after = {0};
  start(&before);
  for (int i = 0; i < 3; ++i) {
    rdo_keep_off_add_workers(&first);
    rdo_keep_off_add_workers(&first);  // two of them there
    assert_true(is_on(before.thread_id, &others));
    rdo_keep_off_remove_workers(&first);
    assert_true(is_on(before.thread_id, &others));
    rdo_keep_off_remove_workers(&first);
    assert_true(is_on(before.thread_id, &allowed));
  }
  rdo_keep_off_add_workers(&first);
  start(&after);
  assert_true(after.is_alone);
  assert_true(is_on(after.thread_id, &others));
  rdo_keep_off_add_workers(&others);  // now there is no room
  assert_true(is_on(before.thread_id, &allowed));
  assert_true(is_on(after.thread_id, &allowed));
  end(&before);
  rdo_keep_off_remove_workers(&first);
  assert_true(is_on(after.thread_id, &first));
  end(&after);
  rdo_keep_off_remove_workers(&others);
}

static void test_shares_all(void **state) {
  (void)state;
  struct helper helper = {0};
  rdo_keep_off_add_workers(&allowed);
  start(&helper);
  assert_false(helper.is_alone);
  assert_true(is_on(helper.thread_id, &allowed));
  end(&helper);
  rdo_keep_off_remove_workers(&allowed);
}

// A worker that starts a thread gives it its own mask: that is where the thread must not stay.
static void test_started_by_worker(void **state) {
  (void)state;
  if (rdo_cpu_set_is_empty(&others)) skip();
  struct helper helper = {.pinned_to = &first};
  rdo_keep_off_add_workers(&first);
  start(&helper);
  assert_true(helper.is_alone);
  assert_true(is_on(helper.thread_id, &others));
  end(&helper);
  rdo_keep_off_remove_workers(&first);
}

// For a while, and the public call.
static void test_ends(void **state) {
  (void)state;
  int me = (int)syscall(SYS_gettid);
  char name[16], name_after[16];
  pthread_getname_np(pthread_self(), name, sizeof name);
  rdo_keep_off_add_workers(&first);
  (void)rdo_keep_off_begin(NULL);
  rondo_thread_keep_off(NULL);
  assert_true(is_on(me, rdo_cpu_set_is_empty(&others) ? &allowed : &others));
  // What a thread of the process may use is not what the first one has just now.
  struct helper helper = {0};
  start(&helper);
  rdo_keep_off_remove_workers(&first);
  assert_true(is_on(helper.thread_id, &allowed));
  assert_true(is_on(me, &allowed));
  rdo_keep_off_add_workers(&first);
  rdo_keep_off_end();
  assert_true(is_on(me, rdo_cpu_set_is_empty(&others) ? &allowed : &others));
  rdo_keep_off_end();
  assert_true(is_on(me, &allowed));
  rdo_keep_off_end();  // once more than it began
  rdo_keep_off_remove_workers(&first);
  end(&helper);
  pthread_getname_np(pthread_self(), name_after, sizeof name_after);
  assert_string_equal(name, name_after);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_without_workers), cmocka_unit_test(test_moves_with_workers), cmocka_unit_test(test_shares_all),
      cmocka_unit_test(test_started_by_worker), cmocka_unit_test(test_ends),
  };
  return cmocka_run_group_tests(tests, read_allowed, NULL);
}

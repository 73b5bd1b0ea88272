// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/pin.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static struct rdo_cpu_set allowed;

static int read_allowed(void **state) {
  (void)state;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rdo_pin_allowed(&allowed, &diag) == RONDO_OK) return 0;
  fprintf(stderr, "%s\n", diag.message);
  return 1;
}

// Each test pins a thread of its own, so that the next one starts with the process' mask.
static void on_thread(void *(*run)(void *)) {
  pthread_t thread;
  void *words = NULL;
  assert_int_equal(pthread_create(&thread, NULL, run, NULL), 0);
  pthread_join(thread, &words);
  if (words != NULL) fail_msg("%s", (const char *)words);
}

static __thread struct rondo_diag thread_diag;
static char thread_words[RONDO_DIAG_MESSAGE_BYTES + 512];

#define EXPECT(condition)                                                                                             \
  do {                                                                                                                \
    if (!(condition)) {                                                                                               \
      snprintf(thread_words, sizeof thread_words, "line %d: %s (%s)", __LINE__, #condition, thread_diag.message); \
      return thread_words;                                                                                            \
    }                                                                                                                 \
  } while (0)

static void test_allowed(void **state) {
  (void)state;
  assert_false(rdo_cpu_set_is_empty(&allowed));
  assert_true(rdo_cpu_set_contains(&allowed, rdo_pin_current()));
  assert_int_equal(rdo_pin_allowed(&allowed, NULL), RONDO_OK);
}

static void *pin_to_each(void *user) {
  (void)user;
  for (int cpu = rdo_cpu_set_first(&allowed); cpu >= 0; cpu = rdo_cpu_set_next(&allowed, cpu)) {
    struct rdo_cpu_set one = rdo_cpu_set_one(cpu), mine;
    EXPECT(rdo_pin_thread(&one, &thread_diag) == RONDO_OK);
    EXPECT(rdo_pin_current() == cpu);
    EXPECT(rdo_pin_verify(&one, &thread_diag) == RONDO_OK);
    EXPECT(rdo_pin_allowed(&mine, &thread_diag) == RONDO_OK && rdo_cpu_set_equals(&mine, &one));
  }
  EXPECT(rdo_pin_thread(&allowed, &thread_diag) == RONDO_OK);
  EXPECT(rdo_pin_verify(&allowed, &thread_diag) == RONDO_OK);
  return NULL;
}

static void test_pin(void **state) {
  (void)state;
  on_thread(pin_to_each);
}

static void *verify_wrong_mask(void *user) {
  (void)user;
  struct rdo_cpu_set first = rdo_cpu_set_one(rdo_cpu_set_first(&allowed));
  struct rdo_cpu_set more = first;
  rdo_cpu_set_add(&more, RDO_CPU_SET_BITS - 1);
  EXPECT(rdo_pin_thread(&first, &thread_diag) == RONDO_OK);
  EXPECT(rdo_pin_verify(&more, &thread_diag) == RONDO_INTERNAL);
  EXPECT(strstr(thread_diag.message, "and may run on") != NULL);
  return NULL;
}

static void test_verify(void **state) {
  (void)state;
  on_thread(verify_wrong_mask);
}

// A CPU that does not exist, alone and beside one that does: refused, and the thread stays where it was.
static void *pin_to_missing(void *user) {
  (void)user;
  struct rdo_cpu_set before, after;
  int missing = RDO_CPU_SET_BITS - 1;
  if (rdo_pin_refusal(NULL, missing) != RDO_CPU_MISSING) return NULL;  // a large machine
  EXPECT(rdo_pin_allowed(&before, &thread_diag) == RONDO_OK);
  for (int beside = 0; beside < 2; ++beside) {
    struct rdo_cpu_set set = rdo_cpu_set_one(missing);
    if (beside != 0) rdo_cpu_set_add(&set, rdo_cpu_set_first(&allowed));
    thread_diag = (struct rondo_diag){.status = RONDO_OK};
    EXPECT(rdo_pin_thread(&set, &thread_diag) == RONDO_NOT_FOUND);
    EXPECT(strstr(thread_diag.message, "no such CPU") != NULL);
    EXPECT(rdo_pin_thread(&set, NULL) == RONDO_NOT_FOUND);
    EXPECT(rdo_pin_allowed(&after, NULL) == RONDO_OK && rdo_cpu_set_equals(&before, &after));
  }
  struct rdo_cpu_set none = rdo_cpu_set_none();
  thread_diag = (struct rondo_diag){.status = RONDO_OK};
  EXPECT(rdo_pin_thread(&none, &thread_diag) == RONDO_INVALID_ARGUMENT);
  EXPECT(rdo_pin_allowed(&after, NULL) == RONDO_OK && rdo_cpu_set_equals(&before, &after));
  return NULL;
}

static void test_missing(void **state) {
  (void)state;
  on_thread(pin_to_missing);
}

static void write_file(const char *folder, const char *name, const char *text) {
  char path[256];
  snprintf(path, sizeof path, "%s/sys/devices/system/cpu/%s", folder, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void remove_file(const char *folder, const char *name) {
  char path[256];
  snprintf(path, sizeof path, "%s/sys/devices/system/cpu/%s", folder, name);
  unlink(path);
}

static void test_refusal(void **state) {
  (void)state;
  char folder[] = "rondo_pin_XXXXXX", path[256];
  static const char *const parts[] = {"/sys", "/sys/devices", "/sys/devices/system", "/sys/devices/system/cpu"};
  assert_non_null(mkdtemp(folder));
  assert_int_equal(rdo_pin_refusal(folder, 0), RDO_CPU_UNKNOWN);
  for (int i = 0; i < 4; ++i) {
    snprintf(path, sizeof path, "%s%s", folder, parts[i]);
    assert_int_equal(mkdir(path, 0700), 0);
  }
  write_file(folder, "online", "0-1,3\n");
  assert_int_equal(rdo_pin_refusal(folder, 1), RDO_CPU_USABLE);
  assert_int_equal(rdo_pin_refusal(folder, 2), RDO_CPU_UNKNOWN);
  write_file(folder, "present", "0-3\n");
  assert_int_equal(rdo_pin_refusal(folder, 2), RDO_CPU_OFFLINE);
  assert_int_equal(rdo_pin_refusal(folder, 3), RDO_CPU_USABLE);
  assert_int_equal(rdo_pin_refusal(folder, 4), RDO_CPU_MISSING);
  assert_int_equal(rdo_pin_refusal(folder, -1), RDO_CPU_MISSING);
  assert_int_equal(rdo_pin_refusal(folder, RDO_CPU_SET_BITS), RDO_CPU_MISSING);
  write_file(folder, "online", "nonsense\n");
  assert_int_equal(rdo_pin_refusal(folder, 1), RDO_CPU_UNKNOWN);
  assert_int_equal(rdo_pin_refusal("/nowhere/at/all", 0), RDO_CPU_UNKNOWN);
  remove_file(folder, "online");
  remove_file(folder, "present");
  for (int i = 3; i >= 0; --i) {
    snprintf(path, sizeof path, "%s%s", folder, parts[i]);
    rmdir(path);
  }
  assert_int_equal(rmdir(folder), 0);
}

static void *set_names(void *user) {
  (void)user;
  char name[17] = {0};
  rdo_thread_name_set("rondo-w3");
  EXPECT(prctl(PR_GET_NAME, name) == 0 && strcmp(name, "rondo-w3") == 0);
  rdo_thread_name_set("a name that is far too long");
  EXPECT(prctl(PR_GET_NAME, name) == 0 && strcmp(name, "a name that is ") == 0);
  rdo_thread_name_set("");
  EXPECT(prctl(PR_GET_NAME, name) == 0 && strcmp(name, "") == 0);
  return NULL;
}

static void test_name(void **state) {
  (void)state;
  on_thread(set_names);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_allowed), cmocka_unit_test(test_pin),     cmocka_unit_test(test_verify),
      cmocka_unit_test(test_missing), cmocka_unit_test(test_refusal), cmocka_unit_test(test_name),
  };
  return cmocka_run_group_tests(tests, read_allowed, NULL);
}

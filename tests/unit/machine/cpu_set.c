// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Compiled three times: with sets of 64, 256 and 1024 CPUs.

#include "machine/cpu_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { BITS = RDO_CPU_SET_BITS };
_Static_assert(RDO_CPU_SET_BITS == RDO_TEST_CPU_SET_BITS, "the build asked for another size");

// CPUs where a word or the set ends, and the numbers beside them.
static const int edges[] = {0, 1, 31, 32, 62, 63, 64, 65, 127, 128, 191, 192, 254, 255, 256, 1022, 1023, BITS - 1};
enum { EDGE_COUNT = sizeof edges / sizeof edges[0] };
static const int outside[] = {-1, -64, INT32_MIN, BITS, BITS + 1, BITS + 63, INT32_MAX};
enum { OUTSIDE_COUNT = sizeof outside / sizeof outside[0] };

// The same set as an array of booleans: what every operation is compared with.
struct plain {
  bool has[BITS];
};

static void expect_same(const struct rdo_cpu_set *set, const struct plain *plain) {
  int count = 0, previous = -1, last = -1;
  for (int cpu = 0; cpu < BITS; ++cpu) {
    assert_int_equal(rdo_cpu_set_contains(set, cpu), plain->has[cpu]);
    if (!plain->has[cpu]) continue;
    assert_int_equal(rdo_cpu_set_nth(set, count), cpu);
    assert_int_equal(rdo_cpu_set_next(set, previous), cpu);
    previous = last = cpu;
    ++count;
  }
  assert_int_equal(rdo_cpu_set_count(set), count);
  assert_int_equal(rdo_cpu_set_nth(set, count), -1);
  assert_int_equal(rdo_cpu_set_next(set, previous), -1);
  assert_int_equal(rdo_cpu_set_last(set), last);
  assert_int_equal(rdo_cpu_set_is_empty(set), count == 0);
}

static void test_edges(void **state) {
  (void)state;
  struct rdo_cpu_set set = rdo_cpu_set_none();
  static struct plain plain;
  memset(&plain, 0, sizeof plain);
  expect_same(&set, &plain);
  for (int i = 0; i < EDGE_COUNT; ++i) {
    if (edges[i] >= BITS) continue;
    struct rdo_cpu_set one = rdo_cpu_set_one(edges[i]);
    assert_int_equal(rdo_cpu_set_count(&one), 1);
    assert_int_equal(rdo_cpu_set_first(&one), edges[i]);
    rdo_cpu_set_add(&set, edges[i]);
    rdo_cpu_set_add(&set, edges[i]);
    plain.has[edges[i]] = true;
    expect_same(&set, &plain);
  }
  for (int i = 0; i < EDGE_COUNT; ++i) {
    if (edges[i] >= BITS) continue;
    rdo_cpu_set_remove(&set, edges[i]);
    rdo_cpu_set_remove(&set, edges[i]);
    plain.has[edges[i]] = false;
    expect_same(&set, &plain);
  }
}

static void test_outside(void **state) {
  (void)state;
  struct rdo_cpu_set all = rdo_cpu_set_all();
  for (int i = 0; i < OUTSIDE_COUNT; ++i) {
    struct rdo_cpu_set set = rdo_cpu_set_one(outside[i]);
    assert_true(rdo_cpu_set_is_empty(&set));
    rdo_cpu_set_add(&set, outside[i]);
    assert_true(rdo_cpu_set_is_empty(&set));
    assert_false(rdo_cpu_set_contains(&all, outside[i]));
    rdo_cpu_set_remove(&all, outside[i]);
    assert_int_equal(rdo_cpu_set_count(&all), BITS);
  }
  assert_int_equal(rdo_cpu_set_next(&all, -5), 0);
  assert_int_equal(rdo_cpu_set_next(&all, BITS - 1), -1);
  assert_int_equal(rdo_cpu_set_next(&all, INT32_MAX), -1);
  assert_int_equal(rdo_cpu_set_nth(&all, -1), -1);
  assert_int_equal(rdo_cpu_set_nth(&all, BITS - 1), BITS - 1);
  assert_int_equal(rdo_cpu_set_nth(&all, BITS), -1);
}

static void test_ranges(void **state) {
  (void)state;
  static struct plain plain;
  for (int i = 0; i < EDGE_COUNT; ++i) {
    for (int k = 0; k < EDGE_COUNT; ++k) {
      struct rdo_cpu_set set = rdo_cpu_set_range(edges[i], edges[k]);
      for (int cpu = 0; cpu < BITS; ++cpu) plain.has[cpu] = cpu >= edges[i] && cpu <= edges[k];
      expect_same(&set, &plain);
    }
  }
  struct rdo_cpu_set all = rdo_cpu_set_all();
  struct rdo_cpu_set cut = rdo_cpu_set_range(-7, INT32_MAX);
  assert_true(rdo_cpu_set_equals(&all, &cut));
  cut = rdo_cpu_set_range(BITS, INT32_MAX);
  assert_true(rdo_cpu_set_is_empty(&cut));
}

static struct rdo_cpu_set make_random(struct plain *plain, unsigned density) {
  struct rdo_cpu_set set = rdo_cpu_set_none();
  for (int cpu = 0; cpu < BITS; ++cpu) {
    plain->has[cpu] = (unsigned)rand() % 8 < density;
    if (plain->has[cpu]) rdo_cpu_set_add(&set, cpu);
  }
  return set;
}

static void test_pairs(void **state) {
  (void)state;
  static struct plain a, b, wanted;
  srand(1);
  for (unsigned round = 0; round < 200; ++round) {
    struct rdo_cpu_set x = make_random(&a, round % 9), y = make_random(&b, round / 9 % 9);
    struct rdo_cpu_set both = rdo_cpu_set_and(x, &y), any = rdo_cpu_set_or(x, &y), rest = rdo_cpu_set_andnot(x, &y);
    bool is_equal = true, is_subset = true, intersects = false;
    for (int cpu = 0; cpu < BITS; ++cpu) {
      wanted.has[cpu] = a.has[cpu] && b.has[cpu];
      is_equal = is_equal && a.has[cpu] == b.has[cpu];
      is_subset = is_subset && (!a.has[cpu] || b.has[cpu]);
      intersects = intersects || wanted.has[cpu];
    }
    expect_same(&both, &wanted);
    for (int cpu = 0; cpu < BITS; ++cpu) wanted.has[cpu] = a.has[cpu] || b.has[cpu];
    expect_same(&any, &wanted);
    for (int cpu = 0; cpu < BITS; ++cpu) wanted.has[cpu] = a.has[cpu] && !b.has[cpu];
    expect_same(&rest, &wanted);
    assert_int_equal(rdo_cpu_set_equals(&x, &y), is_equal);
    assert_int_equal(rdo_cpu_set_is_subset(&x, &y), is_subset);
    assert_int_equal(rdo_cpu_set_intersects(&x, &y), intersects);
    assert_true(rdo_cpu_set_equals(&x, &x));
    assert_true(rdo_cpu_set_is_subset(&both, &x));
    assert_false(rdo_cpu_set_intersects(&rest, &y));
  }
}

// Text -----------------------------------------------------------------------------------------------

static struct rdo_bytes bytes_of(const char *text) { return (struct rdo_bytes){(const uint8_t *)text, strlen(text)}; }

static void expect_list(const char *text, const char *formatted) {
  struct rdo_cpu_set set;
  struct rondo_diag diag = {.status = RONDO_OK};
  char buffer[RDO_CPU_SET_TEXT_BYTES];
  if (rdo_cpu_set_parse(bytes_of(text), &set, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(rdo_cpu_set_format(&set, buffer, sizeof buffer), strlen(formatted));
  assert_string_equal(buffer, formatted);
}

static void test_parse(void **state) {
  (void)state;
  expect_list("0", "0");
  expect_list("63", "63");
  expect_list("0-3,8,10-11", "0-3,8,10-11");
  expect_list("8,10-11,0-3", "0-3,8,10-11");
  expect_list("0,1,2", "0-2");
  expect_list("5-5", "5");
  expect_list("007", "7");
  expect_list("62-63", "62-63");
  expect_list("0x1", "0");
  expect_list("0xF0f", "0-3,8-11");
  expect_list("0x8000000000000000", "63");
  expect_list("0x00000000000000000000000000000000000000000000000000000000000000000000000000000000005", "0,2");
  if (BITS >= 256) {
    expect_list("63-64", "63-64");
    expect_list("0,63,64,255", "0,63-64,255");
    expect_list("0x10000000000000000", "64");
    expect_list("0x8000000000000000000000000000000000000000000000000000000000000000", "255");
  }
}

static void expect_refusal(const char *text, enum rondo_status status, const char *words) {
  struct rdo_cpu_set set = rdo_cpu_set_all();
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_cpu_set_parse(bytes_of(text), &set, &diag), status);
  assert_true(rdo_cpu_set_is_empty(&set));
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' is not in '%s'", words, diag.message);
  assert_int_equal(rdo_cpu_set_parse(bytes_of(text), &set, NULL), status);
}

static void test_refusals(void **state) {
  (void)state;
  expect_refusal("", RONDO_INVALID_ARGUMENT, "empty");
  expect_refusal(",", RONDO_INVALID_ARGUMENT, "character 1: not the number of a CPU");
  expect_refusal("1,", RONDO_INVALID_ARGUMENT, "character 3: a number is missing at the end");
  expect_refusal("1,,2", RONDO_INVALID_ARGUMENT, "character 3: not the number");
  expect_refusal("1-", RONDO_INVALID_ARGUMENT, "character 3: a number is missing at the end");
  expect_refusal("-1", RONDO_INVALID_ARGUMENT, "character 1: not the number");
  expect_refusal("1--2", RONDO_INVALID_ARGUMENT, "character 3: not the number");
  expect_refusal("1-2-3", RONDO_INVALID_ARGUMENT, "character 4: expected");
  expect_refusal("3-1", RONDO_INVALID_ARGUMENT, "character 1: the range runs backwards");
  expect_refusal("0-3,2", RONDO_INVALID_ARGUMENT, "character 5: CPU 2 is named twice");
  expect_refusal("0-3,3-5", RONDO_INVALID_ARGUMENT, "character 5: CPU 3 is named twice");
  expect_refusal("7,7", RONDO_INVALID_ARGUMENT, "character 3: CPU 7 is named twice");
  expect_refusal("1 ", RONDO_INVALID_ARGUMENT, "character 2: expected");
  expect_refusal(" 1", RONDO_INVALID_ARGUMENT, "character 1: not the number");
  expect_refusal("1\n", RONDO_INVALID_ARGUMENT, "character 2: expected");
  expect_refusal("1,a", RONDO_INVALID_ARGUMENT, "character 3: not the number");
  expect_refusal("all", RONDO_INVALID_ARGUMENT, "'all', character 1");
  expect_refusal("0x", RONDO_INVALID_ARGUMENT, "the mask is empty");
  expect_refusal("0x000", RONDO_INVALID_ARGUMENT, "the mask is empty");
  expect_refusal("0x1g", RONDO_INVALID_ARGUMENT, "character 4: not a hexadecimal digit");
  expect_refusal("0x1,2", RONDO_INVALID_ARGUMENT, "character 4: not a hexadecimal digit");
  expect_refusal("1024", RONDO_OUT_OF_RANGE, "character 1: CPU 1024 is beyond the");
  expect_refusal("0-1,4-100000", RONDO_OUT_OF_RANGE, "character 5: CPU 100000 is beyond the");
  expect_refusal("4294967295", RONDO_OUT_OF_RANGE, "RDO_CPU_SET_BITS");
  expect_refusal("4294967296", RONDO_OUT_OF_RANGE, "character 1: no machine has so many CPUs");
  expect_refusal("0-99999999999999999999999999999999999999", RONDO_OUT_OF_RANGE, "character 3: no machine");
}

// Exactly where this build's set ends.
static void test_parse_end(void **state) {
  (void)state;
  char text[600];
  snprintf(text, sizeof text, "%d", BITS - 1);
  expect_list(text, text);
  snprintf(text, sizeof text, "0-%d", BITS - 1);
  expect_list(text, text);
  snprintf(text, sizeof text, "%d", BITS);
  expect_refusal(text, RONDO_OUT_OF_RANGE, "RDO_CPU_SET_BITS");
  snprintf(text, sizeof text, "%d-%d", BITS - 1, BITS);
  expect_refusal(text, RONDO_OUT_OF_RANGE, "RDO_CPU_SET_BITS");
  memset(text, '0', sizeof text);
  memcpy(text, "0x1", 3);
  text[3 + BITS / 4] = '\0';
  expect_refusal(text, RONDO_OUT_OF_RANGE, "is beyond");
}

static void test_parse_kernel(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool is_list;
    int count;
    uint64_t beyond;
  } cases[] = {
      {"", true, 0, 0},          {"\n", true, 0, 0},          {"0\n", true, 1, 0},         {"0-3\n", true, 4, 0},
      {"0-3,8\n", true, 5, 0},   {"5000\n", true, 0, 1},      {"3-1\n", false, 0, 0},      {"1,1\n", false, 0, 0},
      {"0-\n", false, 0, 0},     {"\n\n", false, 0, 0},       {"x\n", false, 0, 0},        {"0 1\n", false, 0, 0},
      {"0-1\r\n", false, 0, 0},  {"99999999999999999999", false, 0, 0}, {"0,5000-5009,1\n", true, 2, 10},
      {"0-4294967295\n", true, BITS, UINT64_C(4294967296) - BITS}, {"5000,5000\n", true, 0, 2},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    struct rdo_cpu_set set = rdo_cpu_set_all();
    uint64_t beyond = 77;
    if (rdo_cpu_set_parse_kernel(bytes_of(cases[i].text), &set, &beyond) != cases[i].is_list) fail_msg("'%s'", cases[i].text);
    assert_int_equal(rdo_cpu_set_count(&set), cases[i].count);
    assert_int_equal(beyond, cases[i].beyond);
  }
}

static void test_format(void **state) {
  (void)state;
  char buffer[RDO_CPU_SET_TEXT_BYTES + 1];
  struct rdo_cpu_set set = rdo_cpu_set_none();
  assert_int_equal(rdo_cpu_set_format(&set, buffer, sizeof buffer), 0);
  assert_string_equal(buffer, "");
  // The longest text there is.
  for (int cpu = 1; cpu < BITS; cpu += 2) rdo_cpu_set_add(&set, cpu);
  size_t length = rdo_cpu_set_format(&set, NULL, 0);
  assert_true(length < RDO_CPU_SET_TEXT_BYTES);
  memset(buffer, '#', sizeof buffer);
  assert_int_equal(rdo_cpu_set_format(&set, buffer, RDO_CPU_SET_TEXT_BYTES), length);
  assert_int_equal(strlen(buffer), length);
  // Cut anywhere: terminated, nothing behind touched.
  char whole[RDO_CPU_SET_TEXT_BYTES];
  memcpy(whole, buffer, sizeof whole);
  for (size_t capacity = 1; capacity <= length; ++capacity) {
    memset(buffer, '#', sizeof buffer);
    assert_int_equal(rdo_cpu_set_format(&set, buffer, capacity), length);
    assert_int_equal(strlen(buffer), capacity - 1);
    assert_memory_equal(buffer, whole, capacity - 1);
    assert_int_equal(buffer[capacity], '#');
  }
}

static void test_round_trip(void **state) {
  (void)state;
  static struct plain plain;
  srand(2);
  for (unsigned round = 0; round < 200; ++round) {
    struct rdo_cpu_set set = make_random(&plain, 1 + round % 8), again;
    char buffer[RDO_CPU_SET_TEXT_BYTES];
    uint64_t beyond;
    rdo_cpu_set_format(&set, buffer, sizeof buffer);
    if (buffer[0] != '\0') {
      assert_int_equal(rdo_cpu_set_parse(bytes_of(buffer), &again, NULL), RONDO_OK);
      assert_true(rdo_cpu_set_equals(&set, &again));
    }
    assert_true(rdo_cpu_set_parse_kernel(bytes_of(buffer), &again, &beyond));
    assert_true(rdo_cpu_set_equals(&set, &again));
  }
}

// Texts at random, of what lists are made of: both readers agree on what is a list, and a list that was
// read says the same when it is written.
static void test_any_text(void **state) {
  (void)state;
  static const char alphabet[] = "0123456789012345,,,---x \n";
  srand(4);
  int accepted_count = 0;
  for (int round = 0; round < 20000; ++round) {
    char text[16], again[RDO_CPU_SET_TEXT_BYTES];
    int length = 1 + rand() % 12;
    for (int i = 0; i < length; ++i) text[i] = alphabet[(size_t)rand() % (sizeof alphabet - 1)];
    text[length] = '\0';
    struct rdo_cpu_set user, kernel;
    struct rondo_diag diag = {.status = RONDO_OK};
    uint64_t beyond = 0;
    enum rondo_status status = rdo_cpu_set_parse(bytes_of(text), &user, &diag);
    bool is_list = rdo_cpu_set_parse_kernel(bytes_of(text), &kernel, &beyond);
    assert_int_equal(status == RONDO_OK, diag.message_length == 0);
    if (status != RONDO_OK || text[1] == 'x') continue;
    ++accepted_count;
    assert_true(is_list && beyond == 0 && rdo_cpu_set_equals(&user, &kernel));
    rdo_cpu_set_format(&user, again, sizeof again);
    assert_int_equal(rdo_cpu_set_parse(bytes_of(again), &kernel, NULL), RONDO_OK);
    assert_true(rdo_cpu_set_equals(&user, &kernel));
  }
  assert_true(accepted_count > 1000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_edges),    cmocka_unit_test(test_outside),      cmocka_unit_test(test_ranges),
      cmocka_unit_test(test_pairs),    cmocka_unit_test(test_parse),        cmocka_unit_test(test_refusals),
      cmocka_unit_test(test_parse_end), cmocka_unit_test(test_parse_kernel), cmocka_unit_test(test_format),
      cmocka_unit_test(test_round_trip), cmocka_unit_test(test_any_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

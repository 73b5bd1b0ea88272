// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "profile/node_times.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// Two recordings, of two nodes and one, and an empty one in between.
static struct rdo_call_node nodes[] = {{"a", 4, 0}, {"b", 1, 0}, {"c", 100, 0}};
static uint32_t begins[] = {0, 2, 2};
static const struct rdo_call_graph graph = {.nodes = nodes, .node_count = 3, .recording_begins = begins, .recording_count = 3};

static struct rdo_node_times times;
static const struct rdo_event_thread one = {.id = 1}, two = {.id = 2};

static void init(size_t call_count, bool wants_tiles) {
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_node_times_init(&times, &graph, call_count, wants_tiles, &diag), RONDO_OK);
}

static void begin(const struct rdo_event_thread *thread, const char *name, uint32_t ordinal, uint64_t submission, int64_t ns) {
  const struct rdo_event event = {.time_ns = ns, .subject = (uint64_t)(uintptr_t)name, .b = submission, .a = ordinal, .kind = RDO_EVENT_DISPATCH_BEGIN};
  rdo_node_times_take(&times, thread, &event, 1);
}

static void end(const struct rdo_event_thread *thread, uint32_t tiles, int64_t ns) {
  const struct rdo_event event = {.time_ns = ns, .a = tiles, .kind = RDO_EVENT_DISPATCH_END};
  rdo_node_times_take(&times, thread, &event, 1);
}

static void span(const struct rdo_event_thread *thread, const char *name, uint32_t ordinal, uint64_t submission, uint32_t tiles, int64_t begin_ns, int64_t end_ns) {
  begin(thread, name, ordinal, submission, begin_ns);
  end(thread, tiles, end_ns);
}

// A whole call from `ns` on; its submissions are `first` and the next.
static void call(uint64_t first, int64_t ns) {
  span(&one, "a", 0, first, 3, ns, ns + 30);
  span(&one, "b", 1, first, 1, ns + 40, ns + 50);
  span(&one, "c", 0, first + 1, 100, ns + 60, ns + 90);
  span(&two, "a", 0, first, 1, ns + 5, ns + 35);
}

static void test_calls(void **state) {
  (void)state;
  init(2, false);
  const int64_t begins_ns[] = {900, 2000}, ends_ns[] = {1100, 2100};
  bool is_used[2];
  call(7, 1000);
  call(9, 2000);
  rdo_node_times_add_calls(&times, begins_ns, ends_ns, 2, is_used);
  assert_true(is_used[0] && is_used[1]);
  assert_int_equal(times.sample_count, 2);
  for (size_t i = 0; i < 2; ++i) {
    assert_int_equal(rdo_node_times_samples(&times, 0)[i], 35);  // of both threads
    assert_int_equal(rdo_node_times_samples(&times, 1)[i], 10);
    assert_int_equal(rdo_node_times_samples(&times, 2)[i], 30);
  }
  assert_int_equal(rdo_node_times_tile_ns(&times, 0, 0), 0);
  // There is no room for more.
  call(11, 3000);
  rdo_node_times_add_calls(&times, (const int64_t[]){3000}, (const int64_t[]){3100}, 1, is_used);
  assert_false(is_used[0]);
  assert_int_equal(times.dropped_count, 1);
  rdo_node_times_deinit(&times);
}

// What others run at the same time does not count, nor that their events are missing.
static void test_other_workers(void **state) {
  (void)state;
  static const struct rdo_event_thread ours = {.id = 1, .worker_index = 3}, theirs = {.id = 2, .worker_index = 4}, host = {.id = 3, .worker_index = -1};
  static const struct rdo_event dropped = {.kind = RDO_EVENT_DROPPED, .a = 3};
  bool is_used;
  init(1, false);
  times.worker_begin = 3;
  times.worker_count = 1;
  span(&ours, "a", 0, 7, 4, 1000, 1030);
  span(&theirs, "x", 0, 8, 1, 1010, 1020);
  span(&host, "x", 0, 8, 1, 1010, 1020);
  span(&ours, "b", 1, 7, 1, 1040, 1050);
  span(&ours, "c", 0, 9, 100, 1060, 1090);
  rdo_node_times_take(&times, &theirs, &dropped, 1);
  rdo_node_times_add_calls(&times, (const int64_t[]){1000}, (const int64_t[]){1100}, 1, &is_used);
  assert_true(is_used);
  assert_int_equal(rdo_node_times_samples(&times, 0)[0], 30);
  rdo_node_times_deinit(&times);
}

// Calls that ran something else, or of which events are missing, add nothing.
static void test_refused(void **state) {
  (void)state;
  const int64_t begins_ns[] = {1000}, ends_ns[] = {1100};
  static const struct rdo_event dropped = {.kind = RDO_EVENT_DROPPED, .a = 3};
  for (int kind = 0; kind < 7; ++kind) {
    bool is_used = true;
    init(4, true);
    if (kind != 0) call(7, 1000);
    if (kind == 1) span(&one, "d", 0, 8, 1, 1091, 1092);   // of another name
    if (kind == 2) span(&one, "c", 1, 8, 1, 1091, 1092);   // beyond its recording
    if (kind == 3) span(&one, "c", 0, 9, 1, 1091, 1092);   // of one more submission
    if (kind == 4) rdo_node_times_take(&times, &two, &dropped, 1);
    if (kind == 5) {                                       // without the second submission
      times.span_count = 0;
      span(&one, "a", 0, 7, 4, 1000, 1030);
      span(&one, "b", 1, 7, 1, 1040, 1050);
    }
    if (kind == 6) --times.span_count;                     // without a tile of the first node
    rdo_node_times_add_calls(&times, begins_ns, ends_ns, 1, &is_used);
    assert_false(is_used);
    assert_int_equal(times.sample_count, 0);
    assert_int_equal(times.different_count, kind != 4);
    assert_int_equal(times.dropped_count, kind == 4);
    assert_int_equal(rdo_node_times_tile_ns(&times, 0, 0), 0);
    // The next call is none the worse for it.
    call(20, 2000);
    rdo_node_times_add_calls(&times, (const int64_t[]){2000}, (const int64_t[]){2100}, 1, &is_used);
    assert_true(is_used);
    rdo_node_times_deinit(&times);
  }
}

// What is not of a submission (the program's own fills) does not count, nor an end whose begin is missing.
static void test_others(void **state) {
  (void)state;
  bool is_used;
  init(1, false);
  end(&one, 1, 1000);
  span(&one, "fill", 0, 0, 1, 1001, 1002);
  call(7, 1010);
  rdo_node_times_add_calls(&times, (const int64_t[]){1000}, (const int64_t[]){1200}, 1, &is_used);
  assert_true(is_used);
  rdo_node_times_deinit(&times);
}

// A thousand tiles of 100 ns, and a few of 10 and 50 us.
static void test_tiles(void **state) {
  (void)state;
  bool is_used;
  init(1, true);
  call(7, 1000);
  int64_t ns = 1091;
  for (int i = 0; i < 889; ++i, ns += 100) span(&one, "c", 0, 8, 1, ns, ns + 100);
  for (int i = 0; i < 8; ++i, ns += 10000) span(&one, "c", 0, 8, 1, ns, ns + 10000);
  for (int i = 0; i < 3; ++i, ns += 50000) span(&one, "c", 0, 8, 1, ns, ns + 50000);
  rdo_node_times_add_calls(&times, (const int64_t[]){1000}, &ns, 1, &is_used);
  assert_true(is_used);
  int64_t all = rdo_node_times_tile_ns(&times, 2, 0), most = rdo_node_times_tile_ns(&times, 2, 0.005), middle = rdo_node_times_tile_ns(&times, 2, 0.05);
  assert_true(all >= 50000 && all <= 50000 + 50000 / 32 + 1);
  assert_true(most >= 10000 && most <= 10000 + 10000 / 32 + 1);
  assert_true(middle >= 100 && middle <= 104);
  assert_true(rdo_node_times_tile_ns(&times, 0, 0) >= 30);
  rdo_node_times_deinit(&times);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_calls), cmocka_unit_test(test_other_workers), cmocka_unit_test(test_refused), cmocka_unit_test(test_others), cmocka_unit_test(test_tiles)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

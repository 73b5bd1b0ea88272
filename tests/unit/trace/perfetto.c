// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
//   unit_trace_perfetto --renew   writes tests/golden/trace/events.pftrace anew; then run
//                                 tests/trace/trace_test.py --renew and read the difference of events.txt

#include "trace/perfetto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "packets.h"

enum { SINK_BYTES = 1 << 22 };

struct sink {
  size_t size;
  uint8_t bytes[SINK_BYTES];
};

static struct sink sink;

static void write_bytes(void *user, const void *bytes, size_t size) {
  struct sink *s = user;
  assert_true(size <= SINK_BYTES - s->size);
  memcpy(s->bytes + s->size, bytes, size);
  s->size += size;
}

static struct rdo_perfetto *create(void) {
  const struct rdo_perfetto_origin origin = {
      .process_id = 4242, .process_name = "robot", .monotonic_ns = 1000, .boot_ns = 2000, .real_ns = 1700000000000000000};
  const struct rdo_perfetto_writer writer = {write_bytes, &sink};
  struct rdo_perfetto *perfetto = NULL;
  sink.size = 0;
  assert_int_equal(rdo_perfetto_create(&origin, &writer, &perfetto, NULL), RONDO_OK);
  return perfetto;
}

static void add(struct rdo_perfetto *p, const struct rdo_event_thread *thread, int64_t time_ns, enum rdo_event_kind kind, uint64_t subject,
                uint32_t a, uint64_t b) {
  const struct rdo_event event = {.time_ns = time_ns, .subject = subject, .b = b, .a = a, .kind = (uint32_t)kind};
  assert_int_equal(rdo_perfetto_add(p, thread, &event, 1, NULL), RONDO_OK);
}

static uint64_t name(const char *text) { return (uint64_t)(uintptr_t)text; }

static const struct rdo_event_thread main_thread = {1, -1, 4242, "robot"};
static const struct rdo_event_thread worker = {2, 0, 4243, "worker 0"};

// One call on the main thread with one submission, two dispatches of it on a worker, and a gap.
static void write_example(void) {
  struct rdo_perfetto *p = create();
  add(p, &worker, 1100, RDO_EVENT_SLEEP_BEGIN, 0, 0, 0);
  add(p, &main_thread, 1200, RDO_EVENT_HOST_CALL_BEGIN, name("module.main"), 0, 0);
  add(p, &main_thread, 1300, RDO_EVENT_SUBMIT, 7, 1, 0);
  add(p, &main_thread, 1350, RDO_EVENT_WAKE, 0, 0, 0);
  add(p, &worker, 1400, RDO_EVENT_SLEEP_END, 0, 0, 0);
  add(p, &worker, 1410, RDO_EVENT_READY, 7, 0, 0);
  add(p, &worker, 1420, RDO_EVENT_DISPATCH_BEGIN, name("main_dispatch_0_matmul"), 0, 7);
  add(p, &worker, 1800, RDO_EVENT_DISPATCH_END, 0, 64, 0);
  add(p, &worker, 1800, RDO_EVENT_DISPATCH_BEGIN, name("main_dispatch_1_\xFF\n"), 1, 7);
  add(p, &worker, 1900, RDO_EVENT_DISPATCH_END, 0, 1, 0);
  add(p, &worker, 1950, RDO_EVENT_FENCE_SIGNAL, 0xABCD00, 0, 12);
  add(p, &worker, 2000, RDO_EVENT_COMPLETE, 7, 0, 0);
  add(p, &worker, 2010, RDO_EVENT_SPIN_BEGIN, 0, 0, 0);
  add(p, &main_thread, 2100, RDO_EVENT_HOST_CALL_END, 0, 0, 0);
  add(p, &main_thread, 2200, RDO_EVENT_HOST_CALL_BEGIN, name("module.main"), 0, 0);
  add(p, &main_thread, 9000, RDO_EVENT_DROPPED, 0, 5000, 0);
  add(p, &main_thread, 9000, RDO_EVENT_HOST_CALL_END, 0, 0, 0);
  add(p, &main_thread, 9100, RDO_EVENT_DISPATCH_BEGIN, name("main_dispatch_0_matmul"), 0, 0);  // a submission from before
  rdo_perfetto_finish(p, 10000);
  rdo_perfetto_destroy(p);
}

static void test_golden(void **state) {
  (void)state;
  static uint8_t golden[10000];
  FILE *file = fopen(RDO_TEST_GOLDEN, "rb");
  if (file == NULL) fail_msg("no file %s", RDO_TEST_GOLDEN);
  size_t size = fread(golden, 1, sizeof golden, file);
  fclose(file);
  write_example();
  assert_int_equal(sink.size, size);
  assert_memory_equal(sink.bytes, golden, size);
  check_packets(sink.bytes, sink.size);
}

static void test_gap_ends_what_is_open(void **state) {
  (void)state;
  struct rdo_perfetto *p = create();
  add(p, &worker, 10, RDO_EVENT_HOST_CALL_BEGIN, name("a"), 0, 0);
  add(p, &worker, 20, RDO_EVENT_DISPATCH_BEGIN, name("b"), 0, 0);
  add(p, &worker, 500, RDO_EVENT_DROPPED, 0, 3, 0);
  add(p, &worker, 500, RDO_EVENT_DISPATCH_END, 0, 0, 0);
  add(p, &worker, 600, RDO_EVENT_HOST_CALL_END, 0, 0, 0);
  rdo_perfetto_finish(p, 1000);
  rdo_perfetto_destroy(p);
  struct packets packets = check_packets(sink.bytes, sink.size);
  assert_int_equal(packets.type_counts[PACKETS_TYPE_BEGIN], 2);
  assert_int_equal(packets.type_counts[PACKETS_TYPE_END], 2);
  assert_int_equal(packets.type_counts[PACKETS_TYPE_INSTANT], 1);
}

// An END ends what is open inside of its slice.
static void test_end_of_an_outer_slice(void **state) {
  (void)state;
  struct rdo_perfetto *p = create();
  add(p, &worker, 10, RDO_EVENT_HOST_CALL_BEGIN, name("a"), 0, 0);
  add(p, &worker, 20, RDO_EVENT_DISPATCH_BEGIN, name("b"), 0, 0);
  add(p, &worker, 30, RDO_EVENT_HOST_CALL_END, 0, 0, 0);
  add(p, &worker, 40, RDO_EVENT_DISPATCH_END, 0, 0, 0);  // has nothing to end
  size_t size = sink.size;
  rdo_perfetto_finish(p, 50);
  assert_int_equal(sink.size, size);  // nothing was open
  rdo_perfetto_destroy(p);
  struct packets packets = check_packets(sink.bytes, sink.size);
  assert_int_equal(packets.type_counts[PACKETS_TYPE_END], 2);
  assert_int_equal(packets.tracks[1 + 2].last_ns, 30);
}

static void test_deep_nesting_is_hidden(void **state) {
  (void)state;
  enum { DEPTH = 100 };
  struct rdo_perfetto *p = create();
  for (int i = 0; i < DEPTH; ++i) add(p, &worker, i, RDO_EVENT_HOST_CALL_BEGIN, name("a"), 0, 0);
  for (int i = 0; i < DEPTH; ++i) add(p, &worker, DEPTH + i, RDO_EVENT_HOST_CALL_END, 0, 0, 0);
  rdo_perfetto_finish(p, 1000);
  rdo_perfetto_destroy(p);
  struct packets packets = check_packets(sink.bytes, sink.size);
  assert_int_equal(packets.type_counts[PACKETS_TYPE_BEGIN], packets.depth_max);
  assert_int_equal(packets.tracks[1 + 2].last_ns, 2 * DEPTH - 1);  // the outermost has the last END
}

static void test_longest_name(void **state) {
  (void)state;
  static char text[5000];
  memset(text, 'n', sizeof text - 1);
  struct rdo_perfetto *p = create();
  size_t before = sink.size;
  add(p, &worker, INT64_MAX, RDO_EVENT_DISPATCH_BEGIN, name(text), UINT32_MAX, UINT64_MAX);
  assert_true(sink.size > before + 1000);
  add(p, &worker, INT64_MAX, RDO_EVENT_DISPATCH_END, UINT64_MAX, UINT32_MAX, UINT64_MAX);
  add(p, &worker, 5, RDO_EVENT_DISPATCH_BEGIN, 0, 0, 0);  // no name at all
  rdo_perfetto_finish(p, 0);
  rdo_perfetto_destroy(p);
  assert_int_equal(check_packets(sink.bytes, sink.size).type_counts[PACKETS_TYPE_BEGIN], 2);
}

static uint32_t random_below(uint64_t *state, uint32_t count) {
  *state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
  return (uint32_t)(*state >> 33) % count;
}

// Whatever arrives, the file is well-formed.
static void test_random_events(void **state) {
  (void)state;
  static const char *const names[] = {"a", "b", "\xC3\xA4", "", "\xFF"};
  static const struct rdo_event_thread threads[] = {{3, -1, 1, ""}, {9, 0, 2, "\xFFworker"}, {5, 1, 3, "x"}};
  for (uint64_t seed = 0; seed < 20; ++seed) {
    uint64_t random = seed;
    struct rdo_perfetto *p = create();
    int64_t time_ns = 0;
    for (int i = 0; i < 3000; ++i) {
      time_ns += (int64_t)random_below(&random, 100) - 20;
      if (time_ns < 0) time_ns = 0;
      uint32_t kind = random_below(&random, RDO_EVENT_KIND_COUNT + 1);
      bool has_name = kind == RDO_EVENT_DISPATCH_BEGIN || kind == RDO_EVENT_HOST_CALL_BEGIN;
      uint64_t subject = has_name ? name(names[random_below(&random, 5)]) : random_below(&random, 10);
      add(p, &threads[random_below(&random, 3)], time_ns, (enum rdo_event_kind)kind, subject, random_below(&random, 5), random_below(&random, 5));
    }
    rdo_perfetto_finish(p, time_ns);
    rdo_perfetto_destroy(p);
    struct packets packets = check_packets(sink.bytes, sink.size);
    assert_true(packets.type_counts[PACKETS_TYPE_BEGIN] > 100 && packets.depth_max > 1);
    assert_int_equal(packets.type_counts[PACKETS_TYPE_BEGIN], packets.type_counts[PACKETS_TYPE_END]);
  }
}

static int renew_golden(void) {
  write_example();
  FILE *file = fopen(RDO_TEST_GOLDEN, "wb");
  bool is_written = file != NULL && fwrite(sink.bytes, 1, sink.size, file) == sink.size && fclose(file) == 0;
  return is_written ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc == 2 && strcmp(argv[1], "--renew") == 0) return renew_golden();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_golden),
      cmocka_unit_test(test_gap_ends_what_is_open),
      cmocka_unit_test(test_end_of_an_outer_slice),
      cmocka_unit_test(test_deep_nesting_is_hidden),
      cmocka_unit_test(test_longest_name),
      cmocka_unit_test(test_random_events),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

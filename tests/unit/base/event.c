// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/event.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CAPACITY = RDO_EVENT_RING_CAPACITY,
       TAKEN_MAX = 4 * CAPACITY };

struct taken {
  struct rdo_event_thread thread;
  struct rdo_event event;
  char name[16];  // of kinds that have one
};

struct collector {
  size_t count;
  struct taken items[TAKEN_MAX];
};

static struct collector collector;

static void take(void *user, const struct rdo_event_thread *thread, const struct rdo_event *events, size_t count) {
  struct collector *c = user;
  for (size_t i = 0; i < count; ++i) {
    assert_true(c->count < TAKEN_MAX);
    struct taken *taken = &c->items[c->count++];
    *taken = (struct taken){.thread = *thread, .event = events[i]};
    if (events[i].kind != RDO_EVENT_HOST_CALL_BEGIN) continue;
    strncpy(taken->name, (const char *)(uintptr_t)events[i].subject, sizeof taken->name - 1);
  }
}

static void begin(void) {
  const struct rdo_event_sink sink = {take, &collector};
  collector.count = 0;
  assert_int_equal(rdo_events_begin(&sink, NULL), RONDO_OK);
}

// Ends a collection and returns how many events were dropped in it.
static uint64_t end(void) {
  struct rdo_event_counts counts;
  rdo_events_end(&counts);
  assert_int_equal(counts.taken, collector.count);
  return counts.dropped;
}

static void emit_numbered(uint64_t first, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) rdo_event_emit(RDO_EVENT_SUBMIT, first + i, (uint32_t)i, ~i);
}

static void expect_numbered(size_t from, uint64_t first, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) {
    const struct rdo_event *event = &collector.items[from + i].event;
    assert_int_equal(event->kind, RDO_EVENT_SUBMIT);
    assert_int_equal(event->subject, first + i);
    assert_int_equal(event->a, (uint32_t)i);
    assert_true(event->b == ~i);
  }
}

static void *run_call(void *call) {
  (*(void (**)(void))call)();
  return NULL;
}

static void run_in_thread(void (*call)(void)) {
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, run_call, &call), 0);
  pthread_join(thread, NULL);
}

static void test_off_leaves_nothing(void **state) {
  (void)state;
  assert_false(rdo_events_are_on());
  emit_numbered(1, 3);
  assert_true(rdo_event_new_id() == 0);
  rdo_events_flush();  // nobody collects: nothing to do
  begin();
  assert_int_equal(end(), 0);
  assert_int_equal(collector.count, 0);
}

static void test_events_arrive_as_emitted(void **state) {
  (void)state;
  begin();
  int64_t before_ns = rdo_clock_now_ns();
  emit_numbered(7, 3);
  rdo_event_emit_at(RDO_EVENT_WAKE, before_ns + 1000000000, 5, 6, 7);
  uint64_t id = rdo_event_new_id();
  assert_true(id != 0 && rdo_event_new_id() > id);
  rdo_events_flush();
  assert_int_equal(collector.count, 4);
  assert_int_equal(end(), 0);
  expect_numbered(0, 7, 3);
  for (int i = 0; i < 3; ++i) {
    int64_t time_ns = collector.items[i].event.time_ns;
    assert_true(time_ns >= before_ns && time_ns <= rdo_clock_now_ns());
    before_ns = time_ns;
  }
  assert_true(collector.items[3].event.time_ns > before_ns);
  assert_int_equal(collector.items[3].thread.worker_index, -1);
  assert_true(collector.items[3].thread.name[0] != 0);  // the system's
}

static void test_one_collection_at_a_time(void **state) {
  (void)state;
  struct rondo_diag diag = {0};
  const struct rdo_event_sink sink = {take, &collector};
  begin();
  assert_int_equal(rdo_events_begin(&sink, &diag), RONDO_ALREADY_EXISTS);
  assert_true(diag.message_length > 0);
  emit_numbered(1, 1);  // the first goes on
  assert_int_equal(end(), 0);
  assert_int_equal(collector.count, 1);
}

static void test_ring_wraps(void **state) {
  (void)state;
  begin();
  const uint64_t step = CAPACITY / 3 + 1;
  for (uint64_t i = 0; i < 10; ++i) {
    emit_numbered(i * step, step);
    rdo_events_flush();
  }
  assert_int_equal(end(), 0);
  assert_int_equal(collector.count, 10 * step);
  for (uint64_t i = 0; i < 10; ++i) expect_numbered(i * step, i * step, step);
}

static void test_full_ring_drops_the_newest(void **state) {
  (void)state;
  begin();
  emit_numbered(0, CAPACITY + 5);
  rdo_events_flush();
  emit_numbered(100, 2);
  assert_int_equal(end(), 5);
  assert_int_equal(collector.count, CAPACITY + 3);
  expect_numbered(0, 0, CAPACITY);
  const struct rdo_event *gap = &collector.items[CAPACITY].event;
  assert_int_equal(gap->kind, RDO_EVENT_DROPPED);
  assert_int_equal(gap->a, 5);
  expect_numbered(CAPACITY + 1, 100, 2);
}

// An event behind a gap needs room for the gap's own event.
static void test_gap_needs_room(void **state) {
  (void)state;
  begin();
  emit_numbered(0, CAPACITY + 1);
  rdo_events_flush();
  emit_numbered(0, CAPACITY - 1);  // with the gap's event, full again
  emit_numbered(0, 2);
  assert_int_equal(end(), 3);
  assert_int_equal(collector.items[CAPACITY].event.kind, RDO_EVENT_DROPPED);
  assert_int_equal(collector.items[CAPACITY].event.a, 1);
  assert_int_equal(collector.count, 2 * CAPACITY);
}

static void test_collections_are_apart(void **state) {
  (void)state;
  begin();
  emit_numbered(0, CAPACITY + 5);
  assert_int_equal(end(), 5);
  begin();
  // As a thread would that read the flag before the end of the last collection.
  rdo_event_record(RDO_EVENT_SUBMIT, 1, 0, 0, 0);
  emit_numbered(50, 2);
  rdo_event_record(RDO_EVENT_SUBMIT, 1, 0, 0, 0);
  rdo_event_record(RDO_EVENT_SUBMIT, 1, 0, 0, 0);
  emit_numbered(52, 1);
  assert_int_equal(end(), 0);
  assert_int_equal(collector.count, 3);
  expect_numbered(0, 50, 2);
  expect_numbered(2, 52, 1);
}

static void emit_as_worker(void) {
  rdo_event_thread_begin("a worker with a name that is far too long", 3);
  emit_numbered(1, 2);
  rdo_event_thread_end();
  rdo_event_thread_end();
}

static void emit_as_anybody(void) { emit_numbered(1, 2); }

static void begin_as_worker(void) { rdo_event_thread_begin("worker", 0); }

static void test_threads_leave_their_events(void **state) {
  (void)state;
  begin();
  run_in_thread(emit_as_worker);
  run_in_thread(emit_as_anybody);
  run_in_thread(begin_as_worker);  // no end: the thread's own does
  assert_int_equal(collector.count, 0);
  assert_int_equal(end(), 0);
  assert_int_equal(collector.count, 4);
  int worker = collector.items[0].thread.worker_index == 3 ? 0 : 2;
  expect_numbered(0, 1, 2);
  expect_numbered(2, 1, 2);
  const struct rdo_event_thread *thread = &collector.items[worker].thread;
  assert_int_equal(strlen(thread->name), RDO_EVENT_THREAD_NAME_BYTES - 1);
  assert_int_equal(thread->worker_index, 3);
  assert_int_equal(collector.items[2 - worker].thread.worker_index, -1);
  assert_int_not_equal(thread->id, collector.items[2 - worker].thread.id);
}

static void test_threads_end_unseen(void **state) {
  (void)state;
  run_in_thread(emit_as_worker);
  run_in_thread(emit_as_anybody);
  run_in_thread(begin_as_worker);
  begin();
  assert_int_equal(end(), 0);
  assert_int_equal(collector.count, 0);
}

// The order of events of a collection that begins and ends in a thread's life.
static void test_renamed_thread(void **state) {
  (void)state;
  begin();
  rdo_event_thread_begin("one", -1);
  emit_numbered(0, 1);
  rdo_event_thread_begin("two", -1);
  emit_numbered(1, 1);
  assert_int_equal(end(), 0);
  assert_int_equal(collector.count, 2);
  bool is_newest_first = strcmp(collector.items[0].thread.name, "two") == 0;
  assert_string_equal(collector.items[is_newest_first ? 1 : 0].thread.name, "one");
  rdo_event_thread_end();
}

// What unloading a model does.
static void test_names_may_go_after_a_flush(void **state) {
  (void)state;
  begin();
  for (int i = 0; i < 3; ++i) {
    char *name = malloc(8);
    assert_non_null(name);
    memcpy(name, "call_0", 7);
    name[5] = (char)('0' + i);
    rdo_event_emit_name(RDO_EVENT_HOST_CALL_BEGIN, name, 0, 0);
    rdo_events_flush();
    memset(name, 'x', 7);
    free(name);
  }
  assert_int_equal(end(), 0);
  assert_int_equal(collector.count, 3);
  assert_string_equal(collector.items[0].name, "call_0");
  assert_string_equal(collector.items[2].name, "call_2");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_off_leaves_nothing),
      cmocka_unit_test(test_events_arrive_as_emitted),
      cmocka_unit_test(test_one_collection_at_a_time),
      cmocka_unit_test(test_ring_wraps),
      cmocka_unit_test(test_full_ring_drops_the_newest),
      cmocka_unit_test(test_gap_needs_room),
      cmocka_unit_test(test_collections_are_apart),
      cmocka_unit_test(test_threads_leave_their_events),
      cmocka_unit_test(test_threads_end_unseen),
      cmocka_unit_test(test_renamed_thread),
      cmocka_unit_test(test_names_may_go_after_a_flush),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

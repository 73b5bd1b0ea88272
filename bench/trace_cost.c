// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a trace point costs the thread that has it, and what the collector needs for an event.
//
//   trace_cost [--quick] [--json]
//
//   trace_event_off    a trace point while nobody collects, in a loop that does nothing else
//   clock              one reading of the clock, which is part of the next two
//   trace_event_on     a trace point that finds room in its ring; the ring is emptied outside of the measurement
//   trace_event_full   a trace point that finds its ring full, and drops its event
//   trace_event_write  from the ring to the bytes of the file, on the collector's thread
//
// A sample is the mean of a batch. The hash is over the events of one batch, times left out.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/event.h"
#include "trace/perfetto.h"

enum {
  BATCH_EVENTS = RDO_EVENT_RING_CAPACITY / 4,
  SAMPLE_COUNT = 1000,
  SAMPLE_COUNT_QUICK = 20,
};

struct row {
  const char *name;
  double goal_ns;  // 0 = none
  double (*sample)(void);
};

static struct rdo_perfetto *perfetto;
static uint64_t hash = UINT64_C(0xCBF29CE484222325);
static uint64_t written_bytes;

#define KEEP_LOOP() __asm__ volatile("" :: \
                                         : "memory")

static double per_event(int64_t begin_ns, int64_t count) { return (double)(rdo_clock_now_ns() - begin_ns) / (double)count; }

static void emit_batch(void) {
  static const char *const names[] = {"conv_0", "conv_1", "matmul_2"};
  for (uint32_t i = 0; i < BATCH_EVENTS / 2; ++i) {
    rdo_event_emit_name(RDO_EVENT_DISPATCH_BEGIN, names[i % 3], i % 20, i / 20 + 1);
    rdo_event_emit(RDO_EVENT_DISPATCH_END, 0, 64, 0);
    KEEP_LOOP();
  }
}

static double sample_off(void) {
  int64_t begin_ns = rdo_clock_now_ns();
  for (int i = 0; i < 16; ++i) emit_batch();
  return per_event(begin_ns, 16 * BATCH_EVENTS);
}

static double sample_clock(void) {
  int64_t begin_ns = rdo_clock_now_ns();
  for (int i = 0; i < BATCH_EVENTS; ++i) (void)rdo_clock_now_ns();
  return per_event(begin_ns, BATCH_EVENTS);
}

static double sample_on(void) {
  rdo_events_flush();
  int64_t begin_ns = rdo_clock_now_ns();
  emit_batch();
  return per_event(begin_ns, BATCH_EVENTS);
}

static double sample_full(void) {
  for (int i = 0; i < 4; ++i) emit_batch();
  int64_t begin_ns = rdo_clock_now_ns();
  emit_batch();
  return per_event(begin_ns, BATCH_EVENTS);
}

static double sample_write(void) {
  rdo_events_flush();
  emit_batch();
  int64_t begin_ns = rdo_clock_now_ns();
  rdo_events_flush();
  return per_event(begin_ns, BATCH_EVENTS);
}

// Collecting ---------------------------------------------------------------------------------------

static void count_bytes(void *user, const void *bytes, size_t size) {
  (void)user, (void)bytes;
  written_bytes += size;
}

static void hash_event(const struct rdo_event *event) {
  const uint64_t words[] = {event->b, event->a, event->kind};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; ++i) hash = (hash ^ words[i]) * UINT64_C(0x100000001B3);
}

static void take(void *user, const struct rdo_event_thread *thread, const struct rdo_event *events, size_t count) {
  (void)user;
  if (rdo_perfetto_add(perfetto, thread, events, count, NULL) != RONDO_OK) abort();
}

static void begin(void) {
  const struct rdo_perfetto_origin origin = {.process_id = 1, .process_name = "trace_cost"};
  const struct rdo_perfetto_writer writer = {count_bytes, NULL};
  const struct rdo_event_sink sink = {take, NULL};
  if (rdo_perfetto_create(&origin, &writer, &perfetto, NULL) != RONDO_OK || rdo_events_begin(&sink, NULL) != RONDO_OK) abort();
}

static void end(void) {
  rdo_events_end(NULL);
  rdo_perfetto_destroy(perfetto);
}

// What one batch is made of, for the hash: the same in every run.
static void take_hash(void *user, const struct rdo_event_thread *thread, const struct rdo_event *events, size_t count) {
  (void)user, (void)thread;
  for (size_t i = 0; i < count; ++i) hash_event(&events[i]);
}

static void hash_batch(void) {
  const struct rdo_event_sink sink = {take_hash, NULL};
  if (rdo_events_begin(&sink, NULL) != RONDO_OK) abort();
  emit_batch();
  rdo_events_end(NULL);
}

// Reporting ----------------------------------------------------------------------------------------

static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void print_row(const struct row *row, double *samples, int count, bool is_json) {
  qsort(samples, (size_t)count, sizeof *samples, compare_doubles);
  double p50 = samples[count / 2], p99 = samples[count * 99 / 100], p999 = samples[count * 999 / 1000], max = samples[count - 1];
  if (is_json) {
    printf(
        "{\"name\": \"%s\", \"issue\": \"play\", \"unit\": \"ns\", \"ours\": %.2f, \"n\": %d, \"p50\": %.2f, \"p99\": %.2f, "
        "\"p999\": %.2f, \"max\": %.2f",
        row->name, p50, count, p50, p99, p999, max);
    if (row->goal_ns > 0) printf(", \"goal\": %g, \"holds\": %s", row->goal_ns, p50 <= row->goal_ns ? "true" : "false");
    printf("}\n");
    return;
  }
  printf("%-18s %8.2f %8.2f %8.2f %8.2f %8.2f", row->name, samples[0], p50, p99, p999, max);
  if (row->goal_ns > 0) printf("   goal %g: %s", row->goal_ns, p50 <= row->goal_ns ? "holds" : "MISSED");
  printf("\n");
}

static void measure(const struct row *row, int count, bool is_json) {
  static double samples[SAMPLE_COUNT];
  (void)row->sample();  // warms up
  for (int i = 0; i < count; ++i) samples[i] = row->sample();
  print_row(row, samples, count, is_json);
}

int main(int argc, char **argv) {
  static const struct row off = {"trace_event_off", 2, sample_off};
  static const struct row on[] = {
      {"clock", 0, sample_clock},
      {"trace_event_on", 100, sample_on},
      {"trace_event_full", 100, sample_full},
      {"trace_event_write", 0, sample_write},
  };
  bool is_quick = false, is_json = false;
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "--quick") == 0) is_quick = true;
    else if (strcmp(argv[i], "--json") == 0) is_json = true;
    else return 2;
  }
  int count = is_quick ? SAMPLE_COUNT_QUICK : SAMPLE_COUNT;
  if (!is_json) printf("ns an event             min      p50      p99    p99.9      max   of %d samples\n", count);
  measure(&off, count, is_json);
  begin();
  for (size_t i = 0; i < sizeof on / sizeof on[0]; ++i) measure(&on[i], count, is_json);
  end();
  hash_batch();
  if (!is_json) printf("hash %016" PRIx64 "\n", hash);
  return written_bytes > 0 ? 0 : 1;
}

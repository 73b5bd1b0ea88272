// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Tables for tests: CSV in pieces, read to the public object. Includes what cmocka wants.

#ifndef TESTS_UNIT_TRACE_TABLES_H_
#define TESTS_UNIT_TRACE_TABLES_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trace/trace_table.h"

#define HEADER_22                                                                                                              \
  "graph_iter,dispatch_key,dispatch_id,ordinal,total,job_name,module_name,target,vmfb_path,planned_start_us,eligible_us,"      \
  "submit_us,complete_us,residency_us,dep_slip_us,planned_duration_us,ready_us,start_us,end_us,queue_delay_us,run_us,"         \
  "total_latency_us"

// What is written, in memory.
struct text_sink {
  size_t size;
  char bytes[1 << 20];
};

static struct text_sink text_sink;

static inline void write_text(void *user, const void *bytes, size_t size) {
  struct text_sink *sink = user;
  assert_true(size < sizeof sink->bytes - sink->size);
  memcpy(sink->bytes + sink->size, bytes, size);
  sink->size += size;
  sink->bytes[sink->size] = '\0';
}

static inline void begin_text(struct rdo_text_out *out) {
  text_sink.size = 0;
  *out = (struct rdo_text_out){.write = write_text, .user = &text_sink};
}

// Reads a table that must be good.
static inline struct rondo_trace_table *parse_table(const char *csv) {
  struct rondo_trace_table *table;
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  enum rondo_status status = rdo_trace_table_parse(csv, strlen(csv), "test.csv", NULL, &table, &diag);
  if (status != RONDO_OK) print_error("%s\n", diag.message);
  assert_int_equal(status, RONDO_OK);
  return table;
}

// A row of the builder with what most tests want: times in us.
static inline struct rdo_table_row row_us(uint32_t node, uint32_t target, int64_t iteration, int64_t planned, int64_t duration, int64_t ready,
                                          int64_t start, int64_t end) {
  struct rdo_table_row row = rdo_table_row();
  row.node = node;
  row.target = target;
  row.iteration = iteration;
  row.planned_start_ns = planned * 1000;
  row.planned_duration_ns = duration * 1000;
  row.ready_ns = ready * 1000;
  row.start_ns = start * 1000;
  row.end_ns = end * 1000;
  return row;
}

static inline uint32_t add_target(struct rdo_table *table, const char *name) {
  uint32_t target;
  assert_int_equal(rdo_table_add_target(table, name, &target, NULL), RONDO_OK);
  return target;
}

// A node named "<job>_dispatch_<id>" behind that of the id before.
static inline uint32_t add_node(struct rdo_table *table, const char *job, int id, enum rdo_played_release release) {
  char key[64], before[64];
  const char *dependencies[] = {before};
  uint32_t node;
  snprintf(key, sizeof key, "%s_dispatch_%d", job, id);
  snprintf(before, sizeof before, "%s_dispatch_%d", job, id - 1);
  const struct rdo_node_facts facts = {.key = key, .id = id, .ordinal = 1, .total = 1, .job = job, .module = "", .dependencies = dependencies,
                                       .dependency_count = id > 0, .release = release, .time_mode = RDO_PLAYED_TIME_HARD};
  assert_int_equal(rdo_table_add_node(table, &facts, &node, NULL), RONDO_OK);
  return node;
}

static inline void append(struct rdo_table *table, struct rdo_table_row row) { assert_int_equal(rdo_table_append(table, &row, NULL), RONDO_OK); }

static inline struct rondo_trace_table *finish(struct rdo_table *table) {
  struct rondo_trace_table *whole;
  assert_int_equal(rdo_trace_table_create(table, &whole, NULL), RONDO_OK);
  return whole;
}

#endif  // TESTS_UNIT_TRACE_TABLES_H_

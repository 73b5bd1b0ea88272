// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any bytes as the CSV of played nodes. What is refused is refused with words; what reads is written
// and read back, and every reader of a table digests it: statistics, checker, comparison, and all forms of output.
//
// Seeds: tests/data/played.csv, its first lines, and files of 22 columns.

#include <stdlib.h>
#include <string.h>

#include "trace/table_check.h"
#include "trace/trace_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

struct buffer {
  char *bytes;
  size_t size;
  size_t capacity;
};

static void write_buffer(void *user, const void *bytes, size_t size) {
  struct buffer *buffer = user;
  if (buffer->size + size > buffer->capacity) {
    buffer->capacity = 2 * (buffer->size + size);
    buffer->bytes = realloc(buffer->bytes, buffer->capacity);
    require(buffer->bytes != NULL);
  }
  memcpy(buffer->bytes + buffer->size, bytes, size);
  buffer->size += size;
}

static void write_format(const struct rondo_trace_table *table, enum rondo_trace_format format, struct buffer *out_buffer) {
  const struct rondo_trace_write_options options = {.format = format, .title = "fuzz"};
  const struct rondo_trace_sink sink = {write_buffer, out_buffer};
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_trace_table_write_to(table, &options, &sink, &diag);
  // Only pictures can be refused: of no rows.
  bool is_picture = format == RONDO_TRACE_SVG || format == RONDO_TRACE_HTML;
  require(status == RONDO_OK || (is_picture && table->table.row_count == 0 && diag.message[0] != '\0'));
}

// What is written reads back, and is written the same.
static void check_round_trip(const struct rondo_trace_table *table) {
  struct buffer first = {0}, second = {0};
  struct rondo_trace_table *back;
  write_format(table, RONDO_TRACE_CSV, &first);
  require(rdo_trace_table_parse(first.bytes, first.size, "back", NULL, &back, NULL) == RONDO_OK);
  write_format(back, RONDO_TRACE_CSV, &second);
  require(first.size == second.size && memcmp(first.bytes, second.bytes, first.size) == 0);
  rondo_trace_table_release(&back);
  free(first.bytes);
  free(second.bytes);
}

static void exercise(const struct rondo_trace_table *table) {
  uint64_t count;
  const struct rondo_trace_diff_options options = {0};
  struct rondo_trace_diff *diff;
  for (int format = RONDO_TRACE_JSON; format <= RONDO_TRACE_HTML; ++format) {
    struct buffer buffer = {0};
    write_format(table, (enum rondo_trace_format)format, &buffer);
    free(buffer.bytes);
  }
  require(rondo_trace_table_check(table, NULL, &count, NULL) == RONDO_OK);
  require(rondo_trace_table_diff(table, table, &options, &diff, NULL) == RONDO_OK);
  require(!rondo_trace_diff_totals(diff)->is_regression && rondo_trace_diff_totals(diff)->only_old_count == 0);
  rondo_trace_diff_release(&diff);
}

static enum rondo_status see_line(void *user, const struct rdo_csv_line *line, struct rondo_diag *diag) {
  (void)diag;
  rdo_check_line(user, line);
  return RONDO_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct rondo_trace_table *table;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rdo_check check = {0};
  const struct rdo_csv_observer observer = {see_line, &check};
  const struct rdo_load load = {.observer = &observer};
  enum rondo_status status = rdo_trace_table_parse((const char *)data, size, "fuzz", &load, &table, &diag);
  if (status != RONDO_OK) {
    require(table == NULL && diag.message[0] != '\0' && strchr(diag.message, '\n') == NULL);
    return 0;
  }
  check_round_trip(table);
  exercise(table);
  rondo_trace_table_release(&table);
  return 0;
}

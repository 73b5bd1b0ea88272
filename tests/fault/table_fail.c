// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Tables of played nodes while memory ends: the n-th allocation, open, write or rename fails, for n = 1, 2, 3, ...
// until nothing is left to fail. Each time the failure comes back with words, nothing is left behind, and no file
// that is only half there has its name.
//
//   table_fail CSV [SCHEDULE]

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "inject.h"
#include "rondo/trace.h"

static char folder[] = "/tmp/rondo-table-fail-XXXXXX";
static char path[64];
static const char *plan_path;  // NULL = none

static void stop_test(const char *what) {
  inject_end();
  fprintf(stderr, "failure %u: %s\n", inject.target, what);
  exit(1);
}

// Everything that can be done with a table; ends at the first failure.
static enum rondo_status use_table(const char *csv, struct rondo_diag *diag) {
  const struct rondo_trace_load_options load = {.plan_path = plan_path};
  struct rondo_trace_table *table = NULL;
  struct rondo_trace_summary *summary = NULL;
  struct rondo_trace_diff *diff = NULL;
  const struct rondo_trace_diff_options thresholds = {.run_ratio = 0};
  uint64_t rows, findings;
  enum rondo_status status = rondo_trace_table_load(csv, &load, &table, diag);
  if (status != RONDO_OK && table != NULL) stop_test("a table in spite of a failure");
  if (status == RONDO_OK) status = rondo_trace_table_summarize(table, 0, &summary, diag);
  for (int format = RONDO_TRACE_CSV; format <= RONDO_TRACE_HTML && status == RONDO_OK; ++format) {
    const struct rondo_trace_write_options options = {.format = (enum rondo_trace_format)format};
    status = rondo_trace_table_write(table, &options, path, diag);
    if ((access(path, F_OK) == 0) != (status == RONDO_OK)) stop_test("a file without success, or success without one");
    unlink(path);
  }
  if (status == RONDO_OK) status = rondo_trace_table_diff(table, table, &thresholds, &diff, diag);
  if (status == RONDO_OK) status = rondo_trace_check_file(csv, &load, NULL, &rows, &findings, diag);
  rondo_trace_diff_release(&diff);
  rondo_trace_summary_release(&summary);
  rondo_trace_table_release(&table);
  return status;
}

// Returns whether something was made to fail.
static bool run(const char *csv, uint32_t number) {
  struct rondo_diag diag = {.status = RONDO_OK};
  uint32_t blocks = inject_live_blocks();
  inject.target = number;
  inject_begin(INJECT_MEMORY | INJECT_FILES);
  enum rondo_status status = use_table(csv, &diag);
  inject_end();
  if ((status != RONDO_OK) != inject_has_failed()) stop_test("a failure that nobody tells, or one without a cause");
  if (status != RONDO_OK && diag.message_length <= 0) stop_test("failure without words");
  if (inject_live_blocks() != blocks) stop_test("memory is left");
  if (inject_count_entries(folder) != 0) stop_test("a file is left");
  return inject_has_failed();
}

int main(int argc, char **argv) {
  plan_path = argc == 3 ? argv[2] : NULL;
  if (argc < 2 || argc > 3 || mkdtemp(folder) == NULL) return 1;
  snprintf(path, sizeof path, "%s/x", folder);
  uint32_t number = 1;
  while (run(argv[1], number)) ++number;
  printf("%u failures\n", number - 1);
  return rmdir(folder) == 0 && number > 30 ? 0 : 1;
}

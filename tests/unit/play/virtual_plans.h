// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Schedules of a few words played on a virtual clock, for tests: nodes take as long as they are planned. Every trace goes through the
// checker.

#ifndef RDO_TESTS_VIRTUAL_PLANS_H_
#define RDO_TESTS_VIRTUAL_PLANS_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "rondo/play_schedule.h"
#include "trace/trace_table.h"
#include "virtual_clock.h"

enum { SEED_COUNT = 5,  // orders of what happens at the same time
       TEXT_BYTES = 1 << 18 };
static const int64_t us = 1000, ms = 1000000;

// A node; times in ns.
struct spec {
  const char *key, *lane;
  int64_t start_ns, duration_ns;
  const char *dependencies;  // "\"a\", \"b\""
  const char *more;          // further keys, each behind a comma; NULL = none
};

// What is read by most tests: nothing is inferred from names.
static const char *const locked = ", \"release_policy\": \"phase_locked\"";

static struct rondo_trace_table *played;  // of the last play
static char plan_text[TEXT_BYTES];

static inline size_t append_text(size_t size, const char *format, ...) __attribute__((format(printf, 2, 3)));
static inline size_t append_text(size_t size, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(plan_text + size, sizeof plan_text - size, format, arguments);
  va_end(arguments);
  assert_true(length >= 0 && size + (size_t)length < sizeof plan_text);
  return size + (size_t)length;
}

//   more  further keys of the whole, each behind a comma
static inline void write_plan(const struct spec *specs, size_t count, const char *more) {
  size_t size = append_text(0, "{\"dispatches\": {");
  for (size_t i = 0; i < count; ++i) {
    const struct spec *spec = &specs[i];
    const char *own = spec->more == NULL ? "" : spec->more;
    char id[32];
    snprintf(id, sizeof id, "\"id\": %zu, ", i);
    size = append_text(size, "%s\"%s\": {%s\"hardware_target\": \"%s\", \"start_ns\": %lld, \"duration_ns\": %lld, \"dependencies\": [%s]%s%s%s%s%s",
                       i == 0 ? "" : ",\n", spec->key, strstr(own, "\"id\"") != NULL ? "" : id, spec->lane, (long long)spec->start_ns, (long long)spec->duration_ns, spec->dependencies,
                       strstr(own, "job_name") != NULL ? "" : ", \"job_name\": \"one\"", strstr(own, "release_policy") != NULL ? "" : ", \"release_policy\": \"immediate\"",
                       strstr(own, "time_dep_mode") != NULL ? "" : ", \"time_dep_mode\": \"hard\"", own, "}");
  }
  (void)append_text(size, "}%s}", more);
}

static inline void report_finding(void *user, const struct rondo_trace_finding *finding) {
  (void)user;
  fprintf(stderr, "%s: %s\n", finding->rule_name, finding->message);
}

static inline void check_played(void) {
  const struct rondo_trace_finder finder = {report_finding, NULL};
  struct rondo_diag diag = {.status = RONDO_OK};
  uint64_t finding_count;
  if (rondo_trace_table_check(played, &finder, &finding_count, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(finding_count, 0);
}

static inline void write_file(char *path, const char *text) {
  int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(write(file, text, strlen(text)), strlen(text));
  assert_int_equal(close(file), 0);
}

static inline void end_played(void) { rondo_trace_table_release(&played); }

// What is done with a player in place of just running it; on the virtual clock.
typedef enum rondo_status play_function(struct rondo_schedule_player *player, struct rondo_diag *diag);

//   machine  text of its file; NULL = a worker for each lane
static inline enum rondo_status try_play(uint64_t seed, const char *machine, const struct rondo_schedule_play_options *options, play_function *run,
                                         struct rondo_diag *diag) {
  char path[] = "/tmp/rondo_virtual_XXXXXX", machine_path[] = "/tmp/rondo_virtual_XXXXXX";
  struct rondo_schedule_player *player;
  struct rondo_schedule_play_options all = *options;
  *diag = (struct rondo_diag){.status = RONDO_OK};
  end_played();
  write_file(path, plan_text);
  all.is_anywhere = true;
  if (machine != NULL) {
    write_file(machine_path, machine);
    all.machine_file = machine_path;
  }
  virtual_clock_begin(seed);
  enum rondo_status status = rondo_schedule_player_create(path, &all, &player, diag);
  if (status == RONDO_OK) status = run(player, diag);
  if (status == RONDO_OK) status = rondo_schedule_player_table(player, &played, diag);
  rondo_schedule_player_release(&player);
  virtual_clock_end();
  unlink(path);
  if (machine != NULL) unlink(machine_path);
  if (status == RONDO_OK) check_played();
  return status;
}

static inline void play_on(uint64_t seed, const char *machine, const struct rondo_schedule_play_options *options) {
  struct rondo_diag diag;
  if (try_play(seed, machine, options, rondo_schedule_player_run, &diag) != RONDO_OK) fail_msg("%s", diag.message);
}

static inline void play(uint64_t seed, const struct rondo_schedule_play_options *options) { play_on(seed, NULL, options); }

static inline const struct rdo_table_row *find_row(const char *key, int64_t iteration) {
  const struct rdo_table *table = &played->table;
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    if (row->iteration == iteration && strcmp(rdo_table_text(table, rdo_table_node_of(table, row)->key), key) == 0) return row;
  }
  fail_msg("no row of %s in iteration %lld", key, (long long)iteration);
  return NULL;
}

// Start and end of a node from its iteration's begin.
static inline void expect_at(const char *key, int64_t iteration, int64_t start_ns, int64_t end_ns) {
  const struct rdo_table_row *row = find_row(key, iteration);
  if (row->start_ns == start_ns && row->end_ns == end_ns) return;
  fail_msg("%s in iteration %lld: %lld to %lld ns, not %lld to %lld", key, (long long)iteration, (long long)row->start_ns, (long long)row->end_ns, (long long)start_ns,
           (long long)end_ns);
}

static inline void expect_run(const char *key, int64_t start_ns, int64_t end_ns) { expect_at(key, 0, start_ns, end_ns); }

// Those of a job have its deadline. For `more` of a plan.
static inline const char *deadline_of(const char *job, int64_t deadline_ns) {
  static char text[256];
  snprintf(text, sizeof text, ", \"instances\": {\"%s\": {\"deadline_ns\": %lld}}", job, (long long)deadline_ns);
  return text;
}

static inline int64_t missed_count(void) {
  int64_t count = 0;
  for (size_t i = 0; i < played->table.row_count; ++i) {
    const struct rdo_table_row *row = &played->table.rows[i];
    count += row->deadline_ns != RDO_TABLE_UNKNOWN && row->end_ns > row->deadline_ns;
  }
  return count;
}

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif  // RDO_TESTS_VIRTUAL_PLANS_H_

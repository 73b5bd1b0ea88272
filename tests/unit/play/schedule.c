// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Schedules played: orders and starts under each policy, real models from a plan, failures. Every trace passes the checker.
// Usage: unit_play_schedule MODELS_FOLDER

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "rondo/play_schedule.h"
#include "rondo/tensor.h"

static const char *folder;
static char directory[64];

// Files ------------------------------------------------------------------------------------------------

static const char *write_text(const char *name, const char *text) {
  static char path[4][128];
  static int turn;
  char *at = path[turn++ % 4];
  snprintf(at, sizeof path[0], "%s/%s", directory, name);
  FILE *file = fopen(at, "w");
  assert_non_null(file);
  assert_int_equal(fputs(text, file) >= 0, 1);
  assert_int_equal(fclose(file), 0);
  return at;
}

static void fail_on(void *user, const struct rondo_trace_finding *finding) {
  (void)user;
  fail_msg("%s", finding->message);
}

// Rows of a played table, read back from its CSV.
struct row {
  char key[32], target[16];
  int64_t iteration, planned_ns, ready_ns, start_ns, end_ns;
};
struct rows {
  struct row of[512];
  int count;
};

static char *next_cell(char **line) {
  char *cell = *line, *end = strpbrk(cell, ",\n");
  if (end == NULL) return cell;
  *end = '\0';
  *line = end + 1;
  return cell;
}

static void read_rows(const struct rondo_trace_table *table, struct rows *out_rows) {
  const struct rondo_trace_write_options options = {.format = RONDO_TRACE_CSV};
  char path[128], line[4096];
  struct rondo_diag diag = {.status = RONDO_OK};
  snprintf(path, sizeof path, "%s/trace.csv", directory);
  if (rondo_trace_table_write(table, &options, path, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  const struct rondo_trace_finder finder = {fail_on, NULL};
  uint64_t row_count, finding_count;
  if (rondo_trace_check_file(path, NULL, &finder, &row_count, &finding_count, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  char names[64][32];
  int column_count = 0;
  assert_non_null(fgets(line, sizeof line, file));
  for (char *rest = line; *rest != '\0' && column_count < 64; ++column_count) snprintf(names[column_count], sizeof names[0], "%.31s", next_cell(&rest));
  out_rows->count = 0;
  while (fgets(line, sizeof line, file) != NULL) {
    struct row *row = &out_rows->of[out_rows->count++];
    assert_true(out_rows->count <= 512);
    char *rest = line;
    for (int i = 0; i < column_count; ++i) {
      const char *cell = next_cell(&rest);
      int64_t number = strtoll(cell, NULL, 10);
      if (strcmp(names[i], "dispatch_key") == 0) snprintf(row->key, sizeof row->key, "%.31s", cell);
      if (strcmp(names[i], "target") == 0) snprintf(row->target, sizeof row->target, "%.15s", cell);
      if (strcmp(names[i], "graph_iter") == 0) row->iteration = number;
      if (strcmp(names[i], "planned_start_ns") == 0) row->planned_ns = number;
      if (strcmp(names[i], "ready_ns") == 0) row->ready_ns = number;
      if (strcmp(names[i], "start_ns") == 0) row->start_ns = number;
      if (strcmp(names[i], "end_ns") == 0) row->end_ns = number;
    }
  }
  fclose(file);
  assert_int_equal(out_rows->count, row_count);
}

static const struct row *find_row(const struct rows *rows, const char *key, int64_t iteration) {
  for (int i = 0; i < rows->count; ++i) {
    if (strcmp(rows->of[i].key, key) == 0 && rows->of[i].iteration == iteration) return &rows->of[i];
  }
  fail_msg("no row of %s in iteration %lld", key, (long long)iteration);
  return NULL;
}

static enum rondo_status play(const char *path, const struct rondo_schedule_play_options *options, struct rows *out_rows, struct rondo_diag *diag) {
  struct rondo_schedule_player *player;
  *diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status = rondo_schedule_player_create(path, options, &player, diag);
  struct rondo_trace_table *table;
  out_rows->count = 0;
  if (status == RONDO_OK) status = rondo_schedule_player_run(player, diag);
  // Also of what has failed, as far as it came.
  if (player != NULL && rondo_schedule_player_table(player, &table, NULL) == RONDO_OK) {
    read_rows(table, out_rows);
    rondo_trace_table_release(&table);
  } else if (status == RONDO_OK) {
    fail_msg("nothing was played");
  }
  rondo_schedule_player_release(&player);
  assert_null(player);
  return status;
}

static void must_play(const char *path, const struct rondo_schedule_play_options *options, struct rows *out_rows) {
  struct rondo_diag diag = {.status = RONDO_OK};
  if (play(path, options, out_rows, &diag) != RONDO_OK) fail_msg("%s", diag.message);
}

// Synthetic --------------------------------------------------------------------------------------------

static struct rows rows;

// b waits for a across lanes, c is locked to 3 ms, d has a time dependency on b: hard.
static const char four_text[] =
    "{\"dispatches\": {"
    " \"a\": {\"id\": 0, \"hardware_target\": \"P\", \"start_time\": 0, \"duration\": 0.2, \"job_name\": \"one\","
    "   \"release_policy\": \"immediate\", \"time_dep_mode\": \"hard\"},"
    " \"b\": {\"id\": 1, \"hardware_target\": \"E\", \"dependencies\": [\"a\"], \"start_time\": 0.5, \"duration\": 0.2, \"job_name\": \"one\","
    "   \"release_policy\": \"immediate\", \"time_dep_mode\": \"hard\"},"
    " \"c\": {\"id\": 0, \"hardware_target\": \"P\", \"start_time\": 3, \"duration\": 0.1, \"job_name\": \"two\","
    "   \"release_policy\": \"phase_locked\", \"time_dep_mode\": \"soft\"},"
    " \"d\": {\"id\": 2, \"hardware_target\": \"E\", \"time_dependency\": \"b\", \"start_time\": 1, \"duration\": 0.1, \"job_name\": \"one\","
    "   \"release_policy\": \"immediate\", \"time_dep_mode\": \"hard\"}}}";

static const char *const policies[] = {"planned", "strict", "dynamic", "fifo", "priority", "edf", "shortest"};

// Whatever the policy: nothing before what it waits for, nothing before its release, as long as it should be, everything once an iteration.
static void test_every_policy(void **state) {
  (void)state;
  const char *path = write_text("four.json", four_text);
  for (size_t p = 0; p < sizeof policies / sizeof policies[0]; ++p) {
    const struct rondo_schedule_play_options options = {.policy = policies[p], .iteration_count = 3, .warm_up_count = 1};
    must_play(path, &options, &rows);
    assert_int_equal(rows.count, 12);
    for (int64_t i = 0; i < 3; ++i) {
      const struct row *a = find_row(&rows, "a", i), *b = find_row(&rows, "b", i), *c = find_row(&rows, "c", i), *d = find_row(&rows, "d", i);
      assert_true(b->start_ns >= a->end_ns);
      assert_true(d->start_ns >= b->end_ns);
      assert_true(c->start_ns >= 3000000);
      assert_true(a->start_ns >= 0);
      assert_int_equal(b->ready_ns, a->end_ns);
      assert_int_equal(c->ready_ns, 3000000);
      assert_true(a->end_ns - a->start_ns >= 200000 && c->end_ns - c->start_ns >= 100000);
      if (strcmp(policies[p], "strict") != 0) continue;
      assert_true(b->start_ns >= 500000 && d->start_ns >= 1000000);
    }
  }
}

// Soft time dependencies are told, not waited for; locks on all nodes are kept.
static void test_options(void **state) {
  (void)state;
  const char *path = write_text("options.json", four_text);
  must_play(path, &(const struct rondo_schedule_play_options){.ignores_time = true}, &rows);
  assert_int_equal(find_row(&rows, "d", 0)->ready_ns, 0);
  must_play(path, &(const struct rondo_schedule_play_options){.locks_all = true}, &rows);
  for (int i = 0; i < rows.count; ++i) assert_true(rows.of[i].start_ns >= rows.of[i].planned_ns);
}

// One after the other on a lane, in the order of the plan: what is planned first goes first though it is written last.
static void test_order(void **state) {
  (void)state;
  char text[8192];
  size_t size = (size_t)snprintf(text, sizeof text, "{\"dispatches\": {");
  for (int i = 0; i < 24; ++i) {
    size += (size_t)snprintf(text + size, sizeof text - size,
                             "%s\"n%d\": {\"id\": %d, \"hardware_target\": \"P\", \"dependencies\": [%s], \"start_time\": %.3f, \"duration\": 0.02,"
                             " \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"}",
                             i == 0 ? "" : ", ", i, i, i == 0 ? "" : "\"n0\"", i == 0 ? 0 : 0.1 + 0.02 * (24 - i));
  }
  snprintf(text + size, sizeof text - size, "}}");
  must_play(write_text("order.json", text), NULL, &rows);
  for (int i = 2; i < 24; ++i) {
    char key[8], before[8];
    snprintf(key, sizeof key, "n%d", i - 1);
    snprintf(before, sizeof before, "n%d", i);
    assert_true(find_row(&rows, key, 0)->start_ns >= find_row(&rows, before, 0)->end_ns);
  }
}

// Nodes that hold the same unit run one after the other, the most urgent first; one that waits for its release holds nothing.
static void test_resources(void **state) {
  (void)state;
  const char *path = write_text(
      "resources.json",
      "{\"dispatches\": {"
      "\"a\": {\"hardware_target\": \"P\", \"duration\": 1, \"resources\": [\"npu\"], \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"},"
      "\"b\": {\"hardware_target\": \"E\", \"start_time\": 1, \"duration\": 1, \"resources\": [\"npu\", \"dsp\"], \"priority\": 10, \"release_policy\": \"immediate\","
      " \"time_dep_mode\": \"soft\"},"
      "\"c\": {\"hardware_target\": \"F\", \"start_time\": 1, \"duration\": 1, \"resources\": [\"dsp\", \"npu\"], \"priority\": 200, \"release_policy\": \"immediate\","
      " \"time_dep_mode\": \"soft\"},"
      "\"d\": {\"hardware_target\": \"G\", \"start_time\": 6, \"duration\": 1, \"resources\": [\"npu\"], \"release_policy\": \"phase_locked\", \"time_dep_mode\": \"soft\"}}}");
  for (int round = 0; round < 5; ++round) {
    must_play(path, NULL, &rows);
    const char *const keys[] = {"a", "b", "c", "d"};
    for (int i = 0; i < 4; ++i) {
      for (int k = 0; k < i; ++k) {
        const struct row *x = find_row(&rows, keys[i], 0), *y = find_row(&rows, keys[k], 0);
        assert_true(x->end_ns <= y->start_ns || y->end_ns <= x->start_ns);
      }
    }
    assert_true(find_row(&rows, "d", 0)->start_ns >= 6000000);
  }
}

// More nodes than workers, of all priorities, half of them with the same unit: busy lanes make them ask at their turn. Never two at once.
static void test_crowded_resource(void **state) {
  (void)state;
  enum { COUNT = 48 };
  static char text[16384];
  size_t size = (size_t)snprintf(text, sizeof text, "{\"dispatches\": {");
  for (int i = 0; i < COUNT; ++i) {
    size += (size_t)snprintf(text + size, sizeof text - size,
                             "%s\"n%d\": {\"hardware_target\": \"%s\", \"start_ns\": %d, \"duration_ns\": 5000, \"priority\": %d%s, \"release_policy\": \"%s\","
                             " \"time_dep_mode\": \"soft\"}",
                             i == 0 ? "" : ", ", i, i % 3 == 0 ? "P" : "E", i * 4000, i * 37 % 256, i % 2 == 0 ? ", \"resources\": [\"npu\"]" : "",
                             i % 5 == 0 ? "phase_locked" : "immediate");
  }
  snprintf(text + size, sizeof text - size, "}}");
  const char *path = write_text("crowded.json", text);
  for (size_t p = 0; p < sizeof policies / sizeof policies[0]; ++p) {
    must_play(path, &(const struct rondo_schedule_play_options){.policy = policies[p], .tile_ns = 1000, .iteration_count = 10}, &rows);
    assert_int_equal(rows.count, 10 * COUNT);
    for (int i = 0; i < rows.count; ++i) {
      for (int k = 0; k < i; ++k) {
        const struct row *x = &rows.of[i], *y = &rows.of[k];
        bool both = strtol(x->key + 1, NULL, 10) % 2 == 0 && strtol(y->key + 1, NULL, 10) % 2 == 0;
        if (both && x->iteration == y->iteration) assert_true(x->end_ns <= y->start_ns || y->end_ns <= x->start_ns);
      }
    }
  }
}

// A plan whose order contradicts what its nodes wait for is late, but ends.
static void test_contradiction(void **state) {
  (void)state;
  const char *path = write_text("contradiction.json",
                                "{\"dispatches\": {"
                                "\"a\": {\"hardware_target\": \"P\", \"start_time\": 2, \"duration\": 0.1, \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"},"
                                "\"b\": {\"hardware_target\": \"P\", \"start_time\": 1, \"duration\": 0.1, \"dependencies\": [\"a\"],"
                                " \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"}}}");
  for (size_t p = 0; p < sizeof policies / sizeof policies[0]; ++p) {
    must_play(path, &(const struct rondo_schedule_play_options){.policy = policies[p]}, &rows);
    assert_true(find_row(&rows, "b", 0)->start_ns >= find_row(&rows, "a", 0)->end_ns);
  }
}

// Lanes of a machine: a lane that two workers serve runs two nodes at once, and the lanes of one cluster share its workers.
static void test_lanes(void **state) {
  (void)state;
  const char *machine = write_text("machine.json",
                                   "{\"schema\": \"rondo.machine/1\", \"clusters\": [{\"name\": \"C\", \"workers\": 2}],"
                                   " \"lanes\": [{\"name\": \"wide\", \"cluster\": \"C\"}, {\"name\": \"one\", \"cluster\": \"C\", \"workers\": 1}]}");
  const char *path = write_text("lanes.json",
                                "{\"dispatches\": {"
                                "\"a\": {\"hardware_target\": \"wide\", \"duration\": 100, \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"},"
                                "\"b\": {\"hardware_target\": \"wide\", \"duration\": 100, \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"},"
                                "\"c\": {\"hardware_target\": \"one\", \"dependencies\": [\"a\", \"b\"], \"start_time\": 100, \"duration\": 1,"
                                " \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"},"
                                "\"d\": {\"hardware_target\": \"one\", \"dependencies\": [\"a\", \"b\"], \"start_time\": 101, \"duration\": 1,"
                                " \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"}}}");
  const struct rondo_schedule_play_options options = {.machine_file = machine, .is_anywhere = true};
  must_play(path, &options, &rows);
  const struct row *a = find_row(&rows, "a", 0), *b = find_row(&rows, "b", 0), *c = find_row(&rows, "c", 0), *d = find_row(&rows, "d", 0);
  assert_true(a->start_ns < b->end_ns && b->start_ns < a->end_ns);
  assert_true(c->end_ns <= d->start_ns || d->end_ns <= c->start_ns);  // one worker; which is first depends on who is told first
  assert_string_equal(c->target, "one");
  // The CPUs of a machine that is not this one are refused.
  struct rondo_diag diag = {.status = RONDO_OK};
  const struct rondo_schedule_play_options here = {.machine_file = machine};
  assert_int_equal(play(path, &here, &rows, &diag), RONDO_NOT_FOUND);
  assert_non_null(strstr(diag.message, "cluster C has no CPUs"));
}

// Models -----------------------------------------------------------------------------------------------

enum { MLP_COMMANDS = 5 };

static size_t append_mlp(char *text, size_t capacity, int instance, const char *export_name) {
  size_t size = 0;
  for (int d = 0; d < MLP_COMMANDS; ++d) {
    size += (size_t)snprintf(text + size, capacity - size,
                             "%s\"mlp%d_%d\": {\"id\": %d, \"hardware_target\": \"P\", \"dependencies\": [%s%.0d%s], \"start_time\": %.3f, \"duration\": 0.001,"
                             " \"job_name\": \"mlp%d\", \"module_name\": \"m$async_dispatch_%d\", \"dispatch\": %d, \"export\": \"%s\","
                             " \"release_policy\": \"%s\", \"time_dep_mode\": \"soft\"}",
                             instance == 0 && d == 0 ? "" : ", ", instance, d, d, "", 0, "", instance * 1.0 + d * 0.001, instance, d, d,
                             d == 0 ? export_name : "", d == 0 ? "phase_locked" : "immediate");
  }
  return size;
}

struct outputs {
  float first[2];
  int count, wrong_count;
};

static void compare(void *user, const char *instance, const struct rondo_value *values, int count) {
  struct outputs *outputs = user;
  (void)instance;
  assert_int_equal(count, 1);
  const float *result = rondo_tensor_data(values[0].tensor);
  if (outputs->count++ == 0) memcpy(outputs->first, result, sizeof outputs->first);
  outputs->wrong_count += memcmp(outputs->first, result, sizeof outputs->first) != 0;
}

// What the synchronous device says to one number in each element.
static void run_mlp(const char *path, float number, float result[2]) {
  struct rondo_runtime *runtime;
  struct rondo_model *model;
  const struct rondo_function *function;
  const struct rondo_module_source source = {.path = path};
  const int64_t dims[2] = {1, 64};
  struct rondo_value input = {.kind = RONDO_VALUE_TENSOR}, output = {.kind = RONDO_VALUE_NONE};
  assert_int_equal(rondo_runtime_create(NULL, &runtime, NULL), RONDO_OK);
  assert_int_equal(rondo_model_load(runtime, &source, 1, &model, NULL), RONDO_OK);
  assert_int_equal(rondo_model_find(model, NULL, &function, NULL), RONDO_OK);
  float data[64];
  for (int i = 0; i < 64; ++i) data[i] = number;
  assert_int_equal(rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 2, dims, data, &input.tensor, NULL), RONDO_OK);
  assert_int_equal(rondo_function_invoke(function, 1, &input, 1, &output, NULL), RONDO_OK);
  memcpy(result, rondo_tensor_data(output.tensor), 2 * sizeof *result);
  rondo_value_release(&input);
  rondo_value_release(&output);
  rondo_model_release(&model);
  rondo_runtime_release(&runtime);
}

static const char *write_plan(const char *name, int instance_count, const char *export_name) {
  static char text[65536];
  size_t size = (size_t)snprintf(text, sizeof text, "{\"dispatches\": {");
  for (int i = 0; i < instance_count; ++i) size += append_mlp(text + size, sizeof text - size, i, export_name);
  snprintf(text + size, sizeof text - size, "}}");
  return write_text(name, text);
}

// The model's own results, call after call, under every policy; each call after its release.
static void test_model(void **state) {
  (void)state;
  char model_path[512];
  float expected[2];
  snprintf(model_path, sizeof model_path, "%s/mlp_f32/mlp_f32.vmfb", folder);
  run_mlp(model_path, 0, expected);
  const struct rondo_schedule_model model = {.job = "mlp", .path = model_path};
  const char *path = write_plan("plan.json", 6, "mlp_dispatch_0_matmul_1x64x64_f32");
  for (size_t p = 0; p < sizeof policies / sizeof policies[0]; ++p) {
    struct outputs outputs = {.count = 0};
    const struct rondo_schedule_play_options options = {
        .policy = policies[p], .models = &model, .model_count = 1, .iteration_count = 3, .ended = compare, .user = &outputs};
    must_play(path, &options, &rows);
    assert_int_equal(outputs.count, 18);
    assert_int_equal(outputs.wrong_count, 0);
    assert_memory_equal(outputs.first, expected, sizeof expected);
    assert_int_equal(rows.count, 3 * 6 * MLP_COMMANDS);
    for (int i = 0; i < rows.count; ++i) {
      if (strcmp(rows.of[i].key + 4, "_0") == 0) assert_true(rows.of[i].start_ns >= rows.of[i].planned_ns);
    }
  }
}

// A plan that is not this model's: both sides are named, nothing hangs, and the iteration is kept as far as it came.
static void test_mismatch(void **state) {
  (void)state;
  char model_path[512];
  snprintf(model_path, sizeof model_path, "%s/mlp_f32/mlp_f32.vmfb", folder);
  const struct rondo_schedule_model model = {.job = "mlp", .path = model_path};
  const struct rondo_schedule_play_options options = {.models = &model, .model_count = 1};
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(play(write_plan("other.json", 3, "conv_7"), &options, &rows, &diag), RONDO_INVALID_ARGUMENT);
  assert_non_null(strstr(diag.message, "\"conv_7\" in the plan"));
  assert_non_null(strstr(diag.message, "\"mlp_dispatch_0_matmul_1x64x64_f32\" in the model"));
  assert_int_equal(rows.count, 3 * MLP_COMMANDS);
}

// Dispatch modules: each node calls a file of its own, one kernel or function a file. The first failure ends it, and what was played is kept.
static void test_modules(void **state) {
  (void)state;
  static char text[8192];
  size_t size = (size_t)snprintf(text, sizeof text, "{\"dispatches\": {");
  for (int i = 0; i < 12; ++i) {
    size += (size_t)snprintf(text + size, sizeof text - size,
                             "%s\"n%d\": {\"hardware_target\": \"%s\", \"start_time\": %.1f, \"duration\": 0.1, \"vmfb_path\": \"%s/bench/vm_loop.vmfb\","
                             " \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"}",
                             i == 0 ? "" : ", ", i, i % 2 == 0 ? "P" : "E", i * 0.1, folder);
  }
  snprintf(text + size, sizeof text - size, "}}");
  const char *path = write_text("modules.json", text);
  const char *machine = write_text("two.json", "{\"schema\": \"rondo.machine/1\", \"clusters\": [{\"name\": \"P\", \"workers\": 2}, {\"name\": \"E\", \"workers\": 1}]}");
  const struct rondo_schedule_play_options options = {.dispatch_iters = 5000, .iteration_count = 2, .machine_file = machine, .is_anywhere = true};
  must_play(path, &options, &rows);
  assert_int_equal(rows.count, 24);
  for (int i = 0; i < rows.count; ++i) {
    assert_true(rows.of[i].end_ns > rows.of[i].start_ns);
    // Nodes with one file on one lane share its model, and never overlap, though the lane has two workers.
    for (int k = 0; k < i; ++k) {
      const struct row *a = &rows.of[i], *b = &rows.of[k];
      if (a->iteration != b->iteration || strcmp(a->target, b->target) != 0) continue;
      assert_true(a->end_ns <= b->start_ns || b->end_ns <= a->start_ns);
    }
  }
  struct rondo_diag diag;
  const char *wrong = write_text("wrong.json", "{\"dispatches\": {\"a\": {\"hardware_target\": \"P\", \"duration\": 1, \"vmfb_path\": \"nothing.vmfb\"}}}");
  assert_int_equal(play(wrong, NULL, &rows, &diag), RONDO_NOT_FOUND);
  assert_non_null(strstr(diag.message, "dispatches.a"));
  char argument[512];
  snprintf(argument, sizeof argument, "{\"dispatches\": {\"a\": {\"hardware_target\": \"P\", \"duration\": 1, \"vmfb_path\": \"%s/bench/add4.vmfb\"}}}", folder);
  assert_int_equal(play(write_text("argument.json", argument), NULL, &rows, &diag), RONDO_INVALID_ARGUMENT);
  assert_non_null(strstr(diag.message, "takes nothing or one i32"));
}

// Calls of one model follow each other: a plan in which one waits for a later one would never end.
static void test_interleaved(void **state) {
  (void)state;
  char model_path[512], text[8192];
  snprintf(model_path, sizeof model_path, "%s/mlp_f32/mlp_f32.vmfb", folder);
  const struct rondo_schedule_model model = {.job = "mlp", .path = model_path};
  const struct rondo_schedule_play_options options = {.models = &model, .model_count = 1};
  struct rondo_diag diag;
  size_t size = (size_t)snprintf(text, sizeof text, "{\"dispatches\": {");
  size += append_mlp(text + size, sizeof text - size, 0, "");
  size += append_mlp(text + size, sizeof text - size, 1, "");
  snprintf(text + size, sizeof text - size, "}}");
  char *dependencies = strstr(strstr(text, "\"mlp0_3\""), "\"dependencies\": [");
  assert_non_null(dependencies);
  char changed[8400];
  size_t before = (size_t)(dependencies - text) + strlen("\"dependencies\": [");
  snprintf(changed, sizeof changed, "%.*s\"mlp1_1\"%s", (int)before, text, text + before);
  assert_int_equal(play(write_text("interleaved.json", changed), &options, &rows, &diag), RONDO_INVALID_ARGUMENT);
  assert_non_null(strstr(diag.message, "waits for a later call of mlp"));
  must_play(write_text("sequential.json", text), &options, &rows);
}

// One call of the model whose dispatches the plan has in the opposite order: by their starts, or by what they wait for.
static const char *write_reversed(bool has_dependencies) {
  char text[4096];
  size_t size = (size_t)snprintf(text, sizeof text, "{\"dispatches\": {");
  for (int d = 0; d < MLP_COMMANDS; ++d) {
    char dependency[32] = "";
    if (has_dependencies && d + 1 < MLP_COMMANDS) snprintf(dependency, sizeof dependency, "\"mlp0_%d\"", d + 1);
    size += (size_t)snprintf(text + size, sizeof text - size,
                             "%s\"mlp0_%d\": {\"id\": %d, \"hardware_target\": \"P\", \"dependencies\": [%s], \"start_time\": %.3f, \"duration\": 0.001,"
                             " \"job_name\": \"mlp0\", \"dispatch\": %d, \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"}",
                             d == 0 ? "" : ", ", d, d, dependency, (MLP_COMMANDS - d) * 0.001, d);
  }
  snprintf(text + size, sizeof text - size, "}}");
  return write_text("reversed.json", text);
}

// A plan with another order than its model's recording would never end: it is refused with two nodes that contradict, the earlier one first. Where
// the order of a lane is not binding, the plan is late and ends.
static void test_reversed(void **state) {
  (void)state;
  char model_path[512];
  snprintf(model_path, sizeof model_path, "%s/mlp_f32/mlp_f32.vmfb", folder);
  const struct rondo_schedule_model model = {.job = "mlp", .path = model_path};
  struct rondo_diag diag;
  for (size_t p = 0; p < sizeof policies / sizeof policies[0]; ++p) {
    const struct rondo_schedule_play_options options = {.policy = policies[p], .models = &model, .model_count = 1, .iteration_count = 2};
    bool keeps_order = strcmp(policies[p], "strict") == 0;
    for (int has_dependencies = 0; has_dependencies < 2; ++has_dependencies) {
      enum rondo_status status = play(write_reversed(has_dependencies != 0), &options, &rows, &diag);
      assert_int_equal(status, keeps_order || has_dependencies ? RONDO_INVALID_ARGUMENT : RONDO_OK);
      if (status == RONDO_OK) continue;
      const char *first = strstr(diag.message, "\"mlp0_"), *second = first == NULL ? NULL : strstr(first + 1, "\"mlp0_");
      if (second == NULL || strstr(diag.message, "mlp0: in the model") == NULL) fail_msg("%s", diag.message);
      assert_true(first[6] < second[6]);
    }
  }
}

// Jobs planned when they begin ----------------------------------------------------------------------------

static int read_count;

static enum rondo_status read_input(void *user, struct rondo_runtime *runtime, const struct rondo_function *function, int argument, const char *text,
                                    struct rondo_value *out_value, struct rondo_diag *diag) {
  (void)user, (void)function;
  const int64_t dims[2] = {1, 64};
  float data[64];
  assert_int_equal(argument, 0);
  assert_string_equal(text, "1x64xf32=0.5");
  for (int i = 0; i < 64; ++i) data[i] = 0.5f;
  ++read_count;
  out_value->kind = RONDO_VALUE_TENSOR;
  return rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 2, dims, data, &out_value->tensor, diag);
}

// What the inputs of a jobs file are reaches the calls of its plan, and the measured ones.
static void test_jobs(void **state) {
  (void)state;
  char model_path[512], text[2048];
  float expected[2], zeros[2];
  struct outputs outputs = {.count = 0};
  snprintf(model_path, sizeof model_path, "%s/mlp_f32/mlp_f32.vmfb", folder);
  run_mlp(model_path, 0, zeros);
  run_mlp(model_path, 0.5f, expected);
  assert_memory_not_equal(zeros, expected, sizeof zeros);
  snprintf(text, sizeof text,
           "{\"schema\": \"rondo.jobs/1\", \"jobs\": [{\"name\": \"control\", \"model\": \"%s\", \"period_ms\": 40,"
           " \"inputs\": [{\"splat\": 0.5, \"type\": \"1x64xf32\"}]}]}",
           model_path);
  const char *path = write_text("jobs.json", text);
  const struct rondo_schedule_play_options options = {
      .plans_jobs = true, .calibration_s = 0.1, .read_input = read_input, .iteration_count = 2, .ended = compare, .user = &outputs};
  read_count = 0;
  must_play(path, &options, &rows);
  assert_int_equal(outputs.count, 2);
  assert_int_equal(outputs.wrong_count, 0);
  assert_memory_equal(outputs.first, expected, sizeof expected);
  assert_true(read_count >= 2);
  const struct rondo_schedule_play_options unread = {.plans_jobs = true, .iteration_count = 1};
  struct rondo_diag diag;
  // What the caller gives is in place of it.
  const struct rondo_schedule_input given = {"control", "1x64xf32=0.5"};
  char *inputs = strstr(text, ", \"inputs\"");
  struct rondo_schedule_play_options typed = options;
  typed.inputs = &given;
  typed.input_count = 1;
  outputs.count = 0;
  snprintf(inputs, sizeof text - (size_t)(inputs - text), ", \"inputs\": [{\"splat\": 7, \"type\": \"1x64xf32\"}]}]}");
  must_play(write_text("given.json", text), &typed, &rows);
  assert_int_equal(outputs.count, 2);
  assert_memory_equal(outputs.first, expected, sizeof expected);
  assert_int_equal(play(path, &unread, &rows, &diag), RONDO_UNIMPLEMENTED);
  assert_non_null(strstr(diag.message, "job control: inputs[0]"));
}

// First elements of what calls returned, by job.
struct results {
  struct {
    float of[16];
    int count;
  } sum, reader, waiter, route;
};

static void keep_result(void *user, const char *instance, const struct rondo_value *values, int count) {
  struct results *results = user;
  assert_int_equal(count, 1);
  float first = *(const float *)rondo_tensor_data(values[0].tensor);
  if (strncmp(instance, "sum", 3) == 0) results->sum.of[results->sum.count++] = first;
  if (strncmp(instance, "reader", 6) == 0) results->reader.of[results->reader.count++] = first;
  if (strncmp(instance, "waiter", 6) == 0) results->waiter.of[results->waiter.count++] = first;
  if (strncmp(instance, "route", 5) == 0) results->route.of[results->route.count++] = first;
}

// Calls read the newest result of other jobs, or of their own, or wait for the one of their release. `sum` counts its calls.
static void test_results(void **state) {
  (void)state;
  enum { ITERATIONS = 5 };
  char text[4096], model[600];
  snprintf(model, sizeof model, "%s/../tests/unit/play/steps.vmfb", folder);
  snprintf(text, sizeof text,
           "{\"schema\": \"rondo.jobs/1\", \"jobs\": ["
           "{\"name\": \"sum\", \"model\": \"%s\", \"function\": \"full\", \"period_ms\": 15, \"inputs\": [{\"job\": \"sum\"}]},"
           "{\"name\": \"reader\", \"model\": \"%s\", \"function\": \"add\", \"period_ms\": 15, \"inputs\": [{\"argument\": 1, \"job\": \"sum\"}]},"
           "{\"name\": \"waiter\", \"model\": \"%s\", \"function\": \"add\", \"period_ms\": 30, \"inputs\": [{\"job\": \"sum\", \"waits\": true}]},"
           "{\"name\": \"route\", \"model\": \"%s\", \"function\": \"full\", \"trigger\": {\"job\": \"waiter\"}, \"inputs\": [{\"job\": \"waiter\", \"waits\": true}]}]}",
           model, model, model, model);
  const char *path = write_text("results.json", text);
  for (size_t p = 0; p < sizeof policies / sizeof policies[0]; ++p) {
    struct results results = {.sum = {.count = 0}};
    const struct rondo_schedule_play_options options = {
        .policy = policies[p], .plans_jobs = true, .calibration_s = 0.05, .iteration_count = ITERATIONS, .ended = keep_result, .user = &results};
    must_play(path, &options, &rows);
    assert_int_equal(results.sum.count, 2 * ITERATIONS);
    assert_int_equal(results.reader.count, 2 * ITERATIONS);
    assert_int_equal(results.waiter.count, ITERATIONS);
    assert_int_equal(results.route.count, ITERATIONS);
    for (int i = 0; i < 2 * ITERATIONS; ++i) {
      assert_true(results.sum.of[i] == (float)(i + 1));
      assert_true(results.reader.of[i] <= (float)(2 * ITERATIONS) && results.reader.of[i] >= (float)(i / 2 * 2));  // at least the iteration before
    }
    for (int i = 0; i < ITERATIONS; ++i) {
      assert_true(results.waiter.of[i] == (float)(2 * i + 1));
      assert_true(results.route.of[i] == (float)(2 * i + 2));
    }
  }
}

static void *stop_soon(void *user) {
  const struct timespec pause = {0, 30000000};
  nanosleep(&pause, NULL);
  rondo_schedule_player_stop(user);
  return NULL;
}

// A stop does not wait for releases that lie far ahead, with models or without; the player is not hurt.
static void test_stop(void **state) {
  (void)state;
  char model_path[512], text[4096];
  snprintf(model_path, sizeof model_path, "%s/mlp_f32/mlp_f32.vmfb", folder);
  const struct rondo_schedule_model model = {.job = "mlp", .path = model_path};
  size_t size = (size_t)snprintf(text, sizeof text, "{\"dispatches\": {");
  size += append_mlp(text + size, sizeof text - size, 0, "");
  snprintf(text + size, sizeof text - size,
           ", \"far\": {\"hardware_target\": \"P\", \"start_time\": 3000000, \"duration\": 1, \"release_policy\": \"phase_locked\", \"time_dep_mode\": \"soft\"},"
           " \"long\": {\"hardware_target\": \"E\", \"start_time\": 0, \"duration\": 3000000, \"release_policy\": \"immediate\", \"time_dep_mode\": \"soft\"}");
  for (int d = 0; d < MLP_COMMANDS; ++d) {
    size = strlen(text);
    snprintf(text + size, sizeof text - size,
             ", \"mlp1_%d\": {\"hardware_target\": \"P\", \"start_time\": 3000000, \"duration\": 1, \"job_name\": \"mlp1\", \"dispatch\": %d,"
             " \"release_policy\": \"phase_locked\", \"time_dep_mode\": \"soft\"}", d, d);
  }
  size = strlen(text);
  snprintf(text + size, sizeof text - size, "}}");
  const struct rondo_schedule_play_options options = {.models = &model, .model_count = 1, .iteration_count = 3};
  struct rondo_schedule_player *player;
  struct rondo_diag diag = {.status = RONDO_OK};
  pthread_t thread;
  if (rondo_schedule_player_create(write_text("far.json", text), &options, &player, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(pthread_create(&thread, NULL, stop_soon, player), 0);
  assert_int_equal(rondo_schedule_player_run(player, &diag), RONDO_CANCELLED);
  pthread_join(thread, NULL);
  rondo_schedule_player_release(&player);
}

// Nor does one wait for calls that wait for others; and when one fails, those that wait for it end.
static void test_waiting_ends(void **state) {
  (void)state;
  char text[4096], model[600];
  snprintf(model, sizeof model, "%s/../tests/unit/play/steps.vmfb", folder);
  snprintf(text, sizeof text,
           "{\"schema\": \"rondo.jobs/1\", \"jobs\": ["
           "{\"name\": \"first\", \"model\": \"%s\", \"function\": \"full\", \"period_ms\": 20},"
           "{\"name\": \"second\", \"model\": \"%s\", \"function\": \"add\", \"period_ms\": 20, \"inputs\": [{\"job\": \"first\", \"waits\": true}]},"
           "{\"name\": \"third\", \"model\": \"%s\", \"function\": \"add\", \"period_ms\": 40, \"inputs\": [{\"job\": \"second\", \"waits\": true}]}]}",
           model, model, model);
  const struct rondo_schedule_play_options options = {.plans_jobs = true, .calibration_s = 0.05, .iteration_count = 1000000};
  struct rondo_schedule_player *player;
  struct rondo_diag diag = {.status = RONDO_OK};
  pthread_t thread;
  if (rondo_schedule_player_create(write_text("waiting.json", text), &options, &player, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(pthread_create(&thread, NULL, stop_soon, player), 0);
  assert_int_equal(rondo_schedule_player_run(player, &diag), RONDO_CANCELLED);
  pthread_join(thread, NULL);
  rondo_schedule_player_release(&player);
  // A result of another size than the argument that reads it.
  snprintf(text, sizeof text,
           "{\"schema\": \"rondo.jobs/1\", \"jobs\": ["
           "{\"name\": \"first\", \"model\": \"%s\", \"function\": \"full\", \"period_ms\": 20},"
           "{\"name\": \"mlp\", \"model\": \"%s/mlp_f32/mlp_f32.vmfb\", \"period_ms\": 20, \"inputs\": [{\"job\": \"first\", \"waits\": true}]}]}",
           model, folder);
  assert_int_equal(play(write_text("sizes.json", text), &options, &rows, &diag), RONDO_INVALID_ARGUMENT);
  if (strstr(diag.message, "jobs[1].inputs[0]: result 0 of function full has 16 bytes, argument 0 of function mlp reads 256") == NULL) fail_msg("%s", diag.message);
}

static void test_errors(void **state) {
  (void)state;
  struct rondo_diag diag = {.status = RONDO_OK};
  const char *path = write_text("errors.json", four_text);
  const struct rondo_schedule_play_options unknown = {.policy = "best"};
  assert_int_equal(play(path, &unknown, &rows, &diag), RONDO_INVALID_ARGUMENT);
  assert_non_null(strstr(diag.message, "best"));
  const struct rondo_schedule_play_options negative = {.period_ns = -1};
  assert_int_equal(play(path, &negative, &rows, &diag), RONDO_INVALID_ARGUMENT);
  const char *graph = write_text("graph.json", "{\"dispatches\": {\"a\": {\"id\": 0, \"ordinal\": 1, \"total\": 1, \"dependencies\": []}}}");
  assert_int_equal(play(graph, NULL, &rows, &diag), RONDO_INVALID_ARGUMENT);
  if (strstr(diag.message, "no durations") == NULL) fail_msg("%s", diag.message);
  assert_int_equal(play("/nowhere/plan.json", NULL, &rows, &diag), RONDO_NOT_FOUND);
}

int main(int argc, char **argv) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_policy), cmocka_unit_test(test_options),  cmocka_unit_test(test_order),  cmocka_unit_test(test_lanes),
      cmocka_unit_test(test_contradiction),
      cmocka_unit_test(test_resources),    cmocka_unit_test(test_crowded_resource),
      cmocka_unit_test(test_model),        cmocka_unit_test(test_mismatch), cmocka_unit_test(test_modules),
      cmocka_unit_test(test_interleaved), cmocka_unit_test(test_reversed), cmocka_unit_test(test_jobs), cmocka_unit_test(test_results), cmocka_unit_test(test_stop), cmocka_unit_test(test_waiting_ends), cmocka_unit_test(test_errors),
  };
  if (argc != 2) return 2;
  folder = argv[1];
  snprintf(directory, sizeof directory, "/tmp/rondo_play_XXXXXX");
  if (mkdtemp(directory) == NULL) return 1;
  int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
  char command[96];
  snprintf(command, sizeof command, "rm -r %s", directory);
  return system(command) == 0 ? failed_count : 1;
}

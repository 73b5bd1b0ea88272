// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// RDO_TEST_REFERENCE is the path of the reference's schedule, which is not part of the repository; without it the test that
// needs it is skipped.

#include "plan/schedule_file.h"

#include <time.h>

#include "plan_test.h"

static struct rdo_schedule schedule;
static struct rondo_diag diag;

static enum rondo_status read_text(const char *text, const struct rdo_schedule_options *options) {
  memset(&diag, 0, sizeof diag);
  return rdo_schedule_parse(text_bytes(text), "s.json", options, &schedule, &diag);
}

static void read_with(const char *text, const struct rdo_schedule_options *options) { assert_ok(read_text(text, options), &diag); }
static void read_good(const char *text) { read_with(text, NULL); }
static void end(void) { rdo_schedule_deinit(&schedule); }

static const struct rdo_schedule_node *node_of(const char *key) {
  uint32_t index = rdo_schedule_find_node(&schedule, key);
  assert_true(index != RDO_SCHEDULE_NONE);
  return &schedule.nodes[index];
}

// "a b c": the keys of a list of nodes.
static void expect_keys(const uint32_t *nodes, uint32_t count, const char *expected) {
  char text[512] = "";
  for (uint32_t i = 0; i < count; ++i) {
    if (i > 0) strcat(text, " ");
    strcat(text, schedule.nodes[nodes[i]].key);
  }
  assert_string_equal(text, expected);
}

static void expect_predecessors(const char *key, const char *expected) {
  const struct rdo_schedule_node *node = node_of(key);
  expect_keys(schedule.predecessors + node->predecessor_begin, node->predecessor_count, expected);
}

static void expect_successors(const char *key, const char *expected) {
  const struct rdo_schedule_node *node = node_of(key);
  expect_keys(schedule.successors + node->successor_begin, node->successor_count, expected);
}

// Variants -------------------------------------------------------------------------------------------------

static void test_variant_a(void **state) {
  (void)state;
  read_good("{\"dot_file\": \"g.dot\", \"dispatches\": {\"b\": {\"id\": 1, \"ordinal\": 1, \"total\": 2, \"dependencies\": [\"a\"]}, \"a\": {\"id\": 0, \"ordinal\": 1, \"total\": 1},"
            " \"c\": {\"id\": 1, \"ordinal\": 2, \"total\": 2, \"dependencies\": [\"a\", \"b\", \"a\"]}}, \"edges\": [{\"from\": \"a\", \"to\": \"b\"}]}");
  assert_int_equal(schedule.variant, RDO_SCHEDULE_GRAPH);
  assert_string_equal(schedule.dot_file, "g.dot");
  assert_int_equal(schedule.node_count, 3);
  assert_string_equal(schedule.nodes[0].key, "b");
  assert_int_equal(node_of("c")->ordinal, 2);
  assert_int_equal(node_of("c")->total, 2);
  expect_predecessors("a", "");
  expect_predecessors("c", "a b");  // each once
  expect_successors("a", "b c");
  expect_keys(schedule.order, 3, "a b c");
  assert_int_equal(schedule.notes.count, 0);
  end();
}

static void test_defaults(void **state) {
  (void)state;
  read_good("{\"dispatches\": {\"a\": {}}}");
  const struct rdo_schedule_node *node = &schedule.nodes[0];
  assert_int_equal(node->id, -1);
  assert_int_equal(node->ordinal, 0);
  assert_int_equal(node->total, 0);
  assert_int_equal(node->start_ns, 0);
  assert_int_equal(node->duration_ns, 0);
  assert_string_equal(schedule.targets[node->target].name, "CPU_P");
  assert_string_equal(schedule.jobs[node->job].name, "");
  assert_string_equal(node->module_name, "");
  assert_string_equal(node->family, "");
  assert_string_equal(node->vmfb_path, "");
  assert_int_equal(node->time_dependency, RDO_SCHEDULE_NONE);
  assert_int_equal(node->release_policy, RDO_RELEASE_IMMEDIATE);
  assert_int_equal(node->time_mode, RDO_TIME_HARD);
  assert_false(node->has_policies);
  assert_int_equal(node->worker_count, 0);
  assert_int_equal(node->priority, -1);
  assert_int_equal(node->dispatch, -1);
  assert_int_equal(schedule.makespan_ns, 0);
  assert_int_equal(schedule.period_ns, 0);
  assert_null(schedule.machine);
  assert_null(schedule.job_set);
  end();
  read_with("{\"dispatches\": {\"a\": {}}}", &(struct rdo_schedule_options){.default_target = "X"});
  assert_string_equal(schedule.targets[0].name, "X");
  end();
}

static void test_variant_b(void **state) {
  (void)state;
  read_good("{\"dispatch_vmfb_dir\": \"dir\", \"dispatches\": {\"a\": {\"vmfb_path\": \"a.vmfb\"}}}");
  assert_int_equal(schedule.variant, RDO_SCHEDULE_RUNNABLE);
  assert_string_equal(schedule.nodes[0].vmfb_path, "a.vmfb");
  assert_string_equal(schedule.vmfb_dir, "dir");
  end();
}

#define MODULE "mlp$async_dispatch_0_embedded_elf_riscv_64_mlp$async_dispatch_0_matmul"

static void test_variant_c(void **state) {
  (void)state;
  read_good("{\"dispatches\": {"
            "\"m0\": {\"id\": 0, \"hardware_target\": \"CPU_E\", \"start_time\": -0.0, \"duration\": 0.067, \"job_name\": \"mlp0\", \"module_name\": \"" MODULE "\"},"
            "\"d0\": {\"id\": 0, \"hardware_target\": \"CPU_P\", \"start_time\": 32.282000000001084, \"duration\": 1, \"job_name\": \"dronet\", \"time_dependency\": \"m0\"},"
            "\"d1\": {\"id\": 1, \"start_time\": 33.282, \"duration\": 0.5, \"job_name\": \"dronet\", \"dependencies\": [\"d0\"], \"time_dependency\": \"d0\"}},"
            " \"metadata\": {\"makespan\": 40, \"num_operations\": 3, \"machines\": [\"CPU_P\", \"CPU_E\"], \"machine_combinations\": [[\"CPU_P\"], [\"CPU_E\", \"CPU_P\"]]}}");
  assert_int_equal(schedule.variant, RDO_SCHEDULE_TIMED);
  assert_int_equal(schedule.target_count, 2);
  assert_string_equal(schedule.targets[0].name, "CPU_P");
  assert_int_equal(schedule.targets[0].node_count, 2);
  assert_string_equal(schedule.targets[node_of("m0")->target].name, "CPU_E");
  assert_int_equal(node_of("m0")->start_ns, 0);
  assert_int_equal(node_of("m0")->duration_ns, 67000);
  assert_string_equal(node_of("m0")->family, "mlp");
  assert_int_equal(node_of("d0")->start_ns, 32282000);
  assert_int_equal(node_of("d0")->time_dependency, 0);
  expect_predecessors("d0", "m0");
  expect_predecessors("d1", "d0");  // the time dependency is there already
  assert_int_equal(schedule.makespan_ns, 40000000);
  assert_int_equal(schedule.last_end_ns, 33782000);
  assert_int_equal(schedule.combination_count, 2);
  assert_int_equal(schedule.combinations[1].count, 2);
  assert_int_equal(schedule.target_lists[schedule.combinations[1].begin], 1);
  assert_int_equal(schedule.job_count, 2);
  assert_int_equal(schedule.jobs[rdo_schedule_find_job(&schedule, "dronet")].node_count, 2);
  assert_string_equal(schedule.jobs[0].base, "mlp");
  assert_string_equal(schedule.jobs[0].family, "mlp");
  end();
}

static void test_makespan(void **state) {
  (void)state;
  static const char *const makespans[] = {"", "\"makespan\": 0", "\"makespan\": -4", "\"makespan\": -0.0"};
  char text[256];
  for (size_t i = 0; i < COUNT_OF(makespans); ++i) {
    snprintf(text, sizeof text, "{\"dispatches\": {\"a\": {\"start_time\": 2, \"duration\": 3}}, \"metadata\": {%s}}", makespans[i]);
    read_good(text);
    assert_int_equal(schedule.makespan_ns, 5000000);
    end();
  }
}

// Which policies follow from which.
static void test_inference(void **state) {
  (void)state;
  static const struct {
    const char *keys;
    enum rdo_release_policy release;
    enum rdo_time_mode mode;
    bool is_given;
  } cases[] = {
      {"\"job_name\": \"mlp3\", \"id\": 0", RDO_RELEASE_PHASE_LOCKED, RDO_TIME_SOFT, false},
      {"\"job_name\": \"mlp3\", \"id\": 1", RDO_RELEASE_IMMEDIATE, RDO_TIME_SOFT, false},
      {"\"job_name\": \"mlp\"", RDO_RELEASE_IMMEDIATE, RDO_TIME_SOFT, false},
      {"\"job_name\": \"dronet\", \"id\": 0", RDO_RELEASE_IMMEDIATE, RDO_TIME_HARD, false},
      {"\"id\": 0", RDO_RELEASE_IMMEDIATE, RDO_TIME_HARD, false},
      // One of the two switches inference off for the node.
      {"\"job_name\": \"mlp3\", \"id\": 0, \"release_policy\": \"immediate\"", RDO_RELEASE_IMMEDIATE, RDO_TIME_HARD, true},
      {"\"job_name\": \"mlp3\", \"id\": 0, \"release_policy\": \"phase_locked\"", RDO_RELEASE_PHASE_LOCKED, RDO_TIME_HARD, true},
      {"\"job_name\": \"mlp3\", \"id\": 0, \"time_dep_mode\": \"soft\"", RDO_RELEASE_IMMEDIATE, RDO_TIME_SOFT, true},
      {"\"job_name\": \"mlp3\", \"id\": 0, \"time_dep_mode\": \"hard\"", RDO_RELEASE_IMMEDIATE, RDO_TIME_HARD, true},
      {"\"job_name\": \"dronet\", \"time_dep_mode\": \"soft\", \"release_policy\": \"phase_locked\"", RDO_RELEASE_PHASE_LOCKED, RDO_TIME_SOFT, true},
      {"\"job_name\": \"dronet\", \"time_dep_mode\": \"hard\", \"release_policy\": \"phase_locked\"", RDO_RELEASE_PHASE_LOCKED, RDO_TIME_HARD, true},
  };
  char text[256];
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    snprintf(text, sizeof text, "{\"dispatches\": {\"a\": {%s}}}", cases[i].keys);
    read_good(text);
    assert_int_equal(schedule.nodes[0].release_policy, cases[i].release);
    assert_int_equal(schedule.nodes[0].time_mode, cases[i].mode);
    assert_int_equal(schedule.nodes[0].has_policies, cases[i].is_given);
    if (cases[i].is_given) assert_int_equal(schedule.variant, RDO_SCHEDULE_POLICIES);
    end();
  }
  const char *ctrl = "{\"dispatches\": {\"a\": {\"job_name\": \"ctrl0\", \"id\": 0}, \"b\": {\"job_name\": \"mlp0\", \"id\": 0}}}";
  read_with(ctrl, &(struct rdo_schedule_options){.locked_prefix = "ctrl"});
  assert_int_equal(schedule.nodes[0].release_policy, RDO_RELEASE_PHASE_LOCKED);
  assert_int_equal(schedule.nodes[1].release_policy, RDO_RELEASE_IMMEDIATE);
  end();
  read_with(ctrl, &(struct rdo_schedule_options){.locked_prefix = ""});
  assert_int_equal(schedule.nodes[0].time_mode, RDO_TIME_HARD);
  assert_int_equal(schedule.nodes[1].time_mode, RDO_TIME_HARD);
  end();
}

static void test_time_modes(void **state) {
  (void)state;
  // Soft: told, not waited for; even a cycle of them is none.
  read_good("{\"dispatches\": {\"a\": {\"time_dep_mode\": \"soft\", \"time_dependency\": \"b\"}, \"b\": {\"time_dep_mode\": \"soft\", \"time_dependency\": \"a\"},"
            " \"c\": {\"dependencies\": [\"b\"], \"time_dependency\": \"a\"}, \"d\": {\"time_dep_mode\": \"soft\", \"time_dependency\": \"z\"}}}");
  expect_predecessors("a", "");
  expect_predecessors("c", "b a");
  expect_successors("a", "c");
  assert_int_equal(node_of("a")->time_dependency, 1);
  assert_int_equal(node_of("d")->time_dependency, RDO_SCHEDULE_NONE);
  assert_note(&schedule.notes, 0, 1, "s.json: dispatches.d.time_dependency: there is no dispatch \"z\"; it is soft, so it is left out");
  end();
}

// Ready together: by start, id, ordinal, key.
static void test_order(void **state) {
  (void)state;
  read_good("{\"dispatches\": {\"k\": {\"id\": 1, \"start_time\": 1}, \"j\": {\"id\": 1, \"start_time\": 1}, \"o\": {\"id\": 1, \"ordinal\": 1, \"start_time\": 1}, \"i\": {\"id\": 0, \"start_time\": 1},"
            " \"s\": {\"id\": 9}, \"z\": {\"id\": 9, \"start_time\": 5}, \"late\": {\"id\": 0, \"dependencies\": [\"z\"]}}}");
  expect_keys(schedule.order, 7, "s i j k o z late");
  expect_keys(schedule.by_rank, 7, "late s i j k o z");
  for (uint32_t i = 0; i < 7; ++i) assert_int_equal(schedule.nodes[schedule.by_rank[i]].rank, i);
  for (uint32_t i = 1; i < 7; ++i) {
    const struct rdo_schedule_node *before = &schedule.nodes[schedule.by_rank[i - 1]], *node = &schedule.nodes[schedule.by_rank[i]];
    assert_int_equal(node->tie, node->start_ns - before->start_ns < 1024 ? before->tie + 1 : 0);
  }
  end();
}

static void test_bases(void **state) {
  (void)state;
  read_good("{\"dispatches\": {\"a\": {\"job_name\": \"mlp0\"}, \"b\": {\"job_name\": \"mlp16\"}, \"c\": {\"job_name\": \"mobilenet_v2\"}, \"d\": {\"job_name\": \"7\"}, \"e\": {\"job_name\": \"dronet\"}}}");
  static const char *const bases[] = {"mlp", "mlp", "mobilenet_v2", "7", "dronet"};
  for (size_t i = 0; i < 5; ++i) assert_string_equal(schedule.jobs[i].base, bases[i]);
  end();
}

// Errors ---------------------------------------------------------------------------------------------------

#define ONE(keys) "{\"dispatches\": {\"a\": {" keys "}}}"

static void test_errors(void **state) {
  (void)state;
  static const struct bad_text bad[] = {
      {"[]", RONDO_INVALID_ARGUMENT, "s.json: is an array, must be an object"},
      {"{}", RONDO_INVALID_ARGUMENT, "s.json: dispatches: is missing: an object of key and dispatch"},
      {"{\"dispatches\": {}}", RONDO_INVALID_ARGUMENT, "s.json: dispatches: is empty: a schedule has at least one dispatch"},
      {"{\"dispatches\": []}", RONDO_INVALID_ARGUMENT,
       "s.json: dispatches: is an array: a stream-graph export is no schedule, whose dispatches are an object of key and dispatch"},
      {"{\"dispatches\": {\"a\": 1}}", RONDO_INVALID_ARGUMENT, "s.json: dispatches.a: is a whole number, must be an object"},
      {"{\"dispatches\": {\"\": {}}}", RONDO_INVALID_ARGUMENT, "s.json: dispatches[\"\"]: a dispatch has an empty key"},
      {"{\"schema\": \"rondo.machine/1\"}", RONDO_INVALID_ARGUMENT, "s.json: schema: is \"rondo.machine/1\", another kind of file than the \"rondo.plan/1\" that is needed here"},
      {ONE("\"id\": \"0\""), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.id: is a text, must be a whole number"},
      {ONE("\"id\": 1.5"), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.id: is a number, must be a whole number"},
      {ONE("\"id\": 2147483648"), RONDO_OUT_OF_RANGE, "s.json: dispatches.a.id: is 2147483648, must be 2147483647 or less"},
      {ONE("\"start_time\": -1"), RONDO_OUT_OF_RANGE, "s.json: dispatches.a.start_time: is -1 ms, must be at least 0"},
      {ONE("\"duration\": -0.5"), RONDO_OUT_OF_RANGE, "s.json: dispatches.a.duration: is -0.5 ms, must be at least 0"},
      {ONE("\"start_time\": 1e300"), RONDO_OUT_OF_RANGE, "s.json: dispatches.a.start_time: is 1e+300 ms, more than the 104 days that a time may have"},
      {ONE("\"start_ns\": 9007199254740992, \"duration_ns\": 1"), RONDO_OUT_OF_RANGE, "s.json: dispatches.a: is planned to end after more than 104 days"},
      {ONE("\"start_time\": 1, \"start_ns\": 2000000"), RONDO_INVALID_ARGUMENT,
       "s.json: dispatches.a.start_ns: is 2000000 ns, but start_time says 1000000 ns: correct one of them, or remove it"},
      {ONE("\"dependencies\": \"b\""), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.dependencies: is a text, must be an array"},
      {ONE("\"dependencies\": [0]"), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.dependencies[0]: is a whole number, must be a text"},
      {ONE("\"dependencies\": [\"b\"]"), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.dependencies[0]: there is no dispatch \"b\""},
      {ONE("\"time_dependency\": \"b\""), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.time_dependency: there is no dispatch \"b\""},
      {ONE("\"dependencies\": [\"a\"]"), RONDO_INVALID_ARGUMENT,
       "s.json: dispatches.a: waits for itself: a waits for a; remove a dependency, or make a time dependency soft"},
      {"{\"dispatches\": {\"x\": {\"dependencies\": [\"c\"]}, \"a\": {\"dependencies\": [\"b\"]}, \"b\": {\"time_dependency\": \"c\"}, \"c\": {\"dependencies\": [\"a\"]}}}",
       RONDO_INVALID_ARGUMENT, "s.json: dispatches.c: waits for itself: c waits for a waits for b waits for c; remove a dependency, or make a time dependency soft"},
      {ONE("\"hardware_target\": 1"), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.hardware_target: is a whole number, must be a text"},
      {ONE("\"hardware_target\": \"\""), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.hardware_target: is empty: name a target"},
      {ONE("\"release_policy\": \"fast\""), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.release_policy: is \"fast\", must be immediate or phase_locked"},
      {ONE("\"time_dep_mode\": \"fast\""), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.time_dep_mode: is \"fast\", must be hard or soft"},
      {ONE("\"time_dep_mode\": 1"), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.time_dep_mode: is a whole number, must be a text"},
      {ONE("\"targets\": []"), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.targets: is empty: name at least one target"},
      {ONE("\"targets\": [\"x\", \"y\", \"x\"]"), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.targets[2]: names a target again"},
      {ONE("\"targets\": [\"x\"], \"hardware_target\": \"y\""), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.targets[0]: is not the hardware_target, which comes first"},
      {ONE("\"resources\": [\"x\", \"x\"]"), RONDO_INVALID_ARGUMENT, "s.json: dispatches.a.resources[1]: names a resource again"},
      {ONE("\"workers\": 0"), RONDO_OUT_OF_RANGE, "s.json: dispatches.a.workers: is 0, must be 1 or more"},
      {ONE("\"priority\": 256"), RONDO_OUT_OF_RANGE, "s.json: dispatches.a.priority: is 256, must be 255 or less"},
      {"{\"dispatches\": {\"a\": {}}, \"metadata\": []}", RONDO_INVALID_ARGUMENT, "s.json: metadata: is an array, must be an object"},
      {"{\"dispatches\": {\"a\": {}}, \"metadata\": {\"machine_combinations\": [\"a\"]}}", RONDO_INVALID_ARGUMENT, "s.json: metadata.machine_combinations[0]: is a text, must be an array"},
      {"{\"dispatches\": {\"a\": {}}, \"instances\": {\"b\": {}}}", RONDO_INVALID_ARGUMENT, "s.json: instances.b: no dispatch has this job_name"},
      {"{\"dispatches\": {\"a\": {}}, \"period_ms\": 0}", RONDO_OUT_OF_RANGE, "s.json: period_ms: is 0 ms, must be more than 0"},
      {"{\"dispatches\": {\"a\": {}}, \"machine\": {\"clusters\": []}}", RONDO_INVALID_ARGUMENT, "s.json: machine.clusters: is empty: a machine has one cluster at least"},
      {"{\"dispatches\": {\"a\": {}}, \"jobs\": {\"jobs\": [{\"name\": \"x\", \"model\": \"y\", \"waits_for\": [\"x\"]}]}}", RONDO_INVALID_ARGUMENT,
       "s.json: jobs.jobs[0]: waits for itself: \"x\" waits for \"x\"; take the latest result instead (\"waits\": false) at one place"},
      {"{\"dispatches\": {\"a\": {\"job_name\": \"j\"}}, \"jobs\": {\"jobs\": [{\"name\": \"x\", \"model\": \"y\"}]}, \"instances\": {\"j\": {\"job\": \"z\"}}}", RONDO_INVALID_ARGUMENT,
       "s.json: instances.j.job: there is no job \"z\" in `jobs`"},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    assert_int_equal(read_text(bad[i].text, NULL), bad[i].status);
    assert_string_equal(diag.message, bad[i].message);
    end();
  }
  // A key that occurs twice: with its place.
  assert_int_equal(read_text("{\"dispatches\": {\"a\": {},\n \"a\": {}}}", NULL), RONDO_INVALID_ARGUMENT);
  assert_memory_equal(diag.message, "s.json:2:", 9);
  assert_non_null(strstr(diag.message, "duplicate object key"));
  end();
  // Sums that overflow.
  assert_int_equal(read_text("{\"dispatches\": {\"a\": {\"duration_ns\": 9007199254740992}, \"b\": {\"duration_ns\": 1}}}", NULL), RONDO_OUT_OF_RANGE);
  assert_string_equal(diag.message, "s.json: dispatches.b: here the durations add up to more than 104 days");
  end();
}

static void test_long_cycle(void **state) {
  (void)state;
  char text[4096] = "{\"dispatches\": {";
  for (int i = 0; i < 40; ++i) snprintf(text + strlen(text), sizeof text - strlen(text), "%s\"k%d\": {\"dependencies\": [\"k%d\"]}", i > 0 ? ", " : "", i, (i + 1) % 40);
  strcat(text, "}}");
  assert_int_equal(read_text(text, NULL), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "s.json: dispatches.k0: waits for itself: k0 waits for k1 waits for k2 waits for k3 waits for k4 waits for k5 waits for k6 waits for k7 waits for k8 ... "
                                    "waits for k0; remove a dependency, or make a time dependency soft");
  end();
}

static void test_machine(void **state) {
  (void)state;
  struct rdo_machine_file machine;
  memset(&diag, 0, sizeof diag);
  write_file("m.json", "{\"clusters\": [{\"name\": \"CPU_P\", \"workers\": 2}, {\"name\": \"CPU_E\", \"workers\": 2}], \"lanes\": [{\"name\": \"E_A\", \"cluster\": \"CPU_E\"}],"
                       " \"resources\": [{\"name\": \"npu\"}]}");
  assert_ok(rdo_machine_file_read("m.json", NULL, &machine, &diag), &diag);
  const struct rdo_schedule_options options = {.machine = &machine};
  read_with(ONE("\"hardware_target\": \"E_A\", \"resources\": [\"npu\"]"), &options);
  assert_int_equal(schedule.target_count, 2);  // the machine's lanes, in its order
  assert_int_equal(schedule.nodes[0].target, 1);
  end();
  static const struct bad_text bad[] = {
      {ONE("\"hardware_target\": \"CPU_E\""), RONDO_NOT_FOUND, "s.json: dispatches.a.hardware_target: the machine has no target \"CPU_E\": it has CPU_P, E_A"},
      {ONE("\"resources\": [\"gpu\"]"), RONDO_NOT_FOUND, "s.json: dispatches.a.resources[0]: the machine has no resource \"gpu\""},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    assert_int_equal(read_text(bad[i].text, &options), bad[i].status);
    assert_string_equal(diag.message, bad[i].message);
    end();
  }
  // What only metadata names does not matter.
  read_with("{\"dispatches\": {\"a\": {}}, \"metadata\": {\"machines\": [\"X\", \"CPU_P\"], \"machine_combinations\": [[\"E_A\", \"Y\"], [\"E_A\"]]}}", &options);
  assert_int_equal(schedule.target_count, 2);
  assert_int_equal(schedule.combination_count, 1);
  assert_int_equal(schedule.target_list_count, 1);
  assert_note(&schedule.notes, 0, 2, "s.json: metadata.machines[0]: the machine has no target \"X\": it is left out here");
  end();
  // A default that the machine has not.
  struct rdo_schedule_options other = options;
  other.default_target = "Q";
  assert_int_equal(read_text("{\"dispatches\": {\"a\": {}}}", &other), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "s.json: dispatches.a.hardware_target: the machine has no target \"Q\": it has CPU_P, E_A");
  end();
  rdo_machine_file_deinit(&machine);
}

// The reference's ways, each behind its option.
static void test_quirks(void **state) {
  (void)state;
  read_with(ONE("\"start_time\": 0.0005, \"duration\": 0.00049"), &(struct rdo_schedule_options){.rounds_to_us = true});
  assert_int_equal(schedule.nodes[0].start_ns, 1000);
  assert_int_equal(schedule.nodes[0].duration_ns, 0);
  end();
  read_good(ONE("\"start_time\": 0.0005, \"duration\": 0.00049"));
  assert_int_equal(schedule.nodes[0].start_ns, 500);
  assert_int_equal(schedule.nodes[0].duration_ns, 490);
  end();
  read_with(ONE("\"start_time\": -7, \"duration\": -0.1"), &(struct rdo_schedule_options){.clamps_negative = true});
  assert_int_equal(schedule.nodes[0].start_ns, 0);
  assert_int_equal(schedule.nodes[0].duration_ns, 0);
  end();
  read_with(ONE("\"id\": 3.7, \"ordinal\": -1.5"), &(struct rdo_schedule_options){.truncates_integers = true});
  assert_int_equal(schedule.nodes[0].id, 3);
  assert_int_equal(schedule.nodes[0].ordinal, -1);
  end();
  read_with(ONE("\"job_name\": \"mlp0\", \"id\": 0, \"release_policy\": \"fast\""), &(struct rdo_schedule_options){.ignores_bad_policies = true});
  assert_false(schedule.nodes[0].has_policies);
  assert_int_equal(schedule.nodes[0].release_policy, RDO_RELEASE_PHASE_LOCKED);
  assert_note(&schedule.notes, 0, 1, "s.json: dispatches.a.release_policy: \"fast\" is no such policy and counts as absent");
  end();
}

// Remarks --------------------------------------------------------------------------------------------------

static const char remarkable[] =
    "{\"speed\": 1, \"dispatches\": {"
    "\"a\": {\"start_time\": 0, \"duration\": 2, \"hardware_target\": \"E\", \"colour\": 1}, \"b\": {\"start_time\": 1, \"duration\": 2, \"hardware_target\": \"E\", \"colour\": 2},"
    "\"c\": {\"start_time\": 3, \"duration\": 1, \"hardware_target\": \"E\", \"time_dependency\": \"a\", \"dependencies\": [\"d\"]},"
    "\"d\": {\"start_time\": 0, \"duration\": 5, \"hardware_target\": \"P\"}}}";

static void test_remarks(void **state) {
  (void)state;
  read_good(remarkable);
  assert_int_equal(schedule.notes.count, 5);
  assert_note(&schedule.notes, 0, 1, "s.json: speed: nobody reads this key: is its name right?");
  assert_note(&schedule.notes, 1, 2, "s.json: dispatches.a.colour: nobody reads this key: is its name right?");
  assert_note(&schedule.notes, 2, 1, "s.json: dispatches.c: is planned to start at 3 ms, before its predecessor d is planned to end at 5 ms");
  assert_note(&schedule.notes, 3, 1, "s.json: dispatches.b: is planned on E at 1 ms, where a is planned until 2 ms");
  assert_note(&schedule.notes, 4, 1, "s.json: dispatches.c: its time_dependency is a, but the dispatch before it on E is b");
  end();
  assert_int_equal(read_text(remarkable, &(struct rdo_schedule_options){.is_strict = true}), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "s.json: dispatches.c: is planned to start at 3 ms, before its predecessor d is planned to end at 5 ms");
  end();
  // Half a microsecond is rounding; nodes with workers may share a target.
  read_good("{\"dispatches\": {\"a\": {\"duration\": 1.0005}, \"b\": {\"start_time\": 1, \"duration\": 1, \"dependencies\": [\"a\"]}}}");
  assert_int_equal(schedule.notes.count, 0);
  end();
  read_good("{\"dispatches\": {\"a\": {\"duration\": 2, \"workers\": 1}, \"b\": {\"start_time\": 1, \"duration\": 1, \"workers\": 1}}}");
  assert_int_equal(schedule.notes.count, 0);
  end();
}

#define FAMILY(key, job, family) "\"" key "\": {\"job_name\": \"" job "\", \"module_name\": \"" family "$async_dispatch_0_x\"}"

static void test_families(void **state) {
  (void)state;
  // The known error: the first dispatches of dronet with modules of mlp.
  read_good("{\"dispatches\": {" FAMILY("a", "dronet", "mlp") ", " FAMILY("b", "dronet", "mlp") ", " FAMILY("c", "dronet", "dronet") ", " FAMILY("d", "dronet", "dronet") ", " FAMILY(
      "e", "dronet", "dronet") ", " FAMILY("f", "mlp0", "mlp") "}}");
  assert_int_equal(schedule.notes.count, 1);
  assert_note(&schedule.notes, 0, 2, "s.json: dispatches.a: its module is of family mlp, but job dronet is of family dronet: is module_name right?");
  assert_string_equal(schedule.jobs[0].family, "dronet");
  end();
  // All of them.
  read_good("{\"dispatches\": {" FAMILY("a", "dronet", "mlp") ", " FAMILY("b", "mlp0", "mlp") ", " FAMILY("c", "mlp1", "mlp") "}}");
  assert_note(&schedule.notes, 0, 1, "s.json: dispatches.a: its module is of family mlp, but it belongs to job dronet, and mlp0 is another job: is module_name right?");
  end();
  // A module may be called otherwise than its job, if all of it is.
  read_good("{\"dispatches\": {" FAMILY("a", "mobilenet_v2", "main_graph") ", " FAMILY("b", "diffusion", "torch_jit") ", " FAMILY("c", "diffusion", "torch_jit") "}}");
  assert_int_equal(schedule.notes.count, 0);
  end();
}

// Writing --------------------------------------------------------------------------------------------------

static const char own[] =
    "{\"schema\": \"rondo.plan/1\", \"period_ms\": 40, \"dot_file\": \"g\", \"dispatch_vmfb_dir\": \"v\", \"dispatches\": {"
    "\"a\": {\"id\": 0, \"start_ns\": 1, \"duration_ns\": 123456789, \"workers\": 2, \"priority\": 0, \"dispatch\": 0, \"export\": \"main$0\", \"job_name\": \"mlp0\", \"resources\": [\"npu\", \"dma\"],"
    " \"targets\": [\"CPU_E\", \"CPU_P\"], \"release_policy\": \"phase_locked\", \"time_dep_mode\": \"soft\"},"
    "\"b\\u00e4 \\\"x\\\"\": {\"id\": 1, \"start_time\": 200.5, \"dependencies\": [\"a\"], \"time_dependency\": \"a\", \"vmfb_path\": \"x.vmfb\", \"module_name\": \"f$async_dispatch_1\"}},"
    " \"metadata\": {\"makespan_ns\": 7, \"bound_ns\": 5, \"machine_combinations\": [[\"CPU_P\", \"CPU_E\"]]},"
    " \"instances\": {\"mlp0\": {\"job\": \"mlp\", \"index\": 0, \"release_ms\": 1, \"deadline_ms\": 2}},"
    " \"machine\": {\"clusters\": [{\"name\": \"CPU_P\", \"cpus\": \"0-1\"}, {\"name\": \"CPU_E\", \"cpus\": \"2\"}], \"resources\": [{\"name\": \"dma\"}, {\"name\": \"npu\"}]},"
    " \"jobs\": {\"jobs\": [{\"name\": \"mlp\", \"model\": \"m.vmfb\", \"period_ms\": 40, \"lanes\": [\"CPU_P\"]}]}}";

static void test_own(void **state) {
  (void)state;
  read_good(own);
  assert_int_equal(schedule.variant, RDO_SCHEDULE_PLAN);
  assert_int_equal(schedule.period_ns, 40000000);
  const struct rdo_schedule_node *node = node_of("a");
  assert_int_equal(node->start_ns, 1);
  assert_int_equal(node->worker_count, 2);
  assert_int_equal(node->priority, 0);
  assert_int_equal(node->dispatch, 0);
  assert_string_equal(node->export_name, "main$0");
  assert_string_equal(schedule.targets[node->target].name, "CPU_E");
  assert_int_equal(node->extra_count, 1);
  assert_string_equal(schedule.targets[schedule.target_lists[node->extra_begin]].name, "CPU_P");
  assert_int_equal(node->resource_count, 2);
  assert_string_equal(schedule.resources[schedule.resource_lists[node->resource_begin + 1]], "dma");
  assert_int_equal(schedule.makespan_ns, 7);
  assert_int_equal(schedule.bound_ns, 5);
  assert_string_equal(schedule.jobs[0].source, "mlp");
  assert_int_equal(schedule.jobs[0].instance, 0);
  assert_int_equal(schedule.jobs[0].release_ns, 1000000);
  assert_int_equal(schedule.jobs[0].deadline_ns, 2000000);
  assert_int_equal(schedule.machine->cluster_count, 2);
  assert_int_equal(schedule.job_set->job_count, 1);
  assert_int_equal(schedule.job_set->jobs[0].lane_indices[0], 0);
  end();
}

// Whatever is read is written, and reads as the same.
static void expect_round_trip(void) {
  assert_ok(rdo_schedule_write(&schedule, "first.json", &diag), &diag);
  struct rdo_schedule before = schedule;
  assert_ok(rdo_schedule_read("first.json", NULL, &schedule, &diag), &diag);
  assert_int_equal(schedule.node_count, before.node_count);
  assert_int_equal(schedule.predecessor_count, before.predecessor_count);
  assert_int_equal(schedule.makespan_ns, before.makespan_ns);
  assert_memory_equal(schedule.order, before.order, sizeof *schedule.order * schedule.node_count);
  for (uint32_t i = 0; i < schedule.node_count; ++i) {
    const struct rdo_schedule_node *a = &schedule.nodes[i], *b = &before.nodes[i];
    assert_string_equal(a->key, b->key);
    assert_int_equal(a->start_ns, b->start_ns);
    assert_int_equal(a->duration_ns, b->duration_ns);
    assert_int_equal(a->release_policy, b->release_policy);
    assert_int_equal(a->time_mode, b->time_mode);
    assert_int_equal(a->time_dependency, b->time_dependency);
    assert_int_equal(a->target, b->target);
    assert_int_equal(a->job, b->job);
    assert_int_equal(a->rank, b->rank);
    assert_string_equal(a->family, b->family);
  }
  assert_ok(rdo_schedule_write(&schedule, "second.json", &diag), &diag);
  assert_same_files("first.json", "second.json");
  rdo_schedule_deinit(&before);
  end();
}

static void test_round_trip(void **state) {
  (void)state;
  read_good(own);
  expect_round_trip();
  read_good(remarkable);
  expect_round_trip();
}

// A schedule that was never a file: what a planner makes.
static void test_made(void **state) {
  (void)state;
  struct rdo_arena *arena = &schedule.arena;
  memset(&diag, 0, sizeof diag);
  memset(&schedule, 0, sizeof schedule);
  schedule.variant = RDO_SCHEDULE_PLAN;
  schedule.node_count = 3;
  schedule.job_count = schedule.target_count = 1;
  schedule.dependency_count = 2;
  assert_ok(rdo_arena_alloc(arena, 3, sizeof *schedule.nodes, &schedule.nodes, &diag), &diag);
  assert_ok(rdo_arena_alloc(arena, 1, sizeof *schedule.jobs, &schedule.jobs, &diag), &diag);
  assert_ok(rdo_arena_alloc(arena, 1, sizeof *schedule.targets, &schedule.targets, &diag), &diag);
  assert_ok(rdo_arena_alloc(arena, 2, sizeof *schedule.dependencies, &schedule.dependencies, &diag), &diag);
  static const char *const keys[] = {"x", "y", "z"};
  for (uint32_t i = 0; i < 3; ++i) {
    rdo_schedule_node_init(&schedule.nodes[i]);
    schedule.nodes[i].key = keys[i];
    schedule.nodes[i].start_ns = i * 10;
    schedule.nodes[i].duration_ns = 10;
    schedule.nodes[i].worker_count = 1;
    schedule.nodes[i].dependency_begin = i > 0 ? i - 1 : 0;
    schedule.nodes[i].dependency_count = i > 0;
    if (i > 0) schedule.dependencies[i - 1] = i - 1;
  }
  rdo_schedule_job_init(&schedule.jobs[0], "job0");
  schedule.jobs[0].source = "job";
  schedule.jobs[0].instance = 0;
  schedule.targets[0].name = "CPU_P";
  assert_ok(rdo_schedule_complete(&schedule, &diag), &diag);
  assert_int_equal(schedule.makespan_ns, 30);
  assert_int_equal(schedule.jobs[0].node_count, 3);
  assert_string_equal(schedule.jobs[0].base, "job");
  expect_keys(schedule.order, 3, "x y z");
  expect_successors("x", "y");
  assert_ok(rdo_schedule_lint(&schedule, true, NULL, &diag), &diag);
  expect_round_trip();
}

// The reference's schedule and what its description says of it.
static void test_reference(void **state) {
  (void)state;
  memset(&diag, 0, sizeof diag);
  if (access(RDO_TEST_REFERENCE, R_OK) != 0) {
    printf("without %s\n", RDO_TEST_REFERENCE);
    skip();
  }
  assert_ok(rdo_schedule_read(RDO_TEST_REFERENCE, NULL, &schedule, &diag), &diag);
  assert_int_equal(schedule.variant, RDO_SCHEDULE_TIMED);
  assert_int_equal(schedule.node_count, 105);
  assert_int_equal(schedule.job_count, 18);
  assert_int_equal(schedule.target_count, 2);
  assert_int_equal(schedule.makespan_ns, 32567000);
  assert_int_equal(schedule.last_end_ns, 32567000);
  int locked_count = 0;
  for (uint32_t i = 0; i < schedule.node_count; ++i) locked_count += schedule.nodes[i].release_policy == RDO_RELEASE_PHASE_LOCKED;
  assert_int_equal(locked_count, 17);
  assert_string_equal(schedule.jobs[rdo_schedule_find_job(&schedule, "mlp16")].base, "mlp");
  assert_string_equal(schedule.jobs[rdo_schedule_find_job(&schedule, "dronet")].family, "dronet");
  assert_int_equal(schedule.notes.count, 2);
  assert_non_null(strstr(schedule.notes.items[0].text, "time_dependency"));
  assert_non_null(strstr(schedule.notes.items[1].text, "dispatches.dronet_dispatch_16_2: is planned on CPU_E at 32.413 ms, where dronet_dispatch_16_1 is planned until 32.495 ms"));
  assert_int_equal(schedule.notes.items[1].count, 1);
  expect_round_trip();
}

// Large ----------------------------------------------------------------------------------------------------

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

// `count` nodes: chains of 1000, each node also on the same place of the chain before. In the file the last comes first.
static double read_large(int count) {
  FILE *out = fopen("large.json", "wb");
  assert_non_null(out);
  fputs("{\"dispatches\": {", out);
  for (int i = count - 1; i >= 0; --i) {
    fprintf(out, "\"job%d_dispatch_%d\": {\"id\": %d, \"job_name\": \"job%d\", \"hardware_target\": \"T%d\", \"start_time\": %d.25, \"duration\": 0.5, \"dependencies\": [", i / 1000, i % 1000, i % 1000,
            i / 1000, i % 16, i);
    if (i % 1000 > 0) fprintf(out, "\"job%d_dispatch_%d\"", i / 1000, i % 1000 - 1);
    if (i >= 1000) fprintf(out, "%s\"job%d_dispatch_%d\"", i % 1000 > 0 ? ", " : "", i / 1000 - 1, i % 1000);
    fprintf(out, "], \"unknown\": 0}%s", i > 0 ? ", " : "");
  }
  fputs("}}", out);
  fclose(out);
  memset(&diag, 0, sizeof diag);
  double begin = seconds();
  assert_ok(rdo_schedule_read("large.json", NULL, &schedule, &diag), &diag);
  double used = seconds() - begin;
  assert_int_equal(schedule.node_count, count);
  assert_int_equal(schedule.notes.count, 1);
  assert_int_equal(schedule.notes.items[0].count, count);
  assert_int_equal(schedule.order[0], count - 1);
  begin = seconds();
  assert_ok(rdo_schedule_write(&schedule, "large.json", &diag), &diag);
  printf("%d nodes: read in %.3f s, written in %.3f s\n", count, used, seconds() - begin);
  end();
  unlink("large.json");
  return used;
}

static void test_large(void **state) {
  (void)state;
  double small = read_large(10000), large = read_large(100000);
  // Ten times as much in ten times the time, with room for a machine that does other things; a square would be a hundred.
  assert_true(large < 40 * small + 0.5);
}

int main(void) {
  if (!can_read()) return 77;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_variant_a), cmocka_unit_test(test_defaults), cmocka_unit_test(test_variant_b), cmocka_unit_test(test_variant_c), cmocka_unit_test(test_makespan),
      cmocka_unit_test(test_inference), cmocka_unit_test(test_time_modes), cmocka_unit_test(test_order), cmocka_unit_test(test_bases), cmocka_unit_test(test_errors),
      cmocka_unit_test(test_long_cycle), cmocka_unit_test(test_machine), cmocka_unit_test(test_quirks), cmocka_unit_test(test_remarks), cmocka_unit_test(test_families),
      cmocka_unit_test(test_own), cmocka_unit_test(test_round_trip), cmocka_unit_test(test_made), cmocka_unit_test(test_reference), cmocka_unit_test(test_large),
  };
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}

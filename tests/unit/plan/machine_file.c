// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/machine_file.h"

#include "plan_test.h"

static struct rdo_machine_file file;
static struct rondo_diag diag;

static enum rondo_status read_text(const char *text, const struct rdo_topology *topology) {
  memset(&diag, 0, sizeof diag);
  write_file("m.json", text);
  return rdo_machine_file_read("m.json", topology, &file, &diag);
}

static void read_good(const char *text) { assert_ok(read_text(text, NULL), &diag); }

static void expect_cpus(const struct rdo_cpu_set *cpus, const char *expected) {
  char text[RDO_CPU_SET_TEXT_BYTES];
  rdo_cpu_set_format(cpus, text, sizeof text);
  assert_string_equal(text, expected);
}

static const char full[] =
    "{\"schema\": \"rondo.machine/1\", \"jobs_max\": 5, \"memory_bytes_max\": 1000000,"
    " \"clusters\": [{\"name\": \"CPU_P\", \"cpus\": \"0-3\", \"variant\": \"RVV\", \"jobs_max\": 2, \"max_frequency_mhz\": 2400.5, \"l2_cache_kb\": 512},"
    "  {\"name\": \"CPU_E\", \"cpus\": [4, 5], \"capacity\": 400, \"handover_ns\": 300, \"wake_us\": 4.5}],"
    " \"lanes\": [{\"name\": \"CPU_E_OTHER\", \"cluster\": \"CPU_E\"}, {\"name\": \"CPU_E_MLP\", \"cluster\": \"CPU_E\", \"cpus\": [5], \"jobs_max\": 1}],"
    " \"resources\": [{\"name\": \"npu\", \"cpus\": \"4-7\", \"type\": \"matrix\", \"ops_per_sec\": 1e12}, {\"name\": \"dma\", \"capacity\": 3}],"
    " \"transitions\": [{\"from\": \"CPU_P\", \"to\": \"CPU_E\", \"cost_us\": 2.5}]}";

static void test_full(void **state) {
  (void)state;
  read_good(full);
  assert_int_equal(file.cluster_count, 2);
  assert_string_equal(file.clusters[0].name, "CPU_P");
  expect_cpus(&file.clusters[0].cpus, "0-3");
  assert_int_equal(file.clusters[0].worker_count, 4);
  assert_int_equal(file.clusters[0].capacity, 1024);
  assert_int_equal(file.clusters[0].job_count_max, 2);
  assert_int_equal(file.clusters[0].frequency_khz, 2400500);
  assert_int_equal(file.clusters[0].l2_bytes, 512 * 1024);
  assert_string_equal(file.clusters[0].variant, "RVV");
  assert_int_equal(file.clusters[1].capacity, 400);
  assert_int_equal(file.clusters[0].handover_ns, 0);
  assert_int_equal(file.clusters[1].handover_ns, 300);
  assert_int_equal(file.clusters[1].wake_ns, 4500);
  assert_string_equal(file.clusters[1].variant, "");
  // Lanes stand in the order of clusters: one for CPU_P, then those of CPU_E.
  assert_int_equal(file.lane_count, 3);
  assert_string_equal(file.lanes[0].name, "CPU_P");
  assert_true(file.lanes[0].is_implicit);
  assert_string_equal(file.lanes[1].name, "CPU_E_OTHER");
  expect_cpus(&file.lanes[1].cpus, "4-5");
  assert_string_equal(file.lanes[2].name, "CPU_E_MLP");
  expect_cpus(&file.lanes[2].cpus, "5");
  assert_int_equal(file.lanes[2].worker_count, 1);
  assert_int_equal(file.lanes[2].job_count_max, 1);
  assert_int_equal(file.clusters[1].lane_begin, 1);
  assert_int_equal(file.clusters[1].lane_count, 2);
  assert_int_equal(rdo_machine_file_find_lane(&file, "CPU_E_MLP"), 2);
  assert_int_equal(rdo_machine_file_find_lane(&file, "CPU_E"), -1);
  assert_int_equal(rdo_machine_file_find_cluster(&file, "CPU_E"), 1);
  assert_int_equal(file.resource_count, 2);
  assert_int_equal(file.resources[0].capacity, 1);
  expect_cpus(&file.resources[0].cpus, "4-7");
  assert_true(file.resources[0].operations_per_s == 1e12);
  assert_int_equal(file.resources[1].capacity, 3);
  assert_int_equal(rdo_machine_file_find_resource(&file, "dma"), 1);
  assert_int_equal(file.transition_count, 1);
  assert_int_equal(file.transitions[0].cost_ns, 2500);
  assert_int_equal(file.job_count_max, 5);
  assert_int_equal(file.memory_bytes_max, 1000000);
  assert_int_equal(file.notes.count, 0);
  rdo_machine_file_deinit(&file);
}

static void test_round_trip(void **state) {
  (void)state;
  read_good(full);
  assert_ok(rdo_machine_file_write(&file, "first.json", &diag), &diag);
  rdo_machine_file_deinit(&file);
  assert_ok(rdo_machine_file_read("first.json", NULL, &file, &diag), &diag);
  assert_int_equal(file.notes.count, 0);
  assert_int_equal(file.lane_count, 3);
  assert_ok(rdo_machine_file_write(&file, "second.json", &diag), &diag);
  rdo_machine_file_deinit(&file);
  assert_same_files("first.json", "second.json");
}

static void test_defaults(void **state) {
  (void)state;
  read_good("{\"clusters\": [{\"name\": \"a\", \"workers\": 1000}, {\"name\": \"b\", \"cpus\": \"0xf\", \"workers\": 2}], \"extra\": 1}");
  assert_true(rdo_cpu_set_is_empty(&file.clusters[0].cpus));
  assert_int_equal(file.clusters[0].worker_count, 1000);
  assert_int_equal(file.clusters[1].worker_count, 2);
  assert_int_equal(file.clusters[1].capacity, 1024);
  assert_int_equal(file.lane_count, 2);
  assert_note(&file.notes, 0, 1, "m.json: extra: nobody reads this key: is its name right?");
  rdo_machine_file_deinit(&file);
  // Speeds follow from frequencies when all are known.
  read_good("{\"clusters\": [{\"name\": \"a\", \"cpus\": \"0\", \"max_frequency_mhz\": 1200}, {\"name\": \"b\", \"cpus\": \"1\", \"max_frequency_mhz\": 2400}]}");
  assert_int_equal(file.clusters[0].capacity, 512);
  assert_int_equal(file.clusters[1].capacity, 1024);
  rdo_machine_file_deinit(&file);
}

// The topology of the four-file form.
static void test_topology_form(void **state) {
  (void)state;
  read_good("{\"clusters\": [{\"id\": 0, \"cores\": [0, 1, 2, 3], \"l2_cache_kb\": 2048, \"max_frequency_mhz\": 2400},"
            " {\"id\": 1, \"cores\": [4, 5, 6, 7], \"l2_cache_kb\": 2048, \"npu\": {\"type\": \"risc-v-extension\", \"ops_per_sec\": 1000000000000}}],"
            " \"shared_l3_cache_kb\": 8192, \"memory_bandwidth_gbps\": 50}");
  assert_string_equal(file.clusters[0].name, "cluster0");
  assert_string_equal(file.clusters[1].name, "cluster1");
  assert_int_equal(file.clusters[1].frequency_khz, 0);
  assert_int_equal(file.resource_count, 1);
  assert_string_equal(file.resources[0].name, "npu");
  assert_string_equal(file.resources[0].type, "risc-v-extension");
  expect_cpus(&file.resources[0].cpus, "4-7");
  assert_int_equal(file.l3_bytes, 8192 * 1024);
  assert_true(file.memory_gb_per_s == 50);
  assert_int_equal(file.notes.count, 0);
  rdo_machine_file_deinit(&file);
}

#define CLUSTER "{\"name\": \"a\", \"cpus\": \"0-3\"}"

static void test_errors(void **state) {
  (void)state;
  static const struct bad_text bad[] = {
      {"[]", RONDO_INVALID_ARGUMENT, "m.json: is an array, must be an object"},
      {"{}", RONDO_INVALID_ARGUMENT, "m.json: clusters: is missing: an array of clusters, each with `name` and `cpus`; `rondo machine --output=FILE` writes one"},
      {"{\"schema\": \"rondo.jobs/1\"}", RONDO_INVALID_ARGUMENT, "m.json: schema: is \"rondo.jobs/1\", another kind of file than the \"rondo.machine/1\" that is needed here"},
      {"{\"clusters\": []}", RONDO_INVALID_ARGUMENT, "m.json: clusters: is empty: a machine has one cluster at least"},
      {"{\"clusters\": [1]}", RONDO_INVALID_ARGUMENT, "m.json: clusters[0]: is a whole number, must be an object"},
      {"{\"clusters\": [{\"cpus\": \"0\"}]}", RONDO_INVALID_ARGUMENT, "m.json: clusters[0].name: is missing: a name of your choice, such as \"CPU_P\""},
      {"{\"clusters\": [{\"name\": \"\", \"cpus\": \"0\"}]}", RONDO_INVALID_ARGUMENT, "m.json: clusters[0].name: is empty"},
      {"{\"clusters\": [{\"name\": \"a\"}]}", RONDO_INVALID_ARGUMENT,
       "m.json: clusters[0].cpus: is missing: the CPUs of the cluster, such as \"0-3\" (or only `workers`, to plan for a machine without running on it)"},
      {"{\"clusters\": [{\"name\": \"a\", \"cpus\": []}]}", RONDO_INVALID_ARGUMENT, "m.json: clusters[0].cpus: is empty: name at least one CPU"},
      {"{\"clusters\": [{\"name\": \"a\", \"cpus\": [0, 1, 0]}]}", RONDO_INVALID_ARGUMENT, "m.json: clusters[0].cpus[2]: names CPU 0 again"},
      {"{\"clusters\": [{\"name\": \"a\", \"cpus\": [-1]}]}", RONDO_OUT_OF_RANGE, "m.json: clusters[0].cpus[0]: is -1, must be 0 or more"},
      {"{\"clusters\": [{\"name\": \"a\", \"cpus\": \"0\", \"cores\": [0]}]}", RONDO_INVALID_ARGUMENT, "m.json: clusters[0].cores: cpus is given as well: keep one of them"},
      {"{\"clusters\": [" CLUSTER ", {\"name\": \"b\", \"cpus\": \"3-4\"}]}", RONDO_INVALID_ARGUMENT,
       "m.json: clusters[1].cpus: CPU 3 is in cluster a as well: clusters may not overlap, lanes may"},
      {"{\"clusters\": [" CLUSTER ", {\"name\": \"a\", \"cpus\": \"4\"}]}", RONDO_INVALID_ARGUMENT, "m.json: clusters[1]: clusters[0] is called \"a\" as well"},
      {"{\"clusters\": [{\"name\": \"a\", \"cpus\": \"0\", \"capacity\": 0}]}", RONDO_OUT_OF_RANGE, "m.json: clusters[0].capacity: is 0, must be 1 or more"},
      {"{\"clusters\": [{\"name\": \"a\", \"cpus\": \"0\", \"capacity\": 1025}]}", RONDO_OUT_OF_RANGE, "m.json: clusters[0].capacity: is 1025, must be 1024 or less"},
      {"{\"clusters\": [{\"name\": \"a\", \"cpus\": \"0\", \"npu\": true}]}", RONDO_INVALID_ARGUMENT, "m.json: clusters[0].npu: is true or false, must be an object"},
      {"{\"clusters\": [" CLUSTER "], \"lanes\": {}}", RONDO_INVALID_ARGUMENT, "m.json: lanes: is an object, must be an array"},
      {"{\"clusters\": [" CLUSTER "], \"lanes\": [{\"name\": \"x\"}]}", RONDO_INVALID_ARGUMENT, "m.json: lanes[0].cluster: is missing: the cluster whose CPUs it uses"},
      {"{\"clusters\": [" CLUSTER "], \"lanes\": [{\"name\": \"x\", \"cluster\": \"b\"}]}", RONDO_INVALID_ARGUMENT, "m.json: lanes[0].cluster: there is no cluster \"b\" in `clusters`"},
      {"{\"clusters\": [" CLUSTER "], \"lanes\": [{\"name\": \"x\", \"cluster\": \"a\", \"cpus\": \"4\"}]}", RONDO_INVALID_ARGUMENT, "m.json: lanes[0].cpus: CPU 4 is not in cluster a"},
      {"{\"clusters\": [" CLUSTER "], \"lanes\": [{\"name\": \"x\", \"cluster\": \"a\", \"workers\": 0}]}", RONDO_OUT_OF_RANGE, "m.json: lanes[0].workers: is 0, must be 1 or more"},
      {"{\"clusters\": [" CLUSTER "], \"lanes\": [{\"name\": \"x\", \"cluster\": \"a\"}, {\"name\": \"x\", \"cluster\": \"a\"}]}", RONDO_INVALID_ARGUMENT,
       "m.json: lanes[1]: lanes[0] is called \"x\" as well"},
      {"{\"clusters\": [" CLUSTER ", {\"name\": \"b\", \"cpus\": \"4\"}], \"lanes\": [{\"name\": \"b\", \"cluster\": \"a\"}]}", RONDO_INVALID_ARGUMENT,
       "m.json: lanes[0]: is called \"b\" as a cluster that it is not on"},
      {"{\"clusters\": [" CLUSTER "], \"resources\": [{\"name\": \"r\", \"cpus\": \"9\"}]}", RONDO_INVALID_ARGUMENT,
       "m.json: resources[0].cpus: no cluster has one of these CPUs: nothing could use it"},
      {"{\"clusters\": [" CLUSTER "], \"resources\": [{\"name\": \"r\"}, {\"name\": \"r\"}]}", RONDO_INVALID_ARGUMENT, "m.json: resources[1]: another resource is called \"r\" as well"},
      {"{\"clusters\": [" CLUSTER "], \"resources\": [{\"name\": \"r\", \"capacity\": 0}]}", RONDO_OUT_OF_RANGE, "m.json: resources[0].capacity: is 0, must be 1 or more"},
      {"{\"clusters\": [" CLUSTER "], \"transitions\": [{\"from\": \"a\", \"to\": \"a\", \"cost_us\": 1}]}", RONDO_INVALID_ARGUMENT,
       "m.json: transitions[0]: from and to are one cluster, within which moving is free"},
      {"{\"clusters\": [" CLUSTER "], \"transitions\": [{\"from\": \"a\", \"to\": \"c\"}]}", RONDO_INVALID_ARGUMENT, "m.json: transitions[0].to: there is no cluster \"c\" in `clusters`"},
      {"{\"clusters\": [" CLUSTER ", {\"name\": \"b\", \"workers\": 1}], \"transitions\": [{\"from\": \"a\", \"to\": \"b\"}]}", RONDO_INVALID_ARGUMENT,
       "m.json: transitions[0]: has no cost_us (or cost_ns, cost_ms): say what moving costs"},
      {"{\"clusters\": [" CLUSTER ", {\"name\": \"b\", \"workers\": 1}], \"transitions\": [{\"from\": \"a\", \"to\": \"b\", \"cost_us\": -1}]}", RONDO_OUT_OF_RANGE,
       "m.json: transitions[0].cost_us: is -1 us, must be at least 0"},
      {"{\"clusters\": [" CLUSTER ", {\"name\": \"b\", \"workers\": 1}], \"transitions\": [{\"from\": \"a\", \"to\": \"b\", \"cost_us\": 1}, {\"from\": \"a\", \"to\": \"b\", \"cost_us\": 1}]}",
       RONDO_INVALID_ARGUMENT, "m.json: transitions[1]: these clusters have a transition already, transitions[0]: remove one"},
      {"{\"clusters\": [" CLUSTER "], \"jobs_max\": -1}", RONDO_OUT_OF_RANGE, "m.json: jobs_max: is -1, must be 0 or more"},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    assert_int_equal(read_text(bad[i].text, NULL), bad[i].status);
    assert_string_equal(diag.message, bad[i].message);
    rdo_machine_file_deinit(&file);
  }
  assert_int_equal(read_text("{\"clusters\": [{\"name\": \"a\", \"cpus\": \"3-1\"}]}", NULL), RONDO_INVALID_ARGUMENT);
  assert_memory_equal(diag.message, "m.json: clusters[0].cpus: ", 26);
  rdo_machine_file_deinit(&file);
}

// A topology of our own: two fast CPUs and four slow ones, the last of which may not be used.
static void make_topology(struct rdo_topology *topology, struct rdo_cpu *cpus, struct rdo_cluster *clusters) {
  memset(topology, 0, sizeof *topology);
  for (int i = 0; i < 6; ++i) {
    cpus[i] = (struct rdo_cpu){.os_index = i, .is_online = true, .is_allowed = i != 5, .cluster = i < 2 ? 0 : 1, .capacity = i < 2 ? 1024 : 400, .frequency_khz_max = i < 2 ? 3000000 : 0};
    rdo_cpu_set_add(&topology->present, i);
    rdo_cpu_set_add(&topology->online, i);
    if (i != 5) rdo_cpu_set_add(&topology->allowed, i);
  }
  clusters[0] = (struct rdo_cluster){.capacity = 1024, .core_count = 2, .cache = -1, .cpus = rdo_cpu_set_range(0, 1)};
  clusters[1] = (struct rdo_cluster){.capacity = 400, .core_count = 4, .cache = -1, .cpus = rdo_cpu_set_range(2, 5)};
  topology->cpus = cpus;
  topology->cpu_count = 6;
  topology->clusters = clusters;
  topology->cluster_count = 2;
}

static void test_topology(void **state) {
  (void)state;
  struct rdo_topology topology;
  struct rdo_cpu cpus[6];
  struct rdo_cluster clusters[3];
  make_topology(&topology, cpus, clusters);
  assert_ok(read_text("{\"clusters\": [{\"name\": \"a\", \"cpus\": \"0-4\"}]}", &topology), &diag);
  rdo_machine_file_deinit(&file);
  assert_int_equal(read_text("{\"clusters\": [{\"name\": \"a\", \"cpus\": \"0-5\"}]}", &topology), RONDO_PERMISSION_DENIED);
  assert_memory_equal(diag.message, "m.json: clusters[0].cpus: ", 26);
  assert_non_null(strstr(diag.message, "CPU 5"));
  rdo_machine_file_deinit(&file);
  assert_int_equal(read_text("{\"clusters\": [{\"name\": \"a\", \"cpus\": \"6\"}]}", &topology), RONDO_NOT_FOUND);
  assert_memory_equal(diag.message, "m.json: clusters[0].cpus: ", 26);
  assert_non_null(strstr(diag.message, "CPU 6"));
  rdo_machine_file_deinit(&file);
  // The same for one that was read without.
  read_good("{\"clusters\": [{\"name\": \"a\", \"cpus\": \"0-1\"}, {\"name\": \"b\", \"cpus\": \"4-5\"}]}");
  assert_int_equal(rdo_machine_file_check(&file, &topology, "plan.json: machine.", &diag), RONDO_PERMISSION_DENIED);
  assert_memory_equal(diag.message, "plan.json: machine.clusters[1].cpus: ", 37);
  rdo_machine_file_deinit(&file);
  read_good("{\"clusters\": [{\"name\": \"a\", \"cpus\": \"0-1\"}]}");
  assert_ok(rdo_machine_file_check(&file, &topology, "", &diag), &diag);
  rdo_machine_file_deinit(&file);
  read_good("{\"clusters\": [{\"name\": \"a\", \"workers\": 1}]}");
  assert_int_equal(rdo_machine_file_check(&file, &topology, "m.json: ", &diag), RONDO_FAILED_PRECONDITION);
  assert_string_equal(diag.message, "m.json: clusters[0].cpus: is missing: cluster a can be planned for, not run on");
  rdo_machine_file_deinit(&file);
}

static void test_detect(void **state) {
  (void)state;
  struct rdo_topology topology;
  struct rdo_cpu cpus[6];
  struct rdo_cluster clusters[3];
  memset(&diag, 0, sizeof diag);
  make_topology(&topology, cpus, clusters);
  assert_ok(rdo_machine_file_detect(&topology, &file, &diag), &diag);
  assert_int_equal(file.cluster_count, 2);
  assert_string_equal(file.clusters[0].name, "CPU_P");
  assert_int_equal(file.clusters[0].frequency_khz, 3000000);
  assert_string_equal(file.clusters[1].name, "CPU_E");
  expect_cpus(&file.clusters[1].cpus, "2-4");
  assert_int_equal(file.clusters[1].worker_count, 3);
  assert_int_equal(file.lane_count, 2);
  // What is written can be read, and fits the machine.
  assert_ok(rdo_machine_file_write(&file, "detected.json", &diag), &diag);
  rdo_machine_file_deinit(&file);
  assert_ok(rdo_machine_file_read("detected.json", &topology, &file, &diag), &diag);
  assert_int_equal(file.notes.count, 0);
  rdo_machine_file_deinit(&file);
  // Equal clusters have numbers; one without CPUs for us is left out.
  clusters[2] = clusters[0];
  clusters[2].cpus = rdo_cpu_set_one(3);
  clusters[1].cpus = rdo_cpu_set_one(5);
  topology.cluster_count = 3;
  assert_ok(rdo_machine_file_detect(&topology, &file, &diag), &diag);
  assert_int_equal(file.cluster_count, 2);
  assert_string_equal(file.clusters[0].name, "CPU_P0");
  assert_string_equal(file.clusters[1].name, "CPU_P1");
  rdo_machine_file_deinit(&file);
  topology.allowed = rdo_cpu_set_none();
  assert_int_equal(rdo_machine_file_detect(&topology, &file, &diag), RONDO_NOT_FOUND);
  rdo_machine_file_deinit(&file);
}

int main(void) {
  if (!can_read()) return 77;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_full), cmocka_unit_test(test_round_trip), cmocka_unit_test(test_defaults), cmocka_unit_test(test_topology_form),
      cmocka_unit_test(test_errors), cmocka_unit_test(test_topology), cmocka_unit_test(test_detect),
  };
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}

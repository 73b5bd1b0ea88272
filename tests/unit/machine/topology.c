// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Reads this machine, and machines that nobody here has, from tests/golden/machine. What those look like as
// a whole is compared there; here is what must hold for every machine, and the facts each of them is for.

#include "machine/topology.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "machine/pin.h"
#include "machine_tree.h"
#include "topology_test.h"

// What a fixture is about ----------------------------------------------------------------------------------

static void test_spacemit(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("spacemit_k1", &t);
  expect_counts(&t, 8, 1, 8, 1, 2);
  expect_list(&t.clusters[0].cpus, "0-3");
  expect_list(&t.clusters[1].cpus, "4-7");
  for (int i = 0; i < 2; ++i) {
    const struct rdo_cache *l2 = &t.caches[t.clusters[i].cache];
    assert_int_equal(l2->level, 2);
    assert_int_equal(l2->size_bytes, 512 << 10);
    assert_int_equal(t.clusters[i].capacity, 1024);
    assert_int_equal(t.clusters[i].core_count, 4);
  }
  assert_int_equal(t.cpus[5].caches[RDO_CACHE_L3], -1);
  assert_int_equal(t.caches[t.cpus[5].caches[RDO_CACHE_L1D]].size_bytes, 32 << 10);
  assert_int_equal(t.caches[t.cpus[5].caches[RDO_CACHE_L1D]].line_bytes, 64);
  assert_int_equal(t.cpus[5].frequency_khz_max, 1600000);
  assert_int_equal(t.nodes[0].memory_bytes, UINT64_C(3981104) * 1024);
  assert_true(t.has_nodes);
  struct rdo_cpu_set sharing = rdo_topology_sharing(&t, 6);
  expect_list(&sharing, "4-7");
  rdo_topology_deinit(&t);
}

static void test_big_little(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("rk3588", &t);
  expect_counts(&t, 8, 1, 8, 1, 2);
  expect_list(&t.clusters[0].cpus, "0-3");
  expect_list(&t.clusters[1].cpus, "4-7");  // one, though the device tree makes two of them
  assert_int_equal(t.clusters[0].capacity, 397);
  assert_int_equal(t.clusters[1].capacity, 1024);
  assert_int_equal(t.clusters[0].cache, t.clusters[1].cache);
  assert_int_equal(t.capacity_source, RDO_CAPACITY_KERNEL);
  assert_int_equal(t.caches[t.cpus[0].caches[RDO_CACHE_L2]].size_bytes, 128 << 10);
  assert_int_equal(t.caches[t.cpus[7].caches[RDO_CACHE_L2]].size_bytes, 512 << 10);
  assert_false(t.has_nodes);
  assert_int_equal(t.nodes[0].memory_bytes, UINT64_C(16128000) * 1024);
  struct rdo_cpu_set sharing = rdo_topology_sharing(&t, 0);
  expect_list(&sharing, "0-7");
  rdo_topology_deinit(&t);
}

static void test_two_sockets(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("epyc_2x32", &t);
  if (RDO_CPU_SET_BITS < 128) {
    assert_int_equal(t.cpu_count, 64);
    assert_int_equal(t.beyond_count, 64);
    expect_counts(&t, 64, 2, 64, 4, 16);  // their siblings are beyond
  } else {
    expect_counts(&t, 128, 2, 64, 4, 16);
    assert_int_equal(t.beyond_count, 0);
    expect_list(&t.clusters[0].cpus, "0-3,64-67");
    expect_list(&t.clusters[15].cpus, "60-63,124-127");
    expect_list(&t.cores[63].cpus, "63,127");
    assert_int_equal(t.cpus[127].smt_index, 1);
    expect_list(&t.nodes[1].cpus, "16-31,80-95");
    struct rdo_cpu_set sharing = rdo_topology_sharing(&t, 127);
    expect_list(&sharing, "60-63,124-127");
  }
  assert_int_equal(t.clusters[15].package, 1);
  assert_int_equal(t.clusters[15].node, 3);
  assert_int_equal(t.clusters[0].core_count, 4);
  assert_int_equal(t.capacity_source, RDO_CAPACITY_FREQUENCY);
  rdo_topology_deinit(&t);
}

static void test_hybrid(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("hybrid_p4_e8", &t);
  expect_counts(&t, 16, 1, 12, 1, 3);
  expect_list(&t.clusters[0].cpus, "0-7");
  expect_list(&t.clusters[1].cpus, "8-11");
  expect_list(&t.clusters[2].cpus, "12-15");
  assert_int_equal(t.caches[t.clusters[0].cache].level, 3);
  assert_int_equal(t.caches[t.clusters[1].cache].level, 2);
  assert_int_equal(t.capacity_source, RDO_CAPACITY_FREQUENCY);
  assert_int_equal(t.clusters[0].capacity, 1024);
  assert_int_equal(t.clusters[1].capacity, 768);
  rdo_topology_deinit(&t);
}

static void test_offline(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("smt_off", &t);
  expect_counts(&t, 8, 1, 4, 1, 1);
  expect_list(&t.online, "0-3");
  expect_list(&t.isolated, "3");
  assert_false(t.cpus[4].is_online);
  assert_int_equal(t.cpus[4].core, -1);
  struct rdo_cpu_set sharing = rdo_topology_sharing(&t, 4);
  assert_true(rdo_cpu_set_is_empty(&sharing));
  rdo_topology_deinit(&t);
}

static void test_holes(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("holes", &t);
  expect_counts(&t, 4, 2, 4, 3, 2);
  assert_int_equal(rdo_topology_find(&t, 24)->os_index, 24);
  assert_null(rdo_topology_find(&t, 1));
  assert_null(rdo_topology_find(&t, -1));
  assert_null(rdo_topology_find(&t, RDO_CPU_SET_BITS));
  assert_int_equal(t.nodes[1].os_index, 8);
  assert_int_equal(t.nodes[2].os_index, 17);
  assert_true(rdo_cpu_set_is_empty(&t.nodes[2].cpus));
  assert_int_equal(t.packages[1].os_index, 8);
  expect_list(&t.clusters[1].cpus, "16,24");
  rdo_topology_deinit(&t);
}

static void test_little_known(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("no_caches", &t);
  expect_counts(&t, 6, 1, 6, 1, 2);
  assert_int_equal(t.cache_count, 0);
  expect_list(&t.clusters[0].cpus, "0-3");
  expect_list(&t.clusters[1].cpus, "4-5");
  struct rdo_cpu_set sharing = rdo_topology_sharing(&t, 0);
  expect_list(&sharing, "0-5");
  rdo_topology_deinit(&t);
  read_tree("container", &t);
  expect_counts(&t, 4, 1, 2, 1, 1);
  assert_int_equal(t.nodes[0].memory_bytes, 0);
  assert_int_equal(t.capacity_source, RDO_CAPACITY_ASSUMED);
  assert_int_equal(t.cpus[3].capacity, 1024);
  assert_int_equal(t.cpus[3].frequency_khz_max, 0);
  assert_int_equal(t.cpus[3].smt_index, 1);
  rdo_topology_deinit(&t);
  read_tree("lists_only", &t);
  expect_counts(&t, 3, 1, 3, 1, 1);
  rdo_topology_deinit(&t);
}

static void test_beyond(void **state) {
  (void)state;
  struct rdo_topology t;
  int held = RDO_CPU_SET_BITS < 320 ? RDO_CPU_SET_BITS : 320;
  read_tree("beyond", &t);
  assert_int_equal(t.cpu_count, held);
  assert_int_equal(t.beyond_count, 320 - held);
  assert_int_equal(t.cluster_count, (held + 79) / 80);
  rdo_topology_deinit(&t);
}

static void test_hostile(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("hostile", &t);
  assert_int_equal(t.cpu_count, 8);
  assert_int_equal(rdo_topology_find(&t, 4)->capacity, 512);
  assert_int_equal(rdo_topology_find(&t, 5)->capacity, 1024);
  for (int i = 0; i < t.cache_count; ++i) assert_true(t.caches[i].size_bytes <= 12);
  for (int i = 0; i < t.node_count; ++i) assert_int_equal(t.nodes[i].memory_bytes, 0);
  assert_true(rdo_cpu_set_is_empty(&t.isolated));
  rdo_topology_deinit(&t);
}

// Any files at all -----------------------------------------------------------------------------------------

static const char *const paths[] = {
    "online", "present", "isolated", "cpu1/cpu_capacity", "cpu2/cpufreq/cpuinfo_max_freq", "cpu3/topology/core_cpus_list",
    "cpu3/topology/thread_siblings_list", "cpu1/topology/physical_package_id", "cpu5/topology/cluster_cpus_list",
    "cpu4/cache/index0/level", "cpu4/cache/index0/type", "cpu4/cache/index2/size", "cpu4/cache/index2/shared_cpu_list",
    "cpu6/cache/index2/shared_cpu_list", "cpu6/cache/index2/level", "../node/online", "../node/node0/cpulist", "../node/node0/meminfo",
};
static const char *const words[] = {
    "", "\n", "0\n", "1\n", "-1\n", "7\n", "0-7\n", "0-3\n", "2,4-6\n", "0-255\n", "0-1023\n", "255\n", "64\n", "x\n", "0-\n", "99999999999\n",
    "18446744073709551616\n", "0,0\n", "Data\n", "Instruction\n", "512K\n", "1K1\n", "K\n", "0x4\n", " 1\n", "1 \n", "\xff\xfe\n", "MemTotal: 1 kB\n",
};
enum { PATH_COUNT = sizeof paths / sizeof paths[0], WORD_COUNT = sizeof words / sizeof words[0] };

// Whatever stands in some of the files: a topology that holds together, or NOT_FOUND.
static void test_any_text(void **state) {
  (void)state;
  char root[64], path[256];
  tree_make_root(root);
  unpack_tree("spacemit_k1", root);
  srand(3);
  for (int round = 0; round < 400; ++round) {
    struct rdo_topology t;
    struct rondo_diag diag = {.status = RONDO_OK};
    struct rdo_topology_options options = {.root = root};
    snprintf(path, sizeof path, "sys/devices/system/cpu/%s", paths[rand() % PATH_COUNT]);
    tree_write_text(root, path, words[rand() % WORD_COUNT]);
    enum rondo_status status = rdo_topology_read(&options, &t, &diag);
    if (status == RONDO_OK) expect_consistent(&t);
    else if (status != RONDO_NOT_FOUND) fail_msg("%s", diag.message);
    rdo_topology_deinit(&t);
  }
  tree_remove(root);
}

// A file longer than any that the kernel writes, and a pipe that nobody writes to.
static void test_odd_files(void **state) {
  (void)state;
  char root[64], path[256], *bytes = malloc(100000);
  struct rdo_topology t;
  struct rdo_topology_options options = {.root = root};
  tree_make_root(root);
  unpack_tree("spacemit_k1", root);
  memset(bytes, '1', 100000);
  tree_write(root, "sys/devices/system/cpu/online", bytes, 100000);
  tree_write(root, "sys/devices/system/cpu/cpu1/cpu_capacity", bytes, 100000);
  memset(bytes, 0, 100000);
  tree_write(root, "sys/devices/system/cpu/cpu2/cpu_capacity", bytes, 3);
  tree_write(root, "sys/devices/system/cpu/isolated", bytes, 3);
  snprintf(path, sizeof path, "%s/sys/devices/system/cpu/cpu3/cpu_capacity", root);
  unlink(path);
  assert_int_equal(mkfifo(path, 0600), 0);
  assert_int_equal(rdo_topology_read(&options, &t, NULL), RONDO_OK);
  expect_consistent(&t);
  assert_int_equal(t.cpus[1].capacity, 1024);
  assert_int_equal(rdo_cpu_set_count(&t.online), 8);
  rdo_topology_deinit(&t);
  tree_remove(root);
  free(bytes);
}

static void expect_failure(const struct rdo_topology_options *options, enum rondo_status status, const char *text) {
  struct rdo_topology t;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_topology_read(options, &t, &diag), status);
  if (strstr(diag.message, text) == NULL) fail_msg("'%s' is not in '%s'", text, diag.message);
  rdo_topology_deinit(&t);
}

static void test_no_machine(void **state) {
  (void)state;
  char root[64];
  tree_make_root(root);
  expect_failure(&(struct rdo_topology_options){.root = root}, RONDO_NOT_FOUND, "names no CPUs");
  expect_failure(&(struct rdo_topology_options){.root = "/no/such/folder"}, RONDO_NOT_FOUND, "'/no/such/folder'");
  tree_write_text(root, "file", "");
  char path[128];
  snprintf(path, sizeof path, "%s/file", root);
  expect_failure(&(struct rdo_topology_options){.root = path}, RONDO_NOT_FOUND, "file");
  // With a mask the CPUs need not be listed.
  struct rdo_cpu_set allowed = rdo_cpu_set_range(2, 5);
  struct rdo_topology t;
  assert_int_equal(rdo_topology_read(&(struct rdo_topology_options){.root = root, .allowed = &allowed}, &t, NULL), RONDO_OK);
  expect_consistent(&t);
  expect_list(&t.present, "2-5");
  rdo_topology_deinit(&t);
  rdo_topology_deinit(NULL);
  tree_remove(root);
}

// This machine ---------------------------------------------------------------------------------------------

static void test_here(void **state) {
  (void)state;
  struct rdo_topology t;
  struct rdo_cpu_set allowed;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rdo_topology_read(NULL, &t, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  expect_consistent(&t);
  assert_int_equal(rdo_pin_allowed(&allowed, NULL), RONDO_OK);
  assert_true(rdo_cpu_set_equals(&t.allowed, &allowed));
  assert_true(rdo_cpu_set_contains(&t.allowed, rdo_pin_current()));
  assert_false(t.is_injected);
  rdo_topology_deinit(&t);
}

static void test_mask(void **state) {
  (void)state;
  char root[64];
  struct rdo_topology t;
  tree_make_root(root);
  unpack_tree("smt_off", root);
  struct rdo_cpu_set allowed = rdo_cpu_set_range(2, 5);  // 4 and 5 are offline
  rdo_cpu_set_add(&allowed, 60);
  assert_int_equal(rdo_topology_read(&(struct rdo_topology_options){.root = root, .allowed = &allowed}, &t, NULL), RONDO_OK);
  expect_consistent(&t);
  expect_list(&t.allowed, "2-3");
  expect_counts(&t, 8, 1, 4, 1, 1);
  rdo_topology_deinit(&t);
  tree_remove(root);
}

static void expect_checked(const struct rdo_topology *t, int cpu, enum rondo_status status, const char *text) {
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rdo_cpu_set set = rdo_cpu_set_one(cpu);
  assert_int_equal(rdo_topology_check(t, &set, &diag), status);
  if (strstr(diag.message, text) == NULL) fail_msg("'%s' is not in '%s'", text, diag.message);
  rdo_cpu_set_add(&set, 0);  // beside one that may be used
  assert_int_equal(rdo_topology_check(t, &set, NULL), cpu < 0 ? RONDO_OK : status);
}

static void test_check(void **state) {
  (void)state;
  char root[64];
  struct rdo_topology t;
  tree_make_root(root);
  unpack_tree("smt_off", root);
  struct rdo_cpu_set allowed = rdo_cpu_set_range(0, 1);
  assert_int_equal(rdo_topology_read(&(struct rdo_topology_options){.root = root, .allowed = &allowed}, &t, NULL), RONDO_OK);
  expect_checked(&t, 1, RONDO_OK, "");
  expect_checked(&t, -1, RONDO_INVALID_ARGUMENT, "no CPU is named");
  expect_checked(&t, 2, RONDO_PERMISSION_DENIED, "may not use CPU 2: taskset or a cgroup");
  expect_checked(&t, 3, RONDO_PERMISSION_DENIED, "isolcpus");
  expect_checked(&t, 4, RONDO_UNAVAILABLE, "CPU 4 is offline");
  expect_checked(&t, 8, RONDO_NOT_FOUND, "no CPU 8; it has 0-7");
  rdo_topology_deinit(&t);
  tree_remove(root);
}

int main(int argc, char **argv) {
  const struct CMUnitTest here[] = {cmocka_unit_test(test_here)};
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_spacemit),   cmocka_unit_test(test_big_little), cmocka_unit_test(test_two_sockets),
      cmocka_unit_test(test_hybrid),     cmocka_unit_test(test_offline),    cmocka_unit_test(test_holes),
      cmocka_unit_test(test_little_known), cmocka_unit_test(test_beyond),   cmocka_unit_test(test_hostile),
      cmocka_unit_test(test_any_text),   cmocka_unit_test(test_odd_files),  cmocka_unit_test(test_no_machine),
      cmocka_unit_test(test_here),       cmocka_unit_test(test_mask),       cmocka_unit_test(test_check),
  };
  if (argc > 1 && strcmp(argv[1], "here") == 0) return cmocka_run_group_tests(here, NULL, NULL);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

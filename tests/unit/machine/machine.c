// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The public interface.

#include "rondo/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "topology_test.h"

static struct rondo_diag diag;

static struct rondo_machine *read_machine(const char *name, const char *allowed) {
  char root[64];
  struct rondo_machine *machine;
  tree_make_root(root);
  unpack_tree(name, root);
  diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status = rondo_machine_read(&(struct rondo_machine_options){.root = root, .allowed = allowed}, &machine, &diag);
  tree_remove(root);
  if (status != RONDO_OK) fail_msg("%s", diag.message);
  return machine;
}

static void test_info(void **state) {
  (void)state;
  struct rondo_machine *machine = read_machine("smt_off", "1-2,60");
  struct rondo_machine_info info;
  rondo_machine_info(machine, &info);
  assert_int_equal(info.cpu_count, 8);
  assert_int_equal(info.core_count, 4);
  assert_int_equal(info.cluster_count, 1);
  assert_int_equal(info.cache_count, 9);
  assert_string_equal(info.present, "0-7");
  assert_string_equal(info.online, "0-3");
  assert_string_equal(info.allowed, "1-2");
  assert_string_equal(info.isolated, "3");
  assert_int_equal(info.allowed_count, 2);
  assert_int_equal(info.beyond_count, 0);
  assert_int_equal(info.quota_millicpus, 0);
  assert_int_equal(info.capacity_source, RONDO_CAPACITY_FREQUENCY);
  assert_true(info.has_nodes);
  assert_null(info.arch);
  rondo_machine_release(&machine);
  assert_null(machine);
  rondo_machine_release(&machine);
  rondo_machine_release(NULL);
}

static void test_elements(void **state) {
  (void)state;
  struct rondo_machine *machine = read_machine("hybrid_p4_e8", NULL);
  struct rondo_machine_cpu cpu;
  struct rondo_machine_core core;
  struct rondo_machine_package package;
  struct rondo_machine_node node;
  struct rondo_machine_cache cache;
  struct rondo_machine_cluster cluster;
  assert_int_equal(rondo_machine_cpu(machine, 9, &cpu), RONDO_OK);
  assert_int_equal(cpu.number, 9);
  assert_int_equal(cpu.capacity, 768);
  assert_int_equal(cpu.frequency_khz_max, 3300000);
  assert_int_equal(rondo_machine_core(machine, 0, &core), RONDO_OK);
  assert_string_equal(core.cpus, "0-1");
  assert_int_equal(rondo_machine_cache(machine, cpu.l2, &cache), RONDO_OK);
  assert_int_equal(cache.level, 2);
  assert_int_equal(cache.size_bytes, 2048 << 10);
  assert_int_equal(cache.line_bytes, 64);
  assert_int_equal(cache.core_count, 4);
  assert_string_equal(cache.cpus, "8-11");
  assert_int_equal(rondo_machine_cache(machine, cpu.l3, &cache), RONDO_OK);
  assert_int_equal(cache.core_count, 12);
  assert_int_equal(rondo_machine_package(machine, 0, &package), RONDO_OK);
  assert_string_equal(package.cpus, "0-15");
  assert_int_equal(rondo_machine_node(machine, 0, &node), RONDO_OK);
  assert_int_equal(node.memory_bytes, UINT64_C(16128000) * 1024);
  assert_int_equal(rondo_machine_cluster(machine, cpu.cluster, &cluster), RONDO_OK);
  assert_string_equal(cluster.cpus, "8-11");
  assert_int_equal(cluster.cache, cpu.l2);
  for (int i = 0; i < 2; ++i) {
    int index = i == 0 ? -1 : 1000;
    assert_int_equal(rondo_machine_cpu(machine, index, &cpu), RONDO_OUT_OF_RANGE);
    assert_int_equal(rondo_machine_core(machine, index, &core), RONDO_OUT_OF_RANGE);
    assert_int_equal(rondo_machine_package(machine, index, &package), RONDO_OUT_OF_RANGE);
    assert_int_equal(rondo_machine_node(machine, index, &node), RONDO_OUT_OF_RANGE);
    assert_int_equal(rondo_machine_cache(machine, index, &cache), RONDO_OUT_OF_RANGE);
    assert_int_equal(rondo_machine_cluster(machine, index, &cluster), RONDO_OUT_OF_RANGE);
    assert_null(cluster.cpus);
  }
  rondo_machine_release(&machine);
}

static void expect_unread(const struct rondo_machine_options *options, enum rondo_status status, const char *words) {
  struct rondo_machine *machine = (struct rondo_machine *)&diag;
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rondo_machine_read(options, &machine, &diag), status);
  assert_null(machine);
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' is not in '%s'", words, diag.message);
}

static void test_unread(void **state) {
  (void)state;
  expect_unread(&(struct rondo_machine_options){.root = "/no/such/folder"}, RONDO_NOT_FOUND, "/no/such/folder");
  expect_unread(&(struct rondo_machine_options){.allowed = "0-"}, RONDO_INVALID_ARGUMENT, "character 3");
  expect_unread(&(struct rondo_machine_options){.reader = 9}, RONDO_INVALID_ARGUMENT, "number 9");
}

static void expect_place(const struct rondo_machine *machine, const struct rondo_placement_options *options, const char *wanted) {
  struct rondo_placement *placement;
  char text[1024] = "";
  diag = (struct rondo_diag){.status = RONDO_OK};
  if (rondo_machine_place(machine, options, &placement, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  struct rondo_worker_place place;
  for (int i = 0; i < rondo_placement_worker_count(placement); ++i) {
    assert_int_equal(rondo_placement_worker(placement, i, &place), RONDO_OK);
    size_t length = strlen(text);
    snprintf(text + length, sizeof text - length, "%s%s", i > 0 ? "|" : "", place.cpus);
  }
  assert_string_equal(text, wanted);
  assert_int_equal(rondo_placement_worker(placement, -1, &place), RONDO_OUT_OF_RANGE);
  assert_int_equal(rondo_placement_worker(placement, rondo_placement_worker_count(placement), &place), RONDO_OUT_OF_RANGE);
  rondo_placement_release(&placement);
  assert_null(placement);
  rondo_placement_release(&placement);
}

static void expect_no_place(const struct rondo_machine *machine, const struct rondo_placement_options *options, enum rondo_status status, const char *words) {
  struct rondo_placement *placement = (struct rondo_placement *)&diag;
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rondo_machine_place(machine, options, &placement, &diag), status);
  assert_null(placement);
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' is not in '%s'", words, diag.message);
}

static void test_place(void **state) {
  (void)state;
  struct rondo_machine *machine = read_machine("hybrid_p4_e8", "0-12");
  const char *const sets[] = {"2-3", "0x101"}, *const overlap[] = {"0-1", "1"}, *const wrong[] = {"0", "1,"};
  expect_place(machine, NULL, "0|2|4|6|8|9|10|11|12");
  expect_place(machine, &(struct rondo_placement_options){.unit = RONDO_WORKER_PER_CPU, .within = "0-3"}, "0|1|2|3");
  expect_place(machine, &(struct rondo_placement_options){.unit = RONDO_WORKER_PER_CLUSTER}, "0-7|8-11|12");
  expect_place(machine, &(struct rondo_placement_options){.unit = RONDO_WORKER_PER_NODE}, "0-12");
  expect_place(machine, &(struct rondo_placement_options){.cpus = "9,1"}, "1|9");
  expect_place(machine, &(struct rondo_placement_options){.sets = sets, .set_count = 2}, "2-3|0,8");
  expect_no_place(machine, &(struct rondo_placement_options){.cpus = "0,0"}, RONDO_INVALID_ARGUMENT, "named twice");
  expect_no_place(machine, &(struct rondo_placement_options){.cpus = "13"}, RONDO_PERMISSION_DENIED, "CPU 13");
  expect_no_place(machine, &(struct rondo_placement_options){.cpus = "16"}, RONDO_NOT_FOUND, "no CPU 16");
  expect_no_place(machine, &(struct rondo_placement_options){.cpus = "99999"}, RONDO_OUT_OF_RANGE, "RDO_CPU_SET_BITS");
  expect_no_place(machine, &(struct rondo_placement_options){.within = "13-15"}, RONDO_NOT_FOUND, "no CPU is left");
  expect_no_place(machine, &(struct rondo_placement_options){.within = ""}, RONDO_INVALID_ARGUMENT, "empty");
  expect_no_place(machine, &(struct rondo_placement_options){.sets = overlap, .set_count = 2}, RONDO_INVALID_ARGUMENT, "CPU set 1: CPU 1");
  expect_no_place(machine, &(struct rondo_placement_options){.sets = wrong, .set_count = 2}, RONDO_INVALID_ARGUMENT, "character 3");
  expect_no_place(machine, &(struct rondo_placement_options){.sets = sets, .set_count = 100000}, RONDO_INVALID_ARGUMENT, "100000");
  expect_no_place(machine, &(struct rondo_placement_options){.sets = sets, .set_count = 2, .cpus = "0"}, RONDO_INVALID_ARGUMENT, "not both");
  expect_no_place(machine, &(struct rondo_placement_options){.unit = 77}, RONDO_INVALID_ARGUMENT, "number 77");
  rondo_machine_release(&machine);
  rondo_placement_release(NULL);
}

static void test_here(void **state) {
  (void)state;
  struct rondo_machine *machine;
  struct rondo_machine_info info;
  diag = (struct rondo_diag){.status = RONDO_OK};
  if (rondo_machine_read(NULL, &machine, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  rondo_machine_info(machine, &info);
  assert_true(info.cpu_count > 0 && info.allowed_count > 0);
  assert_non_null(info.arch);
  if (info.node_count == 1) assert_null(info.memory_refusal);
  struct rondo_placement *placement;
  assert_int_equal(rondo_machine_place(machine, NULL, &placement, NULL), RONDO_OK);
  assert_true(rondo_placement_worker_count(placement) <= info.allowed_count);
  rondo_placement_release(&placement);
  expect_place(machine, &(struct rondo_placement_options){.sets = &info.allowed, .set_count = 1}, info.allowed);
  rondo_machine_release(&machine);
}

int main(int argc, char **argv) {
  const struct CMUnitTest here[] = {cmocka_unit_test(test_here)};
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_info),  cmocka_unit_test(test_elements), cmocka_unit_test(test_unread),
      cmocka_unit_test(test_place), cmocka_unit_test(test_here),
  };
  if (argc > 1 && strcmp(argv[1], "here") == 0) return cmocka_run_group_tests(here, NULL, NULL);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Two independent readers, one answer: sysfs against hwloc, on this machine and on the fixtures. Skips, with
// a word, where there is no hwloc.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "topology_test.h"

static bool has_hwloc(void) {
  struct rdo_topology t;
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rdo_topology_read_hwloc(NULL, &t, &diag);
  rdo_topology_deinit(&t);
  if (status == RONDO_OK) return true;
  if (status != RONDO_UNIMPLEMENTED && status != RONDO_UNAVAILABLE) fail_msg("%s", diag.message);
  printf("no comparison with hwloc: %s\n", diag.message);
  return false;
}

static void expect_same_set(const struct rdo_cpu_set *a, const struct rdo_cpu_set *b, const char *what) {
  char x[RDO_CPU_SET_TEXT_BYTES], y[RDO_CPU_SET_TEXT_BYTES];
  rdo_cpu_set_format(a, x, sizeof x);
  rdo_cpu_set_format(b, y, sizeof y);
  if (strcmp(x, y) != 0) fail_msg("%s: sysfs says %s, hwloc says %s", what, x, y);
}

static void expect_same_caches(const struct rdo_topology *a, const struct rdo_topology *b) {
  assert_int_equal(a->cache_count, b->cache_count);
  for (int i = 0; i < a->cache_count; ++i) {
    assert_int_equal(a->caches[i].level, b->caches[i].level);
    assert_int_equal(a->caches[i].size_bytes, b->caches[i].size_bytes);
    assert_int_equal(a->caches[i].line_bytes, b->caches[i].line_bytes);
    expect_same_set(&a->caches[i].cpus, &b->caches[i].cpus, "cache");
  }
}

// All but capacities, of which hwloc tells only some.
static void expect_same(const struct rdo_topology *a, const struct rdo_topology *b) {
  expect_consistent(a);
  expect_consistent(b);
  expect_same_set(&a->online, &b->online, "online");
  expect_same_set(&a->allowed, &b->allowed, "allowed");
  assert_int_equal(a->package_count, b->package_count);
  for (int i = 0; i < a->package_count; ++i) expect_same_set(&a->packages[i].cpus, &b->packages[i].cpus, "package");
  assert_int_equal(a->core_count, b->core_count);
  for (int i = 0; i < a->core_count; ++i) expect_same_set(&a->cores[i].cpus, &b->cores[i].cpus, "core");
  assert_int_equal(a->node_count, b->node_count);
  for (int i = 0; i < a->node_count; ++i) {
    assert_int_equal(a->nodes[i].os_index, b->nodes[i].os_index);
    assert_int_equal(a->nodes[i].memory_bytes, b->nodes[i].memory_bytes);
    expect_same_set(&a->nodes[i].cpus, &b->nodes[i].cpus, "node");
  }
  expect_same_caches(a, b);
  assert_int_equal(a->cluster_count, b->cluster_count);
  for (int i = 0; i < a->cluster_count; ++i) expect_same_set(&a->clusters[i].cpus, &b->clusters[i].cpus, "cluster");
}

static void compare(const struct rdo_topology_options *options) {
  struct rdo_topology a, b;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rdo_topology_read(options, &a, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  if (rdo_topology_read_hwloc(options, &b, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  expect_same(&a, &b);
  rdo_topology_deinit(&a);
  rdo_topology_deinit(&b);
}

static void test_here(void **state) {
  (void)state;
  if (!has_hwloc()) skip();
  compare(NULL);
  struct rdo_cpu_set one = rdo_cpu_set_one(0);
  compare(&(struct rdo_topology_options){.allowed = &one});
}

static void test_trees(void **state) {
  (void)state;
  static const char *const names[] = {"spacemit_k1", "rk3588", "epyc_2x32", "hybrid_p4_e8", "smt_off", "holes"};
  if (!has_hwloc()) skip();
  setenv("HWLOC_COMPONENTS", "linux,-x86", 1);
  tree_has_masks = true;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
    char root[64];
    tree_make_root(root);
    unpack_tree(names[i], root);
    printf("%s\n", names[i]);
    compare(&(struct rdo_topology_options){.root = root});
    tree_remove(root);
  }
  assert_string_equal(getenv("HWLOC_COMPONENTS"), "linux,-x86");
  assert_null(getenv("HWLOC_FSROOT"));
}

static void test_hostile(void **state) {
  (void)state;
  static const char *const names[] = {"hostile", "lists_only", "container", "no_caches", "beyond"};
  if (!has_hwloc()) skip();
  for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
    char root[64];
    struct rdo_topology t;
    struct rondo_diag diag = {.status = RONDO_OK};
    tree_make_root(root);
    unpack_tree(names[i], root);
    enum rondo_status status = rdo_topology_read_hwloc(&(struct rdo_topology_options){.root = root}, &t, &diag);
    if (status == RONDO_OK) expect_consistent(&t);
    else assert_true(diag.message_length > 0);
    rdo_topology_deinit(&t);
    tree_remove(root);
  }
}

static void test_no_root(void **state) {
  (void)state;
  struct rdo_topology t;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (!has_hwloc()) skip();
  assert_int_equal(rdo_topology_read_hwloc(&(struct rdo_topology_options){.root = "/no/such/folder"}, &t, &diag), RONDO_NOT_FOUND);
  assert_non_null(strstr(diag.message, "/no/such/folder"));
  rdo_topology_deinit(&t);
}

int main(int argc, char **argv) {
  const struct CMUnitTest here[] = {cmocka_unit_test(test_here)};
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_here),
      cmocka_unit_test(test_trees),
      cmocka_unit_test(test_hostile),
      cmocka_unit_test(test_no_root),
  };
  if (argc > 1 && strcmp(argv[1], "here") == 0) return cmocka_run_group_tests(here, NULL, NULL);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/placement.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "machine/pin.h"
#include "topology_test.h"

static struct rdo_cpu_set set_of(const char *list) {
  struct rdo_cpu_set set;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rdo_cpu_set_parse((struct rdo_bytes){(const uint8_t *)list, strlen(list)}, &set, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return set;
}

// No CPU has two workers, none is forbidden, sharing is mutual, indices are right.
static void expect_sound(const struct rdo_topology *t, const struct rdo_placement *p) {
  struct rdo_cpu_set taken = rdo_cpu_set_none();
  assert_true(p->worker_count >= 1);
  for (int i = 0; i < p->worker_count; ++i) {
    const struct rdo_worker_place *worker = &p->workers[i];
    assert_false(rdo_cpu_set_is_empty(&worker->cpus));
    expect_new(&taken, &worker->cpus);
    assert_true(rdo_cpu_set_contains(&worker->sharing, i));
    assert_true(rdo_cpu_set_last(&worker->sharing) < p->worker_count);
    for (int k = 0; k < p->worker_count; ++k) assert_int_equal(rdo_cpu_set_contains(&worker->sharing, k), rdo_cpu_set_contains(&p->workers[k].sharing, i));
    for (int cpu = rdo_cpu_set_first(&worker->cpus); cpu >= 0; cpu = rdo_cpu_set_next(&worker->cpus, cpu)) {
      const struct rdo_cpu *found = rdo_topology_find(t, cpu);
      assert_true(worker->core == -1 || worker->core == found->core);
      assert_true(worker->cluster == -1 || worker->cluster == found->cluster);
      assert_true(worker->node == -1 || worker->node == found->node);
    }
  }
  assert_true(rdo_cpu_set_is_subset(&taken, &t->allowed));
}

// The CPUs of the workers in order, a bar between two.
static void expect_workers(const struct rdo_topology *t, const struct rdo_placement *p, const char *wanted) {
  char text[RDO_CPU_SET_TEXT_BYTES * 4] = "";
  size_t length = 0;
  expect_sound(t, p);
  for (int i = 0; i < p->worker_count; ++i) {
    if (i > 0) text[length++] = '|';
    length += rdo_cpu_set_format(&p->workers[i].cpus, text + length, sizeof text - length);
  }
  assert_string_equal(text, wanted);
}

static void expect_made(const struct rdo_topology *t, enum rdo_placement_unit unit, const char *within, const char *wanted) {
  struct rdo_placement p;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rdo_cpu_set set = within != NULL ? set_of(within) : rdo_cpu_set_none();
  if (rdo_placement_make(t, unit, within != NULL ? &set : NULL, &p, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  expect_workers(t, &p, wanted);
  rdo_placement_deinit(&p);
}

static void test_big_little(void **state) {
  (void)state;
  struct rdo_topology t;
  struct rdo_placement p;
  read_tree("rk3588", &t);
  expect_made(&t, RDO_PLACEMENT_CORE, NULL, "4|5|6|7|0|1|2|3");  // the fast ones first
  expect_made(&t, RDO_PLACEMENT_CPU, NULL, "4|5|6|7|0|1|2|3");
  expect_made(&t, RDO_PLACEMENT_CLUSTER, NULL, "4-7|0-3");
  expect_made(&t, RDO_PLACEMENT_NODE, NULL, "0-7");
  expect_made(&t, RDO_PLACEMENT_CORE, "2-5", "4|5|2|3");
  assert_int_equal(rdo_placement_make(&t, RDO_PLACEMENT_NODE, NULL, &p, NULL), RONDO_OK);
  assert_int_equal(p.workers[0].core, -1);
  assert_int_equal(p.workers[0].cluster, -1);
  assert_int_equal(p.workers[0].node, 0);
  rdo_placement_deinit(&p);
  rdo_topology_deinit(&t);
}

static void test_smt_and_nodes(void **state) {
  (void)state;
  if (RDO_CPU_SET_BITS < 128) skip();
  struct rdo_topology t;
  struct rdo_placement p;
  read_tree("epyc_2x32", &t);
  assert_int_equal(rdo_placement_make(&t, RDO_PLACEMENT_CORE, NULL, &p, NULL), RONDO_OK);
  expect_sound(&t, &p);
  assert_int_equal(p.worker_count, 64);
  for (int i = 0; i < 64; ++i) expect_list(&p.workers[i].cpus, (char[]){(char)('0' + i / 10), (char)('0' + i % 10), '\0'} + (i < 10));
  expect_list(&p.workers[6].sharing, "4-7");
  expect_list(&p.workers[63].sharing, "60-63");
  rdo_placement_deinit(&p);

  assert_int_equal(rdo_placement_make(&t, RDO_PLACEMENT_CPU, NULL, &p, NULL), RONDO_OK);
  expect_sound(&t, &p);
  assert_int_equal(p.worker_count, 128);
  expect_list(&p.workers[4].cpus, "64");          // a cluster is filled before the next
  expect_list(&p.workers[127].sharing, "120-127");  // sharing sets beyond one word
  rdo_placement_deinit(&p);

  expect_made(&t, RDO_PLACEMENT_NODE, NULL, "0-15,64-79|16-31,80-95|32-47,96-111|48-63,112-127");
  expect_made(&t, RDO_PLACEMENT_CLUSTER, "0-10,64-65", "0-3,64-65|4-7|8-10");
  assert_int_equal(rdo_placement_make(&t, RDO_PLACEMENT_CORE, &t.nodes[3].cpus, &p, NULL), RONDO_OK);
  assert_int_equal(p.worker_count, 16);
  expect_list(&p.workers[0].cpus, "48");
  assert_int_equal(p.workers[0].node, 3);
  rdo_placement_deinit(&p);
  expect_made(&t, RDO_PLACEMENT_CORE, "64-66,1", "1|64|66");  // of core 1 only one
  rdo_topology_deinit(&t);
}

// A process that may use the second threads only, and part of the machine.
static void test_mask(void **state) {
  (void)state;
  char root[64];
  struct rdo_topology t;
  struct rdo_placement p;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rdo_cpu_set allowed = set_of("1,3,8-9");
  tree_make_root(root);
  unpack_tree("hybrid_p4_e8", root);
  assert_int_equal(rdo_topology_read(&(struct rdo_topology_options){.root = root, .allowed = &allowed}, &t, NULL), RONDO_OK);
  tree_remove(root);
  expect_made(&t, RDO_PLACEMENT_CORE, NULL, "1|3|8|9");
  expect_made(&t, RDO_PLACEMENT_CLUSTER, NULL, "1,3|8-9");
  expect_made(&t, RDO_PLACEMENT_CORE, "0-3,12", "1|3");
  struct rdo_cpu_set none = set_of("0,2,12-15");
  assert_int_equal(rdo_placement_make(&t, RDO_PLACEMENT_CORE, &none, &p, &diag), RONDO_NOT_FOUND);
  assert_non_null(strstr(diag.message, "of 0,2,12-15 this process may use none (it may use '1,3,8-9')"));
  assert_null(p.workers);
  rdo_placement_deinit(&p);
  rdo_topology_deinit(&t);
}

static void expect_refused(const struct rdo_topology *t, const char *list, enum rondo_status status, const char *words) {
  struct rdo_placement p;
  struct rdo_cpu_set set = set_of(list), sets[2] = {set_of("0"), set};
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_placement_from_set(t, &set, &p, &diag), status);
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' is not in '%s'", words, diag.message);
  assert_null(p.workers);
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_placement_from_sets(t, sets, 2, &p, &diag), status);
  if (strstr(diag.message, "CPU set 1: ") == NULL || strstr(diag.message, words) == NULL) fail_msg("'%s' is not in '%s'", words, diag.message);
  assert_null(p.workers);
}

static void test_explicit(void **state) {
  (void)state;
  char root[64];
  struct rdo_topology t;
  struct rdo_placement p;
  struct rdo_cpu_set allowed = set_of("0-1,3"), set = set_of("1,3");
  tree_make_root(root);
  unpack_tree("smt_off", root);
  assert_int_equal(rdo_topology_read(&(struct rdo_topology_options){.root = root, .allowed = &allowed}, &t, NULL), RONDO_OK);
  tree_remove(root);
  assert_int_equal(rdo_placement_from_set(&t, &set, &p, NULL), RONDO_OK);
  expect_workers(&t, &p, "1|3");
  rdo_placement_deinit(&p);
  struct rdo_cpu_set sets[] = {set_of("3"), set_of("0-1")};
  assert_int_equal(rdo_placement_from_sets(&t, sets, 2, &p, NULL), RONDO_OK);
  expect_workers(&t, &p, "3|0-1");
  expect_list(&p.workers[0].sharing, "0-1");
  rdo_placement_deinit(&p);

  expect_refused(&t, "1-2", RONDO_PERMISSION_DENIED, "may not use CPU 2");
  expect_refused(&t, "1,6", RONDO_UNAVAILABLE, "CPU 6 is offline");
  expect_refused(&t, "1,9", RONDO_NOT_FOUND, "no CPU 9");

  struct rondo_diag diag = {.status = RONDO_OK};
  struct rdo_cpu_set overlapping[] = {set_of("0-1"), set_of("1,3")};
  assert_int_equal(rdo_placement_from_sets(&t, overlapping, 2, &p, &diag), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "CPU set 1: CPU 1 is in an earlier set, too");
  diag = (struct rondo_diag){.status = RONDO_OK};
  struct rdo_cpu_set empty[] = {set_of("0-1"), rdo_cpu_set_none()};
  assert_int_equal(rdo_placement_from_sets(&t, empty, 2, &p, &diag), RONDO_INVALID_ARGUMENT);
  assert_string_equal(diag.message, "CPU set 1: no CPU is named");
  assert_int_equal(rdo_placement_from_set(&t, &empty[1], &p, NULL), RONDO_INVALID_ARGUMENT);
  assert_int_equal(rdo_placement_from_sets(&t, empty, 0, &p, NULL), RONDO_INVALID_ARGUMENT);
  assert_int_equal(rdo_placement_from_sets(&t, empty, RDO_PLACEMENT_WORKERS_MAX + 1, &p, NULL), RONDO_INVALID_ARGUMENT);
  rdo_placement_deinit(NULL);
  rdo_topology_deinit(&t);
}

// Every fixture, every unit.
static void test_all(void **state) {
  (void)state;
  static const char *const names[] = {"spacemit_k1", "rk3588", "epyc_2x32", "hybrid_p4_e8", "smt_off", "holes",
                                      "no_caches", "container", "lists_only", "beyond", "hostile"};
  static const enum rdo_placement_unit units[] = {RDO_PLACEMENT_CORE, RDO_PLACEMENT_CPU, RDO_PLACEMENT_CLUSTER, RDO_PLACEMENT_NODE};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; ++i) {
    struct rdo_topology t;
    read_tree(names[i], &t);
    for (size_t k = 0; k < 4; ++k) {
      struct rdo_placement p;
      assert_int_equal(rdo_placement_make(&t, units[k], NULL, &p, NULL), RONDO_OK);
      expect_sound(&t, &p);
      if (units[k] == RDO_PLACEMENT_CPU) assert_int_equal(p.worker_count, rdo_cpu_set_count(&t.allowed));
      if (units[k] == RDO_PLACEMENT_CLUSTER) assert_int_equal(p.worker_count, t.cluster_count);
      rdo_placement_deinit(&p);
    }
    rdo_topology_deinit(&t);
  }
}

// On this machine, under whatever mask the test runs: every worker's CPUs take a thread.
static void test_here(void **state) {
  (void)state;
  struct rdo_topology t;
  struct rdo_placement p;
  struct rdo_cpu_set before;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_pin_allowed(&before, NULL), RONDO_OK);
  assert_int_equal(rdo_topology_read(NULL, &t, NULL), RONDO_OK);
  assert_int_equal(rdo_placement_make(&t, RDO_PLACEMENT_CORE, NULL, &p, NULL), RONDO_OK);
  expect_sound(&t, &p);
  for (int i = 0; i < p.worker_count; ++i) {
    if (rdo_pin_thread(&p.workers[i].cpus, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  }
  assert_int_equal(rdo_pin_thread(&before, NULL), RONDO_OK);
  rdo_placement_deinit(&p);
  rdo_topology_deinit(&t);
}

int main(int argc, char **argv) {
  const struct CMUnitTest here[] = {cmocka_unit_test(test_here)};
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_big_little), cmocka_unit_test(test_smt_and_nodes), cmocka_unit_test(test_mask),
      cmocka_unit_test(test_explicit),   cmocka_unit_test(test_all),           cmocka_unit_test(test_here),
  };
  if (argc > 1 && strcmp(argv[1], "here") == 0) return cmocka_run_group_tests(here, NULL, NULL);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

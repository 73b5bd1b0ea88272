// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Allocation failure: read a machine and place workers on it while the n-th allocation fails, for n = 1, 2,
// ... until all goes well. Each failure must come back as RESOURCE_EXHAUSTED with words, and leave nothing
// behind. Links the library with its allocating functions wrapped (-Wl,--wrap).

#include "rondo/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "../../support/alloc_fail.h"
#include "topology_test.h"

// What is done with each machine; the first failure ends it.
static enum rondo_status use_machine(const struct rondo_machine_options *options, struct rondo_diag *diag) {
  static const char *const sets[] = {"0-1", "2"};
  static const struct rondo_placement_options placements[] = {
      {.unit = RONDO_WORKER_PER_CORE}, {.unit = RONDO_WORKER_PER_NODE}, {.cpus = "0-3"}, {.sets = sets, .set_count = 2}};
  struct rondo_machine *machine = NULL;
  enum rondo_status status = rondo_machine_read(options, &machine, diag);
  for (size_t i = 0; i < sizeof placements / sizeof placements[0] && status == RONDO_OK; ++i) {
    struct rondo_placement *placement = NULL;
    status = rondo_machine_place(machine, &placements[i], &placement, diag);
    rondo_placement_release(&placement);
  }
  rondo_machine_release(&machine);
  if (status != RONDO_OK) return status;
  struct rondo_findings *findings = NULL;
  status = rondo_machine_check(options, &findings, diag);
  rondo_findings_release(&findings);
  return status;
}

static void fail_each(const char *name, enum rondo_machine_reader reader) {
  char root[64];
  tree_make_root(root);
  unpack_tree(name, root);
  const struct rondo_machine_options options = {.root = root, .reader = reader};
  for (long target = 1;; ++target) {
    struct rondo_diag diag = {.status = RONDO_OK};
    memset(&inject, 0, sizeof inject);
    inject.target = target;
    inject.is_armed = true;
    enum rondo_status status = use_machine(&options, &diag);
    inject.is_armed = false;
    assert_int_equal(inject.live_blocks, 0);
    if (inject.count < target) {
      if (status != RONDO_OK) fail_msg("%s", diag.message);
      assert_true(target > 5);
      break;
    }
    assert_int_equal(status, RONDO_RESOURCE_EXHAUSTED);
    assert_int_equal(diag.status, RONDO_RESOURCE_EXHAUSTED);
    assert_true(diag.message_length > 0);
  }
  tree_remove(root);
}

static void test_sysfs(void **state) {
  (void)state;
  fail_each("spacemit_k1", RONDO_MACHINE_SYSFS);
  fail_each("epyc_2x32", RONDO_MACHINE_SYSFS);
}

static void test_hwloc(void **state) {
  (void)state;
  struct rondo_machine *machine = NULL;
  struct rondo_diag diag = {.status = RONDO_OK};
  tree_has_masks = true;
  enum rondo_status status = rondo_machine_read(&(struct rondo_machine_options){.reader = RONDO_MACHINE_HWLOC}, &machine, &diag);
  rondo_machine_release(&machine);
  if (status != RONDO_OK) {
    printf("without hwloc: %s\n", diag.message);
    skip();
  }
  fail_each("spacemit_k1", RONDO_MACHINE_HWLOC);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_sysfs), cmocka_unit_test(test_hwloc)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/numa.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "machine/numa_impl.h"
#include "topology_test.h"

enum { PAGES = 16 };

static struct rdo_topology here;

static int read_here(void **state) {
  (void)state;
  return rdo_topology_read(NULL, &here, NULL) != RONDO_OK;
}

static int forget_here(void **state) {
  (void)state;
  rdo_topology_deinit(&here);
  return 0;
}

static char *map_pages(void) {
  size_t bytes = PAGES * (size_t)sysconf(_SC_PAGESIZE);
  char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_ptr_not_equal(memory, MAP_FAILED);
  return memory;
}

static void unmap_pages(char *memory) { munmap(memory, PAGES * (size_t)sysconf(_SC_PAGESIZE)); }

// Memory bound to each node before and after it is touched is there, as long as the node has some.
static void test_bind(void **state) {
  (void)state;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  struct rondo_diag diag = {.status = RONDO_OK};
  for (int i = 0; i < here.node_count; ++i) {
    char *memory = map_pages();
    memset(memory, 1, PAGES / 2 * page);
    enum rondo_status status = rdo_machine_bind_memory(memory, PAGES * page, here.nodes[i].os_index, &diag);
    if (status != RONDO_OK) fail_msg("%s", diag.message);
    memset(memory, 2, PAGES * page);
    for (size_t k = 0; k < PAGES; ++k) {
      int node = rdo_machine_memory_node(memory + k * page);
      if (node >= 0 && here.nodes[i].memory_bytes != 0) assert_int_equal(node, here.nodes[i].os_index);
      assert_int_equal(memory[k * page], 2);
    }
    unmap_pages(memory);
  }
}

static void test_missing_node(void **state) {
  (void)state;
  static const int nodes[] = {-1, 1000, 1 << 20, INT32_MAX, INT32_MIN};
  char byte = 0;
  for (size_t i = 0; i < sizeof nodes / sizeof nodes[0]; ++i) {
    struct rondo_diag diag = {.status = RONDO_OK};
    assert_int_equal(rdo_machine_bind_memory(&byte, 1, nodes[i], &diag), RONDO_NOT_FOUND);
    assert_non_null(strstr(diag.message, "no NUMA node"));
  }
}

// The system call itself, also where there is only one node.
static void test_prefer(void **state) {
  (void)state;
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  struct rondo_diag diag = {.status = RONDO_OK};
  char *memory = map_pages();
  int node = here.nodes[0].os_index;
  enum rondo_status status = rdo_numa_prefer(memory, PAGES * page, node, &diag);
  if (status == RONDO_UNAVAILABLE || status == RONDO_PERMISSION_DENIED) {  // a kernel without NUMA, a sandbox
    assert_non_null(strstr(diag.message, "mbind"));
    unmap_pages(memory);
    skip();
  }
  if (status != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(rdo_numa_prefer(memory + 1, PAGES * page - 2, node, NULL), RONDO_OK);  // the whole pages inside
  assert_int_equal(rdo_numa_prefer(memory + 1, page, node, NULL), RONDO_OK);              // there are none
  assert_int_equal(rdo_numa_prefer(memory, 0, node, NULL), RONDO_OK);
  assert_int_not_equal(rdo_numa_prefer(memory, page, 1023, &diag), RONDO_OK);
  unmap_pages(memory);
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_numa_prefer(memory, page, node, &diag), RONDO_INVALID_ARGUMENT);  // not mapped any more
  assert_non_null(strstr(diag.message, "mbind"));
}

// The trial says what the real thing does.
static void test_try(void **state) {
  (void)state;
  struct rondo_diag diag = {.status = RONDO_OK};
  char *memory = map_pages();
  int node = here.nodes[0].os_index;
  assert_int_equal(rdo_machine_try_memory(node, &diag), rdo_numa_prefer(memory, (size_t)sysconf(_SC_PAGESIZE), node, NULL));
  if (diag.status != RONDO_OK) assert_non_null(strstr(diag.message, "mbind"));
  assert_int_not_equal(rdo_machine_try_memory(1023, &diag), RONDO_OK);
  unmap_pages(memory);
}

static void test_check(void **state) {
  (void)state;
  char root[64];
  bool is_only = true;
  tree_make_root(root);
  assert_int_equal(rdo_numa_check(root, 0, &is_only, NULL), RONDO_OK);  // nothing known: one node, number 0
  assert_true(is_only);
  assert_int_equal(rdo_numa_check(root, 1, &is_only, NULL), RONDO_NOT_FOUND);
  unpack_tree("holes", root);
  assert_int_equal(rdo_numa_check(root, 17, &is_only, NULL), RONDO_OK);
  assert_false(is_only);
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_numa_check(root, 1, &is_only, &diag), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "this machine has no NUMA node 1; it has 0,8,17");
  tree_remove(root);
  assert_int_equal(rdo_numa_check(root, 0, &is_only, NULL), RONDO_NOT_FOUND);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_bind),
      cmocka_unit_test(test_missing_node),
      cmocka_unit_test(test_prefer),
      cmocka_unit_test(test_try),
      cmocka_unit_test(test_check),
  };
  return cmocka_run_group_tests(tests, read_here, forget_here);
}

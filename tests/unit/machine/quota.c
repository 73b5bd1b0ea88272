// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/quota.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "machine_tree.h"

// A machine whose files are `files`: path, text, path, text, ..., NULL.
static void expect_quota(const char *const *files, int64_t millicpus) {
  char path[64];
  struct rdo_sys_root root;
  tree_make_root(path);
  for (; *files != NULL; files += 2) tree_write_text(path, files[0], files[1]);
  assert_int_equal(rdo_sys_root_open(path, &root, NULL), RONDO_OK);
  assert_int_equal(rdo_quota_millicpus(&root), millicpus);
  rdo_sys_root_close(&root);
  tree_remove(path);
}

#define FILES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_version_2(void **state) {
  (void)state;
  expect_quota(FILES("proc/self/cgroup", "0::/\n", "sys/fs/cgroup/cpu.max", "150000 100000\n"), 1500);
  expect_quota(FILES("proc/self/cgroup", "0::/\n", "sys/fs/cgroup/cpu.max", "max 100000\n"), 0);
  expect_quota(FILES("proc/self/cgroup", "0::/a/b\n", "sys/fs/cgroup/a/b/cpu.max", "100000 50000\n"), 2000);
  // The tightest on the way up counts; in a container the path may name what is not there.
  expect_quota(FILES("proc/self/cgroup", "0::/a/b\n", "sys/fs/cgroup/a/b/cpu.max", "400000 100000\n", "sys/fs/cgroup/a/cpu.max", "25000 100000\n"), 250);
  expect_quota(FILES("proc/self/cgroup", "0::/docker/0123/\n", "sys/fs/cgroup/cpu.max", "300000 100000\n"), 3000);
  expect_quota(FILES("proc/self/cgroup", "0::/../../x\n", "sys/fs/cgroup/cpu.max", "300000 100000\n"), 3000);
}

static void test_version_1(void **state) {
  (void)state;
  static const char text[] = "11:memory:/m\n4:cpu,cpuacct:/g\n1:name=systemd:/\n";
  expect_quota(FILES("proc/self/cgroup", text, "sys/fs/cgroup/cpu/g/cpu.cfs_quota_us", "50000\n", "sys/fs/cgroup/cpu/g/cpu.cfs_period_us", "100000\n"), 500);
  expect_quota(FILES("proc/self/cgroup", text, "sys/fs/cgroup/cpu/g/cpu.cfs_quota_us", "-1\n", "sys/fs/cgroup/cpu/g/cpu.cfs_period_us", "100000\n"), 0);
  expect_quota(FILES("proc/self/cgroup", text, "sys/fs/cgroup/cpu/cpu.cfs_quota_us", "10\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"), 1);
  expect_quota(FILES("proc/self/cgroup", "4:cpuset,xcpu:/g\n", "sys/fs/cgroup/cpu/g/cpu.cfs_quota_us", "50000\n", "sys/fs/cgroup/cpu/g/cpu.cfs_period_us", "100000\n"), 0);
}

static void test_nonsense(void **state) {
  (void)state;
  static const char *const groups[] = {"", "\n", ":", "::", ":::", "0::", "0::x", "0:cpu", "0::/\n\n\n:::\n", "\xff\xff:/:/", "0:cpu,,://///", "0::////"};
  static const char *const limits[] = {"", "max", "0 0", "1", "1 0", "-5 100", "99999999999999999999 1", "5 -5", "x y", "100000 x"};
  for (size_t i = 0; i < sizeof groups / sizeof groups[0]; ++i) expect_quota(FILES("proc/self/cgroup", groups[i]), 0);
  for (size_t i = 0; i < sizeof limits / sizeof limits[0]; ++i) expect_quota(FILES("proc/self/cgroup", "0::/\n", "sys/fs/cgroup/cpu.max", limits[i]), 0);
  char text[1000];
  memset(text, 'g', sizeof text);
  memcpy(text, "0::/", 4);
  text[sizeof text - 1] = '\0';
  expect_quota(FILES("proc/self/cgroup", text, "sys/fs/cgroup/cpu.max", "300000 100000\n"), 3000);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_version_2), cmocka_unit_test(test_version_1), cmocka_unit_test(test_nonsense)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

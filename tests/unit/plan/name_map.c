// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/name_map.h"

#include "plan_test.h"

static void test_map(void **state) {
  (void)state;
  enum { COUNT = 5000 };
  static char names[COUNT][16];
  struct rdo_name_map map = {0};
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_name_map_find(&map, "a"), RDO_NAME_NONE);
  for (uint32_t i = 0; i < COUNT; ++i) {
    snprintf(names[i], sizeof names[i], "n%u", (unsigned)i);
    assert_int_equal(rdo_name_map_find(&map, names[i]), RDO_NAME_NONE);
    assert_ok(rdo_name_map_add(&map, names[i], i, &diag), &diag);
  }
  for (uint32_t i = 0; i < COUNT; ++i) {
    char copy[16];
    strcpy(copy, names[i]);
    assert_int_equal(rdo_name_map_find(&map, copy), i);
  }
  assert_int_equal(map.count, COUNT);
  assert_true(map.capacity >= 2 * map.count);
  rdo_name_map_deinit(&map);
  rdo_name_map_deinit(&map);
  rdo_name_map_deinit(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_map)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

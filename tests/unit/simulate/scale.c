// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// 1000 lanes and 100000 dispatches. Not timed: the times are printed.

#include "generate.h"

#include "base/clock.h"

static void run_large(const char *name) {
  static const struct shape shape = {.lanes = 1000, .workers_max = 4, .jobs = 100, .nodes = 100000, .edges_max = 3, .duration_ns_max = 100000};
  struct rdo_machine_file machine;
  struct simulated s;
  memset(&s, 0, sizeof s);
  random_state = 5;
  make_machine(&machine, &shape);
  make_schedule(&s.schedule, &shape);
  s.options = (struct rdo_sim_options){.policy = rdo_policy_find(name), .noise = {.spread = 0.1}, .iteration_count = 1};
  int64_t begin_ns = rdo_clock_now_ns();
  run_schedule(&s, &machine, 0);
  print_message("%s: %.2f s with its trace and the check of it\n", name, (double)(rdo_clock_now_ns() - begin_ns) * 1e-9);
  end_simulated(&s);
  rdo_machine_file_deinit(&machine);
}

// All want one resource at once: those who wait are not looked at again for each one that starts.
static void run_resource(void) {
  static const struct shape shape = {.lanes = 1000, .workers_max = 1, .resources = 1, .jobs = 1, .nodes = 100000, .duration_ns_max = 1000};
  struct rdo_machine_file machine;
  struct simulated s;
  memset(&s, 0, sizeof s);
  random_state = 6;
  make_machine(&machine, &shape);
  make_schedule(&s.schedule, &shape);
  s.options = (struct rdo_sim_options){.policy = rdo_policy_find("edf"), .iteration_count = 1};
  int64_t begin_ns = rdo_clock_now_ns();
  run_schedule(&s, &machine, 0);
  print_message("one resource: %.2f s\n", (double)(rdo_clock_now_ns() - begin_ns) * 1e-9);
  end_simulated(&s);
  rdo_machine_file_deinit(&machine);
}

static void test_large(void **state) {
  (void)state;
  const char *const names[] = {"dynamic", "edf", "planned", "strict"};
  for (size_t i = 0; i < COUNT_OF(names); ++i) run_large(names[i]);
  run_resource();
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_large)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Small schedules whose every time is computed by hand; times are in us.

#include "simulate_test.h"

static char text[1 << 16];

static bool run_options(struct simulated *s, const struct spec *specs, size_t count, const char *more, struct rdo_sim_options options) {
  return simulate_with(s, write_schedule(text, sizeof text, specs, count, more), options);
}

static bool run(struct simulated *s, const struct spec *specs, size_t count, const char *more, const char *policy) {
  return run_options(s, specs, count, more, (struct rdo_sim_options){.policy = rdo_policy_find(policy)});
}

#define MACHINE(clusters) ", \"machine\": {\"clusters\": [" clusters "]}"
#define CLUSTER(name, workers) "{\"name\": \"" name "\", \"workers\": " #workers "}"

// a before b; c on another lane needs both, and is ready when the later one ends.
static void test_chain(void **state) {
  (void)state;
  static const struct spec specs[] = {{"a", "j", "P", 0, 10, "", NULL}, {"b", "j", "P", 10, 5, "\"a\"", NULL}, {"c", "j", "E", 15, 7, "\"a\", \"b\"", NULL}};
  for (const struct rdo_policy *const *policy = rdo_policy_list(); *policy != NULL; ++policy) {
    struct simulated s;
    if (!run(&s, specs, 3, "", (*policy)->name)) skip();
    expect_run(&s, "a", 0, 10);
    expect_run(&s, "b", 10, 15);
    expect_run(&s, "c", 15, 22);
    assert_int_equal(find_row(&s, "c", 0)->ready_ns, 15 * US);
    end_simulated(&s);
  }
}

// Three workers: a takes one until 10. b wants three, begins on the two that are free and takes its time all the same. c and d do not pass it.
static void test_widths(void **state) {
  (void)state;
  static const struct spec specs[] = {
      {"a", "j", "P", 0, 10, "", ", \"workers\": 1"}, {"b", "k", "P", 1, 4, "", ", \"workers\": 3"}, {"c", "l", "P", 2, 3, "", ", \"workers\": 2"}, {"d", "m", "P", 3, 5, "", ", \"workers\": 1"}};
  struct simulated s;
  if (!run(&s, specs, 4, MACHINE(CLUSTER("P", 3)), "planned")) skip();
  expect_run(&s, "a", 0, 10);
  expect_run(&s, "b", 0, 4);
  expect_run(&s, "c", 4, 7);
  expect_run(&s, "d", 7, 12);
  assert_true(find_row(&s, "a", 0)->worker != find_row(&s, "b", 0)->worker);
  assert_int_equal(find_row(&s, "c", 0)->worker_count, 2);
  end_simulated(&s);
}

// Placed by load, and as wide as there are idle workers: b finds one of three and takes three times as long.
static void test_molding(void **state) {
  (void)state;
  static const struct spec specs[] = {{"a", "j", "P", 0, 10, "", ", \"workers\": 2"}, {"b", "k", "P", 0, 4, "", ", \"workers\": 3"}};
  struct simulated s;
  if (!run(&s, specs, 2, MACHINE(CLUSTER("P", 3)), "dynamic")) skip();
  // Both are decided at 0, before anything is busy: a takes two, b wants three and waits.
  expect_run(&s, "a", 0, 10);
  expect_run(&s, "b", 10, 14);
  end_simulated(&s);
  static const struct spec later[] = {{"a", "j", "P", 0, 20, "", ", \"workers\": 2"}, {"x", "k", "P", 0, 1, "", ", \"workers\": 1"}, {"b", "k", "P", 0, 4, "\"x\"", ", \"workers\": 3"}};
  if (!run(&s, later, 3, MACHINE(CLUSTER("P", 3)), "dynamic")) skip();
  expect_run(&s, "b", 1, 13);
  assert_int_equal(find_row(&s, "b", 0)->worker_count, 1);
  end_simulated(&s);
}

// Two equal lanes: what is free to choose goes to the less loaded one, whatever was planned.
static void test_placement(void **state) {
  (void)state;
  static const struct spec specs[] = {{"a", "j", "P", 0, 10, "", NULL}, {"b", "k", "P", 10, 6, "", NULL}, {"c", "l", "P", 16, 3, "", NULL}, {"d", "l", "E", 19, 1, "\"c\"", NULL}};
  struct simulated s;
  if (!run(&s, specs, 4, "", "dynamic")) skip();
  expect_run(&s, "a", 0, 10);   // P; equal lanes: the first
  expect_run(&s, "b", 0, 6);    // E: 6 against 10 + 6
  expect_run(&s, "c", 6, 9);    // E: 6 + 3 against 10 + 3
  expect_run(&s, "d", 9, 10);
  assert_string_equal(target_of(&s, "b"), "E");
  assert_int_equal(s.results.moved_count, 2);
  end_simulated(&s);
}

// A slower cluster takes longer: P is twice as fast as E. b ends at 20 on either, and the first is taken.
static void test_speeds(void **state) {
  (void)state;
  static const char machine[] = ", \"machine\": {\"clusters\": [{\"name\": \"P\", \"workers\": 1}, {\"name\": \"E\", \"workers\": 1, \"capacity\": 512}]}";
  static const struct spec specs[] = {{"a", "j", "P", 0, 10, "", NULL}, {"b", "k", "P", 0, 10, "", NULL}, {"c", "l", "P", 0, 3, "", NULL}};
  struct simulated s;
  if (!run(&s, specs, 3, machine, "dynamic")) skip();
  expect_run(&s, "a", 0, 10);
  expect_run(&s, "b", 10, 20);
  expect_run(&s, "c", 0, 6);
  assert_string_equal(target_of(&s, "c"), "E");
  end_simulated(&s);
}

// A result that goes to another cluster takes 4 there, 1 back; on the same cluster, or without data, nothing.
// Two workers. What has just ended something goes on after 1 us, what has been idle for longer than 20 us needs 7; the root's worker is
// awake, and what is locked starts on time.
static void test_handovers(void **state) {
  (void)state;
  static const char one[] = ", \"workers\": 1", locked_one[] = ", \"workers\": 1, \"release_policy\": \"phase_locked\"";
  static const struct spec specs[] = {{"a", "j", "P", 0, 10, "", one}, {"b", "j", "P", 10, 30, "\"a\"", one}, {"c", "j", "P", 10, 5, "\"a\"", one},
                                      {"d", "j", "P", 15, 5, "\"c\"", one}, {"e", "j", "P", 40, 5, "\"b\"", one}, {"f", "j", "P", 40, 5, "\"b\"", one},
                                      {"x", "k", "P", 100, 5, "", locked_one}};
  struct simulated s;
  if (!run(&s, specs, 7, ", \"machine\": {\"clusters\": [{\"name\": \"P\", \"workers\": 2, \"handover_us\": 1, \"wake_us\": 7}]}", "planned")) skip();
  expect_run(&s, "a", 1, 11);
  expect_run(&s, "b", 12, 42);
  expect_run(&s, "c", 18, 23);
  expect_run(&s, "d", 24, 29);
  expect_run(&s, "e", 43, 48);
  expect_run(&s, "f", 43, 48);
  expect_run(&s, "x", 100, 105);
  assert_true(find_row(&s, "a", 0)->worker == find_row(&s, "b", 0)->worker && find_row(&s, "c", 0)->worker == find_row(&s, "d", 0)->worker);
  end_simulated(&s);
  // Wakes that are not known cost what hand-overs do. Under `strict` a worker is awake for each planned start.
  if (!run(&s, specs, 7, ", \"machine\": {\"clusters\": [{\"name\": \"P\", \"workers\": 2, \"handover_us\": 1}]}", "planned")) skip();
  expect_run(&s, "c", 12, 17);
  end_simulated(&s);
  static const struct spec apart[] = {{"a", "j", "P", 0, 10, "", NULL}, {"b", "j", "P", 50, 10, "\"a\"", NULL}};
  if (!run(&s, apart, 2, ", \"machine\": {\"clusters\": [{\"name\": \"P\", \"workers\": 1, \"handover_us\": 1, \"wake_us\": 7}]}", "strict")) skip();
  expect_run(&s, "b", 51, 61);
  end_simulated(&s);
}

static void test_transitions(void **state) {
  (void)state;
  static const char machine[] = ", \"machine\": {\"clusters\": [{\"name\": \"P\", \"workers\": 2}, {\"name\": \"E\", \"workers\": 2}],"
                                " \"transitions\": [{\"from\": \"P\", \"to\": \"E\", \"cost_us\": 4}, {\"from\": \"E\", \"to\": \"P\", \"cost_us\": 1}]}";
  static const struct spec specs[] = {
      {"a", "j", "P", 0, 10, "", ", \"workers\": 1"},
      {"b", "j", "E", 14, 3, "\"a\"", ", \"workers\": 1"},
      {"c", "j", "P", 18, 5, "\"a\", \"b\"", ", \"workers\": 1"},
      {"d", "j", "P", 10, 1, "\"a\"", ", \"workers\": 1"},
      {"e", "j", "E", 10, 2, "", ", \"workers\": 1, \"time_dependency\": \"a\", \"time_dep_mode\": \"hard\""},
  };
  static const char *const policies[] = {"planned", "strict"};
  for (size_t i = 0; i < COUNT_OF(policies); ++i) {
    struct simulated s;
    if (!run(&s, specs, COUNT_OF(specs), machine, policies[i])) skip();
    expect_run(&s, "b", 14, 17);
    expect_run(&s, "c", 18, 23);
    expect_run(&s, "d", 10, 11);
    expect_run(&s, "e", 10, 12);
    assert_int_equal(find_row(&s, "b", 0)->ready_ns, 10 * US);
    end_simulated(&s);
  }
}

// Four nodes behind a filler, on one lane: each policy has its own order.
static void test_orders(void **state) {
  (void)state;
  static const struct spec specs[] = {
      {"w", "w", "P", 0, 10, "", NULL},
      {"a", "a", "P", 40, 4, "\"z\"", ", \"priority\": 10"},
      {"b", "b", "P", 30, 3, "\"z\"", ", \"priority\": 20"},
      {"c", "c", "P", 20, 2, "\"z\"", ", \"priority\": 20"},
      {"d", "d", "P", 10, 1, "\"z\"", ", \"priority\": 200"},
      {"z", "z", "E", 0, 1, "", NULL},
  };
  // All are released by z at 1; then they are decided in the order of their planned starts: d, c, b, a.
  static const char more[] = ", \"instances\": {\"a\": {\"job\": \"A\", \"deadline_us\": 50}, \"b\": {\"job\": \"B\", \"deadline_us\": 20}, \"c\": {\"job\": \"C\", \"deadline_us\": 30}},"
                             " \"jobs\": {\"jobs\": [{\"name\": \"A\", \"model\": \"m\", \"lanes\": [\"P\"]}, {\"name\": \"B\", \"model\": \"m\", \"lanes\": [\"P\"]},"
                             " {\"name\": \"C\", \"model\": \"m\", \"lanes\": [\"P\"]}, {\"name\": \"d\", \"model\": \"m\", \"lanes\": [\"P\"]}]}";
  static const struct {
    const char *policy;
    int starts_us[4];  // of a, b, c, d
  } cases[] = {
      {"fifo", {16, 13, 11, 10}}, {"priority", {16, 13, 11, 10}}, {"edf", {15, 10, 13, 19}}, {"shortest", {16, 13, 11, 10}}, {"planned", {16, 13, 11, 10}}, {"dynamic", {16, 13, 11, 10}},
  };
  static const char *const keys[] = {"a", "b", "c", "d"};
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    struct simulated s;
    if (!run(&s, specs, COUNT_OF(specs), more, cases[i].policy)) skip();
    for (int k = 0; k < 4; ++k) expect_run(&s, keys[k], cases[i].starts_us[k], cases[i].starts_us[k] + 4 - k);
    end_simulated(&s);
  }
}

// What became ready first need not be the most urgent, nor the shortest: three that become ready one after the other.
static void test_orders_differ(void **state) {
  (void)state;
  static const struct spec specs[] = {
      {"w", "w", "P", 0, 10, "", NULL},
      {"x1", "x", "E", 0, 1, "", NULL}, {"x2", "x", "E", 1, 1, "\"x1\"", NULL}, {"x3", "x", "E", 2, 1, "\"x2\"", NULL},
      {"a", "a", "P", 12, 5, "\"x1\"", ", \"priority\": 100"}, {"b", "b", "P", 11, 3, "\"x2\"", ", \"priority\": 200"}, {"c", "c", "P", 10, 1, "\"x3\"", ", \"priority\": 150"},
  };
  static const char more[] = ", \"jobs\": {\"jobs\": [{\"name\": \"a\", \"model\": \"m\", \"lanes\": [\"P\"], \"deadline_us\": 30}, {\"name\": \"b\", \"model\": \"m\", \"lanes\": [\"P\"], \"deadline_us\": 20},"
                             " {\"name\": \"c\", \"model\": \"m\", \"lanes\": [\"P\"], \"deadline_us\": 25}, {\"name\": \"x\", \"model\": \"m\", \"lanes\": [\"E\"]}]}";
  static const struct {
    const char *policy;
    int starts_us[3];
  } cases[] = {{"fifo", {10, 15, 18}}, {"priority", {14, 10, 13}}, {"edf", {14, 10, 13}}, {"shortest", {14, 11, 10}}, {"planned", {14, 10, 13}}};
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    struct simulated s;
    if (!run(&s, specs, COUNT_OF(specs), more, cases[i].policy)) skip();
    expect_run(&s, "a", cases[i].starts_us[0], cases[i].starts_us[0] + 5);
    expect_run(&s, "b", cases[i].starts_us[1], cases[i].starts_us[1] + 3);
    expect_run(&s, "c", cases[i].starts_us[2], cases[i].starts_us[2] + 1);
    end_simulated(&s);
  }
}

// One resource, three who want it on lanes of their own: first come, then by priority. The fourth does not want it and is not
// held up, though it is less urgent than the one before it on its lane.
static void test_resource(void **state) {
  (void)state;
  static const struct spec specs[] = {
      {"low", "l", "A", 0, 10, "", ", \"resources\": [\"npu\"], \"priority\": 10"},
      {"x", "x", "D", 0, 1, "", NULL},
      {"mid", "m", "B", 1, 5, "\"x\"", ", \"resources\": [\"npu\"], \"priority\": 100"},
      {"high", "h", "C", 2, 3, "\"x\"", ", \"resources\": [\"npu\"], \"priority\": 200"},
      {"other", "o", "C", 3, 4, "\"x\"", ", \"priority\": 50"},
  };
  struct simulated s;
  if (!run(&s, specs, COUNT_OF(specs), "", "planned")) skip();
  expect_run(&s, "low", 0, 10);
  expect_run(&s, "high", 10, 13);
  expect_run(&s, "mid", 13, 18);
  expect_run(&s, "other", 1, 5);
  end_simulated(&s);
}

// A resource of two units, and nodes that need two resources: they take both or none.
static void test_counted(void **state) {
  (void)state;
  static const char machine[] = ", \"machine\": {\"clusters\": [{\"name\": \"A\", \"workers\": 1}, {\"name\": \"B\", \"workers\": 1}, {\"name\": \"C\", \"workers\": 1}, {\"name\": \"D\", \"workers\": 1}],"
                                " \"resources\": [{\"name\": \"dma\", \"capacity\": 2}, {\"name\": \"npu\"}]}";
  static const struct spec specs[] = {
      {"a", "a", "A", 0, 10, "", ", \"resources\": [\"dma\"]"},
      {"b", "b", "B", 1, 6, "", ", \"resources\": [\"dma\"]"},
      {"c", "c", "C", 2, 5, "", ", \"resources\": [\"dma\", \"npu\"]"},
      {"d", "d", "D", 3, 8, "", ", \"resources\": [\"npu\"]"},
  };
  struct simulated s;
  if (!run(&s, specs, COUNT_OF(specs), machine, "planned")) skip();
  expect_run(&s, "a", 0, 10);
  expect_run(&s, "b", 0, 6);
  expect_run(&s, "d", 0, 8);   // c could not have both, so it left the npu
  expect_run(&s, "c", 8, 13);
  end_simulated(&s);
}

// Two that need two resources each, in opposite orders, 100 times: nobody waits for ever.
static void test_no_deadlock(void **state) {
  (void)state;
  static const struct spec specs[] = {
      {"a", "a", "A", 0, 3, "", ", \"resources\": [\"r\", \"s\"]"}, {"b", "b", "B", 0, 4, "", ", \"resources\": [\"s\", \"r\"]"}, {"c", "c", "A", 3, 2, "", ", \"resources\": [\"s\", \"t\"]"},
      {"d", "d", "B", 4, 1, "", ", \"resources\": [\"t\", \"r\"]"},
  };
  for (const struct rdo_policy *const *policy = rdo_policy_list(); *policy != NULL; ++policy) {
    struct simulated s;
    const struct rdo_sim_options options = {.policy = *policy, .iteration_count = 100, .noise = {.seed = 1, .spread = 0.5}};
    if (!run_options(&s, specs, COUNT_OF(specs), "", options)) skip();
    end_simulated(&s);
  }
}

// A node that occupies two lanes starts when both are free, and keeps both.
static void test_two_lanes(void **state) {
  (void)state;
  static const struct spec specs[] = {
      {"a", "a", "P", 0, 3, "", NULL}, {"b", "b", "E", 0, 7, "", NULL}, {"both", "w", "P", 1, 5, "", ", \"targets\": [\"P\", \"E\"]"}, {"c", "c", "E", 8, 2, "", NULL}, {"d", "d", "P", 8, 2, "", NULL},
  };
  struct simulated s;
  if (!run(&s, specs, COUNT_OF(specs), "", "strict")) skip();
  expect_run(&s, "both", 7, 12);
  expect_run(&s, "c", 12, 14);
  expect_run(&s, "d", 12, 14);
  end_simulated(&s);
  // Not so strict, d passes it while E is busy; when E is free, it comes before c, as planned.
  if (!run(&s, specs, COUNT_OF(specs), "", "planned")) skip();
  expect_run(&s, "d", 3, 5);
  expect_run(&s, "both", 7, 12);
  expect_run(&s, "c", 12, 14);
  end_simulated(&s);
}

// The plan has a filler, then a root that is phase-locked at 20. As soon as it can: the second filler comes early and the root
// in time; the root behind a long filler is late by its rest.
static void test_locked_root(void **state) {
  (void)state;
  struct spec specs[] = {{"f", "f", "P", 0, 8, "", NULL}, {"g", "f", "P", 30, 9, "\"f\"", NULL}, {"r", "r", "P", 20, 5, "", locked}};
  struct simulated s;
  if (!run(&s, specs, 3, "", "planned")) skip();
  expect_run(&s, "g", 8, 17);
  expect_run(&s, "r", 20, 25);
  end_simulated(&s);
  specs[1].duration_us = 15;
  if (!run(&s, specs, 3, "", "planned")) skip();
  expect_run(&s, "g", 8, 23);
  expect_run(&s, "r", 23, 28);
  assert_int_equal(find_row(&s, "r", 0)->ready_ns, 20 * US);
  end_simulated(&s);
  // To the letter, the filler waits for its own start.
  if (!run(&s, specs, 3, "", "strict")) skip();
  expect_run(&s, "r", 20, 25);
  expect_run(&s, "g", 30, 45);
  end_simulated(&s);
}

// a is late (its predecessor takes longer than planned: 10 instead of 4, by a time dependency that the plan does not respect).
// "planned" lets b, which is ready, go first; "strict" shifts the lane.
static void test_late(void **state) {
  (void)state;
  static const struct spec specs[] = {{"p", "a", "E", 0, 10, "", NULL}, {"a", "a", "P", 4, 5, "\"p\"", NULL}, {"b", "b", "P", 9, 6, "", NULL}, {"c", "c", "P", 40, 1, "", NULL}};
  struct simulated s;
  if (!run(&s, specs, 4, "", "planned")) skip();
  expect_run(&s, "b", 0, 6);
  expect_run(&s, "c", 6, 7);
  expect_run(&s, "a", 10, 15);
  end_simulated(&s);
  if (!run(&s, specs, 4, "", "strict")) skip();
  expect_run(&s, "a", 10, 15);
  expect_run(&s, "b", 15, 21);
  expect_run(&s, "c", 40, 41);
  end_simulated(&s);
}

// a is 7 late, its lane busy with a long filler: with a threshold it moves to the idle lane, without it waits.
static void test_late_moves(void **state) {
  (void)state;
  static const struct spec specs[] = {{"p", "a", "E", 0, 10, "", NULL}, {"a", "a", "P", 3, 5, "\"p\"", NULL}, {"b", "b", "P", 8, 30, "", NULL}};
  struct simulated s;
  struct rdo_sim_options options = {.policy = rdo_policy_find("planned"), .policy_options = {.late_ns = 6 * US}};
  if (!run_options(&s, specs, 3, "", options)) skip();
  expect_run(&s, "a", 10, 15);
  assert_string_equal(target_of(&s, "a"), "E");
  assert_int_equal(s.results.moved_count, 1);
  end_simulated(&s);
  options.policy_options.late_ns = 7 * US;
  if (!run_options(&s, specs, 3, "", options)) skip();
  expect_run(&s, "a", 30, 35);
  end_simulated(&s);
}

// A hard time dependency is waited for where the plan is followed; a soft one, or another policy, does not.
static void test_time_dependency(void **state) {
  (void)state;
  static const char *const modes[] = {", \"time_dependency\": \"a\", \"time_dep_mode\": \"hard\"", ", \"time_dependency\": \"a\", \"time_dep_mode\": \"soft\""};
  for (int i = 0; i < 2; ++i) {
    const struct spec specs[] = {{"a", "a", "P", 0, 10, "", NULL}, {"b", "b", "E", 10, 5, "", modes[i]}};
    struct simulated s;
    if (!run(&s, specs, 2, "", "planned")) skip();
    expect_run(&s, "b", i == 0 ? 10 : 0, i == 0 ? 15 : 5);
    end_simulated(&s);
    if (!run(&s, specs, 2, "", "edf")) skip();
    expect_run(&s, "b", 0, 5);
    end_simulated(&s);
  }
}

// Iterations, one behind the other; then every 20, where the first ends at 15; then every 10: two overlap, as the plan lets them, and the second's
// `a` comes before the first's `r`. The third begins 3 late, when the first is over, and times still count from where it should have begun.
static void test_iterations(void **state) {
  (void)state;
  static const struct spec specs[] = {{"a", "a", "P", 0, 10, "", NULL}, {"r", "r", "P", 12, 3, "", locked}};
  static const struct {
    const char *more;
    int a_us[3], r_us[3];
    int64_t t0_us[3];
  } cases[] = {
      {"", {0, 0, 0}, {12, 12, 12}, {0, 15, 30}},
      {", \"period_us\": 20", {0, 0, 0}, {12, 12, 12}, {0, 20, 40}},
      {", \"period_us\": 10", {0, 0, 6}, {20, 13, 16}, {0, 10, 20}},
  };
  for (size_t i = 0; i < COUNT_OF(cases); ++i) {
    struct simulated s;
    const struct rdo_sim_options options = {.policy = rdo_policy_find("planned"), .iteration_count = 3};
    if (!run_options(&s, specs, 2, cases[i].more, options)) skip();
    for (int k = 0; k < 3; ++k) {
      expect_at(&s, "a", k, cases[i].a_us[k], cases[i].a_us[k] + 10);
      expect_at(&s, "r", k, cases[i].r_us[k], cases[i].r_us[k] + 3);
      assert_int_equal(find_row(&s, "a", k)->t0_ns, cases[i].t0_us[k] * US);
    }
    end_simulated(&s);
  }
}

// A plan that ends behind its period, with room for it: each iteration is as planned. Calls of one job follow each other across the border even where a
// lane has room for both.
static void test_overlap(void **state) {
  (void)state;
  static const struct spec specs[] = {{"a", "a", "P", 0, 4, "", locked}, {"b", "b", "P", 6, 4, "", locked}, {"c", "c", "E", 8, 7, "\"b\"", NULL}};
  static const struct spec order[] = {{"x", "x", "P", 2, 8, "", NULL}, {"y", "y", "E", 0, 1, "", NULL}, {"z", "z", "E", 11, 1, "", locked}};
  const struct rdo_sim_options options = {.policy = rdo_policy_find("planned"), .iteration_count = 4};
  struct simulated s;
  if (!run_options(&s, specs, 3, ", \"period_us\": 10", options)) skip();
  for (int k = 0; k < 4; ++k) {
    expect_at(&s, "a", k, 0, 4);
    expect_at(&s, "b", k, 6, 10);
    expect_at(&s, "c", k, 10, 17);
    assert_int_equal(find_row(&s, "a", k)->t0_ns, k * 10 * US);
  }
  end_simulated(&s);
  // x of the next iteration has to wait for that of the one before, which ends 2 behind the period.
  const struct rdo_sim_options slow = {.policy = rdo_policy_find("dynamic"), .iteration_count = 2};
  if (!run_options(&s, order, 3, ", \"period_us\": 6, \"instances\": {\"x\": {\"job\": \"x\", \"index\": 0}}, \"jobs\": {\"jobs\": [{\"name\": \"x\", \"model\": \"m\", \"lanes\": [\"P\", \"E\"]}]}", slow)) skip();
  expect_at(&s, "x", 0, 0, 8);
  expect_at(&s, "x", 1, 2, 10);
  end_simulated(&s);
}

// What the plan says of instances: nothing of them is ready before its release, whatever is locked.
static void test_instances(void **state) {
  (void)state;
  static const struct spec specs[] = {{"a0", "m0", "P", 2, 3, "", NULL}, {"a1", "m1", "P", 12, 3, "", locked}, {"b", "b", "E", 0, 1, "", NULL}};
  static const char more[] = ", \"instances\": {\"m0\": {\"job\": \"mlp\", \"release_us\": 1, \"deadline_us\": 4}, \"m1\": {\"job\": \"mlp\", \"index\": 1, \"release_us\": 11, \"deadline_us\": 15}}";
  struct simulated s;
  if (!run(&s, specs, 3, more, "planned")) skip();
  expect_run(&s, "a0", 1, 4);
  expect_run(&s, "a1", 12, 15);
  assert_int_equal(s.model.job_count, 2);
  assert_string_equal(s.model.jobs[0].name, "mlp");
  assert_int_equal(s.results.jobs[0].deadline_count, 2);
  assert_int_equal(s.results.jobs[0].miss_count, 0);
  end_simulated(&s);
  // Without a plan to follow the release is what counts.
  if (!run(&s, specs, 3, more, "edf")) skip();
  expect_run(&s, "a1", 11, 14);
  end_simulated(&s);
}

// Every dispatch stalls; two lanes that are busy at once slow what begins then by a tenth, each of three by a twentieth.
static void test_disturbed(void **state) {
  (void)state;
  static const struct spec specs[] = {{"a", "a", "P", 0, 10, "", NULL}, {"b", "b", "E", 0, 20, "", NULL}, {"c", "c", "F", 0, 40, "", NULL}};
  struct simulated s;
  const struct rdo_sim_options stalls = {.policy = rdo_policy_find("planned"), .noise = {.stall_probability = 1, .stall_ns = 7 * US}};
  if (!run_options(&s, specs, 3, "", stalls)) skip();
  expect_run(&s, "a", 0, 17);
  expect_run(&s, "c", 0, 47);
  end_simulated(&s);
  const struct rdo_sim_options interference = {.policy = rdo_policy_find("planned"), .interference = 0.1};
  if (!run_options(&s, specs, 3, "", interference)) skip();
  expect_run(&s, "a", 0, 10);
  expect_run(&s, "b", 0, 21);
  expect_run(&s, "c", 0, 44);
  end_simulated(&s);
}

// With the same seed and run durations are the same under every policy; another run has others.
static void test_same_noise(void **state) {
  (void)state;
  static const struct spec specs[] = {{"a", "a", "P", 0, 1000, "", NULL}, {"b", "b", "P", 1000, 2000, "", NULL}, {"c", "c", "P", 3000, 3000, "", NULL}};
  static const char *const keys[] = {"a", "b", "c"};
  int64_t planned_ns[3];
  for (const struct rdo_policy *const *policy = rdo_policy_list(); *policy != NULL; ++policy) {
    struct simulated s;
    const struct rdo_sim_options options = {.policy = *policy, .noise = {.seed = 9, .spread = 0.3}};
    if (!run_options(&s, specs, 3, "", options)) skip();
    for (int k = 0; k < 3; ++k) {
      int64_t ns = find_row(&s, keys[k], 0)->end_ns - find_row(&s, keys[k], 0)->start_ns;
      if (policy == rdo_policy_list()) planned_ns[k] = ns;
      assert_int_equal(ns, planned_ns[k]);
      assert_true(ns != (k + 1) * 1000 * US);
    }
    end_simulated(&s);
  }
}

// What something urgent waits for is as urgent: `low` before `middle`, for the sake of `high`.
static void test_inherited(void **state) {
  (void)state;
  static const struct spec specs[] = {{"gate", "a", "P", 0, 10, "", NULL},
                                      {"low", "b", "P", 10, 10, "\"gate\"", ", \"priority\": 10"},
                                      {"middle", "c", "P", 20, 10, "\"gate\"", ", \"priority\": 100"},
                                      {"high", "d", "P", 30, 10, "\"low\"", ", \"priority\": 200"}};
  static const char *const more = ", \"instances\": {\"c\": {\"deadline_ns\": 35000}, \"d\": {\"deadline_ns\": 30000}}";
  static const char *const policies[] = {"priority", "dynamic", "edf", "planned"};
  for (size_t p = 0; p < COUNT_OF(policies); ++p) {
    struct simulated s;
    if (!run(&s, specs, 4, more, policies[p])) skip();
    expect_run(&s, "low", 10, 20);
    expect_run(&s, "high", 20, 30);
    expect_run(&s, "middle", 30, 40);
    end_simulated(&s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chain),       cmocka_unit_test(test_widths),     cmocka_unit_test(test_molding),    cmocka_unit_test(test_placement),
      cmocka_unit_test(test_handovers), cmocka_unit_test(test_transitions), cmocka_unit_test(test_speeds),      cmocka_unit_test(test_orders),     cmocka_unit_test(test_orders_differ), cmocka_unit_test(test_resource),
      cmocka_unit_test(test_counted),     cmocka_unit_test(test_no_deadlock), cmocka_unit_test(test_two_lanes), cmocka_unit_test(test_locked_root),
      cmocka_unit_test(test_late),        cmocka_unit_test(test_late_moves), cmocka_unit_test(test_time_dependency), cmocka_unit_test(test_iterations), cmocka_unit_test(test_overlap),
      cmocka_unit_test(test_instances),   cmocka_unit_test(test_disturbed),  cmocka_unit_test(test_same_noise),  cmocka_unit_test(test_inherited),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

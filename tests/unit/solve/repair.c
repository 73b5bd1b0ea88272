// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Plans that time overtakes. What a repair makes is checked as a schedule of a problem in which all that has begun is fixed as
// it was, and compared with the plan moved to the right in two ways, both written here without the solver.

#include "rondo/repair.h"
#include "solve_test.h"

enum { NODES_MAX = 64, SEEDS = 400 };

struct scene {
  struct rondo_problem *problem;
  struct rondo_placed_node planned[NODES_MAX];
  struct rondo_placed_node actual[NODES_MAX];  // what would happen, seen from the end of time
  struct rondo_node_progress progress[NODES_MAX];
  struct rondo_placed_node fixed[NODES_MAX];  // of nodes that have begun, with the end that is expected
  uint32_t order[NODES_MAX];                  // by planned starts
  int64_t now;
};

static const struct rdo_mode *mode_of(const struct rondo_problem *problem, uint32_t node, int mode) {
  return &problem->modes[problem->nodes[node].mode_begin + (uint32_t)mode];
}

static int width_of(const struct rondo_problem *problem, const struct rdo_mode *mode, int machine) {
  for (uint32_t i = 0; i < mode->use_count; ++i) {
    if (problem->uses[mode->use_begin + i].machine == machine) return problem->uses[mode->use_begin + i].width;
  }
  return 0;
}

// Whether a node may run then, beside those of `placed` that `is_there` names: looks at every moment at which something begins.
static bool has_room(const struct scene *scene, const struct rondo_placed_node *placed, const bool *is_there, uint32_t node, int64_t start, int64_t end) {
  const struct rondo_problem *problem = scene->problem;
  const struct rdo_mode *mode = mode_of(problem, node, placed[node].mode);
  for (uint32_t m = 0; m < problem->machine_count && start < end; ++m) {
    int own = width_of(problem, mode, (int)m);
    for (uint32_t k = 0; k <= problem->node_count && own > 0; ++k) {
      int64_t moment = k == problem->node_count ? start : is_there[k] ? placed[k].start : -1, used = own;
      if (moment < start || moment >= end) continue;
      for (uint32_t i = 0; i < problem->node_count; ++i) {
        if (is_there[i] && placed[i].start <= moment && placed[i].end > moment) used += width_of(problem, mode_of(problem, i, placed[i].mode), (int)m);
      }
      if (used > problem->machines[m].capacity) return false;
    }
  }
  return true;
}

static int64_t find_ready(const struct scene *scene, const struct rondo_placed_node *placed, uint32_t node) {
  const struct rondo_problem *problem = scene->problem;
  int64_t ready = problem->nodes[node].release;
  for (uint32_t i = 0; i < problem->nodes[node].predecessor_count; ++i) {
    const struct rdo_link *link = &problem->predecessors[problem->nodes[node].predecessor_begin + i];
    int64_t end = placed[link->node].end + link->delay +
                  rdo_problem_transition(problem, mode_of(problem, link->node, placed[link->node].mode), mode_of(problem, node, placed[node].mode));
    if (end > ready) ready = end;
  }
  return ready;
}

// The planned order and modes, none before its planned start, those that are there already as they are.
static void push_right(const struct scene *scene, const int64_t *durations, int64_t earliest, bool *is_there, struct rondo_placed_node *placed) {
  for (size_t i = 0; i < scene->problem->node_count; ++i) {
    uint32_t node = scene->order[i];
    if (is_there[node]) continue;
    placed[node].mode = scene->planned[node].mode;
    int64_t start = find_ready(scene, placed, node);
    if (start < scene->planned[node].start) start = scene->planned[node].start;
    if (start < earliest) start = earliest;
    while (!has_room(scene, placed, is_there, node, start, start + durations[node])) ++start;
    placed[node].start = start;
    placed[node].end = start + durations[node];
    is_there[node] = true;
  }
}

static void sort_by_plan(struct scene *scene) {
  const struct rondo_problem *problem = scene->problem;
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    uint32_t node = problem->order[i], k = i;
    for (; k > 0 && scene->planned[scene->order[k - 1]].start > scene->planned[node].start; --k) scene->order[k] = scene->order[k - 1];
    scene->order[k] = node;
  }
}

// Runs the plan with dispatches that take longer, or shorter, than planned, and looks at a moment of it.
static void play(struct scene *scene, struct rdo_random *random) {
  const struct rondo_problem *problem = scene->problem;
  bool is_there[NODES_MAX] = {false};
  int64_t durations[NODES_MAX] = {0}, last = 0;
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    int64_t duration = scene->planned[i].end - scene->planned[i].start;
    durations[i] = below(random, 3) == 0 ? duration + below(random, 12) : duration > 0 && below(random, 4) == 0 ? duration - 1 : duration;
  }
  push_right(scene, durations, 0, is_there, scene->actual);
  for (uint32_t i = 0; i < problem->node_count; ++i) last = scene->actual[i].end > last ? scene->actual[i].end : last;
  scene->now = below(random, (int)last + 2);
}

static void look(struct scene *scene) {
  for (uint32_t i = 0; i < scene->problem->node_count; ++i) {
    const struct rondo_placed_node *actual = &scene->actual[i];
    struct rondo_node_progress *progress = &scene->progress[i];
    *progress = (struct rondo_node_progress){.state = RONDO_NODE_WAITING};
    scene->fixed[i] = *actual;
    if (actual->start > scene->now || (actual->start == scene->now && actual->end > actual->start)) continue;
    *progress = (struct rondo_node_progress){.state = RONDO_NODE_DONE, .mode = actual->mode, .start = actual->start, .end = actual->end};
    if (actual->end <= scene->now) continue;
    *progress = (struct rondo_node_progress){.state = RONDO_NODE_RUNNING, .mode = actual->mode, .start = actual->start};
    int64_t expected = actual->start + mode_of(scene->problem, i, actual->mode)->duration;
    scene->fixed[i].end = expected > scene->now ? expected : scene->now;
  }
}

// The rules against what is fixed: a problem in which what has begun has one mode and one start, and all else begins from now on.
static enum rondo_status check_rest(const struct scene *scene, const struct rondo_placed_node *nodes) {
  const struct rondo_problem *problem = scene->problem;
  struct rondo_problem *rest = create_problem(0, 0);
  struct rondo_placed_node placed[NODES_MAX];
  for (size_t i = 0; i < problem->machine_count; ++i) {
    if (problem->machines[i].is_resource) expect_ok(rondo_problem_add_resource(rest, problem->machines[i].capacity, &diag));
    else expect_ok(rondo_problem_add_machine(rest, problem->machines[i].capacity, &diag));
  }
  for (size_t i = 0; i < problem->transition_count; ++i) {
    expect_ok(rondo_problem_set_transition(rest, problem->transitions[i].from, problem->transitions[i].to, problem->transitions[i].delay, &diag));
  }
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    const struct rdo_node *node = &problem->nodes[i];
    struct rondo_problem_mode modes[8];
    bool is_fixed = scene->progress[i].state != RONDO_NODE_WAITING;
    int count = 0;
    placed[i] = nodes[i];
    for (int m = 0; m < (int)node->mode_count; ++m) {
      const struct rdo_mode *mode = mode_of(problem, i, m);
      if (is_fixed && m != scene->fixed[i].mode) continue;
      int64_t duration = is_fixed ? scene->fixed[i].end - scene->fixed[i].start : mode->duration;
      modes[count++] = (struct rondo_problem_mode){.duration = duration, .uses = &problem->uses[mode->use_begin], .use_count = (int)mode->use_count};
    }
    if (is_fixed) placed[i].mode = placed[i].mode == scene->fixed[i].mode ? 0 : 7;
    int64_t release = is_fixed ? scene->fixed[i].start : node->release > scene->now ? node->release : scene->now;
    expect_ok(rondo_problem_add_node(rest, &(struct rondo_problem_node){.job = -1, .release = release, .is_fixed = is_fixed, .modes = modes, .mode_count = count}, &diag));
  }
  for (size_t i = 0; i < problem->edge_count; ++i) add_edge(rest, (int)problem->edges[i].from, (int)problem->edges[i].to, problem->edges[i].delay);
  expect_ok(rondo_problem_finish(rest, &diag));
  enum rondo_status status = rondo_schedule_check(rest, placed, (int)problem->node_count, &diag);
  rondo_problem_release(&rest);
  return status;
}

static int64_t tardiness_of(const struct rondo_problem *problem, const struct rondo_placed_node *nodes) {
  int64_t sum = 0;
  for (size_t j = 0; j < problem->job_count; ++j) {
    const struct rdo_job *job = &problem->jobs[j];
    int64_t start = INT64_MAX, end = -1;
    for (uint32_t i = 0; i < problem->node_count; ++i) {
      if (problem->nodes[i].job != (int32_t)j) continue;
      start = nodes[i].start < start ? nodes[i].start : start;
      end = nodes[i].end > end ? nodes[i].end : end;
    }
    if (job->deadline == INT64_MAX || end < 0) continue;
    int64_t late = end - job->deadline - (job->is_relative ? start : 0);
    if (late > 0) sum += late * job->weight;
  }
  return sum;
}

static int64_t violation_of(const struct rondo_problem *problem, const struct rondo_placed_node *nodes) {
  int64_t sum = 0;
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    if (nodes[i].start > problem->nodes[i].latest_start) sum += nodes[i].start - problem->nodes[i].latest_start;
  }
  return sum;
}

static void expect_no_worse(const struct scene *scene, const struct rondo_placed_node *result, const struct rondo_placed_node *other, const char *what) {
  int64_t violation = violation_of(scene->problem, result), other_violation = violation_of(scene->problem, other);
  int64_t tardiness = tardiness_of(scene->problem, result), other_tardiness = tardiness_of(scene->problem, other);
  if (violation < other_violation || (violation == other_violation && tardiness <= other_tardiness)) return;
  fail_msg("late by %lld (starts by %lld), %s by %lld (%lld)", (long long)tardiness, (long long)violation, what, (long long)other_tardiness, (long long)other_violation);
}

// The rest of the plan, moved by one amount: the first that passes the check.
static void shift_all(const struct scene *scene, struct rondo_placed_node *placed) {
  for (int64_t shift = 0;; ++shift) {
    for (uint32_t i = 0; i < scene->problem->node_count; ++i) {
      placed[i] = scene->fixed[i];
      if (scene->progress[i].state != RONDO_NODE_WAITING) continue;
      placed[i] = (struct rondo_placed_node){.start = scene->planned[i].start + shift, .end = scene->planned[i].end + shift, .mode = scene->planned[i].mode};
    }
    if (check_rest(scene, placed) == RONDO_OK) return;
    assert_true(shift < 10000);
  }
}

static void shift_each(const struct scene *scene, struct rondo_placed_node *placed) {
  bool is_there[NODES_MAX] = {false};
  int64_t durations[NODES_MAX] = {0};
  for (uint32_t i = 0; i < scene->problem->node_count; ++i) {
    placed[i] = scene->fixed[i];
    is_there[i] = scene->progress[i].state != RONDO_NODE_WAITING;
    durations[i] = mode_of(scene->problem, i, scene->planned[i].mode)->duration;
  }
  push_right(scene, durations, scene->now, is_there, placed);
  expect_ok(check_rest(scene, placed));
}

static void expect_repaired(const struct scene *scene, struct rondo_repair *repair) {
  const struct rondo_problem *problem = scene->problem;
  struct rondo_placed_node all[NODES_MAX], each[NODES_MAX];
  struct rondo_repair_info info;
  expect_ok(rondo_repair_run(repair, scene->now, scene->progress, &diag));
  const struct rondo_placed_node *result = rondo_repair_nodes(repair);
  expect_ok(check_rest(scene, result));
  shift_all(scene, all);
  shift_each(scene, each);
  expect_no_worse(scene, result, all, "moved by one amount");
  expect_no_worse(scene, result, each, "each moved by its own");
  rondo_repair_info(repair, &info);
  assert_int_equal(info.tardiness, tardiness_of(problem, result));
  assert_int_equal(info.violation, violation_of(problem, result));
  assert_true(info.trial_count > 0);
}

static void begin_scene(struct scene *scene, uint64_t seed) {
  struct rondo_schedule *schedule;
  *scene = (struct scene){.problem = seed % 3 == 0 ? random_shop(seed, 5, 5, 3, true) : random_general(seed, 24)};
  const struct rondo_solve_options options = {.iteration_limit = 30, .thread_count = 1, .seed = seed};
  expect_ok(rondo_solve(scene->problem, &options, &schedule, &diag));
  memcpy(scene->planned, rondo_schedule_nodes(schedule), scene->problem->node_count * sizeof *scene->planned);
  rondo_schedule_release(&schedule);
  sort_by_plan(scene);
}

static void test_random(void **state) {
  (void)state;
  int better_count = 0, method_counts[4] = {0};
  static const char *const methods[] = {"shift", "order", "list", "repair"};
  for (uint64_t seed = 0; seed < SEEDS; ++seed) {
    struct rdo_random random = rdo_random_seed(seed + 5000);
    struct rondo_repair *repair, *other;
    struct rondo_repair_info info;
    struct scene scene;
    begin_scene(&scene, seed);
    int count = (int)scene.problem->node_count;
    expect_ok(rondo_repair_create(scene.problem, scene.planned, count, &repair, &diag));
    expect_ok(rondo_repair_create(scene.problem, scene.planned, count, &other, &diag));
    for (int round = 0; round < 3; ++round) {
      play(&scene, &random);
      look(&scene);
      expect_repaired(&scene, repair);
      rondo_repair_info(repair, &info);
      better_count += info.tardiness < info.shifted_tardiness;
      for (int i = 0; i < 4; ++i) method_counts[i] += strcmp(info.method, methods[i]) == 0;
    }
    // The same again, and of a repair that has seen nothing before.
    expect_ok(rondo_repair_run(other, scene.now, scene.progress, &diag));
    for (int i = 0; i < count; ++i) {
      assert_int_equal(rondo_repair_nodes(other)[i].start, rondo_repair_nodes(repair)[i].start);
      assert_int_equal(rondo_repair_nodes(other)[i].mode, rondo_repair_nodes(repair)[i].mode);
    }
    rondo_repair_release(&repair);
    rondo_repair_release(&other);
    rondo_problem_release(&scene.problem);
  }
  assert_true(better_count > SEEDS / 10);
  for (int i = 0; i < 4; ++i) assert_true(method_counts[i] > SEEDS / 50);
}

// One repair after the other, each of the one before.
static void test_adopted(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEEDS / 4; ++seed) {
    struct rdo_random random = rdo_random_seed(seed + 9000);
    struct rondo_repair *repair;
    struct scene scene;
    int64_t before = -1;
    begin_scene(&scene, seed);
    size_t count = scene.problem->node_count;
    expect_ok(rondo_repair_create(scene.problem, scene.planned, (int)count, &repair, &diag));
    play(&scene, &random);
    for (int round = 0; round < 4; ++round) {
      scene.now = before + 1 + below(&random, 8);
      before = scene.now;
      look(&scene);
      expect_repaired(&scene, repair);
      rondo_repair_adopt(repair);
      // What has begun stays what happened; the rest goes on from the new plan.
      memcpy(scene.planned, rondo_repair_nodes(repair), count * sizeof *scene.planned);
      sort_by_plan(&scene);
      bool is_there[NODES_MAX] = {false};
      int64_t durations[NODES_MAX] = {0};
      for (size_t i = 0; i < count; ++i) {
        is_there[i] = scene.progress[i].state != RONDO_NODE_WAITING;
        durations[i] = scene.planned[i].end - scene.planned[i].start + (below(&random, 3) == 0 ? below(&random, 9) : 0);
      }
      push_right(&scene, durations, scene.now, is_there, scene.actual);
    }
    rondo_repair_release(&repair);
    rondo_problem_release(&scene.problem);
  }
}

// A machine, two jobs: the first node takes too long, and only the other order keeps the second job's deadline.
static void test_order_changes(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  const struct rondo_problem_use use = {.machine = 0, .width = 1};
  const struct rondo_problem_mode mode = {.duration = 10, .uses = &use, .use_count = 1};
  struct rondo_repair *repair;
  struct rondo_repair_info info;
  expect_ok(rondo_problem_add_job(problem, &(struct rondo_problem_job){.deadline = 50}, &diag));
  expect_ok(rondo_problem_add_job(problem, &(struct rondo_problem_job){.deadline = 35}, &diag));
  for (int i = 0; i < 3; ++i) expect_ok(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = i == 2, .modes = &mode, .mode_count = 1}, &diag));
  expect_ok(rondo_problem_finish(problem, &diag));
  const struct rondo_placed_node planned[] = {{0, 10, 0}, {10, 20, 0}, {20, 30, 0}};
  expect_ok(rondo_repair_create(problem, planned, 3, &repair, &diag));
  rondo_repair_info(repair, &info);
  assert_string_equal(info.method, "plan");
  assert_int_equal(info.makespan, 30);
  assert_int_equal(rondo_repair_nodes(repair)[2].start, 20);
  // In time nothing changes.
  const struct rondo_node_progress in_time[] = {{RONDO_NODE_RUNNING, 0, 0, 0}, {0}, {0}};
  expect_ok(rondo_repair_run(repair, 5, in_time, &diag));
  rondo_repair_info(repair, &info);
  assert_string_equal(info.method, "shift");
  assert_int_equal(info.moved_count, 0);
  const struct rondo_node_progress late[] = {{RONDO_NODE_RUNNING, 0, 0, 20}, {0}, {0}};
  expect_ok(rondo_repair_run(repair, 15, late, &diag));
  rondo_repair_info(repair, &info);
  assert_int_equal(info.shifted_tardiness, 5);
  assert_int_equal(info.tardiness, 0);
  assert_int_equal(info.moved_count, 1);
  assert_int_equal(rondo_repair_nodes(repair)[0].end, 20);
  assert_int_equal(rondo_repair_nodes(repair)[1].start, 30);
  assert_int_equal(rondo_repair_nodes(repair)[2].start, 20);
  // It runs on although its time is over: it may end at any moment.
  expect_ok(rondo_repair_run(repair, 23, (const struct rondo_node_progress[]){{RONDO_NODE_RUNNING, 0, 0, 0}, {0}, {0}}, &diag));
  assert_int_equal(rondo_repair_nodes(repair)[0].end, 23);
  assert_int_equal(rondo_repair_nodes(repair)[2].start, 23);
  rondo_repair_release(&repair);
  assert_null(repair);
  rondo_repair_release(&repair);
  rondo_problem_release(&problem);
}

static void test_refused(void **state) {
  (void)state;
  struct rondo_problem *problem = create_problem(1, 1);
  struct rondo_repair *repair;
  for (int i = 0; i < 2; ++i) add_simple_node(problem, 0, 10);
  add_edge(problem, 0, 1, 0);
  struct rondo_placed_node planned[] = {{0, 10, 0}, {10, 20, 0}};
  expect_failure(rondo_repair_create(problem, planned, 2, &repair, &diag), RONDO_FAILED_PRECONDITION, "not finished");
  expect_ok(rondo_problem_finish(problem, &diag));
  planned[1].start = 5;
  expect_failure(rondo_repair_create(problem, planned, 2, &repair, &diag), RONDO_INVALID_ARGUMENT, "node 1");
  assert_null(repair);
  planned[1].start = 10;
  expect_ok(rondo_repair_create(problem, planned, 2, &repair, &diag));
  const struct {
    int64_t now;
    struct rondo_node_progress progress[2];
    enum rondo_status status;
    const char *words;
  } cases[] = {
      {-1, {{0}, {0}}, RONDO_OUT_OF_RANGE, "now is -1"},
      {RONDO_PROBLEM_TIME_MAX + 1, {{0}, {0}}, RONDO_OUT_OF_RANGE, "now is"},
      {9, {{(enum rondo_node_state)3, 0, 0, 0}, {0}}, RONDO_INVALID_ARGUMENT, "node 0 is in no state 3"},
      {9, {{RONDO_NODE_RUNNING, 1, 0, 0}, {0}}, RONDO_INVALID_ARGUMENT, "node 0 has begun in mode 1 of 1"},
      {9, {{RONDO_NODE_RUNNING, 0, 10, 0}, {0}}, RONDO_INVALID_ARGUMENT, "node 0 has begun at 10: not in 0 .. now, which is 9"},
      {9, {{RONDO_NODE_RUNNING, 0, 0, -1}, {0}}, RONDO_INVALID_ARGUMENT, "node 0 is expected to end at -1"},
      {9, {{RONDO_NODE_DONE, 0, 0, 10}, {0}}, RONDO_INVALID_ARGUMENT, "node 0 is done at 10"},
      {19, {{RONDO_NODE_RUNNING, 0, 0, 0}, {RONDO_NODE_RUNNING, 0, 10, 0}}, RONDO_INVALID_ARGUMENT, "node 1 has begun, but node 0, which it waits for, is not done"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; ++i) {
    expect_failure(rondo_repair_run(repair, cases[i].now, cases[i].progress, &diag), cases[i].status, cases[i].words);
    assert_int_equal(rondo_repair_nodes(repair)[1].start, 10);
  }
  expect_ok(rondo_repair_run(repair, 9, (const struct rondo_node_progress[]){{RONDO_NODE_DONE, 0, 0, 9}, {0}}, &diag));
  assert_int_equal(rondo_repair_nodes(repair)[1].start, 9);
  rondo_repair_adopt(repair);
  expect_failure(rondo_repair_run(repair, 9, (const struct rondo_node_progress[]){{0}, {0}}, &diag), RONDO_INVALID_ARGUMENT, "node 0 waits, but the plan that was adopted has it begun");
  rondo_repair_release(&repair);
  rondo_problem_release(&problem);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_random), cmocka_unit_test(test_adopted), cmocka_unit_test(test_order_changes), cmocka_unit_test(test_refused)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Which of several nodes comes first, under each policy, in the real player on a virtual clock; and that the simulator says the same.

#include "plan/policy.h"
#include "simulate/simulator.h"
#include "task/executor.h"
#include "virtual_plans.h"

enum { NODES_MAX = 48 };

struct plan {
  struct spec specs[NODES_MAX];
  char keys[NODES_MAX][16], dependencies[NODES_MAX][256], mores[NODES_MAX][256];
  int count;
  char instances[NODES_MAX * 64];
};

static struct plan plan;

static uint64_t next_random(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

// A node with a job of its own.
//   deadline_ns  INT64_MAX = none
static void add(const char *lane, int64_t start_ns, int64_t duration_ns, const char *dependencies, int priority, int64_t deadline_ns, const char *more) {
  int i = plan.count++;
  assert_true(i < NODES_MAX);
  snprintf(plan.keys[i], sizeof plan.keys[i], "n%d", i);
  snprintf(plan.dependencies[i], sizeof plan.dependencies[i], "%s", dependencies);
  snprintf(plan.mores[i], sizeof plan.mores[i], ", \"job_name\": \"j%d\", \"priority\": %d%s", i, priority, more);
  plan.specs[i] = (struct spec){plan.keys[i], lane, start_ns, duration_ns, plan.dependencies[i], plan.mores[i]};
  size_t length = strlen(plan.instances);
  if (deadline_ns == INT64_MAX) return;
  snprintf(plan.instances + length, sizeof plan.instances - length, "%s\"j%d\": {\"deadline_ns\": %lld}", length == 0 ? "" : ", ", i, (long long)deadline_ns);
}

static void begin_plan(void) { memset(&plan, 0, sizeof plan); }

static void write_it(void) {
  char more[sizeof plan.instances + 32] = "";
  if (plan.instances[0] != '\0') snprintf(more, sizeof more, ", \"instances\": {%s}", plan.instances);
  write_plan(plan.specs, (size_t)plan.count, more);
}

static int64_t start_of(int node) { return find_row(plan.keys[node], 0)->start_ns; }

// Orders -----------------------------------------------------------------------------------------------

struct facts {
  int priority, index;
  int64_t deadline_ns, duration_ns, start_ns;
};

static const char *sorted_by;

// What policy.h says of each, in words of its own.
static int compare(const void *a, const void *b) {
  const struct facts *x = a, *y = b;
  int64_t first = 0, second = 0;
  if (strcmp(sorted_by, "priority") == 0 || strcmp(sorted_by, "dynamic") == 0) first = -x->priority, second = -y->priority;
  if (strcmp(sorted_by, "edf") == 0) first = x->deadline_ns, second = y->deadline_ns;
  if (strcmp(sorted_by, "shortest") == 0) first = x->duration_ns, second = y->duration_ns;
  if (strcmp(sorted_by, "planned") == 0 && x->priority != y->priority) return y->priority - x->priority;
  if (strcmp(sorted_by, "planned") == 0 || strcmp(sorted_by, "strict") == 0) first = x->start_ns, second = y->start_ns;
  return first != second ? (first > second) - (first < second) : x->index - y->index;
}

// Twenty nodes that become ready at once, behind one; few different values, so that ties are decided, too.
static void test_orders(void **state) {
  (void)state;
  static const char *const policies[] = {"fifo", "priority", "dynamic", "edf", "shortest", "planned", "strict"};
  enum { COUNT = 20 };
  for (uint64_t seed = 0; seed < 10; ++seed) {
    for (size_t p = 0; p < COUNT_OF(policies); ++p) {
      uint64_t random = seed;
      struct facts facts[COUNT];
      begin_plan();
      add("P", 0, 100 * us, "", 64, INT64_MAX, "");
      for (int i = 0; i < COUNT; ++i) {
        facts[i] = (struct facts){.priority = (int)(next_random(&random) % 4 * 85), .index = i};
        facts[i].deadline_ns = next_random(&random) % 4 == 0 ? INT64_MAX : (int64_t)(1 + next_random(&random) % 6) * ms;
        facts[i].duration_ns = (int64_t)(1 + next_random(&random) % 4) * 30 * us;
        facts[i].start_ns = (int64_t)(1 + next_random(&random) % 8) * 10 * us;
        add("P", facts[i].start_ns, facts[i].duration_ns, "\"n0\"", facts[i].priority, facts[i].deadline_ns, "");
      }
      write_it();
      play(seed, &(const struct rondo_schedule_play_options){.policy = policies[p]});
      sorted_by = policies[p];
      qsort(facts, COUNT, sizeof *facts, compare);
      int64_t now_ns = 100 * us;
      for (int i = 0; i < COUNT; ++i) {
        if (start_of(facts[i].index + 1) != now_ns) fail_msg("%s, seed %d: node %d is not number %d", policies[p], (int)seed, facts[i].index + 1, i);
        now_ns += facts[i].duration_ns;
      }
    }
  }
}

// What a node does not say of itself is as its job says.
static void test_priority_of_job(void **state) {
  (void)state;
  const struct spec specs[] = {{"gate", "P", 0, 100 * us, "", NULL},
                               {"a", "P", 100 * us, 100 * us, "\"gate\"", ", \"job_name\": \"low0\""},
                               {"b", "P", 200 * us, 100 * us, "\"gate\"", ", \"job_name\": \"high0\""},
                               {"c", "P", 300 * us, 100 * us, "\"gate\"", ", \"job_name\": \"high1\", \"priority\": 5"}};
  static const char jobs[] =
      ", \"jobs\": {\"schema\": \"rondo.jobs/1\", \"jobs\": ["
      "{\"name\": \"low\", \"model\": \"low.vmfb\", \"priority\": 10}, {\"name\": \"high\", \"model\": \"high.vmfb\", \"priority\": 200}]},"
      " \"instances\": {\"low0\": {\"job\": \"low\", \"index\": 0}, \"high0\": {\"job\": \"high\", \"index\": 0}, \"high1\": {\"job\": \"high\", \"index\": 1}}";
  write_plan(specs, COUNT_OF(specs), jobs);
  play(0, &(const struct rondo_schedule_play_options){.policy = "priority", .is_synthetic = true});
  expect_run("b", 100 * us, 200 * us);
  expect_run("a", 200 * us, 300 * us);
  expect_run("c", 300 * us, 400 * us);
}

// Earliest deadline first --------------------------------------------------------------------------------

// The least lateness that any order has, of nodes that are all ready at once.
static int64_t best_lateness(const struct facts *facts, int count, unsigned done, int64_t now_ns) {
  int64_t best_ns = INT64_MAX;
  if (done == (1U << count) - 1) return INT64_MIN;
  for (int i = 0; i < count; ++i) {
    if ((done >> i & 1) != 0) continue;
    int64_t end_ns = now_ns + facts[i].duration_ns, late_ns = end_ns - facts[i].deadline_ns, rest_ns = best_lateness(facts, count, done | 1U << i, end_ns);
    if (rest_ns > late_ns) late_ns = rest_ns;
    if (late_ns < best_ns) best_ns = late_ns;
  }
  return best_ns;
}

// No order is better, for random sets on one worker.
static void test_edf(void **state) {
  (void)state;
  enum { COUNT = 7, ROUNDS = 60 };
  int met_count = 0;
  for (uint64_t round = 0; round < ROUNDS; ++round) {
    uint64_t random = round * 7919 + 1;
    struct facts facts[COUNT];
    int64_t worst_ns = INT64_MIN;
    begin_plan();
    add("P", 0, 100 * us, "", 64, INT64_MAX, "");
    for (int i = 0; i < COUNT; ++i) {
      facts[i].duration_ns = (int64_t)(1 + next_random(&random) % 20) * 10 * us;
      facts[i].deadline_ns = 100 * us + (int64_t)(1 + next_random(&random) % 100) * 10 * us;
      add("P", 100 * us, facts[i].duration_ns, "\"n0\"", 64, facts[i].deadline_ns, "");
    }
    write_it();
    play(round, &(const struct rondo_schedule_play_options){.policy = "edf"});
    for (int i = 0; i < COUNT; ++i) {
      int64_t late_ns = find_row(plan.keys[i + 1], 0)->end_ns - facts[i].deadline_ns;
      if (late_ns > worst_ns) worst_ns = late_ns;
    }
    assert_int_equal(worst_ns, best_lateness(facts, COUNT, 0, 100 * us));
    assert_int_equal(worst_ns > 0, missed_count() > 0);
    met_count += worst_ns <= 0;
  }
  assert_true(met_count > 0 && met_count < ROUNDS);  // some sets can meet all deadlines, others none can
}

// Priority inheritance -----------------------------------------------------------------------------------

// n1 is of no importance, but what waits for it is: it comes before n2, in between the two.
static void test_inherited(void **state) {
  (void)state;
  static const char *const policies[] = {"priority", "dynamic", "edf", "planned"};
  for (size_t p = 0; p < COUNT_OF(policies); ++p) {
    for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
      begin_plan();
      add("P", 0, 100 * us, "", 64, INT64_MAX, "");
      add("P", 100 * us, 100 * us, "\"n0\"", 10, 9 * ms, "");
      add("P", 100 * us, 100 * us, "\"n0\"", 100, 5 * ms, "");
      add("Q", 200 * us, 100 * us, "\"n1\"", 100, 6 * ms, "");
      add("Q", 300 * us, 100 * us, "\"n3\"", 200, 400 * us, "");
      write_it();
      play(seed, &(const struct rondo_schedule_play_options){.policy = policies[p]});
      expect_run("n1", 100 * us, 200 * us);
      expect_run("n3", 200 * us, 300 * us);
      expect_run("n4", 300 * us, 400 * us);
      expect_run("n2", 200 * us, 300 * us);
      assert_int_equal(missed_count(), 0);
    }
  }
}

// n1 has what n3 wants, and n2 wants n1's worker: n1 comes first, or n3 would wait for n2. `tile` lets n1 be interrupted, `gate` makes it wait
// for its worker before it asks.
static void test_holder(void **state) {
  (void)state;
  static const char *const policies[] = {"priority", "dynamic", "edf", "planned"};
  static const char *const npu = ", \"resources\": [\"npu\"]", *const locked_npu = ", \"resources\": [\"npu\"], \"release_policy\": \"phase_locked\"";
  for (size_t p = 0; p < COUNT_OF(policies); ++p) {
    for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
      begin_plan();
      add("Q", 0, 100 * us, "", 64, INT64_MAX, "");
      add("P", 0, 500 * us, "", 10, 9 * ms, npu);
      add("P", 100 * us, 1000 * us, "\"n0\"", 100, 5 * ms, "");
      add("Q", 150 * us, 100 * us, "", 200, 900 * us, locked_npu);
      write_it();
      play(seed, &(const struct rondo_schedule_play_options){.policy = policies[p], .tile_ns = 50 * us});
      expect_run("n1", 0, 500 * us);
      expect_run("n3", 500 * us, 600 * us);
      expect_run("n2", 500 * us, 1500 * us);
      assert_int_equal(find_row("n1", 0)->preemption_count, 0);
    }
  }
}

// One that waits for its worker has nothing yet, and keeps nobody waiting: n2 is n1's better, and n4, which comes meanwhile, gets the unit.
static void test_idle_holds_nothing(void **state) {
  (void)state;
  static const char *const npu = ", \"resources\": [\"npu\"]", *const locked_npu = ", \"resources\": [\"npu\"], \"release_policy\": \"phase_locked\"";
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    begin_plan();
    add("P", 0, 100 * us, "", 64, INT64_MAX, "");
    add("P", 100 * us, 500 * us, "\"n3\"", 10, INT64_MAX, npu);
    add("P", 100 * us, 1000 * us, "\"n3\"", 100, INT64_MAX, "");
    add("R", 0, 50 * us, "", 64, INT64_MAX, "");
    add("Q", 150 * us, 100 * us, "", 200, INT64_MAX, locked_npu);
    write_it();
    play(seed, &(const struct rondo_schedule_play_options){.policy = "priority"});
    expect_run("n2", 100 * us, 1100 * us);
    expect_run("n4", 150 * us, 250 * us);
    expect_run("n1", 1100 * us, 1600 * us);
  }
}

// The simulator ------------------------------------------------------------------------------------------

struct simulated {
  int64_t start_ns[NODES_MAX], end_ns[NODES_MAX];
};

static enum rondo_status note_end(void *user, const struct rdo_simulator *simulator, const struct rdo_sim_iteration *iteration, uint32_t node, struct rondo_diag *diag) {
  struct simulated *simulated = user;
  uint32_t number = simulator->model->nodes[node].schedule_node;
  (void)iteration, (void)diag;
  simulated->start_ns[number] = simulator->states[node].start_ns;
  simulated->end_ns[number] = simulator->states[node].end_ns;
  return RONDO_OK;
}

static void simulate(const char *policy, struct simulated *out_simulated) {
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rdo_schedule schedule;
  struct rdo_sim_model model;
  struct rdo_simulator simulator;
  const struct rdo_sim_options options = {.policy = rdo_policy_find(policy), .iteration_count = 1};
  const struct rdo_sim_model_options how = {.follows_plan = true, .keeps_order = options.policy->keeps_order};
  const struct rdo_sim_observer observer = {note_end, NULL, out_simulated};
  const struct rdo_bytes bytes = {(const uint8_t *)plan_text, strlen(plan_text)};
  if (rdo_schedule_parse(bytes, "test", NULL, &schedule, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  if (rdo_sim_model_init(&model, &schedule, &how, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  if (rdo_simulator_init(&simulator, &model, &options, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  if (rdo_simulator_run(&simulator, 0, &observer, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  rdo_simulator_deinit(&simulator);
  rdo_sim_model_deinit(&model);
  rdo_schedule_deinit(&schedule);
}

// A random graph; no two things happen at the same time, so that there is one right answer. With run-time policies nodes would move in the
// simulator, so there is one lane.
static void make_random(uint64_t round, int lane_count) {
  static const char *const lanes[] = {"P", "Q", "R"};
  uint64_t random = round;
  begin_plan();
  for (int i = 0; i < 30; ++i) {
    char dependencies[256] = "";
    for (int k = 0; k < 3 && i > 0; ++k) {
      char other[16];
      snprintf(other, sizeof other, "\"n%d\"", i < 3 ? 0 : (int)(next_random(&random) % (uint64_t)i));
      if ((i > 2 && next_random(&random) % 2 == 0) || strstr(dependencies, other) != NULL) continue;
      if (dependencies[0] != '\0') strcat(dependencies, ", ");
      strcat(dependencies, other);
    }
    if (dependencies[0] == '\0' && i > 0) snprintf(dependencies, sizeof dependencies, "\"n0\"");
    int64_t start_ns = (int64_t)i * 20 * us + (int64_t)(next_random(&random) % 9973), duration_ns = 20 * us + (int64_t)(next_random(&random) % 99991);
    add(lanes[next_random(&random) % (uint64_t)lane_count], i == 0 ? 0 : start_ns, duration_ns, dependencies, (int)(next_random(&random) % 256),
        next_random(&random) % 3 == 0 ? INT64_MAX : 1 * ms + (int64_t)(next_random(&random) % 64) * 20 * us, "");
  }
  write_it();
}

static void test_simulator_agrees(void **state) {
  (void)state;
  static const struct {
    const char *policy;
    int lane_count;
  } cases[] = {{"planned", 3}, {"strict", 3}, {"fifo", 1}, {"priority", 1}, {"dynamic", 1}, {"edf", 1}, {"shortest", 1}, {"planned", 1}};
  for (size_t c = 0; c < COUNT_OF(cases); ++c) {
    if (cases[c].lane_count > (int)RDO_SLOT_COUNT) continue;  // a hostile build
    for (uint64_t round = 0; round < 20; ++round) {
      struct simulated simulated;
      make_random(round, cases[c].lane_count);
      simulate(cases[c].policy, &simulated);
      play(round, &(const struct rondo_schedule_play_options){.policy = cases[c].policy});
      for (int i = 0; i < plan.count; ++i) {
        const struct rdo_table_row *row = find_row(plan.keys[i], 0);
        if (row->start_ns == simulated.start_ns[i] && row->end_ns == simulated.end_ns[i]) continue;
        fail_msg("%s, round %d: n%d is played %lld to %lld ns, simulated %lld to %lld", cases[c].policy, (int)round, i, (long long)row->start_ns,
                 (long long)row->end_ns, (long long)simulated.start_ns[i], (long long)simulated.end_ns[i]);
      }
    }
  }
}

// Everything at once: shared units, locks, tiles, lanes with several workers. The checker sees to orders and workers; here no two have a unit at
// once, nothing begins before its lock, and work and releases alone say when it ends, at the latest.
static void test_random_plans(void **state) {
  (void)state;
  static const char *const policies[] = {"fifo", "priority", "dynamic", "edf", "shortest", "planned", "strict"};
  static const char *const lanes[] = {"P", "Q", "R"}, *const units[] = {"", ", \"resources\": [\"npu\"]", ", \"resources\": [\"npu\", \"dsp\"]"};
  static const char machine[] = "{\"schema\": \"rondo.machine/1\", \"clusters\": [{\"name\": \"P\", \"workers\": 2}, {\"name\": \"Q\", \"workers\": 1},"
                                " {\"name\": \"R\", \"workers\": 1}], \"resources\": [{\"name\": \"npu\", \"capacity\": 1}, {\"name\": \"dsp\", \"capacity\": 1}]}";
  for (uint64_t round = 0; round < 60; ++round) {
    uint64_t random = round + 1;
    int uses[NODES_MAX];
    int64_t last_ns = 0, work_ns = 0;
    begin_plan();
    for (int i = 0; i < 40; ++i) {
      char dependencies[64] = "", more[160];
      if (i > 0 && next_random(&random) % 3 != 0) snprintf(dependencies, sizeof dependencies, "\"n%d\"", (int)(next_random(&random) % (uint64_t)i));
      int64_t start_ns = (int64_t)i * 30 * us, duration_ns = 1 + (int64_t)(next_random(&random) % 150000);
      bool is_locked = next_random(&random) % 4 == 0;
      uses[i] = (int)(next_random(&random) % 5);
      if (uses[i] > 2) uses[i] = 0;
      snprintf(more, sizeof more, "%s, \"workers\": %d%s", units[uses[i]], 1 + (int)(next_random(&random) % 2), is_locked ? locked : "");
      add(lanes[next_random(&random) % 3], start_ns, duration_ns, dependencies, (int)(next_random(&random) % 256),
          next_random(&random) % 2 == 0 ? INT64_MAX : start_ns + duration_ns, more);
      last_ns = start_ns;
      work_ns += duration_ns;
    }
    write_it();
    int64_t tile_ns = round % 3 == 0 ? 0 : 10 * us;
    play_on(round, machine, &(const struct rondo_schedule_play_options){.policy = policies[round % COUNT_OF(policies)], .tile_ns = tile_ns, .is_boosted = round % 5 == 0,
                                                                        .locks_all = round % 7 == 3, .iteration_count = 2});
    for (int i = 0; i < plan.count; ++i) {
      const struct rdo_table_row *row = find_row(plan.keys[i], 1);
      if (row->release_ns != RDO_TABLE_UNKNOWN) assert_true(row->start_ns >= row->planned_start_ns);
      assert_true(row->end_ns <= 2 * (last_ns + work_ns));
      for (int k = 0; k < i && uses[i] != 0; ++k) {
        const struct rdo_table_row *other = find_row(plan.keys[k], 1);
        if (uses[k] != 0) assert_true(row->end_ns <= other->start_ns || other->end_ns <= row->start_ns);
      }
    }
  }
}

int main(void) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_orders),
      cmocka_unit_test(test_priority_of_job),
      cmocka_unit_test(test_edf),
      cmocka_unit_test(test_inherited),
      cmocka_unit_test(test_holder),
      cmocka_unit_test(test_idle_holds_nothing),
      cmocka_unit_test(test_simulator_agrees),
      cmocka_unit_test(test_random_plans),
  };
  int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
  end_played();
  return failed_count;
}

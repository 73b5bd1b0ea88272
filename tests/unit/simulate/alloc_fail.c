// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Allocation failure: a simulation with its trace while the n-th allocation fails, for n = 1, 2, ... until all goes well. Each
// failure must come back as RESOURCE_EXHAUSTED with words, and leave nothing behind. Links the library with its allocating
// functions wrapped (-Wl,--wrap).


#include "../../support/alloc_fail.h"
#include "generate.h"

static enum rondo_status simulate_all(struct simulated *s, struct rdo_simulator *simulator, const struct rdo_machine_file *machine, struct rondo_diag *diag) {
  const struct rdo_sim_model_options how = {.machine = machine, .follows_plan = true, .keeps_order = true};
  const struct rdo_sim_observer observer = {see_end, see_iteration, s};
  RDO_TRY(rdo_sim_model_init(&s->model, &s->schedule, &how, diag));
  RDO_TRY(rdo_sim_results_init(&s->results, &s->model, diag));
  RDO_TRY(rdo_sim_trace_init(&s->trace, &s->model, true, s->options.iteration_count, diag));
  RDO_TRY(rdo_simulator_init(simulator, &s->model, &s->options, diag));
  RDO_TRY(rdo_simulator_run(simulator, 0, &observer, diag));
  RDO_TRY(rdo_sim_results_add_run(&s->results, simulator, diag));
  return rdo_trace_table_create(&s->trace.table, &s->table, diag);
}

static void test_fail_each(void **state) {
  (void)state;
  static const struct shape shape = {.lanes = 3, .workers_max = 2, .resources = 2, .jobs = 5, .nodes = 40, .edges_max = 2, .duration_ns_max = 1000, .has_extras = true};
  struct rdo_machine_file machine;
  struct rdo_schedule schedule;
  enum rondo_status status = RONDO_RESOURCE_EXHAUSTED;
  long target = 0;
  random_state = 3;
  make_machine(&machine, &shape);
  make_schedule(&schedule, &shape);
  while (status != RONDO_OK) {
    struct simulated s = {.schedule = schedule, .options = {.policy = rdo_policy_find("strict"), .iteration_count = 2}};
    struct rdo_simulator simulator = {0};
    struct rondo_diag diag = {0};
    memset(&inject, 0, sizeof inject);
    inject.target = ++target;
    inject.is_armed = true;
    status = simulate_all(&s, &simulator, &machine, &diag);
    rdo_simulator_deinit(&simulator);
    s.schedule = (struct rdo_schedule){0};  // stays for the next round
    end_simulated(&s);
    inject.is_armed = false;
    assert_int_equal(inject.live_blocks, 0);
    assert_int_equal(status, diag.status);
    if (status == RONDO_OK) break;
    assert_int_equal(status, RONDO_RESOURCE_EXHAUSTED);
    assert_true(diag.message_length > 0);
  }
  assert_true(target > 20);
  print_message("%ld allocations\n", target - 1);
  rdo_schedule_deinit(&schedule);
  rdo_machine_file_deinit(&machine);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_fail_each)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

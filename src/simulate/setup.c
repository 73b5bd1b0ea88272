// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What is wrong with an option is said before a file is read.

#include "simulate/setup.h"

#include <inttypes.h>
#include <stdio.h>

enum { NAMES_BYTES = 128 };

const char *rondo_simulation_policy(int index, const char **out_description) {
  const struct rdo_policy *const *list = rdo_policy_list();
  int count = 0;
  while (list[count] != NULL) ++count;
  if (index < 0 || index >= count) return NULL;
  if (out_description != NULL) *out_description = list[index]->description;
  return list[index]->name;
}

static enum rondo_status check_number(const char *name, double value, double max, struct rondo_diag *diag) {
  if (value >= 0 && value <= max) return RONDO_OK;
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s is %g, must be 0 to %g", name, value, max);
}

static enum rondo_status check_options(const struct rondo_simulation_options *options, struct rondo_diag *diag) {
  RDO_TRY(check_number("noise", options->noise, 10, diag));
  RDO_TRY(check_number("stall_probability", options->stall_probability, 1, diag));
  RDO_TRY(check_number("stall_ns", (double)options->stall_ns, (double)RDO_TIME_NS_MAX, diag));
  RDO_TRY(check_number("interference", options->interference, 100, diag));
  RDO_TRY(check_number("late_ns", (double)options->late_ns, (double)RDO_TIME_NS_MAX, diag));
  return check_number("load_ratio", options->load_ratio, 1, diag);
}

static enum rondo_status find_policy(const char *name, const struct rdo_policy **out_policy, struct rondo_diag *diag) {
  const struct rdo_policy *const *list = rdo_policy_list();
  char names[NAMES_BYTES];
  int length = 0;
  *out_policy = rdo_policy_find(name);
  if (*out_policy != NULL) return RONDO_OK;
  for (int i = 0; list[i] != NULL; ++i) length += snprintf(names + length, sizeof names - (size_t)length, "%s%s", i > 0 ? ", " : "", list[i]->name);
  return rdo_fail(diag, RONDO_NOT_FOUND, "there is no policy '%.60s': choose one of %s", name, names);
}

static enum rondo_status read_files(struct rdo_sim_setup *setup, const char *path, const char *machine_path, struct rondo_diag *diag) {
  struct rdo_schedule_options how = {0};
  setup->has_machine = machine_path != NULL;
  if (setup->has_machine) {
    RDO_TRY(rdo_machine_file_read(machine_path, NULL, &setup->machine, diag));
    how.machine = &setup->machine;
  }
  return rdo_schedule_read(path, &how, &setup->schedule, diag);
}

enum rondo_status rdo_sim_setup_init(struct rdo_sim_setup *out_setup, const char *path, const struct rondo_simulation_options *options,
                                     const char *default_policy, struct rondo_diag *diag) {
  const struct rondo_simulation_options defaults = {0};
  struct rdo_sim_options *to = &out_setup->options;
  *out_setup = (struct rdo_sim_setup){0};
  if (options == NULL) options = &defaults;
  RDO_TRY(check_options(options, diag));
  if (options->policy != NULL) RDO_TRY(find_policy(options->policy, &to->policy, diag));
  RDO_TRY(read_files(out_setup, path, options->machine_file, diag));
  bool has_times = out_setup->schedule.variant >= RDO_SCHEDULE_TIMED;
  if (to->policy == NULL) to->policy = rdo_policy_find(default_policy != NULL ? default_policy : has_times ? "planned" : "dynamic");
  if (to->policy->needs_plan && !has_times) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "%s: tells no times (variant %s), which the policy '%s' follows: take another policy, or plan first", path,
                    rdo_schedule_variant_name(out_setup->schedule.variant), to->policy->name);
  }
  out_setup->run_count = options->run_count > 0 ? options->run_count : 1;
  to->policy_options = (struct rdo_policy_options){.late_ns = options->late_ns, .load_ratio = options->load_ratio};
  to->noise = (struct rdo_sim_noise){.seed = options->seed, .spread = options->noise, .stall_probability = options->stall_probability, .stall_ns = options->stall_ns};
  to->interference = options->interference;
  to->iteration_count = options->iteration_count > 0 ? options->iteration_count : 1;
  return RONDO_OK;
}

// So often a count may be repeated; at least once.
static uint64_t repeats_max(uint64_t max, uint64_t count, uint64_t others) {
  uint64_t repeats = max / (count > 0 ? count : 1) / others;
  return repeats > 0 ? repeats : 1;
}

enum rondo_status rdo_sim_setup_check(const struct rdo_sim_setup *setup, const struct rdo_sim_model *model, struct rondo_diag *diag) {
  uint64_t iteration_count = setup->options.iteration_count, run_count = setup->run_count, total;
  uint64_t value_count = (uint64_t)model->instance_count + 1;  // a latency each, and a makespan
  for (uint32_t i = 0; i < model->node_count; ++i) value_count += model->nodes[i].is_root;
  bool overflows = __builtin_mul_overflow(iteration_count, run_count, &total);
  bool is_long = overflows || total > RDO_SIM_DISPATCHES_MAX / (model->node_count > 0 ? model->node_count : 1);
  if (!is_long && total <= RDO_SIM_VALUES_MAX / value_count) return RONDO_OK;
  uint64_t by_time = repeats_max(RDO_SIM_DISPATCHES_MAX, model->node_count, run_count), by_memory = repeats_max(RDO_SIM_VALUES_MAX, value_count, run_count);
  return rdo_fail(diag, RONDO_OUT_OF_RANGE,
                  "%" PRIu64 " iterations of %u dispatches in %" PRIu64 " run%s are more than can be simulated (%s): ask for %" PRIu64 " iterations at most, or for fewer runs",
                  iteration_count, (unsigned)model->node_count, run_count, run_count == 1 ? "" : "s", is_long ? "10^10 dispatches" : "2^28 latencies and start delays",
                  by_time < by_memory ? by_time : by_memory);
}

void rdo_sim_setup_deinit(struct rdo_sim_setup *setup) {
  rdo_schedule_deinit(&setup->schedule);
  rdo_machine_file_deinit(&setup->machine);
}

struct rdo_sim_model_options rdo_sim_setup_model(const struct rdo_sim_setup *setup) {
  return (struct rdo_sim_model_options){
      .machine = setup->has_machine ? &setup->machine : NULL,
      .follows_plan = setup->options.policy->needs_plan,
      .keeps_order = setup->options.policy->keeps_order,
  };
}

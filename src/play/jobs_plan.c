// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/jobs_plan.h"

#include <string.h>

#include "base/alloc.h"
#include "plan/file.h"
#include "plan/profile_public.h"
#include "planner/model_reader.h"

static const double calibration_s_default = 1;
enum {
  REPEAT = 100,     // calls that are measured, if there is time
  MEASUREMENTS_MAX = 3,        // while the list schedule of what was measured does not keep all deadlines: another program may have been in the way
  PAUSE_NS = 700000,           // behind a plan, before it begins again
  LENGTH_NS_LEAST = 20000000,  // so that there are not many iterations
};

struct jobs_plan {
  const char *path;
  const struct rondo_schedule_play_options *options;
  struct rdo_jobs_file jobs;
  struct rondo_profile *profile;
  struct rondo_diag *diag;
};

// What a plan can express --------------------------------------------------------------------------------

static enum rondo_status check_jobs(struct jobs_plan *plan) {
  struct rdo_model_set models = {0};
  enum rondo_status status = rdo_jobs_file_use_models(&plan->jobs, NULL, &models, plan->diag);
  if (status == RONDO_OK) status = rdo_jobs_file_check_plannable(&plan->jobs, true, plan->diag);
  if (status == RONDO_OK) status = rdo_jobs_file_check_set(&plan->jobs, &models, plan->diag);
  rdo_model_set_deinit(&models);
  return status;
}

// Calibration --------------------------------------------------------------------------------------------

struct rdo_played_inputs rdo_jobs_plan_inputs(const char *name, const struct rdo_job_entry *entry, const struct rondo_schedule_play_options *options) {
  struct rdo_played_inputs inputs = {.job = name, .typed = options->inputs, .typed_count = options->input_count, .read = options->read_input, .user = options->user};
  if (entry == NULL) return inputs;
  inputs.items = entry->inputs;
  inputs.count = entry->input_count;
  return inputs;
}

static enum rondo_status make_inputs(void *user, struct rondo_runtime *runtime, const struct rondo_function *function, int count, struct rondo_value *out_inputs,
                                     struct rondo_diag *diag) {
  for (int i = 0; i < count; ++i) out_inputs[i] = (struct rondo_value){.kind = RONDO_VALUE_NONE};
  enum rondo_status status = rdo_played_inputs_make(user, function, runtime, out_inputs, diag);
  for (int i = 0; i < count && status != RONDO_OK; ++i) rondo_value_release(&out_inputs[i]);
  return status;
}

// Jobs that call the same function are measured once, with the inputs of the first.
static bool is_measured_before(const struct rdo_jobs_file *jobs, int index) {
  for (int i = 0; i < index; ++i) {
    if (strcmp(jobs->jobs[i].model_path, jobs->jobs[index].model_path) == 0 && strcmp(jobs->jobs[i].function, jobs->jobs[index].function) == 0) return true;
  }
  return false;
}

static enum rondo_status measure(struct jobs_plan *plan, const struct rondo_profile_call *calls, int call_count, const char *machine_path) {
  const struct rondo_schedule_play_options *options = plan->options;
  const struct rondo_profile_options how = {.machine_file = machine_path,
                                            .repeat = REPEAT,
                                            .wants_together = call_count > 1,  // as they are played
                                            .time_limit_s = options->calibration_s > 0 ? options->calibration_s : calibration_s_default,
                                            .report = options->calibrating,
                                            .user = options->user,
                                            .stop = options->stop};
  RDO_TRY(rondo_profile_measure(&how, calls, call_count, &plan->profile, plan->diag));
  plan->profile->profile.path = "calibration";
  // The planner looks for models as the jobs call them.
  struct rdo_profile *profile = &plan->profile->profile;
  for (uint32_t i = 0; i < profile->model_count; ++i) {
    int job = 0;
    while (job < plan->jobs.job_count && strcmp(plan->jobs.jobs[job].model_path, profile->models[i].model) != 0) ++job;
    if (job < plan->jobs.job_count) profile->models[i].model = plan->jobs.jobs[job].model;
  }
  return RONDO_OK;
}

static enum rondo_status calibrate(struct jobs_plan *plan, const char *machine_path) {
  size_t count = (size_t)plan->jobs.job_count;
  struct rdo_played_inputs *inputs;
  struct rondo_profile_call *calls;
  int call_count = 0;
  RDO_TRY(rdo_alloc_array(count, sizeof *inputs, &inputs, plan->diag));
  enum rondo_status status = rdo_alloc_array(count, sizeof *calls, &calls, plan->diag);
  for (int i = 0; i < plan->jobs.job_count && status == RONDO_OK; ++i) {
    const struct rdo_job_entry *job = &plan->jobs.jobs[i];
    if (is_measured_before(&plan->jobs, i)) continue;
    inputs[i] = rdo_jobs_plan_inputs(job->name, job, plan->options);
    calls[call_count++] = (struct rondo_profile_call){
        .path = job->model_path, .function = job->function[0] != '\0' ? job->function : NULL, .make_inputs = make_inputs, .user = &inputs[i]};
  }
  if (status == RONDO_OK) {
    status = measure(plan, calls, call_count, machine_path);
    rdo_free(calls);
  }
  rdo_free(inputs);
  return status;
}

// Planning -----------------------------------------------------------------------------------------------

// Why there is no plan, in one line.
static enum rondo_status refuse_plan(struct jobs_plan *plan, const struct rondo_planning *planning) {
  const char *reason = rondo_planning_reason(planning, 0);
  return rdo_fail(plan->diag, RONDO_FAILED_PRECONDITION, "%s: its list schedule does not keep all deadlines, or cannot be repeated (measured %d times): %s; `rondo plan` searches longer, or play it without a plan",
                  plan->path, MEASUREMENTS_MAX, reason == NULL ? "no reason is known" : reason);
}

static enum rondo_status find_plan(struct jobs_plan *plan, struct rondo_planning **out_planning) {
  struct rondo_planner_options options;
  rondo_planner_options_init(&options);
  options.input_path = plan->path;
  options.machine_path = plan->options->machine_file;
  options.detects_machine = true;
  options.profile = plan->profile;
  options.is_brief = true;
  options.pause_ns = PAUSE_NS;
  options.length_ns_least = LENGTH_NS_LEAST;
  options.solve.time_limit_s = -1;
  return rondo_planning_create(&options, out_planning, plan->diag);
}

static void tell_notes(const struct jobs_plan *plan, const struct rondo_planning *planning) {
  const char *text;
  for (int i = 0; plan->options->note != NULL && (text = rondo_planning_note(planning, i)) != NULL; ++i) plan->options->note(plan->options->user, text);
}

static enum rondo_status make(struct jobs_plan *plan, struct rondo_planning **out_planning, int64_t *out_period_ns) {
  struct rondo_planning_info info;
  RDO_TRY(rdo_jobs_file_read(plan->path, NULL, &plan->jobs, plan->diag));
  RDO_TRY(check_jobs(plan));
  const char *machine_path = plan->options->machine_file;
  if (machine_path == NULL && plan->jobs.machine[0] != '\0') machine_path = plan->jobs.machine_path;
  for (int i = 0; i < MEASUREMENTS_MAX; ++i) {
    rondo_planning_release(out_planning);
    rondo_profile_release(&plan->profile);
    RDO_TRY(calibrate(plan, machine_path));
    RDO_TRY(find_plan(plan, out_planning));
    if (rondo_planning_file(*out_planning) != NULL) break;
  }
  if (rondo_planning_file(*out_planning) == NULL) {
    enum rondo_status status = refuse_plan(plan, *out_planning);
    rondo_planning_release(out_planning);
    return status;
  }
  rondo_planning_info(*out_planning, &info);
  *out_period_ns = info.period_ns;
  tell_notes(plan, *out_planning);
  return RONDO_OK;
}

enum rondo_status rdo_jobs_plan_make(const char *path, const struct rondo_schedule_play_options *options, struct rondo_planning **out_planning,
                                     int64_t *out_period_ns, struct rondo_diag *diag) {
  struct jobs_plan plan = {.path = path, .options = options, .diag = diag};
  *out_planning = NULL;
  *out_period_ns = 0;
  enum rondo_status status = make(&plan, out_planning, out_period_ns);
  rondo_profile_release(&plan.profile);
  rdo_jobs_file_deinit(&plan.jobs);
  return status;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/jobs_plan.h"

#include <string.h>

#include "base/alloc.h"
#include "plan/file.h"
#include "plan/profile_public.h"
#include "planner/model_reader.h"

static const double calibration_s_default = 1;
static const double WORTH_FILLING = 1.02;
static const int64_t NEAR_NS_MAX = INT64_C(60000000000);
enum {
  REPEAT = 100,     // calls that are measured, if there is time
  LENGTHS_MAX = 6,  // of the plan, that are tried
  PAUSE_NS = 700000,  // behind a plan, before it begins again
  LENGTH_NS_LEAST = 20000000,  // so that there are not many of these
  LENGTH_NS_MOST = 40000000,   // with several calls of a job without a period
  NODES_MOST = 20000,          // likewise
  NEAR_SHARE = 1000000,  // periods that are off by less than this part are taken to repeat
  NEAR_STEPS_MAX = 1000000,
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
  return rdo_fail(plan->diag, RONDO_FAILED_PRECONDITION, "%s: its list schedule does not keep all deadlines: %s; `rondo plan` searches longer, or play it without a plan",
                  plan->path, reason == NULL ? "no reason is known" : reason);
}

static enum rondo_status try_length(struct jobs_plan *plan, int64_t horizon_ns, int free_call_count, struct rondo_planning **out_planning) {
  struct rondo_planner_options options;
  rondo_planner_options_init(&options);
  options.input_path = plan->path;
  options.machine_path = plan->options->machine_file;
  options.detects_machine = true;
  options.profile = plan->profile;
  options.horizon_ns = horizon_ns;
  options.free_call_count = free_call_count;
  options.solve.time_limit_s = -1;
  RDO_TRY(rondo_planning_create(&options, out_planning, plan->diag));
  if (rondo_planning_file(*out_planning) != NULL) return RONDO_OK;
  enum rondo_status status = refuse_plan(plan, *out_planning);
  rondo_planning_release(out_planning);
  return status;
}

// A time after which all periods begin again, as nearly as a clock can tell: 30 Hz is 33333333 ns, which with 2 ms repeats after 19 hours, or after 100 ms
// but for 1 ns.
//   returns  0 = there is none
static int64_t find_near_hyperperiod(const struct rdo_jobs_file *jobs) {
  int64_t longest_ns = 0;
  for (int i = 0; i < jobs->job_count; ++i) {
    if (jobs->jobs[i].activation == RDO_JOB_PERIODIC && jobs->jobs[i].period_ns > longest_ns) longest_ns = jobs->jobs[i].period_ns;
  }
  for (int64_t k = 1, time_ns = longest_ns; longest_ns > 0 && k <= NEAR_STEPS_MAX && time_ns <= NEAR_NS_MAX; ++k, time_ns += longest_ns) {
    bool is_near = true;
    for (int i = 0; i < jobs->job_count && is_near; ++i) {
      if (jobs->jobs[i].activation != RDO_JOB_PERIODIC) continue;
      int64_t rest_ns = time_ns % jobs->jobs[i].period_ns, missing_ns = jobs->jobs[i].period_ns - rest_ns;
      is_near = (rest_ns < missing_ns ? rest_ns : missing_ns) <= time_ns / NEAR_SHARE;
    }
    if (is_near) return time_ns;
  }
  return 0;
}

// The first plan, of a hyperperiod.
//   out_hyperperiod_ns  0 = there are no periods
//   out_is_near         it is one but for a millionth
static enum rondo_status find_first(struct jobs_plan *plan, struct rondo_planning **out_planning, int64_t *out_hyperperiod_ns, bool *out_is_near) {
  struct rondo_planning_info info;
  enum rondo_status status = try_length(plan, 0, 1, out_planning);
  *out_is_near = status == RONDO_OUT_OF_RANGE;
  if (*out_is_near) {
    *out_hyperperiod_ns = find_near_hyperperiod(&plan->jobs);
    if (*out_hyperperiod_ns == 0) return status;
    return try_length(plan, *out_hyperperiod_ns - *out_hyperperiod_ns / NEAR_SHARE, 1, out_planning);
  }
  RDO_TRY(status);
  rondo_planning_info(*out_planning, &info);
  *out_hyperperiod_ns = info.hyperperiod_ns;
  return RONDO_OK;
}

static bool has_free_job(const struct rdo_jobs_file *jobs) {
  bool has_one = false;
  for (int i = 0; i < jobs->job_count; ++i) has_one |= jobs->jobs[i].activation == RDO_JOB_FREE;
  return has_one;
}

// When the calls of jobs without a period have ended.
static int64_t find_free_end(const struct jobs_plan *plan, const struct rdo_schedule *schedule) {
  int64_t end_ns = 0;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    int job = rdo_jobs_file_find(&plan->jobs, schedule->jobs[node->job].source);
    bool is_free = job >= 0 && plan->jobs.jobs[job].activation == RDO_JOB_FREE;
    if (is_free && end_ns < node->start_ns + node->duration_ns) end_ns = node->start_ns + node->duration_ns;
  }
  return end_ns;
}

// One call of a job without a period in as many hyperperiods as it needs leaves what is left of the last one idle. Several calls in
// more of them leave less: the length up to LENGTH_NS_MOST in which most fit, by what one has taken, or one hyperperiod; as many as do.
static enum rondo_status fill(struct jobs_plan *plan, int64_t hyperperiod_ns, bool is_near, struct rondo_planning **planning, int64_t *period_ns) {
  const struct rdo_schedule *schedule = &rondo_planning_file(*planning)->schedule;
  int64_t one_ns = find_free_end(plan, schedule), best_ns = *period_ns, best_count = 1, count_most = NODES_MOST / (int64_t)schedule->node_count;
  for (int64_t length_ns = hyperperiod_ns; one_ns > 0 && (length_ns <= LENGTH_NS_MOST || length_ns == hyperperiod_ns); length_ns += hyperperiod_ns) {
    int64_t count = (length_ns - PAUSE_NS) / one_ns;
    if (count > count_most) count = count_most;
    if ((double)count / (double)length_ns > WORTH_FILLING * (double)best_count / (double)best_ns) best_count = count, best_ns = length_ns;
  }
  for (int i = 0; i < LENGTHS_MAX && (double)best_count / (double)best_ns > WORTH_FILLING / (double)*period_ns; ++i, --best_count) {
    struct rondo_planning *fuller;
    enum rondo_status status = try_length(plan, is_near ? best_ns - best_ns / NEAR_SHARE : best_ns, (int)best_count, &fuller);
    if (status == RONDO_OK && rondo_planning_file(fuller)->schedule.last_end_ns + PAUSE_NS <= best_ns) {
      rondo_planning_release(planning);
      *planning = fuller;
      *period_ns = best_ns;
      return RONDO_OK;
    }
    rondo_planning_release(&fuller);
    if (status == RONDO_RESOURCE_EXHAUSTED) return status;
    rdo_diag_clear(plan->diag);  // of a plan that nobody needs
  }
  return RONDO_OK;
}

// A plan of as many hyperperiods as it needs: one call of a job without a period may take longer than one.
static enum rondo_status find_plan(struct jobs_plan *plan, struct rondo_planning **out_planning, int64_t *out_period_ns) {
  int64_t hyperperiod_ns, needed_ns = 0, least_ns = has_free_job(&plan->jobs) ? 0 : LENGTH_NS_LEAST;
  bool is_near;
  RDO_TRY(find_first(plan, out_planning, &hyperperiod_ns, &is_near));
  if (hyperperiod_ns == 0) return RONDO_OK;
  int64_t horizon_ns = hyperperiod_ns;
  for (int i = 0; i < LENGTHS_MAX; ++i) {
    *out_period_ns = horizon_ns;
    needed_ns = rondo_planning_file(*out_planning)->schedule.last_end_ns + PAUSE_NS;
    if (needed_ns <= horizon_ns && horizon_ns >= least_ns) return fill(plan, hyperperiod_ns, is_near, out_planning, out_period_ns);
    rondo_planning_release(out_planning);
    if (needed_ns < least_ns) needed_ns = least_ns;
    horizon_ns = (needed_ns + hyperperiod_ns - 1) / hyperperiod_ns * hyperperiod_ns;
    RDO_TRY(try_length(plan, is_near ? horizon_ns - horizon_ns / NEAR_SHARE : horizon_ns, 1, out_planning));
  }
  rondo_planning_release(out_planning);
  return rdo_fail(plan->diag, RONDO_FAILED_PRECONDITION,
                  "%s: a plan of %.6g ms would need %.6g ms and cannot be repeated: choose smaller offsets or longer periods, or play it without a plan", plan->path,
                  (double)*out_period_ns / 1e6, (double)needed_ns / 1e6);
}

static void tell_notes(const struct jobs_plan *plan, const struct rondo_planning *planning) {
  const char *text;
  for (int i = 0; plan->options->note != NULL && (text = rondo_planning_note(planning, i)) != NULL; ++i) plan->options->note(plan->options->user, text);
}

static enum rondo_status make(struct jobs_plan *plan, struct rondo_planning **out_planning, int64_t *out_period_ns) {
  RDO_TRY(rdo_jobs_file_read(plan->path, NULL, &plan->jobs, plan->diag));
  RDO_TRY(check_jobs(plan));
  const char *machine_path = plan->options->machine_file;
  if (machine_path == NULL && plan->jobs.machine[0] != '\0') machine_path = plan->jobs.machine_path;
  RDO_TRY(calibrate(plan, machine_path));
  RDO_TRY(find_plan(plan, out_planning, out_period_ns));
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

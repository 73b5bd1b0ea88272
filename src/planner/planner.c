// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The public face: reads the files, and takes them through draft, admission, search and check to a plan.

#include "rondo/planner.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/dispatch_dump.h"
#include "plan/file.h"
#include "plan/job_sources.h"
#include "plan/name_map.h"
#include "plan/plan_check.h"
#include "plan/profile_public.h"
#include "planner/admission.h"
#include "planner/carry.h"
#include "planner/compose.h"
#include "planner/delay.h"
#include "planner/length.h"
#include "planner/model_reader.h"
#include "planner/problem.h"
#include "planner/reschedule.h"
#include "planner/unroll.h"
#include "solve/windows.h"

#define SCALE_SECONDS 0.2

enum { ITERATIONS_AT_ONCE = 2 };  // of a plan that is repeated, by the players

struct rondo_planning {
  struct rondo_planning_info info;
  struct rondo_file *file;
  struct rondo_planned_job *jobs;
  int job_count;
  struct rondo_planned_window *windows;
  int window_count;
  struct rdo_notes reasons, notes;
  struct rdo_arena arena;  // names of the jobs
};

// What is read, on the way to a plan. Files that a plan carries are on the heap, since it takes them over.
struct planner {
  const struct rondo_planner_options *options;
  struct rondo_planning *planning;
  struct rdo_machine_file *machine;  // NULL = none
  struct rdo_jobs_file *jobs;        // NULL = none
  struct rdo_schedule source;
  struct rdo_profile own_profile;    // that was read
  const struct rdo_profile *profile; // NULL = none
  struct rdo_model_set models;
  double utilisation;
  struct rdo_draft draft;
  struct rondo_diag *diag;
};

void rondo_planner_options_init(struct rondo_planner_options *out_options) {
  *out_options = (struct rondo_planner_options){.slack_percent = RONDO_SLACK_PERCENT_DEFAULT};
}

// Reading ---------------------------------------------------------------------------------------------------

static enum rondo_status read_machine(struct planner *planner, const char *path) {
  RDO_TRY(rdo_alloc(sizeof *planner->machine, &planner->machine, planner->diag));
  return rdo_machine_file_read(path, NULL, planner->machine, planner->diag);
}

static enum rondo_status read_profile(struct planner *planner, const struct rdo_machine_file *machine) {
  planner->profile = &planner->own_profile;
  return rdo_profile_read(planner->options->profile_path, machine, &planner->own_profile, planner->diag);
}

static enum rondo_status detect_machine(struct planner *planner) {
  struct rdo_topology topology;
  RDO_TRY(rdo_alloc(sizeof *planner->machine, &planner->machine, planner->diag));
  enum rondo_status status = rdo_topology_read(NULL, &topology, planner->diag);
  if (status == RONDO_OK) status = rdo_machine_file_detect(&topology, planner->machine, planner->diag);
  rdo_topology_deinit(&topology);
  return status;
}

// What can be planned and played to the end: everything that can be told without running anything is told now.
//   repeats  nobody asks for so much of time, or for a plan for one time; nor does a plan repeat where nothing has a period
static enum rondo_status check_jobs(struct planner *planner, bool repeats) {
  bool is_periodic = false;
  for (int i = 0; i < planner->jobs->job_count; ++i) is_periodic |= planner->jobs->jobs[i].activation == RDO_JOB_PERIODIC;
  RDO_TRY(rdo_jobs_file_check_plannable(planner->jobs, repeats && is_periodic, planner->diag));
  return rdo_jobs_file_check_set(planner->jobs, &planner->models, planner->diag);
}

// The jobs' own machine file, when the caller names none: it is known once they are read.
static enum rondo_status read_jobs(struct planner *planner) {
  const struct rondo_planner_options *options = planner->options;
  RDO_TRY(rdo_alloc(sizeof *planner->jobs, &planner->jobs, planner->diag));
  if (options->machine_path == NULL) {
    enum rondo_status status = rdo_jobs_file_read(options->input_path, NULL, planner->jobs, planner->diag);
    bool is_named = status == RONDO_OK && planner->jobs->machine[0] != '\0';
    if (status == RONDO_OK && !is_named && options->detects_machine) {
      status = detect_machine(planner);
    } else if (status == RONDO_OK && !is_named) {
      status = rdo_fail(planner->diag, RONDO_INVALID_ARGUMENT,
                        "%s: machine: is missing: name a machine file there, or with --machine; `rondo machine --output=FILE` writes one",
                        options->input_path);
    }
    if (status == RONDO_OK && is_named) status = read_machine(planner, planner->jobs->machine_path);
    rdo_jobs_file_deinit(planner->jobs);
    RDO_TRY(status);
  } else {
    RDO_TRY(read_machine(planner, options->machine_path));
  }
  RDO_TRY(rdo_jobs_file_read(options->input_path, planner->machine, planner->jobs, planner->diag));
  return rdo_jobs_file_use_models(planner->jobs, planner->machine, &planner->models, planner->diag);
}

// Jobs of modules, and what a workload profile says of them.
static enum rondo_status combine_with(struct planner *planner, const struct rdo_workload *workload) {
  const struct rondo_planner_options *options = planner->options;
  const struct rdo_model_facts **models;
  const size_t count = (size_t)options->module_count;
  RDO_TRY(rdo_alloc_array(count, sizeof *models, &models, planner->diag));
  enum rondo_status status = RONDO_OK;
  for (size_t i = 0; i < count && status == RONDO_OK; ++i) {
    status = rdo_model_set_read(&planner->models, options->module_paths[i], &models[i], planner->diag);
  }
  const struct rdo_job_sources sources = {.modules = options->module_paths,
                                          .module_count = options->module_count,
                                          .dependencies = options->dependencies_path,
                                          .deadlines = options->deadlines_path,
                                          .workload = workload,
                                          .models = models};
  if (status == RONDO_OK) status = rdo_jobs_file_combine(&sources, planner->machine, planner->jobs, planner->diag);
  rdo_free(models);
  return status;
}

static enum rondo_status combine_jobs(struct planner *planner) {
  const struct rondo_planner_options *options = planner->options;
  struct rdo_workload workload = {0};
  struct rdo_document document;
  struct rdo_value schema;
  bool has_workload = false;
  if (options->machine_path == NULL) {
    return rdo_fail(planner->diag, RONDO_INVALID_ARGUMENT, "modules are planned for a machine: name its file with --machine or --hardware-config");
  }
  RDO_TRY(read_machine(planner, options->machine_path));
  RDO_TRY(rdo_alloc(sizeof *planner->jobs, &planner->jobs, planner->diag));
  enum rondo_status status = RONDO_OK;
  if (options->profile_path != NULL) {
    status = rdo_document_open(options->profile_path, NULL, &document, planner->diag);
    if (status == RONDO_OK) {
      struct rdo_value root = rdo_document_root(&document);
      has_workload =
          rdo_value_kind(&root) == RDO_VALUE_OBJECT && !rdo_value_find(&root, "models", &schema) && !rdo_value_find(&root, "schema", &schema);
      if (has_workload) status = rdo_workload_read_value(&root, &workload, planner->diag);
    }
    rdo_document_deinit(&document);
  }
  if (status == RONDO_OK) status = combine_with(planner, has_workload ? &workload : NULL);
  rdo_workload_deinit(&workload);
  return status;
}

// Whether a file is a schedule, which plans are too, or jobs.
static enum rondo_status find_kind(struct planner *planner) {
  struct rdo_document document;
  struct rdo_value member;
  planner->planning->info.is_schedule = rdo_dump_kind(planner->options->input_path) != RDO_DUMP_NONE;
  if (planner->planning->info.is_schedule) return RONDO_OK;
  enum rondo_status status = rdo_document_open(planner->options->input_path, NULL, &document, planner->diag);
  if (status == RONDO_OK) {
    struct rdo_value root = rdo_document_root(&document);
    bool is_object = rdo_value_kind(&root) == RDO_VALUE_OBJECT;
    planner->planning->info.is_schedule = is_object && rdo_value_find(&root, "dispatches", &member);
    if (!planner->planning->info.is_schedule && !(is_object && rdo_value_find(&root, "jobs", &member))) {
      status = rdo_value_fail(&root, planner->diag, RONDO_INVALID_ARGUMENT,
                              "is neither a jobs file, which has `jobs`, nor a schedule, which has `dispatches`");
    }
  }
  rdo_document_deinit(&document);
  return status;
}

static enum rondo_status draft_schedule(struct planner *planner) {
  const struct rondo_planner_options *options = planner->options;
  if (options->machine_path != NULL) RDO_TRY(read_machine(planner, options->machine_path));
  struct rdo_schedule_options how = rdo_schedule_options_of(&options->reading);
  how.machine = planner->machine;
  const struct rdo_reschedule_options reschedule = {
      .moves = options->moves, .move_count = options->move_count, .overlap_count = options->overlap_count, .is_once = options->is_once, .slack_percent = options->slack_percent};
  RDO_TRY(rdo_schedule_read(options->input_path, &how, &planner->source, planner->diag));
  if (options->profile_path != NULL) RDO_TRY(read_profile(planner, planner->machine != NULL ? planner->machine : planner->source.machine));
  return rdo_draft_reschedule(&planner->draft, &planner->source, planner->machine, planner->profile, &reschedule, planner->diag);
}

// The releases of so many windows, unless a horizon is told.
static enum rondo_status find_horizon(const struct planner *planner, int64_t *out_horizon_ns) {
  const struct rondo_planner_options *options = planner->options;
  *out_horizon_ns = options->horizon_ns;
  if (options->horizon_ns != 0 || options->window_ns <= 0 || options->window_count <= 0) return RONDO_OK;
  if (!__builtin_mul_overflow(options->window_ns, (int64_t)options->window_count, out_horizon_ns) && *out_horizon_ns <= RONDO_PROBLEM_TIME_MAX) return RONDO_OK;
  return rdo_fail(planner->diag, RONDO_OUT_OF_RANGE, "%d windows of %.6g ms are longer than a plan can be", options->window_count,
                  (double)options->window_ns / 1e6);
}

// The dump with a model's graph: the model itself, or one that is called the same; NULL = none.
static const char *find_graph(const struct planner *planner, const struct rdo_job_entry *job) {
  const char *name, *other;
  size_t length = rdo_model_name(job->model, &name);
  if (rdo_dump_kind(job->model) != RDO_DUMP_NONE) return job->model_path;
  for (int i = 0; i < planner->options->graph_count; ++i) {
    if (rdo_model_name(planner->options->graph_paths[i], &other) != length || memcmp(name, other, length) != 0) continue;
    return planner->options->graph_paths[i];
  }
  return NULL;
}

// A dump brings the graph; the profile says what its dispatches cost.
static enum rondo_status read_graph(struct planner *planner, int job) {
  const struct rdo_job_entry *entry = &planner->jobs->jobs[job];
  const struct rdo_schedule_options how = {.function = entry->function[0] != '\0' ? entry->function : NULL};
  const char *path = find_graph(planner, entry);
  struct rdo_schedule graph;
  if (path == NULL || planner->profile != &planner->own_profile) return RONDO_OK;  // a profile of the caller's was measured, and has its graphs
  uint32_t model = rdo_profile_find_job(planner->profile, entry);
  if (model == RDO_PROFILE_NONE) return RONDO_OK;  // told where its costs are looked for
  if (rdo_dump_kind(path) == RDO_DUMP_NONE) {
    return rdo_fail(planner->diag, RONDO_INVALID_ARGUMENT, "%s: is no dump of the compiler by its name: .dot, .gv or .mlir", path);
  }
  enum rondo_status status = rdo_dump_read(path, &how, &graph, planner->diag);
  if (status == RONDO_OK) status = rdo_profile_use_graph(&planner->own_profile, model, &graph, planner->diag);
  rdo_schedule_deinit(&graph);
  return status;
}

// A graph that no model asks for is a wrong name.
static enum rondo_status check_graphs(const struct planner *planner) {
  const struct rondo_planner_options *options = planner->options;
  for (int i = 0; i < options->graph_count; ++i) {
    bool is_used = false;
    for (int job = 0; job < planner->jobs->job_count && !is_used; ++job) is_used = find_graph(planner, &planner->jobs->jobs[job]) == options->graph_paths[i];
    if (is_used) continue;
    return rdo_fail(planner->diag, RONDO_INVALID_ARGUMENT, "%s: no model is called like this graph, or it has another one: call the file as the model's",
                    options->graph_paths[i]);
  }
  return RONDO_OK;
}

// What jobs leave open profiles may tell: their priority, and the rate of jobs that are made of modules.
static void use_profile(struct planner *planner) {
  for (int i = 0; i < planner->jobs->job_count; ++i) {
    struct rdo_job_entry *job = &planner->jobs->jobs[i];
    uint32_t index = rdo_profile_find_job(planner->profile, job);
    if (index == RDO_PROFILE_NONE) continue;  // told where its costs are looked for
    const struct rdo_profile_model *model = &planner->profile->models[index];
    if (model->priority >= 0 && (job->given & 1u << RDO_JOB_PRIORITY) == 0) job->priority = model->priority;
    if (planner->options->module_count == 0 || model->frequency_hz < 1e-6 || (job->given & 1u << RDO_JOB_ACTIVATION) != 0) continue;
    job->activation = RDO_JOB_PERIODIC;
    job->period_ns = (int64_t)(1e9 / model->frequency_hz + 0.5);
  }
}

static enum rondo_status read_job_set(struct planner *planner) {
  const struct rondo_planner_options *options = planner->options;
  int64_t horizon_ns;
  RDO_TRY(find_horizon(planner, &horizon_ns));
  RDO_TRY(options->module_count > 0 ? combine_jobs(planner) : read_jobs(planner));
  RDO_TRY(check_jobs(planner, horizon_ns == 0 && !options->is_once));
  if (options->profile != NULL) planner->profile = &options->profile->profile;
  else if (options->profile_path != NULL) RDO_TRY(read_profile(planner, planner->machine));
  if (planner->profile == NULL) {
    return rdo_fail(planner->diag, RONDO_INVALID_ARGUMENT,
                    "jobs are planned with what their dispatches cost: name a profile with --profile; `rondo profile` measures one");
  }
  use_profile(planner);
  RDO_TRY(check_graphs(planner));
  for (int i = 0; i < planner->jobs->job_count; ++i) RDO_TRY(read_graph(planner, i));
  return RONDO_OK;
}

// Jobs become a draft, in place of the one that there is.
//   length  0 ns = the releases before the horizon are planned, for one time
static enum rondo_status unroll_jobs(struct planner *planner, const struct rdo_length *length, int64_t horizon_ns) {
  const struct rdo_unroll_options unroll = {.slack_percent = planner->options->slack_percent,
                                            .period_ns = length->ns,
                                            .horizon_ns = horizon_ns,
                                            .free_call_count = length->free_call_count};
  rdo_draft_deinit(&planner->draft);
  return rdo_draft_unroll(&planner->draft, planner->jobs, planner->machine, planner->profile, &unroll, planner->diag);
}

// Results ---------------------------------------------------------------------------------------------------

static enum rondo_status copy_notes(struct planner *planner, const struct rdo_notes *from) {
  for (size_t i = 0; i < from->count; ++i) {
    RDO_TRY(rdo_notes_add(&planner->planning->notes, planner->diag, from->items[i].text, "%s", from->items[i].text));
  }
  return RONDO_OK;
}

// What the files are remarked on for, but what is remarkable about a plan that is made anew.
static enum rondo_status collect_notes(struct planner *planner) {
  if (planner->machine != NULL) RDO_TRY(copy_notes(planner, &planner->machine->notes));
  if (planner->jobs != NULL) RDO_TRY(copy_notes(planner, &planner->jobs->notes));
  if (planner->jobs != NULL) RDO_TRY(rdo_jobs_file_note_plannable(planner->jobs, &planner->planning->notes, planner->diag));
  if (planner->profile != NULL) RDO_TRY(copy_notes(planner, &planner->profile->notes));
  return copy_notes(planner, &planner->draft.notes);
}

static enum rondo_status name_planned_job(struct planner *planner, const struct rdo_schedule_job *call, struct rdo_name_map *names,
                                          struct rondo_planned_job **out_job) {
  struct rondo_planning *planning = planner->planning;
  const char *name = call->source[0] != '\0' ? call->source : call->base;
  uint32_t index = rdo_name_map_find(names, name);
  if (index == RDO_NAME_NONE) {
    index = (uint32_t)planning->job_count;
    RDO_TRY(rdo_text_copy(&planning->arena, name, &planning->jobs[index].name, planner->diag));
    RDO_TRY(rdo_name_map_add(names, planning->jobs[index].name, index, planner->diag));
    ++planning->job_count;
  }
  *out_job = &planning->jobs[index];
  return RONDO_OK;
}

static enum rondo_status measure_jobs(struct planner *planner, const struct rdo_schedule *schedule, struct rdo_name_map *names, int64_t *begins,
                                      int64_t *ends) {
  const struct rdo_draft *draft = &planner->draft;
  for (uint32_t i = 0; i < schedule->job_count; ++i) begins[i] = INT64_MAX;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    if (node->start_ns < begins[node->job]) begins[node->job] = node->start_ns;
    if (node->start_ns + node->duration_ns > ends[node->job]) ends[node->job] = node->start_ns + node->duration_ns;
  }
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    const struct rdo_draft_call *call = &draft->calls[i];
    struct rondo_planned_job *job;
    RDO_TRY(name_planned_job(planner, &schedule->jobs[i], names, &job));
    int64_t origin_ns = call->is_relative ? begins[i] : call->release_ns, latency_ns = ends[i] - origin_ns, deadline_ns = call->deadline_ns;
    if (deadline_ns > 0 && !call->is_relative) deadline_ns -= call->release_ns;
    ++job->call_count;
    if (call->job >= 0 && draft->job_set->jobs[call->job].activation == RDO_JOB_PERIODIC) job->period_ns = draft->job_set->jobs[call->job].period_ns;
    if (deadline_ns > 0) job->deadline_ns = deadline_ns;
    if (latency_ns > job->worst_latency_ns) job->worst_latency_ns = latency_ns;
    if (begins[i] - call->release_ns > job->worst_delay_ns) job->worst_delay_ns = begins[i] - call->release_ns;
    job->late_count += deadline_ns > 0 && latency_ns > deadline_ns;
  }
  return RONDO_OK;
}

static enum rondo_status fill_jobs(struct planner *planner, const struct rdo_schedule *schedule) {
  struct rdo_name_map names = {0};
  int64_t *begins = NULL, *ends = NULL;
  enum rondo_status status = rdo_alloc_array(schedule->job_count, sizeof *planner->planning->jobs, &planner->planning->jobs, planner->diag);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->job_count, sizeof *begins, &begins, planner->diag);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->job_count, sizeof *ends, &ends, planner->diag);
  if (status == RONDO_OK) status = measure_jobs(planner, schedule, &names, begins, ends);
  rdo_name_map_deinit(&names);
  rdo_free(begins);
  rdo_free(ends);
  return status;
}

// The plan takes over what it carries; the draft is not used any more.
static enum rondo_status carry(struct planner *planner, struct rdo_schedule *schedule) {
  const char *output = planner->options->output_path;
  if (planner->planning->info.is_schedule) {
    RDO_TRY(rdo_schedule_carry(schedule, planner->options->input_path, output, planner->diag));
    schedule->job_set = planner->source.job_set;
    planner->source.job_set = NULL;
  } else {
    schedule->job_set = planner->jobs;
    planner->jobs = NULL;
  }
  if (schedule->job_set != NULL) RDO_TRY(rdo_jobs_file_carry(schedule->job_set, output, planner->diag));
  struct rdo_machine_file **machine = planner->machine != NULL          ? &planner->machine
                                      : planner->source.machine != NULL ? &planner->source.machine
                                                                        : &planner->draft.own_machine;
  if (!planner->draft.carries_machine) return RONDO_OK;
  schedule->machine = *machine;
  *machine = NULL;
  return RONDO_OK;
}

// A missed deadline is told, with its reasons, to whoever wants the plan all the same; anything else would be a bug.
static enum rondo_status check_plan(struct planner *planner, const struct rdo_schedule *schedule) {
  struct rdo_plan_check check = {.finder = NULL};
  RDO_TRY(rdo_plan_check(schedule, NULL, &check, planner->diag));
  if (check.finding_count == check.late_count && (check.late_count == 0 || planner->options->allows_late)) return RONDO_OK;
  return rdo_fail(planner->diag, RONDO_INTERNAL, "the plan is wrong, which is a bug: %s",
                  check.first[0] != '\0' ? check.first : "a deadline is missed");
}

static enum rondo_status make_plan(struct planner *planner, const struct rondo_placed_node *placed) {
  struct rondo_planning *planning = planner->planning;
  struct rdo_schedule schedule;
  const char *name = planner->options->output_path != NULL ? planner->options->output_path : "plan";
  enum rondo_status status = rdo_draft_compose(&planner->draft, placed, planning->info.solved.bound, name, &schedule, planner->diag);
  if (status == RONDO_OK) status = fill_jobs(planner, &schedule);
  if (status == RONDO_OK) status = carry(planner, &schedule);
  if (status == RONDO_OK) status = check_plan(planner, &schedule);
  if (status == RONDO_OK) return rdo_file_of_schedule(&schedule, &planning->file, planner->diag);
  rdo_schedule_deinit(&schedule);
  return status;
}

static bool has_fixed(const struct rdo_draft *draft) {
  bool has_one = false;
  for (size_t i = 0; i < draft->node_count; ++i) has_one |= draft->nodes[i].is_fixed;
  return has_one;
}

// What would fit: worth a second or two, once the answer is no.
static enum rondo_status find_scale(struct planner *planner) {
  struct rondo_planning *planning = planner->planning;
  struct rondo_solve_options quick = planner->options->solve;
  char list[300] = "";
  size_t length = 0;
  int64_t scale;
  if (planner->options->is_brief) return RONDO_OK;
  quick.report = NULL;
  if (quick.iteration_limit == 0) quick.time_limit_s = SCALE_SECONDS;
  RDO_TRY(rdo_admission_scale(&planner->draft, planner->utilisation, &quick, &scale, planner->diag));
  if (scale <= RDO_SCALE_ONE) return RONDO_OK;  // none was found, or by chance, now
  planning->info.scale = (double)scale / RDO_SCALE_ONE;
  const struct rdo_jobs_file *jobs = planner->draft.job_set;
  for (int i = 0; jobs != NULL && i < jobs->job_count && length < 200; ++i) {
    if (jobs->jobs[i].activation != RDO_JOB_PERIODIC) continue;
    length += (size_t)snprintf(list + length, sizeof list - length, "%s%.60s each %.6g ms", length > 0 ? ", " : ": ", jobs->jobs[i].name,
                               (double)rdo_scale_time(jobs->jobs[i].period_ns, scale) / 1e6);
  }
  bool has_periods = planner->draft.period_ns > 0 || length > 0;
  return rdo_notes_add(&planning->reasons, planner->diag, "scale", "with all %s %.4g times as long a plan was found%s",
                       has_periods ? "periods and deadlines" : has_fixed(&planner->draft) ? "deadlines and locked starts" : "deadlines", planning->info.scale, list);
}

// Deadlines that must be kept come before whatever else is asked for.
static struct rondo_solve_options choose_objectives(const struct rondo_planner_options *options) {
  struct rondo_solve_options solve = options->solve;
  int place = 0;
  if (options->allows_late || solve.objective_count == 0) return solve;
  while (place < solve.objective_count && solve.objectives[place] != RONDO_OBJECTIVE_TARDINESS) ++place;
  if (place == solve.objective_count && ++solve.objective_count > RONDO_OBJECTIVE_COUNT) return options->solve;  // refused by the solver
  for (; place > 0; --place) solve.objectives[place] = solve.objectives[place - 1];
  solve.objectives[0] = RONDO_OBJECTIVE_TARDINESS;
  return solve;
}

static bool has_windows(const struct rondo_planner_options *options) { return options->window_ns != 0 || options->window_count != 0; }

// The solver's answer, once nothing begins before it can go on.
static enum rondo_status place_nodes(struct planner *planner, const struct rondo_problem *problem, const struct rondo_schedule *solved,
                                     struct rondo_placed_node **out_placed) {
  const struct rdo_draft *draft = &planner->draft;
  struct rondo_planning_info *info = &planner->planning->info;
  struct rondo_diag broken = {0};
  rondo_schedule_info(solved, &info->solved);
  info->has_schedule = true;
  RDO_TRY(rdo_alloc_array(draft->node_count, sizeof **out_placed, out_placed, planner->diag));
  memcpy(*out_placed, rondo_schedule_nodes(solved), draft->node_count * sizeof **out_placed);
  if (draft->period_ns > 0) info->solved.is_feasible &= info->solved.makespan <= ITERATIONS_AT_ONCE * draft->period_ns;
  if (!info->solved.is_feasible) return RONDO_OK;
  RDO_TRY(rdo_draft_delay(draft, *out_placed, planner->diag));
  enum rondo_status status = rondo_schedule_check(problem, *out_placed, (int)draft->node_count, &broken);
  if (status == RONDO_OK) return RONDO_OK;
  if (status == RONDO_RESOURCE_EXHAUSTED) return rdo_fail(planner->diag, status, "%s", broken.message);
  return rdo_fail(planner->diag, RONDO_INTERNAL, "a delay is wrong, which is a bug: %s", broken.message);
}

static enum rondo_status keep_windows(struct planner *planner, const struct rdo_window *windows, size_t count) {
  struct rondo_planning *planning = planner->planning;
  RDO_TRY(rdo_alloc_array(count, sizeof *planning->windows, &planning->windows, planner->diag));
  planning->window_count = (int)count;
  for (size_t i = 0; i < count; ++i) {
    planning->windows[i] = (struct rondo_planned_window){.begin_ns = windows[i].begin,
                                                         .end_ns = windows[i].end,
                                                         .dispatch_count = windows[i].node_count,
                                                         .again_count = windows[i].again_count,
                                                         .fixed_count = windows[i].fixed_count,
                                                         .makespan_ns = windows[i].info.makespan,
                                                         .tardiness_ns = windows[i].info.tardiness,
                                                         .seconds = windows[i].info.seconds};
  }
  return RONDO_OK;
}

static enum rondo_status solve_windows(struct planner *planner, const struct rondo_solve_options *solve, struct rondo_schedule **out_solved) {
  const struct rondo_planner_options *options = planner->options;
  const struct rdo_window_options layout = {.length = options->window_ns, .overlap = options->window_overlap_ns, .count = options->window_count};
  struct rondo_problem *problem;
  struct rdo_window *windows = NULL;
  size_t count;
  *out_solved = NULL;
  enum rondo_status status = rdo_draft_make_problem(&planner->draft, RDO_SCALE_ONE, false, &problem, planner->diag);
  if (status == RONDO_OK) status = rdo_windows_solve(problem, solve, &layout, out_solved, &windows, &count, planner->diag);
  if (status == RONDO_OK) status = keep_windows(planner, windows, count);
  rdo_free(windows);
  rondo_problem_release(&problem);
  if (status != RONDO_OK) rondo_schedule_release(out_solved);
  return status;
}

// Windows are planned without a look at what comes again. Where what they came to cannot be repeated, the plan is made as a whole.
static enum rondo_status search_windows(struct planner *planner, const struct rondo_problem *problem, const struct rondo_solve_options *solve,
                                        struct rondo_schedule **out_solved) {
  struct rondo_planning *planning = planner->planning;
  struct rondo_schedule_info info;
  struct rondo_diag broken = {0};
  RDO_TRY(solve_windows(planner, solve, out_solved));
  rondo_schedule_info(*out_solved, &info);
  if (!info.is_feasible || planner->draft.period_ns == 0) return RONDO_OK;
  enum rondo_status status = rondo_schedule_check(problem, rondo_schedule_nodes(*out_solved), (int)planner->draft.node_count, &broken);
  if (status == RONDO_OK) return RONDO_OK;
  rondo_schedule_release(out_solved);
  rdo_free(planning->windows);
  planning->windows = NULL;
  planning->window_count = 0;
  if (status == RONDO_RESOURCE_EXHAUSTED) return rdo_fail(planner->diag, status, "%s", broken.message);
  RDO_TRY(rdo_notes_add(&planning->notes, planner->diag, "windows", "what was planned in windows cannot be repeated each %.6g ms: the plan was made as a whole",
                        (double)planner->draft.period_ns / 1e6));
  return rondo_solve(problem, solve, out_solved, planner->diag);
}

static enum rondo_status search(struct planner *planner, const struct rondo_problem *problem, struct rondo_schedule **out_solved) {
  const struct rondo_planner_options *options = planner->options;
  const struct rondo_solve_options solve = choose_objectives(options);
  if (has_windows(options)) return search_windows(planner, problem, &solve, out_solved);
  if (options->window_overlap_ns == 0) return rondo_solve(problem, &solve, out_solved, planner->diag);
  return rdo_fail(planner->diag, RONDO_INVALID_ARGUMENT, "windows overlap, but neither their length (--window) nor their number (--windows) is told");
}

// Why a schedule whose calls are in time is no plan.
static enum rondo_status explain_repetition(struct planner *planner) {
  return rdo_notes_add(&planner->planning->reasons, planner->diag, "repetition",
                       "%s: no plan was found that can be repeated each %.6g ms: what ends behind that is in the way of what begins again. Smaller offsets, longer "
                       "periods or other lanes help; --once plans one time only",
                       planner->draft.place, (double)planner->draft.period_ns / 1e6);
}

static enum rondo_status solve_problem(struct planner *planner, const struct rondo_problem *problem) {
  struct rondo_planning *planning = planner->planning;
  struct rondo_schedule *solved = NULL;
  struct rondo_placed_node *placed = NULL;
  struct rondo_problem_info info;
  rondo_problem_info(problem, &info);
  planning->info.mode_count = info.mode_count;
  enum rondo_status status = search(planner, problem, &solved);
  if (status == RONDO_OK) status = place_nodes(planner, problem, solved, &placed);
  if (status == RONDO_OK) status = rdo_admission_explain(&planner->draft, placed, &planning->reasons, planner->diag);
  bool can_be = planning->info.solved.is_feasible;  // locked starts are kept, and it can be repeated
  if (status == RONDO_OK && !can_be && planning->reasons.count == 0) status = explain_repetition(planner);
  if (status == RONDO_OK) {
    planning->info.is_admitted = planning->reasons.count == 0;
    if (planning->info.is_admitted) planning->info.solved.tardiness = 0;  // what the solver saw before delays
    bool is_plan = planning->info.is_admitted || (planner->options->allows_late && can_be);
    status = is_plan ? make_plan(planner, placed) : find_scale(planner);
  }
  rdo_free(placed);
  rondo_schedule_release(&solved);
  return status;
}

static enum rondo_status solve(struct planner *planner) {
  struct rondo_problem *problem;
  enum rondo_status status = rdo_draft_make_problem(&planner->draft, RDO_SCALE_ONE, true, &problem, planner->diag);
  if (status == RONDO_OK) status = solve_problem(planner, problem);
  rondo_problem_release(&problem);
  return status;
}

// Lengths ---------------------------------------------------------------------------------------------------

// What a schedule of a length came to. Players have two iterations at work at once: none may reach into the next but one.
static enum rondo_status measure_length(struct planner *planner, const struct rondo_schedule *solved, struct rdo_tried *out_tried) {
  const struct rdo_draft *draft = &planner->draft;
  struct rondo_schedule_info info;
  struct rondo_placed_node *placed;
  struct rdo_notes reasons = {0};
  rondo_schedule_info(solved, &info);
  RDO_TRY(rdo_alloc_array(draft->node_count, sizeof *placed, &placed, planner->diag));
  memcpy(placed, rondo_schedule_nodes(solved), draft->node_count * sizeof *placed);
  enum rondo_status status = info.is_feasible ? rdo_draft_delay(draft, placed, planner->diag) : RONDO_OK;
  if (status == RONDO_OK) status = rdo_admission_explain(draft, placed, &reasons, planner->diag);
  out_tried->is_kept = info.is_feasible && reasons.count == 0;
  for (size_t i = 0; i < draft->node_count; ++i) {
    int job = draft->calls[draft->nodes[i].call].job;
    bool is_free = job >= 0 && draft->job_set->jobs[job].activation == RDO_JOB_FREE;
    if (placed[i].end > out_tried->end_ns) out_tried->end_ns = placed[i].end;
    if (is_free && placed[i].end > out_tried->free_end_ns) out_tried->free_end_ns = placed[i].end;
  }
  out_tried->is_kept &= out_tried->end_ns <= ITERATIONS_AT_ONCE * draft->period_ns || draft->period_ns == 0;
  rdo_notes_deinit(&reasons);
  rdo_free(placed);
  return status;
}

// By the list schedule, which is there within milliseconds.
static enum rondo_status try_draft(struct planner *planner, struct rdo_tried *out_tried) {
  struct rondo_solve_options quick = choose_objectives(planner->options);
  struct rondo_problem *problem;
  struct rondo_schedule *solved = NULL;
  quick.time_limit_s = -1;
  quick.report = NULL;
  enum rondo_status status = rdo_draft_make_problem(&planner->draft, RDO_SCALE_ONE, true, &problem, planner->diag);
  if (status == RONDO_OK) status = rondo_solve(problem, &quick, &solved, planner->diag);
  if (status == RONDO_OK) status = measure_length(planner, solved, out_tried);
  rondo_schedule_release(&solved);
  rondo_problem_release(&problem);
  return status;
}

static enum rondo_status try_length(void *user, const struct rdo_length *length, struct rdo_tried *out_tried, struct rondo_diag *diag) {
  struct planner *planner = user;
  struct rdo_notes reasons = {0}, notes = {0};
  double utilisation;
  int64_t needed_ns;
  *out_tried = (struct rdo_tried){0};
  RDO_TRY(unroll_jobs(planner, length, 0));
  out_tried->node_count = planner->draft.node_count;
  RDO_TRY(rdo_admission_turns(&planner->draft, &needed_ns, diag));
  enum rondo_status status = rdo_admission_test(&planner->draft, &reasons, &notes, &utilisation, diag);
  out_tried->is_hopeless = reasons.count > 0;
  rdo_notes_deinit(&reasons);
  rdo_notes_deinit(&notes);
  if (status != RONDO_OK) return status;
  if (needed_ns > length->ns) out_tried->end_ns = out_tried->free_end_ns = needed_ns;
  return out_tried->is_hopeless ? RONDO_OK : try_draft(planner, out_tried);
}

// Jobs as a draft: of how much, and whether it is repeated.
static enum rondo_status draft_jobs(struct planner *planner) {
  const struct rondo_planner_options *options = planner->options;
  const char *place = planner->jobs->path != NULL && planner->jobs->path[0] != '\0' ? planner->jobs->path : "jobs";
  struct rdo_length length = {0, options->free_call_count};
  struct rdo_hyperperiod hyperperiod;
  int64_t horizon_ns;
  bool is_found;
  RDO_TRY(find_horizon(planner, &horizon_ns));
  enum rondo_status status = rdo_hyperperiod_find(planner->jobs, place, &hyperperiod, planner->diag);
  if (options->is_once && status == RONDO_OUT_OF_RANGE && horizon_ns > 0) {
    rdo_diag_clear(planner->diag);
    return unroll_jobs(planner, &length, horizon_ns);
  }
  RDO_TRY(status);
  planner->planning->info.hyperperiod_ns = hyperperiod.ns;
  if (hyperperiod.ns == 0 || options->is_once) return unroll_jobs(planner, &length, horizon_ns > 0 ? horizon_ns : hyperperiod.ns);
  if (horizon_ns > 0 && !rdo_hyperperiod_divides(&hyperperiod, horizon_ns)) {
    return rdo_fail(planner->diag, RONDO_INVALID_ARGUMENT,
                    "%s: all periods together repeat each %.10g ms, so a plan of %.10g ms cannot be repeated: give a horizon, or windows, of a multiple of that, or "
                    "plan one time only with --once",
                    place, (double)hyperperiod.ns / 1e6, (double)horizon_ns / 1e6);
  }
  length.ns = horizon_ns > 0 ? horizon_ns : hyperperiod.ns;
  if (horizon_ns > 0 || has_windows(options)) return unroll_jobs(planner, &length, 0);
  bool has_free_job = false;
  for (int i = 0; i < planner->jobs->job_count; ++i) has_free_job |= planner->jobs->jobs[i].activation == RDO_JOB_FREE;
  const struct rdo_length_search search = {.hyperperiod = hyperperiod,
                                           .free_call_count = options->free_call_count,
                                           .pause_ns = options->pause_ns,
                                           .least_ns = has_free_job ? 0 : options->length_ns_least,
                                           .try_length = try_length,
                                           .user = planner};
  RDO_TRY(rdo_length_find(&search, &length, &is_found, planner->diag));
  return unroll_jobs(planner, &length, 0);
}

static enum rondo_status make_draft(struct planner *planner) {
  const struct rondo_planner_options *options = planner->options;
  if ((options->input_path != NULL) == (options->module_count > 0)) {
    return rdo_fail(planner->diag, RONDO_INVALID_ARGUMENT, "either a file or modules can be planned");
  }
  if (options->input_path != NULL) RDO_TRY(find_kind(planner));
  if (planner->planning->info.is_schedule) {
    RDO_TRY(draft_schedule(planner));
    planner->planning->info.hyperperiod_ns = planner->draft.period_ns;
    return RONDO_OK;
  }
  if (options->move_count > 0 || options->overlap_count > 1) {
    return rdo_fail(planner->diag, RONDO_INVALID_ARGUMENT, "--move and --overlap are for schedules: jobs name their `lanes` themselves");
  }
  RDO_TRY(read_job_set(planner));
  return draft_jobs(planner);
}

static enum rondo_status plan(struct planner *planner) {
  struct rondo_planning *planning = planner->planning;
  RDO_TRY(make_draft(planner));
  planning->info.dispatch_count = (int)planner->draft.node_count;
  planning->info.call_count = (int)planner->draft.call_count;
  planning->info.lane_count = planner->draft.machine->lane_count;
  planning->info.period_ns = planner->draft.period_ns;
  RDO_TRY(collect_notes(planner));
  RDO_TRY(rdo_admission_test(&planner->draft, &planning->reasons, &planning->notes, &planner->utilisation, planner->diag));
  // A proof needs no search, unless the plan is wanted with its deadlines missed.
  if (planning->reasons.count > 0 && !planner->options->allows_late) return find_scale(planner);
  return solve(planner);
}

static void end_file(struct rdo_machine_file *machine, struct rdo_jobs_file *jobs) {
  rdo_machine_file_deinit(machine);
  rdo_jobs_file_deinit(jobs);
  rdo_free(machine);
  rdo_free(jobs);
}

enum rondo_status rondo_planning_create(const struct rondo_planner_options *options, struct rondo_planning **out_planning, struct rondo_diag *diag) {
  struct planner planner = {.options = options, .diag = diag};
  *out_planning = NULL;
  RDO_TRY(rdo_alloc(sizeof *planner.planning, &planner.planning, diag));
  enum rondo_status status = plan(&planner);
  rdo_draft_deinit(&planner.draft);
  rdo_profile_deinit(&planner.own_profile);
  rdo_model_set_deinit(&planner.models);
  rdo_schedule_deinit(&planner.source);
  end_file(planner.machine, planner.jobs);
  if (status == RONDO_OK) *out_planning = planner.planning;
  else rondo_planning_release(&planner.planning);
  return status;
}

void rondo_planning_release(struct rondo_planning **planning) {
  if (planning == NULL || *planning == NULL) return;
  rondo_file_release(&(*planning)->file);
  rdo_free((*planning)->jobs);
  rdo_free((*planning)->windows);
  rdo_notes_deinit(&(*planning)->reasons);
  rdo_notes_deinit(&(*planning)->notes);
  rdo_arena_deinit(&(*planning)->arena);
  rdo_free(*planning);
  *planning = NULL;
}

// Looking ---------------------------------------------------------------------------------------------------

const struct rondo_file *rondo_planning_file(const struct rondo_planning *planning) { return planning->file; }

void rondo_planning_info(const struct rondo_planning *planning, struct rondo_planning_info *out_info) { *out_info = planning->info; }

const struct rondo_planned_job *rondo_planning_jobs(const struct rondo_planning *planning, int *out_count) {
  *out_count = planning->job_count;
  return planning->jobs;
}

const struct rondo_planned_window *rondo_planning_windows(const struct rondo_planning *planning, int *out_count) {
  *out_count = planning->window_count;
  return planning->windows;
}

static const char *note_at(const struct rdo_notes *notes, int index) {
  return index >= 0 && (size_t)index < notes->count ? notes->items[index].text : NULL;
}
const char *rondo_planning_reason(const struct rondo_planning *planning, int index) { return note_at(&planning->reasons, index); }
const char *rondo_planning_note(const struct rondo_planning *planning, int index) { return note_at(&planning->notes, index); }

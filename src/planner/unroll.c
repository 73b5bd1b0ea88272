// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/unroll.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "planner/cost.h"
#include "planner/length.h"

// What all calls of a job have in common. Its first node is the host program, if its cost is known.
struct job_template {
  const struct rdo_profile_model *model;
  struct rdo_draft_node *nodes;  // without key, call and release
  uint32_t node_count;
  bool has_program;
  uint32_t *sources, *sinks;  // nodes without predecessors, and without successors
  uint32_t source_count, sink_count;
  uint32_t call_begin, call_count;
};

struct unroller {
  struct rdo_draft *draft;
  const struct rdo_jobs_file *jobs;
  const struct rdo_machine_file *machine;
  const struct rdo_profile *profile;
  const struct rdo_unroll_options *options;
  uint32_t *clusters;              // [cluster_count of the machine]: the profile's; RDO_PROFILE_NONE = it does not know it
  struct job_template *templates;  // [job_count]
  struct rdo_arena arena;
  struct rondo_diag *diag;
  char place[RDO_JOB_PLACE_BYTES];  // of the message that is made
};

static double ms(int64_t time_ns) { return (double)time_ns / 1e6; }

#define FAIL_JOB(unroller, status, job, key, format, ...) \
  (rdo_job_place((unroller)->jobs, (job), (key), (unroller)->place), rdo_fail((unroller)->diag, (status), "%s: " format, (unroller)->place, __VA_ARGS__))

// Costs -----------------------------------------------------------------------------------------------------

// Whether every CPU of a lane can use a resource.
static bool reaches(const struct rdo_machine_file *machine, const struct rdo_lane_entry *lane, int resource) {
  const struct rdo_cpu_set *cpus = &machine->resources[resource].cpus;
  if (rdo_cpu_set_is_empty(cpus)) return true;
  struct rdo_cpu_set outside = rdo_cpu_set_andnot(lane->cpus, cpus);
  return !rdo_cpu_set_is_empty(&lane->cpus) && rdo_cpu_set_is_empty(&outside);
}

static bool may_run(const struct unroller *unroller, const struct rdo_job_entry *job, const struct rdo_draft_node *node, int lane) {
  bool is_allowed = job->lane_index_count == 0;
  for (int i = 0; i < job->lane_index_count; ++i) is_allowed |= job->lane_indices[i] == lane;
  for (uint32_t i = 0; i < node->resource_count && is_allowed; ++i) {
    is_allowed = reaches(unroller->machine, &unroller->machine->lanes[lane], unroller->draft->resources[node->resource_begin + i]);
  }
  return is_allowed;
}

// Failures of a job say which job it is.
static enum rondo_status name_job(struct unroller *unroller, enum rondo_status status, int job) {
  if (status == RONDO_OK || status == RONDO_RESOURCE_EXHAUSTED) return status;
  rdo_job_place(unroller->jobs, job, "", unroller->place);
  rdo_prefix(unroller->diag, "%s", unroller->place);
  return status;
}

static enum rondo_status add_node_resources(struct unroller *unroller, int job, const char *name, struct rdo_draft_node *node) {
  const struct rdo_job_entry *entry = &unroller->jobs->jobs[job];
  node->resource_begin = (uint32_t)unroller->draft->resource_count;
  for (int i = 0; i < entry->resource_count; ++i) RDO_TRY(rdo_draft_add_resource(unroller->draft, entry->resource_indices[i], unroller->diag));
  node->resource_count = (uint32_t)entry->resource_count;
  if (name == NULL || name[0] == '\0') return RONDO_OK;
  int resource = rdo_machine_file_find_resource(unroller->machine, name);
  if (resource < 0) {
    return FAIL_JOB(unroller, RONDO_NOT_FOUND, job, ".model",
                    "by its profile \"%s\" needs the resource \"%s\", which the machine has not: add it to `resources`", node->export_name, name);
  }
  for (int i = 0; i < entry->resource_count; ++i) {
    if (entry->resource_indices[i] == resource) return RONDO_OK;
  }
  ++node->resource_count;
  return rdo_draft_add_resource(unroller->draft, resource, unroller->diag);
}

static enum rondo_status fill_node(struct unroller *unroller, int job, const struct rdo_profile_node *from, int32_t id, struct rdo_draft_node *node) {
  node->id = id;
  node->ordinal = node->total = 1;
  node->recording = (int32_t)from->recording;
  node->dispatch = (int32_t)from->command;
  node->export_name = from->export_name;
  RDO_TRY(add_node_resources(unroller, job, from->resource, node));
  node->mode_begin = (uint32_t)unroller->draft->mode_count;
  for (int lane = 0; lane < unroller->machine->lane_count; ++lane) {
    bool is_known = unroller->clusters[unroller->machine->lanes[lane].cluster] != RDO_PROFILE_NONE;
    if (is_known && may_run(unroller, &unroller->jobs->jobs[job], node, lane)) {
      RDO_TRY(name_job(unroller,
                       rdo_cost_add_modes(unroller->draft, unroller->profile, from, unroller->clusters[unroller->machine->lanes[lane].cluster], lane,
                                          unroller->jobs->jobs[job].worker_count_max, unroller->options->slack_percent, node, unroller->diag),
                       job));
    }
  }
  if (node->mode_count > 0) return RONDO_OK;
  return FAIL_JOB(unroller, RONDO_NOT_FOUND, job, ".lanes",
                  "on none of them is it known what dispatch %d (%s) of \"%s\" costs: measure there, or allow other lanes", id, from->export_name,
                  unroller->jobs->jobs[job].name);
}

// The host program runs on one worker of any lane that it was measured on.
static enum rondo_status fill_program(struct unroller *unroller, int job, const struct rdo_profile_model *model, struct rdo_draft_node *node) {
  node->export_name = RDO_PROGRAM_EXPORT;
  RDO_TRY(add_node_resources(unroller, job, NULL, node));
  node->mode_begin = (uint32_t)unroller->draft->mode_count;
  for (int lane = 0; lane < unroller->machine->lane_count; ++lane) {
    if (!may_run(unroller, &unroller->jobs->jobs[job], node, lane)) continue;
    uint32_t cluster = unroller->clusters[unroller->machine->lanes[lane].cluster];
    RDO_TRY(name_job(
        unroller,
        rdo_cost_add_program_mode(unroller->draft, unroller->profile, model, cluster, lane, unroller->options->slack_percent, node, unroller->diag),
        job));
  }
  return RONDO_OK;
}

// Templates -------------------------------------------------------------------------------------------------

static bool is_known_program(const struct unroller *unroller, int job, const struct rdo_profile_model *model) {
  struct rdo_draft_node node = rdo_draft_node("", 0);
  for (int lane = 0; lane < unroller->machine->lane_count; ++lane) {
    if (!may_run(unroller, &unroller->jobs->jobs[job], &node, lane)) continue;
    for (uint32_t i = 0; i < model->program_count; ++i) {
      if (unroller->profile->costs[model->program_begin + i].cluster == unroller->clusters[unroller->machine->lanes[lane].cluster]) return true;
    }
  }
  return false;
}

static enum rondo_status find_ends(struct unroller *unroller, int job, struct job_template *template) {
  const struct rdo_profile_model *model = template->model;
  uint32_t shift = template->has_program, count = template->node_count;
  bool *has_successor;
  RDO_TRY(rdo_arena_alloc(&unroller->arena, count, sizeof *template->sources, &template->sources, unroller->diag));
  RDO_TRY(rdo_arena_alloc(&unroller->arena, count, sizeof *template->sinks, &template->sinks, unroller->diag));
  RDO_TRY(rdo_arena_alloc(&unroller->arena, count, sizeof *has_successor, &has_successor, unroller->diag));
  if (shift != 0) template->sources[template->source_count++] = 0;
  for (uint32_t i = 0; i < model->node_count; ++i) {
    const struct rdo_profile_node *node = &unroller->profile->nodes[model->node_begin + i];
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      uint32_t before = unroller->profile->predecessors[node->predecessor_begin + k];
      if (before >= i) {
        return FAIL_JOB(unroller, RONDO_INVALID_ARGUMENT, job, ".model", "in its profile dispatch %u waits for %u, which does not come before it",
                        (unsigned)i, (unsigned)before);
      }
      has_successor[before + shift] = true;
    }
    if (node->predecessor_count == 0 && shift == 0) template->sources[template->source_count++] = i;
    if (node->predecessor_count == 0 && shift != 0) has_successor[0] = true;
  }
  for (uint32_t i = 0; i < count; ++i) {
    if (!has_successor[i]) template->sinks[template->sink_count++] = i;
  }
  return RONDO_OK;
}

static enum rondo_status make_template(struct unroller *unroller, int job) {
  const struct rdo_job_entry *entry = &unroller->jobs->jobs[job];
  struct job_template *template = &unroller->templates[job];
  uint32_t index = rdo_profile_find_job(unroller->profile, entry);
  if (index == RDO_PROFILE_NONE) {
    return FAIL_JOB(unroller, RONDO_NOT_FOUND, job, ".model", "%s does not know %s%s%s: run `rondo profile` for it", unroller->profile->path,
                    entry->model, entry->function[0] != '\0' ? ", function " : "", entry->function);
  }
  const struct rdo_profile_model *model = template->model = &unroller->profile->models[index];
  if (model->node_count == 0 && model->program_count == 0) {
    return FAIL_JOB(unroller, RONDO_INVALID_ARGUMENT, job, ".model", "%s knows no dispatch of %s: there is nothing to plan", unroller->profile->path,
                    entry->model);
  }
  if (!model->is_calibrated) {
    RDO_TRY(rdo_notes_add(&unroller->draft->notes, unroller->diag, model->model,
                          "%s: %.200s was not measured completely, or not steadily: its plan is an estimate", unroller->profile->path, model->model));
  }
  template->has_program = is_known_program(unroller, job, model);
  template->node_count = model->node_count + template->has_program;
  RDO_TRY(rdo_arena_alloc(&unroller->arena, template->node_count, sizeof *template->nodes, &template->nodes, unroller->diag));
  for (uint32_t i = 0; i < template->node_count; ++i) {
    struct rdo_draft_node *node = &template->nodes[i];
    *node = rdo_draft_node("", 0);
    node->priority = entry->priority;
    node->tells_workers = true;
    node->time_mode = entry->activation == RDO_JOB_PERIODIC ? RDO_TIME_SOFT : RDO_TIME_HARD;
    if (i == 0 && template->has_program) RDO_TRY(fill_program(unroller, job, model, node));
    else {
      RDO_TRY(fill_node(unroller, job, &unroller->profile->nodes[model->node_begin + i - template->has_program], (int32_t)(i - template->has_program),
                        node));
    }
  }
  return find_ends(unroller, job, template);
}

// Releases --------------------------------------------------------------------------------------------------

// How many calls of a periodic job are released before an end.
static int64_t count_before(const struct rdo_job_entry *job, int64_t begin_ns, int64_t end_ns) {
  return end_ns > begin_ns ? (end_ns - begin_ns - 1) / job->period_ns + 1 : 0;
}

static enum rondo_status count_calls(struct unroller *unroller, int job, int64_t *out_count) {
  const struct rdo_job_entry *entry = &unroller->jobs->jobs[job];
  const struct rdo_jobs_file *jobs = unroller->jobs;
  *out_count = 1;
  if (entry->activation == RDO_JOB_FREE && unroller->options->free_call_count > 1) *out_count = unroller->options->free_call_count;
  if (entry->activation == RDO_JOB_AFTER) *out_count = unroller->templates[entry->trigger_job].call_count;
  if (entry->activation != RDO_JOB_PERIODIC) return RONDO_OK;
  const struct rdo_unroll_options *options = unroller->options;
  // Offsets move all releases of a period.
  *out_count = options->period_ns > 0 ? rdo_length_releases(entry, options->period_ns) : count_before(entry, entry->offset_ns, options->horizon_ns);
  int64_t all_count = *out_count;
  if (entry->iteration_count > 0 && *out_count > entry->iteration_count) *out_count = entry->iteration_count;
  if (jobs->iteration_count > 0 && *out_count > jobs->iteration_count) *out_count = jobs->iteration_count;
  if (entry->duration_ns > 0 && *out_count > count_before(entry, entry->offset_ns, entry->duration_ns)) {
    *out_count = count_before(entry, entry->offset_ns, entry->duration_ns);
  }
  if (options->period_ns > 0 && *out_count < all_count) {
    unroller->draft->period_ns = 0;
    RDO_TRY(rdo_notes_add(&unroller->draft->notes, unroller->diag, "period",
                          "%.200s: jobs[%d]: \"%.60s\" ends within the plan, by `iterations` or `duration`: the plan is for one time, and is not repeated",
                          unroller->draft->place, job, entry->name));
  }
  if (*out_count > 0) return RONDO_OK;
  return FAIL_JOB(unroller, RONDO_INVALID_ARGUMENT, job, ".offset_ns",
                  "the first release of \"%s\", at %.6g ms, is behind the end of what is planned: give a longer --horizon", entry->name,
                  ms(entry->offset_ns));
}

// Calls -----------------------------------------------------------------------------------------------------

static enum rondo_status add_call(struct unroller *unroller, int job, uint32_t index, bool is_numbered) {
  struct rdo_draft *draft = unroller->draft;
  const struct rdo_job_entry *entry = &unroller->jobs->jobs[job];
  struct rdo_draft_call call = {.source = entry->name, .job = job, .index = (int32_t)index, .release_ns = entry->offset_ns};
  if (entry->activation == RDO_JOB_PERIODIC) call.release_ns += (int64_t)index * entry->period_ns;
  if (entry->activation == RDO_JOB_AFTER) call.release_ns = draft->calls[unroller->templates[entry->trigger_job].call_begin + index].release_ns;
  call.is_relative = entry->activation != RDO_JOB_PERIODIC;
  if (entry->deadline_ns > 0) call.deadline_ns = entry->deadline_ns + (call.is_relative ? 0 : call.release_ns);
  if (call.release_ns > RDO_TIME_NS_MAX || call.deadline_ns > RDO_TIME_NS_MAX) {
    return FAIL_JOB(unroller, RONDO_OUT_OF_RANGE, job, ".deadline_ns", "call %u ends after more than 104 days", (unsigned)index);
  }
  if (is_numbered) RDO_TRY(rdo_draft_text(draft, &call.name, unroller->diag, "%s%u", entry->name, (unsigned)index));
  else call.name = entry->name;
  return rdo_draft_add_call(draft, &call, unroller->diag);
}

static enum rondo_status add_call_nodes(struct unroller *unroller, int job, uint32_t call_index, uint32_t *out_begin) {
  struct rdo_draft *draft = unroller->draft;
  const struct job_template *template = &unroller->templates[job];
  const struct rdo_draft_call *call = &draft->calls[call_index];
  uint32_t begin = *out_begin = (uint32_t)draft->node_count, shift = template->has_program;
  for (uint32_t i = 0; i < template->node_count; ++i) {
    struct rdo_draft_node node = template->nodes[i];
    node.call = call_index;
    node.release_ns = call->release_ns;
    if (i < shift) RDO_TRY(rdo_draft_text(draft, &node.key, unroller->diag, "%s_program", call->name));
    else RDO_TRY(rdo_draft_text(draft, &node.key, unroller->diag, "%s_dispatch_%u", call->name, (unsigned)(i - shift)));
    RDO_TRY(rdo_draft_add_node(draft, &node, unroller->diag));
  }
  for (uint32_t i = 0; i < template->model->node_count; ++i) {
    const struct rdo_profile_node *node = &unroller->profile->nodes[template->model->node_begin + i];
    if (node->predecessor_count == 0 && shift != 0) RDO_TRY(rdo_draft_add_edge(draft, begin, begin + 1 + i, true, unroller->diag));
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      uint32_t before = unroller->profile->predecessors[node->predecessor_begin + k];
      RDO_TRY(rdo_draft_add_edge(draft, begin + shift + before, begin + shift + i, true, unroller->diag));
    }
  }
  return RONDO_OK;
}

// The whole of one call comes before the whole of another.
static enum rondo_status connect(struct unroller *unroller, int from_job, uint32_t from_begin, int to_job, uint32_t to_begin, bool is_data) {
  const struct job_template *from = &unroller->templates[from_job], *to = &unroller->templates[to_job];
  for (uint32_t i = 0; i < from->sink_count; ++i) {
    for (uint32_t k = 0; k < to->source_count; ++k) {
      RDO_TRY(rdo_draft_add_edge(unroller->draft, from_begin + from->sinks[i], to_begin + to->sources[k], is_data, unroller->diag));
    }
  }
  return RONDO_OK;
}

// The call of a job that a release waits for.
static uint32_t find_awaited(const struct unroller *unroller, int job, int64_t release_ns) {
  const struct job_template *template = &unroller->templates[job];
  uint32_t low = 0, high = template->call_count;
  while (high - low > 1) {
    uint32_t middle = low + (high - low) / 2;
    if (unroller->draft->calls[template->call_begin + middle].release_ns <= release_ns) low = middle;
    else high = middle;
  }
  return low;
}

static enum rondo_status await_call(struct unroller *unroller, int job, uint32_t call, uint32_t to_begin, int other, const uint32_t *node_begins) {
  const struct rdo_job_entry *entry = &unroller->jobs->jobs[job];
  uint32_t awaited = entry->activation == RDO_JOB_AFTER && entry->trigger_job == other
                         ? call - unroller->templates[job].call_begin
                         : find_awaited(unroller, other, unroller->draft->calls[call].release_ns);
  return connect(unroller, other, node_begins[unroller->templates[other].call_begin + awaited], job, to_begin, true);
}

// All that a job waits for, each once.
static enum rondo_status await_all(struct unroller *unroller, int job, uint32_t call, uint32_t begin, const uint32_t *node_begins, bool *out_waits) {
  const struct rdo_job_entry *entry = &unroller->jobs->jobs[job];
  int others[1] = {entry->activation == RDO_JOB_AFTER ? entry->trigger_job : -1};
  *out_waits = others[0] >= 0;
  if (others[0] >= 0) RDO_TRY(await_call(unroller, job, call, begin, others[0], node_begins));
  for (int i = 0; i < entry->wait_count + entry->input_count; ++i) {
    const struct rdo_job_input *input = i < entry->wait_count ? NULL : &entry->inputs[i - entry->wait_count];
    if (input != NULL && (input->kind != RDO_INPUT_JOB || !input->waits)) continue;
    int other = input == NULL ? entry->waits_for[i] : input->job;
    bool is_again = other == others[0];
    for (int k = 0; k < i && !is_again; ++k) {
      const struct rdo_job_input *earlier = k < entry->wait_count ? NULL : &entry->inputs[k - entry->wait_count];
      is_again = earlier == NULL ? entry->waits_for[k] == other : earlier->kind == RDO_INPUT_JOB && earlier->waits && earlier->job == other;
    }
    *out_waits = true;
    if (!is_again) RDO_TRY(await_call(unroller, job, call, begin, other, node_begins));
  }
  return RONDO_OK;
}

static enum rondo_status add_calls(struct unroller *unroller, int job) {
  struct job_template *template = &unroller->templates[job];
  const struct rdo_job_entry *entry = &unroller->jobs->jobs[job];
  int64_t count;
  RDO_TRY(count_calls(unroller, job, &count));
  if (count > RDO_SCHEDULE_NODES_MAX) {
    return FAIL_JOB(unroller, RONDO_OUT_OF_RANGE, job, ".period_ns",
                    "\"%s\" is released %" PRId64 " times within what is planned, %d are possible: give a shorter --horizon", entry->name, count,
                    RDO_SCHEDULE_NODES_MAX);
  }
  template->call_begin = (uint32_t)unroller->draft->call_count;
  bool is_numbered = entry->activation == RDO_JOB_PERIODIC || count > 1;
  for (uint32_t i = 0; i < (uint32_t)count; ++i) {
    RDO_TRY(add_call(unroller, job, i, is_numbered));
    ++template->call_count;
  }
  return RONDO_OK;
}

static enum rondo_status add_job_nodes(struct unroller *unroller, int job, uint32_t *node_begins) {
  const struct job_template *template = &unroller->templates[job];
  struct rdo_draft *draft = unroller->draft;
  bool is_periodic = unroller->jobs->jobs[job].activation == RDO_JOB_PERIODIC, waits;
  for (uint32_t call = template->call_begin; call < template->call_begin + template->call_count; ++call) {
    RDO_TRY(add_call_nodes(unroller, job, call, &node_begins[call]));
    RDO_TRY(await_all(unroller, job, call, node_begins[call], node_begins, &waits));
    if (call > template->call_begin) RDO_TRY(connect(unroller, job, node_begins[call - 1], job, node_begins[call], false));
    for (uint32_t i = 0; i < template->source_count && is_periodic && !waits; ++i) {
      struct rdo_draft_node *root = &draft->nodes[node_begins[call] + template->sources[i]];
      root->release_policy = RDO_RELEASE_PHASE_LOCKED;
      root->has_phase = true;
    }
  }
  return RONDO_OK;
}

// The whole -------------------------------------------------------------------------------------------------

// What a plan does not heed is told, not passed over.
static enum rondo_status note_limits(struct unroller *unroller) {
  const struct rdo_machine_file *machine = unroller->machine;
  bool has_memory = machine->memory_bytes_max > 0, has_jobs = machine->job_count_max > 0;
  for (int i = 0; i < unroller->jobs->job_count; ++i) has_memory |= unroller->jobs->jobs[i].memory_bytes_max > 0;
  for (int i = 0; i < machine->cluster_count; ++i) has_jobs |= machine->clusters[i].job_count_max > 0;
  for (int i = 0; i < machine->lane_count; ++i) has_jobs |= machine->lanes[i].job_count_max > 0;
  if (has_memory) {
    RDO_TRY(rdo_notes_add(&unroller->draft->notes, unroller->diag, "memory", "memory_bytes_max is not planned for: who plays the plan holds each job to its own, and refuses models that need more than the machine's"));
  }
  if (has_jobs) RDO_TRY(rdo_notes_add(&unroller->draft->notes, unroller->diag, "jobs", "jobs_max is not planned for: who plays the plan holds it"));
  return RONDO_OK;
}

static enum rondo_status unroll(struct unroller *unroller) {
  const struct rdo_jobs_file *jobs = unroller->jobs;
  uint32_t *node_begins;
  RDO_TRY(
      rdo_arena_alloc(&unroller->arena, (size_t)unroller->machine->cluster_count, sizeof *unroller->clusters, &unroller->clusters, unroller->diag));
  RDO_TRY(rdo_cost_find_clusters(unroller->profile, unroller->machine, unroller->clusters, unroller->diag));
  RDO_TRY(rdo_arena_alloc(&unroller->arena, (size_t)jobs->job_count, sizeof *unroller->templates, &unroller->templates, unroller->diag));
  for (int i = 0; i < jobs->job_count; ++i) RDO_TRY(make_template(unroller, i));
  unroller->draft->period_ns = unroller->options->period_ns;
  for (int i = 0; i < jobs->job_count; ++i) RDO_TRY(add_calls(unroller, jobs->order[i]));
  RDO_TRY(rdo_arena_alloc(&unroller->arena, unroller->draft->call_count, sizeof *node_begins, &node_begins, unroller->diag));
  for (int i = 0; i < jobs->job_count; ++i) RDO_TRY(add_job_nodes(unroller, jobs->order[i], node_begins));
  RDO_TRY(note_limits(unroller));
  return rdo_draft_finish(unroller->draft, unroller->diag);
}

enum rondo_status rdo_draft_unroll(struct rdo_draft *draft, const struct rdo_jobs_file *jobs, const struct rdo_machine_file *machine,
                                   const struct rdo_profile *profile, const struct rdo_unroll_options *options, struct rondo_diag *diag) {
  struct unroller unroller = {.draft = draft, .jobs = jobs, .machine = machine, .profile = profile, .options = options, .diag = diag};
  RDO_TRY(rdo_draft_init(draft, machine, jobs->path != NULL && jobs->path[0] != '\0' ? jobs->path : "jobs", diag));
  draft->job_set = jobs;
  draft->carries_machine = true;
  enum rondo_status status = unroll(&unroller);
  rdo_arena_deinit(&unroller.arena);
  return status;
}

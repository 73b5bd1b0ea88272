// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/reschedule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "planner/cost.h"

enum { LANES_OF_SET_MAX = 16 };

// "LANE+LANE" of a move.
struct lane_set {
  int lanes[LANES_OF_SET_MAX];
  uint32_t count;
};

// "JOB=SET,SET".
struct move {
  const char *job;
  size_t job_length;
  struct lane_set *sets;
  int set_count;
  bool is_used;
};

struct rescheduler {
  struct rdo_draft *draft;
  const struct rdo_schedule *schedule;
  const struct rdo_profile *profile;
  const struct rdo_reschedule_options *options;
  int *lanes;          // [target_count]
  int *resources;      // [resource_count of the schedule]
  uint32_t *clusters;  // [cluster_count of the machine]: the profile's
  uint32_t *models;    // [job_count]: of the profile; RDO_PROFILE_NONE = its durations are the schedule's
  struct move *moves;
  struct rdo_arena arena;
  struct rondo_diag *diag;
};

#define FAIL_NODE(rescheduler, status, node, member, ...) fail_node((rescheduler), (status), (node), (member), __VA_ARGS__)
static enum rondo_status fail_node(struct rescheduler *rescheduler, enum rondo_status status, const struct rdo_schedule_node *node,
                                   const char *member, const char *format, ...) __attribute__((format(printf, 5, 6)));
static enum rondo_status fail_node(struct rescheduler *rescheduler, enum rondo_status status, const struct rdo_schedule_node *node,
                                   const char *member, const char *format, ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return rdo_fail(rescheduler->diag, status, "%s: dispatches.%.200s%s: %s", rescheduler->schedule->path, node->key, member, text);
}

// The machine -----------------------------------------------------------------------------------------------

// One for a schedule that has none: each target is a cluster.
static enum rondo_status make_machine(struct rescheduler *rescheduler, struct rdo_machine_file *machine, bool *out_tells_workers) {
  const struct rdo_schedule *schedule = rescheduler->schedule;
  struct rdo_arena *arena = &machine->arena;
  size_t count = schedule->target_count;
  *out_tells_workers = rescheduler->options->overlap_count > 1;
  RDO_TRY(rdo_arena_alloc(arena, count, sizeof *machine->clusters, &machine->clusters, rescheduler->diag));
  RDO_TRY(rdo_arena_alloc(arena, count, sizeof *machine->lanes, &machine->lanes, rescheduler->diag));
  RDO_TRY(rdo_arena_alloc(arena, schedule->resource_count, sizeof *machine->resources, &machine->resources, rescheduler->diag));
  machine->cluster_count = machine->lane_count = (int)count;
  machine->resource_count = (int)schedule->resource_count;
  for (int i = 0; i < machine->lane_count; ++i) {
    struct rdo_cluster_entry *cluster = &machine->clusters[i];
    *cluster = (struct rdo_cluster_entry){.worker_count = rescheduler->options->overlap_count > 1 ? rescheduler->options->overlap_count : 1,
                                          .capacity = RDO_CAPACITY_MAX,
                                          .variant = "",
                                          .lane_begin = i,
                                          .lane_count = 1};
    RDO_TRY(rdo_text_copy(arena, schedule->targets[i].name, &cluster->name, rescheduler->diag));
  }
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    *out_tells_workers |= node->worker_count > 0;
    if (node->extra_count == 0 && node->worker_count > machine->clusters[node->target].worker_count) {
      machine->clusters[node->target].worker_count = node->worker_count;
    }
  }
  for (int i = 0; i < machine->lane_count; ++i) {
    machine->lanes[i] = (struct rdo_lane_entry){
        .name = machine->clusters[i].name, .cluster = i, .worker_count = machine->clusters[i].worker_count, .is_implicit = true};
  }
  for (int i = 0; i < machine->resource_count; ++i) {
    machine->resources[i] = (struct rdo_resource_entry){.type = "", .capacity = 1};
    RDO_TRY(rdo_text_copy(arena, schedule->resources[i], &machine->resources[i].name, rescheduler->diag));
  }
  return RONDO_OK;
}

static enum rondo_status begin_draft(struct rescheduler *rescheduler, const struct rdo_machine_file *machine) {
  struct rdo_draft *draft = rescheduler->draft;
  struct rdo_machine_file *made = NULL;
  bool carries_machine = true;
  if (machine == NULL) machine = rescheduler->schedule->machine;
  if (machine == NULL) {
    RDO_TRY(rdo_alloc(sizeof *made, &made, rescheduler->diag));
    enum rondo_status status = make_machine(rescheduler, made, &carries_machine);
    if (status != RONDO_OK) {
      rdo_machine_file_deinit(made);
      rdo_free(made);
      return status;
    }
    machine = made;
  }
  enum rondo_status status = rdo_draft_init(draft, machine, rescheduler->schedule->path, rescheduler->diag);
  draft->own_machine = made;
  draft->carries_machine = carries_machine;
  draft->job_set = rescheduler->schedule->job_set;
  return status;
}

static enum rondo_status find_places(struct rescheduler *rescheduler) {
  const struct rdo_schedule *schedule = rescheduler->schedule;
  const struct rdo_machine_file *machine = rescheduler->draft->machine;
  RDO_TRY(rdo_arena_alloc(&rescheduler->arena, schedule->target_count, sizeof *rescheduler->lanes, &rescheduler->lanes, rescheduler->diag));
  RDO_TRY(rdo_arena_alloc(&rescheduler->arena, schedule->resource_count, sizeof *rescheduler->resources, &rescheduler->resources, rescheduler->diag));
  for (uint32_t i = 0; i < schedule->target_count; ++i) rescheduler->lanes[i] = rdo_machine_file_find_lane(machine, schedule->targets[i].name);
  for (uint32_t i = 0; i < schedule->resource_count; ++i) {
    rescheduler->resources[i] = rdo_machine_file_find_resource(machine, schedule->resources[i]);
    if (rescheduler->resources[i] < 0) {
      return rdo_fail(rescheduler->diag, RONDO_NOT_FOUND, "%s: dispatches: the machine has no resource \"%.100s\"", schedule->path,
                      schedule->resources[i]);
    }
  }
  return RONDO_OK;
}

// Moves -----------------------------------------------------------------------------------------------------

static enum rondo_status read_set(struct rescheduler *rescheduler, const char *move, const char *text, size_t length, struct lane_set *set) {
  const char *end = text + length;
  while (text <= end) {
    const char *plus = memchr(text, '+', (size_t)(end - text));
    size_t name_length = (size_t)((plus != NULL ? plus : end) - text);
    int lane = -1;
    for (int i = 0; i < rescheduler->draft->machine->lane_count && lane < 0; ++i) {
      const char *name = rescheduler->draft->machine->lanes[i].name;
      if (strlen(name) == name_length && memcmp(name, text, name_length) == 0) lane = i;
    }
    if (lane < 0) {
      return rdo_fail(rescheduler->diag, RONDO_NOT_FOUND, "--move=%.100s: there is no lane \"%.*s\"; the first is \"%.100s\"", move,
                      (int)(name_length < 100 ? name_length : 100), text, rescheduler->draft->machine->lanes[0].name);
    }
    for (uint32_t i = 0; i < set->count; ++i) {
      if (set->lanes[i] == lane) {
        return rdo_fail(rescheduler->diag, RONDO_INVALID_ARGUMENT, "--move=%.100s: a set names %.100s twice", move,
                        rescheduler->draft->machine->lanes[lane].name);
      }
    }
    if (set->count == LANES_OF_SET_MAX) {
      return rdo_fail(rescheduler->diag, RONDO_OUT_OF_RANGE, "--move=%.100s: a set has more than %d lanes", move, LANES_OF_SET_MAX);
    }
    set->lanes[set->count++] = lane;
    text += name_length + 1;
  }
  return RONDO_OK;
}

static enum rondo_status read_move(struct rescheduler *rescheduler, const char *text, struct move *move) {
  const char *equals = strchr(text, '='), *at = equals;
  if (equals == NULL || equals == text || equals[1] == '\0') {
    return rdo_fail(rescheduler->diag, RONDO_INVALID_ARGUMENT, "--move=%.100s: say which job goes where, as in dronet=CPU_P,CPU_E", text);
  }
  size_t set_max = 1;
  for (const char *c = equals; *c != '\0'; ++c) set_max += *c == ',';
  *move = (struct move){.job = text, .job_length = (size_t)(equals - text)};
  RDO_TRY(rdo_arena_alloc(&rescheduler->arena, set_max, sizeof *move->sets, &move->sets, rescheduler->diag));
  while (at != NULL) {
    const char *comma = strchr(at + 1, ',');
    size_t length = comma != NULL ? (size_t)(comma - at - 1) : strlen(at + 1);
    RDO_TRY(read_set(rescheduler, text, at + 1, length, &move->sets[move->set_count++]));
    at = comma;
  }
  return RONDO_OK;
}

static bool is_named(const char *name, const struct move *move) {
  return strlen(name) == move->job_length && memcmp(name, move->job, move->job_length) == 0;
}

static struct move *find_move(struct rescheduler *rescheduler, const struct rdo_schedule_job *job) {
  for (int i = 0; i < rescheduler->options->move_count; ++i) {
    struct move *move = &rescheduler->moves[i];
    if (is_named(job->name, move) || is_named(job->base, move) || is_named(job->source, move)) return move;
  }
  return NULL;
}

static enum rondo_status read_moves(struct rescheduler *rescheduler) {
  const struct rdo_reschedule_options *options = rescheduler->options;
  RDO_TRY(rdo_arena_alloc(&rescheduler->arena, (size_t)options->move_count, sizeof *rescheduler->moves, &rescheduler->moves, rescheduler->diag));
  for (int i = 0; i < options->move_count; ++i) RDO_TRY(read_move(rescheduler, options->moves[i], &rescheduler->moves[i]));
  for (uint32_t i = 0; i < rescheduler->schedule->job_count; ++i) {
    struct move *move = find_move(rescheduler, &rescheduler->schedule->jobs[i]);
    if (move != NULL) move->is_used = true;
  }
  for (int i = 0; i < options->move_count; ++i) {
    if (rescheduler->moves[i].is_used) continue;
    return rdo_fail(rescheduler->diag, RONDO_NOT_FOUND, "--move=%.100s: %s has no job of this name, or another move has it already",
                    options->moves[i], rescheduler->schedule->path);
  }
  return RONDO_OK;
}

// The profile -----------------------------------------------------------------------------------------------

static uint32_t find_model(const struct rescheduler *rescheduler, const struct rdo_schedule_job *job) {
  const struct rdo_jobs_file *jobs = rescheduler->schedule->job_set;
  int source = jobs != NULL && job->source[0] != '\0' ? rdo_jobs_file_find(jobs, job->source) : -1;
  if (source >= 0) return rdo_profile_find_job(rescheduler->profile, &jobs->jobs[source]);
  uint32_t found = rdo_profile_find_model(rescheduler->profile, job->base, "");
  return found != RDO_PROFILE_NONE || job->family[0] == '\0' ? found : rdo_profile_find_model(rescheduler->profile, job->family, "");
}

static enum rondo_status find_models(struct rescheduler *rescheduler) {
  const struct rdo_schedule *schedule = rescheduler->schedule;
  const struct rdo_machine_file *machine = rescheduler->draft->machine;
  bool is_known = false;
  if (rescheduler->profile == NULL) return RONDO_OK;
  RDO_TRY(
      rdo_arena_alloc(&rescheduler->arena, (size_t)machine->cluster_count, sizeof *rescheduler->clusters, &rescheduler->clusters, rescheduler->diag));
  RDO_TRY(rdo_cost_find_clusters(rescheduler->profile, machine, rescheduler->clusters, rescheduler->diag));
  RDO_TRY(rdo_arena_alloc(&rescheduler->arena, schedule->job_count, sizeof *rescheduler->models, &rescheduler->models, rescheduler->diag));
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    rescheduler->models[i] = find_model(rescheduler, &schedule->jobs[i]);
    is_known |= rescheduler->models[i] != RDO_PROFILE_NONE;
    if (rescheduler->models[i] != RDO_PROFILE_NONE) continue;
    RDO_TRY(rdo_notes_add(&rescheduler->draft->notes, rescheduler->diag, schedule->jobs[i].base,
                          "%s does not know job \"%.100s\": its durations are those of %s", rescheduler->profile->path, schedule->jobs[i].base,
                          schedule->path));
  }
  return is_known ? RONDO_OK
                  : rdo_fail(rescheduler->diag, RONDO_NOT_FOUND, "%s: models: none of them is a job of %s, such as \"%.100s\"",
                             rescheduler->profile->path, schedule->path, schedule->jobs[0].base);
}

// The number in "..._dispatch_12_...", -1 for none.
static int32_t export_id(const char *name) {
  static const char mark[] = "_dispatch_";
  const char *at = strstr(name, mark);
  if (at == NULL || at[sizeof mark - 1] < '0' || at[sizeof mark - 1] > '9') return -1;
  long number = strtol(at + sizeof mark - 1, NULL, 10);
  return number <= INT32_MAX ? (int32_t)number : -1;
}

// By its place in the recording and its kernel where the schedule tells them, else by its number and which one of that number it is.
static const struct rdo_profile_node *find_profiled(const struct rdo_profile *profile, uint32_t index, const struct rdo_schedule_node *node) {
  const struct rdo_profile_model *model = &profile->models[index];
  int32_t ordinal = node->ordinal > 0 ? node->ordinal : 1;
  for (uint32_t i = 0; i < model->node_count; ++i) {
    const struct rdo_profile_node *candidate = &profile->nodes[model->node_begin + i];
    if (node->dispatch >= 0) {
      int32_t recording = node->recording >= 0 ? node->recording : 0;
      bool is_same = (int32_t)candidate->recording == recording && (int32_t)candidate->command == node->dispatch &&
                     (node->export_name[0] == '\0' || strcmp(candidate->export_name, node->export_name) == 0);
      if (is_same) return candidate;
    } else if (export_id(candidate->export_name) == node->id && node->id >= 0 && --ordinal == 0) {
      return candidate;
    }
  }
  return NULL;
}

// Modes -----------------------------------------------------------------------------------------------------

static int speed_of(const struct rescheduler *rescheduler, int lane) {
  const struct rdo_machine_file *machine = rescheduler->draft->machine;
  return machine->clusters[machine->lanes[lane].cluster].capacity;
}

static const struct rdo_job_entry *source_of(const struct rescheduler *rescheduler, uint32_t job) {
  int index = rescheduler->draft->calls[job].job;
  return index >= 0 ? &rescheduler->schedule->job_set->jobs[index] : NULL;
}

// Workers of one of several lanes, or of the only one.
static int width_on(const struct rescheduler *rescheduler, const struct rdo_schedule_node *node, int lane, uint32_t lane_count) {
  int worker_count = rescheduler->draft->machine->lanes[lane].worker_count, part = rescheduler->options->overlap_count;
  if (lane_count > 1) return worker_count;
  if (node->worker_count > 0) return node->worker_count < worker_count ? node->worker_count : worker_count;
  return part <= 1 ? worker_count : worker_count / part > 0 ? worker_count / part : 1;
}

static enum rondo_status add_scaled_mode(struct rescheduler *rescheduler, const struct rdo_schedule_node *node, const struct lane_set *own,
                                         const struct lane_set *set, struct rdo_draft_node *to) {
  struct rdo_draft_use uses[LANES_OF_SET_MAX];
  int64_t own_speed = 0, speed = 0;
  for (uint32_t i = 0; i < own->count; ++i) own_speed += speed_of(rescheduler, own->lanes[i]);
  for (uint32_t i = 0; i < set->count; ++i) {
    speed += speed_of(rescheduler, set->lanes[i]);
    uses[i] = (struct rdo_draft_use){set->lanes[i], width_on(rescheduler, node, set->lanes[i], set->count)};
  }
  double scaled = (double)node->duration_ns * (double)own_speed / (double)speed;
  if (scaled > (double)RDO_TIME_NS_MAX) {
    return FAIL_NODE(rescheduler, RONDO_OUT_OF_RANGE, node, ".duration", "would take more than 104 days where it is moved to");
  }
  ++to->mode_count;
  return rdo_draft_add_mode(rescheduler->draft, own_speed == speed ? node->duration_ns : (int64_t)(scaled + 0.5), uses, set->count,
                            rescheduler->diag);
}

// What the jobs that a plan carries say of lanes and workers holds for moves as well.
static enum rondo_status check_lanes(struct rescheduler *rescheduler, const struct rdo_schedule_node *node, const struct rdo_job_entry *source,
                                     const struct lane_set *set) {
  int width = 0;
  for (uint32_t i = 0; i < set->count && source != NULL; ++i) {
    bool is_allowed = source->lane_index_count == 0;
    for (int k = 0; k < source->lane_index_count; ++k) is_allowed |= source->lane_indices[k] == set->lanes[i];
    if (!is_allowed) {
      return FAIL_NODE(rescheduler, RONDO_INVALID_ARGUMENT, node, ".hardware_target", "job \"%.100s\" may not run on %.100s: see `jobs`",
                       source->name, rescheduler->draft->machine->lanes[set->lanes[i]].name);
    }
    width += width_on(rescheduler, node, set->lanes[i], set->count);
  }
  if (source == NULL || source->worker_count_max == 0 || set->count < 2 || width <= source->worker_count_max) return RONDO_OK;
  return FAIL_NODE(rescheduler, RONDO_INVALID_ARGUMENT, node, ".targets", "would take %d workers, but job \"%.100s\" may have %d: see `jobs`", width,
                   source->name, source->worker_count_max);
}

static enum rondo_status add_set_modes(struct rescheduler *rescheduler, const struct rdo_schedule_node *node, const struct lane_set *own,
                                       const struct lane_set *set, struct rdo_draft_node *to) {
  uint32_t model = rescheduler->profile != NULL ? rescheduler->models[node->job] : RDO_PROFILE_NONE;
  const struct rdo_job_entry *source = source_of(rescheduler, node->job);
  RDO_TRY(check_lanes(rescheduler, node, source, set));
  if (model == RDO_PROFILE_NONE || set->count > 1) return add_scaled_mode(rescheduler, node, own, set, to);
  bool is_program = node->dispatch < 0 && strcmp(node->export_name, RDO_PROGRAM_EXPORT) == 0;
  const struct rdo_profile_node *from = is_program ? NULL : find_profiled(rescheduler->profile, model, node);
  if (from == NULL && !is_program) {
    return FAIL_NODE(rescheduler, RONDO_NOT_FOUND, node, "", "%s does not know this dispatch of \"%.100s\"", rescheduler->profile->path,
                     rescheduler->schedule->jobs[node->job].base);
  }
  uint32_t cluster = rescheduler->clusters[rescheduler->draft->machine->lanes[set->lanes[0]].cluster], mode_count = to->mode_count;
  if (is_program) {
    RDO_TRY(rdo_cost_add_program_mode(rescheduler->draft, rescheduler->profile, &rescheduler->profile->models[model], cluster, set->lanes[0],
                                      rescheduler->options->slack_percent, to, rescheduler->diag));
  } else if (cluster != RDO_PROFILE_NONE) {
    RDO_TRY(rdo_cost_add_modes(rescheduler->draft, rescheduler->profile, from, cluster, set->lanes[0], source != NULL ? source->worker_count_max : 0,
                               rescheduler->options->slack_percent, to, rescheduler->diag));
  }
  to->tells_workers = rescheduler->draft->carries_machine;
  if (to->mode_count > mode_count) return RONDO_OK;
  return FAIL_NODE(rescheduler, RONDO_NOT_FOUND, node, ".hardware_target", "%s does not know what it costs on %.100s", rescheduler->profile->path,
                   rescheduler->draft->machine->lanes[set->lanes[0]].name);
}

static enum rondo_status find_own_set(struct rescheduler *rescheduler, const struct rdo_schedule_node *node, struct lane_set *set) {
  *set = (struct lane_set){.count = 0};
  for (uint32_t i = 0; i <= node->extra_count; ++i) {
    uint32_t target = i == 0 ? node->target : rescheduler->schedule->target_lists[node->extra_begin + i - 1];
    if (rescheduler->lanes[target] < 0) {
      return FAIL_NODE(rescheduler, RONDO_NOT_FOUND, node, ".hardware_target", "the machine has no lane \"%.100s\"; its first is \"%.100s\"",
                       rescheduler->schedule->targets[target].name, rescheduler->draft->machine->lanes[0].name);
    }
    if (set->count == LANES_OF_SET_MAX) {
      return FAIL_NODE(rescheduler, RONDO_OUT_OF_RANGE, node, ".targets", "has more than %d elements", LANES_OF_SET_MAX);
    }
    set->lanes[set->count++] = rescheduler->lanes[target];
  }
  return RONDO_OK;
}

// Nodes -----------------------------------------------------------------------------------------------------

static enum rondo_status add_node(struct rescheduler *rescheduler, uint32_t index) {
  struct rdo_draft *draft = rescheduler->draft;
  const struct rdo_schedule_node *node = &rescheduler->schedule->nodes[index];
  const struct rdo_job_entry *source = source_of(rescheduler, node->job);
  const struct move *move = find_move(rescheduler, &rescheduler->schedule->jobs[node->job]);
  struct lane_set own;
  struct rdo_draft_node to = {.key = node->key,
                              .call = node->job,
                              .id = node->id,
                              .ordinal = node->ordinal,
                              .total = node->total,
                              .recording = node->recording,
                              .dispatch = node->dispatch,
                              .priority = node->priority,
                              .export_name = node->export_name,
                              .module_name = node->module_name,
                              .family = node->family,
                              .vmfb_path = node->vmfb_path,
                              .release_policy = node->release_policy,
                              .time_mode = node->time_mode,
                              .release_ns = draft->calls[node->job].release_ns};
  bool is_locked = node->release_policy == RDO_RELEASE_PHASE_LOCKED && node->dependency_count == 0;
  // Roots of jobs whose releases are known should start there; of others only their planned start is.
  if (is_locked && source != NULL && source->activation == RDO_JOB_PERIODIC) to.has_phase = true;
  else if (is_locked) {
    to.is_fixed = to.has_phase = true;
    to.release_ns = node->start_ns;
  }
  to.tells_workers = node->worker_count > 0 || rescheduler->options->overlap_count > 1;
  to.resource_begin = (uint32_t)draft->resource_count;
  to.resource_count = node->resource_count;
  for (uint32_t i = 0; i < node->resource_count; ++i) {
    RDO_TRY(
        rdo_draft_add_resource(draft, rescheduler->resources[rescheduler->schedule->resource_lists[node->resource_begin + i]], rescheduler->diag));
  }
  to.mode_begin = (uint32_t)draft->mode_count;
  RDO_TRY(find_own_set(rescheduler, node, &own));
  if (move == NULL) RDO_TRY(add_set_modes(rescheduler, node, &own, &own, &to));
  for (int i = 0; move != NULL && i < move->set_count; ++i) RDO_TRY(add_set_modes(rescheduler, node, &own, &move->sets[i], &to));
  RDO_TRY(rdo_draft_add_node(draft, &to, rescheduler->diag));
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    RDO_TRY(rdo_draft_add_edge(draft, rescheduler->schedule->dependencies[node->dependency_begin + i], index, true, rescheduler->diag));
  }
  return RONDO_OK;
}

static enum rondo_status check_durations(struct rescheduler *rescheduler) {
  const struct rdo_schedule *schedule = rescheduler->schedule;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    bool is_profiled = rescheduler->profile != NULL && rescheduler->models[schedule->nodes[i].job] != RDO_PROFILE_NONE;
    if (is_profiled || schedule->nodes[i].duration_ns > 0) return RONDO_OK;
  }
  return rdo_fail(rescheduler->diag, RONDO_INVALID_ARGUMENT, "%s: dispatches: none has a duration: give them with --profile", schedule->path);
}

// Calls -----------------------------------------------------------------------------------------------------

static enum rondo_status add_calls(struct rescheduler *rescheduler) {
  const struct rdo_schedule *schedule = rescheduler->schedule;
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    const struct rdo_schedule_job *job = &schedule->jobs[i];
    struct rdo_draft_call call = {
        .name = job->name, .source = job->source, .job = -1, .index = job->instance, .release_ns = job->release_ns, .deadline_ns = job->deadline_ns};
    if (schedule->job_set != NULL && job->source[0] != '\0') call.job = rdo_jobs_file_find(schedule->job_set, job->source);
    if (call.job >= 0 && schedule->job_set->jobs[call.job].activation != RDO_JOB_PERIODIC) {
      call.is_relative = true;
      call.deadline_ns = schedule->job_set->jobs[call.job].deadline_ns;
    }
    RDO_TRY(rdo_draft_add_call(rescheduler->draft, &call, rescheduler->diag));
  }
  return RONDO_OK;
}

// A call that does not say when it is released is when its roots are, if all of them are locked: latencies count from there.
static enum rondo_status find_releases(struct rescheduler *rescheduler) {
  const struct rdo_schedule *schedule = rescheduler->schedule;
  int64_t *releases;
  RDO_TRY(rdo_arena_alloc(&rescheduler->arena, schedule->job_count, sizeof *releases, &releases, rescheduler->diag));
  for (uint32_t i = 0; i < schedule->job_count; ++i) releases[i] = INT64_MAX;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    if (node->dependency_count > 0) continue;
    int64_t release_ns = rescheduler->draft->nodes[i].is_fixed ? node->start_ns : 0;
    if (release_ns < releases[node->job]) releases[node->job] = release_ns;
  }
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    struct rdo_draft_call *call = &rescheduler->draft->calls[i];
    if (call->release_ns == 0 && call->job < 0 && releases[i] != INT64_MAX) call->release_ns = releases[i];
  }
  return RONDO_OK;
}

struct numbered_call {
  int job;
  int32_t index;
  uint32_t call;
};

static int compare_calls(const void *left, const void *right) {
  const struct numbered_call *a = left, *b = right;
  if (a->job != b->job) return a->job < b->job ? -1 : 1;
  return a->index < b->index ? -1 : a->index > b->index;
}

struct call_node {
  uint32_t call, node;
};

static int compare_call_nodes(const void *left, const void *right) {
  const struct call_node *a = left, *b = right;
  if (a->call != b->call) return a->call < b->call ? -1 : 1;
  return a->node < b->node ? -1 : a->node > b->node;
}

// Calls of one job follow each other: whatever ends one comes before whatever begins the next.
static enum rondo_status order_calls(struct rescheduler *rescheduler) {
  struct rdo_draft *draft = rescheduler->draft;
  const struct rdo_schedule *schedule = rescheduler->schedule;
  struct numbered_call *calls;
  struct call_node *nodes;
  uint32_t *begins, call_count = 0;
  bool *is_last;
  RDO_TRY(rdo_arena_alloc(&rescheduler->arena, draft->call_count, sizeof *calls, &calls, rescheduler->diag));
  RDO_TRY(rdo_arena_alloc(&rescheduler->arena, draft->node_count, sizeof *nodes, &nodes, rescheduler->diag));
  RDO_TRY(rdo_arena_alloc(&rescheduler->arena, draft->call_count + 1, sizeof *begins, &begins, rescheduler->diag));
  RDO_TRY(rdo_arena_alloc(&rescheduler->arena, draft->node_count, sizeof *is_last, &is_last, rescheduler->diag));
  for (uint32_t i = 0; i < draft->call_count; ++i) {
    if (draft->calls[i].job >= 0 && draft->calls[i].index >= 0) {
      calls[call_count++] = (struct numbered_call){draft->calls[i].job, draft->calls[i].index, i};
    }
  }
  if (call_count < 2) return RONDO_OK;
  qsort(calls, call_count, sizeof *calls, compare_calls);
  for (uint32_t i = 0; i < draft->node_count; ++i) {
    nodes[i] = (struct call_node){draft->nodes[i].call, i};
    is_last[i] = true;
  }
  qsort(nodes, draft->node_count, sizeof *nodes, compare_call_nodes);
  for (uint32_t i = 0; i < draft->node_count; ++i) ++begins[nodes[i].call + 1];
  for (uint32_t i = 0; i < draft->call_count; ++i) begins[i + 1] += begins[i];
  for (size_t i = 0; i < draft->edge_count; ++i) {
    is_last[draft->edges[i].from] &= draft->nodes[draft->edges[i].from].call != draft->nodes[draft->edges[i].to].call;
  }
  for (uint32_t i = 1; i < call_count; ++i) {
    if (calls[i].job != calls[i - 1].job) continue;
    for (uint32_t a = begins[calls[i - 1].call]; a < begins[calls[i - 1].call + 1]; ++a) {
      for (uint32_t b = begins[calls[i].call]; b < begins[calls[i].call + 1] && is_last[nodes[a].node]; ++b) {
        const struct rdo_schedule_node *root = &schedule->nodes[nodes[b].node];
        bool is_first = true;
        for (uint32_t k = 0; k < root->dependency_count; ++k) {
          is_first &= schedule->nodes[schedule->dependencies[root->dependency_begin + k]].job != root->job;
        }
        if (is_first) RDO_TRY(rdo_draft_add_edge(draft, nodes[a].node, nodes[b].node, false, rescheduler->diag));
      }
    }
  }
  return RONDO_OK;
}

static enum rondo_status reschedule(struct rescheduler *rescheduler, const struct rdo_machine_file *machine) {
  RDO_TRY(begin_draft(rescheduler, machine));
  RDO_TRY(find_places(rescheduler));
  RDO_TRY(read_moves(rescheduler));
  RDO_TRY(find_models(rescheduler));
  RDO_TRY(check_durations(rescheduler));
  RDO_TRY(add_calls(rescheduler));
  for (uint32_t i = 0; i < rescheduler->schedule->node_count; ++i) RDO_TRY(add_node(rescheduler, i));
  RDO_TRY(find_releases(rescheduler));
  RDO_TRY(order_calls(rescheduler));
  if (!rescheduler->options->is_once) rescheduler->draft->period_ns = rescheduler->schedule->period_ns;
  return rdo_draft_finish(rescheduler->draft, rescheduler->diag);
}

enum rondo_status rdo_draft_reschedule(struct rdo_draft *draft, const struct rdo_schedule *schedule, const struct rdo_machine_file *machine,
                                       const struct rdo_profile *profile, const struct rdo_reschedule_options *options, struct rondo_diag *diag) {
  struct rescheduler rescheduler = {.draft = draft, .schedule = schedule, .profile = profile, .options = options, .diag = diag};
  *draft = (struct rdo_draft){0};
  enum rondo_status status = reschedule(&rescheduler, machine);
  rdo_arena_deinit(&rescheduler.arena);
  return status;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/ir_schedule.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/checked.h"
#include "plan/dispatch_dump.h"
#include "plan/ir_order.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

enum { WORKERS_MAX = 4096,
       NAMES_MAX = RDO_IR_NAMES_MAX };

struct annotations {
  const struct rdo_ir *ir;
  const struct rdo_ir_dispatch *dispatches;  // of the function
  const struct rdo_schedule_options *options;
  struct rdo_schedule *schedule;
  bool has_any;
  struct rondo_diag *diag;
};

bool rdo_ir_is_ours(struct rdo_bytes name) {
  static const char *const names[] = {RDO_IR_START, RDO_IR_AFFINITY, RDO_IR_PRIORITY, RDO_IR_RESOURCE, RDO_IR_DURATION,
                                      RDO_IR_TARGET, RDO_IR_WORKERS, RDO_IR_JOB, RDO_IR_POLICY};
  for (int i = 0; i < COUNT(names); ++i) {
    if (rdo_bytes_equal(name, names[i])) return true;
  }
  return false;
}

// Values ---------------------------------------------------------------------------------------------------

static const struct rdo_ir_attribute *find(const struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, const char *name) {
  for (uint32_t i = 0; i < dispatch->attribute_count; ++i) {
    const struct rdo_ir_attribute *attribute = &annotations->ir->attributes[dispatch->attribute_begin + i];
    if (rdo_bytes_equal(attribute->name, name)) return attribute;
  }
  return NULL;
}

static enum rondo_status fail_value(struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, const char *name, enum rondo_status status,
                                    const char *reason) {
  return rdo_fail(annotations->diag, status, "%s:%u: %s: %s", annotations->ir->path, (unsigned)dispatch->line, name, reason);
}

// A whole number that may be missing.
static enum rondo_status read_number(struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, const char *name, uint64_t number_max,
                                     uint64_t *out_number, bool *out_is_there) {
  const struct rdo_ir_attribute *attribute = find(annotations, dispatch, name);
  uint64_t number = 0;
  *out_is_there = attribute != NULL;
  if (attribute == NULL) return RONDO_OK;
  bool is_number = attribute->is_number;
  for (uint64_t i = 0; i < attribute->value.size && is_number; ++i) {
    uint8_t c = attribute->value.data[i];
    is_number = c >= '0' && c <= '9';
    if (is_number && (!rdo_checked_mul(number, 10, &number) || !rdo_checked_add(number, (uint64_t)(c - '0'), &number))) number = UINT64_MAX;
    if (number > number_max) return fail_value(annotations, dispatch, name, RONDO_OUT_OF_RANGE, "is too large");
  }
  if (!is_number) return fail_value(annotations, dispatch, name, RONDO_INVALID_ARGUMENT, "is no whole number of 0 or more");
  annotations->has_any = true;
  *out_number = number;
  return RONDO_OK;
}

// A text that may be missing: "" then.
static enum rondo_status read_word(struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, const char *name, const char **out_text) {
  const struct rdo_ir_attribute *attribute = find(annotations, dispatch, name);
  char *text;
  *out_text = "";
  if (attribute == NULL) return RONDO_OK;
  bool is_plain = attribute->is_string && attribute->value.size > 0;
  for (uint64_t i = 0; i < attribute->value.size && is_plain; ++i) {
    is_plain = attribute->value.data[i] >= ' ' && attribute->value.data[i] < 0x7f && attribute->value.data[i] != '\\';
  }
  if (!is_plain) return fail_value(annotations, dispatch, name, RONDO_INVALID_ARGUMENT, "is no text, is empty, or has other bytes than printable ASCII");
  if (attribute->value.size > RDO_NAME_BYTES_MAX) return fail_value(annotations, dispatch, name, RONDO_OUT_OF_RANGE, "is longer than 1023 bytes");
  RDO_TRY(rdo_arena_alloc(&annotations->schedule->arena, attribute->value.size + 1, 1, &text, annotations->diag));
  memcpy(text, attribute->value.data, attribute->value.size);
  annotations->has_any = true;
  *out_text = text;
  return RONDO_OK;
}

// Targets and resources ------------------------------------------------------------------------------------

bool rdo_ir_lane_mask(const struct rdo_lane_entry *lane, uint64_t *out_mask) {
  *out_mask = 0;
  for (int cpu = rdo_cpu_set_first(&lane->cpus); cpu >= 0; cpu = rdo_cpu_set_next(&lane->cpus, cpu)) {
    if (cpu >= 63) return false;  // a sign bit reads differently elsewhere
    *out_mask |= UINT64_C(1) << cpu;
  }
  return *out_mask != 0;
}

// A name of a table, added if it is not there. The table has room.
static uint32_t intern(const char **names, uint32_t *count, const char *name) {
  for (uint32_t i = 0; i < *count; ++i) {
    if (strcmp(names[i], name) == 0) return i;
  }
  names[*count] = name;
  return (*count)++;
}

static enum rondo_status find_target(struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, const char *name, uint32_t *out_target) {
  struct rdo_schedule *schedule = annotations->schedule;
  *out_target = rdo_schedule_find_target(schedule, name);
  if (*out_target != RDO_SCHEDULE_NONE) return RONDO_OK;
  if (annotations->options->machine != NULL) return fail_value(annotations, dispatch, RDO_IR_TARGET, RONDO_NOT_FOUND, "the machine has no such lane");
  if (schedule->target_count == RDO_SCHEDULE_TARGETS_MAX) return fail_value(annotations, dispatch, RDO_IR_TARGET, RONDO_OUT_OF_RANGE, "there are too many targets");
  *out_target = schedule->target_count++;
  schedule->targets[*out_target].name = name;
  return RONDO_OK;
}

// Where only CPUs are told, the lane that has just these; without a machine the mask is the target's name.
static enum rondo_status find_affine_target(struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, uint64_t mask,
                                            struct rdo_schedule_node *node) {
  const struct rdo_machine_file *machine = annotations->options->machine;
  char text[32], *name;
  for (int i = 0; machine != NULL && i < machine->lane_count; ++i) {
    uint64_t cpus;
    if (!rdo_ir_lane_mask(&machine->lanes[i], &cpus) || cpus != mask) continue;
    node->target = (uint32_t)i;
    return RONDO_OK;
  }
  if (machine != NULL) return fail_value(annotations, dispatch, RDO_IR_AFFINITY, RONDO_NOT_FOUND, "no lane of the machine has just these CPUs");
  snprintf(text, sizeof text, "0x%" PRIx64, mask);
  RDO_TRY(rdo_arena_alloc(&annotations->schedule->arena, sizeof text, 1, &name, annotations->diag));
  memcpy(name, text, sizeof text);
  return find_target(annotations, dispatch, name, &node->target);
}

// "a,b": all that it occupies.
static enum rondo_status read_target_list(struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, const char *text,
                                          struct rdo_schedule_node *node) {
  struct rdo_schedule *schedule = annotations->schedule;
  uint32_t target;
  node->extra_begin = schedule->target_list_count;
  for (uint32_t count = 0; text != NULL; ++count) {
    size_t length = strcspn(text, ",");
    char *name;
    if (length == 0 || count == NAMES_MAX) return fail_value(annotations, dispatch, RDO_IR_TARGET, RONDO_INVALID_ARGUMENT, "has an empty name, or more than 16");
    RDO_TRY(rdo_arena_alloc(&schedule->arena, length + 1, 1, &name, annotations->diag));
    memcpy(name, text, length);
    RDO_TRY(find_target(annotations, dispatch, name, &target));
    bool is_again = count > 0 && target == node->target;
    for (uint32_t i = 0; i < node->extra_count; ++i) is_again |= schedule->target_lists[node->extra_begin + i] == target;
    if (is_again) return fail_value(annotations, dispatch, RDO_IR_TARGET, RONDO_INVALID_ARGUMENT, "names a target twice");
    if (count == 0) node->target = target;
    else schedule->target_lists[schedule->target_list_count++] = target;
    node->extra_count = count;
    text = text[length] == ',' ? text + length + 1 : NULL;
  }
  return RONDO_OK;
}

static enum rondo_status read_target(struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, struct rdo_schedule_node *node) {
  const char *name;
  uint64_t mask = 0;
  bool has_mask;
  RDO_TRY(read_number(annotations, dispatch, RDO_IR_AFFINITY, UINT64_MAX, &mask, &has_mask));
  RDO_TRY(read_word(annotations, dispatch, RDO_IR_TARGET, &name));
  if (name[0] != '\0') return read_target_list(annotations, dispatch, name, node);
  return has_mask ? find_affine_target(annotations, dispatch, mask, node) : RONDO_OK;
}

// "a,b": what it holds.
static enum rondo_status read_resources(struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, struct rdo_schedule_node *node) {
  struct rdo_schedule *schedule = annotations->schedule;
  const char *text;
  RDO_TRY(read_word(annotations, dispatch, RDO_IR_RESOURCE, &text));
  if (text[0] == '\0') return RONDO_OK;
  node->resource_begin = schedule->resource_list_count;
  for (const char *at = text; at != NULL;) {
    size_t length = strcspn(at, ",");
    char *name;
    if (length == 0 || node->resource_count == NAMES_MAX) {
      return fail_value(annotations, dispatch, RDO_IR_RESOURCE, RONDO_INVALID_ARGUMENT, "has an empty name, or more than 16");
    }
    RDO_TRY(rdo_arena_alloc(&schedule->arena, length + 1, 1, &name, annotations->diag));
    memcpy(name, at, length);
    if (annotations->options->machine != NULL && rdo_machine_file_find_resource(annotations->options->machine, name) < 0) {
      return fail_value(annotations, dispatch, RDO_IR_RESOURCE, RONDO_NOT_FOUND, "the machine has no such resource");
    }
    uint32_t resource = intern(schedule->resources, &schedule->resource_count, name);
    for (uint32_t i = 0; i < node->resource_count; ++i) {
      if (schedule->resource_lists[node->resource_begin + i] == resource) {
        return fail_value(annotations, dispatch, RDO_IR_RESOURCE, RONDO_INVALID_ARGUMENT, "names a resource twice");
      }
    }
    schedule->resource_lists[schedule->resource_list_count++] = resource;
    ++node->resource_count;
    at = at[length] == ',' ? at + length + 1 : NULL;
  }
  return RONDO_OK;
}

enum rondo_status rdo_ir_link_targets(struct rdo_schedule *schedule, struct rondo_diag *diag) {
  uint32_t *last, *places;
  if (schedule->variant != RDO_SCHEDULE_PLAN) return RONDO_OK;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, schedule->target_count, sizeof *last, &last, diag));
  RDO_TRY(rdo_arena_alloc(&schedule->arena, schedule->node_count, sizeof *places, &places, diag));
  for (uint32_t i = 0; i < schedule->target_count; ++i) last[i] = RDO_SCHEDULE_NONE;
  for (uint32_t i = 0; i < schedule->node_count; ++i) places[schedule->order[i]] = i;
  for (uint32_t rank = 0; rank < schedule->node_count; ++rank) {
    uint32_t index = schedule->by_rank[rank];
    struct rdo_schedule_node *node = &schedule->nodes[index];
    // Of those that begin at the same time the ranks may say otherwise than the graph, which holds.
    uint32_t before = last[node->target];
    if (before != RDO_SCHEDULE_NONE && places[before] < places[index]) node->time_dependency = before;
    last[node->target] = index;
    for (uint32_t i = 0; i < node->extra_count; ++i) last[schedule->target_lists[node->extra_begin + i]] = index;
  }
  return rdo_schedule_complete(schedule, diag);
}

// The whole ------------------------------------------------------------------------------------------------

static enum rondo_status read_times(struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, struct rdo_schedule_node *node) {
  uint64_t start = 0, duration = 0, workers = 0, priority = 0;
  bool has_start, has_duration, has_workers, has_priority;
  RDO_TRY(read_number(annotations, dispatch, RDO_IR_START, (uint64_t)RDO_TIME_NS_MAX, &start, &has_start));
  RDO_TRY(read_number(annotations, dispatch, RDO_IR_DURATION, (uint64_t)RDO_TIME_NS_MAX - start, &duration, &has_duration));
  RDO_TRY(read_number(annotations, dispatch, RDO_IR_WORKERS, WORKERS_MAX, &workers, &has_workers));
  RDO_TRY(read_number(annotations, dispatch, RDO_IR_PRIORITY, 255, &priority, &has_priority));
  node->start_ns = (int64_t)start;
  node->duration_ns = (int64_t)duration;
  node->worker_count = (int32_t)workers;
  if (has_priority) node->priority = (int32_t)priority;
  return RONDO_OK;
}

static enum rondo_status read_job(struct annotations *annotations, const struct rdo_ir_dispatch *dispatch, struct rdo_schedule_node *node) {
  struct rdo_schedule *schedule = annotations->schedule;
  const char *name, *policy;
  RDO_TRY(read_word(annotations, dispatch, RDO_IR_POLICY, &policy));
  node->release_policy = strncmp(policy, "phase_locked", 12) == 0 ? RDO_RELEASE_PHASE_LOCKED : RDO_RELEASE_IMMEDIATE;
  node->time_mode = strstr(policy, "soft") != NULL ? RDO_TIME_SOFT : RDO_TIME_HARD;
  node->has_policies = policy[0] != '\0';
  RDO_TRY(read_word(annotations, dispatch, RDO_IR_JOB, &name));
  if (name[0] == '\0') return RONDO_OK;
  node->job = rdo_schedule_find_job(schedule, name);
  if (node->job != RDO_SCHEDULE_NONE) return RONDO_OK;
  // The graph's own job, which is the first, gives way if no dispatch is left to it.
  node->job = schedule->job_count++;
  rdo_schedule_job_init(&schedule->jobs[node->job], name);
  return RONDO_OK;
}

static void drop_first_job(struct rdo_schedule *schedule) {
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    if (schedule->nodes[i].job == 0) return;
  }
  memmove(schedule->jobs, schedule->jobs + 1, --schedule->job_count * sizeof *schedule->jobs);
  for (uint32_t i = 0; i < schedule->node_count; ++i) --schedule->nodes[i].job;
}

// Room for one job, and NAMES_MAX targets and resources a dispatch more than there are.
static enum rondo_status make_room(struct annotations *annotations) {
  struct rdo_schedule *schedule = annotations->schedule;
  struct rdo_schedule_target *targets = schedule->targets;
  struct rdo_schedule_job *jobs = schedule->jobs;
  size_t count = schedule->node_count;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, schedule->target_count + count * NAMES_MAX, sizeof *targets, &schedule->targets, annotations->diag));
  RDO_TRY(rdo_arena_alloc(&schedule->arena, schedule->job_count + count, sizeof *jobs, &schedule->jobs, annotations->diag));
  RDO_TRY(rdo_arena_alloc(&schedule->arena, count * NAMES_MAX, sizeof *schedule->resource_lists, &schedule->resource_lists, annotations->diag));
  RDO_TRY(rdo_arena_alloc(&schedule->arena, count * NAMES_MAX, sizeof *schedule->target_lists, &schedule->target_lists, annotations->diag));
  RDO_TRY(rdo_arena_alloc(&schedule->arena, count * NAMES_MAX, sizeof *schedule->resources, &schedule->resources, annotations->diag));
  memcpy(schedule->targets, targets, schedule->target_count * sizeof *targets);
  memcpy(schedule->jobs, jobs, schedule->job_count * sizeof *jobs);
  return RONDO_OK;
}

// Targets that nothing runs on are left out, unless they are the machine's.
static void drop_first_target(struct rdo_schedule *schedule) {
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    if (schedule->nodes[i].target == 0) return;
  }
  for (uint32_t i = 0; i < schedule->target_list_count; ++i) {
    if (schedule->target_lists[i] == 0) return;
  }
  memmove(schedule->targets, schedule->targets + 1, --schedule->target_count * sizeof *schedule->targets);
  for (uint32_t i = 0; i < schedule->node_count; ++i) --schedule->nodes[i].target;
  for (uint32_t i = 0; i < schedule->target_list_count; ++i) --schedule->target_lists[i];
}

static enum rondo_status read_annotations(struct annotations *annotations) {
  struct rdo_schedule *schedule = annotations->schedule;
  RDO_TRY(make_room(annotations));
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_ir_dispatch *dispatch = &annotations->dispatches[i];
    struct rdo_schedule_node *node = &schedule->nodes[i];
    RDO_TRY(read_times(annotations, dispatch, node));
    RDO_TRY(read_target(annotations, dispatch, node));
    RDO_TRY(read_resources(annotations, dispatch, node));
    RDO_TRY(read_job(annotations, dispatch, node));
  }
  if (!annotations->has_any) return RONDO_OK;
  schedule->variant = RDO_SCHEDULE_PLAN;
  drop_first_job(schedule);
  if (annotations->options->machine == NULL) drop_first_target(schedule);
  return RONDO_OK;
}

static enum rondo_status fill_schedule(const struct rdo_ir *ir, const struct rdo_ir_function *function, const struct rdo_schedule_options *options,
                                       struct rdo_schedule *schedule, struct rdo_arena *arena, struct rondo_diag *diag) {
  struct rdo_ir_edges edges;
  struct rdo_dump_site *sites;
  RDO_TRY(rdo_ir_order(ir, function, arena, &edges, diag));
  RDO_TRY(rdo_arena_alloc(arena, function->dispatch_count, sizeof *sites, &sites, diag));
  for (uint32_t i = 0; i < function->dispatch_count; ++i) {
    const struct rdo_ir_dispatch *dispatch = &ir->dispatches[function->dispatch_begin + i];
    const struct rdo_ir_command *command = &ir->commands[dispatch->command];
    sites[i] = (struct rdo_dump_site){.executable = dispatch->executable,
                                      .export_name = dispatch->export_name,
                                      .line = dispatch->line,
                                      .recording = (int32_t)(command->execute - function->execute_begin),
                                      .command = (int32_t)command->number,
                                      .predecessor_begin = edges.begins[i],
                                      .predecessor_count = edges.begins[i + 1] - edges.begins[i]};
  }
  return rdo_dump_fill_schedule(sites, function->dispatch_count, edges.predecessors, options, schedule, diag);
}

enum rondo_status rdo_ir_parse(struct rdo_bytes text, const struct rdo_schedule_options *options, struct rdo_schedule *schedule,
                               struct rondo_diag *diag) {
  struct rdo_ir ir;
  const struct rdo_ir_function *function;
  struct rdo_arena arena = {0};
  enum rondo_status status = rdo_ir_read(text, schedule->path, &ir, diag);
  if (status == RONDO_OK) status = rdo_ir_find_function(&ir, options->function, &function, diag);
  if (status == RONDO_OK) status = fill_schedule(&ir, function, options, schedule, &arena, diag);
  if (status == RONDO_OK) {
    struct annotations annotations = {.ir = &ir, .dispatches = ir.dispatches + function->dispatch_begin, .options = options, .schedule = schedule, .diag = diag};
    status = read_annotations(&annotations);
  }
  if (status == RONDO_OK && ir.initializer_dispatch_count > 0) {
    status = rdo_notes_add(&schedule->notes, diag, "initializers", "%s: %u dispatches of initializers run when the module is loaded: they are left out",
                           schedule->path, (unsigned)ir.initializer_dispatch_count);
  }
  rdo_arena_deinit(&arena);
  rdo_ir_deinit(&ir);
  return status;
}

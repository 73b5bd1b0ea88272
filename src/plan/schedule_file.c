// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Reads schedule files. Two passes over the dispatches: first all keys, then what each one says, so that a dependency can
// name a later one. What follows from it is schedule_order.c, what is remarkable about it schedule_lint.c.

#include "plan/schedule_file.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/dispatch_dump.h"
#include "plan/name_map.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

enum { TIME_SLACK_NS = 1000, TARGET_LISTS_MAX = 1 << 22 };

static const char *const release_names[] = {"immediate", "phase_locked"};
static const char *const mode_names[] = {"hard", "soft"};

struct reader {
  const struct rdo_schedule_options *options;
  const struct rdo_machine_file *machine;  // the caller's, else the plan's own
  struct rdo_schedule *schedule;
  struct rdo_name_map keys, jobs, targets, resources;
  size_t job_capacity, target_capacity, resource_capacity, target_list_capacity, resource_list_capacity;
  uint32_t *last_seen;  // of each node: who named it last, plus 1
  uint32_t default_target;
  bool has_paths, has_times, has_policies, has_own;  // what keys occur: they tell the variant
  struct rondo_diag *diag;
};

// Tables that grow -----------------------------------------------------------------------------------------
// They are on the heap until the file is read, then in the arena.

static enum rondo_status grow(struct reader *reader, uint32_t count, size_t size, size_t *capacity, void *array) {
  return rdo_grow_array((size_t)count + 1, size, capacity, array, reader->diag);
}

static enum rondo_status settle(struct reader *reader, uint32_t count, size_t size, void *inout_array) {
  void *old, *copy;
  memcpy(&old, inout_array, sizeof old);
  enum rondo_status status = rdo_arena_alloc(&reader->schedule->arena, count, size, &copy, reader->diag);
  if (status != RONDO_OK) copy = NULL;
  else if (count > 0) memcpy(copy, old, count * size);
  rdo_free(old);
  memcpy(inout_array, &copy, sizeof copy);
  return status;
}

// Ends all of them, also after an error: then their arrays are dropped.
static enum rondo_status settle_tables(struct reader *reader, enum rondo_status status) {
  struct rdo_schedule *schedule = reader->schedule;
  const struct {
    void *array;
    size_t size;
    uint32_t count;
  } tables[] = {{&schedule->jobs, sizeof *schedule->jobs, schedule->job_count},
                {&schedule->targets, sizeof *schedule->targets, schedule->target_count},
                {&schedule->resources, sizeof *schedule->resources, schedule->resource_count},
                {&schedule->target_lists, sizeof *schedule->target_lists, schedule->target_list_count},
                {&schedule->resource_lists, sizeof *schedule->resource_lists, schedule->resource_list_count}};
  for (int i = 0; i < COUNT(tables); ++i) {
    enum rondo_status settled = settle(reader, tables[i].count, tables[i].size, tables[i].array);
    if (status == RONDO_OK) status = settled;
  }
  return status;
}

static enum rondo_status keep_text(struct reader *reader, const struct rdo_value *object, const char *key, size_t bytes_max,
                                   const char **out_text) {
  const char *text = "";
  struct rdo_value member;
  *out_text = "";
  if (!rdo_value_find(object, key, &member)) return RONDO_OK;
  RDO_TRY(rdo_value_text(&member, bytes_max, &text, reader->diag));
  return text[0] == '\0' ? RONDO_OK : rdo_text_copy(&reader->schedule->arena, text, out_text, reader->diag);
}

// Targets, resources, jobs ---------------------------------------------------------------------------------

static enum rondo_status add_target(struct reader *reader, const char *name, uint32_t *out_target) {
  struct rdo_schedule *schedule = reader->schedule;
  RDO_TRY(grow(reader, schedule->target_count, sizeof *schedule->targets, &reader->target_capacity, &schedule->targets));
  const char *copy;
  RDO_TRY(rdo_text_copy(&schedule->arena, name, &copy, reader->diag));
  RDO_TRY(rdo_name_map_add(&reader->targets, copy, schedule->target_count, reader->diag));
  schedule->targets[schedule->target_count] = (struct rdo_schedule_target){.name = copy};
  *out_target = schedule->target_count++;
  return RONDO_OK;
}

// "CPU_P, CPU_E, ...": as many as fit.
static void list_targets(const struct rdo_schedule *schedule, char *buffer, size_t capacity) {
  size_t length = 0;
  buffer[0] = '\0';
  for (uint32_t i = 0; i < schedule->target_count; ++i) {
    if (length + strlen(schedule->targets[i].name) + 8 >= capacity) {
      snprintf(buffer + length, capacity - length, ", ...");
      return;
    }
    length += (size_t)snprintf(buffer + length, capacity - length, "%s%s", i > 0 ? ", " : "", schedule->targets[i].name);
  }
}

// With a machine its lanes are all there are; without, what the file names.
static enum rondo_status find_target(struct reader *reader, const struct rdo_value *place, const char *name, uint32_t *out_target) {
  char list[256];
  *out_target = rdo_name_map_find(&reader->targets, name);
  if (*out_target != RDO_NAME_NONE) return RONDO_OK;
  if (reader->machine != NULL) {
    list_targets(reader->schedule, list, sizeof list);
    return rdo_value_fail(place, reader->diag, RONDO_NOT_FOUND, "the machine has no target \"%s\": it has %s", name, list);
  }
  if (name[0] == '\0') return rdo_value_fail(place, reader->diag, RONDO_INVALID_ARGUMENT, "is empty: name a target");
  if (reader->schedule->target_count == RDO_SCHEDULE_TARGETS_MAX) {
    return rdo_value_fail(place, reader->diag, RONDO_OUT_OF_RANGE, "is one target more than the %d that there may be", RDO_SCHEDULE_TARGETS_MAX);
  }
  return add_target(reader, name, out_target);
}

static enum rondo_status read_target(struct reader *reader, const struct rdo_value *value, uint32_t *out_target) {
  const char *name;
  RDO_TRY(rdo_value_text(value, RDO_NAME_BYTES_MAX, &name, reader->diag));
  return find_target(reader, value, name, out_target);
}

// A target that only metadata names: one that the machine has not is a remark, and *out_target RDO_SCHEDULE_NONE. What runs
// does not depend on it.
static enum rondo_status read_metadata_target(struct reader *reader, const struct rdo_value *value, uint32_t *out_target) {
  const char *name;
  RDO_TRY(rdo_value_text(value, RDO_NAME_BYTES_MAX, &name, reader->diag));
  *out_target = rdo_name_map_find(&reader->targets, name);
  if (*out_target != RDO_NAME_NONE) return RONDO_OK;
  if (reader->machine == NULL) return find_target(reader, value, name, out_target);
  *out_target = RDO_SCHEDULE_NONE;
  return rdo_value_note(value, reader->diag, "metadata target", "the machine has no target \"%s\": it is left out here", name);
}

static enum rondo_status push_target(struct reader *reader, const struct rdo_value *place, uint32_t target) {
  struct rdo_schedule *schedule = reader->schedule;
  if (schedule->target_list_count == TARGET_LISTS_MAX) {
    return rdo_value_fail(place, reader->diag, RONDO_OUT_OF_RANGE, "lists of targets have more than %d elements", TARGET_LISTS_MAX);
  }
  RDO_TRY(grow(reader, schedule->target_list_count, sizeof *schedule->target_lists, &reader->target_list_capacity, &schedule->target_lists));
  schedule->target_lists[schedule->target_list_count++] = target;
  return RONDO_OK;
}

static enum rondo_status read_resource(struct reader *reader, const struct rdo_value *value, uint32_t *out_resource) {
  struct rdo_schedule *schedule = reader->schedule;
  const char *name, *copy;
  RDO_TRY(rdo_value_text(value, RDO_NAME_BYTES_MAX, &name, reader->diag));
  *out_resource = rdo_name_map_find(&reader->resources, name);
  if (*out_resource != RDO_NAME_NONE) return RONDO_OK;
  if (reader->machine != NULL && rdo_machine_file_find_resource(reader->machine, name) < 0) {
    return rdo_value_fail(value, reader->diag, RONDO_NOT_FOUND, "the machine has no resource \"%s\"", name);
  }
  RDO_TRY(grow(reader, schedule->resource_count, sizeof *schedule->resources, &reader->resource_capacity, &schedule->resources));
  RDO_TRY(rdo_text_copy(&schedule->arena, name, &copy, reader->diag));
  RDO_TRY(rdo_name_map_add(&reader->resources, copy, schedule->resource_count, reader->diag));
  schedule->resources[schedule->resource_count] = copy;
  *out_resource = schedule->resource_count++;
  return RONDO_OK;
}

static enum rondo_status find_job(struct reader *reader, const char *name, uint32_t *out_job) {
  struct rdo_schedule *schedule = reader->schedule;
  const char *copy;
  *out_job = rdo_name_map_find(&reader->jobs, name);
  if (*out_job != RDO_NAME_NONE) return RONDO_OK;
  RDO_TRY(grow(reader, schedule->job_count, sizeof *schedule->jobs, &reader->job_capacity, &schedule->jobs));
  RDO_TRY(rdo_text_copy(&schedule->arena, name, &copy, reader->diag));
  RDO_TRY(rdo_name_map_add(&reader->jobs, copy, schedule->job_count, reader->diag));
  rdo_schedule_job_init(&schedule->jobs[schedule->job_count], copy);
  *out_job = schedule->job_count++;
  return RONDO_OK;
}

// One dispatch ---------------------------------------------------------------------------------------------

// An integer of the reference's format.
static enum rondo_status read_number(struct reader *reader, const struct rdo_value *object, const char *key, int32_t *inout) {
  struct rdo_value member;
  int64_t number;
  double real;
  if (!rdo_value_find(object, key, &member)) return RONDO_OK;
  if (reader->options->truncates_integers && rdo_value_kind(&member) == RDO_VALUE_REAL) {
    RDO_TRY(rdo_value_number(&member, INT32_MIN, INT32_MAX, &real, reader->diag));
    *inout = (int32_t)real;
    return RONDO_OK;
  }
  RDO_TRY(rdo_value_integer(&member, INT32_MIN, INT32_MAX, &number, reader->diag));
  *inout = (int32_t)number;
  return RONDO_OK;
}

// A time in milliseconds, as others write it, or exact in nanoseconds, as we do; both must mean the same.
static enum rondo_status read_planned_time(struct reader *reader, const struct rdo_value *object, const char *ms_key, const char *ns_key,
                                           int64_t *inout_ns) {
  struct rdo_value ms, ns;
  bool has_ms = rdo_value_find(object, ms_key, &ms), has_ns = rdo_value_find(object, ns_key, &ns);
  int64_t rounded = 0;
  if (has_ms) {
    reader->has_times = true;
    int64_t min = reader->options->clamps_negative ? -RDO_TIME_NS_MAX : 0;
    RDO_TRY(rdo_value_time(&ms, RDO_UNIT_MS, min, RDO_TIME_NS_MAX, &rounded, reader->diag));
    if (rounded < 0) rounded = 0;
    // Sums of floats end a hair beside the microsecond that was meant; rounding to nanoseconds has removed that already.
    if (reader->options->rounds_to_us) rounded = (rounded + 500) / 1000 * 1000;
    *inout_ns = rounded;
  }
  if (!has_ns) return RONDO_OK;
  reader->has_own = true;
  RDO_TRY(rdo_value_time(&ns, RDO_UNIT_NS, 0, RDO_TIME_NS_MAX, inout_ns, reader->diag));
  if (!has_ms || (*inout_ns - rounded <= TIME_SLACK_NS && rounded - *inout_ns <= TIME_SLACK_NS)) return RONDO_OK;
  return rdo_value_fail(&ns, reader->diag, RONDO_INVALID_ARGUMENT,
                        "is %" PRId64 " ns, but %s says %" PRId64 " ns: correct one of them, or remove it", *inout_ns, ms_key, rounded);
}

// One of the policies; *out_is_given when the file gives one that is known.
static enum rondo_status read_policy(struct reader *reader, const struct rdo_value *object, const char *key, const char *const *names,
                                     int *inout, bool *out_is_given) {
  struct rdo_value member;
  const char *text;
  *out_is_given = false;
  if (!rdo_value_find(object, key, &member)) return RONDO_OK;
  reader->has_policies = true;
  RDO_TRY(rdo_value_text(&member, RDO_NAME_BYTES_MAX, &text, reader->diag));
  *out_is_given = strcmp(text, names[0]) == 0 || strcmp(text, names[1]) == 0;
  if (*out_is_given || !reader->options->ignores_bad_policies) return rdo_value_choice(&member, names, 2, inout, reader->diag);
  return rdo_value_note(&member, reader->diag, key, "\"%s\" is no such policy and counts as absent", text);
}

static enum rondo_status read_policies(struct reader *reader, const struct rdo_value *object, struct rdo_schedule_node *node) {
  bool has_release, has_mode;
  int release = RDO_RELEASE_IMMEDIATE, mode = RDO_TIME_HARD;
  RDO_TRY(read_policy(reader, object, "release_policy", release_names, &release, &has_release));
  RDO_TRY(read_policy(reader, object, "time_dep_mode", mode_names, &mode, &has_mode));
  node->has_policies = has_release || has_mode;
  const char *prefix = reader->options->locked_prefix != NULL ? reader->options->locked_prefix : "mlp";
  const char *job = reader->schedule->jobs[node->job].name;
  if (!node->has_policies && prefix[0] != '\0' && strncmp(job, prefix, strlen(prefix)) == 0) {
    mode = RDO_TIME_SOFT;
    if (node->id == 0) release = RDO_RELEASE_PHASE_LOCKED;
  }
  node->release_policy = (enum rdo_release_policy)release;
  node->time_mode = (enum rdo_time_mode)mode;
  return RONDO_OK;
}

static enum rondo_status find_node(struct reader *reader, const struct rdo_value *place, const char **out_key, uint32_t *out_node) {
  RDO_TRY(rdo_value_text(place, RDO_NAME_BYTES_MAX, out_key, reader->diag));
  *out_node = rdo_name_map_find(&reader->keys, *out_key);
  return RONDO_OK;
}

static enum rondo_status read_dependencies(struct reader *reader, const struct rdo_value *object, struct rdo_schedule_node *node) {
  struct rdo_schedule *schedule = reader->schedule;
  uint32_t self = (uint32_t)(node - schedule->nodes);
  struct rdo_value array;
  node->dependency_begin = schedule->dependency_count;
  if (!rdo_value_find(object, "dependencies", &array)) return RONDO_OK;
  RDO_TRY(rdo_value_expect(&array, RDO_VALUE_ARRAY, reader->diag));
  size_t count = rdo_value_count(&array);
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    const char *key;
    uint32_t other;
    RDO_TRY(find_node(reader, &element, &key, &other));
    if (other == RDO_NAME_NONE) return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "there is no dispatch \"%s\"", key);
    if (reader->last_seen[other] == self + 1) continue;
    reader->last_seen[other] = self + 1;
    schedule->dependencies[schedule->dependency_count++] = other;
  }
  node->dependency_count = schedule->dependency_count - node->dependency_begin;
  return RONDO_OK;
}

static enum rondo_status read_time_dependency(struct reader *reader, const struct rdo_value *object, struct rdo_schedule_node *node) {
  struct rdo_value member;
  const char *key;
  if (!rdo_value_find(object, "time_dependency", &member)) return RONDO_OK;
  reader->has_times = true;
  RDO_TRY(find_node(reader, &member, &key, &node->time_dependency));
  if (node->time_dependency != RDO_NAME_NONE || key[0] == '\0') return RONDO_OK;
  if (node->time_mode == RDO_TIME_HARD) return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "there is no dispatch \"%s\"", key);
  return rdo_value_note(&member, reader->diag, "soft time dependency", "there is no dispatch \"%s\"; it is soft, so it is left out", key);
}

// `hardware_target`, and for a node on several the whole list `targets`, which begins with it.
static enum rondo_status read_targets(struct reader *reader, const struct rdo_value *object, struct rdo_schedule_node *node) {
  struct rdo_schedule *schedule = reader->schedule;
  struct rdo_value first, list;
  bool has_first = rdo_value_find(object, "hardware_target", &first), has_list = rdo_value_find(object, "targets", &list);
  if (has_first) {
    reader->has_times = true;
    RDO_TRY(read_target(reader, &first, &node->target));
  }
  node->extra_begin = schedule->target_list_count;
  if (has_list) {
    reader->has_own = true;
    RDO_TRY(rdo_value_expect(&list, RDO_VALUE_ARRAY, reader->diag));
    if (rdo_value_count(&list) == 0) return rdo_value_fail(&list, reader->diag, RONDO_INVALID_ARGUMENT, "is empty: name at least one target");
  }
  for (size_t i = 0; i < (has_list ? rdo_value_count(&list) : 0); ++i) {
    struct rdo_value element = rdo_value_element(&list, i);
    uint32_t target;
    RDO_TRY(read_target(reader, &element, &target));
    if (i == 0 && has_first && target != node->target) {
      return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "is not the hardware_target, which comes first");
    }
    if (i == 0) node->target = target;
    bool is_again = i > 0 && target == node->target;
    for (uint32_t k = node->extra_begin; k < schedule->target_list_count; ++k) is_again |= schedule->target_lists[k] == target;
    if (is_again) return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "names a target again");
    if (i > 0) RDO_TRY(push_target(reader, &element, target));
  }
  node->extra_count = schedule->target_list_count - node->extra_begin;
  if (has_first || has_list) return RONDO_OK;
  if (reader->default_target == RDO_SCHEDULE_NONE) {
    const char *name = reader->options->default_target != NULL ? reader->options->default_target : "CPU_P";
    RDO_TRY(find_target(reader, &first, name, &reader->default_target));
  }
  node->target = reader->default_target;
  return RONDO_OK;
}

static enum rondo_status read_resources(struct reader *reader, const struct rdo_value *object, struct rdo_schedule_node *node) {
  struct rdo_schedule *schedule = reader->schedule;
  struct rdo_value array;
  node->resource_begin = schedule->resource_list_count;
  if (!rdo_value_find(object, "resources", &array)) return RONDO_OK;
  reader->has_own = true;
  size_t count;
  RDO_TRY(rdo_value_array(&array, RDO_MACHINE_RESOURCES_MAX, &count, reader->diag));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    uint32_t resource;
    RDO_TRY(read_resource(reader, &element, &resource));
    for (uint32_t k = node->resource_begin; k < schedule->resource_list_count; ++k) {
      if (schedule->resource_lists[k] == resource) {
        return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "names a resource again");
      }
    }
    RDO_TRY(grow(reader, schedule->resource_list_count, sizeof *schedule->resource_lists, &reader->resource_list_capacity,
                 &schedule->resource_lists));
    schedule->resource_lists[schedule->resource_list_count++] = resource;
    ++node->resource_count;
  }
  return RONDO_OK;
}

static enum rondo_status read_names(struct reader *reader, const struct rdo_value *object, struct rdo_schedule_node *node) {
  static const char cut[] = "$async_dispatch_";
  const char *job = "";
  struct rdo_value member;
  if (rdo_value_find(object, "job_name", &member)) {
    reader->has_times = true;
    RDO_TRY(rdo_value_text(&member, RDO_NAME_BYTES_MAX, &job, reader->diag));
  }
  RDO_TRY(find_job(reader, job, &node->job));
  ++reader->schedule->jobs[node->job].node_count;
  RDO_TRY(keep_text(reader, object, "module_name", RDO_PATH_BYTES_MAX, &node->module_name));
  RDO_TRY(keep_text(reader, object, "vmfb_path", RDO_PATH_BYTES_MAX, &node->vmfb_path));
  if (node->module_name[0] != '\0') reader->has_times = true;
  if (node->vmfb_path[0] != '\0') reader->has_paths = true;
  const char *end = strstr(node->module_name, cut);
  if (end == NULL) return RONDO_OK;
  char *family;
  size_t length = (size_t)(end - node->module_name);
  RDO_TRY(rdo_arena_alloc(&reader->schedule->arena, length + 1, 1, &family, reader->diag));
  memcpy(family, node->module_name, length);
  node->family = family;
  return RONDO_OK;
}

static enum rondo_status read_own(struct reader *reader, const struct rdo_value *object, struct rdo_schedule_node *node) {
  static const char *const own[] = {"workers", "priority", "recording", "dispatch", "export"};
  struct rdo_value member;
  for (int i = 0; i < COUNT(own); ++i) reader->has_own |= rdo_value_find(object, own[i], &member);
  RDO_TRY(rdo_member_int(object, "workers", 1, RDO_MACHINE_WORKERS_MAX, &node->worker_count, reader->diag));
  RDO_TRY(rdo_member_int(object, "priority", 0, 255, &node->priority, reader->diag));
  RDO_TRY(rdo_member_int(object, "recording", 0, INT32_MAX, &node->recording, reader->diag));
  RDO_TRY(rdo_member_int(object, "dispatch", 0, INT32_MAX, &node->dispatch, reader->diag));
  return keep_text(reader, object, "export", RDO_NAME_BYTES_MAX, &node->export_name);
}

static enum rondo_status read_node(struct reader *reader, const struct rdo_value *object, struct rdo_schedule_node *node) {
  static const char *const known[] = {"id", "ordinal", "total", "dependencies", "hardware_target", "start_time", "duration", "job_name",
                                      "module_name", "time_dependency", "vmfb_path", "release_policy", "time_dep_mode", "start_ns",
                                      "duration_ns", "workers", "priority", "recording", "dispatch", "export", "targets", "resources"};
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  RDO_TRY(read_number(reader, object, "id", &node->id));
  RDO_TRY(read_number(reader, object, "ordinal", &node->ordinal));
  RDO_TRY(read_number(reader, object, "total", &node->total));
  RDO_TRY(read_planned_time(reader, object, "start_time", "start_ns", &node->start_ns));
  RDO_TRY(read_planned_time(reader, object, "duration", "duration_ns", &node->duration_ns));
  if (node->start_ns + node->duration_ns > RDO_TIME_NS_MAX) {
    return rdo_value_fail(object, reader->diag, RONDO_OUT_OF_RANGE, "is planned to end after more than 104 days");
  }
  RDO_TRY(read_targets(reader, object, node));
  RDO_TRY(read_names(reader, object, node));
  RDO_TRY(read_policies(reader, object, node));
  RDO_TRY(read_dependencies(reader, object, node));
  RDO_TRY(read_time_dependency(reader, object, node));
  RDO_TRY(read_resources(reader, object, node));
  return read_own(reader, object, node);
}

void rdo_schedule_job_init(struct rdo_schedule_job *job, const char *name) {
  *job = (struct rdo_schedule_job){.name = name, .base = name, .family = "", .source = "", .instance = -1};
}

// All dispatches -------------------------------------------------------------------------------------------

void rdo_schedule_node_init(struct rdo_schedule_node *node) {
  *node = (struct rdo_schedule_node){.key = "", .id = -1, .module_name = "", .family = "", .vmfb_path = "", .time_dependency = RDO_SCHEDULE_NONE,
                                     .priority = -1, .recording = -1, .dispatch = -1, .export_name = ""};
}

// First pass: keys, and how many dependencies there can be.
static enum rondo_status read_keys(struct reader *reader, const struct rdo_value *dispatches) {
  struct rdo_schedule *schedule = reader->schedule;
  size_t count = rdo_value_count(dispatches), dependency_count = 0;
  if (count == 0) return rdo_value_fail(dispatches, reader->diag, RONDO_INVALID_ARGUMENT, "is empty: a schedule has at least one dispatch");
  if (count > RDO_SCHEDULE_NODES_MAX) {
    return rdo_value_fail(dispatches, reader->diag, RONDO_OUT_OF_RANGE, "has %zu members, may have %d at most", count, RDO_SCHEDULE_NODES_MAX);
  }
  RDO_TRY(rdo_arena_alloc(&schedule->arena, count, sizeof *schedule->nodes, &schedule->nodes, reader->diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *reader->last_seen, &reader->last_seen, reader->diag));
  for (void *at = rdo_value_begin(dispatches); at != NULL; at = rdo_value_next(dispatches, at)) {
    struct rdo_value object = rdo_value_at(dispatches, at), array;
    struct rdo_schedule_node *node = &schedule->nodes[schedule->node_count];
    rdo_schedule_node_init(node);
    if (object.key[0] == '\0') return rdo_value_fail(&object, reader->diag, RONDO_INVALID_ARGUMENT, "a dispatch has an empty key");
    if (strlen(object.key) > RDO_NAME_BYTES_MAX) {
      return rdo_value_fail(dispatches, reader->diag, RONDO_OUT_OF_RANGE, "a key has %zu bytes, may have %d at most", strlen(object.key),
                            RDO_NAME_BYTES_MAX);
    }
    RDO_TRY(rdo_value_expect(&object, RDO_VALUE_OBJECT, reader->diag));
    RDO_TRY(rdo_text_copy(&schedule->arena, object.key, &node->key, reader->diag));
    RDO_TRY(rdo_name_map_add(&reader->keys, node->key, schedule->node_count, reader->diag));
    ++schedule->node_count;
    if (rdo_value_find(&object, "dependencies", &array)) dependency_count += rdo_value_count(&array);
  }
  if (dependency_count > RDO_SCHEDULE_EDGES_MAX) {
    return rdo_value_fail(dispatches, reader->diag, RONDO_OUT_OF_RANGE, "have %zu dependencies, may have %d at most", dependency_count,
                          RDO_SCHEDULE_EDGES_MAX);
  }
  return rdo_arena_alloc(&schedule->arena, dependency_count, sizeof *schedule->dependencies, &schedule->dependencies, reader->diag);
}

static enum rondo_status read_nodes(struct reader *reader, const struct rdo_value *root) {
  struct rdo_value dispatches;
  if (rdo_value_find(root, "dispatches", &dispatches) && rdo_value_kind(&dispatches) == RDO_VALUE_ARRAY) {
    return rdo_value_fail(&dispatches, reader->diag, RONDO_INVALID_ARGUMENT,
                          "is an array: a stream-graph export is no schedule, whose dispatches are an object of key and dispatch");
  }
  RDO_TRY(rdo_value_require(root, "dispatches", RDO_VALUE_OBJECT, "an object of key and dispatch", &dispatches, reader->diag));
  RDO_TRY(read_keys(reader, &dispatches));
  uint32_t index = 0;
  for (void *at = rdo_value_begin(&dispatches); at != NULL; at = rdo_value_next(&dispatches, at)) {
    struct rdo_value object = rdo_value_at(&dispatches, at);
    RDO_TRY(read_node(reader, &object, &reader->schedule->nodes[index++]));
  }
  return RONDO_OK;
}

// The rest of the file -------------------------------------------------------------------------------------

static enum rondo_status read_combinations(struct reader *reader, const struct rdo_value *metadata) {
  struct rdo_schedule *schedule = reader->schedule;
  struct rdo_value array;
  if (!rdo_value_find(metadata, "machine_combinations", &array)) return RONDO_OK;
  size_t count;
  RDO_TRY(rdo_value_array(&array, RDO_SCHEDULE_TARGETS_MAX, &count, reader->diag));
  RDO_TRY(rdo_arena_alloc(&schedule->arena, count, sizeof *schedule->combinations, &schedule->combinations, reader->diag));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value set = rdo_value_element(&array, i);
    RDO_TRY(rdo_value_expect(&set, RDO_VALUE_ARRAY, reader->diag));
    struct rdo_schedule_set *combination = &schedule->combinations[schedule->combination_count];
    combination->begin = schedule->target_list_count;
    bool is_whole = true;
    for (size_t k = 0; k < rdo_value_count(&set); ++k) {
      struct rdo_value element = rdo_value_element(&set, k);
      uint32_t target;
      RDO_TRY(read_metadata_target(reader, &element, &target));
      if (target == RDO_SCHEDULE_NONE) is_whole = false;
      else RDO_TRY(push_target(reader, &element, target));
    }
    combination->count = schedule->target_list_count - combination->begin;
    if (is_whole) ++schedule->combination_count;
    else schedule->target_list_count = combination->begin;
  }
  return RONDO_OK;
}

static enum rondo_status read_metadata(struct reader *reader, const struct rdo_value *root) {
  static const char *const known[] = {"makespan", "makespan_ns", "bound_ns", "num_operations", "machines", "machine_combinations"};
  struct rdo_schedule *schedule = reader->schedule;
  struct rdo_value metadata, member;
  if (!rdo_value_find(root, "metadata", &metadata)) return RONDO_OK;
  RDO_TRY(rdo_value_expect(&metadata, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(&metadata, known, COUNT(known), reader->diag));
  if (rdo_value_find(&metadata, "makespan", &member)) {
    RDO_TRY(rdo_value_time(&member, RDO_UNIT_MS, -RDO_TIME_NS_MAX, RDO_TIME_NS_MAX, &schedule->makespan_ns, reader->diag));
    if (schedule->makespan_ns < 0) schedule->makespan_ns = 0;
  }
  RDO_TRY(rdo_member_integer(&metadata, "makespan_ns", 0, RDO_TIME_NS_MAX, &schedule->makespan_ns, reader->diag));
  RDO_TRY(rdo_member_integer(&metadata, "bound_ns", 0, RDO_TIME_NS_MAX, &schedule->bound_ns, reader->diag));
  if (rdo_value_find(&metadata, "machines", &member)) {
    RDO_TRY(rdo_value_expect(&member, RDO_VALUE_ARRAY, reader->diag));
    for (size_t i = 0; i < rdo_value_count(&member); ++i) {
      struct rdo_value element = rdo_value_element(&member, i);
      uint32_t target;
      RDO_TRY(read_metadata_target(reader, &element, &target));
    }
  }
  return read_combinations(reader, &metadata);
}

// What our plans say about each `job_name`.
static enum rondo_status read_instances(struct reader *reader, const struct rdo_value *root) {
  static const char *const known[] = {"job", "index", "release_*", "deadline_*"};
  struct rdo_value instances;
  if (!rdo_value_find(root, "instances", &instances)) return RONDO_OK;
  reader->has_own = true;
  RDO_TRY(rdo_value_expect(&instances, RDO_VALUE_OBJECT, reader->diag));
  for (void *at = rdo_value_begin(&instances); at != NULL; at = rdo_value_next(&instances, at)) {
    struct rdo_value object = rdo_value_at(&instances, at), member;
    RDO_TRY(rdo_value_expect(&object, RDO_VALUE_OBJECT, reader->diag));
    RDO_TRY(rdo_value_note_unknown(&object, known, COUNT(known), reader->diag));
    uint32_t index = rdo_name_map_find(&reader->jobs, object.key);
    if (index == RDO_NAME_NONE) return rdo_value_fail(&object, reader->diag, RONDO_INVALID_ARGUMENT, "no dispatch has this job_name");
    struct rdo_schedule_job *job = &reader->schedule->jobs[index];
    RDO_TRY(keep_text(reader, &object, "job", RDO_NAME_BYTES_MAX, &job->source));
    if (reader->schedule->job_set != NULL && job->source[0] != '\0' && rdo_jobs_file_find(reader->schedule->job_set, job->source) < 0) {
      rdo_value_find(&object, "job", &member);
      return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "there is no job \"%s\" in `jobs`", job->source);
    }
    RDO_TRY(rdo_member_int(&object, "index", 0, INT32_MAX, &job->instance, reader->diag));
    RDO_TRY(rdo_member_time(&object, "release", 0, RDO_TIME_NS_MAX, &job->release_ns, NULL, reader->diag));
    RDO_TRY(rdo_member_time(&object, "deadline", 1, RDO_TIME_NS_MAX, &job->deadline_ns, NULL, reader->diag));
  }
  return RONDO_OK;
}

// The machine and the jobs that a plan was made for, when it carries them.
static enum rondo_status read_carried(struct reader *reader, const struct rdo_value *root) {
  struct rdo_schedule *schedule = reader->schedule;
  struct rdo_value machine, jobs;
  reader->machine = reader->options->machine;
  if (rdo_value_find(root, "machine", &machine)) {
    reader->has_own = true;
    RDO_TRY(rdo_alloc(sizeof *schedule->machine, &schedule->machine, reader->diag));
    RDO_TRY(rdo_machine_file_read_value(&machine, NULL, schedule->machine, reader->diag));
    if (reader->machine == NULL) reader->machine = schedule->machine;
  }
  if (!rdo_value_find(root, "jobs", &jobs)) return RONDO_OK;
  reader->has_own = true;
  RDO_TRY(rdo_alloc(sizeof *schedule->job_set, &schedule->job_set, reader->diag));
  return rdo_jobs_file_read_value(&jobs, reader->machine, schedule->job_set, reader->diag);
}

static enum rdo_schedule_variant find_variant(const struct reader *reader) {
  if (reader->has_own) return RDO_SCHEDULE_PLAN;
  if (reader->has_policies) return RDO_SCHEDULE_POLICIES;
  if (reader->has_times) return RDO_SCHEDULE_TIMED;
  return reader->has_paths ? RDO_SCHEDULE_RUNNABLE : RDO_SCHEDULE_GRAPH;
}

static enum rondo_status read_all(struct reader *reader, const struct rdo_value *root) {
  static const char *const known[] = {"schema", "dot_file", "dispatches", "edges", "metadata", "dispatch_vmfb_dir", "period_*", "machine",
                                      "jobs", "instances"};
  struct rdo_schedule *schedule = reader->schedule;
  struct rdo_value member;
  RDO_TRY(rdo_value_expect(root, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(root, known, COUNT(known), reader->diag));
  reader->has_own = rdo_value_find(root, "schema", &member);
  bool has_period;
  RDO_TRY(rdo_member_time(root, "period", 1, RDO_TIME_NS_MAX, &schedule->period_ns, &has_period, reader->diag));
  reader->has_own |= has_period;
  RDO_TRY(rdo_text_copy(&schedule->arena, root->document->name, &schedule->path, reader->diag));
  RDO_TRY(keep_text(reader, root, "dot_file", RDO_PATH_BYTES_MAX, &schedule->dot_file));
  RDO_TRY(keep_text(reader, root, "dispatch_vmfb_dir", RDO_PATH_BYTES_MAX, &schedule->vmfb_dir));
  RDO_TRY(read_carried(reader, root));
  for (int i = 0; reader->machine != NULL && i < reader->machine->lane_count; ++i) {
    uint32_t target;
    RDO_TRY(add_target(reader, reader->machine->lanes[i].name, &target));
  }
  RDO_TRY(read_metadata(reader, root));
  RDO_TRY(read_nodes(reader, root));
  RDO_TRY(read_instances(reader, root));
  schedule->variant = find_variant(reader);
  return RONDO_OK;
}

static enum rondo_status read_document(const struct rdo_document *document, const struct rdo_schedule_options *options,
                                       struct rdo_schedule *schedule, struct rondo_diag *diag) {
  struct reader reader = {.options = options, .schedule = schedule, .default_target = RDO_SCHEDULE_NONE, .diag = diag};
  struct rdo_value root = rdo_document_root(document);
  enum rondo_status status = rdo_document_check_schema(document, "rondo.plan", 1, diag);
  if (status == RONDO_OK) status = read_all(&reader, &root);
  status = settle_tables(&reader, status);
  rdo_name_map_deinit(&reader.keys);
  rdo_name_map_deinit(&reader.jobs);
  rdo_name_map_deinit(&reader.targets);
  rdo_name_map_deinit(&reader.resources);
  rdo_free(reader.last_seen);
  return status;
}

struct rdo_schedule_options rdo_schedule_options_of(const struct rondo_schedule_reading *reading) {
  return (struct rdo_schedule_options){.default_target = reading->default_target,
                                       .locked_prefix = reading->locked_prefix,
                                       .is_strict = reading->is_strict,
                                       .rounds_to_us = reading->rounds_to_us,
                                       .clamps_negative = reading->clamps_negative,
                                       .truncates_integers = reading->truncates_integers,
                                       .ignores_bad_policies = reading->ignores_bad_policies};
}

static enum rondo_status read_opened(struct rdo_document *document, enum rondo_status status, struct rdo_notes *notes,
                                     const struct rdo_schedule_options *options,
                                     struct rdo_schedule *out_schedule, struct rondo_diag *diag) {
  static const struct rdo_schedule_options defaults = {0};
  if (options == NULL) options = &defaults;
  if (status == RONDO_OK) status = read_document(document, options, out_schedule, diag);
  rdo_document_deinit(document);
  out_schedule->notes = *notes;
  if (status == RONDO_OK) status = rdo_schedule_complete(out_schedule, diag);
  if (status == RONDO_OK) status = rdo_schedule_lint(out_schedule, options->is_strict, &out_schedule->notes, diag);
  if (status == RONDO_OK && options->is_strict && out_schedule->notes.count > 0) status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s", out_schedule->notes.items[0].text);
  return status;
}

enum rondo_status rdo_schedule_read(const char *path, const struct rdo_schedule_options *options, struct rdo_schedule *out_schedule,
                                    struct rondo_diag *diag) {
  struct rdo_notes notes = {0};
  struct rdo_document document;
  if (rdo_dump_kind(path) != RDO_DUMP_NONE) return rdo_dump_read(path, options, out_schedule, diag);
  *out_schedule = (struct rdo_schedule){0};
  enum rondo_status status = rdo_document_open(path, &notes, &document, diag);
  return read_opened(&document, status, &notes, options, out_schedule, diag);
}

enum rondo_status rdo_schedule_parse(struct rdo_bytes text, const char *name, const struct rdo_schedule_options *options,
                                     struct rdo_schedule *out_schedule, struct rondo_diag *diag) {
  struct rdo_notes notes = {0};
  struct rdo_document document;
  *out_schedule = (struct rdo_schedule){0};
  enum rondo_status status = rdo_document_parse(text, name, &notes, &document, diag);
  return read_opened(&document, status, &notes, options, out_schedule, diag);
}

void rdo_schedule_deinit(struct rdo_schedule *schedule) {
  if (schedule == NULL) return;
  rdo_machine_file_deinit(schedule->machine);
  rdo_jobs_file_deinit(schedule->job_set);
  rdo_free(schedule->machine);
  rdo_free(schedule->job_set);
  rdo_notes_deinit(&schedule->notes);
  rdo_arena_deinit(&schedule->arena);
  *schedule = (struct rdo_schedule){0};
}

// Looking up -----------------------------------------------------------------------------------------------

uint32_t rdo_schedule_find_node(const struct rdo_schedule *schedule, const char *key) {
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    if (strcmp(schedule->nodes[i].key, key) == 0) return i;
  }
  return RDO_SCHEDULE_NONE;
}

uint32_t rdo_schedule_find_target(const struct rdo_schedule *schedule, const char *name) {
  for (uint32_t i = 0; i < schedule->target_count; ++i) {
    if (strcmp(schedule->targets[i].name, name) == 0) return i;
  }
  return RDO_SCHEDULE_NONE;
}

uint32_t rdo_schedule_find_job(const struct rdo_schedule *schedule, const char *name) {
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    if (strcmp(schedule->jobs[i].name, name) == 0) return i;
  }
  return RDO_SCHEDULE_NONE;
}

const char *rdo_schedule_variant_name(enum rdo_schedule_variant variant) {
  static const char *const names[] = {"A, a dependency graph", "B, a runnable graph", "C, a schedule", "D, a schedule with policies",
                                      "a plan of rondo"};
  return names[variant];
}

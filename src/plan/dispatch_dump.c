// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/dispatch_dump.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/mapping.h"
#include "plan/dot_file.h"
#include "plan/ir_schedule.h"
#include "plan/name_map.h"

enum { NAME_BYTES_MAX = 900 };  // with an ordinal it is still a name

static const char family_end[] = "$async_dispatch_", dispatch_mark[] = "_dispatch_";

static bool ends_with(const char *path, const char *end) {
  size_t length = strlen(path), end_length = strlen(end);
  return length > end_length && strcmp(path + length - end_length, end) == 0;
}

enum rdo_dump_kind rdo_dump_kind(const char *path) {
  if (ends_with(path, ".dot") || ends_with(path, ".gv")) return RDO_DUMP_DOT;
  return ends_with(path, ".mlir") ? RDO_DUMP_IR : RDO_DUMP_NONE;
}

size_t rdo_model_name(const char *path, const char **out_name) {
  static const char *const ends[] = {".vmfb", ".mlir", ".dot", ".gv"};
  const char *slash = strrchr(path, '/');
  *out_name = slash != NULL ? slash + 1 : path;
  for (size_t i = 0; i < sizeof ends / sizeof *ends; ++i) {
    if (ends_with(*out_name, ends[i])) return strlen(*out_name) - strlen(ends[i]);
  }
  return strlen(*out_name);
}

// Names ----------------------------------------------------------------------------------------------------

static enum rondo_status copy_name(struct rdo_arena *arena, struct rdo_bytes name, const char **out_text, struct rondo_diag *diag) {
  char *text;
  RDO_TRY(rdo_arena_alloc(arena, name.size + 1, 1, &text, diag));
  memcpy(text, name.data, name.size);
  *out_text = text;
  return RONDO_OK;
}

// "mlp$async_dispatch_3": family "mlp", id 3. Without such a form the whole is the family, and there is no id.
static enum rondo_status split_name(struct rdo_arena *arena, struct rdo_bytes executable, char **out_family, int32_t *out_id,
                                    struct rondo_diag *diag) {
  const char *text;
  RDO_TRY(copy_name(arena, executable, &text, diag));
  char *family = *out_family = (char *)(uintptr_t)text, *at = family, *mark = NULL;
  *out_id = -1;
  for (; (at = strstr(at, dispatch_mark)) != NULL; ++at) mark = at;
  if (mark == NULL) return RONDO_OK;
  int64_t id = 0;
  const char *digits = mark + strlen(dispatch_mark), *end = digits;
  for (; *end >= '0' && *end <= '9' && id <= INT32_MAX; ++end) id = id * 10 + (*end - '0');
  if (end == digits || *end != '\0' || id > INT32_MAX) return RONDO_OK;
  *out_id = (int32_t)id;
  char *async = strstr(family, family_end);
  *(async != NULL ? async : mark) = '\0';
  return RONDO_OK;
}

const char *rdo_dump_kernel_tail(const char *export_name) {
  const char *mark = strstr(export_name, dispatch_mark);
  return mark != NULL ? mark + strlen(dispatch_mark) : export_name;
}

// Nodes ----------------------------------------------------------------------------------------------------

struct filler {
  const struct rdo_dump_site *sites;
  uint32_t count;
  struct rdo_schedule *schedule;
  struct rdo_name_map names, keys;
  const char **bases;  // [count] key without ordinal
  uint32_t *totals;    // [count] call sites, by number of the base
  struct rdo_arena arena;
  struct rondo_diag *diag;
};

// Names stand in JSON files and on terminals.
static enum rondo_status check_name(struct filler *filler, struct rdo_bytes name, uint32_t line) {
  if (name.size > NAME_BYTES_MAX) {
    return rdo_fail(filler->diag, RONDO_OUT_OF_RANGE, "%s:%u: the name of a kernel is longer than %d bytes", filler->schedule->path, (unsigned)line,
                    NAME_BYTES_MAX);
  }
  bool is_plain = name.size > 0;
  for (uint64_t i = 0; i < name.size && is_plain; ++i) is_plain = name.data[i] > ' ' && name.data[i] < 0x7f && name.data[i] != '"' && name.data[i] != '\\';
  if (is_plain) return RONDO_OK;
  return rdo_fail(filler->diag, RONDO_INVALID_ARGUMENT, "%s:%u: the name of a kernel is empty, or has other bytes than printable ASCII",
                  filler->schedule->path, (unsigned)line);
}

static enum rondo_status name_base(struct filler *filler, uint32_t index, const char **out_family) {
  const struct rdo_dump_site *site = &filler->sites[index];
  char *family, *base;
  int32_t *id = &filler->schedule->nodes[index].id;
  RDO_TRY(check_name(filler, site->executable, site->line));
  RDO_TRY(check_name(filler, site->export_name, site->line));
  RDO_TRY(split_name(&filler->schedule->arena, filler->sites[index].executable, &family, id, filler->diag));
  size_t size = strlen(family) + 40;
  RDO_TRY(rdo_arena_alloc(&filler->arena, size, 1, &base, filler->diag));
  if (*id >= 0) snprintf(base, size, "%s%s%d", family, dispatch_mark, (int)*id);
  else snprintf(base, size, "%s", family);
  filler->bases[index] = base;
  *out_family = family;
  uint32_t number = rdo_name_map_find(&filler->names, base);
  if (number == RDO_NAME_NONE) {
    number = (uint32_t)filler->names.count;
    RDO_TRY(rdo_name_map_add(&filler->names, base, number, filler->diag));
  }
  filler->schedule->nodes[index].ordinal = (int32_t)++filler->totals[number];
  return RONDO_OK;
}

static enum rondo_status name_node(struct filler *filler, uint32_t index) {
  struct rdo_schedule_node *node = &filler->schedule->nodes[index];
  const struct rdo_dump_site *site = &filler->sites[index];
  char *key;
  node->total = (int32_t)filler->totals[rdo_name_map_find(&filler->names, filler->bases[index])];
  size_t size = strlen(filler->bases[index]) + 16;
  RDO_TRY(rdo_arena_alloc(&filler->schedule->arena, size, 1, &key, filler->diag));
  if (node->total > 1) snprintf(key, size, "%s_%d", filler->bases[index], (int)node->ordinal);
  else snprintf(key, size, "%s", filler->bases[index]);
  node->key = key;
  node->recording = site->recording;
  node->dispatch = site->command;
  RDO_TRY(copy_name(&filler->schedule->arena, site->export_name, &node->export_name, filler->diag));
  uint32_t other = rdo_name_map_find(&filler->keys, key);
  if (other != RDO_NAME_NONE) {
    return rdo_fail(filler->diag, RONDO_INVALID_ARGUMENT, "%s:%u: \"%.200s\" is what the dispatch of line %u is called, too", filler->schedule->path,
                    (unsigned)site->line, key, (unsigned)filler->sites[other].line);
  }
  return rdo_name_map_add(&filler->keys, key, index, filler->diag);
}

static enum rondo_status fill_nodes(struct filler *filler, const uint32_t *predecessors) {
  struct rdo_schedule *schedule = filler->schedule;
  const char *family = "", *first = "";
  uint32_t edge_count = 0;
  for (uint32_t i = 0; i < filler->count; ++i) edge_count += filler->sites[i].predecessor_count;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, filler->count, sizeof *schedule->nodes, &schedule->nodes, filler->diag));
  RDO_TRY(rdo_arena_alloc(&schedule->arena, edge_count, sizeof *schedule->dependencies, &schedule->dependencies, filler->diag));
  RDO_TRY(rdo_arena_alloc(&filler->arena, filler->count, sizeof *filler->bases, &filler->bases, filler->diag));
  RDO_TRY(rdo_arena_alloc(&filler->arena, filler->count, sizeof *filler->totals, &filler->totals, filler->diag));
  for (uint32_t i = 0; i < filler->count; ++i) {
    struct rdo_schedule_node *node = &schedule->nodes[i];
    rdo_schedule_node_init(node);
    RDO_TRY(name_base(filler, i, &family));
    if (i == 0) first = family;
    node->dependency_begin = schedule->dependency_count;
    node->dependency_count = filler->sites[i].predecessor_count;
    for (uint32_t k = 0; k < node->dependency_count; ++k) {
      schedule->dependencies[schedule->dependency_count++] = predecessors[filler->sites[i].predecessor_begin + k];
    }
  }
  for (uint32_t i = 0; i < filler->count; ++i) RDO_TRY(name_node(filler, i));
  schedule->node_count = filler->count;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, 1, sizeof *schedule->jobs, &schedule->jobs, filler->diag));
  rdo_schedule_job_init(&schedule->jobs[0], first);
  schedule->job_count = 1;
  return RONDO_OK;
}

// Nothing is said of where dispatches run: all are on the default target, of a machine without it on the first.
static enum rondo_status fill_targets(struct filler *filler, const struct rdo_schedule_options *options) {
  struct rdo_schedule *schedule = filler->schedule;
  const struct rdo_machine_file *machine = options->machine;
  const char *name = options->default_target != NULL ? options->default_target : "CPU_P";
  uint32_t count = machine != NULL ? (uint32_t)machine->lane_count : 1, target = 0;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, count, sizeof *schedule->targets, &schedule->targets, filler->diag));
  for (uint32_t i = 0; i < count; ++i) {
    RDO_TRY(rdo_text_copy(&schedule->arena, machine != NULL ? machine->lanes[i].name : name, &schedule->targets[i].name, filler->diag));
    if (strcmp(schedule->targets[i].name, name) == 0) target = i;
  }
  schedule->target_count = count;
  for (uint32_t i = 0; i < schedule->node_count; ++i) schedule->nodes[i].target = target;
  return RONDO_OK;
}

enum rondo_status rdo_dump_fill_schedule(const struct rdo_dump_site *sites, uint32_t count, const uint32_t *predecessors,
                                         const struct rdo_schedule_options *options, struct rdo_schedule *schedule, struct rondo_diag *diag) {
  struct filler filler = {.sites = sites, .count = count, .schedule = schedule, .diag = diag};
  schedule->variant = RDO_SCHEDULE_GRAPH;
  enum rondo_status status = fill_nodes(&filler, predecessors);
  if (status == RONDO_OK) status = fill_targets(&filler, options);
  rdo_name_map_deinit(&filler.names);
  rdo_name_map_deinit(&filler.keys);
  rdo_arena_deinit(&filler.arena);
  return status;
}

// Reading --------------------------------------------------------------------------------------------------

enum rondo_status rdo_dump_parse(struct rdo_bytes text, const char *name, const struct rdo_schedule_options *options,
                                 struct rdo_schedule *out_schedule, struct rondo_diag *diag) {
  static const struct rdo_schedule_options defaults = {0};
  if (options == NULL) options = &defaults;
  *out_schedule = (struct rdo_schedule){0};
  if (text.size > RDO_DUMP_BYTES_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: has %llu bytes, a dump may have %llu", name, (unsigned long long)text.size,
                    (unsigned long long)RDO_DUMP_BYTES_MAX);
  }
  RDO_TRY(rdo_text_copy(&out_schedule->arena, name, &out_schedule->path, diag));
  out_schedule->dot_file = out_schedule->vmfb_dir = "";
  if (rdo_dump_kind(name) == RDO_DUMP_DOT) {
    out_schedule->dot_file = out_schedule->path;
    RDO_TRY(rdo_dot_parse(text, options, out_schedule, diag));
  } else {
    RDO_TRY(rdo_ir_parse(text, options, out_schedule, diag));
  }
  RDO_TRY(rdo_schedule_complete(out_schedule, diag));
  return rdo_ir_link_targets(out_schedule, diag);
}

enum rondo_status rdo_dump_open(const char *path, struct rdo_mapping **out_mapping, struct rondo_diag *diag) {
  enum rondo_status status = rdo_mapping_open_limited(path, RDO_DUMP_BYTES_MAX, out_mapping, diag);
  if (status != RONDO_OK) rdo_prefix(diag, "%s", path);
  return status;
}

enum rondo_status rdo_dump_read(const char *path, const struct rdo_schedule_options *options, struct rdo_schedule *out_schedule,
                                struct rondo_diag *diag) {
  struct rdo_mapping *mapping;
  *out_schedule = (struct rdo_schedule){0};
  RDO_TRY(rdo_dump_open(path, &mapping, diag));
  enum rondo_status status = rdo_dump_parse(mapping->bytes, path, options, out_schedule, diag);
  rdo_object_release(&mapping->object);
  return status;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/dot_plan.h"

#include <string.h>

#include "base/alloc.h"
#include "plan/name_map.h"

enum { LINE_KEY,
       LINE_JOB,
       LINE_TARGET,
       LINE_START,
       LINE_PLAN,
       LINE_COUNT };

static const char start_mark[] = "start ", plan_mark[] = "plan ", unit[] = " ms", dispatch_mark[] = "_dispatch_";

// Some runners escape line breaks twice: then a reader finds a backslash and an n.
static size_t break_bytes(const char *at) { return *at == '\n' ? 1 : at[0] == '\\' && at[1] == 'n' ? 2 : 0; }

// The first lines of a label, where it has as many.
static bool split_label(const char *label, struct rdo_bytes lines[LINE_COUNT]) {
  const char *at = label;
  for (int i = 0; i < LINE_COUNT; ++i) {
    const char *begin = at;
    while (*at != '\0' && break_bytes(at) == 0) ++at;
    lines[i] = (struct rdo_bytes){(const uint8_t *)begin, (uint64_t)(at - begin)};
    if (i + 1 < LINE_COUNT && *at == '\0') return false;
    at += break_bytes(at);
  }
  return true;
}

// "start 1.250 ms": times are decimal numbers of milliseconds; what is finer than a nanosecond is cut.
static bool parse_time(struct rdo_bytes line, const char *mark, int64_t *out_ns) {
  size_t begin = strlen(mark), end = strlen(unit);
  if (line.size <= begin + end || memcmp(line.data, mark, begin) != 0 || memcmp(line.data + line.size - end, unit, end) != 0) return false;
  int64_t value = 0;
  int decimals = -1;  // none yet
  for (uint64_t i = begin; i < line.size - end; ++i) {
    uint8_t c = line.data[i];
    if (c == '.' && decimals < 0) {
      decimals = 0;
    } else if (c >= '0' && c <= '9') {
      if (decimals >= 6) continue;
      if (value > RDO_TIME_NS_MAX / 10) return false;
      value = value * 10 + (c - '0');
      decimals += decimals >= 0;
    } else {
      return false;
    }
  }
  for (int i = decimals < 0 ? 0 : decimals; i < 6; ++i) {
    if (value > RDO_TIME_NS_MAX / 10) return false;
    value *= 10;
  }
  *out_ns = value;
  return value <= RDO_TIME_NS_MAX;
}

bool rdo_dot_plan_is_label(const char *label) {
  struct rdo_bytes lines[LINE_COUNT];
  int64_t time_ns;
  return split_label(label, lines) && parse_time(lines[LINE_START], start_mark, &time_ns) && parse_time(lines[LINE_PLAN], plan_mark, &time_ns);
}

struct filler {
  const struct rdo_schedule_options *options;
  struct rdo_schedule *schedule;
  struct rdo_name_map jobs, targets;
  uint32_t *taken_by;  // [count] number of the node that it is a dependency of already, + 1
  struct rdo_arena arena;
  struct rondo_diag *diag;
};

static enum rondo_status copy_line(struct filler *filler, struct rdo_bytes line, const char **out_text) {
  char *text;
  RDO_TRY(rdo_arena_alloc(&filler->schedule->arena, line.size + 1, 1, &text, filler->diag));
  memcpy(text, line.data, line.size);
  *out_text = text;
  return RONDO_OK;
}

static enum rondo_status find_job(struct filler *filler, struct rdo_bytes line, uint32_t *out_job) {
  struct rdo_schedule *schedule = filler->schedule;
  const char *name;
  RDO_TRY(copy_line(filler, line, &name));
  *out_job = rdo_name_map_find(&filler->jobs, name);
  if (*out_job != RDO_NAME_NONE) return RONDO_OK;
  *out_job = schedule->job_count++;
  rdo_schedule_job_init(&schedule->jobs[*out_job], name);
  return rdo_name_map_add(&filler->jobs, name, *out_job, filler->diag);
}

static enum rondo_status find_target(struct filler *filler, const struct rdo_dot_plan_node *from, struct rdo_bytes line, uint32_t *out_target) {
  struct rdo_schedule *schedule = filler->schedule;
  const char *name;
  RDO_TRY(copy_line(filler, line, &name));
  *out_target = rdo_name_map_find(&filler->targets, name);
  if (*out_target != RDO_NAME_NONE) return RONDO_OK;
  if (filler->options->machine != NULL) {
    return rdo_fail(filler->diag, RONDO_NOT_FOUND, "%s:%u: %.200s is on \"%.200s\", which the machine has not", schedule->path, (unsigned)from->line, from->key, name);
  }
  if (schedule->target_count == RDO_SCHEDULE_TARGETS_MAX) {
    return rdo_fail(filler->diag, RONDO_OUT_OF_RANGE, "%s:%u: there are more than %d targets", schedule->path, (unsigned)from->line, RDO_SCHEDULE_TARGETS_MAX);
  }
  *out_target = schedule->target_count++;
  schedule->targets[*out_target].name = name;
  return rdo_name_map_add(&filler->targets, name, *out_target, filler->diag);
}

// "net_dispatch_12_3" is the third call of the dispatch with id 12.
static void find_numbers(struct rdo_schedule_node *node) {
  const char *mark = NULL;
  for (const char *at = node->key; (at = strstr(at, dispatch_mark)) != NULL; ++at) mark = at;
  if (mark == NULL) return;
  int64_t numbers[2] = {-1, -1};
  const char *at = mark + strlen(dispatch_mark);
  for (int i = 0; i < 2 && *at >= '0' && *at <= '9'; ++i) {
    int64_t number = 0;
    for (; *at >= '0' && *at <= '9' && number <= INT32_MAX; ++at) number = number * 10 + (*at - '0');
    if (number <= INT32_MAX) numbers[i] = number;
    if (*at == '_') ++at;
  }
  if (numbers[0] >= 0) node->id = (int32_t)numbers[0];
  if (numbers[1] >= 0) node->ordinal = (int32_t)numbers[1];
}

static enum rondo_status fill_edges(struct filler *filler, const struct rdo_dot_plan_node *from, const struct rdo_dot_plan_edge *edges, uint32_t index) {
  struct rdo_schedule *schedule = filler->schedule;
  struct rdo_schedule_node *node = &schedule->nodes[index];
  node->dependency_begin = schedule->dependency_count;
  for (uint32_t i = 0; i < from->edge_count; ++i) {
    const struct rdo_dot_plan_edge *edge = &edges[from->edge_begin + i];
    if (edge->is_inferred) {
      RDO_TRY(rdo_notes_add(&schedule->notes, filler->diag, "inferred", "%s: dotted edges, such as the one to %.200s, were inferred from when dispatches ran", schedule->path,
                            from->key));
    }
    if (edge->is_time) {
      if (node->time_dependency != RDO_SCHEDULE_NONE && node->time_dependency != edge->from) {
        return rdo_fail(filler->diag, RONDO_INVALID_ARGUMENT, "%s:%u: two edges labelled `time` lead to %.200s, which can wait for one", schedule->path,
                        (unsigned)from->line, from->key);
      }
      node->time_dependency = edge->from;
    } else if (filler->taken_by[edge->from] != index + 1) {
      filler->taken_by[edge->from] = index + 1;
      schedule->dependencies[schedule->dependency_count++] = edge->from;
    }
  }
  node->dependency_count = schedule->dependency_count - node->dependency_begin;
  return RONDO_OK;
}

static enum rondo_status fill_node(struct filler *filler, const struct rdo_dot_plan_node *from, const struct rdo_dot_plan_edge *edges, uint32_t index) {
  struct rdo_schedule_node *node = &filler->schedule->nodes[index];
  struct rdo_bytes lines[LINE_COUNT];
  rdo_schedule_node_init(node);
  if (!split_label(from->label, lines) || !parse_time(lines[LINE_START], start_mark, &node->start_ns) ||
      !parse_time(lines[LINE_PLAN], plan_mark, &node->duration_ns)) {
    return rdo_fail(filler->diag, RONDO_INTERNAL, "%s:%u: a label that was checked cannot be read", filler->schedule->path, (unsigned)from->line);
  }
  RDO_TRY(rdo_text_copy(&filler->schedule->arena, from->key, &node->key, filler->diag));
  RDO_TRY(find_job(filler, lines[LINE_JOB], &node->job));
  RDO_TRY(find_target(filler, from, lines[LINE_TARGET], &node->target));
  find_numbers(node);
  if (node->duration_ns > 0) filler->schedule->variant = RDO_SCHEDULE_TIMED;
  return fill_edges(filler, from, edges, index);
}

static enum rondo_status fill_all(struct filler *filler, const struct rdo_dot_plan_node *nodes, uint32_t count, const struct rdo_dot_plan_edge *edges) {
  struct rdo_schedule *schedule = filler->schedule;
  const struct rdo_machine_file *machine = filler->options->machine;
  uint32_t edge_count = 0, target_room = RDO_SCHEDULE_TARGETS_MAX;
  for (uint32_t i = 0; i < count; ++i) edge_count += nodes[i].edge_count;
  schedule->variant = RDO_SCHEDULE_GRAPH;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, count, sizeof *schedule->nodes, &schedule->nodes, filler->diag));
  RDO_TRY(rdo_arena_alloc(&schedule->arena, count, sizeof *schedule->jobs, &schedule->jobs, filler->diag));
  RDO_TRY(rdo_arena_alloc(&schedule->arena, target_room, sizeof *schedule->targets, &schedule->targets, filler->diag));
  RDO_TRY(rdo_arena_alloc(&schedule->arena, edge_count, sizeof *schedule->dependencies, &schedule->dependencies, filler->diag));
  RDO_TRY(rdo_arena_alloc(&filler->arena, count, sizeof *filler->taken_by, &filler->taken_by, filler->diag));
  for (int i = 0; machine != NULL && i < machine->lane_count; ++i) {
    RDO_TRY(rdo_text_copy(&schedule->arena, machine->lanes[i].name, &schedule->targets[i].name, filler->diag));
    RDO_TRY(rdo_name_map_add(&filler->targets, schedule->targets[i].name, (uint32_t)i, filler->diag));
    ++schedule->target_count;
  }
  for (uint32_t i = 0; i < count; ++i) RDO_TRY(fill_node(filler, &nodes[i], edges, i));
  schedule->node_count = count;
  return RONDO_OK;
}

enum rondo_status rdo_dot_plan_fill(const struct rdo_dot_plan_node *nodes, uint32_t count, const struct rdo_dot_plan_edge *edges,
                                    const struct rdo_schedule_options *options, struct rdo_schedule *schedule, struct rondo_diag *diag) {
  struct filler filler = {.options = options, .schedule = schedule, .diag = diag};
  enum rondo_status status = fill_all(&filler, nodes, count, edges);
  rdo_name_map_deinit(&filler.jobs);
  rdo_name_map_deinit(&filler.targets);
  rdo_arena_deinit(&filler.arena);
  return status;
}

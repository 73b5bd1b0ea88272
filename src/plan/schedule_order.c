// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What follows from the nodes of a schedule: who waits for whom, and in which order that can happen. All of it is
// deterministic: equal files give equal orders.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/name_map.h"
#include "plan/policy.h"
#include "plan/schedule_file.h"

enum { CYCLE_NAMES_MAX = 8 };

// Ranks ----------------------------------------------------------------------------------------------------

struct ranked {
  const struct rdo_schedule_node *node;
  uint32_t index;
};

static int compare_ranked(const void *left, const void *right) {
  const struct rdo_schedule_node *a = ((const struct ranked *)left)->node, *b = ((const struct ranked *)right)->node;
  if (a->start_ns != b->start_ns) return a->start_ns < b->start_ns ? -1 : 1;
  if (a->id != b->id) return a->id < b->id ? -1 : 1;
  if (a->ordinal != b->ordinal) return a->ordinal < b->ordinal ? -1 : 1;
  return strcmp(a->key, b->key);
}

static enum rondo_status rank_nodes(struct rdo_schedule *schedule, struct rondo_diag *diag) {
  struct ranked *ranked;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, schedule->node_count, sizeof *schedule->by_rank, &schedule->by_rank, diag));
  RDO_TRY(rdo_alloc_array(schedule->node_count, sizeof *ranked, &ranked, diag));
  for (uint32_t i = 0; i < schedule->node_count; ++i) ranked[i] = (struct ranked){&schedule->nodes[i], i};
  if (schedule->node_count > 0) qsort(ranked, schedule->node_count, sizeof *ranked, compare_ranked);
  for (uint32_t rank = 0; rank < schedule->node_count; ++rank) {
    schedule->by_rank[rank] = ranked[rank].index;
    struct rdo_schedule_node *node = &schedule->nodes[ranked[rank].index];
    const struct rdo_schedule_node *before = rank > 0 ? &schedule->nodes[schedule->by_rank[rank - 1]] : NULL;
    node->rank = rank;
    node->tie = before != NULL && node->start_ns - before->start_ns < RDO_POLICY_TIME_UNIT_NS ? before->tie + 1 : 0;
  }
  rdo_free(ranked);
  return RONDO_OK;
}

// Links ----------------------------------------------------------------------------------------------------

static bool depends_on(const struct rdo_schedule *schedule, const struct rdo_schedule_node *node, uint32_t other) {
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    if (schedule->dependencies[node->dependency_begin + i] == other) return true;
  }
  return false;
}

// Whether the time dependency is one more predecessor.
static bool waits_for_time(const struct rdo_schedule *schedule, const struct rdo_schedule_node *node) {
  return node->time_dependency != RDO_SCHEDULE_NONE && node->time_mode == RDO_TIME_HARD && !depends_on(schedule, node, node->time_dependency);
}

static enum rondo_status link_predecessors(struct rdo_schedule *schedule, struct rondo_diag *diag) {
  size_t count = 0;
  for (uint32_t i = 0; i < schedule->node_count; ++i) count += schedule->nodes[i].dependency_count + (size_t)1;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, count, sizeof *schedule->predecessors, &schedule->predecessors, diag));
  uint32_t next = 0;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    struct rdo_schedule_node *node = &schedule->nodes[i];
    node->predecessor_begin = next;
    for (uint32_t k = 0; k < node->dependency_count; ++k) schedule->predecessors[next++] = schedule->dependencies[node->dependency_begin + k];
    if (waits_for_time(schedule, node)) schedule->predecessors[next++] = node->time_dependency;
    node->predecessor_count = next - node->predecessor_begin;
  }
  schedule->predecessor_count = next;
  return RONDO_OK;
}

static enum rondo_status link_successors(struct rdo_schedule *schedule, struct rondo_diag *diag) {
  RDO_TRY(rdo_arena_alloc(&schedule->arena, schedule->predecessor_count, sizeof *schedule->successors, &schedule->successors, diag));
  for (uint32_t i = 0; i < schedule->node_count; ++i) schedule->nodes[i].successor_count = 0;
  for (uint32_t i = 0; i < schedule->predecessor_count; ++i) ++schedule->nodes[schedule->predecessors[i]].successor_count;
  uint32_t next = 0;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    schedule->nodes[i].successor_begin = next;
    next += schedule->nodes[i].successor_count;
    schedule->nodes[i].successor_count = 0;
  }
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      struct rdo_schedule_node *before = &schedule->nodes[schedule->predecessors[node->predecessor_begin + k]];
      schedule->successors[before->successor_begin + before->successor_count++] = i;
    }
  }
  return RONDO_OK;
}

// Order ----------------------------------------------------------------------------------------------------

// A heap of ranks, lowest first.
static void push_rank(uint32_t *heap, uint32_t *count, uint32_t rank) {
  uint32_t at = (*count)++;
  while (at > 0 && heap[(at - 1) / 2] > rank) {
    heap[at] = heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  heap[at] = rank;
}

static uint32_t pop_rank(uint32_t *heap, uint32_t *count) {
  uint32_t lowest = heap[0], last = heap[--*count], at = 0;
  for (;;) {
    uint32_t child = at * 2 + 1;
    if (child >= *count) break;
    if (child + 1 < *count && heap[child + 1] < heap[child]) ++child;
    if (heap[child] >= last) break;
    heap[at] = heap[child];
    at = child;
  }
  heap[at] = last;
  return lowest;
}

// A node of the cycle that one finds by going from a node that is never ready to predecessors that are not either.
static uint32_t find_cycle(const struct rdo_schedule *schedule, const uint32_t *waiting, uint32_t *next) {
  uint32_t at = 0, step = 0;
  while (waiting[at] == 0) ++at;
  for (uint32_t i = 0; i < schedule->node_count; ++i) next[i] = RDO_SCHEDULE_NONE;
  while (next[at] == RDO_SCHEDULE_NONE) {
    const struct rdo_schedule_node *node = &schedule->nodes[at];
    step = node->predecessor_begin;
    while (waiting[schedule->predecessors[step]] == 0) ++step;
    next[at] = schedule->predecessors[step];
    at = next[at];
  }
  return at;
}

static enum rondo_status fail_cycle(const struct rdo_schedule *schedule, const uint32_t *waiting, uint32_t *scratch, struct rondo_diag *diag) {
  char text[RONDO_DIAG_MESSAGE_BYTES];
  uint32_t first = find_cycle(schedule, waiting, scratch), at = scratch[first];
  size_t length = (size_t)snprintf(text, sizeof text, "%.100s", schedule->nodes[first].key);
  for (int i = 0; at != first && length < sizeof text; ++i, at = scratch[at]) {
    if (i < CYCLE_NAMES_MAX) length += (size_t)snprintf(text + length, sizeof text - length, " waits for %.100s", schedule->nodes[at].key);
    else if (i == CYCLE_NAMES_MAX) length += (size_t)snprintf(text + length, sizeof text - length, " ...");
  }
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT,
                  "%s: dispatches.%.100s: waits for itself: %.700s waits for %.100s; remove a dependency, or make a time dependency soft",
                  schedule->path, schedule->nodes[first].key, text, schedule->nodes[first].key);
}

static enum rondo_status order_with(struct rdo_schedule *schedule, uint32_t *waiting, uint32_t *heap, struct rondo_diag *diag) {
  uint32_t heap_count = 0, done = 0;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    waiting[i] = schedule->nodes[i].predecessor_count;
    if (waiting[i] == 0) push_rank(heap, &heap_count, schedule->nodes[i].rank);
  }
  while (heap_count > 0) {
    uint32_t index = schedule->by_rank[pop_rank(heap, &heap_count)];
    const struct rdo_schedule_node *node = &schedule->nodes[index];
    schedule->order[done++] = index;
    for (uint32_t i = 0; i < node->successor_count; ++i) {
      uint32_t successor = schedule->successors[node->successor_begin + i];
      if (--waiting[successor] == 0) push_rank(heap, &heap_count, schedule->nodes[successor].rank);
    }
  }
  return done == schedule->node_count ? RONDO_OK : fail_cycle(schedule, waiting, heap, diag);
}

static enum rondo_status order_nodes(struct rdo_schedule *schedule, struct rondo_diag *diag) {
  uint32_t *waiting = NULL, *heap = NULL;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, schedule->node_count, sizeof *schedule->order, &schedule->order, diag));
  enum rondo_status status = rdo_alloc_array(schedule->node_count, sizeof *waiting, &waiting, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->node_count, sizeof *heap, &heap, diag);
  if (status == RONDO_OK) status = order_with(schedule, waiting, heap, diag);
  rdo_free(waiting);
  rdo_free(heap);
  return status;
}

// Jobs -----------------------------------------------------------------------------------------------------

// "mlp" for "mlp3" where there is a "mlp0": so periodic instances are called. "mobilenet_v2" stays what it is.
static enum rondo_status find_base(struct rdo_schedule *schedule, const struct rdo_name_map *names, struct rdo_schedule_job *job,
                                   struct rondo_diag *diag) {
  size_t length = strlen(job->name), begin = length;
  while (begin > 0 && job->name[begin - 1] >= '0' && job->name[begin - 1] <= '9') --begin;
  job->base = job->name;
  if (begin == 0 || begin == length) return RONDO_OK;
  char *text;
  RDO_TRY(rdo_arena_alloc(&schedule->arena, begin + 2, 1, &text, diag));
  memcpy(text, job->name, begin);
  text[begin] = '0';
  if (rdo_name_map_find(names, text) == RDO_NAME_NONE) return RONDO_OK;
  text[begin] = '\0';
  job->base = text;
  return RONDO_OK;
}

static enum rondo_status intern(struct rdo_name_map *map, const char *name, uint32_t *out_number, struct rondo_diag *diag) {
  *out_number = rdo_name_map_find(map, name);
  if (*out_number != RDO_NAME_NONE) return RONDO_OK;
  *out_number = (uint32_t)map->count;
  return rdo_name_map_add(map, name, *out_number, diag);
}

struct family_use {
  uint32_t base, family;
  const char *name;
};

static int compare_uses(const void *left, const void *right) {
  const struct family_use *a = left, *b = right;
  if (a->base != b->base) return a->base < b->base ? -1 : 1;
  return a->family < b->family ? -1 : a->family > b->family;
}

// The family that most nodes of each base have; of equals the one that occurs first in the file.
static enum rondo_status count_families(struct rdo_schedule *schedule, struct rdo_name_map *bases, struct rdo_name_map *families,
                                        struct family_use *uses, const char **names, struct rondo_diag *diag) {
  size_t count = 0;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    if (node->family[0] == '\0') continue;
    struct family_use *use = &uses[count++];
    use->name = node->family;
    RDO_TRY(intern(bases, schedule->jobs[node->job].base, &use->base, diag));
    RDO_TRY(intern(families, node->family, &use->family, diag));
  }
  if (count > 0) qsort(uses, count, sizeof *uses, compare_uses);
  size_t most = 0;
  for (size_t begin = 0, end; begin < count; begin = end) {
    for (end = begin; end < count && compare_uses(&uses[begin], &uses[end]) == 0;) ++end;
    if (begin == 0 || uses[begin].base != uses[begin - 1].base) most = 0;
    if (end - begin > most) names[uses[begin].base] = uses[begin].name;
    if (end - begin > most) most = end - begin;
  }
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    uint32_t base = rdo_name_map_find(bases, schedule->jobs[i].base);
    schedule->jobs[i].family = base == RDO_NAME_NONE ? "" : names[base];
  }
  return RONDO_OK;
}

static enum rondo_status describe_jobs(struct rdo_schedule *schedule, struct rondo_diag *diag) {
  struct rdo_name_map names = {0}, bases = {0}, families = {0};
  struct family_use *uses = NULL;
  const char **family_names = NULL;
  enum rondo_status status = RONDO_OK;
  for (uint32_t i = 0; i < schedule->job_count && status == RONDO_OK; ++i) status = rdo_name_map_add(&names, schedule->jobs[i].name, i, diag);
  for (uint32_t i = 0; i < schedule->job_count && status == RONDO_OK; ++i) status = find_base(schedule, &names, &schedule->jobs[i], diag);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->node_count, sizeof *uses, &uses, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->job_count, sizeof *family_names, &family_names, diag);
  if (status == RONDO_OK) status = count_families(schedule, &bases, &families, uses, family_names, diag);
  rdo_name_map_deinit(&names);
  rdo_name_map_deinit(&bases);
  rdo_name_map_deinit(&families);
  rdo_free(uses);
  rdo_free(family_names);
  return status;
}

static enum rondo_status sum_up(struct rdo_schedule *schedule, struct rondo_diag *diag) {
  int64_t sum_ns = 0;
  for (uint32_t i = 0; i < schedule->target_count; ++i) schedule->targets[i].node_count = 0;
  for (uint32_t i = 0; i < schedule->job_count; ++i) schedule->jobs[i].node_count = 0;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    ++schedule->targets[node->target].node_count;
    ++schedule->jobs[node->job].node_count;
    if (node->start_ns + node->duration_ns > schedule->last_end_ns) schedule->last_end_ns = node->start_ns + node->duration_ns;
    sum_ns += node->duration_ns;
    if (sum_ns <= RDO_TIME_NS_MAX) continue;
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: dispatches.%.100s: here the durations add up to more than 104 days", schedule->path,
                    node->key);
  }
  if (schedule->makespan_ns <= 0) schedule->makespan_ns = schedule->last_end_ns;
  return RONDO_OK;
}

enum rondo_status rdo_schedule_complete(struct rdo_schedule *schedule, struct rondo_diag *diag) {
  if (schedule->path == NULL) schedule->path = "schedule";
  if (schedule->dot_file == NULL) schedule->dot_file = "";
  if (schedule->vmfb_dir == NULL) schedule->vmfb_dir = "";
  RDO_TRY(sum_up(schedule, diag));
  RDO_TRY(describe_jobs(schedule, diag));
  RDO_TRY(rank_nodes(schedule, diag));
  RDO_TRY(link_predecessors(schedule, diag));
  RDO_TRY(link_successors(schedule, diag));
  return order_nodes(schedule, diag);
}

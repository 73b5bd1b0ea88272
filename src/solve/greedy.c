// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/greedy.h"

#include <stdlib.h>

#include "base/alloc.h"

struct greedy_key {
  int64_t latest;
  uint32_t position;  // in the topological order: equals stay apart
  uint32_t node;
  bool has_limit;
};

static int compare_keys(const void *left, const void *right) {
  const struct greedy_key *a = left, *b = right;
  if (a->has_limit != b->has_limit) return a->has_limit ? -1 : 1;
  if (a->latest != b->latest) return a->latest < b->latest ? -1 : 1;
  return a->position < b->position ? -1 : a->position > b->position;
}

static int64_t last_deadline(const struct rondo_problem *problem) {
  int64_t last = 0;
  for (size_t i = 0; i < problem->job_count; ++i) {
    if (problem->jobs[i].deadline != INT64_MAX && problem->jobs[i].deadline > last) last = problem->jobs[i].deadline;
  }
  return last;
}

static int64_t find_latest(const struct rondo_problem *problem, const struct greedy_key *keys, const struct rdo_node *node, int64_t end) {
  int64_t latest = end;
  if (node->job >= 0) {
    const struct rdo_job *job = &problem->jobs[node->job];
    if (job->deadline != INT64_MAX) latest = job->deadline + (job->is_relative ? job->release : 0);
  }
  for (uint32_t i = 0; i < node->successor_count; ++i) {
    const struct rdo_link *link = &problem->successors[node->successor_begin + i];
    int64_t before = keys[link->node].latest - link->delay;
    if (before < latest) latest = before;
  }
  latest -= node->duration_min;
  return latest < node->latest_start ? latest : node->latest_start;
}

enum rondo_status rdo_greedy_order(const struct rondo_problem *problem, uint32_t *out_order, struct rondo_diag *diag) {
  struct greedy_key *keys;
  int64_t end = last_deadline(problem) > problem->horizon ? last_deadline(problem) : problem->horizon;
  RDO_TRY(rdo_alloc_array(problem->node_count, sizeof *keys, &keys, diag));
  for (size_t i = problem->node_count; i-- > 0;) {
    uint32_t index = problem->order[i];
    const struct rdo_node *node = &problem->nodes[index];
    struct greedy_key *key = &keys[index];
    *key = (struct greedy_key){.latest = find_latest(problem, keys, node, end), .position = (uint32_t)i, .node = index, .has_limit = node->latest_start != INT64_MAX};
    for (uint32_t k = 0; k < node->successor_count; ++k) key->has_limit |= keys[problem->successors[node->successor_begin + k].node].has_limit;
  }
  qsort(keys, problem->node_count, sizeof *keys, compare_keys);
  for (size_t i = 0; i < problem->node_count; ++i) out_order[i] = keys[i].node;
  rdo_free(keys);
  return RONDO_OK;
}

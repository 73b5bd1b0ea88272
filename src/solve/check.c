// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The checker. It reads what a problem was built from (edges as they were added, modes, uses) and a schedule's
// numbers, and nothing that the solver derived: what it passes is right whoever made it.

#include <stdlib.h>

#include "base/alloc.h"
#include "base/status.h"
#include "solve/problem.h"

// A change of what is in use.
struct check_event {
  int32_t machine;
  int32_t width;  // negative where a node ends
  int64_t time;
  uint32_t node;
};

// By machine and time; ends come before starts of the same moment.
static int compare_events(const void *left, const void *right) {
  const struct check_event *a = left, *b = right;
  if (a->machine != b->machine) return a->machine < b->machine ? -1 : 1;
  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  if ((a->width < 0) != (b->width < 0)) return a->width < 0 ? -1 : 1;
  return a->node < b->node ? -1 : a->node > b->node;
}

#define BROKEN(diag, ...) rdo_fail((diag), RONDO_INVALID_ARGUMENT, __VA_ARGS__)

static const struct rdo_mode *mode_of(const struct rondo_problem *problem, const struct rondo_placed_node *nodes, uint32_t node) {
  return &problem->modes[problem->nodes[node].mode_begin + (uint32_t)nodes[node].mode];
}

static enum rondo_status check_placed(const struct rondo_problem *problem, const struct rondo_placed_node *nodes, uint32_t index, struct rondo_diag *diag) {
  const struct rdo_node *node = &problem->nodes[index];
  const struct rondo_placed_node *placed = &nodes[index];
  if (placed->mode < 0 || (uint32_t)placed->mode >= node->mode_count) return BROKEN(diag, "node %u has mode %d of %u", index, placed->mode, node->mode_count);
  if (placed->start < 0 || placed->end < 0) return BROKEN(diag, "node %u runs from %lld to %lld", index, (long long)placed->start, (long long)placed->end);
  if (placed->end - placed->start != mode_of(problem, nodes, index)->duration) {
    return BROKEN(diag, "node %u runs from %lld to %lld, but its mode %d lasts %lld", index, (long long)placed->start, (long long)placed->end, placed->mode, (long long)mode_of(problem, nodes, index)->duration);
  }
  if (placed->start < node->release) return BROKEN(diag, "node %u starts at %lld, before its release at %lld", index, (long long)placed->start, (long long)node->release);
  if (placed->start > node->latest_start) return BROKEN(diag, "node %u starts at %lld, after its latest start at %lld", index, (long long)placed->start, (long long)node->latest_start);
  if (node->job >= 0 && placed->start < problem->jobs[node->job].release) return BROKEN(diag, "node %u starts at %lld, before the release of job %d", index, (long long)placed->start, node->job);
  return RONDO_OK;
}

// The longest transition between the machines of two modes, from the list that the caller gave.
static int64_t find_transition(const struct rondo_problem *problem, const struct rdo_mode *from, const struct rdo_mode *to) {
  int64_t longest = 0;
  for (size_t i = 0; i < problem->transition_count; ++i) {
    const struct rdo_transition *transition = &problem->transitions[i];
    for (uint32_t a = 0; a < from->use_count; ++a) {
      for (uint32_t b = 0; b < to->use_count; ++b) {
        bool fits = problem->uses[from->use_begin + a].machine == transition->from && problem->uses[to->use_begin + b].machine == transition->to;
        if (fits && transition->delay > longest) longest = transition->delay;
      }
    }
  }
  return longest;
}

static enum rondo_status check_edges(const struct rondo_problem *problem, const struct rondo_placed_node *nodes, struct rondo_diag *diag) {
  for (size_t i = 0; i < problem->edge_count; ++i) {
    const struct rdo_edge *edge = &problem->edges[i];
    int64_t delay = edge->delay + find_transition(problem, mode_of(problem, nodes, edge->from), mode_of(problem, nodes, edge->to));
    if (nodes[edge->to].start - delay >= nodes[edge->from].end) continue;
    return BROKEN(diag, "node %u starts at %lld, less than %lld after the end of its predecessor %u at %lld", edge->to, (long long)nodes[edge->to].start, (long long)delay, edge->from, (long long)nodes[edge->from].end);
  }
  return RONDO_OK;
}

// What repeats is where it would be within the first period; what reaches beyond that is at its begin as well.
static size_t add_events(const struct rondo_problem *problem, const struct rondo_placed_node *placed, uint32_t node, const struct rondo_problem_use *use,
                         struct check_event *events) {
  int64_t begin = placed->start, end = placed->end, period = problem->period;
  if (period != 0) {
    end -= begin - begin % period;
    begin %= period;
  }
  events[0] = (struct check_event){.machine = use->machine, .width = use->width, .time = begin, .node = node};
  events[1] = (struct check_event){.machine = use->machine, .width = -use->width, .time = end, .node = node};
  if (period == 0 || end <= period) return 2;
  events[1].time = period;
  events[2] = (struct check_event){.machine = use->machine, .width = use->width, .time = 0, .node = node};
  events[3] = (struct check_event){.machine = use->machine, .width = -use->width, .time = end - period, .node = node};
  return 4;
}

static size_t list_events(const struct rondo_problem *problem, const struct rondo_placed_node *nodes, struct check_event *events) {
  size_t count = 0;
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    const struct rdo_mode *mode = mode_of(problem, nodes, i);
    for (uint32_t k = 0; k < mode->use_count && mode->duration != 0; ++k) {
      count += add_events(problem, &nodes[i], i, &problem->uses[mode->use_begin + k], &events[count]);
    }
  }
  return count;
}

static enum rondo_status check_capacities(const struct rondo_problem *problem, const struct rondo_placed_node *nodes, struct rondo_diag *diag) {
  struct check_event *events;
  enum rondo_status status = RONDO_OK;
  RDO_TRY(rdo_alloc_array(problem->use_count * 4 + 1, sizeof *events, &events, diag));
  size_t count = list_events(problem, nodes, events);
  qsort(events, count, sizeof *events, compare_events);
  int64_t used = 0;
  for (size_t i = 0; i < count && status == RONDO_OK; ++i) {
    if (i == 0 || events[i].machine != events[i - 1].machine) used = 0;
    used += events[i].width;
    int32_t capacity = problem->machines[events[i].machine].capacity;
    if (used > capacity) {
      status = BROKEN(diag, "machine %d has %d, but %lld are in use when node %u starts at %lld", events[i].machine, capacity, (long long)used, events[i].node, (long long)events[i].time);
    }
  }
  rdo_free(events);
  return status;
}

static enum rondo_status check_repetition(const struct rondo_problem *problem, const struct rondo_placed_node *nodes, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < problem->node_count && problem->period != 0; ++i) {
    if (nodes[i].end - nodes[i].start <= problem->period) continue;
    return BROKEN(diag, "node %u runs from %lld to %lld, longer than the period of %lld", i, (long long)nodes[i].start, (long long)nodes[i].end, (long long)problem->period);
  }
  for (size_t i = 0; i < problem->return_count; ++i) {
    const struct rdo_return *back = &problem->returns[i];
    if (nodes[back->to].start + problem->period - back->delay >= nodes[back->from].end) continue;
    return BROKEN(diag, "node %u ends at %lld, less than %lld before node %u starts again at %lld", back->from, (long long)nodes[back->from].end, (long long)back->delay, back->to, (long long)(nodes[back->to].start + problem->period));
  }
  return RONDO_OK;
}

enum rondo_status rondo_schedule_check(const struct rondo_problem *problem, const struct rondo_placed_node *nodes, int node_count, struct rondo_diag *diag) {
  if (!problem->is_finished) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "the problem is not finished");
  if (node_count < 0 || (size_t)node_count != problem->node_count) return BROKEN(diag, "the schedule has %d nodes, the problem %zu", node_count, problem->node_count);
  for (uint32_t i = 0; i < problem->node_count; ++i) RDO_TRY(check_placed(problem, nodes, i, diag));
  RDO_TRY(check_edges(problem, nodes, diag));
  RDO_TRY(check_repetition(problem, nodes, diag));
  return check_capacities(problem, nodes, diag);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/delay.h"

#include "base/alloc.h"

// Each dispatch is compared with all others: with more of them this would take long for little.
enum { NODES_MAX = 4000, TRIALS_MAX = 16 };

static const struct rdo_draft_mode *mode_of(const struct rdo_draft *draft, const struct rondo_placed_node *placed, uint32_t node) {
  return &draft->modes[draft->nodes[node].mode_begin + (uint32_t)placed[node].mode];
}

// What moving from one lane to the other costs.
static int64_t transition_ns(const struct rdo_draft *draft, const struct rdo_draft_mode *from, const struct rdo_draft_mode *to) {
  const struct rdo_machine_file *machine = draft->machine;
  int64_t longest_ns = 0;
  for (int i = 0; i < machine->transition_count; ++i) {
    const struct rdo_transition_entry *transition = &machine->transitions[i];
    for (uint32_t a = 0; a < from->use_count; ++a) {
      for (uint32_t b = 0; b < to->use_count; ++b) {
        bool fits = machine->lanes[draft->uses[from->use_begin + a].lane].cluster == transition->from &&
                    machine->lanes[draft->uses[to->use_begin + b].lane].cluster == transition->to;
        if (fits && transition->cost_ns > longest_ns) longest_ns = transition->cost_ns;
      }
    }
  }
  return longest_ns;
}

// Workers that a node takes of a lane, or of a group of lanes.
static int64_t width_on(const struct rdo_draft *draft, const struct rdo_draft_mode *mode, int lane, int group) {
  int64_t width = 0;
  for (uint32_t i = 0; i < mode->use_count; ++i) {
    const struct rdo_draft_use *use = &draft->uses[mode->use_begin + i];
    if (group >= 0 ? draft->lane_groups[use->lane] == group : use->lane == lane) width += use->width;
  }
  return width;
}

static bool holds(const struct rdo_draft *draft, uint32_t node, int resource) {
  for (uint32_t i = 0; i < draft->nodes[node].resource_count; ++i) {
    if (draft->resources[draft->nodes[node].resource_begin + i] == resource) return true;
  }
  return false;
}

// A node at another time than its own, and what runs meanwhile as if all of it ran at once.
struct trial {
  uint32_t node;
  int64_t start_ns, end_ns;
};

// Where a plan is repeated, the repetition of another node that runs last while the trial does counts.
//   out_start_ns  when that one begins
static bool is_beside(const struct rdo_draft *draft, const struct rondo_placed_node *placed, const struct trial *trial, uint32_t other, int64_t *out_start_ns) {
  int64_t duration_ns = placed[other].end - placed[other].start, period_ns = draft->period_ns;
  *out_start_ns = placed[other].start;
  if (period_ns > 0) {
    int64_t behind_ns = (trial->end_ns - 1 - placed[other].start) % period_ns;  // of its last begin before the trial's end
    *out_start_ns = trial->end_ns - 1 - (behind_ns < 0 ? behind_ns + period_ns : behind_ns);
  }
  return other != trial->node && *out_start_ns < trial->end_ns && *out_start_ns + duration_ns > trial->start_ns && duration_ns > 0;
}

// Whether a lane, a group (-1 = none) or a resource (-1 = none) has room for the node and all that is beside it.
static bool has_room(const struct rdo_draft *draft, const struct rondo_placed_node *placed, const struct trial *trial, int lane, int group,
                     int resource) {
  int64_t used = resource >= 0 ? 1 : width_on(draft, mode_of(draft, placed, trial->node), lane, group);
  int64_t capacity = resource >= 0 ? draft->machine->resources[resource].capacity
                     : group >= 0  ? draft->groups[group].capacity
                                   : draft->machine->lanes[lane].worker_count;
  for (uint32_t i = 0; i < draft->node_count && used <= capacity; ++i) {
    int64_t start_ns;
    if (!is_beside(draft, placed, trial, i, &start_ns)) continue;
    used += resource >= 0 ? holds(draft, i, resource) : width_on(draft, mode_of(draft, placed, i), lane, group);
  }
  return used <= capacity;
}

static bool fits(const struct rdo_draft *draft, const struct rondo_placed_node *placed, const struct trial *trial) {
  const struct rdo_draft_mode *mode = mode_of(draft, placed, trial->node);
  const struct rdo_draft_node *node = &draft->nodes[trial->node];
  for (uint32_t i = 0; i < mode->use_count; ++i) {
    int lane = draft->uses[mode->use_begin + i].lane, group = draft->lane_groups[lane];
    if (!has_room(draft, placed, trial, lane, -1, -1) || (group >= 0 && !has_room(draft, placed, trial, lane, group, -1))) return false;
  }
  for (uint32_t i = 0; i < node->resource_count; ++i) {
    if (!has_room(draft, placed, trial, 0, -1, draft->resources[node->resource_begin + i])) return false;
  }
  return true;
}

// The latest start up to a limit at which there is room; its present one if there is none. Tried are the limit, and ends where
// something else begins.
static int64_t find_latest(const struct rdo_draft *draft, const struct rondo_placed_node *placed, uint32_t node, int64_t latest_ns) {
  int64_t duration_ns = placed[node].end - placed[node].start;
  struct trial trial = {node, latest_ns, latest_ns + duration_ns};
  for (int count = 0; count < TRIALS_MAX && trial.start_ns > placed[node].start; ++count) {
    int64_t next_ns = placed[node].start;
    if (fits(draft, placed, &trial)) return trial.start_ns;
    for (uint32_t i = 0; i < draft->node_count; ++i) {
      int64_t start_ns;
      if (is_beside(draft, placed, &trial, i, &start_ns) && start_ns - duration_ns > next_ns) next_ns = start_ns - duration_ns;
    }
    trial = (struct trial){node, next_ns, next_ns + duration_ns};
  }
  return placed[node].start;
}

// A dispatch that nothing of its own call waits for stays where it is, whoever else waits.
static void delay_all(const struct rdo_draft *draft, struct rondo_placed_node *placed, int64_t *limits, bool *goes_on) {
  int64_t handover_ns = rdo_draft_handover_ns(draft);
  for (uint32_t i = 0; i < draft->node_count; ++i) limits[i] = INT64_MAX;
  for (size_t i = 0; i < draft->edge_count; ++i) {
    goes_on[draft->edges[i].from] |= draft->nodes[draft->edges[i].from].call == draft->nodes[draft->edges[i].to].call;
  }
  for (size_t i = draft->node_count; i-- > 0;) {
    uint32_t node = draft->order[i];
    const struct rdo_draft_call *call = &draft->calls[draft->nodes[node].call];
    bool is_free = call->is_relative && call->deadline_ns > 0 && !draft->nodes[node].is_fixed && goes_on[node];
    if (is_free) {
      int64_t duration_ns = placed[node].end - placed[node].start;
      placed[node].start = find_latest(draft, placed, node, limits[node] - duration_ns);
      placed[node].end = placed[node].start + duration_ns;
    }
    for (uint32_t k = draft->predecessor_begins[node]; k < draft->predecessor_begins[node + 1]; ++k) {
      uint32_t before = draft->edges[draft->predecessors[k]].from;
      int64_t limit_ns = placed[node].start - handover_ns - transition_ns(draft, mode_of(draft, placed, before), mode_of(draft, placed, node));
      if (limit_ns < limits[before]) limits[before] = limit_ns;
    }
  }
}

enum rondo_status rdo_draft_delay(const struct rdo_draft *draft, struct rondo_placed_node *inout_placed, struct rondo_diag *diag) {
  int64_t *limits = NULL;
  bool *goes_on = NULL;
  bool is_wanted = false;
  for (size_t i = 0; i < draft->call_count; ++i) is_wanted |= draft->calls[i].is_relative && draft->calls[i].deadline_ns > 0;
  if (!is_wanted || draft->node_count > NODES_MAX) return RONDO_OK;
  enum rondo_status status = rdo_alloc_array(draft->node_count, sizeof *limits, &limits, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(draft->node_count, sizeof *goes_on, &goes_on, diag);
  if (status == RONDO_OK) delay_all(draft, inout_placed, limits, goes_on);
  rdo_free(limits);
  rdo_free(goes_on);
  return status;
}

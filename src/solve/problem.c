// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/problem.h"

#include <string.h>

#include "base/alloc.h"

enum rondo_status rondo_problem_create(struct rondo_problem **out_problem, struct rondo_diag *diag) {
  *out_problem = NULL;
  return rdo_alloc(sizeof **out_problem, out_problem, diag);
}

void rondo_problem_release(struct rondo_problem **problem) {
  if (problem == NULL || *problem == NULL) return;
  struct rondo_problem *p = *problem;
  rdo_free(p->machines);
  rdo_free(p->jobs);
  rdo_free(p->nodes);
  rdo_free(p->modes);
  rdo_free(p->uses);
  rdo_free(p->edges);
  rdo_free(p->transitions);
  rdo_free(p->returns);
  rdo_free(p->predecessors);
  rdo_free(p->successors);
  rdo_free(p->order);
  rdo_free(p->place_delays);
  rdo_free(p);
  *problem = NULL;
}

// Adding -----------------------------------------------------------------------------------------------

static enum rondo_status check_open(const struct rondo_problem *problem, struct rondo_diag *diag) {
  if (!problem->is_finished) return RONDO_OK;
  return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "the problem is finished: nothing can be added");
}

static enum rondo_status check_count(const char *noun, size_t count, size_t added, size_t limit, struct rondo_diag *diag) {
  if (added <= limit && count <= limit - added) return RONDO_OK;
  return rdo_fail(diag, RONDO_OUT_OF_RANGE, "too many %s: at most %zu", noun, limit);
}

static enum rondo_status check_time(const char *what, int64_t time, struct rondo_diag *diag) {
  if (time >= 0 && time <= RONDO_PROBLEM_TIME_MAX) return RONDO_OK;
  return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s is %lld: not in 0 .. %lld", what, (long long)time, (long long)RONDO_PROBLEM_TIME_MAX);
}

static enum rondo_status check_weight(const char *what, int64_t weight, struct rondo_diag *diag) {
  if (weight >= 0 && weight <= RONDO_PROBLEM_WEIGHT_MAX) return RONDO_OK;
  return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s is %lld: not in 0 .. %d", what, (long long)weight, RONDO_PROBLEM_WEIGHT_MAX);
}

static enum rondo_status add_capacity(struct rondo_problem *problem, int capacity, bool is_resource, struct rondo_diag *diag) {
  RDO_TRY(check_open(problem, diag));
  RDO_TRY(check_count("machines and resources", problem->machine_count, 1, RONDO_PROBLEM_MACHINES_MAX, diag));
  if (capacity < 1 || capacity > RONDO_PROBLEM_CAPACITY_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "capacity of %s %zu is %d: not in 1 .. %d", is_resource ? "resource" : "machine", problem->machine_count, capacity, RONDO_PROBLEM_CAPACITY_MAX);
  }
  RDO_TRY(rdo_grow_array(problem->machine_count + 1, sizeof *problem->machines, &problem->machine_capacity, &problem->machines, diag));
  problem->machines[problem->machine_count++] = (struct rdo_machine_limit){.capacity = capacity, .is_resource = is_resource};
  return RONDO_OK;
}

enum rondo_status rondo_problem_add_machine(struct rondo_problem *problem, int capacity, struct rondo_diag *diag) {
  return add_capacity(problem, capacity, false, diag);
}

enum rondo_status rondo_problem_add_resource(struct rondo_problem *problem, int capacity, struct rondo_diag *diag) {
  return add_capacity(problem, capacity, true, diag);
}

static bool is_place(const struct rondo_problem *problem, int machine) {
  return machine >= 0 && (size_t)machine < problem->machine_count && !problem->machines[machine].is_resource;
}

enum rondo_status rondo_problem_set_transition(struct rondo_problem *problem, int from_machine, int to_machine, int64_t delay, struct rondo_diag *diag) {
  RDO_TRY(check_open(problem, diag));
  if (!is_place(problem, from_machine) || !is_place(problem, to_machine)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "transition from %d to %d: one of them is no machine", from_machine, to_machine);
  }
  RDO_TRY(check_time("a transition's delay", delay, diag));
  RDO_TRY(check_count("transitions", problem->transition_count, 1, RONDO_PROBLEM_EDGES_MAX, diag));
  RDO_TRY(rdo_grow_array(problem->transition_count + 1, sizeof *problem->transitions, &problem->transition_capacity, &problem->transitions, diag));
  problem->transitions[problem->transition_count++] = (struct rdo_transition){.from = from_machine, .to = to_machine, .delay = delay};
  return RONDO_OK;
}

enum rondo_status rondo_problem_add_job(struct rondo_problem *problem, const struct rondo_problem_job *job, struct rondo_diag *diag) {
  RDO_TRY(check_open(problem, diag));
  RDO_TRY(check_count("jobs", problem->job_count, 1, RONDO_PROBLEM_NODES_MAX, diag));
  RDO_TRY(check_time("a job's release", job->release, diag));
  RDO_TRY(check_time("a job's deadline", job->deadline, diag));
  RDO_TRY(check_weight("a job's weight", job->weight, diag));
  RDO_TRY(rdo_grow_array(problem->job_count + 1, sizeof *problem->jobs, &problem->job_capacity, &problem->jobs, diag));
  problem->jobs[problem->job_count++] = (struct rdo_job){
      .release = job->release,
      .deadline = job->deadline != 0 ? job->deadline : INT64_MAX,
      .weight = job->weight != 0 ? job->weight : 1,
      .is_relative = job->is_relative,
  };
  return RONDO_OK;
}

static enum rondo_status check_uses(const struct rondo_problem *problem, const struct rondo_problem_mode *mode, struct rondo_diag *diag) {
  if (mode->use_count < 0 || (size_t)mode->use_count > problem->machine_count) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "it names %d machines of %zu", mode->use_count, problem->machine_count);
  }
  for (int i = 0; i < mode->use_count; ++i) {
    const struct rondo_problem_use *use = &mode->uses[i];
    if (use->machine < 0 || (size_t)use->machine >= problem->machine_count) {
      return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no machine %d: there are %zu", use->machine, problem->machine_count);
    }
    if (use->width < 1 || use->width > problem->machines[use->machine].capacity) {
      return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "width %d on machine %d: not in 1 .. %d", use->width, use->machine, problem->machines[use->machine].capacity);
    }
    for (int k = 0; k < i; ++k) {
      if (mode->uses[k].machine == use->machine) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "it names machine %d twice", use->machine);
    }
  }
  return RONDO_OK;
}

static enum rondo_status check_node(const struct rondo_problem *problem, const struct rondo_problem_node *node, size_t *out_use_count, struct rondo_diag *diag) {
  *out_use_count = 0;
  if (node->job < -1 || (node->job >= 0 && (size_t)node->job >= problem->job_count)) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no job %d: there are %zu", node->job, problem->job_count);
  RDO_TRY(check_time("its release", node->release, diag));
  RDO_TRY(check_time("its latest start", node->latest_start, diag));
  RDO_TRY(check_weight("its phase weight", node->phase_weight, diag));
  if (node->mode_count < 1) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "it has no mode");
  for (int i = 0; i < node->mode_count; ++i) {
    const struct rondo_problem_mode *mode = &node->modes[i];
    enum rondo_status status = check_time("its duration", mode->duration, diag);
    if (status == RONDO_OK) status = check_time("its energy", mode->energy, diag);
    if (status == RONDO_OK) status = check_uses(problem, mode, diag);
    if (status != RONDO_OK) {
      rdo_annotate(diag, "mode %d", i);
      return status;
    }
    *out_use_count += (size_t)mode->use_count;
  }
  return RONDO_OK;
}

static void append_mode(struct rondo_problem *problem, struct rdo_node *node, const struct rondo_problem_mode *mode) {
  problem->modes[problem->mode_count++] = (struct rdo_mode){
      .duration = mode->duration,
      .energy = mode->energy,
      .use_begin = (uint32_t)problem->use_count,
      .use_count = (uint32_t)mode->use_count,
  };
  for (int i = 0; i < mode->use_count; ++i) problem->uses[problem->use_count++] = mode->uses[i];
  if (mode->duration < node->duration_min) node->duration_min = mode->duration;
  if (mode->duration > node->duration_max) node->duration_max = mode->duration;
}

static enum rondo_status add_node(struct rondo_problem *problem, const struct rondo_problem_node *node, struct rondo_diag *diag) {
  size_t use_count;
  RDO_TRY(check_node(problem, node, &use_count, diag));
  RDO_TRY(check_count("modes", problem->mode_count, (size_t)node->mode_count, RONDO_PROBLEM_MODES_MAX, diag));
  RDO_TRY(check_count("uses of machines", problem->use_count, use_count, RONDO_PROBLEM_USES_MAX, diag));
  RDO_TRY(rdo_grow_array(problem->node_count + 1, sizeof *problem->nodes, &problem->node_capacity, &problem->nodes, diag));
  RDO_TRY(rdo_grow_array(problem->mode_count + (size_t)node->mode_count, sizeof *problem->modes, &problem->mode_capacity, &problem->modes, diag));
  RDO_TRY(rdo_grow_array(problem->use_count + use_count + 1, sizeof *problem->uses, &problem->use_capacity, &problem->uses, diag));
  struct rdo_node *made = &problem->nodes[problem->node_count++];
  *made = (struct rdo_node){
      .release = node->release,
      .latest_start = node->is_fixed ? node->release : node->latest_start != 0 ? node->latest_start : INT64_MAX,
      .phase_weight = node->phase_weight,
      .duration_min = INT64_MAX,
      .job = node->job,
      .mode_begin = (uint32_t)problem->mode_count,
      .mode_count = (uint32_t)node->mode_count,
  };
  for (int i = 0; i < node->mode_count; ++i) append_mode(problem, made, &node->modes[i]);
  if (node->job >= 0 && problem->jobs[node->job].release > made->release) made->release = problem->jobs[node->job].release;
  return RONDO_OK;
}

enum rondo_status rondo_problem_add_node(struct rondo_problem *problem, const struct rondo_problem_node *node, struct rondo_diag *diag) {
  RDO_TRY(check_open(problem, diag));
  RDO_TRY(check_count("nodes", problem->node_count, 1, RONDO_PROBLEM_NODES_MAX, diag));
  enum rondo_status status = add_node(problem, node, diag);
  if (status != RONDO_OK) rdo_annotate(diag, "node %zu", problem->node_count);
  return status;
}

enum rondo_status rondo_problem_add_edge(struct rondo_problem *problem, int from, int to, int64_t delay, struct rondo_diag *diag) {
  RDO_TRY(check_open(problem, diag));
  if (from < 0 || to < 0 || (size_t)from >= problem->node_count || (size_t)to >= problem->node_count) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "edge from node %d to %d: there are %zu nodes", from, to, problem->node_count);
  }
  if (from == to) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "node %d has an edge to itself", from);
  RDO_TRY(check_time("an edge's delay", delay, diag));
  RDO_TRY(check_count("edges", problem->edge_count, 1, RONDO_PROBLEM_EDGES_MAX, diag));
  RDO_TRY(rdo_grow_array(problem->edge_count + 1, sizeof *problem->edges, &problem->edge_capacity, &problem->edges, diag));
  problem->edges[problem->edge_count++] = (struct rdo_edge){.from = (uint32_t)from, .to = (uint32_t)to, .delay = delay};
  return RONDO_OK;
}

void rdo_problem_set_period(struct rondo_problem *problem, int64_t period) { problem->period = period; }

enum rondo_status rdo_problem_add_return(struct rondo_problem *problem, uint32_t from, uint32_t to, int64_t delay, struct rondo_diag *diag) {
  RDO_TRY(check_count("orders across the border", problem->return_count, 1, RONDO_PROBLEM_EDGES_MAX, diag));
  RDO_TRY(rdo_grow_array(problem->return_count + 1, sizeof *problem->returns, &problem->return_capacity, &problem->returns, diag));
  problem->returns[problem->return_count++] = (struct rdo_return){.from = from, .to = to, .delay = delay};
  return RONDO_OK;
}

// Finishing --------------------------------------------------------------------------------------------

static enum rondo_status link_edges(struct rondo_problem *problem, struct rondo_diag *diag) {
  uint32_t predecessor_count = 0, successor_count = 0;
  rdo_free(problem->predecessors);
  rdo_free(problem->successors);
  problem->predecessors = problem->successors = NULL;
  RDO_TRY(rdo_alloc_array(problem->edge_count + 1, sizeof *problem->predecessors, &problem->predecessors, diag));
  RDO_TRY(rdo_alloc_array(problem->edge_count + 1, sizeof *problem->successors, &problem->successors, diag));
  for (size_t i = 0; i < problem->node_count; ++i) problem->nodes[i].predecessor_count = problem->nodes[i].successor_count = 0;
  for (size_t i = 0; i < problem->edge_count; ++i) {
    ++problem->nodes[problem->edges[i].to].predecessor_count;
    ++problem->nodes[problem->edges[i].from].successor_count;
  }
  for (size_t i = 0; i < problem->node_count; ++i) {
    struct rdo_node *node = &problem->nodes[i];
    node->predecessor_begin = predecessor_count;
    node->successor_begin = successor_count;
    predecessor_count += node->predecessor_count;
    successor_count += node->successor_count;
    node->predecessor_count = node->successor_count = 0;
  }
  for (size_t i = 0; i < problem->edge_count; ++i) {
    const struct rdo_edge *edge = &problem->edges[i];
    struct rdo_node *from = &problem->nodes[edge->from], *to = &problem->nodes[edge->to];
    problem->predecessors[to->predecessor_begin + to->predecessor_count++] = (struct rdo_link){.node = edge->from, .delay = edge->delay};
    problem->successors[from->successor_begin + from->successor_count++] = (struct rdo_link){.node = edge->to, .delay = edge->delay};
  }
  return RONDO_OK;
}

// Names the nodes of one cycle: every node that is left has a predecessor that is left.
static enum rondo_status fail_cycle(const struct rondo_problem *problem, const uint32_t *waits, uint32_t node, struct rondo_diag *diag) {
  uint32_t previous = node;
  for (size_t steps = 0; steps < 2 * problem->node_count; ++steps) {
    const struct rdo_node *data = &problem->nodes[node];
    for (uint32_t i = 0; i < data->predecessor_count; ++i) {
      uint32_t candidate = problem->predecessors[data->predecessor_begin + i].node;
      if (waits[candidate] == 0) continue;
      previous = node;
      node = candidate;
      break;
    }
  }
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the edges form a cycle, through nodes %u and %u among others", node, previous);
}

static enum rondo_status sort_nodes(struct rondo_problem *problem, struct rondo_diag *diag) {
  uint32_t *waits, head = 0, tail = 0;
  enum rondo_status status = RONDO_OK;
  rdo_free(problem->order);
  problem->order = NULL;
  RDO_TRY(rdo_alloc_array(problem->node_count, sizeof *problem->order, &problem->order, diag));
  RDO_TRY(rdo_alloc_array(problem->node_count, sizeof *waits, &waits, diag));
  for (uint32_t i = 0; i < problem->node_count; ++i) {
    waits[i] = problem->nodes[i].predecessor_count;
    if (waits[i] == 0) problem->order[tail++] = i;
  }
  while (head < tail) {
    const struct rdo_node *node = &problem->nodes[problem->order[head++]];
    for (uint32_t i = 0; i < node->successor_count; ++i) {
      uint32_t successor = problem->successors[node->successor_begin + i].node;
      if (--waits[successor] == 0) problem->order[tail++] = successor;
    }
  }
  for (uint32_t i = 0; i < problem->node_count && tail < problem->node_count; ++i) {
    if (waits[i] == 0) continue;
    status = fail_cycle(problem, waits, i, diag);
    break;
  }
  rdo_free(waits);
  return status;
}

static int64_t transition_max(const struct rondo_problem *problem) {
  int64_t max = 0;
  for (size_t i = 0; i < problem->transition_count; ++i) {
    if (problem->transitions[i].delay > max) max = problem->transitions[i].delay;
  }
  return max;
}

// One node after the other, each in its longest mode and after its longest delay.
static enum rondo_status find_horizon(struct rondo_problem *problem, struct rondo_diag *diag) {
  int64_t total = 0, transition = transition_max(problem), release = 0;
  for (size_t i = 0; i < problem->node_count; ++i) {
    const struct rdo_node *node = &problem->nodes[i];
    int64_t delay = 0;
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      int64_t candidate = problem->predecessors[node->predecessor_begin + k].delay + transition;
      if (candidate > delay) delay = candidate;
    }
    if (node->release > release) release = node->release;
    total += node->duration_max;  // no overflow: each term is at most 2^54
    if (total > RONDO_PROBLEM_TIME_MAX || (total += delay) > RONDO_PROBLEM_TIME_MAX || total + release > RONDO_PROBLEM_TIME_MAX) {
      return rdo_fail(diag, RONDO_OUT_OF_RANGE, "durations, delays and releases up to node %zu add up to more than %lld", i, (long long)RONDO_PROBLEM_TIME_MAX);
    }
  }
  problem->horizon = total + release;
  return RONDO_OK;
}

// The windows of starts, against the longest path of shortest durations.
static enum rondo_status check_windows(const struct rondo_problem *problem, struct rondo_diag *diag) {
  enum rondo_status status = RONDO_OK;
  int64_t *heads;
  RDO_TRY(rdo_alloc_array(problem->node_count, sizeof *heads, &heads, diag));
  for (size_t i = 0; i < problem->node_count && status == RONDO_OK; ++i) {
    uint32_t index = problem->order[i];
    const struct rdo_node *node = &problem->nodes[index];
    int64_t head = node->release;
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      const struct rdo_link *link = &problem->predecessors[node->predecessor_begin + k];
      int64_t end = heads[link->node] + problem->nodes[link->node].duration_min + link->delay;
      if (end > head) head = end;
    }
    heads[index] = head;
    if (head > node->latest_start) {
      status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "node %u cannot start before %lld, but its latest start is %lld", index, (long long)head, (long long)node->latest_start);
    }
  }
  rdo_free(heads);
  return status;
}

static bool find_unary(const struct rondo_problem *problem) {
  if (problem->transition_count != 0 || problem->period != 0) return false;
  for (size_t i = 0; i < problem->mode_count; ++i) {
    const struct rdo_mode *mode = &problem->modes[i];
    if (mode->use_count != 1 || problem->machines[problem->uses[mode->use_begin].machine].capacity != 1) return false;
  }
  for (size_t i = 0; i < problem->node_count; ++i) {
    if (problem->nodes[i].latest_start != INT64_MAX) return false;
  }
  return true;
}

// Places ------------------------------------------------------------------------------------------------

// Sets of machines as bits, in the order in which modes bring them.
struct place_table {
  uint64_t *sets;
  size_t words;  // of a set
  size_t capacity;
};

static enum rondo_status find_place(struct rondo_problem *problem, struct place_table *table, struct rdo_mode *mode, struct rondo_diag *diag) {
  RDO_TRY(rdo_grow_array((problem->place_count + 1) * table->words, sizeof *table->sets, &table->capacity, &table->sets, diag));
  uint64_t *candidate = &table->sets[problem->place_count * table->words];
  memset(candidate, 0, table->words * sizeof *candidate);
  for (uint32_t i = 0; i < mode->use_count; ++i) {
    uint32_t machine = (uint32_t)problem->uses[mode->use_begin + i].machine;
    if (!problem->machines[machine].is_resource) candidate[machine / 64] |= UINT64_C(1) << machine % 64;
  }
  size_t index = 0;
  while (memcmp(&table->sets[index * table->words], candidate, table->words * sizeof *candidate) != 0) ++index;
  mode->place = (int32_t)index;
  if (index < problem->place_count) return RONDO_OK;
  RDO_TRY(check_count("different sets of machines", problem->place_count, 1, RONDO_PROBLEM_PLACES_MAX, diag));
  ++problem->place_count;
  return RONDO_OK;
}

static bool has_machine(const uint64_t *set, int machine) { return (set[machine / 64] >> machine % 64 & 1) != 0; }

static enum rondo_status make_delays(struct rondo_problem *problem, const struct place_table *table, struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc_array(problem->place_count * problem->place_count, sizeof *problem->place_delays, &problem->place_delays, diag));
  for (size_t i = 0; i < problem->transition_count; ++i) {
    const struct rdo_transition *transition = &problem->transitions[i];
    for (size_t from = 0; from < problem->place_count; ++from) {
      if (!has_machine(&table->sets[from * table->words], transition->from)) continue;
      for (size_t to = 0; to < problem->place_count; ++to) {
        int64_t *delay = &problem->place_delays[from * problem->place_count + to];
        if (has_machine(&table->sets[to * table->words], transition->to) && *delay < transition->delay) *delay = transition->delay;
      }
    }
  }
  return RONDO_OK;
}

static enum rondo_status make_places(struct rondo_problem *problem, struct rondo_diag *diag) {
  struct place_table table = {.words = problem->machine_count / 64 + 1};
  enum rondo_status status = RONDO_OK;
  problem->place_count = 0;
  rdo_free(problem->place_delays);
  problem->place_delays = NULL;
  if (problem->transition_count == 0) return RONDO_OK;
  for (size_t i = 0; i < problem->mode_count && status == RONDO_OK; ++i) status = find_place(problem, &table, &problem->modes[i], diag);
  if (status == RONDO_OK) status = make_delays(problem, &table, diag);
  rdo_free(table.sets);
  return status;
}

enum rondo_status rondo_problem_finish(struct rondo_problem *problem, struct rondo_diag *diag) {
  if (problem->is_finished) return RONDO_OK;
  if (problem->node_count == 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the problem has no nodes");
  RDO_TRY(link_edges(problem, diag));
  RDO_TRY(sort_nodes(problem, diag));
  RDO_TRY(find_horizon(problem, diag));
  RDO_TRY(check_windows(problem, diag));
  RDO_TRY(make_places(problem, diag));
  problem->is_unary = find_unary(problem);
  problem->is_finished = true;
  return RONDO_OK;
}

// Looking -----------------------------------------------------------------------------------------------

void rondo_problem_info(const struct rondo_problem *problem, struct rondo_problem_info *out_info) {
  *out_info = (struct rondo_problem_info){
      .machine_count = (int)problem->machine_count,
      .job_count = (int)problem->job_count,
      .node_count = (int)problem->node_count,
      .mode_count = (int64_t)problem->mode_count,
      .edge_count = (int64_t)problem->edge_count,
      .is_unary = problem->is_unary,
  };
}

int rondo_problem_node_job(const struct rondo_problem *problem, int node) {
  return node >= 0 && (size_t)node < problem->node_count ? problem->nodes[node].job : -1;
}

int rondo_problem_mode_uses(const struct rondo_problem *problem, int node, int mode, const struct rondo_problem_use **out_uses) {
  *out_uses = NULL;
  if (node < 0 || (size_t)node >= problem->node_count || mode < 0 || (uint32_t)mode >= problem->nodes[node].mode_count) return 0;
  const struct rdo_mode *data = &problem->modes[problem->nodes[node].mode_begin + (uint32_t)mode];
  *out_uses = &problem->uses[data->use_begin];
  return (int)data->use_count;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/draft.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/name_map.h"
#include "rondo/plan.h"

enum { CYCLE_NAMES_MAX = 6, UNSEEN = -2, ALONE = -1 };

// What lanes share ------------------------------------------------------------------------------------------

// Lanes without CPUs, which are only planned for, are those of their cluster: any of its workers may be any of theirs.
static bool share_cpus(const struct rdo_lane_entry *a, const struct rdo_lane_entry *b) {
  if (a->cluster != b->cluster) return false;
  if (rdo_cpu_set_is_empty(&a->cpus) || rdo_cpu_set_is_empty(&b->cpus)) return true;
  return rdo_cpu_set_intersects(&a->cpus, &b->cpus);
}

// Marks all lanes that share CPUs with `first`, directly or through others, with a group's number. Lanes of a cluster stand
// side by side.
static void mark_group(struct rdo_draft *draft, int first, int group, int *stack) {
  const struct rdo_machine_file *machine = draft->machine;
  const struct rdo_cluster_entry *cluster = &machine->clusters[machine->lanes[first].cluster];
  int depth = 0;
  draft->lane_groups[first] = group;
  stack[depth++] = first;
  while (depth > 0) {
    int lane = stack[--depth];
    for (int i = cluster->lane_begin; i < cluster->lane_begin + cluster->lane_count; ++i) {
      if (draft->lane_groups[i] != UNSEEN || !share_cpus(&machine->lanes[i], &machine->lanes[lane])) continue;
      draft->lane_groups[i] = group;
      stack[depth++] = i;
    }
  }
}

// As many workers at once as there are CPUs, or workers of the cluster; never fewer than one lane has.
static int find_capacity(const struct rdo_draft *draft, int first, bool *out_binds) {
  const struct rdo_machine_file *machine = draft->machine;
  const struct rdo_cluster_entry *cluster = &machine->clusters[machine->lanes[first].cluster];
  struct rdo_cpu_set cpus = rdo_cpu_set_none();
  int widest = 0, capacity = cluster->worker_count;
  int64_t sum = 0;
  for (int i = first; i < cluster->lane_begin + cluster->lane_count; ++i) {
    const struct rdo_lane_entry *lane = &machine->lanes[i];
    if (draft->lane_groups[i] != draft->lane_groups[first]) continue;
    cpus = rdo_cpu_set_or(cpus, &lane->cpus);
    sum += lane->worker_count;
    if (lane->worker_count > widest) widest = lane->worker_count;
  }
  if (!rdo_cpu_set_is_empty(&cpus) && rdo_cpu_set_count(&cpus) < capacity) capacity = rdo_cpu_set_count(&cpus);
  if (capacity < widest) capacity = widest;
  *out_binds = sum > capacity;
  return capacity;
}

static void find_groups_with(struct rdo_draft *draft, int *stack) {
  int count = draft->machine->lane_count;
  for (int i = 0; i < count; ++i) draft->lane_groups[i] = UNSEEN;
  for (int i = 0; i < count; ++i) {
    bool binds;
    if (draft->lane_groups[i] != UNSEEN) continue;
    mark_group(draft, i, draft->group_count, stack);
    int capacity = find_capacity(draft, i, &binds);
    if (binds) {
      draft->groups[draft->group_count++].capacity = capacity;
      continue;
    }
    for (int k = i; k < count; ++k) {
      if (draft->lane_groups[k] == draft->group_count) draft->lane_groups[k] = ALONE;
    }
  }
}

static enum rondo_status find_groups(struct rdo_draft *draft, struct rondo_diag *diag) {
  size_t count = (size_t)draft->machine->lane_count;
  int *stack;
  RDO_TRY(rdo_alloc_array(count, sizeof *draft->lane_groups, &draft->lane_groups, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *draft->groups, &draft->groups, diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *stack, &stack, diag));
  find_groups_with(draft, stack);
  rdo_free(stack);
  return RONDO_OK;
}

// Adding ----------------------------------------------------------------------------------------------------

enum rondo_status rdo_draft_init(struct rdo_draft *draft, const struct rdo_machine_file *machine, const char *place, struct rondo_diag *diag) {
  *draft = (struct rdo_draft){.machine = machine, .place = place};
  return find_groups(draft, diag);
}

void rdo_draft_deinit(struct rdo_draft *draft) {
  if (draft == NULL) return;
  rdo_machine_file_deinit(draft->own_machine);
  rdo_free(draft->own_machine);
  rdo_free(draft->lane_groups);
  rdo_free(draft->groups);
  rdo_free(draft->calls);
  rdo_free(draft->nodes);
  rdo_free(draft->modes);
  rdo_free(draft->uses);
  rdo_free(draft->edges);
  rdo_free(draft->resources);
  rdo_free(draft->order);
  rdo_free(draft->predecessors);
  rdo_free(draft->returns);
  rdo_free(draft->predecessor_begins);
  rdo_notes_deinit(&draft->notes);
  rdo_arena_deinit(&draft->arena);
  *draft = (struct rdo_draft){0};
}

static enum rondo_status check_room(const struct rdo_draft *draft, const char *noun, size_t count, size_t count_max, struct rondo_diag *diag) {
  if (count < count_max) return RONDO_OK;
  return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: the plan would have more than %zu %s: give a shorter --horizon, or fewer jobs", draft->place,
                  count_max, noun);
}

enum rondo_status rdo_draft_add_call(struct rdo_draft *draft, const struct rdo_draft_call *call, struct rondo_diag *diag) {
  RDO_TRY(check_room(draft, "calls", draft->call_count, RDO_SCHEDULE_NODES_MAX, diag));
  RDO_TRY(rdo_grow_array(draft->call_count + 1, sizeof *draft->calls, &draft->call_capacity, &draft->calls, diag));
  draft->calls[draft->call_count++] = *call;
  return RONDO_OK;
}

enum rondo_status rdo_draft_add_node(struct rdo_draft *draft, const struct rdo_draft_node *node, struct rondo_diag *diag) {
  RDO_TRY(check_room(draft, "dispatches", draft->node_count, RDO_SCHEDULE_NODES_MAX, diag));
  RDO_TRY(rdo_grow_array(draft->node_count + 1, sizeof *draft->nodes, &draft->node_capacity, &draft->nodes, diag));
  draft->nodes[draft->node_count++] = *node;
  return RONDO_OK;
}

enum rondo_status rdo_draft_add_edge(struct rdo_draft *draft, uint32_t from, uint32_t to, bool is_data, struct rondo_diag *diag) {
  RDO_TRY(check_room(draft, "dependencies", draft->edge_count, RONDO_PROBLEM_EDGES_MAX, diag));
  RDO_TRY(rdo_grow_array(draft->edge_count + 1, sizeof *draft->edges, &draft->edge_capacity, &draft->edges, diag));
  draft->edges[draft->edge_count++] = (struct rdo_draft_edge){from, to, is_data};
  return RONDO_OK;
}

enum rondo_status rdo_draft_add_resource(struct rdo_draft *draft, int resource, struct rondo_diag *diag) {
  RDO_TRY(check_room(draft, "uses of resources", draft->resource_count, RONDO_PROBLEM_USES_MAX, diag));
  RDO_TRY(rdo_grow_array(draft->resource_count + 1, sizeof *draft->resources, &draft->resource_capacity, &draft->resources, diag));
  draft->resources[draft->resource_count++] = resource;
  return RONDO_OK;
}

enum rondo_status rdo_draft_add_mode(struct rdo_draft *draft, int64_t duration_ns, const struct rdo_draft_use *uses, uint32_t use_count,
                                     struct rondo_diag *diag) {
  RDO_TRY(check_room(draft, "ways to run a dispatch", draft->mode_count, RONDO_PROBLEM_MODES_MAX, diag));
  RDO_TRY(check_room(draft, "uses of lanes", draft->use_count + use_count, RONDO_PROBLEM_USES_MAX, diag));
  RDO_TRY(rdo_grow_array(draft->mode_count + 1, sizeof *draft->modes, &draft->mode_capacity, &draft->modes, diag));
  RDO_TRY(rdo_grow_array(draft->use_count + use_count, sizeof *draft->uses, &draft->use_capacity, &draft->uses, diag));
  draft->modes[draft->mode_count++] = (struct rdo_draft_mode){duration_ns, (uint32_t)draft->use_count, use_count};
  for (uint32_t i = 0; i < use_count; ++i) draft->uses[draft->use_count++] = uses[i];
  return RONDO_OK;
}

struct rdo_draft_node rdo_draft_node(const char *key, uint32_t call) {
  return (struct rdo_draft_node){.key = key,
                                 .call = call,
                                 .id = -1,
                                 .recording = -1,
                                 .dispatch = -1,
                                 .priority = -1,
                                 .export_name = "",
                                 .module_name = "",
                                 .family = "",
                                 .vmfb_path = ""};
}

enum rondo_status rdo_draft_text(struct rdo_draft *draft, const char **out_text, struct rondo_diag *diag, const char *format, ...) {
  va_list args, again;
  va_start(args, format);
  va_copy(again, args);
  int length = vsnprintf(NULL, 0, format, args);
  va_end(args);
  char *text = NULL;
  enum rondo_status status = rdo_arena_alloc(&draft->arena, (size_t)length + 1, 1, &text, diag);
  if (status == RONDO_OK) vsnprintf(text, (size_t)length + 1, format, again);
  va_end(again);
  *out_text = text;
  return status;
}

int64_t rdo_draft_duration_min(const struct rdo_draft *draft, const struct rdo_draft_node *node) {
  int64_t least_ns = INT64_MAX;
  for (uint32_t i = 0; i < node->mode_count; ++i) {
    int64_t duration_ns = draft->modes[node->mode_begin + i].duration_ns;
    if (duration_ns < least_ns) least_ns = duration_ns;
  }
  return least_ns;
}

int rdo_draft_mode_width(const struct rdo_draft *draft, const struct rdo_draft_mode *mode) {
  int width = 0;
  for (uint32_t i = 0; i < mode->use_count; ++i) width += draft->uses[mode->use_begin + i].width;
  return width;
}

// Finishing -------------------------------------------------------------------------------------------------

static enum rondo_status check_names(const struct rdo_draft *draft, struct rondo_diag *diag) {
  struct rdo_name_map names = {0};
  enum rondo_status status = RONDO_OK;
  for (uint32_t i = 0; i < draft->call_count && status == RONDO_OK; ++i) {
    const struct rdo_draft_call *call = &draft->calls[i];
    uint32_t other = rdo_name_map_find(&names, call->name);
    if (other == RDO_NAME_NONE) status = rdo_name_map_add(&names, call->name, i, diag);
    else {
      char place[RDO_JOB_PLACE_BYTES];
      if (call->job >= 0) rdo_job_place(draft->job_set, call->job, ".name", place);
      else snprintf(place, sizeof place, "%.500s", draft->place);
      status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: jobs \"%.100s\" and \"%.100s\" both have a call named %.100s: rename one of them", place,
                        draft->calls[other].source, call->source, call->name);
    }
  }
  rdo_name_map_deinit(&names);
  for (uint32_t i = 0; i < draft->node_count && status == RONDO_OK; ++i) {
    const struct rdo_draft_node *node = &draft->nodes[i];
    uint32_t other = rdo_name_map_find(&names, node->key);
    if (other == RDO_NAME_NONE) status = rdo_name_map_add(&names, node->key, i, diag);
    else {
      status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: jobs \"%.100s\" and \"%.100s\" both have a dispatch %.100s: rename one of them",
                        draft->place, draft->calls[draft->nodes[other].call].source, draft->calls[node->call].source, node->key);
    }
  }
  rdo_name_map_deinit(&names);
  return status;
}

static enum rondo_status check_sums(const struct rdo_draft *draft, struct rondo_diag *diag) {
  int64_t sum_ns = 0, release_ns = 0;
  for (size_t i = 0; i < draft->node_count; ++i) {
    const struct rdo_draft_node *node = &draft->nodes[i];
    int64_t longest_ns = 0;
    for (uint32_t k = 0; k < node->mode_count; ++k) {
      if (draft->modes[node->mode_begin + k].duration_ns > longest_ns) longest_ns = draft->modes[node->mode_begin + k].duration_ns;
    }
    if (node->release_ns > release_ns) release_ns = node->release_ns;
    sum_ns += longest_ns;  // no overflow: each is at most 2^53
    if (sum_ns <= RDO_TIME_NS_MAX && sum_ns + release_ns <= RDO_TIME_NS_MAX) continue;
    return rdo_fail(diag, RONDO_OUT_OF_RANGE,
                    "%s: dispatches.%.200s: up to here releases and durations add up to more than 104 days: give a shorter --horizon", draft->place,
                    node->key);
  }
  return RONDO_OK;
}

static enum rondo_status link_edges(struct rdo_draft *draft, struct rondo_diag *diag) {
  uint32_t *begins, *next;
  RDO_TRY(rdo_alloc_array(draft->node_count + 2, sizeof *begins, &draft->predecessor_begins, diag));
  RDO_TRY(rdo_alloc_array(draft->edge_count, sizeof *draft->predecessors, &draft->predecessors, diag));
  begins = draft->predecessor_begins;
  // Shifted by one, so that filling moves each begin to where it belongs.
  next = begins + 1;
  for (size_t i = 0; i < draft->edge_count; ++i) ++begins[draft->edges[i].to + 2];
  for (size_t i = 0; i < draft->node_count; ++i) next[i + 1] += next[i];
  for (uint32_t i = 0; i < draft->edge_count; ++i) draft->predecessors[next[draft->edges[i].to]++] = i;
  return RONDO_OK;
}

static enum rondo_status fail_cycle(const struct rdo_draft *draft, const uint32_t *waiting, struct rondo_diag *diag) {
  char text[RONDO_DIAG_MESSAGE_BYTES];
  uint32_t at = 0;
  size_t length = 0;
  while (waiting[at] == 0) ++at;
  // What never became ready has a predecessor that did not either: after as many steps as there are nodes one is on a cycle.
  for (size_t step = 0; step < draft->node_count + CYCLE_NAMES_MAX; ++step) {
    if (step >= draft->node_count) {
      length += (size_t)snprintf(text + length, sizeof text - length, "%s%.100s", length > 0 ? " waits for " : "", draft->nodes[at].key);
    }
    uint32_t edge = draft->predecessor_begins[at];
    while (waiting[draft->edges[draft->predecessors[edge]].from] == 0) ++edge;
    at = draft->edges[draft->predecessors[edge]].from;
  }
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: dispatches wait for each other in a circle: %.800s", draft->place, text);
}

static enum rondo_status sort_nodes(struct rdo_draft *draft, uint32_t *waiting, uint32_t *successor_begins, uint32_t *successors,
                                    struct rondo_diag *diag) {
  uint32_t head = 0, tail = 0, *next = successor_begins + 1;
  for (size_t i = 0; i < draft->edge_count; ++i) {
    ++waiting[draft->edges[i].to];
    ++successor_begins[draft->edges[i].from + 2];
  }
  for (size_t i = 0; i < draft->node_count; ++i) next[i + 1] += next[i];
  for (size_t i = 0; i < draft->edge_count; ++i) successors[next[draft->edges[i].from]++] = draft->edges[i].to;
  for (uint32_t i = 0; i < draft->node_count; ++i) {
    if (waiting[i] == 0) draft->order[tail++] = i;
  }
  for (; head < tail; ++head) {
    uint32_t node = draft->order[head];
    for (uint32_t i = successor_begins[node]; i < successor_begins[node + 1]; ++i) {
      if (--waiting[successors[i]] == 0) draft->order[tail++] = successors[i];
    }
  }
  return tail == draft->node_count ? RONDO_OK : fail_cycle(draft, waiting, diag);
}

static enum rondo_status order_nodes(struct rdo_draft *draft, struct rondo_diag *diag) {
  uint32_t *waiting = NULL, *begins = NULL, *successors = NULL;
  enum rondo_status status = rdo_alloc_array(draft->node_count, sizeof *draft->order, &draft->order, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(draft->node_count, sizeof *waiting, &waiting, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(draft->node_count + 2, sizeof *begins, &begins, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(draft->edge_count, sizeof *successors, &successors, diag);
  if (status == RONDO_OK) status = sort_nodes(draft, waiting, begins, successors, diag);
  rdo_free(waiting);
  rdo_free(begins);
  rdo_free(successors);
  return status;
}

// The first and the last call of each job, by what they are called after, and lists of the nodes that begin and end them.
struct turn {
  uint32_t first, last;        // calls
  uint32_t begins, ends;       // nodes; RDO_DRAFT_NONE = the end of a list
};

struct turns {
  struct turn *items;          // owned [call_count]
  size_t count;
  uint32_t *of_first, *of_last;      // owned [call_count]: turns; RDO_DRAFT_NONE = none
  uint32_t *next_begin, *next_end;   // owned [node_count]
  bool *has_before, *has_after;      // owned [node_count]: of the same call
};

static enum rondo_status alloc_turns(const struct rdo_draft *draft, struct turns *turns, struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc_array(draft->call_count, sizeof *turns->items, &turns->items, diag));
  RDO_TRY(rdo_alloc_array(draft->call_count, sizeof *turns->of_first, &turns->of_first, diag));
  RDO_TRY(rdo_alloc_array(draft->call_count, sizeof *turns->of_last, &turns->of_last, diag));
  RDO_TRY(rdo_alloc_array(draft->node_count, sizeof *turns->next_begin, &turns->next_begin, diag));
  RDO_TRY(rdo_alloc_array(draft->node_count, sizeof *turns->next_end, &turns->next_end, diag));
  RDO_TRY(rdo_alloc_array(draft->node_count, sizeof *turns->has_before, &turns->has_before, diag));
  return rdo_alloc_array(draft->node_count, sizeof *turns->has_after, &turns->has_after, diag);
}

static void free_turns(struct turns *turns) {
  rdo_free(turns->items);
  rdo_free(turns->of_first);
  rdo_free(turns->of_last);
  rdo_free(turns->next_begin);
  rdo_free(turns->next_end);
  rdo_free(turns->has_before);
  rdo_free(turns->has_after);
}

static enum rondo_status find_turns(const struct rdo_draft *draft, struct turns *turns, struct rondo_diag *diag) {
  struct rdo_name_map names = {0};
  enum rondo_status status = RONDO_OK;
  for (uint32_t i = 0; i < draft->call_count && status == RONDO_OK; ++i) {
    const struct rdo_draft_call *call = &draft->calls[i];
    turns->of_first[i] = turns->of_last[i] = RDO_DRAFT_NONE;
    if (call->source[0] == '\0' || call->index < 0) continue;
    uint32_t index = rdo_name_map_find(&names, call->source);
    if (index == RDO_NAME_NONE) {
      index = (uint32_t)turns->count++;
      turns->items[index] = (struct turn){i, i, RDO_DRAFT_NONE, RDO_DRAFT_NONE};
      status = rdo_name_map_add(&names, call->source, index, diag);
    }
    struct turn *turn = &turns->items[index];
    if (call->index < draft->calls[turn->first].index) turn->first = i;
    if (call->index > draft->calls[turn->last].index) turn->last = i;
  }
  rdo_name_map_deinit(&names);
  for (uint32_t i = 0; i < turns->count; ++i) {
    turns->of_first[turns->items[i].first] = i;
    turns->of_last[turns->items[i].last] = i;
  }
  return status;
}

// What nothing of its own call waits for ends it, what waits for nothing of it begins it.
static void list_ends(const struct rdo_draft *draft, struct turns *turns) {
  for (size_t i = 0; i < draft->edge_count; ++i) {
    const struct rdo_draft_edge *edge = &draft->edges[i];
    if (draft->nodes[edge->from].call == draft->nodes[edge->to].call) turns->has_after[edge->from] = turns->has_before[edge->to] = true;
  }
  for (uint32_t i = (uint32_t)draft->node_count; i-- > 0;) {
    uint32_t begun = turns->of_first[draft->nodes[i].call], ended = turns->of_last[draft->nodes[i].call];
    if (begun != RDO_DRAFT_NONE && !turns->has_before[i]) {
      turns->next_begin[i] = turns->items[begun].begins;
      turns->items[begun].begins = i;
    }
    if (ended != RDO_DRAFT_NONE && !turns->has_after[i]) {
      turns->next_end[i] = turns->items[ended].ends;
      turns->items[ended].ends = i;
    }
  }
}

static enum rondo_status add_return(struct rdo_draft *draft, uint32_t from, uint32_t to, struct rondo_diag *diag) {
  RDO_TRY(check_room(draft, "dependencies", draft->return_count, RONDO_PROBLEM_EDGES_MAX, diag));
  RDO_TRY(rdo_grow_array(draft->return_count + 1, sizeof *draft->returns, &draft->return_capacity, &draft->returns, diag));
  draft->returns[draft->return_count++] = (struct rdo_draft_edge){from, to, false};
  return RONDO_OK;
}

static enum rondo_status connect_turns(struct rdo_draft *draft, const struct turns *turns, struct rondo_diag *diag) {
  for (size_t i = 0; i < turns->count; ++i) {
    for (uint32_t from = turns->items[i].ends; from != RDO_DRAFT_NONE; from = turns->next_end[from]) {
      for (uint32_t to = turns->items[i].begins; to != RDO_DRAFT_NONE; to = turns->next_begin[to]) RDO_TRY(add_return(draft, from, to, diag));
    }
  }
  return RONDO_OK;
}

// Calls of one job follow each other, also from one repetition to the next.
static enum rondo_status add_returns(struct rdo_draft *draft, struct rondo_diag *diag) {
  struct turns turns = {0};
  enum rondo_status status = alloc_turns(draft, &turns, diag);
  if (status == RONDO_OK) status = find_turns(draft, &turns, diag);
  if (status == RONDO_OK) {
    list_ends(draft, &turns);
    status = connect_turns(draft, &turns, diag);
  }
  free_turns(&turns);
  return status;
}

enum rondo_status rdo_draft_finish(struct rdo_draft *draft, struct rondo_diag *diag) {
  RDO_TRY(check_names(draft, diag));
  RDO_TRY(check_sums(draft, diag));
  RDO_TRY(link_edges(draft, diag));
  RDO_TRY(order_nodes(draft, diag));
  return draft->period_ns > 0 ? add_returns(draft, diag) : RONDO_OK;
}

int64_t rdo_draft_handover_ns(const struct rdo_draft *draft) {
  int64_t shortest_ns = INT64_MAX;
  for (int i = 0; i < draft->machine->cluster_count; ++i) {
    if (draft->machine->clusters[i].handover_ns < shortest_ns) shortest_ns = draft->machine->clusters[i].handover_ns;
  }
  return shortest_ns == INT64_MAX ? 0 : shortest_ns;
}

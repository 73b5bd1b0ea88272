// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the machine of a schedule limits beside its workers: memory, and `jobs_max`, how many instances may have work on a lane, a cluster or the
// machine at once. An instance has work there from its first node there to its last. Places are given out ahead, in the order of planned starts:
// instance after instance gets the place that is free last before it, and begins when the one before it there is over. Where instances wait for one another
// in the other direction, too, that is seen before the play; with places handed out as it goes they would wait for ever.

#include "play/schedule_impl.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "play/memory_limit.h"

// One instance's work on some lanes.
struct visit {
  uint32_t job;
  uint32_t rank;  // of its first node
  int64_t begin_ns, end_ns;
};

struct chainer {
  struct rondo_schedule_player *player;
  struct rdo_schedule_edges *edges;
  struct visit *visits;   // owned [job_count]
  uint32_t *last;         // owned [job_count]: visit of each place
  uint32_t *by_job;       // owned [node_count]: nodes of job after job
  uint32_t *job_begins;   // owned [job_count + 1]: in by_job
  struct rondo_diag *diag;
};

static const struct rdo_machine_file *machine_of(const struct rondo_schedule_player *player) {
  return player->has_machine ? &player->machine : player->schedule.machine;
}

static enum rondo_status add_edge(struct chainer *chainer, uint32_t from, uint32_t to) {
  struct rdo_schedule_edges *edges = chainer->edges;
  if (edges->count == edges->capacity) RDO_TRY(rdo_grow_array((size_t)edges->count + 1, sizeof *edges->pairs, &edges->capacity, &edges->pairs, chainer->diag));
  edges->pairs[edges->count][0] = from;
  edges->pairs[edges->count++][1] = to;
  return RONDO_OK;
}

static bool is_on(const struct chainer *chainer, uint32_t node, uint64_t lanes) { return (chainer->player->graph.nodes[node].lanes & lanes) != 0; }

// Marks the nodes of a job on some lanes that none of its other nodes there comes before: the first ones; or behind: the last ones.
static void mark_ends(const struct chainer *chainer, uint32_t job, uint64_t lanes, bool wants_first, bool *out_is_end) {
  const struct rdo_schedule *schedule = &chainer->player->schedule;
  for (uint32_t i = chainer->job_begins[job]; i < chainer->job_begins[job + 1]; ++i) out_is_end[chainer->by_job[i]] = is_on(chainer, chainer->by_job[i], lanes);
  for (uint32_t i = chainer->job_begins[job]; i < chainer->job_begins[job + 1]; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[chainer->by_job[i]];
    if (!is_on(chainer, chainer->by_job[i], lanes)) continue;
    for (uint32_t k = 0; k < node->dependency_count; ++k) {
      uint32_t before = schedule->dependencies[node->dependency_begin + k];
      if (schedule->nodes[before].job != job || !is_on(chainer, before, lanes)) continue;
      out_is_end[wants_first ? chainer->by_job[i] : before] = false;
    }
  }
}

// The first nodes of one instance wait for the last ones of another.
static enum rondo_status chain_two(struct chainer *chainer, uint32_t job, uint32_t next, uint64_t lanes) {
  bool *is_last, *is_first = NULL;
  RDO_TRY(rdo_alloc_array(chainer->player->schedule.node_count, sizeof *is_last, &is_last, chainer->diag));
  enum rondo_status status = rdo_alloc_array(chainer->player->schedule.node_count, sizeof *is_first, &is_first, chainer->diag);
  if (status == RONDO_OK) {
    mark_ends(chainer, job, lanes, false, is_last);
    mark_ends(chainer, next, lanes, true, is_first);
  }
  for (uint32_t i = chainer->job_begins[job]; i < chainer->job_begins[job + 1] && status == RONDO_OK; ++i) {
    for (uint32_t k = chainer->job_begins[next]; k < chainer->job_begins[next + 1] && status == RONDO_OK; ++k) {
      uint32_t from = chainer->by_job[i], to = chainer->by_job[k];
      if (is_last[from] && is_first[to]) status = add_edge(chainer, from, to);
    }
  }
  rdo_free(is_last);
  rdo_free(is_first);
  return status;
}

static int compare_visits(const void *a, const void *b) {
  const struct visit *left = a, *right = b;
  return left->rank < right->rank ? -1 : left->rank > right->rank;
}

static uint32_t find_visits(const struct chainer *chainer, uint64_t lanes) {
  const struct rdo_schedule *schedule = &chainer->player->schedule;
  uint32_t count = 0;
  for (uint32_t job = 0; job < schedule->job_count; ++job) {
    struct visit visit = {job, UINT32_MAX, INT64_MAX, INT64_MIN};
    for (uint32_t i = chainer->job_begins[job]; i < chainer->job_begins[job + 1]; ++i) {
      const struct rdo_schedule_node *node = &schedule->nodes[chainer->by_job[i]];
      if (!is_on(chainer, chainer->by_job[i], lanes)) continue;
      if (node->rank < visit.rank) visit.rank = node->rank;
      if (node->start_ns < visit.begin_ns) visit.begin_ns = node->start_ns;
      if (node->start_ns + node->duration_ns > visit.end_ns) visit.end_ns = node->start_ns + node->duration_ns;
    }
    if (visit.rank != UINT32_MAX) chainer->visits[count++] = visit;
  }
  qsort(chainer->visits, count, sizeof *chainer->visits, compare_visits);
  return count;
}

// At most so many instances at once on some lanes.
static enum rondo_status chain(struct chainer *chainer, uint64_t lanes, int job_count_max) {
  if (job_count_max == 0) return RONDO_OK;
  uint32_t count = find_visits(chainer, lanes), place_count = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t best = UINT32_MAX;
    // Of the places that are free by then the one that is so last, else the one that is the first to be.
    for (uint32_t place = 0; place < place_count; ++place) {
      int64_t end_ns = chainer->visits[chainer->last[place]].end_ns, best_ns = best == UINT32_MAX ? 0 : chainer->visits[chainer->last[best]].end_ns;
      bool is_free = end_ns <= chainer->visits[i].begin_ns, is_best_free = best != UINT32_MAX && best_ns <= chainer->visits[i].begin_ns;
      if (best == UINT32_MAX || (is_free ? !is_best_free || end_ns > best_ns : !is_best_free && end_ns < best_ns)) best = place;
    }
    bool is_free = best != UINT32_MAX && chainer->visits[chainer->last[best]].end_ns <= chainer->visits[i].begin_ns;
    if (!is_free && place_count < (uint32_t)job_count_max) {
      best = place_count++;
    } else {
      RDO_TRY(chain_two(chainer, chainer->visits[chainer->last[best]].job, chainer->visits[i].job, lanes));
    }
    chainer->last[best] = i;
  }
  return RONDO_OK;
}

static uint64_t lane_bits(int begin, int count) { return (UINT64_MAX >> (64 - count)) << begin; }

static enum rondo_status chain_all(struct chainer *chainer, const struct rdo_machine_file *machine) {
  RDO_TRY(chain(chainer, UINT64_MAX, machine->job_count_max));
  for (int i = 0; i < machine->cluster_count; ++i) {
    const struct rdo_cluster_entry *cluster = &machine->clusters[i];
    RDO_TRY(chain(chainer, lane_bits(cluster->lane_begin, cluster->lane_count), cluster->job_count_max));
  }
  for (int i = 0; i < machine->lane_count; ++i) RDO_TRY(chain(chainer, lane_bits(i, 1), machine->lanes[i].job_count_max));
  return RONDO_OK;
}

static bool has_limits(const struct rdo_machine_file *machine) {
  bool has_any = machine->job_count_max != 0;
  for (int i = 0; i < machine->cluster_count; ++i) has_any |= machine->clusters[i].job_count_max != 0;
  for (int i = 0; i < machine->lane_count; ++i) has_any |= machine->lanes[i].job_count_max != 0;
  return has_any;
}

static enum rondo_status sort_by_job(struct chainer *chainer) {
  const struct rdo_schedule *schedule = &chainer->player->schedule;
  RDO_TRY(rdo_alloc_array((size_t)schedule->job_count + 1, sizeof *chainer->visits, &chainer->visits, chainer->diag));
  RDO_TRY(rdo_alloc_array((size_t)schedule->job_count + 1, sizeof *chainer->last, &chainer->last, chainer->diag));
  RDO_TRY(rdo_alloc_array((size_t)schedule->node_count + 1, sizeof *chainer->by_job, &chainer->by_job, chainer->diag));
  RDO_TRY(rdo_alloc_array((size_t)schedule->job_count + 2, sizeof *chainer->job_begins, &chainer->job_begins, chainer->diag));
  for (uint32_t i = 0; i < schedule->node_count; ++i) ++chainer->job_begins[schedule->nodes[i].job + 2];
  for (uint32_t i = 2; i <= schedule->job_count + 1; ++i) chainer->job_begins[i] += chainer->job_begins[i - 1];
  for (uint32_t i = 0; i < schedule->node_count; ++i) chainer->by_job[chainer->job_begins[schedule->nodes[i].job + 1]++] = i;
  return RONDO_OK;
}

enum rondo_status rdo_schedule_player_chain_jobs(struct rondo_schedule_player *player, struct rdo_schedule_edges *out_edges, struct rondo_diag *diag) {
  struct chainer chainer = {.player = player, .edges = out_edges, .diag = diag};
  const struct rdo_machine_file *machine = machine_of(player);
  memset(out_edges, 0, sizeof *out_edges);
  // A baseline has neither lanes nor an order.
  if (machine == NULL || player->options.baseline_count > 0 || !has_limits(machine)) return RONDO_OK;
  player->keeps_order = true;
  enum rondo_status status = sort_by_job(&chainer);
  if (status == RONDO_OK) status = chain_all(&chainer, machine);
  rdo_free(chainer.visits);
  rdo_free(chainer.last);
  rdo_free(chainer.by_job);
  rdo_free(chainer.job_begins);
  return status;
}

enum rondo_status rdo_schedule_player_check_chains(const struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rdo_node_graph *graph = &player->graph;
  uint32_t *pending, *stack = NULL, stack_count = 0, left = graph->node_count;
  RDO_TRY(rdo_alloc_array((size_t)graph->node_count + 1, sizeof *pending, &pending, diag));
  enum rondo_status status = rdo_alloc_array((size_t)graph->node_count + 1, sizeof *stack, &stack, diag);
  for (uint32_t i = 0; i < graph->node_count && status == RONDO_OK; ++i) {
    pending[i] = graph->nodes[i].predecessor_count;
    if (pending[i] == 0) stack[stack_count++] = i;
  }
  while (stack_count != 0) {
    const struct rdo_node *node = &graph->nodes[stack[--stack_count]];
    --left;
    for (uint32_t i = 0; i < node->successor_count; ++i) {
      if (--pending[node->successors[i]] == 0) stack[stack_count++] = node->successors[i];
    }
  }
  uint32_t stuck = 0;
  while (status == RONDO_OK && left != 0 && pending[stuck] == 0) ++stuck;
  rdo_free(pending);
  rdo_free(stack);
  if (status != RONDO_OK || left == 0) return status;
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT,
                  "%s: by jobs_max of the machine \"%.200s\" would wait for ever: its job may begin only when one is over that waits for it; raise jobs_max, or plan "
                  "the one behind the other",
                  player->schedule.path, player->schedule.nodes[stuck].key);
}

enum rondo_status rdo_schedule_player_check_memory(const struct rondo_schedule_player *player, struct rondo_diag *diag) {
  const struct rdo_machine_file *machine = machine_of(player);
  struct rdo_memory_use *uses;
  if (machine == NULL || machine->memory_bytes_max == 0) return RONDO_OK;
  RDO_TRY(rdo_alloc_array((size_t)player->call_count + 1, sizeof *uses, &uses, diag));
  for (uint32_t i = 0; i < player->call_count; ++i) {
    const struct rdo_plan_call *call = player->calls[i];
    uses[i] = (struct rdo_memory_use){call->name, call->path, call->runtime, call->entry == NULL ? 0 : (uint64_t)call->entry->memory_bytes_max};
  }
  enum rondo_status status =
      rdo_memory_limit_check(machine->memory_bytes_max, player->has_machine ? player->options.machine_file : "the plan's machine", uses, player->call_count, diag);
  rdo_free(uses);
  return status;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Random machines and schedules, made without files: they need no JSON library.

#ifndef RDO_TEST_GENERATE_H_
#define RDO_TEST_GENERATE_H_

#include "simulate_test.h"

static uint64_t random_state;

static inline uint32_t below(uint32_t bound) {
  random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((random_state >> 33) % bound);
}

struct shape {
  uint32_t lanes, workers_max, transitions, resources, jobs, nodes, edges_max, duration_ns_max;
  bool has_extras;  // some nodes occupy two lanes
};

static inline void *take_room(struct rdo_arena *arena, size_t count, size_t size) {
  void *room = NULL;
  struct rondo_diag diag = {0};
  assert_ok(rdo_arena_alloc(arena, count, size, &room, &diag), &diag);
  return room;
}

static inline const char *make_name(struct rdo_arena *arena, char letter, uint32_t number) {
  char *name = take_room(arena, 16, 1);
  snprintf(name, 16, "%c%u", letter, (unsigned)number);
  return name;
}

// As many lanes, each a cluster of its own with a speed of its own.
static inline void make_machine(struct rdo_machine_file *machine, const struct shape *shape) {
  memset(machine, 0, sizeof *machine);
  machine->clusters = take_room(&machine->arena, shape->lanes, sizeof *machine->clusters);
  machine->lanes = take_room(&machine->arena, shape->lanes, sizeof *machine->lanes);
  machine->resources = take_room(&machine->arena, shape->resources, sizeof *machine->resources);
  machine->cluster_count = machine->lane_count = (int)shape->lanes;
  machine->resource_count = (int)shape->resources;
  for (uint32_t i = 0; i < shape->lanes; ++i) {
    int workers = 1 + (int)below(shape->workers_max);
    machine->clusters[i] = (struct rdo_cluster_entry){.name = make_name(&machine->arena, 'L', i), .worker_count = workers, .capacity = 256 << below(3), .lane_begin = (int)i, .lane_count = 1};
    machine->lanes[i] = (struct rdo_lane_entry){.name = machine->clusters[i].name, .cluster = (int)i, .worker_count = workers};
  }
  machine->transitions = take_room(&machine->arena, (size_t)shape->transitions, sizeof *machine->transitions);
  machine->transition_count = (int)shape->transitions;
  for (uint32_t i = 0; i < shape->transitions; ++i) machine->transitions[i] = (struct rdo_transition_entry){.from = (int)(i % shape->lanes), .to = (int)((i + 1) % shape->lanes), .cost_ns = below(5)};
  for (uint32_t i = 0; i < shape->resources; ++i) machine->resources[i] = (struct rdo_resource_entry){.name = make_name(&machine->arena, 'R', i), .capacity = 1 + (int)below(2)};
}

static inline void make_node(struct rdo_schedule *schedule, const struct shape *shape, uint32_t index) {
  struct rdo_schedule_node *node = &schedule->nodes[index];
  rdo_schedule_node_init(node);
  node->key = make_name(&schedule->arena, 'n', index);
  node->job = index * shape->jobs / shape->nodes;
  node->target = below(shape->lanes);
  node->start_ns = below(1000000);
  node->duration_ns = below(shape->duration_ns_max);
  node->priority = (int32_t)below(256);
  node->worker_count = (int32_t)below(4);
  node->release_policy = node->job % 3 == 0 ? RDO_RELEASE_PHASE_LOCKED : RDO_RELEASE_IMMEDIATE;
  node->has_policies = true;
  node->dependency_begin = schedule->dependency_count;
  for (uint32_t k = index > 0 ? below(shape->edges_max + 1) : 0; k > 0; --k) {
    uint32_t other = index > 20 ? index - 1 - below(20) : below(index);
    bool is_new = true;
    for (uint32_t i = node->dependency_begin; i < schedule->dependency_count; ++i) is_new = is_new && schedule->dependencies[i] != other;
    if (is_new) schedule->dependencies[schedule->dependency_count++] = other;
  }
  node->dependency_count = schedule->dependency_count - node->dependency_begin;
  if (index > 0 && below(4) == 0) {
    node->time_dependency = below(index);
    node->time_mode = below(2) == 0 ? RDO_TIME_HARD : RDO_TIME_SOFT;
  }
  node->resource_begin = schedule->resource_list_count;
  for (uint32_t i = 0; i < shape->resources; ++i) {
    if (below(3) == 0) schedule->resource_lists[schedule->resource_list_count++] = i;
  }
  node->resource_count = schedule->resource_list_count - node->resource_begin;
  if (shape->has_extras && shape->lanes > 1 && below(5) == 0) {
    node->extra_begin = schedule->target_list_count;
    schedule->target_lists[schedule->target_list_count++] = (node->target + 1 + below(shape->lanes - 1)) % shape->lanes;
    node->extra_count = 1;
  }
}

static inline void make_schedule(struct rdo_schedule *schedule, const struct shape *shape) {
  struct rondo_diag diag = {0};
  memset(schedule, 0, sizeof *schedule);
  struct rdo_arena *arena = &schedule->arena;
  schedule->variant = RDO_SCHEDULE_PLAN;
  schedule->path = "random";
  schedule->dot_file = schedule->vmfb_dir = "";
  schedule->node_count = shape->nodes;
  schedule->job_count = shape->jobs;
  schedule->target_count = shape->lanes;
  schedule->resource_count = shape->resources;
  schedule->nodes = take_room(arena, shape->nodes, sizeof *schedule->nodes);
  schedule->jobs = take_room(arena, shape->jobs, sizeof *schedule->jobs);
  schedule->targets = take_room(arena, shape->lanes, sizeof *schedule->targets);
  schedule->dependencies = take_room(arena, (size_t)shape->nodes * shape->edges_max, sizeof *schedule->dependencies);
  schedule->target_lists = take_room(arena, shape->nodes, sizeof *schedule->target_lists);
  schedule->resource_lists = take_room(arena, (size_t)shape->nodes * shape->resources, sizeof *schedule->resource_lists);
  schedule->resources = take_room(arena, shape->resources, sizeof *schedule->resources);
  for (uint32_t i = 0; i < shape->jobs; ++i) {
    // A letter at the end, so that they are no instances of one job.
    char *name = take_room(arena, 16, 1);
    snprintf(name, 16, "j%ux", (unsigned)i);
    rdo_schedule_job_init(&schedule->jobs[i], name);
    schedule->jobs[i].deadline_ns = below(2) == 0 ? 0 : 1 + below(2000000);
  }
  for (uint32_t i = 0; i < shape->lanes; ++i) schedule->targets[i].name = make_name(arena, 'L', i);
  for (uint32_t i = 0; i < shape->resources; ++i) schedule->resources[i] = make_name(arena, 'R', i);
  for (uint32_t i = 0; i < shape->nodes; ++i) make_node(schedule, shape, i);
  assert_ok(rdo_schedule_complete(schedule, &diag), &diag);
}

#endif  // RDO_TEST_GENERATE_H_

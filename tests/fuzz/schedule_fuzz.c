// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any text as a schedule. The first byte says how it is read: which of the reference's ways are on. What can be
// read must hold its invariants, and must read back as the same when it is written.
//
// Seeds: schedules of all variants, and of each kind of error.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan/schedule_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

static void check_nodes(const struct rdo_schedule *schedule) {
  require(schedule->node_count > 0);
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    require(node->key[0] != '\0' && node->target < schedule->target_count && node->job < schedule->job_count);
    require(node->start_ns >= 0 && node->duration_ns >= 0 && node->start_ns + node->duration_ns <= RDO_TIME_NS_MAX);
    require(schedule->by_rank[node->rank] == i);
    require(node->time_dependency == RDO_SCHEDULE_NONE || node->time_dependency < schedule->node_count);
    require(node->predecessor_count - node->dependency_count <= 1);
    for (uint32_t k = 0; k < node->resource_count; ++k) require(schedule->resource_lists[node->resource_begin + k] < schedule->resource_count);
    for (uint32_t k = 0; k < node->extra_count; ++k) require(schedule->target_lists[node->extra_begin + k] < schedule->target_count);
  }
}

// Each node once, behind all its predecessors.
static void check_order(const struct rdo_schedule *schedule) {
  uint32_t *places = calloc(schedule->node_count, sizeof *places);
  require(places != NULL);
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    require(places[schedule->order[i]] == 0);
    places[schedule->order[i]] = i + 1;
  }
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    for (uint32_t k = 0; k < node->predecessor_count; ++k) require(places[schedule->predecessors[node->predecessor_begin + k]] < places[i]);
    for (uint32_t k = 0; k < node->successor_count; ++k) require(places[schedule->successors[node->successor_begin + k]] > places[i]);
  }
  free(places);
}

static void check_round_trip(const struct rdo_schedule *schedule) {
  static char path[64];
  if (path[0] == '\0') snprintf(path, sizeof path, "/tmp/rondo-schedule-fuzz-%ld.json", (long)getpid());
  struct rdo_schedule back;
  struct rondo_diag diag = {.status = RONDO_OK};
  require(rdo_schedule_write(schedule, path, &diag) == RONDO_OK);
  enum rondo_status status = rdo_schedule_read(path, NULL, &back, &diag);
  unlink(path);
  if (status != RONDO_OK) fprintf(stderr, "%s\n", diag.message);
  require(status == RONDO_OK && back.node_count == schedule->node_count && back.predecessor_count == schedule->predecessor_count);
  require(back.makespan_ns == schedule->makespan_ns && back.job_count == schedule->job_count);
  require(memcmp(back.order, schedule->order, sizeof *back.order * back.node_count) == 0);
  for (uint32_t i = 0; i < back.node_count; ++i) {
    const struct rdo_schedule_node *a = &back.nodes[i], *b = &schedule->nodes[i];
    require(strcmp(a->key, b->key) == 0 && a->start_ns == b->start_ns && a->duration_ns == b->duration_ns && a->id == b->id);
    require(a->release_policy == b->release_policy && a->time_mode == b->time_mode && a->time_dependency == b->time_dependency);
    require(a->worker_count == b->worker_count && a->priority == b->priority && a->resource_count == b->resource_count);
  }
  rdo_schedule_deinit(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  const struct rdo_schedule_options options = {
      .rounds_to_us = data[0] & 1, .clamps_negative = data[0] & 2, .truncates_integers = data[0] & 4, .ignores_bad_policies = data[0] & 8, .is_strict = data[0] & 16};
  struct rdo_schedule schedule;
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rdo_schedule_parse((struct rdo_bytes){data + 1, size - 1}, "s.json", &options, &schedule, &diag);
  require(status == diag.status);
  if (status != RONDO_OK) require(strncmp(diag.message, "s.json:", 7) == 0);
  if (status == RONDO_OK) {
    check_nodes(&schedule);
    check_order(&schedule);
    check_round_trip(&schedule);
  }
  rdo_schedule_deinit(&schedule);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The instances of a run as a table: one iteration that begins with the run, a node for each instance. They are numbered from
// 0 in each job, and their job is called NAME and that number, so that readers take them for instances of one job. A name
// that ends in a digit gets a '#' behind it, or job "cam1" would have instances of job "cam".

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "play/player.h"
#include "play/wake.h"
#include "trace/trace_table.h"

enum { NAME_BYTES = 512 };

struct writer {
  const struct rondo_player *player;
  struct rdo_table table;
  int64_t t0_ns;
  struct rondo_diag *diag;
};

// "NAME" and the number of a row.
static void name_instance(const struct rondo_job *job, uint64_t number, char *out_name) {
  size_t length = strlen(job->name);
  bool has_digit = length != 0 && job->name[length - 1] >= '0' && job->name[length - 1] <= '9';
  snprintf(out_name, NAME_BYTES, "%.400s%s%llu", job->name, has_digit ? "#" : "", (unsigned long long)number);
}

// The row of the instance of a job with an index. They are in order.
static bool find_instance(const struct rondo_job *job, uint64_t index, uint64_t *out_number) {
  uint64_t low = 0, high = job->instance_count;
  while (low < high) {
    uint64_t middle = low + (high - low) / 2;
    if (job->instances[middle].index < index) low = middle + 1;
    else high = middle;
  }
  *out_number = low;
  return low < job->instance_count && job->instances[low].index == index;
}

static uint8_t state_of(const struct rondo_instance *instance) {
  switch (instance->state) {
    case RONDO_INSTANCE_COMPLETED: return RDO_PLAYED_COMPLETED;
    case RONDO_INSTANCE_FAILED: return RDO_PLAYED_FAILED;
    case RONDO_INSTANCE_CANCELLED: return instance->start_ns != 0 ? RDO_PLAYED_CANCELLED : RDO_PLAYED_SKIPPED;
    default: return RDO_PLAYED_SKIPPED;
  }
}

// Keys of the instances that this one waited for: its trigger's, and those of the same index. Those that are not in the
// table, because they do not count, are left out.
//   keys  [count of waits + 1]
static size_t find_predecessors(const struct rondo_job *job, const struct rondo_instance *instance, char (*keys)[NAME_BYTES]) {
  size_t count = 0;
  for (int i = -1; i < job->wait_count; ++i) {
    const struct rondo_job *source = i < 0 ? job->trigger : job->waits[i].source;
    uint64_t number;
    bool is_again = false;
    if (source == NULL || !find_instance(source, instance->index, &number)) continue;
    name_instance(source, number, keys[count]);
    for (size_t k = 0; k < count; ++k) is_again |= strcmp(keys[k], keys[count]) == 0;
    count += !is_again;
  }
  return count;
}

static enum rondo_status add_node(struct writer *writer, const struct rondo_job *job, const struct rondo_instance *instance, uint64_t number,
                                  char (*keys)[NAME_BYTES], const char **names, uint32_t *out_node) {
  char name[NAME_BYTES];
  name_instance(job, number, name);
  size_t count = find_predecessors(job, instance, keys);
  for (size_t i = 0; i < count; ++i) names[i] = keys[i];
  const struct rdo_node_facts facts = {
      .key = name,
      .id = (int64_t)(instance->index & INT32_MAX),
      .ordinal = 1,
      .total = 1,
      .job = name,
      .source = job->name,
      .dependencies = names,
      .dependency_count = count,
      .release = job->release == RDO_RELEASE_PERIODIC ? RDO_PLAYED_RELEASE_LOCKED : RDO_PLAYED_RELEASE_IMMEDIATE,
      .time_mode = RDO_PLAYED_TIME_SOFT,
  };
  return rdo_table_add_node(&writer->table, &facts, out_node, writer->diag);
}

// A row is on its worker if all of it was, and on a target of its job's own otherwise: tiles of other jobs may lie between its
// own there. On its worker it ends with its last kernel; the host program behind that may run elsewhere, so a row that only
// that makes late is of the job, too.
static enum rondo_status place_row(struct writer *writer, const struct rondo_job *job, const struct rondo_instance *instance,
                                   struct rdo_table_row *row) {
  char target[NAME_BYTES];
  bool is_late_behind = instance->is_missed && job->deadline_ns != 0 && instance->run_end_ns <= instance->release_ns + job->deadline_ns;
  bool has_worker = instance->worker >= 0 && instance->state == RONDO_INSTANCE_COMPLETED && !is_late_behind;
  if (has_worker) {
    const struct rdo_worker *worker = &writer->player->executor->workers[instance->worker];
    snprintf(target, sizeof target, "worker%d", instance->worker);
    row->worker = instance->worker;
    row->cpu = worker->cpu;
    row->worker_count = 1;
    row->end_ns = instance->run_end_ns - writer->t0_ns;
  } else {
    snprintf(target, sizeof target, "shared by %.400s", job->name);
  }
  return rdo_table_add_target(&writer->table, target, &row->target, writer->diag);
}

static enum rondo_status add_row(struct writer *writer, const struct rondo_job *job, uint64_t number, char (*keys)[NAME_BYTES], const char **names) {
  const struct rondo_instance *instance = &job->instances[number];
  struct rdo_table_row row = rdo_table_row();
  int64_t start_ns = instance->start_ns != 0 ? instance->start_ns : instance->ready_ns;
  row.state = state_of(instance);
  row.t0_ns = writer->t0_ns;
  row.planned_start_ns = instance->release_ns - writer->t0_ns;
  row.release_ns = row.ready_ns = instance->ready_ns - writer->t0_ns;
  row.start_ns = start_ns - writer->t0_ns;
  row.end_ns = (row.state == RDO_PLAYED_SKIPPED ? start_ns : instance->end_ns) - writer->t0_ns;
  if (instance->start_ns != 0 && row.state != RDO_PLAYED_CANCELLED) row.wake = rdo_wake_in_table(instance->wake);
  if (row.end_ns < row.start_ns) {  // its program failed before its release
    row.release_ns = RDO_TABLE_UNKNOWN;
    row.ready_ns = row.start_ns = row.end_ns > 0 ? row.end_ns : 0;
    row.end_ns = row.start_ns;
  }
  if (job->deadline_ns != 0) row.deadline_ns = row.planned_start_ns + job->deadline_ns;
  RDO_TRY(add_node(writer, job, instance, number, keys, names, &row.node));
  RDO_TRY(place_row(writer, job, instance, &row));
  return rdo_table_append(&writer->table, &row, writer->diag);
}

static enum rondo_status add_job(struct writer *writer, const struct rondo_job *job) {
  char(*keys)[NAME_BYTES] = NULL;
  const char **names = NULL;
  enum rondo_status status = rdo_alloc_array((size_t)job->wait_count + 1, sizeof *keys, &keys, writer->diag);
  if (status == RONDO_OK) status = rdo_alloc_array((size_t)job->wait_count + 1, sizeof *names, &names, writer->diag);
  for (uint64_t i = 0; i < job->instance_count && status == RONDO_OK; ++i) status = add_row(writer, job, i, keys, names);
  rdo_free(keys);
  rdo_free(names);
  return status;
}

// Tables have their rows in the order in which they were completed.
static int compare_rows(const void *left, const void *right) {
  const struct rdo_table_row *a = left, *b = right;
  if (a->end_ns != b->end_ns) return a->end_ns < b->end_ns ? -1 : 1;
  return (a->node > b->node) - (a->node < b->node);
}

enum rondo_status rondo_player_trace(const struct rondo_player *player, struct rondo_trace_table **out_table, struct rondo_diag *diag) {
  struct writer writer = {.player = player, .t0_ns = player->count_ns, .diag = diag};
  uint64_t row_count = 0;
  *out_table = NULL;
  for (const struct rondo_job *job = player->jobs; job != NULL; job = job->next) {
    row_count += job->instance_count;
    // Jobs without a period begin before the run's first release.
    if (job->instance_count != 0 && job->instances[0].release_ns < writer.t0_ns) writer.t0_ns = job->instances[0].release_ns;
  }
  rdo_table_init(&writer.table);
  enum rondo_status status = rdo_table_reserve(&writer.table, (size_t)row_count, diag);
  for (const struct rondo_job *job = player->jobs; job != NULL && status == RONDO_OK; job = job->next) status = add_job(&writer, job);
  if (status == RONDO_OK && row_count > 1) qsort(writer.table.rows, writer.table.row_count, sizeof *writer.table.rows, compare_rows);
  if (status == RONDO_OK) return rdo_trace_table_create(&writer.table, out_table, diag);
  rdo_table_deinit(&writer.table);
  return status;
}

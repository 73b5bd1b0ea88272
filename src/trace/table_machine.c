// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Observed hand-overs into a machine file. A row could begin when it was ready and its worker had ended what it ran before;
// from then to its start is a hand-over, of a worker that was awake where the one followed the other, of one that slept where it
// had been idle for longer than players spin.
//
// Where a row had several workers the table tells of one of them, so the others only seem to be idle: of iterations with
// such rows none is taken for a wake.

#include <stdlib.h>

#include "base/alloc.h"
#include "plan/file.h"
#include "trace/trace_table.h"

// As long a player's workers spin before they sleep, at most (BUSY_SPIN_NS, play/schedule.c).
static const int64_t spin_ns = 200000;

enum { WORKERS_MAX = 1 << 16 };

enum kind { HANDOVER, WAKE, KIND_COUNT };

struct handover {
  uint32_t cluster, kind;
  int64_t ns;
};

struct watch {
  const struct rondo_trace_table *table;
  const int *clusters;    // [target_count]: of the machine; -1 = not known
  int64_t *last_ends_ns;  // owned [WORKERS_MAX]: of the iteration
  struct handover *found;  // owned [row_count]
  size_t found_count;
};

// A cluster of the machine, or that of its lane with this name.
static int find_cluster(const struct rdo_machine_file *machine, const char *target) {
  int cluster = rdo_machine_file_find_cluster(machine, target), lane = rdo_machine_file_find_lane(machine, target);
  return cluster >= 0 || lane < 0 ? cluster : machine->lanes[lane].cluster;
}

static void watch_row(struct watch *watch, const struct rdo_table_row *row, bool has_wide) {
  int cluster = watch->clusters[row->target];
  if (!rdo_row_has_run(row) || row->worker < 0 || row->worker >= WORKERS_MAX) return;
  int64_t *last_end_ns = &watch->last_ends_ns[row->worker];
  // For a release a worker is kept free, and awake.
  bool is_released = row->release_ns != RDO_TABLE_UNKNOWN && row->release_ns >= row->ready_ns;
  int64_t since_ns = row->ready_ns > *last_end_ns ? row->ready_ns : *last_end_ns, idle_ns = since_ns - *last_end_ns;
  if (cluster >= 0 && *last_end_ns >= 0 && !is_released && row->start_ns >= since_ns && (idle_ns == 0 || (idle_ns > spin_ns && !has_wide))) {
    watch->found[watch->found_count++] = (struct handover){(uint32_t)cluster, idle_ns == 0 ? HANDOVER : WAKE, row->start_ns - since_ns};
  }
  if (row->end_ns > *last_end_ns) *last_end_ns = row->end_ns;
}

// Iteration by iteration, rows by their starts.
static void watch_rows(struct watch *watch) {
  const struct rdo_table *table = &watch->table->table;
  const uint32_t *order = watch->table->index.order;
  for (size_t begin = 0, end; begin < table->row_count; begin = end) {
    bool has_wide = false;
    for (end = begin; end < table->row_count && table->rows[order[end]].iteration == table->rows[order[begin]].iteration; ++end) {
      const struct rdo_table_row *row = &table->rows[order[end]];
      has_wide |= row->worker_count > 1;
      if (row->worker >= 0 && row->worker < WORKERS_MAX) watch->last_ends_ns[row->worker] = -1;
    }
    for (size_t i = begin; i < end; ++i) watch_row(watch, &table->rows[order[i]], has_wide);
  }
}

static int compare_handovers(const void *left, const void *right) {
  const struct handover *a = left, *b = right;
  if (a->cluster != b->cluster) return a->cluster < b->cluster ? -1 : 1;
  if (a->kind != b->kind) return a->kind < b->kind ? -1 : 1;
  return a->ns < b->ns ? -1 : a->ns > b->ns;
}

// The middle of each cluster's hand-overs, and of its wakes.
static void keep(struct watch *watch, struct rdo_machine_file *machine) {
  qsort(watch->found, watch->found_count, sizeof *watch->found, compare_handovers);
  for (size_t begin = 0, end; begin < watch->found_count; begin = end) {
    const struct handover *first = &watch->found[begin];
    for (end = begin; end < watch->found_count && watch->found[end].cluster == first->cluster && watch->found[end].kind == first->kind;) ++end;
    int64_t middle_ns = watch->found[begin + (end - begin - 1) / 2].ns;
    if (middle_ns > RDO_TIME_NS_MAX) middle_ns = RDO_TIME_NS_MAX;
    if (first->kind == HANDOVER) machine->clusters[first->cluster].handover_ns = middle_ns;
    else machine->clusters[first->cluster].wake_ns = middle_ns;
  }
}

static enum rondo_status merge_table(struct rdo_machine_file *machine, const struct rondo_trace_table *table, const char *path, struct rondo_diag *diag) {
  struct watch watch = {.table = table};
  size_t target_count = table->table.target_count;
  int *clusters;
  RDO_TRY(rdo_alloc_array(target_count + 1, sizeof *clusters, &clusters, diag));
  for (size_t i = 0; i < target_count; ++i) clusters[i] = find_cluster(machine, rdo_table_target_name(&table->table, (uint32_t)i));
  watch.clusters = clusters;
  enum rondo_status status = rdo_alloc_array(WORKERS_MAX, sizeof *watch.last_ends_ns, &watch.last_ends_ns, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(table->table.row_count + 1, sizeof *watch.found, &watch.found, diag);
  if (status == RONDO_OK) watch_rows(&watch);
  if (status == RONDO_OK && watch.found_count == 0) {
    status = rdo_fail(diag, RONDO_INVALID_ARGUMENT,
                      "%s: none of its %zu rows follows another one on a worker of the machine: are its targets the machine's lanes, and does it name workers?", path,
                      table->table.row_count);
  }
  if (status == RONDO_OK) keep(&watch, machine);
  rdo_free(watch.found);
  rdo_free(watch.last_ends_ns);
  rdo_free(clusters);
  return status;
}

enum rondo_status rondo_machine_merge_trace(struct rondo_file *machine, const char *path, struct rondo_diag *diag) {
  struct rondo_trace_table *table = NULL;
  if (machine->kind != RONDO_FILE_MACHINE) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "hand-overs go into a machine file, and this is another one");
  RDO_TRY(rondo_trace_table_load(path, NULL, &table, diag));
  enum rondo_status status = merge_table(&machine->machine, table, path, diag);
  rondo_trace_table_release(&table);
  return status;
}

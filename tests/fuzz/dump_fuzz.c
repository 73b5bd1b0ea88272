// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any text as a dump of the compiler. The first byte says of which kind: even a DOT graph, odd stream-level IR. What can
// be read must hold the invariants of a schedule; IR that is annotated with a schedule must read back as that, and be the same when it
// is annotated once more.
//
// Seeds: dumps of the bundled models, and the texts of the unit tests.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan/ir_annotate.h"
#include "plan/dispatch_dump.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

static void check_schedule(const struct rdo_schedule *schedule) {
  require(schedule->node_count > 0);
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    require(node->key[0] != '\0' && node->target < schedule->target_count && node->job < schedule->job_count);
    require(node->start_ns >= 0 && node->duration_ns >= 0 && node->start_ns + node->duration_ns <= RDO_TIME_NS_MAX);
    require(schedule->by_rank[node->rank] == i && node->worker_count >= 0 && node->priority >= -1 && node->priority <= 255);
    for (uint32_t k = 0; k < node->dependency_count; ++k) require(schedule->dependencies[node->dependency_begin + k] < schedule->node_count);
    for (uint32_t k = 0; k < node->resource_count; ++k) require(schedule->resource_lists[node->resource_begin + k] < schedule->resource_count);
    for (uint32_t k = 0; k < node->extra_count; ++k) require(schedule->target_lists[node->extra_begin + k] < schedule->target_count);
  }
}

static void check_same(const struct rdo_schedule *a, const struct rdo_schedule *b) {
  require(a->node_count == b->node_count);
  for (uint32_t i = 0; i < a->node_count; ++i) {
    const struct rdo_schedule_node *x = &a->nodes[i], *y = &b->nodes[i];
    require(strcmp(x->key, y->key) == 0 && x->start_ns == y->start_ns && x->duration_ns == y->duration_ns && x->priority == y->priority);
    require(x->worker_count == y->worker_count && x->release_policy == y->release_policy && x->time_mode == y->time_mode);
    require(strcmp(a->targets[x->target].name, b->targets[y->target].name) == 0 && strcmp(a->jobs[x->job].name, b->jobs[y->job].name) == 0);
    require(x->resource_count == y->resource_count && x->extra_count == y->extra_count && x->dependency_count == y->dependency_count);
  }
}

static const char *temporary_path(void) {
  static char path[64];
  if (path[0] == '\0') snprintf(path, sizeof path, "/tmp/rondo-dump-fuzz-%ld.mlir", (long)getpid());
  return path;
}

static char *read_file(const char *path, size_t *out_size) {
  FILE *file = fopen(path, "rb");
  require(file != NULL);
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *text = malloc((size_t)size + 1);
  require(text != NULL && fread(text, 1, (size_t)size, file) == (size_t)size);
  fclose(file);
  unlink(path);
  *out_size = (size_t)size;
  return text;
}

// What it says of itself, written into it. Dispatches of several jobs are not: that needs one call of one job.
static void check_annotation(struct rdo_bytes text, const struct rdo_schedule *schedule) {
  const struct rdo_ir_annotate_options options = {0};
  struct rdo_ir_annotated annotated;
  struct rdo_schedule back;
  struct rondo_diag diag = {.status = RONDO_OK};
  size_t size, again_size;
  enum rondo_status status = rdo_ir_annotate(text, "f.mlir", schedule, &options, temporary_path(), &annotated, &diag);
  require(status == RONDO_OK || status == RONDO_INVALID_ARGUMENT || status == RONDO_NOT_FOUND);
  if (status != RONDO_OK) return;
  char *once = read_file(temporary_path(), &size);
  const struct rdo_bytes bytes = {(const uint8_t *)once, size};
  status = rdo_dump_parse(bytes, "f.mlir", NULL, &back, &diag);
  if (status != RONDO_OK) fprintf(stderr, "%s\n", diag.message);
  require(status == RONDO_OK);
  check_same(schedule, &back);
  require(rdo_ir_annotate(bytes, "f.mlir", &back, &options, temporary_path(), &annotated, &diag) == RONDO_OK);
  char *twice = read_file(temporary_path(), &again_size);
  require(again_size == size && memcmp(once, twice, size) == 0);
  rdo_schedule_deinit(&back);
  free(once);
  free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  bool is_ir = (data[0] & 1) != 0;
  const struct rdo_bytes text = {data + 1, size - 1};
  struct rdo_schedule schedule;
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rdo_dump_parse(text, is_ir ? "f.mlir" : "g.dot", NULL, &schedule, &diag);
  require(status == diag.status);
  if (status != RONDO_OK) require(strncmp(diag.message, is_ir ? "f.mlir:" : "g.dot:", is_ir ? 7 : 6) == 0);
  if (status == RONDO_OK) {
    check_schedule(&schedule);
    if (is_ir) check_annotation(text, &schedule);
  }
  rdo_schedule_deinit(&schedule);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "runtime/runtime.h"

#include "base/alloc.h"

#ifndef RDO_VERSION
#define RDO_VERSION "0.1.0"
#endif

const char *rondo_version(void) { return RDO_VERSION; }

static void destroy_runtime(struct rdo_object *object) {
  struct rondo_runtime *runtime = RDO_CONTAINER(object, struct rondo_runtime, object);
  if (runtime->device != NULL) {
    rdo_device_cancel(runtime->device);
    rdo_object_release(&runtime->device->object);
  }
  rdo_free(runtime);
}

static const struct rdo_object_type runtime_type = {"rondo.runtime", destroy_runtime};

enum rondo_status rondo_runtime_create(const struct rondo_runtime_options *options, struct rondo_runtime **out_runtime,
                                       struct rondo_diag *diag) {
  static const struct rondo_runtime_options defaults;
  if (options == NULL) options = &defaults;
  *out_runtime = NULL;
  struct rondo_runtime *runtime;
  RDO_TRY(rdo_alloc(sizeof *runtime, &runtime, diag));
  rdo_object_init(&runtime->object, &runtime_type);
  runtime->memory_budget_bytes = options->memory_budget_bytes;
  runtime->step_limit = options->step_limit == 0 || options->step_limit > INT64_MAX ? INT64_MAX : (int64_t)options->step_limit;
  enum rondo_status status =
      rdo_device_create(options->device == NULL ? "local-sync" : options->device, options->memory_budget_bytes, &runtime->device, diag);
  if (status != RONDO_OK) {
    rdo_object_release(&runtime->object);
    return status;
  }
  runtime->device->trace = options->trace;
  runtime->device->trace_user = options->trace_user;
  runtime->device->wait_limit_ns = options->wait_limit_ns < 0 ? 0 : options->wait_limit_ns;
  *out_runtime = runtime;
  return RONDO_OK;
}

void rondo_runtime_release(struct rondo_runtime **runtime) {
  if (runtime == NULL || *runtime == NULL) return;
  rdo_object_release(&(*runtime)->object);
  *runtime = NULL;
}

void rondo_runtime_memory(const struct rondo_runtime *runtime, struct rondo_memory_stats *out_stats) {
  const struct rdo_heap *heap = runtime->device->heap;
  // relaxed: counters, see the header
  out_stats->live_bytes = rdo_atomic_load(&heap->live_bytes, rdo_relaxed);
  out_stats->peak_bytes = rdo_atomic_load(&heap->peak_bytes, rdo_relaxed);
  out_stats->allocated_bytes = rdo_atomic_load(&heap->allocated_bytes, rdo_relaxed);
  out_stats->allocation_count = rdo_atomic_load(&heap->allocation_count, rdo_relaxed);
  out_stats->freed_bytes = out_stats->allocated_bytes - out_stats->live_bytes;
  out_stats->budget_bytes = heap->budget_bytes == UINT64_MAX ? 0 : heap->budget_bytes;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "runtime/runtime.h"

#include <malloc.h>

#include "base/alloc.h"
#include "base/pool.h"
#include "runtime/queue_plan.h"

#ifndef RDO_VERSION
#define RDO_VERSION "0.1.0"
#endif

const char *rondo_version(void) { return RDO_VERSION; }

static void destroy_runtime(struct rdo_object *object) {
  struct rondo_runtime *runtime = RDO_CONTAINER(object, struct rondo_runtime, object);
  if (runtime->device != NULL) {
    rdo_device_close(runtime->device);
    rdo_object_release(&runtime->device->object);
  }
  rdo_free(runtime);
}

static const struct rdo_object_type runtime_type = {"rondo.runtime", destroy_runtime};

static enum rondo_status create_task_device(const struct rondo_runtime_options *options, const struct rdo_topology *topology,
                                            struct rdo_device **out_device, struct rondo_diag *diag) {
  struct rdo_queue_plan *plan;
  RDO_TRY(rdo_alloc(sizeof *plan, &plan, diag));
  enum rondo_status status = rdo_queue_plan_make(options, topology, plan, diag);
  if (status == RONDO_OK) {
    const struct rdo_device_options device = {"local-task", options->memory_budget_bytes, plan->queues, plan->queue_count, NULL};
    status = rdo_device_create(&device, out_device, diag);
  }
  rdo_free(plan);
  return status;
}

static enum rondo_status create_device(const struct rondo_runtime_options *options, struct rdo_device **out_device, struct rondo_diag *diag) {
  const char *name = options->device == NULL ? "local-sync" : options->device;
  if (strcmp(name, "local-task") != 0) {
    if (rdo_queue_plan_is_asked(options)) {
      return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "device %s has no workers: their number, CPUs, queues, spin time, memory and watchdog are for local-task", name);
    }
    return rdo_device_create(&(const struct rdo_device_options){name, options->memory_budget_bytes, NULL, 0, NULL}, out_device, diag);
  }
  RDO_TRY(rdo_queue_plan_check(options, diag));
  struct rdo_topology topology;
  enum rondo_status status = rdo_topology_read(NULL, &topology, diag);
  if (status == RONDO_OK) status = create_task_device(options, &topology, out_device, diag);
  rdo_topology_deinit(&topology);
  return status;
}

enum rondo_status rdo_runtime_create_over(struct rdo_device *device, const struct rondo_runtime_options *options, struct rondo_runtime **out_runtime,
                                          struct rondo_diag *diag) {
  *out_runtime = NULL;
  struct rondo_runtime *runtime;
  enum rondo_status status = rdo_alloc(sizeof *runtime, &runtime, diag);
  if (status != RONDO_OK) {
    rdo_object_release(&device->object);
    return status;
  }
  rdo_object_init(&runtime->object, &runtime_type);
  runtime->device = device;
  runtime->memory_budget_bytes = options->memory_budget_bytes;
  runtime->step_limit = options->step_limit == 0 || options->step_limit > INT64_MAX ? INT64_MAX : (int64_t)options->step_limit;
  device->trace = options->trace;
  device->trace_user = options->trace_user;
  device->wait_limit_ns = options->wait_limit_ns < 0 ? 0 : options->wait_limit_ns;
  device->endless_wait_limit_ns = options->endless_wait_limit_ns < 0 ? 0 : options->endless_wait_limit_ns;
  *out_runtime = runtime;
  return RONDO_OK;
}

enum rondo_status rondo_runtime_create(const struct rondo_runtime_options *options, struct rondo_runtime **out_runtime,
                                       struct rondo_diag *diag) {
  static const struct rondo_runtime_options defaults;
  if (options == NULL) options = &defaults;
  *out_runtime = NULL;
  struct rdo_device *device;
  RDO_TRY(create_device(options, &device, diag));
  return rdo_runtime_create_over(device, options, out_runtime, diag);
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

int rondo_runtime_worker_count(const struct rondo_runtime *runtime) {
  int count = 0;
  for (uint32_t i = 0; i < runtime->device->queue_count; ++i) {
    if (runtime->device->executors[i] != NULL) count += (int)runtime->device->executors[i]->worker_count;
  }
  return count;
}

int rondo_runtime_queue_count(const struct rondo_runtime *runtime) { return (int)runtime->device->queue_count; }

void rondo_runtime_dump(const struct rondo_runtime *runtime, FILE *file) {
  rdo_device_dump(runtime->device, file);
  fflush(file);
}

void rondo_runtime_trim(struct rondo_runtime *runtime) {
  rdo_device_trim(runtime->device);
  rdo_pool_trim();
  malloc_trim(0);
}

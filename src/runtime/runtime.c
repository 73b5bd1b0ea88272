// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "runtime/runtime.h"

#include <malloc.h>

#include "base/alloc.h"
#include "base/pool.h"
#include "machine/placement.h"

// Long enough for a caller that comes back at once, short enough to cost an idle process nothing that shows.
enum { SPIN_NS_DEFAULT = 20000 };

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

// The workers that the options ask for: on a list of CPUs, or one on each physical core that this process
// may use, the fastest first.
static enum rondo_status place_workers(const struct rondo_runtime_options *options, const struct rdo_topology *topology,
                                       struct rdo_placement *out_placement, struct rondo_diag *diag) {
  struct rdo_cpu_set cpus;
  if (options->cpus == NULL) return rdo_placement_make(topology, RDO_PLACEMENT_CORE, NULL, out_placement, diag);
  RDO_TRY(rdo_cpu_set_parse((struct rdo_bytes){(const uint8_t *)options->cpus, strlen(options->cpus)}, &cpus, diag));
  return rdo_placement_from_set(topology, &cpus, out_placement, diag);
}

static enum rondo_status create_task_device(const struct rondo_runtime_options *options, const struct rdo_topology *topology,
                                            struct rdo_device **out_device, struct rondo_diag *diag) {
  struct rdo_placement placement;
  RDO_TRY(place_workers(options, topology, &placement, diag));
  int count = options->worker_count < 0 ? 0 : options->worker_count == 0 ? placement.worker_count : options->worker_count;
  struct rdo_cpu_set cpus[RDO_WORKERS_MAX];
  enum rondo_status status = RONDO_OK;
  if (count > RDO_WORKERS_MAX) status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%d workers (at most %d)", count, RDO_WORKERS_MAX);
  // More workers than places share them in turn.
  for (int i = 0; i < count && status == RONDO_OK; ++i) cpus[i] = placement.workers[i % placement.worker_count].cpus;
  if (status == RONDO_OK) {
    const struct rdo_executor_options queue = {
        .worker_count = (uint32_t)count,
        .worker_cpus = cpus,
        .spin_ns = options->spin_ns < 0 ? 0 : options->spin_ns == 0 ? SPIN_NS_DEFAULT : options->spin_ns,
        .stack_bytes = (size_t)options->worker_stack_bytes,
        .local_memory_bytes = (size_t)options->worker_local_memory_bytes,
        .watchdog_ns = options->stuck == NULL ? 0 : options->watchdog_ns,
        .stuck = options->stuck,
        .stuck_user = options->stuck_user,
    };
    const struct rdo_device_options device = {"local-task", options->memory_budget_bytes, &queue, 1, NULL};
    status = rdo_device_create(&device, out_device, diag);
  }
  rdo_placement_deinit(&placement);
  return status;
}

static enum rondo_status create_device(const struct rondo_runtime_options *options, struct rdo_device **out_device, struct rondo_diag *diag) {
  const char *name = options->device == NULL ? "local-sync" : options->device;
  if (strcmp(name, "local-task") != 0) {
    bool has_others = options->worker_stack_bytes != 0 || options->worker_local_memory_bytes != 0;
    if (options->worker_count != 0 || options->cpus != NULL || options->spin_ns != 0 || has_others) {
      return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "device %s has no workers: their number, CPUs, spin time and memory are for local-task", name);
    }
    return rdo_device_create(&(const struct rdo_device_options){name, options->memory_budget_bytes, NULL, 0, NULL}, out_device, diag);
  }
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

void rondo_runtime_trim(struct rondo_runtime *runtime) {
  rdo_device_trim(runtime->device);
  rdo_pool_trim();
  malloc_trim(0);
}

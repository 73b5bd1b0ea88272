// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "runtime/queue_plan.h"

#include <string.h>

#include "machine/local_memory.h"
#include "machine/placement.h"

// Long enough for a caller that comes back at once, short enough to cost an idle process nothing that shows.
enum { SPIN_NS_DEFAULT = 20000 };
static const int64_t SPIN_NS_MAX = INT64_C(3600000000000);

bool rdo_queue_plan_is_asked(const struct rondo_runtime_options *options) {
  bool has_queues = options->queue_unit != RONDO_QUEUE_SINGLE || options->queue_cpus_count != 0;
  bool has_watchdog = options->watchdog_ns != 0 || options->stuck != NULL;
  bool has_memory = options->worker_stack_bytes != 0 || options->worker_local_memory_bytes != 0;
  return has_queues || has_memory || has_watchdog || options->worker_count != 0 || options->cpus != NULL || options->spin_ns != 0;
}

enum rondo_status rdo_queue_plan_check(const struct rondo_runtime_options *options, struct rondo_diag *diag) {
  if (options->worker_count < -1) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%d workers: -1 is none, 0 one for each CPU", options->worker_count);
  if (options->spin_ns < -1 || options->spin_ns > SPIN_NS_MAX) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "spins for %lld ns: -1 is not at all, 0 the default, and an hour the most", (long long)options->spin_ns);
  }
  if (options->watchdog_ns < 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "a watchdog after %lld ns", (long long)options->watchdog_ns);
  if ((options->watchdog_ns == 0) == (options->stuck == NULL)) return RONDO_OK;
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "a watchdog needs both, a time and somebody to tell");
}

static enum rondo_status parse_list(const char *text, struct rdo_cpu_set *out, struct rondo_diag *diag) {
  return rdo_cpu_set_parse((struct rdo_bytes){(const uint8_t *)text, strlen(text)}, out, diag);
}

// Adds a queue with the workers of a placement, or with as many as the options say, who then share the places
// in turn.
static enum rondo_status add_queue(const struct rondo_runtime_options *options, const struct rdo_topology *topology,
                                   const struct rdo_placement *placement, struct rdo_queue_plan *plan, struct rondo_diag *diag) {
  if (plan->queue_count == RDO_QUEUES_MAX) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "more than %d queues", RDO_QUEUES_MAX);
  int count = options->worker_count < 0 ? 0 : options->worker_count == 0 ? placement->worker_count : options->worker_count;
  if (count > RDO_WORKERS_MAX - (int)plan->worker_count) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%lld workers (at most %d)", (long long)plan->worker_count + count, RDO_WORKERS_MAX);
  }
  struct rdo_cpu_set cpus = rdo_cpu_set_none();
  for (int i = 0; i < placement->worker_count && (i < count || count == 0); ++i) cpus = rdo_cpu_set_or(cpus, &placement->workers[i].cpus);
  size_t local_bytes = (size_t)options->worker_local_memory_bytes;
  plan->queues[plan->queue_count++] = (struct rdo_executor_options){
      .worker_count = (uint32_t)count,
      .worker_cpus = &plan->cpus[plan->worker_count],
      .worker_nodes = topology->node_count > 1 ? &plan->nodes[plan->worker_count] : NULL,
      .worker_base = plan->worker_count,
      .spin_ns = options->spin_ns < 0 ? 0 : options->spin_ns == 0 ? SPIN_NS_DEFAULT : options->spin_ns,
      .stack_bytes = (size_t)options->worker_stack_bytes,
      .local_memory_bytes = local_bytes != 0 ? local_bytes : rdo_local_memory_bytes(topology, &cpus),
      .watchdog_ns = options->stuck == NULL ? 0 : options->watchdog_ns,
      .stuck = options->stuck,
      .stuck_user = options->stuck_user,
  };
  for (int i = 0; i < count; ++i) {
    const struct rdo_worker_place *place = &placement->workers[i % placement->worker_count];
    plan->cpus[plan->worker_count] = place->cpus;
    plan->nodes[plan->worker_count++] = place->node < 0 ? -1 : topology->nodes[place->node].os_index;
  }
  return RONDO_OK;
}

// A queue with one worker for each CPU of a set that was asked for, or one for each physical core of `within`
// (NULL = of the machine), the fastest first.
static enum rondo_status place_queue(const struct rondo_runtime_options *options, const struct rdo_topology *topology, const struct rdo_cpu_set *asked,
                                     const struct rdo_cpu_set *within, struct rdo_queue_plan *plan, struct rondo_diag *diag) {
  struct rdo_placement placement;
  enum rondo_status status = asked != NULL ? rdo_placement_from_set(topology, asked, &placement, diag)
                                           : rdo_placement_make(topology, RDO_PLACEMENT_CORE, within, &placement, diag);
  if (status == RONDO_OK) status = add_queue(options, topology, &placement, plan, diag);
  rdo_placement_deinit(&placement);
  return status;
}

// A queue for each node or cluster that has a CPU to use.
static enum rondo_status place_units(const struct rondo_runtime_options *options, const struct rdo_topology *topology, const struct rdo_cpu_set *asked,
                                     struct rdo_queue_plan *plan, struct rondo_diag *diag) {
  enum rdo_placement_unit unit = options->queue_unit == RONDO_QUEUE_PER_NODE ? RDO_PLACEMENT_NODE : RDO_PLACEMENT_CLUSTER;
  struct rdo_placement units;
  if (asked != NULL) RDO_TRY(rdo_topology_check(topology, asked, diag));
  RDO_TRY(rdo_placement_make(topology, unit, asked, &units, diag));
  enum rondo_status status = RONDO_OK;
  for (int i = 0; i < units.worker_count && status == RONDO_OK; ++i) {
    const struct rdo_cpu_set *cpus = &units.workers[i].cpus;
    status = place_queue(options, topology, asked == NULL ? NULL : cpus, cpus, plan, diag);
  }
  rdo_placement_deinit(&units);
  return status;
}

static enum rondo_status place_lists(const struct rondo_runtime_options *options, const struct rdo_topology *topology, struct rdo_queue_plan *plan,
                                     struct rondo_diag *diag) {
  struct rdo_cpu_set sets[RDO_QUEUES_MAX];
  struct rdo_placement each;
  int count = options->queue_cpus_count;
  if (count > RDO_QUEUES_MAX) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%d queues (at most %d)", count, RDO_QUEUES_MAX);
  for (int i = 0; i < count; ++i) {
    enum rondo_status status = parse_list(options->queue_cpus[i], &sets[i], diag);
    if (status == RONDO_OK) continue;
    rdo_prefix(diag, "queue %d", i);
    return status;
  }
  // Two queues on one CPU would take it from each other, and each would believe that it has it.
  enum rondo_status status = rdo_placement_from_sets(topology, sets, count, &each, diag);
  rdo_placement_deinit(&each);
  if (status != RONDO_OK) {
    rdo_prefix(diag, "queues");
    return status;
  }
  for (int i = 0; i < count; ++i) RDO_TRY(place_queue(options, topology, &sets[i], NULL, plan, diag));
  return RONDO_OK;
}

enum rondo_status rdo_queue_plan_make(const struct rondo_runtime_options *options, const struct rdo_topology *topology, struct rdo_queue_plan *plan,
                                      struct rondo_diag *diag) {
  struct rdo_cpu_set cpus;
  plan->queue_count = plan->worker_count = 0;
  bool has_lists = options->queue_cpus_count != 0, is_single = options->queue_unit == RONDO_QUEUE_SINGLE;
  if (options->queue_cpus_count < 0 || options->queue_unit > RONDO_QUEUE_PER_CLUSTER) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%d queues, by unit %d", options->queue_cpus_count, (int)options->queue_unit);
  }
  if (has_lists && (!is_single || options->cpus != NULL)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "lists of CPUs for queues say where workers go: no CPUs and no unit beside them");
  }
  if (options->cpus != NULL) RDO_TRY(parse_list(options->cpus, &cpus, diag));
  const struct rdo_cpu_set *asked = options->cpus == NULL ? NULL : &cpus;
  if (has_lists) {
    RDO_TRY(place_lists(options, topology, plan, diag));
  } else if (!is_single) {
    RDO_TRY(place_units(options, topology, asked, plan, diag));
  } else {
    RDO_TRY(place_queue(options, topology, asked, NULL, plan, diag));
  }
  // A caller that waits can drain one queue at a time.
  if (plan->queue_count > 1 && plan->worker_count == 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%u queues need workers", plan->queue_count);
  return RONDO_OK;
}

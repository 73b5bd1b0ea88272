// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `machine.json`: what work is placed on. A *cluster* is a set of equal CPUs; a *lane* is what a plan calls a target: one
// order of work on CPUs of one cluster. A cluster that no lane of the file names is one lane of its own name, on all its
// CPUs. A *resource* is a unit that at most `capacity` dispatches use at once. docs/files.md has the keys.
//
// Invariants: at least one cluster; names are unique among clusters and lanes (a lane may have its own cluster's), and
// among resources; CPUs of clusters do not overlap, those of lanes may; the lanes of a cluster stand one after the other, in
// the order of the clusters.

#ifndef RDO_PLAN_MACHINE_FILE_H_
#define RDO_PLAN_MACHINE_FILE_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "machine/topology.h"
#include "plan/document.h"
#include "plan/json_writer.h"
#include "plan/notes.h"

enum {
  RDO_MACHINE_CLUSTERS_MAX = 4096,
  RDO_MACHINE_LANES_MAX = 4096,
  RDO_MACHINE_RESOURCES_MAX = 1024,
  RDO_MACHINE_WORKERS_MAX = 1 << 20  // of a cluster or lane
};

struct rdo_cluster_entry {
  const char *name;
  struct rdo_cpu_set cpus;      // empty: it is only planned and simulated for, its workers have no CPUs
  int worker_count;             // at least 1; as many as CPUs unless the file says otherwise
  int capacity;                 // speed: 1..RDO_CAPACITY_MAX
  int job_count_max;            // that may have work on it at once; 0 = any number
  int64_t frequency_khz;        // 0 = not known
  int64_t l2_bytes;             // 0 = not known
  int64_t handover_ns;          // from an end to the start of what waited for it, on a worker that is awake; 0 = not known
  int64_t wake_ns;              // the same where the worker has fallen asleep; 0 = not known
  const char *variant;          // of modules compiled for it, such as "RVV"; "" = not said
  int lane_begin, lane_count;   // of lanes[]; at least one
};

struct rdo_lane_entry {
  const char *name;
  int cluster;
  struct rdo_cpu_set cpus;  // a subset of its cluster's
  int worker_count;         // at least 1
  int job_count_max;        // 0 = any number
  bool is_implicit;         // made for a cluster without lanes
};

struct rdo_resource_entry {
  const char *name;
  const char *type;         // free text, "" = not said
  struct rdo_cpu_set cpus;  // from where it can be used; empty = from everywhere
  int capacity;             // 1 = exclusive
  double operations_per_s;  // 0 = not known
};

// What moving from one cluster to another costs.
struct rdo_transition_entry {
  int from, to;
  int64_t cost_ns;
};

struct rdo_machine_file {
  struct rdo_cluster_entry *clusters;
  struct rdo_lane_entry *lanes;
  struct rdo_resource_entry *resources;
  struct rdo_transition_entry *transitions;
  int cluster_count, lane_count, resource_count, transition_count;
  int job_count_max;         // 0 = any number
  int64_t memory_bytes_max;  // for all models together; 0 = no limit
  int64_t l3_bytes;          // 0 = not known
  double memory_gb_per_s;    // 0 = not known
  struct rdo_notes notes;
  struct rdo_arena arena;
};

// Reads a machine file, or a topology of the four-file form (`cores`, `npu`, ...: docs/files.md).
//   topology  NULL: CPUs are not looked for; else each one must exist, be online and be allowed
//   out_file  end with rdo_machine_file_deinit, also after an error
//   returns   what rdo_document_open returns; INVALID_ARGUMENT, OUT_OF_RANGE (a value); NOT_FOUND, UNAVAILABLE,
//             PERMISSION_DENIED (a CPU that cannot be used)
enum rondo_status rdo_machine_file_read(const char *path, const struct rdo_topology *topology, struct rdo_machine_file *out_file,
                                        struct rondo_diag *diag) RONDO_MUST_USE;

// The same from a value, such as the one that a plan carries.
enum rondo_status rdo_machine_file_read_value(const struct rdo_value *value, const struct rdo_topology *topology,
                                              struct rdo_machine_file *out_file, struct rondo_diag *diag) RONDO_MUST_USE;

// One for a machine: a cluster for each of its clusters with CPUs that this process may use. The fastest ones are called
// CPU_P, slower ones CPU_E, with a number behind it where there are several.
enum rondo_status rdo_machine_file_detect(const struct rdo_topology *topology, struct rdo_machine_file *out_file,
                                          struct rondo_diag *diag) RONDO_MUST_USE;

// Checks that the CPUs of a file that was read without a topology, such as a plan's own, can be used here.
//   place    what messages begin with, such as "plan.json: machine."
//   returns  OK, NOT_FOUND, UNAVAILABLE, PERMISSION_DENIED (a CPU); FAILED_PRECONDITION (a cluster without CPUs)
enum rondo_status rdo_machine_file_check(const struct rdo_machine_file *file, const struct rdo_topology *topology, const char *place,
                                         struct rondo_diag *diag) RONDO_MUST_USE;

enum rondo_status rdo_machine_file_write(const struct rdo_machine_file *file, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_machine_file_write_value(const struct rdo_machine_file *file, struct rdo_json_writer *writer, const char *key);

// Indices by name; -1 = none.
int rdo_machine_file_find_cluster(const struct rdo_machine_file *file, const char *name);
int rdo_machine_file_find_lane(const struct rdo_machine_file *file, const char *name);
int rdo_machine_file_find_resource(const struct rdo_machine_file *file, const char *name);

void rdo_machine_file_deinit(struct rdo_machine_file *file);

// For readers: "0-3,8", "0xf", or an array of numbers, at least one.
enum rondo_status rdo_value_cpus(const struct rdo_value *value, struct rdo_cpu_set *out_cpus, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_MACHINE_FILE_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The machine: its CPUs, cores, packages, NUMA nodes, caches and clusters, and where workers would go on it.
// A machine is read once and does not change afterwards.
//
// A *CPU* is what the kernel schedules on, known by the kernel's number (`number`); a *core* has one or more
// of them (SMT). A *cluster* is a group of cores that are equally fast and share a cache, the unit that work
// is planned on. Things refer to each other by index (`package`, `core`, ...: from 0, -1 = none or not
// known); sets of CPUs are text, lists of numbers as the kernel writes them: "0-3,8,10-11", "" when empty.
// Texts belong to the machine (or placement) and live as long as it.

#ifndef RONDO_MACHINE_H_
#define RONDO_MACHINE_H_

#include <stdbool.h>
#include <stdint.h>

#include "rondo/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_machine;
struct rondo_placement;

// Who looks at the machine.
enum rondo_machine_reader {
  RONDO_MACHINE_SYSFS,  // the kernel's files
  RONDO_MACHINE_HWLOC,  // the hwloc library, loaded for it; optional at build time
};

// How to read a machine. Zero-initialise, then set what should differ from the defaults.
struct rondo_machine_options {
  const char *root;     // directory that holds a copy of another machine's `sys` and `proc`; NULL: this machine
  const char *allowed;  // list of CPUs to treat as allowed; NULL: what the process may use, or with a root all
  enum rondo_machine_reader reader;
};

// Where capacities come from.
enum rondo_capacity_source {
  RONDO_CAPACITY_KERNEL,     // the kernel's cpu_capacity
  RONDO_CAPACITY_FREQUENCY,  // in proportion to the highest frequency
  RONDO_CAPACITY_ASSUMED,    // nothing is known: all are called equal
};

struct rondo_machine_info {
  int cpu_count;  // of every array below
  int package_count;
  int core_count;
  int node_count;  // at least 1
  int cache_count;
  int cluster_count;
  const char *present, *online;  // CPUs
  const char *allowed;           // CPUs that this process may use: taskset, cgroup
  const char *isolated;          // CPUs that the kernel keeps free (isolcpus)
  int allowed_count;
  uint64_t beyond_count;    // CPUs that this build of the library cannot name
  int64_t quota_millicpus;  // CPU time that a cgroup grants, 1500 = one and a half CPUs; 0: no limit
  enum rondo_capacity_source capacity_source;
  bool has_nodes;    // false: the kernel tells of no NUMA nodes, node 0 is everything
  const char *memory_refusal;  // why workers' memory cannot be put on NUMA nodes; NULL: it can, there is one node, or a root
  const char *arch;  // "x86_64", "arm_64", "riscv_64"; NULL with a root, where it is not known
};

struct rondo_machine_cpu {
  int number;
  bool is_online;  // when not, all indices are -1
  bool is_allowed;
  int package, core, node, cluster;
  int smt_index;              // place among the CPUs of its core
  int l1d, l2, l3;            // caches
  int capacity;               // 1..1024, 1024 = the fastest
  int64_t frequency_khz_max;  // 0 = not known
};

struct rondo_machine_package {
  int number;  // the kernel's
  const char *cpus;
};

struct rondo_machine_core {
  int package, node, cluster;
  const char *cpus;
};

struct rondo_machine_node {
  int number;             // the kernel's
  uint64_t memory_bytes;  // 0 = not known
  const char *cpus;       // "" for a node that is only memory
};

struct rondo_machine_cache {
  int level;            // 1 (data), 2 or 3
  uint64_t size_bytes;  // 0 = not known
  uint64_t line_bytes;  // 0 = not known
  int core_count;       // cores that share it
  const char *cpus;
};

struct rondo_machine_cluster {
  int package, node;
  int capacity;  // of its fastest CPU
  int core_count;
  int cache;  // the one that joins its cores; -1 = none known
  const char *cpus;
};

// Reads a machine. Files that are missing or hold nonsense mean "not known", never a failure.
//   options      borrowed; NULL = defaults
//   diag         optional, filled unless OK
//   out_machine  owned by caller, end with rondo_machine_release; NULL on error
//   returns      OK, NOT_FOUND (no such root, no CPUs in it), PERMISSION_DENIED, INVALID_ARGUMENT (the list of
//                allowed CPUs), OUT_OF_RANGE (a CPU that this build cannot name), UNIMPLEMENTED (built without
//                hwloc), UNAVAILABLE (the system, or hwloc, does not tell), RESOURCE_EXHAUSTED
//   thread       any, concurrently; with HWLOC and a root no thread may read the environment meanwhile
//   phase        setup
RONDO_API enum rondo_status rondo_machine_read(const struct rondo_machine_options *options,
                                               struct rondo_machine **out_machine,
                                               struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a machine and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread       owner               phase  setup
RONDO_API void rondo_machine_release(struct rondo_machine **machine);

// What there is.
//   machine      borrowed            out_info  its texts belong to the machine
//   thread       any, concurrently   phase     rt
RONDO_API void rondo_machine_info(const struct rondo_machine *machine, struct rondo_machine_info *out_info);

// The element with an index below the info's count; each array is in ascending order of the lowest CPU, caches
// by level first.
//   machine      borrowed            out_x     its texts belong to the machine
//   returns      OK, OUT_OF_RANGE (the index; *out_x is zeroed)
//   thread       any, concurrently   phase     rt
RONDO_API enum rondo_status rondo_machine_cpu(const struct rondo_machine *machine, int index, struct rondo_machine_cpu *out_cpu);
RONDO_API enum rondo_status rondo_machine_package(const struct rondo_machine *machine, int index, struct rondo_machine_package *out_package);
RONDO_API enum rondo_status rondo_machine_core(const struct rondo_machine *machine, int index, struct rondo_machine_core *out_core);
RONDO_API enum rondo_status rondo_machine_node(const struct rondo_machine *machine, int index, struct rondo_machine_node *out_node);
RONDO_API enum rondo_status rondo_machine_cache(const struct rondo_machine *machine, int index, struct rondo_machine_cache *out_cache);
RONDO_API enum rondo_status rondo_machine_cluster(const struct rondo_machine *machine, int index, struct rondo_machine_cluster *out_cluster);

// One worker for each of these.
enum rondo_worker_unit {
  RONDO_WORKER_PER_CORE,     // physical core: pinned to the first of its CPUs that may be used
  RONDO_WORKER_PER_CPU,      // CPU, SMT siblings too
  RONDO_WORKER_PER_CLUSTER,  // cluster: moves among its CPUs
  RONDO_WORKER_PER_NODE,     // NUMA node: moves among its CPUs
};

// Where workers should go: by rule, or exactly as named. Zero-initialise; at most one of `cpus` and `sets`.
struct rondo_placement_options {
  enum rondo_worker_unit unit;
  const char *within;       // list: only CPUs of it; those that may not be used are left out. NULL: all
  const char *cpus;         // list: one worker on each of these CPUs, and `unit` and `within` do not count
  const char *const *sets;  // lists: one worker on each of them, free to move within it; likewise
  int set_count;
};

struct rondo_worker_place {
  const char *cpus;         // what its thread is pinned to
  const char *sharing;      // workers, by index and itself too, with which it shares an outermost cache
  int core, cluster, node;  // -1: its CPUs are of several
};

// Chooses where workers go. By rule the first n of them are the best n: fastest clusters first, each one
// filled before the next. CPUs that are named are used, every one of them, or are an error.
//   machine        borrowed
//   options        borrowed; NULL = one worker for each core
//   diag           optional, filled unless OK
//   out_placement  owned by caller, end with rondo_placement_release; NULL on error
//   returns        OK, INVALID_ARGUMENT (a list's text, a CPU named twice, sets that overlap), OUT_OF_RANGE (a
//                  CPU that this build cannot name), NOT_FOUND (no such CPU, or none left by the rule),
//                  UNAVAILABLE (a CPU is offline), PERMISSION_DENIED (the process may not use it),
//                  RESOURCE_EXHAUSTED
//   thread         any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_machine_place(const struct rondo_machine *machine,
                                                const struct rondo_placement_options *options,
                                                struct rondo_placement **out_placement,
                                                struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a placement and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread         owner               phase  setup
RONDO_API void rondo_placement_release(struct rondo_placement **placement);

// Number of workers, at least 1.
//   thread         any, concurrently   phase  rt
RONDO_API int rondo_placement_worker_count(const struct rondo_placement *placement);

// One worker.
//   out_place      its texts belong to the placement
//   returns        OK, OUT_OF_RANGE (the index; *out_place is zeroed)
//   thread         any, concurrently   phase  rt
RONDO_API enum rondo_status rondo_placement_worker(const struct rondo_placement *placement, int index, struct rondo_worker_place *out_place);

// What stands in the way of real time on a machine: one finding for each thing that is looked at, always the same
// ones in the same order, also those that are as they should be.
enum rondo_finding_severity {
  RONDO_FINDING_OK,       // as it should be
  RONDO_FINDING_INFO,     // worth knowing, or not known
  RONDO_FINDING_WARNING,  // makes releases late
};

struct rondo_machine_finding {
  enum rondo_finding_severity severity;
  const char *what;    // a name that does not change: "realtime_class", "governor", ...; docs/machine.md has them all
  const char *where;   // the file or call that tells
  const char *value;   // what it is there, in words; printable ASCII
  const char *advice;  // what to type or to do; "" when nothing is to be done
};

struct rondo_findings;

// Looks at a machine. On this machine that takes 200 ms, in which the load of its CPUs is measured, and one thread
// that tries to become SCHED_FIFO and ends. With a root it is what the copied files tell: rights come from
// proc/self/limits and proc/self/status, the load is that since the machine was started.
//   options       borrowed; NULL = defaults
//   out_findings  owned by caller, end with rondo_findings_release; NULL on error
//   diag          optional, filled unless OK
//   returns       OK, whatever is found; else as rondo_machine_read
//   thread        any, concurrently; with HWLOC as rondo_machine_read
//   phase         setup
RONDO_API enum rondo_status rondo_machine_check(const struct rondo_machine_options *options,
                                                struct rondo_findings **out_findings,
                                                struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a list of findings and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread       owner               phase  setup
RONDO_API void rondo_findings_release(struct rondo_findings **findings);

//   thread       any, concurrently   phase  rt
RONDO_API int rondo_findings_count(const struct rondo_findings *findings);

// One finding.
//   out_finding  its texts belong to the findings
//   returns      OK, OUT_OF_RANGE (the index; *out_finding is zeroed)
//   thread       any, concurrently   phase  rt
RONDO_API enum rondo_status rondo_findings_at(const struct rondo_findings *findings, int index, struct rondo_machine_finding *out_finding);

// Lets the calling thread keep off the CPUs that workers of this process are pinned to, now and whenever that changes, until it ends. While
// workers have all CPUs it shares theirs. For a program's threads that are to leave workers alone: readers of sensors, writers of logs.
//   name         borrowed, of the thread, for `top -H` and debuggers: 15 bytes, the rest is cut; NULL = the one it has
//   thread       any, concurrently   phase  setup
RONDO_API void rondo_thread_keep_off(const char *name);

#ifdef __cplusplus
}
#endif
#endif  // RONDO_MACHINE_H_

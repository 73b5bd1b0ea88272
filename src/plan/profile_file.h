// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `profile.json`: what each dispatch of each model costs, on each cluster and with each number of workers, and what depends on
// what. docs/files.md has the keys.
//
// Invariants once read: models are unique by (model, function); nodes of a model stand in the order of their
// recordings, and predecessors come before; costs of a node stand in the order of (cluster, worker_count), each once; times are
// 0 or more, and min <= p50 <= p99 <= max.

#ifndef RDO_PLAN_PROFILE_FILE_H_
#define RDO_PLAN_PROFILE_FILE_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "plan/document.h"
#include "plan/json_writer.h"
#include "plan/notes.h"

enum {
  RDO_PROFILE_CLUSTERS_MAX = 64,
  RDO_PROFILE_WORKERS_MAX = 256,  // that a cost is for
  RDO_PROFILE_MODELS_MAX = 4096,
  RDO_PROFILE_NODES_MAX = 1 << 20,      // of all models
  RDO_PROFILE_ESTIMATES_MAX = 1 << 22,  // of all nodes
  RDO_PROFILE_REMARKS_MAX = 64          // of a model
};

// How long something took: measured, or estimated by the cost model.
struct rdo_profile_cost {
  uint32_t cluster;       // of clusters[]
  uint32_t worker_count;  // at least 1
  int64_t p50_ns, p99_ns, min_ns, max_ns;  // from its first tile to its last
  int64_t tile_ns_max;    // the longest tile, outliers left out (the slowest 5 of 1000); 0 = not known
  uint64_t sample_count;  // 0: estimated
  double error;           // of an estimate: what it may be wrong by, as a share; else 0
};

// One dispatch of a function, or fill, copy, update.
struct rdo_profile_node {
  const char *export_name;  // of its kernel; "fill", "copy", "update"
  uint32_t recording;       // number of the execution in one call, from 0
  uint32_t command;         // its place among the commands of that recording
  uint64_t tile_count;
  uint64_t bytes_touched;   // of all its bindings
  const char *resource;     // that it needs; "" = none
  uint32_t predecessor_begin, predecessor_count;  // of predecessors[]: nodes of the same model, by index in it
  uint32_t cost_begin, cost_count;                // of costs[]
  uint32_t estimate_begin;                        // of estimates[]
};

struct rdo_profile_model {
  const char *model;     // path as given
  const char *function;
  uint32_t node_begin, node_count;            // of nodes[]
  uint32_t call_begin, call_count;            // of costs[]: a whole call, from its begin to its end
  uint32_t program_begin, program_count;      // of costs[]: its host program, what is left of a call on one worker without its nodes
  int32_t priority;      // 0..255; -1 = not said (hand-written profiles)
  double frequency_hz;   // 0 = not said (hand-written profiles)
  bool is_calibrated;    // false: some node has no measured cost, or a remark says why its numbers should not be trusted
  const char **remarks;  // what was unsteady while it was measured, one line each
  uint32_t remark_count;
};

// What a call of one model takes while another one runs all the time on the same cluster, by what it takes alone.
struct rdo_profile_interference {
  uint32_t model, beside, cluster;
  double factor;
};

struct rdo_profile {
  const char **clusters;
  uint32_t *cluster_capacities;  // [cluster_count] speed, 1..RDO_CAPACITY_MAX; 0 = not known
  uint32_t *cluster_workers;     // [cluster_count] at least 1
  struct rdo_profile_model *models;
  struct rdo_profile_node *nodes;
  struct rdo_profile_cost *costs;
  struct rdo_profile_interference *interferences;
  uint32_t *predecessors;
  uint32_t cluster_count, model_count, node_count, cost_count, interference_count, predecessor_count;
  struct rdo_profile_cost *estimates;  // made by rdo_profile_complete; worker_count 0 = nothing is known
  uint32_t estimate_count;
  const char *machine;  // path of the machine file it was made with, "" = none
  const char *path;
  struct rdo_notes notes;
  struct rdo_arena arena;
};

struct rdo_machine_file;

// Reads a profile, or a hand-written one of the four-file form (docs/files.md); cycles need the machine's frequencies.
//   machine      NULL: none
//   out_profile  end with rdo_profile_deinit, also after an error
//   returns      what rdo_document_open returns; INVALID_ARGUMENT, OUT_OF_RANGE (a value); NOT_FOUND (a cluster that the machine
//                has not); FAILED_PRECONDITION (cycles, and no machine, or none of its clusters has a frequency)
enum rondo_status rdo_profile_read(const char *path, const struct rdo_machine_file *machine, struct rdo_profile *out_profile,
                                   struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_profile_parse(struct rdo_bytes text, const char *name, const struct rdo_machine_file *machine, struct rdo_profile *out_profile,
                                    struct rondo_diag *diag) RONDO_MUST_USE;

enum rondo_status rdo_profile_write(const struct rdo_profile *profile, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

void rdo_profile_deinit(struct rdo_profile *profile);

// Adds what another profile knows. Costs of the same model, function, node, cluster and number of workers become one:
// their samples are added, p50 and p99 are means weighted by samples, the extremes are those of both. What was measured
// replaces what was estimated. Models, clusters and costs that only the other one has are added.
//   into     as it was after an error, but for memory
//   returns  OK, INVALID_ARGUMENT (the graphs of a model differ: both are named), OUT_OF_RANGE (a limit), RESOURCE_EXHAUSTED
enum rondo_status rdo_profile_merge(struct rdo_profile *into, const struct rdo_profile *other, struct rondo_diag *diag) RONDO_MUST_USE;

// The same for profiles of one measurement: models are the same only if their paths are, not their files' names.
enum rondo_status rdo_profile_append(struct rdo_profile *into, const struct rdo_profile *other, struct rondo_diag *diag) RONDO_MUST_USE;

struct rdo_schedule;

// Gives a model the graph of a dump of the compiler (dispatch_dump.h). Its dispatches are found by their kernels' names, or the graph's keys;
// both may leave out what the module is called. They take the graph's order and names. A model that was measured with fills and
// copies keeps its own graph, which is told in a note.
//   returns  OK, INVALID_ARGUMENT (a dispatch that only one of the two has), RESOURCE_EXHAUSTED
enum rondo_status rdo_profile_use_graph(struct rdo_profile *profile, uint32_t model, const struct rdo_schedule *graph,
                                        struct rondo_diag *diag) RONDO_MUST_USE;

// Gives a graph the durations of a model's dispatches: medians on one worker, where they are shortest. Its starts become 0.
//   returns  OK, INVALID_ARGUMENT (a dispatch that only the model has), NOT_FOUND (what a dispatch costs is not known), OUT_OF_RANGE (they
//            add up to too much), RESOURCE_EXHAUSTED
enum rondo_status rdo_profile_time_graph(struct rdo_profile *profile, uint32_t model, struct rdo_schedule *graph,
                                         struct rondo_diag *diag) RONDO_MUST_USE;

// For those that make a profile without reading one, when costs or nodes have changed: estimates what was not measured,
// and whether models are calibrated.
enum rondo_status rdo_profile_complete(struct rdo_profile *profile, struct rondo_diag *diag) RONDO_MUST_USE;

// The model with a function, by path or file name; RDO_PROFILE_NONE = none.
//   function  "" = its only one
#define RDO_PROFILE_NONE UINT32_MAX
uint32_t rdo_profile_find_model(const struct rdo_profile *profile, const char *model, const char *function);

struct rdo_job_entry;

// The model of a job: by its path as it is written, else by where that is, from the current folder or the profile's on, else by the file's
// name.
uint32_t rdo_profile_find_job(const struct rdo_profile *profile, const struct rdo_job_entry *job);

uint32_t rdo_profile_find_cluster(const struct rdo_profile *profile, const char *name);  // RDO_PROFILE_NONE = none

// What a node costs on a cluster with so many workers: measured, or estimated from what was measured; NULL = nothing is known.
// Workers beyond the cluster's, or beyond the node's tiles, change nothing: what is returned may tell fewer.
const struct rdo_profile_cost *rdo_profile_find_cost(const struct rdo_profile *profile, const struct rdo_profile_node *node, uint32_t cluster,
                                                     uint32_t worker_count);

#endif  // RDO_PLAN_PROFILE_FILE_H_

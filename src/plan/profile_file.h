// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `profile.json`: what each dispatch of each model costs, on each cluster and with each number of workers, and what depends on
// what. docs/files.md has the keys.
//
// Invariants once read: models are unique by (model, function); nodes of a model stand in the order of their
// recordings, and predecessors come before; costs of a node are unique by (cluster, worker_count); times are 0 or more.

#ifndef RDO_PLAN_PROFILE_FILE_H_
#define RDO_PLAN_PROFILE_FILE_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "plan/document.h"
#include "plan/json_writer.h"
#include "plan/notes.h"

// How long something took: measured, or estimated by the cost model.
struct rdo_profile_cost {
  uint32_t cluster;       // of clusters[]
  uint32_t worker_count;  // at least 1
  int64_t p50_ns, p99_ns, min_ns, max_ns;  // from its first tile to its last
  int64_t tile_ns_max;    // the longest tile, outliers left out; 0 = not known
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
};

struct rdo_profile_model {
  const char *model;     // path as given
  const char *function;
  uint32_t node_begin, node_count;            // of nodes[]
  uint32_t call_begin, call_count;            // of costs[]: a whole call, from its begin to its end
  uint32_t program_begin, program_count;      // of costs[]: its host program, what is left of a call on one worker without its nodes
  int32_t priority;      // 0..255; -1 = not said (hand-written profiles)
  double frequency_hz;   // 0 = not said (hand-written profiles)
  bool is_calibrated;    // false: some node has no measured cost
};

// What a call of one model takes while another one runs all the time on the same cluster, by what it takes alone.
struct rdo_profile_interference {
  uint32_t model, beside, cluster;
  double factor;
};

struct rdo_profile {
  const char **clusters;
  struct rdo_profile_model *models;
  struct rdo_profile_node *nodes;
  struct rdo_profile_cost *costs;
  struct rdo_profile_interference *interferences;
  uint32_t *predecessors;
  uint32_t cluster_count, model_count, node_count, cost_count, interference_count, predecessor_count;
  const char *machine;  // path of the machine file it was made with, "" = none
  const char *path;
  struct rdo_notes notes;
  struct rdo_arena arena;
};

// Reads a profile, or a hand-written one of the four-file form (docs/files.md); cycles need the machine's frequencies.
//   machine      NULL: none
//   out_profile  end with rdo_profile_deinit, also after an error
//   returns      what rdo_document_open returns; INVALID_ARGUMENT, OUT_OF_RANGE (a value), NOT_FOUND (a cluster that the machine has not)
struct rdo_machine_file;
enum rondo_status rdo_profile_read(const char *path, const struct rdo_machine_file *machine, struct rdo_profile *out_profile,
                                   struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_profile_parse(struct rdo_bytes text, const char *name, const struct rdo_machine_file *machine, struct rdo_profile *out_profile,
                                    struct rondo_diag *diag) RONDO_MUST_USE;

enum rondo_status rdo_profile_write(const struct rdo_profile *profile, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

void rdo_profile_deinit(struct rdo_profile *profile);

// The model with a function, by path or file name; RDO_PROFILE_NONE = none.
#define RDO_PROFILE_NONE UINT32_MAX
uint32_t rdo_profile_find_model(const struct rdo_profile *profile, const char *model, const char *function);

// What a node costs on a cluster with so many workers: measured, or estimated from what was measured; NULL = nothing is known.
const struct rdo_profile_cost *rdo_profile_find_cost(const struct rdo_profile *profile, const struct rdo_profile_node *node, uint32_t cluster,
                                                     uint32_t worker_count);

#endif  // RDO_PLAN_PROFILE_FILE_H_

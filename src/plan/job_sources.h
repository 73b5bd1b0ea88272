// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Jobs from separate files: modules, a workload profile, dependencies between models, deadlines. (The fourth of that form, the
// topology, is read by machine_file.h.) What comes out is what a jobs file would say. docs/files.md has the keys.

#ifndef RDO_PLAN_JOB_SOURCES_H_
#define RDO_PLAN_JOB_SOURCES_H_

#include "plan/jobs_file.h"

enum { RDO_WORKLOAD_DISPATCHES_MAX = 1 << 20 };

struct rdo_workload_dispatch {
  const char *name;
  int64_t cycle_count;   // estimated; 0 = not said
  int64_t duration_ns;   // wherever it runs, in place of cycles; 0 = not said
  int priority;          // 0..255; -1 = not said
  int64_t memory_bytes;  // 0 = not said
  bool needs_npu;
  double frequency_hz;   // 0 = not said
};

struct rdo_workload_model {
  const char *name;
  struct rdo_workload_dispatch *dispatches;
  int dispatch_count;
};

struct rdo_workload {
  const char *path;
  struct rdo_workload_model *models;
  int model_count;
  struct rdo_notes notes;
  struct rdo_arena arena;
};

// Reads a workload profile.
//   out_workload  end with rdo_workload_deinit, also after an error
//   returns       what rdo_document_open returns; INVALID_ARGUMENT, OUT_OF_RANGE (a value)
enum rondo_status rdo_workload_read(const char *path, struct rdo_workload *out_workload, struct rondo_diag *diag) RONDO_MUST_USE;

// The same from a value.
enum rondo_status rdo_workload_read_value(const struct rdo_value *value, struct rdo_workload *out_workload, struct rondo_diag *diag) RONDO_MUST_USE;

void rdo_workload_deinit(struct rdo_workload *workload);
const struct rdo_workload_model *rdo_workload_find(const struct rdo_workload *workload, const char *model);  // NULL = none

// How long a dispatch takes on a cluster, 1 ns at least; 0 when the cluster's frequency is not known, but would have to be.
int64_t rdo_workload_duration_ns(const struct rdo_workload_dispatch *dispatch, const struct rdo_cluster_entry *cluster);

struct rdo_job_sources {
  const char *const *modules;  // paths; a model is called as its file without folder and ".vmfb"
  int module_count;
  const char *dependencies;             // path; NULL = none
  const char *deadlines;                // path; NULL = none
  const struct rdo_workload *workload;  // NULL = none
  const struct rdo_model_facts *const *models;  // [module_count]; NULL = nothing is known of them
};

// Makes jobs: one for each function of a model that has a deadline or, where a model has several, attributes for jobs; called
// MODEL.FUNCTION where these are several; and one, called MODEL, for any other model. What deadlines do not say attributes do, what these
// do not say the workload does: a model's highest frequency and priority.
//   machine   NULL: resources are only names
//   out_file  end with rdo_jobs_file_deinit, also after an error
//   returns   as rdo_jobs_file_read
enum rondo_status rdo_jobs_file_combine(const struct rdo_job_sources *sources, const struct rdo_machine_file *machine,
                                        struct rdo_jobs_file *out_file, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_JOB_SOURCES_H_

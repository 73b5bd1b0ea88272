// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What models tell, from their files alone: nothing is linked, no code of theirs runs, and it does not matter which processor they are
// for. So a plan for another machine is checked as well as one for this.

#ifndef RDO_PLANNER_MODEL_READER_H_
#define RDO_PLANNER_MODEL_READER_H_

#include "plan/jobs_file.h"

// Models that were read, each once. Zero-initialise; end with rdo_model_set_deinit.
struct rdo_model_set {
  struct rdo_model_facts **models;
  size_t count, capacity;
  struct rdo_arena arena;
};

// Reads a model, unless it was.
//   path       of a .vmfb; one that is not there, is no regular file, or is a dump of the compiler, is not known, which is no error
//   out_facts  belongs to the set
//   returns    OK; what reading files returns; INVALID_ARGUMENT, UNIMPLEMENTED (what rondo_model_load says of such a file)
enum rondo_status rdo_model_set_read(struct rdo_model_set *set, const char *path, const struct rdo_model_facts **out_facts,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

void rdo_model_set_deinit(struct rdo_model_set *set);

// Gives the jobs of a file what attributes of their functions say, and completes the file again.
enum rondo_status rdo_jobs_file_use_models(struct rdo_jobs_file *file, const struct rdo_machine_file *machine, struct rdo_model_set *set,
                                           struct rondo_diag *diag) RONDO_MUST_USE;

// rdo_jobs_file_check_models with the models of a set.
enum rondo_status rdo_jobs_file_check_set(const struct rdo_jobs_file *file, struct rdo_model_set *set, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLANNER_MODEL_READER_H_

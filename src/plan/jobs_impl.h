// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the parts of jobs_file.h share: jobs_file.c reads, completes and writes, job_attributes.c takes attributes for an object of a
// jobs file.

#ifndef RDO_PLAN_JOBS_IMPL_H_
#define RDO_PLAN_JOBS_IMPL_H_

#include "plan/jobs_file.h"

// The keys that a function's attributes may have, as rdo_value_note_unknown takes them.
enum { RDO_JOB_TERM_COUNT = 13 };
extern const char *const rdo_job_terms[RDO_JOB_TERM_COUNT];

// Takes over what an object with these keys says and the job does not.
enum rondo_status rdo_job_entry_read_terms(struct rdo_jobs_file *file, const struct rdo_value *object, struct rdo_job_entry *job,
                                           struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_JOBS_IMPL_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a plan can express of what jobs files say. Whoever plans asks it, before anything is measured or searched.

#include <stdio.h>

#include "plan/jobs_file.h"

static enum rondo_status refuse(const struct rdo_jobs_file *file, int job, const char *member, const char *why, struct rondo_diag *diag) {
  char place[RDO_JOB_PLACE_BYTES];
  rdo_job_place(file, job, member, place);
  return rdo_fail(diag, RONDO_UNIMPLEMENTED, "%s: job \"%s\": %s; play it without a plan", place, file->jobs[job].name, why);
}

static enum rondo_status check_input(const struct rdo_jobs_file *file, int job, int index, struct rondo_diag *diag) {
  const struct rdo_job_input *input = &file->jobs[job].inputs[index];
  char place[RDO_JOB_PLACE_BYTES];
  bool is_ring = input->kind == RDO_INPUT_RING;
  if (!is_ring && input->age_ns_max == 0) return RONDO_OK;
  rdo_job_input_place(file, job, index, place);
  return rdo_fail(diag, RONDO_UNIMPLEMENTED, "%s: job \"%s\": %s; play it without a plan", place, file->jobs[job].name,
                  is_ring ? "this is a ring, which calls of a plan do not read" : "this has an age_max, and ages are not kept in a plan");
}

static enum rondo_status check_job(const struct rdo_jobs_file *file, int index, bool repeats, struct rondo_diag *diag) {
  const struct rdo_job_entry *job = &file->jobs[index];
  static const char endless[] = "a plan repeats all jobs as long as it is played";
  if (job->activation == RDO_JOB_CALLED) return refuse(file, index, ".trigger", "a plan has no calls that the program asks for", diag);
  if (job->overrun == RONDO_OVERRUN_CANCEL) return refuse(file, index, ".overrun", "calls of a plan are not cancelled: what is late runs on beside what comes after it", diag);
  if (job->overrun == RONDO_OVERRUN_DEGRADE) return refuse(file, index, ".overrun", "each call of a plan is of one function, also a late one", diag);
  if (repeats && job->iteration_count > 0) return refuse(file, index, ".iterations", endless, diag);
  if (repeats && job->duration_ns > 0) return refuse(file, index, ".duration_ns", endless, diag);
  for (int i = 0; i < job->input_count; ++i) RDO_TRY(check_input(file, index, i, diag));
  return RONDO_OK;
}

enum rondo_status rdo_jobs_file_check_plannable(const struct rdo_jobs_file *file, bool repeats, struct rondo_diag *diag) {
  if (repeats && file->iteration_count > 0) {
    return rdo_fail(diag, RONDO_UNIMPLEMENTED, "%s: iterations: a plan has no calls of each job to count: say how long it is played, with duration_ns", file->path);
  }
  for (int i = 0; i < file->job_count; ++i) RDO_TRY(check_job(file, i, repeats, diag));
  return RONDO_OK;
}

// What a plan makes of rules that are given. Defaults go without a word.
enum rondo_status rdo_jobs_file_note_plannable(const struct rdo_jobs_file *file, struct rdo_notes *notes, struct rondo_diag *diag) {
  for (int i = 0; i < file->job_count; ++i) {
    const struct rdo_job_entry *job = &file->jobs[i];
    char place[RDO_JOB_PLACE_BYTES];
    if ((job->given & 1u << RDO_JOB_OVERRUN) != 0) {
      rdo_job_place(file, i, ".overrun", place);
      RDO_TRY(rdo_notes_add(notes, diag, "overrun",
                            "%.300s: calls of a plan are neither skipped nor queued by their job: each begins when the one before it has ended, and releases stay where they are", place));
    }
    if ((job->given & 1u << RDO_JOB_ON_ERROR) == 0) continue;
    rdo_job_place(file, i, ".on_error", place);
    RDO_TRY(rdo_notes_add(notes, diag, "on_error", "%.300s: the first call of a plan that fails ends the play, whatever is said here", place));
  }
  return RONDO_OK;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `jobs.json`: which functions of which models run, how often, and what they depend on. docs/files.md has the keys.
//
// Invariants: names are unique; every job that is referred to exists; what jobs wait for is acyclic, and `order` is a
// topological order of it; lanes and resources exist if a machine was given.

#ifndef RDO_PLAN_JOBS_FILE_H_
#define RDO_PLAN_JOBS_FILE_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "plan/document.h"
#include "plan/json_writer.h"
#include "plan/machine_file.h"
#include "plan/model_facts.h"
#include "plan/notes.h"
#include "rondo/job.h"

enum { RDO_JOBS_MAX = 4096, RDO_JOB_INPUTS_MAX = 1024, RDO_JOB_PRIORITY_DEFAULT = 128 };

enum rdo_job_activation {
  RDO_JOB_FREE,      // again and again, as fast as it can
  RDO_JOB_PERIODIC,  // at offset + n * period
  RDO_JOB_AFTER,     // whenever `trigger_job` has completed
  RDO_JOB_CALLED     // whenever the program asks for it
};

enum rdo_job_input_kind {
  RDO_INPUT_FILE,      // .npy, the same in each call
  RDO_INPUT_CONSTANT,  // text as for `rondo run --input`
  RDO_INPUT_SPLAT,     // one number in each element
  RDO_INPUT_RING,      // a ring buffer that the program fills
  RDO_INPUT_JOB        // a result of another job
};

// What is told of a job, and may have been told elsewhere than in a jobs file.
enum rdo_job_key {
  RDO_JOB_ACTIVATION,
  RDO_JOB_OFFSET,
  RDO_JOB_DEADLINE,
  RDO_JOB_PRIORITY,
  RDO_JOB_OVERRUN,
  RDO_JOB_ON_ERROR,
  RDO_JOB_WARMUP,
  RDO_JOB_WORKERS,
  RDO_JOB_MEMORY,
  RDO_JOB_LANES,
  RDO_JOB_RESOURCES,
  RDO_JOB_FUNCTION,
  RDO_JOB_KEY_COUNT
};

struct rdo_job_input {
  enum rdo_job_input_kind kind;
  const char *place;     // of messages, such as "deps.json: [\"b.input\"]"; NULL = its place in the jobs file
  const char *argument;  // name or index of the function's argument; "" = the place in the list
  const char *text;      // file as written, constant, type such as "1x64xf32", or ring's name; "" for a job
  const char *path;      // of a file: where that is
  double number;         // of a splat
  int slot_count;        // of a ring
  int job;               // index; -1 = not a job's
  const char *result;    // name or index of its result
  bool waits;            // for the result of the same release; else the latest is taken
  int64_t age_ns_max;    // older results count as missed; 0 = any age
};

struct rdo_job_entry {
  const char *name;
  const char *model;       // path as written
  const char *model_path;  // where that is
  const char *function;    // "" = the model's only one
  enum rdo_job_activation activation;
  int64_t period_ns;    // periodic
  int trigger_job;      // after: index; else -1
  int64_t offset_ns;    // of the first release
  int64_t deadline_ns;  // from its release on; 0 = none
  int priority;         // 0..255, larger is more urgent
  enum rondo_overrun overrun;
  const char *degrade_function;  // "" unless overrun is DEGRADE
  enum rondo_on_error on_error;
  bool has_on_error;           // the file says it
  int warmup_count;         // calls before the first release, which do not count
  int64_t iteration_count;  // 0 = no limit
  int64_t duration_ns;      // 0 = no limit
  int worker_count_max;     // 0 = any number
  int64_t memory_bytes_max; // 0 = no limit
  const char **lanes;       // names of lanes or clusters where it may run; none = everywhere
  int *lane_indices;        // the machine's lanes that these are; NULL when no machine was given
  const char **resources;   // names
  int *resource_indices;    // NULL when no machine was given
  struct rdo_job_input *inputs;
  int *waits_for;           // jobs whose call of the same release comes first
  const char **wait_places; // as `place` of inputs; NULL = in the jobs file
  int lane_count, lane_index_count, resource_count, input_count, wait_count;
  uint32_t given;           // bits 1 << enum rdo_job_key: not a default
  const char *place;        // of messages about a job that no jobs file has, such as "model_a.vmfb"; NULL = its place there
  const char *places[RDO_JOB_KEY_COUNT];  // where a key was told; NULL = where the job was
};

struct rdo_jobs_file {
  struct rdo_job_entry *jobs;
  int job_count;
  int *order;                // all jobs, each behind those that it waits for
  const char *machine;       // path as written; "" = none
  const char *machine_path;  // where that is
  int64_t iteration_count;   // of everything; 0 = no limit
  int64_t duration_ns;       // 0 = no limit
  const char *path;          // of the file
  const char *place;         // what stands before "jobs[0]" in messages: "jobs.json: "; NULL = the same as path
  struct rdo_notes notes;
  struct rdo_arena arena;
};

// Reads and checks a jobs file.
//   machine   NULL: lanes and resources are only names
//   out_file  end with rdo_jobs_file_deinit, also after an error
//   returns   what rdo_document_open returns; INVALID_ARGUMENT, OUT_OF_RANGE (a value; a cycle), NOT_FOUND (a lane,
//             resource or job that there is not)
enum rondo_status rdo_jobs_file_read(const char *path, const struct rdo_machine_file *machine, struct rdo_jobs_file *out_file,
                                     struct rondo_diag *diag) RONDO_MUST_USE;

// The same from a value, such as the one that a plan carries.
enum rondo_status rdo_jobs_file_read_value(const struct rdo_value *value, const struct rdo_machine_file *machine, struct rdo_jobs_file *out_file,
                                           struct rondo_diag *diag) RONDO_MUST_USE;

enum rondo_status rdo_jobs_file_write(const struct rdo_jobs_file *file, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_jobs_file_write_value(const struct rdo_jobs_file *file, struct rdo_json_writer *writer, const char *key);

int rdo_jobs_file_find(const struct rdo_jobs_file *file, const char *name);  // -1 = none

void rdo_jobs_file_deinit(struct rdo_jobs_file *file);

// For those that make a file without reading one, or change it: resolves lanes and resources, finds `order`.
enum rondo_status rdo_jobs_file_complete(struct rdo_jobs_file *file, const struct rdo_machine_file *machine, struct rondo_diag *diag) RONDO_MUST_USE;

// Takes over what attributes of a job's function say, where the job says nothing itself. Lanes and resources are only names until the
// file is completed.
//   model    where it was read, for messages
//   returns  OK; INVALID_ARGUMENT, OUT_OF_RANGE (a value)
enum rondo_status rdo_jobs_file_use_attributes(struct rdo_jobs_file *file, int job, const char *model, const struct rdo_function_facts *function,
                                               struct rondo_diag *diag) RONDO_MUST_USE;

// Whether a function has attributes for jobs.
bool rdo_function_facts_tell_job(const struct rdo_function_facts *function);

// Whether jobs fit their models: functions, arguments and results exist, and what one job gives another is as large as it reads.
//   models   [job_count]: of each job
//   returns  OK; NOT_FOUND, INVALID_ARGUMENT
enum rondo_status rdo_jobs_file_check_models(const struct rdo_jobs_file *file, const struct rdo_model_facts *const *models, struct rondo_diag *diag) RONDO_MUST_USE;

// Whether a plan can express what the jobs say.
//   repeats  the plan does; one of a horizon is played once, and has as many calls as its jobs
//   returns  OK, UNIMPLEMENTED
enum rondo_status rdo_jobs_file_check_plannable(const struct rdo_jobs_file *file, bool repeats, struct rondo_diag *diag) RONDO_MUST_USE;

// Tells what a plan makes of rules that are given.
enum rondo_status rdo_jobs_file_note_plannable(const struct rdo_jobs_file *file, struct rdo_notes *notes, struct rondo_diag *diag) RONDO_MUST_USE;

// What messages about a key of a job begin with: "jobs.json: jobs[2].deadline", or where that was told.
//   member   ".deadline", ".deadline_ns"; "" = the job
enum { RDO_JOB_PLACE_BYTES = 512 };
void rdo_job_place(const struct rdo_jobs_file *file, int job, const char *member, char *buffer);

// The same of an input.
void rdo_job_input_place(const struct rdo_jobs_file *file, int job, int input, char *buffer);

// The defaults of a job that is zeroed.
void rdo_job_entry_init(struct rdo_job_entry *job);

#endif  // RDO_PLAN_JOBS_FILE_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What stands behind a player and its jobs.
//
// SYNC(job). A job's fields belong to whoever drains its process, one thread at a time, but for
//   instance     its times are written by the worker that the submission was posted to, before its fence is signalled; read
//                by the process after that fence is over, which orders them

#ifndef RDO_PLAY_PLAYER_H_
#define RDO_PLAY_PLAYER_H_

#include "hal/device.h"
#include "rondo/play.h"
#include "runtime/call.h"
#include "task/timed.h"

enum rdo_job_phase { RDO_JOB_BEGIN, RDO_JOB_RUN, RDO_JOB_ENDED };

struct rondo_job {
  struct rdo_queue_scheduler scheduler;
  struct rdo_process process;  // its host program, instance after instance
  struct rondo_player *player;
  struct rondo_job *next;
  // const after add
  char *name;
  struct rondo_runtime *runtime;
  struct rondo_model *model;
  const struct rondo_function *function;
  struct rdo_call call;
  int64_t period_ns, offset_ns, deadline_ns;
  enum rondo_overrun overrun;
  struct rdo_worker *worker;  // where instances start
  struct rdo_timed stopper;   // owner: the worker; takes back what is armed
  rdo_atomic_ptr armed;       // SYNC(job): what was posted last; a hint, taken back only if it is still held
  rdo_atomic_u32 is_over;     // SYNC(job)
  void (*ended)(void *user, const struct rondo_instance *instance, const struct rondo_value *outputs, int output_count);
  void *user;
  int input_count, output_count;
  struct rondo_value *inputs, *outputs;
  bool has_inputs;
  // SYNC(job)
  enum rdo_job_phase phase;
  uint64_t next_index;      // of the release to come
  struct rondo_instance instance;
  struct rondo_instance *instances;  // those that count, in order
  uint64_t instance_count, instance_capacity;
  uint64_t dropped_count;            // not among them, for want of room
  uint64_t skipped_count, ended_count, failed_count, missed_count, stolen_count, missed_not_stolen_count;
  enum rondo_status status;
  struct rondo_diag diag;
};

struct rondo_player {
  struct rdo_executor *executor;
  struct rondo_job *jobs;
  int job_count;
  // const during a run
  int64_t begin_ns;  // releases count from here
  int64_t count_ns;  // instances count from here
  int64_t end_ns;    // no release from here on
  rdo_atomic_u32 is_stopping;
  rdo_atomic_u32 active_count;  // SYNC(job): jobs and stoppers that have not ended
  rdo_atomic_u32 changes;       // SYNC(job): of the two above; the runner's futex word
};

extern const struct rdo_process_type rdo_job_process_type;
extern const struct rdo_queue_scheduler rdo_job_scheduler;

// Wakes the runner.
void rdo_player_tell(struct rondo_player *player);

// One job or stopper less.
void rdo_job_end_active(struct rondo_player *player);

void rdo_job_stop(struct rdo_timed *timed, struct rdo_worker *worker);

// Makes a job ready for a run.
enum rondo_status rdo_job_prepare(struct rondo_job *job, struct rondo_diag *diag);

void rdo_job_destroy(struct rondo_job *job);

#endif  // RDO_PLAY_PLAYER_H_

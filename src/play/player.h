// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What stands behind a player and its jobs.
//
// SYNC(job). A job's fields belong to whoever drains its process, one thread at a time, but for
//   instance     its times, and the inputs that are read at the release, are written by the worker that the submission was
//                posted to, before its fence is signalled; read by the process after that fence is over, which orders them
//   decided      written by the job when it is known what became of its instances, then those that wait are scheduled; they
//                look at it in their drains, and SYNC(schedule) gives them another one for each change

#ifndef RDO_PLAY_PLAYER_H_
#define RDO_PLAY_PLAYER_H_

#include <pthread.h>

#include "hal/device.h"
#include "play/resource.h"
#include "play/ring.h"
#include "rondo/play.h"
#include "runtime/call.h"
#include "task/timed.h"

enum rdo_job_phase { RDO_JOB_BEGIN, RDO_JOB_WAIT, RDO_JOB_ASK, RDO_JOB_RUN, RDO_JOB_HOLD, RDO_JOB_SETTLE, RDO_JOB_ENDED };

enum rdo_job_release {
  RDO_RELEASE_FREE,      // as soon as the instance before has ended
  RDO_RELEASE_PERIODIC,
  RDO_RELEASE_TRIGGER,   // an entry of `calls`
};

// Where an input comes from, if it changes from instance to instance.
struct rdo_job_source {
  struct rondo_ring *ring;  // NULL = it does not change
  int64_t age_ns_max;       // 0 = any
  bool waits;               // the entry of the instance's index, copied when it is there; else the newest, at the release
  enum rondo_status (*fill)(void *user, const struct rondo_instance *instance, void *bytes, uint64_t byte_length);  // NULL = the program does not
  void *user;
};

// A job that another one waits for.
struct rdo_job_wait {
  struct rondo_job *source;
  struct rondo_ring *ring;  // of what has completed
};

// To whom a job gives what.
struct rdo_job_link {
  struct rdo_job_link *next;
  struct rondo_ring *ring;  // owned; its reader is the reader's process
  struct rondo_job *reader;
  int result;               // -1 = only that it has completed
  bool wakes;               // the reader waits for it
};

// What happened in this run, for anybody to read.
struct rdo_job_counts {
  rdo_atomic_u64 scheduled, completed, missed, failed, cancelled, skipped, degraded;
  rdo_atomic_u64 latency_ns;  // sum of the completed ones
  rdo_atomic_u32 state;       // enum rondo_instance_state of the present instance
  rdo_atomic_i64 ready_ns;    // when it may start
};

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
  const struct rondo_function *degraded_function;  // NULL = none
  struct rdo_call degraded_call;
  enum rdo_job_release release;
  struct rondo_job *trigger;  // NULL = none, or the program
  int64_t period_ns, offset_ns, deadline_ns;  // deadline 0 = none
  int priority;
  uint32_t lane;              // of the executor: its kernels run there, its instances start on one of that lane's workers
  uint32_t width_max;         // workers at once; 0 = any number
  uint32_t *resources;        // owned, [resource_count]: of the player, ascending
  uint32_t resource_count;
  enum rondo_overrun overrun;
  enum rondo_on_error on_error;
  int warm_up_count;
  int64_t iteration_limit, duration_limit_ns;  // 0 = none
  struct rdo_worker *worker;  // where instances start
  struct rdo_timed stopper;   // owner: the worker; takes back what is armed
  struct rdo_timed ticker;    // owner: the worker; at each release of a job that cancels
  struct rdo_timed holder;    // owner: the worker; at the release of an instance without kernels, or to take back the rest of one
  struct rdo_timed closer;    // owner: the worker; ends the ticker
  struct rdo_timed waker;     // owner: the worker; what the call of a job with a period was waiting for is over
  uint64_t tick_index;        // owner: the ticker: of the release that it comes at
  rdo_atomic_ptr armed;       // SYNC(job): what was posted last, while it has not started
  rdo_atomic_u64 armed_index; // SYNC(job): of the instance that it is of
  rdo_atomic_u64 live_index;  // of the instance at work + 1, 0 = none; hint
  rdo_atomic_u32 posted_count;  // SYNC(job): submissions that have been posted and are not over
  rdo_atomic_u32 is_settling; // SYNC(job)
  rdo_atomic_u32 is_resumed;    // SYNC(job): what the call was waiting for is over
  rdo_atomic_u32 is_over;     // SYNC(job)
  rdo_atomic_u64 decided;     // SYNC(job): all instances below have ended or will never begin
  struct rondo_ring *calls;   // of a job with a trigger; owned when it is called by the program
  struct rdo_job_source *sources;  // [input_count]
  struct rdo_job_wait *waits;      // [wait_count]
  size_t wait_capacity;
  int wait_count;
  struct rdo_job_link *links;      // owned
  struct rdo_job_counts counts;
  uint64_t visit;                  // of the player's walk that came here last
  void (*ended)(void *user, const struct rondo_instance *instance, const struct rondo_value *outputs, int output_count);
  void *user;
  int input_count, output_count;
  struct rondo_value *inputs, *outputs;
  bool *is_given;  // [input_count]
  struct rdo_resource_wait wait;  // for the next resource
  uint32_t held_count;            // SYNC(job): resources that it has; whoever grants one writes it before `is_resumed`
  // SYNC(job)
  enum rdo_job_phase phase;
  uint64_t next_index;      // of the release to come
  uint64_t taken;           // number of the last entry of `calls`
  int64_t end_ns;           // no release from here on
  int64_t last_end_ns;      // of the instance before
  int64_t iteration_count;  // that count, begun so far
  bool is_watching;         // the call waits: `is_resumed` tells when that is over
  bool has_waited;          // it is suspended, or was
  bool has_run;             // SYNC(job), as instance: something of it has been on a worker
  bool is_asked;            // to stop
  bool is_stale;            // an input was too old
  enum rondo_status fill_status;  // SYNC(job), as instance: of the first argument that the program could not fill
  int unfilled;                   // that
  enum rondo_instance_state ending_state;  // of an instance that ends when its submissions have
  enum rondo_status ending_status;
  bool is_silent;           // it ends without being counted, and the job with it
  struct rondo_instance instance;
  struct rondo_instance *instances;  // those that count, in order
  uint64_t instance_count, instance_capacity;
  uint64_t dropped_count;            // not among them, for want of room
  uint64_t skipped_count, ended_count, failed_count, cancelled_count, degraded_count;
  uint64_t missed_count, stolen_count, missed_not_stolen_count, skipped_not_stolen_count;
  enum rondo_status status;
  struct rondo_diag diag;
};

struct rdo_player_resource {
  struct rdo_resource resource;
  bool has_ceiling;
  uint64_t ceiling_key;  // the smallest of the jobs that may hold it
};

struct rondo_player {
  struct rdo_executor *executor;
  struct rdo_player_resource *resources;  // owned
  uint32_t resource_count;
  size_t resource_capacity;
  struct rondo_job *jobs;
  int job_count;
  struct rondo_ring *rings;  // owned: the program's
  struct rondo_limits limits;
  uint64_t visit;
  pthread_mutex_t call_lock;  // leaf lock
  bool is_callable;           // lock: call_lock: jobs have processes
  // const during a run
  int64_t begin_ns;  // releases count from here
  int64_t count_ns;  // instances count from here
  int64_t end_ns;    // no release from here on
  rdo_atomic_u32 is_stopping;
  rdo_atomic_u32 active_count;  // SYNC(job): jobs and stoppers that have not ended
  rdo_atomic_u32 changes;       // SYNC(job): of the two above; the runner's futex word
};

// The lane of all workers, which every player has.
enum { RDO_PLAYER_LANE_ALL = 1, RDO_PLAYER_PRIORITY_MAX = 255 };

// More lanes for a player, and what jobs have beside their options.
struct rdo_player_lanes {
  uint32_t count;
  struct rdo_lane lanes[RDO_LANES_MAX - 2];  // lane RDO_PLAYER_LANE_ALL + 1 and so on
};
struct rdo_player_lane_maker {
  // Makes lanes of workers that are on these CPUs; zeroed before.
  enum rondo_status (*make)(void *user, const struct rdo_cpu_set *worker_cpus, uint32_t worker_count, struct rdo_player_lanes *out_lanes, struct rondo_diag *diag);
  void *user;
};
struct rdo_job_placing {
  uint32_t lane;
  uint32_t width_max;  // 0 = any number
  const uint32_t *resources;  // borrowed, [resource_count], ascending: of the player, held by each instance from its call's begin to its end
  uint32_t resource_count;
};

// As rondo_player_create and rondo_player_add_job.
//   maker, placing  borrowed, NULL = the lane of all workers
enum rondo_status rdo_player_create(const struct rondo_player_options *options, const struct rdo_player_lane_maker *maker, struct rondo_player **out_player,
                                    struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_player_add_job(struct rondo_player *player, const struct rondo_job_options *options, const struct rdo_job_placing *placing,
                                     struct rondo_job **out_job, struct rondo_diag *diag) RONDO_MUST_USE;

// Adds something that so many jobs at once may hold. Before the jobs that do.
//   has_ceiling  who holds it is as urgent as the most urgent job that may
enum rondo_status rdo_player_add_resource(struct rondo_player *player, uint32_t capacity, bool has_ceiling, uint32_t *out_index, struct rondo_diag *diag)
    RONDO_MUST_USE;

// Places the kernels of all jobs, and finds who gives way to whom. Before a run.
void rdo_player_place_jobs(struct rondo_player *player);

extern const struct rdo_process_type rdo_job_process_type;
extern const struct rdo_queue_scheduler rdo_job_scheduler;

// Wakes the runner.
void rdo_player_tell(struct rondo_player *player);

// One job or stopper less.
void rdo_job_end_active(struct rondo_player *player);

void rdo_job_stop(struct rdo_timed *timed, struct rdo_worker *worker);

// Makes a job ready for a run.
enum rondo_status rdo_job_prepare(struct rondo_job *job, struct rondo_diag *diag);

// Starts it. What it is counted as in active_count is rdo_job_active_count.
void rdo_job_start(struct rondo_job *job);
uint32_t rdo_job_active_count(const struct rondo_job *job);

// Its calls before the first release, on this thread.
enum rondo_status rdo_job_warm_up(struct rondo_job *job, struct rondo_diag *diag);

void rdo_job_destroy(struct rondo_job *job);

// Takes up a job whose call, or whose wait for resources, has ended its wait. Once for each.
void rdo_job_resume(void *job);

// Resources (job_place.c): asks for those that the job does not have yet, and resumes it when it has all. From any thread, for one that waits.
void rdo_job_ask(struct rondo_job *job);

// Gives back all that it has.
void rdo_job_give_back(struct rondo_job *job);

// Releases (release.c): on the job's process --------------------------------------------------------

// Chooses the job's next instance.
//   returns  false: there is none yet, or (phase ENDED) there will be none
bool rdo_job_choose(struct rondo_job *job, int64_t now_ns);

// Whether the instance at work is to be cancelled because the next one has been released.
bool rdo_job_is_late(const struct rondo_job *job, int64_t now_ns);

// Whether instances released then count.
bool rdo_job_is_counted(const struct rondo_job *job, int64_t release_ns);

// Passes over what has triggered the job while it was at work, if it is to skip that.
void rdo_job_pass_late(struct rondo_job *job);

// Keeps an instance that has ended, for statistics and trace.
void rdo_job_keep(struct rondo_job *job, const struct rondo_instance *instance);

// Tells those that wait how far the job has come.
void rdo_job_decide(struct rondo_job *job, uint64_t index_end);

// Data (data.c) -------------------------------------------------------------------------------------

enum rdo_job_waiting { RDO_WAIT_NOT_YET, RDO_WAIT_READY, RDO_WAIT_NEVER, RDO_WAIT_ENDED };

// How it stands with what the present instance waits for. When that is there, it is copied to the inputs.
//   out_ready_ns  when the last of it was there; INT64_MIN = it waits for nothing
enum rdo_job_waiting rdo_job_look(struct rondo_job *job, int64_t *out_ready_ns);

// Copies the newest of what rings and other jobs have to the inputs. RT safe.
void rdo_job_latch(struct rondo_job *job, int64_t now_ns);

// Gives the outputs to other jobs.
enum rondo_status rdo_job_publish(struct rondo_job *job, struct rondo_diag *diag);

// Lets `reader` know of what `source` has completed, or have one of its results.
//   result  -1 = nothing        wakes  the reader is to look whenever an instance of the source is decided
enum rondo_status rdo_job_link(struct rondo_job *source, struct rondo_job *reader, int result, uint64_t byte_length, bool wakes,
                               struct rondo_ring **out_ring, struct rondo_diag *diag);

// Takes back all that a job was linked to.
void rdo_job_unlink(struct rondo_job *reader);

// Makes a job wait for what it was linked to.
enum rondo_status rdo_job_add_wait(struct rondo_job *job, struct rondo_job *source, struct rondo_ring *ring, struct rondo_diag *diag);

void rdo_job_data_clear(struct rondo_job *job);
void rdo_job_data_deinit(struct rondo_job *job);

#endif  // RDO_PLAY_PLAYER_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A function of a model whose calls are instances of a plan: the host program of each runs ahead, on whatever worker is free, and
// the dispatches of its recording are the bodies of the plan's nodes.
//
//   begin (iteration)
//     └ for each instance of the iteration, in order: host program ─ submission ─► placed: dispatch i becomes ready ─► its node may run
//                                          ▲ fence                       last dispatch: signal
//                                          └───────────────────────────────┘
//
// SYNC(calls). A call's fields belong to whoever drains its process, one thread at a time, but for
//   is_resumed what the call was waiting for is over: set with release by whoever resumes it, before the process is scheduled
//   inside     of a part: placed nodes that have not been released, and the call that places them; the one that
//              brings it to 0 lets go of the submission. The next part or instance may have begun then.
//   begun      iterations that have: stored with release by the runner, once the round of the last one is ready, and the process is scheduled
//   failed_in  the iteration of the first failure: stored with release after the failure, for the runner
// Iterations take turns in the *rounds*, which differ in their graph, so that one may begin before the one before it is over. A round belongs to the
// call from when its iteration begins until the call leaves its graph, and in between to the runner.

#ifndef RDO_PLAY_PLAN_CALL_H_
#define RDO_PLAY_PLAN_CALL_H_

#include "hal/device.h"
#include "play/node.h"
#include "play/plan_data.h"
#include "play/plan_order.h"
#include "play/played_input.h"
#include "runtime/call.h"

// One of the recordings that a call submits.
struct rdo_plan_part {
  struct rdo_execution_placer placer;
  struct rdo_plan_call *call;
  uint32_t round, instance;           // of the call
  struct rdo_submission *submission;  // SYNC(calls)
  rdo_atomic_u32 inside;              // SYNC(calls)
  bool is_placed;                     // its execution tells, or has told, of each of its nodes
  uint32_t *node_of_command;          // owned [command_capacity]
  size_t command_capacity;
  struct rdo_recorded_order *recorded;  // owned by the first round's
};

// What the plan says of a node.
struct rdo_plan_place {
  uint32_t node;            // of the graph
  int32_t recording;        // which one that the call submits
  int32_t command;          // its place in it; -1 = the host program, which has run ahead
  const char *export_name;  // borrowed; "" = not said
  const char *key;          // borrowed: the node's name
};

// One instance: which node is which command of which recording.
struct rdo_plan_instance {
  const char *name;              // borrowed
  struct rdo_plan_place *places; // owned [place_count] by the first round
  struct rdo_plan_part *parts;   // owned [part_count]
  uint32_t place_count, part_count;
  uint32_t submitted_count;      // parts
  rdo_atomic_u32 latched;        // SYNC(calls)
  uint32_t *gates;               // owned [source_count] by the first round: how many instances of the source have to be over; NULL = it waits for none
};

// What a node's body is about, kept by the node.
struct rdo_plan_dispatch {
  struct rdo_plan_part *part;
  struct rdo_execution *execution;
  uint32_t command;
  bool is_told;              // the execution has told of it
};

// Where every other iteration is played, or every one.
struct rdo_plan_round {
  struct rdo_node_graph *graph;          // borrowed
  struct rdo_plan_instance *instances;   // owned [instance_count]
  struct rdo_plan_dispatch *dispatches;  // owned [graph->node_count]: by node
};

enum { RDO_PLAN_ROUNDS_MAX = 2 };

struct rdo_plan_call {
  struct rdo_queue_scheduler scheduler;
  struct rdo_process process;
  rdo_atomic_u32 is_resumed; // SYNC(calls)
  struct rdo_timed waker;    // owner: the worker that ended what the call waits for
  struct rdo_executor *executor;    // borrowed
  struct rdo_plan_round rounds[RDO_PLAN_ROUNDS_MAX];
  uint32_t round_count;
  struct rdo_plan_order *order;     // borrowed
  const char *name, *path, *function_name;  // borrowed: of its job, as given
  struct rondo_runtime *runtime;
  struct rondo_model *model;
  struct rondo_function *function;
  struct rdo_call call;
  int input_count, output_count;
  struct rondo_value *inputs, *outputs;
  const struct rdo_job_entry *entry;    // borrowed: of the job set; NULL = none
  bool has_typed_inputs;                // in place of the entry's
  bool is_optional;                     // it runs as often as there is time for, and nobody waits for it: late calls are left out
  struct rdo_plan_source *sources;      // owned [source_count]
  struct rdo_plan_link *links;          // owned [link_count]
  uint32_t source_count, link_count;
  uint32_t instance_count, instance_capacity;
  // SYNC(calls)
  uint64_t iteration;        // that it is in, or that comes next
  uint32_t next;             // instance of the iteration
  bool is_running;           // it is on the call's stack
  bool is_watching;          // it waits for what `is_resumed` tells of
  void (*ended)(void *user, const char *instance, const struct rondo_value *outputs, int output_count);  // const
  void *user;                // const
  uint64_t ended_count, failed_count;
  rdo_atomic_u64 begun;      // SYNC(calls)
  rdo_atomic_u64 decided;    // SYNC(calls)
  rdo_atomic_u64 failed_in;  // SYNC(calls); UINT64_MAX = none
  bool is_refused;           // what it has submitted is not what the plan says
  enum rondo_status status;  // the first failure
  struct rondo_diag diag;
};

struct rdo_plan_call_options {
  const char *name, *path;       // borrowed for the call's life
  const char *function;          // likewise; "" = the model's only one
  uint64_t memory_budget_bytes;  // 0 = no limit
  const struct rdo_played_inputs *inputs;  // borrowed
  const struct rdo_job_entry *entry;       // borrowed for the call's life; NULL = none
};

// Loads a model, finds the function and makes its inputs.
//   options   borrowed
//   out_call  ended with rdo_plan_call_destroy
enum rondo_status rdo_plan_call_create(struct rdo_node_graph *graph, const struct rdo_plan_call_options *options, struct rdo_plan_call **out_call, struct rondo_diag *diag) RONDO_MUST_USE;

// Adds the next instance.
//   places  copied; names borrowed
enum rondo_status rdo_plan_call_add_instance(struct rdo_plan_call *call, const char *name, const struct rdo_plan_place *places, uint32_t place_count,
                                             struct rondo_diag *diag) RONDO_MUST_USE;

// Adds a round on another graph of the same nodes. After all instances, their gates and orders.
enum rondo_status rdo_plan_call_add_round(struct rdo_plan_call *call, struct rdo_node_graph *graph, struct rondo_diag *diag) RONDO_MUST_USE;

// Plays its instances of the next iteration, that rdo_node_graph_begin has begun; iterations take turns in the rounds.
void rdo_plan_call_begin(struct rdo_plan_call *call);

// The status of its first failure, if that was in this iteration or before, which is over; OK = none.
enum rondo_status rdo_plan_call_failure(const struct rdo_plan_call *call, uint64_t iteration);

static inline struct rdo_plan_round *rdo_plan_call_round(struct rdo_plan_call *call) { return &call->rounds[call->iteration % call->round_count]; }
static inline struct rdo_plan_instance *rdo_plan_call_next(struct rdo_plan_call *call) { return &rdo_plan_call_round(call)->instances[call->next]; }

// Closes its device: before the executor stops. Its process never ends: it is idle when no iteration is on.
void rdo_plan_call_close(struct rdo_plan_call *call);
void rdo_plan_call_destroy(struct rdo_plan_call *call);

#endif  // RDO_PLAY_PLAN_CALL_H_

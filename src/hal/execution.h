// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One execution of a recording by several workers: the state that belongs to a submission, not to the
// text. Workers claim tiles of ready nodes; whoever ends the last tile of a node makes its successors
// ready, whoever ends the last node is told so.
//
// SYNC(tiles). Everything here is set by begin, before anybody else is inside, and not reused until the
// last drainer has left its process. In between
//   next     only grows: tiles claimed, also past the end
//   open     only falls: tiles not ended; the one whose subtraction reaches 0 completes the node
//   pending  only falls: predecessors not complete; the one that reaches 0 makes the node ready
//   order    ready nodes + 1 in the order in which they became ready; written once each, 0 before
//   left     only falls: nodes not complete; the one that reaches 0 completes the execution
// All subtractions are acq_rel, so what the tiles before wrote happens before the tiles after.

#ifndef RDO_HAL_EXECUTION_H_
#define RDO_HAL_EXECUTION_H_

#include "hal/command.h"
#include "task/executor.h"

struct rdo_execution_node {
  _Alignas(RDO_CACHE_LINE_BYTES) rdo_atomic_u64 next;  // SYNC(tiles)
  rdo_atomic_u64 open;                                 // SYNC(tiles)
  rdo_atomic_u32 pending;                              // SYNC(tiles)
  rdo_atomic_u32 busy_ns;                              // counter: time spent in its tiles, when sampled
  uint64_t tile_count;                // const once ready; 0 also when it must not run
  struct rdo_dispatch_state state;    // const once ready
};

struct rdo_execution;

// Who says where and when each dispatch of an execution runs. Then no process drains the execution as a whole: what has become ready is
// drained by processes of the placer's.
struct rdo_execution_placer {
  // Whether a command has a place; every dispatch has. Fills, copies and updates that have none are done by whoever makes them ready.
  //   index  of the node in the recording's graph
  bool (*is_placed)(const struct rdo_execution_placer *placer, uint32_t index);
  // A placed command may be drained from now on (rdo_execution_drain_node). On the thread that ended the last one before it,
  // which must not drain it inside this call.
  void (*ready)(const struct rdo_execution_placer *placer, struct rdo_execution *execution, uint32_t index);
  // A placed command is never ready: it has no tiles, or the execution has failed. What comes after it may be told of already. Of each
  // placed command one of the two is told, once, unless the execution could not begin.
  void (*skipped)(const struct rdo_execution_placer *placer, uint32_t index);
};

struct rdo_execution {
  const struct rdo_recording *recording;  // borrowed: the submission holds it
  struct rdo_process *process;            // that drains it
  const struct rdo_execution_placer *placer;  // borrowed, NULL = none; set before begin
  struct rdo_bound bound;
  bool is_sampled;                        // times its nodes
  uint64_t event_id;                      // for trace events
  struct rdo_span *slots;
  struct rdo_execution_node *nodes;
  rdo_atomic_u32 *order;                  // SYNC(tiles): [node_count + 1]
  void **pointers;
  size_t *lengths;
  size_t slot_capacity, node_capacity, binding_capacity;
  struct rondo_diag diag;                 // of the failure that the process has, written by its drainer
  _Alignas(RDO_CACHE_LINE_BYTES) rdo_atomic_u32 published;  // SYNC(tiles): places of `order` given out
  rdo_atomic_u32 left;                                      // SYNC(tiles)
  rdo_atomic_u32 head;                                      // hint: places before it have no tiles to claim
};

// Resolves the binding table and sizes the state. Memory is kept from one execution to the next.
//   returns  as rdo_replay; RESOURCE_EXHAUSTED
enum rondo_status rdo_execution_bind(struct rdo_execution *execution, const struct rdo_recording *recording, const struct rdo_binding_table *table,
                                     bool is_null, uint32_t concurrency, struct rondo_diag *diag);

// How many workers the recording is worth: 1 = replay it. `worker_count` at most.
uint32_t rdo_execution_width(const struct rdo_recording *recording, uint32_t worker_count);

// Makes the first nodes ready. Nobody is inside yet.
//   returns  whether there is anything to drain
bool rdo_execution_begin(struct rdo_execution *execution, struct rdo_process *process);

// Claims and runs tiles until there are none, or other work turns up.
enum rdo_drain_result rdo_execution_drain(struct rdo_execution *execution, struct rdo_worker *worker);

// Claims and runs tiles of one dispatch that the placer was told of, until there are none, or something goes before them.
//   process      what this worker is in: its budget, lane and key count
//   out_is_last    whether that ended the execution; once, with DONE
//   out_is_worked  whether any of its tiles ran here
//   returns      DONE: that ended the dispatch; MORE: tiles are left for later; IDLE: none are left for this worker
enum rdo_drain_result rdo_execution_drain_node(struct rdo_execution *execution, uint32_t index, struct rdo_process *process,
                                               struct rdo_worker *worker, bool *out_is_last, bool *out_is_worked);

// Replays it alone, on this thread.
enum rondo_status rdo_execution_replay(struct rdo_execution *execution, const struct rdo_scratch *scratch, struct rondo_diag *diag);

void rdo_execution_deinit(struct rdo_execution *execution);

#endif  // RDO_HAL_EXECUTION_H_

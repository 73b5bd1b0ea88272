// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Runs a model through a policy on a virtual clock: an event queue, lanes with workers, nodes that become ready when their
// predecessors have ended. Single-threaded, and a function of its arguments: no clock is read.
//
// Rules. At one instant everything that ends does so first, then what became ready is decided in the order of rank, then
// lanes are filled, the smallest key of all lanes first. A node starts when it is the first of its lane's queue and all that
// it takes is free at once: workers, parts of other lanes, resources. Where the plan says how wide it is one worker will do, as for
// a player: it goes on with those that it got, and takes its time all the same. One that waits for a resource lets others of its
// lane pass, and gets it in the order of keys; one that waits for workers does not. As nothing is held while waiting, nothing
// waits for ever. O(log n) an event.
//
// Where the machine says what a hand-over costs, that passes between taking workers and the start: less on a worker that has just
// ended something, or is awake for a release, than on one that has been idle for longer than players spin. What is locked to its
// release starts on time.
//
// Where a plan ends after its period, an iteration begins while the tail of the one before it still runs: as many are at work at once as
// the plan lets overlap, and calls of one job follow each other across the border. One that is later than that makes the next one late.

#ifndef RDO_SIMULATE_SIMULATOR_H_
#define RDO_SIMULATE_SIMULATOR_H_

#include "base/timer_heap.h"
#include "plan/policy.h"
#include "simulate/model.h"
#include "simulate/noise.h"

enum rdo_sim_phase {
  RDO_SIM_WAITING,  // for predecessors
  RDO_SIM_ARMED,    // for its release, in events
  RDO_SIM_HELD,     // for the start that the policy decided, or its inputs on their way; in events
  RDO_SIM_ARRIVED,  // for its turn, where the order is kept
  RDO_SIM_QUEUED,   // in its lane's queue
  RDO_SIM_PARKED,   // among the waiters of a pool
  RDO_SIM_RUNNING,  // in events
  RDO_SIM_DONE
};

// A node in one iteration. Times are on the virtual clock.
struct rdo_sim_state {
  struct rdo_timer timer;
  int64_t ready_ns, start_ns, end_ns;
  uint64_t key;
  double cost_ns;  // of its lane's backlog
  uint32_t predecessors_left;
  uint32_t lane, width;      // decided
  uint32_t taken_count;      // workers of its lane that it has
  uint32_t previous_lane;
  uint32_t worker;           // first of those that it has; the others are linked
  bool is_timed;             // held for a start that the policy decided: a worker is awake for it
  enum rdo_sim_phase phase;
};

// A lane, or a resource: something of which there is so much.
struct rdo_sim_pool {
  struct rdo_timer timer;            // lanes: among those to be filled, by the first key
  struct rdo_timer_heap queue;       // lanes: nodes by key
  struct rdo_timer_heap waiters;     // nodes by key that would come next, but for this
  uint32_t free_count;
  uint32_t free_worker;              // first of a list; lanes
  bool is_dirty;                     // in the heap of lanes to be filled
  double backlog_ns;
  double busy_ns;                    // of all its workers together
  uint64_t dispatch_count;
};

struct rdo_sim_options {
  const struct rdo_policy *policy;
  struct rdo_policy_options policy_options;
  struct rdo_sim_noise noise;
  double interference;  // how much longer a node takes when all other lanes are busy as it starts, by what it takes alone
  uint64_t iteration_count;
};

// An iteration. When observers are told of one, `seen` are its nodes' states.
struct rdo_sim_iteration {
  uint64_t run, index;
  int64_t t0_ns;   // its start by the plan; from here its times count
  int64_t end_ns;  // the last end
};

struct rdo_simulator;
struct rdo_sim_observer {
  // A status other than OK ends the simulation with it.
  enum rondo_status (*see_end)(void *user, const struct rdo_simulator *simulator, const struct rdo_sim_iteration *iteration, uint32_t node, struct rondo_diag *diag);
  enum rondo_status (*see_iteration)(void *user, const struct rdo_simulator *simulator, const struct rdo_sim_iteration *iteration, struct rondo_diag *diag);
  void *user;
};

// An iteration at work. Where iterations overlap there are several, each with states of its own.
struct rdo_sim_slot {
  struct rdo_sim_iteration iteration;
  uint32_t left_count;  // nodes that have not ended; 0 = no iteration is here
};

struct rdo_sim_ready {
  uint32_t rank, node;
};

struct rdo_simulator {
  const struct rdo_sim_model *model;
  const struct rdo_sim_options *options;
  uint32_t slot_count;               // as many as iterations may overlap
  struct rdo_sim_slot *slots;        // owned [slot_count]: iteration i is in slot i % slot_count
  struct rdo_sim_state *states;      // owned [slot_count * node_count]: a node's number from here on is its place in this array
  uint32_t *turns;                   // owned [slot_count * lane_count]: where the order is kept, how many of each lane's have started
  const struct rdo_sim_state *seen;  // [node_count] for observers: those of the iteration that they are told of
  struct rdo_sim_pool *pools;        // owned [lane_count + resource_count]
  struct rdo_policy_lane *hints;     // owned [lane_count]: what the policy sees of the lanes
  uint32_t *next_worker;             // owned [worker_count]: links of lists of workers
  int64_t *idle_since_ns;            // owned [worker_count]: when each ended what it ran last
  struct rdo_sim_ready *ready;       // owned [slot_count * node_count]: became ready at this instant
  uint32_t ready_count;
  uint32_t busy_lane_count;
  struct rdo_timer_heap events, dirty;
  uint64_t sequence;
  int64_t now_ns;
  struct rdo_sim_iteration iteration;  // that observers are told of
};

//   model, options  borrowed for the simulator's life
//   returns         OK, RESOURCE_EXHAUSTED; end with rdo_simulator_deinit, also after an error
enum rondo_status rdo_simulator_init(struct rdo_simulator *out_simulator, const struct rdo_sim_model *model, const struct rdo_sim_options *options,
                                     struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_simulator_deinit(struct rdo_simulator *simulator);

// All iterations once, from an idle machine on, with the noise of this run. Busy times of lanes are those of the run.
//   returns  OK, OUT_OF_RANGE (the virtual clock's end), what the observer returns
enum rondo_status rdo_simulator_run(struct rdo_simulator *simulator, uint64_t run, const struct rdo_sim_observer *observer, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_SIMULATE_SIMULATOR_H_

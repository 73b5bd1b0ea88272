// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Planning ahead: what has to run, on what, and in which order (a *problem*), and where and when each of its
// nodes runs (a *schedule*).
//
// A problem is a flexible job shop with a few freedoms more. *Machines* have a capacity: the workers of a
// cluster. *Resources* are machines that are no place: an exclusive unit, a counted token. A *node* runs once,
// uninterrupted, in one of its *modes*: a duration and the set of machines and resources that it occupies
// meanwhile, each with a width. *Edges* order nodes. *Jobs* group nodes and carry deadlines. A periodic job is
// one job for each period of the hyperperiod, with its own release and deadline. The classic flexible job shop
// (operations in chains, machines of capacity 1) is a special case, for which there is a reader.
//
// Times are integers in any unit, the same everywhere; nothing is rounded. Things refer to each other by
// index, from 0, in the order in which they were added.

#ifndef RONDO_PLAN_H_
#define RONDO_PLAN_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rondo/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_problem;
struct rondo_schedule;

// Limits. Beyond them calls answer OUT_OF_RANGE.
enum {
  RONDO_PROBLEM_MACHINES_MAX = 4096,  // machines and resources
  RONDO_PROBLEM_NODES_MAX = 1 << 20,
  RONDO_PROBLEM_MODES_MAX = 1 << 22,  // of all nodes
  RONDO_PROBLEM_USES_MAX = 1 << 23,   // of all modes
  RONDO_PROBLEM_EDGES_MAX = 1 << 23,
  RONDO_PROBLEM_WEIGHT_MAX = 1 << 20,
  RONDO_PROBLEM_CAPACITY_MAX = 1 << 20,
  RONDO_PROBLEM_PLACES_MAX = 1024,  // different sets of machines that modes occupy, when there are transitions
};

// No time in a problem is larger, nor is the sum of all durations, delays and the latest release: 104 days of
// nanoseconds.
#define RONDO_PROBLEM_TIME_MAX (INT64_C(1) << 53)

// So much of a machine or resource.
struct rondo_problem_use {
  int machine;
  int width;  // 1 .. capacity
};

// One way to run a node.
struct rondo_problem_mode {
  int64_t duration;                      // 0 or more
  int64_t energy;                        // 0 or more, any unit
  const struct rondo_problem_use *uses;  // each machine at most once
  int use_count;                         // 0: it runs nowhere, as a milestone does
};

// Zero-initialise, then set what should differ.
struct rondo_problem_node {
  int job;               // -1: none; else its index, of a job that was added before
  int64_t release;       // earliest start
  int64_t latest_start;  // 0: no such limit
  bool is_fixed;         // starts at `release`, not later
  int64_t phase_weight;  // what a unit of (start - release) costs under RONDO_OBJECTIVE_PHASE
  const struct rondo_problem_mode *modes;
  int mode_count;  // 1 or more
};

// Zero-initialise, then set what should differ.
struct rondo_problem_job {
  int64_t release;   // earliest start of its nodes
  int64_t deadline;  // 0: none; the end of its last node should not be later
  bool is_relative;  // the deadline counts from the start of its first node
  int64_t weight;    // what a unit of time after the deadline costs; 0 counts as 1
};

// An empty problem.
//   out_problem  owned by caller, end with rondo_problem_release; NULL on error
//   diag         optional, filled unless OK
//   returns      OK, RESOURCE_EXHAUSTED
//   thread       any                 phase  setup
RONDO_API enum rondo_status rondo_problem_create(struct rondo_problem **out_problem, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a problem and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread       owner               phase  setup
RONDO_API void rondo_problem_release(struct rondo_problem **problem);

// Adds a machine, or a resource. The order of the calls gives the index, and both share one numbering.
//   capacity     widths that may run at once, 1 .. RONDO_PROBLEM_CAPACITY_MAX
//   diag         optional, filled unless OK
//   returns      OK, OUT_OF_RANGE, FAILED_PRECONDITION (the problem is finished), RESOURCE_EXHAUSTED
//   thread       owner               phase  setup
RONDO_API enum rondo_status rondo_problem_add_machine(struct rondo_problem *problem, int capacity, struct rondo_diag *diag) RONDO_MUST_USE;
RONDO_API enum rondo_status rondo_problem_add_resource(struct rondo_problem *problem, int capacity, struct rondo_diag *diag) RONDO_MUST_USE;

// Sets what an edge waits for besides its own delay when its ends run on these machines: moving data between
// clusters. Between sets of machines the largest of their pairs counts.
//   returns      OK, INVALID_ARGUMENT (no such machine, or a resource), OUT_OF_RANGE (delay),
//                FAILED_PRECONDITION, RESOURCE_EXHAUSTED
//   thread       owner               phase  setup
RONDO_API enum rondo_status rondo_problem_set_transition(struct rondo_problem *problem, int from_machine, int to_machine,
                                                         int64_t delay, struct rondo_diag *diag) RONDO_MUST_USE;

// Adds a job or a node.
//   job, node    borrowed, with all they point to
//   diag         optional, filled unless OK: what is wrong with which mode
//   returns      OK, INVALID_ARGUMENT, OUT_OF_RANGE, FAILED_PRECONDITION, RESOURCE_EXHAUSTED; on error nothing is added
//   thread       owner               phase  setup
RONDO_API enum rondo_status rondo_problem_add_job(struct rondo_problem *problem, const struct rondo_problem_job *job,
                                                  struct rondo_diag *diag) RONDO_MUST_USE;
RONDO_API enum rondo_status rondo_problem_add_node(struct rondo_problem *problem, const struct rondo_problem_node *node,
                                                   struct rondo_diag *diag) RONDO_MUST_USE;

// `to` starts no earlier than `delay` after the end of `from`. Edges may come in any order.
//   returns      OK, INVALID_ARGUMENT (no such node, or both are one), OUT_OF_RANGE (delay), FAILED_PRECONDITION,
//                RESOURCE_EXHAUSTED
//   thread       owner               phase  setup
RONDO_API enum rondo_status rondo_problem_add_edge(struct rondo_problem *problem, int from, int to, int64_t delay,
                                                   struct rondo_diag *diag) RONDO_MUST_USE;

// Checks the whole: afterwards nothing can be added, and the problem can be solved, by several threads at once.
//   returns      OK, INVALID_ARGUMENT (no nodes; a cycle: the diag names it; a window that no start fits),
//                OUT_OF_RANGE (times add up to more than RONDO_PROBLEM_TIME_MAX), RESOURCE_EXHAUSTED
//   thread       owner               phase  setup
RONDO_API enum rondo_status rondo_problem_finish(struct rondo_problem *problem, struct rondo_diag *diag) RONDO_MUST_USE;

// Reads a flexible job shop in the standard text format: a line "JOBS MACHINES", then a line a job,
// "OPERATIONS { ALTERNATIVES { MACHINE DURATION } }". Machines count from 0, or from 1 where no 0 occurs and
// the highest number needs it. The result is finished; its jobs are the file's, its nodes the operations in the
// file's order.
//   text         borrowed, need not end in NUL
//   name         what messages call it: NAME:LINE: ...
//   out_problem  owned by caller, end with rondo_problem_release; NULL on error
//   diag         optional, filled unless OK
//   returns      OK, INVALID_ARGUMENT (malformed), OUT_OF_RANGE (a limit), RESOURCE_EXHAUSTED
//   thread       any                 phase  setup
RONDO_API enum rondo_status rondo_problem_read_fjsp(const char *text, size_t text_bytes, const char *name,
                                                    struct rondo_problem **out_problem, struct rondo_diag *diag) RONDO_MUST_USE;

struct rondo_problem_info {
  int machine_count;  // and resources
  int job_count;
  int node_count;
  int64_t mode_count;
  int64_t edge_count;
  bool is_unary;  // every mode is on one machine of capacity 1, and nothing but order and releases restricts it
};

//   thread       any, concurrently   phase  rt
RONDO_API void rondo_problem_info(const struct rondo_problem *problem, struct rondo_problem_info *out_info);

// The job of a node, -1 for none.
//   thread       any, concurrently   phase  rt
RONDO_API int rondo_problem_node_job(const struct rondo_problem *problem, int node);

// A mode's uses.
//   out_uses     belongs to the problem
//   returns      their number; 0 when there is no such node or mode
//   thread       any, concurrently   phase  rt
RONDO_API int rondo_problem_mode_uses(const struct rondo_problem *problem, int node, int mode,
                                      const struct rondo_problem_use **out_uses);

// What to make small.
enum rondo_objective {
  RONDO_OBJECTIVE_MAKESPAN,   // the last end
  RONDO_OBJECTIVE_TARDINESS,  // sum over jobs of weight * max(0, end - deadline)
  RONDO_OBJECTIVE_PHASE,      // sum over nodes of phase_weight * (start - release)
  RONDO_OBJECTIVE_ENERGY,     // sum over nodes of the mode's energy
  RONDO_OBJECTIVE_COUNT,
};

// How a search stands. `makespan` is that of the best schedule.
struct rondo_solve_progress {
  double seconds;
  int64_t makespan;
  int64_t bound;
  int64_t tardiness;
  int64_t iteration_count;
};

// How to solve. Zero-initialise, then set what should differ from the defaults.
struct rondo_solve_options {
  double time_limit_s;      // 0: 10 s, or none when there is an iteration limit; negative: only the first schedule
  int64_t iteration_limit;  // steps of each thread, 0: none. With it alone the result depends only on the
                            // problem, the seed and the number of threads
  int thread_count;         // 0: one for each CPU that the process may use
  uint64_t seed;
  enum rondo_objective objectives[RONDO_OBJECTIVE_COUNT];  // most important first; each at most once
  int objective_count;      // 0: tardiness, phase, makespan, energy
  const volatile int *stop;  // optional: the search ends soon after it is not 0, with the best so far. Read on the calling thread
  void (*report)(void *user, const struct rondo_solve_progress *progress);  // optional: on the calling thread, about 10 times a second
  void *user;
};

// Searches for a schedule until it is proved to be the best, or a limit is reached: a list schedule first, branch and
// bound where it is small, then tabu search (unary problems of which nothing but the makespan counts) or large
// neighbourhood search.
//   problem       finished, borrowed
//   options       borrowed; NULL = defaults
//   out_schedule  owned by caller, end with rondo_schedule_release; NULL on error. It is checked.
//   diag          optional, filled unless OK
//   returns       OK, also when a latest start is missed (info.is_feasible); INVALID_ARGUMENT (options),
//                 FAILED_PRECONDITION (not finished), RESOURCE_EXHAUSTED, INTERNAL (a bug: the schedule did not
//                 pass its check)
//   thread        any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_solve(const struct rondo_problem *problem, const struct rondo_solve_options *options,
                                        struct rondo_schedule **out_schedule, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a schedule and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread       owner               phase  setup
RONDO_API void rondo_schedule_release(struct rondo_schedule **schedule);

struct rondo_schedule_info {
  int64_t makespan, tardiness, phase_error, energy;
  int64_t violation;          // sum of (start - latest start) where it is late
  bool is_feasible;           // no violation
  int64_t bound;              // no schedule has a smaller makespan: proved
  double gap;                 // (makespan - bound) / bound; 0 when both are 0
  bool is_optimal;            // the makespan equals the bound
  int64_t first_makespan;     // of the list schedule
  double first_seconds;       // when that was there
  double best_seconds;        // when the best was found
  double seconds;
  int64_t iteration_count;    // steps of all threads
  int thread_count;
  const char *method;         // "list", "exact", "tabu", "lns"; of a planning "windows", too
};

//   thread       any, concurrently   phase  rt
RONDO_API void rondo_schedule_info(const struct rondo_schedule *schedule, struct rondo_schedule_info *out_info);

// Where and when a node runs.
struct rondo_placed_node {
  int64_t start;
  int64_t end;
  int mode;
};

// All nodes, by index.
//   returns      an array that belongs to the schedule
//   thread       any, concurrently   phase  rt
RONDO_API const struct rondo_placed_node *rondo_schedule_nodes(const struct rondo_schedule *schedule);

// Verifies a schedule from anywhere against a problem: modes, durations, releases, latest starts, edges with
// their delays, capacities. Shares no code with the solver.
//   problem      finished, borrowed    nodes  array of node_count, borrowed
//   diag         optional, filled unless OK: the first rule that is broken, and where
//   returns      OK, INVALID_ARGUMENT (broken), FAILED_PRECONDITION (not finished), RESOURCE_EXHAUSTED
//   thread       any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_schedule_check(const struct rondo_problem *problem, const struct rondo_placed_node *nodes,
                                                 int node_count, struct rondo_diag *diag) RONDO_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif  // RONDO_PLAN_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A schedule that time has overtaken: some nodes are done, some run, later than was planned, and the rest is placed anew. A
// repair is created once for a problem and its schedule, and asked as often as needed; asking takes a bounded number of steps
// and no memory. docs/plan.md says what is tried.

#ifndef RONDO_REPAIR_H_
#define RONDO_REPAIR_H_

#include "rondo/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_repair;

enum rondo_node_state {
  RONDO_NODE_WAITING,  // has not begun: will be placed
  RONDO_NODE_RUNNING,
  RONDO_NODE_DONE,
};

// How far a node has come. Zero-initialised it waits.
struct rondo_node_progress {
  enum rondo_node_state state;
  int mode;       // what it runs or ran in; a waiting node's does not count
  int64_t start;  // when it began; at most now
  int64_t end;    // done: when it ended, at most now. Running: when it is expected to end, 0: after its mode's duration; what is
                  // past is taken as now
};

// Takes over a schedule as the plan that time will change.
//   problem      finished, borrowed for the repair's life
//   nodes        the plan: array of node_count, borrowed; it must pass rondo_schedule_check
//   out_repair   owned by caller, end with rondo_repair_release; NULL on error
//   diag         optional, filled unless OK
//   returns      OK, INVALID_ARGUMENT (the plan breaks a rule), FAILED_PRECONDITION (not finished), RESOURCE_EXHAUSTED
//   thread       any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_repair_create(const struct rondo_problem *problem, const struct rondo_placed_node *nodes,
                                                int node_count, struct rondo_repair **out_repair,
                                                struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a repair and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread       owner               phase  setup
RONDO_API void rondo_repair_release(struct rondo_repair **repair);

// Places everything that waits, from now on: after what it waits for, where there is room beside what runs. What has begun
// stays as it is told. Latest starts and deadlines are kept where that is found; the result is never worse than the plan
// moved to the right, neither all of it by one amount nor each node by as little as its predecessors and machines demand in
// the planned order: sum of missed latest starts first, then tardiness, phase error, makespan, energy. The same arguments give
// the same result.
//   now          0 .. RONDO_PROBLEM_TIME_MAX
//   progress     array of the problem's node_count, borrowed
//   diag         optional, filled unless OK: which node, and why; then the last result stays
//   returns      OK; INVALID_ARGUMENT (a node has begun though one that it waits for is not done, or waits though the plan
//                that was adopted has it begun; times after now; no such mode), OUT_OF_RANGE (now)
//   thread       owner               phase  rt
RONDO_API enum rondo_status rondo_repair_run(struct rondo_repair *repair, int64_t now, const struct rondo_node_progress *progress,
                                             struct rondo_diag *diag) RONDO_MUST_USE;

// The last result: what has begun as it was told, with the end that was expected; the rest as it was placed. Before the first
// run the plan.
//   returns      an array that belongs to the repair, valid until the next run
//   thread       owner               phase  rt
RONDO_API const struct rondo_placed_node *rondo_repair_nodes(const struct rondo_repair *repair);

// Makes the last result the plan that the next run begins with. Without it each run begins with the plan before.
//   thread       owner               phase  rt
RONDO_API void rondo_repair_adopt(struct rondo_repair *repair);

struct rondo_repair_info {
  int64_t violation, tardiness, makespan;  // of the last result, as of a schedule
  int64_t shifted_violation, shifted_tardiness, shifted_makespan;  // of the better of the two plans moved to the right
  int moved_count;                         // waiting nodes that start at another time or in another mode than planned
  int trial_count;                         // placements that were compared
  const char *method;                      // "shift", "order", "list", "repair"; "plan" before the first run
};

//   thread       owner               phase  rt
RONDO_API void rondo_repair_info(const struct rondo_repair *repair, struct rondo_repair_info *out_info);

#ifdef __cplusplus
}
#endif
#endif  // RONDO_REPAIR_H_

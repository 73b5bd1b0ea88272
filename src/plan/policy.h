// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A policy decides, when a node becomes ready, where it runs, how many workers it is worth, from when on, and which
// of several runnable nodes of a lane comes first. It is a pure function: what it decides depends on its arguments
// alone, so the player asks it on workers and the simulator on a virtual clock, and both get the same answer. It
// takes no lock, allocates nothing and looks at no clock.
//
// A new policy is one file policy_NAME.c and a line in policy.c.

#ifndef RDO_PLAN_POLICY_H_
#define RDO_PLAN_POLICY_H_

#include <stdbool.h>
#include <stdint.h>

enum { RDO_POLICY_LANES_MAX = 64,
       RDO_POLICY_PRIORITY_MAX = 255,
       RDO_POLICY_TIME_UNIT_NS = 1024 };  // of times in keys

#define RDO_POLICY_NONE UINT32_MAX  // no lane

// What is known of a node that has become ready. Times are on one clock, in ns.
struct rdo_policy_node {
  uint32_t index;             // of the node, among all
  uint64_t sequence;          // grows with every node that becomes ready
  int64_t now_ns;             // when it became ready
  int64_t release_ns;         // it may not start before; <= now_ns: nothing holds it
  int64_t deadline_ns;        // of its job's instance; INT64_MAX = none
  int64_t planned_start_ns;   // INT64_MAX = it has no plan
  uint32_t tie;               // of what is planned for the same time: its place there, in the plan's order; breaks ties of keys
  uint32_t planned_lane;      // RDO_POLICY_NONE = it has no plan
  uint32_t planned_width;     // workers; 0 = not said
  const int64_t *lane_ns;     // [lane_count] expected time on one worker; 0 = not known; NULL = none is
  uint64_t lanes;             // where it may run, a bit per lane; at least one of lane_count
  uint32_t previous_lane;     // where its last predecessor ran; RDO_POLICY_NONE = it has none
  uint32_t width_max;         // workers that it can use, at least 1
  uint8_t priority;           // 0..255, larger is more urgent
};

// How a lane stands: hints, read without a lock.
struct rdo_policy_lane {
  uint32_t worker_count;  // at least 1
  uint32_t busy_count;    // workers that run something
  int64_t backlog_ns;     // expected work of nodes placed there that have not ended
};

struct rdo_policy_decision {
  uint32_t lane;     // one of node->lanes
  uint32_t width;    // 1 .. workers of the lane
  int64_t start_ns;  // not before; <= now_ns: as soon as a worker is there
  uint64_t key;      // among runnable nodes of a lane the smallest comes first; equal ones (rare: ties are in it) in any order
};

struct rdo_policy_options {
  int64_t late_ns;         // planned: a node later than this is urgent and may run elsewhere; 0 = never
  double load_ratio;       // dynamic: another lane is taken when its load is below so much of the previous one's; 0 = 0.7
};

struct rdo_policy {
  const char *name;         // "dynamic", "fifo", "priority", "edf", "shortest", "planned", "strict"
  const char *description;  // one line, for --help
  bool needs_plan;          // follows a plan; a node that has none (planned_lane) is placed as by "dynamic", behind what has one
  // Nodes of a lane start in their planned order: whoever plays adds what each waits for, so that one that is late
  // shifts its lane.
  bool keeps_order;
  void (*decide)(const struct rdo_policy_options *options, const struct rdo_policy_node *node, const struct rdo_policy_lane *lanes, uint32_t lane_count,
                 struct rdo_policy_decision *out_decision);
};

// By name; NULL = there is none.
const struct rdo_policy *rdo_policy_find(const char *name);

// All, in the order in which they are told; the list ends with NULL.
const struct rdo_policy *const *rdo_policy_list(void);

#endif  // RDO_PLAN_POLICY_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// One measurement: a function on some CPUs, called again and again, with the costs of its nodes, of whole calls and of its
// host program.
//
// Two passes: the first as functions run when nothing else does, or together with others, for the times of nodes and calls; a
// shorter second one, alone, in which tiles are claimed one by one, for the times of tiles; where time is limited that one is left out.

#ifndef RDO_PROFILE_COST_RUN_H_
#define RDO_PROFILE_COST_RUN_H_

#include "plan/profile_file.h"
#include "profile/node_times.h"
#include "profile/runner.h"
#include "profile/steady.h"

enum { RDO_COST_REMARKS_MAX = 4 };

struct rdo_cost_run {
  // In
  const struct rondo_profile_call *call;  // borrowed
  const struct rdo_cpu_set *cpus;         // borrowed, [worker_count]
  uint32_t worker_count;
  uint32_t cluster;
  const char *cluster_name;
  // What is played together with it: called in turn with it on its CPUs, and by themselves on others, as many at once as there are.
  const struct rondo_profile_call *const *others;  // borrowed, [other_count]
  uint32_t other_count;
  const struct rdo_cpu_set *other_cpus;            // borrowed, [other_cpu_count]
  uint32_t other_cpu_count;
  size_t repeat, warm_up;
  int64_t pause_ns;                       // before each call that counts; 0 = calls follow each other
  int64_t warm_up_end_ns, end_ns;         // fewer calls where so many last longer, on CLOCK_MONOTONIC; 0 = no limit
  const volatile int *stop;               // NULL = never
  void (*report)(void *user, size_t done_count);  // now and then; NULL = nobody
  void *user;
  // Out
  const char *function;                   // its name, in the graph's arena
  struct rdo_profile_cost *costs;         // [node_count], owned; worker_count 0 = none
  struct rdo_profile_cost call_cost, program_cost;  // the latter with one worker only
  char remarks[RDO_COST_REMARKS_MAX][RDO_REMARK_BYTES];
  int remark_count;
};

// Measures.
//   graph    as an earlier run has found it, or zeroed: then it is filled. The caller ends it.
//   returns  OK, CANCELLED; FAILED_PRECONDITION (calls run something else than the graph)
enum rondo_status rdo_cost_run_measure(struct rdo_cost_run *run, struct rdo_call_graph *graph, struct rondo_diag *diag) RONDO_MUST_USE;

// The middle time of a call, alone or beside another function.
//   beside   runs all the time on `beside_cpu`; NULL = none
//   run      call, cpus (of one worker), repeat, warm_up and stop are used
enum rondo_status rdo_cost_run_call(const struct rdo_cost_run *run, const struct rondo_profile_call *beside, const struct rdo_cpu_set *beside_cpu, int64_t *out_ns,
                                    struct rondo_diag *diag) RONDO_MUST_USE;

void rdo_cost_run_deinit(struct rdo_cost_run *run);

#endif  // RDO_PROFILE_COST_RUN_H_

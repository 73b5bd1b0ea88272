// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Options checked and files read: what simulating once and sweeping have in common.

#ifndef RDO_SIMULATE_SETUP_H_
#define RDO_SIMULATE_SETUP_H_

#include "rondo/simulate.h"
#include "simulate/simulator.h"

#define RDO_SIM_DISPATCHES_MAX UINT64_C(10000000000)  // of all runs: an hour or so
#define RDO_SIM_VALUES_MAX (UINT64_C(1) << 28)        // for exact percentiles: 2 GiB

struct rdo_sim_setup {
  struct rdo_schedule schedule;
  struct rdo_machine_file machine;  // read when has_machine
  bool has_machine;
  uint64_t run_count;
  struct rdo_sim_options options;
};

//   default_policy  NULL = "planned" where the file tells times, else "dynamic"
//   out_setup       end with rdo_sim_setup_deinit, also after an error; stays where it is while it is used
//   returns         as rondo_simulation_run
enum rondo_status rdo_sim_setup_init(struct rdo_sim_setup *out_setup, const char *path, const struct rondo_simulation_options *options,
                                     const char *default_policy, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_sim_setup_deinit(struct rdo_sim_setup *setup);

// Whether all iterations and runs of a model can be simulated: in a time that somebody waits for, with a memory that a machine has.
//   returns  OK, OUT_OF_RANGE
enum rondo_status rdo_sim_setup_check(const struct rdo_sim_setup *setup, const struct rdo_sim_model *model, struct rondo_diag *diag) RONDO_MUST_USE;

// How to make a model for its policy.
struct rdo_sim_model_options rdo_sim_setup_model(const struct rdo_sim_setup *setup);

#endif  // RDO_SIMULATE_SETUP_H_

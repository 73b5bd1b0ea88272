// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How long a node takes that was expected to take something else. What is drawn depends on seed, run, iteration and node
// alone, not on the order in which nodes run: two policies with the same seed meet the same durations.

#ifndef RDO_SIMULATE_NOISE_H_
#define RDO_SIMULATE_NOISE_H_

#include <stdint.h>

struct rdo_sim_noise {
  uint64_t seed;
  double spread;             // standard deviation of durations by their mean; log-normal, the mean stays; 0 = none
  double stall_probability;  // of a node
  int64_t stall_ns;          // that it then takes longer
};

struct rdo_sim_draw {
  double factor;
  int64_t stall_ns;
};

struct rdo_sim_draw rdo_sim_noise_draw(const struct rdo_sim_noise *noise, uint64_t run, uint64_t iteration, uint32_t node);

#endif  // RDO_SIMULATE_NOISE_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A mean of independent runs, and how well it is known.

#ifndef RDO_SIMULATE_ESTIMATE_H_
#define RDO_SIMULATE_ESTIMATE_H_

#include <stdint.h>

#include "rondo/simulate.h"

// Zero-initialise. Sums of squares about the mean so far (Welford 1962): large values with small differences keep them.
struct rdo_samples {
  uint64_t count;
  double mean, square_sum;
};

void rdo_samples_add(struct rdo_samples *samples, double value);

// The mean with its 95 % interval, from Student's distribution: the runs need not be many, their values should be about normal.
struct rondo_simulation_estimate rdo_samples_estimate(const struct rdo_samples *samples);

#endif  // RDO_SIMULATE_ESTIMATE_H_

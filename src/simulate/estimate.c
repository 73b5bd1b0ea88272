// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Student's 97.5 % quantiles: a table, and for more degrees of freedom the first terms of their expansion in 1 / degrees
// (Fisher and Cornish 1960), which is right to 0.0002 there.

#include "simulate/estimate.h"

#include <math.h>

static double quantile(uint64_t degrees) {
  static const double table[] = {12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448, 2.1314,
                                 2.1199,  2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423};
  if (degrees <= sizeof table / sizeof *table) return table[degrees - 1];
  double inverse = 1 / (double)degrees;
  return 1.959964 + inverse * (2.372271 + inverse * 2.822499);
}

void rdo_samples_add(struct rdo_samples *samples, double value) {
  double difference = value - samples->mean;
  ++samples->count;
  samples->mean += difference / (double)samples->count;
  samples->square_sum += difference * (value - samples->mean);
}

struct rondo_simulation_estimate rdo_samples_estimate(const struct rdo_samples *samples) {
  struct rondo_simulation_estimate estimate = {.mean = samples->mean};
  if (samples->count > 1) {
    double count = (double)samples->count;
    estimate.half_width = quantile(samples->count - 1) * sqrt(samples->square_sum / (count - 1) / count);
  }
  return estimate;
}

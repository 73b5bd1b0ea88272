// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A generator that is a function of its counter: splitmix64's output of a hash of where we are.

#include "simulate/noise.h"

#include <math.h>

static uint64_t mix(uint64_t z) {
  z += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

// 0 < x <= 1, so that its logarithm exists.
static double unit(uint64_t bits) { return (double)((bits >> 11) + 1) * (1.0 / 9007199254740992.0); }

struct rdo_sim_draw rdo_sim_noise_draw(const struct rdo_sim_noise *noise, uint64_t run, uint64_t iteration, uint32_t node) {
  static const double two_pi = 6.283185307179586;
  struct rdo_sim_draw draw = {.factor = 1};
  if (noise->spread <= 0 && noise->stall_probability <= 0) return draw;
  uint64_t state = mix(mix(mix(mix(noise->seed) ^ run) ^ iteration) ^ node);
  if (noise->spread > 0) {
    // Mean 1: the logarithm's mean is minus half its variance.
    double variance = log1p(noise->spread * noise->spread);
    double normal = sqrt(-2 * log(unit(mix(state)))) * cos(two_pi * unit(mix(state + 1)));
    draw.factor = exp(sqrt(variance) * normal - variance / 2);
  }
  if (noise->stall_probability > 0 && unit(mix(state + 2)) <= noise->stall_probability) draw.stall_ns = noise->stall_ns;
  return draw;
}

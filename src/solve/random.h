// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Pseudo-random numbers that are the same on every machine: xorshift64* (Vigna 2016), seeded through splitmix64.

#ifndef RDO_SOLVE_RANDOM_H_
#define RDO_SOLVE_RANDOM_H_

#include <stdint.h>

struct rdo_random {
  uint64_t state;  // never 0
};

static inline struct rdo_random rdo_random_seed(uint64_t seed) {
  uint64_t z = seed + UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  z ^= z >> 31;
  return (struct rdo_random){.state = z != 0 ? z : 1};
}

static inline uint32_t rdo_random_next(struct rdo_random *random) {
  uint64_t x = random->state;
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  random->state = x;
  return (uint32_t)((x * UINT64_C(0x2545f4914f6cdd1d)) >> 32);
}

// 0 .. bound - 1; bound is 1 or more. The bias of at most bound / 2^32 is of no concern to a search.
static inline uint32_t rdo_random_below(struct rdo_random *random, uint32_t bound) {
  return (uint32_t)(((uint64_t)rdo_random_next(random) * bound) >> 32);
}

// 0 <= x < 1
static inline double rdo_random_unit(struct rdo_random *random) { return rdo_random_next(random) * (1.0 / 4294967296.0); }

#endif  // RDO_SOLVE_RANDOM_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What stress programs share: options, a seeded generator, checks that end the program.
//
//   --quick        one second instead of five
//   --seconds <n>  how long
//   --count <n>    until n rounds are over, or n of what the program counts, however long that takes
//   --seed <n>     of every random choice; printed at the start. Threads still interleave as they like

#ifndef RDO_TESTS_STRESS_STRESS_H_
#define RDO_TESTS_STRESS_STRESS_H_

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

struct stress {
  uint64_t seed;
  int64_t end_ns;
  uint64_t wanted_count;  // 0 = until end_ns
  uint64_t round_count;
  const uint64_t *count;  // what the program counts instead of rounds; NULL = nothing
};

#define STRESS_CHECK(condition)                                                      \
  do {                                                                               \
    if (!(condition)) {                                                              \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);      \
      abort();                                                                       \
    }                                                                                \
  } while (0)

// SplitMix64.
static inline uint64_t stress_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
  z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
  return z ^ z >> 31;
}

static inline uint32_t stress_below(uint64_t *state, uint32_t count) { return (uint32_t)(stress_random(state) % count); }

static inline struct stress stress_begin(int argc, char **argv) {
  struct stress stress = {.seed = (uint64_t)rdo_clock_now_ns()};
  int64_t seconds = 5;
  for (int i = 1; i < argc; ++i) {
    if (strcmp(argv[i], "--quick") == 0) {
      seconds = 1;
    } else if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
      seconds = strtoll(argv[++i], NULL, 10);
    } else if (strcmp(argv[i], "--count") == 0 && i + 1 < argc) {
      stress.wanted_count = strtoull(argv[++i], NULL, 10);
    } else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
      stress.seed = strtoull(argv[++i], NULL, 10);
    } else {
      fprintf(stderr, "usage: %s [--quick | --seconds <n> | --count <n>] [--seed <n>]\n", argv[0]);
      exit(2);
    }
  }
  printf("seed %llu\n", (unsigned long long)stress.seed);
  fflush(stdout);
  stress.end_ns = rdo_clock_now_ns() + seconds * 1000000000;
  return stress;
}

static inline bool stress_is_over(const struct stress *stress) {
  if (stress->wanted_count != 0) return (stress->count == NULL ? stress->round_count : *stress->count) >= stress->wanted_count;
  return stress->round_count != 0 && rdo_clock_now_ns() >= stress->end_ns;
}

// True while there is time for one more round; *out_seed is the round's.
static inline bool stress_next(struct stress *stress, uint64_t *out_seed) {
  if (stress_is_over(stress)) {
    printf("%llu rounds\n", (unsigned long long)stress->round_count);
    return false;
  }
  uint64_t state = stress->seed + stress->round_count++;
  *out_seed = stress_random(&state);
  return true;
}

#endif  // RDO_TESTS_STRESS_STRESS_H_

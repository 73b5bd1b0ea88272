// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a system that runs parallel-fors has to offer to parallel.c. All of them do the same thing, on the same CPUs
// and with the same number of threads, the caller among them:
//
//   for (stage = 0; stage < stage_count; ++stage)
//     for (tile = 0; tile < PARALLEL_TILE_COUNT; ++tile) parallel_tile(tile, steps);   in parallel

#ifndef RDO_BENCH_PARALLEL_H_
#define RDO_BENCH_PARALLEL_H_

#include "support.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PARALLEL_TILE_COUNT = 64, PARALLEL_SETTINGS_MAX = 8 };

// How a system may be set up; each is measured, and the best one counts.
struct parallel_setting {
  const char *name;         // "gomp-static-passive"; the first setting of a system is its default
  const char *environment;  // "NAME=value", read when its library starts; NULL = none
  int mode;                 // for the system itself
};

struct parallel_plan {
  int thread_count;  // with the caller
  const int *cpus;   // [thread_count], cpus[0] is the caller's, which is pinned already
  int mode;          // of the setting
  int64_t spin_ns;   // rondo only
};

struct parallel_system {
  struct parallel_setting settings[PARALLEL_SETTINGS_MAX];  // ends with a NULL name
  // Starts the threads and pins them.
  void (*begin)(const struct parallel_plan *plan);
  // What run does from now on.
  void (*prepare)(uint32_t stage_count, uint64_t steps);
  void (*run)(void);
  void (*end)(void);
};

extern const struct parallel_system parallel_rondo;
extern const struct parallel_system parallel_pthreadpool;
extern const struct parallel_system parallel_tbb;
extern const struct parallel_system parallel_gomp;

// Each tile has a line of its own, so that they can all be seen to have run.
struct parallel_mark {
  uint64_t count;
  uint64_t sum;
  uint64_t padding[6];
};
extern struct parallel_mark parallel_marks[PARALLEL_TILE_COUNT];

static inline void parallel_tile(uint32_t tile, uint64_t steps) {
  parallel_marks[tile].sum += bench_work(steps);
  ++parallel_marks[tile].count;
}

#ifdef __cplusplus
}
#endif
#endif  // RDO_BENCH_PARALLEL_H_

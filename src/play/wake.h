// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How a dispatch came to its worker, in the words of rondo/play.h and of traces.

#ifndef RDO_PLAY_WAKE_H_
#define RDO_PLAY_WAKE_H_

#include "rondo/play.h"
#include "task/executor.h"
#include "trace/table.h"

static inline enum rondo_wake rdo_wake_of(enum rdo_worker_rest rest) {
  static const enum rondo_wake wakes[] = {[RDO_WORKER_RAN] = RONDO_WAKE_DIRECT, [RDO_WORKER_SPUN] = RONDO_WAKE_SPIN, [RDO_WORKER_SLEPT] = RONDO_WAKE_SLEEP};
  return wakes[rest];
}

static inline uint8_t rdo_wake_in_table(enum rondo_wake wake) {
  static const uint8_t words[] = {[RONDO_WAKE_DIRECT] = RDO_PLAYED_WAKE_DIRECT, [RONDO_WAKE_SPIN] = RDO_PLAYED_WAKE_SPIN, [RONDO_WAKE_SLEEP] = RDO_PLAYED_WAKE_SLEEP};
  return words[wake];
}

#endif  // RDO_PLAY_WAKE_H_

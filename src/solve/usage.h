// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How much of one machine is in use over time: a step function, kept as its steps. Neighbouring steps differ,
// so that a machine that is always full up to some point has one step there, and finding room stays cheap.

#ifndef RDO_SOLVE_USAGE_H_
#define RDO_SOLVE_USAGE_H_

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"

struct rdo_usage_step {
  int64_t time;  // from here on
  int64_t used;
};

// Zero-initialise, then clear; end with rdo_usage_deinit. The last step has nothing in use, for ever.
struct rdo_usage {
  struct rdo_usage_step *steps;
  size_t count;
  size_t capacity;
  int32_t limit;
};

// Makes room for so many stretches that are taken: afterwards clearing and taking no more than these allocates nothing.
enum rondo_status rdo_usage_reserve(struct rdo_usage *usage, size_t stretch_count, struct rondo_diag *diag) RONDO_MUST_USE;

// Nothing in use; keeps the memory.
enum rondo_status rdo_usage_clear(struct rdo_usage *usage, int32_t limit, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_usage_deinit(struct rdo_usage *usage);

// The earliest time from `ready` on at which `width` is free for `duration`.
int64_t rdo_usage_find(const struct rdo_usage *usage, int64_t ready, int64_t duration, int32_t width);

// Takes `width` from `start` to `end`, where it was found to be free.
enum rondo_status rdo_usage_take(struct rdo_usage *usage, int64_t start, int64_t end, int32_t width, struct rondo_diag *diag) RONDO_MUST_USE;

// The same where everything comes again after a period: times count modulo it.
//   returns  the earliest time; RDO_USAGE_NONE: there is none, wherever it is looked for
#define RDO_USAGE_NONE (-1)
int64_t rdo_usage_find_again(const struct rdo_usage *usage, int64_t ready, int64_t duration, int32_t width, int64_t period);

// Takes, or with a negative `width` gives back; what is longer than the period takes all of it, once.
enum rondo_status rdo_usage_take_again(struct rdo_usage *usage, int64_t start, int64_t duration, int32_t width, int64_t period,
                                       struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_SOLVE_USAGE_H_

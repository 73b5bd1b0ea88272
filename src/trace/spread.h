// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Values collected, then their exact percentiles.

#ifndef RDO_TRACE_SPREAD_H_
#define RDO_TRACE_SPREAD_H_

#include "base/status.h"
#include "rondo/trace.h"

// Zero-initialise; end with rdo_values_deinit.
struct rdo_values {
  int64_t *items;  // owned [count]
  size_t count;
  size_t capacity;
};

enum rondo_status rdo_values_add(struct rdo_values *values, int64_t value, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_values_deinit(struct rdo_values *values);

// Sorts.
struct rondo_trace_spread rdo_values_spread(struct rdo_values *values);

// The smallest value that at least per_mille of 1000 are not above; of sorted values, at least one.
int64_t rdo_values_percentile(const struct rdo_values *sorted, int per_mille);

#endif  // RDO_TRACE_SPREAD_H_

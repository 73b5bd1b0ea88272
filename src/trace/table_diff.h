// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Medians of pairs with their intervals: what rondo_trace_table_diff decides by.

#ifndef RDO_TRACE_TABLE_DIFF_H_
#define RDO_TRACE_TABLE_DIFF_H_

#include <stdbool.h>
#include <stddef.h>

// Pairs with an interval.
enum { RDO_PAIRS_MIN = 6 };

// Ranks (from 1) of the sorted values that enclose the median with at least 95 % confidence: the sign test's interval.
//   returns  false when there are too few values
bool rdo_median_ranks(size_t count, size_t *out_low, size_t *out_high);

#endif  // RDO_TRACE_TABLE_DIFF_H_

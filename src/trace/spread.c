// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/spread.h"

#include <stdlib.h>

#include "base/alloc.h"

enum rondo_status rdo_values_add(struct rdo_values *values, int64_t value, struct rondo_diag *diag) {
  RDO_TRY(rdo_grow_array(values->count + 1, sizeof value, &values->capacity, &values->items, diag));
  values->items[values->count++] = value;
  return RONDO_OK;
}

void rdo_values_deinit(struct rdo_values *values) {
  rdo_free(values->items);
  *values = (struct rdo_values){0};
}

static int compare_values(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

int64_t rdo_values_percentile(const struct rdo_values *sorted, int per_mille) {
  size_t whole = sorted->count / 1000 * (size_t)per_mille, part = sorted->count % 1000 * (size_t)per_mille;
  size_t rank = whole + (part + 999) / 1000;
  return sorted->items[rank > 0 ? rank - 1 : 0];
}

struct rondo_trace_spread rdo_values_spread(struct rdo_values *values) {
  struct rondo_trace_spread spread = {.count = values->count};
  if (values->count == 0) return spread;
  double sum = 0;
  qsort(values->items, values->count, sizeof *values->items, compare_values);
  for (size_t i = 0; i < values->count; ++i) sum += (double)values->items[i];
  spread.mean_ns = sum / (double)values->count;
  spread.min_ns = values->items[0];
  spread.p50_ns = rdo_values_percentile(values, 500);
  spread.p90_ns = rdo_values_percentile(values, 900);
  spread.p99_ns = rdo_values_percentile(values, 990);
  spread.p999_ns = rdo_values_percentile(values, 999);
  spread.max_ns = values->items[values->count - 1];
  return spread;
}

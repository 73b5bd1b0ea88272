// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "solve/usage.h"

#include <string.h>

#include "base/alloc.h"

// Each stretch adds two steps at most to the first one, and taking asks for two beforehand.
enum rondo_status rdo_usage_reserve(struct rdo_usage *usage, size_t stretch_count, struct rondo_diag *diag) {
  return rdo_grow_array(2 * stretch_count + 3, sizeof *usage->steps, &usage->capacity, &usage->steps, diag);
}

enum rondo_status rdo_usage_clear(struct rdo_usage *usage, int32_t limit, struct rondo_diag *diag) {
  RDO_TRY(rdo_grow_array(1, sizeof *usage->steps, &usage->capacity, &usage->steps, diag));
  usage->steps[0] = (struct rdo_usage_step){.time = 0, .used = 0};
  usage->count = 1;
  usage->limit = limit;
  return RONDO_OK;
}

void rdo_usage_deinit(struct rdo_usage *usage) {
  rdo_free(usage->steps);
  *usage = (struct rdo_usage){0};
}

// Index of the step that holds at `time`.
static size_t find_step(const struct rdo_usage *usage, int64_t time) {
  size_t low = 0, high = usage->count;
  while (high - low > 1) {
    size_t middle = low + (high - low) / 2;
    if (usage->steps[middle].time <= time) low = middle;
    else high = middle;
  }
  return low;
}

int64_t rdo_usage_find(const struct rdo_usage *usage, int64_t ready, int64_t duration, int32_t width) {
  if (duration == 0) return ready;
  int64_t used_max = usage->limit - width, start = ready;
  for (size_t i = find_step(usage, ready); i < usage->count; ++i) {
    if (usage->steps[i].time - start >= duration) return start;
    if (usage->steps[i].used > used_max) start = usage->steps[i + 1].time;  // the last step is free
  }
  return start;
}

// Makes a step begin at `time`; there must be room for it. Returns its index.
static size_t split_step(struct rdo_usage *usage, size_t index, int64_t time) {
  if (usage->steps[index].time == time) return index;
  memmove(&usage->steps[index + 2], &usage->steps[index + 1], (usage->count - index - 1) * sizeof *usage->steps);
  usage->steps[index + 1] = (struct rdo_usage_step){.time = time, .used = usage->steps[index].used};
  ++usage->count;
  return index + 1;
}

static void join_step(struct rdo_usage *usage, size_t index) {
  if (index == 0 || index >= usage->count || usage->steps[index].used != usage->steps[index - 1].used) return;
  memmove(&usage->steps[index], &usage->steps[index + 1], (usage->count - index - 1) * sizeof *usage->steps);
  --usage->count;
}

enum rondo_status rdo_usage_take(struct rdo_usage *usage, int64_t start, int64_t end, int32_t width, struct rondo_diag *diag) {
  if (start == end) return RONDO_OK;
  RDO_TRY(rdo_grow_array(usage->count + 2, sizeof *usage->steps, &usage->capacity, &usage->steps, diag));
  size_t first = split_step(usage, find_step(usage, start), start), last = first;
  while (last + 1 < usage->count && usage->steps[last + 1].time <= end) ++last;
  last = split_step(usage, last, end);
  for (size_t i = first; i < last; ++i) usage->steps[i].used += width;
  join_step(usage, last);
  join_step(usage, first);
  return RONDO_OK;
}

// Steps lie within the period. A stretch that reaches beyond its end goes on at its begin.
int64_t rdo_usage_find_again(const struct rdo_usage *usage, int64_t ready, int64_t duration, int32_t width, int64_t period) {
  if (duration == 0) return ready;
  if (duration > period) return RDO_USAGE_NONE;
  for (int64_t start = ready; start - ready < period;) {
    int64_t place = start % period, first = duration < period - place ? duration : period - place, rest = duration - first;
    int64_t found = rdo_usage_find(usage, place, first, width);
    if (found == place && rest > 0) {
      // Whatever starts behind the border needs at least as much room there.
      int64_t behind = rdo_usage_find(usage, 0, rest, width);
      if (behind > 0) found = period + behind;
    }
    if (found == place) return start;
    start += found - place;
  }
  return RDO_USAGE_NONE;
}

enum rondo_status rdo_usage_take_again(struct rdo_usage *usage, int64_t start, int64_t duration, int32_t width, int64_t period, struct rondo_diag *diag) {
  int64_t place = start % period, length = duration < period ? duration : period, first = length < period - place ? length : period - place;
  RDO_TRY(rdo_usage_take(usage, place, place + first, width, diag));
  return rdo_usage_take(usage, 0, length - first, width, diag);
}

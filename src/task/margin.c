// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "task/margin.h"

#include "base/clock.h"
#include "base/futex.h"
#include "task/urgent.h"

enum { SAMPLES_MAX = 512, SAMPLES_MIN = 16, STEP_NS = 10000 };

// Of lengths between which cores fall into a deeper sleep.
static const int64_t sleeps_ns[] = {100000, 500000, 100000, 1000000};

int64_t rdo_margin_from(const int64_t *lates_ns, uint32_t count) {
  if (count < SAMPLES_MIN) return 0;
  int64_t latest_ns = 0, second_ns = 0;
  for (uint32_t i = 0; i < count; ++i) {
    int64_t late_ns = lates_ns[i];
    if (late_ns > latest_ns) {
      second_ns = latest_ns;
      latest_ns = late_ns;
    } else if (late_ns > second_ns) {
      second_ns = late_ns;
    }
  }
  if (second_ns > RDO_MARGIN_MOST_NS) return RDO_MARGIN_MOST_NS;
  int64_t margin_ns = (second_ns + second_ns / 2 + STEP_NS - 1) / STEP_NS * STEP_NS;
  return margin_ns < RDO_MARGIN_LEAST_NS ? RDO_MARGIN_LEAST_NS : margin_ns > RDO_MARGIN_MOST_NS ? RDO_MARGIN_MOST_NS : margin_ns;
}

int64_t rdo_margin_measure(struct rdo_worker *worker) {
  int64_t lates_ns[SAMPLES_MAX];
  uint32_t count = 0;
  rdo_atomic_u32 nobody_wakes;
  rdo_atomic_init(&nobody_wakes, 0);
  rdo_urgent_raise(worker);
  int64_t now_ns = rdo_clock_now_ns(), end_ns = now_ns + RDO_MARGIN_SPAN_NS;
  for (uint32_t i = 0; count < SAMPLES_MAX && now_ns < end_ns; ++i) {
    int64_t until_ns = now_ns + sleeps_ns[i % (sizeof sleeps_ns / sizeof sleeps_ns[0])];
    rdo_futex_wait(&nobody_wakes, 0, until_ns);
    now_ns = rdo_clock_now_ns();
    if (now_ns >= until_ns) lates_ns[count++] = now_ns - until_ns;  // else a signal ended it
  }
  rdo_urgent_lower(worker);
  return rdo_margin_from(lates_ns, count);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The one clock of the library: CLOCK_MONOTONIC in nanoseconds.

#ifndef RDO_BASE_CLOCK_H_
#define RDO_BASE_CLOCK_H_

#include <stdint.h>
#include <time.h>

#define RDO_DEADLINE_NONE INT64_MAX

static inline int64_t rdo_clock_now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// The same for a loop that spins until `until_ns` or until something else ends it, once a turn. It is a function so that a test may be
// linked with another one, for which nobody has to wait (tests/support/virtual_clock.h); sleeps go through base/futex.h.
int64_t rdo_clock_spin_ns(int64_t until_ns);

// The point `timeout_ns` from now; negative or too far away = none.
static inline int64_t rdo_clock_deadline_ns(int64_t timeout_ns) {
  int64_t now = rdo_clock_now_ns();
  return timeout_ns < 0 || timeout_ns > INT64_MAX - now ? RDO_DEADLINE_NONE : now + timeout_ns;
}

#endif  // RDO_BASE_CLOCK_H_

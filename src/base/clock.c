// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/clock.h"

int64_t rdo_clock_spin_ns(int64_t until_ns) {
  (void)until_ns;
  return rdo_clock_now_ns();
}

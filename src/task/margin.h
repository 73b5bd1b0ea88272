// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How long before a release a worker ends its sleep and spins: as late as the kernel may be with the end of a sleep.

#ifndef RDO_TASK_MARGIN_H_
#define RDO_TASK_MARGIN_H_

#include <stdint.h>

struct rdo_worker;

enum {
  RDO_MARGIN_DEFAULT_NS = 200000,  // where nobody says it, and nothing is measured: enough with interrupts and hypervisors of tens of microseconds
  // What is measured is kept between these. A machine at rest shows less than one that plays; and what is spun is taken from others: at most
  // four tenths of each millisecond.
  RDO_MARGIN_LEAST_NS = 150000,
  RDO_MARGIN_MOST_NS = 400000,
  RDO_MARGIN_SPAN_NS = 50000000,   // that sleeps are measured for
};

// On the worker's thread, before it works: sleeps again and again for about RDO_MARGIN_SPAN_NS, in the class that it has around
// releases, and sees how late that ends.
//   returns  the margin; 0 = it cannot be measured
int64_t rdo_margin_measure(struct rdo_worker *worker);

// The margin that such sleeps ask for: half as much again as all but the latest of them were late by, since it may have been an accident.
//   lates_ns  [count]
//   returns   0 = too few of them
int64_t rdo_margin_from(const int64_t *lates_ns, uint32_t count);

#endif  // RDO_TASK_MARGIN_H_

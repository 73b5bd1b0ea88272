// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Deadlines in order: a pairing heap whose links stand in the entries, so that it needs no memory of its
// own. Insert is O(1), remove O(log n) amortised. One thread.

#ifndef RDO_BASE_TIMER_HEAP_H_
#define RDO_BASE_TIMER_HEAP_H_

#include <stddef.h>
#include <stdint.h>

struct rdo_timer {
  int64_t deadline_ns;      // const while in the heap
  uint64_t sequence;        // of insertion: equal deadlines come out in the order in which they went in
  struct rdo_timer *child;  // first of them
  struct rdo_timer *next;   // sibling
  struct rdo_timer *back;   // the sibling before it, or the parent of a first child; NULL of the root
};

struct rdo_timer_heap {
  struct rdo_timer *first;  // the earliest; NULL = empty
  uint64_t sequence;        // of the next one
};

void rdo_timer_heap_insert(struct rdo_timer_heap *heap, struct rdo_timer *timer, int64_t deadline_ns);
void rdo_timer_heap_remove(struct rdo_timer_heap *heap, struct rdo_timer *timer);

#endif  // RDO_BASE_TIMER_HEAP_H_

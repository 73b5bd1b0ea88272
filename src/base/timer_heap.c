// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/timer_heap.h"

#include <stdbool.h>

static bool is_earlier(const struct rdo_timer *a, const struct rdo_timer *b) {
  return a->deadline_ns != b->deadline_ns ? a->deadline_ns < b->deadline_ns : a->sequence < b->sequence;
}

// Two roots become one: the later one is the earlier one's first child.
static struct rdo_timer *meld(struct rdo_timer *a, struct rdo_timer *b) {
  if (a == NULL) return b;
  if (b == NULL) return a;
  struct rdo_timer *root = is_earlier(a, b) ? a : b;
  struct rdo_timer *child = root == a ? b : a;
  child->next = root->child;
  if (child->next != NULL) child->next->back = child;
  child->back = root;
  root->child = child;
  root->next = root->back = NULL;
  return root;
}

// All children of an entry as one heap: melded in pairs from the front, then the pairs from the back, which
// is what bounds the amortised cost.
static struct rdo_timer *meld_children(struct rdo_timer *first) {
  struct rdo_timer *pairs = NULL;  // linked by next, last one first
  while (first != NULL) {
    struct rdo_timer *second = first->next;
    struct rdo_timer *rest = second != NULL ? second->next : NULL;
    first->next = first->back = NULL;
    if (second != NULL) second->next = second->back = NULL;
    struct rdo_timer *pair = meld(first, second);
    pair->next = pairs;
    pairs = pair;
    first = rest;
  }
  struct rdo_timer *root = NULL;
  while (pairs != NULL) {
    struct rdo_timer *next = pairs->next;
    pairs->next = NULL;
    root = meld(root, pairs);
    pairs = next;
  }
  return root;
}

void rdo_timer_heap_insert(struct rdo_timer_heap *heap, struct rdo_timer *timer, int64_t deadline_ns) {
  *timer = (struct rdo_timer){.deadline_ns = deadline_ns, .sequence = heap->sequence++};
  heap->first = meld(heap->first, timer);
}

void rdo_timer_heap_remove(struct rdo_timer_heap *heap, struct rdo_timer *timer) {
  struct rdo_timer *children = meld_children(timer->child);
  if (timer == heap->first) {
    heap->first = children;
  } else {
    *(timer->back->child == timer ? &timer->back->child : &timer->back->next) = timer->next;
    if (timer->next != NULL) timer->next->back = timer->back;
    heap->first = meld(heap->first, children);
  }
  timer->child = timer->next = timer->back = NULL;
}

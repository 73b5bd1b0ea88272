// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A hand-over list: any number of threads push, one owner takes everything and sleeps while there is
// nothing. Push and take are lock-free; the owner is woken once for each time it parked.
//
// SYNC(inbox). One word says all: EMPTY (the owner is awake and finds the list by itself), PARKED (it
// sleeps, or is about to) or the newest node. The owner parks by exchanging EMPTY for PARKED, which fails
// when something has come; a push that replaces PARKED has to wake the owner, every other push must not.
// Forbidden: a list that nobody has woken the owner for, while it sleeps; and a pusher that touches the inbox
// or its owner when that has gone away. So each park is answered by at most one wake, and the owner counts them.
// Shown by: tests/models/inbox.pml, tests/stress/proactor.c
//
//   push:  next := head (NULL if PARKED)        owner:  EMPTY → PARKED ? sleep : go on
//          head := node                                 ... woken: take the wake, then take the list
//          was PARKED ? wake the owner : done

#ifndef RDO_ASYNC_INBOX_H_
#define RDO_ASYNC_INBOX_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/atomic.h"

struct rdo_inbox_node {
  struct rdo_inbox_node *next;
  uint32_t kind;  // what the message is, for the owner
};

enum { RDO_INBOX_EMPTY = 0, RDO_INBOX_PARKED = 1 };  // no addresses of nodes

struct rdo_inbox {
  rdo_atomic_u64 head;   // SYNC(inbox): EMPTY, PARKED or the address of the newest node
  bool is_parked;        // owner: whether it has parked since it last took
  uint64_t wakes_owed;   // owner: parks that a push has ended; each of them is answered by one wake
};

static inline void rdo_inbox_init(struct rdo_inbox *inbox) {
  rdo_atomic_init(&inbox->head, RDO_INBOX_EMPTY);
  inbox->is_parked = false;
  inbox->wakes_owed = 0;
}

// Hands a node over.
//   node     *takes* it until the owner has taken the list
//   returns  whether the caller must wake the owner. It must not touch the inbox after that wake, nor after
//            false: the owner may be gone
//   thread   any      phase  rt
static inline bool rdo_inbox_push(struct rdo_inbox *inbox, struct rdo_inbox_node *node) {
  uint64_t before = rdo_atomic_load(&inbox->head, rdo_relaxed);  // relaxed: hint, the compare-exchange confirms it
  do {
    node->next = before == RDO_INBOX_PARKED ? NULL : (struct rdo_inbox_node *)(uintptr_t)before;
    // SYNC(inbox): release, for the node and for what it carries; pairs with take. That a node was replaced
    // by another one at the same address meanwhile does no harm: it is the newest one then, too.
  } while (!rdo_atomic_cas_weak(&inbox->head, &before, (uint64_t)(uintptr_t)node, rdo_release, rdo_relaxed));  // relaxed: hint
  return before == RDO_INBOX_PARKED;
}

// Takes all nodes, oldest first; NULL when there are none. Ends a park.
//   thread   owner
static inline struct rdo_inbox_node *rdo_inbox_take(struct rdo_inbox *inbox) {
  // SYNC(inbox): acquire, pairs with push; the read-modify-writes of several pushes are one release sequence.
  uint64_t before = rdo_atomic_exchange(&inbox->head, RDO_INBOX_EMPTY, rdo_acquire);
  if (inbox->is_parked && before != RDO_INBOX_PARKED) ++inbox->wakes_owed;
  inbox->is_parked = false;
  struct rdo_inbox_node *node = before == RDO_INBOX_PARKED ? NULL : (struct rdo_inbox_node *)(uintptr_t)before;
  struct rdo_inbox_node *oldest = NULL;
  while (node != NULL) {
    struct rdo_inbox_node *next = node->next;
    node->next = oldest;
    oldest = node;
    node = next;
  }
  return oldest;
}

// Says that the owner is going to sleep.
//   returns  false: something has come, take it
//   thread   owner
static inline bool rdo_inbox_park(struct rdo_inbox *inbox) {
  uint64_t expected = RDO_INBOX_EMPTY;
  // SYNC(inbox): nothing is published by parking and nothing is read, so no order is needed beyond that of
  // the word itself. Forbidden: a look and then a store, between which a push is lost.
  // relaxed: ordered by SYNC(inbox)
  inbox->is_parked = rdo_atomic_cas(&inbox->head, &expected, RDO_INBOX_PARKED, rdo_relaxed, rdo_relaxed);
  return inbox->is_parked;
}

#endif  // RDO_ASYNC_INBOX_H_

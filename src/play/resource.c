// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/resource.h"

#include <stddef.h>

void rdo_resource_init(struct rdo_resource *resource, const char *name, uint32_t capacity) {
  resource->name = name;
  resource->waiting = NULL;
  resource->free_count = capacity;
  rdo_atomic_init(&resource->calls, 0);
  rdo_atomic_init(&resource->requests, NULL);
  rdo_atomic_init(&resource->returned, 0);
}

// Sorts what has been asked into those that wait.
static void take_requests(struct rdo_resource *resource) {
  struct rdo_resource_wait *newest = rdo_atomic_exchange(&resource->requests, NULL, rdo_acq_rel), *oldest = NULL;  // SYNC(resource)
  while (newest != NULL) {
    struct rdo_resource_wait *next = newest->next;
    newest->next = oldest;
    oldest = newest;
    newest = next;
  }
  while (oldest != NULL) {
    struct rdo_resource_wait *wait = oldest, **place = &resource->waiting;
    oldest = wait->next;
    while (*place != NULL && (*place)->key <= wait->key) place = &(*place)->next;
    wait->next = *place;
    *place = wait;
  }
}

static void serve(struct rdo_resource *resource) {
  // SYNC(resource): acquires what the one before left, if there was one.
  uint32_t seen = rdo_atomic_add(&resource->calls, 1, rdo_acq_rel) + 1;
  if (seen != 1) return;
  for (;;) {
    take_requests(resource);
    resource->free_count += rdo_atomic_exchange(&resource->returned, 0, rdo_acq_rel);  // SYNC(resource)
    while (resource->free_count != 0 && resource->waiting != NULL) {
      struct rdo_resource_wait *wait = resource->waiting;
      resource->waiting = wait->next;
      --resource->free_count;
      wait->granted(wait);  // may ask for others; a release of this one from there is served below
    }
    uint32_t left = rdo_atomic_sub(&resource->calls, seen, rdo_acq_rel) - seen;  // SYNC(resource): releases it, unless there is more
    if (left == 0) return;
    seen = left;
  }
}

void rdo_resource_acquire(struct rdo_resource *resource, struct rdo_resource_wait *wait) {
  void *head = rdo_atomic_load(&resource->requests, rdo_relaxed);  // relaxed: hint
  do {
    wait->next = head;
    // SYNC(resource): release for what the asking one wrote.
  } while (!rdo_atomic_cas_weak(&resource->requests, &head, wait, rdo_acq_rel, rdo_relaxed));  // relaxed: hint
  serve(resource);
}

void rdo_resource_release(struct rdo_resource *resource) {
  rdo_atomic_add(&resource->returned, 1, rdo_acq_rel);  // SYNC(resource): release what its holder did
  serve(resource);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Exclusive and counted resources: units that so many at once may hold. Who waits is handed one in the order of keys,
// by whoever gives one back; nobody blocks.
//
// SYNC(resource). What the resource has free and who waits belongs to one thread at a time: the one whose addition to `calls`
// found 0. It takes what was handed in (`requests`, `returned`), serves it, and subtracts what it has seen of `calls`; if that does
// not leave 0 somebody has handed in more, and it goes on.

#ifndef RDO_PLAY_RESOURCE_H_
#define RDO_PLAY_RESOURCE_H_

#include <stdint.h>

#include "base/atomic.h"

// Storage is the caller's, from acquire until it is granted.
struct rdo_resource_wait {
  uint64_t key;  // the smallest comes first; of equal ones the one that asked first
  void (*granted)(struct rdo_resource_wait *wait);  // on the thread that made it possible, which may be the asking one
  struct rdo_resource_wait *next;
};

struct rdo_resource {
  const char *name;                   // borrowed
  rdo_atomic_u32 calls;               // SYNC(resource)
  rdo_atomic_ptr requests;            // SYNC(resource): newest first
  rdo_atomic_u32 returned;            // SYNC(resource)
  struct rdo_resource_wait *waiting;  // SYNC(resource): by key
  uint32_t free_count;                // SYNC(resource)
};

void rdo_resource_init(struct rdo_resource *resource, const char *name, uint32_t capacity);

// Asks for one. Who holds several resources asks for them in the order of their addresses, one after the other, so that no two wait for
// each other. From any thread.
void rdo_resource_acquire(struct rdo_resource *resource, struct rdo_resource_wait *wait);

// Gives one back. From any thread.
void rdo_resource_release(struct rdo_resource *resource);

#endif  // RDO_PLAY_RESOURCE_H_

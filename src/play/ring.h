// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A ring of slots between one writer and any number of readers: what the program gives to jobs, and what jobs give to one
// another. Each entry has a number, from 1, an index that the writer chooses, and a time. Nobody waits for anybody: a writer
// takes the oldest slot that no reader holds, a reader takes whichever entry it wants of those that are there.
//
//   slot  empty → written → complete ⇄ held by n readers → written ...
//
// SYNC(ring). A slot's word is {number 48, readers 16}; see ring.c.

#ifndef RDO_PLAY_RING_H_
#define RDO_PLAY_RING_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/atomic.h"
#include "base/status.h"

struct rdo_ring_entry {
  uint64_t index;
  int64_t time_ns;  // CLOCK_MONOTONIC
};

struct rondo_ring {
  // const after create
  struct rondo_ring *next;  // of the player's
  char *name;               // NULL = between two jobs
  uint64_t slot_bytes, stride_bytes;
  int slot_count;
  uint8_t *memory;
  // SYNC(ring)
  rdo_atomic_u64 *words;           // [slot_count]
  rdo_atomic_u64 newest;           // number of the last entry
  struct rdo_ring_entry *entries;  // [slot_count]: the writer's while its word is 0, then the readers'
  // owner: the writer
  int writing;  // slot, -1 = none
  uint64_t entry_count;
};

//   name      copied; NULL = none
//   out_ring  owned by caller, end with rdo_ring_destroy; NULL on error
enum rondo_status rdo_ring_create(const char *name, int slot_count, uint64_t slot_bytes, struct rondo_ring **out_ring,
                                  struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_ring_destroy(struct rondo_ring *ring);

// Forgets all entries. Nobody may read or write meanwhile.
void rdo_ring_clear(struct rondo_ring *ring);

// The memory of a slot to be written, never the newest one. NULL: there is none just now. A ring of 0 bytes gives a pointer that
// is not to be followed.
void *rdo_ring_begin(struct rondo_ring *ring);
void rdo_ring_end(struct rondo_ring *ring, uint64_t index, int64_t time_ns);

// Number of the newest entry; 0 = nothing was written yet.
static inline uint64_t rdo_ring_newest(const struct rondo_ring *ring) {
  return rdo_atomic_load(&ring->newest, rdo_acquire);  // SYNC(ring): pairs with end
}

// Hold an entry: the newest; the one with an index; the oldest whose number is above `number`.
//   out_number  optional
//   returns     its slot, to be given to rdo_ring_unpin; -1: there is none (any more)
int rdo_ring_pin_newest(struct rondo_ring *ring);
int rdo_ring_pin_index(struct rondo_ring *ring, uint64_t index);
int rdo_ring_pin_after(struct rondo_ring *ring, uint64_t number, uint64_t *out_number);
void rdo_ring_unpin(struct rondo_ring *ring, int slot);

static inline const void *rdo_ring_data(const struct rondo_ring *ring, int slot) { return ring->memory + (uint64_t)slot * ring->stride_bytes; }

#endif  // RDO_PLAY_RING_H_

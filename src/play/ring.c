// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(ring). Word of a slot: number of its entry in the high 48 bits, readers that hold it in the low 16; 0 while it is
// empty or being written.
//   writer  claim: (n, 0) → 0 by compare-exchange, acquire: readers have let go of what is overwritten now
//           end: 0 → (n', 0) by a store, seq_cst: who holds it sees all of it
//   reader  pin: (n, r) → (n, r + 1) by compare-exchange, acquire; never from 0
//           unpin: a subtraction, seq_cst
// Only the writer changes the number, and only while nobody holds the slot, so what is held does not change.
//
// The writer ends an entry, then looks for a slot; a reader lets go of one, then looks for the newest. All four are seq_cst: if the
// writer still sees the old slot held, the reader finds the new entry, and is in the way once.

#include "play/ring.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "rondo/play.h"

enum { READER_BITS = 16, SLOT_ALIGNMENT = 64, SLOTS_MAX = 1 << 16 };

static uint64_t number_of(uint64_t word) { return word >> READER_BITS; }
static uint64_t readers_of(uint64_t word) { return word & ((UINT64_C(1) << READER_BITS) - 1); }

enum rondo_status rdo_ring_create(const char *name, int slot_count, uint64_t slot_bytes, struct rondo_ring **out_ring, struct rondo_diag *diag) {
  struct rondo_ring *ring;
  *out_ring = NULL;
  if (slot_count < 2 || slot_count > SLOTS_MAX) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "a ring of %d slots (2 to %d)", slot_count, SLOTS_MAX);
  if (slot_bytes > UINT64_MAX / SLOTS_MAX / 2) return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "slots of %llu bytes", (unsigned long long)slot_bytes);
  RDO_TRY(rdo_alloc(sizeof *ring, &ring, diag));
  ring->slot_count = slot_count;
  ring->slot_bytes = slot_bytes;
  ring->stride_bytes = (slot_bytes + SLOT_ALIGNMENT - 1) / SLOT_ALIGNMENT * SLOT_ALIGNMENT;
  uint64_t total_bytes = ring->stride_bytes * (uint64_t)slot_count;
  if (total_bytes == 0) total_bytes = SLOT_ALIGNMENT;
  enum rondo_status status = rdo_alloc_array((size_t)slot_count, sizeof *ring->words, &ring->words, diag);
  if (status == RONDO_OK) status = rdo_alloc_array((size_t)slot_count, sizeof *ring->entries, &ring->entries, diag);
  if (status == RONDO_OK && name != NULL) status = rdo_alloc(strlen(name) + 1, &ring->name, diag);
  if (status == RONDO_OK) {
    ring->memory = rdo_alloc_aligned((size_t)total_bytes, SLOT_ALIGNMENT);
    if (ring->memory == NULL) status = rdo_fail_no_memory(diag, total_bytes);
  }
  if (status != RONDO_OK) {
    rdo_ring_destroy(ring);
    return status;
  }
  memset(ring->memory, 0, (size_t)total_bytes);
  if (name != NULL) memcpy(ring->name, name, strlen(name) + 1);
  rdo_ring_clear(ring);
  *out_ring = ring;
  return RONDO_OK;
}

void rdo_ring_destroy(struct rondo_ring *ring) {
  if (ring == NULL) return;
  rdo_free(ring->words);
  rdo_free(ring->entries);
  rdo_free(ring->memory);
  rdo_free(ring->name);
  rdo_free(ring);
}

void rdo_ring_clear(struct rondo_ring *ring) {
  for (int i = 0; i < ring->slot_count; ++i) rdo_atomic_init(&ring->words[i], 0);
  rdo_atomic_init(&ring->newest, 0);
  ring->entry_count = 0;
  ring->writing = -1;
}

// Writing ------------------------------------------------------------------------------------------

// Readers come and go meanwhile; what is oldest now does not become newer. A reader that begins to look now finds the newest
// entry, so each reader is in the way once at most, and there is a slot if there are two more than readers.
void *rdo_ring_begin(struct rondo_ring *ring) {
  for (int attempt = 0; attempt < ring->slot_count; ++attempt) {
    int oldest = -1;
    uint64_t oldest_word = 0;
    for (int i = 0; i < ring->slot_count; ++i) {
      uint64_t word = rdo_atomic_load(&ring->words[i], rdo_seq_cst);  // SYNC(ring): after the end of the entry before; the claim confirms it
      if (readers_of(word) != 0 || (word != 0 && number_of(word) == ring->entry_count)) continue;
      if (oldest >= 0 && number_of(word) >= number_of(oldest_word)) continue;
      oldest = i;
      oldest_word = word;
    }
    if (oldest < 0) continue;  // a reader that goes from one entry to the next may have been seen in both
    // SYNC(ring): claim.
    if (oldest_word != 0 && !rdo_atomic_cas(&ring->words[oldest], &oldest_word, 0, rdo_acquire, rdo_relaxed)) continue;  // relaxed: looked at anew
    ring->writing = oldest;
    return ring->memory + (uint64_t)oldest * ring->stride_bytes;
  }
  return NULL;
}

void rdo_ring_end(struct rondo_ring *ring, uint64_t index, int64_t time_ns) {
  if (ring->writing < 0) return;
  uint64_t number = ++ring->entry_count;
  ring->entries[ring->writing] = (struct rdo_ring_entry){index, time_ns};
  rdo_atomic_store(&ring->words[ring->writing], number << READER_BITS, rdo_seq_cst);  // SYNC(ring): end
  rdo_atomic_store(&ring->newest, number, rdo_release);                               // SYNC(ring): after the slot
  ring->writing = -1;
}

// Reading ------------------------------------------------------------------------------------------

static bool try_pin(struct rondo_ring *ring, int slot, uint64_t word) {
  uint64_t number = number_of(word);
  while (word != 0 && number_of(word) == number) {
    // SYNC(ring): pin.
    if (rdo_atomic_cas_weak(&ring->words[slot], &word, word + 1, rdo_acquire, rdo_relaxed)) return true;  // relaxed: looked at anew
  }
  return false;
}

int rdo_ring_pin_newest(struct rondo_ring *ring) {
  for (;;) {
    int newest = -1;
    uint64_t newest_word = 0;
    for (int i = 0; i < ring->slot_count; ++i) {
      uint64_t word = rdo_atomic_load(&ring->words[i], rdo_seq_cst);  // SYNC(ring): after unpin
      if (word == 0 || number_of(word) <= number_of(newest_word)) continue;
      newest = i;
      newest_word = word;
    }
    // Overtaken by the writer: then there is a newer one.
    if (newest < 0 || try_pin(ring, newest, newest_word)) return newest;
  }
}

int rdo_ring_pin_index(struct rondo_ring *ring, uint64_t index) {
  for (int i = 0; i < ring->slot_count; ++i) {
    if (!try_pin(ring, i, rdo_atomic_load(&ring->words[i], rdo_acquire))) continue;  // SYNC(ring)
    if (ring->entries[i].index == index) return i;
    rdo_ring_unpin(ring, i);
  }
  return -1;
}

int rdo_ring_pin_after(struct rondo_ring *ring, uint64_t number, uint64_t *out_number) {
  while (rdo_ring_newest(ring) > number) {
    int oldest = -1;
    uint64_t oldest_word = 0;
    for (int i = 0; i < ring->slot_count; ++i) {
      uint64_t word = rdo_atomic_load(&ring->words[i], rdo_acquire);  // SYNC(ring)
      if (word == 0 || number_of(word) <= number || (oldest >= 0 && number_of(word) >= number_of(oldest_word))) continue;
      oldest = i;
      oldest_word = word;
    }
    if (oldest < 0 || !try_pin(ring, oldest, oldest_word)) continue;
    if (out_number != NULL) *out_number = number_of(oldest_word);
    return oldest;
  }
  return -1;
}

void rdo_ring_unpin(struct rondo_ring *ring, int slot) {
  rdo_atomic_sub(&ring->words[slot], 1, rdo_seq_cst);  // SYNC(ring): unpin
}

// The program's side -------------------------------------------------------------------------------

uint64_t rondo_ring_byte_length(const struct rondo_ring *ring) { return ring->slot_bytes; }
void *rondo_ring_begin(struct rondo_ring *ring) { return rdo_ring_begin(ring); }
void rondo_ring_end(struct rondo_ring *ring) { rdo_ring_end(ring, ring->entry_count, rdo_clock_now_ns()); }

enum rondo_status rondo_ring_write(struct rondo_ring *ring, const void *bytes, uint64_t byte_length) {
  if (byte_length != ring->slot_bytes) return RONDO_INVALID_ARGUMENT;
  void *slot = rdo_ring_begin(ring);
  if (slot == NULL) return RONDO_UNAVAILABLE;
  if (byte_length != 0) memcpy(slot, bytes, (size_t)byte_length);
  rondo_ring_end(ring);
  return RONDO_OK;
}

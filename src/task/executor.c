// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Where runnable processes wait, and how workers are told. The workers' own loop is in worker.c.
//
// SYNC(slot). The word of a slot: generation 32 | state 2 | lookers 10 | drainers 20. The generation tells
// occupants apart and wraps after 2^32 of them: a worker would have to sleep between two of its own loads for
// that long to take one for another, and then only looks once too often.
//
//   FREE → TAKEN     compare-exchange, next generation    a putter
//   TAKEN → OPEN     after the process is written         that putter
//   OPEN → TAKEN     compare-exchange from a word with nobody inside, next generation: what is in it goes to the
//                    overflow list                        a putter of something that comes first
//   OPEN → CLOSED    after complete has run               the drainer whose drain returned DONE
//   CLOSED → FREE    before release runs                  whoever leaves it empty
//
// Entering is a compare-exchange from a word that is OPEN and has fewer drainers than the budget: so drainers
// are those who drain and nobody else, and nobody comes in late. Who is not let in goes away, because all
// the places are taken by workers that drain and will look again. A donor that wants to know what is in the
// slot before it drains is a looker meanwhile; a looker keeps the process and takes nobody's place.

#include "task/executor.h"

#include <string.h>

#include "task/worker.h"

enum slot_state { SLOT_FREE, SLOT_OPEN, SLOT_CLOSED, SLOT_TAKEN };
enum { LOOKER_SHIFT = 20, STATE_SHIFT = 30, GENERATION_SHIFT = 32 };
enum { ONE_DRAINER = 1, ONE_LOOKER = 1 << LOOKER_SHIFT, DRAINER_MASK = ONE_LOOKER - 1, INSIDE_MASK = (1 << STATE_SHIFT) - 1 };
_Static_assert(RDO_WORKERS_MAX + RDO_DONORS_MAX <= DRAINER_MASK, "drainers fit");
_Static_assert(RDO_DONORS_MAX < 1 << (STATE_SHIFT - LOOKER_SHIFT), "lookers fit");

static enum slot_state state_of(uint64_t word) { return (enum slot_state)(word >> STATE_SHIFT & 3); }
static uint32_t drainers_of(uint64_t word) { return (uint32_t)word & DRAINER_MASK; }
static uint32_t generation_of(uint64_t word) { return (uint32_t)(word >> GENERATION_SHIFT); }

static void change_state(struct rdo_compute_slot *slot, enum slot_state from, enum slot_state to) {
  // SYNC(slot): release publishes the process on the way to OPEN, the result on the way to CLOSED, and the
  // end of all use on the way to FREE. seq_cst, because OPEN is also work made visible (SYNC(wake)).
  rdo_atomic_add(&slot->word, ((uint64_t)to - (uint64_t)from) << STATE_SHIFT, rdo_seq_cst);
}

// The idle set and wakes -------------------------------------------------------------------------

// Wakes one idle worker of a lane, which hands `relay_count` more wakes on.
static bool wake_one(struct rdo_executor *executor, const struct rdo_lane *lane, uint32_t *cursor, uint32_t relay_count) {
  int here = executor->has_cpus ? rdo_worker_donor_cpu(executor) : -1;
  for (; *cursor < executor->worker_count; ++*cursor) {
    uint32_t word_index = *cursor / 64;
    // SYNC(wake) half A, second step: work was made visible before; pairs with half B in begin_rest (worker.c).
    uint64_t word = rdo_atomic_load(&executor->idle[word_index], rdo_seq_cst) & lane->workers[word_index] & (UINT64_MAX << *cursor % 64);
    if (word == 0) {
      *cursor = word_index * 64 + 63;
      continue;
    }
    *cursor = word_index * 64 + (uint32_t)__builtin_ctzll(word);
    if (*cursor >= executor->worker_count) return false;
    struct rdo_worker *worker = &executor->workers[*cursor];
    // A donor drains in the place of the worker of its CPU, for as long as it stays.
    if (worker->cpu >= 0 && worker->cpu == here) {
      rdo_worker_current()->has_skipped = true;
      continue;
    }
    if (rdo_worker_wake(worker, relay_count)) {
      ++*cursor;
      return true;
    }
  }
  return false;
}

void rdo_executor_wake(struct rdo_executor *executor, uint32_t count) {
  if (executor->worker_count == 0) {
    if (count != 0) rdo_executor_ring_bell(executor);
    return;
  }
  uint32_t cursor = 0;
  for (uint32_t left_to_make = RDO_WAKE_FANOUT; count != 0 && left_to_make != 0; --left_to_make) {
    // Each of the wakes made here hands on an equal part of the rest.
    uint32_t share = (count + left_to_make - 1) / left_to_make;
    if (!wake_one(executor, &executor->lanes[0], &cursor, share - 1)) return;
    count -= share;
  }
}

void rdo_executor_wake_lane(struct rdo_executor *executor, uint32_t lane, uint32_t count) {
  if ((executor->whole_lanes >> lane & 1) != 0 || executor->worker_count == 0) {
    rdo_executor_wake(executor, count);
    return;
  }
  // No relay: who relays knows of no lane.
  uint32_t cursor = 0;
  while (count != 0 && wake_one(executor, &executor->lanes[lane], &cursor, 0)) --count;
}

uint32_t rdo_executor_bell(const struct rdo_executor *executor) {
  return rdo_atomic_load(&executor->donor_bell, rdo_seq_cst);  // SYNC(wake): before looking for work
}

void rdo_executor_ring_bell(struct rdo_executor *executor) {
  // SYNC(wake) half A for donors: ring, then look for sleepers; they announce themselves, then the kernel
  // compares the bell.
  rdo_atomic_add(&executor->donor_bell, 1, rdo_seq_cst);
  if (rdo_atomic_load(&executor->donor_sleepers, rdo_seq_cst) != 0) rdo_futex_wake_all(&executor->donor_bell);
}

void rdo_executor_wait_bell(struct rdo_executor *executor, uint32_t heard, int64_t deadline_ns) {
  rdo_atomic_add(&executor->donor_sleepers, 1, rdo_seq_cst);  // SYNC(wake) half B for donors
  rdo_futex_wait(&executor->donor_bell, heard, deadline_ns);
  rdo_atomic_sub(&executor->donor_sleepers, 1, rdo_seq_cst);  // SYNC(wake)
}

// Lists ------------------------------------------------------------------------------------------
// Pushed one at a time; taken whole, so that a pop never compares a pointer that may have come back.

// Whoever looks may take, run and free what is pushed before this returns.
//   returns  whether the list was empty
static bool push_chain(rdo_atomic_ptr *list, struct rdo_process *first, struct rdo_process *last) {
  void *head = rdo_atomic_load(list, rdo_relaxed);  // relaxed: hint, the compare-exchange confirms it
  do {
    last->next = head;
    // SYNC(wake): seq_cst, work made visible; release for what the process' starter wrote.
  } while (!rdo_atomic_cas_weak(list, &head, first, rdo_seq_cst, rdo_relaxed));  // relaxed: hint
  return head == NULL;
}

static bool comes_first(const struct rdo_process *process, const struct rdo_process *other, uint64_t served_lanes) {
  bool is_served = (served_lanes >> process->lane & 1) != 0, is_other_served = (served_lanes >> other->lane & 1) != 0;
  return is_served != is_other_served ? is_other_served : process->key <= other->key;
}

// Takes the process that comes first, and puts the others back.
//   served_lanes  bits of lanes that come after the others; then by key, and then by age
static struct rdo_process *pop_first(rdo_atomic_ptr *list, uint64_t served_lanes, bool *out_is_more) {
  *out_is_more = false;
  if (rdo_atomic_load(list, rdo_acquire) == NULL) return NULL;
  struct rdo_process *newest = rdo_atomic_exchange(list, NULL, rdo_seq_cst);  // SYNC(wake): acquires every push
  if (newest == NULL) return NULL;
  struct rdo_process *before = NULL, *best = newest, *oldest = newest;
  while (oldest->next != NULL) {
    if (comes_first(oldest->next, best, served_lanes)) {
      before = oldest;
      best = oldest->next;
    }
    oldest = oldest->next;
  }
  if (newest == oldest) return best;
  // Others are left: close the gap.
  if (before == NULL) newest = best->next;
  else before->next = best->next;
  if (best == oldest) oldest = before;
  (void)push_chain(list, newest, oldest);
  *out_is_more = true;
  return best;
}

void rdo_executor_push_immediate(struct rdo_executor *executor, struct rdo_process *process) {
  bool was_empty = push_chain(&executor->immediate, process, process);
  // A worker with nothing else to do comes to the list next; if it drains something before, it wakes somebody. (A
  // donor does not come there.)
  bool is_next = was_empty && rdo_worker_pumps(executor) &&
                 __builtin_popcount(rdo_atomic_load(&executor->occupied, rdo_relaxed)) <= 1;  // relaxed: hint
  if (is_next) {
    rdo_worker_current()->owes_wake = true;
  } else {
    rdo_executor_wake(executor, 1);
  }
}

void rdo_worker_pay_wake(struct rdo_worker *worker) {
  worker->owes_wake = false;
  // relaxed: hint, and this thread's own push is seen in any case
  if (rdo_atomic_load(&worker->executor->immediate, rdo_relaxed) != NULL) rdo_executor_wake(worker->executor, 1);
}

struct rdo_process *rdo_executor_pop_immediate(struct rdo_executor *executor) {
  bool is_more;
  struct rdo_process *process = pop_first(&executor->immediate, 0, &is_more);
  if (is_more) rdo_executor_wake(executor, 1);  // whoever looked meanwhile saw an empty list
  return process;
}

// Slots ------------------------------------------------------------------------------------------

// Opens a slot that this thread has taken.
static void occupy(struct rdo_executor *executor, uint32_t index, struct rdo_process *process) {
  struct rdo_compute_slot *slot = &executor->slots[index];
  slot->process = process;
  // relaxed: ordered by SYNC(slot), the change to OPEN
  rdo_atomic_store(&slot->budget, process->budget, rdo_relaxed);
  rdo_atomic_store(&slot->key, process->key, rdo_relaxed);     // relaxed: likewise
  rdo_atomic_store(&process->slot, index, rdo_relaxed);        // relaxed: likewise
  // SYNC(slot): release, so that who reads it does not find an older generation in the word afterwards.
  rdo_atomic_store(&slot->lane, process->lane, rdo_release);
  // SYNC(wake): work made visible, with the change to OPEN. The bit comes first: once the slot is open, a
  // worker that saw the bit of the process before may run this one, and the slot would be free with a bit.
  rdo_atomic_or(&executor->occupied, UINT32_C(1) << index, rdo_seq_cst);
  change_state(slot, SLOT_TAKEN, SLOT_OPEN);
}

static bool try_put(struct rdo_executor *executor, struct rdo_process *process, uint32_t *out_slot) {
  for (uint32_t i = 0; i < RDO_SLOT_COUNT; ++i) {
    struct rdo_compute_slot *slot = &executor->slots[i];
    uint64_t word = rdo_atomic_load(&slot->word, rdo_seq_cst);  // SYNC(slot): pairs with the change to FREE
    while (state_of(word) == SLOT_FREE) {
      uint64_t taken = ((word >> GENERATION_SHIFT) + 1) << GENERATION_SHIFT | (uint64_t)SLOT_TAKEN << STATE_SHIFT;  // nobody is inside
      if (!rdo_atomic_cas_weak(&slot->word, &word, taken, rdo_seq_cst, rdo_seq_cst)) continue;  // SYNC(slot)
      *out_slot = i;
      occupy(executor, i, process);
      return true;
    }
  }
  return false;
}

// How many slots each lane has something in: a hint.
static void count_slots(const struct rdo_executor *executor, uint8_t *out_counts) {
  memset(out_counts, 0, RDO_LANES_MAX);
  for (uint32_t i = 0; i < RDO_SLOT_COUNT; ++i) {
    const struct rdo_compute_slot *slot = &executor->slots[i];
    if (state_of(rdo_atomic_load(&slot->word, rdo_seq_cst)) == SLOT_OPEN) ++out_counts[rdo_atomic_load(&slot->lane, rdo_relaxed)];  // relaxed: hint
  }
}

// Whether a process may take the place of one with `key` on `lane`, which nobody has begun. On its own lane and on lanes that have more than one
// slot what comes first goes first. A lane with none takes one from those: its workers may have nothing else to do.
static bool may_replace(const struct rdo_process *process, uint64_t key, uint32_t lane, const uint8_t *counts) {
  if (lane == 0) return false;
  if (lane != process->lane && counts[process->lane] == 0 && counts[lane] > 1) return true;
  return key > process->key && (lane == process->lane || counts[process->lane] == 0 || counts[lane] > 1);
}

// Where there is an order, what comes first must not wait on the list for something that comes later and has not begun: takes the
// slot with the largest key of those that it may.
//   returns  what was in it; NULL: there is none
static struct rdo_process *try_replace(struct rdo_executor *executor, struct rdo_process *process, uint32_t *out_slot) {
  for (;;) {
    uint64_t best_word = 0, best_key = 0;
    bool is_found = false;
    uint8_t counts[RDO_LANES_MAX];
    count_slots(executor, counts);
    for (uint32_t i = 0; i < RDO_SLOT_COUNT; ++i) {
      struct rdo_compute_slot *slot = &executor->slots[i];
      uint64_t word = rdo_atomic_load(&slot->word, rdo_seq_cst);      // SYNC(slot): before its key
      // relaxed: ordered by SYNC(slot), of the word's generation, or the exchange fails
      uint64_t key = rdo_atomic_load(&slot->key, rdo_relaxed);
      uint32_t lane = rdo_atomic_load(&slot->lane, rdo_acquire);      // SYNC(slot): likewise
      if (state_of(word) != SLOT_OPEN || (word & INSIDE_MASK) != 0 || (is_found && key <= best_key)) continue;
      if (!may_replace(process, key, lane, counts)) continue;
      is_found = true;
      best_key = key;
      best_word = word;
      *out_slot = i;
    }
    if (!is_found) return NULL;
    struct rdo_compute_slot *slot = &executor->slots[*out_slot];
    uint64_t taken = ((best_word >> GENERATION_SHIFT) + 1) << GENERATION_SHIFT | (uint64_t)SLOT_TAKEN << STATE_SHIFT;
    // SYNC(slot): nobody is inside, and nobody comes in; acquires the process.
    if (!rdo_atomic_cas(&slot->word, &best_word, taken, rdo_seq_cst, rdo_seq_cst)) continue;
    struct rdo_process *replaced = slot->process;
    occupy(executor, *out_slot, process);
    return replaced;
  }
}

// Lanes that have something in a slot; a hint.
static uint64_t served_lanes(const struct rdo_executor *executor) {
  uint8_t counts[RDO_LANES_MAX];
  uint64_t served = 0;
  if (executor->lane_count <= 1) return 0;
  count_slots(executor, counts);
  for (uint32_t i = 1; i < executor->lane_count; ++i) served |= (uint64_t)(counts[i] != 0) << i;
  return served;
}

// Moves processes from the overflow list into slots while there are both.
static void promote_overflow(struct rdo_executor *executor) {
  bool is_more = true;
  while (is_more) {
    struct rdo_process *process = pop_first(&executor->overflow, served_lanes(executor), &is_more);
    if (process == NULL) return;
    uint32_t budget = process->budget, lane = process->lane, slot_index;
    if (!try_put(executor, process, &slot_index)) {
      (void)push_chain(&executor->overflow, process, process);
      // SYNC(slot): as in put; a slot that was freed before this push would else be nobody's business.
      bool is_full = true;
      for (uint32_t i = 0; i < RDO_SLOT_COUNT && is_full; ++i) is_full = state_of(rdo_atomic_load(&executor->slots[i].word, rdo_seq_cst)) != SLOT_FREE;
      if (is_full) return;
      is_more = true;
      continue;
    }
    rdo_executor_wake_lane(executor, lane, budget);  // the process may be gone
  }
}

void rdo_executor_put(struct rdo_executor *executor, struct rdo_process *process) {
  uint32_t budget = process->budget, lane = process->lane, slot_index;
  struct rdo_process *replaced = NULL;
  bool is_put = try_put(executor, process, &slot_index);
  if (!is_put && lane != 0) {
    replaced = try_replace(executor, process, &slot_index);
    is_put = replaced != NULL;
  }
  if (replaced != NULL) (void)push_chain(&executor->overflow, replaced, replaced);
  if (!is_put) (void)push_chain(&executor->overflow, process, process);
  if (!is_put || replaced != NULL) {
    // SYNC(slot): push, then look for a free slot; whoever frees one looks at the list afterwards. All are
    // seq_cst, so one of the two sees the other.
    promote_overflow(executor);
    if (!is_put) return;
  }
  if (lane == 0) {
    rdo_executor_wake(executor, rdo_worker_is_of(executor) ? budget - 1 : budget);
    return;
  }
  // This worker goes there next, unless there is something else for it; then whoever comes before tells others.
  struct rdo_worker *worker = rdo_worker_pumps(executor) ? rdo_worker_current() : NULL;
  bool is_next = worker != NULL && (worker->lanes >> lane & 1) != 0 &&
                 __builtin_popcount(rdo_atomic_load(&executor->occupied, rdo_relaxed)) <= 2;  // relaxed: hint; this one, and where it comes from
  if (is_next) {
    if (worker->owed_slot != 0) rdo_worker_pay_slot(worker);
    worker->owed_slot = slot_index + 1;
  }
  rdo_executor_wake_lane(executor, lane, is_next ? budget - 1 : budget);
}

void rdo_worker_pay_slot(struct rdo_worker *worker) {
  uint32_t slot = worker->owed_slot - 1;
  worker->owed_slot = 0;
  // relaxed: hint. What has come into the slot since was told to others by who put it there.
  rdo_executor_wake_lane(worker->executor, rdo_atomic_load(&worker->executor->slots[slot].lane, rdo_relaxed), 1);
}

void rdo_executor_announce(struct rdo_executor *executor, uint32_t slot, uint32_t count) {
  rdo_atomic_add(&executor->slots[slot].version, 1, rdo_seq_cst);  // SYNC(wake): work made visible
  // relaxed: who announces is inside, so it is that of its process; or it tells nobody in particular
  rdo_executor_wake_lane(executor, rdo_atomic_load(&executor->slots[slot].lane, rdo_relaxed), count);
}

void rdo_executor_announce_open(struct rdo_executor *executor, uint32_t slot) {
  // SYNC(slot): a look; one that opens afterwards is somebody else's, who tells workers himself.
  if (state_of(rdo_atomic_load(&executor->slots[slot].word, rdo_acquire)) == SLOT_OPEN) rdo_executor_announce(executor, slot, 1);
}

uint32_t rdo_executor_drainer_count(const struct rdo_executor *executor, uint32_t slot) {
  return drainers_of(rdo_atomic_load(&executor->slots[slot].word, rdo_relaxed));  // relaxed: hint
}

bool rdo_executor_is_drained(const struct rdo_executor *executor) {
  for (uint32_t rest = rdo_atomic_load(&executor->occupied, rdo_relaxed); rest != 0; rest &= rest - 1) {  // relaxed: hint
    if (rdo_executor_drainer_count(executor, (uint32_t)__builtin_ctz(rest)) != 0) return true;
  }
  return false;
}

// Subtracts a drainer or looker. The last one out of a closed slot frees it and releases the process.
static void leave_slot(struct rdo_executor *executor, uint32_t index, uint32_t who) {
  struct rdo_compute_slot *slot = &executor->slots[index];
  // SYNC(slot): release what this one did; acquire, in case it is the last, what the others did. seq_cst, so
  // that who was not let in for its sake does not miss that it looks again (SYNC(wake)).
  uint64_t word = rdo_atomic_sub(&slot->word, who, rdo_seq_cst) - who;
  if (state_of(word) != SLOT_CLOSED || (word & INSIDE_MASK) != 0) return;
  struct rdo_process *process = slot->process;
  rdo_atomic_and(&executor->occupied, ~(UINT32_C(1) << index), rdo_seq_cst);  // SYNC(wake)
  change_state(slot, SLOT_CLOSED, SLOT_FREE);
  // SYNC(slot): freed, then look at the list; pairs with put.
  if (rdo_atomic_load(&executor->overflow, rdo_seq_cst) != NULL) promote_overflow(executor);
  rdo_process_release(process);
}

static uint64_t view_of(uint64_t word, uint32_t version) { return (uint64_t)generation_of(word) << 32 | version; }

// Makes this thread a looker.
//   word  what the slot's word was, and is afterwards
static bool try_look(struct rdo_compute_slot *slot, uint64_t *word) {
  while (state_of(*word) == SLOT_OPEN) {
    // SYNC(slot): acquires the process
    if (rdo_atomic_cas_weak(&slot->word, word, *word + ONE_LOOKER, rdo_seq_cst, rdo_seq_cst)) {
      *word += ONE_LOOKER;
      return true;
    }
  }
  return false;
}

// Whether a worker serves the lane of a slot's process; asked after its word, so that the answer is not that of one before.
static bool serves(const struct rdo_worker *worker, const struct rdo_compute_slot *slot) {
  return (worker->lanes >> rdo_atomic_load(&slot->lane, rdo_acquire) & 1) != 0;  // SYNC(slot): pairs with the release in occupy
}

// Makes this thread a drainer, if there is room for it.
//   instead_of  ONE_LOOKER if it is one, else 0
static bool try_enter(const struct rdo_worker *worker, struct rdo_compute_slot *slot, uint64_t *word, uint32_t instead_of) {
  // relaxed: SYNC(slot), budget and lane belong to the generation in the word, or the exchange fails
  while (state_of(*word) == SLOT_OPEN && drainers_of(*word) < rdo_atomic_load(&slot->budget, rdo_relaxed) && serves(worker, slot)) {
    if (rdo_atomic_cas_weak(&slot->word, word, *word + ONE_DRAINER - instead_of, rdo_seq_cst, rdo_seq_cst)) return true;  // SYNC(slot)
  }
  return false;
}

// Drains the process of a slot that this worker has entered.
//   view  what the slot looked like before
static enum rdo_drain_result drain_slot(struct rdo_worker *worker, uint32_t index, uint64_t view) {
  struct rdo_process *process = worker->executor->slots[index].process;
  if (worker->owed_slot == index + 1) worker->owed_slot = 0;
  if (worker->owed_slot != 0) rdo_worker_pay_slot(worker);
  if (worker->owes_wake) rdo_worker_pay_wake(worker);
  worker->looked_ns = 0;
  enum rdo_drain_result result = process->type->drain(process, worker);
  if (result == RDO_DRAIN_IDLE) worker->seen[index] = view;
  worker->more_slots &= ~(UINT32_C(1) << index);
  if (result == RDO_DRAIN_MORE) worker->more_slots |= UINT32_C(1) << index;
  if (result == RDO_DRAIN_DONE) {
    rdo_process_finish(process);
    change_state(&worker->executor->slots[index], SLOT_OPEN, SLOT_CLOSED);
  }
  return result;
}

static bool visit_slot(struct rdo_worker *worker, uint32_t index, bool (*wanted)(const struct rdo_process *, void *), void *user) {
  struct rdo_executor *executor = worker->executor;
  struct rdo_compute_slot *slot = &executor->slots[index];
  uint32_t version = rdo_atomic_load(&slot->version, rdo_seq_cst);  // SYNC(wake): before looking for work
  uint64_t word = rdo_atomic_load(&slot->word, rdo_seq_cst);        // SYNC(slot), and after the version
  if (state_of(word) != SLOT_OPEN || worker->seen[index] == view_of(word, version)) return false;
  if (!serves(worker, slot)) {
    worker->seen[index] = view_of(word, version);  // should the lane be that of a later occupant, then so is its view another one
    return false;
  }
  if (wanted != NULL) {
    if (!try_look(slot, &word)) return false;
    if (!wanted(slot->process, user)) {
      leave_slot(executor, index, ONE_LOOKER);
      return false;
    }
  }
  if (!try_enter(worker, slot, &word, wanted != NULL ? ONE_LOOKER : 0)) {
    // All places are taken, or none is for this worker: nothing to do here until there is more. A slot in another state has a future.
    if (state_of(word) == SLOT_OPEN) worker->seen[index] = view_of(word, version);
    if (wanted != NULL) leave_slot(executor, index, ONE_LOOKER);
    return false;
  }
  if (worker->visited[index] != generation_of(word)) {
    worker->visited[index] = generation_of(word);
    worker->held_slots &= ~(UINT32_C(1) << index);  // that was another process
  }
  bool was_held = (worker->held_slots >> index & 1) != 0;
  enum rdo_drain_result result = drain_slot(worker, index, view_of(word, version));
  // It leaves the rest for something that comes first, or for the sake of its next release: whoever found no room for it beside this worker
  // is told, the latter once.
  bool is_held = !was_held && (worker->held_slots >> index & 1) != 0 && rdo_atomic_load(&slot->budget, rdo_relaxed) == 1;  // relaxed: as the next
  bool is_left = (result == RDO_DRAIN_MORE || (result == RDO_DRAIN_IDLE && is_held)) &&
                 rdo_atomic_load(&slot->lane, rdo_relaxed) != 0;  // relaxed: ordered by SYNC(slot), it is drained
  leave_slot(executor, index, ONE_DRAINER);
  if (is_left) rdo_executor_announce_open(executor, index);
  return result != RDO_DRAIN_IDLE;
}

// The slot that comes first for a worker, by key; of several with one key the next one behind where it was last.
//   occupied  bits of the slots to look at, not 0
static uint32_t first_by_key(const struct rdo_worker *worker, uint32_t occupied) {
  uint32_t best = 0;
  uint64_t best_key = UINT64_MAX;
  uint32_t behind = occupied & UINT32_MAX << worker->first_slot, before = occupied & ~behind;
  for (bool is_first = true; (behind | before) != 0; is_first = false) {
    uint32_t *left = behind != 0 ? &behind : &before;
    uint32_t index = (uint32_t)__builtin_ctz(*left);
    *left &= *left - 1;
    uint64_t key = rdo_atomic_load(&worker->executor->slots[index].key, rdo_relaxed);  // relaxed: hint
    if (!is_first && key >= best_key) continue;
    best = index;
    best_key = key;
  }
  return best;
}

static bool visit_by_key(struct rdo_worker *worker) {
  uint32_t occupied = rdo_atomic_load(&worker->executor->occupied, rdo_acquire);  // SYNC(wake): as in visit_slots
  while (occupied != 0) {
    uint32_t index = first_by_key(worker, occupied);
    if (visit_slot(worker, index, NULL, NULL)) {
      worker->first_slot = (index + 1) % RDO_SLOT_COUNT;
      return true;
    }
    occupied &= ~(UINT32_C(1) << index);
  }
  return false;
}

// Whether one of some slots has work up to a key that this worker may enter.
//   occupied  bits of the slots to look at
static bool has_work_up_to(const struct rdo_worker *worker, uint32_t occupied, uint64_t key_max) {
  const struct rdo_executor *executor = worker->executor;
  for (; occupied != 0; occupied &= occupied - 1) {
    uint32_t index = (uint32_t)__builtin_ctz(occupied);
    const struct rdo_compute_slot *slot = &executor->slots[index];
    if (rdo_atomic_load(&slot->key, rdo_relaxed) > key_max) continue;                                // relaxed: hint
    if ((worker->lanes >> rdo_atomic_load(&slot->lane, rdo_relaxed) & 1) == 0) continue;             // relaxed: hint
    uint32_t version = rdo_atomic_load(&slot->version, rdo_relaxed);                                  // relaxed: hint
    uint64_t word = rdo_atomic_load(&slot->word, rdo_relaxed);                                        // relaxed: hint
    if (state_of(word) != SLOT_OPEN || worker->seen[index] == view_of(word, version)) continue;
    if (drainers_of(word) < rdo_atomic_load(&slot->budget, rdo_relaxed)) return true;                 // relaxed: hint
  }
  return false;
}

bool rdo_worker_is_outranked(const struct rdo_worker *worker, uint64_t key) {
  return key != 0 && has_work_up_to(worker, rdo_atomic_load(&worker->executor->occupied, rdo_relaxed), key - 1);  // relaxed: hint
}

bool rdo_worker_has_other_work(const struct rdo_worker *worker, uint32_t slot, uint64_t key_max) {
  const struct rdo_executor *executor = worker->executor;
  // relaxed: hint, both
  return rdo_atomic_load(&executor->immediate, rdo_relaxed) != NULL ||
         has_work_up_to(worker, rdo_atomic_load(&executor->occupied, rdo_relaxed) & ~(UINT32_C(1) << slot), key_max);  // relaxed: hint
}

bool rdo_worker_visit_slots(struct rdo_worker *worker, bool (*wanted)(const struct rdo_process *, void *), void *user) {
  if (worker->executor->lane_count > 1 && wanted == NULL) return visit_by_key(worker);
  // SYNC(wake): a stale bit costs a look, a missing one is set before anybody is told
  uint32_t occupied = rdo_atomic_load(&worker->executor->occupied, rdo_acquire);
  bool is_worked = false;
  uint32_t first = worker->first_slot;
  for (uint32_t i = 0; i < RDO_SLOT_COUNT && occupied != 0; ++i) {
    uint32_t index = (first + i) % RDO_SLOT_COUNT;
    if ((occupied >> index & 1) == 0) continue;
    occupied &= ~(UINT32_C(1) << index);
    if (visit_slot(worker, index, wanted, user)) {
      is_worked = true;
      worker->first_slot = (index + 1) % RDO_SLOT_COUNT;  // round robin
    }
  }
  return is_worked;
}

bool rdo_worker_has_work(const struct rdo_worker *worker) {
  const struct rdo_executor *executor = worker->executor;
  // SYNC(wake) half B, second step: all loads after the idle bit was set, in the one order of seq_cst.
  if (rdo_atomic_load(&executor->immediate, rdo_seq_cst) != NULL || rdo_atomic_load(&executor->is_stopping, rdo_seq_cst) != 0) return true;
  if (rdo_atomic_load(&worker->inbox, rdo_seq_cst) != NULL) return true;
  uint32_t occupied = rdo_atomic_load(&executor->occupied, rdo_seq_cst);
  for (; occupied != 0; occupied &= occupied - 1) {
    uint32_t index = (uint32_t)__builtin_ctz(occupied);
    const struct rdo_compute_slot *slot = &executor->slots[index];
    uint32_t version = rdo_atomic_load(&slot->version, rdo_seq_cst);
    uint64_t word = rdo_atomic_load(&slot->word, rdo_seq_cst);
    if (state_of(word) == SLOT_OPEN && worker->seen[index] != view_of(word, version)) return true;
  }
  return false;
}

// Diagnosis --------------------------------------------------------------------------------------

static void dump_busy_name(const struct rdo_worker *worker, FILE *file) {
  char name[RDO_BUSY_NAME_BYTES];
  if (rdo_worker_read_busy_name(worker, name, sizeof name)) fprintf(file, ", in dispatch %s\n", name);
  else fprintf(file, "\n");
}

void rdo_executor_dump(const struct rdo_executor *executor, FILE *file) {
  static const char *const slot_names[] = {"free", "open", "closed", "taken"};
  fprintf(file, "executor: %u workers, immediate list %s, overflow list %s\n", executor->worker_count,
          rdo_atomic_load(&executor->immediate, rdo_acquire) == NULL ? "empty" : "not empty",
          rdo_atomic_load(&executor->overflow, rdo_acquire) == NULL ? "empty" : "not empty");
  // Written while the workers start, and the executor is nobody else's before that.
  if (executor->misplaced_count != 0) {
    fprintf(file, "  memory of %u workers is not on their NUMA node: %s\n", executor->misplaced_count, executor->misplaced_diag.message);
  }
  for (uint32_t i = 0; i < RDO_SLOT_COUNT; ++i) {
    uint64_t word = rdo_atomic_load(&executor->slots[i].word, rdo_acquire);
    if (state_of(word) == SLOT_FREE) continue;
    fprintf(file, "  slot %u %s, %u drainers, generation %u, version %u\n", i, slot_names[state_of(word)], drainers_of(word), generation_of(word),
            rdo_atomic_load(&executor->slots[i].version, rdo_acquire));
  }
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    const struct rdo_worker *worker = &executor->workers[i];
    bool is_idle = (rdo_atomic_load(&executor->idle[i / 64], rdo_acquire) >> i % 64 & 1) != 0;
    fprintf(file, "  worker %u on CPU %d %s%s", executor->worker_base + i, worker->cpu, rdo_worker_state_name(worker), is_idle ? ", in the idle set" : "");
    dump_busy_name(worker, file);
  }
  uint32_t seats = rdo_atomic_load(&executor->donors_taken, rdo_acquire);
  for (uint32_t i = 0; i < RDO_DONORS_MAX; ++i) {
    if ((seats >> i & 1) == 0) continue;
    fprintf(file, "  a caller that waits has seat %u", i);
    dump_busy_name(&executor->workers[executor->worker_count + i], file);
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A set of CPUs by the numbers the kernel gives them: where a thread may run, which CPUs share a cache,
// which workers an executor has. A plain value of a fixed number of words, so it is copied, compared and
// embedded without memory of its own. Not atomic: sets that several threads change are not this type.
//
// Functions that take a CPU accept any number; one outside [0, RDO_CPU_SET_BITS) is in no set, and adding
// it does nothing.

#ifndef RDO_MACHINE_CPU_SET_H_
#define RDO_MACHINE_CPU_SET_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/status.h"

// CPUs that a set can hold, a multiple of 64: -DRDO_CPU_SET_BITS=1024 for larger machines. Every set
// grows with it, and with the sets every structure that holds one.
#ifndef RDO_CPU_SET_BITS
#define RDO_CPU_SET_BITS 256
#endif
_Static_assert(RDO_CPU_SET_BITS >= 64 && RDO_CPU_SET_BITS % 64 == 0, "RDO_CPU_SET_BITS is a multiple of 64");

enum {
  RDO_CPU_SET_WORDS = RDO_CPU_SET_BITS / 64,
  RDO_CPU_SET_TEXT_BYTES = RDO_CPU_SET_BITS * 3  // room for any set as a list, with its NUL
};

struct rdo_cpu_set {
  uint64_t words[RDO_CPU_SET_WORDS];  // CPU c is bit c % 64 of word c / 64
};

static inline bool rdo_cpu_set_holds(int cpu) { return cpu >= 0 && cpu < RDO_CPU_SET_BITS; }

// Making

static inline struct rdo_cpu_set rdo_cpu_set_none(void) { return (struct rdo_cpu_set){{0}}; }
struct rdo_cpu_set rdo_cpu_set_all(void);
struct rdo_cpu_set rdo_cpu_set_one(int cpu);
struct rdo_cpu_set rdo_cpu_set_range(int first, int last);  // both included; cut to the set, empty when last < first

// Changing and asking

static inline void rdo_cpu_set_add(struct rdo_cpu_set *set, int cpu) {
  if (rdo_cpu_set_holds(cpu)) set->words[cpu / 64] |= UINT64_C(1) << (cpu % 64);
}

static inline void rdo_cpu_set_remove(struct rdo_cpu_set *set, int cpu) {
  if (rdo_cpu_set_holds(cpu)) set->words[cpu / 64] &= ~(UINT64_C(1) << (cpu % 64));
}

static inline bool rdo_cpu_set_contains(const struct rdo_cpu_set *set, int cpu) {
  return rdo_cpu_set_holds(cpu) && (set->words[cpu / 64] >> (cpu % 64) & 1) != 0;
}

int rdo_cpu_set_count(const struct rdo_cpu_set *set);

// The n-th CPU of the set in ascending order, from 0; -1 when it has no so many.
int rdo_cpu_set_nth(const struct rdo_cpu_set *set, int n);

// The smallest CPU above `after` (-1 begins); -1 when there is none:
//   for (int cpu = rdo_cpu_set_first(&s); cpu >= 0; cpu = rdo_cpu_set_next(&s, cpu))
int rdo_cpu_set_next(const struct rdo_cpu_set *set, int after);
static inline int rdo_cpu_set_first(const struct rdo_cpu_set *set) { return rdo_cpu_set_next(set, -1); }
int rdo_cpu_set_last(const struct rdo_cpu_set *set);  // the largest; -1 when empty

// Two sets

static inline struct rdo_cpu_set rdo_cpu_set_and(struct rdo_cpu_set a, const struct rdo_cpu_set *b) {
  for (int i = 0; i < RDO_CPU_SET_WORDS; ++i) a.words[i] &= b->words[i];
  return a;
}

static inline struct rdo_cpu_set rdo_cpu_set_or(struct rdo_cpu_set a, const struct rdo_cpu_set *b) {
  for (int i = 0; i < RDO_CPU_SET_WORDS; ++i) a.words[i] |= b->words[i];
  return a;
}

// The CPUs of `a` that are not in `b`.
static inline struct rdo_cpu_set rdo_cpu_set_andnot(struct rdo_cpu_set a, const struct rdo_cpu_set *b) {
  for (int i = 0; i < RDO_CPU_SET_WORDS; ++i) a.words[i] &= ~b->words[i];
  return a;
}

static inline bool rdo_cpu_set_equals(const struct rdo_cpu_set *a, const struct rdo_cpu_set *b) {
  uint64_t differing = 0;
  for (int i = 0; i < RDO_CPU_SET_WORDS; ++i) differing |= a->words[i] ^ b->words[i];
  return differing == 0;
}

static inline bool rdo_cpu_set_is_empty(const struct rdo_cpu_set *set) {
  uint64_t any = 0;
  for (int i = 0; i < RDO_CPU_SET_WORDS; ++i) any |= set->words[i];
  return any == 0;
}

// Whether every CPU of `part` is in `whole`.
static inline bool rdo_cpu_set_is_subset(const struct rdo_cpu_set *part, const struct rdo_cpu_set *whole) {
  uint64_t outside = 0;
  for (int i = 0; i < RDO_CPU_SET_WORDS; ++i) outside |= part->words[i] & ~whole->words[i];
  return outside == 0;
}

static inline bool rdo_cpu_set_intersects(const struct rdo_cpu_set *a, const struct rdo_cpu_set *b) {
  uint64_t common = 0;
  for (int i = 0; i < RDO_CPU_SET_WORDS; ++i) common |= a->words[i] & b->words[i];
  return common != 0;
}

// Text

// Reads what a user writes: a list "0-3,8,10-11", or a mask "0xf0f" (lowest bit: CPU 0). At least one CPU,
// no blanks, every CPU once.
//   out_set  empty on error
//   returns  OK, INVALID_ARGUMENT (syntax, an empty or backward range, a CPU named twice), OUT_OF_RANGE
//            (a CPU the set cannot hold); the message quotes the text and says at which character
enum rondo_status rdo_cpu_set_parse(struct rdo_bytes text, struct rdo_cpu_set *out_set, struct rondo_diag *diag) RONDO_MUST_USE;

// Reads what the kernel writes into its files: as above, but the list may be empty and ends with the line.
// CPUs that the set cannot hold are left out and counted.
//   out_set     empty on error
//   out_beyond  CPUs left out
//   returns     false when the text is no such list
bool rdo_cpu_set_parse_kernel(struct rdo_bytes text, struct rdo_cpu_set *out_set, uint64_t *out_beyond) RONDO_MUST_USE;

// Writes the list form, "" for the empty set. Like snprintf: cuts at `capacity` (RDO_CPU_SET_TEXT_BYTES
// always suffices), terminates, and returns the length of the whole.
size_t rdo_cpu_set_format(const struct rdo_cpu_set *set, char *buffer, size_t capacity);

#endif  // RDO_MACHINE_CPU_SET_H_

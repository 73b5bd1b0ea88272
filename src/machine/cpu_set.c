// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/cpu_set.h"

#include <stdio.h>

struct rdo_cpu_set rdo_cpu_set_all(void) {
  return rdo_cpu_set_range(0, RDO_CPU_SET_BITS - 1);
}

struct rdo_cpu_set rdo_cpu_set_one(int cpu) {
  struct rdo_cpu_set set = {{0}};
  rdo_cpu_set_add(&set, cpu);
  return set;
}

struct rdo_cpu_set rdo_cpu_set_range(int first, int last) {
  struct rdo_cpu_set set = {{0}};
  if (first < 0) first = 0;
  if (last >= RDO_CPU_SET_BITS) last = RDO_CPU_SET_BITS - 1;
  for (int cpu = first; cpu <= last; ++cpu) rdo_cpu_set_add(&set, cpu);
  return set;
}

int rdo_cpu_set_count(const struct rdo_cpu_set *set) {
  int count = 0;
  for (int i = 0; i < RDO_CPU_SET_WORDS; ++i) count += __builtin_popcountll(set->words[i]);
  return count;
}

int rdo_cpu_set_nth(const struct rdo_cpu_set *set, int n) {
  if (n < 0) return -1;
  for (int i = 0; i < RDO_CPU_SET_WORDS; ++i) {
    uint64_t word = set->words[i];
    int count = __builtin_popcountll(word);
    if (n >= count) {
      n -= count;
      continue;
    }
    for (; n > 0; --n) word &= word - 1;
    return i * 64 + __builtin_ctzll(word);
  }
  return -1;
}

int rdo_cpu_set_next(const struct rdo_cpu_set *set, int after) {
  if (after >= RDO_CPU_SET_BITS - 1) return -1;
  int begin = after < 0 ? 0 : after + 1;
  uint64_t word = set->words[begin / 64] & UINT64_MAX << (begin % 64);
  for (int i = begin / 64;;) {
    if (word != 0) return i * 64 + __builtin_ctzll(word);
    if (++i == RDO_CPU_SET_WORDS) return -1;
    word = set->words[i];
  }
}

int rdo_cpu_set_last(const struct rdo_cpu_set *set) {
  for (int i = RDO_CPU_SET_WORDS - 1; i >= 0; --i) {
    if (set->words[i] != 0) return i * 64 + 63 - __builtin_clzll(set->words[i]);
  }
  return -1;
}

// Text -----------------------------------------------------------------------------------------------

// Numbers above this are no CPUs of any machine; they stay exact in an int64_t.
static const uint64_t cpu_number_max = UINT32_MAX;

struct reader {
  struct rdo_bytes text;
  uint64_t at;  // next character
  struct rondo_diag *diag;
};

static enum rondo_status fail_at(const struct reader *reader, enum rondo_status status, uint64_t at, const char *what) {
  return rdo_fail(reader->diag, status, "CPU list '%.*s', character %llu: %s", rdo_bytes_print_length(reader->text),
                  (const char *)reader->text.data, (unsigned long long)at + 1, what);
}

static bool is_at_digit(const struct reader *reader) {
  return reader->at < reader->text.size && reader->text.data[reader->at] >= '0' && reader->text.data[reader->at] <= '9';
}

static bool skip_char(struct reader *reader, char c) {
  if (reader->at >= reader->text.size || reader->text.data[reader->at] != (uint8_t)c) return false;
  ++reader->at;
  return true;
}

static enum rondo_status read_number(struct reader *reader, uint64_t *out) {
  *out = 0;
  uint64_t begin = reader->at;
  if (!is_at_digit(reader)) {
    return fail_at(reader, RONDO_INVALID_ARGUMENT, begin, begin < reader->text.size ? "not the number of a CPU" : "a number is missing at the end");
  }
  for (; is_at_digit(reader); ++reader->at) {
    if (*out <= cpu_number_max) *out = *out * 10 + (uint64_t)(reader->text.data[reader->at] - '0');
  }
  if (*out > cpu_number_max) return fail_at(reader, RONDO_OUT_OF_RANGE, begin, "no machine has so many CPUs");
  return RONDO_OK;
}

// One number or range: first <= last.
static enum rondo_status read_range(struct reader *reader, uint64_t *out_first, uint64_t *out_last) {
  uint64_t begin = reader->at;
  RDO_TRY(read_number(reader, out_first));
  *out_last = *out_first;
  if (!skip_char(reader, '-')) return RONDO_OK;
  RDO_TRY(read_number(reader, out_last));
  if (*out_last < *out_first) return fail_at(reader, RONDO_INVALID_ARGUMENT, begin, "the range runs backwards");
  return RONDO_OK;
}

// Adds a user's range: every CPU must fit the set and be new to it.
static enum rondo_status add_range(const struct reader *reader, uint64_t at, uint64_t first, uint64_t last, struct rdo_cpu_set *set) {
  char what[128];
  if (last >= RDO_CPU_SET_BITS) {
    snprintf(what, sizeof what, "CPU %llu is beyond the %d CPUs of a set (compile with a larger RDO_CPU_SET_BITS)",
             (unsigned long long)last, RDO_CPU_SET_BITS);
    return fail_at(reader, RONDO_OUT_OF_RANGE, at, what);
  }
  struct rdo_cpu_set range = rdo_cpu_set_range((int)first, (int)last);
  struct rdo_cpu_set common = rdo_cpu_set_and(range, set);
  if (!rdo_cpu_set_is_empty(&common)) {
    snprintf(what, sizeof what, "CPU %d is named twice", rdo_cpu_set_first(&common));
    return fail_at(reader, RONDO_INVALID_ARGUMENT, at, what);
  }
  *set = rdo_cpu_set_or(range, set);
  return RONDO_OK;
}

static enum rondo_status read_list(struct reader *reader, struct rdo_cpu_set *set) {
  do {
    uint64_t at = reader->at, first, last;
    RDO_TRY(read_range(reader, &first, &last));
    RDO_TRY(add_range(reader, at, first, last, set));
  } while (skip_char(reader, ','));
  if (reader->at == reader->text.size) return RONDO_OK;
  return fail_at(reader, RONDO_INVALID_ARGUMENT, reader->at, "expected ',', '-' or the end");
}

static int hex_digit(uint8_t c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// What follows "0x", from its last digit.
static enum rondo_status read_mask(const struct reader *reader, struct rdo_cpu_set *set) {
  const struct rdo_bytes *text = &reader->text;
  for (uint64_t at = 2; at < text->size; ++at) {
    if (hex_digit(text->data[at]) < 0) return fail_at(reader, RONDO_INVALID_ARGUMENT, at, "not a hexadecimal digit");
  }
  for (uint64_t at = 2; at < text->size; ++at) {
    uint64_t lowest = (text->size - 1 - at) * 4;  // CPU of the digit's lowest bit
    int digit = hex_digit(text->data[at]);
    if (digit == 0) continue;
    uint64_t highest = lowest + (uint64_t)(31 - __builtin_clz((unsigned)digit));
    if (highest >= RDO_CPU_SET_BITS) RDO_TRY(add_range(reader, at, highest, highest, set));
    set->words[lowest / 64] |= (uint64_t)digit << (lowest % 64);
  }
  return rdo_cpu_set_is_empty(set) ? fail_at(reader, RONDO_INVALID_ARGUMENT, 0, "the mask is empty") : RONDO_OK;
}

enum rondo_status rdo_cpu_set_parse(struct rdo_bytes text, struct rdo_cpu_set *out_set, struct rondo_diag *diag) {
  struct reader reader = {.text = text, .diag = diag};
  struct rdo_cpu_set set = {{0}};
  *out_set = set;
  if (text.size == 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the CPU list is empty");
  bool is_mask = text.size > 1 && text.data[0] == '0' && (text.data[1] == 'x' || text.data[1] == 'X');
  RDO_TRY(is_mask ? read_mask(&reader, &set) : read_list(&reader, &set));
  *out_set = set;
  return RONDO_OK;
}

bool rdo_cpu_set_parse_kernel(struct rdo_bytes text, struct rdo_cpu_set *out_set, uint64_t *out_beyond) {
  struct reader reader = {.text = text};
  struct rdo_cpu_set set = {{0}};
  uint64_t beyond = 0;
  *out_set = set;
  *out_beyond = 0;
  if (text.size != 0 && text.data[text.size - 1] == '\n') --reader.text.size;
  if (reader.text.size == 0) return true;
  do {
    uint64_t first, last;
    if (read_range(&reader, &first, &last) != RONDO_OK) return false;
    if (last >= RDO_CPU_SET_BITS) {
      uint64_t clipped = first > RDO_CPU_SET_BITS ? first : RDO_CPU_SET_BITS;
      beyond += last - clipped + 1;
      last = RDO_CPU_SET_BITS - 1;
    }
    if (first > last) continue;
    struct rdo_cpu_set range = rdo_cpu_set_range((int)first, (int)last);
    if (rdo_cpu_set_intersects(&range, &set)) return false;
    set = rdo_cpu_set_or(range, &set);
  } while (skip_char(&reader, ','));
  if (reader.at != reader.text.size) return false;
  *out_set = set;
  *out_beyond = beyond;
  return true;
}

size_t rdo_cpu_set_format(const struct rdo_cpu_set *set, char *buffer, size_t capacity) {
  size_t length = 0;
  if (capacity != 0) buffer[0] = '\0';
  for (int first = rdo_cpu_set_first(set); first >= 0;) {
    int last = first;
    while (rdo_cpu_set_contains(set, last + 1)) ++last;
    char piece[32];
    int size = snprintf(piece, sizeof piece, "%s%d", length != 0 ? "," : "", first);
    if (last > first) size += snprintf(piece + size, sizeof piece - (size_t)size, "-%d", last);
    for (int i = 0; i <= size; ++i) {
      if (length + (size_t)i < capacity) buffer[length + (size_t)i] = i < size ? piece[i] : '\0';
    }
    length += (size_t)size;
    first = rdo_cpu_set_next(set, last);
  }
  if (capacity != 0 && length >= capacity) buffer[capacity - 1] = '\0';
  return length;
}

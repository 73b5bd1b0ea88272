// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any bytes as a module. Archive, tables, verifier, translation, initializers and every
// function, on the null device under limits; nothing native is executed.
//
// Seeds: small modules of models/ and tests/ (tests/fuzz/seed.py).

#include <stdint.h>
#include <string.h>

#include "exercise.h"

enum { WINDOW_BYTES_MAX = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t size_max);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct exercise_counts counts;
  exercise_module(data, size, &counts);
  return 0;
}

// A module is full of offsets: a byte more or less anywhere spoils everything behind it. So most
// mutations change a few bytes in place; one in eight is free, and may cut or join.
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed) {
  if (size < WINDOW_BYTES_MAX || seed % 8 == 0) return LLVMFuzzerMutate(data, size, size_max);
  uint64_t random = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  size_t length = (size_t)1 << ((random >> 20) % 5);
  size_t offset = (size_t)((random >> 32) % (size - length + 1));
  uint8_t window[WINDOW_BYTES_MAX];
  memcpy(window, data + offset, length);
  size_t new_length = LLVMFuzzerMutate(window, length, length);
  memcpy(data + offset, window, new_length);
  return size;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What tests do with the bytes of a module that may be anything: load it under limits on the null
// device, look at it, call all its functions, release everything. Used by module_fuzz and byte_edits.

#ifndef TESTS_FUZZ_EXERCISE_H_
#define TESTS_FUZZ_EXERCISE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct exercise_counts {
  uint64_t refused_count;  // modules that did not load
  uint64_t loaded_count;
  uint64_t call_ok_count;
  uint64_t call_failed_count;
};

// Exercises one module. Stops the process when rondo breaks a promise: a failure without words or with
// more than one line of them, an output set after a failure, tensor memory left at the end.
//   data     borrowed, any alignment
//   counts   increased
void exercise_module(const uint8_t *data, size_t size, struct exercise_counts *counts);

#endif  // TESTS_FUZZ_EXERCISE_H_

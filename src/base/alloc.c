// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum rondo_status rdo_alloc_array(size_t count, size_t size, void *out, struct rondo_diag *diag) {
  void *memory = NULL;
  if (count != 0) {
    memory = calloc(count, size);
    if (memory == NULL) {
      size_t total = count > SIZE_MAX / size ? SIZE_MAX : count * size;
      memcpy(out, &memory, sizeof memory);
      return rdo_fail_no_memory(diag, total);
    }
  }
  memcpy(out, &memory, sizeof memory);
  return RONDO_OK;
}

enum rondo_status rdo_alloc(size_t size, void *out, struct rondo_diag *diag) {
  return rdo_alloc_array(1, size, out, diag);
}

enum rondo_status rdo_grow_array(size_t count, size_t size, size_t *capacity, void *array,
                                 struct rondo_diag *diag) {
  if (count <= *capacity) return RONDO_OK;
  size_t target = *capacity < 8 ? 8 : *capacity;
  while (target < count) {
    if (target > SIZE_MAX / 2) return rdo_fail_no_memory(diag, SIZE_MAX);
    target *= 2;
  }
  if (target > SIZE_MAX / size) return rdo_fail_no_memory(diag, SIZE_MAX);
  void *memory = NULL;
  memcpy(&memory, array, sizeof memory);
  void *grown = realloc(memory, target * size);
  if (grown == NULL) return rdo_fail_no_memory(diag, target * size);
  memcpy(array, &grown, sizeof grown);
  *capacity = target;
  return RONDO_OK;
}

void *rdo_alloc_aligned(size_t size, size_t alignment) {
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, size) != 0) return NULL;
  return memory;
}

void rdo_free(void *memory) { free(memory); }

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any bytes as a .npy file. Every array that reads must have the bytes its shape says,
// and what can be written must read back the same.
//
// Links tools/{npy,files,array}.c and rondo_element_type_format of the library.
// Seeds: numpy.save of one array per type, order and version, two arrays in one file, an empty and a
// rank 0 array; models/*/case*_output*.npy.

#include <stdlib.h>
#include <string.h>

#include "npy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

// Signless integers come back as signed ones; the reader makes none.
static void check_round_trip(const struct tool_array *array) {
  struct tool_bytes file = {0};
  enum rondo_status status = rdo_tool_npy_append(array, &file, NULL);
  require(status == RONDO_OK);  // everything that can be read has a form to write
  struct tool_array back;
  uint64_t offset = 0;
  require(rdo_tool_npy_read(file.data, file.size, UINT64_C(1) << 30, &offset, &back, NULL) == RONDO_OK);
  require(offset == file.size);
  require(back.element_type == array->element_type && back.rank == array->rank);
  require(array->rank == 0 || memcmp(back.dims, array->dims, sizeof back.dims[0] * (size_t)array->rank) == 0);
  require(back.byte_length == array->byte_length);
  require(memcmp(back.bytes, array->bytes, (size_t)back.byte_length) == 0);
  rdo_tool_array_release(&back);
  rdo_tool_bytes_release(&file);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint64_t offset = 0;
  for (;;) {
    struct tool_array array;
    struct rondo_diag diag = {0};
    uint64_t before = offset;
    enum rondo_status status = rdo_tool_npy_read(data, size, UINT64_C(1) << 30, &offset, &array, &diag);
    if (status != RONDO_OK) {
      require(array.bytes == NULL && offset == before && diag.message[0] != '\0');
      return 0;
    }
    require(offset > before && offset <= size && array.byte_length <= offset - before);
    require(rdo_tool_npy_wanted(data + before, size - before, UINT64_C(1) << 30) == offset - before);
    check_round_trip(&array);
    rdo_tool_array_release(&array);
  }
}

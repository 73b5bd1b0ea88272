// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any text as the value of --input. What parses must print, and the printed text must
// parse and print the same again.
//
// Links tools/{tensor_text,tensor_print,small_float,array}.c and rondo_element_type_* of the library.
// Seeds: the tables in tests/unit/tools/tensor_text.c, one text a file.

#define _POSIX_C_SOURCE 200809L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tensor_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_BYTES_MAX = 1 << 16, ARRAY_BYTES_MAX = 1 << 16 };

static void require(bool condition) {
  if (!condition) abort();
}

static char *print_array(const struct tool_array *array, int64_t element_limit) {
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  require(file != NULL);
  rdo_tool_text_print(file, array, element_limit);
  require(fclose(file) == 0);
  return text;
}

static void check_array(const struct tool_array *array) {
  char *text = print_array(array, -1);
  free(print_array(array, 3));
  struct tool_text again;
  // Arrays of no elements may print fewer rows than they have; an opaque one of rank 0 prints as
  // "*16=0000", where * would begin a file's name.
  if (array->element_count > 0 && *text != '*') {
    require(rdo_tool_text_parse(text, ARRAY_BYTES_MAX, &again, NULL) == RONDO_OK);
    require(again.kind == TOOL_TEXT_ARRAY && again.array.byte_length == array->byte_length);
    char *text_again = print_array(&again.array, -1);
    require(strcmp(text, text_again) == 0);
    free(text_again);
    rdo_tool_text_release(&again);
  }
  free(text);
}

static void check_scalars(const char *text) {
  for (enum rondo_value_kind kind = RONDO_VALUE_I32; kind <= RONDO_VALUE_F64; ++kind) {
    struct rondo_value value = {.kind = RONDO_VALUE_NONE};
    struct rondo_diag diag = {0};
    enum rondo_status status = rdo_tool_text_parse_scalar(text, kind, &value, &diag);
    require(status == RONDO_OK ? value.kind == kind : diag.message[0] != '\0');
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char text[TEXT_BYTES_MAX + 1];
  if (size > TEXT_BYTES_MAX) return 0;
  if (size > 0) memcpy(text, data, size);
  text[size] = '\0';
  struct tool_text parsed;
  struct rondo_diag diag = {0};
  enum rondo_status status = rdo_tool_text_parse(text, ARRAY_BYTES_MAX, &parsed, &diag);
  require((status == RONDO_OK) == (diag.message[0] == '\0'));
  require(status == RONDO_OK || parsed.array.bytes == NULL);
  if (status == RONDO_OK && parsed.array.bytes != NULL) check_array(&parsed.array);
  rdo_tool_text_release(&parsed);
  check_scalars(text);
  return 0;
}

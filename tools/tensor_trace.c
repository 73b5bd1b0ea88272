// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#define _POSIX_C_SOURCE 200809L

#include "tensor_trace.h"

#include <stdio.h>
#include <stdlib.h>

#include "message.h"
#include "tensor_text.h"

static void print_tensor(FILE *file, const struct rondo_tensor *tensor) {
  struct tool_array array;
  rdo_tool_array_view(&array, tensor);
  if (array.bytes != NULL || array.byte_length == 0) {
    rdo_tool_text_print(file, &array, -1);
  } else {
    fputs("(no memory)", file);
  }
  fputc('\n', file);
}

static void print_trace(FILE *file, const char *key, size_t key_length, struct rondo_tensor *const *tensors,
                        int tensor_count) {
  char name[TOOL_NAME_TEXT_BYTES];
  snprintf(name, sizeof name, "%.*s", key_length < sizeof name ? (int)key_length : (int)sizeof name, key);
  rdo_tool_make_printable(name);
  fprintf(file, "=== %s ===\n", name);
  for (int i = 0; i < tensor_count; ++i) print_tensor(file, tensors[i]);
  fputc('\n', file);
}

void rdo_tool_tensor_trace(void *user, const char *key, size_t key_length, struct rondo_tensor *const *tensors,
                           int tensor_count) {
  (void)user;
  // stderr has no buffer: an element would be a system call, and the lines of two threads would mix.
  char *text = NULL;
  size_t size = 0;
  FILE *file = open_memstream(&text, &size);
  if (file == NULL) return;
  print_trace(file, key, key_length, tensors, tensor_count);
  if (fclose(file) == 0) fwrite(text, 1, size, stderr);
  free(text);
}

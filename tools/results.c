// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Printing and writing; comparing is in compare.c.

#include "results.h"

#include <inttypes.h>
#include <string.h>

#include "npy.h"
#include "tensor_text.h"

// A list can be in itself, and one that is in another twice prints twice.
enum { LIST_DEPTH_MAX = 32, LIST_ELEMENTS_MAX = 65536 };

struct printer {
  FILE *file;
  int64_t element_limit;  // of one tensor
  int list_depth;
  int64_t list_elements_left;
};

static void print_value(struct printer *printer, const struct rondo_value *value);

static void print_list(struct printer *printer, const struct rondo_value *list) {
  int64_t count = rondo_list_count(list);
  ++printer->list_depth;
  for (int64_t i = 0; i < count; ++i) {
    struct rondo_value element;
    if (printer->list_depth > LIST_DEPTH_MAX || printer->list_elements_left-- <= 0 ||
        rondo_list_get(list, i, &element) != RONDO_OK) {
      fprintf(printer->file, "...\n");
      break;
    }
    fprintf(printer->file, "child_list[%" PRId64 "]: ", i);
    print_value(printer, &element);
    rondo_value_release(&element);
  }
  --printer->list_depth;
  fputc('\n', printer->file);
}

static void print_contents(struct printer *printer, const struct rondo_value *value) {
  if (rondo_list_count(value) >= 0) {
    print_list(printer, value);
  } else if (value->kind != RONDO_VALUE_TENSOR) {
    fprintf(printer->file, "(no printer)\n");
  } else {
    struct tool_array array;
    rdo_tool_array_view(&array, value->tensor);
    rdo_tool_text_print(printer->file, &array, printer->element_limit);
    fputc('\n', printer->file);
  }
}

static void print_value(struct printer *printer, const struct rondo_value *value) {
  if (value->kind == RONDO_VALUE_NONE) {
    fprintf(printer->file, "(null)\n");
  } else if (rdo_tool_kind_is_scalar(value->kind)) {
    rdo_tool_text_print_scalar(printer->file, value);
    fputc('\n', printer->file);
  } else {
    fprintf(printer->file, "%s\n", rondo_value_type_name(value));
    print_contents(printer, value);
  }
}

static void print_result(FILE *file, const struct rondo_value *value, int64_t element_limit) {
  struct printer printer = {.file = file, .element_limit = element_limit, .list_elements_left = LIST_ELEMENTS_MAX};
  print_value(&printer, value);
}

void rdo_tool_results_print(FILE *file, const struct rondo_value *values, int count, int64_t element_limit) {
  for (int i = 0; i < count; ++i) {
    fprintf(file, "result[%d]: ", i);
    print_result(file, &values[i], element_limit);
  }
}

// Files

bool rdo_tool_output_is_valid(const char *output) {
  if (*output == '\0' || strcmp(output, "-") == 0) return true;
  return (*output == '@' || *output == '+') && output[1] != '\0';
}

static bool is_npy_name(const char *path) {
  size_t length = strlen(path);
  return length > 4 && strcmp(path + length - 4, ".npy") == 0;
}

// What a scalar looks like as an array of rank 0; `bytes` is where its value goes.
static void view_scalar(const struct rondo_value *value, uint8_t *bytes, struct tool_array *array) {
  static const uint32_t types[] = {[RONDO_VALUE_I32] = RONDO_ELEMENT_I32, [RONDO_VALUE_I64] = RONDO_ELEMENT_I64,
                                   [RONDO_VALUE_F32] = RONDO_ELEMENT_F32, [RONDO_VALUE_F64] = RONDO_ELEMENT_F64};
  array->element_type = types[value->kind];
  array->element_count = 1;
  array->byte_length = rondo_element_bits(array->element_type) / 8;
  array->bytes = bytes;
  memcpy(bytes, &value->i64, (size_t)array->byte_length);  // the members share their first byte
}

// A value as an array to write. A buffer, and a null reference, become bytes.
static enum rondo_status view_value(const struct rondo_value *value, uint8_t *scratch, struct tool_array *array,
                                    struct rondo_diag *diag) {
  *array = (struct tool_array){.element_type = RONDO_ELEMENT_I8, .rank = 1};
  array->bytes = scratch;
  if (value->kind == RONDO_VALUE_NONE) return RONDO_OK;
  if (value->kind == RONDO_VALUE_TENSOR) {
    rdo_tool_array_view(array, value->tensor);
  } else if (value->kind == RONDO_VALUE_BUFFER) {
    array->byte_length = array->element_count = rondo_buffer_byte_length(value->buffer);
    array->dims[0] = (int64_t)array->byte_length;
    array->bytes = rondo_buffer_data(value->buffer);
  } else if (rdo_tool_kind_is_scalar(value->kind)) {
    *array = (struct tool_array){0};
    view_scalar(value, scratch, array);
  } else {
    return rdo_tool_fail(diag, RONDO_UNIMPLEMENTED, "a %s cannot be written to a file", rondo_value_type_name(value));
  }
  return RONDO_OK;
}

static enum rondo_status write_value(const char *output, const struct rondo_value *value, struct rondo_diag *diag) {
  const char *path = output + 1;
  uint8_t scratch[8] = {0};
  struct tool_array array;
  enum rondo_status status = view_value(value, scratch, &array, diag);
  if (status != RONDO_OK) return status;
  bool keep_old = *output == '+';
  if (!is_npy_name(path)) return rdo_tool_file_write(path, array.bytes, (size_t)array.byte_length, keep_old, diag);
  struct tool_bytes bytes = {0};
  struct rondo_diag npy_diag = {0};
  status = rdo_tool_npy_append(&array, &bytes, &npy_diag);
  if (status != RONDO_OK) rdo_tool_fail(diag, status, "%s: %s", path, npy_diag.message);
  else status = rdo_tool_file_write(path, bytes.data, bytes.size, keep_old, diag);
  rdo_tool_bytes_release(&bytes);
  return status;
}

enum rondo_status rdo_tool_results_write(const struct tool_strings *outputs, const struct rondo_value *values,
                                         int64_t element_limit, struct rondo_diag *diag) {
  for (int i = 0; i < outputs->count; ++i) {
    const char *output = outputs->items[i];
    if (*output == '\0') continue;
    if (*output == '-') {
      print_result(stdout, &values[i], element_limit);
      continue;
    }
    enum rondo_status status = write_value(output, &values[i], diag);
    if (status != RONDO_OK) return status;
  }
  return RONDO_OK;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "inputs.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "message.h"
#include "npy.h"
#include "tensor_text.h"

// State of reading a list of strings.
struct reader {
  struct rondo_runtime *runtime;
  struct tool_input_files files;
  enum rondo_value_kind (*kind_of)(const void *user, int index);
  const void *user;
  int value_max;
  uint64_t byte_limit;  // of one array
  struct tool_values *values;
};

void rdo_tool_input_files_release(struct tool_input_files *files) {
  for (int i = 0; i < files->count; ++i) rdo_tool_stream_close(&files->items[i].stream);
  free(files->items);
  *files = (struct tool_input_files){0};
}

void rdo_tool_values_release(struct tool_values *values) {
  if (values == NULL) return;
  for (int i = 0; i < values->count; ++i) rondo_value_release(&values->items[i]);
  free(values->items);
  free(values->is_ignored);
  *values = (struct tool_values){0};
}

// Takes `value` over, also on error.
static enum rondo_status append_value(struct reader *reader, struct rondo_value *value, bool is_ignored,
                                      struct rondo_diag *diag) {
  struct tool_values *values = reader->values;
  size_t count = (size_t)values->count + 1;
  struct rondo_value *items = realloc(values->items, sizeof *items * count);
  if (items != NULL) values->items = items;
  bool *flags = items != NULL ? realloc(values->is_ignored, sizeof *flags * count) : NULL;
  if (flags == NULL) {
    rondo_value_release(value);
    return rdo_tool_fail(diag, RONDO_RESOURCE_EXHAUSTED, "no memory for the values");
  }
  values->is_ignored = flags;
  values->items[values->count] = *value;
  values->is_ignored[values->count++] = is_ignored;
  return RONDO_OK;
}

// Files

static enum rondo_status open_file(struct reader *reader, const char *path, char mode,
                                   struct tool_input_file **out_file, struct rondo_diag *diag) {
  struct tool_input_files *files = &reader->files;
  for (int i = 0; i < files->count; ++i) {
    if (strcmp(files->items[i].stream.path, path) != 0) continue;
    *out_file = &files->items[i];
    if (mode == '@') files->items[i].offset = 0;
    return RONDO_OK;
  }
  struct tool_input_file *items = realloc(files->items, sizeof *items * ((size_t)files->count + 1));
  if (items == NULL) return rdo_tool_fail(diag, RONDO_RESOURCE_EXHAUSTED, "no memory");
  files->items = items;
  struct tool_input_file *file = &items[files->count];
  *file = (struct tool_input_file){.offset = 0};
  enum rondo_status status = rdo_tool_stream_open(&file->stream, path, diag);
  if (status != RONDO_OK) return status;
  ++files->count;
  *out_file = file;
  return RONDO_OK;
}

// Takes the next raw bytes of a file as the array's contents.
static enum rondo_status read_raw(struct reader *reader, struct tool_text *text, struct rondo_diag *diag) {
  struct tool_input_file *file = NULL;
  enum rondo_status status = open_file(reader, text->file_path, text->file_mode, &file, diag);
  if (status != RONDO_OK) return status;
  status = rdo_tool_stream_fill(&file->stream, file->offset + text->array.byte_length, diag);
  if (status != RONDO_OK) return status;
  uint64_t left = file->stream.bytes.size - file->offset;
  if (left < text->array.byte_length) {
    return rdo_tool_fail(diag, RONDO_OUT_OF_RANGE,
                         "%s: end of file: %" PRIu64 " bytes left at offset %" PRIu64 ", %" PRIu64 " needed",
                         text->file_path, left, file->offset, text->array.byte_length);
  }
  status = rdo_tool_array_allocate(&text->array, diag);
  if (status != RONDO_OK) return status;
  if (left > 0) memcpy(text->array.bytes, file->stream.bytes.data + file->offset, (size_t)text->array.byte_length);
  file->offset += text->array.byte_length;
  return RONDO_OK;
}

// Values

// A rank 0 array, such as a file that an earlier scalar result went to, as a scalar argument.
static enum rondo_status convert_scalar(const struct tool_array *array, enum rondo_value_kind kind,
                                        struct rondo_value *out_value, struct rondo_diag *diag) {
  char element[TOOL_ELEMENT_TEXT_BYTES];
  if (array->rank != 0 || !rdo_tool_type_has_whole_bytes(array->element_type)) {
    return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "the argument is a scalar, the file has an array");
  }
  if (rdo_tool_text_is_float(array->element_type)) {  // more digits than printing shows
    snprintf(element, sizeof element, "%.17g", rdo_tool_text_float_at(array, 0));
  } else {
    rdo_tool_text_format_element(array, 0, element, sizeof element);
  }
  return rdo_tool_text_parse_scalar(element, kind, out_value, diag);
}

static enum rondo_status make_storage(struct reader *reader, const struct tool_array *array,
                                      struct rondo_value *out_value, struct rondo_diag *diag) {
  struct rondo_buffer *buffer = NULL;
  enum rondo_status status = rondo_buffer_create(reader->runtime, array->byte_length, &buffer, diag);
  if (status != RONDO_OK) return status;
  if (array->byte_length > 0) memcpy(rondo_buffer_data(buffer), array->bytes, (size_t)array->byte_length);
  *out_value = (struct rondo_value){.kind = RONDO_VALUE_BUFFER, .buffer = buffer};
  return RONDO_OK;
}

static enum rondo_status make_tensor(struct reader *reader, const struct tool_array *array,
                                     struct rondo_value *out_value, struct rondo_diag *diag) {
  struct rondo_tensor *tensor = NULL;
  enum rondo_status status = rondo_tensor_create(reader->runtime, array->element_type, array->rank, array->dims,
                                                 array->bytes, &tensor, diag);
  if (status == RONDO_OK) *out_value = (struct rondo_value){.kind = RONDO_VALUE_TENSOR, .tensor = tensor};
  return status;
}

static enum rondo_status append_array(struct reader *reader, const struct tool_array *array, bool is_storage,
                                      struct rondo_diag *diag) {
  struct rondo_value value = {.kind = RONDO_VALUE_NONE};
  enum rondo_value_kind kind = reader->kind_of(reader->user, reader->values->count);
  enum rondo_status status = RONDO_OK;
  if (rdo_tool_kind_is_scalar(kind)) status = convert_scalar(array, kind, &value, diag);
  else if (is_storage) status = make_storage(reader, array, &value, diag);
  else status = make_tensor(reader, array, &value, diag);
  return status != RONDO_OK ? status : append_value(reader, &value, false, diag);
}

static enum rondo_status check_room(const struct reader *reader, struct rondo_diag *diag) {
  if (reader->values->count < reader->value_max) return RONDO_OK;
  return rdo_tool_fail(diag, RONDO_INVALID_ARGUMENT, "more than %d value%s", reader->value_max,
                       reader->value_max == 1 ? "" : "s");
}

// Reads on until the array that begins at the file's position is there, as far as its header is right.
static enum rondo_status fill_npy(const struct reader *reader, struct tool_input_file *file, struct rondo_diag *diag) {
  const struct tool_bytes *bytes = &file->stream.bytes;
  uint64_t there = UINT64_MAX;
  while (there != bytes->size - file->offset) {  // at the end of the file nothing more comes
    there = bytes->size - file->offset;
    const uint8_t *begin = there > 0 ? bytes->data + file->offset : NULL;
    uint64_t wanted = rdo_tool_npy_wanted(begin, there, reader->byte_limit);
    enum rondo_status status = rdo_tool_stream_fill(&file->stream, file->offset + wanted, diag);
    if (status != RONDO_OK) return status;
  }
  return RONDO_OK;
}

static bool is_at_end(const struct tool_input_file *file) { return file->offset == file->stream.bytes.size; }

static enum rondo_status append_npy(struct reader *reader, const struct tool_text *text, struct rondo_diag *diag) {
  struct tool_input_file *file = NULL;
  enum rondo_status status = open_file(reader, text->file_path, text->file_mode, &file, diag);
  while (status == RONDO_OK) {
    if (text->file_mode == '*') status = rdo_tool_stream_fill(&file->stream, file->offset + 1, diag);
    if (status != RONDO_OK || (text->file_mode == '*' && is_at_end(file))) break;
    status = check_room(reader, diag);
    if (status == RONDO_OK) status = fill_npy(reader, file, diag);
    if (status != RONDO_OK) break;
    struct tool_array array = {0};
    struct rondo_diag npy_diag = {0};
    status = rdo_tool_npy_read(file->stream.bytes.data, file->stream.bytes.size, reader->byte_limit, &file->offset, &array,
                               &npy_diag);
    if (status != RONDO_OK) rdo_tool_fail(diag, status, "%s: %s", file->stream.path, npy_diag.message);
    else status = append_array(reader, &array, false, diag);
    rdo_tool_array_release(&array);
    if (text->file_mode != '*') break;
  }
  return status;
}

static enum rondo_status append_text(struct reader *reader, struct tool_text *text, struct rondo_diag *diag) {
  struct rondo_value none = {.kind = RONDO_VALUE_NONE};
  switch (text->kind) {
    case TOOL_TEXT_NULL: return append_value(reader, &none, false, diag);
    case TOOL_TEXT_IGNORED: return append_value(reader, &none, true, diag);
    case TOOL_TEXT_NPY: return append_npy(reader, text, diag);
    case TOOL_TEXT_ARRAY:
    case TOOL_TEXT_STORAGE: break;
  }
  enum rondo_status status = text->file_mode != 0 ? read_raw(reader, text, diag) : RONDO_OK;
  if (status != RONDO_OK) return status;
  return append_array(reader, &text->array, text->kind == TOOL_TEXT_STORAGE, diag);
}

static bool names_npy(const char *text) {
  size_t length = strlen(text);
  return (*text == '@' || *text == '+' || *text == '*') && length > 5 && strcmp(text + length - 4, ".npy") == 0;
}

static enum rondo_status read_text(struct reader *reader, const char *string, struct rondo_diag *diag) {
  enum rondo_status status = names_npy(string) ? RONDO_OK : check_room(reader, diag);
  if (status != RONDO_OK) return status;
  enum rondo_value_kind kind = reader->kind_of(reader->user, reader->values->count);
  if (rdo_tool_kind_is_scalar(kind) && !names_npy(string) && strcmp(string, "(ignored)") != 0) {
    struct rondo_value value;
    status = rdo_tool_text_parse_scalar(string, kind, &value, diag);
    return status != RONDO_OK ? status : append_value(reader, &value, false, diag);
  }
  struct tool_text text;
  status = rdo_tool_text_parse(string, reader->byte_limit, &text, diag);
  if (status == RONDO_OK) status = append_text(reader, &text, diag);
  rdo_tool_text_release(&text);
  return status;
}

// What does not fit the memory budget need not be read.
static uint64_t find_byte_limit(const struct rondo_runtime *runtime) {
  struct rondo_memory_stats memory = {0};
  rondo_runtime_memory(runtime, &memory);
  return memory.budget_bytes != 0 && memory.budget_bytes < TOOL_ARRAY_BYTES_MAX ? memory.budget_bytes : TOOL_ARRAY_BYTES_MAX;
}

enum rondo_status rdo_tool_values_read(struct rondo_runtime *runtime, const char *flag,
                                       const struct tool_strings *texts,
                                       enum rondo_value_kind (*kind_of)(const void *user, int index), const void *user,
                                       int value_max, struct tool_values *out_values, struct rondo_diag *diag) {
  *out_values = (struct tool_values){0};
  struct reader reader = {
      .runtime = runtime, .kind_of = kind_of, .user = user, .value_max = value_max, .values = out_values};
  reader.byte_limit = find_byte_limit(runtime);
  enum rondo_status status = RONDO_OK;
  for (int i = 0; i < texts->count && status == RONDO_OK; ++i) {
    struct rondo_diag own = {0};
    status = read_text(&reader, texts->items[i], &own);
    if (status != RONDO_OK) rdo_tool_fail(diag, status, "%s[%d] '%.200s': %s", flag, i, texts->items[i], own.message);
  }
  rdo_tool_input_files_release(&reader.files);
  return status;
}

// Arguments of a function

int rdo_tool_argument_count(const struct rondo_function *function) {
  int count = rondo_function_argument_count(function);
  return rdo_tool_takes_fences(function) ? count - 2 : count;
}

static enum rondo_value_kind argument_kind(const void *user, int index) {
  const struct rondo_function *function = user;
  if (index >= rondo_function_argument_count(function)) return RONDO_VALUE_OBJECT;
  struct rondo_parameter parameter = {.kind = RONDO_VALUE_OBJECT};
  rondo_function_argument(function, index, &parameter);
  return parameter.kind;
}

enum { SIGNATURE_BYTES = 1024 };

struct signature {
  char text[SIGNATURE_BYTES];
  size_t length;
};

static void append_signature(struct signature *signature, const char *format, ...) TOOL_PRINTF(2, 3);
static void append_signature(struct signature *signature, const char *format, ...) {
  size_t room = sizeof signature->text - signature->length;
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(signature->text + signature->length, room, format, arguments);
  va_end(arguments);
  if (length > 0) signature->length += (size_t)length < room ? (size_t)length : room - 1;
}

// What to write for an argument without a shape.
static const char *describe_kind(enum rondo_value_kind kind) {
  switch (kind) {
    case RONDO_VALUE_I32: return "i32";
    case RONDO_VALUE_I64: return "i64";
    case RONDO_VALUE_F32: return "f32";
    case RONDO_VALUE_F64: return "f64";
    case RONDO_VALUE_BUFFER: return "&SHAPExTYPE";
    case RONDO_VALUE_FENCE: return "(null)";
    default: return "any tensor";
  }
}

static void append_argument(struct signature *signature, const struct rondo_function *function, int index) {
  struct rondo_parameter parameter = {.kind = RONDO_VALUE_OBJECT};
  rondo_function_argument(function, index, &parameter);
  char shape[TOOL_SHAPE_TEXT_BYTES];
  if (parameter.has_shape) {
    rdo_tool_text_format_shape(parameter.element_type, parameter.rank, parameter.dims, shape, sizeof shape);
  } else {
    snprintf(shape, sizeof shape, "%s", describe_kind(parameter.kind));
  }
  append_signature(signature, "%s%s%s", shape, parameter.name[0] != '\0' ? " " : "", parameter.name);
}

// "2 inputs (2x3xf32 image, i32 count)". What does not fit is left out.
static void describe_arguments(const struct rondo_function *function, struct signature *signature) {
  int count = rdo_tool_argument_count(function);
  signature->length = 0;
  append_signature(signature, "%d input%s", count, count == 1 ? "" : "s");
  for (int i = 0; i < count; ++i) {
    append_signature(signature, i == 0 ? " (" : ", ");
    append_argument(signature, function, i);
  }
  if (count > 0) append_signature(signature, ")");
}

int rdo_tool_arguments_read(struct rondo_runtime *runtime, const struct rondo_function *function,
                            const struct tool_strings *texts, struct tool_values *out_values) {
  struct rondo_diag diag = {0};
  int wanted = rdo_tool_argument_count(function);
  enum rondo_status status =
      rdo_tool_values_read(runtime, "--input", texts, argument_kind, function, wanted, out_values, &diag);
  if (status == RONDO_OK && out_values->count < wanted) {
    status = rdo_tool_fail(&diag, RONDO_INVALID_ARGUMENT, "--input: %d of %d inputs given", out_values->count, wanted);
  }
  if (status == RONDO_OK) return TOOL_EXIT_OK;
  struct signature signature;
  describe_arguments(function, &signature);
  rdo_tool_message("%s; @%s takes %s: %s", diag.message, rondo_function_name(function), signature.text, rondo_status_name(status));
  return TOOL_EXIT_FAILURE;
}

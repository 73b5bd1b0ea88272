// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "plan/json_impl.h"

// jansson keeps its values without const; none of these calls changes one that is no container.
static json_t *value_of(const void *json) { return (json_t *)(uintptr_t)json; }

void *rdo_json_parse(struct rdo_bytes text, struct rdo_json_error *out_error) {
  json_error_t error = {.text = ""};
  json_t *root = json_loadb((const char *)text.data, (size_t)text.size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
  if (root != NULL) return root;
  // Some of its allocations fail without a word.
  bool is_no_memory = error.text[0] == '\0' || json_error_code(&error) == json_error_out_of_memory;
  *out_error = (struct rdo_json_error){.status = is_no_memory ? RONDO_RESOURCE_EXHAUSTED : RONDO_INVALID_ARGUMENT};
  if (is_no_memory) {
    snprintf(out_error->text, sizeof out_error->text, "out of memory for a JSON text of %llu bytes", (unsigned long long)text.size);
    return NULL;
  }
  out_error->line = error.line > 0 ? error.line : 0;
  out_error->column = error.column > 0 ? error.column : 1;
  snprintf(out_error->text, sizeof out_error->text, "%s", error.text);
  return NULL;
}

void rdo_json_release(void *root) { json_decref(root); }

enum rdo_value_kind rdo_json_kind(const void *json) {
  switch (json_typeof(value_of(json))) {
    case JSON_OBJECT: return RDO_VALUE_OBJECT;
    case JSON_ARRAY: return RDO_VALUE_ARRAY;
    case JSON_STRING: return RDO_VALUE_TEXT;
    case JSON_INTEGER: return RDO_VALUE_INTEGER;
    case JSON_REAL: return RDO_VALUE_REAL;
    case JSON_TRUE:
    case JSON_FALSE: return RDO_VALUE_FLAG;
    case JSON_NULL: break;
  }
  return RDO_VALUE_NULL;
}

int64_t rdo_json_integer(const void *json) { return json_integer_value(value_of(json)); }
double rdo_json_real(const void *json) { return json_real_value(value_of(json)); }
bool rdo_json_flag(const void *json) { return json_is_true(value_of(json)); }
const char *rdo_json_text(const void *json) { return json_string_value(value_of(json)); }

size_t rdo_json_count(const void *json) {
  json_t *value = value_of(json);
  return json_is_array(value) ? json_array_size(value) : json_object_size(value);
}

const void *rdo_json_element(const void *array, size_t index) { return json_array_get(value_of(array), index); }
const void *rdo_json_member(const void *object, const char *key) { return json_object_get(value_of(object), key); }
void *rdo_json_begin(const void *object) { return json_object_iter(value_of(object)); }
void *rdo_json_next(const void *object, void *position) { return json_object_iter_next(value_of(object), position); }
const char *rdo_json_key_at(void *position) { return json_object_iter_key(position); }
const void *rdo_json_value_at(void *position) { return json_object_iter_value(position); }

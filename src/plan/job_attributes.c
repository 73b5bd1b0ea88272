// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Attributes of a function as what a jobs file would say of a job. They are texts: they become the JSON text of such an object, and
// are read by the code that reads jobs files.

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/jobs_impl.h"

enum { ATTRIBUTE_BYTES_MAX = 4096 };

// "cpu.x86_64" names features that the function needs: who calls it reads it.
static bool is_for_callers(const char *key) { return strncmp(key, "cpu.", 4) == 0; }

// "period_*" stands for its units.
static bool is_term(const char *key) {
  static const char *const units[] = {"ns", "us", "ms", "s"};
  for (int i = 0; i < RDO_JOB_TERM_COUNT; ++i) {
    size_t stem = strlen(rdo_job_terms[i]) - 1;
    if (rdo_job_terms[i][stem] != '*') {
      if (strcmp(key, rdo_job_terms[i]) == 0) return true;
      continue;
    }
    for (int k = 0; k < 4 && strncmp(key, rdo_job_terms[i], stem) == 0; ++k) {
      if (strcmp(key + stem, units[k]) == 0) return true;
    }
  }
  return false;
}

bool rdo_function_facts_tell_job(const struct rdo_function_facts *function) {
  for (int i = 0; i < function->attribute_count; ++i) {
    if (is_term(function->attributes[i].key)) return true;
  }
  return false;
}

// Writing ------------------------------------------------------------------------------------------------

struct text {
  char *bytes;
  size_t length, capacity;
};

static void put(struct text *text, char byte) {
  if (text->length + 1 < text->capacity) text->bytes[text->length++] = byte;
}

static void put_quoted(struct text *text, const char *begin, const char *end) {
  static const char digits[] = "0123456789abcdef";
  put(text, '"');
  for (; begin < end; ++begin) {
    unsigned char byte = (unsigned char)*begin;
    if (byte < 0x20) {
      for (const char *at = "\\u00"; *at != '\0'; ++at) put(text, *at);
      put(text, digits[byte >> 4]);
      put(text, digits[byte & 15]);
      continue;
    }
    if (byte == '"' || byte == '\\') put(text, '\\');
    put(text, *begin);
  }
  put(text, '"');
}

// What JSON has as a number: all else is a text, and refused where a number is needed.
static bool is_number(const char *value) {
  const char *at = value + (*value == '-');
  size_t digits = strspn(at, "0123456789");
  if (digits == 0 || (digits > 1 && *at == '0')) return false;
  at += digits;
  if (*at == '.') {
    digits = strspn(++at, "0123456789");
    if (digits == 0) return false;
    at += digits;
  }
  if (*at == 'e' || *at == 'E') {
    ++at;
    at += *at == '+' || *at == '-';
    digits = strspn(at, "0123456789");
    if (digits == 0) return false;
    at += digits;
  }
  return *at == '\0';
}

// "CPU_P, CPU_E" as an array.
static void put_list(struct text *text, const char *value) {
  put(text, '[');
  while (*value != '\0') {
    value += strspn(value, " ");
    size_t length = strcspn(value, ","), trimmed = length;
    while (trimmed > 0 && value[trimmed - 1] == ' ') --trimmed;
    put_quoted(text, value, value + trimmed);
    value += length;
    if (*value == ',') put(text, *value++);
  }
  put(text, ']');
}

static void put_attribute(struct text *text, const struct rdo_attribute_facts *attribute) {
  const char *key = attribute->key, *value = attribute->value;
  put_quoted(text, key, key + strlen(key));
  put(text, ':');
  if (strcmp(key, "lanes") == 0 || strcmp(key, "resources") == 0) {
    put_list(text, value);
  } else if (is_number(value)) {
    for (; *value != '\0'; ++value) put(text, *value);
  } else {
    put_quoted(text, value, value + strlen(value));
  }
}

// {"mlp": {"rondo": {...}}}: so key paths say whose attributes they are.
static enum rondo_status write_attributes(const struct rdo_function_facts *function, struct text *text, struct rondo_diag *diag) {
  bool is_first = true;
  text->capacity = 64 + 6 * strlen(function->name);
  for (int i = 0; i < function->attribute_count; ++i) {
    text->capacity += 16 + 6 * (strlen(function->attributes[i].key) + 2 * strlen(function->attributes[i].value));
  }
  RDO_TRY(rdo_alloc_array(text->capacity, 1, &text->bytes, diag));
  put(text, '{');
  put_quoted(text, function->name, function->name + strlen(function->name));
  for (const char *at = ":{\"rondo\":{"; *at != '\0'; ++at) put(text, *at);
  for (int i = 0; i < function->attribute_count; ++i) {
    if (!is_term(function->attributes[i].key)) continue;
    if (!is_first) put(text, ',');
    put_attribute(text, &function->attributes[i]);
    is_first = false;
  }
  for (int i = 0; i < 3; ++i) put(text, '}');
  return RONDO_OK;
}

// Reading ------------------------------------------------------------------------------------------------

static enum rondo_status note_unknown(struct rdo_jobs_file *file, const char *model, const struct rdo_function_facts *function, struct rondo_diag *diag) {
  for (int i = 0; i < function->attribute_count; ++i) {
    const char *key = function->attributes[i].key;
    if (is_term(key) || is_for_callers(key)) continue;
    RDO_TRY(rdo_notes_add(&file->notes, diag, "attribute", "%.300s: %.100s.rondo.%.100s: nobody reads this attribute", model, function->name, key));
  }
  return RONDO_OK;
}

enum rondo_status rdo_jobs_file_use_attributes(struct rdo_jobs_file *file, int job, const char *model, const struct rdo_function_facts *function,
                                               struct rondo_diag *diag) {
  struct text text = {0};
  struct rdo_document document;
  struct rdo_value name, terms;
  RDO_TRY(note_unknown(file, model, function, diag));
  if (!rdo_function_facts_tell_job(function)) return RONDO_OK;
  for (int i = 0; i < function->attribute_count; ++i) {
    if (strlen(function->attributes[i].value) <= ATTRIBUTE_BYTES_MAX) continue;
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: %s.rondo.%.100s: is longer than %d bytes", model, function->name, function->attributes[i].key,
                    ATTRIBUTE_BYTES_MAX);
  }
  RDO_TRY(write_attributes(function, &text, diag));
  enum rondo_status status = rdo_document_parse((struct rdo_bytes){(const uint8_t *)text.bytes, text.length}, model, NULL, &document, diag);
  if (status == RONDO_OK) {
    struct rdo_value root = rdo_document_root(&document);
    bool is_there = rdo_value_find(&root, function->name, &name) && rdo_value_find(&name, "rondo", &terms);
    status = is_there ? rdo_job_entry_read_terms(file, &terms, &file->jobs[job], diag)
                      : rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "%s: out of memory for the attributes of function %s", model, function->name);
  }
  rdo_document_deinit(&document);
  rdo_free(text.bytes);
  return status;
}

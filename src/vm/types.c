// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "vm/types.h"

// Checks one fragment and drops the letter that stands for "nothing".
static enum rondo_status check_fragment(const char *letters, uint64_t length, bool is_argument, uint16_t *out_length,
                                        struct rondo_diag *diag) {
  if (length > RDO_CCONV_LENGTH_MAX) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "calling convention is longer than %d letters", RDO_CCONV_LENGTH_MAX);
  }
  *out_length = (uint16_t)length;
  if (length == 1 && letters[0] == 'v') {
    *out_length = 0;
    return RONDO_OK;
  }
  bool in_span = false;
  for (uint64_t i = 0; i < length; ++i) {
    char letter = letters[i];
    if (strchr("iIfFr", letter) != NULL && letter != 0) continue;
    if (letter == 'C' && is_argument && !in_span && i + 1 < length && letters[i + 1] != 'D') {
      in_span = true;
    } else if (letter == 'D' && in_span) {
      in_span = false;
    } else {
      return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "calling convention '%.*s': letter '%c' is not valid here",
                      (int)length, letters, letter);
    }
  }
  if (in_span) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "calling convention '%.*s': span is not closed", (int)length, letters);
  return RONDO_OK;
}

enum rondo_status rdo_cconv_parse(struct rdo_bytes text, struct rdo_cconv *out_cconv, struct rondo_diag *diag) {
  *out_cconv = (struct rdo_cconv){.arguments = "", .results = ""};
  if (text.size == 0) return RONDO_OK;
  const char *letters = (const char *)text.data;
  if (letters[0] != '0') {
    return rdo_fail(diag, RONDO_UNIMPLEMENTED, "calling convention version '%c' is not supported (only '0' is)", letters[0]);
  }
  const char *separator = memchr(letters, '_', (size_t)text.size);
  uint64_t argument_length = separator != NULL ? (uint64_t)(separator - letters) - 1 : text.size - 1;
  RDO_TRY(check_fragment(letters + 1, argument_length, true, &out_cconv->argument_length, diag));
  out_cconv->arguments = letters + 1;
  if (separator == NULL) return RONDO_OK;
  uint64_t result_length = text.size - 2 - argument_length;
  RDO_TRY(check_fragment(separator + 1, result_length, false, &out_cconv->result_length, diag));
  out_cconv->results = separator + 1;
  return RONDO_OK;
}

bool rdo_cconv_equal(const struct rdo_cconv *a, const struct rdo_cconv *b) {
  return a->argument_length == b->argument_length && a->result_length == b->result_length &&
         memcmp(a->arguments, b->arguments, a->argument_length) == 0 &&
         memcmp(a->results, b->results, a->result_length) == 0;
}

bool rdo_cconv_has_span(const struct rdo_cconv *cconv) {
  return memchr(cconv->arguments, 'C', cconv->argument_length) != NULL;
}

void rdo_cconv_assign(const char *letters, uint32_t length, uint16_t *ordinals, uint32_t *out_i32_count,
                      uint32_t *out_ref_count) {
  uint32_t i32_count = 0;
  uint32_t ref_count = 0;
  for (uint32_t i = 0; i < length; ++i) {
    uint32_t ordinal;
    if (letters[i] == 'r') {
      ordinal = ref_count++;
    } else if (letters[i] == 'I' || letters[i] == 'F') {
      ordinal = (i32_count + 1) & ~1u;
      i32_count = ordinal + 2;
    } else {
      ordinal = i32_count++;
    }
    if (ordinals != NULL) ordinals[i] = (uint16_t)ordinal;
  }
  *out_i32_count = i32_count;
  *out_ref_count = ref_count;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What document.c needs of a JSON library. json_jansson.c is over jansson; json_none.c is for builds without
// it, where every file is answered with UNIMPLEMENTED.

#ifndef RDO_PLAN_JSON_IMPL_H_
#define RDO_PLAN_JSON_IMPL_H_

#include "base/bytes.h"
#include "plan/document.h"

struct rdo_json_error {
  enum rondo_status status;
  int line, column;  // from 1; 0 = no place
  char text[160];
};

// Parses a whole text. Keys that occur twice in one object are an error.
//   returns  the root, or NULL with *out_error filled
void *rdo_json_parse(struct rdo_bytes text, struct rdo_json_error *out_error);
void rdo_json_release(void *root);

enum rdo_value_kind rdo_json_kind(const void *json);
int64_t rdo_json_integer(const void *json);
double rdo_json_real(const void *json);
bool rdo_json_flag(const void *json);
const char *rdo_json_text(const void *json);  // UTF-8, without NUL inside

size_t rdo_json_count(const void *json);  // of elements or members
const void *rdo_json_element(const void *array, size_t index);
const void *rdo_json_member(const void *object, const char *key);  // NULL = none
void *rdo_json_begin(const void *object);                          // members in the order of the file; NULL = no more
void *rdo_json_next(const void *object, void *position);
const char *rdo_json_key_at(void *position);
const void *rdo_json_value_at(void *position);

#endif  // RDO_PLAN_JSON_IMPL_H_

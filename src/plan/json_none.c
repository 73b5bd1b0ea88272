// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// For builds without a JSON library: no document is ever made, so nothing but the parser is called.

#include <stdio.h>

#include "plan/json_impl.h"

void *rdo_json_parse(struct rdo_bytes text, struct rdo_json_error *out_error) {
  (void)text;
  *out_error = (struct rdo_json_error){.status = RONDO_UNIMPLEMENTED};
  snprintf(out_error->text, sizeof out_error->text, "rondo was built without a JSON library: install libjansson-dev and build again");
  return NULL;
}

void rdo_json_release(void *root) { (void)root; }
enum rdo_value_kind rdo_json_kind(const void *json) { return (void)json, RDO_VALUE_NULL; }
int64_t rdo_json_integer(const void *json) { return (void)json, 0; }
double rdo_json_real(const void *json) { return (void)json, 0; }
bool rdo_json_flag(const void *json) { return (void)json, false; }
const char *rdo_json_text(const void *json) { return (void)json, ""; }
size_t rdo_json_count(const void *json) { return (void)json, 0; }
const void *rdo_json_element(const void *array, size_t index) { return (void)array, (void)index, NULL; }
const void *rdo_json_member(const void *object, const char *key) { return (void)object, (void)key, NULL; }
void *rdo_json_begin(const void *object) { return (void)object, NULL; }
void *rdo_json_next(const void *object, void *position) { return (void)object, (void)position, NULL; }
const char *rdo_json_key_at(void *position) { return (void)position, ""; }
const void *rdo_json_value_at(void *position) { return (void)position, NULL; }

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "runtime/declaration.h"

#include <string.h>

#include "rondo/tensor.h"

enum rondo_value_kind rdo_declaration_kind(char letter) {
  switch (letter) {
    case 'i': return RONDO_VALUE_I32;
    case 'I': return RONDO_VALUE_I64;
    case 'f': return RONDO_VALUE_F32;
    case 'F': return RONDO_VALUE_F64;
    default: return RONDO_VALUE_OBJECT;
  }
}

// Parses the inside of tensor<...>: "1x?x3xf32", perhaps with an encoding behind a comma.
static void parse_tensor(const char *text, const char *end, struct rondo_parameter *out) {
  int rank = 0;
  while (text < end && (*text == '?' || (*text >= '0' && *text <= '9'))) {
    if (rank == RONDO_PARAMETER_RANK_MAX) return;
    int64_t dim = 0;
    if (*text == '?') {
      dim = -1;
      ++text;
    } else {
      for (; text < end && *text >= '0' && *text <= '9'; ++text) {
        if (dim > INT64_MAX / 16) return;
        dim = dim * 10 + (*text - '0');
      }
    }
    if (text == end || *text != 'x') return;
    ++text;
    out->dims[rank++] = dim;
  }
  const char *comma = memchr(text, ',', (size_t)(end - text));
  size_t length = (size_t)((comma != NULL ? comma : end) - text);
  if (rondo_element_type_parse(text, length, &out->element_type) != RONDO_OK) return;
  out->rank = rank;
  out->has_shape = true;
}

static bool begins_with(const char *text, const char *end, const char *prefix) {
  size_t length = strlen(prefix);
  return (size_t)(end - text) >= length && memcmp(text, prefix, length) == 0;
}

// Parses "%input0: tensor<4xf32> {...}" into a parameter whose kind the calling convention gave.
static void parse_parameter(const char *text, const char *end, struct rondo_parameter *out) {
  static const char tensor_prefix[] = "tensor<";
  while (text < end && *text == ' ') ++text;
  const char *colon = memchr(text, ':', (size_t)(end - text));
  if (colon == NULL || *text != '%') return;
  size_t name_length = (size_t)(colon - text) - 1;
  if (name_length >= sizeof out->name) name_length = sizeof out->name - 1;
  memcpy(out->name, text + 1, name_length);
  out->name[name_length] = 0;
  text = colon + 1;
  while (text < end && *text == ' ') ++text;
  if (begins_with(text, end, tensor_prefix)) {
    const char *close = memchr(text, '>', (size_t)(end - text));
    out->kind = RONDO_VALUE_TENSOR;
    // complex<f32> and encodings nest; the last '>' closes the tensor.
    for (const char *at = close; at != NULL && at < end; ++at) close = *at == '>' ? at : close;
    if (close != NULL) parse_tensor(text + sizeof tensor_prefix - 1, close, out);
  } else if (begins_with(text, end, "!hal.buffer_view")) {
    out->kind = RONDO_VALUE_TENSOR;
  } else if (begins_with(text, end, "!hal.buffer")) {
    out->kind = RONDO_VALUE_BUFFER;
  } else if (begins_with(text, end, "!hal.fence")) {
    out->kind = RONDO_VALUE_FENCE;
  }
}

// Parses entry `wanted` of a parenthesised list, if there is one; returns what follows the list, NULL when there
// is none.
static const char *parse_list(const char *text, uint32_t wanted, struct rondo_parameter *out) {
  const char *at = text == NULL ? NULL : strchr(text, '(');
  if (at == NULL) return NULL;
  int depth = 0;
  uint32_t index = 0;
  const char *begin = at + 1;
  for (; *at != 0; ++at) {
    if (strchr("(<[{", *at) != NULL) ++depth;
    if (strchr(")>]}", *at) != NULL && !(*at == '>' && at[-1] == '-')) --depth;
    bool is_end = depth == 0;
    if (!is_end && !(depth == 1 && *at == ',')) continue;
    if (at > begin && index++ == wanted) parse_parameter(begin, at, out);
    begin = at + 1;
    if (is_end) return at + 1;
  }
  return NULL;
}

bool rdo_declaration_has_fences(const struct rdo_cconv *cconv, const char *model) {
  return model != NULL && strcmp(model, "coarse-fences") == 0 && cconv->argument_length >= 2 &&
         memcmp(cconv->arguments + cconv->argument_length - 2, "rr", 2) == 0;
}

void rdo_declaration_argument(const struct rdo_cconv *cconv, const char *declaration, bool has_fences, int index, struct rondo_parameter *out_parameter) {
  int logical_count = cconv->argument_length - (has_fences ? 2 : 0);
  *out_parameter = (struct rondo_parameter){.kind = rdo_declaration_kind(cconv->arguments[index])};
  if (index < logical_count) {
    (void)parse_list(declaration, (uint32_t)index, out_parameter);
  } else {
    out_parameter->kind = RONDO_VALUE_FENCE;
    memcpy(out_parameter->name, index == logical_count ? "wait" : "signal", index == logical_count ? 5 : 7);
  }
}

void rdo_declaration_result(const struct rdo_cconv *cconv, const char *declaration, int index, struct rondo_parameter *out_parameter) {
  struct rondo_parameter ignored;
  *out_parameter = (struct rondo_parameter){.kind = rdo_declaration_kind(cconv->results[index])};
  const char *rest = parse_list(declaration, UINT32_MAX, &ignored);
  (void)parse_list(rest, (uint32_t)index, out_parameter);
}

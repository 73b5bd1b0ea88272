// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/text_out.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trace/names.h"

void rdo_text_flush(struct rdo_text_out *out) {
  if (out->size > 0) out->write(out->user, out->bytes, out->size);
  out->size = 0;
}

void rdo_text_put(struct rdo_text_out *out, const char *text, size_t length) {
  if (length > sizeof out->bytes - out->size) rdo_text_flush(out);
  if (length > sizeof out->bytes) {
    out->write(out->user, text, length);
    return;
  }
  memcpy(out->bytes + out->size, text, length);
  out->size += length;
}

void rdo_text_puts(struct rdo_text_out *out, const char *text) { rdo_text_put(out, text, strlen(text)); }

void rdo_text_printf(struct rdo_text_out *out, const char *format, ...) {
  char piece[RDO_TEXT_OUT_PIECE_BYTES];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(piece, sizeof piece, format, arguments);
  va_end(arguments);
  if (length < 0) return;
  rdo_text_put(out, piece, (size_t)length < sizeof piece ? (size_t)length : sizeof piece - 1);
}

void rdo_text_put_int(struct rdo_text_out *out, int64_t value) {
  char digits[24];
  size_t at = sizeof digits;
  uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  do digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (value < 0) digits[--at] = '-';
  rdo_text_put(out, digits + at, sizeof digits - at);
}

void rdo_text_put_time(struct rdo_text_out *out, int64_t time_ns, int unit_digits, int decimals) {
  int64_t step = 1, scale = 1;
  for (int i = decimals; i < unit_digits; ++i) step *= 10;
  for (int i = 0; i < decimals; ++i) scale *= 10;
  int64_t shifted = time_ns + step / 2;
  int64_t value = shifted / step - (shifted % step < 0);
  uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
  if (value < 0) rdo_text_put(out, "-", 1);
  rdo_text_put_int(out, (int64_t)(size / (uint64_t)scale));
  if (decimals > 0) rdo_text_printf(out, ".%0*lld", decimals, (long long)(size % (uint64_t)scale));
}

// Calls `put` for every character of the name as it may be shown.
static void put_escaped(struct rdo_text_out *out, const char *name, const char *(*escape)(char)) {
  char clean[RDO_TEXT_OUT_PIECE_BYTES];
  size_t left = strlen(name);
  do {
    size_t length = rdo_name_copy(clean, sizeof clean, name);
    // A character is not to be cut in two: what follows must begin one.
    size_t whole = length;
    while (length < left && whole > length - 3 && ((uint8_t)name[whole] & 0xC0) == 0x80) --whole;
    if (whole < length) length = rdo_name_copy(clean, whole, name);
    for (size_t i = 0; i < length; ++i) {
      const char *instead = escape(clean[i]);
      if (instead != NULL) rdo_text_puts(out, instead);
      else rdo_text_put(out, clean + i, 1);
    }
    name += length;
    left -= length;
  } while (left > 0);
}

static const char *escape_quotable(char c) { return c == '"' ? "\\\"" : c == '\\' ? "\\\\" : NULL; }

static const char *escape_xml(char c) {
  return c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;" : c == '"' ? "&quot;" : c == '\'' ? "&#39;" : NULL;
}

void rdo_text_put_quotable(struct rdo_text_out *out, const char *name) { put_escaped(out, name, escape_quotable); }
void rdo_text_put_xml(struct rdo_text_out *out, const char *name) { put_escaped(out, name, escape_xml); }

void rdo_text_put_json(struct rdo_text_out *out, const char *name) {
  rdo_text_put(out, "\"", 1);
  rdo_text_put_quotable(out, name);
  rdo_text_put(out, "\"", 1);
}

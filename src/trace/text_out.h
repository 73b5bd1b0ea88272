// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Text to a callback, in pieces of some KiB. Whoever owns the callback notices failures.

#ifndef RDO_TRACE_TEXT_OUT_H_
#define RDO_TRACE_TEXT_OUT_H_

#include <stddef.h>
#include <stdint.h>

enum { RDO_TEXT_OUT_BYTES = 8192,
       RDO_TEXT_OUT_PIECE_BYTES = 1024 };

// Set `write` and `user`, the rest zero; end with rdo_text_flush.
struct rdo_text_out {
  void (*write)(void *user, const void *bytes, size_t size);
  void *user;
  size_t size;
  char bytes[RDO_TEXT_OUT_BYTES];
};

void rdo_text_put(struct rdo_text_out *out, const char *text, size_t length);
void rdo_text_puts(struct rdo_text_out *out, const char *text);

// One formatted piece, at most RDO_TEXT_OUT_PIECE_BYTES - 1 bytes: for numbers and words of ours, not for names.
void rdo_text_printf(struct rdo_text_out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

void rdo_text_put_int(struct rdo_text_out *out, int64_t value);

// Nanoseconds in another unit with all their digits: "12.345" for 12345 ns in us.
//   unit_digits  3 = us, 6 = ms          decimals  written, 0 to unit_digits; rounded half up
void rdo_text_put_time(struct rdo_text_out *out, int64_t time_ns, int unit_digits, int decimals);

// A name as a JSON string with its quotes; as what stands between quotes in JSON and DOT; as text of XML and HTML, also
// in quoted attributes. What is no UTF-8 or a control character becomes '?'.
void rdo_text_put_json(struct rdo_text_out *out, const char *name);
void rdo_text_put_quotable(struct rdo_text_out *out, const char *name);
void rdo_text_put_xml(struct rdo_text_out *out, const char *name);

void rdo_text_flush(struct rdo_text_out *out);

#endif  // RDO_TRACE_TEXT_OUT_H_

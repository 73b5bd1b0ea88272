// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Writes a JSON file that appears when it is complete (base/output.h). Nothing is kept but a buffer, so a file of
// 10^6 dispatches costs no memory.
//
// The first failure stays; what is written after it is dropped, and finishing tells it.

#ifndef RDO_PLAN_JSON_WRITER_H_
#define RDO_PLAN_JSON_WRITER_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/output.h"

enum { RDO_JSON_DEPTH_MAX = 16 };

enum rdo_json_layout {
  RDO_JSON_LINES,  // a line for each part
  RDO_JSON_INLINE  // all in one line
};

struct rdo_json_level {
  char end;  // '}' or ']'
  enum rdo_json_layout layout;
  bool has_parts;
};

struct rdo_json_writer {
  struct rdo_output output;
  struct rdo_json_level levels[RDO_JSON_DEPTH_MAX];
  int depth;
};

// Creates the file.
//   out_writer  call rdo_json_writer_deinit on it also after an error
//   returns     OK, NOT_FOUND (no such folder), PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNAVAILABLE
enum rondo_status rdo_json_writer_init(struct rdo_json_writer *out_writer, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

// Parts: `key` is NULL in an array and for the root.
void rdo_json_begin_object(struct rdo_json_writer *writer, const char *key, enum rdo_json_layout layout);
void rdo_json_begin_array(struct rdo_json_writer *writer, const char *key, enum rdo_json_layout layout);
void rdo_json_end(struct rdo_json_writer *writer);
void rdo_json_write_text(struct rdo_json_writer *writer, const char *key, const char *text);
void rdo_json_write_integer(struct rdo_json_writer *writer, const char *key, int64_t number);
void rdo_json_write_number(struct rdo_json_writer *writer, const char *key, double number);  // finite
void rdo_json_write_flag(struct rdo_json_writer *writer, const char *key, bool flag);
void rdo_json_write_ms(struct rdo_json_writer *writer, const char *key, int64_t time_ns);  // exact decimal milliseconds

// Ends everything that is open, writes what is buffered and gives the file its name.
//   returns  OK, or what went wrong first; then no file has the name
enum rondo_status rdo_json_writer_finish(struct rdo_json_writer *writer, struct rondo_diag *diag) RONDO_MUST_USE;

// Removes what was not finished.
void rdo_json_writer_deinit(struct rdo_json_writer *writer);

#endif  // RDO_PLAN_JSON_WRITER_H_

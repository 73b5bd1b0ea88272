// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Dumps of the compiler, read from texts.

#ifndef RDO_TEST_DUMP_TEST_H_
#define RDO_TEST_DUMP_TEST_H_

#include "plan_test.h"

#include "plan/dispatch_dump.h"

static struct rdo_schedule dump;

static inline void end_dump(void) { rdo_schedule_deinit(&dump); }

static inline void read_dump_with(const char *name, const char *text, const struct rdo_schedule_options *options) {
  struct rondo_diag diag = {0};
  assert_ok(rdo_dump_parse(text_bytes(text), name, options, &dump, &diag), &diag);
}

static inline void read_dump(const char *name, const char *text) { read_dump_with(name, text, NULL); }

// "KEY; KEY: KEY KEY; ": each dispatch with what it depends on.
static inline void expect_dump(const char *expected) {
  char text[4096] = "";
  for (uint32_t i = 0; i < dump.node_count; ++i) {
    strcat(text, dump.nodes[i].key);
    for (uint32_t k = 0; k < dump.nodes[i].dependency_count; ++k) {
      strcat(strcat(text, k == 0 ? ": " : " "), dump.nodes[dump.dependencies[dump.nodes[i].dependency_begin + k]].key);
    }
    strcat(text, "; ");
  }
  assert_string_equal(text, expected);
}

static inline void expect_bad_dump(const char *name, const struct bad_text *bad) {
  struct rondo_diag diag = {0};
  enum rondo_status status = rdo_dump_parse(text_bytes(bad->text), name, NULL, &dump, &diag);
  assert_string_equal(diag.message, bad->message);
  assert_int_equal(status, bad->status);
  end_dump();
}

#endif  // RDO_TEST_DUMP_TEST_H_

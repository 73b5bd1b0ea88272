// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Files for the tests of src/plan: in a folder of their own, which is the current one, so that messages begin with a plain
// name.

#ifndef RDO_TEST_PLAN_TEST_H_
#define RDO_TEST_PLAN_TEST_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "plan/document.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static char test_folder[64];

static inline struct rdo_bytes text_bytes(const char *text) { return (struct rdo_bytes){(const uint8_t *)text, strlen(text)}; }

// False in a build without a JSON library: nothing can be read, the tests are skipped.
static inline bool can_read(void) {
  struct rdo_document document;
  enum rondo_status status = rdo_document_parse(text_bytes("{}"), "probe", NULL, &document, NULL);
  rdo_document_deinit(&document);
  if (status == RONDO_UNIMPLEMENTED) printf("built without a JSON library\n");
  return status != RONDO_UNIMPLEMENTED;
}

static inline int enter_folder(void **state) {
  (void)state;
  strcpy(test_folder, "/tmp/rondo-plan-XXXXXX");
  return mkdtemp(test_folder) != NULL ? chdir(test_folder) : -1;
}

static inline int leave_folder(void **state) {
  (void)state;
  char command[96];
  snprintf(command, sizeof command, "rm -r %s", test_folder);
  return chdir("/") != 0 || system(command) != 0;
}

static inline void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
  assert_int_equal(fclose(file), 0);
}

// The whole of a file; free it.
static inline char *read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  fseek(file, 0, SEEK_END);
  long size = ftell(file);
  rewind(file);
  char *text = calloc((size_t)size + 1, 1);
  assert_non_null(text);
  assert_int_equal(fread(text, 1, (size_t)size, file), size);
  fclose(file);
  return text;
}

static inline void assert_same_files(const char *a, const char *b) {
  char *left = read_file(a), *right = read_file(b);
  assert_string_equal(left, right);
  free(left);
  free(right);
}

static inline void assert_ok(enum rondo_status status, const struct rondo_diag *diag) {
  if (status != RONDO_OK) fail_msg("%s: %s", rondo_status_name(status), diag->message);
}

// A text that must fail, and how.
struct bad_text {
  const char *text;
  enum rondo_status status;
  const char *message;
};

// The n-th remark, from 0.
static inline void assert_note(const struct rdo_notes *notes, size_t index, size_t count, const char *text) {
  assert_true(index < notes->count);
  assert_string_equal(notes->items[index].text, text);
  assert_int_equal(notes->items[index].count, count);
}

#endif  // RDO_TEST_PLAN_TEST_H_

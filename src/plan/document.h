// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A JSON file as its readers want it: every value knows its place, so that every error is one line with file,
// key path, reason and what to do:
//
//     jobs.json:7:18: invalid token near '}'
//     jobs.json: jobs[2].period_ms: is 0, must be more; leave it out for a job that runs as fast as it can
//
// A rdo_value is a small struct on its reader's stack that points to the value it is part of, so a value
// must not outlive the variable that its parent is in. Texts belong to the document.

#ifndef RDO_PLAN_DOCUMENT_H_
#define RDO_PLAN_DOCUMENT_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"
#include "plan/notes.h"

enum {
  RDO_DOCUMENT_BYTES_MAX = 256 << 20,
  RDO_NAME_BYTES_MAX = 1023,  // of a name or key in a file
  RDO_PATH_BYTES_MAX = 4095
};

// No time in a file is larger: 104 days. Sums of a few of them cannot overflow, and doubles hold them exactly.
#define RDO_TIME_NS_MAX (INT64_C(1) << 53)

enum rdo_value_kind { RDO_VALUE_NULL, RDO_VALUE_FLAG, RDO_VALUE_INTEGER, RDO_VALUE_REAL, RDO_VALUE_TEXT, RDO_VALUE_ARRAY, RDO_VALUE_OBJECT };

enum rdo_time_unit { RDO_UNIT_NS, RDO_UNIT_US, RDO_UNIT_MS, RDO_UNIT_S };

struct rdo_document {
  void *root;
  char *name;               // owned: what messages call it
  struct rdo_notes *notes;  // borrowed, NULL = none wanted
};

struct rdo_value {
  const struct rdo_document *document;
  const struct rdo_value *parent;  // NULL: the root
  const char *key;                 // in an object; NULL: element `index` of an array
  size_t index;
  const void *json;
};

// Parses a text, or a file's. In one object no key may occur twice.
//   name          what messages call it: the path, if it is a file's text
//   notes         kept: where unknown keys are told; NULL = nowhere
//   out_document  end with rdo_document_deinit, also after an error
//   returns       OK, INVALID_ARGUMENT (no JSON: line and column in the diag), RESOURCE_EXHAUSTED (memory, or
//                 larger than RDO_DOCUMENT_BYTES_MAX), UNIMPLEMENTED (built without a JSON library); with a
//                 file also NOT_FOUND, PERMISSION_DENIED, DATA_LOSS
enum rondo_status rdo_document_parse(struct rdo_bytes text, const char *name, struct rdo_notes *notes,
                                     struct rdo_document *out_document, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_document_open(const char *path, struct rdo_notes *notes, struct rdo_document *out_document,
                                    struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_document_deinit(struct rdo_document *document);

static inline struct rdo_value rdo_document_root(const struct rdo_document *document) {
  return (struct rdo_value){.document = document, .json = document->root};
}

// Checks the member "schema", "<name>/<version>", of the root. It may be missing: then the file is taken for one
// of this version.
//   returns  OK, INVALID_ARGUMENT (another kind of file), INCOMPATIBLE (of a later version)
enum rondo_status rdo_document_check_schema(const struct rdo_document *document, const char *name, int version,
                                            struct rondo_diag *diag) RONDO_MUST_USE;

// Values -------------------------------------------------------------------------------------------------

// "FILE: path.to[2].value: <text>".
enum rondo_status rdo_value_fail(const struct rdo_value *value, struct rondo_diag *diag, enum rondo_status status, const char *format, ...)
    __attribute__((format(printf, 4, 5), cold));
#ifdef __clang_analyzer__  // sees one file at a time, and would follow paths on which a failure is OK
#define rdo_value_fail(value, diag, status, ...) \
  ((void)rdo_value_fail((value), (diag), (status), __VA_ARGS__), (enum rondo_status)(status))
#endif

// The same as a remark. Remarks with the same kind are counted, not repeated.
enum rondo_status rdo_value_note(const struct rdo_value *value, struct rondo_diag *diag, const char *kind, const char *format, ...)
    __attribute__((format(printf, 4, 5))) RONDO_MUST_USE;

// Writes the key path, "" for the root; cut like snprintf.
void rdo_value_path(const struct rdo_value *value, char *buffer, size_t capacity);

enum rdo_value_kind rdo_value_kind(const struct rdo_value *value);

// Each fails with INVALID_ARGUMENT for a value of another kind, with OUT_OF_RANGE outside its limits, and then
// leaves the result alone.
enum rondo_status rdo_value_expect(const struct rdo_value *value, enum rdo_value_kind kind, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_value_text(const struct rdo_value *value, size_t bytes_max, const char **out_text, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_value_integer(const struct rdo_value *value, int64_t min, int64_t max, int64_t *out,
                                    struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_value_number(const struct rdo_value *value, double min, double max, double *out, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_value_flag(const struct rdo_value *value, bool *out, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_value_choice(const struct rdo_value *value, const char *const *names, int name_count, int *out,
                                   struct rondo_diag *diag) RONDO_MUST_USE;

// A number in a unit, rounded to whole nanoseconds, half away from zero.
enum rondo_status rdo_value_time(const struct rdo_value *value, enum rdo_time_unit unit, int64_t min_ns, int64_t max_ns, int64_t *out_ns,
                                 struct rondo_diag *diag) RONDO_MUST_USE;

// Parts --------------------------------------------------------------------------------------------------

size_t rdo_value_count(const struct rdo_value *value);  // of elements or members; 0 for what is neither

// An array with so many elements at most.
//   returns  OK, INVALID_ARGUMENT (no array), OUT_OF_RANGE (more elements)
enum rondo_status rdo_value_array(const struct rdo_value *value, size_t count_max, size_t *out_count, struct rondo_diag *diag) RONDO_MUST_USE;

struct rdo_value rdo_value_element(const struct rdo_value *array, size_t index);

// All members in the order of the file:
//   for (void *at = rdo_value_begin(&object); at != NULL; at = rdo_value_next(&object, at)) {
//     struct rdo_value member = rdo_value_at(&object, at); ...
void *rdo_value_begin(const struct rdo_value *object);
void *rdo_value_next(const struct rdo_value *object, void *at);
struct rdo_value rdo_value_at(const struct rdo_value *object, void *at);

// The member with a key; false when there is none.
bool rdo_value_find(const struct rdo_value *object, const char *key, struct rdo_value *out_member);

// The member with a key, of a kind; its absence is an error.
//   advice  what it is for, or how to give it
enum rondo_status rdo_value_require(const struct rdo_value *object, const char *key, enum rdo_value_kind kind, const char *advice,
                                    struct rdo_value *out_member, struct rondo_diag *diag) RONDO_MUST_USE;

// Reading a member: *inout stays as it is when there is none.
enum rondo_status rdo_member_text(const struct rdo_value *object, const char *key, const char **inout_text,
                                  struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_member_integer(const struct rdo_value *object, const char *key, int64_t min, int64_t max, int64_t *inout,
                                     struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_member_int(const struct rdo_value *object, const char *key, int min, int max, int *inout,
                                 struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_member_number(const struct rdo_value *object, const char *key, double min, double max, double *inout,
                                    struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_member_flag(const struct rdo_value *object, const char *key, bool *inout, struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_member_choice(const struct rdo_value *object, const char *key, const char *const *names, int name_count, int *inout,
                                    struct rondo_diag *diag) RONDO_MUST_USE;

// A time under `<stem>_ns`, `<stem>_us`, `<stem>_ms` or `<stem>_s`, one of them.
//   out_is_given  optional: whether there is one
enum rondo_status rdo_member_time(const struct rdo_value *object, const char *stem, int64_t min_ns, int64_t max_ns, int64_t *inout_ns,
                                  bool *out_is_given, struct rondo_diag *diag) RONDO_MUST_USE;

// Makes a remark of each member that is not in the list. "x_*" stands for x_ns, x_us, x_ms and x_s; "$schema", "$comment" and
// "description" are known everywhere.
enum rondo_status rdo_value_note_unknown(const struct rdo_value *object, const char *const *known, int known_count,
                                         struct rondo_diag *diag) RONDO_MUST_USE;

// Texts that outlive the document ------------------------------------------------------------------------

enum rondo_status rdo_text_copy(struct rdo_arena *arena, const char *text, const char **out_text, struct rondo_diag *diag) RONDO_MUST_USE;

// Where a path in a file leads: relative ones begin at the file's folder.
enum rondo_status rdo_text_beside(struct rdo_arena *arena, const char *file, const char *path, const char **out_path,
                                  struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_DOCUMENT_H_

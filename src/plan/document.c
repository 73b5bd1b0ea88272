// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/document.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/mapping.h"
#include "plan/json_impl.h"

enum { PATH_TEXT_BYTES = 400, PATH_DEPTH_MAX = 32, UNIT_COUNT = 4 };

static const char *const unit_names[UNIT_COUNT] = {"ns", "us", "ms", "s"};
static const int64_t unit_ns[UNIT_COUNT] = {1, 1000, 1000000, 1000000000};

// Documents ------------------------------------------------------------------------------------------------

enum rondo_status rdo_document_parse(struct rdo_bytes text, const char *name, struct rdo_notes *notes, struct rdo_document *out_document,
                                     struct rondo_diag *diag) {
  static const uint8_t mark[] = {0xEF, 0xBB, 0xBF};  // some editors put it in front of UTF-8
  *out_document = (struct rdo_document){.notes = notes};
  size_t size = strlen(name) + 1;
  RDO_TRY(rdo_alloc(size, &out_document->name, diag));
  memcpy(out_document->name, name, size);
  if (text.size > RDO_DOCUMENT_BYTES_MAX) {
    return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "%s: has %" PRIu64 " bytes, more than the %d MiB that a JSON file may have", name, text.size,
                    RDO_DOCUMENT_BYTES_MAX >> 20);
  }
  if (text.size >= sizeof mark && memcmp(text.data, mark, sizeof mark) == 0) {
    text.data += sizeof mark;
    text.size -= sizeof mark;
  }
  struct rdo_json_error error = {.status = RONDO_OK};
  out_document->root = rdo_json_parse(text, &error);
  if (out_document->root != NULL) return RONDO_OK;
  if (error.line == 0) return rdo_fail(diag, error.status, "%s: %s", name, error.text);
  return rdo_fail(diag, error.status, "%s:%d:%d: %s", name, error.line, error.column, error.text);
}

enum rondo_status rdo_document_open(const char *path, struct rdo_notes *notes, struct rdo_document *out_document, struct rondo_diag *diag) {
  *out_document = (struct rdo_document){0};
  struct rdo_mapping *mapping = NULL;
  enum rondo_status status = rdo_mapping_open_limited(path, RDO_DOCUMENT_BYTES_MAX, &mapping, diag);
  if (status != RONDO_OK) {
    rdo_prefix(diag, "%s", path);
    return status;
  }
  status = rdo_document_parse(mapping->bytes, path, notes, out_document, diag);
  rdo_object_release(&mapping->object);
  return status;
}

void rdo_document_deinit(struct rdo_document *document) {
  if (document == NULL) return;
  if (document->root != NULL) rdo_json_release(document->root);
  rdo_free(document->name);
  *document = (struct rdo_document){0};
}

enum rondo_status rdo_document_check_schema(const struct rdo_document *document, const char *name, int version, struct rondo_diag *diag) {
  struct rdo_value root = rdo_document_root(document), schema;
  RDO_TRY(rdo_value_expect(&root, RDO_VALUE_OBJECT, diag));
  if (!rdo_value_find(&root, "schema", &schema)) return RONDO_OK;
  const char *text;
  RDO_TRY(rdo_value_text(&schema, RDO_NAME_BYTES_MAX, &text, diag));
  size_t length = strlen(name);
  int found = 0, used = 0;
  if (strncmp(text, name, length) != 0 || text[length] != '/' || sscanf(text + length + 1, "%9d%n", &found, &used) != 1 ||
      text[length + 1 + (size_t)used] != '\0' || found < 1) {
    return rdo_value_fail(&schema, diag, RONDO_INVALID_ARGUMENT, "is \"%s\", another kind of file than the \"%s/%d\" that is needed here",
                          text, name, version);
  }
  if (found > version) {
    return rdo_value_fail(&schema, diag, RONDO_INCOMPATIBLE, "is \"%s\": a later rondo wrote this, this one reads up to \"%s/%d\"", text,
                          name, version);
  }
  return RONDO_OK;
}

// Places ---------------------------------------------------------------------------------------------------

static bool is_plain(const char *key) {
  for (const char *c = key; *c != '\0'; ++c) {
    bool is_word = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || strchr("_-$", *c) != NULL;
    if (!is_word) return false;
  }
  return *key != '\0';
}

static size_t add_step(const struct rdo_value *value, char *buffer, size_t capacity, size_t length) {
  if (length >= capacity) return length;
  int written;
  char *end = buffer + length;
  size_t room = capacity - length;
  if (value->key == NULL) written = snprintf(end, room, "[%zu]", value->index);
  else if (is_plain(value->key)) written = snprintf(end, room, "%s%s", length > 0 ? "." : "", value->key);
  else written = snprintf(end, room, "[\"%s\"]", value->key);
  return written < 0 ? length : length + (size_t)written;
}

void rdo_value_path(const struct rdo_value *value, char *buffer, size_t capacity) {
  const struct rdo_value *steps[PATH_DEPTH_MAX];
  int count = 0;
  for (; value->parent != NULL && count < PATH_DEPTH_MAX; value = value->parent) steps[count++] = value;
  size_t length = 0;
  if (capacity > 0) buffer[0] = '\0';
  while (count > 0) length = add_step(steps[--count], buffer, capacity, length);
}

// "jobs.json: jobs[2]: ": what a message about a value begins with.
static void format_place(const struct rdo_value *value, char *buffer, size_t capacity) {
  char path[PATH_TEXT_BYTES];
  rdo_value_path(value, path, sizeof path);
  snprintf(buffer, capacity, "%s: %s%s", value->document->name, path, path[0] != '\0' ? ": " : "");
}

#undef rdo_value_fail  // see the header
enum rondo_status rdo_value_fail(const struct rdo_value *value, struct rondo_diag *diag, enum rondo_status status, const char *format, ...) {
  if (diag == NULL || diag->status != RONDO_OK) return status;
  char place[PATH_TEXT_BYTES * 2], text[RONDO_DIAG_MESSAGE_BYTES];
  format_place(value, place, sizeof place);
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return rdo_fail(diag, status, "%s%s", place, text);
}

enum rondo_status rdo_value_note(const struct rdo_value *value, struct rondo_diag *diag, const char *kind, const char *format, ...) {
  if (value->document->notes == NULL) return RONDO_OK;
  char place[PATH_TEXT_BYTES * 2], text[RDO_NOTE_BYTES];
  format_place(value, place, sizeof place);
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  return rdo_notes_add(value->document->notes, diag, kind, "%s%s", place, text);
}

// Kinds ----------------------------------------------------------------------------------------------------

static const char *describe_kind(enum rdo_value_kind kind) {
  switch (kind) {
    case RDO_VALUE_NULL: return "null";
    case RDO_VALUE_FLAG: return "true or false";
    case RDO_VALUE_INTEGER: return "a whole number";
    case RDO_VALUE_REAL: return "a number";
    case RDO_VALUE_TEXT: return "a text";
    case RDO_VALUE_ARRAY: return "an array";
    case RDO_VALUE_OBJECT: return "an object";
  }
  return "unknown";
}

static enum rondo_status fail_kind(const struct rdo_value *value, enum rdo_value_kind wanted, struct rondo_diag *diag) {
  enum rdo_value_kind kind = rdo_value_kind(value);
  return rdo_value_fail(value, diag, RONDO_INVALID_ARGUMENT, "is %s, must be %s%s", describe_kind(kind), describe_kind(wanted),
                        kind == RDO_VALUE_NULL ? "; leave the key out for the default" : "");
}

enum rdo_value_kind rdo_value_kind(const struct rdo_value *value) { return rdo_json_kind(value->json); }

enum rondo_status rdo_value_expect(const struct rdo_value *value, enum rdo_value_kind kind, struct rondo_diag *diag) {
  return rdo_value_kind(value) == kind ? RONDO_OK : fail_kind(value, kind, diag);
}

enum rondo_status rdo_value_text(const struct rdo_value *value, size_t bytes_max, const char **out_text, struct rondo_diag *diag) {
  RDO_TRY(rdo_value_expect(value, RDO_VALUE_TEXT, diag));
  const char *text = rdo_json_text(value->json);
  if (strlen(text) > bytes_max) {
    return rdo_value_fail(value, diag, RONDO_OUT_OF_RANGE, "has %zu bytes, may have %zu at most", strlen(text), bytes_max);
  }
  *out_text = text;
  return RONDO_OK;
}

// A number that is whole, however it is written: 3, 3.0, 3e0.
static bool read_whole(const struct rdo_value *value, int64_t *out) {
  if (rdo_value_kind(value) == RDO_VALUE_INTEGER) {
    *out = rdo_json_integer(value->json);
    return true;
  }
  double real = rdo_json_real(value->json);
  if (rdo_value_kind(value) != RDO_VALUE_REAL || real != floor(real) || fabs(real) >= 9e15) return false;
  *out = (int64_t)real;
  return true;
}

enum rondo_status rdo_value_integer(const struct rdo_value *value, int64_t min, int64_t max, int64_t *out, struct rondo_diag *diag) {
  int64_t number;
  if (!read_whole(value, &number)) return fail_kind(value, RDO_VALUE_INTEGER, diag);
  if (number < min) return rdo_value_fail(value, diag, RONDO_OUT_OF_RANGE, "is %" PRId64 ", must be %" PRId64 " or more", number, min);
  if (number > max) return rdo_value_fail(value, diag, RONDO_OUT_OF_RANGE, "is %" PRId64 ", must be %" PRId64 " or less", number, max);
  *out = number;
  return RONDO_OK;
}

static bool read_number(const struct rdo_value *value, double *out) {
  enum rdo_value_kind kind = rdo_value_kind(value);
  if (kind == RDO_VALUE_INTEGER) *out = (double)rdo_json_integer(value->json);
  else if (kind == RDO_VALUE_REAL) *out = rdo_json_real(value->json);
  else return false;
  return true;
}

enum rondo_status rdo_value_number(const struct rdo_value *value, double min, double max, double *out, struct rondo_diag *diag) {
  double number;
  if (!read_number(value, &number)) return fail_kind(value, RDO_VALUE_REAL, diag);
  if (!(number >= min)) return rdo_value_fail(value, diag, RONDO_OUT_OF_RANGE, "is %g, must be %g or more", number, min);
  if (!(number <= max)) return rdo_value_fail(value, diag, RONDO_OUT_OF_RANGE, "is %g, must be %g or less", number, max);
  *out = number;
  return RONDO_OK;
}

enum rondo_status rdo_value_flag(const struct rdo_value *value, bool *out, struct rondo_diag *diag) {
  RDO_TRY(rdo_value_expect(value, RDO_VALUE_FLAG, diag));
  *out = rdo_json_flag(value->json);
  return RONDO_OK;
}

enum rondo_status rdo_value_choice(const struct rdo_value *value, const char *const *names, int name_count, int *out, struct rondo_diag *diag) {
  const char *text;
  RDO_TRY(rdo_value_text(value, RDO_NAME_BYTES_MAX, &text, diag));
  for (int i = 0; i < name_count; ++i) {
    if (strcmp(text, names[i]) != 0) continue;
    *out = i;
    return RONDO_OK;
  }
  char list[256] = "";
  size_t length = 0;
  for (int i = 0; i < name_count && length < sizeof list; ++i) {
    const char *between = i == 0 ? "" : i + 1 == name_count ? " or " : ", ";
    length += (size_t)snprintf(list + length, sizeof list - length, "%s%s", between, names[i]);
  }
  return rdo_value_fail(value, diag, RONDO_INVALID_ARGUMENT, "is \"%s\", must be %s", text, list);
}

// Times ----------------------------------------------------------------------------------------------------

// The shortest text for a limit: "2 ms", "1500 us".
static void format_time(int64_t time_ns, char *buffer, size_t capacity) {
  int unit = UNIT_COUNT - 1;
  while (unit > 0 && time_ns % unit_ns[unit] != 0) --unit;
  if (time_ns == 0) snprintf(buffer, capacity, "0");
  else snprintf(buffer, capacity, "%" PRId64 " %s", time_ns / unit_ns[unit], unit_names[unit]);
}

// False outside the times that there are.
static bool to_nanoseconds(const struct rdo_value *value, enum rdo_time_unit unit, int64_t *out_ns) {
  if (rdo_value_kind(value) == RDO_VALUE_INTEGER) {
    int64_t number = rdo_json_integer(value->json);
    if (number > RDO_TIME_NS_MAX / unit_ns[unit] || number < -RDO_TIME_NS_MAX / unit_ns[unit]) return false;
    *out_ns = number * unit_ns[unit];
    return true;
  }
  double number = rdo_json_real(value->json) * (double)unit_ns[unit];
  if (!(fabs(number) <= (double)RDO_TIME_NS_MAX)) return false;
  *out_ns = (int64_t)llround(number);
  return true;
}

enum rondo_status rdo_value_time(const struct rdo_value *value, enum rdo_time_unit unit, int64_t min_ns, int64_t max_ns, int64_t *out_ns,
                                 struct rondo_diag *diag) {
  double number;
  int64_t time_ns;
  char limit[32];
  if (!read_number(value, &number)) return fail_kind(value, RDO_VALUE_REAL, diag);
  if (!to_nanoseconds(value, unit, &time_ns)) {
    return rdo_value_fail(value, diag, RONDO_OUT_OF_RANGE, "is %g %s, more than the 104 days that a time may have", number, unit_names[unit]);
  }
  if (time_ns < min_ns) {
    format_time(min_ns == 1 ? 0 : min_ns, limit, sizeof limit);
    return rdo_value_fail(value, diag, RONDO_OUT_OF_RANGE, "is %g %s, must be %s %s", number, unit_names[unit],
                          min_ns == 1 ? "more than" : "at least", limit);
  }
  if (time_ns > max_ns) {
    format_time(max_ns, limit, sizeof limit);
    return rdo_value_fail(value, diag, RONDO_OUT_OF_RANGE, "is %g %s, must be at most %s", number, unit_names[unit], limit);
  }
  *out_ns = time_ns;
  return RONDO_OK;
}

// Parts ----------------------------------------------------------------------------------------------------

size_t rdo_value_count(const struct rdo_value *value) {
  enum rdo_value_kind kind = rdo_value_kind(value);
  return kind == RDO_VALUE_ARRAY || kind == RDO_VALUE_OBJECT ? rdo_json_count(value->json) : 0;
}

enum rondo_status rdo_value_array(const struct rdo_value *value, size_t count_max, size_t *out_count, struct rondo_diag *diag) {
  RDO_TRY(rdo_value_expect(value, RDO_VALUE_ARRAY, diag));
  *out_count = rdo_value_count(value);
  if (*out_count <= count_max) return RONDO_OK;
  return rdo_value_fail(value, diag, RONDO_OUT_OF_RANGE, "has %zu elements, may have %zu at most", *out_count, count_max);
}

struct rdo_value rdo_value_element(const struct rdo_value *array, size_t index) {
  return (struct rdo_value){.document = array->document, .parent = array, .index = index, .json = rdo_json_element(array->json, index)};
}

void *rdo_value_begin(const struct rdo_value *object) { return rdo_json_begin(object->json); }
void *rdo_value_next(const struct rdo_value *object, void *at) { return rdo_json_next(object->json, at); }

struct rdo_value rdo_value_at(const struct rdo_value *object, void *at) {
  return (struct rdo_value){.document = object->document, .parent = object, .key = rdo_json_key_at(at), .json = rdo_json_value_at(at)};
}

bool rdo_value_find(const struct rdo_value *object, const char *key, struct rdo_value *out_member) {
  const void *json = rdo_json_member(object->json, key);
  *out_member = (struct rdo_value){.document = object->document, .parent = object, .key = key, .json = json};
  return json != NULL;
}

enum rondo_status rdo_value_require(const struct rdo_value *object, const char *key, enum rdo_value_kind kind, const char *advice,
                                    struct rdo_value *out_member, struct rondo_diag *diag) {
  if (rdo_value_find(object, key, out_member)) return rdo_value_expect(out_member, kind, diag);
  return rdo_value_fail(out_member, diag, RONDO_INVALID_ARGUMENT, "is missing: %s", advice);
}

enum rondo_status rdo_member_text(const struct rdo_value *object, const char *key, const char **inout_text, struct rondo_diag *diag) {
  struct rdo_value member;
  return rdo_value_find(object, key, &member) ? rdo_value_text(&member, RDO_NAME_BYTES_MAX, inout_text, diag) : RONDO_OK;
}

enum rondo_status rdo_member_integer(const struct rdo_value *object, const char *key, int64_t min, int64_t max, int64_t *inout,
                                     struct rondo_diag *diag) {
  struct rdo_value member;
  return rdo_value_find(object, key, &member) ? rdo_value_integer(&member, min, max, inout, diag) : RONDO_OK;
}

enum rondo_status rdo_member_int(const struct rdo_value *object, const char *key, int min, int max, int *inout, struct rondo_diag *diag) {
  int64_t number = *inout;
  RDO_TRY(rdo_member_integer(object, key, min, max, &number, diag));
  *inout = (int)number;
  return RONDO_OK;
}

enum rondo_status rdo_member_number(const struct rdo_value *object, const char *key, double min, double max, double *inout,
                                    struct rondo_diag *diag) {
  struct rdo_value member;
  return rdo_value_find(object, key, &member) ? rdo_value_number(&member, min, max, inout, diag) : RONDO_OK;
}

enum rondo_status rdo_member_flag(const struct rdo_value *object, const char *key, bool *inout, struct rondo_diag *diag) {
  struct rdo_value member;
  return rdo_value_find(object, key, &member) ? rdo_value_flag(&member, inout, diag) : RONDO_OK;
}

enum rondo_status rdo_member_choice(const struct rdo_value *object, const char *key, const char *const *names, int name_count, int *inout,
                                    struct rondo_diag *diag) {
  struct rdo_value member;
  return rdo_value_find(object, key, &member) ? rdo_value_choice(&member, names, name_count, inout, diag) : RONDO_OK;
}

enum rondo_status rdo_member_time(const struct rdo_value *object, const char *stem, int64_t min_ns, int64_t max_ns, int64_t *inout_ns,
                                  bool *out_is_given, struct rondo_diag *diag) {
  char key[64], first[64] = "";
  if (out_is_given != NULL) *out_is_given = false;
  for (int unit = 0; unit < UNIT_COUNT; ++unit) {
    struct rdo_value member;
    snprintf(key, sizeof key, "%s_%s", stem, unit_names[unit]);
    if (!rdo_value_find(object, key, &member)) continue;
    if (first[0] != '\0') return rdo_value_fail(&member, diag, RONDO_INVALID_ARGUMENT, "%s is given as well: keep one of them", first);
    RDO_TRY(rdo_value_time(&member, (enum rdo_time_unit)unit, min_ns, max_ns, inout_ns, diag));
    memcpy(first, key, sizeof first);
    if (out_is_given != NULL) *out_is_given = true;
  }
  return RONDO_OK;
}

// Unknown keys ---------------------------------------------------------------------------------------------

static bool matches(const char *pattern, const char *key) {
  size_t length = strlen(pattern);
  if (length < 2 || strcmp(pattern + length - 2, "_*") != 0) return strcmp(pattern, key) == 0;
  if (strncmp(pattern, key, length - 1) != 0) return false;
  for (int unit = 0; unit < UNIT_COUNT; ++unit) {
    if (strcmp(key + length - 1, unit_names[unit]) == 0) return true;
  }
  return false;
}

static bool is_known(const char *key, const char *const *known, int known_count) {
  static const char *const everywhere[] = {"$schema", "$comment", "description"};
  for (int i = 0; i < known_count; ++i) {
    if (matches(known[i], key)) return true;
  }
  for (int i = 0; i < 3; ++i) {
    if (strcmp(key, everywhere[i]) == 0) return true;
  }
  return false;
}

enum rondo_status rdo_value_note_unknown(const struct rdo_value *object, const char *const *known, int known_count, struct rondo_diag *diag) {
  if (object->document->notes == NULL) return RONDO_OK;
  for (void *at = rdo_value_begin(object); at != NULL; at = rdo_value_next(object, at)) {
    struct rdo_value member = rdo_value_at(object, at);
    if (is_known(member.key, known, known_count)) continue;
    // Alike are those of one depth and name: once for all elements of an array.
    int depth = 0;
    for (const struct rdo_value *value = object; value->parent != NULL; value = value->parent) ++depth;
    char kind[PATH_TEXT_BYTES];
    snprintf(kind, sizeof kind, "unknown %d %s", depth, member.key);
    RDO_TRY(rdo_value_note(&member, diag, kind, "nobody reads this key: is its name right?"));
  }
  return RONDO_OK;
}

// Texts ----------------------------------------------------------------------------------------------------

enum rondo_status rdo_text_copy(struct rdo_arena *arena, const char *text, const char **out_text, struct rondo_diag *diag) {
  char *copy;
  size_t size = strlen(text) + 1;
  RDO_TRY(rdo_arena_alloc(arena, size, 1, &copy, diag));
  memcpy(copy, text, size);
  *out_text = copy;
  return RONDO_OK;
}

enum rondo_status rdo_text_beside(struct rdo_arena *arena, const char *file, const char *path, const char **out_path, struct rondo_diag *diag) {
  const char *slash = strrchr(file, '/');
  if (path[0] == '/' || slash == NULL) return rdo_text_copy(arena, path, out_path, diag);
  char *copy;
  size_t folder = (size_t)(slash - file) + 1, size = folder + strlen(path) + 1;
  RDO_TRY(rdo_arena_alloc(arena, size, 1, &copy, diag));
  memcpy(copy, file, folder);
  memcpy(copy + folder, path, size - folder);
  *out_path = copy;
  return RONDO_OK;
}

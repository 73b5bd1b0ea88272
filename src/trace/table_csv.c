// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Reading is strict, so that what is written is what was read: a number has one spelling, a line has as many
// fields as the header, the file ends with a line end.

#include "trace/table_csv.h"

#include <string.h>

#include "base/alloc.h"

// Kinds of the 22 columns.
enum kind { KIND_TEXT,
            KIND_INT,
            KIND_COUNT,   // 0 or more
            KIND_LENGTH,  // a time of 0 or more
            KIND_TIME };

#define X(id, name, kind) #name,
const char *const rdo_csv_column_names[RDO_CSV_COLUMN_COUNT] = {RDO_CSV_COLUMNS(X)};
#undef X
#define X(id, name, kind) KIND_##kind,
static const uint8_t kinds[RDO_CSV_COLUMN_COUNT] = {RDO_CSV_COLUMNS(X)};
#undef X

enum { TEXT_BYTES_MAX = 64 * 1024,
       SHOWN_BYTES_MAX = 40,
       FIELD_COUNT_MAX = RDO_CSV_COLUMN_COUNT + RDO_OWN_COLUMN_COUNT + RDO_TABLE_EXTRA_COUNT_MAX };

#define NUMBER_MAX INT64_C(1000000000000000000)

static int64_t not_below_0(int64_t value) { return value > 0 ? value : 0; }

void rdo_csv_derive(int64_t values[RDO_CSV_COLUMN_COUNT]) {
  int64_t planned = values[RDO_CSV_PLANNED_START], ready = values[RDO_CSV_READY], start = values[RDO_CSV_START], end = values[RDO_CSV_END];
  values[RDO_CSV_ELIGIBLE] = ready;
  values[RDO_CSV_SUBMIT] = start;
  values[RDO_CSV_COMPLETE] = end;
  values[RDO_CSV_RESIDENCY] = not_below_0(end - ready);
  values[RDO_CSV_DEP_SLIP] = not_below_0(ready - planned);
  values[RDO_CSV_QUEUE_DELAY] = not_below_0(start - ready);
  values[RDO_CSV_RUN] = not_below_0(end - start);
  values[RDO_CSV_TOTAL_LATENCY] = not_below_0(end - planned);
}

// Reading ------------------------------------------------------------------------------------------

struct field {
  const char *text;
  size_t length;
};

struct reader {
  struct rdo_table *table;
  const char *next;
  const char *end;
  size_t line_number;
  size_t field_count;  // of every line
  struct field fields[FIELD_COUNT_MAX];
  uint32_t *keys;  // owned [key_capacity]: the dependencies of a line
  size_t key_capacity;
  struct rondo_diag *diag;
};

static const char *column_name(const struct reader *r, size_t index) {
  if (index < RDO_CSV_COLUMN_COUNT) return rdo_csv_column_names[index];
  const struct rdo_table_column *column = &r->table->columns[index - RDO_CSV_COLUMN_COUNT];
  return column->own >= 0 ? rdo_own_column_names[column->own] : rdo_table_text(r->table, column->name);
}

static int shown(const struct field *field) { return field->length < SHOWN_BYTES_MAX ? (int)field->length : SHOWN_BYTES_MAX; }

static enum rondo_status fail_line(struct reader *r, const char *what) {
  return rdo_fail(r->diag, RONDO_INVALID_ARGUMENT, "%zu: %s", r->line_number, what);
}

static enum rondo_status fail_field(struct reader *r, size_t index, const char *what) {
  const struct field *field = &r->fields[index];
  return rdo_fail(r->diag, RONDO_INVALID_ARGUMENT, "%zu: column %s: '%.*s' %s", r->line_number, column_name(r, index), shown(field), field->text,
                  what);
}

// A failure of the table, as one of the field that it is of.
static enum rondo_status at_line(struct reader *r, size_t index, enum rondo_status status, const char *what) {
  if (status == RONDO_INVALID_ARGUMENT) return fail_field(r, index, what);
  return status == RONDO_OK ? RONDO_OK : rdo_fail(r->diag, status, "no memory for the trace");
}

// A control character, a quote, or nothing wrong.
static const char *find_trouble(const struct field *field) {
  for (size_t i = 0; i < field->length; ++i) {
    if (field->text[i] == '"') return "has a quote: these files know no quoting";
    if (field->text[i] == '\r') return "has a carriage return: lines end with a newline alone";
    if ((uint8_t)field->text[i] < 0x20 || field->text[i] == 0x7F) return "has a control character";
  }
  return field->length > TEXT_BYTES_MAX ? "is too long" : NULL;
}

// Splits the next line. More fields than can be are counted, not kept.
static enum rondo_status split_line(struct reader *r, size_t *out_count) {
  const char *end = memchr(r->next, '\n', (size_t)(r->end - r->next));
  ++r->line_number;
  *out_count = 0;
  if (end == NULL) return fail_line(r, "the file ends within this line: it is cut off, or lacks the last line end");
  for (const char *text = r->next; text <= end; ++*out_count) {
    const char *comma = memchr(text, ',', (size_t)(end - text));
    const char *field_end = comma != NULL ? comma : end;
    if (*out_count < FIELD_COUNT_MAX) r->fields[*out_count] = (struct field){text, (size_t)(field_end - text)};
    text = field_end + 1;
  }
  r->next = end + 1;
  return RONDO_OK;
}

static bool is_text(const struct field *field, const char *text) {
  return strlen(text) == field->length && memcmp(field->text, text, field->length) == 0;
}

// One of `names`, or -1.
static int find_name(const struct field *field, const char *const *names, int count) {
  int i = 0;
  while (i < count && !is_text(field, names[i])) ++i;
  return i < count ? i : -1;
}

static enum rondo_status fail_header(struct reader *r, size_t index, const char *what) {
  const struct field *field = &r->fields[index];
  return rdo_fail(r->diag, RONDO_INVALID_ARGUMENT, "1: column %zu: '%.*s' %s", index + 1, shown(field), field->text, what);
}

// A column behind the 22.
static enum rondo_status read_more_header(struct reader *r, size_t index) {
  struct rdo_table *table = r->table;
  const struct field *field = &r->fields[index];
  struct rdo_table_column column = {find_name(field, rdo_own_column_names, RDO_OWN_COLUMN_COUNT), 0};
  if (field->length == 0) return fail_header(r, index, "is no name");
  if (find_trouble(field) != NULL) return fail_header(r, index, find_trouble(field));
  if (find_name(field, rdo_csv_column_names, RDO_CSV_COLUMN_COUNT) >= 0) return fail_header(r, index, "is there twice");
  if (column.own < 0) {
    if (table->extra_count == RDO_TABLE_EXTRA_COUNT_MAX) return fail_header(r, index, "is one unknown column too many");
    RDO_TRY(rdo_texts_add(&table->texts, field->text, field->length, &column.name, r->diag));
    ++table->extra_count;
  }
  for (size_t i = 0; i < table->column_count; ++i) {
    if (table->columns[i].own == column.own && table->columns[i].name == column.name) return fail_header(r, index, "is there twice");
  }
  table->columns[table->column_count++] = column;
  return RONDO_OK;
}

static enum rondo_status read_header(struct reader *r) {
  RDO_TRY(split_line(r, &r->field_count));
  for (size_t i = 0; i < RDO_CSV_COLUMN_COUNT; ++i) {
    if (i >= r->field_count) {
      return rdo_fail(r->diag, RONDO_INVALID_ARGUMENT, "1: column %zu: %s is missing", i + 1, rdo_csv_column_names[i]);
    }
    if (is_text(&r->fields[i], rdo_csv_column_names[i])) continue;
    return rdo_fail(r->diag, RONDO_INVALID_ARGUMENT, "1: column %zu: '%.*s' stands where %s belongs: not a trace of played nodes", i + 1,
                    shown(&r->fields[i]), r->fields[i].text, rdo_csv_column_names[i]);
  }
  if (r->field_count > FIELD_COUNT_MAX)
    return rdo_fail(r->diag, RONDO_INVALID_ARGUMENT, "1: %zu columns: at most %d can be", r->field_count, FIELD_COUNT_MAX);
  for (size_t i = RDO_CSV_COLUMN_COUNT; i < r->field_count; ++i) RDO_TRY(read_more_header(r, i));
  r->table->has_dependencies = rdo_table_has_column(r->table, RDO_OWN_DEPENDENCIES);
  return RONDO_OK;
}

// One spelling a number: no sign but a minus, no zeros in front.
static enum rondo_status read_number(struct reader *r, size_t index, int64_t low, int64_t high, int64_t *out_value) {
  const struct field *field = &r->fields[index];
  const char *digits = field->text, *end = field->text + field->length;
  bool is_negative = field->length > 0 && *digits == '-';
  int64_t value = 0;
  digits += is_negative;
  if (digits == end) return fail_field(r, index, "is no integer");
  if (*digits == '0' && (is_negative || end - digits > 1)) return fail_field(r, index, "is no integer in its shortest form");
  for (; digits < end; ++digits) {
    if (*digits < '0' || *digits > '9') return fail_field(r, index, "is no integer");
    if (value > NUMBER_MAX / 10) return fail_field(r, index, "is too large");
    value = value * 10 + (*digits - '0');
  }
  *out_value = is_negative ? -value : value;
  if (*out_value < low && low == 0) return fail_field(r, index, "is negative");
  return *out_value < low || *out_value > high ? fail_field(r, index, "is too large") : RONDO_OK;
}

static enum rondo_status read_text(struct reader *r, size_t index, uint32_t *out_number) {
  const struct field *field = &r->fields[index];
  const char *trouble = find_trouble(field);
  if (trouble != NULL) return fail_field(r, index, trouble);
  return rdo_texts_add(&r->table->texts, field->text, field->length, out_number, r->diag);
}

// A line, in parts.
struct line {
  struct rdo_csv_line csv;
  uint32_t texts[RDO_CSV_COLUMN_COUNT];
  struct rdo_table_row row;
  struct rdo_table_node node;
  size_t key_count;
};

static enum rondo_status read_22(struct reader *r, struct line *line) {
  const int64_t time_max = RDO_TABLE_TIME_MAX_NS / 1000;
  for (size_t i = 0; i < RDO_CSV_COLUMN_COUNT; ++i) {
    int64_t *value = &line->csv.values[i];
    switch (kinds[i]) {
      case KIND_TEXT: RDO_TRY(read_text(r, i, &line->texts[i])); break;
      case KIND_INT: RDO_TRY(read_number(r, i, -NUMBER_MAX, NUMBER_MAX, value)); break;
      case KIND_COUNT: RDO_TRY(read_number(r, i, 0, NUMBER_MAX, value)); break;
      case KIND_LENGTH: RDO_TRY(read_number(r, i, 0, time_max, value)); break;
      default: RDO_TRY(read_number(r, i, -time_max, time_max, value)); break;
    }
  }
  const int64_t *values = line->csv.values;
  if (line->texts[RDO_CSV_KEY] == 0) return fail_field(r, RDO_CSV_KEY, "is no key");
  if (line->texts[RDO_CSV_TARGET] == 0) return fail_field(r, RDO_CSV_TARGET, "is no target");
  line->node = (struct rdo_table_node){.key = line->texts[RDO_CSV_KEY], .job = line->texts[RDO_CSV_JOB], .module = line->texts[RDO_CSV_MODULE],
                                       .id = values[RDO_CSV_ID], .ordinal = values[RDO_CSV_ORDINAL], .total = values[RDO_CSV_TOTAL]};
  line->row.iteration = values[RDO_CSV_GRAPH_ITER];
  line->row.file = line->texts[RDO_CSV_FILE];
  line->row.planned_start_ns = values[RDO_CSV_PLANNED_START] * 1000;
  line->row.planned_duration_ns = values[RDO_CSV_PLANNED_DURATION] * 1000;
  line->row.ready_ns = values[RDO_CSV_READY] * 1000;
  line->row.start_ns = values[RDO_CSV_START] * 1000;
  line->row.end_ns = values[RDO_CSV_END] * 1000;
  return RONDO_OK;
}

// A time that the 22 columns have too, in whole microseconds.
static enum rondo_status read_exact(struct reader *r, size_t index, bool is_length, int64_t *time_ns) {
  int64_t value;
  RDO_TRY(read_number(r, index, is_length ? 0 : -RDO_TABLE_TIME_MAX_NS, RDO_TABLE_TIME_MAX_NS, &value));
  if (rdo_table_us(value) != *time_ns / 1000) return fail_field(r, index, "does not agree with the column in microseconds");
  *time_ns = value;
  return RONDO_OK;
}

// A time that may be left empty.
static enum rondo_status read_optional(struct reader *r, size_t index, int64_t *time_ns) {
  if (r->fields[index].length == 0) return RONDO_OK;
  return read_number(r, index, -RDO_TABLE_TIME_MAX_NS, RDO_TABLE_TIME_MAX_NS, time_ns);
}

static enum rondo_status read_small(struct reader *r, size_t index, int32_t max, int32_t *number) {
  int64_t value = 0;
  if (r->fields[index].length == 0) return RONDO_OK;
  RDO_TRY(read_number(r, index, 0, max, &value));
  *number = (int32_t)value;
  return RONDO_OK;
}

static enum rondo_status read_word(struct reader *r, size_t index, const char *const *names, int count, uint8_t *out_word) {
  int word = find_name(&r->fields[index], names, count);
  if (word < 0) return fail_field(r, index, "is none of the words that this column knows");
  *out_word = (uint8_t)word;
  return RONDO_OK;
}

static enum rondo_status read_keys(struct reader *r, size_t index, struct line *line) {
  const struct field *field = &r->fields[index];
  const char *trouble = find_trouble(field);
  if (trouble != NULL) return fail_field(r, index, trouble);
  for (size_t begin = 0; begin < field->length;) {
    const char *bar = memchr(field->text + begin, '|', field->length - begin);
    size_t end = bar != NULL ? (size_t)(bar - field->text) : field->length;
    if (end == begin || end + 1 == field->length) return fail_field(r, index, "has an empty key");
    RDO_TRY(rdo_grow_array(line->key_count + 1, sizeof *r->keys, &r->key_capacity, &r->keys, r->diag));
    RDO_TRY(rdo_texts_add(&r->table->texts, field->text + begin, end - begin, &r->keys[line->key_count++], r->diag));
    begin = end + 1;
  }
  return RONDO_OK;
}

static enum rondo_status read_own(struct reader *r, size_t index, enum rdo_own_column column, struct line *line) {
  struct rdo_table_row *row = &line->row;
  struct rdo_table_node *node = &line->node;
  switch (column) {
    case RDO_OWN_T0: return read_optional(r, index, &row->t0_ns);
    case RDO_OWN_PLANNED_START: return read_exact(r, index, true, &row->planned_start_ns);
    case RDO_OWN_PLANNED_DURATION: return read_exact(r, index, true, &row->planned_duration_ns);
    case RDO_OWN_RELEASE: return read_optional(r, index, &row->release_ns);
    case RDO_OWN_READY: return read_exact(r, index, false, &row->ready_ns);
    case RDO_OWN_START: return read_exact(r, index, false, &row->start_ns);
    case RDO_OWN_END: return read_exact(r, index, false, &row->end_ns);
    case RDO_OWN_DEADLINE: return read_optional(r, index, &row->deadline_ns);
    case RDO_OWN_WORKER: return read_small(r, index, RDO_TABLE_WORKER_COUNT_MAX - 1, &row->worker);
    case RDO_OWN_CPU: return read_small(r, index, INT32_MAX, &row->cpu);
    case RDO_OWN_WORKER_COUNT: return read_small(r, index, INT32_MAX, &row->worker_count);
    case RDO_OWN_PREEMPTION_COUNT: return read_small(r, index, INT32_MAX, &row->preemption_count);
    case RDO_OWN_STATE: return read_word(r, index, rdo_played_state_names, RDO_PLAYED_STATE_COUNT, &row->state);
    case RDO_OWN_WAKE: return read_word(r, index, rdo_played_wake_names, RDO_PLAYED_WAKE_COUNT, &row->wake);
    case RDO_OWN_RELEASE_POLICY: return read_word(r, index, rdo_played_release_names, RDO_PLAYED_RELEASE_COUNT, &node->release);
    case RDO_OWN_TIME_MODE: return read_word(r, index, rdo_played_time_mode_names, RDO_PLAYED_TIME_COUNT, &node->time_mode);
    case RDO_OWN_TIME_DEPENDENCY: return read_text(r, index, &node->time_dependency);
    case RDO_OWN_DEPENDENCIES: return read_keys(r, index, line);
    case RDO_OWN_SOURCE: return read_text(r, index, &node->source);
    default: return RONDO_OK;
  }
}

static bool is_same_node(const struct rdo_table_node *a, const struct rdo_table_node *b, const uint32_t *b_keys, size_t b_key_count) {
  return a->key == b->key && a->job == b->job && a->source == b->source && a->module == b->module && a->id == b->id && a->ordinal == b->ordinal && a->total == b->total &&
         a->time_dependency == b->time_dependency && a->release == b->release && a->time_mode == b->time_mode &&
         a->dependency_count == b_key_count && (b_key_count == 0 || memcmp(a->dependencies, b_keys, b_key_count * sizeof *b_keys) == 0);
}

// A key whose lines tell different things of its node belongs to several nodes.
static enum rondo_status find_node(struct reader *r, struct line *line, uint32_t *out_node) {
  struct rdo_table *table = r->table;
  const struct rdo_table_node *node = &line->node;
  for (uint32_t i = rdo_table_find_node(table, node->key) + 1; i != 0; i = table->nodes[i - 1].same_key) {
    *out_node = i - 1;
    if (is_same_node(&table->nodes[*out_node], node, r->keys, line->key_count)) return RONDO_OK;
  }
  uint32_t *keys = NULL;
  RDO_TRY(rdo_arena_alloc(&table->arena, line->key_count, sizeof *keys, &keys, r->diag));
  if (line->key_count > 0) memcpy(keys, r->keys, line->key_count * sizeof *keys);
  line->node.dependencies = keys;
  line->node.dependency_count = (uint32_t)line->key_count;
  return at_line(r, RDO_CSV_KEY, rdo_table_push_node(table, node, out_node, NULL), "has too many meanings: lines tell different things of it");
}

static enum rondo_status keep_extra(struct reader *r, size_t index, size_t extra) {
  struct rdo_table *table = r->table;
  size_t count = (table->row_count + 1) * table->extra_count;
  RDO_TRY(rdo_grow_array(count, sizeof *table->extras, &table->extra_capacity, &table->extras, r->diag));
  return read_text(r, index, &table->extras[table->row_count * table->extra_count + extra]);
}

static enum rondo_status read_row(struct reader *r, const struct rdo_csv_observer *observer) {
  struct line line = {.row = rdo_table_row()};
  struct rdo_table *table = r->table;
  size_t count, extra = 0;
  RDO_TRY(split_line(r, &count));
  if (count != r->field_count) {
    return rdo_fail(r->diag, RONDO_INVALID_ARGUMENT, "%zu: column %s: %zu fields where the header has %zu", r->line_number,
                    count < r->field_count ? column_name(r, count) : "behind the last", count, r->field_count);
  }
  RDO_TRY(read_22(r, &line));
  for (size_t i = 0; i < table->column_count; ++i) {
    size_t index = RDO_CSV_COLUMN_COUNT + i;
    if (table->columns[i].own >= 0) RDO_TRY(read_own(r, index, (enum rdo_own_column)table->columns[i].own, &line));
    else RDO_TRY(keep_extra(r, index, extra++));
  }
  RDO_TRY(find_node(r, &line, &line.row.node));
  RDO_TRY(
      at_line(r, RDO_CSV_TARGET, rdo_table_push_target(table, line.texts[RDO_CSV_TARGET], &line.row.target, NULL), "is one target too many"));
  RDO_TRY(rdo_table_append(table, &line.row, r->diag));
  line.csv.number = r->line_number;
  line.csv.row = table->row_count - 1;
  return observer != NULL ? observer->see(observer->user, &line.csv, r->diag) : RONDO_OK;
}

enum rondo_status rdo_table_read_csv(struct rdo_table *out_table, const char *bytes, size_t size, const struct rdo_csv_observer *observer,
                                     struct rondo_diag *diag) {
  struct reader reader = {.table = out_table, .next = bytes, .end = bytes + size, .diag = diag};
  *out_table = (struct rdo_table){0};
  enum rondo_status status = read_header(&reader);
  while (status == RONDO_OK && reader.next < reader.end) status = read_row(&reader, observer);
  rdo_free(reader.keys);
  return status;
}

// Writing ------------------------------------------------------------------------------------------

static void put_optional(struct rdo_text_out *out, int64_t value, int64_t unknown) {
  if (value != unknown) rdo_text_put_int(out, value);
}

static void put_keys(const struct rdo_table *table, const struct rdo_table_node *node, struct rdo_text_out *out) {
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    if (i > 0) rdo_text_put(out, "|", 1);
    rdo_text_puts(out, rdo_table_text(table, node->dependencies[i]));
  }
}

static void put_own(const struct rdo_table *table, const struct rdo_table_row *row, enum rdo_own_column column, struct rdo_text_out *out) {
  const struct rdo_table_node *node = rdo_table_node_of(table, row);
  switch (column) {
    case RDO_OWN_T0: put_optional(out, row->t0_ns, RDO_TABLE_UNKNOWN); break;
    case RDO_OWN_PLANNED_START: rdo_text_put_int(out, row->planned_start_ns); break;
    case RDO_OWN_PLANNED_DURATION: rdo_text_put_int(out, row->planned_duration_ns); break;
    case RDO_OWN_RELEASE: put_optional(out, row->release_ns, RDO_TABLE_UNKNOWN); break;
    case RDO_OWN_READY: rdo_text_put_int(out, row->ready_ns); break;
    case RDO_OWN_START: rdo_text_put_int(out, row->start_ns); break;
    case RDO_OWN_END: rdo_text_put_int(out, row->end_ns); break;
    case RDO_OWN_DEADLINE: put_optional(out, row->deadline_ns, RDO_TABLE_UNKNOWN); break;
    case RDO_OWN_WORKER: put_optional(out, row->worker, -1); break;
    case RDO_OWN_CPU: put_optional(out, row->cpu, -1); break;
    case RDO_OWN_WORKER_COUNT: put_optional(out, row->worker_count, 0); break;
    case RDO_OWN_PREEMPTION_COUNT: rdo_text_put_int(out, row->preemption_count); break;
    case RDO_OWN_STATE: rdo_text_puts(out, rdo_played_state_names[row->state]); break;
    case RDO_OWN_WAKE: rdo_text_puts(out, rdo_played_wake_names[row->wake]); break;
    case RDO_OWN_RELEASE_POLICY: rdo_text_puts(out, rdo_played_release_names[node->release]); break;
    case RDO_OWN_TIME_MODE: rdo_text_puts(out, rdo_played_time_mode_names[node->time_mode]); break;
    case RDO_OWN_TIME_DEPENDENCY: rdo_text_puts(out, rdo_table_text(table, node->time_dependency)); break;
    case RDO_OWN_DEPENDENCIES: put_keys(table, node, out); break;
    case RDO_OWN_SOURCE: rdo_text_puts(out, rdo_table_text(table, node->source)); break;
    default: break;
  }
}

static void put_22(const struct rdo_table *table, const struct rdo_table_row *row, struct rdo_text_out *out) {
  const struct rdo_table_node *node = rdo_table_node_of(table, row);
  const uint32_t texts[RDO_CSV_COLUMN_COUNT] = {[RDO_CSV_KEY] = node->key, [RDO_CSV_JOB] = node->job, [RDO_CSV_MODULE] = node->module,
                                                [RDO_CSV_TARGET] = table->targets[row->target], [RDO_CSV_FILE] = row->file};
  int64_t values[RDO_CSV_COLUMN_COUNT] = {
      [RDO_CSV_GRAPH_ITER] = row->iteration,
      [RDO_CSV_ID] = node->id,
      [RDO_CSV_ORDINAL] = node->ordinal,
      [RDO_CSV_TOTAL] = node->total,
      [RDO_CSV_PLANNED_START] = rdo_table_us(row->planned_start_ns),
      [RDO_CSV_PLANNED_DURATION] = rdo_table_us(row->planned_duration_ns),
      [RDO_CSV_READY] = rdo_table_us(row->ready_ns),
      [RDO_CSV_START] = rdo_table_us(row->start_ns),
      [RDO_CSV_END] = rdo_table_us(row->end_ns),
  };
  rdo_csv_derive(values);
  for (int i = 0; i < RDO_CSV_COLUMN_COUNT; ++i) {
    if (i > 0) rdo_text_put(out, ",", 1);
    if (kinds[i] == KIND_TEXT) rdo_text_puts(out, rdo_table_text(table, texts[i]));
    else rdo_text_put_int(out, values[i]);
  }
}

static void put_header(const struct rdo_table *table, struct rdo_text_out *out) {
  for (int i = 0; i < RDO_CSV_COLUMN_COUNT; ++i) {
    if (i > 0) rdo_text_put(out, ",", 1);
    rdo_text_puts(out, rdo_csv_column_names[i]);
  }
  for (size_t i = 0; i < table->column_count; ++i) {
    const struct rdo_table_column *column = &table->columns[i];
    rdo_text_put(out, ",", 1);
    rdo_text_puts(out, column->own >= 0 ? rdo_own_column_names[column->own] : rdo_table_text(table, column->name));
  }
  rdo_text_put(out, "\n", 1);
}

void rdo_table_write_csv(const struct rdo_table *table, struct rdo_text_out *out) {
  put_header(table, out);
  for (size_t i = 0; i < table->row_count; ++i) {
    size_t extra = 0;
    put_22(table, &table->rows[i], out);
    for (size_t k = 0; k < table->column_count; ++k) {
      const struct rdo_table_column *column = &table->columns[k];
      rdo_text_put(out, ",", 1);
      if (column->own >= 0) put_own(table, &table->rows[i], (enum rdo_own_column)column->own, out);
      else rdo_text_puts(out, rdo_table_text(table, table->extras[i * table->extra_count + extra++]));
    }
    rdo_text_put(out, "\n", 1);
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Reader of the standard text format of flexible job shops. Strict: every number must be where the format wants
// it, and what is left over is an error; only blanks and empty lines do not count. Older copies of the public
// instances number machines from 1, and put the mean number of alternatives behind the two counts.

#include <stdio.h>

#include "base/alloc.h"
#include "base/status.h"
#include "solve/problem.h"

struct fjsp_reader {
  const char *next, *end;
  const char *name;
  int line;
  struct rondo_diag *diag;
  int job_count, machine_count;
  int machine_base;  // number of the first machine
  struct rondo_problem_mode *modes;  // of the operation being read
  struct rondo_problem_use *uses;
};

#define FAIL(reader, ...) fail_at((reader), RONDO_INVALID_ARGUMENT, __VA_ARGS__)

static enum rondo_status fail_at(struct fjsp_reader *reader, enum rondo_status status, const char *format, ...) __attribute__((format(printf, 3, 4), cold));
static enum rondo_status fail_at(struct fjsp_reader *reader, enum rondo_status status, const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return rdo_fail(reader->diag, status, "%s:%d: %s", reader->name, reader->line, text);
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static void skip_blanks(struct fjsp_reader *reader) {
  while (reader->next < reader->end && is_blank(*reader->next)) ++reader->next;
}

static bool at_line_end(struct fjsp_reader *reader) {
  skip_blanks(reader);
  return reader->next == reader->end || *reader->next == '\n';
}

// Goes to the next line that has something on it; false at the end of the text.
static bool next_line(struct fjsp_reader *reader) {
  while (at_line_end(reader)) {
    if (reader->next == reader->end) return false;
    ++reader->next;
    ++reader->line;
  }
  return true;
}

static enum rondo_status read_number(struct fjsp_reader *reader, const char *what, int64_t min, int64_t max, int64_t *out) {
  if (at_line_end(reader)) return FAIL(reader, "the line ends where %s should be", what);
  const char *begin = reader->next;
  uint64_t value = 0;
  while (reader->next < reader->end && *reader->next >= '0' && *reader->next <= '9' && value <= (uint64_t)RONDO_PROBLEM_TIME_MAX) {
    value = value * 10 + (uint64_t)(*reader->next++ - '0');
  }
  bool has_end = reader->next == reader->end || is_blank(*reader->next) || *reader->next == '\n';
  if (reader->next == begin || !has_end) {
    int length = 0;
    while (length < 20 && begin + length < reader->end && !is_blank(begin[length]) && begin[length] != '\n') ++length;
    if (reader->next > begin && *reader->next >= '0' && *reader->next <= '9') return fail_at(reader, RONDO_OUT_OF_RANGE, "%s is too large: at most %lld", what, (long long)max);
    return FAIL(reader, "'%.*s' where %s should be: not a whole number of 0 or more", length, begin, what);
  }
  if (value < (uint64_t)min || value > (uint64_t)max) {
    return fail_at(reader, RONDO_OUT_OF_RANGE, "%s is %llu: not in %lld .. %lld", what, (unsigned long long)value, (long long)min, (long long)max);
  }
  *out = (int64_t)value;
  return RONDO_OK;
}

static enum rondo_status read_int(struct fjsp_reader *reader, const char *what, int min, int max, int *out) {
  int64_t value = 0;
  RDO_TRY(read_number(reader, what, min, max, &value));
  *out = (int)value;
  return RONDO_OK;
}

// The mean number of alternatives: digits with a point somewhere. Nobody needs it.
static void skip_mean(struct fjsp_reader *reader) {
  while (reader->next < reader->end && ((*reader->next >= '0' && *reader->next <= '9') || *reader->next == '.')) ++reader->next;
}

static enum rondo_status read_head(struct fjsp_reader *reader) {
  if (!next_line(reader)) return FAIL(reader, "the file is empty");
  RDO_TRY(read_int(reader, "the number of jobs", 1, RONDO_PROBLEM_NODES_MAX, &reader->job_count));
  RDO_TRY(read_int(reader, "the number of machines", 1, RONDO_PROBLEM_MACHINES_MAX, &reader->machine_count));
  if (!at_line_end(reader)) skip_mean(reader);
  if (!at_line_end(reader)) return FAIL(reader, "more than the numbers of jobs and machines on the first line");
  return RONDO_OK;
}

// Reads an operation; with no problem its numbers are only looked at.
static enum rondo_status read_operation(struct fjsp_reader *reader, int job, struct rondo_problem *problem, int *number_min, int *number_max) {
  int count;
  RDO_TRY(read_int(reader, "a number of alternatives", 1, reader->machine_count, &count));
  for (int i = 0; i < count; ++i) {
    int number;
    int64_t duration;
    RDO_TRY(read_int(reader, "a machine", 0, reader->machine_count, &number));
    RDO_TRY(read_number(reader, "a duration", 0, RONDO_PROBLEM_TIME_MAX, &duration));
    if (number < *number_min) *number_min = number;
    if (number > *number_max) *number_max = number;
    if (problem == NULL) continue;
    reader->uses[i] = (struct rondo_problem_use){.machine = number - reader->machine_base, .width = 1};
    reader->modes[i] = (struct rondo_problem_mode){.duration = duration, .uses = &reader->uses[i], .use_count = 1};
  }
  if (problem == NULL) return RONDO_OK;
  const struct rondo_problem_node node = {.job = job, .modes = reader->modes, .mode_count = count};
  enum rondo_status status = rondo_problem_add_node(problem, &node, reader->diag);
  if (status != RONDO_OK && reader->diag != NULL) rdo_prefix(reader->diag, "%s:%d", reader->name, reader->line);
  return status;
}

static enum rondo_status read_job(struct fjsp_reader *reader, int job, struct rondo_problem *problem, int *number_min, int *number_max) {
  int count;
  if (!next_line(reader)) return FAIL(reader, "the file ends after %d of %d jobs", job, reader->job_count);
  RDO_TRY(read_int(reader, "the number of operations", 1, RONDO_PROBLEM_NODES_MAX, &count));
  for (int i = 0; i < count; ++i) {
    RDO_TRY(read_operation(reader, job, problem, number_min, number_max));
    if (problem == NULL || i == 0) continue;
    int last = (int)problem->node_count - 1;
    RDO_TRY(rondo_problem_add_edge(problem, last - 1, last, 0, reader->diag));
  }
  if (!at_line_end(reader)) return FAIL(reader, "more on the line of job %d than its %d operations", job, count);
  return RONDO_OK;
}

// Reads all jobs, into a problem or only to see how machines are numbered.
static enum rondo_status read_jobs(struct fjsp_reader *reader, struct rondo_problem *problem) {
  int number_min = reader->machine_count, number_max = 0;
  for (int i = 0; i < reader->job_count; ++i) {
    const struct rondo_problem_job job = {0};
    if (problem != NULL) RDO_TRY(rondo_problem_add_job(problem, &job, reader->diag));
    RDO_TRY(read_job(reader, i, problem, &number_min, &number_max));
  }
  if (next_line(reader)) return FAIL(reader, "more lines than the %d jobs", reader->job_count);
  reader->machine_base = number_max == reader->machine_count ? 1 : 0;
  if (number_min < reader->machine_base) return FAIL(reader, "machines are numbered 0 to %d, but there are %d", number_max, reader->machine_count);
  return RONDO_OK;
}

static enum rondo_status read_problem(struct fjsp_reader *reader, struct rondo_problem *problem) {
  RDO_TRY(read_head(reader));
  struct fjsp_reader scout = *reader;
  RDO_TRY(read_jobs(&scout, NULL));
  reader->machine_base = scout.machine_base;
  RDO_TRY(rdo_alloc_array((size_t)reader->machine_count, sizeof *reader->modes, &reader->modes, reader->diag));
  RDO_TRY(rdo_alloc_array((size_t)reader->machine_count, sizeof *reader->uses, &reader->uses, reader->diag));
  for (int i = 0; i < reader->machine_count; ++i) RDO_TRY(rondo_problem_add_machine(problem, 1, reader->diag));
  RDO_TRY(read_jobs(reader, problem));
  enum rondo_status status = rondo_problem_finish(problem, reader->diag);
  if (status != RONDO_OK && reader->diag != NULL) rdo_prefix(reader->diag, "%s", reader->name);
  return status;
}

enum rondo_status rondo_problem_read_fjsp(const char *text, size_t text_bytes, const char *name, struct rondo_problem **out_problem, struct rondo_diag *diag) {
  struct fjsp_reader reader = {.next = text, .end = text + text_bytes, .name = name, .line = 1, .diag = diag};
  *out_problem = NULL;
  struct rondo_problem *problem = NULL;
  RDO_TRY(rondo_problem_create(&problem, diag));
  enum rondo_status status = read_problem(&reader, problem);
  if (status == RONDO_OK) *out_problem = problem;
  else rondo_problem_release(&problem);
  rdo_free(reader.modes);
  rdo_free(reader.uses);
  return status;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/json_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/document.h"

enum rondo_status rdo_json_writer_init(struct rdo_json_writer *out_writer, const char *path, struct rondo_diag *diag) {
  out_writer->depth = 0;
  return rdo_output_init(&out_writer->output, path, diag);
}

static void write_char(struct rdo_json_writer *writer, char c) { rdo_output_write(&writer->output, &c, 1); }

static void write_plain(struct rdo_json_writer *writer, const char *text) { rdo_output_write(&writer->output, text, strlen(text)); }

enum rondo_status rdo_json_writer_finish(struct rdo_json_writer *writer, struct rondo_diag *diag) {
  while (writer->depth > 0) rdo_json_end(writer);
  write_char(writer, '\n');
  if (writer->output.byte_count > RDO_DOCUMENT_BYTES_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: would have %" PRIu64 " bytes, more than the %d MiB that are read back: write less", writer->output.path,
                    writer->output.byte_count, RDO_DOCUMENT_BYTES_MAX >> 20);
  }
  return rdo_output_finish(&writer->output, diag);
}

void rdo_json_writer_deinit(struct rdo_json_writer *writer) {
  if (writer != NULL) rdo_output_deinit(&writer->output);
}

// The text -------------------------------------------------------------------------------------------------

static void write_quoted(struct rdo_json_writer *writer, const char *text) {
  write_char(writer, '"');
  for (; *text != '\0'; ++text) {
    char escape[8];
    if (*text == '"' || *text == '\\') write_char(writer, '\\');
    if ((unsigned char)*text >= 0x20) {
      write_char(writer, *text);
    } else {
      snprintf(escape, sizeof escape, "\\u%04x", (unsigned)*text);
      write_plain(writer, escape);
    }
  }
  write_char(writer, '"');
}

// What stands in front of a part: comma, line or blank, key.
static void begin_part(struct rdo_json_writer *writer, const char *key) {
  if (writer->depth > 0) {
    struct rdo_json_level *level = &writer->levels[writer->depth - 1];
    if (level->has_parts) write_char(writer, ',');
    if (level->layout == RDO_JSON_LINES) {
      write_char(writer, '\n');
      for (int i = 0; i < writer->depth; ++i) write_plain(writer, "  ");
    } else if (level->has_parts) {
      write_char(writer, ' ');
    }
    level->has_parts = true;
  }
  if (key == NULL) return;
  write_quoted(writer, key);
  write_plain(writer, ": ");
}

static void begin_level(struct rdo_json_writer *writer, const char *key, char begin, char end, enum rdo_json_layout layout) {
  begin_part(writer, key);
  write_char(writer, begin);
  if (writer->depth == RDO_JSON_DEPTH_MAX) {
    (void)rdo_fail(&writer->output.diag, RONDO_INTERNAL, "%s: more than %d levels", writer->output.path, RDO_JSON_DEPTH_MAX);
    return;
  }
  // What is inside a line stays in it.
  if (writer->depth > 0 && writer->levels[writer->depth - 1].layout == RDO_JSON_INLINE) layout = RDO_JSON_INLINE;
  writer->levels[writer->depth++] = (struct rdo_json_level){.end = end, .layout = layout};
}

void rdo_json_begin_object(struct rdo_json_writer *writer, const char *key, enum rdo_json_layout layout) {
  begin_level(writer, key, '{', '}', layout);
}

void rdo_json_begin_array(struct rdo_json_writer *writer, const char *key, enum rdo_json_layout layout) {
  begin_level(writer, key, '[', ']', layout);
}

void rdo_json_end(struct rdo_json_writer *writer) {
  if (writer->depth == 0) return;
  const struct rdo_json_level *level = &writer->levels[--writer->depth];
  if (level->layout == RDO_JSON_LINES && level->has_parts) {
    write_char(writer, '\n');
    for (int i = 0; i < writer->depth; ++i) write_plain(writer, "  ");
  }
  write_char(writer, level->end);
}

void rdo_json_write_text(struct rdo_json_writer *writer, const char *key, const char *text) {
  begin_part(writer, key);
  write_quoted(writer, text);
}

void rdo_json_write_integer(struct rdo_json_writer *writer, const char *key, int64_t number) {
  char text[32];
  begin_part(writer, key);
  snprintf(text, sizeof text, "%" PRId64, number);
  write_plain(writer, text);
}

void rdo_json_write_number(struct rdo_json_writer *writer, const char *key, double number) {
  char text[40];
  begin_part(writer, key);
  snprintf(text, sizeof text, "%.15g", number);
  if (strtod(text, NULL) != number) snprintf(text, sizeof text, "%.17g", number);
  for (char *c = text; *c != '\0'; ++c) {
    if (*c == ',') *c = '.';  // where the locale says so
  }
  write_plain(writer, text);
}

void rdo_json_write_flag(struct rdo_json_writer *writer, const char *key, bool flag) {
  begin_part(writer, key);
  write_plain(writer, flag ? "true" : "false");
}

void rdo_json_write_ms(struct rdo_json_writer *writer, const char *key, int64_t time_ns) {
  char text[40];
  uint64_t magnitude = time_ns < 0 ? 0 - (uint64_t)time_ns : (uint64_t)time_ns;
  begin_part(writer, key);
  int length = snprintf(text, sizeof text, "%s%" PRIu64 ".%06" PRIu64, time_ns < 0 ? "-" : "", magnitude / 1000000, magnitude % 1000000);
  while (text[length - 1] == '0' && text[length - 2] != '.') text[--length] = '\0';
  write_plain(writer, text);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/json_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomic.h"

// The file -------------------------------------------------------------------------------------------------

static enum rondo_status fail_errno(const char *what, const char *path, int error, struct rondo_diag *diag) {
  enum rondo_status status = error == ENOENT || error == ENOTDIR                    ? RONDO_NOT_FOUND
                             : error == EACCES || error == EPERM || error == EROFS  ? RONDO_PERMISSION_DENIED
                             : error == ENOSPC || error == EDQUOT || error == EFBIG ? RONDO_RESOURCE_EXHAUSTED
                                                                                    : RONDO_UNAVAILABLE;
  return rdo_fail(diag, status, "cannot %s %s: %s", what, path, strerror(error));
}

static int open_to_write(const char *path, int flags) {
  int fd = -1;
  do fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
  while (fd < 0 && errno == EINTR);
  return fd;
}

// A name in the same folder, so that it can be renamed, and nobody else's.
static enum rondo_status make_temporary_path(struct rdo_json_writer *writer, struct rondo_diag *diag) {
  static rdo_atomic_u32 last_number;
  uint32_t number = rdo_atomic_add(&last_number, 1, rdo_relaxed) + 1;  // relaxed: counter
  size_t size = strlen(writer->path) + 48;
  RDO_TRY(rdo_alloc(size, &writer->temporary_path, diag));
  snprintf(writer->temporary_path, size, "%s.tmp-%ld-%" PRIu32, writer->path, (long)getpid(), number);
  return RONDO_OK;
}

static bool is_special(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

enum rondo_status rdo_json_writer_init(struct rdo_json_writer *out_writer, const char *path, struct rondo_diag *diag) {
  *out_writer = (struct rdo_json_writer){.fd = -1};
  size_t size = strlen(path) + 1;
  RDO_TRY(rdo_alloc(size, &out_writer->path, diag));
  memcpy(out_writer->path, path, size);
  RDO_TRY(rdo_alloc(RDO_JSON_BUFFER_BYTES, &out_writer->buffer, diag));
  if (is_special(path)) {
    out_writer->fd = open_to_write(path, 0);
  } else {
    RDO_TRY(make_temporary_path(out_writer, diag));
    // Left behind by a process with our number that was killed.
    unlink(out_writer->temporary_path);
    out_writer->fd = open_to_write(out_writer->temporary_path, O_CREAT | O_EXCL);
  }
  return out_writer->fd < 0 ? fail_errno("create", path, errno, diag) : RONDO_OK;
}

static void write_buffered(struct rdo_json_writer *writer) {
  const char *bytes = writer->buffer;
  size_t size = writer->buffered_bytes;
  writer->buffered_bytes = 0;
  while (size > 0 && writer->diag.status == RONDO_OK) {
    ssize_t count = write(writer->fd, bytes, size);
    if (count < 0 && errno != EINTR) (void)fail_errno("write", writer->path, errno, &writer->diag);
    if (count < 0) continue;
    bytes += count;
    size -= (size_t)count;
  }
}

static void write_char(struct rdo_json_writer *writer, char c) {
  if (writer->buffered_bytes == RDO_JSON_BUFFER_BYTES) write_buffered(writer);
  writer->buffer[writer->buffered_bytes++] = c;
}

static void write_plain(struct rdo_json_writer *writer, const char *text) {
  for (; *text != '\0'; ++text) write_char(writer, *text);
}

enum rondo_status rdo_json_writer_finish(struct rdo_json_writer *writer, struct rondo_diag *diag) {
  while (writer->depth > 0) rdo_json_end(writer);
  write_char(writer, '\n');
  write_buffered(writer);
  // Some file systems report a failed write only here.
  if (close(writer->fd) != 0 && errno != EINTR) (void)fail_errno("write", writer->path, errno, &writer->diag);
  writer->fd = -1;
  if (writer->diag.status == RONDO_OK && writer->temporary_path != NULL) {
    if (rename(writer->temporary_path, writer->path) != 0) {
      (void)fail_errno("rename a file to", writer->path, errno, &writer->diag);
    } else {
      rdo_free(writer->temporary_path);
      writer->temporary_path = NULL;
    }
  }
  if (writer->diag.status == RONDO_OK) return RONDO_OK;
  return rdo_fail(diag, writer->diag.status, "%s", writer->diag.message);
}

void rdo_json_writer_deinit(struct rdo_json_writer *writer) {
  if (writer == NULL) return;
  if (writer->fd >= 0) close(writer->fd);
  if (writer->temporary_path != NULL) unlink(writer->temporary_path);
  rdo_free(writer->temporary_path);
  rdo_free(writer->path);
  rdo_free(writer->buffer);
  *writer = (struct rdo_json_writer){.fd = -1};
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
    (void)rdo_fail(&writer->diag, RONDO_INTERNAL, "%s: more than %d levels", writer->path, RDO_JSON_DEPTH_MAX);
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

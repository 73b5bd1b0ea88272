// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#define _XOPEN_SOURCE 700

#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_CHUNK_BYTES = 1 << 16 };

static enum rondo_status reserve_bytes(struct tool_bytes *bytes, size_t extra, struct rondo_diag *diag) {
  if (extra <= bytes->capacity - bytes->size) return RONDO_OK;
  size_t wanted = bytes->capacity < SIZE_MAX / 2 ? bytes->capacity * 2 : SIZE_MAX;
  if (extra > SIZE_MAX - bytes->size) extra = SIZE_MAX - bytes->size;
  if (wanted < bytes->size + extra) wanted = bytes->size + extra;
  uint8_t *data = realloc(bytes->data, wanted);
  if (data == NULL) return rdo_tool_fail(diag, RONDO_RESOURCE_EXHAUSTED, "no memory for %zu bytes", wanted);
  bytes->data = data;
  bytes->capacity = wanted;
  return RONDO_OK;
}

enum rondo_status rdo_tool_bytes_append(struct tool_bytes *bytes, const void *data, size_t size,
                                        struct rondo_diag *diag) {
  enum rondo_status status = reserve_bytes(bytes, size, diag);
  if (status != RONDO_OK || size == 0) return status;
  memcpy(bytes->data + bytes->size, data, size);
  bytes->size += size;
  return RONDO_OK;
}

void rdo_tool_bytes_release(struct tool_bytes *bytes) {
  if (bytes == NULL) return;
  free(bytes->data);
  *bytes = (struct tool_bytes){0};
}

static enum rondo_status fail_errno(const char *path, const char *what, int error, struct rondo_diag *diag) {
  enum rondo_status status = RONDO_DATA_LOSS;
  if (error == ENOENT || error == ENOTDIR) status = RONDO_NOT_FOUND;
  if (error == EACCES || error == EPERM || error == EROFS) status = RONDO_PERMISSION_DENIED;
  return rdo_tool_fail(diag, status, "%s: %s: %s", path, what, strerror(error));
}

static enum rondo_status read_to_end(int file, const char *path, uint64_t byte_limit, struct tool_bytes *bytes,
                                     struct rondo_diag *diag) {
  for (;;) {
    enum rondo_status status = reserve_bytes(bytes, READ_CHUNK_BYTES, diag);
    if (status != RONDO_OK) return status;
    ssize_t count = read(file, bytes->data + bytes->size, bytes->capacity - bytes->size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno(path, "cannot read", errno, diag);
    if (count == 0) return RONDO_OK;
    bytes->size += (size_t)count;
    if (bytes->size > byte_limit) {
      return rdo_tool_fail(diag, RONDO_RESOURCE_EXHAUSTED, "%s: larger than %" PRIu64 " bytes", path, byte_limit);
    }
  }
}

enum rondo_status rdo_tool_file_read(const char *path, uint64_t byte_limit, struct tool_bytes *out_bytes,
                                     struct rondo_diag *diag) {
  rdo_tool_bytes_release(out_bytes);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return fail_errno(path, "cannot open", errno, diag);
  struct stat info;
  enum rondo_status status = RONDO_OK;
  // The size is a hint that saves copies; the limit is checked on what is really read.
  if (fstat(file, &info) == 0 && S_ISREG(info.st_mode) && (uint64_t)info.st_size <= byte_limit) {
    status = reserve_bytes(out_bytes, (size_t)info.st_size + READ_CHUNK_BYTES, diag);
  }
  if (status == RONDO_OK) status = read_to_end(file, path, byte_limit, out_bytes, diag);
  close(file);
  if (status != RONDO_OK) rdo_tool_bytes_release(out_bytes);
  return status;
}

enum rondo_status rdo_tool_stream_open(struct tool_stream *stream, const char *path, struct rondo_diag *diag) {
  *stream = (struct tool_stream){.path = path, .file = open(path, O_RDONLY | O_CLOEXEC)};
  stream->is_open = stream->file >= 0;
  return stream->is_open ? RONDO_OK : fail_errno(path, "cannot open", errno, diag);
}

// Memory grows with what arrives: asking for a lot is not having it.
enum rondo_status rdo_tool_stream_fill(struct tool_stream *stream, uint64_t size, struct rondo_diag *diag) {
  struct tool_bytes *bytes = &stream->bytes;
  while (stream->is_open && bytes->size < size) {
    uint64_t left = size - bytes->size;
    enum rondo_status status = reserve_bytes(bytes, left < READ_CHUNK_BYTES ? (size_t)left : READ_CHUNK_BYTES, diag);
    if (status != RONDO_OK) return status;
    size_t room = bytes->capacity - bytes->size;
    ssize_t count = read(stream->file, bytes->data + bytes->size, left < room ? (size_t)left : room);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail_errno(stream->path, "cannot read", errno, diag);
    bytes->size += (size_t)count;
    if (count > 0) continue;
    close(stream->file);
    stream->is_open = false;
  }
  return RONDO_OK;
}

void rdo_tool_stream_close(struct tool_stream *stream) {
  if (stream->is_open) close(stream->file);
  rdo_tool_bytes_release(&stream->bytes);
  *stream = (struct tool_stream){0};
}

static bool write_all(int file, const uint8_t *data, size_t size) {
  while (size > 0) {
    ssize_t count = write(file, data, size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    data += count;
    size -= (size_t)count;
  }
  return true;
}

// Writes `old` (if any) and the new bytes to an open file and closes it.
static enum rondo_status fill_file(int file, const char *path, const struct tool_bytes *old, const void *data,
                                   size_t size, struct rondo_diag *diag) {
  bool is_written = write_all(file, old->data, old->size) && write_all(file, data, size);
  int error = errno;
  if (close(file) != 0 && is_written) {
    error = errno;
    is_written = false;
  }
  return is_written ? RONDO_OK : fail_errno(path, "cannot write", error, diag);
}

static enum rondo_status write_in_place(const char *path, const void *data, size_t size, struct rondo_diag *diag) {
  int file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  if (file < 0) return fail_errno(path, "cannot open for writing", errno, diag);
  return fill_file(file, path, &(struct tool_bytes){0}, data, size, diag);
}

static enum rondo_status replace_file(const char *path, mode_t mode, const struct tool_bytes *old, const void *data,
                                      size_t size, struct rondo_diag *diag) {
  size_t name_bytes = strlen(path) + 32;
  char *name = malloc(name_bytes);
  if (name == NULL) return rdo_tool_fail(diag, RONDO_RESOURCE_EXHAUSTED, "no memory");
  snprintf(name, name_bytes, "%s.tmp-%ld", path, (long)getpid());
  int file = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, mode);
  enum rondo_status status = RONDO_OK;
  if (file < 0) {
    status = fail_errno(path, "cannot create", errno, diag);
  } else {
    status = fill_file(file, path, old, data, size, diag);
    if (status == RONDO_OK && rename(name, path) != 0) status = fail_errno(path, "cannot replace", errno, diag);
    if (status != RONDO_OK) unlink(name);
  }
  free(name);
  return status;
}

enum rondo_status rdo_tool_file_write(const char *path, const void *data, size_t size, bool keep_old,
                                      struct rondo_diag *diag) {
  struct stat info;
  bool exists = stat(path, &info) == 0;
  if (exists && !S_ISREG(info.st_mode)) return write_in_place(path, data, size, diag);
  struct tool_bytes old = {0};
  enum rondo_status status = RONDO_OK;
  if (exists && keep_old) status = rdo_tool_file_read(path, UINT64_MAX, &old, diag);
  // A link stays a link: its target is what gets replaced.
  char *target = exists ? realpath(path, NULL) : NULL;
  mode_t mode = exists ? info.st_mode & 0777 : 0666;
  if (status == RONDO_OK) status = replace_file(target != NULL ? target : path, mode, &old, data, size, diag);
  free(target);
  rdo_tool_bytes_release(&old);
  return status;
}

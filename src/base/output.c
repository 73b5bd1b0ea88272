// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/atomic.h"

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

// A name for the file while it grows: in the same folder, so that it can be renamed, and nobody else's.
static enum rondo_status make_temporary_path(struct rdo_output *output, struct rondo_diag *diag) {
  static rdo_atomic_u32 last_number;
  uint32_t number = rdo_atomic_add(&last_number, 1, rdo_relaxed) + 1;  // relaxed: counter
  size_t size = strlen(output->path) + 48;
  RDO_TRY(rdo_alloc(size, &output->temporary_path, diag));
  snprintf(output->temporary_path, size, "%s.tmp-%ld-%" PRIu32, output->path, (long)getpid(), number);
  return RONDO_OK;
}

static bool is_special(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

enum rondo_status rdo_output_init(struct rdo_output *out_output, const char *path, struct rondo_diag *diag) {
  *out_output = (struct rdo_output){.fd = -1};
  size_t size = strlen(path) + 1;
  RDO_TRY(rdo_alloc(size, &out_output->path, diag));
  memcpy(out_output->path, path, size);
  RDO_TRY(rdo_alloc(RDO_OUTPUT_BUFFER_BYTES, &out_output->buffer, diag));
  if (is_special(path)) {
    out_output->fd = open_to_write(path, 0);
  } else {
    RDO_TRY(make_temporary_path(out_output, diag));
    // Left behind by a process with our number that was killed.
    unlink(out_output->temporary_path);
    out_output->fd = open_to_write(out_output->temporary_path, O_CREAT | O_EXCL);
  }
  return out_output->fd < 0 ? fail_errno("create", path, errno, diag) : RONDO_OK;
}

static void write_out(struct rdo_output *output, const uint8_t *bytes, size_t size) {
  while (size > 0 && output->diag.status == RONDO_OK) {
    ssize_t count = write(output->fd, bytes, size);
    if (count < 0 && errno != EINTR) (void)fail_errno("write", output->path, errno, &output->diag);
    if (count < 0) continue;
    bytes += count;
    size -= (size_t)count;
  }
}

static void write_buffered(struct rdo_output *output) {
  write_out(output, output->buffer, output->buffered_bytes);
  output->buffered_bytes = 0;
}

void rdo_output_write(struct rdo_output *output, const void *bytes, size_t size) {
  if (output->diag.status != RONDO_OK) return;
  if (size > RDO_OUTPUT_BUFFER_BYTES - output->buffered_bytes) write_buffered(output);
  if (size > RDO_OUTPUT_BUFFER_BYTES) {
    write_out(output, bytes, size);
  } else {
    memcpy(output->buffer + output->buffered_bytes, bytes, size);
    output->buffered_bytes += size;
  }
  output->byte_count += size;
}

static void close_file(struct rdo_output *output) {
  // Some file systems report a failed write only here.
  if (close(output->fd) != 0 && errno != EINTR) (void)fail_errno("write", output->path, errno, &output->diag);
  output->fd = -1;
}

enum rondo_status rdo_output_finish(struct rdo_output *output, struct rondo_diag *diag) {
  write_buffered(output);
  close_file(output);
  if (output->diag.status == RONDO_OK && output->temporary_path != NULL) {
    if (rename(output->temporary_path, output->path) != 0) {
      (void)fail_errno("rename a file to", output->path, errno, &output->diag);
    } else {
      rdo_free(output->temporary_path);
      output->temporary_path = NULL;
    }
  }
  if (output->diag.status == RONDO_OK) return RONDO_OK;
  return rdo_fail(diag, output->diag.status, "%s", output->diag.message);
}

void rdo_output_deinit(struct rdo_output *output) {
  if (output->fd >= 0) close(output->fd);
  if (output->temporary_path != NULL) unlink(output->temporary_path);
  rdo_free(output->temporary_path);
  rdo_free(output->path);
  rdo_free(output->buffer);
  *output = (struct rdo_output){.fd = -1};
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "async/io_os.h"
#include "base/alloc.h"
#include "base/checked.h"
#include "hal/types.h"

static void destroy_file(struct rdo_object *object) {
  struct rdo_file *file = rdo_file_of(object);
  if (file->fd >= 0) file->os->close(file->fd);
  rdo_object_release(file->owner);
  rdo_free(file);
}

const struct rdo_object_type rdo_file_type = {"hal.file", destroy_file};

static void set_access(struct rdo_file *file, bool is_readable, bool is_writable) {
  file->is_readable = is_readable;
  file->is_writable = is_writable;
  file->access = (is_readable ? RDO_ACCESS_READ : 0) | (is_writable ? RDO_ACCESS_WRITE | RDO_ACCESS_DISCARD : 0);
}

enum rondo_status rdo_file_create_from_memory(uint8_t *data, uint64_t byte_length, bool is_writable, struct rdo_object *owner,
                                              struct rdo_file **out_file, struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc(sizeof **out_file, out_file, diag));
  struct rdo_file *file = *out_file;
  rdo_object_init(&file->object, &rdo_file_type);
  file->data = data;
  file->byte_length = byte_length;
  file->fd = -1;
  file->owner = owner;
  set_access(file, true, is_writable);
  rdo_object_retain(owner);
  return RONDO_OK;
}

// Descriptors -----------------------------------------------------------------------------------------

static enum rondo_status fail_errno(const char *what, int error, struct rondo_diag *diag) {
  enum rondo_status status = error == EBADF ? RONDO_INVALID_ARGUMENT : rdo_io_status_of(error);
  return rdo_fail(diag, status, "cannot %s: %s", what, strerror(error));
}

static enum rondo_status check_access(int fd, uint32_t wanted, bool *out_is_readable, bool *out_is_writable, struct rondo_diag *diag) {
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0) return fail_errno("use the descriptor", errno, diag);
  int mode = flags & O_ACCMODE;
  bool is_path = (flags & O_PATH) != 0;
  *out_is_readable = !is_path && (mode == O_RDONLY || mode == O_RDWR);
  *out_is_writable = !is_path && (mode == O_WRONLY || mode == O_RDWR);
  if ((wanted & RDO_ACCESS_READ) != 0 && !*out_is_readable) return rdo_fail(diag, RONDO_PERMISSION_DENIED, "the descriptor is not open for reading");
  if ((wanted & ~(uint32_t)RDO_ACCESS_READ) != 0 && !*out_is_writable) {
    return rdo_fail(diag, RONDO_PERMISSION_DENIED, "the descriptor is not open for writing");
  }
  if (wanted != 0) {
    *out_is_readable = (wanted & RDO_ACCESS_READ) != 0;
    *out_is_writable = (wanted & ~(uint32_t)RDO_ACCESS_READ) != 0;
  }
  return RONDO_OK;
}

static enum rondo_status import_descriptor(struct rdo_file *file, int fd, struct rondo_diag *diag) {
  struct stat info;
  if (file->os->fstat(fd, &info) != 0) return fail_errno("use the descriptor", errno, diag);
  if (S_ISDIR(info.st_mode)) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the descriptor is of a directory");
  file->is_stream = !S_ISREG(info.st_mode) && !S_ISBLK(info.st_mode);
  file->byte_length = S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
  file->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  return file->fd >= 0 ? RONDO_OK : fail_errno("duplicate the descriptor", errno, diag);
}

enum rondo_status rdo_file_create_from_descriptor(int fd, uint32_t access, const struct rdo_file_options *options,
                                                  struct rdo_file **out_file, struct rondo_diag *diag) {
  static const struct rdo_file_options none = {.proactor = NULL};
  if (options == NULL) options = &none;
  *out_file = NULL;
  bool is_readable = false, is_writable = false;
  RDO_TRY(check_access(fd, access, &is_readable, &is_writable, diag));
  struct rdo_file *file;
  RDO_TRY(rdo_alloc(sizeof *file, &file, diag));
  rdo_object_init(&file->object, &rdo_file_type);
  file->fd = -1;
  file->os = options->os != NULL ? options->os : &rdo_io_os_linux;
  file->proactor = options->is_import_refused ? NULL : options->proactor;
  set_access(file, is_readable, is_writable);
  enum rondo_status status = import_descriptor(file, fd, diag);
  if (status != RONDO_OK) {
    rdo_object_release(&file->object);
    return status;
  }
  *out_file = file;
  return RONDO_OK;
}

// Transfers -------------------------------------------------------------------------------------------

static enum rondo_status fail_range(const char *what, uint64_t offset, uint64_t length, uint64_t byte_length, struct rondo_diag *diag) {
  return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s of %llu bytes at %llu lies outside the file of %llu", what, (unsigned long long)length,
                  (unsigned long long)offset, (unsigned long long)byte_length);
}

// A file can have grown since it was imported, so its length is asked for. What has no length is checked by
// reading.
static enum rondo_status check_read(const struct rdo_file *file, uint64_t offset, uint64_t length, struct rondo_diag *diag) {
  struct stat info;
  if (file->is_stream || file->os->fstat(file->fd, &info) != 0 || !S_ISREG(info.st_mode)) return RONDO_OK;
  uint64_t byte_length = (uint64_t)info.st_size;
  return rdo_range_fits(offset, length, byte_length) ? RONDO_OK : fail_range("read", offset, length, byte_length, diag);
}

static void end_transfer(void *user, enum rondo_status status, uint64_t bytes_done) {
  struct rdo_file_transfer *transfer = user;
  rdo_object_release(&transfer->file->object);
  transfer->callback(transfer->user, status, bytes_done);  // last touch of it
}

static enum rondo_status start_transfer(struct rdo_file *file, enum rdo_io_kind kind, uint64_t offset, void *data, uint64_t length,
                                        struct rdo_file_transfer *transfer, struct rondo_diag *diag) {
  transfer->io = (struct rdo_io){.kind = kind, .fd = file->fd, .offset = file->is_stream ? RDO_IO_CURRENT : offset, .data = data,
                                 .length = length, .callback = end_transfer, .user = transfer};
  if (file->proactor != NULL) {
    transfer->file = file;
    rdo_object_retain(&file->object);
    rdo_proactor_submit(file->proactor, &transfer->io);
    return RONDO_DEFERRED;
  }
  enum rondo_status status = rdo_io_perform(file->os, &transfer->io);
  if (status == RONDO_OK) return RONDO_OK;
  return rdo_fail(diag, status, "%s of %llu bytes at %llu ended after %llu: %s", kind == RDO_IO_READ ? "read" : "write", (unsigned long long)length,
                  (unsigned long long)offset, (unsigned long long)transfer->io.bytes_done, rondo_status_name(status));
}

enum rondo_status rdo_file_read(struct rdo_file *file, uint64_t offset, void *target, uint64_t length, struct rdo_file_transfer *transfer,
                                struct rondo_diag *diag) {
  if (!file->is_readable) return rdo_fail(diag, RONDO_PERMISSION_DENIED, "read from a file that is only open for writing");
  if (file->fd < 0) {
    if (!rdo_range_fits(offset, length, file->byte_length)) return fail_range("read", offset, length, file->byte_length, diag);
    if (length != 0) memmove(target, file->data + offset, (size_t)length);  // may be the same memory
    return RONDO_OK;
  }
  if (length == 0) return RONDO_OK;
  RDO_TRY(check_read(file, offset, length, diag));
  return start_transfer(file, RDO_IO_READ, offset, target, length, transfer, diag);
}

enum rondo_status rdo_file_write(struct rdo_file *file, uint64_t offset, const void *source, uint64_t length, struct rdo_file_transfer *transfer,
                                 struct rondo_diag *diag) {
  if (!file->is_writable) return rdo_fail(diag, RONDO_PERMISSION_DENIED, "write to a read-only file");
  if (file->fd < 0) {
    if (!rdo_range_fits(offset, length, file->byte_length)) return fail_range("write", offset, length, file->byte_length, diag);
    if (length != 0) memmove(file->data + offset, source, (size_t)length);
    return RONDO_OK;
  }
  if (length == 0) return RONDO_OK;
  return start_transfer(file, RDO_IO_WRITE, offset, (void *)(uintptr_t)source, length, transfer, diag);
}

bool rdo_file_cancel(struct rdo_file *file, struct rdo_file_transfer *transfer) {
  return file->proactor != NULL && rdo_proactor_cancel(file->proactor, &transfer->io);
}

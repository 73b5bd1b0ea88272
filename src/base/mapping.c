// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/mapping.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"

enum { PIPE_CHUNK_BYTES = 1 << 20 };

static void destroy_mapping(struct rdo_object *object) {
  struct rdo_mapping *mapping = RDO_CONTAINER(object, struct rdo_mapping, object);
  if (mapping->reserved_bytes != 0) munmap((void *)(uintptr_t)mapping->bytes.data, mapping->reserved_bytes);
  rdo_free(mapping);
}

static const struct rdo_object_type mapping_type = {"mapping", destroy_mapping};

static size_t page_bytes(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static size_t page_up(size_t size) { return (size + page_bytes() - 1) & ~(page_bytes() - 1); }

static enum rondo_status fail_errno(const char *what, int error, struct rondo_diag *diag) {
  enum rondo_status status = error == ENOENT || error == ENOTDIR ? RONDO_NOT_FOUND
                             : error == EACCES || error == EPERM ? RONDO_PERMISSION_DENIED
                             : error == ENOMEM                   ? RONDO_RESOURCE_EXHAUSTED
                                                                 : RONDO_DATA_LOSS;
  return rdo_fail(diag, status, "cannot %s: %s", what, strerror(error));
}

// Grows an anonymous mapping while a pipe has more; a page of it stays free.
static enum rondo_status read_all(int fd, uint64_t bytes_max, struct rdo_mapping *mapping, struct rondo_diag *diag) {
  uint8_t *data = NULL;
  size_t size = 0, capacity = 0;
  for (;;) {
    if (capacity - size < page_bytes() + 1) {
      void *grown = capacity == 0 ? mmap(NULL, PIPE_CHUNK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                                  : mremap(data, capacity, capacity * 2, MREMAP_MAYMOVE);
      if (grown == MAP_FAILED) {
        if (data != NULL) munmap(data, capacity);
        return rdo_fail_no_memory(diag, capacity * 2);
      }
      data = grown;
      capacity = capacity == 0 ? PIPE_CHUNK_BYTES : capacity * 2;
    }
    ssize_t count = read(fd, data + size, capacity - size - page_bytes());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      int error = errno;
      munmap(data, capacity);
      return fail_errno("read", error, diag);
    }
    if (count == 0) break;
    size += (size_t)count;
    if (size > bytes_max) {
      munmap(data, capacity);
      return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "more than %llu bytes through a pipe", (unsigned long long)bytes_max);
    }
  }
  if (size == 0) {
    munmap(data, capacity);
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "file is empty");
  }
  mapping->bytes = (struct rdo_bytes){data, size};
  mapping->reserved_bytes = page_up(size) + page_bytes();
  if (mapping->reserved_bytes < capacity) munmap(data + mapping->reserved_bytes, capacity - mapping->reserved_bytes);
  return RONDO_OK;
}

static enum rondo_status map_regular(int fd, uint64_t size, struct rdo_mapping *mapping, struct rondo_diag *diag) {
  if (size == 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "file is empty");
  if (size > SIZE_MAX - 2 * page_bytes()) return rdo_fail_no_memory(diag, size);
  size_t reserved = page_up((size_t)size) + page_bytes();
  void *data = mmap(NULL, reserved, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) return fail_errno("map", errno, diag);
  if (mmap(data, (size_t)size, PROT_READ, MAP_PRIVATE | MAP_FIXED, fd, 0) == MAP_FAILED) {
    int error = errno;
    munmap(data, reserved);
    return fail_errno("map", error, diag);
  }
  mapping->bytes = (struct rdo_bytes){data, size};
  mapping->reserved_bytes = reserved;
  return RONDO_OK;
}

static enum rondo_status fill_mapping(int fd, uint64_t pipe_bytes_max, struct rdo_mapping *mapping, struct rondo_diag *diag) {
  struct stat info;
  if (fstat(fd, &info) != 0) return fail_errno("stat", errno, diag);
  if (S_ISDIR(info.st_mode)) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "is a directory");
  if (S_ISREG(info.st_mode)) return map_regular(fd, (uint64_t)info.st_size, mapping, diag);
  if (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)) return read_all(fd, pipe_bytes_max, mapping, diag);
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "is a device, not a file or a pipe");
}

enum rondo_status rdo_mapping_open(const char *path, struct rdo_mapping **out_mapping, struct rondo_diag *diag) {
  return rdo_mapping_open_limited(path, RDO_MAPPING_PIPE_BYTES_MAX, out_mapping, diag);
}

enum rondo_status rdo_mapping_open_limited(const char *path, uint64_t pipe_bytes_max, struct rdo_mapping **out_mapping,
                                           struct rondo_diag *diag) {
  *out_mapping = NULL;
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return fail_errno("open", errno, diag);
  struct rdo_mapping *mapping;
  enum rondo_status status = rdo_alloc(sizeof *mapping, &mapping, diag);
  if (status == RONDO_OK) {
    rdo_object_init(&mapping->object, &mapping_type);
    status = fill_mapping(fd, pipe_bytes_max, mapping, diag);
    if (status == RONDO_OK) {
      *out_mapping = mapping;
    } else {
      rdo_object_release(&mapping->object);
    }
  }
  close(fd);
  return status;
}

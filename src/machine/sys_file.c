// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/sys_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  PATH_BYTES = 256,
  TEXT_BYTES = 4096  // what one file of sysfs can hold
};

enum rondo_status rdo_sys_root_open(const char *path, struct rdo_sys_root *out_root, struct rondo_diag *diag) {
  if (path == NULL) path = "/";
  out_root->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (out_root->fd >= 0) return RONDO_OK;
  return rdo_fail(diag, errno == EACCES ? RONDO_PERMISSION_DENIED : RONDO_NOT_FOUND, "cannot open the directory '%s': %s", path, strerror(errno));
}

void rdo_sys_root_close(struct rdo_sys_root *root) {
  if (root->fd >= 0) close(root->fd);
  root->fd = -1;
}

// Reads until the end of the file, or until the buffer is full; -1 when reading fails.
static ssize_t read_some(int fd, char *buffer, size_t capacity) {
  size_t size = 0;
  while (size < capacity) {
    ssize_t got = read(fd, buffer + size, capacity - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    size += (size_t)got;
  }
  return (ssize_t)size;
}

// With `cuts` a file that is too long is cut, without it is as if it were not there.
static int read_file(const struct rdo_sys_root *root, bool cuts, char *buffer, size_t capacity, const char *format, va_list args) {
  char path[PATH_BYTES];
  int path_length = vsnprintf(path, sizeof path, format, args);
  if (path_length < 0 || path_length >= PATH_BYTES) return -1;
  int fd = openat(root->fd, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return -1;
  struct stat info;
  ssize_t size = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) ? read_some(fd, buffer, capacity) : -1;
  close(fd);
  if (size < 0 || ((size_t)size == capacity && !cuts)) return -1;
  if ((size_t)size == capacity) --size;
  while (size > 0 && (buffer[size - 1] == '\n' || buffer[size - 1] == ' ')) --size;
  buffer[size] = '\0';
  return (int)size;
}

int rdo_sys_read_text(const struct rdo_sys_root *root, char *buffer, size_t capacity, const char *path, ...) {
  va_list args;
  va_start(args, path);
  int size = read_file(root, false, buffer, capacity, path, args);
  va_end(args);
  return size;
}

int rdo_sys_read_begin(const struct rdo_sys_root *root, char *buffer, size_t capacity, const char *path, ...) {
  va_list args;
  va_start(args, path);
  int size = read_file(root, true, buffer, capacity, path, args);
  va_end(args);
  return size;
}

bool rdo_sys_exists(const struct rdo_sys_root *root, const char *path) { return faccessat(root->fd, path, F_OK, 0) == 0; }

// Decimal digits with an optional sign and nothing else; false outside [min, max].
static bool parse_number(const char *text, int size, int64_t min, int64_t max, int64_t *out) {
  bool is_negative = size > 0 && text[0] == '-';
  int begin = is_negative ? 1 : 0;
  if (size <= begin || size > 18) return false;  // 18 digits fit an int64_t
  int64_t value = 0;
  for (int i = begin; i < size; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    value = value * 10 + (text[i] - '0');
  }
  if (is_negative) value = -value;
  if (value < min || value > max) return false;
  *out = value;
  return true;
}

bool rdo_sys_read_number(const struct rdo_sys_root *root, int64_t min, int64_t max, int64_t *out, const char *path, ...) {
  char text[64];
  va_list args;
  va_start(args, path);
  int size = read_file(root, false, text, sizeof text, path, args);
  va_end(args);
  return parse_number(text, size, min, max, out);
}

bool rdo_sys_read_list(const struct rdo_sys_root *root, struct rdo_cpu_set *out_set, uint64_t *out_beyond, const char *path, ...) {
  char text[TEXT_BYTES];
  uint64_t beyond = 0;
  va_list args;
  va_start(args, path);
  int size = read_file(root, false, text, sizeof text, path, args);
  va_end(args);
  *out_set = rdo_cpu_set_none();
  bool is_list = size >= 0 && rdo_cpu_set_parse_kernel((struct rdo_bytes){(const uint8_t *)text, (uint64_t)size}, out_set, &beyond);
  if (out_beyond != NULL) *out_beyond = beyond;
  return is_list;
}

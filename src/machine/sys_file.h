// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Small text files of the kernel (sysfs) below a root that may be a copy of another machine's: everything
// read here is untrusted text. A file that is missing, too long, a pipe, or does not hold what was asked for
// is the same thing: not there.

#ifndef RDO_MACHINE_SYS_FILE_H_
#define RDO_MACHINE_SYS_FILE_H_

#include "machine/cpu_set.h"

struct rdo_sys_root {
  int fd;  // of the directory
};

// Opens the directory that holds `sys`; NULL = "/".
//   returns  OK, NOT_FOUND, PERMISSION_DENIED; on error nothing is kept
enum rondo_status rdo_sys_root_open(const char *path, struct rdo_sys_root *out_root, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_sys_root_close(struct rdo_sys_root *root);

// The path of each is a format, relative to the root: "sys/devices/system/cpu/cpu%d/online".
#define RDO_SYS_PATH(format_index, first_index) __attribute__((format(printf, format_index, first_index)))

// Reads the whole file, without blanks and line ends behind the text, terminated.
//   returns  length, or -1
int rdo_sys_read_text(const struct rdo_sys_root *root, char *buffer, size_t capacity, const char *path, ...) RDO_SYS_PATH(4, 5);

// The same, but what does not fit is cut off: for long files whose beginning says it all. NUL bytes end the text.
int rdo_sys_read_begin(const struct rdo_sys_root *root, char *buffer, size_t capacity, const char *path, ...) RDO_SYS_PATH(4, 5);

// Whether there is a file or directory.
bool rdo_sys_exists(const struct rdo_sys_root *root, const char *path);

// Reads one decimal number in [min, max]; `*out` keeps its value when that is not what the file holds.
bool rdo_sys_read_number(const struct rdo_sys_root *root, int64_t min, int64_t max, int64_t *out, const char *path, ...) RDO_SYS_PATH(5, 6);

// Reads a list of CPUs (or of nodes); empty when that is not what the file holds.
//   out_beyond  CPUs that the set cannot hold; may be NULL
bool rdo_sys_read_list(const struct rdo_sys_root *root, struct rdo_cpu_set *out_set, uint64_t *out_beyond, const char *path, ...) RDO_SYS_PATH(4, 5);

#endif  // RDO_MACHINE_SYS_FILE_H_

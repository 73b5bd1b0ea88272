// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// For tests of RISC-V builds under Debian 12's qemu-user, which runs vector instructions but does not know
// the system call that tells of them. Preloaded, this answers it: the base extensions and V.
// Nothing else of ours, and nothing of the C library, calls syscall().

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

enum { SYSCALL_HWPROBE = 258, HWPROBE_IMA_EXT_0 = 4, IMA_FD = 1, IMA_C = 2, IMA_V = 4 };

struct hwprobe {
  int64_t key;
  uint64_t value;
};

__attribute__((visibility("default"))) long syscall(long number, ...);

long syscall(long number, ...) {
  if (number != SYSCALL_HWPROBE) {
    errno = ENOSYS;
    return -1;
  }
  va_list arguments;
  va_start(arguments, number);
  struct hwprobe *probes = va_arg(arguments, struct hwprobe *);
  size_t count = va_arg(arguments, size_t);
  va_end(arguments);
  for (size_t i = 0; i < count; ++i) {
    if (probes[i].key == HWPROBE_IMA_EXT_0) probes[i].value = IMA_FD | IMA_C | IMA_V;
    else probes[i].key = -1;
  }
  return 0;
}

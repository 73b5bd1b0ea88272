// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// For tests of RISC-V builds under Debian 12's qemu-user, which runs vector instructions but does not know
// the system call that tells of them. Preloaded, this answers it: the base extensions and V. Other calls
// go on to the C library's syscall().

#include <dlfcn.h>
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
  va_list arguments;
  va_start(arguments, number);
  if (number != SYSCALL_HWPROBE) {
    long a[6];
    for (int i = 0; i < 6; ++i) a[i] = va_arg(arguments, long);  // as many as there can be; in registers, or above them
    va_end(arguments);
    long (*next)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
  }
  struct hwprobe *probes = va_arg(arguments, struct hwprobe *);
  size_t count = va_arg(arguments, size_t);
  va_end(arguments);
  for (size_t i = 0; i < count; ++i) {
    if (probes[i].key == HWPROBE_IMA_EXT_0) probes[i].value = IMA_FD | IMA_C | IMA_V;
    else probes[i].key = -1;
  }
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Included by tests that ask for more memory than there is: the sanitizers' allocators then answer NULL,
// as the system's does, instead of ending the program.

#ifndef RDO_TESTS_UNIT_HUGE_ALLOCATIONS_H_
#define RDO_TESTS_UNIT_HUGE_ALLOCATIONS_H_

#define RDO_SANITIZER_OPTIONS(name)                                 \
  const char *name(void);                                           \
  __attribute__((visibility("default"), used)) const char *name(void) { return "allocator_may_return_null=1"; }

RDO_SANITIZER_OPTIONS(__asan_default_options)
RDO_SANITIZER_OPTIONS(__tsan_default_options)
RDO_SANITIZER_OPTIONS(__lsan_default_options)

#endif  // RDO_TESTS_UNIT_HUGE_ALLOCATIONS_H_

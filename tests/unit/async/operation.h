// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Operations that remember how they ended, for the tests of the proactor.

#ifndef RDO_TESTS_UNIT_ASYNC_OPERATION_H_
#define RDO_TESTS_UNIT_ASYNC_OPERATION_H_

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "async/io_os.h"
#include "async/proactor.h"
#include "base/clock.h"

struct operation {
  struct rdo_io io;
  struct rdo_proactor *proactor;
  int call_count;
  int order;  // 1 = the first callback of all since operation_order was reset
  enum rondo_status status;
  uint64_t bytes_done;
  void (*then)(struct operation *operation);  // in the callback
  struct operation *other;
  sem_t done;
};

static int operation_order;  // of the polling thread, while there is only one

static void operation_ended(void *user, enum rondo_status status, uint64_t bytes_done) {
  struct operation *operation = user;
  ++operation->call_count;
  operation->order = ++operation_order;
  operation->status = status;
  operation->bytes_done = bytes_done;
  if (operation->then != NULL) operation->then(operation);
  sem_post(&operation->done);
}

static inline void operation_init(struct operation *operation, struct rdo_proactor *proactor, enum rdo_io_kind kind, int fd, uint64_t offset,
                                  void *data, uint64_t length) {
  *operation = (struct operation){.proactor = proactor, .status = RONDO_UNKNOWN};
  operation->io = (struct rdo_io){
      .kind = kind, .fd = fd, .offset = offset, .data = data, .length = length, .callback = operation_ended, .user = operation};
  sem_init(&operation->done, 0, 0);
}

static inline void operation_submit(struct operation *operation) { rdo_proactor_submit(operation->proactor, &operation->io); }

static inline bool operation_cancel(struct operation *operation) { return rdo_proactor_cancel(operation->proactor, &operation->io); }

// Waits for the callback.
static inline enum rondo_status operation_wait(struct operation *operation) {
  while (sem_wait(&operation->done) != 0) continue;
  return operation->status;
}

static inline void operation_start_timer(struct operation *operation, struct rdo_proactor *proactor, int64_t deadline_ns) {
  operation_init(operation, proactor, RDO_IO_TIMER, -1, 0, NULL, 0);
  operation->io.deadline_ns = deadline_ns;
  operation_submit(operation);
}

// A file in memory, with byte i = i * 7 + i / 256.
static inline uint8_t pattern_at(uint64_t i) { return (uint8_t)(i * 7 + (i >> 8)); }

static inline int make_file(uint64_t byte_length) {
  int fd = memfd_create("test", MFD_CLOEXEC);
  uint8_t *bytes = malloc(byte_length + 1);
  if (fd < 0 || bytes == NULL) abort();
  for (uint64_t i = 0; i < byte_length; ++i) bytes[i] = pattern_at(i);
  if (write(fd, bytes, byte_length) != (ssize_t)byte_length) abort();
  free(bytes);
  return fd;
}

// Whether `bytes` are those of the file from `offset` on.
static inline bool is_pattern(const uint8_t *bytes, uint64_t offset, uint64_t length) {
  for (uint64_t i = 0; i < length; ++i) {
    if (bytes[i] != pattern_at(offset + i)) return false;
  }
  return true;
}

static inline bool is_filled(const uint8_t *bytes, uint8_t value, uint64_t length) {
  for (uint64_t i = 0; i < length; ++i) {
    if (bytes[i] != value) return false;
  }
  return true;
}

#endif  // RDO_TESTS_UNIT_ASYNC_OPERATION_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// hal.file: bytes that queues read from and write to: memory that another object keeps alive, or a
// descriptor (a file, a pipe). A transfer moves them straight between the file and the other memory, once:
//
//   memory                     one copy, at once
//   descriptor, imported       by the proactor; the caller does not wait
//   descriptor, not imported   by the calling thread, before the call returns
//
// Files on disk are not shorter than they are: a read beyond the end is OUT_OF_RANGE, and so is one whose
// file is cut while it runs. Writes to descriptors may extend a file, writes to memory may not. A stream
// has no offsets and no length; reads take what comes.

#ifndef RDO_HAL_FILE_H_
#define RDO_HAL_FILE_H_

#include <stdbool.h>

#include "async/proactor.h"
#include "base/bytes.h"
#include "base/object.h"
#include "base/status.h"

// All const after create.
struct rdo_file {
  struct rdo_object object;
  uint8_t *data;                  // NULL of a descriptor
  uint64_t byte_length;           // of a descriptor: when it was imported; 0 of a stream
  bool is_readable;
  bool is_writable;
  bool is_stream;                 // a descriptor without offsets
  uint32_t access;                // enum rdo_memory_access: what the two say, and DISCARD with WRITE
  struct rdo_object *owner;       // of memory; retained
  int fd;                         // owned duplicate; -1 of memory
  struct rdo_proactor *proactor;  // borrowed; NULL = transfers run on the calling thread
  const struct rdo_io_os *os;
};

extern const struct rdo_object_type rdo_file_type;

static inline struct rdo_file *rdo_file_of(struct rdo_object *object) { return RDO_CONTAINER(object, struct rdo_file, object); }

// A file over memory.
//   owner  retained; may be NULL
enum rondo_status rdo_file_create_from_memory(uint8_t *data, uint64_t byte_length, bool is_writable, struct rdo_object *owner,
                                              struct rdo_file **out_file, struct rondo_diag *diag);

struct rdo_file_options {
  struct rdo_proactor *proactor;  // kept, must outlive the file; NULL = none
  bool is_import_refused;         // keeps the proactor out of it, for tests and measurements
  const struct rdo_io_os *os;     // NULL = the system; kept
};

// A file over a duplicate of a descriptor, which shares its position and flags.
//   fd       borrowed
//   access   enum rdo_memory_access that is wanted; 0 = all that the descriptor allows
//   options  borrowed; NULL = all zero
//   returns  OK, INVALID_ARGUMENT (not a descriptor, a directory), PERMISSION_DENIED (it is not open for
//            that), RESOURCE_EXHAUSTED
enum rondo_status rdo_file_create_from_descriptor(int fd, uint32_t access, const struct rdo_file_options *options,
                                                  struct rdo_file **out_file, struct rondo_diag *diag);

// Storage of one transfer: the caller's, until it has ended.
struct rdo_file_transfer {
  // Runs when the transfer was DEFERRED, exactly once, on the proactor's thread; must be short.
  void (*callback)(void *user, enum rondo_status status, uint64_t bytes_done);
  void *user;
  // The file's.
  struct rdo_file *file;  // retained while DEFERRED
  struct rdo_io io;
};

// Moves exactly `length` bytes. Length 0 is OK.
//   target, source  *kept* until the transfer has ended
//   transfer        *kept* while DEFERRED
//   returns  DEFERRED: the callback will run, with one of the others (async/io.h says what they mean there)
//            OK: done        OUT_OF_RANGE: beyond the end      PERMISSION_DENIED: not open for that
//            or as rdo_io_perform
//   thread   any
enum rondo_status rdo_file_read(struct rdo_file *file, uint64_t offset, void *target, uint64_t length, struct rdo_file_transfer *transfer,
                                struct rondo_diag *diag) RONDO_MUST_USE;
enum rondo_status rdo_file_write(struct rdo_file *file, uint64_t offset, const void *source, uint64_t length, struct rdo_file_transfer *transfer,
                                 struct rondo_diag *diag) RONDO_MUST_USE;

// Asks a transfer that was DEFERRED to end early; see rdo_proactor_cancel.
bool rdo_file_cancel(struct rdo_file *file, struct rdo_file_transfer *transfer);

#endif  // RDO_HAL_FILE_H_

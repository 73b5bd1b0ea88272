// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Status codes and the one-line explanation that goes with a failure.
//
// Every fallible call returns an `enum rondo_status` by value: nothing to free, nothing to forget.
// The words for humans go into a fixed-size `struct rondo_diag` that the caller may pass.

#ifndef RONDO_STATUS_H_
#define RONDO_STATUS_H_

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define RONDO_API __attribute__((visibility("default")))
#define RONDO_MUST_USE __attribute__((warn_unused_result))
#else
#define RONDO_API
#define RONDO_MUST_USE
#endif

// Outcome of a call. The numbers are those that compiled modules use themselves (a module can fail
// with a code of its own), so they never change.
enum rondo_status {
  RONDO_OK = 0,
  RONDO_CANCELLED = 1,
  RONDO_UNKNOWN = 2,
  RONDO_INVALID_ARGUMENT = 3,     // malformed file, wrong shape, type or arity
  RONDO_DEADLINE_EXCEEDED = 4,    // a wait ran into its timeout
  RONDO_NOT_FOUND = 5,            // file, function, module or import that does not exist
  RONDO_ALREADY_EXISTS = 6,
  RONDO_PERMISSION_DENIED = 7,    // write to a read-only buffer
  RONDO_RESOURCE_EXHAUSTED = 8,   // out of memory, over the memory budget or the step limit
  RONDO_FAILED_PRECONDITION = 9,
  RONDO_ABORTED = 10,
  RONDO_OUT_OF_RANGE = 11,
  RONDO_UNIMPLEMENTED = 12,
  RONDO_INTERNAL = 13,
  RONDO_UNAVAILABLE = 14,
  RONDO_DATA_LOSS = 15,           // a file ended early or could not be read
  RONDO_UNAUTHENTICATED = 16,
  RONDO_DEFERRED = 17,            // not an error: not finished yet, resume later
  RONDO_INCOMPATIBLE = 18,        // no device or executable variant fits this machine
};

enum { RONDO_DIAG_MESSAGE_BYTES = 1008 };

// What went wrong, where and why. Filled by a failing call when the caller passes one; the first
// error wins, callers further up append where they were. Zero-initialise before use.
struct rondo_diag {
  enum rondo_status status;
  int message_length;                      // bytes in `message` without the NUL
  char message[RONDO_DIAG_MESSAGE_BYTES];  // one line, NUL-terminated, never empty after a failure
};

// Name of a status, such as "INVALID_ARGUMENT"; "UNKNOWN" for a number that is none of them.
//   returns    static string      thread  any      phase  rt
RONDO_API const char *rondo_status_name(enum rondo_status status);

#ifdef __cplusplus
}
#endif
#endif  // RONDO_STATUS_H_

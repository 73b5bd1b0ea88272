// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Files that say what runs where and when: `machine.json`, `jobs.json`, `profile.json` and `plan.json`, and the schedules of
// other tools. docs/files.md has their keys.
//
// A file is read once, checked as a whole, and does not change afterwards. What is wrong with it is one line: file, key
// path, reason, and what to do. What is only remarkable about it, such as a key that nobody reads, is a note.

#ifndef RONDO_FILES_H_
#define RONDO_FILES_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rondo/machine.h"
#include "rondo/status.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rondo_file;

enum rondo_file_kind {
  RONDO_FILE_MACHINE,
  RONDO_FILE_JOBS,
  RONDO_FILE_PLAN,     // or a schedule of another tool
  RONDO_FILE_PROFILE,  // or a hand-written workload profile
};

// How to read a file. Zero-initialise, then set what should differ from the defaults.
struct rondo_file_options {
  const struct rondo_machine *machine;  // a machine file's CPUs must be there and usable; NULL: they are not looked for
  const char *machine_file;  // path: lanes, targets, resources and clusters of the others must be in it; NULL: any name will do
  bool is_strict;            // what is remarkable about a plan's times and modules is an error
};

// Reads and checks a file.
//   path      borrowed
//   options   borrowed; NULL = defaults
//   out_file  owned by caller, end with rondo_file_release; NULL on error
//   diag      optional, filled unless OK: file, key path or line and column, reason, what to do
//   returns   OK, NOT_FOUND (no such file; or a lane, target, resource or CPU that is not there), PERMISSION_DENIED,
//             INVALID_ARGUMENT (malformed), OUT_OF_RANGE (a number, or a limit), INCOMPATIBLE (of a later version),
//             UNAVAILABLE (a CPU is offline), FAILED_PRECONDITION (cycles without a machine's frequencies), DATA_LOSS,
//             RESOURCE_EXHAUSTED, UNIMPLEMENTED (built without a JSON library)
//   thread    any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_file_read(const char *path, enum rondo_file_kind kind, const struct rondo_file_options *options,
                                            struct rondo_file **out_file, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends a file and sets the pointer to NULL. NULL and a pointer to NULL are fine.
//   thread    owner               phase  setup
RONDO_API void rondo_file_release(struct rondo_file **file);

struct rondo_file_info {
  enum rondo_file_kind kind;
  const char *description;  // "a machine", "jobs", "C, a schedule", ...; lives as long as the file
  int cluster_count, lane_count, resource_count;  // of a machine file, or of the machine that a plan carries; of a profile: clusters
  int job_count;       // of a jobs file; of a plan: instances
  int model_count;     // of a profile: functions of models
  int dispatch_count;  // of a plan or profile
  int target_count;    // of a plan
  int64_t makespan_ns; // of a plan
  int note_count;
};

//   thread    any, concurrently   phase  rt
RONDO_API void rondo_file_info(const struct rondo_file *file, struct rondo_file_info *out_info);

// What is remarkable about the file: one line each, however often it occurs.
//   index      0 .. note_count - 1
//   out_count  optional: how often
//   returns    the text, with file and key path of its first occurrence; lives as long as the file; NULL: no such index
//   thread     any, concurrently   phase  rt
RONDO_API const char *rondo_file_note(const struct rondo_file *file, int index, size_t *out_count);

// Writes the file anew: in our form, complete, a part a line. It appears when it is complete.
//   returns   OK, NOT_FOUND (no such folder), PERMISSION_DENIED, RESOURCE_EXHAUSTED, UNAVAILABLE
//   thread    any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_file_write(const struct rondo_file *file, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

// Writes a machine file for a machine, to be edited: a cluster for each of its clusters with CPUs that this process may
// use, with a worker for each core. The fastest ones are called CPU_P, slower ones CPU_E, with a number behind it where
// there are several.
//   returns   as rondo_file_write; NOT_FOUND also when no CPU may be used
//   thread    any, concurrently   phase  setup
RONDO_API enum rondo_status rondo_machine_write(const struct rondo_machine *machine, const char *path, struct rondo_diag *diag) RONDO_MUST_USE;

#ifdef __cplusplus
}
#endif
#endif  // RONDO_FILES_H_

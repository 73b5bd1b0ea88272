// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Looking into modules: what they export and need, how large their parts are, their bytecode, and the
// recordings they make. Plain text for people.

#ifndef RONDO_INSPECT_H_
#define RONDO_INSPECT_H_

#include "rondo/model.h"

#ifdef __cplusplus
extern "C" {
#endif

// Receives text piece by piece.
//   text  borrowed, `length` bytes, not terminated
typedef void (*rondo_write_fn)(void *user, const char *text, size_t length);

// What rondo_inspect_module writes.
enum rondo_inspect_section {
  RONDO_INSPECT_SUMMARY = 1,      // name, versions, sizes of the parts
  RONDO_INSPECT_FUNCTIONS = 2,    // exports with signature and attributes
  RONDO_INSPECT_IMPORTS = 4,      // what other modules must provide
  RONDO_INSPECT_EXECUTABLES = 8,  // native code: target and size
  RONDO_INSPECT_DISPATCHES = 16,  // what is in the executables for this machine; loads them
  RONDO_INSPECT_DISASSEMBLY = 32, // every function's bytecode
};

// Describes one module. Reads its tables, runs nothing of its host program. Listing dispatches asks
// the native code for them (docs/trust.md); all other sections only read.
//   source    borrowed
//   sections  bits of enum rondo_inspect_section
//   write     called on this thread, in order
//   diag      optional, filled unless OK
//   returns   OK, or what rondo_model_load would say about the file; text written so far stays
//   thread    any                phase  setup
RONDO_API enum rondo_status rondo_inspect_module(const struct rondo_module_source *source, unsigned sections,
                                                 rondo_write_fn write, void *user,
                                                 struct rondo_diag *diag) RONDO_MUST_USE;

// Describes the recordings that a loaded model keeps in its globals: each command with its region,
// workgroup counts, constants and bindings. Recordings made anew in every call (dynamic shapes) are
// not among them: rondo_inspect_new_recordings.
//   model     borrowed
//   write     called on this thread, in order
//   returns   number of recordings
//   thread    one at a time with calls on the model      phase  setup
RONDO_API int rondo_inspect_recordings(const struct rondo_model *model, rondo_write_fn write, void *user);

// Describes each recording when a model has finished it, from now on: those that calls make, and initializers of models
// that are loaded later. A device "null" records everything and runs no kernel; where a model's host program looks at
// results, it then sees zeros.
//   runtime   borrowed, kept until the end of this
//   write     called on the thread that calls the model; NULL = ends it
//   thread    one at a time with loading and calls on all models of the runtime      phase  setup
RONDO_API void rondo_inspect_new_recordings(struct rondo_runtime *runtime, rondo_write_fn write, void *user);

#ifdef __cplusplus
}
#endif
#endif  // RONDO_INSPECT_H_

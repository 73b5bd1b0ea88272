// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Arguments of a call from the command line: --input strings to values, with the files they name.

#ifndef RDO_TOOLS_INPUTS_H_
#define RDO_TOOLS_INPUTS_H_

#include "files.h"
#include "options.h"
#include "rondo/model.h"

// A file that inputs were read from, and how far.
struct tool_input_file {
  struct tool_stream stream;
  uint64_t offset;
};

// Files opened so far; `+` and `*` go on where the last read of the same path ended. Zero-initialise.
struct tool_input_files {
  struct tool_input_file *items;
  int count;
};
void rdo_tool_input_files_release(struct tool_input_files *files);

// Values in order. Zero-initialise; end with rdo_tool_values_release.
struct tool_values {
  struct rondo_value *items;
  bool *is_ignored;  // "(ignored)" stood there; meaningful for expected results
  int count;
};
void rdo_tool_values_release(struct tool_values *values);

// Makes one value per string (`*file` makes several).
//   flag        what the strings were given with, such as "--input", for messages
//   kind_of     kind of value number `index` if it is a scalar, else anything that is none; called
//               with `user`
//   value_max   more values than this fail
//   out_values  filled; release it also on error
//   returns     OK, or what was wrong; diag tells which string, quotes it, and why
enum rondo_status rdo_tool_values_read(struct rondo_runtime *runtime, const char *flag,
                                       const struct tool_strings *texts,
                                       enum rondo_value_kind (*kind_of)(const void *user, int index), const void *user,
                                       int value_max, struct tool_values *out_values,
                                       struct rondo_diag *diag) RONDO_MUST_USE;

// Arguments that the user supplies: without the two fences of an asynchronous function.
int rdo_tool_argument_count(const struct rondo_function *function);

// Reads the arguments of a function; says on stderr what is wrong or missing, and what the function takes.
//   returns  TOOL_EXIT_OK or TOOL_EXIT_FAILURE
int rdo_tool_arguments_read(struct rondo_runtime *runtime, const struct rondo_function *function,
                            const struct tool_strings *texts, struct tool_values *out_values);

#endif  // RDO_TOOLS_INPUTS_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Inputs that a jobs file gives to the calls of a job, and that are the same in each: files, constants, splats.

#ifndef RDO_PLAY_PLAYED_INPUT_H_
#define RDO_PLAY_PLAYED_INPUT_H_

#include "plan/jobs_file.h"
#include "rondo/play_schedule.h"

enum { RDO_INPUT_TEXT_BYTES = 8192 };

// Makes the value of an argument from text as `rondo run --input` takes it.
typedef enum rondo_status rdo_input_reader(void *user, struct rondo_runtime *runtime, const struct rondo_function *function, int argument, const char *text,
                                           struct rondo_value *out_value, struct rondo_diag *diag);

struct rdo_played_inputs {
  const char *job;                    // for messages
  const struct rdo_job_input *items;  // borrowed, [count]
  int count;
  const struct rondo_schedule_input *typed;  // borrowed, [typed_count]: of all jobs; those of this one are in place of the above
  int typed_count;
  rdo_input_reader *read;             // NULL = nobody reads texts: they are refused
  void *user;
};

// An argument or result by its name or index, or as "input" and "output", which mean the first where none is called so; -1 = there is none.
int rdo_played_port_find(const struct rondo_function *function, const char *text, bool is_result);

// The argument of an input.
//   place    of the input in the job's list
//   returns  OK, NOT_FOUND
enum rondo_status rdo_played_input_find(const struct rondo_function *function, const struct rdo_job_input *input, int place, int *out_argument,
                                        struct rondo_diag *diag) RONDO_MUST_USE;

// What an input of a file, a constant or a splat is as text.
//   buffer    [RDO_INPUT_TEXT_BYTES]
//   out_text  in the buffer, or the input's own
//   returns   OK, OUT_OF_RANGE
enum rondo_status rdo_played_input_text(const struct rdo_job_input *input, char *buffer, const char **out_text, struct rondo_diag *diag) RONDO_MUST_USE;

// Copies a result to memory for a job that reads it.
//   byte_length  that the reader's argument has
//   returns      OK, INVALID_ARGUMENT (no tensor, or of another size)
enum rondo_status rdo_played_result_copy(const struct rondo_value *output, int result, const char *reader, uint64_t byte_length, void *to,
                                         struct rondo_diag *diag) RONDO_MUST_USE;

// All arguments of a function: what is given, else zeros; what rings and other jobs would give is tensors of zeros, too.
//   out_values  zeroed, [argument count]; what they hold the caller releases, also on failure
//   returns     OK, or what reading returns
enum rondo_status rdo_played_inputs_make(const struct rdo_played_inputs *given, const struct rondo_function *function, struct rondo_runtime *runtime,
                                         struct rondo_value *out_values, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAY_PLAYED_INPUT_H_

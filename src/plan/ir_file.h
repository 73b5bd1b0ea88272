// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Stream-level IR as iree-compile --compile-to=stream writes it: what each call of a function executes, in which order, and
// which bytes each command touches.
//
// Read are functions of the host program: their `stream.cmd.execute` operations with fills, copies and dispatches, `serial` and
// `concurrent` groups; timepoints from one to the next; and what their resources are. Everything else is passed over as operations
// whose results wait for their operands. Dispatches of initializers run when a module is loaded, not in a call.
//
// Where something cannot be followed, the order of the text is kept: at branches and loops, and behind waits of the host.

#ifndef RDO_PLAN_IR_FILE_H_
#define RDO_PLAN_IR_FILE_H_

#include <stdbool.h>

#include "base/arena.h"
#include "base/bytes.h"
#include "base/status.h"

enum {
  RDO_IR_EXECUTES_MAX = 1024,       // of a function
  RDO_IR_COMMANDS_MAX = 8192,       // of a function: all are compared with all
  RDO_IR_ACCESSES_MAX = 1 << 20,    // of the file
  RDO_IR_DISPATCHES_MAX = 1 << 20,  // of the file
  RDO_IR_VALUES_MAX = 1 << 20,      // of a function
  RDO_IR_DEPTH_MAX = 64
};

#define RDO_IR_NONE UINT32_MAX

// A set of executions of a function.
struct rdo_ir_set {
  uint64_t words[RDO_IR_EXECUTES_MAX / 64];
};

// Bytes that a command touches.
struct rdo_ir_access {
  uint32_t root;  // number of the memory; RDO_IR_NONE = unknown: it may be any
  bool is_read, is_written;
  uint64_t begin, end;  // in the root
};

// Commands of a block come one after the other, or are independent.
struct rdo_ir_block {
  uint32_t parent;  // RDO_IR_NONE = an execution's own
  uint32_t depth;
  bool is_concurrent;
};

struct rdo_ir_command {
  uint32_t execute, block;
  uint32_t dispatch;  // of dispatches[]; RDO_IR_NONE = a fill, copy, ...
  uint32_t number;    // in its execution
  uint32_t access_begin, access_count;
};

// NAME = VALUE of a dictionary.
struct rdo_ir_attribute {
  struct rdo_bytes name, value;  // a string's value without quotes
  uint64_t begin, end;           // of the whole, as offsets
  bool is_string, is_number;
};

struct rdo_ir_dispatch {
  struct rdo_bytes executable, export_name;
  uint32_t line;
  uint32_t command;
  uint64_t body_end;        // behind its }, where a dictionary may begin
  uint64_t dictionary_end;  // behind the dictionary's }; 0 = there is none
  uint32_t attribute_begin, attribute_count;
};

// `before` holds all that have ended when it begins.
struct rdo_ir_execute {
  struct rdo_ir_set before;
};

// Indices of its parts; parts of one function stand together.
struct rdo_ir_function {
  struct rdo_bytes name;
  uint32_t execute_begin, execute_count;
  uint32_t command_begin, command_count;
  uint32_t dispatch_begin, dispatch_count;
};

struct rdo_ir {
  struct rdo_bytes text;
  const char *path;
  struct rdo_ir_function *functions;
  struct rdo_ir_execute *executes;
  struct rdo_ir_command *commands;
  struct rdo_ir_block *blocks;
  struct rdo_ir_access *accesses;
  struct rdo_ir_dispatch *dispatches;
  struct rdo_ir_attribute *attributes;
  size_t function_count, execute_count, command_count, block_count, access_count, dispatch_count, attribute_count;
  size_t function_capacity, execute_capacity, command_capacity, block_capacity, access_capacity, dispatch_capacity, attribute_capacity;
  uint32_t initializer_dispatch_count;
};

// Reads a text, which must outlive what is read of it.
//   out_ir   end with rdo_ir_deinit, also after an error
//   returns  OK, INVALID_ARGUMENT (malformed), UNIMPLEMENTED (of another phase), OUT_OF_RANGE (a limit), RESOURCE_EXHAUSTED
enum rondo_status rdo_ir_read(struct rdo_bytes text, const char *path, struct rdo_ir *out_ir, struct rondo_diag *diag) RONDO_MUST_USE;
void rdo_ir_deinit(struct rdo_ir *ir);

// The function with a name, also if the compiler has called it NAME$async; without a name the only one with dispatches.
//   returns  OK, NOT_FOUND, INVALID_ARGUMENT (there are several, or none)
enum rondo_status rdo_ir_find_function(const struct rdo_ir *ir, const char *name, const struct rdo_ir_function **out_function,
                                       struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_IR_FILE_H_

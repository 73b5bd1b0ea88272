// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The flags that say which model runs where, shared by the verbs, and loading by them.

#ifndef RDO_TOOLS_MODEL_ARGS_H_
#define RDO_TOOLS_MODEL_ARGS_H_

#include "options.h"
#include "rondo/model.h"

struct tool_model_args {
  struct tool_strings modules;  // --module, then the positional arguments
  const char *function;         // NULL = the obvious one
  const char *device;           // NULL = the default
  const char *workers;          // as typed, NULL = the default; so are the next two
  const char *cpus;
  const char *spin_us;
  const char *queues;           // "nodes" or "clusters", NULL = one queue
  struct tool_strings queue_cpus;
  uint64_t memory_budget_bytes;
  int64_t step_limit;
};

// Lines for a verb's table of options; `args` is a struct tool_model_args.
#define TOOL_MODEL_OPTIONS(args)                                                                            \
  {"module", TOOL_OPTION_LIST, &(args).modules, "FILE",                                                     \
   "Module to load; repeat it for several, each before those that import it. A MODEL argument is the same."}, \
      {"device", TOOL_OPTION_TEXT, &(args).device, "NAME",                                                  \
       "local-sync (default): kernels run on the calling thread. local-task: on all cores. null: no kernel runs, " \
       "results are zeros."},                                                                                \
      {"workers", TOOL_OPTION_TEXT, &(args).workers, "COUNT",                                               \
       "Worker threads of local-task; default one for each physical core; 0: the caller does all the work."}, \
      {"cpus", TOOL_OPTION_TEXT, &(args).cpus, "LIST",                                                      \
       "CPUs that the workers of local-task are pinned to, such as 0-3,6."},                                \
      {"queues", TOOL_OPTION_TEXT, &(args).queues, "UNIT",                                                  \
       "nodes or clusters: local-task has a queue with workers of its own for each NUMA node, or for each cluster of cores."}, \
      {"queue", TOOL_OPTION_LIST, &(args).queue_cpus, "LIST",                                               \
       "A queue with a worker on each of these CPUs; repeat it for several. Work that names no queue goes to the first."}, \
      {"spin-us", TOOL_OPTION_TEXT, &(args).spin_us, "TIME",                                                \
       "How long an idle worker spins before it sleeps, in microseconds; default 20."},                     \
      {"memory-budget", TOOL_OPTION_BYTES, &(args).memory_budget_bytes, "BYTES",                            \
       "Tensor memory that may be live at once, such as 512M; default 0: no limit."},                       \
      {"step-limit", TOOL_OPTION_COUNT, &(args).step_limit, "COUNT",                                        \
       "Branches and calls one invocation may take in the host program; default 0: no limit."}

#define TOOL_FUNCTION_OPTION(args)                                        \
  {"function", TOOL_OPTION_TEXT, &(args).function, "NAME",                \
   "Function to call; default the only one of the module loaded last."}

// A loaded model. End with rdo_tool_model_release; half-loaded is fine.
struct tool_model {
  struct rondo_runtime *runtime;
  struct rondo_model *model;
};

// Moves positional arguments to the modules.
//   returns  TOOL_EXIT_OK, or TOOL_EXIT_USAGE after saying that no module was named
int rdo_tool_model_args_finish(struct tool_model_args *args, const struct tool_strings *positional, const char *verb);
void rdo_tool_model_args_release(struct tool_model_args *args);

// Makes a runtime and loads the modules into it; says on stderr what went wrong.
//   out_model  filled; release it also on error
//   returns    TOOL_EXIT_OK or TOOL_EXIT_FAILURE
int rdo_tool_model_load(const struct tool_model_args *args, struct tool_model *out_model);
void rdo_tool_model_release(struct tool_model *model);

// Finds the function that the flags name; says on stderr what went wrong.
//   returns    TOOL_EXIT_OK or TOOL_EXIT_FAILURE
int rdo_tool_model_find(const struct tool_model_args *args, const struct tool_model *model,
                        const struct rondo_function **out_function);

// Prints "rondo: WHERE: MESSAGE: STATUS_NAME" to stderr; WHERE is left out when NULL or already part
// of the message.
void rdo_tool_print_failure(const char *where, enum rondo_status status, const struct rondo_diag *diag);

#endif  // RDO_TOOLS_MODEL_ARGS_H_

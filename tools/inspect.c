// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo inspect`: what is in a module file.

#include "rondo/inspect.h"

#include <stdio.h>
#include <string.h>

#include "call.h"
#include "message.h"
#include "model_args.h"
#include "options.h"
#include "tool.h"

static void write_stdout(void *user, const char *text, size_t length) {
  (void)user;
  fwrite(text, 1, length, stdout);
}

static int inspect_files(const struct tool_model_args *args, unsigned sections) {
  for (int i = 0; i < args->modules.count; ++i) {
    const struct rondo_module_source source = {.path = args->modules.items[i]};
    struct rondo_diag diag = {RONDO_OK, 0, ""};
    enum rondo_status status = rondo_inspect_module(&source, sections, write_stdout, NULL, &diag);
    if (status != RONDO_OK) {
      rdo_tool_print_failure(args->modules.items[i], status, &diag);
      return TOOL_EXIT_FAILURE;
    }
  }
  return TOOL_EXIT_OK;
}

// What one call of a function records.
static int inspect_call(const struct tool_model_args *args, const struct tool_strings *inputs, struct tool_model *model) {
  struct tool_values arguments;
  struct tool_call call = {0};
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  const struct rondo_function *function = NULL;
  int code = rdo_tool_model_find(args, model, &function);
  if (code != TOOL_EXIT_OK) return code;
  code = rdo_tool_arguments_read(model->runtime, function, inputs, &arguments);
  if (code == TOOL_EXIT_OK) {
    char name[TOOL_NAME_TEXT_BYTES];
    printf("call of %s\n", rdo_tool_printable(rondo_function_name(function), name, sizeof name));
    enum rondo_status status = rdo_tool_call_init(&call, model->runtime, function, &arguments, &diag);
    rondo_inspect_new_recordings(model->runtime, write_stdout, NULL);
    if (status == RONDO_OK) status = rdo_tool_call_invoke(&call, &diag);
    rondo_inspect_new_recordings(model->runtime, NULL, NULL);
    if (status != RONDO_OK) {
      rdo_tool_call_print_failure(&args->modules, function, status, &diag);
      code = TOOL_EXIT_FAILURE;
    }
    rdo_tool_call_deinit(&call);
  }
  rdo_tool_values_release(&arguments);
  return code;
}

// Recordings exist only after the initializers have run, so the model is loaded for them.
static int inspect_recordings(const struct tool_model_args *args, const struct tool_strings *inputs) {
  struct tool_model model = {0};
  bool has_call = args->function != NULL || inputs->count != 0;
  int code = rdo_tool_model_load(args, &model);
  if (code == TOOL_EXIT_OK) {
    int count = rondo_inspect_recordings(model.model, write_stdout, NULL);
    if (count == 0) printf("recordings\n  none in globals%s\n", has_call ? "" : " (a model with dynamic shapes records in every call: --input, --function)");
    if (has_call) code = inspect_call(args, inputs, &model);
  }
  rdo_tool_model_release(&model);
  return code;
}

int rdo_tool_inspect(int argc, char **argv) {
  struct tool_model_args args = {0};
  struct tool_strings inputs = {0};
  bool disassembly = false;
  bool recordings = false;
  bool imports = false;
  bool all = false;
  const struct tool_option options[] = {
      {"recordings", TOOL_OPTION_SWITCH, &recordings, NULL,
       "Load the model and show the recordings its initializers made: each command with region, workgroups, constants and bindings."},
      {"disassembly", TOOL_OPTION_SWITCH, &disassembly, NULL, "Show the bytecode of every function."},
      {"imports", TOOL_OPTION_SWITCH, &imports, NULL, "Show the modules and functions it needs."},
      {"all", TOOL_OPTION_SWITCH, &all, NULL, "All of these."},
      {"function", TOOL_OPTION_TEXT, &args.function, "NAME",
       "With --recordings: call this function, too, and show the recordings that the call makes, as those of dynamic shapes are. "
       "Default with --input: the only one of the module loaded last."},
      {"input", TOOL_OPTION_LIST, &inputs, "VALUE", "An argument of that call, as for rondo run; one flag each."},
      TOOL_MODEL_OPTIONS(args),
      {0},
  };
  const struct tool_usage usage = {
      .verb = "inspect",
      .synopsis = "MODEL.vmfb [flags]",
      .about = "Shows a module's sizes, functions with their types, and native executables with their dispatches. The\n"
               "host program is not run, except for --recordings; with --device=null no native code is, and executables\n"
               "do not tell their dispatches.",
      .options = options,
      .examples = "  rondo inspect model.vmfb\n  rondo inspect model.vmfb --recordings --device=null\n"
                  "  rondo inspect model.vmfb --recordings --device=null --input=3x64xf32",
      .exit_codes = "  0  shown\n  1  the file is malformed or could not be loaded, or the call failed\n  2  the command line is wrong",
  };
  struct tool_strings positional;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    code = TOOL_EXIT_OK;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else code = rdo_tool_model_args_finish(&args, &positional, usage.verb);
    if (code == TOOL_EXIT_OK && !wants_help && !recordings && !all && (args.function != NULL || inputs.count != 0)) {
      rdo_tool_message("--function and --input say what to call for --recordings");
      code = TOOL_EXIT_USAGE;
    }
  }
  if (code == TOOL_EXIT_OK && !wants_help) {
    unsigned sections = RONDO_INSPECT_SUMMARY | RONDO_INSPECT_FUNCTIONS | RONDO_INSPECT_EXECUTABLES;
    // Dispatches are named by native code, and the null device runs none.
    if (args.device == NULL || strcmp(args.device, "null") != 0) sections |= RONDO_INSPECT_DISPATCHES;
    if (imports || all) sections |= RONDO_INSPECT_IMPORTS;
    if (disassembly || all) sections |= RONDO_INSPECT_DISASSEMBLY;
    code = inspect_files(&args, sections);
    if (code == TOOL_EXIT_OK && (recordings || all)) code = inspect_recordings(&args, &inputs);
  }
  rdo_tool_strings_release(&inputs);
  rdo_tool_model_args_release(&args);
  rdo_tool_strings_release(&positional);
  return code;
}

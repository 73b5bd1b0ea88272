// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// rondo check: calls every function without arguments, as IREE's check modules have them. A failed
// expectation arrives as a failed call whose diag says what was expected.

#include <string.h>

#include "call.h"
#include "interrupt.h"
#include "message.h"
#include "model_args.h"
#include "tool.h"

struct check_counts {
  int passed;
  int failed;
};

// A test takes nothing and returns when it is done.
static bool is_test(const struct rondo_function *function) {
  return rondo_function_argument_count(function) == 0 && strstr(rondo_function_name(function), "$async") == NULL;
}

static void run_test(struct tool_model *model, const struct rondo_function *function, struct check_counts *counts) {
  struct rondo_diag diag = {0};
  char name[TOOL_NAME_TEXT_BYTES];
  rdo_tool_printable(rondo_function_name(function), name, sizeof name);
  struct tool_call call;
  const struct tool_values no_arguments = {0};
  enum rondo_status status = rdo_tool_call_init(&call, model->runtime, function, &no_arguments, &diag);
  if (status == RONDO_OK) status = rdo_tool_call_invoke(&call, &diag);
  rdo_tool_call_deinit(&call);
  if (status == RONDO_OK) {
    ++counts->passed;
    printf("ok      %s\n", name);
  } else {
    ++counts->failed;
    printf("FAILED  %s: %s%s%s\n", name, diag.message, diag.message[0] != '\0' ? ": " : "", rondo_status_name(status));
  }
  fflush(stdout);  // the next test may take the process down
}

static int run_tests(const struct tool_model_args *args, struct tool_model *model) {
  struct check_counts counts = {0};
  const struct rondo_function *only = NULL;
  if (args->function != NULL && rdo_tool_model_find(args, model, &only) != TOOL_EXIT_OK) return TOOL_EXIT_FAILURE;
  for (int i = 0; i < rondo_model_function_count(model->model); ++i) {
    const struct rondo_function *function = rondo_model_function(model->model, i);
    if (only != NULL ? function == only : is_test(function)) run_test(model, function, &counts);
  }
  printf("%d passed, %d failed\n", counts.passed, counts.failed);
  if (counts.passed + counts.failed == 0) rdo_tool_message("no function without arguments in this model");
  return counts.failed == 0 && counts.passed > 0 ? TOOL_EXIT_OK : TOOL_EXIT_FAILURE;
}

int rdo_tool_check(int argc, char **argv) {
  struct tool_model_args args = {0};
  const struct tool_option options[] = {
      TOOL_MODEL_OPTIONS(args),
      {"function", TOOL_OPTION_TEXT, &args.function, "NAME", "Run only this test."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "check",
      .synopsis = "MODEL.vmfb [flags]",
      .about = "Calls every exported function that takes no arguments and prints a line for each. A test fails\n"
               "when its call does, for one because of an expectation of IREE's check dialect. \"$async\" twins\n"
               "are left out.",
      .options = options,
      .examples = "  rondo check tests.vmfb\n  rondo check tests.vmfb --function=add_is_commutative",
      .exit_codes = "  0  all tests passed\n  1  a test failed, there is none, or the model could not be loaded\n"
                    "  2  the command line is wrong",
  };
  struct tool_strings positional;
  struct tool_model model = {0};
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    code = TOOL_EXIT_OK;
    if (wants_help) rdo_tool_usage_print(stdout, &usage);
    else code = rdo_tool_model_args_finish(&args, &positional, usage.verb);
    if (code == TOOL_EXIT_OK && !wants_help) {
      rdo_tool_interrupt_begin();
      code = rdo_tool_model_load(&args, &model);
    }
    if (code == TOOL_EXIT_OK && !wants_help) code = run_tests(&args, &model);
  }
  rdo_tool_model_release(&model);
  rdo_tool_model_args_release(&args);
  rdo_tool_strings_release(&positional);
  return code;
}

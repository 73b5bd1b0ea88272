// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The command line: a table of verbs.

#include <string.h>

#include "fault.h"
#include "message.h"
#include "options.h"
#include "rondo/runtime.h"
#include "tool.h"

struct verb {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *about;
};

static const struct verb verbs[] = {
    {"run", rdo_tool_run, "call a function of a model and print its results"},
    {"bench", rdo_tool_bench, "measure the latency of a function, or this machine's timers"},
    {"check", rdo_tool_check, "run the test functions of a module"},
    {"demo", rdo_tool_demo, "check the bundled models, and play two of them together in four ways"},
    {"inspect", rdo_tool_inspect, "show what is in a module file"},
    {"machine", rdo_tool_machine, "show the CPUs, caches and clusters of the machine; check it for real time"},
    {"profile", rdo_tool_profile, "measure what each dispatch of models costs"},
    {"plan", rdo_tool_plan, "plan each dispatch of several models ahead of time, or check a plan"},
    {"simulate", rdo_tool_simulate, "run a plan on a virtual clock, with noise, under any policy"},
    {"play", rdo_tool_play, "run several models on time: at their own rates, or by a plan"},
    {"trace", rdo_tool_trace, "statistics and pictures of a played plan"},
};

enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] };

static const struct verb *find_verb(const char *name) {
  for (int i = 0; i < VERB_COUNT; ++i) {
    if (strcmp(verbs[i].name, name) == 0) return &verbs[i];
  }
  return NULL;
}

static void print_help(FILE *file) {
  fprintf(file, "usage: rondo VERB [flags]\n\nRuns models that IREE's compiler made (.vmfb files).\n\nVerbs:\n");
  for (int i = 0; i < VERB_COUNT; ++i) fprintf(file, "  %-8s  %s\n", verbs[i].name, verbs[i].about);
  fprintf(file,
          "\n'rondo help VERB' or 'rondo VERB --help' explains a verb; 'rondo --version' prints the version.\n\n"
          "Examples:\n"
          "  rondo demo\n"
          "  rondo run mlp.vmfb --input=1x64xf32=0.5\n\n"
          "A model with native kernels is native code: run only what you would also execute.\n");
}

static int fail_unknown(const char *name) {
  const char *names[VERB_COUNT + 1] = {"help"};
  for (int i = 0; i < VERB_COUNT; ++i) names[i + 1] = verbs[i].name;
  const char *nearest = rdo_tool_nearest_name(name, names, VERB_COUNT + 1);
  if (nearest != NULL) rdo_tool_message("no verb '%.60s'; did you mean '%s'?", name, nearest);
  else rdo_tool_message("no verb '%.60s'", name);
  fprintf(stderr, "Try 'rondo --help'.\n");
  return TOOL_EXIT_USAGE;
}

static int fail_extra(const char *argument) {
  rdo_tool_message("unexpected argument '%.60s'", argument);
  fprintf(stderr, "Try 'rondo --help'.\n");
  return TOOL_EXIT_USAGE;
}

static int run_help(int argc, char **argv) {
  if (argc > 1) return fail_extra(argv[1]);
  if (argc < 1) {
    print_help(stdout);
    return TOOL_EXIT_OK;
  }
  const struct verb *verb = find_verb(argv[0]);
  if (verb == NULL) return fail_unknown(argv[0]);
  char help[] = "--help";
  char *arguments[] = {help, NULL};
  return verb->run(1, arguments);
}

static int run_verb(int argc, char **argv) {
  if (argc < 2) {
    print_help(stderr);
    return TOOL_EXIT_USAGE;
  }
  const char *name = argv[1];
  if (strcmp(name, "help") == 0 || strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) return run_help(argc - 2, argv + 2);
  if (strcmp(name, "--version") == 0 || strcmp(name, "version") == 0) {
    if (argc > 2) return fail_extra(argv[2]);
    printf("rondo %s\n", rondo_version());
    return TOOL_EXIT_OK;
  }
  const struct verb *verb = find_verb(name);
  return verb != NULL ? verb->run(argc - 2, argv + 2) : fail_unknown(name);
}

// Data that did not reach its reader is a failure, even when everything else went well.
static int finish_stdout(int code) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return code;
  rdo_tool_message("cannot write to stdout");
  return TOOL_EXIT_FAILURE;
}

int main(int argc, char **argv) {
  rdo_tool_fault_install();
  return finish_stdout(run_verb(argc, argv));
}

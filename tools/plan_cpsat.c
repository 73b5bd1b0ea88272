// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo plan --fjsp=FILE --solver=cpsat`: hands a job shop to another solver, to check ours against it. That solver lives in
// Python, so this process becomes cpsat.py, which prints and writes what this command would.

#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"
#include "options.h"
#include "plan.h"

enum {
  PATH_BYTES = 4096,
  NUMBER_BYTES = 48,
  WORDS_MAX = 16,
};

static const double time_limit_default_s = 10;

// RONDO_CPSAT, else "<folder of the program>/../share/rondo/cpsat.py", where building and installing put it.
static bool find_script(char *buffer, size_t capacity) {
  static const char below[] = "/../share/rondo/cpsat.py";
  const char *named = getenv("RONDO_CPSAT");
  if (named != NULL && named[0] != '\0') return (size_t)snprintf(buffer, capacity, "%s", named) < capacity;
  ssize_t length = readlink("/proc/self/exe", buffer, capacity - 1);
  if (length <= 0) return false;
  buffer[length] = '\0';
  char *slash = strrchr(buffer, '/');
  if (slash == NULL || (size_t)(slash - buffer) + sizeof below > capacity) return false;
  memcpy(slash, below, sizeof below);
  return true;
}

static const char *find_python(void) {
  const char *named = getenv("RONDO_PYTHON");
  return named != NULL && named[0] != '\0' ? named : "python3";
}

bool rdo_tool_plan_wants_cpsat(const struct plan_args *args) { return args->solver != NULL && strcmp(args->solver, "cpsat") == 0; }

int rdo_tool_plan_cpsat(const struct plan_args *args) {
  char script[PATH_BYTES], shown[TOOL_NAME_TEXT_BYTES], limit[NUMBER_BYTES], threads[NUMBER_BYTES], seed[NUMBER_BYTES];
  const char *words[WORDS_MAX] = {find_python(), script, args->fjsp_path, limit, threads, seed};
  int count = 6;
  if (!find_script(script, sizeof script) || access(script, R_OK) != 0) {
    rdo_tool_message("--solver=cpsat needs the script cpsat.py, which is not at %s; name its path in RONDO_CPSAT", rdo_tool_printable(script, shown, sizeof shown));
    return TOOL_EXIT_FAILURE;
  }
  snprintf(limit, sizeof limit, "--time-limit=%.17g", args->time_limit_s < 0 ? time_limit_default_s : args->time_limit_s);
  snprintf(threads, sizeof threads, "--threads=%" PRId64, args->thread_count);
  snprintf(seed, sizeof seed, "--seed=%" PRId64, args->seed);
  if (args->wants_json) words[count++] = "--json";
  if (args->output_path != NULL) {
    words[count++] = "--output";
    words[count++] = args->output_path;
  }
  words[count] = NULL;
  fflush(NULL);
  execvp(words[0], (char *const *)(uintptr_t)words);
  rdo_tool_message("--solver=cpsat: cannot start %s: %s; name a Python that has ortools in RONDO_PYTHON", rdo_tool_printable(words[0], shown, sizeof shown),
                   strerror(errno));
  return TOOL_EXIT_FAILURE;
}

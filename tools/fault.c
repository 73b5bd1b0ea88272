// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Everything reachable from handle_fault is async-signal-safe: write, _exit, raise, sigaction, and
// string walking.

#define _XOPEN_SOURCE 700

#include "fault.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "options.h"
#include "rondo/runtime.h"

#if defined(__has_feature)
#define TOOL_HAS_FEATURE(feature) __has_feature(feature)
#else
#define TOOL_HAS_FEATURE(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || TOOL_HAS_FEATURE(address_sanitizer) || \
    TOOL_HAS_FEATURE(memory_sanitizer) || TOOL_HAS_FEATURE(thread_sanitizer)
static const bool has_sanitizer = true;
#else
static const bool has_sanitizer = false;
#endif

// The faulting code may have used up the normal stack. Twice what Linux needs for a signal frame with
// AVX-512 and AMX state, and the handler's own few hundred bytes.
enum { SIGNAL_STACK_BYTES = 64 * 1024, LINE_BYTES = 1024 };

struct line {
  char text[LINE_BYTES];
  size_t length;
};

static void append_text(struct line *line, const char *text) {
  while (*text != '\0' && line->length < sizeof line->text) line->text[line->length++] = *text++;
}

// A name that the model's code made up.
static void append_name(struct line *line, const char *name) {
  size_t begin = line->length;
  append_text(line, name);
  for (size_t i = begin; i < line->length; ++i) {
    if ((unsigned char)line->text[i] < 0x20 || line->text[i] == 0x7F) line->text[i] = '?';
  }
}

static const char *signal_name(int signal_number) {
  switch (signal_number) {
    case SIGILL: return "SIGILL";
    case SIGSEGV: return "SIGSEGV";
    case SIGBUS: return "SIGBUS";
    case SIGFPE: return "SIGFPE";
    case SIGTRAP: return "SIGTRAP";
    default: return "signal";
  }
}

static const char *explain_signal(int signal_number) {
  switch (signal_number) {
    case SIGILL:
      return "it uses an instruction this processor lacks; compile the model for this CPU "
             "(--iree-llvmcpu-target-cpu=host on this machine, or =generic)";
    case SIGFPE: return "it divided an integer by zero, or overflowed a division";
    case SIGTRAP: return "it ran into a trap, which compilers put where code must never come";
    default: return "it read or wrote outside of its buffers; the model or its compiler is wrong";
  }
}

static void write_line(const struct line *line) {
  size_t written = 0;
  while (written < line->length) {
    ssize_t count = write(STDERR_FILENO, line->text + written, line->length - written);
    if (count <= 0) return;
    written += (size_t)count;
  }
}

static void handle_fault(int signal_number) {
  const char *dispatch = rondo_current_dispatch(), *phase = rondo_current_phase();
  struct line line = {.length = 0};
  append_text(&line, "rondo: ");
  append_text(&line, signal_name(signal_number));
  if (dispatch != NULL) {
    append_text(&line, " in dispatch ");
    append_name(&line, dispatch);
    append_text(&line, " of the model: ");
    append_text(&line, explain_signal(signal_number));
    append_text(&line, "\n");
    write_line(&line);
    _exit(TOOL_EXIT_FAILURE);
  }
  if (phase != NULL) {
    append_text(&line, " while ");
    append_name(&line, phase);
    append_text(&line, ": ");
    append_text(&line, signal_number == SIGILL ? explain_signal(SIGILL) : "its file is damaged");
    append_text(&line, "\n");
    write_line(&line);
    _exit(TOOL_EXIT_FAILURE);
  }
  append_text(&line, " outside of any dispatch: this is a defect of rondo, please report it\n");
  write_line(&line);
  // SA_RESETHAND put the default action back; it strikes when the handler returns.
  raise(signal_number);
}

void rdo_tool_fault_install(void) {
  if (has_sanitizer) return;
  static char stack[SIGNAL_STACK_BYTES];
  stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
  if (sigaltstack(&alternate, NULL) != 0) return;
  static const int signals[] = {SIGILL, SIGSEGV, SIGBUS, SIGFPE, SIGTRAP};
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handle_fault;
  action.sa_flags = (int)(SA_ONSTACK | SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof signals / sizeof signals[0]; ++i) sigaction(signals[i], &action, NULL);
}

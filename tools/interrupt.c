// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#define _POSIX_C_SOURCE 200809L

#include "interrupt.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "options.h"

volatile sig_atomic_t rdo_tool_was_interrupted;

// const while the handler is installed
static void (*ask_to_end)(void *user);
static void *ask_user;

static struct sigaction before;

static void handle_interrupt(int signal_number) {
  (void)signal_number;
  if (rdo_tool_was_interrupted) _exit(TOOL_EXIT_INTERRUPTED);
  rdo_tool_was_interrupted = 1;
  if (ask_to_end != NULL) ask_to_end(ask_user);
}

void rdo_tool_interrupt_begin(void (*ask)(void *user), void *user) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  ask_to_end = ask;
  ask_user = user;
  action.sa_handler = handle_interrupt;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &before);
}

void rdo_tool_interrupt_end(void) { sigaction(SIGINT, &before, NULL); }

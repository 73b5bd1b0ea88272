// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#define _POSIX_C_SOURCE 200809L

#include "interrupt.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "rondo/machine.h"

enum { EXIT_SIGNAL = 128 };

volatile sig_atomic_t rdo_tool_was_interrupted;

// Between the handlers and everybody else.
static volatile sig_atomic_t can_ask;
static void (*volatile ask_to_end)(void *user);
static void *volatile ask_user;
static volatile sig_atomic_t ends_by;      // a signal
static volatile sig_atomic_t is_to_show;
static sem_t rung;                         // for the thread, once for each thing to do

// What the thread does; the lock is held while it does it.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static void (*last_action)(void *user);
static void *last_user;
static void (*show_state)(void *user, FILE *file);
static void *show_user;

// The handler runs on any thread, at any point: it writes words and rings.
static void handle_end(int signal_number) {
  int before = errno;
  if (can_ask && !rdo_tool_was_interrupted) {
    rdo_tool_was_interrupted = signal_number;
    if (ask_to_end != NULL) ask_to_end(ask_user);
  } else if (!ends_by) {
    ends_by = signal_number;
    sem_post(&rung);
  } else {
    _exit(EXIT_SIGNAL + signal_number);
  }
  errno = before;
}

static void handle_show(int signal_number) {
  int before = errno;
  (void)signal_number;
  is_to_show = 1;
  sem_post(&rung);
  errno = before;
}

static void set_handler(int signal_number, void (*handler)(int)) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  sigaction(signal_number, &action, NULL);
}

// A verb that was asked tells its exit code; any other one ends as the signal ends programs, so that whoever
// started it sees that.
static void end_process(int signal_number) {
  if (last_action != NULL) last_action(last_user);
  if (!rdo_tool_was_interrupted) {
    set_handler(signal_number, SIG_DFL);
    raise(signal_number);
  }
  _exit(EXIT_SIGNAL + signal_number);
}

static void show(void) {
  if (show_state != NULL) show_state(show_user, stderr);
  else fprintf(stderr, "nothing is loaded\n");
}

static void *watch(void *user) {
  sigset_t ending;
  (void)user;
  rondo_thread_keep_off("rondo/signals");
  for (;;) {
    if (sem_wait(&rung) != 0) continue;
    pthread_mutex_lock(&lock);
    if (ends_by) {
      sigemptyset(&ending);
      sigaddset(&ending, SIGINT);
      sigaddset(&ending, SIGTERM);
      pthread_sigmask(SIG_UNBLOCK, &ending, NULL);
      end_process(ends_by);
    }
    if (is_to_show) {
      is_to_show = 0;
      show();
    }
    pthread_mutex_unlock(&lock);
  }
  return NULL;
}

void rdo_tool_interrupt_begin(void) {
  pthread_t thread;
  sigset_t all, before;
  static bool has_begun;
  if (has_begun) return;
  has_begun = true;
  if (sem_init(&rung, 0, 0) != 0) return;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  int error = pthread_create(&thread, NULL, watch, NULL);
  if (error == 0) {  // else signals do what they do in any program
    pthread_detach(thread);
    set_handler(SIGINT, handle_end);
    set_handler(SIGTERM, handle_end);
    set_handler(SIGUSR1, handle_show);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);  // what came meanwhile is heard
}

void rdo_tool_interrupt_ask(void (*ask)(void *user), void *user) {
  ask_user = user;
  ask_to_end = ask;
  can_ask = 1;
}

void rdo_tool_interrupt_end_asking(void) { can_ask = 0; }

void rdo_tool_interrupt_before_end(void (*last)(void *user), void *user) {
  pthread_mutex_lock(&lock);
  last_action = last;
  last_user = user;
  pthread_mutex_unlock(&lock);
}

void rdo_tool_interrupt_show(void (*show_now)(void *user, FILE *file), void *user) {
  pthread_mutex_lock(&lock);
  show_state = show_now;
  show_user = user;
  pthread_mutex_unlock(&lock);
}

int rdo_tool_interrupt_exit_code(void) { return EXIT_SIGNAL + rdo_tool_was_interrupted; }

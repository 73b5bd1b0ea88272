// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How a player prepares for real time, of jobs (rondo/play.h) or of a schedule (rondo/play_schedule.h): what it is asked for, and what the system
// granted.

#ifndef RONDO_PLAY_SETUP_H_
#define RONDO_PLAY_SETUP_H_

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Whether the memory of the process, all that it has and will have, is to stay where it is once it has been touched (mlockall).
enum rondo_memory_lock {
  RONDO_MEMORY_NOT_LOCKED,      // nothing is done about it
  RONDO_MEMORY_LOCK_IF_ALLOWED, // where RLIMIT_MEMLOCK is unlimited, or with CAP_IPC_LOCK
  RONDO_MEMORY_LOCK,            // else the player is not created
};

// A worker that has been inside one piece of work for too long.
struct rondo_stuck {
  int worker;
  int64_t busy_ns;     // so far
  const char *kernel;  // borrowed, as all names here; "synthetic" where there is none
  const char *node;    // of a schedule, its key; NULL = not known
  const char *job;     // likewise
};

// Zero-initialise, then set what should differ from the defaults.
struct rondo_play_setup {
  // Told when a worker has been inside one call of a kernel for `watchdog_ns`, once each time; 0 and NULL = nobody looks. Called on a thread of its own.
  int64_t watchdog_ns;
  void (*stuck)(void *user, const struct rondo_stuck *stuck);
  void *stuck_user;
  enum rondo_memory_lock memory_lock;  // of the whole process; it stays so when the player is released
  // How long before a release its worker ends its sleep and spins; 0 = each worker measures for 50 ms how late its sleeps end, and takes what
  // that asks for, from 150 to 400 us.
  int64_t margin_ns;                   // a second at most
};

enum { RONDO_GRANTED_TEXT_BYTES = 256 };

// What a player has for real time.
struct rondo_play_granted {
  bool is_realtime;                     // workers are of the real-time class around releases
  bool is_memory_locked;
  char memory_reason[RONDO_GRANTED_TEXT_BYTES];  // why it is not, "" = nobody asked
  int64_t timer_slack_ns;               // of workers, the largest; -1 = the system does not tell
  int worker_count, pinned_count;       // pinned: to one CPU
  char cpus[RONDO_GRANTED_TEXT_BYTES];  // of all workers, such as "0-3,6"; cut where it is longer
  bool is_margin_measured;              // by all workers
  int64_t margin_ns_min, margin_ns_max; // of the workers
  int sharing_count;                    // threads of the process that may run on workers' CPUs, besides workers and who runs the player
  char sharing[RONDO_GRANTED_TEXT_BYTES];  // their names, such as "rondo/guard, rondo/io"; cut where they are more
};

#ifdef __cplusplus
}
#endif
#endif  // RONDO_PLAY_SETUP_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Synthetic sensors: a thread that writes into rings of a player, each at its own rate, in place of what a program would.

#ifndef RDO_TOOLS_PLAY_SENSORS_H_
#define RDO_TOOLS_PLAY_SENSORS_H_

#include <pthread.h>

#include "play.h"

enum { TOOL_SENSORS_MAX = 64, TOOL_SENSOR_NAME_BYTES = 256 };

struct tool_sensor {
  char name[TOOL_SENSOR_NAME_BYTES];
  int64_t period_ns, next_ns;  // next on CLOCK_MONOTONIC
  struct rondo_ring *ring;     // borrowed
  int64_t written_count, refused_count;  // refused: readers held all slots
};

struct tool_sensors {
  struct tool_sensor of[TOOL_SENSORS_MAX];
  int count;
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t over;
  bool is_over;  // lock: lock
  bool is_started;
};

// Reads RING=TIME or RING=RATE, such as imu=5ms or imu=60hz.
//   returns  false after saying what is wrong
bool rdo_tool_sensors_parse(const struct tool_strings *texts, struct tool_sensors *out_sensors);

// Finds the rings, and starts writing.
//   returns  false after saying what is wrong; nothing was started
bool rdo_tool_sensors_begin(struct tool_sensors *sensors, const struct rondo_player *player);

// Ends writing, and prints how often each wrote to `file`. Fine when nothing was begun.
//   file  NULL = nowhere
void rdo_tool_sensors_end(struct tool_sensors *sensors, FILE *file);

#endif  // RDO_TOOLS_PLAY_SENSORS_H_

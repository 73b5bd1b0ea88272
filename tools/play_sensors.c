// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play_sensors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "measure.h"
#include "message.h"
#include "rondo/machine.h"

// "60hz", or a time.
static bool parse_period(const char *text, int64_t *out_ns) {
  char *end;
  double rate = strtod(text, &end);
  if (end != text && (strcmp(end, "hz") == 0 || strcmp(end, "Hz") == 0)) {
    if (!(rate >= 0.001 && rate <= 1e6)) return false;
    *out_ns = (int64_t)(1e9 / rate + 0.5);
    return true;
  }
  return rdo_tool_play_time(text, out_ns) && *out_ns >= 1000;
}

bool rdo_tool_sensors_parse(const struct tool_strings *texts, struct tool_sensors *out_sensors) {
  *out_sensors = (struct tool_sensors){.count = 0};
  if (texts->count > TOOL_SENSORS_MAX) {
    rdo_tool_message("--sensor: at most %d of them", TOOL_SENSORS_MAX);
    return false;
  }
  for (int i = 0; i < texts->count; ++i) {
    struct tool_sensor *sensor = &out_sensors->of[i];
    const char *equals = strrchr(texts->items[i], '=');
    size_t length = equals == NULL ? 0 : (size_t)(equals - texts->items[i]);
    if (length == 0 || length >= TOOL_SENSOR_NAME_BYTES || !parse_period(equals + 1, &sensor->period_ns)) {
      rdo_tool_message("--sensor=%.200s: not RING=TIME or RING=RATE, such as imu=5ms or imu=60hz (1us, 1000000hz at most)", texts->items[i]);
      return false;
    }
    memcpy(sensor->name, texts->items[i], length);
    sensor->name[length] = '\0';
    for (int k = 0; k < i; ++k) {
      if (strcmp(out_sensors->of[k].name, sensor->name) != 0) continue;
      rdo_tool_message("--sensor: ring %s has two, but only one may write", sensor->name);
      return false;
    }
  }
  out_sensors->count = texts->count;
  return true;
}

// A ramp from 0 to 1 that moves on with each write: numbers that no model minds.
static void write_ramp(struct tool_sensor *sensor) {
  enum { STEPS = 251 };
  uint64_t length = rondo_ring_byte_length(sensor->ring);
  uint8_t *slot = rondo_ring_begin(sensor->ring);
  if (slot == NULL) {
    ++sensor->refused_count;
    return;
  }
  for (uint64_t at = 0; at < length; at += sizeof(float)) {
    uint64_t left = length - at;
    float value = (float)((at / sizeof value + (uint64_t)sensor->written_count) % STEPS) / STEPS;
    memcpy(slot + at, &value, left < sizeof value ? (size_t)left : sizeof value);
  }
  rondo_ring_end(sensor->ring);
  ++sensor->written_count;
}

// Writes what is due; what was missed meanwhile is not made up for.
//   returns  when the next one is
static int64_t write_due(struct tool_sensors *sensors) {
  int64_t next_ns = INT64_MAX;
  for (int i = 0; i < sensors->count; ++i) {
    struct tool_sensor *sensor = &sensors->of[i];
    int64_t now_ns = rdo_tool_clock_ns();
    if (sensor->next_ns <= now_ns) {
      write_ramp(sensor);
      sensor->next_ns += ((now_ns - sensor->next_ns) / sensor->period_ns + 1) * sensor->period_ns;
    }
    if (sensor->next_ns < next_ns) next_ns = sensor->next_ns;
  }
  return next_ns;
}

static void *run(void *user) {
  struct tool_sensors *sensors = user;
  rondo_thread_keep_off("rondo/sensors");
  pthread_mutex_lock(&sensors->lock);
  while (!sensors->is_over) {
    int64_t next_ns = write_due(sensors);
    const struct timespec until = {.tv_sec = (time_t)(next_ns / 1000000000), .tv_nsec = (long)(next_ns % 1000000000)};
    while (!sensors->is_over && pthread_cond_timedwait(&sensors->over, &sensors->lock, &until) != ETIMEDOUT) continue;
  }
  pthread_mutex_unlock(&sensors->lock);
  return NULL;
}

bool rdo_tool_sensors_begin(struct tool_sensors *sensors, const struct rondo_player *player) {
  pthread_condattr_t attributes;
  int64_t now_ns = rdo_tool_clock_ns();
  for (int i = 0; i < sensors->count; ++i) {
    struct tool_sensor *sensor = &sensors->of[i];
    sensor->ring = rondo_player_find_ring(player, sensor->name);
    sensor->next_ns = now_ns;
    if (sensor->ring != NULL) continue;
    rdo_tool_message("--sensor: no job reads a ring called %s", sensor->name);
    return false;
  }
  if (sensors->count == 0) return true;
  int error = pthread_condattr_init(&attributes);
  if (error == 0) {
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&sensors->lock, NULL);
    pthread_cond_init(&sensors->over, &attributes);
    pthread_condattr_destroy(&attributes);
    error = pthread_create(&sensors->thread, NULL, run, sensors);
  }
  sensors->is_started = error == 0;
  if (error != 0) rdo_tool_message("--sensor: no thread can be started: %s", strerror(error));
  return error == 0;
}

void rdo_tool_sensors_end(struct tool_sensors *sensors, FILE *file) {
  if (!sensors->is_started) return;
  pthread_mutex_lock(&sensors->lock);
  sensors->is_over = true;
  pthread_cond_signal(&sensors->over);
  pthread_mutex_unlock(&sensors->lock);
  pthread_join(sensors->thread, NULL);
  pthread_cond_destroy(&sensors->over);
  pthread_mutex_destroy(&sensors->lock);
  sensors->is_started = false;
  for (int i = 0; i < sensors->count && file != NULL; ++i) {
    const struct tool_sensor *sensor = &sensors->of[i];
    char name[TOOL_NAME_TEXT_BYTES];
    fprintf(file, "sensor %s: %" PRId64 " written", rdo_tool_printable(sensor->name, name, sizeof name), sensor->written_count);
    if (sensor->refused_count != 0) fprintf(file, ", %" PRId64 " refused: readers held all slots", sensor->refused_count);
    fputc('\n', file);
  }
}

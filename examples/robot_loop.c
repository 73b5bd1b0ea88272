// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A robot's loop on one machine: perception of a picture every 33 ms; a planner that begins when it has ended, with what was
// seen and the newest of what a sensor thread writes; a controller every 10 ms with the latest plan. All share the cores,
// nobody owns one.
//
//   robot_loop [MODELS_FOLDER [SECONDS]]
//
// Prints how many deadlines each has met. The picture is black: what they decide means nothing, when they decide it does.

#include <inttypes.h>
#include <pthread.h>
#include <rondo/play.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SENSOR_COUNT = 64, SENSOR_PERIOD_NS = 5000000 };

static const int64_t ms = 1000000;
static struct rondo_diag diag;  // the words of a failure; zero-initialised

static void check(enum rondo_status status) {
  if (status == RONDO_OK) return;
  fprintf(stderr, "robot_loop: %s: %s\n", rondo_status_name(status), diag.message);
  exit(1);
}

static struct rondo_job *add(struct rondo_player *player, const char *folder, const char *file, struct rondo_job_options options) {
  char path[1024];
  struct rondo_job *job;
  snprintf(path, sizeof path, "%s/%s", folder, file);
  options.path = path;
  options.worker = -1;  // wherever there is room
  check(rondo_player_add_job(player, &options, &job, &diag));
  return job;
}

// What stands for the robot's sensors: writes into the ring, whatever the jobs do, until the run is over.
struct sensors {
  struct rondo_ring *ring;
  pthread_mutex_t lock;
  pthread_cond_t over;
  int is_over;  // lock: lock
};

static void *sense(void *user) {
  struct sensors *sensors = user;
  float values[SENSOR_COUNT] = {0};
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  pthread_mutex_lock(&sensors->lock);
  while (!sensors->is_over) {
    for (int i = 0; i < SENSOR_COUNT; ++i) values[i] = values[i] * 0.9f + 0.1f * (float)(i % 7);
    check(rondo_ring_write(sensors->ring, values, sizeof values));
    at.tv_nsec += SENSOR_PERIOD_NS;
    at.tv_sec += at.tv_nsec / 1000000000;
    at.tv_nsec %= 1000000000;
    while (!sensors->is_over && pthread_cond_timedwait(&sensors->over, &sensors->lock, &at) == 0) continue;
  }
  pthread_mutex_unlock(&sensors->lock);
  return NULL;
}

static void print_job(const struct rondo_job *job) {
  struct rondo_job_stats stats;
  check(rondo_job_statistics(job, &stats, &diag));
  uint64_t due = stats.released + stats.skipped, met = stats.ended - stats.missed;
  printf("%-10s %6" PRIu64 " of %" PRIu64 " deadlines met, latency p50 %.3f ms, p99 %.3f ms", rondo_job_name(job), met, due,
         (double)stats.latency.p50 / 1e6, (double)stats.latency.p99 / 1e6);
  if (stats.age.count != 0) printf(", inputs %.1f ms old", (double)stats.age.p50 / 1e6);
  printf("\n");
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : "models";
  double seconds = argc > 2 ? strtod(argv[2], NULL) : 10;
  struct rondo_player *player;
  check(rondo_player_create(NULL, &player, &diag));

  struct rondo_job *perceive = add(player, folder, "dronet_f32/dronet_f32.vmfb", (struct rondo_job_options){.name = "perceive", .period_ns = 33 * ms});
  struct rondo_job *plan = add(player, folder, "examples/steer.vmfb", (struct rondo_job_options){.name = "plan", .trigger = perceive, .deadline_ns = 10 * ms});
  struct rondo_job *control = add(player, folder, "mlp_f32/mlp_f32.vmfb", (struct rondo_job_options){.name = "control", .period_ns = 10 * ms, .deadline_ns = 5 * ms});

  struct sensors sensors = {.lock = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER};
  check(rondo_job_set_zeros(perceive, &diag));
  check(rondo_job_read_result(plan, 0, perceive, 0, true, 0, &diag));  // of the very picture
  check(rondo_job_read_result(plan, 1, perceive, 1, true, 0, &diag));
  check(rondo_job_read_ring(plan, 2, "sensors", 4, &sensors.ring, &diag));
  check(rondo_job_read_result(control, 0, plan, 0, false, 0, &diag));  // whatever is the latest

  pthread_t thread;
  if (pthread_create(&thread, NULL, sense, &sensors) != 0) return 1;
  check(rondo_player_run(player, 100 * ms, (int64_t)(seconds * 1e9), &diag));
  pthread_mutex_lock(&sensors.lock);
  sensors.is_over = 1;
  pthread_cond_signal(&sensors.over);
  pthread_mutex_unlock(&sensors.lock);
  pthread_join(thread, NULL);

  for (int i = 0; i < rondo_player_job_count(player); ++i) print_job(rondo_player_job(player, i));
  rondo_player_release(&player);
  return 0;
}

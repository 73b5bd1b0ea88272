// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Jobs on a virtual clock, for tests: players of the module of steps, whose functions take as long as the test says. Every trace goes
// through the checker.

#ifndef RDO_TESTS_VIRTUAL_JOBS_H_
#define RDO_TESTS_VIRTUAL_JOBS_H_

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "play/player.h"
#include "rondo/play.h"
#include "rondo/tensor.h"
#include "rondo/trace.h"
#include "virtual_clock.h"

static const char *steps_folder;
static const int64_t us = 1000, ms = 1000000;
enum { SEED_COUNT = 5 };  // orders of what happens at the same time

// Kernels: by the function that they are of, 0 = no time; the n-th call of one may take another time than the others.
enum { KERNELS_MAX = 4 };
static struct kernel {
  const char *function;
  int64_t duration_ns;
  int64_t long_ns;  // of call long_index
  int long_index;   // -1 = none
  int call_count;
} kernels[KERNELS_MAX];

static int64_t kernel_ns(void *user, const char *export_name, uint64_t first, uint64_t count) {
  (void)user, (void)first, (void)count;
  for (int i = 0; i < KERNELS_MAX && kernels[i].function != NULL; ++i) {
    // "full_dispatch_0_elementwise_4_f32"
    size_t length = strlen(kernels[i].function);
    if (strncmp(export_name, kernels[i].function, length) != 0 || export_name[length] != '_') continue;
    return kernels[i].call_count++ == kernels[i].long_index ? kernels[i].long_ns : kernels[i].duration_ns;
  }
  return 0;
}

static inline struct kernel *take_kernel(int which, const char *function, int64_t duration_ns) {
  kernels[which] = (struct kernel){.function = function, .duration_ns = duration_ns, .long_index = -1};
  return &kernels[which];
}

static inline struct rondo_player *create_player(uint64_t seed, int worker_count) {
  const struct rondo_player_options options = {.worker_count = worker_count};
  struct rondo_player *player;
  struct rondo_diag diag = {.status = RONDO_OK};
  memset(kernels, 0, sizeof kernels);
  virtual_clock_begin(seed);
  virtual_clock_set_kernel(kernel_ns, NULL);
  if (rondo_player_create(&options, &player, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return player;
}

static inline void end_player(struct rondo_player **player) {
  rondo_player_release(player);
  virtual_clock_end();
}

// On worker options.worker, zeros as its inputs.
static inline struct rondo_job *add_job(struct rondo_player *player, const char *function, struct rondo_job_options options) {
  char path[512];
  struct rondo_job *job;
  struct rondo_diag diag = {.status = RONDO_OK};
  snprintf(path, sizeof path, "%s/steps.vmfb", steps_folder);
  options.path = path;
  options.function = function;
  if (rondo_player_add_job(player, &options, &job, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return job;
}

static inline void give_zeros(struct rondo_job *job) {
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rondo_job_set_zeros(job, &diag) != RONDO_OK) fail_msg("%s", diag.message);
}

static inline void report_finding(void *user, const struct rondo_trace_finding *finding) {
  (void)user;
  fprintf(stderr, "%s: %s\n", finding->rule_name, finding->message);
}

static inline void check_table(const struct rondo_trace_table *table) {
  const struct rondo_trace_finder finder = {report_finding, NULL};
  struct rondo_diag diag = {.status = RONDO_OK};
  uint64_t finding_count;
  if (rondo_trace_table_check(table, &finder, &finding_count, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(finding_count, 0);
}

static inline enum rondo_status try_run(struct rondo_player *player, int64_t warm_up_ns, int64_t duration_ns, struct rondo_diag *diag) {
  struct rondo_trace_table *table;
  *diag = (struct rondo_diag){.status = RONDO_OK};
  enum rondo_status status = rondo_player_run(player, warm_up_ns, duration_ns, diag);
  assert_int_equal(rondo_player_trace(player, &table, NULL), RONDO_OK);
  check_table(table);
  rondo_trace_table_release(&table);
  return status;
}

static inline void must_run(struct rondo_player *player, int64_t warm_up_ns, int64_t duration_ns) {
  struct rondo_diag diag;
  if (try_run(player, warm_up_ns, duration_ns, &diag) != RONDO_OK) fail_msg("%s", diag.message);
}

static inline struct rondo_job_stats stats_of(const struct rondo_job *job) {
  struct rondo_job_stats stats;
  assert_int_equal(rondo_job_statistics(job, &stats, NULL), RONDO_OK);
  return stats;
}

// The instance of an index; its times from the first release of the run.
static inline struct rondo_instance instance_of(const struct rondo_job *job, uint64_t index) {
  const struct rondo_instance *instances;
  uint64_t count = rondo_job_instances(job, &instances);
  for (uint64_t i = 0; i < count; ++i) {
    if (instances[i].index != index) continue;
    struct rondo_instance instance = instances[i];
    int64_t begin_ns = job->player->begin_ns;
    instance.release_ns -= begin_ns;
    instance.ready_ns -= begin_ns;
    instance.start_ns -= begin_ns;
    instance.run_end_ns -= begin_ns;
    instance.end_ns -= begin_ns;
    return instance;
  }
  fail_msg("no instance %llu of %s", (unsigned long long)index, rondo_job_name(job));
  return (struct rondo_instance){.index = index};
}

#endif  // RDO_TESTS_VIRTUAL_JOBS_H_

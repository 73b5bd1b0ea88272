// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Random sets of jobs on a virtual clock: whatever their periods, rules and times, each release is accounted for once, nothing begins before it is
// ready, instances of a job do not overlap, and deadlines are counted as the times say.
// Usage: unit_play_virtual_random STEPS_FOLDER

#include "virtual_jobs.h"

enum { ROUNDS = 300, JOBS_MAX = 4 };

static uint64_t next_random(uint64_t *state) {
  *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return *state >> 33;
}

static int64_t pick(uint64_t *random, int64_t least, int64_t most) { return least + (int64_t)(next_random(random) % (uint64_t)(most - least + 1)); }

static void check_job(const struct rondo_job *job, uint64_t release_count, int64_t begin_ns) {
  const struct rondo_instance *instances;
  uint64_t count = rondo_job_instances(job, &instances), missed_count = 0;
  struct rondo_job_stats stats = stats_of(job);
  assert_int_equal(stats.ended + stats.skipped + stats.cancelled, release_count);
  assert_int_equal(stats.failed, 0);
  assert_int_equal(stats.stolen, 0);
  int64_t last_end_ns = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const struct rondo_instance *instance = &instances[i];
    assert_int_equal(instance->index, i);
    assert_int_equal(instance->release_ns, begin_ns + job->offset_ns + (int64_t)i * job->period_ns);
    missed_count += instance->is_missed;
    if (instance->state != RONDO_INSTANCE_COMPLETED) continue;
    assert_int_equal(instance->is_missed, instance->end_ns > instance->release_ns + job->deadline_ns);
    assert_true(instance->start_ns >= instance->ready_ns && instance->ready_ns >= instance->release_ns && instance->run_end_ns <= instance->end_ns);
    assert_true(instance->start_ns >= last_end_ns);
    last_end_ns = instance->end_ns;
  }
  assert_int_equal(stats.missed, missed_count);
}

static void test_random(void **state) {
  (void)state;
  static const char *const functions[JOBS_MAX] = {"full", "light", "count", "add"};
  static const enum rondo_overrun overruns[] = {RONDO_OVERRUN_SKIP, RONDO_OVERRUN_QUEUE, RONDO_OVERRUN_CANCEL, RONDO_OVERRUN_DEGRADE};
  uint64_t kinds[4] = {0, 0, 0, 0};  // what has been seen
  for (uint64_t round = 0; round < ROUNDS; ++round) {
    uint64_t random = round + 1;
    int worker_count = (int)pick(&random, 1, 3), job_count = (int)pick(&random, 1, JOBS_MAX);
    int64_t duration_ns = 10 * ms + pick(&random, 0, 999999);
    struct rondo_job *jobs[JOBS_MAX];
    struct rondo_player *player = create_player(round, worker_count);
    for (int i = 0; i < job_count; ++i) {
      struct kernel *kernel = take_kernel(i, functions[i], pick(&random, 1, 700000));
      if (pick(&random, 0, 1) == 0) {
        kernel->long_index = (int)pick(&random, 0, 5);
        kernel->long_ns = pick(&random, 1, 4000000);
      }
      struct rondo_job_options options = {.name = functions[i],
                                          .period_ns = pick(&random, 300000, 3000000),
                                          .offset_ns = pick(&random, 0, 2000000),
                                          .overrun = overruns[pick(&random, 0, 3)],
                                          .worker = (int)pick(&random, -1, worker_count - 1)};
      options.deadline_ns = pick(&random, 1, 2 * options.period_ns);
      if (options.overrun == RONDO_OVERRUN_DEGRADE && i == 3) options.overrun = RONDO_OVERRUN_QUEUE;  // nothing else takes as many arguments
      if (options.overrun == RONDO_OVERRUN_DEGRADE) options.degrade_function = "light";
      jobs[i] = add_job(player, functions[i], options);
      give_zeros(jobs[i]);
    }
    must_run(player, 0, duration_ns);
    for (int i = 0; i < job_count; ++i) {
      int64_t span_ns = duration_ns - jobs[i]->offset_ns;
      check_job(jobs[i], (uint64_t)((span_ns + jobs[i]->period_ns - 1) / jobs[i]->period_ns), player->begin_ns);
      struct rondo_job_stats stats = stats_of(jobs[i]);
      kinds[0] += stats.missed;
      kinds[1] += stats.skipped;
      kinds[2] += stats.cancelled;
      kinds[3] += stats.degraded;
    }
    end_player(&player);
  }
  print_message("missed %d, skipped %d, cancelled %d, degraded %d\n", (int)kinds[0], (int)kinds[1], (int)kinds[2], (int)kinds[3]);
  for (int i = 0; i < 4; ++i) assert_true(kinds[i] > 100);
}

int main(int argc, char **argv) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random),
  };
  if (argc != 2) return 2;
  steps_folder = argv[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}

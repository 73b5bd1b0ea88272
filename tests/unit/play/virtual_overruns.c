// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What becomes of releases that a job is too late for: each rule with exact counts and times, on a virtual clock. The period is 1 ms,
// an instance takes 300 us, and number 3 takes 2.5 ms: it ends at 5.5 ms, and the releases at 4 and 5 ms come too early.
// Usage: unit_play_virtual_overruns STEPS_FOLDER

#include <pthread.h>

#include "virtual_jobs.h"

enum { RELEASE_COUNT = 20, LONG_INDEX = 3 };

struct expected {
  uint64_t ended, missed, skipped, cancelled, degraded;
};

static void assert_counts(const struct rondo_job *job, const struct expected *expected) {
  struct rondo_job_stats stats = stats_of(job);
  struct rondo_counters counters;
  rondo_job_counters(job, &counters);
  assert_int_equal(stats.ended, expected->ended);
  assert_int_equal(stats.missed, expected->missed);
  assert_int_equal(stats.skipped, expected->skipped);
  assert_int_equal(stats.cancelled, expected->cancelled);
  assert_int_equal(stats.degraded, expected->degraded);
  assert_int_equal(stats.failed, 0);
  assert_int_equal(counters.completed, expected->ended);
  assert_int_equal(counters.missed, expected->missed);
  assert_int_equal(counters.skipped, expected->skipped);
  assert_int_equal(counters.cancelled, expected->cancelled);
  assert_int_equal(counters.degraded, expected->degraded);
}

// The program: calls at each release.
static void *call_at_releases(void *user) {
  struct rondo_job *job = user;
  for (int64_t i = 0; i < RELEASE_COUNT; ++i) {
    virtual_clock_sleep_until(job->player->begin_ns + i * ms);
    rondo_job_call(job);
  }
  return NULL;
}

// A job with a rule, alone on its worker; or called.
static struct rondo_job *play_rule(struct rondo_player *player, enum rondo_overrun overrun, bool is_called) {
  pthread_t thread;
  struct kernel *kernel = take_kernel(0, "full", 300 * us);
  kernel->long_index = LONG_INDEX;
  kernel->long_ns = 2500 * us;
  take_kernel(1, "light", 100 * us);
  struct rondo_job_options options = {.overrun = overrun, .deadline_ns = ms, .is_called = is_called, .worker = 0};
  if (overrun == RONDO_OVERRUN_DEGRADE) options.degrade_function = "light";
  if (!is_called) options.period_ns = ms;
  struct rondo_job *job = add_job(player, "full", options);
  give_zeros(job);
  player->begin_ns = virtual_clock_now_ns() + 2 * ms;  // as the run will say, too
  if (is_called) assert_int_equal(pthread_create(&thread, NULL, call_at_releases, job), 0);
  must_run(player, 0, RELEASE_COUNT * ms);
  if (is_called) assert_int_equal(pthread_join(thread, NULL), 0);
  return job;
}

// On time are all but those around the long one.
static void assert_others_on_time(const struct rondo_job *job) {
  for (uint64_t i = 0; i < RELEASE_COUNT; ++i) {
    if (i >= LONG_INDEX + 1 && i <= 6) continue;
    struct rondo_instance instance = instance_of(job, i);
    assert_int_equal(instance.start_ns, (int64_t)i * ms);
    assert_int_equal(instance.end_ns, (int64_t)i * ms + (i == LONG_INDEX ? 2500 : 300) * us);
  }
}

static void test_skip(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_player *player = create_player(seed, 2);
    struct rondo_job *job = play_rule(player, RONDO_OVERRUN_SKIP, false);
    assert_counts(job, &(const struct expected){.ended = 18, .missed = 1, .skipped = 2});
    assert_others_on_time(job);
    assert_int_equal(instance_of(job, 4).state, RONDO_INSTANCE_SKIPPED);
    assert_int_equal(instance_of(job, 5).state, RONDO_INSTANCE_SKIPPED);
    assert_int_equal(instance_of(job, 6).start_ns, 6 * ms);
    end_player(&player);
  }
}

static void test_queue(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_player *player = create_player(seed, 2);
    struct rondo_job *job = play_rule(player, RONDO_OVERRUN_QUEUE, false);
    assert_counts(job, &(const struct expected){.ended = 20, .missed = 3});
    assert_others_on_time(job);
    assert_int_equal(instance_of(job, 4).start_ns, 5500 * us);
    assert_int_equal(instance_of(job, 5).start_ns, 5800 * us);
    assert_int_equal(instance_of(job, 6).start_ns, 6100 * us);
    assert_false(instance_of(job, 6).is_missed);
    end_player(&player);
  }
}

// The long one is cancelled when the next release comes, though what runs of it runs to its end; of the two that have passed the newer begins.
static void test_cancel(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_player *player = create_player(seed, 2);
    struct rondo_job *job = play_rule(player, RONDO_OVERRUN_CANCEL, false);
    assert_counts(job, &(const struct expected){.ended = 18, .cancelled = 2});
    assert_others_on_time(job);
    assert_int_equal(instance_of(job, 3).state, RONDO_INSTANCE_CANCELLED);
    assert_int_equal(instance_of(job, 4).state, RONDO_INSTANCE_CANCELLED);
    assert_int_equal(instance_of(job, 5).start_ns, 5500 * us);
    assert_int_equal(instance_of(job, 6).start_ns, 6 * ms);
    end_player(&player);
  }
}

static void test_degrade(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_player *player = create_player(seed, 2);
    struct rondo_job *job = play_rule(player, RONDO_OVERRUN_DEGRADE, false);
    assert_counts(job, &(const struct expected){.ended = 20, .missed = 2, .degraded = 2});
    assert_others_on_time(job);
    assert_true(instance_of(job, 4).is_degraded && instance_of(job, 5).is_degraded);
    assert_int_equal(instance_of(job, 4).start_ns, 5500 * us);
    assert_int_equal(instance_of(job, 5).start_ns, 5600 * us);
    assert_int_equal(instance_of(job, 5).end_ns, 5700 * us);
    assert_int_equal(instance_of(job, 6).start_ns, 6 * ms);
    end_player(&player);
  }
}

// The same with calls of the program, every 1 ms.
static void test_called(void **state) {
  (void)state;
  static const struct {
    enum rondo_overrun overrun;
    struct expected expected;
    int64_t start_us[3];  // of 4, 5 and 6; -1 = it does not begin
  } rules[] = {
      {RONDO_OVERRUN_SKIP, {.ended = 18, .missed = 1, .skipped = 2}, {-1, -1, 6000}},
      {RONDO_OVERRUN_QUEUE, {.ended = 20, .missed = 3}, {5500, 5800, 6100}},
      {RONDO_OVERRUN_CANCEL, {.ended = 18, .cancelled = 2}, {-1, 5500, 6000}},
      {RONDO_OVERRUN_DEGRADE, {.ended = 20, .missed = 2, .degraded = 2}, {5500, 5600, 6000}},
  };
  for (size_t r = 0; r < sizeof rules / sizeof rules[0]; ++r) {
    for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
      struct rondo_player *player = create_player(seed, 2);
      struct rondo_job *job = play_rule(player, rules[r].overrun, true);
      assert_counts(job, &rules[r].expected);
      for (uint64_t i = 0; i < 3; ++i) {
        if (rules[r].start_us[i] >= 0) assert_int_equal(instance_of(job, 4 + i).start_ns, rules[r].start_us[i] * us);
      }
      end_player(&player);
    }
  }
}

// Work for 1.2 periods, always: what each rule makes of overload.
static void test_overload(void **state) {
  (void)state;
  static const struct {
    enum rondo_overrun overrun;
    struct expected expected;
  } rules[] = {
      {RONDO_OVERRUN_SKIP, {.ended = 10, .missed = 10, .skipped = 10}},
      {RONDO_OVERRUN_QUEUE, {.ended = 20, .missed = 20}},
      {RONDO_OVERRUN_CANCEL, {.cancelled = 20}},
  };
  for (size_t r = 0; r < sizeof rules / sizeof rules[0]; ++r) {
    struct rondo_player *player = create_player(r, 2);
    take_kernel(0, "full", 1200 * us);
    struct rondo_job *job = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .overrun = rules[r].overrun, .worker = 0});
    give_zeros(job);
    must_run(player, 0, RELEASE_COUNT * ms);
    assert_counts(job, &rules[r].expected);
    end_player(&player);
  }
}

int main(int argc, char **argv) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_skip),    cmocka_unit_test(test_queue),     cmocka_unit_test(test_cancel),
      cmocka_unit_test(test_degrade), cmocka_unit_test(test_called), cmocka_unit_test(test_overload),
  };
  if (argc != 2) return 2;
  steps_folder = argv[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}

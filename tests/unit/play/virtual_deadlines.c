// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Releases and deadlines of jobs to the nanosecond, on a virtual clock.
// Usage: unit_play_virtual_deadlines STEPS_FOLDER

#include <pthread.h>

#include "virtual_jobs.h"

// Each instance starts at its release, exactly; one that ends at its deadline has met it.
static void test_met(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_player *player = create_player(seed, 2);
    take_kernel(0, "full", 300 * us);
    struct rondo_job *job = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .deadline_ns = 300 * us, .worker = -1});
    give_zeros(job);
    must_run(player, 0, 20 * ms);
    struct rondo_job_stats stats = stats_of(job);
    assert_int_equal(stats.ended, 20);
    assert_int_equal(stats.missed, 0);
    assert_int_equal(stats.start_delay.max, 0);
    assert_int_equal(stats.latency.min, 300 * us);
    assert_int_equal(stats.latency.max, 300 * us);
    for (uint64_t i = 0; i < 20; ++i) assert_int_equal(instance_of(job, i).start_ns, (int64_t)i * ms);
    end_player(&player);
  }
}

// One nanosecond more, and all have missed it, by that.
static void test_missed_by_one(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_player *player = create_player(seed, 2);
    take_kernel(0, "full", 300 * us + 1);
    struct rondo_job *job = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .deadline_ns = 300 * us, .worker = -1});
    give_zeros(job);
    must_run(player, 0, 20 * ms);
    struct rondo_job_stats stats = stats_of(job);
    assert_int_equal(stats.ended, 20);
    assert_int_equal(stats.missed, 20);
    assert_int_equal(stats.missed_not_stolen, 20);
    assert_int_equal(stats.start_delay.max, 0);
    assert_int_equal(stats.latency.min, 300 * us + 1);
    assert_int_equal(stats.latency.max, 300 * us + 1);
    end_player(&player);
  }
}

// One of them takes longer, and is the one that is counted.
static void test_one_of_many(void **state) {
  (void)state;
  struct rondo_player *player = create_player(0, 2);
  struct kernel *kernel = take_kernel(0, "full", 200 * us);
  kernel->long_index = 7;
  kernel->long_ns = 600 * us + 1;
  struct rondo_job *job = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .deadline_ns = 600 * us, .worker = -1});
  give_zeros(job);
  must_run(player, 0, 20 * ms);
  assert_int_equal(stats_of(job).missed, 1);
  for (uint64_t i = 0; i < 20; ++i) assert_int_equal(instance_of(job, i).is_missed, i == 7);
  end_player(&player);
}

// Two jobs on one worker with releases at once: one of them waits for the other, nothing else does; on two workers none does.
static void test_shared_worker(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    for (int is_shared = 0; is_shared < 2; ++is_shared) {
      struct rondo_player *player = create_player(seed, 2);
      take_kernel(0, "full", 100 * us);
      take_kernel(1, "light", 300 * us);
      struct rondo_job *full = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .worker = 0});
      struct rondo_job *light = add_job(player, "light", (struct rondo_job_options){.period_ns = 2 * ms, .worker = is_shared ? 0 : 1});
      give_zeros(full);
      give_zeros(light);
      must_run(player, 0, 20 * ms);
      assert_int_equal(stats_of(full).ended, 20);
      assert_int_equal(stats_of(light).ended, 10);
      for (uint64_t i = 0; i < 10; ++i) {
        int64_t full_delay_ns = instance_of(full, 2 * i).start_ns - (int64_t)i * 2 * ms, light_delay_ns = instance_of(light, i).start_ns - (int64_t)i * 2 * ms;
        if (is_shared) assert_true((full_delay_ns == 0 && light_delay_ns == 100 * us) || (full_delay_ns == 300 * us && light_delay_ns == 0));
        else assert_true(full_delay_ns == 0 && light_delay_ns == 0);
        assert_int_equal(instance_of(full, 2 * i + 1).start_ns, (int64_t)(2 * i + 1) * ms);
      }
      end_player(&player);
    }
  }
}

// A release that is an hour away is waited for, and met.
static void test_far(void **state) {
  (void)state;
  const int64_t hour = INT64_C(3600000000000);
  struct rondo_player *player = create_player(0, 2);
  take_kernel(0, "full", 100 * us);
  struct rondo_job *job = add_job(player, "full", (struct rondo_job_options){.period_ns = hour, .offset_ns = hour + 1, .iteration_count = 3, .worker = -1});
  give_zeros(job);
  must_run(player, 0, 0);
  assert_int_equal(stats_of(job).ended, 3);
  for (uint64_t i = 0; i < 3; ++i) assert_int_equal(instance_of(job, i).start_ns, ((int64_t)i + 1) * hour + 1);
  assert_int_equal(virtual_clock_now_ns(), instance_of(job, 2).end_ns + player->begin_ns);
  end_player(&player);
}

static void *stop_in_an_hour(void *user) {
  virtual_clock_sleep_until(VIRTUAL_CLOCK_BEGIN_NS + INT64_C(3600000000000));
  rondo_player_stop(user);
  return NULL;
}

// And is not waited for when somebody stops the player: nothing of it counts.
static void test_stop(void **state) {
  (void)state;
  pthread_t thread;
  struct rondo_player *player = create_player(0, 2);
  struct rondo_job *job = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .offset_ns = INT64_C(7200000000000), .worker = -1});
  give_zeros(job);
  assert_int_equal(pthread_create(&thread, NULL, stop_in_an_hour, player), 0);
  must_run(player, 0, 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_true(virtual_clock_now_ns() < VIRTUAL_CLOCK_BEGIN_NS + INT64_C(3600000000000) + 2 * ms);
  assert_int_equal(stats_of(job).ended, 0);
  assert_int_equal(stats_of(job).failed, 0);
  end_player(&player);
}

// Time counts from the end of the warm-up; calls before the first release count nowhere.
static void test_warm_up(void **state) {
  (void)state;
  struct rondo_player *player = create_player(0, 2);
  struct kernel *kernel = take_kernel(0, "full", 200 * us);
  struct rondo_job *job = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .warm_up_count = 3, .worker = -1});
  give_zeros(job);
  must_run(player, 5 * ms, 10 * ms);
  struct rondo_job_stats stats = stats_of(job);
  assert_int_equal(stats.ended, 10);
  assert_int_equal(stats.latency.count, 10);
  assert_int_equal(kernel->call_count, 3 + 5 + 10);
  assert_int_equal(instance_of(job, 5).release_ns, 5 * ms);
  end_player(&player);
}

// A job ends after its iterations, its duration or the run's, whichever comes first.
static void test_limits(void **state) {
  (void)state;
  struct rondo_player *player = create_player(0, 2);
  take_kernel(0, "full", 200 * us);
  struct rondo_job *few = add_job(player, "full", (struct rondo_job_options){.name = "few", .period_ns = ms, .iteration_count = 7, .worker = 0});
  struct rondo_job *brief = add_job(player, "full", (struct rondo_job_options){.name = "brief", .period_ns = ms, .duration_ns = 4 * ms, .worker = 1});
  struct rondo_job *free = add_job(player, "light", (struct rondo_job_options){.name = "free", .iteration_count = 5, .worker = 1});
  take_kernel(1, "light", 50 * us);
  give_zeros(few);
  give_zeros(brief);
  give_zeros(free);
  must_run(player, 0, 20 * ms);
  assert_int_equal(stats_of(few).ended, 7);
  assert_int_equal(stats_of(brief).ended, 4);
  assert_int_equal(stats_of(free).ended, 5);
  assert_int_equal(virtual_clock_now_ns() - player->begin_ns, 6 * ms + 200 * us);
  end_player(&player);
}

// What the machine takes is told apart: a release that is late by it, and the deadline that this one misses.
static void test_stolen(void **state) {
  (void)state;
  struct rondo_player *player = create_player(0, 2);
  take_kernel(0, "full", 300 * us);
  struct rondo_job *job = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .deadline_ns = 300 * us, .worker = -1});
  give_zeros(job);
  int64_t release_ns = virtual_clock_now_ns() + 2 * ms + 5 * ms;
  virtual_clock_steal(release_ns - 10 * us, release_ns + 50 * us);
  must_run(player, 0, 20 * ms);
  struct rondo_job_stats stats = stats_of(job);
  assert_int_equal(stats.ended, 20);
  assert_int_equal(stats.stolen, 1);
  assert_int_equal(stats.missed, 1);
  assert_int_equal(stats.missed_not_stolen, 0);
  assert_int_equal(stats.start_delay.max, 50 * us);
  assert_int_equal(stats.start_delay_not_stolen.max, 0);
  assert_int_equal(instance_of(job, 5).start_ns, 5 * ms + 50 * us);
  end_player(&player);
}

struct seen {
  struct rondo_job *job;
  enum rondo_instance_state states[10][4];  // at these times of each period
};

static const int64_t looks_us[4] = {-50, 10, 290, 310};

static void *look_at_states(void *user) {
  struct seen *seen = user;
  for (int i = 0; i < 10; ++i) {
    for (int k = 0; k < 4; ++k) {
      virtual_clock_sleep_until(seen->job->player->begin_ns + i * ms + looks_us[k] * us);
      seen->states[i][k] = (enum rondo_instance_state)rdo_atomic_load(&seen->job->counts.state, rdo_acquire);
    }
  }
  return NULL;
}

// Armed before its release, running from there on, and the next one is armed as soon as it has ended.
static void test_states(void **state) {
  (void)state;
  pthread_t thread;
  struct rondo_player *player = create_player(0, 2);
  take_kernel(0, "full", 300 * us);
  struct seen seen = {.job = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .worker = -1})};
  give_zeros(seen.job);
  player->begin_ns = virtual_clock_now_ns() + 2 * ms;  // as the run will say, too
  assert_int_equal(pthread_create(&thread, NULL, look_at_states, &seen), 0);
  must_run(player, 0, 10 * ms);
  assert_int_equal(pthread_join(thread, NULL), 0);
  for (int i = 0; i < 10; ++i) {
    assert_int_equal(seen.states[i][0], RONDO_INSTANCE_SCHEDULED);
    assert_int_equal(seen.states[i][1], RONDO_INSTANCE_RUNNING);
    assert_int_equal(seen.states[i][2], RONDO_INSTANCE_RUNNING);
    assert_int_equal(seen.states[i][3], i < 9 ? RONDO_INSTANCE_SCHEDULED : RONDO_INSTANCE_PENDING);
    assert_int_equal(instance_of(seen.job, (uint64_t)i).state, RONDO_INSTANCE_COMPLETED);
  }
  end_player(&player);
}

// Work that arrives while the only worker sleeps, or spins for a release, begins at once where it fits before the release, and the release
// is met all the same.
struct caller {
  struct rondo_job *job;
  int64_t calls_ns[3];  // from the first release
};

static void *call_at(void *user) {
  const struct caller *caller = user;
  for (int i = 0; i < 3; ++i) {
    virtual_clock_sleep_until(caller->job->player->begin_ns + caller->calls_ns[i]);
    rondo_job_call(caller->job);
  }
  return NULL;
}

static void test_work_while_it_spins(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    pthread_t thread;
    struct rondo_player *player = create_player(seed, 1);
    take_kernel(0, "full", 100 * us);
    take_kernel(1, "light", 20 * us);
    struct rondo_job *releases = add_job(player, "full", (struct rondo_job_options){.period_ns = 10 * ms, .worker = 0});
    // The worker leaves its sleep 200 us before the release: far from it, while it spins, and just when it begins to.
    struct caller caller = {.job = add_job(player, "light", (struct rondo_job_options){.is_called = true, .deadline_ns = RONDO_DEADLINE_NONE, .worker = 0}),
                            .calls_ns = {5 * ms, 19850 * us, 29800 * us}};
    give_zeros(releases);
    give_zeros(caller.job);
    player->begin_ns = virtual_clock_now_ns() + 2 * ms;  // as the run will say, too
    assert_int_equal(pthread_create(&thread, NULL, call_at, &caller), 0);
    must_run(player, 0, 40 * ms);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(stats_of(caller.job).ended, 3);
    for (uint64_t i = 0; i < 3; ++i) {
      struct rondo_instance instance = instance_of(caller.job, i);
      assert_int_equal(instance.release_ns, caller.calls_ns[i]);
      assert_true(instance.start_ns - instance.release_ns < 10 * us);
      assert_int_equal(instance.run_end_ns - instance.start_ns, 20 * us);
    }
    assert_int_equal(stats_of(releases).ended, 4);
    assert_int_equal(stats_of(releases).start_delay.max, 0);
    end_player(&player);
  }
}

int main(int argc, char **argv) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_met), cmocka_unit_test(test_missed_by_one), cmocka_unit_test(test_one_of_many), cmocka_unit_test(test_shared_worker),
      cmocka_unit_test(test_far), cmocka_unit_test(test_stop),          cmocka_unit_test(test_warm_up),     cmocka_unit_test(test_limits),
      cmocka_unit_test(test_stolen), cmocka_unit_test(test_states), cmocka_unit_test(test_work_while_it_spins),
  };
  if (argc != 2) return 2;
  steps_folder = argv[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What jobs read from one another: ages, waits and failures, to the nanosecond, on a virtual clock.
// Usage: unit_play_virtual_data STEPS_FOLDER

#include "virtual_jobs.h"

// `full` is released every 1 ms and takes 200 us; `add` reads its latest result at 500 us, which is then 300 us old.
static struct rondo_job *play_reader(struct rondo_player *player, int64_t age_ns_max, bool waits) {
  take_kernel(0, "full", 200 * us);
  take_kernel(1, "add", 100 * us);
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_job *source = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .worker = 0});
  struct rondo_job *reader = add_job(player, "add", (struct rondo_job_options){.period_ns = ms, .offset_ns = waits ? 0 : 500 * us, .worker = 1});
  give_zeros(source);
  if (rondo_job_read_result(reader, 0, source, 0, waits, age_ns_max, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  give_zeros(reader);
  must_run(player, 0, 10 * ms);
  assert_int_equal(stats_of(source).ended, 10);
  assert_int_equal(stats_of(reader).ended, 10);
  return reader;
}

static void test_ages(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_player *player = create_player(seed, 2);
    struct rondo_job *reader = play_reader(player, 300 * us, false);
    assert_int_equal(stats_of(reader).age.min, 300 * us);
    assert_int_equal(stats_of(reader).age.max, 300 * us);
    assert_int_equal(stats_of(reader).missed, 0);
    end_player(&player);
  }
}

static void test_too_old_by_one(void **state) {
  (void)state;
  struct rondo_player *player = create_player(0, 2);
  assert_int_equal(stats_of(play_reader(player, 300 * us - 1, false)).missed, 10);
  end_player(&player);
}

// One that waits is ready when the other has ended, and starts then.
static void test_waits(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_player *player = create_player(seed, 2);
    struct rondo_job *reader = play_reader(player, 0, true);
    for (uint64_t i = 0; i < 10; ++i) {
      struct rondo_instance instance = instance_of(reader, i);
      assert_int_equal(instance.release_ns, (int64_t)i * ms);
      assert_int_equal(instance.ready_ns, (int64_t)i * ms + 200 * us);
      assert_int_equal(instance.start_ns, instance.ready_ns);
      assert_int_equal(instance.end_ns, instance.start_ns + 100 * us);
      assert_int_equal(instance.age_ns, 0);
    }
    end_player(&player);
  }
}

// Rings: what the program wrote is as old as it is.
static void test_ring(void **state) {
  (void)state;
  const float four[4] = {1, 2, 3, 4};
  struct rondo_player *player = create_player(0, 2);
  struct rondo_ring *ring;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_job *job = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .worker = 0});
  if (rondo_job_read_ring(job, 0, "frames", 3, &ring, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(rondo_ring_write(ring, four, sizeof four), RONDO_OK);
  int64_t written_ns = virtual_clock_now_ns();
  must_run(player, 0, 3 * ms);
  for (uint64_t i = 0; i < 3; ++i) assert_int_equal(instance_of(job, i).age_ns, player->begin_ns - written_ns + (int64_t)i * ms);
  end_player(&player);
}

// Filled by the program: once for each instance, at its release, and what it says of itself is what the kernels read.
struct filler {
  int count, fail_at;
  float results[8];
  bool is_late;
};

static enum rondo_status fill_argument(void *user, const struct rondo_instance *instance, void *bytes, uint64_t byte_length) {
  struct filler *filler = user;
  float four[4] = {(float)instance->index, 0, 0, 0};
  assert_int_equal(byte_length, sizeof four);
  assert_int_equal((uintptr_t)bytes % 64, 0);
  filler->is_late |= virtual_clock_now_ns() != instance->release_ns || instance->index != (uint64_t)filler->count;
  memcpy(bytes, four, sizeof four);
  return filler->count++ == filler->fail_at ? RONDO_UNAVAILABLE : RONDO_OK;
}

static void keep_result(void *user, const struct rondo_instance *instance, const struct rondo_value *outputs, int output_count) {
  struct filler *filler = user;
  if (output_count == 1 && instance->index < 8) memcpy(&filler->results[instance->index], rondo_tensor_data(outputs[0].tensor), sizeof(float));
}

static void test_fill(void **state) {
  (void)state;
  for (int has_period = 0; has_period <= 1; ++has_period) {
    for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
      struct filler filler = {.fail_at = -1};
      struct rondo_player *player = create_player(seed, 2);
      struct rondo_diag diag = {.status = RONDO_OK};
      take_kernel(0, "full", 200 * us);
      struct rondo_job *job = add_job(player, "full", (struct rondo_job_options){
                                                          .period_ns = has_period ? ms : 0, .worker = 0, .ended = keep_result, .user = &filler, .iteration_count = 6});
      assert_int_equal(rondo_job_fill_input(job, 0, NULL, NULL, &diag), RONDO_INVALID_ARGUMENT);
      assert_int_equal(rondo_job_fill_input(job, 1, fill_argument, &filler, &diag), RONDO_INVALID_ARGUMENT);
      assert_int_equal(rondo_job_fill_input(job, 0, fill_argument, &filler, &diag), RONDO_OK);
      assert_int_equal(rondo_job_read_ring(job, 0, "frames", 3, NULL, &diag), RONDO_FAILED_PRECONDITION);
      must_run(player, 0, 10 * ms);
      assert_int_equal(filler.count, 6);
      assert_false(filler.is_late);
      for (int i = 0; i < 6; ++i) assert_true(filler.results[i] == (float)i + 1);
      // One that cannot is a failure of its instance, which gives no result, and of its job.
      filler = (struct filler){.fail_at = 2};
      enum rondo_status status = try_run(player, 0, 10 * ms, &diag);
      assert_int_equal(status, RONDO_UNAVAILABLE);
      assert_non_null(strstr(diag.message, "could not fill argument 0"));
      assert_int_equal(stats_of(job).ended, 2);
      assert_int_equal(stats_of(job).failed, 1);
      assert_true(filler.results[1] == 2 && filler.results[2] == 0);
      end_player(&player);
    }
  }
}

// The third call of `flaky` fails, and ends its job; what waits for it ends with it, the others do not notice. Or everything ends.
static void test_failure(void **state) {
  (void)state;
  for (int stops = 0; stops < 2; ++stops) {
    struct rondo_player *player = create_player(0, 2);
    struct rondo_diag diag;
    take_kernel(0, "full", 100 * us);
    struct rondo_job *flaky = add_job(player, "flaky", (struct rondo_job_options){
                                                           .period_ns = ms, .on_error = stops ? RONDO_ON_ERROR_STOP : RONDO_ON_ERROR_CONTAIN, .worker = 0});
    struct rondo_job *const waits_for[] = {flaky};
    struct rondo_job *reader = add_job(player, "light", (struct rondo_job_options){.period_ns = ms, .waits_for = waits_for, .wait_count = 1, .worker = 0});
    struct rondo_job *other = add_job(player, "full", (struct rondo_job_options){.name = "other", .period_ns = ms, .worker = 1});
    give_zeros(flaky);
    give_zeros(reader);
    give_zeros(other);
    assert_int_not_equal(try_run(player, 0, 10 * ms, &diag), RONDO_OK);
    assert_non_null(strstr(diag.message, "called for the third time"));
    assert_int_equal(stats_of(flaky).ended, 2);
    assert_int_equal(stats_of(flaky).failed, 1);
    assert_int_equal(stats_of(reader).ended, 2);
    if (stops) assert_true(stats_of(other).ended <= 3);
    else assert_int_equal(stats_of(other).ended, 10);
    assert_int_equal(stats_of(other).missed, 0);
    end_player(&player);
  }
}

// One seed, one outcome.
static void test_repeats(void **state) {
  (void)state;
  struct rondo_instance seen[2][40];
  for (int round = 0; round < 2; ++round) {
    struct rondo_player *player = create_player(17, 2);
    struct kernel *kernel = take_kernel(0, "full", 333 * us);
    kernel->long_index = 5;
    kernel->long_ns = 1777 * us;
    take_kernel(1, "light", 777 * us);
    struct rondo_job *full = add_job(player, "full", (struct rondo_job_options){.period_ns = ms, .overrun = RONDO_OVERRUN_QUEUE, .worker = 0});
    struct rondo_job *light = add_job(player, "light", (struct rondo_job_options){.period_ns = ms, .overrun = RONDO_OVERRUN_QUEUE, .worker = 0});
    give_zeros(full);
    give_zeros(light);
    must_run(player, 0, 20 * ms);
    for (uint64_t i = 0; i < 20; ++i) {
      seen[round][2 * i] = instance_of(full, i);
      seen[round][2 * i + 1] = instance_of(light, i);
    }
    end_player(&player);
  }
  for (int i = 0; i < 40; ++i) {
    assert_int_equal(seen[0][i].start_ns, seen[1][i].start_ns);
    assert_int_equal(seen[0][i].end_ns, seen[1][i].end_ns);
    assert_int_equal(seen[0][i].worker, seen[1][i].worker);
  }
}

int main(int argc, char **argv) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_ages), cmocka_unit_test(test_too_old_by_one), cmocka_unit_test(test_waits),
      cmocka_unit_test(test_ring), cmocka_unit_test(test_fill), cmocka_unit_test(test_failure),        cmocka_unit_test(test_repeats),
  };
  if (argc != 2) return 2;
  steps_folder = argv[1];
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Players on the bundled models: releases, results beside other jobs, overruns, failures, ends.
// Usage: unit_play_player MODELS_FOLDER

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "rondo/play.h"
#include "rondo/tensor.h"

#include "../../support/watchdog.h"
#include "play/player.h"

static const char *folder;
static const int64_t ms = 1000000;

// What comes out of each instance, as long as nobody changes the input.
struct results {
  uint8_t first[256];
  uint64_t size, different_count, count;
  uint64_t next_index;
  bool is_disordered;
};

static void compare(void *user, const struct rondo_instance *instance, const struct rondo_value *outputs, int output_count) {
  struct results *results = user;
  uint8_t bytes[256];
  uint64_t size = 0;
  for (int i = 0; i < output_count; ++i) {
    uint64_t length = rondo_tensor_byte_length(outputs[i].tensor);
    if (size + length <= sizeof bytes) memcpy(bytes + size, rondo_tensor_data(outputs[i].tensor), (size_t)length);
    size += length;
  }
  if (results->count++ == 0) {
    memcpy(results->first, bytes, sizeof bytes);
    results->size = size;
  } else if (size != results->size || memcmp(bytes, results->first, (size_t)size) != 0) {
    ++results->different_count;
  }
  results->is_disordered |= instance->index < results->next_index;
  results->next_index = instance->index + 1;
}

static struct rondo_player *create(int worker_count) {
  const struct rondo_player_options options = {.worker_count = worker_count};
  struct rondo_player *player;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rondo_player_create(&options, &player, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(rondo_player_worker_count(player), worker_count);
  watchdog_watch(player->executor);
  return player;
}

static void end(struct rondo_player **player) {
  watchdog_watch(NULL);
  rondo_player_release(player);
}

static char *path_of(const char *model) {
  static char path[512];
  snprintf(path, sizeof path, "%s/%s/%s.vmfb", folder, model, model);
  return path;
}

static struct rondo_job *add(struct rondo_player *player, const char *model, struct rondo_job_options options) {
  struct rondo_job *job;
  struct rondo_diag diag = {.status = RONDO_OK};
  options.path = path_of(model);
  if (rondo_player_add_job(player, &options, &job, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return job;
}

static void give_input(struct rondo_job *job) {
  struct rondo_parameter parameter;
  struct rondo_value value = {.kind = RONDO_VALUE_TENSOR};
  static float numbers[200 * 200];
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; ++i) numbers[i] = (float)(i % 17) / 17;
  rondo_function_argument(rondo_job_function(job), 0, &parameter);
  assert_int_equal(rondo_tensor_create(rondo_job_runtime(job), parameter.element_type, parameter.rank, parameter.dims, numbers, &value.tensor, NULL),
                   RONDO_OK);
  assert_int_equal(rondo_job_set_inputs(job, 1, &value, NULL), RONDO_OK);
}

static void run(struct rondo_player *player, int64_t warm_up_ns, int64_t duration_ns) {
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rondo_player_run(player, warm_up_ns, duration_ns, &diag) != RONDO_OK) fail_msg("%s", diag.message);
}

static struct rondo_job_stats stats_of(const struct rondo_job *job) {
  struct rondo_job_stats stats;
  assert_int_equal(rondo_job_statistics(job, &stats, NULL), RONDO_OK);
  return stats;
}

// What must hold of every instance, whatever the machine does.
static void check_instances(const struct rondo_job *job, int64_t period_ns) {
  const struct rondo_instance *instances;
  uint64_t count = rondo_job_instances(job, &instances);
  for (uint64_t i = 0; i < count; ++i) {
    const struct rondo_instance *now = &instances[i];
    if (now->state == RONDO_INSTANCE_SKIPPED) {
      assert_int_equal(now->start_ns, 0);
      continue;
    }
    assert_int_equal(now->status, RONDO_OK);
    assert_int_equal(now->state, RONDO_INSTANCE_COMPLETED);
    assert_true(now->start_ns >= now->ready_ns && now->ready_ns >= now->release_ns);
    assert_true(now->run_end_ns >= now->start_ns);
    assert_true(now->end_ns >= now->run_end_ns);
    if (i == 0) continue;
    const struct rondo_instance *before = &instances[i - 1];
    assert_true(now->start_ns >= before->end_ns);
    assert_true(now->index > before->index);
    if (period_ns != 0) assert_int_equal(now->release_ns - before->release_ns, (int64_t)(now->index - before->index) * period_ns);
  }
}

static void test_releases(void **state) {
  (void)state;
  struct results results = {.count = 0};
  struct rondo_player *player = create(2);
  struct rondo_job *job = add(player, "mlp_f32", (struct rondo_job_options){.name = "controller", .period_ns = 2 * ms, .worker = -1, .ended = compare, .user = &results});
  assert_string_equal(rondo_job_name(job), "controller");
  give_input(job);
  for (int round = 0; round < 2; ++round) {  // a player may run again
    run(player, 10 * ms, 60 * ms);
    struct rondo_job_stats stats = stats_of(job);
    assert_int_equal(stats.released + stats.skipped, 30);
    assert_int_equal(stats.ended, stats.released);
    assert_int_equal(stats.failed, 0);
    assert_int_equal(stats.start_delay.count, stats.released);
    assert_true(stats.start_delay.min <= stats.start_delay.p50 && stats.start_delay.p50 <= stats.start_delay.p99 && stats.start_delay.p99 <= stats.start_delay.max);
    check_instances(job, 2 * ms);
  }
  assert_true(results.count >= 2);
  assert_int_equal(results.different_count, 0);
  assert_false(results.size == 0);
  end(&player);
  assert_null(player);
}

// Jobs side by side: each has the results that it has alone.
static void test_beside(void **state) {
  (void)state;
  struct results fast = {.count = 0}, image = {.count = 0}, other = {.count = 0};
  for (int worker_count = 1; worker_count <= 4; worker_count *= 2) {
    struct rondo_player *player = create(worker_count);
    struct rondo_job *controller = add(player, "mlp_f32", (struct rondo_job_options){.period_ns = 2 * ms, .worker = worker_count - 1, .ended = compare, .user = &fast});
    struct rondo_job *perception = add(player, "dronet_f32", (struct rondo_job_options){.worker = -1, .ended = compare, .user = &image});
    struct rondo_job *helper = add(player, "mlp_int8", (struct rondo_job_options){.period_ns = 3 * ms, .offset_ns = ms, .worker = 0, .ended = compare, .user = &other});
    give_input(controller);
    give_input(perception);
    give_input(helper);
    run(player, 0, 100 * ms);
    check_instances(controller, 2 * ms);
    check_instances(perception, 0);
    check_instances(helper, 3 * ms);
    assert_true(stats_of(perception).ended > 0);
    assert_true(stats_of(controller).ended > 0);
    assert_true(stats_of(helper).ended > 0);
    end(&player);
    fast.next_index = image.next_index = other.next_index = 0;
    watchdog_tick();
  }
  assert_int_equal(fast.different_count + image.different_count + other.different_count, 0);
  assert_false(fast.is_disordered || image.is_disordered || other.is_disordered);
}

// A period that is shorter than the work: skipped releases are counted, queued ones follow late.
static void test_overrun(void **state) {
  (void)state;
  struct rondo_player *player = create(2);
  struct rondo_job *skips = add(player, "dronet_f32", (struct rondo_job_options){.period_ns = ms / 10, .worker = -1});
  struct rondo_job *queues = add(player, "mlp_int8", (struct rondo_job_options){.period_ns = ms / 2, .worker = -1, .overrun = RONDO_OVERRUN_QUEUE});
  give_input(skips);
  give_input(queues);
  run(player, 0, 50 * ms);
  struct rondo_job_stats stats = stats_of(skips);
  assert_true(stats.skipped > 0);
  assert_true(stats.released + stats.skipped == 500);
  assert_int_equal(stats.missed, stats.released);  // none of them ends within a tenth of a millisecond
  check_instances(skips, ms / 10);
  stats = stats_of(queues);
  assert_int_equal(stats.skipped, 0);
  assert_int_equal(stats.released, 100);
  check_instances(queues, ms / 2);
  end(&player);
}

// A job that fails ends, with its words; others go on.
static void test_failure(void **state) {
  (void)state;
  struct rondo_player *player = create(2);
  struct rondo_job *bad = add(player, "dronet_f32", (struct rondo_job_options){.name = "hungry", .period_ns = 5 * ms, .worker = -1, .memory_budget_bytes = 200000});
  struct rondo_job *good = add(player, "mlp_f32", (struct rondo_job_options){.period_ns = 2 * ms, .worker = -1});
  give_input(bad);
  give_input(good);
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rondo_player_run(player, 0, 40 * ms, &diag), RONDO_RESOURCE_EXHAUSTED);
  assert_non_null(strstr(diag.message, "job hungry"));
  assert_int_equal(stats_of(bad).failed, 1);
  struct rondo_job_stats stats = stats_of(good);
  assert_int_equal(stats.released + stats.skipped, 20);
  assert_int_equal(stats.failed, 0);
  end(&player);
}

static void *stop_soon(void *user) {
  nanosleep(&(const struct timespec){.tv_nsec = 30000000}, NULL);
  rondo_player_stop(user);
  return NULL;
}

static void test_stop(void **state) {
  (void)state;
  struct rondo_player *player = create(2);
  struct rondo_job *job = add(player, "mlp_f32", (struct rondo_job_options){.period_ns = 2 * ms, .worker = -1});
  give_input(job);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, stop_soon, player), 0);
  run(player, 0, 3600 * 1000 * ms);
  pthread_join(thread, NULL);
  assert_true(stats_of(job).released < 1000000);
  end(&player);
}

static char dump_text[8192];

static void *dump_soon(void *user) {
  nanosleep(&(const struct timespec){.tv_nsec = 20 * ms}, NULL);
  FILE *file = fmemopen(dump_text, sizeof dump_text, "w");
  rondo_player_dump(user, file);
  fclose(file);
  rondo_player_stop(user);
  return NULL;
}

// While a run is in progress.
static void test_dump(void **state) {
  (void)state;
  static const char *const words[] = {"executor: 1 workers, ", "\n  worker 0 on CPU ", "\njob pulse, queue 0: "};
  struct rondo_player *player = create(1);
  give_input(add(player, "mlp_f32", (struct rondo_job_options){.name = "pulse", .period_ns = ms}));
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, dump_soon, player), 0);
  run(player, 0, 3600 * 1000 * ms);
  pthread_join(thread, NULL);
  for (size_t i = 0; i < sizeof words / sizeof words[0]; ++i) {
    if (strstr(dump_text, words[i]) == NULL) fail_msg("no \"%s\" in:\n%s", words[i], dump_text);
  }
  end(&player);
}

// What waits for a release far away is taken back, and counts as nothing.
static void test_stop_armed(void **state) {
  (void)state;
  struct rondo_player *player = create(2);
  struct rondo_job *far = add(player, "mlp_f32", (struct rondo_job_options){.period_ns = 3600 * 1000 * ms, .offset_ns = 1800 * 1000 * ms, .worker = -1});
  struct rondo_job *free_running = add(player, "mlp_int8", (struct rondo_job_options){.worker = -1});
  give_input(far);
  give_input(free_running);
  for (int round = 0; round < 3; ++round) {
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, player), 0);
    run(player, 0, 7200 * 1000 * ms);
    pthread_join(thread, NULL);
    assert_int_equal(stats_of(far).released, 0);
  }
  rondo_player_stop(player);  // before a run
  run(player, 0, 7200 * 1000 * ms);
  assert_int_equal(stats_of(far).released, 0);
  end(&player);
}

static void expect_refusal(struct rondo_player *player, const struct rondo_job_options *options, enum rondo_status status, const char *words) {
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_job *job = (struct rondo_job *)(uintptr_t)&diag;
  assert_int_equal(rondo_player_add_job(player, options, &job, &diag), status);
  assert_null(job);
  if (strstr(diag.message, words) == NULL) fail_msg("\"%s\" does not say \"%s\"", diag.message, words);
}

static void test_refusals(void **state) {
  (void)state;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_player *player = create(1);
  char path[512];
  snprintf(path, sizeof path, "%s", path_of("mlp_f32"));
  assert_int_equal(rondo_player_run(player, 0, ms, &diag), RONDO_FAILED_PRECONDITION);
  expect_refusal(player, &(const struct rondo_job_options){.worker = -1}, RONDO_INVALID_ARGUMENT, "without a model");
  expect_refusal(player, &(const struct rondo_job_options){.path = path, .worker = 1}, RONDO_INVALID_ARGUMENT, "worker 1");
  expect_refusal(player, &(const struct rondo_job_options){.path = path, .period_ns = -1}, RONDO_INVALID_ARGUMENT, "not negative");
  expect_refusal(player, &(const struct rondo_job_options){.path = path, .period_ns = 1, .offset_ns = INT64_MAX}, RONDO_OUT_OF_RANGE, "at most a year");
  expect_refusal(player, &(const struct rondo_job_options){.path = path, .deadline_ns = -2}, RONDO_INVALID_ARGUMENT, "not negative");
  expect_refusal(player, &(const struct rondo_job_options){.path = path, .period_ns = 1, .is_called = true}, RONDO_INVALID_ARGUMENT, "more than one");
  expect_refusal(player, &(const struct rondo_job_options){.path = path, .iteration_count = -1}, RONDO_INVALID_ARGUMENT, "not negative");
  expect_refusal(player, &(const struct rondo_job_options){.path = path, .overrun = (enum rondo_overrun)9}, RONDO_INVALID_ARGUMENT, "overrun");
  expect_refusal(player, &(const struct rondo_job_options){.path = path, .overrun = RONDO_OVERRUN_DEGRADE}, RONDO_INVALID_ARGUMENT, "degrade");
  expect_refusal(player, &(const struct rondo_job_options){.path = "nowhere.vmfb", .worker = -1}, RONDO_NOT_FOUND, "nowhere.vmfb");
  expect_refusal(player, &(const struct rondo_job_options){.path = path, .function = "nobody", .worker = -1}, RONDO_NOT_FOUND, "nobody");
  struct rondo_job *job = add(player, "mlp_f32", (struct rondo_job_options){.period_ns = ms});
  diag.status = RONDO_OK;
  assert_int_equal(rondo_player_run(player, 0, ms, &diag), RONDO_FAILED_PRECONDITION);
  if (strstr(diag.message, "no inputs") == NULL) fail_msg("%s", diag.message);
  const struct rondo_value wrong = {.kind = RONDO_VALUE_I32, .i32 = 1};
  assert_int_equal(rondo_job_set_inputs(job, 1, &wrong, &diag), RONDO_INVALID_ARGUMENT);
  assert_int_equal(rondo_job_set_inputs(job, 0, NULL, &diag), RONDO_INVALID_ARGUMENT);
  assert_int_equal(rondo_player_run(player, -1, ms, &diag), RONDO_INVALID_ARGUMENT);
  end(&player);
  rondo_player_release(&player);
  rondo_player_release(NULL);
}

// What it has for real time, as far as any machine grants it.
static void test_granted(void **state) {
  (void)state;
  const struct rondo_player_options given = {.worker_count = 1, .setup = {.margin_ns = 300000}}, measured = {.worker_count = 2};
  struct rondo_player *player;
  struct rondo_play_granted granted;
  assert_int_equal(rondo_player_create(&given, &player, NULL), RONDO_OK);
  rondo_player_granted(player, &granted);
  assert_int_equal(granted.worker_count, 1);
  assert_int_equal(granted.pinned_count, 1);
  assert_false(granted.is_memory_locked);
  assert_string_equal(granted.memory_reason, "");
  assert_false(granted.is_margin_measured);
  assert_int_equal(granted.margin_ns_min, 300000);
  assert_int_equal(granted.margin_ns_max, 300000);
  assert_true(granted.cpus[0] != '\0');
  assert_true(granted.timer_slack_ns == 1 || granted.timer_slack_ns == -1 || granted.timer_slack_ns == 0);
  assert_true((granted.sharing_count == 0) == (granted.sharing[0] == '\0'));
  rondo_player_release(&player);
  assert_int_equal(rondo_player_create(&measured, &player, NULL), RONDO_OK);
  rondo_player_granted(player, &granted);
  assert_int_equal(granted.worker_count, 2);
  assert_true(granted.margin_ns_min >= 150000 && granted.margin_ns_max <= 400000 && granted.margin_ns_min <= granted.margin_ns_max);
  rondo_player_release(&player);
  // Locked where that is allowed, and else there is a reason.
  const struct rondo_player_options tries = {.worker_count = 1, .setup = {.memory_lock = RONDO_MEMORY_LOCK_IF_ALLOWED, .margin_ns = 1}};
  assert_int_equal(rondo_player_create(&tries, &player, NULL), RONDO_OK);
  rondo_player_granted(player, &granted);
  assert_true(granted.is_memory_locked == (granted.memory_reason[0] == '\0'));
  bool is_allowed = granted.is_memory_locked;
  rondo_player_release(&player);
  const struct rondo_player_options demands = {.worker_count = 1, .setup = {.memory_lock = RONDO_MEMORY_LOCK, .margin_ns = 1}};
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rondo_player_create(&demands, &player, &diag), is_allowed ? RONDO_OK : diag.status);
  if (!is_allowed) assert_non_null(strstr(diag.message, "lock"));
  rondo_player_release(&player);
}

static void test_setup_refusals(void **state) {
  (void)state;
  static const struct rondo_play_setup wrong[] = {{.margin_ns = -1}, {.margin_ns = 1000000001}, {.watchdog_ns = -1}, {.watchdog_ns = 1}};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    const struct rondo_player_options options = {.worker_count = 1, .setup = wrong[i]};
    struct rondo_player *player = (struct rondo_player *)(uintptr_t)&options;
    assert_int_equal(rondo_player_create(&options, &player, NULL), RONDO_INVALID_ARGUMENT);
    assert_null(player);
  }
}

struct told {
  rdo_atomic_ptr player;  // set when there is one, which is after its watchdog
  rdo_atomic_u32 count;
  char kernel[128];
  bool has_node;
  int64_t busy_ns;
};

static void be_told(void *user, const struct rondo_stuck *stuck) {
  struct told *told = user;
  if (rdo_atomic_add(&told->count, 1, rdo_acq_rel) != 0) return;
  snprintf(told->kernel, sizeof told->kernel, "%s", stuck->kernel);
  told->has_node = stuck->node != NULL || stuck->job != NULL;
  told->busy_ns = stuck->busy_ns;
  rondo_player_stop(rdo_atomic_load(&told->player, rdo_acquire));
}

// A limit that each of its kernels outlasts on some machine, and the longest on any: it is told of one, sooner or later.
static void test_watchdog(void **state) {
  (void)state;
  static struct told told;
  const struct rondo_player_options options = {.worker_count = 1, .setup = {.margin_ns = 1, .watchdog_ns = 20000, .stuck = be_told, .stuck_user = &told}};
  struct rondo_player *player;
  assert_int_equal(rondo_player_create(&options, &player, NULL), RONDO_OK);
  rdo_atomic_store(&told.player, player, rdo_release);
  give_input(add(player, "dronet_f32", (struct rondo_job_options){.worker = -1}));
  run(player, 0, 0);
  rondo_player_release(&player);
  assert_true(rdo_atomic_load(&told.count, rdo_acquire) > 0);
  if (strstr(told.kernel, "_dispatch_") == NULL) fail_msg("a kernel called %s", told.kernel);
  assert_false(told.has_node);
  assert_true(told.busy_ns >= 20000);
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  folder = argv[1];
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_releases), cmocka_unit_test(test_beside), cmocka_unit_test(test_overrun),
      cmocka_unit_test(test_failure),  cmocka_unit_test(test_stop),   cmocka_unit_test(test_stop_armed),
      cmocka_unit_test(test_refusals), cmocka_unit_test(test_dump), cmocka_unit_test(test_granted),
      cmocka_unit_test(test_setup_refusals), cmocka_unit_test(test_watchdog),
  };
  watchdog_begin();
  int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
  watchdog_end();
  return failed_count;
}

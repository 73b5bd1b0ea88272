// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Jobs that depend on one another and on the program, and every rule for what is late. What is asserted are counts, orders
// and values, never how long something took.
// Usage: unit_play_jobs STEPS_FOLDER MODELS_FOLDER

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
#include "rondo/trace.h"

#include "../../support/watchdog.h"
#include "play/player.h"

static const char *steps_folder, *models_folder;
static const int64_t ms = 1000000;

enum { SEEN_MAX = 4096 };

// What came out of a job, instance by instance.
struct seen {
  struct rondo_instance instances[SEEN_MAX];
  float values[SEEN_MAX];  // first element of the first result
  int count;
  rdo_atomic_u32 completed_count;
};

static void note(void *user, const struct rondo_instance *instance, const struct rondo_value *outputs, int output_count) {
  struct seen *seen = user;
  if (seen->count < SEEN_MAX) {
    seen->instances[seen->count] = *instance;
    if (output_count > 0 && outputs[0].kind == RONDO_VALUE_TENSOR) seen->values[seen->count] = *(const float *)rondo_tensor_data(outputs[0].tensor);
    ++seen->count;
  }
  if (output_count > 0) rdo_atomic_add(&seen->completed_count, 1, rdo_seq_cst);
}

static struct rondo_player *create(int worker_count) {
  const struct rondo_player_options options = {.worker_count = worker_count};
  struct rondo_player *player;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rondo_player_create(&options, &player, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  watchdog_watch(player->executor);
  return player;
}

static void end(struct rondo_player **player) {
  watchdog_watch(NULL);
  rondo_player_release(player);
}

// A job of the module of steps, zeros as its inputs.
static struct rondo_job *add(struct rondo_player *player, const char *function, struct rondo_job_options options) {
  char path[512];
  struct rondo_job *job;
  struct rondo_diag diag = {.status = RONDO_OK};
  snprintf(path, sizeof path, "%s/steps.vmfb", steps_folder);
  options.path = path;
  options.function = function;
  options.worker = -1;
  if (rondo_player_add_job(player, &options, &job, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return job;
}

static void zeros(struct rondo_job *job) {
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rondo_job_set_zeros(job, &diag) != RONDO_OK) fail_msg("%s", diag.message);
}

// A model that takes longer than the periods that are given to it here.
static struct rondo_job *add_slow(struct rondo_player *player, struct rondo_job_options options) {
  char path[512];
  struct rondo_job *job;
  struct rondo_diag diag = {.status = RONDO_OK};
  snprintf(path, sizeof path, "%s/dronet_f32/dronet_f32.vmfb", models_folder);
  options.path = path;
  options.worker = -1;
  if (rondo_player_add_job(player, &options, &job, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  zeros(job);
  return job;
}

// Every trace that a run makes must be one that can be true.
static void report(void *user, const struct rondo_trace_finding *finding) {
  (void)user;
  fprintf(stderr, "%s: %s\n", finding->rule_name, finding->message);
}

static void check_trace(const struct rondo_player *player) {
  const struct rondo_trace_finder finder = {report, NULL};
  struct rondo_trace_table *table;
  struct rondo_diag diag = {.status = RONDO_OK};
  uint64_t finding_count;
  if (rondo_player_trace(player, &table, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  assert_int_equal(rondo_trace_table_check(table, &finder, &finding_count, &diag), RONDO_OK);
  assert_int_equal(finding_count, 0);
  rondo_trace_table_release(&table);
}

static void run(struct rondo_player *player, int64_t duration_ns) {
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rondo_player_run(player, 0, duration_ns, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  check_trace(player);
}

static struct rondo_job_stats stats_of(const struct rondo_job *job) {
  struct rondo_job_stats stats;
  assert_int_equal(rondo_job_statistics(job, &stats, NULL), RONDO_OK);
  return stats;
}

static struct seen *new_seen(int which) {
  static struct seen all[4];
  memset(&all[which], 0, sizeof all[which]);
  return &all[which];
}

// Limits -------------------------------------------------------------------------------------------

static void test_iterations(void **state) {
  (void)state;
  struct seen *seen = new_seen(0);
  struct rondo_player *player = create(2);
  struct rondo_job *job = add(player, "count", (struct rondo_job_options){.iteration_count = 7, .warm_up_count = 3, .ended = note, .user = seen});
  struct rondo_job *other = add(player, "full", (struct rondo_job_options){.name = "other", .period_ns = ms});
  zeros(job);
  zeros(other);
  rondo_player_set_limits(player, &(const struct rondo_limits){.iteration_count = 20});
  run(player, 0);  // it ends by itself
  assert_int_equal(stats_of(job).ended, 7);
  assert_int_equal(stats_of(other).ended, 20);
  assert_int_equal(seen->count, 7);
  for (int i = 0; i < 7; ++i) assert_true(seen->values[i] == (float)(i + 4));  // after three calls that do not count
  assert_ptr_equal(rondo_player_find_job(player, "other"), other);
  assert_null(rondo_player_find_job(player, "nobody"));
  assert_int_equal(rondo_player_job_count(player), 2);
  assert_ptr_equal(rondo_player_job(player, 1), other);
  assert_null(rondo_player_job(player, 2));
  end(&player);
}

static void test_duration(void **state) {
  (void)state;
  struct rondo_player *player = create(1);
  struct rondo_job *brief = add(player, "full", (struct rondo_job_options){.name = "brief", .period_ns = ms, .duration_ns = 10 * ms});
  struct rondo_job *called = add(player, "full", (struct rondo_job_options){.name = "called", .is_called = true});
  zeros(brief);
  zeros(called);
  run(player, 40 * ms);  // the called one, that nobody calls, ends with it
  struct rondo_job_stats stats = stats_of(brief);
  assert_int_equal(stats.released + stats.skipped, 10);
  assert_int_equal(stats_of(called).released, 0);
  end(&player);
}

// A program without kernels runs at its rate, too.
static void test_plain(void **state) {
  (void)state;
  struct rondo_player *player = create(1);
  struct rondo_job *job = add(player, "plain", (struct rondo_job_options){.period_ns = 2 * ms});
  zeros(job);
  run(player, 20 * ms);
  struct rondo_job_stats stats = stats_of(job);
  const struct rondo_instance *instances;
  uint64_t count = rondo_job_instances(job, &instances);
  assert_int_equal(stats.released + stats.skipped, 10);
  for (uint64_t i = 0; i < count; ++i) {
    if (instances[i].state == RONDO_INSTANCE_COMPLETED) assert_true(instances[i].start_ns >= instances[i].release_ns);
  }
  end(&player);
}

// Triggers and waits -------------------------------------------------------------------------------

static void test_trigger(void **state) {
  (void)state;
  struct seen *first = new_seen(0), *second = new_seen(1), *third = new_seen(2);
  struct rondo_diag diag = {.status = RONDO_OK};
  for (int worker_count = 1; worker_count <= 3; worker_count += 2) {
    memset(first, 0, sizeof *first);
    memset(second, 0, sizeof *second);
    memset(third, 0, sizeof *third);
    struct rondo_player *player = create(worker_count);
    struct rondo_job *source = add(player, "count", (struct rondo_job_options){.period_ns = ms, .iteration_count = 30, .ended = note, .user = first});
    struct rondo_job *after = add(player, "full", (struct rondo_job_options){.trigger = source, .overrun = RONDO_OVERRUN_QUEUE, .ended = note, .user = second});
    struct rondo_job *last = add(player, "add", (struct rondo_job_options){.trigger = after, .overrun = RONDO_OVERRUN_QUEUE, .ended = note, .user = third});
    zeros(source);
    assert_int_equal(rondo_job_read_result(after, 0, source, 0, true, 0, &diag), RONDO_OK);
    assert_int_equal(rondo_job_read_result(last, 0, source, 0, true, 0, &diag), RONDO_OK);
    assert_int_equal(rondo_job_read_result(last, 1, after, 0, true, 0, &diag), RONDO_OK);
    run(player, 0);
    assert_int_equal(first->count, 30);
    assert_int_equal(second->count + (int)stats_of(after).skipped, 30);
    assert_true(second->count > 0);
    // Each has the very results of the instance that has triggered it, and begins behind it.
    for (int i = 0, k = 0; i < second->count; ++i) {
      while (first->instances[k].index != second->instances[i].index) ++k;
      assert_true(second->values[i] == first->values[k] + 1);
      assert_true(second->instances[i].start_ns >= first->instances[k].end_ns);
      assert_int_equal(second->instances[i].release_ns, first->instances[k].end_ns);
    }
    for (int i = 0, k = 0; i < third->count; ++i) {
      while (second->instances[k].index != third->instances[i].index) ++k;
      assert_true(third->values[i] == 2 * second->values[k] - 1);
      assert_true(third->instances[i].start_ns >= second->instances[k].end_ns);
    }
    assert_true(third->count > 0);
    end(&player);
    watchdog_tick();
  }
}

// Two periodic jobs: each instance of the second waits for that of the same index.
static void test_waits(void **state) {
  (void)state;
  struct seen *first = new_seen(0), *second = new_seen(1);
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_player *player = create(2);
  struct rondo_job *source = add(player, "count", (struct rondo_job_options){.period_ns = 2 * ms, .ended = note, .user = first});
  struct rondo_job *order = add(player, "full", (struct rondo_job_options){.name = "order", .period_ns = 2 * ms, .waits_for = &source, .wait_count = 1});
  struct rondo_job *reader = add(player, "full", (struct rondo_job_options){.name = "reader", .period_ns = 2 * ms, .ended = note, .user = second});
  zeros(source);
  zeros(order);
  assert_int_equal(rondo_job_read_result(reader, 0, source, 0, true, 0, &diag), RONDO_OK);
  run(player, 60 * ms);
  assert_true(second->count > 0);
  for (int i = 0, k = 0; i < second->count; ++i) {
    while (first->instances[k].index != second->instances[i].index) ++k;
    assert_int_equal(first->instances[k].state, RONDO_INSTANCE_COMPLETED);
    assert_true(second->values[i] == first->values[k] + 1);
    assert_true(second->instances[i].ready_ns >= first->instances[k].end_ns);
    assert_true(second->instances[i].start_ns >= second->instances[i].ready_ns);
    assert_true(second->instances[i].age_ns >= 0);
  }
  const struct rondo_instance *instances, *sources;
  uint64_t count = rondo_job_instances(order, &instances), source_count = rondo_job_instances(source, &sources);
  for (uint64_t i = 0, k = 0; i < count; ++i) {
    if (instances[i].state != RONDO_INSTANCE_COMPLETED) continue;
    while (k < source_count && sources[k].index != instances[i].index) ++k;
    assert_true(k < source_count && instances[i].start_ns >= sources[k].end_ns);
  }
  // It would wait for itself.
  assert_int_equal(rondo_job_read_result(source, 0, reader, 0, true, 0, &diag), RONDO_INVALID_ARGUMENT);
  assert_non_null(strstr(diag.message, "wait for itself"));
  end(&player);
}

// What waits for an instance that does not complete is skipped; what waits for a job that is over ends.
static void test_waits_failed(void **state) {
  (void)state;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_player *player = create(2);
  struct rondo_job *source = add(player, "flaky", (struct rondo_job_options){.period_ns = 2 * ms});
  struct rondo_job *waiter = add(player, "full", (struct rondo_job_options){.name = "waiter", .period_ns = 2 * ms, .waits_for = &source, .wait_count = 1});
  struct rondo_job *after = add(player, "full", (struct rondo_job_options){.name = "after", .trigger = source, .overrun = RONDO_OVERRUN_QUEUE});
  struct rondo_job *other = add(player, "full", (struct rondo_job_options){.name = "other", .period_ns = 2 * ms});
  zeros(source);
  zeros(waiter);
  zeros(after);
  zeros(other);
  assert_int_equal(rondo_player_run(player, 0, 40 * ms, &diag), RONDO_FAILED_PRECONDITION);
  check_trace(player);
  assert_non_null(strstr(diag.message, "called for the third time"));
  assert_non_null(strstr(diag.message, "job flaky"));
  assert_int_equal(stats_of(source).failed, 1);
  assert_int_equal(stats_of(source).ended, 2);
  assert_true(stats_of(waiter).ended <= 2);
  assert_int_equal(stats_of(waiter).failed, 0);
  assert_int_equal(stats_of(after).ended, 2);
  struct rondo_job_stats stats = stats_of(other);
  assert_int_equal(stats.ended + stats.skipped, 20);  // nobody else has noticed
  end(&player);
}

static void test_stop_on_error(void **state) {
  (void)state;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_player *player = create(2);
  struct rondo_job *source = add(player, "flaky", (struct rondo_job_options){.period_ns = 2 * ms, .on_error = RONDO_ON_ERROR_STOP});
  struct rondo_job *called = add(player, "full", (struct rondo_job_options){.name = "called", .is_called = true});
  struct rondo_job *other = add(player, "full", (struct rondo_job_options){.name = "other", .period_ns = 2 * ms});
  zeros(source);
  zeros(called);
  zeros(other);
  assert_int_equal(rondo_player_run(player, 0, 3600 * 1000 * ms, &diag), RONDO_FAILED_PRECONDITION);
  assert_true(stats_of(other).ended < 1000);
  check_trace(player);
  end(&player);
}

// The program's side -------------------------------------------------------------------------------

struct caller {
  struct rondo_player *player;
  struct rondo_job *job;
  struct seen *seen;
  int count;
};

// Calls, and waits for each, then stops everything.
static void *call_often(void *user) {
  struct caller *caller = user;
  for (int i = 0; i < caller->count; ++i) {
    while (rdo_atomic_load(&caller->seen->completed_count, rdo_seq_cst) < (uint32_t)i + 1) {
      if (rdo_atomic_load(&caller->seen->completed_count, rdo_seq_cst) == (uint32_t)i) rondo_job_call(caller->job);
      nanosleep(&(const struct timespec){.tv_nsec = 500000}, NULL);
    }
  }
  rondo_player_stop(caller->player);
  return NULL;
}

static void test_called(void **state) {
  (void)state;
  struct seen *seen = new_seen(0);
  struct rondo_player *player = create(2);
  struct rondo_job *job = add(player, "count", (struct rondo_job_options){.is_called = true, .ended = note, .user = seen});
  struct caller caller = {player, job, seen, 10};
  pthread_t thread;
  zeros(job);
  rondo_job_call(job);  // before a run: nothing
  assert_int_equal(pthread_create(&thread, NULL, call_often, &caller), 0);
  run(player, 0);
  pthread_join(thread, NULL);
  rondo_job_call(job);
  assert_true(stats_of(job).ended >= 10);
  for (int i = 0; i < seen->count; ++i) assert_true(seen->values[i] == (float)(i + 1));
  end(&player);
}

struct ring_writer {
  struct rondo_player *player;
  struct rondo_ring *ring;
  int count, written_count;
};

// Until each job has completed an instance.
static void await_all(struct rondo_player *player) {
  for (int i = 0; i < rondo_player_job_count(player); ++i) {
    struct rondo_counters counters = {0};
    while (counters.completed == 0) {
      nanosleep(&(const struct timespec){.tv_nsec = 200000}, NULL);
      rondo_job_counters(rondo_player_job(player, i), &counters);
    }
  }
}

static void *write_ring(void *user) {
  struct ring_writer *writer = user;
  await_all(writer->player);
  for (int i = 0; i < writer->count; ++i) {
    const float all = (float)i, values[4] = {all, all, all, all};
    writer->written_count += rondo_ring_write(writer->ring, values, sizeof values) == RONDO_OK;
    if (i % 8 == 0) nanosleep(&(const struct timespec){.tv_nsec = 100000}, NULL);
  }
  nanosleep(&(const struct timespec){.tv_nsec = 5000000}, NULL);
  rondo_player_stop(writer->player);
  return NULL;
}

// Readers see whole slots, and never an older one after a newer one.
struct whole {
  float last;
  int count, torn_count, back_count;
};

static void see_whole(void *user, const struct rondo_instance *instance, const struct rondo_value *outputs, int output_count) {
  struct whole *whole = user;
  if (output_count == 0) return;
  const float *values = rondo_tensor_data(outputs[0].tensor);
  for (int i = 1; i < 4; ++i) whole->torn_count += values[i] != values[0];
  whole->back_count += values[0] < whole->last;
  whole->last = values[0];
  ++whole->count;
  (void)instance;
}

static void test_ring(void **state) {
  (void)state;
  struct whole fast = {.last = 0}, slow = {.last = 0};
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_player *player = create(2);
  struct rondo_job *free_running = add(player, "full", (struct rondo_job_options){.name = "free", .ended = see_whole, .user = &fast});
  struct rondo_job *periodic = add(player, "full", (struct rondo_job_options){.name = "periodic", .period_ns = ms, .ended = see_whole, .user = &slow});
  struct ring_writer writer = {.player = player, .count = 2000};
  struct rondo_ring *same;
  assert_int_equal(rondo_job_read_ring(free_running, 0, "imu", 4, &writer.ring, &diag), RONDO_OK);
  assert_int_equal(rondo_job_read_ring(periodic, 0, "imu", 9, &same, &diag), RONDO_OK);
  assert_ptr_equal(same, writer.ring);
  assert_ptr_equal(rondo_player_find_ring(player, "imu"), same);
  assert_null(rondo_player_find_ring(player, "gps"));
  assert_int_equal(rondo_ring_byte_length(same), 16);
  assert_int_equal(rondo_ring_write(same, &diag, 15), RONDO_INVALID_ARGUMENT);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, write_ring, &writer), 0);
  run(player, 0);
  pthread_join(thread, NULL);
  assert_int_equal(writer.written_count, writer.count);  // as many slots as readers and two: never refused
  assert_true(fast.count > 0 && slow.count > 0);
  assert_int_equal(fast.torn_count + slow.torn_count, 0);
  assert_int_equal(fast.back_count + slow.back_count, 0);
  assert_true(stats_of(free_running).age.count > 0);
  end(&player);
}

// The latest result, whenever it came; none too old; feedback is fine.
static void test_latest(void **state) {
  (void)state;
  struct seen *first = new_seen(0), *second = new_seen(1);
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_player *player = create(2);
  struct rondo_job *source = add(player, "add", (struct rondo_job_options){.name = "source", .period_ns = 5 * ms, .ended = note, .user = first});
  struct rondo_job *reader = add(player, "count", (struct rondo_job_options){.name = "reader", .period_ns = ms, .ended = note, .user = second});
  assert_int_equal(rondo_job_read_result(reader, 0, source, 0, false, 1, &diag), RONDO_OK);  // older than a nanosecond: missed
  assert_int_equal(rondo_job_read_result(source, 0, reader, 0, false, 0, &diag), RONDO_OK);
  assert_int_equal(rondo_job_read_result(reader, 0, source, 0, false, 1, &diag), RONDO_FAILED_PRECONDITION);  // has one
  assert_int_equal(rondo_job_read_result(source, 1, reader, 7, false, 0, NULL), RONDO_INVALID_ARGUMENT);
  assert_int_equal(rondo_job_read_result(source, 2, reader, 0, false, 0, NULL), RONDO_INVALID_ARGUMENT);
  zeros(source);
  run(player, 50 * ms);
  struct rondo_job_stats stats = stats_of(reader);
  assert_int_equal(stats.missed, stats.ended);
  assert_true(stats.age.count > 0);
  for (int i = 1; i < second->count; ++i) assert_true(second->instances[i].age_ns >= 0 || second->instances[i - 1].age_ns == -1);
  assert_true(first->count > 0);
  end(&player);
}

// Rules for what is late ---------------------------------------------------------------------------

static void test_cancel(void **state) {
  (void)state;
  struct seen *seen = new_seen(0);
  for (int worker_count = 1; worker_count <= 2; ++worker_count) {
    memset(seen, 0, sizeof *seen);
    struct rondo_player *player = create(worker_count);
    struct rondo_job *job = add_slow(player, (struct rondo_job_options){.period_ns = ms / 10, .overrun = RONDO_OVERRUN_CANCEL, .ended = note, .user = seen});
    struct rondo_job *other = add(player, "full", (struct rondo_job_options){.name = "other", .period_ns = ms});
    zeros(other);
    run(player, 50 * ms);
    struct rondo_job_stats stats = stats_of(job);
    // No instance ends within a tenth of a millisecond, so each is cancelled: begun, or passed over.
    assert_int_equal(stats.cancelled, 500);
    assert_int_equal(stats.ended + stats.failed + stats.skipped, 0);
    assert_true(seen->count > 0);
    for (int i = 0; i < seen->count; ++i) {
      assert_int_equal(seen->instances[i].state, RONDO_INSTANCE_CANCELLED);
      assert_int_equal(seen->instances[i].status, RONDO_CANCELLED);
      assert_true(i == 0 || seen->instances[i].index > seen->instances[i - 1].index);
    }
    struct rondo_counters counters;
    rondo_job_counters(job, &counters);
    assert_int_equal(counters.cancelled, 500);
    assert_int_equal(counters.completed, 0);
    assert_int_equal(stats_of(other).failed, 0);
    end(&player);
    watchdog_tick();
  }
}

// Nothing is cancelled that is in time.
static void test_cancel_not(void **state) {
  (void)state;
  struct rondo_player *player = create(2);
  struct rondo_job *job = add(player, "full", (struct rondo_job_options){.period_ns = 1000 * ms, .overrun = RONDO_OVERRUN_CANCEL, .iteration_count = 1});
  zeros(job);
  run(player, 0);
  assert_int_equal(stats_of(job).ended, 1);
  assert_int_equal(stats_of(job).cancelled, 0);
  end(&player);
}

static void test_degrade(void **state) {
  (void)state;
  struct seen *seen = new_seen(0);
  struct rondo_player *player = create(2);
  // A thousand releases a millisecond: all but the first are late.
  struct rondo_job *job = add(player, "full", (struct rondo_job_options){.period_ns = 1000, .overrun = RONDO_OVERRUN_DEGRADE, .degrade_function = "light",
                                                                        .iteration_count = 200, .ended = note, .user = seen});
  zeros(job);
  run(player, 0);
  struct rondo_job_stats stats = stats_of(job);
  assert_int_equal(stats.ended, 200);
  assert_int_equal(stats.skipped + stats.cancelled + stats.failed, 0);
  assert_true(stats.degraded > 0);
  int degraded_count = 0;
  for (int i = 0; i < seen->count; ++i) {
    assert_true(seen->values[i] == (seen->instances[i].is_degraded ? 2.0f : 1.0f));
    assert_int_equal(seen->instances[i].index, i);
    degraded_count += seen->instances[i].is_degraded;
    bool is_late = i > 0 && seen->instances[i - 1].end_ns > seen->instances[i].release_ns;
    assert_int_equal(seen->instances[i].is_degraded, is_late);
  }
  assert_int_equal(degraded_count, stats.degraded);
  end(&player);
}

// A trigger that is faster than what it triggers.
static void test_trigger_overruns(void **state) {
  (void)state;
  static const enum rondo_overrun rules[] = {RONDO_OVERRUN_SKIP, RONDO_OVERRUN_QUEUE, RONDO_OVERRUN_CANCEL};
  for (size_t i = 0; i < sizeof rules / sizeof rules[0]; ++i) {
    struct rondo_player *player = create(2);
    struct rondo_job *source = add(player, "full", (struct rondo_job_options){.period_ns = ms / 2, .iteration_count = 60, .overrun = RONDO_OVERRUN_QUEUE});
    struct rondo_job *slow = add_slow(player, (struct rondo_job_options){.trigger = source, .overrun = rules[i]});
    zeros(source);
    run(player, 0);
    struct rondo_job_stats stats = stats_of(slow);
    assert_int_equal(stats_of(source).ended, 60);
    assert_int_equal(stats.failed, 0);
    // Each trigger is followed, or it is known why not.
    assert_int_equal(stats.ended + stats.skipped + stats.cancelled, 60);
    assert_true(stats.ended > 0);
    if (rules[i] != RONDO_OVERRUN_CANCEL) assert_int_equal(stats.cancelled, 0);
    end(&player);
    watchdog_tick();
  }
}

// Reading while it runs ----------------------------------------------------------------------------

struct reader {
  struct rondo_player *player;
  struct rondo_job *job;
  bool is_monotonic;
};

static void *read_counters(void *user) {
  struct reader *reader = user;
  struct rondo_counters before = {0}, now;
  int64_t time_ns = rondo_player_worker_time(reader->player, 0);
  reader->is_monotonic = time_ns >= 0;
  await_all(reader->player);
  for (int i = 0; i < 100; ++i) {
    rondo_player_counters(reader->player, &now);
    reader->is_monotonic &= now.completed >= before.completed && now.scheduled >= before.scheduled && now.missed >= before.missed;
    reader->is_monotonic &= rondo_player_worker_time(reader->player, 0) >= time_ns;
    before = now;
    rondo_job_counters(reader->job, &now);
    nanosleep(&(const struct timespec){.tv_nsec = 200000}, NULL);
  }
  rondo_player_stop(reader->player);
  return NULL;
}

static void test_counters(void **state) {
  (void)state;
  struct rondo_player *player = create(2);
  struct rondo_job *job = add(player, "full", (struct rondo_job_options){.period_ns = ms});
  struct rondo_job *other = add(player, "count", (struct rondo_job_options){.name = "other"});
  struct reader reader = {.player = player, .job = job};
  pthread_t thread;
  zeros(job);
  zeros(other);
  assert_int_equal(pthread_create(&thread, NULL, read_counters, &reader), 0);
  run(player, 0);
  pthread_join(thread, NULL);
  assert_true(reader.is_monotonic);
  struct rondo_counters counters, of_job;
  rondo_player_counters(player, &counters);
  rondo_job_counters(job, &of_job);
  assert_int_equal(of_job.completed, stats_of(job).ended);
  assert_int_equal(counters.completed, stats_of(job).ended + stats_of(other).ended);
  assert_true(counters.scheduled >= counters.completed);
  assert_int_equal(counters.ready, 0);
  assert_true(counters.latency_ns_mean > 0);
  assert_int_equal(rondo_player_worker_time(player, 2), -1);
  assert_int_equal(rondo_player_worker_time(player, -1), -1);
  end(&player);
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  steps_folder = argv[1];
  models_folder = argv[2];
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_iterations), cmocka_unit_test(test_duration),     cmocka_unit_test(test_plain),
      cmocka_unit_test(test_trigger),    cmocka_unit_test(test_waits),        cmocka_unit_test(test_waits_failed),
      cmocka_unit_test(test_called),     cmocka_unit_test(test_ring),         cmocka_unit_test(test_latest),
      cmocka_unit_test(test_cancel),     cmocka_unit_test(test_cancel_not),   cmocka_unit_test(test_degrade),
      cmocka_unit_test(test_counters),   cmocka_unit_test(test_stop_on_error), cmocka_unit_test(test_trigger_overruns),
  };
  watchdog_begin();
  int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
  watchdog_end();
  return failed_count;
}

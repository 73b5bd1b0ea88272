// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Schedules played to the nanosecond, on a virtual clock: releases, time dependencies, late predecessors, iterations, resources, models, and
// what long work does to what is locked to its time.
// Usage: unit_play_virtual_schedule STEPS_FOLDER

#include <pthread.h>

#include "task/executor.h"
#include "virtual_plans.h"

// Releases and dependencies ----------------------------------------------------------------------------

// What is not locked begins when it can, a root that is locked at its planned start, others only where the caller wants that.
static void test_phase_lock(void **state) {
  (void)state;
  const struct spec specs[] = {
      {"free", "P", 700 * us, 100 * us, "", NULL},
      {"root", "Q", 500 * us, 100 * us, "", locked},
      {"next", "Q", 900 * us, 100 * us, "\"root\"", locked},
      {"far", "R", 3600000 * ms, 1, "", locked},
  };
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(specs, COUNT_OF(specs), "");
    play(seed, &(const struct rondo_schedule_play_options){.iteration_count = 3});
    for (int64_t i = 0; i < 3; ++i) {
      expect_at("free", i, 0, 100 * us);
      expect_at("root", i, 500 * us, 600 * us);
      expect_at("next", i, 600 * us, 700 * us);
      expect_at("far", i, 3600000 * ms, 3600000 * ms + 1);
    }
    play(seed, &(const struct rondo_schedule_play_options){.locks_all = true});
    expect_run("free", 700 * us, 800 * us);
    expect_run("root", 500 * us, 600 * us);
    expect_run("next", 900 * us, 1000 * us);
  }
}

// A hard time dependency is waited for, a soft one, or any where the caller says so, is only told.
static void test_time_dependencies(void **state) {
  (void)state;
  if (RDO_SLOT_COUNT < 3) skip();  // a hostile build
  const struct spec specs[] = {
      {"a", "P", 0, 300 * us, "", NULL},
      {"hard", "Q", 300 * us, 100 * us, "", ", \"time_dependency\": \"a\", \"time_dep_mode\": \"hard\""},
      {"soft", "R", 300 * us, 100 * us, "", ", \"time_dependency\": \"a\", \"time_dep_mode\": \"soft\""},
  };
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(specs, COUNT_OF(specs), "");
    play(seed, &(const struct rondo_schedule_play_options){.policy = "planned"});
    expect_run("hard", 300 * us, 400 * us);
    expect_run("soft", 0, 100 * us);
    play(seed, &(const struct rondo_schedule_play_options){.ignores_time = true});
    expect_run("hard", 0, 100 * us);
  }
}

// Wakes ------------------------------------------------------------------------------------------------

static void expect_wake(const char *key, uint8_t wake) {
  if (find_row(key, 0)->wake != wake) fail_msg("%s: wake '%s', not '%s'", key, rdo_played_wake_names[find_row(key, 0)->wake], rdo_played_wake_names[wake]);
}

// What comes behind another one on its worker goes on there; for a release a worker spins; whom another lane wakes after a while has slept.
static void test_wakes(void **state) {
  (void)state;
  if (RDO_SLOT_COUNT < 3) skip();  // a hostile build
  const struct spec specs[] = {
      {"first", "P", 0, 300 * us, "", NULL},
      {"next", "P", 300 * us, 100 * us, "\"first\"", NULL},
      {"woken", "Q", 300 * us, 100 * us, "\"first\"", NULL},
      {"released", "R", 50000 * us, 100 * us, "", locked},
  };
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(specs, COUNT_OF(specs), "");
    play(seed, &(const struct rondo_schedule_play_options){.policy = "planned"});
    expect_wake("next", RDO_PLAYED_WAKE_DIRECT);
    expect_wake("woken", RDO_PLAYED_WAKE_SLEEP);
    expect_wake("released", RDO_PLAYED_WAKE_SPIN);
  }
}

// Ties -------------------------------------------------------------------------------------------------

// What is planned for the same time comes by id, not by its place in the file.
static void test_ties_of_roots(void **state) {
  (void)state;
  static const char *const policies[] = {"planned", "strict"};
  for (size_t p = 0; p < COUNT_OF(policies); ++p) {
    for (int is_locked = 0; is_locked < 2; ++is_locked) {
      static char more[3][64];
      static const int ids[] = {5, 1, 3};
      for (int i = 0; i < 3; ++i) snprintf(more[i], sizeof more[i], ", \"id\": %d%s", ids[i], is_locked ? locked : "");
      const struct spec specs[] = {{"five", "P", 0, 100 * us, "", more[0]}, {"one", "P", 0, 100 * us, "", more[1]}, {"three", "P", 0, 100 * us, "", more[2]}};
      for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
        write_plan(specs, COUNT_OF(specs), "");
        play(seed, &(const struct rondo_schedule_play_options){.policy = policies[p], .iteration_count = 3});
        for (int64_t i = 0; i < 3; ++i) {
          expect_at("one", i, 0, 100 * us);
          expect_at("three", i, 100 * us, 200 * us);
          expect_at("five", i, 200 * us, 300 * us);
        }
      }
    }
  }
}

// Nor by when it became ready.
static void test_ties_of_others(void **state) {
  (void)state;
  if (RDO_SLOT_COUNT < 3) skip();  // a hostile build
  const struct spec specs[] = {
      {"first", "P", 0, 100 * us, "", NULL},
      {"short", "Q", 0, 10 * us, "", NULL},
      {"long", "R", 0, 20 * us, "", NULL},
      {"seven", "P", 100 * us, 100 * us, "\"short\"", ", \"id\": 7"},
      {"six", "P", 100 * us, 100 * us, "\"long\"", ", \"id\": 6"},
  };
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(specs, COUNT_OF(specs), "");
    play(seed, &(const struct rondo_schedule_play_options){.policy = "planned"});
    expect_run("six", 100 * us, 200 * us);
    expect_run("seven", 200 * us, 300 * us);
  }
}

// Late predecessors ------------------------------------------------------------------------------------

// The plan says that `b` begins at 200 us, but what it waits for ends at 500 us.
static const struct spec late_specs[] = {
    {"a", "P", 0, 500 * us, "", NULL},
    {"b", "Q", 200 * us, 100 * us, "\"a\"", NULL},
    {"c", "Q", 300 * us, 100 * us, "", NULL},
    {"d", "Q", 450 * us, 100 * us, "\"c\"", NULL},
    {"e", "R", 100 * us, 100 * us, "", NULL},
};

// Other work fills the gap that it leaves.
static void test_late_planned(void **state) {
  (void)state;
  if (RDO_SLOT_COUNT < 3) skip();  // a hostile build
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(late_specs, COUNT_OF(late_specs), "");
    play(seed, &(const struct rondo_schedule_play_options){.policy = "planned"});
    expect_run("c", 0, 100 * us);
    expect_run("d", 100 * us, 200 * us);
    expect_run("b", 500 * us, 600 * us);
    expect_run("e", 0, 100 * us);
  }
}

// It shifts its lane and no other one; how late each is can be read from its row.
static void test_late_strict(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(late_specs, COUNT_OF(late_specs), "");
    play(seed, &(const struct rondo_schedule_play_options){.policy = "strict"});
    expect_run("b", 500 * us, 600 * us);
    expect_run("c", 600 * us, 700 * us);
    expect_run("d", 700 * us, 800 * us);
    expect_run("e", 100 * us, 200 * us);
    int late_count = 0;
    for (size_t i = 0; i < played->table.row_count; ++i) late_count += played->table.rows[i].start_ns > played->table.rows[i].planned_start_ns;
    assert_int_equal(late_count, 3);
  }
}

// Iterations -------------------------------------------------------------------------------------------

// They begin at multiples of the period, whatever the ones before take.
static void test_period(void **state) {
  (void)state;
  const struct spec specs[] = {{"a", "P", 0, 700 * us, "", NULL}};
  write_plan(specs, COUNT_OF(specs), "");
  play(0, &(const struct rondo_schedule_play_options){.iteration_count = 5, .warm_up_count = 2, .period_ns = 5 * ms});
  assert_int_equal(played->table.row_count, 5);
  int64_t first_ns = find_row("a", 0)->t0_ns;
  assert_int_equal(first_ns, VIRTUAL_CLOCK_BEGIN_NS + 2 * ms + 2 * 5 * ms);
  for (int64_t i = 0; i < 5; ++i) {
    assert_int_equal(find_row("a", i)->t0_ns - first_ns, i * 5 * ms);
    expect_at("a", i, 0, 700 * us);
  }
  play(0, &(const struct rondo_schedule_play_options){.iteration_count = 3, .period_ns = ms});
  for (int64_t i = 0; i < 3; ++i) {
    assert_int_equal(find_row("a", i)->t0_ns - find_row("a", 0)->t0_ns, i * ms);
    expect_at("a", i, 0, 700 * us);
  }
}

// The end of one runs beside the begin of the next one; on the same lane it comes first.
static void test_overlap(void **state) {
  (void)state;
  if (RDO_SLOT_COUNT < 3) skip();  // a hostile build
  const struct spec specs[] = {{"a", "P", 0, 500 * us, "", locked}, {"b", "Q", 500 * us, 900 * us, "\"a\"", NULL}, {"c", "R", 0, 100 * us, "", locked}};
  write_plan(specs, COUNT_OF(specs), "");
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    static const char *const policies[] = {"planned", "dynamic", "strict"};
    for (size_t k = 0; k < COUNT_OF(policies); ++k) {
      play(seed, &(const struct rondo_schedule_play_options){.iteration_count = 6, .period_ns = ms, .policy = policies[k]});
      for (int64_t i = 0; i < 6; ++i) {
        assert_int_equal(find_row("a", i)->t0_ns - find_row("a", 0)->t0_ns, i * ms);
        expect_at("a", i, 0, 500 * us);
        expect_at("b", i, 500 * us, 1400 * us);
        expect_at("c", i, 0, 100 * us);
      }
    }
  }
}

// More work than time: what has been missed by a whole period is skipped, and told; what comes then is on time again as far as it can be.
static void test_overrun(void **state) {
  (void)state;
  const struct spec specs[] = {{"a", "P", 0, 700 * us, "", locked}};
  static const struct {
    int64_t number, t0_us, start_us;
  } expected[] = {{0, 0, 0}, {1, 500, 700}, {2, 1000, 1400}, {3, 1500, 2100}, {4, 2000, 2800}, {5, 2500, 3500}, {7, 3500, 4200}};
  write_plan(specs, COUNT_OF(specs), "");
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    play(seed, &(const struct rondo_schedule_play_options){.iteration_count = 7, .period_ns = 500 * us});
    assert_int_equal(played->table.row_count, 8);
    int64_t begin_ns = find_row("a", 0)->t0_ns;
    for (size_t i = 0; i < COUNT_OF(expected); ++i) {
      const struct rdo_table_row *row = find_row("a", expected[i].number);
      assert_int_equal(row->t0_ns - begin_ns, expected[i].t0_us * us);
      assert_int_equal(row->t0_ns - begin_ns + row->start_ns, expected[i].start_us * us);
      assert_int_equal(row->state, RDO_PLAYED_COMPLETED);
    }
    assert_int_equal(find_row("a", 6)->state, RDO_PLAYED_SKIPPED);
    assert_int_equal(find_row("a", 6)->t0_ns - begin_ns, 3000 * us);
  }
}

// Where the order of lanes is kept an iteration waits for the one before it, but not with its times.
static void test_overrun_strict(void **state) {
  (void)state;
  const struct spec specs[] = {{"a", "P", 0, 700 * us, "", NULL}, {"b", "P", 700 * us, 200 * us, "", NULL}};
  write_plan(specs, COUNT_OF(specs), "");
  play(0, &(const struct rondo_schedule_play_options){.iteration_count = 4, .period_ns = 800 * us, .policy = "strict"});
  for (int64_t i = 0; i < 4; ++i) {
    assert_int_equal(find_row("a", i)->t0_ns - find_row("a", 0)->t0_ns, i * 800 * us);
    expect_at("a", i, i * 100 * us, i * 100 * us + 700 * us);
    expect_at("b", i, i * 100 * us + 700 * us, i * 100 * us + 900 * us);
  }
}

static void *stop_soon(void *user) {
  virtual_clock_sleep_until(VIRTUAL_CLOCK_BEGIN_NS + 2 * ms + 6500 * us);
  rondo_schedule_player_stop(user);
  return NULL;
}

static enum rondo_status run_and_stop(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, stop_soon, player), 0);
  enum rondo_status status = rondo_schedule_player_run(player, diag);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_true(virtual_clock_now_ns() <= VIRTUAL_CLOCK_BEGIN_NS + 2 * ms + 6500 * us + 1100 * us);
  assert_int_equal(status, RONDO_CANCELLED);
  return rondo_schedule_player_table(player, &played, diag) == RONDO_OK ? RONDO_OK : RONDO_INTERNAL;
}

// Stopped in the third iteration, which is kept as far as it came: neither a release that is an hour away nor long work is waited for.
static void test_stop(void **state) {
  (void)state;
  const struct spec specs[] = {{"a", "P", 0, 500 * us, "", NULL}, {"b", "Q", 0, 1000 * us, "", NULL}, {"c", "P", 600 * us, 100 * us, "", locked}};
  struct rondo_diag diag;
  write_plan(specs, COUNT_OF(specs), "");
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    char path[] = "/tmp/rondo_virtual_XXXXXX";
    struct rondo_schedule_player *player;
    write_file(path, plan_text);
    end_played();
    virtual_clock_begin(seed);
    assert_int_equal(rondo_schedule_player_create(path, &(const struct rondo_schedule_play_options){.iteration_count = 100, .period_ns = 3 * ms}, &player, &diag), RONDO_OK);
    assert_int_equal(run_and_stop(player, &diag), RONDO_OK);
    rondo_schedule_player_release(&player);
    virtual_clock_end();
    unlink(path);
    check_played();
    assert_int_equal(played->table.row_count, 3 * 3);
    expect_at("a", 2, 0, 500 * us);
    assert_int_equal(find_row("b", 2)->state, RDO_PLAYED_CANCELLED);
    assert_int_equal(find_row("c", 2)->state, RDO_PLAYED_CANCELLED);
  }
}

// Counters ---------------------------------------------------------------------------------------------

static struct rondo_schedule_counters counted;  // after a run

static enum rondo_status run_and_count(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  enum rondo_status status = rondo_schedule_player_run(player, diag);
  rondo_schedule_player_counters(player, &counted);
  return status;
}

static void play_and_count(uint64_t seed, const struct rondo_schedule_play_options *options) {
  struct rondo_diag diag;
  if (try_play(seed, NULL, options, run_and_count, &diag) != RONDO_OK) fail_msg("%s", diag.message);
}

static void test_counters(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    const struct spec specs[] = {{"a", "P", 0, 100 * us, "", NULL}, {"b", "Q", 100 * us, 200 * us, "\"a\"", NULL}};
    write_plan(specs, COUNT_OF(specs), deadline_of("one", 300 * us - 1));
    play_and_count(seed, &(const struct rondo_schedule_play_options){.iteration_count = 4, .warm_up_count = 2});
    assert_int_equal(counted.iteration_count, 4);
    assert_int_equal(counted.completed, 12);
    assert_int_equal(counted.missed, 6);
    assert_int_equal(counted.skipped_count, 0);
    const struct spec late[] = {{"a", "P", 0, 700 * us, "", locked}};
    write_plan(late, COUNT_OF(late), "");
    play_and_count(seed, &(const struct rondo_schedule_play_options){.iteration_count = 7, .period_ns = 500 * us});
    assert_int_equal(counted.iteration_count, 7);
    assert_int_equal(counted.completed, 7);
    assert_int_equal(counted.missed, 0);
    assert_int_equal(counted.skipped_count, 1);
  }
}

// What another thread sees in the sixth of ten iterations, 3 ms each, while "a" runs.
static char dump_text[8192];
static struct rondo_schedule_lane seen_lanes[2];

static void *look_soon(void *user) {
  struct rondo_schedule_player *player = user;
  virtual_clock_sleep_until(VIRTUAL_CLOCK_BEGIN_NS + 2 * ms + 5 * 3 * ms + 250 * us);
  rondo_schedule_player_counters(player, &counted);
  for (int i = 0; i < 2; ++i) (void)rondo_schedule_player_lane(player, i, &seen_lanes[i]);
  memset(dump_text, 0, sizeof dump_text);
  FILE *file = fmemopen(dump_text, sizeof dump_text - 1, "w");
  if (file == NULL) return NULL;
  rondo_schedule_player_dump(player, file);
  fclose(file);
  return NULL;
}

static enum rondo_status run_and_look(struct rondo_schedule_player *player, struct rondo_diag *diag) {
  pthread_t thread;
  struct rondo_schedule_lane lane;
  assert_int_equal(pthread_create(&thread, NULL, look_soon, player), 0);
  enum rondo_status status = rondo_schedule_player_run(player, diag);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_string_equal(seen_lanes[0].name, "P");
  assert_string_equal(seen_lanes[1].name, "Q");
  assert_int_equal(rondo_schedule_player_lane(player, -1, &lane), RONDO_OUT_OF_RANGE);
  assert_int_equal(rondo_schedule_player_lane(player, 2, &lane), RONDO_OUT_OF_RANGE);
  return status;
}

static void test_counters_while_it_plays(void **state) {
  (void)state;
  static const char *const words[] = {"plan: 5 iterations have ended, 0 were skipped; 10 dispatches have ended", "lane P: 1 workers, 1 dispatches run", "lane Q: 1 workers, 0 dispatches run",
                                      "executor: 2 workers", "is in node a of job one", "iteration under way: 2 of its 2 dispatches"};
  const struct spec specs[] = {{"a", "P", 0, 500 * us, "", NULL}, {"b", "Q", 1000 * us, 1000 * us, "", locked}};
  write_plan(specs, COUNT_OF(specs), "");
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_diag diag;
    if (try_play(seed, NULL, &(const struct rondo_schedule_play_options){.iteration_count = 10, .period_ns = 3 * ms}, run_and_look, &diag) != RONDO_OK) {
      fail_msg("%s", diag.message);
    }
    assert_int_equal(counted.iteration_count, 5);
    assert_int_equal(counted.completed, 10);
    assert_int_equal(seen_lanes[0].running_count, 1);
    assert_int_equal(seen_lanes[0].completed, 5);
    assert_int_equal(seen_lanes[1].running_count, 0);
    assert_true(seen_lanes[0].load >= 0 && counted.spun_share >= 0);
    for (size_t i = 0; i < COUNT_OF(words); ++i) {
      if (strstr(dump_text, words[i]) == NULL) fail_msg("no \"%s\" in:\n%s", words[i], dump_text);
    }
  }
}

// Resources --------------------------------------------------------------------------------------------

// All want the same unit at 100 us, and get it one after the other, the more urgent first; who waits for its release holds nothing.
static void test_resources(void **state) {
  (void)state;
  const struct spec specs[] = {
      {"gate", "P", 0, 100 * us, "", ", \"resources\": [\"npu\"]"},
      {"low", "Q", 100 * us, 100 * us, "\"gate\"", ", \"resources\": [\"npu\"], \"priority\": 10"},
      {"high", "R", 100 * us, 100 * us, "\"gate\"", ", \"resources\": [\"npu\"], \"priority\": 200"},
      {"middle", "S", 100 * us, 100 * us, "\"gate\"", ", \"resources\": [\"npu\"], \"priority\": 100"},
      {"later", "T", 350 * us, 100 * us, "", ", \"resources\": [\"npu\"], \"priority\": 255, \"release_policy\": \"phase_locked\""},
      {"other", "U", 0, 100 * us, "", ", \"resources\": [\"dsp\"]"},
  };
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(specs, COUNT_OF(specs), "");
    play(seed, &(const struct rondo_schedule_play_options){.policy = "priority"});
    expect_run("gate", 0, 100 * us);
    expect_run("high", 100 * us, 200 * us);
    expect_run("middle", 200 * us, 300 * us);
    expect_run("low", 300 * us, 400 * us);
    expect_run("later", 400 * us, 500 * us);  // at 350 us `low` has it
    expect_run("other", 0, 100 * us);
  }
}

// As many at once as the machine has.
static void test_capacity(void **state) {
  (void)state;
  static const char machine[] =
      "{\"schema\": \"rondo.machine/1\", \"clusters\": [{\"name\": \"P\", \"workers\": 4}], \"resources\": [{\"name\": \"npu\", \"capacity\": 2}]}";
  const struct spec specs[] = {
      {"gate", "P", 0, 100 * us, "", NULL},
      {"a", "P", 100 * us, 100 * us, "\"gate\"", ", \"resources\": [\"npu\"], \"workers\": 1"},
      {"b", "P", 100 * us, 150 * us, "\"gate\"", ", \"resources\": [\"npu\"], \"workers\": 1"},
      {"c", "P", 100 * us, 100 * us, "\"gate\"", ", \"resources\": [\"npu\"], \"workers\": 1"},
      {"d", "P", 100 * us, 100 * us, "\"gate\"", ", \"resources\": [\"npu\"], \"workers\": 1"},
  };
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(specs, COUNT_OF(specs), "");
    play_on(seed, machine, &(const struct rondo_schedule_play_options){.policy = "fifo"});
    expect_run("a", 100 * us, 200 * us);
    expect_run("b", 100 * us, 250 * us);
    expect_run("c", 200 * us, 300 * us);
    expect_run("d", 250 * us, 350 * us);
  }
}

// Models -----------------------------------------------------------------------------------------------

static const char *steps_folder;

static int64_t kernel_ns(void *user, const char *export_name, uint64_t first, uint64_t count) {
  (void)user, (void)export_name, (void)first, (void)count;
  return 100 * us;
}

struct ended {
  int flaky_count, full_count;
};

static void note_ended(void *user, const char *instance, const struct rondo_value *outputs, int output_count) {
  struct ended *ended = user;
  (void)outputs;
  assert_int_equal(output_count, 1);
  *(strncmp(instance, "flaky", 5) == 0 ? &ended->flaky_count : &ended->full_count) += 1;
}

// Calls of real models, dispatch by dispatch, whose kernels take 100 us each. The third call of `flaky` fails: its node gives back what others
// wait for, and they play to their end.
static void test_models(void **state) {
  (void)state;
  static const char *const npu = ", \"resources\": [\"npu\"], \"dispatch\": 0, \"job_name\": ";
  static char mores[5][160], path[512];
  const char *const names[] = {"flaky0", "flaky1", "full0", "full1", "flaky2"};
  const int64_t starts_us[] = {0, 100, 150, 1000, 300};
  struct spec specs[5];
  for (int i = 0; i < 5; ++i) {
    snprintf(mores[i], sizeof mores[i], "%s\"%s\", \"release_policy\": \"%s\"", npu, names[i], starts_us[i] == 0 || i == 4 ? "immediate" : "phase_locked");
    specs[i] = (struct spec){names[i], strncmp(names[i], "flaky", 5) == 0 ? "P" : "Q", starts_us[i] * us, 100 * us, "", mores[i]};
  }
  snprintf(path, sizeof path, "%s/steps.vmfb", steps_folder);
  const struct rondo_schedule_model models[] = {{.job = "flaky", .path = path, .function = "flaky"}, {.job = "full", .path = path, .function = "full"}};
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    for (int fails = 0; fails < 2; ++fails) {
      struct ended ended = {0, 0};
      struct rondo_diag diag;
      const struct rondo_schedule_play_options options = {.models = models, .model_count = 2, .ended = note_ended, .user = &ended};
      write_plan(specs, fails ? 5 : 4, "");
      virtual_clock_set_kernel(kernel_ns, NULL);
      enum rondo_status status = try_play(seed, NULL, &options, rondo_schedule_player_run, &diag);
      assert_int_equal(ended.flaky_count, 2);
      assert_int_equal(ended.full_count, 2);
      if (fails) {
        assert_int_not_equal(status, RONDO_OK);
        assert_non_null(strstr(diag.message, "called for the third time"));
        continue;
      }
      if (status != RONDO_OK) fail_msg("%s", diag.message);
      expect_run("flaky0", 0, 100 * us);
      expect_run("flaky1", 100 * us, 200 * us);
      expect_run("full0", 200 * us, 300 * us);  // at 150 us `flaky1` has the unit
      expect_run("full1", 1000 * us, 1100 * us);
    }
  }
}

static int64_t slow_ns(void *user, const char *export_name, uint64_t first, uint64_t count) {
  (void)first, (void)count;
  return strcmp(export_name, user) == 0 ? 700 * us : 100 * us;
}

// A job without a period that takes longer than planned has fewer calls: what has a period keeps it, and so does the next iteration.
static void test_optional_calls(void **state) {
  (void)state;
  if (RDO_SLOT_COUNT < 4) skip();  // a hostile build
  static char more[1024], mores[4][96];
  struct spec specs[4];
  const char *const names[] = {"full0", "full1", "full2", "beat0"};
  for (int i = 0; i < 4; ++i) {
    snprintf(mores[i], sizeof mores[i], ", \"dispatch\": 0, \"job_name\": \"%s\", \"release_policy\": \"%s\"", names[i], i == 3 ? "phase_locked" : "immediate");
    specs[i] = (struct spec){names[i], i == 3 ? "Q" : "P", i == 3 ? 500 * us : 100 * i * us, 100 * us, "", mores[i]};
  }
  snprintf(more, sizeof more,
           ", \"period_ns\": 1000000, \"instances\": {\"full0\": {\"job\": \"full\"}, \"full1\": {\"job\": \"full\"}, \"full2\": {\"job\": \"full\"}, "
           "\"beat0\": {\"job\": \"beat\"}}, \"jobs\": {\"schema\": \"rondo.jobs/1\", \"jobs\": [{\"name\": \"full\", \"model\": \"%s/steps.vmfb\", \"function\": "
           "\"full\"}, {\"name\": \"beat\", \"model\": \"%s/steps.vmfb\", \"function\": \"light\", \"period_ms\": 1}]}",
           steps_folder, steps_folder);
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(specs, 4, more);
    virtual_clock_set_kernel(slow_ns, (void *)(uintptr_t)"full_dispatch_0_elementwise_4_f32");
    play(seed, &(const struct rondo_schedule_play_options){.iteration_count = 3});
    for (int64_t i = 0; i < 3; ++i) {
      assert_int_equal(find_row("full0", i)->t0_ns - find_row("full0", 0)->t0_ns, i * ms);
      expect_at("beat0", i, 500 * us, 600 * us);
    }
    // Of the first iteration the second call ends at 1400 us, of the second one the first at 2100 us.
    expect_at("full0", 0, 0, 700 * us);
    expect_at("full1", 0, 700 * us, 1400 * us);
    assert_int_equal(find_row("full2", 0)->state, RDO_PLAYED_CANCELLED);
    expect_at("full0", 1, 400 * us, 1100 * us);
    assert_int_equal(find_row("full1", 1)->state, RDO_PLAYED_CANCELLED);
    assert_int_equal(find_row("full2", 1)->state, RDO_PLAYED_CANCELLED);
    expect_at("full0", 2, 100 * us, 800 * us);
    expect_at("full1", 2, 800 * us, 1500 * us);
    assert_int_equal(find_row("full2", 2)->state, RDO_PLAYED_CANCELLED);
  }
}

// Deadlines --------------------------------------------------------------------------------------------

static void test_deadlines(void **state) {
  (void)state;
  const struct spec specs[] = {{"a", "P", 0, 100 * us, "", NULL}, {"b", "P", 100 * us, 200 * us, "\"a\"", NULL}};
  write_plan(specs, COUNT_OF(specs), deadline_of("one", 300 * us));
  play(0, &(const struct rondo_schedule_play_options){.iteration_count = 4});
  assert_int_equal(missed_count(), 0);
  assert_int_equal(find_row("b", 0)->deadline_ns, 300 * us);
  write_plan(specs, COUNT_OF(specs), deadline_of("one", 300 * us - 1));
  play(0, &(const struct rondo_schedule_play_options){.iteration_count = 4});
  assert_int_equal(missed_count(), 4);
}

// Long work and releases -------------------------------------------------------------------------------

// A long node and one that is locked to its time, on one lane with one worker. In tiles the long one keeps it waiting for nothing: no
// tile begins that would run into the release.
static void test_long_work(void **state) {
  (void)state;
  const struct spec specs[] = {
      {"long", "P", 0, 5000 * us, "", ", \"priority\": 10"},
      {"root", "P", 2350 * us, 100 * us, "", ", \"priority\": 200, \"release_policy\": \"phase_locked\""},
  };
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(specs, COUNT_OF(specs), "");
    play(seed, &(const struct rondo_schedule_play_options){.policy = "priority", .tile_ns = 100 * us});
    expect_run("root", 2350 * us, 2450 * us);
    assert_int_equal(find_row("long", 0)->start_ns, 0);
    assert_true(find_row("long", 0)->preemption_count >= 1);
    // What the long one loses beside is the rest of the gap before the release, which no tile fits into.
    int64_t gap_ns = find_row("long", 0)->end_ns - 5100 * us;
    assert_true(gap_ns >= 0 && gap_ns <= 150 * us);
  }
}

// In one piece it fits into no gap: it may begin in the first quarter of one, and then keeps the release waiting for its rest; later it waits.
static void test_long_piece(void **state) {
  (void)state;
  const struct spec specs[] = {
      {"gate", "P", 0, 500 * us, "", NULL},
      {"long", "P", 0, 5000 * us, "\"gate\"", ", \"priority\": 10"},
      {"root", "P", 2350 * us, 100 * us, "", ", \"priority\": 200, \"release_policy\": \"phase_locked\""},
  };
  const struct spec later[] = {{"gate", "P", 0, 600 * us, "", NULL}, specs[1], specs[2]};
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(specs, COUNT_OF(specs), "");
    play(seed, &(const struct rondo_schedule_play_options){.policy = "priority"});
    expect_run("long", 500 * us, 5500 * us);
    expect_run("root", 5500 * us, 5600 * us);
    write_plan(later, COUNT_OF(later), "");
    play(seed, &(const struct rondo_schedule_play_options){.policy = "priority"});
    expect_run("root", 2350 * us, 2450 * us);
    expect_run("long", 2450 * us, 7450 * us);
  }
}

// What the plan has before a release keeps it waiting, unless it is boosted.
static void test_boost(void **state) {
  (void)state;
  const struct spec specs[] = {
      {"before", "P", 0, 5000 * us, "", NULL},
      {"root", "P", 2350 * us, 100 * us, "", locked},
  };
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    write_plan(specs, COUNT_OF(specs), "");
    play(seed, &(const struct rondo_schedule_play_options){.tile_ns = 100 * us});
    expect_run("before", 0, 5000 * us);
    expect_run("root", 5000 * us, 5100 * us);
    play(seed, &(const struct rondo_schedule_play_options){.tile_ns = 100 * us, .is_boosted = true});
    expect_run("root", 2350 * us, 2450 * us);
    assert_int_equal(find_row("before", 0)->start_ns, 0);
  }
}

// Overload: the urgent ones meet all their deadlines under `priority`, where `fifo` lets them wait for whatever came before.
static void test_overload(void **state) {
  (void)state;
  enum { COUNT = 100 };
  int64_t missed[2];
  static struct spec specs[2 * COUNT];
  static char keys[2 * COUNT][16], mores[2 * COUNT][128];
  char instances[COUNT * 64] = ", \"instances\": {";
  for (int i = 0; i < COUNT; ++i) {
    snprintf(keys[2 * i], sizeof keys[0], "high%d", i);
    snprintf(mores[2 * i], sizeof mores[0], ", \"job_name\": \"h%d\", \"priority\": 200, \"release_policy\": \"phase_locked\"", i);
    specs[2 * i] = (struct spec){keys[2 * i], "P", i * ms, 200 * us, "", mores[2 * i]};
    snprintf(keys[2 * i + 1], sizeof keys[0], "low%d", i);
    snprintf(mores[2 * i + 1], sizeof mores[0], ", \"job_name\": \"l%d\", \"priority\": 10, \"release_policy\": \"phase_locked\"", i);
    specs[2 * i + 1] = (struct spec){keys[2 * i + 1], "P", i * ms, 1100 * us, "", mores[2 * i + 1]};
    size_t length = strlen(instances);
    snprintf(instances + length, sizeof instances - length, "%s\"h%d\": {\"deadline_ns\": %lld}", i == 0 ? "" : ", ", i, (long long)(i * ms + 600 * us));
  }
  strcat(instances, "}");
  for (int p = 0; p < 2; ++p) {
    write_plan(specs, COUNT_OF(specs), instances);
    play(0, &(const struct rondo_schedule_play_options){.policy = p == 0 ? "priority" : "fifo", .tile_ns = 50 * us});
    assert_int_equal(played->table.row_count, 2 * COUNT);
    missed[p] = missed_count();
  }
  print_message("of %d urgent ones late: priority %d, fifo %d\n", COUNT, (int)missed[0], (int)missed[1]);
  assert_int_equal(missed[0], 0);
  assert_true(missed[1] > COUNT / 2);
}

// Places for jobs --------------------------------------------------------------------------------------

// The most jobs that had work on some lanes at once, from their first node there to their last; each job is one letter.
static int most_jobs(const char *lanes, const char *jobs) {
  const struct rdo_table *table = &played->table;
  struct span {
    int64_t begin_ns, end_ns;
  } spans[64];
  int count = 0, most = 0;
  for (int64_t iteration = 0; iteration < 16; ++iteration) {
    for (const char *job = jobs; *job != '\0'; ++job) {
      struct span span = {INT64_MAX, INT64_MIN};
      for (size_t i = 0; i < table->row_count; ++i) {
        const struct rdo_table_row *row = &table->rows[i];
        if (row->iteration != iteration || row->state == RDO_PLAYED_SKIPPED || strchr(lanes, *rdo_table_text(table, table->targets[row->target])) == NULL) continue;
        if (*rdo_table_text(table, rdo_table_node_of(table, row)->job) != *job) continue;
        if (row->t0_ns + row->start_ns < span.begin_ns) span.begin_ns = row->t0_ns + row->start_ns;
        if (row->t0_ns + row->end_ns > span.end_ns) span.end_ns = row->t0_ns + row->end_ns;
      }
      if (span.end_ns != INT64_MIN) spans[count++] = span;
    }
  }
  for (int i = 0; i < count; ++i) {
    int at_once = 0;
    for (int k = 0; k < count; ++k) at_once += spans[k].begin_ns <= spans[i].begin_ns && spans[k].end_ns > spans[i].begin_ns;
    if (at_once > most) most = at_once;
  }
  return most;
}

// Each job goes over both lanes, and all are planned at once: with `jobs_max` they follow each other, as far as it says, also in the next iteration.
static void test_places(void **state) {
  (void)state;
  const struct spec specs[] = {
      {"a0", "P", 0, 100 * us, "", ", \"job_name\": \"a\""},        {"a1", "Q", 100 * us, 100 * us, "\"a0\"", ", \"job_name\": \"a\""},
      {"b0", "Q", 0, 100 * us, "", ", \"job_name\": \"b\""},        {"b1", "P", 100 * us, 100 * us, "\"b0\"", ", \"job_name\": \"b\""},
      {"c0", "P", 150 * us, 100 * us, "", ", \"job_name\": \"c\""}, {"c1", "Q", 250 * us, 100 * us, "\"c0\"", ", \"job_name\": \"c\""},
  };
  static const struct {
    const char *format;
    const char *lanes;
    bool is_of_lane;
  } kinds[] = {
      {"{\"clusters\": [{\"name\": \"P\", \"cpus\": \"0-1\"}, {\"name\": \"Q\", \"cpus\": \"2-3\"}], \"jobs_max\": %d}", "PQ", false},
      {"{\"clusters\": [{\"name\": \"C\", \"cpus\": \"0-3\", \"jobs_max\": %d}], \"lanes\": [{\"name\": \"P\", \"cluster\": \"C\"}, {\"name\": \"Q\", \"cluster\": \"C\"}]}",
       "PQ", false},
      {"{\"clusters\": [{\"name\": \"C\", \"cpus\": \"0-3\"}], \"lanes\": [{\"name\": \"P\", \"cluster\": \"C\", \"jobs_max\": %d}, {\"name\": \"Q\", \"cluster\": \"C\"}]}",
       "P", true},
  };
  if (RDO_SLOT_COUNT < 3) skip();  // a hostile build
  for (size_t kind = 0; kind < COUNT_OF(kinds); ++kind) {
    for (int limit = 0; limit <= 3; ++limit) {
      char machine[512];
      snprintf(machine, sizeof machine, kinds[kind].format, limit);
      for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
        write_plan(specs, COUNT_OF(specs), "");
        play_on(seed, machine, &(const struct rondo_schedule_play_options){.iteration_count = 2, .period_ns = 200 * us});
        int most = most_jobs(kinds[kind].lanes, "abc");
        if (limit != 0) assert_true(most <= limit);
        else assert_true(most >= 2);
        if (limit == 1 && !kinds[kind].is_of_lane) {
          expect_run("a1", 100 * us, 200 * us);
          expect_run("b0", 200 * us, 300 * us);
          expect_run("c1", 500 * us, 600 * us);
        }
      }
    }
  }
}

// One job begins before another and waits for it in its middle: with one place neither could go on, which is said before the play.
static void test_places_for_ever(void **state) {
  (void)state;
  static const char *const machine = "{\"clusters\": [{\"name\": \"P\", \"cpus\": \"0\"}, {\"name\": \"Q\", \"cpus\": \"1\"}], \"jobs_max\": %d}";
  const struct spec specs[] = {
      {"a0", "P", 0, 100 * us, "", ", \"job_name\": \"a\""},
      {"b0", "Q", 50 * us, 100 * us, "", ", \"job_name\": \"b\""},
      {"a1", "P", 150 * us, 100 * us, "\"b0\"", ", \"job_name\": \"a\""},
  };
  for (int limit = 1; limit <= 2; ++limit) {
    struct rondo_diag diag;
    char text[512];
    snprintf(text, sizeof text, machine, limit);
    write_plan(specs, COUNT_OF(specs), "");
    enum rondo_status status = try_play(0, text, &(const struct rondo_schedule_play_options){.iteration_count = 1}, rondo_schedule_player_run, &diag);
    assert_int_equal(status, limit == 1 ? RONDO_INVALID_ARGUMENT : RONDO_OK);
    if (limit == 1) assert_non_null(strstr(diag.message, "jobs_max"));
  }
}

int main(int argc, char **argv) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_places), cmocka_unit_test(test_places_for_ever),
      cmocka_unit_test(test_phase_lock),   cmocka_unit_test(test_time_dependencies), cmocka_unit_test(test_late_planned),
      cmocka_unit_test(test_wakes), cmocka_unit_test(test_ties_of_roots), cmocka_unit_test(test_ties_of_others),
      cmocka_unit_test(test_late_strict),  cmocka_unit_test(test_period),            cmocka_unit_test(test_overlap),
      cmocka_unit_test(test_overrun),      cmocka_unit_test(test_overrun_strict),    cmocka_unit_test(test_stop),
      cmocka_unit_test(test_resources),    cmocka_unit_test(test_capacity),          cmocka_unit_test(test_deadlines),
      cmocka_unit_test(test_long_work),    cmocka_unit_test(test_long_piece),        cmocka_unit_test(test_boost),
      cmocka_unit_test(test_overload),     cmocka_unit_test(test_models), cmocka_unit_test(test_optional_calls),
      cmocka_unit_test(test_counters),     cmocka_unit_test(test_counters_while_it_plays),
  };
  if (argc != 2) return 2;
  steps_folder = argv[1];
  int failed_count = cmocka_run_group_tests(tests, NULL, NULL);
  end_played();
  return failed_count;
}

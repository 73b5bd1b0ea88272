// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What jobs and machine files say of who runs where, before whom and beside whom, on a virtual clock: lanes, widths, priorities, resources,
// places.
// Usage: unit_play_virtual_lanes STEPS_FOLDER MODELS_FOLDER

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "machine/topology.h"
#include "task/executor.h"
#include "virtual_jobs.h"

static const char *models_folder;

// Where kernels ran: bits of workers by what their names begin with.
enum { WATCHED_MAX = 4 };
static struct watched {
  const char *prefix;
  uint64_t workers;
} watched[WATCHED_MAX];

static int64_t watch_kernel(void *user, const char *export_name, uint64_t first, uint64_t count) {
  (void)user, (void)first;
  for (int i = 0; i < WATCHED_MAX && watched[i].prefix != NULL; ++i) {
    if (strncmp(export_name, watched[i].prefix, strlen(watched[i].prefix)) == 0) watched[i].workers |= UINT64_C(1) << rdo_worker_current()->index;
  }
  return strncmp(export_name, "dronet", 6) == 0 ? 10 * us : kernel_ns(user, export_name, first, count);
}

static void write_text(const char *folder, const char *name, const char *text, char *out_path) {
  snprintf(out_path, 256, "%s/%s", folder, name);
  FILE *file = fopen(out_path, "w");
  if (file == NULL) fail_msg("cannot write %s", out_path);
  fputs(text, file);
  fclose(file);
}

static char notes[2048];
static void keep_note(void *user, const char *text) {
  (void)user;
  size_t length = strlen(notes);
  snprintf(notes + length, sizeof notes - length, "%s\n", text);
}

// A player of four workers on the first CPU that this process may use: one of lane `a`, two of lane `b`, one of lane `c`.
//   machine  what the machine file has besides, such as ", \"jobs_max\": 1"; where it begins with '+' it is what lane `b` has, with '*' its cluster
//   jobs     the list, with STEPS and NET for the files
static enum rondo_status try_load(uint64_t seed, const char *machine, const char *jobs, struct rondo_player **out_player, struct rondo_diag *diag) {
  char folder[] = "/tmp/rondo_lanes_XXXXXX", machine_path[256], jobs_path[256], text[8192];
  struct rdo_topology topology;
  *diag = (struct rondo_diag){.status = RONDO_OK};
  assert_non_null(mkdtemp(folder));
  assert_int_equal(rdo_topology_read(NULL, &topology, NULL), RONDO_OK);
  int cpu = rdo_cpu_set_first(&topology.allowed);
  rdo_topology_deinit(&topology);
  snprintf(text, sizeof text,
           "{\"clusters\": [{\"name\": \"C\", \"cpus\": [%d], \"workers\": 4%s}], \"lanes\": [{\"name\": \"a\", \"cluster\": \"C\", \"workers\": 1},"
           " {\"name\": \"b\", \"cluster\": \"C\", \"workers\": 2%s}, {\"name\": \"c\", \"cluster\": \"C\", \"workers\": 1}]%s}",
           cpu, *machine == '*' ? machine + 1 : "", *machine == '+' ? machine + 1 : "", *machine == ',' ? machine : "");
  write_text(folder, "machine.json", text, machine_path);
  int length = snprintf(text, sizeof text, "{\"machine\": \"machine.json\", \"jobs\": [");
  for (const char *at = jobs; *at != '\0';) {
    const char *word = strncmp(at, "STEPS", 5) == 0 ? "steps.vmfb" : strncmp(at, "NET", 3) == 0 ? "dronet_f32/dronet_f32.vmfb" : NULL;
    if (word == NULL) {
      text[length++] = *at++;
      continue;
    }
    length += snprintf(text + length, sizeof text - (size_t)length, "%s/%s", *at == 'S' ? steps_folder : models_folder, word);
    at += *at == 'S' ? 5 : 3;
  }
  snprintf(text + length, sizeof text - (size_t)length, "]}");
  write_text(folder, "jobs.json", text, jobs_path);
  memset(kernels, 0, sizeof kernels);
  memset(watched, 0, sizeof watched);
  notes[0] = '\0';
  virtual_clock_begin(seed);
  virtual_clock_set_kernel(watch_kernel, NULL);
  const struct rondo_load_options options = {.player = {.worker_count = 4}, .note = keep_note};
  enum rondo_status status = rondo_player_load(jobs_path, &options, out_player, diag);
  unlink(machine_path);
  unlink(jobs_path);
  rmdir(folder);
  if (status != RONDO_OK) virtual_clock_end();
  return status;
}

static struct rondo_player *load(uint64_t seed, const char *machine, const char *jobs) {
  struct rondo_player *player;
  struct rondo_diag diag;
  if (try_load(seed, machine, jobs, &player, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return player;
}

// Lanes ------------------------------------------------------------------------------------------------

// Kernels of a job run on workers of its lanes alone, whether it has a period or not, and whoever else has work; of several lanes it has all.
static void test_lanes(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_player *player = load(seed, "",
                                       "{\"name\": \"one\", \"model\": \"STEPS\", \"function\": \"full\", \"lanes\": [\"a\"]},"
                                       "{\"name\": \"two\", \"model\": \"NET\", \"lanes\": [\"b\"]},"
                                       "{\"name\": \"timed\", \"model\": \"STEPS\", \"function\": \"light\", \"period_ms\": 1, \"lanes\": [\"c\"]},"
                                       "{\"name\": \"both\", \"model\": \"STEPS\", \"function\": \"count\", \"lanes\": [\"a\", \"c\"]}");
    take_kernel(0, "full", 50 * us);
    take_kernel(1, "light", 50 * us);
    take_kernel(2, "count", 50 * us);
    const char *prefixes[WATCHED_MAX] = {"full_", "dronet_", "light_", "count_"};
    for (int i = 0; i < WATCHED_MAX; ++i) watched[i].prefix = prefixes[i];
    must_run(player, 0, 20 * ms);
    assert_string_equal(notes, "");
    assert_int_equal(watched[0].workers, 1);
    assert_int_equal(watched[1].workers, 2 | 4);
    assert_int_equal(watched[2].workers, 8);
    assert_int_equal(watched[3].workers & ~(uint64_t)(1 | 8), 0);
    assert_true(watched[3].workers != 0);
    for (int i = 0; i < rondo_player_job_count(player); ++i) assert_true(stats_of(rondo_player_job(player, i)).ended > 1);
    end_player(&player);
  }
}

// A job without lanes has all workers; at most so many of them at once as it may.
static void test_widths(void **state) {
  (void)state;
  for (int width = 0; width <= 1; ++width) {
    char jobs[256];
    snprintf(jobs, sizeof jobs, "{\"name\": \"net\", \"model\": \"NET\"%s}", width == 0 ? "" : ", \"workers_max\": 1");
    struct rondo_player *player = load(0, "", jobs);
    watched[0].prefix = "dronet_";
    must_run(player, 0, 30 * ms);
    assert_string_equal(notes, "");
    struct rondo_job_stats stats = stats_of(rondo_player_job(player, 0));
    int64_t longest_ns = instance_of(rondo_player_job(player, 0), 0).end_ns - instance_of(rondo_player_job(player, 0), 0).start_ns;
    assert_true(stats.ended > 0);
    // What one worker does in `longest_ns`, four do in less than half of it.
    static int64_t wide_ns;
    if (width == 0) {
      assert_int_equal(watched[0].workers, 15);
      wide_ns = longest_ns;
    } else {
      assert_true(longest_ns > 2 * wide_ns);
    }
    end_player(&player);
  }
}

// Priorities -------------------------------------------------------------------------------------------

// Two that are always ready, on one worker: equal ones share it, else one has it.
static void test_priorities(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    for (int priority = 0; priority <= 255; priority += 255) {
      struct rondo_player *player = create_player(seed, 1);
      take_kernel(0, "full", 100 * us);
      take_kernel(1, "light", 100 * us);
      struct rondo_job *low = add_job(player, "light", (struct rondo_job_options){.worker = 0});
      struct rondo_job *high = add_job(player, "full", (struct rondo_job_options){.priority = priority, .worker = 0});
      give_zeros(low);
      give_zeros(high);
      must_run(player, 0, 10 * ms);
      uint64_t low_count = stats_of(low).ended, high_count = stats_of(high).ended;
      if (priority == 0) assert_true(low_count + 1 >= high_count && high_count + 1 >= low_count && low_count > 40);
      else assert_true(low_count <= 2 && high_count > 90);
      end_player(&player);
    }
  }
}

// A long call of something less urgent, with a period or without, gives way between two tiles: nothing urgent waits for more than one.
static void test_preemption(void **state) {
  (void)state;
  for (int has_period = 0; has_period < 2; ++has_period) {
    for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
      struct rondo_player *player = load(seed, "",
                                         has_period ? "{\"name\": \"net\", \"model\": \"NET\", \"lanes\": [\"a\"], \"priority\": 0, \"period_ms\": 100},"
                                                      "{\"name\": \"control\", \"model\": \"STEPS\", \"function\": \"full\", \"lanes\": [\"a\"], \"priority\": 255}"
                                                    : "{\"name\": \"net\", \"model\": \"NET\", \"lanes\": [\"a\"], \"priority\": 0},"
                                                      "{\"name\": \"control\", \"model\": \"STEPS\", \"function\": \"full\", \"lanes\": [\"a\"], \"priority\": 255,"
                                                      " \"period_ms\": 1}");
      take_kernel(0, "full", 100 * us);
      must_run(player, 0, 20 * ms);
      struct rondo_job *net = rondo_player_job(player, 0), *control = rondo_player_job(player, 1);
      if (has_period) {
        // It is always ready, so nothing else begins. Room is kept for every release, whoever's: so it waits for one tile of its own at most.
        assert_true(stats_of(control).ended > 190);
        assert_true(stats_of(control).latency.max <= 200 * us);
      } else {
        assert_int_equal(stats_of(control).ended, 20);
        assert_int_equal(stats_of(control).start_delay.max, 0);
        assert_true(stats_of(net).ended >= 1);
      }
      end_player(&player);
    }
  }
}

// Resources and places ---------------------------------------------------------------------------------

// The most instances of jobs, as bits, that were at work at once.
static int most_at_once(const struct rondo_player *player, unsigned jobs) {
  int most = 0;
  for (int i = 0; i < rondo_player_job_count(player); ++i) {
    const struct rondo_instance *instances;
    uint64_t count = rondo_job_instances(rondo_player_job(player, i), &instances);
    if ((jobs >> i & 1) == 0) continue;
    for (uint64_t k = 0; k < count; ++k) {
      int at_once = 0;
      if (instances[k].start_ns == 0) continue;
      for (int j = 0; j < rondo_player_job_count(player); ++j) {
        const struct rondo_instance *others;
        uint64_t other_count = rondo_job_instances(rondo_player_job(player, j), &others);
        for (uint64_t n = 0; (jobs >> j & 1) != 0 && n < other_count; ++n) {
          at_once += others[n].start_ns != 0 && others[n].start_ns <= instances[k].start_ns && others[n].end_ns > instances[k].start_ns;
        }
      }
      if (at_once > most) most = at_once;
    }
  }
  return most;
}

// One at a time of those that use a resource, whatever releases them; who does not use it does not wait.
static void test_resources(void **state) {
  (void)state;
  static const char *const jobs = "{\"name\": \"one\", \"model\": \"STEPS\", \"function\": \"full\", \"period_ms\": 1, \"lanes\": [\"a\"]%s},"
                                  "{\"name\": \"two\", \"model\": \"STEPS\", \"function\": \"light\", \"lanes\": [\"b\"]%s},"
                                  "{\"name\": \"other\", \"model\": \"STEPS\", \"function\": \"count\", \"lanes\": [\"c\"]}";
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    for (int has_resource = 0; has_resource <= 1; ++has_resource) {
      char text[1024];
      const char *resource = has_resource ? ", \"resources\": [\"npu\"]" : "";
      snprintf(text, sizeof text, jobs, resource, resource);
      struct rondo_player *player = load(seed, ", \"resources\": [{\"name\": \"npu\"}]", text);
      take_kernel(0, "full", 300 * us);
      take_kernel(1, "light", 70 * us);
      take_kernel(2, "count", 50 * us);
      must_run(player, 0, 20 * ms);
      assert_string_equal(notes, "");
      assert_int_equal(most_at_once(player, 3), has_resource ? 1 : 2);
      assert_int_equal(stats_of(rondo_player_job(player, 0)).ended, 20);
      assert_int_equal(stats_of(rondo_player_job(player, 0)).missed, 0);
      // What was begun before the release ends first.
      assert_true(stats_of(rondo_player_job(player, 0)).start_delay.max <= (has_resource ? 70 * us : 0));
      assert_int_equal(stats_of(rondo_player_job(player, 2)).latency.max, 50 * us);
      assert_true(stats_of(rondo_player_job(player, 1)).ended > 180);
      end_player(&player);
    }
  }
}

// Who waits gets it in the order of priorities; who fails gives it back; so does who is stopped while it waits.
static void test_resource_order(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    struct rondo_diag diag;
    struct rondo_player *player = load(seed, ", \"resources\": [{\"name\": \"npu\"}]",
                  "{\"name\": \"holder\", \"model\": \"STEPS\", \"function\": \"count\", \"period_ms\": 10, \"lanes\": [\"a\"], \"resources\": [\"npu\"]},"
                  "{\"name\": \"low\", \"model\": \"STEPS\", \"function\": \"full\", \"period_ms\": 10, \"offset_ms\": 0.1,"
                  " \"lanes\": [\"b\"], \"priority\": 10, \"resources\": [\"npu\"]},"
                  "{\"name\": \"flaky\", \"model\": \"STEPS\", \"function\": \"flaky\", \"period_ms\": 10, \"offset_ms\": 0.2,"
                  " \"lanes\": [\"c\"], \"priority\": 200, \"resources\": [\"npu\"]}");
    take_kernel(0, "count", 1000 * us);
    take_kernel(1, "full", 500 * us);
    take_kernel(2, "flaky", 200 * us);
    assert_int_not_equal(try_run(player, 0, 50 * ms, &diag), RONDO_OK);
    assert_int_equal(most_at_once(player, 7), 1);
    struct rondo_job *low = rondo_player_job(player, 1), *flaky = rondo_player_job(player, 2);
    assert_int_equal(stats_of(rondo_player_job(player, 0)).ended, 5);
    assert_int_equal(stats_of(low).ended, 5);
    assert_int_equal(stats_of(flaky).ended, 2);
    assert_int_equal(stats_of(flaky).failed, 1);
    for (uint64_t i = 0; i < 5; ++i) {
      int64_t begin_ns = (int64_t)i * 10 * ms;
      if (i < 2) assert_int_equal(instance_of(flaky, i).start_ns, begin_ns + 1000 * us);
      assert_int_equal(instance_of(low, i).start_ns, begin_ns + (i < 2 ? 1200 : 1000) * us);
    }
    end_player(&player);
  }
}

// What becomes late while it waits follows its rule: each release ends in one way.
static void test_late_resources(void **state) {
  (void)state;
  static const char *const rules[] = {"skip", "queue", "cancel"};
  for (int rule = 0; rule < 3; ++rule) {
    for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
      char jobs[1024];
      snprintf(jobs, sizeof jobs,
               "{\"name\": \"holder\", \"model\": \"STEPS\", \"function\": \"count\", \"period_ms\": 10, \"lanes\": [\"a\"], \"resources\": [\"npu\"]},"
               "{\"name\": \"late\", \"model\": \"STEPS\", \"function\": \"full\", \"period_ms\": 1, \"offset_ms\": 0.1, \"overrun\": \"%s\", \"lanes\": [\"b\"],"
               " \"resources\": [\"npu\"]}", rules[rule]);
      struct rondo_player *player = load(seed, ", \"resources\": [{\"name\": \"npu\"}]", jobs);
      take_kernel(0, "count", 2500 * us);
      take_kernel(1, "full", 300 * us);
      must_run(player, 0, 20 * ms);
      struct rondo_job_stats stats = stats_of(rondo_player_job(player, 1));
      assert_int_equal(most_at_once(player, 3), 1);
      assert_int_equal(stats_of(rondo_player_job(player, 0)).ended, 2);
      // Of ten releases the first three come while it is held, and the first one waits.
      assert_int_equal(stats.ended, rule == 0 ? 16 : rule == 1 ? 20 : 16);
      assert_int_equal(stats.skipped, rule == 0 ? 4 : 0);
      assert_int_equal(stats.cancelled, rule == 2 ? 4 : 0);
      end_player(&player);
    }
  }
}

// Never more jobs at once than the machine, a cluster or a lane may have.
static void test_places(void **state) {
  (void)state;
  static const char *const jobs = "{\"name\": \"one\", \"model\": \"STEPS\", \"function\": \"full\", \"period_ms\": 1},"
                                  "{\"name\": \"two\", \"model\": \"STEPS\", \"function\": \"light\"},"
                                  "{\"name\": \"three\", \"model\": \"STEPS\", \"function\": \"count\", \"lanes\": [\"b\"]}";
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    for (int limit = 1; limit <= 3; ++limit) {
      char machine[64];
      snprintf(machine, sizeof machine, ", \"jobs_max\": %d", limit);
      struct rondo_player *player = load(seed, machine, jobs);
      take_kernel(0, "full", 300 * us);
      take_kernel(1, "light", 170 * us);
      take_kernel(2, "count", 90 * us);
      must_run(player, 0, 20 * ms);
      assert_int_equal(most_at_once(player, 7), limit);
      for (int i = 0; i < 3; ++i) assert_true(stats_of(rondo_player_job(player, i)).ended > 15);
      end_player(&player);
    }
    // Of a lane they are of jobs that may run there alone; of a cluster those of all its lanes.
    for (int of_lane = 0; of_lane <= 1; ++of_lane) {
      struct rondo_player *player = load(seed, of_lane ? "+, \"jobs_max\": 1" : "*, \"jobs_max\": 1",
                                         "{\"name\": \"one\", \"model\": \"STEPS\", \"function\": \"full\", \"lanes\": [\"b\"]},"
                                         "{\"name\": \"two\", \"model\": \"STEPS\", \"function\": \"light\", \"lanes\": [\"b\", \"c\"]},"
                                         "{\"name\": \"three\", \"model\": \"STEPS\", \"function\": \"count\", \"lanes\": [\"a\"]}");
      take_kernel(0, "full", 300 * us);
      take_kernel(1, "light", 170 * us);
      take_kernel(2, "count", 90 * us);
      must_run(player, 0, 20 * ms);
      assert_int_equal(most_at_once(player, 3), 1);
      assert_int_equal(most_at_once(player, 7), of_lane ? 2 : 1);
      end_player(&player);
    }
  }
}

// A run that is stopped ends, whoever waits for what.
static void *stop_soon(void *user) {
  struct rondo_player *player = user;
  virtual_clock_sleep_until(player->begin_ns + 5 * ms);
  rondo_player_stop(player);
  return NULL;
}

static void test_stop(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < SEED_COUNT; ++seed) {
    pthread_t thread;
    struct rondo_player *player = load(seed, ", \"jobs_max\": 1",
                                       "{\"name\": \"one\", \"model\": \"STEPS\", \"function\": \"full\"},"
                                       "{\"name\": \"two\", \"model\": \"STEPS\", \"function\": \"light\", \"period_ms\": 2},"
                                       "{\"name\": \"far\", \"model\": \"STEPS\", \"function\": \"count\", \"period_ms\": 3600000, \"offset_ms\": 3600000}");
    take_kernel(0, "full", 1700 * us);
    take_kernel(1, "light", 600 * us);
    player->begin_ns = virtual_clock_now_ns() + 2 * ms;  // as the run will say, too
    assert_int_equal(pthread_create(&thread, NULL, stop_soon, player), 0);
    must_run(player, 0, 36000000 * ms);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(most_at_once(player, 7), 1);
    assert_int_equal(stats_of(rondo_player_job(player, 2)).ended, 0);
    must_run(player, 0, 10 * ms);  // everything was given back
    assert_true(stats_of(rondo_player_job(player, 1)).ended >= 4);
    end_player(&player);
  }
}

// Memory -----------------------------------------------------------------------------------------------

// Models that need more than the machine has are refused; what a job may have counts, used or not.
static void test_memory(void **state) {
  (void)state;
  static const struct {
    const char *machine, *job;
    bool is_well;
  } cases[] = {
      {", \"memory_bytes_max\": 1000000", "", true},
      {", \"memory_bytes_max\": 1000", "", false},
      {", \"memory_bytes_max\": 1000000", ", \"memory_bytes_max\": 100000", true},
      {", \"memory_bytes_max\": 1000000", ", \"memory_bytes_max\": 600000", false},  // twice
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    char jobs[512];
    struct rondo_player *player;
    struct rondo_diag diag;
    snprintf(jobs, sizeof jobs,
             "{\"name\": \"one\", \"model\": \"STEPS\", \"function\": \"full\"%s}, {\"name\": \"two\", \"model\": \"STEPS\", \"function\": \"full\"%s}",
             cases[i].job, cases[i].job);
    enum rondo_status status = try_load(0, cases[i].machine, jobs, &player, &diag);
    assert_int_equal(status, cases[i].is_well ? RONDO_OK : RONDO_RESOURCE_EXHAUSTED);
    assert_int_equal(strstr(notes, "jobs[1].memory_bytes_max") != NULL, cases[i].job[0] == '\0');
    if (cases[i].is_well) end_player(&player);
    else assert_non_null(strstr(diag.message, "machine.json: memory_bytes_max: is 1000"));
  }
}

// The same on all workers: what gives way has started when its first kernel has, and its inputs were written then, once.
struct filled {
  int64_t filled_ns;
  int count;
};

static enum rondo_status note_fill(void *user, const struct rondo_instance *instance, void *bytes, uint64_t byte_length) {
  (void)instance, (void)bytes, (void)byte_length;
  struct filled *filled = user;
  filled->filled_ns = virtual_clock_now_ns();
  virtual_clock_pass(3 * us);
  ++filled->count;
  return RONDO_OK;
}

static void test_start(void **state) {
  (void)state;
  for (uint64_t seed = 0; seed < 2 * SEED_COUNT; ++seed) {
    char path[512];
    struct filled filled = {0, 0};
    struct rondo_diag diag = {.status = RONDO_OK};
    struct rondo_player *player = create_player(seed, 3);
    virtual_clock_set_kernel(watch_kernel, NULL);
    memset(watched, 0, sizeof watched);
    watched[0].prefix = "dronet_";
    snprintf(path, sizeof path, "%s/dronet_f32/dronet_f32.vmfb", models_folder);
    struct rondo_job *net, *urgent[3];
    const struct rondo_job_options options = {.path = path, .period_ns = 40 * ms, .offset_ns = 5 * ms, .worker = 1};
    assert_int_equal(rondo_player_add_job(player, &options, &net, &diag), RONDO_OK);
    assert_int_equal(rondo_job_fill_input(net, 0, note_fill, &filled, &diag), RONDO_OK);
    give_zeros(net);
    // Each worker has something urgent at that time, for 1 ms.
    take_kernel(0, "full", 1000 * us);
    for (int i = 0; i < 3; ++i) {
      urgent[i] = add_job(player, "full", (struct rondo_job_options){.period_ns = 100 * ms, .offset_ns = 5 * ms, .priority = 200, .worker = i});
      give_zeros(urgent[i]);
    }
    must_run(player, 0, 45 * ms);
    assert_int_equal(filled.count, 1);
    struct rondo_instance instance = instance_of(net, 0);
    assert_int_equal(instance.start_ns + player->begin_ns, filled.filled_ns);
    assert_int_equal(instance.start_ns, 6 * ms);
    assert_true((watched[0].workers & (watched[0].workers - 1)) != 0);
    for (int i = 0; i < 3; ++i) assert_int_equal(stats_of(urgent[i]).ended, 1);
    end_player(&player);
  }
}

static void test_bad_priority(void **state) {
  (void)state;
  struct rondo_player *player = create_player(0, 1);
  struct rondo_job *job;
  struct rondo_diag diag = {.status = RONDO_OK};
  const struct rondo_job_options options = {.path = "none.vmfb", .priority = 256};
  assert_int_equal(rondo_player_add_job(player, &options, &job, &diag), RONDO_OUT_OF_RANGE);
  assert_string_equal(diag.message, "job none.vmfb: priority 256 (0 to 255)");
  end_player(&player);
}

int main(int argc, char **argv) {
  assert_int_equal(argc, 3);
  steps_folder = argv[1];
  models_folder = argv[2];
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_lanes), cmocka_unit_test(test_widths), cmocka_unit_test(test_priorities), cmocka_unit_test(test_preemption),
      cmocka_unit_test(test_resources), cmocka_unit_test(test_resource_order), cmocka_unit_test(test_late_resources), cmocka_unit_test(test_places), cmocka_unit_test(test_stop),
      cmocka_unit_test(test_start), cmocka_unit_test(test_memory), cmocka_unit_test(test_bad_priority),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

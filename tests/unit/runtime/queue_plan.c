// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "runtime/queue_plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../machine/topology_test.h"
#include "machine/local_memory.h"

static struct rondo_diag diag;
static struct rdo_queue_plan plan;

// The CPUs of all workers: a bar between two workers, a slash between two queues.
static void expect_plan(const struct rdo_topology *topology, const struct rondo_runtime_options *options, const char *wanted) {
  static char text[RDO_WORKERS_MAX * 16];
  size_t length = 0;
  uint32_t worker_count = 0;
  diag = (struct rondo_diag){.status = RONDO_OK};
  if (rdo_queue_plan_make(options, topology, &plan, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  text[0] = 0;
  for (uint32_t q = 0; q < plan.queue_count; ++q) {
    const struct rdo_executor_options *queue = &plan.queues[q];
    assert_int_equal(queue->worker_base, worker_count);  // ids are distinct
    worker_count += queue->worker_count;
    for (uint32_t i = 0; i < queue->worker_count; ++i) {
      if (i > 0 || q > 0) text[length++] = i == 0 ? '/' : '|';
      length += rdo_cpu_set_format(&queue->worker_cpus[i], text + length, sizeof text - length);
    }
  }
  assert_int_equal(plan.worker_count, worker_count);
  assert_string_equal(text, wanted);
}

static void expect_refusal(const struct rdo_topology *topology, const struct rondo_runtime_options *options, enum rondo_status status, const char *words) {
  diag = (struct rondo_diag){.status = RONDO_OK};
  assert_int_equal(rdo_queue_plan_make(options, topology, &plan, &diag), status);
  if (strstr(diag.message, words) == NULL) fail_msg("'%s' does not say '%s'", diag.message, words);
}

static void test_clusters(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("rk3588", &t);  // four slow ones, four fast ones
  expect_plan(&t, &(const struct rondo_runtime_options){0}, "4|5|6|7|0|1|2|3");
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_NODE}, "4|5|6|7|0|1|2|3");
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_CLUSTER}, "4|5|6|7/0|1|2|3");
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_CLUSTER, .worker_count = 2}, "4|5/0|1");
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_CLUSTER, .worker_count = 5}, "4|5|6|7|4/0|1|2|3|0");
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_CLUSTER, .cpus = "2-5"}, "4|5/2|3");
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_CLUSTER, .cpus = "2"}, "2");
  rdo_topology_deinit(&t);
}

static void test_nodes(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("epyc_2x32", &t);
  const struct rondo_runtime_options nodes = {.queue_unit = RONDO_QUEUE_PER_NODE};
  assert_int_equal(rdo_queue_plan_make(&nodes, &t, &plan, NULL), RONDO_OK);
  assert_int_equal(plan.queue_count, 4);
  for (uint32_t q = 0; q < 4; ++q) {
    assert_int_equal(plan.queues[q].worker_count, 16);
    for (uint32_t i = 0; i < 16; ++i) {
      assert_true(rdo_cpu_set_is_subset(&plan.queues[q].worker_cpus[i], &t.nodes[q].cpus));
      assert_int_equal(plan.queues[q].worker_nodes[i], t.nodes[q].os_index);
    }
  }
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_NODE, .cpus = "14-17,100"}, "14|15/16|17/100");
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_CLUSTER, .cpus = "3-4,8"}, "3/4/8");
  expect_refusal(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_NODE, .worker_count = 65}, RONDO_INVALID_ARGUMENT, "260 workers (at most 256)");
  expect_refusal(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_NODE, .worker_count = 1 << 30}, RONDO_INVALID_ARGUMENT, "1073741824 workers");
  expect_refusal(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_NODE, .cpus = "0,128"}, RONDO_NOT_FOUND, "CPU 128");
  expect_refusal(&t, &(const struct rondo_runtime_options){.queue_unit = RONDO_QUEUE_PER_NODE, .worker_count = -1}, RONDO_INVALID_ARGUMENT, "4 queues need workers");
  rdo_topology_deinit(&t);
}

// Memory goes to nodes by the kernel's numbers, and where there is one node only it is left alone.
static void test_memory_nodes(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("holes", &t);
  const struct rondo_runtime_options single = {0};
  assert_int_equal(rdo_queue_plan_make(&single, &t, &plan, NULL), RONDO_OK);
  const struct rdo_executor_options *queue = &plan.queues[0];
  uint32_t seen_count = 0;
  for (uint32_t i = 0; i < queue->worker_count; ++i) {
    int node = rdo_topology_find(&t, rdo_cpu_set_first(&queue->worker_cpus[i]))->node;
    assert_int_equal(queue->worker_nodes[i], t.nodes[node].os_index);
    seen_count += queue->worker_nodes[i] != node;  // indices and numbers differ on this machine
  }
  assert_true(seen_count > 0);
  rdo_topology_deinit(&t);
  read_tree("rk3588", &t);
  assert_int_equal(rdo_queue_plan_make(&single, &t, &plan, NULL), RONDO_OK);
  assert_null(plan.queues[0].worker_nodes);
  rdo_topology_deinit(&t);
}

// Half of the smallest L2 of a queue's workers, as a power of two.
static void test_local_memory(void **state) {
  (void)state;
  enum { KIB = 1024 };
  static const struct {
    const char *tree, *cpus;
    size_t kib;
  } rows[] = {
      {"epyc_2x32", NULL, 256},       // 512 KiB
      {"rk3588", "4-7", 256},         // 512 KiB
      {"rk3588", "0-3", 64},          // 128 KiB
      {"rk3588", NULL, 64},           // both
      {"spacemit_k1", NULL, 256},     // 512 KiB, of four cores
      {"hybrid_p4_e8", "0-7", 512},   // 1280 KiB
      {"hybrid_p4_e8", "8-15", 1024},  // 2 MiB, of four cores
      {"hybrid_p4_e8", NULL, 512},
      {"no_caches", NULL, 256},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    struct rdo_topology t;
    read_tree(rows[i].tree, &t);
    struct rondo_runtime_options options = {.cpus = rows[i].cpus};
    assert_int_equal(rdo_queue_plan_make(&options, &t, &plan, NULL), RONDO_OK);
    assert_int_equal(plan.queues[0].local_memory_bytes, rows[i].kib * KIB);
    options.worker_count = -1;  // only callers: on any of these CPUs
    assert_int_equal(rdo_queue_plan_make(&options, &t, &plan, NULL), RONDO_OK);
    assert_int_equal(plan.queues[0].local_memory_bytes, rows[i].kib * KIB);
    options.worker_local_memory_bytes = 12345;
    assert_int_equal(rdo_queue_plan_make(&options, &t, &plan, NULL), RONDO_OK);
    assert_int_equal(plan.queues[0].local_memory_bytes, 12345);
    rdo_topology_deinit(&t);
  }
  struct rdo_topology t;
  read_tree("rk3588", &t);
  const struct rondo_runtime_options clusters = {.queue_unit = RONDO_QUEUE_PER_CLUSTER}, two = {.worker_count = 2};
  assert_int_equal(rdo_queue_plan_make(&clusters, &t, &plan, NULL), RONDO_OK);
  assert_int_equal(plan.queues[0].local_memory_bytes, 256 * KIB);
  assert_int_equal(plan.queues[1].local_memory_bytes, 64 * KIB);
  assert_int_equal(rdo_queue_plan_make(&two, &t, &plan, NULL), RONDO_OK);  // two fast ones
  assert_int_equal(plan.queues[0].local_memory_bytes, 256 * KIB);
  // Another machine's limits: from below, and from above.
  struct rdo_cpu_set first = rdo_cpu_set_one(0);
  struct rdo_cache *cache = &t.caches[rdo_topology_find(&t, 0)->caches[RDO_CACHE_L2]];
  cache->size_bytes = 1;
  assert_int_equal(rdo_local_memory_bytes(&t, &first), 64 * KIB);
  cache->size_bytes = UINT64_MAX;
  assert_int_equal(rdo_local_memory_bytes(&t, &first), 1024 * KIB);
  rdo_topology_deinit(&t);
}

static void test_lists(void **state) {
  (void)state;
  struct rdo_topology t;
  read_tree("rk3588", &t);
  const char *const two[] = {"0-3", "4-5"}, *const overlapping[] = {"0-3", "5", "3-4"}, *const unknown[] = {"0", "8"}, *const wrong[] = {"0", "2-"};
  const char *const empty[] = {""}, *many[RDO_QUEUES_MAX + 1];
  for (int i = 0; i <= RDO_QUEUES_MAX; ++i) many[i] = "0";
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_cpus = two, .queue_cpus_count = 2}, "0|1|2|3/4|5");
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_cpus = two, .queue_cpus_count = 1}, "0|1|2|3");
  expect_plan(&t, &(const struct rondo_runtime_options){.queue_cpus = two, .queue_cpus_count = 2, .worker_count = 3}, "0|1|2/4|5|4");
  assert_int_equal(rdo_queue_plan_make(&(const struct rondo_runtime_options){.queue_cpus = two, .queue_cpus_count = 1, .worker_count = -1}, &t, &plan, NULL), RONDO_OK);
  assert_int_equal(plan.worker_count, 0);
#define LISTS(list, count) .queue_cpus = (list), .queue_cpus_count = (count)
  expect_refusal(&t, &(const struct rondo_runtime_options){LISTS(overlapping, 3)}, RONDO_INVALID_ARGUMENT, "CPU set 2: CPU 3 is in an earlier set");
  expect_refusal(&t, &(const struct rondo_runtime_options){LISTS(unknown, 2)}, RONDO_NOT_FOUND, "CPU set 1: this machine has no CPU 8");
  expect_refusal(&t, &(const struct rondo_runtime_options){LISTS(wrong, 2)}, RONDO_INVALID_ARGUMENT, "queue 1: CPU list '2-'");
  expect_refusal(&t, &(const struct rondo_runtime_options){LISTS(empty, 1)}, RONDO_INVALID_ARGUMENT, "empty");
  expect_refusal(&t, &(const struct rondo_runtime_options){LISTS(many, RDO_QUEUES_MAX + 1)}, RONDO_INVALID_ARGUMENT, "65 queues (at most 64)");
  expect_refusal(&t, &(const struct rondo_runtime_options){LISTS(two, -1)}, RONDO_INVALID_ARGUMENT, "-1 queues");
  expect_refusal(&t, &(const struct rondo_runtime_options){LISTS(two, 2), .cpus = "0"}, RONDO_INVALID_ARGUMENT, "no CPUs and no unit beside them");
  expect_refusal(&t, &(const struct rondo_runtime_options){LISTS(two, 2), .queue_unit = RONDO_QUEUE_PER_NODE}, RONDO_INVALID_ARGUMENT, "no unit beside them");
  expect_refusal(&t, &(const struct rondo_runtime_options){LISTS(two, 2), .worker_count = -1}, RONDO_INVALID_ARGUMENT, "2 queues need workers");
  rdo_topology_deinit(&t);
}

// What "somebody asked for workers" is, one option at a time.
static void ignore_stuck(void *user, int worker, const char *dispatch, int64_t busy_ns) { (void)user, (void)worker, (void)dispatch, (void)busy_ns; }

// What means nothing by itself is refused, whatever else is asked for.
static void test_check(void **state) {
  (void)state;
  const struct rondo_runtime_options wrong[] = {{.worker_count = -2},      {.spin_ns = -2},    {.spin_ns = INT64_MAX}, {.watchdog_ns = -1, .stuck = ignore_stuck},
                                                {.stuck = ignore_stuck}, {.watchdog_ns = 1}};
  const struct rondo_runtime_options right[] = {{.worker_count = -1}, {.spin_ns = -1}, {.spin_ns = INT64_C(3600000000000)}, {.watchdog_ns = 1, .stuck = ignore_stuck}};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; ++i) {
    struct rondo_runtime_options options = wrong[i];
    struct rondo_runtime *runtime;
    options.device = "local-task";
    diag = (struct rondo_diag){.status = RONDO_OK};
    assert_int_equal(rondo_runtime_create(&options, &runtime, &diag), RONDO_INVALID_ARGUMENT);
    assert_null(runtime);
    assert_true(diag.message[0] != '\0');
  }
  for (size_t i = 0; i < sizeof right / sizeof right[0]; ++i) assert_int_equal(rdo_queue_plan_check(&right[i], NULL), RONDO_OK);
}

static void test_is_asked(void **state) {
  (void)state;
  const char *const list[] = {"0"};
  const struct rondo_runtime_options asked[] = {{.worker_count = 1}, {.cpus = "0"}, {.spin_ns = 1}, {.worker_stack_bytes = 1}, {.worker_local_memory_bytes = 1},
                                                {.watchdog_ns = 1}, {.stuck = ignore_stuck}, {.queue_unit = RONDO_QUEUE_PER_NODE}, {LISTS(list, 1)}};
  for (size_t i = 0; i < sizeof asked / sizeof asked[0]; ++i) assert_true(rdo_queue_plan_is_asked(&asked[i]));
  assert_false(rdo_queue_plan_is_asked(&(const struct rondo_runtime_options){.memory_budget_bytes = 1, .step_limit = 1}));
}

// On this machine: a queue for each of two CPUs, or an error where there is one only; the workers have ids of
// their own, and a device without workers has no queues to choose.
static void test_runtime(void **state) {
  (void)state;
  struct rdo_topology t;
  assert_int_equal(rdo_topology_read(NULL, &t, &diag), RONDO_OK);
  struct rondo_runtime *runtime = NULL;
  char first[16], second[16];
  snprintf(first, sizeof first, "%d", rdo_cpu_set_first(&t.allowed));
  snprintf(second, sizeof second, "%d", rdo_cpu_set_last(&t.allowed));
  const char *const lists[] = {first, second};
  const struct rondo_runtime_options options = {.device = "local-task", LISTS(lists, 2)};
  if (strcmp(first, second) == 0) {
    assert_int_equal(rondo_runtime_create(&options, &runtime, &diag), RONDO_INVALID_ARGUMENT);
  } else {
    if (rondo_runtime_create(&options, &runtime, &diag) != RONDO_OK) fail_msg("%s", diag.message);
    assert_int_equal(rondo_runtime_queue_count(runtime), 2);
    assert_int_equal(rondo_runtime_worker_count(runtime), 2);
    rondo_runtime_release(&runtime);
  }
  for (enum rondo_queue_unit unit = RONDO_QUEUE_PER_NODE; unit <= RONDO_QUEUE_PER_CLUSTER; ++unit) {
    const struct rondo_runtime_options units = {.device = "local-task", .queue_unit = unit};
    if (rondo_runtime_create(&units, &runtime, &diag) != RONDO_OK) fail_msg("%s", diag.message);
    assert_in_range(rondo_runtime_queue_count(runtime), 1, unit == RONDO_QUEUE_PER_NODE ? t.node_count : t.cluster_count);
    rondo_runtime_release(&runtime);
  }
  assert_int_equal(rondo_runtime_create(&(const struct rondo_runtime_options){LISTS(lists, 2)}, &runtime, &diag), RONDO_INVALID_ARGUMENT);
  assert_null(runtime);
  rdo_topology_deinit(&t);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_clusters),
      cmocka_unit_test(test_nodes),
      cmocka_unit_test(test_memory_nodes),
      cmocka_unit_test(test_local_memory),
      cmocka_unit_test(test_lists),
      cmocka_unit_test(test_check), cmocka_unit_test(test_is_asked),
      cmocka_unit_test(test_runtime),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/profile_file.h"

#include <math.h>

#include "plan/machine_file.h"
#include "plan_test.h"

static struct rdo_profile profile;
static struct rondo_diag diag;

static enum rondo_status parse_with(const char *text, const struct rdo_machine_file *machine) {
  memset(&diag, 0, sizeof diag);
  return rdo_profile_parse(text_bytes(text), "p.json", machine, &profile, &diag);
}

static void read_good(const char *text) { assert_ok(parse_with(text, NULL), &diag); }

static void read_machine(const char *text, struct rdo_machine_file *machine) {
  write_file("m.json", text);
  assert_ok(rdo_machine_file_read("m.json", NULL, machine, &diag), &diag);
}

static const char full[] =
    "{\"schema\": \"rondo.profile/1\", \"machine\": \"machine.json\","
    " \"clusters\": [{\"name\": \"P\", \"capacity\": 1024, \"workers\": 4}, {\"name\": \"E\", \"capacity\": 512}],"
    " \"models\": [{\"model\": \"a/net.vmfb\", \"function\": \"predict\", \"priority\": 200, \"frequency_hz\": 30, \"calibrated\": true,"
    "   \"call\": [{\"cluster\": \"P\", \"workers\": 1, \"p50_us\": 20, \"samples\": 100}],"
    "   \"program\": [{\"cluster\": \"P\", \"workers\": 1, \"p50_us\": 3, \"samples\": 100}],"
    "   \"nodes\": ["
    "     {\"export\": \"conv\", \"recording\": 0, \"command\": 0, \"tiles\": 8, \"bytes\": 4096, \"resource\": \"npu\", \"predecessors\": [],"
    "      \"costs\": [{\"cluster\": \"P\", \"workers\": 1, \"p50_ns\": 8100, \"p99_ns\": 9000, \"min_ns\": 8000, \"max_ns\": 20000, \"tile_max_ns\": 1200, \"samples\": 100},"
    "                {\"cluster\": \"P\", \"workers\": 2, \"p50_ns\": 4100, \"samples\": 100}, {\"cluster\": \"E\", \"p50_ns\": 17000, \"samples\": 50}]},"
    "     {\"export\": \"copy\", \"recording\": 1, \"command\": 0, \"bytes\": 64, \"predecessors\": [0], \"costs\": [{\"cluster\": \"P\", \"p50_ns\": 500, \"samples\": 100}]}]},"
    "  {\"model\": \"b.vmfb\", \"remarks\": [\"unsteady\"], \"nodes\": []}],"
    " \"interference\": [{\"model\": 0, \"beside\": 1, \"cluster\": \"E\", \"factor\": 1.25}]}";

static void test_full(void **state) {
  (void)state;
  read_good(full);
  assert_int_equal(profile.notes.count, 0);
  assert_string_equal(profile.path, "p.json");
  assert_string_equal(profile.machine, "machine.json");
  assert_int_equal(profile.cluster_count, 2);
  assert_int_equal(profile.cluster_capacities[1], 512);
  assert_int_equal(profile.cluster_workers[0], 4);
  assert_int_equal(profile.cluster_workers[1], 1);
  assert_int_equal(profile.model_count, 2);
  const struct rdo_profile_model *model = &profile.models[0];
  assert_string_equal(model->model, "a/net.vmfb");
  assert_string_equal(model->function, "predict");
  assert_int_equal(model->priority, 200);
  assert_true(model->frequency_hz == 30);
  assert_true(model->is_calibrated);
  assert_int_equal(model->node_count, 2);
  assert_int_equal(profile.costs[model->call_begin].p50_ns, 20000);
  assert_int_equal(profile.costs[model->program_begin].p50_ns, 3000);
  const struct rdo_profile_node *node = &profile.nodes[model->node_begin];
  assert_string_equal(node->export_name, "conv");
  assert_string_equal(node->resource, "npu");
  assert_int_equal(node->tile_count, 8);
  assert_int_equal(node->bytes_touched, 4096);
  assert_int_equal(node->cost_count, 3);
  assert_int_equal(node[1].recording, 1);
  assert_int_equal(node[1].tile_count, 1);
  assert_int_equal(profile.predecessors[node[1].predecessor_begin], 0);
  const struct rdo_profile_cost *cost = rdo_profile_find_cost(&profile, node, 0, 1);
  assert_int_equal(cost->p50_ns, 8100);
  assert_int_equal(cost->p99_ns, 9000);
  assert_int_equal(cost->min_ns, 8000);
  assert_int_equal(cost->max_ns, 20000);
  assert_int_equal(cost->tile_ns_max, 1200);
  assert_int_equal(cost->sample_count, 100);
  assert_int_equal(rdo_profile_find_cost(&profile, node, 0, 2)->max_ns, 4100);
  assert_false(profile.models[1].is_calibrated);
  assert_string_equal(profile.models[1].remarks[0], "unsteady");
  assert_int_equal(profile.models[1].priority, -1);
  assert_int_equal(profile.interference_count, 1);
  assert_int_equal(profile.interferences[0].cluster, 1);
  assert_true(profile.interferences[0].factor == 1.25);
  rdo_profile_deinit(&profile);
}

static void test_round_trip(void **state) {
  (void)state;
  struct rdo_profile back;
  read_good(full);
  assert_ok(rdo_profile_write(&profile, "first.json", &diag), &diag);
  assert_ok(rdo_profile_read("first.json", NULL, &back, &diag), &diag);
  assert_int_equal(back.notes.count, 0);
  assert_ok(rdo_profile_write(&back, "second.json", &diag), &diag);
  assert_same_files("first.json", "second.json");
  rdo_profile_deinit(&back);
  rdo_profile_deinit(&profile);
}

// A model without dispatches needs no machine, and no cost names a cluster: what is written of it can be read.
static void test_no_cluster(void **state) {
  (void)state;
  read_good("{\"net\": {\"dispatches\": []}}");
  assert_int_equal(profile.cluster_count, 0);
  assert_ok(rdo_profile_write(&profile, "first.json", &diag), &diag);
  struct rdo_profile back;
  assert_ok(rdo_profile_read("first.json", NULL, &back, &diag), &diag);
  assert_int_equal(back.cluster_count, 0);
  assert_int_equal(back.model_count, 1);
  rdo_profile_deinit(&back);
  rdo_profile_deinit(&profile);
}

static void test_find_model(void **state) {
  (void)state;
  read_good("{\"clusters\": [{\"name\": \"P\"}], \"models\": [{\"model\": \"x/a.vmfb\", \"function\": \"f\", \"nodes\": []}, {\"model\": \"x/a.vmfb\", \"function\": \"g\", \"nodes\": []},"
            " {\"model\": \"b\", \"nodes\": []}, {\"model\": \"c.vmfb\", \"function\": \"f\", \"nodes\": []}]}");
  assert_int_equal(rdo_profile_find_model(&profile, "x/a.vmfb", "g"), 1);
  assert_int_equal(rdo_profile_find_model(&profile, "y/a.vmfb", "g"), 1);
  assert_int_equal(rdo_profile_find_model(&profile, "a", "f"), 0);
  assert_int_equal(rdo_profile_find_model(&profile, "a", ""), RDO_PROFILE_NONE);
  assert_int_equal(rdo_profile_find_model(&profile, "a", "h"), RDO_PROFILE_NONE);
  assert_int_equal(rdo_profile_find_model(&profile, "z/b.vmfb", "f"), 2);
  assert_int_equal(rdo_profile_find_model(&profile, "c", ""), 3);
  assert_int_equal(rdo_profile_find_model(&profile, "d", ""), RDO_PROFILE_NONE);
  rdo_profile_deinit(&profile);
}

#define CLUSTERS "\"clusters\": [{\"name\": \"P\"}, {\"name\": \"E\"}]"
#define MODEL(nodes) "{" CLUSTERS ", \"models\": [{\"model\": \"a\", \"nodes\": [" nodes "]}]}"
#define COSTS(costs) MODEL("{\"export\": \"x\", \"costs\": [" costs "]}")

static void test_errors(void **state) {
  (void)state;
  static const struct bad_text bad[] = {
      {"[]", RONDO_INVALID_ARGUMENT, "p.json: is an array, must be an object"},
      {"{}", RONDO_INVALID_ARGUMENT, "p.json: clusters: is missing: an array of clusters, each with `name`; `rondo profile -o FILE` writes one"},
      {"{\"schema\": \"rondo.plan/1\"}", RONDO_INVALID_ARGUMENT, "p.json: schema: is \"rondo.plan/1\", another kind of file than the \"rondo.profile/1\" that is needed here"},
      {"{\"clusters\": [{\"name\": \"\"}], \"models\": []}", RONDO_INVALID_ARGUMENT, "p.json: clusters[0].name: is empty"},
      {"{\"clusters\": [{\"name\": \"P\"}, {\"name\": \"P\"}], \"models\": []}", RONDO_INVALID_ARGUMENT, "p.json: clusters[1]: clusters[0] is called \"P\" as well"},
      {"{" CLUSTERS ", \"models\": [{\"model\": \"a\", \"nodes\": []}, {\"model\": \"a\", \"nodes\": []}]}", RONDO_INVALID_ARGUMENT, "p.json: models[1]: models[0] is function \"\" of a as well"},
      {MODEL("{}"), RONDO_INVALID_ARGUMENT, "p.json: models[0].nodes[0].export: is missing: the name of its kernel, or \"fill\", \"copy\", \"update\""},
      {MODEL("{\"export\": \"x\"}, {\"export\": \"y\", \"command\": 0}"), RONDO_INVALID_ARGUMENT,
       "p.json: models[0].nodes[1]: stands behind command 0 of recording 0: nodes are in the order of `recording`, then `command`"},
      {MODEL("{\"export\": \"x\", \"predecessors\": [0]}"), RONDO_INVALID_ARGUMENT, "p.json: models[0].nodes[0].predecessors[0]: is not before this node, nodes[0]"},
      {MODEL("{\"export\": \"x\"}, {\"export\": \"y\", \"predecessors\": [0, 0]}"), RONDO_INVALID_ARGUMENT,
       "p.json: models[0].nodes[1].predecessors[1]: is not behind the predecessor before it: they are in order, each once"},
      {COSTS("{\"cluster\": \"X\"}"), RONDO_INVALID_ARGUMENT, "p.json: models[0].nodes[0].costs[0].cluster: there is no cluster \"X\" in `clusters`"},
      {COSTS("{\"cluster\": \"P\"}"), RONDO_INVALID_ARGUMENT, "p.json: models[0].nodes[0].costs[0]: has no p50_ns (or p50_us, p50_ms): say how long it takes"},
      {COSTS("{\"cluster\": \"P\", \"p50_ns\": 5, \"p99_ns\": 4}"), RONDO_INVALID_ARGUMENT,
       "p.json: models[0].nodes[0].costs[0]: min, p50, p99 and max must not fall: one of them is wrong"},
      {COSTS("{\"cluster\": \"P\", \"p50_ns\": 5, \"workers\": 257}"), RONDO_OUT_OF_RANGE, "p.json: models[0].nodes[0].costs[0].workers: is 257, must be 256 or less"},
      {COSTS("{\"cluster\": \"E\", \"p50_ns\": 5, \"workers\": 3}, {\"cluster\": \"P\", \"p50_ns\": 5}"), RONDO_INVALID_ARGUMENT,
       "p.json: models[0].nodes[0].costs[1]: stands behind the cost for E with 3 workers: costs are in the order of `clusters`, then of workers, each once"},
      {"{" CLUSTERS ", \"models\": [], \"interference\": [{\"model\": 0}]}", RONDO_INVALID_ARGUMENT, "p.json: interference[0].model: is 0, `models` has 0"},
      {"{\"net\": {\"dispatches\": [{\"name\": \"x\"}]}}", RONDO_INVALID_ARGUMENT, "p.json: net.dispatches[0].estimated_cycles: is missing: the processor cycles that it takes, or `duration_us`"},
      {"{\"net\": {\"dispatches\": [{\"name\": \"x\", \"estimated_cycles\": 5}]}}", RONDO_FAILED_PRECONDITION,
       "p.json: cycles become times by the frequency of a cluster: give a machine file as well"},
  };
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    assert_int_equal(parse_with(bad[i].text, NULL), bad[i].status);
    assert_string_equal(diag.message, bad[i].message);
    rdo_profile_deinit(&profile);
  }
}

// Clusters of the machine come behind the file's own; the file's must be there.
static void test_machine(void **state) {
  (void)state;
  struct rdo_machine_file machine;
  read_machine("{\"clusters\": [{\"name\": \"E\", \"workers\": 2, \"capacity\": 256}, {\"name\": \"P\", \"workers\": 4}]}", &machine);
  assert_ok(parse_with("{\"clusters\": [{\"name\": \"P\", \"capacity\": 1000}], \"models\": []}", &machine), &diag);
  assert_int_equal(profile.cluster_count, 2);
  assert_string_equal(profile.clusters[1], "E");
  assert_int_equal(profile.cluster_capacities[0], 1000);
  assert_int_equal(profile.cluster_capacities[1], 256);
  assert_int_equal(profile.cluster_workers[0], 4);
  rdo_profile_deinit(&profile);
  assert_int_equal(parse_with("{\"clusters\": [{\"name\": \"X\"}], \"models\": []}", &machine), RONDO_NOT_FOUND);
  assert_string_equal(diag.message, "p.json: clusters[0]: the machine has no cluster \"X\"");
  rdo_profile_deinit(&profile);
  rdo_machine_file_deinit(&machine);
}

static void test_hand_written(void **state) {
  (void)state;
  struct rdo_machine_file machine;
  const char *text = "{\"a\": {\"dispatches\": [{\"name\": \"conv\", \"estimated_cycles\": 1500000, \"memory_bytes\": 4096000, \"requires_npu\": false, \"frequency\": 30},"
                     " {\"name\": \"matmul\", \"estimated_cycles\": 2000000, \"requires_npu\": true, \"frequency\": 10}]}}";
  read_machine("{\"clusters\": [{\"name\": \"P\", \"workers\": 4, \"max_frequency_mhz\": 2000, \"capacity\": 1024},"
               " {\"name\": \"E\", \"workers\": 4, \"capacity\": 512}], \"resources\": [{\"name\": \"tpu\"}]}", &machine);
  assert_ok(parse_with(text, &machine), &diag);
  assert_int_equal(profile.model_count, 1);
  const struct rdo_profile_model *model = &profile.models[0];
  assert_string_equal(model->model, "a");
  assert_string_equal(model->function, "");
  assert_true(model->frequency_hz == 30);
  assert_int_equal(model->priority, -1);
  assert_false(model->is_calibrated);
  assert_int_equal(model->node_count, 2);
  const struct rdo_profile_node *nodes = &profile.nodes[model->node_begin];
  assert_string_equal(nodes[0].export_name, "conv");
  assert_string_equal(nodes[0].resource, "");
  assert_string_equal(nodes[1].resource, "tpu");
  assert_int_equal(nodes[0].bytes_touched, 4096000);
  assert_int_equal(nodes[1].predecessor_count, 1);
  assert_int_equal(rdo_profile_find_cost(&profile, &nodes[0], 0, 1)->p50_ns, 750000);
  assert_int_equal(rdo_profile_find_cost(&profile, &nodes[0], 0, 1)->sample_count, 0);
  // Nothing says how many tiles there are, so more workers are of no use; the other cluster is half as fast.
  assert_int_equal(rdo_profile_find_cost(&profile, &nodes[0], 0, 4)->p50_ns, 750000);
  assert_int_equal(rdo_profile_find_cost(&profile, &nodes[0], 1, 1)->p50_ns, 1500000);
  assert_true(rdo_profile_find_cost(&profile, &nodes[0], 1, 1)->error >= 0.5);
  assert_ok(rdo_profile_write(&profile, "first.json", &diag), &diag);
  rdo_profile_deinit(&profile);
  assert_ok(rdo_profile_read("first.json", NULL, &profile, &diag), &diag);
  assert_ok(rdo_profile_write(&profile, "second.json", &diag), &diag);
  assert_same_files("first.json", "second.json");
  rdo_profile_deinit(&profile);
  rdo_machine_file_deinit(&machine);
  read_machine("{\"clusters\": [{\"name\": \"P\", \"workers\": 4}]}", &machine);
  assert_int_equal(parse_with(text, &machine), RONDO_FAILED_PRECONDITION);
  assert_string_equal(diag.message, "p.json: cycles become times by the frequency of a cluster: no cluster of the machine has max_frequency_mhz");
  rdo_profile_deinit(&profile);
  rdo_machine_file_deinit(&machine);
}

// The cost model -------------------------------------------------------------------------------------------

// What a node of so many tiles takes in truth: rounds of tiles, a rest, and a disturbance that depends on the place.
static double truth_ns(uint32_t tiles, double tile_ns, double rest_ns, double noise, uint32_t workers, uint32_t *seed) {
  *seed = *seed * 1664525u + 1013904223u;
  double share = (double)(*seed >> 8) / (1 << 24) * 2 - 1;
  return (rest_ns + ceil((double)tiles / workers) * tile_ns) * (1 + noise * share);
}

// A node measured with 1, 2, 4 and 8 workers of cluster P, of 8.
static void read_synthetic(uint32_t tiles, double tile_ns, double rest_ns, double noise, uint32_t *seed) {
  char text[2048];
  int length = snprintf(text, sizeof text, "{\"clusters\": [{\"name\": \"P\", \"capacity\": 1024, \"workers\": 8}, {\"name\": \"E\", \"capacity\": 512, \"workers\": 8}],"
                                           " \"models\": [{\"model\": \"a\", \"nodes\": [{\"export\": \"x\", \"tiles\": %u, \"costs\": [", tiles);
  for (uint32_t k = 1; k <= 8; k *= 2) {
    double ns = truth_ns(tiles, tile_ns, rest_ns, noise, k, seed);
    length += snprintf(text + length, sizeof text - (size_t)length, "%s{\"cluster\": \"P\", \"workers\": %u, \"p50_ns\": %.0f, \"samples\": 10}", k > 1 ? ", " : "", k, ns);
  }
  snprintf(text + length, sizeof text - (size_t)length, "]}]}]}");
  read_good(text);
}

static void expect_within_error(uint32_t cluster, uint32_t workers, double ns) {
  const struct rdo_profile_cost *cost = rdo_profile_find_cost(&profile, profile.nodes, cluster, workers);
  assert_non_null(cost);
  assert_int_equal(cost->sample_count, 0);
  double missed = fabs(ns - (double)cost->p50_ns) / (double)cost->p50_ns;
  if (missed > cost->error) fail_msg("%u workers: estimated %.0f, in truth %.0f: off by %.4f, told %.4f", workers, (double)cost->p50_ns, ns, missed, cost->error);
}

static void test_estimates(void **state) {
  (void)state;
  static const uint32_t tiles[] = {1, 2, 3, 7, 8, 16, 61, 1000};
  static const double rests_ns[] = {0, 1000, 50000};
  uint32_t seed = 7;
  for (size_t i = 0; i < COUNT_OF(tiles); ++i) {
    for (size_t r = 0; r < COUNT_OF(rests_ns); ++r) {
      read_synthetic(tiles[i], 3000, rests_ns[r], 0, &seed);
      for (uint32_t k = 3; k < 8 && k < tiles[i]; ++k) {
        if (k == 4) continue;
        expect_within_error(0, k, truth_ns(tiles[i], 3000, rests_ns[r], 0, k, &seed));
        // Without disturbance the model is exact, but the rest is not known from one point.
        if (tiles[i] > 2) assert_true(rdo_profile_find_cost(&profile, profile.nodes, 0, k)->error <= 0.7);
      }
      // Half as fast, and nothing shows it: half of it, and more, may be wrong.
      expect_within_error(1, 1, 2 * truth_ns(tiles[i], 3000, rests_ns[r], 0, 1, &seed));
      assert_true(rdo_profile_find_cost(&profile, profile.nodes, 1, 1)->error >= 0.5);
      rdo_profile_deinit(&profile);
    }
  }
}

// With four points and 5 % of disturbance most estimates are better than told, and told errors are not absurd.
static void test_noisy_estimates(void **state) {
  (void)state;
  uint32_t seed = 11;
  int count = 0, within = 0;
  double told = 0;
  for (int i = 0; i < 200; ++i) {
    read_synthetic(64, 2000, 20000, 0.05, &seed);
    for (uint32_t k = 3; k < 8; ++k) {
      if (k == 4) continue;
      const struct rdo_profile_cost *cost = rdo_profile_find_cost(&profile, profile.nodes, 0, k);
      double ns = 20000 + ceil(64.0 / k) * 2000;
      within += fabs(ns - (double)cost->p50_ns) <= cost->error * (double)cost->p50_ns;
      told += cost->error;
      ++count;
    }
    rdo_profile_deinit(&profile);
  }
  printf("within the told error: %d of %d, mean told %.3f\n", within, count, told / count);
  assert_true(within >= count * 95 / 100);
  assert_true(told / count < 0.25);
}

// Another cluster: nodes that were measured on both show how well the ratio of capacities does.
static void test_other_cluster(void **state) {
  (void)state;
  read_good("{\"clusters\": [{\"name\": \"P\", \"capacity\": 1024, \"workers\": 2}, {\"name\": \"E\", \"capacity\": 512, \"workers\": 2}], \"models\": [{\"model\": \"a\", \"nodes\": ["
            "{\"export\": \"x\", \"tiles\": 2, \"costs\": [{\"cluster\": \"P\", \"p50_ns\": 1000, \"p99_ns\": 1500, \"tile_max_ns\": 700, \"samples\": 9}]},"
            "{\"export\": \"y\", \"tiles\": 2, \"costs\": [{\"cluster\": \"P\", \"p50_ns\": 1000, \"samples\": 9}, {\"cluster\": \"E\", \"p50_ns\": 2200, \"samples\": 9}]},"
            "{\"export\": \"z\"}]}]}");
  const struct rdo_profile_cost *cost = rdo_profile_find_cost(&profile, &profile.nodes[0], 1, 1);
  assert_int_equal(cost->p50_ns, 2000);
  assert_int_equal(cost->p99_ns, 3000);
  assert_int_equal(cost->tile_ns_max, 1400);
  assert_true(cost->error > 0.1 && cost->error < 0.13);
  // One point: with two workers something between all and half of it.
  cost = rdo_profile_find_cost(&profile, &profile.nodes[0], 0, 2);
  assert_int_equal(cost->p50_ns, 750);
  assert_true(fabs(cost->error - 1.0 / 3) < 1e-9);
  // More workers than the cluster has.
  assert_ptr_equal(rdo_profile_find_cost(&profile, &profile.nodes[0], 0, 7), cost);
  assert_null(rdo_profile_find_cost(&profile, &profile.nodes[2], 0, 1));
  assert_null(rdo_profile_find_cost(&profile, &profile.nodes[0], 2, 1));
  assert_false(profile.models[0].is_calibrated);
  rdo_profile_deinit(&profile);
}

// Merging --------------------------------------------------------------------------------------------------

static void test_merge(void **state) {
  (void)state;
  struct rdo_profile other;
  read_good(full);
  other = profile;
  read_good(full);
  assert_ok(rdo_profile_merge(&profile, &other, &diag), &diag);
  assert_int_equal(profile.model_count, 2);
  assert_int_equal(profile.node_count, 2);
  assert_int_equal(profile.cost_count, other.cost_count);
  assert_int_equal(profile.interference_count, 1);
  for (uint32_t i = 0; i < profile.cost_count; ++i) {
    assert_int_equal(profile.costs[i].sample_count, 2 * other.costs[i].sample_count);
    assert_int_equal(profile.costs[i].p50_ns, other.costs[i].p50_ns);
    assert_int_equal(profile.costs[i].max_ns, other.costs[i].max_ns);
  }
  assert_int_equal(profile.models[1].remark_count, 1);
  rdo_profile_deinit(&other);
  // A new model, clusters in another order, one of them new; costs of a known node on them.
  other = profile;
  read_good("{\"clusters\": [{\"name\": \"N\"}, {\"name\": \"E\"}, {\"name\": \"P\"}], \"models\": ["
            "{\"model\": \"new.vmfb\", \"function\": \"f\", \"nodes\": [{\"export\": \"x\", \"costs\": [{\"cluster\": \"N\", \"p50_ns\": 5, \"samples\": 1}]}]},"
            "{\"model\": \"net.vmfb\", \"function\": \"predict\", \"nodes\": ["
            " {\"export\": \"conv\", \"recording\": 0, \"command\": 0, \"tiles\": 8, \"costs\": [{\"cluster\": \"N\", \"p50_ns\": 7, \"samples\": 1}, {\"cluster\": \"E\", \"workers\": 2, \"p50_ns\": 8, \"samples\": 1},"
            "  {\"cluster\": \"P\", \"workers\": 1, \"p50_ns\": 8500, \"min_ns\": 10, \"samples\": 200}]},"
            " {\"export\": \"copy\", \"recording\": 1, \"command\": 0, \"predecessors\": [0]}]}],"
            " \"interference\": [{\"model\": 0, \"beside\": 1, \"cluster\": \"N\", \"factor\": 2}]}");
  assert_ok(rdo_profile_merge(&other, &profile, &diag), &diag);
  rdo_profile_deinit(&profile);
  profile = other;
  assert_int_equal(profile.cluster_count, 3);
  assert_string_equal(profile.clusters[2], "N");
  assert_int_equal(profile.model_count, 3);
  assert_string_equal(profile.models[2].model, "new.vmfb");
  const struct rdo_profile_node *node = &profile.nodes[profile.models[0].node_begin];
  assert_int_equal(node->cost_count, 5);
  const struct rdo_profile_cost *cost = rdo_profile_find_cost(&profile, node, 0, 1);
  assert_int_equal(cost->sample_count, 400);
  assert_int_equal(cost->p50_ns, 8300);
  assert_int_equal(cost->min_ns, 10);
  assert_int_equal(rdo_profile_find_cost(&profile, node, 1, 2)->p50_ns, 8);
  assert_int_equal(rdo_profile_find_cost(&profile, node, 2, 1)->p50_ns, 7);
  assert_int_equal(profile.interference_count, 2);
  assert_int_equal(profile.interferences[1].model, 2);
  assert_int_equal(profile.interferences[1].beside, 0);
  assert_int_equal(profile.interferences[1].cluster, 2);
  // What comes out can be written and read.
  assert_ok(rdo_profile_write(&profile, "first.json", &diag), &diag);
  assert_ok(rdo_profile_read("first.json", NULL, &other, &diag), &diag);
  assert_ok(rdo_profile_write(&other, "second.json", &diag), &diag);
  assert_same_files("first.json", "second.json");
  rdo_profile_deinit(&other);
  rdo_profile_deinit(&profile);
}

static void test_merge_errors(void **state) {
  (void)state;
  static const struct bad_text bad[] = {
      {MODEL("{\"export\": \"z\"}, {\"export\": \"y\", \"predecessors\": [0]}"), RONDO_INVALID_ARGUMENT,
       "p.json: function \"\" of a: node 0 (x) and node 0 (z) of a in p.json differ in their kernels: they are of two versions of the model, profile it anew"},
      {MODEL("{\"export\": \"x\"}, {\"export\": \"y\"}"), RONDO_INVALID_ARGUMENT,
       "p.json: function \"\" of a: node 1 (y) and node 1 (y) of a in p.json differ in their predecessors: they are of two versions of the model, profile it anew"},
      {MODEL("{\"export\": \"x\", \"tiles\": 3}"), RONDO_INVALID_ARGUMENT,
       "p.json: function \"\" of a: node 0 (x) and node 0 (x) of a in p.json differ in their tiles: they are of two versions of the model, profile it anew"},
      {MODEL("{\"export\": \"x\"}"), RONDO_INVALID_ARGUMENT,
       "p.json: function \"\" of a has 2 nodes, that of a in p.json has 1: they are of two versions of the model, profile it anew"},
  };
  struct rdo_profile first;
  read_good(MODEL("{\"export\": \"x\"}, {\"export\": \"y\", \"predecessors\": [0]}"));
  first = profile;
  for (size_t i = 0; i < COUNT_OF(bad); ++i) {
    read_good(bad[i].text);
    assert_int_equal(rdo_profile_merge(&first, &profile, &diag), bad[i].status);
    assert_string_equal(diag.message, bad[i].message);
    assert_int_equal(first.node_count, 2);
    rdo_profile_deinit(&profile);
  }
  rdo_profile_deinit(&first);
}

int main(void) {
  if (!can_read()) return 77;
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_full),      cmocka_unit_test(test_round_trip),   cmocka_unit_test(test_find_model),
                                     cmocka_unit_test(test_errors),    cmocka_unit_test(test_machine),      cmocka_unit_test(test_hand_written),
                                     cmocka_unit_test(test_estimates), cmocka_unit_test(test_noisy_estimates), cmocka_unit_test(test_other_cluster),
                                     cmocka_unit_test(test_merge),     cmocka_unit_test(test_merge_errors),
                                     cmocka_unit_test(test_no_cluster)};
  return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}

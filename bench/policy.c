// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What it costs to decide where a node runs that has become ready.
//
//   policy [--quick] [--seconds=S] [--json]
//
//   decide_dynamic    least loaded of 8 lanes, times of all of them known, hysteresis
//   decide_dynamic64  the same of 64 lanes, the most that there are
//   decide_edf        as decide_dynamic, by deadline
//   plan_lookup       lane, width and start from the plan
//   plan_late         a node that is late and moves to another of 8 lanes
//
// A sample is the mean of 4096 decisions, for nodes and lanes that differ from decision to decision. What was decided is hashed:
// the same in every run.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "plan/policy.h"
#include "support.h"

enum { BATCH = 4096, NODES = 256, SAMPLES_MAX = 1 << 16 };

struct row {
  const char *name, *policy;
  uint32_t lane_count;
  int64_t late_ns;
  double goal_ns;  // < 0: none
};

static const struct row rows[] = {
    {"decide_dynamic", "dynamic", 8, 0, 1000},
    {"decide_dynamic64", "dynamic", 64, 0, 1000},
    {"decide_edf", "edf", 8, 0, 1000},
    {"plan_lookup", "planned", 8, 0, 50},
    {"plan_late", "planned", 8, 1, 1000},
};

static struct rdo_policy_node nodes[NODES];
static struct rdo_policy_lane lanes[RDO_POLICY_LANES_MAX];
static int64_t lane_ns[NODES][RDO_POLICY_LANES_MAX];

static void fill(const struct row *row) {
  for (uint32_t i = 0; i < RDO_POLICY_LANES_MAX; ++i) {
    uint32_t worker_count = 1 + i % 4;  // of every other lane all are busy
    lanes[i] = (struct rdo_policy_lane){.worker_count = worker_count, .busy_count = i % 2 == 0 ? worker_count : 0, .backlog_ns = (int64_t)bench_work(i + 1) & 0xFFFFF};
  }
  for (uint32_t i = 0; i < NODES; ++i) {
    for (uint32_t k = 0; k < RDO_POLICY_LANES_MAX; ++k) lane_ns[i][k] = 1 + ((int64_t)bench_work(i + k + 7) & 0xFFFFF);
    nodes[i] = (struct rdo_policy_node){.index = i,
                                        .sequence = i,
                                        .now_ns = 1000 * (int64_t)i,
                                        .deadline_ns = 5000 * (int64_t)i,
                                        .planned_start_ns = 900 * (int64_t)i,
                                        .planned_lane = 2 * i % row->lane_count,
                                        .planned_width = 1,
                                        .lane_ns = lane_ns[i],
                                        .lanes = UINT64_MAX,
                                        .previous_lane = (i * 5) % row->lane_count,
                                        .width_max = 4,
                                        .priority = (uint8_t)(i * 3)};
  }
}

static uint64_t decide_batch(const struct row *row, const struct rdo_policy *policy) {
  const struct rdo_policy_options options = {.late_ns = row->late_ns};
  uint64_t hash = UINT64_C(0xCBF29CE484222325);
  for (uint32_t i = 0; i < BATCH; ++i) {
    struct rdo_policy_decision decision;
    policy->decide(&options, &nodes[i % NODES], lanes, row->lane_count, &decision);
    hash = (hash ^ decision.key ^ decision.lane ^ (uint64_t)decision.width << 8) * UINT64_C(0x100000001B3);
  }
  return hash;
}

static uint64_t measure(const struct row *row, double seconds, bool is_json) {
  const struct rdo_policy *policy = rdo_policy_find(row->policy);
  BENCH_CHECK(policy != NULL);
  fill(row);
  uint64_t hash = decide_batch(row, policy);
  struct bench_samples samples;
  bench_samples_init(&samples, SAMPLES_MAX);
  int64_t until_ns = rdo_clock_now_ns() + (int64_t)(seconds * 1e9), begin_ns;
  do {
    begin_ns = rdo_clock_now_ns();
    uint64_t again = decide_batch(row, policy);
    bench_add(&samples, (double)(rdo_clock_now_ns() - begin_ns) / BATCH);
    BENCH_CHECK(again == hash);
  } while (begin_ns < until_ns);
  struct bench_summary summary = bench_summarize(&samples);
  bench_print_row(&(struct bench_row){.name = row->name, .unit = "ns", .ours = summary.p50, .goal = row->goal_ns, .summary = summary}, is_json);
  bench_samples_deinit(&samples);
  return hash;
}

int main(int argc, char **argv) {
  struct bench_arguments arguments = bench_read_arguments(argc, argv, "policy", (int)(sizeof rows / sizeof *rows));
  uint64_t hash = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) hash ^= measure(&rows[i], arguments.row_seconds, arguments.is_json);
  if (!arguments.is_json) printf("hash %016" PRIx64 "\n", hash);
  return 0;
}

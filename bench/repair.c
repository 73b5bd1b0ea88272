// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What it costs to place the rest of a plan anew while it runs.
//
//   repair [--quick] [--seconds=S] [--json]
//
//   repair_200    a plan of 200 dispatches that is a quarter over, everything begun a tenth late
//   repair_1000   the same of 1000
//
// The plan is a perception net in a chain and periods of a controller on two clusters of four workers and one of two, with
// modes of one to four workers. A sample is one call; what came out is hashed: the same in every run.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "rondo/repair.h"
#include "support.h"

enum { NODES_MAX = 1000, NET_NODES = 40, CONTROLLER_NODES = 8, CLUSTERS = 3, WIDTH_MAX = 4, SAMPLES_MAX = 1 << 16 };

static const int capacities[CLUSTERS] = {4, 4, 2};

struct row {
  const char *name;
  int node_count;
  double goal_ns;  // < 0: none
};

static const struct row rows[] = {{"repair_200", 200, 1e6}, {"repair_1000", 1000, -1}};

static struct rondo_node_progress progress[NODES_MAX];

#define OK(call) BENCH_CHECK((call) == RONDO_OK)

static void add_node(struct rondo_problem *problem, int job, int64_t work_ns, bool is_wide) {
  struct rondo_problem_use uses[CLUSTERS * WIDTH_MAX];
  struct rondo_problem_mode modes[CLUSTERS * WIDTH_MAX];
  int count = 0;
  for (int c = 0; c < CLUSTERS; ++c) {
    for (int width = 1; width <= capacities[c] && (is_wide || width == 1); ++width) {
      uses[count] = (struct rondo_problem_use){.machine = c, .width = width};
      modes[count] = (struct rondo_problem_mode){.duration = work_ns * (c + 2) / (2 * width) + 5000, .uses = &uses[count], .use_count = 1};
      ++count;
    }
  }
  OK(rondo_problem_add_node(problem, &(struct rondo_problem_node){.job = job, .modes = modes, .mode_count = count}, NULL));
}

// Chains: nets of 40 nodes and controllers of 8, each with a release and a deadline of its own.
static struct rondo_problem *make_problem(int node_count) {
  struct rondo_problem *problem;
  OK(rondo_problem_create(&problem, NULL));
  for (int c = 0; c < CLUSTERS; ++c) OK(rondo_problem_add_machine(problem, capacities[c], NULL));
  for (int job = 0, made = 0; made < node_count; ++job) {
    bool is_net = job % 8 == 0;
    int count = is_net ? NET_NODES : CONTROLLER_NODES;
    int64_t release_ns = INT64_C(1000000) * job;
    const struct rondo_problem_job data = {.release = release_ns, .deadline = release_ns + (is_net ? 8200000 : 900000), .weight = is_net ? 1 : 4};
    OK(rondo_problem_add_job(problem, &data, NULL));
    for (int i = 0; i < count && made < node_count; ++i, ++made) {
      add_node(problem, job, is_net ? 600000 + 50000 * (i % 7) : 90000 + 10000 * (i % 3), is_net);
      if (i > 0) OK(rondo_problem_add_edge(problem, made - 1, made, 0, NULL));
    }
  }
  OK(rondo_problem_finish(problem, NULL));
  return problem;
}

// A quarter of the way through the plan: what has begun has begun as planned and takes a tenth longer.
static int64_t look(const struct rondo_placed_node *planned, int node_count, int64_t makespan) {
  int64_t now = makespan / 4;
  for (int i = 0; i < node_count; ++i) {
    int64_t end = planned[i].end + (planned[i].end - planned[i].start) / 10;
    progress[i] = (struct rondo_node_progress){.state = RONDO_NODE_WAITING};
    if (planned[i].start > now) continue;
    if (planned[i].end <= now) progress[i] = (struct rondo_node_progress){RONDO_NODE_DONE, planned[i].mode, planned[i].start, end < now ? end : now};
    else progress[i] = (struct rondo_node_progress){RONDO_NODE_RUNNING, planned[i].mode, planned[i].start, end};
  }
  return now;
}

static uint64_t hash_result(const struct rondo_repair *repair, int node_count) {
  const struct rondo_placed_node *nodes = rondo_repair_nodes(repair);
  uint64_t hash = UINT64_C(0xCBF29CE484222325);
  for (int i = 0; i < node_count; ++i) hash = (hash ^ (uint64_t)nodes[i].start ^ (uint64_t)nodes[i].mode << 56) * UINT64_C(0x100000001B3);
  return hash;
}

static uint64_t measure(const struct row *row, double seconds, bool is_json) {
  struct rondo_problem *problem = make_problem(row->node_count);
  struct rondo_schedule *schedule;
  struct rondo_schedule_info planned;
  struct rondo_repair *repair;
  struct rondo_repair_info info;
  OK(rondo_solve(problem, &(struct rondo_solve_options){.iteration_limit = 50, .thread_count = 1}, &schedule, NULL));
  rondo_schedule_info(schedule, &planned);
  OK(rondo_repair_create(problem, rondo_schedule_nodes(schedule), row->node_count, &repair, NULL));
  int64_t now = look(rondo_schedule_nodes(schedule), row->node_count, planned.makespan);
  struct bench_samples samples;
  bench_samples_init(&samples, SAMPLES_MAX);
  OK(rondo_repair_run(repair, now, progress, NULL));
  uint64_t hash = hash_result(repair, row->node_count);
  int64_t until_ns = rdo_clock_now_ns() + (int64_t)(seconds * 1e9), begin_ns;
  do {
    begin_ns = rdo_clock_now_ns();
    OK(rondo_repair_run(repair, now, progress, NULL));
    bench_add(&samples, (double)(rdo_clock_now_ns() - begin_ns));
    BENCH_CHECK(hash_result(repair, row->node_count) == hash);
  } while (begin_ns < until_ns);
  struct bench_summary summary = bench_summarize(&samples);
  rondo_repair_info(repair, &info);
  char note[160];
  snprintf(note, sizeof note, "%d placements compared; late by %" PRId64 " ns, moved to the right by %" PRId64 " ns (%s)", info.trial_count,
           info.tardiness, info.shifted_tardiness, info.method);
  bench_print_row(&(struct bench_row){.name = row->name, .unit = "ns", .ours = summary.p50, .goal = row->goal_ns, .summary = summary, .note = note}, is_json);
  bench_samples_deinit(&samples);
  rondo_repair_release(&repair);
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
  return hash;
}

int main(int argc, char **argv) {
  struct bench_arguments arguments = bench_read_arguments(argc, argv, "repair", (int)(sizeof rows / sizeof *rows));
  uint64_t hash = 0;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; ++i) hash ^= measure(&rows[i], arguments.row_seconds, arguments.is_json);
  if (!arguments.is_json) printf("hash %016" PRIx64 "\n", hash);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "profile/cost_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"

enum {
  BATCH_MAX = 64,             // calls between two looks at the events
  EVENTS_PER_BATCH = RDO_EVENT_RING_CAPACITY / 4,
  TILE_PASS_SHARE = 5,        // of the calls are made again to time tiles
  TILE_PASS_LEAST = 10,
  TILE_NODES_MAX = 1 << 14,   // of larger calls tiles are not timed: 8 KiB each
  ATTEMPTS = 2,               // batches that are lost are repeated, up to so many times the calls
  SPREAD_MAX = 2,             // p99 by p50 of a node that is steady
  SPREAD_NS_LEAST = 10000,    // and what a clock, an interrupt or a wake may add in any case
};

static const double tile_outlier_share = 0.005;

// Summaries ------------------------------------------------------------------------------------------------

static int compare_ns(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return a < b ? -1 : a > b;
}

// Nearest rank, of sorted times.
static int64_t rank(const int64_t *sorted, size_t count, size_t permille) {
  size_t place = (count * permille + 999) / 1000;
  return sorted[place > 0 ? place - 1 : 0];
}

// Sorts the samples.
static struct rdo_profile_cost summarize(const struct rdo_cost_run *run, int64_t *samples_ns, size_t count) {
  qsort(samples_ns, count, sizeof *samples_ns, compare_ns);
  return (struct rdo_profile_cost){.cluster = run->cluster,
                                   .worker_count = run->worker_count,
                                   .p50_ns = rank(samples_ns, count, 500),
                                   .p99_ns = rank(samples_ns, count, 990),
                                   .min_ns = samples_ns[0],
                                   .max_ns = samples_ns[count - 1],
                                   .sample_count = count};
}

static void remark(struct rdo_cost_run *run, const char *text) {
  if (text[0] == '\0' || run->remark_count == RDO_COST_REMARKS_MAX) return;
  snprintf(run->remarks[run->remark_count++], RDO_REMARK_BYTES, "%.60s, %u worker%s: %.170s", run->cluster_name, run->worker_count, run->worker_count == 1 ? "" : "s", text);
}

static bool is_spread(const struct rdo_profile_cost *cost) {
  return cost->p99_ns > SPREAD_MAX * cost->p50_ns && cost->p99_ns - cost->p50_ns > SPREAD_NS_LEAST;
}

static void remark_spread(struct rdo_cost_run *run, const struct rdo_call_graph *graph) {
  size_t count = 0, worst = 0;
  for (size_t i = 0; i < graph->node_count; ++i) {
    const struct rdo_profile_cost *cost = &run->costs[i], *before = &run->costs[worst];
    if (!is_spread(cost)) continue;
    if (count++ == 0 || cost->p99_ns - cost->p50_ns > before->p99_ns - before->p50_ns) worst = i;
  }
  if (count == 0) return;
  char text[RDO_REMARK_BYTES];
  double factor = (double)run->costs[worst].p99_ns / (double)(run->costs[worst].p50_ns > 0 ? run->costs[worst].p50_ns : 1);
  snprintf(text, sizeof text, "p99 is %.1f times p50 in node %zu (%.60s), and over %d times in %zu of %zu nodes", factor, worst, graph->nodes[worst].name, SPREAD_MAX, count,
           graph->node_count);
  remark(run, text);
}

// Batches with events --------------------------------------------------------------------------------------

// The calls of one pass. Calls whose events were lost are made again.
struct pass {
  struct rdo_runner *runner;
  struct rdo_node_times *times;
  size_t repeat;
  const struct rdo_cost_run *run;
  size_t batch_count;
  // Of calls that count; NULL = not wanted
  int64_t *calls_ns, *programs_ns;
};

static enum rondo_status check_stop(const struct rdo_cost_run *run, struct rondo_diag *diag) {
  return run->stop != NULL && *run->stop != 0 ? rdo_fail(diag, RONDO_CANCELLED, "measuring was stopped") : RONDO_OK;
}

static void keep_calls(const struct pass *pass, const bool *is_used, size_t count, size_t first_sample) {
  for (size_t i = 0; i < count; ++i) {
    if (!is_used[i]) continue;
    int64_t nodes_ns = 0, call_ns = pass->runner->ends_ns[i] - pass->runner->begins_ns[i];
    for (size_t k = 0; k < pass->times->graph->node_count; ++k) nodes_ns += rdo_node_times_samples(pass->times, k)[first_sample];
    if (pass->calls_ns != NULL) pass->calls_ns[first_sample] = call_ns;
    if (pass->programs_ns != NULL) pass->programs_ns[first_sample] = call_ns > nodes_ns ? call_ns - nodes_ns : 0;
    ++first_sample;
  }
}

static void pause_for(int64_t ns) {
  const struct timespec time = {ns / 1000000000, ns % 1000000000};
  (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &time, NULL);
}

static enum rondo_status run_batch(struct pass *pass, size_t count, struct rondo_diag *diag) {
  bool is_used[BATCH_MAX];
  struct rdo_node_times *times = pass->times;
  size_t first_sample = times->sample_count;
  ++pass->batch_count;
  rdo_runner_start(pass->runner, count);
  RDO_TRY(rdo_runner_wait(pass->runner, diag));
  rdo_events_flush();
  if (times->status != RONDO_OK) return rdo_fail(diag, times->status, "%s", times->diag.message);
  rdo_node_times_add_calls(times, pass->runner->begins_ns, pass->runner->ends_ns, count, is_used);
  keep_calls(pass, is_used, count, first_sample);
  return RONDO_OK;
}

static bool is_over(int64_t end_ns) { return end_ns != 0 && rdo_clock_now_ns() >= end_ns; }

// So many of the next calls as there is time for, going by the last one.
static size_t fit_batch(const struct pass *pass, size_t count) {
  int64_t left_ns = pass->run->end_ns - rdo_clock_now_ns(), call_ns = pass->runner->ends_ns[0] - pass->runner->begins_ns[0];
  if (left_ns <= 0 || call_ns <= 0) return 1;
  size_t fitting = (size_t)(left_ns / call_ns);
  return fitting == 0 ? 1 : fitting < count ? fitting : count;
}

static enum rondo_status run_batches(struct pass *pass, struct rondo_diag *diag) {
  struct rdo_node_times *times = pass->times;
  size_t attempts = 0, batch = 1;
  while (times->sample_count < pass->repeat && attempts < ATTEMPTS * pass->repeat && !(times->sample_count > 0 && is_over(pass->run->end_ns))) {
    RDO_TRY(check_stop(pass->run, diag));
    size_t left = pass->repeat - times->sample_count, count = batch < left ? batch : left;
    if (pass->run->end_ns != 0) count = fit_batch(pass, count);
    if (pass->run->pause_ns != 0) {
      count = 1;
      pause_for(pass->run->pause_ns);
    }
    uint64_t events_before = times->event_count, dropped_before = times->dropped_count;
    RDO_TRY(run_batch(pass, count, diag));
    if (pass->run->report != NULL && !times->wants_tiles) pass->run->report(pass->run->user, times->sample_count);
    attempts += count;
    uint64_t events = (times->event_count - events_before) / count + 1;
    batch = events < EVENTS_PER_BATCH ? EVENTS_PER_BATCH / events : 1;
    if (batch > BATCH_MAX) batch = BATCH_MAX;
    if (times->dropped_count > dropped_before) batch = 1;
  }
  if (times->sample_count > 0) return RONDO_OK;
  // A worker tells with a later event that earlier ones are missing, so the first calls may count as different.
  if (times->dropped_count == 0 && times->different_count > 0) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "function %s: each call runs something else than the first: there is no graph to profile",
                    rondo_function_name(pass->runner->functions[0].function));
  }
  return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "function %s: a call emits more events than the %d that a worker keeps", rondo_function_name(pass->runner->functions[0].function),
                  RDO_EVENT_RING_CAPACITY);
}

static enum rondo_status run_pass(struct pass *pass, struct rondo_diag *diag) {
  const struct rdo_event_sink sink = {rdo_node_times_take, pass->times};
  RDO_TRY(rdo_events_begin(&sink, diag));
  enum rondo_status status = run_batches(pass, diag);
  rdo_events_end(NULL);
  return status;
}

static enum rondo_status warm_up(const struct rdo_cost_run *run, struct rdo_runner *runner, struct rondo_diag *diag) {
  for (size_t left = run->warm_up, count; left > 0 && !is_over(run->warm_up_end_ns); left -= count) {
    count = run->warm_up_end_ns != 0 ? 1 : left < BATCH_MAX ? left : BATCH_MAX;
    RDO_TRY(check_stop(run, diag));
    rdo_runner_start(runner, count);
    RDO_TRY(rdo_runner_wait(runner, diag));
  }
  return RONDO_OK;
}

// The passes -----------------------------------------------------------------------------------------------

// What a call runs: found once, then the same in all others.
static enum rondo_status find_graph(struct rdo_cost_run *run, struct rdo_runner *runner, struct rdo_call_graph *graph, struct rondo_diag *diag) {
  struct rdo_call_graph again = {0};
  bool is_first = graph->edges.begins == NULL;
  if (is_first) RDO_TRY(rdo_runner_observe(runner, graph, diag));
  enum rondo_status status = warm_up(run, runner, diag);
  if (status == RONDO_OK) status = rdo_runner_observe(runner, &again, diag);
  if (status == RONDO_OK && !rdo_call_graph_equals(graph, &again)) {
    status = rdo_fail(diag, RONDO_FAILED_PRECONDITION, "function %s: %zu commands in one call, %zu in another, or other ones: there is no graph to profile",
                      rondo_function_name(runner->functions[0].function), graph->node_count, again.node_count);
  }
  rdo_call_graph_deinit(&again);
  return status;
}

static enum rondo_status keep_costs(struct rdo_cost_run *run, const struct pass *pass, struct rondo_diag *diag) {
  const struct rdo_node_times *times = pass->times;
  RDO_TRY(rdo_alloc_array(times->graph->node_count + 1, sizeof *run->costs, &run->costs, diag));
  for (size_t i = 0; i < times->graph->node_count; ++i) run->costs[i] = summarize(run, rdo_node_times_samples(times, i), times->sample_count);
  run->call_cost = summarize(run, pass->calls_ns, times->sample_count);
  if (pass->programs_ns != NULL) run->program_cost = summarize(run, pass->programs_ns, times->sample_count);
  return RONDO_OK;
}

static void keep_remarks(struct rdo_cost_run *run, const struct rdo_steadiness *steadiness, const struct pass *pass) {
  char text[RDO_REMARK_BYTES];
  const struct rdo_node_times *times = pass->times;
  uint64_t lost = times->different_count + times->dropped_count, calls = times->sample_count + lost;
  for (int cause = 0; rdo_steadiness_remark(steadiness, cause, calls, pass->batch_count, text); ++cause) remark(run, text);
  if (times->sample_count == pass->repeat || (lost == 0 && run->end_ns != 0)) return;
  snprintf(text, sizeof text, "%" PRIu64 " of %" PRIu64 " calls ran something else, or lost their events", lost, calls);
  remark(run, text);
}

static enum rondo_status time_nodes(struct rdo_cost_run *run, struct rdo_runner *runner, const struct rdo_call_graph *graph, struct rondo_diag *diag) {
  struct rdo_node_times times;
  struct rdo_steadiness steadiness;
  struct pass pass = {.runner = runner, .times = &times, .repeat = run->repeat, .run = run};
  enum rondo_status status = rdo_node_times_init(&times, graph, run->repeat, false, diag);
  times.worker_count = (int32_t)run->worker_count;
  if (status == RONDO_OK) status = rdo_alloc_array(run->repeat, sizeof *pass.calls_ns, &pass.calls_ns, diag);
  if (status == RONDO_OK && run->worker_count == 1) status = rdo_alloc_array(run->repeat, sizeof *pass.programs_ns, &pass.programs_ns, diag);
  rdo_steadiness_begin(&steadiness, runner->executor);
  if (status == RONDO_OK) status = run_pass(&pass, diag);
  if (status == RONDO_OK) status = keep_costs(run, &pass, diag);
  if (status == RONDO_OK) {
    keep_remarks(run, &steadiness, &pass);
    remark_spread(run, graph);
  }
  rdo_free(pass.calls_ns);
  rdo_free(pass.programs_ns);
  rdo_node_times_deinit(&times);
  return status;
}

static enum rondo_status time_tiles(struct rdo_cost_run *run, struct rdo_runner *runner, const struct rdo_call_graph *graph, struct rondo_diag *diag) {
  struct rdo_node_times times;
  size_t count = run->repeat / TILE_PASS_SHARE;
  if (count < TILE_PASS_LEAST) count = TILE_PASS_LEAST;
  struct pass pass = {.runner = runner, .times = &times, .repeat = count, .run = run};
  struct rondo_diag own;
  rdo_diag_clear(&own);
  enum rondo_status status = rdo_node_times_init(&times, graph, count, true, &own);
  if (status == RONDO_OK) status = run_pass(&pass, &own);
  for (size_t i = 0; i < graph->node_count && status == RONDO_OK; ++i) {
    run->costs[i].tile_ns_max = rdo_node_times_tile_ns(&times, i, tile_outlier_share);
  }
  rdo_node_times_deinit(&times);
  // Tile by tile a call may emit more events than there is room for; then tiles are not known.
  return status == RONDO_OK || status == RONDO_RESOURCE_EXHAUSTED ? RONDO_OK : rdo_fail(diag, status, "%s", own.message);
}

static enum rondo_status time_graph(struct rdo_cost_run *run, struct rdo_runner *runner, struct rdo_call_graph *graph, struct rondo_diag *diag) {
  RDO_TRY(find_graph(run, runner, graph, diag));
  RDO_TRY(rdo_text_copy(&graph->arena, rondo_function_name(runner->functions[0].function), &run->function, diag));
  return time_nodes(run, runner, graph, diag);
}

// The others on a CPU of their own, all of them in turn.
//   calls  [run->other_count]
static enum rondo_status init_neighbour(const struct rdo_cost_run *run, uint32_t index, const struct rondo_profile_call *const *calls, struct rdo_runner *out_runner,
                                        struct rondo_diag *diag) {
  const struct rdo_runner_options options = {.call = calls[0],
                                             .others = calls + 1,
                                             .other_count = run->other_count - 1,
                                             .cpus = &run->other_cpus[index],
                                             .worker_count = 1,
                                             .worker_base = run->worker_count + index};
  return rdo_runner_init(out_runner, &options, BATCH_MAX, diag);
}

// While the others call on and on, each CPU beginning with another one of them.
static enum rondo_status time_beside(struct rdo_cost_run *run, struct rdo_runner *runner, struct rdo_call_graph *graph, struct rondo_diag *diag) {
  uint32_t count = run->other_cpu_count < run->other_count ? run->other_cpu_count : run->other_count, begun = 0;
  const struct rondo_profile_call **calls;
  struct rdo_runner *neighbours = NULL;
  RDO_TRY(rdo_alloc_array((size_t)run->other_count * 2 + 1, sizeof *calls, &calls, diag));
  for (uint32_t i = 0; i < run->other_count * 2; ++i) calls[i] = run->others[i % run->other_count];
  enum rondo_status status = rdo_alloc_array((size_t)count + 1, sizeof *neighbours, &neighbours, diag);
  while (begun < count && status == RONDO_OK) {
    status = init_neighbour(run, begun, calls + begun, &neighbours[begun], diag);
    if (status == RONDO_OK) rdo_runner_start(&neighbours[begun], 0);
    ++begun;
  }
  if (status == RONDO_OK) status = time_graph(run, runner, graph, diag);
  for (uint32_t i = 0; i < begun; ++i) {
    rdo_runner_stop(&neighbours[i]);
    enum rondo_status ended = rdo_runner_wait(&neighbours[i], status == RONDO_OK ? diag : NULL);
    if (status == RONDO_OK) status = ended;
    rdo_runner_deinit(&neighbours[i]);
  }
  rdo_free(neighbours);
  rdo_free(calls);
  return status;
}

static enum rondo_status run_first_pass(struct rdo_cost_run *run, struct rdo_call_graph *graph, struct rondo_diag *diag) {
  const struct rdo_runner_options options = {
      .call = run->call, .others = run->others, .other_count = run->other_count, .cpus = run->cpus, .worker_count = run->worker_count};
  struct rdo_runner runner;
  enum rondo_status status = rdo_runner_init(&runner, &options, BATCH_MAX, diag);
  if (status == RONDO_OK) status = time_beside(run, &runner, graph, diag);
  rdo_runner_deinit(&runner);
  return status;
}

static enum rondo_status run_tile_pass(struct rdo_cost_run *run, const struct rdo_call_graph *graph, struct rondo_diag *diag) {
  const struct rdo_runner_options options = {.call = run->call, .cpus = run->cpus, .worker_count = run->worker_count, .is_played = true};
  struct rdo_runner runner;
  if (graph->node_count > TILE_NODES_MAX || run->end_ns != 0) return RONDO_OK;
  enum rondo_status status = rdo_runner_init(&runner, &options, BATCH_MAX, diag);
  if (status == RONDO_OK) status = warm_up(run, &runner, diag);
  if (status == RONDO_OK) status = time_tiles(run, &runner, graph, diag);
  rdo_runner_deinit(&runner);
  return status;
}

enum rondo_status rdo_cost_run_measure(struct rdo_cost_run *run, struct rdo_call_graph *graph, struct rondo_diag *diag) {
  RDO_TRY(run_first_pass(run, graph, diag));
  return run_tile_pass(run, graph, diag);
}

void rdo_cost_run_deinit(struct rdo_cost_run *run) {
  rdo_free(run->costs);
  run->costs = NULL;
}

// Interference ---------------------------------------------------------------------------------------------

static enum rondo_status time_calls(const struct rdo_cost_run *run, struct rdo_runner *runner, int64_t *times_ns, int64_t *out_ns, struct rondo_diag *diag) {
  for (size_t done = 0, count; done < run->repeat; done += count) {
    count = run->repeat - done < BATCH_MAX ? run->repeat - done : BATCH_MAX;
    RDO_TRY(check_stop(run, diag));
    rdo_runner_start(runner, count);
    RDO_TRY(rdo_runner_wait(runner, diag));
    for (size_t i = 0; i < count; ++i) times_ns[done + i] = runner->ends_ns[i] - runner->begins_ns[i];
  }
  qsort(times_ns, run->repeat, sizeof *times_ns, compare_ns);
  *out_ns = rank(times_ns, run->repeat, 500);
  return RONDO_OK;
}

// Calls beside another function, which has begun before and goes on until all are over.
static enum rondo_status time_calls_beside(const struct rdo_cost_run *run, struct rdo_runner *runner, const struct rondo_profile_call *beside,
                                           const struct rdo_cpu_set *beside_cpu, int64_t *times_ns, int64_t *out_ns, struct rondo_diag *diag) {
  const struct rdo_runner_options options = {.call = beside, .cpus = beside_cpu, .worker_count = 1};
  struct rdo_runner other;
  enum rondo_status status = rdo_runner_init(&other, &options, BATCH_MAX, diag);
  if (status == RONDO_OK) status = warm_up(run, &other, diag);
  if (status == RONDO_OK) {
    rdo_runner_start(&other, 0);
    status = time_calls(run, runner, times_ns, out_ns, diag);
    rdo_runner_stop(&other);
    enum rondo_status ended = rdo_runner_wait(&other, status == RONDO_OK ? diag : NULL);
    if (status == RONDO_OK) status = ended;
  }
  rdo_runner_deinit(&other);
  return status;
}

enum rondo_status rdo_cost_run_call(const struct rdo_cost_run *run, const struct rondo_profile_call *beside, const struct rdo_cpu_set *beside_cpu, int64_t *out_ns,
                                    struct rondo_diag *diag) {
  const struct rdo_runner_options options = {.call = run->call, .cpus = run->cpus, .worker_count = 1};
  struct rdo_runner runner;
  int64_t *times_ns;
  RDO_TRY(rdo_alloc_array(run->repeat, sizeof *times_ns, &times_ns, diag));
  enum rondo_status status = rdo_runner_init(&runner, &options, BATCH_MAX, diag);
  if (status == RONDO_OK) status = warm_up(run, &runner, diag);
  if (status == RONDO_OK) status = beside == NULL ? time_calls(run, &runner, times_ns, out_ns, diag) : time_calls_beside(run, &runner, beside, beside_cpu, times_ns, out_ns, diag);
  rdo_runner_deinit(&runner);
  rdo_free(times_ns);
  return status;
}

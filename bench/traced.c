// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Calls of a model while everything that happens is written to a file, beside calls while nothing is: in turns, in one process.
//
//   traced --model=MODULE.vmfb --workers=N --trace=FILE [--seconds=S] [--pairs=N] [--quick]
//
// Prints one JSON object: the p50 of each piece of S seconds in pairs of [on, off], and percentiles of all calls with a trace. Pieces are short,
// so that both of a pair see the same machine; which one comes first alternates. Beginning and ending a trace is outside of the measurement.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "loaded.h"
#include "rondo/trace.h"
#include "support.h"

enum { PAIRS_MAX = 100000, PIECE_CALLS_MAX = 1 << 16, ALL_CALLS_MAX = 1 << 20, WARM_COUNT = 20 };

static struct bench_loaded loaded;
static const char *trace_path;
static struct bench_samples all_traced;

static void expect(enum rondo_status status, const struct rondo_diag *diag) {
  if (status == RONDO_OK) return;
  fprintf(stderr, "traced: %s\n", diag->message);
  exit(1);
}

// The p50 of the calls of one piece.
static double measure_piece(double seconds, bool is_traced) {
  struct bench_samples samples;
  struct rondo_trace *trace = NULL;
  struct rondo_diag diag = {0};
  const struct rondo_trace_options options = {.path = trace_path};
  bench_samples_init(&samples, PIECE_CALLS_MAX);
  if (is_traced) expect(rondo_trace_start(&options, &trace, &diag), &diag);
  bench_call(&loaded);
  int64_t begin_ns = bench_now_ns(), end_ns = begin_ns + (int64_t)(seconds * 1e9), now_ns = begin_ns;
  do {
    int64_t call_ns = now_ns;
    bench_call(&loaded);
    now_ns = bench_now_ns();
    bench_add(&samples, (double)(now_ns - call_ns));
    if (is_traced) bench_add(&all_traced, (double)(now_ns - call_ns));
  } while (now_ns < end_ns);
  if (is_traced) expect(rondo_trace_stop(&trace, NULL, &diag), &diag);
  double p50 = bench_summarize(&samples).p50;
  bench_samples_deinit(&samples);
  return p50;
}

int main(int argc, char **argv) {
  static const char *const names[] = {"model=", "workers=", "trace=", "seconds=", "pairs=", "quick", NULL};
  bench_check_options(argc, argv, names, "traced --model=MODULE --workers=N --trace=FILE [--seconds=S] [--pairs=N] [--quick]");
  const char *workers = bench_option(argc, argv, "workers"), *text = bench_option(argc, argv, "seconds"), *count = bench_option(argc, argv, "pairs");
  bool is_quick = bench_flag(argc, argv, "quick");
  double seconds = text != NULL ? strtod(text, NULL) : is_quick ? 0.002 : 0.03;
  long pairs = count != NULL ? strtol(count, NULL, 10) : is_quick ? 3 : 100;
  trace_path = bench_option(argc, argv, "trace");
  BENCH_CHECK(trace_path != NULL && pairs > 0 && pairs <= PAIRS_MAX);
  bench_load(&loaded, bench_option(argc, argv, "model"), workers == NULL ? 0 : (int)strtol(workers, NULL, 10));
  bench_samples_init(&all_traced, ALL_CALLS_MAX);
  for (int i = 0; i < WARM_COUNT; ++i) bench_call(&loaded);
  printf("{\"name\": \"traced\", \"pairs\": [");
  for (long i = 0; i < pairs; ++i) {
    bool is_on_first = i % 2 == 0;
    double first = measure_piece(seconds, is_on_first), second = measure_piece(seconds, !is_on_first);
    printf("%s[%.0f, %.0f]", i == 0 ? "" : ", ", is_on_first ? first : second, is_on_first ? second : first);
  }
  struct bench_summary summary = bench_summarize(&all_traced);
  printf("], \"n\": %" PRId64 ", \"p50\": %.0f, \"p99\": %.0f, \"p999\": %.0f, \"max\": %.0f}\n", summary.n, summary.p50, summary.p99, summary.p999, summary.max);
  bench_samples_deinit(&all_traced);
  bench_unload(&loaded);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "message.h"

enum { NAME_COLUMNS_MAX = 40,
       TIME_TEXT_BYTES = 32 };

// Small texts ------------------------------------------------------------------------------------------

static const char *plural(uint64_t count) { return count == 1 ? "" : "s"; }

// Colour only helps to find the line: the words are there without it.
static bool wants_color(void) {
  const char *no_color = getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) && (no_color == NULL || no_color[0] == '\0');
}

static const char *bold(void) { return wants_color() ? "\033[1m" : ""; }
static const char *plain(void) { return wants_color() ? "\033[0m" : ""; }

// Microseconds: two decimals below 10, one above.
static const char *format_us(double time_ns, char buffer[TIME_TEXT_BYTES]) {
  double us = time_ns / 1000;
  snprintf(buffer, TIME_TEXT_BYTES, us > -10 && us < 10 ? "%.2f" : "%.1f", us);
  return buffer;
}

static const char *printable(const char *name, char buffer[TOOL_NAME_TEXT_BYTES]) {
  return rdo_tool_printable(name, buffer, TOOL_NAME_TEXT_BYTES);
}

static int name_width(int least, const char *name) {
  int length = (int)strlen(name);
  return length > NAME_COLUMNS_MAX ? NAME_COLUMNS_MAX : length > least ? length : least;
}

// Parts ------------------------------------------------------------------------------------------------

static void print_spread(const char *name, const struct rondo_trace_spread *spread) {
  const double values[] = {spread->mean_ns,          (double)spread->p50_ns,  (double)spread->p90_ns,
                           (double)spread->p99_ns, (double)spread->p999_ns, (double)spread->max_ns};
  printf("  %-34s %6llu", name, (unsigned long long)spread->count);
  for (int i = 0; i < 6; ++i) {
    char text[TIME_TEXT_BYTES];
    printf("  %9s", spread->count > 0 ? format_us(values[i], text) : "-");
  }
  putchar('\n');
}

static void print_totals(const char *path, const struct rondo_trace_totals *totals) {
  char name[TOOL_NAME_TEXT_BYTES];
  double planned_ns = (double)totals->planned_makespan_ns, makespan_ns = (double)totals->makespan.p50_ns;
  printf("%s%s%s: %llu dispatch%s of %d node%s, %llu iteration%s, %d target%s", bold(), printable(path, name), plain(),
         (unsigned long long)totals->row_count, totals->row_count == 1 ? "" : "es", totals->node_count, plural((uint64_t)totals->node_count),
         (unsigned long long)totals->iteration_count, plural(totals->iteration_count), totals->target_count,
         plural((uint64_t)totals->target_count));
  if (totals->worker_count > 0) printf(", %d worker%s", totals->worker_count, plural((uint64_t)totals->worker_count));
  printf("\nmakespan %.3f ms, planned %.3f ms", makespan_ns / 1e6, planned_ns / 1e6);
  if (planned_ns > 0 && makespan_ns > 0) printf(" (%+.1f %%)", 100 * (makespan_ns / planned_ns - 1));
  if (totals->iteration_count > 1)
    printf("; p50 of %llu, longest %.3f ms", (unsigned long long)totals->iteration_count, (double)totals->makespan.max_ns / 1e6);
  putchar('\n');
  if (totals->completed_count != totals->row_count) {
    printf("not completed: %llu failed, %llu cancelled, %llu skipped\n", (unsigned long long)totals->failed_count,
           (unsigned long long)totals->cancelled_count, (unsigned long long)totals->skipped_count);
  }
  if (totals->deadline_count > 0) {
    printf("deadlines: %llu of %llu missed\n", (unsigned long long)totals->miss_count, (unsigned long long)totals->deadline_count);
  }
}

static void print_delays(const struct rondo_trace_totals *totals) {
  printf("\n%s  %-34s %6s  %9s  %9s  %9s  %9s  %9s  %9s%s\n", bold(), "us", "n", "mean", "p50", "p90", "p99", "p99.9", "max", plain());
  print_spread("root delay (phase-locked, to plan)", &totals->root_delay);
  print_spread("  without the first of iterations", &totals->root_delay_later);
  print_spread("start delay of all roots", &totals->start_delay);
  print_spread("queue delay", &totals->queue_delay);
  print_spread("hand-over", &totals->handover);
  print_spread("ready behind plan", &totals->slip);
}

static void print_rate(double rate_hz) {
  if (rate_hz > 0) printf("  %8.1f", rate_hz);
  else printf("  %8s", "-");
}

static void print_jobs(const struct rondo_trace_job *jobs, int count) {
  char name[TOOL_NAME_TEXT_BYTES];
  int width = 3;
  for (int i = 0; i < count; ++i) width = name_width(width, jobs[i].name);
  printf("\n%s%-*s  %9s  %8s  %11s  %-39s  %-19s%s\n", bold(), width, "job", "instances", "rate /s", "misses",
         "   start delay us: p50, p99, p99.9, max", "latency us: p50, p99", plain());
  for (int i = 0; i < count; ++i) {
    const struct rondo_trace_job *job = &jobs[i];
    const struct rondo_trace_spread *delay = &job->start_delay, *latency = &job->latency;
    char texts[6][TIME_TEXT_BYTES], misses[48] = "-";
    if (job->deadline_count > 0)
      snprintf(misses, sizeof misses, "%llu/%llu", (unsigned long long)job->miss_count, (unsigned long long)job->deadline_count);
    printf("%-*.*s  %9llu", width, NAME_COLUMNS_MAX, printable(job->name, name), (unsigned long long)job->instance_count);
    print_rate(job->rate_hz);
    printf("  %11s  %9s %9s %9s %9s  %9s %9s\n", misses, format_us((double)delay->p50_ns, texts[0]), format_us((double)delay->p99_ns, texts[1]),
           format_us((double)delay->p999_ns, texts[2]), format_us((double)delay->max_ns, texts[3]), format_us((double)latency->p50_ns, texts[4]),
           format_us((double)latency->p99_ns, texts[5]));
  }
}

static void print_targets(const struct rondo_trace_target *targets, int count) {
  char name[TOOL_NAME_TEXT_BYTES];
  int width = 6;
  for (int i = 0; i < count; ++i) width = name_width(width, targets[i].name);
  printf("\n%s%-*s  %10s  %7s  %11s  %11s  %7s%s\n", bold(), width, "target", "dispatches", "workers", "busy ms", "utilisation", "planned",
         plain());
  for (int i = 0; i < count; ++i) {
    const struct rondo_trace_target *target = &targets[i];
    char workers[16] = "-";
    if (target->worker_count > 0) snprintf(workers, sizeof workers, "%d", target->worker_count);
    printf("%-*.*s  %10llu  %7s  %11.3f  %9.1f %%  %5.1f %%\n", width, NAME_COLUMNS_MAX, printable(target->name, name),
           (unsigned long long)target->row_count, workers, (double)target->busy_ns / 1e6, 100 * target->utilization,
           100 * target->planned_utilization);
  }
}

static void print_flagged_node(const struct rondo_trace_node *node, int width) {
  char key[TOOL_NAME_TEXT_BYTES], module[TOOL_NAME_TEXT_BYTES], run[TIME_TEXT_BYTES], planned[TIME_TEXT_BYTES];
  printf("  %-*.*s  ", width, NAME_COLUMNS_MAX, printable(node->key, key));
  printf("%8s us, planned %8s us", format_us((double)node->run.p50_ns, run), format_us((double)node->planned_duration_ns, planned));
  if (node->ratio > 0) printf("  x%-6.3g", node->ratio);
  if ((node->flags & RONDO_TRACE_SLOWER) != 0) printf("  slower");
  if ((node->flags & RONDO_TRACE_FASTER) != 0) printf("  faster");
  if ((node->flags & RONDO_TRACE_WRONG_MODULE) != 0) {
    size_t length = strcspn(printable(node->module, module), "$");
    printf("  ran %.*s's module", (int)(length < NAME_COLUMNS_MAX ? length : NAME_COLUMNS_MAX), module);
  }
  putchar('\n');
}

static void print_flagged(const struct rondo_trace_node *nodes, const struct rondo_trace_totals *totals, double factor) {
  int width = 3;
  for (int i = 0; i < totals->node_count; ++i) {
    if (nodes[i].flags != 0) width = name_width(width, nodes[i].key);
  }
  printf("\n%s%d of %d node%s flagged%s (time differs from plan by %g or more, or the module is another job's)\n", bold(), totals->flagged_count,
         totals->node_count, plural((uint64_t)totals->node_count), plain(), factor);
  for (int i = 0; i < totals->node_count; ++i) {
    if (nodes[i].flags != 0) print_flagged_node(&nodes[i], width);
  }
}

void rdo_tool_print_trace_stats(const char *path, const struct rondo_trace_summary *summary, double factor) {
  const struct rondo_trace_totals *totals = rondo_trace_summary_totals(summary);
  print_totals(path, totals);
  if (totals->row_count == 0) return;
  print_delays(totals);
  print_jobs(rondo_trace_summary_jobs(summary), totals->job_count);
  print_targets(rondo_trace_summary_targets(summary), totals->target_count);
  print_flagged(rondo_trace_summary_nodes(summary), totals, factor);
}

// Differences ------------------------------------------------------------------------------------------

static void print_change(const struct rondo_trace_difference *item, double value) {
  char text[TIME_TEXT_BYTES];
  if (item->measure != RONDO_TRACE_MEASURE_DELAY) {
    printf(" %9.3f", value);
  } else {
    format_us(value, text);
    printf(" %s%*s", value > 0 ? "+" : "", 9 - (value > 0), text);
  }
}

static void print_difference(const struct rondo_trace_difference *item, int width) {
  static const char *const measures[] = {"run time", "latency", "start delay"};
  char name[TOOL_NAME_TEXT_BYTES], old_text[TIME_TEXT_BYTES], new_text[TIME_TEXT_BYTES];
  printf("%-*.*s  %-11s  %7llu  %13s  %13s ", width, NAME_COLUMNS_MAX, printable(item->name, name), measures[item->measure],
         (unsigned long long)item->pair_count, format_us(item->old_median_ns, old_text), format_us(item->new_median_ns, new_text));
  print_change(item, item->median);
  if (item->has_interval) {
    print_change(item, item->low);
    print_change(item, item->high);
  } else {
    printf(" %9s %9s", "-", "-");
  }
  if (item->is_regression) printf("  %sREGRESSION%s", bold(), plain());
  if (item->is_improvement) printf("  better");
  if (!item->has_interval) printf("  too few pairs to tell");
  putchar('\n');
}

static void print_diff_part(const struct rondo_trace_difference *items, uint64_t count, bool is_job, bool only_notable) {
  int width = 4;
  uint64_t shown = 0;
  for (uint64_t i = 0; i < count; ++i) {
    if (items[i].is_job == is_job) width = name_width(width, items[i].name);
  }
  for (uint64_t i = 0; i < count; ++i) {
    if (items[i].is_job != is_job || (only_notable && !items[i].is_regression && !items[i].is_improvement)) continue;
    if (shown++ == 0) {
      printf("\n%s%-*s  %-11s  %7s  %13s  %13s  %9s %9s %9s%s\n", bold(), width, is_job ? "job" : "node", "", "pairs", "old median us",
             "new median us", "change", "from", "to", plain());
    }
    print_difference(&items[i], width);
  }
}

void rdo_tool_print_trace_diff(const struct rondo_trace_diff *diff, bool only_notable) {
  const struct rondo_trace_diff_totals *totals = rondo_trace_diff_totals(diff);
  uint64_t count;
  const struct rondo_trace_difference *items = rondo_trace_diff_items(diff, &count);
  printf("%llu pairs of dispatches; %llu only in the old trace, %llu only in the new one\n", (unsigned long long)totals->pair_count,
         (unsigned long long)totals->only_old_count, (unsigned long long)totals->only_new_count);
  if (totals->old_miss_count + totals->new_miss_count > 0) {
    printf("deadlines missed: %llu before, %llu now\n", (unsigned long long)totals->old_miss_count, (unsigned long long)totals->new_miss_count);
  }
  print_diff_part(items, count, true, false);
  print_diff_part(items, count, false, only_notable);
  printf("\nchange: median of the pairs, new to old for times, new minus old (us) for delays; from, to: its 95 %% interval\n");
  if (totals->only_old_count > 0) printf("%sREGRESSION%s: dispatches that the new trace did not complete\n", bold(), plain());
  if (totals->new_miss_count > totals->old_miss_count) printf("%sREGRESSION%s: more deadlines missed\n", bold(), plain());
  printf("%llu regression%s\n", (unsigned long long)totals->regression_count, plural(totals->regression_count));
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo trace`: what tables of played nodes say. A table of sub-verbs, as main.c has one of verbs; what they
// print is in trace_text.c.

#include <stdio.h>
#include <string.h>

#include "message.h"
#include "model_args.h"
#include "options.h"
#include "rondo/trace.h"
#include "tool.h"
#include "trace_text.h"

// stdout as a sink -------------------------------------------------------------------------------------

static void write_stdout(void *user, const void *bytes, size_t size) {
  (void)user;
  fwrite(bytes, 1, size, stdout);  // main.c looks for errors
}

static int fail(enum rondo_status status, const struct rondo_diag *diag) {
  rdo_tool_print_failure(NULL, status, diag);
  return TOOL_EXIT_FAILURE;
}

// Writes to a file, or to stdout for "-" and NULL.
static int write_table(const struct rondo_trace_table *table, const struct rondo_trace_write_options *options, const char *path) {
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  const struct rondo_trace_sink sink = {write_stdout, NULL};
  bool is_stdout = path == NULL || strcmp(path, "-") == 0;
  enum rondo_status status =
      is_stdout ? rondo_trace_table_write_to(table, options, &sink, &diag) : rondo_trace_table_write(table, options, path, &diag);
  return status == RONDO_OK ? TOOL_EXIT_OK : fail(status, &diag);
}

// Command lines ----------------------------------------------------------------------------------------

struct trace_args {
  struct rondo_trace_load_options load;
  struct rondo_trace_write_options write;
  double from_ms;
  double to_ms;
  int64_t first_iteration;
  int64_t iteration_count;
  const char *path;    // -o
  const char *format;  // --format
  bool wants_json;
};

static int fail_usage(const char *verb, const char *what) {
  rdo_tool_message("%s: %s", verb, what);
  fprintf(stderr, "Try 'rondo %s --help'.\n", verb);
  return TOOL_EXIT_USAGE;
}

// Parses a sub-verb's command line: TOOL_EXIT_OK = go on with `count` files.
static int parse(const struct tool_usage *usage, int argc, char **argv, int count, struct tool_strings *out_files, bool *out_is_done) {
  bool wants_help = false;
  *out_is_done = true;
  if (!rdo_tool_options_parse(usage, argc, argv, out_files, &wants_help)) return TOOL_EXIT_USAGE;
  if (wants_help) {
    rdo_tool_usage_print(stdout, usage);
    return TOOL_EXIT_OK;
  }
  if (out_files->count != count) return fail_usage(usage->verb, count == 1 ? "wants one FILE" : "wants two files");
  *out_is_done = false;
  return TOOL_EXIT_OK;
}

static const char exit_codes[] =
    "  0  done\n"
    "  1  a file could not be read or written, or is malformed\n"
    "  2  the command line is wrong";

#define PLAN_OPTION(load) \
  {"plan", TOOL_OPTION_TEXT, &(load).plan_path, "SCHEDULE", "Schedule file (JSON) that was played: it tells the graph where the trace does not."}

#define FACTOR_OPTION(args) \
  { \
    "factor", TOOL_OPTION_NUMBER, &(args).write.factor, "X", \
        "Flag dispatches whose time is X times the planned one or more, or an X-th or less; default 2." \
  }

// stats ------------------------------------------------------------------------------------------------

static int show_stats(const char *path, const struct trace_args *args) {
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  struct rondo_trace_table *table;
  struct rondo_trace_summary *summary = NULL;
  enum rondo_status status = rondo_trace_table_load(path, &args->load, &table, &diag);
  if (status != RONDO_OK) return fail(status, &diag);
  int code = TOOL_EXIT_OK;
  if (args->wants_json) {
    const struct rondo_trace_write_options options = {.format = RONDO_TRACE_JSON, .factor = args->write.factor};
    code = write_table(table, &options, NULL);
  } else {
    status = rondo_trace_table_summarize(table, args->write.factor, &summary, &diag);
    if (status == RONDO_OK) rdo_tool_print_trace_stats(path, summary, args->write.factor);
    else code = fail(status, &diag);
  }
  rondo_trace_summary_release(&summary);
  rondo_trace_table_release(&table);
  return code;
}

static int run_stats(int argc, char **argv) {
  struct trace_args args = {.write.factor = 2};
  const struct tool_option options[] = {
      FACTOR_OPTION(args),
      PLAN_OPTION(args.load),
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print the summary as one JSON object; docs/trace.md names its members."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "trace stats",
      .synopsis = "FILE [flags]",
      .about = "Prints the statistics of a trace (CSV): how late the roots of jobs started, hand-overs, each\n"
               "job's rate, delays, latency and misses, each target's utilisation, and which dispatches took\n"
               "another time than planned. Percentiles are exact: p99.9 of fewer than 1000 values is their\n"
               "largest.",
      .options = options,
      .examples = "  rondo trace stats run.csv\n"
                  "  rondo trace stats run.csv --factor=1.5 --json",
      .exit_codes = exit_codes,
  };
  struct tool_strings files;
  bool is_done;
  int code = parse(&usage, argc, argv, 1, &files, &is_done);
  if (!is_done) code = args.write.factor < 1 ? fail_usage("trace stats", "--factor is 1 or more") : show_stats(files.items[0], &args);
  rdo_tool_strings_release(&files);
  return code;
}

// plot, export -----------------------------------------------------------------------------------------

#define PICTURE_OPTIONS(args)                                                                                                                   \
  {"iteration", TOOL_OPTION_COUNT, &(args).first_iteration, "N", "First iteration in the picture; default the first of the trace."},           \
      {"iterations", TOOL_OPTION_POSITIVE, &(args).iteration_count, "COUNT", "How many, one below the other; default 4."},                      \
      {"from-ms", TOOL_OPTION_NUMBER, &(args).from_ms, "MS", "Begin so long after the iterations' start; default 0."},                          \
      {"zoom-ms", TOOL_OPTION_NUMBER, &(args).to_ms, "MS", "End there; default the last end."}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash != NULL ? slash + 1 : path;
}

// Turns what was typed into options of the library.
static int finish_picture(const char *verb, struct trace_args *args, const char *path) {
  const double ms_max = 1e9;
  if (args->write.factor < 1) return fail_usage(verb, "--factor is 1 or more");
  if (args->from_ms > ms_max || args->to_ms > ms_max) return fail_usage(verb, "--from-ms and --zoom-ms are at most 1e9");
  if (args->to_ms > 0 && args->to_ms <= args->from_ms) return fail_usage(verb, "--zoom-ms lies behind --from-ms");
  args->write.title = base_name(path);
  args->write.first_iteration = (uint64_t)args->first_iteration;
  args->write.iteration_count = (uint64_t)args->iteration_count;
  args->write.from_ns = (int64_t)(args->from_ms * 1e6);
  args->write.to_ns = (int64_t)(args->to_ms * 1e6);
  return TOOL_EXIT_OK;
}

static int convert(const char *from, const struct trace_args *args) {
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  struct rondo_trace_table *table;
  enum rondo_status status = rondo_trace_table_load(from, &args->load, &table, &diag);
  if (status != RONDO_OK) return fail(status, &diag);
  int code = write_table(table, &args->write, args->path);
  rondo_trace_table_release(&table);
  return code;
}

static int run_plot(int argc, char **argv) {
  struct trace_args args = {.write = {.factor = 2, .format = RONDO_TRACE_SVG}};
  const struct tool_option options[] = {
      {"output", TOOL_OPTION_TEXT, &args.path, "FILE", "Write the picture there, such as x.svg; - or nothing: to stdout."},
      PICTURE_OPTIONS(args),
      FACTOR_OPTION(args),
      PLAN_OPTION(args.load),
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "trace plot",
      .synopsis = "FILE [-o FILE.svg] [flags]",
      .about = "Draws a trace as SVG: for each target the plan, and below it what was observed, one row for each\n"
               "iteration and worker. A line in front of a bar is the time between ready and start; signs above\n"
               "bars mark what the statistics flag. In a browser the wheel zooms, a drag moves, and pointing at a\n"
               "bar names its times and lights up its plan.",
      .options = options,
      .examples = "  rondo trace plot run.csv -o run.svg\n"
                  "  rondo trace plot run.csv -o start.svg --zoom-ms=2\n"
                  "  rondo trace plot run.csv --iteration=7 --iterations=1 > seven.svg",
      .exit_codes = exit_codes,
  };
  struct tool_strings files;
  bool is_done;
  int code = parse(&usage, argc, argv, 1, &files, &is_done);
  if (!is_done) code = finish_picture(usage.verb, &args, files.items[0]);
  if (!is_done && code == TOOL_EXIT_OK) code = convert(files.items[0], &args);
  rdo_tool_strings_release(&files);
  return code;
}

static int find_format(const char *name, enum rondo_trace_format *out_format) {
  static const struct {
    const char *name;
    enum rondo_trace_format format;
  } formats[] = {{"html", RONDO_TRACE_HTML}, {"perfetto", RONDO_TRACE_PERFETTO}, {"json", RONDO_TRACE_JSON},
                 {"dot", RONDO_TRACE_DOT},   {"svg", RONDO_TRACE_SVG},           {"csv", RONDO_TRACE_CSV}};
  for (size_t i = 0; i < sizeof formats / sizeof formats[0]; ++i) {
    *out_format = formats[i].format;
    if (name != NULL && strcmp(name, formats[i].name) == 0) return TOOL_EXIT_OK;
  }
  return fail_usage("trace export", "--format is html, perfetto, json, dot, svg or csv");
}

static int run_export(int argc, char **argv) {
  struct trace_args args = {.write.factor = 2};
  const struct tool_option options[] = {
      {"format", TOOL_OPTION_TEXT, &args.format, "FORMAT", "html, perfetto, json, dot, svg or csv: see above."},
      {"output", TOOL_OPTION_TEXT, &args.path, "FILE", "Write there; - or nothing: to stdout."},
      PICTURE_OPTIONS(args),
      FACTOR_OPTION(args),
      PLAN_OPTION(args.load),
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "trace export",
      .synopsis = "FILE --format=FORMAT [-o FILE] [flags]",
      .about = "Turns a trace (CSV) into another form:\n"
               "  html      a report: picture with zoom, histograms of start delays, misses, utilisation. One\n"
               "            file that needs no network.\n"
               "  perfetto  for https://ui.perfetto.dev: a track for each worker, target and job, planned\n"
               "            beside observed, arrows along dependencies\n"
               "  json      the summary: what schedule runners write, and more\n"
               "  dot       the graph for Graphviz, dashed where only time binds\n"
               "  svg       the picture alone, as 'rondo trace plot' draws it\n"
               "  csv       the table again",
      .options = options,
      .examples = "  rondo trace export run.csv --format=html -o run.html\n"
                  "  rondo trace export run.csv --format=perfetto -o run.pftrace\n"
                  "  rondo trace export run.csv --format=dot | dot -Tsvg -o graph.svg",
      .exit_codes = exit_codes,
  };
  struct tool_strings files;
  bool is_done;
  int code = parse(&usage, argc, argv, 1, &files, &is_done);
  if (!is_done) code = find_format(args.format, &args.write.format);
  if (!is_done && code == TOOL_EXIT_OK) code = finish_picture(usage.verb, &args, files.items[0]);
  if (!is_done && code == TOOL_EXIT_OK) code = convert(files.items[0], &args);
  rdo_tool_strings_release(&files);
  return code;
}

// check ------------------------------------------------------------------------------------------------

enum { FINDINGS_SHOWN_MAX = 100 };

struct shown_findings {
  const char *path;
  uint64_t count;
};

static void print_finding(void *user, const struct rondo_trace_finding *finding) {
  struct shown_findings *shown = user;
  char path[TOOL_NAME_TEXT_BYTES], message[TOOL_NAME_TEXT_BYTES];
  if (shown->count++ >= FINDINGS_SHOWN_MAX) return;
  printf("%s:%llu: %s: %s\n", rdo_tool_printable(shown->path, path, sizeof path), (unsigned long long)finding->line, finding->rule_name,
         rdo_tool_printable(finding->message, message, sizeof message));
}

static int check_file(const char *path, const struct rondo_trace_load_options *load) {
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  char name[TOOL_NAME_TEXT_BYTES];
  struct shown_findings shown = {path, 0};
  const struct rondo_trace_finder finder = {print_finding, &shown};
  uint64_t row_count, finding_count;
  enum rondo_status status = rondo_trace_check_file(path, load, &finder, &row_count, &finding_count, &diag);
  if (status != RONDO_OK) return fail(status, &diag);
  if (finding_count > FINDINGS_SHOWN_MAX) printf("and %llu more\n", (unsigned long long)(finding_count - FINDINGS_SHOWN_MAX));
  printf("%s: %llu rows, %llu finding%s\n", rdo_tool_printable(path, name, sizeof name), (unsigned long long)row_count,
         (unsigned long long)finding_count, finding_count == 1 ? "" : "s");
  return finding_count == 0 ? TOOL_EXIT_OK : TOOL_EXIT_FAILURE;
}

static int run_check(int argc, char **argv) {
  struct rondo_trace_load_options load = {NULL};
  const struct tool_option options[] = {
      {"plan", TOOL_OPTION_TEXT, &load.plan_path, "SCHEDULE", "Schedule file (JSON) that was played: the trace is compared to it, and checked against its graph."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "trace check",
      .synopsis = "FILE [flags]",
      .about = "Checks whether a trace (CSV) can be true, independently of who wrote it. One line a finding:\n"
               "FILE:LINE: RULE: what is wrong.\n"
               "  columns     columns that follow from others do\n"
               "  stamps      release, ready, start and end come in this order\n"
               "  ready       ready at the last predecessor's end; a root at 0 or at its planned start\n"
               "  precedence  no start before a predecessor's end, if the trace tells the graph\n"
               "  overlap     one at a time on each worker, or on each target if the trace does not tell workers\n"
               "  states      what was skipped or cancelled did not run, nor what waits for it\n"
               "  duplicates  each node once an iteration\n"
               "  missing     of a job that ran in an iteration, all nodes did\n"
               "With --plan:\n"
               "  plan        the plan's nodes and no others, with its modules and planned times\n"
               "  affinity    each node on the plan's target",
      .options = options,
      .examples = "  rondo trace check run.csv\n"
                  "  rondo trace check run.csv --plan=schedule.json",
      .exit_codes = "  0  nothing found\n"
                    "  1  there are findings, or the file could not be read or is malformed\n"
                    "  2  the command line is wrong",
  };
  struct tool_strings files;
  bool is_done;
  int code = parse(&usage, argc, argv, 1, &files, &is_done);
  if (!is_done) code = check_file(files.items[0], &load);
  rdo_tool_strings_release(&files);
  return code;
}

// diff -------------------------------------------------------------------------------------------------

static int show_diff(const char *old_path, const char *new_path, const struct rondo_trace_diff_options *options, bool wants_all) {
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  struct rondo_trace_table *old_table = NULL, *new_table = NULL;
  struct rondo_trace_diff *diff = NULL;
  enum rondo_status status = rondo_trace_table_load(old_path, NULL, &old_table, &diag);
  if (status == RONDO_OK) status = rondo_trace_table_load(new_path, NULL, &new_table, &diag);
  if (status == RONDO_OK) status = rondo_trace_table_diff(old_table, new_table, options, &diff, &diag);
  int code = TOOL_EXIT_OK;
  if (status != RONDO_OK) {
    code = fail(status, &diag);
  } else {
    rdo_tool_print_trace_diff(diff, !wants_all);
    if (rondo_trace_diff_totals(diff)->is_regression) code = TOOL_EXIT_FAILURE;
  }
  rondo_trace_diff_release(&diff);
  rondo_trace_table_release(&old_table);
  rondo_trace_table_release(&new_table);
  return code;
}

static int run_diff(int argc, char **argv) {
  double run_ratio = 1.1, delay_us = 10;
  bool wants_all = false;
  const struct tool_option options[] = {
      {"run-ratio", TOOL_OPTION_NUMBER, &run_ratio, "X", "Run times and latencies X times as long are a regression; default 1.1."},
      {"delay-us", TOOL_OPTION_NUMBER, &delay_us, "US", "Roots that start so much later are a regression; default 10."},
      {"all", TOOL_OPTION_SWITCH, &wants_all, NULL, "List all nodes, not only those that changed."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "trace diff",
      .synopsis = "OLD NEW [flags]",
      .about = "Compares two traces (CSV) of the same plan. Dispatches are paired by iteration and key; per job\n"
               "and per node the median of the pairs tells the change, with an interval of 95 % confidence. It is\n"
               "a regression when the whole interval lies beyond the threshold; fewer than 6 pairs have no\n"
               "interval and decide nothing. Regressions, too, are dispatches that only the old trace completed,\n"
               "and more missed deadlines.",
      .options = options,
      .examples = "  rondo trace diff monday.csv friday.csv\n"
                  "  rondo trace diff a.csv b.csv --run-ratio=1.05 --delay-us=1 --all",
      .exit_codes = "  0  no regression\n"
                    "  1  a regression, or a file could not be read or is malformed\n"
                    "  2  the command line is wrong",
  };
  struct tool_strings files;
  bool is_done;
  int code = parse(&usage, argc, argv, 2, &files, &is_done);
  if (!is_done && (run_ratio < 1 || !(delay_us > 0 && delay_us < 1e9))) {
    code = fail_usage(usage.verb, "--run-ratio is 1 or more, --delay-us above 0");
  } else if (!is_done) {
    const struct rondo_trace_diff_options thresholds = {.run_ratio = run_ratio, .delay_ns = (int64_t)(delay_us * 1000)};
    code = show_diff(files.items[0], files.items[1], &thresholds, wants_all);
  }
  rdo_tool_strings_release(&files);
  return code;
}

// The verb ---------------------------------------------------------------------------------------------

struct sub_verb {
  const char *name;
  int (*run)(int argc, char **argv);
  const char *about;
};

static const struct sub_verb sub_verbs[] = {
    {"check", run_check, "whether a trace can be true: order, overlaps, states, columns"},
    {"diff", run_diff, "two traces: exit 1 on a regression"},
    {"export", run_export, "a report (HTML), Perfetto, JSON, DOT"},
    {"plot", run_plot, "a picture (SVG): planned above observed, by target"},
    {"stats", run_stats, "delays, jobs, utilisation, and what took another time than planned"},
};

enum { SUB_VERB_COUNT = sizeof sub_verbs / sizeof sub_verbs[0] };

static void print_help(FILE *file) {
  fprintf(file, "usage: rondo trace VERB FILE [flags]\n\n"
                "Shows what happened when a plan was played: planned against observed, from the CSV trace of a run.\n\nVerbs:\n");
  for (int i = 0; i < SUB_VERB_COUNT; ++i) fprintf(file, "  %-7s  %s\n", sub_verbs[i].name, sub_verbs[i].about);
  fprintf(file, "\n'rondo trace VERB --help' explains a verb; docs/trace.md describes the files.\n");
}

int rdo_tool_trace(int argc, char **argv) {
  if (argc < 1) {
    print_help(stderr);
    return TOOL_EXIT_USAGE;
  }
  if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "help") == 0) {
    print_help(stdout);
    return TOOL_EXIT_OK;
  }
  const char *names[SUB_VERB_COUNT];
  for (int i = 0; i < SUB_VERB_COUNT; ++i) {
    names[i] = sub_verbs[i].name;
    if (strcmp(argv[0], names[i]) == 0) return sub_verbs[i].run(argc - 1, argv + 1);
  }
  const char *nearest = rdo_tool_nearest_name(argv[0], names, SUB_VERB_COUNT);
  if (nearest != NULL) rdo_tool_message("trace: no verb '%.60s'; did you mean '%s'?", argv[0], nearest);
  else rdo_tool_message("trace: no verb '%.60s'", argv[0]);
  fprintf(stderr, "Try 'rondo trace --help'.\n");
  return TOOL_EXIT_USAGE;
}

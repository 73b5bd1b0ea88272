// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo play`: several models at their own rates on this machine's cores, and how well their times were kept.

#include "rondo/play.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inputs.h"
#include "interrupt.h"
#include "measure.h"
#include "message.h"
#include "model_args.h"
#include "options.h"
#include "play_schedule.h"
#include "tool.h"

enum { JOBS_MAX = 256, FIELD_BYTES = 1024 };

struct play_args {
  const char *cpus;
  int64_t worker_count;
  struct tool_strings inputs;  // NAME:VALUE
  double duration_s, warm_up_s;
  bool wants_json;
  struct play_schedule_args schedule;
  const char *period, *tile, *late;  // times of a schedule's play
};

// One job as typed: its fields point into `text`.
struct job_text {
  char text[FIELD_BYTES];
  struct rondo_job_options options;
};

static void ask_to_end(void *player) { rondo_player_stop(player); }
static void show_player(void *player, FILE *file) { rondo_player_dump(player, file); }

// Jobs as typed ------------------------------------------------------------------------------------------

// "2ms", "500us", "1s", "33.3ms", "250000ns".
static bool read_time(const char *text, int64_t *out_ns) {
  static const struct {
    const char *name;
    double ns;
  } units[] = {{"ns", 1}, {"us", 1e3}, {"ms", 1e6}, {"s", 1e9}};
  char *end;
  double value = strtod(text, &end);
  for (size_t i = 0; end != text && i < sizeof units / sizeof units[0]; ++i) {
    if (strcmp(end, units[i].name) != 0 || !(value >= 0) || value * units[i].ns > 9e18) continue;
    *out_ns = (int64_t)(value * units[i].ns + 0.5);
    return true;
  }
  return false;
}

static bool read_field(struct rondo_job_options *job, const char *key, const char *value) {
  if (strcmp(key, "name") == 0) job->name = value;
  else if (strcmp(key, "function") == 0) job->function = value;
  else if (strcmp(key, "period") == 0) return read_time(value, &job->period_ns);
  else if (strcmp(key, "offset") == 0) return read_time(value, &job->offset_ns);
  else if (strcmp(key, "deadline") == 0) return read_time(value, &job->deadline_ns);
  else if (strcmp(key, "overrun") == 0 && strcmp(value, "queue") == 0) job->overrun = RONDO_OVERRUN_QUEUE;
  else if (strcmp(key, "overrun") == 0 && strcmp(value, "skip") == 0) job->overrun = RONDO_OVERRUN_SKIP;
  else if (strcmp(key, "worker") == 0 && *value != '\0' && strspn(value, "0123456789") == strlen(value) && strlen(value) < 4) job->worker = (int)strtol(value, NULL, 10);
  else return false;
  return true;
}

// MODEL.vmfb[,key=value]...
static bool read_job(const char *argument, struct job_text *job) {
  char shown[TOOL_NAME_TEXT_BYTES];
  memset(job, 0, sizeof *job);
  job->options.worker = -1;
  if (strlen(argument) >= sizeof job->text) {
    rdo_tool_message("a job of more than %d characters", FIELD_BYTES - 1);
    return false;
  }
  memcpy(job->text, argument, strlen(argument) + 1);
  char *next = strchr(job->text, ',');
  job->options.path = job->text;
  while (next != NULL) {
    *next++ = '\0';
    char *field = next, *equals = strchr(field, '=');
    next = strchr(field, ',');
    if (equals != NULL && (next == NULL || equals < next)) {
      if (next != NULL) *next = '\0';
      *equals = '\0';
      bool is_read = read_field(&job->options, field, equals + 1);
      *equals = '=';
      if (is_read) {
        *equals = '\0';
        continue;
      }
    } else if (next != NULL) {
      *next = '\0';
    }
    rdo_tool_message("job %.200s: '%.100s' is none of name=TEXT, function=NAME, period=TIME, offset=TIME, deadline=TIME, overrun=skip|queue, "
                     "worker=N, with TIME such as 2ms, 500us or 1s",
                     rdo_tool_printable(job->text, shown, sizeof shown), field);
    return false;
  }
  return true;
}

// What a text says is for a job, NULL if it is for another one.
static const char *value_for(const char *text, const struct rondo_job *job) {
  size_t length = strlen(rondo_job_name(job));
  return strncmp(text, rondo_job_name(job), length) == 0 && text[length] == ':' ? text + length + 1 : NULL;
}

// The arguments that were typed for it.
//   out_is_given  false: none were
static int give_typed_inputs(const struct play_args *args, struct rondo_job *job, bool *out_is_given) {
  struct tool_strings texts = {NULL, 0};
  struct tool_values values = {NULL, NULL, 0};
  struct rondo_diag diag = {.status = RONDO_OK};
  int code = TOOL_EXIT_OK;
  for (int i = 0; i < args->inputs.count && code == TOOL_EXIT_OK; ++i) {
    const char *text = value_for(args->inputs.items[i], job);
    if (text != NULL && !rdo_tool_strings_append(&texts, text)) code = TOOL_EXIT_FAILURE;
  }
  *out_is_given = texts.count != 0;
  if (code == TOOL_EXIT_OK && *out_is_given) code = rdo_tool_arguments_read(rondo_job_runtime(job), rondo_job_function(job), &texts, &values);
  if (code == TOOL_EXIT_OK && *out_is_given) {
    enum rondo_status status = rondo_job_set_inputs(job, values.count, values.items, &diag);
    if (status == RONDO_OK) {  // they are the job's now
      for (int i = 0; i < values.count; ++i) values.items[i].kind = RONDO_VALUE_NONE;
    } else {
      rdo_tool_print_failure(rondo_job_name(job), status, &diag);
      code = TOOL_EXIT_FAILURE;
    }
  }
  rdo_tool_values_release(&values);
  rdo_tool_strings_release(&texts);
  return code;
}

// Zeros for every argument.
static int give_zeros(struct rondo_job *job) {
  struct rondo_value inputs[64] = {{.kind = RONDO_VALUE_NONE}};
  const struct rondo_function *function = rondo_job_function(job);
  struct rondo_diag diag = {.status = RONDO_OK};
  int count = rondo_function_argument_count(function), given_count = 0;
  enum rondo_status status = RONDO_OK;
  for (int i = 0; i < count && i < 64 && status == RONDO_OK; ++i) {
    struct rondo_parameter parameter;
    rondo_function_argument(function, i, &parameter);
    inputs[i].kind = parameter.kind;
    given_count = i + 1;
    if (parameter.kind != RONDO_VALUE_TENSOR && parameter.kind != RONDO_VALUE_OBJECT) {
      inputs[i].i64 = 0;
      continue;
    }
    inputs[i].kind = RONDO_VALUE_NONE;
    bool has_dims = parameter.has_shape;
    for (int k = 0; has_dims && k < parameter.rank; ++k) has_dims = parameter.dims[k] >= 0;
    if (!has_dims) {
      rdo_tool_message("job %s: the file does not tell the shape of argument %d of %s", rondo_job_name(job), i, rondo_function_name(function));
      return TOOL_EXIT_FAILURE;
    }
    status = rondo_tensor_create(rondo_job_runtime(job), parameter.element_type, parameter.rank, parameter.dims, NULL, &inputs[i].tensor, &diag);
    if (status == RONDO_OK) inputs[i].kind = RONDO_VALUE_TENSOR;
  }
  if (status == RONDO_OK && count > 64) {
    rdo_tool_message("job %s: %d arguments (at most 64)", rondo_job_name(job), count);
    return TOOL_EXIT_FAILURE;
  }
  if (status == RONDO_OK) status = rondo_job_set_inputs(job, count, inputs, &diag);
  if (status == RONDO_OK) return TOOL_EXIT_OK;
  for (int i = 0; i < given_count; ++i) rondo_value_release(&inputs[i]);
  rdo_tool_print_failure(rondo_job_name(job), status, &diag);
  return TOOL_EXIT_FAILURE;
}

// Results ------------------------------------------------------------------------------------------------

static void print_times(const char *title, const struct rondo_percentiles *times) {
  const int64_t cells[] = {times->p50, times->p90, times->p99, times->p999, times->max};
  if (times->count == 0) return;
  printf("  %-14s%9" PRIu64, title, times->count);
  for (size_t i = 0; i < sizeof cells / sizeof cells[0]; ++i) {
    char text[TOOL_DURATION_TEXT_BYTES];
    rdo_tool_format_duration((double)cells[i], text, sizeof text);
    printf("%11s", text);
  }
  printf("\n");
}

static void print_job(const struct rondo_job *job, const struct rondo_job_stats *stats, double duration_s) {
  char name[TOOL_NAME_TEXT_BYTES];
  printf("%s: %.1f a second, %" PRIu64 " missed", rdo_tool_printable(rondo_job_name(job), name, sizeof name), duration_s > 0 ? (double)stats->ended / duration_s : 0,
         stats->missed);
  if (stats->skipped != 0) printf(", %" PRIu64 " skipped", stats->skipped);
  if (stats->stolen != 0) printf(", %" PRIu64 " releases in stolen time (%" PRIu64 " missed without them)", stats->stolen, stats->missed_not_stolen);
  if (stats->failed != 0) printf(", %" PRIu64 " failed", stats->failed);
  printf(stats->ended == 0 ? "\n" : "\n                        n        p50        p90        p99      p99.9        max\n");
  print_times("start delay", &stats->start_delay);
  if (stats->stolen != 0) print_times("  not stolen", &stats->start_delay_not_stolen);
  print_times("run", &stats->run);
  print_times("latency", &stats->latency);
}

static void print_json_times(const char *name, const struct rondo_percentiles *t, const char *after) {
  printf("\"%s\": {\"n\": %" PRIu64 ", \"min\": %" PRId64 ", \"p50\": %" PRId64 ", \"p90\": %" PRId64 ", \"p99\": %" PRId64 ", \"p99.9\": %" PRId64
         ", \"max\": %" PRId64 "}%s",
         name, t->count, t->min, t->p50, t->p90, t->p99, t->p999, t->max, after);
}

static void print_json_job(const struct rondo_job *job, const struct rondo_job_stats *s, bool is_last) {
  printf("    {\"name\": \"");
  for (const char *c = rondo_job_name(job); *c != '\0'; ++c) {
    if (*c == '"' || *c == '\\') printf("\\%c", *c);
    else if ((unsigned char)*c < 0x20) printf("\\u%04x", (unsigned)(unsigned char)*c);
    else putchar(*c);
  }
  printf("\", \"released\": %" PRIu64 ", \"ended\": %" PRIu64 ", \"missed\": %" PRIu64 ", \"missed_not_stolen\": %" PRIu64 ", \"skipped\": %" PRIu64
         ", \"failed\": %" PRIu64 ", \"stolen\": %" PRIu64 ",\n     ",
         s->released, s->ended, s->missed, s->missed_not_stolen, s->skipped, s->failed, s->stolen);
  print_json_times("start_delay_ns", &s->start_delay, ",\n     ");
  print_json_times("start_delay_not_stolen_ns", &s->start_delay_not_stolen, ",\n     ");
  print_json_times("run_ns", &s->run, ",\n     ");
  print_json_times("latency_ns", &s->latency, is_last ? "}\n" : "},\n");
}

static int report(const struct play_args *args, struct rondo_job *const *jobs, int job_count, int worker_count) {
  if (args->wants_json) printf("{\n  \"workers\": %d,\n  \"duration_s\": %.3f,\n  \"jobs\": [\n", worker_count, args->duration_s);
  else printf("%d jobs on %d workers, %.1f s\n\n", job_count, worker_count, args->duration_s);
  for (int i = 0; i < job_count; ++i) {
    struct rondo_job_stats stats;
    struct rondo_diag diag = {.status = RONDO_OK};
    enum rondo_status status = rondo_job_statistics(jobs[i], &stats, &diag);
    if (status != RONDO_OK) {
      rdo_tool_print_failure(rondo_job_name(jobs[i]), status, &diag);
      return TOOL_EXIT_FAILURE;
    }
    if (args->wants_json) print_json_job(jobs[i], &stats, i + 1 == job_count);
    else print_job(jobs[i], &stats, args->duration_s);
  }
  if (args->wants_json) printf("  ]\n}\n");
  return TOOL_EXIT_OK;
}

// Playing ------------------------------------------------------------------------------------------------

// Each input is for one of the jobs.
static int check_inputs(const struct play_args *args, struct rondo_job *const *jobs, int job_count) {
  for (int i = 0; i < args->inputs.count; ++i) {
    bool is_for_any = false;
    for (int k = 0; k < job_count && !is_for_any; ++k) is_for_any = value_for(args->inputs.items[i], jobs[k]) != NULL;
    if (is_for_any) continue;
    rdo_tool_message("--input %.200s: it begins with the name of no job, such as %.200s:VALUE", args->inputs.items[i], rondo_job_name(jobs[0]));
    return TOOL_EXIT_USAGE;
  }
  return TOOL_EXIT_OK;
}

static int add_jobs(const struct play_args *args, struct rondo_player *player, const struct tool_strings *positional, struct rondo_job **jobs) {
  for (int i = 0; i < positional->count; ++i) {
    struct job_text job;
    struct rondo_diag diag = {.status = RONDO_OK};
    if (!read_job(positional->items[i], &job)) return TOOL_EXIT_USAGE;
    enum rondo_status status = rondo_player_add_job(player, &job.options, &jobs[i], &diag);
    if (status != RONDO_OK) {
      rdo_tool_print_failure(job.options.path, status, &diag);
      return TOOL_EXIT_FAILURE;
    }
    bool is_given;
    int code = give_typed_inputs(args, jobs[i], &is_given);
    if (code == TOOL_EXIT_OK && !is_given) code = give_zeros(jobs[i]);
    if (code != TOOL_EXIT_OK) return code;
  }
  return check_inputs(args, jobs, positional->count);
}

static int play(struct play_args *args, const struct tool_strings *positional) {
  static struct rondo_job *jobs[JOBS_MAX];
  const struct rondo_player_options options = {.cpus = args->cpus, .worker_count = (int)args->worker_count};
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_player *player;
  rdo_tool_interrupt_begin();
  enum rondo_status status = rondo_player_create(&options, &player, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure(NULL, status, &diag);
    return TOOL_EXIT_FAILURE;
  }
  int code = add_jobs(args, player, positional, jobs);
  if (code == TOOL_EXIT_OK) {
    rdo_tool_interrupt_show(show_player, player);
    rdo_tool_interrupt_ask(ask_to_end, player);
    int64_t begin_ns = rdo_tool_clock_ns();
    status = rondo_player_run(player, (int64_t)(args->warm_up_s * 1e9), (int64_t)(args->duration_s * 1e9), &diag);
    double played_s = (double)(rdo_tool_clock_ns() - begin_ns) / 1e9 - args->warm_up_s;
    if (rdo_tool_was_interrupted && played_s < args->duration_s) args->duration_s = played_s < 0 ? 0 : played_s;
    rdo_tool_interrupt_end_asking();
    if (status != RONDO_OK) rdo_tool_print_failure(NULL, status, &diag);
    code = report(args, jobs, positional->count, rondo_player_worker_count(player));
    if (rdo_tool_was_interrupted && code == TOOL_EXIT_OK) code = rdo_tool_interrupt_exit_code();
    if (status != RONDO_OK) code = TOOL_EXIT_FAILURE;
  }
  rdo_tool_interrupt_show(NULL, NULL);
  rondo_player_release(&player);
  return code;
}

static int play_schedule(struct play_args *args, const char *path) {
  struct rondo_schedule_play_options *options = &args->schedule.options;
  const struct {
    const char *flag, *text;
    int64_t *ns;
  } times[] = {{"period", args->period, &options->period_ns}, {"tile", args->tile, &options->tile_ns}, {"late", args->late, &options->late_ns}};
  for (size_t i = 0; i < sizeof times / sizeof times[0]; ++i) {
    if (times[i].text == NULL || read_time(times[i].text, times[i].ns)) continue;
    rdo_tool_message("--%s=%.40s: not a time, such as 2ms", times[i].flag, times[i].text);
    return TOOL_EXIT_USAGE;
  }
  options->cpus = args->cpus;
  args->schedule.wants_json = args->wants_json;
  return rdo_tool_play_schedule(path, &args->schedule);
}

int rdo_tool_play(int argc, char **argv) {
  struct play_args args = {.duration_s = 5, .warm_up_s = 0.2};
  const struct tool_option options[] = {
      {"input", TOOL_OPTION_LIST, &args.inputs, "NAME:VALUE", "An argument of the job NAME, VALUE as for rondo run; one flag each, in order. Default zeros."},
      {"duration", TOOL_OPTION_NUMBER, &args.duration_s, "SECONDS", "Play for so long; default 5."},
      {"warmup_time", TOOL_OPTION_NUMBER, &args.warm_up_s, "SECONDS", "Play for so long before, without counting; default 0.2."},
      {"workers", TOOL_OPTION_COUNT, &args.worker_count, "COUNT", "Worker threads; default one for each physical core."},
      {"cpus", TOOL_OPTION_TEXT, &args.cpus, "LIST", "CPUs that workers are pinned to, such as 0-3,6."},
      {"json", TOOL_OPTION_SWITCH, &args.wants_json, NULL, "Print one JSON object; all times in ns."},
      {"machine", TOOL_OPTION_TEXT, &args.schedule.options.machine_file, "FILE", "Of a schedule: the machine whose lanes are its targets; default the one it carries, else a worker for each target."},
      {"model", TOOL_OPTION_LIST, &args.schedule.models, "JOB=FILE", "Of a schedule: the .vmfb of a job, by its name or what its instances have in common; default that of the jobs that a plan carries, else synthetic work."},
      {"synthetic", TOOL_OPTION_SWITCH, &args.schedule.options.is_synthetic, NULL, "Of a schedule: synthetic work, whatever models it has."},
      {"anywhere", TOOL_OPTION_SWITCH, &args.schedule.options.is_anywhere, NULL, "Of a schedule: the machine's CPUs are those of another one; use the CPUs of this one in turn."},
      {"policy", TOOL_OPTION_TEXT, &args.schedule.options.policy, "NAME", "Of a schedule: planned (default), strict, dynamic, fifo, priority, edf, shortest."},
      {"iterations", TOOL_OPTION_COUNT, &args.schedule.options.iteration_count, "COUNT", "Of a schedule: how often it is played; default 1."},
      {"warmup", TOOL_OPTION_COUNT, &args.schedule.options.warm_up_count, "COUNT", "Of a schedule: iterations before, which do not count; default 0."},
      {"period", TOOL_OPTION_TEXT, &args.period, "TIME", "Of a schedule: between the begins of iterations, such as 40ms; default as in the file, else one follows the other."},
      {"lock_all", TOOL_OPTION_SWITCH, &args.schedule.options.locks_all, NULL, "Of a schedule: no dispatch starts before its planned start."},
      {"boost", TOOL_OPTION_SWITCH, &args.schedule.options.is_boosted, NULL, "Of a schedule: phase-locked starts are kept free, also from what the plan has before them and is late."},
      {"late", TOOL_OPTION_TEXT, &args.late, "TIME", "Of a schedule: what is later than this is urgent; default never."},
      {"ignore_time", TOOL_OPTION_SWITCH, &args.schedule.options.ignores_time, NULL, "Of a schedule: time dependencies are told only, not waited for."},
      {"tile", TOOL_OPTION_TEXT, &args.tile, "TIME", "Of a schedule: dispatches give way to more urgent ones so often; default not at all."},
      {"trace", TOOL_OPTION_TEXT, &args.schedule.trace_path, "FILE", "Of a schedule: write what was played; .csv, .pftrace, .svg, .html, .dot or .json by its ending."},
      {"summary", TOOL_OPTION_TEXT, &args.schedule.summary_path, "FILE", "Of a schedule: write its summary as JSON."},
      {NULL, TOOL_OPTION_SWITCH, NULL, NULL, NULL},
  };
  const struct tool_usage usage = {
      .verb = "play",
      .synopsis = "JOB... [flags]\n       rondo play SCHEDULE.json [flags]",
      .about = "Runs functions of several models side by side, each at its own rate, and prints how well their times were\n"
               "kept. A job is MODEL.vmfb[,period=TIME][,deadline=TIME][,offset=TIME][,name=TEXT][,function=NAME]\n"
               "[,overrun=skip|queue][,worker=N], with TIME such as 2ms. Without a period it starts again as soon as it has\n"
               "ended. Each release of a job with a period is kept free on its worker, so that it starts within a\n"
               "microsecond while the other jobs use the same cores. Ctrl-C or SIGTERM\n"
               "ends early; SIGUSR1 shows on stderr what jobs and workers do.\n"
               "Real-time scheduling is used around releases where the system allows it.\n"
               "\n"
               "A schedule is a plan of rondo plan or a schedule of another tool (docs/files.md). Its dispatches are played as\n"
               "those of the models, with their real data; or as synthetic work, each as long as planned. The plan says lanes\n"
               "and times.",
      .options = options,
      .examples = "  rondo play dronet.vmfb mlp.vmfb,period=2ms\n"
                  "  rondo play mlp.vmfb,name=controller,period=2ms --input=controller:1x64xf32=0.5\n"
                  "  rondo play schedule.json --iterations=50 --trace=run.html\n"
                  "  rondo play dronet.vmfb,period=33ms mlp.vmfb,name=controller,period=2ms,deadline=500us --duration=20 --json",
      .exit_codes = "  0  played, also when deadlines were missed\n  1  a model could not be loaded, or an instance failed\n"
                    "  2  the command line is wrong\n  130  ended by Ctrl-C, 143 by SIGTERM, after printing what has been played",
  };
  struct tool_strings positional;
  bool wants_help = false;
  int code = TOOL_EXIT_USAGE;
  if (rdo_tool_options_parse(&usage, argc, argv, &positional, &wants_help)) {
    if (wants_help) {
      rdo_tool_usage_print(stdout, &usage);
      code = TOOL_EXIT_OK;
    } else if (positional.count == 1 && rdo_tool_is_schedule(positional.items[0])) {
      code = play_schedule(&args, positional.items[0]);
    } else if (positional.count == 0 || positional.count > JOBS_MAX) {
      rdo_tool_message(positional.count == 0 ? "play what? Name at least one MODEL.vmfb" : "more than %d jobs", JOBS_MAX);
      fprintf(stderr, "Try 'rondo play --help'.\n");
    } else if (args.worker_count > 256 || args.duration_s > 1e6 || args.warm_up_s > 1e6) {
      rdo_tool_message("at most 256 workers and 1000000 seconds");
    } else {
      code = play(&args, &positional);
    }
  }
  rdo_tool_strings_release(&args.inputs);
  rdo_tool_strings_release(&args.schedule.models);
  rdo_tool_strings_release(&positional);
  return code;
}

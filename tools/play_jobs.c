// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The jobs of `rondo play`: as typed, or from a file.

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inputs.h"
#include "message.h"
#include "model_args.h"
#include "play.h"

enum { FIELD_BYTES = 1024, PROBE_BYTES = 64 };

// One job as typed: its fields point into `text`.
struct job_text {
  char text[FIELD_BYTES];
  struct rondo_job_options options;
};

// Jobs as typed ------------------------------------------------------------------------------------------

bool rdo_tool_play_time(const char *text, int64_t *out_ns) {
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
  else if (strcmp(key, "period") == 0) return rdo_tool_play_time(value, &job->period_ns);
  else if (strcmp(key, "offset") == 0) return rdo_tool_play_time(value, &job->offset_ns);
  else if (strcmp(key, "deadline") == 0) return rdo_tool_play_time(value, &job->deadline_ns);
  else if (strcmp(key, "overrun") == 0 && strcmp(value, "queue") == 0) job->overrun = RONDO_OVERRUN_QUEUE;
  else if (strcmp(key, "overrun") == 0 && strcmp(value, "skip") == 0) job->overrun = RONDO_OVERRUN_SKIP;
  else if (strcmp(key, "overrun") == 0 && strcmp(value, "cancel") == 0) job->overrun = RONDO_OVERRUN_CANCEL;
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
    rdo_tool_message("job %.200s: '%.100s' is none of name=TEXT, function=NAME, period=TIME, offset=TIME, deadline=TIME, overrun=skip|queue|cancel, "
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
static int give_typed_inputs(const struct tool_play_args *args, struct rondo_job *job, bool *out_is_given) {
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

static int give_zeros(struct rondo_job *job) {
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_job_set_zeros(job, &diag);
  if (status == RONDO_OK) return TOOL_EXIT_OK;
  rdo_tool_print_failure(rondo_job_name(job), status, &diag);
  return TOOL_EXIT_FAILURE;
}

// Each input is for one of the jobs.
static int check_inputs(const struct tool_play_args *args, const struct rondo_player *player) {
  int job_count = rondo_player_job_count(player);
  for (int i = 0; i < args->inputs.count; ++i) {
    bool is_for_any = false;
    for (int k = 0; k < job_count && !is_for_any; ++k) is_for_any = value_for(args->inputs.items[i], rondo_player_job(player, k)) != NULL;
    if (is_for_any) continue;
    rdo_tool_message("--input %.200s: it begins with the name of no job, such as %.200s:VALUE", args->inputs.items[i],
                     rondo_job_name(rondo_player_job(player, 0)));
    return TOOL_EXIT_USAGE;
  }
  return TOOL_EXIT_OK;
}

static bool wants_stop(const struct tool_play_args *args) { return args->on_error != NULL && strcmp(args->on_error, "stop") == 0; }

static int add_typed_jobs(const struct tool_play_args *args, const struct tool_strings *positional, struct rondo_player *player) {
  for (int i = 0; i < positional->count; ++i) {
    struct job_text text;
    struct rondo_job *job;
    struct rondo_diag diag = {.status = RONDO_OK};
    if (!read_job(positional->items[i], &text)) return TOOL_EXIT_USAGE;
    text.options.on_error = wants_stop(args) ? RONDO_ON_ERROR_STOP : RONDO_ON_ERROR_CONTAIN;
    enum rondo_status status = rondo_job_options_use_attributes(&text.options, &diag);
    if (status == RONDO_OK) status = rondo_player_add_job(player, &text.options, &job, &diag);
    if (status != RONDO_OK) {
      rdo_tool_print_failure(text.options.path, status, &diag);
      return TOOL_EXIT_FAILURE;
    }
    bool is_given;
    int code = give_typed_inputs(args, job, &is_given);
    if (code == TOOL_EXIT_OK && !is_given) code = give_zeros(job);
    if (code != TOOL_EXIT_OK) return code;
  }
  return check_inputs(args, player);
}

static int create_typed(const struct tool_play_args *args, const struct tool_strings *positional, struct rondo_player **out_player) {
  const struct rondo_player_options options = {.cpus = args->cpus, .worker_count = (int)args->worker_count, .setup = args->setup};
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_player_create(&options, out_player, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure(NULL, status, &diag);
    return TOOL_EXIT_FAILURE;
  }
  return add_typed_jobs(args, positional, *out_player);
}

// Jobs of a file -----------------------------------------------------------------------------------------

struct argument {
  const struct rondo_function *function;
  int index;
};

static enum rondo_value_kind argument_kind(const void *user, int index) {
  const struct argument *argument = user;
  struct rondo_parameter parameter;
  rondo_function_argument(argument->function, argument->index + index, &parameter);
  return parameter.kind;
}

enum rondo_status rdo_tool_play_read_input(void *user, struct rondo_runtime *runtime, const struct rondo_function *function, int index, const char *text,
                                           struct rondo_value *out_value, struct rondo_diag *diag) {
  (void)user;
  const struct argument argument = {function, index};
  struct tool_strings texts = {NULL, 0};
  struct tool_values values = {NULL, NULL, 0};
  if (!rdo_tool_strings_append(&texts, text)) return RONDO_RESOURCE_EXHAUSTED;
  enum rondo_status status = rdo_tool_values_read(runtime, "input", &texts, argument_kind, &argument, 1, &values, diag);
  if (status == RONDO_OK && values.count == 1) {
    *out_value = values.items[0];
    values.items[0].kind = RONDO_VALUE_NONE;
  }
  rdo_tool_values_release(&values);
  rdo_tool_strings_release(&texts);
  return status;
}

static enum rondo_status read_job_input(void *user, struct rondo_job *job, int index, const char *text, struct rondo_value *out_value, struct rondo_diag *diag) {
  return rdo_tool_play_read_input(user, rondo_job_runtime(job), rondo_job_function(job), index, text, out_value, diag);
}

void rdo_tool_play_note(void *user, const char *text) {
  (void)user;
  rdo_tool_message("note: %s", text);
}

static int load_file(const struct tool_play_args *args, const char *path, struct rondo_player **out_player) {
  const struct rondo_load_options options = {
      .player = {.cpus = args->cpus, .worker_count = (int)args->worker_count, .setup = args->setup}, .machine_path = args->machine_path, .on_error = wants_stop(args) ? RONDO_ON_ERROR_STOP : RONDO_ON_ERROR_CONTAIN, .read_input = read_job_input, .note = rdo_tool_play_note};
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rondo_player_load(path, &options, out_player, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure(NULL, status, &diag);
    return TOOL_EXIT_FAILURE;
  }
  for (int i = 0; i < rondo_player_job_count(*out_player); ++i) {
    bool is_given;
    int code = give_typed_inputs(args, rondo_player_job(*out_player, i), &is_given);
    if (code != TOOL_EXIT_OK) return code;
  }
  return check_inputs(args, *out_player);
}

bool rdo_tool_is_jobs_file(const char *path) {
  size_t length = strlen(path);
  if (length > 5 && strcmp(path + length - 5, ".json") == 0) return true;
  FILE *file = fopen(path, "rb");
  if (file == NULL) return false;
  char bytes[PROBE_BYTES];
  size_t count = fread(bytes, 1, sizeof bytes, file), i = 0;
  fclose(file);
  while (i < count && isspace((unsigned char)bytes[i])) ++i;
  return i < count && bytes[i] == '{';
}

int rdo_tool_play_create(struct tool_play_args *args, const struct tool_strings *positional, struct rondo_player **out_player) {
  *out_player = NULL;
  int file_count = 0;
  for (int i = 0; i < positional->count; ++i) file_count += rdo_tool_is_jobs_file(positional->items[i]);
  if (file_count != 0 && positional->count > 1) {
    rdo_tool_message("a jobs file has all jobs: name it alone");
    return TOOL_EXIT_USAGE;
  }
  if (file_count == 0 && args->machine_path != NULL) {
    rdo_tool_message("--machine goes with a jobs file");
    return TOOL_EXIT_USAGE;
  }
  args->is_file = file_count != 0;
  return args->is_file ? load_file(args, positional->items[0], out_player) : create_typed(args, positional, out_player);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play_models.h"

#include <string.h>

#include "message.h"

bool rdo_tool_split_pairs(const char *flag, const struct tool_strings *texts, char (*storage)[TOOL_PAIR_BYTES], const char **out_names, const char **out_values) {
  for (int i = 0; i < texts->count; ++i) {
    if (i == TOOL_PAIRS_MAX || strlen(texts->items[i]) >= TOOL_PAIR_BYTES) {
      rdo_tool_message("--%s: at most %d of them, each shorter than %d bytes", flag, TOOL_PAIRS_MAX, TOOL_PAIR_BYTES);
      return false;
    }
    strcpy(storage[i], texts->items[i]);
    char *equals = strchr(storage[i], '=');
    if (equals == NULL || equals == storage[i] || equals[1] == '\0') {
      rdo_tool_message("--%s=%.200s: not NAME=VALUE", flag, texts->items[i]);
      return false;
    }
    *equals = '\0';
    out_names[i] = storage[i];
    out_values[i] = equals + 1;
  }
  return true;
}

// The file's name without folder and ending.
static bool name_of(const char *path, char *out_name) {
  static const char ending[] = ".vmfb";
  const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
  size_t length = strlen(name);
  if (length > sizeof ending - 1 && strcmp(name + length - (sizeof ending - 1), ending) == 0) length -= sizeof ending - 1;
  if (length == 0 || length >= TOOL_PAIR_BYTES) {
    rdo_tool_message("--module=%.200s: not the name of a file", path);
    return false;
  }
  memcpy(out_name, name, length);
  out_name[length] = '\0';
  return true;
}

// NAME is the function of all models, JOB=NAME that of one.
static bool set_function(const char *text, struct rondo_schedule_model *models, int count) {
  const char *equals = strchr(text, '='), *name = equals == NULL ? text : equals + 1;
  bool is_used = false;
  for (int i = 0; i < count; ++i) {
    const char *job = models[i].job;
    size_t length = equals == NULL ? 0 : (size_t)(equals - text);
    if (equals != NULL && (job == NULL || strlen(job) != length || memcmp(job, text, length) != 0)) continue;
    models[i].function = name;
    is_used = true;
  }
  if (!is_used && equals != NULL) rdo_tool_message("--function=%.200s: no --model and none of several --module is of a job called so", text);
  else if (!is_used) rdo_tool_message("--function=%.200s: goes with --model or --module", text);
  return is_used;
}

bool rdo_tool_play_models_set(const struct tool_schedule_args *args, struct rondo_schedule_play_options *options) {
  static char texts[TOOL_PAIRS_MAX][TOOL_PAIR_BYTES], module_names[TOOL_PAIRS_MAX][TOOL_PAIR_BYTES];
  static struct rondo_schedule_model models[2 * TOOL_PAIRS_MAX];
  const char *names[TOOL_PAIRS_MAX], *values[TOOL_PAIRS_MAX];
  int count = 0;
  if (!rdo_tool_split_pairs("model", &args->models, texts, names, values)) return false;
  for (int i = 0; i < args->models.count; ++i) models[count++] = (struct rondo_schedule_model){.job = names[i], .path = values[i]};
  if (args->model_files.count > TOOL_PAIRS_MAX) {
    rdo_tool_message("--module: at most %d of them", TOOL_PAIRS_MAX);
    return false;
  }
  for (int i = 0; i < args->model_files.count; ++i) {
    if (!name_of(args->model_files.items[i], module_names[i])) return false;
    models[count++] = (struct rondo_schedule_model){.job = args->model_files.count == 1 ? NULL : module_names[i], .path = args->model_files.items[i]};
  }
  // Those of one job last, so that they win.
  for (int pass = 0; pass < 2; ++pass) {
    for (int i = 0; i < args->functions.count; ++i) {
      bool is_pair = strchr(args->functions.items[i], '=') != NULL;
      if (is_pair == (pass == 1) && !set_function(args->functions.items[i], models, count)) return false;
    }
  }
  options->models = models;
  options->model_count = count;
  return true;
}

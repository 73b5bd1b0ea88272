// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/carry.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static size_t folder_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash != NULL ? (size_t)(slash - path) + 1 : 0;
}

static bool is_same_folder(const char *a, const char *b) {
  size_t length = folder_length(a);
  return length == folder_length(b) && memcmp(a, b, length) == 0;
}

// A path from the current folder as one that means the same in the output's folder: as it is where that is the current one,
// else as an absolute one.
static enum rondo_status rebase(struct rdo_arena *arena, const char *path, const char *output_path, const char **out_path, struct rondo_diag *diag) {
  char folder[RDO_PATH_BYTES_MAX + 1], *text;
  *out_path = path;
  if (path[0] == '\0' || path[0] == '/' || folder_length(output_path) == 0) return RONDO_OK;
  if (getcwd(folder, sizeof folder) == NULL) {
    return rdo_fail(diag, RONDO_UNAVAILABLE, "cannot tell the current folder, which paths in %s would begin at", output_path);
  }
  size_t size = strlen(folder) + strlen(path) + 2;
  RDO_TRY(rdo_arena_alloc(arena, size, 1, &text, diag));
  snprintf(text, size, "%s/%s", folder, path);
  *out_path = text;
  return RONDO_OK;
}

enum rondo_status rdo_jobs_file_carry(struct rdo_jobs_file *jobs, const char *output_path, struct rondo_diag *diag) {
  const char *output = output_path != NULL ? output_path : "plan.json";
  bool is_beside = jobs->path != NULL && jobs->path[0] != '\0' && is_same_folder(jobs->path, output);
  jobs->machine = jobs->machine_path = "";
  for (int i = 0; i < jobs->job_count && !is_beside; ++i) {
    struct rdo_job_entry *job = &jobs->jobs[i];
    RDO_TRY(rebase(&jobs->arena, job->model_path != NULL ? job->model_path : job->model, output, &job->model, diag));
    for (int k = 0; k < job->input_count; ++k) {
      if (job->inputs[k].kind == RDO_INPUT_FILE) RDO_TRY(rebase(&jobs->arena, job->inputs[k].path, output, &job->inputs[k].text, diag));
    }
  }
  return RONDO_OK;
}

enum rondo_status rdo_schedule_carry(struct rdo_schedule *schedule, const char *source_path, const char *output_path, struct rondo_diag *diag) {
  const char *output = output_path != NULL ? output_path : "plan.json";
  if (is_same_folder(source_path, output)) return RONDO_OK;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    struct rdo_schedule_node *node = &schedule->nodes[i];
    const char *path;
    if (node->vmfb_path[0] == '\0') continue;
    RDO_TRY(rdo_text_beside(&schedule->arena, source_path, node->vmfb_path, &path, diag));
    RDO_TRY(rebase(&schedule->arena, path, output, &node->vmfb_path, diag));
  }
  return RONDO_OK;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Where what is said of a job was told, for messages.

#include <stdio.h>
#include <string.h>

#include "plan/jobs_file.h"

// A key by the member of a job, with or without its unit; -1 = none.
static int find_key(const char *member) {
  static const struct {
    const char *stem;
    enum rdo_job_key key;
  } keys[] = {{".period", RDO_JOB_ACTIVATION},    {".rate", RDO_JOB_ACTIVATION},  {".trigger", RDO_JOB_ACTIVATION}, {".offset", RDO_JOB_OFFSET},
              {".deadline", RDO_JOB_DEADLINE},    {".priority", RDO_JOB_PRIORITY}, {".overrun", RDO_JOB_OVERRUN},    {".on_error", RDO_JOB_ON_ERROR},
              {".warmup", RDO_JOB_WARMUP},        {".workers", RDO_JOB_WORKERS},  {".memory", RDO_JOB_MEMORY},      {".lanes", RDO_JOB_LANES},
              {".resources", RDO_JOB_RESOURCES},  {".function", RDO_JOB_FUNCTION}};
  for (size_t i = 0; i < sizeof keys / sizeof *keys; ++i) {
    if (strncmp(member, keys[i].stem, strlen(keys[i].stem)) == 0) return (int)keys[i].key;
  }
  return -1;
}

void rdo_job_place(const struct rdo_jobs_file *file, int job, const char *member, char *buffer) {
  const struct rdo_job_entry *entry = &file->jobs[job];
  int key = find_key(member);
  if (key >= 0 && entry->places[key] != NULL) {
    snprintf(buffer, RDO_JOB_PLACE_BYTES, "%s", entry->places[key]);
  } else if (entry->place != NULL) {
    snprintf(buffer, RDO_JOB_PLACE_BYTES, "%.400s%s%s", entry->place, member[0] != '\0' ? ": " : "", member[0] != '\0' ? member + 1 : "");
  } else {
    bool has_path = file->path != NULL && file->path[0] != '\0';
    const char *place = file->place != NULL ? file->place : has_path ? file->path : "jobs";
    snprintf(buffer, RDO_JOB_PLACE_BYTES, "%.400s%sjobs[%d]%s", place, file->place != NULL ? "" : ": ", job, member);
  }
}

void rdo_job_input_place(const struct rdo_jobs_file *file, int job, int input, char *buffer) {
  char member[32];
  const char *place = file->jobs[job].inputs[input].place;
  snprintf(member, sizeof member, ".inputs[%d]", input);
  if (place != NULL) snprintf(buffer, RDO_JOB_PLACE_BYTES, "%s", place);
  else rdo_job_place(file, job, member, buffer);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// plan_rewrite KIND IN OUT: reads a machine, jobs, plan or profile file and writes it anew; for KIND `sources` IN is a folder with
// deadlines.json, dependencies.json and workload.json. Remarks go to standard output, one a line, failures to standard error.

#include <stdio.h>
#include <string.h>

#include "plan/job_sources.h"
#include "plan/profile_file.h"
#include "plan/schedule_file.h"

static void print_notes(const struct rdo_notes *notes) {
  for (size_t i = 0; i < notes->count; ++i) printf("%s\n", notes->items[i].text);
}

static enum rondo_status rewrite_machine(const char *in, const char *out, struct rondo_diag *diag) {
  struct rdo_machine_file file;
  enum rondo_status status = rdo_machine_file_read(in, NULL, &file, diag);
  if (status == RONDO_OK) status = rdo_machine_file_write(&file, out, diag);
  print_notes(&file.notes);
  rdo_machine_file_deinit(&file);
  return status;
}

static enum rondo_status rewrite_jobs(const char *in, const char *out, struct rondo_diag *diag) {
  struct rdo_jobs_file file;
  enum rondo_status status = rdo_jobs_file_read(in, NULL, &file, diag);
  if (status == RONDO_OK) status = rdo_jobs_file_write(&file, out, diag);
  print_notes(&file.notes);
  rdo_jobs_file_deinit(&file);
  return status;
}

static enum rondo_status rewrite_plan(const char *in, const char *out, struct rondo_diag *diag) {
  struct rdo_schedule schedule;
  enum rondo_status status = rdo_schedule_read(in, NULL, &schedule, diag);
  if (status == RONDO_OK) status = rdo_schedule_write(&schedule, out, diag);
  print_notes(&schedule.notes);
  rdo_schedule_deinit(&schedule);
  return status;
}

static enum rondo_status rewrite_profile(const char *in, const char *out, struct rondo_diag *diag) {
  struct rdo_profile profile;
  enum rondo_status status = rdo_profile_read(in, NULL, &profile, diag);
  if (status == RONDO_OK) status = rdo_profile_write(&profile, out, diag);
  print_notes(&profile.notes);
  rdo_profile_deinit(&profile);
  return status;
}

static enum rondo_status combine_sources(const char *folder, const char *out, struct rondo_diag *diag) {
  static const char *const modules[] = {"model_a.vmfb", "model_b.vmfb", "model_c.vmfb"};
  char workload_path[1024], dependencies[1024], deadlines[1024];
  snprintf(workload_path, sizeof workload_path, "%s/workload.json", folder);
  snprintf(dependencies, sizeof dependencies, "%s/dependencies.json", folder);
  snprintf(deadlines, sizeof deadlines, "%s/deadlines.json", folder);
  struct rdo_workload workload;
  struct rdo_jobs_file file = {0};
  const struct rdo_job_sources sources = {.modules = modules, .module_count = 3, .dependencies = dependencies, .deadlines = deadlines, .workload = &workload};
  enum rondo_status status = rdo_workload_read(workload_path, &workload, diag);
  if (status == RONDO_OK) status = rdo_jobs_file_combine(&sources, NULL, &file, diag);
  if (status == RONDO_OK) status = rdo_jobs_file_write(&file, out, diag);
  print_notes(&workload.notes);
  print_notes(&file.notes);
  rdo_jobs_file_deinit(&file);
  rdo_workload_deinit(&workload);
  return status;
}

int main(int argc, char **argv) {
  static const struct {
    const char *kind;
    enum rondo_status (*rewrite)(const char *in, const char *out, struct rondo_diag *diag);
  } kinds[] = {{"machine", rewrite_machine}, {"jobs", rewrite_jobs}, {"plan", rewrite_plan}, {"profile", rewrite_profile}, {"sources", combine_sources}};
  struct rondo_diag diag = {.status = RONDO_OK};
  for (size_t i = 0; argc == 4 && i < sizeof kinds / sizeof kinds[0]; ++i) {
    if (strcmp(argv[1], kinds[i].kind) != 0) continue;
    enum rondo_status status = kinds[i].rewrite(argv[2], argv[3], &diag);
    if (status != RONDO_OK) fprintf(stderr, "%s\n", diag.message);
    return status == RONDO_OK ? 0 : status == RONDO_UNIMPLEMENTED ? 77 : 1;
  }
  fprintf(stderr, "plan_rewrite machine|jobs|plan|profile|sources IN OUT\n");
  return 2;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Which model of a profile is meant. What is written comes first, then where that leads, then the file's name, if only one has it.

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan/dispatch_dump.h"
#include "plan/jobs_file.h"
#include "plan/profile_file.h"

struct wanted {
  const char *model, *function;
  const char *place;  // an absolute path; NULL = not looked for
};

// Paths ----------------------------------------------------------------------------------------------------

// Takes "." and ".." out of an absolute path, as if there were no links.
static void normalise(char *path) {
  size_t length = 0;
  for (const char *at = path; *at != '\0';) {
    size_t slashes = strspn(at, "/"), name = strcspn(at + slashes, "/");
    const char *begin = at + slashes;
    at = begin + name;
    if (name == 0 || (name == 1 && begin[0] == '.')) continue;
    if (name == 2 && begin[0] == '.' && begin[1] == '.') {
      while (length > 0 && path[--length] != '/') continue;
      continue;
    }
    path[length++] = '/';
    memmove(path + length, begin, name);
    length += name;
  }
  path[length] = '\0';
}

// Where a path leads; that of a file which is not there by its text. False: it is too long.
static bool resolve(const char *path, char *out_place) {
  char folder[PATH_MAX];
  if (realpath(path, out_place) != NULL) return true;
  if (getcwd(folder, sizeof folder) == NULL) return false;
  int length = path[0] == '/' ? snprintf(out_place, PATH_MAX, "%s", path) : snprintf(out_place, PATH_MAX, "%s/%s", folder, path);
  if (length >= PATH_MAX) return false;
  normalise(out_place);
  return true;
}

// Paths in a profile begin at the folder it was measured from, which is the current one or its own.
static bool is_at(const struct rdo_profile *profile, const char *model, const char *place) {
  char path[PATH_MAX], found[PATH_MAX];
  const char *slash = profile->path != NULL ? strrchr(profile->path, '/') : NULL;
  if (resolve(model, found) && strcmp(found, place) == 0) return true;
  if (slash == NULL || model[0] == '/') return false;
  int length = snprintf(path, sizeof path, "%.*s/%s", (int)(slash - profile->path), profile->path, model);
  return length < (int)sizeof path && resolve(path, found) && strcmp(found, place) == 0;
}

static bool is_same_name(const char *a, const char *b) {
  const char *a_name, *b_name;
  size_t a_length = rdo_model_name(a, &a_name), b_length = rdo_model_name(b, &b_name);
  return a_length == b_length && memcmp(a_name, b_name, a_length) == 0;
}

// Finding --------------------------------------------------------------------------------------------------

enum match { AS_WRITTEN, BY_PLACE, BY_NAME };

static bool matches(const struct rdo_profile *profile, const struct rdo_profile_model *entry, const struct wanted *wanted, enum match match) {
  if (match == AS_WRITTEN) return strcmp(entry->model, wanted->model) == 0;
  return is_same_name(entry->model, wanted->model) && (match == BY_NAME || is_at(profile, entry->model, wanted->place));
}

static uint32_t find(const struct rdo_profile *profile, const struct wanted *wanted, enum match match) {
  uint32_t found = RDO_PROFILE_NONE, count = 0, exact_count = 0;
  for (uint32_t i = 0; i < profile->model_count; ++i) {
    const struct rdo_profile_model *entry = &profile->models[i];
    if (!matches(profile, entry, wanted, match)) continue;
    // One that does not say its function, or is not asked for one, is found if there is no choice; so is a file's name.
    bool is_exact = strcmp(entry->function, wanted->function) == 0;
    if (is_exact && match != BY_NAME) return i;
    if (!is_exact && entry->function[0] != '\0' && wanted->function[0] != '\0') continue;
    if (is_exact) ++exact_count;
    if (is_exact || exact_count == 0) found = i;
    ++count;
  }
  return count == 1 || exact_count == 1 ? found : RDO_PROFILE_NONE;
}

static uint32_t find_wanted(const struct rdo_profile *profile, const struct wanted *wanted) {
  uint32_t found = find(profile, wanted, AS_WRITTEN);
  if (found == RDO_PROFILE_NONE && wanted->place != NULL) found = find(profile, wanted, BY_PLACE);
  return found != RDO_PROFILE_NONE ? found : find(profile, wanted, BY_NAME);
}

uint32_t rdo_profile_find_model(const struct rdo_profile *profile, const char *model, const char *function) {
  const struct wanted wanted = {model, function, NULL};
  return find_wanted(profile, &wanted);
}

uint32_t rdo_profile_find_job(const struct rdo_profile *profile, const struct rdo_job_entry *job) {
  char place[PATH_MAX];
  bool has_place = resolve(job->model_path != NULL ? job->model_path : job->model, place);
  const struct wanted wanted = {job->model, job->function, has_place ? place : NULL};
  return find_wanted(profile, &wanted);
}

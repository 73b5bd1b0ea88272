// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "machine/quota.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_BYTES = 4096,
       GROUP_BYTES = 200 };

// quota / period, at least 1; 0 when there is no such limit.
static int64_t to_millicpus(int64_t quota_us, int64_t period_us) {
  if (quota_us <= 0 || period_us <= 0 || quota_us > INT64_MAX / 1000) return 0;
  int64_t millicpus = quota_us * 1000 / period_us;
  return millicpus > 0 ? millicpus : 1;
}

static int64_t tighter(int64_t a, int64_t b) { return a == 0 || (b != 0 && b < a) ? b : a; }

// Version 2: one file "200000 100000" or "max 100000".
static int64_t read_v2(const struct rdo_sys_root *root, const char *group) {
  char text[64], *end;
  if (rdo_sys_read_text(root, text, sizeof text, "sys/fs/cgroup%s/cpu.max", group) < 0) return 0;
  long long quota = strtoll(text, &end, 10);
  if (end == text || *end != ' ') return 0;
  return to_millicpus(quota, strtoll(end, NULL, 10));
}

// Version 1: two files; a quota of -1 is none.
static int64_t read_v1(const struct rdo_sys_root *root, const char *group) {
  int64_t quota = 0, period = 0;
  rdo_sys_read_number(root, 1, INT64_C(1) << 40, &quota, "sys/fs/cgroup/cpu%s/cpu.cfs_quota_us", group);
  rdo_sys_read_number(root, 1, INT64_C(1) << 40, &period, "sys/fs/cgroup/cpu%s/cpu.cfs_period_us", group);
  return to_millicpus(quota, period);
}

// From a group to the root of the hierarchy, which in a container is the container's.
static int64_t read_upwards(const struct rdo_sys_root *root, const char *path, size_t length,
                            int64_t (*read)(const struct rdo_sys_root *root, const char *group)) {
  char group[GROUP_BYTES];
  if (length >= sizeof group) length = 0;
  memcpy(group, path, length);
  group[length] = '\0';
  if (strstr(group, "..") != NULL) group[0] = '\0';
  int64_t limit = 0;
  for (;;) {
    char *slash = strrchr(group, '/');
    if (slash != NULL && slash[1] == '\0') {  // "/", and a slash too many
      *slash = '\0';
      continue;
    }
    limit = tighter(limit, read(root, group));
    if (slash == NULL) return limit;
    *slash = '\0';
  }
}

// Whether "cpu" is among the controllers "cpu,cpuacct".
static bool names_cpu(const char *controllers, size_t length) {
  for (size_t begin = 0; begin < length;) {
    size_t size = 0;
    while (begin + size < length && controllers[begin + size] != ',') ++size;
    if (size == 3 && memcmp(controllers + begin, "cpu", 3) == 0) return true;
    begin += size + 1;
  }
  return false;
}

// Lines of the form number:controllers:path; version 2 has number 0 and no controllers.
int64_t rdo_quota_millicpus(const struct rdo_sys_root *root) {
  char text[TEXT_BYTES];
  int64_t limit = 0;
  if (rdo_sys_read_text(root, text, sizeof text, "proc/self/cgroup") < 0) return 0;
  for (char *line = text; line != NULL && *line != '\0';) {
    char *end = strchr(line, '\n'), *controllers = strchr(line, ':');
    if (end != NULL) *end = '\0';
    char *path = controllers != NULL ? strchr(controllers + 1, ':') : NULL;
    if (path != NULL && path[1] == '/') {
      size_t size = (size_t)(path - controllers - 1);
      if (size == 0) limit = tighter(limit, read_upwards(root, path + 1, strlen(path + 1), read_v2));
      else if (names_cpu(controllers + 1, size)) limit = tighter(limit, read_upwards(root, path + 1, strlen(path + 1), read_v1));
    }
    line = end != NULL ? end + 1 : NULL;
  }
  return limit;
}

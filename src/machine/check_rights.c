// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the kernel lets this process do: the real-time class, memory that stays, CPU time.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine/check_impl.h"

enum { FILE_BYTES = 4096,
       CAP_IPC_LOCK_BIT = 14,
       CAP_SYS_NICE_BIT = 23 };

// One line of a small file, "" when it is not there.
static const char *read_line(const struct rdo_check *check, char buffer[FILE_BYTES], const char *path) {
  if (rdo_sys_read_begin(check->root, buffer, FILE_BYTES, "%s", path) < 0) buffer[0] = '\0';
  return buffer;
}

// What the process may do beyond its limits; none when the kernel does not tell.
static bool has_capability(const struct rdo_check *check, int bit) {
  char text[FILE_BYTES];
  const char *line = rdo_check_find_line(read_line(check, text, "proc/self/status"), "CapEff");
  return line != NULL && (strtoull(line, NULL, 16) >> bit & 1) != 0;
}

// The soft limit of a line of proc/self/limits; UINT64_MAX = unlimited; false when it is not told.
static bool read_limit(const struct rdo_check *check, const char *name, uint64_t *out) {
  char text[FILE_BYTES], *end;
  const char *line = rdo_check_find_line(read_line(check, text, "proc/self/limits"), name);
  if (line == NULL) return false;
  *out = UINT64_MAX;
  if (strncmp(line, "unlimited", 9) == 0) return true;
  *out = strtoull(line, &end, 10);
  return end != line;
}

static const char realtime_advice[] =
    "ulimit -r 1 before the program, after 'USER - rtprio 1' in /etc/security/limits.conf and a new login; "
    "or setcap cap_sys_nice+ep on its file; in a container: --cap-add=SYS_NICE";

static void check_class(struct rdo_check *check) {
  const struct rdo_check_live *live = check->live;
  struct rondo_machine_finding finding = {.what = "realtime_class", .where = "sched_setscheduler"};
  enum rdo_realtime realtime = live->try_realtime != NULL ? live->try_realtime(live->user) : RDO_REALTIME_UNKNOWN;
  uint64_t limit = 0;
  if (realtime == RDO_REALTIME_UNKNOWN) {
    finding.where = "/proc/self/limits, CapEff of /proc/self/status";
    bool is_told = read_limit(check, "Max realtime priority", &limit);
    if (limit > 0 || has_capability(check, CAP_SYS_NICE_BIT)) realtime = RDO_REALTIME_ALLOWED;
    else if (is_told) realtime = RDO_REALTIME_REFUSED;
  }
  switch (realtime) {
    case RDO_REALTIME_UNKNOWN: finding.severity = RONDO_FINDING_INFO, finding.value = "not known"; break;
    case RDO_REALTIME_ALLOWED: finding.severity = RONDO_FINDING_OK, finding.value = "threads can become SCHED_FIFO"; break;
    case RDO_REALTIME_REFUSED:
      finding.severity = RONDO_FINDING_WARNING;
      finding.value = "threads cannot become SCHED_FIFO (RLIMIT_RTPRIO is 0, no CAP_SYS_NICE): other programs run before releases";
      finding.advice = realtime_advice;
      break;
    case RDO_REALTIME_OTHER_CLASS:
      finding.severity = RONDO_FINDING_INFO;
      finding.value = "the program is of another class than SCHED_OTHER: its workers stay in it and are not raised for releases";
      finding.advice = "start it as an ordinary program: chrt --other 0";
      break;
  }
  rdo_check_add(check, &finding);
}

// Workers are raised half of the time at most (docs/play.md): a kernel that grants less stops them.
static void check_throttling(struct rdo_check *check) {
  char value[160];
  struct rondo_machine_finding finding = {.severity = RONDO_FINDING_INFO,
                                          .what = "realtime_throttling",
                                          .where = "/proc/sys/kernel/sched_rt_runtime_us",
                                          .value = "not known"};
  int64_t runtime_us = 0, period_us = 1000000;
  rdo_sys_read_number(check->root, 1, INT64_C(1) << 40, &period_us, "proc/sys/kernel/sched_rt_period_us");
  if (rdo_sys_read_number(check->root, -1, INT64_C(1) << 40, &runtime_us, "proc/sys/kernel/sched_rt_runtime_us")) {
    finding.value = value;
    finding.advice = "only real-time threads of your own that take more need this: sysctl -w kernel.sched_rt_runtime_us=-1";
    if (runtime_us < 0 || runtime_us >= period_us) {
      finding.severity = RONDO_FINDING_OK;
      finding.advice = "";
      snprintf(value, sizeof value, "real-time threads are never stopped");
    } else {
      if (runtime_us < period_us / 2) {
        finding.severity = RONDO_FINDING_WARNING;
        finding.advice = "sysctl -w kernel.sched_rt_runtime_us=950000";
      }
      snprintf(value, sizeof value, "real-time threads may take %.3g %% of the time; rondo's take half at most",
               100.0 * (double)runtime_us / (double)period_us);
    }
  }
  rdo_check_add(check, &finding);
}

static void check_kernel(struct rdo_check *check) {
  int64_t is_rt = 0;
  rdo_sys_read_number(check->root, 0, 1, &is_rt, "sys/kernel/realtime");
  rdo_check_add(check, &(struct rondo_machine_finding){
                           .severity = is_rt != 0 ? RONDO_FINDING_OK : RONDO_FINDING_INFO,
                           .what = "realtime_kernel",
                           .where = "/sys/kernel/realtime",
                           .value = is_rt != 0 ? "PREEMPT_RT" : "not PREEMPT_RT: interrupt handlers run before every thread",
                           .advice = is_rt != 0 ? "" : "where bounds count, install a kernel with PREEMPT_RT (Debian: linux-image-rt-amd64)",
                       });
}

// Lines of proc/swaps behind its heading.
static bool has_swap(const struct rdo_check *check, bool *out_is_told) {
  char text[FILE_BYTES];
  const char *line = strchr(read_line(check, text, "proc/swaps"), '\n');
  *out_is_told = text[0] != '\0';
  return line != NULL && line[1] != '\0';
}

// With swap, pages that are not locked come from a disk when they are needed.
static void check_memory(struct rdo_check *check) {
  char value[160];
  bool is_told, swaps = has_swap(check, &is_told);
  uint64_t limit = 0;
  struct rondo_machine_finding finding = {.severity = RONDO_FINDING_INFO, .what = "locked_memory", .where = "/proc/self/limits", .value = value};
  bool has_limit = read_limit(check, "Max locked memory", &limit);
  if (limit == UINT64_MAX || has_capability(check, CAP_IPC_LOCK_BIT)) {
    finding.severity = RONDO_FINDING_OK;
    snprintf(value, sizeof value, "mlockall may lock all memory");
  } else if (!has_limit) {
    snprintf(value, sizeof value, "not known");
  } else {
    if (swaps) finding.severity = RONDO_FINDING_WARNING;
    snprintf(value, sizeof value, "mlockall may lock %" PRIu64 " KiB (RLIMIT_MEMLOCK)%s", limit / 1024,
             swaps ? ", and there is swap: what is not locked may have to come back from it" : "");
    finding.advice = "ulimit -l unlimited, after 'USER - memlock unlimited' in /etc/security/limits.conf and a new login; "
                     "in a container: --ulimit memlock=-1";
  }
  rdo_check_add(check, &finding);
  rdo_check_add(check, &(struct rondo_machine_finding){
                           .severity = is_told && !swaps ? RONDO_FINDING_OK : RONDO_FINDING_INFO,
                           .what = "swap",
                           .where = "/proc/swaps",
                           .value = !is_told ? "not known" : swaps ? "on" : "none",
                           .advice = swaps ? "swapoff -a" : "",
                       });
}

static void check_pages(struct rdo_check *check) {
  char text[FILE_BYTES];
  struct rondo_machine_finding finding = {.severity = RONDO_FINDING_INFO,
                                          .what = "huge_pages",
                                          .where = "/sys/kernel/mm/transparent_hugepage/enabled",
                                          .value = "not known"};
  if (read_line(check, text, "sys/kernel/mm/transparent_hugepage/enabled")[0] != '\0') {
    bool is_always = strstr(text, "[always]") != NULL;
    finding.value = text;
    if (!is_always) finding.severity = RONDO_FINDING_OK;
    else finding.advice = "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled: else the kernel joins pages while a program runs";
  }
  rdo_check_add(check, &finding);
}

static void check_quota(struct rdo_check *check) {
  char value[160];
  int64_t millicpus = check->topology->quota_millicpus;
  snprintf(value, sizeof value, "a cgroup grants the time of %.2f CPUs, and stops the program for the rest of each period", (double)millicpus / 1000);
  rdo_check_add(check, &(struct rondo_machine_finding){
                           .severity = millicpus != 0 ? RONDO_FINDING_WARNING : RONDO_FINDING_OK,
                           .what = "cpu_quota",
                           .where = "cpu.max of the cgroup",
                           .value = millicpus != 0 ? value : "none",
                           .advice = millicpus != 0 ? "give the container CPUs in place of a share: --cpuset-cpus=LIST without --cpus; "
                                                      "a service: AllowedCPUs= without CPUQuota="
                                                    : "",
                       });
}

void rdo_check_rights(struct rdo_check *check) {
  check_class(check);
  check_throttling(check);
  check_kernel(check);
  check_memory(check);
  check_pages(check);
  check_quota(check);
}

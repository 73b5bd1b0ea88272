// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "profile/steady.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"

enum {
  SWITCHES_LEAST = 3,          // fewer may be the kernel itself
  CALLS_PER_SWITCH = 20,       // fewer calls for each involuntary switch: others want these CPUs
  FREQUENCY_CHANGE_PERCENT = 10,
  STOLEN_SHARE = 100,          // more than one part in so many
};

static int64_t count_switches(const struct rdo_executor *executor) {
  int64_t total = 0;
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    char path[64], line[256];
    snprintf(path, sizeof path, "/proc/self/task/%d/status", executor->workers[i].thread_id);
    FILE *file = fopen(path, "re");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
      int64_t count;
      if (sscanf(line, "nonvoluntary_ctxt_switches: %" SCNd64, &count) == 1) total += count;
    }
    if (file != NULL) fclose(file);
  }
  return total;
}

// The eighth number of a line of /proc/stat.
static int64_t count_stolen(const struct rdo_cpu_set *cpus) {
  char line[512];
  int64_t total = 0;
  FILE *file = fopen("/proc/stat", "re");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    int cpu;
    uint64_t stolen;
    if (sscanf(line, "cpu%d %*u %*u %*u %*u %*u %*u %*u %" SCNu64, &cpu, &stolen) != 2 || cpu < 0 || cpu >= RDO_CPU_SET_BITS) continue;
    if (rdo_cpu_set_contains(cpus, cpu)) total += (int64_t)stolen;
  }
  if (file != NULL) fclose(file);
  return total;
}

static int64_t lowest_frequency(const struct rdo_cpu_set *cpus) {
  int64_t lowest = 0;
  for (int cpu = rdo_cpu_set_first(cpus); cpu >= 0; cpu = rdo_cpu_set_next(cpus, cpu)) {
    char path[96];
    int64_t khz = 0;
    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/cpufreq/scaling_cur_freq", cpu);
    FILE *file = fopen(path, "re");
    if (file == NULL) return 0;
    if (fscanf(file, "%" SCNd64, &khz) == 1 && khz > 0 && (lowest == 0 || khz < lowest)) lowest = khz;
    fclose(file);
  }
  return lowest;
}

void rdo_steadiness_begin(struct rdo_steadiness *steadiness, const struct rdo_executor *executor) {
  *steadiness = (struct rdo_steadiness){.executor = executor, .cpus = rdo_cpu_set_none()};
  for (uint32_t i = 0; i < executor->worker_count; ++i) steadiness->cpus = rdo_cpu_set_or(steadiness->cpus, &executor->workers[i].cpus);
  steadiness->switch_count = count_switches(executor);
  steadiness->stolen_ticks = count_stolen(&steadiness->cpus);
  steadiness->frequency_khz = lowest_frequency(&steadiness->cpus);
  steadiness->begin_ns = rdo_clock_now_ns();
}

static void remark_switches(const struct rdo_steadiness *steadiness, uint64_t calls, uint64_t batches, char text[RDO_REMARK_BYTES]) {
  int64_t count = count_switches(steadiness->executor) - steadiness->switch_count - (int64_t)batches;
  if (count < SWITCHES_LEAST || (uint64_t)count * CALLS_PER_SWITCH <= calls) return;
  snprintf(text, RDO_REMARK_BYTES, "other threads ran on its CPUs: %" PRId64 " involuntary switches in %" PRIu64 " calls; end other programs", count, calls);
}

static void remark_stolen(const struct rdo_steadiness *steadiness, char text[RDO_REMARK_BYTES]) {
  int64_t ticks_per_s = sysconf(_SC_CLK_TCK);
  int64_t stolen_ms = ticks_per_s > 0 ? (count_stolen(&steadiness->cpus) - steadiness->stolen_ticks) * 1000 / ticks_per_s : 0;
  int64_t passed_ms = (rdo_clock_now_ns() - steadiness->begin_ns) / 1000000 * rdo_cpu_set_count(&steadiness->cpus);
  if (stolen_ms <= 0 || stolen_ms * STOLEN_SHARE <= passed_ms) return;
  snprintf(text, RDO_REMARK_BYTES, "the hypervisor took %" PRId64 " of %" PRId64 " ms of its CPUs", stolen_ms, passed_ms);
}

static void remark_frequency(const struct rdo_steadiness *steadiness, char text[RDO_REMARK_BYTES]) {
  int64_t now = lowest_frequency(&steadiness->cpus), before = steadiness->frequency_khz;
  int64_t change = now > before ? now - before : before - now;
  if (now == 0 || before == 0 || change * 100 <= before * FREQUENCY_CHANGE_PERCENT) return;
  snprintf(text, RDO_REMARK_BYTES, "the frequency of its CPUs went from %" PRId64 " to %" PRId64 " MHz; set the governor to performance", before / 1000, now / 1000);
}

bool rdo_steadiness_remark(const struct rdo_steadiness *steadiness, int cause, uint64_t calls, uint64_t batches, char text[RDO_REMARK_BYTES]) {
  text[0] = '\0';
  switch (cause) {
    case 0: remark_switches(steadiness, calls, batches, text); return true;
    case 1: remark_stolen(steadiness, text); return true;
    case 2: remark_frequency(steadiness, text); return true;
    default: return false;
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Whose the time is: the clock, a hypervisor that takes some of it, other programs.

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "machine/check_impl.h"

enum {
  STAT_BYTES = 64 * 1024,  // the lines of CPUs come first; the rest may be cut
  CPUINFO_BYTES = 8192,    // the first CPU's part
  WORD_BYTES = 64,
};

static const double busy_share_max = 0.2;     // of a CPU: 200 ms are 20 ticks of the usual clock
static const double stolen_share_max = 0.001;

// The clock that is fast and steady, and those that a hypervisor's page makes fast.
static const char *const good_clocks[] = {"tsc", "arch_sys_counter", "riscv_clocksource"};
static const char *const page_clocks[] = {"kvm-clock", "hyperv_clocksource_tsc_page", "xen"};

static bool is_among(const char *word, const char *const *words, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    if (strcmp(word, words[i]) == 0) return true;
  }
  return false;
}

static void check_clock(struct rdo_check *check) {
  char name[WORD_BYTES], value[160];
  struct rondo_machine_finding finding = {.severity = RONDO_FINDING_INFO,
                                          .what = "clocksource",
                                          .where = "/sys/devices/system/clocksource/clocksource0/current_clocksource",
                                          .value = "not known"};
  if (rdo_sys_read_text(check->root, name, sizeof name, "sys/devices/system/clocksource/clocksource0/current_clocksource") > 0) {
    finding.value = value;
    snprintf(value, sizeof value, "%s", name);
    if (is_among(name, good_clocks, sizeof good_clocks / sizeof good_clocks[0])) {
      finding.severity = RONDO_FINDING_OK;
    } else if (is_among(name, page_clocks, sizeof page_clocks / sizeof page_clocks[0])) {
      snprintf(value, sizeof value, "%s: the hypervisor's, read without a call of the kernel", name);
    } else {
      finding.severity = RONDO_FINDING_WARNING;
      snprintf(value, sizeof value, "%s: each reading is a call of the kernel, and slow", name);
      finding.advice = "see why the kernel gave up the tsc: dmesg | grep -i tsc; boot with tsc=reliable if the processor's is constant";
    }
  }
  rdo_check_add(check, &finding);
}

// Times of one CPU since the start, in ticks: all, not idle, taken by the hypervisor.
struct ticks {
  uint64_t all, busy, stolen;
};

// "cpu3 user nice system idle iowait irq softirq steal ...": guests are part of user. False when it is not told.
static bool find_ticks(const char *stat, int cpu, struct ticks *out) {
  char name[16];
  uint64_t fields[8] = {0};
  *out = (struct ticks){0};
  snprintf(name, sizeof name, "cpu%d ", cpu);
  const char *at = rdo_check_find_line(stat, name), *line_end = at != NULL ? strchr(at, '\n') : NULL;
  if (line_end == NULL) return false;  // the last line may be cut
  for (int i = 0; i < 8; ++i) {
    char *end;
    fields[i] = strtoull(at, &end, 10) & INT64_MAX >> 4;  // eight of them cannot overflow
    if (end == at || end > line_end) return false;
    at = end;
  }
  for (int i = 0; i < 8; ++i) out->all += fields[i];
  out->busy = out->all - fields[3] - fields[4];
  out->stolen = fields[7];
  return true;
}

static double share(double part, double whole) { return whole > 0 ? part / whole : 0; }

// The first processor's flags say "hypervisor" on x86; elsewhere the kernel may say which one it is.
static bool is_virtual(const struct rdo_check *check) {
  char text[CPUINFO_BYTES];
  if (rdo_sys_exists(check->root, "sys/hypervisor/type")) return true;
  if (rdo_sys_read_begin(check->root, text, sizeof text, "proc/cpuinfo") < 0) return false;
  const char *flags = rdo_check_find_line(text, "flags");
  size_t length = flags != NULL ? strcspn(flags, "\n") : 0;
  for (const char *at = flags; at != NULL && (at = strstr(at, "hypervisor")) != NULL && at < flags + length; ++at) {
    if (at[-1] == ' ' && (at[10] == ' ' || at[10] == '\n' || at[10] == '\0')) return true;
  }
  return false;
}

static void check_virtual(struct rdo_check *check, const char *stat) {
  char value[160];
  struct ticks ticks;
  double all = 0, taken = 0;
  const struct rdo_cpu_set *allowed = &check->topology->allowed;
  for (int cpu = rdo_cpu_set_first(allowed); cpu >= 0; cpu = rdo_cpu_set_next(allowed, cpu)) {
    if (!find_ticks(stat, cpu, &ticks)) continue;
    all += (double)ticks.all;
    taken += (double)ticks.stolen;
  }
  double stolen = share(taken, all);
  bool is_guest = is_virtual(check), is_robbed = stolen >= stolen_share_max;
  snprintf(value, sizeof value, "%s; the hypervisor took %.2g %% of the CPUs' time since the start", is_guest ? "yes" : "the processor does not say so", 100 * stolen);
  rdo_check_add(check, &(struct rondo_machine_finding){
                           .severity = is_robbed ? RONDO_FINDING_WARNING : is_guest ? RONDO_FINDING_INFO : RONDO_FINDING_OK,
                           .what = "virtual_machine",
                           .where = "/proc/cpuinfo, steal in /proc/stat",
                           .value = is_robbed || is_guest ? value : "no sign of one",
                           .advice = is_robbed ? "give the guest CPUs of its own (vcpupin, dedicated cores), or use the machine itself"
                                     : is_guest ? "times hold only as long as the host gives its CPUs: pin them there"
                                                : "",
                       });
}

static void check_busy(struct rdo_check *check, const char *before, const char *after) {
  char list[RDO_CPU_SET_TEXT_BYTES], value[RDO_CHECK_TEXT_BYTES];
  struct rdo_cpu_set busy = rdo_cpu_set_none();
  double highest = 0;
  int count = 0;
  const struct rdo_cpu_set *allowed = &check->topology->allowed;
  for (int cpu = rdo_cpu_set_first(allowed); cpu >= 0; cpu = rdo_cpu_set_next(allowed, cpu)) {
    struct ticks old = {0}, new;
    if (!find_ticks(after, cpu, &new)) continue;
    if (before != NULL) find_ticks(before, cpu, &old);
    if (new.all <= old.all || new.busy < old.busy) continue;  // idle times may go back a little
    double part = share((double)(new.busy - old.busy), (double)(new.all - old.all));
    if (part > highest) highest = part;
    if (part >= busy_share_max) rdo_cpu_set_add(&busy, cpu);
    ++count;
  }
  bool is_busy = !rdo_cpu_set_is_empty(&busy);
  const char *when = before != NULL ? "in the last 200 ms" : "since the start";
  rdo_cpu_set_format(&busy, list, sizeof list);
  if (is_busy) snprintf(value, sizeof value, "busy: CPUs %s, up to %.0f %% %s", list, 100 * highest, when);
  else snprintf(value, sizeof value, "no CPU is busy for more than %.0f %% %s", 100 * highest, when);
  rdo_check_add(check, &(struct rondo_machine_finding){
                           .severity = is_busy ? RONDO_FINDING_WARNING : count > 0 ? RONDO_FINDING_OK : RONDO_FINDING_INFO,
                           .what = "load",
                           .where = "/proc/stat",
                           .value = count > 0 ? value : "not known",
                           .advice = is_busy ? "top -1 shows who it is: end it, or keep it on other CPUs (taskset -apc LIST PID)" : "",
                       });
}

// The text of proc/stat, "" when it is not there.
static void read_stat(const struct rdo_check *check, char *text) {
  if (rdo_sys_read_begin(check->root, text, STAT_BYTES, "proc/stat") < 0) text[0] = '\0';
  size_t length = strlen(text);
  if (length + 1 < STAT_BYTES) strcpy(text + length, "\n");  // the reader cuts the last line's end off
}

void rdo_check_load(struct rdo_check *check) {
  const struct rdo_check_live *live = check->live;
  char *texts;
  if (check->status != RONDO_OK) return;
  check->status = rdo_alloc_array(2, STAT_BYTES, &texts, check->diag);
  if (check->status != RONDO_OK) return;
  char *before = texts, *after = texts + STAT_BYTES;
  read_stat(check, before);
  if (live->pause != NULL) {
    live->pause(live->user);
    read_stat(check, after);
  }
  check_clock(check);
  check_virtual(check, before);
  if (live->pause != NULL) check_busy(check, before, after);
  else check_busy(check, NULL, before);
  rdo_free(texts);
}

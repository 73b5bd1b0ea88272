// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What makes the CPUs that this process may use slow or late: who else is on them, their clock, their sleep.

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "machine/check_impl.h"

enum {
  // Half of the time by which a worker ends its sleep before a release (RDO_MARGIN_DEFAULT_NS, task/margin.h).
  IDLE_LATENCY_US_MAX = 100,
  IDLE_STATES_MAX = 16,
  INTERRUPTS_MAX = 1024,  // numbers looked at
  WORD_BYTES = 64,
};

#define CPU_PATH "sys/devices/system/cpu/"

static void format_set(const struct rdo_cpu_set *set, char text[RDO_CPU_SET_TEXT_BYTES]) { rdo_cpu_set_format(set, text, RDO_CPU_SET_TEXT_BYTES); }

static void check_isolated(struct rdo_check *check) {
  const struct rdo_topology *t = check->topology;
  char list[RDO_CPU_SET_TEXT_BYTES], value[RDO_CHECK_TEXT_BYTES];
  struct rdo_cpu_set isolated = rdo_cpu_set_and(t->isolated, &t->allowed), rest = rdo_cpu_set_andnot(t->allowed, &isolated);
  struct rondo_machine_finding finding = {.severity = RONDO_FINDING_INFO, .what = "isolated_cpus", .where = "/" CPU_PATH "isolated", .value = value};
  format_set(&isolated, list);
  if (rdo_cpu_set_is_empty(&rest)) {
    finding.severity = RONDO_FINDING_OK;
    snprintf(value, sizeof value, "all that this process may use: %s", list);
  } else {
    snprintf(value, sizeof value, "%s%s", rdo_cpu_set_is_empty(&isolated) ? "none of those that this process may use" : "of those that it may use only ", list);
    finding.advice = "not needed where nothing else runs; else boot with isolcpus=LIST nohz_full=LIST rcu_nocbs=LIST and start with taskset -c LIST";
  }
  rdo_check_add(check, &finding);
}

// Cores of which a worker has one CPU, and everybody else the others.
static void check_smt(struct rdo_check *check) {
  const struct rdo_topology *t = check->topology;
  char list[RDO_CPU_SET_TEXT_BYTES], value[RDO_CHECK_TEXT_BYTES];
  struct rdo_cpu_set shared = rdo_cpu_set_none();
  for (int i = 0; i < t->core_count; ++i) {
    if (!rdo_cpu_set_intersects(&t->cores[i].cpus, &t->allowed) || rdo_cpu_set_count(&t->cores[i].cpus) < 2) continue;
    shared = rdo_cpu_set_or(shared, &t->cores[i].cpus);
  }
  bool is_shared = !rdo_cpu_set_is_empty(&shared);
  format_set(&shared, list);
  snprintf(value, sizeof value, "CPUs %s share cores: what runs on the one slows down the other", list);
  rdo_check_add(check, &(struct rondo_machine_finding){
                           .severity = is_shared ? RONDO_FINDING_WARNING : RONDO_FINDING_OK,
                           .what = "smt",
                           .where = "/" CPU_PATH "cpu*/topology",
                           .value = is_shared ? value : "each CPU has a core of its own",
                           .advice = is_shared ? "echo off > /sys/devices/system/cpu/smt/control, or keep other programs off these cores" : "",
                       });
}

static void check_governor(struct rdo_check *check) {
  char list[RDO_CPU_SET_TEXT_BYTES], value[RDO_CHECK_TEXT_BYTES], word[WORD_BYTES], first[WORD_BYTES] = "";
  struct rdo_cpu_set slow = rdo_cpu_set_none();
  bool is_told = false;
  const struct rdo_cpu_set *allowed = &check->topology->allowed;
  for (int cpu = rdo_cpu_set_first(allowed); cpu >= 0; cpu = rdo_cpu_set_next(allowed, cpu)) {
    if (rdo_sys_read_text(check->root, word, sizeof word, CPU_PATH "cpu%d/cpufreq/scaling_governor", cpu) <= 0) continue;
    is_told = true;
    if (strcmp(word, "performance") == 0) continue;
    if (first[0] == '\0') strcpy(first, word);
    rdo_cpu_set_add(&slow, cpu);
  }
  bool is_slow = !rdo_cpu_set_is_empty(&slow);
  format_set(&slow, list);
  snprintf(value, sizeof value, "%s on CPUs %s: a core that rested is slow at first", first, list);
  rdo_check_add(check, &(struct rondo_machine_finding){
                           .severity = is_slow ? RONDO_FINDING_WARNING : is_told ? RONDO_FINDING_OK : RONDO_FINDING_INFO,
                           .what = "governor",
                           .where = "/" CPU_PATH "cpu*/cpufreq/scaling_governor",
                           .value = is_slow ? value : is_told ? "performance" : "not known: the system does not tell frequencies",
                           .advice = is_slow ? "cpupower frequency-set -g performance" : "",
                       });
}

static void check_turbo(struct rdo_check *check) {
  int64_t is_off = 0, is_on = 0;
  struct rondo_machine_finding finding = {.severity = RONDO_FINDING_INFO, .what = "turbo", .where = "/" CPU_PATH "cpufreq/boost", .value = "not known"};
  if (rdo_sys_read_number(check->root, 0, 1, &is_off, CPU_PATH "intel_pstate/no_turbo")) {
    finding.where = "/" CPU_PATH "intel_pstate/no_turbo";
    finding.advice = "echo 1 > /" CPU_PATH "intel_pstate/no_turbo";
    is_on = 1 - is_off;
  } else if (rdo_sys_read_number(check->root, 0, 1, &is_on, CPU_PATH "cpufreq/boost")) {
    finding.advice = "echo 0 > /" CPU_PATH "cpufreq/boost";
  } else {
    rdo_check_add(check, &finding);
    return;
  }
  finding.value = is_on != 0 ? "on: speed depends on heat and on what other cores do" : "off";
  if (is_on == 0) {
    finding.severity = RONDO_FINDING_OK;
    finding.advice = "";
  }
  rdo_check_add(check, &finding);
}

// How long the deepest sleep of a CPU that is not switched off takes to end; -1 = not known.
static int64_t read_idle_latency(const struct rdo_check *check, int cpu, char name[WORD_BYTES]) {
  int64_t deepest_us = -1;
  for (int state = 0; state < IDLE_STATES_MAX; ++state) {
    int64_t latency_us = 0, is_disabled = 0;
    if (!rdo_sys_read_number(check->root, 0, INT64_C(1) << 40, &latency_us, CPU_PATH "cpu%d/cpuidle/state%d/latency", cpu, state)) break;
    rdo_sys_read_number(check->root, 0, INT64_C(1) << 40, &is_disabled, CPU_PATH "cpu%d/cpuidle/state%d/disable", cpu, state);
    if (is_disabled != 0 || latency_us <= deepest_us) continue;
    deepest_us = latency_us;
    if (rdo_sys_read_text(check->root, name, WORD_BYTES, CPU_PATH "cpu%d/cpuidle/state%d/name", cpu, state) < 0) snprintf(name, WORD_BYTES, "state%d", state);
  }
  return deepest_us;
}

static void check_idle(struct rdo_check *check) {
  char value[RDO_CHECK_TEXT_BYTES], advice[160], name[WORD_BYTES] = "", deepest_name[WORD_BYTES] = "";
  const struct rdo_check_live *live = check->live;
  const struct rdo_cpu_set *allowed = &check->topology->allowed;
  int64_t deepest_us = -1, wanted_us = live->idle_latency_us != NULL ? live->idle_latency_us(live->user) : -1;
  for (int cpu = rdo_cpu_set_first(allowed); cpu >= 0; cpu = rdo_cpu_set_next(allowed, cpu)) {
    int64_t latency_us = read_idle_latency(check, cpu, name);
    if (latency_us <= deepest_us) continue;
    deepest_us = latency_us;
    strcpy(deepest_name, name);
  }
  struct rondo_machine_finding finding = {.severity = RONDO_FINDING_OK, .what = "idle_states", .where = "/" CPU_PATH "cpu*/cpuidle", .value = value};
  if (deepest_us < 0) {
    finding.severity = RONDO_FINDING_INFO;
    snprintf(value, sizeof value, "not known: the system does not tell how deep CPUs sleep");
  } else if (deepest_us <= IDLE_LATENCY_US_MAX) {
    snprintf(value, sizeof value, "the deepest, %s, ends within %" PRId64 " us", deepest_name, deepest_us);
  } else if (wanted_us >= 0 && wanted_us <= IDLE_LATENCY_US_MAX) {
    finding.where = "/dev/cpu_dma_latency";
    snprintf(value, sizeof value, "somebody holds them to %" PRId64 " us (/dev/cpu_dma_latency)", wanted_us);
  } else {
    finding.severity = RONDO_FINDING_WARNING;
    snprintf(value, sizeof value, "the deepest, %s, takes %" PRId64 " us to end: a worker that rests may wake too late", deepest_name, deepest_us);
    snprintf(advice, sizeof advice, "cpupower idle-set -D %d, or hold /dev/cpu_dma_latency open with %d in it (int32)", IDLE_LATENCY_US_MAX, IDLE_LATENCY_US_MAX);
    finding.advice = advice;
  }
  rdo_check_add(check, &finding);
}

// Device interrupts that go to these CPUs, and whether somebody moves them about.
static void check_interrupts(struct rdo_check *check) {
  char value[160];
  int count = 0, here_count = 0;
  for (int irq = 0; irq < INTERRUPTS_MAX; ++irq) {
    struct rdo_cpu_set cpus;
    if (!rdo_sys_read_list(check->root, &cpus, NULL, "proc/irq/%d/effective_affinity_list", irq) &&
        !rdo_sys_read_list(check->root, &cpus, NULL, "proc/irq/%d/smp_affinity_list", irq)) continue;
    ++count;
    here_count += rdo_cpu_set_intersects(&cpus, &check->topology->allowed);
  }
  bool is_balanced = rdo_sys_exists(check->root, "run/irqbalance") || rdo_sys_exists(check->root, "run/irqbalance.pid");
  bool is_quiet = count > 0 && here_count == 0;
  snprintf(value, sizeof value, "%d of %d go to CPUs that this process may use%s", here_count, count, is_balanced ? ", and irqbalance moves them" : "");
  rdo_check_add(check, &(struct rondo_machine_finding){
                           .severity = is_quiet ? RONDO_FINDING_OK : RONDO_FINDING_INFO,
                           .what = "interrupts",
                           .where = "/proc/irq/*/effective_affinity_list",
                           .value = count > 0 ? value : is_balanced ? "not known, and irqbalance moves them" : "not known",
                           .advice = is_balanced && !is_quiet ? "systemctl stop irqbalance, then echo OTHER_CPUS > /proc/irq/NUMBER/smp_affinity_list"
                                     : here_count > 0        ? "echo OTHER_CPUS > /proc/irq/NUMBER/smp_affinity_list, as root, for those that come often (/proc/interrupts)"
                                                             : "",
                       });
}

void rdo_check_cpus(struct rdo_check *check) {
  check_isolated(check);
  check_smt(check);
  check_governor(check);
  check_turbo(check);
  check_idle(check);
  check_interrupts(check);
}

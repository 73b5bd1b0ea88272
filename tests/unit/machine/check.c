// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Findings about machines whose files are changed one by one: each finding of every severity that it has.

#include "machine/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "topology_test.h"

static const char *const names[] = {"realtime_class", "realtime_throttling", "realtime_kernel", "locked_memory", "swap",
                                    "huge_pages", "cpu_quota", "isolated_cpus", "smt", "governor",
                                    "turbo", "idle_states", "interrupts", "clocksource", "virtual_machine", "load"};
enum { NAME_COUNT = sizeof names / sizeof names[0] };

#define OK RONDO_FINDING_OK
#define INFO RONDO_FINDING_INFO
#define WARNING RONDO_FINDING_WARNING
#define CPU "sys/devices/system/cpu/"

static struct rondo_findings *look(const char *root, const struct rdo_check_live *live) {
  struct rdo_topology topology;
  struct rdo_sys_root files;
  struct rondo_findings *findings;
  assert_int_equal(rdo_topology_read(&(struct rdo_topology_options){.root = root}, &topology, NULL), RONDO_OK);
  assert_int_equal(rdo_sys_root_open(root, &files, NULL), RONDO_OK);
  assert_int_equal(rdo_check_machine(&topology, &files, live, &findings, NULL), RONDO_OK);
  rdo_sys_root_close(&files);
  rdo_topology_deinit(&topology);
  return findings;
}

// All names once, in their order; texts are there.
static void expect_shape(const struct rondo_findings *findings) {
  struct rondo_machine_finding finding;
  assert_int_equal(rondo_findings_count(findings), NAME_COUNT);
  for (int i = 0; i < NAME_COUNT; ++i) {
    assert_int_equal(rondo_findings_at(findings, i, &finding), RONDO_OK);
    assert_string_equal(finding.what, names[i]);
    assert_true(finding.where[0] != '\0' && finding.value[0] != '\0');
    if (finding.severity == OK) assert_string_equal(finding.advice, "");
    if (finding.severity == WARNING) assert_string_not_equal(finding.advice, "");
    for (const char *at = finding.value; *at != '\0'; ++at) assert_true(*at >= ' ' && *at <= '~');
  }
  assert_int_equal(rondo_findings_at(findings, NAME_COUNT, &finding), RONDO_OUT_OF_RANGE);
  assert_null(finding.what);
  assert_int_equal(rondo_findings_at(findings, -1, &finding), RONDO_OUT_OF_RANGE);
}

// One finding's severity and words of its value.
static void expect(const struct rondo_findings *findings, const char *what, enum rondo_finding_severity severity, const char *words) {
  struct rondo_machine_finding finding = {.what = NULL};
  expect_shape(findings);
  for (int i = 0; i < NAME_COUNT; ++i) {
    rondo_findings_at(findings, i, &finding);
    if (strcmp(finding.what, what) == 0) break;
  }
  if (finding.severity != severity || strstr(finding.value, words) == NULL) {
    fail_msg("%s: severity %d \"%s\"; expected %d \"%s\"", what, (int)finding.severity, finding.value, (int)severity, words);
  }
}

// The prepared machine with one file changed (text), or removed (NULL): exactly this finding changes.
static void expect_changed(const char *what, enum rondo_finding_severity severity, const char *words, const char *const *files,
                           const struct rdo_check_live *live) {
  char root[64], path[256];
  struct rondo_machine_finding finding;
  tree_make_root(root);
  unpack_tree("prepared", root);
  for (; *files != NULL; files += 2) {
    snprintf(path, sizeof path, "%s/%s", root, files[0]);
    if (files[1] != NULL) tree_write_text(root, files[0], files[1]);
    else unlink(path);
  }
  struct rondo_findings *findings = look(root, live);
  expect(findings, what, severity, words);
  for (int i = 0; i < NAME_COUNT; ++i) {
    rondo_findings_at(findings, i, &finding);
    if (strcmp(names[i], what) != 0 && finding.severity != OK) fail_msg("for %s also: %s: %s", what, names[i], finding.value);
  }
  rondo_findings_release(&findings);
  assert_null(findings);
  tree_remove(root);
}

#define FILES(...) ((const char *const[]){__VA_ARGS__, NULL})
#define LIMITS(rtprio, memlock) "Limit  Soft Limit\nMax locked memory  " memlock " " memlock " bytes\nMax realtime priority  " rtprio " 0\n"
#define NO_SWAP "Filename Type\n"

static void test_rights(void **state) {
  (void)state;
  expect_changed("realtime_class", WARNING, "RLIMIT_RTPRIO", FILES("proc/self/limits", LIMITS("0", "unlimited")), NULL);
  expect_changed("realtime_class", OK, "SCHED_FIFO", FILES("proc/self/limits", LIMITS("1", "unlimited")), NULL);
  expect_changed("realtime_class", OK, "SCHED_FIFO",
                 FILES("proc/self/limits", LIMITS("0", "unlimited"), "proc/self/status", "CapEff:\t0000000000800000\n"), NULL);
  expect_changed("realtime_throttling", INFO, "95 %", FILES("proc/sys/kernel/sched_rt_runtime_us", "950000\n"), NULL);
  expect_changed("realtime_throttling", OK, "never", FILES("proc/sys/kernel/sched_rt_runtime_us", "1000000\n"), NULL);
  expect_changed("realtime_throttling", WARNING, "30 %", FILES("proc/sys/kernel/sched_rt_runtime_us", "300000\n"), NULL);
  expect_changed("realtime_throttling", WARNING, "0 %", FILES("proc/sys/kernel/sched_rt_runtime_us", "0\n"), NULL);
  expect_changed("realtime_throttling", INFO, "not known", FILES("proc/sys/kernel/sched_rt_runtime_us", "much\n"), NULL);
  expect_changed("realtime_kernel", INFO, "not PREEMPT_RT", FILES("sys/kernel/realtime", "0\n"), NULL);
  expect_changed("cpu_quota", WARNING, "1.50 CPUs", FILES("sys/fs/cgroup/cpu.max", "150000 100000\n"), NULL);
}

static void test_memory(void **state) {
  (void)state;
  expect_changed("locked_memory", INFO, "64 KiB (RLIMIT_MEMLOCK)", FILES("proc/self/limits", LIMITS("1", "65536")), NULL);
  expect_changed("locked_memory", OK, "all memory",
                 FILES("proc/self/limits", LIMITS("1", "0"), "proc/self/status", "CapEff:\t0000000000004000\n"), NULL);
  expect_changed("locked_memory", INFO, "not known", FILES("proc/self/limits", "Max realtime priority  1 1\n"), NULL);
  expect_changed("swap", INFO, "on", FILES("proc/swaps", NO_SWAP "/dev/sda2 partition 8 0 -2\n"), NULL);
  expect_changed("swap", INFO, "not known", FILES("proc/swaps", NULL), NULL);
  expect_changed("huge_pages", INFO, "[always]", FILES("sys/kernel/mm/transparent_hugepage/enabled", "[always] madvise never\n"), NULL);
  expect_changed("huge_pages", INFO, "not known", FILES("sys/kernel/mm/transparent_hugepage/enabled", NULL), NULL);
}

static void test_cpus(void **state) {
  (void)state;
  expect_changed("isolated_cpus", INFO, "only 1-3", FILES(CPU "isolated", "1-3\n"), NULL);
  expect_changed("isolated_cpus", INFO, "none", FILES(CPU "isolated", "\n"), NULL);
  expect_changed("smt", WARNING, "CPUs 2-3 share",
                 FILES(CPU "cpu2/topology/thread_siblings_list", "2-3\n", CPU "cpu3/topology/thread_siblings_list", "2-3\n", CPU "cpu3/topology/core_id", "2\n"), NULL);
  expect_changed("governor", WARNING, "powersave on CPUs 1,3",
                 FILES(CPU "cpu1/cpufreq/scaling_governor", "powersave\n", CPU "cpu3/cpufreq/scaling_governor", "schedutil\n"), NULL);
  expect_changed("governor", WARNING, "po?er\"?\\ on CPUs 0", FILES(CPU "cpu0/cpufreq/scaling_governor", "po\033er\"\xff\\\n"), NULL);
  expect_changed("governor", INFO, "not known",
                 FILES(CPU "cpu0/cpufreq/scaling_governor", NULL, CPU "cpu1/cpufreq/scaling_governor", NULL, CPU "cpu2/cpufreq/scaling_governor", NULL,
                       CPU "cpu3/cpufreq/scaling_governor", NULL),
                 NULL);
  expect_changed("turbo", INFO, "on:", FILES(CPU "intel_pstate/no_turbo", "0\n"), NULL);
  expect_changed("turbo", INFO, "on:", FILES(CPU "intel_pstate/no_turbo", NULL, CPU "cpufreq/boost", "1\n"), NULL);
  expect_changed("turbo", OK, "off", FILES(CPU "intel_pstate/no_turbo", NULL, CPU "cpufreq/boost", "0\n"), NULL);
  expect_changed("turbo", INFO, "not known", FILES(CPU "intel_pstate/no_turbo", NULL), NULL);
  expect_changed("idle_states", OK, "C1E, ends within 10 us", FILES(CPU "online", "0-3\n"), NULL);
  expect_changed("idle_states", WARNING, "C6, takes 133 us", FILES(CPU "cpu2/cpuidle/state2/disable", "0\n"), NULL);
  expect_changed("interrupts", INFO, "2 of 9 go", FILES("proc/irq/24/effective_affinity_list", "0-1\n", "proc/irq/1023/smp_affinity_list", "3\n"), NULL);
  expect_changed("interrupts", INFO, "3 of 8 go to CPUs that this process may use, and irqbalance",
                 FILES("proc/irq/24/effective_affinity_list", "0\n", "proc/irq/25/effective_affinity_list", "1\n", "proc/irq/26/effective_affinity_list", "2\n",
                       "run/irqbalance.pid", "1\n"),
                 NULL);
}

#define CLOCK "sys/devices/system/clocksource/clocksource0/current_clocksource"

static void test_load(void **state) {
  (void)state;
  expect_changed("clocksource", WARNING, "hpet: each reading", FILES(CLOCK, "hpet\n"), NULL);
  expect_changed("clocksource", INFO, "kvm-clock: the hypervisor's", FILES(CLOCK, "kvm-clock\n"), NULL);
  expect_changed("clocksource", OK, "arch_sys_counter", FILES(CLOCK, "arch_sys_counter\n"), NULL);
  expect_changed("clocksource", INFO, "not known", FILES(CLOCK, NULL), NULL);
  expect_changed("virtual_machine", INFO, "yes; the hypervisor took 0 %", FILES("proc/cpuinfo", "flags\t: fpu hypervisor tsc\n"), NULL);
  expect_changed("virtual_machine", INFO, "yes", FILES("sys/hypervisor/type", "xen\n"), NULL);
  expect_changed("virtual_machine", OK, "no sign", FILES("proc/cpuinfo", "flags\t: fpu hypervisor_x\nmodel name: a hypervisor b\n"), NULL);
  expect_changed("virtual_machine", WARNING, "took 0.5 %", FILES("proc/stat", "cpu0 0 0 0 995 0 0 0 5 0 0\n"), NULL);
  expect_changed("load", WARNING, "busy: CPUs 1-2, up to 50 % since the start",
                 FILES("proc/stat", "cpu0 10 9 0 81\ncpu0 10 9 0 81 0 0 0 0\ncpu1 20 5 5 60 10 0 0 0\ncpu2 10 0 0 50 0 20 20 0 0 0\n"), NULL);
  expect_changed("load", OK, "more than 19 %", FILES("proc/stat", "cpu0 19 0 0 81 0 0 0 0 0 0\ncpu1 9 0 0 91 0 0 0 0 0 0\n"), NULL);
  expect_changed("load", INFO, "not known", FILES("proc/stat", NULL), NULL);
  expect_changed("load", INFO, "not known", FILES("proc/stat", "cpu0 1 2 3\ncpu1 a b c d e f g h\ncpu2\ncpu3 1 2 3 4 5 6 7"), NULL);
}

// What lives --------------------------------------------------------------------------------------------------

struct life {
  enum rdo_realtime realtime;
  int64_t latency_us;
  const char *root, *stat;  // written while the load is looked at
  int pause_count;
};

static enum rdo_realtime try_realtime(void *user) { return ((struct life *)user)->realtime; }
static int64_t idle_latency_us(void *user) { return ((struct life *)user)->latency_us; }
static void pause_between(void *user) {
  struct life *life = user;
  ++life->pause_count;
  if (life->stat != NULL) tree_write_text(life->root, "proc/stat", life->stat);
}

static void test_live_rights(void **state) {
  (void)state;
  struct life life = {.realtime = RDO_REALTIME_REFUSED};
  const struct rdo_check_live live = {.try_realtime = try_realtime, .user = &life};
  expect_changed("realtime_class", WARNING, "cannot become", FILES("proc/self/limits", LIMITS("9", "unlimited")), &live);
  life.realtime = RDO_REALTIME_ALLOWED;
  expect_changed("realtime_class", OK, "can become", FILES("proc/self/limits", LIMITS("0", "unlimited")), &live);
  life.realtime = RDO_REALTIME_OTHER_CLASS;
  expect_changed("realtime_class", INFO, "another class", FILES("proc/self/limits", LIMITS("9", "unlimited")), &live);
  life.realtime = RDO_REALTIME_UNKNOWN;
  expect_changed("realtime_class", WARNING, "cannot become", FILES("proc/self/limits", LIMITS("0", "unlimited")), &live);
  expect_changed("realtime_class", INFO, "not known", FILES("proc/self/limits", "Max locked memory unlimited\n"), &live);
}

static void test_live_idle(void **state) {
  (void)state;
  struct life life = {.latency_us = 0};
  const struct rdo_check_live live = {.idle_latency_us = idle_latency_us, .user = &life};
  const char *const *deep = FILES(CPU "cpu0/cpuidle/state2/disable", "0\n");
  expect_changed("idle_states", OK, "holds them to 0 us", deep, &live);
  life.latency_us = 2000000000;
  expect_changed("idle_states", WARNING, "C6", deep, &live);
  life.latency_us = -1;
  expect_changed("idle_states", WARNING, "C6", deep, &live);
}

// Busy is what was added between the two looks, not what was there.
static void test_live_load(void **state) {
  (void)state;
  static const char before[] = "cpu0 5000 0 0 1000 0 0 0 0 0 0\ncpu1 0 0 0 1000 0 0 0 0 0 0\n";
  static const struct {
    const char *after, *words;
    enum rondo_finding_severity severity;
  } cases[] = {
      {"cpu0 5001 0 0 1019 0 0 0 0 0 0\ncpu1 0 0 0 1020 0 0 0 0 0 0\n", "more than 5 % in the last 200 ms", OK},
      {"cpu0 5000 0 0 1020 0 0 0 0 0 0\ncpu1 15 0 0 1005 0 0 0 0 0 0\n", "busy: CPUs 1, up to 75 % in the last 200 ms", WARNING},
      {"cpu0 4000 0 0 1020 0 0 0 0 0 0\ncpu1 0 0 0 1000 0 0 0 0 0 0\n", "not known", INFO},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; ++i) {
    char root[64];
    tree_make_root(root);
    unpack_tree("prepared", root);
    tree_write_text(root, "proc/stat", before);
    struct life life = {.root = root, .stat = cases[i].after};
    struct rondo_findings *findings = look(root, &(struct rdo_check_live){.pause = pause_between, .user = &life});
    assert_int_equal(life.pause_count, 1);
    expect(findings, "load", cases[i].severity, cases[i].words);
    rondo_findings_release(&findings);
    tree_remove(root);
  }
}

// Machines ----------------------------------------------------------------------------------------------------

static int count(const struct rondo_findings *findings, enum rondo_finding_severity severity) {
  struct rondo_machine_finding finding;
  int found = 0;
  for (int i = 0; i < NAME_COUNT; ++i) found += rondo_findings_at(findings, i, &finding) == RONDO_OK && finding.severity == severity;
  return found;
}

// Whatever a machine's files say, or do not, there is one finding for each name.
static void test_machines(void **state) {
  (void)state;
  static const char *const trees[] = {"prepared", "desktop", "hostile", "holes", "lists_only", "container", "epyc_2x32", "beyond", "rk3588"};
  for (size_t i = 0; i < sizeof trees / sizeof trees[0]; ++i) {
    char root[64];
    struct rondo_findings *findings;
    tree_make_root(root);
    unpack_tree(trees[i], root);
    assert_int_equal(rondo_machine_check(&(struct rondo_machine_options){.root = root}, &findings, NULL), RONDO_OK);
    expect_shape(findings);
    if (i == 0) assert_int_equal(count(findings, OK), NAME_COUNT);
    if (i == 1) assert_int_equal(count(findings, OK), 0);
    if (i == 1) assert_int_equal(count(findings, WARNING), 10);
    rondo_findings_release(&findings);
    tree_remove(root);
  }
}

static void test_no_machine(void **state) {
  (void)state;
  struct rondo_diag diag = {.status = RONDO_OK};
  struct rondo_findings *findings;
  assert_int_equal(rondo_machine_check(&(struct rondo_machine_options){.root = "/no/such/folder"}, &findings, &diag), RONDO_NOT_FOUND);
  assert_null(findings);
  assert_non_null(strstr(diag.message, "/no/such/folder"));
  assert_int_equal(rondo_machine_check(&(struct rondo_machine_options){.allowed = "x"}, &findings, NULL), RONDO_INVALID_ARGUMENT);
  rondo_findings_release(&findings);
  rondo_findings_release(NULL);
}

static void test_here(void **state) {
  (void)state;
  struct rondo_findings *findings;
  assert_int_equal(rondo_machine_check(NULL, &findings, NULL), RONDO_OK);
  expect_shape(findings);
  rondo_findings_release(&findings);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_rights), cmocka_unit_test(test_memory), cmocka_unit_test(test_cpus), cmocka_unit_test(test_load),
      cmocka_unit_test(test_live_rights), cmocka_unit_test(test_live_idle), cmocka_unit_test(test_live_load),
      cmocka_unit_test(test_machines), cmocka_unit_test(test_no_machine), cmocka_unit_test(test_here),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The system calls are made directly: the C library's cpu_set_t has a size of its own.

#include "machine/pin.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine/sys_file.h"

enum {
  // The kernel refuses a buffer with fewer bits than the machine can have CPUs; no kernel is built for more.
  MASK_BITS = RDO_CPU_SET_BITS > 32768 ? RDO_CPU_SET_BITS : 32768,
  MASK_WORDS = MASK_BITS / 64
};

struct mask {
  uint64_t words[MASK_WORDS];
};

//   thread_id  0 = the calling one
static enum rondo_status read_mask(int thread_id, struct mask *mask, struct rondo_diag *diag) {
  memset(mask, 0, sizeof *mask);
  if (syscall(SYS_sched_getaffinity, thread_id, sizeof mask->words, mask->words) >= 0) return RONDO_OK;
  return rdo_fail(diag, RONDO_UNAVAILABLE, "the system does not tell the CPUs of this thread (sched_getaffinity: %s)", strerror(errno));
}

// Highest CPU in the mask; -1 when empty.
static int mask_last(const struct mask *mask) {
  for (int i = MASK_WORDS - 1; i >= 0; --i) {
    if (mask->words[i] != 0) return i * 64 + 63 - __builtin_clzll(mask->words[i]);
  }
  return -1;
}

static enum rondo_status mask_to_set(const struct mask *mask, struct rdo_cpu_set *out_set, struct rondo_diag *diag) {
  int last = mask_last(mask);
  if (last >= RDO_CPU_SET_BITS) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE,
                    "this process may use CPU %d, and this build knows CPUs 0-%d: compile with a larger RDO_CPU_SET_BITS, or start "
                    "the process with fewer CPUs (taskset -c 0-%d)",
                    last, RDO_CPU_SET_BITS - 1, RDO_CPU_SET_BITS - 1);
  }
  memcpy(out_set->words, mask->words, sizeof out_set->words);
  return RONDO_OK;
}

enum rondo_status rdo_pin_allowed_of(int thread_id, struct rdo_cpu_set *out_set, struct rondo_diag *diag) {
  struct mask mask;
  *out_set = rdo_cpu_set_none();
  RDO_TRY(read_mask(thread_id, &mask, diag));
  return mask_to_set(&mask, out_set, diag);
}

enum rondo_status rdo_pin_allowed(struct rdo_cpu_set *out_set, struct rondo_diag *diag) { return rdo_pin_allowed_of(0, out_set, diag); }

enum rdo_cpu_refusal rdo_pin_refusal(const char *root_path, int cpu) {
  struct rdo_sys_root root;
  struct rdo_cpu_set online, present;
  if (rdo_sys_root_open(root_path, &root, NULL) != RONDO_OK) return RDO_CPU_UNKNOWN;
  bool knows_online = rdo_sys_read_list(&root, &online, NULL, "sys/devices/system/cpu/online");
  bool knows_present = rdo_sys_read_list(&root, &present, NULL, "sys/devices/system/cpu/present");
  rdo_sys_root_close(&root);
  if (!rdo_cpu_set_holds(cpu)) return RDO_CPU_MISSING;
  if (!knows_online) return RDO_CPU_UNKNOWN;
  if (rdo_cpu_set_contains(&online, cpu)) return RDO_CPU_USABLE;
  if (!knows_present) return RDO_CPU_UNKNOWN;
  return rdo_cpu_set_contains(&present, cpu) ? RDO_CPU_OFFLINE : RDO_CPU_MISSING;
}

static enum rondo_status fail_refused(int cpu, struct rondo_diag *diag) {
  switch (rdo_pin_refusal(NULL, cpu)) {
    case RDO_CPU_MISSING: return rdo_fail(diag, RONDO_NOT_FOUND, "cannot pin a thread to CPU %d: this machine has no such CPU", cpu);
    case RDO_CPU_OFFLINE: return rdo_fail(diag, RONDO_UNAVAILABLE, "cannot pin a thread to CPU %d: it is offline", cpu);
    case RDO_CPU_USABLE:
      return rdo_fail(diag, RONDO_PERMISSION_DENIED, "cannot pin a thread to CPU %d: it is outside the cpuset (cgroup) of this process", cpu);
    case RDO_CPU_UNKNOWN: break;
  }
  return rdo_fail(diag, RONDO_PERMISSION_DENIED, "cannot pin a thread to CPU %d: the system refuses it", cpu);
}

static enum rondo_status fail_mask(const struct rdo_cpu_set *wanted, const struct rdo_cpu_set *found, struct rondo_diag *diag) {
  char wanted_text[RDO_CPU_SET_TEXT_BYTES], found_text[RDO_CPU_SET_TEXT_BYTES];
  rdo_cpu_set_format(wanted, wanted_text, sizeof wanted_text);
  rdo_cpu_set_format(found, found_text, sizeof found_text);
  return rdo_fail(diag, RONDO_INTERNAL, "this thread should run on CPUs %.400s and may run on %.400s", wanted_text, found_text);
}

enum rondo_status rdo_pin_verify(const struct rdo_cpu_set *set, struct rondo_diag *diag) {
  struct rdo_cpu_set found;
  RDO_TRY(rdo_pin_allowed(&found, diag));
  if (!rdo_cpu_set_equals(set, &found)) return fail_mask(set, &found, diag);
  sched_yield();
  int cpu = rdo_pin_current();
  if (cpu < 0) return rdo_fail(diag, RONDO_UNAVAILABLE, "the system does not tell on which CPU a thread runs (getcpu: %s)", strerror(errno));
  if (rdo_cpu_set_contains(set, cpu)) return RONDO_OK;
  char text[RDO_CPU_SET_TEXT_BYTES];
  rdo_cpu_set_format(set, text, sizeof text);
  return rdo_fail(diag, RONDO_INTERNAL, "this thread is bound to CPUs %.400s and runs on CPU %d", text, cpu);
}

// The kernel takes what is left of a set after offline and forbidden CPUs are gone from it, so the mask
// that it made is read back. It refuses a set of which nothing is left.
static enum rondo_status set_mask(const struct rdo_cpu_set *set, struct rondo_diag *diag) {
  struct rdo_cpu_set found;
  if (syscall(SYS_sched_setaffinity, 0, sizeof set->words, set->words) != 0) {
    if (errno == EINVAL) return fail_refused(rdo_cpu_set_first(set), diag);
    return rdo_fail(diag, RONDO_PERMISSION_DENIED, "the system forbids pinning a thread (sched_setaffinity: %s)", strerror(errno));
  }
  RDO_TRY(rdo_pin_allowed(&found, diag));
  struct rdo_cpu_set lost = rdo_cpu_set_andnot(*set, &found);
  if (!rdo_cpu_set_is_empty(&lost)) return fail_refused(rdo_cpu_set_first(&lost), diag);
  return rdo_pin_verify(set, diag);
}

enum rondo_status rdo_pin_thread(const struct rdo_cpu_set *set, struct rondo_diag *diag) {
  struct mask before;
  if (rdo_cpu_set_is_empty(set)) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "cannot pin a thread to no CPU at all");
  RDO_TRY(read_mask(0, &before, diag));
  enum rondo_status status = set_mask(set, diag);
  if (status != RONDO_OK) syscall(SYS_sched_setaffinity, 0, sizeof before.words, before.words);
  return status;
}

int rdo_pin_current(void) { return sched_getcpu(); }

void rdo_thread_name_set(const char *name) {
  char cut[16];
  snprintf(cut, sizeof cut, "%s", name);
  pthread_setname_np(pthread_self(), cut);
}

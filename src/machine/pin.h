// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Threads on CPUs: what this process may use, pinning a thread, and proof that it worked. Nothing here is
// best effort: a thread that is not where it should be is an error that says which CPU it is about and why.
//
// Also here: the name of a thread.

#ifndef RDO_MACHINE_PIN_H_
#define RDO_MACHINE_PIN_H_

#include "machine/cpu_set.h"

// The CPUs that the calling thread may use: what taskset, the cgroup and whoever pinned it left. A thread
// that wants the whole process' CPUs asks before it pins itself.
//   out_set  empty on error
//   returns  OK, OUT_OF_RANGE (the mask has CPUs that no set can hold: names RDO_CPU_SET_BITS),
//            UNAVAILABLE (the system does not tell)
//   thread   any      phase  setup
enum rondo_status rdo_pin_allowed(struct rdo_cpu_set *out_set, struct rondo_diag *diag) RONDO_MUST_USE;

// The same of a thread of this process, by the kernel's number.
enum rondo_status rdo_pin_allowed_of(int thread_id, struct rdo_cpu_set *out_set, struct rondo_diag *diag) RONDO_MUST_USE;

// Lets the calling thread run on these CPUs and on no other, and verifies it (as rdo_pin_verify does).
//   returns  OK, INVALID_ARGUMENT (empty set), NOT_FOUND (a CPU does not exist), UNAVAILABLE (a CPU is
//            offline), PERMISSION_DENIED (a CPU is outside the process' cpuset, or the system forbids
//            pinning), INTERNAL (the thread is elsewhere all the same); on error the thread has the mask
//            that it had before
//   thread   any      phase  setup
enum rondo_status rdo_pin_thread(const struct rdo_cpu_set *set, struct rondo_diag *diag) RONDO_MUST_USE;

// Checks that the calling thread is bound to exactly these CPUs, and after a yield that it runs on one.
//   returns  OK, INTERNAL (another mask or another CPU: says both), UNAVAILABLE (the system does not tell)
//   thread   any      phase  steady
enum rondo_status rdo_pin_verify(const struct rdo_cpu_set *set, struct rondo_diag *diag) RONDO_MUST_USE;

// Why a thread may not be put on a CPU.
enum rdo_cpu_refusal {
  RDO_CPU_USABLE,   // the kernel lists it as online
  RDO_CPU_MISSING,  // the machine has no such CPU
  RDO_CPU_OFFLINE,  // it is there and switched off
  RDO_CPU_UNKNOWN,  // the kernel's lists cannot be read
};

// What the kernel's lists say about a CPU.
//   root  directory that holds `sys/devices/system/cpu`; NULL = "/"
enum rdo_cpu_refusal rdo_pin_refusal(const char *root, int cpu);

// The CPU that the calling thread runs on at the moment; -1 where the system does not tell.
int rdo_pin_current(void);

// Names the calling thread for debuggers, `top -H` and traces; 15 bytes, the rest is cut.
void rdo_thread_name_set(const char *name);

#endif  // RDO_MACHINE_PIN_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Threads that are no workers keep off the CPUs that workers are pinned to, while there are others: threads that write, watch, guard or wait.
//
// The process has one list of workers' CPUs and one of such threads. Whoever adds or removes workers moves the threads, a system call each: so
// it does not matter which of them start first, and none has to look again.

#ifndef RDO_MACHINE_KEEP_OFF_H_
#define RDO_MACHINE_KEEP_OFF_H_

#include "machine/cpu_set.h"

// Workers are on these CPUs from now on, until they are removed as often.
//   thread  any      phase  setup
void rdo_keep_off_add_workers(const struct rdo_cpu_set *cpus);
void rdo_keep_off_remove_workers(const struct rdo_cpu_set *cpus);

// The calling thread keeps off workers' CPUs until it ends, or says so as often as it came here. It may use all other CPUs that it or the
// process' first thread may use; while workers have all of them, those that workers have. First thing in a thread's life: it is named, too.
//   name     as rdo_thread_name_set; NULL = it keeps the one that it has
//   returns  false: it shares CPUs with workers now, or the system does not say
//   thread   any      phase  setup
bool rdo_keep_off_begin(const char *name);

// It has the CPUs again that it had.
void rdo_keep_off_end(void);

#endif  // RDO_MACHINE_KEEP_OFF_H_

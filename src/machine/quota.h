// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// CPU time that a cgroup grants this process (a container's --cpus=1.5). It is not a set of CPUs: a process
// with 64 CPUs and a quota of two may run on all of them and is stopped for the rest of each period when it
// has used up its two, whatever is due then.

#ifndef RDO_MACHINE_QUOTA_H_
#define RDO_MACHINE_QUOTA_H_

#include "machine/sys_file.h"

// The tightest limit from the process' cgroup up, in thousandths of a CPU; 0 = none, or none that can be
// read. Both versions of cgroups.
int64_t rdo_quota_millicpus(const struct rdo_sys_root *root);

#endif  // RDO_MACHINE_QUOTA_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The checks of one machine while they are made. Each function adds the findings of its subject, in the order
// below, one for each name, whatever the files hold.

#ifndef RDO_MACHINE_CHECK_IMPL_H_
#define RDO_MACHINE_CHECK_IMPL_H_

#include "machine/check.h"

enum {
  RDO_CHECK_FINDINGS_MAX = 16,
  RDO_CHECK_TEXT_BYTES = RDO_CPU_SET_TEXT_BYTES + 512,  // a sentence with a list of CPUs
};

struct rdo_check {
  const struct rdo_topology *topology;
  const struct rdo_sys_root *root;
  const struct rdo_check_live *live;  // never NULL
  struct rondo_findings *findings;
  enum rondo_status status;  // of the first that could not be added; none is added behind it
  struct rondo_diag *diag;
};

// Copies a finding; what is not printable ASCII in its texts becomes '?'. An `advice` of NULL is "".
void rdo_check_add(struct rdo_check *check, const struct rondo_machine_finding *finding);

// What follows a name and its blanks or colon, in the first line that begins with it; NULL when there is none.
const char *rdo_check_find_line(const char *file, const char *name);

void rdo_check_rights(struct rdo_check *check);  // realtime_class, realtime_throttling, realtime_kernel, locked_memory, swap, huge_pages, cpu_quota
void rdo_check_cpus(struct rdo_check *check);    // isolated_cpus, smt, governor, turbo, idle_states, interrupts
void rdo_check_load(struct rdo_check *check);    // clocksource, virtual_machine, load

#endif  // RDO_MACHINE_CHECK_IMPL_H_

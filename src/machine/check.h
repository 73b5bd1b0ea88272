// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What stands in the way of real time: files of a machine, and the few things that only a running one can tell.

#ifndef RDO_MACHINE_CHECK_H_
#define RDO_MACHINE_CHECK_H_

#include "machine/sys_file.h"
#include "machine/topology.h"
#include "rondo/machine.h"

// Whether a thread of this process can be of the real-time class.
enum rdo_realtime {
  RDO_REALTIME_UNKNOWN,      // nobody can try
  RDO_REALTIME_ALLOWED,
  RDO_REALTIME_REFUSED,
  RDO_REALTIME_OTHER_CLASS,  // threads are of another class already, and rondo leaves them there
};

// What only lives on a machine that runs. A member that is NULL is not known: then files alone are looked at.
struct rdo_check_live {
  enum rdo_realtime (*try_realtime)(void *user);
  int64_t (*idle_latency_us)(void *user);  // what /dev/cpu_dma_latency allows; -1 = not known
  void (*pause)(void *user);               // between two looks at the load
  void *user;
};

// This machine's.
extern const struct rdo_check_live rdo_check_here;

// Makes all findings.
//   topology, root  of the same machine
//   live            NULL = nothing lives: a copy of another machine's files
//   out_findings    NULL on error
//   returns         OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_check_machine(const struct rdo_topology *topology, const struct rdo_sys_root *root, const struct rdo_check_live *live,
                                    struct rondo_findings **out_findings, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_MACHINE_CHECK_H_

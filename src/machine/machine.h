// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a public machine is inside, for layers that need more than its texts.

#ifndef RDO_MACHINE_MACHINE_H_
#define RDO_MACHINE_MACHINE_H_

#include "machine/topology.h"
#include "rondo/machine.h"

const struct rdo_topology *rdo_machine_topology(const struct rondo_machine *machine);

#endif  // RDO_MACHINE_MACHINE_H_

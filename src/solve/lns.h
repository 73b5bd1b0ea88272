// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Search for problems of any kind: a list and a mode for each node; the nodes of a stretch of the list change
// places and modes, and serial schedule generation makes a schedule of it (large neighbourhood search over
// activity lists, after Palpant, Artigues and Michelon 2004). Whether a worse one is kept decides late acceptance
// (Burke and Bykov 2017, section 2), which needs costs to be compared only, so that any order of objectives will do.

#ifndef RDO_SOLVE_LNS_H_
#define RDO_SOLVE_LNS_H_

#include "solve/search.h"

// Searches until the search is over; offers what it finds.
//   order    all nodes, none before its predecessors: the list to begin with
//   returns  OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_lns_search(struct rdo_search *search, const uint32_t *order, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_SOLVE_LNS_H_

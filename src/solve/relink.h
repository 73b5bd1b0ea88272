// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Search for unary problems: a small population of good solutions; a new one is made between two of them, improved
// by tabu search, and takes the place of the worst. The frame is that of TS/PR (Peng, Lü and Cheng 2015), carried
// over to flexible job shops as Gonzalez, Vela and Varela (2015) do.
//
// Between two solutions: both are written as a list of all operations in the order of their starts. A weighted mean
// of the two ranks sorts them anew; what both order alike stays so, and with it all edges. Where the machines
// differ each parent gives its own with its weight. So every child lies on a path from one to the other.

#ifndef RDO_SOLVE_RELINK_H_
#define RDO_SOLVE_RELINK_H_

#include "solve/search.h"

// Searches until the search is over; offers what it finds.
//   order    all nodes, none before its predecessors: the list to begin with
//   returns  OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_relink_search(struct rdo_search *search, const uint32_t *order, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_SOLVE_RELINK_H_

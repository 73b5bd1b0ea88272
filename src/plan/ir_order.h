// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What must come before what among the dispatches of a function. The text says that commands come one after the other, but for
// concurrent groups; of that an edge is left only between commands that touch the same bytes, one of them writing. One execution
// comes before another as a whole, if its timepoint says so.

#ifndef RDO_PLAN_IR_ORDER_H_
#define RDO_PLAN_IR_ORDER_H_

#include "plan/ir_file.h"

#define RDO_IR_STEPS_MAX (UINT64_C(1) << 31)  // comparisons of two bindings: seconds

struct rdo_ir_edges {
  uint32_t *begins;        // [dispatch_count + 1]: of predecessors[]
  uint32_t *predecessors;  // dispatches of the function, from 0, ascending for each; the fewest from which the whole order follows
};

//   out_edges  in the arena
//   returns    OK, OUT_OF_RANGE (too much to compare), RESOURCE_EXHAUSTED
enum rondo_status rdo_ir_order(const struct rdo_ir *ir, const struct rdo_ir_function *function, struct rdo_arena *arena,
                               struct rdo_ir_edges *out_edges, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_IR_ORDER_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Tensors that a model was compiled to trace (flow.tensor.trace), as IREE's tools print them.

#ifndef RDO_TOOLS_TENSOR_TRACE_H_
#define RDO_TOOLS_TENSOR_TRACE_H_

#include <stddef.h>

#include "rondo/tensor.h"

// The `trace` of struct rondo_runtime_options: prints to stderr "=== KEY ===", a line for each tensor with all
// of its elements, and an empty line. Texts of threads that trace at the same time do not mix.
void rdo_tool_tensor_trace(void *user, const char *key, size_t key_length, struct rondo_tensor *const *tensors,
                           int tensor_count);

#endif  // RDO_TOOLS_TENSOR_TRACE_H_

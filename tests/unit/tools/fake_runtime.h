// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// See fake_runtime.c.

#ifndef RDO_TESTS_TOOLS_FAKE_RUNTIME_H_
#define RDO_TESTS_TOOLS_FAKE_RUNTIME_H_

#include "rondo/model.h"

// Runtimes, models, tensors, buffers and fences that are not released.
extern int fake_live_count;

#endif  // RDO_TESTS_TOOLS_FAKE_RUNTIME_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What this processor is and can do, in the words compiled modules use, and the floating-point mode
// in which kernels run.

#ifndef RDO_BASE_CPU_H_
#define RDO_BASE_CPU_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Architecture suffix of executable formats: "x86_64", "arm_64" or "riscv_64".
const char *rdo_cpu_arch(void);

enum { RDO_CPU_WORD_COUNT = 8 };

// Feature words that kernels receive (word 0 by the bit numbers of the executable ABI, the others
// zero). Detected once; the pointer stays valid.
const uint64_t *rdo_cpu_features(void);

// Looks up one feature by its LLVM name ("avx2", "dotprod", "v").
//   returns  false when the name is none of this architecture's
bool rdo_cpu_feature(const char *name, size_t name_length, bool *out_present);

// Kernels run with denormals flushed to zero on input and output. `begin` sets that mode and returns
// the caller's, `end` restores it.
uint64_t rdo_cpu_flush_denormals_begin(void);
void rdo_cpu_flush_denormals_end(uint64_t saved);

#endif  // RDO_BASE_CPU_H_

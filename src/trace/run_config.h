// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What a run was made with, for its summary.

#ifndef RDO_TRACE_RUN_CONFIG_H_
#define RDO_TRACE_RUN_CONFIG_H_

#include <stddef.h>
#include <stdint.h>

struct rdo_run_target {
  const char *name;
  const char *cpu_ids;      // "0-3,6"
  const char *variant_dir;  // NULL = nothing was looked for by variants
};

// Texts may be NULL. What is not known is null in the summary.
struct rdo_run_config {
  const char *graph_json_path;
  const char *driver;
  const char *vmfb_root_dir;
  const char *cpu_p_cpu_ids;
  const char *cpu_e_cpu_ids;
  const struct rdo_run_target *targets;
  size_t target_count;
  int64_t visible_cores;
  int64_t graph_iters;  // 0 = the iterations of the table
  int64_t dispatch_iters;
  int64_t report_every;
};

#endif  // RDO_TRACE_RUN_CONFIG_H_

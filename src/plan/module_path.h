// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Where the file of a dispatch is: as the schedule says, or in the folders and under the names that dispatch modules have
// (docs/files.md).

#ifndef RDO_PLAN_MODULE_PATH_H_
#define RDO_PLAN_MODULE_PATH_H_

#include "plan/schedule_file.h"

struct rdo_module_path_rules {
  const char *root;      // NULL = the schedule's folder
  const char *platform;  // NULL = "spacemit_x60"
  const char *suffix;    // of the family's folder; NULL = ".q.int8"
  // Told of each place that is looked at. NULL = nobody.
  void (*look)(void *user, const char *path, bool is_there);
  void *user;
};

enum { RDO_MODULE_PATH_BYTES = 4096 };

// What the modules of a target are compiled for: as the caller says, else the machine, else as the reference board has it.
//   machine  NULL = none
const char *rdo_module_variant(const struct rdo_schedule *schedule, const struct rdo_machine_file *machine, const struct rondo_schedule_variant *variants, int variant_count,
                               uint32_t target);

// Finds the file of a node.
//   variant   of its target, such as "RVV"
//   out_path  [RDO_MODULE_PATH_BYTES]; the first candidate when none is there
//   returns   OK, NOT_FOUND (none can be read, or the node names neither file nor module: the diag names the first candidate), OUT_OF_RANGE (too long)
enum rondo_status rdo_module_path_find(const struct rdo_module_path_rules *rules, const struct rdo_schedule *schedule, const struct rdo_schedule_node *node,
                                       const char *variant, char *out_path, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_MODULE_PATH_H_

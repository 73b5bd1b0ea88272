// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Whether what a plan runs as dispatch modules is there.

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/file.h"
#include "plan/module_path.h"

enum { PLACE_BYTES = 320 };

enum rondo_status rondo_plan_check_modules(const struct rondo_file *plan, const struct rondo_plan_modules *modules, const struct rondo_plan_finder *finder,
                                           uint64_t *out_finding_count, struct rondo_diag *diag) {
  static const struct rondo_plan_modules defaults = {0};
  const struct rdo_schedule *schedule = &plan->schedule;
  const struct rdo_machine_file *machine = plan->machine.lane_count > 0 ? &plan->machine : schedule->machine;
  *out_finding_count = 0;
  if (plan->kind != RONDO_FILE_PLAN) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the file is no plan");
  if (modules == NULL) modules = &defaults;
  const struct rdo_module_path_rules rules = {.root = modules->vmfb_dir, .platform = modules->platform, .suffix = modules->suffix};
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    char path[RDO_MODULE_PATH_BYTES], place[PLACE_BYTES];
    struct rondo_diag why = {.status = RONDO_OK};
    const char *variant = rdo_module_variant(schedule, machine, modules->variants, modules->variant_count, node->target);
    if (rdo_module_path_find(&rules, schedule, node, variant, path, &why) == RONDO_OK) continue;
    ++*out_finding_count;
    if (finder == NULL || finder->find == NULL) continue;
    // The place stands before the message already.
    const char *message = strstr(why.message, ": ");
    snprintf(place, sizeof place, "dispatches.%.250s", node->key);
    const struct rondo_plan_finding finding = {
        .rule = RONDO_PLAN_RULE_MODULE, .rule_name = "module", .place = place, .message = message != NULL ? message + 2 : why.message};
    finder->find(finder->user, &finding);
  }
  return RONDO_OK;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The table of policies: a new one is a file and a line here.

#include "plan/policy.h"

#include <string.h>

#include "plan/policy_impl.h"

static const struct rdo_policy *const policies[] = {
    &rdo_policy_dynamic,
    &rdo_policy_fifo,
    &rdo_policy_priority,
    &rdo_policy_edf,
    &rdo_policy_shortest,
    &rdo_policy_planned,
    &rdo_policy_strict,
    NULL,
};

const struct rdo_policy *const *rdo_policy_list(void) { return policies; }

const struct rdo_policy *rdo_policy_find(const char *name) {
  for (const struct rdo_policy *const *policy = policies; *policy != NULL; ++policy) {
    if (strcmp((*policy)->name, name) == 0) return *policy;
  }
  return NULL;
}

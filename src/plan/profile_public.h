// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What stands behind the public handle of a profile, for the layers that make and fill one.

#ifndef RDO_PLAN_PROFILE_PUBLIC_H_
#define RDO_PLAN_PROFILE_PUBLIC_H_

#include "plan/profile_file.h"
#include "rondo/profile.h"

struct rondo_profile {
  struct rdo_profile profile;
};

// An empty one.
enum rondo_status rdo_profile_create(struct rondo_profile **out_profile, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PLAN_PROFILE_PUBLIC_H_

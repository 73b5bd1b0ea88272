// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// How far measuring is: one line on stderr, on a terminal only.

#ifndef RDO_TOOLS_PROFILE_PROGRESS_H_
#define RDO_TOOLS_PROFILE_PROGRESS_H_

#include "rondo/profile.h"

// Shows it in place of what it showed before.
//   user  not used
void rdo_tool_profile_progress(void *user, const struct rondo_profile_progress *progress);

// Takes the line away.
void rdo_tool_profile_progress_end(void);

#endif  // RDO_TOOLS_PROFILE_PROGRESS_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Flags that say how a schedule of another tool is read, for the tables of all verbs that read some.

#ifndef RDO_TOOLS_READING_H_
#define RDO_TOOLS_READING_H_

#include "options.h"
#include "rondo/files.h"

//   reading  a struct rondo_schedule_reading
#define TOOL_READING_OPTIONS(reading)                                                                                                                \
  {"strict", TOOL_OPTION_SWITCH, &(reading).is_strict, NULL,                                                                                         \
   "Of a schedule: what is remarkable about it is an error, such as keys that nobody reads, or a module that looks like another job's."},            \
      {"round_to_us", TOOL_OPTION_SWITCH, &(reading).rounds_to_us, NULL, "Of a schedule: round starts and durations to whole microseconds, as some tools do."}, \
      {"clamp_negative", TOOL_OPTION_SWITCH, &(reading).clamps_negative, NULL, "Of a schedule: negative times are 0; else they are an error."},      \
      {"truncate_integers", TOOL_OPTION_SWITCH, &(reading).truncates_integers, NULL, "Of a schedule: 3.7 is 3 where an integer belongs; else it is an error."}, \
      {"ignore_bad_policies", TOOL_OPTION_SWITCH, &(reading).ignores_bad_policies, NULL, "Of a schedule: a policy that there is not counts as absent; else it is an error."}, \
      {"default_target", TOOL_OPTION_TEXT, &(reading).default_target, "NAME", "Of a schedule: the target of dispatches that name none; default CPU_P."}, \
  {                                                                                                                                                  \
    "locked_prefix", TOOL_OPTION_TEXT, &(reading).locked_prefix, "TEXT",                                                                             \
        "Of a schedule without policies: jobs whose name begins so are periodic, and their first dispatch waits for its planned start; default mlp. Empty: none." \
  }

#endif  // RDO_TOOLS_READING_H_

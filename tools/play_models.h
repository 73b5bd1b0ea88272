// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The models of a schedule's jobs, from --model, --module and --function.

#ifndef RDO_TOOLS_PLAY_MODELS_H_
#define RDO_TOOLS_PLAY_MODELS_H_

#include "play.h"

enum { TOOL_PAIRS_MAX = 64, TOOL_PAIR_BYTES = 4096 };

// Splits NAME=VALUE flags in two.
//   flag     for messages
//   storage  [TOOL_PAIRS_MAX] holds both parts
//   returns  false after saying what is wrong
bool rdo_tool_split_pairs(const char *flag, const struct tool_strings *texts, char (*storage)[TOOL_PAIR_BYTES], const char **out_names, const char **out_values);

// Sets `models` of the options, which live as long as the program. A model of --module is that of the jobs called as its file, without
// folder and .vmfb; one alone that of all jobs without another.
//   returns  false after saying what is wrong
bool rdo_tool_play_models_set(const struct tool_schedule_args *args, struct rondo_schedule_play_options *options);

#endif  // RDO_TOOLS_PLAY_MODELS_H_

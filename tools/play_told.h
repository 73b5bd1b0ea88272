// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What is told of a schedule's play beside its statistics: its order before, how it goes, and what its models answered.

#ifndef RDO_TOOLS_PLAY_TOLD_H_
#define RDO_TOOLS_PLAY_TOLD_H_

#include <pthread.h>

#include "play.h"

struct tool_told_call {
  const char *instance;
  struct rondo_value *outputs;  // owned [output_count]
  int output_count;
};

// The user of a schedule's options.
struct tool_play_told {
  int64_t report_every;         // iterations; 0 = no lines
  int64_t planned_makespan_ns;
  pthread_mutex_t lock;         // of the rest: calls end on workers
  struct tool_told_call *calls; // owned [call_count], in the order in which they first ended
  size_t call_count, call_capacity;
  bool is_out_of_memory;
};

// Sets the callbacks of options that are about to be used, with `told` as their user. Until a run it holds nothing.
void rdo_tool_told_begin(struct tool_play_told *told, const struct tool_schedule_args *args, struct rondo_schedule_play_options *options);
void rdo_tool_told_end(struct tool_play_told *told);

// Prints each dispatch in topological order to stdout, with its planned times.
void rdo_tool_told_print_order(const struct rondo_schedule_player *player);

// Prints what the first call of each instance returned to stdout.
//   returns  false after saying that something is missing
bool rdo_tool_told_print_results(const struct tool_play_told *told);

#endif  // RDO_TOOLS_PLAY_TOLD_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the parts of `rondo plan` share: plan.c has the verb, plan_fjsp.c job shops, plan_cpsat.c another solver for them,
// plan_files.c models and schedules, plan_graph.c graphs, plan_annotate.c IR.

#ifndef RDO_TOOLS_PLAN_H_
#define RDO_TOOLS_PLAN_H_

#include <stdbool.h>
#include <stdint.h>

#include "options.h"
#include "rondo/planner.h"

struct plan_args {
  const char *fjsp_path;
  const char *check_path;
  const char *output_path;
  const char *plot_path;
  const char *objectives;
  const char *graph_path;
  const char *solver;  // NULL: not given
  struct tool_strings modules;
  struct tool_strings moves;
  struct tool_strings graphs;
  double time_limit_s;  // negative: not given
  double slack_percent;
  double horizon_ms;
  int64_t free_call_count;
  double window_ms;
  double window_overlap_ms;
  int64_t window_count;
  int64_t iterations;
  int64_t thread_count;
  int64_t seed;
  int64_t overlap_count;
  struct tool_strings variants;
  struct rondo_plan_modules check_modules;
  bool wants_json;
  bool wants_chart;
  bool wants_graph;
  struct rondo_solve_options solve;       // made of the above
  struct rondo_planner_options planner;
};

int rdo_tool_plan_fjsp(const struct plan_args *args);
bool rdo_tool_plan_wants_cpsat(const struct plan_args *args);
int rdo_tool_plan_cpsat(const struct plan_args *args);  // returns only if it failed
int rdo_tool_plan_files(struct plan_args *args);
int rdo_tool_plan_check(const struct plan_args *args);

// Draws a plan as wide as the terminal: a line for each target, more where dispatches overlap.
void rdo_tool_plan_chart(const struct rondo_file *plan);

void rdo_tool_plan_clear_progress(void);

// `rondo plan graph`, `rondo plan annotate`: what follows them.
int rdo_tool_plan_graph(int argc, char **argv);
int rdo_tool_plan_annotate(int argc, char **argv);

// A text as JSON has it, in quotes.
void rdo_tool_plan_print_json_text(const char *text);

// What is remarkable about a file, to stderr.
void rdo_tool_plan_print_notes(const struct rondo_file *file);

#endif  // RDO_TOOLS_PLAN_H_

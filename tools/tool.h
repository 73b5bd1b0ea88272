// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The verbs of the command line. Each takes what follows its name and returns the process' exit code:
// 0 success, 1 failure, 2 wrong usage. Data goes to stdout, messages to stderr.

#ifndef RDO_TOOLS_TOOL_H_
#define RDO_TOOLS_TOOL_H_

int rdo_tool_run(int argc, char **argv);      // run.c: one call, results printed
int rdo_tool_bench(int argc, char **argv);    // bench.c: latency of repeated calls
int rdo_tool_check(int argc, char **argv);    // check.c: test functions of a module
int rdo_tool_demo(int argc, char **argv);     // demo.c: the bundled models
int rdo_tool_inspect(int argc, char **argv);  // inspect.c: what is in a file
int rdo_tool_machine(int argc, char **argv);  // machine.c: what we run on
int rdo_tool_plan(int argc, char **argv);     // plan.c: a schedule
int rdo_tool_play(int argc, char **argv);     // play.c: several models on time
int rdo_tool_simulate(int argc, char **argv);  // simulate.c: a plan on a virtual clock
int rdo_tool_profile(int argc, char **argv);  // profile.c: what dispatches cost
int rdo_tool_trace(int argc, char **argv);    // trace.c: what was played, planned against observed

#endif  // RDO_TOOLS_TOOL_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// `rondo bench --timer`.

#ifndef RDO_TOOLS_BENCH_TIMER_H_
#define RDO_TOOLS_BENCH_TIMER_H_

#include <stdbool.h>

// Measures on each CPU that this process may use how late sleeps end, what the calls around them cost and how soon
// a sleeper runs; prints that, and the margin that follows.
//   is_quick  a tenth of the time
//   returns   the process' exit code
int rdo_tool_bench_timer(bool is_quick, bool wants_json);

#endif  // RDO_TOOLS_BENCH_TIMER_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the parts of `rondo play`, and the demo, have in common.

#ifndef RDO_TOOLS_PLAY_H_
#define RDO_TOOLS_PLAY_H_

#include <stdbool.h>

#include "options.h"
#include "play_setup.h"
#include "rondo/play.h"
#include "rondo/play_schedule.h"
#include "rondo/trace.h"

enum { TOOL_PLAY_JOBS_MAX = 256, TOOL_PLAY_WORKERS_MAX = 256 };

// What is about schedules alone.
struct tool_schedule_args {
  struct rondo_schedule_play_options options;
  struct tool_strings models;       // JOB=FILE
  struct tool_strings model_files;  // of --module
  struct tool_strings functions;    // NAME or JOB=NAME
  struct tool_strings variants;     // TARGET=NAME
  int64_t report_every;             // iterations; 0 = no lines
  bool wants_order, wants_results;
  bool wants_explanation;
  bool wants_plan;                  // of a jobs file
  const char *fallback;             // policy, when a plan cannot be played; NULL = none
  const char *period, *tile, *late; // times as typed
};

struct tool_play_args {
  struct tool_play_setup_args setup_texts;
  struct rondo_play_setup setup;  // read from these
  const char *on_error;           // "stop" or "contain", NULL = as the file says, else contain
  struct tool_schedule_args schedule;
  const char *cpus;
  const char *machine_path;
  const char *summary_path;
  struct tool_strings trace_paths;
  struct tool_strings inputs;  // NAME:VALUE
  struct tool_strings sensors; // RING=TIME
  int64_t worker_count, iteration_count;
  double duration_s;  // negative: not given; when it is over, what was played
  double warm_up_s;   // likewise
  double report_every_s;
  bool wants_json;
  bool is_file;       // the jobs are those of a file
};

// Makes the player of a jobs file, or of jobs as typed; says on stderr what is wrong.
//   out_player  release it also on error
//   returns     TOOL_EXIT_OK, TOOL_EXIT_FAILURE or TOOL_EXIT_USAGE
int rdo_tool_play_create(struct tool_play_args *args, const struct tool_strings *positional, struct rondo_player **out_player);

// Whether a file has jobs: by its name, or because it begins as JSON does and no module can.
bool rdo_tool_is_jobs_file(const char *path);

// Makes the value of an argument from text, for options of the library.
//   user  not used
enum rondo_status rdo_tool_play_read_input(void *user, struct rondo_runtime *runtime, const struct rondo_function *function, int argument, const char *text,
                                           struct rondo_value *out_value, struct rondo_diag *diag);

// Told of what is remarkable about files.
//   user  not used
void rdo_tool_play_note(void *user, const char *text);

// "2ms", "500us", "1s", "33.3ms", "250000ns".
//   returns  whether it is one
bool rdo_tool_play_time(const char *text, int64_t *out_ns);

// A thread that tells how a run goes, on stderr: a live line on a terminal, or a line every so often.
struct tool_play_watch {
  const struct rondo_player *player;             // NULL = none
  const struct rondo_schedule_player *schedule;  // in its place
  const char *title;       // in front of each line, "" = nothing
  double report_every_s;   // 0 = only live
  int64_t begin_ns;
  int64_t worker_begin_ns[TOOL_PLAY_WORKERS_MAX];  // their times then
  double loads[TOOL_PLAY_WORKERS_MAX];  // when it has ended: of the run
  int64_t worker_begin_spun_ns[TOOL_PLAY_WORKERS_MAX];
  double spun_share;                    // likewise: of all workers' time
  // its own
  void *thread;
};

//   watch  zeroed but for player, or schedule, title and report_every_s
void rdo_tool_play_watch_begin(struct tool_play_watch *watch);
void rdo_tool_play_watch_end(struct tool_play_watch *watch);

// Plays, until it is over or Ctrl-C, which a second one makes final.
//   out_was_interrupted  optional
enum rondo_status rdo_tool_play_run(struct rondo_player *player, double warm_up_s, double duration_s, bool *out_was_interrupted,
                                    struct rondo_diag *diag);

// Prints the results.
//   watch  of the run, which has ended
int rdo_tool_play_report(const struct tool_play_args *args, const struct rondo_player *player, const struct tool_play_watch *watch);

// The format that a file's name asks for.
bool rdo_tool_play_format(const char *path, enum rondo_trace_format *out_format);

// Writes traces of a run, and a summary unless NULL; says on stderr what went wrong.
int rdo_tool_play_write(const struct tool_strings *paths, const char *summary_path, const struct rondo_player *player);

#endif  // RDO_TOOLS_PLAY_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Command line flags: `--name=value`, `--name value`, `--flag`. In names - and _ are the same. What
// follows `--` is positional. `-o` is short for `--output`, where a verb has that. One table per verb drives parsing and the flags' part of the help.

#ifndef RDO_TOOLS_OPTIONS_H_
#define RDO_TOOLS_OPTIONS_H_

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// Exit codes of every verb; and rdo_tool_interrupt_exit_code.
enum {
  TOOL_EXIT_OK = 0,
  TOOL_EXIT_FAILURE = 1,
  TOOL_EXIT_USAGE = 2,
};

// Strings of a repeatable flag, in order; they live in argv.
struct tool_strings {
  const char **items;
  int count;
};

enum tool_option_kind {
  TOOL_OPTION_SWITCH,   // bool: --name, --name=true, --name=false
  TOOL_OPTION_TEXT,     // const char *
  TOOL_OPTION_LIST,     // struct tool_strings
  TOOL_OPTION_INTEGER,  // int64_t, may be negative
  TOOL_OPTION_COUNT,    // int64_t, 0 or more
  TOOL_OPTION_POSITIVE, // int64_t, 1 or more
  TOOL_OPTION_AT_ONCE,  // int64_t, 1 or more: --name alone is 1, --name=COUNT
  TOOL_OPTION_BYTES,    // uint64_t, with an optional suffix K M G (or KiB ..), powers of 1024
  TOOL_OPTION_NUMBER,   // double, 0 or more
};

struct tool_option {
  const char *name;  // without dashes; NULL ends a table
  enum tool_option_kind kind;
  void *target;            // of the type that `kind` names; keeps its value when the flag is absent
  const char *value_name;  // for the help, NULL for switches
  const char *help;        // one sentence or more, wrapped by the printer; with the default
};

// What a verb is, for its help text.
struct tool_usage {
  const char *verb;
  const char *synopsis;                // what follows "rondo VERB"
  const char *about;                   // paragraphs
  const struct tool_option *options;   // table that ends with a NULL name
  const char *examples;                // lines
  const char *exit_codes;              // lines
};

// Parses what follows the verb. Flags may stand anywhere.
//   argv            argv[argc], borrowed for the life of the parsed strings
//   out_positional  the rest; end with rdo_tool_strings_release
//   out_wants_help  --help or -h was among them: nothing else was checked
//   returns         false after printing what is wrong to stderr: exit with TOOL_EXIT_USAGE
bool rdo_tool_options_parse(const struct tool_usage *usage, int argc, char **argv, struct tool_strings *out_positional,
                            bool *out_wants_help);

// Prints synopsis, text, flags, examples and exit codes.
void rdo_tool_usage_print(FILE *file, const struct tool_usage *usage);

// Appends to a list; false (with a message) when memory ends.
bool rdo_tool_strings_append(struct tool_strings *strings, const char *text);
void rdo_tool_strings_release(struct tool_strings *strings);

// The nearest of `count` names that is near enough to be a typing mistake, or NULL.
const char *rdo_tool_nearest_name(const char *name, const char *const *names, int count);

#endif  // RDO_TOOLS_OPTIONS_H_

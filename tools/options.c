// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "options.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

enum {
  NAME_BYTES_MAX = 64,
  OPTIONS_MAX = 48,
  HELP_COLUMN = 30,  // where the explanation of a flag begins
  HELP_WIDTH = 96,
};

bool rdo_tool_strings_append(struct tool_strings *strings, const char *text) {
  const char **items = realloc(strings->items, sizeof *items * ((size_t)strings->count + 1));
  if (items == NULL) {
    rdo_tool_message("no memory for the command line");
    return false;
  }
  items[strings->count++] = text;
  strings->items = items;
  return true;
}

void rdo_tool_strings_release(struct tool_strings *strings) {
  if (strings == NULL) return;
  free(strings->items);
  *strings = (struct tool_strings){0};
}

// Names

static char fold_char(char c) { return c == '-' ? '_' : (char)tolower((unsigned char)c); }

static bool names_equal(const char *a, size_t a_length, const char *b) {
  if (strlen(b) != a_length) return false;
  for (size_t i = 0; i < a_length; ++i) {
    if ((a[i] == '-' ? '_' : a[i]) != (b[i] == '-' ? '_' : b[i])) return false;
  }
  return true;
}

static size_t min_size(size_t a, size_t b) { return a < b ? a : b; }

// Edit distance of two names, row by row.
static size_t measure_distance(const char *a, const char *b) {
  size_t row[NAME_BYTES_MAX + 1];
  size_t a_length = strlen(a), b_length = strlen(b);
  if (a_length > NAME_BYTES_MAX || b_length > NAME_BYTES_MAX) return SIZE_MAX;
  for (size_t j = 0; j <= b_length; ++j) row[j] = j;
  for (size_t i = 1; i <= a_length; ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b_length; ++j) {
      size_t above = row[j];
      size_t changed = diagonal + (fold_char(a[i - 1]) != fold_char(b[j - 1]));
      row[j] = min_size(changed, min_size(above, row[j - 1]) + 1);
      diagonal = above;
    }
  }
  return row[b_length];
}

const char *rdo_tool_nearest_name(const char *name, const char *const *names, int count) {
  const char *nearest = NULL;
  size_t best = strlen(name) / 3 + 2;  // a third of the letters may be wrong
  for (int i = 0; i < count; ++i) {
    size_t distance = measure_distance(name, names[i]);
    if (distance >= best) continue;
    best = distance;
    nearest = names[i];
  }
  return nearest;
}

// Values

static bool parse_switch(const char *text, bool *out) {
  *out = text == NULL || strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
  return *out || strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

static bool parse_integer(const char *text, int64_t *out) {
  char *end = NULL;
  errno = 0;
  *out = strtoll(text, &end, 0);
  return errno == 0 && end != text && *end == '\0';
}

static bool parse_bytes(const char *text, uint64_t *out) {
  if (*text < '0' || *text > '9') return false;
  char *end = NULL;
  errno = 0;
  *out = strtoull(text, &end, 10);
  if (errno != 0) return false;
  static const char suffixes[] = "KMG";
  const char *suffix = *end != '\0' ? strchr(suffixes, toupper((unsigned char)*end)) : NULL;
  if (suffix == NULL) return *end == '\0';
  uint64_t factor = UINT64_C(1) << (10 * (suffix - suffixes + 1));
  if (*out > UINT64_MAX / factor) return false;
  *out *= factor;
  ++end;
  return *end == '\0' || strcmp(end, "iB") == 0 || strcmp(end, "B") == 0;
}

static bool parse_number(const char *text, double *out) {
  char *end = NULL;
  *out = strtod(text, &end);
  return end != text && *end == '\0' && isfinite(*out) && *out >= 0;
}

static bool store_value(const struct tool_option *option, const char *text) {
  switch (option->kind) {
    case TOOL_OPTION_SWITCH: return parse_switch(text, option->target);
    case TOOL_OPTION_TEXT: *(const char **)option->target = text; return true;
    case TOOL_OPTION_LIST: return rdo_tool_strings_append(option->target, text);
    case TOOL_OPTION_INTEGER: return parse_integer(text, option->target);
    case TOOL_OPTION_COUNT: return parse_integer(text, option->target) && *(int64_t *)option->target >= 0;
    case TOOL_OPTION_AT_ONCE:
      if (text == NULL) text = "1";
      return parse_integer(text, option->target) && *(int64_t *)option->target >= 1;
    case TOOL_OPTION_POSITIVE: return parse_integer(text, option->target) && *(int64_t *)option->target >= 1;
    case TOOL_OPTION_BYTES: return parse_bytes(text, option->target);
    case TOOL_OPTION_NUMBER: return parse_number(text, option->target);
  }
  return false;
}

// Parsing

static bool fail_usage(const struct tool_usage *usage) {
  fprintf(stderr, "Try 'rondo %s --help'.\n", usage->verb);
  return false;
}

static bool fail_unknown(const struct tool_usage *usage, const char *name, size_t length) {
  char typed[NAME_BYTES_MAX];
  snprintf(typed, sizeof typed, "%.*s", (int)(length < NAME_BYTES_MAX ? length : NAME_BYTES_MAX - 1), name);
  const char *names[OPTIONS_MAX];
  int count = 0;
  for (const struct tool_option *o = usage->options; o->name != NULL && count < OPTIONS_MAX; ++o) names[count++] = o->name;
  const char *nearest = rdo_tool_nearest_name(typed, names, count);
  if (nearest != NULL) rdo_tool_message("%s has no flag --%s; did you mean --%s?", usage->verb, typed, nearest);
  else rdo_tool_message("%s has no flag --%s", usage->verb, typed);
  return fail_usage(usage);
}

// Parses the flag at argv[*index], and its value, which may be the next argument.
static bool parse_flag(const struct tool_usage *usage, int argc, char **argv, int *index) {
  const char *name = argv[*index] + 2;
  const char *equals = strchr(name, '=');
  size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
  const struct tool_option *option = usage->options;
  while (option->name != NULL && !names_equal(name, length, option->name)) ++option;
  if (option->name == NULL) return fail_unknown(usage, name, length);
  const char *value = equals != NULL ? equals + 1 : NULL;
  if (value == NULL && option->kind != TOOL_OPTION_SWITCH && option->kind != TOOL_OPTION_AT_ONCE) {
    if (*index + 1 >= argc) {
      rdo_tool_message("--%s needs a value", option->name);
      return fail_usage(usage);
    }
    value = argv[++*index];
  }
  if (store_value(option, value)) return true;
  rdo_tool_message("--%s takes %s, not '%s'", option->name,
                   option->value_name != NULL ? option->value_name : "true or false", value);
  return fail_usage(usage);
}

static bool find_help(int argc, char **argv) {
  for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; ++i) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
  }
  return false;
}

// -o is the one short flag: everybody's fingers know it.
static char long_output[] = "--output";

static bool has_output(const struct tool_usage *usage) {
  const struct tool_option *option = usage->options;
  while (option->name != NULL && strcmp(option->name, long_output + 2) != 0) ++option;
  return option->name != NULL;
}

bool rdo_tool_options_parse(const struct tool_usage *usage, int argc, char **argv, struct tool_strings *out_positional,
                            bool *out_wants_help) {
  *out_positional = (struct tool_strings){0};
  *out_wants_help = find_help(argc, argv);
  if (*out_wants_help) return true;
  bool is_positional = false;
  for (int i = 0; i < argc; ++i) {
    if (!is_positional && strcmp(argv[i], "--") == 0) {
      is_positional = true;
    } else if (!is_positional && strncmp(argv[i], "--", 2) == 0) {
      if (!parse_flag(usage, argc, argv, &i)) return false;
    } else if (!is_positional && strcmp(argv[i], "-o") == 0 && has_output(usage)) {
      argv[i] = long_output;
      if (!parse_flag(usage, argc, argv, &i)) return false;
    } else if (!is_positional && argv[i][0] == '-' && argv[i][1] != '\0') {
      rdo_tool_message("'%s': flags begin with two dashes", argv[i]);
      return fail_usage(usage);
    } else if (!rdo_tool_strings_append(out_positional, argv[i])) {
      return false;
    }
  }
  return true;
}

// Help

// Prints `text` wrapped, each line after the first indented; '\n' in it breaks the line.
static void print_wrapped(FILE *file, const char *text, int column, int indent) {
  while (*text != '\0') {
    int length = 0;
    while (text[length] != '\0' && text[length] != ' ' && text[length] != '\n') ++length;
    if (column > indent && column + 1 + length > HELP_WIDTH) {
      fprintf(file, "\n%*s", indent, "");
      column = indent;
    } else if (column > indent) {
      fputc(' ', file);
      ++column;
    }
    fprintf(file, "%.*s", length, text);
    column += length;
    text += length;
    if (*text == '\n') {
      fprintf(file, "\n%*s", indent, "");
      column = indent;
    }
    if (*text != '\0') ++text;
  }
  fputc('\n', file);
}

static void print_option(FILE *file, const struct tool_option *option) {
  int column = fprintf(file, "  --%s", option->name);
  bool is_optional = option->kind == TOOL_OPTION_AT_ONCE;
  if (is_optional) column += fprintf(file, "[=%s]", option->value_name);
  else if (option->value_name != NULL) column += fprintf(file, "=%s", option->value_name);
  if (column >= HELP_COLUMN - 1) {
    fputc('\n', file);
    column = 0;
  }
  fprintf(file, "%*s", HELP_COLUMN - column, "");
  print_wrapped(file, option->help, HELP_COLUMN, HELP_COLUMN);
}

void rdo_tool_usage_print(FILE *file, const struct tool_usage *usage) {
  fprintf(file, "usage: rondo %s %s\n\n%s\n\nFlags:\n", usage->verb, usage->synopsis, usage->about);
  for (const struct tool_option *option = usage->options; option->name != NULL; ++option) print_option(file, option);
  fprintf(file, "\nExamples:\n%s\n\nExit codes:\n%s\n", usage->examples, usage->exit_codes);
}

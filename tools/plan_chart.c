// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "message.h"
#include "plan.h"

enum { COLUMNS_DEFAULT = 100, COLUMNS_MAX = 500, COLUMNS_MIN = 20, ROWS_MAX = 32, NAME_COLUMNS_MAX = 24, COLOR_COUNT = 6 };

// One symbol a job: its place in the order of the first dispatches.
static const char symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

// Lines of one target; what overlaps stands one below the other.
struct chart_row {
  int64_t end_ns[ROWS_MAX];
  char cells[ROWS_MAX][COLUMNS_MAX + 1];
  int count;
};

struct chart {
  const struct rondo_file *plan;
  struct rondo_file_info info;
  const char **sources;  // owned
  int source_count;
  int *order;  // owned: dispatches by start
  int64_t end_ns;
  int column_count, name_columns;
  bool has_color;
};

static int terminal_columns(void) {
  struct winsize size = {0};
  const char *columns = getenv("COLUMNS");
  int count = COLUMNS_DEFAULT;
  if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) count = size.ws_col;
  else if (columns != NULL && atoi(columns) > 0) count = atoi(columns);
  return count;
}

static bool wants_color(void) {
  const char *none = getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) && (none == NULL || none[0] == '\0');
}

static const struct rondo_file *sorted_plan;  // qsort has no argument for its caller

static int compare_starts(const void *left, const void *right) {
  struct rondo_plan_dispatch a, b;
  int i = *(const int *)left, k = *(const int *)right;
  rondo_plan_dispatch(sorted_plan, i, &a);
  rondo_plan_dispatch(sorted_plan, k, &b);
  if (a.start_ns != b.start_ns) return a.start_ns < b.start_ns ? -1 : 1;
  return i < k ? -1 : i > k;
}

static int find_source(struct chart *chart, const char *name) {
  for (int i = 0; i < chart->source_count; ++i) {
    if (strcmp(chart->sources[i], name) == 0) return i;
  }
  chart->sources[chart->source_count] = name;
  return chart->source_count++;
}

static bool init_chart(struct chart *chart) {
  size_t count = (size_t)chart->info.dispatch_count;
  chart->sources = calloc((size_t)chart->info.job_count + 1, sizeof *chart->sources);
  chart->order = calloc(count + 1, sizeof *chart->order);
  if (chart->sources == NULL || chart->order == NULL) return false;
  for (int i = 0; i < chart->info.dispatch_count; ++i) {
    struct rondo_plan_dispatch dispatch;
    rondo_plan_dispatch(chart->plan, i, &dispatch);
    chart->order[i] = i;
    if (dispatch.start_ns + dispatch.duration_ns > chart->end_ns) chart->end_ns = dispatch.start_ns + dispatch.duration_ns;
  }
  sorted_plan = chart->plan;
  qsort(chart->order, count, sizeof *chart->order, compare_starts);
  for (int i = 0; i < chart->info.target_count; ++i) {
    int length = (int)strlen(rondo_plan_target(chart->plan, i));
    if (length > chart->name_columns) chart->name_columns = length < NAME_COLUMNS_MAX ? length : NAME_COLUMNS_MAX;
  }
  chart->column_count = terminal_columns() - chart->name_columns - 4;
  if (chart->column_count > COLUMNS_MAX) chart->column_count = COLUMNS_MAX;
  if (chart->column_count < COLUMNS_MIN) chart->column_count = COLUMNS_MIN;
  chart->has_color = wants_color();
  return chart->end_ns > 0;
}

// Columns whose middle it covers, one at least.
static void draw(const struct chart *chart, struct chart_row *row, const struct rondo_plan_dispatch *dispatch, int source) {
  double scale = (double)chart->column_count / (double)chart->end_ns;
  int line = 0, first = (int)((double)dispatch->start_ns * scale), last = (int)((double)(dispatch->start_ns + dispatch->duration_ns) * scale - 0.5);
  while (line < row->count && row->end_ns[line] > dispatch->start_ns) ++line;
  if (line == ROWS_MAX) return;
  if (line == row->count) {
    memset(row->cells[line], '.', (size_t)chart->column_count);
    row->cells[line][chart->column_count] = '\0';
    ++row->count;
  }
  row->end_ns[line] = dispatch->start_ns + dispatch->duration_ns;
  if (first >= chart->column_count) first = chart->column_count - 1;
  if (last < first) last = first;
  for (int column = first; column <= last && column < chart->column_count; ++column) {
    row->cells[line][column] = symbols[source % (int)(sizeof symbols - 1)];
  }
}

static void print_cells(const struct chart *chart, const char *cells) {
  char previous = '.';
  for (const char *c = cells; *c != '\0'; ++c) {
    if (chart->has_color && *c != previous) {
      if (*c == '.') printf("\x1b[0m");
      else printf("\x1b[3%dm", 1 + (int)(strchr(symbols, *c) - symbols) % COLOR_COUNT);
    }
    putchar(*c);
    previous = *c;
  }
  printf(chart->has_color && previous != '.' ? "\x1b[0m\n" : "\n");
}

static void print_target(struct chart *chart, int target, struct chart_row *row) {
  char name[TOOL_NAME_TEXT_BYTES];
  row->count = 0;
  for (int i = 0; i < chart->info.dispatch_count; ++i) {
    struct rondo_plan_dispatch dispatch;
    rondo_plan_dispatch(chart->plan, chart->order[i], &dispatch);
    int source = find_source(chart, dispatch.source);
    if (dispatch.target_index == target) draw(chart, row, &dispatch, source);
  }
  for (int line = 0; line < row->count; ++line) {
    rdo_tool_printable(line == 0 ? rondo_plan_target(chart->plan, target) : "", name, sizeof name);
    printf("  %-*.*s  ", chart->name_columns, chart->name_columns, name);
    print_cells(chart, row->cells[line]);
  }
}

static void print_legend(const struct chart *chart) {
  char name[TOOL_NAME_TEXT_BYTES];
  printf("  %-*s  0%*.6g ms\n ", chart->name_columns, "", chart->column_count - 4 > 0 ? chart->column_count - 4 : 1, (double)chart->end_ns / 1e6);
  for (int i = 0; i < chart->source_count && i < (int)sizeof symbols - 1; ++i) {
    rdo_tool_printable(chart->sources[i], name, sizeof name);
    printf(" %c %s%s", symbols[i], name, i + 1 < chart->source_count ? "," : "\n");
  }
}

void rdo_tool_plan_chart(const struct rondo_file *plan) {
  struct chart chart = {.plan = plan};
  struct chart_row *row = malloc(sizeof *row);
  rondo_file_info(plan, &chart.info);
  if (row == NULL || !init_chart(&chart)) {
    rdo_tool_message("the plan cannot be drawn: it has no length, or there is no memory");
  } else {
    for (int i = 0; i < chart.info.target_count; ++i) print_target(&chart, i, row);
    print_legend(&chart);
  }
  free(row);
  free(chart.sources);
  free(chart.order);
}

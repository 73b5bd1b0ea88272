// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What stands in the way of real time: a table, or JSON.

#include "machine_check.h"

#include <stdio.h>
#include <string.h>

#include "model_args.h"
#include "options.h"

enum { INDENT = 30,
       TEXT_COLUMNS = 110 };

static const char *const severity_names[] = {"ok", "info", "warning"};

// Words behind a heading, on as many lines as they need; the cursor is at column INDENT.
static void print_wrapped(const char *heading, const char *text) {
  int begin = INDENT + (int)strlen(heading), column = begin;
  fputs(heading, stdout);
  while (*text != '\0') {
    int length = (int)strcspn(text, " ");
    if (column > begin && column + 1 + length > TEXT_COLUMNS) {
      printf("\n%*s", begin, "");
      column = begin;
    } else if (column > begin) {
      putchar(' ');
      ++column;
    }
    printf("%.*s", length, text);
    column += length;
    text += length;
    text += strspn(text, " ");
  }
  putchar('\n');
}

static void print_text(const struct rondo_findings *findings) {
  int counts[3] = {0};
  for (int i = 0; i < rondo_findings_count(findings); ++i) {
    struct rondo_machine_finding finding;
    rondo_findings_at(findings, i, &finding);
    ++counts[finding.severity];
    printf("%-7s  %-*s", severity_names[finding.severity], INDENT - 9, finding.what);
    print_wrapped("", finding.value);
    if (finding.severity == RONDO_FINDING_OK) continue;
    printf("%*s", INDENT, "");
    print_wrapped("see ", finding.where);
    if (finding.advice[0] == '\0') continue;
    printf("%*s", INDENT, "");
    print_wrapped("do  ", finding.advice);
  }
  printf("\n%d warning%s, %d to know, %d as they should be\n", counts[RONDO_FINDING_WARNING], counts[RONDO_FINDING_WARNING] == 1 ? "" : "s",
         counts[RONDO_FINDING_INFO], counts[RONDO_FINDING_OK]);
}

// Texts are printable ASCII.
static void print_json_text(const char *name, const char *text, const char *end) {
  printf("\"%s\": \"", name);
  for (; *text != '\0'; ++text) {
    if (*text == '"' || *text == '\\') putchar('\\');
    putchar(*text);
  }
  printf("\"%s", end);
}

static void print_json(const struct rondo_findings *findings) {
  printf("{\n  \"findings\": [");
  for (int i = 0; i < rondo_findings_count(findings); ++i) {
    struct rondo_machine_finding finding;
    rondo_findings_at(findings, i, &finding);
    printf("%s\n    {\"severity\": \"%s\", ", i > 0 ? "," : "", severity_names[finding.severity]);
    print_json_text("what", finding.what, ", ");
    print_json_text("where", finding.where, ", ");
    print_json_text("value", finding.value, ", ");
    print_json_text("advice", finding.advice, "}");
  }
  printf("\n  ]\n}\n");
}

static bool has_warnings(const struct rondo_findings *findings) {
  struct rondo_machine_finding finding;
  for (int i = 0; i < rondo_findings_count(findings); ++i) {
    if (rondo_findings_at(findings, i, &finding) == RONDO_OK && finding.severity == RONDO_FINDING_WARNING) return true;
  }
  return false;
}

int rdo_tool_machine_check(const struct rondo_machine_options *options, bool wants_json, bool is_strict) {
  struct rondo_findings *findings;
  struct rondo_diag diag = {RONDO_OK, 0, ""};
  enum rondo_status status = rondo_machine_check(options, &findings, &diag);
  if (status != RONDO_OK) {
    rdo_tool_print_failure(NULL, status, &diag);
    return status == RONDO_INVALID_ARGUMENT ? TOOL_EXIT_USAGE : TOOL_EXIT_FAILURE;
  }
  if (wants_json) print_json(findings);
  else print_text(findings);
  int code = is_strict && has_warnings(findings) ? TOOL_EXIT_FAILURE : TOOL_EXIT_OK;
  rondo_findings_release(&findings);
  return code;
}

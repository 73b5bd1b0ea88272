// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A file has one row a line, behind its header: so a row's line follows from its index.

#include "trace/table_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { MESSAGE_BYTES = 512,
       NAME_SHOWN_MAX = 100 };

static size_t line_of(size_t row) { return row + 2; }

static void find(struct rdo_check *check, enum rondo_trace_rule rule, size_t line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static void find(struct rdo_check *check, enum rondo_trace_rule rule, size_t line, const char *format, ...) {
  static const char *const names[] = {
#define X(rule, name) name,
      RONDO_TRACE_RULES(X)
#undef X
  };
  char message[MESSAGE_BYTES];
  ++check->finding_count;
  if (check->finder == NULL) return;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(message, sizeof message, format, arguments);
  va_end(arguments);
  const struct rondo_trace_finding finding = {rule, names[rule], line, message};
  check->finder->find(check->finder->user, &finding);
}

// "%.*s" of a name, cut.
#define SHOWN(name) NAME_SHOWN_MAX, (name)

// Columns ------------------------------------------------------------------------------------------

void rdo_check_line(struct rdo_check *check, const struct rdo_csv_line *line) {
  static const struct {
    enum rdo_csv_column column;
    const char *formula;
  } identities[] = {
      {RDO_CSV_ELIGIBLE, "ready_us"},
      {RDO_CSV_SUBMIT, "start_us"},
      {RDO_CSV_COMPLETE, "end_us"},
      {RDO_CSV_RESIDENCY, "max(0, complete_us - eligible_us)"},
      {RDO_CSV_DEP_SLIP, "max(0, eligible_us - planned_start_us)"},
      {RDO_CSV_QUEUE_DELAY, "max(0, start_us - ready_us)"},
      {RDO_CSV_RUN, "max(0, end_us - start_us)"},
      {RDO_CSV_TOTAL_LATENCY, "max(0, end_us - planned_start_us)"},
  };
  int64_t right[RDO_CSV_COLUMN_COUNT];
  memcpy(right, line->values, sizeof right);
  rdo_csv_derive(right);
  for (size_t i = 0; i < sizeof identities / sizeof identities[0]; ++i) {
    enum rdo_csv_column column = identities[i].column;
    if (line->values[column] == right[column]) continue;
    find(check, RONDO_TRACE_RULE_COLUMNS, line->number, "%s is %" PRId64 ", but %s is %" PRId64, rdo_csv_column_names[column],
         line->values[column], identities[i].formula, right[column]);
  }
}

// One row ------------------------------------------------------------------------------------------

struct checker {
  struct rdo_check *check;
  const struct rdo_table *table;
  const struct rdo_table_index *index;
  uint32_t *row_of_node;    // owned [node_count]: in this iteration, valid if its pass is
  uint32_t *pass_of_node;   // owned [node_count]: pass + 1
  uint32_t *job_rows;       // owned [text_count + 1]: rows of a job in this iteration, valid if its pass is
  uint32_t *job_pass;       // owned [text_count + 1]
  uint32_t *job_nodes;      // owned [text_count + 1]: nodes of a job
  bool *job_is_broken;      // owned [text_count + 1]: something in it did not complete
  int64_t *ends_ns;         // owned [row_count]: of an iteration, sorted
};

static const char *key_of(const struct checker *c, uint32_t row) {
  return rdo_table_text(c->table, rdo_table_node_of(c->table, &c->table->rows[row])->key);
}

static void check_stamps(struct checker *c, uint32_t number) {
  const struct rdo_table_row *row = &c->table->rows[number];
  const char *key = key_of(c, number);
  size_t line = line_of(number);
  bool never_ran = row->state == RDO_PLAYED_SKIPPED || row->state == RDO_PLAYED_CANCELLED;
  if (row->ready_ns < 0)
    find(c->check, RONDO_TRACE_RULE_STAMPS, line, "%.*s was ready %" PRId64 " ns before its iteration began", SHOWN(key), -row->ready_ns);
  if (row->start_ns < row->ready_ns) {
    find(c->check, RONDO_TRACE_RULE_STAMPS, line, "%.*s started %" PRId64 " ns before it was ready", SHOWN(key), row->ready_ns - row->start_ns);
  }
  if (row->end_ns < row->start_ns) {
    find(c->check, RONDO_TRACE_RULE_STAMPS, line, "%.*s ended %" PRId64 " ns before it started", SHOWN(key), row->start_ns - row->end_ns);
  }
  if (row->release_ns != RDO_TABLE_UNKNOWN && row->ready_ns < row->release_ns) {
    find(c->check, RONDO_TRACE_RULE_STAMPS, line, "%.*s was ready %" PRId64 " ns before its release", SHOWN(key),
         row->release_ns - row->ready_ns);
  }
  if (row->state == RDO_PLAYED_SKIPPED && row->end_ns != row->start_ns) {
    find(c->check, RONDO_TRACE_RULE_STATES, line, "%.*s was skipped, but has a run time", SHOWN(key));
  }
  if (never_ran && row->wake != RDO_PLAYED_WAKE_UNKNOWN)
    find(c->check, RONDO_TRACE_RULE_STATES, line, "%.*s was %s, but a worker woke for it", SHOWN(key), rdo_played_state_names[row->state]);
}

// The end of the predecessor that finished last; false when one of them did not finish, which is reported.
static bool find_last_end(struct checker *c, uint32_t number, uint32_t pass, int64_t *out_end_ns, uint32_t *out_count) {
  const struct rdo_table *table = c->table;
  const struct rdo_table_row *row = &table->rows[number];
  const struct rdo_table_node *node = rdo_table_node_of(table, row);
  bool is_whole = true, has_run = row->state == RDO_PLAYED_COMPLETED || row->state == RDO_PLAYED_FAILED;
  *out_end_ns = INT64_MIN;
  *out_count = node->dependency_count + rdo_node_is_time_hard(node);
  for (uint32_t i = 0; i < *out_count; ++i) {
    uint32_t key = i < node->dependency_count ? node->dependencies[i] : node->time_dependency;
    const char *name = rdo_table_text(table, key);
    uint32_t other = rdo_table_find_node(table, key);
    if (other == RDO_TABLE_NO_INDEX || c->pass_of_node[other] != pass + 1) {
      is_whole = false;
      if (has_run)
        find(c->check, RONDO_TRACE_RULE_PRECEDENCE, line_of(number), "%.*s ran, but its predecessor %.*s is not in this iteration",
             SHOWN(key_of(c, number)), SHOWN(name));
      continue;
    }
    const struct rdo_table_row *before = &table->rows[c->row_of_node[other]];
    if (before->state != RDO_PLAYED_COMPLETED) {
      is_whole = false;
      if (has_run)
        find(c->check, RONDO_TRACE_RULE_STATES, line_of(number), "%.*s ran, but its predecessor %.*s was %s", SHOWN(key_of(c, number)),
             SHOWN(name), rdo_played_state_names[before->state]);
      continue;
    }
    if (before->end_ns > *out_end_ns) *out_end_ns = before->end_ns;
    if (has_run && row->start_ns < before->end_ns) {
      find(c->check, RONDO_TRACE_RULE_PRECEDENCE, line_of(number), "%.*s started %" PRId64 " ns before its predecessor %.*s ended",
           SHOWN(key_of(c, number)), before->end_ns - row->start_ns, SHOWN(name));
    }
  }
  return is_whole;
}

// A root is ready at 0, at its planned start, or at the release that the trace names.
static void check_root(struct checker *c, uint32_t number) {
  const struct rdo_table_row *row = &c->table->rows[number];
  const struct rdo_table_node *node = rdo_table_node_of(c->table, row);
  bool may_be_0 = node->release != RDO_PLAYED_RELEASE_LOCKED, may_be_planned = node->release != RDO_PLAYED_RELEASE_IMMEDIATE;
  if (row->release_ns != RDO_TABLE_UNKNOWN && row->ready_ns == row->release_ns) return;
  if ((may_be_0 && row->ready_ns == 0) || (may_be_planned && row->ready_ns == row->planned_start_ns)) return;
  find(c->check, RONDO_TRACE_RULE_READY, line_of(number), "%.*s has no predecessor, but was ready at %" PRId64 " ns, which is %s",
       SHOWN(key_of(c, number)), row->ready_ns,
       !may_be_0         ? "not its planned start"
       : !may_be_planned ? "not 0"
                         : "neither 0 nor its planned start");
}

// With the graph: the rules of starts and of ready times.
static void check_predecessors(struct checker *c, uint32_t number, uint32_t pass) {
  const struct rdo_table_row *row = &c->table->rows[number];
  int64_t end_ns;
  uint32_t count;
  if (!find_last_end(c, number, pass, &end_ns, &count) || !rdo_row_has_run(row)) return;
  if (count == 0) {
    check_root(c, number);
    return;
  }
  const struct rdo_table_node *node = rdo_table_node_of(c->table, row);
  int64_t wanted_ns = end_ns;
  // A lock on a node that is no root counts by option only.
  bool may_be_locked = node->release == RDO_PLAYED_RELEASE_LOCKED && row->planned_start_ns > end_ns;
  if (row->release_ns != RDO_TABLE_UNKNOWN && row->release_ns > wanted_ns) wanted_ns = row->release_ns;
  if (row->ready_ns == wanted_ns || (may_be_locked && row->ready_ns == row->planned_start_ns)) return;
  find(c->check, RONDO_TRACE_RULE_READY, line_of(number), "%.*s was ready at %" PRId64 " ns, but its last predecessor ended at %" PRId64 " ns",
       SHOWN(key_of(c, number)), row->ready_ns, end_ns);
}

static int compare_times(const void *a, const void *b) {
  int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
  return (left > right) - (left < right);
}

// Without the graph: a ready time is 0, the planned start, or somebody's end.
static void check_ready_times(struct checker *c, const struct rdo_pass *pass) {
  const struct rdo_table *table = c->table;
  size_t count = pass->end - pass->begin;
  for (size_t i = 0; i < count; ++i) c->ends_ns[i] = table->rows[c->index->order[pass->begin + i]].end_ns;
  qsort(c->ends_ns, count, sizeof *c->ends_ns, compare_times);
  for (size_t i = pass->begin; i < pass->end; ++i) {
    uint32_t number = c->index->order[i];
    const struct rdo_table_row *row = &table->rows[number];
    if (!rdo_row_has_run(row) || row->ready_ns == 0 || row->ready_ns == row->planned_start_ns || row->ready_ns == row->release_ns) continue;
    if (bsearch(&row->ready_ns, c->ends_ns, count, sizeof *c->ends_ns, compare_times) != NULL) continue;
    find(c->check, RONDO_TRACE_RULE_READY, line_of(number),
         "%.*s was ready at %" PRId64 " ns, which is neither 0, nor its planned start, nor the end of another one", SHOWN(key_of(c, number)),
         row->ready_ns);
  }
}

// One iteration ------------------------------------------------------------------------------------

static void note_rows(struct checker *c, uint32_t pass_number) {
  const struct rdo_pass *pass = &c->index->passes[pass_number];
  for (size_t i = pass->begin; i < pass->end; ++i) {
    uint32_t number = c->index->order[i];
    const struct rdo_table_row *row = &c->table->rows[number];
    uint32_t job = rdo_table_node_of(c->table, row)->job;
    bool is_first = c->pass_of_node[row->node] != pass_number + 1;
    if (!is_first) {
      find(c->check, RONDO_TRACE_RULE_DUPLICATES, line_of(number), "%.*s ran in iteration %" PRId64 " before, on line %zu",
           SHOWN(key_of(c, number)), row->iteration, line_of(c->row_of_node[row->node]));
    }
    if (c->job_pass[job] != pass_number + 1) {
      c->job_pass[job] = pass_number + 1;
      c->job_rows[job] = 0;
      c->job_is_broken[job] = false;
    }
    c->job_rows[job] += is_first;
    c->job_is_broken[job] = c->job_is_broken[job] || !rdo_row_has_run(row);
    c->pass_of_node[row->node] = pass_number + 1;
    c->row_of_node[row->node] = number;
  }
}

// Of a job that ran, all ran: unless something failed, or the trace ends here.
static void check_whole_jobs(struct checker *c, uint32_t pass_number) {
  const struct rdo_pass *pass = &c->index->passes[pass_number];
  bool is_last = pass_number + 1 == c->index->pass_count;
  for (size_t i = pass->begin; i < pass->end && !is_last; ++i) {
    uint32_t number = c->index->order[i];
    uint32_t job = rdo_table_node_of(c->table, &c->table->rows[number])->job;
    if (c->job_pass[job] != pass_number + 1 || c->job_is_broken[job] || c->job_rows[job] >= c->job_nodes[job]) continue;
    c->job_pass[job] = 0;  // say it once
    find(c->check, RONDO_TRACE_RULE_MISSING, line_of(number), "of job %.*s iteration %" PRId64 " has %u of %u nodes",
         SHOWN(rdo_table_text(c->table, job)), pass->iteration, c->job_rows[job], c->job_nodes[job]);
  }
}

static void check_pass(struct checker *c, uint32_t pass_number) {
  const struct rdo_pass *pass = &c->index->passes[pass_number];
  note_rows(c, pass_number);
  for (size_t i = pass->begin; i < pass->end; ++i) {
    uint32_t number = c->index->order[i];
    check_stamps(c, number);
    if (c->table->has_dependencies) check_predecessors(c, number, pass_number);
  }
  if (!c->table->has_dependencies) check_ready_times(c, pass);
  check_whole_jobs(c, pass_number);
}

// Overlaps -----------------------------------------------------------------------------------------

struct interval {
  int64_t group;  // worker, or a target whose workers are not known: then by iteration too
  int64_t pass;
  int64_t start_ns;
  int64_t end_ns;
  uint32_t row;
};

static int compare_intervals(const void *left, const void *right) {
  const struct interval *a = left, *b = right;
  if (a->group != b->group) return a->group < b->group ? -1 : 1;
  if (a->pass != b->pass) return a->pass < b->pass ? -1 : 1;
  if (a->start_ns != b->start_ns) return a->start_ns < b->start_ns ? -1 : 1;
  if (a->end_ns != b->end_ns) return a->end_ns < b->end_ns ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

// Work that was left for something more urgent spans it.
static bool may_enclose(const struct rdo_table *table, const struct interval *outer, const struct interval *inner) {
  return table->rows[outer->row].preemption_count > 0 && inner->start_ns >= outer->start_ns && inner->end_ns <= outer->end_ns;
}

static void check_intervals(struct checker *c, const struct interval *intervals, size_t count) {
  const struct interval *open = NULL;  // the one that ends last so far
  for (size_t i = 0; i < count; ++i) {
    const struct interval *next = &intervals[i];
    bool is_same = open != NULL && open->group == next->group && open->pass == next->pass;
    if (is_same && next->start_ns < open->end_ns && !may_enclose(c->table, open, next)) {
      const struct rdo_table_row *row = &c->table->rows[next->row];
      char where[64 + NAME_SHOWN_MAX];
      if (row->worker >= 0) snprintf(where, sizeof where, "worker %d", (int)row->worker);
      else snprintf(where, sizeof where, "target %.*s", SHOWN(rdo_table_target_name(c->table, row->target)));
      find(c->check, RONDO_TRACE_RULE_OVERLAP, line_of(next->row),
           "%.*s started on %s while %.*s (line %zu) ran there for another %" PRId64 " ns", SHOWN(key_of(c, next->row)), where,
           SHOWN(key_of(c, open->row)), line_of(open->row), open->end_ns - next->start_ns);
    }
    if (!is_same || next->end_ns > open->end_ns) open = next;
  }
}

static enum rondo_status check_overlaps(struct checker *c, struct rondo_diag *diag) {
  const struct rdo_table *table = c->table;
  struct interval *intervals = NULL;
  size_t count = 0;
  bool has_clock = c->index->origin_ns != RDO_TABLE_UNKNOWN;
  RDO_TRY(rdo_alloc_array(table->row_count, sizeof *intervals, &intervals, diag));
  for (uint32_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    if ((row->state != RDO_PLAYED_COMPLETED && row->state != RDO_PLAYED_FAILED) || row->end_ns < row->start_ns) continue;
    // Several workers, or one that left it in between: none of them was there from its start to its end.
    if (row->worker >= 0 && (row->worker_count > 1 || row->preemption_count > 0)) continue;
    int64_t shift_ns = has_clock ? c->index->offsets_ns[i] : 0;
    int64_t group = row->worker >= 0 ? row->worker : -1 - (int64_t)row->target;
    intervals[count++] = (struct interval){group, has_clock ? 0 : row->iteration, row->start_ns + shift_ns, row->end_ns + shift_ns, i};
  }
  if (count > 1) qsort(intervals, count, sizeof *intervals, compare_intervals);
  check_intervals(c, intervals, count);
  rdo_free(intervals);
  return RONDO_OK;
}

// The whole ----------------------------------------------------------------------------------------

static enum rondo_status prepare(struct checker *c, struct rondo_diag *diag) {
  size_t job_count = c->table->texts.count + 1;
  RDO_TRY(rdo_alloc_array(c->table->node_count, sizeof *c->row_of_node, &c->row_of_node, diag));
  RDO_TRY(rdo_alloc_array(c->table->node_count, sizeof *c->pass_of_node, &c->pass_of_node, diag));
  RDO_TRY(rdo_alloc_array(job_count, sizeof *c->job_rows, &c->job_rows, diag));
  RDO_TRY(rdo_alloc_array(job_count, sizeof *c->job_pass, &c->job_pass, diag));
  RDO_TRY(rdo_alloc_array(job_count, sizeof *c->job_nodes, &c->job_nodes, diag));
  RDO_TRY(rdo_alloc_array(job_count, sizeof *c->job_is_broken, &c->job_is_broken, diag));
  RDO_TRY(rdo_alloc_array(c->table->row_count, sizeof *c->ends_ns, &c->ends_ns, diag));
  for (size_t i = 0; i < c->table->node_count; ++i) ++c->job_nodes[c->table->nodes[i].job];
  return RONDO_OK;
}

enum rondo_status rdo_check_table(struct rdo_check *check, const struct rondo_trace_table *table, struct rondo_diag *diag) {
  struct checker c = {.check = check, .table = &table->table, .index = &table->index};
  enum rondo_status status = prepare(&c, diag);
  for (uint32_t i = 0; i < table->index.pass_count && status == RONDO_OK; ++i) check_pass(&c, i);
  if (status == RONDO_OK) status = check_overlaps(&c, diag);
  rdo_free(c.row_of_node);
  rdo_free(c.pass_of_node);
  rdo_free(c.job_rows);
  rdo_free(c.job_pass);
  rdo_free(c.job_nodes);
  rdo_free(c.job_is_broken);
  rdo_free(c.ends_ns);
  return status;
}

// Against a plan -----------------------------------------------------------------------------------

static void compare_module(struct rdo_check *check, const struct rdo_table *table, uint32_t number, const char *planned) {
  const struct rdo_table_node *node = rdo_table_node_of(table, &table->rows[number]);
  const char *module = rdo_table_text(table, node->module);
  if (planned == NULL || planned[0] == '\0' || strcmp(planned, module) == 0) return;
  find(check, RONDO_TRACE_RULE_PLAN, line_of(number), "%.*s ran module %.*s, the plan has %.*s", SHOWN(rdo_table_text(table, node->key)), SHOWN(module),
       SHOWN(planned));
}

static bool may_run_on(const struct rdo_check_plan_node *planned, const char *target) {
  for (size_t i = 0; i < planned->target_count; ++i) {
    if (strcmp(planned->targets[i], target) == 0) return true;
  }
  return planned->target_count == 0;
}

static void compare_row(struct rdo_check *check, const struct rdo_table *table, uint32_t number, const struct rdo_check_plan_node *planned) {
  const struct rdo_table_row *row = &table->rows[number];
  const char *target = rdo_table_target_name(table, row->target);
  compare_module(check, table, number, planned->facts.module);
  if (!may_run_on(planned, target)) {
    find(check, RONDO_TRACE_RULE_AFFINITY, line_of(number), "%.*s ran on %.*s, where the plan does not let it", SHOWN(planned->facts.key),
         SHOWN(target));
  }
  if (rdo_table_us(row->planned_start_ns) != rdo_table_us(planned->planned_start_ns) ||
      rdo_table_us(row->planned_duration_ns) != rdo_table_us(planned->planned_duration_ns)) {
    find(check, RONDO_TRACE_RULE_PLAN, line_of(number),
         "%.*s has planned times that are not the plan's: %" PRId64 " us for %" PRId64 " us, there %" PRId64 " us for %" PRId64 " us",
         SHOWN(planned->facts.key), rdo_table_us(row->planned_start_ns), rdo_table_us(row->planned_duration_ns),
         rdo_table_us(planned->planned_start_ns), rdo_table_us(planned->planned_duration_ns));
  }
}

enum rondo_status rdo_check_plan(struct rdo_check *check, struct rdo_table *table, const struct rdo_check_plan_node *nodes, size_t count,
                                 struct rondo_diag *diag) {
  uint32_t *planned_of_node = NULL;  // index + 1
  RDO_TRY(rdo_alloc_array(table->node_count, sizeof *planned_of_node, &planned_of_node, diag));
  enum rondo_status status = RONDO_OK;
  for (size_t i = 0; i < count && status == RONDO_OK; ++i) {
    uint32_t key = rdo_texts_find(&table->texts, nodes[i].facts.key, strlen(nodes[i].facts.key));
    uint32_t node = rdo_table_find_node(table, key);
    if (node == RDO_TABLE_NO_INDEX) {
      find(check, RONDO_TRACE_RULE_PLAN, 0, "%.*s of the plan never ran", SHOWN(nodes[i].facts.key));
      continue;
    }
    planned_of_node[node] = (uint32_t)i + 1;
    // What ran is what the trace says; only the graph is the plan's.
    struct rdo_node_facts facts = nodes[i].facts;
    facts.job = rdo_table_text(table, table->nodes[node].job);
    facts.module = rdo_table_text(table, table->nodes[node].module);
    status = rdo_table_describe_node(table, node, &facts, diag);
  }
  for (uint32_t i = 0; i < table->row_count && status == RONDO_OK; ++i) {
    uint32_t planned = planned_of_node[table->rows[i].node];
    if (planned != 0) compare_row(check, table, i, &nodes[planned - 1]);
    else
      find(check, RONDO_TRACE_RULE_PLAN, line_of(i), "%.*s is not in the plan",
           SHOWN(rdo_table_text(table, rdo_table_node_of(table, &table->rows[i])->key)));
  }
  rdo_free(planned_of_node);
  return status;
}

// A file -------------------------------------------------------------------------------------------

static enum rondo_status see_line(void *user, const struct rdo_csv_line *line, struct rondo_diag *diag) {
  (void)diag;
  rdo_check_line(user, line);
  return RONDO_OK;
}

enum rondo_status rondo_trace_check_file(const char *path, const struct rondo_trace_load_options *options,
                                         const struct rondo_trace_finder *finder, uint64_t *out_row_count, uint64_t *out_finding_count,
                                         struct rondo_diag *diag) {
  struct rondo_trace_table *table = NULL;
  struct rdo_check check = {.finder = finder};
  const struct rdo_csv_observer observer = {see_line, &check};
  const struct rdo_load load = {&observer, options != NULL ? options->plan_path : NULL, &check};
  *out_row_count = *out_finding_count = 0;
  enum rondo_status status = rdo_trace_table_open(path, &load, &table, diag);
  if (status == RONDO_OK) status = rdo_check_table(&check, table, diag);
  if (status == RONDO_OK) *out_row_count = table->table.row_count;
  *out_finding_count = check.finding_count;
  rondo_trace_table_release(&table);
  return status;
}

enum rondo_status rondo_trace_table_check(const struct rondo_trace_table *table, const struct rondo_trace_finder *finder,
                                          uint64_t *out_finding_count, struct rondo_diag *diag) {
  struct rdo_check check = {.finder = finder};
  enum rondo_status status = rdo_check_table(&check, table, diag);
  *out_finding_count = check.finding_count;
  return status;
}

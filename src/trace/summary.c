// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Each part of the summary walks the rows once and collects values; percentiles come from sorting them.

#include "trace/summary.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "trace/node_order.h"
#include "trace/spread.h"

static int64_t not_below_0(int64_t value) { return value > 0 ? value : 0; }
static int64_t max_time(int64_t a, int64_t b) { return a > b ? a : b; }

static bool misses(const struct rdo_table_row *row) {
  return row->deadline_ns != RDO_TABLE_UNKNOWN && (!rdo_row_has_run(row) || row->end_ns > row->deadline_ns);
}

static bool is_locked_root(const struct rdo_table_index *index, const struct rdo_table_row *row) {
  const struct rdo_table_node *node = rdo_table_node_of(index->table, row);
  if (!index->is_root[row->node]) return false;
  if (node->release != RDO_PLAYED_RELEASE_UNKNOWN) return node->release == RDO_PLAYED_RELEASE_LOCKED;
  return index->families[index->family_of_node[row->node]].is_locked;
}

// Totals -------------------------------------------------------------------------------------------

enum total { TOTAL_MAKESPAN, TOTAL_ROOT, TOTAL_ROOT_LATER, TOTAL_START, TOTAL_QUEUE, TOTAL_HANDOVER, TOTAL_SLIP, TOTAL_KIND_COUNT };

static enum rondo_status collect_row(const struct rdo_table_index *index, const struct rdo_table_row *row, int64_t *lane_end_ns,
                                     struct rdo_values *values, struct rondo_diag *diag) {
  int64_t delay_ns = row->start_ns - row->planned_start_ns;
  if (!rdo_row_has_run(row)) return RONDO_OK;
  RDO_TRY(rdo_values_add(&values[TOTAL_QUEUE], not_below_0(row->start_ns - row->ready_ns), diag));
  RDO_TRY(rdo_values_add(&values[TOTAL_SLIP], not_below_0(row->ready_ns - row->planned_start_ns), diag));
  if (is_locked_root(index, row)) {
    RDO_TRY(rdo_values_add(&values[TOTAL_ROOT], delay_ns, diag));
    if (row->planned_start_ns > 0) RDO_TRY(rdo_values_add(&values[TOTAL_ROOT_LATER], delay_ns, diag));
  }
  if (index->is_root[row->node]) RDO_TRY(rdo_values_add(&values[TOTAL_START], not_below_0(row->start_ns - row->ready_ns), diag));
  else RDO_TRY(rdo_values_add(&values[TOTAL_HANDOVER], not_below_0(row->start_ns - max_time(row->ready_ns, *lane_end_ns)), diag));
  *lane_end_ns = row->end_ns;
  return RONDO_OK;
}

static enum rondo_status collect_totals(const struct rdo_table_index *index, int64_t *lane_ends_ns, struct rdo_values *values,
                                        struct rondo_diag *diag) {
  const struct rdo_table *table = index->table;
  for (size_t p = 0; p < index->pass_count; ++p) {
    const struct rdo_pass *pass = &index->passes[p];
    for (size_t i = 0; i < index->lane_count; ++i) lane_ends_ns[i] = INT64_MIN;
    for (size_t i = pass->begin; i < pass->end; ++i) {
      uint32_t row = index->order[i];
      RDO_TRY(collect_row(index, &table->rows[row], &lane_ends_ns[index->lane_of_row[row]], values, diag));
    }
    RDO_TRY(rdo_values_add(&values[TOTAL_MAKESPAN], pass->end_ns, diag));
  }
  return RONDO_OK;
}

static void count_rows(struct rondo_trace_summary *summary) {
  const struct rdo_table *table = summary->index->table;
  struct rondo_trace_totals *totals = &summary->totals;
  uint64_t *const counts[RDO_PLAYED_STATE_COUNT] = {&totals->completed_count, &totals->failed_count, &totals->cancelled_count,
                                                    &totals->skipped_count};
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    ++*counts[row->state];
    totals->planned_makespan_ns = max_time(totals->planned_makespan_ns, row->planned_start_ns + row->planned_duration_ns);
  }
}

static enum rondo_status sum_up_totals(struct rondo_trace_summary *summary, struct rondo_diag *diag) {
  const struct rdo_table_index *index = summary->index;
  struct rondo_trace_totals *totals = &summary->totals;
  struct rdo_values values[TOTAL_KIND_COUNT] = {{0}};
  int64_t *lane_ends_ns = NULL;
  struct rondo_trace_spread *const spreads[TOTAL_KIND_COUNT] = {
      [TOTAL_MAKESPAN] = &totals->makespan, [TOTAL_ROOT] = &totals->root_delay,   [TOTAL_ROOT_LATER] = &totals->root_delay_later,
      [TOTAL_START] = &totals->start_delay, [TOTAL_QUEUE] = &totals->queue_delay, [TOTAL_HANDOVER] = &totals->handover,
      [TOTAL_SLIP] = &totals->slip};
  totals->row_count = index->table->row_count;
  totals->iteration_count = index->pass_count;
  totals->node_count = (int)index->table->node_count;
  totals->job_count = (int)index->family_count;
  totals->target_count = (int)index->table->target_count;
  totals->has_dependencies = index->table->has_dependencies;
  for (size_t i = 0; i < index->lane_count; ++i) totals->worker_count += index->lanes[i].worker >= 0;
  count_rows(summary);
  enum rondo_status status = rdo_alloc_array(index->lane_count, sizeof *lane_ends_ns, &lane_ends_ns, diag);
  if (status == RONDO_OK) status = collect_totals(index, lane_ends_ns, values, diag);
  for (int i = 0; i < TOTAL_KIND_COUNT; ++i) {
    *spreads[i] = rdo_values_spread(&values[i]);
    rdo_values_deinit(&values[i]);
  }
  rdo_free(lane_ends_ns);
  return status;
}

// Jobs ---------------------------------------------------------------------------------------------

struct instance_key {
  uint32_t family;
  uint32_t job;
  int64_t iteration;
  uint32_t row;
};

static int compare_instances(const void *left, const void *right) {
  const struct instance_key *a = left, *b = right;
  if (a->family != b->family) return a->family < b->family ? -1 : 1;
  if (a->iteration != b->iteration) return a->iteration < b->iteration ? -1 : 1;
  if (a->job != b->job) return a->job < b->job ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

static bool is_same_instance(const struct instance_key *a, const struct instance_key *b) {
  return a->family == b->family && a->iteration == b->iteration && a->job == b->job;
}

// What is collected of a family.
struct job_values {
  struct rdo_values delay;
  struct rdo_values latency;
  struct rdo_values run;
  int64_t first_ns;  // release of the first and of the last instance, on the common axis
  int64_t last_ns;
};

static enum rondo_status add_instance(const struct rdo_table_index *index, const struct instance_key *keys, size_t count,
                                      struct rondo_trace_job *job, struct job_values *values, struct rondo_diag *diag) {
  const struct rdo_table *table = index->table;
  int64_t release_ns = INT64_MAX, end_ns = INT64_MIN, run_ns = 0, axis_ns = INT64_MAX;
  bool has_deadline = false, has_missed = false, is_whole = true;
  for (size_t i = 0; i < count; ++i) {
    const struct rdo_table_row *row = &table->rows[keys[i].row];
    bool is_root = index->is_root[row->node];
    int64_t from_ns = job->is_locked && is_root ? row->planned_start_ns : row->ready_ns;
    if (from_ns < release_ns) release_ns = from_ns;
    axis_ns = release_ns + index->offsets_ns[keys[i].row];
    end_ns = max_time(end_ns, row->end_ns);
    has_deadline = has_deadline || row->deadline_ns != RDO_TABLE_UNKNOWN;
    has_missed = has_missed || misses(row);
    is_whole = is_whole && rdo_row_has_run(row);
    if (!rdo_row_has_run(row)) continue;
    run_ns += not_below_0(row->end_ns - row->start_ns);
    if (run_ns > RDO_TABLE_TIME_MAX_NS) run_ns = RDO_TABLE_TIME_MAX_NS;
    if (is_root) RDO_TRY(rdo_values_add(&values->delay, row->start_ns - from_ns, diag));
  }
  if (job->instance_count == 0 || axis_ns < values->first_ns) values->first_ns = axis_ns;
  if (job->instance_count == 0 || axis_ns > values->last_ns) values->last_ns = axis_ns;
  ++job->instance_count;
  job->deadline_count += has_deadline;
  job->miss_count += has_missed;
  if (!is_whole) return RONDO_OK;
  RDO_TRY(rdo_values_add(&values->latency, end_ns - release_ns, diag));
  return rdo_values_add(&values->run, run_ns, diag);
}

static void finish_job(struct rondo_trace_job *job, struct job_values *values) {
  job->start_delay = rdo_values_spread(&values->delay);
  job->latency = rdo_values_spread(&values->latency);
  job->run = rdo_values_spread(&values->run);
  int64_t span_ns = values->last_ns - values->first_ns;
  if (job->instance_count > 1 && span_ns > 0) job->rate_hz = (double)(job->instance_count - 1) * 1e9 / (double)span_ns;
}

static void end_job_values(struct job_values *values) {
  rdo_values_deinit(&values->delay);
  rdo_values_deinit(&values->latency);
  rdo_values_deinit(&values->run);
  *values = (struct job_values){0};
}

static enum rondo_status add_instances(struct rondo_trace_summary *summary, const struct instance_key *keys, struct rondo_diag *diag) {
  const struct rdo_table_index *index = summary->index;
  size_t row_count = index->table->row_count;
  struct job_values values = {0};
  enum rondo_status status = RONDO_OK;
  for (size_t begin = 0, end; begin < row_count && status == RONDO_OK; begin = end) {
    struct rondo_trace_job *job = &summary->jobs[keys[begin].family];
    for (end = begin + 1; end < row_count && is_same_instance(&keys[begin], &keys[end]);) ++end;
    status = add_instance(index, keys + begin, end - begin, job, &values, diag);
    if (end < row_count && keys[end].family == keys[begin].family) continue;
    finish_job(job, &values);
    end_job_values(&values);
  }
  end_job_values(&values);
  return status;
}

static enum rondo_status sum_up_jobs(struct rondo_trace_summary *summary, struct rondo_diag *diag) {
  const struct rdo_table_index *index = summary->index;
  const struct rdo_table *table = index->table;
  struct instance_key *keys = NULL;
  RDO_TRY(rdo_alloc_array(index->family_count, sizeof *summary->jobs, &summary->jobs, diag));
  RDO_TRY(rdo_alloc_array(table->row_count, sizeof *keys, &keys, diag));
  for (size_t i = 0; i < index->family_count; ++i) {
    const struct rdo_family *family = &index->families[i];
    summary->jobs[i] =
        (struct rondo_trace_job){.name = rdo_table_text(table, family->name), .family_count = family->job_count, .is_locked = family->is_locked};
  }
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    keys[i] = (struct instance_key){index->family_of_node[row->node], rdo_table_node_of(table, row)->job, row->iteration, (uint32_t)i};
  }
  if (table->row_count > 1) qsort(keys, table->row_count, sizeof *keys, compare_instances);
  enum rondo_status status = add_instances(summary, keys, diag);
  for (size_t i = 0; i < index->family_count; ++i) {
    summary->totals.deadline_count += summary->jobs[i].deadline_count;
    summary->totals.miss_count += summary->jobs[i].miss_count;
  }
  rdo_free(keys);
  return status;
}

// Targets ------------------------------------------------------------------------------------------

// Length of the union of intervals that come by their begin.
struct cover {
  int64_t end_ns;
  int64_t length_ns;
};

static void cover_begin(struct cover *cover) { cover->end_ns = INT64_MIN; }

static void cover_add(struct cover *cover, int64_t begin_ns, int64_t end_ns) {
  if (begin_ns < cover->end_ns) begin_ns = cover->end_ns;
  if (end_ns <= begin_ns) return;
  cover->length_ns += end_ns - begin_ns;
  if (cover->length_ns > RDO_TABLE_TIME_MAX_NS) cover->length_ns = RDO_TABLE_TIME_MAX_NS;
  cover->end_ns = end_ns;
}

static double ratio_of(int64_t part_ns, double whole_ns) { return whole_ns > 0 ? (double)part_ns / whole_ns : 0; }

struct plan_key {
  uint32_t target;
  int64_t iteration;
  int64_t start_ns;
  uint32_t row;
};

static int compare_plans(const void *left, const void *right) {
  const struct plan_key *a = left, *b = right;
  if (a->target != b->target) return a->target < b->target ? -1 : 1;
  if (a->iteration != b->iteration) return a->iteration < b->iteration ? -1 : 1;
  if (a->start_ns != b->start_ns) return a->start_ns < b->start_ns ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

// Busy time of every target, of what was planned or of what was.
static void cover_targets(const struct rdo_table *table, struct plan_key *keys, bool is_plan, int64_t *out_busy_ns) {
  struct cover cover = {0};
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    keys[i] = (struct plan_key){row->target, row->iteration, is_plan ? row->planned_start_ns : row->start_ns, (uint32_t)i};
  }
  if (table->row_count > 1) qsort(keys, table->row_count, sizeof *keys, compare_plans);
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[keys[i].row];
    if (i == 0 || keys[i].target != keys[i - 1].target) cover = (struct cover){0};
    if (i == 0 || keys[i].target != keys[i - 1].target || keys[i].iteration != keys[i - 1].iteration) cover_begin(&cover);
    cover_add(&cover, keys[i].start_ns, is_plan ? row->planned_start_ns + row->planned_duration_ns : row->end_ns);
    out_busy_ns[row->target] = cover.length_ns;
  }
}

static enum rondo_status sum_up_targets(struct rondo_trace_summary *summary, struct rondo_diag *diag) {
  const struct rdo_table_index *index = summary->index;
  const struct rdo_table *table = index->table;
  double planned_length_ns = (double)summary->totals.planned_makespan_ns * (double)index->pass_count;
  double length_ns = summary->totals.makespan.mean_ns * (double)index->pass_count;
  struct plan_key *keys = NULL;
  int64_t *busy_ns = NULL;
  RDO_TRY(rdo_alloc_array(table->target_count, sizeof *summary->targets, &summary->targets, diag));
  enum rondo_status status = rdo_alloc_array(table->row_count, sizeof *keys, &keys, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(table->target_count, sizeof *busy_ns, &busy_ns, diag);
  if (status == RONDO_OK) {
    cover_targets(table, keys, true, busy_ns);
    for (size_t i = 0; i < table->target_count; ++i) summary->targets[i].planned_utilization = ratio_of(busy_ns[i], planned_length_ns);
    cover_targets(table, keys, false, busy_ns);
    for (size_t i = 0; i < table->target_count; ++i) {
      summary->targets[i].name = rdo_table_target_name(table, (uint32_t)i);
      summary->targets[i].busy_ns = busy_ns[i];
      summary->targets[i].utilization = ratio_of(busy_ns[i], length_ns);
    }
    for (size_t i = 0; i < table->row_count; ++i) ++summary->targets[table->rows[i].target].row_count;
    for (size_t i = 0; i < index->lane_count; ++i) summary->targets[index->lanes[i].target].worker_count += index->lanes[i].worker >= 0;
  }
  rdo_free(keys);
  rdo_free(busy_ns);
  return status;
}

// Nodes --------------------------------------------------------------------------------------------

// A module's name begins with the name of the model it was compiled from, and that model may be another job's.
//   is_family  by text number
static bool has_wrong_module(const struct rdo_table_index *index, const bool *is_family, uint32_t node) {
  const struct rdo_table *table = index->table;
  const char *module = rdo_table_text(table, table->nodes[node].module), *end = strchr(module, '$');
  if (end == NULL || end == module) return false;
  uint32_t model = rdo_texts_find(&table->texts, module, (size_t)(end - module));
  return model != UINT32_MAX && is_family[model] && model != index->families[index->family_of_node[node]].name;
}

static void flag_node(struct rondo_trace_summary *summary, const bool *is_family, uint32_t number) {
  struct rondo_trace_node *node = &summary->nodes[number];
  if (node->count > 0 && node->planned_duration_ns > 0) {
    node->ratio = (double)node->run.p50_ns / (double)node->planned_duration_ns;
    if (node->ratio >= summary->factor) node->flags |= RONDO_TRACE_SLOWER;
    if (node->ratio * summary->factor <= 1) node->flags |= RONDO_TRACE_FASTER;
  }
  if (has_wrong_module(summary->index, is_family, number)) node->flags |= RONDO_TRACE_WRONG_MODULE;
  summary->totals.flagged_count += node->flags != 0;
}

static enum rondo_status flag_nodes(struct rondo_trace_summary *summary, struct rondo_diag *diag) {
  const struct rdo_table_index *index = summary->index;
  bool *is_family = NULL;
  RDO_TRY(rdo_alloc_array(index->table->texts.count + 1, sizeof *is_family, &is_family, diag));
  for (size_t i = 0; i < index->family_count; ++i) is_family[index->families[i].name] = true;
  for (size_t i = 0; i < index->table->node_count; ++i) flag_node(summary, is_family, (uint32_t)i);
  rdo_free(is_family);
  return RONDO_OK;
}

// A row of a node, by its place in the index' order.
struct node_key {
  uint32_t node;
  uint32_t place;
};

static int compare_nodes(const void *left, const void *right) {
  const struct node_key *a = left, *b = right;
  if (a->node != b->node) return a->node < b->node ? -1 : 1;
  return (a->place > b->place) - (a->place < b->place);
}

// Rows of one node, from the first in time on.
static enum rondo_status add_node_rows(struct rondo_trace_summary *summary, const struct node_key *keys, size_t count, struct rondo_diag *diag) {
  const struct rdo_table *table = summary->index->table;
  struct rondo_trace_node *node = &summary->nodes[keys[0].node];
  struct rdo_values run = {0}, delay = {0};
  enum rondo_status status = RONDO_OK;
  for (size_t i = 0; i < count && status == RONDO_OK; ++i) {
    const struct rdo_table_row *row = &table->rows[summary->index->order[keys[i].place]];
    if (i == 0) {
      node->target = rdo_table_target_name(table, row->target);
      node->planned_start_ns = row->planned_start_ns;
      node->planned_duration_ns = row->planned_duration_ns;
    }
    if (!rdo_row_has_run(row)) continue;
    status = rdo_values_add(&run, not_below_0(row->end_ns - row->start_ns), diag);
    if (status == RONDO_OK) status = rdo_values_add(&delay, not_below_0(row->start_ns - row->ready_ns), diag);
  }
  node->run = rdo_values_spread(&run);
  node->queue_delay = rdo_values_spread(&delay);
  node->count = node->run.count;
  rdo_values_deinit(&run);
  rdo_values_deinit(&delay);
  return status;
}

static enum rondo_status sum_up_nodes(struct rondo_trace_summary *summary, struct rondo_diag *diag) {
  const struct rdo_table_index *index = summary->index;
  const struct rdo_table *table = index->table;
  struct node_key *keys = NULL;
  RDO_TRY(rdo_alloc_array(table->node_count, sizeof *summary->nodes, &summary->nodes, diag));
  RDO_TRY(rdo_alloc_array(table->row_count, sizeof *keys, &keys, diag));
  for (size_t i = 0; i < table->node_count; ++i) {
    const struct rdo_table_node *node = &table->nodes[i];
    summary->nodes[i] = (struct rondo_trace_node){.key = rdo_table_text(table, node->key),
                                                  .job = rdo_table_text(table, node->job),
                                                  .module = rdo_table_text(table, node->module),
                                                  .target = "",
                                                  .id = node->id,
                                                  .is_root = index->is_root[i]};
  }
  for (size_t i = 0; i < table->row_count; ++i) keys[i] = (struct node_key){table->rows[index->order[i]].node, (uint32_t)i};
  if (table->row_count > 1) qsort(keys, table->row_count, sizeof *keys, compare_nodes);
  enum rondo_status status = RONDO_OK;
  for (size_t begin = 0, end; begin < table->row_count && status == RONDO_OK; begin = end) {
    for (end = begin + 1; end < table->row_count && keys[end].node == keys[begin].node;) ++end;
    status = add_node_rows(summary, keys + begin, end - begin, diag);
  }
  rdo_free(keys);
  return status == RONDO_OK ? flag_nodes(summary, diag) : status;
}

static enum rondo_status order_nodes(struct rondo_trace_summary *summary, struct rondo_diag *diag) {
  const struct rdo_table *table = summary->index->table;
  int64_t *starts_ns = NULL;
  RDO_TRY(rdo_alloc_array(table->node_count, sizeof *summary->order, &summary->order, diag));
  RDO_TRY(rdo_alloc_array(table->node_count, sizeof *starts_ns, &starts_ns, diag));
  for (size_t i = 0; i < table->node_count; ++i) starts_ns[i] = summary->nodes[i].planned_start_ns;
  enum rondo_status status = rdo_nodes_order(table, starts_ns, summary->order, diag);
  rdo_free(starts_ns);
  return status;
}

// The whole ----------------------------------------------------------------------------------------

enum rondo_status rdo_summary_create(const struct rdo_table_index *index, double factor, struct rondo_trace_summary **out_summary,
                                     struct rondo_diag *diag) {
  struct rondo_trace_summary *summary = NULL;
  *out_summary = NULL;
  if (factor == 0) factor = RDO_SUMMARY_FACTOR;
  if (!(factor >= 1)) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the factor %g is below 1", factor);
  RDO_TRY(rdo_alloc(sizeof *summary, &summary, diag));
  summary->index = index;
  summary->factor = factor;
  enum rondo_status status = sum_up_totals(summary, diag);
  if (status == RONDO_OK) status = sum_up_jobs(summary, diag);
  if (status == RONDO_OK) status = sum_up_targets(summary, diag);
  if (status == RONDO_OK) status = sum_up_nodes(summary, diag);
  if (status == RONDO_OK) status = order_nodes(summary, diag);
  if (status == RONDO_OK) *out_summary = summary;
  else rondo_trace_summary_release(&summary);
  return status;
}

void rondo_trace_summary_release(struct rondo_trace_summary **summary) {
  if (summary == NULL || *summary == NULL) return;
  rdo_free((*summary)->jobs);
  rdo_free((*summary)->targets);
  rdo_free((*summary)->nodes);
  rdo_free((*summary)->order);
  rdo_free(*summary);
  *summary = NULL;
}

const struct rondo_trace_totals *rondo_trace_summary_totals(const struct rondo_trace_summary *summary) { return &summary->totals; }
const struct rondo_trace_job *rondo_trace_summary_jobs(const struct rondo_trace_summary *summary) { return summary->jobs; }
const struct rondo_trace_target *rondo_trace_summary_targets(const struct rondo_trace_summary *summary) { return summary->targets; }
const struct rondo_trace_node *rondo_trace_summary_nodes(const struct rondo_trace_summary *summary) { return summary->nodes; }

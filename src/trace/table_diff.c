// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Every measure becomes a list of pairs (group, old, new); lists are sorted by group, each group gives a difference.

#include "trace/table_diff.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "rondo/trace.h"
#include "trace/trace_table.h"

#define RUN_RATIO_DEFAULT 1.1
#define DELAY_NS_DEFAULT INT64_C(10000)

struct rondo_trace_diff {
  struct rondo_trace_diff_totals totals;
  struct rondo_trace_difference *items;  // owned [count]
  size_t count;
  size_t capacity;
};

// Below as many values the binomial is summed, above it is as good as normal.
enum { EXACT_COUNT_MAX = 1000 };

bool rdo_median_ranks(size_t count, size_t *out_low, size_t *out_high) {
  if (count < RDO_PAIRS_MIN) return false;
  size_t low = 0;
  if (count <= EXACT_COUNT_MAX) {
    // P(at most k of n below the median) = sum of C(n, i) / 2^n; in logarithms, as 2^1000 is no number.
    double log_term = -(double)count * log(2), sum = exp(log_term);
    while (sum <= 0.025) {
      ++low;
      log_term += log((double)(count - low + 1) / (double)low);
      sum += exp(log_term);
    }
  } else {
    low = (size_t)((double)count / 2 - 0.98 * sqrt((double)count));
  }
  *out_low = low;
  *out_high = count + 1 - low;
  return true;
}

// Pairs --------------------------------------------------------------------------------------------

struct pair {
  uint32_t group;
  int64_t old_ns;
  int64_t new_ns;
};

struct pairs {
  struct pair *items;  // owned [count]
  size_t count;
  size_t capacity;
};

static enum rondo_status add_pair(struct pairs *pairs, uint32_t group, int64_t old_ns, int64_t new_ns, struct rondo_diag *diag) {
  RDO_TRY(rdo_grow_array(pairs->count + 1, sizeof *pairs->items, &pairs->capacity, &pairs->items, diag));
  pairs->items[pairs->count++] = (struct pair){group, old_ns, new_ns};
  return RONDO_OK;
}

// Rows of one table in an order that both tables share.
struct match_key {
  uint32_t node;  // of the old table; UINT32_MAX = it has none
  int64_t iteration;
  uint32_t place;
  uint32_t row;
};

struct comparison {
  const struct rondo_trace_table *old_table;
  const struct rondo_trace_table *new_table;
  double run_ratio;
  int64_t delay_ns;
  struct match_key *old_keys;  // owned [old row_count]
  struct match_key *new_keys;  // owned [new row_count]
  struct pairs pairs;
  double *values;  // owned [value_capacity]
  size_t value_capacity;
  struct instance *instances;  // owned [instance_count]
  size_t instance_count;
  size_t instance_capacity;
  struct rondo_trace_diff *diff;
  struct rondo_diag *diag;
};

static int compare_ints(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int compare_keys(const void *left, const void *right) {
  const struct match_key *a = left, *b = right;
  int order = compare_ints(a->node, b->node);
  if (order == 0) order = compare_ints(a->iteration, b->iteration);
  return order != 0 ? order : compare_ints(a->place, b->place);
}

// The old table's node of the same key.
static uint32_t find_old_node(const struct comparison *c, uint32_t new_node) {
  const struct rdo_table *table = &c->new_table->table;
  const char *key = rdo_table_text(table, table->nodes[new_node].key);
  uint32_t number = rdo_texts_find(&c->old_table->table.texts, key, strlen(key));
  return rdo_table_find_node(&c->old_table->table, number);
}

static enum rondo_status make_keys(const struct comparison *c, const struct rondo_trace_table *table, struct match_key **out_keys) {
  const struct rdo_table *rows = &table->table;
  uint32_t *old_nodes = NULL;
  RDO_TRY(rdo_alloc_array(rows->row_count, sizeof **out_keys, out_keys, c->diag));
  RDO_TRY(rdo_alloc_array(rows->node_count, sizeof *old_nodes, &old_nodes, c->diag));
  for (uint32_t i = 0; i < rows->node_count; ++i) {
    old_nodes[i] = table == c->old_table ? rdo_table_find_node(rows, rows->nodes[i].key) : find_old_node(c, i);
  }
  for (uint32_t i = 0; i < rows->row_count; ++i) {
    uint32_t row = table->index.order[i];
    (*out_keys)[i] = (struct match_key){old_nodes[rows->rows[row].node], rows->rows[row].iteration, i, row};
  }
  if (rows->row_count > 1) qsort(*out_keys, rows->row_count, sizeof **out_keys, compare_keys);
  rdo_free(old_nodes);
  return RONDO_OK;
}

// Calls for every pair of rows that both traces completed; counts the others.
typedef enum rondo_status (*match_taker)(struct comparison *c, uint32_t old_row, uint32_t new_row);

static enum rondo_status for_each_match(struct comparison *c, bool is_counting, match_taker take) {
  const struct rdo_table *old_rows = &c->old_table->table, *new_rows = &c->new_table->table;
  struct rondo_trace_diff_totals *totals = &c->diff->totals;
  size_t i = 0, k = 0;
  while (i < old_rows->row_count || k < new_rows->row_count) {
    const struct match_key *a = i < old_rows->row_count ? &c->old_keys[i] : NULL, *b = k < new_rows->row_count ? &c->new_keys[k] : NULL;
    int order = a == NULL ? 1 : b == NULL ? -1 : compare_ints(a->node, b->node);
    if (order == 0) order = compare_ints(a->iteration, b->iteration);
    bool old_ran = a != NULL && order <= 0 && rdo_row_has_run(&old_rows->rows[a->row]);
    bool new_ran = b != NULL && order >= 0 && rdo_row_has_run(&new_rows->rows[b->row]);
    if (is_counting) {
      totals->pair_count += old_ran && new_ran;
      totals->only_old_count += old_ran && !new_ran;
      totals->only_new_count += new_ran && !old_ran;
    }
    if (old_ran && new_ran) RDO_TRY(take(c, a->row, b->row));
    i += order <= 0;
    k += order >= 0;
  }
  return RONDO_OK;
}

// Differences --------------------------------------------------------------------------------------

static int compare_groups(const void *left, const void *right) {
  return compare_ints(((const struct pair *)left)->group, ((const struct pair *)right)->group);
}

static int compare_doubles(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static double median_of(const double *sorted, size_t count) {
  return count % 2 != 0 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

static double median_time(struct comparison *c, const struct pair *pairs, size_t count, bool is_new) {
  for (size_t i = 0; i < count; ++i) c->values[i] = (double)(is_new ? pairs[i].new_ns : pairs[i].old_ns);
  qsort(c->values, count, sizeof *c->values, compare_doubles);
  return median_of(c->values, count);
}

static void decide(const struct comparison *c, struct rondo_trace_difference *item) {
  bool is_delay = item->measure == RONDO_TRACE_MEASURE_DELAY;
  double worse = is_delay ? (double)c->delay_ns : c->run_ratio, better = is_delay ? -worse : 1 / worse;
  item->is_regression = item->has_interval && item->low > worse;
  item->is_improvement = item->has_interval && item->high < better;
}

// A ratio to nothing is no ratio.
static double value_of(const struct pair *pair, enum rondo_trace_measure measure) {
  if (measure == RONDO_TRACE_MEASURE_DELAY) return (double)(pair->new_ns - pair->old_ns);
  double old_ns = pair->old_ns > 1 ? (double)pair->old_ns : 1, new_ns = pair->new_ns > 1 ? (double)pair->new_ns : 1;
  return new_ns / old_ns;
}

static enum rondo_status add_difference(struct comparison *c, const struct pair *pairs, size_t count, const char *name, bool is_job,
                                        enum rondo_trace_measure measure) {
  struct rondo_trace_diff *diff = c->diff;
  struct rondo_trace_difference item = {.name = name, .is_job = is_job, .measure = measure, .pair_count = count};
  RDO_TRY(rdo_grow_array(count, sizeof *c->values, &c->value_capacity, &c->values, c->diag));
  RDO_TRY(rdo_grow_array(diff->count + 1, sizeof *diff->items, &diff->capacity, &diff->items, c->diag));
  item.old_median_ns = median_time(c, pairs, count, false);
  item.new_median_ns = median_time(c, pairs, count, true);
  for (size_t i = 0; i < count; ++i) c->values[i] = value_of(&pairs[i], measure);
  qsort(c->values, count, sizeof *c->values, compare_doubles);
  size_t low, high;
  item.median = median_of(c->values, count);
  item.has_interval = rdo_median_ranks(count, &low, &high);
  if (item.has_interval) {
    item.low = c->values[low - 1];
    item.high = c->values[high - 1];
  }
  decide(c, &item);
  diff->totals.regression_count += item.is_regression;
  diff->items[diff->count++] = item;
  return RONDO_OK;
}

static const char *name_of(const struct comparison *c, uint32_t group, bool is_job) {
  const struct rdo_table *table = &c->old_table->table;
  return rdo_table_text(table, is_job ? c->old_table->index.families[group].name : table->nodes[group].key);
}

// Turns the collected pairs into differences, a group each.
static enum rondo_status finish_pairs(struct comparison *c, bool is_job, enum rondo_trace_measure measure) {
  struct pairs *pairs = &c->pairs;
  if (pairs->count > 1) qsort(pairs->items, pairs->count, sizeof *pairs->items, compare_groups);
  for (size_t begin = 0, end; begin < pairs->count; begin = end) {
    uint32_t group = pairs->items[begin].group;
    for (end = begin + 1; end < pairs->count && pairs->items[end].group == group;) ++end;
    RDO_TRY(add_difference(c, pairs->items + begin, end - begin, name_of(c, group, is_job), is_job, measure));
  }
  pairs->count = 0;
  return RONDO_OK;
}

// Measures -----------------------------------------------------------------------------------------

static int64_t run_of(const struct rdo_table_row *row) { return row->end_ns > row->start_ns ? row->end_ns - row->start_ns : 0; }

static enum rondo_status take_node_run(struct comparison *c, uint32_t old_row, uint32_t new_row) {
  const struct rdo_table_row *a = &c->old_table->table.rows[old_row], *b = &c->new_table->table.rows[new_row];
  return add_pair(&c->pairs, rdo_table_find_node(&c->old_table->table, rdo_table_node_of(&c->old_table->table, a)->key), run_of(a), run_of(b),
                  c->diag);
}

static enum rondo_status take_job_run(struct comparison *c, uint32_t old_row, uint32_t new_row) {
  const struct rdo_table_row *a = &c->old_table->table.rows[old_row], *b = &c->new_table->table.rows[new_row];
  return add_pair(&c->pairs, c->old_table->index.family_of_node[a->node], run_of(a), run_of(b), c->diag);
}

static int64_t delay_of(const struct rdo_table_index *index, const struct rdo_table_row *row) {
  bool is_locked = index->families[index->family_of_node[row->node]].is_locked;
  return row->start_ns - (is_locked ? row->planned_start_ns : row->ready_ns);
}

static enum rondo_status take_job_delay(struct comparison *c, uint32_t old_row, uint32_t new_row) {
  const struct rdo_table_row *a = &c->old_table->table.rows[old_row], *b = &c->new_table->table.rows[new_row];
  const struct rdo_table_index *index = &c->old_table->index;
  if (!index->is_root[a->node]) return RONDO_OK;
  return add_pair(&c->pairs, index->family_of_node[a->node], delay_of(index, a), delay_of(&c->new_table->index, b), c->diag);
}

// From the first ready time to the last end, over the rows of an instance that both traces have.
struct instance {
  uint32_t job;  // text of the old table
  uint32_t family;
  int64_t iteration;
  int64_t old_begin_ns, old_end_ns;
  int64_t new_begin_ns, new_end_ns;
};

static int compare_instances(const void *left, const void *right) {
  const struct instance *a = left, *b = right;
  int order = compare_ints(a->job, b->job);
  return order != 0 ? order : compare_ints(a->iteration, b->iteration);
}

static void widen(struct instance *into, const struct instance *from) {
  if (from->old_begin_ns < into->old_begin_ns) into->old_begin_ns = from->old_begin_ns;
  if (from->new_begin_ns < into->new_begin_ns) into->new_begin_ns = from->new_begin_ns;
  if (from->old_end_ns > into->old_end_ns) into->old_end_ns = from->old_end_ns;
  if (from->new_end_ns > into->new_end_ns) into->new_end_ns = from->new_end_ns;
}

static enum rondo_status take_instance(struct comparison *c, uint32_t old_row, uint32_t new_row) {
  const struct rdo_table *old_rows = &c->old_table->table;
  const struct rdo_table_row *a = &old_rows->rows[old_row], *b = &c->new_table->table.rows[new_row];
  RDO_TRY(rdo_grow_array(c->instance_count + 1, sizeof *c->instances, &c->instance_capacity, &c->instances, c->diag));
  c->instances[c->instance_count++] = (struct instance){rdo_table_node_of(old_rows, a)->job,
                                                        c->old_table->index.family_of_node[a->node],
                                                        a->iteration,
                                                        a->ready_ns,
                                                        a->end_ns,
                                                        b->ready_ns,
                                                        b->end_ns};
  return RONDO_OK;
}

static enum rondo_status pair_instances(struct comparison *c) {
  RDO_TRY(for_each_match(c, false, take_instance));
  if (c->instance_count > 1) qsort(c->instances, c->instance_count, sizeof *c->instances, compare_instances);
  for (size_t begin = 0, end; begin < c->instance_count; begin = end) {
    struct instance whole = c->instances[begin];
    for (end = begin + 1; end < c->instance_count && compare_instances(&whole, &c->instances[end]) == 0; ++end)
      widen(&whole, &c->instances[end]);
    RDO_TRY(add_pair(&c->pairs, whole.family, whole.old_end_ns - whole.old_begin_ns, whole.new_end_ns - whole.new_begin_ns, c->diag));
  }
  return RONDO_OK;
}

// The whole ----------------------------------------------------------------------------------------

// Instances that missed their deadline, as the statistics of one trace have them.
static enum rondo_status count_misses(const struct rondo_trace_table *table, uint64_t *out_count, struct rondo_diag *diag) {
  struct rondo_trace_summary *summary;
  RDO_TRY(rondo_trace_table_summarize(table, 0, &summary, diag));
  *out_count = rondo_trace_summary_totals(summary)->miss_count;
  rondo_trace_summary_release(&summary);
  return RONDO_OK;
}

static enum rondo_status compare(struct comparison *c) {
  struct rondo_trace_diff_totals *totals = &c->diff->totals;
  RDO_TRY(make_keys(c, c->old_table, &c->old_keys));
  RDO_TRY(make_keys(c, c->new_table, &c->new_keys));
  RDO_TRY(for_each_match(c, true, take_job_run));
  RDO_TRY(finish_pairs(c, true, RONDO_TRACE_MEASURE_RUN));
  RDO_TRY(for_each_match(c, false, take_job_delay));
  RDO_TRY(finish_pairs(c, true, RONDO_TRACE_MEASURE_DELAY));
  RDO_TRY(pair_instances(c));
  RDO_TRY(finish_pairs(c, true, RONDO_TRACE_MEASURE_LATENCY));
  RDO_TRY(for_each_match(c, false, take_node_run));
  RDO_TRY(finish_pairs(c, false, RONDO_TRACE_MEASURE_RUN));
  RDO_TRY(count_misses(c->old_table, &totals->old_miss_count, c->diag));
  RDO_TRY(count_misses(c->new_table, &totals->new_miss_count, c->diag));
  totals->is_regression = totals->regression_count > 0 || totals->only_old_count > 0 || totals->new_miss_count > totals->old_miss_count;
  return RONDO_OK;
}

enum rondo_status rondo_trace_table_diff(const struct rondo_trace_table *old_table, const struct rondo_trace_table *new_table,
                                         const struct rondo_trace_diff_options *options, struct rondo_trace_diff **out_diff,
                                         struct rondo_diag *diag) {
  struct comparison c = {
      .old_table = old_table, .new_table = new_table, .run_ratio = options->run_ratio, .delay_ns = options->delay_ns, .diag = diag};
  *out_diff = NULL;
  if (c.run_ratio == 0) c.run_ratio = RUN_RATIO_DEFAULT;
  if (c.delay_ns == 0) c.delay_ns = DELAY_NS_DEFAULT;
  if (!(c.run_ratio >= 1) || c.delay_ns < 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "a ratio below 1 or a delay below 0 is no threshold");
  RDO_TRY(rdo_alloc(sizeof *c.diff, &c.diff, diag));
  enum rondo_status status = compare(&c);
  rdo_free(c.old_keys);
  rdo_free(c.new_keys);
  rdo_free(c.pairs.items);
  rdo_free(c.values);
  rdo_free(c.instances);
  if (status == RONDO_OK) *out_diff = c.diff;
  else rondo_trace_diff_release(&c.diff);
  return status;
}

void rondo_trace_diff_release(struct rondo_trace_diff **diff) {
  if (diff == NULL || *diff == NULL) return;
  rdo_free((*diff)->items);
  rdo_free(*diff);
  *diff = NULL;
}

const struct rondo_trace_diff_totals *rondo_trace_diff_totals(const struct rondo_trace_diff *diff) { return &diff->totals; }

const struct rondo_trace_difference *rondo_trace_diff_items(const struct rondo_trace_diff *diff, uint64_t *out_count) {
  *out_count = diff->count;
  return diff->items;
}

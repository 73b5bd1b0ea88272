// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/table_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

// Something to sort rows or nodes by, and its index.
struct sort_key {
  int64_t first;
  int64_t second;
  int64_t third;
  uint32_t index;
};

static int compare_ints(int64_t a, int64_t b) { return (a > b) - (a < b); }

static int compare_keys(const void *left, const void *right) {
  const struct sort_key *a = left, *b = right;
  int order = compare_ints(a->first, b->first);
  if (order == 0) order = compare_ints(a->second, b->second);
  if (order == 0) order = compare_ints(a->third, b->third);
  return order != 0 ? order : compare_ints(a->index, b->index);
}

bool rdo_node_is_time_hard(const struct rdo_table_node *node) {
  return node->time_dependency != 0 && node->time_mode != RDO_PLAYED_TIME_SOFT;
}

// Iterations ---------------------------------------------------------------------------------------

static enum rondo_status sort_rows(struct rdo_table_index *index, struct sort_key *keys, struct rondo_diag *diag) {
  const struct rdo_table *table = index->table;
  size_t capacity = 0;
  RDO_TRY(rdo_alloc_array(table->row_count, sizeof *index->order, &index->order, diag));
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    keys[i] = (struct sort_key){row->iteration, row->start_ns, row->end_ns, (uint32_t)i};
  }
  if (table->row_count > 1) qsort(keys, table->row_count, sizeof *keys, compare_keys);
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[keys[i].index];
    index->order[i] = keys[i].index;
    if (i == 0 || keys[i - 1].first != keys[i].first) {
      RDO_TRY(rdo_grow_array(index->pass_count + 1, sizeof *index->passes, &capacity, &index->passes, diag));
      index->passes[index->pass_count++] = (struct rdo_pass){.iteration = row->iteration, .begin = i, .end_ns = row->end_ns};
    }
    struct rdo_pass *pass = &index->passes[index->pass_count - 1];
    pass->end = i + 1;
    if (row->end_ns > pass->end_ns) pass->end_ns = row->end_ns;
  }
  return RONDO_OK;
}

// Iterations lie where their clocks say, or, when these are not known, behind one another.
static enum rondo_status place_rows(struct rdo_table_index *index, struct rondo_diag *diag) {
  const struct rdo_table *table = index->table;
  int64_t first_ns = INT64_MAX, pass_offset_ns = 0, lowest_ns = 0;
  RDO_TRY(rdo_alloc_array(table->row_count, sizeof *index->offsets_ns, &index->offsets_ns, diag));
  index->origin_ns = RDO_TABLE_UNKNOWN;
  for (size_t i = 0; i < table->row_count && first_ns != RDO_TABLE_UNKNOWN; ++i) {
    int64_t t0_ns = table->rows[i].t0_ns;
    if (t0_ns < first_ns) first_ns = t0_ns;  // the unknown time is the smallest
  }
  bool has_clock = table->row_count > 0 && first_ns != RDO_TABLE_UNKNOWN;
  for (size_t p = 0; p < index->pass_count; ++p) {
    const struct rdo_pass *pass = &index->passes[p];
    for (size_t i = pass->begin; i < pass->end; ++i) {
      const struct rdo_table_row *row = &table->rows[index->order[i]];
      int64_t offset_ns = has_clock ? row->t0_ns - first_ns : pass_offset_ns;
      index->offsets_ns[index->order[i]] = offset_ns;
      if (offset_ns + row->start_ns < lowest_ns) lowest_ns = offset_ns + row->start_ns;
    }
    // Files with absurd times must not make the sum of all iterations overflow.
    if (pass->end_ns > 0) pass_offset_ns += pass->end_ns;
    if (pass_offset_ns > RDO_TABLE_TIME_MAX_NS) pass_offset_ns = RDO_TABLE_TIME_MAX_NS;
  }
  for (size_t i = 0; i < table->row_count; ++i) index->offsets_ns[i] -= lowest_ns;
  if (has_clock) index->origin_ns = first_ns + lowest_ns;
  return RONDO_OK;
}

// Lanes --------------------------------------------------------------------------------------------

static enum rondo_status find_lanes(struct rdo_table_index *index, struct sort_key *keys, struct rondo_diag *diag) {
  const struct rdo_table *table = index->table;
  size_t capacity = 0;
  RDO_TRY(rdo_alloc_array(table->row_count, sizeof *index->lane_of_row, &index->lane_of_row, diag));
  for (size_t i = 0; i < table->row_count; ++i) keys[i] = (struct sort_key){table->rows[i].target, table->rows[i].worker, 0, (uint32_t)i};
  if (table->row_count > 1) qsort(keys, table->row_count, sizeof *keys, compare_keys);
  for (size_t i = 0; i < table->row_count; ++i) {
    if (i == 0 || keys[i - 1].first != keys[i].first || keys[i - 1].second != keys[i].second) {
      RDO_TRY(rdo_grow_array(index->lane_count + 1, sizeof *index->lanes, &capacity, &index->lanes, diag));
      index->lanes[index->lane_count++] = (struct rdo_table_lane){(uint32_t)keys[i].first, (int32_t)keys[i].second};
    }
    index->lane_of_row[keys[i].index] = (uint32_t)index->lane_count - 1;
  }
  return RONDO_OK;
}

// Roots --------------------------------------------------------------------------------------------

static bool has_predecessors(const struct rdo_table_node *node) { return node->dependency_count > 0 || rdo_node_is_time_hard(node); }

static bool is_end(const int64_t *ends_ns, size_t count, int64_t time_ns) {
  size_t low = 0;
  while (count > 0) {
    size_t half = count / 2;
    if (ends_ns[low + half] < time_ns) {
      low += half + 1;
      count -= half + 1;
    } else {
      if (ends_ns[low + half] == time_ns) return true;
      count = half;
    }
  }
  return false;
}

static int compare_times(const void *a, const void *b) { return compare_ints(*(const int64_t *)a, *(const int64_t *)b); }

// Without the graph: a node is ready at the end of another one, unless it is a root. A root whose planned start is by
// chance another one's end to the microsecond is known by its id.
static void infer_roots(struct rdo_table_index *index, const struct rdo_pass *pass, int64_t *ends_ns) {
  const struct rdo_table *table = index->table;
  size_t count = pass->end - pass->begin;
  for (size_t i = 0; i < count; ++i) ends_ns[i] = table->rows[index->order[pass->begin + i]].end_ns;
  qsort(ends_ns, count, sizeof *ends_ns, compare_times);
  for (size_t i = pass->begin; i < pass->end; ++i) {
    const struct rdo_table_row *row = &table->rows[index->order[i]];
    bool is_first = row->ready_ns == row->planned_start_ns && rdo_table_node_of(table, row)->id == 0;
    if (row->ready_ns == 0 || is_first || !is_end(ends_ns, count, row->ready_ns)) index->is_root[row->node] = true;
  }
}

static enum rondo_status find_roots(struct rdo_table_index *index, struct rondo_diag *diag) {
  const struct rdo_table *table = index->table;
  int64_t *ends_ns = NULL;
  RDO_TRY(rdo_alloc_array(table->node_count, sizeof *index->is_root, &index->is_root, diag));
  if (table->has_dependencies) {
    for (size_t i = 0; i < table->node_count; ++i) index->is_root[i] = !has_predecessors(&table->nodes[i]);
    return RONDO_OK;
  }
  RDO_TRY(rdo_alloc_array(table->row_count, sizeof *ends_ns, &ends_ns, diag));
  for (size_t p = 0; p < index->pass_count; ++p) infer_roots(index, &index->passes[p], ends_ns);
  rdo_free(ends_ns);
  return RONDO_OK;
}

// Families -----------------------------------------------------------------------------------------

enum { NUMBER_DIGITS_MAX = 6 };

// Splits "mlp16" into a stem's length and a number; false for names without one, or with zeros in front.
static bool split_name(const char *name, size_t *out_length, int64_t *out_number) {
  size_t length = strlen(name), stem = length;
  while (stem > 0 && name[stem - 1] >= '0' && name[stem - 1] <= '9') --stem;
  if (stem == 0 || stem == length || length - stem > NUMBER_DIGITS_MAX || (name[stem] == '0' && length - stem > 1)) return false;
  *out_length = stem;
  *out_number = strtol(name + stem, NULL, 10);
  return true;
}

struct job {
  uint32_t stem;    // text number, 0 = none
  int64_t number;
  uint32_t family;  // index + 1
};

// Which stems' jobs are numbered without holes: seen_count[stem] jobs, the highest number is one less.
static void join_jobs(struct job *jobs, uint32_t *counts, uint32_t *highest, size_t text_count) {
  for (size_t i = 1; i <= text_count; ++i) {
    const struct job *job = &jobs[i];
    if (job->stem == 0) continue;
    ++counts[job->stem];
    if (job->number > highest[job->stem]) highest[job->stem] = (uint32_t)job->number;
  }
  for (size_t i = 1; i <= text_count; ++i) {
    uint32_t stem = jobs[i].stem;
    if (stem != 0 && (counts[stem] < 2 || highest[stem] != counts[stem] - 1)) jobs[i].stem = 0;
  }
}

static enum rondo_status number_families(struct rdo_table_index *index, struct job *jobs, uint32_t *family_of_text, struct rondo_diag *diag) {
  const struct rdo_table *table = index->table;
  size_t capacity = 0;
  for (size_t i = 0; i < table->node_count; ++i) {
    struct job *job = &jobs[table->nodes[i].job];
    uint32_t source = table->nodes[i].source, name = source != 0 ? source : job->stem != 0 ? job->stem : table->nodes[i].job;
    // A job may be called as the stem of others is: then it is one of them.
    if (family_of_text[name] == 0) {
      RDO_TRY(rdo_grow_array(index->family_count + 1, sizeof *index->families, &capacity, &index->families, diag));
      index->families[index->family_count++] = (struct rdo_family){.name = name};
      family_of_text[name] = (uint32_t)index->family_count;
    }
    uint32_t family = family_of_text[name] - 1;
    index->family_of_node[i] = family;
    if (job->family == 0) ++index->families[family].job_count;
    job->family = family + 1;
  }
  return RONDO_OK;
}

static enum rondo_status find_families(struct rdo_table_index *index, struct rdo_table *table, struct rondo_diag *diag) {
  struct job *jobs = NULL;
  uint32_t *counts = NULL, *highest = NULL, *family_of_text = NULL;
  enum rondo_status status = rdo_alloc_array(table->node_count, sizeof *index->family_of_node, &index->family_of_node, diag);
  // Stems are new texts, one for each job at most.
  size_t text_count = table->texts.count, text_count_max = 2 * text_count + 1;
  if (status == RONDO_OK) status = rdo_alloc_array(text_count + 1, sizeof *jobs, &jobs, diag);
  for (size_t i = 0; i < table->node_count && status == RONDO_OK; ++i) {
    uint32_t name = table->nodes[i].job;
    const char *text = rdo_table_text(table, name);
    size_t length;
    if (table->nodes[i].source == 0 && jobs[name].stem == 0 && split_name(text, &length, &jobs[name].number)) {
      status = rdo_texts_add(&table->texts, text, length, &jobs[name].stem, diag);
    }
  }
  if (status == RONDO_OK) status = rdo_alloc_array(text_count_max + 1, sizeof *counts, &counts, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(text_count_max + 1, sizeof *highest, &highest, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(text_count_max + 1, sizeof *family_of_text, &family_of_text, diag);
  if (status == RONDO_OK) join_jobs(jobs, counts, highest, text_count);
  if (status == RONDO_OK) status = number_families(index, jobs, family_of_text, diag);
  rdo_free(jobs);
  rdo_free(counts);
  rdo_free(highest);
  rdo_free(family_of_text);
  return status;
}

// A root that is ready at its planned start, behind 0, was held until then.
static void find_locks(struct rdo_table_index *index) {
  const struct rdo_table *table = index->table;
  for (size_t i = 0; i < table->node_count; ++i) {
    if (index->is_root[i] && table->nodes[i].release == RDO_PLAYED_RELEASE_LOCKED) index->families[index->family_of_node[i]].is_locked = true;
  }
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    if (!index->is_root[row->node] || table->nodes[row->node].release != RDO_PLAYED_RELEASE_UNKNOWN) continue;
    if (row->planned_start_ns > 0 && row->ready_ns == row->planned_start_ns) index->families[index->family_of_node[row->node]].is_locked = true;
  }
}

enum rondo_status rdo_table_index_init(struct rdo_table_index *out_index, struct rdo_table *table, struct rondo_diag *diag) {
  struct sort_key *keys = NULL;
  *out_index = (struct rdo_table_index){.table = table};
  enum rondo_status status = rdo_alloc_array(table->row_count, sizeof *keys, &keys, diag);
  if (status == RONDO_OK) status = sort_rows(out_index, keys, diag);
  if (status == RONDO_OK) status = place_rows(out_index, diag);
  if (status == RONDO_OK) status = find_lanes(out_index, keys, diag);
  if (status == RONDO_OK) status = find_roots(out_index, diag);
  if (status == RONDO_OK) status = find_families(out_index, table, diag);
  if (status == RONDO_OK) find_locks(out_index);
  rdo_free(keys);
  return status;
}

void rdo_table_index_deinit(struct rdo_table_index *index) {
  rdo_free(index->order);
  rdo_free(index->passes);
  rdo_free(index->lanes);
  rdo_free(index->lane_of_row);
  rdo_free(index->offsets_ns);
  rdo_free(index->is_root);
  rdo_free(index->families);
  rdo_free(index->family_of_node);
  *index = (struct rdo_table_index){0};
}

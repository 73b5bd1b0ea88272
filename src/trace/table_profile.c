// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Observed durations into a profile: each completed row is a sample of a node on its target's cluster.

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/machine_file.h"
#include "plan/profile_public.h"
#include "plan/schedule_file.h"
#include "trace/trace_table.h"

// A row that was recognised.
struct sample {
  uint32_t node, cluster, worker_count;
  int64_t ns;
};

struct matcher {
  const struct rdo_profile *profile;
  const struct rdo_machine_file *machine;  // NULL = none
  const struct rdo_schedule *plan;         // NULL = none
  const struct rdo_table *table;
  uint32_t *nodes;     // [table->node_count]: of the profile; RDO_PROFILE_NONE = not known
  uint32_t *clusters;  // [table->target_count]: likewise
  struct sample *samples;
  size_t sample_count;
};

// Nodes ----------------------------------------------------------------------------------------------------

// "mlp" for "folder/mlp.vmfb".
static const char *file_stem(const char *path, size_t *out_length) {
  const char *slash = strrchr(path, '/'), *name = slash != NULL ? slash + 1 : path;
  *out_length = strlen(name);
  if (*out_length > 5 && strcmp(name + *out_length - 5, ".vmfb") == 0) *out_length -= 5;
  return name;
}

// Whether a job is one of a model: called as its file or function, with the number of an instance behind it or not.
static bool is_called(const char *job, const char *name, size_t length) {
  if (length == 0 || strncmp(job, name, length) != 0) return false;
  for (const char *c = job + length; *c != '\0'; ++c) {
    if (*c < '0' || *c > '9') return false;
  }
  return true;
}

static uint32_t find_model(const struct rdo_profile *profile, const char *job) {
  uint32_t found = RDO_PROFILE_NONE, count = 0;
  for (uint32_t i = 0; i < profile->model_count; ++i) {
    size_t length;
    const char *stem = file_stem(profile->models[i].model, &length);
    if (!is_called(job, stem, length) && !is_called(job, profile->models[i].function, strlen(profile->models[i].function))) continue;
    found = i;
    ++count;
  }
  if (count == 0 && profile->model_count == 1) return 0;
  return count == 1 ? found : RDO_PROFILE_NONE;
}

// Whether a kernel has the compiler's number `id`: "x_dispatch_8_matmul" has 8.
static bool has_number(const char *export_name, int64_t id) {
  static const char cut[] = "_dispatch_";
  const char *at = strstr(export_name, cut);
  if (at == NULL || id < 0) return false;
  char *end;
  long long number = strtoll(at + sizeof cut - 1, &end, 10);
  return end != at + sizeof cut - 1 && (*end == '_' || *end == '\0') && number == id;
}

// The model of a job of the plan.
static uint32_t find_model_of(const struct matcher *matcher, const struct rdo_schedule_job *job) {
  const struct rdo_jobs_file *jobs = matcher->plan->job_set;
  for (int i = 0; jobs != NULL && i < jobs->job_count; ++i) {
    const struct rdo_job_entry *entry = &jobs->jobs[i];
    if (strcmp(entry->name, job->source) == 0) return rdo_profile_find_model(matcher->profile, entry->model_path != NULL ? entry->model_path : entry->model, entry->function);
  }
  return RDO_PROFILE_NONE;
}

// The call site that a plan has put there: the same place in the recordings.
static uint32_t find_planned_node(const struct matcher *matcher, const struct rdo_table_node *node) {
  const struct rdo_profile *profile = matcher->profile;
  uint32_t number = rdo_schedule_find_node(matcher->plan, rdo_table_text(matcher->table, node->key));
  if (number == RDO_SCHEDULE_NONE) return RDO_PROFILE_NONE;
  const struct rdo_schedule_node *planned = &matcher->plan->nodes[number];
  uint32_t model = find_model_of(matcher, &matcher->plan->jobs[planned->job]);
  if (model == RDO_PROFILE_NONE || planned->dispatch < 0) return RDO_PROFILE_NONE;
  const struct rdo_profile_model *entry = &profile->models[model];
  for (uint32_t i = entry->node_begin; i < entry->node_begin + entry->node_count; ++i) {
    const struct rdo_profile_node *site = &profile->nodes[i];
    uint32_t recording = planned->recording > 0 ? (uint32_t)planned->recording : 0;
    if (site->recording == recording && site->command == (uint32_t)planned->dispatch && strcmp(site->export_name, planned->export_name) == 0) return i;
  }
  return RDO_PROFILE_NONE;
}

// The call site of a node: among those with its kernel, or with its number, the ordinal-th.
static uint32_t find_node(const struct matcher *matcher, const struct rdo_table_node *node) {
  const struct rdo_profile *profile = matcher->profile;
  uint32_t model = find_model(profile, rdo_table_text(matcher->table, node->job));
  if (model == RDO_PROFILE_NONE) return RDO_PROFILE_NONE;
  const struct rdo_profile_model *entry = &profile->models[model];
  const char *module = rdo_table_text(matcher->table, node->module);
  for (int by_number = 0; by_number < 2; ++by_number) {
    int64_t left = node->ordinal > 1 ? node->ordinal : 1;
    for (uint32_t i = entry->node_begin; i < entry->node_begin + entry->node_count; ++i) {
      const char *name = profile->nodes[i].export_name;
      if (by_number != 0 ? !has_number(name, node->id) : strcmp(name, module) != 0) continue;
      if (--left == 0) return i;
    }
  }
  return RDO_PROFILE_NONE;
}

static uint32_t find_cluster(const struct matcher *matcher, const char *target) {
  uint32_t cluster = rdo_profile_find_cluster(matcher->profile, target);
  if (cluster != RDO_PROFILE_NONE || matcher->machine == NULL) return cluster;
  int lane = rdo_machine_file_find_lane(matcher->machine, target);
  return lane < 0 ? RDO_PROFILE_NONE : rdo_profile_find_cluster(matcher->profile, matcher->machine->clusters[matcher->machine->lanes[lane].cluster].name);
}

// Samples --------------------------------------------------------------------------------------------------

static enum rondo_status find_samples(struct matcher *matcher, struct rondo_diag *diag) {
  const struct rdo_table *table = matcher->table;
  RDO_TRY(rdo_alloc_array(table->node_count + 1, sizeof *matcher->nodes, &matcher->nodes, diag));
  RDO_TRY(rdo_alloc_array(table->target_count + 1, sizeof *matcher->clusters, &matcher->clusters, diag));
  RDO_TRY(rdo_alloc_array(table->row_count + 1, sizeof *matcher->samples, &matcher->samples, diag));
  for (size_t i = 0; i < table->node_count; ++i) {
    matcher->nodes[i] = matcher->plan != NULL ? find_planned_node(matcher, &table->nodes[i]) : find_node(matcher, &table->nodes[i]);
  }
  for (size_t i = 0; i < table->target_count; ++i) matcher->clusters[i] = find_cluster(matcher, rdo_table_target_name(table, (uint32_t)i));
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    uint32_t node = matcher->nodes[row->node], cluster = matcher->clusters[row->target];
    int64_t ns = row->end_ns - row->start_ns;
    if (row->state != RDO_PLAYED_COMPLETED || node == RDO_PROFILE_NONE || cluster == RDO_PROFILE_NONE || ns < 0 || ns > RDO_TIME_NS_MAX) continue;
    // Who does not say how many workers took part has one order of work for the whole cluster.
    uint32_t worker_count = row->worker_count > 0 ? (uint32_t)row->worker_count : matcher->profile->cluster_workers[cluster];
    if (worker_count > RDO_PROFILE_WORKERS_MAX) worker_count = RDO_PROFILE_WORKERS_MAX;
    matcher->samples[matcher->sample_count++] = (struct sample){node, cluster, worker_count, ns};
  }
  return RONDO_OK;
}

static bool is_same_place(const struct sample *a, const struct sample *b) {
  return a->node == b->node && a->cluster == b->cluster && a->worker_count == b->worker_count;
}

static int compare_samples(const void *left, const void *right) {
  const struct sample *a = left, *b = right;
  if (a->node != b->node) return a->node < b->node ? -1 : 1;
  if (a->cluster != b->cluster) return a->cluster < b->cluster ? -1 : 1;
  if (a->worker_count != b->worker_count) return a->worker_count < b->worker_count ? -1 : 1;
  return a->ns < b->ns ? -1 : a->ns > b->ns;
}

// Of sorted samples of one place.
static struct rdo_profile_cost summarize(const struct sample *samples, size_t count) {
  return (struct rdo_profile_cost){.cluster = samples->cluster,
                                   .worker_count = samples->worker_count,
                                   .p50_ns = samples[(count + 1) / 2 - 1].ns,
                                   .p99_ns = samples[(count * 99 + 99) / 100 - 1].ns,
                                   .min_ns = samples[0].ns,
                                   .max_ns = samples[count - 1].ns,
                                   .sample_count = count};
}

// What was observed as a profile of its own: the same models and nodes, with these costs only.
static enum rondo_status make_part(const struct matcher *matcher, struct rdo_profile *part, struct rondo_diag *diag) {
  const struct rdo_profile *profile = matcher->profile;
  const struct sample *samples = matcher->samples;
  part->costs = NULL;
  part->cost_count = 0;
  RDO_TRY(rdo_arena_alloc(&part->arena, profile->node_count, sizeof *part->nodes, &part->nodes, diag));
  RDO_TRY(rdo_arena_alloc(&part->arena, profile->model_count, sizeof *part->models, &part->models, diag));
  RDO_TRY(rdo_arena_alloc(&part->arena, matcher->sample_count, sizeof *part->costs, &part->costs, diag));
  for (uint32_t i = 0; i < profile->model_count; ++i) {
    part->models[i] = profile->models[i];
    part->models[i].call_count = part->models[i].program_count = part->models[i].remark_count = 0;
  }
  for (uint32_t i = 0; i < profile->node_count; ++i) {
    part->nodes[i] = profile->nodes[i];
    part->nodes[i].cost_begin = part->nodes[i].cost_count = 0;
  }
  for (size_t begin = 0, end; begin < matcher->sample_count; begin = end) {
    for (end = begin; end < matcher->sample_count && is_same_place(&samples[begin], &samples[end]);) ++end;
    struct rdo_profile_node *node = &part->nodes[samples[begin].node];
    if (node->cost_count++ == 0) node->cost_begin = part->cost_count;
    part->costs[part->cost_count++] = summarize(&samples[begin], end - begin);
  }
  return RONDO_OK;
}

static enum rondo_status merge_samples(const struct matcher *matcher, struct rdo_profile *into, struct rondo_diag *diag) {
  struct rdo_profile part = *into;
  part.arena = (struct rdo_arena){0};
  part.notes = (struct rdo_notes){0};
  part.interference_count = 0;
  qsort(matcher->samples, matcher->sample_count, sizeof *matcher->samples, compare_samples);
  enum rondo_status status = make_part(matcher, &part, diag);
  if (status == RONDO_OK) status = rdo_profile_append(into, &part, diag);
  rdo_profile_deinit(&part);
  return status;
}

static enum rondo_status merge_table(struct rdo_profile *into, const struct rdo_table *table, const char *path, const struct rdo_schedule *plan,
                                     const struct rdo_machine_file *machine, uint64_t *out_used_count, struct rondo_diag *diag) {
  struct matcher matcher = {.profile = into, .machine = machine, .plan = plan, .table = table};
  enum rondo_status status = find_samples(&matcher, diag);
  if (status == RONDO_OK && matcher.sample_count == 0) {
    const char *hint = plan != NULL ? "is it of this plan, and are its targets called as the clusters" : "are its jobs called as the models, its targets as the clusters";
    status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: none of its %zu rows is of a node and cluster of the profile: %s?", path, table->row_count, hint);
  }
  if (status == RONDO_OK) status = merge_samples(&matcher, into, diag);
  if (status == RONDO_OK) *out_used_count = matcher.sample_count;
  rdo_free(matcher.nodes);
  rdo_free(matcher.clusters);
  rdo_free(matcher.samples);
  return status;
}

enum rondo_status rondo_profile_merge_trace(struct rondo_profile *into, const char *path, const char *plan_file, const char *machine_file,
                                            uint64_t *out_row_count, uint64_t *out_used_count, struct rondo_diag *diag) {
  const struct rdo_schedule_options how = {0};
  struct rdo_machine_file machine = {0};
  struct rdo_schedule plan = {0};
  struct rondo_trace_table *table = NULL;
  uint64_t row_count = 0, used_count = 0;
  enum rondo_status status = RONDO_OK;
  if (machine_file != NULL) status = rdo_machine_file_read(machine_file, NULL, &machine, diag);
  if (status == RONDO_OK && plan_file != NULL) status = rdo_schedule_read(plan_file, &how, &plan, diag);
  if (status == RONDO_OK) status = rondo_trace_table_load(path, NULL, &table, diag);
  if (status == RONDO_OK) {
    row_count = table->table.row_count;
    status = merge_table(&into->profile, &table->table, path, plan_file != NULL ? &plan : NULL, machine_file != NULL ? &machine : NULL, &used_count, diag);
  }
  if (out_row_count != NULL) *out_row_count = row_count;
  if (out_used_count != NULL) *out_used_count = used_count;
  rondo_trace_table_release(&table);
  rdo_machine_file_deinit(&machine);
  rdo_schedule_deinit(&plan);
  return status;
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The summary as JSON: the members that schedule runners write (`config`, `nodes`, `topo_order`; milliseconds with
// six decimals, which are nanoseconds exactly), and ours.

#include "base/alloc.h"
#include "trace/summary.h"

static void put_ms(struct rdo_text_out *out, const char *name, int64_t time_ns) {
  rdo_text_printf(out, "\"%s\": ", name);
  rdo_text_put_time(out, time_ns, 6, 6);
}

static void put_string(struct rdo_text_out *out, const char *name, const char *text) {
  rdo_text_printf(out, "\"%s\": ", name);
  if (text != NULL) rdo_text_put_json(out, text);
  else rdo_text_puts(out, "null");
}

static void put_count(struct rdo_text_out *out, const char *name, uint64_t count) {
  rdo_text_printf(out, "\"%s\": %llu", name, (unsigned long long)count);
}

static void put_number_or_null(struct rdo_text_out *out, const char *name, int64_t value, bool is_known) {
  if (is_known) rdo_text_printf(out, "\"%s\": %lld", name, (long long)value);
  else rdo_text_printf(out, "\"%s\": null", name);
}

static void put_next(struct rdo_text_out *out) { rdo_text_puts(out, ", "); }

static void put_spread(struct rdo_text_out *out, const char *name, const struct rondo_trace_spread *spread) {
  rdo_text_printf(out, "\"%s\": {\"count\": %llu", name, (unsigned long long)spread->count);
  if (spread->count > 0) {
    const struct {
      const char *name;
      int64_t value;
    } values[] = {{"min", spread->min_ns}, {"p50", spread->p50_ns},   {"p90", spread->p90_ns},
                  {"p99", spread->p99_ns}, {"p999", spread->p999_ns}, {"max", spread->max_ns}};
    rdo_text_printf(out, ", \"mean_ns\": %.1f", spread->mean_ns);
    for (size_t i = 0; i < sizeof values / sizeof values[0]; ++i)
      rdo_text_printf(out, ", \"%s_ns\": %lld", values[i].name, (long long)values[i].value);
  }
  rdo_text_puts(out, "}");
}

static void put_config_targets(const struct rdo_run_config *config, struct rdo_text_out *out) {
  if (config->targets == NULL) {
    rdo_text_puts(out, "\"targets\": null");
    return;
  }
  rdo_text_puts(out, "\"targets\": [");
  for (size_t i = 0; i < config->target_count; ++i) {
    const struct rdo_run_target *target = &config->targets[i];
    rdo_text_puts(out, i > 0 ? ", {" : "{");
    put_string(out, "name", target->name);
    put_next(out);
    put_string(out, "cpu_ids", target->cpu_ids);
    put_next(out);
    put_string(out, "variant_dir", target->variant_dir);
    rdo_text_puts(out, "}");
  }
  rdo_text_puts(out, "]");
}

static void put_config(const struct rondo_trace_summary *summary, const struct rdo_run_config *config, struct rdo_text_out *out) {
  const struct rdo_run_config unknown = {0};
  const struct rdo_run_config *c = config != NULL ? config : &unknown;
  rdo_text_puts(out, "  \"config\": {");
  put_string(out, "graph_json_path", c->graph_json_path);
  put_next(out);
  put_string(out, "driver", c->driver);
  put_next(out);
  put_count(out, "graph_iters", c->graph_iters > 0 ? (uint64_t)c->graph_iters : summary->totals.iteration_count);
  put_next(out);
  put_number_or_null(out, "dispatch_iters", c->dispatch_iters, config != NULL);
  put_next(out);
  put_number_or_null(out, "report_every", c->report_every, config != NULL);
  put_next(out);
  put_string(out, "vmfb_root_dir", c->vmfb_root_dir);
  put_next(out);
  put_string(out, "cpu_p_cpu_ids", c->cpu_p_cpu_ids);
  put_next(out);
  put_string(out, "cpu_e_cpu_ids", c->cpu_e_cpu_ids);
  put_next(out);
  put_config_targets(c, out);
  put_next(out);
  put_number_or_null(out, "visible_cores", c->visible_cores, config != NULL);
  put_next(out);
  put_ms(out, "schedule_makespan_ms", summary->totals.planned_makespan_ns);
  rdo_text_puts(out, "},\n");
}

static void put_totals(const struct rondo_trace_totals *totals, struct rdo_text_out *out) {
  const struct {
    const char *name;
    uint64_t count;
  } counts[] = {{"rows", totals->row_count},
                {"iterations", totals->iteration_count},
                {"node_count", (uint64_t)totals->node_count},
                {"worker_count", (uint64_t)totals->worker_count},
                {"completed", totals->completed_count},
                {"failed", totals->failed_count},
                {"cancelled", totals->cancelled_count},
                {"skipped", totals->skipped_count},
                {"deadlines", totals->deadline_count},
                {"misses", totals->miss_count},
                {"flagged", (uint64_t)totals->flagged_count}};
  const struct {
    const char *name;
    const struct rondo_trace_spread *spread;
  } spreads[] = {{"makespan", &totals->makespan},       {"root_delay", &totals->root_delay},   {"root_delay_later", &totals->root_delay_later},
                 {"start_delay", &totals->start_delay}, {"queue_delay", &totals->queue_delay}, {"handover", &totals->handover},
                 {"slip", &totals->slip}};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i) {
    rdo_text_puts(out, "  ");
    put_count(out, counts[i].name, counts[i].count);
    rdo_text_puts(out, ",\n");
  }
  rdo_text_printf(out, "  \"has_dependencies\": %s,\n  \"planned_makespan_ns\": %lld,\n", totals->has_dependencies ? "true" : "false",
                  (long long)totals->planned_makespan_ns);
  for (size_t i = 0; i < sizeof spreads / sizeof spreads[0]; ++i) {
    rdo_text_puts(out, "  ");
    put_spread(out, spreads[i].name, spreads[i].spread);
    rdo_text_puts(out, ",\n");
  }
}

static void put_job(const struct rondo_trace_job *job, struct rdo_text_out *out) {
  put_string(out, "name", job->name);
  rdo_text_printf(out, ", \"names\": %d, \"phase_locked\": %s, ", job->family_count, job->is_locked ? "true" : "false");
  put_count(out, "instances", job->instance_count);
  put_next(out);
  put_count(out, "deadlines", job->deadline_count);
  put_next(out);
  put_count(out, "misses", job->miss_count);
  if (job->rate_hz > 0) rdo_text_printf(out, ", \"rate_hz\": %.6f, ", job->rate_hz);
  else rdo_text_puts(out, ", \"rate_hz\": null, ");
  put_spread(out, "start_delay", &job->start_delay);
  put_next(out);
  put_spread(out, "latency", &job->latency);
  put_next(out);
  put_spread(out, "run", &job->run);
}

static void put_target(const struct rondo_trace_target *target, struct rdo_text_out *out) {
  put_string(out, "name", target->name);
  put_next(out);
  put_count(out, "rows", target->row_count);
  rdo_text_printf(out, ", \"workers\": %d, \"busy_ns\": %lld, \"utilization\": %.6f, \"planned_utilization\": %.6f", target->worker_count,
                  (long long)target->busy_ns, target->utilization, target->planned_utilization);
}

// The members of schedule runners, with exact percentiles.
static void put_run_stats(const struct rondo_trace_node *node, struct rdo_text_out *out) {
  const struct rondo_trace_spread *run = &node->run;
  rdo_text_printf(out, "\"run_stats\": {\"count\": %llu, \"avg_ms\": %.6f, ", (unsigned long long)run->count, run->mean_ns / 1e6);
  put_ms(out, "p50_ms", run->p50_ns);
  put_next(out);
  put_ms(out, "p90_ms", run->p90_ns);
  put_next(out);
  put_ms(out, "p99_ms", run->p99_ns);
  put_next(out);
  put_ms(out, "min_ms", run->min_ns);
  put_next(out);
  put_ms(out, "max_ms", run->max_ns);
  rdo_text_puts(out, "}");
}

static void put_keys(const struct rdo_table *table, const struct rdo_table_node *node, bool with_time, struct rdo_text_out *out) {
  bool has_time = false;
  rdo_text_puts(out, "[");
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    if (i > 0) put_next(out);
    rdo_text_put_json(out, rdo_table_text(table, node->dependencies[i]));
    has_time = has_time || node->dependencies[i] == node->time_dependency;
  }
  if (with_time && rdo_node_is_time_hard(node) && !has_time) {
    if (node->dependency_count > 0) put_next(out);
    rdo_text_put_json(out, rdo_table_text(table, node->time_dependency));
  }
  rdo_text_puts(out, "]");
}

// The executable of the node's first row.
static uint32_t find_file(const struct rdo_table_index *index, const uint32_t *first_rows, uint32_t node) {
  return first_rows[node] == UINT32_MAX ? 0 : index->table->rows[first_rows[node]].file;
}

static void put_node(const struct rondo_trace_summary *summary, uint32_t number, const char *file, struct rdo_text_out *out) {
  const struct rdo_table *table = summary->index->table;
  const struct rdo_table_node *node = &table->nodes[number];
  const struct rondo_trace_node *stats = &summary->nodes[number];
  put_string(out, "key", stats->key);
  rdo_text_printf(out, ", \"id\": %lld, \"ordinal\": %lld, \"total\": %lld, ", (long long)node->id, (long long)node->ordinal,
                  (long long)node->total);
  put_string(out, "job_name", stats->job);
  put_next(out);
  put_string(out, "target", stats->target);
  put_next(out);
  put_ms(out, "start_time_ms", stats->planned_start_ns);
  put_next(out);
  put_ms(out, "planned_duration_ms", stats->planned_duration_ns);
  put_next(out);
  put_string(out, "module_name", stats->module);
  put_next(out);
  put_string(out, "vmfb_path_resolved", file);
  put_next(out);
  if (table->has_dependencies) {
    put_string(out, "time_dependency", rdo_table_text(table, node->time_dependency));
    rdo_text_puts(out, ", \"dependencies\": ");
    put_keys(table, node, false, out);
    rdo_text_puts(out, ", \"all_predecessors\": ");
    put_keys(table, node, true, out);
    put_next(out);
  } else {
    rdo_text_puts(out, "\"time_dependency\": null, \"dependencies\": null, \"all_predecessors\": null, ");
  }
  put_run_stats(stats, out);
  put_next(out);
  put_spread(out, "queue_delay", &stats->queue_delay);
  rdo_text_printf(out, ", \"ratio\": %.4f, \"root\": %s, \"flags\": [", stats->ratio, stats->is_root ? "true" : "false");
  const char *comma = "";
  static const char *const names[] = {"slower", "faster", "wrong_module"};
  for (int i = 0; i < 3; ++i) {
    if ((stats->flags & 1u << i) == 0) continue;
    rdo_text_printf(out, "%s\"%s\"", comma, names[i]);
    comma = ", ";
  }
  rdo_text_puts(out, "]");
}

static enum rondo_status put_nodes(const struct rondo_trace_summary *summary, struct rdo_text_out *out, struct rondo_diag *diag) {
  const struct rdo_table_index *index = summary->index;
  const struct rdo_table *table = index->table;
  uint32_t *first_rows = NULL;
  RDO_TRY(rdo_alloc_array(table->node_count, sizeof *first_rows, &first_rows, diag));
  for (size_t i = 0; i < table->node_count; ++i) first_rows[i] = UINT32_MAX;
  for (size_t i = 0; i < table->row_count; ++i) {
    uint32_t node = table->rows[i].node;
    if (first_rows[node] == UINT32_MAX) first_rows[node] = (uint32_t)i;
  }
  rdo_text_puts(out, "  \"nodes\": [");
  for (uint32_t i = 0; i < table->node_count; ++i) {
    rdo_text_puts(out, i > 0 ? ",\n    {" : "\n    {");
    put_node(summary, i, rdo_table_text(table, find_file(index, first_rows, i)), out);
    rdo_text_puts(out, "}");
  }
  rdo_text_puts(out, "\n  ],\n");
  rdo_free(first_rows);
  return RONDO_OK;
}

enum rondo_status rdo_summary_write_json(const struct rondo_trace_summary *summary, const struct rdo_run_config *config,
                                         const char *members, struct rdo_text_out *out, struct rondo_diag *diag) {
  rdo_text_puts(out, "{\n  \"schema\": \"rondo.trace.summary/1\",\n");
  if (members != NULL) {
    rdo_text_puts(out, "  ");
    rdo_text_puts(out, members);
    rdo_text_puts(out, ",\n");
  }
  put_config(summary, config, out);
  put_totals(&summary->totals, out);
  rdo_text_puts(out, "  \"jobs\": [");
  for (int i = 0; i < summary->totals.job_count; ++i) {
    rdo_text_puts(out, i > 0 ? ",\n    {" : "\n    {");
    put_job(&summary->jobs[i], out);
    rdo_text_puts(out, "}");
  }
  rdo_text_puts(out, "\n  ],\n  \"targets\": [");
  for (int i = 0; i < summary->totals.target_count; ++i) {
    rdo_text_puts(out, i > 0 ? ",\n    {" : "\n    {");
    put_target(&summary->targets[i], out);
    rdo_text_puts(out, "}");
  }
  rdo_text_puts(out, "\n  ],\n");
  RDO_TRY(put_nodes(summary, out, diag));
  rdo_text_puts(out, "  \"topo_order\": [");
  for (size_t i = 0; i < summary->index->table->node_count; ++i) {
    if (i > 0) put_next(out);
    rdo_text_put_json(out, summary->nodes[summary->order[i]].key);
  }
  rdo_text_puts(out, "]\n}\n");
  return RONDO_OK;
}

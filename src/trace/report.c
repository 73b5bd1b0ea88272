// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/report.h"

#include <stdio.h>

#include "base/alloc.h"
#include "trace/picture.h"

enum { ROW_COUNT_MAX = 500,        // of a table in the page
       HISTOGRAM_COUNT_MAX = 24 };

static const char style[] =
    ":root{color-scheme:light dark}\n"
    "body{font:14px/1.45 system-ui,'Segoe UI',Helvetica,Arial,sans-serif;margin:0 auto;max-width:1680px;"
    "padding:16px 24px 48px;color:#1b1b1b;background:#fff}\n"
    "h1{font-size:22px;margin:8px 0 2px}h2{font-size:16px;margin:28px 0 8px}p{margin:4px 0 12px;color:#5b5b5b}\n"
    ".cards{display:flex;flex-wrap:wrap;gap:12px;margin:14px 0}"
    ".card{border:1px solid #d5d8dd;border-radius:8px;padding:10px 16px;min-width:150px}\n"
    ".card b{display:block;font-size:20px}.card span{color:#5b5b5b}\n"
    ".frame{border:1px solid #d5d8dd;border-radius:8px;overflow:hidden}.frame svg{display:block}\n"
    "button{font:inherit;padding:2px 12px;margin:0 6px 8px 0;border:1px solid #9aa0aa;border-radius:6px;"
    "background:transparent;color:inherit;cursor:pointer}\n"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:3px 12px;text-align:right;border-bottom:1px solid #e3e5e9}\n"
    "th{font-weight:600;color:#5b5b5b}th:first-child,td:first-child,.l{text-align:left}.wide{overflow-x:auto}\n"
    ".grid2{display:flex;flex-wrap:wrap;gap:24px}.grid2 figure{margin:0}figcaption{color:#5b5b5b;margin-bottom:4px}\n"
    ".bar{display:inline-block;height:10px;background:#0072b2;border-radius:2px;vertical-align:middle}"
    ".bar.plan{background:transparent;outline:1px solid #0072b2}\n"
    ".track{display:inline-block;width:160px;text-align:left}\n"
    "svg.hist .h{fill:#0072b2}svg.hist .ax{stroke:#8a8f98}svg.hist text{font:11px system-ui,sans-serif;fill:#5b5b5b;text-anchor:middle}\n"
    "svg.hist .cnt{fill:#1b1b1b}\n"
    "@media(prefers-color-scheme:dark){body{color:#eceef1;background:#16181c}p,.card span,th,figcaption{color:#a7adb7}\n"
    ".card,.frame{border-color:#343942}th,td{border-color:#2a2e35}"
    ".bar,svg.hist .h{background:#56b4e9;fill:#56b4e9}.bar.plan{background:transparent;outline-color:#56b4e9}\n"
    "svg.hist text{fill:#a7adb7}svg.hist .cnt{fill:#eceef1}}\n";

struct report {
  const struct rondo_trace_summary *summary;
  const struct rdo_table_index *index;
  const struct rdo_table *table;
  const struct rondo_trace_write_options *options;
  struct rdo_text_out *out;
};

// Cells --------------------------------------------------------------------------------------------

static void put_name_cell(struct rdo_text_out *out, const char *name) {
  rdo_text_puts(out, "<td class=l>");
  rdo_text_put_xml(out, name);
  rdo_text_puts(out, "</td>");
}

static void put_us_cell(struct rdo_text_out *out, double time_ns, bool is_known) {
  double us = time_ns / 1e3;
  if (!is_known) rdo_text_puts(out, "<td>\xE2\x80\x93</td>");
  else rdo_text_printf(out, us > -10 && us < 10 ? "<td>%.2f</td>" : "<td>%.1f</td>", us);
}

static void put_spread_cells(struct rdo_text_out *out, const struct rondo_trace_spread *spread) {
  bool is_known = spread->count > 0;
  put_us_cell(out, (double)spread->p50_ns, is_known);
  put_us_cell(out, (double)spread->p99_ns, is_known);
  put_us_cell(out, (double)spread->p999_ns, is_known);
  put_us_cell(out, (double)spread->max_ns, is_known);
}

static void put_card(struct rdo_text_out *out, const char *value, const char *name) {
  rdo_text_printf(out, "<div class=card><b>%s</b><span>%s</span></div>\n", value, name);
}

// Head ---------------------------------------------------------------------------------------------

static void put_cards(const struct report *r) {
  const struct rondo_trace_totals *totals = &r->summary->totals;
  char text[96];
  rdo_text_puts(r->out, "<div class=cards>\n");
  snprintf(text, sizeof text, "%.3f ms", (double)totals->makespan.p50_ns / 1e6);
  put_card(r->out, text, totals->iteration_count > 1 ? "makespan, p50" : "makespan");
  snprintf(text, sizeof text, "%.3f ms", (double)totals->planned_makespan_ns / 1e6);
  put_card(r->out, text, "makespan planned");
  if (totals->root_delay.count > 0) {
    snprintf(text, sizeof text, "%.2f / %.1f / %.1f \xC2\xB5s", (double)totals->root_delay.p50_ns / 1e3, (double)totals->root_delay.p99_ns / 1e3,
             (double)totals->root_delay.max_ns / 1e3);
    put_card(r->out, text, "root start delay: p50 / p99 / max");
  }
  if (totals->deadline_count > 0) {
    snprintf(text, sizeof text, "%llu of %llu", (unsigned long long)totals->miss_count, (unsigned long long)totals->deadline_count);
    put_card(r->out, text, "deadlines missed");
  }
  snprintf(text, sizeof text, "%d of %d", totals->flagged_count, totals->node_count);
  put_card(r->out, text, "nodes flagged");
  if (totals->completed_count != totals->row_count) {
    snprintf(text, sizeof text, "%llu", (unsigned long long)(totals->row_count - totals->completed_count));
    put_card(r->out, text, "dispatches not completed");
  }
  rdo_text_puts(r->out, "</div>\n");
}

static void put_head(const struct report *r) {
  const struct rondo_trace_totals *totals = &r->summary->totals;
  const char *title = r->options->title != NULL ? r->options->title : "trace";
  rdo_text_puts(r->out, "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><meta name=viewport content=\"width=device-width\">\n<title>");
  rdo_text_put_xml(r->out, title);
  rdo_text_puts(r->out, " \xE2\x80\x93 rondo</title>\n<style>\n");
  rdo_text_puts(r->out, style);
  rdo_picture_write_style(r->out);
  rdo_text_puts(r->out, "</style></head><body>\n<h1>");
  rdo_text_put_xml(r->out, title);
  rdo_text_printf(r->out, "</h1>\n<p>%llu dispatches of %d nodes in %llu iteration%s on %d target%s", (unsigned long long)totals->row_count,
                  totals->node_count, (unsigned long long)totals->iteration_count, totals->iteration_count == 1 ? "" : "s", totals->target_count,
                  totals->target_count == 1 ? "" : "s");
  if (totals->worker_count > 0) rdo_text_printf(r->out, ", %d worker%s", totals->worker_count, totals->worker_count == 1 ? "" : "s");
  rdo_text_puts(r->out, ". Percentiles are exact.</p>\n");
}

static enum rondo_status put_picture(const struct report *r, struct rondo_diag *diag) {
  struct rondo_trace_write_options options = *r->options;
  options.title = NULL;
  rdo_text_puts(
      r->out,
      "<h2>Planned and observed</h2>\n<p>Time counts from the start of an iteration. Point at a bar for its times; Ctrl or Shift and the wheel "
      "zooms, a drag moves, a double click shows all.</p>\n"
      "<button data-zoom=in>zoom in</button><button data-zoom=out>zoom out</button><button data-zoom=\"-.5\">\xE2\x97\x80 left</button>"
      "<button data-zoom=\".5\">right \xE2\x96\xB6</button><button data-zoom=all>all</button>\n<div class=frame>\n");
  RDO_TRY(rdo_picture_write(r->summary, &options, RDO_PICTURE_INLINE, r->out, diag));
  rdo_text_puts(r->out, "</div>\n");
  return RONDO_OK;
}

// Histograms ---------------------------------------------------------------------------------------

// Upper ends of buckets: 1, 2, 5 and tens of them; the last one has no end.
enum { BUCKET_COUNT = 21,
       HIST_WIDTH = 620,
       HIST_HEIGHT = 190,
       HIST_BASE = 150 };

static const int64_t bucket_ends_ns[BUCKET_COUNT - 1] = {50,      100,     200,     500,     1000,     2000,     5000,
                                                         10000,   20000,   50000,   100000,  200000,   500000,   1000000,
                                                         2000000, 5000000, 10000000, 20000000, 50000000, 100000000};

struct histogram {
  uint64_t counts[BUCKET_COUNT];
  uint64_t total;
};

static void count_delay(struct histogram *histogram, int64_t delay_ns) {
  int bucket = 0;
  while (bucket < BUCKET_COUNT - 1 && delay_ns > bucket_ends_ns[bucket]) ++bucket;
  ++histogram->counts[bucket];
  ++histogram->total;
}

static void put_edge(struct rdo_text_out *out, int bucket) {
  if (bucket == BUCKET_COUNT - 1) {
    rdo_text_puts(out, "more");
    return;
  }
  int64_t end_ns = bucket_ends_ns[bucket];
  if (end_ns >= 1000000) rdo_text_printf(out, "%lld ms", (long long)(end_ns / 1000000));
  else if (end_ns >= 1000) rdo_text_printf(out, "%lld \xC2\xB5s", (long long)(end_ns / 1000));
  else rdo_text_printf(out, "%lld ns", (long long)end_ns);
}

static void put_histogram(struct rdo_text_out *out, const char *name, const char *what, const struct histogram *histogram) {
  int first = 0, last = BUCKET_COUNT - 1;
  uint64_t highest = 1;
  if (histogram->total == 0) return;
  while (histogram->counts[first] == 0) ++first;
  while (histogram->counts[last] == 0) --last;
  // Some room on both sides, and never a single fat bar.
  while (last - first < 7 && (first > 0 || last < BUCKET_COUNT - 1)) {
    if (first > 0) --first;
    if (last < BUCKET_COUNT - 1) ++last;
  }
  for (int i = first; i <= last; ++i) highest = histogram->counts[i] > highest ? histogram->counts[i] : highest;
  double width = (double)(HIST_WIDTH - 20) / (last - first + 1);
  rdo_text_puts(out, "<figure><figcaption><b>");
  rdo_text_put_xml(out, name);
  rdo_text_printf(out,
                  "</b>: %s, %llu value%s; each bar up to the time below it</figcaption>\n<svg class=hist width=%d height=%d viewBox=\"0 0 %d "
                  "%d\" role=img>\n",
                  what, (unsigned long long)histogram->total, histogram->total == 1 ? "" : "s", HIST_WIDTH, HIST_HEIGHT, HIST_WIDTH,
                  HIST_HEIGHT);
  for (int i = first; i <= last; ++i) {
    double x = 10 + (i - first) * width, height = (HIST_BASE - 24.0) * (double)histogram->counts[i] / (double)highest;
    if (histogram->counts[i] > 0) {
      if (height < 1) height = 1;
      rdo_text_printf(out, "<rect class=h x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%llu of %llu</title></rect>", x + 2,
                      HIST_BASE - height, width - 4, height, (unsigned long long)histogram->counts[i], (unsigned long long)histogram->total);
      rdo_text_printf(out, "<text class=cnt x=\"%.1f\" y=\"%.1f\">%llu</text>", x + width / 2, HIST_BASE - height - 5,
                      (unsigned long long)histogram->counts[i]);
    }
    // Labels take two lines in turn when bars are narrow.
    double y = HIST_BASE + 15 + (width < 44 && (i - first) % 2 == 1 ? 14 : 0);
    rdo_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\">", x + width / 2, y);
    put_edge(out, i);
    rdo_text_puts(out, "</text>\n");
  }
  rdo_text_printf(out, "<line class=ax x1=\"6\" x2=\"%d\" y1=\"%d\" y2=\"%d\"/></svg></figure>\n", HIST_WIDTH - 6, HIST_BASE, HIST_BASE);
}

static enum rondo_status put_histograms(const struct report *r, struct rondo_diag *diag) {
  const struct rdo_table *table = r->table;
  struct histogram *histograms = NULL, handover = {{0}, 0};
  RDO_TRY(rdo_alloc_array(r->index->family_count, sizeof *histograms, &histograms, diag));
  for (size_t i = 0; i < table->row_count; ++i) {
    const struct rdo_table_row *row = &table->rows[i];
    uint32_t family = r->index->family_of_node[row->node];
    if (!rdo_row_has_run(row)) continue;
    int64_t from_ns = r->index->families[family].is_locked ? row->planned_start_ns : row->ready_ns;
    if (r->index->is_root[row->node]) count_delay(&histograms[family], row->start_ns - from_ns);
    else count_delay(&handover, row->start_ns - row->ready_ns);
  }
  rdo_text_puts(r->out,
                "<h2>Start delays</h2>\n<p>Of the first dispatches of each job: from the planned start where the job is phase-locked, otherwise "
                "from when it was ready. Of all others: from the end of the last predecessor.</p>\n<div class=grid2>\n");
  for (size_t i = 0; i < r->index->family_count && i < HISTOGRAM_COUNT_MAX; ++i) {
    const struct rdo_family *family = &r->index->families[i];
    put_histogram(r->out, rdo_table_text(table, family->name), family->is_locked ? "start behind plan" : "start after ready", &histograms[i]);
  }
  put_histogram(r->out, "inside jobs", "start after the last predecessor's end", &handover);
  rdo_text_puts(r->out, "</div>\n");
  rdo_free(histograms);
  return RONDO_OK;
}

// Tables -------------------------------------------------------------------------------------------

static void put_jobs(const struct report *r) {
  struct rdo_text_out *out = r->out;
  rdo_text_puts(
      out,
      "<h2>Jobs</h2>\n<div class=wide><table><tr><th>job<th>instances<th>rate /s<th>missed<th>start delay p50 \xC2\xB5s<th>p99<th>p99.9<th>max"
      "<th>latency p50 \xC2\xB5s<th>p99<th>p99.9<th>max</tr>\n");
  for (int i = 0; i < r->summary->totals.job_count && i < ROW_COUNT_MAX; ++i) {
    const struct rondo_trace_job *job = &r->summary->jobs[i];
    rdo_text_puts(out, "<tr>");
    put_name_cell(out, job->name);
    rdo_text_printf(out, "<td>%llu</td>", (unsigned long long)job->instance_count);
    if (job->rate_hz > 0) rdo_text_printf(out, "<td>%.1f</td>", job->rate_hz);
    else rdo_text_puts(out, "<td>\xE2\x80\x93</td>");
    if (job->deadline_count > 0)
      rdo_text_printf(out, "<td>%llu of %llu</td>", (unsigned long long)job->miss_count, (unsigned long long)job->deadline_count);
    else rdo_text_puts(out, "<td>\xE2\x80\x93</td>");
    put_spread_cells(out, &job->start_delay);
    put_spread_cells(out, &job->latency);
    rdo_text_puts(out, "</tr>\n");
  }
  rdo_text_puts(out, "</table></div>\n");
}

static void put_utilization(struct rdo_text_out *out, double part, const char *class) {
  double width = part < 0 ? 0 : part > 1 ? 1 : part;
  rdo_text_printf(out, "<td>%.1f %%</td><td><span class=track><span class=\"bar%s\" style=\"width:%.0fpx\"></span></span></td>", 100 * part,
                  class, 160 * width);
}

static void put_targets(const struct report *r) {
  struct rdo_text_out *out = r->out;
  rdo_text_puts(out, "<h2>Utilisation</h2>\n<p>Share of the iterations' length with at least one dispatch on the target.</p>\n"
                     "<div class=wide><table><tr><th>target<th>dispatches<th>workers<th>busy ms<th>observed<th><th>planned<th></tr>\n");
  for (int i = 0; i < r->summary->totals.target_count; ++i) {
    const struct rondo_trace_target *target = &r->summary->targets[i];
    rdo_text_puts(out, "<tr>");
    put_name_cell(out, target->name);
    rdo_text_printf(out, "<td>%llu</td>", (unsigned long long)target->row_count);
    if (target->worker_count > 0) rdo_text_printf(out, "<td>%d</td>", target->worker_count);
    else rdo_text_puts(out, "<td>\xE2\x80\x93</td>");
    rdo_text_printf(out, "<td>%.3f</td>", (double)target->busy_ns / 1e6);
    put_utilization(out, target->utilization, "");
    put_utilization(out, target->planned_utilization, " plan");
    rdo_text_puts(out, "</tr>\n");
  }
  rdo_text_puts(out, "</table></div>\n");
}

static void put_misses(const struct report *r) {
  const struct rondo_trace_totals *totals = &r->summary->totals;
  struct rdo_text_out *out = r->out;
  rdo_text_puts(out, "<h2>Misses and failures</h2>\n");
  if (totals->miss_count == 0 && totals->completed_count == totals->row_count) {
    rdo_text_puts(out, totals->deadline_count > 0 ? "<p>None.</p>\n" : "<p>None failed. The trace names no deadlines.</p>\n");
    return;
  }
  rdo_text_puts(out,
                "<div class=wide><table><tr><th>node<th>iteration<th>state<th>deadline \xC2\xB5s<th>end \xC2\xB5s<th>late by \xC2\xB5s</tr>\n");
  uint64_t count = 0;
  for (size_t i = 0; i < r->table->row_count; ++i) {
    const struct rdo_table_row *row = &r->table->rows[i];
    bool has_deadline = row->deadline_ns != RDO_TABLE_UNKNOWN;
    if (rdo_row_has_run(row) && (!has_deadline || row->end_ns <= row->deadline_ns)) continue;
    if (count++ >= ROW_COUNT_MAX) continue;
    rdo_text_puts(out, "<tr>");
    put_name_cell(out, rdo_table_text(r->table, rdo_table_node_of(r->table, row)->key));
    rdo_text_printf(out, "<td>%lld</td><td>%s</td>", (long long)row->iteration, rdo_played_state_names[row->state]);
    put_us_cell(out, (double)row->deadline_ns, has_deadline);
    put_us_cell(out, (double)row->end_ns, row->state != RDO_PLAYED_SKIPPED);
    put_us_cell(out, has_deadline ? (double)(row->end_ns - row->deadline_ns) : 0, has_deadline && row->end_ns > row->deadline_ns);
    rdo_text_puts(out, "</tr>\n");
  }
  rdo_text_puts(out, "</table></div>\n");
  if (count > ROW_COUNT_MAX) rdo_text_printf(out, "<p>And %llu more.</p>\n", (unsigned long long)(count - ROW_COUNT_MAX));
}

static void put_node_rows(const struct report *r, bool only_flagged) {
  struct rdo_text_out *out = r->out;
  int count = 0;
  rdo_text_puts(
      out,
      "<div class=wide><table><tr><th>node<th class=l>target<th>n<th>planned \xC2\xB5s<th>run p50 \xC2\xB5s<th>p99<th>p99.9<th>max<th>of plan"
      "<th>queue delay p50 \xC2\xB5s<th>p99<th>p99.9<th>max<th class=l>flags</tr>\n");
  for (int i = 0; i < r->summary->totals.node_count; ++i) {
    const struct rondo_trace_node *node = &r->summary->nodes[i];
    if ((only_flagged && node->flags == 0) || count++ >= ROW_COUNT_MAX) continue;
    rdo_text_puts(out, "<tr>");
    put_name_cell(out, node->key);
    put_name_cell(out, node->target);
    rdo_text_printf(out, "<td>%llu</td>", (unsigned long long)node->count);
    put_us_cell(out, (double)node->planned_duration_ns, true);
    put_spread_cells(out, &node->run);
    if (node->ratio > 0) rdo_text_printf(out, "<td>\xC3\x97%.3g</td>", node->ratio);
    else rdo_text_puts(out, "<td>\xE2\x80\x93</td>");
    put_spread_cells(out, &node->queue_delay);
    rdo_text_printf(out, "<td class=l>%s%s%s</td></tr>\n", (node->flags & RONDO_TRACE_SLOWER) != 0 ? "\xE2\x96\xB2 slower " : "",
                    (node->flags & RONDO_TRACE_FASTER) != 0 ? "\xE2\x96\xBC faster " : "",
                    (node->flags & RONDO_TRACE_WRONG_MODULE) != 0 ? "\xE2\x97\x86 another job's module" : "");
  }
  rdo_text_puts(out, "</table></div>\n");
  if (count > ROW_COUNT_MAX) rdo_text_printf(out, "<p>And %d more: see the JSON summary.</p>\n", count - ROW_COUNT_MAX);
}

enum rondo_status rdo_report_write(const struct rondo_trace_summary *summary, const struct rondo_trace_write_options *options,
                                   struct rdo_text_out *out, struct rondo_diag *diag) {
  const struct report r = {summary, summary->index, summary->index->table, options, out};
  put_head(&r);
  put_cards(&r);
  RDO_TRY(put_picture(&r, diag));
  RDO_TRY(put_histograms(&r, diag));
  put_jobs(&r);
  put_targets(&r);
  put_misses(&r);
  rdo_text_printf(
      out, "<h2>Flagged nodes</h2>\n<p>Time differs from the plan by a factor of %g or more, or the executable is of another job's model.</p>\n",
      summary->factor);
  if (summary->totals.flagged_count > 0) put_node_rows(&r, true);
  else rdo_text_puts(out, "<p>None.</p>\n");
  rdo_text_puts(out, "<h2>All nodes</h2>\n<details><summary>Show</summary>\n");
  put_node_rows(&r, false);
  rdo_text_puts(out, "</details>\n<script>\n");
  rdo_picture_write_script(out);
  rdo_text_puts(out, "</script>\n</body></html>\n");
  return RONDO_OK;
}

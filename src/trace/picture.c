// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The picture is laid out three times: to learn its height, to draw the bands behind its rows, to draw the rows.

#include "trace/picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

// Everything in user units, which are pixels at 100 %.
enum { WIDTH = 1600,
       GUTTER = 210,         // left of the bars
       MARGIN = 40,          // right of them
       PLOT_WIDTH = WIDTH - GUTTER - MARGIN,
       BAR_HEIGHT = 18,
       MARK_HEIGHT = 8,      // above a bar
       ROW_HEIGHT = BAR_HEIGHT + MARK_HEIGHT + 2,
       TARGET_GAP = 14,
       HEAD_HEIGHT = 62,
       AXIS_HEIGHT = 24,
       LEGEND_LINE = 20,
       SUB_ROWS_MAX = 6,
       LANES_MAX = 64,      // of a target and iteration
       LEGEND_JOBS_MAX = 40,
       COLOR_COUNT = 8,
       TICK_COUNT_MAX = 18 };

enum step { STEP_MEASURE,
            STEP_BANDS,
            STEP_ROWS };

// A node in a row of the picture.
struct bar {
  int64_t start_ns;
  int64_t end_ns;
  uint32_t row;
  int sub_row;
};

struct picture {
  const struct rondo_trace_summary *summary;
  const struct rdo_table_index *index;
  const struct rdo_table *table;
  const struct rondo_trace_write_options *options;
  struct rdo_text_out *out;
  struct bar *bars;  // owned [row_count]
  size_t bar_count;
  size_t pass_begin;
  size_t pass_end;
  int64_t from_ns;
  int64_t to_ns;
  int decimals;  // of times in us
  enum step step;
  double y;
};

int rdo_picture_color(size_t family) { return (int)(family % COLOR_COUNT); }

static double place(const struct picture *p, int64_t time_ns) {
  return GUTTER + (double)(time_ns - p->from_ns) / (double)(p->to_ns - p->from_ns) * PLOT_WIDTH;
}

static void put_us(const struct picture *p, int64_t time_ns) {
  rdo_text_put_time(p->out, time_ns, 3, p->decimals);
  rdo_text_puts(p->out, " \xC2\xB5s");
}

// Text at a place.
static void put_text(struct rdo_text_out *out, double x, double y, const char *class, const char *text) {
  rdo_text_printf(out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
  rdo_text_put_xml(out, text);
  rdo_text_puts(out, "</text>\n");
}

// Bars ---------------------------------------------------------------------------------------------

static int compare_bars(const void *left, const void *right) {
  const struct bar *a = left, *b = right;
  if (a->start_ns != b->start_ns) return a->start_ns < b->start_ns ? -1 : 1;
  if (a->end_ns != b->end_ns) return a->end_ns > b->end_ns ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

// What overlaps goes into rows of its own. Returns how many there are.
static int arrange_bars(struct picture *p) {
  int64_t ends_ns[SUB_ROWS_MAX];
  int count = 1;
  for (int i = 0; i < SUB_ROWS_MAX; ++i) ends_ns[i] = INT64_MIN;
  if (p->bar_count > 1) qsort(p->bars, p->bar_count, sizeof *p->bars, compare_bars);
  for (size_t i = 0; i < p->bar_count; ++i) {
    struct bar *bar = &p->bars[i];
    int sub = 0;
    while (sub < SUB_ROWS_MAX - 1 && ends_ns[sub] > bar->start_ns) ++sub;
    bar->sub_row = sub;
    ends_ns[sub] = bar->end_ns;
    if (sub + 1 > count) count = sub + 1;
  }
  return count;
}

static bool is_shown(const struct picture *p, int64_t start_ns, int64_t end_ns) { return end_ns >= p->from_ns && start_ns <= p->to_ns; }

static void collect_planned(struct picture *p, uint32_t target) {
  const struct rdo_pass *pass = &p->index->passes[p->pass_begin];
  p->bar_count = 0;
  for (size_t i = pass->begin; i < pass->end; ++i) {
    uint32_t row = p->index->order[i];
    const struct rdo_table_row *r = &p->table->rows[row];
    int64_t end_ns = r->planned_start_ns + r->planned_duration_ns;
    if (r->target != target || !is_shown(p, r->planned_start_ns, end_ns)) continue;
    p->bars[p->bar_count++] = (struct bar){r->planned_start_ns, end_ns, row, 0};
  }
}

static void collect_observed(struct picture *p, const struct rdo_pass *pass, uint32_t lane) {
  p->bar_count = 0;
  for (size_t i = pass->begin; i < pass->end; ++i) {
    uint32_t row = p->index->order[i];
    const struct rdo_table_row *r = &p->table->rows[row];
    if (p->index->lane_of_row[row] != lane || !is_shown(p, r->ready_ns < r->start_ns ? r->ready_ns : r->start_ns, r->end_ns)) continue;
    if (r->state == RDO_PLAYED_SKIPPED || r->state == RDO_PLAYED_CANCELLED) continue;
    p->bars[p->bar_count++] = (struct bar){r->start_ns, r->end_ns, row, 0};
  }
}

// "mlp3 2" of "mlp3_dispatch_2": keys are cut there for labels only.
static const char *find_suffix(const char *key, int *out_prefix_length) {
  const char *cut = strstr(key, "_dispatch_");
  *out_prefix_length = cut != NULL ? (int)(cut - key) : (int)strlen(key);
  return cut != NULL ? cut + strlen("_dispatch_") : "";
}

enum { LABEL_BYTES = 80 };

// Whole characters only: a label that is cut must stay text.
static void make_label(const char *key, char label[LABEL_BYTES]) {
  int prefix;
  const char *suffix = find_suffix(key, &prefix);
  size_t size = 0;
  const char *parts[] = {key, " ", suffix};
  const size_t lengths[] = {(size_t)prefix, suffix[0] != '\0', strlen(suffix)};
  for (int i = 0; i < 3; ++i) {
    size_t length = lengths[i] < LABEL_BYTES - 1 - size ? lengths[i] : LABEL_BYTES - 1 - size;
    memcpy(label + size, parts[i], length);
    size += length;
  }
  bool is_cut = size == LABEL_BYTES - 1;
  while (is_cut && size > 0 && ((uint8_t)label[size - 1] & 0x80) != 0) --size;
  label[size] = '\0';
}

static void put_title(const struct picture *p, const struct rdo_table_row *row, bool is_planned) {
  const struct rdo_table_node *node = rdo_table_node_of(p->table, row);
  struct rdo_text_out *out = p->out;
  rdo_text_puts(out, "<title>");
  rdo_text_put_xml(out, rdo_table_text(p->table, node->key));
  rdo_text_puts(out, is_planned ? " (planned)\njob " : " (observed)\njob ");
  rdo_text_put_xml(out, rdo_table_text(p->table, node->job));
  rdo_text_puts(out, " on ");
  rdo_text_put_xml(out, rdo_table_target_name(p->table, row->target));
  if (row->worker >= 0) rdo_text_printf(out, ", worker %d", (int)row->worker);
  rdo_text_printf(out, "\niteration %lld\nplanned ", (long long)row->iteration);
  put_us(p, row->planned_start_ns);
  rdo_text_puts(out, " for ");
  put_us(p, row->planned_duration_ns);
  rdo_text_puts(out, "\nready ");
  put_us(p, row->ready_ns);
  rdo_text_puts(out, ", start ");
  put_us(p, row->start_ns);
  rdo_text_puts(out, " (");
  put_us(p, row->start_ns - row->ready_ns);
  rdo_text_puts(out, " later)\nend ");
  put_us(p, row->end_ns);
  rdo_text_puts(out, ", ran ");
  put_us(p, row->end_ns - row->start_ns);
  if (row->deadline_ns != RDO_TABLE_UNKNOWN) {
    rdo_text_puts(out, "\ndeadline ");
    put_us(p, row->deadline_ns);
    rdo_text_puts(out, row->end_ns > row->deadline_ns ? ": missed" : "");
  }
  if (row->preemption_count > 0) rdo_text_printf(out, "\nleft for more urgent work %d times", (int)row->preemption_count);
  if (!rdo_row_has_run(row)) rdo_text_printf(out, "\n%s", rdo_played_state_names[row->state]);
  rdo_text_puts(out, "</title>");
}

// Above a bar: took longer, took shorter, ran another job's module, or missed its deadline.
static void put_marks(const struct picture *p, const struct rdo_table_row *row, double x, double y) {
  unsigned flags = p->summary->nodes[row->node].flags;
  bool is_missed = row->deadline_ns != RDO_TABLE_UNKNOWN && row->end_ns > row->deadline_ns;
  bool has_failed = row->state == RDO_PLAYED_FAILED;
  if (flags == 0 && !is_missed && !has_failed) return;
  rdo_text_printf(p->out, "<g class=\"at\" transform=\"translate(%.1f 0)\">", x);
  double at = 0;
  if ((flags & RONDO_TRACE_SLOWER) != 0) rdo_text_printf(p->out, "<path class=\"mark\" d=\"M%.1f %.1fh-7l3.5 -6z\"/>", at + 3.5, y + 7);
  if ((flags & RONDO_TRACE_FASTER) != 0) rdo_text_printf(p->out, "<path class=\"mark\" d=\"M%.1f %.1fh-7l3.5 6z\"/>", at + 3.5, y + 1);
  if ((flags & (RONDO_TRACE_SLOWER | RONDO_TRACE_FASTER)) != 0) at += 9;
  if ((flags & RONDO_TRACE_WRONG_MODULE) != 0)
    rdo_text_printf(p->out, "<path class=\"mark\" d=\"M%.1f %.1fl3.5 3.5l-3.5 3.5l-3.5 -3.5z\"/>", at, y);
  if ((flags & RONDO_TRACE_WRONG_MODULE) != 0) at += 9;
  if (is_missed || has_failed) rdo_text_printf(p->out, "<path class=\"miss\" d=\"M%.1f %.1fl6 6m0 -6l-6 6\"/>", at - 3, y + 1);
  rdo_text_puts(p->out, "</g>");
}

static double clamp(double value, double low, double high) { return value < low ? low : value > high ? high : value; }

static void put_bar(const struct picture *p, const struct bar *bar, double top, bool is_planned) {
  const struct rdo_table_row *row = &p->table->rows[bar->row];
  const char *key = rdo_table_text(p->table, rdo_table_node_of(p->table, row)->key);
  struct rdo_text_out *out = p->out;
  double y = top + bar->sub_row * ROW_HEIGHT, bar_y = y + MARK_HEIGHT;
  double x0 = clamp(place(p, bar->start_ns), GUTTER - 5, GUTTER + PLOT_WIDTH + 5),
         x1 = clamp(place(p, bar->end_ns), GUTTER - 5, GUTTER + PLOT_WIDTH + 5);
  double width = x1 - x0 > 1 ? x1 - x0 : 1;
  int64_t wait_ns = is_planned || row->ready_ns > bar->start_ns ? bar->start_ns : row->ready_ns;
  int prefix;
  const char *suffix = find_suffix(key, &prefix);
  char label[LABEL_BYTES];
  make_label(key, label);
  rdo_text_printf(out, "<g class=\"n c%d%s\" data-t=\"%lld %lld %lld\" data-k=\"%u\" data-l=\"",
                  rdo_picture_color(p->index->family_of_node[row->node]), is_planned ? " p" : "", (long long)wait_ns, (long long)bar->start_ns,
                  (long long)bar->end_ns, row->node);
  rdo_text_put_xml(out, label);
  rdo_text_puts(out, "\" data-s=\"");
  rdo_text_put_xml(out, suffix);
  rdo_text_puts(out, "\">");
  if (wait_ns < bar->start_ns) {
    double x = clamp(place(p, wait_ns), GUTTER - 5, GUTTER + PLOT_WIDTH + 5);
    rdo_text_printf(out, "<line x1=\"%.2f\" x2=\"%.2f\" y1=\"%.1f\" y2=\"%.1f\"/>", x, x0, bar_y + BAR_HEIGHT / 2.0, bar_y + BAR_HEIGHT / 2.0);
  }
  rdo_text_printf(out, "<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%d\" rx=\"1.5\"/>", x0, bar_y, width, BAR_HEIGHT);
  rdo_text_printf(out, "<text x=\"%.2f\" y=\"%.1f\" class=\"m\">", x0 + width / 2, bar_y + 13);
  const double pixels_per_byte = 6.3;
  if ((double)strlen(label) * pixels_per_byte + 6 <= width) rdo_text_put_xml(out, label);
  else if ((double)strlen(suffix) * pixels_per_byte + 4 <= width) rdo_text_put_xml(out, suffix);
  rdo_text_puts(out, "</text>");
  if (!is_planned) put_marks(p, row, (x0 + x1) / 2, y);
  put_title(p, row, is_planned);
  rdo_text_puts(out, "</g>\n");
}

// Rows ---------------------------------------------------------------------------------------------

// The collected bars with a name on the left.
static void put_row(struct picture *p, const char *name, bool is_planned) {
  int sub_rows = arrange_bars(p);
  if (p->step == STEP_ROWS) {
    put_text(p->out, GUTTER - 12, p->y + MARK_HEIGHT + 13, is_planned ? "dim r" : "fg r", name);
    rdo_text_puts(p->out, "<g clip-path=\"url(#rp-plot)\">\n");
    for (size_t i = 0; i < p->bar_count; ++i) put_bar(p, &p->bars[i], p->y, is_planned);
    rdo_text_puts(p->out, "</g>\n");
  }
  p->y += sub_rows * ROW_HEIGHT;
}

// Which lanes of a target have rows in an iteration: the first ones, as nobody can look at a thousand.
static size_t find_lanes(const struct picture *p, const struct rdo_pass *pass, uint32_t target, uint32_t lanes[LANES_MAX]) {
  size_t count = 0;
  for (size_t i = pass->begin; i < pass->end; ++i) {
    uint32_t lane = p->index->lane_of_row[p->index->order[i]];
    size_t at = 0;
    if (p->index->lanes[lane].target != target) continue;
    while (at < count && lanes[at] < lane) ++at;
    if ((at < count && lanes[at] == lane) || at == LANES_MAX) continue;
    count += count < LANES_MAX;
    memmove(lanes + at + 1, lanes + at, (count - 1 - at) * sizeof *lanes);
    lanes[at] = lane;
  }
  return count;
}

static void name_row(const struct picture *p, const struct rdo_pass *pass, const struct rdo_table_lane *lane, char name[48]) {
  char *end = name + 48;
  bool has_iteration = p->index->pass_count > 1;
  char *at = name + snprintf(name, 48, "observed");
  if (has_iteration) at += snprintf(at, (size_t)(end - at), " #%lld", (long long)pass->iteration);
  if (lane->worker >= 0) snprintf(at, (size_t)(end - at), " w%d", (int)lane->worker);
}

static void put_target_rows(struct picture *p, uint32_t target) {
  collect_planned(p, target);
  put_row(p, "planned", true);
  for (size_t i = p->pass_begin; i < p->pass_end; ++i) {
    const struct rdo_pass *pass = &p->index->passes[i];
    uint32_t lanes[LANES_MAX];
    size_t count = find_lanes(p, pass, target, lanes);
    for (size_t k = 0; k < count; ++k) {
      char name[48];
      name_row(p, pass, &p->index->lanes[lanes[k]], name);
      collect_observed(p, pass, lanes[k]);
      put_row(p, name, false);
    }
  }
}

static void put_target(struct picture *p, uint32_t target) {
  double top = p->y;
  p->y += 4;
  if (p->step == STEP_ROWS) {
    put_text(p->out, 18, p->y + MARK_HEIGHT + 13, "fg bold", rdo_table_target_name(p->table, target));
    rdo_text_printf(p->out, "<text x=\"18\" y=\"%.1f\" class=\"dim\">%.0f %% used</text>\n", p->y + MARK_HEIGHT + 28,
                    100 * p->summary->targets[target].utilization);
  }
  put_target_rows(p, target);
  p->y += 4;
  if (p->step == STEP_BANDS) {
    rdo_text_printf(p->out, "<rect x=\"8\" y=\"%.1f\" width=\"%d\" height=\"%.1f\" rx=\"4\" class=\"band\"/>\n", top, WIDTH - 16, p->y - top);
  }
  p->y += TARGET_GAP;
}

// The frame ----------------------------------------------------------------------------------------

static int64_t find_step(int64_t span_ns) {
  int64_t power = 1;
  while (power * 10 <= span_ns / TICK_COUNT_MAX) power *= 10;
  int64_t factor = span_ns / TICK_COUNT_MAX / power;
  return power * (factor >= 5 ? 10 : factor >= 2 ? 5 : factor >= 1 ? 2 : 1);
}

static void put_ticks(const struct picture *p, double top, double bottom) {
  int64_t span_ns = p->to_ns - p->from_ns, step_ns = find_step(span_ns);
  int unit_digits = span_ns >= 2000000 ? 6 : span_ns >= 2000 ? 3 : 0, decimals = unit_digits;
  const char *unit = unit_digits == 6 ? " ms" : unit_digits == 3 ? " \xC2\xB5s" : " ns";
  for (int64_t step = step_ns; decimals > 0 && step % 10 == 0; step /= 10) --decimals;
  int64_t first_ns = p->from_ns / step_ns * step_ns;
  if (first_ns < p->from_ns) first_ns += step_ns;
  rdo_text_puts(p->out, "<g class=\"ticks\">\n");
  for (int64_t t = first_ns; t <= p->to_ns; t += step_ns) {
    double x = place(p, t);
    rdo_text_printf(p->out, "<line x1=\"%.2f\" x2=\"%.2f\" y1=\"%.1f\" y2=\"%.1f\" class=\"grid\"/>", x, x, top, bottom);
    for (int i = 0; i < 2; ++i) {
      rdo_text_printf(p->out, "<text x=\"%.2f\" y=\"%.1f\" class=\"dim m\">", x, i == 0 ? top - 7 : bottom + 16);
      rdo_text_put_time(p->out, t, unit_digits, decimals);
      rdo_text_printf(p->out, "%s</text>", unit);
    }
    rdo_text_puts(p->out, "\n");
  }
  rdo_text_puts(p->out, "</g>\n");
}

// One entry of the legend; a new line when this one is full.
static void begin_entry(struct picture *p, double *x, size_t length) {
  double width = 34 + (double)length * 6.6;
  if (*x + width > WIDTH - MARGIN && *x > GUTTER) {
    *x = GUTTER;
    p->y += LEGEND_LINE;
  }
}

static void put_entry_text(struct picture *p, double *x, const char *text) {
  if (p->step == STEP_ROWS) put_text(p->out, *x + 24, p->y + 11, "fg", text);
  *x += 34 + (double)strlen(text) * 6.6;
}

static void put_families(struct picture *p, double *x) {
  for (size_t i = 0; i < p->index->family_count && i < LEGEND_JOBS_MAX; ++i) {
    const struct rdo_family *family = &p->index->families[i];
    char text[96];
    const char *name = rdo_table_text(p->table, family->name);
    int length = strlen(name) > 40 ? 0 : (int)strlen(name);
    if (family->job_count > 1) snprintf(text, sizeof text, "%.*s0 to %d", length, name, family->job_count - 1);
    else snprintf(text, sizeof text, "%.40s", name[0] != '\0' ? name : "(no job)");
    begin_entry(p, x, strlen(text));
    if (p->step == STEP_ROWS) {
      rdo_text_printf(p->out, "<g class=\"c%d\"><rect x=\"%.1f\" y=\"%.1f\" width=\"18\" height=\"12\" rx=\"1.5\"/></g>", rdo_picture_color(i),
                      *x, p->y + 1);
    }
    put_entry_text(p, x, text);
  }
  if (p->index->family_count > LEGEND_JOBS_MAX) put_entry_text(p, x, "and more");
}

static void put_legend(struct picture *p) {
  static const struct {
    const char *shape;
    const char *text;
  } entries[] = {
      {"<g class=\"n p c0\"><rect width=\"18\" height=\"12\" y=\"1\" rx=\"1.5\"/></g>", "planned"},
      {"<g class=\"c0\"><rect width=\"18\" height=\"12\" y=\"1\" rx=\"1.5\"/></g>", "observed"},
      {"<g class=\"n c0\"><line x2=\"18\" y1=\"7\" y2=\"7\"/></g>", "ready, not started"},
      {"<path class=\"mark\" d=\"M14 11h-9l4.5 -8z\"/>", "longer than planned"},
      {"<path class=\"mark\" d=\"M14 3h-9l4.5 8z\"/>", "shorter"},
      {"<path class=\"mark\" d=\"M9 2l5 5l-5 5l-5 -5z\"/>", "another job's module"},
      {"<path class=\"miss\" d=\"M5 3l8 8m0 -8l-8 8\"/>", "deadline missed, or failed"},
  };
  double x = GUTTER;
  if (p->step == STEP_ROWS) put_text(p->out, 18, p->y + 11, "dim", "jobs");
  put_families(p, &x);
  p->y += LEGEND_LINE;
  x = GUTTER;
  if (p->step == STEP_ROWS) put_text(p->out, 18, p->y + 11, "dim", "signs");
  for (size_t i = 0; i < sizeof entries / sizeof entries[0]; ++i) {
    begin_entry(p, &x, strlen(entries[i].text));
    if (p->step == STEP_ROWS) rdo_text_printf(p->out, "<g transform=\"translate(%.1f %.1f)\">%s</g>", x, p->y, entries[i].shape);
    put_entry_text(p, &x, entries[i].text);
  }
  p->y += LEGEND_LINE;
}

static void put_head(const struct picture *p) {
  const struct rondo_trace_totals *totals = &p->summary->totals;
  size_t shown = p->pass_end - p->pass_begin;
  struct rdo_text_out *out = p->out;
  put_text(out, 18, 24, "fg big", p->options->title != NULL ? p->options->title : "trace");
  rdo_text_printf(out, "<text x=\"18\" y=\"42\" class=\"dim\">%d nodes, %zu of %zu iteration%s; makespan %.3f ms, planned %.3f ms",
                  totals->node_count, shown, p->index->pass_count, p->index->pass_count == 1 ? "" : "s", (double)totals->makespan.p50_ns / 1e6,
                  (double)totals->planned_makespan_ns / 1e6);
  if (totals->root_delay.count > 0) {
    rdo_text_printf(out, "; start delay of phase-locked roots p50 %.2f \xC2\xB5s, max %.1f \xC2\xB5s (%llu)",
                    (double)totals->root_delay.p50_ns / 1e3, (double)totals->root_delay.max_ns / 1e3,
                    (unsigned long long)totals->root_delay.count);
  }
  rdo_text_puts(out, ". Time from the iteration's start. Wheel: zoom; drag: move; double click: all.</text>\n");
}

static double plot_top(const struct picture *p) { return (p->options->title != NULL ? HEAD_HEIGHT : 8) + AXIS_HEIGHT; }

// One walk over all targets; p->y is then below the last one.
static void put_targets(struct picture *p, enum step step) {
  p->step = step;
  p->y = plot_top(p);
  for (uint32_t i = 0; i < p->table->target_count; ++i) put_target(p, i);
}

static void put_below(struct picture *p, enum step step) {
  p->step = step;
  p->y += AXIS_HEIGHT;
  put_legend(p);
  p->y += 8;
}

static void write_svg(struct picture *p, enum rdo_picture_frame frame) {
  put_targets(p, STEP_MEASURE);
  double bottom = p->y - TARGET_GAP + 4;
  put_below(p, STEP_MEASURE);
  double height = p->y;
  bool is_file = frame == RDO_PICTURE_FILE;
  rdo_text_printf(p->out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"rp\" viewBox=\"0 0 %d %.0f\" preserveAspectRatio=\"xMidYMin meet\" %s "
                  "data-x=\"%d\" data-w=\"%d\" data-from=\"%lld\" "
                  "data-to=\"%lld\" data-top=\"%.0f\" data-bottom=\"%.0f\"%s role=\"img\">\n",
                  WIDTH, height, is_file ? "" : "width=\"100%\"", GUTTER, PLOT_WIDTH, (long long)p->from_ns, (long long)p->to_ns, plot_top(p),
                  bottom, is_file ? " data-free=\"1\"" : "");
  if (is_file) {
    rdo_text_puts(p->out, "<style>\n");
    rdo_picture_write_style(p->out);
    rdo_text_puts(p->out, "</style>\n");
  }
  rdo_text_printf(p->out, "<defs><clipPath id=\"rp-plot\"><rect x=\"%d\" y=\"0\" width=\"%d\" height=\"%.0f\"/></clipPath></defs>\n", GUTTER - 1,
                  PLOT_WIDTH + 2, height);
  rdo_text_printf(p->out, "<rect width=\"%d\" height=\"%.0f\" class=\"bg\"/>\n", WIDTH, height);
  if (p->options->title != NULL) put_head(p);
  put_targets(p, STEP_BANDS);
  put_ticks(p, plot_top(p), bottom);
  put_targets(p, STEP_ROWS);
  put_below(p, STEP_ROWS);
  if (is_file) {
    rdo_text_puts(p->out, "<script><![CDATA[\n");
    rdo_picture_write_script(p->out);
    rdo_text_puts(p->out, "]]></script>\n");
  }
  rdo_text_puts(p->out, "</svg>\n");
}

// What to show -------------------------------------------------------------------------------------

static enum rondo_status choose_passes(struct picture *p, struct rondo_diag *diag) {
  const struct rondo_trace_write_options *options = p->options;
  const struct rdo_table_index *index = p->index;
  size_t count = options->iteration_count > 0 ? (size_t)options->iteration_count : RDO_PICTURE_ITERATION_COUNT;
  if (index->pass_count == 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the trace has no rows to draw");
  while (p->pass_begin < index->pass_count && (uint64_t)index->passes[p->pass_begin].iteration < options->first_iteration) ++p->pass_begin;
  if (p->pass_begin == index->pass_count) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "there is no iteration %llu: the last one is %lld",
                    (unsigned long long)options->first_iteration, (long long)index->passes[index->pass_count - 1].iteration);
  }
  p->pass_end = count < index->pass_count - p->pass_begin ? p->pass_begin + count : index->pass_count;
  return RONDO_OK;
}

static enum rondo_status choose_span(struct picture *p, struct rondo_diag *diag) {
  p->from_ns = p->options->from_ns;
  p->to_ns = p->options->to_ns;
  for (size_t i = p->pass_begin; i < p->pass_end && p->options->to_ns == 0; ++i) {
    const struct rdo_pass *pass = &p->index->passes[i];
    if (pass->end_ns > p->to_ns) p->to_ns = pass->end_ns;
    for (size_t k = pass->begin; k < pass->end; ++k) {
      const struct rdo_table_row *row = &p->table->rows[p->index->order[k]];
      if (row->planned_start_ns + row->planned_duration_ns > p->to_ns) p->to_ns = row->planned_start_ns + row->planned_duration_ns;
    }
  }
  if (p->options->to_ns == 0 && p->to_ns < 1000) p->to_ns = 1000;
  if (p->from_ns < 0 || p->to_ns <= p->from_ns)
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the part to draw is empty: it ends where it begins, or before");
  if (p->to_ns > 2 * RDO_TABLE_TIME_MAX_NS) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the part to draw ends too late");
  return RONDO_OK;
}

enum rondo_status rdo_picture_write(const struct rondo_trace_summary *summary, const struct rondo_trace_write_options *options,
                                    enum rdo_picture_frame frame, struct rdo_text_out *out, struct rondo_diag *diag) {
  struct picture p = {.summary = summary, .index = summary->index, .table = summary->index->table, .options = options, .out = out};
  p.decimals = rdo_table_has_column(p.table, RDO_OWN_START) ? 3 : 0;
  RDO_TRY(choose_passes(&p, diag));
  RDO_TRY(choose_span(&p, diag));
  RDO_TRY(rdo_alloc_array(p.table->row_count, sizeof *p.bars, &p.bars, diag));
  write_svg(&p, frame);
  rdo_free(p.bars);
  return RONDO_OK;
}

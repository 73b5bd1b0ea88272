// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "trace/trace_table.h"

#include <string.h>

#include "base/alloc.h"
#include "base/mapping.h"
#include "base/output.h"
#include "trace/picture.h"
#include "trace/report.h"
#include "trace/summary.h"
#include "trace/table_dot.h"
#include "trace/table_perfetto.h"
#include "trace/table_plan.h"

enum rondo_status rdo_trace_table_create(struct rdo_table *table, struct rondo_trace_table **out_table, struct rondo_diag *diag) {
  struct rondo_trace_table *whole = NULL;
  *out_table = NULL;
  enum rondo_status status = rdo_alloc(sizeof *whole, &whole, diag);
  if (status != RONDO_OK) {
    rdo_table_deinit(table);
    return status;
  }
  whole->table = *table;
  *table = (struct rdo_table){0};
  status = rdo_table_index_init(&whole->index, &whole->table, diag);
  if (status == RONDO_OK) *out_table = whole;
  else rondo_trace_table_release(&whole);
  return status;
}

static enum rondo_status keep_text(struct rdo_arena *arena, const char **text, struct rondo_diag *diag) {
  char *copy;
  if (*text == NULL) return RONDO_OK;
  size_t size = strlen(*text) + 1;
  RDO_TRY(rdo_arena_alloc(arena, size, 1, &copy, diag));
  memcpy(copy, *text, size);
  *text = copy;
  return RONDO_OK;
}

enum rondo_status rdo_trace_table_keep_config(struct rondo_trace_table *table, const struct rdo_run_config *config, struct rondo_diag *diag) {
  struct rdo_arena *arena = &table->arena;
  struct rdo_run_config *kept;
  struct rdo_run_target *targets = NULL;
  RDO_TRY(rdo_arena_alloc(arena, 1, sizeof *kept, &kept, diag));
  *kept = *config;
  const char **const texts[] = {&kept->graph_json_path, &kept->driver, &kept->vmfb_root_dir, &kept->cpu_p_cpu_ids, &kept->cpu_e_cpu_ids};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; ++i) RDO_TRY(keep_text(arena, texts[i], diag));
  if (config->targets != NULL) RDO_TRY(rdo_arena_alloc(arena, config->target_count, sizeof *targets, &targets, diag));
  for (size_t i = 0; targets != NULL && i < config->target_count; ++i) {
    targets[i] = config->targets[i];
    RDO_TRY(keep_text(arena, &targets[i].name, diag));
    RDO_TRY(keep_text(arena, &targets[i].cpu_ids, diag));
    RDO_TRY(keep_text(arena, &targets[i].variant_dir, diag));
  }
  kept->targets = targets;
  table->config = kept;
  return RONDO_OK;
}

// "FILE:LINE: ..." of "LINE: ...".
static void put_name(struct rondo_diag *diag, const char *name) {
  if (diag == NULL) return;
  struct rondo_diag inner = *diag;
  if (inner.status != RONDO_INVALID_ARGUMENT) {
    rdo_prefix(diag, "%s", name);
    return;
  }
  rdo_diag_clear(diag);
  (void)rdo_fail(diag, inner.status, "%s:%s", name, inner.message);
}

enum rondo_status rdo_trace_table_parse(const char *bytes, size_t size, const char *name, const struct rdo_load *load,
                                        struct rondo_trace_table **out_table, struct rondo_diag *diag) {
  struct rdo_table table;
  struct rdo_check nowhere = {0};
  *out_table = NULL;
  enum rondo_status status = rdo_table_read_csv(&table, bytes, size, load != NULL ? load->observer : NULL, diag);
  if (status != RONDO_OK) put_name(diag, name);
  if (status == RONDO_OK && load != NULL && load->plan_path != NULL) {
    status = rdo_table_apply_plan_file(&table, load->plan_path, load->check != NULL ? load->check : &nowhere, diag);
  }
  if (status == RONDO_OK) return rdo_trace_table_create(&table, out_table, diag);
  rdo_table_deinit(&table);
  return status;
}

enum rondo_status rdo_trace_table_open(const char *path, const struct rdo_load *load, struct rondo_trace_table **out_table, struct rondo_diag *diag) {
  struct rdo_mapping *mapping = NULL;
  *out_table = NULL;
  enum rondo_status status = rdo_mapping_open(path, &mapping, diag);
  if (status != RONDO_OK) {
    rdo_prefix(diag, "%s", path);
    return status;
  }
  status = rdo_trace_table_parse((const char *)mapping->bytes.data, mapping->bytes.size, path, load, out_table, diag);
  rdo_object_release(&mapping->object);
  return status;
}

enum rondo_status rondo_trace_table_load(const char *path, const struct rondo_trace_load_options *options,
                                         struct rondo_trace_table **out_table, struct rondo_diag *diag) {
  const struct rdo_load load = {.plan_path = options != NULL ? options->plan_path : NULL};
  return rdo_trace_table_open(path, &load, out_table, diag);
}

void rondo_trace_table_release(struct rondo_trace_table **table) {
  if (table == NULL || *table == NULL) return;
  rdo_table_index_deinit(&(*table)->index);
  rdo_table_deinit(&(*table)->table);
  rdo_arena_deinit(&(*table)->arena);
  rdo_free(*table);
  *table = NULL;
}

enum rondo_status rondo_trace_table_summarize(const struct rondo_trace_table *table, double factor, struct rondo_trace_summary **out_summary,
                                              struct rondo_diag *diag) {
  return rdo_summary_create(&table->index, factor, out_summary, diag);
}

// Writing ------------------------------------------------------------------------------------------

// The formats that are made of a summary.
static enum rondo_status write_summary(const struct rondo_trace_table *table, const struct rondo_trace_write_options *options,
                                       struct rdo_text_out *out, struct rondo_diag *diag) {
  struct rondo_trace_summary *summary;
  RDO_TRY(rdo_summary_create(&table->index, options->factor, &summary, diag));
  enum rondo_status status = RONDO_OK;
  switch (options->format) {
    case RONDO_TRACE_SVG: status = rdo_picture_write(summary, options, RDO_PICTURE_FILE, out, diag); break;
    case RONDO_TRACE_DOT: status = rdo_table_write_dot(summary, out, diag); break;
    case RONDO_TRACE_PERFETTO: status = rdo_table_write_perfetto(summary, out, diag); break;
    case RONDO_TRACE_HTML: status = rdo_report_write(summary, options, out, diag); break;
    default: status = rdo_summary_write_json(summary, table->config, options->members, out, diag); break;
  }
  rondo_trace_summary_release(&summary);
  return status;
}

enum rondo_status rondo_trace_table_write_to(const struct rondo_trace_table *table, const struct rondo_trace_write_options *options,
                                             const struct rondo_trace_sink *sink, struct rondo_diag *diag) {
  struct rdo_text_out out = {.write = sink->write, .user = sink->user};
  enum rondo_status status = RONDO_OK;
  switch (options->format) {
    case RONDO_TRACE_CSV: rdo_table_write_csv(&table->table, &out); break;
    case RONDO_TRACE_JSON:
    case RONDO_TRACE_DOT:
    case RONDO_TRACE_PERFETTO:
    case RONDO_TRACE_SVG:
    case RONDO_TRACE_HTML: status = write_summary(table, options, &out, diag); break;
    default: return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "no format of traces has the number %d", (int)options->format);
  }
  rdo_text_flush(&out);
  return status;
}

static void write_output(void *user, const void *bytes, size_t size) { rdo_output_write(user, bytes, size); }

enum rondo_status rondo_trace_table_write(const struct rondo_trace_table *table, const struct rondo_trace_write_options *options,
                                          const char *path, struct rondo_diag *diag) {
  struct rdo_output output;
  const struct rondo_trace_sink sink = {write_output, &output};
  enum rondo_status status = rdo_output_init(&output, path, diag);
  if (status == RONDO_OK) status = rondo_trace_table_write_to(table, options, &sink, diag);
  if (status == RONDO_OK) status = rdo_output_finish(&output, diag);
  rdo_output_deinit(&output);
  return status;
}

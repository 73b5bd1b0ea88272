// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/ir_annotate.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/mapping.h"
#include "base/output.h"
#include "plan/dispatch_dump.h"
#include "plan/file.h"
#include "plan/name_map.h"

enum { IDENTITY_BYTES = RDO_NAME_BYTES_MAX + 64 };

struct annotator {
  const struct rdo_ir *ir;
  const struct rdo_ir_function *function;
  const struct rdo_schedule *graph;  // of the function: its nodes are its dispatches
  const char *family;                // of the graph
  const struct rdo_schedule *schedule;
  const struct rdo_machine_file *machine;  // NULL = none
  struct rdo_name_map counts;              // how many nodes of a job have an identity
  uint32_t *count_values;                  // [node_count]
  struct rdo_name_map nodes;               // "JOB IDENTITY COUNT": nodes of the schedule
  uint32_t *matches;                       // [dispatch_count]: nodes of the schedule
  struct rdo_output output;
  struct rdo_arena arena;
  struct rondo_diag *diag;
};

// Which node belongs to which dispatch ---------------------------------------------------------------------------

// What a dispatch of a job is called whatever file it stands in: by its kernel, or where a schedule does not tell that by the family
// of its module, if it has one, and its id. Of several with the same name the order counts.
static void write_identity(char *buffer, uint32_t job, const char *export_name, const char *family, int32_t id) {
  if (export_name[0] != '\0') snprintf(buffer, IDENTITY_BYTES, "%u %s", (unsigned)job, rdo_dump_kernel_tail(export_name));
  else snprintf(buffer, IDENTITY_BYTES, "%u #%d %.*s", (unsigned)job, (int)id, (int)RDO_NAME_BYTES_MAX, family);
}

static void append_count(char *buffer, uint32_t count) {
  size_t length = strlen(buffer);
  snprintf(buffer + length, IDENTITY_BYTES - length, " %u", (unsigned)count);
}

static enum rondo_status keep_text(struct annotator *annotator, const char *text, const char **out_text) {
  return rdo_text_copy(&annotator->arena, text, out_text, annotator->diag);
}

static enum rondo_status index_nodes(struct annotator *annotator) {
  const struct rdo_schedule *schedule = annotator->schedule;
  char identity[IDENTITY_BYTES];
  const char *text;
  RDO_TRY(rdo_arena_alloc(&annotator->arena, schedule->node_count, sizeof *annotator->count_values, &annotator->count_values, annotator->diag));
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    write_identity(identity, node->job, node->export_name, node->family, node->id);
    uint32_t number = rdo_name_map_find(&annotator->counts, identity);
    if (number == RDO_NAME_NONE) {
      number = (uint32_t)annotator->counts.count;
      RDO_TRY(keep_text(annotator, identity, &text));
      RDO_TRY(rdo_name_map_add(&annotator->counts, text, number, annotator->diag));
    }
    append_count(identity, ++annotator->count_values[number]);
    RDO_TRY(keep_text(annotator, identity, &text));
    if (rdo_name_map_find(&annotator->nodes, text) == RDO_NAME_NONE) RDO_TRY(rdo_name_map_add(&annotator->nodes, text, i, annotator->diag));
  }
  return RONDO_OK;
}

// What stands before "_dispatch_" in a key.
static enum rondo_status find_family(struct annotator *annotator) {
  const char *key = annotator->graph->nodes[0].key, *mark = strstr(key, "_dispatch_");
  char *family;
  size_t length = mark != NULL ? (size_t)(mark - key) : strlen(key);
  RDO_TRY(rdo_arena_alloc(&annotator->arena, length + 1, 1, &family, annotator->diag));
  memcpy(family, key, length);
  annotator->family = family;
  return RONDO_OK;
}

// Ordinals by kernel differ from those by executable where an executable has several kernels.
static uint32_t kernel_ordinal(const struct annotator *annotator, uint32_t dispatch) {
  const struct rdo_schedule_node *nodes = annotator->graph->nodes;
  uint32_t ordinal = 1;
  for (uint32_t i = 0; i < dispatch; ++i) ordinal += strcmp(nodes[i].export_name, nodes[dispatch].export_name) == 0;
  return ordinal;
}

// The nodes of a job; false: it lacks dispatch *out_missing.
static bool match_job(const struct annotator *annotator, uint32_t job, const uint32_t *ordinals, uint32_t *matches, uint32_t *out_missing) {
  char identity[IDENTITY_BYTES];
  for (uint32_t i = 0; i < annotator->function->dispatch_count; ++i) {
    const struct rdo_schedule_node *node = &annotator->graph->nodes[i];
    write_identity(identity, job, node->export_name, "", node->id);
    append_count(identity, ordinals[i]);
    matches[i] = rdo_name_map_find(&annotator->nodes, identity);
    for (int has_family = 1; has_family >= 0 && matches[i] == RDO_NAME_NONE && node->id >= 0; --has_family) {
      write_identity(identity, job, "", has_family ? annotator->family : "", node->id);
      append_count(identity, (uint32_t)node->ordinal);
      matches[i] = rdo_name_map_find(&annotator->nodes, identity);
    }
    *out_missing = i;
    if (matches[i] == RDO_NAME_NONE) return false;
  }
  return true;
}

static bool are_calls_of_one_job(const struct rdo_schedule_job *a, const struct rdo_schedule_job *b) {
  if (a->source[0] != '\0' || b->source[0] != '\0') return strcmp(a->source, b->source) == 0;
  return strcmp(a->base, b->base) == 0;
}

static enum rondo_status fail_job(struct annotator *annotator, const char *wanted, uint32_t missing) {
  const struct rdo_schedule_node *node = &annotator->graph->nodes[missing];
  if (wanted != NULL && rdo_schedule_find_job(annotator->schedule, wanted) == RDO_SCHEDULE_NONE) {
    return rdo_fail(annotator->diag, RONDO_NOT_FOUND, "%s: there is no job \"%.200s\"", annotator->schedule->path, wanted);
  }
  return rdo_fail(annotator->diag, RONDO_NOT_FOUND, "%s: %s %.200s has all dispatches of %s: %.200s (%.200s) is missing; plan this module, or annotate another dump",
                  annotator->schedule->path, wanted != NULL ? "no call of the name" : "no", wanted != NULL ? wanted : "job", annotator->ir->path, node->key,
                  node->export_name);
}

static enum rondo_status find_job(struct annotator *annotator, const char *wanted, struct rdo_ir_annotated *annotated) {
  const struct rdo_schedule *schedule = annotator->schedule;
  uint32_t count = annotator->function->dispatch_count, missing = 0, *ordinals, *others;
  RDO_TRY(rdo_arena_alloc(&annotator->arena, count, sizeof *ordinals, &ordinals, annotator->diag));
  RDO_TRY(rdo_arena_alloc(&annotator->arena, count, sizeof *others, &others, annotator->diag));
  RDO_TRY(rdo_arena_alloc(&annotator->arena, count, sizeof *annotator->matches, &annotator->matches, annotator->diag));
  for (uint32_t i = 0; i < count; ++i) ordinals[i] = kernel_ordinal(annotator, i);
  annotated->job = RDO_SCHEDULE_NONE;
  for (uint32_t job = 0; job < schedule->job_count; ++job) {
    uint32_t lacks;
    if (wanted != NULL && strcmp(schedule->jobs[job].name, wanted) != 0) continue;
    bool is_first = annotated->job == RDO_SCHEDULE_NONE;
    if (!match_job(annotator, job, ordinals, is_first ? annotator->matches : others, &lacks)) {
      if (lacks > missing) missing = lacks;
    } else if (is_first) {
      annotated->job = job;
    } else if (are_calls_of_one_job(&schedule->jobs[annotated->job], &schedule->jobs[job])) {
      ++annotated->other_count;
    } else {
      return rdo_fail(annotator->diag, RONDO_INVALID_ARGUMENT, "%s: jobs \"%.200s\" and \"%.200s\" both have the dispatches of %s: say which one with --job",
                      schedule->path, schedule->jobs[annotated->job].name, schedule->jobs[job].name, annotator->ir->path);
    }
  }
  return annotated->job != RDO_SCHEDULE_NONE ? RONDO_OK : fail_job(annotator, wanted, missing);
}

// Writing --------------------------------------------------------------------------------------------------

static void put(struct annotator *annotator, const char *text) { rdo_output_write(&annotator->output, text, strlen(text)); }

static void put_bytes(struct annotator *annotator, uint64_t begin, uint64_t end) {
  rdo_output_write(&annotator->output, annotator->ir->text.data + begin, (size_t)(end - begin));
}

static void put_number(struct annotator *annotator, const char **separator, const char *name, uint64_t number, const char *type) {
  char text[32];
  snprintf(text, sizeof text, " = %" PRIu64 " : ", number);
  put(annotator, *separator);
  put(annotator, name);
  put(annotator, text);
  put(annotator, type);
  *separator = ", ";
}

// Names stand between quotes, with commas between them.
static enum rondo_status put_name(struct annotator *annotator, const char *name) {
  for (const char *c = name; *c != '\0'; ++c) {
    if (*c >= ' ' && *c < 0x7f && strchr("\",\\", *c) == NULL) continue;
    return rdo_fail(annotator->diag, RONDO_INVALID_ARGUMENT,
                    "%s: the name \"%.200s\" cannot stand in an attribute: it has a comma, quote, backslash, or other "
                    "bytes than printable ASCII",
                    annotator->schedule->path, name);
  }
  put(annotator, name);
  return RONDO_OK;
}

static void begin_text(struct annotator *annotator, const char **separator, const char *name) {
  put(annotator, *separator);
  put(annotator, name);
  put(annotator, " = \"");
  *separator = ", ";
}

// The CPUs of all targets together; false: they cannot be told.
static bool find_mask(const struct annotator *annotator, const struct rdo_schedule_node *node, uint64_t *out_mask) {
  const struct rdo_schedule *schedule = annotator->schedule;
  *out_mask = 0;
  for (uint32_t i = 0; i <= node->extra_count; ++i) {
    uint32_t target = i == 0 ? node->target : schedule->target_lists[node->extra_begin + i - 1];
    int lane = annotator->machine != NULL ? rdo_machine_file_find_lane(annotator->machine, schedule->targets[target].name) : -1;
    uint64_t mask;
    if (lane < 0 || !rdo_ir_lane_mask(&annotator->machine->lanes[lane], &mask)) return false;
    *out_mask |= mask;
  }
  return true;
}

static enum rondo_status put_targets(struct annotator *annotator, const char **separator, const struct rdo_schedule_node *node) {
  const struct rdo_schedule *schedule = annotator->schedule;
  begin_text(annotator, separator, RDO_IR_TARGET);
  RDO_TRY(put_name(annotator, schedule->targets[node->target].name));
  for (uint32_t i = 0; i < node->extra_count; ++i) {
    put(annotator, ",");
    RDO_TRY(put_name(annotator, schedule->targets[schedule->target_lists[node->extra_begin + i]].name));
  }
  put(annotator, "\"");
  return RONDO_OK;
}

static enum rondo_status put_resources(struct annotator *annotator, const char **separator, const struct rdo_schedule_node *node) {
  const struct rdo_schedule *schedule = annotator->schedule;
  if (node->resource_count == 0) return RONDO_OK;
  begin_text(annotator, separator, RDO_IR_RESOURCE);
  for (uint32_t i = 0; i < node->resource_count; ++i) {
    if (i > 0) put(annotator, ",");
    RDO_TRY(put_name(annotator, schedule->resources[schedule->resource_lists[node->resource_begin + i]]));
  }
  put(annotator, "\"");
  return RONDO_OK;
}

static enum rondo_status put_schedule(struct annotator *annotator, const char *separator, const struct rdo_schedule_node *node) {
  uint64_t mask;
  if (find_mask(annotator, node, &mask)) put_number(annotator, &separator, RDO_IR_AFFINITY, mask, "i64");
  if (node->priority >= 0) put_number(annotator, &separator, RDO_IR_PRIORITY, (uint64_t)node->priority, "i32");
  RDO_TRY(put_resources(annotator, &separator, node));
  put_number(annotator, &separator, RDO_IR_START, (uint64_t)node->start_ns, "i64");
  put_number(annotator, &separator, RDO_IR_DURATION, (uint64_t)node->duration_ns, "i64");
  if (annotator->schedule->jobs[node->job].name[0] != '\0') {
    begin_text(annotator, &separator, RDO_IR_JOB);
    RDO_TRY(put_name(annotator, annotator->schedule->jobs[node->job].name));
    put(annotator, "\"");
  }
  begin_text(annotator, &separator, RDO_IR_POLICY);
  if (node->release_policy == RDO_RELEASE_PHASE_LOCKED) put(annotator, "phase_locked ");
  put(annotator, node->time_mode == RDO_TIME_SOFT ? "soft\"" : "hard\"");
  RDO_TRY(put_targets(annotator, &separator, node));
  if (node->worker_count > 0) put_number(annotator, &separator, RDO_IR_WORKERS, (uint64_t)node->worker_count, "i32");
  return RONDO_OK;
}

// What others have annotated comes first, as it was written.
static enum rondo_status put_dictionary(struct annotator *annotator, const struct rdo_ir_dispatch *dispatch, const struct rdo_schedule_node *node) {
  const char *separator = "";
  put(annotator, " attributes {");
  for (uint32_t i = 0; i < dispatch->attribute_count; ++i) {
    const struct rdo_ir_attribute *attribute = &annotator->ir->attributes[dispatch->attribute_begin + i];
    if (rdo_ir_is_ours(attribute->name)) continue;
    put(annotator, separator);
    put_bytes(annotator, attribute->begin, attribute->end);
    separator = ", ";
  }
  RDO_TRY(put_schedule(annotator, separator, node));
  put(annotator, "}");
  return RONDO_OK;
}

static enum rondo_status write_text(struct annotator *annotator) {
  uint64_t at = 0;
  for (uint32_t i = 0; i < annotator->function->dispatch_count; ++i) {
    const struct rdo_ir_dispatch *dispatch = &annotator->ir->dispatches[annotator->function->dispatch_begin + i];
    put_bytes(annotator, at, dispatch->body_end);
    RDO_TRY(put_dictionary(annotator, dispatch, &annotator->schedule->nodes[annotator->matches[i]]));
    at = dispatch->dictionary_end != 0 ? dispatch->dictionary_end : dispatch->body_end;
  }
  put_bytes(annotator, at, annotator->ir->text.size);
  return RONDO_OK;
}

static enum rondo_status write_file(struct annotator *annotator, const char *path) {
  enum rondo_status status = rdo_output_init(&annotator->output, path, annotator->diag);
  if (status == RONDO_OK) status = write_text(annotator);
  if (status == RONDO_OK) status = rdo_output_finish(&annotator->output, annotator->diag);
  rdo_output_deinit(&annotator->output);
  return status;
}

static enum rondo_status annotate(struct annotator *annotator, const struct rdo_ir_annotate_options *options, const char *output_path,
                                  struct rdo_ir_annotated *annotated) {
  *annotated = (struct rdo_ir_annotated){.dispatch_count = annotator->function->dispatch_count};
  RDO_TRY(find_family(annotator));
  RDO_TRY(index_nodes(annotator));
  RDO_TRY(find_job(annotator, options->job, annotated));
  return write_file(annotator, output_path);
}

enum rondo_status rdo_ir_annotate(struct rdo_bytes text, const char *path, const struct rdo_schedule *schedule,
                                  const struct rdo_ir_annotate_options *options, const char *output_path, struct rdo_ir_annotated *out_annotated,
                                  struct rondo_diag *diag) {
  struct rdo_ir ir;
  struct rdo_schedule graph;
  const struct rdo_schedule_options how = {.function = options->function};
  struct annotator annotator = {.ir = &ir, .graph = &graph, .schedule = schedule, .machine = options->machine != NULL ? options->machine : schedule->machine, .diag = diag};
  enum rondo_status status = rdo_dump_parse(text, path, &how, &graph, diag);
  ir = (struct rdo_ir){0};
  if (status == RONDO_OK) status = rdo_ir_read(text, path, &ir, diag);
  if (status == RONDO_OK) status = rdo_ir_find_function(&ir, options->function, &annotator.function, diag);
  if (status == RONDO_OK) status = annotate(&annotator, options, output_path, out_annotated);
  rdo_name_map_deinit(&annotator.counts);
  rdo_name_map_deinit(&annotator.nodes);
  rdo_arena_deinit(&annotator.arena);
  rdo_ir_deinit(&ir);
  rdo_schedule_deinit(&graph);
  return status;
}

// The public door -----------------------------------------------------------------------------------------------

enum rondo_status rondo_plan_annotate(const struct rondo_file *plan, const char *path, const struct rondo_annotate_options *options,
                                      const char *output_path, struct rondo_annotated *out_annotated, struct rondo_diag *diag) {
  static const struct rondo_annotate_options defaults = {0};
  if (options == NULL) options = &defaults;
  *out_annotated = (struct rondo_annotated){0};
  if (plan->kind != RONDO_FILE_PLAN) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "the file is no plan");
  if (rdo_dump_kind(path) != RDO_DUMP_IR) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: only stream-level IR, FILE.mlir, can be annotated", path);
  const struct rdo_ir_annotate_options how = {
      .function = options->function, .job = options->job, .machine = plan->machine.lane_count > 0 ? &plan->machine : NULL};
  struct rdo_ir_annotated annotated;
  struct rdo_mapping *mapping;
  RDO_TRY(rdo_dump_open(path, &mapping, diag));
  enum rondo_status status = rdo_ir_annotate(mapping->bytes, path, &plan->schedule, &how, output_path, &annotated, diag);
  rdo_object_release(&mapping->object);
  if (status != RONDO_OK) return status;
  *out_annotated = (struct rondo_annotated){
      .dispatch_count = (int)annotated.dispatch_count, .job = plan->schedule.jobs[annotated.job].name, .other_count = (int)annotated.other_count};
  return RONDO_OK;
}

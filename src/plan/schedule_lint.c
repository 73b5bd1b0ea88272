// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What is remarkable about a schedule that can be played nevertheless. Each kind of remark is made once, with the place
// where it occurs first. Nodes that tell their workers share targets on purpose: whether there are enough of them is
// the checker's question.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/name_map.h"
#include "plan/schedule_file.h"

// Times in other tools' files are sums of floats, rounded.
enum { SLACK_NS = 1000 };

struct lint {
  const struct rdo_schedule *schedule;
  struct rdo_notes *notes;
  bool is_strict;
  struct rondo_diag *diag;
};

static enum rondo_status remark(const struct lint *lint, const char *kind, const struct rdo_schedule_node *node, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
static enum rondo_status remark(const struct lint *lint, const char *kind, const struct rdo_schedule_node *node, const char *format, ...) {
  char text[RDO_NOTE_BYTES];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  if (!lint->is_strict) return rdo_notes_add(lint->notes, lint->diag, kind, "%s: dispatches.%.100s: %s", lint->schedule->path, node->key, text);
  return rdo_fail(lint->diag, RONDO_INVALID_ARGUMENT, "%s: dispatches.%.100s: %s", lint->schedule->path, node->key, text);
}

static double ms(int64_t time_ns) { return (double)time_ns / 1e6; }
static int64_t end_of(const struct rdo_schedule_node *node) { return node->start_ns + node->duration_ns; }

// Precedence in the plan's own times.
static enum rondo_status check_order(const struct lint *lint) {
  const struct rdo_schedule *schedule = lint->schedule;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    for (uint32_t k = 0; k < node->predecessor_count; ++k) {
      const struct rdo_schedule_node *before = &schedule->nodes[schedule->predecessors[node->predecessor_begin + k]];
      if (end_of(before) <= node->start_ns + SLACK_NS) continue;
      RDO_TRY(remark(lint, "order", node, "is planned to start at %.6g ms, before its predecessor %.100s is planned to end at %.6g ms",
                     ms(node->start_ns), before->key, ms(end_of(before))));
    }
  }
  return RONDO_OK;
}

// Along each target in the order of starts: nodes that overlap, and time dependencies that name another one than the
// node before.
static enum rondo_status check_targets(const struct lint *lint, uint32_t *last, uint32_t *longest) {
  const struct rdo_schedule *schedule = lint->schedule;
  char kind[64];
  for (uint32_t i = 0; i < schedule->target_count; ++i) last[i] = longest[i] = RDO_SCHEDULE_NONE;
  for (uint32_t rank = 0; rank < schedule->node_count; ++rank) {
    uint32_t index = schedule->by_rank[rank];
    const struct rdo_schedule_node *node = &schedule->nodes[index];
    uint32_t target = node->target;
    if (node->worker_count != 0) continue;
    if (longest[target] != RDO_SCHEDULE_NONE && end_of(&schedule->nodes[longest[target]]) > node->start_ns + SLACK_NS && node->duration_ns > 0) {
      const struct rdo_schedule_node *other = &schedule->nodes[longest[target]];
      snprintf(kind, sizeof kind, "overlap %u", (unsigned)target);
      RDO_TRY(remark(lint, kind, node, "is planned on %.100s at %.6g ms, where %.100s is planned until %.6g ms",
                     schedule->targets[target].name, ms(node->start_ns), other->key, ms(end_of(other))));
    }
    if (node->time_dependency != RDO_SCHEDULE_NONE && last[target] != RDO_SCHEDULE_NONE && node->time_dependency != last[target]) {
      RDO_TRY(remark(lint, "time dependency", node, "its time_dependency is %.100s, but the dispatch before it on %.100s is %.100s",
                     schedule->nodes[node->time_dependency].key, schedule->targets[target].name, schedule->nodes[last[target]].key));
    }
    last[target] = index;
    if (longest[target] == RDO_SCHEDULE_NONE || end_of(node) > end_of(&schedule->nodes[longest[target]])) longest[target] = index;
  }
  return RONDO_OK;
}

// A module of another family than the rest of its job, or of one that is another job's name: the wrong kernel would run, and
// nothing but its time would tell.
static enum rondo_status check_families(const struct lint *lint, const struct rdo_name_map *bases) {
  const struct rdo_schedule *schedule = lint->schedule;
  char kind[64];
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    const struct rdo_schedule_job *job = &schedule->jobs[node->job];
    if (node->family[0] == '\0' || strcmp(node->family, job->base) == 0) continue;
    uint32_t other = rdo_name_map_find(bases, node->family);
    snprintf(kind, sizeof kind, "family %u", (unsigned)rdo_name_map_find(bases, job->base));
    if (strcmp(node->family, job->family) != 0) {
      RDO_TRY(remark(lint, kind, node, "its module is of family %.100s, but job %.100s is of family %.100s: is module_name right?",
                     node->family, job->name, job->family));
    } else if (other != RDO_NAME_NONE && job->name[0] != '\0') {
      RDO_TRY(remark(lint, kind, node,
                     "its module is of family %.100s, but it belongs to job %.100s, and %.100s is another job: is module_name right?", node->family,
                     job->name, schedule->jobs[other].name));
    }
  }
  return RONDO_OK;
}

// Releases are kept for one time only where a plan does not say when it begins again.
static enum rondo_status check_period(const struct lint *lint) {
  const struct rdo_schedule *schedule = lint->schedule;
  const struct rdo_job_entry *found = NULL;
  for (uint32_t i = 0; i < schedule->job_count && schedule->job_set != NULL && schedule->period_ns == 0 && found == NULL; ++i) {
    int job = schedule->jobs[i].source[0] != '\0' ? rdo_jobs_file_find(schedule->job_set, schedule->jobs[i].source) : -1;
    if (job >= 0 && schedule->job_set->jobs[job].activation == RDO_JOB_PERIODIC) found = &schedule->job_set->jobs[job];
  }
  if (found == NULL) return RONDO_OK;
  const char *format = "%s: period: is missing, so this is a plan for one time: played again and again, each iteration begins when the one before has ended, and job "
                       "\"%.100s\" does not come each %.6g ms";
  if (lint->is_strict) return rdo_fail(lint->diag, RONDO_INVALID_ARGUMENT, format, schedule->path, found->name, ms(found->period_ns));
  return rdo_notes_add(lint->notes, lint->diag, RDO_NOTE_PERIOD, format, schedule->path, found->name, ms(found->period_ns));
}

static enum rondo_status find_bases(const struct rdo_schedule *schedule, struct rdo_name_map *bases, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    if (rdo_name_map_find(bases, schedule->jobs[i].base) == RDO_NAME_NONE) RDO_TRY(rdo_name_map_add(bases, schedule->jobs[i].base, i, diag));
  }
  return RONDO_OK;
}

enum rondo_status rdo_schedule_lint(const struct rdo_schedule *schedule, bool is_strict, struct rdo_notes *notes, struct rondo_diag *diag) {
  const struct lint lint = {schedule, notes, is_strict, diag};
  struct rdo_name_map bases = {0};
  uint32_t *last = NULL, *longest = NULL;
  bool has_times = schedule->variant >= RDO_SCHEDULE_TIMED && schedule->last_end_ns > 0;
  enum rondo_status status = find_bases(schedule, &bases, diag);
  if (status == RONDO_OK) status = check_families(&lint, &bases);
  if (status == RONDO_OK) status = check_period(&lint);
  if (status == RONDO_OK && has_times) status = check_order(&lint);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->target_count, sizeof *last, &last, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->target_count, sizeof *longest, &longest, diag);
  if (status == RONDO_OK && has_times) status = check_targets(&lint, last, longest);
  rdo_free(last);
  rdo_free(longest);
  rdo_name_map_deinit(&bases);
  return status;
}

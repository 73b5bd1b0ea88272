// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/plan_check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "plan/name_map.h"

enum {
  FOREIGN_SLACK_NS = 1000,
  PLACE_BYTES = 320,
  PERIOD_SHARE = 1000000,  // a plan's period may differ from a whole number of a job's by such a part: 30 Hz is 33333333 ns
};

static const char *const rule_names[] = {
#define X(name, text) text,
    RONDO_PLAN_RULES(X)
#undef X
};

// What the nodes of a plan run on; indices of the plan's targets.
struct checked {
  const struct rdo_schedule *schedule;
  const struct rdo_machine_file *machine;  // NULL = none
  const struct rdo_jobs_file *jobs;        // NULL = none
  int *lanes;                              // [target_count]: of the machine; -1 = it has none such
  int *sources;                            // [job_count]: of the jobs file; -1 = none
  int *pools;                              // [target_count]: CPUs that it shares with other targets, by the lowest of them
  int64_t slack_ns;
  struct rdo_plan_check *check;
  struct rondo_diag *diag;
};

static double ms(int64_t time_ns) { return (double)time_ns / 1e6; }
static int64_t end_of(const struct rdo_schedule_node *node) { return node->start_ns + node->duration_ns; }

static void find(const struct checked *checked, enum rondo_plan_rule rule, const char *part, const char *key, const char *member, const char *format,
                 ...) __attribute__((format(printf, 6, 7)));
static void find(const struct checked *checked, enum rondo_plan_rule rule, const char *part, const char *key, const char *member, const char *format,
                 ...) {
  struct rdo_plan_check *check = checked->check;
  char place[PLACE_BYTES], message[512];
  va_list args;
  va_start(args, format);
  vsnprintf(message, sizeof message, format, args);
  va_end(args);
  snprintf(place, sizeof place, "%s%s%.250s%s%s", part, key[0] != '\0' ? "." : "", key, member[0] != '\0' ? "." : "", member);
  ++check->finding_count;
  if (rule == RONDO_PLAN_RULE_DEADLINE) ++check->late_count;
  else if (check->first[0] == '\0') snprintf(check->first, sizeof check->first, "%.200s: %.300s", place, message);
  const struct rondo_plan_finding finding = {.rule = rule, .rule_name = rule_names[rule], .place = place, .message = message};
  if (check->finder != NULL && check->finder->find != NULL) check->finder->find(check->finder->user, &finding);
}

#define FIND_NODE(checked, rule, node, member, ...) find((checked), (rule), "dispatches", (node)->key, (member), __VA_ARGS__)

// Targets and CPUs ------------------------------------------------------------------------------------------

static const struct rdo_lane_entry *lane_of(const struct checked *checked, uint32_t target) {
  return checked->machine != NULL && checked->lanes[target] >= 0 ? &checked->machine->lanes[checked->lanes[target]] : NULL;
}

static int worker_count(const struct checked *checked, uint32_t target) {
  const struct rdo_lane_entry *lane = lane_of(checked, target);
  return lane != NULL ? lane->worker_count : 1;
}

static bool overlap(const struct rdo_lane_entry *a, const struct rdo_lane_entry *b) {
  if (a->cluster != b->cluster) return false;
  bool is_any = rdo_cpu_set_is_empty(&a->cpus) || rdo_cpu_set_is_empty(&b->cpus);
  return is_any || rdo_cpu_set_intersects(&a->cpus, &b->cpus);
}

// Targets whose CPUs are linked belong to one pool, which is called by its lowest target. A pass for each link at most.
static enum rondo_status find_pools(struct checked *checked) {
  uint32_t count = checked->schedule->target_count;
  RDO_TRY(rdo_alloc_array(count, sizeof *checked->lanes, &checked->lanes, checked->diag));
  RDO_TRY(rdo_alloc_array(count, sizeof *checked->pools, &checked->pools, checked->diag));
  for (uint32_t i = 0; i < count; ++i) {
    checked->lanes[i] = checked->machine != NULL ? rdo_machine_file_find_lane(checked->machine, checked->schedule->targets[i].name) : -1;
    checked->pools[i] = (int)i;
  }
  for (bool has_changed = true; has_changed;) {
    has_changed = false;
    for (uint32_t i = 0; i < count; ++i) {
      for (uint32_t k = 0; k < i; ++k) {
        const struct rdo_lane_entry *a = lane_of(checked, i), *b = lane_of(checked, k);
        if (a == NULL || b == NULL || checked->pools[i] == checked->pools[k] || !overlap(a, b)) continue;
        int lowest = checked->pools[i] < checked->pools[k] ? checked->pools[i] : checked->pools[k];
        checked->pools[i] = checked->pools[k] = lowest;
        has_changed = true;
      }
    }
  }
  return RONDO_OK;
}

// Workers that the targets of a pool have together.
static int pool_size(const struct checked *checked, uint32_t pool) {
  const struct rdo_lane_entry *first = lane_of(checked, pool);
  if (first == NULL) return worker_count(checked, pool);
  struct rdo_cpu_set cpus = rdo_cpu_set_none();
  int size = checked->machine->clusters[first->cluster].worker_count, widest = 0;
  for (uint32_t i = 0; i < checked->schedule->target_count; ++i) {
    const struct rdo_lane_entry *lane = lane_of(checked, i);
    if (checked->pools[i] != (int)pool) continue;
    cpus = rdo_cpu_set_or(cpus, &lane->cpus);
    if (lane->worker_count > widest) widest = lane->worker_count;
  }
  int cpu_count = rdo_cpu_set_count(&cpus);
  if (cpu_count > 0 && cpu_count < size) size = cpu_count;
  return size > widest ? size : widest;
}

static uint32_t target_at(const struct rdo_schedule *schedule, const struct rdo_schedule_node *node, uint32_t index) {
  return index == 0 ? node->target : schedule->target_lists[node->extra_begin + index - 1];
}

// How many workers of one of its targets a node takes. Who does not tell, or has several targets, has them to itself.
static int width_on(const struct checked *checked, const struct rdo_schedule_node *node, uint32_t target) {
  return node->worker_count == 0 || node->extra_count > 0 ? worker_count(checked, target) : node->worker_count;
}

// Order -----------------------------------------------------------------------------------------------------

static int64_t transition_ns(const struct checked *checked, const struct rdo_schedule_node *from, const struct rdo_schedule_node *to) {
  const struct rdo_schedule *schedule = checked->schedule;
  int64_t longest_ns = 0;
  for (int i = 0; checked->machine != NULL && i < checked->machine->transition_count; ++i) {
    const struct rdo_transition_entry *transition = &checked->machine->transitions[i];
    for (uint32_t a = 0; a <= from->extra_count; ++a) {
      const struct rdo_lane_entry *before = lane_of(checked, target_at(schedule, from, a));
      if (before == NULL || before->cluster != transition->from) continue;
      for (uint32_t b = 0; b <= to->extra_count; ++b) {
        const struct rdo_lane_entry *after = lane_of(checked, target_at(schedule, to, b));
        if (after != NULL && after->cluster == transition->to && transition->cost_ns > longest_ns) longest_ns = transition->cost_ns;
      }
    }
  }
  return longest_ns;
}

static void check_precedence(const struct checked *checked, const struct rdo_schedule_node *node) {
  const struct rdo_schedule *schedule = checked->schedule;
  for (uint32_t i = 0; i < node->dependency_count; ++i) {
    const struct rdo_schedule_node *before = &schedule->nodes[schedule->dependencies[node->dependency_begin + i]];
    int64_t moved_ns = transition_ns(checked, before, node);
    if (end_of(before) + moved_ns <= node->start_ns + checked->slack_ns) continue;
    FIND_NODE(checked, RONDO_PLAN_RULE_PRECEDENCE, node, "dependencies", "starts at %.9g ms, but %.200s ends at %.9g ms%s", ms(node->start_ns),
              before->key, ms(end_of(before)), moved_ns > 0 ? ", and what it leaves has to be moved to another cluster" : "");
  }
  if (node->time_dependency == RDO_SCHEDULE_NONE || node->time_mode == RDO_TIME_SOFT) return;
  const struct rdo_schedule_node *before = &schedule->nodes[node->time_dependency];
  if (end_of(before) <= node->start_ns + checked->slack_ns) return;
  FIND_NODE(checked, RONDO_PLAN_RULE_PRECEDENCE, node, "time_dependency", "starts at %.9g ms, but has to wait for %.200s, which ends at %.9g ms",
            ms(node->start_ns), before->key, ms(end_of(before)));
}

// Along each target in the order of starts.
static void check_time_dependencies(const struct checked *checked, uint32_t *last) {
  const struct rdo_schedule *schedule = checked->schedule;
  for (uint32_t i = 0; i < schedule->target_count; ++i) last[i] = RDO_SCHEDULE_NONE;
  for (uint32_t rank = 0; rank < schedule->node_count; ++rank) {
    uint32_t index = schedule->by_rank[rank];
    const struct rdo_schedule_node *node = &schedule->nodes[index];
    const char *target = schedule->targets[node->target].name;
    uint32_t before = last[node->target];
    if (node->time_dependency != before && before == RDO_SCHEDULE_NONE) {
      FIND_NODE(checked, RONDO_PLAN_RULE_TIME_DEPENDENCY, node, "time_dependency", "is %.200s, but it is the first dispatch on %.100s",
                schedule->nodes[node->time_dependency].key, target);
    } else if (node->time_dependency != before && node->time_dependency == RDO_SCHEDULE_NONE) {
      FIND_NODE(checked, RONDO_PLAN_RULE_TIME_DEPENDENCY, node, "time_dependency", "is missing: %.200s comes before it on %.100s",
                schedule->nodes[before].key, target);
    } else if (node->time_dependency != before) {
      FIND_NODE(checked, RONDO_PLAN_RULE_TIME_DEPENDENCY, node, "time_dependency", "is %.200s, but %.200s comes before it on %.100s",
                schedule->nodes[node->time_dependency].key, schedule->nodes[before].key, target);
    }
    for (uint32_t i = 0; i <= node->extra_count; ++i) last[target_at(schedule, node, i)] = index;
  }
}

// Room ------------------------------------------------------------------------------------------------------

// A change of what is taken of a place: a target, a pool of CPUs, a resource.
struct change {
  uint32_t place;
  int width;  // negative where a node ends
  int64_t time_ns;
  uint32_t node;
};

static int compare_changes(const void *left, const void *right) {
  const struct change *a = left, *b = right;
  if (a->place != b->place) return a->place < b->place ? -1 : 1;
  if (a->time_ns != b->time_ns) return a->time_ns < b->time_ns ? -1 : 1;
  if ((a->width < 0) != (b->width < 0)) return a->width < 0 ? -1 : 1;
  return a->node < b->node ? -1 : a->node > b->node;
}

static void add_stretch(struct change *changes, size_t *count, uint32_t place, int width, uint32_t index, int64_t start_ns, int64_t end_ns) {
  if (end_ns <= start_ns) return;
  changes[(*count)++] = (struct change){place, width, start_ns, index};
  changes[(*count)++] = (struct change){place, -width, end_ns, index};
}

// Ends come early by the slack, so that sums of floats do not overlap by a hair. Of a plan that is repeated everything is where it is within the first
// period, and what reaches behind its end at its begin: there the next iteration meets it.
static void add_change(const struct checked *checked, struct change *changes, size_t *count, uint32_t place, int width, uint32_t index) {
  const struct rdo_schedule_node *node = &checked->schedule->nodes[index];
  int64_t period_ns = checked->schedule->period_ns, start_ns = node->start_ns, length_ns = node->duration_ns - checked->slack_ns;
  if (period_ns > 0) start_ns %= period_ns;
  if (period_ns > 0 && length_ns > period_ns) length_ns = period_ns;  // a finding of its own
  int64_t end_ns = start_ns + length_ns;
  bool is_split = period_ns > 0 && end_ns > period_ns;
  add_stretch(changes, count, place, width, index, start_ns, is_split ? period_ns : end_ns);
  if (is_split) add_stretch(changes, count, place, width, index, 0, end_ns - period_ns);
}

// Places are numbered: targets, then pools by their lowest target, then resources.
static size_t list_changes(const struct checked *checked, struct change *changes) {
  const struct rdo_schedule *schedule = checked->schedule;
  size_t count = 0;
  for (uint32_t index = 0; index < schedule->node_count; ++index) {
    const struct rdo_schedule_node *node = &schedule->nodes[index];
    for (uint32_t i = 0; i <= node->extra_count; ++i) {
      uint32_t target = target_at(schedule, node, i);
      int width = width_on(checked, node, target);
      add_change(checked, changes, &count, target, width, index);
      add_change(checked, changes, &count, schedule->target_count + (uint32_t)checked->pools[target], width, index);
    }
    for (uint32_t i = 0; i < node->resource_count; ++i) {
      add_change(checked, changes, &count, 2 * schedule->target_count + schedule->resource_lists[node->resource_begin + i], 1, index);
    }
  }
  return count;
}

static int room_of(const struct checked *checked, uint32_t place) {
  const struct rdo_schedule *schedule = checked->schedule;
  if (place < schedule->target_count) return worker_count(checked, place);
  if (place < 2 * schedule->target_count) return pool_size(checked, place - schedule->target_count);
  int resource =
      checked->machine != NULL ? rdo_machine_file_find_resource(checked->machine, schedule->resources[place - 2 * schedule->target_count]) : -1;
  return resource >= 0 ? checked->machine->resources[resource].capacity : 1;
}

static void find_no_room(const struct checked *checked, const struct change *change, int64_t used, int room) {
  const struct rdo_schedule *schedule = checked->schedule;
  const struct rdo_schedule_node *node = &schedule->nodes[change->node];
  uint32_t place = change->place;
  if (place < schedule->target_count) {
    FIND_NODE(checked, RONDO_PLAN_RULE_OVERLAP, node, "start_time", "at %.9g ms %" PRId64 " workers of %.100s are planned for, of %d",
              ms(change->time_ns), used, schedule->targets[place].name, room);
  } else if (place < 2 * schedule->target_count) {
    FIND_NODE(checked, RONDO_PLAN_RULE_SHARED, node, "start_time", "at %.9g ms %" PRId64 " workers are planned for on CPUs that %.100s shares, of %d",
              ms(change->time_ns), used, schedule->targets[node->target].name, room);
  } else {
    FIND_NODE(checked, RONDO_PLAN_RULE_RESOURCE, node, "resources", "at %.9g ms %" PRId64 " dispatches use %.100s, which has room for %d",
              ms(change->time_ns), used, schedule->resources[place - 2 * schedule->target_count], room);
  }
}

static enum rondo_status check_room(const struct checked *checked) {
  const struct rdo_schedule *schedule = checked->schedule;
  struct change *changes;
  size_t capacity = 8 * ((size_t)schedule->node_count + schedule->target_list_count) + 4 * (size_t)schedule->resource_list_count;
  RDO_TRY(rdo_alloc_array(capacity, sizeof *changes, &changes, checked->diag));
  size_t count = list_changes(checked, changes);
  if (count > 0) qsort(changes, count, sizeof *changes, compare_changes);
  int64_t used = 0;
  int room = 0;
  bool pool_is_full = false;
  for (size_t i = 0; i < count; ++i) {
    if (i == 0 || changes[i].place != changes[i - 1].place) {
      used = 0;
      room = room_of(checked, changes[i].place);
      // A pool of one target says no more than the target.
      pool_is_full = false;
      if (changes[i].place >= schedule->target_count && changes[i].place < 2 * schedule->target_count) {
        int members = 0;
        for (uint32_t k = 0; k < schedule->target_count; ++k) members += checked->pools[k] == (int)(changes[i].place - schedule->target_count);
        pool_is_full = members < 2;
      }
    }
    used += changes[i].width;
    if (changes[i].width > 0 && used > room && !pool_is_full) find_no_room(checked, &changes[i], used, room);
  }
  rdo_free(changes);
  return RONDO_OK;
}

// Widths and lanes ------------------------------------------------------------------------------------------

static void check_length(const struct checked *checked, const struct rdo_schedule_node *node) {
  int64_t period_ns = checked->schedule->period_ns;
  if (period_ns == 0 || node->duration_ns <= period_ns + checked->slack_ns) return;
  FIND_NODE(checked, RONDO_PLAN_RULE_OVERLAP, node, "duration", "is %.9g ms, longer than the period of %.9g ms: it would meet itself", ms(node->duration_ns),
            ms(period_ns));
}

static void check_width(const struct checked *checked, const struct rdo_schedule_node *node) {
  const struct rdo_schedule *schedule = checked->schedule;
  int64_t room = 0;
  for (uint32_t i = 0; i <= node->extra_count; ++i) {
    uint32_t target = target_at(schedule, node, i);
    room += worker_count(checked, target);
    if (checked->machine != NULL && checked->lanes[target] < 0) {
      FIND_NODE(checked, RONDO_PLAN_RULE_TARGET, node, "hardware_target", "the machine has no lane %.100s", schedule->targets[target].name);
    }
  }
  if (checked->machine != NULL && node->worker_count > room) {
    FIND_NODE(checked, RONDO_PLAN_RULE_WIDTH, node, "workers", "is %d, but its targets have %" PRId64, node->worker_count, room);
  }
}

static const struct rdo_job_entry *source_of(const struct checked *checked, uint32_t call) {
  return checked->sources[call] >= 0 ? &checked->jobs->jobs[checked->sources[call]] : NULL;
}

static enum rondo_status find_sources(struct checked *checked) {
  const struct rdo_schedule *schedule = checked->schedule;
  struct rdo_name_map names = {0};
  enum rondo_status status = rdo_alloc_array(schedule->job_count, sizeof *checked->sources, &checked->sources, checked->diag);
  for (int i = 0; checked->jobs != NULL && i < checked->jobs->job_count && status == RONDO_OK; ++i) {
    status = rdo_name_map_add(&names, checked->jobs->jobs[i].name, (uint32_t)i, checked->diag);
  }
  for (uint32_t i = 0; i < schedule->job_count && status == RONDO_OK; ++i) {
    uint32_t job = rdo_name_map_find(&names, schedule->jobs[i].source);
    checked->sources[i] = job == RDO_NAME_NONE ? -1 : (int)job;
  }
  rdo_name_map_deinit(&names);
  return status;
}

// Lanes that a job names stand for themselves, clusters for all their lanes.
static bool is_allowed(const struct checked *checked, const struct rdo_job_entry *job, uint32_t target) {
  const struct rdo_lane_entry *lane = lane_of(checked, target);
  bool found = job->lane_count == 0;
  for (int i = 0; i < job->lane_count && !found; ++i) {
    found = strcmp(job->lanes[i], checked->schedule->targets[target].name) == 0;
    if (lane != NULL) found |= strcmp(job->lanes[i], checked->machine->clusters[lane->cluster].name) == 0;
  }
  return found;
}

static void check_source(const struct checked *checked, const struct rdo_schedule_node *node, const struct rdo_job_entry *job) {
  const struct rdo_schedule *schedule = checked->schedule;
  if (job->worker_count_max > 0 && node->worker_count > job->worker_count_max) {
    FIND_NODE(checked, RONDO_PLAN_RULE_WIDTH, node, "workers", "is %d, but job \"%.100s\" may have %d", node->worker_count, job->name,
              job->worker_count_max);
  }
  for (uint32_t i = 0; i <= node->extra_count; ++i) {
    uint32_t target = target_at(schedule, node, i);
    if (is_allowed(checked, job, target)) continue;
    FIND_NODE(checked, RONDO_PLAN_RULE_TARGET, node, "hardware_target", "job \"%.100s\" may not run on %.100s", job->name,
              schedule->targets[target].name);
  }
  for (int i = 0; i < job->resource_count; ++i) {
    bool has = false;
    for (uint32_t k = 0; k < node->resource_count; ++k) {
      has |= strcmp(schedule->resources[schedule->resource_lists[node->resource_begin + k]], job->resources[i]) == 0;
    }
    if (!has) {
      FIND_NODE(checked, RONDO_PLAN_RULE_RESOURCE, node, "resources", "lacks %.100s, which job \"%.100s\" holds", job->resources[i], job->name);
    }
  }
}

// Calls -----------------------------------------------------------------------------------------------------

struct span {
  int64_t begin_ns, end_ns;
};

static void check_node_times(const struct checked *checked, const struct rdo_schedule_node *node) {
  const struct rdo_schedule_job *call = &checked->schedule->jobs[node->job];
  if (node->start_ns + checked->slack_ns < call->release_ns) {
    FIND_NODE(checked, RONDO_PLAN_RULE_RELEASE, node, "start_time", "starts at %.9g ms, but %.100s is released at %.9g ms", ms(node->start_ns),
              call->name, ms(call->release_ns));
  }
}

// What the file says of a call against the job that it is a call of.
static void check_call_source(const struct checked *checked, const struct rdo_schedule_job *call, const struct rdo_job_entry *job,
                              const struct span *span) {
  if (job->activation == RDO_JOB_PERIODIC && call->instance >= 0) {
    int64_t release_ns = job->offset_ns + (int64_t)call->instance * job->period_ns;
    if (call->release_ns != release_ns) {
      find(checked, RONDO_PLAN_RULE_RELEASE, "instances", call->name, "release", "is %.9g ms, but call %d of \"%.100s\" is released at %.9g ms",
           ms(call->release_ns), call->instance, job->name, ms(release_ns));
    }
  }
  if (job->deadline_ns == 0) return;
  int64_t deadline_ns = job->deadline_ns + (job->activation == RDO_JOB_PERIODIC ? call->release_ns : span->begin_ns);
  if (call->deadline_ns == deadline_ns) return;
  find(checked, RONDO_PLAN_RULE_DEADLINE, "instances", call->name, "deadline", "is %.9g ms, but by job \"%.100s\" it is %.9g ms",
       ms(call->deadline_ns), job->name, ms(deadline_ns));
}

struct numbered_call {
  int source;
  int32_t instance;
  uint32_t call;
};

static int compare_calls(const void *left, const void *right) {
  const struct numbered_call *a = left, *b = right;
  if (a->source != b->source) return a->source < b->source ? -1 : 1;
  return a->instance < b->instance ? -1 : a->instance > b->instance;
}

// Calls of one job come one after the other, each number once.
static void check_call_order(const struct checked *checked, const struct span *spans, const struct numbered_call *calls, size_t count) {
  const struct rdo_schedule *schedule = checked->schedule;
  for (size_t i = 1; i < count; ++i) {
    const struct rdo_schedule_job *before = &schedule->jobs[calls[i - 1].call], *call = &schedule->jobs[calls[i].call];
    if (calls[i - 1].source != calls[i].source) continue;
    if (calls[i - 1].instance == calls[i].instance) {
      find(checked, RONDO_PLAN_RULE_CALLS, "instances", call->name, "index", "is %d, as that of %.100s", call->instance, before->name);
    } else if (spans[calls[i - 1].call].end_ns > spans[calls[i].call].begin_ns + checked->slack_ns) {
      find(checked, RONDO_PLAN_RULE_CALLS, "instances", call->name, "", "begins at %.9g ms, but the call before it, %.100s, ends at %.9g ms",
           ms(spans[calls[i].call].begin_ns), before->name, ms(spans[calls[i - 1].call].end_ns));
    }
  }
}

// From one iteration to the next as well; and as many calls as the job's period asks for.
static void check_turn(const struct checked *checked, const struct span *spans, const struct numbered_call *calls, size_t count) {
  const struct rdo_schedule *schedule = checked->schedule;
  const struct rdo_job_entry *job = &checked->jobs->jobs[calls[0].source];
  const struct rdo_schedule_job *first = &schedule->jobs[calls[0].call], *last = &schedule->jobs[calls[count - 1].call];
  int64_t period_ns = schedule->period_ns, again_ns = spans[calls[0].call].begin_ns + period_ns, end_ns = spans[calls[count - 1].call].end_ns;
  if (end_ns > again_ns + checked->slack_ns) {
    find(checked, RONDO_PLAN_RULE_CALLS, "instances", last->name, "", "ends at %.9g ms, but by the period of %.9g ms %.100s begins again at %.9g ms", ms(end_ns),
         ms(period_ns), first->name, ms(again_ns));
  }
  if (job->activation != RDO_JOB_PERIODIC) return;
  int64_t wanted_ns = (int64_t)count <= period_ns / job->period_ns + 1 ? (int64_t)count * job->period_ns : INT64_MAX;
  int64_t off_ns = wanted_ns > period_ns ? wanted_ns - period_ns : period_ns - wanted_ns;
  if (off_ns <= 2 * (period_ns / PERIOD_SHARE)) return;
  find(checked, RONDO_PLAN_RULE_CALLS, "period", "", "", "is %.9g ms, in which \"%.100s\" is called %zu times, but its period is %.9g ms", ms(period_ns), job->name,
       count, ms(job->period_ns));
}

static void check_turns(const struct checked *checked, const struct span *spans, const struct numbered_call *calls, size_t count) {
  for (size_t begin = 0, end; begin < count && checked->schedule->period_ns > 0; begin = end) {
    for (end = begin; end < count && calls[end].source == calls[begin].source;) ++end;
    check_turn(checked, spans, calls + begin, end - begin);
  }
}

static void find_spans(const struct rdo_schedule *schedule, struct span *spans) {
  for (uint32_t i = 0; i < schedule->job_count; ++i) spans[i] = (struct span){INT64_MAX, -1};
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    struct span *span = &spans[node->job];
    if (node->start_ns < span->begin_ns) span->begin_ns = node->start_ns;
    if (end_of(node) > span->end_ns) span->end_ns = end_of(node);
  }
}

static void check_deadlines(const struct checked *checked, const struct span *spans) {
  const struct rdo_schedule *schedule = checked->schedule;
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    const struct rdo_schedule_job *call = &schedule->jobs[i];
    const struct rdo_job_entry *job = source_of(checked, i);
    if (job != NULL) check_call_source(checked, call, job, &spans[i]);
    if (call->deadline_ns == 0 || spans[i].end_ns <= call->deadline_ns + checked->slack_ns) continue;
    find(checked, RONDO_PLAN_RULE_DEADLINE, "instances", call->name, "deadline", "is %.9g ms, but its last dispatch ends at %.9g ms",
         ms(call->deadline_ns), ms(spans[i].end_ns));
  }
}

// The last call of a job that was released by then; the releases of a job's calls rise with their numbers.
static uint32_t find_call(const struct checked *checked, const struct numbered_call *calls, size_t count, int source, int64_t release_ns) {
  size_t low = 0, high = count;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    const struct numbered_call *call = &calls[middle];
    if (call->source < source || (call->source == source && checked->schedule->jobs[call->call].release_ns <= release_ns)) low = middle + 1;
    else high = middle;
  }
  return low > 0 && calls[low - 1].source == source ? calls[low - 1].call : RDO_SCHEDULE_NONE;
}

// Whoever waits for a job begins after the end of its last call that was released by then.
static void check_waits(const struct checked *checked, const struct span *spans, const struct numbered_call *calls, size_t count) {
  const struct rdo_schedule *schedule = checked->schedule;
  for (size_t i = 0; i < count; ++i) {
    uint32_t call = calls[i].call;
    const struct rdo_job_entry *job = source_of(checked, call);
    for (int k = 0; k < job->wait_count + job->input_count; ++k) {
      const struct rdo_job_input *input = k < job->wait_count ? NULL : &job->inputs[k - job->wait_count];
      if (input != NULL && (input->kind != RDO_INPUT_JOB || !input->waits)) continue;
      uint32_t other = find_call(checked, calls, count, input == NULL ? job->waits_for[k] : input->job, schedule->jobs[call].release_ns);
      if (other == RDO_SCHEDULE_NONE || spans[other].end_ns <= spans[call].begin_ns + checked->slack_ns) continue;
      find(checked, RONDO_PLAN_RULE_PRECEDENCE, "instances", schedule->jobs[call].name, "",
           "begins at %.9g ms, but waits for %.100s, which ends at %.9g ms", ms(spans[call].begin_ns), schedule->jobs[other].name,
           ms(spans[other].end_ns));
    }
  }
}

static size_t list_calls(const struct checked *checked, struct numbered_call *calls) {
  const struct rdo_schedule *schedule = checked->schedule;
  size_t count = 0;
  for (uint32_t i = 0; i < schedule->job_count; ++i) {
    if (checked->sources[i] >= 0 && schedule->jobs[i].instance >= 0) {
      calls[count++] = (struct numbered_call){checked->sources[i], schedule->jobs[i].instance, i};
    }
  }
  if (count > 0) qsort(calls, count, sizeof *calls, compare_calls);
  return count;
}

static enum rondo_status check_calls(const struct checked *checked) {
  const struct rdo_schedule *schedule = checked->schedule;
  struct span *spans = NULL;
  struct numbered_call *calls = NULL;
  enum rondo_status status = rdo_alloc_array(schedule->job_count, sizeof *spans, &spans, checked->diag);
  if (status == RONDO_OK) status = rdo_alloc_array(schedule->job_count, sizeof *calls, &calls, checked->diag);
  if (status == RONDO_OK) {
    find_spans(schedule, spans);
    check_deadlines(checked, spans);
    size_t count = list_calls(checked, calls);
    check_call_order(checked, spans, calls, count);
    check_waits(checked, spans, calls, count);
    check_turns(checked, spans, calls, count);
  }
  rdo_free(spans);
  rdo_free(calls);
  return status;
}

// The whole -------------------------------------------------------------------------------------------------

static void check_metadata(const struct checked *checked) {
  const struct rdo_schedule *schedule = checked->schedule;
  int64_t makespan_ns = schedule->makespan_ns, last_ns = schedule->last_end_ns;
  if (makespan_ns > last_ns + checked->slack_ns || makespan_ns < last_ns - checked->slack_ns) {
    find(checked, RONDO_PLAN_RULE_MAKESPAN, "metadata", "makespan", "", "is %.9g ms, but the last dispatch ends at %.9g ms", ms(makespan_ns),
         ms(last_ns));
  }
  if (schedule->bound_ns > last_ns) {
    find(checked, RONDO_PLAN_RULE_MAKESPAN, "metadata", "bound_ns", "", "is %.9g ms: this plan is shorter, and ends at %.9g ms",
         ms(schedule->bound_ns), ms(last_ns));
  }
}

static enum rondo_status check_all(const struct checked *checked) {
  const struct rdo_schedule *schedule = checked->schedule;
  uint32_t *last;
  for (uint32_t i = 0; i < schedule->node_count; ++i) {
    const struct rdo_schedule_node *node = &schedule->nodes[i];
    const struct rdo_job_entry *job = source_of(checked, node->job);
    check_precedence(checked, node);
    check_width(checked, node);
    check_length(checked, node);
    check_node_times(checked, node);
    if (job != NULL) check_source(checked, node, job);
  }
  RDO_TRY(check_room(checked));
  RDO_TRY(check_calls(checked));
  check_metadata(checked);
  RDO_TRY(rdo_alloc_array(schedule->target_count, sizeof *last, &last, checked->diag));
  check_time_dependencies(checked, last);
  rdo_free(last);
  return RONDO_OK;
}

enum rondo_status rdo_plan_check(const struct rdo_schedule *schedule, const struct rdo_machine_file *machine, struct rdo_plan_check *check,
                                 struct rondo_diag *diag) {
  struct checked checked = {
      .schedule = schedule, .machine = machine != NULL ? machine : schedule->machine, .jobs = schedule->job_set, .check = check, .diag = diag};
  checked.slack_ns = schedule->variant == RDO_SCHEDULE_PLAN ? 0 : FOREIGN_SLACK_NS;
  check->finding_count = check->late_count = 0;
  check->first[0] = '\0';
  enum rondo_status status = find_pools(&checked);
  if (status == RONDO_OK) status = find_sources(&checked);
  if (status == RONDO_OK) status = check_all(&checked);
  rdo_free(checked.lanes);
  rdo_free(checked.sources);
  rdo_free(checked.pools);
  return status;
}

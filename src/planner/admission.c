// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/admission.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "planner/delay.h"
#include "planner/problem.h"

enum { PLACE_BYTES = RDO_JOB_PLACE_BYTES, SCALE_MAX = 64 * RDO_SCALE_ONE, SCALE_STEPS = 7, TOLD_MAX = 4 };

static double ms(int64_t time_ns) { return (double)time_ns / 1e6; }

// "jobs.json: jobs[2]", or the call where there are no jobs.
static void name_call(const struct rdo_draft *draft, const struct rdo_draft_call *call, const char *member, char *buffer) {
  if (call->job >= 0) rdo_job_place(draft->job_set, call->job, member, buffer);
  else snprintf(buffer, PLACE_BYTES, "%.150s: instances.%.100s%s", draft->place, call->name, member);
}

static const char *job_name(const struct rdo_draft_call *call) { return call->source[0] != '\0' ? call->source : call->name; }

// Whether a job keeps coming; what runs as fast as it can takes what is left.
static bool is_repeated(const struct rdo_draft *draft, const struct rdo_draft_call *call) {
  if (call->job < 0 || draft->job_set == NULL) return false;
  const struct rdo_job_entry *job = &draft->job_set->jobs[call->job];
  while (job->activation == RDO_JOB_AFTER) job = &draft->job_set->jobs[job->trigger_job];
  return job->activation == RDO_JOB_PERIODIC;
}

// Longest paths ---------------------------------------------------------------------------------------------

// The longest path to a node of shortest durations.
struct head {
  int64_t start_ns;       // no schedule starts it earlier
  uint32_t before;        // on that path; RDO_DRAFT_NONE = its release
  int64_t call_start_ns;  // from the start of its call on, by the call's own nodes
  uint32_t call_before;
};

static void find_heads(const struct rdo_draft *draft, struct head *heads) {
  for (size_t i = 0; i < draft->node_count; ++i) {
    uint32_t index = draft->order[i];
    const struct rdo_draft_node *node = &draft->nodes[index];
    struct head *head = &heads[index];
    *head = (struct head){node->release_ns, RDO_DRAFT_NONE, 0, RDO_DRAFT_NONE};
    for (uint32_t k = draft->predecessor_begins[index]; k < draft->predecessor_begins[index + 1]; ++k) {
      uint32_t other = draft->edges[draft->predecessors[k]].from;
      const struct rdo_draft_node *before = &draft->nodes[other];
      int64_t duration_ns = rdo_draft_duration_min(draft, before);
      if (heads[other].start_ns + duration_ns > head->start_ns) {
        head->start_ns = heads[other].start_ns + duration_ns;
        head->before = other;
      }
      if (before->call == node->call && heads[other].call_start_ns + duration_ns > head->call_start_ns) {
        head->call_start_ns = heads[other].call_start_ns + duration_ns;
        head->call_before = other;
      }
    }
  }
}

// What stands on the path to a node: how many dispatches, and the longest.
static void describe_path(const struct rdo_draft *draft, const struct head *heads, uint32_t last, bool is_relative, char *buffer, size_t capacity) {
  int count = 0;
  uint32_t longest = last;
  for (uint32_t at = last; at != RDO_DRAFT_NONE; at = is_relative ? heads[at].call_before : heads[at].before) {
    ++count;
    if (rdo_draft_duration_min(draft, &draft->nodes[at]) > rdo_draft_duration_min(draft, &draft->nodes[longest])) longest = at;
  }
  snprintf(buffer, capacity, "%d dispatch%s, of which %.100s takes %.6g ms", count, count == 1 ? "" : "es", draft->nodes[longest].key,
           ms(rdo_draft_duration_min(draft, &draft->nodes[longest])));
}

static int64_t head_end(const struct rdo_draft *draft, const struct head *heads, uint32_t node, bool is_relative) {
  return (is_relative ? heads[node].call_start_ns : heads[node].start_ns) + rdo_draft_duration_min(draft, &draft->nodes[node]);
}

static enum rondo_status test_paths(const struct rdo_draft *draft, const struct head *heads, uint32_t *last, struct rdo_notes *reasons,
                                    struct rondo_diag *diag) {
  char place[PLACE_BYTES], path[200];
  for (uint32_t i = 0; i < draft->call_count; ++i) last[i] = RDO_DRAFT_NONE;
  for (uint32_t i = 0; i < draft->node_count; ++i) {
    const struct rdo_draft_node *node = &draft->nodes[i];
    uint32_t *worst = &last[node->call];
    bool is_relative = draft->calls[node->call].is_relative;
    if (*worst == RDO_DRAFT_NONE || head_end(draft, heads, i, is_relative) > head_end(draft, heads, *worst, is_relative)) *worst = i;
    if (!node->is_fixed || heads[i].start_ns <= node->release_ns) continue;
    RDO_TRY(rdo_notes_add(reasons, diag, "fixed", "%s: dispatches.%.200s.start_time: is locked at %.6g ms, but what it waits for takes until %.6g ms",
                          draft->place, node->key, ms(node->release_ns), ms(heads[i].start_ns)));
  }
  for (uint32_t i = 0; i < draft->call_count; ++i) {
    const struct rdo_draft_call *call = &draft->calls[i];
    if (call->deadline_ns == 0 || last[i] == RDO_DRAFT_NONE || head_end(draft, heads, last[i], call->is_relative) <= call->deadline_ns) continue;
    int64_t origin_ns = call->is_relative ? 0 : call->release_ns, needed_ns = head_end(draft, heads, last[i], call->is_relative) - origin_ns;
    name_call(draft, call, ".deadline", place);
    describe_path(draft, heads, last[i], call->is_relative, path, sizeof path);
    RDO_TRY(rdo_notes_add(
        reasons, diag, job_name(call),
        "%s: \"%.60s\" cannot end within %.6g ms: its critical path takes %.6g ms wherever it runs (%s). A deadline of %.6g ms would do", place,
        job_name(call), ms(call->deadline_ns - origin_ns), ms(needed_ns), path, ms(needed_ns)));
  }
  return RONDO_OK;
}

// Turns -----------------------------------------------------------------------------------------------------

// Calls of one job follow each other: together they are no longer than the time after which they come again.
struct turns {
  int64_t *longest_ns;  // owned [call_count]: of each call at least
  int64_t *sums_ns;     // owned [job_count]: of each job's calls
  uint32_t *counts;     // owned [job_count]
};

static void free_turns(struct turns *turns) {
  rdo_free(turns->longest_ns);
  rdo_free(turns->sums_ns);
  rdo_free(turns->counts);
}

static enum rondo_status find_turns(const struct rdo_draft *draft, const struct head *heads, struct turns *turns, struct rondo_diag *diag) {
  size_t job_count = (size_t)draft->job_set->job_count;
  *turns = (struct turns){0};
  RDO_TRY(rdo_alloc_array(draft->call_count, sizeof *turns->longest_ns, &turns->longest_ns, diag));
  RDO_TRY(rdo_alloc_array(job_count, sizeof *turns->sums_ns, &turns->sums_ns, diag));
  RDO_TRY(rdo_alloc_array(job_count, sizeof *turns->counts, &turns->counts, diag));
  for (uint32_t i = 0; i < draft->node_count; ++i) {
    int64_t end_ns = head_end(draft, heads, i, true);
    if (end_ns > turns->longest_ns[draft->nodes[i].call]) turns->longest_ns[draft->nodes[i].call] = end_ns;
  }
  for (uint32_t i = 0; i < draft->call_count; ++i) {
    if (draft->calls[i].job < 0) continue;
    turns->sums_ns[draft->calls[i].job] += turns->longest_ns[i];
    ++turns->counts[draft->calls[i].job];
  }
  return RONDO_OK;
}

static enum rondo_status test_turns(const struct rdo_draft *draft, const struct head *heads, struct rdo_notes *reasons, struct rondo_diag *diag) {
  struct turns turns;
  enum rondo_status status = find_turns(draft, heads, &turns, diag);
  for (int i = 0; i < draft->job_set->job_count && status == RONDO_OK; ++i) {
    if (turns.counts[i] == 0 || turns.sums_ns[i] <= draft->period_ns) continue;
    int64_t one_ns = turns.sums_ns[i] / turns.counts[i];
    status = rdo_notes_add(reasons, diag, draft->job_set->jobs[i].name,
                           "%s: jobs[%d]: \"%.60s\" takes at least %.6g ms wherever it runs, but comes again after %.6g ms: its calls follow each other, so each would be "
                           "later than the one before. %.6g ms between them would do",
                           draft->place, i, draft->job_set->jobs[i].name, ms(one_ns), ms(draft->period_ns / turns.counts[i]), ms(one_ns));
  }
  free_turns(&turns);
  return status;
}

enum rondo_status rdo_admission_turns(const struct rdo_draft *draft, int64_t *out_free_ns, struct rondo_diag *diag) {
  struct turns turns = {0};
  struct head *heads;
  *out_free_ns = 0;
  RDO_TRY(rdo_alloc_array(draft->node_count, sizeof *heads, &heads, diag));
  find_heads(draft, heads);
  enum rondo_status status = find_turns(draft, heads, &turns, diag);
  for (uint32_t i = 0; i < draft->call_count && status == RONDO_OK; ++i) {
    int job = draft->calls[i].job;
    if (job >= 0 && !is_repeated(draft, &draft->calls[i]) && turns.sums_ns[job] > *out_free_ns) *out_free_ns = turns.sums_ns[job];
  }
  free_turns(&turns);
  rdo_free(heads);
  return status;
}

// Slack against tiles ---------------------------------------------------------------------------------------

static bool share_lane(const struct rdo_draft *draft, const struct rdo_draft_node *a, const bool *lanes) {
  for (uint32_t i = 0; i < a->mode_count; ++i) {
    const struct rdo_draft_mode *mode = &draft->modes[a->mode_begin + i];
    for (uint32_t k = 0; k < mode->use_count; ++k) {
      if (lanes[draft->uses[mode->use_begin + k].lane]) return true;
    }
  }
  return false;
}

// The first call of each job with a deadline, against the longest tile of any other job on its lanes.
static enum rondo_status test_tiles(const struct rdo_draft *draft, const struct head *heads, const uint32_t *last, bool *lanes,
                                    struct rdo_notes *notes, struct rondo_diag *diag) {
  char place[PLACE_BYTES];
  for (uint32_t i = 0; i < draft->call_count; ++i) {
    const struct rdo_draft_call *call = &draft->calls[i];
    if (call->deadline_ns == 0 || call->job < 0 || call->index != 0 || last[i] == RDO_DRAFT_NONE) continue;
    int64_t slack_ns = call->deadline_ns - head_end(draft, heads, last[i], call->is_relative);
    const struct rdo_draft_node *longest = NULL;
    memset(lanes, 0, (size_t)draft->machine->lane_count * sizeof *lanes);
    for (size_t k = 0; k < draft->node_count; ++k) {
      const struct rdo_draft_node *node = &draft->nodes[k];
      for (uint32_t m = 0; node->call == i && m < node->mode_count; ++m) lanes[draft->uses[draft->modes[node->mode_begin + m].use_begin].lane] = true;
    }
    for (size_t k = 0; k < draft->node_count; ++k) {
      const struct rdo_draft_node *node = &draft->nodes[k];
      if (draft->calls[node->call].job == call->job || node->tile_ns_max <= slack_ns || !share_lane(draft, node, lanes)) continue;
      if (longest == NULL || node->tile_ns_max > longest->tile_ns_max) longest = node;
    }
    if (longest == NULL || slack_ns < 0) continue;
    name_call(draft, call, ".deadline", place);
    RDO_TRY(rdo_notes_add(
        notes, diag, place,
        "%s: \"%.60s\" has a slack of %.6g ms, and %.100s a tile of %.6g ms that may be in its way: where that runs late, the deadline is missed",
        place, job_name(call), ms(slack_ns), longest->key, ms(longest->tile_ns_max)));
  }
  return RONDO_OK;
}

// Utilisation -----------------------------------------------------------------------------------------------

// What work is compared with: a lane, a group of lanes, all lanes, a resource.
struct place {
  char name[120];
  int lane, group, resource;  // -1 = not this
  int64_t capacity;
};

static bool is_within(const struct rdo_draft *draft, const struct place *place, int lane) {
  if (place->lane >= 0) return lane == place->lane;
  return place->group < 0 || draft->lane_groups[lane] == place->group;
}

// The least that a node takes of a place: all of its modes must be on it. Worker-nanoseconds.
static double least_work(const struct rdo_draft *draft, const struct place *place, const struct rdo_draft_node *node) {
  double least = -1;
  if (place->resource >= 0) {
    for (uint32_t i = 0; i < node->resource_count; ++i) {
      if (draft->resources[node->resource_begin + i] == place->resource) return (double)rdo_draft_duration_min(draft, node);
    }
    return 0;
  }
  for (uint32_t i = 0; i < node->mode_count; ++i) {
    const struct rdo_draft_mode *mode = &draft->modes[node->mode_begin + i];
    double work = 0;
    for (uint32_t k = 0; k < mode->use_count; ++k) {
      const struct rdo_draft_use *use = &draft->uses[mode->use_begin + k];
      if (is_within(draft, place, use->lane)) work += (double)use->width * (double)mode->duration_ns;
    }
    if (least < 0 || work < least) least = work;
  }
  return least;
}

// "control 0.81, perceive 0.42": the jobs with the largest shares.
static void list_shares(const struct rdo_draft *draft, double *shares, double whole, char *buffer, size_t capacity) {
  size_t length = 0;
  buffer[0] = '\0';
  for (int told = 0; told < TOLD_MAX && length + 1 < capacity; ++told) {
    int largest = 0;
    for (int i = 1; i < draft->job_set->job_count; ++i) {
      if (shares[i] > shares[largest]) largest = i;
    }
    if (shares[largest] <= 0) return;
    length += (size_t)snprintf(buffer + length, capacity - length, "%s%.60s %.3g", told > 0 ? ", " : "", draft->job_set->jobs[largest].name,
                               shares[largest] / whole);
    shares[largest] = 0;
  }
}

static enum rondo_status test_place(const struct rdo_draft *draft, const struct place *place, double *shares, double *inout_highest,
                                    struct rdo_notes *reasons, struct rondo_diag *diag) {
  char list[300];
  double sum = 0, whole = (double)draft->period_ns * (double)place->capacity;
  memset(shares, 0, (size_t)draft->job_set->job_count * sizeof *shares);
  for (size_t i = 0; i < draft->node_count; ++i) {
    const struct rdo_draft_call *call = &draft->calls[draft->nodes[i].call];
    if (!is_repeated(draft, call)) continue;
    double work = least_work(draft, place, &draft->nodes[i]);
    sum += work;
    shares[call->job] += work;
  }
  if (sum / whole > *inout_highest) *inout_highest = sum / whole;
  if (sum <= whole) return RONDO_OK;
  list_shares(draft, shares, whole, list, sizeof list);
  return rdo_notes_add(reasons, diag, place->name,
                       "%s: %.120s has a utilisation of %.3g, more than 1: %s. Periods %.4g times as long, or other lanes, would do", draft->place,
                       place->name, sum / whole, list, sum / whole);
}

static enum rondo_status test_utilisation(const struct rdo_draft *draft, double *shares, double *inout_highest, struct rdo_notes *reasons,
                                          struct rondo_diag *diag) {
  const struct rdo_machine_file *machine = draft->machine;
  struct place all = {.lane = -1, .group = -1, .resource = -1};
  for (int i = 0; i < machine->lane_count; ++i) {
    struct place place = {.lane = i, .group = -1, .resource = -1, .capacity = machine->lanes[i].worker_count};
    snprintf(place.name, sizeof place.name, "lane %.100s", machine->lanes[i].name);
    if (draft->lane_groups[i] < 0) all.capacity += place.capacity;
    RDO_TRY(test_place(draft, &place, shares, inout_highest, reasons, diag));
  }
  for (int i = 0; i < draft->group_count; ++i) {
    struct place place = {.lane = -1, .group = i, .resource = -1, .capacity = draft->groups[i].capacity};
    int first = 0;
    while (draft->lane_groups[first] != i) ++first;
    snprintf(place.name, sizeof place.name, "the CPUs that lane %.60s shares", machine->lanes[first].name);
    all.capacity += place.capacity;
    RDO_TRY(test_place(draft, &place, shares, inout_highest, reasons, diag));
  }
  for (int i = 0; i < machine->resource_count; ++i) {
    struct place place = {.lane = -1, .group = -1, .resource = i, .capacity = machine->resources[i].capacity};
    snprintf(place.name, sizeof place.name, "resource %.100s", machine->resources[i].name);
    RDO_TRY(test_place(draft, &place, shares, inout_highest, reasons, diag));
  }
  snprintf(all.name, sizeof all.name, "the machine");
  return test_place(draft, &all, shares, inout_highest, reasons, diag);
}

enum rondo_status rdo_admission_test(const struct rdo_draft *draft, struct rdo_notes *reasons, struct rdo_notes *notes, double *out_utilisation,
                                     struct rondo_diag *diag) {
  struct head *heads = NULL;
  uint32_t *last = NULL;
  double *shares = NULL;
  bool *lanes = NULL;
  *out_utilisation = 0;
  size_t job_count = draft->job_set != NULL ? (size_t)draft->job_set->job_count : 0;
  enum rondo_status status = rdo_alloc_array(draft->node_count, sizeof *heads, &heads, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(draft->call_count, sizeof *last, &last, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(job_count, sizeof *shares, &shares, diag);
  if (status == RONDO_OK) status = rdo_alloc_array((size_t)draft->machine->lane_count, sizeof *lanes, &lanes, diag);
  if (status == RONDO_OK) {
    find_heads(draft, heads);
    status = test_paths(draft, heads, last, reasons, diag);
  }
  if (status == RONDO_OK && job_count > 0) status = test_tiles(draft, heads, last, lanes, notes, diag);
  if (status == RONDO_OK && job_count > 0 && draft->period_ns > 0) status = test_utilisation(draft, shares, out_utilisation, reasons, diag);
  if (status == RONDO_OK && job_count > 0 && draft->period_ns > 0) status = test_turns(draft, heads, reasons, diag);
  rdo_free(heads);
  rdo_free(last);
  rdo_free(shares);
  rdo_free(lanes);
  return status;
}

// After the search ------------------------------------------------------------------------------------------

struct lateness {
  int64_t begin_ns, end_ns;
};

static int64_t late_by(const struct rdo_draft_call *call, const struct lateness *span) {
  if (call->deadline_ns == 0) return 0;
  return span->end_ns - call->deadline_ns - (call->is_relative ? span->begin_ns : 0);
}

static const struct rdo_draft_mode *mode_of(const struct rdo_draft *draft, const struct rondo_placed_node *placed, uint32_t node) {
  return &draft->modes[draft->nodes[node].mode_begin + (uint32_t)placed[node].mode];
}

static bool meet(const struct rdo_draft *draft, const struct rdo_draft_mode *a, const struct rdo_draft_mode *b) {
  for (uint32_t i = 0; i < a->use_count; ++i) {
    for (uint32_t k = 0; k < b->use_count; ++k) {
      int left = draft->uses[a->use_begin + i].lane, right = draft->uses[b->use_begin + k].lane;
      if (left == right || (draft->lane_groups[left] >= 0 && draft->lane_groups[left] == draft->lane_groups[right])) return true;
    }
  }
  return false;
}

static int64_t ready_at(const struct rdo_draft *draft, const struct rondo_placed_node *placed, uint32_t node) {
  int64_t ready_ns = draft->nodes[node].release_ns;
  for (uint32_t k = draft->predecessor_begins[node]; k < draft->predecessor_begins[node + 1]; ++k) {
    int64_t end_ns = placed[draft->edges[draft->predecessors[k]].from].end;
    if (end_ns > ready_ns) ready_ns = end_ns;
  }
  return ready_ns;
}

// The dispatch of a call that waits longest for room, and the longest of others that runs there meanwhile.
static void describe_wait(const struct rdo_draft *draft, const struct rondo_placed_node *placed, uint32_t call, char *buffer, size_t capacity) {
  uint32_t waiting = RDO_DRAFT_NONE, blocker = RDO_DRAFT_NONE;
  int64_t longest_ns = 0;
  for (uint32_t i = 0; i < draft->node_count; ++i) {
    if (draft->nodes[i].call != call || placed[i].start - ready_at(draft, placed, i) <= longest_ns) continue;
    longest_ns = placed[i].start - ready_at(draft, placed, i);
    waiting = i;
  }
  buffer[0] = '\0';
  if (waiting == RDO_DRAFT_NONE) return;
  int64_t ready_ns = ready_at(draft, placed, waiting);
  for (uint32_t i = 0; i < draft->node_count; ++i) {
    if (draft->nodes[i].call == call || placed[i].end <= ready_ns || placed[i].start >= placed[waiting].start) continue;
    if (!meet(draft, mode_of(draft, placed, i), mode_of(draft, placed, waiting))) continue;
    if (blocker == RDO_DRAFT_NONE || placed[i].end - placed[i].start > placed[blocker].end - placed[blocker].start) blocker = i;
  }
  if (blocker == RDO_DRAFT_NONE) return;
  snprintf(buffer, capacity, "; %.80s waits %.6g ms, among others for %.80s, which takes %.6g ms there", draft->nodes[waiting].key, ms(longest_ns),
           draft->nodes[blocker].key, ms(placed[blocker].end - placed[blocker].start));
}

static enum rondo_status explain_calls(const struct rdo_draft *draft, const struct rondo_placed_node *placed, const struct lateness *spans,
                                       struct rdo_notes *reasons, struct rondo_diag *diag) {
  char place[PLACE_BYTES], wait[300];
  // Jobs have their calls side by side; the worst one of each is told.
  for (uint32_t begin = 0, end; begin < draft->call_count; begin = end) {
    const struct rdo_draft_call *first = &draft->calls[begin];
    uint32_t worst = begin, late_count = 0;
    for (end = begin; end < draft->call_count && (end == begin || (first->job >= 0 && draft->calls[end].job == first->job)); ++end) {
      if (late_by(&draft->calls[end], &spans[end]) > 0) ++late_count;
      if (late_by(&draft->calls[end], &spans[end]) > late_by(&draft->calls[worst], &spans[worst])) worst = end;
    }
    if (late_count == 0) continue;
    const struct rdo_draft_call *call = &draft->calls[worst];
    name_call(draft, call, ".deadline", place);
    describe_wait(draft, placed, worst, wait, sizeof wait);
    RDO_TRY(rdo_notes_add(reasons, diag, job_name(call), "%s: \"%.60s\" is late in %u of %u calls, at most by %.6g ms (%.80s)%s", place,
                          job_name(call), (unsigned)late_count, (unsigned)(end - begin), ms(late_by(call, &spans[worst])), call->name, wait));
  }
  return RONDO_OK;
}

static enum rondo_status explain_fixed(const struct rdo_draft *draft, const struct rondo_placed_node *placed, struct rdo_notes *reasons,
                                       struct rondo_diag *diag) {
  for (uint32_t i = 0; i < draft->node_count; ++i) {
    const struct rdo_draft_node *node = &draft->nodes[i];
    if (!node->is_fixed || placed[i].start <= node->release_ns) continue;
    RDO_TRY(rdo_notes_add(reasons, diag, "fixed", "%s: dispatches.%.200s.start_time: is locked at %.6g ms, where there is no room before %.6g ms",
                          draft->place, node->key, ms(node->release_ns), ms(placed[i].start)));
  }
  return RONDO_OK;
}

static void find_spans(const struct rdo_draft *draft, const struct rondo_placed_node *placed, struct lateness *spans) {
  for (size_t i = 0; i < draft->call_count; ++i) spans[i] = (struct lateness){INT64_MAX, 0};
  for (uint32_t i = 0; i < draft->node_count; ++i) {
    struct lateness *span = &spans[draft->nodes[i].call];
    if (placed[i].start < span->begin_ns) span->begin_ns = placed[i].start;
    if (placed[i].end > span->end_ns) span->end_ns = placed[i].end;
  }
}

enum rondo_status rdo_admission_explain(const struct rdo_draft *draft, const struct rondo_placed_node *placed, struct rdo_notes *reasons,
                                        struct rondo_diag *diag) {
  struct lateness *spans;
  RDO_TRY(rdo_alloc_array(draft->call_count, sizeof *spans, &spans, diag));
  find_spans(draft, placed, spans);
  enum rondo_status status = explain_fixed(draft, placed, reasons, diag);
  if (status == RONDO_OK) status = explain_calls(draft, placed, spans, reasons, diag);
  rdo_free(spans);
  return status;
}

// What would fit --------------------------------------------------------------------------------------------

// Whether a schedule for a scaled problem keeps all deadlines, once nothing begins before it can go on.
static enum rondo_status is_on_time(const struct rdo_draft *draft, int64_t scale, const struct rondo_placed_node *nodes, bool *out_is_on_time,
                                    struct rondo_diag *diag) {
  struct rondo_placed_node *placed = NULL;
  struct lateness *spans = NULL;
  enum rondo_status status = rdo_alloc_array(draft->node_count, sizeof *placed, &placed, diag);
  if (status == RONDO_OK) status = rdo_alloc_array(draft->call_count, sizeof *spans, &spans, diag);
  if (status == RONDO_OK) {
    memcpy(placed, nodes, draft->node_count * sizeof *placed);
    status = rdo_draft_delay(draft, placed, diag);
  }
  if (status == RONDO_OK) find_spans(draft, placed, spans);
  *out_is_on_time = status == RONDO_OK;
  for (size_t i = 0; i < draft->call_count && *out_is_on_time; ++i) {
    struct rdo_draft_call call = draft->calls[i];
    call.deadline_ns = rdo_scale_time(call.deadline_ns, scale);
    *out_is_on_time = late_by(&call, &spans[i]) <= 0;
  }
  rdo_free(placed);
  rdo_free(spans);
  return status;
}

static enum rondo_status fits(const struct rdo_draft *draft, int64_t scale, const struct rondo_solve_options *options, bool *out_fits,
                              struct rondo_diag *diag) {
  struct rondo_problem *problem;
  struct rondo_schedule *schedule = NULL;
  struct rondo_schedule_info info = {0};
  struct rondo_solve_options quick = *options;
  struct rondo_diag words = {0};
  quick.objectives[0] = RONDO_OBJECTIVE_TARDINESS;
  quick.objective_count = 1;
  *out_fits = false;
  enum rondo_status status = rdo_draft_make_problem(draft, scale, true, &problem, &words);
  if (status == RONDO_INVALID_ARGUMENT || status == RONDO_OUT_OF_RANGE) return RONDO_OK;  // a window that no start fits
  if (status == RONDO_OK) status = rondo_solve(problem, &quick, &schedule, &words);
  if (status == RONDO_OK) {
    rondo_schedule_info(schedule, &info);
    if (info.is_feasible) status = is_on_time(draft, scale, rondo_schedule_nodes(schedule), out_fits, &words);
  }
  rondo_schedule_release(&schedule);
  rondo_problem_release(&problem);
  return status == RONDO_OK ? status : rdo_fail(diag, status, "%s", words.message);
}

enum rondo_status rdo_admission_scale(const struct rdo_draft *draft, double utilisation, const struct rondo_solve_options *options,
                                      int64_t *out_scale, struct rondo_diag *diag) {
  int64_t low = RDO_SCALE_ONE, high;
  bool is_found = false;
  *out_scale = 0;
  if (utilisation >= (double)SCALE_MAX / RDO_SCALE_ONE) return RONDO_OK;
  // Below, there is too much work for the time, wherever a search may put it.
  if (utilisation > 1) low = (int64_t)(utilisation * RDO_SCALE_ONE) + 1;
  RDO_TRY(fits(draft, high = low, options, &is_found, diag));
  if (is_found) low = high - 1;
  while (!is_found && high < SCALE_MAX) {
    low = high;
    high *= 2;
    RDO_TRY(fits(draft, high, options, &is_found, diag));
  }
  for (int i = 0; i < SCALE_STEPS && is_found && high - low > 1; ++i) {
    bool is_enough;
    int64_t middle = low + (high - low) / 2;
    RDO_TRY(fits(draft, middle, options, &is_enough, diag));
    if (is_enough) high = middle;
    else low = middle;
  }
  if (is_found) *out_scale = high;
  return RONDO_OK;
}

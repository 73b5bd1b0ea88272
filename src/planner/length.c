// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/length.h"

#include <stdio.h>

static const double WORTH_FILLING = 1.02;
static const int64_t FILLED_NS_MOST = 40000000;  // of a plan with several calls of a job without a period
enum {
  PERIODS_TOLD_MAX = 8,
  NEAR_STEPS_MAX = 1000000,
  TRIES_MAX = 16,        // of lengths, each at least half as long again as the one before
  FILLED_TRIES_MAX = 6,  // of numbers of calls
  NODES_MOST = 20000,    // of plans that are longer than one hyperperiod
};

static double ms(int64_t time_ns) { return (double)time_ns / 1e6; }

// Hyperperiods ----------------------------------------------------------------------------------------------

static int64_t greatest_divisor(int64_t a, int64_t b) {
  while (b != 0) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

// "2 ms (control), 33.3333 ms (perceive)": as many as fit.
static void list_periods(const struct rdo_jobs_file *jobs, char *buffer, size_t capacity) {
  size_t length = 0;
  int count = 0;
  buffer[0] = '\0';
  for (int i = 0; i < jobs->job_count && length + 1 < capacity; ++i) {
    if (jobs->jobs[i].activation != RDO_JOB_PERIODIC) continue;
    if (count++ == PERIODS_TOLD_MAX) {
      snprintf(buffer + length, capacity - length, ", ...");
      return;
    }
    length += (size_t)snprintf(buffer + length, capacity - length, "%s%.10g ms (%.40s)", length > 0 ? ", " : "", ms(jobs->jobs[i].period_ns),
                               jobs->jobs[i].name);
  }
}

// How far a time is from a whole number of periods.
static int64_t distance_ns(int64_t time_ns, int64_t period_ns) {
  int64_t rest_ns = time_ns % period_ns, missing_ns = period_ns - rest_ns;
  return rest_ns < missing_ns ? rest_ns : missing_ns;
}

//   returns  0 = there is none
static int64_t find_near(const struct rdo_jobs_file *jobs) {
  int64_t longest_ns = 0;
  for (int i = 0; i < jobs->job_count; ++i) {
    if (jobs->jobs[i].activation == RDO_JOB_PERIODIC && jobs->jobs[i].period_ns > longest_ns) longest_ns = jobs->jobs[i].period_ns;
  }
  for (int64_t k = 1, time_ns = longest_ns; longest_ns > 0 && k <= NEAR_STEPS_MAX && time_ns <= RDO_HYPERPERIOD_NS_MAX; ++k, time_ns += longest_ns) {
    bool is_near = true;
    for (int i = 0; i < jobs->job_count && is_near; ++i) {
      if (jobs->jobs[i].activation != RDO_JOB_PERIODIC) continue;
      is_near = distance_ns(time_ns, jobs->jobs[i].period_ns) <= time_ns / RDO_NEAR_SHARE;
    }
    if (is_near) return time_ns;
  }
  return 0;
}

enum rondo_status rdo_hyperperiod_find(const struct rdo_jobs_file *jobs, const char *place, struct rdo_hyperperiod *out_hyperperiod,
                                       struct rondo_diag *diag) {
  char list[512];
  int64_t multiple = 1;
  bool is_periodic = false;
  *out_hyperperiod = (struct rdo_hyperperiod){0};
  for (int i = 0; i < jobs->job_count; ++i) {
    if (jobs->jobs[i].activation != RDO_JOB_PERIODIC) continue;
    int64_t period_ns = jobs->jobs[i].period_ns, factor = period_ns / greatest_divisor(multiple, period_ns);
    is_periodic = true;
    if (multiple <= RDO_HYPERPERIOD_NS_MAX / factor) {
      multiple *= factor;
      continue;
    }
    *out_hyperperiod = (struct rdo_hyperperiod){find_near(jobs), true};
    if (out_hyperperiod->ns > 0) return RONDO_OK;
    list_periods(jobs, list, sizeof list);
    return rdo_fail(diag, RONDO_OUT_OF_RANGE,
                    "%s: jobs[%d].period_ns: all periods together repeat only after more than %g s: %s. Choose periods with a smaller common multiple, "
                    "or plan one time only with --once, and say with --horizon how much",
                    place, i, (double)RDO_HYPERPERIOD_NS_MAX / 1e9, list);
  }
  if (is_periodic) out_hyperperiod->ns = multiple;
  return RONDO_OK;
}

bool rdo_hyperperiod_divides(const struct rdo_hyperperiod *hyperperiod, int64_t time_ns) {
  if (time_ns < hyperperiod->ns) return false;
  return distance_ns(time_ns, hyperperiod->ns) <= (hyperperiod->is_near ? time_ns / RDO_NEAR_SHARE : 0);
}

int64_t rdo_length_releases(const struct rdo_job_entry *job, int64_t length_ns) {
  int64_t count = length_ns / job->period_ns;
  return count + (length_ns % job->period_ns > job->period_ns / 2);
}

// Lengths ---------------------------------------------------------------------------------------------------

static int64_t round_up(const struct rdo_hyperperiod *hyperperiod, int64_t time_ns) {
  return (time_ns + hyperperiod->ns - 1) / hyperperiod->ns * hyperperiod->ns;
}

// The next length: what the last try needed, and at least half as long again.
static int64_t lengthen(const struct rdo_length_search *search, int64_t length_ns, int64_t needed_ns) {
  int64_t next_ns = length_ns + length_ns / 2;
  if (next_ns < needed_ns) next_ns = needed_ns;
  if (next_ns == length_ns) ++next_ns;
  return round_up(&search->hyperperiod, next_ns);
}

// One call of a job without a period in as many hyperperiods as it needs leaves what is left of the last one idle. Several calls in
// more of them leave less: the length up to FILLED_NS_MOST in which most fit, by what one has taken, or one hyperperiod; as many as do.
static enum rondo_status fill(const struct rdo_length_search *search, const struct rdo_tried *tried, struct rdo_length *length, struct rondo_diag *diag) {
  int64_t one_ns = tried->free_end_ns, best_ns = length->ns, best_count = 1, count_most = NODES_MOST / (int64_t)tried->node_count;
  int64_t hyperperiod_ns = search->hyperperiod.ns;
  for (int64_t ns = hyperperiod_ns; one_ns > 0 && (ns <= FILLED_NS_MOST || ns == hyperperiod_ns); ns += hyperperiod_ns) {
    int64_t count = (ns - search->pause_ns) / one_ns;
    if (count > count_most) count = count_most;
    if ((double)count / (double)ns > WORTH_FILLING * (double)best_count / (double)best_ns) best_count = count, best_ns = ns;
  }
  for (int i = 0; i < FILLED_TRIES_MAX && (double)best_count / (double)best_ns > WORTH_FILLING / (double)length->ns; ++i, --best_count) {
    const struct rdo_length fuller = {best_ns, (int)best_count};
    struct rdo_tried found;
    RDO_TRY(search->try_length(search->user, &fuller, &found, diag));
    if (!found.is_kept || (search->pause_ns > 0 && found.end_ns + search->pause_ns > best_ns)) continue;
    *length = fuller;
    return RONDO_OK;
  }
  return RONDO_OK;
}

enum rondo_status rdo_length_find(const struct rdo_length_search *search, struct rdo_length *out_length, bool *out_is_found, struct rondo_diag *diag) {
  struct rdo_length length = {round_up(&search->hyperperiod, search->least_ns > 0 ? search->least_ns : 1), search->free_call_count > 0 ? search->free_call_count : 1};
  struct rdo_tried tried;
  bool is_first = true;
  *out_is_found = false;
  *out_length = length;
  for (int i = 0; i < TRIES_MAX; ++i) {
    RDO_TRY(search->try_length(search->user, &length, &tried, diag));
    bool has_pause = tried.is_kept && tried.end_ns + search->pause_ns <= length.ns;
    if (has_pause || (tried.is_kept && !*out_is_found) || (is_first && !tried.is_hopeless)) *out_length = length;
    is_first &= tried.is_hopeless;
    *out_is_found |= tried.is_kept;
    // A plan that can be repeated, though not with its pause, gets few more chances than one that is there.
    if (has_pause || (tried.is_kept && (search->pause_ns == 0 || i >= FILLED_TRIES_MAX))) break;
    if (tried.is_hopeless && tried.free_end_ns == 0) break;
    length.ns = lengthen(search, length.ns, tried.end_ns + search->pause_ns);
    if (length.ns > RDO_HYPERPERIOD_NS_MAX || (double)tried.node_count * 1.5 > NODES_MOST) break;
  }
  if (*out_is_found && search->free_call_count == 0 && tried.free_end_ns > 0) return fill(search, &tried, out_length, diag);
  return RONDO_OK;
}

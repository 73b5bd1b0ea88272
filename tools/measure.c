// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#define _POSIX_C_SOURCE 200809L

#include "measure.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>

int64_t rdo_tool_clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

double rdo_tool_clock_cost_ns(void) {
  enum { READINGS = 20000 };
  int64_t start_ns = rdo_tool_clock_ns(), end_ns = start_ns;
  for (int i = 0; i < READINGS; ++i) end_ns = rdo_tool_clock_ns();
  return (double)(end_ns - start_ns) / READINGS;
}

// Statistics

static int compare_doubles(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

// Smallest sample that at least `fraction` of all samples do not exceed.
static double pick_percentile(const double *sorted, int64_t count, double fraction) {
  int64_t rank = (int64_t)ceil(fraction * (double)count);
  if (rank < 1) rank = 1;
  if (rank > count) rank = count;
  return sorted[rank - 1];
}

// xorshift64*: quick, and random enough for choosing.
static uint64_t next_random(uint64_t *state) {
  if (*state == 0) *state = UINT64_C(0x9E3779B97F4A7C15);
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * UINT64_C(0x2545F4914F6CDD1D);
}

void rdo_tool_samples_add(struct tool_samples *samples, double sample_ns) {
  if (samples->count == 0 || sample_ns < samples->min_ns) samples->min_ns = sample_ns;
  if (samples->count == 0 || sample_ns > samples->max_ns) samples->max_ns = sample_ns;
  samples->sum_ns += sample_ns;
  ++samples->count;
  if (samples->kept_count < samples->capacity) {
    samples->kept_ns[samples->kept_count++] = sample_ns;
    return;
  }
  uint64_t place = next_random(&samples->random) % (uint64_t)samples->count;
  if (place < (uint64_t)samples->capacity) samples->kept_ns[place] = sample_ns;
}

void rdo_tool_summarize(struct tool_samples *samples, struct tool_summary *out_summary) {
  double *kept_ns = samples->kept_ns;
  int64_t count = samples->kept_count;
  *out_summary = (struct tool_summary){.sample_count = samples->count, .kept_count = count};
  if (count == 0) return;
  qsort(kept_ns, (size_t)count, sizeof *kept_ns, compare_doubles);
  out_summary->min_ns = samples->min_ns;
  out_summary->mean_ns = samples->sum_ns / (double)samples->count;
  out_summary->p50_ns = pick_percentile(kept_ns, count, 0.5);
  out_summary->p90_ns = pick_percentile(kept_ns, count, 0.9);
  out_summary->p99_ns = pick_percentile(kept_ns, count, 0.99);
  out_summary->p999_ns = pick_percentile(kept_ns, count, 0.999);
  out_summary->max_ns = samples->max_ns;
}

// Measuring

static bool should_stop(const struct tool_measure_plan *plan) { return plan->stop != NULL && *plan->stop != 0; }

static enum rondo_status call_many(struct tool_call *call, const struct tool_measure_plan *plan, int64_t count,
                                   int64_t *out_done, struct rondo_diag *diag) {
  enum rondo_status status = RONDO_OK;
  int64_t done = 0;
  while (done < count && status == RONDO_OK && !should_stop(plan)) {
    rdo_tool_call_release_outputs(call);
    status = rdo_tool_call_invoke(call, diag);
    ++done;
  }
  *out_done = done;
  return status;
}

static enum rondo_status warm_up(struct tool_call *call, const struct tool_measure_plan *plan, int64_t *out_count,
                                 struct rondo_diag *diag) {
  int64_t start_ns = rdo_tool_clock_ns();
  int64_t count = 0, done = 0;
  enum rondo_status status = RONDO_OK;
  do {
    status = call_many(call, plan, 1, &done, diag);
    ++count;
  } while (status == RONDO_OK && !should_stop(plan) &&
           (count < plan->warmup_count || (double)(rdo_tool_clock_ns() - start_ns) < plan->warmup_s * 1e9));
  *out_count = count;
  return status;
}

static void pause_for(int64_t us) {
  struct timespec duration = {.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000};
  if (us > 0) (void)nanosleep(&duration, NULL);  // Ctrl-C ends it early, and then the measurement
}

// One sample. The results of the call before are released before the pause, and that before the clock is read.
static enum rondo_status take_sample(struct tool_call *call, const struct tool_measure_plan *plan, int64_t *out_end_ns,
                                     double *out_sample_ns, struct rondo_diag *diag) {
  rdo_tool_call_release_outputs(call);
  pause_for(plan->pause_us);
  int64_t done = 1;
  enum rondo_status status;
  int64_t start_ns = rdo_tool_clock_ns();
  if (plan->batch <= 1) status = rdo_tool_call_invoke(call, diag);
  else status = call_many(call, plan, plan->batch, &done, diag);
  *out_end_ns = rdo_tool_clock_ns();
  *out_sample_ns = (double)(*out_end_ns - start_ns) / (double)(done > 0 ? done : 1);
  return status;
}

static enum rondo_status take_samples(struct tool_call *call, const struct tool_measure_plan *plan,
                                      struct tool_samples *samples, struct rondo_diag *diag) {
  int64_t start_ns = rdo_tool_clock_ns(), end_ns = start_ns;
  enum rondo_status status = RONDO_OK;
  while (!should_stop(plan)) {
    double sample_ns = 0;
    status = take_sample(call, plan, &end_ns, &sample_ns, diag);
    if (status != RONDO_OK) break;
    // A batch that the user's Ctrl-C cut short is no sample, unless it is all there is.
    if (!should_stop(plan) || samples->count == 0) rdo_tool_samples_add(samples, sample_ns);
    if ((double)(end_ns - start_ns) >= plan->min_time_s * 1e9) break;
  }
  return status;
}

// Half as long again as the samples took, with the clock out of the way.
static enum rondo_status call_back_to_back(struct tool_call *call, const struct tool_measure_plan *plan,
                                           struct tool_measurement *measurement, struct rondo_diag *diag) {
  int64_t batch = plan->batch > 1 ? plan->batch : 1;
  int64_t count = measurement->summary.sample_count * batch / 2;
  if (count < 1) count = 1;
  int64_t done = 0;
  int64_t start_ns = rdo_tool_clock_ns();
  enum rondo_status status = call_many(call, plan, count, &done, diag);
  int64_t end_ns = rdo_tool_clock_ns();
  measurement->back_to_back_count = done;
  if (done > 0) measurement->back_to_back_ns = (double)(end_ns - start_ns) / (double)done;
  return status;
}

enum rondo_status rdo_tool_measure(struct tool_call *call, const struct tool_measure_plan *plan,
                                   struct tool_measurement *out_measurement, struct rondo_diag *diag) {
  *out_measurement = (struct tool_measurement){0};
  struct tool_samples samples = {.kept_ns = malloc(sizeof(double) * TOOL_SAMPLES_MAX), .capacity = TOOL_SAMPLES_MAX};
  if (samples.kept_ns == NULL) return rdo_tool_fail(diag, RONDO_RESOURCE_EXHAUSTED, "no memory for the samples");
  memset(samples.kept_ns, 0, sizeof(double) * TOOL_SAMPLES_MAX);  // page faults now, not while measuring
  enum rondo_status status = warm_up(call, plan, &out_measurement->warmup_count, diag);
  if (status == RONDO_OK) status = take_samples(call, plan, &samples, diag);
  rdo_tool_summarize(&samples, &out_measurement->summary);
  free(samples.kept_ns);
  if (status == RONDO_OK && samples.count > 0 && plan->pause_us == 0 && !should_stop(plan)) {
    status = call_back_to_back(call, plan, out_measurement, diag);
  }
  return status;
}

// Reports

void rdo_tool_format_duration(double ns, char *buffer, size_t capacity) {
  static const char *const units[] = {"ns", "us", "ms", "s"};
  int unit = 0;
  // 999.5 would print as 1e+03: the next unit begins there.
  while (unit < 3 && ns >= 999.5) {
    ns /= 1000;
    ++unit;
  }
  int decimals = ns >= 99.95 || ns == 0 ? 0 : ns >= 9.995 ? 1 : 2;
  snprintf(buffer, capacity, "%.*f %s", decimals, ns, units[unit]);
}

// First line of `path` that begins with `key` (all lines do with ""), after the key and ": ".
static bool read_line_of(const char *path, const char *key, char *buffer, size_t capacity) {
  FILE *file = fopen(path, "r");
  if (file == NULL) return false;
  char line[512];
  bool is_found = false;
  while (!is_found && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, key, strlen(key)) != 0) continue;
    const char *value = line + strlen(key);
    value += strspn(value, " \t:");
    snprintf(buffer, capacity, "%.*s", (int)strcspn(value, "\n"), value);
    is_found = *buffer != '\0';
  }
  fclose(file);
  return is_found;
}

void rdo_tool_format_cpu(char *buffer, size_t capacity) {
  if (read_line_of("/proc/cpuinfo", "model name", buffer, capacity)) return;
  if (read_line_of("/proc/device-tree/model", "", buffer, capacity)) return;
  struct utsname name;
  snprintf(buffer, capacity, "%s", uname(&name) >= 0 ? name.machine : "unknown");
}

void rdo_tool_format_governor(char *buffer, size_t capacity) {
  if (read_line_of("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "", buffer, capacity)) return;
  snprintf(buffer, capacity, "unknown");
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// When a job's instances are released, what becomes of releases that the job is too late for, and what is kept of it all.

#include "base/clock.h"
#include "play/player.h"

enum { PASSED_KEPT_MAX = 64 };  // of releases that are passed over at once

static void count(rdo_atomic_u64 *counter, uint64_t n) {
  (void)rdo_atomic_add(counter, n, rdo_relaxed);  // relaxed: counter
}

static int64_t smaller_limit(int64_t a, int64_t b) { return a == 0 || (b != 0 && b < a) ? b : a; }

// Keeping ------------------------------------------------------------------------------------------

bool rdo_job_is_counted(const struct rondo_job *job, int64_t release_ns) {
  // A job without a period begins while the others still wait for their first release.
  const struct rondo_player *player = job->player;
  return release_ns >= player->count_ns || player->count_ns == player->begin_ns;
}

void rdo_job_keep(struct rondo_job *job, const struct rondo_instance *instance) {
  if (job->instance_count < job->instance_capacity) {
    job->instances[job->instance_count++] = *instance;
  } else {
    ++job->dropped_count;
  }
}

void rdo_job_decide(struct rondo_job *job, uint64_t index_end) {
  rdo_atomic_store(&job->decided, index_end, rdo_release);  // SYNC(job): pairs with rdo_job_look
  for (struct rdo_job_link *link = job->links; link != NULL; link = link->next) {
    if (link->wakes) rdo_process_schedule(&link->reader->process);
  }
}

// Passing over -------------------------------------------------------------------------------------

// The next `n` releases do not take place.
static void pass(struct rondo_job *job, uint64_t n, int64_t release_ns, int64_t period_ns, enum rondo_instance_state state) {
  int64_t until_ns = release_ns + (int64_t)n * period_ns;
  if (until_ns > job->end_ns) until_ns = job->end_ns;
  uint64_t first = 0, end = until_ns <= release_ns ? 0 : (uint64_t)((until_ns - release_ns + period_ns - 1) / period_ns);
  if (!rdo_job_is_counted(job, release_ns)) first = (uint64_t)((job->player->count_ns - release_ns + period_ns - 1) / period_ns);
  uint64_t counted = end > first ? end - first : 0;
  for (uint64_t i = first; i < end && i < first + PASSED_KEPT_MAX; ++i) {
    int64_t at_ns = release_ns + (int64_t)i * period_ns;
    rdo_job_keep(job, &(const struct rondo_instance){.index = job->next_index + i, .release_ns = at_ns, .ready_ns = at_ns, .run_end_ns = at_ns,
                                                      .end_ns = at_ns, .age_ns = -1, .state = state, .worker = -1,
                                                      .status = RONDO_CANCELLED});
  }
  *(state == RONDO_INSTANCE_SKIPPED ? &job->skipped_count : &job->cancelled_count) += counted;
  if (state == RONDO_INSTANCE_SKIPPED && !job->instance.is_stolen) job->skipped_not_stolen_count += counted;
  count(state == RONDO_INSTANCE_SKIPPED ? &job->counts.skipped : &job->counts.cancelled, counted);
  job->next_index += n;
  if (n != 0) rdo_job_decide(job, job->next_index);
}

// Choosing -----------------------------------------------------------------------------------------

static void begin(struct rondo_job *job, uint64_t index, int64_t release_ns) {
  job->instance = (struct rondo_instance){.index = index, .release_ns = release_ns, .ready_ns = release_ns, .age_ns = -1, .worker = -1};
  job->instance.is_degraded = job->overrun == RONDO_OVERRUN_DEGRADE && job->last_end_ns > release_ns;
  job->next_index = index + 1;
  job->is_stale = job->is_asked = false;
  job->fill_status = RONDO_OK;
  job->phase = RDO_JOB_WAIT;
  if (rdo_job_is_counted(job, release_ns)) ++job->iteration_count;
  rdo_atomic_store(&job->live_index, index + 1, rdo_relaxed);                       // relaxed: hint
  rdo_atomic_store(&job->counts.state, RONDO_INSTANCE_PENDING, rdo_relaxed);        // relaxed: counter
}

static bool choose_periodic(struct rondo_job *job, int64_t now_ns) {
  int64_t release_ns = job->player->begin_ns + job->offset_ns + (int64_t)job->next_index * job->period_ns;
  if (release_ns < now_ns && job->next_index != 0) {
    int64_t late_ns = now_ns - release_ns;
    uint64_t passed = 0;
    // What is skipped has passed; of what is cancelled the newest one begins, late.
    if (job->overrun == RONDO_OVERRUN_SKIP) passed = (uint64_t)((late_ns + job->period_ns - 1) / job->period_ns);
    if (job->overrun == RONDO_OVERRUN_CANCEL) passed = (uint64_t)(late_ns / job->period_ns);
    pass(job, passed, release_ns, job->period_ns, job->overrun == RONDO_OVERRUN_SKIP ? RONDO_INSTANCE_SKIPPED : RONDO_INSTANCE_CANCELLED);
    release_ns += (int64_t)passed * job->period_ns;
  }
  if (release_ns >= job->end_ns) {
    job->phase = RDO_JOB_ENDED;
    return false;
  }
  begin(job, job->next_index, release_ns);
  return true;
}

// Triggers that came and will not be followed.
static void pass_triggers(struct rondo_job *job, uint64_t n, enum rondo_instance_state state) {
  if (n == 0) return;
  if (rdo_job_is_counted(job, rdo_clock_now_ns())) {
    *(state == RONDO_INSTANCE_SKIPPED ? &job->skipped_count : &job->cancelled_count) += n;
    if (state == RONDO_INSTANCE_SKIPPED && !job->instance.is_stolen) job->skipped_not_stolen_count += n;
  }
  count(state == RONDO_INSTANCE_SKIPPED ? &job->counts.skipped : &job->counts.cancelled, n);
}

void rdo_job_pass_late(struct rondo_job *job) {
  if (job->release != RDO_RELEASE_TRIGGER || job->overrun != RONDO_OVERRUN_SKIP) return;
  uint64_t newest = rdo_ring_newest(job->calls);
  pass_triggers(job, newest - job->taken, RONDO_INSTANCE_SKIPPED);
  job->taken = newest;
}

static bool choose_triggered(struct rondo_job *job, int64_t now_ns) {
  // SYNC(job): before looking for entries, so that there is none behind the last look.
  bool is_last = job->trigger != NULL && rdo_atomic_load(&job->trigger->decided, rdo_acquire) == UINT64_MAX;
  uint64_t number = 0, newest = rdo_ring_newest(job->calls);
  if (job->overrun == RONDO_OVERRUN_CANCEL && newest > job->taken + 1) {  // the newest one only
    pass_triggers(job, newest - 1 - job->taken, RONDO_INSTANCE_CANCELLED);
    job->taken = newest - 1;
  }
  int slot = now_ns < job->end_ns ? rdo_ring_pin_after(job->calls, job->taken, &number) : -1;
  if (slot < 0) {
    if (is_last || now_ns >= job->end_ns) job->phase = RDO_JOB_ENDED;
    return false;
  }
  struct rdo_ring_entry entry = job->calls->entries[slot];
  rdo_ring_unpin(job->calls, slot);
  pass_triggers(job, number - 1 - job->taken, RONDO_INSTANCE_SKIPPED);  // it came too late for these
  job->taken = number;
  begin(job, entry.index, entry.time_ns);
  return true;
}

bool rdo_job_choose(struct rondo_job *job, int64_t now_ns) {
  int64_t limit = smaller_limit(job->iteration_limit, job->player->limits.iteration_count);
  // relaxed: hint, the runner waits for the end in any case
  if (rdo_atomic_load(&job->player->is_stopping, rdo_relaxed) != 0 || (limit != 0 && job->iteration_count >= limit)) {
    job->phase = RDO_JOB_ENDED;
    return false;
  }
  if (job->release == RDO_RELEASE_PERIODIC) return choose_periodic(job, now_ns);
  if (job->release == RDO_RELEASE_TRIGGER) return choose_triggered(job, now_ns);
  if (now_ns >= job->end_ns) {
    job->phase = RDO_JOB_ENDED;
    return false;
  }
  begin(job, job->next_index, now_ns);
  return true;
}

bool rdo_job_is_late(const struct rondo_job *job, int64_t now_ns) {
  if (job->overrun != RONDO_OVERRUN_CANCEL) return false;
  if (job->release == RDO_RELEASE_PERIODIC) return now_ns >= job->instance.release_ns + job->period_ns;
  return job->release == RDO_RELEASE_TRIGGER && rdo_ring_newest(job->calls) > job->taken;
}

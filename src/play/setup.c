// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/setup.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "machine/memory_lock.h"
#include "machine/pin.h"

static const int64_t MARGIN_NS_MAX = 1000000000;

enum rondo_status rdo_play_setup_begin(struct rdo_play_setup *setup, const struct rondo_play_setup *options, struct rondo_diag *diag) {
  setup->options = *options;
  rdo_atomic_init(&setup->executor, NULL);
  if (options->margin_ns < 0 || options->margin_ns > MARGIN_NS_MAX || options->watchdog_ns < 0) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "margin of %lld ns, watchdog after %lld ns: neither is negative, a margin is a second at most",
                    (long long)options->margin_ns, (long long)options->watchdog_ns);
  }
  if (options->watchdog_ns != 0 && options->stuck == NULL) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "a watchdog needs somebody to tell");
  if (options->memory_lock == RONDO_MEMORY_NOT_LOCKED) return RONDO_OK;
  enum rondo_status status = rdo_memory_lock(&setup->memory_diag);
  setup->is_memory_locked = status == RONDO_OK;
  if (status == RONDO_OK || options->memory_lock != RONDO_MEMORY_LOCK) return RONDO_OK;
  return rdo_fail(diag, status, "%s", setup->memory_diag.message);
}

static void tell_stuck(void *user, int worker_id, const char *name, int64_t busy_ns) {
  struct rdo_play_setup *setup = user;
  struct rondo_stuck stuck = {.worker = worker_id, .busy_ns = busy_ns, .kernel = name};
  const struct rdo_executor *executor = rdo_atomic_load(&setup->executor, rdo_acquire);  // after the release in bind
  if (executor != NULL && worker_id >= 0 && setup->name_work != NULL) {
    const void *work = rdo_atomic_load(&executor->workers[worker_id].busy_for, rdo_acquire);  // after it was set up; it outlives the workers
    if (work != NULL) setup->name_work(setup->user, work, &stuck);
  }
  setup->options.stuck(setup->options.stuck_user, &stuck);
}

void rdo_play_setup_apply(struct rdo_play_setup *setup, struct rdo_executor_options *out) {
  out->margin_ns = setup->options.margin_ns == 0 ? RDO_MARGIN_MEASURED : setup->options.margin_ns;
  out->watchdog_ns = setup->options.watchdog_ns;
  out->stuck = tell_stuck;
  out->stuck_user = setup;
}

void rdo_play_setup_bind(struct rdo_play_setup *setup, struct rdo_executor *executor) { rdo_atomic_store(&setup->executor, executor, rdo_release); }

// What was granted ---------------------------------------------------------------------------------

static bool is_worker(const struct rdo_executor *executor, int thread_id) {
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    if (executor->workers[i].thread_id == thread_id) return true;
  }
  return false;
}

static void append_name(int thread_id, struct rondo_play_granted *granted) {
  char path[64], name[32] = "";
  snprintf(path, sizeof path, "/proc/self/task/%d/comm", thread_id);
  FILE *file = fopen(path, "r");
  if (file == NULL) return;
  if (fgets(name, sizeof name, file) == NULL) name[0] = '\0';
  fclose(file);
  name[strcspn(name, "\n")] = '\0';
  size_t length = strlen(granted->sharing);
  if (length + strlen(name) + 3 > sizeof granted->sharing) return;
  snprintf(granted->sharing + length, sizeof granted->sharing - length, "%s%s", length == 0 ? "" : ", ", name);
}

// Threads that end meanwhile are none.
static void find_sharing(const struct rdo_executor *executor, struct rondo_play_granted *granted) {
  int me = (int)syscall(SYS_gettid);
  DIR *directory = opendir("/proc/self/task");
  if (directory == NULL) return;
  for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    int thread_id = atoi(entry->d_name);
    struct rdo_cpu_set cpus;
    if (thread_id == 0 || thread_id == me || is_worker(executor, thread_id)) continue;
    if (rdo_pin_allowed_of(thread_id, &cpus, NULL) != RONDO_OK || !rdo_cpu_set_intersects(&cpus, &executor->cpus)) continue;
    ++granted->sharing_count;
    append_name(thread_id, granted);
  }
  closedir(directory);
}

void rdo_play_setup_granted(const struct rdo_play_setup *setup, const struct rdo_executor *executor, struct rondo_play_granted *out_granted) {
  *out_granted = (struct rondo_play_granted){.is_realtime = executor->is_urgent_allowed,
                                             .is_memory_locked = setup->is_memory_locked,
                                             .timer_slack_ns = -1,
                                             .worker_count = (int)executor->worker_count,
                                             .is_margin_measured = executor->worker_count != 0};
  snprintf(out_granted->memory_reason, sizeof out_granted->memory_reason, "%.*s", RONDO_GRANTED_TEXT_BYTES - 1, setup->memory_diag.message);
  rdo_cpu_set_format(&executor->cpus, out_granted->cpus, sizeof out_granted->cpus);
  for (uint32_t i = 0; i < executor->worker_count; ++i) {
    const struct rdo_worker *worker = &executor->workers[i];
    if (worker->timer_slack_ns > out_granted->timer_slack_ns) out_granted->timer_slack_ns = worker->timer_slack_ns;
    if (worker->cpu >= 0) ++out_granted->pinned_count;
    if (!worker->is_margin_measured) out_granted->is_margin_measured = false;
    if (i == 0 || worker->margin_ns < out_granted->margin_ns_min) out_granted->margin_ns_min = worker->margin_ns;
    if (worker->margin_ns > out_granted->margin_ns_max) out_granted->margin_ns_max = worker->margin_ns;
  }
  find_sharing(executor, out_granted);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/memory_limit.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static uint64_t add(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

static uint64_t tensor_bytes(const struct rdo_memory_use *use) {
  struct rondo_memory_stats stats;
  rondo_runtime_memory(use->runtime, &stats);
  return use->budget_bytes != 0 ? use->budget_bytes : stats.live_bytes;
}

enum rondo_status rdo_memory_limit_check(int64_t bytes_max, const char *place, const struct rdo_memory_use *uses, size_t use_count, struct rondo_diag *diag) {
  uint64_t file_bytes = 0, job_bytes = 0;
  const struct rdo_memory_use *most = NULL;
  if (bytes_max == 0) return RONDO_OK;
  for (size_t i = 0; i < use_count; ++i) {
    struct stat file;
    size_t first = 0;
    while (strcmp(uses[first].path, uses[i].path) != 0) ++first;
    if (first == i) {
      if (stat(uses[i].path, &file) != 0) return rdo_fail(diag, RONDO_UNAVAILABLE, "%s: %s", uses[i].path, strerror(errno));
      file_bytes = add(file_bytes, (uint64_t)file.st_size);
    }
    job_bytes = add(job_bytes, tensor_bytes(&uses[i]));
    if (most == NULL || tensor_bytes(&uses[i]) > tensor_bytes(most)) most = &uses[i];
  }
  if (add(file_bytes, job_bytes) <= (uint64_t)bytes_max) return RONDO_OK;
  return rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED,
                  "%s: memory_bytes_max: is %lld, but the models need %llu: their files %llu, tensors of the jobs %llu (job \"%.200s\" %s%llu); give it more, "
                  "or the jobs a smaller memory_bytes_max",
                  place, (long long)bytes_max, (unsigned long long)add(file_bytes, job_bytes), (unsigned long long)file_bytes, (unsigned long long)job_bytes,
                  most->job, most->budget_bytes != 0 ? "may have " : "has ", (unsigned long long)tensor_bytes(most));
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Measuring without memory: the n-th allocation fails, for n = 1, 2, ... until none is left to fail. Each time
// measuring fails and says why, or has done without; nothing is kept, and the next one works.
//
// Usage: profile_fail MODEL.vmfb

#include "inject.h"
#include "rondo/profile.h"

#define CHECK(condition)                                                                                                   \
  do {                                                                                                                     \
    if (!(condition)) {                                                                                                    \
      fprintf(stderr, "%s:%d: not true: %s (allocation %ld)\n", __FILE__, __LINE__, #condition, (long)inject.target);                \
      abort();                                                                                                             \
    }                                                                                                                      \
  } while (0)

static enum rondo_status measure(const char *model, struct rondo_diag *diag) {
  static const int workers[] = {1};
  const struct rondo_profile_options options = {.worker_counts = workers, .worker_count_count = 1, .repeat = 1, .warm_up = 1};
  const struct rondo_profile_call call = {.path = model};
  struct rondo_profile *profile;
  enum rondo_status status = rondo_profile_measure(&options, &call, 1, &profile, diag);
  CHECK((status == RONDO_OK) == (profile != NULL));
  rondo_profile_release(&profile);
  return status;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  struct rondo_diag diag = {.status = RONDO_OK};
  // What is made once in a process (names of the C library, the clock) is there from here on.
  enum rondo_status status = measure(argv[1], &diag);
  if (status != RONDO_OK) fprintf(stderr, "%s\n", diag.message);
  CHECK(status == RONDO_OK);
  long failures = 0;
  for (inject.target = 1;; ++inject.target) {
    diag = (struct rondo_diag){.status = RONDO_OK};
    uint32_t blocks = inject_live_blocks();
    inject_begin(INJECT_MEMORY);
    status = measure(argv[1], &diag);
    inject_end();
    if (inject_count() < inject.target) break;
    CHECK(status == diag.status);
    CHECK(status == RONDO_OK || diag.message[0] != '\0');
    // Pools of the threads that are left may keep a little; not more with each failure.
    CHECK(inject_live_blocks() <= blocks + 4);
    failures += status != RONDO_OK;
  }
  CHECK(status == RONDO_OK && failures > 20);
  printf("%u allocations, %ld failures\n", inject.target - 1, failures);
  return 0;
}

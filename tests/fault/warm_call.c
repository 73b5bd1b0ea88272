// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A dispatch module that has been loaded is warm: what its first call does is what the others do. Seen by what they ask of the allocator,
// which no machine makes slower or faster.
// Usage: warm_call MODULE_FILE...

#include "inject.h"
#include "play/module_call.h"

enum { CALL_COUNT = 5 };

// Builds that look for mistakes have no pools: there each call asks for the same.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(RDO_HOSTILE)
#define HAS_POOLS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_POOLS 0
#endif
#endif
#ifndef HAS_POOLS
#define HAS_POOLS 1
#endif

//   returns  allocations; -1 after a failure, which is told
static int count_call(struct rdo_module_call *call, int32_t batch_count) {
  struct rondo_diag diag = {.status = RONDO_OK};
  uint32_t live = inject_live_blocks();
  inject_begin(INJECT_MEMORY);
  enum rondo_status status = rdo_module_call_run(call, batch_count, &diag);
  inject_end();
  if (status == RONDO_OK && inject_live_blocks() == live) return (int)inject_count();
  fprintf(stderr, "%s: %s '%s', %u blocks more than before\n", call->path, rondo_status_name(status), diag.message, inject_live_blocks() - live);
  return -1;
}

static int check(const char *path) {
  static const int32_t batches[] = {1, 3};
  int failures = 0;
  for (size_t i = 0; i < sizeof batches / sizeof *batches; ++i) {
    struct rondo_diag diag = {.status = RONDO_OK};
    struct rdo_module_call *call;
    int counts[CALL_COUNT];
    if (rdo_module_call_create(path, 0, batches[i], &call, &diag) != RONDO_OK) {
      fprintf(stderr, "%s: %s\n", path, diag.message);
      return 1;
    }
    for (int k = 0; k < CALL_COUNT; ++k) counts[k] = count_call(call, batches[i]);
    for (int k = 0; k < CALL_COUNT; ++k) failures += counts[k] < 0 || counts[k] != (HAS_POOLS ? 0 : counts[0]);
    printf("%s, %d runs a call: %d, %d, %d, %d, %d allocations\n", path, (int)batches[i], counts[0], counts[1], counts[2], counts[3], counts[4]);
    rdo_module_call_destroy(call);
  }
  return failures;
}

int main(int argc, char **argv) {
  int failures = argc < 2;
  inject.target = 0;
  for (int i = 1; i < argc; ++i) failures += check(argv[i]);
  return failures != 0;
}

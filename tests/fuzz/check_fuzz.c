// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any text as a plan, and the checker on what can be read. Findings have a place and a message, are counted once, and are the
// same when they are looked for again.
//
// Seeds: the plans of the checker's unit test, schedules of all variants.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/plan_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

struct found {
  uint64_t count, late_count;
  uint64_t hash;  // of all that was told, in its order
};

static void add_text(struct found *found, const char *text) {
  require(text != NULL && text[0] != '\0');
  for (; *text != '\0'; ++text) found->hash = (found->hash ^ (uint8_t)*text) * UINT64_C(1099511628211);
}

static void find(void *user, const struct rondo_plan_finding *finding) {
  struct found *found = user;
  ++found->count;
  found->late_count += finding->rule == RONDO_PLAN_RULE_DEADLINE;
  add_text(found, finding->rule_name);
  add_text(found, finding->place);
  add_text(found, finding->message);
}

static struct found check(const struct rdo_schedule *schedule) {
  struct found found = {.hash = UINT64_C(14695981039346656037)};
  const struct rondo_plan_finder finder = {find, &found};
  struct rdo_plan_check checked = {.finder = &finder}, counted = {.finder = NULL};
  struct rondo_diag diag = {.status = RONDO_OK};
  require(rdo_plan_check(schedule, NULL, &checked, &diag) == RONDO_OK && rdo_plan_check(schedule, NULL, &counted, &diag) == RONDO_OK);
  require(checked.finding_count == found.count && counted.finding_count == found.count && counted.late_count == checked.late_count);
  require(checked.late_count <= found.late_count);
  require((checked.first[0] != '\0') == (checked.finding_count > checked.late_count));
  return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct rdo_schedule schedule;
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rdo_schedule_parse((struct rdo_bytes){data, size}, "s.json", NULL, &schedule, &diag);
  require(status == diag.status);
  if (status == RONDO_OK) {
    struct found first = check(&schedule), again = check(&schedule);
    require(first.count == again.count && first.hash == again.hash);
  }
  rdo_schedule_deinit(&schedule);
  return 0;
}

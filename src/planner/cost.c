// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "planner/cost.h"

#include <math.h>
#include <string.h>

enum { WIDTH_MAX = RDO_PROFILE_WORKERS_MAX };

enum rondo_status rdo_cost_plan(const struct rdo_profile_cost *cost, double slack_percent, int64_t *out_ns, struct rondo_diag *diag) {
  double spread = cost->p99_ns > cost->p50_ns ? (double)(cost->p99_ns - cost->p50_ns) : 0;
  double duration = (double)cost->p50_ns + spread * slack_percent / 100;
  if (!isfinite(slack_percent) || slack_percent < 0) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "a slack of %g %% cannot be: give 0 or more", slack_percent);
  }
  if (duration < 0 || duration > (double)RDO_TIME_NS_MAX) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "a dispatch would take %g ns, 0 to 104 days are possible: are the profile and the slack right?",
                    duration);
  }
  *out_ns = (int64_t)(duration + 0.5);
  return RONDO_OK;
}

// The longest that so many workers or more have taken. A narrow run is faster than a wide one only where its data are near, as they are when the whole call
// is narrow; beside wide dispatches, which leave them on other CPUs, it is not.
static enum rondo_status plan_width(const struct rdo_profile *profile, const struct rdo_profile_node *from, uint32_t cluster, int width, int widest,
                                    double slack_percent, int64_t *out_ns, struct rondo_diag *diag) {
  *out_ns = -1;
  for (int other = width; other <= widest; ++other) {
    const struct rdo_profile_cost *cost = rdo_profile_find_cost(profile, from, cluster, (uint32_t)other);
    int64_t ns;
    if (cost == NULL) {
      if (other == width) return RONDO_OK;
      continue;
    }
    RDO_TRY(rdo_cost_plan(cost, slack_percent, &ns, diag));
    if (ns > *out_ns) *out_ns = ns;
  }
  return RONDO_OK;
}

enum rondo_status rdo_cost_add_modes(struct rdo_draft *draft, const struct rdo_profile *profile, const struct rdo_profile_node *from,
                                     uint32_t cluster, int lane, int width_max, double slack_percent, struct rdo_draft_node *inout_node,
                                     struct rondo_diag *diag) {
  int worker_count = draft->machine->lanes[lane].worker_count, widest = worker_count < WIDTH_MAX ? worker_count : WIDTH_MAX;
  uint64_t tile_count = from->tile_count > 0 ? from->tile_count : 1;
  int64_t best_ns = INT64_MAX;
  if (width_max > 0 && width_max < widest) widest = width_max;
  int width_end = tile_count < (uint64_t)widest ? (int)tile_count : widest;
  for (int width = 1; width <= width_end; ++width) {
    const struct rdo_profile_cost *cost = rdo_profile_find_cost(profile, from, cluster, (uint32_t)width);
    const struct rdo_draft_use use = {lane, width};
    int64_t duration_ns;
    if (cost == NULL) continue;
    RDO_TRY(plan_width(profile, from, cluster, width, widest, slack_percent, &duration_ns, diag));
    if (cost->tile_ns_max > inout_node->tile_ns_max) inout_node->tile_ns_max = cost->tile_ns_max;
    if (duration_ns >= best_ns) continue;
    best_ns = duration_ns;
    ++inout_node->mode_count;
    RDO_TRY(rdo_draft_add_mode(draft, duration_ns, &use, 1, diag));
  }
  return RONDO_OK;
}

enum rondo_status rdo_cost_add_program_mode(struct rdo_draft *draft, const struct rdo_profile *profile, const struct rdo_profile_model *model,
                                            uint32_t cluster, int lane, double slack_percent, struct rdo_draft_node *inout_node,
                                            struct rondo_diag *diag) {
  const struct rdo_draft_use use = {lane, 1};
  for (uint32_t i = 0; i < model->program_count; ++i) {
    const struct rdo_profile_cost *cost = &profile->costs[model->program_begin + i];
    int64_t duration_ns;
    if (cost->cluster != cluster) continue;
    RDO_TRY(rdo_cost_plan(cost, slack_percent, &duration_ns, diag));
    ++inout_node->mode_count;
    return rdo_draft_add_mode(draft, duration_ns, &use, 1, diag);
  }
  return RONDO_OK;
}

enum rondo_status rdo_cost_find_clusters(const struct rdo_profile *profile, const struct rdo_machine_file *machine, uint32_t *out_clusters,
                                         struct rondo_diag *diag) {
  bool is_known = false;
  for (int i = 0; i < machine->cluster_count; ++i) {
    out_clusters[i] = RDO_PROFILE_NONE;
    for (uint32_t k = 0; k < profile->cluster_count; ++k) {
      if (strcmp(profile->clusters[k], machine->clusters[i].name) == 0) out_clusters[i] = k;
    }
    is_known |= out_clusters[i] != RDO_PROFILE_NONE;
  }
  if (is_known) return RONDO_OK;
  return rdo_fail(diag, RONDO_NOT_FOUND, "%s: clusters: none of them is one of the machine's, such as \"%s\": measure with this machine file",
                  profile->path != NULL ? profile->path : "profile", machine->clusters[0].name);
}

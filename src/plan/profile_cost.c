// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The cost model: what was not measured is estimated from what was, once, when a profile is complete.
//
// On one cluster a node with T tiles takes, with k workers,
//
//     time(k) = rest + ceil(T / k) * tile
//
// with `rest` and `tile` fitted to the measured numbers of workers, both 0 or more, so that shares of times, not times, are
// as near as can be. With a single one the two cannot be told apart: the estimate is then half way between all rest
// and all tiles, and the error reaches both. On a cluster without a measurement times are those of another one, by the
// ratio of their capacities.
//
// The error is the largest share by which the model misses a measurement when fitted to the others (leave one out), or to all,
// and half of that again, because a handful of measurements seldom shows the worst; for another cluster also the largest share by
// which the ratio misses a node that was measured on both.

#include <math.h>
#include <string.h>

#include "plan/profile_file.h"

static const double error_least = 0.01;     // of rounding, and of the clock
static const double error_margin = 1.5;     // of what was missed
static const double error_unproved = 0.5;   // of a ratio that no node shows

// Measured costs of one node on one cluster, or what a hand-written profile says.
struct points {
  const struct rdo_profile_cost *costs;
  uint32_t count;
  uint64_t tile_count;
};

struct fit {
  bool is_known;
  bool is_line;           // else from one point
  double rest, tile;      // of the line, ns
  double rounds, time;    // of the point: ceil(T / k), ns
  double error;
  double p99, min, max;   // by the median
  int64_t tile_ns_max;
};

static double rounds_of(uint64_t tile_count, uint32_t worker_count) {
  uint64_t tiles = tile_count > 0 ? tile_count : 1;
  return (double)(tiles / worker_count + (tiles % worker_count != 0));
}

static bool is_measured(const struct rdo_profile_cost *cost) { return cost->sample_count > 0; }

// Costs that were measured, if any was, else all of them.
static bool is_used(const struct points *points, uint32_t index, bool has_measured) {
  return !has_measured || is_measured(&points->costs[index]);
}

static bool has_measured(const struct points *points) {
  for (uint32_t i = 0; i < points->count; ++i) {
    if (is_measured(&points->costs[i])) return true;
  }
  return false;
}

// Fits to all points but `left_out`.
static void fit_line(const struct points *points, bool only_measured, uint32_t left_out, struct fit *fit) {
  double w = 0, wx = 0, wt = 0, wxx = 0, wxt = 0, least = INFINITY, most = 0;
  for (uint32_t i = 0; i < points->count; ++i) {
    if (i == left_out || !is_used(points, i, only_measured)) continue;
    double x = rounds_of(points->tile_count, points->costs[i].worker_count), t = (double)points->costs[i].p50_ns;
    double weight = t > 1 ? 1 / (t * t) : 1;
    w += weight;
    wx += weight * x;
    wt += weight * t;
    wxx += weight * x * x;
    wxt += weight * x * t;
    least = fmin(least, x);
    most = fmax(most, x);
  }
  fit->is_known = w > 0;
  if (!fit->is_known) return;
  fit->is_line = most > least;
  fit->rounds = most;
  fit->time = wt / w;
  if (!fit->is_line) return;
  fit->tile = (w * wxt - wx * wt) / (w * wxx - wx * wx);
  fit->rest = (wt - fit->tile * wx) / w;
  if (fit->rest < 0) {
    fit->rest = 0;
    fit->tile = wxt / wxx;
  } else if (!(fit->tile >= 0)) {
    fit->tile = 0;
    fit->rest = wt / w;
  }
}

// The time of so many rounds, and by what share it may be another because of there being one point only.
static double predict(const struct fit *fit, double rounds, double *out_spread) {
  *out_spread = 0;
  if (fit->is_line) return fit->rest + fit->tile * rounds;
  double all_tiles = fit->time * rounds / fit->rounds, middle = (all_tiles + fit->time) / 2;
  if (middle > 0) *out_spread = fabs(all_tiles - fit->time) / 2 / middle;
  return middle;
}

static double miss(double predicted, double time) {
  if (predicted == time) return 0;
  return predicted > 0 ? fabs(predicted - time) / predicted : 1;
}

static double by(int64_t part, int64_t whole) { return whole > 0 ? (double)part / (double)whole : 1; }

static struct fit fit_points(const struct points *points) {
  struct fit fit = {.error = error_least, .p99 = 1, .min = 1, .max = 1};
  bool only_measured = has_measured(points);
  fit_line(points, only_measured, UINT32_MAX, &fit);
  for (uint32_t i = 0; i < points->count; ++i) {
    const struct rdo_profile_cost *cost = &points->costs[i];
    if (!is_used(points, i, only_measured)) continue;
    struct fit others = {0};
    double x = rounds_of(points->tile_count, cost->worker_count), t = (double)cost->p50_ns, spread;
    fit_line(points, only_measured, i, &others);
    if (others.is_known) fit.error = fmax(fit.error, error_margin * miss(predict(&others, x, &spread), t));
    fit.error = fmax(fit.error, error_margin * miss(predict(&fit, x, &spread), t));
    fit.error = fmax(fit.error, cost->error);
    fit.p99 = fmax(fit.p99, by(cost->p99_ns, cost->p50_ns));
    fit.min = fmin(fit.min, by(cost->min_ns, cost->p50_ns));
    fit.max = fmax(fit.max, by(cost->max_ns, cost->p50_ns));
    if (fit.tile_ns_max < cost->tile_ns_max) fit.tile_ns_max = cost->tile_ns_max;
  }
  return fit;
}

// Clusters -------------------------------------------------------------------------------------------------

static struct points points_of(const struct rdo_profile *profile, const struct rdo_profile_node *node, uint32_t cluster) {
  uint32_t begin = 0, end = node->cost_count;
  const struct rdo_profile_cost *costs = node->cost_count > 0 ? &profile->costs[node->cost_begin] : NULL;
  while (begin < end) {
    uint32_t middle = begin + (end - begin) / 2;
    if (costs[middle].cluster < cluster) begin = middle + 1;
    else end = middle;
  }
  while (end < node->cost_count && costs[end].cluster == cluster) ++end;
  return (struct points){.costs = costs != NULL ? costs + begin : NULL, .count = end - begin, .tile_count = node->tile_count};
}

static const struct rdo_profile_cost *find_point(const struct points *points, uint32_t worker_count) {
  uint32_t begin = 0, end = points->count;
  while (begin < end) {
    uint32_t middle = begin + (end - begin) / 2;
    if (points->costs[middle].worker_count < worker_count) begin = middle + 1;
    else end = middle;
  }
  return begin < points->count && points->costs[begin].worker_count == worker_count ? &points->costs[begin] : NULL;
}

// What times of one cluster are multiplied with for another one.
static double capacity_ratio(const struct rdo_profile *profile, uint32_t from, uint32_t to) {
  uint32_t a = profile->cluster_capacities[from], b = profile->cluster_capacities[to];
  return a > 0 && b > 0 ? (double)a / (double)b : 1;
}

// misses[from * cluster_count + to]: the largest share by which the ratio misses a node measured on both; -1 = none was.
static void compare_clusters(const struct rdo_profile *profile, double *misses) {
  uint32_t count = profile->cluster_count;
  for (uint32_t i = 0; i < count * count; ++i) misses[i] = -1;
  for (uint32_t i = 0; i < profile->node_count; ++i) {
    const struct rdo_profile_node *node = &profile->nodes[i];
    for (uint32_t to = 0; to < count && node->cost_count > 0; ++to) {
      struct points points = points_of(profile, node, to);
      if (points.count == 0) continue;
      for (uint32_t k = 0; k < node->cost_count; ++k) {
        const struct rdo_profile_cost *cost = &profile->costs[node->cost_begin + k];
        const struct rdo_profile_cost *other = cost->cluster != to ? find_point(&points, cost->worker_count) : NULL;
        if (other == NULL || !is_measured(cost) || !is_measured(other)) continue;
        double *worst = &misses[cost->cluster * count + to];
        *worst = fmax(*worst, miss((double)cost->p50_ns * capacity_ratio(profile, cost->cluster, to), (double)other->p50_ns));
      }
    }
  }
}

// Estimates ------------------------------------------------------------------------------------------------

// Numbers of workers on a cluster that make a difference to a node.
static uint32_t width_of(const struct rdo_profile *profile, const struct rdo_profile_node *node, uint32_t cluster) {
  uint64_t width = node->tile_count > 0 ? node->tile_count : 1;
  if (width > profile->cluster_workers[cluster]) width = profile->cluster_workers[cluster];
  return width < RDO_PROFILE_WORKERS_MAX ? (uint32_t)width : RDO_PROFILE_WORKERS_MAX;
}

static int64_t whole_ns(double ns) {
  const double most = 9007199254740992.0;  // 2^53, RDO_TIME_NS_MAX
  return (int64_t)(ns < most ? ns + 0.5 : most);
}

static struct rdo_profile_cost estimate(const struct fit *fit, double ratio, double ratio_error, uint64_t tile_count, uint32_t cluster, uint32_t worker_count) {
  double spread, time = predict(fit, rounds_of(tile_count, worker_count), &spread) * ratio;
  double error = fmax(fit->error, spread);
  return (struct rdo_profile_cost){.cluster = cluster,
                                   .worker_count = worker_count,
                                   .p50_ns = whole_ns(time),
                                   .p99_ns = whole_ns(time * fit->p99),
                                   .min_ns = whole_ns(time * fit->min),
                                   .max_ns = whole_ns(time * fmax(fit->max, fit->p99)),
                                   .tile_ns_max = whole_ns((double)fit->tile_ns_max * ratio),
                                   .error = error + ratio_error + error * ratio_error};
}

// The cluster whose times are taken for one that has none: the one with the most measurements, of several the first.
static uint32_t source_cluster(const struct rdo_profile *profile, const struct rdo_profile_node *node) {
  uint32_t best = RDO_PROFILE_NONE, best_count = 0;
  bool best_is_measured = false;
  for (uint32_t i = 0; i < profile->cluster_count; ++i) {
    struct points points = points_of(profile, node, i);
    bool measured = has_measured(&points);
    if (points.count == 0 || (best_is_measured && !measured)) continue;
    if (measured == best_is_measured && points.count <= best_count) continue;
    best = i;
    best_count = points.count;
    best_is_measured = measured;
  }
  return best;
}

static void estimate_node(const struct rdo_profile *profile, const struct rdo_profile_node *node, const double *misses, struct rdo_profile_cost *estimates) {
  uint32_t source = source_cluster(profile, node);
  for (uint32_t cluster = 0; cluster < profile->cluster_count; ++cluster) {
    uint32_t width = width_of(profile, node, cluster), from = cluster;
    struct points points = points_of(profile, node, cluster);
    double ratio = 1, ratio_error = 0;
    if (points.count == 0 && source != RDO_PROFILE_NONE) {
      from = source;
      points = points_of(profile, node, source);
      double missed = misses[from * profile->cluster_count + cluster];
      ratio = capacity_ratio(profile, from, cluster);
      ratio_error = missed >= 0 ? missed : error_unproved;
    }
    struct fit fit = fit_points(&points);
    for (uint32_t k = 1; k <= width && fit.is_known; ++k) estimates[k - 1] = estimate(&fit, ratio, ratio_error, node->tile_count, cluster, k);
    estimates += width;
  }
}

static void judge_models(struct rdo_profile *profile) {
  for (uint32_t i = 0; i < profile->model_count; ++i) {
    struct rdo_profile_model *model = &profile->models[i];
    model->is_calibrated = model->remark_count == 0;
    for (uint32_t k = 0; k < model->node_count && model->is_calibrated; ++k) {
      const struct rdo_profile_node *node = &profile->nodes[model->node_begin + k];
      const struct points all = {.costs = node->cost_count > 0 ? &profile->costs[node->cost_begin] : NULL, .count = node->cost_count};
      model->is_calibrated = has_measured(&all);
    }
  }
}

enum rondo_status rdo_profile_complete(struct rdo_profile *profile, struct rondo_diag *diag) {
  uint64_t count = 0;
  double *misses;
  judge_models(profile);
  for (uint32_t i = 0; i < profile->node_count; ++i) {
    profile->nodes[i].estimate_begin = (uint32_t)count;
    for (uint32_t k = 0; k < profile->cluster_count; ++k) count += width_of(profile, &profile->nodes[i], k);
    if (count <= RDO_PROFILE_ESTIMATES_MAX) continue;
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: %u nodes on %u clusters with their workers are more than %d costs: leave clusters out, or give them fewer workers",
                    profile->path, profile->node_count, profile->cluster_count, RDO_PROFILE_ESTIMATES_MAX);
  }
  RDO_TRY(rdo_arena_alloc(&profile->arena, (size_t)profile->cluster_count * profile->cluster_count, sizeof *misses, &misses, diag));
  RDO_TRY(rdo_arena_alloc(&profile->arena, (size_t)count, sizeof *profile->estimates, &profile->estimates, diag));
  profile->estimate_count = (uint32_t)count;
  compare_clusters(profile, misses);
  for (uint32_t i = 0; i < profile->node_count && count > 0; ++i) {
    estimate_node(profile, &profile->nodes[i], misses, &profile->estimates[profile->nodes[i].estimate_begin]);
  }
  return RONDO_OK;
}

const struct rdo_profile_cost *rdo_profile_find_cost(const struct rdo_profile *profile, const struct rdo_profile_node *node, uint32_t cluster,
                                                     uint32_t worker_count) {
  if (cluster >= profile->cluster_count || worker_count == 0) return NULL;
  struct points points = points_of(profile, node, cluster);
  const struct rdo_profile_cost *cost = find_point(&points, worker_count);
  if (cost != NULL || profile->estimates == NULL) return cost;
  uint32_t width = width_of(profile, node, cluster);
  if (worker_count > width) worker_count = width;
  cost = find_point(&points, worker_count);
  if (cost != NULL) return cost;
  uint32_t index = node->estimate_begin + worker_count - 1;
  for (uint32_t i = 0; i < cluster; ++i) index += width_of(profile, node, i);
  return profile->estimates[index].worker_count != 0 ? &profile->estimates[index] : NULL;
}

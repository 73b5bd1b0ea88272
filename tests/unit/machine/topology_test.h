// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Reading fixtures, and what holds for the topology of any machine. Include behind cmocka.h.

#ifndef RDO_TESTS_TOPOLOGY_TEST_H_
#define RDO_TESTS_TOPOLOGY_TEST_H_

#include "machine/topology.h"
#include "machine_tree.h"

static inline void unpack_tree(const char *name, const char *root) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s.tree", RDO_TEST_TREES, name);
  tree_unpack(path, root);
}

static inline void expect_list(const struct rdo_cpu_set *set, const char *list) {
  char text[RDO_CPU_SET_TEXT_BYTES];
  rdo_cpu_set_format(set, text, sizeof text);
  assert_string_equal(text, list);
}

static inline void expect_counts(const struct rdo_topology *t, int cpus, int packages, int cores, int nodes, int clusters) {
  assert_int_equal(t->cpu_count, cpus);
  assert_int_equal(t->package_count, packages);
  assert_int_equal(t->core_count, cores);
  assert_int_equal(t->node_count, nodes);
  assert_int_equal(t->cluster_count, clusters);
}

// Adds the members of a group to the union of those before; none may be there yet.
static inline void expect_new(struct rdo_cpu_set *seen, const struct rdo_cpu_set *group) {
  assert_false(rdo_cpu_set_intersects(seen, group));
  *seen = rdo_cpu_set_or(*seen, group);
}

static inline void expect_cpu(const struct rdo_topology *t, int i) {
  const struct rdo_cpu *cpu = &t->cpus[i];
  assert_ptr_equal(rdo_topology_find(t, cpu->os_index), cpu);
  assert_int_equal(rdo_cpu_set_nth(&t->present, i), cpu->os_index);
  assert_int_equal(cpu->is_online, rdo_cpu_set_contains(&t->online, cpu->os_index));
  assert_int_equal(cpu->is_allowed, rdo_cpu_set_contains(&t->allowed, cpu->os_index));
  assert_true(cpu->capacity >= 1 && cpu->capacity <= RDO_CAPACITY_MAX);
  assert_true(cpu->frequency_khz_max >= 0);
  for (int level = 0; level < RDO_CACHE_LEVELS; ++level) {
    assert_true(cpu->caches[level] >= -1 && cpu->caches[level] < t->cache_count);
    if (cpu->caches[level] < 0) continue;
    assert_int_equal(t->caches[cpu->caches[level]].level, level + 1);
    assert_true(rdo_cpu_set_contains(&t->caches[cpu->caches[level]].cpus, cpu->os_index));
  }
  struct rdo_cpu_set sharing = rdo_topology_sharing(t, cpu->os_index);
  assert_int_equal(rdo_cpu_set_contains(&sharing, cpu->os_index), cpu->is_online);
  assert_true(rdo_cpu_set_is_subset(&sharing, &t->online));
  if (!cpu->is_online) {
    assert_int_equal(cpu->package, -1);
    assert_int_equal(cpu->core, -1);
    assert_int_equal(cpu->node, -1);
    assert_int_equal(cpu->cluster, -1);
    return;
  }
  assert_true(rdo_cpu_set_contains(&t->packages[cpu->package].cpus, cpu->os_index));
  assert_true(rdo_cpu_set_contains(&t->nodes[cpu->node].cpus, cpu->os_index));
  assert_true(rdo_cpu_set_contains(&t->clusters[cpu->cluster].cpus, cpu->os_index));
  assert_int_equal(rdo_cpu_set_nth(&t->cores[cpu->core].cpus, cpu->smt_index), cpu->os_index);
}

// A core's lowest CPU decides where it belongs.
static inline void expect_clusters(const struct rdo_topology *t) {
  struct rdo_cpu_set seen = rdo_cpu_set_none();
  int core_count = 0, previous = -1;
  for (int i = 0; i < t->cluster_count; ++i) {
    const struct rdo_cluster *cluster = &t->clusters[i];
    expect_new(&seen, &cluster->cpus);
    assert_true(rdo_cpu_set_first(&cluster->cpus) > previous);
    previous = rdo_cpu_set_first(&cluster->cpus);
    assert_true(rdo_cpu_set_is_subset(&cluster->cpus, &t->packages[cluster->package].cpus));
    assert_true(rdo_cpu_set_is_subset(&cluster->cpus, &t->nodes[cluster->node].cpus));
    assert_true(cluster->core_count >= 1);
    core_count += cluster->core_count;
  }
  assert_true(rdo_cpu_set_equals(&seen, &t->online));
  assert_int_equal(core_count, t->core_count);
  for (int i = 0; i < t->core_count; ++i) {
    const struct rdo_cluster *cluster = &t->clusters[t->cores[i].cluster];
    int first = rdo_cpu_set_first(&t->cores[i].cpus);
    int lead_capacity = rdo_topology_find(t, rdo_cpu_set_first(&cluster->cpus))->capacity;
    int capacity = rdo_topology_find(t, first)->capacity;
    assert_true(rdo_cpu_set_is_subset(&t->cores[i].cpus, &cluster->cpus));
    if (cluster->cache >= 0) assert_true(rdo_cpu_set_contains(&t->caches[cluster->cache].cpus, first));
    assert_true(capacity * 16 >= lead_capacity * 15 - 16 && lead_capacity * 16 >= capacity * 15 - 16);
  }
}

static inline void expect_groups(const struct rdo_topology *t) {
  struct rdo_cpu_set packages = rdo_cpu_set_none(), cores = packages, nodes = packages, caches[RDO_CACHE_LEVELS] = {packages};
  for (int i = 0; i < t->package_count; ++i) expect_new(&packages, &t->packages[i].cpus);
  for (int i = 0; i < t->node_count; ++i) expect_new(&nodes, &t->nodes[i].cpus);
  for (int i = 0; i < t->core_count; ++i) {
    const struct rdo_core *core = &t->cores[i];
    expect_new(&cores, &core->cpus);
    assert_true(rdo_cpu_set_is_subset(&core->cpus, &t->packages[core->package].cpus));
    assert_true(rdo_cpu_set_is_subset(&core->cpus, &t->nodes[core->node].cpus));
  }
  assert_true(rdo_cpu_set_equals(&packages, &t->online));
  assert_true(rdo_cpu_set_equals(&nodes, &t->online));
  assert_true(rdo_cpu_set_equals(&cores, &t->online));
  for (int i = 0; i < t->cache_count; ++i) {
    assert_false(rdo_cpu_set_is_empty(&t->caches[i].cpus));
    assert_true(i == 0 || t->caches[i].level >= t->caches[i - 1].level);
    expect_new(&caches[t->caches[i].level - 1], &t->caches[i].cpus);
    assert_true(rdo_cpu_set_is_subset(&t->caches[i].cpus, &t->online));
  }
}

// Every online CPU in exactly one package, node, core and cluster, and in at most one cache of a level;
// all indices point back.
static inline void expect_consistent(const struct rdo_topology *t) {
  assert_true(t->cpu_count > 0 && t->node_count > 0 && t->cluster_count > 0);
  assert_int_equal(t->cpu_count, rdo_cpu_set_count(&t->present));
  assert_true(rdo_cpu_set_is_subset(&t->online, &t->present));
  assert_true(rdo_cpu_set_is_subset(&t->allowed, &t->online));
  for (int i = 0; i < t->cpu_count; ++i) expect_cpu(t, i);
  expect_groups(t);
  expect_clusters(t);
}

// A fixture, checked; all of it allowed.
static inline void read_tree(const char *name, struct rdo_topology *out) {
  char root[64];
  struct rondo_diag diag = {.status = RONDO_OK};
  tree_make_root(root);
  unpack_tree(name, root);
  enum rondo_status status = rdo_topology_read(&(struct rdo_topology_options){.root = root}, out, &diag);
  tree_remove(root);
  if (status != RONDO_OK) fail_msg("%s: %s", name, diag.message);
  expect_consistent(out);
  assert_true(out->is_injected);
}

#endif  // RDO_TESTS_TOPOLOGY_TEST_H_

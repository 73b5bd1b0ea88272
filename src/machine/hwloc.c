// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The reader that asks hwloc. The library is loaded when the first caller asks for it and never linked, so
// a program that does not ask needs no hwloc; built without its header, this reader only says so. Inline
// functions of its header call the library by name and must not be used here.

#include <string.h>

#include "machine/facts_impl.h"

#ifndef RDO_HAS_HWLOC

enum rondo_status rdo_topology_read_hwloc(const struct rdo_topology_options *options, struct rdo_topology *out_topology,
                                          struct rondo_diag *diag) {
  (void)options;
  memset(out_topology, 0, sizeof *out_topology);
  return rdo_fail(diag, RONDO_UNIMPLEMENTED, "this build has no hwloc (install its headers and configure again)");
}

#else

#include <dlfcn.h>
#include <errno.h>
#include <hwloc.h>
#include <stdlib.h>

#include "machine/quota.h"
#include "machine/sys_file.h"

// The library's functions ----------------------------------------------------------------------------------

// clang-format off
#define FUNCTIONS(F)                                                                                              \
  F(get_api_version) F(topology_init) F(topology_destroy) F(topology_load) F(topology_set_flags)                  \
  F(topology_is_thissystem) F(topology_get_topology_cpuset) F(topology_get_complete_cpuset) F(get_type_depth)     \
  F(get_nbobjs_by_depth) F(get_obj_by_depth) F(cpukinds_get_nr) F(cpukinds_get_info) F(bitmap_alloc) F(bitmap_free) \
  F(bitmap_next)
// clang-format on

struct library {
#define F(name) __typeof__(hwloc_##name) *name;
  FUNCTIONS(F)
#undef F
};

static enum rondo_status load_library(struct library *library, struct rondo_diag *diag) {
  void *handle = dlopen("libhwloc.so.15", RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) handle = dlopen("libhwloc.so", RTLD_NOW | RTLD_LOCAL);
  if (handle == NULL) return rdo_fail(diag, RONDO_UNAVAILABLE, "cannot load hwloc: %.300s", dlerror());
  const char *missing = NULL;
#define F(name) \
  { \
    void *symbol = dlsym(handle, "hwloc_" #name); \
    memcpy(&library->name, &symbol, sizeof symbol); \
    if (symbol == NULL) missing = "hwloc_" #name; \
  }
  FUNCTIONS(F)
#undef F
  if (missing != NULL) return rdo_fail(diag, RONDO_UNAVAILABLE, "hwloc on this machine is too old: it has no %s", missing);
  if (library->get_api_version() >> 16 != HWLOC_API_VERSION >> 16) {
    return rdo_fail(diag, RONDO_UNAVAILABLE, "hwloc on this machine has interface %#x, this build needs %#x", library->get_api_version(), HWLOC_API_VERSION);
  }
  return RONDO_OK;
}

// The environment ------------------------------------------------------------------------------------------

// What hwloc 2 takes another root from; it has no function for it.
static const char *const variables[] = {"HWLOC_FSROOT", "HWLOC_COMPONENTS", "HWLOC_HIDE_ERRORS"};
enum { VARIABLE_COUNT = sizeof variables / sizeof variables[0] };

struct environment {
  char *saved[VARIABLE_COUNT];  // NULL = was not set
  int changed_count;
};

static enum rondo_status enter_root(const char *root, struct environment *environment, struct rondo_diag *diag) {
  const char *const values[VARIABLE_COUNT] = {root, "linux,stop", "2"};
  for (int i = 0; i < VARIABLE_COUNT; ++i) {
    const char *old = getenv(variables[i]);
    environment->saved[i] = old != NULL ? strdup(old) : NULL;
    if (old != NULL && environment->saved[i] == NULL) return rdo_fail_no_memory(diag, strlen(old));
    environment->changed_count = i + 1;
    if (setenv(variables[i], values[i], 1) != 0) return rdo_fail_no_memory(diag, strlen(values[i]));
  }
  return RONDO_OK;
}

static void leave_root(struct environment *environment) {
  for (int i = 0; i < environment->changed_count; ++i) {
    if (environment->saved[i] != NULL) setenv(variables[i], environment->saved[i], 1);
    else unsetenv(variables[i]);
    free(environment->saved[i]);
  }
}

// Reading --------------------------------------------------------------------------------------------------

struct reader {
  struct library library;
  hwloc_topology_t topology;
  struct rdo_machine_facts *facts;
};

static struct rdo_cpu_set read_set(const struct reader *reader, hwloc_const_bitmap_t bitmap, uint64_t *out_beyond) {
  struct rdo_cpu_set set = rdo_cpu_set_none();
  uint64_t beyond = 0;
  for (int cpu = -1; bitmap != NULL && beyond < 1 << 20 && (cpu = reader->library.bitmap_next(bitmap, cpu)) >= 0;) {
    if (rdo_cpu_set_holds(cpu)) rdo_cpu_set_add(&set, cpu);
    else ++beyond;
  }
  if (out_beyond != NULL) *out_beyond = beyond;
  return set;
}

// Calls `take` for every object of a type and every CPU in it.
static void for_each_cpu(const struct reader *reader, hwloc_obj_type_t type,
                         void (*take)(struct rdo_cpu_facts *cpu, const struct rdo_cpu_set *set, hwloc_obj_t object)) {
  struct rdo_machine_facts *facts = reader->facts;
  int depth = reader->library.get_type_depth(reader->topology, type);
  unsigned count = reader->library.get_nbobjs_by_depth(reader->topology, depth);
  for (unsigned i = 0; i < count; ++i) {
    hwloc_obj_t object = reader->library.get_obj_by_depth(reader->topology, depth, i);
    struct rdo_cpu_set set = read_set(reader, object->cpuset, NULL);
    int ordinal = 0;
    for (int cpu = rdo_cpu_set_first(&facts->present); cpu >= 0; cpu = rdo_cpu_set_next(&facts->present, cpu), ++ordinal) {
      if (rdo_cpu_set_contains(&set, cpu)) take(&facts->cpus[ordinal], &set, object);
    }
  }
}

static void take_package(struct rdo_cpu_facts *cpu, const struct rdo_cpu_set *set, hwloc_obj_t object) {
  (void)set;
  cpu->package = object->os_index <= INT32_MAX ? (int)object->os_index : 0;
}

static void take_core(struct rdo_cpu_facts *cpu, const struct rdo_cpu_set *set, hwloc_obj_t object) {
  (void)object;
  cpu->siblings = *set;
}

static void take_cache(struct rdo_cpu_facts *cpu, const struct rdo_cpu_set *set, hwloc_obj_t object) {
  unsigned level = object->attr->cache.depth;
  if (level < 1 || level > RDO_CACHE_LEVELS) return;
  cpu->caches[level - 1] = (struct rdo_cache_facts){true, object->attr->cache.size, object->attr->cache.linesize, *set};
}

static void read_kinds(const struct reader *reader) {
  struct rdo_machine_facts *facts = reader->facts;
  hwloc_bitmap_t cpus = reader->library.bitmap_alloc();
  int count = cpus != NULL ? reader->library.cpukinds_get_nr(reader->topology, 0) : 0;
  for (int kind = 0; kind < count; ++kind) {
    unsigned info_count = 0;
    struct hwloc_info_s *infos = NULL;
    if (reader->library.cpukinds_get_info(reader->topology, (unsigned)kind, cpus, NULL, &info_count, &infos, 0) != 0) continue;
    struct rdo_cpu_set set = read_set(reader, cpus, NULL);
    long capacity = 0, megahertz = 0;
    for (unsigned i = 0; i < info_count; ++i) {
      if (strcmp(infos[i].name, "LinuxCapacity") == 0) capacity = strtol(infos[i].value, NULL, 10);
      if (strcmp(infos[i].name, "FrequencyMaxMHz") == 0) megahertz = strtol(infos[i].value, NULL, 10);
    }
    int ordinal = 0;
    for (int cpu = rdo_cpu_set_first(&facts->present); cpu >= 0; cpu = rdo_cpu_set_next(&facts->present, cpu), ++ordinal) {
      if (!rdo_cpu_set_contains(&set, cpu)) continue;
      if (capacity >= 1 && capacity <= RDO_CAPACITY_MAX) facts->cpus[ordinal].capacity = (int)capacity;
      if (megahertz >= 1 && megahertz <= 1000000) facts->cpus[ordinal].frequency_khz_max = megahertz * 1000;
    }
  }
  if (cpus != NULL) reader->library.bitmap_free(cpus);
}

static enum rondo_status read_nodes(const struct reader *reader, struct rondo_diag *diag) {
  struct rdo_machine_facts *facts = reader->facts;
  unsigned count = reader->library.get_nbobjs_by_depth(reader->topology, HWLOC_TYPE_DEPTH_NUMANODE);
  RDO_TRY(rdo_arena_alloc(&facts->arena, count, sizeof *facts->nodes, &facts->nodes, diag));
  for (unsigned i = 0; i < count; ++i) {
    hwloc_obj_t object = reader->library.get_obj_by_depth(reader->topology, HWLOC_TYPE_DEPTH_NUMANODE, i);
    facts->nodes[facts->node_count++] = (struct rdo_node_facts){
        (int)object->os_index, object->attr->numanode.local_memory, read_set(reader, object->cpuset, NULL)};
  }
  return RONDO_OK;
}

static enum rondo_status read_facts(const struct reader *reader, struct rondo_diag *diag) {
  struct rdo_machine_facts *facts = reader->facts;
  facts->present = read_set(reader, reader->library.topology_get_complete_cpuset(reader->topology), &facts->beyond_count);
  facts->online = read_set(reader, reader->library.topology_get_topology_cpuset(reader->topology), NULL);
  facts->online = rdo_cpu_set_and(facts->online, &facts->present);
  facts->isolated = rdo_cpu_set_and(facts->isolated, &facts->present);
  if (rdo_cpu_set_is_empty(&facts->online)) return rdo_fail(diag, RONDO_NOT_FOUND, "hwloc finds no CPUs");
  RDO_TRY(rdo_arena_alloc(&facts->arena, (size_t)rdo_cpu_set_count(&facts->present), sizeof *facts->cpus, &facts->cpus, diag));
  for_each_cpu(reader, HWLOC_OBJ_PACKAGE, take_package);
  for_each_cpu(reader, HWLOC_OBJ_CORE, take_core);
  for_each_cpu(reader, HWLOC_OBJ_L1CACHE, take_cache);
  for_each_cpu(reader, HWLOC_OBJ_L2CACHE, take_cache);
  for_each_cpu(reader, HWLOC_OBJ_L3CACHE, take_cache);
  read_kinds(reader);
  return read_nodes(reader, diag);
}

// What hwloc does not tell; and it takes a root that is not there for an empty one.
static enum rondo_status read_rest(const char *path, struct rdo_machine_facts *facts, struct rondo_diag *diag) {
  struct rdo_sys_root root;
  RDO_TRY(rdo_sys_root_open(path, &root, diag));
  rdo_sys_read_list(&root, &facts->isolated, NULL, "sys/devices/system/cpu/isolated");
  facts->quota_millicpus = rdo_quota_millicpus(&root);
  rdo_sys_root_close(&root);
  return RONDO_OK;
}

// Lets hwloc look; `reader->topology` is to be destroyed when it is not NULL.
static enum rondo_status load_topology(struct reader *reader, const char *root, struct rondo_diag *diag) {
  struct environment environment = {.changed_count = 0};
  if (reader->library.topology_init(&reader->topology) != 0) return rdo_fail_no_memory(diag, sizeof *reader);
  enum rondo_status status = root != NULL ? enter_root(root, &environment, diag) : RONDO_OK;
  if (status == RONDO_OK && (reader->library.topology_set_flags(reader->topology, HWLOC_TOPOLOGY_FLAG_INCLUDE_DISALLOWED) != 0 ||
                             reader->library.topology_load(reader->topology) != 0)) {
    status = rdo_fail(diag, RONDO_UNAVAILABLE, "hwloc cannot read the topology of '%s': %s", root != NULL ? root : "/", strerror(errno));
  }
  if (root != NULL) leave_root(&environment);
  reader->facts->is_injected = status == RONDO_OK && (root != NULL || !reader->library.topology_is_thissystem(reader->topology));
  return status;
}

enum rondo_status rdo_topology_read_hwloc(const struct rdo_topology_options *options, struct rdo_topology *out_topology,
                                          struct rondo_diag *diag) {
  const struct rdo_topology_options defaults = {0};
  struct rdo_machine_facts facts = {0};
  struct reader reader = {.facts = &facts};
  if (options == NULL) options = &defaults;
  memset(out_topology, 0, sizeof *out_topology);
  RDO_TRY(load_library(&reader.library, diag));
  RDO_TRY(read_rest(options->root, &facts, diag));
  enum rondo_status status = load_topology(&reader, options->root, diag);
  if (status == RONDO_OK) status = read_facts(&reader, diag);
  if (status == RONDO_OK) status = rdo_topology_build(&facts, options->allowed, out_topology, diag);
  if (reader.topology != NULL) reader.library.topology_destroy(reader.topology);
  rdo_arena_deinit(&facts.arena);
  return status;
}

#endif  // RDO_HAS_HWLOC

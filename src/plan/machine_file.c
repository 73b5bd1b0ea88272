// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/machine_file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

enum { KIB = 1024 };

// CPUs -----------------------------------------------------------------------------------------------------

static enum rondo_status read_cpu_array(const struct rdo_value *value, struct rdo_cpu_set *out_cpus, struct rondo_diag *diag) {
  size_t count = rdo_value_count(value);
  if (count == 0) return rdo_value_fail(value, diag, RONDO_INVALID_ARGUMENT, "is empty: name at least one CPU");
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(value, i);
    int64_t cpu;
    RDO_TRY(rdo_value_integer(&element, 0, RDO_CPU_SET_BITS - 1, &cpu, diag));
    if (rdo_cpu_set_contains(out_cpus, (int)cpu)) return rdo_value_fail(&element, diag, RONDO_INVALID_ARGUMENT, "names CPU %d again", (int)cpu);
    rdo_cpu_set_add(out_cpus, (int)cpu);
  }
  return RONDO_OK;
}

enum rondo_status rdo_value_cpus(const struct rdo_value *value, struct rdo_cpu_set *out_cpus, struct rondo_diag *diag) {
  *out_cpus = rdo_cpu_set_none();
  if (rdo_value_kind(value) == RDO_VALUE_ARRAY) return read_cpu_array(value, out_cpus, diag);
  const char *text;
  struct rondo_diag words = {.status = RONDO_OK};
  RDO_TRY(rdo_value_text(value, RDO_CPU_SET_TEXT_BYTES, &text, diag));
  enum rondo_status status = rdo_cpu_set_parse((struct rdo_bytes){(const uint8_t *)text, strlen(text)}, out_cpus, &words);
  return status == RONDO_OK ? RONDO_OK : rdo_value_fail(value, diag, status, "%s", words.message);
}

// Checks that the CPUs are those of this machine, if one is given.
static enum rondo_status check_cpus(const struct rdo_value *value, const struct rdo_cpu_set *cpus, const struct rdo_topology *topology,
                                    struct rondo_diag *diag) {
  struct rondo_diag words = {.status = RONDO_OK};
  enum rondo_status status = topology == NULL ? RONDO_OK : rdo_topology_check(topology, cpus, &words);
  return status == RONDO_OK ? RONDO_OK : rdo_value_fail(value, diag, status, "%s", words.message);
}

// Parts ----------------------------------------------------------------------------------------------------

struct reader {
  const struct rdo_topology *topology;
  struct rdo_machine_file *file;
  struct rondo_diag *diag;
};

static enum rondo_status read_name(struct reader *reader, const struct rdo_value *object, const char **out_name) {
  struct rdo_value member;
  const char *text;
  RDO_TRY(rdo_value_require(object, "name", RDO_VALUE_TEXT, "a name of your choice, such as \"CPU_P\"", &member, reader->diag));
  RDO_TRY(rdo_value_text(&member, RDO_NAME_BYTES_MAX, &text, reader->diag));
  if (text[0] == '\0') return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "is empty");
  return rdo_text_copy(&reader->file->arena, text, out_name, reader->diag);
}

// A cluster's own name, or for `id`: 3, "cluster3".
static enum rondo_status read_cluster_name(struct reader *reader, const struct rdo_value *object, const char **out_name) {
  struct rdo_value id;
  struct rdo_value name;
  if (rdo_value_find(object, "name", &name) || !rdo_value_find(object, "id", &id)) return read_name(reader, object, out_name);
  int64_t number;
  char text[32];
  RDO_TRY(rdo_value_integer(&id, 0, INT32_MAX, &number, reader->diag));
  snprintf(text, sizeof text, "cluster%" PRId64, number);
  return rdo_text_copy(&reader->file->arena, text, out_name, reader->diag);
}

// A unit that a cluster of the four-file form carries: exclusive, and tied to the cluster's CPUs.
static enum rondo_status read_npu(struct reader *reader, const struct rdo_value *object, const struct rdo_cluster_entry *cluster) {
  static const char *const known[] = {"type", "ops_per_sec"};
  struct rdo_value npu;
  if (!rdo_value_find(object, "npu", &npu)) return RONDO_OK;
  RDO_TRY(rdo_value_expect(&npu, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(&npu, known, COUNT(known), reader->diag));
  struct rdo_machine_file *file = reader->file;
  struct rdo_resource_entry *resource = &file->resources[file->resource_count];
  *resource = (struct rdo_resource_entry){.capacity = 1, .cpus = cluster->cpus, .type = ""};
  const char *type = "";
  char name[32] = "npu";
  if (file->resource_count > 0) snprintf(name, sizeof name, "npu%d", file->resource_count);
  RDO_TRY(rdo_member_text(&npu, "type", &type, reader->diag));
  RDO_TRY(rdo_member_number(&npu, "ops_per_sec", 0, 1e30, &resource->operations_per_s, reader->diag));
  RDO_TRY(rdo_text_copy(&file->arena, type, &resource->type, reader->diag));
  RDO_TRY(rdo_text_copy(&file->arena, name, &resource->name, reader->diag));
  ++file->resource_count;
  return RONDO_OK;
}

static enum rondo_status read_frequency(struct reader *reader, const struct rdo_value *object, int64_t *out_khz) {
  double mhz = 0;
  RDO_TRY(rdo_member_number(object, "max_frequency_mhz", 0, 1e9, &mhz, reader->diag));
  *out_khz = (int64_t)(mhz * 1000 + 0.5);
  return RONDO_OK;
}

// A size in KiB under a key of the four-file form.
static enum rondo_status read_kib(struct reader *reader, const struct rdo_value *object, const char *key, int64_t *out_bytes) {
  double kib = 0;
  RDO_TRY(rdo_member_number(object, key, 0, 1e12, &kib, reader->diag));
  *out_bytes = (int64_t)(kib * KIB + 0.5);
  return RONDO_OK;
}

// `cpus`, or `cores` in the four-file form. A cluster without either has `workers` only.
static enum rondo_status read_cluster_cpus(struct reader *reader, const struct rdo_value *object, struct rdo_cluster_entry *cluster) {
  struct rdo_value cpus, cores;
  bool has_cpus = rdo_value_find(object, "cpus", &cpus);
  if (rdo_value_find(object, "cores", &cores)) {
    if (has_cpus) return rdo_value_fail(&cores, reader->diag, RONDO_INVALID_ARGUMENT, "cpus is given as well: keep one of them");
    cpus = cores;
    has_cpus = true;
  }
  if (has_cpus) {
    RDO_TRY(rdo_value_cpus(&cpus, &cluster->cpus, reader->diag));
    RDO_TRY(check_cpus(&cpus, &cluster->cpus, reader->topology, reader->diag));
    for (const struct rdo_cluster_entry *other = reader->file->clusters; other < cluster; ++other) {
      struct rdo_cpu_set common = rdo_cpu_set_and(cluster->cpus, &other->cpus);
      if (rdo_cpu_set_is_empty(&common)) continue;
      return rdo_value_fail(&cpus, reader->diag, RONDO_INVALID_ARGUMENT, "CPU %d is in cluster %s as well: clusters may not overlap, lanes may",
                            rdo_cpu_set_first(&common), other->name);
    }
    cluster->worker_count = rdo_cpu_set_count(&cluster->cpus);
  }
  RDO_TRY(rdo_member_int(object, "workers", 1, RDO_MACHINE_WORKERS_MAX, &cluster->worker_count, reader->diag));
  if (cluster->worker_count > 0) return RONDO_OK;
  return rdo_value_fail(&cpus, reader->diag, RONDO_INVALID_ARGUMENT,
                        "is missing: the CPUs of the cluster, such as \"0-3\" (or only `workers`, to plan for a machine without running on it)");
}

static enum rondo_status read_cluster(struct reader *reader, const struct rdo_value *object, struct rdo_cluster_entry *cluster) {
  static const char *const known[] = {"name", "id", "cpus", "cores", "workers", "capacity", "jobs_max", "max_frequency_mhz", "l2_cache_kb",
                                      "handover_*", "wake_*", "variant", "npu"};
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  RDO_TRY(read_cluster_name(reader, object, &cluster->name));
  RDO_TRY(read_cluster_cpus(reader, object, cluster));
  const char *variant = "";
  RDO_TRY(rdo_member_int(object, "capacity", 1, RDO_CAPACITY_MAX, &cluster->capacity, reader->diag));
  RDO_TRY(rdo_member_int(object, "jobs_max", 0, INT32_MAX, &cluster->job_count_max, reader->diag));
  RDO_TRY(rdo_member_text(object, "variant", &variant, reader->diag));
  RDO_TRY(rdo_text_copy(&reader->file->arena, variant, &cluster->variant, reader->diag));
  RDO_TRY(read_frequency(reader, object, &cluster->frequency_khz));
  RDO_TRY(read_kib(reader, object, "l2_cache_kb", &cluster->l2_bytes));
  bool is_given;
  RDO_TRY(rdo_member_time(object, "handover", 0, RDO_TIME_NS_MAX, &cluster->handover_ns, &is_given, reader->diag));
  RDO_TRY(rdo_member_time(object, "wake", 0, RDO_TIME_NS_MAX, &cluster->wake_ns, &is_given, reader->diag));
  return read_npu(reader, object, cluster);
}

static enum rondo_status read_lane(struct reader *reader, const struct rdo_value *object, struct rdo_lane_entry *lane) {
  static const char *const known[] = {"name", "cluster", "cpus", "workers", "jobs_max"};
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  RDO_TRY(read_name(reader, object, &lane->name));
  struct rdo_value member;
  const char *name;
  RDO_TRY(rdo_value_require(object, "cluster", RDO_VALUE_TEXT, "the cluster whose CPUs it uses", &member, reader->diag));
  RDO_TRY(rdo_value_text(&member, RDO_NAME_BYTES_MAX, &name, reader->diag));
  lane->cluster = rdo_machine_file_find_cluster(reader->file, name);
  if (lane->cluster < 0) return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "there is no cluster \"%s\" in `clusters`", name);
  const struct rdo_cluster_entry *cluster = &reader->file->clusters[lane->cluster];
  lane->cpus = cluster->cpus;
  lane->worker_count = cluster->worker_count;
  if (rdo_value_find(object, "cpus", &member)) {
    RDO_TRY(rdo_value_cpus(&member, &lane->cpus, reader->diag));
    struct rdo_cpu_set outside = rdo_cpu_set_andnot(lane->cpus, &cluster->cpus);
    if (!rdo_cpu_set_is_empty(&outside)) {
      return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "CPU %d is not in cluster %s", rdo_cpu_set_first(&outside),
                            cluster->name);
    }
    lane->worker_count = rdo_cpu_set_count(&lane->cpus);
  }
  RDO_TRY(rdo_member_int(object, "workers", 1, RDO_MACHINE_WORKERS_MAX, &lane->worker_count, reader->diag));
  return rdo_member_int(object, "jobs_max", 0, INT32_MAX, &lane->job_count_max, reader->diag);
}

static enum rondo_status read_resource(struct reader *reader, const struct rdo_value *object, struct rdo_resource_entry *resource) {
  static const char *const known[] = {"name", "type", "cpus", "capacity", "ops_per_sec"};
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  const char *type = "";
  struct rdo_value member;
  resource->capacity = 1;
  RDO_TRY(read_name(reader, object, &resource->name));
  RDO_TRY(rdo_member_text(object, "type", &type, reader->diag));
  RDO_TRY(rdo_text_copy(&reader->file->arena, type, &resource->type, reader->diag));
  RDO_TRY(rdo_member_int(object, "capacity", 1, RDO_MACHINE_WORKERS_MAX, &resource->capacity, reader->diag));
  RDO_TRY(rdo_member_number(object, "ops_per_sec", 0, 1e30, &resource->operations_per_s, reader->diag));
  if (!rdo_value_find(object, "cpus", &member)) return RONDO_OK;
  RDO_TRY(rdo_value_cpus(&member, &resource->cpus, reader->diag));
  for (int i = 0; i < reader->file->cluster_count; ++i) {
    if (rdo_cpu_set_intersects(&resource->cpus, &reader->file->clusters[i].cpus)) return RONDO_OK;
  }
  return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "no cluster has one of these CPUs: nothing could use it");
}

static enum rondo_status read_cluster_ref(struct reader *reader, const struct rdo_value *object, const char *key, int *out_cluster) {
  struct rdo_value member;
  const char *name;
  RDO_TRY(rdo_value_require(object, key, RDO_VALUE_TEXT, "the name of a cluster", &member, reader->diag));
  RDO_TRY(rdo_value_text(&member, RDO_NAME_BYTES_MAX, &name, reader->diag));
  *out_cluster = rdo_machine_file_find_cluster(reader->file, name);
  if (*out_cluster >= 0) return RONDO_OK;
  return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "there is no cluster \"%s\" in `clusters`", name);
}

static enum rondo_status read_transition(struct reader *reader, const struct rdo_value *object, struct rdo_transition_entry *transition) {
  static const char *const known[] = {"from", "to", "cost_*"};
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  RDO_TRY(read_cluster_ref(reader, object, "from", &transition->from));
  RDO_TRY(read_cluster_ref(reader, object, "to", &transition->to));
  if (transition->from == transition->to) {
    return rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT, "from and to are one cluster, within which moving is free");
  }
  for (const struct rdo_transition_entry *other = reader->file->transitions; other < transition; ++other) {
    if (other->from != transition->from || other->to != transition->to) continue;
    return rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT,
                          "these clusters have a transition already, transitions[%d]: remove one", (int)(other - reader->file->transitions));
  }
  bool is_given;
  RDO_TRY(rdo_member_time(object, "cost", 0, RDO_TIME_NS_MAX, &transition->cost_ns, &is_given, reader->diag));
  return is_given ? RONDO_OK : rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT,
                                              "has no cost_us (or cost_ns, cost_ms): say what moving costs");
}

// The whole ------------------------------------------------------------------------------------------------

// An array of the file that may be missing, up to a number of elements; *out_count 0 then.
static enum rondo_status find_array(struct reader *reader, const struct rdo_value *root, const char *key, int count_max,
                                    struct rdo_value *out_array, int *out_count) {
  *out_count = 0;
  if (!rdo_value_find(root, key, out_array)) return RONDO_OK;
  size_t count;
  RDO_TRY(rdo_value_array(out_array, (size_t)count_max, &count, reader->diag));
  *out_count = (int)count;
  return RONDO_OK;
}

static enum rondo_status read_clusters(struct reader *reader, const struct rdo_value *root) {
  struct rdo_machine_file *file = reader->file;
  struct rdo_value array, resources;
  int count, resource_count;
  RDO_TRY(rdo_value_require(root, "clusters", RDO_VALUE_ARRAY,
                            "an array of clusters, each with `name` and `cpus`; `rondo machine --output=FILE` writes one", &array, reader->diag));
  RDO_TRY(find_array(reader, root, "clusters", RDO_MACHINE_CLUSTERS_MAX, &array, &count));
  if (count == 0) return rdo_value_fail(&array, reader->diag, RONDO_INVALID_ARGUMENT, "is empty: a machine has one cluster at least");
  // Each cluster may bring a unit with it.
  RDO_TRY(find_array(reader, root, "resources", RDO_MACHINE_RESOURCES_MAX, &resources, &resource_count));
  RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)count, sizeof *file->clusters, &file->clusters, reader->diag));
  RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)(count + resource_count), sizeof *file->resources, &file->resources, reader->diag));
  for (int i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, (size_t)i);
    RDO_TRY(read_cluster(reader, &element, &file->clusters[i]));
    int other = rdo_machine_file_find_cluster(file, file->clusters[i].name);
    if (other >= 0) {
      return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "clusters[%d] is called \"%s\" as well", other,
                            file->clusters[i].name);
    }
    ++file->cluster_count;
  }
  return RONDO_OK;
}

// Capacities that the file leaves out follow from frequencies, if all of them are known.
static void complete_capacities(struct rdo_machine_file *file) {
  int64_t highest = 0;
  bool are_known = true;
  for (int i = 0; i < file->cluster_count; ++i) {
    int64_t frequency = file->clusters[i].frequency_khz;
    if (frequency > highest) highest = frequency;
    if (frequency == 0) are_known = false;
  }
  for (int i = 0; i < file->cluster_count; ++i) {
    struct rdo_cluster_entry *cluster = &file->clusters[i];
    if (cluster->capacity != 0) continue;
    cluster->capacity = are_known ? (int)(cluster->frequency_khz * RDO_CAPACITY_MAX / highest) : RDO_CAPACITY_MAX;
    if (cluster->capacity < 1) cluster->capacity = 1;
  }
}

// Lanes in the order of their clusters, those of the file first, one for each cluster without.
static enum rondo_status order_lanes(struct reader *reader, const struct rdo_lane_entry *named, int named_count) {
  struct rdo_machine_file *file = reader->file;
  RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)(named_count + file->cluster_count), sizeof *file->lanes, &file->lanes, reader->diag));
  for (int i = 0; i < file->cluster_count; ++i) {
    struct rdo_cluster_entry *cluster = &file->clusters[i];
    cluster->lane_begin = file->lane_count;
    for (int k = 0; k < named_count; ++k) {
      if (named[k].cluster == i) file->lanes[file->lane_count++] = named[k];
    }
    if (file->lane_count == cluster->lane_begin) {
      file->lanes[file->lane_count++] = (struct rdo_lane_entry){
          .name = cluster->name, .cluster = i, .cpus = cluster->cpus, .worker_count = cluster->worker_count, .is_implicit = true};
    }
    cluster->lane_count = file->lane_count - cluster->lane_begin;
  }
  return RONDO_OK;
}

static enum rondo_status read_lanes(struct reader *reader, const struct rdo_value *root) {
  struct rdo_value array;
  struct rdo_lane_entry *named;
  int count;
  RDO_TRY(find_array(reader, root, "lanes", RDO_MACHINE_LANES_MAX - reader->file->cluster_count, &array, &count));
  RDO_TRY(rdo_arena_alloc(&reader->file->arena, (size_t)count, sizeof *named, &named, reader->diag));
  for (int i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, (size_t)i);
    RDO_TRY(read_lane(reader, &element, &named[i]));
    int cluster = rdo_machine_file_find_cluster(reader->file, named[i].name);
    if (cluster >= 0 && cluster != named[i].cluster) {
      return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "is called \"%s\" as a cluster that it is not on", named[i].name);
    }
    for (int k = 0; k < i; ++k) {
      if (strcmp(named[k].name, named[i].name) == 0) {
        return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "lanes[%d] is called \"%s\" as well", k, named[i].name);
      }
    }
  }
  return order_lanes(reader, named, count);
}

static enum rondo_status read_resources(struct reader *reader, const struct rdo_value *root) {
  struct rdo_machine_file *file = reader->file;
  struct rdo_value array;
  int count;
  RDO_TRY(find_array(reader, root, "resources", RDO_MACHINE_RESOURCES_MAX, &array, &count));
  for (int i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, (size_t)i);
    struct rdo_resource_entry *resource = &file->resources[file->resource_count];
    RDO_TRY(read_resource(reader, &element, resource));
    if (rdo_machine_file_find_resource(file, resource->name) >= 0) {
      return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "another resource is called \"%s\" as well", resource->name);
    }
    ++file->resource_count;
  }
  return RONDO_OK;
}

static enum rondo_status read_transitions(struct reader *reader, const struct rdo_value *root) {
  struct rdo_machine_file *file = reader->file;
  struct rdo_value array;
  int count;
  RDO_TRY(find_array(reader, root, "transitions", RDO_MACHINE_CLUSTERS_MAX, &array, &count));
  RDO_TRY(rdo_arena_alloc(&file->arena, (size_t)count, sizeof *file->transitions, &file->transitions, reader->diag));
  for (int i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, (size_t)i);
    RDO_TRY(read_transition(reader, &element, &file->transitions[i]));
    ++file->transition_count;
  }
  return RONDO_OK;
}

enum rondo_status rdo_machine_file_read_value(const struct rdo_value *value, const struct rdo_topology *topology,
                                              struct rdo_machine_file *out_file, struct rondo_diag *diag) {
  static const char *const known[] = {"schema", "clusters", "lanes", "resources", "transitions", "jobs_max", "memory_bytes_max",
                                      "shared_l3_cache_kb", "memory_bandwidth_gbps"};
  struct reader reader = {topology, out_file, diag};
  *out_file = (struct rdo_machine_file){0};
  RDO_TRY(rdo_value_expect(value, RDO_VALUE_OBJECT, diag));
  RDO_TRY(rdo_value_note_unknown(value, known, COUNT(known), diag));
  RDO_TRY(read_clusters(&reader, value));
  complete_capacities(out_file);
  RDO_TRY(read_lanes(&reader, value));
  RDO_TRY(read_resources(&reader, value));
  RDO_TRY(read_transitions(&reader, value));
  RDO_TRY(rdo_member_int(value, "jobs_max", 0, INT32_MAX, &out_file->job_count_max, diag));
  RDO_TRY(rdo_member_integer(value, "memory_bytes_max", 0, INT64_MAX, &out_file->memory_bytes_max, diag));
  RDO_TRY(read_kib(&reader, value, "shared_l3_cache_kb", &out_file->l3_bytes));
  return rdo_member_number(value, "memory_bandwidth_gbps", 0, 1e9, &out_file->memory_gb_per_s, diag);
}

enum rondo_status rdo_machine_file_read(const char *path, const struct rdo_topology *topology, struct rdo_machine_file *out_file,
                                        struct rondo_diag *diag) {
  struct rdo_notes notes = {0};
  struct rdo_document document;
  *out_file = (struct rdo_machine_file){0};
  enum rondo_status status = rdo_document_open(path, &notes, &document, diag);
  if (status == RONDO_OK) status = rdo_document_check_schema(&document, "rondo.machine", 1, diag);
  if (status == RONDO_OK) {
    struct rdo_value root = rdo_document_root(&document);
    status = rdo_machine_file_read_value(&root, topology, out_file, diag);
  }
  rdo_document_deinit(&document);
  out_file->notes = notes;
  return status;
}

enum rondo_status rdo_machine_file_check(const struct rdo_machine_file *file, const struct rdo_topology *topology, const char *place,
                                         struct rondo_diag *diag) {
  for (int i = 0; i < file->cluster_count; ++i) {
    const struct rdo_cluster_entry *cluster = &file->clusters[i];
    struct rondo_diag words = {.status = RONDO_OK};
    if (rdo_cpu_set_is_empty(&cluster->cpus)) {
      return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "%sclusters[%d].cpus: is missing: cluster %s can be planned for, not run on", place, i,
                      cluster->name);
    }
    enum rondo_status status = rdo_topology_check(topology, &cluster->cpus, &words);
    if (status != RONDO_OK) return rdo_fail(diag, status, "%sclusters[%d].cpus: %s", place, i, words.message);
  }
  return RONDO_OK;
}

void rdo_machine_file_deinit(struct rdo_machine_file *file) {
  if (file == NULL) return;
  rdo_notes_deinit(&file->notes);
  rdo_arena_deinit(&file->arena);
  *file = (struct rdo_machine_file){0};
}

// Looking up -----------------------------------------------------------------------------------------------

int rdo_machine_file_find_cluster(const struct rdo_machine_file *file, const char *name) {
  for (int i = 0; i < file->cluster_count; ++i) {
    if (strcmp(file->clusters[i].name, name) == 0) return i;
  }
  return -1;
}

int rdo_machine_file_find_lane(const struct rdo_machine_file *file, const char *name) {
  for (int i = 0; i < file->lane_count; ++i) {
    if (strcmp(file->lanes[i].name, name) == 0) return i;
  }
  return -1;
}

int rdo_machine_file_find_resource(const struct rdo_machine_file *file, const char *name) {
  for (int i = 0; i < file->resource_count; ++i) {
    if (strcmp(file->resources[i].name, name) == 0) return i;
  }
  return -1;
}

// Detecting ------------------------------------------------------------------------------------------------

// A worker for each core, as everywhere: two of them on the CPUs of one core would share it.
static int count_workers(const struct rdo_topology *topology, const struct rdo_cpu_set *cpus) {
  int count = 0;
  for (int i = 0; i < topology->core_count; ++i) count += rdo_cpu_set_intersects(&topology->cores[i].cpus, cpus);
  return count > 0 ? count : rdo_cpu_set_count(cpus);
}

static void detect_cluster(const struct rdo_topology *topology, int index, struct rdo_machine_file *file) {
  const struct rdo_cluster *source = &topology->clusters[index];
  struct rdo_cluster_entry *cluster = &file->clusters[file->cluster_count];
  struct rdo_cpu_set cpus = rdo_cpu_set_and(source->cpus, &topology->allowed);
  if (rdo_cpu_set_is_empty(&cpus)) return;
  *cluster = (struct rdo_cluster_entry){.cpus = cpus, .capacity = source->capacity, .variant = ""};
  cluster->worker_count = count_workers(topology, &cpus);
  if (source->cache >= 0 && topology->caches[source->cache].level == 2) cluster->l2_bytes = (int64_t)topology->caches[source->cache].size_bytes;
  for (int i = 0; i < topology->cpu_count; ++i) {
    const struct rdo_cpu *cpu = &topology->cpus[i];
    if (cpu->cluster == index && cpu->frequency_khz_max > cluster->frequency_khz) cluster->frequency_khz = cpu->frequency_khz_max;
  }
  ++file->cluster_count;
}

// CPU_P for the fastest, CPU_E for the others, numbered where there are several.
static enum rondo_status name_clusters(struct rdo_machine_file *file, struct rondo_diag *diag) {
  int highest = 0, fast_count = 0, fast = 0, slow = 0;
  for (int i = 0; i < file->cluster_count; ++i) {
    if (file->clusters[i].capacity > highest) highest = file->clusters[i].capacity;
  }
  for (int i = 0; i < file->cluster_count; ++i) fast_count += file->clusters[i].capacity == highest;
  for (int i = 0; i < file->cluster_count; ++i) {
    struct rdo_cluster_entry *cluster = &file->clusters[i];
    bool is_fast = cluster->capacity == highest;
    int count = is_fast ? fast_count : file->cluster_count - fast_count;
    int number = is_fast ? fast++ : slow++;
    char name[32];
    snprintf(name, sizeof name, count == 1 ? "%s" : "%s%d", is_fast ? "CPU_P" : "CPU_E", number);
    RDO_TRY(rdo_text_copy(&file->arena, name, &cluster->name, diag));
  }
  return RONDO_OK;
}

enum rondo_status rdo_machine_file_detect(const struct rdo_topology *topology, struct rdo_machine_file *out_file, struct rondo_diag *diag) {
  struct reader reader = {topology, out_file, diag};
  *out_file = (struct rdo_machine_file){0};
  RDO_TRY(rdo_arena_alloc(&out_file->arena, (size_t)topology->cluster_count, sizeof *out_file->clusters, &out_file->clusters, diag));
  for (int i = 0; i < topology->cluster_count; ++i) detect_cluster(topology, i, out_file);
  if (out_file->cluster_count == 0) return rdo_fail(diag, RONDO_NOT_FOUND, "this machine has no CPU that may be used");
  RDO_TRY(name_clusters(out_file, diag));
  for (int i = 0; i < topology->cache_count; ++i) {
    const struct rdo_cache *cache = &topology->caches[i];
    if (cache->level == 3 && (int64_t)cache->size_bytes > out_file->l3_bytes) out_file->l3_bytes = (int64_t)cache->size_bytes;
  }
  return order_lanes(&reader, NULL, 0);
}

// Writing --------------------------------------------------------------------------------------------------

static void write_cpus(struct rdo_json_writer *writer, const struct rdo_cpu_set *cpus) {
  char text[RDO_CPU_SET_TEXT_BYTES];
  if (rdo_cpu_set_is_empty(cpus)) return;
  rdo_cpu_set_format(cpus, text, sizeof text);
  rdo_json_write_text(writer, "cpus", text);
}

// 0 means what is left out means.
static void write_positive(struct rdo_json_writer *writer, const char *key, int64_t number) {
  if (number > 0) rdo_json_write_integer(writer, key, number);
}

static void write_amount(struct rdo_json_writer *writer, const char *key, double number) {
  if (number > 0) rdo_json_write_number(writer, key, number);
}

static void write_word(struct rdo_json_writer *writer, const char *key, const char *text) {
  if (text[0] != '\0') rdo_json_write_text(writer, key, text);
}

static void write_clusters(const struct rdo_machine_file *file, struct rdo_json_writer *writer) {
  rdo_json_begin_array(writer, "clusters", RDO_JSON_LINES);
  for (int i = 0; i < file->cluster_count; ++i) {
    const struct rdo_cluster_entry *cluster = &file->clusters[i];
    rdo_json_begin_object(writer, NULL, RDO_JSON_INLINE);
    rdo_json_write_text(writer, "name", cluster->name);
    write_cpus(writer, &cluster->cpus);
    rdo_json_write_integer(writer, "workers", cluster->worker_count);
    rdo_json_write_integer(writer, "capacity", cluster->capacity);
    write_positive(writer, "jobs_max", cluster->job_count_max);
    write_amount(writer, "max_frequency_mhz", (double)cluster->frequency_khz / 1000);
    write_amount(writer, "l2_cache_kb", (double)cluster->l2_bytes / KIB);
    write_positive(writer, "handover_ns", cluster->handover_ns);
    write_positive(writer, "wake_ns", cluster->wake_ns);
    write_word(writer, "variant", cluster->variant);
    rdo_json_end(writer);
  }
  rdo_json_end(writer);
}

static void write_lanes(const struct rdo_machine_file *file, struct rdo_json_writer *writer) {
  rdo_json_begin_array(writer, "lanes", RDO_JSON_LINES);
  for (int i = 0; i < file->lane_count; ++i) {
    const struct rdo_lane_entry *lane = &file->lanes[i];
    if (lane->is_implicit) continue;
    rdo_json_begin_object(writer, NULL, RDO_JSON_INLINE);
    rdo_json_write_text(writer, "name", lane->name);
    rdo_json_write_text(writer, "cluster", file->clusters[lane->cluster].name);
    write_cpus(writer, &lane->cpus);
    rdo_json_write_integer(writer, "workers", lane->worker_count);
    write_positive(writer, "jobs_max", lane->job_count_max);
    rdo_json_end(writer);
  }
  rdo_json_end(writer);
}

static void write_resources(const struct rdo_machine_file *file, struct rdo_json_writer *writer) {
  rdo_json_begin_array(writer, "resources", RDO_JSON_LINES);
  for (int i = 0; i < file->resource_count; ++i) {
    const struct rdo_resource_entry *resource = &file->resources[i];
    rdo_json_begin_object(writer, NULL, RDO_JSON_INLINE);
    rdo_json_write_text(writer, "name", resource->name);
    write_word(writer, "type", resource->type);
    write_cpus(writer, &resource->cpus);
    rdo_json_write_integer(writer, "capacity", resource->capacity);
    write_amount(writer, "ops_per_sec", resource->operations_per_s);
    rdo_json_end(writer);
  }
  rdo_json_end(writer);
}

static void write_transitions(const struct rdo_machine_file *file, struct rdo_json_writer *writer) {
  rdo_json_begin_array(writer, "transitions", RDO_JSON_LINES);
  for (int i = 0; i < file->transition_count; ++i) {
    const struct rdo_transition_entry *transition = &file->transitions[i];
    rdo_json_begin_object(writer, NULL, RDO_JSON_INLINE);
    rdo_json_write_text(writer, "from", file->clusters[transition->from].name);
    rdo_json_write_text(writer, "to", file->clusters[transition->to].name);
    rdo_json_write_integer(writer, "cost_ns", transition->cost_ns);
    rdo_json_end(writer);
  }
  rdo_json_end(writer);
}

void rdo_machine_file_write_value(const struct rdo_machine_file *file, struct rdo_json_writer *writer, const char *key) {
  rdo_json_begin_object(writer, key, RDO_JSON_LINES);
  rdo_json_write_text(writer, "schema", "rondo.machine/1");
  write_clusters(file, writer);
  write_lanes(file, writer);
  write_resources(file, writer);
  write_transitions(file, writer);
  write_positive(writer, "jobs_max", file->job_count_max);
  write_positive(writer, "memory_bytes_max", file->memory_bytes_max);
  write_amount(writer, "shared_l3_cache_kb", (double)file->l3_bytes / KIB);
  write_amount(writer, "memory_bandwidth_gbps", file->memory_gb_per_s);
  rdo_json_end(writer);
}

enum rondo_status rdo_machine_file_write(const struct rdo_machine_file *file, const char *path, struct rondo_diag *diag) {
  struct rdo_json_writer writer;
  enum rondo_status status = rdo_json_writer_init(&writer, path, diag);
  if (status == RONDO_OK) {
    rdo_machine_file_write_value(file, &writer, NULL);
    status = rdo_json_writer_finish(&writer, diag);
  }
  rdo_json_writer_deinit(&writer);
  return status;
}

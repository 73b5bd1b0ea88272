// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "plan/profile_file.h"

#include <string.h>

#include "plan/dispatch_dump.h"
#include "plan/job_sources.h"
#include "plan/machine_file.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof *(array)))

enum { COSTS_MAX = RDO_PROFILE_CLUSTERS_MAX * RDO_PROFILE_WORKERS_MAX };

#define CYCLES_ERROR 0.5  // of cycles that somebody has estimated: nobody has said, and memory is not in them

static const int64_t sample_count_max = INT64_C(1) << 53, tile_count_max = INT64_C(1) << 53;

struct reader {
  const struct rdo_machine_file *machine;
  struct rdo_profile *profile;
  struct rondo_diag *diag;
};

// An array that may be missing, up to a number of elements; *out_count 0 then.
static enum rondo_status find_array(struct reader *reader, const struct rdo_value *object, const char *key, size_t count_max,
                                    struct rdo_value *out_array, size_t *out_count) {
  *out_count = 0;
  if (!rdo_value_find(object, key, out_array)) return RONDO_OK;
  return rdo_value_array(out_array, count_max, out_count, reader->diag);
}

static enum rondo_status keep_text(struct reader *reader, const struct rdo_value *object, const char *key, const char *advice, const char **out_text) {
  struct rdo_value member;
  const char *text;
  RDO_TRY(rdo_value_require(object, key, RDO_VALUE_TEXT, advice, &member, reader->diag));
  RDO_TRY(rdo_value_text(&member, RDO_NAME_BYTES_MAX, &text, reader->diag));
  if (text[0] == '\0') return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "is empty");
  return rdo_text_copy(&reader->profile->arena, text, out_text, reader->diag);
}

// A text that may be missing or empty.
static enum rondo_status keep_word(struct reader *reader, const struct rdo_value *object, const char *key, const char **out_text) {
  const char *text = "";
  RDO_TRY(rdo_member_text(object, key, &text, reader->diag));
  return rdo_text_copy(&reader->profile->arena, text, out_text, reader->diag);
}

// Clusters -------------------------------------------------------------------------------------------------

static enum rondo_status read_cluster(struct reader *reader, const struct rdo_value *object) {
  static const char *const known[] = {"name", "capacity", "workers"};
  struct rdo_profile *profile = reader->profile;
  uint32_t index = profile->cluster_count;
  int capacity = 0, worker_count = 1;
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  RDO_TRY(keep_text(reader, object, "name", "the name of a cluster of the machine file", &profile->clusters[index]));
  RDO_TRY(rdo_member_int(object, "capacity", 1, RDO_CAPACITY_MAX, &capacity, reader->diag));
  RDO_TRY(rdo_member_int(object, "workers", 1, RDO_MACHINE_WORKERS_MAX, &worker_count, reader->diag));
  profile->cluster_capacities[index] = (uint32_t)capacity;
  profile->cluster_workers[index] = (uint32_t)worker_count;
  uint32_t other = rdo_profile_find_cluster(profile, profile->clusters[index]);
  if (other != RDO_PROFILE_NONE) {
    return rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT, "clusters[%u] is called \"%s\" as well", other, profile->clusters[index]);
  }
  ++profile->cluster_count;
  if (reader->machine == NULL || rdo_machine_file_find_cluster(reader->machine, profile->clusters[index]) >= 0) return RONDO_OK;
  return rdo_value_fail(object, reader->diag, RONDO_NOT_FOUND, "the machine has no cluster \"%s\"", profile->clusters[index]);
}

static enum rondo_status reserve_clusters(struct reader *reader, size_t count) {
  struct rdo_profile *profile = reader->profile;
  RDO_TRY(rdo_arena_alloc(&profile->arena, count, sizeof *profile->clusters, &profile->clusters, reader->diag));
  RDO_TRY(rdo_arena_alloc(&profile->arena, count, sizeof *profile->cluster_capacities, &profile->cluster_capacities, reader->diag));
  return rdo_arena_alloc(&profile->arena, count, sizeof *profile->cluster_workers, &profile->cluster_workers, reader->diag);
}

// Those of the machine that the file does not have stand behind its own: their costs are estimated.
static enum rondo_status add_machine_clusters(struct reader *reader) {
  struct rdo_profile *profile = reader->profile;
  for (int i = 0; reader->machine != NULL && i < reader->machine->cluster_count; ++i) {
    const struct rdo_cluster_entry *cluster = &reader->machine->clusters[i];
    uint32_t index = rdo_profile_find_cluster(profile, cluster->name);
    if (index == RDO_PROFILE_NONE) {
      if (profile->cluster_count == RDO_PROFILE_CLUSTERS_MAX) {
        return rdo_fail(reader->diag, RONDO_OUT_OF_RANGE, "%s: with the machine's there are more than %d clusters", profile->path, RDO_PROFILE_CLUSTERS_MAX);
      }
      index = profile->cluster_count;
      RDO_TRY(rdo_text_copy(&profile->arena, cluster->name, &profile->clusters[index], reader->diag));
      ++profile->cluster_count;
    }
    if (profile->cluster_capacities[index] == 0) profile->cluster_capacities[index] = (uint32_t)cluster->capacity;
    if (profile->cluster_workers[index] < (uint32_t)cluster->worker_count) profile->cluster_workers[index] = (uint32_t)cluster->worker_count;
  }
  return RONDO_OK;
}

static enum rondo_status read_clusters(struct reader *reader, const struct rdo_value *root) {
  struct rdo_value array;
  size_t count;
  RDO_TRY(rdo_value_require(root, "clusters", RDO_VALUE_ARRAY, "an array of clusters, each with `name`; `rondo profile -o FILE` writes one", &array,
                            reader->diag));
  RDO_TRY(rdo_value_array(&array, RDO_PROFILE_CLUSTERS_MAX, &count, reader->diag));
  RDO_TRY(reserve_clusters(reader, RDO_PROFILE_CLUSTERS_MAX));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    RDO_TRY(read_cluster(reader, &element));
  }
  return add_machine_clusters(reader);
}

// Costs ----------------------------------------------------------------------------------------------------

static enum rondo_status read_times(struct reader *reader, const struct rdo_value *object, struct rdo_profile_cost *cost) {
  bool is_given;
  RDO_TRY(rdo_member_time(object, "p50", 0, RDO_TIME_NS_MAX, &cost->p50_ns, &is_given, reader->diag));
  if (!is_given) return rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT, "has no p50_ns (or p50_us, p50_ms): say how long it takes");
  cost->p99_ns = cost->min_ns = cost->max_ns = cost->p50_ns;
  RDO_TRY(rdo_member_time(object, "p99", 0, RDO_TIME_NS_MAX, &cost->p99_ns, NULL, reader->diag));
  RDO_TRY(rdo_member_time(object, "min", 0, RDO_TIME_NS_MAX, &cost->min_ns, NULL, reader->diag));
  if (cost->max_ns < cost->p99_ns) cost->max_ns = cost->p99_ns;
  RDO_TRY(rdo_member_time(object, "max", 0, RDO_TIME_NS_MAX, &cost->max_ns, NULL, reader->diag));
  RDO_TRY(rdo_member_time(object, "tile_max", 0, RDO_TIME_NS_MAX, &cost->tile_ns_max, NULL, reader->diag));
  if (cost->min_ns <= cost->p50_ns && cost->p50_ns <= cost->p99_ns && cost->p99_ns <= cost->max_ns) return RONDO_OK;
  return rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT, "min, p50, p99 and max must not fall: one of them is wrong");
}

static enum rondo_status read_cost(struct reader *reader, const struct rdo_value *object, struct rdo_profile_cost *cost) {
  static const char *const known[] = {"cluster", "workers", "p50_*", "p99_*", "min_*", "max_*", "tile_max_*", "samples", "error"};
  struct rdo_value member;
  const char *name;
  int worker_count = 1;
  int64_t sample_count = 0;
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  RDO_TRY(rdo_value_require(object, "cluster", RDO_VALUE_TEXT, "the name of a cluster of `clusters`", &member, reader->diag));
  RDO_TRY(rdo_value_text(&member, RDO_NAME_BYTES_MAX, &name, reader->diag));
  cost->cluster = rdo_profile_find_cluster(reader->profile, name);
  if (cost->cluster == RDO_PROFILE_NONE) return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "there is no cluster \"%s\" in `clusters`", name);
  RDO_TRY(rdo_member_int(object, "workers", 1, RDO_PROFILE_WORKERS_MAX, &worker_count, reader->diag));
  RDO_TRY(read_times(reader, object, cost));
  RDO_TRY(rdo_member_integer(object, "samples", 0, sample_count_max, &sample_count, reader->diag));
  RDO_TRY(rdo_member_number(object, "error", 0, 1e6, &cost->error, reader->diag));
  cost->worker_count = (uint32_t)worker_count;
  cost->sample_count = (uint64_t)sample_count;
  uint32_t *cluster_workers = &reader->profile->cluster_workers[cost->cluster];
  if (*cluster_workers < cost->worker_count) *cluster_workers = cost->worker_count;
  return RONDO_OK;
}

static enum rondo_status read_costs(struct reader *reader, const struct rdo_value *object, const char *key, uint32_t *out_begin, uint32_t *out_count) {
  struct rdo_profile *profile = reader->profile;
  struct rdo_value array;
  size_t count;
  *out_begin = profile->cost_count;
  RDO_TRY(find_array(reader, object, key, COSTS_MAX, &array, &count));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    struct rdo_profile_cost *cost = &profile->costs[profile->cost_count];
    RDO_TRY(read_cost(reader, &element, cost));
    ++profile->cost_count;
    if (i == 0 || cost[-1].cluster < cost->cluster || (cost[-1].cluster == cost->cluster && cost[-1].worker_count < cost->worker_count)) continue;
    return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT,
                          "stands behind the cost for %s with %u workers: costs are in the order of `clusters`, then of workers, each once",
                          profile->clusters[cost[-1].cluster], cost[-1].worker_count);
  }
  *out_count = profile->cost_count - *out_begin;
  return RONDO_OK;
}

// Nodes ----------------------------------------------------------------------------------------------------

static enum rondo_status read_predecessors(struct reader *reader, const struct rdo_value *object, uint32_t index, struct rdo_profile_node *node) {
  struct rdo_profile *profile = reader->profile;
  struct rdo_value array;
  size_t count;
  int64_t least = 0;
  node->predecessor_begin = profile->predecessor_count;
  RDO_TRY(find_array(reader, object, "predecessors", RDO_PROFILE_NODES_MAX, &array, &count));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    int64_t predecessor;
    RDO_TRY(rdo_value_integer(&element, 0, RDO_PROFILE_NODES_MAX, &predecessor, reader->diag));
    if (predecessor >= index) return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "is not before this node, nodes[%u]", index);
    if (predecessor < least) return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "is not behind the predecessor before it: they are in order, each once");
    least = predecessor + 1;
    profile->predecessors[profile->predecessor_count++] = (uint32_t)predecessor;
  }
  node->predecessor_count = (uint32_t)count;
  return RONDO_OK;
}

static enum rondo_status read_node(struct reader *reader, const struct rdo_value *object, uint32_t index, struct rdo_profile_node *node) {
  static const char *const known[] = {"export", "recording", "command", "tiles", "bytes", "resource", "predecessors", "costs"};
  int recording = 0;
  int64_t command = index, tile_count = 1, bytes = 0;
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  RDO_TRY(keep_text(reader, object, "export", "the name of its kernel, or \"fill\", \"copy\", \"update\"", &node->export_name));
  RDO_TRY(rdo_member_int(object, "recording", 0, RDO_PROFILE_NODES_MAX, &recording, reader->diag));
  RDO_TRY(rdo_member_integer(object, "command", 0, UINT32_MAX - 1, &command, reader->diag));
  RDO_TRY(rdo_member_integer(object, "tiles", 0, tile_count_max, &tile_count, reader->diag));
  RDO_TRY(rdo_member_integer(object, "bytes", 0, INT64_MAX, &bytes, reader->diag));
  RDO_TRY(keep_word(reader, object, "resource", &node->resource));
  node->recording = (uint32_t)recording;
  node->command = (uint32_t)command;
  node->tile_count = (uint64_t)tile_count;
  node->bytes_touched = (uint64_t)bytes;
  if (index > 0 && (node[-1].recording > node->recording || (node[-1].recording == node->recording && node[-1].command >= node->command))) {
    return rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT, "stands behind command %u of recording %u: nodes are in the order of `recording`, then `command`",
                          node[-1].command, node[-1].recording);
  }
  RDO_TRY(read_predecessors(reader, object, index, node));
  return read_costs(reader, object, "costs", &node->cost_begin, &node->cost_count);
}

static enum rondo_status read_nodes(struct reader *reader, const struct rdo_value *object, struct rdo_profile_model *model) {
  struct rdo_profile *profile = reader->profile;
  struct rdo_value array;
  size_t count;
  RDO_TRY(rdo_value_require(object, "nodes", RDO_VALUE_ARRAY, "an array of what its calls run, each with `export`", &array, reader->diag));
  RDO_TRY(rdo_value_array(&array, RDO_PROFILE_NODES_MAX, &count, reader->diag));
  model->node_begin = profile->node_count;
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    RDO_TRY(read_node(reader, &element, (uint32_t)i, &profile->nodes[profile->node_count]));
    ++profile->node_count;
  }
  model->node_count = (uint32_t)count;
  return RONDO_OK;
}

// Models ---------------------------------------------------------------------------------------------------

static enum rondo_status read_remarks(struct reader *reader, const struct rdo_value *object, struct rdo_profile_model *model) {
  struct rdo_value array;
  size_t count;
  RDO_TRY(find_array(reader, object, "remarks", RDO_PROFILE_REMARKS_MAX, &array, &count));
  RDO_TRY(rdo_arena_alloc(&reader->profile->arena, count, sizeof *model->remarks, &model->remarks, reader->diag));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    const char *text;
    RDO_TRY(rdo_value_text(&element, RDO_NAME_BYTES_MAX, &text, reader->diag));
    RDO_TRY(rdo_text_copy(&reader->profile->arena, text, &model->remarks[i], reader->diag));
  }
  model->remark_count = (uint32_t)count;
  return RONDO_OK;
}

static enum rondo_status check_name(struct reader *reader, const struct rdo_value *object, const struct rdo_profile_model *model) {
  const struct rdo_profile *profile = reader->profile;
  for (uint32_t i = 0; i < profile->model_count; ++i) {
    if (strcmp(profile->models[i].model, model->model) != 0 || strcmp(profile->models[i].function, model->function) != 0) continue;
    return rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT, "models[%u] is function \"%s\" of %s as well", i, model->function, model->model);
  }
  return RONDO_OK;
}

static enum rondo_status read_model(struct reader *reader, const struct rdo_value *object, struct rdo_profile_model *model) {
  static const char *const known[] = {"model", "function", "priority", "frequency_hz", "calibrated", "remarks", "call", "program", "nodes"};
  int priority = -1;
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  RDO_TRY(keep_text(reader, object, "model", "the path of a model", &model->model));
  RDO_TRY(keep_word(reader, object, "function", &model->function));
  RDO_TRY(check_name(reader, object, model));
  RDO_TRY(rdo_member_int(object, "priority", 0, 255, &priority, reader->diag));
  RDO_TRY(rdo_member_number(object, "frequency_hz", 0, 1e9, &model->frequency_hz, reader->diag));
  model->priority = priority;
  model->is_calibrated = true;  // unless the file or a missing cost says otherwise
  RDO_TRY(rdo_member_flag(object, "calibrated", &model->is_calibrated, reader->diag));
  RDO_TRY(read_remarks(reader, object, model));
  RDO_TRY(read_costs(reader, object, "call", &model->call_begin, &model->call_count));
  RDO_TRY(read_costs(reader, object, "program", &model->program_begin, &model->program_count));
  return read_nodes(reader, object, model);
}

// Room for all costs, nodes and predecessors, before any of them is checked.
struct room {
  size_t node_count, cost_count, predecessor_count;
};

static size_t count_part(const struct rdo_value *object, const char *key) {
  struct rdo_value part;
  return rdo_value_find(object, key, &part) ? rdo_value_count(&part) : 0;
}

static void count_model(const struct rdo_value *model, struct room *room) {
  struct rdo_value nodes;
  room->cost_count += count_part(model, "call") + count_part(model, "program");
  if (!rdo_value_find(model, "nodes", &nodes) || rdo_value_kind(&nodes) != RDO_VALUE_ARRAY) return;
  size_t count = rdo_value_count(&nodes);
  room->node_count += count;
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value node = rdo_value_element(&nodes, i);
    if (rdo_value_kind(&node) != RDO_VALUE_OBJECT) continue;
    room->cost_count += count_part(&node, "costs");
    room->predecessor_count += count_part(&node, "predecessors");
  }
}

static enum rondo_status reserve(struct reader *reader, const struct rdo_value *array, size_t count) {
  struct rdo_profile *profile = reader->profile;
  struct room room = {0};
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value model = rdo_value_element(array, i);
    if (rdo_value_kind(&model) == RDO_VALUE_OBJECT) count_model(&model, &room);
  }
  if (room.node_count > RDO_PROFILE_NODES_MAX) {
    return rdo_value_fail(array, reader->diag, RONDO_OUT_OF_RANGE, "have %zu nodes, may have %d at most", room.node_count, RDO_PROFILE_NODES_MAX);
  }
  RDO_TRY(rdo_arena_alloc(&profile->arena, count, sizeof *profile->models, &profile->models, reader->diag));
  RDO_TRY(rdo_arena_alloc(&profile->arena, room.node_count, sizeof *profile->nodes, &profile->nodes, reader->diag));
  RDO_TRY(rdo_arena_alloc(&profile->arena, room.cost_count, sizeof *profile->costs, &profile->costs, reader->diag));
  return rdo_arena_alloc(&profile->arena, room.predecessor_count, sizeof *profile->predecessors, &profile->predecessors, reader->diag);
}

static enum rondo_status read_models(struct reader *reader, const struct rdo_value *root) {
  struct rdo_profile *profile = reader->profile;
  struct rdo_value array;
  size_t count;
  RDO_TRY(rdo_value_require(root, "models", RDO_VALUE_ARRAY, "an array of models, each with `model` and `nodes`", &array, reader->diag));
  RDO_TRY(rdo_value_array(&array, RDO_PROFILE_MODELS_MAX, &count, reader->diag));
  RDO_TRY(reserve(reader, &array, count));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    RDO_TRY(read_model(reader, &element, &profile->models[i]));
    ++profile->model_count;
  }
  return RONDO_OK;
}

// Interference ---------------------------------------------------------------------------------------------

static enum rondo_status read_index(struct reader *reader, const struct rdo_value *object, const char *key, uint32_t *out_index) {
  struct rdo_value member;
  int64_t index;
  RDO_TRY(rdo_value_require(object, key, RDO_VALUE_INTEGER, "the place of a model in `models`, from 0", &member, reader->diag));
  RDO_TRY(rdo_value_integer(&member, 0, RDO_PROFILE_MODELS_MAX - 1, &index, reader->diag));
  *out_index = (uint32_t)index;
  if (*out_index < reader->profile->model_count) return RONDO_OK;
  return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "is %u, `models` has %u", *out_index, reader->profile->model_count);
}

static enum rondo_status read_interference(struct reader *reader, const struct rdo_value *object, struct rdo_profile_interference *interference) {
  static const char *const known[] = {"model", "beside", "cluster", "factor"};
  struct rdo_value member;
  const char *name;
  RDO_TRY(rdo_value_expect(object, RDO_VALUE_OBJECT, reader->diag));
  RDO_TRY(rdo_value_note_unknown(object, known, COUNT(known), reader->diag));
  RDO_TRY(read_index(reader, object, "model", &interference->model));
  RDO_TRY(read_index(reader, object, "beside", &interference->beside));
  RDO_TRY(rdo_value_require(object, "cluster", RDO_VALUE_TEXT, "the name of a cluster of `clusters`", &member, reader->diag));
  RDO_TRY(rdo_value_text(&member, RDO_NAME_BYTES_MAX, &name, reader->diag));
  interference->cluster = rdo_profile_find_cluster(reader->profile, name);
  if (interference->cluster == RDO_PROFILE_NONE) {
    return rdo_value_fail(&member, reader->diag, RONDO_INVALID_ARGUMENT, "there is no cluster \"%s\" in `clusters`", name);
  }
  if (!rdo_value_find(object, "factor", &member)) {
    return rdo_value_fail(object, reader->diag, RONDO_INVALID_ARGUMENT, "has no factor: what a call takes beside the other model, by what it takes alone");
  }
  return rdo_value_number(&member, 0, 1e6, &interference->factor, reader->diag);
}

static bool is_behind(const struct rdo_profile_interference *a, const struct rdo_profile_interference *b) {
  if (a->model != b->model) return a->model > b->model;
  return a->beside != b->beside ? a->beside > b->beside : a->cluster > b->cluster;
}

static enum rondo_status read_interferences(struct reader *reader, const struct rdo_value *root) {
  struct rdo_profile *profile = reader->profile;
  struct rdo_value array;
  size_t count;
  RDO_TRY(find_array(reader, root, "interference", RDO_PROFILE_NODES_MAX, &array, &count));
  RDO_TRY(rdo_arena_alloc(&profile->arena, count, sizeof *profile->interferences, &profile->interferences, reader->diag));
  for (size_t i = 0; i < count; ++i) {
    struct rdo_value element = rdo_value_element(&array, i);
    struct rdo_profile_interference *interference = &profile->interferences[i];
    RDO_TRY(read_interference(reader, &element, interference));
    ++profile->interference_count;
    if (i == 0 || is_behind(interference, interference - 1)) continue;
    return rdo_value_fail(&element, reader->diag, RONDO_INVALID_ARGUMENT, "is not behind the one before it: they are in the order of `model`, `beside`, then of clusters, each once");
  }
  return RONDO_OK;
}

static enum rondo_status read_own_form(struct reader *reader, const struct rdo_value *root) {
  static const char *const known[] = {"schema", "machine", "clusters", "models", "interference"};
  RDO_TRY(rdo_value_note_unknown(root, known, COUNT(known), reader->diag));
  RDO_TRY(keep_word(reader, root, "machine", &reader->profile->machine));
  RDO_TRY(read_clusters(reader, root));
  RDO_TRY(read_models(reader, root));
  return read_interferences(reader, root);
}

// The hand-written form ------------------------------------------------------------------------------------

static enum rondo_status convert_name(struct reader *reader, const struct rdo_workload_model *source, int index, const char **out_name) {
  const char *name = source->dispatches[index].name;
  if (name[0] != '\0' && source->name[0] != '\0') return rdo_text_copy(&reader->profile->arena, name, out_name, reader->diag);
  return rdo_fail(reader->diag, RONDO_INVALID_ARGUMENT, "%s: %s.dispatches[%d].name: it or its model's is empty", reader->profile->path, source->name, index);
}

// Its dispatches run one after the other, and cycles by frequency are their time on one worker.
static enum rondo_status convert_model(struct reader *reader, const struct rdo_workload_model *source, struct rdo_profile_model *model) {
  struct rdo_profile *profile = reader->profile;
  const struct rdo_machine_file *machine = reader->machine;
  *model = (struct rdo_profile_model){.function = "", .node_begin = profile->node_count, .node_count = (uint32_t)source->dispatch_count, .priority = -1};
  RDO_TRY(rdo_text_copy(&profile->arena, source->name, &model->model, reader->diag));
  for (int i = 0; i < source->dispatch_count; ++i) {
    const struct rdo_workload_dispatch *dispatch = &source->dispatches[i];
    if (dispatch->priority > model->priority) model->priority = dispatch->priority;
    struct rdo_profile_node *node = &profile->nodes[profile->node_count++];
    *node = (struct rdo_profile_node){.command = (uint32_t)i, .tile_count = 1, .bytes_touched = (uint64_t)dispatch->memory_bytes, .resource = "",
                                      .predecessor_begin = profile->predecessor_count, .predecessor_count = i > 0, .cost_begin = profile->cost_count};
    RDO_TRY(convert_name(reader, source, i, &node->export_name));
    if (dispatch->needs_npu) {
      RDO_TRY(rdo_text_copy(&profile->arena, machine->resource_count > 0 ? machine->resources[0].name : "npu", &node->resource, reader->diag));
    }
    if (i > 0) profile->predecessors[profile->predecessor_count++] = (uint32_t)i - 1;
    if (dispatch->frequency_hz > model->frequency_hz) model->frequency_hz = dispatch->frequency_hz;
    for (int k = 0; k < machine->cluster_count; ++k) {
      int64_t ns = rdo_workload_duration_ns(dispatch, &machine->clusters[k]);
      if (ns == 0) continue;
      profile->costs[profile->cost_count++] =
          (struct rdo_profile_cost){.cluster = (uint32_t)k, .worker_count = 1, .p50_ns = ns, .p99_ns = ns, .min_ns = ns, .max_ns = ns,
                                    .error = CYCLES_ERROR};
    }
    node->cost_count = profile->cost_count - node->cost_begin;
  }
  return RONDO_OK;
}

static enum rondo_status check_frequencies(struct reader *reader, const struct rdo_value *root, const struct rdo_workload *workload) {
  if (reader->machine == NULL) {
    return rdo_value_fail(root, reader->diag, RONDO_FAILED_PRECONDITION, "cycles become times by the frequency of a cluster: give a machine file as well");
  }
  bool needs_frequency = false;
  for (int i = 0; i < workload->model_count; ++i) {
    for (int k = 0; k < workload->models[i].dispatch_count; ++k) needs_frequency |= workload->models[i].dispatches[k].duration_ns == 0;
  }
  if (!needs_frequency) return RONDO_OK;
  for (int i = 0; i < reader->machine->cluster_count; ++i) {
    if (reader->machine->clusters[i].frequency_khz > 0) return RONDO_OK;
  }
  return rdo_value_fail(root, reader->diag, RONDO_FAILED_PRECONDITION,
                        "cycles become times by the frequency of a cluster: no cluster of the machine has max_frequency_mhz");
}

static enum rondo_status convert_workload(struct reader *reader, const struct rdo_value *root, const struct rdo_workload *workload) {
  struct rdo_profile *profile = reader->profile;
  size_t node_count = 0;
  for (int i = 0; i < workload->model_count; ++i) node_count += (size_t)workload->models[i].dispatch_count;
  if (node_count > RDO_PROFILE_NODES_MAX || workload->model_count > RDO_PROFILE_MODELS_MAX) {
    return rdo_value_fail(root, reader->diag, RONDO_OUT_OF_RANGE, "has %d models with %zu dispatches, may have %d with %d", workload->model_count, node_count,
                          RDO_PROFILE_MODELS_MAX, RDO_PROFILE_NODES_MAX);
  }
  if (node_count > 0) RDO_TRY(check_frequencies(reader, root, workload));
  size_t cluster_count = reader->machine != NULL ? (size_t)reader->machine->cluster_count : 0;
  RDO_TRY(reserve_clusters(reader, RDO_PROFILE_CLUSTERS_MAX));
  RDO_TRY(add_machine_clusters(reader));
  RDO_TRY(rdo_arena_alloc(&profile->arena, (size_t)workload->model_count, sizeof *profile->models, &profile->models, reader->diag));
  RDO_TRY(rdo_arena_alloc(&profile->arena, node_count, sizeof *profile->nodes, &profile->nodes, reader->diag));
  RDO_TRY(rdo_arena_alloc(&profile->arena, node_count * cluster_count, sizeof *profile->costs, &profile->costs, reader->diag));
  RDO_TRY(rdo_arena_alloc(&profile->arena, node_count, sizeof *profile->predecessors, &profile->predecessors, reader->diag));
  for (int i = 0; i < workload->model_count; ++i) {
    RDO_TRY(convert_model(reader, &workload->models[i], &profile->models[i]));
    ++profile->model_count;
  }
  return RONDO_OK;
}

static enum rondo_status read_hand_written(struct reader *reader, const struct rdo_value *root) {
  struct rdo_workload workload = {0};
  enum rondo_status status = rdo_workload_read_value(root, &workload, reader->diag);
  if (status == RONDO_OK) status = convert_workload(reader, root, &workload);
  rdo_workload_deinit(&workload);
  return status;
}

// The whole ------------------------------------------------------------------------------------------------

// A file that neither says what it is nor has models and clusters is a workload profile.
static bool is_own_form(const struct rdo_value *root) {
  struct rdo_value member;
  if (rdo_value_find(root, "schema", &member) || rdo_value_count(root) == 0) return true;
  return rdo_value_find(root, "models", &member) && rdo_value_kind(&member) == RDO_VALUE_ARRAY;
}

// What the file says of being calibrated holds unless what is in it says otherwise.
static enum rondo_status complete(struct rdo_profile *profile, struct rondo_diag *diag) {
  bool *are_calibrated;
  RDO_TRY(rdo_arena_alloc(&profile->arena, profile->model_count, sizeof *are_calibrated, &are_calibrated, diag));
  for (uint32_t i = 0; i < profile->model_count; ++i) are_calibrated[i] = profile->models[i].is_calibrated;
  RDO_TRY(rdo_profile_complete(profile, diag));
  for (uint32_t i = 0; i < profile->model_count; ++i) profile->models[i].is_calibrated &= are_calibrated[i];
  return RONDO_OK;
}

static enum rondo_status read_document(const struct rdo_document *document, const struct rdo_machine_file *machine, struct rdo_profile *profile,
                                       struct rondo_diag *diag) {
  struct reader reader = {machine, profile, diag};
  struct rdo_value root = rdo_document_root(document);
  profile->machine = "";
  RDO_TRY(rdo_text_copy(&profile->arena, document->name, &profile->path, diag));
  RDO_TRY(rdo_value_expect(&root, RDO_VALUE_OBJECT, diag));
  if (is_own_form(&root)) {
    RDO_TRY(rdo_document_check_schema(document, "rondo.profile", 1, diag));
    RDO_TRY(read_own_form(&reader, &root));
  } else {
    RDO_TRY(read_hand_written(&reader, &root));
  }
  return complete(profile, diag);
}

enum rondo_status rdo_profile_read(const char *path, const struct rdo_machine_file *machine, struct rdo_profile *out_profile, struct rondo_diag *diag) {
  struct rdo_document document;
  *out_profile = (struct rdo_profile){.machine = "", .path = ""};
  enum rondo_status status = rdo_document_open(path, &out_profile->notes, &document, diag);
  if (status == RONDO_OK) status = read_document(&document, machine, out_profile, diag);
  rdo_document_deinit(&document);
  return status;
}

enum rondo_status rdo_profile_parse(struct rdo_bytes text, const char *name, const struct rdo_machine_file *machine, struct rdo_profile *out_profile,
                                    struct rondo_diag *diag) {
  struct rdo_document document;
  *out_profile = (struct rdo_profile){.machine = "", .path = ""};
  enum rondo_status status = rdo_document_parse(text, name, &out_profile->notes, &document, diag);
  if (status == RONDO_OK) status = read_document(&document, machine, out_profile, diag);
  rdo_document_deinit(&document);
  return status;
}

void rdo_profile_deinit(struct rdo_profile *profile) {
  if (profile == NULL) return;
  rdo_notes_deinit(&profile->notes);
  rdo_arena_deinit(&profile->arena);
  *profile = (struct rdo_profile){0};
}

// Looking up -----------------------------------------------------------------------------------------------

uint32_t rdo_profile_find_cluster(const struct rdo_profile *profile, const char *name) {
  for (uint32_t i = 0; i < profile->cluster_count; ++i) {
    if (strcmp(profile->clusters[i], name) == 0) return i;
  }
  return RDO_PROFILE_NONE;
}

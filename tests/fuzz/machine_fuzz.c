// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Fuzz target: any text as a machine file. What can be read must hold its invariants, and must read back as the same.
//
// Seeds: the keys of docs/files.md, the four-file form, and errors.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "plan/machine_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition) {
  if (!condition) abort();
}

static void check_machine(const struct rdo_machine_file *machine) {
  int next = 0;
  require(machine->cluster_count > 0);
  for (int i = 0; i < machine->cluster_count; ++i) {
    const struct rdo_cluster_entry *cluster = &machine->clusters[i];
    require(cluster->lane_begin == next && cluster->lane_count > 0 && cluster->worker_count > 0);
    require(cluster->capacity >= 1 && cluster->capacity <= RDO_CAPACITY_MAX);
    next += cluster->lane_count;
    for (int k = cluster->lane_begin; k < next; ++k) {
      require(machine->lanes[k].cluster == i && machine->lanes[k].worker_count > 0);
      require(rdo_cpu_set_is_subset(&machine->lanes[k].cpus, &cluster->cpus));
      require(rdo_machine_file_find_lane(machine, machine->lanes[k].name) == k);
    }
    for (int k = 0; k < i; ++k) require(!rdo_cpu_set_intersects(&cluster->cpus, &machine->clusters[k].cpus));
  }
  require(next == machine->lane_count);
  for (int i = 0; i < machine->resource_count; ++i) require(machine->resources[i].capacity > 0 && rdo_machine_file_find_resource(machine,
                                                                                                                                 machine->resources[i].name) == i);
}

static void check_round_trip(const struct rdo_machine_file *machine) {
  static char path[64];
  if (path[0] == '\0') snprintf(path, sizeof path, "/tmp/rondo-machine-fuzz-%ld.json", (long)getpid());
  struct rdo_machine_file back;
  struct rondo_diag diag = {.status = RONDO_OK};
  require(rdo_machine_file_write(machine, path, &diag) == RONDO_OK);
  enum rondo_status status = rdo_machine_file_read(path, NULL, &back, &diag);
  unlink(path);
  if (status != RONDO_OK) fprintf(stderr, "%s\n", diag.message);
  require(status == RONDO_OK && back.cluster_count == machine->cluster_count && back.lane_count == machine->lane_count);
  require(back.resource_count == machine->resource_count && back.transition_count == machine->transition_count);
  for (int i = 0; i < back.lane_count; ++i) {
    require(strcmp(back.lanes[i].name, machine->lanes[i].name) == 0 && rdo_cpu_set_equals(&back.lanes[i].cpus, &machine->lanes[i].cpus));
    require(back.lanes[i].worker_count == machine->lanes[i].worker_count);
  }
  rdo_machine_file_deinit(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct rdo_notes notes = {0};
  struct rdo_document document;
  struct rdo_machine_file machine = {0};
  struct rondo_diag diag = {.status = RONDO_OK};
  enum rondo_status status = rdo_document_parse((struct rdo_bytes){data, size}, "m.json", &notes, &document, &diag);
  if (status == RONDO_OK) {
    struct rdo_value root = rdo_document_root(&document);
    status = rdo_machine_file_read_value(&root, NULL, &machine, &diag);
  }
  require(status == diag.status);
  if (status != RONDO_OK) require(strncmp(diag.message, "m.json:", 7) == 0);
  rdo_document_deinit(&document);
  if (status == RONDO_OK) {
    check_machine(&machine);
    check_round_trip(&machine);
  }
  rdo_machine_file_deinit(&machine);
  rdo_notes_deinit(&notes);
  return 0;
}

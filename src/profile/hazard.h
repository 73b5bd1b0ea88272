// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What must come before what among the commands of one call. Barriers say that all before them come first; here an edge is
// left only between two commands that touch the same bytes, one of them writing. Recordings follow each other as a whole:
// between them the host program may have looked at what the one before wrote.
//
// A kernel does not tell what it does with a binding, so it reads and writes all of it, but for memory that cannot be written.

#ifndef RDO_PROFILE_HAZARD_H_
#define RDO_PROFILE_HAZARD_H_

#include <stdbool.h>

#include "base/arena.h"

// Bytes that a command touches.
struct rdo_access {
  const void *root;    // the memory's owner, NULL = not known
  uint64_t offset;     // in it
  uint64_t address;    // of the first byte; 0 = it has no memory yet
  uint64_t length;
  bool is_written;
};

// A command. They stand in the order of their recordings, then regions.
struct rdo_hazard_node {
  uint32_t recording, region;
  uint32_t access_begin, access_count;
};

struct rdo_hazard_edges {
  uint32_t *begins;        // [node_count + 1]: of predecessors[]
  uint32_t *predecessors;  // ascending for each node
};

// Recordings of more commands keep the order of their barriers as it is: comparing all with all would take too long.
enum { RDO_HAZARD_COMMANDS_MAX = 8192 };

bool rdo_access_conflicts(const struct rdo_access *a, const struct rdo_access *b);

// The fewest edges from which the whole order follows.
//   out_edges  in the arena
//   returns    OK, RESOURCE_EXHAUSTED, OUT_OF_RANGE (2^32 edges)
enum rondo_status rdo_hazard_edges_build(const struct rdo_hazard_node *nodes, uint32_t node_count, const struct rdo_access *accesses,
                                         struct rdo_arena *arena, struct rdo_hazard_edges *out_edges, struct rondo_diag *diag) RONDO_MUST_USE;

#endif  // RDO_PROFILE_HAZARD_H_

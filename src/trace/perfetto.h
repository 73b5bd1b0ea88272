// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Events to packets of a Perfetto trace (TrackEvent): one track a thread, slices, instants, and an
// arrow through all events of one submission. What is written is described in docs/formats.md.
//
// A stream with gaps still gives slices that nest: a gap ends everything that was open, an END without
// its BEGIN is left out, and an END ends what is open inside of it.

#ifndef RDO_TRACE_PERFETTO_H_
#define RDO_TRACE_PERFETTO_H_

#include "base/event.h"

struct rdo_perfetto;

// What the trace says about where it comes from.
struct rdo_perfetto_origin {
  int64_t process_id;
  const char *process_name;  // borrowed for the call
  // Three clocks at one moment.
  int64_t monotonic_ns;
  int64_t boot_ns;
  int64_t real_ns;
};

// Receives packets, whole ones.
struct rdo_perfetto_writer {
  void (*write)(void *user, const void *bytes, size_t size);
  void *user;
};

// Creates an encoder and writes the trace's beginning.
//   writer   copied          out_perfetto  owned by caller; NULL on error
//   returns  OK, RESOURCE_EXHAUSTED
enum rondo_status rdo_perfetto_create(const struct rdo_perfetto_origin *origin, const struct rdo_perfetto_writer *writer,
                                      struct rdo_perfetto **out_perfetto, struct rondo_diag *diag) RONDO_MUST_USE;

// Writes events of one thread, in their order. Times that fall are raised to the last one.
//   returns  OK, RESOURCE_EXHAUSTED: then some of them are missing
enum rondo_status rdo_perfetto_add(struct rdo_perfetto *perfetto, const struct rdo_event_thread *thread,
                                   const struct rdo_event *events, size_t count, struct rondo_diag *diag) RONDO_MUST_USE;

// Ends all slices that are still open.
void rdo_perfetto_finish(struct rdo_perfetto *perfetto, int64_t end_ns);

void rdo_perfetto_destroy(struct rdo_perfetto *perfetto);

#endif  // RDO_TRACE_PERFETTO_H_

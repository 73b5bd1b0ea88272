// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/plan_data.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/futex.h"
#include "play/plan_call.h"
#include "rondo/tensor.h"

enum { SLOTS = 3 };  // the newest, one that is read, one that is written

enum { OPEN, COPYING, LATCHED };

// Setting up -----------------------------------------------------------------------------------------------

static enum rondo_status add_link(struct rdo_plan_call *source, struct rdo_plan_call *reader, int result, int argument, struct rondo_diag *diag) {
  struct rondo_ring *ring;
  size_t link_capacity = source->link_count, source_capacity = reader->source_count;
  RDO_TRY(rdo_grow_array(link_capacity + 1, sizeof *source->links, &link_capacity, &source->links, diag));
  RDO_TRY(rdo_grow_array(source_capacity + 1, sizeof *reader->sources, &source_capacity, &reader->sources, diag));
  RDO_TRY(rdo_ring_create(NULL, SLOTS, rondo_tensor_byte_length(reader->inputs[argument].tensor), &ring, diag));
  source->links[source->link_count++] = (struct rdo_plan_link){ring, result, reader->name};
  reader->sources[reader->source_count++] = (struct rdo_plan_source){ring, argument};
  return RONDO_OK;
}

static enum rondo_status connect_input(struct rdo_plan_call *call, const struct rdo_jobs_file *jobs, int place, struct rdo_plan_call *const *calls,
                                       uint32_t call_count, struct rondo_diag *diag) {
  const struct rdo_job_input *input = &call->entry->inputs[place];
  const char *name = jobs->jobs[input->job].name;
  uint32_t other = 0;
  int argument;
  while (other < call_count && (calls[other]->entry == NULL || strcmp(calls[other]->entry->name, name) != 0)) ++other;
  if (other == call_count) return RONDO_OK;
  RDO_TRY(rdo_played_input_find(call->function, input, place, &argument, diag));
  int result = rdo_played_port_find(calls[other]->function, input->result, true);
  if (result < 0) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "function %s of job \"%s\" has no result \"%s\" (it has %d)", rondo_function_name(calls[other]->function), name,
                    input->result, calls[other]->output_count);
  }
  return add_link(calls[other], call, result, argument, diag);
}

enum rondo_status rdo_plan_call_connect(struct rdo_plan_call *call, const struct rdo_jobs_file *jobs, struct rdo_plan_call *const *calls, uint32_t call_count,
                                        struct rondo_diag *diag) {
  for (int i = 0; call->entry != NULL && !call->has_typed_inputs && i < call->entry->input_count; ++i) {
    if (call->entry->inputs[i].kind != RDO_INPUT_JOB) continue;
    enum rondo_status status = connect_input(call, jobs, i, calls, call_count, diag);
    if (status == RONDO_OK) continue;
    rdo_prefix(diag, "job %s: inputs[%d]", call->name, i);
    return status;
  }
  return RONDO_OK;
}

void rdo_plan_call_disconnect(struct rdo_plan_call *call) {
  for (uint32_t i = 0; i < call->link_count; ++i) rdo_ring_destroy(call->links[i].ring);
  rdo_free(call->links);
  rdo_free(call->sources);
}

// Playing --------------------------------------------------------------------------------------------------

void rdo_plan_call_unlatch(struct rdo_plan_call *call) {
  for (uint32_t i = 0; i < call->instance_count; ++i) rdo_atomic_store(&call->instances[i].latched, OPEN, rdo_relaxed);  // relaxed: nobody is in it
}

static void copy(struct rdo_plan_call *call) {
  for (uint32_t i = 0; i < call->source_count; ++i) {
    const struct rdo_plan_source *source = &call->sources[i];
    int slot = rdo_ring_pin_newest(source->ring);
    if (slot < 0) continue;  // nothing so far: zeros
    if (source->ring->slot_bytes != 0) {
      memcpy(rondo_tensor_data(call->inputs[source->argument].tensor), rdo_ring_data(source->ring, slot), (size_t)source->ring->slot_bytes);
    }
    rdo_ring_unpin(source->ring, slot);
  }
}

void rdo_plan_call_latch(struct rdo_plan_call *call, struct rdo_plan_instance *instance) {
  if (call->source_count == 0 || rdo_atomic_load(&instance->latched, rdo_acquire) == LATCHED) return;  // SYNC(calls)
  uint32_t seen = OPEN;
  if (rdo_atomic_cas(&instance->latched, &seen, COPYING, rdo_relaxed, rdo_relaxed)) {  // relaxed: the copy is published by the store
    copy(call);
    rdo_atomic_store(&instance->latched, LATCHED, rdo_release);  // SYNC(calls)
    return;
  }
  while (rdo_atomic_load(&instance->latched, rdo_acquire) != LATCHED) rdo_cpu_relax();  // SYNC(calls): as long as a copy takes
}

enum rondo_status rdo_plan_call_publish(struct rdo_plan_call *call, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < call->link_count; ++i) {
    const struct rdo_plan_link *link = &call->links[i];
    void *slot = rdo_ring_begin(link->ring);
    if (slot == NULL) continue;
    RDO_TRY(rdo_played_result_copy(&call->outputs[link->result], link->result, link->reader, link->ring->slot_bytes, slot, diag));
    rdo_ring_end(link->ring, call->published_count, rdo_clock_now_ns());
  }
  ++call->published_count;
  return RONDO_OK;
}

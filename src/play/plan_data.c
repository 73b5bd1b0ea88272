// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/plan_data.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/futex.h"
#include "play/plan_call.h"
#include "rondo/tensor.h"

enum {
  SLOTS = 3,        // the newest, one that is read, one that is written
  GATE_SLOTS = 16,  // of which a reader that waits may be behind by 15
};

enum { OPEN, COPYING, LATCHED };

// Setting up -----------------------------------------------------------------------------------------------

static enum rondo_status add_link(struct rdo_plan_call *source, struct rdo_plan_call *reader, int result, int argument, bool waits, struct rondo_diag *diag) {
  struct rondo_ring *ring;
  size_t link_capacity = source->link_count, source_capacity = reader->source_count;
  RDO_TRY(rdo_grow_array(link_capacity + 1, sizeof *source->links, &link_capacity, &source->links, diag));
  RDO_TRY(rdo_grow_array(source_capacity + 1, sizeof *reader->sources, &source_capacity, &reader->sources, diag));
  RDO_TRY(rdo_ring_create(NULL, waits ? GATE_SLOTS : SLOTS, rondo_tensor_byte_length(reader->inputs[argument].tensor), &ring, diag));
  source->links[source->link_count++] = (struct rdo_plan_link){ring, result, reader, waits};
  reader->sources[reader->source_count++] = (struct rdo_plan_source){source, ring, argument, waits};
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
  return add_link(calls[other], call, result, argument, input->waits, diag);
}

// A job without a period, that no other one comes after.
static bool is_optional(const struct rdo_job_entry *entry, const struct rdo_jobs_file *jobs) {
  int index = (int)(entry - jobs->jobs);
  bool is_waited_for = false;
  for (int i = 0; i < jobs->job_count; ++i) {
    const struct rdo_job_entry *other = &jobs->jobs[i];
    is_waited_for |= other->activation == RDO_JOB_AFTER && other->trigger_job == index;
    for (int k = 0; k < other->wait_count; ++k) is_waited_for |= other->waits_for[k] == index;
    for (int k = 0; k < other->input_count; ++k) is_waited_for |= other->inputs[k].kind == RDO_INPUT_JOB && other->inputs[k].job == index && other->inputs[k].waits;
  }
  return entry->activation == RDO_JOB_FREE && entry->deadline_ns == 0 && !is_waited_for;
}

enum rondo_status rdo_plan_call_connect(struct rdo_plan_call *call, const struct rdo_jobs_file *jobs, struct rdo_plan_call *const *calls, uint32_t call_count,
                                        struct rondo_diag *diag) {
  call->is_optional = call->entry != NULL && is_optional(call->entry, jobs);
  for (int i = 0; call->entry != NULL && !call->has_typed_inputs && i < call->entry->input_count; ++i) {
    if (call->entry->inputs[i].kind != RDO_INPUT_JOB) continue;
    enum rondo_status status = connect_input(call, jobs, i, calls, call_count, diag);
    if (status == RONDO_OK) continue;
    rdo_prefix(diag, "job %s: inputs[%d]", call->name, i);
    return status;
  }
  return RONDO_OK;
}

// Gates --------------------------------------------------------------------------------------------------

// Where each node is.
struct node_place {
  const struct rdo_plan_call *call;  // NULL = nowhere
  uint32_t instance;
};

static enum rondo_status find_places(struct rdo_plan_call *const *calls, uint32_t call_count, uint32_t node_count, struct node_place **out_places,
                                     struct rondo_diag *diag) {
  RDO_TRY(rdo_alloc_array((size_t)node_count + 1, sizeof **out_places, out_places, diag));
  for (uint32_t c = 0; c < call_count; ++c) {
    for (uint32_t i = 0; i < calls[c]->instance_count; ++i) {
      const struct rdo_plan_instance *instance = &calls[c]->rounds[0].instances[i];
      for (uint32_t k = 0; k < instance->place_count; ++k) (*out_places)[instance->places[k].node] = (struct node_place){calls[c], i};
    }
  }
  return RONDO_OK;
}

static bool waits(const struct rdo_plan_call *call) {
  bool is_any = false;
  for (uint32_t i = 0; i < call->source_count; ++i) is_any |= call->sources[i].waits;
  return is_any;
}

// A predecessor raises the gates of those sources whose call it is of.
static void raise_gates(const struct rdo_plan_call *call, struct rdo_plan_instance *instance, const struct node_place *before) {
  for (uint32_t i = 0; i < call->source_count; ++i) {
    if (!call->sources[i].waits || call->sources[i].call != before->call || before->call == call) continue;
    if (instance->gates[i] <= before->instance) instance->gates[i] = before->instance + 1;
  }
}

enum rondo_status rdo_plan_calls_gate(struct rdo_plan_call *const *calls, uint32_t call_count, uint32_t node_count,
                                      const uint32_t *(*predecessors_of)(const void *user, uint32_t node, uint32_t *out_count), const void *user,
                                      struct rondo_diag *diag) {
  struct node_place *places;
  RDO_TRY(find_places(calls, call_count, node_count, &places, diag));
  enum rondo_status status = RONDO_OK;
  for (uint32_t c = 0; c < call_count; ++c) {
    for (uint32_t i = 0; i < calls[c]->instance_count && status == RONDO_OK && waits(calls[c]); ++i) {
      struct rdo_plan_instance *instance = &calls[c]->rounds[0].instances[i];
      status = rdo_alloc_array(calls[c]->source_count, sizeof *instance->gates, &instance->gates, diag);
      for (uint32_t k = 0; k < instance->place_count && status == RONDO_OK; ++k) {
        uint32_t count;
        const uint32_t *predecessors = predecessors_of(user, instance->places[k].node, &count);
        for (uint32_t p = 0; p < count; ++p) raise_gates(calls[c], instance, &places[predecessors[p]]);
      }
    }
  }
  rdo_free(places);
  return status;
}

void rdo_plan_call_disconnect(struct rdo_plan_call *call) {
  for (uint32_t i = 0; i < call->link_count; ++i) rdo_ring_destroy(call->links[i].ring);
  rdo_free(call->links);
  rdo_free(call->sources);
}

// Playing --------------------------------------------------------------------------------------------------

void rdo_plan_round_unlatch(const struct rdo_plan_round *round, uint32_t instance_count) {
  for (uint32_t i = 0; i < instance_count; ++i) rdo_atomic_store(&round->instances[i].latched, OPEN, rdo_relaxed);  // relaxed: nobody is in it
}

static void copy_slot(struct rdo_plan_call *call, const struct rdo_plan_source *source, int slot) {
  void *to = rondo_tensor_data(call->inputs[source->argument].tensor);
  if (source->ring->slot_bytes != 0) memcpy(to, rdo_ring_data(source->ring, slot), (size_t)source->ring->slot_bytes);
  rdo_ring_unpin(source->ring, slot);
}

static void copy(struct rdo_plan_call *call) {
  for (uint32_t i = 0; i < call->source_count; ++i) {
    const struct rdo_plan_source *source = &call->sources[i];
    int slot = source->waits ? -1 : rdo_ring_pin_newest(source->ring);
    if (slot >= 0) copy_slot(call, source, slot);  // else zeros, or it was taken
  }
}

// Instances are numbered through all iterations. Calls that read from each other are in iterations of the same number.
static uint64_t number_of(const struct rdo_plan_call *call, uint64_t iteration, uint32_t instance) { return iteration * call->instance_count + instance; }

bool rdo_plan_call_may_begin(struct rdo_plan_call *call) {
  if (call->next >= call->instance_count) return true;
  const struct rdo_plan_instance *instance = rdo_plan_call_next(call);
  for (uint32_t i = 0; instance->gates != NULL && i < call->source_count; ++i) {
    const struct rdo_plan_call *source = call->sources[i].call;
    if (instance->gates[i] == 0) continue;
    if (rdo_atomic_load(&source->decided, rdo_acquire) < number_of(source, call->iteration, instance->gates[i])) return false;  // SYNC(calls): pairs with decide
  }
  return true;
}

enum rondo_status rdo_plan_call_take(struct rdo_plan_call *call, struct rondo_diag *diag) {
  const struct rdo_plan_instance *instance = rdo_plan_call_next(call);
  for (uint32_t i = 0; instance->gates != NULL && i < call->source_count; ++i) {
    const struct rdo_plan_source *source = &call->sources[i];
    if (instance->gates[i] == 0) continue;
    int slot = rdo_ring_pin_index(source->ring, number_of(source->call, call->iteration, instance->gates[i]));
    if (slot < 0) return rdo_fail(diag, RONDO_UNAVAILABLE, "%s: the result of %s that it waits for is not there (any more)", instance->name, source->call->name);
    copy_slot(call, source, slot);
  }
  return RONDO_OK;
}

void rdo_plan_call_decide(struct rdo_plan_call *call) {
  rdo_atomic_store(&call->decided, number_of(call, call->iteration, call->next), rdo_release);  // SYNC(calls): pairs with may_begin
  for (uint32_t i = 0; i < call->link_count; ++i) {
    if (call->links[i].wakes) rdo_process_schedule(&call->links[i].reader->process);
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
    RDO_TRY(rdo_played_result_copy(&call->outputs[link->result], link->result, link->reader->name, link->ring->slot_bytes, slot, diag));
    rdo_ring_end(link->ring, number_of(call, call->iteration, call->next) + 1, rdo_clock_now_ns());
  }
  return RONDO_OK;
}

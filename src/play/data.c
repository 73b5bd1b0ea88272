// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What jobs read from rings and give to one another. A job that reads has a tensor of its own for each such argument, and
// copies into it, so that what an instance works with does not change under it. Between two jobs there is a ring for each
// result that is read, and for each order without data one of 0 bytes; the source's process writes it, the reader's reads it.

#include <string.h>

#include "base/alloc.h"
#include "play/played_function.h"
#include "play/played_input.h"
#include "play/player.h"

enum { LINK_SLOTS = 16 };  // of which a reader may be behind by 15

// Reading ------------------------------------------------------------------------------------------

static void copy_slot(struct rondo_job *job, int argument, struct rondo_ring *ring, int slot) {
  void *to = rondo_tensor_data(job->inputs[argument].tensor);
  if (ring->slot_bytes != 0) memcpy(to, rdo_ring_data(ring, slot), (size_t)ring->slot_bytes);
}

static void note_age(struct rondo_job *job, const struct rdo_job_source *source, int64_t time_ns, int64_t now_ns) {
  int64_t age_ns = now_ns > time_ns ? now_ns - time_ns : 0;
  if (age_ns > job->instance.age_ns) job->instance.age_ns = age_ns;
  if (source->age_ns_max != 0 && age_ns > source->age_ns_max) job->is_stale = true;
}

static void fill_argument(struct rondo_job *job, int argument, const struct rdo_job_source *source) {
  struct rondo_tensor *tensor = job->inputs[argument].tensor;
  enum rondo_status status = source->fill(source->user, &job->instance, rondo_tensor_data(tensor), rondo_tensor_byte_length(tensor));
  if (status == RONDO_OK || job->fill_status != RONDO_OK) return;
  job->fill_status = status;
  job->unfilled = argument;
}

void rdo_job_latch(struct rondo_job *job, int64_t now_ns) {
  for (int i = 0; i < job->input_count; ++i) {
    const struct rdo_job_source *source = &job->sources[i];
    if (source->fill != NULL) fill_argument(job, i, source);
    if (source->ring == NULL || source->waits) continue;
    int slot = rdo_ring_pin_newest(source->ring);
    if (slot < 0) {  // nothing so far
      job->is_stale |= source->age_ns_max != 0;
      continue;
    }
    copy_slot(job, i, source->ring, slot);
    note_age(job, source, source->ring->entries[slot].time_ns, now_ns);
    rdo_ring_unpin(source->ring, slot);
  }
}

// An input that waits is read as soon as it is there: nobody makes it newer.
static bool take_waited(struct rondo_job *job, const struct rdo_job_wait *wait, int64_t *inout_ready_ns) {
  int slot = rdo_ring_pin_index(wait->ring, job->instance.index);
  if (slot < 0) return false;
  int64_t time_ns = wait->ring->entries[slot].time_ns;
  if (time_ns > *inout_ready_ns) *inout_ready_ns = time_ns;
  for (int i = 0; i < job->input_count; ++i) {
    if (job->sources[i].ring != wait->ring) continue;
    copy_slot(job, i, wait->ring, slot);
    note_age(job, &job->sources[i], time_ns, time_ns);
  }
  rdo_ring_unpin(wait->ring, slot);
  return true;
}

enum rdo_job_waiting rdo_job_look(struct rondo_job *job, int64_t *out_ready_ns) {
  *out_ready_ns = INT64_MIN;
  for (int i = 0; i < job->wait_count; ++i) {
    uint64_t decided = rdo_atomic_load(&job->waits[i].source->decided, rdo_acquire);  // SYNC(job): pairs with rdo_job_decide
    if (decided <= job->instance.index) return RDO_WAIT_NOT_YET;
  }
  for (int i = 0; i < job->wait_count; ++i) {
    if (take_waited(job, &job->waits[i], out_ready_ns)) continue;
    bool has_ended = rdo_atomic_load(&job->waits[i].source->decided, rdo_acquire) == UINT64_MAX;  // SYNC(job)
    return has_ended ? RDO_WAIT_ENDED : RDO_WAIT_NEVER;
  }
  return RDO_WAIT_READY;
}

// Writing ------------------------------------------------------------------------------------------

enum rondo_status rdo_job_publish(struct rondo_job *job, struct rondo_diag *diag) {
  for (struct rdo_job_link *link = job->links; link != NULL; link = link->next) {
    void *slot = rdo_ring_begin(link->ring);  // there is one: its only reader holds one at a time
    if (slot == NULL) continue;
    if (link->result >= 0) RDO_TRY(rdo_played_result_copy(&job->outputs[link->result], link->result, link->reader->name, link->ring->slot_bytes, slot, diag));
    rdo_ring_end(link->ring, job->instance.index, job->instance.end_ns);
  }
  return RONDO_OK;
}

// Setting up ---------------------------------------------------------------------------------------

enum rondo_status rdo_job_link(struct rondo_job *source, struct rondo_job *reader, int result, uint64_t byte_length, bool wakes,
                               struct rondo_ring **out_ring, struct rondo_diag *diag) {
  struct rdo_job_link *link;
  RDO_TRY(rdo_alloc(sizeof *link, &link, diag));
  enum rondo_status status = rdo_ring_create(NULL, LINK_SLOTS, byte_length, &link->ring, diag);
  if (status != RONDO_OK) {
    rdo_free(link);
    return status;
  }
  link->reader = reader;
  link->result = result;
  link->wakes = wakes;
  link->next = source->links;
  source->links = link;
  *out_ring = link->ring;
  return RONDO_OK;
}

// Whether `job` waits for `other`, perhaps through others. Each job is visited once.
static bool waits_for(struct rondo_job *job, const struct rondo_job *other) {
  if (job == other) return true;
  if (job->visit == job->player->visit) return false;
  job->visit = job->player->visit;
  if (job->trigger != NULL && waits_for(job->trigger, other)) return true;
  for (int i = 0; i < job->wait_count; ++i) {
    if (waits_for(job->waits[i].source, other)) return true;
  }
  return false;
}

void rdo_job_unlink(struct rondo_job *reader) {
  for (struct rondo_job *job = reader->player->jobs; job != NULL; job = job->next) {
    for (struct rdo_job_link **at = &job->links; *at != NULL;) {
      struct rdo_job_link *link = *at;
      if (link->reader != reader) {
        at = &link->next;
        continue;
      }
      *at = link->next;
      rdo_ring_destroy(link->ring);
      rdo_free(link);
    }
  }
}

enum rondo_status rdo_job_add_wait(struct rondo_job *job, struct rondo_job *source, struct rondo_ring *ring, struct rondo_diag *diag) {
  RDO_TRY(rdo_grow_array((size_t)job->wait_count + 1, sizeof *job->waits, &job->wait_capacity, &job->waits, diag));
  job->waits[job->wait_count++] = (struct rdo_job_wait){source, ring};
  return RONDO_OK;
}

// The job's own tensor for an argument, of zeros.
static enum rondo_status make_tensor(struct rondo_job *job, int argument, struct rondo_value *out_value, struct rondo_diag *diag) {
  if (argument < 0 || argument >= job->input_count) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: argument %d (function %s has %d)", job->name, argument, rondo_function_name(job->function),
                    job->input_count);
  }
  return rdo_played_function_make_tensor(job->function, job->runtime, job->name, argument, out_value, diag);
}

static void set_source(struct rondo_job *job, int argument, const struct rondo_value *value, const struct rdo_job_source *source) {
  if (job->is_given[argument]) rondo_value_release(&job->inputs[argument]);
  job->inputs[argument] = *value;
  job->sources[argument] = *source;
  job->is_given[argument] = true;
}

static enum rondo_status check_free(const struct rondo_job *job, int argument, struct rondo_diag *diag) {
  if (argument < 0 || argument >= job->input_count || (job->sources[argument].ring == NULL && job->sources[argument].fill == NULL)) return RONDO_OK;
  if (job->sources[argument].fill != NULL) {
    return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "job %s: argument %d is filled by a function of the program already", job->name, argument);
  }
  return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "job %s: argument %d reads a ring or another job already", job->name, argument);
}

enum rondo_status rondo_job_set_input(struct rondo_job *job, int argument, const struct rondo_value *input, struct rondo_diag *diag) {
  if (argument < 0 || argument >= job->input_count) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: argument %d (function %s has %d)", job->name, argument, rondo_function_name(job->function),
                    job->input_count);
  }
  RDO_TRY(check_free(job, argument, diag));
  set_source(job, argument, input, &(const struct rdo_job_source){.ring = NULL});
  return RONDO_OK;
}

enum rondo_status rondo_job_set_inputs(struct rondo_job *job, int count, const struct rondo_value *inputs, struct rondo_diag *diag) {
  RDO_TRY(rdo_function_check_arity(job->function, count, job->output_count, diag));
  RDO_TRY(rdo_function_convert_inputs(job->function, inputs, job->call.slots, diag));
  for (int i = 0; i < count; ++i) RDO_TRY(check_free(job, i, diag));
  for (int i = 0; i < count; ++i) set_source(job, i, &inputs[i], &(const struct rdo_job_source){.ring = NULL});
  return RONDO_OK;
}

enum rondo_status rondo_job_set_zeros(struct rondo_job *job, struct rondo_diag *diag) {
  for (int i = 0; i < job->input_count; ++i) {
    struct rondo_value value = {.kind = RONDO_VALUE_NONE};
    if (job->is_given[i]) continue;
    RDO_TRY(rdo_played_function_make_zero(job->function, job->runtime, job->name, i, &value, diag));
    set_source(job, i, &value, &(const struct rdo_job_source){.ring = NULL});
  }
  return RONDO_OK;
}

struct rondo_ring *rondo_player_find_ring(const struct rondo_player *player, const char *name) {
  struct rondo_ring *ring = player->rings;
  while (ring != NULL && strcmp(ring->name, name) != 0) ring = ring->next;
  return ring;
}

enum rondo_status rondo_job_read_ring(struct rondo_job *job, int argument, const char *name, int slot_count, struct rondo_ring **out_ring,
                                      struct rondo_diag *diag) {
  struct rondo_value value = {.kind = RONDO_VALUE_NONE};
  if (out_ring != NULL) *out_ring = NULL;
  RDO_TRY(check_free(job, argument, diag));
  RDO_TRY(make_tensor(job, argument, &value, diag));
  uint64_t byte_length = rondo_tensor_byte_length(value.tensor);
  struct rondo_ring *ring = rondo_player_find_ring(job->player, name);
  enum rondo_status status = RONDO_OK;
  if (ring == NULL) {
    status = rdo_ring_create(name, slot_count, byte_length, &ring, diag);
    if (status == RONDO_OK) {
      ring->next = job->player->rings;
      job->player->rings = ring;
    }
  } else if (ring->slot_bytes != byte_length) {
    status = rdo_fail(diag, RONDO_INVALID_ARGUMENT, "ring %s has slots of %llu bytes, argument %d of job %s has %llu", name,
                      (unsigned long long)ring->slot_bytes, argument, job->name, (unsigned long long)byte_length);
  }
  if (status != RONDO_OK) {
    rondo_value_release(&value);
    return status;
  }
  set_source(job, argument, &value, &(const struct rdo_job_source){.ring = ring});
  if (out_ring != NULL) *out_ring = ring;
  return RONDO_OK;
}

enum rondo_status rondo_job_fill_input(struct rondo_job *job, int argument,
                                       enum rondo_status (*fill)(void *user, const struct rondo_instance *instance, void *bytes, uint64_t byte_length),
                                       void *user, struct rondo_diag *diag) {
  struct rondo_value value = {.kind = RONDO_VALUE_NONE};
  if (fill == NULL) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: argument %d: no function to fill it with", job->name, argument);
  RDO_TRY(check_free(job, argument, diag));
  RDO_TRY(make_tensor(job, argument, &value, diag));
  set_source(job, argument, &value, &(const struct rdo_job_source){.fill = fill, .user = user});
  return RONDO_OK;
}

// What the files tell of both sides; where they tell nothing, the first result that comes decides.
static enum rondo_status check_result(const struct rondo_job *job, const struct rondo_tensor *tensor, const struct rondo_job *source, int result,
                                      struct rondo_diag *diag) {
  struct rondo_parameter parameter;
  if (result < 0 || result >= source->output_count) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s reads result %d of job %s, whose function %s has %d", job->name, result, source->name,
                    rondo_function_name(source->function), source->output_count);
  }
  rondo_function_result(source->function, result, &parameter);
  int64_t count = 1;
  for (int i = 0; parameter.has_shape && i < parameter.rank; ++i) {
    if (parameter.dims[i] < 0 || __builtin_mul_overflow(count, parameter.dims[i], &count)) return RONDO_OK;
  }
  if (!parameter.has_shape || (parameter.element_type == rondo_tensor_element_type(tensor) && count == rondo_tensor_element_count(tensor))) return RONDO_OK;
  return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s reads result %d of job %s, which has another type or number of elements than its argument",
                  job->name, result, source->name);
}

enum rondo_status rondo_job_read_result(struct rondo_job *job, int argument, struct rondo_job *source, int result, bool waits, int64_t age_ns_max,
                                        struct rondo_diag *diag) {
  struct rondo_value value = {.kind = RONDO_VALUE_NONE};
  struct rdo_job_source how = {.waits = waits, .age_ns_max = age_ns_max};
  if (age_ns_max < 0) return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s: an age of %lld ns at most", job->name, (long long)age_ns_max);
  ++job->player->visit;
  if (waits && waits_for(source, job)) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "job %s would wait for itself, through %s: take the latest result instead", job->name, source->name);
  }
  RDO_TRY(check_free(job, argument, diag));
  RDO_TRY(make_tensor(job, argument, &value, diag));
  enum rondo_status status = check_result(job, value.tensor, source, result, diag);
  if (status == RONDO_OK) status = rdo_job_link(source, job, result, rondo_tensor_byte_length(value.tensor), waits, &how.ring, diag);
  if (status == RONDO_OK && waits) status = rdo_job_add_wait(job, source, how.ring, diag);
  if (status != RONDO_OK) {
    rondo_value_release(&value);
    return status;
  }
  set_source(job, argument, &value, &how);
  return RONDO_OK;
}

// Life ---------------------------------------------------------------------------------------------

// What was completed in another run is not of this one; what the program wrote is.
void rdo_job_data_clear(struct rondo_job *job) {
  for (struct rdo_job_link *link = job->links; link != NULL; link = link->next) rdo_ring_clear(link->ring);
  if (job->calls != NULL && job->trigger == NULL) rdo_ring_clear(job->calls);
}

void rdo_job_data_deinit(struct rondo_job *job) {
  for (struct rdo_job_link *link = job->links, *next; link != NULL; link = next) {
    next = link->next;
    rdo_ring_destroy(link->ring);
    rdo_free(link);
  }
  if (job->trigger == NULL) rdo_ring_destroy(job->calls);
  for (int i = 0; i < job->input_count && job->is_given != NULL && job->inputs != NULL; ++i) {
    if (job->is_given[i]) rondo_value_release(&job->inputs[i]);
  }
  rdo_free(job->inputs);
  rdo_free(job->is_given);
  rdo_free(job->sources);
  rdo_free(job->waits);
}

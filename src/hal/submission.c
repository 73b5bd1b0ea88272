// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/submission.h"

#include "base/alloc.h"
#include "base/event.h"

// Submission i stands in chunk c at place i - (16 << c) + 16.
struct rdo_submission *rdo_submission_at(const struct rdo_queue *queue, uint32_t index) {
  uint32_t chunk = 31u - (uint32_t)__builtin_clz(index + RDO_SUBMISSION_CHUNK_FIRST) - 4;
  struct rdo_submission *first = rdo_atomic_load(&queue->chunks[chunk], rdo_acquire);  // SYNC(submission)
  return first + (index + RDO_SUBMISSION_CHUNK_FIRST - ((uint32_t)RDO_SUBMISSION_CHUNK_FIRST << chunk));
}

void rdo_submission_push_free(struct rdo_queue *queue, struct rdo_submission *submission) {
  rdo_atomic_u64 *list = &queue->free_lists[submission->executes];
  uint64_t head = rdo_atomic_load(list, rdo_relaxed);  // relaxed: hint
  uint64_t next;
  do {
    rdo_atomic_store(&submission->next_free, (uint32_t)head, rdo_relaxed);  // relaxed: ordered by SYNC(submission), the exchange
    next = ((head >> 32) + 1) << 32 | (submission->index + 1);
    // SYNC(submission): release gives the memory to the next owner.
  } while (!rdo_atomic_cas_weak(list, &head, next, rdo_acq_rel, rdo_relaxed));  // relaxed: hint
}

static struct rdo_submission *pop(const struct rdo_queue *queue, rdo_atomic_u64 *list) {
  uint64_t head = rdo_atomic_load(list, rdo_acquire);  // SYNC(submission)
  for (;;) {
    if ((uint32_t)head == 0) return NULL;
    struct rdo_submission *submission = rdo_submission_at(queue, (uint32_t)head - 1);
    uint64_t next = ((head >> 32) + 1) << 32 | rdo_atomic_load(&submission->next_free, rdo_relaxed);  // relaxed: SYNC(submission), checked by the tag
    if (rdo_atomic_cas_weak(list, &head, next, rdo_acq_rel, rdo_acquire)) return submission;  // SYNC(submission)
  }
}

struct rdo_submission *rdo_submission_pop_free(struct rdo_queue *queue, bool executes) {
  struct rdo_submission *submission = pop(queue, &queue->free_lists[executes]);
  if (submission == NULL) submission = pop(queue, &queue->free_lists[!executes]);
  if (submission != NULL) submission->executes = executes;
  return submission;
}

static bool is_none_free(const struct rdo_queue *queue) {
  // SYNC(submission)
  return rdo_atomic_load(&queue->free_lists[0], rdo_acquire) << 32 == 0 && rdo_atomic_load(&queue->free_lists[1], rdo_acquire) << 32 == 0;
}

static enum rondo_status add_chunk(struct rdo_queue *queue, struct rondo_diag *diag) {
  enum rondo_status status = RONDO_OK;
  pthread_mutex_lock(&queue->lock);
  uint32_t begin = rdo_atomic_load(&queue->submission_count, rdo_relaxed);  // relaxed: written under the lock
  uint32_t chunk = 31u - (uint32_t)__builtin_clz(begin + RDO_SUBMISSION_CHUNK_FIRST) - 4;
  uint32_t count = (uint32_t)RDO_SUBMISSION_CHUNK_FIRST << chunk;
  struct rdo_submission *first = NULL;
  if (chunk >= RDO_SUBMISSION_CHUNK_COUNT) {
    status = rdo_fail(diag, RONDO_RESOURCE_EXHAUSTED, "%u operations in flight", begin);
  } else if (is_none_free(queue)) {  // else somebody was quicker
    first = rdo_alloc_aligned(count * sizeof *first, RDO_CACHE_LINE_BYTES);
    if (first == NULL) status = rdo_fail_no_memory(diag, count * sizeof *first);
  }
  if (first != NULL) {
    memset(first, 0, count * sizeof *first);
    rdo_atomic_store(&queue->chunks[chunk], first, rdo_release);  // SYNC(submission)
    for (uint32_t i = 0; i < count; ++i) {
      first[i].queue = queue;
      first[i].index = begin + i;
      rdo_atomic_init(&first[i].state, RDO_SUBMISSION_FREE);
      rdo_submission_push_free(queue, &first[i]);
    }
    rdo_atomic_store(&queue->submission_count, begin + count, rdo_release);  // SYNC(submission): cancel walks up to here
  }
  pthread_mutex_unlock(&queue->lock);
  return status;
}

// Room for what an operation borrows and a submission copies.
static enum rondo_status reserve_bindings(struct rdo_submission *s, uint64_t count, struct rondo_diag *diag) {
  if (count <= s->binding_capacity) return RONDO_OK;
  return rdo_grow_array((size_t)count, sizeof *s->bindings, &s->binding_capacity, &s->bindings, diag);
}

static enum rondo_status reserve_data(struct rdo_submission *s, uint64_t byte_length, struct rondo_diag *diag) {
  return byte_length <= s->data_capacity ? RONDO_OK : rdo_grow_array((size_t)byte_length, 1, &s->data_capacity, &s->data, diag);
}

static enum rondo_status reserve_list(struct rdo_submission *s, const struct rdo_operation *o, struct rondo_diag *diag) {
  uint64_t binding_count = 0;
  for (uint32_t i = 0; i < o->list.count; ++i) binding_count += o->list.items[i].bindings.count;
  if (o->list.count > s->item_capacity) RDO_TRY(rdo_grow_array(o->list.count, sizeof *s->items, &s->item_capacity, &s->items, diag));
  return reserve_bindings(s, binding_count, diag);
}

static enum rondo_status reserve_dispatch(struct rdo_submission *s, const struct rdo_dispatch *dispatch, struct rondo_diag *diag) {
  if (s->dispatch == NULL) RDO_TRY(rdo_alloc(sizeof *s->dispatch, &s->dispatch, diag));
  RDO_TRY(reserve_data(s, (uint64_t)dispatch->info.constant_count * sizeof *dispatch->constants, diag));
  return reserve_bindings(s, dispatch->info.binding_count, diag);
}

static enum rondo_status reserve(struct rdo_submission *s, const struct rdo_operation *o, struct rondo_diag *diag) {
  uint32_t wait_count = o->wait == NULL ? 0 : o->wait->count;
  if (wait_count > s->timepoint_capacity) RDO_TRY(rdo_grow_array(wait_count, sizeof *s->timepoints, &s->timepoint_capacity, &s->timepoints, diag));
  switch (o->kind) {
    case RDO_OPERATION_EXECUTE: return reserve_bindings(s, o->bindings.count, diag);
    case RDO_OPERATION_EXECUTE_LIST: return reserve_list(s, o, diag);
    case RDO_OPERATION_DISPATCH: return reserve_dispatch(s, o->dispatch, diag);
    case RDO_OPERATION_UPDATE: return reserve_data(s, o->data.size, diag);
    default: return RONDO_OK;
  }
}

static void copy_bindings(struct rdo_buffer_ref *target, const struct rdo_buffer_ref *bindings, uint32_t count) {
  if (count != 0) memcpy(target, bindings, count * sizeof *target);
}

__attribute__((noinline)) static void copy_list(struct rdo_submission *submission, const struct rdo_operation *o) {
  size_t begin = 0;
  for (uint32_t i = 0; i < o->list.count; ++i) {
    const struct rdo_binding_table *table = &o->list.items[i].bindings;
    struct rdo_buffer_ref *entries = table->count == 0 ? NULL : &submission->bindings[begin];
    copy_bindings(entries, table->entries, table->count);
    submission->items[i] = (struct rdo_execution_item){o->list.items[i].recording, {entries, table->count}};
    begin += table->count;
  }
  submission->operation.list.items = submission->items;
  submission->item_index = 0;
}

__attribute__((noinline)) static void copy_dispatch(struct rdo_submission *submission, const struct rdo_dispatch *dispatch) {
  struct rdo_kept_dispatch *kept = submission->dispatch;
  size_t constant_bytes = dispatch->info.constant_count * sizeof *dispatch->constants;
  kept->copy = *dispatch;
  if (constant_bytes != 0) memcpy(submission->data, dispatch->constants, constant_bytes);
  copy_bindings(submission->bindings, dispatch->bindings, dispatch->info.binding_count);
  kept->copy.constants = (const uint32_t *)(const void *)submission->data;
  kept->copy.bindings = submission->bindings;
  if (dispatch->info.workgroup_ref != NULL) {
    kept->workgroup_ref = *dispatch->info.workgroup_ref;
    kept->copy.info.workgroup_ref = &kept->workgroup_ref;
  }
  submission->operation.dispatch = &kept->copy;
}

// Into room that reserve made.
static void copy_operation(struct rdo_submission *submission, const struct rdo_operation *o) {
  submission->operation = *o;
  submission->operation.wait = NULL;
  switch (o->kind) {
    case RDO_OPERATION_EXECUTE:
      copy_bindings(submission->bindings, o->bindings.entries, o->bindings.count);
      submission->operation.bindings.entries = submission->bindings;
      break;
    case RDO_OPERATION_EXECUTE_LIST: copy_list(submission, o); break;
    case RDO_OPERATION_DISPATCH: copy_dispatch(submission, o->dispatch); break;
    case RDO_OPERATION_UPDATE:
      if (o->data.size != 0) memcpy(submission->data, o->data.data, (size_t)o->data.size);
      submission->operation.data.data = submission->data;
      break;
    default: break;
  }
}

// A submission with a copy of the operation and holds on what it names.
enum rondo_status rdo_submission_acquire(struct rdo_queue *queue, const struct rdo_operation *o, struct rdo_submission **out, struct rondo_diag *diag) {
  struct rdo_submission *submission;
  bool executes = o->kind == RDO_OPERATION_EXECUTE || o->kind == RDO_OPERATION_EXECUTE_LIST || o->kind == RDO_OPERATION_DISPATCH;
  while ((submission = rdo_submission_pop_free(queue, executes)) == NULL) RDO_TRY(add_chunk(queue, diag));
  enum rondo_status status = reserve(submission, o, diag);
  if (status != RONDO_OK) {
    rdo_submission_push_free(queue, submission);
    return status;
  }
  copy_operation(submission, o);
  submission->launched_by = NULL;
  submission->is_scheduled = false;
  submission->execution.event_id = rdo_event_new_id();
  rdo_operation_retain(&submission->operation);
  rdo_object_retain(queue->owner);
  rdo_event_emit(RDO_EVENT_SUBMIT, submission->execution.event_id, o->wait == NULL ? 0 : o->wait->count, 0);
  *out = submission;
  return RONDO_OK;
}

void rdo_submission_free_kept(struct rdo_submission *submission) {
  rdo_free(submission->bindings);
  rdo_free(submission->timepoints);
  rdo_free(submission->data);
  rdo_free(submission->dispatch);
  rdo_free(submission->items);
  submission->bindings = NULL;
  submission->timepoints = NULL;
  submission->data = NULL;
  submission->dispatch = NULL;
  submission->items = NULL;
  submission->binding_capacity = submission->timepoint_capacity = submission->data_capacity = submission->item_capacity = 0;
  rdo_execution_deinit(&submission->execution);
}

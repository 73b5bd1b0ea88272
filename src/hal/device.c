// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/device.h"

#include "base/alloc.h"
#include "base/checked.h"

// An operation kept for later: a copy of it with holds on what it names, and one timepoint for each
// point of its wait fence. The wait fence alone is not held: when nobody else holds it any more, nobody
// can signal it, and its end cancels the operation.
struct rdo_pending_operation {
  struct rdo_device *device;  // retained
  struct rdo_operation operation;
  struct rdo_pending_operation *next;  // lock: device->lock: in the waiting or the ready list
  struct rdo_pending_operation **link; // lock: device->lock: what points at this one in the waiting list, or NULL
  rdo_atomic_u32 open_count;           // SYNC(pending): wait points not reached, and one for submit
  rdo_atomic_u32 failure;              // SYNC(pending): first failed wait
  struct rdo_buffer_ref *bindings;     // owned copy, entries retained
  uint8_t *data;                       // owned copy
  struct rdo_timepoint timepoints[];   // [wait->count]
};

static void destroy_device(struct rdo_object *object) {
  struct rdo_device *device = RDO_CONTAINER(object, struct rdo_device, object);
  rdo_object_release(&device->heap->object);
  pthread_mutex_destroy(&device->lock);
  rdo_free(device);
}

const struct rdo_object_type rdo_device_type = {"hal.device", destroy_device};

enum rondo_status rdo_device_create(const char *name, uint64_t memory_budget_bytes, struct rdo_device **out_device, struct rondo_diag *diag) {
  *out_device = NULL;
  bool is_null = strcmp(name, "null") == 0;
  if (!is_null && strcmp(name, "local-sync") != 0) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "no device is named '%s' (there are: local-sync, null)", name);
  }
  struct rdo_heap *heap;
  RDO_TRY(rdo_heap_create(memory_budget_bytes, &heap, diag));
  struct rdo_device *device;
  enum rondo_status status = rdo_alloc(sizeof *device, &device, diag);
  if (status != RONDO_OK) {
    rdo_object_release(&heap->object);
    return status;
  }
  rdo_object_init(&device->object, &rdo_device_type);
  device->identifier = is_null ? "local-null" : "local-sync";
  device->heap = heap;
  device->is_null = is_null;
  device->ready_last = &device->ready_first;
  pthread_mutex_init(&device->lock, NULL);
  *out_device = device;
  return RONDO_OK;
}

bool rdo_device_matches(const struct rdo_device *device, struct rdo_bytes pattern) {
  const char *text = device->identifier;
  const char *retry = NULL;  // where the text goes on if the last '*' takes one more
  uint64_t i = 0, after_star = 0;
  while (*text != 0) {
    if (i < pattern.size && pattern.data[i] == '*') {
      after_star = ++i;
      retry = text;
    } else if (i < pattern.size && (pattern.data[i] == '?' || pattern.data[i] == (uint8_t)*text)) {
      ++i;
      ++text;
    } else if (retry != NULL) {
      i = after_star;
      text = ++retry;
    } else {
      return false;
    }
  }
  while (i < pattern.size && pattern.data[i] == '*') ++i;
  return i == pattern.size;
}

// Performing operations -------------------------------------------------------------------------------

static enum rondo_status read_file(const struct rdo_operation *o, struct rondo_diag *diag) {
  RDO_TRY(rdo_buffer_check_writable(o->target, diag));
  uint64_t length = o->length;
  RDO_TRY(rdo_buffer_check_range(o->target, o->target_offset, &length, diag));
  if (!rdo_range_fits(o->source_offset, length, o->file->byte_length)) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "read of %llu bytes at %llu lies outside the file of %llu", (unsigned long long)length,
                    (unsigned long long)o->source_offset, (unsigned long long)o->file->byte_length);
  }
  uint8_t *target = rdo_buffer_data(o->target);
  if (target == NULL) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "read into a buffer without memory");
  memmove(target + o->target_offset, o->file->data + o->source_offset, (size_t)length);  // may be the same memory
  return RONDO_OK;
}

static enum rondo_status write_file(const struct rdo_operation *o, struct rondo_diag *diag) {
  uint64_t length = o->length;
  RDO_TRY(rdo_buffer_check_range(o->source, o->source_offset, &length, diag));
  if (!o->file->is_writable) return rdo_fail(diag, RONDO_PERMISSION_DENIED, "write to a read-only file");
  if (!rdo_range_fits(o->target_offset, length, o->file->byte_length)) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "write of %llu bytes at %llu lies outside the file of %llu", (unsigned long long)length,
                    (unsigned long long)o->target_offset, (unsigned long long)o->file->byte_length);
  }
  const uint8_t *source = rdo_buffer_data(o->source);
  if (source == NULL) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "write from a buffer without memory");
  memmove(o->file->data + o->target_offset, source + o->source_offset, (size_t)length);
  return RONDO_OK;
}

static enum rondo_status update_buffer(const struct rdo_operation *o, struct rondo_diag *diag) {
  RDO_TRY(rdo_buffer_check_writable(o->target, diag));
  uint64_t length = o->data.size;
  RDO_TRY(rdo_buffer_check_range(o->target, o->target_offset, &length, diag));
  uint8_t *target = rdo_buffer_data(o->target);
  if (target == NULL) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "update of a buffer without memory");
  if (length != 0) memmove(target + o->target_offset, o->data.data, (size_t)length);
  return RONDO_OK;
}

static enum rondo_status perform(const struct rdo_device *device, const struct rdo_operation *o, struct rondo_diag *diag) {
  switch (o->kind) {
    case RDO_OPERATION_BARRIER: return RONDO_OK;
    case RDO_OPERATION_ALLOCA: return rdo_buffer_commit(o->target, device->is_null, diag);
    case RDO_OPERATION_DEALLOCA: rdo_buffer_decommit(o->target); return RONDO_OK;
    case RDO_OPERATION_FILL: return rdo_transfer_fill(o->target, o->target_offset, o->length, o->pattern, o->pattern_length, diag);
    case RDO_OPERATION_UPDATE: return update_buffer(o, diag);
    case RDO_OPERATION_COPY: return rdo_transfer_copy(o->source, o->source_offset, o->target, o->target_offset, o->length, diag);
    case RDO_OPERATION_READ: return read_file(o, diag);
    case RDO_OPERATION_WRITE: return write_file(o, diag);
    case RDO_OPERATION_EXECUTE: return o->recording == NULL ? RONDO_OK : rdo_replay(o->recording, &o->bindings, device->is_null, diag);
  }
  return RONDO_INTERNAL;
}

// Keeping operations ----------------------------------------------------------------------------------

static void retain_all(const struct rdo_operation *o, void (*apply)(struct rdo_object *)) {
  if (o->signal != NULL) apply(&o->signal->object);
  if (o->source != NULL) apply(&o->source->object);
  if (o->target != NULL) apply(&o->target->object);
  if (o->file != NULL) apply(&o->file->object);
  if (o->recording != NULL) apply(&o->recording->object);
  for (uint32_t i = 0; i < o->bindings.count; ++i) {
    if (o->bindings.entries[i].buffer != NULL) apply(&o->bindings.entries[i].buffer->object);
  }
}

static void free_pending(struct rdo_pending_operation *pending) {
  retain_all(&pending->operation, rdo_object_release);
  rdo_free(pending->bindings);
  rdo_free(pending->data);
  rdo_object_release(&pending->device->object);
  rdo_free(pending);
}

static void run_pending(struct rdo_pending_operation *pending) {
  enum rondo_status status = (enum rondo_status)rdo_atomic_load(&pending->failure, rdo_acquire);  // SYNC(pending)
  if (status == RONDO_OK) status = perform(pending->device, &pending->operation, NULL);
  if (status == RONDO_OK) {
    rdo_fence_signal(pending->operation.signal);
  } else {
    rdo_fence_fail(pending->operation.signal, status);
  }
  free_pending(pending);
}

// Runs ready operations until there are none. Operations that become ready meanwhile, through the
// signals of these, join the list instead of nesting on the stack.
static void drain_ready(struct rdo_device *device) {
  pthread_mutex_lock(&device->lock);
  if (!device->is_draining) {
    device->is_draining = true;
    while (device->ready_first != NULL) {
      struct rdo_pending_operation *pending = device->ready_first;
      device->ready_first = pending->next;
      if (device->ready_first == NULL) device->ready_last = &device->ready_first;
      pthread_mutex_unlock(&device->lock);
      run_pending(pending);
      pthread_mutex_lock(&device->lock);
    }
    device->is_draining = false;
  }
  pthread_mutex_unlock(&device->lock);
}

static void link_waiting(struct rdo_pending_operation *pending) {
  struct rdo_device *device = pending->device;
  pthread_mutex_lock(&device->lock);
  pending->next = device->waiting;
  pending->link = &device->waiting;
  if (pending->next != NULL) pending->next->link = &pending->next;
  device->waiting = pending;
  pthread_mutex_unlock(&device->lock);
}

static void unlink_waiting_locked(struct rdo_pending_operation *pending) {
  if (pending->link == NULL) return;
  *pending->link = pending->next;
  if (pending->next != NULL) pending->next->link = pending->link;
  pending->link = NULL;
}

void rdo_device_cancel(struct rdo_device *device) {
  pthread_mutex_lock(&device->lock);
  while (device->waiting != NULL) {
    struct rdo_pending_operation *pending = device->waiting;
    struct rdo_fence *signal = pending->operation.signal;
    uint32_t expected = RONDO_OK;
    // SYNC(pending): as in finish_wait; should its wait end yet, it does not run.
    (void)rdo_atomic_cas(&pending->failure, &expected, (uint32_t)RONDO_CANCELLED, rdo_acq_rel, rdo_acquire);
    unlink_waiting_locked(pending);
    if (signal == NULL) continue;
    // The operation may end as soon as the lock is gone.
    rdo_object_retain(&signal->object);
    pthread_mutex_unlock(&device->lock);
    rdo_fence_fail(signal, RONDO_CANCELLED);
    rdo_object_release(&signal->object);
    pthread_mutex_lock(&device->lock);
  }
  pthread_mutex_unlock(&device->lock);
}

static void make_ready(struct rdo_pending_operation *pending) {
  struct rdo_device *device = pending->device;
  rdo_object_retain(&device->object);  // running the operation may drop the last hold
  pthread_mutex_lock(&device->lock);
  unlink_waiting_locked(pending);
  pending->next = NULL;
  *device->ready_last = pending;
  device->ready_last = &pending->next;
  pthread_mutex_unlock(&device->lock);
  drain_ready(device);
  rdo_object_release(&device->object);
}

// One wait point is over. SYNC(pending): the last one to count down runs the operation; acq_rel, so
// that what every signaller wrote happens before it.
static void finish_wait(void *user, enum rondo_status status) {
  struct rdo_pending_operation *pending = user;
  uint32_t expected = RONDO_OK;
  if (status != RONDO_OK) (void)rdo_atomic_cas(&pending->failure, &expected, (uint32_t)status, rdo_acq_rel, rdo_acquire);
  if (rdo_atomic_sub(&pending->open_count, 1, rdo_acq_rel) == 1) make_ready(pending);
}

static enum rondo_status create_pending(struct rdo_device *device, const struct rdo_operation *o, struct rdo_pending_operation **out,
                                        struct rondo_diag *diag) {
  struct rdo_pending_operation *pending;
  RDO_TRY(rdo_alloc(sizeof *pending + o->wait->count * sizeof pending->timepoints[0], &pending, diag));
  enum rondo_status status = rdo_alloc_array(o->bindings.count, sizeof *pending->bindings, &pending->bindings, diag);
  if (status == RONDO_OK) status = rdo_alloc_array((size_t)o->data.size, 1, &pending->data, diag);
  if (status != RONDO_OK) {
    rdo_free(pending->bindings);
    rdo_free(pending);
    return status;
  }
  pending->device = device;
  pending->operation = *o;
  pending->operation.wait = NULL;
  if (o->bindings.count != 0) memcpy(pending->bindings, o->bindings.entries, o->bindings.count * sizeof *pending->bindings);
  if (o->data.size != 0) memcpy(pending->data, o->data.data, (size_t)o->data.size);
  pending->operation.bindings.entries = pending->bindings;
  pending->operation.data.data = pending->data;
  rdo_object_retain(&device->object);
  retain_all(&pending->operation, rdo_object_retain);
  *out = pending;
  return RONDO_OK;
}

static enum rondo_status keep(struct rdo_device *device, const struct rdo_operation *o, struct rondo_diag *diag) {
  struct rdo_pending_operation *pending;
  RDO_TRY(create_pending(device, o, &pending, diag));
  const struct rdo_fence *wait = o->wait;
  rdo_atomic_init(&pending->open_count, wait->count + 1);
  rdo_atomic_init(&pending->failure, RONDO_OK);
  link_waiting(pending);
  for (uint32_t i = 0; i < wait->count; ++i) {
    pending->timepoints[i] = (struct rdo_timepoint){.value = wait->points[i].value, .callback = finish_wait, .user = pending};
    enum rondo_status status = rdo_semaphore_arm(wait->points[i].semaphore, &pending->timepoints[i]);
    if (status != RONDO_DEFERRED) finish_wait(pending, status);
  }
  finish_wait(pending, RONDO_OK);  // submit's own count: until here the operation could not go away
  return RONDO_OK;
}

enum rondo_status rdo_device_submit(struct rdo_device *device, const struct rdo_operation *o, struct rondo_diag *diag) {
  enum rondo_status status = rdo_fence_query(o->wait);
  if (status == RONDO_DEFERRED) return keep(device, o, diag);
  if (status == RONDO_OK) status = perform(device, o, diag);
  if (status == RONDO_OK) {
    rdo_fence_signal(o->signal);
    return RONDO_OK;
  }
  rdo_fence_fail(o->signal, status);
  return o->signal != NULL ? RONDO_OK : status;
}

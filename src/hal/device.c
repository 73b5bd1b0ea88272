// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/device.h"

#include <sys/resource.h>

#include "base/alloc.h"
#include "machine/keep_off.h"

static void destroy_device(struct rdo_object *object) {
  struct rdo_device *device = RDO_CONTAINER(object, struct rdo_device, object);
  rdo_device_close(device);
  for (uint32_t i = 0; i < device->queue_count; ++i) rdo_queue_deinit(&device->queues[i]);
  for (uint32_t i = 0; i < device->queue_count && device->has_own_executors; ++i) rdo_executor_destroy(device->executors[i]);
  rdo_object_release(&device->heap->object);
  pthread_mutex_destroy(&device->lock);
  rdo_free(device);
}

const struct rdo_object_type rdo_device_type = {"hal.device", destroy_device};

void rdo_device_close(struct rdo_device *device) {
  if (device->is_closed) return;
  device->is_closed = true;
  for (uint32_t i = 0; i < device->queue_count; ++i) rdo_queue_close(&device->queues[i]);
  rdo_proactor_destroy(device->proactor);
  device->proactor = NULL;
  for (uint32_t i = 0; i < device->queue_count && device->has_own_executors; ++i) rdo_executor_stop(device->executors[i]);
}

// Files ------------------------------------------------------------------------------------------

// Lower than workers where it has to share a CPU with them.
enum { IO_NICE = 10 };

static enum rondo_status enter_io_thread(void *user, struct rondo_diag *diag) {
  (void)user, (void)diag;
  if (!rdo_keep_off_begin("rondo/io")) (void)setpriority(PRIO_PROCESS, 0, IO_NICE);  // of this thread; raising it is always allowed
  return RONDO_OK;
}

enum rondo_status rdo_device_import_file(struct rdo_device *device, int fd, uint32_t access, struct rdo_file **out_file, struct rondo_diag *diag) {
  struct rdo_file_options options = {0};
  if (device->executors[0] != NULL) {
    pthread_mutex_lock(&device->lock);
    const struct rdo_proactor_options proactor = {.on_thread_start = enter_io_thread};
    // Without one, transfers are synchronous: *out stays NULL.
    if (device->proactor == NULL && !device->is_closed && rdo_proactor_create(&proactor, &device->proactor, NULL) != RONDO_OK) device->proactor = NULL;
    options.proactor = device->proactor;
    pthread_mutex_unlock(&device->lock);
  }
  return rdo_file_create_from_descriptor(fd, access, &options, out_file, diag);
}

void rdo_device_dump(const struct rdo_device *device, FILE *file) {
  fprintf(file, "device %s\n", device->identifier);
  for (uint32_t i = 0; i < device->queue_count; ++i) {
    rdo_queue_dump(&device->queues[i], file);
    if (device->executors[i] != NULL) rdo_executor_dump(device->executors[i], file);
  }
}

void rdo_device_trim(struct rdo_device *device) {
  for (uint32_t i = 0; i < device->queue_count; ++i) rdo_queue_trim(&device->queues[i]);
  rdo_heap_trim(device->heap);
}

static enum rondo_status create_executors(struct rdo_device *device, const struct rdo_device_options *options, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < device->queue_count; ++i) {
    if (device->has_own_executors) {
      RDO_TRY(rdo_executor_create(&options->queues[i], &device->executors[i], diag));
    } else {
      device->executors[i] = options->shared_executors[i];
    }
  }
  return RONDO_OK;
}

enum rondo_status rdo_device_create(const struct rdo_device_options *options, struct rdo_device **out_device, struct rondo_diag *diag) {
  *out_device = NULL;
  bool is_null = strcmp(options->name, "null") == 0, is_task = strcmp(options->name, "local-task") == 0;
  if (!is_null && !is_task && strcmp(options->name, "local-sync") != 0) {
    return rdo_fail(diag, RONDO_NOT_FOUND, "no device is named '%s' (there are: local-sync, local-task, null)", options->name);
  }
  uint32_t queue_count = is_task ? options->queue_count : 1;
  if (queue_count == 0 || queue_count > RDO_QUEUES_MAX) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%u queues (1 to %d)", queue_count, RDO_QUEUES_MAX);
  }
  struct rdo_heap *heap;
  RDO_TRY(rdo_heap_create(options->memory_budget_bytes, &heap, diag));
  struct rdo_device *device;
  enum rondo_status status = rdo_alloc(sizeof *device + queue_count * sizeof device->queues[0], &device, diag);
  if (status != RONDO_OK) {
    rdo_object_release(&heap->object);
    return status;
  }
  rdo_object_init(&device->object, &rdo_device_type);
  device->identifier = is_null ? "local-null" : is_task ? "local-task" : "local-sync";
  device->heap = heap;
  device->is_null = is_null;
  device->queue_count = queue_count;
  device->has_own_executors = options->shared_executors == NULL;
  pthread_mutex_init(&device->lock, NULL);
  if (is_task) status = create_executors(device, options, diag);
  for (uint32_t i = 0; i < queue_count; ++i) rdo_queue_init(&device->queues[i], i, device->executors[i], is_null, &device->object);
  if (status != RONDO_OK) {
    rdo_object_release(&device->object);
    return status;
  }
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

enum rondo_status rdo_device_submit(struct rdo_device *device, const struct rdo_operation *operation, struct rondo_diag *diag) {
  if (device->observe != NULL) device->observe(device->observe_user, operation);
  return rdo_queue_submit(rdo_device_queue(device, operation->affinity), operation, false, diag);
}

enum rondo_status rdo_device_submit_held(struct rdo_device *device, const struct rdo_operation *operation, struct rondo_diag *diag) {
  if (device->observe != NULL) device->observe(device->observe_user, operation);
  return rdo_queue_submit(rdo_device_queue(device, operation->affinity), operation, true, diag);
}

enum rondo_status rdo_device_wait(struct rdo_device *device, const struct rdo_fence *fence, int64_t deadline_ns) {
  return rdo_queue_wait(&device->queues[0], fence, deadline_ns);
}

void rdo_device_explain(struct rdo_device *device, enum rondo_status status, struct rondo_diag *diag) {
  for (uint32_t i = 0; i < device->queue_count; ++i) rdo_queue_explain(&device->queues[i], status, diag);
}

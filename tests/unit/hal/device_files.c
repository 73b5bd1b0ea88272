// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Files over descriptors, read and written through queues: on the synchronous device and on workers.

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "hal/device.h"

enum { WORKER_COUNTS = 4 };
static const int worker_counts[WORKER_COUNTS] = {-1, 0, 1, 2};  // -1: local-sync

static struct rdo_device *make_device(int worker_count) {
  const struct rdo_executor_options queue = {.worker_count = worker_count < 0 ? 0 : (uint32_t)worker_count};
  const struct rdo_device_options options = {.name = worker_count < 0 ? "local-sync" : "local-task", .queues = &queue, .queue_count = 1};
  struct rdo_device *device;
  assert_int_equal(rdo_device_create(&options, &device, NULL), RONDO_OK);
  return device;
}

static struct rdo_buffer *make_buffer(struct rdo_device *device, uint64_t length, int byte) {
  struct rdo_buffer *buffer;
  assert_int_equal(rdo_buffer_create(device->heap, 0, 0, length, false, &buffer, NULL), RONDO_OK);
  memset(rdo_buffer_data(buffer), byte, (size_t)length);
  return buffer;
}

static struct rdo_fence *make_fence(void) {
  struct rdo_fence *fence;
  assert_int_equal(rdo_fence_create(&fence, NULL), RONDO_OK);
  return fence;
}

static void end(void *object) { rdo_object_release(object); }

static int temporary_file(void) {
  char path[] = "/tmp/rondo_files_XXXXXX";
  int fd = mkstemp(path);
  assert_true(fd >= 0);
  unlink(path);
  return fd;
}

static void submit(struct rdo_device *device, struct rdo_operation operation) {
  assert_int_equal(rdo_device_submit(device, &operation, NULL), RONDO_OK);
}

// Writes past the end, then reads what was written and what is around it, without a wait of the host between.
static void test_chain(void **state) {
  (void)state;
  enum { LENGTH = 300000, OFFSET = 77 };
  for (int w = 0; w < WORKER_COUNTS; ++w) {
    struct rdo_device *device = make_device(worker_counts[w]);
    int fd = temporary_file();
    assert_int_equal(write(fd, "abc", 3), 3);
    struct rdo_file *file;
    assert_int_equal(rdo_device_import_file(device, fd, 0, &file, NULL), RONDO_OK);
    close(fd);
    struct rdo_buffer *source = make_buffer(device, LENGTH, 0x5A), *target = make_buffer(device, LENGTH + OFFSET, 1);
    struct rdo_fence *written = make_fence(), *is_read = make_fence();
    submit(device, (struct rdo_operation){.kind = RDO_OPERATION_READ, .wait = written, .signal = is_read, .file = file, .target = target, .length = LENGTH + OFFSET});
    submit(device, (struct rdo_operation){.kind = RDO_OPERATION_WRITE, .signal = written, .file = file, .source = source, .target_offset = OFFSET, .length = LENGTH});
    assert_int_equal(rdo_device_wait(device, is_read, RDO_DEADLINE_NONE), RONDO_OK);
    const uint8_t *data = rdo_buffer_data(target);
    assert_memory_equal(data, "abc\0", 4);
    for (int i = 0; i < OFFSET; ++i) assert_true(i < 3 || data[i] == 0);
    for (int i = 0; i < LENGTH; ++i) assert_int_equal(data[OFFSET + i], 0x5A);
    end(file);
    end(source);
    end(target);
    end(written);
    end(is_read);
    rdo_device_close(device);
    end(device);
  }
}

// What goes wrong fails the operation's own signal, and its dependents, with the reason.
static void test_failures(void **state) {
  (void)state;
  for (int w = 0; w < WORKER_COUNTS; ++w) {
    struct rdo_device *device = make_device(worker_counts[w]);
    int fd = temporary_file();
    assert_int_equal(write(fd, "0123456789", 10), 10);
    struct rdo_file *file;
    assert_int_equal(rdo_device_import_file(device, fd, RDO_ACCESS_READ, &file, NULL), RONDO_OK);
    struct rdo_buffer *buffer = make_buffer(device, 100, 7);
    struct rdo_fence *signal = make_fence(), *dependent = make_fence(), *good = make_fence();
    submit(device, (struct rdo_operation){.kind = RDO_OPERATION_BARRIER, .wait = signal, .signal = dependent});
    submit(device, (struct rdo_operation){.kind = RDO_OPERATION_READ, .signal = signal, .file = file, .target = buffer, .length = 11});
    submit(device, (struct rdo_operation){.kind = RDO_OPERATION_READ, .signal = good, .file = file, .target = buffer, .source_offset = 5, .length = 5});
    assert_int_equal(rdo_device_wait(device, dependent, RDO_DEADLINE_NONE), RONDO_OUT_OF_RANGE);
    assert_int_equal(rdo_fence_query(signal), RONDO_OUT_OF_RANGE);
    assert_int_equal(rdo_device_wait(device, good, RDO_DEADLINE_NONE), RONDO_OK);
    assert_memory_equal(rdo_buffer_data(buffer), "56789", 5);
    struct rondo_diag diag = {0};
    rdo_fail(&diag, RONDO_OUT_OF_RANGE, "wait failed");
    rdo_device_explain(device, RONDO_OUT_OF_RANGE, &diag);
    assert_non_null(strstr(diag.message, "11"));
    close(fd);
    end(file);
    end(buffer);
    end(signal);
    end(dependent);
    end(good);
    rdo_device_close(device);
    end(device);
  }
}

// Somebody cuts the file after the read has been submitted: the read fails, and what depends on it, nothing else.
static void test_cut_before(void **state) {
  (void)state;
  for (int w = 0; w < WORKER_COUNTS; ++w) {
    struct rdo_device *device = make_device(worker_counts[w]);
    int fd = temporary_file();
    assert_int_equal(ftruncate(fd, 4000), 0);
    struct rdo_file *file;
    assert_int_equal(rdo_device_import_file(device, fd, RDO_ACCESS_READ, &file, NULL), RONDO_OK);
    struct rdo_buffer *buffers[3] = {make_buffer(device, 4000, 7), make_buffer(device, 10, 7), make_buffer(device, 10, 7)};
    struct rdo_fence *start = make_fence(), *signals[3] = {make_fence(), make_fence(), make_fence()};
    submit(device, (struct rdo_operation){.kind = RDO_OPERATION_READ, .wait = start, .signal = signals[0], .file = file, .target = buffers[0], .length = 4000});
    submit(device, (struct rdo_operation){.kind = RDO_OPERATION_COPY, .wait = signals[0], .signal = signals[1], .source = buffers[0], .target = buffers[1], .length = 10});
    submit(device, (struct rdo_operation){.kind = RDO_OPERATION_READ, .wait = start, .signal = signals[2], .file = file, .target = buffers[2], .length = 10});
    assert_int_equal(ftruncate(fd, 10), 0);
    rdo_fence_signal(start);
    assert_int_equal(rdo_device_wait(device, signals[1], RDO_DEADLINE_NONE), RONDO_OUT_OF_RANGE);
    assert_int_equal(rdo_fence_query(signals[0]), RONDO_OUT_OF_RANGE);
    assert_int_equal(rdo_buffer_data(buffers[1])[0], 7);
    assert_int_equal(rdo_device_wait(device, signals[2], RDO_DEADLINE_NONE), RONDO_OK);
    assert_memory_equal(rdo_buffer_data(buffers[2]), "\0\0\0\0\0\0\0\0\0", 10);
    close(fd);
    end(file);
    for (int i = 0; i < 3; ++i) end(buffers[i]);
    for (int i = 0; i < 3; ++i) end(signals[i]);
    end(start);
    rdo_device_close(device);
    end(device);
  }
}

struct cutter {
  int fd;
  int64_t length;
  rdo_atomic_u32 is_over;
};

static void *cut_and_grow(void *user) {
  struct cutter *cutter = user;
  for (uint32_t i = 0; rdo_atomic_load(&cutter->is_over, rdo_acquire) == 0; ++i) {
    if (ftruncate(cutter->fd, i % 2 == 0 ? 100 : cutter->length) != 0) abort();
    for (uint32_t k = 0; k < i % 8; ++k) sched_yield();
  }
  return NULL;
}

// Somebody cuts the file while it is read: each read has all of it, or fails. (The bytes that come back are zero.)
static void test_cut_meanwhile(void **state) {
  (void)state;
  enum { LENGTH = 1 << 20, TIMES = 40, TOGETHER = 3 };
  for (int w = 0; w < WORKER_COUNTS; ++w) {
    struct rdo_device *device = make_device(worker_counts[w]);
    struct cutter cutter = {.fd = temporary_file(), .length = LENGTH};
    struct rdo_buffer *buffers[TOGETHER];
    struct rdo_file *file;
    pthread_t thread;
    assert_int_equal(ftruncate(cutter.fd, LENGTH), 0);
    assert_int_equal(rdo_device_import_file(device, cutter.fd, RDO_ACCESS_READ, &file, NULL), RONDO_OK);
    for (int i = 0; i < TOGETHER; ++i) buffers[i] = make_buffer(device, LENGTH, 0);
    rdo_atomic_init(&cutter.is_over, 0);
    assert_int_equal(pthread_create(&thread, NULL, cut_and_grow, &cutter), 0);
    for (int t = 0; t < TIMES; ++t) {
      struct rdo_fence *signals[TOGETHER];
      for (int i = 0; i < TOGETHER; ++i) {
        signals[i] = make_fence();
        rdo_buffer_data(buffers[i])[LENGTH - 1] = 1;
        submit(device, (struct rdo_operation){.kind = RDO_OPERATION_READ, .signal = signals[i], .file = file, .target = buffers[i], .length = LENGTH});
      }
      for (int i = 0; i < TOGETHER; ++i) {
        enum rondo_status status = rdo_device_wait(device, signals[i], RDO_DEADLINE_NONE);
        assert_true(status == RONDO_OK || status == RONDO_OUT_OF_RANGE);
        if (status == RONDO_OK) assert_int_equal(rdo_buffer_data(buffers[i])[LENGTH - 1], 0);
        end(signals[i]);
      }
    }
    rdo_atomic_store(&cutter.is_over, 1, rdo_release);
    pthread_join(thread, NULL);
    close(cutter.fd);
    end(file);
    for (int i = 0; i < TOGETHER; ++i) end(buffers[i]);
    rdo_device_close(device);
    end(device);
  }
}

// Reads of a pipe that nobody writes to end when the device is closed; those of one that somebody does, do not block others.
static void test_pipes(void **state) {
  (void)state;
  for (int w = 1; w < WORKER_COUNTS; ++w) {
    struct rdo_device *device = make_device(worker_counts[w]);
    int silent[2], talking[2];
    assert_int_equal(pipe(silent), 0);
    assert_int_equal(pipe(talking), 0);
    struct rdo_file *files[2];
    assert_int_equal(rdo_device_import_file(device, silent[0], 0, &files[0], NULL), RONDO_OK);
    assert_int_equal(rdo_device_import_file(device, talking[0], 0, &files[1], NULL), RONDO_OK);
    struct rdo_buffer *buffers[2] = {make_buffer(device, 8, 0), make_buffer(device, 8, 0)};
    struct rdo_fence *signals[2] = {make_fence(), make_fence()};
    for (int i = 0; i < 2; ++i) {
      submit(device, (struct rdo_operation){.kind = RDO_OPERATION_READ, .signal = signals[i], .file = files[i], .target = buffers[i], .length = 8});
    }
    assert_int_equal(write(talking[1], "half", 4), 4);
    assert_int_equal(write(talking[1], "full", 4), 4);
    assert_int_equal(rdo_device_wait(device, signals[1], RDO_DEADLINE_NONE), RONDO_OK);
    assert_memory_equal(rdo_buffer_data(buffers[1]), "halffull", 8);
    assert_int_equal(rdo_fence_query(signals[0]), RONDO_DEFERRED);
    rdo_device_close(device);
    assert_int_equal(rdo_fence_query(signals[0]), RONDO_CANCELLED);
    for (int i = 0; i < 2; ++i) {
      end(files[i]);
      end(buffers[i]);
      end(signals[i]);
      close(silent[i]);
      close(talking[i]);
    }
    end(device);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_chain),
      cmocka_unit_test(test_failures),
      cmocka_unit_test(test_cut_before),
      cmocka_unit_test(test_cut_meanwhile),
      cmocka_unit_test(test_pipes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

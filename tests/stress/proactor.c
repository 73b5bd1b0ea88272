// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(inbox) and SYNC(cancel): threads submit transfers of files and pipes and timers, and cancel their own
// and each other's, until the proactor is destroyed with some of them in flight. Every callback runs exactly
// once, one at a time and on one thread, what succeeded moved the right bytes, nothing is touched after its
// callback, and nothing comes after destroy. In some rounds the proactor ends as soon as the last callback
// has said so, while submitters are still on their way out. Rounds alternate between the back ends.

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <unistd.h>

#include "async/proactor.h"
#include "stress.h"

enum { SUBMITTER_COUNT = 4, SLOT_COUNT = 24, BLOCK_BYTES = 512, PIPE_COUNT = 4, STEP_COUNT = 150, HURRY_COUNT = 16 };

enum slot_state { FREE, SUBMITTING, BUSY };

// One operation, used again and again by the submitter that takes it. A slot's block of the file is its own.
struct slot {
  struct rdo_io io;
  rdo_atomic_u32 state;  // enum slot_state
  rdo_atomic_u32 canceller_count;
  uint32_t stamp;  // of the block in the file, when it is known
  bool is_stamped;
  uint32_t data[BLOCK_BYTES / 4];
};

static struct slot slots[SUBMITTER_COUNT * SLOT_COUNT];
static struct rdo_proactor *proactor;
static int file_fd;
static int pipe_fds[PIPE_COUNT][2];
static rdo_atomic_u32 callback_count, submit_count, callbacks_running;
static rdo_atomic_u64 polling_thread;
static rdo_atomic_u32 is_over;  // the proactor is destroyed

static void take_callback(void) {
  STRESS_CHECK(rdo_atomic_add(&callbacks_running, 1, rdo_acq_rel) == 0);
  STRESS_CHECK(rdo_atomic_load(&is_over, rdo_acquire) == 0);
  uint64_t self = (uint64_t)pthread_self(), expected = 0;
  STRESS_CHECK(rdo_atomic_cas(&polling_thread, &expected, self, rdo_acq_rel, rdo_acquire) || expected == self);
  rdo_atomic_add(&callback_count, 1, rdo_acq_rel);
  rdo_atomic_sub(&callbacks_running, 1, rdo_acq_rel);
}

static void check_success(struct slot *slot, uint64_t bytes_done) {
  STRESS_CHECK(slot->io.kind == RDO_IO_TIMER || bytes_done == slot->io.length);
  if (slot->io.kind == RDO_IO_TIMER) STRESS_CHECK(rdo_clock_now_ns() >= slot->io.deadline_ns);
  if (slot->io.kind == RDO_IO_READ && slot->io.fd == file_fd && slot->is_stamped) {
    for (int i = 0; i < BLOCK_BYTES / 4; ++i) STRESS_CHECK(slot->data[i] == slot->stamp);
  }
}

static void finish(void *user, enum rondo_status status, uint64_t bytes_done) {
  struct slot *slot = user;
  take_callback();
  STRESS_CHECK(rdo_atomic_load(&slot->state, rdo_acquire) != FREE);
  STRESS_CHECK(status == RONDO_OK || status == RONDO_CANCELLED);
  if (status == RONDO_OK) check_success(slot, bytes_done);
  if (slot->io.kind == RDO_IO_WRITE && slot->io.fd == file_fd) slot->is_stamped = status == RONDO_OK;
  rdo_atomic_store(&slot->state, FREE, rdo_release);
}

static void prepare(struct slot *slot, uint64_t *random) {
  uint32_t index = (uint32_t)(slot - slots);
  bool is_timer = stress_below(random, 4) == 0, is_pipe = !is_timer && stress_below(random, 3) == 0, is_read = stress_below(random, 2) == 0;
  slot->io = (struct rdo_io){.kind = is_timer ? RDO_IO_TIMER : is_read ? RDO_IO_READ : RDO_IO_WRITE,
                             .data = slot->data,
                             .callback = finish,
                             .user = slot};
  if (is_timer) {
    slot->io.deadline_ns = stress_below(random, 8) == 0 ? RDO_DEADLINE_NONE : rdo_clock_now_ns() + stress_below(random, 300) * 1000 - 50000;
  } else if (is_pipe) {
    slot->io.fd = pipe_fds[stress_below(random, PIPE_COUNT)][is_read ? 0 : 1];
    slot->io.offset = RDO_IO_CURRENT;
    slot->io.length = 1 + stress_below(random, BLOCK_BYTES);
  } else {
    slot->io.fd = file_fd;
    slot->io.offset = (uint64_t)index * BLOCK_BYTES;
    slot->io.length = BLOCK_BYTES;
    if (is_read) {
      memset(slot->data, 0xEE, sizeof slot->data);
    } else {
      slot->stamp = (uint32_t)stress_random(random);
      for (int i = 0; i < BLOCK_BYTES / 4; ++i) slot->data[i] = slot->stamp;
    }
  }
}

static void submit(struct slot *slot, uint64_t *random) {
  uint32_t expected = FREE;
  if (!rdo_atomic_cas(&slot->state, &expected, SUBMITTING, rdo_acq_rel, rdo_acquire)) return;
  // A canceller that still looks at the last use would see this one.
  while (rdo_atomic_load(&slot->canceller_count, rdo_seq_cst) != 0) sched_yield();
  prepare(slot, random);
  rdo_atomic_add(&submit_count, 1, rdo_acq_rel);
  rdo_proactor_submit(proactor, &slot->io);
  expected = SUBMITTING;
  (void)rdo_atomic_cas(&slot->state, &expected, BUSY, rdo_acq_rel, rdo_acquire);  // unless it is over
}

// Slots are never freed, so the caller's duty, that the operation is there, comes down to its not being
// prepared anew at the same time.
static void cancel(struct slot *slot) {
  rdo_atomic_add(&slot->canceller_count, 1, rdo_seq_cst);
  if (rdo_atomic_load(&slot->state, rdo_seq_cst) == BUSY) (void)rdo_proactor_cancel(proactor, &slot->io);
  rdo_atomic_sub(&slot->canceller_count, 1, rdo_seq_cst);
}

struct submitter {
  pthread_t thread;
  uint32_t index;
  uint64_t random;
};

static void *submit_and_cancel(void *user) {
  struct submitter *submitter = user;
  struct slot *own = &slots[submitter->index * SLOT_COUNT];
  for (int i = 0; i < STEP_COUNT; ++i) {
    submit(&own[stress_below(&submitter->random, SLOT_COUNT)], &submitter->random);
    if (stress_below(&submitter->random, 2) == 0) cancel(&own[stress_below(&submitter->random, SLOT_COUNT)]);
    if (stress_below(&submitter->random, 4) == 0) cancel(&slots[stress_below(&submitter->random, SUBMITTER_COUNT * SLOT_COUNT)]);
    if (stress_below(&submitter->random, 16) == 0) sched_yield();
  }
  return NULL;
}

static void begin_round(bool is_ring, uint64_t *random) {
  const struct rdo_proactor_options options = {
      .backend = is_ring ? RDO_PROACTOR_URING : RDO_PROACTOR_THREADS, .entry_count = 1u << stress_below(random, 7), .thread_count = 1 + stress_below(random, 3)};
  rdo_atomic_store(&callback_count, 0, rdo_release);
  rdo_atomic_store(&submit_count, 0, rdo_release);
  rdo_atomic_store(&polling_thread, 0, rdo_release);
  rdo_atomic_store(&is_over, 0, rdo_release);
  STRESS_CHECK(rdo_proactor_create(&options, &proactor, NULL) == RONDO_OK);
}

static void end_round(void) {
  rdo_proactor_destroy(proactor);
  rdo_atomic_store(&is_over, 1, rdo_release);
  STRESS_CHECK(rdo_atomic_load(&callback_count, rdo_acquire) == rdo_atomic_load(&submit_count, rdo_acquire));
}

static void run_mixed(bool is_ring, uint64_t random) {
  struct submitter submitters[SUBMITTER_COUNT];
  file_fd = memfd_create("stress", MFD_CLOEXEC);
  STRESS_CHECK(file_fd >= 0 && ftruncate(file_fd, (off_t)sizeof slots) == 0);
  for (int i = 0; i < PIPE_COUNT; ++i) STRESS_CHECK(pipe2(pipe_fds[i], O_CLOEXEC | (i % 2 == 0 ? O_NONBLOCK : 0)) == 0);
  for (size_t i = 0; i < sizeof slots / sizeof slots[0]; ++i) slots[i].is_stamped = false;
  begin_round(is_ring, &random);
  for (uint32_t i = 0; i < SUBMITTER_COUNT; ++i) {
    submitters[i] = (struct submitter){.index = i, .random = stress_random(&random)};
    STRESS_CHECK(pthread_create(&submitters[i].thread, NULL, submit_and_cancel, &submitters[i]) == 0);
  }
  for (int i = 0; i < SUBMITTER_COUNT; ++i) pthread_join(submitters[i].thread, NULL);
  end_round();
  for (size_t i = 0; i < sizeof slots / sizeof slots[0]; ++i) STRESS_CHECK(rdo_atomic_load(&slots[i].state, rdo_acquire) == FREE);
  close(file_fd);
  for (int i = 0; i < PIPE_COUNT; ++i) {
    close(pipe_fds[i][0]);
    close(pipe_fds[i][1]);
  }
}

// The end in a hurry ----------------------------------------------------------------------------------

static sem_t hurry_done;
static struct rdo_io hurry_timers[SUBMITTER_COUNT][HURRY_COUNT];

static void finish_hurry(void *user, enum rondo_status status, uint64_t bytes_done) {
  (void)user;
  (void)bytes_done;
  STRESS_CHECK(status == RONDO_OK || status == RONDO_CANCELLED);
  take_callback();
  if (rdo_atomic_load(&callback_count, rdo_acquire) == SUBMITTER_COUNT * HURRY_COUNT) sem_post(&hurry_done);
}

static void *submit_in_a_hurry(void *user) {
  struct rdo_io *timers = user;
  for (int i = 0; i < HURRY_COUNT; ++i) {
    timers[i] = (struct rdo_io){.kind = RDO_IO_TIMER, .callback = finish_hurry};
    rdo_proactor_submit(proactor, &timers[i]);
  }
  return NULL;
}

// The last submit may still be about to wake the polling thread when all of its work is done.
static void run_hurry(bool is_ring, uint64_t random) {
  pthread_t threads[SUBMITTER_COUNT];
  begin_round(is_ring, &random);
  sem_init(&hurry_done, 0, 0);
  rdo_atomic_store(&submit_count, SUBMITTER_COUNT * HURRY_COUNT, rdo_release);
  for (int i = 0; i < SUBMITTER_COUNT; ++i) STRESS_CHECK(pthread_create(&threads[i], NULL, submit_in_a_hurry, hurry_timers[i]) == 0);
  while (sem_wait(&hurry_done) != 0) continue;
  end_round();
  for (int i = 0; i < SUBMITTER_COUNT; ++i) pthread_join(threads[i], NULL);
  sem_destroy(&hurry_done);
}

int main(int argc, char **argv) {
  struct stress stress = stress_begin(argc, argv);
  const struct rdo_proactor_options options = {.backend = RDO_PROACTOR_URING};
  struct rondo_diag diag = {.status = RONDO_OK};
  bool has_ring = rdo_proactor_create(&options, &proactor, &diag) == RONDO_OK;
  rdo_proactor_destroy(proactor);
  if (!has_ring) printf("the ring is left out: %s\n", diag.message);
  uint64_t seed;
  while (stress_next(&stress, &seed)) {
    uint64_t random = seed;
    uint32_t choice = stress_below(&random, 6);
    bool is_ring = has_ring && choice % 2 == 0;
    if (choice < 4) {
      run_mixed(is_ring, random);
    } else {
      run_hurry(is_ring, random);
    }
  }
  return 0;
}

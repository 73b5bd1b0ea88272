// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The back end over io_uring, by its three system calls. The ring is created disabled on the thread that
// creates the proactor and enabled on the polling thread, which is then the only one to use it: the kernel
// needs no locks for it and runs completions only when that thread waits (SINGLE_ISSUER, DEFER_TASKRUN).
//
//   ready lists ── fill ── submission entries ── one system call submits and sleeps ── completions ── reap
//
// Entries are filled only right before that call, so that an operation is either in a list here, and can be
// taken back, or in the kernel's hands. A wake is a poll of the eventfd that stays in the ring (and not a read:
// that it has come from the waker is to be seen in this program, too). Timers are the call's own timeout.
//
// SYNC(ring). The kernel and this thread share four indices. Each is written by one side: this thread
// publishes entries by the submission tail and slots by the completion head (release), the kernel entries
// it is done with by the submission head and results by the completion tail (acquired here).

#include <errno.h>
#include <linux/io_uring.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "async/proactor_impl.h"
#include "base/alloc.h"

// Younger than the oldest headers that have the rest.
#ifndef IORING_SETUP_SUBMIT_ALL
#define IORING_SETUP_SUBMIT_ALL (1U << 7)
#endif
#ifndef IORING_SETUP_COOP_TASKRUN
#define IORING_SETUP_COOP_TASKRUN (1U << 8)
#endif
#ifndef IORING_SETUP_SINGLE_ISSUER
#define IORING_SETUP_SINGLE_ISSUER (1U << 12)
#endif
#ifndef IORING_SETUP_DEFER_TASKRUN
#define IORING_SETUP_DEFER_TASKRUN (1U << 13)
#endif

enum {
  // Completions that fit before the kernel has to keep them elsewhere. Files are limited to the submission
  // entries; this many pipes can become ready at once.
  COMPLETION_COUNT_MIN = 1024,
  // What is in memory already the kernel would copy right in the system call, a GB in some 0.2 s, while timers
  // and everybody else waits. From this size on it is told to use a thread of its own.
  ASYNC_BYTES_MIN = 1 << 20,
  CPU_MASK_BYTES = 1024,  // 8192 CPUs, the most a kernel can be built for
  FEATURES_NEEDED = IORING_FEAT_SINGLE_MMAP | IORING_FEAT_NODROP | IORING_FEAT_RW_CUR_POS | IORING_FEAT_FAST_POLL | IORING_FEAT_EXT_ARG,
};

// What a completion belongs to; else it is an operation's address.
enum { TAG_WAKE = 1, TAG_CANCEL = 2 };

struct ring {
  int fd;
  uint8_t *rings;
  size_t rings_bytes;
  struct io_uring_sqe *entries;
  size_t entries_bytes;
  uint32_t entry_count;
  rdo_atomic_u32 *entries_head;      // SYNC(ring): the kernel's
  rdo_atomic_u32 *entries_tail;      // SYNC(ring): ours
  rdo_atomic_u32 *completions_head;  // SYNC(ring): ours
  rdo_atomic_u32 *completions_tail;  // SYNC(ring): the kernel's
  struct io_uring_cqe *completions;
  uint32_t completions_mask;
  uint32_t next_entry;               // tail, with what is not published yet
  bool is_wake_armed;
  struct rdo_io_link streams;        // ready to be handed over: operations at a current position
  struct rdo_io_link files;          // ready to be handed over: the others
  struct rdo_io_link cancels;        // in the kernel's hands, to be cancelled there
  struct rdo_io_link in_flight;      // in the kernel's hands
  uint32_t file_count;               // files among the last two
};

// Entries ---------------------------------------------------------------------------------------------

// The next free one, cleared; NULL when all are taken.
static struct io_uring_sqe *next_entry(struct ring *ring) {
  uint32_t head = rdo_atomic_load(ring->entries_head, rdo_acquire);  // SYNC(ring)
  if (ring->next_entry - head == ring->entry_count) return NULL;
  struct io_uring_sqe *entry = &ring->entries[ring->next_entry++ & (ring->entry_count - 1)];
  memset(entry, 0, sizeof *entry);
  return entry;
}

static void move(struct rdo_io_link *link, struct rdo_io_link *to) {
  rdo_io_list_remove(link);
  rdo_io_list_append(to, link);
}

static bool fill_wake(struct rdo_proactor *proactor, struct ring *ring) {
  struct io_uring_sqe *entry = next_entry(ring);
  if (entry == NULL) return false;
  entry->opcode = IORING_OP_POLL_ADD;
  entry->fd = proactor->wake_fd;
  entry->poll32_events = POLLIN;
  entry->user_data = TAG_WAKE;
  ring->is_wake_armed = true;
  return true;
}

static bool fill_cancel(struct ring *ring, const struct rdo_io *io) {
  struct io_uring_sqe *entry = next_entry(ring);
  if (entry == NULL) return false;
  entry->opcode = IORING_OP_ASYNC_CANCEL;
  entry->fd = -1;
  entry->addr = (uint64_t)(uintptr_t)io;
  entry->user_data = TAG_CANCEL;
  return true;
}

static bool fill_operation(const struct rdo_proactor *proactor, struct ring *ring, struct rdo_io *io) {
  struct io_uring_sqe *entry = next_entry(ring);
  if (entry == NULL) return false;
  entry->fd = io->fd;
  entry->user_data = (uint64_t)(uintptr_t)io;
  if (io->needs_poll) {
    entry->opcode = IORING_OP_POLL_ADD;
    entry->poll32_events = io->kind == RDO_IO_READ ? POLLIN : POLLOUT;
  } else {
    entry->opcode = io->kind == RDO_IO_READ ? IORING_OP_READ : IORING_OP_WRITE;
    entry->addr = (uint64_t)(uintptr_t)io->data + io->bytes_done;
    entry->len = (uint32_t)rdo_io_left(io, proactor->options.chunk_bytes_max);
    entry->off = (uint64_t)rdo_io_position(io);
  }
  if (io->is_counted && io->length >= ASYNC_BYTES_MIN) entry->flags = IOSQE_ASYNC;
  io->is_polling = io->needs_poll;
  io->is_queued = false;
  ring->file_count += io->is_counted;
  move(&io->link, &ring->in_flight);
  return true;
}

// The kernel is done with the operation, or has never seen it.
static void take_back(struct ring *ring, struct rdo_io *io) {
  rdo_io_list_remove(&io->link);
  ring->file_count -= io->is_counted;
}

// Turns what is ready into entries while there is room.
//   returns  whether something had to be left
static bool fill(struct rdo_proactor *proactor, struct ring *ring) {
  bool has_room = ring->is_wake_armed || fill_wake(proactor, ring);
  while (has_room && !rdo_io_list_is_empty(&ring->cancels)) {
    struct rdo_io_link *link = ring->cancels.next;
    has_room = fill_cancel(ring, RDO_IO_OF(link, link));
    if (!has_room) break;
    move(link, &ring->in_flight);
  }
  while (has_room && !rdo_io_list_is_empty(&ring->streams)) has_room = fill_operation(proactor, ring, RDO_IO_OF(ring->streams.next, link));
  while (has_room && !rdo_io_list_is_empty(&ring->files) && ring->file_count < ring->entry_count) {
    has_room = fill_operation(proactor, ring, RDO_IO_OF(ring->files.next, link));
  }
  // SYNC(ring): the entries are complete before the kernel can see them.
  rdo_atomic_store(ring->entries_tail, ring->next_entry, rdo_release);
  return !has_room;
}

// Takes back the entries that the kernel did not want, and fails their operations: it has no memory for
// them, or the ring is broken.
//   returns  whether there was any
static bool withdraw(struct rdo_proactor *proactor, struct ring *ring, int error) {
  uint32_t head = rdo_atomic_load(ring->entries_head, rdo_acquire);  // SYNC(ring)
  uint32_t tail = ring->next_entry;
  ring->next_entry = head;
  rdo_atomic_store(ring->entries_tail, head, rdo_release);  // SYNC(ring): the kernel looks only when it is called
  bool has_failed = false;
  for (uint32_t i = head; i != tail; ++i) {
    const struct io_uring_sqe *entry = &ring->entries[i & (ring->entry_count - 1)];
    if (entry->user_data == TAG_WAKE) ring->is_wake_armed = false;
    if (entry->user_data == TAG_WAKE || entry->user_data == TAG_CANCEL) continue;
    struct rdo_io *io = (struct rdo_io *)(uintptr_t)entry->user_data;
    take_back(ring, io);
    has_failed = true;
    rdo_proactor_transferred(proactor, io, error == EAGAIN ? -ENOMEM : -(int64_t)error);
  }
  // What a cancel was for may have ended meanwhile, so the entry does not tell who still needs it.
  struct rdo_io_link *next;
  for (struct rdo_io_link *link = ring->in_flight.next; link != &ring->in_flight; link = next) {
    next = link->next;
    if (rdo_proactor_is_cancelled(proactor, RDO_IO_OF(link, link))) move(link, &ring->cancels);
  }
  return has_failed;
}

// The driver ------------------------------------------------------------------------------------------

static void begin(struct rdo_proactor *proactor, struct rdo_io *io) {
  struct ring *ring = proactor->driver_state;
  io->is_queued = true;
  io->is_counted = io->offset != RDO_IO_CURRENT;
  struct rdo_io_link *list = io->is_counted ? &ring->files : &ring->streams;
  // What goes on does so before what begins.
  rdo_io_list_insert_after(io->bytes_done != 0 ? list : list->previous, &io->link);
}

static void cancel(struct rdo_proactor *proactor, struct rdo_io *io) {
  struct ring *ring = proactor->driver_state;
  if (!io->is_queued) {
    move(&io->link, &ring->cancels);
  } else {
    rdo_io_list_remove(&io->link);
    rdo_proactor_cancelled(proactor, io);
  }
}

static void wait_for_any(struct rdo_proactor *proactor, int64_t deadline_ns) {
  struct ring *ring = proactor->driver_state;
  bool is_full = fill(proactor, ring);
  int64_t left_ns = deadline_ns == 0 || is_full ? 0 : deadline_ns - rdo_clock_now_ns();
  if (left_ns < 0) left_ns = 0;
  struct __kernel_timespec timeout = {.tv_sec = left_ns / 1000000000, .tv_nsec = left_ns % 1000000000};
  struct io_uring_getevents_arg argument = {.ts = deadline_ns == RDO_DEADLINE_NONE ? 0 : (uint64_t)(uintptr_t)&timeout};
  uint32_t submit_count = ring->next_entry - rdo_atomic_load(ring->entries_head, rdo_acquire);  // SYNC(ring)
  if (proactor->os->uring_enter(ring->fd, submit_count, left_ns != 0, IORING_ENTER_GETEVENTS | IORING_ENTER_EXT_ARG, &argument, sizeof argument) >= 0) return;
  int error = errno;
  // EBUSY: completions have to be taken first, which comes next.
  if (error == ETIME || error == EINTR || error == EBUSY || withdraw(proactor, ring, error)) return;
  // Nobody to blame: what is in flight goes on, only that nothing is to be learned of it now.
  static const struct timespec pause = {0, 1000000};
  (void)proactor->os->ppoll(NULL, 0, &pause);
}

static void complete_operation(struct rdo_proactor *proactor, struct ring *ring, struct rdo_io *io, int32_t result) {
  take_back(ring, io);
  if (io->is_polling && result >= 0) {
    rdo_proactor_ready(proactor, io);
  } else {
    rdo_proactor_transferred(proactor, io, result);
  }
}

static void reap(struct rdo_proactor *proactor) {
  struct ring *ring = proactor->driver_state;
  uint32_t head = rdo_atomic_load(ring->completions_head, rdo_relaxed);  // relaxed: only this thread writes it
  while (head != rdo_atomic_load(ring->completions_tail, rdo_acquire)) {  // SYNC(ring)
    struct io_uring_cqe completion = ring->completions[head & ring->completions_mask];
    rdo_atomic_store(ring->completions_head, ++head, rdo_release);  // SYNC(ring): the slot is the kernel's again
    if (completion.user_data == TAG_CANCEL) continue;
    if (completion.user_data == TAG_WAKE) {
      ring->is_wake_armed = false;
      if (completion.res > 0) rdo_proactor_take_wake(proactor);
    } else {
      complete_operation(proactor, ring, (struct rdo_io *)(uintptr_t)completion.user_data, completion.res);
    }
  }
}

// Create and destroy ----------------------------------------------------------------------------------

static enum rondo_status refuse(struct rondo_diag *diag, const char *what, int error) {
  return rdo_fail(diag, RONDO_UNAVAILABLE, "io_uring: cannot %s: %s", what, strerror(error));
}

// Best first: each of these flags is younger than the next, and a kernel that does not know one says EINVAL.
static int set_up(const struct rdo_io_os *os, uint32_t entry_count, struct io_uring_params *params) {
  static const uint32_t flags[] = {
      IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN,  // 6.1
      IORING_SETUP_SUBMIT_ALL | IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_COOP_TASKRUN,   // 6.0
      IORING_SETUP_SUBMIT_ALL | IORING_SETUP_COOP_TASKRUN,                                // 5.19
      0,
  };
  int fd = -1;
  for (size_t i = 0; i < sizeof flags / sizeof flags[0]; ++i) {
    *params = (struct io_uring_params){.flags = IORING_SETUP_R_DISABLED | IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP | flags[i]};
    params->cq_entries = entry_count < COMPLETION_COUNT_MIN / 4 ? COMPLETION_COUNT_MIN : 4 * entry_count;
    fd = os->uring_setup(entry_count, params);
    if (fd >= 0 || errno != EINVAL) break;
  }
  return fd;
}

static rdo_atomic_u32 *index_at(const struct ring *ring, uint32_t offset) { return (rdo_atomic_u32 *)(void *)(ring->rings + offset); }

static enum rondo_status map_rings(struct rdo_proactor *proactor, struct ring *ring, const struct io_uring_params *params, struct rondo_diag *diag) {
  size_t entries_end = params->sq_off.array + params->sq_entries * sizeof(uint32_t);
  size_t completions_end = params->cq_off.cqes + params->cq_entries * sizeof(struct io_uring_cqe);
  ring->rings_bytes = entries_end > completions_end ? entries_end : completions_end;
  ring->entries_bytes = params->sq_entries * sizeof(struct io_uring_sqe);
  void *rings = proactor->os->mmap(NULL, ring->rings_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd, IORING_OFF_SQ_RING);
  if (rings == MAP_FAILED) return refuse(diag, "map the ring", errno);
  ring->rings = rings;
  void *entries = proactor->os->mmap(NULL, ring->entries_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, ring->fd, IORING_OFF_SQES);
  if (entries == MAP_FAILED) return refuse(diag, "map the ring's entries", errno);
  ring->entries = entries;
  return RONDO_OK;
}

static void find_parts(struct ring *ring, const struct io_uring_params *params) {
  ring->entry_count = params->sq_entries;
  ring->entries_head = index_at(ring, params->sq_off.head);
  ring->entries_tail = index_at(ring, params->sq_off.tail);
  ring->completions_head = index_at(ring, params->cq_off.head);
  ring->completions_tail = index_at(ring, params->cq_off.tail);
  ring->completions = (struct io_uring_cqe *)(void *)(ring->rings + params->cq_off.cqes);
  ring->completions_mask = params->cq_entries - 1;
  // Entries are used in their own order.
  uint32_t *order = (uint32_t *)(void *)(ring->rings + params->sq_off.array);
  for (uint32_t i = 0; i < params->sq_entries; ++i) order[i] = i;
}

static enum rondo_status create(struct rdo_proactor *proactor, struct rondo_diag *diag) {
  if (proactor->os->uring_setup == NULL) return refuse(diag, "set up a ring", ENOSYS);
  struct ring *ring;
  RDO_TRY(rdo_alloc(sizeof *ring, &ring, diag));
  proactor->driver_state = ring;
  rdo_io_list_init(&ring->streams);
  rdo_io_list_init(&ring->files);
  rdo_io_list_init(&ring->cancels);
  rdo_io_list_init(&ring->in_flight);
  struct io_uring_params params;
  ring->fd = set_up(proactor->os, proactor->options.entry_count, &params);
  if (ring->fd < 0) return refuse(diag, "set up a ring", errno);
  if ((params.features & FEATURES_NEEDED) != FEATURES_NEEDED) return rdo_fail(diag, RONDO_UNAVAILABLE, "io_uring: the kernel's is too old");
  RDO_TRY(map_rings(proactor, ring, &params, diag));
  find_parts(ring, &params);
  return RONDO_OK;
}

// The kernel's own threads for this ring (it uses them for what would block) go where this thread may go.
static enum rondo_status bind_kernel_threads(struct rdo_proactor *proactor, struct ring *ring, struct rondo_diag *diag) {
  enum { REGISTER_IOWQ_AFF = 17 };  // 5.14, younger than the oldest headers
  uint64_t mask[CPU_MASK_BYTES / sizeof(uint64_t)] = {0};
  long byte_count = syscall(SYS_sched_getaffinity, 0, sizeof mask, mask);
  if (byte_count < 0) return refuse(diag, "find out where this thread may run", errno);
  if (proactor->os->uring_register(ring->fd, REGISTER_IOWQ_AFF, mask, (uint32_t)byte_count) < 0) return refuse(diag, "bind the kernel's threads", errno);
  return RONDO_OK;
}

static enum rondo_status start(struct rdo_proactor *proactor, struct rondo_diag *diag) {
  struct ring *ring = proactor->driver_state;
  // This thread becomes the single issuer.
  if (proactor->os->uring_register(ring->fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0) < 0) return refuse(diag, "enable the ring", errno);
  (void)fill(proactor, ring);
  if (proactor->os->uring_enter(ring->fd, 1, 0, 0, NULL, 0) != 1) return refuse(diag, "submit", errno);
  // Only now has the kernel something to bind.
  return proactor->options.on_thread_start != NULL ? bind_kernel_threads(proactor, ring, diag) : RONDO_OK;
}

static void destroy(struct rdo_proactor *proactor) {
  struct ring *ring = proactor->driver_state;
  if (ring == NULL) return;
  if (ring->entries != NULL) proactor->os->munmap(ring->entries, ring->entries_bytes);
  if (ring->rings != NULL) proactor->os->munmap(ring->rings, ring->rings_bytes);
  if (ring->fd >= 0) proactor->os->close(ring->fd);
  rdo_free(ring);
  proactor->driver_state = NULL;
}

const struct rdo_proactor_driver rdo_proactor_driver_uring = {
    .backend = RDO_PROACTOR_URING,
    .create = create,
    .start = start,
    .begin = begin,
    .cancel = cancel,
    .wait = wait_for_any,
    .reap = reap,
    .destroy = destroy,
};

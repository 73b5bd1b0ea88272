// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Rings of events, the threads they belong to, and draining them.
//
// Locks: drain_lock is held by the one consumer, registry_lock guards the list of rings; in this order.
// A sink may write files under drain_lock, so no emitting thread takes that one; registry_lock is held
// for a few instructions only.
//
// A ring leaves the list in one of two ways: while nobody collects, its thread takes it out; while
// somebody does, the thread only marks it, and the consumer takes it out when it is empty. So a
// consumer can walk the list without registry_lock: what it has not visited stays.

#include "base/event.h"

#include <pthread.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"

// Events given to the sink before their room is given back.
enum { CHUNK_EVENT_COUNT = RDO_EVENT_RING_CAPACITY / 16 };

_Static_assert((RDO_EVENT_RING_CAPACITY & (RDO_EVENT_RING_CAPACITY - 1)) == 0, "positions wrap by masking");

enum { CACHE_LINE_BYTES = 64 };

// Positions count events since the ring was made and never wrap (64 bits); masked, they are indices.
struct ring {
  // owner: the thread
  _Alignas(CACHE_LINE_BYTES) rdo_atomic_u64 head;  // SYNC(event): next position to write
  uint64_t tail_seen;                              // tail as last read
  uint64_t unmarked;                               // dropped since the last event that found room
  uint32_t session;                                // collection that `unmarked` belongs to
  rdo_atomic_u64 dropped;                          // counter, read by the consumer
  // owner: the consumer
  _Alignas(CACHE_LINE_BYTES) rdo_atomic_u64 tail;  // SYNC(event): next position to read
  uint64_t dropped_before;                         // `dropped` when the collection began
  // const, or written once
  _Alignas(CACHE_LINE_BYTES) rdo_atomic_u32 has_memory;  // SYNC(event): `events` is there
  rdo_atomic_u32 is_ended;                               // SYNC(event): nothing more will be written
  struct rdo_event *events;                              // const after has_memory; owned
  struct rdo_event_thread thread;                        // const after init
  struct ring *next;                                     // lock: registry_lock and drain_lock to write
};

enum thread_state { THREAD_UNKNOWN,
                    THREAD_HAS_RING,
                    THREAD_WITHOUT_RING };

rdo_atomic_u32 rdo_events_on;
static rdo_atomic_u64 last_id;
static rdo_atomic_u64 lost;  // counter: events of threads without a ring

static pthread_mutex_t drain_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rdo_event_sink sink;      // lock: drain_lock
static struct rdo_event_counts counts;  // lock: drain_lock
static uint64_t lost_before;            // lock: drain_lock
static int64_t begin_ns;                // lock: drain_lock
static uint32_t last_session;           // lock: drain_lock

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct ring *first_ring;  // lock: registry_lock; newest first
static bool is_collecting;       // lock: registry_lock
static uint32_t last_thread_id;  // lock: registry_lock

static _Thread_local enum thread_state thread_state;
static _Thread_local struct ring *thread_ring;
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool has_key;

// Threads ------------------------------------------------------------------------------------------

static void free_ring(struct ring *ring) {
  rdo_free(ring->events);
  rdo_free(ring);
}

// Writing to all of it now spares the thread the page faults.
static bool give_memory(struct ring *ring) {
  size_t size = RDO_EVENT_RING_CAPACITY * sizeof *ring->events;
  ring->events = rdo_alloc_aligned(size, CACHE_LINE_BYTES);
  if (ring->events == NULL) return false;
  memset(ring->events, 0, size);
  // SYNC(event) memory: pairs with the load in rdo_event_record, which then may use `events`.
  rdo_atomic_store(&ring->has_memory, 1, rdo_release);
  return true;
}

// Puts it into the list, unless somebody collects and it has no memory.
static bool link_ring(struct ring *ring, bool is_ready) {
  pthread_mutex_lock(&registry_lock);
  bool is_linked = is_ready || !is_collecting;
  if (is_linked) {
    ring->thread.id = ++last_thread_id;
    ring->next = first_ring;
    first_ring = ring;
  }
  pthread_mutex_unlock(&registry_lock);
  return is_linked;
}

static struct ring *create_ring(const char *name, int worker_index) {
  struct ring *ring = rdo_alloc_aligned(sizeof *ring, CACHE_LINE_BYTES);
  if (ring == NULL) return NULL;
  memset(ring, 0, sizeof *ring);
  size_t length = strlen(name);
  if (length >= sizeof ring->thread.name) length = sizeof ring->thread.name - 1;
  memcpy(ring->thread.name, name, length);
  ring->thread.worker_index = worker_index;
  ring->thread.system_id = (int64_t)syscall(SYS_gettid);
  // Rings that are in the list when a collection begins get their memory from rdo_events_begin, others
  // here, before they can be found. Without it their events are dropped.
  bool has_tried = false;
  while (!link_ring(ring, has_tried)) {
    (void)give_memory(ring);
    has_tried = true;
  }
  return ring;
}

// Both locks are held, or registry_lock while nobody collects.
static void unlink_locked(struct ring *ring) {
  struct ring **link = &first_ring;
  while (*link != ring) link = &(*link)->next;
  *link = ring->next;
}

static void end_ring(struct ring *ring) {
  pthread_mutex_lock(&registry_lock);
  bool is_mine = !is_collecting;
  if (is_mine) unlink_locked(ring);
  // SYNC(event) end: pairs with the load in drain_ring, which then sees all that was emitted. After
  // this store the ring belongs to the consumer.
  else rdo_atomic_store(&ring->is_ended, 1, rdo_release);
  pthread_mutex_unlock(&registry_lock);
  if (is_mine) free_ring(ring);
}

// A later key's destructor may emit again; then this one runs again, too.
static void end_thread(void *user) {
  thread_ring = NULL;
  thread_state = THREAD_UNKNOWN;
  end_ring(user);
}

static void create_key(void) { has_key = pthread_key_create(&key, end_thread) == 0; }

static void begin_thread(const char *name, int worker_index) {
  pthread_once(&key_once, create_key);
  thread_state = THREAD_WITHOUT_RING;
  if (!has_key) return;
  thread_ring = create_ring(name, worker_index);
  if (thread_ring == NULL) return;
  thread_state = THREAD_HAS_RING;
  // On failure the ring stays in the list when its thread is gone: small, and no event is lost.
  (void)pthread_setspecific(key, thread_ring);
}

void rdo_event_thread_begin(const char *name, int worker_index) {
  if (thread_state == THREAD_HAS_RING) rdo_event_thread_end();
  begin_thread(name, worker_index);
}

void rdo_event_thread_end(void) {
  struct ring *ring = thread_ring;
  thread_ring = NULL;
  thread_state = THREAD_UNKNOWN;
  if (ring == NULL) return;
  (void)pthread_setspecific(key, NULL);
  end_ring(ring);
}

static void adopt_thread(void) {
  char name[16] = "thread";
  (void)pthread_getname_np(pthread_self(), name, sizeof name);
  begin_thread(name, -1);
}

// Emitting -----------------------------------------------------------------------------------------

uint64_t rdo_event_make_id(void) {
  return rdo_atomic_add(&last_id, 1, rdo_relaxed) + 1;  // relaxed: counter
}

static void drop(struct ring *ring) {
  ++ring->unmarked;
  // relaxed: counter, and this thread is its only writer
  rdo_atomic_store(&ring->dropped, rdo_atomic_load(&ring->dropped, rdo_relaxed) + 1, rdo_relaxed);
}

static bool has_room(struct ring *ring, uint64_t head, uint64_t count) {
  if (RDO_EVENT_RING_CAPACITY - (head - ring->tail_seen) >= count) return true;
  // SYNC(event) room: pairs with the store in drain_ring; what lies before `tail` was read and may be
  // written over.
  ring->tail_seen = rdo_atomic_load(&ring->tail, rdo_acquire);
  return RDO_EVENT_RING_CAPACITY - (head - ring->tail_seen) >= count;
}

static void put(struct ring *ring, uint64_t position, const struct rdo_event *event) {
  ring->events[position & (RDO_EVENT_RING_CAPACITY - 1)] = *event;
}

void rdo_event_record(enum rdo_event_kind kind, int64_t time_ns, uint64_t subject, uint32_t a, uint64_t b) {
  if (__builtin_expect(thread_state != THREAD_HAS_RING, 0)) {
    if (thread_state == THREAD_UNKNOWN) adopt_thread();
    if (thread_state != THREAD_HAS_RING) {
      rdo_atomic_add(&lost, 1, rdo_relaxed);  // relaxed: counter
      return;
    }
  }
  struct ring *ring = thread_ring;
  uint32_t session = rdo_atomic_load(&rdo_events_on, rdo_relaxed);  // relaxed: hint, only tells collections apart
  if (__builtin_expect(ring->session != session, 0)) {
    ring->session = session;
    ring->unmarked = 0;
  }
  uint64_t head = rdo_atomic_load(&ring->head, rdo_relaxed);  // relaxed: this thread is its only writer
  uint64_t count = ring->unmarked != 0 ? 2 : 1;
  // SYNC(event) memory: acquire, so that `events` is seen.
  if (__builtin_expect(!rdo_atomic_load(&ring->has_memory, rdo_acquire) || !has_room(ring, head, count), 0)) {
    drop(ring);
    return;
  }
  if (__builtin_expect(ring->unmarked != 0, 0)) {
    uint32_t unmarked = ring->unmarked > UINT32_MAX ? UINT32_MAX : (uint32_t)ring->unmarked;
    put(ring, head, &(struct rdo_event){.time_ns = time_ns, .a = unmarked, .kind = RDO_EVENT_DROPPED});
    ring->unmarked = 0;
  }
  put(ring, head + count - 1, &(struct rdo_event){time_ns, subject, b, a, (uint32_t)kind});
  // SYNC(event) data: release, so that the consumer that sees the new head sees the events.
  rdo_atomic_store(&ring->head, head + count, rdo_release);
}

// Collecting: all below holds drain_lock -------------------------------------------------------------

static void give(const struct ring *ring, const struct rdo_event *events, size_t count) {
  if (count == 0) return;
  counts.taken += count;
  sink.take(sink.user, &ring->thread, events, count);
}

// Events that lie side by side, without those from before the collection: a thread that saw an earlier
// one's flag late may have left them, and their names may be gone.
static void give_current(const struct ring *ring, const struct rdo_event *events, size_t count) {
  size_t begin = 0;
  for (size_t i = 0; i < count; ++i) {
    if (events[i].time_ns >= begin_ns) continue;
    give(ring, events + begin, i - begin);
    begin = i + 1;
  }
  give(ring, events + begin, count - begin);
}

// Returns whether the ring's thread has ended and nothing is left in it.
static bool drain_ring(struct ring *ring) {
  // SYNC(event) end: acquire, before `head` is read.
  bool is_ended = rdo_atomic_load(&ring->is_ended, rdo_acquire) != 0;
  // SYNC(event) data: acquire, so that the events below `head` are seen.
  uint64_t head = rdo_atomic_load(&ring->head, rdo_acquire);
  uint64_t tail = rdo_atomic_load(&ring->tail, rdo_relaxed);  // relaxed: written under drain_lock only
  while (tail != head) {
    uint64_t index = tail & (RDO_EVENT_RING_CAPACITY - 1);
    uint64_t count = head - tail;
    if (count > RDO_EVENT_RING_CAPACITY - index) count = RDO_EVENT_RING_CAPACITY - index;
    if (count > CHUNK_EVENT_COUNT) count = CHUNK_EVENT_COUNT;
    give_current(ring, ring->events + index, (size_t)count);
    tail += count;
    // SYNC(event) room: release, so that the reads above are done before the thread writes over it.
    rdo_atomic_store(&ring->tail, tail, rdo_release);
  }
  return is_ended;
}

static uint64_t count_dropped(const struct ring *ring) {
  return rdo_atomic_load(&ring->dropped, rdo_relaxed) - ring->dropped_before;  // relaxed: counter
}

static void let_go_locked(struct ring *ring) {
  counts.dropped += count_dropped(ring);
  unlink_locked(ring);
  free_ring(ring);
}

static void drain_all(void) {
  pthread_mutex_lock(&registry_lock);
  struct ring *ring = is_collecting ? first_ring : NULL;
  pthread_mutex_unlock(&registry_lock);
  while (ring != NULL) {
    struct ring *next = ring->next;
    if (drain_ring(ring)) {
      pthread_mutex_lock(&registry_lock);
      let_go_locked(ring);
      pthread_mutex_unlock(&registry_lock);
    }
    ring = next;
  }
}

// Returns whether all rings of the list have memory.
static bool begin_rings(struct ring *ring) {
  for (; ring != NULL; ring = ring->next) {
    ring->dropped_before = rdo_atomic_load(&ring->dropped, rdo_relaxed);  // relaxed: counter
    // relaxed: written before the ring was in the list, or under drain_lock
    if (!rdo_atomic_load(&ring->has_memory, rdo_relaxed) && !give_memory(ring)) return false;
  }
  return true;
}

// From here on threads take their rings out themselves; so those that left theirs behind are let go.
static void close_collection(void) {
  pthread_mutex_lock(&registry_lock);
  for (struct ring *ring = first_ring, *next = NULL; ring != NULL; ring = next) {
    next = ring->next;
    if (rdo_atomic_load(&ring->is_ended, rdo_acquire)) let_go_locked(ring);  // SYNC(event) end
    else counts.dropped += count_dropped(ring);
  }
  is_collecting = false;
  pthread_mutex_unlock(&registry_lock);
}

static enum rondo_status open_collection(struct rondo_diag *diag) {
  pthread_mutex_lock(&registry_lock);
  bool was_collecting = is_collecting;
  is_collecting = true;
  struct ring *ring = first_ring;
  pthread_mutex_unlock(&registry_lock);
  if (was_collecting) return rdo_fail(diag, RONDO_ALREADY_EXISTS, "events are being collected already: one trace at a time");
  if (begin_rings(ring)) return RONDO_OK;
  close_collection();
  return rdo_fail_no_memory(diag, RDO_EVENT_RING_CAPACITY * sizeof(struct rdo_event));
}

enum rondo_status rdo_events_begin(const struct rdo_event_sink *new_sink, struct rondo_diag *diag) {
  pthread_mutex_lock(&drain_lock);
  enum rondo_status status = open_collection(diag);
  if (status == RONDO_OK) {
    sink = *new_sink;
    counts = (struct rdo_event_counts){0};
    lost_before = rdo_atomic_load(&lost, rdo_relaxed);  // relaxed: counter
    begin_ns = rdo_clock_now_ns();
    if (++last_session == 0) ++last_session;
    rdo_atomic_store(&rdo_events_on, last_session, rdo_relaxed);  // relaxed: hint, see rdo_events_are_on
  }
  pthread_mutex_unlock(&drain_lock);
  return status;
}

void rdo_names_begin_reading(void) { pthread_mutex_lock(&drain_lock); }
void rdo_names_end_reading(void) { pthread_mutex_unlock(&drain_lock); }

void rdo_events_flush(void) {
  pthread_mutex_lock(&drain_lock);
  drain_all();
  pthread_mutex_unlock(&drain_lock);
}

void rdo_events_end(struct rdo_event_counts *out_counts) {
  pthread_mutex_lock(&drain_lock);
  rdo_atomic_store(&rdo_events_on, 0, rdo_relaxed);  // relaxed: hint, see rdo_events_are_on
  drain_all();
  close_collection();
  counts.dropped += rdo_atomic_load(&lost, rdo_relaxed) - lost_before;  // relaxed: counter
  if (out_counts != NULL) *out_counts = counts;
  pthread_mutex_unlock(&drain_lock);
}

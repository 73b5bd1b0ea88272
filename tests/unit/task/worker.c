// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Workers and donors: starting, ending, where they run, spinning, seats, what a donor leaves behind.

#include "task/worker.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "machine/pin.h"
#include "probe.h"

static void assert_refused(const struct rdo_executor_options *options, enum rondo_status status, const char *words) {
  struct rdo_executor *executor = (struct rdo_executor *)&status;
  struct rondo_diag diag = {.status = RONDO_OK};
  assert_int_equal(rdo_executor_create(options, &executor, &diag), status);
  assert_null(executor);
  assert_int_equal(diag.status, status);
  if (strstr(diag.message, words) == NULL) fail_msg("\"%s\" does not say \"%s\"", diag.message, words);
  assert_int_equal(rdo_executor_create(options, &executor, NULL), status);
}

// Threads of this process, as the kernel lists them.
static int count_threads(void) {
  int count = 0;
  DIR *directory = opendir("/proc/self/task");
  assert_non_null(directory);
  for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) count += entry->d_name[0] != '.';
  closedir(directory);
  return count;
}

// A joined thread is in the list for a moment longer.
static void await_thread_count(int wanted) {
  while (count_threads() != wanted) nap();
  watchdog_tick();
}

// What every worker of an executor saw of itself, told by a process that all of them drain.
enum { SEEN_MAX = 16 };

struct seen {
  const struct rdo_worker *worker;
  long thread;
  char name[16];
  int cpu;
  struct rdo_cpu_set cpus;
  size_t stack_bytes;
};

static struct seen seen[SEEN_MAX];  // [index of the worker]

static enum rdo_drain_result drain_look(struct probe *probe, struct rdo_worker *worker) {
  if (count_up(&probe->ticket_count) >= probe->process.budget) return RDO_DRAIN_IDLE;
  struct seen *mine = &seen[worker->index];
  pthread_attr_t attributes;
  void *stack;
  CHECK(rdo_worker_current() == worker);
  mine->worker = worker;
  mine->thread = thread_id();
  mine->cpu = rdo_pin_current();
  CHECK(pthread_getname_np(pthread_self(), mine->name, sizeof mine->name) == 0);
  CHECK(rdo_pin_allowed(&mine->cpus, NULL) == RONDO_OK);
  CHECK(pthread_getattr_np(pthread_self(), &attributes) == 0);
  CHECK(pthread_attr_getstack(&attributes, &stack, &mine->stack_bytes) == 0);
  pthread_attr_destroy(&attributes);
  await_count(&probe->inside_max, probe->process.budget);  // so that each worker has a turn
  return probe_end(probe);
}

static void look_at_workers(struct rdo_executor *executor) {
  struct probe probe;
  memset(seen, 0, sizeof seen);
  probe_init(&probe, executor, executor->worker_count, drain_look);
  rdo_process_resume(&probe.process);
  await_release(&probe);
}

// Making --------------------------------------------------------------------------------------------

static void test_create_and_destroy(void **state) {
  (void)state;
  int thread_count = count_threads();
  rdo_executor_destroy(NULL);
  for (uint32_t i = 0; i < 60; ++i) {
    struct rdo_executor *executor = start_executor(i % 6);
    assert_int_equal(executor->worker_count, i % 6);
    assert_int_equal(count_threads(), thread_count + (int)(i % 6));
    if (i % 3 == 0) await_sleep(executor);  // else they are anywhere between start and sleep
    stop_executor(executor);
    await_thread_count(thread_count);
  }
}

static void test_destroy_spinning(void **state) {
  (void)state;
  const struct rdo_executor_options options = {.worker_count = 3, .spin_ns = INT64_C(3600) * 1000000000, .local_memory_bytes = 1};
  for (int i = 0; i < 20; ++i) stop_executor(start_executor_with(&options));
}

static void test_refused(void **state) {
  (void)state;
  int thread_count = count_threads();
  assert_refused(&(struct rdo_executor_options){.worker_count = RDO_WORKERS_MAX + 1}, RONDO_INVALID_ARGUMENT, "257 workers (at most 256)");
  assert_refused(&(struct rdo_executor_options){.worker_count = UINT32_MAX}, RONDO_INVALID_ARGUMENT, "workers (at most 256)");
  assert_refused(&(struct rdo_executor_options){.worker_count = 2, .stack_bytes = 1000}, RONDO_INVALID_ARGUMENT, "stacks of 1000 bytes");
  assert_refused(&(struct rdo_executor_options){.worker_count = 1, .local_memory_bytes = SIZE_MAX}, RONDO_RESOURCE_EXHAUSTED, "local memory");
  assert_refused(&(struct rdo_executor_options){.worker_count = 0, .local_memory_bytes = SIZE_MAX / 2 + 2}, RONDO_RESOURCE_EXHAUSTED, "local memory");
  await_thread_count(thread_count);
}

static void test_local_memory(void **state) {
  (void)state;
  const struct { size_t wanted, given; } rows[] = {
      {1, 4096}, {4095, 4096}, {4096, 4096}, {4097, 8192}, {100000, 131072}, {131072, 131072}, {1 << 20, 1 << 20},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; ++i) {
    struct rdo_executor *executor = start_executor_with(&(struct rdo_executor_options){.worker_count = 2, .local_memory_bytes = rows[i].wanted});
    assert_int_equal(executor->local_memory_bytes, rows[i].given);
    struct rdo_worker *seat = take_seat(executor);
    const struct rdo_worker *const owners[] = {&executor->workers[0], &executor->workers[1], seat};
    for (int k = 0; k < 3; ++k) {
      assert_non_null(owners[k]->local_memory);
      assert_int_equal((uintptr_t)owners[k]->local_memory % 4096, 0);
      memset(owners[k]->local_memory, 0xA5, rows[i].given);  // the address sanitizer sees whether it is there
    }
    rdo_executor_seat_return(seat);
    stop_executor(executor);
  }
  struct rdo_executor *executor = start_executor_with(&(struct rdo_executor_options){.worker_count = 1});
  assert_true(executor->local_memory_bytes >= 4096);
  assert_int_equal(executor->local_memory_bytes & (executor->local_memory_bytes - 1), 0);
  stop_executor(executor);
}

static void test_stack(void **state) {
  (void)state;
  enum { STACK_BYTES = 40 << 20 };  // more than the default, which a thread may get from those that ended
  struct rdo_executor *executor = start_executor_with(&(struct rdo_executor_options){.worker_count = 2, .stack_bytes = STACK_BYTES, .local_memory_bytes = 1});
  look_at_workers(executor);
  for (int i = 0; i < 2; ++i) assert_true(seen[i].stack_bytes >= STACK_BYTES);
  stop_executor(executor);
}

static void read_thread_file(long thread, const char *file, char *text, size_t capacity) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/task/%ld/%s", thread, file);
  FILE *stream = fopen(path, "r");
  assert_non_null(stream);
  text[fread(text, 1, capacity - 1, stream)] = '\0';
  fclose(stream);
}

// Several executors: every worker knows its own, and ids, names and CPUs do not meet.
static void test_two_executors(void **state) {
  (void)state;
  enum { COUNT = 3 };
  struct rdo_executor *executors[2];
  long threads[2 * COUNT];
  for (uint32_t e = 0; e < 2; ++e) {
    executors[e] = start_executor_with(&(struct rdo_executor_options){.worker_count = COUNT, .worker_base = COUNT * e, .local_memory_bytes = 1});
    assert_int_equal(executors[e]->worker_base, COUNT * e);
  }
  assert_null(rdo_worker_current());
  for (uint32_t e = 0; e < 2; ++e) {
    look_at_workers(executors[e]);
    for (uint32_t i = 0; i < COUNT; ++i) {
      char name[16], comm[32];
      uint32_t id = executors[e]->worker_base + seen[i].worker->index;
      assert_ptr_equal(seen[i].worker->executor, executors[e]);
      assert_ptr_equal(seen[i].worker, &executors[e]->workers[i]);
      assert_int_equal(id, COUNT * e + i);
      snprintf(name, sizeof name, "rondo/%u", id);
      assert_string_equal(seen[i].name, name);
      read_thread_file(seen[i].thread, "comm", comm, sizeof comm);
      comm[strcspn(comm, "\n")] = '\0';
      assert_string_equal(comm, name);
      threads[id] = seen[i].thread;
    }
  }
  for (int i = 0; i < 2 * COUNT; ++i) {
    for (int k = 0; k < i; ++k) assert_int_not_equal(threads[i], threads[k]);
  }
  // A process of one is drained by its workers alone, also when the other's sleep beside them.
  stop_executor(executors[1]);
  look_at_workers(executors[0]);
  stop_executor(executors[0]);
}

// Pinning -------------------------------------------------------------------------------------------

static void assert_bound(const struct seen *worker, const struct rdo_cpu_set *cpus) {
  char status[4096], list[RDO_CPU_SET_TEXT_BYTES], line[RDO_CPU_SET_TEXT_BYTES + 32];
  assert_true(rdo_cpu_set_equals(&worker->cpus, cpus));     // what the thread is told
  assert_true(rdo_cpu_set_contains(cpus, worker->cpu));      // where it ran
  rdo_cpu_set_format(cpus, list, sizeof list);
  snprintf(line, sizeof line, "Cpus_allowed_list:\t%s\n", list);
  read_thread_file(worker->thread, "status", status, sizeof status);
  if (strstr(status, line) == NULL) fail_msg("worker is not bound to %s: %s", list, strstr(status, "Cpus_allowed_list"));
}

static void test_pinning(void **state) {
  (void)state;
  struct rdo_cpu_set allowed, mine, cpus[SEEN_MAX];
  assert_int_equal(rdo_pin_allowed(&allowed, NULL), RONDO_OK);
  uint32_t count = 0;
  for (int cpu = rdo_cpu_set_first(&allowed); cpu >= 0 && count < SEEN_MAX - 1; cpu = rdo_cpu_set_next(&allowed, cpu)) {
    cpus[count++] = rdo_cpu_set_one(cpu);
  }
  cpus[count++] = allowed;  // one that may run anywhere here
  struct rdo_executor *executor = start_executor_with(&(struct rdo_executor_options){.worker_count = count, .worker_cpus = cpus, .local_memory_bytes = 1});
  memset(cpus, 0, sizeof cpus);  // borrowed for the call only
  look_at_workers(executor);
  for (uint32_t i = 0; i + 1 < count; ++i) {
    struct rdo_cpu_set one = rdo_cpu_set_one(rdo_cpu_set_nth(&allowed, (int)i));
    assert_int_equal(executor->workers[i].cpu, rdo_cpu_set_first(&one));
    assert_int_equal(seen[i].cpu, rdo_cpu_set_first(&one));
    assert_bound(&seen[i], &one);
  }
  assert_bound(&seen[count - 1], &allowed);
  assert_int_equal(executor->workers[count - 1].cpu, rdo_cpu_set_count(&allowed) == 1 ? rdo_cpu_set_first(&allowed) : -1);
  assert_int_equal(rdo_pin_allowed(&mine, NULL), RONDO_OK);
  assert_true(rdo_cpu_set_equals(&mine, &allowed));  // the caller stays where it was
  stop_executor(executor);
}

// Two executors on CPUs of their own.
static void test_disjoint_cpus(void **state) {
  (void)state;
  struct rdo_cpu_set allowed;
  struct rdo_executor *executors[2];
  assert_int_equal(rdo_pin_allowed(&allowed, NULL), RONDO_OK);
  if (rdo_cpu_set_count(&allowed) < 2) skip();
  for (uint32_t e = 0; e < 2; ++e) {
    struct rdo_cpu_set one = rdo_cpu_set_one(rdo_cpu_set_nth(&allowed, (int)e));
    executors[e] = start_executor_with(&(struct rdo_executor_options){.worker_count = 1, .worker_cpus = &one, .worker_base = e, .local_memory_bytes = 1});
  }
  for (uint32_t e = 0; e < 2; ++e) {
    struct rdo_cpu_set one = rdo_cpu_set_one(rdo_cpu_set_nth(&allowed, (int)e));
    look_at_workers(executors[e]);
    assert_bound(&seen[0], &one);
  }
  for (uint32_t e = 0; e < 2; ++e) stop_executor(executors[e]);
}

// Spinning ------------------------------------------------------------------------------------------

static void test_no_spin(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(3);  // spin_ns is 0
  for (uint32_t i = 0; i < 200; ++i) {
    struct probe probe;
    probe_init(&probe, executor, 1 + i % 3, NULL);
    rdo_process_resume(&probe.process);
    await_release(&probe);
    if (i % 2 == 0) await_sleep(executor);
  }
  await_sleep(executor);
  for (int i = 0; i < 3; ++i) assert_int_equal(executor->workers[i].spin_found_count, 0);
  stop_executor(executor);
}

// While they spin they are given work without a system call, and none of them sleeps.
static void test_spin(void **state) {
  (void)state;
  struct rdo_executor *executor =
      start_executor_with(&(struct rdo_executor_options){.worker_count = 2, .spin_ns = INT64_C(3600) * 1000000000, .local_memory_bytes = 1});
  struct probe probes[40];
  for (int i = 0; i < 40; ++i) {
    probe_init(&probes[i], executor, 1 + (uint32_t)i % 2, NULL);
    rdo_process_resume(&probes[i].process);
    await_release(&probes[i]);
  }
  uint64_t found_count = 0;
  while (strcmp(rdo_worker_state_name(&executor->workers[0]), "spins") != 0 || strcmp(rdo_worker_state_name(&executor->workers[1]), "spins") != 0) nap();
  for (int i = 0; i < 2; ++i) {
    found_count += executor->workers[i].spin_found_count;
    assert_int_equal(executor->workers[i].sleep_count, 0);
  }
  assert_true(found_count > 0);
  stop_executor(executor);
}

static void test_negative_spin(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor_with(&(struct rdo_executor_options){.worker_count = 1, .spin_ns = INT64_MIN, .local_memory_bytes = 1});
  await_sleep(executor);
  stop_executor(executor);
}

// Donors --------------------------------------------------------------------------------------------

struct donor {
  pthread_t thread;
  struct rdo_executor *executor;
  struct rdo_worker *seat;
  struct gate *gate;
};

static void *sit(void *user) {
  struct donor *donor = user;
  donor->seat = rdo_executor_seat_acquire(donor->executor);
  CHECK(rdo_worker_current() == donor->seat);
  gate_pass(donor->gate);
  if (donor->seat != NULL) rdo_executor_seat_return(donor->seat);
  CHECK(rdo_worker_current() == NULL);
  return NULL;
}

static void test_seats(void **state) {
  (void)state;
  enum { WORKER_COUNT = 2, COUNT = RDO_DONORS_MAX + 1 };
  struct rdo_executor *executor = start_executor(WORKER_COUNT);
  struct donor donors[COUNT];
  for (int round = 0; round < 2; ++round) {
    struct gate gate;
    uint32_t taken = 0, refused_count = 0;
    gate_init(&gate);
    for (int i = 0; i < COUNT; ++i) {
      donors[i] = (struct donor){.executor = executor, .gate = &gate};
      assert_int_equal(pthread_create(&donors[i].thread, NULL, sit, &donors[i]), 0);
    }
    await_count(&gate.waiting_count, COUNT);
    for (int i = 0; i < COUNT; ++i) {
      refused_count += donors[i].seat == NULL;
      if (donors[i].seat == NULL) continue;
      uint32_t place = donors[i].seat->index - WORKER_COUNT;
      assert_true(place < RDO_DONORS_MAX);
      assert_int_equal(taken >> place & 1, 0);
      taken |= UINT32_C(1) << place;
      assert_ptr_equal(donors[i].seat->executor, executor);
      assert_non_null(donors[i].seat->local_memory);
    }
    assert_int_equal(refused_count, 1);
    assert_null(rdo_executor_seat_acquire(executor));
    assert_null(rdo_worker_current());
    gate_open(&gate);
    for (int i = 0; i < COUNT; ++i) pthread_join(donors[i].thread, NULL);
  }
  // One seat a thread, of whatever executor; none for a worker.
  struct rdo_executor *other = start_executor_with(&(struct rdo_executor_options){.worker_count = 0, .local_memory_bytes = 1});
  struct rdo_worker *seat = take_seat(executor);
  assert_null(rdo_executor_seat_acquire(executor));
  assert_null(rdo_executor_seat_acquire(other));
  rdo_executor_seat_return(seat);
  seat = take_seat(other);
  rdo_executor_seat_return(seat);
  stop_executor(other);
  stop_executor(executor);
}

static enum rdo_drain_result drain_take_seat(struct probe *probe, struct rdo_worker *worker) {
  CHECK(rdo_executor_seat_acquire(worker->executor) == NULL);
  CHECK(rdo_worker_current() == worker);
  return probe_end(probe);
}

static void test_workers_have_no_seat(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(1);
  struct probe probe;
  probe_init(&probe, executor, 1, drain_take_seat);
  rdo_process_resume(&probe.process);
  await_release(&probe);
  stop_executor(executor);
}

static bool is_user(const struct rdo_process *process, void *user) { return process == user; }

// A donor drains what it wants and leaves the rest alone.
static void test_visit_wanted(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  struct rdo_worker *seat = take_seat(executor);
  struct probe wanted, other;
  probe_init(&other, executor, 2, NULL);
  probe_init(&wanted, executor, 2, NULL);
  rdo_process_resume(&other.process);
  rdo_process_resume(&wanted.process);
  assert_true(rdo_worker_visit_slots(seat, is_user, &wanted.process));
  assert_int_equal(count_of(&wanted.release_count), 1);
  assert_int_equal(count_of(&other.drain_count), 0);
  assert_false(rdo_worker_visit_slots(seat, is_user, &wanted.process));
  assert_int_equal(count_of(&other.drain_count), 0);
  assert_true(rdo_worker_visit_slots(seat, NULL, NULL));
  assert_int_equal(count_of(&other.release_count), 1);
  rdo_executor_seat_return(seat);
  stop_executor(executor);
}

static struct rdo_executor *bell_executor;
static rdo_atomic_u32 bell_round_count;

// A donor of an executor without workers, until it has drained as many processes as its user says.
static void *donate(void *user) {
  rdo_atomic_u32 *released_count = user;
  struct rdo_worker *seat = take_seat(bell_executor);
  for (;;) {
    uint32_t heard = rdo_executor_bell(bell_executor);
    if (rdo_worker_pump(seat)) continue;
    if (count_of(released_count) >= count_of(&bell_round_count)) break;
    rdo_executor_wait_bell(bell_executor, heard, RDO_DEADLINE_NONE);
  }
  rdo_executor_seat_return(seat);
  return NULL;
}

static rdo_atomic_u32 bell_released_count;

// Whoever waits has to hear that it is over, too.
static void note_release(struct probe *probe) {
  (void)probe;
  if (count_up(&bell_released_count) + 1 == count_of(&bell_round_count)) rdo_executor_ring_bell(bell_executor);
}

static void test_donors_alone(void **state) {
  (void)state;
  enum { DONOR_COUNT = 3, COUNT = 300 };
  static struct probe probes[COUNT];
  pthread_t threads[DONOR_COUNT];
  bell_executor = start_executor(0);
  rdo_atomic_store(&bell_round_count, COUNT, rdo_seq_cst);
  rdo_atomic_store(&bell_released_count, 0, rdo_seq_cst);
  for (int i = 0; i < DONOR_COUNT; ++i) assert_int_equal(pthread_create(&threads[i], NULL, donate, &bell_released_count), 0);
  for (int i = 0; i < COUNT; ++i) {
    if (i % 20 == 0) {
      await_count(&bell_released_count, (uint32_t)i);
      await_count(&bell_executor->donor_sleepers, DONOR_COUNT);
    }
    probe_init(&probes[i], bell_executor, 1 + (uint32_t)i % 3, NULL);
    probes[i].at_release = note_release;
    rdo_process_resume(&probes[i].process);
  }
  for (int i = 0; i < DONOR_COUNT; ++i) pthread_join(threads[i], NULL);
  assert_int_equal(count_of(&bell_released_count), COUNT);
  stop_executor(bell_executor);
}

static void test_bell_deadline(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(0);
  uint32_t heard = rdo_executor_bell(executor);
  rdo_executor_wait_bell(executor, heard, 0);  // long past
  rdo_executor_wait_bell(executor, heard, rdo_clock_now_ns() - 1);
  int64_t deadline_ns = rdo_clock_now_ns() + 20000000;
  while (rdo_clock_now_ns() < deadline_ns) rdo_executor_wait_bell(executor, heard, deadline_ns);
  rdo_executor_ring_bell(executor);
  assert_int_equal(rdo_executor_bell(executor), heard + 1);
  rdo_executor_wait_bell(executor, heard, RDO_DEADLINE_NONE);  // it has rung since
  stop_executor(executor);
}

// What a donor leaves behind ------------------------------------------------------------------------

static enum rdo_drain_result drain_by_turns(struct probe *probe, struct rdo_worker *worker) {
  // A worker finds nothing; then the donor does something; then there is more, for whoever looks.
  bool is_donor = worker->index >= worker->executor->worker_count;
  if (is_donor) return count_up(&probe->ticket_count) == 0 ? RDO_DRAIN_MORE : RDO_DRAIN_IDLE;
  return count_of(&probe->ticket_count) == 0 ? RDO_DRAIN_IDLE : probe_end(probe);
}

// A donor that has its answer, or no more time, goes away from a process that has more to do; workers that
// found nothing in it before have to take over.
static void test_donor_leaves_work(void **state) {
  (void)state;
  struct rdo_executor *executor = start_executor(2);
  struct probe probe;
  probe_init(&probe, executor, 3, drain_by_turns);
  rdo_process_resume(&probe.process);
  await_count(&probe.drain_count, 1);
  await_sleep(executor);
  struct rdo_worker *seat = take_seat(executor);
  assert_true(rdo_worker_visit_slots(seat, NULL, NULL));
  rdo_executor_seat_return(seat);
  await_release(&probe);
  stop_executor(executor);
}

static void *start_and_go(void *user) {
  struct probe *probe = user;
  struct rdo_executor *executor = probe->process.executor;
  CHECK(rdo_pin_thread(&executor->workers[0].cpus, NULL) == RONDO_OK);
  struct rdo_worker *seat = take_seat(executor);
  rdo_process_resume(&probe->process);
  rdo_executor_seat_return(seat);
  return NULL;
}

// A wake passes over the worker whose CPU a donor has, for as long as it drains; not for longer.
static void test_donor_leaves_cpu(void **state) {
  (void)state;
  struct rdo_cpu_set allowed, one;
  assert_int_equal(rdo_pin_allowed(&allowed, NULL), RONDO_OK);
  one = rdo_cpu_set_one(rdo_cpu_set_first(&allowed));
  struct rdo_executor *executor = start_executor_with(&(struct rdo_executor_options){.worker_count = 1, .worker_cpus = &one, .local_memory_bytes = 1});
  for (uint32_t budget = 1; budget <= 2; ++budget) {
    struct probe probe;
    pthread_t thread;
    await_sleep(executor);
    probe_init(&probe, executor, budget, NULL);
    assert_int_equal(pthread_create(&thread, NULL, start_and_go, &probe), 0);
    pthread_join(thread, NULL);
    await_release(&probe);
  }
  stop_executor(executor);
}

struct onlooker {
  pthread_t thread;
  struct rdo_executor *executor;
  struct gate *gate;
};

static bool look_and_refuse(const struct rdo_process *process, void *user) {
  (void)process;
  gate_pass(user);
  return false;
}

static void *look_at_slots(void *user) {
  struct onlooker *onlooker = user;
  struct rdo_worker *seat = take_seat(onlooker->executor);
  CHECK(!rdo_worker_visit_slots(seat, look_and_refuse, onlooker->gate));
  rdo_executor_seat_return(seat);
  return NULL;
}

// Donors that only look take nobody's place: a worker that comes meanwhile drains.
static void test_onlookers_take_no_place(void **state) {
  (void)state;
  enum { BUDGET = 2 };
  struct rdo_executor *executor = start_executor(1);
  struct probe blocker, probe;
  struct gate blocking, looking;
  struct onlooker onlookers[BUDGET];
  gate_init(&blocking);
  gate_init(&looking);
  probe_init(&blocker, executor, 1, drain_gate);
  blocker.user = &blocking;
  rdo_process_resume(&blocker.process);
  await_count(&blocking.waiting_count, 1);  // the worker is busy
  probe_init(&probe, executor, BUDGET, NULL);
  rdo_process_resume(&probe.process);
  for (int i = 0; i < BUDGET; ++i) {
    onlookers[i] = (struct onlooker){.executor = executor, .gate = &looking};
    assert_int_equal(pthread_create(&onlookers[i].thread, NULL, look_at_slots, &onlookers[i]), 0);
  }
  await_count(&looking.waiting_count, BUDGET);
  gate_open(&blocking);
  await_count(&probe.complete_count, 1);
  await_sleep(executor);
  assert_int_equal(count_of(&probe.release_count), 0);  // they still look at it
  gate_open(&looking);
  await_release(&probe);
  for (int i = 0; i < BUDGET; ++i) pthread_join(onlookers[i].thread, NULL);
  stop_executor(executor);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_create_and_destroy),
      cmocka_unit_test(test_destroy_spinning),
      cmocka_unit_test(test_refused),
      cmocka_unit_test(test_local_memory),
      cmocka_unit_test(test_stack),
      cmocka_unit_test(test_two_executors),
      cmocka_unit_test(test_pinning),
      cmocka_unit_test(test_disjoint_cpus),
      cmocka_unit_test(test_no_spin),
      cmocka_unit_test(test_spin),
      cmocka_unit_test(test_negative_spin),
      cmocka_unit_test(test_seats),
      cmocka_unit_test(test_workers_have_no_seat),
      cmocka_unit_test(test_visit_wanted),
      cmocka_unit_test(test_donors_alone),
      cmocka_unit_test(test_bell_deadline),
      cmocka_unit_test(test_donor_leaves_work),
      cmocka_unit_test(test_donor_leaves_cpu),
      cmocka_unit_test(test_onlookers_take_no_place),
  };
  return cmocka_run_group_tests(tests, begin_watching, end_watching);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// A virtual clock for tests of what threads do at given times: the real player, with its real workers, in time that nobody waits
// for. One thread runs at a time, until it sleeps, spins or works for a time of the clock; then it is another one's turn, and when
// nobody has anything left to do now, the clock moves on to the next time that somebody waits for. Nothing else takes
// time. So a test has one outcome, to the nanosecond, on any machine; who comes first of several threads that could go on at the same
// time is drawn from a seed, and a property that holds for any order is tested with several.
//
// It is bound at link time (rdo_virtual_test in tests/cmake/tests.cmake): the linker sends the library's calls of these functions here.
//
//   clock_gettime (CLOCK_MONOTONIC)                    reads the virtual clock
//   rdo_clock_spin_ns                                  another one's turn, until it is time or somebody has done something
//   rdo_futex_wait, _wake, _wake_all                   sleeping
//   pthread_create, _join, _cond_wait                  threads take part from their beginning to their end
//   rdo_dispatch_run                                   kernels take as long as the test says
//   getrusage, rdo_urgent_is_allowed                   no time is stolen, unless the test says so; no real-time class
//   rdo_margin_measure                                 nothing is measured: RDO_MARGIN_DEFAULT_NS
//
// Outside of begin and end, and in threads that were not made in between, all of these are the real ones.

#ifndef RDO_TESTS_VIRTUAL_CLOCK_H_
#define RDO_TESTS_VIRTUAL_CLOCK_H_

#include <stdbool.h>
#include <stdint.h>

enum { VIRTUAL_CLOCK_BEGIN_NS = 1000000000 };

// The calling thread becomes the first of those that take part; at VIRTUAL_CLOCK_BEGIN_NS.
void virtual_clock_begin(uint64_t seed);

// All others have ended.
void virtual_clock_end(void);

int64_t virtual_clock_now_ns(void);

// This thread is busy for so long, or sleeps until then.
void virtual_clock_pass(int64_t duration_ns);
void virtual_clock_sleep_until(int64_t time_ns);

// The machine takes the CPUs of all that spin in this time: a spin that would end in it ends with it, and no switch of threads explains it.
void virtual_clock_steal(int64_t begin_ns, int64_t end_ns);

// How long `count` tiles of a kernel take, from tile `first` on; borrowed until the next call. NULL = no time.
//   export_name  "" = it has none
void virtual_clock_set_kernel(int64_t (*duration_ns)(void *user, const char *export_name, uint64_t first, uint64_t count), void *user);

#endif  // RDO_TESTS_VIRTUAL_CLOCK_H_

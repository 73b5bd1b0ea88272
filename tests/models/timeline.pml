// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(timeline), src/async/semaphore.c: no wait is lost, no callback runs twice.
//
//   signal:  value := n (seq_cst)            arm:  lock
//            if waiter_count == 0: return          waiter_count += 1 (seq_cst); join the list
//            lock; take the reached off            if value < n: stay, the callback will run
//            the list; unlock                      else: leave the list, waiter_count -= 1
//            call them                             unlock
//
// Two waiters wait for 1 and 2, one signaller signals both values, a second one 2. One statement is one
// atomic step, which is what seq_cst gives. A weaker order is modelled as what it allows: the load of a
// half moves before its store.
//
// WEAK: SIGNAL ARM UNLINK
//   SIGNAL  looks for waiters before it publishes (the load rises above the store, as release/acquire allows)
//   ARM     looks at the value before it announces itself
//   UNLINK  decides on the list without the lock, so that two signals may both call a waiter

#define WAITERS 2

byte value = 0;
byte waiter_count = 0;
bool locked = false;
bool listed[WAITERS];
byte done[WAITERS];     // how often the wait was ended, by a callback or by arm itself
byte finished = 0;      // signallers that returned
byte armed = 0;         // waiters whose arm returned

#define WANTED(i) ((i) + 1)

inline acquire_lock() { atomic { !locked -> locked = true } }
inline release_lock() { locked = false }

// Two waiters are written out: what is reached leaves the list under the lock, then is called.
inline wake_waiters() {
  bool take[WAITERS];
  byte k = 0;
#ifndef WEAK_UNLINK
  acquire_lock();
#endif
  do
  :: k < WAITERS ->
     take[k] = false;
     if
     :: listed[k] && value >= WANTED(k) -> take[k] = true
     :: else
     fi;
     if
     :: take[k] -> listed[k] = false; waiter_count--
     :: else
     fi;
     k++
  :: else -> break
  od;
#ifndef WEAK_UNLINK
  release_lock();
#endif
  k = 0;
  do
  :: k < WAITERS -> done[k] = done[k] + (take[k] -> 1 : 0); k++
  :: else -> break
  od;
}

inline signal(n) {
  byte seen;
#ifdef WEAK_SIGNAL
  seen = waiter_count;
  atomic { if :: value < n -> value = n :: else fi };
#else
  // The compare-exchange; a signal that changes nothing returns.
  bool changed = false;
  atomic { if :: value < n -> value = n; changed = true :: else fi };
  if
  :: changed -> seen = waiter_count
  :: else -> seen = 0
  fi;
#endif
  if
  :: seen != 0 -> wake_waiters()
  :: else
  fi;
}

proctype signaller_of_both() {
  signal(1);
  signal(2);
  finished++
}

proctype signaller_of_two() {
  signal(2);
  finished++
}

proctype waiter(byte i) {
  bool is_reached;
  acquire_lock();
#ifdef WEAK_ARM
  is_reached = value >= WANTED(i);
  waiter_count++;
  listed[i] = true;
#else
  waiter_count++;
  listed[i] = true;
  is_reached = value >= WANTED(i);
#endif
  if
  :: is_reached -> listed[i] = false; waiter_count--; done[i]++
  :: else
  fi;
  release_lock();
  armed++
}

init {
  atomic {
    run signaller_of_both();
    run signaller_of_two();
    run waiter(0);
    run waiter(1)
  };
  finished == 2 && armed == WAITERS;
  assert(done[0] == 1);  // 0: a lost wake; 2: a callback that ran twice
  assert(done[1] == 1);
  assert(waiter_count == 0)
}

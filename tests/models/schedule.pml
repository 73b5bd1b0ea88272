// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(schedule), src/task/process.c: a process is activated once, drained after every schedule by one
// owner at a time, complete once, released once, after that, and not touched afterwards.
//
//   rdo_process_resume      count -= 1; the last: state |= ACTIVE|REQUESTED; pushes it, or, when that finds
//                           TERMINAL without OWNED, releases it
//   rdo_process_schedule    state |= REQUESTED; pushes it if that finds ACTIVE alone
//   rdo_process_schedule_here   the same, but drains it here
//   rdo_process_run_listed, run_owned   REQUESTED → OWNED; drains; ACTIVE|OWNED → ACTIVE by exchange, or
//                           again, or back to the list; DONE: TERMINAL, complete, release
//   rdo_process_cancel      suspended: 0 → TERMINAL|OWNED, complete, and OWNED goes again; if that finds
//                           ACTIVE, the last resume has been and left the release to it
//                           idle: ACTIVE → ACTIVE|OWNED, complete, release; else: status, and schedules it
//
// Two threads resume the process; two ask for a drain once it is active, each for something of its own, one
// with schedule and one with schedule_here; at any time, or never, one cancels it. Two workers take it from
// the list. It is done when both have got what they wanted. Those who schedule and cancel hold its memory
// beyond its release; workers and resumers do not, so they must not touch it then. A request that is lost,
// or a process that is, leaves everybody waiting, which SPIN reports.
//
// WEAK: LOOK LEAVE CLEAR RELIST TWICE ASK EARLY OWN
//   LOOK    schedule only looks whether somebody has asked already: what it wants may not be visible by then
//   LEAVE   the owner of a process with nothing to do stores ACTIVE
//   CLEAR   the owner takes a request back after the drain, not before
//   RELIST  the owner that puts it back on the list gives up OWNED before it sets REQUESTED
//   TWICE   resume subtracts, and then looks at the count
//   ASK     a cancel that finds the process owned only sets REQUESTED
//   EARLY   the last resume of a cancelled process releases it, whether it is complete or not yet
//   OWN     a cancel that finds the process suspended releases it itself

#define ACTIVE 1
#define REQUESTED 2
#define OWNED 4
#define TERMINAL 8

byte state = 0;
byte suspend_count = 2;
bool is_cancelled = false;  // status
byte listed = 0;            // times that it is on the immediate list
bool wanted[2];             // what the two schedulers write before they ask
bool served[2];
byte owners = 0;
byte complete_count = 0;
byte release_count = 0;

#define TOUCH assert(release_count == 0)

inline push() { d_step { listed++; assert(listed == 1) } }
inline complete() {
  d_step { TOUCH; state = state | TERMINAL };
  d_step { TOUCH; complete_count++; assert(complete_count == 1) }
}
inline release() {
  d_step { release_count++; assert(release_count == 1 && complete_count == 1) }
}

// The process' own drain: looks for the wishes one after the other; with one that it found, there may be more.
inline drain() {
  d_step {
    TOUCH; owners++; assert(owners == 1 && complete_count == 0);
    if :: wanted[0] && !served[0] -> served[0] = true; is_more = true :: else fi
  };
  d_step {
    if :: wanted[1] && !served[1] -> served[1] = true; is_more = true :: else fi;
    is_done = served[0] && served[1];
    owners--
  }
}

// A visit from the list may end after any drain; one of schedule_here has no end of its own.
inline run_owned(has_visits) {
  do
  :: true ->
     if
     :: is_cancelled -> is_done = true  // rdo_process_status is looked at before each drain
     :: else -> drain()
     fi;
     if
     :: is_done ->
        d_step { is_done = false; is_more = false };
        complete();
        release();
        break
     :: !is_done && is_more -> is_more = false
     :: !is_done && (!is_more || has_visits) ->
        if
        :: !is_more ->
#ifdef WEAK_CLEAR
           d_step { TOUCH; state = state & (15 - REQUESTED) };
#endif
           d_step {
             TOUCH;
             is_gone = state == (ACTIVE | OWNED);
#ifdef WEAK_LEAVE
             is_gone = true;
#endif
             if :: is_gone -> state = ACTIVE :: else fi
           }
        :: else
        fi;
        if
        :: is_gone -> is_gone = false; break
        :: !is_gone && !is_more -> d_step { TOUCH; state = state & (15 - REQUESTED) }
        :: !is_gone && has_visits ->
#ifdef WEAK_RELIST
           d_step { TOUCH; state = state & (15 - OWNED) };
           d_step { TOUCH; state = state | REQUESTED };
#else
           d_step { TOUCH; state = state | REQUESTED };
           d_step { TOUCH; state = state & (15 - OWNED) };
#endif
           is_more = false;
           push();
           break
        fi
     fi
  od
}

#define OWNER bool is_done, is_more, is_gone

proctype worker() {
  OWNER;
end:
  do
  :: d_step { listed != 0 -> listed-- };
     d_step { TOUCH; state = state + OWNED - REQUESTED };  // rdo_process_run_listed
     run_owned(true)
  od
}

proctype resumer() {
  byte before;
  d_step { TOUCH; suspend_count--; before = suspend_count };
#ifdef WEAK_TWICE
  before = suspend_count;
#endif
  if
  :: before == 0 ->
     d_step { TOUCH; before = state; state = state | ACTIVE | REQUESTED };
     if
     :: before & TERMINAL ->
#ifdef WEAK_EARLY
        release()
#else
        if
        :: before & OWNED  // complete is being called this moment: cancel releases
        :: else -> release()
        fi
#endif
     :: else -> push()
     fi
  :: else
  fi
}

inline schedule(before) {
  d_step { before = state; state = state | REQUESTED }
}

proctype scheduler() {
  byte before;
  (state & ACTIVE) != 0;
#ifdef WEAK_LOOK
  before = state;
  if
  :: before & REQUESTED -> wanted[0] = true  // the store becomes visible now
  :: else -> wanted[0] = true; schedule(before)
  fi;
#else
  wanted[0] = true;
  schedule(before);
#endif
  if
  :: before == ACTIVE -> push()
  :: else
  fi
}

proctype scheduler_here() {
  OWNER;
  byte before;
  (state & ACTIVE) != 0;
  wanted[1] = true;
  schedule(before);
  if
  :: before == ACTIVE ->
     d_step { TOUCH; state = state + OWNED - REQUESTED };
     run_owned(false)
  :: else
  fi
}

proctype canceller() {
  byte seen;
  seen = state;
  if
  :: (seen & TERMINAL) == 0 -> is_cancelled = true
  :: else
  fi;
  do
  :: seen & TERMINAL -> break
  :: seen == 0 ->
     d_step {
       if
#if defined(WEAK_EARLY) || defined(WEAK_OWN)
       :: state == 0 -> state = TERMINAL; seen = 255
#else
       :: state == 0 -> state = TERMINAL | OWNED; seen = 255
#endif
       :: else -> seen = state
       fi
     };
     if
     :: seen == 255 ->
        complete();
#ifdef WEAK_OWN
        release();
#else
#ifndef WEAK_EARLY
        d_step { TOUCH; seen = state; state = state & (15 - OWNED) };
        if
        :: seen & ACTIVE -> release()
        :: else
        fi;
#endif
#endif
        break
     :: else
     fi
  :: seen == ACTIVE ->
     d_step {
       if
       :: state == ACTIVE -> state = ACTIVE | OWNED; seen = 255
       :: else -> seen = state
       fi
     };
     if
     :: seen == 255 -> complete(); release(); break
     :: else
     fi
  :: else ->  // listed or drained
     schedule(seen);
#ifndef WEAK_ASK
     if
     :: seen == ACTIVE -> push()
     :: else
     fi;
#endif
     break
  od
}

init {
  atomic {
    run worker(); run worker(); run scheduler(); run scheduler_here(); run resumer(); run resumer();
    if
    :: run canceller()
    :: skip
    fi
  };
  release_count == 1 && _nr_pr == 3;  // the two workers are left
  assert(complete_count == 1 && (is_cancelled || (served[0] && served[1])))
}

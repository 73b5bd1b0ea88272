// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(closing), src/hal/queue.c, with rdo_executor_stop: close ends; every operation that becomes ready runs
// once, before close, after it or during it; and none is left to an executor that may have stopped.
//
//   make_ready, submit_later: make_active   active_count += 1; is_closing? → late: active_count -= 1
//                             launch        not late: the executor's list (submit_later of an execution)
//                             push_ready    ready list; is_closing? → run_late, else schedule control,
//                                           which puts it on the executor's list
//   drain_control, run_late: drain_ready    takes the whole list; run_ready: is_closing? → performs it here,
//                                           else hands it to the executor
//   return_submission, end_active           unless late: active_count -= 1; at 0, is_closing? → wakes the closer
//   rdo_queue_close                         is_closing := 1; while active_count is not 0: without workers
//                                           help_close: the bell, a look at the list, the count, sleeps until
//                                           the bell rings; with workers sleeps while the count is what it was
//
// Two signallers make a submission ready each, and one closes. With one worker, which stops after the close;
// or without, when whoever waits works: a donor that pumps at any time for as long as it likes, and the
// closer. Control processes obey SYNC(schedule). A closer that sleeps on, and a submission that is not run,
// leave somebody waiting, which SPIN reports.
//
// WEAK: COUNT LOOK CLOSE HERE BELL RING
//   COUNT   a submission is counted after is_closing is looked at
//   LOOK    who leaves last looks at is_closing before the subtraction
//   CLOSE   the closer reads the count, and then sets is_closing
//   HERE    who pushes when the queue is closing schedules the control process on the executor
//   BELL    the closer looks at the list and then at the bell
//   RING    who leaves last wakes the count's sleepers only, not those of the bell

#define ACTIVE 1
#define REQUESTED 2
#define OWNED 4

bool has_worker = false;
byte ready = 0;           // bit per submission
byte state = ACTIVE;      // of the control process
byte count = 0;           // active_count
bool is_closing = false;
bool late[2];

bool is_listed = false;   // control is on the executor's immediate list
byte listed = 0;          // executions are, bit per submission
bool is_rung = false;     // the bell has, since the closer read it
bool is_asleep = false;   // the closer, in the kernel
bool is_stopping = false;
byte run_count[2];

#define HAS_LIST (is_listed || listed != 0)

// rdo_executor_wake: workers obey SYNC(wake); without them the bell rings.
inline tell() {
  if
  :: !has_worker -> d_step { is_rung = true; is_asleep = false }
  :: else
  fi
}

inline end_active() {
#ifdef WEAK_LOOK
  is_told = is_closing;
  d_step { count--; is_told = is_told && count == 0 };
#else
  d_step { count--; is_told = count == 0 };
  if :: is_told -> is_told = is_closing :: else fi;
#endif
  if
  :: is_told ->
     is_told = false;
     if :: has_worker -> is_asleep = false :: else fi;
#ifndef WEAK_RING
     tell()
#endif
  :: else
  fi
}

inline finish(i) {
  d_step { run_count[i]++; assert(run_count[i] == 1) };
  if :: !late[i] -> end_active() :: else fi
}

inline launch(i) {
  listed = listed | (1 << i);
  tell()
}

inline run_ready(i) {
  if
  :: is_closing -> finish(i)
  :: else -> launch(i)
  fi
}

// run_owned with drain_ready
inline run_control() {
  do
  :: d_step { taken = ready; ready = 0 };
     if :: taken & 1 -> run_ready(0) :: else fi;
     if :: taken & 2 -> run_ready(1) :: else fi;
     d_step {
       taken = 0;
       is_gone = state == (ACTIVE | OWNED);
       if :: is_gone -> state = ACTIVE :: else fi
     };
     if
     :: is_gone -> is_gone = false; break
     :: !is_gone -> state = state & (7 - REQUESTED)
     :: !is_gone ->
        d_step { state = (state | REQUESTED) & (7 - OWNED); is_listed = true };
        tell();
        break
     fi
  od
}

// rdo_worker_pump
inline pump() {
  if
  :: d_step { is_listed -> is_listed = false; state = state + OWNED - REQUESTED };
     run_control()
  :: d_step { listed & 1 -> listed = listed & 2 };
     finish(0)
  :: d_step { listed & 2 -> listed = listed & 1 };
     finish(1)
  :: !HAS_LIST
  fi
}

#define PUMPER byte taken; bool is_told, is_gone

proctype worker() {
  PUMPER;
  do
  :: is_stopping -> break  // whatever is on the list
  :: !is_stopping && HAS_LIST -> pump()
  od
}

proctype donor() {
  PUMPER;
  do
  :: HAS_LIST -> pump()
  :: break
  od
}

// rdo_process_schedule
inline schedule() {
  d_step { taken = state; state = taken | REQUESTED; is_gone = taken == ACTIVE; taken = 0 };
  if
  :: is_gone ->
     d_step { is_gone = false; is_listed = true };
     tell()
  :: else
  fi
}

inline run_late() {
  d_step { taken = ready; ready = 0 };
  if :: taken & 1 -> run_ready(0) :: else fi;
  if :: taken & 2 -> run_ready(1) :: else fi;
  taken = 0
}

proctype signaller(byte i) {
  PUMPER;
#ifdef WEAK_COUNT
  late[i] = is_closing;
  count++;
#else
  count++;
  late[i] = is_closing;
#endif
  if :: late[i] -> end_active() :: else fi;
  if
  :: !late[i] -> launch(i)  // submit_later
  :: true ->  // push_ready
     ready = ready | (1 << i);
     is_gone = is_closing;
     if
#ifdef WEAK_HERE
     :: is_gone -> is_gone = false; schedule()
#else
     :: is_gone -> is_gone = false; run_late()
#endif
     :: else -> schedule()
     fi
  fi
}

proctype closer() {
  PUMPER;
  byte seen;
#ifdef WEAK_CLOSE
  seen = count;
  is_closing = true;
#else
  is_closing = true;
  seen = count;
#endif
  do
  :: seen == 0 -> break
  :: seen != 0 && has_worker ->
     d_step { is_asleep = count == seen };  // the kernel compares
     !is_asleep;
     seen = count
  :: seen != 0 && !has_worker ->
#ifndef WEAK_BELL
     is_rung = false;
#endif
     if
     :: HAS_LIST -> pump(); seen = count
     :: !HAS_LIST ->
        seen = count;
#ifdef WEAK_BELL
        is_rung = false;
#endif
        if
        :: seen != 0 -> d_step { is_asleep = !is_rung }; !is_asleep
        :: else
        fi;
        seen = count
     fi
  od;
  is_stopping = true
}

init {
  atomic {
    if
    :: has_worker = true; run worker()
    :: run donor()
    fi;
    run closer(); run signaller(0); run signaller(1)
  };
  _nr_pr == 1;
  assert(run_count[0] == 1 && run_count[1] == 1 && count == 0)
}

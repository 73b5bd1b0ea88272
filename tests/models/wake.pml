// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(wake), src/task/executor.c and worker.c: no worker sleeps while there is work that nobody was told
// of, and as many workers come as were asked for.
//
//   publisher: rdo_executor_put, _push_immediate, _announce    worker: run_worker
//     1. the bit, the slot opens; the list; the version          rdo_worker_pump: slots, then the list
//     2. rdo_executor_wake: wake_one reads the idle set,         begin_rest: token := SPINNING; idle bit;
//        rdo_worker_wake moves a token to WOKEN|relay                        rdo_worker_has_work
//                                                                sleep_until_woken: SPINNING → SLEEPING
//   rdo_executor_stop: is_stopping, then every token             stop_resting: idle bit; token := RUNNING,
//                                                                            passes on the relay it held
//
// Two workers, and a fan-out of one, so that the second is woken by relay. One run has a process in a slot,
// of four stages. In the first two a worker takes a place and keeps it until both are taken; the one who ends
// the first stage announces the second. The others have one place. Who ends the third pushes a process on the
// list and, if it is alone there, owes the wake (owes_wake); the fourth waits for that process to run. The
// other run has two processes on the list, pushed by two threads, that wait for each other, so that they need
// both workers. Either ends in stop. A wake that is lost leaves everybody waiting, which SPIN reports.
//
// A seq_cst access is one step; a store with a weaker order goes into a buffer, and to memory at any time
// later. The system call of a waker belongs to its exchange: the kernel compares the token.
//
// WEAK: PUBLISH ANNOUNCE LOOK TOKEN SLEEP RELAY VERSION POP OWE STOP
//   PUBLISH   work is made visible with release order: the idle set may be read before others see the work
//   ANNOUNCE  the idle bit is set with release order: the look may come before others see the bit
//   LOOK      a worker looks once more first, and then sets its idle bit
//   TOKEN     the token says SPINNING after the second look only
//   SLEEP     SLEEPING is stored, not exchanged for SPINNING
//   RELAY     a worker that was woken when it had found work itself forgets the relay count
//   VERSION   the version of a slot is read after the look into it
//   POP       who takes the whole list and puts the rest back tells nobody
//   OWE       a worker that owes a wake drains the slot again and does not pay
//   STOP      stop reads the tokens with acquire order: maybe before others see is_stopping

#define WORKERS 2
#define FANOUT 1  // RDO_WAKE_FANOUT
#define ALL ((1 << WORKERS) - 1)
#define BIT(i) (1 << (i))
#define STAGES 4
#define PLACES(at) ((at) < 2 -> WORKERS : 1)

#define RUNNING 0
#define SPINNING 1
#define SLEEPING 2
#define WOKEN 3  // plus four times the relay count

byte token[WORKERS];
byte idle = 0;
bool is_stopping = false;

bool occupied = false;   // the slot's bit
bool is_open = false;
byte version = 0;
byte seen[WORKERS];      // version + 1
byte stage = 0;
byte room = WORKERS;     // places of this stage that nobody has taken
byte came = 0;           // others
byte listed = 0;         // processes on the immediate list
byte running = 0;        // of those that wait for each other

byte done = 0;           // processes that ended
byte ended = 0;          // workers that did
byte expected = 0;

#define OPEN 1
#define PUSH 2
#define CHANGE 3
#define IDLE 4
#define HALT 5

inline apply(self, what) {
  if
  :: what == OPEN -> is_open = true
  :: what == PUSH -> listed++
  :: what == CHANGE -> version++
  :: what == IDLE -> idle = idle | BIT(self)
  :: what == HALT -> is_stopping = true
  fi
}
inline store_seq_cst(self, what) { d_step { apply(self, what) } }

#if defined(WEAK_PUBLISH) || defined(WEAK_ANNOUNCE) || defined(WEAK_STOP)
byte buffered[WORKERS];  // of a worker, and of whoever else stores
active proctype memory() {
end:
  do
  :: d_step { buffered[0] != 0 -> apply(0, buffered[0]); buffered[0] = 0 }
  :: d_step { buffered[1] != 0 -> apply(1, buffered[1]); buffered[1] = 0 }
  od
}
inline store_release(self, what) { d_step { buffered[self] == 0 -> buffered[self] = what } }
inline drain_buffer(self) { buffered[self] == 0 }
#else
inline drain_buffer(self) { skip }
#endif

#ifdef WEAK_PUBLISH
#define publish store_release
#else
#define publish store_seq_cst
#endif
#ifdef WEAK_ANNOUNCE
#define set_idle store_release
#else
#define set_idle store_seq_cst
#endif
#ifdef WEAK_STOP
#define halt store_release
#else
#define halt store_seq_cst
#endif

// rdo_worker_wake
inline wake_worker(k, relay) {
  if
  :: token[k] == SPINNING || token[k] == SLEEPING -> token[k] = WOKEN + 4 * (relay); is_woken = true
  :: else
  fi
}

// rdo_executor_wake, wake_one: the idle set is read anew before each worker that is tried.
inline wake(count) {
  d_step { cursor = 0; fanout = FANOUT; left = count };
  do
  :: d_step {
       left != 0 ->
       do
       :: cursor < WORKERS && (idle & BIT(cursor)) == 0 -> cursor++
       :: else -> break
       od;
       if
       :: cursor == WORKERS -> left = 0
       :: else
       fi
     };
     if
     :: d_step {
          left != 0 ->
          wake_worker(cursor, (left + fanout - 1) / fanout - 1);
          cursor++;
          if
          :: is_woken ->
             is_woken = false;
             left = left - (left + fanout - 1) / fanout;
             fanout--;
             if :: fanout == 0 -> left = 0 :: else fi
          :: else
          fi
        }
     :: else
     fi
  :: else -> break
  od;
  cursor = 0;
  fanout = 0
}
#define WAKER byte cursor, fanout, left; bool is_woken

// rdo_worker_pay_wake
inline pay() {
  if
  :: owes_wake ->
     owes_wake = false;
#ifndef WEAK_OWE
     if :: listed != 0 -> wake(1) :: else fi
#endif
  :: else
  fi
}

// visit_slot, and a drain that takes one of the places of a stage and keeps it until all are taken
inline visit(i) {
  view = version + 1;
  if
  :: is_open && seen[i] != view ->
     pay();
     do
     :: d_step { room != 0 -> room--; came++; at = stage; is_worked = true; is_last = came == PLACES(at) };
        if
        :: !is_last -> stage != at; break
        :: is_last && at == 0 ->
           d_step { came = 0; stage++; is_last = false };
           room = PLACES(1);
           publish(i, CHANGE);  // rdo_executor_announce: one place is for this worker
           wake(PLACES(1) - 1)
        :: is_last && at == 1 ->
           d_step { came = 0; stage++; is_last = false };
           room = PLACES(2)  // for this worker: nothing to announce
        :: is_last && at == 2 ->
           // complete_nodes signals, and what waited for that is listed: rdo_executor_push_immediate
#ifdef WEAK_PUBLISH
           owes_wake = listed == 0;
           publish(i, PUSH);
#else
           d_step { owes_wake = listed == 0; listed++ };
#endif
           if :: !owes_wake -> wake(1) :: else fi;
           d_step { came = 0; stage++; is_last = false };
           room = PLACES(3);
           break              // other work: RDO_DRAIN_MORE
        :: is_last && at == 3 ->
           done != 0;
           d_step { stage++; is_open = false; occupied = false; done++; is_last = false };
           break
        fi
     :: room == 0 ->
        if
        :: !is_worked ->
#ifdef WEAK_VERSION
           view = version + 1;
#endif
           seen[i] = view
        :: else
        fi;
        break
     od
  :: else
  fi;
  view = 0;
  at = 0
}

// rdo_executor_pop_immediate, rdo_process_run_listed
inline pop() {
  d_step { taken = listed; listed = 0 };
  if
  :: taken > 1 ->
     d_step { listed = listed + taken - 1 };
#ifndef WEAK_POP
     wake(1)
#endif
  :: else
  fi;
  if
  :: taken != 0 ->
     d_step { taken = 0; is_worked = true; running++ };
     running >= expected;
     done++  // and has run
  :: else
  fi
}

// rdo_worker_has_work
inline look(i) {
  has_work = listed != 0 || is_stopping;
  if
  :: !has_work && occupied ->
     view = version + 1;
     has_work = is_open && seen[i] != view;
     view = 0
  :: else
  fi
}

inline rest(i) {
#ifdef WEAK_LOOK
  look(i);
#endif
#ifndef WEAK_TOKEN
  token[i] = SPINNING;
#endif
  set_idle(i, IDLE);
#ifndef WEAK_LOOK
  look(i);
#endif
#ifdef WEAK_TOKEN
  token[i] = SPINNING;
#endif
  if
  :: has_work -> has_work = false
  :: else ->
     // Spins, and is woken meanwhile or not; then sleep_until_woken.
#ifdef WEAK_SLEEP
     token[i] = SLEEPING;
#else
     d_step { if :: token[i] == SPINNING -> token[i] = SLEEPING :: else fi };
#endif
     token[i] != SLEEPING
  fi;
  // stop_resting
  drain_buffer(i);  // the word that is changed next is the one that was
  idle = idle & (ALL ^ BIT(i));
  d_step { relay = token[i] / 4; token[i] = RUNNING };
#ifdef WEAK_RELAY
  relay = 0;
#endif
  if
  :: relay != 0 -> wake(relay); relay = 0
  :: else
  fi
}

proctype worker(byte i) {
  WAKER;
  byte view, at, taken, relay;
  bool is_worked, is_last, has_work, owes_wake;
  do
  :: is_stopping -> break
  :: else ->
     if
     :: occupied -> visit(i)
     :: else
     fi;
     if
     :: !is_worked -> owes_wake = false; if :: listed != 0 -> pop() :: else fi
     :: else
     fi;
     if
     :: is_worked -> is_worked = false
     :: else -> rest(i)
     fi
  od;
  ended++
}

proctype putter() {
  WAKER;
  occupied = true;
  publish(0, OPEN);
  wake(WORKERS)
}

proctype pusher(byte self) {
  WAKER;
  publish(self, PUSH);
  wake(1)
}

init {
  bool is_woken;
  byte i;
  atomic {
    if
    :: run putter()
    :: expected = 2; run pusher(0); run pusher(1)
    fi;
    for (i : 0 .. WORKERS - 1) { run worker(i) }; i = 0
  };
  done == 2;
  halt(0, HALT);
  for (i : 0 .. WORKERS - 1) {
    d_step { wake_worker(i, 0); is_woken = false }
  };
  ended == WORKERS
}

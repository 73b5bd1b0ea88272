// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(inbox), src/async/inbox.h, and its use in src/async/proactor.c: nothing that is pushed is left to a
// sleeping owner, nothing is lost or taken twice, and the owner does not go away while somebody still has
// to wake it.
//
//   push:  next := head (none if PARKED)     owner:  was PARKED and is not any more ? wakes_owed += 1
//          head := node, if head is as it was        list := head; head := EMPTY; handle it
//          was PARKED ? wakes += 1                   stopped and wakes_taken == wakes_owed ? go away
//                                                    head := PARKED, if EMPTY ? sleep until wakes > 0
//
// Two producers push twice each. Then, when all of that was handled but perhaps not all of the wakes have
// been given, a last one pushes the stop. While it sleeps the owner may also be woken by something else (a
// transfer that is over), twice. One statement is one atomic step.
//
// WEAK: PARK WAKE TAKE EXIT
//   PARK  the owner looks whether there is something, and then says that it sleeps
//   WAKE  a push decides from its first look at the word, not from what it replaced
//   TAKE  the owner reads the list, and then empties it
//   EXIT  the owner goes away without the wakes that are owed to it

#define PRODUCERS 2
#define ROUNDS 2
#define NODES (PRODUCERS * ROUNDS + 1)
#define STOP (NODES - 1)
#define EMPTY 0
#define PARKED 1
#define NODE(i) ((i) + 2)

byte head = EMPTY;
byte next[NODES];       // EMPTY or a NODE
byte handled[NODES];
byte handled_count = 0;
byte wakes = 0;         // the eventfd
bool is_gone = false;   // the owner, and with it all that others would touch

inline push(i) {
  byte before, first;
  bool is_done = false;
  first = head;
  do
  :: is_done -> break
  :: else ->
     before = head;
     next[i] = (before == PARKED -> EMPTY : before);
     atomic {
       if
       :: head == before -> head = NODE(i); is_done = true
       :: else
       fi
     }
  od;
#ifdef WEAK_WAKE
  before = first;
#endif
  if
  :: before == PARKED -> atomic { assert(!is_gone); wakes++ }
  :: else
  fi
}

proctype producer(byte first_node) {
  push(first_node);
  push(first_node + 1)
}

// It learns from the callbacks that all is over.
proctype stopper() {
  handled_count == NODES - 1;
  push(STOP)
}

proctype owner() {
  byte list, wakes_taken = 0, wakes_owed = 0, others = 2;
  bool is_parked = false, is_stopped = false;
  do
  :: true ->
#ifdef WEAK_TAKE
     list = head;
     head = EMPTY;
#else
     atomic { list = head; head = EMPTY };
#endif
     if
     :: is_parked && list != PARKED -> wakes_owed++
     :: else
     fi;
     is_parked = false;
     if
     :: list == PARKED -> list = EMPTY
     :: else
     fi;
     do
     :: list != EMPTY ->
        atomic {
          handled[list - 2]++;
          handled_count++;
          if
          :: list == NODE(STOP) -> is_stopped = true
          :: else
          fi;
          list = next[list - 2]
        }
     :: else -> break
     od;
#ifdef WEAK_EXIT
     if
     :: is_stopped -> break
     :: else
     fi;
#else
     if
     :: is_stopped && wakes_taken == wakes_owed -> break
     :: else
     fi;
#endif
#ifdef WEAK_PARK
     if
     :: head == EMPTY -> head = PARKED; is_parked = true
     :: else
     fi;
#else
     atomic {
       if
       :: head == EMPTY -> head = PARKED; is_parked = true
       :: else
       fi
     };
#endif
     if
     :: is_parked ->
        if
        :: wakes > 0
        :: others > 0 -> others--
        fi
     :: else
     fi;
     atomic { wakes_taken = wakes_taken + wakes; wakes = 0 }
  od;
  is_gone = true
}

init {
  byte i = 0;
  atomic {
    run producer(0);
    run producer(ROUNDS);
    run stopper();
    run owner()
  };
  is_gone;  // never: the owner sleeps, and something is left to it
  do
  :: i < NODES -> assert(handled[i] == 1); i++
  :: else -> break
  od
}

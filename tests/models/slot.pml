// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(slot), src/task/executor.c: a process in a slot is released once, after the last that was inside has
// left; nobody enters after its close, nor more than its budget allows; none stays in the overflow list while
// a slot is free; a slot that is free has no bit.
//
//   rdo_executor_put   try_put: FREE → TAKEN, the process and its budget, the bit, → OPEN; no slot: maybe
//                      try_replace: OPEN with nobody inside → TAKEN, then the same; what was in it, or else the
//                      process itself, to the overflow list, and promote_overflow
//   visit_slot         the bit; the word; a donor first: try_look, adds a looker to the word that it read, if
//                      OPEN, and looks at the process; try_enter: adds a drainer to the word that it read, if
//                      OPEN and with fewer than the budget; drains; who ends it: complete, OPEN → CLOSED
//   leave_slot         subtracts; who leaves CLOSED with nobody inside: reads the process, clears the bit,
//                      → FREE, looks at the overflow list, promote_overflow, release
//   promote_overflow   takes one, puts the others back; try_put, or back to the list and a second
//                      look at the slots
//
// One slot. Two workers and three processes that two threads put; or a worker, a visit of a donor, and two
// processes. One has two tiles, the others one; one has a budget of one, the others of two. Workers sleep while
// nothing that they have not seen is open: SYNC(wake) tells them (wake.pml). A process that is lost leaves
// everybody waiting, which SPIN reports.
//
// WEAK: BIT LATE STORE LOOK FREE ENTER GENERATION PEEK COUNT TOUCH REPLACE
//   BIT         whoever frees the slot clears its bit afterwards, when it may be the next process'
//   LATE        put sets the bit after the slot is open, when the process may be over and the slot free
//   STORE       the state is changed by a load and a store, which undo what comes or leaves in between
//   LOOK        who pushes on the overflow list does not look for a free slot afterwards
//   FREE        who frees a slot looks at the overflow list before
//   ENTER       a drainer is added to whatever the word is by now
//   GENERATION  a word of another generation is taken for the one that was read
//   PEEK        a donor looks at the process without being a looker
//   COUNT       who leaves reads afterwards, not in the same step, whether anybody is inside
//   TOUCH       promote_overflow reads the process' budget after it put it into a slot
//   REPLACE     a slot is replaced though somebody is inside

#define PROCESSES 3
#define TILES(p) ((p) == 0 -> 2 : 1)
#define BUDGET(p) ((p) == 1 -> 1 : 2)

#define FREE 0
#define OPEN 1
#define CLOSED 2
#define TAKEN 3

// The slot's word: generation | state 2 | lookers 2 | drainers 2
#define LOOKER 4
#define DRAINER 1
#define STATE 16
#define GENERATION 64
#define DRAINERS_OF(w) ((w) % LOOKER)
#define INSIDE_OF(w) ((w) % STATE)
#define STATE_OF(w) ((w) / STATE % 4)
#define GENERATION_OF(w) ((w) / GENERATION)
short word = 0;
#ifdef WEAK_GENERATION
#define IS_SAME(w) ((w) % GENERATION == word % GENERATION)
#else
#define IS_SAME(w) ((w) == word)
#endif

byte occupant = 0;      // slot->process
byte budget = 0;        // slot->budget
bool occupied = false;  // the slot's bit
byte overflow = 0;      // bit per process
byte claimed[PROCESSES];
byte ran[PROCESSES];
byte inside[PROCESSES]; // drainers of it
byte complete = 0;      // bit per process
byte closed = 0;
byte released = 0;

#define IS_IN(set, p) (((set) & (1 << (p))) != 0)
#define TOUCH(p) assert(!IS_IN(released, p))

inline change_state(from, to) {
#ifdef WEAK_STORE
  old = word;
  d_step { word = old + (to - from) * STATE; old = 0 }
#else
  word = word + (to - from) * STATE
#endif
}

inline try_put(p) {
  d_step {
    is_put = STATE_OF(word) == FREE;
    if :: is_put -> word = (GENERATION_OF(word) + 1) * GENERATION + TAKEN * STATE :: else fi
  };
  if
  :: is_put ->
     d_step { occupant = p; budget = BUDGET(p) };
#ifdef WEAK_LATE
     change_state(TAKEN, OPEN);
     occupied = true
#else
     occupied = true;
     change_state(TAKEN, OPEN)
#endif
  :: else
  fi
}

// What was in the slot, if it is taken, is in `mine` + 1.
inline try_replace(p) {
  d_step {
#ifdef WEAK_REPLACE
    is_put = STATE_OF(word) == OPEN;
#else
    is_put = STATE_OF(word) == OPEN && INSIDE_OF(word) == 0;
#endif
    if :: is_put -> word = (GENERATION_OF(word) + 1) * GENERATION + TAKEN * STATE + INSIDE_OF(word) :: else fi
  };
  if
  :: is_put ->
     d_step { mine = occupant + 1; occupant = p; budget = BUDGET(p); occupied = true };
     change_state(TAKEN, OPEN)
  :: else
  fi
}

// promote_overflow with pop_first; which one is the first makes no difference here
inline promote() {
  do
  :: d_step { taken = overflow; overflow = 0 };
     if
     :: taken == 0 -> break
     :: else ->
        d_step {
          do :: !IS_IN(taken, mine) -> mine++ :: else -> break od;
          taken = taken - (1 << mine);
          is_more = taken != 0
        };
        if :: is_more -> d_step { overflow = overflow | taken; taken = 0 } :: else fi;
        try_put(mine);
        if
        :: is_put ->
#ifdef WEAK_TOUCH
           TOUCH(mine);
#endif
           is_put = false
        :: else ->
           overflow = overflow | (1 << mine);
#ifdef WEAK_LOOK
           is_more = false
#else
           is_more = STATE_OF(word) == FREE
#endif
        fi;
        mine = 0;
        if :: is_more -> is_more = false :: else -> break fi
     fi
  od
}

#define PUTTER byte taken, mine; bool is_put, is_more; short old

inline put(p) {
  try_put(p);
  if
  :: !is_put -> try_replace(p)
  :: true  // it has no lane, or comes last
  fi;
  if
  :: is_put && mine == 0 -> is_put = false
  :: else ->
     if
     :: is_put -> overflow = overflow | (1 << (mine - 1))
     :: else -> overflow = overflow | (1 << p)
     fi;
     d_step { is_put = false; mine = 0 };
#ifndef WEAK_LOOK
     promote()
#endif
  fi
}

proctype putter_of_two() {
  PUTTER;
  put(0);
  put(1)
}

proctype putter_of_one() {
  PUTTER;
  put(2)
}

inline release(p) {
  d_step {
    assert(inside[p] == 0 && IS_IN(complete, p) && !IS_IN(released, p));
    released = released | (1 << p);
    is_taker = false;
    p = 0
  }
}

inline leave(who) {
#ifdef WEAK_COUNT
  word = word - who;
  is_taker = STATE_OF(word) == CLOSED && INSIDE_OF(word) == 0;
#else
  d_step { word = word - who; is_taker = STATE_OF(word) == CLOSED && INSIDE_OF(word) == 0 };
#endif
  if
  :: is_taker ->
#ifdef WEAK_FREE
     is_taker = overflow != 0;
#endif
#ifdef WEAK_BIT
     process = occupant;
     change_state(CLOSED, FREE);
     occupied = false;
#else
     d_step { process = occupant; occupied = false };
     change_state(CLOSED, FREE);
#endif
#ifdef WEAK_FREE
     if :: is_taker -> promote() :: else fi;
#else
     promote();
#endif
     release(process)
  :: else
  fi
}

// try_enter, and what follows when it succeeds; `instead_of` is a looker or nothing
inline enter(instead_of) {
  do
  :: STATE_OF(view) == OPEN && DRAINERS_OF(view) < budget ->
     d_step {
#ifdef WEAK_ENTER
       is_inside = true;
#else
       is_inside = IS_SAME(view);
#endif
       if
       :: is_inside ->
          word = word + DRAINER - instead_of;
          process = occupant;
          assert(!IS_IN(closed, process));
          inside[process]++;
          assert(inside[process] <= BUDGET(process))
       :: else -> view = word
       fi
     };
     if :: is_inside -> break :: else fi
  :: else -> break
  od;
  if
  :: is_inside ->
     is_inside = false;
     do
     :: d_step { claimed[process] < TILES(process) -> TOUCH(process); claimed[process]++; is_worked = true };
        d_step { TOUCH(process); ran[process]++; is_last = ran[process] == TILES(process) }
     :: d_step {
          else ->
          inside[process]--;
          if :: !is_worked -> seen = GENERATION_OF(view) :: else fi;
          is_worked = false
        };
        break
     od;
     if
     :: is_last ->
        d_step { complete = complete | (1 << process); is_last = false };
        change_state(OPEN, CLOSED);
        d_step { closed = closed | (1 << process); process = 0 }
     :: else
     fi;
     process = 0;
     leave(DRAINER)
  :: else ->
     if :: STATE_OF(view) == OPEN -> seen = GENERATION_OF(view) :: else fi;
     if :: instead_of != 0 -> leave(instead_of) :: else fi
  fi
}

#define VISITOR byte seen, process; short view; bool is_inside, is_worked, is_last, is_taker
#define HAS_WORK (occupied && STATE_OF(word) == OPEN && seen != GENERATION_OF(word))

proctype worker() {
  PUTTER;
  VISITOR;
end:
  do
  :: HAS_WORK ->  // the look at the bit was this one, which may be long ago
     view = word;
     if
     :: STATE_OF(view) == OPEN && seen != GENERATION_OF(view) -> enter(0)
     :: else
     fi;
     view = 0
  od
}

proctype donor() {
  PUTTER;
  VISITOR;
  if
  :: HAS_WORK ->
     view = word;
     if
     :: STATE_OF(view) == OPEN && seen != GENERATION_OF(view) ->
#ifdef WEAK_PEEK
        TOUCH(occupant);
        if
        :: enter(0)
        :: true
        fi
#else
        do  // try_look
        :: STATE_OF(view) == OPEN && !is_inside ->
           d_step {
             is_inside = IS_SAME(view);
             if :: is_inside -> word = word + LOOKER :: else fi;
             view = word
           }
        :: else -> break
        od;
        if
        :: is_inside ->
           is_inside = false;
           TOUCH(occupant);
           if
           :: enter(LOOKER)
           :: leave(LOOKER)  // not wanted
           fi
        :: else
        fi
#endif
     :: else
     fi;
     view = 0
  :: true
  fi
}

init {
  byte worker_count = 2, all = 7;
  atomic {
    run worker();  // those that have no end come first: SPIN buries the youngest first
    if
    :: worker_count = 1; all = 3; run donor(); run putter_of_two()
    :: run worker(); run putter_of_two(); run putter_of_one()
    fi
  };
  released == all && _nr_pr == 1 + worker_count;  // workers have no end
  assert(overflow == 0);
  timeout;  // until the workers, too, have nothing more to do
  assert(STATE_OF(word) == FREE && INSIDE_OF(word) == 0 && !occupied)
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(cancel), src/async/proactor.c: an operation that one thread cancels while it ends has its callback
// once, and nobody touches its storage after that.
//
//   cancel:  LIVE → CANCELLING ?              owner, at the end:      LIVE → IDLE ? call back
//              post the operation's message                           else the message has come ? call back
//            else: nothing to cancel                                  else hold it
//                                             owner, at the message:  held ? call back : cancel it
//
// The callback gives the storage away. Two threads cancel; each may do so only while the storage is there,
// which is the callers' own business: here they begin before the callback, and the step that looks at the
// state is the first that touches it. One statement is one atomic step.
//
// WEAK: HOLD LOOK TWICE
//   HOLD   the owner calls back without waiting for a message that is on its way
//   LOOK   the owner looks at the state and then ends the operation, in two steps
//   TWICE  a canceller looks at the state and then changes it, in two steps

#define CANCELLERS 2

mtype = { IDLE, LIVE, CANCELLING };
mtype state = LIVE;
bool is_there = true;        // the storage
bool is_ending = false;      // the transfer is over
byte messages = 0;           // posted and not taken
byte message_count = 0;      // posted
byte callbacks = 0;

#define TOUCH assert(is_there)

inline call_back() { callbacks++; is_there = false }

proctype canceller() {
  bool is_mine = false;
#ifdef WEAK_TWICE
  if
  :: is_there && state == LIVE -> TOUCH; state = CANCELLING; is_mine = true
  :: else
  fi;
#else
  atomic {
    if
    :: is_there && state == LIVE -> state = CANCELLING; is_mine = true
    :: else
    fi
  };
#endif
  if
  :: is_mine -> atomic { TOUCH; messages++; message_count++; assert(message_count == 1) }  // one link: it can be in one list only
  :: else
  fi
}

proctype owner() {
  bool has_cancel = false, is_held = false, is_cancelling;
  do
  :: callbacks > 0 -> break
  :: messages > 0 && callbacks == 0 ->
     atomic {
       TOUCH;
       messages--;
       has_cancel = true;
       if
       :: is_held -> call_back()
       :: else -> is_ending = true  // the cancel ends it, if nothing else does
       fi
     }
  :: is_ending && !is_held && callbacks == 0 ->
#ifdef WEAK_LOOK
     is_cancelling = state != LIVE;
     state = (is_cancelling -> state : IDLE);
#else
     atomic {
       is_cancelling = state != LIVE;
       state = (is_cancelling -> state : IDLE)
     };
#endif
#ifdef WEAK_HOLD
     call_back()
#else
     if
     :: is_cancelling && !has_cancel -> is_held = true
     :: else -> call_back()
     fi
#endif
  od
}

// It ends by itself, at any time, or is cancelled first.
proctype transfer() {
  is_ending = true
}

init {
  byte i;
  atomic {
    run owner();
    run transfer();
    for (i : 1 .. CANCELLERS) { run canceller() }
  };
  callbacks > 0;
  assert(callbacks == 1);
  timeout;
  assert(callbacks == 1);
  assert(messages == 0)  // else one waits in the inbox for storage that is gone
}

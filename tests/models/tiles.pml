// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(tiles) with the drainer count of SYNC(slot), src/hal/execution.c, queue.c and src/task/executor.c:
// every tile runs once, after all tiles of all nodes before it; the end is noticed once; and a drainer that
// is late does no harm, because the state is not reused before it has left.
//
//   rdo_execution_begin   sets everything, publishes the roots; then the process is put into the slot
//   find_node             the first published node whose `next` is below its tile count
//   drain_node            claims by adding to `next`; runs; subtracts what it ran from `open`
//   complete_nodes        the one whose subtraction reaches 0: subtracts from `pending` of the successors,
//                         prepares and publishes those that reach 0, subtracts from `left`
//   rdo_execution_drain   says DONE when that reached 0; drain_slot: rdo_process_finish, OPEN → CLOSED
//   visit_slot, leave_slot  enters a word that is OPEN; who leaves it CLOSED with nobody inside: → FREE, then
//                         releases the submission, whose memory is taken for the next
//
// Nodes 0 → 1, 2 → 3 → 4; node 0 has two tiles, 3 none (a barrier), the others one. Two submissions, the second
// in the memory of the first, two workers; a worker may be preempted between any two steps, and leave with
// more to do (RDO_DRAIN_MORE). Work that is lost leaves everybody waiting, which SPIN reports.
//
// WEAK: RECYCLE LATE CHECK CLAIM PENDING LEFT PUBLISH
//   RECYCLE  the memory is reused when the execution is complete, not when the last drainer has left
//   LATE     a worker enters if the slot was open when it looked
//   CHECK    who ran tiles looks whether they are the last that are open, and subtracts them afterwards
//   CLAIM    tiles are claimed by a look at `next` and a store
//   PENDING  a predecessor is subtracted by a load and a store
//   LEFT     nodes that are left are counted by a load and a store
//   PUBLISH  a node is published with relaxed order: how many tiles it has may become visible later

#define NODES 5
#define TILES(n) ((n) == 0 -> 2 : ((n) == 3 -> 0 : 1))
#define SUBMISSIONS 2
#define FREE 0
#define OPEN 1
#define CLOSED 2

byte next[NODES];
byte open[NODES];
byte count[NODES];      // tile_count
byte order[NODES + 1];
byte pending = 0;       // of node 3, the only one with two predecessors
byte published = 0;
byte head = 0;
byte left = 0;

byte at = FREE;         // the slot
byte drainers = 0;
bool is_free = true;    // the submission's memory

byte current = 0;       // the submission that the memory belongs to, from 1
byte ended[NODES];      // tiles of it that ran
byte complete_count = 0;
byte release_count = 0;

// What find_node would find
#define HAS_TILES(place) (head <= place && order[place] != 0 && next[order[place] - 1] < count[order[place] - 1])

// prepare_node, publish_node
inline publish(n) {
#ifdef WEAK_PUBLISH
  d_step { place = published; published++; order[place] = n + 1; place = 0 };
  d_step { count[n] = TILES(n); open[n] = TILES(n) }
#else
  d_step { count[n] = TILES(n); open[n] = TILES(n); place = published; published++ };
  d_step { order[place] = n + 1; place = 0 }
#endif
}

// complete_nodes
inline complete_node(n) {
  ended_count = 1;
  if
  :: n == 0 -> publish(1); publish(2)
  :: n == 1 || n == 2 ->
#ifdef WEAK_PENDING
     place = pending;
     d_step { pending = place - 1; is_ready = pending == 0; place = 0 };
#else
     d_step { pending--; is_ready = pending == 0 };
#endif
     // Node 3 has no tiles: it completes with this one.
     if :: is_ready -> is_ready = false; ended_count++; publish(4) :: else fi
  :: n == 4
  fi;
#ifdef WEAK_LEFT
  place = left;
  d_step { left = place - ended_count; is_end = left == 0; ended_count = 0; place = 0 }
#else
  d_step { left = left - ended_count; is_end = left == 0; ended_count = 0 }
#endif
}

inline run_tiles(n) {
  // Of this submission; after its predecessors' tiles, all of which ran.
  assert(submission == current);
  assert(n == 0 || ended[0] == TILES(0));
  assert(n < 4 || (ended[1] == 1 && ended[2] == 1));
  d_step { ended[n] = ended[n] + size; assert(ended[n] <= TILES(n)); done = done + size; size = 0 }
}

inline drain_node(n) {
  do
  :: next[n] < count[n] ->
     if :: size = 1 :: n == 0 -> size = 2 fi;  // claim_size
#ifdef WEAK_CLAIM
     first = next[n];
     next[n] = first + size;
#else
     d_step { first = next[n]; next[n] = first + size };
#endif
     if
     :: first >= count[n] -> size = 0; break
     :: else
     fi;
     if :: size > count[n] - first -> size = count[n] - first :: else fi;
     run_tiles(n)
  :: else -> break
  od;
  first = 0;
  if
  :: done == 0
  :: done == count[n] -> done = 0; complete_node(n)
  :: done != 0 && done != count[n] ->
#ifdef WEAK_CHECK
     is_ready = open[n] == done;
     d_step { open[n] = open[n] - done; done = 0 };
#else
     d_step { open[n] = open[n] - done; is_ready = open[n] == 0; done = 0 };
#endif
     if :: is_ready -> is_ready = false; complete_node(n) :: else fi
  fi
}

proctype worker() {
  byte submission, place, node, size, first, done, ended_count;
  bool is_inside, is_ready, is_end;
end:
  do
  :: at == OPEN && (HAS_TILES(0) || HAS_TILES(1) || HAS_TILES(2) || HAS_TILES(3)) ->  // SYNC(wake) tells it
     // visit_slot, try_enter
     d_step {
       is_inside = at == OPEN;
#ifdef WEAK_LATE
       is_inside = true;
#endif
       if :: is_inside -> drainers++; submission = current :: else fi
     };
     if
     :: is_inside ->
        do
        :: is_inside && !is_end ->
           place = head;
           do  // find_node
           :: order[place] == 0 -> place = 0; node = 0; break
           :: else ->
              node = order[place];
              if
              :: next[node - 1] < count[node - 1] -> place = 0; break
              :: else -> place++; head = place
              fi
           od;
           if
           :: node == 0 -> is_inside = false
           :: else ->
              node--;
              drain_node(node);
              if
              :: !is_end -> is_inside = false  // rdo_executor_has_other_work
              :: true
              fi
           fi
        :: else -> break
        od;
        if
        :: is_end ->
           d_step { complete_count++; assert(complete_count == submission); is_end = false };
#ifdef WEAK_RECYCLE
           is_free = true;
#endif
           at = CLOSED
        :: else
        fi;
        d_step { is_inside = false; assert(drainers != 0); drainers--; is_ready = at == CLOSED && drainers == 0 };
        if
        :: is_ready ->
           at = FREE;
           d_step { release_count++; assert(release_count == complete_count); is_ready = false };
#ifndef WEAK_RECYCLE
           is_free = true
#endif
        :: else
        fi
     :: else
     fi;
     d_step { node = 0; submission = 0 }
  od
}

proctype submitter() {
  byte i;
  do
  :: current < SUBMISSIONS ->
     d_step {
       is_free -> is_free = false;
       current++;
       for (i : 0 .. NODES - 1) { next[i] = 0; order[i] = 0; ended[i] = 0 };
       i = 0; count[0] = TILES(0); open[0] = TILES(0); pending = 2; head = 0; left = NODES;
       order[0] = 1; published = 1
     };
     d_step { at == FREE -> at = OPEN }
  :: else -> break
  od
}

init {
  atomic { run worker(); run worker(); run submitter() };
  release_count == SUBMISSIONS;
  assert(complete_count == SUBMISSIONS && ended[0] == 2 && ended[1] == 1 && ended[2] == 1 && ended[4] == 1)
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// SYNC(slot) with SYNC(wake), src/task/executor.c and rdo_executor_seat_return of worker.c: a process in a slot
// ends although workers that are not let in go to sleep, and a donor may leave it with more to do.
//
//   visit_slot       the version; then the drainers: as many as the budget → remembers the version, goes away;
//                    else drains: nothing found → remembers the version; leaves
//   complete_nodes   more tiles ready than there are drainers: version += 1; wakes so many
//   rdo_execution_drain  may break off between nodes with RDO_DRAIN_MORE; the worker comes back later
//   a donor          only looks (try_look), or drains; rdo_executor_seat_return: its last drain said MORE →
//                    version += 1, wakes one
//
// Two workers and a donor, a budget of one or of two; two nodes of two tiles. Workers are awake in the
// beginning, as after put; falling asleep and waking are one step each (wake.pml has them in pieces). A process
// that nobody ends leaves everybody asleep, which SPIN reports.
//
// WEAK: VISITOR LEFT VERSION
//   VISITOR  a donor that only looks counts as a drainer
//   LEFT     a donor leaves a slot with more to do and tells nobody
//   VERSION  a worker that was not let in remembers the version of after its look

#define WORKERS 2
#define NODES 2
#define TILES 2
#define SEAT WORKERS

byte budget;            // of three that may come
byte drainers = 0;
byte version = 1;
byte seen[WORKERS + 1];
bool asleep[WORKERS];
byte node = 0;
byte ready = TILES;  // tiles to claim
byte open = TILES;   // tiles that have not ended
bool is_done = false;

inline wake(count) {
  d_step {
    n = count;
    do
    :: k < WORKERS && n != 0 -> if :: asleep[k] -> asleep[k] = false; n-- :: else fi; k++
    :: else -> break
    od;
    n = 0; k = 0
  }
}

inline drain() {
  do
  :: d_step { ready != 0 -> ready--; is_worked = true };
     d_step { open--; is_last = open == 0 };
     if
     :: is_last && node + 1 == NODES -> is_last = false; is_done = true; break
     :: is_last && node + 1 < NODES ->
        d_step { is_last = false; node++; open = TILES; ready = TILES; wanted = (budget < TILES -> budget : TILES) };
        if
        :: wanted > 1 && wanted > drainers -> wanted = wanted - drainers; version++; wake(wanted)
        :: else
        fi;
        wanted = 0
     :: else
     fi;
     if
     :: break  // rdo_executor_has_other_work
     :: true
     fi
  :: ready == 0 -> break
  od
}

#define DRAINER byte view, n, k, wanted; bool is_worked, is_last, is_inside, has_more

inline visit(i) {
  view = version;
  if
  :: !is_done && seen[i] != view ->
     d_step { is_inside = drainers < budget; if :: is_inside -> drainers++ :: else fi };
     if
     :: is_inside ->
        is_inside = false;
        drain();
        has_more = is_worked;
        if :: !is_worked -> seen[i] = view :: else fi;
        drainers--
     :: else ->
#ifdef WEAK_VERSION
        view = version;
#endif
        seen[i] = view
     fi
  :: else
  fi;
  view = 0
}

proctype worker(byte i) {
  DRAINER;
end:
  do
  :: !asleep[i] ->
     visit(i);
     if
     :: is_worked -> d_step { is_worked = false; has_more = false }
     :: else -> d_step { if :: is_done || seen[i] == version -> asleep[i] = true :: else fi }
     fi
  od
}

proctype donor() {
  DRAINER;
  do
  :: break
  :: true ->  // looks, and does not want it
#ifdef WEAK_VISITOR
     drainers++;
     drainers--
#else
     skip
#endif
  :: visit(SEAT);
     is_worked = false
  od;
#ifndef WEAK_LEFT
  if
  :: has_more && !is_done -> version++; wake(1)
  :: else
  fi
#endif
}

init {
  atomic {
    if :: budget = 1 :: budget = 2 fi;
    run worker(0); run worker(1); run donor()
  };
  is_done
}

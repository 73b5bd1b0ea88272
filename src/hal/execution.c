// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "hal/execution.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/cpu.h"
#include "base/futex.h"
#include "hal/replay.h"
#include "task/timed.h"
#include "task/urgent.h"

enum {
  // Played executors: workers look up between batches of tiles that take about so long, or a tile if that is
  // longer.
  BATCH_NS = 2000,
  // What is taken for a tile's time before one has been measured.
  TILE_NS_UNKNOWN = 200000,
  // Work that another worker is worth being woken for: about what a wake takes from one core to another
  // on a virtual machine, where it is slowest (bench row `wake`).
  WAKE_WORTH_NS = 15000,
  SPINS_PER_CLOCK = 32,
  SPINS_PER_CLOCK_TIMED = 4,  // with a release ahead
};

enum rondo_status rdo_execution_bind(struct rdo_execution *e, const struct rdo_recording *recording, const struct rdo_binding_table *table,
                                     bool is_null, uint32_t concurrency, struct rondo_diag *diag) {
  rdo_diag_clear(&e->diag);  // of the execution before this one; `diag` may be the same
  if (!recording->is_final) return rdo_fail(diag, RONDO_FAILED_PRECONDITION, "recording is not finalized");
  if (recording->slot_count > table->count) {
    return rdo_fail(diag, RONDO_OUT_OF_RANGE, "recording names %u binding slots, the table has %u", recording->slot_count, table->count);
  }
  if (table->count > e->slot_capacity) RDO_TRY(rdo_grow_array(table->count, sizeof *e->slots, &e->slot_capacity, &e->slots, diag));
  RDO_TRY(rdo_bindings_resolve(table, e->slots, diag));
  e->recording = recording;
  e->bound = (struct rdo_bound){e->slots, table->count, concurrency > 255 ? 255 : concurrency, is_null, NULL};
  return RONDO_OK;
}

enum rondo_status rdo_execution_replay(struct rdo_execution *e, const struct rdo_scratch *scratch, struct rondo_diag *diag) {
  return rdo_replay_bound(e->recording, e->slots, e->bound.slot_count, e->bound.is_null, scratch, diag);
}

// Width ------------------------------------------------------------------------------------------

static uint32_t node_width(const struct rdo_graph *graph, uint32_t index, uint64_t tile_count, uint32_t worker_count) {
  uint64_t width = tile_count < worker_count ? tile_count : worker_count;
  uint32_t work_ns = rdo_atomic_load(&graph->work_ns[index], rdo_relaxed);  // relaxed: hint
  if (work_ns != 0 && width > 1 + work_ns / WAKE_WORTH_NS) width = 1 + work_ns / WAKE_WORTH_NS;
  return (uint32_t)width;
}

uint32_t rdo_execution_width(const struct rdo_recording *recording, uint32_t worker_count) {
  const struct rdo_graph *graph = &recording->graph;
  if (worker_count <= 1 || graph->width <= 1) return 1;
  uint32_t width = 1;
  for (uint32_t i = 0; i < graph->node_count && width < worker_count; ++i) {
    uint32_t one = node_width(graph, i, graph->nodes[i].tile_count, worker_count);
    if (width < one) width = one;
  }
  // Nodes side by side are tiles of each other.
  return width > 1 || graph->width == UINT32_MAX ? (graph->width < worker_count ? graph->width : worker_count) : width;
}

// Making ready -----------------------------------------------------------------------------------

static enum rondo_status reserve(struct rdo_execution *e, struct rondo_diag *diag) {
  const struct rdo_graph *graph = &e->recording->graph;
  if (graph->node_count > e->node_capacity) {
    // Not kept on failure: the two arrays have one capacity.
    rdo_free(e->nodes);
    rdo_free(e->order);
    e->node_capacity = 0;
    e->nodes = NULL;
    e->order = NULL;
    size_t capacity = 16;
    while (capacity < graph->node_count) capacity *= 2;
    e->nodes = rdo_alloc_aligned(capacity * sizeof *e->nodes, RDO_CACHE_LINE_BYTES);
    if (e->nodes == NULL) return rdo_fail_no_memory(diag, capacity * sizeof *e->nodes);
    RDO_TRY(rdo_alloc_array(capacity + 1, sizeof *e->order, &e->order, diag));
    e->node_capacity = capacity;
  }
  if (graph->binding_count > e->binding_capacity) {
    rdo_free(e->pointers);
    rdo_free(e->lengths);
    e->pointers = NULL;
    e->lengths = NULL;
    e->binding_capacity = 0;
    RDO_TRY(rdo_alloc_array(graph->binding_count, sizeof *e->pointers, &e->pointers, diag));
    RDO_TRY(rdo_alloc_array(graph->binding_count, sizeof *e->lengths, &e->lengths, diag));
    e->binding_capacity = graph->binding_count;
  }
  return RONDO_OK;
}

static void fail_execution(struct rdo_execution *e, enum rondo_status status, const struct rondo_diag *diag) {
  // Read by whoever completes the execution, which comes after this drainer's own subtraction.
  if (rdo_process_fail(e->process, status)) e->diag = *diag;
}

// What a placer has no place for is done here and now.
static void perform_transfer(struct rdo_execution *e, const struct rdo_command *command) {
  struct rondo_diag diag;
  rdo_diag_clear(&diag);
  struct rdo_bound bound = e->bound;
  bound.diag = &diag;
  enum rondo_status status = rdo_transfer_run(&bound, command, e->event_id);
  if (status != RONDO_OK) fail_execution(e, status, &diag);
}

// Resolves what a node needs to run.
static void prepare_node(struct rdo_execution *e, uint32_t index) {
  const struct rdo_graph_node *recorded = &e->recording->graph.nodes[index];
  struct rdo_execution_node *node = &e->nodes[index];
  node->tile_count = 0;
  if (recorded->command == NULL || rdo_process_status(e->process) != RONDO_OK) return;
  if (recorded->command->kind != RDO_COMMAND_DISPATCH) {
    if (e->placer == NULL || e->placer->is_placed(e->placer, index)) node->tile_count = 1;
    else perform_transfer(e, recorded->command);
    return;
  }
  const struct rdo_command_dispatch *dispatch = (const struct rdo_command_dispatch *)(const void *)recorded->command;
  struct rondo_diag diag;
  rdo_diag_clear(&diag);
  struct rdo_bound bound = e->bound;
  bound.diag = &diag;
  bool is_too_many = false;
  // A recording without bindings has no arrays.
  void **pointers = dispatch->binding_count == 0 ? NULL : e->pointers + recorded->binding_begin;
  size_t *lengths = dispatch->binding_count == 0 ? NULL : e->lengths + recorded->binding_begin;
  enum rondo_status status = rdo_dispatch_prepare(&bound, dispatch, pointers, lengths, &node->state);
  uint64_t total = status == RONDO_OK ? rdo_dispatch_workgroup_total(&node->state, &is_too_many) : 0;
  // The count of claims may pass the total by a batch for each worker.
  if (is_too_many || total > UINT64_MAX / 2) status = rdo_fail(&diag, RONDO_OUT_OF_RANGE, "dispatch has over 2^63 workgroups");
  if (status != RONDO_OK) {
    fail_execution(e, status, &diag);
  } else if (!bound.is_null) {
    node->tile_count = rdo_dispatch_is_sequential(dispatch) && total != 0 ? 1 : total;
  }
}

static void publish_node(struct rdo_execution *e, uint32_t index) {
  if (e->placer != NULL) {
    e->placer->ready(e->placer, e, index);
    return;
  }
  uint32_t place = rdo_atomic_add(&e->published, 1, rdo_relaxed);  // relaxed: ordered by SYNC(tiles), a place
  rdo_atomic_store(&e->order[place], index + 1, rdo_release);      // SYNC(tiles): pairs with the scan in find_node
}

// A node that is ready has no tiles.
static void skip_node(struct rdo_execution *e, uint32_t index) {
  if (e->placer != NULL && e->placer->is_placed(e->placer, index)) e->placer->skipped(e->placer, index);
}

// Completes `index` and all that complete with it because they have no tiles, and publishes what became
// ready. The chain of nodes without tiles is linked through `next`, which such nodes do not use.
//   returns  whether that was the last node
static bool complete_nodes(struct rdo_execution *e, uint32_t index, struct rdo_worker *worker) {
  const struct rdo_graph *graph = &e->recording->graph;
  uint64_t ready_tiles = 0;
  uint32_t ready_width = 0, complete_count = 0;
  for (uint32_t chain = index + 1; chain != 0;) {
    const struct rdo_graph_node *ended = &graph->nodes[chain - 1];
    chain = chain - 1 == index ? 0 : (uint32_t)rdo_atomic_load(&e->nodes[chain - 1].next, rdo_relaxed);  // relaxed: own chain
    ++complete_count;
    for (uint32_t i = 0; i < ended->successor_count; ++i) {
      uint32_t successor = graph->successors[ended->successor_begin + i];
      struct rdo_execution_node *node = &e->nodes[successor];
      // SYNC(tiles): the last predecessor acquires what the others wrote. A single one has nobody to count with.
      if (graph->nodes[successor].predecessor_count > 1 && rdo_atomic_sub(&node->pending, 1, rdo_acq_rel) != 1) continue;
      prepare_node(e, successor);
      if (node->tile_count == 0) {
        rdo_atomic_store(&node->next, chain, rdo_relaxed);  // relaxed: own chain
        chain = successor + 1;
        skip_node(e, successor);
        continue;
      }
      rdo_atomic_store(&node->open, node->tile_count, rdo_relaxed);  // relaxed: ordered by SYNC(tiles), the publish
      publish_node(e, successor);
      ready_tiles += node->tile_count;
      ready_width += node_width(graph, successor, node->tile_count, e->process->budget);
    }
  }
  // SYNC(tiles): acquires what every other node wrote, for the last one.
  if (rdo_atomic_sub(&e->left, complete_count, rdo_acq_rel) == complete_count) return true;
  if (ready_tiles > 1 && worker != NULL && e->placer == NULL) {
    uint32_t wanted = ready_width < e->process->budget ? ready_width : e->process->budget;
    uint32_t slot = rdo_atomic_load(&e->process->slot, rdo_relaxed);  // relaxed: const while it is drained
    uint32_t present = rdo_executor_drainer_count(e->process->executor, slot);
    if (wanted > present) rdo_process_announce(e->process, wanted - present);
  }
  return false;
}

bool rdo_execution_begin(struct rdo_execution *e, struct rdo_process *process) {
  const struct rdo_graph *graph = &e->recording->graph;
  e->process = process;
  struct rondo_diag diag;
  rdo_diag_clear(&diag);
  enum rondo_status status = reserve(e, &diag);
  if (status != RONDO_OK) {
    fail_execution(e, status, &diag);
    return false;
  }
  rdo_atomic_init(&e->published, 0);
  rdo_atomic_init(&e->head, 0);
  // A placer's nodes may run before this is over: they wait with the end for it.
  uint32_t hold_count = e->placer != NULL ? 1 : 0;
  rdo_atomic_init(&e->left, graph->node_count + hold_count);
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    rdo_atomic_init(&e->order[i], 0);
    rdo_atomic_init(&e->nodes[i].next, 0);
    rdo_atomic_init(&e->nodes[i].busy_ns, 0);
    rdo_atomic_init(&e->nodes[i].pending, graph->nodes[i].predecessor_count);
  }
  rdo_atomic_init(&e->order[graph->node_count], 0);
  for (uint32_t i = 0; i < graph->root_count; ++i) {
    prepare_node(e, i);
    rdo_atomic_init(&e->nodes[i].open, e->nodes[i].tile_count);
    if (e->nodes[i].tile_count != 0) publish_node(e, i);
  }
  // After the others, so that `left` cannot reach 0 before every root has been looked at.
  bool is_complete = graph->node_count == 0;
  for (uint32_t i = 0; i < graph->root_count; ++i) {
    if (e->nodes[i].tile_count != 0) continue;
    skip_node(e, i);
    is_complete = complete_nodes(e, i, NULL);
  }
  // SYNC(tiles): acquires what every node wrote.
  if (hold_count != 0) is_complete = rdo_atomic_sub(&e->left, hold_count, rdo_acq_rel) == hold_count;
  return !is_complete;
}

// Draining ---------------------------------------------------------------------------------------

// A node with tiles to claim.
//   out_end  where the scan ended: the place that the next ready node will take
static struct rdo_execution_node *find_node(struct rdo_execution *e, uint32_t *out_end) {
  uint32_t place = rdo_atomic_load(&e->head, rdo_relaxed);  // relaxed: hint
  for (uint32_t entry; (entry = rdo_atomic_load(&e->order[place], rdo_acquire)) != 0; ++place) {  // SYNC(tiles)
    struct rdo_execution_node *node = &e->nodes[entry - 1];
    // relaxed: a look, the claim decides
    if (rdo_atomic_load(&node->next, rdo_relaxed) < node->tile_count) return node;
    rdo_atomic_store(&e->head, place + 1, rdo_relaxed);  // relaxed: hint, may go back a little
  }
  *out_end = place;
  return NULL;
}

static enum rondo_status run_tiles(struct rdo_execution *e, uint32_t index, uint64_t first, uint64_t count, struct rdo_worker *worker, struct rondo_diag *diag) {
  const struct rdo_command *command = e->recording->graph.nodes[index].command;
  if (command->kind != RDO_COMMAND_DISPATCH) {
    struct rdo_bound bound = e->bound;
    bound.diag = diag;
    return rdo_transfer_run(&bound, command, e->event_id);
  }
  const struct rdo_command_dispatch *dispatch = (const struct rdo_command_dispatch *)(const void *)command;
  const struct rdo_dispatch_state *state = &e->nodes[index].state;
  const struct rdo_scratch scratch = {worker, worker->index, e->event_id};
  if (rdo_dispatch_is_sequential(dispatch)) {
    bool is_too_many;
    count = rdo_dispatch_workgroup_total(state, &is_too_many);
  }
  return rdo_dispatch_run(dispatch, state, first, count, &scratch, diag);
}

// Claims are large at first and single in the end, so that few are needed and all workers end together.
static uint64_t claim_size(uint64_t left, uint32_t worker_count) {
  uint64_t size = left / (2 * (uint64_t)worker_count);
  return size == 0 ? 1 : size;
}

static void record_time(struct rdo_execution *e, uint32_t index, int64_t begin_ns, bool is_complete) {
  struct rdo_execution_node *node = &e->nodes[index];
  int64_t busy = rdo_clock_now_ns() - begin_ns;
  uint32_t busy_ns = busy < 1 ? 1 : busy > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)busy;
  busy_ns += rdo_atomic_add(&node->busy_ns, busy_ns, rdo_relaxed);  // relaxed: counter
  if (!is_complete) return;
  rdo_atomic_u32 *work_ns = &e->recording->graph.work_ns[index];
  uint32_t before = rdo_atomic_load(work_ns, rdo_relaxed);  // relaxed: hint
  rdo_atomic_store(work_ns, before == 0 ? busy_ns : before - before / 4 + busy_ns / 4, rdo_relaxed);  // relaxed: hint
}

// Played executors --------------------------------------------------------------------------------

// A running 99th percentile: up by a sixteenth where a tile took longer, down by a 99th of that where it did
// not, so it rests where one of a hundred is longer (Ma, Muthukrishnan, Sandler, "Frugal streaming for
// estimating quantiles", 2013).
static void learn_tile_time(rdo_atomic_u32 *tile_ns, int64_t sample_ns) {
  uint32_t before = rdo_atomic_load(tile_ns, rdo_relaxed);  // relaxed: hint
  uint32_t sample = sample_ns < 1 ? 1 : sample_ns > INT32_MAX ? INT32_MAX : (uint32_t)sample_ns;
  uint32_t step = before / 16 + 1, after = sample;
  if (before != 0) after = sample > before ? (sample - before < step ? sample : before + step) : before - (step / 99 + 1 < before ? step / 99 + 1 : 0);
  rdo_atomic_store(tile_ns, after, rdo_relaxed);  // relaxed: hint
}

// A batch that took much longer than its tiles ever do was interrupted. Before one has been measured nobody knows.
static void end_batch(struct rdo_execution *e, uint32_t index, struct rdo_worker *worker, int64_t begin_ns, uint64_t size) {
  rdo_atomic_u32 *tile_ns = &e->recording->graph.tile_ns[index];
  int64_t now_ns = rdo_clock_now_ns(), expected_ns = (int64_t)size * rdo_atomic_load(tile_ns, rdo_relaxed);  // relaxed: hint
  if (expected_ns != 0) rdo_worker_note_stretch(worker, begin_ns, now_ns, expected_ns);
  worker->looked_ns = now_ns;
  learn_tile_time(tile_ns, (now_ns - begin_ns) / (int64_t)size);
}

// How many of `size` tiles a worker may claim: a short batch, that ends before its next release.
//   key           of the process that it drains
//   out_begin_ns  when it looked at the clock; 0: it has no release and did not
static uint64_t fit_claim(const struct rdo_execution *e, uint32_t index, struct rdo_worker *worker, uint64_t key, uint64_t size, int64_t *out_begin_ns) {
  uint32_t tile_ns = rdo_atomic_load(&e->recording->graph.tile_ns[index], rdo_relaxed);  // relaxed: hint
  uint64_t batch = tile_ns == 0 || tile_ns >= BATCH_NS ? 1 : BATCH_NS / tile_ns;
  if (size > batch) size = batch;
  *out_begin_ns = 0;
  if (!rdo_worker_is_reserved(worker, key)) return size;
  if (tile_ns == 0) tile_ns = TILE_NS_UNKNOWN;
  *out_begin_ns = rdo_clock_now_ns();
  if (worker->next_release_ns - *out_begin_ns < RDO_URGENT_NS) rdo_urgent_raise_self(worker);
  int64_t room_ns = rdo_worker_room_for(worker, key, *out_begin_ns);
  if (room_ns < tile_ns) return rdo_worker_has_room(worker, key, *out_begin_ns, tile_ns) ? 1 : 0;
  return size * tile_ns <= (uint64_t)room_ns ? size : (uint64_t)room_ns / tile_ns;
}

// Whether something has come up that goes before the rest of a node.
static bool is_wanted_elsewhere(const struct rdo_worker *worker, const struct rdo_process *process) {
  // relaxed: hint, a push is followed by a wake
  if (rdo_worker_is_called(worker) || rdo_atomic_load(&worker->executor->immediate, rdo_relaxed) != NULL) return true;
  return process->lane != 0 && rdo_worker_is_outranked(worker, process->key);
}

struct drained {
  bool is_complete;  // that ended the node
  bool is_last;      // and the execution
  bool is_left;      // tiles are left that could have been claimed
};

// Claims and runs tiles of a node until none are left, or on a played executor something goes before them.
//   process  that this worker is in
//   returns  whether any were claimed
static bool drain_node(struct rdo_execution *e, struct rdo_execution_node *node, const struct rdo_process *process, struct rdo_worker *worker,
                       struct drained *out) {
  uint32_t index = (uint32_t)(node - e->nodes);
  bool is_played = worker->executor->is_played;
  *out = (struct drained){false, false, false};
  uint32_t slot = rdo_atomic_load(&process->slot, rdo_relaxed);  // relaxed: const while it is drained
  int64_t begin_ns = e->is_sampled ? rdo_clock_now_ns() : 0;
  uint64_t done = 0;
  for (;;) {
    uint64_t claimed = rdo_atomic_load(&node->next, rdo_relaxed);  // relaxed: a look, the addition decides
    if (claimed >= node->tile_count) break;
    uint32_t present = rdo_executor_drainer_count(process->executor, slot);
    uint64_t size = claim_size(node->tile_count - claimed, present < process->budget ? process->budget : present);
    int64_t batch_begin_ns = 0;
    if (is_played) {
      // relaxed: hint. The clock is read only by those who may have to go on as ordinary threads.
      if (rdo_atomic_load(&worker->is_urgent, rdo_relaxed) != 0) rdo_urgent_settle(worker, rdo_clock_now_ns());
      if (done == 0 || !is_wanted_elsewhere(worker, process)) size = fit_claim(e, index, worker, process->key, size, &batch_begin_ns);
      else size = 0;
      out->is_left = size == 0;
      if (size == 0) break;
    }
    uint64_t first = rdo_atomic_add(&node->next, size, rdo_relaxed);  // relaxed: SYNC(tiles), a claim orders nothing
    if (first >= node->tile_count) break;
    if (size > node->tile_count - first) size = node->tile_count - first;
    if (rdo_process_status(e->process) == RONDO_OK) {
      struct rondo_diag diag;
      rdo_diag_clear(&diag);
      enum rondo_status status = run_tiles(e, index, first, size, worker, &diag);
      if (status != RONDO_OK) fail_execution(e, status, &diag);
      if (batch_begin_ns != 0) end_batch(e, index, worker, batch_begin_ns, size);
    }
    done += size;
  }
  if (done == 0) return false;
  // SYNC(tiles): whoever brings it to 0 acquires what the others' tiles wrote. Who ran all needs nobody's.
  out->is_complete = done == node->tile_count || rdo_atomic_sub(&node->open, done, rdo_acq_rel) == done;
  if (e->is_sampled) record_time(e, index, begin_ns, out->is_complete);
  if (out->is_complete) out->is_last = complete_nodes(e, index, worker);
  return true;
}

// Whether there is something else for a worker than the process that it is in, with keys up to `key_max` where there are keys.
static bool has_other_work(const struct rdo_process *process, const struct rdo_worker *worker, uint64_t key_max) {
  uint32_t slot = rdo_atomic_load(&process->slot, rdo_relaxed);  // relaxed: const while it is drained
  return process->lane == 0 ? rdo_executor_has_other_work(worker->executor, slot) : rdo_worker_has_other_work(worker, slot, key_max);
}

// Waits, for as long as workers spin, for the next node to become ready.
//   returns  whether it did
static bool spin_for_node(struct rdo_execution *e, uint32_t place, const struct rdo_worker *worker) {
  const struct rdo_executor *executor = worker->executor;
  if (executor->spin_ns == 0) return false;
  int64_t now_ns = rdo_clock_now_ns(), end_ns = now_ns + executor->spin_ns;
  int spin_count = SPINS_PER_CLOCK;
  if (worker->next_release_ns != INT64_MAX) {
    spin_count = SPINS_PER_CLOCK_TIMED;
    if (worker->next_release_ns < end_ns) end_ns = worker->next_release_ns;
  }
  do {
    for (int i = 0; i < spin_count; ++i) {
      if (rdo_atomic_load(&e->order[place], rdo_acquire) != 0) return true;  // SYNC(tiles)
      if (rdo_atomic_load(&e->left, rdo_relaxed) == 0) return false;         // relaxed: hint, it is over
      rdo_cpu_relax();
    }
    if (has_other_work(e->process, worker, UINT64_MAX) || rdo_worker_is_called(worker)) return false;
    now_ns = rdo_clock_spin_ns(end_ns);
    if (executor->is_played) rdo_urgent_guard(worker, now_ns);
  } while (now_ns < end_ns);
  return false;
}

// Tiles are left that this worker has no time for: whoever has not been told that there is work, because this worker was enough,
// is told now. Once: this worker hears it as well.
static void tell_others(struct rdo_process *process, struct rdo_worker *worker) {
  uint32_t slot = rdo_atomic_load(&process->slot, rdo_relaxed);  // relaxed: const while it is drained
  bool is_held = (worker->held_slots >> slot & 1) != 0;
  worker->held_slots |= UINT32_C(1) << slot;
  if (!is_held && rdo_executor_drainer_count(process->executor, slot) < process->budget) rdo_process_announce(process, 1);
}

enum rdo_drain_result rdo_execution_drain(struct rdo_execution *e, struct rdo_worker *worker) {
  uint64_t mode = rdo_cpu_flush_denormals_begin();
  bool is_worked = false;
  struct drained drained = {false, false, false};
  while (!drained.is_last && !drained.is_left) {
    uint32_t end = 0;
    struct rdo_execution_node *node = find_node(e, &end);
    if (node == NULL) {
      if (rdo_atomic_load(&e->left, rdo_relaxed) == 0 || !spin_for_node(e, end, worker)) break;  // relaxed: hint
      continue;
    }
    if (worker->executor->is_played) rdo_urgent_guard(worker, rdo_clock_now_ns());
    if (drain_node(e, node, e->process, worker, &drained)) is_worked = true;
    if (!drained.is_last && has_other_work(e->process, worker, e->process->key)) break;
  }
  rdo_cpu_flush_denormals_end(mode);
  if (drained.is_last) return RDO_DRAIN_DONE;
  if (drained.is_left) tell_others(e->process, worker);
  return is_worked ? RDO_DRAIN_MORE : RDO_DRAIN_IDLE;
}

enum rdo_drain_result rdo_execution_drain_node(struct rdo_execution *e, uint32_t index, struct rdo_process *process, struct rdo_worker *worker,
                                               bool *out_is_last, bool *out_is_worked) {
  uint64_t mode = rdo_cpu_flush_denormals_begin();
  struct drained drained;
  rdo_urgent_guard(worker, rdo_clock_now_ns());
  bool is_worked = drain_node(e, &e->nodes[index], process, worker, &drained);
  rdo_cpu_flush_denormals_end(mode);
  *out_is_last = drained.is_last;
  *out_is_worked = is_worked;
  if (drained.is_complete) return RDO_DRAIN_DONE;
  if (drained.is_left && !is_worked) tell_others(process, worker);
  return drained.is_left && is_worked ? RDO_DRAIN_MORE : RDO_DRAIN_IDLE;
}

void rdo_execution_deinit(struct rdo_execution *e) {
  rdo_free(e->slots);
  rdo_free(e->nodes);
  rdo_free(e->order);
  rdo_free(e->pointers);
  rdo_free(e->lengths);
  e->slots = NULL;
  e->nodes = NULL;
  e->order = NULL;
  e->pointers = NULL;
  e->lengths = NULL;
  e->slot_capacity = e->node_capacity = e->binding_capacity = 0;
}

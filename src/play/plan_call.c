// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "play/plan_call.h"

#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/object.h"
#include "kernel/executable.h"
#include "play/played_function.h"

#define NO_NODE UINT32_MAX

// Dispatches as bodies -------------------------------------------------------------------------------

static void drop(struct rdo_plan_part *part) {
  // SYNC(calls): acquires what the others did in the submission's memory.
  if (rdo_atomic_sub(&part->inside, 1, rdo_acq_rel) == 1) rdo_submission_end_placed(part->submission);
}

static enum rdo_drain_result drain_dispatch(struct rdo_node *node, struct rdo_worker *worker) {
  struct rdo_plan_dispatch *dispatch = node->user;
  struct rdo_plan_call *call = dispatch->part->call;
  int64_t begin_ns = rdo_clock_now_ns();
  rdo_plan_call_latch(call, &call->rounds[dispatch->part->round].instances[dispatch->part->instance]);
  bool is_last, is_worked;
  enum rdo_drain_result result = rdo_execution_drain_node(dispatch->execution, dispatch->command, &node->process, worker, &is_last, &is_worked);
  // Who found nothing, or no room for it, has not begun.
  if (is_worked) rdo_node_note_start(node, worker, begin_ns);
  if (result == RDO_DRAIN_MORE) rdo_atomic_add(&node->preemption_count, 1, rdo_relaxed);  // relaxed: counter
  if (is_last) rdo_submission_signal_placed(dispatch->part->submission);
  return result;
}

static void release_dispatch(struct rdo_node *node) { drop(((struct rdo_plan_dispatch *)node->user)->part); }

static const struct rdo_node_body dispatch_body = {"dispatch", drain_dispatch, release_dispatch};

static struct rdo_plan_part *part_of(const struct rdo_execution_placer *placer) {
  return RDO_CONTAINER((struct rdo_execution_placer *)(uintptr_t)placer, struct rdo_plan_part, placer);
}

// Its body will not come.
static void abandon(struct rdo_node *node) {
  node->body = &rdo_node_empty;
  node->is_abandoned = true;
  rdo_node_resume(node);
}

static bool is_placed(const struct rdo_execution_placer *placer, uint32_t index) { return part_of(placer)->node_of_command[index] != NO_NODE; }

static void place_dispatch(const struct rdo_execution_placer *placer, struct rdo_execution *execution, uint32_t index) {
  struct rdo_plan_part *part = part_of(placer);
  const struct rdo_plan_round *round = &part->call->rounds[part->round];
  uint32_t number = part->node_of_command[index];
  struct rdo_node *node = &round->graph->nodes[number];
  round->dispatches[number] = (struct rdo_plan_dispatch){part, execution, index, true};
  node->body = &dispatch_body;
  rdo_atomic_add(&part->inside, 1, rdo_relaxed);  // relaxed: ordered by SYNC(calls), the caller's own count keeps it above 0
  rdo_node_resume(node);
}

static void skip_dispatch(const struct rdo_execution_placer *placer, uint32_t index) {
  struct rdo_plan_part *part = part_of(placer);
  const struct rdo_plan_round *round = &part->call->rounds[part->round];
  uint32_t number = part->node_of_command[index];
  round->dispatches[number].is_told = true;
  abandon(&round->graph->nodes[number]);
}

// The scheduler of its queue ---------------------------------------------------------------------------

static const char *export_of(const struct rdo_graph_node *node) {
  if (node->command->kind != RDO_COMMAND_DISPATCH) return "";
  const struct rdo_command_dispatch *dispatch = (const struct rdo_command_dispatch *)(const void *)node->command;
  const char *name = dispatch->executable->names[dispatch->export_index];
  return name == NULL ? "" : name;
}

// Finds the command of a place in its recording.
static enum rondo_status match_place(const struct rdo_plan_instance *instance, struct rdo_plan_part *part, const struct rdo_plan_place *place,
                                     const struct rdo_graph *graph, struct rondo_diag *diag) {
  if ((uint32_t)place->command >= graph->node_count || graph->nodes[place->command].command == NULL) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: the plan has a node for command %d of recording %d, which has %u", instance->name, place->command,
                    place->recording, graph->node_count);
  }
  const struct rdo_graph_node *recorded = &graph->nodes[place->command];
  bool is_dispatch = recorded->command->kind == RDO_COMMAND_DISPATCH;
  if (place->export_name[0] != '\0' && is_dispatch && strcmp(export_of(recorded), place->export_name) != 0) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: command %d is \"%.100s\" in the plan and \"%.100s\" in the model: it is not the plan of this model",
                    instance->name, place->command, place->export_name, export_of(recorded));
  }
  if (part->node_of_command[place->command] != NO_NODE) {
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: the plan has two nodes for command %d of recording %d", instance->name, place->command, place->recording);
  }
  part->node_of_command[place->command] = place->node;
  return RONDO_OK;
}

static enum rondo_status clear_map(struct rdo_plan_part *part, const struct rdo_graph *graph, struct rondo_diag *diag) {
  if (graph->node_count > part->command_capacity) {
    RDO_TRY(rdo_grow_array(graph->node_count, sizeof *part->node_of_command, &part->command_capacity, &part->node_of_command, diag));
  }
  for (uint32_t i = 0; i < graph->node_count; ++i) part->node_of_command[i] = NO_NODE;
  return RONDO_OK;
}

// A later call submits the same, as far as anybody can know: its order is looked at together with this one's.
static enum rondo_status expect_order_locked(struct rdo_plan_call *call, const struct rdo_plan_instance *instance, int32_t number, const struct rdo_graph *graph) {
  if ((uint32_t)number >= instance->part_count) return RONDO_OK;
  struct rdo_plan_part *part = &instance->parts[number];
  RDO_TRY(clear_map(part, graph, &call->diag));
  for (uint32_t i = 0; i < instance->place_count; ++i) {
    const struct rdo_plan_place *place = &instance->places[i];
    if (place->command >= 0 && place->recording == number && (uint32_t)place->command < graph->node_count) part->node_of_command[place->command] = place->node;
  }
  return rdo_recorded_order_set_locked(call->order, part->recorded, graph, part->node_of_command, &call->diag);
}

// Whether all nodes can run when this recording's commands follow each other as they do.
static enum rondo_status check_order(struct rdo_plan_call *call, struct rdo_plan_part *part, int32_t number, const struct rdo_graph *graph) {
  if (rdo_recorded_order_is(part->recorded, graph, part->node_of_command)) return RONDO_OK;
  pthread_mutex_lock(&call->order->lock);
  enum rondo_status status = rdo_recorded_order_set_locked(call->order, part->recorded, graph, part->node_of_command, &call->diag);
  for (uint32_t i = call->next + 1; i < call->instance_count && status == RONDO_OK; ++i) status = expect_order_locked(call, &rdo_plan_call_round(call)->instances[i], number, graph);
  if (status == RONDO_OK) status = rdo_plan_order_check_locked(call->order, &call->diag);
  pthread_mutex_unlock(&call->order->lock);
  return status;
}

// Which node is which command. Every dispatch has a node, and every node a command of its name.
static enum rondo_status match(struct rdo_plan_call *call, const struct rdo_plan_instance *instance, struct rdo_plan_part *part,
                               const struct rdo_recording *recording) {
  const struct rdo_graph *graph = &recording->graph;
  struct rondo_diag *diag = &call->diag;
  int32_t number = (int32_t)(part - instance->parts);
  RDO_TRY(clear_map(part, graph, diag));
  for (uint32_t i = 0; i < instance->place_count; ++i) {
    const struct rdo_plan_place *place = &instance->places[i];
    if (place->command >= 0 && place->recording == number) RDO_TRY(match_place(instance, part, place, graph, diag));
  }
  for (uint32_t i = 0; i < graph->node_count; ++i) {
    const struct rdo_graph_node *node = &graph->nodes[i];
    if (node->command == NULL || node->command->kind != RDO_COMMAND_DISPATCH || part->node_of_command[i] != NO_NODE) continue;
    return rdo_fail(diag, RONDO_INVALID_ARGUMENT, "%s: the plan has no node for command %u of recording %d, \"%.100s\" in the model", instance->name, i, number,
                    export_of(node));
  }
  return check_order(call, part, number, graph);
}

static enum rondo_status take_submission(struct rdo_plan_call *call, struct rdo_submission *submission, struct rdo_plan_part **out_part) {
  struct rdo_plan_instance *instance = rdo_plan_call_next(call);
  const struct rdo_recording *recording = rdo_submission_recording(submission);
  if (recording == NULL) return rdo_fail(&call->diag, RONDO_UNIMPLEMENTED, "%s: its program submits a list of recordings, which cannot be played from a plan", call->name);
  if (instance->submitted_count == instance->part_count) {
    return rdo_fail(&call->diag, RONDO_INVALID_ARGUMENT, "%s: its program submits more than the %u recordings that the plan knows of", call->name,
                    instance->part_count);
  }
  *out_part = &instance->parts[instance->submitted_count++];
  (*out_part)->submission = submission;
  return match(call, instance, *out_part, recording);
}

// The first one stays.
static void note_failure(struct rdo_plan_call *call, enum rondo_status status) {
  if (call->status != RONDO_OK) return;
  call->status = status;
  rdo_atomic_store(&call->failed_in, call->iteration, rdo_release);  // SYNC(calls): pairs with failure
}

static void place_submission(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission) {
  struct rdo_plan_call *call = RDO_CONTAINER(scheduler, struct rdo_plan_call, scheduler);
  struct rdo_plan_part *part;
  enum rondo_status status = take_submission(call, submission, &part);
  if (status != RONDO_OK) {
    note_failure(call, status);
    call->is_refused |= status != RONDO_RESOURCE_EXHAUSTED;
    rdo_submission_cancel(submission);
    return;
  }
  rdo_atomic_init(&part->inside, 1);
  part->is_placed = true;  // before what is told may end the call
  if (rdo_submission_place(submission, &part->placer)) {
    part->is_placed = false;
    rdo_submission_signal_placed(submission);
  }
  drop(part);
}

static void ignore_start(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission, struct rdo_worker *worker) {
  (void)scheduler, (void)submission, (void)worker;
}

static void ignore_end(struct rdo_queue_scheduler *scheduler, struct rdo_submission *submission) { (void)scheduler, (void)submission; }

// The process ----------------------------------------------------------------------------------------

static void wake(struct rdo_timed *timed, struct rdo_worker *worker) {
  struct rdo_plan_call *call = RDO_CONTAINER(timed, struct rdo_plan_call, waker);
  rdo_atomic_store(&call->is_resumed, 1, rdo_release);  // SYNC(calls): pairs with drain_call
  rdo_timed_run_process(&call->process, worker);
}

// What the call waits for is over. It goes on where that ended: a worker that was raised for a release still is, so that the next one is armed
// at once. The call does not go on, nor end, before `is_resumed` is set, so `waker` is posted once at a time.
static void resume(void *user) {
  struct rdo_plan_call *call = user;
  struct rdo_worker *worker = rdo_worker_current();
  if (worker == NULL || worker->executor != call->executor || worker->index >= worker->executor->worker_count) {
    rdo_atomic_store(&call->is_resumed, 1, rdo_release);  // SYNC(calls): pairs with drain_call
    rdo_process_schedule(&call->process);
    return;
  }
  call->waker.run = wake;
  call->waker.is_held = false;
  rdo_timed_post(worker, &call->waker, rdo_clock_now_ns());
}

// What no execution tells of must not keep the graph waiting. A call that fails may leave executions that still do.
static void end_instance(struct rdo_plan_call *call, enum rondo_status status) {
  const struct rdo_plan_round *round = rdo_plan_call_round(call);
  const struct rdo_plan_instance *instance = rdo_plan_call_next(call);
  for (uint32_t i = 0; i < instance->place_count; ++i) {
    const struct rdo_plan_place *place = &instance->places[i];
    if (place->command < 0 || instance->parts[place->recording].is_placed || round->dispatches[place->node].is_told) continue;
    abandon(&round->graph->nodes[place->node]);
  }
  bool has_outputs = status == RONDO_OK;
  if (has_outputs) status = rdo_plan_call_publish(call, &call->diag);
  if (status == RONDO_OK && call->ended != NULL) call->ended(call->user, instance->name, call->outputs, call->output_count);
  for (int i = 0; has_outputs && i < call->output_count; ++i) rondo_value_release(&call->outputs[i]);
  if (status == RONDO_OK) {
    ++call->ended_count;
  } else {
    ++call->failed_count;
    note_failure(call, status);
  }
  call->is_running = false;
  ++call->next;
  rdo_plan_call_decide(call);
}

static enum rondo_status begin_instance(struct rdo_plan_call *call) {
  const struct rdo_plan_round *round = rdo_plan_call_round(call);
  struct rdo_plan_instance *instance = rdo_plan_call_next(call);
  instance->submitted_count = 0;
  for (uint32_t i = 0; i < instance->part_count; ++i) instance->parts[i].is_placed = false;
  call->is_running = true;
  for (uint32_t i = 0; i < instance->place_count; ++i) {
    struct rdo_node *node = &round->graph->nodes[instance->places[i].node];
    round->dispatches[instance->places[i].node].is_told = false;
    node->body = &rdo_node_empty;
    // The host program runs ahead of its node, which is a point in time only.
    if (instance->places[i].command < 0) rdo_node_resume(node);
  }
  RDO_TRY(rdo_plan_call_take(call, &call->diag));
  return rdo_call_begin(&call->call, call->inputs, &call->diag);
}

// Whether the rest of the iteration does not run: somebody stops it; or it is late, and would make what has times late as well.
static bool is_over(struct rdo_plan_call *call) {
  const struct rdo_node_graph *graph = rdo_plan_call_round(call)->graph;
  if (rdo_atomic_load(&graph->is_stopping, rdo_relaxed) != 0) return true;  // relaxed: hint, it is looked at before each instance
  return call->is_optional && graph->overdue_ns != INT64_MAX && rdo_clock_now_ns() >= graph->overdue_ns;
}

// Nothing of the instances that are left will run.
static void abandon_rest(struct rdo_plan_call *call) {
  const struct rdo_plan_round *round = rdo_plan_call_round(call);
  for (; call->next < call->instance_count; ++call->next) {
    const struct rdo_plan_instance *instance = rdo_plan_call_next(call);
    for (uint32_t i = 0; i < instance->place_count; ++i) abandon(&round->graph->nodes[instance->places[i].node]);
  }
  rdo_plan_call_decide(call);
}

// The graph may begin again, for the next iteration of this round, as soon as it is left.
static void end_iteration(struct rdo_plan_call *call) {
  struct rdo_node_graph *graph = rdo_plan_call_round(call)->graph;
  ++call->iteration;
  call->next = 0;
  rdo_node_graph_leave(graph);
}

static enum rdo_drain_result drain_call(struct rdo_process *process, struct rdo_worker *worker) {
  (void)worker;
  struct rdo_plan_call *call = RDO_CONTAINER(process, struct rdo_plan_call, process);
  // Others schedule the process as well: those whose results it waits for.
  if (call->is_watching && rdo_atomic_load(&call->is_resumed, rdo_acquire) == 0) return RDO_DRAIN_IDLE;  // SYNC(calls)
  call->is_watching = false;
  if (!call->is_running) {
    if (call->iteration == rdo_atomic_load(&call->begun, rdo_acquire) || !rdo_plan_call_may_begin(call)) return RDO_DRAIN_IDLE;  // SYNC(calls)
    if (is_over(call)) abandon_rest(call);
    if (call->next == call->instance_count) {
      end_iteration(call);
      return RDO_DRAIN_MORE;
    }
  }
  enum rondo_status status = call->is_running ? RONDO_OK : begin_instance(call);
  if (status == RONDO_OK) status = rdo_call_run(&call->call, call->outputs);
  if (status == RONDO_DEFERRED) {
    call->is_watching = true;
    rdo_atomic_store(&call->is_resumed, 0, rdo_relaxed);  // relaxed: nobody resumes it yet
    status = rdo_call_watch(&call->call, resume, call);
    if (status == RONDO_OK) return RDO_DRAIN_IDLE;
    call->is_watching = false;
  }
  end_instance(call, status);
  return RDO_DRAIN_MORE;
}

static const struct rdo_process_type call_type = {"job", drain_call, NULL, NULL};

void rdo_plan_call_begin(struct rdo_plan_call *call) {
  uint64_t iteration = rdo_atomic_load(&call->begun, rdo_relaxed);  // relaxed: own
  rdo_plan_round_unlatch(&call->rounds[iteration % call->round_count], call->instance_count);
  rdo_atomic_store(&call->begun, iteration + 1, rdo_release);  // SYNC(calls): pairs with drain_call
  rdo_process_schedule(&call->process);
}

enum rondo_status rdo_plan_call_failure(const struct rdo_plan_call *call, uint64_t iteration) {
  return rdo_atomic_load(&call->failed_in, rdo_acquire) <= iteration ? call->status : RONDO_OK;  // SYNC(calls)
}

// Life -----------------------------------------------------------------------------------------------

static enum rondo_status make_inputs(struct rdo_plan_call *call, const struct rdo_played_inputs *inputs, struct rondo_diag *diag) {
  call->input_count = rondo_function_argument_count(call->function);
  call->output_count = rondo_function_result_count(call->function);
  RDO_TRY(rdo_alloc_array((size_t)call->input_count + 1, sizeof *call->inputs, &call->inputs, diag));
  RDO_TRY(rdo_alloc_array((size_t)call->output_count + 1, sizeof *call->outputs, &call->outputs, diag));
  RDO_TRY(rdo_played_inputs_make(inputs, call->function, call->runtime, call->inputs, diag));
  return rdo_function_convert_inputs(call->function, call->inputs, call->call.slots, diag);
}

static enum rondo_status load(struct rdo_plan_call *call, const struct rdo_plan_call_options *options, struct rondo_diag *diag) {
  const struct rondo_function *found;
  RDO_TRY(rdo_played_model_load(call->executor, options->path, options->memory_budget_bytes, &call->runtime, &call->model, diag));
  RDO_TRY(rdo_played_function_find(call->model, call->name, options->function[0] == '\0' ? NULL : options->function, &found, diag));
  call->function = (struct rondo_function *)(uintptr_t)found;
  RDO_TRY(rdo_call_init(&call->call, call->function, diag));
  RDO_TRY(rdo_alloc_array((size_t)call->rounds[0].graph->node_count + 1, sizeof *call->rounds[0].dispatches, &call->rounds[0].dispatches, diag));
  RDO_TRY(make_inputs(call, options->inputs, diag));
  // Initializers have run; from here on executions are placed.
  call->runtime->device->queues[0].scheduler = &call->scheduler;
  return RONDO_OK;
}

enum rondo_status rdo_plan_call_create(struct rdo_node_graph *graph, const struct rdo_plan_call_options *options, struct rdo_plan_call **out_call,
                                       struct rondo_diag *diag) {
  *out_call = NULL;
  struct rdo_plan_call *call;
  RDO_TRY(rdo_alloc(sizeof *call, &call, diag));
  call->scheduler = (struct rdo_queue_scheduler){place_submission, ignore_start, ignore_end};
  call->executor = graph->executor;
  call->rounds[0].graph = graph;
  call->round_count = 1;
  rdo_atomic_init(&call->failed_in, UINT64_MAX);
  rdo_process_init(&call->process, &call_type, graph->executor, 1);
  rdo_process_start_idle(&call->process);
  call->name = options->name;
  call->path = options->path;
  call->function_name = options->function;
  call->entry = options->entry;
  for (int i = 0; i < options->inputs->typed_count; ++i) call->has_typed_inputs |= strcmp(options->inputs->typed[i].job, call->name) == 0;
  enum rondo_status status = load(call, options, diag);
  if (status != RONDO_OK) {
    rdo_plan_call_close(call);
    rdo_plan_call_destroy(call);
    return status;
  }
  *out_call = call;
  return RONDO_OK;
}

static enum rondo_status make_parts(struct rdo_plan_call *call, uint32_t round, uint32_t number, struct rondo_diag *diag) {
  struct rdo_plan_instance *instance = &call->rounds[round].instances[number];
  RDO_TRY(rdo_alloc_array(instance->part_count, sizeof *instance->parts, &instance->parts, diag));
  for (uint32_t i = 0; i < instance->part_count; ++i) {
    instance->parts[i].placer = (struct rdo_execution_placer){is_placed, place_dispatch, skip_dispatch};
    instance->parts[i].call = call;
    instance->parts[i].round = round;
    instance->parts[i].instance = number;
  }
  return RONDO_OK;
}

enum rondo_status rdo_plan_call_add_instance(struct rdo_plan_call *call, const char *name, const struct rdo_plan_place *places, uint32_t place_count,
                                             struct rondo_diag *diag) {
  struct rdo_plan_round *round = &call->rounds[0];
  size_t capacity = call->instance_capacity;
  if (call->instance_count == capacity) {
    RDO_TRY(rdo_grow_array(capacity + 1, sizeof *round->instances, &capacity, &round->instances, diag));
    call->instance_capacity = (uint32_t)capacity;
  }
  struct rdo_plan_instance *instance = &round->instances[call->instance_count];
  *instance = (struct rdo_plan_instance){.name = name, .part_count = 1};
  ++call->instance_count;
  for (uint32_t i = 0; i < place_count; ++i) {
    // No program has more recordings in a call than commands in them all.
    if (places[i].recording < 0 || (uint32_t)places[i].recording >= place_count) {
      return rdo_fail(diag, RONDO_OUT_OF_RANGE, "%s: a node of recording %d, in a plan of %u nodes", name, places[i].recording, place_count);
    }
    if ((uint32_t)places[i].recording >= instance->part_count) instance->part_count = (uint32_t)places[i].recording + 1;
    round->graph->nodes[places[i].node].needs_body = true;
    round->graph->nodes[places[i].node].user = &round->dispatches[places[i].node];
  }
  RDO_TRY(rdo_alloc_array((size_t)place_count + 1, sizeof *instance->places, &instance->places, diag));
  memcpy(instance->places, places, place_count * sizeof *places);
  instance->place_count = place_count;
  RDO_TRY(make_parts(call, 0, call->instance_count - 1, diag));
  for (uint32_t i = 0; i < instance->part_count; ++i) RDO_TRY(rdo_alloc(sizeof *instance->parts[i].recorded, &instance->parts[i].recorded, diag));
  return RONDO_OK;
}

enum rondo_status rdo_plan_call_add_round(struct rdo_plan_call *call, struct rdo_node_graph *graph, struct rondo_diag *diag) {
  const struct rdo_plan_round *first = &call->rounds[0];
  struct rdo_plan_round *round = &call->rounds[call->round_count];
  uint32_t number = call->round_count++;
  round->graph = graph;
  RDO_TRY(rdo_alloc_array((size_t)call->instance_count + 1, sizeof *round->instances, &round->instances, diag));
  RDO_TRY(rdo_alloc_array((size_t)graph->node_count + 1, sizeof *round->dispatches, &round->dispatches, diag));
  for (uint32_t i = 0; i < call->instance_count; ++i) {
    round->instances[i] = first->instances[i];
    round->instances[i].parts = NULL;
    RDO_TRY(make_parts(call, number, i, diag));
    for (uint32_t k = 0; k < first->instances[i].part_count; ++k) round->instances[i].parts[k].recorded = first->instances[i].parts[k].recorded;
    for (uint32_t k = 0; k < first->instances[i].place_count; ++k) {
      uint32_t node = first->instances[i].places[k].node;
      graph->nodes[node].user = &round->dispatches[node];
    }
  }
  return RONDO_OK;
}

void rdo_plan_call_close(struct rdo_plan_call *call) {
  if (call != NULL && call->runtime != NULL) rdo_device_close(call->runtime->device);
}

static void free_round(const struct rdo_plan_call *call, uint32_t number) {
  const struct rdo_plan_round *round = &call->rounds[number];
  for (uint32_t i = 0; round->instances != NULL && i < call->instance_count; ++i) {
    const struct rdo_plan_instance *instance = &round->instances[i];
    for (uint32_t k = 0; instance->parts != NULL && k < instance->part_count; ++k) {
      rdo_free(instance->parts[k].node_of_command);
      if (number == 0) rdo_recorded_order_destroy(instance->parts[k].recorded);
    }
    rdo_free(instance->parts);
    if (number != 0) continue;
    rdo_free(instance->places);
    rdo_free(instance->gates);
  }
  rdo_free(round->instances);
  rdo_free(round->dispatches);
}

void rdo_plan_call_destroy(struct rdo_plan_call *call) {
  if (call == NULL) return;
  for (uint32_t i = call->round_count; i-- > 0;) free_round(call, i);
  for (int i = 0; call->inputs != NULL && i < call->input_count; ++i) rondo_value_release(&call->inputs[i]);
  rdo_plan_call_disconnect(call);
  rdo_call_deinit(&call->call);
  rondo_model_release(&call->model);
  rondo_runtime_release(&call->runtime);
  rdo_free(call->inputs);
  rdo_free(call->outputs);
  rdo_free(call);
}

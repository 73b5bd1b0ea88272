// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Two models in a pipeline: while `decide` works on a picture, `perceive` already has the next one. Each has a
// timeline, whose value is the number of pictures it has done; a point on it is a fence. `decide` waits for what
// was seen and for its own last command, `perceive` for its own last picture: of two that run at once the second could
// be done first, and its value says that both are. Prints the command for every picture.

#include <rondo/model.h>
#include <rondo/timeline.h>
#include <stdio.h>
#include <stdlib.h>

enum { FRAME_COUNT = 6, IN_FLIGHT_MAX = 2 };

static struct rondo_diag diag;  // the words of a failure; zero-initialised

static void check(enum rondo_status status) {
  if (status == RONDO_OK) return;
  fprintf(stderr, "pipelined: %s: %s\n", rondo_status_name(status), diag.message);
  exit(1);
}

// A model and how far it is.
struct stage {
  struct rondo_model *model;
  const struct rondo_function *function;
  struct rondo_timeline *done;
};

static struct stage make_stage(struct rondo_runtime *runtime, const char *folder, const char *name) {
  char path[1024];
  struct stage stage;
  snprintf(path, sizeof path, "%s/%s.vmfb", folder, name);
  check(rondo_model_load(runtime, &(const struct rondo_module_source){.path = path}, 1, &stage.model, &diag));
  check(rondo_model_find(stage.model, NULL, &stage.function, &diag));
  check(rondo_timeline_create(runtime, 0, &stage.done, &diag));
  return stage;
}

static struct rondo_value fence_at(const struct stage *stage, int frame_count) {
  struct rondo_value fence = {.kind = RONDO_VALUE_FENCE};
  check(rondo_fence_at(stage->done, (uint64_t)frame_count, &fence.fence, &diag));
  return fence;
}

// Calls a stage: `inputs` are its arguments, a wait and a signal fence. Takes them: the call holds what it still needs.
static struct rondo_value call(const struct stage *stage, int input_count, struct rondo_value *inputs) {
  struct rondo_value result;
  check(rondo_function_invoke(stage->function, input_count, inputs, 1, &result, &diag));
  for (int i = 0; i < input_count; ++i) rondo_value_release(&inputs[i]);
  return result;
}

static struct rondo_value tensor_of(struct rondo_runtime *runtime, int rank, const int64_t *dims, const float *elements) {
  struct rondo_value tensor = {.kind = RONDO_VALUE_TENSOR};
  check(rondo_tensor_create(runtime, RONDO_ELEMENT_F32, rank, dims, elements, &tensor.tensor, &diag));
  return tensor;
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : "models/examples";
  const struct rondo_runtime_options options = {.device = "local-task"};  // worker threads on all cores
  struct rondo_runtime *runtime;
  check(rondo_runtime_create(&options, &runtime, &diag));
  struct stage perceive = make_stage(runtime, folder, "perceive"), decide = make_stage(runtime, folder, "decide");
  struct rondo_value last = tensor_of(runtime, 1, (const int64_t[]){4}, NULL), command[IN_FLIGHT_MAX];

  for (int frame = 0; frame < FRAME_COUNT + IN_FLIGHT_MAX; ++frame) {
    if (frame >= IN_FLIGHT_MAX) {  // wait for the oldest picture in flight
      struct rondo_value done = fence_at(&decide, frame - IN_FLIGHT_MAX + 1), *oldest = &command[frame % IN_FLIGHT_MAX];
      check(rondo_fence_wait(done.fence, -1));
      printf("%.3f\n", (double)((const float *)rondo_tensor_data(oldest->tensor))[0]);
      rondo_value_release(&done);
      rondo_value_release(oldest);
    }
    if (frame >= FRAME_COUNT) continue;
    float pixels[4][256] = {{(float)frame + 1}};  // what the camera gives
    struct rondo_value picture[] = {tensor_of(runtime, 2, (const int64_t[]){4, 256}, pixels[0]), fence_at(&perceive, frame), fence_at(&perceive, frame + 1)};
    struct rondo_value seen = call(&perceive, 3, picture);

    struct rondo_value saw = fence_at(&perceive, frame + 1), decided = fence_at(&decide, frame), both = {.kind = RONDO_VALUE_FENCE};
    check(rondo_fence_join((struct rondo_fence *const[]){saw.fence, decided.fence}, 2, &both.fence, &diag));
    rondo_value_release(&saw);
    rondo_value_release(&decided);
    last = call(&decide, 4, (struct rondo_value[]){seen, last, both, fence_at(&decide, frame + 1)});
    command[frame % IN_FLIGHT_MAX] = last;
    rondo_tensor_retain(last.tensor);
  }

  rondo_value_release(&last);
  rondo_timeline_release(&decide.done);
  rondo_timeline_release(&perceive.done);
  rondo_model_release(&decide.model);
  rondo_model_release(&perceive.model);
  rondo_runtime_release(&runtime);
  return 0;
}

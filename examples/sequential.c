// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Two models, one after the other: the second call waits for the fence that the first one signals, so the
// program submits both at once and waits a single time. Prints a command for each of four strips of a picture.

#include <rondo/model.h>
#include <stdio.h>
#include <stdlib.h>

static struct rondo_diag diag;  // the words of a failure; zero-initialised

static void check(enum rondo_status status) {
  if (status == RONDO_OK) return;
  fprintf(stderr, "sequential: %s: %s\n", rondo_status_name(status), diag.message);
  exit(1);
}

static struct rondo_model *load(struct rondo_runtime *runtime, const char *folder, const char *name, const struct rondo_function **out_function) {
  char path[1024];
  struct rondo_model *model;
  snprintf(path, sizeof path, "%s/%s.vmfb", folder, name);
  check(rondo_model_load(runtime, &(const struct rondo_module_source){.path = path}, 1, &model, &diag));
  check(rondo_model_find(model, NULL, out_function, &diag));
  return model;
}

int main(int argc, char **argv) {
  const char *folder = argc > 1 ? argv[1] : "models/examples";
  const struct rondo_runtime_options options = {.device = "local-task"};  // worker threads on all cores
  struct rondo_runtime *runtime;
  check(rondo_runtime_create(&options, &runtime, &diag));
  const struct rondo_function *perceive, *decide;
  struct rondo_model *perceive_model = load(runtime, folder, "perceive", &perceive);
  struct rondo_model *decide_model = load(runtime, folder, "decide", &decide);

  // perceive(picture) and decide(seen, last command), each with two fences behind: what the call waits for, and
  // what it signals when its results are there.
  enum { PICTURE, PERCEIVE_WAIT, PERCEIVE_SIGNAL, PERCEIVE_COUNT };
  enum { SEEN, LAST, DECIDE_WAIT, DECIDE_SIGNAL, DECIDE_COUNT };
  static float pixels[4][256];
  for (int i = 0; i < 4 * 256; ++i) pixels[i / 256][i % 256] = (float)(i / 256);
  struct rondo_value first[PERCEIVE_COUNT] = {[PICTURE] = {.kind = RONDO_VALUE_TENSOR}, [PERCEIVE_SIGNAL] = {.kind = RONDO_VALUE_FENCE}};
  check(rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 2, (const int64_t[]){4, 256}, pixels, &first[PICTURE].tensor, &diag));
  check(rondo_fence_create(runtime, &first[PERCEIVE_SIGNAL].fence, &diag));  // nothing to wait for: PERCEIVE_WAIT stays NONE

  struct rondo_value second[DECIDE_COUNT] = {[LAST] = {.kind = RONDO_VALUE_TENSOR}, [DECIDE_SIGNAL] = {.kind = RONDO_VALUE_FENCE}};
  check(rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 1, (const int64_t[]){4}, (const float[]){2, 4, 6, 8}, &second[LAST].tensor, &diag));
  check(rondo_fence_create(runtime, &second[DECIDE_SIGNAL].fence, &diag));

  // Each call returns at once, with a tensor whose contents are there when its fence is reached.
  struct rondo_value command;
  check(rondo_function_invoke(perceive, PERCEIVE_COUNT, first, 1, &second[SEEN], &diag));
  second[DECIDE_WAIT] = first[PERCEIVE_SIGNAL];
  check(rondo_function_invoke(decide, DECIDE_COUNT, second, 1, &command, &diag));

  check(rondo_fence_wait(second[DECIDE_SIGNAL].fence, -1));
  const float *numbers = rondo_tensor_data(command.tensor);
  printf("%.1f %.1f %.1f %.1f\n", (double)numbers[0], (double)numbers[1], (double)numbers[2], (double)numbers[3]);

  rondo_value_release(&command);
  for (int i = 0; i < DECIDE_COUNT; ++i) rondo_value_release(&second[i]);  // with it the fence that both calls name
  rondo_value_release(&first[PICTURE]);
  rondo_model_release(&decide_model);
  rondo_model_release(&perceive_model);
  rondo_runtime_release(&runtime);
  return 0;
}

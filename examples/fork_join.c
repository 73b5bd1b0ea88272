// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Two models at once: one start fence for both (fork), and one fence that is reached when both are done (join).
// Here the same file is loaded twice, for a left and a right camera. Prints what each sees.

#include <rondo/model.h>
#include <rondo/timeline.h>
#include <stdio.h>
#include <stdlib.h>

enum { LEFT, RIGHT, EYE_COUNT };
enum { PICTURE, WAIT, SIGNAL, INPUT_COUNT };  // of perceive(picture), an asynchronous function

static struct rondo_diag diag;  // the words of a failure; zero-initialised

static void check(enum rondo_status status) {
  if (status == RONDO_OK) return;
  fprintf(stderr, "fork_join: %s: %s\n", rondo_status_name(status), diag.message);
  exit(1);
}

int main(int argc, char **argv) {
  const struct rondo_module_source source = {.path = argc > 1 ? argv[1] : "models/examples/perceive.vmfb"};
  const struct rondo_runtime_options options = {.device = "local-task"};  // worker threads on all cores
  struct rondo_runtime *runtime;
  struct rondo_model *models[EYE_COUNT];
  struct rondo_value inputs[EYE_COUNT][INPUT_COUNT], seen[EYE_COUNT];
  struct rondo_fence *start, *done[EYE_COUNT], *both_done;
  check(rondo_runtime_create(&options, &runtime, &diag));
  check(rondo_fence_create(runtime, &start, &diag));

  for (int eye = 0; eye < EYE_COUNT; ++eye) {
    const struct rondo_function *perceive;
    static float pixels[4][256];
    for (int i = 0; i < 4 * 256; ++i) pixels[i / 256][i % 256] = (float)(i / 256 + eye);
    check(rondo_model_load(runtime, &source, 1, &models[eye], &diag));
    check(rondo_model_find(models[eye], NULL, &perceive, &diag));
    struct rondo_value *input = inputs[eye];
    input[PICTURE].kind = RONDO_VALUE_TENSOR;
    check(rondo_tensor_create(runtime, RONDO_ELEMENT_F32, 2, (const int64_t[]){4, 256}, pixels, &input[PICTURE].tensor, &diag));
    check(rondo_fence_create(runtime, &done[eye], &diag));
    input[WAIT] = (struct rondo_value){.kind = RONDO_VALUE_FENCE, .fence = start};
    input[SIGNAL] = (struct rondo_value){.kind = RONDO_VALUE_FENCE, .fence = done[eye]};
    check(rondo_function_invoke(perceive, INPUT_COUNT, input, 1, &seen[eye], &diag));
  }
  check(rondo_fence_join(done, EYE_COUNT, &both_done, &diag));

  // Everything is in place; nothing has run yet.
  rondo_fence_signal(start);
  check(rondo_fence_wait(both_done, -1));
  for (int eye = 0; eye < EYE_COUNT; ++eye) {
    const float *numbers = rondo_tensor_data(seen[eye].tensor);
    printf("%s: %.0f %.0f %.0f %.0f\n", eye == LEFT ? "left" : "right", (double)numbers[0], (double)numbers[1], (double)numbers[2],
           (double)numbers[3]);
  }

  rondo_fence_release(&both_done);
  rondo_fence_release(&start);
  for (int eye = 0; eye < EYE_COUNT; ++eye) {
    rondo_fence_release(&done[eye]);
    rondo_value_release(&inputs[eye][PICTURE]);
    rondo_value_release(&seen[eye]);
    rondo_model_release(&models[eye]);
  }
  rondo_runtime_release(&runtime);
  return 0;
}

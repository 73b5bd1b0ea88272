// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What every opcode that the compiler emits computes, against results of the reference runtime: the
// cases of tests/vm (see generate.py there), through the public API, bit for bit.

#include "rondo/model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../huge_allocations.h"

enum { VALUES_MAX = 8, LIBM_ULPS_MAX = 4 };

static struct rondo_runtime *runtime;

static struct rondo_model *load(const char *module) {
  char path[512];
  snprintf(path, sizeof path, "%s/%s.vmfb", RDO_TEST_DATA, module);
  struct rondo_module_source source = {.path = path};
  struct rondo_model *model;
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rondo_model_load(runtime, &source, 1, &model, &diag) != RONDO_OK) fail_msg("%s", diag.message);
  return model;
}

static int64_t parse_integer(const char *text) { return *text == '-' ? strtoll(text, NULL, 0) : (int64_t)strtoull(text, NULL, 0); }

static bool is_nan(const struct rondo_value *value) {
  float narrow;
  double wide;
  memcpy(&narrow, &value->i32, sizeof narrow);
  memcpy(&wide, &value->i64, sizeof wide);
  return value->kind == RONDO_VALUE_I32 ? isnan(narrow) != 0 : isnan(wide) != 0;
}

static bool matches(const struct rondo_value *value, const char *expected) {
  if (strcmp(expected, "nan") == 0) return is_nan(value);
  if (*expected == '~' && strcmp(expected + 1, "nan") == 0) return is_nan(value);
  int64_t have = value->kind == RONDO_VALUE_I32 ? value->i32 : value->i64;
  int64_t want = parse_integer(*expected == '~' ? expected + 1 : expected);
  if (value->kind == RONDO_VALUE_I32) want = (int32_t)want;
  return *expected == '~' ? llabs(have - want) <= LIBM_ULPS_MAX : have == want;
}

static int invoke(const struct rondo_model *model, const char *name, int argument_count, char *const *arguments, struct rondo_value *outputs,
                  int *out_count, struct rondo_diag *diag) {
  const struct rondo_function *function;
  struct rondo_value inputs[VALUES_MAX];
  if (rondo_model_find(model, name, &function, diag) != RONDO_OK) fail_msg("%s", diag->message);
  for (int i = 0; i < argument_count; ++i) {
    struct rondo_parameter parameter;
    rondo_function_argument(function, i, &parameter);
    inputs[i].kind = RONDO_VALUE_I64;
    inputs[i].i64 = parse_integer(arguments[i]);
    if (parameter.kind != RONDO_VALUE_I32) continue;
    inputs[i].kind = RONDO_VALUE_I32;
    inputs[i].i32 = (int32_t)inputs[i].i64;
  }
  *out_count = rondo_function_result_count(function);
  return (int)rondo_function_invoke(function, argument_count, inputs, *out_count, outputs, diag);
}

static bool is_case_right(const struct rondo_model *model, int word_count, char **words) {
  int split = 0;
  while (split < word_count && strcmp(words[split], "->") != 0) ++split;
  struct rondo_value outputs[VALUES_MAX];
  struct rondo_diag diag = {.status = RONDO_OK};
  int count;
  int status = invoke(model, words[1], split - 2, words + 2, outputs, &count, &diag);
  if (status != RONDO_OK) {
    if (diag.message_length != 0 && strcmp(words[split + 1], rondo_status_name((enum rondo_status)status)) == 0) return true;
    printf("  %s: %s\n", rondo_status_name((enum rondo_status)status), diag.message);
    return false;
  }
  if (word_count - split - 1 != count) return false;
  bool is_right = true;
  for (int i = 0; i < count; ++i) {
    if (matches(&outputs[i], words[split + 1 + i])) continue;
    printf("  result %d: 0x%llx\n", i, (unsigned long long)(outputs[i].kind == RONDO_VALUE_I32 ? (uint32_t)outputs[i].i32 : (uint64_t)outputs[i].i64));
    is_right = false;
  }
  return is_right;
}

static void test_cases(void **state) {
  (void)state;
  char module[64] = "";
  struct rondo_model *model = NULL;
  FILE *file = fopen(RDO_TEST_DATA "/cases.txt", "r");
  char line[512], copy[512];
  int count = 0, wrong = 0;
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL) {
    char *words[32];
    int word_count = 0;
    memcpy(copy, line, sizeof copy);
    for (char *word = strtok(line, " \n"); word != NULL && word_count < 32; word = strtok(NULL, " \n")) words[word_count++] = word;
    if (strcmp(words[0], module) != 0) {
      rondo_model_release(&model);
      snprintf(module, sizeof module, "%s", words[0]);
      model = load(module);
    }
    ++count;
    if (is_case_right(model, word_count, words)) continue;
    printf("WRONG: %s", copy);
    ++wrong;
  }
  fclose(file);
  rondo_model_release(&model);
  printf("%d cases\n", count);
  assert_true(count > 3000);
  assert_int_equal(wrong, 0);
}

int main(void) {
  struct rondo_diag diag = {.status = RONDO_OK};
  if (rondo_runtime_create(NULL, &runtime, &diag) != RONDO_OK) return 1;
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};
  int result = cmocka_run_group_tests(tests, NULL, NULL);
  rondo_runtime_release(&runtime);
  return result;
}

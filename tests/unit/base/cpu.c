// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors

#include "base/cpu.h"

#include <float.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { THREAD_COUNT = 8 };

static void *read_word(void *out) {
  *(uint64_t *)out = rdo_cpu_features()[0];
  return NULL;
}

// Runs first, so that the threads race for the detection (under tsan: SYNC(cpu)).
static void test_first_calls_agree(void **state) {
  (void)state;
  pthread_t threads[THREAD_COUNT];
  uint64_t words[THREAD_COUNT];
  for (int i = 0; i < THREAD_COUNT; ++i) assert_int_equal(pthread_create(&threads[i], NULL, read_word, &words[i]), 0);
  for (int i = 0; i < THREAD_COUNT; ++i) pthread_join(threads[i], NULL);
  for (int i = 0; i < THREAD_COUNT; ++i) assert_int_equal(words[i], rdo_cpu_features()[0]);
}

static void test_words(void **state) {
  (void)state;
  const uint64_t *words = rdo_cpu_features();
  assert_ptr_equal(words, rdo_cpu_features());
  for (int i = 1; i < RDO_CPU_WORD_COUNT; ++i) assert_int_equal(words[i], 0);
}

struct named_bit {
  const char *name;
  unsigned bit;
};

// The numbers are those of the executable ABI, written down again here.
#if defined(__x86_64__)
#define ARCH "x86_64"
static const struct named_bit named_bits[] = {
    {"sse3", 0}, {"ssse3", 1}, {"sse4.1", 2}, {"sse4.2", 3}, {"sse4a", 4}, {"avx", 10}, {"fma", 11}, {"fma4", 12},
    {"xop", 13}, {"f16c", 14}, {"avx2", 15}, {"avx512f", 20}, {"avx512cd", 21}, {"avx512vl", 22}, {"avx512dq", 23},
    {"avx512bw", 24}, {"avx512ifma", 25}, {"avx512vbmi", 26}, {"avx512vpopcntdq", 27}, {"avx512vnni", 28},
    {"avx512vbmi2", 29}, {"avx512bitalg", 30}, {"avx512bf16", 31}, {"avx512fp16", 32}, {"amx-tile", 50},
    {"amx-int8", 51}, {"amx-bf16", 52},
};
#elif defined(__aarch64__)
#define ARCH "arm_64"
static const struct named_bit named_bits[] = {
    {"fp-armv8", 0}, {"lse", 1}, {"lse128", 2}, {"fullfp16", 10}, {"fp16fml", 11}, {"dotprod", 12}, {"i8mm", 13},
    {"bf16", 14}, {"sve", 20}, {"sve2", 21}, {"sve2p1", 22}, {"sve2-bitperm", 23}, {"f32mm", 24}, {"f64mm", 25},
    {"sme", 30}, {"sme2", 31}, {"sme2p1", 32}, {"sme-f16f16", 33}, {"sme-f64f64", 34}, {"sme-i16i64", 35},
};
#else
#define ARCH "riscv_64"
static const struct named_bit named_bits[] = {
    {"v", 0}, {"zvfhmin", 1}, {"zvfh", 2}, {"zvfbfwma", 3}, {"xsmtvdot", 4}, {"zvl256b", 5}, {"zvl1024b", 6},
    {"zvl4096b", 7},
};
#endif
enum { NAMED_BIT_COUNT = sizeof named_bits / sizeof named_bits[0] };

static void test_names_and_bits(void **state) {
  (void)state;
  assert_string_equal(rdo_cpu_arch(), ARCH);
  uint64_t known = 0;
  for (int i = 0; i < NAMED_BIT_COUNT; ++i) {
    bool is_present = false;
    assert_true(rdo_cpu_feature(named_bits[i].name, strlen(named_bits[i].name), &is_present));
    assert_int_equal(is_present, rdo_cpu_features()[0] >> named_bits[i].bit & 1);
    known |= UINT64_C(1) << named_bits[i].bit;
  }
  assert_int_equal(rdo_cpu_features()[0] & ~known, 0);
}

static void test_unknown_names(void **state) {
  (void)state;
  bool is_present = false;
  assert_false(rdo_cpu_feature("no-such-feature", 15, &is_present));
  assert_false(rdo_cpu_feature(named_bits[0].name, strlen(named_bits[0].name) - 1, &is_present));
  assert_false(rdo_cpu_feature(NULL, 0, &is_present));
  char unterminated[32] = "";
  snprintf(unterminated, sizeof unterminated, "%sxyz", named_bits[0].name);
  assert_true(rdo_cpu_feature(unterminated, strlen(named_bits[0].name), &is_present));
}

#if defined(__x86_64__)
// The kernel's own list of usable features is an independent witness.
static void test_agrees_with_kernel(void **state) {
  (void)state;
  static const struct { const char *kernel; const char *llvm; } pairs[] = {
      {"pni", "sse3"}, {"ssse3", "ssse3"}, {"sse4_1", "sse4.1"}, {"sse4_2", "sse4.2"}, {"sse4a", "sse4a"},
      {"avx", "avx"}, {"fma", "fma"}, {"f16c", "f16c"}, {"avx2", "avx2"}, {"avx512f", "avx512f"},
      {"avx512cd", "avx512cd"}, {"avx512vl", "avx512vl"}, {"avx512dq", "avx512dq"}, {"avx512bw", "avx512bw"},
      {"avx512ifma", "avx512ifma"}, {"avx512vbmi", "avx512vbmi"}, {"avx512_vpopcntdq", "avx512vpopcntdq"},
      {"avx512_vnni", "avx512vnni"}, {"avx512_vbmi2", "avx512vbmi2"}, {"avx512_bitalg", "avx512bitalg"},
      {"avx512_bf16", "avx512bf16"}, {"avx512_fp16", "avx512fp16"},
  };
  static char line[8192], flags[8192 + 2];
  FILE *file = fopen("/proc/cpuinfo", "r");
  if (file == NULL) skip();
  while (fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, "flags", 5) != 0) continue;
    line[strcspn(line, "\n")] = ' ';
    memcpy(flags, line, sizeof line);
    break;
  }
  fclose(file);
  if (flags[0] == 0) skip();
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; ++i) {
    char word[32];
    snprintf(word, sizeof word, " %s ", pairs[i].kernel);
    bool is_present = false;
    assert_true(rdo_cpu_feature(pairs[i].llvm, strlen(pairs[i].llvm), &is_present));
    if (is_present != (strstr(flags, word) != NULL)) fail_msg("%s differs from the kernel's list", pairs[i].llvm);
  }
}
#else
static void test_agrees_with_kernel(void **state) {
  (void)state;
  skip();
}
#endif

// Half of the smallest normal number: as a result, and as an operand.
static int denormals_survive(void) {
  volatile float smallest = FLT_MIN, half = 0.5f, denormal = FLT_MIN / 2, large = 4.0f;
  volatile float result = smallest * half, from_input = denormal * large;
  return (result != 0.0f) + (from_input != 0.0f);
}

static void test_flush_denormals(void **state) {
  (void)state;
  enum { NONE = 0, BOTH = 2 };
#if defined(__riscv)
  int flushed = BOTH;  // no such mode
#else
  int flushed = NONE;
#endif
  assert_int_equal(denormals_survive(), BOTH);
  uint64_t outer = rdo_cpu_flush_denormals_begin();
  assert_int_equal(denormals_survive(), flushed);
  uint64_t inner = rdo_cpu_flush_denormals_begin();
  assert_int_equal(denormals_survive(), flushed);
  rdo_cpu_flush_denormals_end(inner);
  assert_int_equal(denormals_survive(), flushed);
  rdo_cpu_flush_denormals_end(outer);
  assert_int_equal(denormals_survive(), BOTH);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_first_calls_agree), cmocka_unit_test(test_words),
      cmocka_unit_test(test_names_and_bits),    cmocka_unit_test(test_unknown_names),
      cmocka_unit_test(test_agrees_with_kernel), cmocka_unit_test(test_flush_denormals),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

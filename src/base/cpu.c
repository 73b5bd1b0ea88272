// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Feature words and floating-point mode of this processor. RDO_CPU_FEATURES is the specification of
// word 0 on one architecture: one line a feature, read by the detection and by the look-up by name.
//
// A bit is set only when kernels may use the feature *now*: the processor has it and the operating
// system saves its registers. Zero is always a safe answer, so all that is unknown reads as absent.

#include "base/cpu.h"

#include <string.h>

#include "base/atomic.h"

struct feature {
  const char *name;    // as LLVM spells it
  uint8_t bit;         // in word 0
  uint8_t source;      // index in answers.words
  uint8_t source_bit;
  uint32_t state;      // register state that the system must save
};

enum { SOURCE_COUNT_MAX = 6 };

// What the machine says about itself, before it is sorted into word 0.
struct answers {
  uint64_t words[SOURCE_COUNT_MAX];
  uint64_t state;
};

#if defined(__x86_64__)

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <xmmintrin.h>

#define ARCH_NAME "x86_64"

// Bits of XCR0: what the system saves at a context switch.
enum { STATE_AVX = 0x6, STATE_AVX512 = 0xE6, STATE_AMX = 0x60000 };

enum { LEAF1_ECX, LEAF7_EBX, LEAF7_ECX, LEAF7_EDX, LEAF7_1_EAX, LEAF81_ECX };

// clang-format off
#define RDO_CPU_FEATURES(X)                              \
  X("sse3", 0, LEAF1_ECX, 0, 0)                          \
  X("ssse3", 1, LEAF1_ECX, 9, 0)                         \
  X("sse4.1", 2, LEAF1_ECX, 19, 0)                       \
  X("sse4.2", 3, LEAF1_ECX, 20, 0)                       \
  X("sse4a", 4, LEAF81_ECX, 6, 0)                        \
  X("avx", 10, LEAF1_ECX, 28, STATE_AVX)                 \
  X("fma", 11, LEAF1_ECX, 12, STATE_AVX)                 \
  X("fma4", 12, LEAF81_ECX, 16, STATE_AVX)               \
  X("xop", 13, LEAF81_ECX, 11, STATE_AVX)                \
  X("f16c", 14, LEAF1_ECX, 29, STATE_AVX)                \
  X("avx2", 15, LEAF7_EBX, 5, STATE_AVX)                 \
  X("avx512f", 20, LEAF7_EBX, 16, STATE_AVX512)          \
  X("avx512cd", 21, LEAF7_EBX, 28, STATE_AVX512)         \
  X("avx512vl", 22, LEAF7_EBX, 31, STATE_AVX512)         \
  X("avx512dq", 23, LEAF7_EBX, 17, STATE_AVX512)         \
  X("avx512bw", 24, LEAF7_EBX, 30, STATE_AVX512)         \
  X("avx512ifma", 25, LEAF7_EBX, 21, STATE_AVX512)       \
  X("avx512vbmi", 26, LEAF7_ECX, 1, STATE_AVX512)        \
  X("avx512vpopcntdq", 27, LEAF7_ECX, 14, STATE_AVX512)  \
  X("avx512vnni", 28, LEAF7_ECX, 11, STATE_AVX512)       \
  X("avx512vbmi2", 29, LEAF7_ECX, 6, STATE_AVX512)       \
  X("avx512bitalg", 30, LEAF7_ECX, 12, STATE_AVX512)     \
  X("avx512bf16", 31, LEAF7_1_EAX, 5, STATE_AVX512)      \
  X("avx512fp16", 32, LEAF7_EDX, 23, STATE_AVX512)       \
  X("amx-tile", 50, LEAF7_EDX, 24, STATE_AMX)            \
  X("amx-int8", 51, LEAF7_EDX, 25, STATE_AMX)            \
  X("amx-bf16", 52, LEAF7_EDX, 22, STATE_AMX)
// clang-format on

// CPUID says what the processor could do; only XCR0 says what the system has switched on.
static uint64_t read_saved_state(uint32_t leaf1_ecx) {
  enum { OSXSAVE = 1 << 27, ARCH_GET_XCOMP_PERM = 0x1022, TILE_DATA = 1 << 18 };
  if ((leaf1_ecx & OSXSAVE) == 0) return 0;
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  // Tiles trap until the process has asked for them. Asking enlarges every signal frame, which is the
  // application's decision, not ours.
  uint64_t permitted = 0;
  if ((low & STATE_AMX) != 0 &&
      (syscall(SYS_arch_prctl, ARCH_GET_XCOMP_PERM, &permitted) != 0 || (permitted & TILE_DATA) == 0)) {
    low &= ~(uint32_t)STATE_AMX;
  }
  return low;
}

static void read_answers(struct answers *out) {
  uint32_t a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d)) {
    out->words[LEAF1_ECX] = c;
    out->state = read_saved_state(c);
  }
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
    uint32_t last_subleaf = a;
    out->words[LEAF7_EBX] = b;
    out->words[LEAF7_ECX] = c;
    out->words[LEAF7_EDX] = d;
    if (last_subleaf >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) out->words[LEAF7_1_EAX] = a;
  }
  if (__get_cpuid(0x80000001, &a, &b, &c, &d)) out->words[LEAF81_ECX] = c;
}

// MXCSR: flush to zero on output, denormals are zero on input.
enum { FLUSH_BITS = 0x8040 };
static uint64_t read_mode(void) { return _mm_getcsr(); }
static void write_mode(uint64_t mode) { _mm_setcsr((uint32_t)mode); }

#elif defined(__aarch64__)

#include <sys/auxv.h>

#define ARCH_NAME "arm_64"

enum { HWCAP, HWCAP2 };

// The bits of the auxiliary vector are kernel ABI and hold for all cores of a mixed machine.
// clang-format off
#define RDO_CPU_FEATURES(X)            \
  X("fp-armv8", 0, HWCAP, 0, 0)        \
  X("lse", 1, HWCAP, 8, 0)             \
  X("lse128", 2, HWCAP2, 47, 0)        \
  X("fullfp16", 10, HWCAP, 10, 0)      \
  X("fp16fml", 11, HWCAP, 23, 0)       \
  X("dotprod", 12, HWCAP, 20, 0)       \
  X("i8mm", 13, HWCAP2, 13, 0)         \
  X("bf16", 14, HWCAP2, 14, 0)         \
  X("sve", 20, HWCAP, 22, 0)           \
  X("sve2", 21, HWCAP2, 1, 0)          \
  X("sve2p1", 22, HWCAP2, 36, 0)       \
  X("sve2-bitperm", 23, HWCAP2, 4, 0)  \
  X("f32mm", 24, HWCAP2, 10, 0)        \
  X("f64mm", 25, HWCAP2, 11, 0)        \
  X("sme", 30, HWCAP2, 23, 0)          \
  X("sme2", 31, HWCAP2, 37, 0)         \
  X("sme2p1", 32, HWCAP2, 38, 0)       \
  X("sme-f16f16", 33, HWCAP2, 42, 0)   \
  X("sme-f64f64", 34, HWCAP2, 25, 0)   \
  X("sme-i16i64", 35, HWCAP2, 24, 0)
// clang-format on

static void read_answers(struct answers *out) {
  out->words[HWCAP] = getauxval(AT_HWCAP);
  out->words[HWCAP2] = getauxval(AT_HWCAP2);
}

// FPCR.FZ: flush to zero, inputs and outputs.
enum { FLUSH_BITS = 1 << 24 };
static uint64_t read_mode(void) {
  uint64_t mode;
  __asm__ volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
static void write_mode(uint64_t mode) { __asm__ volatile("msr fpcr, %0" : : "r"(mode) : "memory"); }

#elif defined(__riscv) && __riscv_xlen == 64

#include <sys/syscall.h>
#include <unistd.h>

#define ARCH_NAME "riscv_64"

enum { IMA_EXT_0, VENDOR, VECTOR_BYTES };

// VECTOR_BYTES is the register length itself: a power of two, spread below so that a bit means "at
// least this long".
// clang-format off
#define RDO_CPU_FEATURES(X)           \
  X("v", 0, IMA_EXT_0, 2, 0)          \
  X("zvfhmin", 1, IMA_EXT_0, 31, 0)   \
  X("zvfh", 2, IMA_EXT_0, 30, 0)      \
  X("zvfbfwma", 3, IMA_EXT_0, 54, 0)  \
  X("xsmtvdot", 4, VENDOR, 0, 0)      \
  X("zvl256b", 5, VECTOR_BYTES, 5, 0) \
  X("zvl1024b", 6, VECTOR_BYTES, 7, 0) \
  X("zvl4096b", 7, VECTOR_BYTES, 9, 0)
// clang-format on

// The riscv_hwprobe system call, by number: libc headers are often older than the call.
enum { SYSCALL_HWPROBE = 258, HWPROBE_VENDOR_ID = 0, HWPROBE_ARCH_ID = 1, HWPROBE_IMA_EXT_0 = 4 };

struct hwprobe {
  int64_t key;  // -1 on return: unknown to this kernel
  uint64_t value;
};

// The length is read from the vector unit: CSR vlenb, by number for assemblers without the extension.
static uint64_t read_vector_bytes(void) {
  uint64_t bytes;
  __asm__ volatile("csrr %0, 0xc22" : "=r"(bytes));
  return bytes;
}

static void read_answers(struct answers *out) {
  const uint64_t spacemit_vendor = 0x710, spacemit_x60 = UINT64_C(0x8000000058000001);
  struct hwprobe probes[] = {{HWPROBE_IMA_EXT_0, 0}, {HWPROBE_VENDOR_ID, 0}, {HWPROBE_ARCH_ID, 0}};
  // No cpu set: the answer holds for all cores. Kernels before 6.4 refuse, and all reads as absent.
  if (syscall(SYSCALL_HWPROBE, probes, sizeof probes / sizeof probes[0], 0, NULL, 0) != 0) return;
  if (probes[0].key == HWPROBE_IMA_EXT_0) out->words[IMA_EXT_0] = probes[0].value;
  out->words[VENDOR] = probes[1].value == spacemit_vendor && probes[2].value == spacemit_x60;
  if (out->words[IMA_EXT_0] >> 2 & 1) {
    uint64_t bytes = read_vector_bytes();
    for (uint64_t length = 1; length <= bytes && length <= 1024; length *= 2) out->words[VECTOR_BYTES] |= length;
  }
}

// The architecture has no flush-to-zero mode.
enum { FLUSH_BITS = 0 };
static uint64_t read_mode(void) { return 0; }
static void write_mode(uint64_t mode) { (void)mode; }

#else
#error "no feature table for this architecture"
#endif

#define FEATURE_ROW(name, bit, source, source_bit, state) {name, bit, source, source_bit, state},
static const struct feature features[] = {RDO_CPU_FEATURES(FEATURE_ROW)};
enum { FEATURE_COUNT = sizeof features / sizeof features[0] };

// Word 0 is computed by whoever comes first and published by one compare-exchange from zero; the other
// words stay zero.
// SYNC(cpu) readers: an acquire load, or the acquire of a failed exchange, before plain reads.
// SYNC(cpu) writer: the one exchange that succeeds (release); all compute the same value, so nobody
// waits and nothing is written after the first reader.
// Shown by: tests/unit/base/cpu.c
static union {
  rdo_atomic_u64 word;
  uint64_t plain[RDO_CPU_WORD_COUNT];
} published;

_Static_assert(sizeof(rdo_atomic_u64) == sizeof(uint64_t), "an atomic word is a plain word");

static uint64_t detect_word(void) {
  struct answers answers = {{0}, 0};
  read_answers(&answers);
  uint64_t word = 0;
  for (int i = 0; i < FEATURE_COUNT; ++i) {
    const struct feature *feature = &features[i];
    uint64_t present = answers.words[feature->source] >> feature->source_bit & 1;
    if ((answers.state & feature->state) == feature->state) word |= present << feature->bit;
  }
  return word;
}

const char *rdo_cpu_arch(void) { return ARCH_NAME; }

const uint64_t *rdo_cpu_features(void) {
  // SYNC(cpu): zero is also the honest word of a machine without any of the features, which detects
  // again at each call; that is a few microseconds of setup.
  if (rdo_atomic_load(&published.word, rdo_acquire) == 0) {
    uint64_t word = detect_word();
    uint64_t expected = 0;
    if (word != 0) rdo_atomic_cas(&published.word, &expected, word, rdo_acq_rel, rdo_acquire);
  }
  return published.plain;
}

bool rdo_cpu_feature(const char *name, size_t name_length, bool *out_present) {
  for (int i = 0; i < FEATURE_COUNT; ++i) {
    const struct feature *feature = &features[i];
    if (strlen(feature->name) != name_length || memcmp(feature->name, name, name_length) != 0) continue;
    *out_present = rdo_cpu_features()[0] >> feature->bit & 1;
    return true;
  }
  return false;
}

uint64_t rdo_cpu_flush_denormals_begin(void) {
  uint64_t mode = read_mode();
  // Writing the mode register drains the pipeline; nested scopes and workers that stay in the mode
  // pay for the read only.
  if ((mode & FLUSH_BITS) != FLUSH_BITS) write_mode(mode | FLUSH_BITS);
  return mode;
}

void rdo_cpu_flush_denormals_end(uint64_t saved) {
  if ((saved & FLUSH_BITS) != FLUSH_BITS) write_mode(saved);
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// What the value instructions compute, one line each, for the interpreter to expand. `a`, `b`, `c` are
// the operands; u32 i32 u64 i64 f32 f64 say how their registers are read. Integers wrap; shift counts
// are taken modulo the width.

#ifndef RDO_VM_ARITHMETIC_H_
#define RDO_VM_ARITHMETIC_H_

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

typedef uint32_t u32;
typedef int32_t i32;
typedef uint64_t u64;
typedef int64_t i64;
typedef float f32;
typedef double f64;

static inline u32 rdo_ctlz32(u32 a) { return a == 0 ? 32 : (u32)__builtin_clz(a); }
static inline u64 rdo_ctlz64(u64 a) { return a == 0 ? 64 : (u64)__builtin_clzll(a); }
static inline u32 rdo_shr32(i32 a, u32 n) { return (u32)(a >> (n & 31)); }
static inline u64 rdo_shr64(i64 a, u32 n) { return (u64)(a >> (n & 63)); }
static inline i32 rdo_div32(i32 a, i32 b) { return a == INT32_MIN && b == -1 ? a : a / b; }
static inline i32 rdo_rem32(i32 a, i32 b) { return b == -1 ? 0 : a % b; }
static inline i64 rdo_div64(i64 a, i64 b) { return a == INT64_MIN && b == -1 ? a : a / b; }
static inline i64 rdo_rem64(i64 a, i64 b) { return b == -1 ? 0 : a % b; }

// Float to integer: rounds half away from zero. What no int64 can hold (NaN too) becomes INT64_MIN, as
// x86 has it, on every host. The 32-bit forms keep the low half of that, the unsigned 64-bit forms go on
// up to their own end, where they stay.
static inline u64 rdo_round_f64_i64(f64 a) {
  f64 rounded = round(a);
  bool fits = rounded >= -0x1p63 && rounded < 0x1p63;  // false for NaN
  return (u64)(fits ? (i64)rounded : INT64_MIN);
}
static inline u64 rdo_round_f64_u64(f64 a) {
  f64 rounded = round(a);
  if (rounded >= 0x1p64) return UINT64_MAX;
  return rounded >= 0x1p63 ? (u64)rounded : rdo_round_f64_i64(a);
}
// Every float is a double, and rounding does not depend on the width.
static inline u64 rdo_round_f32_i64(f32 a) { return rdo_round_f64_i64((f64)a); }
static inline u64 rdo_round_f32_u64(f32 a) { return rdo_round_f64_u64((f64)a); }
static inline u32 rdo_round_f32_i32(f32 a) { return (u32)rdo_round_f32_i64(a); }

// Round half to even, as the reference runtime computes it: -0.5 becomes +0. All else (-0.2, -0, every other
// half, infinities) keeps its sign as in IEEE 754, and so do ceil, floor and round half away from zero.
// Measured on 120 000 values a type and operation; tests/vm/float_f32.mlir holds the corner cases.
static inline f32 rdo_round_even_f32(f32 a) { return a == -0.5f ? 0.0f : nearbyintf(a); }
static inline f64 rdo_round_even_f64(f64 a) { return a == -0.5 ? 0.0 : nearbyint(a); }

static inline f32 rdo_fma_f32(f32 a, f32 b, f32 c) {
#ifdef FP_FAST_FMAF
  return fmaf(a, b, c);
#else
  return a * b + c;
#endif
}
static inline f64 rdo_fma_f64(f64 a, f64 b, f64 c) {
#ifdef FP_FAST_FMA
  return fma(a, b, c);
#else
  return a * b + c;
#endif
}
static inline u32 rdo_bits_f32(f32 a) { u32 bits; memcpy(&bits, &a, sizeof bits); return bits; }
static inline f32 rdo_f32_bits(u32 bits) { f32 a; memcpy(&a, &bits, sizeof a); return a; }
static inline u64 rdo_bits_f64(f64 a) { u64 bits; memcpy(&bits, &a, sizeof bits); return bits; }
static inline f64 rdo_f64_bits(u64 bits) { f64 a; memcpy(&a, &bits, sizeof a); return a; }

// clang-format off
// X(name, type of a, type of the result, value)
#define RDO_UNARY_CORE(X) \
  X(NotI32, u32, u32, ~a)                  X(NotI64, u64, u64, ~a) \
  X(TruncI32I8, u32, u32, a & 0xFF)        X(TruncI32I16, u32, u32, a & 0xFFFF) \
  X(TruncI64I32, u64, u32, (u32)a) \
  X(ExtI8I32S, u32, u32, (u32)(i32)(int8_t)a)    X(ExtI8I32U, u32, u32, a & 0xFF) \
  X(ExtI16I32S, u32, u32, (u32)(i32)(int16_t)a)  X(ExtI16I32U, u32, u32, a & 0xFFFF) \
  X(ExtI32I64S, i32, u64, (u64)(i64)a)     X(ExtI32I64U, u32, u64, (u64)a) \
  X(CmpNZI32, u32, u32, a != 0)            X(CmpNZI64, u64, u32, a != 0) \
  X(CtlzI32, u32, u32, rdo_ctlz32(a))      X(CtlzI64, u64, u64, rdo_ctlz64(a)) \
  X(AbsI32, u32, u32, (a >> 31) != 0 ? 0u - a : a) \
  X(AbsI64, u64, u64, (a >> 63) != 0 ? 0u - a : a)

#define RDO_UNARY_F32(X) \
  X(AbsF32, f32, f32, fabsf(a))     X(NegF32, f32, f32, -a) \
  X(CeilF32, f32, f32, ceilf(a))    X(FloorF32, f32, f32, floorf(a)) \
  X(CastSI32F32, i32, f32, (f32)a)  X(CastUI32F32, u32, f32, (f32)a) \
  X(CastF32SI32, f32, u32, rdo_round_f32_i32(a))  X(CastF32UI32, f32, u32, rdo_round_f32_i32(a)) \
  X(CastF32SI64, f32, u64, rdo_round_f32_i64(a))  X(CastF32UI64, f32, u64, rdo_round_f32_u64(a)) \
  X(CastSI64F32, i64, f32, (f32)a)  X(CastUI64F32, u64, f32, (f32)a) \
  X(BitcastI32F32, u32, u32, a)     X(BitcastF32I32, u32, u32, a) \
  X(AtanF32, f32, f32, atanf(a))    X(CosF32, f32, f32, cosf(a)) \
  X(SinF32, f32, f32, sinf(a))      X(ExpF32, f32, f32, expf(a)) \
  X(Exp2F32, f32, f32, exp2f(a))    X(ExpM1F32, f32, f32, expm1f(a)) \
  X(LogF32, f32, f32, logf(a))      X(Log10F32, f32, f32, log10f(a)) \
  X(Log1pF32, f32, f32, log1pf(a))  X(Log2F32, f32, f32, log2f(a)) \
  X(RsqrtF32, f32, f32, 1.0f / sqrtf(a))  X(SqrtF32, f32, f32, sqrtf(a)) \
  X(TanhF32, f32, f32, tanhf(a))    X(ErfF32, f32, f32, erff(a)) \
  X(CmpNaNF32, f32, u32, isnan(a) != 0) \
  X(RoundF32, f32, f32, roundf(a))  X(RoundF32Even, f32, f32, rdo_round_even_f32(a))

#define RDO_UNARY_F64(X) \
  X(AbsF64, f64, f64, fabs(a))      X(NegF64, f64, f64, -a) \
  X(CeilF64, f64, f64, ceil(a))     X(FloorF64, f64, f64, floor(a)) \
  X(TruncF64F32, f64, f32, (f32)a)  X(ExtF32F64, f32, f64, (f64)a) \
  X(CastSI32F64, i32, f64, (f64)a)  X(CastUI32F64, u32, f64, (f64)a) \
  X(CastF64SI32, f64, u32, rdo_round_f32_i32((f32)a))  X(CastF64UI32, f64, u32, rdo_round_f32_i32((f32)a)) \
  X(CastSI64F64, i64, f64, (f64)a)  X(CastUI64F64, u64, f64, (f64)a) \
  X(CastF64SI64, f64, u64, rdo_round_f64_i64(a))  X(CastF64UI64, f64, u64, rdo_round_f64_u64(a)) \
  X(BitcastI64F64, u64, u64, a)     X(BitcastF64I64, u64, u64, a) \
  X(AtanF64, f64, f64, atan(a))     X(CosF64, f64, f64, cos(a)) \
  X(SinF64, f64, f64, sin(a))       X(ExpF64, f64, f64, exp(a)) \
  X(Exp2F64, f64, f64, exp2(a))     X(ExpM1F64, f64, f64, expm1(a)) \
  X(LogF64, f64, f64, log(a))       X(Log10F64, f64, f64, log10(a)) \
  X(Log1pF64, f64, f64, log1p(a))   X(Log2F64, f64, f64, log2(a)) \
  X(RsqrtF64, f64, f64, 1.0 / sqrt(a))  X(SqrtF64, f64, f64, sqrt(a)) \
  X(TanhF64, f64, f64, tanh(a))     X(ErfF64, f64, f64, erf(a)) \
  X(CmpNaNF64, f64, u32, isnan(a) != 0) \
  X(RoundF64, f64, f64, round(a))   X(RoundF64Even, f64, f64, rdo_round_even_f64(a))

#define RDO_UNARY(X) RDO_UNARY_CORE(X) RDO_UNARY_F32(X) RDO_UNARY_F64(X)

// X(name, type of a, type of b, type of the result, value)
#define RDO_BINARY_CORE(X) \
  X(AddI32, u32, u32, u32, a + b)  X(SubI32, u32, u32, u32, a - b)  X(MulI32, u32, u32, u32, a * b) \
  X(AddI64, u64, u64, u64, a + b)  X(SubI64, u64, u64, u64, a - b)  X(MulI64, u64, u64, u64, a * b) \
  X(AndI32, u32, u32, u32, a & b)  X(OrI32, u32, u32, u32, a | b)   X(XorI32, u32, u32, u32, a ^ b) \
  X(AndI64, u64, u64, u64, a & b)  X(OrI64, u64, u64, u64, a | b)   X(XorI64, u64, u64, u64, a ^ b) \
  X(ShlI32, u32, u32, u32, a << (b & 31))  X(ShrI32S, i32, u32, u32, rdo_shr32(a, b))  X(ShrI32U, u32, u32, u32, a >> (b & 31)) \
  X(ShlI64, u64, u32, u64, a << (b & 63))  X(ShrI64S, i64, u32, u64, rdo_shr64(a, b))  X(ShrI64U, u64, u32, u64, a >> (b & 63)) \
  X(CmpEQI32, u32, u32, u32, a == b)  X(CmpNEI32, u32, u32, u32, a != b) \
  X(CmpLTI32S, i32, i32, u32, a < b)  X(CmpLTI32U, u32, u32, u32, a < b) \
  X(CmpEQI64, u64, u64, u32, a == b)  X(CmpNEI64, u64, u64, u32, a != b) \
  X(CmpLTI64S, i64, i64, u32, a < b)  X(CmpLTI64U, u64, u64, u32, a < b) \
  X(MinI32S, i32, i32, u32, (u32)(b < a ? b : a))  X(MinI32U, u32, u32, u32, b < a ? b : a) \
  X(MaxI32S, i32, i32, u32, (u32)(a < b ? b : a))  X(MaxI32U, u32, u32, u32, a < b ? b : a) \
  X(MinI64S, i64, i64, u64, (u64)(b < a ? b : a))  X(MinI64U, u64, u64, u64, b < a ? b : a) \
  X(MaxI64S, i64, i64, u64, (u64)(a < b ? b : a))  X(MaxI64U, u64, u64, u64, a < b ? b : a)

#define RDO_BINARY_F32(X) \
  X(AddF32, f32, f32, f32, a + b)  X(SubF32, f32, f32, f32, a - b)  X(MulF32, f32, f32, f32, a * b) \
  X(DivF32, f32, f32, f32, a / b)  X(RemF32, f32, f32, f32, remainderf(a, b)) \
  X(Atan2F32, f32, f32, f32, atan2f(a, b))  X(PowF32, f32, f32, f32, powf(a, b)) \
  X(CmpEQF32O, f32, f32, u32, a == b)  X(CmpEQF32U, f32, f32, u32, isunordered(a, b) || a == b) \
  X(CmpNEF32O, f32, f32, u32, a != b)  X(CmpNEF32U, f32, f32, u32, isunordered(a, b) || a != b) \
  X(CmpLTF32O, f32, f32, u32, a < b)   X(CmpLTF32U, f32, f32, u32, isunordered(a, b) || a < b) \
  X(CmpLTEF32O, f32, f32, u32, a <= b) X(CmpLTEF32U, f32, f32, u32, isunordered(a, b) || a <= b) \
  X(MinF32, f32, f32, f32, b < a ? b : a)  X(MaxF32, f32, f32, f32, a < b ? b : a)

#define RDO_BINARY_F64(X) \
  X(AddF64, f64, f64, f64, a + b)  X(SubF64, f64, f64, f64, a - b)  X(MulF64, f64, f64, f64, a * b) \
  X(DivF64, f64, f64, f64, a / b)  X(RemF64, f64, f64, f64, remainder(a, b)) \
  X(Atan2F64, f64, f64, f64, atan2(a, b))  X(PowF64, f64, f64, f64, pow(a, b)) \
  X(CmpEQF64O, f64, f64, u32, a == b)  X(CmpEQF64U, f64, f64, u32, isunordered(a, b) || a == b) \
  X(CmpNEF64O, f64, f64, u32, a != b)  X(CmpNEF64U, f64, f64, u32, isunordered(a, b) || a != b) \
  X(CmpLTF64O, f64, f64, u32, a < b)   X(CmpLTF64U, f64, f64, u32, isunordered(a, b) || a < b) \
  X(CmpLTEF64O, f64, f64, u32, a <= b) X(CmpLTEF64U, f64, f64, u32, isunordered(a, b) || a <= b) \
  X(MinF64, f64, f64, f64, b < a ? b : a)  X(MaxF64, f64, f64, f64, a < b ? b : a)

#define RDO_BINARY(X) RDO_BINARY_CORE(X) RDO_BINARY_F32(X) RDO_BINARY_F64(X)

// As RDO_BINARY; b == 0 is an error.
#define RDO_DIVISION(X) \
  X(DivI32S, i32, i32, u32, (u32)rdo_div32(a, b))  X(DivI32U, u32, u32, u32, a / b) \
  X(RemI32S, i32, i32, u32, (u32)rdo_rem32(a, b))  X(RemI32U, u32, u32, u32, a % b) \
  X(DivI64S, i64, i64, u64, (u64)rdo_div64(a, b))  X(DivI64U, u64, u64, u64, a / b) \
  X(RemI64S, i64, i64, u64, (u64)rdo_rem64(a, b))  X(RemI64U, u64, u64, u64, a % b)

// X(name, types of a, b, c and the result, value)
#define RDO_TERNARY(X) \
  X(SelectI32, u32, u32, u32, u32, a != 0 ? b : c)  X(SelectI64, u32, u64, u64, u64, a != 0 ? b : c) \
  X(SelectF32, u32, u32, u32, u32, a != 0 ? b : c)  X(SelectF64, u32, u64, u64, u64, a != 0 ? b : c) \
  X(FMAI32, u32, u32, u32, u32, a * b + c)          X(FMAI64, u64, u64, u64, u64, a * b + c) \
  X(FMAF32, f32, f32, f32, f32, rdo_fma_f32(a, b, c))  X(FMAF64, f64, f64, f64, f64, rdo_fma_f64(a, b, c))

// Element accesses of vm.buffer. X(name, type in memory, type of the register, value)
#define RDO_BUFFER_LOADS(X) \
  X(BufferLoadI8U, uint8_t, u32, element)   X(BufferLoadI8S, int8_t, u32, (u32)(i32)element) \
  X(BufferLoadI16U, uint16_t, u32, element) X(BufferLoadI16S, int16_t, u32, (u32)(i32)element) \
  X(BufferLoadI32, uint32_t, u32, element)  X(BufferLoadI64, uint64_t, u64, element) \
  X(BufferLoadF32, uint32_t, u32, element)  X(BufferLoadF64, uint64_t, u64, element)
#define RDO_BUFFER_STORES(X) \
  X(BufferStoreI8, uint8_t, u32)   X(BufferStoreI16, uint16_t, u32) \
  X(BufferStoreI32, uint32_t, u32) X(BufferStoreI64, uint64_t, u64) \
  X(BufferStoreF32, uint32_t, u32) X(BufferStoreF64, uint64_t, u64)
// clang-format on

#endif  // RDO_VM_ARITHMETIC_H_

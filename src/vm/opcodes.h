// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// The bytecode, version 17.0: every opcode with its operands and effect. Decoder, verifier,
// translator and disassembler are all driven by this table.
//
// A function is a sequence of blocks; a block is the marker Block, instructions, one terminator. An
// instruction is an opcode byte (0xE0 or 0xE1 selects the second or third table by the byte that
// follows; their numbers carry 0x100 and 0x200 here) and its operands in the order of the letters:
//
//   i f   u16  32-bit register               l d   u16  64-bit register: an even ordinal and the next
//   r     u16  ref register                  m     u16  ref register whose move bit may be set
//   4 8   u32, u64 immediate                 G     u32  global: byte offset, or ordinal for *Ref
//   R     u32  rodata ordinal                T     u32  type ordinal
//   F     u32  function: bit 31 = import     B     u32  branch target: offset of a Block marker
//   S     u16 n, n bytes: string             O     [even] u16 n, n x (u16 source, u16 target) remap
//   V     [even] u16 n, n x u16 registers    Z     [even] u16 n, n x u16 span counts
//   W     u16 n, n x (B O): branch table
//
// [even]: one zero byte is skipped when the offset in the function is odd. Nothing else is aligned.
// Register ordinals: bit 15 = ref bank, then bit 14 = move (the source becomes null). Results come
// last, except where a resume block precedes the result list.

#ifndef RDO_VM_OPCODES_H_
#define RDO_VM_OPCODES_H_

// X(number, name, operands)   effect: a, b, c operands in order; shifts and compares as in C
// clang-format off
#define RDO_OPCODES_CORE(X)  \
  X(0x000, GlobalLoadI32, "Gi")             /* res = 4 bytes at rwdata[G] */ \
  X(0x001, GlobalStoreI32, "Gi")            /* rwdata[G] = value (4 bytes) */ \
  X(0x002, GlobalLoadIndirectI32, "ii")     /* byte offset from register, treated as u32 */ \
  X(0x003, GlobalStoreIndirectI32, "ii")    /* as load; offset+4 > capacity -> OUT_OF_RANGE */ \
  X(0x004, GlobalLoadI64, "Gl")             /* res = 8 bytes at rwdata[G] */ \
  X(0x005, GlobalStoreI64, "Gl")            /* rwdata[G] = value (8 bytes) */ \
  X(0x006, GlobalLoadIndirectI64, "il")     /* byte offset from register, treated as u32 */ \
  X(0x007, GlobalStoreIndirectI64, "il")    /* as load; offset+8 > capacity -> OUT_OF_RANGE */ \
  X(0x008, GlobalLoadRef, "GTm")            /* res = global G, checked against T */ \
  X(0x009, GlobalStoreRef, "GTm")           /* ref global G = retain/move value */ \
  X(0x00A, GlobalLoadIndirectRef, "iTm")    /* ordinal from register */ \
  X(0x00B, GlobalStoreIndirectRef, "iTm")   /* as above, store */ \
  X(0x00C, ConstI32Zero, "i")               /* res = 0 */ \
  X(0x00D, ConstI32, "4i")                  /* res = immediate */ \
  X(0x00E, ConstI64Zero, "l")               /* res = 0 (both halves) */ \
  X(0x00F, ConstI64, "8l")                  /* res = immediate */ \
  X(0x010, ConstRefZero, "m")               /* release res and set null */ \
  X(0x011, ConstRefRodata, "Rm")            /* res = read-only vm.buffer of segment R */ \
  X(0x012, ListAlloc, "Tim")                /* element type T, initial capacity (u32), res list; size 0 */ \
  X(0x013, ListReserve, "ri")               /* list, minimum capacity */ \
  X(0x014, ListSize, "ri")                  /* list -> i32 element count */ \
  X(0x015, ListResize, "ri")                /* list, new size */ \
  X(0x016, ListGetI32, "rii")               /* list, index */ \
  X(0x017, ListSetI32, "rii")               /* list, index(u32), value; converted to the list element type */ \
  X(0x018, ListGetI64, "ril")               /* list, index */ \
  X(0x019, ListSetI64, "ril")               /* list, index(u32), value; converted to the list element type */ \
  X(0x01A, ListGetRef, "riTm")              /* list, index, T, res */ \
  X(0x01B, ListSetRef, "rim")               /* list, index, value (retain/move) */ \
  X(0x01C, SelectI32, "iiii")               /* cond != 0 ? a : b */ \
  X(0x01D, SelectI64, "illl")               /* cond != 0 ? a : b */ \
  X(0x01E, SelectRef, "iTmmm")              /* cond, T, a, b, res: checked retain/move of the chosen one */ \
  X(0x01F, SwitchI32, "iiVi")               /* index, default, [values], res: 0 <= index */ \
  X(0x020, SwitchI64, "ilVl")               /* index, default, [values], res: 0 <= index */ \
  X(0x021, SwitchRef, "iTmVm")              /* index, T, default, [values], res */ \
  X(0x022, AddI32, "iii")                   /* a + b (wrap) */ \
  X(0x023, SubI32, "iii")                   /* a - b (wrap) */ \
  X(0x024, MulI32, "iii")                   /* a * b (wrap) */ \
  X(0x025, DivI32S, "iii")                  /* signed a / b, truncating */ \
  X(0x026, DivI32U, "iii")                  /* unsigned a / b */ \
  X(0x027, RemI32S, "iii")                  /* signed remainder, sign of a */ \
  X(0x028, RemI32U, "iii")                  /* unsigned remainder */ \
  X(0x029, FMAI32, "iiii")                  /* a * b + c (wrap) */ \
  X(0x02A, AddI64, "lll")                   /* a + b (wrap) */ \
  X(0x02B, SubI64, "lll")                   /* a - b (wrap) */ \
  X(0x02C, MulI64, "lll")                   /* a * b (wrap) */ \
  X(0x02D, DivI64S, "lll")                  /* signed a / b, truncating */ \
  X(0x02E, DivI64U, "lll")                  /* unsigned a / b */ \
  X(0x02F, RemI64S, "lll")                  /* signed remainder, sign of a */ \
  X(0x030, RemI64U, "lll")                  /* unsigned remainder */ \
  X(0x031, FMAI64, "llll")                  /* a * b + c (wrap) */ \
  X(0x032, NotI32, "ii")                    /* bitwise not */ \
  X(0x033, AndI32, "iii")                   /* a & b */ \
  X(0x034, OrI32, "iii")                    /* a OR b */ \
  X(0x035, XorI32, "iii")                   /* a ^ b */ \
  X(0x036, NotI64, "ll")                    /* bitwise not */ \
  X(0x037, AndI64, "lll")                   /* a & b */ \
  X(0x038, OrI64, "lll")                    /* a OR b */ \
  X(0x039, XorI64, "lll")                   /* a ^ b */ \
  X(0x03A, ShlI32, "iii")                   /* a << (n & 31) */ \
  X(0x03B, ShrI32S, "iii")                  /* arithmetic a >> (n & 31) */ \
  X(0x03C, ShrI32U, "iii")                  /* logical a >> (n & 31) */ \
  X(0x03D, ShlI64, "lil")                   /* a << (n & 63) */ \
  X(0x03E, ShrI64S, "lil")                  /* arithmetic a >> (n & 63) */ \
  X(0x03F, ShrI64U, "lil")                  /* logical a >> (n & 63) */ \
  X(0x040, TruncI32I8, "ii")                /* a & 0xFF (zero-extended) */ \
  X(0x041, TruncI32I16, "ii")               /* a & 0xFFFF (zero-extended) */ \
  X(0x042, TruncI64I32, "li")               /* low 32 bits */ \
  X(0x043, ExtI8I32S, "ii")                 /* sign-extend low 8 */ \
  X(0x044, ExtI8I32U, "ii")                 /* zero-extend low 8 */ \
  X(0x045, ExtI16I32S, "ii")                /* sign-extend low 16 */ \
  X(0x046, ExtI16I32U, "ii")                /* zero-extend low 16 */ \
  X(0x047, ExtI32I64S, "il")                /* sign-extend */ \
  X(0x048, ExtI32I64U, "il")                /* zero-extend */ \
  X(0x049, CmpEQI32, "iii")                 /* a == b ? 1 : 0 */ \
  X(0x04A, CmpNEI32, "iii")                 /* a != b */ \
  X(0x04B, CmpLTI32S, "iii")                /* signed a < b */ \
  X(0x04C, CmpLTI32U, "iii")                /* unsigned a < b */ \
  X(0x04D, CmpNZI32, "ii")                  /* a != 0 */ \
  X(0x04E, CmpEQI64, "lli")                 /* a == b ? 1 : 0 */ \
  X(0x04F, CmpNEI64, "lli")                 /* a != b */ \
  X(0x050, CmpLTI64S, "lli")                /* signed a < b */ \
  X(0x051, CmpLTI64U, "lli")                /* unsigned a < b */ \
  X(0x052, CmpNZI64, "li")                  /* a != 0 */ \
  X(0x053, CmpEQRef, "rri")                 /* same pointer and same type (two nulls are equal) */ \
  X(0x054, CmpNERef, "rri")                 /* negation of CmpEQRef */ \
  X(0x055, CmpNZRef, "ri")                  /* pointer != null */ \
  X(0x056, Branch, "BO")                    /* TERM. apply remap, go to block */ \
  X(0x057, CondBranch, "iBOBO")             /* TERM. cond, true target+remap, false target+remap */ \
  X(0x058, Call, "FVV")                     /* callee F, [operands], [results] */ \
  X(0x059, CallVariadic, "FZVV")            /* import only. F, [segment sizes], [operands], [results] */ \
  X(0x05A, Return, "V")                     /* TERM. [operands] in result cconv order */ \
  X(0x05B, Fail, "iS")                      /* TERM. status code register, message */ \
  X(0x05C, ImportResolved, "Fi")            /* F must have import bit */ \
  X(0x05D, Yield, "BO")                     /* TERM. apply remap, set pc to target block body, return DEFER */ \
  X(0x05E, Trace, "SV")                     /* no effect; releases ref operands that carry the move bit */ \
  X(0x05F, Print, "SV")                     /* no effect; as Trace */ \
  X(0x060, CondBreak, "iBO")                /* TERM. see 8.6 (compiler/runtime encoding mismatch) */ \
  X(0x061, Break, "BO")                     /* TERM. acts as Branch */ \
  X(0x062, BufferLoadI8U, "rli")            /* 1-byte zero-extended element load: buffer, element index, re */ \
  X(0x063, BufferLoadI8S, "rli")            /* 1-byte sign-extended element load: buffer, element index, re */ \
  X(0x064, BufferLoadI16U, "rli")           /* 2-byte zero-extended element load: buffer, element index, re */ \
  X(0x065, BufferLoadI16S, "rli")           /* 2-byte sign-extended element load: buffer, element index, re */ \
  X(0x066, BufferLoadI32, "rli")            /* 4-byte element load: buffer, element index, res */ \
  X(0x067, BufferLoadI64, "rll")            /* 8-byte element load: buffer, element index, res */ \
  X(0x068, BufferStoreI8, "rli")            /* low 8 bits element store: buffer, element index, value */ \
  X(0x069, BufferStoreI16, "rli")           /* low 16 bits element store: buffer, element index, value */ \
  X(0x06A, BufferStoreI32, "rli")           /* 4 bytes element store: buffer, element index, value */ \
  X(0x06B, BufferStoreI64, "rll")           /* 8 bytes element store: buffer, element index, value */ \
  X(0x06C, BufferAlloc, "lim")              /* length bytes, alignment, res: new zeroed mutable buffer */ \
  X(0x06D, BufferClone, "rllim")            /* source, byte offset, byte length, alignment, res: new mutabl */ \
  X(0x06E, BufferLength, "rl")              /* length in bytes */ \
  X(0x06F, BufferCopy, "rlrll")             /* source, src byte offset, target, dst byte offset, byte lengt */ \
  X(0x070, BufferCompare, "rlrlli")         /* lhs, byte offset, rhs, byte offset, byte length, res = 1 if  */ \
  X(0x071, BufferFillI8, "rlli")            /* buffer, first element index, element count, value */ \
  X(0x072, BufferFillI16, "rlli")           /* buffer, first element index, element count, value */ \
  X(0x073, BufferFillI32, "rlli")           /* buffer, first element index, element count, value */ \
  X(0x074, BufferFillI64, "rlll")           /* buffer, first element index, element count, value */ \
  X(0x075, CtlzI32, "ii")                   /* count leading zeros; 0 -> 32 */ \
  X(0x076, CtlzI64, "ll")                   /* count leading zeros; 0 -> 64 */ \
  X(0x077, AbsI32, "ii")                    /* absolute value (INT_MIN stays INT_MIN; do it unsigned) */ \
  X(0x078, AbsI64, "ll")                    /* absolute value (INT_MIN stays INT_MIN; do it unsigned) */ \
  X(0x079, Block, "")                       /* marker */ \
  X(0x07A, MinI32S, "iii")                  /* signed min */ \
  X(0x07B, MinI32U, "iii")                  /* unsigned min */ \
  X(0x07C, MaxI32S, "iii")                  /* signed max */ \
  X(0x07D, MaxI32U, "iii")                  /* unsigned max */ \
  X(0x07E, MinI64S, "lll")                  /* signed min */ \
  X(0x07F, MinI64U, "lll")                  /* unsigned min */ \
  X(0x080, MaxI64S, "lll")                  /* signed max */ \
  X(0x081, MaxI64U, "lll")                  /* unsigned max */ \
  X(0x082, CastAnyRef, "mTm")               /* source, T, res: checked retain/move */ \
  X(0x083, BranchTable, "iBOW")             /* TERM. index, default target+remap, u16 n, n x */ \
  X(0x084, BufferHash, "rlll")              /* buffer, byte offset, byte length -> i64 SipHash-2-4 */ \
  X(0x085, DiscardRefs, "V")                /* [regs]: release every listed ref and null it, move bit irrel */ \
  X(0x086, AssignRef, "mm")                 /* source (retain/move), res; no type check */ \
  X(0x087, CallYieldable, "FVBV")           /* TERM. F, [operands], resume target, [results] */ \
  X(0x088, CallVariadicYieldable, "FZVBV")  /* TERM, import only. F, [segment sizes], [operands], resume ta */

// The function must declare EXT_F32.
#define RDO_OPCODES_F32(X)  \
  X(0x100, GlobalLoadF32, "Gf")           /* res = 4 bytes at rwdata[G] */ \
  X(0x101, GlobalStoreF32, "Gf")          /* rwdata[G] = value (4 bytes) */ \
  X(0x102, GlobalLoadIndirectF32, "if")   /* byte offset from register, treated as u32 */ \
  X(0x103, GlobalStoreIndirectF32, "if")  /* as load; offset+4 > capacity -> OUT_OF_RANGE */ \
  X(0x104, ConstF32Zero, "f")             /* res = +0.0 */ \
  X(0x105, ConstF32, "4f")                /* res = immediate (raw IEEE bits LE) */ \
  X(0x106, ListGetF32, "rif")             /* list, index */ \
  X(0x107, ListSetF32, "rif")             /* list, index(u32), value; converted to the list element type */ \
  X(0x108, SelectF32, "ifff")             /* cond != 0 ? a : b */ \
  X(0x109, SwitchF32, "ifVf")             /* index, default, [values], res: 0 <= index */ \
  X(0x10A, AddF32, "fff")                 /* a + b */ \
  X(0x10B, SubF32, "fff")                 /* a - b */ \
  X(0x10C, MulF32, "fff")                 /* a * b */ \
  X(0x10D, DivF32, "fff")                 /* a / b (IEEE) */ \
  X(0x10E, RemF32, "fff")                 /* C remainder */ \
  X(0x10F, FMAF32, "ffff")                /* a * b + c */ \
  X(0x110, AbsF32, "ff")                  /* absolute value */ \
  X(0x111, NegF32, "ff")                  /* -a */ \
  X(0x112, CeilF32, "ff")                 /* ceil */ \
  X(0x113, FloorF32, "ff")                /* floor */ \
  X(0x114, CastSI32F32, "if")             /* (float)(int32) */ \
  X(0x115, CastUI32F32, "if")             /* (float)(uint32) */ \
  X(0x116, CastF32SI32, "fi")             /* lroundf (half away) then low 32 bits */ \
  X(0x117, CastF32UI32, "fi")             /* llroundf then low 32 bits */ \
  X(0x118, BitcastI32F32, "if")           /* bit copy */ \
  X(0x119, BitcastF32I32, "fi")           /* bit copy */ \
  X(0x11A, AtanF32, "ff")                 /* atan (libm, same precision) */ \
  X(0x11B, Atan2F32, "fff")               /* operands y, x: atan2(y,x) */ \
  X(0x11C, CosF32, "ff")                  /* cos (libm, same precision) */ \
  X(0x11D, SinF32, "ff")                  /* sin (libm, same precision) */ \
  X(0x11E, ExpF32, "ff")                  /* exp (libm, same precision) */ \
  X(0x11F, Exp2F32, "ff")                 /* exp2 (libm, same precision) */ \
  X(0x120, ExpM1F32, "ff")                /* expm1 (libm, same precision) */ \
  X(0x121, LogF32, "ff")                  /* log (libm, same precision) */ \
  X(0x122, Log10F32, "ff")                /* log10 (libm, same precision) */ \
  X(0x123, Log1pF32, "ff")                /* log1p (libm, same precision) */ \
  X(0x124, Log2F32, "ff")                 /* log2 (libm, same precision) */ \
  X(0x125, PowF32, "fff")                 /* base, exponent */ \
  X(0x126, RsqrtF32, "ff")                /* 1 / sqrt(a) */ \
  X(0x127, SqrtF32, "ff")                 /* sqrt (libm, same precision) */ \
  X(0x128, TanhF32, "ff")                 /* tanh (libm, same precision) */ \
  X(0x129, ErfF32, "ff")                  /* erf (libm, same precision) */ \
  X(0x12A, CmpEQF32O, "ffi")              /* a == b (false when unordered) */ \
  X(0x12B, CmpEQF32U, "ffi")              /* unordered or a == b */ \
  X(0x12C, CmpNEF32O, "ffi")              /* a != b (C semantics: true when unordered!) */ \
  X(0x12D, CmpNEF32U, "ffi")              /* unordered or a != b */ \
  X(0x12E, CmpLTF32O, "ffi")              /* a < b (false when unordered) */ \
  X(0x12F, CmpLTF32U, "ffi")              /* unordered or a < b */ \
  X(0x130, CmpLTEF32O, "ffi")             /* a <= b (false when unordered) */ \
  X(0x131, CmpLTEF32U, "ffi")             /* unordered or a <= b */ \
  X(0x132, CmpNaNF32, "fi")               /* isnan(a) */ \
  X(0x133, BufferLoadF32, "rlf")          /* element load, 4 bytes */ \
  X(0x134, BufferStoreF32, "rlf")         /* element store, 4 bytes */ \
  X(0x135, BufferFillF32, "rllf")         /* fill count elements of 4 bytes */ \
  X(0x136, RoundF32, "ff")                /* round half away from zero */ \
  X(0x137, MinF32, "fff")                 /* b < a ? b : a (so min(NaN,x)=NaN, min(x,NaN)=x) */ \
  X(0x138, MaxF32, "fff")                 /* a < b ? b : a (max(NaN,x)=NaN, max(x,NaN)=x) */ \
  X(0x139, RoundF32Even, "ff")            /* round half to even */ \
  X(0x13A, CastF32SI64, "fl")             /* llroundf */ \
  X(0x13B, CastF32UI64, "fl")             /* roundf then to uint64 */ \
  X(0x13C, CastSI64F32, "lf")             /* (float)(int64) */ \
  X(0x13D, CastUI64F32, "lf")             /* (float)(uint64) */

// The function must declare EXT_F64.
#define RDO_OPCODES_F64(X)  \
  X(0x200, GlobalLoadF64, "Gd")           /* res = 8 bytes at rwdata[G] */ \
  X(0x201, GlobalStoreF64, "Gd")          /* rwdata[G] = value (8 bytes) */ \
  X(0x202, GlobalLoadIndirectF64, "id")   /* byte offset from register, treated as u32 */ \
  X(0x203, GlobalStoreIndirectF64, "id")  /* as load; offset+8 > capacity -> OUT_OF_RANGE */ \
  X(0x204, ConstF64Zero, "d")             /* res = +0.0 */ \
  X(0x205, ConstF64, "8d")                /* res = immediate (raw IEEE bits LE) */ \
  X(0x206, ListGetF64, "rid")             /* list, index */ \
  X(0x207, ListSetF64, "rid")             /* list, index(u32), value; converted to the list element type */ \
  X(0x208, SelectF64, "iddd")             /* cond != 0 ? a : b */ \
  X(0x209, SwitchF64, "idVd")             /* index, default, [values], res: 0 <= index */ \
  X(0x20A, AddF64, "ddd")                 /* a + b */ \
  X(0x20B, SubF64, "ddd")                 /* a - b */ \
  X(0x20C, MulF64, "ddd")                 /* a * b */ \
  X(0x20D, DivF64, "ddd")                 /* a / b (IEEE) */ \
  X(0x20E, RemF64, "ddd")                 /* C remainder */ \
  X(0x20F, FMAF64, "dddd")                /* a * b + c */ \
  X(0x210, AbsF64, "dd")                  /* absolute value */ \
  X(0x211, NegF64, "dd")                  /* -a */ \
  X(0x212, CeilF64, "dd")                 /* ceil */ \
  X(0x213, FloorF64, "dd")                /* floor */ \
  X(0x214, TruncF64F32, "df")             /* (float)a */ \
  X(0x215, ExtF32F64, "fd")               /* (double)a */ \
  X(0x216, CastSI32F64, "id")             /* (double)(int32) */ \
  X(0x217, CastUI32F64, "id")             /* (double)(uint32) */ \
  X(0x218, CastF64SI32, "di")             /* upstream narrows to float first, then lroundf */ \
  X(0x219, CastF64UI32, "di")             /* upstream narrows to float first, then llroundf */ \
  X(0x21A, CastSI64F64, "ld")             /* (double)(int64) */ \
  X(0x21B, CastUI64F64, "ld")             /* (double)(uint64) */ \
  X(0x21C, CastF64SI64, "dl")             /* lround */ \
  X(0x21D, CastF64UI64, "dl")             /* llround (upstream; wrong above 2^63) */ \
  X(0x21E, BitcastI64F64, "ld")           /* bit copy */ \
  X(0x21F, BitcastF64I64, "dl")           /* bit copy */ \
  X(0x220, AtanF64, "dd")                 /* atan (libm, same precision) */ \
  X(0x221, Atan2F64, "ddd")               /* operands y, x: atan2(y,x) */ \
  X(0x222, CosF64, "dd")                  /* cos (libm, same precision) */ \
  X(0x223, SinF64, "dd")                  /* sin (libm, same precision) */ \
  X(0x224, ExpF64, "dd")                  /* exp (libm, same precision) */ \
  X(0x225, Exp2F64, "dd")                 /* exp2 (libm, same precision) */ \
  X(0x226, ExpM1F64, "dd")                /* expm1 (libm, same precision) */ \
  X(0x227, LogF64, "dd")                  /* log (libm, same precision) */ \
  X(0x228, Log10F64, "dd")                /* log10 (libm, same precision) */ \
  X(0x229, Log1pF64, "dd")                /* log1p (libm, same precision) */ \
  X(0x22A, Log2F64, "dd")                 /* log2 (libm, same precision) */ \
  X(0x22B, PowF64, "ddd")                 /* base, exponent */ \
  X(0x22C, RsqrtF64, "dd")                /* 1 / sqrt(a) */ \
  X(0x22D, SqrtF64, "dd")                 /* sqrt (libm, same precision) */ \
  X(0x22E, TanhF64, "dd")                 /* tanh (libm, same precision) */ \
  X(0x22F, ErfF64, "dd")                  /* erf (libm, same precision) */ \
  X(0x230, CmpEQF64O, "ddi")              /* a == b (false when unordered) */ \
  X(0x231, CmpEQF64U, "ddi")              /* unordered or a == b */ \
  X(0x232, CmpNEF64O, "ddi")              /* a != b (C semantics: true when unordered!) */ \
  X(0x233, CmpNEF64U, "ddi")              /* unordered or a != b */ \
  X(0x234, CmpLTF64O, "ddi")              /* a < b (false when unordered) */ \
  X(0x235, CmpLTF64U, "ddi")              /* unordered or a < b */ \
  X(0x236, CmpLTEF64O, "ddi")             /* a <= b (false when unordered) */ \
  X(0x237, CmpLTEF64U, "ddi")             /* unordered or a <= b */ \
  X(0x238, CmpNaNF64, "di")               /* isnan(a) */ \
  X(0x239, BufferLoadF64, "rld")          /* element load, 8 bytes */ \
  X(0x23A, BufferStoreF64, "rld")         /* element store, 8 bytes */ \
  X(0x23B, BufferFillF64, "rlld")         /* fill count elements of 8 bytes */ \
  X(0x23C, RoundF64, "dd")                /* round half away from zero */ \
  X(0x23D, MinF64, "ddd")                 /* b < a ? b : a (so min(NaN,x)=NaN, min(x,NaN)=x) */ \
  X(0x23E, MaxF64, "ddd")                 /* a < b ? b : a (max(NaN,x)=NaN, max(x,NaN)=x) */ \
  X(0x23F, RoundF64Even, "dd")            /* round half to even */
// clang-format on

#define RDO_OPCODES(X) RDO_OPCODES_CORE(X) RDO_OPCODES_F32(X) RDO_OPCODES_F64(X)

enum rdo_opcode {
#define RDO_OPCODE_ENUM(number, name, operands) RDO_OP_##name = number,
  RDO_OPCODES(RDO_OPCODE_ENUM)
#undef RDO_OPCODE_ENUM
  RDO_OPCODE_LIMIT = 0x300,
};

enum {
  RDO_BYTECODE_PREFIX_F32 = 0xE0,
  RDO_BYTECODE_PREFIX_F64 = 0xE1,
  RDO_BYTECODE_VERSION_MAJOR = 17,
  RDO_BYTECODE_VERSION_MINOR = 0,
  RDO_REGISTER_REF_BIT = 0x8000,
  RDO_REGISTER_MOVE_BIT = 0x4000,
  RDO_REGISTER_REF_MASK = 0x3FFF,
  RDO_I32_REGISTERS_MAX = 0x7FFF,
  RDO_REF_REGISTERS_MAX = 0x3FFF,
  RDO_SPAN_NONE = 0xFFFF,  // in a span count list: this argument is not a span
};

enum rdo_feature {
  RDO_FEATURE_EXT_F32 = 1,
  RDO_FEATURE_EXT_F64 = 2,
  RDO_FEATURE_YIELD = 4,
  RDO_FEATURE_UNWIND = 8,
  RDO_FEATURES_ALL = 15,
};

#endif  // RDO_VM_OPCODES_H_

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Conversions: truncation, extension, rounding of halves, values no integer can hold.
// bits_* functions return the bits of a float.
vm.module @convert {
// CASE trunc_i32_i8 0
// CASE trunc_i32_i8 1
// CASE trunc_i32_i8 -1
// CASE trunc_i32_i8 127
// CASE trunc_i32_i8 128
// CASE trunc_i32_i8 255
// CASE trunc_i32_i8 256
// CASE trunc_i32_i8 -129
// CASE trunc_i32_i8 32767
// CASE trunc_i32_i8 32768
// CASE trunc_i32_i8 65535
// CASE trunc_i32_i8 65536
// CASE trunc_i32_i8 -2147483648
// CASE trunc_i32_i8 2147483647
  vm.export @trunc_i32_i8
  vm.func @trunc_i32_i8(%a: i32) -> i32 {
    %0 = vm.trunc.i32.i8 %a : i32 -> i32
    vm.return %0 : i32
  }
// CASE trunc_i32_i16 0
// CASE trunc_i32_i16 1
// CASE trunc_i32_i16 -1
// CASE trunc_i32_i16 127
// CASE trunc_i32_i16 128
// CASE trunc_i32_i16 255
// CASE trunc_i32_i16 256
// CASE trunc_i32_i16 -129
// CASE trunc_i32_i16 32767
// CASE trunc_i32_i16 32768
// CASE trunc_i32_i16 65535
// CASE trunc_i32_i16 65536
// CASE trunc_i32_i16 -2147483648
// CASE trunc_i32_i16 2147483647
  vm.export @trunc_i32_i16
  vm.func @trunc_i32_i16(%a: i32) -> i32 {
    %0 = vm.trunc.i32.i16 %a : i32 -> i32
    vm.return %0 : i32
  }
// CASE ext_i8_i32_s 0
// CASE ext_i8_i32_s 1
// CASE ext_i8_i32_s -1
// CASE ext_i8_i32_s 127
// CASE ext_i8_i32_s 128
// CASE ext_i8_i32_s 255
// CASE ext_i8_i32_s 256
// CASE ext_i8_i32_s -129
// CASE ext_i8_i32_s 32767
// CASE ext_i8_i32_s 32768
// CASE ext_i8_i32_s 65535
// CASE ext_i8_i32_s 65536
// CASE ext_i8_i32_s -2147483648
// CASE ext_i8_i32_s 2147483647
  vm.export @ext_i8_i32_s
  vm.func @ext_i8_i32_s(%a: i32) -> i32 {
    %0 = vm.ext.i8.i32.s %a : i32 -> i32
    vm.return %0 : i32
  }
// CASE ext_i8_i32_u 0
// CASE ext_i8_i32_u 1
// CASE ext_i8_i32_u -1
// CASE ext_i8_i32_u 127
// CASE ext_i8_i32_u 128
// CASE ext_i8_i32_u 255
// CASE ext_i8_i32_u 256
// CASE ext_i8_i32_u -129
// CASE ext_i8_i32_u 32767
// CASE ext_i8_i32_u 32768
// CASE ext_i8_i32_u 65535
// CASE ext_i8_i32_u 65536
// CASE ext_i8_i32_u -2147483648
// CASE ext_i8_i32_u 2147483647
  vm.export @ext_i8_i32_u
  vm.func @ext_i8_i32_u(%a: i32) -> i32 {
    %0 = vm.ext.i8.i32.u %a : i32 -> i32
    vm.return %0 : i32
  }
// CASE ext_i16_i32_s 0
// CASE ext_i16_i32_s 1
// CASE ext_i16_i32_s -1
// CASE ext_i16_i32_s 127
// CASE ext_i16_i32_s 128
// CASE ext_i16_i32_s 255
// CASE ext_i16_i32_s 256
// CASE ext_i16_i32_s -129
// CASE ext_i16_i32_s 32767
// CASE ext_i16_i32_s 32768
// CASE ext_i16_i32_s 65535
// CASE ext_i16_i32_s 65536
// CASE ext_i16_i32_s -2147483648
// CASE ext_i16_i32_s 2147483647
  vm.export @ext_i16_i32_s
  vm.func @ext_i16_i32_s(%a: i32) -> i32 {
    %0 = vm.ext.i16.i32.s %a : i32 -> i32
    vm.return %0 : i32
  }
// CASE ext_i16_i32_u 0
// CASE ext_i16_i32_u 1
// CASE ext_i16_i32_u -1
// CASE ext_i16_i32_u 127
// CASE ext_i16_i32_u 128
// CASE ext_i16_i32_u 255
// CASE ext_i16_i32_u 256
// CASE ext_i16_i32_u -129
// CASE ext_i16_i32_u 32767
// CASE ext_i16_i32_u 32768
// CASE ext_i16_i32_u 65535
// CASE ext_i16_i32_u 65536
// CASE ext_i16_i32_u -2147483648
// CASE ext_i16_i32_u 2147483647
  vm.export @ext_i16_i32_u
  vm.func @ext_i16_i32_u(%a: i32) -> i32 {
    %0 = vm.ext.i16.i32.u %a : i32 -> i32
    vm.return %0 : i32
  }
// CASE trunc_i64_i32 0
// CASE trunc_i64_i32 -1
// CASE trunc_i64_i32 2147483648
// CASE trunc_i64_i32 4294967295
// CASE trunc_i64_i32 4294967296
// CASE trunc_i64_i32 -9223372036854775808
// CASE trunc_i64_i32 9223372036854775807
  vm.export @trunc_i64_i32
  vm.func @trunc_i64_i32(%a: i64) -> i32 {
    %0 = vm.trunc.i64.i32 %a : i64 -> i32
    vm.return %0 : i32
  }
// CASE ext_i32_i64_s 0
// CASE ext_i32_i64_s 1
// CASE ext_i32_i64_s -1
// CASE ext_i32_i64_s 127
// CASE ext_i32_i64_s 128
// CASE ext_i32_i64_s 255
// CASE ext_i32_i64_s 256
// CASE ext_i32_i64_s -129
// CASE ext_i32_i64_s 32767
// CASE ext_i32_i64_s 32768
// CASE ext_i32_i64_s 65535
// CASE ext_i32_i64_s 65536
// CASE ext_i32_i64_s -2147483648
// CASE ext_i32_i64_s 2147483647
  vm.export @ext_i32_i64_s
  vm.func @ext_i32_i64_s(%a: i32) -> i64 {
    %0 = vm.ext.i32.i64.s %a : i32 -> i64
    vm.return %0 : i64
  }
// CASE ext_i32_i64_u 0
// CASE ext_i32_i64_u 1
// CASE ext_i32_i64_u -1
// CASE ext_i32_i64_u 127
// CASE ext_i32_i64_u 128
// CASE ext_i32_i64_u 255
// CASE ext_i32_i64_u 256
// CASE ext_i32_i64_u -129
// CASE ext_i32_i64_u 32767
// CASE ext_i32_i64_u 32768
// CASE ext_i32_i64_u 65535
// CASE ext_i32_i64_u 65536
// CASE ext_i32_i64_u -2147483648
// CASE ext_i32_i64_u 2147483647
  vm.export @ext_i32_i64_u
  vm.func @ext_i32_i64_u(%a: i32) -> i64 {
    %0 = vm.ext.i32.i64.u %a : i32 -> i64
    vm.return %0 : i64
  }
// CASE bits_si32_f32 0
// CASE bits_si32_f32 1
// CASE bits_si32_f32 -1
// CASE bits_si32_f32 16777217
// CASE bits_si32_f32 -16777217
// CASE bits_si32_f32 2147483647
// CASE bits_si32_f32 -2147483648
// CASE bits_si32_f32 2147483520
// CASE bits_si32_f32 2147483583
// CASE bits_si32_f32 2147483584
  vm.export @bits_si32_f32
  vm.func @bits_si32_f32(%a: i32) -> i32 {
    %0 = vm.cast.si32.f32 %a : i32 -> f32
    %1 = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %1 : i32
  }
// CASE bits_ui32_f32 0
// CASE bits_ui32_f32 1
// CASE bits_ui32_f32 -1
// CASE bits_ui32_f32 16777217
// CASE bits_ui32_f32 -16777217
// CASE bits_ui32_f32 2147483647
// CASE bits_ui32_f32 -2147483648
// CASE bits_ui32_f32 2147483520
// CASE bits_ui32_f32 2147483583
// CASE bits_ui32_f32 2147483584
  vm.export @bits_ui32_f32
  vm.func @bits_ui32_f32(%a: i32) -> i32 {
    %0 = vm.cast.ui32.f32 %a : i32 -> f32
    %1 = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %1 : i32
  }
// CASE bits_si64_f32 0
// CASE bits_si64_f32 1
// CASE bits_si64_f32 -1
// CASE bits_si64_f32 16777217
// CASE bits_si64_f32 9007199254740993
// CASE bits_si64_f32 9223372036854775807
// CASE bits_si64_f32 -9223372036854775808
// CASE bits_si64_f32 -9007199254740993
// CASE bits_si64_f32 4611686155866341376
// CASE bits_si64_f32 9223371212221054977
  vm.export @bits_si64_f32
  vm.func @bits_si64_f32(%a: i64) -> i32 {
    %0 = vm.cast.si64.f32 %a : i64 -> f32
    %1 = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %1 : i32
  }
// CASE bits_si64_f64 0
// CASE bits_si64_f64 1
// CASE bits_si64_f64 -1
// CASE bits_si64_f64 16777217
// CASE bits_si64_f64 9007199254740993
// CASE bits_si64_f64 9223372036854775807
// CASE bits_si64_f64 -9223372036854775808
// CASE bits_si64_f64 -9007199254740993
// CASE bits_si64_f64 4611686155866341376
// CASE bits_si64_f64 9223371212221054977
  vm.export @bits_si64_f64
  vm.func @bits_si64_f64(%a: i64) -> i64 {
    %0 = vm.cast.si64.f64 %a : i64 -> f64
    %1 = vm.bitcast.f64.i64 %0 : f64 -> i64
    vm.return %1 : i64
  }
// CASE bits_ui64_f32 0
// CASE bits_ui64_f32 1
// CASE bits_ui64_f32 -1
// CASE bits_ui64_f32 16777217
// CASE bits_ui64_f32 9007199254740993
// CASE bits_ui64_f32 9223372036854775807
// CASE bits_ui64_f32 -9223372036854775808
// CASE bits_ui64_f32 -9007199254740993
// CASE bits_ui64_f32 4611686155866341376
// CASE bits_ui64_f32 9223371212221054977
  vm.export @bits_ui64_f32
  vm.func @bits_ui64_f32(%a: i64) -> i32 {
    %0 = vm.cast.ui64.f32 %a : i64 -> f32
    %1 = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %1 : i32
  }
// CASE bits_ui64_f64 0
// CASE bits_ui64_f64 1
// CASE bits_ui64_f64 -1
// CASE bits_ui64_f64 16777217
// CASE bits_ui64_f64 9007199254740993
// CASE bits_ui64_f64 9223372036854775807
// CASE bits_ui64_f64 -9223372036854775808
// CASE bits_ui64_f64 -9007199254740993
// CASE bits_ui64_f64 4611686155866341376
// CASE bits_ui64_f64 9223371212221054977
  vm.export @bits_ui64_f64
  vm.func @bits_ui64_f64(%a: i64) -> i64 {
    %0 = vm.cast.ui64.f64 %a : i64 -> f64
    %1 = vm.bitcast.f64.i64 %0 : f64 -> i64
    vm.return %1 : i64
  }
// CASE f32_si32 0x00000000
// CASE f32_si32 0x80000000
// CASE f32_si32 0x3f000000
// CASE f32_si32 0xbf000000
// CASE f32_si32 0x3fc00000
// CASE f32_si32 0xbfc00000
// CASE f32_si32 0x40200000
// CASE f32_si32 0xc0200000
// CASE f32_si32 0x3effffff
// CASE f32_si32 0x406ccccd
// CASE f32_si32 0xc06ccccd
// CASE f32_si32 0x4b000001
// CASE f32_si32 0x4effffff
// CASE f32_si32 0x4f000000
// CASE f32_si32 0xcf000000
// CASE f32_si32 0x4f7fffff
// CASE f32_si32 0x50df8476
// CASE f32_si32 0xd0df8476
// CASE f32_si32 0x7fc00000 => 0
// CASE f32_si32 0x7f800000 => 0
// CASE f32_si32 0xff800000 => 0
// CASE f32_si32 0x5f0ac723 => 0
// CASE f32_si32 0xdf0ac723 => 0
  vm.export @f32_si32
  vm.func @f32_si32(%a: i32) -> i32 {
    %0 = vm.bitcast.i32.f32 %a : i32 -> f32
    %1 = vm.cast.f32.si32 %0 : f32 -> i32
    vm.return %1 : i32
  }
// CASE f32_ui32 0x00000000
// CASE f32_ui32 0x80000000
// CASE f32_ui32 0x3f000000
// CASE f32_ui32 0xbf000000
// CASE f32_ui32 0x3fc00000
// CASE f32_ui32 0xbfc00000
// CASE f32_ui32 0x40200000
// CASE f32_ui32 0xc0200000
// CASE f32_ui32 0x3effffff
// CASE f32_ui32 0x406ccccd
// CASE f32_ui32 0xc06ccccd
// CASE f32_ui32 0x4b000001
// CASE f32_ui32 0x4effffff
// CASE f32_ui32 0x4f000000
// CASE f32_ui32 0xcf000000
// CASE f32_ui32 0x4f7fffff
// CASE f32_ui32 0x50df8476
// CASE f32_ui32 0xd0df8476
// CASE f32_ui32 0x7fc00000 => 0
// CASE f32_ui32 0x7f800000 => 0
// CASE f32_ui32 0xff800000 => 0
// CASE f32_ui32 0x5f0ac723 => 0
// CASE f32_ui32 0xdf0ac723 => 0
  vm.export @f32_ui32
  vm.func @f32_ui32(%a: i32) -> i32 {
    %0 = vm.bitcast.i32.f32 %a : i32 -> f32
    %1 = vm.cast.f32.ui32 %0 : f32 -> i32
    vm.return %1 : i32
  }
// CASE f32_si64 0x00000000
// CASE f32_si64 0x80000000
// CASE f32_si64 0x3f000000
// CASE f32_si64 0xbf000000
// CASE f32_si64 0x3fc00000
// CASE f32_si64 0xbfc00000
// CASE f32_si64 0x40200000
// CASE f32_si64 0xc0200000
// CASE f32_si64 0x3effffff
// CASE f32_si64 0x406ccccd
// CASE f32_si64 0xc06ccccd
// CASE f32_si64 0x4b000001
// CASE f32_si64 0x4effffff
// CASE f32_si64 0x4f000000
// CASE f32_si64 0xcf000000
// CASE f32_si64 0x4f7fffff
// CASE f32_si64 0x50df8476
// CASE f32_si64 0xd0df8476
// CASE f32_si64 0x5ef9ccd9
// CASE f32_si64 0x7fc00000 => -9223372036854775808
// CASE f32_si64 0x7f800000 => -9223372036854775808
// CASE f32_si64 0xff800000 => -9223372036854775808
// CASE f32_si64 0x5f0ac723 => -9223372036854775808
// CASE f32_si64 0xdf0ac723 => -9223372036854775808
  vm.export @f32_si64
  vm.func @f32_si64(%a: i32) -> i64 {
    %0 = vm.bitcast.i32.f32 %a : i32 -> f32
    %1 = vm.cast.f32.si64 %0 : f32 -> i64
    vm.return %1 : i64
  }
// CASE f32_ui64 0x00000000
// CASE f32_ui64 0x80000000
// CASE f32_ui64 0x3f000000
// CASE f32_ui64 0x3fc00000
// CASE f32_ui64 0x40200000
// CASE f32_ui64 0x3effffff
// CASE f32_ui64 0x406ccccd
// CASE f32_ui64 0x4b000001
// CASE f32_ui64 0x4effffff
// CASE f32_ui64 0x4f000000
// CASE f32_ui64 0x4f7fffff
// CASE f32_ui64 0x50df8476
// CASE f32_ui64 0xc0200000 => -3
// CASE f32_ui64 0x5f000000
// CASE f32_ui64 0x5f79ccd9
// CASE f32_ui64 0x7f800000 => -1
// CASE f32_ui64 0x7fc00000 => -9223372036854775808
// CASE f32_ui64 0xff800000 => -9223372036854775808
// CASE f32_ui64 0x5f8ac723 => -1
  vm.export @f32_ui64
  vm.func @f32_ui64(%a: i32) -> i64 {
    %0 = vm.bitcast.i32.f32 %a : i32 -> f32
    %1 = vm.cast.f32.ui64 %0 : f32 -> i64
    vm.return %1 : i64
  }
// CASE f64_si64 0x0000000000000000
// CASE f64_si64 0x8000000000000000
// CASE f64_si64 0x3fe0000000000000
// CASE f64_si64 0xbfe0000000000000
// CASE f64_si64 0x3ff8000000000000
// CASE f64_si64 0xbff8000000000000
// CASE f64_si64 0x4004000000000000
// CASE f64_si64 0xc004000000000000
// CASE f64_si64 0x3fdfffffdfc9a9ad
// CASE f64_si64 0x400d99999999999a
// CASE f64_si64 0xc00d99999999999a
// CASE f64_si64 0x4160000020000000
// CASE f64_si64 0x41dfffffe0000000
// CASE f64_si64 0x41e0000000000000
// CASE f64_si64 0xc1e0000000000000
// CASE f64_si64 0x41efffffe0000000
// CASE f64_si64 0x421bf08eb0000000
// CASE f64_si64 0xc21bf08eb0000000
// CASE f64_si64 0x4330000000000002
// CASE f64_si64 0xc330000000000000
// CASE f64_si64 0x43df399b1438a100
// CASE f64_si64 0x3fdfffffffffffff
// CASE f64_si64 0x7ff8000000000000 => -9223372036854775808
// CASE f64_si64 0x7ff0000000000000 => -9223372036854775808
// CASE f64_si64 0xfff0000000000000 => -9223372036854775808
// CASE f64_si64 0x43e158e460913d00 => -9223372036854775808
// CASE f64_si64 0xc3e158e460913d00 => -9223372036854775808
  vm.export @f64_si64
  vm.func @f64_si64(%a: i64) -> i64 {
    %0 = vm.bitcast.i64.f64 %a : i64 -> f64
    %1 = vm.cast.f64.si64 %0 : f64 -> i64
    vm.return %1 : i64
  }
// CASE f64_ui64 0x0000000000000000
// CASE f64_ui64 0x8000000000000000
// CASE f64_ui64 0x3fe0000000000000
// CASE f64_ui64 0x3ff8000000000000
// CASE f64_ui64 0x4004000000000000
// CASE f64_ui64 0x3fdfffffdfc9a9ad
// CASE f64_ui64 0x400d99999999999a
// CASE f64_ui64 0x4160000020000000
// CASE f64_ui64 0x41dfffffe0000000
// CASE f64_ui64 0x41e0000000000000
// CASE f64_ui64 0x41efffffe0000000
// CASE f64_ui64 0x421bf08eb0000000
// CASE f64_ui64 0x4330000000000002
// CASE f64_ui64 0x43df399b1438a100
// CASE f64_ui64 0x3fdfffffffffffff
// CASE f64_ui64 0xc004000000000000 => -3
// CASE f64_ui64 0x43e158e460913d00 => -8446744073709551616
// CASE f64_ui64 0x43f158e460913d00 => -1
// CASE f64_ui64 0x7ff0000000000000 => -1
// CASE f64_ui64 0x7ff8000000000000 => -9223372036854775808
// CASE f64_ui64 0xfff0000000000000 => -9223372036854775808
  vm.export @f64_ui64
  vm.func @f64_ui64(%a: i64) -> i64 {
    %0 = vm.bitcast.i64.f64 %a : i64 -> f64
    %1 = vm.cast.f64.ui64 %0 : f64 -> i64
    vm.return %1 : i64
  }
// CASE bits_f64_f32 0x0000000000000000
// CASE bits_f64_f32 0x8000000000000000
// CASE bits_f64_f32 0x3ff0000010000000
// CASE bits_f64_f32 0x48078287f49c4a1d
// CASE bits_f64_f32 0xc8078287f49c4a1d
// CASE bits_f64_f32 0x366244ce242c5561
// CASE bits_f64_f32 0x380fffffbb1dd6a1
// CASE bits_f64_f32 0x37a16c262777579c
// CASE bits_f64_f32 0x7ff8000000000000
// CASE bits_f64_f32 0x7ff0000000000000
  vm.export @bits_f64_f32
  vm.func @bits_f64_f32(%a: i64) -> i32 {
    %0 = vm.bitcast.i64.f64 %a : i64 -> f64
    %1 = vm.trunc.f64.f32 %0 : f64 -> f32
    %2 = vm.bitcast.f32.i32 %1 : f32 -> i32
    vm.return %2 : i32
  }
// CASE bits_f32_f64 0x00000000
// CASE bits_f32_f64 0x80000000
// CASE bits_f32_f64 0x3f8ccccd
// CASE bits_f32_f64 0x00000001
// CASE bits_f32_f64 0x7f800000
// CASE bits_f32_f64 0xff800000
// CASE bits_f32_f64 0x7fc00000
  vm.export @bits_f32_f64
  vm.func @bits_f32_f64(%a: i32) -> i64 {
    %0 = vm.bitcast.i32.f32 %a : i32 -> f32
    %1 = vm.ext.f32.f64 %0 : f32 -> f64
    %2 = vm.bitcast.f64.i64 %1 : f64 -> i64
    vm.return %2 : i64
  }
}

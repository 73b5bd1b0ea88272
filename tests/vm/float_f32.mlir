// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Floating point of 32 bits: signed zeros, NaN, infinities, denormals, halves. bits_* and libm_* functions return
// the bits of a float; libm_* may differ in the last place between C libraries.
vm.module @float_f32 {
// CASE bits_add 0x00000000 0x00000000
// CASE bits_add 0x00000000 0x80000000
// CASE bits_add 0x00000000 0x3f800000
// CASE bits_add 0x00000000 0xff800000
// CASE bits_add 0x00000000 0x7fc00000
// CASE bits_add 0x80000000 0x00000000
// CASE bits_add 0x80000000 0x80000000
// CASE bits_add 0x80000000 0x3f800000
// CASE bits_add 0x80000000 0xff800000
// CASE bits_add 0x80000000 0x7fc00000
// CASE bits_add 0x3f800000 0x00000000
// CASE bits_add 0x3f800000 0x80000000
// CASE bits_add 0x3f800000 0x3f800000
// CASE bits_add 0x3f800000 0xff800000
// CASE bits_add 0x3f800000 0x7fc00000
// CASE bits_add 0x7f800000 0x00000000
// CASE bits_add 0x7f800000 0x80000000
// CASE bits_add 0x7f800000 0x3f800000
// CASE bits_add 0x7f800000 0xff800000
// CASE bits_add 0x7f800000 0x7fc00000
// CASE bits_add 0x7fc00000 0x00000000
// CASE bits_add 0x7fc00000 0x80000000
// CASE bits_add 0x7fc00000 0x3f800000
// CASE bits_add 0x7fc00000 0xff800000
// CASE bits_add 0x7fc00000 0x7fc00000
// CASE bits_add 0x00000001 0x80000001
// CASE bits_add 0x7f7fffff 0x7f7fffff
// CASE bits_add 0x40f00000 0x40000000
// CASE bits_add 0xc0f00000 0x40000000
// CASE bits_add 0x40a00000 0x40000000
// CASE bits_add 0x3f800000 0x40400000
// CASE bits_add 0x00000001 0x40000000
  vm.export @bits_add
  vm.func @bits_add(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.add.f32 %fa, %fb : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_sub 0x00000000 0x00000000
// CASE bits_sub 0x00000000 0x80000000
// CASE bits_sub 0x00000000 0x3f800000
// CASE bits_sub 0x00000000 0xff800000
// CASE bits_sub 0x00000000 0x7fc00000
// CASE bits_sub 0x80000000 0x00000000
// CASE bits_sub 0x80000000 0x80000000
// CASE bits_sub 0x80000000 0x3f800000
// CASE bits_sub 0x80000000 0xff800000
// CASE bits_sub 0x80000000 0x7fc00000
// CASE bits_sub 0x3f800000 0x00000000
// CASE bits_sub 0x3f800000 0x80000000
// CASE bits_sub 0x3f800000 0x3f800000
// CASE bits_sub 0x3f800000 0xff800000
// CASE bits_sub 0x3f800000 0x7fc00000
// CASE bits_sub 0x7f800000 0x00000000
// CASE bits_sub 0x7f800000 0x80000000
// CASE bits_sub 0x7f800000 0x3f800000
// CASE bits_sub 0x7f800000 0xff800000
// CASE bits_sub 0x7f800000 0x7fc00000
// CASE bits_sub 0x7fc00000 0x00000000
// CASE bits_sub 0x7fc00000 0x80000000
// CASE bits_sub 0x7fc00000 0x3f800000
// CASE bits_sub 0x7fc00000 0xff800000
// CASE bits_sub 0x7fc00000 0x7fc00000
// CASE bits_sub 0x00000001 0x80000001
// CASE bits_sub 0x7f7fffff 0x7f7fffff
// CASE bits_sub 0x40f00000 0x40000000
// CASE bits_sub 0xc0f00000 0x40000000
// CASE bits_sub 0x40a00000 0x40000000
// CASE bits_sub 0x3f800000 0x40400000
// CASE bits_sub 0x00000001 0x40000000
  vm.export @bits_sub
  vm.func @bits_sub(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.sub.f32 %fa, %fb : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_mul 0x00000000 0x00000000
// CASE bits_mul 0x00000000 0x80000000
// CASE bits_mul 0x00000000 0x3f800000
// CASE bits_mul 0x00000000 0xff800000
// CASE bits_mul 0x00000000 0x7fc00000
// CASE bits_mul 0x80000000 0x00000000
// CASE bits_mul 0x80000000 0x80000000
// CASE bits_mul 0x80000000 0x3f800000
// CASE bits_mul 0x80000000 0xff800000
// CASE bits_mul 0x80000000 0x7fc00000
// CASE bits_mul 0x3f800000 0x00000000
// CASE bits_mul 0x3f800000 0x80000000
// CASE bits_mul 0x3f800000 0x3f800000
// CASE bits_mul 0x3f800000 0xff800000
// CASE bits_mul 0x3f800000 0x7fc00000
// CASE bits_mul 0x7f800000 0x00000000
// CASE bits_mul 0x7f800000 0x80000000
// CASE bits_mul 0x7f800000 0x3f800000
// CASE bits_mul 0x7f800000 0xff800000
// CASE bits_mul 0x7f800000 0x7fc00000
// CASE bits_mul 0x7fc00000 0x00000000
// CASE bits_mul 0x7fc00000 0x80000000
// CASE bits_mul 0x7fc00000 0x3f800000
// CASE bits_mul 0x7fc00000 0xff800000
// CASE bits_mul 0x7fc00000 0x7fc00000
// CASE bits_mul 0x00000001 0x80000001
// CASE bits_mul 0x7f7fffff 0x7f7fffff
// CASE bits_mul 0x40f00000 0x40000000
// CASE bits_mul 0xc0f00000 0x40000000
// CASE bits_mul 0x40a00000 0x40000000
// CASE bits_mul 0x3f800000 0x40400000
// CASE bits_mul 0x00000001 0x40000000
  vm.export @bits_mul
  vm.func @bits_mul(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.mul.f32 %fa, %fb : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_div 0x00000000 0x00000000
// CASE bits_div 0x00000000 0x80000000
// CASE bits_div 0x00000000 0x3f800000
// CASE bits_div 0x00000000 0xff800000
// CASE bits_div 0x00000000 0x7fc00000
// CASE bits_div 0x80000000 0x00000000
// CASE bits_div 0x80000000 0x80000000
// CASE bits_div 0x80000000 0x3f800000
// CASE bits_div 0x80000000 0xff800000
// CASE bits_div 0x80000000 0x7fc00000
// CASE bits_div 0x3f800000 0x00000000
// CASE bits_div 0x3f800000 0x80000000
// CASE bits_div 0x3f800000 0x3f800000
// CASE bits_div 0x3f800000 0xff800000
// CASE bits_div 0x3f800000 0x7fc00000
// CASE bits_div 0x7f800000 0x00000000
// CASE bits_div 0x7f800000 0x80000000
// CASE bits_div 0x7f800000 0x3f800000
// CASE bits_div 0x7f800000 0xff800000
// CASE bits_div 0x7f800000 0x7fc00000
// CASE bits_div 0x7fc00000 0x00000000
// CASE bits_div 0x7fc00000 0x80000000
// CASE bits_div 0x7fc00000 0x3f800000
// CASE bits_div 0x7fc00000 0xff800000
// CASE bits_div 0x7fc00000 0x7fc00000
// CASE bits_div 0x00000001 0x80000001
// CASE bits_div 0x7f7fffff 0x7f7fffff
// CASE bits_div 0x40f00000 0x40000000
// CASE bits_div 0xc0f00000 0x40000000
// CASE bits_div 0x40a00000 0x40000000
// CASE bits_div 0x3f800000 0x40400000
// CASE bits_div 0x00000001 0x40000000
  vm.export @bits_div
  vm.func @bits_div(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.div.f32 %fa, %fb : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_rem 0x00000000 0x00000000
// CASE bits_rem 0x00000000 0x80000000
// CASE bits_rem 0x00000000 0x3f800000
// CASE bits_rem 0x00000000 0xff800000
// CASE bits_rem 0x00000000 0x7fc00000
// CASE bits_rem 0x80000000 0x00000000
// CASE bits_rem 0x80000000 0x80000000
// CASE bits_rem 0x80000000 0x3f800000
// CASE bits_rem 0x80000000 0xff800000
// CASE bits_rem 0x80000000 0x7fc00000
// CASE bits_rem 0x3f800000 0x00000000
// CASE bits_rem 0x3f800000 0x80000000
// CASE bits_rem 0x3f800000 0x3f800000
// CASE bits_rem 0x3f800000 0xff800000
// CASE bits_rem 0x3f800000 0x7fc00000
// CASE bits_rem 0x7f800000 0x00000000
// CASE bits_rem 0x7f800000 0x80000000
// CASE bits_rem 0x7f800000 0x3f800000
// CASE bits_rem 0x7f800000 0xff800000
// CASE bits_rem 0x7f800000 0x7fc00000
// CASE bits_rem 0x7fc00000 0x00000000
// CASE bits_rem 0x7fc00000 0x80000000
// CASE bits_rem 0x7fc00000 0x3f800000
// CASE bits_rem 0x7fc00000 0xff800000
// CASE bits_rem 0x7fc00000 0x7fc00000
// CASE bits_rem 0x00000001 0x80000001
// CASE bits_rem 0x7f7fffff 0x7f7fffff
// CASE bits_rem 0x40f00000 0x40000000
// CASE bits_rem 0xc0f00000 0x40000000
// CASE bits_rem 0x40a00000 0x40000000
// CASE bits_rem 0x3f800000 0x40400000
// CASE bits_rem 0x00000001 0x40000000
  vm.export @bits_rem
  vm.func @bits_rem(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.rem.f32 %fa, %fb : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_min 0x00000000 0x00000000
// CASE bits_min 0x00000000 0x80000000
// CASE bits_min 0x00000000 0x3f800000
// CASE bits_min 0x00000000 0xff800000
// CASE bits_min 0x00000000 0x7fc00000
// CASE bits_min 0x80000000 0x00000000
// CASE bits_min 0x80000000 0x80000000
// CASE bits_min 0x80000000 0x3f800000
// CASE bits_min 0x80000000 0xff800000
// CASE bits_min 0x80000000 0x7fc00000
// CASE bits_min 0x3f800000 0x00000000
// CASE bits_min 0x3f800000 0x80000000
// CASE bits_min 0x3f800000 0x3f800000
// CASE bits_min 0x3f800000 0xff800000
// CASE bits_min 0x3f800000 0x7fc00000
// CASE bits_min 0x7f800000 0x00000000
// CASE bits_min 0x7f800000 0x80000000
// CASE bits_min 0x7f800000 0x3f800000
// CASE bits_min 0x7f800000 0xff800000
// CASE bits_min 0x7f800000 0x7fc00000
// CASE bits_min 0x7fc00000 0x00000000
// CASE bits_min 0x7fc00000 0x80000000
// CASE bits_min 0x7fc00000 0x3f800000
// CASE bits_min 0x7fc00000 0xff800000
// CASE bits_min 0x7fc00000 0x7fc00000
// CASE bits_min 0x00000001 0x80000001
// CASE bits_min 0x7f7fffff 0x7f7fffff
// CASE bits_min 0x40f00000 0x40000000
// CASE bits_min 0xc0f00000 0x40000000
// CASE bits_min 0x40a00000 0x40000000
// CASE bits_min 0x3f800000 0x40400000
// CASE bits_min 0x00000001 0x40000000
  vm.export @bits_min
  vm.func @bits_min(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.min.f32 %fa, %fb : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_max 0x00000000 0x00000000
// CASE bits_max 0x00000000 0x80000000
// CASE bits_max 0x00000000 0x3f800000
// CASE bits_max 0x00000000 0xff800000
// CASE bits_max 0x00000000 0x7fc00000
// CASE bits_max 0x80000000 0x00000000
// CASE bits_max 0x80000000 0x80000000
// CASE bits_max 0x80000000 0x3f800000
// CASE bits_max 0x80000000 0xff800000
// CASE bits_max 0x80000000 0x7fc00000
// CASE bits_max 0x3f800000 0x00000000
// CASE bits_max 0x3f800000 0x80000000
// CASE bits_max 0x3f800000 0x3f800000
// CASE bits_max 0x3f800000 0xff800000
// CASE bits_max 0x3f800000 0x7fc00000
// CASE bits_max 0x7f800000 0x00000000
// CASE bits_max 0x7f800000 0x80000000
// CASE bits_max 0x7f800000 0x3f800000
// CASE bits_max 0x7f800000 0xff800000
// CASE bits_max 0x7f800000 0x7fc00000
// CASE bits_max 0x7fc00000 0x00000000
// CASE bits_max 0x7fc00000 0x80000000
// CASE bits_max 0x7fc00000 0x3f800000
// CASE bits_max 0x7fc00000 0xff800000
// CASE bits_max 0x7fc00000 0x7fc00000
// CASE bits_max 0x00000001 0x80000001
// CASE bits_max 0x7f7fffff 0x7f7fffff
// CASE bits_max 0x40f00000 0x40000000
// CASE bits_max 0xc0f00000 0x40000000
// CASE bits_max 0x40a00000 0x40000000
// CASE bits_max 0x3f800000 0x40400000
// CASE bits_max 0x00000001 0x40000000
  vm.export @bits_max
  vm.func @bits_max(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.max.f32 %fa, %fb : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_abs 0x00000000
// CASE bits_abs 0x80000000
// CASE bits_abs 0x3f800000
// CASE bits_abs 0xbfc00000
// CASE bits_abs 0x7f800000
// CASE bits_abs 0xff800000
// CASE bits_abs 0x7fc00000
// CASE bits_abs 0x00000001
// CASE bits_abs 0x7f7fffff
// CASE bits_abs 0x3f000000
// CASE bits_abs 0x3fc00000
// CASE bits_abs 0x40200000
// CASE bits_abs 0xbf000000
// CASE bits_abs 0xc0200000
// CASE bits_abs 0x3e99999a
// CASE bits_abs 0xbe99999a
// CASE bits_abs 0x40800000
// CASE bits_abs 0x4affffff
  vm.export @bits_abs
  vm.func @bits_abs(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.abs.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_neg 0x00000000
// CASE bits_neg 0x80000000
// CASE bits_neg 0x3f800000
// CASE bits_neg 0xbfc00000
// CASE bits_neg 0x7f800000
// CASE bits_neg 0xff800000
// CASE bits_neg 0x7fc00000
// CASE bits_neg 0x00000001
// CASE bits_neg 0x7f7fffff
// CASE bits_neg 0x3f000000
// CASE bits_neg 0x3fc00000
// CASE bits_neg 0x40200000
// CASE bits_neg 0xbf000000
// CASE bits_neg 0xc0200000
// CASE bits_neg 0x3e99999a
// CASE bits_neg 0xbe99999a
// CASE bits_neg 0x40800000
// CASE bits_neg 0x4affffff
  vm.export @bits_neg
  vm.func @bits_neg(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.neg.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_ceil 0x00000000
// CASE bits_ceil 0x80000000
// CASE bits_ceil 0x3f800000
// CASE bits_ceil 0xbfc00000
// CASE bits_ceil 0x7f800000
// CASE bits_ceil 0xff800000
// CASE bits_ceil 0x7fc00000
// CASE bits_ceil 0x00000001
// CASE bits_ceil 0x7f7fffff
// CASE bits_ceil 0x3f000000
// CASE bits_ceil 0x3fc00000
// CASE bits_ceil 0x40200000
// CASE bits_ceil 0xbf000000
// CASE bits_ceil 0xc0200000
// CASE bits_ceil 0x3e99999a
// CASE bits_ceil 0xbe99999a
// CASE bits_ceil 0x40800000
// CASE bits_ceil 0x4affffff
  vm.export @bits_ceil
  vm.func @bits_ceil(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.ceil.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_floor 0x00000000
// CASE bits_floor 0x80000000
// CASE bits_floor 0x3f800000
// CASE bits_floor 0xbfc00000
// CASE bits_floor 0x7f800000
// CASE bits_floor 0xff800000
// CASE bits_floor 0x7fc00000
// CASE bits_floor 0x00000001
// CASE bits_floor 0x7f7fffff
// CASE bits_floor 0x3f000000
// CASE bits_floor 0x3fc00000
// CASE bits_floor 0x40200000
// CASE bits_floor 0xbf000000
// CASE bits_floor 0xc0200000
// CASE bits_floor 0x3e99999a
// CASE bits_floor 0xbe99999a
// CASE bits_floor 0x40800000
// CASE bits_floor 0x4affffff
  vm.export @bits_floor
  vm.func @bits_floor(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.floor.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_round 0x00000000
// CASE bits_round 0x80000000
// CASE bits_round 0x3f800000
// CASE bits_round 0xbfc00000
// CASE bits_round 0x7f800000
// CASE bits_round 0xff800000
// CASE bits_round 0x7fc00000
// CASE bits_round 0x00000001
// CASE bits_round 0x7f7fffff
// CASE bits_round 0x3f000000
// CASE bits_round 0x3fc00000
// CASE bits_round 0x40200000
// CASE bits_round 0xbf000000
// CASE bits_round 0xc0200000
// CASE bits_round 0x3e99999a
// CASE bits_round 0xbe99999a
// CASE bits_round 0x40800000
// CASE bits_round 0x4affffff
  vm.export @bits_round
  vm.func @bits_round(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.round.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_roundeven 0x00000000
// CASE bits_roundeven 0x80000000
// CASE bits_roundeven 0x3f800000
// CASE bits_roundeven 0xbfc00000
// CASE bits_roundeven 0x7f800000
// CASE bits_roundeven 0xff800000
// CASE bits_roundeven 0x7fc00000
// CASE bits_roundeven 0x00000001
// CASE bits_roundeven 0x7f7fffff
// CASE bits_roundeven 0x3f000000
// CASE bits_roundeven 0x3fc00000
// CASE bits_roundeven 0x40200000
// CASE bits_roundeven 0xbf000000
// CASE bits_roundeven 0xc0200000
// CASE bits_roundeven 0x3e99999a
// CASE bits_roundeven 0xbe99999a
// CASE bits_roundeven 0x40800000
// CASE bits_roundeven 0x4affffff
  vm.export @bits_roundeven
  vm.func @bits_roundeven(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.round.f32.even %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_sqrt 0x00000000
// CASE bits_sqrt 0x80000000
// CASE bits_sqrt 0x3f800000
// CASE bits_sqrt 0xbfc00000
// CASE bits_sqrt 0x7f800000
// CASE bits_sqrt 0xff800000
// CASE bits_sqrt 0x7fc00000
// CASE bits_sqrt 0x00000001
// CASE bits_sqrt 0x7f7fffff
// CASE bits_sqrt 0x3f000000
// CASE bits_sqrt 0x3fc00000
// CASE bits_sqrt 0x40200000
// CASE bits_sqrt 0xbf000000
// CASE bits_sqrt 0xc0200000
// CASE bits_sqrt 0x3e99999a
// CASE bits_sqrt 0xbe99999a
// CASE bits_sqrt 0x40800000
// CASE bits_sqrt 0x4affffff
  vm.export @bits_sqrt
  vm.func @bits_sqrt(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.sqrt.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_atan 0x00000000
// CASE libm_atan 0x80000000
// CASE libm_atan 0x3f800000
// CASE libm_atan 0x7f800000
// CASE libm_atan 0x7fc00000
  vm.export @libm_atan
  vm.func @libm_atan(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.atan.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_cos 0x00000000
// CASE libm_cos 0x3f800000
// CASE libm_cos 0x7f800000
  vm.export @libm_cos
  vm.func @libm_cos(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.cos.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_sin 0x00000000
// CASE libm_sin 0x80000000
// CASE libm_sin 0x3f800000
  vm.export @libm_sin
  vm.func @libm_sin(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.sin.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_exp 0x00000000
// CASE libm_exp 0x3f800000
// CASE libm_exp 0xff800000
// CASE libm_exp 0x7f800000
// CASE libm_exp 0x461c4000
  vm.export @libm_exp
  vm.func @libm_exp(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.exp.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_exp2 0x40400000
// CASE libm_exp2 0xbf800000
// CASE libm_exp2 0x3f000000
// CASE libm_exp2 0xff800000
  vm.export @libm_exp2
  vm.func @libm_exp2(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.exp2.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_expm1 0x00000000
// CASE libm_expm1 0x80000000
// CASE libm_expm1 0x3727c5ac
// CASE libm_expm1 0xff800000
  vm.export @libm_expm1
  vm.func @libm_expm1(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.expm1.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_log 0x3f800000
// CASE libm_log 0x00000000
// CASE libm_log 0xbf800000
// CASE libm_log 0x7f800000
// CASE libm_log 0x40000000
  vm.export @libm_log
  vm.func @libm_log(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.log.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_log10 0x447a0000
// CASE libm_log10 0x00000000
// CASE libm_log10 0x40000000
  vm.export @libm_log10
  vm.func @libm_log10(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.log10.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_log1p 0x00000000
// CASE libm_log1p 0x80000000
// CASE libm_log1p 0xbf800000
// CASE libm_log1p 0x3727c5ac
  vm.export @libm_log1p
  vm.func @libm_log1p(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.log1p.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_log2 0x41000000
// CASE libm_log2 0x00000000
// CASE libm_log2 0x40400000
  vm.export @libm_log2
  vm.func @libm_log2(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.log2.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_rsqrt 0x40800000
// CASE libm_rsqrt 0x00000000
// CASE libm_rsqrt 0x80000000
// CASE libm_rsqrt 0x7f800000
// CASE libm_rsqrt 0x40000000
// CASE libm_rsqrt 0xbf800000
  vm.export @libm_rsqrt
  vm.func @libm_rsqrt(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.rsqrt.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_tanh 0x00000000
// CASE libm_tanh 0x80000000
// CASE libm_tanh 0x7f800000
// CASE libm_tanh 0x3f000000
  vm.export @libm_tanh
  vm.func @libm_tanh(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.tanh.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_erf 0x00000000
// CASE libm_erf 0x80000000
// CASE libm_erf 0x7f800000
// CASE libm_erf 0x3f000000
  vm.export @libm_erf
  vm.func @libm_erf(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.erf.f32 %fa : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_atan2 0x00000000 0x3f800000
// CASE libm_atan2 0x00000000 0xbf800000
// CASE libm_atan2 0x80000000 0xbf800000
// CASE libm_atan2 0x3f800000 0x00000000
// CASE libm_atan2 0x3f800000 0x40000000
// CASE libm_atan2 0x7fc00000 0x3f800000
  vm.export @libm_atan2
  vm.func @libm_atan2(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.atan2.f32 %fa, %fb : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE libm_pow 0x40000000 0x41200000
// CASE libm_pow 0x40000000 0xbf800000
// CASE libm_pow 0x00000000 0x00000000
// CASE libm_pow 0x7fc00000 0x00000000
// CASE libm_pow 0xc1000000 0x3eaaaaab
// CASE libm_pow 0xc0000000 0x40400000
// CASE libm_pow 0x3fc00000 0x40200000
  vm.export @libm_pow
  vm.func @libm_pow(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.pow.f32 %fa, %fb : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_fma 0x40000000 0x40400000 0x40800000
// CASE bits_fma 0x7f800000 0x00000000 0x3f800000
// CASE bits_fma 0xbf800000 0x3f800000 0x3f800000
// CASE bits_fma 0x7fc00000 0x3f800000 0x3f800000
  vm.export @bits_fma
  vm.func @bits_fma(%a: i32, %b: i32, %c: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %fc = vm.bitcast.i32.f32 %c : i32 -> f32
    %0 = vm.fma.f32 %fa, %fb, %fc : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE cmp_eq_o 0x00000000 0x00000000
// CASE cmp_eq_o 0x00000000 0x80000000
// CASE cmp_eq_o 0x00000000 0x3f800000
// CASE cmp_eq_o 0x00000000 0xff800000
// CASE cmp_eq_o 0x00000000 0x7fc00000
// CASE cmp_eq_o 0x80000000 0x00000000
// CASE cmp_eq_o 0x80000000 0x80000000
// CASE cmp_eq_o 0x80000000 0x3f800000
// CASE cmp_eq_o 0x80000000 0xff800000
// CASE cmp_eq_o 0x80000000 0x7fc00000
// CASE cmp_eq_o 0x3f800000 0x00000000
// CASE cmp_eq_o 0x3f800000 0x80000000
// CASE cmp_eq_o 0x3f800000 0x3f800000
// CASE cmp_eq_o 0x3f800000 0xff800000
// CASE cmp_eq_o 0x3f800000 0x7fc00000
// CASE cmp_eq_o 0x7f800000 0x00000000
// CASE cmp_eq_o 0x7f800000 0x80000000
// CASE cmp_eq_o 0x7f800000 0x3f800000
// CASE cmp_eq_o 0x7f800000 0xff800000
// CASE cmp_eq_o 0x7f800000 0x7fc00000
// CASE cmp_eq_o 0x7fc00000 0x00000000
// CASE cmp_eq_o 0x7fc00000 0x80000000
// CASE cmp_eq_o 0x7fc00000 0x3f800000
// CASE cmp_eq_o 0x7fc00000 0xff800000
// CASE cmp_eq_o 0x7fc00000 0x7fc00000
// CASE cmp_eq_o 0x00000001 0x80000001
// CASE cmp_eq_o 0x7f7fffff 0x7f7fffff
// CASE cmp_eq_o 0x40f00000 0x40000000
// CASE cmp_eq_o 0xc0f00000 0x40000000
// CASE cmp_eq_o 0x40a00000 0x40000000
// CASE cmp_eq_o 0x3f800000 0x40400000
// CASE cmp_eq_o 0x00000001 0x40000000
  vm.export @cmp_eq_o
  vm.func @cmp_eq_o(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.eq.f32.o %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_eq_u 0x00000000 0x00000000
// CASE cmp_eq_u 0x00000000 0x80000000
// CASE cmp_eq_u 0x00000000 0x3f800000
// CASE cmp_eq_u 0x00000000 0xff800000
// CASE cmp_eq_u 0x00000000 0x7fc00000
// CASE cmp_eq_u 0x80000000 0x00000000
// CASE cmp_eq_u 0x80000000 0x80000000
// CASE cmp_eq_u 0x80000000 0x3f800000
// CASE cmp_eq_u 0x80000000 0xff800000
// CASE cmp_eq_u 0x80000000 0x7fc00000
// CASE cmp_eq_u 0x3f800000 0x00000000
// CASE cmp_eq_u 0x3f800000 0x80000000
// CASE cmp_eq_u 0x3f800000 0x3f800000
// CASE cmp_eq_u 0x3f800000 0xff800000
// CASE cmp_eq_u 0x3f800000 0x7fc00000
// CASE cmp_eq_u 0x7f800000 0x00000000
// CASE cmp_eq_u 0x7f800000 0x80000000
// CASE cmp_eq_u 0x7f800000 0x3f800000
// CASE cmp_eq_u 0x7f800000 0xff800000
// CASE cmp_eq_u 0x7f800000 0x7fc00000
// CASE cmp_eq_u 0x7fc00000 0x00000000
// CASE cmp_eq_u 0x7fc00000 0x80000000
// CASE cmp_eq_u 0x7fc00000 0x3f800000
// CASE cmp_eq_u 0x7fc00000 0xff800000
// CASE cmp_eq_u 0x7fc00000 0x7fc00000
// CASE cmp_eq_u 0x00000001 0x80000001
// CASE cmp_eq_u 0x7f7fffff 0x7f7fffff
// CASE cmp_eq_u 0x40f00000 0x40000000
// CASE cmp_eq_u 0xc0f00000 0x40000000
// CASE cmp_eq_u 0x40a00000 0x40000000
// CASE cmp_eq_u 0x3f800000 0x40400000
// CASE cmp_eq_u 0x00000001 0x40000000
  vm.export @cmp_eq_u
  vm.func @cmp_eq_u(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.eq.f32.u %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_ne_o 0x00000000 0x00000000
// CASE cmp_ne_o 0x00000000 0x80000000
// CASE cmp_ne_o 0x00000000 0x3f800000
// CASE cmp_ne_o 0x00000000 0xff800000
// CASE cmp_ne_o 0x00000000 0x7fc00000
// CASE cmp_ne_o 0x80000000 0x00000000
// CASE cmp_ne_o 0x80000000 0x80000000
// CASE cmp_ne_o 0x80000000 0x3f800000
// CASE cmp_ne_o 0x80000000 0xff800000
// CASE cmp_ne_o 0x80000000 0x7fc00000
// CASE cmp_ne_o 0x3f800000 0x00000000
// CASE cmp_ne_o 0x3f800000 0x80000000
// CASE cmp_ne_o 0x3f800000 0x3f800000
// CASE cmp_ne_o 0x3f800000 0xff800000
// CASE cmp_ne_o 0x3f800000 0x7fc00000
// CASE cmp_ne_o 0x7f800000 0x00000000
// CASE cmp_ne_o 0x7f800000 0x80000000
// CASE cmp_ne_o 0x7f800000 0x3f800000
// CASE cmp_ne_o 0x7f800000 0xff800000
// CASE cmp_ne_o 0x7f800000 0x7fc00000
// CASE cmp_ne_o 0x7fc00000 0x00000000
// CASE cmp_ne_o 0x7fc00000 0x80000000
// CASE cmp_ne_o 0x7fc00000 0x3f800000
// CASE cmp_ne_o 0x7fc00000 0xff800000
// CASE cmp_ne_o 0x7fc00000 0x7fc00000
// CASE cmp_ne_o 0x00000001 0x80000001
// CASE cmp_ne_o 0x7f7fffff 0x7f7fffff
// CASE cmp_ne_o 0x40f00000 0x40000000
// CASE cmp_ne_o 0xc0f00000 0x40000000
// CASE cmp_ne_o 0x40a00000 0x40000000
// CASE cmp_ne_o 0x3f800000 0x40400000
// CASE cmp_ne_o 0x00000001 0x40000000
  vm.export @cmp_ne_o
  vm.func @cmp_ne_o(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.ne.f32.o %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_ne_u 0x00000000 0x00000000
// CASE cmp_ne_u 0x00000000 0x80000000
// CASE cmp_ne_u 0x00000000 0x3f800000
// CASE cmp_ne_u 0x00000000 0xff800000
// CASE cmp_ne_u 0x00000000 0x7fc00000
// CASE cmp_ne_u 0x80000000 0x00000000
// CASE cmp_ne_u 0x80000000 0x80000000
// CASE cmp_ne_u 0x80000000 0x3f800000
// CASE cmp_ne_u 0x80000000 0xff800000
// CASE cmp_ne_u 0x80000000 0x7fc00000
// CASE cmp_ne_u 0x3f800000 0x00000000
// CASE cmp_ne_u 0x3f800000 0x80000000
// CASE cmp_ne_u 0x3f800000 0x3f800000
// CASE cmp_ne_u 0x3f800000 0xff800000
// CASE cmp_ne_u 0x3f800000 0x7fc00000
// CASE cmp_ne_u 0x7f800000 0x00000000
// CASE cmp_ne_u 0x7f800000 0x80000000
// CASE cmp_ne_u 0x7f800000 0x3f800000
// CASE cmp_ne_u 0x7f800000 0xff800000
// CASE cmp_ne_u 0x7f800000 0x7fc00000
// CASE cmp_ne_u 0x7fc00000 0x00000000
// CASE cmp_ne_u 0x7fc00000 0x80000000
// CASE cmp_ne_u 0x7fc00000 0x3f800000
// CASE cmp_ne_u 0x7fc00000 0xff800000
// CASE cmp_ne_u 0x7fc00000 0x7fc00000
// CASE cmp_ne_u 0x00000001 0x80000001
// CASE cmp_ne_u 0x7f7fffff 0x7f7fffff
// CASE cmp_ne_u 0x40f00000 0x40000000
// CASE cmp_ne_u 0xc0f00000 0x40000000
// CASE cmp_ne_u 0x40a00000 0x40000000
// CASE cmp_ne_u 0x3f800000 0x40400000
// CASE cmp_ne_u 0x00000001 0x40000000
  vm.export @cmp_ne_u
  vm.func @cmp_ne_u(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.ne.f32.u %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_lt_o 0x00000000 0x00000000
// CASE cmp_lt_o 0x00000000 0x80000000
// CASE cmp_lt_o 0x00000000 0x3f800000
// CASE cmp_lt_o 0x00000000 0xff800000
// CASE cmp_lt_o 0x00000000 0x7fc00000
// CASE cmp_lt_o 0x80000000 0x00000000
// CASE cmp_lt_o 0x80000000 0x80000000
// CASE cmp_lt_o 0x80000000 0x3f800000
// CASE cmp_lt_o 0x80000000 0xff800000
// CASE cmp_lt_o 0x80000000 0x7fc00000
// CASE cmp_lt_o 0x3f800000 0x00000000
// CASE cmp_lt_o 0x3f800000 0x80000000
// CASE cmp_lt_o 0x3f800000 0x3f800000
// CASE cmp_lt_o 0x3f800000 0xff800000
// CASE cmp_lt_o 0x3f800000 0x7fc00000
// CASE cmp_lt_o 0x7f800000 0x00000000
// CASE cmp_lt_o 0x7f800000 0x80000000
// CASE cmp_lt_o 0x7f800000 0x3f800000
// CASE cmp_lt_o 0x7f800000 0xff800000
// CASE cmp_lt_o 0x7f800000 0x7fc00000
// CASE cmp_lt_o 0x7fc00000 0x00000000
// CASE cmp_lt_o 0x7fc00000 0x80000000
// CASE cmp_lt_o 0x7fc00000 0x3f800000
// CASE cmp_lt_o 0x7fc00000 0xff800000
// CASE cmp_lt_o 0x7fc00000 0x7fc00000
// CASE cmp_lt_o 0x00000001 0x80000001
// CASE cmp_lt_o 0x7f7fffff 0x7f7fffff
// CASE cmp_lt_o 0x40f00000 0x40000000
// CASE cmp_lt_o 0xc0f00000 0x40000000
// CASE cmp_lt_o 0x40a00000 0x40000000
// CASE cmp_lt_o 0x3f800000 0x40400000
// CASE cmp_lt_o 0x00000001 0x40000000
  vm.export @cmp_lt_o
  vm.func @cmp_lt_o(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.lt.f32.o %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_lt_u 0x00000000 0x00000000
// CASE cmp_lt_u 0x00000000 0x80000000
// CASE cmp_lt_u 0x00000000 0x3f800000
// CASE cmp_lt_u 0x00000000 0xff800000
// CASE cmp_lt_u 0x00000000 0x7fc00000
// CASE cmp_lt_u 0x80000000 0x00000000
// CASE cmp_lt_u 0x80000000 0x80000000
// CASE cmp_lt_u 0x80000000 0x3f800000
// CASE cmp_lt_u 0x80000000 0xff800000
// CASE cmp_lt_u 0x80000000 0x7fc00000
// CASE cmp_lt_u 0x3f800000 0x00000000
// CASE cmp_lt_u 0x3f800000 0x80000000
// CASE cmp_lt_u 0x3f800000 0x3f800000
// CASE cmp_lt_u 0x3f800000 0xff800000
// CASE cmp_lt_u 0x3f800000 0x7fc00000
// CASE cmp_lt_u 0x7f800000 0x00000000
// CASE cmp_lt_u 0x7f800000 0x80000000
// CASE cmp_lt_u 0x7f800000 0x3f800000
// CASE cmp_lt_u 0x7f800000 0xff800000
// CASE cmp_lt_u 0x7f800000 0x7fc00000
// CASE cmp_lt_u 0x7fc00000 0x00000000
// CASE cmp_lt_u 0x7fc00000 0x80000000
// CASE cmp_lt_u 0x7fc00000 0x3f800000
// CASE cmp_lt_u 0x7fc00000 0xff800000
// CASE cmp_lt_u 0x7fc00000 0x7fc00000
// CASE cmp_lt_u 0x00000001 0x80000001
// CASE cmp_lt_u 0x7f7fffff 0x7f7fffff
// CASE cmp_lt_u 0x40f00000 0x40000000
// CASE cmp_lt_u 0xc0f00000 0x40000000
// CASE cmp_lt_u 0x40a00000 0x40000000
// CASE cmp_lt_u 0x3f800000 0x40400000
// CASE cmp_lt_u 0x00000001 0x40000000
  vm.export @cmp_lt_u
  vm.func @cmp_lt_u(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.lt.f32.u %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_lte_o 0x00000000 0x00000000
// CASE cmp_lte_o 0x00000000 0x80000000
// CASE cmp_lte_o 0x00000000 0x3f800000
// CASE cmp_lte_o 0x00000000 0xff800000
// CASE cmp_lte_o 0x00000000 0x7fc00000
// CASE cmp_lte_o 0x80000000 0x00000000
// CASE cmp_lte_o 0x80000000 0x80000000
// CASE cmp_lte_o 0x80000000 0x3f800000
// CASE cmp_lte_o 0x80000000 0xff800000
// CASE cmp_lte_o 0x80000000 0x7fc00000
// CASE cmp_lte_o 0x3f800000 0x00000000
// CASE cmp_lte_o 0x3f800000 0x80000000
// CASE cmp_lte_o 0x3f800000 0x3f800000
// CASE cmp_lte_o 0x3f800000 0xff800000
// CASE cmp_lte_o 0x3f800000 0x7fc00000
// CASE cmp_lte_o 0x7f800000 0x00000000
// CASE cmp_lte_o 0x7f800000 0x80000000
// CASE cmp_lte_o 0x7f800000 0x3f800000
// CASE cmp_lte_o 0x7f800000 0xff800000
// CASE cmp_lte_o 0x7f800000 0x7fc00000
// CASE cmp_lte_o 0x7fc00000 0x00000000
// CASE cmp_lte_o 0x7fc00000 0x80000000
// CASE cmp_lte_o 0x7fc00000 0x3f800000
// CASE cmp_lte_o 0x7fc00000 0xff800000
// CASE cmp_lte_o 0x7fc00000 0x7fc00000
// CASE cmp_lte_o 0x00000001 0x80000001
// CASE cmp_lte_o 0x7f7fffff 0x7f7fffff
// CASE cmp_lte_o 0x40f00000 0x40000000
// CASE cmp_lte_o 0xc0f00000 0x40000000
// CASE cmp_lte_o 0x40a00000 0x40000000
// CASE cmp_lte_o 0x3f800000 0x40400000
// CASE cmp_lte_o 0x00000001 0x40000000
  vm.export @cmp_lte_o
  vm.func @cmp_lte_o(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.lte.f32.o %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_lte_u 0x00000000 0x00000000
// CASE cmp_lte_u 0x00000000 0x80000000
// CASE cmp_lte_u 0x00000000 0x3f800000
// CASE cmp_lte_u 0x00000000 0xff800000
// CASE cmp_lte_u 0x00000000 0x7fc00000
// CASE cmp_lte_u 0x80000000 0x00000000
// CASE cmp_lte_u 0x80000000 0x80000000
// CASE cmp_lte_u 0x80000000 0x3f800000
// CASE cmp_lte_u 0x80000000 0xff800000
// CASE cmp_lte_u 0x80000000 0x7fc00000
// CASE cmp_lte_u 0x3f800000 0x00000000
// CASE cmp_lte_u 0x3f800000 0x80000000
// CASE cmp_lte_u 0x3f800000 0x3f800000
// CASE cmp_lte_u 0x3f800000 0xff800000
// CASE cmp_lte_u 0x3f800000 0x7fc00000
// CASE cmp_lte_u 0x7f800000 0x00000000
// CASE cmp_lte_u 0x7f800000 0x80000000
// CASE cmp_lte_u 0x7f800000 0x3f800000
// CASE cmp_lte_u 0x7f800000 0xff800000
// CASE cmp_lte_u 0x7f800000 0x7fc00000
// CASE cmp_lte_u 0x7fc00000 0x00000000
// CASE cmp_lte_u 0x7fc00000 0x80000000
// CASE cmp_lte_u 0x7fc00000 0x3f800000
// CASE cmp_lte_u 0x7fc00000 0xff800000
// CASE cmp_lte_u 0x7fc00000 0x7fc00000
// CASE cmp_lte_u 0x00000001 0x80000001
// CASE cmp_lte_u 0x7f7fffff 0x7f7fffff
// CASE cmp_lte_u 0x40f00000 0x40000000
// CASE cmp_lte_u 0xc0f00000 0x40000000
// CASE cmp_lte_u 0x40a00000 0x40000000
// CASE cmp_lte_u 0x3f800000 0x40400000
// CASE cmp_lte_u 0x00000001 0x40000000
  vm.export @cmp_lte_u
  vm.func @cmp_lte_u(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.lte.f32.u %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_gt_o 0x00000000 0x00000000
// CASE cmp_gt_o 0x00000000 0x80000000
// CASE cmp_gt_o 0x00000000 0x3f800000
// CASE cmp_gt_o 0x00000000 0xff800000
// CASE cmp_gt_o 0x00000000 0x7fc00000
// CASE cmp_gt_o 0x80000000 0x00000000
// CASE cmp_gt_o 0x80000000 0x80000000
// CASE cmp_gt_o 0x80000000 0x3f800000
// CASE cmp_gt_o 0x80000000 0xff800000
// CASE cmp_gt_o 0x80000000 0x7fc00000
// CASE cmp_gt_o 0x3f800000 0x00000000
// CASE cmp_gt_o 0x3f800000 0x80000000
// CASE cmp_gt_o 0x3f800000 0x3f800000
// CASE cmp_gt_o 0x3f800000 0xff800000
// CASE cmp_gt_o 0x3f800000 0x7fc00000
// CASE cmp_gt_o 0x7f800000 0x00000000
// CASE cmp_gt_o 0x7f800000 0x80000000
// CASE cmp_gt_o 0x7f800000 0x3f800000
// CASE cmp_gt_o 0x7f800000 0xff800000
// CASE cmp_gt_o 0x7f800000 0x7fc00000
// CASE cmp_gt_o 0x7fc00000 0x00000000
// CASE cmp_gt_o 0x7fc00000 0x80000000
// CASE cmp_gt_o 0x7fc00000 0x3f800000
// CASE cmp_gt_o 0x7fc00000 0xff800000
// CASE cmp_gt_o 0x7fc00000 0x7fc00000
// CASE cmp_gt_o 0x00000001 0x80000001
// CASE cmp_gt_o 0x7f7fffff 0x7f7fffff
// CASE cmp_gt_o 0x40f00000 0x40000000
// CASE cmp_gt_o 0xc0f00000 0x40000000
// CASE cmp_gt_o 0x40a00000 0x40000000
// CASE cmp_gt_o 0x3f800000 0x40400000
// CASE cmp_gt_o 0x00000001 0x40000000
  vm.export @cmp_gt_o
  vm.func @cmp_gt_o(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.gt.f32.o %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_gt_u 0x00000000 0x00000000
// CASE cmp_gt_u 0x00000000 0x80000000
// CASE cmp_gt_u 0x00000000 0x3f800000
// CASE cmp_gt_u 0x00000000 0xff800000
// CASE cmp_gt_u 0x00000000 0x7fc00000
// CASE cmp_gt_u 0x80000000 0x00000000
// CASE cmp_gt_u 0x80000000 0x80000000
// CASE cmp_gt_u 0x80000000 0x3f800000
// CASE cmp_gt_u 0x80000000 0xff800000
// CASE cmp_gt_u 0x80000000 0x7fc00000
// CASE cmp_gt_u 0x3f800000 0x00000000
// CASE cmp_gt_u 0x3f800000 0x80000000
// CASE cmp_gt_u 0x3f800000 0x3f800000
// CASE cmp_gt_u 0x3f800000 0xff800000
// CASE cmp_gt_u 0x3f800000 0x7fc00000
// CASE cmp_gt_u 0x7f800000 0x00000000
// CASE cmp_gt_u 0x7f800000 0x80000000
// CASE cmp_gt_u 0x7f800000 0x3f800000
// CASE cmp_gt_u 0x7f800000 0xff800000
// CASE cmp_gt_u 0x7f800000 0x7fc00000
// CASE cmp_gt_u 0x7fc00000 0x00000000
// CASE cmp_gt_u 0x7fc00000 0x80000000
// CASE cmp_gt_u 0x7fc00000 0x3f800000
// CASE cmp_gt_u 0x7fc00000 0xff800000
// CASE cmp_gt_u 0x7fc00000 0x7fc00000
// CASE cmp_gt_u 0x00000001 0x80000001
// CASE cmp_gt_u 0x7f7fffff 0x7f7fffff
// CASE cmp_gt_u 0x40f00000 0x40000000
// CASE cmp_gt_u 0xc0f00000 0x40000000
// CASE cmp_gt_u 0x40a00000 0x40000000
// CASE cmp_gt_u 0x3f800000 0x40400000
// CASE cmp_gt_u 0x00000001 0x40000000
  vm.export @cmp_gt_u
  vm.func @cmp_gt_u(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.gt.f32.u %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_gte_o 0x00000000 0x00000000
// CASE cmp_gte_o 0x00000000 0x80000000
// CASE cmp_gte_o 0x00000000 0x3f800000
// CASE cmp_gte_o 0x00000000 0xff800000
// CASE cmp_gte_o 0x00000000 0x7fc00000
// CASE cmp_gte_o 0x80000000 0x00000000
// CASE cmp_gte_o 0x80000000 0x80000000
// CASE cmp_gte_o 0x80000000 0x3f800000
// CASE cmp_gte_o 0x80000000 0xff800000
// CASE cmp_gte_o 0x80000000 0x7fc00000
// CASE cmp_gte_o 0x3f800000 0x00000000
// CASE cmp_gte_o 0x3f800000 0x80000000
// CASE cmp_gte_o 0x3f800000 0x3f800000
// CASE cmp_gte_o 0x3f800000 0xff800000
// CASE cmp_gte_o 0x3f800000 0x7fc00000
// CASE cmp_gte_o 0x7f800000 0x00000000
// CASE cmp_gte_o 0x7f800000 0x80000000
// CASE cmp_gte_o 0x7f800000 0x3f800000
// CASE cmp_gte_o 0x7f800000 0xff800000
// CASE cmp_gte_o 0x7f800000 0x7fc00000
// CASE cmp_gte_o 0x7fc00000 0x00000000
// CASE cmp_gte_o 0x7fc00000 0x80000000
// CASE cmp_gte_o 0x7fc00000 0x3f800000
// CASE cmp_gte_o 0x7fc00000 0xff800000
// CASE cmp_gte_o 0x7fc00000 0x7fc00000
// CASE cmp_gte_o 0x00000001 0x80000001
// CASE cmp_gte_o 0x7f7fffff 0x7f7fffff
// CASE cmp_gte_o 0x40f00000 0x40000000
// CASE cmp_gte_o 0xc0f00000 0x40000000
// CASE cmp_gte_o 0x40a00000 0x40000000
// CASE cmp_gte_o 0x3f800000 0x40400000
// CASE cmp_gte_o 0x00000001 0x40000000
  vm.export @cmp_gte_o
  vm.func @cmp_gte_o(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.gte.f32.o %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_gte_u 0x00000000 0x00000000
// CASE cmp_gte_u 0x00000000 0x80000000
// CASE cmp_gte_u 0x00000000 0x3f800000
// CASE cmp_gte_u 0x00000000 0xff800000
// CASE cmp_gte_u 0x00000000 0x7fc00000
// CASE cmp_gte_u 0x80000000 0x00000000
// CASE cmp_gte_u 0x80000000 0x80000000
// CASE cmp_gte_u 0x80000000 0x3f800000
// CASE cmp_gte_u 0x80000000 0xff800000
// CASE cmp_gte_u 0x80000000 0x7fc00000
// CASE cmp_gte_u 0x3f800000 0x00000000
// CASE cmp_gte_u 0x3f800000 0x80000000
// CASE cmp_gte_u 0x3f800000 0x3f800000
// CASE cmp_gte_u 0x3f800000 0xff800000
// CASE cmp_gte_u 0x3f800000 0x7fc00000
// CASE cmp_gte_u 0x7f800000 0x00000000
// CASE cmp_gte_u 0x7f800000 0x80000000
// CASE cmp_gte_u 0x7f800000 0x3f800000
// CASE cmp_gte_u 0x7f800000 0xff800000
// CASE cmp_gte_u 0x7f800000 0x7fc00000
// CASE cmp_gte_u 0x7fc00000 0x00000000
// CASE cmp_gte_u 0x7fc00000 0x80000000
// CASE cmp_gte_u 0x7fc00000 0x3f800000
// CASE cmp_gte_u 0x7fc00000 0xff800000
// CASE cmp_gte_u 0x7fc00000 0x7fc00000
// CASE cmp_gte_u 0x00000001 0x80000001
// CASE cmp_gte_u 0x7f7fffff 0x7f7fffff
// CASE cmp_gte_u 0x40f00000 0x40000000
// CASE cmp_gte_u 0xc0f00000 0x40000000
// CASE cmp_gte_u 0x40a00000 0x40000000
// CASE cmp_gte_u 0x3f800000 0x40400000
// CASE cmp_gte_u 0x00000001 0x40000000
  vm.export @cmp_gte_u
  vm.func @cmp_gte_u(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %0 = vm.cmp.gte.f32.u %fa, %fb : f32
    vm.return %0 : i32
  }
// CASE cmp_nan 0x00000000
// CASE cmp_nan 0x80000000
// CASE cmp_nan 0x3f800000
// CASE cmp_nan 0xbfc00000
// CASE cmp_nan 0x7f800000
// CASE cmp_nan 0xff800000
// CASE cmp_nan 0x7fc00000
// CASE cmp_nan 0x00000001
// CASE cmp_nan 0x7f7fffff
  vm.export @cmp_nan
  vm.func @cmp_nan(%a: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.cmp.nan.f32 %fa : f32
    vm.return %0 : i32
  }
// CASE bits_select 0 0x80000000 0x3f800000
// CASE bits_select 1 0x80000000 0x3f800000
// CASE bits_select -1 0x80000000 0x3f800000
  vm.export @bits_select
  vm.func @bits_select(%a: i32, %b: i32, %c: i32) -> i32 {
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %fc = vm.bitcast.i32.f32 %c : i32 -> f32
    %0 = vm.select.f32 %a, %fb, %fc : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_switch 0 0x3f800000 0xc0000000 0x40600000
// CASE bits_switch 1 0x3f800000 0xc0000000 0x40600000
// CASE bits_switch 2 0x3f800000 0xc0000000 0x40600000
// CASE bits_switch -1 0x3f800000 0xc0000000 0x40600000
  vm.export @bits_switch
  vm.func @bits_switch(%a: i32, %b: i32, %c: i32, %d: i32) -> i32 {
    %fb = vm.bitcast.i32.f32 %b : i32 -> f32
    %fc = vm.bitcast.i32.f32 %c : i32 -> f32
    %fd = vm.bitcast.i32.f32 %d : i32 -> f32
    %0 = vm.switch.f32 %a[%fb, %fc] else %fd : f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_constants 
  vm.export @bits_constants
  vm.func @bits_constants() -> (i32, i32) {
    %0 = vm.const.f32.zero
    %1 = vm.const.f32 -1.5
    %2 = vm.bitcast.f32.i32 %0 : f32 -> i32
    %3 = vm.bitcast.f32.i32 %1 : f32 -> i32
    vm.return %2, %3 : i32, i32
  }
  vm.global.f32 private mutable @g = 2.5 : f32
// CASE bits_global 0x80000000
// CASE bits_global 0x40e80000
  vm.export @bits_global
  vm.func @bits_global(%a: i32) -> (i32, i32) {
    %f = vm.bitcast.i32.f32 %a : i32 -> f32
    %0 = vm.global.load.f32 @g : f32
    vm.global.store.f32 %f, @g : f32
    %1 = vm.global.load.f32 @g : f32
    vm.global.store.f32 %0, @g : f32
    %2 = vm.bitcast.f32.i32 %0 : f32 -> i32
    %3 = vm.bitcast.f32.i32 %1 : f32 -> i32
    vm.return %2, %3 : i32, i32
  }
// CASE bits_list 0x80000000 0
// CASE bits_list 0x3fc00000 1
// CASE bits_list 0x3fc00000 2
// CASE bits_list 0x3fc00000 -1
  vm.export @bits_list
  vm.func @bits_list(%a: i32, %b: i32) -> i32 {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %c2 = vm.const.i32 2
    %l = vm.list.alloc %c2 : (i32) -> !vm.list<f32>
    vm.list.resize %l, %c2 : (!vm.list<f32>, i32)
    vm.list.set.f32 %l, %b, %fa : (!vm.list<f32>, i32, f32)
    %0 = vm.list.get.f32 %l, %b : (!vm.list<f32>, i32) -> f32
    %r = vm.bitcast.f32.i32 %0 : f32 -> i32
    vm.return %r : i32
  }
// CASE bits_buffer 0x3fa00000 0 2 0
// CASE bits_buffer 0x3fa00000 1 1 1
// CASE bits_buffer 0x3fa00000 0 5 0
// CASE bits_buffer 0x3fa00000 0 6 0
// CASE bits_buffer 0x3fa00000 5 0 0
// CASE bits_buffer 0x3fa00000 2 0 5
// CASE bits_buffer 0x3fa00000 0 0 1
// CASE bits_buffer 0x3fa00000 -1 1 0 => OUT_OF_RANGE
// CASE bits_buffer 0x3fa00000 1 -1 0 => OUT_OF_RANGE
// CASE bits_buffer 0x3fa00000 0 0 -1 => OUT_OF_RANGE
  vm.export @bits_buffer
  vm.func @bits_buffer(%a: i32, %b: i64, %c: i64, %d: i64) -> (i32, i32) {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %al = vm.const.i32 16
    %len = vm.const.i64 20
    %one = vm.const.i64 1
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.fill.f32 %buf, %b, %c, %fa : f32 -> !vm.buffer
    %n = vm.neg.f32 %fa : f32
    vm.buffer.store.f32 %n, %buf[%d] : f32 -> !vm.buffer
    %0 = vm.buffer.load.f32 %buf[%d] : !vm.buffer -> f32
    %1 = vm.buffer.load.f32 %buf[%one] : !vm.buffer -> f32
    %2 = vm.bitcast.f32.i32 %0 : f32 -> i32
    %3 = vm.bitcast.f32.i32 %1 : f32 -> i32
    vm.return %2, %3 : i32, i32
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Integer arithmetic and compares of 32 bits: wrap-around, shift counts past the width, traps of division.
vm.module @alu_i32 {
// CASE add 0 0
// CASE add 1 -1
// CASE add -1 1
// CASE add -2147483648 -1
// CASE add -2147483648 -2147483648
// CASE add 2147483647 1
// CASE add 2147483647 2147483647
// CASE add -2147483648 1
// CASE add 7 3
// CASE add -7 3
// CASE add 7 -3
// CASE add 305419896 39612
// CASE add -2 2147483647
  vm.export @add
  vm.func @add(%a: i32, %b: i32) -> i32 {
    %0 = vm.add.i32 %a, %b : i32
    vm.return %0 : i32
  }
// CASE sub 0 0
// CASE sub 1 -1
// CASE sub -1 1
// CASE sub -2147483648 -1
// CASE sub -2147483648 -2147483648
// CASE sub 2147483647 1
// CASE sub 2147483647 2147483647
// CASE sub -2147483648 1
// CASE sub 7 3
// CASE sub -7 3
// CASE sub 7 -3
// CASE sub 305419896 39612
// CASE sub -2 2147483647
  vm.export @sub
  vm.func @sub(%a: i32, %b: i32) -> i32 {
    %0 = vm.sub.i32 %a, %b : i32
    vm.return %0 : i32
  }
// CASE mul 0 0
// CASE mul 1 -1
// CASE mul -1 1
// CASE mul -2147483648 -1
// CASE mul -2147483648 -2147483648
// CASE mul 2147483647 1
// CASE mul 2147483647 2147483647
// CASE mul -2147483648 1
// CASE mul 7 3
// CASE mul -7 3
// CASE mul 7 -3
// CASE mul 305419896 39612
// CASE mul -2 2147483647
  vm.export @mul
  vm.func @mul(%a: i32, %b: i32) -> i32 {
    %0 = vm.mul.i32 %a, %b : i32
    vm.return %0 : i32
  }
// CASE and 0 0
// CASE and 1 -1
// CASE and -1 1
// CASE and -2147483648 -1
// CASE and -2147483648 -2147483648
// CASE and 2147483647 1
// CASE and 2147483647 2147483647
// CASE and -2147483648 1
// CASE and 7 3
// CASE and -7 3
// CASE and 7 -3
// CASE and 305419896 39612
// CASE and -2 2147483647
  vm.export @and
  vm.func @and(%a: i32, %b: i32) -> i32 {
    %0 = vm.and.i32 %a, %b : i32
    vm.return %0 : i32
  }
// CASE or 0 0
// CASE or 1 -1
// CASE or -1 1
// CASE or -2147483648 -1
// CASE or -2147483648 -2147483648
// CASE or 2147483647 1
// CASE or 2147483647 2147483647
// CASE or -2147483648 1
// CASE or 7 3
// CASE or -7 3
// CASE or 7 -3
// CASE or 305419896 39612
// CASE or -2 2147483647
  vm.export @or
  vm.func @or(%a: i32, %b: i32) -> i32 {
    %0 = vm.or.i32 %a, %b : i32
    vm.return %0 : i32
  }
// CASE xor 0 0
// CASE xor 1 -1
// CASE xor -1 1
// CASE xor -2147483648 -1
// CASE xor -2147483648 -2147483648
// CASE xor 2147483647 1
// CASE xor 2147483647 2147483647
// CASE xor -2147483648 1
// CASE xor 7 3
// CASE xor -7 3
// CASE xor 7 -3
// CASE xor 305419896 39612
// CASE xor -2 2147483647
  vm.export @xor
  vm.func @xor(%a: i32, %b: i32) -> i32 {
    %0 = vm.xor.i32 %a, %b : i32
    vm.return %0 : i32
  }
// CASE min_s 0 0
// CASE min_s 1 -1
// CASE min_s -1 1
// CASE min_s -2147483648 -1
// CASE min_s -2147483648 -2147483648
// CASE min_s 2147483647 1
// CASE min_s 2147483647 2147483647
// CASE min_s -2147483648 1
// CASE min_s 7 3
// CASE min_s -7 3
// CASE min_s 7 -3
// CASE min_s 305419896 39612
// CASE min_s -2 2147483647
  vm.export @min_s
  vm.func @min_s(%a: i32, %b: i32) -> i32 {
    %0 = vm.min.i32.s %a, %b : i32
    vm.return %0 : i32
  }
// CASE min_u 0 0
// CASE min_u 1 -1
// CASE min_u -1 1
// CASE min_u -2147483648 -1
// CASE min_u -2147483648 -2147483648
// CASE min_u 2147483647 1
// CASE min_u 2147483647 2147483647
// CASE min_u -2147483648 1
// CASE min_u 7 3
// CASE min_u -7 3
// CASE min_u 7 -3
// CASE min_u 305419896 39612
// CASE min_u -2 2147483647
  vm.export @min_u
  vm.func @min_u(%a: i32, %b: i32) -> i32 {
    %0 = vm.min.i32.u %a, %b : i32
    vm.return %0 : i32
  }
// CASE max_s 0 0
// CASE max_s 1 -1
// CASE max_s -1 1
// CASE max_s -2147483648 -1
// CASE max_s -2147483648 -2147483648
// CASE max_s 2147483647 1
// CASE max_s 2147483647 2147483647
// CASE max_s -2147483648 1
// CASE max_s 7 3
// CASE max_s -7 3
// CASE max_s 7 -3
// CASE max_s 305419896 39612
// CASE max_s -2 2147483647
  vm.export @max_s
  vm.func @max_s(%a: i32, %b: i32) -> i32 {
    %0 = vm.max.i32.s %a, %b : i32
    vm.return %0 : i32
  }
// CASE max_u 0 0
// CASE max_u 1 -1
// CASE max_u -1 1
// CASE max_u -2147483648 -1
// CASE max_u -2147483648 -2147483648
// CASE max_u 2147483647 1
// CASE max_u 2147483647 2147483647
// CASE max_u -2147483648 1
// CASE max_u 7 3
// CASE max_u -7 3
// CASE max_u 7 -3
// CASE max_u 305419896 39612
// CASE max_u -2 2147483647
  vm.export @max_u
  vm.func @max_u(%a: i32, %b: i32) -> i32 {
    %0 = vm.max.i32.u %a, %b : i32
    vm.return %0 : i32
  }
// CASE div_s 0 0 => INVALID_ARGUMENT
// CASE div_s 1 -1
// CASE div_s -1 1
// CASE div_s -2147483648 -1 => -2147483648
// CASE div_s -2147483648 -2147483648
// CASE div_s 2147483647 1
// CASE div_s 2147483647 2147483647
// CASE div_s -2147483648 1
// CASE div_s 7 3
// CASE div_s -7 3
// CASE div_s 7 -3
// CASE div_s 305419896 39612
// CASE div_s -2 2147483647
  vm.export @div_s
  vm.func @div_s(%a: i32, %b: i32) -> i32 {
    %0 = vm.div.i32.s %a, %b : i32
    vm.return %0 : i32
  }
// CASE div_u 0 0 => INVALID_ARGUMENT
// CASE div_u 1 -1
// CASE div_u -1 1
// CASE div_u -2147483648 -1
// CASE div_u -2147483648 -2147483648
// CASE div_u 2147483647 1
// CASE div_u 2147483647 2147483647
// CASE div_u -2147483648 1
// CASE div_u 7 3
// CASE div_u -7 3
// CASE div_u 7 -3
// CASE div_u 305419896 39612
// CASE div_u -2 2147483647
  vm.export @div_u
  vm.func @div_u(%a: i32, %b: i32) -> i32 {
    %0 = vm.div.i32.u %a, %b : i32
    vm.return %0 : i32
  }
// CASE rem_s 0 0 => INVALID_ARGUMENT
// CASE rem_s 1 -1
// CASE rem_s -1 1
// CASE rem_s -2147483648 -1 => 0
// CASE rem_s -2147483648 -2147483648
// CASE rem_s 2147483647 1
// CASE rem_s 2147483647 2147483647
// CASE rem_s -2147483648 1
// CASE rem_s 7 3
// CASE rem_s -7 3
// CASE rem_s 7 -3
// CASE rem_s 305419896 39612
// CASE rem_s -2 2147483647
  vm.export @rem_s
  vm.func @rem_s(%a: i32, %b: i32) -> i32 {
    %0 = vm.rem.i32.s %a, %b : i32
    vm.return %0 : i32
  }
// CASE rem_u 0 0 => INVALID_ARGUMENT
// CASE rem_u 1 -1
// CASE rem_u -1 1
// CASE rem_u -2147483648 -1
// CASE rem_u -2147483648 -2147483648
// CASE rem_u 2147483647 1
// CASE rem_u 2147483647 2147483647
// CASE rem_u -2147483648 1
// CASE rem_u 7 3
// CASE rem_u -7 3
// CASE rem_u 7 -3
// CASE rem_u 305419896 39612
// CASE rem_u -2 2147483647
  vm.export @rem_u
  vm.func @rem_u(%a: i32, %b: i32) -> i32 {
    %0 = vm.rem.i32.u %a, %b : i32
    vm.return %0 : i32
  }
// CASE shl 1 0
// CASE shl 1 1
// CASE shl 1 31
// CASE shl 1 32
// CASE shl 1 33
// CASE shl 1 -1
// CASE shl -2147483648 0
// CASE shl -2147483648 1
// CASE shl -2147483648 31
// CASE shl -2147483648 32
// CASE shl -2147483648 33
// CASE shl -2147483648 -1
// CASE shl -1 0
// CASE shl -1 1
// CASE shl -1 31
// CASE shl -1 32
// CASE shl -1 33
// CASE shl -1 -1
// CASE shl 305419896 0
// CASE shl 305419896 1
// CASE shl 305419896 31
// CASE shl 305419896 32
// CASE shl 305419896 33
// CASE shl 305419896 -1
  vm.export @shl
  vm.func @shl(%a: i32, %b: i32) -> i32 {
    %0 = vm.shl.i32 %a, %b : i32
    vm.return %0 : i32
  }
// CASE shr_s 1 0
// CASE shr_s 1 1
// CASE shr_s 1 31
// CASE shr_s 1 32
// CASE shr_s 1 33
// CASE shr_s 1 -1
// CASE shr_s -2147483648 0
// CASE shr_s -2147483648 1
// CASE shr_s -2147483648 31
// CASE shr_s -2147483648 32
// CASE shr_s -2147483648 33
// CASE shr_s -2147483648 -1
// CASE shr_s -1 0
// CASE shr_s -1 1
// CASE shr_s -1 31
// CASE shr_s -1 32
// CASE shr_s -1 33
// CASE shr_s -1 -1
// CASE shr_s 305419896 0
// CASE shr_s 305419896 1
// CASE shr_s 305419896 31
// CASE shr_s 305419896 32
// CASE shr_s 305419896 33
// CASE shr_s 305419896 -1
  vm.export @shr_s
  vm.func @shr_s(%a: i32, %b: i32) -> i32 {
    %0 = vm.shr.i32.s %a, %b : i32
    vm.return %0 : i32
  }
// CASE shr_u 1 0
// CASE shr_u 1 1
// CASE shr_u 1 31
// CASE shr_u 1 32
// CASE shr_u 1 33
// CASE shr_u 1 -1
// CASE shr_u -2147483648 0
// CASE shr_u -2147483648 1
// CASE shr_u -2147483648 31
// CASE shr_u -2147483648 32
// CASE shr_u -2147483648 33
// CASE shr_u -2147483648 -1
// CASE shr_u -1 0
// CASE shr_u -1 1
// CASE shr_u -1 31
// CASE shr_u -1 32
// CASE shr_u -1 33
// CASE shr_u -1 -1
// CASE shr_u 305419896 0
// CASE shr_u 305419896 1
// CASE shr_u 305419896 31
// CASE shr_u 305419896 32
// CASE shr_u 305419896 33
// CASE shr_u 305419896 -1
  vm.export @shr_u
  vm.func @shr_u(%a: i32, %b: i32) -> i32 {
    %0 = vm.shr.i32.u %a, %b : i32
    vm.return %0 : i32
  }
// CASE cmp_eq 0 0
// CASE cmp_eq 1 -1
// CASE cmp_eq -1 1
// CASE cmp_eq -2147483648 -1
// CASE cmp_eq -2147483648 -2147483648
// CASE cmp_eq 2147483647 1
// CASE cmp_eq 2147483647 2147483647
// CASE cmp_eq -2147483648 1
// CASE cmp_eq 7 3
// CASE cmp_eq -7 3
// CASE cmp_eq 7 -3
// CASE cmp_eq 305419896 39612
// CASE cmp_eq -2 2147483647
  vm.export @cmp_eq
  vm.func @cmp_eq(%a: i32, %b: i32) -> i32 {
    %0 = vm.cmp.eq.i32 %a, %b : i32
    vm.return %0 : i32
  }
// CASE cmp_ne 0 0
// CASE cmp_ne 1 -1
// CASE cmp_ne -1 1
// CASE cmp_ne -2147483648 -1
// CASE cmp_ne -2147483648 -2147483648
// CASE cmp_ne 2147483647 1
// CASE cmp_ne 2147483647 2147483647
// CASE cmp_ne -2147483648 1
// CASE cmp_ne 7 3
// CASE cmp_ne -7 3
// CASE cmp_ne 7 -3
// CASE cmp_ne 305419896 39612
// CASE cmp_ne -2 2147483647
  vm.export @cmp_ne
  vm.func @cmp_ne(%a: i32, %b: i32) -> i32 {
    %0 = vm.cmp.ne.i32 %a, %b : i32
    vm.return %0 : i32
  }
// CASE cmp_lt_s 0 0
// CASE cmp_lt_s 1 -1
// CASE cmp_lt_s -1 1
// CASE cmp_lt_s -2147483648 -1
// CASE cmp_lt_s -2147483648 -2147483648
// CASE cmp_lt_s 2147483647 1
// CASE cmp_lt_s 2147483647 2147483647
// CASE cmp_lt_s -2147483648 1
// CASE cmp_lt_s 7 3
// CASE cmp_lt_s -7 3
// CASE cmp_lt_s 7 -3
// CASE cmp_lt_s 305419896 39612
// CASE cmp_lt_s -2 2147483647
  vm.export @cmp_lt_s
  vm.func @cmp_lt_s(%a: i32, %b: i32) -> i32 {
    %0 = vm.cmp.lt.i32.s %a, %b : i32
    vm.return %0 : i32
  }
// CASE cmp_lt_u 0 0
// CASE cmp_lt_u 1 -1
// CASE cmp_lt_u -1 1
// CASE cmp_lt_u -2147483648 -1
// CASE cmp_lt_u -2147483648 -2147483648
// CASE cmp_lt_u 2147483647 1
// CASE cmp_lt_u 2147483647 2147483647
// CASE cmp_lt_u -2147483648 1
// CASE cmp_lt_u 7 3
// CASE cmp_lt_u -7 3
// CASE cmp_lt_u 7 -3
// CASE cmp_lt_u 305419896 39612
// CASE cmp_lt_u -2 2147483647
  vm.export @cmp_lt_u
  vm.func @cmp_lt_u(%a: i32, %b: i32) -> i32 {
    %0 = vm.cmp.lt.i32.u %a, %b : i32
    vm.return %0 : i32
  }
// CASE cmp_lte_s 0 0
// CASE cmp_lte_s 1 -1
// CASE cmp_lte_s -1 1
// CASE cmp_lte_s -2147483648 -1
// CASE cmp_lte_s -2147483648 -2147483648
// CASE cmp_lte_s 2147483647 1
// CASE cmp_lte_s 2147483647 2147483647
// CASE cmp_lte_s -2147483648 1
// CASE cmp_lte_s 7 3
// CASE cmp_lte_s -7 3
// CASE cmp_lte_s 7 -3
// CASE cmp_lte_s 305419896 39612
// CASE cmp_lte_s -2 2147483647
  vm.export @cmp_lte_s
  vm.func @cmp_lte_s(%a: i32, %b: i32) -> i32 {
    %0 = vm.cmp.lte.i32.s %a, %b : i32
    vm.return %0 : i32
  }
// CASE cmp_lte_u 0 0
// CASE cmp_lte_u 1 -1
// CASE cmp_lte_u -1 1
// CASE cmp_lte_u -2147483648 -1
// CASE cmp_lte_u -2147483648 -2147483648
// CASE cmp_lte_u 2147483647 1
// CASE cmp_lte_u 2147483647 2147483647
// CASE cmp_lte_u -2147483648 1
// CASE cmp_lte_u 7 3
// CASE cmp_lte_u -7 3
// CASE cmp_lte_u 7 -3
// CASE cmp_lte_u 305419896 39612
// CASE cmp_lte_u -2 2147483647
  vm.export @cmp_lte_u
  vm.func @cmp_lte_u(%a: i32, %b: i32) -> i32 {
    %0 = vm.cmp.lte.i32.u %a, %b : i32
    vm.return %0 : i32
  }
// CASE cmp_gt_s 0 0
// CASE cmp_gt_s 1 -1
// CASE cmp_gt_s -1 1
// CASE cmp_gt_s -2147483648 -1
// CASE cmp_gt_s -2147483648 -2147483648
// CASE cmp_gt_s 2147483647 1
// CASE cmp_gt_s 2147483647 2147483647
// CASE cmp_gt_s -2147483648 1
// CASE cmp_gt_s 7 3
// CASE cmp_gt_s -7 3
// CASE cmp_gt_s 7 -3
// CASE cmp_gt_s 305419896 39612
// CASE cmp_gt_s -2 2147483647
  vm.export @cmp_gt_s
  vm.func @cmp_gt_s(%a: i32, %b: i32) -> i32 {
    %0 = vm.cmp.gt.i32.s %a, %b : i32
    vm.return %0 : i32
  }
// CASE cmp_gt_u 0 0
// CASE cmp_gt_u 1 -1
// CASE cmp_gt_u -1 1
// CASE cmp_gt_u -2147483648 -1
// CASE cmp_gt_u -2147483648 -2147483648
// CASE cmp_gt_u 2147483647 1
// CASE cmp_gt_u 2147483647 2147483647
// CASE cmp_gt_u -2147483648 1
// CASE cmp_gt_u 7 3
// CASE cmp_gt_u -7 3
// CASE cmp_gt_u 7 -3
// CASE cmp_gt_u 305419896 39612
// CASE cmp_gt_u -2 2147483647
  vm.export @cmp_gt_u
  vm.func @cmp_gt_u(%a: i32, %b: i32) -> i32 {
    %0 = vm.cmp.gt.i32.u %a, %b : i32
    vm.return %0 : i32
  }
// CASE cmp_gte_s 0 0
// CASE cmp_gte_s 1 -1
// CASE cmp_gte_s -1 1
// CASE cmp_gte_s -2147483648 -1
// CASE cmp_gte_s -2147483648 -2147483648
// CASE cmp_gte_s 2147483647 1
// CASE cmp_gte_s 2147483647 2147483647
// CASE cmp_gte_s -2147483648 1
// CASE cmp_gte_s 7 3
// CASE cmp_gte_s -7 3
// CASE cmp_gte_s 7 -3
// CASE cmp_gte_s 305419896 39612
// CASE cmp_gte_s -2 2147483647
  vm.export @cmp_gte_s
  vm.func @cmp_gte_s(%a: i32, %b: i32) -> i32 {
    %0 = vm.cmp.gte.i32.s %a, %b : i32
    vm.return %0 : i32
  }
// CASE cmp_gte_u 0 0
// CASE cmp_gte_u 1 -1
// CASE cmp_gte_u -1 1
// CASE cmp_gte_u -2147483648 -1
// CASE cmp_gte_u -2147483648 -2147483648
// CASE cmp_gte_u 2147483647 1
// CASE cmp_gte_u 2147483647 2147483647
// CASE cmp_gte_u -2147483648 1
// CASE cmp_gte_u 7 3
// CASE cmp_gte_u -7 3
// CASE cmp_gte_u 7 -3
// CASE cmp_gte_u 305419896 39612
// CASE cmp_gte_u -2 2147483647
  vm.export @cmp_gte_u
  vm.func @cmp_gte_u(%a: i32, %b: i32) -> i32 {
    %0 = vm.cmp.gte.i32.u %a, %b : i32
    vm.return %0 : i32
  }
// CASE not 0
// CASE not 1
// CASE not -1
// CASE not -2147483648
// CASE not 2147483647
// CASE not 255
// CASE not 32768
  vm.export @not
  vm.func @not(%a: i32) -> i32 {
    %0 = vm.not.i32 %a : i32
    vm.return %0 : i32
  }
// CASE abs 0
// CASE abs 1
// CASE abs -1
// CASE abs -2147483648
// CASE abs 2147483647
// CASE abs 255
// CASE abs 32768
  vm.export @abs
  vm.func @abs(%a: i32) -> i32 {
    %0 = vm.abs.i32 %a : i32
    vm.return %0 : i32
  }
// CASE ctlz 0
// CASE ctlz 1
// CASE ctlz -1
// CASE ctlz -2147483648
// CASE ctlz 2147483647
// CASE ctlz 255
// CASE ctlz 32768
  vm.export @ctlz
  vm.func @ctlz(%a: i32) -> i32 {
    %0 = vm.ctlz.i32 %a : i32
    vm.return %0 : i32
  }
// CASE cmp_nz 0
// CASE cmp_nz 1
// CASE cmp_nz -1
// CASE cmp_nz -2147483648
// CASE cmp_nz 2147483647
// CASE cmp_nz 255
// CASE cmp_nz 32768
  vm.export @cmp_nz
  vm.func @cmp_nz(%a: i32) -> i32 {
    %0 = vm.cmp.nz.i32 %a : i32
    vm.return %0 : i32
  }
// CASE fma 2 3 4
// CASE fma 2147483647 2147483647 2147483647
// CASE fma -2147483648 -1 -2147483648
// CASE fma -1 1 0
  vm.export @fma
  vm.func @fma(%a: i32, %b: i32, %c: i32) -> i32 {
    %0 = vm.fma.i32 %a, %b, %c : i32
    vm.return %0 : i32
  }
// CASE select 0 -2147483648 2147483647
// CASE select 1 -2147483648 2147483647
// CASE select -1 -2147483648 2147483647
// CASE select 1073741824 5 6
  vm.export @select
  vm.func @select(%a: i32, %b: i32, %c: i32) -> i32 {
    %0 = vm.select.i32 %a, %b, %c : i32
    vm.return %0 : i32
  }
// CASE switch 0 11 22 33 44
// CASE switch 1 11 22 33 44
// CASE switch 2 11 22 33 44
// CASE switch 3 11 22 33 44
// CASE switch -1 11 22 33 44
// CASE switch -2147483648 11 22 33 44
// CASE switch 2147483647 11 22 33 44
  vm.export @switch
  vm.func @switch(%a: i32, %b: i32, %c: i32, %d: i32, %e: i32) -> i32 {
    %0 = vm.switch.i32 %a[%b, %c, %d] else %e : i32
    vm.return %0 : i32
  }
// CASE constants 
  vm.export @constants
  vm.func @constants() -> (i32, i32, i32) {
    %0 = vm.const.i32.zero
    %1 = vm.const.i32 -2147483648
    %2 = vm.const.i32 305419896
    vm.return %0, %1, %2 : i32, i32, i32
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Integer arithmetic and compares of 64 bits: wrap-around, shift counts past the width, traps of division.
vm.module @alu_i64 {
// CASE add 0 0
// CASE add 1 -1
// CASE add -1 1
// CASE add -9223372036854775808 -1
// CASE add -9223372036854775808 -9223372036854775808
// CASE add 9223372036854775807 1
// CASE add 9223372036854775807 9223372036854775807
// CASE add -9223372036854775808 1
// CASE add 7 3
// CASE add -7 3
// CASE add 7 -3
// CASE add 305419896 39612
// CASE add -2 9223372036854775807
// CASE add 4294967296 1
// CASE add 4294967295 4294967296
// CASE add -4294967296 2147483648
  vm.export @add
  vm.func @add(%a: i64, %b: i64) -> i64 {
    %0 = vm.add.i64 %a, %b : i64
    vm.return %0 : i64
  }
// CASE sub 0 0
// CASE sub 1 -1
// CASE sub -1 1
// CASE sub -9223372036854775808 -1
// CASE sub -9223372036854775808 -9223372036854775808
// CASE sub 9223372036854775807 1
// CASE sub 9223372036854775807 9223372036854775807
// CASE sub -9223372036854775808 1
// CASE sub 7 3
// CASE sub -7 3
// CASE sub 7 -3
// CASE sub 305419896 39612
// CASE sub -2 9223372036854775807
// CASE sub 4294967296 1
// CASE sub 4294967295 4294967296
// CASE sub -4294967296 2147483648
  vm.export @sub
  vm.func @sub(%a: i64, %b: i64) -> i64 {
    %0 = vm.sub.i64 %a, %b : i64
    vm.return %0 : i64
  }
// CASE mul 0 0
// CASE mul 1 -1
// CASE mul -1 1
// CASE mul -9223372036854775808 -1
// CASE mul -9223372036854775808 -9223372036854775808
// CASE mul 9223372036854775807 1
// CASE mul 9223372036854775807 9223372036854775807
// CASE mul -9223372036854775808 1
// CASE mul 7 3
// CASE mul -7 3
// CASE mul 7 -3
// CASE mul 305419896 39612
// CASE mul -2 9223372036854775807
// CASE mul 4294967296 1
// CASE mul 4294967295 4294967296
// CASE mul -4294967296 2147483648
  vm.export @mul
  vm.func @mul(%a: i64, %b: i64) -> i64 {
    %0 = vm.mul.i64 %a, %b : i64
    vm.return %0 : i64
  }
// CASE and 0 0
// CASE and 1 -1
// CASE and -1 1
// CASE and -9223372036854775808 -1
// CASE and -9223372036854775808 -9223372036854775808
// CASE and 9223372036854775807 1
// CASE and 9223372036854775807 9223372036854775807
// CASE and -9223372036854775808 1
// CASE and 7 3
// CASE and -7 3
// CASE and 7 -3
// CASE and 305419896 39612
// CASE and -2 9223372036854775807
// CASE and 4294967296 1
// CASE and 4294967295 4294967296
// CASE and -4294967296 2147483648
  vm.export @and
  vm.func @and(%a: i64, %b: i64) -> i64 {
    %0 = vm.and.i64 %a, %b : i64
    vm.return %0 : i64
  }
// CASE or 0 0
// CASE or 1 -1
// CASE or -1 1
// CASE or -9223372036854775808 -1
// CASE or -9223372036854775808 -9223372036854775808
// CASE or 9223372036854775807 1
// CASE or 9223372036854775807 9223372036854775807
// CASE or -9223372036854775808 1
// CASE or 7 3
// CASE or -7 3
// CASE or 7 -3
// CASE or 305419896 39612
// CASE or -2 9223372036854775807
// CASE or 4294967296 1
// CASE or 4294967295 4294967296
// CASE or -4294967296 2147483648
  vm.export @or
  vm.func @or(%a: i64, %b: i64) -> i64 {
    %0 = vm.or.i64 %a, %b : i64
    vm.return %0 : i64
  }
// CASE xor 0 0
// CASE xor 1 -1
// CASE xor -1 1
// CASE xor -9223372036854775808 -1
// CASE xor -9223372036854775808 -9223372036854775808
// CASE xor 9223372036854775807 1
// CASE xor 9223372036854775807 9223372036854775807
// CASE xor -9223372036854775808 1
// CASE xor 7 3
// CASE xor -7 3
// CASE xor 7 -3
// CASE xor 305419896 39612
// CASE xor -2 9223372036854775807
// CASE xor 4294967296 1
// CASE xor 4294967295 4294967296
// CASE xor -4294967296 2147483648
  vm.export @xor
  vm.func @xor(%a: i64, %b: i64) -> i64 {
    %0 = vm.xor.i64 %a, %b : i64
    vm.return %0 : i64
  }
// CASE min_s 0 0
// CASE min_s 1 -1
// CASE min_s -1 1
// CASE min_s -9223372036854775808 -1
// CASE min_s -9223372036854775808 -9223372036854775808
// CASE min_s 9223372036854775807 1
// CASE min_s 9223372036854775807 9223372036854775807
// CASE min_s -9223372036854775808 1
// CASE min_s 7 3
// CASE min_s -7 3
// CASE min_s 7 -3
// CASE min_s 305419896 39612
// CASE min_s -2 9223372036854775807
// CASE min_s 4294967296 1
// CASE min_s 4294967295 4294967296
// CASE min_s -4294967296 2147483648
  vm.export @min_s
  vm.func @min_s(%a: i64, %b: i64) -> i64 {
    %0 = vm.min.i64.s %a, %b : i64
    vm.return %0 : i64
  }
// CASE min_u 0 0
// CASE min_u 1 -1
// CASE min_u -1 1
// CASE min_u -9223372036854775808 -1
// CASE min_u -9223372036854775808 -9223372036854775808
// CASE min_u 9223372036854775807 1
// CASE min_u 9223372036854775807 9223372036854775807
// CASE min_u -9223372036854775808 1
// CASE min_u 7 3
// CASE min_u -7 3
// CASE min_u 7 -3
// CASE min_u 305419896 39612
// CASE min_u -2 9223372036854775807
// CASE min_u 4294967296 1
// CASE min_u 4294967295 4294967296
// CASE min_u -4294967296 2147483648
  vm.export @min_u
  vm.func @min_u(%a: i64, %b: i64) -> i64 {
    %0 = vm.min.i64.u %a, %b : i64
    vm.return %0 : i64
  }
// CASE max_s 0 0
// CASE max_s 1 -1
// CASE max_s -1 1
// CASE max_s -9223372036854775808 -1
// CASE max_s -9223372036854775808 -9223372036854775808
// CASE max_s 9223372036854775807 1
// CASE max_s 9223372036854775807 9223372036854775807
// CASE max_s -9223372036854775808 1
// CASE max_s 7 3
// CASE max_s -7 3
// CASE max_s 7 -3
// CASE max_s 305419896 39612
// CASE max_s -2 9223372036854775807
// CASE max_s 4294967296 1
// CASE max_s 4294967295 4294967296
// CASE max_s -4294967296 2147483648
  vm.export @max_s
  vm.func @max_s(%a: i64, %b: i64) -> i64 {
    %0 = vm.max.i64.s %a, %b : i64
    vm.return %0 : i64
  }
// CASE max_u 0 0
// CASE max_u 1 -1
// CASE max_u -1 1
// CASE max_u -9223372036854775808 -1
// CASE max_u -9223372036854775808 -9223372036854775808
// CASE max_u 9223372036854775807 1
// CASE max_u 9223372036854775807 9223372036854775807
// CASE max_u -9223372036854775808 1
// CASE max_u 7 3
// CASE max_u -7 3
// CASE max_u 7 -3
// CASE max_u 305419896 39612
// CASE max_u -2 9223372036854775807
// CASE max_u 4294967296 1
// CASE max_u 4294967295 4294967296
// CASE max_u -4294967296 2147483648
  vm.export @max_u
  vm.func @max_u(%a: i64, %b: i64) -> i64 {
    %0 = vm.max.i64.u %a, %b : i64
    vm.return %0 : i64
  }
// CASE div_s 0 0 => INVALID_ARGUMENT
// CASE div_s 1 -1
// CASE div_s -1 1
// CASE div_s -9223372036854775808 -1 => -9223372036854775808
// CASE div_s -9223372036854775808 -9223372036854775808
// CASE div_s 9223372036854775807 1
// CASE div_s 9223372036854775807 9223372036854775807
// CASE div_s -9223372036854775808 1
// CASE div_s 7 3
// CASE div_s -7 3
// CASE div_s 7 -3
// CASE div_s 305419896 39612
// CASE div_s -2 9223372036854775807
// CASE div_s 4294967296 1
// CASE div_s 4294967295 4294967296
// CASE div_s -4294967296 2147483648
  vm.export @div_s
  vm.func @div_s(%a: i64, %b: i64) -> i64 {
    %0 = vm.div.i64.s %a, %b : i64
    vm.return %0 : i64
  }
// CASE div_u 0 0 => INVALID_ARGUMENT
// CASE div_u 1 -1
// CASE div_u -1 1
// CASE div_u -9223372036854775808 -1
// CASE div_u -9223372036854775808 -9223372036854775808
// CASE div_u 9223372036854775807 1
// CASE div_u 9223372036854775807 9223372036854775807
// CASE div_u -9223372036854775808 1
// CASE div_u 7 3
// CASE div_u -7 3
// CASE div_u 7 -3
// CASE div_u 305419896 39612
// CASE div_u -2 9223372036854775807
// CASE div_u 4294967296 1
// CASE div_u 4294967295 4294967296
// CASE div_u -4294967296 2147483648
  vm.export @div_u
  vm.func @div_u(%a: i64, %b: i64) -> i64 {
    %0 = vm.div.i64.u %a, %b : i64
    vm.return %0 : i64
  }
// CASE rem_s 0 0 => INVALID_ARGUMENT
// CASE rem_s 1 -1
// CASE rem_s -1 1
// CASE rem_s -9223372036854775808 -1 => 0
// CASE rem_s -9223372036854775808 -9223372036854775808
// CASE rem_s 9223372036854775807 1
// CASE rem_s 9223372036854775807 9223372036854775807
// CASE rem_s -9223372036854775808 1
// CASE rem_s 7 3
// CASE rem_s -7 3
// CASE rem_s 7 -3
// CASE rem_s 305419896 39612
// CASE rem_s -2 9223372036854775807
// CASE rem_s 4294967296 1
// CASE rem_s 4294967295 4294967296
// CASE rem_s -4294967296 2147483648
  vm.export @rem_s
  vm.func @rem_s(%a: i64, %b: i64) -> i64 {
    %0 = vm.rem.i64.s %a, %b : i64
    vm.return %0 : i64
  }
// CASE rem_u 0 0 => INVALID_ARGUMENT
// CASE rem_u 1 -1
// CASE rem_u -1 1
// CASE rem_u -9223372036854775808 -1
// CASE rem_u -9223372036854775808 -9223372036854775808
// CASE rem_u 9223372036854775807 1
// CASE rem_u 9223372036854775807 9223372036854775807
// CASE rem_u -9223372036854775808 1
// CASE rem_u 7 3
// CASE rem_u -7 3
// CASE rem_u 7 -3
// CASE rem_u 305419896 39612
// CASE rem_u -2 9223372036854775807
// CASE rem_u 4294967296 1
// CASE rem_u 4294967295 4294967296
// CASE rem_u -4294967296 2147483648
  vm.export @rem_u
  vm.func @rem_u(%a: i64, %b: i64) -> i64 {
    %0 = vm.rem.i64.u %a, %b : i64
    vm.return %0 : i64
  }
// CASE shl 1 0
// CASE shl 1 1
// CASE shl 1 63
// CASE shl 1 64
// CASE shl 1 65
// CASE shl 1 -1
// CASE shl -9223372036854775808 0
// CASE shl -9223372036854775808 1
// CASE shl -9223372036854775808 63
// CASE shl -9223372036854775808 64
// CASE shl -9223372036854775808 65
// CASE shl -9223372036854775808 -1
// CASE shl -1 0
// CASE shl -1 1
// CASE shl -1 63
// CASE shl -1 64
// CASE shl -1 65
// CASE shl -1 -1
// CASE shl 305419896 0
// CASE shl 305419896 1
// CASE shl 305419896 63
// CASE shl 305419896 64
// CASE shl 305419896 65
// CASE shl 305419896 -1
  vm.export @shl
  vm.func @shl(%a: i64, %b: i32) -> i64 {
    %0 = vm.shl.i64 %a, %b : i64
    vm.return %0 : i64
  }
// CASE shr_s 1 0
// CASE shr_s 1 1
// CASE shr_s 1 63
// CASE shr_s 1 64
// CASE shr_s 1 65
// CASE shr_s 1 -1
// CASE shr_s -9223372036854775808 0
// CASE shr_s -9223372036854775808 1
// CASE shr_s -9223372036854775808 63
// CASE shr_s -9223372036854775808 64
// CASE shr_s -9223372036854775808 65
// CASE shr_s -9223372036854775808 -1
// CASE shr_s -1 0
// CASE shr_s -1 1
// CASE shr_s -1 63
// CASE shr_s -1 64
// CASE shr_s -1 65
// CASE shr_s -1 -1
// CASE shr_s 305419896 0
// CASE shr_s 305419896 1
// CASE shr_s 305419896 63
// CASE shr_s 305419896 64
// CASE shr_s 305419896 65
// CASE shr_s 305419896 -1
  vm.export @shr_s
  vm.func @shr_s(%a: i64, %b: i32) -> i64 {
    %0 = vm.shr.i64.s %a, %b : i64
    vm.return %0 : i64
  }
// CASE shr_u 1 0
// CASE shr_u 1 1
// CASE shr_u 1 63
// CASE shr_u 1 64
// CASE shr_u 1 65
// CASE shr_u 1 -1
// CASE shr_u -9223372036854775808 0
// CASE shr_u -9223372036854775808 1
// CASE shr_u -9223372036854775808 63
// CASE shr_u -9223372036854775808 64
// CASE shr_u -9223372036854775808 65
// CASE shr_u -9223372036854775808 -1
// CASE shr_u -1 0
// CASE shr_u -1 1
// CASE shr_u -1 63
// CASE shr_u -1 64
// CASE shr_u -1 65
// CASE shr_u -1 -1
// CASE shr_u 305419896 0
// CASE shr_u 305419896 1
// CASE shr_u 305419896 63
// CASE shr_u 305419896 64
// CASE shr_u 305419896 65
// CASE shr_u 305419896 -1
  vm.export @shr_u
  vm.func @shr_u(%a: i64, %b: i32) -> i64 {
    %0 = vm.shr.i64.u %a, %b : i64
    vm.return %0 : i64
  }
// CASE cmp_eq 0 0
// CASE cmp_eq 1 -1
// CASE cmp_eq -1 1
// CASE cmp_eq -9223372036854775808 -1
// CASE cmp_eq -9223372036854775808 -9223372036854775808
// CASE cmp_eq 9223372036854775807 1
// CASE cmp_eq 9223372036854775807 9223372036854775807
// CASE cmp_eq -9223372036854775808 1
// CASE cmp_eq 7 3
// CASE cmp_eq -7 3
// CASE cmp_eq 7 -3
// CASE cmp_eq 305419896 39612
// CASE cmp_eq -2 9223372036854775807
// CASE cmp_eq 4294967296 1
// CASE cmp_eq 4294967295 4294967296
// CASE cmp_eq -4294967296 2147483648
  vm.export @cmp_eq
  vm.func @cmp_eq(%a: i64, %b: i64) -> i32 {
    %0 = vm.cmp.eq.i64 %a, %b : i64
    vm.return %0 : i32
  }
// CASE cmp_ne 0 0
// CASE cmp_ne 1 -1
// CASE cmp_ne -1 1
// CASE cmp_ne -9223372036854775808 -1
// CASE cmp_ne -9223372036854775808 -9223372036854775808
// CASE cmp_ne 9223372036854775807 1
// CASE cmp_ne 9223372036854775807 9223372036854775807
// CASE cmp_ne -9223372036854775808 1
// CASE cmp_ne 7 3
// CASE cmp_ne -7 3
// CASE cmp_ne 7 -3
// CASE cmp_ne 305419896 39612
// CASE cmp_ne -2 9223372036854775807
// CASE cmp_ne 4294967296 1
// CASE cmp_ne 4294967295 4294967296
// CASE cmp_ne -4294967296 2147483648
  vm.export @cmp_ne
  vm.func @cmp_ne(%a: i64, %b: i64) -> i32 {
    %0 = vm.cmp.ne.i64 %a, %b : i64
    vm.return %0 : i32
  }
// CASE cmp_lt_s 0 0
// CASE cmp_lt_s 1 -1
// CASE cmp_lt_s -1 1
// CASE cmp_lt_s -9223372036854775808 -1
// CASE cmp_lt_s -9223372036854775808 -9223372036854775808
// CASE cmp_lt_s 9223372036854775807 1
// CASE cmp_lt_s 9223372036854775807 9223372036854775807
// CASE cmp_lt_s -9223372036854775808 1
// CASE cmp_lt_s 7 3
// CASE cmp_lt_s -7 3
// CASE cmp_lt_s 7 -3
// CASE cmp_lt_s 305419896 39612
// CASE cmp_lt_s -2 9223372036854775807
// CASE cmp_lt_s 4294967296 1
// CASE cmp_lt_s 4294967295 4294967296
// CASE cmp_lt_s -4294967296 2147483648
  vm.export @cmp_lt_s
  vm.func @cmp_lt_s(%a: i64, %b: i64) -> i32 {
    %0 = vm.cmp.lt.i64.s %a, %b : i64
    vm.return %0 : i32
  }
// CASE cmp_lt_u 0 0
// CASE cmp_lt_u 1 -1
// CASE cmp_lt_u -1 1
// CASE cmp_lt_u -9223372036854775808 -1
// CASE cmp_lt_u -9223372036854775808 -9223372036854775808
// CASE cmp_lt_u 9223372036854775807 1
// CASE cmp_lt_u 9223372036854775807 9223372036854775807
// CASE cmp_lt_u -9223372036854775808 1
// CASE cmp_lt_u 7 3
// CASE cmp_lt_u -7 3
// CASE cmp_lt_u 7 -3
// CASE cmp_lt_u 305419896 39612
// CASE cmp_lt_u -2 9223372036854775807
// CASE cmp_lt_u 4294967296 1
// CASE cmp_lt_u 4294967295 4294967296
// CASE cmp_lt_u -4294967296 2147483648
  vm.export @cmp_lt_u
  vm.func @cmp_lt_u(%a: i64, %b: i64) -> i32 {
    %0 = vm.cmp.lt.i64.u %a, %b : i64
    vm.return %0 : i32
  }
// CASE cmp_lte_s 0 0
// CASE cmp_lte_s 1 -1
// CASE cmp_lte_s -1 1
// CASE cmp_lte_s -9223372036854775808 -1
// CASE cmp_lte_s -9223372036854775808 -9223372036854775808
// CASE cmp_lte_s 9223372036854775807 1
// CASE cmp_lte_s 9223372036854775807 9223372036854775807
// CASE cmp_lte_s -9223372036854775808 1
// CASE cmp_lte_s 7 3
// CASE cmp_lte_s -7 3
// CASE cmp_lte_s 7 -3
// CASE cmp_lte_s 305419896 39612
// CASE cmp_lte_s -2 9223372036854775807
// CASE cmp_lte_s 4294967296 1
// CASE cmp_lte_s 4294967295 4294967296
// CASE cmp_lte_s -4294967296 2147483648
  vm.export @cmp_lte_s
  vm.func @cmp_lte_s(%a: i64, %b: i64) -> i32 {
    %0 = vm.cmp.lte.i64.s %a, %b : i64
    vm.return %0 : i32
  }
// CASE cmp_lte_u 0 0
// CASE cmp_lte_u 1 -1
// CASE cmp_lte_u -1 1
// CASE cmp_lte_u -9223372036854775808 -1
// CASE cmp_lte_u -9223372036854775808 -9223372036854775808
// CASE cmp_lte_u 9223372036854775807 1
// CASE cmp_lte_u 9223372036854775807 9223372036854775807
// CASE cmp_lte_u -9223372036854775808 1
// CASE cmp_lte_u 7 3
// CASE cmp_lte_u -7 3
// CASE cmp_lte_u 7 -3
// CASE cmp_lte_u 305419896 39612
// CASE cmp_lte_u -2 9223372036854775807
// CASE cmp_lte_u 4294967296 1
// CASE cmp_lte_u 4294967295 4294967296
// CASE cmp_lte_u -4294967296 2147483648
  vm.export @cmp_lte_u
  vm.func @cmp_lte_u(%a: i64, %b: i64) -> i32 {
    %0 = vm.cmp.lte.i64.u %a, %b : i64
    vm.return %0 : i32
  }
// CASE cmp_gt_s 0 0
// CASE cmp_gt_s 1 -1
// CASE cmp_gt_s -1 1
// CASE cmp_gt_s -9223372036854775808 -1
// CASE cmp_gt_s -9223372036854775808 -9223372036854775808
// CASE cmp_gt_s 9223372036854775807 1
// CASE cmp_gt_s 9223372036854775807 9223372036854775807
// CASE cmp_gt_s -9223372036854775808 1
// CASE cmp_gt_s 7 3
// CASE cmp_gt_s -7 3
// CASE cmp_gt_s 7 -3
// CASE cmp_gt_s 305419896 39612
// CASE cmp_gt_s -2 9223372036854775807
// CASE cmp_gt_s 4294967296 1
// CASE cmp_gt_s 4294967295 4294967296
// CASE cmp_gt_s -4294967296 2147483648
  vm.export @cmp_gt_s
  vm.func @cmp_gt_s(%a: i64, %b: i64) -> i32 {
    %0 = vm.cmp.gt.i64.s %a, %b : i64
    vm.return %0 : i32
  }
// CASE cmp_gt_u 0 0
// CASE cmp_gt_u 1 -1
// CASE cmp_gt_u -1 1
// CASE cmp_gt_u -9223372036854775808 -1
// CASE cmp_gt_u -9223372036854775808 -9223372036854775808
// CASE cmp_gt_u 9223372036854775807 1
// CASE cmp_gt_u 9223372036854775807 9223372036854775807
// CASE cmp_gt_u -9223372036854775808 1
// CASE cmp_gt_u 7 3
// CASE cmp_gt_u -7 3
// CASE cmp_gt_u 7 -3
// CASE cmp_gt_u 305419896 39612
// CASE cmp_gt_u -2 9223372036854775807
// CASE cmp_gt_u 4294967296 1
// CASE cmp_gt_u 4294967295 4294967296
// CASE cmp_gt_u -4294967296 2147483648
  vm.export @cmp_gt_u
  vm.func @cmp_gt_u(%a: i64, %b: i64) -> i32 {
    %0 = vm.cmp.gt.i64.u %a, %b : i64
    vm.return %0 : i32
  }
// CASE cmp_gte_s 0 0
// CASE cmp_gte_s 1 -1
// CASE cmp_gte_s -1 1
// CASE cmp_gte_s -9223372036854775808 -1
// CASE cmp_gte_s -9223372036854775808 -9223372036854775808
// CASE cmp_gte_s 9223372036854775807 1
// CASE cmp_gte_s 9223372036854775807 9223372036854775807
// CASE cmp_gte_s -9223372036854775808 1
// CASE cmp_gte_s 7 3
// CASE cmp_gte_s -7 3
// CASE cmp_gte_s 7 -3
// CASE cmp_gte_s 305419896 39612
// CASE cmp_gte_s -2 9223372036854775807
// CASE cmp_gte_s 4294967296 1
// CASE cmp_gte_s 4294967295 4294967296
// CASE cmp_gte_s -4294967296 2147483648
  vm.export @cmp_gte_s
  vm.func @cmp_gte_s(%a: i64, %b: i64) -> i32 {
    %0 = vm.cmp.gte.i64.s %a, %b : i64
    vm.return %0 : i32
  }
// CASE cmp_gte_u 0 0
// CASE cmp_gte_u 1 -1
// CASE cmp_gte_u -1 1
// CASE cmp_gte_u -9223372036854775808 -1
// CASE cmp_gte_u -9223372036854775808 -9223372036854775808
// CASE cmp_gte_u 9223372036854775807 1
// CASE cmp_gte_u 9223372036854775807 9223372036854775807
// CASE cmp_gte_u -9223372036854775808 1
// CASE cmp_gte_u 7 3
// CASE cmp_gte_u -7 3
// CASE cmp_gte_u 7 -3
// CASE cmp_gte_u 305419896 39612
// CASE cmp_gte_u -2 9223372036854775807
// CASE cmp_gte_u 4294967296 1
// CASE cmp_gte_u 4294967295 4294967296
// CASE cmp_gte_u -4294967296 2147483648
  vm.export @cmp_gte_u
  vm.func @cmp_gte_u(%a: i64, %b: i64) -> i32 {
    %0 = vm.cmp.gte.i64.u %a, %b : i64
    vm.return %0 : i32
  }
// CASE not 0
// CASE not 1
// CASE not -1
// CASE not -9223372036854775808
// CASE not 9223372036854775807
// CASE not 255
// CASE not 32768
// CASE not 4294967296
// CASE not 4294967295
  vm.export @not
  vm.func @not(%a: i64) -> i64 {
    %0 = vm.not.i64 %a : i64
    vm.return %0 : i64
  }
// CASE abs 0
// CASE abs 1
// CASE abs -1
// CASE abs -9223372036854775808
// CASE abs 9223372036854775807
// CASE abs 255
// CASE abs 32768
// CASE abs 4294967296
// CASE abs 4294967295
  vm.export @abs
  vm.func @abs(%a: i64) -> i64 {
    %0 = vm.abs.i64 %a : i64
    vm.return %0 : i64
  }
// CASE ctlz 0
// CASE ctlz 1
// CASE ctlz -1
// CASE ctlz -9223372036854775808
// CASE ctlz 9223372036854775807
// CASE ctlz 255
// CASE ctlz 32768
// CASE ctlz 4294967296
// CASE ctlz 4294967295
  vm.export @ctlz
  vm.func @ctlz(%a: i64) -> i64 {
    %0 = vm.ctlz.i64 %a : i64
    vm.return %0 : i64
  }
// CASE cmp_nz 0
// CASE cmp_nz 1
// CASE cmp_nz -1
// CASE cmp_nz -9223372036854775808
// CASE cmp_nz 9223372036854775807
// CASE cmp_nz 255
// CASE cmp_nz 32768
// CASE cmp_nz 4294967296
// CASE cmp_nz 4294967295
  vm.export @cmp_nz
  vm.func @cmp_nz(%a: i64) -> i32 {
    %0 = vm.cmp.nz.i64 %a : i64
    vm.return %0 : i32
  }
// CASE fma 2 3 4
// CASE fma 9223372036854775807 9223372036854775807 9223372036854775807
// CASE fma -9223372036854775808 -1 -9223372036854775808
// CASE fma -1 1 0
  vm.export @fma
  vm.func @fma(%a: i64, %b: i64, %c: i64) -> i64 {
    %0 = vm.fma.i64 %a, %b, %c : i64
    vm.return %0 : i64
  }
// CASE select 0 -9223372036854775808 9223372036854775807
// CASE select 1 -9223372036854775808 9223372036854775807
// CASE select -1 -9223372036854775808 9223372036854775807
// CASE select 1073741824 5 6
  vm.export @select
  vm.func @select(%a: i32, %b: i64, %c: i64) -> i64 {
    %0 = vm.select.i64 %a, %b, %c : i64
    vm.return %0 : i64
  }
// CASE switch 0 8589934599 32212254720 33 21474836524 => 8589934599
// CASE switch 1 8589934599 32212254720 33 21474836524 => 32212254720
// CASE switch 2 8589934599 32212254720 33 21474836524 => 33
// CASE switch 3 8589934599 32212254720 33 21474836524
// CASE switch -1 8589934599 32212254720 33 21474836524
// CASE switch -2147483648 8589934599 32212254720 33 21474836524
// CASE switch 2147483647 8589934599 32212254720 33 21474836524
  vm.export @switch
  vm.func @switch(%a: i32, %b: i64, %c: i64, %d: i64, %e: i64) -> i64 {
    %0 = vm.switch.i64 %a[%b, %c, %d] else %e : i64
    vm.return %0 : i64
  }
// CASE constants 
  vm.export @constants
  vm.func @constants() -> (i64, i64, i64) {
    %0 = vm.const.i64.zero
    %1 = vm.const.i64 -9223372036854775808
    %2 = vm.const.i64 1311768467463790320
    vm.return %0, %1, %2 : i64, i64, i64
  }
}

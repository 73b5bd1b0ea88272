// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Branches with remaps, branch tables, failures, yields, debug operations.
vm.module @control {
// Two 64-bit values and a 32-bit one swap places in a loop: the remap's order matters.
// CASE swap_loop 0 1 2 3
// CASE swap_loop 1 1 2 3
// CASE swap_loop 2 -1 9223372036854775807 3
// CASE swap_loop 7 4294967296 5 -6
  vm.export @swap_loop
  vm.func @swap_loop(%n: i32, %a: i64, %b: i64, %c: i32) -> (i64, i64, i32) {
    %c0 = vm.const.i32 0
    %c1 = vm.const.i32 1
    vm.br ^head(%c0, %a, %b, %c : i32, i64, i64, i32)
  ^head(%i: i32, %x: i64, %y: i64, %z: i32):
    %go = vm.cmp.lt.i32.s %i, %n : i32
    vm.cond_br %go, ^body, ^done
  ^body:
    %i1 = vm.add.i32 %i, %c1 : i32
    %z1 = vm.mul.i32 %z, %i1 : i32
    vm.br ^head(%i1, %y, %x, %z1 : i32, i64, i64, i32)
  ^done:
    vm.return %x, %y, %z : i64, i64, i32
  }
// Three values rotate.
// CASE rotate 4 1 2 3
// CASE rotate 1000 1 2 3
  vm.export @rotate
  vm.func @rotate(%n: i32, %a: i32, %b: i32, %c: i32) -> (i32, i32, i32) {
    %c1 = vm.const.i32 1
    vm.br ^head(%n, %a, %b, %c : i32, i32, i32, i32)
  ^head(%i: i32, %x: i32, %y: i32, %z: i32):
    %i1 = vm.sub.i32 %i, %c1 : i32
    vm.cond_br %i1, ^head(%i1, %y, %z, %x : i32, i32, i32, i32), ^done(%z, %y, %x : i32, i32, i32)
  ^done(%p: i32, %q: i32, %r: i32):
    vm.return %p, %q, %r : i32, i32, i32
  }
// CASE fibonacci 0
// CASE fibonacci 1
// CASE fibonacci 90
// CASE fibonacci 93
  vm.export @fibonacci
  vm.func @fibonacci(%n: i64) -> i64 {
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    vm.br ^head(%c0, %c0, %c1 : i64, i64, i64)
  ^head(%i: i64, %a: i64, %b: i64):
    %go = vm.cmp.lt.i64.s %i, %n : i64
    vm.cond_br %go, ^body, ^done
  ^body:
    %s = vm.add.i64 %a, %b : i64
    %i1 = vm.add.i64 %i, %c1 : i64
    vm.br ^head(%i1, %b, %s : i64, i64, i64)
  ^done:
    vm.return %a : i64
  }
// CASE collatz 27
// CASE collatz 1
// CASE collatz 97
  vm.export @collatz
  vm.func @collatz(%n: i64) -> (i32, i64) {
    %c0 = vm.const.i32 0
    %i1 = vm.const.i32 1
    %c1 = vm.const.i64 1
    %c2 = vm.const.i64 2
    %c3 = vm.const.i64 3
    vm.br ^head(%n, %c0, %n : i64, i32, i64)
  ^head(%x: i64, %k: i32, %top: i64):
    %end = vm.cmp.eq.i64 %x, %c1 : i64
    vm.cond_br %end, ^done, ^body
  ^body:
    %k1 = vm.add.i32 %k, %i1 : i32
    %max = vm.max.i64.s %x, %top : i64
    %odd = vm.rem.i64.u %x, %c2 : i64
    %is = vm.cmp.nz.i64 %odd : i64
    vm.cond_br %is, ^odd, ^even
  ^odd:
    %t = vm.mul.i64 %x, %c3 : i64
    %t1 = vm.add.i64 %t, %c1 : i64
    vm.br ^head(%t1, %k1, %max : i64, i32, i64)
  ^even:
    %h = vm.shr.i64.u %x, %i1 : i64
    vm.br ^head(%h, %k1, %max : i64, i32, i64)
  ^done:
    vm.return %k, %top : i32, i64
  }
// CASE table 0 10 20
// CASE table 1 10 20
// CASE table 2 10 20
// CASE table 3 10 20
// CASE table -1 10 20
// CASE table -2147483648 10 20
  vm.export @table
  vm.func @table(%i: i32, %a: i64, %b: i32) -> (i64, i32) {
    %c7 = vm.const.i64 7
    vm.br_table %i {
      default: ^other(%c7, %b : i64, i32),
      0: ^zero,
      1: ^other(%a, %i : i64, i32),
      2: ^zero
    }
  ^zero:
    vm.return %a, %b : i64, i32
  ^other(%x: i64, %y: i32):
    %s = vm.sub.i64 %x, %a : i64
    vm.return %s, %y : i64, i32
  }
// CASE table_of_none 0
// CASE table_of_none -1
  vm.export @table_of_none
  vm.func @table_of_none(%i: i32) -> i32 {
    vm.br_table %i {
      default: ^other(%i : i32)
    }
  ^other(%x: i32):
    %n = vm.not.i32 %x : i32
    vm.return %n : i32
  }
// CASE condition 0
// CASE condition 1
// CASE condition -1
// CASE condition 256
// CASE condition -2147483648
  vm.export @condition
  vm.func @condition(%i: i32) -> i32 {
    %c10 = vm.const.i32 10
    %c20 = vm.const.i32 20
    vm.cond_br %i, ^end(%c10 : i32), ^end(%c20 : i32)
  ^end(%x: i32):
    vm.return %x : i32
  }
// The upper five bits and more of a code fall away; code 0 is a failure of the program itself.
// CASE fail 1
// CASE fail 3
// CASE fail 18
// CASE fail 42
// CASE fail 17 => INTERNAL
// CASE fail 0 => INTERNAL
  vm.export @fail
  vm.func @fail(%code: i32) -> i32 {
    vm.fail %code, "as told"
  }
// CASE cond_fail 0 5
// CASE cond_fail 1 9
// CASE cond_fail 1 0 => INTERNAL
  vm.export @cond_fail
  vm.func @cond_fail(%c: i32, %code: i32) -> i32 {
    vm.cond_fail %c, %code, "condition"
    vm.return %code : i32
  }
// CASE check 1 1
// CASE check 1 2
  vm.export @check
  vm.func @check(%a: i32, %b: i32) -> i32 {
    vm.check.eq %a, %b, "not equal" : i32
    vm.return %a : i32
  }
// The reference never comes back from a yield.
// CASE yield 0 1 2
// CASE yield 5 1 2 => 13 21
  vm.export @yield
  vm.func @yield(%n: i32, %a: i64, %b: i64) -> (i64, i64) {
    %c1 = vm.const.i32 1
    vm.br ^head(%n, %a, %b : i32, i64, i64)
  ^head(%i: i32, %x: i64, %y: i64):
    %s = vm.add.i64 %x, %y : i64
    vm.cond_br %i, ^again, ^done
  ^again:
    %i1 = vm.sub.i32 %i, %c1 : i32
    vm.yield ^head(%i1, %y, %s : i32, i64, i64)
  ^done:
    vm.return %x, %y : i64, i64
  }
// CASE debug 7 4
  vm.export @debug
  vm.func @debug(%a: i32, %b: i64) -> i64 {
    %c16 = vm.const.i32 16
    %buf = vm.buffer.alloc %b, %c16 : !vm.buffer
    vm.trace "traced"(%a, %b, %buf) : i32, i64, !vm.buffer
    vm.print "printed"(%a, %buf) : i32, !vm.buffer
    %len = vm.buffer.length %buf : !vm.buffer -> i64
    vm.break ^next(%len : i64)
  ^next(%x: i64):
    vm.return %x : i64
  }
// A compare whose result is used twice: by the branch and behind it.
// CASE compare_kept 1 2
// CASE compare_kept 2 1
// CASE compare_kept 2 2
  vm.export @compare_kept
  vm.func @compare_kept(%a: i64, %b: i64) -> i32 {
    %c3 = vm.const.i32 3
    %lt = vm.cmp.lt.i64.s %a, %b : i64
    vm.cond_br %lt, ^yes(%lt : i32), ^no
  ^yes(%x: i32):
    %r = vm.add.i32 %x, %lt : i32
    vm.return %r : i32
  ^no:
    %q = vm.add.i32 %lt, %c3 : i32
    vm.return %q : i32
  }
}

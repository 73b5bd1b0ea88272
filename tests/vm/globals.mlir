// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Globals of every kind, and the initializer that gives them their values.
vm.module @globals {
  vm.global.i32 private mutable @a = 5 : i32
  vm.global.i64 private mutable @b = -6 : i64
  vm.global.f32 private mutable @c = 1.5 : f32
  vm.global.f64 private mutable @d = -2.25 : f64
  vm.global.i32 private mutable @z : i32
  vm.global.ref private mutable @r : !vm.buffer
  vm.global.ref private mutable @l : !vm.list<?>
  vm.rodata private @text "abcdefgh"
  vm.initializer {
    %t = vm.const.ref.rodata @text : !vm.buffer
    vm.global.store.ref %t, @r : !vm.buffer
    vm.return
  }
// CASE initial
  vm.export @initial
  vm.func @initial() -> (i32, i64, i32, i64, i32) {
    %a = vm.global.load.i32 @a : i32
    %b = vm.global.load.i64 @b : i64
    %c = vm.global.load.f32 @c : f32
    %d = vm.global.load.f64 @d : f64
    %z = vm.global.load.i32 @z : i32
    %ci = vm.bitcast.f32.i32 %c : f32 -> i32
    %di = vm.bitcast.f64.i64 %d : f64 -> i64
    vm.return %a, %b, %ci, %di, %z : i32, i64, i32, i64, i32
  }
// CASE exchange_i32 7
// CASE exchange_i32 -8
  vm.export @exchange_i32
  vm.func @exchange_i32(%v: i32) -> i32 {
    %0 = vm.global.load.i32 @z : i32
    vm.global.store.i32 %v, @z : i32
    vm.return %0 : i32
  }
// CASE exchange_i64 -9223372036854775808
// CASE exchange_i64 1
  vm.export @exchange_i64
  vm.func @exchange_i64(%v: i64) -> i64 {
    %0 = vm.global.load.i64 @b : i64
    vm.global.store.i64 %v, @b : i64
    vm.return %0 : i64
  }
// CASE reference 0
// CASE reference 1
// CASE reference 2
  vm.export @reference
  vm.func @reference(%i: i64) -> (i32, i64) {
    %0 = vm.global.load.ref @r : !vm.buffer
    %1 = vm.buffer.load.i8.u %0[%i] : !vm.buffer -> i32
    %n = vm.buffer.length %0 : !vm.buffer -> i64
    vm.return %1, %n : i32, i64
  }
// A list in a global grows from call to call.
// CASE remember 10
// CASE remember 20
// CASE remember 30
  vm.export @remember
  vm.func @remember(%v: i32) -> (i32, i32) {
    %c0 = vm.const.i32 0
    %c1 = vm.const.i32 1
    %0 = vm.global.load.ref @l : !vm.list<?>
    %has = vm.cmp.nz.ref %0 : !vm.list<?>
    vm.cond_br %has, ^go(%0 : !vm.list<?>), ^make
  ^make:
    %new = vm.list.alloc %c0 : (i32) -> !vm.list<?>
    vm.global.store.ref %new, @l : !vm.list<?>
    vm.br ^go(%new : !vm.list<?>)
  ^go(%l: !vm.list<?>):
    %n = vm.list.size %l : (!vm.list<?>) -> i32
    %n1 = vm.add.i32 %n, %c1 : i32
    vm.list.resize %l, %n1 : (!vm.list<?>, i32)
    vm.list.set.i32 %l, %n, %v : (!vm.list<?>, i32, i32)
    %first = vm.list.get.i32 %l, %c0 : (!vm.list<?>, i32) -> i32
    vm.return %n1, %first : i32, i32
  }
// CASE forget
// CASE remember 40
  vm.export @forget
  vm.func @forget() -> i32 {
    %null = vm.const.ref.zero : !vm.list<?>
    vm.global.store.ref %null, @l : !vm.list<?>
    %0 = vm.global.load.ref @l : !vm.list<?>
    %n = vm.cmp.nz.ref %0 : !vm.list<?>
    vm.return %n : i32
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// References: selection, comparison, casts, swaps in remaps.
vm.module @refs {
  vm.rodata private @x "x"
  vm.rodata private @yy "yy"
  vm.rodata private @zzz "zzz"
// CASE select 0
// CASE select 1
// CASE select -1
  vm.export @select
  vm.func @select(%a: i32) -> i64 {
    %x = vm.const.ref.rodata @x : !vm.buffer
    %y = vm.const.ref.rodata @yy : !vm.buffer
    %z = vm.const.ref.rodata @zzz : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %0 = vm.select.ref %a, %x, %y : !vm.buffer
    %1 = vm.buffer.length %0 : !vm.buffer -> i64
    vm.return %1 : i64
  }
// CASE select_kept 0
// CASE select_kept 1
  vm.export @select_kept
  vm.func @select_kept(%a: i32) -> (i64, i64) {
    %x = vm.const.ref.rodata @x : !vm.buffer
    %y = vm.const.ref.rodata @yy : !vm.buffer
    %z = vm.const.ref.rodata @zzz : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %0 = vm.select.ref %a, %x, %y : !vm.buffer
    %1 = vm.buffer.length %0 : !vm.buffer -> i64
    %2 = vm.select.ref %a, %y, %0 : !vm.buffer
    %3 = vm.buffer.length %2 : !vm.buffer -> i64
    vm.return %1, %3 : i64, i64
  }
// CASE switch 0
// CASE switch 1
// CASE switch 2
// CASE switch 3
// CASE switch -1
// CASE switch 2147483647
  vm.export @switch
  vm.func @switch(%a: i32) -> i64 {
    %x = vm.const.ref.rodata @x : !vm.buffer
    %y = vm.const.ref.rodata @yy : !vm.buffer
    %z = vm.const.ref.rodata @zzz : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %0 = vm.switch.ref %a[%x, %y, %n] else %z : !vm.buffer
    %1 = vm.buffer.length %0 : !vm.buffer -> i64
    vm.return %1 : i64
  }
// CASE compare 0
// CASE compare 1
  vm.export @compare
  vm.func @compare(%a: i32) -> (i32, i32, i32, i32, i32) {
    %x = vm.const.ref.rodata @x : !vm.buffer
    %y = vm.const.ref.rodata @yy : !vm.buffer
    %z = vm.const.ref.rodata @zzz : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %0 = vm.select.ref %a, %x, %n : !vm.buffer
    %1 = vm.cmp.eq.ref %0, %x : !vm.buffer
    %2 = vm.cmp.ne.ref %0, %x : !vm.buffer
    %3 = vm.cmp.eq.ref %0, %n : !vm.buffer
    %4 = vm.cmp.nz.ref %0 : !vm.buffer
    %5 = vm.cmp.eq.ref %0, %0 : !vm.buffer
    vm.return %1, %2, %3, %4, %5 : i32, i32, i32, i32, i32
  }
// CASE cast 0
// CASE cast 1
  vm.export @cast
  vm.func @cast(%a: i32) -> i64 {
    %x = vm.const.ref.rodata @x : !vm.buffer
    %y = vm.const.ref.rodata @yy : !vm.buffer
    %z = vm.const.ref.rodata @zzz : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %c1 = vm.const.i32 1
    %c8 = vm.const.i64 8
    %m = vm.buffer.alloc %c8, %c1 : !vm.buffer
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i32>
    %p = vm.cast.ref.any %m : !vm.buffer -> !vm.ref<?>
    %q = vm.cast.ref.any %l : !vm.list<i32> -> !vm.ref<?>
    vm.cond_br %a, ^go(%p : !vm.ref<?>), ^go(%q : !vm.ref<?>)
    ^go(%r: !vm.ref<?>):
    %s = vm.cast.any.ref %r : !vm.ref<?> -> !vm.buffer
    %t = vm.buffer.length %s : !vm.buffer -> i64
    vm.return %t : i64
  }
// CASE cast_null 
  vm.export @cast_null
  vm.func @cast_null() -> i32 {
    %p = vm.const.ref.zero : !vm.ref<?>
    %s = vm.cast.any.ref %p : !vm.ref<?> -> !vm.buffer
    %t = vm.cmp.nz.ref %s : !vm.buffer
    vm.return %t : i32
  }
// CASE swap_loop 0
// CASE swap_loop 1
// CASE swap_loop 2
// CASE swap_loop 7
  vm.export @swap_loop
  vm.func @swap_loop(%a: i32) -> (i64, i64) {
    %x = vm.const.ref.rodata @x : !vm.buffer
    %y = vm.const.ref.rodata @yy : !vm.buffer
    %z = vm.const.ref.rodata @zzz : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %c1 = vm.const.i32 1
    vm.br ^head(%a, %x, %y : i32, !vm.buffer, !vm.buffer)
    ^head(%i: i32, %p: !vm.buffer, %q: !vm.buffer):
    %i1 = vm.sub.i32 %i, %c1 : i32
    vm.cond_br %i, ^head(%i1, %q, %p : i32, !vm.buffer, !vm.buffer), ^end
    ^end:
    %0 = vm.buffer.length %p : !vm.buffer -> i64
    %1 = vm.buffer.length %q : !vm.buffer -> i64
    vm.return %0, %1 : i64, i64
  }
// CASE rotate 0
// CASE rotate 1
// CASE rotate 2
// CASE rotate 100
  vm.export @rotate
  vm.func @rotate(%a: i32) -> (i64, i64, i64) {
    %x = vm.const.ref.rodata @x : !vm.buffer
    %y = vm.const.ref.rodata @yy : !vm.buffer
    %z = vm.const.ref.rodata @zzz : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %c1 = vm.const.i32 1
    vm.br ^head(%a, %x, %y, %z : i32, !vm.buffer, !vm.buffer, !vm.buffer)
    ^head(%i: i32, %p: !vm.buffer, %q: !vm.buffer, %r: !vm.buffer):
    %i1 = vm.sub.i32 %i, %c1 : i32
    %0 = vm.buffer.length %p : !vm.buffer -> i64
    %1 = vm.buffer.length %q : !vm.buffer -> i64
    %2 = vm.buffer.length %r : !vm.buffer -> i64
    vm.cond_br %i, ^head(%i1, %q, %r, %p : i32, !vm.buffer, !vm.buffer, !vm.buffer), ^end
    ^end:
    vm.return %0, %1, %2 : i64, i64, i64
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Calls: mixed widths, moved references, several results, imports that are and are not there.
// (Recursion does not compile; tests/unit/vm/assembled.c has it.)
vm.module @calls {
  vm.import private optional @hal.no.such.function(%a : i32, %b : i64) -> i64
  vm.import private optional @nowhere.function(%a : i32)
  vm.import private @hal.devices.count() -> i32
// CASE resolved
  vm.export @resolved
  vm.func @resolved() -> (i32, i32) {
    %0 = vm.import.resolved @hal.no.such.function : i32
    %1 = vm.import.resolved @nowhere.function : i32
    vm.return %0, %1 : i32, i32
  }
// CASE optional_called 1 2 => NOT_FOUND
  vm.export @optional_called
  vm.func @optional_called(%a: i32, %b: i64) -> i64 {
    %0 = vm.call @hal.no.such.function(%a, %b) : (i32, i64) -> i64
    vm.return %0 : i64
  }
// CASE device_count => 1
  vm.export @device_count
  vm.func @device_count() -> i32 {
    %0 = vm.call @hal.devices.count() : () -> i32
    vm.return %0 : i32
  }
  vm.func private @mixed_callee(%a: i32, %b: i64, %c: i32, %d: i64, %e: i32) -> (i64, i32, i64) attributes {inlining_policy = #util.inline.never} {
    %0 = vm.sub.i64 %b, %d : i64
    %1 = vm.sub.i32 %a, %c : i32
    %2 = vm.ext.i32.i64.s %e : i32 -> i64
    vm.return %0, %1, %2 : i64, i32, i64
  }
// CASE mixed 1 2 3 4 5
// CASE mixed -1 9223372036854775807 2147483647 -9223372036854775808 -2147483648
  vm.export @mixed
  vm.func @mixed(%a: i32, %b: i64, %c: i32, %d: i64, %e: i32) -> (i64, i32, i64, i64) {
    %0:3 = vm.call @mixed_callee(%e, %d, %c, %b, %a) : (i32, i64, i32, i64, i32) -> (i64, i32, i64)
    %1:3 = vm.call @mixed_callee(%c, %b, %a, %d, %e) : (i32, i64, i32, i64, i32) -> (i64, i32, i64)
    %2 = vm.add.i64 %0#0, %1#2 : i64
    %3 = vm.add.i32 %0#1, %1#1 : i32
    vm.return %2, %3, %1#0, %0#2 : i64, i32, i64, i64
  }
  vm.func private @mixed_floats(%a: f32, %b: f64, %c: i32, %d: f64) -> (f64, f32) attributes {inlining_policy = #util.inline.never} {
    %0 = vm.sub.f64 %b, %d : f64
    %1 = vm.neg.f32 %a : f32
    vm.return %0, %1 : f64, f32
  }
// CASE floats 0x40200000 0x4004000000000000 7 0x3ff8000000000000
  vm.export @floats
  vm.func @floats(%a: i32, %b: i64, %c: i32, %d: i64) -> (i64, i32) {
    %fa = vm.bitcast.i32.f32 %a : i32 -> f32
    %fb = vm.bitcast.i64.f64 %b : i64 -> f64
    %fd = vm.bitcast.i64.f64 %d : i64 -> f64
    %0:2 = vm.call @mixed_floats(%fa, %fb, %c, %fd) : (f32, f64, i32, f64) -> (f64, f32)
    %1 = vm.bitcast.f64.i64 %0#0 : f64 -> i64
    %2 = vm.bitcast.f32.i32 %0#1 : f32 -> i32
    vm.return %1, %2 : i64, i32
  }
// CASE identity 1 2 3 4
  vm.export @identity
  vm.func @identity(%a: i32, %b: i64, %c: i32, %d: i32) -> (i32, i64, i32, i32) {
    vm.return %d, %b, %c, %a : i32, i64, i32, i32
  }
  vm.func private @take(%b: !vm.buffer, %c: !vm.buffer, %v: i32) -> (!vm.buffer, !vm.buffer) attributes {inlining_policy = #util.inline.never} {
    %c0 = vm.const.i64 0
    vm.buffer.store.i32 %v, %b[%c0] : i32 -> !vm.buffer
    vm.return %c, %b : !vm.buffer, !vm.buffer
  }
// One buffer twice, swapped results, the result in the register of a moved operand.
// CASE refs 5 9
  vm.export @refs
  vm.func @refs(%a: i32, %b: i32) -> (i32, i32, i32) {
    %c0 = vm.const.i64 0
    %c4 = vm.const.i64 4
    %al = vm.const.i32 16
    %x = vm.buffer.alloc %c4, %al : !vm.buffer
    %y = vm.buffer.alloc %c4, %al : !vm.buffer
    %0:2 = vm.call @take(%x, %y, %a) : (!vm.buffer, !vm.buffer, i32) -> (!vm.buffer, !vm.buffer)
    %1:2 = vm.call @take(%0#0, %0#1, %b) : (!vm.buffer, !vm.buffer, i32) -> (!vm.buffer, !vm.buffer)
    %2:2 = vm.call @take(%1#0, %1#0, %a) : (!vm.buffer, !vm.buffer, i32) -> (!vm.buffer, !vm.buffer)
    %same = vm.cmp.eq.ref %2#0, %2#1 : !vm.buffer
    %p = vm.buffer.load.i32 %2#0[%c0] : !vm.buffer -> i32
    %q = vm.buffer.load.i32 %1#1[%c0] : !vm.buffer -> i32
    vm.return %same, %p, %q : i32, i32, i32
  }
  vm.func private @yields(%a: i32, %b: i64) -> (i64, i32) attributes {inlining_policy = #util.inline.never} {
    vm.yield ^next(%b, %a : i64, i32)
  ^next(%x: i64, %y: i32):
    vm.yield ^last(%x, %y : i64, i32)
  ^last(%p: i64, %q: i32):
    vm.return %p, %q : i64, i32
  }
// The reference never returns from this one.
// CASE call_yieldable 3 4 => 6 4
  vm.export @call_yieldable
  vm.func @call_yieldable(%a: i32, %b: i64) -> (i32, i64) {
    vm.call.yieldable @yields(%a, %b) : (i32, i64) -> ^next(i64, i32)
  ^next(%x: i64, %y: i32):
    %s = vm.add.i32 %y, %a : i32
    vm.return %s, %x : i32, i64
  }
// CASE call_fails 5
  vm.func private @fails(%code: i32) attributes {inlining_policy = #util.inline.never} {
    vm.fail %code, "in the callee"
  }
  vm.export @call_fails
  vm.func @call_fails(%code: i32) -> i32 {
    %c4 = vm.const.i64 4
    %al = vm.const.i32 16
    %x = vm.buffer.alloc %c4, %al : !vm.buffer
    vm.call @fails(%code) : (i32) -> ()
    %n = vm.cmp.nz.ref %x : !vm.buffer
    vm.return %n : i32
  }
}

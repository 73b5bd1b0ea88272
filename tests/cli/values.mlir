// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// What the command line shows of a model besides tensors. No native code, so it runs on every processor.
//
//   iree-compile values.mlir -o values.vmfb --iree-hal-target-device=local \
//       --iree-hal-local-target-device-backends=llvm-cpu --iree-vm-target-extension-f64 \
//       --iree-input-demote-f64-to-f32=false --iree-vm-bytecode-module-strip-source-map=true
module @values {
  func.func @traced(%x: !hal.buffer_view, %y: !hal.buffer_view) -> !hal.buffer_view {
    hal.buffer_view.trace "both \1B[31minputs" = %x, %y : !hal.buffer_view, !hal.buffer_view
    hal.buffer_view.trace "first" = %x : !hal.buffer_view
    return %x : !hal.buffer_view
  }

  func.func @mixed(%x: !hal.buffer_view, %f64: f64) -> (!util.list<?>, i32) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %c4 = arith.constant 4 : index
    %c5 = arith.constant 5 : index
    %c7 = arith.constant 7 : index
    %i32 = arith.constant -1 : i32
    %i64 = arith.constant 7 : i64
    %f32 = arith.constant 2.5 : f32
    %buffer = util.buffer.alloc uninitialized : !util.buffer{%c5}
    %list = util.list.create %c7 : !util.list<?>
    util.list.resize %list, %c7 : !util.list<?>
    util.list.set %list[%c0], %i32 : i32 -> !util.list<?>
    util.list.set %list[%c1], %i64 : i64 -> !util.list<?>
    util.list.set %list[%c2], %f32 : f32 -> !util.list<?>
    util.list.set %list[%c3], %f64 : f64 -> !util.list<?>
    util.list.set %list[%c4], %x : !hal.buffer_view -> !util.list<?>
    util.list.set %list[%c5], %buffer : !util.buffer -> !util.list<?>
    return %list, %i32 : !util.list<?>, i32
  }

  func.func @nested(%x: !hal.buffer) -> !util.list<?> {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c2 = arith.constant 2 : index
    %c3 = arith.constant 3 : index
    %i8 = arith.constant 200 : i8
    %bytes = util.list.create %c2 : !util.list<i8>
    util.list.resize %bytes, %c2 : !util.list<i8>
    util.list.set %bytes[%c0], %i8 : i8 -> !util.list<i8>
    %empty = util.list.create %c0 : !util.list<?>
    %list = util.list.create %c3 : !util.list<?>
    util.list.resize %list, %c3 : !util.list<?>
    util.list.set %list[%c0], %bytes : !util.list<i8> -> !util.list<?>
    util.list.set %list[%c1], %empty : !util.list<?> -> !util.list<?>
    util.list.set %list[%c2], %x : !hal.buffer -> !util.list<?>
    return %list : !util.list<?>
  }

  // A list that is in itself.
  func.func @cycle() -> !util.list<?> {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %list = util.list.create %c2 : !util.list<?>
    util.list.resize %list, %c2 : !util.list<?>
    util.list.set %list[%c0], %list : !util.list<?> -> !util.list<?>
    return %list : !util.list<?>
  }

  func.func @none() -> (!util.buffer, !hal.buffer_view) {
    %c5 = arith.constant 5 : index
    %buffer = util.buffer.alloc uninitialized : !util.buffer{%c5}
    %null = util.null : !hal.buffer_view
    return %buffer, %null : !util.buffer, !hal.buffer_view
  }

  // Waits for a fence that nobody signals; -1 is without end.
  func.func @wait(%timeout_ms: i32) -> i32 {
    %c0 = arith.constant 0 : index
    %device = hal.devices.get %c0 : !hal.device
    %fence = hal.fence.create device(%device : !hal.device) flags("None") : !hal.fence
    %status = hal.fence.await until([%fence]) timeout_millis(%timeout_ms) flags("None") : i32
    return %status : i32
  }

  // Counts down to 0; from a negative number: for ever, nearly.
  func.func @spin(%count: i64) -> i64 {
    %c0 = arith.constant 0 : i64
    %c1 = arith.constant 1 : i64
    %c3 = arith.constant 3 : i64
    %done:2 = scf.while (%left = %count, %mix = %c0) : (i64, i64) -> (i64, i64) {
      %more = arith.cmpi ne, %left, %c0 : i64
      scf.condition(%more) %left, %mix : i64, i64
    } do {
    ^bb0(%left: i64, %mix: i64):
      %next = arith.subi %left, %c1 : i64
      %tripled = arith.muli %mix, %c3 : i64
      %mixed = arith.xori %tripled, %left : i64
      scf.yield %next, %mixed : i64, i64
    }
    return %done#1 : i64
  }
}

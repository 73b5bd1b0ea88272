// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// A switch on a scalar argument with scalar results: the VM's branch table.
module @scalar_switch {
  func.func @choose(%k: i32, %x: f32) -> (f32, i64) {
    %i = arith.index_cast %k : i32 to index
    %r:2 = scf.index_switch %i -> f32, i64
    case 0 {
      %0 = arith.addf %x, %x : f32
      %1 = arith.constant 10 : i64
      scf.yield %0, %1 : f32, i64
    }
    case 1 {
      %0 = math.exp %x : f32
      %1 = arith.constant 11 : i64
      scf.yield %0, %1 : f32, i64
    }
    case 2 {
      %0 = math.tanh %x : f32
      %1 = arith.constant 12 : i64
      scf.yield %0, %1 : f32, i64
    }
    default {
      %1 = arith.constant -1 : i64
      scf.yield %x, %1 : f32, i64
    }
    return %r#0, %r#1 : f32, i64
  }
}

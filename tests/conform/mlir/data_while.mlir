// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Control flow decided by device data: doubles until the first element reaches a bound, so the host reads back in each turn.
module @data_while {
  func.func @grow(%x: tensor<4xf32>, %bound: tensor<f32>) -> (tensor<4xf32>, i32) {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0 : i32
    %one = arith.constant 1 : i32
    %limit = tensor.extract %bound[] : tensor<f32>
    %r:2 = scf.while (%v = %x, %n = %zero) : (tensor<4xf32>, i32) -> (tensor<4xf32>, i32) {
      %e = tensor.extract %v[%c0] : tensor<4xf32>
      %go = arith.cmpf olt, %e, %limit : f32
      scf.condition(%go) %v, %n : tensor<4xf32>, i32
    } do {
    ^bb0(%v: tensor<4xf32>, %n: i32):
      %v2 = arith.addf %v, %v : tensor<4xf32>
      %n2 = arith.addi %n, %one : i32
      scf.yield %v2, %n2 : tensor<4xf32>, i32
    }
    return %r#0, %r#1 : tensor<4xf32>, i32
  }
}

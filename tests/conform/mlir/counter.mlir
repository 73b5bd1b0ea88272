// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Mutable state kept in module globals between calls: a tensor and two scalars.
module @counter {
  util.global private mutable @sum = dense<1.0> : tensor<4xf32>
  util.global private mutable @calls = 0 : i32
  util.global private mutable @total = 100 : i64
  func.func @step(%x: tensor<4xf32>) -> (tensor<4xf32>, i32, i64) {
    %sum = util.global.load @sum : tensor<4xf32>
    %next = arith.addf %sum, %x : tensor<4xf32>
    util.global.store %next, @sum : tensor<4xf32>
    %calls = util.global.load @calls : i32
    %one = arith.constant 1 : i32
    %calls_next = arith.addi %calls, %one : i32
    util.global.store %calls_next, @calls : i32
    %total = util.global.load @total : i64
    %wide = arith.extsi %calls_next : i32 to i64
    %total_next = arith.muli %total, %wide : i64
    util.global.store %total_next, @total : i64
    return %next, %calls_next, %total_next : tensor<4xf32>, i32, i64
  }
}

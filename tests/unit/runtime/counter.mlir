// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// State kept between calls: a tensor and a scalar.
module @counter {
  util.global private mutable @sum = dense<1.0> : tensor<4xf32>
  util.global private mutable @calls = 0 : i32
  func.func @step(%x: tensor<4xf32>) -> (tensor<4xf32>, i32) {
    %sum = util.global.load @sum : tensor<4xf32>
    %next = arith.addf %sum, %x : tensor<4xf32>
    util.global.store %next, @sum : tensor<4xf32>
    %calls = util.global.load @calls : i32
    %one = arith.constant 1 : i32
    %calls_next = arith.addi %calls, %one : i32
    util.global.store %calls_next, @calls : i32
    return %next, %calls_next : tensor<4xf32>, i32
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Calls the stateful module three times: the tools call an export once, so the repetition has to be a module.
module @driver {
  func.func private @counter.step(%x: tensor<4xf32>) -> (tensor<4xf32>, i32, i64)
  func.func @thrice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, i32, i64) {
    %0:3 = call @counter.step(%x) : (tensor<4xf32>) -> (tensor<4xf32>, i32, i64)
    %1:3 = call @counter.step(%0#0) : (tensor<4xf32>) -> (tensor<4xf32>, i32, i64)
    %2:3 = call @counter.step(%x) : (tensor<4xf32>) -> (tensor<4xf32>, i32, i64)
    return %0#0, %1#0, %2#0, %2#1, %2#2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, i32, i64
  }
}

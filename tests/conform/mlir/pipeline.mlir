// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Calls functions of two other modules; the execution model this file is compiled for decides whether the imports take fences.
module @pipeline {
  func.func private @stage_a.scale(%x: tensor<4x4xf32>) -> tensor<4x4xf32>
  func.func private @stage_b.project(%x: tensor<4x4xf32>) -> tensor<4x4xf32>
  func.func @run(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %0 = call @stage_a.scale(%x) : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %1 = call @stage_b.project(%0) : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %2 = arith.addf %1, %x : tensor<4x4xf32>
    return %2 : tensor<4x4xf32>
  }
}

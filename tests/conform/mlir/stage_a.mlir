// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// First stage of the pipelines: one elementwise dispatch; the module name is what an importer spells before the dot.
module @stage_a {
  func.func @scale(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %w = arith.constant dense<2.0> : tensor<4x4xf32>
    %0 = arith.mulf %x, %w : tensor<4x4xf32>
    return %0 : tensor<4x4xf32>
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Large enough for many workgroups in all three dimensions, and a scatter of work that order must not change.
module @many_groups {
  func.func @batch(%a: tensor<3x96x160xf32>, %b: tensor<3x160x200xf32>) -> tensor<3x96x200xf32> {
    %zero = arith.constant 0.0 : f32
    %init = tensor.splat %zero : tensor<3x96x200xf32>
    %0 = linalg.batch_matmul ins(%a, %b : tensor<3x96x160xf32>, tensor<3x160x200xf32>) outs(%init : tensor<3x96x200xf32>) -> tensor<3x96x200xf32>
    return %0 : tensor<3x96x200xf32>
  }
}

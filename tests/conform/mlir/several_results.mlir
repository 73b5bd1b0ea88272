// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Several results of different shapes, one of them twice and one of them a reshaped view of another.
module @several {
  func.func @split(%x: tensor<4x6xf32>) -> (tensor<4x6xf32>, tensor<4x6xf32>, tensor<24xf32>, tensor<2x3xf32>, tensor<6x4xf32>) {
    %0 = arith.addf %x, %x : tensor<4x6xf32>
    %flat = tensor.collapse_shape %0 [[0, 1]] : tensor<4x6xf32> into tensor<24xf32>
    %cut = tensor.extract_slice %x[1, 2] [2, 3] [1, 1] : tensor<4x6xf32> to tensor<2x3xf32>
    %init = tensor.empty() : tensor<6x4xf32>
    %t = linalg.transpose ins(%x : tensor<4x6xf32>) outs(%init : tensor<6x4xf32>) permutation = [1, 0]
    return %0, %0, %flat, %cut, %t : tensor<4x6xf32>, tensor<4x6xf32>, tensor<24xf32>, tensor<2x3xf32>, tensor<6x4xf32>
  }
}

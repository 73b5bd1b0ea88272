// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Denormal inputs and results: shows whether kernels run with flush-to-zero (results) and denormals-are-zero (inputs) set.
module @denormal {
  func.func @touch(%x: tensor<8xf32>, %half: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) {
    %big = arith.constant dense<1.0e30> : tensor<8xf32>
    %0 = arith.mulf %x, %half : tensor<8xf32>
    %1 = arith.mulf %x, %big : tensor<8xf32>
    %2 = arith.addf %x, %x : tensor<8xf32>
    return %0, %1, %2 : tensor<8xf32>, tensor<8xf32>, tensor<8xf32>
  }
}

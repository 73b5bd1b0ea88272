// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// No arguments: a stored constant, a splat and a scalar come back.
module @constant {
  func.func @get() -> (tensor<2x3xf32>, tensor<1025xi8>, i32) {
    %0 = arith.constant dense<[[1.0, -2.5, 3.0e10], [4.0e-7, 0.1, -0.0]]> : tensor<2x3xf32>
    %1 = arith.constant dense<7> : tensor<1025xi8>
    %2 = arith.constant -42 : i32
    return %0, %1, %2 : tensor<2x3xf32>, tensor<1025xi8>, i32
  }
}

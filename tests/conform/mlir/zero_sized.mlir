// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Tensors with no elements, static and dynamic: nothing to allocate, nothing to dispatch, yet shapes must come back.
module @zero_sized {
  func.func @empty(%a: tensor<0x3xf32>, %b: tensor<?x3xf32>) -> (tensor<0x3xf32>, tensor<?x3xf32>, tensor<3xf32>) {
    %zero = arith.constant 0.0 : f32
    %0 = arith.addf %a, %a : tensor<0x3xf32>
    %1 = arith.mulf %b, %b : tensor<?x3xf32>
    %init = tensor.splat %zero : tensor<3xf32>
    %s = linalg.reduce ins(%b : tensor<?x3xf32>) outs(%init : tensor<3xf32>) dimensions = [0]
      (%x: f32, %y: f32) {
        %2 = arith.addf %x, %y : f32
        linalg.yield %2 : f32
      }
    return %0, %1, %s : tensor<0x3xf32>, tensor<?x3xf32>, tensor<3xf32>
  }
}

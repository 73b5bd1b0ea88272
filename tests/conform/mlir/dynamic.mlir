// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Shapes known only at the call: a matmul with three dynamic dimensions, a row sum, and the shape itself as results.
module @dynamic {
  func.func @matmul(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>) -> (tensor<?x?xf32>, tensor<?xf32>, index, index) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0.0 : f32
    %m = tensor.dim %a, %c0 : tensor<?x?xf32>
    %n = tensor.dim %b, %c1 : tensor<?x?xf32>
    %init_shape = tensor.empty(%m, %n) : tensor<?x?xf32>
    %init = linalg.fill ins(%zero : f32) outs(%init_shape : tensor<?x?xf32>) -> tensor<?x?xf32>
    %c = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
    %s_shape = tensor.empty(%m) : tensor<?xf32>
    %s_init = linalg.fill ins(%zero : f32) outs(%s_shape : tensor<?xf32>) -> tensor<?xf32>
    %s = linalg.reduce ins(%c : tensor<?x?xf32>) outs(%s_init : tensor<?xf32>) dimensions = [1]
      (%x: f32, %y: f32) {
        %0 = arith.addf %x, %y : f32
        linalg.yield %0 : f32
      }
    return %c, %s, %m, %n : tensor<?x?xf32>, tensor<?xf32>, index, index
  }
}

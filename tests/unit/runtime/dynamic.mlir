// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// A length known only at the call, so each call makes its own recording.
module @dynamic {
  func.func @scale(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
    %c0 = arith.constant 0 : index
    %zero = arith.constant 0.0 : f32
    %n = tensor.dim %x, %c0 : tensor<?x4xf32>
    %s_shape = tensor.empty(%n) : tensor<?xf32>
    %s_init = linalg.fill ins(%zero : f32) outs(%s_shape : tensor<?xf32>) -> tensor<?xf32>
    %s = linalg.reduce ins(%x : tensor<?x4xf32>) outs(%s_init : tensor<?xf32>) dimensions = [1]
      (%a: f32, %b: f32) {
        %0 = arith.addf %a, %b : f32
        linalg.yield %0 : f32
      }
    %y_shape = tensor.empty(%n) : tensor<?x4xf32>
    %y = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>],
                         iterator_types = ["parallel", "parallel"]}
         ins(%x, %s : tensor<?x4xf32>, tensor<?xf32>) outs(%y_shape : tensor<?x4xf32>) {
      ^bb0(%a: f32, %b: f32, %out: f32):
        %0 = arith.mulf %a, %b : f32
        linalg.yield %0 : f32
    } -> tensor<?x4xf32>
    return %y : tensor<?x4xf32>
  }
}

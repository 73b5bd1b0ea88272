// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Second stage of the pipelines: a matmul with a constant, then a reduction broadcast back: more than one dispatch.
module @stage_b {
  func.func @project(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %w = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [0.0, 1.0, 0.0, 1.0], [-1.0, 0.5, 0.25, 3.0]]> : tensor<4x4xf32>
    %zero = arith.constant 0.0 : f32
    %m_init = tensor.splat %zero : tensor<4x4xf32>
    %m = linalg.matmul ins(%x, %w : tensor<4x4xf32>, tensor<4x4xf32>) outs(%m_init : tensor<4x4xf32>) -> tensor<4x4xf32>
    %s_init = tensor.splat %zero : tensor<4xf32>
    %s = linalg.reduce ins(%m : tensor<4x4xf32>) outs(%s_init : tensor<4xf32>) dimensions = [1]
      (%a: f32, %b: f32) {
        %0 = arith.addf %a, %b : f32
        linalg.yield %0 : f32
      }
    %out_init = tensor.empty() : tensor<4x4xf32>
    %rows = linalg.broadcast ins(%s : tensor<4xf32>) outs(%out_init : tensor<4x4xf32>) dimensions = [1]
    %out = arith.subf %m, %rows : tensor<4x4xf32>
    return %out : tensor<4x4xf32>
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Weights kept outside the module, in a parameter archive under the scope "model".
module @parameters {
  util.global private @w = #flow.parameter.named<"model"::"w"> : tensor<4x4xf32>
  util.global private @b = #flow.parameter.named<"model"::"b"> : tensor<4xf32>
  func.func @layer(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %w = util.global.load @w : tensor<4x4xf32>
    %b = util.global.load @b : tensor<4xf32>
    %init = tensor.empty() : tensor<4x4xf32>
    %rows = linalg.broadcast ins(%b : tensor<4xf32>) outs(%init : tensor<4x4xf32>) dimensions = [0]
    %0 = linalg.matmul ins(%x, %w : tensor<4x4xf32>, tensor<4x4xf32>) outs(%rows : tensor<4x4xf32>) -> tensor<4x4xf32>
    return %0 : tensor<4x4xf32>
  }
}

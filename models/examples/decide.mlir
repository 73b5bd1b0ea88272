// The second of two small models that examples/ chain: half of the last command, and what is seen now. Asynchronous, as perceive.mlir.
module @decide {
  func.func @decide(%seen: tensor<4xf32>, %last: tensor<4xf32>) -> tensor<4xf32> {
    %half = arith.constant dense<0.5> : tensor<4xf32>
    %old = arith.mulf %last, %half : tensor<4xf32>
    %command = arith.addf %old, %seen : tensor<4xf32>
    return %command : tensor<4xf32>
  }
}

// The first of two small models that examples/ chain: what stands in each of four strips of a picture. Compiled with asynchronous entry
// points, so its function takes a wait and a signal fence after its arguments.
module @perceive {
  func.func @perceive(%picture: tensor<4x256xf32>) -> tensor<4xf32> {
    %zero = arith.constant 0.0 : f32
    %empty = tensor.empty() : tensor<4xf32>
    %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
    %sums = linalg.reduce { arith.addf } ins(%picture : tensor<4x256xf32>) outs(%zeros : tensor<4xf32>) dimensions = [1]
    return %sums : tensor<4xf32>
  }
}

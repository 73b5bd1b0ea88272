// The smallest real call: two inputs, one dispatch of one workgroup, one result. Its arithmetic costs nothing, so its time is the overhead
// of a call.
module @add4 {
  func.func @add(%a: tensor<4xf32>, %b: tensor<4xf32>) -> tensor<4xf32> {
    %sum = arith.addf %a, %b : tensor<4xf32>
    return %sum : tensor<4xf32>
  }
}

// A planner for examples/robot_loop.c: slower the likelier a collision is, and turned by the angle that was seen; half of what the sensors
// say is kept. Its result is what the controller (mlp_f32) takes. Synchronous, unlike its neighbours.
module @steer {
  func.func @steer(%angle: tensor<1x1xf32>, %collision: tensor<1x1xf32>, %sensors: tensor<1x64xf32>) -> tensor<1x64xf32> {
    %half = arith.constant dense<0.5> : tensor<1x64xf32>
    %one = arith.constant dense<1.0> : tensor<1x1xf32>
    %free = arith.subf %one, %collision : tensor<1x1xf32>
    %turned = arith.addf %free, %angle : tensor<1x1xf32>
    %flat = tensor.collapse_shape %turned [[0, 1]] : tensor<1x1xf32> into tensor<1xf32>
    %empty = tensor.empty() : tensor<1x64xf32>
    %wide = linalg.broadcast ins(%flat : tensor<1xf32>) outs(%empty : tensor<1x64xf32>) dimensions = [1]
    %kept = arith.mulf %sensors, %half : tensor<1x64xf32>
    %target = arith.addf %wide, %kept : tensor<1x64xf32>
    return %target : tensor<1x64xf32>
  }
}

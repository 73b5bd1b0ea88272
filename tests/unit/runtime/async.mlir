// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// An asynchronous function: the compiler adds a wait and a signal fence (--iree-execution-model=async-external).
module @async {
  func.func @add(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
    %0 = arith.addf %x, %y : tensor<4xf32>
    return %0 : tensor<4xf32>
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Functions that say themselves how they are to be run: attributes for jobs.
module @told {
  func.func @sense(%x: tensor<4xf32>) -> tensor<4xf32> attributes {
    iree.reflection = {rondo.period_ms = "20", rondo.deadline_ms = "15", rondo.priority = "200", rondo.colour = "red"}
  } {
    %one = arith.constant dense<1.0> : tensor<4xf32>
    %sum = arith.addf %x, %one : tensor<4xf32>
    return %sum : tensor<4xf32>
  }

  func.func @act(%x: tensor<4xf32>) -> tensor<4xf32> attributes {
    iree.reflection = {rondo.rate_hz = "25", rondo.workers_max = "1"}
  } {
    %sum = arith.addf %x, %x : tensor<4xf32>
    return %sum : tensor<4xf32>
  }

  // Says nothing.
  func.func @half(%x: tensor<2xf32>) -> tensor<2xf32> {
    %sum = arith.addf %x, %x : tensor<2xf32>
    return %sum : tensor<2xf32>
  }
}

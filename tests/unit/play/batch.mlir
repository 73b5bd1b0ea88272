// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// What a dispatch module is like: its function takes how often its dispatch runs, and works on memory of its own.
module @batch {
  util.global private mutable @state = dense<0.0> : tensor<64xf32>

  func.func @dispatch(%count: i32) {
    %zero = arith.constant 0 : i32
    %one = arith.constant 1 : i32
    scf.for %i = %zero to %count step %one : i32 {
      %step = arith.constant dense<1.0> : tensor<64xf32>
      %before = util.global.load @state : tensor<64xf32>
      %after = arith.addf %before, %step : tensor<64xf32>
      util.global.store %after, @state : tensor<64xf32>
    }
    return
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Tensors of rank 0 in and out.
module @rank0 {
  func.func @point(%x: tensor<f32>, %k: tensor<i32>) -> (tensor<f32>, tensor<i32>) {
    %0 = arith.mulf %x, %x : tensor<f32>
    %1 = arith.addi %k, %k : tensor<i32>
    return %0, %1 : tensor<f32>, tensor<i32>
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Real f64 tensors and scalars: needs --iree-input-demote-f64-to-f32=false, else the compiler turns them into f32.
module @doubles {
  func.func @axpy(%a: f64, %x: tensor<5xf64>, %y: tensor<5xf64>) -> (tensor<5xf64>, f64) {
    %shape = tensor.empty() : tensor<5xf64>
    %av = linalg.fill ins(%a : f64) outs(%shape : tensor<5xf64>) -> tensor<5xf64>
    %0 = arith.mulf %av, %x : tensor<5xf64>
    %1 = arith.addf %0, %y : tensor<5xf64>
    %2 = arith.addf %a, %a : f64
    return %1, %2 : tensor<5xf64>, f64
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// One argument and one result of each narrow element type the tools carry; bf16 has no npy form and travels raw.
module @types {
  func.func @all(%h: tensor<2x3xf16>, %bf: tensor<5xbf16>, %p: tensor<7xi1>, %b: tensor<3xi8>, %s: tensor<3xi16>, %w: tensor<3xi32>, %l: tensor<2x2xi64>, %u: tensor<4xui8>)
      -> (tensor<2x3xf16>, tensor<5xbf16>, tensor<7xi1>, tensor<3xi8>, tensor<3xi16>, tensor<3xi32>, tensor<2x2xi64>, tensor<4xui8>) {
    %true = arith.constant dense<true> : tensor<7xi1>
    %h2 = arith.addf %h, %h : tensor<2x3xf16>
    %bf2 = arith.mulf %bf, %bf : tensor<5xbf16>
    %p2 = arith.xori %p, %true : tensor<7xi1>
    %b2 = arith.addi %b, %b : tensor<3xi8>
    %s2 = arith.muli %s, %s : tensor<3xi16>
    %w2 = arith.muli %w, %w : tensor<3xi32>
    %l2 = arith.addi %l, %l : tensor<2x2xi64>
    return %h2, %bf2, %p2, %b2, %s2, %w2, %l2, %u : tensor<2x3xf16>, tensor<5xbf16>, tensor<7xi1>, tensor<3xi8>, tensor<3xi16>, tensor<3xi32>, tensor<2x2xi64>, tensor<4xui8>
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Functions whose results tell what was called, how often, and with what.
module @steps {
  util.global private mutable @calls = 0 : i32

  // x and the number of calls so far, from 1.
  func.func @count(%x: tensor<4xf32>) -> tensor<4xf32> {
    %one = arith.constant 1 : i32
    %calls = util.global.load @calls : i32
    %next = arith.addi %calls, %one : i32
    util.global.store %next, @calls : i32
    %number = arith.sitofp %next : i32 to f32
    %empty = tensor.empty() : tensor<4xf32>
    %numbers = linalg.fill ins(%number : f32) outs(%empty : tensor<4xf32>) -> tensor<4xf32>
    %sum = arith.addf %x, %numbers : tensor<4xf32>
    return %sum : tensor<4xf32>
  }

  func.func @add(%x: tensor<4xf32>, %y: tensor<4xf32>) -> tensor<4xf32> {
    %sum = arith.addf %x, %y : tensor<4xf32>
    return %sum : tensor<4xf32>
  }

  func.func @full(%x: tensor<4xf32>) -> tensor<4xf32> {
    %one = arith.constant dense<1.0> : tensor<4xf32>
    %sum = arith.addf %x, %one : tensor<4xf32>
    return %sum : tensor<4xf32>
  }

  func.func @light(%x: tensor<4xf32>) -> tensor<4xf32> {
    %two = arith.constant dense<2.0> : tensor<4xf32>
    %sum = arith.addf %x, %two : tensor<4xf32>
    return %sum : tensor<4xf32>
  }

  // Fails when it is called for the third time.
  func.func @flaky(%x: tensor<4xf32>) -> tensor<4xf32> {
    %one = arith.constant 1 : i32
    %limit = arith.constant 3 : i32
    %calls = util.global.load @calls : i32
    %next = arith.addi %calls, %one : i32
    util.global.store %next, @calls : i32
    %is_well = arith.cmpi slt, %next, %limit : i32
    cf.assert %is_well, "called for the third time"
    %sum = arith.addf %x, %x : tensor<4xf32>
    return %sum : tensor<4xf32>
  }

  // No kernel at all.
  func.func @plain(%x: i32) -> i32 {
    %one = arith.constant 1 : i32
    %sum = arith.addi %x, %one : i32
    return %sum : i32
  }
}

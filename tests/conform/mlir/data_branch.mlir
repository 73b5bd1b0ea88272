// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// A branch chosen by an i64 tensor element, with other dispatches on each side.
module @data_branch {
  func.func @choose(%which: tensor<2xi64>, %x: tensor<6xf32>) -> tensor<6xf32> {
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0 : i64
    %one = arith.constant 1 : i64
    %k = tensor.extract %which[%c1] : tensor<2xi64>
    %negative = arith.cmpi slt, %k, %zero : i64
    %r = scf.if %negative -> tensor<6xf32> {
      %0 = arith.negf %x : tensor<6xf32>
      scf.yield %0 : tensor<6xf32>
    } else {
      %is_one = arith.cmpi eq, %k, %one : i64
      %1 = scf.if %is_one -> tensor<6xf32> {
        %2 = math.exp %x : tensor<6xf32>
        scf.yield %2 : tensor<6xf32>
      } else {
        %3 = arith.addf %x, %x : tensor<6xf32>
        %4 = arith.mulf %3, %x : tensor<6xf32>
        scf.yield %4 : tensor<6xf32>
      }
      scf.yield %1 : tensor<6xf32>
    }
    return %r : tensor<6xf32>
  }
}

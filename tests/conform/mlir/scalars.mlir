// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Scalars in and out, computed by the VM itself: no device work at all.
module @scalars {
  func.func @mix(%a: i32, %b: i64, %c: f32, %d: f64) -> (i32, i64, f32, f64) {
    %a64 = arith.extsi %a : i32 to i64
    %s = arith.addi %a64, %b : i64
    %p = arith.muli %a, %a : i32
    %q = arith.mulf %c, %c : f32
    %r = arith.divf %d, %d : f64
    %t = arith.addf %r, %d : f64
    return %p, %s, %q, %t : i32, i64, f32, f64
  }
}

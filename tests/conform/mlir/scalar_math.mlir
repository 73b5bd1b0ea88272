// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Integer and float arithmetic of the VM: signed and unsigned division, shifts, comparisons, selects, conversions, math functions.
module @scalar_math {
  func.func @ints(%a: i32, %b: i32, %c: i64, %d: i64) -> (i32, i32, i32, i32, i32, i32, i64, i64, i64, i64, i64, i64) {
    %c5 = arith.constant 5 : i32
    %c9 = arith.constant 9 : i64
    %0 = arith.divsi %a, %b : i32
    %1 = arith.divui %a, %b : i32
    %2 = arith.remsi %a, %b : i32
    %3 = arith.shrsi %a, %c5 : i32
    %4 = arith.shrui %a, %c5 : i32
    %lt = arith.cmpi slt, %a, %b : i32
    %5 = arith.select %lt, %a, %b : i32
    %6 = arith.divsi %c, %d : i64
    %7 = arith.remui %c, %d : i64
    %8 = arith.shli %c, %c9 : i64
    %9 = arith.minsi %c, %d : i64
    %10 = arith.maxui %c, %d : i64
    %11 = arith.xori %c, %d : i64
    return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11 : i32, i32, i32, i32, i32, i32, i64, i64, i64, i64, i64, i64
  }
  func.func @floats(%a: f32, %b: f32, %i: i32) -> (f32, f32, f32, f32, f32, f32, f32, i32, f32) {
    %0 = arith.divf %a, %b : f32
    %1 = math.sqrt %a : f32
    %2 = math.floor %b : f32
    %3 = math.fma %a, %b, %a : f32
    %4 = math.exp %b : f32
    %5 = arith.minimumf %a, %b : f32
    %6 = arith.sitofp %i : i32 to f32
    %7 = arith.fptosi %a : f32 to i32
    %8 = math.roundeven %b : f32
    return %0, %1, %2, %3, %4, %5, %6, %7, %8 : f32, f32, f32, f32, f32, f32, f32, i32, f32
  }
}

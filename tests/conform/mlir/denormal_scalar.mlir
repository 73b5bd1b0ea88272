// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// The same question asked of the VM's own float arithmetic, which runs on the calling thread.
module @denormal_scalar {
  func.func @touch(%x: f32, %half: f32) -> (i32, i32) {
    %0 = arith.mulf %x, %half : f32
    %1 = arith.addf %x, %x : f32
    %2 = arith.bitcast %0 : f32 to i32
    %3 = arith.bitcast %1 : f32 to i32
    return %2, %3 : i32, i32
  }
}

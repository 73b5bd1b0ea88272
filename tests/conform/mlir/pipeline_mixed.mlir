// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// One import with fences and one without: only a util.func declaration can say so itself; a func.func follows the compile flag.
module @pipeline {
  util.func private @stage_a.scale(%x: tensor<4x4xf32>) -> tensor<4x4xf32> attributes {iree.abi.model = "coarse-fences"}
  util.func private @stage_b.project(%x: tensor<4x4xf32>) -> tensor<4x4xf32> attributes {iree.abi.model = "sync"}
  util.func public @run(%x: tensor<4x4xf32>) -> tensor<4x4xf32> {
    %0 = util.call @stage_a.scale(%x) : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %1 = util.call @stage_b.project(%0) : (tensor<4x4xf32>) -> tensor<4x4xf32>
    %2 = arith.addf %1, %x : tensor<4x4xf32>
    util.return %2 : tensor<4x4xf32>
  }
}

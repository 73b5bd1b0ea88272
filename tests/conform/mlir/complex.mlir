// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Complex elements, returned untouched: npy carries them, printing shows raw bytes.
module @complex {
  func.func @same(%x: tensor<3xcomplex<f32>>, %y: tensor<2xcomplex<f32>>) -> (tensor<2xcomplex<f32>>, tensor<3xcomplex<f32>>) {
    return %y, %x : tensor<2xcomplex<f32>>, tensor<3xcomplex<f32>>
  }
}

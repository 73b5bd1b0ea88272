// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
// Values that are awkward to print, returned untouched: specials, extremes, deep nesting, more elements than the print limit.
module @printing {
  func.func @show(%f: tensor<12xf32>, %l: tensor<3xi64>, %b: tensor<4xi8>, %u: tensor<4xui8>, %h: tensor<6xf16>, %n: tensor<2x1x2x2xi32>, %z: tensor<2x0x3xf32>, %wide: tensor<40x40xi32>)
      -> (tensor<12xf32>, tensor<3xi64>, tensor<4xi8>, tensor<4xui8>, tensor<6xf16>, tensor<2x1x2x2xi32>, tensor<2x0x3xf32>, tensor<40x40xi32>) {
    return %f, %l, %b, %u, %h, %n, %z, %wide : tensor<12xf32>, tensor<3xi64>, tensor<4xi8>, tensor<4xui8>, tensor<6xf16>, tensor<2x1x2x2xi32>, tensor<2x0x3xf32>, tensor<40x40xi32>
  }
}

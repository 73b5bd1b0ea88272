// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Lists: conversions between element types, bounds, variant lists, lists in lists.
vm.module @lists {
// CASE i32_of_i8 200
// CASE i32_of_i8 -1
// CASE i32_of_i8 40000
  vm.export @i32_of_i8
  vm.func @i32_of_i8(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i8>
    vm.list.resize %l, %c1 : (!vm.list<i8>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i32 %l, %c0, %a : (!vm.list<i8>, i32, i32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i8>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i8>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i8>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i8>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i64_of_i8 200
// CASE i64_of_i8 -4294967297
// CASE i64_of_i8 1099511627776000
  vm.export @i64_of_i8
  vm.func @i64_of_i8(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i8>
    vm.list.resize %l, %c1 : (!vm.list<i8>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i64 %l, %c0, %a : (!vm.list<i8>, i32, i64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i8>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i8>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i8>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i8>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f32_of_i8 0x40200000
// CASE f32_of_i8 0x4f000000
  vm.export @f32_of_i8
  vm.func @f32_of_i8(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i8>
    vm.list.resize %l, %c1 : (!vm.list<i8>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i32.f32 %a : i32 -> f32
    vm.list.set.f32 %l, %c0, %v : (!vm.list<i8>, i32, f32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i8>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i8>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i8>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i8>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f64_of_i8 0x4004000000000000
// CASE f64_of_i8 0x7fefffffffffffff
  vm.export @f64_of_i8
  vm.func @f64_of_i8(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i8>
    vm.list.resize %l, %c1 : (!vm.list<i8>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i64.f64 %a : i64 -> f64
    vm.list.set.f64 %l, %c0, %v : (!vm.list<i8>, i32, f64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i8>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i8>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i8>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i8>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i32_of_i16 200
// CASE i32_of_i16 -1
// CASE i32_of_i16 40000
  vm.export @i32_of_i16
  vm.func @i32_of_i16(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i16>
    vm.list.resize %l, %c1 : (!vm.list<i16>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i32 %l, %c0, %a : (!vm.list<i16>, i32, i32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i16>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i16>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i16>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i16>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i64_of_i16 200
// CASE i64_of_i16 -4294967297
// CASE i64_of_i16 1099511627776000
  vm.export @i64_of_i16
  vm.func @i64_of_i16(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i16>
    vm.list.resize %l, %c1 : (!vm.list<i16>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i64 %l, %c0, %a : (!vm.list<i16>, i32, i64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i16>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i16>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i16>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i16>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f32_of_i16 0x40200000
// CASE f32_of_i16 0x4f000000
  vm.export @f32_of_i16
  vm.func @f32_of_i16(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i16>
    vm.list.resize %l, %c1 : (!vm.list<i16>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i32.f32 %a : i32 -> f32
    vm.list.set.f32 %l, %c0, %v : (!vm.list<i16>, i32, f32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i16>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i16>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i16>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i16>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f64_of_i16 0x4004000000000000
// CASE f64_of_i16 0x7fefffffffffffff
  vm.export @f64_of_i16
  vm.func @f64_of_i16(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i16>
    vm.list.resize %l, %c1 : (!vm.list<i16>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i64.f64 %a : i64 -> f64
    vm.list.set.f64 %l, %c0, %v : (!vm.list<i16>, i32, f64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i16>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i16>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i16>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i16>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i32_of_i32 200
// CASE i32_of_i32 -1
// CASE i32_of_i32 40000
  vm.export @i32_of_i32
  vm.func @i32_of_i32(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i32>
    vm.list.resize %l, %c1 : (!vm.list<i32>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i32 %l, %c0, %a : (!vm.list<i32>, i32, i32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i32>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i32>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i32>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i32>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i64_of_i32 200
// CASE i64_of_i32 -4294967297
// CASE i64_of_i32 1099511627776000
  vm.export @i64_of_i32
  vm.func @i64_of_i32(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i32>
    vm.list.resize %l, %c1 : (!vm.list<i32>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i64 %l, %c0, %a : (!vm.list<i32>, i32, i64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i32>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i32>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i32>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i32>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f32_of_i32 0x40200000
// CASE f32_of_i32 0x4f000000
  vm.export @f32_of_i32
  vm.func @f32_of_i32(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i32>
    vm.list.resize %l, %c1 : (!vm.list<i32>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i32.f32 %a : i32 -> f32
    vm.list.set.f32 %l, %c0, %v : (!vm.list<i32>, i32, f32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i32>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i32>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i32>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i32>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f64_of_i32 0x4004000000000000
// CASE f64_of_i32 0x7fefffffffffffff
  vm.export @f64_of_i32
  vm.func @f64_of_i32(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i32>
    vm.list.resize %l, %c1 : (!vm.list<i32>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i64.f64 %a : i64 -> f64
    vm.list.set.f64 %l, %c0, %v : (!vm.list<i32>, i32, f64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i32>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i32>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i32>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i32>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i32_of_i64 200
// CASE i32_of_i64 -1
// CASE i32_of_i64 40000
  vm.export @i32_of_i64
  vm.func @i32_of_i64(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i64>
    vm.list.resize %l, %c1 : (!vm.list<i64>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i32 %l, %c0, %a : (!vm.list<i64>, i32, i32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i64>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i64>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i64>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i64>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i64_of_i64 200
// CASE i64_of_i64 -4294967297
// CASE i64_of_i64 1099511627776000
  vm.export @i64_of_i64
  vm.func @i64_of_i64(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i64>
    vm.list.resize %l, %c1 : (!vm.list<i64>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i64 %l, %c0, %a : (!vm.list<i64>, i32, i64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i64>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i64>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i64>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i64>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f32_of_i64 0x40200000
// CASE f32_of_i64 0x4f000000
  vm.export @f32_of_i64
  vm.func @f32_of_i64(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i64>
    vm.list.resize %l, %c1 : (!vm.list<i64>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i32.f32 %a : i32 -> f32
    vm.list.set.f32 %l, %c0, %v : (!vm.list<i64>, i32, f32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i64>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i64>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i64>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i64>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f64_of_i64 0x4004000000000000
// CASE f64_of_i64 0x7fefffffffffffff
  vm.export @f64_of_i64
  vm.func @f64_of_i64(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i64>
    vm.list.resize %l, %c1 : (!vm.list<i64>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i64.f64 %a : i64 -> f64
    vm.list.set.f64 %l, %c0, %v : (!vm.list<i64>, i32, f64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<i64>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<i64>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<i64>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<i64>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i32_of_f32 200
// CASE i32_of_f32 -1
// CASE i32_of_f32 40000
  vm.export @i32_of_f32
  vm.func @i32_of_f32(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<f32>
    vm.list.resize %l, %c1 : (!vm.list<f32>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i32 %l, %c0, %a : (!vm.list<f32>, i32, i32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<f32>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<f32>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<f32>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<f32>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i64_of_f32 200
// CASE i64_of_f32 -4294967297
// CASE i64_of_f32 1099511627776000
  vm.export @i64_of_f32
  vm.func @i64_of_f32(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<f32>
    vm.list.resize %l, %c1 : (!vm.list<f32>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i64 %l, %c0, %a : (!vm.list<f32>, i32, i64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<f32>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<f32>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<f32>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<f32>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f32_of_f32 0x40200000
// CASE f32_of_f32 0x4f000000
  vm.export @f32_of_f32
  vm.func @f32_of_f32(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<f32>
    vm.list.resize %l, %c1 : (!vm.list<f32>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i32.f32 %a : i32 -> f32
    vm.list.set.f32 %l, %c0, %v : (!vm.list<f32>, i32, f32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<f32>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<f32>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<f32>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<f32>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f64_of_f32 0x4004000000000000
// CASE f64_of_f32 0x7fefffffffffffff
  vm.export @f64_of_f32
  vm.func @f64_of_f32(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<f32>
    vm.list.resize %l, %c1 : (!vm.list<f32>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i64.f64 %a : i64 -> f64
    vm.list.set.f64 %l, %c0, %v : (!vm.list<f32>, i32, f64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<f32>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<f32>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<f32>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<f32>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i32_of_f64 200
// CASE i32_of_f64 -1
// CASE i32_of_f64 40000
  vm.export @i32_of_f64
  vm.func @i32_of_f64(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<f64>
    vm.list.resize %l, %c1 : (!vm.list<f64>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i32 %l, %c0, %a : (!vm.list<f64>, i32, i32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<f64>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<f64>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<f64>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<f64>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE i64_of_f64 200
// CASE i64_of_f64 -4294967297
// CASE i64_of_f64 1099511627776000
  vm.export @i64_of_f64
  vm.func @i64_of_f64(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<f64>
    vm.list.resize %l, %c1 : (!vm.list<f64>, i32)
    %c0 = vm.const.i32 0
    vm.list.set.i64 %l, %c0, %a : (!vm.list<f64>, i32, i64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<f64>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<f64>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<f64>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<f64>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f32_of_f64 0x40200000
// CASE f32_of_f64 0x4f000000
  vm.export @f32_of_f64
  vm.func @f32_of_f64(%a: i32) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<f64>
    vm.list.resize %l, %c1 : (!vm.list<f64>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i32.f32 %a : i32 -> f32
    vm.list.set.f32 %l, %c0, %v : (!vm.list<f64>, i32, f32)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<f64>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<f64>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<f64>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<f64>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE f64_of_f64 0x4004000000000000
// CASE f64_of_f64 0x7fefffffffffffff
  vm.export @f64_of_f64
  vm.func @f64_of_f64(%a: i64) -> (i32, i64, i32, i64) {
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<f64>
    vm.list.resize %l, %c1 : (!vm.list<f64>, i32)
    %c0 = vm.const.i32 0
    %v = vm.bitcast.i64.f64 %a : i64 -> f64
    vm.list.set.f64 %l, %c0, %v : (!vm.list<f64>, i32, f64)
    %gi32 = vm.list.get.i32 %l, %c0 : (!vm.list<f64>, i32) -> i32
    %gi64 = vm.list.get.i64 %l, %c0 : (!vm.list<f64>, i32) -> i64
    %gf32 = vm.list.get.f32 %l, %c0 : (!vm.list<f64>, i32) -> f32
    %gf64 = vm.list.get.f64 %l, %c0 : (!vm.list<f64>, i32) -> f64
    %bf32 = vm.bitcast.f32.i32 %gf32 : f32 -> i32
    %bf64 = vm.bitcast.f64.i64 %gf64 : f64 -> i64
    vm.return %gi32, %gi64, %bf32, %bf64 : i32, i64, i32, i64
  }
// CASE variant_i32 -5
  vm.export @variant_i32
  vm.func @variant_i32(%a: i32) -> (i32, i64) {
    %c1 = vm.const.i32 1
    %c0 = vm.const.i32 0
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<?>
    vm.list.resize %l, %c1 : (!vm.list<?>, i32)
    vm.list.set.i32 %l, %c0, %a : (!vm.list<?>, i32, i32)
    %0 = vm.list.get.i32 %l, %c0 : (!vm.list<?>, i32) -> i32
    %1 = vm.list.get.i64 %l, %c0 : (!vm.list<?>, i32) -> i64
    vm.return %0, %1 : i32, i64
  }
// CASE variant_i64 -5
// CASE variant_i64 4294967297
  vm.export @variant_i64
  vm.func @variant_i64(%a: i64) -> (i32, i64) {
    %c1 = vm.const.i32 1
    %c0 = vm.const.i32 0
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<?>
    vm.list.resize %l, %c1 : (!vm.list<?>, i32)
    vm.list.set.i64 %l, %c0, %a : (!vm.list<?>, i32, i64)
    %0 = vm.list.get.i32 %l, %c0 : (!vm.list<?>, i32) -> i32
    %1 = vm.list.get.i64 %l, %c0 : (!vm.list<?>, i32) -> i64
    vm.return %0, %1 : i32, i64
  }
// CASE variant_empty 0
// CASE variant_empty 1
  vm.export @variant_empty
  vm.func @variant_empty(%a: i32) -> i32 {
    %c1 = vm.const.i32 1
    %c0 = vm.const.i32 0
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<?>
    vm.list.resize %l, %c1 : (!vm.list<?>, i32)
    vm.cond_br %a, ^ref, ^value
    ^ref:
    %r = vm.list.get.ref %l, %c0 : (!vm.list<?>, i32) -> !vm.buffer
    %n = vm.cmp.nz.ref %r : !vm.buffer
    vm.return %n : i32
    ^value:
    %0 = vm.list.get.i32 %l, %c0 : (!vm.list<?>, i32) -> i32
    vm.return %0 : i32
  }
// CASE mixed 0
// CASE mixed -7
  vm.export @mixed
  vm.func @mixed(%a: i32) -> i32 {
    %c2 = vm.const.i32 2
    %c1 = vm.const.i32 1
    %c0 = vm.const.i32 0
    %s = vm.const.i64 8
    %l = vm.list.alloc %c2 : (i32) -> !vm.list<?>
    vm.list.resize %l, %c2 : (!vm.list<?>, i32)
    %buf = vm.buffer.alloc %s, %c1 : !vm.buffer
    vm.list.set.ref %l, %c0, %buf : (!vm.list<?>, i32, !vm.buffer)
    vm.list.set.i32 %l, %c1, %a : (!vm.list<?>, i32, i32)
    %r = vm.list.get.ref %l, %c0 : (!vm.list<?>, i32) -> !vm.buffer
    %e = vm.cmp.eq.ref %r, %buf : !vm.buffer
    %v = vm.list.get.i32 %l, %c1 : (!vm.list<?>, i32) -> i32
    %x = vm.add.i32 %e, %v : i32
    vm.return %x : i32
  }
// CASE mixed_value_at 0
// CASE mixed_value_at 1
// CASE mixed_value_at 2
  vm.export @mixed_value_at
  vm.func @mixed_value_at(%a: i32) -> i32 {
    %c2 = vm.const.i32 2
    %c1 = vm.const.i32 1
    %c0 = vm.const.i32 0
    %s = vm.const.i64 8
    %l = vm.list.alloc %c2 : (i32) -> !vm.list<?>
    vm.list.resize %l, %c2 : (!vm.list<?>, i32)
    %buf = vm.buffer.alloc %s, %c1 : !vm.buffer
    vm.list.set.ref %l, %c0, %buf : (!vm.list<?>, i32, !vm.buffer)
    vm.list.set.i32 %l, %c1, %a : (!vm.list<?>, i32, i32)
    %0 = vm.list.get.i32 %l, %a : (!vm.list<?>, i32) -> i32
    vm.return %0 : i32
  }
// CASE mixed_ref_at 0
// CASE mixed_ref_at 1
// CASE mixed_ref_at 2
  vm.export @mixed_ref_at
  vm.func @mixed_ref_at(%a: i32) -> i32 {
    %c2 = vm.const.i32 2
    %c1 = vm.const.i32 1
    %c0 = vm.const.i32 0
    %s = vm.const.i64 8
    %l = vm.list.alloc %c2 : (i32) -> !vm.list<?>
    vm.list.resize %l, %c2 : (!vm.list<?>, i32)
    %buf = vm.buffer.alloc %s, %c1 : !vm.buffer
    vm.list.set.ref %l, %c0, %buf : (!vm.list<?>, i32, !vm.buffer)
    vm.list.set.i32 %l, %c1, %a : (!vm.list<?>, i32, i32)
    %0 = vm.list.get.ref %l, %a : (!vm.list<?>, i32) -> !vm.buffer
    %1 = vm.cmp.nz.ref %0 : !vm.buffer
    vm.return %1 : i32
  }
// CASE mixed_overwritten 4
  vm.export @mixed_overwritten
  vm.func @mixed_overwritten(%a: i32) -> i32 {
    %c2 = vm.const.i32 2
    %c1 = vm.const.i32 1
    %c0 = vm.const.i32 0
    %s = vm.const.i64 8
    %l = vm.list.alloc %c2 : (i32) -> !vm.list<?>
    vm.list.resize %l, %c2 : (!vm.list<?>, i32)
    %buf = vm.buffer.alloc %s, %c1 : !vm.buffer
    vm.list.set.ref %l, %c0, %buf : (!vm.list<?>, i32, !vm.buffer)
    vm.list.set.i32 %l, %c1, %a : (!vm.list<?>, i32, i32)
    vm.list.set.i32 %l, %c0, %a : (!vm.list<?>, i32, i32)
    vm.list.set.ref %l, %c1, %buf : (!vm.list<?>, i32, !vm.buffer)
    %5 = vm.list.get.i32 %l, %c0 : (!vm.list<?>, i32) -> i32
    %6 = vm.list.get.ref %l, %c1 : (!vm.list<?>, i32) -> !vm.buffer
    %7 = vm.cmp.eq.ref %6, %buf : !vm.buffer
    %8 = vm.add.i32 %5, %7 : i32
    vm.return %8 : i32
  }
// CASE bounds 1 0
// CASE bounds 3 2
// CASE bounds 3 3
// CASE bounds 0 0
// CASE bounds 3 -1
// CASE bounds 3 -2147483648
  vm.export @bounds
  vm.func @bounds(%a: i32, %b: i32) -> i32 {
    %l = vm.list.alloc %a : (i32) -> !vm.list<i32>
    vm.list.resize %l, %a : (!vm.list<i32>, i32)
    vm.list.set.i32 %l, %b, %a : (!vm.list<i32>, i32, i32)
    %0 = vm.list.get.i32 %l, %b : (!vm.list<i32>, i32) -> i32
    vm.return %0 : i32
  }
// CASE get_bounds 1 0
// CASE get_bounds 3 3
// CASE get_bounds 3 -1
  vm.export @get_bounds
  vm.func @get_bounds(%a: i32, %b: i32) -> i64 {
    %l = vm.list.alloc %a : (i32) -> !vm.list<i64>
    vm.list.resize %l, %a : (!vm.list<i64>, i32)
    %0 = vm.list.get.i64 %l, %b : (!vm.list<i64>, i32) -> i64
    vm.return %0 : i64
  }
// CASE sizes 0 0 0
// CASE sizes 100 3 200
// CASE sizes 1 65 1
// CASE sizes 64 64 65
  vm.export @sizes
  vm.func @sizes(%a: i32, %b: i32, %c: i32) -> (i32, i32, i32, i32) {
    %c0 = vm.const.i32 0
    %l = vm.list.alloc %c0 : (i32) -> !vm.list<i32>
    %0 = vm.list.size %l : (!vm.list<i32>) -> i32
    vm.list.reserve %l, %a : (!vm.list<i32>, i32)
    %1 = vm.list.size %l : (!vm.list<i32>) -> i32
    vm.list.resize %l, %b : (!vm.list<i32>, i32)
    %2 = vm.list.size %l : (!vm.list<i32>) -> i32
    vm.list.resize %l, %c : (!vm.list<i32>, i32)
    %3 = vm.list.size %l : (!vm.list<i32>) -> i32
    vm.return %0, %1, %2, %3 : i32, i32, i32, i32
  }
// CASE shrink_clears 9
  vm.export @shrink_clears
  vm.func @shrink_clears(%a: i32) -> (i32, i32) {
    %c0 = vm.const.i32 0
    %c1 = vm.const.i32 1
    %c2 = vm.const.i32 2
    %l = vm.list.alloc %c2 : (i32) -> !vm.list<i32>
    vm.list.resize %l, %c2 : (!vm.list<i32>, i32)
    vm.list.set.i32 %l, %c0, %a : (!vm.list<i32>, i32, i32)
    vm.list.set.i32 %l, %c1, %a : (!vm.list<i32>, i32, i32)
    vm.list.resize %l, %c1 : (!vm.list<i32>, i32)
    vm.list.resize %l, %c2 : (!vm.list<i32>, i32)
    %0 = vm.list.get.i32 %l, %c0 : (!vm.list<i32>, i32) -> i32
    %1 = vm.list.get.i32 %l, %c1 : (!vm.list<i32>, i32) -> i32
    vm.return %0, %1 : i32, i32
  }
// CASE null_list 0
// CASE null_list 1
  vm.export @null_list
  vm.func @null_list(%a: i32) -> i32 {
    %c0 = vm.const.i32 0
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<i32>
    %n = vm.const.ref.zero : !vm.list<i32>
    %s = vm.select.ref %a, %l, %n : !vm.list<i32>
    %0 = vm.list.size %s : (!vm.list<i32>) -> i32
    vm.return %0 : i32
  }
// CASE list_of_lists 1 7
// CASE list_of_lists 9 0
  vm.export @list_of_lists
  vm.func @list_of_lists(%a: i32, %b: i32) -> (i32, i32) {
    %c0 = vm.const.i32 0
    %c1 = vm.const.i32 1
    %l = vm.list.alloc %c1 : (i32) -> !vm.list<?>
    vm.list.resize %l, %c1 : (!vm.list<?>, i32)
    %i = vm.list.alloc %c1 : (i32) -> !vm.list<i32>
    vm.list.resize %i, %a : (!vm.list<i32>, i32)
    vm.list.set.ref %l, %c0, %i : (!vm.list<?>, i32, !vm.list<i32>)
    %r = vm.list.get.ref %l, %c0 : (!vm.list<?>, i32) -> !vm.list<i32>
    vm.list.resize %r, %b : (!vm.list<i32>, i32)
    %n = vm.list.size %i : (!vm.list<i32>) -> i32
    %q = vm.list.get.ref %l, %c0 : (!vm.list<?>, i32) -> !vm.list<i32>
    %m = vm.list.size %q : (!vm.list<i32>) -> i32
    vm.return %n, %m : i32, i32
  }
}

// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: The rondo authors
//
// Buffers: element and byte ranges, read-only memory, nulls, overlap, the hash.
vm.module @buffers {
  vm.rodata private @text "abcdefgh"
  vm.rodata private @words dense<[1, -2, 3, -4, 2147483647]> : tensor<5xi32>
  vm.rodata private @empty ""
// CASE load_i8_u 0
// CASE load_i8_u 1
// CASE load_i8_u 2
// CASE load_i8_u 19
// CASE load_i8_u 20
// CASE load_i8_u -1 => OUT_OF_RANGE
// CASE load_i8_u -9223372036854775808 => OUT_OF_RANGE
// CASE load_i8_u 9223372036854775807 => OUT_OF_RANGE
// CASE load_i8_u 2305843009213693952 => OUT_OF_RANGE
// CASE load_i8_u 4611686018427387904 => OUT_OF_RANGE
  vm.export @load_i8_u
  vm.func @load_i8_u(%a: i64) -> i32 {
    %0 = vm.const.ref.rodata @words : !vm.buffer
    %1 = vm.buffer.load.i8.u %0[%a] : !vm.buffer -> i32
    vm.return %1 : i32
  }
// CASE load_i8_s 0
// CASE load_i8_s 1
// CASE load_i8_s 2
// CASE load_i8_s 19
// CASE load_i8_s 20
// CASE load_i8_s -1 => OUT_OF_RANGE
// CASE load_i8_s -9223372036854775808 => OUT_OF_RANGE
// CASE load_i8_s 9223372036854775807 => OUT_OF_RANGE
// CASE load_i8_s 2305843009213693952 => OUT_OF_RANGE
// CASE load_i8_s 4611686018427387904 => OUT_OF_RANGE
  vm.export @load_i8_s
  vm.func @load_i8_s(%a: i64) -> i32 {
    %0 = vm.const.ref.rodata @words : !vm.buffer
    %1 = vm.buffer.load.i8.s %0[%a] : !vm.buffer -> i32
    vm.return %1 : i32
  }
// CASE load_i16_u 0
// CASE load_i16_u 1
// CASE load_i16_u 2
// CASE load_i16_u 9
// CASE load_i16_u 10
// CASE load_i16_u -1 => OUT_OF_RANGE
// CASE load_i16_u -9223372036854775808 => OUT_OF_RANGE
// CASE load_i16_u 9223372036854775807 => OUT_OF_RANGE
// CASE load_i16_u 2305843009213693952 => OUT_OF_RANGE
// CASE load_i16_u 4611686018427387904 => OUT_OF_RANGE
  vm.export @load_i16_u
  vm.func @load_i16_u(%a: i64) -> i32 {
    %0 = vm.const.ref.rodata @words : !vm.buffer
    %1 = vm.buffer.load.i16.u %0[%a] : !vm.buffer -> i32
    vm.return %1 : i32
  }
// CASE load_i16_s 0
// CASE load_i16_s 1
// CASE load_i16_s 2
// CASE load_i16_s 9
// CASE load_i16_s 10
// CASE load_i16_s -1 => OUT_OF_RANGE
// CASE load_i16_s -9223372036854775808 => OUT_OF_RANGE
// CASE load_i16_s 9223372036854775807 => OUT_OF_RANGE
// CASE load_i16_s 2305843009213693952 => OUT_OF_RANGE
// CASE load_i16_s 4611686018427387904 => OUT_OF_RANGE
  vm.export @load_i16_s
  vm.func @load_i16_s(%a: i64) -> i32 {
    %0 = vm.const.ref.rodata @words : !vm.buffer
    %1 = vm.buffer.load.i16.s %0[%a] : !vm.buffer -> i32
    vm.return %1 : i32
  }
// CASE load_i32 0
// CASE load_i32 1
// CASE load_i32 2
// CASE load_i32 4
// CASE load_i32 5
// CASE load_i32 -1 => OUT_OF_RANGE
// CASE load_i32 -9223372036854775808 => OUT_OF_RANGE
// CASE load_i32 9223372036854775807 => OUT_OF_RANGE
// CASE load_i32 2305843009213693952 => OUT_OF_RANGE
// CASE load_i32 4611686018427387904 => OUT_OF_RANGE
  vm.export @load_i32
  vm.func @load_i32(%a: i64) -> i32 {
    %0 = vm.const.ref.rodata @words : !vm.buffer
    %1 = vm.buffer.load.i32 %0[%a] : !vm.buffer -> i32
    vm.return %1 : i32
  }
// CASE load_i64 0
// CASE load_i64 1
// CASE load_i64 2
// CASE load_i64 1
// CASE load_i64 2
// CASE load_i64 -1 => OUT_OF_RANGE
// CASE load_i64 -9223372036854775808 => OUT_OF_RANGE
// CASE load_i64 9223372036854775807 => OUT_OF_RANGE
// CASE load_i64 2305843009213693952 => OUT_OF_RANGE
// CASE load_i64 4611686018427387904 => OUT_OF_RANGE
  vm.export @load_i64
  vm.func @load_i64(%a: i64) -> i64 {
    %0 = vm.const.ref.rodata @words : !vm.buffer
    %1 = vm.buffer.load.i64 %0[%a] : !vm.buffer -> i64
    vm.return %1 : i64
  }
// CASE store_i8 -1 0
// CASE store_i8 305419896 1
// CASE store_i8 -2 19
// CASE store_i8 -2 20
// CASE store_i8 1 -1 => OUT_OF_RANGE
  vm.export @store_i8
  vm.func @store_i8(%a: i32, %b: i64) -> (i64, i64, i32) {
    %len = vm.const.i64 20
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    %c4 = vm.const.i64 4
    %al = vm.const.i32 16
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.store.i8 %a, %buf[%b] : i32 -> !vm.buffer
    %0 = vm.buffer.load.i64 %buf[%c0] : !vm.buffer -> i64
    %1 = vm.buffer.load.i64 %buf[%c1] : !vm.buffer -> i64
    %2 = vm.buffer.load.i32 %buf[%c4] : !vm.buffer -> i32
    vm.return %0, %1, %2 : i64, i64, i32
  }
// CASE store_read_only_i8 1 0
// CASE store_read_only_i8 1 1000
  vm.export @store_read_only_i8
  vm.func @store_read_only_i8(%a: i32, %b: i64) -> i32 {
    %buf = vm.const.ref.rodata @words : !vm.buffer
    vm.buffer.store.i8 %a, %buf[%b] : i32 -> !vm.buffer
    %1 = vm.const.i32 1
    vm.return %1 : i32
  }
// CASE fill_i8 -2 0 2
// CASE fill_i8 305419896 1 1
// CASE fill_i8 7 0 20
// CASE fill_i8 7 0 21
// CASE fill_i8 7 20 0
// CASE fill_i8 7 1 20
// CASE fill_i8 7 -1 1 => OUT_OF_RANGE
// CASE fill_i8 7 -1 2 => OUT_OF_RANGE
// CASE fill_i8 7 1 -1 => OUT_OF_RANGE
// CASE fill_i8 7 0 4611686018427387904 => OUT_OF_RANGE
  vm.export @fill_i8
  vm.func @fill_i8(%a: i32, %b: i64, %c: i64) -> (i64, i64, i32) {
    %len = vm.const.i64 20
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    %c4 = vm.const.i64 4
    %al = vm.const.i32 16
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.fill.i8 %buf, %b, %c, %a : i32 -> !vm.buffer
    %0 = vm.buffer.load.i64 %buf[%c0] : !vm.buffer -> i64
    %1 = vm.buffer.load.i64 %buf[%c1] : !vm.buffer -> i64
    %2 = vm.buffer.load.i32 %buf[%c4] : !vm.buffer -> i32
    vm.return %0, %1, %2 : i64, i64, i32
  }
// CASE store_i16 -1 0
// CASE store_i16 305419896 1
// CASE store_i16 -2 9
// CASE store_i16 -2 10
// CASE store_i16 1 -1 => OUT_OF_RANGE
  vm.export @store_i16
  vm.func @store_i16(%a: i32, %b: i64) -> (i64, i64, i32) {
    %len = vm.const.i64 20
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    %c4 = vm.const.i64 4
    %al = vm.const.i32 16
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.store.i16 %a, %buf[%b] : i32 -> !vm.buffer
    %0 = vm.buffer.load.i64 %buf[%c0] : !vm.buffer -> i64
    %1 = vm.buffer.load.i64 %buf[%c1] : !vm.buffer -> i64
    %2 = vm.buffer.load.i32 %buf[%c4] : !vm.buffer -> i32
    vm.return %0, %1, %2 : i64, i64, i32
  }
// CASE store_read_only_i16 1 0
// CASE store_read_only_i16 1 1000
  vm.export @store_read_only_i16
  vm.func @store_read_only_i16(%a: i32, %b: i64) -> i32 {
    %buf = vm.const.ref.rodata @words : !vm.buffer
    vm.buffer.store.i16 %a, %buf[%b] : i32 -> !vm.buffer
    %1 = vm.const.i32 1
    vm.return %1 : i32
  }
// CASE fill_i16 -2 0 2
// CASE fill_i16 305419896 1 1
// CASE fill_i16 7 0 10
// CASE fill_i16 7 0 11
// CASE fill_i16 7 10 0
// CASE fill_i16 7 1 10
// CASE fill_i16 7 -1 1 => OUT_OF_RANGE
// CASE fill_i16 7 -1 2 => OUT_OF_RANGE
// CASE fill_i16 7 1 -1 => OUT_OF_RANGE
// CASE fill_i16 7 0 4611686018427387904 => OUT_OF_RANGE
  vm.export @fill_i16
  vm.func @fill_i16(%a: i32, %b: i64, %c: i64) -> (i64, i64, i32) {
    %len = vm.const.i64 20
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    %c4 = vm.const.i64 4
    %al = vm.const.i32 16
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.fill.i16 %buf, %b, %c, %a : i32 -> !vm.buffer
    %0 = vm.buffer.load.i64 %buf[%c0] : !vm.buffer -> i64
    %1 = vm.buffer.load.i64 %buf[%c1] : !vm.buffer -> i64
    %2 = vm.buffer.load.i32 %buf[%c4] : !vm.buffer -> i32
    vm.return %0, %1, %2 : i64, i64, i32
  }
// CASE store_i32 -1 0
// CASE store_i32 305419896 1
// CASE store_i32 -2 4
// CASE store_i32 -2 5
// CASE store_i32 1 -1 => OUT_OF_RANGE
  vm.export @store_i32
  vm.func @store_i32(%a: i32, %b: i64) -> (i64, i64, i32) {
    %len = vm.const.i64 20
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    %c4 = vm.const.i64 4
    %al = vm.const.i32 16
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.store.i32 %a, %buf[%b] : i32 -> !vm.buffer
    %0 = vm.buffer.load.i64 %buf[%c0] : !vm.buffer -> i64
    %1 = vm.buffer.load.i64 %buf[%c1] : !vm.buffer -> i64
    %2 = vm.buffer.load.i32 %buf[%c4] : !vm.buffer -> i32
    vm.return %0, %1, %2 : i64, i64, i32
  }
// CASE store_read_only_i32 1 0
// CASE store_read_only_i32 1 1000
  vm.export @store_read_only_i32
  vm.func @store_read_only_i32(%a: i32, %b: i64) -> i32 {
    %buf = vm.const.ref.rodata @words : !vm.buffer
    vm.buffer.store.i32 %a, %buf[%b] : i32 -> !vm.buffer
    %1 = vm.const.i32 1
    vm.return %1 : i32
  }
// CASE fill_i32 -2 0 2
// CASE fill_i32 305419896 1 1
// CASE fill_i32 7 0 5
// CASE fill_i32 7 0 6
// CASE fill_i32 7 5 0
// CASE fill_i32 7 1 5
// CASE fill_i32 7 -1 1 => OUT_OF_RANGE
// CASE fill_i32 7 -1 2 => OUT_OF_RANGE
// CASE fill_i32 7 1 -1 => OUT_OF_RANGE
// CASE fill_i32 7 0 4611686018427387904 => OUT_OF_RANGE
  vm.export @fill_i32
  vm.func @fill_i32(%a: i32, %b: i64, %c: i64) -> (i64, i64, i32) {
    %len = vm.const.i64 20
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    %c4 = vm.const.i64 4
    %al = vm.const.i32 16
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.fill.i32 %buf, %b, %c, %a : i32 -> !vm.buffer
    %0 = vm.buffer.load.i64 %buf[%c0] : !vm.buffer -> i64
    %1 = vm.buffer.load.i64 %buf[%c1] : !vm.buffer -> i64
    %2 = vm.buffer.load.i32 %buf[%c4] : !vm.buffer -> i32
    vm.return %0, %1, %2 : i64, i64, i32
  }
// CASE store_i64 -1 0
// CASE store_i64 305419896 1
// CASE store_i64 -2 1
// CASE store_i64 -2 2
// CASE store_i64 1 -1 => OUT_OF_RANGE
  vm.export @store_i64
  vm.func @store_i64(%a: i64, %b: i64) -> (i64, i64, i32) {
    %len = vm.const.i64 20
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    %c4 = vm.const.i64 4
    %al = vm.const.i32 16
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.store.i64 %a, %buf[%b] : i64 -> !vm.buffer
    %0 = vm.buffer.load.i64 %buf[%c0] : !vm.buffer -> i64
    %1 = vm.buffer.load.i64 %buf[%c1] : !vm.buffer -> i64
    %2 = vm.buffer.load.i32 %buf[%c4] : !vm.buffer -> i32
    vm.return %0, %1, %2 : i64, i64, i32
  }
// CASE store_read_only_i64 1 0
// CASE store_read_only_i64 1 1000
  vm.export @store_read_only_i64
  vm.func @store_read_only_i64(%a: i64, %b: i64) -> i32 {
    %buf = vm.const.ref.rodata @words : !vm.buffer
    vm.buffer.store.i64 %a, %buf[%b] : i64 -> !vm.buffer
    %1 = vm.const.i32 1
    vm.return %1 : i32
  }
// CASE fill_i64 -2 0 2
// CASE fill_i64 305419896 1 1
// CASE fill_i64 7 0 2
// CASE fill_i64 7 0 3
// CASE fill_i64 7 2 0
// CASE fill_i64 7 1 2
// CASE fill_i64 7 -1 1 => OUT_OF_RANGE
// CASE fill_i64 7 -1 2 => OUT_OF_RANGE
// CASE fill_i64 7 1 -1 => OUT_OF_RANGE
// CASE fill_i64 7 0 4611686018427387904 => OUT_OF_RANGE
  vm.export @fill_i64
  vm.func @fill_i64(%a: i64, %b: i64, %c: i64) -> (i64, i64, i32) {
    %len = vm.const.i64 20
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    %c4 = vm.const.i64 4
    %al = vm.const.i32 16
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.fill.i64 %buf, %b, %c, %a : i64 -> !vm.buffer
    %0 = vm.buffer.load.i64 %buf[%c0] : !vm.buffer -> i64
    %1 = vm.buffer.load.i64 %buf[%c1] : !vm.buffer -> i64
    %2 = vm.buffer.load.i32 %buf[%c4] : !vm.buffer -> i32
    vm.return %0, %1, %2 : i64, i64, i32
  }
// CASE fill_read_only 0 1
// CASE fill_read_only 0 0
  vm.export @fill_read_only
  vm.func @fill_read_only(%a: i64, %b: i64) -> i32 {
    %buf = vm.const.ref.rodata @words : !vm.buffer
    %1 = vm.const.i32 1
    vm.buffer.fill.i32 %buf, %a, %b, %1 : i32 -> !vm.buffer
    vm.return %1 : i32
  }
// CASE copy 0 0 8
// CASE copy 2 3 4
// CASE copy 8 16 0
// CASE copy 0 0 9
// CASE copy 0 9 8
// CASE copy 1 0 8
// CASE copy 9 0 0
// CASE copy 0 17 0
// CASE copy -1 0 1 => OUT_OF_RANGE
// CASE copy -1 0 2 => OUT_OF_RANGE
// CASE copy 0 -1 2 => OUT_OF_RANGE
// CASE copy 1 0 -1 => OUT_OF_RANGE
  vm.export @copy
  vm.func @copy(%a: i64, %b: i64, %c: i64) -> (i64, i64) {
    %s = vm.const.ref.rodata @text : !vm.buffer
    %len = vm.const.i64 16
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    %al = vm.const.i32 16
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.copy %s, %a, %buf, %b, %c : !vm.buffer -> !vm.buffer
    %0 = vm.buffer.load.i64 %buf[%c0] : !vm.buffer -> i64
    %1 = vm.buffer.load.i64 %buf[%c1] : !vm.buffer -> i64
    vm.return %0, %1 : i64, i64
  }
// CASE copy_read_only 1
// CASE copy_read_only 0
  vm.export @copy_read_only
  vm.func @copy_read_only(%a: i64) -> i32 {
    %s = vm.const.ref.rodata @text : !vm.buffer
    %d = vm.const.ref.rodata @words : !vm.buffer
    %c0 = vm.const.i64 0
    %1 = vm.const.i32 1
    vm.buffer.copy %s, %c0, %d, %c0, %a : !vm.buffer -> !vm.buffer
    vm.return %1 : i32
  }
// CASE copy_overlap 0 1 8 => 0x6766656463626161 0x68
// CASE copy_overlap 1 0 8 => 0x0068676665646362 0
// CASE copy_overlap 0 0 16
  vm.export @copy_overlap
  vm.func @copy_overlap(%a: i64, %b: i64, %c: i64) -> (i64, i64) {
    %s = vm.const.ref.rodata @text : !vm.buffer
    %len = vm.const.i64 16
    %c8 = vm.const.i64 8
    %c0 = vm.const.i64 0
    %c1 = vm.const.i64 1
    %al = vm.const.i32 16
    %buf = vm.buffer.alloc %len, %al : !vm.buffer
    vm.buffer.copy %s, %c0, %buf, %c0, %c8 : !vm.buffer -> !vm.buffer
    vm.buffer.copy %buf, %a, %buf, %b, %c : !vm.buffer -> !vm.buffer
    %0 = vm.buffer.load.i64 %buf[%c0] : !vm.buffer -> i64
    %1 = vm.buffer.load.i64 %buf[%c1] : !vm.buffer -> i64
    vm.return %0, %1 : i64, i64
  }
// CASE clone 0 8 16
// CASE clone 1 3 1
// CASE clone 0 8 64
// CASE clone 0 8 0
// CASE clone 0 9 16
// CASE clone 8 0 16
// CASE clone -1 1 16 => OUT_OF_RANGE
// CASE clone 0 -1 16 => OUT_OF_RANGE
// CASE clone 0 4 3
// CASE clone 0 4 -1
  vm.export @clone
  vm.func @clone(%a: i64, %b: i64, %c: i32) -> (i64, i32) {
    %s = vm.const.ref.rodata @text : !vm.buffer
    %buf = vm.buffer.clone %s, %a, %b, %c : !vm.buffer -> !vm.buffer
    %n = vm.buffer.length %buf : !vm.buffer -> i64
    %c0 = vm.const.i64 0
    %c1 = vm.const.i32 90
    vm.buffer.store.i8 %c1, %buf[%c0] : i32 -> !vm.buffer
    %h = vm.buffer.load.i8.u %s[%c0] : !vm.buffer -> i32
    vm.return %n, %h : i64, i32
  }
// CASE alloc 0 0
// CASE alloc 0 16
// CASE alloc 1 1
// CASE alloc 4096 4096
// CASE alloc 5 3
// CASE alloc 5 -1
// CASE alloc -1 16 => RESOURCE_EXHAUSTED
// CASE alloc 4611686018427387904 16 => RESOURCE_EXHAUSTED
  vm.export @alloc
  vm.func @alloc(%a: i64, %b: i32) -> (i64, i32) {
    %buf = vm.buffer.alloc %a, %b : !vm.buffer
    %n = vm.buffer.length %buf : !vm.buffer -> i64
    %r = vm.cmp.nz.ref %buf : !vm.buffer
    vm.return %n, %r : i64, i32
  }
// CASE compare 0 0 8
// CASE compare 0 1 3
// CASE compare 1 1 3
// CASE compare 0 0 0
// CASE compare 8 8 0
// CASE compare 0 0 9
// CASE compare 0 1 8
// CASE compare 9 0 0
// CASE compare -1 0 1 => OUT_OF_RANGE
// CASE compare 0 -1 2 => OUT_OF_RANGE
// CASE compare 1 1 -1 => OUT_OF_RANGE
  vm.export @compare
  vm.func @compare(%a: i64, %b: i64, %c: i64) -> i32 {
    %s = vm.const.ref.rodata @text : !vm.buffer
    %z = vm.const.i64 0
    %e = vm.const.i64 8
    %al = vm.const.i32 16
    %d = vm.buffer.clone %s, %z, %e, %al : !vm.buffer -> !vm.buffer
    %0 = vm.buffer.compare %s, %a, %d, %b, %c : !vm.buffer, !vm.buffer
    vm.return %0 : i32
  }
// CASE hash 0 8
// CASE hash 1 3
// CASE hash 0 0
// CASE hash 0 7
// CASE hash 8 0
// CASE hash 0 9
// CASE hash -1 1 => OUT_OF_RANGE
// CASE hash 1 -1 => OUT_OF_RANGE
  vm.export @hash
  vm.func @hash(%a: i64, %b: i64) -> i64 {
    %s = vm.const.ref.rodata @text : !vm.buffer
    %0 = vm.buffer.hash %s, %a, %b : !vm.buffer -> i64
    vm.return %0 : i64
  }
// CASE hash_long 1
// CASE hash_long 8
// CASE hash_long 15
// CASE hash_long 16
// CASE hash_long 255
// CASE hash_long 256
// CASE hash_long 1000
  vm.export @hash_long
  vm.func @hash_long(%a: i64) -> i64 {
    %al = vm.const.i32 16
    %s = vm.buffer.alloc %a, %al : !vm.buffer
    %c0 = vm.const.i64 0
    %0 = vm.buffer.hash %s, %c0, %a : !vm.buffer -> i64
    vm.return %0 : i64
  }
// CASE lengths 
  vm.export @lengths
  vm.func @lengths() -> (i64, i64, i64) {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %1 = vm.const.ref.rodata @words : !vm.buffer
    %2 = vm.const.ref.rodata @empty : !vm.buffer
    %3 = vm.buffer.length %0 : !vm.buffer -> i64
    %4 = vm.buffer.length %1 : !vm.buffer -> i64
    %5 = vm.buffer.length %2 : !vm.buffer -> i64
    vm.return %3, %4, %5 : i64, i64, i64
  }
// CASE null_length 0
// CASE null_length 1
  vm.export @null_length
  vm.func @null_length(%a: i32) -> i64 {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %s = vm.select.ref %a, %0, %n : !vm.buffer
    %c0 = vm.const.i64 0
    %c8 = vm.const.i64 8
    %al = vm.const.i32 16
    %f = vm.const.i32 7
    %buf = vm.buffer.alloc %c8, %al : !vm.buffer
    %x = vm.buffer.length %s : !vm.buffer -> i64
    vm.return %x : i64
  }
// CASE null_load 0
// CASE null_load 1
  vm.export @null_load
  vm.func @null_load(%a: i32) -> i32 {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %s = vm.select.ref %a, %0, %n : !vm.buffer
    %c0 = vm.const.i64 0
    %c8 = vm.const.i64 8
    %al = vm.const.i32 16
    %f = vm.const.i32 7
    %buf = vm.buffer.alloc %c8, %al : !vm.buffer
    %x = vm.buffer.load.i32 %s[%c0] : !vm.buffer -> i32
    vm.return %x : i32
  }
// CASE null_store 0
// CASE null_store 1
  vm.export @null_store
  vm.func @null_store(%a: i32) -> i32 {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %s = vm.select.ref %a, %0, %n : !vm.buffer
    %c0 = vm.const.i64 0
    %c8 = vm.const.i64 8
    %al = vm.const.i32 16
    %f = vm.const.i32 7
    %buf = vm.buffer.alloc %c8, %al : !vm.buffer
    vm.buffer.store.i32 %f, %s[%c0] : i32 -> !vm.buffer
    %x = vm.const.i32 0
    vm.return %x : i32
  }
// CASE null_copy_from 0
// CASE null_copy_from 1
  vm.export @null_copy_from
  vm.func @null_copy_from(%a: i32) -> i32 {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %s = vm.select.ref %a, %0, %n : !vm.buffer
    %c0 = vm.const.i64 0
    %c8 = vm.const.i64 8
    %al = vm.const.i32 16
    %f = vm.const.i32 7
    %buf = vm.buffer.alloc %c8, %al : !vm.buffer
    vm.buffer.copy %s, %c0, %buf, %c0, %c8 : !vm.buffer -> !vm.buffer
    %x = vm.buffer.load.i32 %buf[%c0] : !vm.buffer -> i32
    vm.return %x : i32
  }
// CASE null_copy_to 0
// CASE null_copy_to 1
  vm.export @null_copy_to
  vm.func @null_copy_to(%a: i32) -> i32 {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %s = vm.select.ref %a, %0, %n : !vm.buffer
    %c0 = vm.const.i64 0
    %c8 = vm.const.i64 8
    %al = vm.const.i32 16
    %f = vm.const.i32 7
    %buf = vm.buffer.alloc %c8, %al : !vm.buffer
    vm.buffer.copy %buf, %c0, %s, %c0, %c8 : !vm.buffer -> !vm.buffer
    %x = vm.const.i32 0
    vm.return %x : i32
  }
// CASE null_compare 0
// CASE null_compare 1
  vm.export @null_compare
  vm.func @null_compare(%a: i32) -> i32 {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %s = vm.select.ref %a, %0, %n : !vm.buffer
    %c0 = vm.const.i64 0
    %c8 = vm.const.i64 8
    %al = vm.const.i32 16
    %f = vm.const.i32 7
    %buf = vm.buffer.alloc %c8, %al : !vm.buffer
    %x = vm.buffer.compare %s, %c0, %buf, %c0, %c8 : !vm.buffer, !vm.buffer
    vm.return %x : i32
  }
// CASE null_compare_right 0
// CASE null_compare_right 1
  vm.export @null_compare_right
  vm.func @null_compare_right(%a: i32) -> i32 {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %s = vm.select.ref %a, %0, %n : !vm.buffer
    %c0 = vm.const.i64 0
    %c8 = vm.const.i64 8
    %al = vm.const.i32 16
    %f = vm.const.i32 7
    %buf = vm.buffer.alloc %c8, %al : !vm.buffer
    %x = vm.buffer.compare %buf, %c0, %s, %c0, %c8 : !vm.buffer, !vm.buffer
    vm.return %x : i32
  }
// CASE null_hash 0
// CASE null_hash 1
  vm.export @null_hash
  vm.func @null_hash(%a: i32) -> i64 {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %s = vm.select.ref %a, %0, %n : !vm.buffer
    %c0 = vm.const.i64 0
    %c8 = vm.const.i64 8
    %al = vm.const.i32 16
    %f = vm.const.i32 7
    %buf = vm.buffer.alloc %c8, %al : !vm.buffer
    %x = vm.buffer.hash %s, %c0, %c8 : !vm.buffer -> i64
    vm.return %x : i64
  }
// CASE null_fill 0
// CASE null_fill 1
  vm.export @null_fill
  vm.func @null_fill(%a: i32) -> i32 {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %s = vm.select.ref %a, %0, %n : !vm.buffer
    %c0 = vm.const.i64 0
    %c8 = vm.const.i64 8
    %al = vm.const.i32 16
    %f = vm.const.i32 7
    %buf = vm.buffer.alloc %c8, %al : !vm.buffer
    vm.buffer.fill.i32 %s, %c0, %c0, %f : i32 -> !vm.buffer
    %x = vm.const.i32 0
    vm.return %x : i32
  }
// CASE null_clone 0
// CASE null_clone 1
  vm.export @null_clone
  vm.func @null_clone(%a: i32) -> i64 {
    %0 = vm.const.ref.rodata @text : !vm.buffer
    %n = vm.const.ref.zero : !vm.buffer
    %s = vm.select.ref %a, %0, %n : !vm.buffer
    %c0 = vm.const.i64 0
    %c8 = vm.const.i64 8
    %al = vm.const.i32 16
    %f = vm.const.i32 7
    %buf = vm.buffer.alloc %c8, %al : !vm.buffer
    %y = vm.buffer.clone %s, %c0, %c8, %al : !vm.buffer -> !vm.buffer
    %x = vm.buffer.length %y : !vm.buffer -> i64
    vm.return %x : i64
  }
}

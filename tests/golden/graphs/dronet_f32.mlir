module @dronet_f32 attributes {stream.affinity.default = #hal.device.affinity<@__device_0>} {
  util.global private @__device_0 = #hal.device.target<"local", [#hal.executable.target<"llvm-cpu", "embedded-elf-x86_64", {cpu = "x86-64-v3", cpu_features = "+avx,+avx2,-bmi,-bmi2,+cmov,+crc32,+cx16,+cx8,+f16c,+fma,+fxsr,-lzcnt,+mmx,-movbe,-popcnt,+sahf,+sse,+sse2,+sse3,+sse4.1,+sse4.2,+ssse3,+x87,+xsave", data_layout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128", debug_symbols = false, iree.encoding.resolver = #iree_cpu.cpu_encoding_resolver<>, max_stack_allocation_size = 32768 : i64, native_vector_size = 32 : i64, target_triple = "x86_64-unknown-unknown-eabi-elf"}>, #hal.executable.target<"llvm-cpu", "embedded-elf-arm_64", {cpu = "generic", cpu_features = "+reserve-x18", data_layout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i8:8:32-i16:16:32-i64:64-i128:128-n32:64-S128-Fn32", debug_symbols = false, iree.encoding.resolver = #iree_cpu.cpu_encoding_resolver<>, max_stack_allocation_size = 32768 : i64, native_vector_size = 16 : i64, target_triple = "aarch64-unknown-unknown-eabi-elf"}>, #hal.executable.target<"llvm-cpu", "embedded-elf-riscv_64", {cpu = "", cpu_features = "+m,+a,+f,+d,+c,+v,+zvl128b", data_layout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128", debug_symbols = false, iree.encoding.resolver = #iree_cpu.cpu_encoding_resolver<>, max_stack_allocation_size = 32768 : i64, native_vector_size = 16 : i64, target_abi = "lp64d", target_triple = "riscv64-unknown-unknown-eabi-elf"}>]> : !hal.device
  util.global private @__hoisted_tensor_32xf32 : !stream.resource<constant>
  util.initializer {
    %c0 = arith.constant 0 : index
    %c0_i64 = arith.constant 0 : i64
    %0 = stream.timepoint.immediate => !stream.timepoint
    %buffer_cst = util.buffer.constant <alignment = 64> : !util.buffer = #util.composite<1281024xi8, [
    dense_resource<__elided__> : tensor<32xf32>,
    dense_resource<__elided__> : tensor<32xf32>,
    dense_resource<__elided__> : tensor<32xf32>,
    dense_resource<__elided__> : tensor<64xf32>,
    dense_resource<__elided__> : tensor<64xf32>,
    dense_resource<__elided__> : tensor<128xf32>,
    dense_resource<__elided__> : tensor<6272x1xf32>,
    dense_resource<__elided__> : tensor<6272x1xf32>,
    dense_resource<__elided__> : tensor<32x25xf32>,
    dense_resource<__elided__> : tensor<32x288xf32>,
    dense_resource<__elided__> : tensor<32x288xf32>,
    dense_resource<__elided__> : tensor<32x32xf32>,
    dense_resource<__elided__> : tensor<64x288xf32>,
    dense_resource<__elided__> : tensor<64x576xf32>,
    dense_resource<__elided__> : tensor<64x32xf32>,
    dense_resource<__elided__> : tensor<128x576xf32>,
    dense_resource<__elided__> : tensor<128x1152xf32>,
    dense_resource<__elided__> : tensor<128x64xf32>,
    dense_resource<__elided__> : tensor<128xf32>,
    dense_resource<__elided__> : tensor<128xf32>,
    dense_resource<__elided__> : tensor<128xf32>,
]>
    %c1281024 = arith.constant 1281024 : index
    %did_map, %result = stream.resource.try_map on(#hal.device.affinity<@__device_0>) %buffer_cst[%c0] : !util.buffer -> i1, !stream.resource<constant>{%c1281024}
    cf.cond_br %did_map, ^bb2(%0, %result : !stream.timepoint, !stream.resource<constant>), ^bb1
  ^bb1:  // pred: ^bb0
    %1 = stream.resource.alloc uninitialized on(#hal.device.affinity<@__device_0>) : !stream.resource<constant>{%c1281024}
    %file = stream.file.constant on(#hal.device.affinity<@__device_0>) %buffer_cst[%c0 for %c1281024] : !util.buffer{%c1281024} -> !stream.file
    %2 = stream.file.read on(#hal.device.affinity<@__device_0>) await(%0) => %file[%c0_i64], %1[%c0], %c1281024 : !stream.file -> !stream.resource<constant>{%c1281024} => !stream.timepoint
    cf.br ^bb2(%2, %1 : !stream.timepoint, !stream.resource<constant>)
  ^bb2(%3: !stream.timepoint, %4: !stream.resource<constant>):  // 2 preds: ^bb0, ^bb1
    %5 = stream.timepoint.await sync %3 => %4 : !stream.resource<constant>{%c1281024}
    util.global.store %5, @__hoisted_tensor_32xf32 : !stream.resource<constant>
    util.return
  }
  stream.executable private @dronet_dispatch_0 {
    stream.executable.export public @dronet_dispatch_0_slow_memcpy workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_0_slow_memcpy(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c0 = arith.constant 0 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<200x200xf32>>
        %1 = stream.binding.subspan %arg1[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<204x204xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [200, 200], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<200x200xf32>> -> tensor<200x200xf32>
        iree_tensor_ext.dispatch.tensor.store %2, %1, offsets = [2, 2], sizes = [200, 200], strides = [1, 1] : tensor<200x200xf32> -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<204x204xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_1 {
    stream.executable.export public @dronet_dispatch_1_generic_5x5x100x100_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_1_generic_5x5x100x100_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c0 = arith.constant 0 : index
        %c166464 = arith.constant 166464 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<204x204xf32>>
        %1 = stream.binding.subspan %arg1[%c166464] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<5x5x100x100xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [204, 204], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<204x204xf32>> -> tensor<204x204xf32>
        %3 = tensor.empty() : tensor<5x5x100x100xf32>
        %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3) -> (d2 * 2 + d0, d3 * 2 + d1)>, affine_map<(d0, d1, d2, d3) -> (d0, d1, d2, d3)>], iterator_types = ["parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<204x204xf32>) outs(%3 : tensor<5x5x100x100xf32>) {
        ^bb0(%in: f32, %out: f32):
          linalg.yield %in : f32
        } -> tensor<5x5x100x100xf32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0, 0], sizes = [5, 5, 100, 100], strides = [1, 1, 1, 1] : tensor<5x5x100x100xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<5x5x100x100xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_2 {
    stream.executable.export public @dronet_dispatch_2_matmul_32x10000x25_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_2_matmul_32x10000x25_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %c51584 = arith.constant 51584 : index
        %c166464 = arith.constant 166464 : index
        %c1166464 = arith.constant 1166464 : index
        %0 = stream.binding.subspan %arg0[%c51584] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x25xf32>>
        %1 = stream.binding.subspan %arg1[%c166464] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<25x10000xf32>>
        %2 = stream.binding.subspan %arg2[%c1166464] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x10000xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [32, 25], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x25xf32>> -> tensor<32x25xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [25, 10000], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<25x10000xf32>> -> tensor<25x10000xf32>
        %5 = tensor.empty() : tensor<32x10000xf32>
        %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<32x10000xf32>) -> tensor<32x10000xf32>
        %7 = linalg.matmul ins(%3, %4 : tensor<32x25xf32>, tensor<25x10000xf32>) outs(%6 : tensor<32x10000xf32>) -> tensor<32x10000xf32>
        iree_tensor_ext.dispatch.tensor.store %7, %2, offsets = [0, 0], sizes = [32, 10000], strides = [1, 1] : tensor<32x10000xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x10000xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_3 {
    stream.executable.export public @dronet_dispatch_3_slow_memcpy workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_3_slow_memcpy(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c1166464 = arith.constant 1166464 : index
        %c2446464 = arith.constant 2446464 : index
        %0 = stream.binding.subspan %arg0[%c1166464] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x100x100xf32>>
        %1 = stream.binding.subspan %arg1[%c2446464] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<32x102x102xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [32, 100, 100], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x100x100xf32>> -> tensor<32x100x100xf32>
        iree_tensor_ext.dispatch.tensor.store %2, %1, offsets = [0, 1, 1], sizes = [32, 100, 100], strides = [1, 1, 1] : tensor<32x100x100xf32> -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<32x102x102xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_4 {
    stream.executable.export public @dronet_dispatch_4_conv_32x50x50x3x3_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_4_conv_32x50x50x3x3_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0xFF800000 : f32
        %c2446464 = arith.constant 2446464 : index
        %c0 = arith.constant 0 : index
        %0 = stream.binding.subspan %arg0[%c2446464] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x102x102xf32>>
        %1 = stream.binding.subspan %arg1[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x50x50xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [32, 102, 102], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x102x102xf32>> -> tensor<32x102x102xf32>
        %3 = tensor.empty() : tensor<32x50x50xf32>
        %4 = tensor.empty() : tensor<3x3xf32>
        %5 = linalg.fill ins(%cst : f32) outs(%3 : tensor<32x50x50xf32>) -> tensor<32x50x50xf32>
        %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 * 2 + d3, d2 * 2 + d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d3, d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]} ins(%2, %4 : tensor<32x102x102xf32>, tensor<3x3xf32>) outs(%5 : tensor<32x50x50xf32>) {
        ^bb0(%in: f32, %in_0: f32, %out: f32):
          %7 = arith.maximumf %out, %in : f32
          linalg.yield %7 : f32
        } -> tensor<32x50x50xf32>
        iree_tensor_ext.dispatch.tensor.store %6, %1, offsets = [0, 0, 0], sizes = [32, 50, 50], strides = [1, 1, 1] : tensor<32x50x50xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x50x50xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_5 {
    stream.executable.export public @dronet_dispatch_5_elementwise_32x50x50_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_5_elementwise_32x50x50_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %cst_0 = arith.constant dense_resource<__elided__> : tensor<32xf32>
        %cst_1 = arith.constant dense_resource<__elided__> : tensor<32xf32>
        %cst_2 = arith.constant dense_resource<__elided__> : tensor<32xf32>
        %c0 = arith.constant 0 : index
        %c320000 = arith.constant 320000 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x50x50xf32>>
        %1 = stream.binding.subspan %arg1[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32xf32>>
        %2 = stream.binding.subspan %arg2[%c320000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<32x52x52xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [32, 50, 50], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x50x50xf32>> -> tensor<32x50x50xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0], sizes = [32], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32xf32>> -> tensor<32xf32>
        %5 = tensor.empty() : tensor<32x50x50xf32>
        %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1, d2)>, affine_map<(d0, d1, d2) -> (d0)>, affine_map<(d0, d1, d2) -> (d0)>, affine_map<(d0, d1, d2) -> (d0)>, affine_map<(d0, d1, d2) -> (d0)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%3, %cst_0, %4, %cst_1, %cst_2 : tensor<32x50x50xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>) outs(%5 : tensor<32x50x50xf32>) {
        ^bb0(%in: f32, %in_3: f32, %in_4: f32, %in_5: f32, %in_6: f32, %out: f32):
          %7 = arith.subf %in, %in_3 : f32
          %8 = arith.mulf %7, %in_4 : f32
          %9 = arith.mulf %8, %in_5 : f32
          %10 = arith.addf %9, %in_6 : f32
          %11 = arith.cmpf ugt, %10, %cst : f32
          %12 = arith.select %11, %10, %cst : f32
          linalg.yield %12 : f32
        } -> tensor<32x50x50xf32>
        iree_tensor_ext.dispatch.tensor.store %6, %2, offsets = [0, 1, 1], sizes = [32, 50, 50], strides = [1, 1, 1] : tensor<32x50x50xf32> -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<32x52x52xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_6 {
    stream.executable.export public @dronet_dispatch_6_generic_32x3x3x25x25_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_6_generic_32x3x3x25x25_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c320000 = arith.constant 320000 : index
        %c666112 = arith.constant 666112 : index
        %0 = stream.binding.subspan %arg0[%c320000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x52x52xf32>>
        %1 = stream.binding.subspan %arg1[%c666112] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x3x3x25x25xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [32, 52, 52], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x52x52xf32>> -> tensor<32x52x52xf32>
        %3 = tensor.empty() : tensor<32x3x3x25x25xf32>
        %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d3 * 2 + d1, d4 * 2 + d2)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<32x52x52xf32>) outs(%3 : tensor<32x3x3x25x25xf32>) {
        ^bb0(%in: f32, %out: f32):
          linalg.yield %in : f32
        } -> tensor<32x3x3x25x25xf32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0, 0, 0], sizes = [32, 3, 3, 25, 25], strides = [1, 1, 1, 1, 1] : tensor<32x3x3x25x25xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x3x3x25x25xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_7 {
    stream.executable.export public @dronet_dispatch_7_matmul_32x625x288_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_7_matmul_32x625x288_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %cst_0 = arith.constant dense_resource<__elided__> : tensor<32xf32>
        %cst_1 = arith.constant dense_resource<__elided__> : tensor<32xf32>
        %cst_2 = arith.constant dense_resource<__elided__> : tensor<32xf32>
        %c54784 = arith.constant 54784 : index
        %c128 = arith.constant 128 : index
        %c666112 = arith.constant 666112 : index
        %c320000 = arith.constant 320000 : index
        %0 = stream.binding.subspan %arg0[%c54784] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x288xf32>>
        %1 = stream.binding.subspan %arg1[%c666112] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<288x625xf32>>
        %2 = stream.binding.subspan %arg0[%c128] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32xf32>>
        %3 = stream.binding.subspan %arg2[%c320000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x625xf32>>
        %4 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [32, 288], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x288xf32>> -> tensor<32x288xf32>
        %5 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [288, 625], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<288x625xf32>> -> tensor<288x625xf32>
        %6 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0], sizes = [32], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32xf32>> -> tensor<32xf32>
        %7 = tensor.empty() : tensor<32x625xf32>
        %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<32x625xf32>) -> tensor<32x625xf32>
        %9 = linalg.matmul ins(%4, %5 : tensor<32x288xf32>, tensor<288x625xf32>) outs(%8 : tensor<32x625xf32>) -> tensor<32x625xf32>
        %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%9, %cst_0, %6, %cst_1, %cst_2 : tensor<32x625xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>) outs(%7 : tensor<32x625xf32>) {
        ^bb0(%in: f32, %in_3: f32, %in_4: f32, %in_5: f32, %in_6: f32, %out: f32):
          %11 = arith.subf %in, %in_3 : f32
          %12 = arith.mulf %11, %in_4 : f32
          %13 = arith.mulf %12, %in_5 : f32
          %14 = arith.addf %13, %in_6 : f32
          %15 = arith.cmpf ugt, %14, %cst : f32
          %16 = arith.select %15, %14, %cst : f32
          linalg.yield %16 : f32
        } -> tensor<32x625xf32>
        iree_tensor_ext.dispatch.tensor.store %10, %3, offsets = [0, 0], sizes = [32, 625], strides = [1, 1] : tensor<32x625xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x625xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_8 {
    stream.executable.export public @dronet_dispatch_8_slow_memcpy workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_8_slow_memcpy(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: i32, %arg3: i32) {
        %0 = arith.index_castui %arg2 : i32 to index
        %1 = arith.index_castui %arg3 : i32 to index
        %2:2 = util.assume.int 
            %0[<umin = 320000, umax = 320000, udiv = 320000>, <umin = 80000, umax = 80000, udiv = 80000>], 
            %1[<umin = 400000, umax = 400000, udiv = 400000>, <umin = 160000, umax = 160000, udiv = 160000>]
          : index, index
        %3 = stream.binding.subspan %arg0[%2#0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x25x25xf32>>
        %4 = stream.binding.subspan %arg1[%2#1] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<32x27x27xf32>>
        %5 = iree_tensor_ext.dispatch.tensor.load %3, offsets = [0, 0, 0], sizes = [32, 25, 25], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x25x25xf32>> -> tensor<32x25x25xf32>
        iree_tensor_ext.dispatch.tensor.store %5, %4, offsets = [0, 1, 1], sizes = [32, 25, 25], strides = [1, 1, 1] : tensor<32x25x25xf32> -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<32x27x27xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_9 {
    stream.executable.export public @dronet_dispatch_9_generic_32x3x3x25x25_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_9_generic_32x3x3x25x25_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c400000 = arith.constant 400000 : index
        %c493312 = arith.constant 493312 : index
        %0 = stream.binding.subspan %arg0[%c400000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x27x27xf32>>
        %1 = stream.binding.subspan %arg1[%c493312] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x3x3x25x25xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [32, 27, 27], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x27x27xf32>> -> tensor<32x27x27xf32>
        %3 = tensor.empty() : tensor<32x3x3x25x25xf32>
        %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 + d3, d2 + d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<32x27x27xf32>) outs(%3 : tensor<32x3x3x25x25xf32>) {
        ^bb0(%in: f32, %out: f32):
          linalg.yield %in : f32
        } -> tensor<32x3x3x25x25xf32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0, 0, 0], sizes = [32, 3, 3, 25, 25], strides = [1, 1, 1, 1, 1] : tensor<32x3x3x25x25xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x3x3x25x25xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_10 {
    stream.executable.export public @dronet_dispatch_10_generic_32x25x25_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_10_generic_32x25x25_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c0 = arith.constant 0 : index
        %c320000 = arith.constant 320000 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x50x50xf32>>
        %1 = stream.binding.subspan %arg1[%c320000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x25x25xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [32, 50, 50], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x50x50xf32>> -> tensor<32x50x50xf32>
        %3 = tensor.empty() : tensor<32x25x25xf32>
        %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1 * 2, d2 * 2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2 : tensor<32x50x50xf32>) outs(%3 : tensor<32x25x25xf32>) {
        ^bb0(%in: f32, %out: f32):
          linalg.yield %in : f32
        } -> tensor<32x25x25xf32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0], sizes = [32, 25, 25], strides = [1, 1, 1] : tensor<32x25x25xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x25x25xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_11 {
    stream.executable.export public @dronet_dispatch_11_matmul_32x625x32_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_11_matmul_32x625x32_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %c128512 = arith.constant 128512 : index
        %c320000 = arith.constant 320000 : index
        %c400000 = arith.constant 400000 : index
        %0 = stream.binding.subspan %arg0[%c128512] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x32xf32>>
        %1 = stream.binding.subspan %arg1[%c320000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x625xf32>>
        %2 = stream.binding.subspan %arg2[%c400000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x625xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [32, 32], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x32xf32>> -> tensor<32x32xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [32, 625], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x625xf32>> -> tensor<32x625xf32>
        %5 = tensor.empty() : tensor<32x625xf32>
        %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<32x625xf32>) -> tensor<32x625xf32>
        %7 = linalg.matmul ins(%3, %4 : tensor<32x32xf32>, tensor<32x625xf32>) outs(%6 : tensor<32x625xf32>) -> tensor<32x625xf32>
        iree_tensor_ext.dispatch.tensor.store %7, %2, offsets = [0, 0], sizes = [32, 625], strides = [1, 1] : tensor<32x625xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x625xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_12 {
    stream.executable.export public @dronet_dispatch_12_matmul_32x625x288_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_12_matmul_32x625x288_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %c91648 = arith.constant 91648 : index
        %c493312 = arith.constant 493312 : index
        %c400000 = arith.constant 400000 : index
        %c0 = arith.constant 0 : index
        %0 = stream.binding.subspan %arg0[%c91648] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x288xf32>>
        %1 = stream.binding.subspan %arg1[%c493312] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<288x625xf32>>
        %2 = stream.binding.subspan %arg1[%c400000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x625xf32>>
        %3 = stream.binding.subspan %arg2[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x625xf32>>
        %4 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [32, 288], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x288xf32>> -> tensor<32x288xf32>
        %5 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [288, 625], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<288x625xf32>> -> tensor<288x625xf32>
        %6 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0, 0], sizes = [32, 625], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x625xf32>> -> tensor<32x625xf32>
        %7 = tensor.empty() : tensor<32x625xf32>
        %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<32x625xf32>) -> tensor<32x625xf32>
        %9 = linalg.matmul ins(%4, %5 : tensor<32x288xf32>, tensor<288x625xf32>) outs(%8 : tensor<32x625xf32>) -> tensor<32x625xf32>
        %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%9, %6 : tensor<32x625xf32>, tensor<32x625xf32>) outs(%7 : tensor<32x625xf32>) {
        ^bb0(%in: f32, %in_0: f32, %out: f32):
          %11 = arith.addf %in, %in_0 : f32
          linalg.yield %11 : f32
        } -> tensor<32x625xf32>
        iree_tensor_ext.dispatch.tensor.store %10, %3, offsets = [0, 0], sizes = [32, 625], strides = [1, 1] : tensor<32x625xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x625xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_13 {
    stream.executable.export public @dronet_dispatch_13_elementwise_32x625_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_13_elementwise_32x625_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %cst_0 = arith.constant dense_resource<__elided__> : tensor<32xf32>
        %cst_1 = arith.constant dense_resource<__elided__> : tensor<32xf32>
        %cst_2 = arith.constant dense_resource<__elided__> : tensor<32xf32>
        %c0 = arith.constant 0 : index
        %c256 = arith.constant 256 : index
        %c80000 = arith.constant 80000 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x625xf32>>
        %1 = stream.binding.subspan %arg1[%c256] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32xf32>>
        %2 = stream.binding.subspan %arg2[%c80000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x625xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [32, 625], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x625xf32>> -> tensor<32x625xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0], sizes = [32], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32xf32>> -> tensor<32xf32>
        %5 = tensor.empty() : tensor<32x625xf32>
        %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%3, %cst_0, %4, %cst_1, %cst_2 : tensor<32x625xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>, tensor<32xf32>) outs(%5 : tensor<32x625xf32>) {
        ^bb0(%in: f32, %in_3: f32, %in_4: f32, %in_5: f32, %in_6: f32, %out: f32):
          %7 = arith.subf %in, %in_3 : f32
          %8 = arith.mulf %7, %in_4 : f32
          %9 = arith.mulf %8, %in_5 : f32
          %10 = arith.addf %9, %in_6 : f32
          %11 = arith.cmpf ugt, %10, %cst : f32
          %12 = arith.select %11, %10, %cst : f32
          linalg.yield %12 : f32
        } -> tensor<32x625xf32>
        iree_tensor_ext.dispatch.tensor.store %6, %2, offsets = [0, 0], sizes = [32, 625], strides = [1, 1] : tensor<32x625xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x625xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_15 {
    stream.executable.export public @dronet_dispatch_15_generic_32x3x3x13x13_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_15_generic_32x3x3x13x13_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c160000 = arith.constant 160000 : index
        %c253312 = arith.constant 253312 : index
        %0 = stream.binding.subspan %arg0[%c160000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x27x27xf32>>
        %1 = stream.binding.subspan %arg1[%c253312] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x3x3x13x13xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [32, 27, 27], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x27x27xf32>> -> tensor<32x27x27xf32>
        %3 = tensor.empty() : tensor<32x3x3x13x13xf32>
        %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d3 * 2 + d1, d4 * 2 + d2)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<32x27x27xf32>) outs(%3 : tensor<32x3x3x13x13xf32>) {
        ^bb0(%in: f32, %out: f32):
          linalg.yield %in : f32
        } -> tensor<32x3x3x13x13xf32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0, 0, 0], sizes = [32, 3, 3, 13, 13], strides = [1, 1, 1, 1, 1] : tensor<32x3x3x13x13xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x3x3x13x13xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_16 {
    stream.executable.export public @dronet_dispatch_16_matmul_64x169x288_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_16_matmul_64x169x288_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %cst_0 = arith.constant dense_resource<__elided__> : tensor<64xf32>
        %cst_1 = arith.constant dense_resource<__elided__> : tensor<64xf32>
        %cst_2 = arith.constant dense_resource<__elided__> : tensor<64xf32>
        %c132608 = arith.constant 132608 : index
        %c384 = arith.constant 384 : index
        %c253312 = arith.constant 253312 : index
        %c80000 = arith.constant 80000 : index
        %0 = stream.binding.subspan %arg0[%c132608] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x288xf32>>
        %1 = stream.binding.subspan %arg1[%c253312] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<288x169xf32>>
        %2 = stream.binding.subspan %arg0[%c384] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64xf32>>
        %3 = stream.binding.subspan %arg2[%c80000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x169xf32>>
        %4 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [64, 288], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x288xf32>> -> tensor<64x288xf32>
        %5 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [288, 169], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<288x169xf32>> -> tensor<288x169xf32>
        %6 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0], sizes = [64], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64xf32>> -> tensor<64xf32>
        %7 = tensor.empty() : tensor<64x169xf32>
        %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<64x169xf32>) -> tensor<64x169xf32>
        %9 = linalg.matmul ins(%4, %5 : tensor<64x288xf32>, tensor<288x169xf32>) outs(%8 : tensor<64x169xf32>) -> tensor<64x169xf32>
        %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%9, %cst_0, %6, %cst_1, %cst_2 : tensor<64x169xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%7 : tensor<64x169xf32>) {
        ^bb0(%in: f32, %in_3: f32, %in_4: f32, %in_5: f32, %in_6: f32, %out: f32):
          %11 = arith.subf %in, %in_3 : f32
          %12 = arith.mulf %11, %in_4 : f32
          %13 = arith.mulf %12, %in_5 : f32
          %14 = arith.addf %13, %in_6 : f32
          %15 = arith.cmpf ugt, %14, %cst : f32
          %16 = arith.select %15, %14, %cst : f32
          linalg.yield %16 : f32
        } -> tensor<64x169xf32>
        iree_tensor_ext.dispatch.tensor.store %10, %3, offsets = [0, 0], sizes = [64, 169], strides = [1, 1] : tensor<64x169xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x169xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_17 {
    stream.executable.export public @dronet_dispatch_17_slow_memcpy workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_17_slow_memcpy(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: i32, %arg3: i32) {
        %0 = arith.index_castui %arg2 : i32 to index
        %1 = arith.index_castui %arg3 : i32 to index
        %2:2 = util.assume.int 
            %0[<umin = 80000, umax = 80000, udiv = 80000>, <umin = 43264, umax = 43264, udiv = 43264>], 
            %1[<umin = 123264, umax = 123264, udiv = 123264>, <umin = 86528, umax = 86528, udiv = 86528>]
          : index, index
        %3 = stream.binding.subspan %arg0[%2#0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x13x13xf32>>
        %4 = stream.binding.subspan %arg1[%2#1] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<64x15x15xf32>>
        %5 = iree_tensor_ext.dispatch.tensor.load %3, offsets = [0, 0, 0], sizes = [64, 13, 13], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x13x13xf32>> -> tensor<64x13x13xf32>
        iree_tensor_ext.dispatch.tensor.store %5, %4, offsets = [0, 1, 1], sizes = [64, 13, 13], strides = [1, 1, 1] : tensor<64x13x13xf32> -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<64x15x15xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_18 {
    stream.executable.export public @dronet_dispatch_18_generic_64x3x3x13x13_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_18_generic_64x3x3x13x13_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c123264 = arith.constant 123264 : index
        %c180864 = arith.constant 180864 : index
        %0 = stream.binding.subspan %arg0[%c123264] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x15x15xf32>>
        %1 = stream.binding.subspan %arg1[%c180864] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x3x3x13x13xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [64, 15, 15], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x15x15xf32>> -> tensor<64x15x15xf32>
        %3 = tensor.empty() : tensor<64x3x3x13x13xf32>
        %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 + d3, d2 + d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<64x15x15xf32>) outs(%3 : tensor<64x3x3x13x13xf32>) {
        ^bb0(%in: f32, %out: f32):
          linalg.yield %in : f32
        } -> tensor<64x3x3x13x13xf32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0, 0, 0], sizes = [64, 3, 3, 13, 13], strides = [1, 1, 1, 1, 1] : tensor<64x3x3x13x13xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x3x3x13x13xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_19 {
    stream.executable.export public @dronet_dispatch_19_generic_32x13x13_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_19_generic_32x13x13_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c0 = arith.constant 0 : index
        %c80000 = arith.constant 80000 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x25x25xf32>>
        %1 = stream.binding.subspan %arg1[%c80000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x13x13xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [32, 25, 25], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x25x25xf32>> -> tensor<32x25x25xf32>
        %3 = tensor.empty() : tensor<32x13x13xf32>
        %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1 * 2, d2 * 2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2 : tensor<32x25x25xf32>) outs(%3 : tensor<32x13x13xf32>) {
        ^bb0(%in: f32, %out: f32):
          linalg.yield %in : f32
        } -> tensor<32x13x13xf32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0], sizes = [32, 13, 13], strides = [1, 1, 1] : tensor<32x13x13xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<32x13x13xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_20 {
    stream.executable.export public @dronet_dispatch_20_matmul_64x169x32_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_20_matmul_64x169x32_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %c353792 = arith.constant 353792 : index
        %c80000 = arith.constant 80000 : index
        %c101632 = arith.constant 101632 : index
        %0 = stream.binding.subspan %arg0[%c353792] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x32xf32>>
        %1 = stream.binding.subspan %arg1[%c80000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x169xf32>>
        %2 = stream.binding.subspan %arg2[%c101632] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x169xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [64, 32], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x32xf32>> -> tensor<64x32xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [32, 169], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<32x169xf32>> -> tensor<32x169xf32>
        %5 = tensor.empty() : tensor<64x169xf32>
        %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<64x169xf32>) -> tensor<64x169xf32>
        %7 = linalg.matmul ins(%3, %4 : tensor<64x32xf32>, tensor<32x169xf32>) outs(%6 : tensor<64x169xf32>) -> tensor<64x169xf32>
        iree_tensor_ext.dispatch.tensor.store %7, %2, offsets = [0, 0], sizes = [64, 169], strides = [1, 1] : tensor<64x169xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x169xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_21 {
    stream.executable.export public @dronet_dispatch_21_matmul_64x169x576_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_21_matmul_64x169x576_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %c206336 = arith.constant 206336 : index
        %c180864 = arith.constant 180864 : index
        %c101632 = arith.constant 101632 : index
        %c0 = arith.constant 0 : index
        %0 = stream.binding.subspan %arg0[%c206336] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x576xf32>>
        %1 = stream.binding.subspan %arg1[%c180864] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<576x169xf32>>
        %2 = stream.binding.subspan %arg1[%c101632] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x169xf32>>
        %3 = stream.binding.subspan %arg2[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x169xf32>>
        %4 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [64, 576], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x576xf32>> -> tensor<64x576xf32>
        %5 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [576, 169], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<576x169xf32>> -> tensor<576x169xf32>
        %6 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0, 0], sizes = [64, 169], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x169xf32>> -> tensor<64x169xf32>
        %7 = tensor.empty() : tensor<64x169xf32>
        %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<64x169xf32>) -> tensor<64x169xf32>
        %9 = linalg.matmul ins(%4, %5 : tensor<64x576xf32>, tensor<576x169xf32>) outs(%8 : tensor<64x169xf32>) -> tensor<64x169xf32>
        %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%9, %6 : tensor<64x169xf32>, tensor<64x169xf32>) outs(%7 : tensor<64x169xf32>) {
        ^bb0(%in: f32, %in_0: f32, %out: f32):
          %11 = arith.addf %in, %in_0 : f32
          linalg.yield %11 : f32
        } -> tensor<64x169xf32>
        iree_tensor_ext.dispatch.tensor.store %10, %3, offsets = [0, 0], sizes = [64, 169], strides = [1, 1] : tensor<64x169xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x169xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_22 {
    stream.executable.export public @dronet_dispatch_22_elementwise_64x169_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_22_elementwise_64x169_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %cst_0 = arith.constant dense_resource<__elided__> : tensor<64xf32>
        %cst_1 = arith.constant dense_resource<__elided__> : tensor<64xf32>
        %cst_2 = arith.constant dense_resource<__elided__> : tensor<64xf32>
        %c0 = arith.constant 0 : index
        %c640 = arith.constant 640 : index
        %c43264 = arith.constant 43264 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x169xf32>>
        %1 = stream.binding.subspan %arg1[%c640] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64xf32>>
        %2 = stream.binding.subspan %arg2[%c43264] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x169xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [64, 169], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x169xf32>> -> tensor<64x169xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0], sizes = [64], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64xf32>> -> tensor<64xf32>
        %5 = tensor.empty() : tensor<64x169xf32>
        %6 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%3, %cst_0, %4, %cst_1, %cst_2 : tensor<64x169xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%5 : tensor<64x169xf32>) {
        ^bb0(%in: f32, %in_3: f32, %in_4: f32, %in_5: f32, %in_6: f32, %out: f32):
          %7 = arith.subf %in, %in_3 : f32
          %8 = arith.mulf %7, %in_4 : f32
          %9 = arith.mulf %8, %in_5 : f32
          %10 = arith.addf %9, %in_6 : f32
          %11 = arith.cmpf ugt, %10, %cst : f32
          %12 = arith.select %11, %10, %cst : f32
          linalg.yield %12 : f32
        } -> tensor<64x169xf32>
        iree_tensor_ext.dispatch.tensor.store %6, %2, offsets = [0, 0], sizes = [64, 169], strides = [1, 1] : tensor<64x169xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x169xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_24 {
    stream.executable.export public @dronet_dispatch_24_generic_64x3x3x7x7_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_24_generic_64x3x3x7x7_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c86528 = arith.constant 86528 : index
        %c144128 = arith.constant 144128 : index
        %0 = stream.binding.subspan %arg0[%c86528] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x15x15xf32>>
        %1 = stream.binding.subspan %arg1[%c144128] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x3x3x7x7xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [64, 15, 15], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x15x15xf32>> -> tensor<64x15x15xf32>
        %3 = tensor.empty() : tensor<64x3x3x7x7xf32>
        %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d3 * 2 + d1, d4 * 2 + d2)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<64x15x15xf32>) outs(%3 : tensor<64x3x3x7x7xf32>) {
        ^bb0(%in: f32, %out: f32):
          linalg.yield %in : f32
        } -> tensor<64x3x3x7x7xf32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0, 0, 0], sizes = [64, 3, 3, 7, 7], strides = [1, 1, 1, 1, 1] : tensor<64x3x3x7x7xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x3x3x7x7xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_25 {
    stream.executable.export public @dronet_dispatch_25_matmul_128x49x576_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_25_matmul_128x49x576_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %c361984 = arith.constant 361984 : index
        %c1279488 = arith.constant 1279488 : index
        %c896 = arith.constant 896 : index
        %c1280000 = arith.constant 1280000 : index
        %c1280512 = arith.constant 1280512 : index
        %c144128 = arith.constant 144128 : index
        %c43264 = arith.constant 43264 : index
        %0 = stream.binding.subspan %arg0[%c361984] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x576xf32>>
        %1 = stream.binding.subspan %arg1[%c144128] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<576x49xf32>>
        %2 = stream.binding.subspan %arg0[%c1279488] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>>
        %3 = stream.binding.subspan %arg0[%c896] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>>
        %4 = stream.binding.subspan %arg0[%c1280000] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>>
        %5 = stream.binding.subspan %arg0[%c1280512] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>>
        %6 = stream.binding.subspan %arg2[%c43264] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<128x49xf32>>
        %7 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [128, 576], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x576xf32>> -> tensor<128x576xf32>
        %8 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [576, 49], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<576x49xf32>> -> tensor<576x49xf32>
        %9 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0], sizes = [128], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>> -> tensor<128xf32>
        %10 = iree_tensor_ext.dispatch.tensor.load %3, offsets = [0], sizes = [128], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>> -> tensor<128xf32>
        %11 = iree_tensor_ext.dispatch.tensor.load %4, offsets = [0], sizes = [128], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>> -> tensor<128xf32>
        %12 = iree_tensor_ext.dispatch.tensor.load %5, offsets = [0], sizes = [128], strides = [1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128xf32>> -> tensor<128xf32>
        %13 = tensor.empty() : tensor<128x49xf32>
        %14 = linalg.fill ins(%cst : f32) outs(%13 : tensor<128x49xf32>) -> tensor<128x49xf32>
        %15 = linalg.matmul ins(%7, %8 : tensor<128x576xf32>, tensor<576x49xf32>) outs(%14 : tensor<128x49xf32>) -> tensor<128x49xf32>
        %16 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%15, %9, %10, %11, %12 : tensor<128x49xf32>, tensor<128xf32>, tensor<128xf32>, tensor<128xf32>, tensor<128xf32>) outs(%13 : tensor<128x49xf32>) {
        ^bb0(%in: f32, %in_0: f32, %in_1: f32, %in_2: f32, %in_3: f32, %out: f32):
          %17 = arith.subf %in, %in_0 : f32
          %18 = arith.mulf %17, %in_1 : f32
          %19 = arith.mulf %18, %in_2 : f32
          %20 = arith.addf %19, %in_3 : f32
          %21 = arith.cmpf ugt, %20, %cst : f32
          %22 = arith.select %21, %20, %cst : f32
          linalg.yield %22 : f32
        } -> tensor<128x49xf32>
        iree_tensor_ext.dispatch.tensor.store %16, %6, offsets = [0, 0], sizes = [128, 49], strides = [1, 1] : tensor<128x49xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<128x49xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_26 {
    stream.executable.export public @dronet_dispatch_26_slow_memcpy workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_26_slow_memcpy(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c43264 = arith.constant 43264 : index
        %c68352 = arith.constant 68352 : index
        %0 = stream.binding.subspan %arg0[%c43264] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x7x7xf32>>
        %1 = stream.binding.subspan %arg1[%c68352] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<128x9x9xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [128, 7, 7], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x7x7xf32>> -> tensor<128x7x7xf32>
        iree_tensor_ext.dispatch.tensor.store %2, %1, offsets = [0, 1, 1], sizes = [128, 7, 7], strides = [1, 1, 1] : tensor<128x7x7xf32> -> !iree_tensor_ext.dispatch.tensor<readwrite:tensor<128x9x9xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_27 {
    stream.executable.export public @dronet_dispatch_27_generic_128x3x3x7x7_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_27_generic_128x3x3x7x7_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c68352 = arith.constant 68352 : index
        %c109824 = arith.constant 109824 : index
        %0 = stream.binding.subspan %arg0[%c68352] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x9x9xf32>>
        %1 = stream.binding.subspan %arg1[%c109824] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<128x3x3x7x7xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [128, 9, 9], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x9x9xf32>> -> tensor<128x9x9xf32>
        %3 = tensor.empty() : tensor<128x3x3x7x7xf32>
        %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 + d3, d2 + d4)>, affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2, d3, d4)>], iterator_types = ["parallel", "parallel", "parallel", "parallel", "parallel"]} ins(%2 : tensor<128x9x9xf32>) outs(%3 : tensor<128x3x3x7x7xf32>) {
        ^bb0(%in: f32, %out: f32):
          linalg.yield %in : f32
        } -> tensor<128x3x3x7x7xf32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0, 0, 0], sizes = [128, 3, 3, 7, 7], strides = [1, 1, 1, 1, 1] : tensor<128x3x3x7x7xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<128x3x3x7x7xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_28 {
    stream.executable.export public @dronet_dispatch_28_generic_64x7x7_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_28_generic_64x7x7_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %c0 = arith.constant 0 : index
        %c43264 = arith.constant 43264 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x13x13xf32>>
        %1 = stream.binding.subspan %arg1[%c43264] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x7x7xf32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0, 0], sizes = [64, 13, 13], strides = [1, 1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x13x13xf32>> -> tensor<64x13x13xf32>
        %3 = tensor.empty() : tensor<64x7x7xf32>
        %4 = linalg.generic {indexing_maps = [affine_map<(d0, d1, d2) -> (d0, d1 * 2, d2 * 2)>, affine_map<(d0, d1, d2) -> (d0, d1, d2)>], iterator_types = ["parallel", "parallel", "parallel"]} ins(%2 : tensor<64x13x13xf32>) outs(%3 : tensor<64x7x7xf32>) {
        ^bb0(%in: f32, %out: f32):
          linalg.yield %in : f32
        } -> tensor<64x7x7xf32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [0, 0, 0], sizes = [64, 7, 7], strides = [1, 1, 1] : tensor<64x7x7xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<64x7x7xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_29 {
    stream.executable.export public @dronet_dispatch_29_matmul_128x49x64_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_29_matmul_128x49x64_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %c1246720 = arith.constant 1246720 : index
        %c43264 = arith.constant 43264 : index
        %c0 = arith.constant 0 : index
        %0 = stream.binding.subspan %arg0[%c1246720] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x64xf32>>
        %1 = stream.binding.subspan %arg1[%c43264] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x49xf32>>
        %2 = stream.binding.subspan %arg2[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<128x49xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [128, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x64xf32>> -> tensor<128x64xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [64, 49], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x49xf32>> -> tensor<64x49xf32>
        %5 = tensor.empty() : tensor<128x49xf32>
        %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<128x49xf32>) -> tensor<128x49xf32>
        %7 = linalg.matmul ins(%3, %4 : tensor<128x64xf32>, tensor<64x49xf32>) outs(%6 : tensor<128x49xf32>) -> tensor<128x49xf32>
        iree_tensor_ext.dispatch.tensor.store %7, %2, offsets = [0, 0], sizes = [128, 49], strides = [1, 1] : tensor<128x49xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<128x49xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_30 {
    stream.executable.export public @dronet_dispatch_30_matmul_128x49x1152_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_30_matmul_128x49x1152_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %c656896 = arith.constant 656896 : index
        %c109824 = arith.constant 109824 : index
        %c0 = arith.constant 0 : index
        %c25088 = arith.constant 25088 : index
        %0 = stream.binding.subspan %arg0[%c656896] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x1152xf32>>
        %1 = stream.binding.subspan %arg1[%c109824] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<1152x49xf32>>
        %2 = stream.binding.subspan %arg1[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x49xf32>>
        %3 = stream.binding.subspan %arg2[%c25088] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<128x49xf32>>
        %4 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [128, 1152], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x1152xf32>> -> tensor<128x1152xf32>
        %5 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [1152, 49], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1152x49xf32>> -> tensor<1152x49xf32>
        %6 = iree_tensor_ext.dispatch.tensor.load %2, offsets = [0, 0], sizes = [128, 49], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<128x49xf32>> -> tensor<128x49xf32>
        %7 = tensor.empty() : tensor<128x49xf32>
        %8 = linalg.fill ins(%cst : f32) outs(%7 : tensor<128x49xf32>) -> tensor<128x49xf32>
        %9 = linalg.matmul ins(%4, %5 : tensor<128x1152xf32>, tensor<1152x49xf32>) outs(%8 : tensor<128x49xf32>) -> tensor<128x49xf32>
        %10 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%9, %6 : tensor<128x49xf32>, tensor<128x49xf32>) outs(%7 : tensor<128x49xf32>) {
        ^bb0(%in: f32, %in_0: f32, %out: f32):
          %11 = arith.addf %in, %in_0 : f32
          %12 = arith.cmpf ugt, %11, %cst : f32
          %13 = arith.select %12, %11, %cst : f32
          linalg.yield %13 : f32
        } -> tensor<128x49xf32>
        iree_tensor_ext.dispatch.tensor.store %10, %3, offsets = [0, 0], sizes = [128, 49], strides = [1, 1] : tensor<128x49xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<128x49xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_31 {
    stream.executable.export public @dronet_dispatch_31_matmul_1x1x6272_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_31_matmul_1x1x6272_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}, %arg3: i32, %arg4: i32) {
        %c25088 = arith.constant 25088 : index
        %cst = arith.constant 0.000000e+00 : f32
        %0 = arith.index_castui %arg3 : i32 to index
        %1 = arith.index_castui %arg4 : i32 to index
        %2:2 = util.assume.int 
            %0[<umin = 1408, umax = 1408, udiv = 1408>, <umin = 26496, umax = 26496, udiv = 26496>], 
            %1[<umin = 0, umax = 0>, <umin = 64, umax = 64, udiv = 64>]
          : index, index
        %3 = stream.binding.subspan %arg0[%c25088] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x6272xf32>>
        %4 = stream.binding.subspan %arg1[%2#0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<6272x1xf32>>
        %5 = stream.binding.subspan %arg2[%2#1] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x1xf32>>
        %6 = iree_tensor_ext.dispatch.tensor.load %3, offsets = [0, 0], sizes = [1, 6272], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x6272xf32>> -> tensor<1x6272xf32>
        %7 = iree_tensor_ext.dispatch.tensor.load %4, offsets = [0, 0], sizes = [6272, 1], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<6272x1xf32>> -> tensor<6272x1xf32>
        %8 = tensor.empty() : tensor<1x1xf32>
        %9 = linalg.fill ins(%cst : f32) outs(%8 : tensor<1x1xf32>) -> tensor<1x1xf32>
        %10 = linalg.matmul ins(%6, %7 : tensor<1x6272xf32>, tensor<6272x1xf32>) outs(%9 : tensor<1x1xf32>) -> tensor<1x1xf32>
        iree_tensor_ext.dispatch.tensor.store %10, %5, offsets = [0, 0], sizes = [1, 1], strides = [1, 1] : tensor<1x1xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x1xf32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_32 {
    stream.executable.export public @dronet_dispatch_32_elementwise workgroups() -> (index, index, index) {
      %c1 = arith.constant 1 : index
      stream.return %c1, %c1, %c1 : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_32_elementwise(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant -0.121438675 : f32
        %c0 = arith.constant 0 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<f32>>
        %1 = stream.binding.subspan %arg1[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<f32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [], sizes = [], strides = [] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<f32>> -> tensor<f32>
        %3 = tensor.empty() : tensor<f32>
        %4 = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []} ins(%2 : tensor<f32>) outs(%3 : tensor<f32>) {
        ^bb0(%in: f32, %out: f32):
          %5 = arith.addf %in, %cst : f32
          linalg.yield %5 : f32
        } -> tensor<f32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [], sizes = [], strides = [] : tensor<f32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<f32>>
        return
      }
    }
  }
  stream.executable private @dronet_dispatch_34 {
    stream.executable.export public @dronet_dispatch_34_elementwise workgroups() -> (index, index, index) {
      %c1 = arith.constant 1 : index
      stream.return %c1, %c1, %c1 : index, index, index
    }
    builtin.module {
      func.func @dronet_dispatch_34_elementwise(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.0562622435 : f32
        %cst_0 = arith.constant 1.000000e+00 : f32
        %c64 = arith.constant 64 : index
        %0 = stream.binding.subspan %arg0[%c64] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<f32>>
        %1 = stream.binding.subspan %arg1[%c64] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<f32>>
        %2 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [], sizes = [], strides = [] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<f32>> -> tensor<f32>
        %3 = tensor.empty() : tensor<f32>
        %4 = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>], iterator_types = []} ins(%2 : tensor<f32>) outs(%3 : tensor<f32>) {
        ^bb0(%in: f32, %out: f32):
          %5 = arith.addf %in, %cst : f32
          %6 = arith.negf %5 : f32
          %7 = math.exp %6 : f32
          %8 = arith.addf %7, %cst_0 : f32
          %9 = arith.divf %cst_0, %8 : f32
          linalg.yield %9 : f32
        } -> tensor<f32>
        iree_tensor_ext.dispatch.tensor.store %4, %1, offsets = [], sizes = [], strides = [] : tensor<f32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<f32>>
        return
      }
    }
  }
  util.func public @dronet(%arg0: !hal.buffer_view) -> (!hal.buffer_view, !hal.buffer_view) attributes {iree.abi.stub, iree.reflection = {iree.abi.declaration = "sync func @dronet(%input0: tensor<1x1x200x200xf32>) -> (%output0: tensor<1x1xf32>, %output1: tensor<1x1xf32>)", rondo.cpu.riscv_64 = "v", rondo.cpu.x86_64 = "sse3,ssse3,sse4.1,sse4.2,avx,avx2,f16c,fma"}} {
    %c64_i32 = arith.constant 64 : i32
    %c26496_i32 = arith.constant 26496 : i32
    %c1408_i32 = arith.constant 1408 : i32
    %c86528_i32 = arith.constant 86528 : i32
    %c43264_i32 = arith.constant 43264 : i32
    %c123264_i32 = arith.constant 123264 : i32
    %c160000_i32 = arith.constant 160000 : i32
    %c80000_i32 = arith.constant 80000 : i32
    %c400000_i32 = arith.constant 400000 : i32
    %c320000_i32 = arith.constant 320000 : i32
    %c0_i32 = arith.constant 0 : i32
    %c4 = arith.constant 4 : index
    %c41472 = arith.constant 41472 : index
    %c57600 = arith.constant 57600 : index
    %c93312 = arith.constant 93312 : index
    %c346112 = arith.constant 346112 : index
    %c320000 = arith.constant 320000 : index
    %c-8388608_i32 = arith.constant -8388608 : i32
    %c1331712 = arith.constant 1331712 : index
    %c166464 = arith.constant 166464 : index
    %c160000 = arith.constant 160000 : index
    %c0_i8 = arith.constant 0 : i8
    %c200 = arith.constant 200 : index
    %c1 = arith.constant 1 : index
    %c128 = arith.constant 128 : index
    %c64 = arith.constant 64 : index
    %c2446464 = arith.constant 2446464 : index
    %c400000 = arith.constant 400000 : index
    %c123264 = arith.constant 123264 : index
    %c86528 = arith.constant 86528 : index
    %c68352 = arith.constant 68352 : index
    %c3778176 = arith.constant 3778176 : index
    %c0 = arith.constant 0 : index
    %c1281024 = arith.constant 1281024 : index
    %__hoisted_tensor_32xf32 = util.global.load immutable @__hoisted_tensor_32xf32 : !stream.resource<constant>
    %element_type_f32 = hal.element_type<f32> : i32
    %dense_row_major = hal.encoding_type<dense_row_major> : i32
    hal.buffer_view.assert<%arg0 : !hal.buffer_view> message("input0") shape([%c1, %c1, %c200, %c200]) type(%element_type_f32) encoding(%dense_row_major)
    %0 = stream.tensor.import on(#hal.device.affinity<@__device_0>) %arg0 : !hal.buffer_view -> tensor<1x1x200x200xf32> in !stream.resource<external>{%c160000}
    %result, %result_timepoint = stream.resource.alloca uninitialized on(#hal.device.affinity<@__device_0>) : !stream.resource<external>{%c128} => !stream.timepoint
    %result_0, %result_timepoint_1 = stream.resource.alloca uninitialized on(#hal.device.affinity<@__device_0>) : !stream.resource<transient>{%c3778176} => !stream.timepoint
    %1 = stream.timepoint.join max(%result_timepoint, %result_timepoint_1) => !stream.timepoint
    %2 = stream.cmd.execute on(#hal.device.affinity<@__device_0>) await(%1) => with(%0 as %arg1: !stream.resource<external>{%c160000}, %__hoisted_tensor_32xf32 as %arg2: !stream.resource<constant>{%c1281024}, %result as %arg3: !stream.resource<external>{%c128}, %result_0 as %arg4: !stream.resource<transient>{%c3778176}) {
      stream.cmd.fill %c0_i8, %arg4[%c0 for %c166464] : i8 -> !stream.resource<transient>{%c3778176}
      stream.cmd.dispatch @dronet_dispatch_0::@dronet_dispatch_0_slow_memcpy {
        ro %arg1[%c0 for %c160000] : !stream.resource<external>{%c160000},
        rw %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_1::@dronet_dispatch_1_generic_5x5x100x100_f32 {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_2::@dronet_dispatch_2_matmul_32x10000x25_f32 {
          ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
        stream.cmd.fill %c-8388608_i32, %arg4[%c2446464 for %c1331712] : i32 -> !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_3::@dronet_dispatch_3_slow_memcpy {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        rw %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_4::@dronet_dispatch_4_conv_32x50x50x3x3_f32 {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
        stream.cmd.fill %c0_i8, %arg4[%c320000 for %c346112] : i8 -> !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_5::@dronet_dispatch_5_elementwise_32x50x50_f32 {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
        rw %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_6::@dronet_dispatch_6_generic_32x3x3x25x25_f32 {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_7::@dronet_dispatch_7_matmul_32x625x288_f32 {
          ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
        stream.cmd.fill %c0_i8, %arg4[%c400000 for %c93312] : i8 -> !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_8::@dronet_dispatch_8_slow_memcpy(%c320000_i32, %c400000_i32 : i32, i32) {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        rw %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_9::@dronet_dispatch_9_generic_32x3x3x25x25_f32 {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
        stream.cmd.dispatch @dronet_dispatch_10::@dronet_dispatch_10_generic_32x25x25_f32 {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
      }
      stream.cmd.dispatch @dronet_dispatch_11::@dronet_dispatch_11_matmul_32x625x32_f32 {
        ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_12::@dronet_dispatch_12_matmul_32x625x288_f32 {
        ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_13::@dronet_dispatch_13_elementwise_32x625_f32 {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
        stream.cmd.fill %c0_i8, %arg4[%c160000 for %c93312] : i8 -> !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_8::@dronet_dispatch_8_slow_memcpy(%c80000_i32, %c160000_i32 : i32, i32) {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        rw %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_15::@dronet_dispatch_15_generic_32x3x3x13x13_f32 {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_16::@dronet_dispatch_16_matmul_64x169x288_f32 {
          ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
        stream.cmd.fill %c0_i8, %arg4[%c123264 for %c57600] : i8 -> !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_17::@dronet_dispatch_17_slow_memcpy(%c80000_i32, %c123264_i32 : i32, i32) {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        rw %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_18::@dronet_dispatch_18_generic_64x3x3x13x13_f32 {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
        stream.cmd.dispatch @dronet_dispatch_19::@dronet_dispatch_19_generic_32x13x13_f32 {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
      }
      stream.cmd.dispatch @dronet_dispatch_20::@dronet_dispatch_20_matmul_64x169x32_f32 {
        ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_21::@dronet_dispatch_21_matmul_64x169x576_f32 {
        ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_22::@dronet_dispatch_22_elementwise_64x169_f32 {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
        stream.cmd.fill %c0_i8, %arg4[%c86528 for %c57600] : i8 -> !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_17::@dronet_dispatch_17_slow_memcpy(%c43264_i32, %c86528_i32 : i32, i32) {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        rw %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_24::@dronet_dispatch_24_generic_64x3x3x7x7_f32 {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_25::@dronet_dispatch_25_matmul_128x49x576_f32 {
          ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
        stream.cmd.fill %c0_i8, %arg4[%c68352 for %c41472] : i8 -> !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_26::@dronet_dispatch_26_slow_memcpy {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        rw %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_27::@dronet_dispatch_27_generic_128x3x3x7x7_f32 {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
        stream.cmd.dispatch @dronet_dispatch_28::@dronet_dispatch_28_generic_64x7x7_f32 {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
      }
      stream.cmd.dispatch @dronet_dispatch_29::@dronet_dispatch_29_matmul_128x49x64_f32 {
        ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_30::@dronet_dispatch_30_matmul_128x49x1152_f32 {
        ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.dispatch @dronet_dispatch_31::@dronet_dispatch_31_matmul_1x1x6272_f32(%c1408_i32, %c0_i32 : i32, i32) {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
        wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
      }
      stream.cmd.concurrent {
        stream.cmd.dispatch @dronet_dispatch_32::@dronet_dispatch_32_elementwise {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          wo %arg3[%c0 for %c128] : !stream.resource<external>{%c128}
        }
        stream.cmd.dispatch @dronet_dispatch_31::@dronet_dispatch_31_matmul_1x1x6272_f32(%c26496_i32, %c64_i32 : i32, i32) {
          ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
          ro %arg2[%c0 for %c1281024] : !stream.resource<constant>{%c1281024},
          wo %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176}
        }
      }
      stream.cmd.dispatch @dronet_dispatch_34::@dronet_dispatch_34_elementwise {
        ro %arg4[%c0 for %c3778176] : !stream.resource<transient>{%c3778176},
        wo %arg3[%c0 for %c128] : !stream.resource<external>{%c128}
      }
    } => !stream.timepoint
    %3 = stream.resource.dealloca on(#hal.device.affinity<@__device_0>) await(%2) => %result_0 : !stream.resource<transient>{%c3778176} => !stream.timepoint
    %4 = stream.timepoint.await %3 => %result : !stream.resource<external>{%c128}
    %5 = stream.resource.subview %4[%c0] : !stream.resource<external>{%c128} -> !stream.resource<external>{%c4}
    %6 = stream.resource.subview %4[%c64] : !stream.resource<external>{%c128} -> !stream.resource<external>{%c4}
    %7 = stream.tensor.export on(#hal.device.affinity<@__device_0>) %5 : tensor<1x1xf32> in !stream.resource<external>{%c4} -> !hal.buffer_view
    %8 = stream.tensor.export on(#hal.device.affinity<@__device_0>) %6 : tensor<1x1xf32> in !stream.resource<external>{%c4} -> !hal.buffer_view
    util.return %7, %8 : !hal.buffer_view, !hal.buffer_view
  }
}
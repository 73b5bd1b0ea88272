module @mlp_f32 attributes {stream.affinity.default = #hal.device.affinity<@__device_0>} {
  util.global private @__device_0 = #hal.device.target<"local", [#hal.executable.target<"llvm-cpu", "embedded-elf-x86_64", {cpu = "x86-64-v3", cpu_features = "+avx,+avx2,-bmi,-bmi2,+cmov,+crc32,+cx16,+cx8,+f16c,+fma,+fxsr,-lzcnt,+mmx,-movbe,-popcnt,+sahf,+sse,+sse2,+sse3,+sse4.1,+sse4.2,+ssse3,+x87,+xsave", data_layout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128", debug_symbols = false, iree.encoding.resolver = #iree_cpu.cpu_encoding_resolver<>, max_stack_allocation_size = 32768 : i64, native_vector_size = 128 : i64, target_triple = "x86_64-unknown-unknown-eabi-elf"}>, #hal.executable.target<"llvm-cpu", "embedded-elf-arm_64", {cpu = "generic", cpu_features = "+reserve-x18", data_layout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i8:8:32-i16:16:32-i64:64-i128:128-n32:64-S128-Fn32", debug_symbols = false, iree.encoding.resolver = #iree_cpu.cpu_encoding_resolver<>, max_stack_allocation_size = 32768 : i64, native_vector_size = 16 : i64, target_triple = "aarch64-unknown-unknown-eabi-elf"}>, #hal.executable.target<"llvm-cpu", "embedded-elf-riscv_64", {cpu = "", cpu_features = "+m,+a,+f,+d,+c,+v,+zvl128b", data_layout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128", debug_symbols = false, iree.encoding.resolver = #iree_cpu.cpu_encoding_resolver<>, max_stack_allocation_size = 32768 : i64, native_vector_size = 16 : i64, target_abi = "lp64d", target_triple = "riscv64-unknown-unknown-eabi-elf"}>]> : !hal.device
  util.global private @__constant_tensor_64x2xf32 : !stream.resource<constant>
  util.initializer {
    %c0 = arith.constant 0 : index
    %c0_i64 = arith.constant 0 : i64
    %0 = stream.timepoint.immediate => !stream.timepoint
    %buffer_cst = util.buffer.constant <alignment = 64> : !util.buffer = #util.composite<66048xi8, [
    dense_resource<__elided__> : tensor<64x2xf32>,
    dense_resource<__elided__> : tensor<64x64xf32>,
    dense_resource<__elided__> : tensor<64x64xf32>,
    dense_resource<__elided__> : tensor<64x64xf32>,
    dense_resource<__elided__> : tensor<64x64xf32>,
]>
    %c66048 = arith.constant 66048 : index
    %did_map, %result = stream.resource.try_map on(#hal.device.affinity<@__device_0>) %buffer_cst[%c0] : !util.buffer -> i1, !stream.resource<constant>{%c66048}
    cf.cond_br %did_map, ^bb2(%0, %result : !stream.timepoint, !stream.resource<constant>), ^bb1
  ^bb1:  // pred: ^bb0
    %1 = stream.resource.alloc uninitialized on(#hal.device.affinity<@__device_0>) : !stream.resource<constant>{%c66048}
    %file = stream.file.constant on(#hal.device.affinity<@__device_0>) %buffer_cst[%c0 for %c66048] : !util.buffer{%c66048} -> !stream.file
    %2 = stream.file.read on(#hal.device.affinity<@__device_0>) await(%0) => %file[%c0_i64], %1[%c0], %c66048 : !stream.file -> !stream.resource<constant>{%c66048} => !stream.timepoint
    cf.br ^bb2(%2, %1 : !stream.timepoint, !stream.resource<constant>)
  ^bb2(%3: !stream.timepoint, %4: !stream.resource<constant>):  // 2 preds: ^bb0, ^bb1
    %5 = stream.timepoint.await sync %3 => %4 : !stream.resource<constant>{%c66048}
    util.global.store %5, @__constant_tensor_64x2xf32 : !stream.resource<constant>
    util.return
  }
  stream.executable private @mlp_dispatch_0 {
    stream.executable.export public @mlp_dispatch_0_matmul_1x64x64_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @mlp_dispatch_0_matmul_1x64x64_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %cst_0 = arith.constant dense_resource<__elided__> : tensor<1x64xf32>
        %c0 = arith.constant 0 : index
        %c49664 = arith.constant 49664 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x64xf32>>
        %1 = stream.binding.subspan %arg1[%c49664] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x64xf32>>
        %2 = stream.binding.subspan %arg2[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x64xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [1, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x64xf32>> -> tensor<1x64xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [64, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x64xf32>> -> tensor<64x64xf32>
        %5 = tensor.empty() : tensor<1x64xf32>
        %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<1x64xf32>) -> tensor<1x64xf32>
        %7 = linalg.matmul ins(%3, %4 : tensor<1x64xf32>, tensor<64x64xf32>) outs(%6 : tensor<1x64xf32>) -> tensor<1x64xf32>
        %8 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%7, %cst_0 : tensor<1x64xf32>, tensor<1x64xf32>) outs(%5 : tensor<1x64xf32>) {
        ^bb0(%in: f32, %in_1: f32, %out: f32):
          %9 = arith.addf %in, %in_1 : f32
          %10 = arith.cmpf ugt, %9, %cst : f32
          %11 = arith.select %10, %9, %cst : f32
          linalg.yield %11 : f32
        } -> tensor<1x64xf32>
        iree_tensor_ext.dispatch.tensor.store %8, %2, offsets = [0, 0], sizes = [1, 64], strides = [1, 1] : tensor<1x64xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x64xf32>>
        return
      }
    }
  }
  stream.executable private @mlp_dispatch_1 {
    stream.executable.export public @mlp_dispatch_1_matmul_1x64x64_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @mlp_dispatch_1_matmul_1x64x64_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %cst_0 = arith.constant dense_resource<__elided__> : tensor<1x64xf32>
        %c0 = arith.constant 0 : index
        %c33280 = arith.constant 33280 : index
        %c256 = arith.constant 256 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x64xf32>>
        %1 = stream.binding.subspan %arg1[%c33280] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x64xf32>>
        %2 = stream.binding.subspan %arg2[%c256] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x64xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [1, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x64xf32>> -> tensor<1x64xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [64, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x64xf32>> -> tensor<64x64xf32>
        %5 = tensor.empty() : tensor<1x64xf32>
        %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<1x64xf32>) -> tensor<1x64xf32>
        %7 = linalg.matmul ins(%3, %4 : tensor<1x64xf32>, tensor<64x64xf32>) outs(%6 : tensor<1x64xf32>) -> tensor<1x64xf32>
        %8 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%7, %cst_0 : tensor<1x64xf32>, tensor<1x64xf32>) outs(%5 : tensor<1x64xf32>) {
        ^bb0(%in: f32, %in_1: f32, %out: f32):
          %9 = arith.addf %in, %in_1 : f32
          %10 = arith.cmpf ugt, %9, %cst : f32
          %11 = arith.select %10, %9, %cst : f32
          linalg.yield %11 : f32
        } -> tensor<1x64xf32>
        iree_tensor_ext.dispatch.tensor.store %8, %2, offsets = [0, 0], sizes = [1, 64], strides = [1, 1] : tensor<1x64xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x64xf32>>
        return
      }
    }
  }
  stream.executable private @mlp_dispatch_2 {
    stream.executable.export public @mlp_dispatch_2_matmul_1x64x64_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @mlp_dispatch_2_matmul_1x64x64_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %cst_0 = arith.constant dense_resource<__elided__> : tensor<1x64xf32>
        %c256 = arith.constant 256 : index
        %c16896 = arith.constant 16896 : index
        %c0 = arith.constant 0 : index
        %0 = stream.binding.subspan %arg0[%c256] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x64xf32>>
        %1 = stream.binding.subspan %arg1[%c16896] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x64xf32>>
        %2 = stream.binding.subspan %arg2[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x64xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [1, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x64xf32>> -> tensor<1x64xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [64, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x64xf32>> -> tensor<64x64xf32>
        %5 = tensor.empty() : tensor<1x64xf32>
        %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<1x64xf32>) -> tensor<1x64xf32>
        %7 = linalg.matmul ins(%3, %4 : tensor<1x64xf32>, tensor<64x64xf32>) outs(%6 : tensor<1x64xf32>) -> tensor<1x64xf32>
        %8 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%7, %cst_0 : tensor<1x64xf32>, tensor<1x64xf32>) outs(%5 : tensor<1x64xf32>) {
        ^bb0(%in: f32, %in_1: f32, %out: f32):
          %9 = arith.addf %in, %in_1 : f32
          %10 = arith.cmpf ugt, %9, %cst : f32
          %11 = arith.select %10, %9, %cst : f32
          linalg.yield %11 : f32
        } -> tensor<1x64xf32>
        iree_tensor_ext.dispatch.tensor.store %8, %2, offsets = [0, 0], sizes = [1, 64], strides = [1, 1] : tensor<1x64xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x64xf32>>
        return
      }
    }
  }
  stream.executable private @mlp_dispatch_3 {
    stream.executable.export public @mlp_dispatch_3_matmul_1x64x64_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @mlp_dispatch_3_matmul_1x64x64_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %cst_0 = arith.constant dense_resource<__elided__> : tensor<1x64xf32>
        %c0 = arith.constant 0 : index
        %c512 = arith.constant 512 : index
        %c256 = arith.constant 256 : index
        %0 = stream.binding.subspan %arg0[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x64xf32>>
        %1 = stream.binding.subspan %arg1[%c512] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x64xf32>>
        %2 = stream.binding.subspan %arg2[%c256] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x64xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [1, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x64xf32>> -> tensor<1x64xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [64, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x64xf32>> -> tensor<64x64xf32>
        %5 = tensor.empty() : tensor<1x64xf32>
        %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<1x64xf32>) -> tensor<1x64xf32>
        %7 = linalg.matmul ins(%3, %4 : tensor<1x64xf32>, tensor<64x64xf32>) outs(%6 : tensor<1x64xf32>) -> tensor<1x64xf32>
        %8 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%7, %cst_0 : tensor<1x64xf32>, tensor<1x64xf32>) outs(%5 : tensor<1x64xf32>) {
        ^bb0(%in: f32, %in_1: f32, %out: f32):
          %9 = arith.addf %in, %in_1 : f32
          %10 = arith.cmpf ugt, %9, %cst : f32
          %11 = arith.select %10, %9, %cst : f32
          linalg.yield %11 : f32
        } -> tensor<1x64xf32>
        iree_tensor_ext.dispatch.tensor.store %8, %2, offsets = [0, 0], sizes = [1, 64], strides = [1, 1] : tensor<1x64xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x64xf32>>
        return
      }
    }
  }
  stream.executable private @mlp_dispatch_4 {
    stream.executable.export public @mlp_dispatch_4_matmul_1x2x64_f32 workgroups() -> (index, index, index) {
      %x, %y, %z = iree_tensor_ext.dispatch.workgroup_count_from_slice()
      stream.return %x, %y, %z : index, index, index
    }
    builtin.module {
      func.func @mlp_dispatch_4_matmul_1x2x64_f32(%arg0: !stream.binding {stream.alignment = 64 : index}, %arg1: !stream.binding {stream.alignment = 64 : index}, %arg2: !stream.binding {stream.alignment = 64 : index}) {
        %cst = arith.constant 0.000000e+00 : f32
        %cst_0 = arith.constant dense<[[-0.113199212, -0.118141755]]> : tensor<1x2xf32>
        %c256 = arith.constant 256 : index
        %c0 = arith.constant 0 : index
        %0 = stream.binding.subspan %arg0[%c256] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x64xf32>>
        %1 = stream.binding.subspan %arg1[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x2xf32>>
        %2 = stream.binding.subspan %arg2[%c0] : !stream.binding -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x2xf32>>
        %3 = iree_tensor_ext.dispatch.tensor.load %0, offsets = [0, 0], sizes = [1, 64], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<1x64xf32>> -> tensor<1x64xf32>
        %4 = iree_tensor_ext.dispatch.tensor.load %1, offsets = [0, 0], sizes = [64, 2], strides = [1, 1] : !iree_tensor_ext.dispatch.tensor<readonly:tensor<64x2xf32>> -> tensor<64x2xf32>
        %5 = tensor.empty() : tensor<1x2xf32>
        %6 = linalg.fill ins(%cst : f32) outs(%5 : tensor<1x2xf32>) -> tensor<1x2xf32>
        %7 = linalg.matmul ins(%3, %4 : tensor<1x64xf32>, tensor<64x2xf32>) outs(%6 : tensor<1x2xf32>) -> tensor<1x2xf32>
        %8 = linalg.generic {indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>, affine_map<(d0, d1) -> (d0, d1)>], iterator_types = ["parallel", "parallel"]} ins(%7, %cst_0 : tensor<1x2xf32>, tensor<1x2xf32>) outs(%5 : tensor<1x2xf32>) {
        ^bb0(%in: f32, %in_1: f32, %out: f32):
          %9 = arith.addf %in, %in_1 : f32
          %10 = math.tanh %9 : f32
          linalg.yield %10 : f32
        } -> tensor<1x2xf32>
        iree_tensor_ext.dispatch.tensor.store %8, %2, offsets = [0, 0], sizes = [1, 2], strides = [1, 1] : tensor<1x2xf32> -> !iree_tensor_ext.dispatch.tensor<writeonly:tensor<1x2xf32>>
        return
      }
    }
  }
  util.func public @mlp(%arg0: !hal.buffer_view) -> !hal.buffer_view attributes {iree.abi.stub, iree.reflection = {iree.abi.declaration = "sync func @mlp(%input0: tensor<1x64xf32>) -> (%output0: tensor<1x2xf32>)", rondo.cpu.riscv_64 = "v", rondo.cpu.x86_64 = "sse3,ssse3,sse4.1,sse4.2,avx,avx2,f16c,fma"}} {
    %c8 = arith.constant 8 : index
    %c0 = arith.constant 0 : index
    %c256 = arith.constant 256 : index
    %c64 = arith.constant 64 : index
    %c1 = arith.constant 1 : index
    %c512 = arith.constant 512 : index
    %c66048 = arith.constant 66048 : index
    %__constant_tensor_64x2xf32 = util.global.load immutable @__constant_tensor_64x2xf32 : !stream.resource<constant>
    %element_type_f32 = hal.element_type<f32> : i32
    %dense_row_major = hal.encoding_type<dense_row_major> : i32
    hal.buffer_view.assert<%arg0 : !hal.buffer_view> message("input0") shape([%c1, %c64]) type(%element_type_f32) encoding(%dense_row_major)
    %0 = stream.tensor.import on(#hal.device.affinity<@__device_0>) %arg0 : !hal.buffer_view -> tensor<1x64xf32> in !stream.resource<external>{%c256}
    %result, %result_timepoint = stream.resource.alloca uninitialized on(#hal.device.affinity<@__device_0>) : !stream.resource<external>{%c8} => !stream.timepoint
    %result_0, %result_timepoint_1 = stream.resource.alloca uninitialized on(#hal.device.affinity<@__device_0>) : !stream.resource<transient>{%c512} => !stream.timepoint
    %1 = stream.timepoint.join max(%result_timepoint, %result_timepoint_1) => !stream.timepoint
    %2 = stream.cmd.execute on(#hal.device.affinity<@__device_0>) await(%1) => with(%0 as %arg1: !stream.resource<external>{%c256}, %__constant_tensor_64x2xf32 as %arg2: !stream.resource<constant>{%c66048}, %result as %arg3: !stream.resource<external>{%c8}, %result_0 as %arg4: !stream.resource<transient>{%c512}) {
      stream.cmd.dispatch @mlp_dispatch_0::@mlp_dispatch_0_matmul_1x64x64_f32 {
        ro %arg1[%c0 for %c256] : !stream.resource<external>{%c256},
        ro %arg2[%c0 for %c66048] : !stream.resource<constant>{%c66048},
        wo %arg4[%c0 for %c512] : !stream.resource<transient>{%c512}
      }
      stream.cmd.dispatch @mlp_dispatch_1::@mlp_dispatch_1_matmul_1x64x64_f32 {
        ro %arg4[%c0 for %c512] : !stream.resource<transient>{%c512},
        ro %arg2[%c0 for %c66048] : !stream.resource<constant>{%c66048},
        wo %arg4[%c0 for %c512] : !stream.resource<transient>{%c512}
      }
      stream.cmd.dispatch @mlp_dispatch_2::@mlp_dispatch_2_matmul_1x64x64_f32 {
        ro %arg4[%c0 for %c512] : !stream.resource<transient>{%c512},
        ro %arg2[%c0 for %c66048] : !stream.resource<constant>{%c66048},
        wo %arg4[%c0 for %c512] : !stream.resource<transient>{%c512}
      }
      stream.cmd.dispatch @mlp_dispatch_3::@mlp_dispatch_3_matmul_1x64x64_f32 {
        ro %arg4[%c0 for %c512] : !stream.resource<transient>{%c512},
        ro %arg2[%c0 for %c66048] : !stream.resource<constant>{%c66048},
        wo %arg4[%c0 for %c512] : !stream.resource<transient>{%c512}
      }
      stream.cmd.dispatch @mlp_dispatch_4::@mlp_dispatch_4_matmul_1x2x64_f32 {
        ro %arg4[%c0 for %c512] : !stream.resource<transient>{%c512},
        ro %arg2[%c0 for %c66048] : !stream.resource<constant>{%c66048},
        wo %arg3[%c0 for %c8] : !stream.resource<external>{%c8}
      }
    } => !stream.timepoint
    %3 = stream.resource.dealloca on(#hal.device.affinity<@__device_0>) await(%2) => %result_0 : !stream.resource<transient>{%c512} => !stream.timepoint
    %4 = stream.timepoint.await %3 => %result : !stream.resource<external>{%c8}
    %5 = stream.tensor.export on(#hal.device.affinity<@__device_0>) %4 : tensor<1x2xf32> in !stream.resource<external>{%c8} -> !hal.buffer_view
    util.return %5 : !hal.buffer_view
  }
}
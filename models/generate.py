#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Makes the bundled models: seeded weights -> ONNX -> one `.vmfb` for three CPU families -> recorded inputs and outputs.

Everything comes from the seeds below; nothing is downloaded. Needs the packages iree-base-compiler[onnx] and iree-base-runtime.

    python3 models/generate.py                     all models and small modules
    python3 models/generate.py mlp_f32 vm_loop     only these
    python3 models/generate.py --out DIR           somewhere else (to compare two runs)

Compiler output is byte-identical for one compiler version. Random numbers come from `RandomState`, whose streams numpy has frozen.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

HERE = Path(__file__).resolve().parent
OPSET = 17
CASE_COUNT = 3

# One entry per CPU family, as the compiler itself writes it for --iree-llvmcpu-target-triple and the CPU named here, with two changes.
# x86_64: x86-64-v3 less the features that CPU_REQUIREMENTS has no name for (no speed lost), so that those names say all that is needed.
# riscv_64: vectors of one register (128 bits) instead of two, which spills less.
EXECUTABLE_TARGETS = {
    "x86_64": """
        cpu = "x86-64-v3",
        cpu_features = "+avx,+avx2,-bmi,-bmi2,+cmov,+crc32,+cx16,+cx8,+f16c,+fma,+fxsr,-lzcnt,+mmx,-movbe,-popcnt,+sahf,+sse,+sse2,\
+sse3,+sse4.1,+sse4.2,+ssse3,+x87,+xsave",
        data_layout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128",
        native_vector_size = {vector_bytes} : i64,
        target_triple = "x86_64-unknown-unknown-eabi-elf" """,
    "arm_64": """
        cpu = "generic",
        cpu_features = "+reserve-x18",
        data_layout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i8:8:32-i16:16:32-i64:64-i128:128-n32:64-S128-Fn32",
        native_vector_size = 16 : i64,
        target_triple = "aarch64-unknown-unknown-eabi-elf" """,
    "riscv_64": """
        cpu = "",
        cpu_features = "+m,+a,+f,+d,+c,+v,+zvl128b",
        data_layout = "e-m:e-p:64:64-i64:64-i128:128-n32:64-S128",
        native_vector_size = 16 : i64,
        target_abi = "lp64d",
        target_triple = "riscv64-unknown-unknown-eabi-elf" """,
}
# Bytes of one vector operation on x86_64, per model; the compiler derives its tile sizes from it. AVX2 has 32. The mlps take 128, four
# registers: with one, a matrix-vector product is a single chain of dependent multiply-adds per register, each waiting for the one before;
# in int8 a layer of 64 is also eight workgroups instead of two. The others keep 32: with 64, dronet_f32 is slower (15 % more CPU
# time), and dronet_int8 gains 4 % for a file half as large again.
X86_64_VECTOR_BYTES = {"mlp_f32": 128, "mlp_int8": 128}
# Debug symbols are switched off here because the command line flag does not reach targets given as an attribute.
SHARED_TARGET_KEYS = """,
        debug_symbols = false,
        iree.encoding.resolver = #iree_cpu.cpu_encoding_resolver<>,
        max_stack_allocation_size = 32768 : i64"""

# What a CPU must have to run the native code, in the names of IREE's processor data. The code does not test it
# itself, so the function says it (`iree.reflection`) and a loader can refuse instead of dying of an illegal instruction. arm_64: nothing.
CPU_REQUIREMENTS = {
    "rondo.cpu.x86_64": "sse3,ssse3,sse4.1,sse4.2,avx,avx2,f16c,fma",
    "rondo.cpu.riscv_64": "v",
}

COMPILE_FLAGS = [
    "--iree-torch-emit-async-entry-points=false",  # one synchronous export, no `$async` twin
    # Convolutions as gather + matrix product: DroNet runs seven (f32) and thirty (int8) times faster than with the direct form.
    "--iree-preprocessing-pass-pipeline=builtin.module(util.func(iree-global-opt-convert-conv2d-to-img2col))",
    "--iree-hal-executable-debug-level=0",
    "--iree-vm-bytecode-module-strip-source-map",
    "--iree-vm-emit-polyglot-zip=false",
]


# Tools


def run_tool(name, *arguments, text=None):
    """Runs a tool of the IREE packages: beside this Python first (a virtual environment that is not activated), else from PATH.

    `text` becomes its standard input: the compiler writes the name of an input file into its output, and ours would be a temporary one.
    """
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    program = shutil.which(name, path=path)
    if program is None:
        sys.exit(f"generate.py: {name} not found; install iree-base-compiler[onnx] and iree-base-runtime")
    result = subprocess.run([program, *map(str, arguments)], input=text, capture_output=True, encoding="utf-8")
    if result.returncode != 0:
        sys.exit(f"generate.py: {name} failed\n{result.stderr[-4000:]}")
    return result.stdout


def device_attribute(module_name):
    """The three targets as a module attribute. Command line flags can name only one CPU target."""
    vector_bytes = str(X86_64_VECTOR_BYTES.get(module_name, 32))
    variants = [
        f'#hal.executable.target<"llvm-cpu", "embedded-elf-{family}", {{{keys.replace("{vector_bytes}", vector_bytes)}\
{SHARED_TARGET_KEYS}}}>'
        for family, keys in EXECUTABLE_TARGETS.items()
    ]
    return f'hal.device.targets = [#hal.device.target<"local", [{", ".join(variants)}]> : !hal.device]'


def annotate(text, module_name, needs_cpu):
    """Names the module, gives it the targets, and (when it holds native code) gives its one public function the CPU requirements."""
    header = f"module @{module_name} attributes {{{device_attribute(module_name)}}} {{"
    text, count = re.subn(r"^module\b[^{]*\{", header, text, count=1, flags=re.M)
    assert count == 1
    if not needs_cpu:
        return text
    pairs = ", ".join(f'"{key}" = "{value}"' for key, value in CPU_REQUIREMENTS.items())
    signature = r"^(\s*func\.func @.*?)(?: attributes \{(.*)\})? \{$"

    def add_reflection(match):
        others = f", {match[2]}" if match[2] else ""
        return f"{match[1]} attributes {{iree.reflection = {{{pairs}}}{others}}} {{"

    text, count = re.subn(signature, add_reflection, text, flags=re.M)
    assert count == 1
    return text


def plain_convolutions(text):
    """Quantised convolutions with zero points 0 are plain int8 ones. Said here, because the compiler rewrites only the plain kind to a
    matrix product. Float models have nothing to match."""
    pattern = r"(linalg\.conv_2d_nchw_fchw)_q( \{[^}]*\}) ins\((%\w+), (%\w+), %c0_i32, %c0_i32 : (tensor<\w+>), (tensor<\w+>), i32, i32\)"
    text = re.sub(pattern, r"\1\2 ins(\3, \4 : \5, \6)", text)
    assert "conv_2d_nchw_fchw_q" not in text
    return text


def float_constant(text, name):
    """The value of a constant f32 in MLIR text."""
    return np.float32(re.search(rf"^ *{re.escape(name)} = arith\.constant (\S+) : f32$", text, re.M)[1])


def quantisation_body(text, scale):
    """The body of a linalg.generic that quantises %in: multiply by the reciprocal, clamp, round to nearest even.

    The compiler's own form divides and calls math.roundeven, which becomes about fifty vector instructions. Here adding 1.5 * 2^23 leaves
    no bits below one, so the addition rounds; bounds are integers, so clamping first changes nothing. Against the ONNX model only the
    reciprocal differs: its rounding can move a value that lies within about 1e-7 (relative) of a tie to the neighbour step.
    """
    reciprocal = int((np.float32(1) / float_constant(text, scale)).view(np.uint32))
    return f"""      %reciprocal = arith.constant 0x{reciprocal:08X} : f32
      %low = arith.constant -128.0 : f32
      %high = arith.constant 127.0 : f32
      %magic = arith.constant 12582912.0 : f32
      %scaled = arith.mulf %in, %reciprocal : f32
      %raised = arith.maxnumf %scaled, %low : f32
      %clamped = arith.minnumf %raised, %high : f32
      %shifted = arith.addf %clamped, %magic : f32
      %rounded = arith.subf %shifted, %magic : f32
      %quantised = arith.fptosi %rounded : f32 to i8
      linalg.yield %quantised : i8"""


def quick_quantisation(text):
    """Rewrites both forms of quantisation to i8 (QuantizeLinear and the end of QLinearConv). Float models have nothing to match."""

    def from_operation(match):
        result, identity, source, scale, source_type, target, target_type = match.groups()
        parallel = ", ".join(['"parallel"'] * source_type.count("x"))
        return f"""    {result} = linalg.generic {{indexing_maps = [{identity}, {identity}], iterator_types = [{parallel}]}} \
ins({source} : {source_type}) outs({target} : {target_type}) {{
    ^bb0(%in: f32, %out: i8):
{quantisation_body(text, scale)}
    }} -> {target_type}"""

    def from_body(match):
        assert [float_constant(text, match[i]) for i in (5, 7, 9)] == [0, -128, 127]  # zero point and bounds
        return quantisation_body(text, match[2])

    text = re.sub(
        r"^ *(%\w+) = iree_linalg_ext\.quantize_affine <indexing_maps = \[(affine_map<\([^)]*\) -> \([^)]*\)>), .*?\], "
        r"quant_min = -128, quant_max = 127> "
        r"ins\((%\w+), (%\w+) : (tensor<\w+>), f32\) outs\((%\w+) : (tensor<\w+>)\) -> tensor<\w+>$",
        from_operation,
        text,
        flags=re.M,
    )
    text = re.sub(
        r"^ *(%\w+) = arith\.divf %in, (%\w+) : f32\n *(%\w+) = math\.roundeven \1 : f32\n *(%\w+) = arith\.addf \3, (%\w+) : f32\n"
        r" *(%\w+) = arith\.maximumf \4, (%\w+) : f32\n *(%\w+) = arith\.minimumf \6, (%\w+) : f32\n"
        r" *(%\w+) = arith\.fptosi \8 : f32 to i8\n *linalg\.yield \10 : i8$",
        from_body,
        text,
        flags=re.M,
    )
    assert "roundeven" not in text and " = iree_linalg_ext.quantize_affine" not in text
    return text


def compile_module(mlir_text, module_name, needs_cpu, vmfb_path, *flags):
    """Compiles MLIR text to one `.vmfb` that holds all CPU families; `flags` are for the second half of the compilation."""
    text = annotate(mlir_text, module_name, needs_cpu)
    text = run_tool("iree-compile", "-", "-o", "-", "--compile-to=input", *COMPILE_FLAGS, text=text)
    text = quick_quantisation(plain_convolutions(text))
    run_tool("iree-compile", "-", "-o", vmfb_path, *COMPILE_FLAGS, *flags, text=text)


def import_onnx(onnx_path):
    """ONNX file -> MLIR text."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "imported.mlir"
        run_tool("iree-import-onnx", onnx_path, "--opset-version", OPSET, "-o", target)
        return target.read_text()


def run_peer(vmfb_path, function, input_paths, output_paths):
    """One call through IREE's own runner, the peer whose results we record."""
    run_tool(
        "iree-run-module",
        "--device=local-sync",
        f"--module={vmfb_path}",
        f"--function={function}",
        *[f"--input=@{path}" for path in input_paths],
        *[f"--output=@{path}" for path in output_paths],
    )


# Networks


class Net:
    """An ONNX graph under construction, in f32 or in int8.

    A network is described once, by a function that calls the layer methods. With `ranges` (largest magnitude per quantised tensor, from
    runs of the f32 twin) dense layers and convolutions compute in int8 and the rest stays f32. Each kind has the ONNX form that
    the compiler turns into i8 x i8 -> i32 kernels: QLinearConv, and MatMul between (de)quantisations. Weights are drawn in the same
    order in both forms, so both twins have the same ones.
    """

    def __init__(self, seed, ranges=None):
        self.random = np.random.RandomState(seed)
        self.ranges = ranges
        self.nodes = []
        self.weights = []
        self.probes = []  # tensors that the int8 twin holds in int8; calibration measures them
        if ranges is not None:
            self.constant("zero", np.int8(0))  # every zero point: all quantisation is symmetric

    def normal(self, shape, deviation):
        return (self.random.standard_normal(shape) * deviation).astype(np.float32)

    def constant(self, name, value):
        self.weights.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def node(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name

    def scale(self, name, largest):
        """The step of a symmetric int8 tensor whose largest magnitude is known."""
        return self.constant(name, round_up_scale(largest / 127))

    def int8_weight(self, layer, value):
        """Symmetric int8 weights with one scale for the tensor: the names of the weights and of their scale."""
        step = round_up_scale(np.abs(value).max() / 127)
        values = np.clip(np.rint(value / step), -127, 127).astype(np.int8)
        return self.constant(f"{layer}.w", values), self.constant(f"{layer}.w_scale", step)

    def dense(self, x, layer, fan_in, fan_out, gain=2.0, output=None):
        value = self.normal((fan_in, fan_out), np.sqrt(gain / fan_in))
        b = self.constant(f"{layer}.b", self.normal(fan_out, 0.1))
        self.probes.append(x)
        if self.ranges is None:
            w = self.constant(f"{layer}.w", value)
        else:
            w, w_scale = self.int8_weight(layer, value)
            x_scale = self.scale(f"{layer}.x_scale", self.ranges[x])
            q = self.node("QuantizeLinear", [x, x_scale, "zero"], f"{layer}.x_int8")
            x = self.node("DequantizeLinear", [q, x_scale, "zero"], f"{layer}.x")
            w = self.node("DequantizeLinear", [w, w_scale, "zero"], f"{layer}.w_f32")
        product = self.node("MatMul", [x, w], f"{layer}.product")
        return self.node("Add", [product, b], output or layer)

    def conv(self, x, layer, channels_in, channels_out, size, stride):
        """Square convolution with half padding. It has no bias: batch normalisation follows, or a sum with a path that has one."""
        value = self.normal((channels_out, channels_in, size, size), np.sqrt(2 / (channels_in * size * size)))
        geometry = {"strides": [stride] * 2, "pads": [size // 2] * 4, "kernel_shape": [size] * 2}
        self.probes += [x, layer]
        if self.ranges is None:
            return self.node("Conv", [x, self.constant(f"{layer}.w", value)], layer, **geometry)
        w, w_scale = self.int8_weight(layer, value)
        x_scale = self.scale(f"{layer}.x_scale", self.ranges[x])
        y_scale = self.scale(f"{layer}.y_scale", self.ranges[layer])
        q = self.node("QuantizeLinear", [x, x_scale, "zero"], f"{layer}.x_int8")
        operands = [q, x_scale, "zero", w, w_scale, "zero", y_scale, "zero"]
        y = self.node("QLinearConv", operands, f"{layer}.y_int8", **geometry)
        return self.node("DequantizeLinear", [y, y_scale, "zero"], layer)

    def batch_norm(self, x, layer, channels):
        """Near identity: what a trained network has plus some noise, so that no factor is 1 and no term 0."""
        values = {
            "scale": 1 + self.normal(channels, 0.1),
            "shift": self.normal(channels, 0.1),
            "mean": self.normal(channels, 0.1),
            "variance": 1 + np.abs(self.normal(channels, 0.1)),
        }
        names = [self.constant(f"{layer}.{key}", value) for key, value in values.items()]
        return self.node("BatchNormalization", [x, *names], layer)

    def relu(self, x):
        return self.node("Relu", [x], f"{x}.relu")

    def model(self, name, inputs, outputs):
        """The finished graph; `inputs` and `outputs` map names to shapes."""
        values = [
            [helper.make_tensor_value_info(key, TensorProto.FLOAT, shape) for key, shape in group.items()] for group in (inputs, outputs)
        ]
        graph = helper.make_graph(self.nodes, name, *values, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8, producer_name="rondo")
        onnx.checker.check_model(model, full_check=True)
        return model


def round_up_scale(scale):
    """Next scale with twelve significant bits: few enough that a last-bit difference between two machines' libraries cannot change a model
    file, enough that rescaled sums seldom fall on a rounding tie, where evaluators differ."""
    unit = 2.0 ** (np.floor(np.log2(scale)) - 11)
    return np.float32(np.ceil(scale / unit) * unit)


def build_mlp(net):
    """A small controller: 64 state values -> four hidden layers of 64 -> 2 commands in (-1, 1)."""
    x = "state"
    for i in range(1, 5):
        x = net.relu(net.dense(x, f"hidden{i}", 64, 64))
    x = net.dense(x, "head", 64, 2, gain=1.0)
    net.node("Tanh", [x], "command")
    return net.model("mlp", {"state": [1, 64]}, {"command": [1, 2]})


def residual_block(net, x, block, channels_in, channels_out):
    """Halves the image: two normalised 3x3 convolutions beside a 1x1 shortcut."""
    y = net.relu(net.batch_norm(x, f"{block}.norm1", channels_in))
    y = net.conv(y, f"{block}.conv1", channels_in, channels_out, size=3, stride=2)
    y = net.relu(net.batch_norm(y, f"{block}.norm2", channels_out))
    y = net.conv(y, f"{block}.conv2", channels_out, channels_out, size=3, stride=1)
    shortcut = net.conv(x, f"{block}.shortcut", channels_in, channels_out, size=1, stride=2)
    return net.node("Add", [y, shortcut], block)


def build_dronet(net):
    """DroNet's shape (a ResNet-8): grey image -> steering angle and probability of a collision."""
    x = net.conv("image", "stem", 1, 32, size=5, stride=2)
    x = net.node("MaxPool", [x], "pool", kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1])
    channels = 32
    for i, channels_out in enumerate([32, 64, 128], start=1):
        x = residual_block(net, x, f"block{i}", channels, channels_out)
        channels = channels_out
    x = net.node("Flatten", [net.relu(x)], "features", axis=1)
    net.dense(x, "steering_head", 7 * 7 * channels, 1, gain=0.25, output="steering")
    net.node("Sigmoid", [net.dense(x, "collision_head", 7 * 7 * channels, 1, gain=0.25)], "collision")
    return net.model("dronet", {"image": [1, 1, 200, 200]}, {"steering": [1, 1], "collision": [1, 1]})


def dronet_input(random):
    """A grey picture in [0, 1]: a slanted light gradient, twelve boxes, a little sensor noise."""
    y, x = np.mgrid[0:200, 0:200] / 200
    picture = 0.5 + 0.3 * (random.uniform(-1, 1) * x + random.uniform(-1, 1) * y)
    for _ in range(12):
        top, left = random.randint(0, 180, 2)
        height, width = random.randint(10, 80, 2)
        picture[top : top + height, left : left + width] = random.uniform(0, 1)
    picture += random.standard_normal(picture.shape) * 0.02
    return np.clip(picture, 0, 1).astype(np.float32).reshape(1, 1, 200, 200)


def mlp_input(random):
    """A normalised state vector."""
    return random.standard_normal((1, 64)).astype(np.float32)


# function: exported name; tolerance: largest distance of the int8 outputs from the f32 twin's.
# DroNet's seed is one of sixteen tried: its outputs differ well between inputs, and int8 follows them closely.
MODELS = {
    "dronet": {"build": build_dronet, "input": dronet_input, "seed": 3, "function": "dronet", "tolerance": 0.05},
    "mlp": {"build": build_mlp, "input": mlp_input, "seed": 2, "function": "mlp", "tolerance": 0.05},
}


def tensor_names(values):
    return [value.name for value in values]


def evaluate(model, value, extra_outputs=()):
    """Runs the ONNX model in numpy; optionally returns inner tensors too (as a dict)."""
    probe = onnx.ModelProto()
    probe.CopyFrom(model)
    probe.opset_import[0].version = 19  # the evaluator has no (De)QuantizeLinear older than that; for our types nothing changed
    names = tensor_names(probe.graph.output)
    inputs = tensor_names(probe.graph.input)
    for name in extra_outputs:
        if name not in names and name not in inputs:
            probe.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))
            names.append(name)
    feed = {inputs[0]: value}
    return feed | dict(zip(names, ReferenceEvaluator(probe).run(None, feed)))


def calibrate(family, model, probes):
    """Largest magnitude of every tensor that int8 will hold, over eight inputs that are not among the recorded cases."""
    ranges = dict.fromkeys(probes, 0.0)
    for seed in range(1000, 1008):
        tensors = evaluate(model, family["input"](np.random.RandomState(seed)), probes)
        for name in ranges:
            ranges[name] = max(ranges[name], float(np.abs(tensors[name]).max()))
    return ranges


def build_twins(family):
    """The same network and weights in f32 and in int8."""
    net = Net(family["seed"])
    model = family["build"](net)
    ranges = calibrate(family, model, net.probes)
    return {"f32": model, "int8": family["build"](Net(family["seed"], ranges))}


def write_model(name, out, family, twins, precision):
    folder = out / name
    folder.mkdir(parents=True, exist_ok=True)
    onnx_path = folder / f"{name}.onnx"
    onnx_path.write_bytes(twins[precision].SerializeToString(deterministic=True))
    vmfb_path = folder / f"{name}.vmfb"
    compile_module(import_onnx(onnx_path), name, True, vmfb_path)
    for case in range(CASE_COUNT):
        record_case(folder, case, vmfb_path, family, twins, precision)
    print(f"{name}: {vmfb_path.stat().st_size} bytes")


def record_case(folder, case, vmfb_path, family, twins, precision):
    """Writes caseN_input0.npy and caseN_outputM.npy (the peer's results), after comparing them with a numpy evaluation of the ONNX model."""
    value = family["input"](np.random.RandomState(100 + case))
    input_path = folder / f"case{case}_input0.npy"
    np.save(input_path, value)
    names = tensor_names(twins[precision].graph.output)
    paths = [folder / f"case{case}_output{i}.npy" for i in range(len(names))]
    run_peer(vmfb_path, family["function"], [input_path], paths)
    exact, expected = evaluate(twins["f32"], value), evaluate(twins[precision], value)
    for name, path in zip(names, paths):
        compare(f"{folder.name} case {case} {name}", np.load(path), expected[name], exact[name], precision, family["tolerance"])


def compare(what, actual, expected, exact, precision, tolerance):
    """Both forms: numpy's result within rounding. int8: also near the f32 twin, so that quantisation kept the function."""
    print(f"  {what}: {actual.ravel()} numpy {expected.ravel()} f32 {exact.ravel()}")
    assert actual.dtype == np.float32 and actual.shape == expected.shape
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-5, err_msg=what)
    if precision == "int8":
        np.testing.assert_allclose(actual, exact, rtol=0, atol=tolerance, err_msg=what)


# Benchmark modules: name -> whether it holds native code

BENCHES = {"add4": True, "pass": False, "vm_loop": False, "vm_call": False}


# Modules of examples/, and what they are compiled with: functions of some take a wait and a signal fence.

ASYNC_FLAGS = ["--iree-execution-model=async-external"]
EXAMPLES = {"perceive": ASYNC_FLAGS, "decide": ASYNC_FLAGS, "steer": []}


def write_module(group, name, needs_cpu, out, *flags):
    source = HERE / group / f"{name}.mlir"
    folder = out / group
    folder.mkdir(parents=True, exist_ok=True)
    vmfb_path = folder / f"{name}.vmfb"
    compile_module(source.read_text(), name, needs_cpu, vmfb_path, *flags)
    print(f"{name}: {vmfb_path.stat().st_size} bytes")


def main():
    known = [*BENCHES, *EXAMPLES, *(f"{family}_{precision}" for family in MODELS for precision in ("f32", "int8"))]
    parser = argparse.ArgumentParser(description="Makes the bundled models.")
    parser.add_argument("names", nargs="*", default=[], metavar="name", help=f"one of {', '.join(known)} (default: all)")
    parser.add_argument("--out", type=Path, default=HERE, help="folder to write to (default: this script's)")
    options = parser.parse_args()
    wanted = options.names or known
    if unknown := set(wanted) - set(known):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    for name in BENCHES:
        if name in wanted:
            write_module("bench", name, BENCHES[name], options.out)
    for name in EXAMPLES:
        if name in wanted:
            write_module("examples", name, True, options.out, *EXAMPLES[name])
    for key, family in MODELS.items():
        precisions = [precision for precision in ("f32", "int8") if f"{key}_{precision}" in wanted]
        twins = build_twins(family) if precisions else {}
        for precision in precisions:
            write_model(f"{key}_{precision}", options.out, family, twins, precision)


if __name__ == "__main__":
    main()

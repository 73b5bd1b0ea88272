# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Corpus 3: programs in mlir/ that show the runtime something whole networks do not: fences, state, types, edges, errors."""

from pathlib import Path

import ml_dtypes
import numpy as np

from case import Case, Module

FOLDER = Path(__file__).parent / "mlir"

ASYNC = ("--iree-execution-model=async-external",)
KEEP_F64 = ("--iree-input-demote-f64-to-f32=false",)
NO_MEMOIZATION = ("--iree-hal-memoization=false",)
FLAT_FILE = ("--iree-vm-emit-polyglot-zip=false",)


def module(name, flags=()):
    """The program mlir/<name>.mlir, compiled with the suite's flags and then these."""
    return Module(name, (FOLDER / f"{name}.mlir").read_bytes(), "mlir", tuple(flags))


def mlir_cases():
    """All cases of this corpus. Every one also compares the printed text."""
    cases = [*pipelines(), *programs(), *value_types(), *refusals()]
    for case in cases:
        case.text = not case.must_fail
    return cases


def case(name, modules, inputs, function=None, **more):
    return Case("mlir", name, modules, inputs, function, **more)


def square(seed=1):
    """A 4x4 tensor whose products round, so a lost or reordered operation shows."""
    return np.random.default_rng(seed).standard_normal((4, 4)).astype(np.float32)


def pipelines():
    """Several modules in one context: imports between modules, with fences and without, and state kept across calls."""
    asynchronous = [module("stage_a", ASYNC), module("stage_b", ASYNC), module("pipeline", ASYNC)]
    return [
        case("pipeline_async", asynchronous, [square()], "run"),
        case("pipeline_async_no_name", asynchronous, [square(2)]),
        case("pipeline_sync", [module("stage_a"), module("stage_b"), module("pipeline")], [square()], "run"),
        case("pipeline_mixed", [module("stage_a", ASYNC), module("stage_b"), module("pipeline_mixed")], [square()], "run"),
        case("pipeline_mixed_async", [module("stage_a", ASYNC), module("stage_b"), module("pipeline_mixed", ASYNC)], [square()], "run"),
        case("async_alone", [module("stage_b", ASYNC)], [square(3)]),
        case("state_one_call", [module("counter")], [np.float32([1, 2, 3, 4])], "step"),
        case("state_three_calls", [module("counter"), module("counter_driver")], [np.float32([1, 2, 3, 4])], "thrice"),
    ]


def programs():
    """Shapes, control flow, storage, and the forms a file can have."""
    rng = np.random.default_rng(7)
    a, b = rng.standard_normal((3, 96, 160)), rng.standard_normal((3, 160, 200))
    return [
        case("dynamic_small", [module("dynamic")], [np.float32([[1, 2, 3], [4, 5, 6]]), np.float32([[1, 2], [3, 4], [5, 6]])]),
        case("dynamic_large", [module("dynamic")], [a[0].astype(np.float32), b[0].astype(np.float32)]),
        case("dynamic_empty", [module("dynamic")], [np.zeros((0, 3), np.float32), np.zeros((3, 2), np.float32)]),
        case("data_while", [module("data_while")], [np.float32([1, 2, 3, 4]), np.float32(1000)]),
        case("data_while_no_turn", [module("data_while")], [np.float32([1, 2, 3, 4]), np.float32(-1)]),
        # 3.13.0 cannot compile a function with both tensor and scalar results for ASYNC ('util.return' op has 1 operands, ...).
        case("data_branch_async", [module("data_branch", ASYNC)], [np.int64([0, 5]), np.linspace(-2, 3, 6, dtype=np.float32)]),
        *(case(f"data_branch_{k}", [module("data_branch")],
               [np.int64([99, k]), np.linspace(-2, 3, 6, dtype=np.float32)]) for k in (-1, 1, 5)),
        *(case(f"scalar_switch_{k}", [module("scalar_switch")], [str(k), "0.75"]) for k in (0, 1, 2, 3)),
        case("several_results", [module("several_results")], [np.arange(24, dtype=np.float32).reshape(4, 6)]),
        case("pass_through", [module("pass_through")], [np.float32([1, 2, 3]), np.int32([[1, 2], [3, 4]])]),
        case("constant", [module("constant")], []),
        case("zero_sized", [module("zero_sized")], [np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32)]),
        case("zero_sized_static_only", [module("zero_sized")], ["0x3xf32", np.ones((2, 3), np.float32)]),
        case("many_groups", [module("many_groups")], [a.astype(np.float32), b.astype(np.float32)]),
        case("output_storage", [module("output_storage")], [np.float32([1, 2, 3, 4]), np.float32([9, 9, 9, 9])]),
        case("no_memoization", [module("stage_b", NO_MEMOIZATION)], [square(5)]),
        case("flat_file", [module("stage_b", FLAT_FILE)], [square(5)]),
    ]


def value_types():
    """Element types in and out, scalars, rank 0, denormals, and how values print."""
    f32 = np.float32
    tiny = f32([1e-38, 1e-39, 1e-45, -1e-40, 1.17549435e-38, 2, 0, -3e-42])
    return [
        case("types", [module("types")], [
            np.float16([[0.1, -2, 65504], [6e-8, 1e-5, np.inf]]),
            np.array([1, 1.1, -3e38, 1e-20, np.nan], ml_dtypes.bfloat16),
            np.array([1, 0, 0, 1, 1, 0, 1], np.bool_),
            np.int8([127, -128, 5]), np.int16([300, -32768, 7]), np.int32([65536, -1, 46341]),
            np.int64([[2**62, -(2**63)], [-1, 3]]), np.uint8([0, 127, 128, 255])]),
        case("f64", [module("f64", KEEP_F64)], ["0.1", np.float64([1, 1 / 3, 1e300, 1e-300, np.nan]), np.float64([1, 2, 3, 4, 5])]),
        case("f64_demoted", [module("f64")], ["0.1", f32([1, 1 / 3, 1e30, 1e-30, np.nan]), f32([1, 2, 3, 4, 5])]),
        case("scalars", [module("scalars", KEEP_F64)], ["-1000000", "-3", "1.1", "2.25"]),
        case("scalar_ints", [module("scalar_math")], ["-77", "5", "-7700000000", "13"], "ints"),
        case("scalar_ints_extreme", [module("scalar_math")], ["2147483647", "-1", "9223372036854775807", "2"], "ints"),
        case("scalar_floats", [module("scalar_math")], ["2.7", "-1.5", "-7"], "floats"),
        case("scalar_floats_half", [module("scalar_math")], ["2.5", "0.5", "16777217"], "floats"),
        case("scalar_floats_special", [module("scalar_math")], ["inf", "nan", "-7"], "floats"),
        case("scalar_floats_print", [module("scalar_math")], ["-1", "1e-30", "2147483647"], "floats"),
        case("scalars_hex", [module("scalars", KEEP_F64)], ["0x10", "-0x10", "0x1p3", "0"]),
        case("scalars_range", [module("scalars", KEEP_F64)], ["3000000000", "2", "1e-20", "1e300"]),
        case("rank0", [module("rank0")], [f32(1.1), np.int32(-4)]),
        case("rank0_text", [module("rank0")], ["f32=7.25", "i32=0x10"]),
        case("complex", [module("complex")], [np.complex64([1 + 2j, -3.5j, 1e-3]), np.complex64([0, 4])]),
        case("denormal", [module("denormal")], [tiny, np.full(8, 0.5, np.float32)]),
        case("denormal_scalar", [module("denormal_scalar")], ["1e-38", "0.5"]),
        case("printing", [module("printing")], [
            f32([np.nan, np.inf, -np.inf, -0.0, 1e-9, 16777216, 123456.7, 1234567.8, 0.1, 1e10, -np.nan, -2.5e-40]),
            np.int64([2**63 - 1, -(2**63), 0]), np.int8([-128, 127, 0, -1]), np.uint8([0, 127, 128, 255]),
            np.float16([0.1, np.nan, np.inf, -65504, 6e-8, 1]), np.arange(8, dtype=np.int32).reshape(2, 1, 2, 2),
            np.zeros((2, 0, 3), np.float32), np.arange(1600, dtype=np.int32).reshape(40, 40)]),
        case("input_syntax", [module("stage_a")], ["4x4xf32=[[1 2,3][4]] 5,6 7 8 [9 10 11 12] 1e3 -.5 0x1p3 inf"]),
        case("input_splat", [module("stage_a")], ["4x4xf32=7.5"]),
        case("input_zeros", [module("stage_a")], ["4x4xf32"]),
    ]


def refusals():
    """Calls the peer refuses with a message. The tool must refuse them too, by exit status and not by a signal."""
    one = np.ones((4, 4), np.float32)

    def refused(name, modules, inputs, function=None):
        return case(f"refuse_{name}", modules, inputs, function, must_fail=True)

    return [
        refused("shape", [module("stage_a")], [np.ones((4, 3), np.float32)]),
        refused("element_type", [module("stage_a")], [np.ones((4, 4), np.int32)]),
        refused("too_few_inputs", [module("stage_a")], []),
        refused("too_many_inputs", [module("stage_a")], [one, one]),
        refused("scalar_for_tensor", [module("stage_a")], ["3"]),
        refused("too_few_values", [module("stage_a")], ["4x4xf32=1 2 3"]),
        refused("unknown_function", [module("stage_a")], [one], "nope"),
        refused("ambiguous_function", [module("scalar_math")], ["1", "2", "3"]),
        refused("module_order", [module("pipeline", ASYNC), module("stage_a", ASYNC), module("stage_b", ASYNC)], [one], "run"),
        refused("missing_module", [module("stage_a", ASYNC), module("pipeline", ASYNC)], [one], "run"),
        refused("signature", [module("stage_a"), module("stage_b"), module("pipeline", ASYNC)], [one], "run"),
        refused("signature_async", [module("stage_a", ASYNC), module("stage_b", ASYNC), module("pipeline")], [one], "run"),
        refused("missing_parameters", [module("parameters")], [one]),
    ]

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Compiles the modules of these tests, for any processor of three families. Needs what models/generate.py needs."""

import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "models"))
import generate as models  # noqa: E402

# The families' baselines, so that no test needs a feature.
models.EXECUTABLE_TARGETS["x86_64"] = re.sub(r'cpu = ".*?",\s*cpu_features = ".*?",', 'cpu = "x86-64", cpu_features = "+sse,+sse2",',
                                             models.EXECUTABLE_TARGETS["x86_64"], flags=re.S)
models.EXECUTABLE_TARGETS["riscv_64"] = models.EXECUTABLE_TARGETS["riscv_64"].replace("+m,+a,+f,+d,+c,+v,+zvl128b", "+m,+a,+f,+d,+c")
NAMES = ["batch", "steps", "told"]


def compile_module(source, name, *flags):
    text = models.annotate((HERE / f"{source}.mlir").read_text(), source, needs_cpu=False)
    models.run_tool("iree-compile", "-", "-o", HERE / f"{name}.vmfb", *models.COMPILE_FLAGS, *flags, text=text)


for name in NAMES:
    compile_module(name, name)
compile_module("batch", "batch_async", "--iree-execution-model=async-external")

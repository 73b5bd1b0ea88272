# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""The nouns of the suite: a module to compile, a case to run, and how a value travels on the command line."""

from dataclasses import dataclass, field

import ml_dtypes
import numpy as np

# Element types the tools name but npy cannot describe: such tensors travel as raw bytes with the type spelled out.
RAW_TYPES = {
    "bf16": np.dtype(ml_dtypes.bfloat16),
    "f8E5M2": np.dtype(ml_dtypes.float8_e5m2),
    "f8E4M3FN": np.dtype(ml_dtypes.float8_e4m3fn),
    "f8E5M2FNUZ": np.dtype(ml_dtypes.float8_e5m2fnuz),
    "f8E4M3FNUZ": np.dtype(ml_dtypes.float8_e4m3fnuz),
    "f8E8M0FNU": np.dtype(ml_dtypes.float8_e8m0fnu),
}
RAW_NAMES = {dtype: name for name, dtype in RAW_TYPES.items()}


@dataclass(frozen=True)
class Module:
    """One .vmfb to make. `source` is MLIR text or an ONNX model; `flags` come after the suite's own and so win over them."""

    name: str
    source: bytes
    kind: str  # "mlir" or "onnx"
    flags: tuple = ()
    opset_tries: tuple = (None,)  # onnx: --opset-version values to try in turn, None = as the model is


@dataclass
class Case:
    """One call of one function, compared between the peer and the tool under test."""

    corpus: str
    name: str
    modules: list  # dependencies first, the called one last
    inputs: list  # np.ndarray (a file) or str (literal text of --input=)
    function: str | None = None  # None: leave the choice to the tools
    expected: list | None = None  # recorded results, compared within a tolerance
    text: bool = False  # also compare what is printed
    parameters: dict = field(default_factory=dict)  # scope -> {key: np.ndarray}
    must_fail: bool = False  # the peer refuses this call; the tool must too, without crashing
    unusable: str | None = None  # why the case cannot be given to any tool

    @property
    def id(self):
        return f"{self.corpus}/{self.name}"


def shape_text(dtype_name, shape):
    """`2x3xf32`, or `f32` for rank 0: how the tools spell a tensor type."""
    return "x".join([*(str(n) for n in shape), dtype_name])


def store_input(value, stem):
    """Writes an array next to `stem` and returns (file name, text of --input= with {} where the file's path goes)."""
    raw_name = RAW_NAMES.get(value.dtype)
    if raw_name:
        path = stem.with_suffix(".bin")
        path.write_bytes(value.tobytes())
        return path.name, f"{shape_text(raw_name, value.shape)}=@{{}}"
    path = stem.with_suffix(".npy")
    np.save(path, value, allow_pickle=False)
    return path.name, "@{}"

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Comparing results: bit for bit with the peer (any NaN equals any NaN), within a tolerance with recorded values."""

import re

import numpy as np

from case import RAW_TYPES

RTOL = 1e-3
ATOL = 1e-5


class BadResult(Exception):
    """A result file is missing or not what its type says."""


def load_result(folder, meta, stem, index):
    """Reads a result that a tool wrote next to the inputs."""
    kind = meta["results"][index]
    raw = RAW_TYPES.get(kind["type"])
    path = folder / f"{stem}{index}.{'bin' if raw else 'npy'}"
    try:
        if raw is None:
            return np.load(path, allow_pickle=False)
        return np.fromfile(path, dtype=raw).reshape(kind["shape"])
    except (OSError, ValueError) as error:
        raise BadResult(f"result {index}: {type(error).__name__} reading {path.name}") from error


def is_float(dtype):
    """Also true of the ml_dtypes, whose kind is "V"."""
    return dtype.kind in "fc" or dtype in RAW_TYPES.values()


def bits(array):
    """The array's bits as unsigned integers, one per element (complex: two)."""
    if array.dtype.kind == "c":
        array = array.reshape(-1).view(array.real.dtype)
    return np.asarray(array, order="C").reshape(-1).view(f"u{array.dtype.itemsize}")


def same_elements(ours, theirs):
    """Per element: equal bits, or both NaN."""
    same = bits(ours) == bits(theirs)
    if is_float(ours.dtype):
        same |= np.isnan(flat_floats(ours)) & np.isnan(flat_floats(theirs))
    return same


def flat_floats(array):
    """As a flat float64 array to measure differences with; complex becomes pairs."""
    if array.dtype.kind == "c":
        array = array.reshape(-1).view(array.real.dtype)
    return np.asarray(array).astype(np.float64).reshape(-1)


def difference(ours, theirs, index):
    """None when bit-identical, else one line: how many elements, how far, and the first of them."""
    if ours.dtype != theirs.dtype or ours.shape != theirs.shape:
        return f"result {index}: is {ours.dtype}{list(ours.shape)}, the peer's is {theirs.dtype}{list(theirs.shape)}"
    same = same_elements(ours, theirs)
    if same.all():
        return None
    a, b = flat_floats(ours), flat_floats(theirs)
    first = int(np.argmin(same))
    with np.errstate(all="ignore"):
        distance = np.abs(a - b)
    finite = distance[~same & np.isfinite(distance)]
    parts = [f"result {index}: {int((~same).sum())} of {same.size} elements differ"]
    if is_float(ours.dtype) and finite.size:
        parts.append(f"max {max_ulp(ours, theirs)} ulp")
    parts.append(f"max abs error {finite.max():.3g}" if finite.size else "no finite difference (NaN or infinity on one side)")
    parts.append(f"first at flat index {first}: {float(a[first])!r} for {float(b[first])!r}")
    return ", ".join(parts)


def max_ulp(ours, theirs):
    """Largest distance in representable values over elements that are NaN on neither side."""
    def ordered(array):
        raw = bits(array)
        sign = np.uint64(1) << np.uint64(raw.dtype.itemsize * 8 - 1)
        wide = raw.astype(np.uint64)
        return np.where(wide & sign, -(wide & (sign - np.uint64(1))).astype(np.int64), wide.astype(np.int64))
    known = ~(np.isnan(flat_floats(ours)) | np.isnan(flat_floats(theirs)))
    a, b = ordered(ours)[known].astype(object), ordered(theirs)[known].astype(object)  # object: 64-bit differences overflow
    return max(abs(x - y) for x, y in zip(a, b))


def recorded_difference(results, expected):
    """None when all results are within RTOL/ATOL of the recorded values, else one line. Types may differ, values may not."""
    if len(results) != len(expected):
        return f"{len(results)} results, {len(expected)} recorded"
    for index, (result, record) in enumerate(zip(results, expected)):
        if record is None:
            continue
        if result.shape != record.shape:
            return f"result {index}: shape {list(result.shape)}, recorded {list(record.shape)}"
        if result.dtype.kind in "iu" and record.dtype.kind in "iu" and result.itemsize == record.itemsize:
            result = result.view(record.dtype)  # the compiler's integers have no sign, ONNX's do
        a, b = flat_floats(result), flat_floats(record)
        with np.errstate(all="ignore"):
            near = np.isclose(a, b, rtol=RTOL, atol=ATOL, equal_nan=True)
        if not near.all():
            worst = int(np.argmax(np.where(near, 0, np.nan_to_num(np.abs(a - b), nan=np.inf))))
            return f"result {index}: {int((~near).sum())} of {near.size} elements outside the tolerance, e.g. {a[worst]:g} for {b[worst]:g}"
    return None


def text_difference(ours, theirs):
    """None when equal, else the first line that differs, shortened around the difference."""
    if ours == theirs:
        return None
    our_lines, their_lines = ours.split("\n"), theirs.split("\n")
    for number, (a, b) in enumerate(zip(our_lines, their_lines), 1):
        if a != b:
            at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
            start = max(0, at - 20)
            return f"printed line {number} from column {start + 1}: {a[start:at + 40]!r} for {b[start:at + 40]!r}"
    return f"printed {len(our_lines)} lines for {len(their_lines)}"


def skip_group(reason):
    """The part of a skip reason that equal causes share: without SSA names, types and numbers, with the ONNX operator if named."""
    operator = re.search(r'"(onnx\.\w+)"', reason)
    text = re.sub(r": (%|\").*$", "", reason)
    text = re.sub(r"'[^']*<[^']*'", "'…'", re.sub(r"%\w+", "%", text))
    text = re.sub(r"\d+", "N", text)[:140]
    return f"{text} ({operator.group(1)})" if operator and operator.group(1) not in text else text

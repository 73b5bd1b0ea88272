# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Corpora 1 and 2: the `light` networks and the operator ("node") tests that ship inside the PyPI package `onnx`."""

import re
import warnings
from pathlib import Path

import numpy as np

from case import RAW_NAMES, Case, Module

LIGHT = ("bvlc_alexnet", "densenet121", "inception_v1", "inception_v2", "resnet50",
         "shufflenet", "squeezenet", "vgg19", "zfnet512")
LIGHT_QUICK = ("shufflenet", "squeezenet")  # what a sample chooses from: seconds to compile, not minutes
IMPORT_OPSET = 17  # older opsets lack importers for some operators; the peer's own model tests raise to this one

# The operator tests are split by the first letter after "test_". a..m are ours to develop against. n..z are held back for an
# independent check and must not even be compiled here, or they would stop being independent.
NODE_NAME = re.compile(r"test_[a-m]")
TEXT_EVERY = 10  # each tenth operator test also compares what is printed

# The compiler turns f64 into f32 by default, but for imported ONNX models only inside: the arguments still have to be f64 and the
# results are f32 bytes labelled f64, which its own runtime then refuses. So models with f64 at their edge are compiled as they are.
KEEP_F64 = ("--iree-input-demote-f64-to-f32=false",)

NPY_KINDS = "biufc"  # what npy describes natively; other dtypes need a raw spelling


def light_cases():
    """The nine networks with the input that onnx's own runner makes for them, and the output recorded beside them."""
    import onnx
    import onnx.backend.test
    from onnx import numpy_helper
    folder = Path(onnx.backend.test.__file__).parent / "data" / "light"
    cases = []
    for name in LIGHT:
        source = (folder / f"light_{name}.onnx").read_bytes()
        graph = onnx.load_from_string(source).graph
        weights = {tensor.name for tensor in graph.initializer}
        inputs = [ramp(value) for value in graph.input if value.name not in weights]
        recorded = [folder / f"light_{name}_output_{i}.pb" for i in range(len(graph.output))]
        expected = None
        if all(path.exists() for path in recorded):
            expected = [numpy_helper.to_array(onnx.load_tensor(str(path))) for path in recorded]
        module = Module(name, source, "onnx", opset_tries=(IMPORT_OPSET,))
        cases.append(Case("light", name, [module], inputs, expected=expected))
    return cases


def ramp(value):
    """The input of onnx's runner for models without recorded inputs: 0/n, 1/n, 2/n, ... in the declared shape."""
    shape = tuple(dim.dim_value if dim.HasField("dim_value") else 1 for dim in value.type.tensor_type.shape.dim)
    n = np.prod(shape)
    return (np.arange(n).reshape(shape) / n).astype(np.float32)


def node_cases():
    """One case per data set of each operator test whose name begins with test_a .. test_m, sorted by name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some of onnx's own generators overflow on purpose
        from onnx.backend.test.case.node import collect_testcases
        tests = collect_testcases(None)
    cases = []
    for position, test in enumerate(sorted((t for t in tests if NODE_NAME.match(t.name)), key=lambda t: t.name)):
        for number, (inputs, outputs) in enumerate(test.data_sets):
            name = test.name if number == 0 else f"{test.name}.{number}"
            cases.append(node_case(name, test, inputs, outputs, text=position % TEXT_EVERY == 0))
    return cases


def node_case(name, test, inputs, outputs, text):
    """Turns one data set of an operator test into a case; tells why when a value has no form on a command line."""
    values, unusable = [], None
    for value in inputs:
        array, why = as_argument(value)
        values.append(array)
        unusable = unusable or why
    default_opset = next((o.version for o in test.model.opset_import if o.domain in ("", "ai.onnx")), IMPORT_OPSET)
    tries = (None, IMPORT_OPSET) if default_opset < IMPORT_OPSET else (None,)
    flags = KEEP_F64 if has_f64(test.model.graph) else ()
    module = Module(test.name, test.model.SerializeToString(deterministic=True), "onnx", flags, tries)
    expected = [as_argument(value)[0] for value in outputs]
    return Case("node", name, [module], values, expected=expected, text=text, unusable=unusable)


def has_f64(graph):
    """Whether an argument or a result is f64."""
    from onnx import TensorProto
    return any(value.type.tensor_type.elem_type == TensorProto.DOUBLE for value in [*graph.input, *graph.output])


def as_argument(value):
    """(array to pass, None), or (None, reason)."""
    import onnx
    if isinstance(value, onnx.TensorProto):
        value = onnx.numpy_helper.to_array(value)
    if value is None or isinstance(value, (list, tuple)):
        return None, "a value is a sequence or an optional, not a tensor"
    array = np.asarray(value, order="C")
    if array.dtype in RAW_NAMES or array.dtype.kind in NPY_KINDS and array.dtype.isbuiltin:
        return array, None
    return None, f"a value of type {array.dtype} has no form on a command line"

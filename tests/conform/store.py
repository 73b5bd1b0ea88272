# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""The cache: compiles a case's modules once, runs the peer once, and keeps both with the inputs in one folder per case.

A folder's name ends in a hash of everything that could change its contents (sources, flags, inputs, versions, processor), so a
stale one is never used, and it appears by a rename, so a half-made one is never seen.
"""

import hashlib
import json
import os
import re
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import tools
from case import RAW_TYPES, store_input
from compare import load_result, recorded_difference

LAYOUT = 1  # raise when the folder's contents change their meaning
COMPILE_TIMEOUT_S = 300
RUN_TIMEOUT_S = 120
PEER_DEVICE = "local-sync"

RESULT_LINE = re.compile(r"^result\[(\d+)\]: (.*)$")
TENSOR_TYPE = re.compile(r"^((?:\d+x)*)([a-zA-Z*][\w*]*)=")


@dataclass
class Prepared:
    """A case with all files in place. `meta` is what meta.json holds; `skip` says why there is nothing to run."""

    case: object
    folder: Path
    meta: dict

    @property
    def skip(self):
        return self.meta.get("skip")


class Store:
    """Makes and finds prepared cases under one root folder."""

    def __init__(self, root, runner, backend="llvm-cpu"):
        self.root = Path(root).resolve()
        self.runner = runner
        self.compiler = tools.find("iree-compile")
        self.peer = tools.find("iree-run-module")
        self.flags = ["--iree-hal-target-device=local", f"--iree-hal-local-target-device-backends={backend}"]
        if backend == "llvm-cpu":
            self.flags.append("--iree-llvmcpu-target-cpu=host")
        self.environment = {"layout": LAYOUT, "cpu": tools.host_cpu(), "flags": self.flags, **tools.versions()}

    def prepare(self, case):
        """Returns the case's prepared folder, made now if the cache lacks it."""
        if case.unusable:
            return Prepared(case, self.root, {"skip": f"input: {case.unusable}"})
        folder = self.root / case.corpus / f"{case.name}-{self.key(case)}"
        try:
            return Prepared(case, folder, json.loads((folder / "meta.json").read_text()))
        except (OSError, ValueError):
            pass
        making = folder.with_name(f"{folder.name}.making-{os.getpid()}")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        try:
            meta = self.build(case, making)
            (making / "meta.json").write_text(json.dumps(meta, indent=1) + "\n")
            shutil.rmtree(folder, ignore_errors=True)
            making.rename(folder)
        except BaseException:
            shutil.rmtree(making, ignore_errors=True)
            raise
        return Prepared(case, folder, meta)

    def key(self, case):
        """Hash of all that decides the folder's contents."""
        def value_key(value):
            return value if isinstance(value, str) else [str(value.dtype), value.shape, value.flags.f_contiguous, digest(value.tobytes())]
        text = json.dumps([
            self.environment, case.function, case.must_fail,
            [[m.name, m.kind, m.flags, m.opset_tries, digest(m.source)] for m in case.modules],
            [value_key(value) for value in case.inputs],
            {scope: {key: value_key(value) for key, value in entries.items()} for scope, entries in case.parameters.items()},
        ], sort_keys=True)
        return digest(text.encode())[:12]

    def build(self, case, folder):
        """Fills the folder. Returns what later runs need to know, with "skip" when the case cannot be run at all."""
        meta = {"case": case.id, "modules": [], "inputs": [], "parameters": []}
        start = time.monotonic()
        for module in case.modules:
            why = self.compile(module, folder)
            if why:
                return {**meta, "skip": why, "compile_s": time.monotonic() - start}
            meta["modules"].append(f"{module.name}.vmfb")
        meta["compile_s"] = time.monotonic() - start
        for index, value in enumerate(case.inputs):
            meta["inputs"].append([None, value] if isinstance(value, str) else store_input(value, folder / f"in{index}"))
        for scope, entries in case.parameters.items():
            write_parameters(folder / f"{scope}.irpa", entries)
            meta["parameters"].append(scope)
        return self.ask_peer(case, folder, meta)

    def compile(self, module, folder):
        """Makes <name>.vmfb. Returns None, or one line saying which step failed and how."""
        why = None
        for opset in module.opset_tries:
            why = self.compile_once(module, folder, opset)
            if not why:
                return None
        return why

    def compile_once(self, module, folder, opset):
        """One attempt: import if it is an ONNX model, then compile."""
        mlir = folder / f"{module.name}.mlir"  # named without its folder below: the compiler keeps the name as debug information
        if module.kind == "onnx":
            model = folder / f"{module.name}.onnx"
            model.write_bytes(module.source)
            raised = [f"--opset-version={opset}"] if opset else []
            done = self.runner.run([sys.executable, "-m", "iree.compiler.tools.import_onnx", str(model), "-o", str(mlir), *raised],
                                   COMPILE_TIMEOUT_S)
            model.unlink()
            if done.failure():
                mlir.unlink(missing_ok=True)
                return f"import: {strip_paths(done.failure())}"
        else:
            mlir.write_bytes(module.source)
        done = self.runner.run([self.compiler, *self.flags, *module.flags, mlir.name, "-o", f"{module.name}.vmfb"],
                               COMPILE_TIMEOUT_S, cwd=folder)
        mlir.unlink()
        return f"compile: {strip_paths(done.failure())}" if done.failure() else None

    def ask_peer(self, case, folder, meta):
        """Runs the peer twice: once printing, which also tells the number and types of the results, once into files."""
        start = time.monotonic()
        command = [self.peer, *arguments(folder, meta, PEER_DEVICE)]
        chosen = [f"--function={case.function}"] if case.function else []
        printed = self.runner.run(command + chosen, RUN_TIMEOUT_S)
        meta["peer_s"] = time.monotonic() - start
        meta["function_flag"] = chosen
        if case.must_fail:
            if not printed.failure():
                return {**meta, "skip": "peer: accepts a call that the case expects it to refuse"}
            return {**meta, "refusal": strip_paths(printed.failure())}
        if printed.failure():
            return {**meta, "skip": f"peer: {strip_paths(printed.failure())}"}
        (folder / "peer.txt").write_text(printed.out)
        meta["function"] = called_function(printed.out)
        meta["results"] = result_types(printed.out)
        last_module = (folder / meta["modules"][-1]).read_bytes()
        meta["has_async_twin"] = f"{meta['function']}$async".encode() in last_module
        filed = self.runner.run(command + [f"--function={meta['function']}", *outputs(folder, meta, "peer")], RUN_TIMEOUT_S)
        if filed.failure():
            return {**meta, "skip": f"peer: writing results: {strip_paths(filed.failure())}"}
        if case.expected is not None:
            meta["peer_against_recorded"] = recorded_difference(
                [load_result(folder, meta, "peer", i) for i in range(len(meta["results"]))], case.expected)
        return meta


def digest(data):
    return hashlib.sha256(data).hexdigest()


def arguments(folder, meta, device):
    """The flags both tools get for a case, less the function and what to do with the results."""
    name, _, workers = device.partition(":")
    flags = [f"--device={name}", *([f"--workers={workers}"] if workers else [])]
    flags += [f"--module={folder / name}" for name in meta["modules"]]
    flags += [f"--parameters={scope}={folder / scope}.irpa" for scope in meta["parameters"]]
    flags += [f"--input={text.format(folder / name) if name else text}" for name, text in meta["inputs"]]
    return flags


def result_file(meta, stem, index):
    """Where result `index` goes: npy, or raw bytes for the element types npy cannot describe."""
    return f"{stem}{index}.{'bin' if meta['results'][index]['type'] in RAW_TYPES else 'npy'}"


def outputs(folder, meta, stem):
    return [f"--output=@{folder / result_file(meta, stem, i)}" for i in range(len(meta["results"]))]


def called_function(text):
    """The name after EXEC @ in a tool's output: which export it chose when it was left the choice."""
    match = re.search(r"^EXEC @(\S+)$", text, re.MULTILINE)
    return match.group(1) if match else ""


def result_types(text):
    """[{"type": "f32", "shape": [2, 3]}, ...] from printed results."""
    found, lines = [], text.splitlines()
    for number, line in enumerate(lines):
        match = RESULT_LINE.match(line)
        if not match:
            continue
        value = lines[number + 1] if match.group(2) == "hal.buffer_view" and number + 1 < len(lines) else match.group(2)
        kind = TENSOR_TYPE.match(value)
        shape = [int(n) for n in kind.group(1).split("x")[:-1]] if kind else []
        found.append({"type": kind.group(2) if kind else value, "shape": shape})
    return found


def write_parameters(path, entries):
    """A parameter archive with the given arrays, made by the wheel so that the format is the peer's own."""
    from iree.runtime import ParameterIndex
    index = ParameterIndex()
    for key, value in entries.items():
        index.add_buffer(key, np.asarray(value, order="C").tobytes())
    index.create_archive_file(str(path))


def strip_paths(line):
    """A reason without folders and positions, so that equal causes read equal on every machine."""
    line = re.sub(r"(?:[\w.+@$-]*/){2,}", "", line)
    return re.sub(r"^\S+?:\d+(?::\d+)?: ", "", line)[:300]

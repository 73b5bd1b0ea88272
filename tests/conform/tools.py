# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Finding the wheel's programs and running them: time limits, and no orphans when the user presses Ctrl-C."""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

# Native programs live inside these packages; the scripts beside the interpreter only wrap them and cost a Python start each.
NATIVE_PACKAGES = {
    "iree-compile": "iree.compiler._mlir_libs",
    "iree-run-module": "iree._runtime_libs",
    "iree-dump-module": "iree._runtime_libs",
}


class MissingPackages(Exception):
    """The machine lacks the Python packages this suite compares against."""


class Interrupted(Exception):
    """The suite is being stopped; the running program was killed, its result means nothing."""


@dataclass
class Finished:
    """What a program left behind. `code` is negative for a signal and None after a timeout."""

    code: int | None
    out: str
    err: str

    def failure(self):
        """One line saying how the program failed, or None when it did not."""
        if self.code == 0:
            return None
        if self.code is None:
            return "timed out"
        if self.code < 0:
            return f"killed by {signal.Signals(-self.code).name}"
        return first_error_line(self.err) or f"exit status {self.code}, no message"


def first_error_line(text):
    """The first line that names an error, else the last one (Python tracebacks end with the cause), else ''."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in lines:
        if "error:" in line or "error in" in line.lower():
            return line
    if any(line.startswith("Traceback") for line in lines):
        for line in reversed(lines):
            if not line.startswith(("File ", "^", "~")):
                return line
    return lines[0] if lines else ""


def check_packages():
    """Raises MissingPackages with a sentence for the user, before anything else needs them."""
    for name in ("numpy", "onnx", "ml_dtypes", "iree.compiler", "iree._runtime_libs"):
        try:
            found = importlib.util.find_spec(name)
        except ImportError:
            found = None
        if found is None:
            raise MissingPackages(f"the Python package '{name}' is not installed for {Path(sys.executable).name}; "
                                  "this suite needs numpy, onnx, iree-base-compiler and iree-base-runtime")


def versions():
    """Versions that decide what a compiled module and a peer's result look like."""
    from iree.compiler import version  # the exact build, which the package metadata shortens
    return {
        "compiler": version.VERSION,
        "runtime": importlib.metadata.version("iree-base-runtime"),
        "onnx": importlib.metadata.version("onnx"),
    }


def find(name):
    """Path of a tool of the wheel: inside its package, beside the interpreter, or on PATH."""
    package = NATIVE_PACKAGES.get(name)
    if package:
        spec = importlib.util.find_spec(package)
        for folder in spec.submodule_search_locations if spec else ():
            if os.access(Path(folder) / name, os.X_OK):
                return str(Path(folder) / name)
    beside = Path(sys.executable).parent / name
    if os.access(beside, os.X_OK):
        return str(beside)
    found = shutil.which(name)
    if not found:
        raise MissingPackages(f"the tool '{name}' is neither in a package, nor beside the interpreter, nor on PATH")
    return found


def host_cpu():
    """What `--iree-llvmcpu-target-cpu=host` depends on: the first processor's description, less what changes by the minute."""
    volatile = ("processor", "cpu mhz", "bogomips", "apicid", "initial apicid", "core id", "physical id", "siblings", "cpu cores")
    try:
        first = Path("/proc/cpuinfo").read_text().split("\n\n")[0]
    except OSError:
        return os.uname().machine
    lines = [line for line in first.splitlines() if line.split(":")[0].strip().lower() not in volatile]
    return os.uname().machine + "\n" + "\n".join(lines)


class Runner:
    """Starts programs, each in a process group of its own, so that a timeout or Ctrl-C takes its children too."""

    def __init__(self):
        self._lock = threading.Lock()
        self._live = set()  # lock: _lock
        self._stopping = False  # lock: _lock

    def run(self, command, timeout_s, cwd=None):
        """Runs to the end or the limit. Raises Interrupted once stop() was called."""
        with self._lock:
            if self._stopping:
                raise Interrupted
            process = subprocess.Popen(command, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE, start_new_session=True)
            self._live.add(process)
        try:
            out, err = process.communicate(timeout=timeout_s)
            code = process.returncode
        except subprocess.TimeoutExpired:
            kill_group(process)
            out, err = process.communicate()
            code = None
        finally:
            with self._lock:
                self._live.discard(process)
                stopping = self._stopping
        if stopping:
            raise Interrupted
        return Finished(code, out.decode(errors="replace"), err.decode(errors="replace"))

    def stop(self):
        """Kills what runs and lets nothing new start."""
        with self._lock:
            self._stopping = True
            live = list(self._live)
        for process in live:
            kill_group(process)


def kill_group(process):
    """Ends a program started by Runner together with its children."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass

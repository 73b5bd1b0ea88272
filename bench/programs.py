# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""The measured programs: finding them, running them, reading their reports."""

import contextlib
import ctypes
import importlib.metadata
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PEER_PACKAGE = "iree._runtime_libs"  # native programs; what is on PATH wraps them in a Python start
PEER_DISTRIBUTION = "iree-base-runtime"
SYNC_FLAGS = ("--device=local-sync",)
NS_PER_UNIT = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}
TIMEOUT_S = 120
EXIT_SKIPPED = 77
PR_SET_CHILD_SUBREAPER = 36


class MissingPeer(Exception):
    """The Python that runs this has no peer to compare with."""


class LeftOut(Exception):
    """A row cannot be measured here, and says why."""


class ProgramFailure(Exception):
    """A measured program could not be run, or said something unreadable."""


def find_peer_folder():
    """Folder of the peer's native programs."""
    try:
        spec = importlib.util.find_spec(PEER_PACKAGE)
    except ModuleNotFoundError:
        spec = None
    if spec is None or not spec.submodule_search_locations:
        raise MissingPeer(f"no {PEER_DISTRIBUTION} in this Python")
    return Path(list(spec.submodule_search_locations)[0])


def find_peer_version():
    try:
        return importlib.metadata.version(PEER_DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return "unknown"


def run_program(command, timeout_s=TIMEOUT_S):
    """Standard output of a program that must succeed."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout_s, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProgramFailure(str(error)) from error
    if done.returncode < 0 and -done.returncode == signal.SIGINT or done.returncode == 130:
        raise KeyboardInterrupt
    if done.returncode == EXIT_SKIPPED:
        raise LeftOut(done.stderr.strip() or f"{command[0]} cannot run here")
    if done.returncode != 0:
        raise ProgramFailure(f"{' '.join(command)}\nexit status {done.returncode}\n{done.stderr[-2000:]}")
    return done.stdout


def read_report(command, timeout_s=TIMEOUT_S):
    text = run_program(command, timeout_s)
    try:
        return json.loads(text)
    except ValueError as error:
        raise ProgramFailure(f"{' '.join(command)}\nprinted no JSON: {error}") from error


# CPUs. The report pins this process and all that it starts to one CPU; rows with workers use several.

ALLOWED_CPUS = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0]


def worker_cpus(count):
    """The CPUs that `count` workers are put on, the last ones: the first serves most interrupts."""
    if count > len(ALLOWED_CPUS):
        raise ProgramFailure(f"{count} workers need {count} CPUs, this process may use {len(ALLOWED_CPUS)}")
    return ALLOWED_CPUS[-count:]


@contextlib.contextmanager
def all_cpus():
    """While it lasts, programs may use every CPU that this process was given."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, ALLOWED_CPUS)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


# Calls inside one process


class Ours:
    """`rondo bench` on one call."""

    def __init__(self, program, call, seconds, flags=SYNC_FLAGS):
        self.command = [str(program), "bench", call.module, f"--function={call.function}", "--json", f"--warmup_time={seconds / 5:g}", *flags]
        self.command += [f"--input={value}" for value in call.inputs]

    def sample_calls(self, seconds):
        """Report on single calls, the clock read around each."""
        report = read_report([*self.command, f"--min_time={seconds:g}"], TIMEOUT_S + 3 * seconds)
        return {**report["repetitions"][0], "results": report["results"]}

    def mean_ns(self, seconds, batch):
        """Mean over all calls, the clock read only around batches, with releasing the results."""
        report = read_report([*self.command, f"--min_time={seconds:g}", f"--batch={batch}"], TIMEOUT_S + 3 * seconds)
        row = report["repetitions"][0]
        sampled = row["samples"] * report["batch"]
        total_ns = sampled * row["mean_ns"] + row["back_to_back_calls"] * row["back_to_back_ns"]
        return total_ns / (sampled + row["back_to_back_calls"])


class Peer:
    """`iree-benchmark-module` on one call. It knows means only."""

    def __init__(self, folder, call, flags=SYNC_FLAGS):
        self.command = [str(folder / "iree-benchmark-module"), *flags, f"--module={call.module}", f"--function={call.function}"]
        self.command += [f"--input={value}" for value in call.inputs]
        self.command += ["--benchmark_format=json"]

    def mean_ns(self, seconds):
        report = read_report([*self.command, f"--benchmark_min_time={seconds:g}s"], TIMEOUT_S + 10 * seconds)
        rows = report.get("benchmarks", [])
        if len(rows) != 1 or rows[0].get("error_occurred"):
            raise ProgramFailure(f"{' '.join(self.command)}\nreported {rows}")
        return rows[0]["real_time"] * NS_PER_UNIT[rows[0]["time_unit"]]


def script_command(name, *arguments):
    """A script of this folder, in the Python that runs this."""
    return [sys.executable, str(Path(__file__).with_name(name)), *arguments]


class PeerFromPython:
    """The peer's runtime driven from Python (iree_call.py), which can pause between calls."""

    def __init__(self, call, flags, pause_us):
        self.command = script_command("iree_call.py", f"--module={call.module}", f"--function={call.function}")
        self.command += [f"--input={value}" for value in call.inputs]
        device, *others = flags
        self.command += [device, *(f"--flag={flag}" for flag in others), f"--pause-us={pause_us}"]

    def p50_ns(self, seconds):
        return read_report([*self.command, f"--seconds={seconds:g}"], TIMEOUT_S + 3 * seconds)["p50"]


# Programs that measure from inside


def find_bench(folder, name):
    """A program of this folder, built beside the command."""
    path = folder / f"bench_{name}"
    if not path.exists():
        raise LeftOut(f"{path} is not built")
    return str(path)


def read_lines(command, timeout_s=TIMEOUT_S):
    """Reports of a program that prints a JSON object a line."""
    text = run_program(command, timeout_s)
    try:
        return [json.loads(line) for line in text.splitlines()]
    except ValueError as error:
        raise ProgramFailure(f"{' '.join(command)}\nprinted no JSON: {error}") from error


def find_line(command, name, timeout_s=TIMEOUT_S):
    """The report with this name."""
    for line in read_lines(command, timeout_s):
        if line["name"] == name:
            return line
    raise ProgramFailure(f"{' '.join(command)}\nprinted no row {name}")


class Parallel:
    """bench_parallel on one of its rows: ours and whatever peers it was built with."""

    OURS = "rondo"

    def __init__(self, folder, row, threads):
        self.program = find_bench(folder, "parallel")
        self.command = [self.program, f"--row={row}", f"--threads={threads}", "--json"]

    def count_steps(self):
        """Work of a microsecond, the same for all that is compared."""
        return int(run_program([self.program, "--steps"]))

    def peers(self):
        """Its peers' settings."""
        return [name for name in run_program([self.program, "--list"]).split() if name != self.OURS]

    def run(self, system, steps, seconds):
        command = [*self.command, f"--system={system}", f"--steps={steps}", f"--seconds={seconds:g}"]
        return read_lines(command, TIMEOUT_S + 10 * seconds)[0]


# Whole processes


def our_run_command(program, call):
    return [str(program), "run", call.module, f"--function={call.function}", *(f"--input={value}" for value in call.inputs)]


def peer_run_command(folder, call):
    command = [str(folder / "iree-run-module"), *SYNC_FLAGS, f"--module={call.module}", f"--function={call.function}"]
    return command + [f"--input={value}" for value in call.inputs]


def spawn(command, actions):
    actions = [(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0), *actions]
    try:
        return os.posix_spawn(command[0], command, os.environ, file_actions=actions)
    except OSError as error:
        raise ProgramFailure(f"{command[0]}: {error}") from error


def drain(reader):
    while os.read(reader, 65536):
        pass


def run_once(command, wrap=None):
    """Runs a program with its output into a pipe. Returns (ns from before its start until it was waited for, its resource usage).
    With `wrap` the program's start is left to that command, which must end at once and leave the program to us."""
    reader, writer = os.pipe()
    pid = 0
    try:
        start_ns = time.monotonic_ns()
        pid = spawn([*(wrap or []), *command], [(os.POSIX_SPAWN_DUP2, writer, 1)])
        os.close(writer)
        writer = -1
        if wrap:
            os.waitpid(pid, 0)
            pid = -1  # the orphan, ours by the subreaper bit
        drain(reader)
        _, status, usage = os.wait4(pid, 0)
        end_ns = time.monotonic_ns()
        pid = 0
    except BaseException:
        if pid > 0:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        raise
    finally:
        os.close(reader)
        if writer >= 0:
            os.close(writer)
    code = os.waitstatus_to_exitcode(status)
    if code in (-signal.SIGINT, 130):
        raise KeyboardInterrupt
    if code != 0:
        raise ProgramFailure(f"{' '.join(command)}\nexit status {code}")
    return end_ns - start_ns, usage


def start_ns(command):
    """Time of one whole process."""
    return run_once(command)[0]


def max_rss_kib(command):
    """Largest resident set of one process.

    Linux counts the memory of the program that forked as the child's own until the child's exec, and this interpreter is larger than
    what it measures. So a shell of a megabyte forks, ends, and leaves the program to us.
    """
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise ProgramFailure("prctl(PR_SET_CHILD_SUBREAPER) failed")
    return run_once(command, wrap=["/bin/sh", "-c", '"$@" &', "sh"])[1].ru_maxrss

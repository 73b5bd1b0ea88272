#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Runs the tests in all the builds they belong to, and sums up: the driver of `make check` and `make check-all`.

    scripts/check.py [--all] [--only WORD] [--fuzz-seconds N] [--jobs N] [--list]

Steps run one after the other, each with up to --jobs processes. A step's output goes to build/check/<step>.log, its end to the terminal
if the step fails. The last line is `N passed, N failed, N skipped`; a build that fails counts as one failed test. Needs nothing but Python.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "build" / "check"
TAIL_LINES = 60  # of a failed step's log, on the terminal
OUTPUT_LINES = 30  # of a failed test's output, at the end of the log
FUZZ_MEMORY_MB = 2048
ENVIRONMENT = {"UBSAN_OPTIONS": "print_stacktrace=1", "ASAN_OPTIONS": "detect_stack_use_after_return=1"}
TOTALS = re.compile(r"^(\d+) passed, (\d+) failed, (\d+) skipped", re.MULTILINE)


@dataclass(frozen=True)
class Counts:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self):
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


PASSED, FAILED, SKIPPED = Counts(passed=1), Counts(failed=1), Counts(skipped=1)


@dataclass
class Step:
    """One line of the table. `needs` names a step without which this one cannot run."""
    name: str
    run: Callable  # (Log) -> Counts
    needs: str = ""


class Log:
    """A step's log file and the commands it runs."""

    def __init__(self, name):
        LOGS.mkdir(parents=True, exist_ok=True)
        self.path = LOGS / f"{name}.log"
        self.path.write_text("")

    def call(self, *command, cwd=ROOT):
        """Runs a command into the log and returns its exit code."""
        with open(self.path, "a", encoding="utf-8") as log:
            print("+", *command, file=log, flush=True)
            done = subprocess.run([str(word) for word in command], cwd=cwd, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                                  env={**os.environ, **ENVIRONMENT}, check=False)
        return done.returncode

    def note(self, *lines):
        with open(self.path, "a", encoding="utf-8") as log:
            print(*lines, sep="\n", file=log)

    def text(self):
        return self.path.read_text(encoding="utf-8", errors="replace")

    def tail(self):
        """What to show of a failure: from the first failed test on if there is one, but not more than the terminal can take."""
        lines = self.text().splitlines()
        first = next((i for i, line in enumerate(lines) if line.startswith(("FAILED", "CMake Error"))), len(lines))
        return lines[max(first, len(lines) - TAIL_LINES):] or lines[-TAIL_LINES:]


def build(directory, options, preset, *cache):
    """Configures and builds a preset, with more cache entries, in a directory of its own."""
    def run(log):
        strict = [f"-DRONDO_WERROR={'ON' if options.strict else 'OFF'}"]
        if log.call("cmake", "--preset", preset, "-B", directory, *strict, *cache) != 0:
            return FAILED
        return Counts() if log.call("cmake", "--build", directory, "-j", options.jobs) == 0 else FAILED
    return run


def ctest(directory, options, *filters):
    """Runs the tests of a build and counts them."""
    def run(log):
        report = log.path.with_suffix(".xml")
        report.unlink(missing_ok=True)
        code = log.call(*fixed_addresses(), "ctest", "--test-dir", directory, "-j", options.jobs, "--no-tests=error", "--output-junit",
                        report, *filters)
        if not report.exists():
            return FAILED
        suite = ElementTree.parse(report).getroot()
        for case in suite.iter("testcase"):  # at the end of the log, where its tail is shown
            if case.get("status") == "fail":
                log.note("", f"FAILED {case.get('name')}", *(case.findtext("system-out") or "").splitlines()[-OUTPUT_LINES:])
        total, failed, skipped, disabled = (int(suite.get(key, 0)) for key in ("tests", "failures", "skipped", "disabled"))
        if code != 0 and failed == 0:
            return FAILED
        return Counts(total - failed - skipped - disabled, failed, skipped + disabled)
    return run


def fixed_addresses():
    """The sanitizers of Debian 12's compilers cannot stand the address randomisation of newer kernels."""
    off = ["setarch", "-R"]
    works = shutil.which("setarch") and subprocess.run([*off, "true"], capture_output=True, check=False).returncode == 0
    return off if works else []


def counted(*command):
    """A program that prints its own totals last; exit code 77 means that it could not run at all."""
    def run(log):
        code = log.call(*command)
        if code == 77:
            return SKIPPED
        totals = TOTALS.findall(log.text())
        counts = Counts(*map(int, totals[-1])) if totals else Counts()
        return FAILED if code != 0 and counts.failed == 0 else counts
    return run


def single(*command):
    """A command that is one test."""
    def run(log):
        code = log.call(*command)
        return SKIPPED if code == 77 else PASSED if code == 0 else FAILED
    return run


def fuzz(directory, options, seconds):
    """Fuzzes each target for some seconds, as many at a time as there are jobs. Finds stay in build/check/fuzz/<target>."""
    def run_one(target):
        log, work = Log(f"fuzz-{target.name}"), LOGS / "fuzz" / target.name
        seeds = directory / "tests" / "fuzz" / "seeds" / target.name.removesuffix("_fuzz")
        (work / "corpus").mkdir(parents=True, exist_ok=True)
        return log, log.call(*fixed_addresses(), target, f"-max_total_time={seconds}", "-timeout=20", f"-rss_limit_mb={FUZZ_MEMORY_MB}",
                             f"-artifact_prefix={work}/", "-print_final_stats=1", work / "corpus", *([seeds] if seeds.is_dir() else []))

    def run(log):
        targets = sorted((directory / "bin").glob("*_fuzz"))
        counts = FAILED if not targets else Counts()
        with ThreadPoolExecutor(options.jobs) as pool:
            for target, (own_log, code) in zip(targets, pool.map(run_one, targets)):
                counts += PASSED if code == 0 else FAILED
                log.note(f"{target.name}: exit code {code}, {own_log.path}")
                if code != 0:
                    log.note(*own_log.text().splitlines()[-OUTPUT_LINES:])
        return counts
    return run


# Of each stress program in its long form: rounds, or what the program counts instead. process: sleeps and wakes of workers; device: a
# third of the rounds each run on, cancel, and close in the middle.
STRESS_COUNTS = {"stress_process": 1000000, "stress_device": 3000, "stress_event": 100, "stress_pool": 100}
STRESS_COUNT = 1000


def stress(directory):
    """Runs the stress programs in their long form, one after the other: they have threads enough for all processors."""
    def run(log):
        programs = sorted((directory / "bin").glob("stress_*"))
        counts = FAILED if not programs else Counts()
        for program in programs:
            code = log.call(*fixed_addresses(), program, "--count", STRESS_COUNTS.get(program.name, STRESS_COUNT))
            counts += PASSED if code == 0 else FAILED
            if code != 0:
                log.note(f"FAILED {program.name}: exit code {code}")
        return counts
    return run


DEVICES = ("local-sync", "local-task:0", "local-task:1", "local-task:2", "local-task:8")


def conformance(directory, options, *arguments, devices=DEVICES):
    """The conformance cases on all devices; modules are compiled once. What a sanitizer finds ends the tool by a signal: an exit code
    would pass for a refusal."""
    python = ROOT / "build" / "venv" / "bin" / "python"
    settings = [f"{name}_OPTIONS={ENVIRONMENT.get(f'{name}_OPTIONS', '')}:abort_on_error=1:halt_on_error=1" for name in ("ASAN", "UBSAN", "TSAN")]
    return counted("env", *settings, *fixed_addresses(), python, ROOT / "tests" / "conform" / "conformance.py", "--tool",
                   directory / "bin" / "rondo", "--jobs", options.jobs, *arguments, *(f"--device={device}" for device in devices))


def sanitized_conformance(options, sample):
    """A part of the cases under sanitizers; the thread sanitizer has nothing to say of less than two workers."""
    asan, tsan = ROOT / "build" / "asan", ROOT / "build" / "tsan"
    return [Step("conformance-asan", conformance(asan, options, "--sample", sample, devices=DEVICES), needs="asan-build"),
            Step("conformance-tsan", conformance(tsan, options, "--sample", sample, devices=DEVICES[-2:]), needs="tsan-build")]


ONLY_THREADS = ("-L", "thread|stress")
NOT_ONCE = ("-LE", "once")


def suite(name, options, preset, *filters, cache=()):
    """A build and its tests."""
    directory = ROOT / "build" / name
    return [Step(f"{name}-build", build(directory, options, preset, *cache)),
            Step(f"{name}-tests", ctest(directory, options, *filters), needs=f"{name}-build")]


def quick_steps(options):
    """`make check`. The directories are the presets' own, so that they can be looked into afterwards."""
    release, fuzzing = ROOT / "build" / "release", ROOT / "build" / "fuzz"
    return [
        *suite("release", options, "release", cache=["-DCMAKE_C_COMPILER=gcc"]),
        *suite("asan", options, "asan", *NOT_ONCE),
        *suite("hostile", options, "hostile", *NOT_ONCE),
        *suite("tsan", options, "tsan", *ONLY_THREADS),
        Step("fuzz-build", build(fuzzing, options, "fuzz")),
        Step("fuzz", fuzz(fuzzing, options, options.fuzz_seconds or 20), needs="fuzz-build"),
        Step("conformance", conformance(release, options, "--sample", 25), needs="release-build"),
        *sanitized_conformance(options, 25),
    ]


def full_steps(options):
    """`make check-all`: what the quick check leaves out for time."""
    gcc, clang = ["-DCMAKE_C_COMPILER=gcc"], ["-DCMAKE_C_COMPILER=clang"]
    minimal = ROOT / "build" / "minimal"
    release, fuzzing = ROOT / "build" / "release", ROOT / "build" / "fuzz"
    steps = [
        *suite("release", options, "release", cache=gcc),
        *suite("release-clang", options, "release", *NOT_ONCE, cache=clang),
        *suite("dev-gcc", options, "dev", *NOT_ONCE, cache=gcc),
        *suite("dev-clang", options, "dev", *NOT_ONCE, cache=clang),
        *suite("asan", options, "asan", *NOT_ONCE),
        *suite("asan-gcc", options, "asan", *NOT_ONCE, cache=gcc),
        *suite("hostile", options, "hostile", *NOT_ONCE),
        *suite("hostile-gcc", options, "hostile", *NOT_ONCE, cache=gcc),
        *suite("tsan", options, "tsan", *ONLY_THREADS),
        *suite("tsan-clang", options, "tsan", *ONLY_THREADS, cache=clang),
        Step("stress-tsan", stress(ROOT / "build" / "tsan"), needs="tsan-build"),
        Step("stress-hostile", stress(ROOT / "build" / "hostile"), needs="hostile-build"),
        Step("minimal-build", build(minimal, options, "release", "-DRONDO_BUILD_TESTS=OFF", "-DRONDO_BUILD_EXAMPLES=OFF")),
        Step("minimal-ldd", single("sh", ROOT / "tests/package/ldd.sh", minimal / "bin/rondo", minimal / "lib/librondo.so"),
             needs="minimal-build"),
    ]
    for machine in ("aarch64", "riscv64"):
        # Not strict: gcc 12 for RISC-V warns of an overflow, in inlined code, that is none.
        steps += suite(machine, options, "release", *NOT_ONCE,
                       cache=[f"--toolchain={ROOT}/cmake/toolchains/{machine}.cmake", "-DRONDO_WERROR=OFF"])
    return steps + [
        Step("fuzz-build", build(fuzzing, options, "fuzz")),
        Step("fuzz", fuzz(fuzzing, options, options.fuzz_seconds or 60), needs="fuzz-build"),
        Step("conformance", conformance(release, options), needs="release-build"),
        *sanitized_conformance(options, 200),
    ]


def run_steps(steps):
    """Runs the steps, prints the table, returns the sum."""
    total, broken = Counts(), set()
    width = max(len(step.name) for step in steps)
    for step in steps:
        if step.needs in broken:
            broken.add(step.name)
            print(f"{step.name:{width}}          not run: {step.needs} failed", flush=True)
            continue
        print(f"{step.name:{width}}  ", end="", flush=True)
        log, start = Log(step.name), time.monotonic()
        counts = step.run(log)
        total += counts
        is_build = counts == Counts()
        print(f"{time.monotonic() - start:5.0f} s  {'built' if is_build else counts}", flush=True)
        if counts.failed:
            broken.add(step.name)
            print(*(f"  | {line}" for line in log.tail()), f"  | whole log: {log.path}", sep="\n", flush=True)
    return total


def parse_arguments():
    parser = argparse.ArgumentParser(description="Runs the tests in all their builds.")
    parser.add_argument("--all", action="store_true", help="the full matrix")
    parser.add_argument("--only", metavar="WORD", help="only steps whose name begins with WORD")
    parser.add_argument("--fuzz-seconds", type=int, metavar="N", help="for each fuzz target (default 20, with --all 60)")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), metavar="N", help="processes at a time (default: processors)")
    parser.add_argument("--list", action="store_true", help="print the steps and stop")
    options = parser.parse_args()
    # Other compilers than those of our CI have other warnings; they must not stop a user's check.
    options.strict = options.all or os.environ.get("CI") == "true"
    return options


def main():
    options = parse_arguments()
    steps = full_steps(options) if options.all else quick_steps(options)
    steps = [step for step in steps if not options.only or step.name.startswith(options.only)]
    if options.list or not steps:
        print(*(step.name for step in steps), sep="\n")
        return 0 if steps else 2
    start = time.monotonic()
    total = run_steps(steps)
    print(f"\n{time.monotonic() - start:.0f} s, logs in {LOGS.relative_to(ROOT)}\n{total}")
    return 1 if total.failed or total.passed == 0 else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)

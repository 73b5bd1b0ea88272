#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Runs the same modules with the same inputs through IREE's own runner (the peer) and through rondo, and compares the results.

Three corpora: `light` (nine image networks), `node` (ONNX operator tests with names test_a .. test_m) and `mlir` (programs in
mlir/). Needs the packages iree-base-compiler[onnx] and iree-base-runtime; exits with 77 and a sentence when they are missing.
A case passes when every result has the peer's bits (NaN equals NaN) and, where printed text is compared, the same text. Results
recorded with a model are checked on the peer's side when the cache is filled; a peer that misses them is reported, not counted.

Exit status: 0 all passed or skipped, 1 a failure, 2 wrong usage, 77 packages missing, 130 interrupted.
"""

import argparse
import collections
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import tools

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_TOOL = ROOT / "build" / "release" / "bin" / "rondo"
DEFAULT_CACHE = ROOT / "build" / "conform"
CORPORA = ("light", "node", "mlir")
NAMES_SHOWN = 4  # of the cases behind one skip reason


@dataclass
class Outcome:
    """What became of one case: status is "pass", "fail" or "skip", detail the reason for the latter two."""

    case: object
    status: str
    detail: str = ""
    meta: dict | None = None
    tool_s: float = 0.0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tool", type=Path, default=DEFAULT_TOOL, help="binary under test: rondo, or another iree-run-module")
    parser.add_argument("--cache", type=Path, default=DEFAULT_CACHE, help="folder for compiled modules and the peer's results")
    parser.add_argument("--corpus", choices=CORPORA, action="append", help="only this corpus (repeatable)")
    parser.add_argument("--filter", type=re.compile, default=re.compile(""), metavar="REGEX", help="only cases whose corpus/name matches")
    parser.add_argument("--sample", type=int, metavar="K", help="K runnable node cases, one small network, all of mlir")
    parser.add_argument("--seed", help="seed of the sample (default: the commit's hash)")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="cases at a time (default: usable processors)")
    parser.add_argument("--device", action="append", metavar="NAME[:WORKERS]",
                        help="device for the tool under test, default local-sync; repeated: each case on each; the peer always uses local-sync")
    parser.add_argument("--backend", choices=("llvm-cpu", "vmvx"), default="llvm-cpu", help="code the compiler makes for the device")
    parser.add_argument("--peer-only", action="store_true", help="fill the cache, test nothing")
    parser.add_argument("-v", "--verbose", action="store_true", help="one line per case")
    options = parser.parse_args()
    options.device = options.device or ["local-sync"]
    return options


def main():
    options = parse_arguments()
    try:
        tools.check_packages()
        runner = tools.Runner()
        from store import Store  # needs the packages just checked
        store = Store(options.cache, runner, options.backend)
    except tools.MissingPackages as missing:
        print(f"conformance: skipped: {missing}")
        return 77
    if not options.peer_only and not os.access(options.tool, os.X_OK):
        print(f"conformance: no program at {options.tool}; build it first or name one with --tool", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))  # a killed run cleans up as Ctrl-C does
    cases = [case for case in collect(options.corpus or CORPORA) if options.filter.search(case.id)]
    wanted = None
    if options.sample is not None:
        seed = options.seed or commit_hash()
        print(f"sample of {options.sample} node cases, seed {seed}")
        cases, wanted = sample(cases, seed), options.sample
    outcomes, interrupted = run_all(cases, wanted, store, runner, options)
    if interrupted:
        print("interrupted: what follows covers only the cases that had finished")
    report(outcomes, options)
    if interrupted:
        return 130
    return 1 if any(outcome.status == "fail" for outcome in outcomes) else 0


def collect(corpora):
    """The cases of the named corpora, cheap corpora first so that trouble shows early."""
    from mlir_cases import mlir_cases
    from onnx_cases import light_cases, node_cases
    makers = {"mlir": mlir_cases, "light": light_cases, "node": node_cases}
    return [case for name, make in makers.items() if name in corpora for case in make()]


def commit_hash():
    """The default seed: each commit looks at other cases, and anyone can repeat a commit's choice."""
    done = subprocess.run(["git", "-C", str(ROOT), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else "0"


def sample(cases, seed):
    """All of mlir, one small network, and the node cases in a seeded order, of which run_all stops at the K-th that can run."""
    from onnx_cases import LIGHT_QUICK
    rng = random.Random(f"conformance {seed}")
    quick = rng.choice(LIGHT_QUICK)
    nodes = [case for case in cases if case.corpus == "node"]
    rng.shuffle(nodes)
    return [case for case in cases if case.corpus == "mlir" or case.corpus == "light" and case.name == quick] + nodes


def run_all(cases, wanted_nodes, store, runner, options):
    """Runs the cases on a few threads. With a sample, node cases are taken in rounds until enough of them could run."""
    outcomes, interrupted = [], False
    queue = [case for case in cases if case.corpus != "node"] if wanted_nodes is not None else cases
    rest = [case for case in cases if case.corpus == "node"] if wanted_nodes is not None else []
    pool = ThreadPoolExecutor(max(1, options.jobs))
    show = Progress(options.verbose)
    try:
        while True:
            ran = sum(1 for o in outcomes if o.case.corpus == "node" and o.status != "skip")
            if wanted_nodes is not None:
                queue, rest = queue + rest[:wanted_nodes - ran], rest[wanted_nodes - ran:]
            if not queue:
                break
            futures = [pool.submit(run_case, case, store, runner, options) for case in queue]
            for future in as_completed(futures):
                outcomes.append(future.result())
                show.step(outcomes[-1], len(outcomes), len(outcomes) + sum(not f.done() for f in futures))
            queue = []
    except (KeyboardInterrupt, tools.Interrupted):
        interrupted = True
        runner.stop()
    finally:
        show.clear()
        pool.shutdown(wait=True, cancel_futures=True)
    order = {case.id: position for position, case in enumerate(cases)}
    return sorted(outcomes, key=lambda outcome: order[outcome.case.id]), interrupted


class Progress:
    """One line on stderr that overwrites itself, only where a person watches; or a line per case when asked for."""

    def __init__(self, verbose):
        self.verbose = verbose
        self.live = sys.stderr.isatty()

    def step(self, outcome, done, total):
        if self.live:
            print(f"\r\x1b[K[{done}/{total}] {outcome.case.id}"[:110], end="", file=sys.stderr, flush=True)
        if self.verbose:
            self.clear()
            times = f"compile {(outcome.meta or {}).get('compile_s', 0):.2f} s  tool {outcome.tool_s:.2f} s"
            print(f"{outcome.status}  {outcome.case.id}  {times}  {outcome.detail}", flush=True)

    def clear(self):
        if self.live:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def run_case(case, store, runner, options):
    """Prepares one case and, unless only the peer is wanted, compares the tool with it."""
    prepared = store.prepare(case)
    if prepared.skip:
        return Outcome(case, "skip", prepared.skip, prepared.meta)
    if options.peer_only:
        return Outcome(case, "pass", meta=prepared.meta)
    start = time.monotonic()
    problems = []
    for device in options.device:
        found = check_refusal(prepared, runner, options, device) if case.must_fail else check_results(prepared, runner, options, device)
        if case.text and not found:
            found = check_text(prepared, runner, options, device)
        problems += [f"on {device}: {line}" for line in found] if len(options.device) > 1 else found
    return Outcome(case, "fail" if problems else "pass", "; ".join(problems), prepared.meta, time.monotonic() - start)


def tool_command(prepared, options, device):
    """The tool with the flags the peer had, but for the device."""
    from store import arguments
    verb = [] if options.tool.name.startswith("iree-run-module") else ["run"]
    return [str(options.tool.resolve()), *verb, *arguments(prepared.folder, prepared.meta, device)]


def check_results(prepared, runner, options, device):
    """Runs the tool with its results going to files. Returns what is wrong with them, a list of lines."""
    from compare import BadResult, difference, load_result, recorded_difference
    from store import RUN_TIMEOUT_S, outputs
    meta = prepared.meta
    with tempfile.TemporaryDirectory(prefix="conform-") as scratch:
        scratch = Path(scratch)
        command = [*tool_command(prepared, options, device), f"--function={meta['function']}", *outputs(scratch, meta, "tool")]
        done = runner.run(command, RUN_TIMEOUT_S)
        if done.failure():
            return [f"the tool failed: {done.failure()}"]
        try:
            ours = [load_result(scratch, meta, "tool", i) for i in range(len(meta["results"]))]
        except BadResult as bad:
            return [str(bad)]
    theirs = [load_result(prepared.folder, meta, "peer", i) for i in range(len(meta["results"]))]
    problems = [line for line in (difference(a, b, i) for i, (a, b) in enumerate(zip(ours, theirs))) if line]
    if problems and peer_says_otherwise(prepared, runner, ours):
        return []
    if problems and prepared.case.expected is not None:
        recorded = recorded_difference(ours, prepared.case.expected)
        problems.append(f"against the recorded values: {recorded or 'within the tolerance'}")
    return problems


PEER_ANSWERS = 8


def peer_says_otherwise(prepared, runner, ours):
    """Some kernels read in front of their buffers and multiply what they find by 0; where the peer keeps other things there, its result
    changes from run to run. So a difference is held against the tool only if the peer never gives the tool's result."""
    from compare import difference, load_result
    from store import PEER_DEVICE, RUN_TIMEOUT_S, arguments, outputs
    meta = prepared.meta
    for _ in range(PEER_ANSWERS):
        with tempfile.TemporaryDirectory(prefix="conform-") as scratch:
            scratch = Path(scratch)
            command = [tools.find("iree-run-module"), *arguments(prepared.folder, meta, PEER_DEVICE), f"--function={meta['function']}",
                       *outputs(scratch, meta, "peer")]
            if runner.run(command, RUN_TIMEOUT_S).failure():
                return False
            again = [load_result(scratch, meta, "peer", i) for i in range(len(meta["results"]))]
        if not any(difference(a, b, i) for i, (a, b) in enumerate(zip(ours, again))):
            return True
    return False


def check_text(prepared, runner, options, device):
    """Runs the tool printing, with the function left to its choice when the case names none, and compares the text."""
    from compare import text_difference
    from store import RUN_TIMEOUT_S
    done = runner.run([*tool_command(prepared, options, device), *prepared.meta["function_flag"]], RUN_TIMEOUT_S)
    if done.failure():
        return [f"the tool failed when printing: {done.failure()}"]
    problem = text_difference(done.out, (prepared.folder / "peer.txt").read_text())
    return [problem] if problem else []


def check_refusal(prepared, runner, options, device):
    """The peer refused this call. So must the tool: neither success, nor a crash, nor a hang."""
    from store import RUN_TIMEOUT_S
    done = runner.run([*tool_command(prepared, options, device), *prepared.meta["function_flag"]], RUN_TIMEOUT_S)
    if done.code == 0:
        return [f"the tool accepts what the peer refuses ({prepared.meta['refusal']})"]
    if done.code is None or done.code < 0:
        return [f"the tool should refuse with a message, but: {done.failure()}"]
    return []


def report(outcomes, options):
    """Tables of what did not pass, then the totals, whose line comes last."""
    from compare import skip_group
    by_status = collections.defaultdict(list)
    for outcome in outcomes:
        by_status[outcome.status].append(outcome)
    groups = collections.defaultdict(list)
    for outcome in by_status["skip"]:
        groups[skip_group(outcome.detail)].append(outcome.case.name)
    if groups:
        print(f"\nSkipped, by reason ({len(by_status['skip'])}):")
    for reason, names in sorted(groups.items(), key=lambda item: -len(item[1])):
        print(f"  {len(names):4}  {reason}: {', '.join(names[:NAMES_SHOWN])}{', …' if len(names) > NAMES_SHOWN else ''}")
    odd = [o for o in outcomes if (o.meta or {}).get("peer_against_recorded")]
    if odd:
        print(f"\nPeer differs from recorded values ({len(odd)}; not counted against the tool):")
    for outcome in odd:
        print(f"  {outcome.case.id}: {outcome.meta['peer_against_recorded']}")
    if by_status["fail"]:
        print(f"\nFailed ({len(by_status['fail'])}):")
    for outcome in by_status["fail"]:
        print(f"  {outcome.case.id}: {outcome.detail}")
    ran = [o.meta for o in outcomes if o.status != "skip" and "function" in (o.meta or {})]
    twins = sum(bool(meta["has_async_twin"]) for meta in ran)
    asynchronous = sum(meta["function"].endswith("$async") for meta in ran)
    print(f"\nExport called by the peer: `name` in {len(ran) - asynchronous} cases ({twins} of them also export `name$async`), "
          f"`name$async` in {asynchronous}")
    made = [o.meta for o in outcomes if o.meta]
    print(f"Seconds in total: compile {sum(m.get('compile_s', 0) for m in made):.0f} (when the cache was filled), "
          f"peer {sum(m.get('peer_s', 0) for m in made):.0f}, tool {sum(o.tool_s for o in outcomes):.0f}")
    passed = "prepared" if options.peer_only else "passed"
    print(f"{len(by_status['pass'])} {passed}, {len(by_status['fail'])} failed, {len(by_status['skip'])} skipped")


if __name__ == "__main__":
    sys.exit(main())

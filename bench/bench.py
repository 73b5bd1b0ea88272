#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Compares rondo with IREE's own native tools, in alternating pairs on one CPU. See bench/README.md.

    python3 bench/bench.py [--rondo PROGRAM] [--only NAME]... [--issue NAME] [--pairs N] [--seconds S] [--quick]

Must run in a Python that has the peer, the wheel iree-base-runtime; `make bench` sees to it.
"""

import argparse
import os
import sys
from pathlib import Path

import programs
import report
import rows

EXIT_OK, EXIT_FAILURE, EXIT_SKIPPED, EXIT_INTERRUPTED = 0, 1, 77, 130
PAIRS, SECONDS = 21, 0.5
QUICK_PAIRS, QUICK_SECONDS = 3, 0.1
QUIET_SHARE_MAX = 0.01  # of a CPU's time for other programs, or of all time stolen; more, and ratios near 1 drown (README.md)


class Progress:
    """One line on stderr that says what is being measured; a line a row where stderr is no terminal."""

    def __init__(self):
        self.is_terminal = sys.stderr.isatty()
        self.subject = None

    def __call__(self, text):
        subject = text.partition(":")[0]
        if self.is_terminal:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
        elif subject != self.subject:
            print(subject, file=sys.stderr, flush=True)
        self.subject = subject

    def clear(self):
        if self.is_terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def positive(kind):
    def convert(text):
        value = kind(text)
        if not value > 0:
            raise argparse.ArgumentTypeError(f"must be above 0, not {text}")
        return value
    return convert


def parse_arguments():
    names = ", ".join(spec.name for spec in rows.SPECS)
    parser = argparse.ArgumentParser(description="Compares rondo with IREE's own native tools.", epilog=f"Rows: {names}.")
    parser.add_argument("--rondo", type=Path, help="the program; default build/release/bin/rondo")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="measure this row; repeat it for several")
    parser.add_argument("--issue", choices=rows.ISSUES, help="measure the rows whose goals are this issue's")
    parser.add_argument("--pairs", type=positive(int), help=f"alternating pairs a row; default {PAIRS}")
    parser.add_argument("--seconds", type=positive(float), help=f"length of a batch; default {SECONDS}")
    parser.add_argument("--cpu", type=int, help="CPU that everything runs on; default the last one allowed")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_PAIRS} pairs of {QUICK_SECONDS} s: shows that it works")
    parser.add_argument("--out", type=Path, help="results as JSON; default build/bench/results.json, with --quick quick.json")
    arguments = parser.parse_args()
    unknown = set(arguments.only) - {spec.name for spec in rows.SPECS}
    if unknown:
        parser.error(f"no row named {', '.join(sorted(unknown))}; there are {names}")
    arguments.pairs = arguments.pairs or (QUICK_PAIRS if arguments.quick else PAIRS)
    arguments.seconds = arguments.seconds or (QUICK_SECONDS if arguments.quick else SECONDS)
    arguments.out = arguments.out or programs.ROOT / "build" / "bench" / ("quick.json" if arguments.quick else "results.json")
    arguments.out = arguments.out.absolute()
    arguments.rondo = (arguments.rondo or programs.ROOT / "build" / "release" / "bin" / "rondo").absolute()
    return arguments


def pin(cpu):
    """Binds this process, and with it all it starts, to one CPU. Returns it; None where the system cannot."""
    if not hasattr(os, "sched_setaffinity"):
        return None
    cpu = max(os.sched_getaffinity(0)) if cpu is None else cpu
    try:
        os.sched_setaffinity(0, {cpu})
    except OSError as error:
        raise programs.ProgramFailure(f"cannot run on CPU {cpu}: {error}") from error
    return cpu


def measure_rows(specs, plan, done):
    """Appends to `done` row by row, so that a Ctrl-C keeps what is finished."""
    for spec in specs:
        try:
            done.append(rows.measure(spec, plan, done))
        except programs.LeftOut as reason:
            plan.progress.clear()
            print(f"{spec.name} is left out: {reason}", file=sys.stderr)


def print_report(done, facts, arguments):
    print(report.format_table(done))
    print()
    if peers := report.format_peers(done):
        print(peers + "\n")
    print(report.format_facts(facts, f"{arguments.pairs} pairs of {arguments.seconds:g} s"))
    if arguments.quick:
        print("quick run: the figures mean little")
    elif max(facts["steal_share"], facts["foreign_share"]) > QUIET_SHARE_MAX:
        print("busy machine: the figures are provisional")


def run(arguments):
    peer_folder, peer_version = programs.find_peer_folder(), programs.find_peer_version()
    if not arguments.rondo.exists():
        raise programs.ProgramFailure(f"{arguments.rondo} is missing; build it first, or name it with --rondo")
    os.chdir(programs.ROOT)  # the rows name models from here
    version = programs.run_program([str(arguments.rondo), "--version"]).strip()
    progress = Progress()
    machine = report.Machine(pin(arguments.cpu))
    plan = rows.Plan(arguments.rondo, peer_folder, peer_version, arguments.pairs, arguments.seconds, progress, arguments.quick)
    done, code = [], EXIT_OK
    try:
        measure_rows(rows.select(arguments.only, arguments.issue), plan, done)
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    finally:
        progress.clear()
    facts = machine.facts(version, peer_version)
    if done:
        print_report(done, facts, arguments)
    if code == EXIT_OK:
        report.write_results(arguments.out, facts, {"pairs": arguments.pairs, "seconds": arguments.seconds}, done)
    else:
        print("interrupted; results not written", file=sys.stderr)
    return code


def main():
    arguments = parse_arguments()
    try:
        return run(arguments)
    except programs.MissingPeer as error:
        print(f"bench: {error}; skipped", file=sys.stderr)
        return EXIT_SKIPPED
    except programs.ProgramFailure as error:
        print(f"bench: {error}", file=sys.stderr)
        return EXIT_FAILURE
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())

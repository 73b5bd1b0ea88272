# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""What the scripts about plans share: machine and jobs files, `rondo plan` and `rondo play`, tables of played nodes, rows of results."""

import argparse
import contextlib
import csv
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

import programs
import report
import stats

ROOT = programs.ROOT
EXIT_SKIPPED = programs.EXIT_SKIPPED
TIMEOUT_S = 600
MODELS = {name: ROOT / "models" / name / f"{name}.vmfb" for name in ("mlp_f32", "mlp_int8", "dronet_f32", "dronet_int8")}
QUIET_SHARE_MAX = 0.01  # as in bench.py
STOLEN_STARTS = re.compile(r"(\d+) starts beside stolen time")


# Scripts


class Script:
    """Flags that all have, a folder for files, and what is left of it: rows, printed and written."""

    def __init__(self, name, about):
        self.name = name
        self.parser = argparse.ArgumentParser(description=about)
        self.parser.add_argument("--rondo", type=Path, default=ROOT / "build" / "release" / "bin" / "rondo", help="the program; default build/release/bin/rondo")
        self.parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench" / f"{name}.json", help=f"results as JSON; default build/bench/{name}.json")
        self.parser.add_argument("--json", action="store_true", help="print the rows, a JSON object a line; the tables go to stderr")
        self.parser.add_argument("--quick", action="store_true", help="as little as can be: shows that it works")
        self.rows = []
        self.notes = []

    def note(self, text):
        """A line below the table, and in the file."""
        self.notes.append(text)

    def run(self, measure):
        """Calls `measure(self, arguments)`, prints and writes its rows; returns the exit code."""
        self.arguments = self.parser.parse_args()
        with contextlib.redirect_stdout(sys.stderr) if self.arguments.json else contextlib.nullcontext():
            code = self.carry_out(measure)
        if self.arguments.json and code == 0:
            for found in self.rows:
                print(json.dumps(found))
        return code

    def carry_out(self, measure):
        self.rondo = str(self.arguments.rondo.absolute())
        machine = report.Machine(None)
        try:
            if not Path(self.rondo).is_file():
                raise programs.ProgramFailure(f"{self.rondo} is missing; build it first, or name it with --rondo")
            version = programs.run_program([self.rondo, "--version"]).strip()
            with tempfile.TemporaryDirectory() as folder:
                self.folder = Path(folder)
                measure(self, self.arguments)
        except programs.LeftOut as reason:
            print(f"{self.name}: skipped: {reason}", file=sys.stderr)
            return EXIT_SKIPPED
        except programs.ProgramFailure as error:
            print(f"{self.name}: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            return 130
        self.finish(machine.facts(version, None))
        return 0

    def finish(self, facts):
        print_rows(self.rows)
        for text in self.notes:
            print(text)
        print(f"{facts['cpu']} ({facts['machine']}), {facts['cores']} cores, Linux {facts['kernel']}, {facts['rondo']}, commit \"{facts['commit']}\"")
        print(f"stolen {100 * facts['steal_share']:.2f} %, other programs {100 * facts['foreign_share']:.2f} % of all CPUs' time")
        if self.arguments.quick:
            print("quick run: the figures mean little")
        elif max(facts["steal_share"], facts["foreign_share"]) > QUIET_SHARE_MAX:
            print("busy machine: the figures are provisional")
        report.write_results(self.arguments.out, facts, {"notes": self.notes, "quick": self.arguments.quick}, self.rows)

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    # Files

    def write(self, name, document):
        path = self.folder / name
        path.write_text(json.dumps(document))
        return path

    # Programs. What they write goes into the folder.

    def call(self, *words, codes=(0,)):
        """Standard output, and the exit code."""
        command = [self.rondo, *(str(word) for word in words)]
        try:
            done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        except subprocess.TimeoutExpired as error:
            raise programs.ProgramFailure(str(error)) from error
        if done.returncode == 130:
            raise KeyboardInterrupt
        if done.returncode not in codes:
            raise programs.ProgramFailure(f"{' '.join(command)}\nexit status {done.returncode}\n{done.stderr[-2000:]}")
        return done.stdout, done.returncode

    def profile(self, models, machine, repeat, name="profile.json"):
        """A profile of models, each alone, with one worker and with as many as a cluster has."""
        path = self.folder / name
        self.call("profile", *models, f"--machine={machine}", f"--repeat={repeat}", "-o", path)
        return path

    def plan(self, jobs, machine, profile, *flags, seconds, name="plan.json", may_refuse=False):
        """The plan's path, and the planner's report; no path where it refused."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        out, code = self.call("plan", jobs, f"--machine={machine}", f"--profile={profile}", f"--time_limit={seconds:g}", "--json", "-o", path, *flags,
                              codes=(0, 1) if may_refuse else (0,))
        try:
            said = json.loads(out)
        except ValueError as error:
            raise programs.ProgramFailure(f"rondo plan {jobs} ended with {code} and printed no JSON: {error}") from error
        return (path if code == 0 else None), said

    def play(self, plan, *flags, iterations, policy="planned", warm_up=1, synthetic=False):
        """The table of played nodes."""
        path = self.folder / "played.csv"
        flags = [*flags, *(["--synthetic"] if synthetic else [])]
        out, _ = self.call("play", plan, f"--policy={policy}", f"--iterations={iterations}", f"--warmup={warm_up}", f"--trace={path}", *flags)
        stolen = STOLEN_STARTS.search(out)
        return Played(self, path, int(stolen.group(1)) if stolen else 0)

    def say_of_jobs(self, jobs, seconds, *flags):
        """What `rondo play --json` says of jobs that are arguments."""
        out, _ = self.call("play", *jobs, f"--duration={seconds:g}", "--json", *flags)
        try:
            return json.loads(out)
        except ValueError as error:
            raise programs.ProgramFailure(f"rondo play {' '.join(jobs)} printed no JSON: {error}") from error

    def play_jobs(self, jobs, seconds, *flags):
        """The report of each job, by its name."""
        return {job["name"]: job for job in self.say_of_jobs(jobs, seconds, *flags)["jobs"]}

    def play_workers(self, jobs):
        """How many workers jobs have, if nothing is said of it."""
        return self.say_of_jobs(jobs, 0.05)["workers"]


# Machine files


def cluster(name, cpus):
    return {"name": name, "cpus": list(cpus)}


def machine_of(*clusters):
    return {"schema": "rondo.machine/1", "clusters": list(clusters)}


def need_cpus(count):
    """The last ones that this process may use."""
    if len(programs.ALLOWED_CPUS) < count:
        raise programs.LeftOut(f"this process may use {len(programs.ALLOWED_CPUS)} CPUs, and needs {count}")
    return programs.worker_cpus(count)


def allowed_machine():
    """All CPUs that this process may use, as one cluster."""
    return machine_of(cluster("all", programs.ALLOWED_CPUS))


# Profiles


def work_ns(profile):
    """What a call of each model takes on one worker, p50; by the name of the model."""
    models = json.loads(Path(profile).read_text())["models"]
    return {Path(model["model"]).stem: next(cost["p50_ns"] for cost in model["call"] if cost.get("workers", 1) == 1) for model in models}


# Played nodes


class Played:
    """A CSV that `rondo play --trace` wrote, and what `rondo trace` says of it."""

    def __init__(self, script, path, stolen_starts=0):
        self.script, self.path = script, path
        self.stolen_starts = stolen_starts  # dispatches around whose release the machine took the worker's CPU
        with open(path, newline="") as file:
            self.rows = list(csv.DictReader(file))

    def check(self, *flags):
        """That the table can be true."""
        self.script.call("trace", "check", self.path, *flags)

    def stats(self, *flags):
        return json.loads(self.script.call("trace", "stats", self.path, "--json", *flags)[0])

    def iterations(self):
        """The rows of each iteration."""
        found = {}
        for row in self.rows:
            found.setdefault(row["graph_iter"], []).append(row)
        return list(found.values())

    def handovers(self, previous):
        """For each node with a predecessor of its own: ns from that one's end to its start. `previous` maps keys."""
        values = []
        for rows in self.iterations():
            ends = {row["dispatch_key"]: int(row["end_ns"]) for row in rows}
            values += [int(row["start_ns"]) - ends[previous[row["dispatch_key"]]] for row in rows if row["dispatch_key"] in previous]
        return values


# Rows


def spread_of(values):
    """n and percentiles of single values, where there are enough of them."""
    found = {"n": len(values)}
    for key, fraction in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999)):
        found[key] = stats.percentile(values, fraction) if values and stats.supports(len(values), fraction) else None
    return found


def row(name, issue, unit, ours, goal=None, holds=None, lo=None, hi=None, peer_name=None, peer=None, ratio=None, **others):
    """A row of results.json; the goal is for the ratio where there is a peer, else for `ours`."""
    measured = ours if ratio is None else ratio
    if holds is None and goal is not None:
        holds = measured is not None and measured <= goal
    found = {"name": name, "issue": issue, "ours": ours, "peer_name": peer_name, "peer": peer, "unit": unit, "ratio": ratio, "lo": lo, "hi": hi, "goal": goal,
             "holds": holds}
    found.update({key: others.pop(key, None) for key in ("n", "p50", "p99", "p999")})
    return {**found, **others}


def row_of_rounds(name, issue, unit, values, goal=None, spread=None):
    """A row with a figure a round; their median is held against the goal."""
    return row(name, issue, unit, median(values), goal, lo=min(values), hi=max(values), **(spread or {}))


def number(value):
    return "-" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def print_rows(rows):
    header = ["row", "ours", "lowest", "highest", "peer", "ratio", "goal", "p50", "p99", "n", "unit"]
    keys = ["ours", "lo", "hi", "peer", "ratio", "goal", "p50", "p99", "n"]
    lines = [header, *([r["name"], *(number(r[key]) for key in keys), r["unit"] + ("" if r["holds"] is not False else "  MISSED")] for r in rows)]
    print_columns(lines)


def print_columns(lines):
    """Words to the left in the first and last column, numbers to the right."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    for line in lines:
        cells = [cell.ljust(width) if i == 0 else cell if i == len(line) - 1 else cell.rjust(width) for i, (cell, width) in enumerate(zip(line, widths))]
        print("  ".join(cells))

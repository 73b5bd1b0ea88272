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
            raise programs.ProgramFailure(f"{' '.join(command)}\nexit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout, done.returncode

    def profile(self, models, machine, repeat, name="profile.json", *flags):
        """A profile of models, each alone if no flag says otherwise, with one worker and with as many as a cluster has."""
        path = self.folder / name
        self.call("profile", *models, f"--machine={machine}", f"--repeat={repeat}", "-o", path, *flags)
        return path

    def plan(self, jobs, machine, profile, *flags, seconds, name="plan.json", may_refuse=False):
        """The plan's path, and the planner's report; no path where it refused."""
        path = self.folder / name
        path.unlink(missing_ok=True)
        is_late = "--allow-late" in flags and "--once" not in flags
        out, code = self.call("plan", jobs, f"--machine={machine}", f"--profile={profile}", f"--time_limit={seconds:g}", "--json", "-o", path, *flags,
                              codes=(0, 1) if may_refuse or is_late else (0,))
        if code == 1 and is_late:  # too much to be repeated: for one time
            return self.plan(jobs, machine, profile, *flags, "--once", seconds=seconds, name=name, may_refuse=may_refuse)
        try:
            said = json.loads(out)
        except ValueError as error:
            raise programs.ProgramFailure(f"rondo plan {jobs} ended with {code} and printed no JSON: {error}") from error
        return (path if code == 0 else None), said

    def add_handovers(self, machine, target, workers, iterations):
        """The machine file with the hand-overs that synthetic work shows on one of its clusters."""
        plan, path = self.write("forks.json", fork(target, workers)), self.folder / "handovers.json"
        table = self.play(plan, f"--machine={machine}", iterations=iterations, synthetic=True)
        self.call("machine", f"--file={machine}", f"--from-trace={table.path}", f"--output={path}")
        return path

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


# Hand-overs

FORKS = 100
FORK_NS = 300_000  # longer than players spin, so that others sleep


def fork(target, workers):
    """A schedule of dispatches, one alone and then one for each worker, again and again: hand-overs, and wakes."""
    dispatches, start_ns, before = {}, 0, []
    for i in range(FORKS):
        width = 1 if i % 2 == 0 else workers
        keys = [f"forks_dispatch_{len(dispatches) + k}" for k in range(width)]
        for key in keys:
            dispatches[key] = {"id": len(dispatches), "ordinal": 1, "total": 1, "dependencies": before, "hardware_target": target, "start_ns": start_ns,
                               "duration_ns": FORK_NS, "job_name": "forks", "workers": 1, "release_policy": "immediate", "time_dep_mode": "soft"}
        before = keys
        start_ns += FORK_NS
    return {"schema": "rondo.plan/1", "dispatches": dispatches, "metadata": {"machines": [target]}}


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

    def parts(self):
        """Of the fifth of the iterations around the middle makespan: the mean of each of PARTS, in ns."""
        iterations = sorted(self.iterations(), key=lambda rows: max(int(row["end_ns"]) for row in rows))
        cut = 2 * len(iterations) // 5
        middle = [parts_of(rows) for rows in iterations[cut : len(iterations) - cut]]
        return {part: sum(found[part] for found in middle) / len(middle) for part in PARTS}

    def handovers(self, previous):
        """For each node with a predecessor of its own: ns from that one's end to its start. `previous` maps keys."""
        values = []
        for rows in self.iterations():
            ends = {row["dispatch_key"]: int(row["end_ns"]) for row in rows}
            values += [int(row["start_ns"]) - ends[previous[row["dispatch_key"]]] for row in rows if row["dispatch_key"] in previous]
        return values


# Where a makespan comes from


def duration_ns(row, kind=""):
    return int(row["planned_duration_ns"]) if kind == "planned" else int(row["end_ns"]) - int(row["start_ns"])


def awaited(row, by_key):
    """The rows that a node waited for: those whose results it needs, and the one that its plan puts before it."""
    keys = row["dependencies"].split("|")
    if row["time_dep_mode"] == "hard":
        keys.append(row["time_dependency"])
    return [by_key[key] for key in keys if key in by_key]


def binding_path(rows):
    """From the last end of an iteration back: each node with what ended last of what it waited for, and of what its worker did before."""
    by_key = {row["dispatch_key"]: row for row in rows}
    by_worker = {}
    for row in rows:
        by_worker.setdefault(row["worker"], []).append(row)
    path = [max(rows, key=lambda row: int(row["end_ns"]))]
    while True:
        row = path[-1]
        start_ns = int(row["start_ns"])
        before = awaited(row, by_key) + [other for other in by_worker[row["worker"]] if other is not row and int(other["end_ns"]) <= start_ns]
        # What was released at a time of its own waited for that; nodes that took no time might lead in a circle.
        before = [other for other in before if int(other["end_ns"]) <= start_ns and other not in path]
        last = max(before, key=lambda other: int(other["end_ns"]), default=None)
        if last is None or (row["release_ns"] and int(row["release_ns"]) >= int(last["end_ns"])):
            return path[::-1]
        path.append(last)


PARTS = ("kernels", "programs", "handovers", "waiting", "order")


def parts_of(rows):
    """What an iteration's makespan has that its plan has not, in ns, by cause. The sum is the whole difference.

    kernels    dispatches of the path took longer than planned          programs   host programs did, mostly because they ran ahead
    handovers  from one end to the next start on the path               waiting    before the path's first start
    order      the path is another one than the plan's longest, which is as long as all of the plan
    """
    path = binding_path(rows)
    planned_ns = max(int(row["planned_start_ns"]) + int(row["planned_duration_ns"]) for row in rows)
    found = dict.fromkeys(PARTS, 0)
    for row in path:
        found["programs" if row["dispatch_id"] == "-1" else "kernels"] += duration_ns(row) - duration_ns(row, "planned")
    found["handovers"] = sum(int(after["start_ns"]) - int(before["end_ns"]) for before, after in zip(path, path[1:]))
    found["waiting"] = int(path[0]["start_ns"]) - int(path[0]["release_ns"] or 0)
    found["order"] = sum(duration_ns(row, "planned") for row in path) + int(path[0]["release_ns"] or 0) - planned_ns
    return found


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

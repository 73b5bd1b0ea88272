#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Flexible job shops: `rondo plan --fjsp` and OR-Tools' CP-SAT against the best known makespans, instance by instance.

    bench/fjsp.py [FOLDER] [--set NAME]... [--peer-set NAME]... [--match TEXT] [--time-limit S] [--threads N] [--seed N] [--cpsat PYTHON]
                  [--rondo PROGRAM] [--out FILE] [--quick]

FOLDER, default ../shared/data/fjsp, has instances below it and bounds.csv with the columns file, best_lb and best_ub. Sets are those
below it with their time limits: mk_10s, dp_10s, mk_60s. Every schedule, of either side, is verified once more, here. Exit codes: 0
measured, also when a goal is missed; 1 a program failed, or a schedule is wrong; 77 there are no instances.
"""

import csv
import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

import played
import programs

FOLDER = played.ROOT.parent / "shared" / "data" / "fjsp"
VENV_PYTHON = played.ROOT / "build" / "venv-cpsat" / "bin" / "python"
CPSAT = played.ROOT / "tools" / "cpsat.py"
CPSAT_MODELS = ("alternatives", "cumulative")
ORDER = ("rondo", *CPSAT_MODELS)   # of the first instance; rotated by one for each further one


@dataclass(frozen=True)
class Set:
    folder: str
    seconds: float
    goal: float   # mean % above the best known makespans


SETS = {"mk_10s": Set("brandimarte", 10, 2), "dp_10s": Set("dauzere", 10, 2), "mk_60s": Set("brandimarte", 60, 1)}
PEER_SETS = ("mk_10s", "dp_10s")   # where CP-SAT runs, unless asked otherwise: it takes twice our time
VERSUS_SET = "mk_10s"
NO_SCHEDULE = "found no schedule"   # of cpsat.py, when its time is up
QUICK_INSTANCES, QUICK_SECONDS = 1, 0.2


# Schedules


def read_shop(path):
    """For each job the operations, each as {machine: durations}, with machines as the file numbers them."""
    numbers = iter(int(word) for line in path.read_text().splitlines()[1:] for word in line.split())
    job_count = int(path.read_text().split()[0])
    jobs = []
    for _ in range(job_count):
        job = []
        for _ in range(next(numbers)):
            modes = {}
            for _ in range(next(numbers)):
                machine = next(numbers)
                modes.setdefault(machine, set()).add(next(numbers))
            job.append(modes)
        jobs.append(job)
    return jobs


def verify(path, schedule):
    """Says what is wrong with a schedule, or nothing."""
    jobs, busy, ends = read_shop(path), {}, {}
    base = 0 if any(0 in modes for job in jobs for modes in job) else min(machine for job in jobs for modes in job for machine in modes)
    seen = set()
    for row in schedule["operations"]:
        job, operation = row["job"], row["operation"]
        durations = jobs[job][operation].get(row["machine"] + base, ())
        if row["end"] - row["start"] not in durations:
            return f"job {job} operation {operation}: not one of its modes"
        if row["start"] < ends.get((job, operation - 1), 0):
            return f"job {job} operation {operation}: begins before its predecessor ends"
        ends[job, operation] = row["end"]
        seen.add((job, operation))
        busy.setdefault(row["machine"], []).append((row["start"], row["end"]))
    if len(seen) != sum(map(len, jobs)):
        return "operations are missing"
    for machine, spans in busy.items():
        spans.sort()
        if any(a[1] > b[0] for a, b in zip(spans, spans[1:])):
            return f"machine {machine}: two operations at once"
    return None if max(ends.values()) == schedule["makespan"] else "another makespan than it says"


# Solving


@dataclass
class Search:
    seconds: float
    threads: int
    seed: int

    def flags(self):
        return [f"--time-limit={self.seconds:g}", f"--threads={self.threads}", f"--seed={self.seed}", "--json"]


def solve(script, python, solver, path, best, search):
    """What a solver says of an instance, nothing if its time is up; its schedule must be one, its bound no more than the best known makespan."""
    output = script.folder / "schedule.json"
    output.unlink(missing_ok=True)
    if solver == "rondo":
        command = [script.rondo, "plan", f"--fjsp={path}", f"--output={output}", *search.flags()]
    else:
        command = [str(python), str(CPSAT), str(path), f"--model={solver}", f"--output={output}", *search.flags()]
    try:
        result = programs.read_report(command, programs.TIMEOUT_S + 2 * search.seconds)
    except programs.ProgramFailure as failure:
        if solver == "rondo" or NO_SCHEDULE not in str(failure):
            raise
        return None
    schedule = json.loads(output.read_text())
    wrong = verify(path, schedule) or (None if schedule["makespan"] == result["makespan"] else "file and report have different makespans")
    if wrong is None and result["bound"] > min(best, result["makespan"]):
        wrong = f"the bound {result['bound']} is above the best known makespan"
    if wrong:
        raise programs.ProgramFailure(f"{' '.join(command)}\n{wrong}")
    return result


@dataclass
class Instance:
    file: str
    best_ub: int
    best_lb: str
    results: dict = field(default_factory=dict)   # solver -> what it said

    def excess(self, makespan):
        return 100 * (makespan / self.best_ub - 1)

    @property
    def ours(self):
        return self.results["rondo"]["makespan"]

    @property
    def peer(self):
        """The best of its models."""
        found = [self.results[model]["makespan"] for model in CPSAT_MODELS if model in self.results]
        return min(found) if found else None

    def line(self):
        rondo = self.results["rondo"]
        peers = [played.number(self.results[m]["makespan"]) if m in self.results else "-" for m in CPSAT_MODELS]
        peer_excess = "-" if self.peer is None else f"{self.excess(self.peer):.2f}"
        return [self.file, str(self.ours), *peers, str(self.best_ub), f"{self.excess(self.ours):.2f}", peer_excess, str(rondo["bound"]), self.best_lb,
                f"{rondo['best_seconds']:.2f}", "" if self.peer is None or self.ours <= self.peer else "worse"]


HEADER = ["instance", "rondo", *(f"cp-sat {model[:4]}." for model in CPSAT_MODELS), "best known", "excess %", "cp-sat %", "bound", "known", "found s", ""]


def read_instances(folder, match):
    with open(folder / "bounds.csv", newline="") as file:
        return [Instance(row["file"], int(row["best_ub"]), row["best_lb"]) for row in csv.DictReader(file) if match in row["file"]]


def run_set(script, name, instances, folder, python, search):
    for number, instance in enumerate(instances):
        turn = number % len(ORDER)
        for solver in ORDER[turn:] + ORDER[:turn]:
            if solver == "rondo" or python is not None:
                result = solve(script, python, solver, folder / instance.file, instance.best_ub, search)
                instance.results.update({solver: result} if result else {})
        told = ", ".join(f"{solver} {instance.results[solver]['makespan']}" for solver in ORDER if solver in instance.results)
        script.say(f"{name}: {instance.file}: {told}, best known {instance.best_ub}")
    print(f"{name}: {search.seconds:g} s, {search.threads} threads, seed {search.seed}")
    played.print_columns([HEADER, *(instance.line() for instance in instances)])
    print()


# Rows


def mean(values):
    return sum(values) / len(values)


def row_of(name, chosen, instances, peer_name):
    ours = [i.excess(i.ours) for i in instances]
    peers = [i.excess(i.peer) for i in instances if i.peer is not None]
    has_peer = len(peers) == len(instances)
    return played.row(f"fjsp_{name}", "plan", "% above best known", mean(ours), chosen.goal, holds=mean(ours) <= chosen.goal, lo=min(ours), hi=max(ours), n=len(ours),
                      peer_name=peer_name if has_peer else None, peer=mean(peers) if has_peer else None,
                      instances=[{"file": i.file, "best_ub": i.best_ub, **i.results} for i in instances])


def versus_row(instances, peer_name):
    worse = [i.file for i in instances if i.peer is not None and i.ours > i.peer]
    better = [i.file for i in instances if i.peer is not None and i.ours < i.peer]
    return played.row("fjsp_vs_cpsat", "plan", "instances where CP-SAT is better", len(worse), 0, n=len(instances), peer_name=peer_name, worse=worse, better=better)


def find_cpsat(script, arguments):
    """A Python that has ortools, and its version; nothing where there is none."""
    python = arguments.cpsat or VENV_PYTHON
    try:
        version = programs.run_program([str(python), "-c", "import ortools; print(ortools.__version__)"]).strip()
    except programs.ProgramFailure:
        script.note(f"fjsp_vs_cpsat is left out: {python} has no ortools; make bench-fjsp installs it, or name another Python with --cpsat")
        return None, None
    return python, f"CP-SAT {version}, best of {len(CPSAT_MODELS)} models"


def measure(script, arguments):
    if not (arguments.folder / "bounds.csv").is_file():
        raise programs.LeftOut(f"{arguments.folder}/bounds.csv is not there; name a folder with instances")
    python, peer_name = find_cpsat(script, arguments)
    for name in arguments.set or SETS:
        chosen = SETS[name]
        instances = [i for i in read_instances(arguments.folder, arguments.match) if i.file.startswith(f"{chosen.folder}/")]
        if arguments.quick:
            instances = instances[:QUICK_INSTANCES]
        if not instances:
            script.note(f"fjsp_{name} is left out: no instances of {chosen.folder} with '{arguments.match}' in {arguments.folder}")
            continue
        seconds = QUICK_SECONDS if arguments.quick else arguments.time_limit or chosen.seconds
        has_peer = name in (arguments.peer_set or PEER_SETS)
        run_set(script, name, instances, arguments.folder, python if has_peer else None, Search(seconds, arguments.threads, arguments.seed))
        script.rows.append(row_of(name, chosen, instances, peer_name))
        if name == VERSUS_SET and has_peer and python is not None:
            script.rows.append(versus_row(instances, peer_name))
    if arguments.time_limit:
        script.note(f"all sets with {arguments.time_limit:g} s, whatever their names say")


def main():
    script = played.Script("fjsp", __doc__.splitlines()[0])
    script.parser.add_argument("folder", type=Path, nargs="?", default=FOLDER, help="default ../shared/data/fjsp")
    script.parser.add_argument("--set", action="append", choices=SETS, help="run this set; repeat it for several; default all")
    script.parser.add_argument("--peer-set", action="append", choices=SETS, help=f"run CP-SAT, too, in this set; default {', '.join(PEER_SETS)}")
    script.parser.add_argument("--match", default="", help="only instances with this in their path")
    script.parser.add_argument("--time-limit", type=float, help="seconds for each instance and solver, in place of the set's")
    script.parser.add_argument("--threads", type=int, default=2, help="default 2")
    script.parser.add_argument("--seed", type=int, default=0, help="default 0")
    script.parser.add_argument("--cpsat", type=Path, metavar="PYTHON", help="a Python that has ortools; default build/venv-cpsat/bin/python")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

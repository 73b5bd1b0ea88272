#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Whether `rondo plan` admits what can be kept, and only that: random sets of jobs, planned, and played as synthetic work.

    bench/admission.py [--count N] [--seed N] [--iterations N] [--plays N] [--split] [--plan-seconds S] [--resume FILE] [--rondo PROGRAM]
                       [--out FILE] [--quick]

Sets that are refused are planned with --allow-late and played all the same, unless no plan of them can be repeated. With --resume each verdict is kept in FILE as soon as it is
there, and what is there already is not judged again: a run that was ended goes on, and several at once share the sets, taking turns.
Needs two CPUs and Python. Exit codes: 0 measured, also when a goal is missed; 1 a program failed; 77 there are no two CPUs.
"""

import fcntl
import hashlib
import json
import math
import random
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import played

CPUS = 2
JOBS_MIN, JOBS_MAX = 2, 6
NODES_MAX = 6
LOAD_MIN, LOAD_MAX = 0.2, 1.1
PERIODS_MS = ((4, 8, 16, 32),                      # the hyperperiod is the largest
              (5, 6, 10, 15),                     # it is 30 ms: rates that do not divide each other
              (16.666667, 33.333333, 50, 100))    # it is 100 ms, but for some nanoseconds: 60, 30, 20 and 10 Hz
PERIODS_WEIGHTS = (2, 1, 1)
FREE_SHARE = 1 / 3            # of the sets: their last job has no period
OFFSET_SHARE = 1 / 3          # of the jobs with a period
LONG_SHARE = 1 / 4            # of these: a deadline of one to two periods
PARALLEL_SHARE = 0.5          # of the jobs: they get faster with a second worker
NODE_NS_MIN = 20000
ACCEPTED_GOAL = 0.9           # of the sets that play without a miss
POLICIES = {"planned": "", "strict": "_strict"}
LOAD_BANDS = ((0, 0.5), (0.5, 0.7), (0.7, 0.9), (0.9, 2))
SHOWN_MAX = 10


# Sets


@dataclass
class JobSet:
    jobs: dict      # a jobs file
    profile: dict   # a profile of its models
    load: float


def split(generator, total, count):
    """`count` parts of `total`, at random."""
    cuts = sorted(generator.random() for _ in range(count - 1))
    return [total * (b - a) for a, b in zip([0, *cuts], [*cuts, 1])]


def cost(workers, duration_ns):
    return {"cluster": "all", "workers": workers, "p50_ns": duration_ns, "samples": 100}


def make_machine(cpus, is_split):
    """One lane with all CPUs, or one for each, where nobody but the plan chooses who runs what."""
    machine = played.machine_of(played.cluster("all", cpus))
    if is_split:
        machine["lanes"] = [{"name": f"cpu{cpu}", "cluster": "all", "cpus": str(cpu)} for cpu in cpus]
    return machine


def make_model(generator, name, work_ns):
    """A chain, each dispatch after the one before; now and then one skips its predecessor, and two can run at once."""
    is_parallel = generator.random() < PARALLEL_SHARE
    nodes = []
    for i, share in enumerate(split(generator, work_ns, generator.randint(1, NODES_MAX))):
        duration_ns = max(round(share), NODE_NS_MIN)
        costs = [cost(1, duration_ns)] + ([cost(2, round(duration_ns * generator.uniform(0.52, 0.8)))] if is_parallel else [])
        before = [] if i == 0 else [max(i - generator.choice((1, 1, 1, 2)), 0)]
        nodes.append({"export": f"work_{i}", "recording": 0, "command": i, "tiles": 2 if is_parallel else 1, "predecessors": before, "costs": costs})
    return {"model": name, "function": "", "calibrated": True, "nodes": nodes}


def make_set(seed):
    generator, more = random.Random(seed), random.Random(f"{seed} more")
    periods_ms = more.choices(PERIODS_MS, PERIODS_WEIGHTS)[0]
    has_free = more.random() < FREE_SHARE
    count, load = generator.randint(JOBS_MIN, JOBS_MAX), generator.uniform(LOAD_MIN, LOAD_MAX)
    jobs, models = [], []
    for letter, share in zip("abcdef", split(generator, load * CPUS, count)):
        period_ms = generator.choice(periods_ms)
        # One call at a time is at work: more than its period no job can need.
        model = make_model(generator, f"{letter}.vmfb", min(share, 1) * period_ms * 1e6)
        period_ns, part = round(period_ms * 1e6), generator.uniform(0.6, 1)
        if more.random() < LONG_SHARE:
            part = more.uniform(1, 2)
        job = {"name": letter, "model": model["model"]}
        if not has_free or len(jobs) < count - 1:
            job |= {"period_ns": period_ns, "deadline_ns": round(period_ns * part)}
            if more.random() < OFFSET_SHARE:
                job["offset_ns"] = more.randrange(period_ns)
        jobs.append(job)
        models.append(model)
    # What comes as often as it can takes what is left.
    work = sum(sum(node["costs"][0]["p50_ns"] for node in model["nodes"]) / job["period_ns"] for job, model in zip(jobs, models) if "period_ns" in job)
    profile = {"schema": "rondo.profile/1", "clusters": [{"name": "all", "capacity": 1024, "workers": CPUS}], "models": models}
    return JobSet({"schema": "rondo.jobs/1", "jobs": jobs}, profile, work / CPUS)


# Playing


def taken_ns(rows, end_ns):
    """Synthetic work ends when its time is over, so what a dispatch took longer was taken from its core: by another program, or below
    the kernel. The sum of it over those that began before `end_ns`."""
    return sum(max(int(row["end_ns"]) - int(row["start_ns"]) - int(row["planned_duration_ns"]), 0) for row in rows if int(row["start_ns"]) < end_ns)


def count_misses(table):
    """Instances that missed their deadline, and how many of them by more than what was taken from the cores before."""
    missed = unexplained = 0
    for rows in table.iterations():
        late = {}
        for row in rows:
            by_ns = int(row["end_ns"]) - int(row["deadline_ns"]) if row["deadline_ns"] else 0
            if by_ns > late.get(row["job_name"], (0, 0))[0]:
                late[row["job_name"]] = (by_ns, int(row["end_ns"]))
        missed += len(late)
        unexplained += sum(by_ns > taken_ns(rows, end_ns) for by_ns, end_ns in late.values())
    return missed, unexplained


@dataclass
class Played:
    """Of one policy: the play with the fewest unexplained misses; there are others only while there are such. None, where nothing can be repeated."""

    missed: int
    unexplained: int
    stolen_starts: int
    plays: int

    @property
    def is_kept(self):
        return self.plays > 0 and self.unexplained == 0


def play(script, plan, policy, iterations, plays_max):
    tries = []
    while not tries or tries[-1][1] > 0 and len(tries) < plays_max:
        table = script.play(plan, iterations=iterations, policy=policy, synthetic=True)
        tries.append((*count_misses(table), table.stolen_starts))
    return Played(*min(tries, key=lambda t: t[1]), len(tries))


@dataclass
class Verdict:
    seed: int
    load: float
    is_accepted: bool
    reason: str
    played: dict    # policy -> Played


def judge(script, seed, machine, settings):
    drawn = make_set(seed)
    jobs, profile = script.write("jobs.json", drawn.jobs), script.write("profile.json", drawn.profile)
    plan, said = script.plan(jobs, machine, profile, seconds=settings.seconds, may_refuse=True)
    is_accepted = plan is not None
    if not is_accepted:
        plan, _ = script.plan(jobs, machine, profile, "--allow-late", seconds=settings.seconds, may_refuse=True)
    found = {policy: play(script, plan, policy, settings.iterations, settings.plays) if plan is not None else Played(0, 0, 0, 0) for policy in POLICIES}
    return Verdict(seed, drawn.load, is_accepted, "" if is_accepted else next(iter(said["reasons"]), ""), found)


# Verdicts that are kept


class Verdicts:
    """A file with a line a verdict; those of other programs or settings stay in it, and do not count. Without a path nothing is kept."""

    def __init__(self, path, key):
        self.path, self.key = path, key

    def read(self, seed):
        if self.path is None or not self.path.exists():
            return None
        for line in self.path.read_text().splitlines():
            kept = json.loads(line)
            if kept["key"] == self.key and kept["verdict"]["seed"] == seed:
                return Verdict(**{**kept["verdict"], "played": {policy: Played(**found) for policy, found in kept["verdict"]["played"].items()}})
        return None

    def judge(self, seed, judge_set):
        """The kept verdict, else a new one. Whoever judges has the machine to itself: others wait here."""
        if self.path is None:
            return judge_set(seed)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with open(self.path, "a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            verdict = self.read(seed)
            if verdict is None:
                verdict = judge_set(seed)
                file.write(json.dumps({"key": self.key, "verdict": asdict(verdict)}) + "\n")
        return verdict


# Rows


def tell(script, verdicts, policy, suffix):
    """Rows and remarks of one policy."""
    accepted, kept = [v for v in verdicts if v.is_accepted], [v for v in verdicts if v.played[policy].is_kept]
    broken, refused = [v for v in accepted if v not in kept], [v for v in kept if not v.is_accepted]
    share = (len(kept) - len(refused)) / len(kept) if kept else None
    script.rows.append(played.row(f"admission_honest{suffix}", "plan", "accepted sets that miss", len(broken), 0, n=len(accepted)))
    script.rows.append(played.row(f"admission_accepted{suffix}", "plan", "accepted, of sets that do not miss", share, ACCEPTED_GOAL,
                                  holds=share is None or share >= ACCEPTED_GOAL, n=len(kept)))
    script.rows.append(played.row(f"admission_disturbed{suffix}", "plan", "misses while a core was taken",
                                  sum(v.played[policy].missed - v.played[policy].unexplained for v in verdicts), n=len(verdicts),
                                  stolen_starts=sum(v.played[policy].stolen_starts for v in verdicts)))
    for v in broken[:SHOWN_MAX]:
        script.note(f"{policy}, seed {v.seed}, load {v.load:.2f}: accepted, {v.played[policy].unexplained} misses in the best of {v.played[policy].plays} plays")
    for v in refused[:SHOWN_MAX]:
        script.note(f"{policy}, seed {v.seed}, load {v.load:.2f}: refused, plays without a miss: {v.reason}")


@dataclass
class Settings:
    count: int
    iterations: int
    plays: int
    seconds: float


def measure(script, arguments):
    machine = script.write("machine.json", make_machine(played.need_cpus(CPUS), arguments.split))
    settings = Settings(4, 1, 1, 0.1) if arguments.quick else Settings(arguments.count, arguments.iterations, arguments.plays, arguments.plan_seconds)
    program = hashlib.sha256(Path(script.rondo).read_bytes()).hexdigest()[:16]
    kept = Verdicts(arguments.resume, {"program": program, "split": arguments.split, "plays": settings.plays, "iterations": settings.iterations, "seconds": settings.seconds})
    begin_s, verdicts = time.monotonic(), []
    for i in range(settings.count):
        verdicts.append(kept.judge(arguments.seed + i, lambda seed: judge(script, seed, machine, settings)))
        if (i + 1) % math.ceil(settings.count / 10) == 0:
            script.say(f"{i + 1} of {settings.count} sets, {sum(v.is_accepted for v in verdicts)} accepted, {time.monotonic() - begin_s:.0f} s")
    for policy, suffix in POLICIES.items():
        tell(script, verdicts, policy, suffix)
    for low, high in LOAD_BANDS:
        inside = [v for v in verdicts if low <= v.load < high]
        script.note(f"load {low:g} to {high:g}: {len(inside)} sets, {sum(v.is_accepted for v in inside)} accepted")
    script.note(f"{len(verdicts)} sets from seed {arguments.seed}; {settings.iterations} hyperperiods a play, up to {settings.plays} plays of a set that misses; "
                f"{(time.monotonic() - begin_s) / 60:.1f} minutes")


def main():
    script = played.Script("admission", __doc__.splitlines()[0])
    script.parser.add_argument("--count", type=int, default=200, help="sets; default 200")
    script.parser.add_argument("--seed", type=int, default=1, help="of the first set, the next ones count from it; default 1")
    script.parser.add_argument("--iterations", type=int, default=5, help="hyperperiods that each set is played for; default 5")
    script.parser.add_argument("--plays", type=int, default=3, help="a set that misses for no reason that can be seen is played so often, and its best play counts; default 3")
    script.parser.add_argument("--split", action="store_true", help="a lane for each CPU, in place of one with all: nobody but the plan chooses who runs what")
    script.parser.add_argument("--plan-seconds", type=float, default=0.5, help="for each plan; default 0.5")
    script.parser.add_argument("--resume", type=Path, metavar="FILE", help="keep verdicts there, and go on with those of this program and these settings")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

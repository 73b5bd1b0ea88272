#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Whether `rondo plan` admits what can be kept, and only that: random sets of jobs, planned, and played as synthetic work.

    bench/admission.py [--count N] [--seed N] [--iterations N] [--plan-seconds S] [--rondo PROGRAM] [--out FILE] [--quick]

Sets that are refused are planned with --allow-late and played all the same. Needs two CPUs and Python. Exit codes: 0 measured, also
when a goal is missed; 1 a program failed; 77 there are no two CPUs.
"""

import math
import random
import sys
import time
from dataclasses import dataclass

import played

CPUS = 2
JOBS_MIN, JOBS_MAX = 2, 6
NODES_MAX = 6
LOAD_MIN, LOAD_MAX = 0.2, 1.1
PERIODS_MS = (4, 8, 16, 32)   # the hyperperiod is the largest
PARALLEL_SHARE = 0.5          # of the jobs: they get faster with a second worker
NODE_NS_MIN = 20000
LATE_NS = 50000               # what a core may have been away for unseen: see `explained_ns`
ACCEPTED_GOAL = 0.9           # of the sets that play without a miss


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
    generator = random.Random(seed)
    count, load = generator.randint(JOBS_MIN, JOBS_MAX), generator.uniform(LOAD_MIN, LOAD_MAX)
    jobs, models = [], []
    for letter, share in zip("abcdef", split(generator, load * CPUS, count)):
        period_ms = generator.choice(PERIODS_MS)
        # One call at a time is at work: more than its period no job can need.
        model = make_model(generator, f"{letter}.vmfb", min(share, 1) * period_ms * 1e6)
        jobs.append({"name": letter, "model": model["model"], "period_ms": period_ms, "deadline_us": round(period_ms * 1000 * generator.uniform(0.6, 1))})
        models.append(model)
    work = sum(sum(node["costs"][0]["p50_ns"] for node in model["nodes"]) / (job["period_ms"] * 1e6) for job, model in zip(jobs, models))
    profile = {"schema": "rondo.profile/1", "clusters": [{"name": "all", "capacity": 1024, "workers": CPUS}], "models": models}
    return JobSet({"schema": "rondo.jobs/1", "jobs": jobs}, profile, work / CPUS)


# Playing


def explained_ns(rows, end_ns):
    """Synthetic work ends when its time is over, so what a row took longer was taken from its core: by another program, or below the
    kernel. The longest such time of the rows that began before `end_ns`."""
    return max((int(row["end_ns"]) - int(row["start_ns"]) - int(row["planned_duration_ns"]) for row in rows if int(row["start_ns"]) < end_ns), default=0)


def count_misses(table):
    """Instances that missed their deadline, and how many of them while no core was away for as long as they were late."""
    missed = unexplained = 0
    for rows in table.iterations():
        late = {}
        for row in rows:
            by_ns = int(row["end_ns"]) - int(row["deadline_ns"]) if row["deadline_ns"] else 0
            if by_ns > late.get(row["job_name"], (0, 0))[0]:
                late[row["job_name"]] = (by_ns, int(row["end_ns"]))
        missed += len(late)
        unexplained += sum(by_ns > explained_ns(rows, end_ns) + 0 for by_ns, end_ns in late.values())
    return missed, unexplained


@dataclass
class Verdict:
    seed: int
    load: float
    is_accepted: bool
    missed: int
    unexplained: int
    reason: str

    @property
    def is_kept(self):
        return self.unexplained == 0


def judge(script, seed, machine, arguments, iterations, seconds):
    drawn = make_set(seed)
    jobs, profile = script.write("jobs.json", drawn.jobs), script.write("profile.json", drawn.profile)
    plan, said = script.plan(jobs, machine, profile, seconds=seconds, may_refuse=True)
    is_accepted = plan is not None
    if not is_accepted:
        plan, _ = script.plan(jobs, machine, profile, "--allow-late", seconds=seconds)
    missed, unexplained = count_misses(script.play(plan, iterations=iterations, synthetic=True))
    return Verdict(seed, drawn.load, is_accepted, missed, unexplained, "" if is_accepted else next(iter(said["reasons"]), ""))


def measure(script, arguments):
    cpus = played.need_cpus(CPUS)
    machine = script.write("machine.json", played.machine_of(played.cluster("all", cpus)))
    count, iterations, seconds = (4, 1, 0.1) if arguments.quick else (arguments.count, arguments.iterations, arguments.plan_seconds)
    begin_s, verdicts = time.monotonic(), []
    for i in range(count):
        verdicts.append(judge(script, arguments.seed + i, machine, arguments, iterations, seconds))
        if (i + 1) % math.ceil(count / 10) == 0:
            script.say(f"{i + 1} of {count} sets, {sum(v.is_accepted for v in verdicts)} accepted, {time.monotonic() - begin_s:.0f} s")
    accepted, refused = [v for v in verdicts if v.is_accepted], [v for v in verdicts if not v.is_accepted]
    kept = [v for v in verdicts if v.is_kept]
    script.rows.append(played.row("admission_honest", "plan", "accepted sets with a miss", sum(not v.is_kept for v in accepted), 0, n=len(accepted)))
    share = sum(v.is_accepted for v in kept) / len(kept) if kept else None
    script.rows.append(played.row("admission_accepted", "plan", "of the sets without a miss", share, ACCEPTED_GOAL, holds=share is None or share >= ACCEPTED_GOAL,
                                  n=len(kept)))
    script.rows.append(played.row("admission_disturbed", "plan", "misses while a core was away", sum(v.missed - v.unexplained for v in verdicts), n=len(verdicts)))
    for low in (0.2, 0.5, 0.7, 0.9):
        high = {0.2: 0.5, 0.5: 0.7, 0.7: 0.9, 0.9: math.inf}[low]
        inside = [v for v in verdicts if low <= v.load < high or low == 0.2 and v.load < low]
        script.note(f"load {'below 0.5' if low == 0.2 else f'from {low:g}'}: {len(inside)} sets, {sum(v.is_accepted for v in inside)} accepted; "
                    f"{sum(v.is_kept for v in inside)} played without a miss, {sum(v.is_kept and not v.is_accepted for v in inside)} of them refused")
    for v in [v for v in accepted if not v.is_kept][:10]:
        script.note(f"seed {v.seed}, load {v.load:.2f}: accepted, {v.unexplained} misses in {iterations} iterations")
    for v in [v for v in refused if v.is_kept][:10]:
        script.note(f"seed {v.seed}, load {v.load:.2f}: refused, no miss; {v.reason}")
    script.note(f"{len(verdicts)} sets from seed {arguments.seed}, {iterations} iterations each, {(time.monotonic() - begin_s) / 60:.1f} minutes")


def main():
    script = played.Script("admission", __doc__.splitlines()[0])
    script.parser.add_argument("--count", type=int, default=200, help="sets; default 200")
    script.parser.add_argument("--seed", type=int, default=1, help="of the first set, the next ones count from it; default 1")
    script.parser.add_argument("--iterations", type=int, default=5, help="hyperperiods that each set is played for; default 5")
    script.parser.add_argument("--plan-seconds", type=float, default=1, help="for each plan; default 1")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""One set of jobs under every policy: the bundled controller and two nets, profiled, planned and played.

    bench/policies.py [--factor F] [--iterations N] [--rounds N] [--plan-seconds S] [--rondo PROGRAM] [--out FILE] [--quick]

Periods are 2, 10 and 33 ms divided by --factor. Then, at three loads that the profile gives, the plan against `dynamic`. Needs
Python alone. Exit codes: 0 measured; 1 a program failed.
"""

import json
import sys
from dataclasses import dataclass, field
from statistics import median

import played

POLICIES = ("planned", "strict", "dynamic", "fifo", "priority", "edf", "shortest")
LOADS = (50, 75, 90)  # % of the time of all CPUs
BASE_US = 1000


@dataclass(frozen=True)
class Job:
    name: str       # none ends in a digit: instances have numbers behind their names
    model: str
    periods: int    # of the base
    priority: int


JOBS = (Job("control", "mlp_f32", 2, 200), Job("vision", "dronet_int8", 10, 128), Job("depth", "dronet_f32", 33, 100))


def jobs_file(base_us):
    return {"schema": "rondo.jobs/1", "jobs": [{"name": job.name, "model": str(played.MODELS[job.model]), "period_us": job.periods * base_us,
                                                "deadline_us": job.periods * base_us, "priority": job.priority} for job in JOBS]}


def work_ns(profile):
    """What a call of each job takes on one worker."""
    calls = {model["model"]: model["call"] for model in json.loads(profile.read_text())["models"]}
    return {job.name: next(c["p50_ns"] for path, costs in calls.items() if path.endswith(f"{job.model}.vmfb") for c in costs if c.get("workers", 1) == 1)
            for job in JOBS}


def work_per_base_ns(work):
    """CPU time that the jobs need for each unit of their periods."""
    return sum(work[job.name] / job.periods for job in JOBS)


@dataclass
class Outcome:
    """What one policy gave, a figure a round; percentiles are of all instances of all rounds."""

    makespans: list = field(default_factory=list)    # ms
    delays: list = field(default_factory=list)       # us, of the roots
    misses: list = field(default_factory=list)       # instances
    latencies: list = field(default_factory=list)    # us, of the job depth
    instances: int = 0

    def add(self, table, depth):
        self.makespans.append(median(max(int(row["end_ns"]) for row in rows) for rows in table.iterations()) / 1e6)
        late = 0
        for rows in table.iterations():
            # Not from the planned start: policies without a plan begin at the release, which may be earlier.
            self.delays += [(int(row["start_ns"]) - int(row["release_ns"])) / 1e3 for row in rows if row["release_policy"] == "phase_locked"]
            ends, deadlines, releases = {}, {}, {}
            for row in rows:
                name = row["job_name"]
                ends[name] = max(ends.get(name, 0), int(row["end_ns"]))
                if row["deadline_ns"]:
                    deadlines[name] = int(row["deadline_ns"])
                if row["release_policy"] == "phase_locked":
                    releases[name] = int(row["release_ns"])
            late += sum(ends[name] > deadline for name, deadline in deadlines.items())
            self.instances += len(ends)
            self.latencies += [(ends[name] - release) / 1e3 for name, release in releases.items() if name.startswith(depth)]
        self.misses.append(late)


def play(script, plan, policies, rounds, iterations):
    """Alternates between the policies."""
    found = {policy: Outcome() for policy in policies}
    for _ in range(rounds):
        for policy in policies:
            found[policy].add(script.play(plan, iterations=iterations, policy=policy), JOBS[-1].name)
    return found


def print_outcomes(title, found):
    lines = [["policy", "makespan ms", "root delay us: p50", "p99", "misses", "of", f"latency of {JOBS[-1].name} us: p50", "p99"]]
    for policy, outcome in found.items():
        delay, latency = played.spread_of(outcome.delays), played.spread_of(outcome.latencies)
        lines.append([policy, *(played.number(value) for value in (median(outcome.makespans), delay["p50"], delay["p99"], sum(outcome.misses), outcome.instances,
                                                                    latency["p50"], latency["p99"]))])
    print(title)
    played.print_columns(lines)
    print()


def make_plan(script, machine, profile, base_us, seconds, name):
    """A plan in any case: policies are compared beyond what can be kept, too. Dispatches take their p50 in it."""
    jobs = script.write(f"{name}_jobs.json", jobs_file(base_us))
    plan, said = script.plan(jobs, machine, profile, "--slack=0", "--allow-late", seconds=seconds, name=f"{name}.json")
    late = sum(job["late"] for job in said["jobs"])
    script.note(f"{name}: periods {', '.join(f'{job.periods * base_us / 1000:g}' for job in JOBS)} ms, {said['dispatches']} dispatches, planned makespan "
                f"{said['makespan_ns'] / 1e6:.3f} ms" + (f", {late} calls late by plan" if late else ""))
    return plan


def policy_row(policy, outcome):
    """Delays are what its percentiles are of; the rest has keys of its own."""
    delay, latency = played.spread_of(outcome.delays), played.spread_of(outcome.latencies)
    return played.row(f"policies_{policy}", "play", "us", delay["p50"], **delay, makespan_ms=median(outcome.makespans), misses=sum(outcome.misses),
                      instances=outcome.instances, depth_latency_p50_us=latency["p50"], depth_latency_p99_us=latency["p99"])


def compare_rows(load, planned, dynamic):
    def compared(what, unit, ours, peer, **spread):
        return played.row(f"planned_vs_dynamic_{load}_{what}", "plan", unit, ours, peer_name="dynamic", peer=peer, ratio=ours / peer if peer else None, **spread)

    delays, latencies = [played.spread_of(o.delays) for o in (planned, dynamic)], [played.spread_of(o.latencies) for o in (planned, dynamic)]
    return [compared("delay", "us", delays[0]["p50"], delays[1]["p50"], **delays[0]),
            compared("depth", "us", latencies[0]["p50"], latencies[1]["p50"], **latencies[0]),
            compared("misses", "instances", sum(planned.misses), sum(dynamic.misses), n=planned.instances)]


def measure(script, arguments):
    repeat, rounds, iterations, seconds = (5, 1, 1, 0.2) if arguments.quick else (200, arguments.rounds, arguments.iterations, arguments.plan_seconds)
    machine = script.write("machine.json", played.allowed_machine())
    script.say("profile")
    profile = script.profile([played.MODELS[job.model] for job in JOBS], machine, repeat)
    work = work_ns(profile)
    script.note("work: " + ", ".join(f"{name} {ns / 1e3:.4g} us" for name, ns in work.items()) + " a call on one worker")
    base_us, cpu_count = max(round(BASE_US / arguments.factor), 1), len(played.programs.ALLOWED_CPUS)
    load = work_per_base_ns(work) / (base_us * 1e3 * cpu_count)
    script.say("policies")
    found = play(script, make_plan(script, machine, profile, base_us, seconds, "policies"), POLICIES, rounds, iterations)
    print_outcomes(f"periods divided by {arguments.factor:g}: load {100 * load:.0f} % of {cpu_count} CPUs", found)
    script.rows += [policy_row(policy, outcome) for policy, outcome in found.items()]
    for percent in LOADS:
        script.say(f"load {percent} %")
        base_us = max(round(work_per_base_ns(work) / (percent * 10 * cpu_count)), 1)
        plan = make_plan(script, machine, profile, base_us, seconds, f"load_{percent}")
        found = play(script, plan, ("planned", "dynamic"), rounds, iterations)
        print_outcomes(f"load {percent} % of {cpu_count} CPUs", found)
        script.rows += compare_rows(percent, found["planned"], found["dynamic"])
    script.note(f"{rounds} rounds of {iterations} hyperperiods, policies in turn; percentiles are of all of them; delays are start - release of roots")


def main():
    script = played.Script("policies", __doc__.splitlines()[0])
    script.parser.add_argument("--factor", type=float, default=1, help="divides the periods; default 1")
    script.parser.add_argument("--iterations", type=int, default=10, help="hyperperiods of each play; default 10")
    script.parser.add_argument("--rounds", type=int, default=3, help="default 3")
    script.parser.add_argument("--plan-seconds", type=float, default=10, help="for each of the four plans; default 10")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

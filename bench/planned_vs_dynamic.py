#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""The policies `planned` and `strict` against `dynamic` on one set of jobs at loads of 50, 75 and 90 %: misses, and how long perception takes.

    bench/planned_vs_dynamic.py [--load P]... [--way NAME]... [--depth-deadline US] [--iterations N] [--rounds N] [--plan-seconds S]
                                [--rondo PROGRAM] [--out FILE] [--quick]

The jobs are those of policies.py: a controller and two nets, their periods such that the work of all on one worker each is so much of
the time of all CPUs. Played with the models, and with the times of data/nets_profile.json, the same on any host, played as synthetic work
and simulated. Needs two CPUs and Python. Exit codes: 0 measured; 1 a program failed; 77 there are no two CPUs.
"""

import sys

import jobset
import played

LOADS = (50, 75, 90)  # % of the time of all CPUs
POLICIES = ("planned", "strict", "dynamic")


def verdict_row(name, ours, dynamic):
    """Fewer misses, or with as many a lower latency of the float net."""
    misses, latencies = (sum(ours.misses), sum(dynamic.misses)), [played.spread_of(o.latencies)["p50"] for o in (ours, dynamic)]
    holds = misses[0] < misses[1] or misses[0] == misses[1] and latencies[0] <= latencies[1]
    return played.row(name, "plan", "misses", misses[0], peer_name="dynamic", peer=misses[1], ratio=misses[0] / misses[1] if misses[1] else None, n=ours.instances, holds=holds,
                      depth_p50_us=latencies[0], peer_depth_p50_us=latencies[1])


def compare_rows(load, way, planned, strict, dynamic):
    name = f"planned_vs_dynamic_{load}{jobset.WAYS[way]}"

    def compared(what, unit, ours, peer, **others):
        return played.row(f"{name}{what}", "plan", unit, ours, peer_name="dynamic", peer=peer, ratio=ours / peer if peer else None, **others)

    delays, latencies = [played.spread_of(o.delays) for o in (planned, dynamic)], [played.spread_of(o.latencies) for o in (planned, dynamic)]
    return [verdict_row(name, planned, dynamic), verdict_row(f"{name}_strict", strict, dynamic),
            compared("_delay", "us", delays[0]["p50"], delays[1]["p50"], **delays[0], peer_p99=delays[1]["p99"]),
            compared("_depth", "us", latencies[0]["p50"], latencies[1]["p50"], **latencies[0], peer_p99=latencies[1]["p99"])]


def measure(script, arguments):
    repeat, seconds = (5, 0.2) if arguments.quick else (200, arguments.plan_seconds)
    runs = jobset.Runs(1, 1, 0) if arguments.quick else jobset.Runs(arguments.rounds, arguments.iterations)
    wanted = [way for way in jobset.WAYS if not arguments.way or way in arguments.way]
    sources = {}
    if jobset.REAL in wanted:
        sources["here"] = jobset.measure_source(script, repeat), [jobset.REAL]
    if fixed := [way for way in wanted if way != jobset.REAL]:
        sources["fixed"] = jobset.fixed_source(script), fixed
    for load in arguments.load or LOADS:
        for name, (source, ways) in sources.items():
            plan = jobset.make_plan(script, source, source.base_us(load), seconds, f"load_{load}_{name}", arguments.depth_deadline)
            for way in ways:
                script.say(f"load {load} %, {way}")
                found = jobset.compare(script, plan, POLICIES, way, runs)
                jobset.print_outcomes(f"load {load} % of {source.cpu_count} CPUs, {way}", found)
                script.rows += compare_rows(load, way, *(found[policy] for policy in POLICIES))
    script.note(f"{runs.rounds} rounds of {runs.iterations} hyperperiods, policies in turn; percentiles are of all of them; delays are start - release of roots")


def main():
    script = played.Script("planned_vs_dynamic", __doc__.splitlines()[0])
    script.parser.add_argument("--load", type=int, action="append", help="%% of the time of all CPUs; repeat it for several; default 50, 75, 90")
    script.parser.add_argument("--way", action="append", choices=jobset.WAYS, help="only this; repeat it for several")
    script.parser.add_argument("--depth-deadline", type=int, metavar="US", help="of the float net; default its period")
    script.parser.add_argument("--iterations", type=int, default=10, help="hyperperiods of each play; default 10")
    script.parser.add_argument("--rounds", type=int, default=3, help="default 3")
    script.parser.add_argument("--plan-seconds", type=float, default=10, help="for each plan; default 10")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

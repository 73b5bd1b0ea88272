#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""One set of jobs under every policy: the bundled controller and two nets, profiled, planned, played and simulated.

    bench/policies.py [--factor F] [--iterations N] [--rounds N] [--plan-seconds S] [--rondo PROGRAM] [--out FILE] [--quick]

Periods are 2, 10 and 33 ms divided by --factor. Three tables: played with the models, played as synthetic work of the planned times,
simulated. Needs Python alone. Exit codes: 0 measured; 1 a program failed.
"""

import sys
from statistics import median

import jobset
import played

# The four ways to schedule: who decides where a dispatch runs, and when.
APPROACHES = {
    "strict": "planned ahead",
    "planned": "planned ahead, adapted at run time",
    "fifo": "job shop at run time",
    "priority": "job shop at run time",
    "edf": "job shop at run time",
    "shortest": "job shop at run time",
    "dynamic": "dynamic at run time",
}
TITLES = {jobset.REAL: "played with the models", jobset.SYNTHETIC: "played as synthetic work", jobset.SIMULATED: "simulated"}
QUICK_FACTOR = 4


def policy_row(policy, way, outcome):
    """Delays are what its percentiles are of; the rest has keys of its own."""
    delay, jitter, overhead, latency = (played.spread_of(v) for v in (outcome.delays, outcome.jitters, outcome.overheads, outcome.latencies))
    return played.row(f"policies_{policy}{jobset.WAYS[way]}", "play", "us", delay["p50"], **delay, approach=APPROACHES[policy], makespan_ms=median(outcome.makespans),
                      misses=sum(outcome.misses), instances=outcome.instances, jitter_p50_us=jitter["p50"], jitter_p99_us=jitter["p99"], overhead_p50_us=overhead["p50"],
                      overhead_p99_us=overhead["p99"], depth_latency_p50_us=latency["p50"], depth_latency_p99_us=latency["p99"])


def measure(script, arguments):
    repeat, seconds, factor = (5, 0.2, QUICK_FACTOR) if arguments.quick else (200, arguments.plan_seconds, arguments.factor)
    runs = jobset.Runs(1, 1, 0) if arguments.quick else jobset.Runs(arguments.rounds, arguments.iterations)
    source = jobset.measure_source(script, repeat)
    base_us = max(round(jobset.BASE_US / factor), 1)
    about = f"periods divided by {factor:g}: load {100 * source.load(base_us):.0f} % of {source.cpu_count} CPUs"
    plan = jobset.make_plan(script, source, base_us, seconds, "policies")
    for way, title in TITLES.items():
        script.say(title)
        found = jobset.compare(script, plan, APPROACHES, way, runs)
        jobset.print_outcomes(f"{title}; {about}", found, APPROACHES)
        script.rows += [policy_row(policy, way, outcome) for policy, outcome in found.items()]
    script.note(f"{runs.rounds} rounds of {runs.iterations} hyperperiods, policies in turn; percentiles are of all of them; root delay: start - release; jitter: between "
                "the delays of two calls of a job that follow each other; overhead: until a dispatch begins that could and whose worker had ended the one before")


def main():
    script = played.Script("policies", __doc__.splitlines()[0])
    script.parser.add_argument("--factor", type=float, default=1, help="divides the periods; default 1")
    script.parser.add_argument("--iterations", type=int, default=10, help="hyperperiods of each play; default 10")
    script.parser.add_argument("--rounds", type=int, default=3, help="default 3")
    script.parser.add_argument("--plan-seconds", type=float, default=10, help="for the plan; default 10")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

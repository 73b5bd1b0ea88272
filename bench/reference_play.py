#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Plays a published schedule of 105 dispatches, a perception net beside 17 periods of a controller, as synthetic work.

    bench/reference_play.py [--schedule FILE] [--iterations N] [--rounds N] [--rondo PROGRAM] [--out FILE] [--quick]

Needs that file, Python, and a CPU for each of its two targets. Exit codes: 0 measured, also when a goal is missed; 1 a program failed;
77 the file is not there.
"""

import sys
from pathlib import Path

import played
import programs

SCHEDULE = played.ROOT.parent / "shared" / "data" / "merlin" / "scheduled_networks_periodic_profile_profiled.json"
POLICIES = ("planned", "strict")
DELAY_GOAL_US, MAKESPAN_GOAL = 1, 1.005


def measure(script, arguments):
    if not arguments.schedule.is_file():
        raise programs.LeftOut(f"{arguments.schedule} is not there; name it with --schedule")
    played.need_cpus(2)
    iterations, rounds = (3, 1) if arguments.quick else (arguments.iterations, arguments.rounds)
    found = {policy: [] for policy in POLICIES}
    for _ in range(rounds):
        for policy in POLICIES:
            table = script.play(arguments.schedule, "--synthetic", iterations=iterations, policy=policy)
            # Two dispatches at once on one target are in the file; the check of the table alone knows workers, which have one.
            table.check()
            found[policy].append(table.stats(f"--plan={arguments.schedule}"))
    for policy, rounds_of in found.items():
        suffix = "" if policy == "planned" else f"_{policy}"
        delay, last = [s["root_delay"]["p50_ns"] / 1e3 for s in rounds_of], rounds_of[-1]["root_delay"]
        spread = {"n": last["count"], "p50": last["p50_ns"] / 1e3, "p99": last["p99_ns"] / 1e3, "p999": last["p999_ns"] / 1e3}
        script.rows.append(played.row_of_rounds(f"reference_play_root_p50{suffix}", "play", "us", delay, DELAY_GOAL_US, spread))
        ratio = [s["makespan"]["p50_ns"] / s["planned_makespan_ns"] for s in rounds_of]
        script.rows.append(played.row_of_rounds(f"reference_play_makespan{suffix}", "play", "x plan", ratio, MAKESPAN_GOAL, {"n": rounds_of[-1]["makespan"]["count"]}))
    script.note(f"{rounds} rounds of {iterations} iterations; lowest and highest are of the rounds, percentiles of the last one")


def main():
    script = played.Script("reference_play", __doc__.splitlines()[0])
    script.parser.add_argument("--schedule", type=Path, default=SCHEDULE, help="default ../shared/data/merlin/" + SCHEDULE.name)
    script.parser.add_argument("--iterations", type=int, default=50, help="of each play; default 50")
    script.parser.add_argument("--rounds", type=int, default=5, help="default 5")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

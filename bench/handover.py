#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""From the end of a dispatch to the start of the one that waits for it: chains of synthetic work, played by `rondo play`.

    bench/handover.py [--rounds N] [--iterations N] [--rondo PROGRAM] [--out FILE] [--quick]

Needs two CPUs, Python, and bench_wake beside the program for the comparison with a bare wake. Exit codes: 0 measured, also when a
goal is missed; 1 a program failed; 77 there are no two CPUs.
"""

import sys
from pathlib import Path
from statistics import median

import played
import programs

NODES = 1000
# Workers spin for 20 us when they have nothing to do: while 10 us pass the next lane still spins, while 200 us pass it falls asleep.
SAME_US, SPIN_US, SLEEP_US = 20, 10, 200
SAME_GOAL_US, SPIN_GOAL_US, WAKE_GOAL = 0.5, 2, 1.3


def key(index):
    return f"chain_dispatch_{index}"


PREVIOUS = {key(i): key(i - 1) for i in range(1, NODES)}


def chain(targets, duration_us):
    """A schedule of dispatches one behind the other, each on the next of the targets."""
    duration_ns = duration_us * 1000
    dispatches = {}
    for i in range(NODES):
        dispatches[key(i)] = {"id": i, "ordinal": 1, "total": 1, "dependencies": [key(i - 1)] if i > 0 else [], "hardware_target": targets[i % len(targets)],
                              "start_ns": i * duration_ns, "duration_ns": duration_ns, "job_name": "chain", "workers": 1,
                              "release_policy": "immediate", "time_dep_mode": "soft"}
    return {"schema": "rondo.plan/1", "dispatches": dispatches, "metadata": {"machines": targets}}


def bare_wake_us(script, seconds):
    """p50 of a futex wake between two CPUs; bench_wake takes the last two that are allowed, as this script does."""
    program = programs.find_bench(Path(script.rondo).parent, "wake")
    return programs.find_line([program, "--row=wake", f"--seconds={seconds:g}", "--json"], "wake_futex")["p50"] / 1e3


def measure(script, arguments):
    cpus = played.need_cpus(2)
    one = script.write("one.json", played.machine_of(played.cluster("both", cpus)))
    two = script.write("two.json", played.machine_of(played.cluster("left", cpus[:1]), played.cluster("right", cpus[1:])))
    kinds = {"same": (script.write("same.json", chain(["both"], SAME_US)), one), "spin": (script.write("spin.json", chain(["left", "right"], SPIN_US)), two),
             "sleep": (script.write("sleep.json", chain(["left", "right"], SLEEP_US)), two)}
    rounds, iterations, seconds = (1, 1, 0.1) if arguments.quick else (arguments.rounds, arguments.iterations, 1)
    found, all_values, wakes = {kind: [] for kind in kinds}, {}, []
    for _ in range(rounds):
        for kind, (schedule, machine) in kinds.items():
            table = script.play(schedule, f"--machine={machine}", iterations=iterations, synthetic=True)
            table.check()
            values = [ns / 1e3 for ns in table.handovers(PREVIOUS)]
            found[kind].append(median(values))
            all_values.setdefault(kind, []).extend(values)
        try:
            wakes.append(bare_wake_us(script, seconds))
        except programs.LeftOut as reason:
            script.note(f"no peer for handover_cross: {reason}")
    spreads = {kind: played.spread_of(values) for kind, values in all_values.items()}
    script.rows.append(played.row_of_rounds("handover_same", "play", "us", found["same"], SAME_GOAL_US, spreads["same"]))
    script.rows.append(played.row_of_rounds("handover_cross_spin", "play", "us", found["spin"], SPIN_GOAL_US, spreads["spin"]))
    if len(wakes) == rounds:
        ratios = [ours / wake for ours, wake in zip(found["sleep"], wakes)]
        script.rows.append(played.row("handover_cross", "play", "us", median(found["sleep"]), WAKE_GOAL, lo=min(ratios), hi=max(ratios), peer_name="bare futex wake",
                                      peer=median(wakes), ratio=median(ratios), **spreads["sleep"]))
    else:
        script.rows.append(played.row_of_rounds("handover_cross", "play", "us", found["sleep"], None, spreads["sleep"]))
    script.note(f"{rounds} rounds; lowest and highest are of their medians (of handover_cross: of their ratios), percentiles of all hand-overs")


def main():
    script = played.Script("handover", __doc__.splitlines()[0])
    script.parser.add_argument("--rounds", type=int, default=7, help="default 7")
    script.parser.add_argument("--iterations", type=int, default=5, help="of each chain in a round; default 5")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""A controller due every 2 ms beside nets on the same cores: `rondo play`, alone and together.

    bench/play.py [--only both|three|load90|trace]... [--rounds N] [--seconds S] [--pairs N] [--rondo PROGRAM] [--out FILE] [--quick]

Alternates: each round plays the float net alone, the controller alone, and then

    both     the controller and the float net as fast as it can
    three    these and an int8 net every 10 ms
    load90   the same three, the float net with a period such that all of them need 90 % of the time of all workers

After them, in alternating pairs, the float net alone with and without a trace (trace).
Needs nothing but Python. Exit codes: 0 measured, also when a goal is missed; 1 a program failed.
"""

import sys
from statistics import median

import played
import programs
import stats

NET, CONTROLLER, VISION = "net", "controller", "vision"
MODEL_OF = {NET: "dronet_f32", CONTROLLER: "mlp_f32", VISION: "dronet_int8"}
PERIOD_NS = {CONTROLLER: 2_000_000, VISION: 10_000_000}
TOGETHER = {"both": (NET, CONTROLLER), "three": (NET, CONTROLLER, VISION), "load90": (NET, CONTROLLER, VISION)}
ROW_PREFIX = {"both": "both", "three": "three", "load90": "three_load90"}
TRACE, TRACE_GOAL = "trace", 1.01
TRACE_SECONDS = 1
LOAD = 0.9
START_P50_GOAL_US, START_P99_GOAL_US, RUN_GOAL, NET_GOAL = 0.5, 10, 1.2, 1.10


def argument(name, period_ns=None):
    """A job of `rondo play`."""
    period_ns = period_ns or PERIOD_NS.get(name)
    return f"{played.MODELS[MODEL_OF[name]]},name={name}" + (f",period={period_ns}ns" if period_ns else "")


def net_period_ns(work, workers):
    """Of the float net: with it the work of all three on one worker each, over period and workers, sums up to LOAD."""
    left = LOAD * workers - sum(work[MODEL_OF[name]] / period for name, period in PERIOD_NS.items())
    if left <= 0:
        raise programs.LeftOut(f"two of the jobs alone need {100 * (LOAD - left / workers):.0f} % of the time of {workers} workers")
    return round(work[MODEL_OF[NET]] / left)


def loaded_jobs(script, repeat):
    script.say("profile")
    workers = script.play_workers([argument(CONTROLLER)])
    machine = script.write("machine.json", played.allowed_machine())
    work = played.work_ns(script.profile([played.MODELS[model] for model in MODEL_OF.values()], machine, repeat))
    period_ns = net_period_ns(work, workers)
    script.note(f"load90: the float net every {period_ns / 1e6:.3f} ms on {workers} workers; work of a call: "
                + ", ".join(f"{name} {work[MODEL_OF[name]] / 1e3:.4g} us" for name in TOGETHER["load90"]))
    return [argument(NET, period_ns), argument(CONTROLLER), argument(VISION)]


class Rounds:
    """What each side said in each round."""

    def __init__(self, sides):
        self.sides = sides
        self.said = {side: [] for side in sides}

    def play(self, script, rounds, seconds):
        for number in range(rounds):
            script.say(f"round {number + 1} of {rounds}")
            for side, jobs in self.sides.items():
                self.said[side].append(script.play_jobs(jobs, seconds))

    def figures(self, side, name, key, which):
        """Of a spread of a job, a figure a round, in ns."""
        return [jobs[name][key][which] for jobs in self.said[side]]

    def total(self, side, name, *counters):
        return sum(jobs[name][counter] for jobs in self.said[side] for counter in counters)

    def misses(self, side, name):
        """Outside stolen time; a `rondo` that does not tell which of the skipped ones those are has all of them counted."""
        return sum(job["missed_not_stolen"] + job.get("skipped_not_stolen", job["skipped"]) for job in (jobs[name] for jobs in self.said[side]))


def over_solo(rounds, side, name, key):
    """p50 of a job beside others over its p50 alone, a ratio a round."""
    return [ours / solo for ours, solo in zip(rounds.figures(side, name, key, "p50"), rounds.figures(name, name, key, "p50"))]


def delay_row(rounds, side, which, goal):
    """Start delays outside stolen time; the percentiles are of the last round, with it."""
    last = rounds.said[side][-1][CONTROLLER]["start_delay_ns"]
    spread = {"n": last["n"], "p50": last["p50"] / 1e3, "p99": last["p99"] / 1e3, "p999": last["p99.9"] / 1e3}
    values = [ns / 1e3 for ns in rounds.figures(side, CONTROLLER, "start_delay_not_stolen_ns", which)]
    return played.row_of_rounds(f"{ROW_PREFIX[side]}_start_{which}", "play", "us", values, goal, spread)


def count_row(rounds, side, name, suffix, count, goal=None):
    return played.row(f"{ROW_PREFIX[side]}_{suffix}", "play", "of all releases", count, goal, n=rounds.total(side, name, "released", "skipped"))


def rows_of(rounds, side):
    prefix = ROW_PREFIX[side]
    found = [delay_row(rounds, side, "p50", START_P50_GOAL_US), delay_row(rounds, side, "p99", START_P99_GOAL_US),
             count_row(rounds, side, CONTROLLER, "misses", rounds.misses(side, CONTROLLER), 0),
             count_row(rounds, side, CONTROLLER, "misses_all", rounds.total(side, CONTROLLER, "missed", "skipped")),
             count_row(rounds, side, CONTROLLER, "stolen", rounds.total(side, CONTROLLER, "stolen")),
             played.row_of_rounds(f"{prefix}_mlp_run", "play", "x solo", over_solo(rounds, side, CONTROLLER, "run_ns"), RUN_GOAL)]
    # Only beside the controller alone does the net have the machine to itself.
    found.append(played.row_of_rounds(f"{prefix}_dronet", "play", "x solo", over_solo(rounds, side, NET, "latency_ns"), NET_GOAL if side == "both" else None))
    for name in TOGETHER[side]:
        if name == VISION or name == NET and side == "load90":
            found.append(count_row(rounds, side, name, f"{name}_misses", rounds.misses(side, name)))
    return found


def trace_row(script, pairs, seconds):
    """The float net's latency while its instances are kept for a trace, over the same without."""
    flags = {"on": [f"--trace={script.folder / 'net.pftrace'}"], "off": []}
    ours, solo, last = [], [], None
    for number in range(pairs):
        found = {}
        for side in ("on", "off") if number % 2 == 0 else ("off", "on"):
            found[side] = script.play_jobs([argument(NET)], seconds, *flags[side])[NET]["latency_ns"]
        ours.append(found["on"]["p50"] / 1e3)
        solo.append(found["off"]["p50"] / 1e3)
        last = found["on"]
    ratios = [a / b for a, b in zip(ours, solo)]
    low, high = stats.bootstrap_interval(ratios)
    return played.row("trace_play", "play", "us", median(ours), TRACE_GOAL, lo=low, hi=high, peer_name="rondo without a trace", peer=median(solo), ratio=median(ratios),
                      n=last["n"], p50=last["p50"] / 1e3, p99=last["p99"] / 1e3, p999=last["p99.9"] / 1e3, pairs=pairs)


def measure(script, arguments):
    count, seconds, repeat, pairs, pair_seconds = ((1, 0.2, 5, 2, 0.1) if arguments.quick else
                                                   (arguments.rounds, arguments.seconds, arguments.repeat, arguments.pairs, TRACE_SECONDS))
    wanted = [side for side in TOGETHER if not arguments.only or side in arguments.only]
    sides = {name: [argument(name)] for name in (NET, CONTROLLER)}
    sides.update({side: [argument(name) for name in TOGETHER[side]] for side in wanted if side != "load90"})
    if "load90" in wanted:
        try:
            sides["load90"] = loaded_jobs(script, repeat)
        except programs.LeftOut as reason:
            wanted.remove("load90")
            script.note(f"{ROW_PREFIX['load90']} is left out: {reason}")
    if wanted:
        rounds = Rounds(sides)
        rounds.play(script, count, seconds)
    for side in wanted:
        script.rows += rows_of(rounds, side)
    if not arguments.only or TRACE in arguments.only:
        script.say(f"{pairs} pairs with and without a trace")
        script.rows.append(trace_row(script, pairs, pair_seconds))
        script.note(f"trace_play: {pairs} pairs of {pair_seconds:g} s, lowest and highest are the 95 % interval of the median ratio")
    script.note(f"{count} rounds of {seconds:g} s; lowest and highest are of the rounds, percentiles of the last one, with stolen time; start delays, runs and "
                "misses are the controller's")


def main():
    script = played.Script("play", __doc__.splitlines()[0])
    script.parser.add_argument("--only", action="append", choices=[*TOGETHER, TRACE], help="measure this; repeat it for several; default all")
    script.parser.add_argument("--rounds", type=int, default=5, help="default 5")
    script.parser.add_argument("--seconds", type=float, default=4, help="of each play; default 4: with 5 rounds 10000 periods")
    script.parser.add_argument("--pairs", type=int, default=21, help=f"of the row about traces, {TRACE_SECONDS} s a side; default 21")
    script.parser.add_argument("--repeat", type=int, default=200, help="calls of the profile that load90 needs; default 200")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

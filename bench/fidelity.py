#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""How far plans can be believed: profile, plan and play of the bundled models; and the simulator against the player.

    bench/fidelity.py [--rounds N] [--iterations N] [--repeat N] [--plan-seconds S] [--rondo PROGRAM] [--out FILE] [--quick]

Needs Python alone. Exit codes: 0 measured, also when a goal is missed; 1 a program failed.
"""

import json
import sys
from statistics import median

import played
import programs

WARM_UP = 5
PAUSE = "--pause=500us"  # as iterations without a period are played
PLAN_GOAL, SIM_GOAL = 3, 2  # % of the planned, and of the simulated, makespan
# Periods end a plan with their last release whatever dispatches take, so every job here has one call.
SETS = {"all": tuple(played.MODELS), "nets": ("dronet_f32", "dronet_int8"), **{name: (name,) for name in played.MODELS}}


def jobs_file(models):
    letters = {name: name.replace("f32", "float").replace("int8", "int") for name in models}  # none ends in a digit
    return {"schema": "rondo.jobs/1", "jobs": [{"name": letters[name], "model": str(played.MODELS[name]), "iterations": 1} for name in models]}


def off_percent(observed, expected):
    return 100 * (observed / expected - 1)


class Measured:
    """A set of models: how far off each round was, in %."""

    def __init__(self):
        self.plan, self.simulation, self.planned_ms = [], [], []
        self.second, self.gains = [], []  # of the plan from what the first one's play has shown; its makespan by the first one's
        self.plan_parts = {part: [] for part in played.PARTS}
        self.simulation_parts = {part: [] for part in played.PARTS}


def add_parts(table, planned_ns, into):
    for part, ns in table.parts().items():
        into[part].append(100 * ns / planned_ns)


def measure_second(script, jobs, machine, profile, plan, table, iterations, seconds, into):
    """A second plan, from the profile and what was observed."""
    better = script.folder / "better.json"
    script.call("profile", f"--merge={profile}", f"--machine={machine}", f"--from-trace={table.path}", f"--plan={plan}", "-o", better)
    first_ns = table.stats()["makespan"]["p50_ns"]
    second, said = script.plan(jobs, machine, better, "--slack=0", seconds=seconds, name="second.json")
    second_ns = script.play(second, iterations=iterations, warm_up=WARM_UP).stats()["makespan"]["p50_ns"]
    into.second.append(off_percent(second_ns, said["makespan_ns"]))
    into.gains.append(second_ns / first_ns)


def measure_set(script, models, machine, profile, iterations, seconds, into):
    # Both sides are medians: dispatches are planned with their p50, and the makespan is the p50 of the iterations.
    jobs = script.write("jobs.json", jobs_file(models))
    plan, said = script.plan(jobs, machine, profile, "--slack=0", seconds=seconds)
    real = script.play(plan, iterations=iterations, warm_up=WARM_UP)
    into.plan.append(off_percent(real.stats()["makespan"]["p50_ns"], said["makespan_ns"]))
    add_parts(real, said["makespan_ns"], into.plan_parts)
    simulated = json.loads(script.call("simulate", plan, "--json")[0])["makespan"]["p50_ns"]
    synthetic = script.play(plan, iterations=iterations, warm_up=WARM_UP, synthetic=True)
    into.simulation.append(off_percent(synthetic.stats()["makespan"]["p50_ns"], simulated))
    add_parts(synthetic, said["makespan_ns"], into.simulation_parts)
    into.planned_ms.append(said["makespan_ns"] / 1e6)
    if len(models) == len(played.MODELS):
        real = script.play(plan, iterations=iterations, warm_up=WARM_UP)
        measure_second(script, jobs, machine, profile, plan, real, iterations, seconds, into)


def row_of(name, off, goal):
    """The median is held against the goal, in both directions."""
    middle = median(off)
    return played.row(name, "plan", "% off", middle, goal, holds=goal is None or abs(middle) <= goal, lo=min(off), hi=max(off), n=len(off))


def measure(script, arguments):
    rounds, iterations, repeat, seconds = (1, 3, 10, 0.1) if arguments.quick else (arguments.rounds, arguments.iterations, arguments.repeat, arguments.plan_seconds)
    bare = script.write("machine.json", played.allowed_machine())
    found = {name: Measured() for name in SETS}
    for number in range(rounds):
        script.say(f"round {number + 1} of {rounds}")
        # Anew in each round, so that a round is one run from models to played plan. Models are measured as they are played.
        machine = script.add_handovers(bare, "all", len(programs.ALLOWED_CPUS), 1 if arguments.quick else 5)
        alone = script.profile(played.MODELS.values(), machine, repeat, "alone.json", PAUSE)
        together = script.profile(played.MODELS.values(), machine, repeat, "together.json", "--together", PAUSE)
        for name, models in sorted(SETS.items(), reverse=number % 2 == 1):
            measure_set(script, models, machine, together if len(models) > 1 else alone, iterations, seconds, found[name])
    for name, measured in found.items():
        # All models in one run are held against the goals; each alone says where they come from.
        suffix, goals = ("", (PLAN_GOAL, SIM_GOAL)) if name == "all" else (f"_{name}", (None, None))
        script.rows.append(row_of(f"plan_fidelity{suffix}", measured.plan, goals[0]))
        script.rows += [row_of(f"plan_fidelity{suffix}_{part}", off, None) for part, off in measured.plan_parts.items()]
        script.rows.append(row_of(f"sim_fidelity{suffix}", measured.simulation, goals[1]))
        script.rows += [row_of(f"sim_fidelity{suffix}_{part}", off, None) for part, off in measured.simulation_parts.items()]
    everything = found["all"]
    script.rows.append(row_of("plan_fidelity_second", everything.second, None))
    script.rows.append(played.row_of_rounds("second_makespan", "plan", "ratio", everything.gains))
    script.note("planned makespans: " + ", ".join(f"{name} {median(m.planned_ms):.3f} ms" for name, m in found.items()))
    script.note(f"{rounds} rounds of {iterations} iterations; plan_fidelity and sim_fidelity are all models in one run, the others parts of them")


def main():
    script = played.Script("fidelity", __doc__.splitlines()[0])
    script.parser.add_argument("--rounds", type=int, default=7, help="default 7")
    script.parser.add_argument("--iterations", type=int, default=200, help="of each play; default 200")
    script.parser.add_argument("--repeat", type=int, default=500, help="calls of each profile; default 500")
    script.parser.add_argument("--plan-seconds", type=float, default=2, help="for each plan; default 2")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

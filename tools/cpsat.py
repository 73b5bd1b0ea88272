#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""A flexible job shop solved by OR-Tools' CP-SAT (PyPI ortools), as a cross-check: `rondo plan --fjsp=FILE --solver=cpsat` runs this.

    cpsat.py FILE [--model NAME] [--time-limit S] [--threads N] [--seed N] [--output FILE] [--json]

Models:
    alternatives   an optional interval with a start of its own for each alternative, tied to the operation's where it is chosen, as in
                   OR-Tools' own example
    cumulative     alternatives share the operation's start; redundant beside them: no more operations at once than machines, each
                   machine's work and the mean work are below the makespan

Prints and writes what `rondo plan --fjsp` does. Exit codes: 0 a schedule was found; 1 none, the file cannot be read, or there is no ortools.
"""

import argparse
import json
import os
import sys
import time

ORTOOLS = "ortools==9.15.6755"


def fail(text):
    print(f"rondo: {text}", file=sys.stderr)
    sys.exit(1)


def load_ortools():
    try:
        from ortools.sat.python import cp_model  # pylint: disable=import-outside-toplevel  (not everybody has it)
    except ImportError as error:
        fail(f"--solver=cpsat: {sys.executable} cannot load ortools ({error}); install it with '{sys.executable} -m pip install {ORTOOLS}', or name a Python "
             "that has it in RONDO_PYTHON")
    return cp_model


def read_shop(path):
    """For each job its operations, each a list of (machine, duration), with machines from 0; and the number of machines."""
    try:
        with open(path, encoding="ascii") as file:
            header, *lines = [line for line in file.read().splitlines() if line.strip()]
        job_count, machine_count = (int(word) for word in header.split()[:2])
        numbers = iter(int(word) for line in lines for word in line.split())
        jobs = [[[(next(numbers), next(numbers)) for _ in range(next(numbers))] for _ in range(next(numbers))] for _ in range(job_count)]
    except (OSError, ValueError, StopIteration, RuntimeError) as error:
        fail(f"{path}: {error or 'the file ends early'}")
    lowest = min((machine for job in jobs for operation in job for machine, _ in operation), default=0)
    base = 0 if lowest == 0 else 1
    return [[[(machine - base, duration) for machine, duration in operation] for operation in job] for job in jobs], machine_count


class Model:
    """Variables of both models: `starts` and `choices` say what a solution is."""

    def __init__(self, cp_model, jobs, machine_count):
        self.model = cp_model.CpModel()
        self.jobs, self.machine_count = jobs, machine_count
        self.horizon = sum(max(duration for _, duration in operation) for job in jobs for operation in job)
        self.makespan = self.model.new_int_var(0, self.horizon, "makespan")
        self.starts, self.choices = {}, {}   # (job, operation) -> variable; -> list of literals
        self.model.minimize(self.makespan)

    def add_operations(self, add_machine_interval):
        """Precedence and one alternative each. `add_machine_interval(key, alternative, machine, duration, literal)`."""
        model = self.model
        for j, job in enumerate(self.jobs):
            previous_end = 0
            for o, operation in enumerate(job):
                key = j, o
                self.starts[key] = model.new_int_var(0, self.horizon, f"start_{j}_{o}")
                self.choices[key] = [model.new_bool_var(f"use_{j}_{o}_{a}") for a in range(len(operation))]
                model.add_exactly_one(self.choices[key])
                model.add(self.starts[key] >= previous_end)
                previous_end = self.starts[key] + self.duration(key)
                for a, (machine, duration) in enumerate(operation):
                    add_machine_interval(key, a, machine, duration, self.choices[key][a])
            model.add(self.makespan >= previous_end)

    def duration(self, key):
        j, o = key
        return sum(duration * literal for (_, duration), literal in zip(self.jobs[j][o], self.choices[key]))

    def operations(self, solver):
        for (j, o), start in self.starts.items():
            chosen = next(a for a, literal in enumerate(self.choices[j, o]) if solver.boolean_value(literal))
            machine, duration = self.jobs[j][o][chosen]
            yield {"job": j, "operation": o, "machine": machine, "start": solver.value(start), "end": solver.value(start) + duration}


def make_alternatives(cp_model, jobs, machine_count):
    made = Model(cp_model, jobs, machine_count)
    on_machine = [[] for _ in range(machine_count)]

    def add_interval(key, alternative, machine, duration, literal):
        start = made.model.new_int_var(0, made.horizon, f"start_{key[0]}_{key[1]}_{alternative}")
        on_machine[machine].append(made.model.new_optional_fixed_size_interval_var(start, duration, literal, f"on_{key[0]}_{key[1]}_{alternative}"))
        made.model.add(start == made.starts[key]).only_enforce_if(literal)

    made.add_operations(add_interval)
    for intervals in on_machine:
        made.model.add_no_overlap(intervals)
    return made


def make_cumulative(cp_model, jobs, machine_count):
    made = Model(cp_model, jobs, machine_count)
    on_machine, work = [[] for _ in range(machine_count)], [[] for _ in range(machine_count)]

    def add_interval(key, alternative, machine, duration, literal):
        name = f"on_{key[0]}_{key[1]}_{alternative}"
        on_machine[machine].append(made.model.new_optional_fixed_size_interval_var(made.starts[key], duration, literal, name))
        work[machine].append(duration * literal)

    made.add_operations(add_interval)
    everything = [interval for intervals in on_machine for interval in intervals]
    for intervals, loads in zip(on_machine, work):
        made.model.add_no_overlap(intervals)
        made.model.add(made.makespan >= sum(loads))
    made.model.add_cumulative(everything, [1] * len(everything), machine_count)
    made.model.add(machine_count * made.makespan >= sum(load for loads in work for load in loads))
    return made


MODELS = {"alternatives": make_alternatives, "cumulative": make_cumulative}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file")
    parser.add_argument("--model", choices=MODELS, default="alternatives", help="default alternatives")
    parser.add_argument("--time-limit", type=float, default=10, help="seconds of search, without making the model; default 10")
    parser.add_argument("--threads", type=int, default=0, help="default one for each CPU that this process may use")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--output", help="write job, operation, machine, start and end of each operation there, as JSON")
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")
    return parser.parse_args()


def solve(cp_model, made, arguments):
    """The solver, its status, and when it found its last solution."""
    class Watch(cp_model.CpSolverSolutionCallback):
        found_s = 0.0

        def on_solution_callback(self):
            self.found_s = self.wall_time

    solver, watch = cp_model.CpSolver(), Watch()
    solver.parameters.max_time_in_seconds = arguments.time_limit
    solver.parameters.num_workers = arguments.threads or len(os.sched_getaffinity(0))
    solver.parameters.random_seed = arguments.seed
    begin = time.monotonic()
    status = solver.solve(made.model, watch)
    return solver, status, time.monotonic() - begin, watch.found_s


def main():
    arguments = parse_arguments()
    cp_model = load_ortools()
    jobs, machine_count = read_shop(arguments.file)
    made = MODELS[arguments.model](cp_model, jobs, machine_count)
    solver, status, seconds, found_s = solve(cp_model, made, arguments)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        fail(f"{arguments.file}: CP-SAT found no schedule in {seconds:.1f} s: {solver.status_name(status)}")
    makespan, bound = round(solver.objective_value), round(solver.best_objective_bound)
    result = {"makespan": makespan, "bound": bound, "gap": (makespan - bound) / bound if bound > 0 else 0, "seconds": round(seconds, 3),
              "optimal": status == cp_model.OPTIMAL, "best_seconds": round(found_s, 3), "threads": solver.parameters.num_workers, "seed": arguments.seed,
              "method": f"cpsat {arguments.model}", "jobs": len(jobs), "machines": machine_count, "operations": sum(map(len, jobs)),
              "modes": sum(len(operation) for job in jobs for operation in job)}
    if arguments.json:
        print(json.dumps(result))
    else:
        print(f"{result['operations']} operations of {len(jobs)} jobs on {machine_count} machines, CP-SAT with {arguments.model}")
        print(f"makespan  {makespan}{', proved to be the best' if result['optimal'] else ''}")
        print(f"bound     {bound}, gap {100 * result['gap']:.2f} %")
        print(f"found     after {found_s:.2f} s of {seconds:.2f} s")
    if arguments.output:
        try:
            with open(arguments.output, "w", encoding="ascii") as file:
                json.dump({"makespan": makespan, "bound": bound, "operations": list(made.operations(solver))}, file, indent=1)
                file.write("\n")
        except OSError as error:
            fail(f"{arguments.output}: {error.strerror}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Plans a published schedule of 105 dispatches, a perception net beside 17 periods of a controller, anew in three ways.

    bench/reference_plan.py [--schedule FILE] [--rondo PROGRAM] [--out FILE] [--quick]

As it is, with two dispatches at a time on a target, which the published one does once, and with the net on either or both clusters. Every
plan passes `rondo plan --check`. Exit codes: 0 measured, also when a goal is missed; 1 a program failed; 77 the file is not there.
"""

import sys
import time
from pathlib import Path

import played
import programs
import reference_play

# Row, flags, makespan in ms that it is to have at most. The last one is to beat the first.
WAYS = (("reference_plan", (), 32.649), ("reference_plan_overlap", ("--overlap=2",), 32.567), ("reference_plan_move", ("--move=dronet=CPU_P,CPU_E",), 32.648))
SECONDS_GOAL, LIMIT_S = 1, 10


def measure(script, arguments):
    if not arguments.schedule.is_file():
        raise programs.LeftOut(f"{arguments.schedule} is not there; name it with --schedule")
    for name, flags, goal_ms in WAYS:
        plan = script.folder / f"{name}.json"
        begin_s = time.monotonic()
        said = programs.read_report([script.rondo, "plan", str(arguments.schedule), *flags, f"--time_limit={LIMIT_S}", "--json", f"--output={plan}"])
        seconds = time.monotonic() - begin_s
        # What overlaps on purpose is what the check is to find.
        if "--overlap=2" not in flags:
            script.call("plan", f"--check={plan}")
        script.rows.append(played.row(name, "plan", "ms", said["makespan_ns"] / 1e6, goal_ms, bound_ms=said["bound_ns"] / 1e6, n=said["dispatches"]))
        script.rows.append(played.row(f"{name}_seconds", "plan", "s", seconds, SECONDS_GOAL, best_seconds=said["best_seconds"]))
    script.note("seconds are those of the whole command: reading, planning, checking, writing")


def main():
    script = played.Script("reference_plan", __doc__.splitlines()[0])
    script.parser.add_argument("--schedule", type=Path, default=reference_play.SCHEDULE, help="default ../shared/data/merlin/" + reference_play.SCHEDULE.name)
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

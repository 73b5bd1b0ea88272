#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Runs `rondo plan --fjsp` over a folder of flexible job shops and compares with the best known makespans.

    bench/fjsp.py FOLDER [--match TEXT] [--time-limit S] [--threads N] [--seed N] [--rondo PATH] [--json FILE]

FOLDER has instances below it and bounds.csv with the columns file, best_lb and best_ub. Prints a line an instance and, for
each folder and for all, the mean of (makespan - best_ub) / best_ub. Every schedule is verified once more, here.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def read_shop(path):
    """For each job the operations, each as {machine: durations}, with machines as the file numbers them."""
    numbers = iter(int(word) for line in path.read_text().splitlines()[1:] for word in line.split())
    job_count = int(path.read_text().split()[0])
    jobs = []
    for _ in range(job_count):
        job = []
        for _ in range(next(numbers)):
            modes = {}
            for _ in range(next(numbers)):
                machine = next(numbers)
                modes.setdefault(machine, set()).add(next(numbers))
            job.append(modes)
        jobs.append(job)
    return jobs


def verify(path, schedule):
    """Says what is wrong with a schedule, or nothing."""
    jobs, busy, ends = read_shop(path), {}, {}
    base = 0 if any(0 in modes for job in jobs for modes in job) else min(machine for job in jobs for modes in job for machine in modes)
    seen = set()
    for row in schedule["operations"]:
        job, operation = row["job"], row["operation"]
        durations = jobs[job][operation].get(row["machine"] + base, ())
        if row["end"] - row["start"] not in durations:
            return f"job {job} operation {operation}: not one of its modes"
        if row["start"] < ends.get((job, operation - 1), 0):
            return f"job {job} operation {operation}: begins before its predecessor ends"
        ends[job, operation] = row["end"]
        seen.add((job, operation))
        busy.setdefault(row["machine"], []).append((row["start"], row["end"]))
    if len(seen) != sum(map(len, jobs)):
        return "operations are missing"
    for machine, spans in busy.items():
        spans.sort()
        if any(a[1] > b[0] for a, b in zip(spans, spans[1:])):
            return f"machine {machine}: two operations at once"
    return None if max(ends.values()) == schedule["makespan"] else "another makespan than it says"


def solve(args, path):
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "schedule.json"
        command = [args.rondo, "plan", f"--fjsp={path}", "--json", f"--time_limit={args.time_limit}", f"--threads={args.threads}",
                   f"--seed={args.seed}", f"--output={output}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{path}: {done.stderr.strip()}")
        return json.loads(done.stdout), verify(path, json.loads(output.read_text()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--match", default="", help="only instances with this in their path")
    parser.add_argument("--time-limit", type=float, default=10)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rondo", default=str(ROOT / "build" / "release" / "bin" / "rondo"))
    parser.add_argument("--json", type=Path, help="write all results there")
    args = parser.parse_args()
    groups, rows = {}, []
    with open(args.folder / "bounds.csv", newline="") as file:
        instances = [row for row in csv.DictReader(file) if args.match in row["file"]]
    print(f"{'instance':24} {'makespan':>8} {'best':>6} {'excess %':>8}   {'bound':>6} {'known':>6}   {'found s':>7} {'total s':>7} {'steps':>9}")
    for row in instances:
        result, wrong = solve(args, args.folder / row["file"])
        best, excess = int(row["best_ub"]), result["makespan"] / int(row["best_ub"]) - 1
        if wrong is None and result["bound"] > best:
            wrong = "the bound is above the best known makespan"
        print(f"{row['file']:24} {result['makespan']:8} {best:6} {100 * excess:8.2f}   {result['bound']:6} {row['best_lb']:>6}   "
              f"{result['best_seconds']:7.2f} {result['seconds']:7.2f} {result['iterations']:9}{'' if wrong is None else '  WRONG: ' + wrong}", flush=True)
        groups.setdefault(row["file"].split("/")[0], []).append(excess)
        rows.append(dict(result, file=row["file"], best_ub=best, excess=excess, wrong=wrong))
    for name, values in groups.items():
        print(f"{name}: mean excess {100 * sum(values) / len(values):.3f} % of {len(values)} instances")
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 1 if any(row["wrong"] for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""A controller due every 2 ms beside a perception net that runs as fast as it can, on the same cores: `rondo play`, alone and together.

    bench/play.py [--rondo PROGRAM] [--rounds N] [--seconds S] [--out FILE]

Alternates: each round plays the net alone, the controller alone, and both. Needs nothing but Python.
Exit codes: 0 measured, also when a goal is missed; 1 a program failed.
"""

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NET = ROOT / "models" / "dronet_f32" / "dronet_f32.vmfb"
CONTROLLER = ROOT / "models" / "mlp_f32" / "mlp_f32.vmfb"
SIDES = {"net": [f"{NET},name=net"], "controller": [f"{CONTROLLER},name=controller,period=2ms"]}
SIDES["both"] = SIDES["net"] + SIDES["controller"]


def play(program, jobs, seconds):
    done = subprocess.run([program, "play", *jobs, f"--duration={seconds}", "--json"], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"rondo play: exit code {done.returncode}: {done.stderr.strip()}")
    return {job["name"]: job for job in json.loads(done.stdout)["jobs"]}


def row(name, values, goal, unit, job=None, times=None):
    """A row of results.json; `values` has one figure a round, and the median of them is held against the goal."""
    ours = statistics.median(values)
    percentiles = job[times] if job else {}
    return {"name": name, "issue": "play", "ours": ours, "peer_name": None, "peer": None, "unit": unit, "ratio": None, "lo": min(values), "hi": max(values),
            "goal": goal, "holds": goal is None or ours <= goal, "n": percentiles.get("n"), "p50": percentiles.get("p50"), "p99": percentiles.get("p99"),
            "p999": percentiles.get("p99.9")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rondo", default=ROOT / "build" / "release" / "bin" / "rondo", help="the program; default build/release/bin/rondo")
    parser.add_argument("--rounds", type=int, default=5, help="default 5")
    parser.add_argument("--seconds", type=float, default=4, help="of each play; default 4: with 5 rounds 10000 periods")
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "bench" / "play.json", help="results as JSON")
    args = parser.parse_args()
    rounds = []
    for _ in range(args.rounds):
        rounds.append({side: play(args.rondo, jobs, args.seconds) for side, jobs in SIDES.items()})
        print(".", end="", flush=True, file=sys.stderr)
    print(file=sys.stderr)
    both = [r["both"] for r in rounds]
    last = both[-1]["controller"]

    def delay(which):
        return [r["controller"]["start_delay_not_stolen_ns"][which] / 1000 for r in both]

    rows = [
        row("both_start_p50", delay("p50"), 0.5, "us", last, "start_delay_ns"),
        row("both_start_p99", delay("p99"), 10, "us", last, "start_delay_ns"),
        row("both_misses", [sum(r["controller"]["missed_not_stolen"] + r["controller"]["skipped_not_stolen"] for r in both)], 0, "of all periods"),
        row("both_dronet", [r["both"]["net"]["latency_ns"]["p50"] / r["net"]["net"]["latency_ns"]["p50"] for r in rounds], 1.10, "x solo"),
        row("both_mlp_run", [r["both"]["controller"]["run_ns"]["p50"] / r["controller"]["controller"]["run_ns"]["p50"] for r in rounds], 1.2, "x solo"),
        row("both_misses_all", [sum(r["controller"]["missed"] + r["controller"]["skipped"] for r in both)], None, "of all periods"),
        row("both_stolen", [sum(r["controller"]["stolen"] for r in both)], None, "of all periods"),
    ]
    print(f"{'row':16} {'median':>9} {'lowest':>9} {'highest':>9} {'goal':>6}")
    for r in rows:
        goal = "" if r["goal"] is None else f"{r['goal']:g}"
        print(f"{r['name']:16} {r['ours']:9.3f} {r['lo']:9.3f} {r['hi']:9.3f} {goal:>6}  {r['unit']}{'' if r['holds'] else '  MISSED'}")
    print(f"{sum(r['controller']['released'] for r in both)} periods of {args.rounds} rounds")
    args.out.parent.mkdir(parents=True, exist_ok=True)
    args.out.write_text(json.dumps({"rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()

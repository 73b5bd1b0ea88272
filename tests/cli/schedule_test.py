#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Schedules through `rondo play`: baselines, order, iterations, progress, models with their functions.

    RONDO=build/rondo python3 tests/cli/schedule_test.py [NAME...]

Every trace that is written goes through `rondo trace check`. Exits 77, "skipped", when there is no program, or when it was built
without a JSON library; 1 when a test failed.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RONDO = os.environ.get("RONDO") or shutil.which("rondo")
MODELS = Path(os.environ.get("RONDO_MODELS") or ROOT / "models").resolve()
STEPS = ROOT / "tests" / "unit" / "play" / "steps.vmfb"
LOOP = MODELS / "bench" / "vm_loop.vmfb"
TIMEOUT_S = 120


class ScheduleTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="rondo-schedule-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def call(self, *arguments, code=0, out=(), err=()):
        done = subprocess.run([RONDO, *map(str, arguments)], capture_output=True, text=True, timeout=TIMEOUT_S, cwd=self.folder, check=False)
        told = f"rondo {' '.join(map(str, arguments))}\nstdout: {done.stdout[-2000:]}\nstderr: {done.stderr[-2000:]}"
        self.assertEqual(done.returncode, code, told)
        for words, stream in ((out, done.stdout), (err, done.stderr)):
            for word in [words] if isinstance(words, str) else words:
                self.assertIn(word, stream, told)
        return done

    def write(self, dispatches, name="schedule.json", **rest):
        (self.folder / name).write_text(json.dumps({"dispatches": dispatches, **rest}))
        return name

    def play(self, *arguments, **expected):
        """The rows of a play, in the order of their starts; its trace is checked."""
        self.call("play", *arguments, "--trace=run.csv", **expected)
        self.call("trace", "check", "run.csv", out="0 findings")
        with open(self.folder / "run.csv", newline="") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            for column in ("graph_iter", "start_ns", "end_ns", "ready_ns"):
                row[column] = int(row[column])
        return sorted(rows, key=lambda row: (row["graph_iter"], row["start_ns"]))

    def count_at_once(self, rows):
        """The most rows that ran at one moment; one that ends as another starts does not overlap it."""
        points = sorted([(row["start_ns"], 1) for row in rows] + [(row["end_ns"], -1) for row in rows])
        most = count = 0
        for _, step in points:
            count += step
            most = max(most, count)
        return most

    # Baselines

    @staticmethod
    def two_targets(**rest):
        """Eight dispatches on two targets, planned far ahead, the later ones first, with one chain among them."""
        def node(i):
            return {"id": i, "hardware_target": "PE"[i % 2], "start_time": 5000.0 - 100 * i, "duration": 0.3, "job_name": f"mlp{i}",
                    "dependencies": ["n6"] if i == 2 else [], **rest}
        return {f"n{i}": node(i) for i in range(8)}

    def test_baseline_in_sequence(self):
        name = self.write(self.two_targets())
        rows = self.play(name, "--baseline", "--iterations=2")
        # Planned starts decide where dependencies do not, and nothing waits for them.
        self.assertEqual([row["dispatch_key"] for row in rows if row["graph_iter"] == 1], [f"n{i}" for i in (7, 6, 5, 4, 3, 2, 1, 0)])
        for iteration in range(2):
            self.assertEqual(self.count_at_once([row for row in rows if row["graph_iter"] == iteration]), 1)
        self.assertLess(max(row["end_ns"] for row in rows), 4_000_000_000)
        self.assertEqual({row["target"] for row in rows}, {"all"})

    def test_baseline_at_once(self):
        long = {key: {**node, "duration": 20} for key, node in self.two_targets().items()}
        rows = self.play(self.write(long), "--baseline=2")
        self.assertEqual(self.count_at_once(rows), 2)
        starts = {row["dispatch_key"]: row for row in rows}
        self.assertGreaterEqual(starts["n2"]["start_ns"], starts["n6"]["end_ns"])
        self.assertLess(rows[-1]["end_ns"], 4_000_000_000)
        # More at once than there are CPUs, and more CPUs than there are at once.
        rows = self.play(self.write(self.two_targets()), "--baseline=5")
        self.assertEqual(len(rows), 8)
        self.assertLessEqual(self.count_at_once(rows), 5)
        machine = {"schema": "rondo.machine/1", "clusters": [{"name": "P", "workers": 3}, {"name": "E", "workers": 1}]}
        (self.folder / "machine.json").write_text(json.dumps(machine))
        self.call("play", "schedule.json", "--baseline=2", "--machine=machine.json", code=1, err="cluster P has no CPUs")
        self.assertLessEqual(self.count_at_once(self.play("schedule.json", "--baseline=2", "--machine=machine.json", "--anywhere")), 2)

    def test_baseline_of_graphs(self):
        graph = {f"d_dispatch_{i}": {"id": i, "ordinal": 1, "total": 1, "dependencies": [f"d_dispatch_{i - 1}"] if i else []} for i in range(6)}
        name = self.write(graph)
        self.call("play", name, code=1, err="no durations")
        self.assertEqual([row["dispatch_id"] for row in self.play(name, "--baseline")], list("012345"))
        shutil.copy(LOOP, self.folder / "loop.vmfb")
        name = self.write({key: {**node, "vmfb_path": "loop.vmfb"} for key, node in graph.items()})
        for flag in ("--baseline", "--baseline=3"):
            rows = self.play(name, flag, "--dispatch_iters=1000", "--warmup=1", "--iterations=3")
            self.assertEqual(len(rows), 18)
            self.assertTrue(all(row["end_ns"] > row["start_ns"] for row in rows))
        # Without dependencies those that share a file take turns.
        free = {key: {**node, "dependencies": [], "vmfb_path": "loop.vmfb"} for key, node in graph.items()}
        self.assertEqual(self.count_at_once(self.play(self.write(free), "--baseline=3", "--dispatch_iters=5000")), 1)

    def test_baseline_of_models(self):
        names = ("mlp_dispatch_0_matmul_1x64x64_f32", "", "", "", "")
        nodes = {f"mlp{i}_{d}": {"id": d, "hardware_target": "P", "start_time": i + d / 1000, "duration": 0.001, "job_name": f"mlp{i}", "dispatch": d,
                                 "module_name": "m", "export": export, "dependencies": [f"mlp{i}_{d - 1}"] if d else []}
                 for i in range(3) for d, export in enumerate(names)}
        name = self.write(nodes)
        for flag in ("--baseline", "--baseline=2"):
            rows = self.play(name, flag, f"--model=mlp={MODELS}/mlp_f32/mlp_f32.vmfb")
            self.assertEqual(len(rows), 15)
            self.assertLess(rows[0]["start_ns"], 1_000_000_000)

    def test_baseline_errors(self):
        name = self.write(self.two_targets())
        self.call("play", name, "--baseline=0", code=2, err="--baseline takes COUNT")
        self.call("play", name, "--baseline=257", code=1, err="257 dispatches at once")
        for flag in ("--policy=edf", "--lock_all", "--boost", "--late=1ms"):
            self.call("play", name, "--baseline", flag, code=1, err="neither policy nor times")


if __name__ == "__main__":
    if not RONDO or not Path(RONDO).is_file():
        print("skipped: no rondo program; name it with RONDO=path")
        sys.exit(77)
    RONDO = str(Path(RONDO).resolve())
    with tempfile.TemporaryDirectory() as probe:
        (Path(probe) / "x.json").write_text('{"dispatches": {"a": {}}}')
        told = subprocess.run([RONDO, "play", "x.json"], cwd=probe, capture_output=True, text=True, check=False).stderr
    if "without" in told and "JSON" in told:
        print("skipped: built without a JSON library")
        sys.exit(77)
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Traces as a reader sees them: the golden one, those of a program with workers, and those of the command line.

    TRACE_SAMPLE=build/dev/bin/trace_sample RONDO=build/dev/bin/rondo build/venv/bin/python tests/trace/trace_test.py [NAME...]
    build/venv/bin/python tests/trace/trace_test.py --renew    writes tests/golden/trace/events.txt anew, from events.pftrace

Exits 77, "skipped", without the package `perfetto`. Tests whose program is not named are left out.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import trace_check
from trace_check import PROTO

GOLDEN = trace_check.ROOT / "tests" / "golden" / "trace" / "events.pftrace"
SAMPLE = os.environ.get("TRACE_SAMPLE")
RONDO = os.environ.get("RONDO")
MODELS = Path(os.environ.get("RONDO_MODELS") or trace_check.ROOT / "models").resolve()
MLP = MODELS / "mlp_f32" / "mlp_f32.vmfb"
TIMEOUT_S = 120


def golden_text():
    message = PROTO.Trace()
    message.ParseFromString(GOLDEN.read_bytes())
    return str(message)


class TraceTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="rondo-trace-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = self.folder / "x.pftrace"

    def call(self, *command, code=0):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=TIMEOUT_S, cwd=self.folder, check=False)
        self.assertEqual(done.returncode, code, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())


class GoldenTest(TraceTest):
    def test_text(self):
        self.assertEqual(golden_text(), GOLDEN.with_suffix(".txt").read_text(encoding="utf-8"))

    def test_contents(self):
        trace = trace_check.read(GOLDEN)
        self.assertEqual((trace.process, trace.pid, trace.clock), ("robot", 4242, PROTO.BUILTIN_CLOCK_MONOTONIC))
        worker, main = trace.track("worker 0"), trace.track("robot")
        self.assertEqual((worker.tid, main.tid), (4243, 4242))
        self.assertEqual([(e.name, e.begin_ns, e.end_ns) for e in worker.events],
                         [("sleep", 1100, 1400), ("ready", 1410, 1410), ("main_dispatch_0_matmul", 1420, 1800), ("main_dispatch_1_??", 1800, 1900),
                          ("signal", 1950, 1950), ("complete", 2000, 2000), ("spin", 2010, 10000)])
        self.assertEqual([(e.name, e.begin_ns, e.end_ns) for e in main.events],
                         [("module.main", 1200, 2100), ("submit", 1300, 1300), ("wake", 1350, 1350), ("module.main", 2200, 2200),
                          ("events dropped", 9000, 9000), ("main_dispatch_0_matmul", 9100, 10000)])
        self.assertEqual(main.events[1].parent.name, "module.main")
        self.assertEqual(worker.events[2].values, {"node": 0, "submission": 7, "tiles": 64})
        self.assertEqual(worker.events[4].values, {"object": 0xABCD00, "status": 0, "value": 12})
        self.assertEqual(main.events[4].values, {"count": 5000})
        self.assertEqual(list(trace.flows), [7])
        self.assertEqual([(point.event.name, point.track.name) for point in trace.flows[7]],
                         [("submit", "robot"), ("ready", "worker 0"), ("main_dispatch_0_matmul", "worker 0"), ("main_dispatch_1_??", "worker 0"),
                          ("complete", "worker 0")])


@unittest.skipUnless(SAMPLE, "TRACE_SAMPLE is not set")
class SampleTest(TraceTest):
    def sample(self, what):
        out = self.call(SAMPLE, self.path, what).stdout
        self.assertEqual(self.files(), ["x.pftrace"])
        return map(int, re.fullmatch(r"events (\d+) dropped (\d+) submissions (\d+)\n", out).groups())

    def test_workers(self):
        event_count, dropped_count, submission_count = self.sample(200)
        trace = trace_check.read(self.path, is_whole=dropped_count == 0)
        self.assertEqual(sorted(track.name for track in trace.tracks.values()), ["trace_sample", "worker 0", "worker 1"])
        self.assertEqual(len({track.tid for track in trace.tracks.values()}), 3)
        if dropped_count:  # a machine that is busy with something else
            return
        self.assertEqual(event_count, sum(1 if event.is_instant else 2 for event in trace.events()))
        self.assertEqual(len(trace.flows), submission_count)
        for points in trace.flows.values():
            names = [point.event.name for point in points]
            (worker,) = {point.track.name for point in points[1:]}
            dispatch = "dispatch_of_" + worker.replace(" ", "_")
            self.assertEqual(names, ["submit", "ready", dispatch, dispatch, dispatch, "complete"])
            self.assertEqual(points[0].track.name, "trace_sample")
            self.assertEqual(points[0].event.parent.name, "sample.main")
            self.assertEqual([point.event.values["node"] for point in points[2:5]], [0, 1, 2])
            self.assertEqual([point.event.values["tiles"] for point in points[2:5]], [10, 11, 12])
        self.assertEqual(sum(len(track.named("wake")) for track in trace.tracks.values()), submission_count)

    def test_gaps(self):
        event_count, dropped_count, _ = self.sample("gaps")
        trace = trace_check.read(self.path, is_whole=False)
        (track,) = trace.tracks.values()
        gaps = track.named("events dropped")
        self.assertGreater(dropped_count, 0)
        self.assertLessEqual(sum(gap.values["count"] for gap in gaps), dropped_count)
        self.assertTrue(all(gap.depth == 0 for gap in gaps))
        self.assertEqual({event.name for event in track.events}, {"outer", "inner", "events dropped"})
        self.assertGreater(event_count, len(gaps))
        for event in track.named("inner"):
            self.assertTrue(event.parent is None or event.parent.name == "outer")

    def test_no_folder(self):
        path = self.folder / "none" / "x.pftrace"
        self.assertIn(str(path), self.call(SAMPLE, path, 1, code=1).stderr)


@unittest.skipUnless(RONDO and MLP.exists(), "RONDO is not set")
class CommandTest(TraceTest):
    def rondo(self, verb, *arguments, code=0):
        return self.call(RONDO, verb, MLP, "--input=1x64xf32=0.5", f"--trace={self.path}", *arguments, code=code)

    def read_told(self, done):
        """The trace, after what was said about it. The hostile build drops events early."""
        told = re.search(rf"(?m)^trace +{re.escape(str(self.path))}: \d+ events, (\d+) dropped, [\d.]+ KB$", done.stderr)
        self.assertIsNotNone(told, done.stderr)
        return trace_check.read(self.path, is_whole=told[1] == "0")

    def test_run(self):
        self.path.write_text("an older trace")
        done = self.rondo("run")
        self.assertIn("result[0]", done.stdout)
        trace = self.read_told(done)
        self.assertEqual(trace.process, "rondo")
        (call,) = [event for event in trace.events() if event.depth == 0 and event.name == "mlp"]
        self.assertGreater(call.end_ns, call.begin_ns)
        self.assertEqual(call.values["status"], 0)
        self.assertEqual(self.files(), ["x.pftrace"])
        dispatches = [event for event in trace.events() if "_dispatch_" in event.name]
        self.assertEqual(len(dispatches), 5)
        for node, event in enumerate(sorted(dispatches, key=lambda event: event.begin_ns)):
            self.assertIs(event.parent, call)
            self.assertIn(f"_dispatch_{node}_", event.name)
            self.assertGreater(event.values["tiles"], 0)

    def test_run_on_workers(self):
        done = self.rondo("run", "--device=local-task")
        trace = self.read_told(done)
        if ", 0 dropped" not in done.stderr:
            self.skipTest("events were dropped")
        (points,) = [points for points in trace.flows.values() if any("_dispatch_" in point.event.name for point in points)]
        names = [re.sub(r".*(_dispatch_\d+)_.*", r"\1", point.event.name) for point in points]
        self.assertEqual(sorted(set(names[2:-1])), [f"_dispatch_{node}" for node in range(5)])
        self.assertEqual((names[0], names[1], names[-1]), ("submit", "ready", "complete"))
        self.assertEqual({point.event.values["submission"] for point in points}, {points[0].event.values["submission"]})
        self.assertTrue([track for track in trace.tracks.values() if track.name.startswith("rondo/")])

    def test_bench(self):
        done = self.rondo("bench", "--quick", "--json")
        trace = self.read_told(done)
        self.assertGreater(sum(event.name == "mlp" for event in trace.events()), 10)

    def test_failed_call(self):
        self.call(RONDO, "run", MLP, "--input=1x65xf32=0.5", f"--trace={self.path}", code=1)
        (call,) = [event for event in trace_check.read(self.path).events() if event.name == "mlp"]
        self.assertNotEqual(call.values["status"], 0)

    def test_no_folder(self):
        self.path = self.folder / "none" / "x.pftrace"
        done = self.rondo("run", code=1)
        self.assertIn(f"cannot create {self.path}: ", done.stderr)
        self.assertEqual(done.stdout, "")

    def test_full_disk(self):
        if not os.path.exists("/dev/full"):
            self.skipTest("no /dev/full")
        self.path = "/dev/full"
        done = self.rondo("run", code=1)
        self.assertIn("result[0]", done.stdout)
        self.assertIn("cannot write /dev/full: ", done.stderr)


if __name__ == "__main__":
    if sys.argv[1:] == ["--renew"]:
        GOLDEN.with_suffix(".txt").write_text(golden_text(), encoding="utf-8")
    else:
        unittest.main()

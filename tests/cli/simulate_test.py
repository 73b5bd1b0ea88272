#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""`rondo simulate` from outside.

    RONDO=build/rondo python3 tests/cli/simulate_test.py [NAME...]

Exits 77, "skipped", without a program or a JSON library.
"""

import json
import os
import pty
import re
import select
import subprocess

from command import CommandTest, main, RONDO, TIMEOUT_S



class SimulateTest(CommandTest):
    is_quiet = True

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    PLAN = {
        "dispatches": {
            "f": {"job_name": "bulk", "hardware_target": "P", "start_time": 0, "duration": 8, "dependencies": []},
            "c": {"job_name": "ctl0", "hardware_target": "P", "start_time": 10, "duration": 2, "dependencies": [], "release_policy": "phase_locked"},
            "g": {"job_name": "bulk", "hardware_target": "P", "start_time": 13, "duration": 7, "dependencies": ["f"]},
            "h": {"job_name": "other", "hardware_target": "E", "start_time": 0, "duration": 5, "dependencies": []},
        },
        "instances": {"ctl0": {"job": "ctl", "deadline_ms": 11}},
        "jobs": {"jobs": [{"name": "ctl", "model": "m", "period_ms": 40, "lanes": ["P"]}]},
    }

    # The same without releases that come again.
    ONCE = {**PLAN, "jobs": {"jobs": [{"name": "ctl", "model": "m", "lanes": ["P"]}]}}

    def test_simulate(self):
        once = self.write("once.json", json.dumps({**self.PLAN, "instances": {"ctl0": {"job": "ctl"}}}).encode())
        done = subprocess.run([RONDO, "simulate", once], capture_output=True, text=True, check=True)
        self.assertIn(f"note: {once}: period: is missing, so this is a plan for one time", done.stderr)
        plan = self.write("plan.json", json.dumps({**self.PLAN, "period_ms": 40}).encode())
        # As soon as it can, g starts at 8 and c, which is locked to 10, behind it at 15.
        self.call("simulate", plan, out=["planned: 4 dispatches of 3 jobs on 2 lanes, 1 iteration", "makespan 17.000 ms; planned 20.000 ms (-15.0 %)",
                                         "deadlines: 1 of 1 missed", "  5000.0", "  7000.0", "100.0 %"])
        result = json.loads(self.call("simulate", plan, "--policy=strict", "--iterations=2", "--json", "--trace=strict.csv").stdout)
        self.assertEqual((result["policy"], result["makespan"]["count"], result["makespan"]["max_ns"], result["misses"]), ("strict", 2, 20_000_000, 2))
        jobs = {job["name"]: job for job in result["jobs"]}
        self.assertEqual((jobs["ctl"]["start_delay"]["max_ns"], jobs["ctl"]["latency"]["p50_ns"], jobs["ctl"]["deadlines"]), (0, 2_000_000, 2))
        self.assertEqual([(lane["name"], lane["dispatches"], lane["busy_ns"]) for lane in result["lanes"]], [("P", 6, 34_000_000), ("E", 2, 10_000_000)])
        self.call("trace", "check", "strict.csv", f"--plan={plan}", out="8 rows, 0 findings")
        self.call("simulate", plan, "--policy=edf", "--noise=20", "--stall=0.5,100", "--interference=10", "--trace=edf.csv", "--runs=5", "--seed=3",
                  out=["in each of 5 runs", "+-", "half of the 95 % interval"])
        self.call("trace", "check", "edf.csv", out="4 rows, 0 findings")

    def test_simulate_intervals_of_lanes(self):
        plan = self.write("plan.json", json.dumps(self.ONCE).encode())
        lanes = json.loads(self.call("simulate", plan, "--noise=20", "--runs=5", "--json").stdout)["lanes"]
        means = [lane["utilization_mean"] for lane in lanes]
        self.assertEqual(means[0], {"mean": 1, "half_width": 0})  # it is never idle, whatever the noise
        self.assertTrue(0 < means[1]["half_width"] < 1 and abs(means[1]["mean"] - lanes[1]["utilization"]) < means[1]["half_width"], means)
        for lane in json.loads(self.call("simulate", plan, "--json").stdout)["lanes"]:
            self.assertEqual(lane["utilization_mean"]["half_width"], 0)
            self.assertAlmostEqual(lane["utilization_mean"]["mean"], lane["utilization"], places=5)
        self.call("simulate", plan, "--noise=20", "--runs=5", out="utilisation, +-")

    def test_simulate_bounds(self):
        """More than anybody waits for, or than memory holds, is refused at once, with what there may be."""
        plan = self.write("plan.json", json.dumps({**self.PLAN, "instances": {"ctl0": {"job": "ctl"}}, "period_ms": 40}).encode())
        words = ["999999999999 iterations of 4 dispatches in 1 run are more than can be simulated (10^10 dispatches)", "at most"]
        done = self.call("simulate", plan, "--iterations=999999999999", code=1, err=words)
        most = int(re.search(r"ask for (\d+) iterations at most", done.stderr)[1])
        self.call("simulate", plan, f"--iterations={most + 1}", code=1, err="2^28 latencies and start delays")
        self.call("simulate", plan, "--runs=999999999999", code=1, err="in 999999999999 runs are more")
        self.call("simulate", plan, "--iterations=9223372036854775807", "--runs=9223372036854775807", code=1, err="are more than")
        self.call("simulate", plan, "--sweep=ctl", "--iterations=999999999999", code=1, err="are more than can be simulated")

    def test_simulate_progress(self):
        """On a terminal, and only there, a long simulation tells how far it is."""
        plan = self.write("plan.json", json.dumps(self.ONCE).encode())
        terminal, side = pty.openpty()
        self.addCleanup(os.close, terminal)
        process = subprocess.Popen([RONDO, "simulate", plan, "--iterations=20000000"], stdout=subprocess.DEVNULL, stderr=side, cwd=self.folder)
        os.close(side)
        told = b""
        try:
            while not re.search(rb"\riteration \d+ of 20000000", told):
                self.assertTrue(select.select([terminal], [], [], TIMEOUT_S)[0], told)
                told += os.read(terminal, 4096)
        finally:
            process.kill()
            process.wait()

    def test_simulate_compare(self):
        plan = self.write("plan.json", json.dumps({**self.PLAN, "period_ms": 40}).encode())
        lines = self.call("simulate", plan, "--policy=all").stdout.splitlines()
        self.assertEqual([line.split()[0] for line in lines], ["policy", "dynamic", "fifo", "priority", "edf", "shortest", "planned", "strict"])
        results = json.loads(self.call("simulate", plan, "--policy=all", "--json", "--noise=5").stdout)
        self.assertEqual(len(results), 7)

    def test_simulate_sweep(self):
        plan = self.write("plan.json", json.dumps({**self.PLAN, "instances": {"ctl0": {"job": "ctl"}}, "period_ms": 40}).encode())
        result = json.loads(self.call("simulate", plan, "--sweep=ctl", "--json").stdout)
        # All are ready at 0: f has P until 8, the first controller until 10, which is its deadline and so its shortest period.
        self.assertEqual(result["planned_period_ns"], 40_000_000)
        self.assertTrue(result["failed_period_ns"] < 10_000_000 <= result["period_ns"] <= 10_010_000, result)
        self.assertAlmostEqual(result["rate_hz"], 1e9 / result["period_ns"], places=3)
        self.call("simulate", plan, "--sweep=ctl", out=["ctl holds every deadline at ", " Hz: every ", "planned every 40 ms"])

    def test_simulate_failures(self):
        plan = self.write("plan.json", json.dumps(self.ONCE).encode())
        self.call("simulate", code=2, err="needs a plan")
        self.call("simulate", plan, plan, code=2, err="takes one plan")
        for stall in ("0.5", "0.5,", ",5", "2,5", "0.5,-1", "0.5,5x"):
            self.call("simulate", plan, f"--stall={stall}", code=2, err="--stall=0.01,50")
        self.call("simulate", plan, "--sweep=ctl", "--trace=x.csv", code=2, err="leave --trace")
        self.call("simulate", plan, "--policy=all", "--trace=x.csv", code=2, err="of one policy")
        self.call("simulate", plan, "--policy=rms", code=1, err="choose one of dynamic")
        self.call("simulate", plan, "--noise=2000", code=1, err="noise is 20, must be 0 to 10")
        self.call("simulate", plan, "--sweep=bulk", code=1, err="'bulk' has no period")
        self.call("simulate", plan, "--trace=no/such/folder.csv", code=1, err="no/such/folder.csv")
        self.call("simulate", "no-such-file", code=1, err="no-such-file")
        self.call("simulate", "no-such-file", "--policy=all", code=1, err="no-such-file")
        self.call("simulate", self.write("bad.json", b'{"dispatches": {"a": {"duration": -1}}}'), code=1, err=["bad.json: dispatches", "duration"])


if __name__ == "__main__":
    main()

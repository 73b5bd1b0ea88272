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
import pty
import re
import shutil
import signal
import subprocess

from command import CommandTest, main, MODELS, RONDO, ROOT, TIMEOUT_S

STEPS = ROOT / "tests" / "unit" / "play" / "steps.vmfb"
GOLDEN = ROOT / "tests" / "golden" / "play"
LOOP = MODELS / "bench" / "vm_loop.vmfb"


class ScheduleTest(CommandTest):
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
            if row["state"] == "completed":
                self.assertIn(row["wake"], ("direct", "spin", "sleep"), row)
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

    # While it plays

    def long_schedule(self, duration_ms):
        return self.write({"drive_dispatch": {"id": 0, "hardware_target": "CPU_P", "start_time": 0.0, "duration": duration_ms, "job_name": "drive", "dependencies": []}})

    def start(self, *arguments, **streams):
        return subprocess.Popen([RONDO, "play", *map(str, arguments), "--duration=0"], text=True, cwd=self.folder, stdout=subprocess.PIPE,
                                **{"stderr": subprocess.PIPE, **streams})

    def read_until(self, process, *words):
        """Lines of stderr, until there is one with the first of the words; all have to be there."""
        lines = []
        while not lines or words[0] not in lines[-1]:
            lines.append(process.stderr.readline())
            self.assertNotEqual(lines[-1], "", lines)
        for word in words:
            self.assertTrue(any(word in line for line in lines), (word, lines))

    def test_watchdog(self):
        """Work that outlasts the limit is named, in whichever iteration the watchdog has a CPU to see it."""
        process = self.start(self.long_schedule(300.0), "--watchdog=20ms")
        try:
            self.read_until(process, "worker 0 has been in dispatch synthetic, node drive_dispatch of job drive, for ")
        finally:
            process.kill()
            process.communicate(timeout=TIMEOUT_S)
        done = self.call("play", self.long_schedule(300.0), "--watchdog=0s")
        self.assertNotIn("has been in", done.stderr)

    def test_state_on_request(self):
        process = self.start(self.long_schedule(2.0), "--report_every=1")
        try:
            self.read_until(process, "iteration 1")  # it plays
            process.send_signal(signal.SIGUSR1)
            self.read_until(process, "worker 0 on CPU", "plan: ", "lane CPU_P: 1 workers", "executor: 1 workers")
            self.assertIsNone(process.poll())
        finally:
            process.kill()
            process.communicate(timeout=TIMEOUT_S)

    def test_live_line(self):
        """On a terminal there is a line that is written again and again, and nothing of it is left."""
        main, other = pty.openpty()
        process = self.start(self.long_schedule(2.0), stderr=other)
        os.close(other)
        told = ""
        try:
            while not ("dispatches/s" in told and "spinning" in told):
                told += os.read(main, 4096).decode()
            process.send_signal(signal.SIGINT)
            while not told.endswith("\r\x1b[K"):
                told += os.read(main, 4096).decode()
            out, _ = process.communicate(timeout=TIMEOUT_S)
        finally:
            process.kill()
            process.wait(timeout=TIMEOUT_S)
            os.close(main)
        self.assertRegex(told, r"\r +\d+\.\d s  \d+ iterations  \d+ dispatches/s  load CPU_P \d+ %  spinning \d+\.\d %")
        self.assertEqual(process.returncode, 130)
        self.assertIn("granted: real-time class ", out)

    def test_granted(self):
        name = self.write(self.two_targets())
        result = json.loads(self.call("play", name, "--baseline", "--json", "--margin=300us", "--lock-memory=off").stdout)
        self.assertEqual(result["schema"], "rondo.trace.summary/1")
        granted = result["granted"]
        self.assertEqual((granted["margin_ns_min"], granted["margin_ns_max"], granted["margin_measured"], granted["memory_locked"]), (300000, 300000, False, False))
        self.assertEqual(granted["pinned"], granted["workers"])
        self.call("play", name, "--baseline", "--margin=300us", out=["granted: real-time class ", "margin 300 us;"])
        self.call("play", name, "--baseline", "--summary=summary.json")
        self.assertNotIn("granted", json.loads((self.folder / "summary.json").read_text()))

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


    # Iterations

    @staticmethod
    def chain():
        """Two dispatches of a job on a lane each, and one beside them whose number and occurrence decide where times do not."""
        base = {"start_time": 0, "duration": 0.02, "job_name": "camera", "ordinal": 1, "total": 1}
        return {
            "camera_dispatch_1": {**base, "id": 1, "hardware_target": "E", "start_time": 0.02, "dependencies": ["camera_dispatch_0"]},
            "camera_dispatch_2_2": {**base, "id": 2, "ordinal": 2, "total": 2, "hardware_target": "P", "start_time": 0.02},
            "camera_dispatch_2_1": {**base, "id": 2, "total": 2, "hardware_target": "P", "start_time": 0.02, "dependencies": ["camera_dispatch_1"]},
            "camera_dispatch_0": {**base, "id": 0, "hardware_target": "P"},
        }

    def test_iterations(self):
        rows = self.play(self.write(self.chain()), "--iterations=1000", "--warmup=7", "--summary=summary.json", out=["1000 iterations", "p99.9"])
        self.assertEqual(sorted({row["graph_iter"] for row in rows}), list(range(1000)))
        summary = json.loads((self.folder / "summary.json").read_text())
        self.assertEqual((summary["config"]["graph_iters"], summary["queue_delay"]["count"]), (1000, 4000))
        self.assertEqual({node["run_stats"]["count"] for node in summary["nodes"]}, {1000})
        durations = sorted(row["end_ns"] - row["start_ns"] for row in rows)
        self.assertGreaterEqual(durations[0], 20000)
        self.assertGreaterEqual(summary["queue_delay"]["p999_ns"], summary["queue_delay"]["p99_ns"])

    # Remarks

    NODE = {"id": 0, "ordinal": 1, "total": 1, "hardware_target": "CPU_P", "start_time": 0.0, "duration": 0.1, "job_name": "net", "dependencies": []}

    @staticmethod
    def module(family, number):
        return f"{family}$async_dispatch_{number}_embedded_elf_riscv_64_{family}$async_dispatch_{number}_matmul"

    def expect_remark(self, name, words, *flags):
        """Both verbs tell it and go on; with --strict it is an error of both."""
        self.call("play", name, *flags, err=["note: ", *words])
        self.call("plan", f"--check={name}", *flags, out=["note: ", "0 findings, 1 note", *words])
        self.call("play", name, "--strict", *flags, code=1, err=words)
        self.call("plan", f"--check={name}", "--strict", *flags, code=1, err=words)

    def test_unknown_keys(self):
        name = self.write({"a": {**self.NODE, "dependancies": ["b"]}})
        self.expect_remark(name, ["schedule.json: dispatches.a.dependancies"])

    def test_wrong_families(self):
        nodes = {
            "net_dispatch_0": {**self.NODE, "module_name": self.module("net", 0)},
            "net_dispatch_1": {**self.NODE, "id": 1, "start_time": 0.1, "module_name": self.module("ctl", 1), "time_dependency": "net_dispatch_0"},
            "net_dispatch_2": {**self.NODE, "id": 2, "start_time": 0.2, "module_name": self.module("net", 2), "time_dependency": "net_dispatch_1"},
            "ctl_dispatch_0": {**self.NODE, "job_name": "ctl", "hardware_target": "CPU_E", "module_name": self.module("ctl", 0)},
        }
        self.expect_remark(self.write(nodes), ["dispatches.net_dispatch_1: its module is of family ctl, but job net is of family net: is module_name right?"])
        # All of a job's modules are another job's.
        nodes["net_dispatch_0"]["module_name"], nodes["net_dispatch_2"]["module_name"] = self.module("ctl", 0), self.module("ctl", 2)
        self.expect_remark(self.write(nodes, name="swapped.json"), ["dispatches.net_dispatch_0: its module is of family ctl, but it belongs to job net, and ctl is another job"])

    def test_overlaps(self):
        """The checker's findings, and remarks of a player, which goes on."""
        nodes = {"a": self.NODE, "b": {**self.NODE, "id": 1, "start_time": 0.05, "time_dependency": "a", "time_dep_mode": "soft"}}
        name = self.write(nodes)
        words = "dispatches.b: is planned on CPU_P at 0.05 ms, where a is planned until 0.1 ms"
        self.call("play", name, err=[f"note: schedule.json: {words}"])
        self.call("play", name, "--strict", code=1, err=words)
        self.call("plan", f"--check={name}", code=1, out=[words, "dispatches.b.start_time: overlap"])

    def test_missing_modules(self):
        """Each dispatch whose file is not there, and where it was looked for first."""
        nodes = {
            "named": {**self.NODE, "module_name": self.module("net", 0)},
            "filed": {**self.NODE, "id": 1, "start_time": 0.1, "vmfb_path": "nope.vmfb", "time_dependency": "named"},
            "there": {**self.NODE, "id": 2, "start_time": 0.2, "vmfb_path": "there.vmfb", "time_dependency": "filed"},
        }
        name = self.write(nodes)
        (self.folder / "mods").mkdir()
        (self.folder / "mods" / "there.vmfb").write_bytes(LOOP.read_bytes())
        self.call("plan", f"--check={name}", out="0 findings")
        done = self.call("plan", f"--check={name}", "--vmfb-dir=mods", "--platform=here", "--suffix=", "--variant=CPU_P=v3", code=1,
                         out=["dispatches.named: module: no file of its module can be read", "mods/gen/vmfb/net/here/v3/net/benchmarks/vmfb/module_net$async",
                              "dispatches.filed: module: ", "mods/nope.vmfb", "2 findings"])
        self.assertNotIn("dispatches.there", done.stdout)
        self.call("plan", "jobs.json", "--vmfb-dir=mods", code=2, err="--vmfb-dir is for --check")

    def test_other_tools_ways(self):
        """Each is an error, and what its flag says."""
        cases = (("--clamp-negative", {"start_time": -1.0}, "start_time"), ("--truncate-integers", {"ordinal": 1.7}, "ordinal"),
                 ("--ignore-bad-policies", {"release_policy": "late"}, "release_policy"))
        for flag, change, word in cases:
            name = self.write({"a": {**self.NODE, **change}})
            for verb in (["play", name], ["plan", f"--check={name}"]):
                self.call(*verb, code=1, err=f"dispatches.a.{word}")
                self.call(*verb, flag)
            self.call("plan", name, "--iterations=1", "--threads=1", code=1, err=f"dispatches.a.{word}")
            self.call("plan", name, "--iterations=1", "--threads=1", flag)
        plain = {key: value for key, value in self.NODE.items() if key != "hardware_target"}
        self.assertEqual(self.play(self.write({"a": plain}), "--default-target=here")[0]["target"], "here")
        odd = self.write({"a": {**self.NODE, "duration": 0.0104, "job_name": "ctl"}})
        self.assertEqual(self.play(odd)[0]["planned_duration_ns"], "10400")
        row = self.play(odd, "--round-to-us", "--locked-prefix=ctl")[0]
        self.assertEqual((row["planned_duration_ns"], row["release_policy"]), ("10000", "phase_locked"))
        self.assertEqual(self.play(odd)[0]["release_policy"], "immediate")

    def test_names_of_jobs(self):
        """A job is called as the plan's instances tell it, however many calls it has: in plays, later, and in simulations."""
        nodes = {f"{job}_{i}": {**self.NODE, "id": i, "job_name": job, "hardware_target": target, "start_time": 0.1 * i}
                 for job, target in (("control0", "P"), ("10", "Q"), ("cam0", "R"), ("cam1", "S")) for i in range(2)}
        instances = {"control0": {"job": "control", "deadline_ms": 60000}, "10": {"job": "1"}, "cam0": {"job": "cam0"}, "cam1": {"job": "cam1"}}
        name = self.write(nodes, instances=instances)
        expected = ["control", "1", "cam0", "cam1"]
        self.play(name, "--summary=summary.json")
        played = json.loads((self.folder / "summary.json").read_text())
        later = json.loads(self.call("trace", "stats", "run.csv", "--json").stdout)
        simulated = json.loads(self.call("simulate", name, "--json").stdout)
        for result in (played, later, simulated):
            self.assertEqual([job["name"] for job in result["jobs"]], expected)
        self.assertEqual((played["deadlines"], played["jobs"][0]["deadlines"], simulated["deadlines"]), (1, 1, 1))
        # Without them names of calls tell it, the same everywhere.
        name = self.write({key: node for key, node in nodes.items() if not key.startswith("10")})
        self.play(name, "--summary=summary.json")
        simulated = json.loads(self.call("simulate", name, "--json").stdout)
        for result in (json.loads((self.folder / "summary.json").read_text()), simulated):
            self.assertEqual([job["name"] for job in result["jobs"]], ["control", "cam"])

    def test_summary_config(self):
        """The summary says what the run was made with; what a table of it says later is null."""
        cpus = sorted(os.sched_getaffinity(0))
        where = {"CPU_P": cpus[:1], "CPU_E": cpus[-1:]}
        if cpus[:1] == cpus[-1:]:
            self.skipTest("one CPU")
        machine = {"schema": "rondo.machine/1", "clusters": [{"name": name, "cpus": cpus} for name, cpus in where.items()]}
        (self.folder / "machine.json").write_text(json.dumps(machine))
        (self.folder / "sub").mkdir()
        node = {"id": 0, "ordinal": 1, "total": 1, "job_name": "one", "start_time": 0, "duration": 0.01, "dependencies": []}
        name = self.write({"a": {**node, "hardware_target": "CPU_P"}, "b": {**node, "id": 1, "hardware_target": "CPU_E"}}, name="sub/s.json")
        self.play(name, "--machine=machine.json", "--iterations=3", "--report-every=2", "--summary=summary.json")
        config = json.loads((self.folder / "summary.json").read_text())["config"]
        p, e = (str(where[target][0]) for target in ("CPU_P", "CPU_E"))
        self.assertEqual(config, {
            "graph_json_path": "sub/s.json", "driver": "local-task", "graph_iters": 3, "dispatch_iters": 1, "report_every": 2, "vmfb_root_dir": "sub",
            "cpu_p_cpu_ids": p, "cpu_e_cpu_ids": e, "visible_cores": len(cpus), "schedule_makespan_ms": 0.01,
            "targets": [{"name": "CPU_P", "cpu_ids": p, "variant_dir": None}, {"name": "CPU_E", "cpu_ids": e, "variant_dir": None}],
        })
        told = json.loads(self.call("play", name, "--machine=machine.json", "--json", "--duration=0.01", "--vmfb-dir=.", "--synthetic").stdout)
        self.assertEqual((told["config"]["vmfb_root_dir"], told["config"]["report_every"]), (".", 0))
        self.assertEqual(told["config"]["graph_iters"], told["iterations"])
        later = json.loads(self.call("trace", "stats", "run.csv", "--json").stdout)["config"]
        self.assertEqual({key for key, value in later.items() if value is not None}, {"graph_iters", "schedule_makespan_ms"})

    def test_period(self):
        # Without a period an iteration follows the one before; with one it begins at a multiple of it, or later where it is overrun.
        name = self.write(self.chain())
        # On a machine that stood still meanwhile there are some that were skipped.
        begins = sorted({int(row["t0_ns"]) for row in self.play(name, "--iterations=20", "--period=8ms") if row["state"] == "completed"})
        self.assertEqual(len(begins), 20)
        gaps = [later - earlier for earlier, later in zip(begins, begins[1:])]
        self.assertGreaterEqual(min(gaps), 8_000_000)
        self.assertIn(8_000_000, gaps)
        begins = sorted({int(row["t0_ns"]) for row in self.play(name, "--iterations=20")})
        self.assertLess(min(later - earlier for earlier, later in zip(begins, begins[1:])), 8_000_000)

    def test_cpus(self):
        # Every dispatch runs on a CPU of its target, whoever else is at work.
        cpus = sorted(os.sched_getaffinity(0))
        where = {"P": cpus[:1], "E": cpus[-1:]}
        machine = {"schema": "rondo.machine/1", "clusters": [{"name": name, "cpus": cpus} for name, cpus in where.items()]}
        if cpus[:1] == cpus[-1:]:
            self.skipTest("one CPU")
        (self.folder / "machine.json").write_text(json.dumps(machine))
        rows = self.play(self.write(self.chain()), "--machine=machine.json", "--iterations=50", "--report_every=1")
        self.assertEqual({(row["target"], int(row["cpu"])) for row in rows}, {(name, cpus[0]) for name, cpus in where.items()})

    def test_dispatch_iterations(self):
        name = self.write({"a": {"hardware_target": "P", "duration": 0.1, "vmfb_path": str(LOOP)}})
        shortest = [min(row["end_ns"] - row["start_ns"] for row in self.play(name, f"--dispatch_iters={count}", "--iterations=20", "--warmup=2"))
                    for count in (100, 100000)]
        self.assertGreater(shortest[1], 20 * shortest[0])

    def test_modules_with_fences(self):
        """A dispatch module whose function takes fences is played as one without."""
        folder = ROOT / "tests" / "unit" / "play"
        for name in ("batch", "batch_async"):
            node = {"hardware_target": "P", "duration": 0.1, "vmfb_path": str(folder / f"{name}.vmfb")}
            rows = self.play(self.write({"a": node, "b": {**node, "id": 1, "dependencies": ["a"]}}), "--iterations=3", "--dispatch-iters=2")
            self.assertEqual([row["state"] for row in rows], ["completed"] * 6)

    # What is told

    def check_golden(self, name, text):
        """The whole text as in the file of that name; RONDO_GOLDEN=write makes it anew."""
        if os.environ.get("RONDO_GOLDEN") == "write":
            (GOLDEN / name).write_text(text)
        self.assertEqual(text, (GOLDEN / name).read_text(), f"tests/golden/play/{name}")

    def test_order(self):
        done = self.call("play", self.write(self.chain()), "--order")
        order = done.stdout[:done.stdout.index("schedule.json:")]
        self.check_golden("order.txt", order)
        self.call("play", "schedule.json", "--json", "--summary=summary.json")
        self.assertEqual(json.loads((self.folder / "summary.json").read_text())["topo_order"], [line.split()[-1] for line in order.splitlines()[1:]])
        self.call("play", "schedule.json", "--order", "--json", code=2, err="topo_order")

    def test_report(self):
        done = self.call("play", self.write(self.chain()), "--iterations=7", "--warmup=3", "--report_every=3")
        self.check_golden("report.txt", re.sub(r"(ms, starts up to|: )( ?)[0-9.]+", r"\1\2N", done.stderr))
        # Without being asked it says what is remarkable, and nothing else; of a schedule where nothing is, nothing.
        notes = "".join(line for line in (GOLDEN / "report.txt").read_text().splitlines(keepends=True) if line.startswith("rondo: note: "))
        self.assertEqual(re.sub(r"(: )( ?)[0-9.]+", r"\1\2N", self.call("play", "schedule.json", "--iterations=3").stderr), re.sub(r"(: )( ?)[0-9.]+", r"\1\2N", notes))
        self.assertEqual(self.call("play", self.write({"a": {"hardware_target": "P", "duration": 0.1}}), "--iterations=3").stderr, "")
        self.call("play", "schedule.json", "--report_every=0.5", code=2, err="whole number of iterations")

    # Models

    def test_modules_and_functions(self):
        mlp = MODELS / "mlp_f32" / "mlp_f32.vmfb"
        nodes = {f"mlp_f32_{d}": {"id": d, "hardware_target": "P", "start_time": d / 1000, "duration": 0.001, "job_name": "mlp_f32", "dispatch": d,
                                  "dependencies": [f"mlp_f32_{d - 1}"] if d else []} for d in range(5)}
        own = {f"steps{i}_0": {"id": 0, "hardware_target": "E", "start_time": i, "duration": 0.001, "job_name": f"steps{i}", "dispatch": 0} for i in range(2)}

        def expected(job, model, function, values):
            done = self.call("run", model, f"--function={function}", f"--input={values}")
            return done.stdout.replace(f"EXEC @{function}\n", f"{job}\n")

        name = self.write({**nodes, **own})
        full = expected("steps0", STEPS, "full", "4xf32=0")
        results = [expected("mlp_f32", mlp, "mlp", "1x64xf32=0"), full, full.replace("steps0", "steps1")]
        for flags in ([f"--module={mlp}", f"--module={STEPS}", "--function=steps=full"],
                      [f"--module={mlp}", f"--model=steps={STEPS}", "--function=steps=full", "--baseline=2"],
                      [f"--model=mlp_f32={mlp}", f"--module={STEPS}", "--function=full", "--function=mlp_f32=mlp"]):
            done = self.call("play", name, *flags, "--results", "--iterations=3", "--trace=run.csv")
            for result in results:
                self.assertIn(result, done.stdout)
            self.assertEqual(done.stdout.count("result[0]"), 3)
            self.call("trace", "check", "run.csv", out="0 findings")
        alone = self.write(own, name="alone.json")
        self.assertIn(full, self.call("play", alone, f"--module={STEPS}", "--function=full", "--results").stdout)
        self.call("play", alone, f"--module={STEPS}", code=1, err="steps")
        self.call("play", alone, f"--module={STEPS}", "--function=none", code=1, err="none")
        self.call("play", alone, "--function=full", code=2, err="goes with --model or --module")
        self.call("play", alone, f"--module={STEPS}", "--function=other=full", code=2, err="other=full")
        self.call("play", alone, f"--module={STEPS}", "--function=full", "--results", "--json", code=2, err="--results")


if __name__ == "__main__":
    main()

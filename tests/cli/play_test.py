#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Jobs files through `rondo play`: what is played, what is written, and what is said of files that are wrong.

    RONDO=build/rondo python3 tests/cli/play_test.py [NAME...]

Every trace that is written goes through `rondo trace check`. Exits 77, "skipped", when there is no program, or when it was built
without a JSON library; 1 when a test failed.
"""

import csv
import json
import os
import signal
import subprocess
from pathlib import Path

from command import CommandTest, main, MODELS, RONDO, ROOT, TIMEOUT_S

STEPS = ROOT / "tests" / "unit" / "play" / "steps.vmfb"
MLP, DRONET = (MODELS / name / f"{name}.vmfb" for name in ("mlp_f32", "dronet_f32"))


class PlayTest(CommandTest):
    def look_at(self, done):
        if "more events than the 64 " in done.stderr:
            self.skipTest("a hostile build, which keeps too few events to measure a model")

    def write(self, *jobs, name="jobs.json", **rest):
        (self.folder / name).write_text(json.dumps({"schema": "rondo.jobs/1", **rest, "jobs": list(jobs)}))
        return name

    def play(self, *jobs, flags=(), code=0, err=(), **rest):
        """Plays jobs; returns the JSON result by name, and checks the trace."""
        done = self.call("play", self.write(*jobs, **rest), "--json", "--trace=run.csv", *flags, code=code, err=err)
        self.check_trace("run.csv")
        result = json.loads(done.stdout)
        self.assertEqual([job["name"] for job in result["jobs"]], [job["name"] for job in jobs])
        return {job["name"]: job for job in result["jobs"]}

    def check_trace(self, name):
        self.call("trace", "check", name, out="0 findings")

    # Playing

    def test_wakes(self):
        """Each instance that ran tells how its worker came to it."""
        self.play({"name": "control", "model": str(MLP), "period_ms": 20}, {"name": "net", "model": str(MLP)}, duration_ms=100)
        rows = list(csv.DictReader((self.folder / "run.csv").read_text().splitlines()))
        ran = [row for row in rows if row["state"] == "completed"]
        self.assertTrue(ran)
        self.assertEqual({row["wake"] for row in ran} - {"direct", "spin", "sleep"}, set())
        self.assertEqual({row["wake"] for row in rows if row["state"] == "skipped"} - {""}, set())
        self.check_trace("run.csv")

    def test_inputs(self):
        jobs = self.play(
            {"name": "control", "model": str(MLP), "period_ms": 2, "deadline_ms": 2, "inputs": [{"splat": 0.5, "type": "1x64xf32"}]},
            {"name": "perceive", "model": str(DRONET), "period_ms": 33, "inputs": [{"argument": 0, "file": str(DRONET.parent / "case0_input0.npy")}]},
            {"name": "route", "model": str(STEPS), "function": "add", "trigger": {"job": "count"}, "overrun": "queue",
             "inputs": [{"job": "count", "waits": True}, {"constant": "4xf32=[1 2 3 4]"}]},
            {"name": "count", "model": str(STEPS), "function": "count", "period_ms": 5, "inputs": [{"ring": "imu", "slots": 3}]},
            {"name": "zeros", "model": str(STEPS), "function": "full", "period_ms": 10, "waits_for": ["count"]},
            duration_ms=100)
        self.assertEqual(jobs["control"]["ended"] + jobs["control"]["skipped"], 50)
        self.assertEqual(jobs["count"]["ended"] + jobs["count"]["skipped"], 20)
        # What is triggered after the end does not begin.
        self.assertIn(jobs["count"]["ended"] - jobs["route"]["ended"] - jobs["route"]["skipped"], (0, 1))
        self.assertGreater(jobs["zeros"]["ended"], 0)
        self.assertEqual(sum(job["failed"] for job in jobs.values()), 0)

    def test_limits(self):
        count = {"name": "count", "model": str(STEPS), "function": "count"}
        self.assertEqual(self.play({**count, "iterations": 5})["count"]["ended"], 5)
        self.assertEqual(self.play(count, iterations=6)["count"]["ended"], 6)
        self.assertEqual(self.play(count, flags=["--iterations=7"], duration_s=1000)["count"]["ended"], 7)
        self.assertEqual(self.play({**count, "iterations": 5}, {**count, "name": "other"}, flags=["--iterations=9"])["other"]["ended"], 9)
        jobs = self.play({**count, "period_ms": 2}, {**count, "name": "brief", "period_ms": 1, "duration_ms": 20}, flags=["--duration=0.06"])
        self.assertEqual(jobs["count"]["ended"] + jobs["count"]["skipped"], 30)
        self.assertEqual(jobs["brief"]["ended"] + jobs["brief"]["skipped"], 20)
        self.play({**count, "period_ms": 1, "warmup": 3}, flags=["--duration=0.02", "--warmup_time=0.01", "--workers=1"])

    def test_overruns(self):
        slow = {"name": "slow", "model": str(DRONET), "period_us": 100}
        limits = {"flags": ["--duration=0.03"]}
        self.assertEqual(self.play({**slow, "overrun": "cancel"}, **limits)["slow"]["cancelled"], 300)
        skips = self.play({**slow, "overrun": "skip"}, **limits)["slow"]
        self.assertEqual(skips["ended"] + skips["skipped"], 300)
        queues = self.play({**slow, "overrun": "queue", "iterations": 5}, **limits)["slow"]
        self.assertEqual((queues["ended"], queues["skipped"], queues["cancelled"]), (5, 0, 0))
        degrades = self.play({"name": "steps", "model": str(STEPS), "function": "full", "degrade_to": "light", "overrun": "degrade", "period_us": 1,
                              "iterations": 50}, **limits)["steps"]
        self.assertEqual(degrades["ended"], 50)
        self.assertGreater(degrades["degraded"], 0)

    def test_sensors(self):
        pair = ROOT / "examples" / "sensor_pair.json"
        done = self.call("play", pair, "--sensor=camera=100hz", "--sensor=imu=5ms", "--duration=0.5", "--trace=run.csv", out="sensor camera: ")
        self.check_trace("run.csv")
        written = {line.split()[1]: int(line.split()[2]) for line in done.stdout.splitlines() if line.startswith("sensor ")}
        self.assertEqual(sorted(written), ["camera:", "imu:"])
        self.assertGreater(written["imu:"], written["camera:"])
        self.assertLessEqual(written["imu:"], 0.5 / 0.005 + 100)  # and for as long as it takes to stop
        # What is read is as old as the sensor's period, or a little more; without a sensor there is nothing that could age.
        read = {"name": "read", "model": str(STEPS), "function": "full", "period_ms": 10, "inputs": [{"ring": "imu", "slots": 3}]}
        ages = [self.play(read, flags=["--duration=0.2", *flags])["read"].get("age_ns", {}) for flags in ([], ["--sensor=imu=1ms"])]
        self.assertGreater(ages[1].get("n", 0), ages[0].get("n", 0))
        for flag, words in (("imu", "not RING=TIME"), ("imu=0hz", "not RING=TIME"), ("imu=5ms", "no job reads a ring called imu"), ("=5ms", "not RING=TIME")):
            self.call("play", self.write({"name": "count", "model": str(STEPS), "function": "count", "iterations": 1}), f"--sensor={flag}", code=2, err=words)
        self.call("play", pair, "--sensor=imu=5ms", "--sensor=imu=60hz", code=2, err="has two")

    def test_failure_is_contained(self):
        flaky = {"name": "flaky", "model": str(STEPS), "function": "flaky", "period_ms": 2}
        other = {"name": "other", "model": str(STEPS), "function": "full", "period_ms": 2}
        said = ["job flaky", "called for the third time"]
        jobs = self.play(flaky, other, flags=["--duration=0.05"], code=1, err=said)
        self.assertEqual((jobs["flaky"]["ended"], jobs["flaky"]["failed"]), (2, 1))
        self.assertEqual(jobs["other"]["ended"] + jobs["other"]["skipped"], 25)
        jobs = self.play({**flaky, "on_error": "stop"}, other, flags=["--duration=100"], code=1, err=said)
        self.assertLess(jobs["other"]["ended"], 10000)

        # What a job does not say the command line does.
        jobs = self.play(flaky, other, flags=["--duration=100", "--on-error=stop"], code=1, err=said)
        self.assertLess(jobs["other"]["ended"], 10000)
        jobs = self.play({**flaky, "on_error": "contain"}, other, flags=["--duration=0.05", "--on-error=stop"], code=1, err=said)
        self.assertEqual(jobs["other"]["ended"] + jobs["other"]["skipped"], 25)
        self.call("play", "jobs.json", "--on-error=ignore", code=2, err="--on-error=ignore")

    def test_granted(self):
        """What was granted is told, in both forms, and the flags do what they say."""
        first, *rest = sorted(os.sched_getaffinity(0))
        count = {"name": "count", "model": str(STEPS), "function": "count", "period_ms": 2, "iterations": 3}
        name = self.write(count)
        done = self.call("play", name, f"--cpus={first}", "--json", "--margin=300us")
        granted = json.loads(done.stdout)["granted"]
        self.assertEqual([granted[key] for key in ("workers", "pinned", "cpus", "margin_measured", "margin_ns_min", "margin_ns_max")],
                         [1, 1, str(first), False, 300000, 300000])
        self.assertEqual(granted["sharing_count"], len([name for name in granted["sharing"].split(", ") if name]), granted)
        if rest:  # there is a CPU for all others
            self.assertEqual(granted["sharing_count"], 0, granted)
        granted = json.loads(self.call("play", name, "--json").stdout)["granted"]
        self.assertTrue(150000 <= granted["margin_ns_min"] <= granted["margin_ns_max"] <= 400000, granted)
        self.assertEqual(granted["memory_locked"], granted["memory_reason"] == "", granted)
        granted = json.loads(self.call("play", name, "--json", "--lock-memory=off").stdout)["granted"]
        self.assertEqual((granted["memory_locked"], granted["memory_reason"]), (False, ""))
        self.call("play", name, "--margin=200us", out=["granted: real-time class ", "; memory ", "margin 200 us", " on their CPUs"])
        for flag, words in (("--margin=2", "not a time"), ("--margin=0us", "up to 1s"), ("--margin=2s", "up to 1s"), ("--watchdog=soon", "not a time"),
                            ("--lock-memory=please", "auto, on or off")):
            self.call("play", name, flag, code=2, err=[flag, words])

    def test_locked_memory_is_demanded(self):
        name = self.write({"name": "count", "model": str(STEPS), "function": "count", "iterations": 3})
        done = subprocess.run([RONDO, "play", name, "--json", "--lock-memory=on"], capture_output=True, text=True, timeout=TIMEOUT_S, cwd=self.folder, check=False)
        if done.returncode == 0:
            self.assertTrue(json.loads(done.stdout)["granted"]["memory_locked"])
        else:
            self.assertEqual(done.returncode, 1)
            self.assertIn("lock", done.stderr)

    def test_threads_keep_off(self):
        """Every thread but workers and the one that started it has a name, and no CPU of a worker while there is another."""
        first, *rest = sorted(os.sched_getaffinity(0))
        if not rest:
            self.skipTest("one CPU")
        name = self.write({"name": "count", "model": str(STEPS), "function": "count", "period_ms": 2, "inputs": [{"ring": "imu"}]})
        process = subprocess.Popen([RONDO, "play", name, f"--cpus={first}", "--sensor=imu=5ms", "--report_every=0.1", "--duration=0"], text=True, cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            self.assertIn("count", process.stderr.readline())  # it runs
            masks = {}
            for task in Path(f"/proc/{process.pid}/task").iterdir():
                status = dict(line.split(":", 1) for line in (task / "status").read_text().splitlines())
                masks[int(task.name), status["Name"].strip()] = status["Cpus_allowed_list"].strip()
        finally:
            process.kill()
            process.communicate(timeout=TIMEOUT_S)
        self.assertEqual([mask for (_, name), mask in masks.items() if name == "rondo/0"], [str(first)], masks)
        others = {name: mask for (_, name), mask in masks.items() if name != "rondo/0"}
        for name in ("rondo/watchdog", "rondo/signals", "rondo/sensors", "rondo/report"):
            self.assertIn(name, others)
        for (number, name), mask in masks.items():
            if name == "rondo/0":
                continue
            self.assertTrue(name.startswith("rondo/") or number == process.pid, masks)
            cpus = {cpu for part in mask.split(",") for cpu in range(int(part.split("-")[0]), int(part.split("-")[-1]) + 1)}
            self.assertNotIn(first, cpus, masks)

    def test_machine(self):
        machine = {"schema": "rondo.machine/1", "clusters": [{"name": "all", "cpus": sorted(os.sched_getaffinity(0))[:1]}]}
        (self.folder / "machine.json").write_text(json.dumps(machine))
        count = {"name": "count", "model": str(STEPS), "function": "count", "iterations": 3, "lanes": ["all"]}
        self.play(count, machine="machine.json")
        self.play(count, flags=["--machine=machine.json"])
        self.call("play", self.write({**count, "lanes": ["npu"]}, machine="machine.json"), code=1, err=["jobs.json: jobs[0].lanes[0]", "npu"])
        cpus = sorted(os.sched_getaffinity(0))
        if len(cpus) > 1:
            self.call("play", self.write(count, machine="machine.json"), f"--cpus={cpus[1]}", code=1, err=["jobs[0].lanes", "no worker"])

    # Jobs with a plan that is made at the start

    def plan(self, *jobs, flags=(), name="jobs.json", **rest):
        """Plans and plays jobs; returns the JSON summary's jobs by name, and checks the trace."""
        done = self.call("play", self.write(*jobs, **rest, name=name), "--plan", "--json", "--trace=run.csv", *flags)
        self.check_trace("run.csv")
        summary = json.loads(done.stdout)
        self.assertEqual(summary["schema"], "rondo.trace.summary/1")
        return summary, {job["name"]: job for job in summary["jobs"]}

    def test_plan(self):
        jobs = ({"name": "control", "model": str(MLP), "period_ms": 400}, {"name": "perceive", "model": str(DRONET)},
                {"name": "after", "model": str(STEPS), "function": "full", "trigger": {"job": "control"}, "warmup": 1})
        for policy in ("planned", "strict", "dynamic", "fifo", "priority", "edf", "shortest"):
            _, played = self.plan(*jobs, flags=[f"--policy={policy}", "--iterations=2"])
            calls = {name: played[name]["instances"] for name in played}
            # A plan lasts 400 ms, and has as many calls as fit in.
            self.assertGreater(sum(count for name, count in calls.items() if name.startswith("perceive")), 2)
            self.assertEqual(calls["after" if "after" in calls else "after0"], calls["control" if "control" in calls else "control0"])

    def test_plan_lasts_as_asked(self):
        control = {"name": "control", "model": str(MLP), "period_ms": 50}
        for limit in ({"flags": ["--duration=0.15"]}, {"duration_ms": 101}):  # fewer where the machine stands still meanwhile
            _, played = self.plan(control, **limit)
            self.assertIn(sum(job["instances"] for job in played.values()), (1, 2, 3))
        _, played = self.plan(control, flags=["--iterations=4"], duration_s=1000)
        self.assertEqual(sum(job["instances"] for job in played.values()), 4)

    def test_what_is_not_heeded_is_told(self):
        job = {"name": "one", "model": str(STEPS), "function": "full", "iterations": 1}
        machine = {"schema": "rondo.machine/1", "clusters": [{"name": "all", "cpus": sorted(os.sched_getaffinity(0))[:1]}], "resources": [{"name": "npu"}]}
        (self.folder / "machine.json").write_text(json.dumps(machine))
        heeded = {**job, "priority": 200, "resources": ["npu"], "workers_max": 1, "lanes": ["all"]}
        self.assertNotIn("note: ", self.call("play", self.write(heeded, machine="machine.json")).stderr)
        self.assertEqual(self.call("play", self.write(heeded), err=["jobs[0].lanes", "\"one\"", "no machine file"]).stderr.count("note: "), 1)

    def test_resource_out_of_reach(self):
        cpus = sorted(os.sched_getaffinity(0))
        if len(cpus) < 2:
            self.skipTest("needs two CPUs")
        job = {"name": "one", "model": str(STEPS), "function": "full", "iterations": 1, "resources": ["npu"]}
        machine = {"clusters": [{"name": "A", "cpus": cpus[:1]}, {"name": "B", "cpus": cpus[1:2], "workers": 2}], "resources": [{"name": "npu", "cpus": cpus[:1]}]}
        (self.folder / "machine.json").write_text(json.dumps(machine))
        self.call("play", self.write({**job, "lanes": ["A"]}, machine="machine.json"), err="clusters[1].workers")
        self.call("play", self.write(job, machine="machine.json"), "--summary=run.json")
        self.call("play", self.write({**job, "lanes": ["B"]}, machine="machine.json"), code=1, err=["jobs[0].resources[0]", "\"npu\""])

    def test_machine_without_memory(self):
        job = {"name": "one", "model": str(STEPS), "function": "full", "period_ms": 50}
        machine = {"clusters": [{"name": "all", "cpus": sorted(os.sched_getaffinity(0))[:1]}], "memory_bytes_max": 1000}
        (self.folder / "machine.json").write_text(json.dumps(machine))
        for flags in ([], ["--plan"]):
            self.call("play", self.write(job, machine="machine.json"), *flags, code=1, err=["memory_bytes_max: is 1000", "\"one\""])

    def test_plan_of_rates_that_do_not_meet(self):
        _, played = self.plan({"name": "slow", "model": str(MLP), "rate_hz": 3}, {"name": "fast", "model": str(MLP), "period_ms": 100}, flags=["--iterations=1"])
        calls = {base: sum(job["instances"] for name, job in played.items() if name.startswith(base)) for base in ("slow", "fast")}
        self.assertEqual(calls, {"slow": 3, "fast": 10})
        jobs = [{"name": f"job{i}", "model": str(MLP), "period_ns": period} for i, period in enumerate((10000019, 70000027, 30000001))]
        self.call("play", self.write(*jobs), "--plan", code=1, err=["period_ns", "10.000019 ms (job0)"])

    def test_plan_refuses(self):
        job = {"name": "one", "model": str(STEPS), "function": "full", "period_ms": 50}
        count = {"name": "count", "model": str(STEPS), "function": "count", "period_ms": 50}
        cases = [
            ({**job, "overrun": "cancel"}, ["jobs[0].overrun", "\"one\"", "cancelled"]),
            ({**job, "overrun": "degrade", "degrade_to": "light"}, ["jobs[0].overrun", "\"one\""]),
            ({**job, "iterations": 3}, ["jobs[0].iterations", "\"one\""]),
            ({**job, "duration_ms": 3}, ["jobs[0].duration_ns", "\"one\""]),
            ({"name": "one", "model": str(STEPS), "function": "full", "trigger": "call"}, ["jobs[0].trigger", "\"one\""]),
            ({**count, "inputs": [{"ring": "imu"}]}, ["jobs[0].inputs", "\"count\"", "ring"]),
        ]
        for wrong, words in cases:
            self.call("play", self.write(wrong), "--plan", code=1, err=["jobs.json: ", *words, "play it without a plan"])
        for wrong in ({"age_max_ms": 10}, {"waits": True, "age_max_ms": 10}):
            self.call("play", self.write(count, {**count, "name": "next", "inputs": [{"job": "count", **wrong}]}), "--plan", code=1, err=["jobs[1].inputs", "\"next\""])
        self.call("play", self.write(count, {**count, "name": "next", "inputs": [{"job": "count", "result": "no"}]}), "--plan", code=1, err=["jobs[1].inputs[0]", "no result \"no\""])
        self.call("play", self.write(job, iterations=3), "--plan", code=1, err="iterations: ")
        self.call("play", self.write({**job, "period_us": 1, "period_ms": 0}), "--plan", code=1)
        slow = {"name": "slow", "model": str(DRONET), "period_us": 100, "deadline_us": 100}
        self.call("play", self.write(slow), "--plan", code=1, err=["jobs.json: ", "deadlines", "slow"])
        self.call("play", self.write(job), "--plan", "--policy=best", code=1, err="best")
        self.call("play", STEPS, "--plan", code=2, err="--plan")
        self.call("play", self.write(job), "--plan", "--workers=1", code=2, err="--workers")
        self.call("play", self.write(job), "--plan", "--cpus=0", code=2, err="--machine")

    def test_plan_machine(self):
        cpu = sorted(os.sched_getaffinity(0))[0]
        machine = {"schema": "rondo.machine/1", "clusters": [{"name": "all", "cpus": [cpu]}],
                   "lanes": [{"name": "one", "cluster": "all"}, {"name": "two", "cluster": "all"}], "resources": [{"name": "npu"}]}
        (self.folder / "machine.json").write_text(json.dumps(machine))
        one = {"name": "one", "model": str(MLP), "period_ms": 50, "lanes": ["one"], "resources": ["npu"], "workers_max": 1}
        two = {**one, "name": "other", "lanes": ["two"], "priority": 200}
        for flags, rest in ((["--machine=machine.json"], {}), ([], {"machine": "machine.json"})):
            for policy in ("planned", "dynamic"):
                self.plan(one, two, flags=[*flags, "--iterations=2", f"--policy={policy}"], **rest)
                rows = list(csv.DictReader((self.folder / "run.csv").read_text().splitlines()))
                self.assertEqual({(row["job_name"].rstrip("0123456789"), row["target"]) for row in rows}, {("one", "one"), ("other", "two")})
        self.call("play", self.write({**one, "lanes": ["three"]}), "--plan", "--machine=machine.json", code=1, err=["jobs[0].lanes[0]", "three"])

    def test_plan_inputs(self):
        job = {"name": "control", "model": str(MLP), "period_ms": 100}
        self.plan({**job, "inputs": [{"constant": "1x64xf32=0.5"}]}, flags=["--iterations=2"])
        self.plan(job, flags=["--iterations=2", "--input=control:1x64xf32=0.5"])
        name = self.write(job)
        for wrong, words in (("nobody:1x64xf32=0.5", "nobody"), ("control:1x65xf32=0.5", "expected 64 but have 65"), ("control:@no.npy", "no.npy")):
            self.call("play", name, "--plan", f"--input={wrong}", code=1, err=words)
        self.call("play", name, "--plan", "--input=1x64xf32=0.5", code=2, err="--input")
        for wrong, words in (({"splat": 0.5, "type": "1x65xf32"}, []), ({"file": "no.npy"}, ["inputs[0]", "no.npy"]), ({"argument": 3, "splat": 1, "type": "f32"}, ["inputs[0]", "\"3\""])):
            self.call("play", self.write({**job, "inputs": [wrong]}), "--plan", code=1, err=words)

    def make_plan(self):
        """A plan of two models in three commands, as a dictionary."""
        self.call("machine", "-o", "machine.json")
        self.call("profile", MLP, DRONET, "--machine=machine.json", "--repeat=3", "--warmup=1", "--workers=1", "-o", "profile.json")
        jobs = self.write({"name": "control", "model": str(MLP), "period_ms": 200}, {"name": "perceive", "model": str(DRONET)})
        self.call("plan", jobs, "--machine=machine.json", "--profile=profile.json", "--time-limit=0.1", "-o", "plan.json")
        return json.loads((self.folder / "plan.json").read_text())

    def refuse(self, plan, words, fallback, played):
        """A plan is refused, with the reason; with a fallback it is said what is done, and done."""
        (self.folder / "wrong.json").write_text(json.dumps(plan))
        self.call("play", "wrong.json", code=1, err=words)
        done = self.call("play", "wrong.json", "--fallback=dynamic", "--iterations=2", "--trace=run.csv", err=[*words, fallback], out=played)
        self.check_trace("run.csv")
        return done

    def test_fallback(self):
        plan = self.make_plan()
        keys = [key for key in plan["dispatches"] if "dispatch" in key]
        self.call("play", "plan.json", "--iterations=2", "--fallback=dynamic", out="2 iterations")

        wrong = json.loads(json.dumps(plan))  # it begins before what it waits for has ended
        control = next(key for key in keys if wrong["dispatches"][key]["dependencies"])
        for name in [name for name in wrong["dispatches"][control] if name.startswith("start")]:
            wrong["dispatches"][control][name] = 0
        self.refuse(wrong, ["wrong.json: the plan is wrong", control], "its dispatches are played", "2 iterations")

        wrong = json.loads(json.dumps(plan))
        cpu_count = len(os.sched_getaffinity(0))
        for cluster in wrong["machine"]["clusters"]:
            cluster["cpus"] = list(range(256 - cpu_count, 256))
        if cpu_count < 128:
            self.refuse(wrong, ["is not there"], "its dispatches are played", "2 iterations")

        wrong = json.loads(json.dumps(plan))
        wrong["dispatches"][keys[0]]["export"] = "another"
        self.refuse(wrong, ["\"another\" in the plan"], "its jobs are played", "control: ")

        wrong = json.loads(json.dumps(plan))
        wrong["dispatches"][keys[0]]["dependencies"] = ["nothing"]
        self.refuse(wrong, ["wrong.json: ", keys[0]], "its jobs are played", "perceive: ")

        del wrong["jobs"]
        (self.folder / "wrong.json").write_text(json.dumps(wrong))
        self.call("play", "wrong.json", "--fallback=dynamic", code=1, err=["carries no jobs"])
        self.call("play", "plan.json", "--fallback=static", code=2, err=["--fallback=static", "dynamic"])

    def test_plan_fallback(self):
        name = self.write({"name": "count", "model": str(STEPS), "function": "count", "period_ms": 5, "inputs": [{"ring": "imu"}]})
        self.call("play", name, "--plan", "--fallback=dynamic", "--iterations=3", out="count: ", err=["jobs[0].inputs", "its jobs are played without a plan"])
        self.call("play", name, "--fallback=dynamic", code=2, err="--plan")

    # Files that are written

    def test_traces(self):
        jobs = ({"name": "cam1", "model": str(STEPS), "function": "count", "period_ms": 2}, {"name": "cam", "model": str(STEPS), "function": "full"})
        flags = [f"--trace=run.{ending}" for ending in ("csv", "html", "svg", "pftrace", "json", "dot")]
        self.call("play", self.write(*jobs), "--duration=0.03", *flags, "--summary=summary.json", out="cam1: ")
        self.check_trace("run.csv")
        summary = json.loads((self.folder / "summary.json").read_text())
        self.assertEqual(summary["schema"], "rondo.trace.summary/1")
        self.assertEqual(sorted(job["name"] for job in summary["jobs"]), ["cam", "cam1"])
        rows = {job["name"]: job["instances"] for job in summary["jobs"]}
        self.assertEqual(rows["cam1"], 15)
        self.assertIn("</html>", (self.folder / "run.html").read_text())
        self.assertIn("</svg>", (self.folder / "run.svg").read_text())
        self.assertGreater((self.folder / "run.pftrace").stat().st_size, 0)
        self.call("trace", "stats", "run.csv", out=["cam1", "worker"])

    def test_trace_failures(self):
        name = self.write({"name": "count", "model": str(STEPS), "function": "count", "iterations": 3})
        self.call("play", name, "--trace=run.txt", code=2, err=["run.txt", ".csv"])
        self.call("play", name, "--trace=no/where.csv", code=1, out="count: ", err="no/where.csv")
        self.call("play", name, "--summary=no/where.json", code=1, err="no/where.json")

    def test_interrupt(self):
        name = self.write({"name": "count", "model": str(STEPS), "function": "count", "period_ms": 2}, {"name": "called", "model": str(STEPS),
                          "function": "full", "trigger": "call"})
        process = subprocess.Popen([RONDO, "play", name, "--trace=run.csv", "--report_every=0.1"], text=True, cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2):  # it runs
            self.assertIn("count", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("count: ", out)
        self.assertNotIn("\x1b", err)
        self.check_trace("run.csv")

    # Files that are wrong

    def test_errors(self):
        count = {"name": "count", "model": str(STEPS), "function": "count"}
        (self.folder / "empty.vmfb").write_bytes(b"")
        cases = [
            ({**count, "model": "nowhere.vmfb"}, ["jobs.json: jobs[0]", "nowhere.vmfb"]),
            ({**count, "model": "empty.vmfb"}, ["jobs.json: jobs[0]", "empty.vmfb"]),
            ({**count, "function": "nobody"}, ["jobs.json: jobs[0]", "nobody"]),
            ({**count, "period_ms": 0}, ["jobs.json: jobs[0].period_ms"]),
            ({**count, "degrade_to": "add", "overrun": "degrade", "period_ms": 1}, ["jobs.json: jobs[0]", "add"]),
            ({**count, "inputs": [{"file": "nowhere.npy"}]}, ["jobs.json: jobs[0].inputs[0]", "nowhere.npy"]),
            ({**count, "inputs": [{"constant": "4xf32=a"}]}, ["jobs.json: jobs[0].inputs[0]", "4xf32=a"]),
            ({**count, "inputs": [{"splat": 1, "type": "4xq9"}]}, ["jobs.json: jobs[0].inputs[0]", "4xq9"]),
            ({**count, "inputs": [{"argument": "x", "ring": "imu"}]}, ["jobs.json: jobs[0].inputs[0]", '"x"']),
            ({**count, "inputs": [{"ring": "imu"}, {"ring": "gps"}]}, ["jobs.json: jobs[0].inputs[1]", "no argument"]),
            ({**count, "inputs": [{"ring": "imu"}, {"argument": 0, "ring": "gps"}]}, ["jobs.json: jobs[0].inputs[1]", "already"]),
            ({**count, "inputs": [{"job": "count", "result": 3}]}, ["jobs.json: jobs[0].inputs[0]", "no result"]),
            ({**count, "inputs": [{"job": "count", "waits": True}]}, ["jobs.json: jobs[0]", "waits for itself"]),
            ({"name": "plain", "model": str(STEPS), "function": "plain", "inputs": [{"ring": "imu"}]}, ["jobs.json: jobs[0].inputs[0]", "shape"]),
        ]
        for job, words in cases:
            with self.subTest(words[-1]):
                self.call("play", self.write(job), code=1, err=words)
        (self.folder / "jobs.json").write_text("{")
        self.call("play", "jobs.json", code=1, err="jobs.json:1:")
        self.call("play", "nowhere.json", code=1, err="nowhere.json")
        (self.folder / "jobs").write_text('\n {"jobs": []}')  # known by what is in it
        self.call("play", "jobs", code=1, err="jobs: jobs: is empty")
        self.call("play", "jobs", STEPS, code=2, err="name it alone")
        self.call("play", STEPS, "--machine=machine.json", code=2, err="goes with a jobs file")
        self.call("play", self.write({**count, "iterations": 1}), "--input=nobody:4xf32=1", code=2, err="the name of no job, such as count:VALUE")
        self.call("play", self.write({**count, "iterations": 1, "colour": 3}), err="colour")  # remarkable, not wrong


if __name__ == "__main__":
    main()

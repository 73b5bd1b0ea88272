#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Profiles of the bundled models: their graphs are those that `rondo inspect` shows, and files are merged as they should be.

    RONDO=build/dev/bin/rondo RONDO_MODELS=models python3 tests/profile/profile_test.py
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

RONDO = os.environ["RONDO"]
MODELS = Path(os.environ["RONDO_MODELS"])
REPEAT = 10
CPUS = sorted(os.sched_getaffinity(0))
FEW_EVENTS = "a call emits more events than"  # of builds whose rings are made small on purpose


def run(*arguments):
    return subprocess.run([RONDO, *map(str, arguments)], capture_output=True, text=True, check=False)


def model(name):
    return MODELS / name / f"{name}.vmfb"


def recorded_nodes(name):
    """(name, region, tiles, accesses) of each command; an access is (memory, begin, end, is_written)."""
    text = run("inspect", model(name), "--recordings").stdout
    nodes = []
    for line in text[text.index("\nrecording ") :].splitlines():
        match = re.match(r"  region +(\d+)  (dispatch|fill|copy|update) (.*)", line)
        if not match:
            continue
        region, kind, rest = int(match[1]), match[2], match[3]
        export, tiles, refs = kind, 1, rest
        if kind == "dispatch":
            dispatch = re.match(r"(\S+)  (\d+)x(\d+)x(\d+) workgroups(.*)", rest)
            export, tiles, refs = dispatch[1], int(dispatch[2]) * int(dispatch[3]) * int(dispatch[4]), dispatch[5]
        accesses = []
        for memory, offset, length in re.findall(r"(slot \d+|buffer #\d+|\w+ buffer)\[(\d+)\+(\d+)\]", refs):
            accesses.append((memory, int(offset), int(offset) + int(length), not memory.startswith("buffer #")))  # these are constants
        nodes.append((export, region, tiles, accesses))
    return nodes


def conflict(a, b):
    return any(x[0] == y[0] and (x[3] or y[3]) and x[1] < y[2] and y[1] < x[2] for x in a for y in b)


def expected_edges(nodes):
    """By the definition: conflicts over a barrier, without those that follow from others."""
    before = [set() for _ in nodes]  # all that come before
    edges = []
    for j, (_, region, _, accesses) in enumerate(nodes):
        direct = [i for i in range(j) if nodes[i][1] != region and conflict(nodes[i][3], accesses)]
        edges.append([i for i in direct if not any(i in before[k] for k in direct)])
        before[j] = set(direct).union(*(before[i] for i in direct))
    return edges


class ProfileTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return Path(self.folder.name) / name

    def write(self, name, value):
        self.path(name).write_text(json.dumps(value))
        return self.path(name)

    def read(self, name):
        return json.loads(self.path(name).read_text())

    def profile(self, *arguments):
        done = run("profile", *arguments)
        if FEW_EVENTS in done.stderr:
            self.skipTest("rings of events are too small in this build")
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def one_cpu(self):
        return self.write("one.json", {"clusters": [{"name": "P", "cpus": str(CPUS[-1])}]})

    def check_graph(self, name):
        self.profile(model(name), f"--machine={self.one_cpu()}", f"--repeat={REPEAT}", "-o", self.path("p.json"))
        profile = self.read("p.json")
        (entry,) = profile["models"]
        recorded = recorded_nodes(name)
        self.assertEqual(entry["model"], str(model(name)))
        self.assertEqual([node["export"] for node in entry["nodes"]], [node[0] for node in recorded])
        self.assertEqual([node["tiles"] for node in entry["nodes"]], [node[2] for node in recorded])
        self.assertEqual([node["predecessors"] for node in entry["nodes"]], expected_edges(recorded))
        for index, node in enumerate(entry["nodes"]):
            self.assertEqual((node["recording"], node["command"]), (0, index))
            self.assertEqual(node["bytes"], sum(end - begin for _, begin, end, _ in recorded[index][3]))
            (cost,) = node["costs"]
            self.assertEqual((cost["cluster"], cost["workers"], cost["samples"]), ("P", 1, REPEAT))
            self.assertTrue(0 < cost["min_ns"] <= cost["p50_ns"] <= cost["p99_ns"] <= cost["max_ns"])
            self.assertGreater(cost["tile_max_ns"], 0)
        (call,), (program,) = entry["call"], entry["program"]
        self.assertGreater(call["min_ns"], sum(node["costs"][0]["min_ns"] for node in entry["nodes"]) // 2)
        self.assertLess(program["min_ns"], call["min_ns"])
        return entry

    def test_mlp(self):
        self.assertEqual(len(self.check_graph("mlp_f32")["nodes"]), 5)

    def test_dronet(self):
        nodes = self.check_graph("dronet_f32")["nodes"]
        self.assertEqual(len(nodes), 43)
        self.assertEqual(sum(node["export"] not in ("fill", "copy", "update") for node in nodes), 35)
        # Each binding is the whole buffer, so what comes first is what the barriers say.
        self.assertTrue(any(len(node["predecessors"]) == 2 for node in nodes))

    def test_dronet_int8(self):
        self.check_graph("dronet_int8")

    def test_round_trip(self):
        self.profile(model("mlp_f32"), f"--machine={self.one_cpu()}", f"--repeat={REPEAT}", "-o", self.path("p.json"))
        self.profile(f"--merge={self.path('p.json')}", "-o", self.path("q.json"))
        self.assertEqual(self.path("p.json").read_bytes(), self.path("q.json").read_bytes())

    def test_merge(self):
        arguments = [model("mlp_f32"), f"--machine={self.one_cpu()}", f"--repeat={REPEAT}"]
        self.profile(*arguments, "-o", self.path("a.json"))
        self.profile(*arguments, f"--merge={self.path('a.json')}", f"--merge={self.path('a.json')}", "-o", self.path("b.json"))
        one, three = self.read("a.json")["models"], self.read("b.json")["models"]
        self.assertEqual(len(three), 1)
        self.assertEqual([c["samples"] for n in three[0]["nodes"] for c in n["costs"]], [3 * REPEAT] * 5)
        self.assertEqual(three[0]["call"][0]["samples"], 3 * REPEAT)
        self.assertLessEqual(three[0]["call"][0]["min_ns"], one[0]["call"][0]["min_ns"])
        # Another model is added; another graph under the same name is refused.
        self.profile(model("mlp_int8"), f"--machine={self.one_cpu()}", f"--repeat={REPEAT}", "-o", self.path("c.json"))
        self.profile(f"--merge={self.path('a.json')}", f"--merge={self.path('c.json')}", "-o", self.path("d.json"))
        self.assertEqual([m["model"] for m in self.read("d.json")["models"]], [str(model("mlp_f32")), str(model("mlp_int8"))])
        other = self.read("a.json")
        other["models"][0]["nodes"][2]["tiles"] += 1
        done = run("profile", f"--merge={self.path('a.json')}", f"--merge={self.write('e.json', other)}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("node 2", done.stderr)
        self.assertIn("differ in their tiles", done.stderr)
        self.assertIn("a.json", done.stderr)
        self.assertIn("e.json", done.stderr)

    def test_workers(self):
        if len(CPUS) < 2:
            self.skipTest("one CPU")
        machine = self.write("two.json", {"clusters": [{"name": "P", "cpus": f"{CPUS[0]},{CPUS[1]}"}]})
        self.profile(model("mlp_f32"), f"--machine={machine}", f"--repeat={REPEAT}", "-o", self.path("p.json"))
        (entry,) = self.read("p.json")["models"]
        for node in entry["nodes"]:
            self.assertEqual([(c["cluster"], c["workers"]) for c in node["costs"]], [("P", 1), ("P", 2)])
        self.assertEqual([c["workers"] for c in entry["call"]], [1, 2])
        self.assertEqual([c["workers"] for c in entry["program"]], [1])
        self.profile(model("mlp_f32"), f"--machine={machine}", "--workers=2", f"--repeat={REPEAT}", "-o", self.path("q.json"))
        self.assertEqual([c["workers"] for c in self.read("q.json")["models"][0]["call"]], [2])

    def test_interference(self):
        if len(CPUS) < 2:
            self.skipTest("one CPU")
        machine = self.write("two.json", {"clusters": [{"name": "P", "cpus": f"{CPUS[0]},{CPUS[1]}"}]})
        done = self.profile(model("mlp_f32"), model("mlp_int8"), f"--machine={machine}", "--workers=1", f"--repeat={REPEAT}", "--interference", "--json", "-o", self.path("p.json"))
        pairs = self.read("p.json")["interference"]
        self.assertEqual([(p["model"], p["beside"], p["cluster"]) for p in pairs], [(0, 0, "P"), (0, 1, "P"), (1, 0, "P"), (1, 1, "P")])
        self.assertTrue(all(p["factor"] > 0 for p in pairs))
        told = json.loads(done.stdout)
        self.assertEqual([(p["model"], p["beside"]) for p in told["interference"]], [(0, 0), (0, 1), (1, 0), (1, 1)])
        self.assertEqual([m["nodes"] for m in told["models"]], [5, len(recorded_nodes("mlp_int8"))])

    def test_hand_written(self):
        workload = self.write("w.json", {"a": {"dispatches": [{"name": "conv", "estimated_cycles": 2000000, "frequency": 30}]}})
        machine = self.write("m.json", {"clusters": [{"name": "P", "cpus": str(CPUS[0]), "max_frequency_mhz": 2000}]})
        self.profile(f"--merge={workload}", f"--machine={machine}", "-o", self.path("p.json"))
        (entry,) = self.read("p.json")["models"]
        self.assertEqual((entry["model"], entry["frequency_hz"], entry["calibrated"]), ("a", 30, False))
        self.assertEqual(entry["nodes"][0]["costs"][0]["p50_ns"], 1000000)
        done = run("profile", f"--merge={workload}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("give a machine file", done.stderr)

    def test_from_trace(self):
        nodes = [
            {"export": "net_dispatch_0_conv", "tiles": 4, "costs": [{"cluster": "P", "workers": 2, "p50_ns": 9000, "samples": 1}]},
            {"export": "net_dispatch_8_copy", "predecessors": [0]},
            {"export": "net_dispatch_8_copy", "predecessors": [1]},
        ]
        profile = self.write("p.json", {"clusters": [{"name": "P", "workers": 2}, {"name": "E"}], "models": [{"model": "x/net.vmfb", "nodes": nodes}, {"model": "y.vmfb", "nodes": []}]})
        machine = self.write("m.json", {"clusters": [{"name": "P", "workers": 2}, {"name": "E", "workers": 1}], "lanes": [{"name": "E_NET", "cluster": "E"}]})
        header = (Path(__file__).resolve().parents[1] / "data" / "played.csv").read_text().splitlines()[0].split(",")[:22]
        rows = [",".join(header)]

        def add(job, number, ordinal, module, target, start, end):
            row = dict.fromkeys(header, "0")
            row.update(dispatch_key=f"{job}_dispatch_{number}_{ordinal}", dispatch_id=number, ordinal=ordinal, total=2, job_name=job, module_name=module, target=target, vmfb_path="",
                       submit_us=start, start_us=start, complete_us=end, end_us=end, residency_us=end, queue_delay_us=start, run_us=end - start, total_latency_us=end)
            rows.append(",".join(str(row[column]) for column in header))

        for run_us in (11, 13, 12):
            add("net0", 0, 1, "net$async_dispatch_0", "P", 5, 5 + run_us)
        add("net1", 8, 2, "", "E_NET", 1, 31)
        add("net1", 99, 1, "net_dispatch_8_copy", "E", 1, 41)
        add("other", 0, 1, "", "P", 1, 2)
        add("net0", 77, 1, "", "P", 1, 2)
        self.path("run.csv").write_text("\n".join(rows) + "\n")
        done = self.profile(f"--merge={profile}", f"--machine={machine}", f"--from-trace={self.path('run.csv')}", "-o", self.path("q.json"))
        self.assertIn("5 of 7 rows are of nodes of the profile", done.stderr)
        first, second, third = self.read("q.json")["models"][0]["nodes"]
        (cost,) = first["costs"]  # one sample of 9 us, three of 11, 12 and 13
        self.assertEqual((cost["workers"], cost["samples"], cost["min_ns"], cost["max_ns"]), (2, 4, 9000, 13000))
        self.assertEqual(cost["p50_ns"], (9000 + 3 * 12000) // 4)
        self.assertEqual([(c["cluster"], c["workers"], c["p50_ns"], c["samples"]) for c in second["costs"]], [("E", 1, 40000, 1)])
        self.assertEqual([(c["cluster"], c["workers"], c["p50_ns"], c["samples"]) for c in third["costs"]], [("E", 1, 30000, 1)])
        self.path("none.csv").write_text("\n".join([rows[0], rows[-2]]) + "\n")
        done = run("profile", f"--merge={profile}", f"--from-trace={self.path('none.csv')}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("none of its 1 rows", done.stderr)

    def test_two_rounds(self):
        """What was played shows what the first profile did not know: the second plan is shorter, and right."""

        def cost(cluster, us):
            return {"cluster": cluster, "p50_ns": us * 1000, "samples": 1}

        # Two call sites of one kernel, with a fill before them, as compilers make it. P is thought to be faster, and is not for the second.
        nodes = [{"export": "fill", "command": 0, "costs": [cost("P", 10), cost("E", 10)]},
                 {"export": "net_dispatch_0_conv", "command": 1, "predecessors": [0], "costs": [cost("P", 100), cost("E", 300)]},
                 {"export": "net_dispatch_0_conv", "command": 2, "predecessors": [1], "costs": [cost("P", 200), cost("E", 300)]}]
        clusters = [{"name": "P", "workers": 1}, {"name": "E", "workers": 1}]
        machine = self.write("m.json", {"clusters": clusters})
        profile = self.write("p.json", {"clusters": clusters, "models": [{"model": "net.vmfb", "function": "f", "nodes": nodes}]})
        jobs = self.write("jobs.json", {"jobs": [{"name": "eyes", "model": "net.vmfb"}]})

        def make_plan(profile, name):
            plan = self.path(name)
            done = run("plan", jobs, f"--machine={machine}", f"--profile={profile}", "--slack=0", "--iterations=200", "-o", plan)
            self.assertEqual(done.returncode, 0, done.stderr)
            return plan

        def play(plan, trace):
            """The plan as it really is: the second call site takes 900 us on P."""
            told = json.loads(plan.read_text())
            for key, dispatch in told["dispatches"].items():
                if key == "eyes_dispatch_2" and dispatch["hardware_target"] == "P":
                    dispatch["duration_ns"], dispatch["duration"] = 900000, 0.9
            real = self.write("real.json", told)
            done = run("simulate", real, "--runs=1", "--iterations=99", f"--trace={trace}", "--json")
            self.assertEqual(done.returncode, 0, done.stderr)
            return json.loads(done.stdout)["makespan"]["p50_ns"], json.loads(plan.read_text())["metadata"]["makespan_ns"]

        first = make_plan(profile, "first.json")
        trace = self.path("run.csv")
        self.assertEqual(play(first, trace), (1010000, 310000))
        better = self.path("better.json")
        done = self.profile(f"--merge={profile}", f"--machine={machine}", f"--from-trace={trace}", f"--plan={first}", "-o", better)
        self.assertEqual(done.stderr, "")
        found = [{c["cluster"]: c["p50_ns"] for c in node["costs"]} for node in self.read("better.json")["models"][0]["nodes"]]
        self.assertEqual(found, [{"P": 10000, "E": 10000}, {"P": 100000, "E": 300000}, {"P": (200000 + 99 * 900000) // 100, "E": 300000}])
        self.assertEqual(play(make_plan(better, "second.json"), trace), (410000, 410000))
        done = run("profile", f"--merge={profile}", f"--plan={first}")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--from-trace", done.stderr)
        done = run("profile", f"--merge={profile}", f"--from-trace={trace}", f"--plan={self.path('none.json')}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("none.json", done.stderr)

    def test_usage(self):
        for arguments, code, text in (
            ([], 2, "which model?"),
            ([model("mlp_f32"), "--workers=0"], 2, "--workers=0"),
            ([model("mlp_f32"), "--workers=1,x"], 2, "--workers=1,x"),
            ([model("mlp_f32"), "--repeat=0"], 2, "repeat"),
            ([model("mlp_f32"), model("mlp_int8"), "--input=1x64xf32=1"], 2, "begins with the name of one"),
            ([model("mlp_f32"), f"--machine={self.one_cpu()}", "--workers=7"], 1, "no cluster has one of the numbers of workers"),
            ([model("mlp_f32"), f"--machine={self.path('none.json')}"], 1, "none.json"),
            ([model("mlp_f32"), "--function=none"], 1, "none"),
            ([self.path("none.vmfb")], 1, "none.vmfb"),
            ([model("mlp_f32"), "--input=3xi32=1"], 1, "mlp_f32.vmfb"),
            ([model("mlp_f32"), f"--machine={self.write('w.json', {'clusters': [{'name': 'P', 'workers': 2}]})}"], 1, "can be planned for, not run on"),
        ):
            with self.subTest(arguments=arguments):
                done = run("profile", *arguments)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(text, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_no_output_on_failure(self):
        done = run("profile", model("mlp_f32"), self.path("none.vmfb"), "--repeat=2", "-o", self.path("p.json"))
        self.assertEqual(done.returncode, 1)
        self.assertFalse(self.path("p.json").exists())

    def test_typed_inputs(self):
        self.profile(model("mlp_f32"), f"--machine={self.one_cpu()}", "--repeat=2", "--input=1x64xf32=0.5")
        self.profile(model("mlp_f32"), model("mlp_int8"), f"--machine={self.one_cpu()}", "--repeat=2", "--input=mlp_f32:1x64xf32=0.5")


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=1).result.wasSuccessful() else 1)

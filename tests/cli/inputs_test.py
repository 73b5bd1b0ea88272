#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""What `rondo plan` takes in, to the end: separate files, jobs and attributes in models are planned, and played; what cannot be is refused
with file, key, reason and remedy.

    RONDO=build/rondo python3 tests/cli/inputs_test.py [NAME...]

Exits 77, "skipped", without a program or a JSON library.
"""

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

from command import CommandTest, main, ROOT, TIMEOUT_S

TOLD = ROOT / "tests" / "unit" / "play" / "told.vmfb"
STEPS = ROOT / "tests" / "unit" / "play" / "steps.vmfb"

# Durations are far longer than the work, so that nothing here depends on how fast the machine is.
ANNOTATED = """
func.func @main(%a: tensor<64xf32>) -> tensor<64xf32> attributes {iree.reflection = {rondo.period_ms = "40", rondo.deadline_ms = "30", rondo.priority = "200"}} {
  %0 = arith.addf %a, %a : tensor<64xf32>
  return %0 : tensor<64xf32>
}
"""


def cost(ms):
    return [{"cluster": "P", "p50_ms": ms}]


def profile(*models):
    """Models as (file, function, kernel, priority)."""
    return {"clusters": [{"name": "P", "workers": 1}], "models": [
        {"model": model, "function": function, **({"priority": priority} if priority is not None else {}), "nodes": [{"export": export, "costs": cost(1)}]}
        for model, function, export, priority in models]}


KERNEL = "{}_dispatch_0_elementwise_4_f32"


class InputsTest(CommandTest):
    def setUp(self):
        super().setUp()
        for name in ("told", "model_a", "model_b"):
            shutil.copy(TOLD, self.folder / f"{name}.vmfb")
        cpu = min(os.sched_getaffinity(0))
        self.write("machine.json", {"clusters": [{"name": "P", "cpus": str(cpu), "workers": 1}]})
        self.write("topology.json", {"clusters": [{"id": 0, "cores": [cpu], "max_frequency_mhz": 1000, "npu": {"type": "unit"}}]})
        self.write("profile.json", profile(*((f"{model}.vmfb", function, KERNEL.format(function), 9 if function == "act" else 8)
                                             for model in ("told", "model_a", "model_b") for function in ("sense", "act"))))

    def write(self, name, value):
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_text(json.dumps(value))
        return name

    def plan(self, *arguments, machine="machine.json", costs="profile.json", code=0, out=(), err=()):
        """Plans, and returns the plan's jobs by name."""
        self.call("plan", *arguments, f"--machine={machine}", f"--profile={costs}", "--iterations=50", "-o", "plan.json", code=code, out=out, err=err)
        if code != 0:
            return None
        self.made = json.loads((self.folder / "plan.json").read_text())
        return {job["name"]: job for job in self.made["jobs"]["jobs"]}

    def dispatches(self, job):
        return [node for node in self.made["dispatches"].values() if node["job_name"].rstrip("0123456789") == job]

    # What is told, and who is believed

    def test_attributes(self):
        jobs = self.plan("--modules", "told.vmfb", out="told.vmfb: sense.rondo.colour: nobody reads this attribute")
        self.assertEqual(sorted(jobs), ["told.act", "told.sense"])  # not `half`, which says nothing
        sense, act = jobs["told.sense"], jobs["told.act"]
        self.assertEqual((sense["period_ns"], sense["deadline_ns"], sense["priority"]), (20_000_000, 15_000_000, 200))
        self.assertEqual((act["period_ns"], act["workers_max"], act["priority"]), (40_000_000, 1, 9))  # the priority is the profile's
        self.assertEqual([node["priority"] for node in self.dispatches("told.act")], [9])
        # A deadlines file counts more, and so does a jobs file; a job without a word is as its function says.
        self.write("deadlines.json", {"told.sense": 12_000_000})
        jobs = self.plan("--modules", "told.vmfb", "--deadlines=deadlines.json")
        self.assertEqual((jobs["told.sense"]["deadline_ns"], jobs["told.sense"]["period_ns"]), (12_000_000, 20_000_000))
        self.write("jobs.json", {"jobs": [{"name": "a", "model": "told.vmfb", "function": "sense", "priority": 3, "period_ms": 10},
                                          {"name": "b", "model": "told.vmfb", "function": "sense"}, {"name": "c", "model": "told.vmfb", "function": "act"}]})
        jobs = self.plan("jobs.json")
        self.assertEqual([(jobs[name].get("period_ns"), jobs[name].get("deadline_ns"), jobs[name]["priority"]) for name in "abc"],
                         [(10_000_000, 15_000_000, 3), (20_000_000, 15_000_000, 200), (40_000_000, None, 9)])
        # They hold without a plan, too.
        done = self.call("play", "jobs.json", "--duration=0.1", "--json")
        periods = {job["name"]: job["ended"] + job["skipped"] for job in json.loads(done.stdout)["jobs"]}
        self.assertEqual((periods["a"], periods["b"], periods["c"]), (10, 5, 3))

        # Typed jobs: fields count more.
        done = self.call("play", "told.vmfb,name=a,function=sense", "told.vmfb,name=b,function=sense,period=10ms", "--duration=0.1", "--json")
        self.assertEqual([job["ended"] + job["skipped"] for job in json.loads(done.stdout)["jobs"]], [5, 10])

    def test_pipe(self):
        # What can be read once is left to who loads it.
        os.mkfifo(self.folder / "pipe.vmfb")
        with subprocess.Popen(["cp", str(TOLD), str(self.folder / "pipe.vmfb")]) as writer:
            done = self.call("play", "pipe.vmfb,name=a,function=sense,period=20ms", "--duration=0.1", "--json")
            self.assertEqual(writer.wait(TIMEOUT_S), 0)
        self.assertEqual([job["ended"] + job["skipped"] for job in json.loads(done.stdout)["jobs"]], [5])

    def test_workload(self):
        self.write("workload.json", {"told": {"dispatches": [{"name": KERNEL.format("sense"), "duration_us": 1500, "priority": 7, "frequency": 10}]},
                                     "model_a": {"dispatches": [{"name": "conv2d_1", "estimated_cycles": 100_000, "requires_npu": False},
                                                                {"name": "npu_matmul", "estimated_cycles": 200_000, "requires_npu": True}]}})
        self.write("deadlines.json", {"told.sense": 12_000_000, "model_a.act": 50_000_000})
        jobs = self.plan("--modules", "told.vmfb", "model_a.vmfb", "--deadlines=deadlines.json", machine="topology.json", costs="workload.json")
        # Deadlines from their file, periods and the priority from attributes, costs from the workload.
        self.assertEqual((jobs["told.sense"]["deadline_ns"], jobs["told.sense"]["period_ns"], jobs["told.sense"]["priority"]), (12_000_000, 20_000_000, 200))
        self.assertEqual(jobs["told.act"]["priority"], 7)  # which says none itself
        self.assertEqual({node["duration_ns"] for node in self.dispatches("told.sense")}, {1_500_000})
        self.assertEqual({node["export"]: node.get("resources") for node in self.dispatches("model_a.act")}, {"conv2d_1": None, "npu_matmul": ["npu"]})
        self.call("plan", "--check=plan.json", out="0 findings")

    # To the end

    def test_dependencies(self):
        # The first argument and result, whatever they are called; a result goes where it is to go.
        self.write("dependencies.json", {"model_b.act.input": "model_a.sense.output"})
        self.write("deadlines.json", {"model_a.sense": 15_000_000, "model_b.act": 40_000_000})
        # With a horizon iterations follow each other: on a machine that stands still none is left out.
        files = ("--modules", "model_a.vmfb", "model_b.vmfb", "--dependencies=dependencies.json", "--deadlines=deadlines.json", "--horizon=40")
        jobs = self.plan(*files)
        self.assertEqual(jobs["model_b.act"]["inputs"], [{"argument": "input", "job": "model_a.sense", "result": "output", "waits": True}])
        self.call("play", "plan.json", "--iterations=2", "--results", out=["model_a.sense0\nresult[0]: hal.buffer_view\n4xf32=1 1 1 1", "model_b.act0\nresult[0]: hal.buffer_view\n4xf32=2 2 2 2"])
        # A function is the whole call.
        self.write("dependencies.json", {"model_b.act": "model_a.sense"})
        jobs = self.plan(*files)
        self.assertEqual((jobs["model_b.act"]["waits_for"], "inputs" in jobs["model_b.act"]), (["model_a.sense"], False))
        self.call("play", "plan.json", "--iterations=2", "--results", out="model_b.act0\nresult[0]: hal.buffer_view\n4xf32=0 0 0 0")

    def test_stock_compiler(self):
        paths = [str(Path(sys.executable).parent), str(ROOT / "build" / "venv" / "bin"), os.environ.get("PATH", "")]
        compiler = shutil.which("iree-compile", path=os.pathsep.join(paths))
        if compiler is None:
            self.skipTest("no iree-compile")
        if platform.machine() not in ("x86_64", "aarch64", "riscv64"):
            self.skipTest("no native kernels here")
        (self.folder / "net.mlir").write_text(ANNOTATED)
        subprocess.run([compiler, "net.mlir", "-o", "net.vmfb", "--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu",
                        "--iree-llvmcpu-target-cpu=generic"], cwd=self.folder, check=True, timeout=TIMEOUT_S)
        self.write("net.json", profile(("net.vmfb", "main", "main_dispatch_0_elementwise_64_f32", None)))
        jobs = self.plan("--modules", "net.vmfb", "--horizon=40", costs="net.json")
        self.assertEqual((jobs["net"]["period_ns"], jobs["net"]["deadline_ns"], jobs["net"]["priority"]), (40_000_000, 30_000_000, 200))
        self.call("play", "plan.json", "--iterations=2", out="plan.json: 2 dispatches of 1 node")

    # What cannot be

    def test_wrong_names(self):
        def refuse(dependencies, deadlines, err):
            self.write("dependencies.json", dependencies)
            self.write("deadlines.json", deadlines)
            self.plan("--modules", "model_a.vmfb", "model_b.vmfb", "--dependencies=dependencies.json", "--deadlines=deadlines.json", code=1, err=err)

        both = {"model_a.sense": 15_000_000, "model_b.act": 40_000_000}
        refuse({}, {"model_a.predict": 1}, 'deadlines.json: ["model_a.predict"]: model_a.vmfb has no function "predict"; it has: sense, act, half')
        refuse({"model_b.act.frame": "model_a.sense.0"}, both, 'dependencies.json: ["model_b.act.frame"]: function act has no argument "frame" (it has 1: input0)')
        refuse({"model_b.act.0": "model_a.sense.zzz"}, both, 'dependencies.json: ["model_b.act.0"]: function sense has no result "zzz" (it has 1: output0)')
        refuse({"model_b.act": "model_a.half"}, both, 'dependencies.json: ["model_b.act"]: no job calls function half of model_a.vmfb: give it a deadline')
        refuse({"model_b.half.0": "model_a.sense.0"}, {**both, "model_b.half": 40_000_000},
               'dependencies.json: ["model_b.half.0"]: result 0 of function sense has 16 bytes, argument 0 of function half reads 8')
        refuse({"model_b": "model_a.sense.0"}, both, 'dependencies.json: model_b: .PORT is missing behind "model_b": write "model_b.PORT"')
        refuse({"model_b.act": "model_a.sense", "model_a.sense.0": "model_b.act.0"}, both, 'dependencies.json: ["model_b.act"]: waits for itself: "model_')
        refuse({}, {**both, "model_b.act": 1000}, 'deadlines.json: ["model_b.act"]: "model_b.act" cannot end within 0.001 ms')
        # Files that are not there yet are planned by what is told of them.
        self.write("dependencies.json", {"later.x": "model_a.sense.0"})
        self.write("later.json", profile(("later.vmfb", "", "k", None), *((f"model_a.vmfb", name, name, None) for name in ("sense", "act"))))
        self.write("deadlines.json", {})
        self.plan("--modules", "model_a.vmfb", "later.vmfb", "--dependencies=dependencies.json", costs="later.json")
        (self.folder / "later.vmfb").write_text("no module")
        self.plan("--modules", "model_a.vmfb", "later.vmfb", "--dependencies=dependencies.json", costs="later.json", code=1, err="later.vmfb: ")

    def test_wrong_jobs(self):
        job = {"name": "one", "model": str(STEPS), "function": "full"}
        periodic = {**job, "period_ms": 20}
        cases = [
            ({**job, "function": "none"}, ['jobs[0].function: ', 'has no function "none"; it has: count, add']),
            ({**job, "function": ""}, ["jobs[0].function: ", "has several functions, say which: count"]),
            ({**job, "inputs": [{"argument": "x", "splat": 1, "type": "4xf32"}]}, ['jobs[0].inputs[0]: function full has no argument "x"']),
            ({**job, "inputs": [{"splat": 1, "type": "4xf32"}] * 2}, ["jobs[0].inputs[1]: function full has no argument for this input (it has 1"]),
            ({**periodic, "overrun": "cancel"}, ["jobs[0].overrun: ", "not cancelled", "play it without a plan"]),
            ({**periodic, "overrun": "degrade", "degrade_to": "light"}, ["jobs[0].overrun: ", "play it without a plan"]),
            ({**periodic, "iterations": 3}, ["jobs[0].iterations: ", "play it without a plan"]),
            ({**periodic, "duration_ms": 3}, ["jobs[0].duration_ns: ", "play it without a plan"]),
            ({**job, "trigger": "call"}, ["jobs[0].trigger: ", "play it without a plan"]),
            ({**job, "inputs": [{"ring": "imu"}]}, ["jobs[0].inputs[0]: ", "ring", "play it without a plan"]),
            ({**job, "inputs": [{"job": "one", "age_max_ms": 3}]}, ["jobs[0].inputs[0]: ", "age_max", "play it without a plan"]),
        ]
        for wrong, words in cases:
            self.write("jobs.json", {"jobs": [wrong]})
            refused = self.call("plan", "jobs.json", "--machine=machine.json", "--profile=profile.json", code=1, err=["jobs.json: ", *words]).stderr
            if "without a plan" in refused:  # in the same words
                self.assertEqual(self.call("play", "jobs.json", "--plan", code=1).stderr, refused)
        self.write("jobs.json", {"jobs": [{**periodic, "model": "told.vmfb", "function": "sense", "overrun": "queue", "on_error": "contain"}]})
        self.plan("jobs.json", out=["jobs.json: jobs[0].overrun: calls of a plan are neither skipped nor queued", "jobs.json: jobs[0].on_error: the first call of a plan that fails"])
        self.write("jobs.json", {"jobs": [{"name": "net", "model": "k.vmfb", "period_ms": 20}, {"name": "net0", "model": "k.vmfb"}]})
        self.plan("jobs.json", costs=self.write("k.json", profile(("k.vmfb", "", "k", None))), code=1, err='jobs.json: jobs[1].name: jobs "net" and "net0" both have a call named net0')
        self.call("plan", "jobs.json", "--modules", "told.vmfb", "--machine=machine.json", code=2, err="jobs.json is no module")
        self.write("workload.json", {"told": {"dispatches": [{"name": "npu_matmul", "estimated_cycles": 5, "requires_npu": True}]}})
        self.plan("--modules", "told.vmfb", costs="workload.json", code=1, err=['workload.json: told.dispatches[0].requires_npu: "npu_matmul" needs an NPU'])

    def test_paths(self):
        # Two models share a name: where they are tells them apart, however that is written.
        for folder, ms in (("d1", 1), ("d2", 2)):
            (self.folder / folder).mkdir()
            shutil.copy(TOLD, self.folder / folder / "net.vmfb")
        models = [{"model": f"{folder}/net.vmfb", "function": "sense", "nodes": [{"export": KERNEL.format("sense"), "costs": cost(ms)}]} for folder, ms in (("d1", 1), ("d2", 2))]
        self.write("two.json", {"clusters": [{"name": "P", "workers": 1}], "models": models})
        for path in (self.folder.resolve() / "d2" / "net.vmfb", "d1/../d2/./net.vmfb"):
            self.write("jobs.json", {"jobs": [{"name": "one", "model": str(path), "function": "sense"}]})
            self.plan("jobs.json", costs="two.json")
            self.assertEqual({node["duration_ns"] for node in self.dispatches("one")}, {2_000_000})


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Dispatch modules from a model to a play: scripts/dispatch_modules.py builds them, `rondo play` finds and calls them.

    RONDO=build/rondo python3 tests/cli/modules_test.py [NAME...]

Every trace goes through `rondo trace check`. Exits 77, "skipped", without a program, a JSON library or IREE's compiler.
"""

import csv
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from command import CommandTest, main, MODELS, ROOT, skip

SCRIPT = ROOT / "scripts" / "dispatch_modules.py"
ARCHITECTURE = {"aarch64": "arm_64", "riscv64": "riscv_64"}.get(platform.machine(), platform.machine())
COUNT = 5  # dispatches of the small model
TIMEOUT_S = 300

# A function with a dispatch whose size is known, and one with a dispatch whose size only the caller knows.
TWO_FUNCTIONS = """
func.func @known(%a: tensor<8xf32>) -> tensor<8xf32> {
  %x = math.exp %a : tensor<8xf32>
  return %x : tensor<8xf32>
}
func.func @open(%b: tensor<?xf32>) -> tensor<?xf32> {
  %y = math.exp %b : tensor<?xf32>
  return %y : tensor<?xf32>
}
"""


def build(*arguments, code=0):
    done = subprocess.run([sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    if done.returncode != code:
        raise AssertionError(f"{arguments}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


class ModulesTest(CommandTest):
    timeout_s = TIMEOUT_S

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(tempfile.mkdtemp(prefix="rondo-modules-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.out = cls.folder / "modules"
        build(MODELS / "mlp_f32" / "mlp_f32.onnx", "-o", cls.out, "--variant=host", "--variant=RVV")
        cls.builds = {entry["variant"]: entry for entry in json.loads((cls.out / "manifest.json").read_text())["builds"]}

    def setUp(self):
        pass  # all share the class's folder

    def play(self, name, *flags, **expected):
        self.call("play", name, f"--vmfb_dir={self.out}", "--trace=run.csv", *flags, **expected)
        self.call("trace", "check", "run.csv", out="0 findings")
        with open(self.folder / "run.csv", newline="") as file:
            return list(csv.DictReader(file))

    def files(self, rows):
        return {row["dispatch_key"]: row["vmfb_path"] for row in rows}

    def test_named_module(self):
        """What the MLIR module is called is no part of what its dispatches are called."""
        (self.folder / "named.mlir").write_text(f"module @tiny {{\n{TWO_FUNCTIONS}\n}}\n")
        named = self.folder / "named"
        done = build(self.folder / "named.mlir", "-o", named, "--variant=host")
        self.assertIn("known host: 1 modules", done.stdout)
        self.assertIn("open_dispatch_0", done.stderr)
        builds = {entry["family"]: entry for entry in json.loads((named / "manifest.json").read_text())["builds"]}
        module = builds["known"]["modules"][0]
        self.assertEqual((module["name"], module["module_name"]), ("known_dispatch_0", f"known_dispatch_0_embedded_elf_{ARCHITECTURE}"))
        self.assertEqual(Path(module["file"]).name, f"module_known_dispatch_0_embedded_elf_{ARCHITECTURE}_benchmark.vmfb")
        self.assertEqual([entry["name"] for entry in builds["open"]["without_module"]], ["open_dispatch_0"])
        node = {"id": 0, "ordinal": 1, "total": 1, "job_name": "known", "module_name": module["module_name"], "start_time": 0, "duration": 1, "dependencies": []}
        (self.folder / "named.json").write_text(json.dumps({"dispatches": {"known_dispatch_0": node}}))
        rows = self.play("named.json", f"--vmfb_dir={named}", "--variant=CPU_P=host", "--summary=named-summary.json")
        config = json.loads((self.folder / "named-summary.json").read_text())["config"]
        self.assertEqual((config["targets"][0]["variant_dir"], config["vmfb_root_dir"]), ("host", str(named)))
        self.assertEqual([Path(row["vmfb_path"]).name for row in rows], [Path(module["file"]).name])

    def test_manifest(self):
        self.assertEqual(sorted(self.builds), ["RVV", "host"])
        for variant, architecture in (("host", ARCHITECTURE), ("RVV", "riscv_64")):
            entry = self.builds[variant]
            self.assertEqual(entry["family"], "mlp")
            self.assertEqual([module["name"] for module in entry["modules"]], [f"mlp$async_dispatch_{i}" for i in range(COUNT)])
            self.assertEqual(entry["without_module"], [])
            graph = (self.out / entry["graph"]).read_text()
            self.assertTrue(graph.startswith("digraph"))
            self.assertTrue(all(f"@{module['name']}::" in graph for module in entry["modules"]))
            for module in entry["modules"]:
                path = self.out / module["file"]
                self.assertEqual(hashlib.sha256(path.read_bytes()).hexdigest(), module["sha256"])
                self.assertEqual(path.name, f"module_{module['name']}_embedded_elf_{architecture}_benchmark.vmfb")
                self.assertEqual(len(module["functions"]), 1)
                self.call("inspect", path, out=[f"embedded-elf-{architecture}", f"{module['functions'][0]}(i) -> ()"])
        with zipfile.ZipFile(self.out / "modules.zip") as archive:
            self.assertIsNone(archive.testzip())
            names = set(archive.namelist())
            self.assertEqual(archive.read("manifest.json"), (self.out / "manifest.json").read_bytes())
        wanted = {file for entry in self.builds.values() for file in [entry["model"], entry["graph"], *(module["file"] for module in entry["modules"])]}
        self.assertEqual(names, wanted | {"manifest.json"})

    def test_run(self):
        for module in self.builds["host"]["modules"]:
            for count in (0, 3):
                self.call("run", self.out / module["file"], f"--input={count}", out=f"EXEC @{module['functions'][0]}")

    # Modules of a schedule as other tools write it: by the compiler's names.
    def schedule(self):
        def node(i):
            kernel = f"mlp$async_dispatch_{i}"
            return {"id": i, "ordinal": 1, "total": 1, "dependencies": [f"mlp0_dispatch_{i - 1}"] if i else [], "hardware_target": "CPU_" + "PE"[i % 2],
                    "start_time": i * 0.5, "duration": 0.4, "job_name": "mlp0", "module_name": f"{kernel}_embedded_elf_{ARCHITECTURE}_{kernel}_matmul_f32"}
        (self.folder / "schedule.json").write_text(json.dumps({"dispatches": {f"mlp0_dispatch_{i}": node(i) for i in range(COUNT)}}))
        return "schedule.json"

    def test_play_of_schedules(self):
        name = self.schedule()
        rows = self.play(name, "--variant=CPU_P=host", "--variant=CPU_E=host", "--iterations=3", "--warmup=1", "--dispatch_iters=4")
        self.assertEqual(len(rows), 3 * COUNT)
        expected = {f"mlp0_dispatch_{i}": str(self.out / module["file"]) for i, module in enumerate(self.builds["host"]["modules"])}
        self.assertEqual(self.files(rows), expected)
        rows = self.play(name, "--variant=all=host", "--baseline=2")
        self.assertEqual({row["target"] for row in rows}, {"all"})
        self.assertEqual(self.files(rows), expected)
        # A target whose variant was not built, and one that this processor cannot run.
        self.call("play", name, f"--vmfb_dir={self.out}", "--variant=CPU_P=host", code=1, err=["mlp0_dispatch_1", "/scalar/"])
        if ARCHITECTURE != "riscv_64":
            riscv = json.loads((self.folder / name).read_text().replace(ARCHITECTURE, "riscv_64"))
            (self.folder / "riscv.json").write_text(json.dumps(riscv))
            self.call("play", "riscv.json", f"--vmfb_dir={self.out}", "--explain", code=1,
                      err=[f"found  {self.out / self.builds['RVV']['modules'][0]['file']}", "embedded-elf-riscv_64"])

    # A plan of ours tells the kernel alone, and carries its models, which --vmfb_dir overrides.
    def test_play_of_plans(self):
        model = self.out / self.builds["host"]["model"]
        job = {"name": "control", "model": str(model), "function": "mlp", "period_ms": 1000, "inputs": [{"splat": 0.5, "type": "1x64xf32"}]}
        (self.folder / "jobs.json").write_text(json.dumps({"schema": "rondo.jobs/1", "jobs": [job]}))
        machine = {"schema": "rondo.machine/1", "clusters": [{"name": "CPU_P", "cpus": sorted(os.sched_getaffinity(0))[:1], "variant": "host"}]}
        (self.folder / "machine.json").write_text(json.dumps(machine))
        self.call("profile", model, "--function=mlp", "--input=1x64xf32=0.5", "--machine=machine.json", "-o", "profile.json", "--repeat=5")
        self.call("plan", "jobs.json", "--machine=machine.json", "--profile=profile.json", "-o", "plan.json", "--time-limit=1")
        rows = self.play("plan.json", "--iterations=2")
        self.assertEqual(len(rows), 2 * (COUNT + 1))
        expected = {f"control0_dispatch_{i}": str(self.out / module["file"]) for i, module in enumerate(self.builds["host"]["modules"])}
        self.assertEqual(self.files(rows), {**expected, "control0_program": ""})

    # Functions are families; a second call adds its builds to the manifest, and a third takes the place of the first.
    def test_several_builds(self):
        source, out = self.folder / "two.mlir", self.folder / "several"
        source.write_text(TWO_FUNCTIONS)
        build(source, "-o", out, "--variant=host", "--platform=here", "--suffix=")
        self.assertIn("open host: 0 modules, 1 without", build(source, "-o", out, "--variant=host").stdout)
        first = (out / "manifest.json").read_text()
        build(source, "-o", out, "--variant=host", "--platform=here", "--suffix=")
        self.assertEqual((out / "manifest.json").read_text(), first)
        builds = json.loads(first)["builds"]
        self.assertEqual([(entry["family"], entry["platform"]) for entry in builds],
                         [(family, folder) for family in ("known", "open") for folder in ("here", "spacemit_x60")])
        for known in builds[:2]:
            self.call("run", out / known["modules"][0]["file"], "--input=1", out="EXEC")
        self.assertTrue(builds[0]["model"].startswith("gen/vmfb/known/here/host/known/"))
        self.assertEqual([(entry["modules"], entry["without_module"]) for entry in builds[2:]],
                         [([], [{"name": "open_dispatch_0", "reason": "its sizes are known only at run time"}])] * 2)

    def test_without_compiler(self):
        elsewhere = self.folder / "scripts"
        elsewhere.mkdir()
        shutil.copy(SCRIPT, elsewhere)
        python = Path("/usr/bin/python3")
        if not python.exists() or (python.parent / "iree-compile").exists():
            self.skipTest("no Python that stands apart from the compiler")
        done = subprocess.run([python, elsewhere / SCRIPT.name, MODELS / "bench" / "add4.mlir", "-o", self.folder / "none"], env={"PATH": ""},
                              capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        self.assertEqual(done.returncode, 77, done.stderr)
        self.assertIn("no iree-compile", done.stdout)
        self.assertFalse((self.folder / "none").exists())

    def test_errors(self):
        out = self.folder / "wrong"
        for arguments, words in (
                (["nothing.onnx", "-o", out], "nothing.onnx: no such file"),
                ([self.folder, "-o", out], "no such file"),
        ):
            self.assertIn(words, build(*arguments, code=1).stderr)
        (self.folder / "broken.mlir").write_text("func.func @f(")
        self.assertIn("iree-compile failed", build(self.folder / "broken.mlir", "-o", out, code=1).stderr)
        out.mkdir(exist_ok=True)
        (out / "manifest.json").write_text("[]")
        self.assertIn("is no manifest", build(MODELS / "bench" / "add4.mlir", "-o", out, code=1).stderr)
        self.assertEqual((out / "manifest.json").read_text(), "[]")
        build(MODELS / "bench" / "add4.mlir", "-o", out, "--variant=none", code=2)
        build(MODELS / "bench" / "add4.mlir", "-o", out, "--platform=a/b", code=2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as probe:
        (Path(probe) / "empty.onnx").write_bytes(b"")
        tried = subprocess.run([sys.executable, SCRIPT, "empty.onnx", "-o", "out"], cwd=probe, capture_output=True, text=True, check=False)
        if tried.returncode == 77:
            skip(tried.stdout.strip().removeprefix("skipped: "))
    main()

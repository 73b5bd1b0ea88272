#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Dispatch graphs that the stock compiler dumps: those of the bundled models are the known ones, and a plan that is written into IR
is read again as it was.

    RONDO=build/dev/bin/rondo python3 tests/graphs/graphs_test.py [NAME...]
    build/venv/bin/python tests/graphs/graphs_test.py --renew    dumps tests/golden/graphs anew

What IR puts in order is compared with the recordings of the bundled modules, as `rondo inspect` shows them: another text of the same
thing, which another part of the compiler has made. What a DOT dump shows is compared with a list that was written by hand from the model.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MODELS = ROOT / "models"
GOLDEN = ROOT / "tests" / "golden" / "graphs"
VENV = ROOT / "build" / "venv" / "bin"
NAMES = ("mlp_f32", "dronet_f32")

# Attributes that need another compilation would hide the graph: weights are left out of the text.
DUMP_FLAGS = ["--compile-to=stream", "--mlir-elide-elementsattrs-if-larger=16", "--mlir-elide-resource-strings-if-larger=16"]

# What flows in DroNet, by its layers: a convolution is a gather and a product, padding a copy; a block is two convolutions, and one more
# that leads around them.
DRONET = """
0: ; 1: 0; 2: 1; 3: 2; 4: 3;
5: 4; 6: 5; 7: 6; 8_1: 7; 9: 8_1; 10: 4; 11: 10; 12: 9 11;
13: 12; 8_2: 13; 15: 8_2; 16: 15; 17_1: 16; 18: 17_1; 19: 12; 20: 19; 21: 18 20;
22: 21; 17_2: 22; 24: 17_2; 25: 24; 26: 25; 27: 26; 28: 21; 29: 28; 30: 27 29;
31_1: 30; 32: 31_1; 31_2: 30; 34: 31_2
"""
MLP = "0: ; 1: 0; 2: 1; 3: 2; 4: 3"
FLOWS = {"mlp_f32": MLP, "dronet_f32": DRONET}


def rondo(*arguments):
    return subprocess.run([os.environ["RONDO"], *map(str, arguments)], capture_output=True, text=True, check=False)


def find_compiler():
    """The stock compiler, beside this Python or in build/venv; None without."""
    for folder in (Path(sys.executable).parent, VENV):
        if (folder / "iree-compile").exists() and (folder / "iree-import-onnx").exists():
            return folder
    return None


def enter_venv():
    """Goes on with build/venv's Python when this one lacks what the generator needs."""
    python = VENV / "python"
    if generator() is None and python.exists() and Path(sys.prefix).resolve() != VENV.parent.resolve():
        os.execv(python, [str(python), *sys.argv])


def generator():
    """models/generate.py, which knows how the bundled modules were compiled."""
    try:
        spec = importlib.util.spec_from_file_location("generate", MODELS / "generate.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    except ImportError:
        return None
    return module


def dump(name, folder, *flags):
    """NAME.mlir and NAME.dot in a folder, compiled as the bundled module is."""
    make = generator()
    text = make.annotate(make.import_onnx(MODELS / name / f"{name}.onnx"), name, True)
    text = make.run_tool("iree-compile", "-", "-o", "-", "--compile-to=input", *make.COMPILE_FLAGS, text=text)
    text = make.quick_quantisation(make.plain_convolutions(text))
    dot = ["--iree-flow-dump-dispatch-graph", f"--iree-flow-dump-dispatch-graph-output-file={folder / name}.dot"]
    make.run_tool("iree-compile", "-", "-o", folder / f"{name}.mlir", *(flags or DUMP_FLAGS), *dot, *make.COMPILE_FLAGS, text=text)


# Recordings -------------------------------------------------------------------------------------------------


def recorded_commands(name):
    """(export, region, accesses) of each command of the module's recording; an access is (memory, begin, end, is_written)."""
    text = rondo("inspect", MODELS / name / f"{name}.vmfb", "--recordings").stdout
    commands = []
    for line in text[text.index("\nrecording ") :].splitlines():
        match = re.match(r"  region +(\d+)  (dispatch|fill|copy|update) (\S*)(.*)", line)
        if match:
            accesses = [
                (memory, int(offset), int(offset) + int(length), not memory.startswith("buffer #"))  # these are constants
                for memory, offset, length in re.findall(r"(slot \d+|buffer #\d+|\w+ buffer)\[(\d+)\+(\d+)\]", match[3] + match[4])
            ]
            commands.append((match[3] if match[2] == "dispatch" else None, int(match[1]), accesses))
    return commands


def conflict(a, b):
    return any(x[0] == y[0] and (x[3] or y[3]) and x[1] < y[2] and y[1] < x[2] for x in a for y in b)


def recorded_graph(name):
    """(export, place in the recording, all dispatches before it) of each dispatch."""
    before, graph, places = [], [], {}
    for index, (export, region, accesses) in enumerate(recorded_commands(name)):
        before.append((region, accesses, set()))
        for other in range(index):
            if before[other][0] != region and conflict(before[other][1], accesses):
                before[index][2].update({other}, before[other][2])
        if export is not None:
            graph.append((export, index, {places[i] for i in before[index][2] if i in places}))
            places[index] = len(places)
    return graph


def known_flow(name):
    family = name.split("_")[0]
    lines = [line.split(":") for line in FLOWS[name].replace("\n", " ").split(";")]
    return {f"{family}_dispatch_{key.strip()}": [f"{family}_dispatch_{other}" for other in others.split()] for key, others in lines}


def closure(dispatches):
    """All dispatches before each, as numbers."""
    numbers = {key: number for number, key in enumerate(dispatches)}
    before = []
    for dispatch in dispatches.values():
        direct = {numbers[key] for key in dispatch["dependencies"]}
        before.append(direct.union(*(before[number] for number in direct)))
    return before


MACHINE = {
    "clusters": [
        {"name": "big", "cpus": "0-3", "max_frequency_mhz": 2000},
        {"name": "small", "cpus": "4-7", "max_frequency_mhz": 1000, "npu": {"type": "x", "ops_per_sec": 1e12}},
    ]
}


class GraphsTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def path(self, name):
        return Path(self.folder.name) / name

    def rondo(self, *arguments):
        done = rondo(*arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def dispatches(self, file, *arguments):
        self.rondo("plan", "graph", file, "-o", self.path("graph.json"), *arguments)
        return json.loads(self.path("graph.json").read_text())["dispatches"]

    def need_compiler(self):
        folder = find_compiler()
        if folder is None or generator() is None:
            self.skipTest("without the stock compiler and numpy (make check installs them into build/venv)")
        return folder

    # Graphs

    def check_flow(self, file, name):
        self.assertEqual({key: entry["dependencies"] for key, entry in self.dispatches(file).items()}, known_flow(name))

    def test_dot(self):
        for name in NAMES:
            self.check_flow(GOLDEN / f"{name}.dot", name)

    def check_order(self, file, name):
        dispatches, recorded = self.dispatches(file), recorded_graph(name)
        self.assertEqual([(e["recording"], e["export"], e["dispatch"]) for e in dispatches.values()], [(0, export, place) for export, place, _ in recorded])
        self.assertEqual(closure(dispatches), [before for _, _, before in recorded])
        # The fewest edges: none follows from others.
        before, numbers = closure(dispatches), {key: number for number, key in enumerate(dispatches)}
        for entry in dispatches.values():
            direct = [numbers[key] for key in entry["dependencies"]]
            self.assertFalse(any(a in before[b] for a in direct for b in direct))

    def test_ir(self):
        for name in NAMES:
            self.check_order(GOLDEN / f"{name}.mlir", name)

    def test_fresh_dumps(self):
        self.need_compiler()
        for name in NAMES:
            dump(name, Path(self.folder.name))
            self.check_flow(self.path(f"{name}.dot"), name)
            self.check_order(self.path(f"{name}.mlir"), name)

    def test_measures(self):
        text = self.rondo("plan", "graph", GOLDEN / "dronet_f32.dot", "--critical-path")
        self.assertTrue(text.startswith("35 dispatches in 27 stages, the widest has 2\nparallelism 1.3\ncritical path, 27 dispatches: dronet_dispatch_0 "), text)
        result = json.loads(self.rondo("plan", "graph", GOLDEN / "dronet_f32.dot", "--json"))
        flow = known_flow("dronet_f32")
        stages = {}
        for key, others in flow.items():
            stages[key] = 1 + max((stages[other] for other in others), default=-1)
        self.assertEqual(dict(zip(result["keys"], result["stage_of"])), stages)
        self.assertEqual(result["stages"], max(stages.values()) + 1)
        for before, after in zip(result["critical_path"], result["critical_path"][1:]):
            self.assertIn(before, flow[after])

    def test_graphviz(self):
        self.rondo("plan", "graph", GOLDEN / "mlp_f32.mlir", "-o", self.path("g.dot"))
        edges = re.findall(r'"(\w+)" -> "(\w+)"', self.path("g.dot").read_text())
        self.assertEqual(edges, [(before, key) for key, others in known_flow("mlp_f32").items() for before in others])

    # Plans

    def plan(self):
        """Both models planned from hand-written costs; their graphs come from the IR."""
        workload = {}
        for name in NAMES:
            dispatches = self.dispatches(GOLDEN / f"{name}.mlir")
            workload[name] = {
                "dispatches": [
                    {"name": key, "estimated_cycles": 50000 * (1 + number % 7), "requires_npu": number == 3, "frequency": 20}
                    for number, key in enumerate(dispatches)
                ]
            }
        self.path("machine.json").write_text(json.dumps(MACHINE))
        self.path("workload.json").write_text(json.dumps(workload))
        self.path("out").mkdir(exist_ok=True)
        files = [GOLDEN / f"{name}.mlir" for name in NAMES]
        machine, profile = f"--machine={self.path('machine.json')}", f"--profile={self.path('workload.json')}"
        self.rondo("plan", "annotate", *files, "--solve", machine, profile, "-o", self.path("out"), "--iterations=2000", "--threads=1",
                   f"--plan-output={self.path('plan.json')}")  # fmt: skip
        return json.loads(self.path("plan.json").read_text())

    def inputs(self):
        return f"--machine={self.path('machine.json')}", f"--profile={self.path('workload.json')}"

    def test_annotate(self):
        plan = self.plan()
        self.assertIn("0 findings", self.rondo("plan", f"--check={self.path('plan.json')}"))
        for name in NAMES:
            text, golden = self.path("out") / f"{name}.mlir", GOLDEN / f"{name}.mlir"
            # Without the attributes it is the text that it was.
            bare, count = re.subn(r" attributes \{[^{}]*iree\.scheduling\.start_time_ns[^{}]*\}", "", text.read_text())
            planned = {k: v for k, v in plan["dispatches"].items() if v["job_name"] == f"{name}0"}
            self.assertEqual((bare, count), (golden.read_text(), len(planned)))
            # What is read again is what was planned.
            again = self.dispatches(text, f"--machine={self.path('machine.json')}")
            fields = ("export", "recording", "dispatch", "start_ns", "duration_ns", "hardware_target", "workers", "priority", "job_name", "release_policy", "time_dep_mode")
            self.assertEqual(*(sorted([[entry.get(field) for field in fields] + [entry.get("resources")] for entry in entries.values()], key=str) for entries in (again, planned)))
            self.assertEqual(closure(again), [before for _, _, before in recorded_graph(name)])

    def test_annotate_again(self):
        self.plan()
        for name in NAMES:
            first = self.path("out") / f"{name}.mlir"
            self.rondo("plan", "annotate", first, f"--plan={self.path('plan.json')}", "-o", self.path("again.mlir"))
            self.assertEqual(self.path("again.mlir").read_bytes(), first.read_bytes())

    def test_times(self):
        """Costs of a profile make the critical path the longest in time."""
        self.plan()
        costs = {key: 25000 * (1 + number % 7) for number, key in enumerate(known_flow("dronet_f32"))}
        result = json.loads(self.rondo("plan", "graph", GOLDEN / "dronet_f32.dot", "--json", *self.inputs()))
        ends = {}
        for key, others in known_flow("dronet_f32").items():
            ends[key] = costs[key] + max((ends[other] for other in others), default=0)
        self.assertEqual((result["work_ns"], result["critical_ns"]), (sum(costs.values()), max(ends.values())))
        self.assertEqual(sum(costs[key] for key in result["critical_path"]), result["critical_ns"])

    def test_graph_beside_a_module(self):
        """A hand-written profile and a dump suffice to plan a module, and the plan can be played."""
        self.plan()
        cpu = min(os.sched_getaffinity(0))
        self.path("one.json").write_text(json.dumps({"clusters": [{"name": "P", "cpus": str(cpu), "max_frequency_mhz": 1000}]}))
        for name in NAMES:
            module, graph = MODELS / name / f"{name}.vmfb", GOLDEN / f"{name}.mlir"
            arguments = ["plan", "--modules", module, f"--machine={self.path('one.json')}", f"--profile={self.path('workload.json')}"]
            workload = json.loads(self.path("workload.json").read_text())
            for dispatch in workload[name]["dispatches"]:
                dispatch["requires_npu"] = False
            self.path("workload.json").write_text(json.dumps(workload))
            self.rondo(*arguments, f"--dispatch-graph={graph}", "--iterations=100", "--threads=1", "-o", self.path("one_plan.json"))
            planned = json.loads(self.path("one_plan.json").read_text())["dispatches"]
            self.assertEqual(closure(planned), [before for _, _, before in recorded_graph(name)])
            self.rondo("play", self.path("one_plan.json"), "--iterations=2")
            done = rondo(*arguments, "--dispatch-graph=other.mlir")
            self.assertEqual(done.returncode, 1)
            self.assertIn("other.mlir: no model is called like this graph", done.stderr)

    def test_planned_order(self):
        """The plan keeps the order of the IR, and uses the concurrency that it leaves."""
        plan = self.plan()["dispatches"]
        for name in NAMES:
            calls = sorted({v["job_name"] for v in plan.values() if v["job_name"].startswith(name)})
            for call in calls:
                entries = {v["dispatch"]: v for v in plan.values() if v["job_name"] == call}
                places = [place for _, place, _ in recorded_graph(name)]
                for place, (_, _, before) in zip(places, recorded_graph(name)):
                    for other in before:
                        self.assertLessEqual(entries[places[other]]["start_ns"] + entries[places[other]]["duration_ns"], entries[place]["start_ns"])

    def test_own_graph_reads_back(self):
        """What --graph and `plan graph -o` draw is read again as the same graph, with its times."""
        self.plan()

        def told(path):
            graph = json.loads(self.rondo("plan", "graph", path, "--json"))
            measures = ["dispatches", "stages", "stage_width_max", "timed"] + ([] if graph["timed"] else ["work_ns", "critical_ns"])
            return [graph[key] for key in measures], dict(zip(graph["keys"], graph["stage_of"])), len(graph["critical_path"])

        for source in (GOLDEN / "mlp_f32.mlir", GOLDEN / "dronet_f32.dot", self.path("plan.json")):
            self.rondo("plan", "graph", source, "-o", self.path("own.dot"))
            self.assertEqual(told(self.path("own.dot")), told(source))
            self.rondo("plan", "graph", self.path("own.dot"), "-o", self.path("again.dot"))
            self.assertEqual(*(sorted(self.path(name).read_text().splitlines()) for name in ("again.dot", "own.dot")))
        self.rondo("plan", self.path("plan.json"), "--iterations=1", "--threads=1", "--allow-late", f"--graph={self.path('w.dot')}")
        self.assertIn("critical path", self.rondo("plan", "graph", self.path("w.dot")))

    def test_usage(self):
        golden = GOLDEN / "mlp_f32.mlir"
        for arguments in (["graph"], ["graph", golden, golden], ["graph", golden, "--odd"], ["annotate"], ["annotate", golden], ["annotate", golden, "-o", "x"],
                          ["annotate", golden, "--solve", "--plan=x", "-o", "x"], ["annotate", golden, golden, "--plan=x", "-o", self.path("none")],
                          ["annotate", golden, "--solve", "--threads=999", "-o", "x"]):  # fmt: skip
            self.assertEqual(rondo("plan", *arguments).returncode, 2, arguments)
        for verb in ("graph", "annotate"):
            self.assertIn(f"usage: rondo plan {verb} ", self.rondo("plan", verb, "--help"))
        done = rondo("plan", "graph", self.path("none.dot"))
        self.assertEqual((done.returncode, "none.dot: cannot open" in done.stderr), (1, True))
        self.path("bad.dot").write_text("digraph G {\n a -- b\n}")
        done = rondo("plan", "graph", self.path("bad.dot"))
        self.assertEqual((done.returncode, "bad.dot:2: an edge without direction" in done.stderr), (1, True))
        done = rondo("plan", "annotate", GOLDEN / "mlp_f32.dot", f"--plan={self.path('bad.dot')}", "-o", self.path("x.mlir"))
        self.assertEqual(done.returncode, 1)

    def test_does_not_fit(self):
        self.plan()
        done = rondo("plan", "annotate", GOLDEN / "mlp_f32.mlir", f"--plan={self.path('plan.json')}", "--job=nobody", "-o", self.path("x.mlir"))
        self.assertEqual(done.returncode, 1)
        self.assertIn('there is no job "nobody"', done.stderr)
        done = rondo("plan", "annotate", GOLDEN / "mlp_f32.mlir", f"--plan={self.path('plan.json')}", "--job=dronet_f320", "-o", self.path("x.mlir"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("mlp_dispatch_0 (mlp_dispatch_0_matmul_1x64x64_f32) is missing", done.stderr)
        self.assertFalse(self.path("x.mlir").exists())

    def test_workload_must_fit(self):
        self.plan()
        workload = json.loads(self.path("workload.json").read_text())
        workload["mlp_f32"]["dispatches"][2]["name"] = "somewhere"
        self.path("workload.json").write_text(json.dumps(workload))
        done = rondo("plan", "--modules", GOLDEN / "mlp_f32.mlir", f"--machine={self.path('machine.json')}", f"--profile={self.path('workload.json')}")
        self.assertEqual(done.returncode, 1)
        self.assertIn("dispatch 2 (somewhere) of mlp_f32 is none of ", done.stderr)

    # The stock compiler

    def test_compiler_reads_annotations(self):
        """It parses them and, when it compiles on, comes to the same module."""
        folder = self.need_compiler()
        self.plan()
        for name in NAMES:
            done = subprocess.run([folder / "iree-opt", self.path("out") / f"{name}.mlir"], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(done.stdout.count("iree.scheduling.start_time_ns"), len(recorded_graph(name)))
        dump("mlp_f32", Path(self.folder.name), "--compile-to=stream")  # with its weights
        self.rondo("plan", "annotate", self.path("mlp_f32.mlir"), f"--plan={self.path('plan.json')}", "-o", self.path("planned.mlir"))
        for text, module in (("mlp_f32.mlir", "bare.vmfb"), ("planned.mlir", "planned.vmfb")):
            flags = ["--compile-from=stream", *generator().COMPILE_FLAGS]
            done = subprocess.run([folder / "iree-compile", "-", "-o", self.path(module), *flags], input=self.path(text).read_text(), capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr[-2000:])
        self.assertEqual(self.path("planned.vmfb").read_bytes(), self.path("bare.vmfb").read_bytes())
        self.assertEqual(*(self.rondo("run", module, "--input=1x64xf32=0.5") for module in (self.path("planned.vmfb"), MODELS / "mlp_f32" / "mlp_f32.vmfb")))


if __name__ == "__main__":
    enter_venv()
    if sys.argv[1:] == ["--renew"]:
        for model_name in NAMES:
            dump(model_name, GOLDEN)
        sys.exit()
    unittest.main()

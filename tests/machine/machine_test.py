#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""`rondo machine`: what it prints for other machines, compared with tests/golden/machine; and exit codes, streams and words.

    RONDO=build/dev/bin/rondo MACHINE_UNPACK=build/dev/bin/machine_unpack python3 tests/machine/machine_test.py [--renew | NAME...]

--renew writes the expected texts anew from what the program prints now: read the difference before you commit it.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "machine"
RONDO = os.environ.get("RONDO")
UNPACK = os.environ.get("MACHINE_UNPACK")
TIMEOUT_S = 60
MEMORY = Path("/dev/shm")  # trees are thousands of small files

# Expected text -> the tree and the flags it is for.
CASES = {
    "spacemit_k1.txt": ("spacemit_k1", "--workers=cores"),
    "spacemit_k1.json": ("spacemit_k1", "--json", "--set=0-3", "--set=4-7"),
    "rk3588.txt": ("rk3588", "--workers=cores"),
    "rk3588.json": ("rk3588", "--json", "--workers=cores", "--within=2-5"),
    "epyc_2x32.txt": ("epyc_2x32", "--workers=nodes"),
    "epyc_2x32_masked.txt": ("epyc_2x32", "--allowed=0-5,64-70,96-127", "--workers=cores"),
    "hybrid_p4_e8.txt": ("hybrid_p4_e8", "--workers=cpus"),
    "smt_off.txt": ("smt_off", "--cpus=1-2"),
    "smt_off.json": ("smt_off", "--json"),
    "holes.txt": ("holes", "--workers=clusters"),
    "no_caches.txt": ("no_caches", "--workers=cores"),
    "container.txt": ("container", "--workers=cores"),
    "lists_only.txt": ("lists_only", "--workers=cores"),
    "beyond.txt": ("beyond", "--workers=nodes"),
    "hostile.txt": ("hostile", "--workers=cpus"),
    "hostile.json": ("hostile", "--json"),
    "prepared.txt": ("prepared", "--check", "--strict"),
    "desktop.txt": ("desktop", "--check"),
    "desktop.json": ("desktop", "--check", "--json"),
    "spacemit_k1.machine.json": ("spacemit_k1", "--output=/dev/stdout"),
    "rk3588.machine.json": ("rk3588", "--output=/dev/stdout"),
    "hybrid_p4_e8.machine.json": ("hybrid_p4_e8", "--output=/dev/stdout"),
    "epyc_2x32_masked.machine.json": ("epyc_2x32", "--allowed=0-5,64-70,96-127", "--output=/dev/stdout"),
}


def call(*arguments, prefix=()):
    return subprocess.run([*prefix, RONDO, "machine", *map(str, arguments)], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)


class Trees:
    """Unpacks each tree once."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="rondo-machine-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))

    def root(self, name):
        root = self.folder / name
        if not root.is_dir():
            root.mkdir()
            subprocess.run([UNPACK, GOLDEN / f"{name}.tree", root], check=True)
        return root

    def remove(self):
        shutil.rmtree(self.folder)


def show(trees, golden):
    """What the program prints for a case."""
    tree, *flags = CASES[golden]
    done = call(f"--root={trees.root(tree)}", *flags)
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"{golden}: exit code {done.returncode}: {done.stderr}")
    return done.stdout


class MachineTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.trees = Trees()
        cls.addClassCleanup(cls.trees.remove)

    def expect(self, *arguments, code=0, out=(), err=(), prefix=()):
        done = call(*arguments, prefix=prefix)
        told = f"rondo machine {' '.join(map(str, arguments))}\nstdout: {done.stdout[-1500:]}\nstderr: {done.stderr[-1500:]}"
        self.assertEqual(done.returncode, code, told)
        for word in out:
            self.assertIn(word, done.stdout, told)
        for word in err:
            self.assertIn(word, done.stderr, told)
        if code == 0:
            self.assertEqual(done.stderr, "", told)
        else:
            self.assertEqual(done.stdout, "", told)
        return done.stdout

    def test_golden(self):
        for golden in CASES:
            with self.subTest(golden):
                self.assertEqual(show(self.trees, golden), (GOLDEN / golden).read_text(), "renew with machine_test.py --renew")

    def test_every_golden_has_a_case(self):
        self.assertEqual({path.name for path in GOLDEN.iterdir() if path.suffix != ".tree"}, set(CASES))
        self.assertEqual({path.stem for path in GOLDEN.glob("*.tree")}, {tree for tree, *_ in CASES.values()})

    def test_json_indices(self):
        """Every index in every object points at something that points back."""
        for tree in {tree for tree, *_ in CASES.values()}:
            with self.subTest(tree):
                machine = json.loads(self.expect(f"--root={self.trees.root(tree)}", "--json", "--workers=cores"))
                for cpu in machine["cpus"]:
                    for name, plural in (("package", "packages"), ("core", "cores"), ("node", "nodes"), ("cluster", "clusters"),
                                         ("l1d", "caches"), ("l2", "caches"), ("l3", "caches")):
                        if cpu[name] is not None:
                            self.assertIn(cpu["number"], cpus_of(machine[plural][cpu[name]]["cpus"]))
                self.assertEqual(cpus_of(machine["online"]), {cpu["number"] for cpu in machine["cpus"] if cpu["online"]})
                self.assertEqual(cpus_of(machine["allowed"]), {cpu["number"] for cpu in machine["cpus"] if cpu["allowed"]})
                for worker in machine["workers"]:
                    self.assertEqual(len(cpus_of(worker["cpus"])), 1)
                    self.assertLessEqual(cpus_of(worker["cpus"]), cpus_of(machine["allowed"]))

    def test_here(self):
        allowed = os.sched_getaffinity(0)
        machine = json.loads(self.expect("--json", "--workers=cpus"))
        self.assertEqual(cpus_of(machine["allowed"]), allowed)
        self.assertEqual(set().union(*(cpus_of(worker["cpus"]) for worker in machine["workers"])), allowed)
        self.expect(out=["This process may use", "package", "cluster 0"])

    @unittest.skipUnless(shutil.which("taskset"), "needs taskset")
    def test_taskset(self):
        cpu = max(os.sched_getaffinity(0))
        prefix = ("taskset", "-c", str(cpu))
        machine = json.loads(self.expect("--json", "--workers=cores", prefix=prefix))
        self.assertEqual(machine["allowed"], str(cpu))
        self.assertEqual([worker["cpus"] for worker in machine["workers"]], [str(cpu)])
        others = set(range(machine["cpus"][-1]["number"] + 1)) & cpus_of(machine["online"]) - {cpu}
        for other in list(others)[:1]:
            self.expect(f"--cpus={other}", code=1, err=[f"may not use CPU {other}", "PERMISSION_DENIED"], prefix=prefix)

    def test_lists_that_cannot_be_used(self):
        root = f"--root={self.trees.root('smt_off')}"
        self.expect(root, "--cpus=0,9", code=1, err=["this machine has no CPU 9; it has 0-7", "NOT_FOUND"])
        self.expect(root, "--cpus=0,4", code=1, err=["CPU 4 is offline", "UNAVAILABLE"])
        self.expect(root, "--allowed=0-1", "--cpus=0,2", code=1, err=["may not use CPU 2", "it may use 0-1"])
        self.expect(root, "--allowed=0-1", "--cpus=3", code=1, err=["isolcpus"])
        self.expect(root, "--allowed=0-1", "--workers=cores", "--within=2-3", code=1, err=["no CPU is left for workers"])
        self.expect(root, "--cpus=100000", code=1, err=["RDO_CPU_SET_BITS"])
        self.expect(root, "--set=0-1", "--set=4-5", code=1, err=["CPU set 1: CPU 4 is offline"])

    def test_wrong_usage(self):
        for flags, words in (
            (["--cpus=0-3,2"], ["CPU list '0-3,2', character 5: CPU 2 is named twice"]),
            (["--cpus="], ["the CPU list is empty"]),
            (["--cpus=3-1"], ["runs backwards"]),
            (["--cpus=a"], ["character 1"]),
            (["--set=0-1", "--set=1"], ["CPU set 1: CPU 1 is in an earlier set, too"]),
            (["--allowed=x"], ["CPU list 'x'"]),
            (["--workers=threads"], ["--workers takes cores, cpus, clusters or nodes"]),
            (["--workers=cores", "--cpus=0"], ["exclude each other"]),
            (["--check", "--workers=cores"], ["--check goes with"]),
            (["--strict"], ["--strict goes with --check"]),
            (["--within=0", "--cpus=0"], ["--within goes with --workers"]),
            (["--cpu=0"], ["no flag --cpu; did you mean --cpus?"]),
            (["model.vmfb"], ["takes flags only"]),
        ):
            with self.subTest(flags):
                self.expect(f"--root={self.trees.root('spacemit_k1')}", *flags, code=2, err=words)

    def test_machine_files(self):
        """A machine file that was written fits its machine; one that does not says what it names in vain."""
        path = self.trees.folder / "machine.json"
        roots = {name: f"--root={self.trees.root(name)}" for name in ("spacemit_k1", "rk3588", "smt_off")}
        self.expect(roots["spacemit_k1"], f"--output={path}")
        done = call(roots["spacemit_k1"], f"--file={path}")
        if "without a JSON library" in done.stderr:
            self.skipTest(done.stderr.strip())
        self.expect(roots["spacemit_k1"], f"--file={path}", out=["machine.json: 2 clusters, 2 lanes, 0 resources: fits this machine\n"])
        self.expect(roots["smt_off"], f"--file={path}", code=1, err=["machine.json: clusters[1].cpus: CPU 4 is offline"])
        self.expect(roots["spacemit_k1"], "--allowed=0-6", f"--file={path}", code=1, err=["machine.json: clusters[1].cpus: ", "may not use CPU 7"])
        again = self.trees.folder / "again.json"
        call(roots["spacemit_k1"], f"--file={path}", f"--output={again}")
        self.assertEqual(path.read_text(), again.read_text())
        path.write_text('{"clusters": [{"name": "a", "cpus": "0", "colour": 1}, {"name": "b", "cpus": "1", "colour": 1}]}')
        done = call(roots["spacemit_k1"], f"--file={path}")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, f"rondo: {path}: clusters[0].colour: nobody reads this key: is its name right? (2 times)\n")
        self.expect(f"--output={self.trees.folder}/none/x.json", code=1, err=["cannot create", "NOT_FOUND"])
        self.expect("--file=/no/such.json", code=1, err=["/no/such.json: cannot open"])
        self.expect("--file=x", "--json", code=2, err=["--output and --file write and check machine files, nothing else"])

    def test_from_trace(self):
        """What a simulation spends on hand-overs and wakes is found again in its trace."""
        with tempfile.TemporaryDirectory() as folder:
            machine, plan, trace, better = (Path(folder) / name for name in ("machine.json", "plan.json", "run.csv", "better.json"))
            cluster = {"name": "P", "workers": 2}
            row = {"hardware_target": "P", "job_name": "j", "workers": 1, "release_policy": "immediate", "duration_ns": 300000}
            # One alone, then two: the second worker sleeps each time, while the other one goes on.
            keys = [[f"{i}{k}" for k in "ab"[: 1 + i % 2]] for i in range(12)]
            dispatches = {key: {**row, "start_ns": i * 300000, "dependencies": keys[i - 1] if i else []} for i in range(12) for key in keys[i]}
            known = {"schema": "rondo.machine/1", "clusters": [{**cluster, "handover_ns": 400, "wake_ns": 7000}]}
            plan.write_text(json.dumps({"dispatches": dispatches, "machine": known}))
            done = subprocess.run([RONDO, "simulate", plan, f"--trace={trace}"], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            machine.write_text(json.dumps({"schema": "rondo.machine/1", "clusters": [{**cluster, "cpus": [cpus_here()[0]]}]}))
            self.expect(f"--file={machine}", f"--from-trace={trace}", f"--output={better}", out=["1 cluster"])
            found = json.loads(better.read_text())["clusters"][0]
            self.assertEqual((found["handover_ns"], found["wake_ns"]), (400, 7000))
            self.expect(f"--file={machine}", f"--from-trace={folder}/none.csv", f"--output={better}", code=1, err=["none.csv"])
            machine.write_text(json.dumps({"schema": "rondo.machine/1", "clusters": [{"name": "Q", "cpus": [cpus_here()[0]]}]}))
            self.expect(f"--file={machine}", f"--from-trace={trace}", f"--output={better}", code=1, err=["are its targets the machine's lanes"])
        self.expect("--from-trace=run.csv", code=2, err=["--file and --output"])
        self.expect("--file=machine.json", "--from-trace=run.csv", code=2, err=["--file and --output"])

    def test_check(self):
        """The exit code tells of warnings only when asked; here, too, every finding is there."""
        desktop = f"--root={self.trees.root('desktop')}"
        found = json.loads(self.expect(desktop, "--check", "--json"))["findings"]
        self.assertEqual(call(desktop, "--check", "--strict").returncode, 1)
        self.assertEqual(call(desktop, "--check", "--strict", "--json").stdout, call(desktop, "--check", "--json").stdout)
        self.expect("--root=/no/such/folder", "--check", code=1, err=["/no/such/folder", "NOT_FOUND"])
        self.expect(desktop, "--check", "--allowed=x", code=2, err=["CPU list 'x'"])
        here = json.loads(self.expect("--check", "--json"))["findings"]
        self.assertEqual([finding["what"] for finding in here], [finding["what"] for finding in found])
        for finding in here:
            self.assertEqual(set(finding), {"severity", "what", "where", "value", "advice"})
            self.assertIn(finding["severity"], ("ok", "info", "warning"))
        strict = call("--check", "--strict")
        self.assertEqual(strict.returncode, 1 if strict.stdout.startswith("warning") or "\nwarning" in strict.stdout else 0)

    def test_no_machine(self):
        self.expect("--root=/no/such/folder", code=1, err=["/no/such/folder", "NOT_FOUND"])
        self.expect(f"--root={GOLDEN}", code=1, err=["names no CPUs"])

    def test_help(self):
        self.expect("--help", out=["usage: rondo machine", "--cpus=LIST", "Exit codes:"])

    def test_hwloc(self):
        """Either there is no hwloc, or it says the same (but not where capacities come from)."""
        done = call("--hwloc", "--json")
        if done.returncode != 0:
            self.assertEqual(done.returncode, 1)
            self.assertIn("hwloc", done.stderr)
            self.skipTest(done.stderr.strip())
        for flags in ([], [f"--root={self.trees.root('epyc_2x32')}"]):
            ours, theirs = (json.loads(self.expect("--json", *flags, *reader)) for reader in ([], ["--hwloc"]))
            for name in ("online", "allowed", "packages", "cores", "caches", "nodes"):
                self.assertEqual(ours[name], theirs[name], name)
            self.assertEqual([cluster["cpus"] for cluster in ours["clusters"]], [cluster["cpus"] for cluster in theirs["clusters"]])

    @unittest.skipUnless(Path("/proc/self/maps").exists(), "needs /proc")
    def test_hwloc_is_not_linked(self):
        done = subprocess.run(["ldd", RONDO], capture_output=True, text=True, check=False)
        self.assertNotIn("hwloc", done.stdout)


def cpus_here():
    return sorted(os.sched_getaffinity(0))


def cpus_of(text):
    """The set of a list such as 0-3,8."""
    ranges = [part.split("-") for part in text.split(",") if part]
    return {cpu for first, *last in ranges for cpu in range(int(first), int(last[0] if last else first) + 1)}


def renew():
    trees = Trees()
    for golden in CASES:
        (GOLDEN / golden).write_text(show(trees, golden))
        print(f"wrote tests/golden/machine/{golden}")
    trees.remove()


if __name__ == "__main__":
    if not RONDO or not UNPACK:
        print("RONDO and MACHINE_UNPACK name the programs")
        sys.exit(77)
    if sys.argv[1:] == ["--renew"]:
        renew()
    else:
        unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""The schemas in schemas/, the examples beside them, and what the library reads and writes say the same.

    PLAN_REWRITE=build/dev/bin/plan_rewrite RONDO=build/dev/bin/rondo build/venv/bin/python tests/schemas/schemas_test.py

Without the package `jsonschema` (make check installs it into build/venv) only reading and writing is tested.
"""

import copy
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "schemas"
EXAMPLES = SCHEMAS / "examples"
REFERENCE = ROOT.parent / "shared/data/merlin/scheduled_networks_periodic_profile_profiled.json"
VENV_PYTHON = ROOT / "build" / "venv" / "bin" / "python"
KINDS = {"machine.json": "machine", "topology.json": "machine", "jobs.json": "jobs", "plan.json": "plan", "profile.json": "profile"}

# What both must refuse: (example, keys to the value, another value; REMOVED = no value).
REMOVED = object()
WRONG = [
    ("machine.json", ["clusters"], []),
    ("machine.json", ["clusters"], REMOVED),
    ("machine.json", ["schema"], "rondo.jobs/1"),
    ("machine.json", ["clusters", 0, "cpus"], []),
    ("machine.json", ["clusters", 0, "cpus"], "0-"),
    ("machine.json", ["clusters", 0, "capacity"], 1025),
    ("machine.json", ["clusters", 0, "cores"], [0]),
    ("machine.json", ["lanes", 0, "cluster"], REMOVED),
    ("machine.json", ["resources", 0, "capacity"], 0),
    ("machine.json", ["transitions", 0, "cost_us"], -1),
    ("machine.json", ["transitions", 0, "cost_us"], REMOVED),
    ("machine.json", ["transitions", 0, "cost_ns"], 3),
    ("jobs.json", ["jobs"], []),
    ("jobs.json", ["jobs", 0, "model"], REMOVED),
    ("jobs.json", ["jobs", 0, "name"], ""),
    ("jobs.json", ["jobs", 0, "period_ms"], 0),
    ("jobs.json", ["jobs", 0, "period_us"], 2000),
    ("jobs.json", ["jobs", 0, "rate_hz"], 500),
    ("jobs.json", ["jobs", 0, "trigger"], "call"),
    ("jobs.json", ["jobs", 0, "priority"], 256),
    ("jobs.json", ["jobs", 0, "overrun"], "drop"),
    ("jobs.json", ["jobs", 0, "degrade_to"], "f"),
    ("jobs.json", ["jobs", 2, "degrade_to"], REMOVED),
    ("jobs.json", ["jobs", 0, "deadline_ms"], 0),
    ("jobs.json", ["jobs", 0, "lanes"], []),
    ("jobs.json", ["jobs", 0, "inputs", 0], {}),
    ("jobs.json", ["jobs", 0, "inputs", 0, "file"], "x.npy"),
    ("jobs.json", ["jobs", 0, "inputs", 0, "slots"], 1),
    ("jobs.json", ["jobs", 2, "inputs", 1, "type"], REMOVED),
    ("jobs.json", ["jobs", 3, "trigger"], "often"),
    ("plan.json", ["dispatches"], {}),
    ("plan.json", ["dispatches"], []),
    ("plan.json", ["dispatches", "control0_dispatch_0", "start_time"], -1),
    ("plan.json", ["dispatches", "control0_dispatch_0", "release_policy"], "late"),
    ("plan.json", ["dispatches", "control0_dispatch_0", "workers"], 0),
    ("plan.json", ["dispatches", "control0_dispatch_0", "id"], 0.5),
    ("plan.json", ["dispatches", "perceive_dispatch_1", "targets"], []),
    ("plan.json", ["machine", "clusters"], []),
    ("plan.json", ["jobs", "jobs", 0, "model"], REMOVED),
    ("plan.json", ["period_ms"], 0),
    ("profile.json", ["schema"], "rondo.plan/1"),
    ("profile.json", ["clusters"], []),
    ("profile.json", ["clusters", 0, "name"], ""),
    ("profile.json", ["clusters", 0, "capacity"], 1025),
    ("profile.json", ["clusters", 0, "workers"], 0),
    ("profile.json", ["models"], REMOVED),
    ("profile.json", ["models", 0, "model"], REMOVED),
    ("profile.json", ["models", 0, "priority"], 256),
    ("profile.json", ["models", 0, "call", 0, "samples"], -1),
    ("profile.json", ["models", 0, "nodes"], {}),
    ("profile.json", ["models", 0, "nodes", 0, "export"], REMOVED),
    ("profile.json", ["models", 0, "nodes", 1, "predecessors"], [0, 0]),
    ("profile.json", ["models", 0, "nodes", 0, "costs", 0, "cluster"], REMOVED),
    ("profile.json", ["models", 0, "nodes", 0, "costs", 0, "workers"], 0),
    ("profile.json", ["models", 0, "nodes", 0, "costs", 0, "p50_ns"], REMOVED),
    ("profile.json", ["models", 0, "nodes", 0, "costs", 0, "p50_us"], 3),
    ("profile.json", ["models", 0, "nodes", 0, "costs", 0, "p99_ns"], -1),
    ("profile.json", ["interference", 0, "factor"], REMOVED),
    ("profile.json", ["interference", 0, "model"], -1),
]


# Of a summary, which nobody reads again: what its schema must refuse.
WRONG_SUMMARIES = [
    (["schema"], "rondo.plan/1"),
    (["config"], REMOVED),
    (["config", "targets", 0, "cpu_ids"], "0-"),
    (["config", "targets", 0, "variant_dir"], REMOVED),
    (["config", "report_every"], "2"),
    (["misses"], -1),
    (["makespan", "p99_ns"], REMOVED),
    (["jobs", 0, "deadlines"], REMOVED),
    (["jobs", 0, "latency"], {"count": 0, "p50_ns": 3}),
    (["nodes", 0, "run_stats", "p50_ms"], "1"),
    (["nodes", 0, "flags"], ["late"]),
    (["topo_order"], REMOVED),
    (["more"], 1),
]


def enter_venv():
    """Goes on with build/venv's Python when this one lacks the package."""
    try:
        import jsonschema  # noqa: F401
    except ImportError:
        if VENV_PYTHON.exists() and Path(sys.prefix).resolve() != VENV_PYTHON.parents[1].resolve():
            os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])


def make_validators():
    """kind -> validator, None without the package."""
    try:
        from jsonschema import Draft202012Validator
        from referencing import Registry, Resource
    except ImportError:
        print("without the package `jsonschema`: schemas are not tested (make check installs it into build/venv)")
        return None
    schemas = {path.name.split(".")[0]: json.loads(path.read_text()) for path in SCHEMAS.glob("*.schema.json")}
    registry = Registry().with_resources([(schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()])
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    return {kind: Draft202012Validator(schema, registry=registry) for kind, schema in schemas.items()}


def rewrite(kind, source, target):
    done = subprocess.run([os.environ["PLAN_REWRITE"], kind, str(source), str(target)], capture_output=True, text=True, check=False)
    if done.returncode == 77:
        print(done.stderr.strip())
        sys.exit(77)
    return done


class Checker:
    def __init__(self):
        self.validators = make_validators()
        self.failures = []

    def expect(self, holds, text):
        if not holds:
            self.failures.append(text)

    def validate(self, kind, path):
        if self.validators is None:
            return
        for error in self.validators[kind].iter_errors(json.loads(path.read_text())):
            self.failures.append(f"{path.name} against {kind}.schema.json: {error.json_path}: {error.message}")

    def check_file(self, kind, path, folder, may_have_remarks=False):
        """It validates, it is read without a remark, and what is written from it validates and is written again the same."""
        first, second = folder / f"first-{path.name}", folder / f"second-{path.name}"
        self.validate(kind, path)
        done = rewrite(kind, path, first)
        self.expect(done.returncode == 0, f"{path.name}: {done.stderr}")
        self.expect(may_have_remarks or done.stdout == "", f"{path.name}: {done.stdout}")
        if done.returncode != 0:
            return
        self.validate(kind, first)
        done = rewrite(kind, first, second)
        self.expect(done.returncode == 0, f"{first.name}: {done.stderr}")
        self.expect(done.returncode != 0 or first.read_bytes() == second.read_bytes(), f"{path.name}: written twice, it differs")

    def check_wrong(self, name, keys, value, folder):
        document = json.loads((EXAMPLES / name).read_text())
        part = document
        for key in keys[:-1]:
            part = part[key]
        if value is REMOVED:
            del part[keys[-1]]
        else:
            part[keys[-1]] = copy.deepcopy(value)
        path = folder / "wrong.json"
        path.write_text(json.dumps(document))
        what = f"{name} with {keys} = {'nothing' if value is REMOVED else value}"
        done = rewrite(KINDS[name], path, folder / "out.json")
        self.expect(done.returncode == 1, f"{what} can be read")
        if self.validators is not None:
            self.expect(not self.validators[KINDS[name]].is_valid(document), f"{what} validates")

    def check_detected(self, folder):
        """What `rondo machine` writes for this machine."""
        if "RONDO" not in os.environ:
            return
        path = folder / "detected.json"
        done = subprocess.run([os.environ["RONDO"], "machine", f"--output={path}"], capture_output=True, text=True, check=False)
        self.expect(done.returncode == 0, f"rondo machine --output: {done.stderr}")
        if done.returncode == 0:
            self.check_file("machine", path, folder)


    def run(self, *arguments):
        done = subprocess.run([os.environ["RONDO"], *map(str, arguments)], capture_output=True, text=True, check=False)
        self.expect(done.returncode == 0, f"rondo {' '.join(map(str, arguments))}: {done.stderr}")
        return done

    def check_summaries(self, folder):
        """What a play tells of a plan, and what its table tells later; iterations that are not, too."""
        if "RONDO" not in os.environ:
            return
        summary, table, later = folder / "summary.json", folder / "run.csv", folder / "later.json"
        nodes = {f"n{i}": {"id": i, "ordinal": 1, "total": 1, "job_name": "one", "hardware_target": "PE"[i % 2], "start_time": 0.1 * i, "duration": 0.01,
                           "dependencies": [f"n{i - 1}"] if i else []} for i in range(3)}
        (folder / "nodes.json").write_text(json.dumps({"dispatches": nodes}))
        if self.run("play", folder / "nodes.json", "--iterations=3", f"--summary={summary}", f"--trace={table}").returncode != 0:
            return
        self.validate("summary", summary)
        later.write_text(self.run("trace", "stats", table, "--json").stdout)
        self.validate("summary", later)
        for keys, value in WRONG_SUMMARIES if self.validators is not None else ():
            document = json.loads(summary.read_text())
            part = document
            for key in keys[:-1]:
                part = part[key]
            if value is REMOVED:
                del part[keys[-1]]
            else:
                part[keys[-1]] = value
            self.expect(not self.validators["summary"].is_valid(document), f"a summary with {keys} = {'nothing' if value is REMOVED else value} validates")


def main():
    enter_venv()
    checker = Checker()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for example, kind in KINDS.items():
            checker.check_file(kind, EXAMPLES / example, folder)
        combined = folder / "combined.json"
        done = rewrite("sources", EXAMPLES, combined)
        checker.expect(done.returncode == 0 and done.stdout == "", f"four files: {done.stdout}{done.stderr}")
        if done.returncode == 0:
            checker.check_file("jobs", combined, folder)
        if REFERENCE.exists():
            checker.check_file("plan", REFERENCE, folder, may_have_remarks=True)
        else:
            print(f"without {REFERENCE}")
        for wrong in WRONG:
            checker.check_wrong(*wrong, folder)
        checker.check_detected(folder)
        checker.check_summaries(folder)
    for failure in checker.failures:
        print(failure)
    print(f"schemas: {len(KINDS)} examples, {len(WRONG)} wrong ones, {len(checker.failures)} failures")
    return 1 if checker.failures else 0


if __name__ == "__main__":
    sys.exit(main())

# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""The set of jobs that policies are compared on, planned; and what a policy makes of the plan, played or simulated."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import played

BASE_US = 1000   # of the periods below
FIXED_PROFILE = Path(__file__).parent / "data" / "nets_profile.json"
FIXED_CPUS = 2


@dataclass(frozen=True)
class Job:
    name: str       # none ends in a digit: instances have numbers behind their names
    model: str
    periods: int    # of the base
    priority: int


JOBS = (Job("control", "mlp_f32", 2, 200), Job("vision", "dronet_int8", 10, 128), Job("depth", "dronet_f32", 33, 100))
DEPTH = JOBS[-1].name

# How a policy's plan is run: a name, what comes behind the names of its rows, and whether that takes the machine's time.
REAL, SYNTHETIC, SIMULATED = "real", "synthetic", "simulated"
WAYS = {REAL: "", SYNTHETIC: "_synthetic", SIMULATED: "_simulated"}


@dataclass
class Source:
    """Where a plan's times come from."""

    machine: Path
    profile: Path
    models: dict     # name of a model -> how the jobs name its file
    work_ns: dict    # of a call on one worker, by the name of the model
    cpu_count: int

    def work_per_base_ns(self):
        """CPU time that the jobs need for each unit of their periods."""
        return sum(self.work_ns[job.model] / job.periods for job in JOBS)

    def base_us(self, load_percent):
        """With it as the base of the periods the work of all jobs is so much of the CPUs' time."""
        return max(round(self.work_per_base_ns() / (load_percent * 10 * self.cpu_count)), 1)

    def load(self, base_us):
        return self.work_per_base_ns() / (base_us * 1e3 * self.cpu_count)

    def note(self, script, what):
        script.note(f"{what}: " + ", ".join(f"{job.name} {self.work_ns[job.model] / 1e3:.4g} us" for job in JOBS) + " a call on one worker")


def measure_source(script, repeat):
    """The bundled models as they run here, on all CPUs."""
    machine = script.write("machine.json", played.allowed_machine())
    script.say("profile")
    profile = script.profile([played.MODELS[job.model] for job in JOBS], machine, repeat)
    source = Source(machine, profile, {job.model: str(played.MODELS[job.model]) for job in JOBS}, played.work_ns(profile), len(played.programs.ALLOWED_CPUS))
    source.note(script, "work here")
    return source


def fixed_source(script):
    """The same dispatches with the times of a file, on two CPUs: the same problem on any host."""
    machine = script.write("fixed_machine.json", played.machine_of(played.cluster("all", played.need_cpus(FIXED_CPUS))))
    models = json.loads(FIXED_PROFILE.read_text())["models"]
    work = {Path(m["model"]).stem: sum(part["p50_ns"] for part in [m["program"][0], *(node["costs"][0] for node in m["nodes"])]) for m in models}
    source = Source(machine, FIXED_PROFILE, {job.model: f"{job.model}.vmfb" for job in JOBS}, work, FIXED_CPUS)
    source.note(script, "synthetic work")
    return source


def jobs_file(source, base_us, depth_deadline_us):
    """Deadlines are periods, but for one of the float net that is said."""
    jobs = [{"name": job.name, "model": source.models[job.model], "period_us": job.periods * base_us, "deadline_us": job.periods * base_us,
             "priority": job.priority} for job in JOBS]
    if depth_deadline_us:
        jobs[-1]["deadline_us"] = min(depth_deadline_us, jobs[-1]["period_us"])
    return {"schema": "rondo.jobs/1", "jobs": jobs}


def make_plan(script, source, base_us, seconds, name, depth_deadline_us=None):
    """A plan in any case: policies are compared beyond what can be kept, too. Dispatches take their p50 in it."""
    jobs = script.write(f"{name}_jobs.json", jobs_file(source, base_us, depth_deadline_us))
    plan, said = script.plan(jobs, source.machine, source.profile, "--slack=0", "--allow-late", seconds=seconds, name=f"{name}.json")
    late = sum(job["late"] for job in said["jobs"])
    script.note(f"{name}: periods {', '.join(f'{job.periods * base_us / 1000:g}' for job in JOBS)} ms, {said['dispatches']} dispatches, planned makespan "
                f"{said['makespan_ns'] / 1e6:.3f} ms" + (f", {late} calls late by plan" if late else ""))
    return plan


# What a policy makes of it


def family(name):
    return name.rstrip("0123456789")


def handover_delays(rows, waits_for_plan):
    """Of each dispatch that came to a worker: from when it could begin, the worker had ended the one before, until it began; us."""
    found, ends = [], {}
    for row in sorted(rows, key=lambda row: int(row["start_ns"])):
        could = max(int(row["ready_ns"]), int(row["release_ns"] or 0), int(row["planned_start_ns"]) if waits_for_plan else 0)
        before = ends.get(row["worker"])
        if before is not None and row["release_policy"] != "phase_locked":
            found.append((int(row["start_ns"]) - max(could, before)) / 1e3)
        ends[row["worker"]] = max(int(row["end_ns"]), before or 0)
    return [us for us in found if us >= 0]  # below 0 it began inside another one, which gave way to it


@dataclass
class Outcome:
    """What one policy gave, a figure a round; percentiles are of all instances of all rounds."""

    makespans: list = field(default_factory=list)    # ms
    delays: list = field(default_factory=list)       # us, of the roots
    jitters: list = field(default_factory=list)      # us, between the delays of two calls of a job that follow each other
    overheads: list = field(default_factory=list)    # us, of each dispatch
    misses: list = field(default_factory=list)       # instances
    latencies: list = field(default_factory=list)    # us, of the job depth
    instances: int = 0

    def add(self, table, waits_for_plan):
        self.makespans.append(median(max(int(row["end_ns"]) for row in rows) for rows in table.iterations()) / 1e6)
        self.misses.append(sum(self.add_iteration(rows, waits_for_plan) for rows in table.iterations()))

    def add_iteration(self, rows, waits_for_plan):
        """Returns how many instances were late."""
        ends, deadlines, releases, delays = {}, {}, {}, {}
        for row in rows:
            name = row["job_name"]
            ends[name] = max(ends.get(name, 0), int(row["end_ns"]))
            if row["deadline_ns"]:
                deadlines[name] = int(row["deadline_ns"])
            # Not from the planned start: policies without a plan begin at the release, which may be earlier.
            if row["release_policy"] == "phase_locked":
                releases[name] = int(row["release_ns"])
                delays.setdefault(family(name), []).append((releases[name], (int(row["start_ns"]) - releases[name]) / 1e3))
        for of_job in delays.values():
            in_order = [delay for _, delay in sorted(of_job)]
            self.delays += in_order
            self.jitters += [abs(b - a) for a, b in zip(in_order, in_order[1:])]
        self.overheads += handover_delays(rows, waits_for_plan)
        self.instances += len(ends)
        self.latencies += [(ends[name] - release) / 1e3 for name, release in releases.items() if family(name) == DEPTH]
        return sum(ends[name] > deadline for name, deadline in deadlines.items())


@dataclass
class Runs:
    """How often a plan is run."""

    rounds: int
    iterations: int
    warm_up: int = 1


def run(script, plan, policy, way, runs):
    """The table of one run."""
    if way == SIMULATED:
        path = script.folder / "simulated.csv"
        script.call("simulate", plan, f"--policy={policy}", f"--iterations={runs.iterations}", f"--trace={path}")
        return played.Played(script, path)
    return script.play(plan, iterations=runs.iterations, policy=policy, warm_up=runs.warm_up, synthetic=way == SYNTHETIC)


def compare(script, plan, policies, way, runs):
    """Alternates between the policies. The simulator gives the same each time."""
    found = {policy: Outcome() for policy in policies}
    for _ in range(1 if way == SIMULATED else runs.rounds):
        for policy in policies:
            found[policy].add(run(script, plan, policy, way, runs), policy == "strict")
    return found


def print_outcomes(title, found, approaches=None):
    lines = [["policy", "makespan ms", "misses", "of", "root delay us: p50", "p99", "jitter us: p50", "p99", "overhead us: p50", "p99", f"latency of {DEPTH} us: p50", "p99",
              "approach" if approaches else ""]]
    for policy, outcome in found.items():
        cells = [median(outcome.makespans), sum(outcome.misses), outcome.instances]
        for values in (outcome.delays, outcome.jitters, outcome.overheads, outcome.latencies):
            spread = played.spread_of(values)
            cells += [spread["p50"], spread["p99"]]
        lines.append([policy, *(played.number(value) for value in cells), approaches[policy] if approaches else ""])
    print(title)
    played.print_columns(lines)
    print()

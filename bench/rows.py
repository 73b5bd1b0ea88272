# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""What is measured: the rows of the table, and how a row comes from alternating pairs."""

import math
import tempfile
from dataclasses import dataclass, field
from statistics import median

import programs
import stats

BATCH_NS = 1e6      # calls of so long between two readings of our clock: its cost is then below 0.01 %
BATCH_CALLS_MAX = 100000
PASS_SHARE = 0.4    # the peer's own cost is measured for this share of a batch
STARTS_PER_S = 40   # 20 process starts stand for a batch of 0.5 s
STARTS_MIN = 3
EMPTY_COMMAND = ["/bin/true"]


@dataclass(frozen=True)
class Call:
    module: str
    function: str
    inputs: tuple
    uses_hal: bool = True  # then the peer pauses its timer around each call


@dataclass
class Plan:
    """How to measure; the same for all rows."""

    rondo: object
    peer_folder: object
    peer_version: str
    pairs: int
    seconds: float
    progress: object
    is_quick: bool = False
    steps: int = 0                               # bench_parallel's work of a microsecond, once it was asked
    reports: dict = field(default_factory=dict)  # of programs that print several rows: command -> lines


@dataclass
class Pair:
    """One alternation. `ours` and `peer` are without what is not the runtime's: the peer's timer, or an empty process."""

    ours: float
    peer: float
    ours_raw: float
    peer_raw: float

    def ratio(self):
        """Infinite, which counts against us, where noise left the peer nothing."""
        return self.ours / self.peer if self.peer > 0 else math.inf


@dataclass
class Spec:
    name: str
    goal: float
    measure: object        # (spec, plan) -> Row
    call: Call = None
    parts: tuple = ()      # names of rows; this row is then the worst of them
    issue: str = "run"     # whose goal it is
    workers: int = 0       # of both sides' local-task device; 0 = local-sync
    peer_setting: str = "" # "default": the peer's own flags; "best": the best of several spin times; "self": our local-sync
    program: str = ""      # bench_<program>, which measures it from inside
    source: str = ""       # the row there


@dataclass
class Row:
    name: str
    goal: float
    unit: str
    peer_name: str
    pairs: list
    samples: dict = field(default_factory=dict)  # of our side: n, p50, p99, p999, max, and the result's hash
    worst_of: str = None
    issue: str = "run"
    peers: list = None  # what else was tried, of which the peer is the best

    def as_json(self):
        ratios = [pair.ratio() for pair in self.pairs]
        low, high = (bound if math.isfinite(bound) else None for bound in stats.bootstrap_interval(ratios))
        ratio = median(ratios)
        if not math.isfinite(ratio):
            raise programs.LeftOut("what is to be subtracted exceeds most of the peer's figures; a busy machine?")
        row = {"name": self.name, "issue": self.issue, "ours": median(pair.ours for pair in self.pairs), "peer_name": self.peer_name,
               "peer": median(pair.peer for pair in self.pairs), "unit": self.unit, "ratio": ratio, "lo": low, "hi": high,
               "goal": self.goal, "holds": holds(ratio, self.goal)}
        row |= {key: self.samples.get(key) for key in ("n", "p50", "p99", "p999", "max", "results")}
        row |= {"pairs": len(self.pairs), "ours_raw": median(pair.ours_raw for pair in self.pairs),
                "peer_raw": median(pair.peer_raw for pair in self.pairs),
                "ratio_raw": median(pair.ours_raw / pair.peer_raw for pair in self.pairs), "worst_of": self.worst_of}
        return row | ({"peers": self.peers} if self.peers else {})


@dataclass
class Figure:
    """A row without a peer: the goal is for our figure itself."""

    spec: object
    line: dict  # as the program printed it

    def as_json(self):
        ours, goal = self.line["ours"], self.spec.goal
        row = {"name": self.spec.name, "issue": self.spec.issue, "ours": ours, "peer_name": None, "peer": None, "unit": self.line["unit"],
               "ratio": None, "lo": None, "hi": None, "goal": goal, "holds": holds(ours, goal)}
        row |= {key: self.line.get(key) for key in ("n", "p50", "p99", "p999", "max", "results")}
        return row | {"pairs": 0, "ours_raw": ours, "peer_raw": None, "ratio_raw": None, "worst_of": None, "note": self.line.get("note")}


def holds(value, goal):
    """None where there is no goal."""
    return None if goal is None else value <= goal


def take_pairs(spec, plan, pieces):
    """Runs the pieces (a dict of functions) in their order, then in the opposite one, and so on. Yields each pair's results."""
    for index in range(plan.pairs):
        plan.progress(f"{spec.name}: pair {index + 1} of {plan.pairs}")
        order = list(pieces) if index % 2 == 0 else list(reversed(pieces))
        results = {name: pieces[name]() for name in order}
        yield results


# Kinds of rows


def measure_call(spec, plan):
    ours = programs.Ours(plan.rondo, spec.call, plan.seconds)
    peer = programs.Peer(plan.peer_folder, spec.call)
    tool = programs.Peer(plan.peer_folder, PASS)
    plan.progress(f"{spec.name}: percentiles")
    report = ours.sample_calls(plan.seconds * plan.pairs)
    batch = int(min(max(BATCH_NS / report["p50_ns"], 2), BATCH_CALLS_MAX))
    pieces = {"ours": lambda: ours.mean_ns(plan.seconds, batch), "peer": lambda: peer.mean_ns(plan.seconds)}
    if spec.call.uses_hal:
        pieces["tool"] = lambda: tool.mean_ns(plan.seconds * PASS_SHARE)
    pairs = [Pair(r["ours"], r["peer"] - r.get("tool", 0.0), r["ours"], r["peer"]) for r in take_pairs(spec, plan, pieces)]
    return Row(spec.name, spec.goal, "ns", f"IREE {plan.peer_version} iree-benchmark-module", pairs, percentiles_of(report))


# Spin times that the peer's workers are tried with, microseconds.
SPINS_US = (0, 5, 20, 50, 100, 500, 2000)
TRIAL_SHARE = 0.5  # of a batch, for each of them


def task_flags(workers):
    """Both sides on the same CPUs, one worker on each: ours, the peer's."""
    cpus = ",".join(str(cpu) for cpu in programs.worker_cpus(workers))
    return ["--device=local-task", f"--cpus={cpus}"], ["--device=local-task", f"--task_topology_cpu_ids={cpus}"]


def pick_spin(spec, plan, flags):
    """The peer's flags with the spin time that is best for it."""
    best = None
    for spin_us in SPINS_US:
        plan.progress(f"{spec.name}: the peer with {spin_us} us of spin")
        trial = [*flags, f"--task_worker_spin_us={spin_us}"]
        mean_ns = programs.Peer(plan.peer_folder, spec.call, trial).mean_ns(plan.seconds * TRIAL_SHARE)
        if best is None or mean_ns < best[0]:
            best = mean_ns, trial, spin_us
    return best[1], best[2]


def measure_task(spec, plan):
    """A call on local-task, against the peer's or against our own local-sync. Nothing else is pinned: callers move as they do."""
    our_flags, peer_flags = task_flags(spec.workers)
    with programs.all_cpus():
        ours = programs.Ours(plan.rondo, spec.call, plan.seconds, our_flags)
        name = f"IREE {plan.peer_version} local-task, {spec.workers} workers"
        if spec.peer_setting == "best":
            peer_flags, spin_us = pick_spin(spec, plan, peer_flags)
            name += f", spin {spin_us} us"
        plan.progress(f"{spec.name}: percentiles")
        report = ours.sample_calls(plan.seconds * plan.pairs)
        batch = int(min(max(BATCH_NS / report["p50_ns"], 2), BATCH_CALLS_MAX))
        pieces = {"ours": lambda: ours.mean_ns(plan.seconds, batch)}
        if spec.peer_setting == "self":
            name = "rondo local-sync"
            sync = programs.Ours(plan.rondo, spec.call, plan.seconds)
            pieces["peer"] = lambda: sync.mean_ns(plan.seconds, batch)
        else:
            peer, tool = programs.Peer(plan.peer_folder, spec.call, peer_flags), programs.Peer(plan.peer_folder, PASS, peer_flags)
            pieces["peer"] = lambda: peer.mean_ns(plan.seconds)
            pieces["tool"] = lambda: tool.mean_ns(plan.seconds * PASS_SHARE)
        pairs = [Pair(r["ours"], r["peer"] - r.get("tool", 0.0), r["ours"], r["peer"]) for r in take_pairs(spec, plan, pieces)]
    return Row(spec.name, spec.goal, "ns", name, pairs, percentiles_of(report), issue=spec.issue)


IDLE_PAUSE_US = 5000


def measure_idle_call(spec, plan):
    """A call after 5 ms of sleep, on local-task. The peer's native tool cannot pause, so it is driven from Python; what Python adds is
    what its calls take on local-sync, one after the other, over what the native tool says of them, in the same pair."""
    our_flags, peer_flags = task_flags(spec.workers)
    with programs.all_cpus():
        ours = programs.Ours(plan.rondo, spec.call, plan.seconds, [*our_flags, f"--pause-us={IDLE_PAUSE_US}"])
        peer = programs.PeerFromPython(spec.call, peer_flags, IDLE_PAUSE_US)
        python = programs.PeerFromPython(spec.call, programs.SYNC_FLAGS, 0)
        native, tool = programs.Peer(plan.peer_folder, spec.call), programs.Peer(plan.peer_folder, PASS)
        plan.progress(f"{spec.name}: percentiles")
        report = ours.sample_calls(plan.seconds * plan.pairs)
        pieces = {"ours": lambda: ours.sample_calls(plan.seconds)["p50_ns"], "peer": lambda: peer.p50_ns(plan.seconds),
                  "python": lambda: python.p50_ns(plan.seconds * PASS_SHARE), "native": lambda: native.mean_ns(plan.seconds * PASS_SHARE),
                  "tool": lambda: tool.mean_ns(plan.seconds * PASS_SHARE)}
        pairs = []
        for r in take_pairs(spec, plan, pieces):
            added = r["python"] - (r["native"] - r["tool"])
            pairs.append(Pair(r["ours"], r["peer"] - added, r["ours"], r["peer"]))
    name = f"IREE {plan.peer_version} local-task from Python, {spec.workers} workers"
    return Row(spec.name, spec.goal, "ns", name, pairs, percentiles_of(report), issue=spec.issue)


PARALLEL_THREADS = 2
IDLE_SHARE_MAX = 0.01  # a peer that takes more CPU while its caller sleeps is no peer for `after_idle`


def try_peers(spec, plan, bench):
    """All peers' settings once, the best first; after them those that do not count, as they work while idle."""
    reports = []
    for name in bench.peers():
        plan.progress(f"{spec.name}: trying {name}")
        reports.append(bench.run(name, plan.steps, plan.seconds * TRIAL_SHARE))
    return sorted(reports, key=lambda report: (report.get("idle_cpu", 0) >= IDLE_SHARE_MAX, report["p50"]))


def measure_parallel(spec, plan):
    """Overhead above the ideal, against the best setting of the best other executor."""
    threads = min(PARALLEL_THREADS, len(programs.ALLOWED_CPUS))
    bench = programs.Parallel(plan.rondo.parent, spec.source, threads)
    with programs.all_cpus():
        plan.steps = plan.steps or bench.count_steps()
        tried = try_peers(spec, plan, bench)
        if not tried or tried[0].get("idle_cpu", 0) >= IDLE_SHARE_MAX:
            raise programs.LeftOut("bench_parallel was built without peers" if not tried else "all peers spin while idle")
        best = tried[0]["system"]
        plan.progress(f"{spec.name}: percentiles")
        report = bench.run(bench.OURS, plan.steps, plan.seconds * plan.pairs)
        pieces = {"ours": lambda: bench.run(bench.OURS, plan.steps, plan.seconds), "peer": lambda: bench.run(best, plan.steps, plan.seconds)}
        pairs = [Pair(r["ours"]["overhead"], r["peer"]["overhead"], r["ours"]["p50"], r["peer"]["p50"]) for r in take_pairs(spec, plan, pieces)]
    return Row(spec.name, spec.goal, "ns", best, pairs, report, issue=spec.issue, peers=[report, *tried])


def measure_wake(spec, plan):
    """One percentile of the time from waking a worker to its work, over that of a bare futex between the same CPUs."""
    command = [programs.find_bench(plan.rondo.parent, spec.program), "--row=wake", f"--seconds={plan.seconds:g}", "--json"]
    with programs.all_cpus():
        reports = [r["both"] for r in take_pairs(spec, plan, {"both": lambda: programs.read_lines(command, programs.TIMEOUT_S + plan.seconds)})]
    pairs, ours = [], []
    for report in reports:
        by_name = {line["name"]: line for line in report}
        ours.append(by_name["wake"])
        values = ours[-1][spec.source], by_name["wake_futex"][spec.source]
        pairs.append(Pair(*values, *values))
    samples = {"n": sum(line["n"] for line in ours), "max": max(line["max"] for line in ours)}
    samples |= {key: median(line[key] for line in ours) for key in ("p50", "p99", "p999")}
    return Row(spec.name, spec.goal, "ns", "bare futex", pairs, samples, issue=spec.issue)


def measure_signal(spec, plan):
    """Chains of submissions: ours from inside, the peer's from Python, which is not in its figures (iree_signal.py)."""
    if len(programs.ALLOWED_CPUS) < 2:
        raise programs.LeftOut("needs two CPUs")
    command = [programs.find_bench(plan.rondo.parent, spec.program), f"--row={spec.name}", f"--seconds={plan.seconds:g}", "--json"]
    worker_cpu, caller_cpu = programs.worker_cpus(2)
    peer = programs.script_command("iree_signal.py", f"--flag=--task_topology_cpu_ids={worker_cpu}", f"--caller-cpu={caller_cpu}", f"--seconds={plan.seconds:g}")
    timeout_s = programs.TIMEOUT_S + 3 * plan.seconds
    pieces = {"ours": lambda: programs.find_line(command, spec.name, timeout_s), "peer": lambda: programs.read_report(peer, timeout_s)[spec.name]}
    with programs.all_cpus():
        results = list(take_pairs(spec, plan, pieces))
    pairs = [Pair(r["ours"]["ours"], r["peer"], r["ours"]["ours"], r["peer"]) for r in results]
    ours = [r["ours"] for r in results]
    samples = {"n": sum(line["n"] for line in ours), "max": max(line["max"] for line in ours)}
    samples |= {key: median(line[key] for line in ours) for key in ("p50", "p99", "p999")}
    return Row(spec.name, spec.goal, "ns", f"IREE {plan.peer_version} local-task from Python, 1 worker", pairs, samples, issue=spec.issue)


TRACE_PIECES = 5  # of a pair's time: short ones, that both see the same machine


def measure_trace(spec, plan):
    """A call on local-task while everything that happens is written to a file, over the same without, in one process (traced.c)."""
    seconds, count = plan.seconds / TRACE_PIECES, plan.pairs * TRACE_PIECES
    plan.progress(f"{spec.name}: {count} pairs")
    with tempfile.TemporaryDirectory() as folder, programs.all_cpus():
        command = [programs.find_bench(plan.rondo.parent, "traced"), f"--model={spec.call.module}", f"--workers={spec.workers}", f"--trace={folder}/x.pftrace",
                   f"--seconds={seconds:g}", f"--pairs={count}"]
        report = programs.find_line(command, "traced", programs.TIMEOUT_S + 4 * plan.seconds * plan.pairs)
    pairs = [Pair(on, off, on, off) for on, off in report["pairs"]]
    samples = {key: report[key] for key in ("n", "p50", "p99", "p999", "max")}
    return Row(spec.name, spec.goal, "ns", f"rondo without a trace, {spec.workers} workers", pairs, samples, issue=spec.issue)


FIGURE_SHARE = 0.2  # of the time that all pairs of another row take
FIGURE_TIMEOUT_S = 600
PROGRAM_ARGUMENTS = {"steady": ("--mlp=models/mlp_f32/mlp_f32.vmfb", "--dronet=models/dronet_f32/dronet_f32.vmfb")}
UNTIMED_PROGRAMS = ("scaling", "trace_cost")


def measure_figure(spec, plan):
    """What a program measured from inside, once."""
    command = [programs.find_bench(plan.rondo.parent, spec.program), "--json", *PROGRAM_ARGUMENTS.get(spec.program, ())]
    if spec.program not in UNTIMED_PROGRAMS:
        command.append(f"--seconds={plan.seconds * plan.pairs * FIGURE_SHARE:g}")
    if plan.is_quick:
        command.append("--quick")
    plan.progress(f"{spec.name}: bench_{spec.program}")
    key = tuple(command)
    if key not in plan.reports:
        with programs.all_cpus():
            plan.reports[key] = programs.read_lines(command, FIGURE_TIMEOUT_S)
    lines = [line for line in plan.reports[key] if line["name"] == (spec.source or spec.name)]
    if not lines:
        raise programs.ProgramFailure(f"bench_{spec.program} printed no row {spec.source or spec.name}")
    return Figure(spec, lines[0])


def percentiles_of(report):
    count = report["samples"]
    samples = {"n": count, "p50": report["p50_ns"], "max": report["max_ns"], "results": report["results"]}
    samples["p99"] = report["p99_ns"] if stats.supports(count, 0.99) else None
    samples["p999"] = report["p99.9_ns"] if stats.supports(count, 0.999) else None
    return samples


def time_starts(commands, starts):
    """Starts the commands in turn, forth and back; a list of times for each."""
    times = {name: [] for name in commands}
    for index in range(starts):
        for name in list(commands) if index % 2 == 0 else reversed(commands):
            times[name].append(programs.start_ns(commands[name]))
    return times


def measure_starts(spec, plan):
    starts = max(round(STARTS_PER_S * plan.seconds), STARTS_MIN)
    commands = {"ours": programs.our_run_command(plan.rondo, spec.call), "empty": EMPTY_COMMAND,
                "peer": programs.peer_run_command(plan.peer_folder, spec.call)}
    for command in commands.values():
        programs.run_program(command)  # its files are in memory from here on; says why if it fails
    pairs, times = [], []
    for results in take_pairs(spec, plan, {"starts": lambda: time_starts(commands, starts)}):
        ours, empty, peer = (median(results["starts"][name]) for name in commands)
        pairs.append(Pair(ours - empty, peer - empty, ours, peer))
        times += [ns - empty for ns in results["starts"]["ours"]]
    samples = {"n": len(times), "max": max(times)}
    for key, fraction in (("p50", 0.5), ("p99", 0.99), ("p999", 0.999)):
        samples[key] = stats.percentile(times, fraction) if stats.supports(len(times), fraction) else None
    return Row(spec.name, spec.goal, "ns", f"IREE {plan.peer_version} iree-run-module", pairs, samples)


def measure_rss(spec, plan):
    ours = programs.our_run_command(plan.rondo, spec.call)
    peer = programs.peer_run_command(plan.peer_folder, spec.call)
    pieces = {"ours": lambda: programs.max_rss_kib(ours), "peer": lambda: programs.max_rss_kib(peer)}
    sizes = list(take_pairs(spec, plan, pieces))
    pairs = [Pair(r["ours"], r["peer"], r["ours"], r["peer"]) for r in sizes]
    ours_sizes = [r["ours"] for r in sizes]
    samples = {"n": len(sizes), "p50": median(ours_sizes), "max": max(ours_sizes)}
    return Row(spec.name, spec.goal, "KiB", f"IREE {plan.peer_version} iree-run-module", pairs, samples)


def pick_worst(spec, rows):
    """The row of `rows` with the highest ratio, under the name of `spec`."""
    if len(rows) < len(spec.parts):
        raise programs.LeftOut("so are parts of it")
    worst = max(rows, key=compared)
    return {**worst, "name": spec.name, "goal": spec.goal, "holds": holds(compared(worst), spec.goal), "worst_of": worst["name"]}


def compared(row):
    """What the goal is for: the ratio, or our figure where there is no peer."""
    return row["ours"] if row["ratio"] is None else row["ratio"]


# The table


def model_call(name, function):
    folder = f"models/{name}"
    return Call(f"{folder}/{name}.vmfb", function, (f"@{folder}/case0_input0.npy",))


PASS = Call("models/bench/pass.vmfb", "pass", ("4xf32=1",))
ADD4 = Call("models/bench/add4.vmfb", "add", ("4xf32=1", "4xf32=2"))
VM_LOOP = Call("models/bench/vm_loop.vmfb", "loop", ("1000000",), uses_hal=False)
VM_CALL = Call("models/bench/vm_call.vmfb", "loop", ("100000",), uses_hal=False)
MLP_F32 = model_call("mlp_f32", "mlp")
MLP_INT8 = model_call("mlp_int8", "mlp")
DRONET_F32 = model_call("dronet_f32", "dronet")
DRONET_INT8 = model_call("dronet_int8", "dronet")

SPECS = [
    Spec("add4_sync", 0.2, measure_call, ADD4),
    Spec("mlp_f32_sync", 0.35, measure_call, MLP_F32),
    Spec("mlp_int8_sync", 0.35, measure_call, MLP_INT8),
    Spec("mlp_sync", 0.35, pick_worst, parts=("mlp_f32_sync", "mlp_int8_sync")),
    Spec("dronet_f32_sync", 1.01, measure_call, DRONET_F32),
    Spec("dronet_int8_sync", 1.01, measure_call, DRONET_INT8),
    Spec("dronet_sync", 1.01, pick_worst, parts=("dronet_f32_sync", "dronet_int8_sync")),
    Spec("vm_loop", 0.6, measure_call, VM_LOOP),
    Spec("vm_call", 0.35, measure_call, VM_CALL),
    Spec("startup", 0.5, measure_starts, MLP_F32),
    Spec("rss_mlp_f32", 1.0, measure_rss, MLP_F32),
    Spec("rss_mlp_int8", 1.0, measure_rss, MLP_INT8),
    Spec("rss_dronet_f32", 1.0, measure_rss, DRONET_F32),
    Spec("rss_dronet_int8", 1.0, measure_rss, DRONET_INT8),
    Spec("rss", 1.0, pick_worst, parts=("rss_mlp_f32", "rss_mlp_int8", "rss_dronet_f32", "rss_dronet_int8")),
]


def task_spec(name, goal, call, workers, peer_setting):
    return Spec(name, goal, measure_task, call, issue="executor", workers=workers, peer_setting=peer_setting)


def worst_task(name, goal, parts):
    return Spec(name, goal, pick_worst, parts=tuple(parts), issue="executor")


MLPS = {"f32": MLP_F32, "int8": MLP_INT8}
for setting, goal in (("default", 0.06), ("best", 0.2)):
    SPECS += [task_spec(f"mlp_{kind}_task{n}_{setting}", goal, call, n, setting) for n in (1, 2) for kind, call in MLPS.items()]
    SPECS.append(worst_task(f"mlp_task_{setting}", goal, (f"mlp_{kind}_task{n}_{setting}" for n in (1, 2) for kind in MLPS)))
SPECS += [task_spec(f"add4_task{n}", 0.08, ADD4, n, "default") for n in (1, 2)]
SPECS += [
    worst_task("add4_task", 0.08, ("add4_task1", "add4_task2")),
    task_spec("dronet_task2", 1.0, DRONET_F32, 2, "best"),
    task_spec("dronet_i8_task2", 1.0, DRONET_INT8, 2, "best"),
    task_spec("mlp_task1_self", 1.5, MLP_F32, 1, "self"),
    task_spec("dronet_task1_self", 1.01, DRONET_F32, 1, "self"),
]


for kind, call in MLPS.items():
    SPECS += [Spec(f"mlp_{kind}_task{n}_idle5ms", 0.35, measure_idle_call, call, issue="executor", workers=n) for n in (1, 2)]
SPECS.append(worst_task("mlp_task_idle5ms", 0.35, (f"mlp_{kind}_task{n}_idle5ms" for kind in MLPS for n in (1, 2))))


def inside(name, program, goal=None, source="", issue="executor"):
    return Spec(name, goal, measure_figure, issue=issue, program=program, source=source)


SPECS += [Spec(name, goal, measure_parallel, issue="executor", program="parallel", source=name)
          for name, goal in (("tiles64x1us", 1.0), ("stages16x64", 1.0), ("after_idle", 1.0), ("empty64", None))]
SPECS += [Spec(f"wake_{source}", 1.3, measure_wake, issue="executor", program="wake", source=source) for source in ("p50", "p99")]
SPECS.append(worst_task("wake", 1.3, ("wake_p50", "wake_p99")))
SPECS += [Spec(name, None, measure_signal, issue="executor", program="wake") for name in ("signal_round", "signal_chain")]
SPECS += [inside(name, "wake") for name in ("signal_host", "signal_donor", "signal_dependent")]
STEADY = tuple(f"{kind}{n}" for n in (1, 2) for kind in ("mlp", "dronet"))
SPECS += [inside(f"heap_{name}", "steady", 0) for name in STEADY]
SPECS.append(worst_task("heap_per_inference", 0, (f"heap_{name}" for name in STEADY)))
SPECS += [inside(f"futex_mlp{n}", "steady", 1) for n in (1, 2)]
SPECS.append(worst_task("futex_per_mlp", 1, ("futex_mlp1", "futex_mlp2")))
SPECS += [inside(f"futex_dronet{n}", "steady") for n in (1, 2)]
SPECS.append(inside("idle_cpu", "steady", 0.001))
SPECS += [Spec(f"trace_dronet{n}", 1.01, measure_trace, DRONET_F32, issue="play", workers=n) for n in (1, 2)]
SPECS.append(Spec("trace_cost", 1.01, pick_worst, parts=("trace_dronet1", "trace_dronet2"), issue="play"))
SPECS += [inside(name, "trace_cost", goal, issue="play") for name, goal in (("trace_event_on", 100), ("trace_event_off", 2))]
SPECS += [inside(name, "policy", 1000, issue="play") for name in ("decide_dynamic", "decide_dynamic64", "decide_edf", "plan_late")]
SPECS.append(inside("plan_lookup", "policy", 50, issue="plan"))
SPECS += [inside(name, "repair", goal, issue="plan") for name, goal in (("repair_200", 1e6), ("repair_1000", None))]
SPECS += [inside(name, "scaling", 1.2) for name in ("scaling_rmw", "scaling_wakes", "scaling_futex", "scaling_narrow")]


ISSUES = ("run", "executor", "play", "plan")


def select(names, issue=None):
    """Specs of these names, of an issue, or all, with the parts they need, in the table's order. KeyError: no such row."""
    by_name = {spec.name: spec for spec in SPECS}
    wanted = set() if names else {spec.name for spec in SPECS if issue in (None, spec.issue)}
    for name in names:
        wanted |= {name, *by_name[name].parts}
    return [spec for spec in SPECS if spec.name in wanted]


def measure(spec, plan, done):
    """One row as a dict; `done` holds the rows before it."""
    if spec.parts:
        return pick_worst(spec, [row for row in done if row["name"] in spec.parts])
    return spec.measure(spec, plan).as_json()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""A controller due every 2 ms beside a net as fast as it can: `rondo play`, and IREE's runtime set up in several ways, in the same run.

    bench/peers.py [--only SETTING]... [--rounds N] [--seconds S] [--python PYTHON] [--rondo PROGRAM] [--out FILE] [--quick]

The peer is the wheel iree-base-runtime, which a Python needs to have: this one, or build/venv/bin/python, or --python. Settings:

    shared            one local-task device with a worker on each of two CPUs
    two_devices       a device each, two workers each, not pinned
    two_pinned        a device each, one worker each, on a CPU each
    two_pinned_fifo   the same; the controller's worker and thread are of the class SCHED_FIFO
    processes         as two_devices, in a process each
    processes_fifo    the net has two workers; the controller, in another process, one that is not pinned, and it is SCHED_FIFO
    processes_pinned_fifo   as two_pinned_fifo, in a process each
    sync_fifo         the controller on local-sync, on a SCHED_FIFO thread of another process; the net has two workers
    sync_fifo_early   the same, woken 100 us before its release; it spins until then

Exit codes: 0 measured; 1 a program failed; 77 there are no two CPUs, or no peer.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import play
import played
import programs
import stats

NET, CONTROLLER = play.NET, play.CONTROLLER
REFERENCE = "reference"   # the controller once more, on local-sync: what a call takes there, from Python, after a pause
PERIOD_NS = play.PERIOD_NS[CONTROLLER]
FUNCTIONS = {NET: "dronet", CONTROLLER: "mlp"}
VENV_PYTHON = played.ROOT / "build" / "venv" / "bin" / "python"
BEGIN_AFTER_NS = 50_000_000   # from a command to the first release: all processes have read it by then
ALONE_SHARE = 0.25   # of a play: the reference, and the controller's periods alone
EARLY_NS = 100_000
WAIT_S = 60


# Settings


def device(cpus=None, workers=2, driver="local-task", is_fifo=False):
    """With CPUs a worker is pinned to each; else there are so many, which the kernel moves."""
    if driver == "local-sync":
        return {"driver": driver, "flags": [], "is_fifo": False}
    flags = [f"--task_topology_cpu_ids={','.join(map(str, cpus))}"] if cpus else [f"--task_topology_group_count={workers}"]
    return {"driver": driver, "flags": flags, "is_fifo": is_fifo}


def job(name, device_name, cpus=None, is_fifo=False, early_ns=0):
    folder = played.MODELS[play.MODEL_OF[name]].parent
    return {"module": str(played.MODELS[play.MODEL_OF[name]]), "function": FUNCTIONS[name], "inputs": [str(folder / "case0_input0.npy")], "device": device_name,
            "period_ns": play.PERIOD_NS.get(name, 0), "cpus": cpus, "is_fifo": is_fifo, "early_ns": early_ns}


def together(net_device, controller_device, **jobs):
    return [{"devices": {"net": net_device, "controller": controller_device},
             "jobs": {NET: job(NET, "net", **jobs.get("net", {})), CONTROLLER: job(CONTROLLER, "controller", **jobs.get("controller", {}))}}]


def apart(net_device, controller_device, **jobs):
    return [{"devices": {"net": net_device}, "jobs": {NET: job(NET, "net", **jobs.get("net", {}))}},
            {"devices": {"controller": controller_device}, "jobs": {CONTROLLER: job(CONTROLLER, "controller", **jobs.get("controller", {}))}}]


def make_settings(cpus):
    """Name -> configurations of its processes."""
    a, b = [cpus[0]], [cpus[1]]
    pinned = {"net": {"cpus": a}, "controller": {"cpus": b}}
    pinned_fifo = {"net": {"cpus": a}, "controller": {"cpus": b, "is_fifo": True}}
    fifo = {"controller": {"is_fifo": True}}
    sync = device(driver="local-sync")
    settings = {
        "shared": [{"devices": {"both": device(cpus)}, "jobs": {name: job(name, "both") for name in (NET, CONTROLLER)}}],
        "two_devices": together(device(), device()),
        "two_pinned": together(device(a), device(b), **pinned),
        "two_pinned_fifo": together(device(a), device(b, is_fifo=True), **pinned_fifo),
        "processes": apart(device(), device()),
        "processes_fifo": apart(device(cpus), device(workers=1, is_fifo=True), **fifo),
        "processes_pinned_fifo": apart(device(a), device(b, is_fifo=True), **pinned_fifo),
        "sync_fifo": apart(device(cpus), sync, **fifo),
        "sync_fifo_early": apart(device(cpus), sync, controller={"is_fifo": True, "early_ns": EARLY_NS}),
    }
    for configurations in settings.values():
        last = configurations[-1]
        last["devices"][REFERENCE] = sync
        last["jobs"][REFERENCE] = {**last["jobs"][CONTROLLER], "device": REFERENCE}
    return settings


# The peer's processes


class Process:
    """iree_jobs.py with a configuration: commands go in, answers come out."""

    def __init__(self, python, configuration, errors):
        self.names = list(configuration["jobs"])
        self.command = [str(python), str(Path(__file__).with_name("iree_jobs.py")), json.dumps(configuration)]
        self.errors = errors
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True)

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            self.process.wait(WAIT_S)
            self.errors.seek(0)
            raise programs.ProgramFailure(f"{' '.join(self.command[:2])}\nexit status {self.process.returncode}\n{self.errors.read()[-2000:]}")
        return json.loads(line)

    def write(self, command):
        try:
            self.process.stdin.write(json.dumps(command) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # reading its answer tells why it has ended

    def end(self):
        self.process.stdin.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Processes:
    """Those of a setting."""

    def __init__(self, script, python, configurations):
        self.script, self.started = script, []
        for number, configuration in enumerate(configurations):
            self.started.append(Process(python, configuration, open(script.folder / f"peer{number}.err", "w+")))

    def __enter__(self):
        for process in self.started:
            if reason := process.read().get("left_out"):
                raise programs.LeftOut(reason)
        return self

    def __exit__(self, *_):
        for process in self.started:
            process.end()
            process.errors.close()

    def play(self, names, seconds):
        begin_ns = time.monotonic_ns() + BEGIN_AFTER_NS
        used = [(p, [name for name in names if name in p.names]) for p in self.started]
        used = [(process, own) for process, own in used if own]
        for process, own in used:
            process.write({"play": own, "begin_ns": begin_ns, "seconds": seconds})
        found = {}
        for process, _ in used:
            found.update(process.read())
        return found


# Figures


@dataclass
class Side:
    """All rounds of one side; us."""

    delays: list = field(default_factory=list)    # start delays of the controller
    entries: list = field(default_factory=list)   # of the peer: from the release to the call, which is the kernel's wake-up and Python
    alone_entries: list = field(default_factory=list)   # the same with nothing beside it
    alone_delays: list = field(default_factory=list)
    runs: list = field(default_factory=list)      # p50 of the reference's calls, a figure a round
    net: list = field(default_factory=list)       # latencies of the net, or their p50 of each round
    misses: int = 0
    releases: int = 0

    def add_peer(self, processes, seconds):
        reference = processes.play([REFERENCE], seconds * ALONE_SHARE)[REFERENCE]
        run_ns = stats.percentile([end - entry for entry, end in zip(reference["entries"], reference["ends"])], 0.5)
        alone = processes.play([CONTROLLER], seconds * ALONE_SHARE)[CONTROLLER]
        both = processes.play([NET, CONTROLLER], seconds)
        controller = both[CONTROLLER]
        self.runs.append(run_ns / 1e3)
        # From outside a kernel's start cannot be seen: what is left of the time until the results without that of the reference.
        # It is not before the call, though a call may be quicker than the reference.
        self.delays += [max(end - run_ns, entry) / 1e3 for entry, end in zip(controller["entries"], controller["ends"])]
        self.alone_delays += [max(end - run_ns, entry) / 1e3 for entry, end in zip(alone["entries"], alone["ends"])]
        self.entries += [ns / 1e3 for ns in controller["entries"]]
        self.alone_entries += [ns / 1e3 for ns in alone["entries"]]
        self.net += [ns / 1e3 for ns in both[NET]["durations"]]
        self.misses += sum(ns > PERIOD_NS for ns in controller["ends"]) + controller["skipped"]
        self.releases += len(controller["ends"]) + controller["skipped"]


@dataclass
class Ours:
    """A figure a round, in us; counts of all rounds."""

    p50: list = field(default_factory=list)
    p99: list = field(default_factory=list)
    net: list = field(default_factory=list)
    misses: int = 0
    releases: int = 0

    def add(self, jobs):
        controller = jobs[CONTROLLER]
        self.p50.append(controller["start_delay_ns"]["p50"] / 1e3)
        self.p99.append(controller["start_delay_ns"]["p99"] / 1e3)
        self.net.append(jobs[NET]["latency_ns"]["p50"] / 1e3)
        self.misses += controller["missed"] + controller["skipped"]
        self.releases += controller["released"] + controller["skipped"]


def print_table(ours, sides, wake_us):
    lines = [["side", "start delay us: p50", "p99", "without Python p50", "alone p50", "until call p50", "p99", "misses", "of", "net us: p50", "p99", ""]]
    lines.append(["rondo", *map(played.number, (median(ours.p50), median(ours.p99))), "-", "-", "-", "-", str(ours.misses), str(ours.releases), played.number(median(ours.net)), "-", ""])
    for name, side in sides.items():
        delay, entry, net = (played.spread_of(values) for values in (side.delays, side.entries, side.net))
        alone = played.spread_of(side.alone_delays)
        # A side whose calls were all skipped has no times.
        without = None if delay["p50"] is None or wake_us[name] is None else delay["p50"] - wake_us[name]
        cells = (delay["p50"], delay["p99"], without, alone["p50"], entry["p50"], entry["p99"], side.misses, side.releases, net["p50"], net["p99"])
        lines.append([name, *(played.number(value) for value in cells), ""])
    played.print_columns(lines)
    print()


def row_of(name, ours, side, wake_us, version):
    delay, net = played.spread_of(side.delays), played.spread_of(side.net)
    return played.row(f"peers_{name}", "play", "us", median(ours.p50), peer_name=f"IREE {version} from Python, {name}", peer=delay["p50"],
                      ratio=median(ours.p50) / delay["p50"] if delay["p50"] else None, lo=min(ours.p50), hi=max(ours.p50), n=ours.releases, p50=median(ours.p50),
                      p99=median(ours.p99), misses=ours.misses, net_p50_us=median(ours.net), peer_n=side.releases, peer_p99=delay["p99"], peer_misses=side.misses,
                      peer_net_p50_us=net["p50"], peer_net_p99_us=net["p99"], peer_python_us=wake_us, peer_run_us=median(side.runs))


def find_python(arguments):
    """One that has the peer, and the peer's version."""
    for python in [arguments.python] if arguments.python else [Path(sys.executable), VENV_PYTHON]:
        try:
            return python, programs.run_program([str(python), "-c", "import iree.runtime, numpy, importlib.metadata as m; print(m.version('iree-base-runtime'))"]).strip()
        except programs.ProgramFailure:
            pass
    raise programs.LeftOut(f"no {programs.PEER_DISTRIBUTION} in {arguments.python or VENV_PYTHON} (make bench installs it)")


def measure(script, arguments):
    settings = make_settings(played.need_cpus(2))
    python, version = find_python(arguments)
    rounds, seconds = (1, 0.1) if arguments.quick else (arguments.rounds, arguments.seconds)
    wanted = [name for name in settings if not arguments.only or name in arguments.only]
    ours, sides = Ours(), {name: Side() for name in wanted}
    for number in range(rounds):
        script.say(f"round {number + 1} of {rounds}")
        ours.add(script.play_jobs([play.argument(NET), play.argument(CONTROLLER)], seconds))
        for name in list(sides) if number % 2 == 0 else list(reversed(sides)):
            try:
                with Processes(script, python, settings[name]) as processes:
                    sides[name].add_peer(processes, seconds)
            except programs.LeftOut as reason:
                del sides[name]
                script.note(f"peers_{name} is left out: {reason}")
    wake_us = {name: played.spread_of(side.alone_entries)["p50"] for name, side in sides.items()}
    print_table(ours, sides, wake_us)
    script.rows += [row_of(name, ours, side, wake_us[name], version) for name, side in sides.items()]
    script.note(f"{rounds} rounds of {seconds:g} s a side, percentiles of all of them (of rondo: medians of the rounds); releases that passed during a call count as misses")
    script.note("a peer's start delay is the time from release to results, less what the same call takes on local-sync with nothing beside it (Python's part in it); in it "
                "is what kernel and Python need from the release to the call (until call); without Python: less that, p50 of the controller alone, which is more than "
                "Python's part")


def main():
    script = played.Script("peers", __doc__.splitlines()[0])
    script.parser.add_argument("--only", action="append", choices=make_settings([0, 1]), help="measure this setting; repeat it for several; default all")
    script.parser.add_argument("--rounds", type=int, default=5, help="default 5")
    script.parser.add_argument("--seconds", type=float, default=4, help="of each play; default 4: with 5 rounds 10000 periods")
    script.parser.add_argument("--python", type=Path, help="a Python that has the peer")
    return script.run(measure)


if __name__ == "__main__":
    sys.exit(main())

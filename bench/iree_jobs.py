#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Jobs on the peer's runtime, driven from Python: a thread for each job, devices as told. peers.py starts it, one process or several.

    iree_jobs.py CONFIGURATION

CONFIGURATION is JSON: {"devices": {NAME: {"driver", "flags", "is_fifo"}}, "jobs": {NAME: {"module", "function", "inputs", "device",
"period_ns", "cpus", "is_fifo", "early_ns"}}}. Prints "{}" when all is loaded and warm, or {"left_out": REASON}. Then it answers each line of
its input with a line, times in ns:

    {"play": [NAME, ...], "begin_ns": T, "seconds": S}   jobs from that time of CLOCK_MONOTONIC on -> {NAME: report}

Timer slack is 1 ns. A job without a period is called again and again. A periodic one sleeps until its release, or until `early_ns` before it and spins then. Releases that pass during a
call are skipped, as `rondo play` does.
"""

import ctypes
import gc
import json
import os
import sys
import threading
import time

WARM_CALLS = 50
PR_SET_TIMERSLACK = 29
FIFO_PRIORITY = 10
now_ns = time.monotonic_ns


class LeftOut(Exception):
    """This setting cannot be had here."""


def make_fifo(thread_id):
    try:
        os.sched_setscheduler(thread_id, os.SCHED_FIFO, os.sched_param(FIFO_PRIORITY))
    except PermissionError as error:
        raise LeftOut("SCHED_FIFO is not permitted here") from error


def read_threads():
    return {int(name) for name in os.listdir("/proc/self/task")}


def make_device(runtime, device):
    """Each has workers of its own: a new driver reads the flags anew. One process cannot have both CPUs and numbers of workers."""
    from iree.runtime._binding import create_hal_driver  # pylint: disable=import-outside-toplevel
    before = read_threads()
    runtime.flags.parse_flags(*device["flags"])
    made = create_hal_driver(device["driver"]).create_default_device()
    if device["is_fifo"]:
        for thread in read_threads() - before:
            make_fifo(thread)
    return made


class Job:
    """A call that can be made, and how it is played."""

    def __init__(self, runtime, numpy, device, job):
        self.period_ns, self.early_ns = job["period_ns"], job["early_ns"]
        self.cpus, self.is_fifo = job["cpus"], job["is_fifo"]
        config = runtime.Config(device=device)
        context = runtime.SystemContext(config=config)
        module = runtime.VmModule.mmap(config.vm_instance, job["module"])
        context.add_vm_module(module)
        function = module.lookup_function(job["function"])
        inputs = runtime.VmVariantList(len(job["inputs"]))
        for path in job["inputs"]:
            array = runtime.asdevicearray(device, numpy.load(path))
            inputs.push_ref(array._buffer_view)  # pylint: disable=protected-access
        self.kept = config, context, module, inputs

        def call():
            results = runtime.VmVariantList(2)
            context.vm_context.invoke(function, inputs, results)
            return results
        self.call = call
        for _ in range(WARM_CALLS):
            call()

    def settle(self):
        """On the thread that makes the calls."""
        ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0)
        if self.cpus:
            os.sched_setaffinity(0, self.cpus)
        if self.is_fifo:
            make_fifo(0)

    def time_calls(self, end_ns):
        durations = []
        while not durations or now_ns() < end_ns:
            begin_ns = now_ns()
            results = self.call()
            durations.append(now_ns() - begin_ns)
            del results
        return durations

    def wait_until(self, time_ns):
        left_ns = time_ns - self.early_ns - now_ns()
        if left_ns > 0:
            time.sleep(left_ns / 1e9)
        while now_ns() < time_ns:
            pass

    def play_periodic(self, begin_ns, end_ns):
        """Of each release: until its call was entered, and until its results were there."""
        entries, ends, skipped, release_ns = [], [], 0, begin_ns
        while release_ns < end_ns:
            self.wait_until(release_ns)
            entry_ns = now_ns()
            results = self.call()
            done_ns = now_ns()
            del results
            entries.append(entry_ns - release_ns)
            ends.append(done_ns - release_ns)
            passed = max((done_ns - release_ns) // self.period_ns, 0)
            skipped += passed
            release_ns += (passed + 1) * self.period_ns
        return {"entries": entries, "ends": ends, "skipped": skipped}

    def play(self, begin_ns, end_ns):
        if self.period_ns:
            return self.play_periodic(begin_ns, end_ns)
        self.wait_until(begin_ns)
        return {"durations": self.time_calls(end_ns)}


def on_threads(pieces):
    """Results of functions, each on a thread of its own, under the same names."""
    results, failures = {}, []

    def run(name, piece):
        try:
            results[name] = piece()
        except Exception as error:  # pylint: disable=broad-exception-caught  (it is raised below)
            failures.append(error)
    threads = [threading.Thread(target=run, args=item) for item in pieces.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return results


def answer(jobs, command):
    def play(job):
        job.settle()
        return job.play(command["begin_ns"], command["begin_ns"] + round(command["seconds"] * 1e9))

    return on_threads({name: lambda job=jobs[name]: play(job) for name in command["play"]})


def reply(value):
    print(json.dumps(value), flush=True)


def main():
    configuration = json.loads(sys.argv[1])
    import numpy  # pylint: disable=import-outside-toplevel
    import iree.runtime as runtime  # pylint: disable=import-outside-toplevel
    try:
        devices = {name: make_device(runtime, device) for name, device in configuration["devices"].items()}
        jobs = {name: Job(runtime, numpy, devices[job["device"]], job) for name, job in configuration["jobs"].items()}
        if any(job.is_fifo for job in jobs.values()):
            on_threads({"try": lambda: make_fifo(0)})
    except LeftOut as reason:
        reply({"left_out": str(reason)})
        return
    gc.disable()
    reply({})
    for line in sys.stdin:
        reply(answer(jobs, json.loads(line)))


if __name__ == "__main__":
    main()

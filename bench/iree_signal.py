#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Times chains of submissions on the peer, driven from Python. Prints one JSON object, times in ns.

    iree_signal.py [--flag=--task_x=y]... [--caller-cpu=N] [--seconds=S]

A chain is a number of submissions, each a copy of 64 bytes, each waiting for the semaphore that the one before it signals. The caller
signals the first and waits for the last.

    signal_round   a chain of one, without what Python takes to signal and to wait for what is there already
    signal_chain   what each further submission adds: long chain over short one, so Python is not in it

bench_wake measures the same chains on ours.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stats  # noqa: E402  (this folder)

COPY_BYTES = 64
CHAIN_LENGTH = 65
WARM_COUNT = 10
SAMPLES_MIN = 5
TIMEOUT_NS = 10_000_000_000
REST_S = 0.0002  # before each sample, so that workers that have nothing to do sleep


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("--caller-cpu", type=int)
    parser.add_argument("--seconds", type=float, default=0.5)
    return parser.parse_args()


def rest():
    end = time.perf_counter() + REST_S
    while time.perf_counter() < end:
        pass


def time_chain(device, buffers, length):
    semaphore = device.create_semaphore(0)
    for value in range(1, length + 1):
        device.queue_copy(*buffers, [(semaphore, value)], [(semaphore, value + 1)])
    rest()
    begin_ns = time.perf_counter_ns()
    semaphore.signal(1)
    if not semaphore.wait(length + 1, timeout=TIMEOUT_NS):
        sys.exit("the chain does not end")
    return time.perf_counter_ns() - begin_ns


def time_python(device):
    """The same calls when nothing waits, and nothing has to be waited for."""
    semaphore = device.create_semaphore(0)
    begin_ns = time.perf_counter_ns()
    semaphore.signal(1)
    semaphore.wait(1)
    return time.perf_counter_ns() - begin_ns


def measure(device, buffers, seconds):
    rounds, chains, python = [], [], []
    end = time.monotonic() + seconds
    while len(rounds) < SAMPLES_MIN + WARM_COUNT or time.monotonic() < end:
        rounds.append(time_chain(device, buffers, 1))
        chains.append(time_chain(device, buffers, CHAIN_LENGTH))
        python.append(time_python(device))
    medians = [stats.percentile(times[WARM_COUNT:], 0.5) for times in (rounds, chains, python)]
    return {"n": len(rounds) - WARM_COUNT, "signal_round": medians[0] - medians[2], "signal_chain": (medians[1] - medians[0]) / (CHAIN_LENGTH - 1)}


def main():
    arguments = parse_arguments()
    import iree.runtime as runtime  # pylint: disable=import-outside-toplevel  (flags first)
    if arguments.flag:
        runtime.flags.parse_flags(*arguments.flag)
    if arguments.caller_cpu is not None:
        os.sched_setaffinity(0, {arguments.caller_cpu})  # workers have places of their own
    device = runtime.get_device("local-task")
    buffers = [device.allocator.allocate_buffer(memory_type=runtime.MemoryType.DEVICE_LOCAL, allowed_usage=runtime.BufferUsage.DEFAULT,
                                                allocation_size=COPY_BYTES) for _ in range(2)]
    print(json.dumps(measure(device, buffers, arguments.seconds)))


if __name__ == "__main__":
    main()

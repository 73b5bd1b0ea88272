#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Times single calls of a compiled function on the peer, driven from Python, each after a pause. Prints one JSON object, times in ns.

    iree_call.py --module=M.vmfb --function=NAME --input=@x.npy [--device=local-task] [--flag=--task_x=y]... [--pause-us=N] [--seconds=S]

iree-benchmark-module cannot pause between calls. The call is the lowest that Python can make: arguments are on the device, the list
for the results is there. What Python adds is measured by the same calls on local-sync without pauses, against the native tool
(rows.py, measure_idle_call).
"""

import argparse
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import stats  # noqa: E402  (this folder)

WARM_CALLS = 50


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--module", required=True)
    parser.add_argument("--function", required=True)
    parser.add_argument("--input", action="append", default=[])
    parser.add_argument("--device", default="local-task")
    parser.add_argument("--flag", action="append", default=[])
    parser.add_argument("--pause-us", type=float, default=0)
    parser.add_argument("--seconds", type=float, default=0.5)
    return parser.parse_args()


def load(arguments):
    """A function without arguments that makes one call."""
    import numpy  # pylint: disable=import-outside-toplevel  (flags first)
    import iree.runtime as runtime  # pylint: disable=import-outside-toplevel
    if arguments.flag:
        runtime.flags.parse_flags(*arguments.flag)
    config = runtime.Config(arguments.device)
    context = runtime.SystemContext(config=config)
    module = runtime.VmModule.mmap(config.vm_instance, arguments.module)
    context.add_vm_module(module)
    function = module.lookup_function(arguments.function)
    inputs = runtime.VmVariantList(len(arguments.input))
    for text in arguments.input:
        array = runtime.asdevicearray(config.device, numpy.load(text.removeprefix("@")))
        inputs.push_ref(array._buffer_view)  # pylint: disable=protected-access

    def call():
        results = runtime.VmVariantList(1)
        context.vm_context.invoke(function, inputs, results)
        return results
    return call


def measure(call, pause_s, seconds):
    times = []
    end = time.monotonic() + seconds
    while not times or time.monotonic() < end:
        if pause_s > 0:
            time.sleep(pause_s)
        begin_ns = time.perf_counter_ns()
        results = call()
        times.append(time.perf_counter_ns() - begin_ns)
        del results
    return times


def main():
    arguments = parse_arguments()
    call = load(arguments)
    for _ in range(WARM_CALLS):
        call()
    times = measure(call, arguments.pause_us / 1e6, arguments.seconds)
    print(json.dumps({"n": len(times), "p50": stats.percentile(times, 0.5), "p99": stats.percentile(times, 0.99), "mean": sum(times) / len(times)}))


if __name__ == "__main__":
    main()

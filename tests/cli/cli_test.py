#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Black-box tests of the command line: exit codes, which stream, and the words of messages.

    RONDO=build/rondo RONDO_MODELS=models python3 tests/cli/cli_test.py [NAME...]

RONDO is the program (default: `rondo` from PATH), RONDO_MODELS the folder with the bundled models (default: models/ of this
checkout). Exits 77, "skipped", when either is missing; 1 when a test failed.
"""

import json
import os
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import unittest.mock
from pathlib import Path

from command import CommandTest, main, MODELS, RONDO, ROOT, skip, TIMEOUT_S

MODEL = MODELS / "mlp_f32" / "mlp_f32.vmfb"
INPUT = MODEL.parent / "case0_input0.npy"
OUTPUT = MODEL.parent / "case0_output0.npy"
VALUES = ROOT / "tests" / "cli" / "values.vmfb"
COUNTER = ROOT / "tests" / "unit" / "runtime" / "counter.vmfb"
DYNAMIC = ROOT / "tests" / "unit" / "runtime" / "dynamic.vmfb"
VERBS = ("run", "bench", "check", "demo", "profile")


def npy_bytes(descr, shape, contents, order="False"):
    """A .npy file as numpy writes it."""
    header = f"{{'descr': '{descr}', 'fortran_order': {order}, 'shape': {shape}, }}"
    header += " " * ((64 - (10 + len(header) + 1) % 64) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + contents


def npy_shape(path):
    """Shape and number of elements of a version 1 file, without numpy."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<H", data, 8)
    shape = eval(data[10:10 + length], {"__builtins__": {}})["shape"]  # noqa: S307  our own file
    count = 1
    for dim in shape:
        count *= dim
    return shape, count


class Elf:
    """The executable for this machine in the bundled model, which has one for each family of processors."""

    MACHINES = {"x86_64": 0x3E, "aarch64": 0xB7, "riscv64": 0xF3}
    TRAPS = {"x86_64": b"\xcc", "aarch64": b"\x00\x00\x20\xd4", "riscv64": b"\x73\x00\x10\x00"}
    ILLEGAL = {"x86_64": b"\x0f\x0b", "aarch64": bytes(4), "riscv64": bytes(4)}
    QUERY = b"iree_hal_executable_library_query"

    def __init__(self):
        self.file = bytearray(MODEL.read_bytes())
        self.machine = os.uname().machine
        self.start = -1
        while self.machine in self.MACHINES:
            self.start = self.file.index(b"\x7fELF", self.start + 1)
            if self.word("<H", 18) == self.MACHINES[self.machine]:
                break

    def word(self, form, offset):
        return struct.unpack_from(form, self.file, self.start + offset)[0]

    def program_headers(self):
        table, count = self.word("<Q", 32), self.word("<H", 56)
        return [struct.unpack_from("<IIQQQQQQ", self.file, self.start + table + 56 * i) for i in range(count)]

    def code(self):
        """(file offset, bytes) of the executable segment, and of the query function in it."""
        (offset, address, size), = [(h[2], h[3], h[5]) for h in self.program_headers() if h[0] == 1 and h[1] & 1]
        (dynamic, length), = [(h[2], h[5]) for h in self.program_headers() if h[0] == 2]
        tags = dict(struct.iter_unpack("<QQ", self.file[self.start + dynamic:self.start + dynamic + length]))
        symbols, names = tags[6], tags[5]  # in the first segment, where addresses are offsets
        for i in range(1, 8):
            name, _, _, _, value, count = struct.unpack_from("<IBBHQQ", self.file, self.start + symbols + 24 * i)
            begin = self.start + names + name
            if self.file[begin:begin + len(self.QUERY) + 1] == self.QUERY + b"\0":
                return (offset, size), (value - address + offset, count)
        raise ValueError("no query function")

    def fill(self, offset, size, pattern):
        begin = self.start + offset
        self.file[begin:begin + size] = (pattern * (size // len(pattern) + 1))[:size]

    def crashing_query(self, pattern):
        self.fill(*self.code()[1], pattern[self.machine])
        return bytes(self.file)

    def crashing_kernels(self, pattern):
        (offset, size), (query, query_size) = self.code()
        self.fill(offset, query - offset, pattern[self.machine])
        self.fill(query + query_size, offset + size - query - query_size, pattern[self.machine])
        return bytes(self.file)


class CliTest(CommandTest):
    is_quiet = True

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    # Verbs and flags

    def test_no_verb(self):
        self.assertEqual(self.call(code=2, err="usage: rondo").stdout, "")

    def test_unknown_verb(self):
        self.call("rnu", code=2, err=["no verb 'rnu'", "did you mean 'run'?"])
        self.call("help", "rnu", code=2, err="no verb")

    def test_version(self):
        self.assertRegex(self.call("--version").stdout, r"^rondo \d+\.\d+\.\d+")

    def test_help(self):
        self.call("--help", out=["usage: rondo", *VERBS])
        for verb in VERBS:
            text = self.call(verb, "--help", out=["usage: rondo " + verb, "Flags:", "Examples:", "Exit codes:"]).stdout
            self.assertEqual(self.call("help", verb).stdout, text)
            self.assertEqual(self.call("--help", verb).stdout, text)
            self.assertLess(max(map(len, text.splitlines())), 101)

    def test_too_many_arguments(self):
        for arguments in (["help", "run", "extra"], ["--help", "run", "extra"], ["--version", "extra"], ["version", "extra"]):
            self.assertEqual(self.call(*arguments, code=2, err="unexpected argument 'extra'").stdout, "")

    def test_no_limits(self):
        self.call("run", MODEL, f"--input=@{INPUT}", "--memory-budget=0", "--step-limit=0", out="result[0]")
        self.assertEqual(" ".join(self.call("help", "run").stdout.split()).count("default 0: no limit"), 2)

    def test_unknown_flag(self):
        self.call("run", MODEL, "--imput=3", code=2, err=["no flag --imput", "did you mean --input?"])
        self.call("bench", "--zzzzzzzz", code=2, err="no flag")
        self.call("run", "-i", "3", code=2, err="two dashes")

    def test_bad_flag_values(self):
        self.call("run", MODEL, "--memory-budget=5Q", code=2, err="--memory-budget")
        self.call("run", MODEL, "--step-limit=-1", code=2, err="--step-limit")
        self.call("run", MODEL, "--stats=maybe", code=2, err="--stats")
        self.call("run", MODEL, "--equality_mode=roughly", code=2, err="--equality_mode")
        self.call("run", MODEL, "--output=result.npy", code=2, err="--output")
        self.call("run", MODEL, "--input", code=2, err="needs a value")
        self.call("bench", MODEL, "--min_time=x", code=2, err="--min_time")
        self.call("bench", MODEL, "--repetitions=0", code=2, err="--repetitions")
        self.call("bench", MODEL, "--repetitions=1001", code=2, err="--repetitions is at most 1000")
        self.call("bench", MODEL, "--batch=0", code=2, err="--batch")
        self.call("demo", "models", code=2, err="--models=DIR")

    def test_no_model(self):
        for verb in ("run", "bench", "check"):
            self.call(verb, code=2, err="needs a model")

    def test_control_characters(self):
        names = {"\x1b[31mred\nline": "?[31mred?line", "\u009b5mblink": "??5mblink", "\u00e4\u20ac": "\u00e4\u20ac"}
        for name, printed in names.items():
            failures = [["run", name], ["bench", name], ["inspect", name], ["check", name], ["demo", f"--models={name}"],
                        ["machine", f"--root={name}"], ["run", MODEL, f"--device={name}"], ["run", MODEL, f"--function={name}"],
                        ["run", MODEL, f"--input=@{name}.npy"], ["run", MODEL, f"--input=@{INPUT}", f"--expected_output=@{name}.npy"],
                        ["run", MODEL, f"--input=@{INPUT}", f"--output=@no/{name}.npy"]]
            mistakes = [[name], ["run", f"--{name}"], ["run", MODEL, f"--output={name}"], ["run", MODEL, f"--stats={name}"],
                        ["run", f"-{name}"], ["demo", name]]
            for code, calls in ((1, failures), (2, mistakes)):
                for arguments in calls:
                    with self.subTest(arguments):
                        done = self.call(*arguments, code=code, err=printed)
                        self.assertRegex(done.stderr, r"^rondo: [^\x00-\x1f\x7f-\x9f]*\n(Try 'rondo [a-z ]*--help'\.\n)?$")

    def test_control_characters_of_a_trace(self):
        done = self.call("run", MODEL, f"--input=@{INPUT}", "--trace=\x1b[31mred", err="?[31mred: ")
        self.assertNotIn("\x1b", done.stderr)

    # Models

    def test_missing_file(self):
        self.call("run", "nowhere.vmfb", code=1, err=["nowhere.vmfb", "NOT_FOUND"])

    def test_folder_as_model(self):
        self.call("run", self.folder, code=1, err="rondo: ")

    def test_damaged_models(self):
        good = MODEL.read_bytes()
        cases = {"empty": b"", "text": b"hello", "half": good[:len(good) // 2], "zeros": bytes(4096), "npy": INPUT.read_bytes()}
        for name, data in cases.items():
            with self.subTest(name):
                self.call("run", self.write(name + ".vmfb", data), code=1, err=["rondo: ", name + ".vmfb"])

    # A crash of native code is told as what it is.
    def test_crashes(self):
        if os.uname().machine not in Elf.MACHINES or any(name in Path(RONDO).read_bytes() for name in (b"__asan_init", b"__tsan_init", b"__msan_init")):
            self.skipTest("sanitizers have reports of their own")
        patterns = {"SIGTRAP": Elf.TRAPS, "SIGILL": Elf.ILLEGAL}
        if os.uname().machine == "x86_64":
            patterns["SIGSEGV"] = {"x86_64": b"\xf4"}  # hlt
        for name, pattern in patterns.items():
            with self.subTest(name):
                path = self.write("query.vmfb", Elf().crashing_query(pattern))
                for verb in (["run", f"--input=@{INPUT}"], ["inspect"], ["bench"], ["check"]):
                    self.call(verb[0], path, *verb[1:], code=1, err=[f"rondo: {name} while the embedded ELF executable of ", " was queried: "])
                path = self.write("kernels.vmfb", Elf().crashing_kernels(pattern))
                self.call("inspect", path)
                self.call("run", path, f"--input=@{INPUT}", code=1, err=[f"rondo: {name} in dispatch mlp_dispatch_", " of the model: "])

    def test_unknown_function(self):
        self.call("run", MODEL, "--function=nope", code=1, err=["nope", "NOT_FOUND"])

    def test_unknown_device(self):
        self.call("run", MODEL, "--device=gpu", code=1, err=["gpu", "NOT_FOUND"])
        self.call("run", MODEL, "--queues=rows", code=2, err="--queues=rows is neither nodes nor clusters")
        self.call("run", MODEL, "--queue=0", "--cpus=0", code=2, err="excludes --queues and --cpus")
        self.call("run", MODEL, "--queue=0", "--queues=nodes", code=2, err="excludes --queues and --cpus")
        self.call("run", MODEL, "--queue=0", code=1, err=["queues", "are for local-task", "INVALID_ARGUMENT"])
        task = ["run", MODEL, "--device=local-task"]
        first = min(os.sched_getaffinity(0))
        self.call(*task, f"--queue={first}", f"--queue={first}", code=1, err=[f"CPU {first} is in an earlier set", "INVALID_ARGUMENT"])
        self.call(*task, f"--queue={first}", "--queue=99999", code=1, err=["99999"])

    def test_memory_budget(self):
        self.call("run", MODEL, f"--input=@{INPUT}", "--memory-budget=16", code=1, err="RESOURCE_EXHAUSTED")

    # Inputs

    def test_arity(self):
        self.call("run", MODEL, code=1, err=["0 of 1 inputs given", "takes 1 input (1x64xf32 input0)"])
        self.call("run", MODEL, f"--input=@{INPUT}", "--input=f32=1", code=1, err="takes 1 input")

    def test_wrong_shape_and_type(self):
        _, count = npy_shape(INPUT)
        self.call("run", MODEL, f"--input={count + 1}xf32=1", code=1, err="INVALID_ARGUMENT")
        self.call("run", MODEL, f"--input=1x{count + 1}xf32=1", code=1, err="INVALID_ARGUMENT")
        self.call("run", MODEL, f"--input=1x{count}xi8=1", code=1, err="INVALID_ARGUMENT")
        self.call("run", MODEL, "--input=(null)", code=1, err="rondo: ")
        self.call("run", MODEL, "--input=&4xf32", code=1, err="rondo: ")

    def test_which_input(self):
        self.call("run", MODEL, f"--input=@{INPUT}", "--input=f32=1", code=1, err="--input[1] 'f32=1': more than 1 value; @mlp takes")
        self.call("run", MODEL, f"--input=@{INPUT}", "--expected_output=(ignored)", "--expected_output=5", code=1,
                  err="--expected_output[1] '5': a tensor needs")

    def test_failing_call(self):
        for verb in ("run", "bench"):
            done = self.call(verb, MODEL, "--input=1x65xf32=1", code=1, err=f"rondo: {MODEL}: @mlp: ")
            self.assertRegex(done.stderr, r"^[^\n]*: INVALID_ARGUMENT\n$")

    def test_bad_texts(self):
        cases = {
            "5": "shape and a type", "": "empty", "4xf32=1 2": "underflow", "4xf32=1 2 3 4 5": "overflow",
            "2xi8=300": "no value of type i8", "2xfoo=1": "no element type", "-1xf32": "dimension 0", "99999999999xf32": "limit",
            "4294967296x4294967296xf32": "OUT_OF_RANGE", "@x.txt": "only .npy", "@nowhere.npy": "NOT_FOUND",
            "4xf32=@nowhere.bin": "NOT_FOUND", "2x\x1b[31mf32=1": "no element type",
        }
        for text, words in cases.items():
            with self.subTest(text):
                done = self.call("run", MODEL, f"--input={text}", code=1, err=[words, "--input[0] '", "; @mlp takes 1 input (1x64xf32 input0): "])
                self.assertRegex(done.stderr, r"^rondo: [^\x00-\x1f]*\n$")  # one line

    def test_bad_npy(self):
        good = npy_bytes("<f4", "(2,)", bytes(8))
        cases = {
            "short": (good[:-1], "DATA_LOSS"), "header": (good[:40], "DATA_LOSS"), "magic": (b"PK" + good[2:], "INVALID_ARGUMENT"),
            "object": (npy_bytes("|O", "(2,)", bytes(16)), "UNIMPLEMENTED"), "empty": (b"", "OUT_OF_RANGE"),
            "huge": (npy_bytes("<f4", "(999999999999,)", bytes(8)), "rondo: "), "dict": (good.replace(b"descr", b"dtype"), "offset"),
        }
        for name, (data, words) in cases.items():
            with self.subTest(name):
                self.call("run", MODEL, f"--input=@{self.write(name + '.npy', data)}", code=1, err=[words, name + ".npy"])

    # Who writes into these pipes never closes them.
    def test_endless_inputs(self):
        for name, head in (("npy", npy_bytes("<f4", "(2,)", bytes(8))), ("raw", bytes(8))):
            with self.subTest(name):
                path = self.folder / f"pipe.{name}"
                os.mkfifo(path)
                file = os.open(path, os.O_RDWR)
                self.addCleanup(os.close, file)
                os.write(file, head + bytes(1000))
                text = f"@{path}" if name == "npy" else f"2xf32=@{path}"
                self.call("run", VALUES, "--function=traced", f"--input={text}", "--input=i8=1", out="2xf32=0 0\n")
        self.call("run", VALUES, "--function=traced", "--input=4xf32=@/dev/zero", "--input=i8=1", out="4xf32=0 0 0 0\n")

    def test_device_as_model(self):
        for verb in ("run", "inspect"):
            self.call(verb, "/dev/zero", code=1, err=["/dev/zero", "is a device"])

    def test_memory_budget_of_inputs(self):
        path = self.write("claims.npy", npy_bytes("<f4", "(1000000,)", b""))
        self.call("run", MODEL, f"--input=@{path}", "--memory-budget=1M", code=1, err=["needs 4000000 bytes, the limit is 1048576", "claims.npy"])

    def test_raw_file_too_short(self):
        path = self.write("raw.bin", bytes(8))
        self.call("run", MODEL, f"--input=4xf32=@{path}", code=1, err=["raw.bin", "OUT_OF_RANGE"])

    # Results

    def test_run(self):
        done = self.call("run", MODEL, f"--input=@{INPUT}")
        lines = done.stdout.splitlines()
        self.assertRegex(lines[0], r"^EXEC @\S+$")
        self.assertEqual(lines[1], "result[0]: hal.buffer_view")
        shape, _ = npy_shape(OUTPUT)
        self.assertTrue(lines[2].startswith("x".join(map(str, shape)) + "xf32="))
        self.assertEqual(self.call("run", "--module", MODEL, "--input", f"@{INPUT}").stdout, done.stdout)

    def test_stats(self):
        self.call("run", MODEL, f"--input=@{INPUT}", "--stats", err=["load", "memory"])

    def test_expected(self):
        self.call("run", MODEL, f"--input=@{INPUT}", f"--expected_output=@{OUTPUT}", "--expected_rtol=1e-3", out="[SUCCESS]")
        shape, _ = npy_shape(OUTPUT)
        zeros = "x".join(map(str, shape)) + "xf32=12345"
        self.call("run", MODEL, f"--input=@{INPUT}", f"--expected_output={zeros}", code=1, out="[FAILED] result[0]: element at index 0")
        self.call("run", MODEL, f"--input=@{INPUT}", "--expected_output=7xi8", code=1, out="metadata is")
        self.call("run", MODEL, f"--input=@{INPUT}", "--expected_output=(ignored)", out="[SUCCESS]")

    # What IREE's runner prints.
    def test_lists(self):
        self.assertEqual(self.call("run", VALUES, "--function=mixed", "--input=2xf32=1", "--input=1.5").stdout, """\
EXEC @mixed
result[0]: vm.list
child_list[0]: i32=-1
child_list[1]: i64=7
child_list[2]: f32=2.5
child_list[3]: f64=1.5
child_list[4]: hal.buffer_view
2xf32=1 1
child_list[5]: vm.buffer
(no printer)
child_list[6]: (null)

result[1]: i32=-1
""")
        self.assertEqual(self.call("run", VALUES, "--function=nested", "--input=&4xi8").stdout, """\
EXEC @nested
result[0]: vm.list
child_list[0]: vm.list
child_list[0]: i32=-56
child_list[1]: i32=0

child_list[1]: vm.list

child_list[2]: hal.buffer
(no printer)

""")
        self.assertEqual(self.call("run", VALUES, "--function=none").stdout,
                         "EXEC @none\nresult[0]: vm.buffer\n(no printer)\nresult[1]: (null)\n")
        self.assertEqual(self.call("run", VALUES, "--function=mixed", "--input=2xf32=1", "--input=1.5", "--output=-", "--output=").stdout.count("child_list"), 7)

    def test_list_in_itself(self):
        text = self.call("run", VALUES, "--function=cycle").stdout
        self.assertEqual(text.count("child_list[0]: vm.list\n"), text.count("child_list[1]: (null)\n"))
        self.assertEqual(text.count("\n...\n"), 1)
        self.assertLess(len(text), 10000)

    def test_traced_tensors(self):
        inputs = ["--input=2xf32=1", "--input=3000xi8=3"]
        done = self.call("run", VALUES, "--function=traced", *inputs, "--output_max_element_count=2", out="2xf32=1 1")
        self.assertEqual(done.stderr, "=== both ?[31minputs ===\n2xf32=1 1\n3000xi8=" + " ".join("3" * 3000) +
                         "\n\n=== first ===\n2xf32=1 1\n\n")

    def test_output_files(self):
        arguments = ["run", MODEL, f"--input=@{INPUT}"]
        self.call(*arguments, "--output=@a.npy")
        self.call(*arguments, "--output=@a.bin")
        _, count = npy_shape(self.folder / "a.npy")
        self.assertEqual((self.folder / "a.bin").stat().st_size, 4 * count)
        once = (self.folder / "a.npy").read_bytes()
        self.call(*arguments, "--output=+a.npy")
        self.assertEqual((self.folder / "a.npy").read_bytes(), once * 2)
        self.call(*arguments, "--output=@a.npy")
        self.assertEqual((self.folder / "a.npy").read_bytes(), once)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["a.bin", "a.npy"])  # no temporary file is left

    def test_output_failures(self):
        arguments = ["run", MODEL, f"--input=@{INPUT}"]
        self.call(*arguments, "--output=@nowhere/a.npy", code=1, err=["nowhere/a.npy", "NOT_FOUND"])
        self.call(*arguments, "--output=-", "--output=-", code=1, err=["given 2 times", "1 result"])

    def test_full_disk(self):
        if not Path("/dev/full").exists():
            self.skipTest("no /dev/full")
        bench = ["bench", MODEL, f"--input=@{INPUT}", "--quick"]
        calls = [["run", MODEL, f"--input=@{INPUT}"], bench, [*bench, "--json"], ["inspect", MODEL], ["check", MODEL],
                 ["demo", f"--models={MODELS}", "--min_time=0.01", "--duration=0"], ["machine"], ["machine", "--check"], ["bench", "--timer", "--quick"], ["--version"], ["--help"], ["help", "run"]]
        for arguments in calls:
            with self.subTest(arguments[0]), open("/dev/full", "wb") as full:
                done = subprocess.run([RONDO, *map(str, arguments)], stdout=full, stderr=subprocess.PIPE, text=True, timeout=TIMEOUT_S,
                                      check=False)
                self.assertEqual(done.returncode, 1)
                self.assertIn("rondo: cannot write to stdout", done.stderr)

    # The other verbs

    def test_bench(self):
        self.call("bench", MODEL, f"--input=@{INPUT}", "--quick", out=["samples", "p99.9", "back to back", "clock"])

    def test_bench_json(self):
        import json
        done = self.call("bench", MODEL, f"--input=@{INPUT}", "--quick", "--repetitions=2", "--json")
        report = json.loads(done.stdout)
        self.assertEqual(len(report["repetitions"]), 2)
        for row in report["repetitions"]:
            order = [row[key] for key in ("min_ns", "p50_ns", "p90_ns", "p99_ns", "p99.9_ns", "max_ns")]
            self.assertEqual(order, sorted(order))
            self.assertGreater(row["samples"], 0)
            self.assertEqual(row["kept_samples"], min(row["samples"], 1000000))

    def test_bench_pause(self):
        """Sleeps before each sample, so that few fit, and times nothing back to back."""
        import json
        done = self.call("bench", MODEL, f"--input=@{INPUT}", "--quick", "--pause-us=10000", "--json")
        row = json.loads(done.stdout)["repetitions"][0]
        self.assertTrue(1 <= row["samples"] <= 6, row)
        self.assertEqual(row["back_to_back_calls"], 0)
        self.call("bench", MODEL, "--pause-us=-1", code=2, err="--pause-us")

    # No times are asserted, which are the machine's: only what holds on every machine.
    def test_bench_timer(self):
        report = json.loads(self.call("bench", "--timer", "--quick", "--json").stdout)
        self.assertFalse(report["interrupted"])
        self.assertEqual(report["timer_slack_ns"], 1)
        self.assertIn("SCHED_", report["class"])
        cpus = sorted(os.sched_getaffinity(0))
        self.assertEqual([cpu["cpu"] for cpu in report["cpus"]], cpus)
        for number, cpu in enumerate(report["cpus"]):
            self.assertEqual([row["sleep_ns"] for row in cpu["sleeps"]], [100000, 500000, 1000000, 5000000])
            wakers = [cpus[number], cpus[(number + 1) % len(cpus)]] if len(cpus) > 1 else cpus
            self.assertEqual([row["waker_cpu"] for row in cpu["wakes"]], wakers)
            for row in [cpu["yield"], *cpu["sleeps"], *cpu["wakes"]]:
                order = [row[key] for key in ("p50_ns", "p99_ns", "p99.9_ns", "max_ns")]
                self.assertEqual(order, sorted(order))
                self.assertGreaterEqual(order[0], 0)
                self.assertGreater(row["samples"], 0)
            self.assertGreater(cpu["clock_ns"], 0)
            # What all but one in a thousand sleeps keep, in whole steps, and no step more.
            latest = max(row["p99.9_ns"] for row in cpu["sleeps"])
            self.assertEqual(cpu["margin_ns"] % 10000, 0)
            self.assertGreaterEqual(cpu["margin_ns"], latest)
            self.assertLess(cpu["margin_ns"] - latest, 10001)
        self.assertEqual(report["margin_ns"], max(cpu["margin_ns"] for cpu in report["cpus"]))
        self.assertEqual(report["is_enough"], report["margin_ns"] <= report["release_margin_ns"])
        self.assertEqual(report["sleeps"], sum(row["samples"] for cpu in report["cpus"] for row in cpu["sleeps"]))
        self.assertLessEqual(report["late_sleeps"], report["sleeps"])

    def test_bench_timer_margin_is_the_executors(self):
        told = json.loads(self.call("bench", "--timer", "--quick", "--json").stdout)["release_margin_ns"]
        source = (ROOT / "src" / "task" / "margin.h").read_text()
        self.assertEqual(re.findall(r"RDO_MARGIN_DEFAULT_NS = (\d+)", source), [str(told)])

    def test_bench_timer_text(self):
        done = self.call("bench", "--timer", "--quick", out=["How late sleeps end", "How soon a sleeper runs", "What calls cost", "Workers leave 200 us"])
        self.assertNotIn("\x1b", done.stdout + done.stderr)
        for flag in ("model.vmfb", "--input=1", "--function=f", "--cpus=0", "--repetitions=2", "--batch=2", "--trace=x.pftrace", "--device=null"):
            self.call("bench", "--timer", flag, code=2, err=["--timer measures the machine"])

    @unittest.skipUnless(shutil.which("taskset"), "needs taskset")
    def test_bench_timer_on_one_cpu(self):
        cpu = max(os.sched_getaffinity(0))
        done = subprocess.run(["taskset", "-c", str(cpu), RONDO, "bench", "--timer", "--quick", "--json"], capture_output=True, text=True,
                              timeout=TIMEOUT_S, check=True)
        report = json.loads(done.stdout)
        self.assertEqual([entry["cpu"] for entry in report["cpus"]], [cpu])
        self.assertEqual([row["waker_cpu"] for row in report["cpus"][0]["wakes"]], [cpu])

    # What was measured until then is printed.
    def test_bench_timer_interrupt(self):
        process = subprocess.Popen([RONDO, "bench", "--timer", "--json"], stdout=subprocess.PIPE, text=True)
        self.wait_for_signals(process, signal.SIGINT)
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 130, out)
        report = json.loads(out)
        self.assertTrue(report["interrupted"])
        self.assertEqual(report["cpus"][0]["wakes"][0]["samples"], 0)
        self.assertGreater(report["cpus"][0]["sleeps"][0]["samples"], 0)

    def test_bench_interrupt(self):
        process = subprocess.Popen([RONDO, "bench", MODEL, f"--input=@{INPUT}", "--min_time=60", "--warmup_time=0", "--repetitions=1000"],
                                   stdout=subprocess.PIPE, text=True)
        process.stdout.readline()  # it has begun
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 130, out)
        self.assertIn("results", out)

    # A call that never ends: the first Ctrl-C waits for it, the second one does not.
    def test_bench_interrupt_twice(self):
        process = subprocess.Popen([RONDO, "bench", VALUES, "--function=spin", "--input=-1"], stdout=subprocess.PIPE, text=True)
        process.stdout.readline()  # it has begun
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        self.assertIsNone(process.poll())
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 130)

    # SIGTERM does the same, and the exit code tells which it was.
    def test_bench_terminated(self):
        process = subprocess.Popen([RONDO, "bench", MODEL, f"--input=@{INPUT}", "--min_time=60", "--warmup_time=0"], stdout=subprocess.PIPE, text=True)
        process.stdout.readline()  # it has begun
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        out, _ = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 143, out)
        self.assertIn("results", out)

    # Whatever ends a verb, a trace gets its file, and nothing else is left in the folder.
    def test_traces_of_interrupted_verbs(self):
        spin = [VALUES, "--function=spin", "--input=-1"]
        count = [MODEL, f"--input=@{INPUT}", "--min_time=60"]
        cases = [("run", spin, [signal.SIGTERM], -signal.SIGTERM), ("run", spin, [signal.SIGINT], -signal.SIGINT),
                 ("bench", spin, [signal.SIGTERM, signal.SIGTERM], 143), ("bench", spin, [signal.SIGINT, signal.SIGTERM], 143),
                 ("bench", count, [signal.SIGTERM], 143), ("bench", count, [signal.SIGINT], 130)]
        for verb, arguments, signals, code in cases:
            with self.subTest(verb=verb, signals=signals), tempfile.TemporaryDirectory() as folder:
                trace = Path(folder) / "x.pftrace"
                process = subprocess.Popen([RONDO, verb, *map(str, arguments), f"--trace={trace}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
                process.stdout.readline()  # it has begun
                for number in signals:
                    time.sleep(0.3)
                    self.assertIsNone(process.poll())
                    process.send_signal(number)
                _, err = process.communicate(timeout=TIMEOUT_S)
                self.assertEqual(process.returncode, code, err)
                self.assertEqual([path.name for path in Path(folder).iterdir()], ["x.pftrace"])
                self.assertIn(f"trace   {trace}: ", err)
                self.assertGreater(trace.stat().st_size, 100)

    def test_trace_without_a_name(self):
        for arguments in (["run", MODEL, f"--input=@{INPUT}"], ["bench", MODEL, f"--input=@{INPUT}", "--quick"]):
            done = self.call(*arguments, "--trace=", code=2, err="--trace needs the name of a file")
            self.assertEqual(done.stdout, "")

    def wait_for_signals(self, process, number=signal.SIGUSR1):
        """Until a signal is heard: it ends a program that has only begun to start."""
        deadline, bit = time.monotonic() + TIMEOUT_S, 1 << (number - 1)
        while True:
            masks = re.findall(r"^SigCgt:\s*([0-9a-f]+)$", Path(f"/proc/{process.pid}/status").read_text(), re.MULTILINE)
            if any(int(mask, 16) & bit for mask in masks):
                return
            self.assertIsNone(process.poll())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    # SIGUSR1 shows what a program does that seems to hang, and it goes on.
    def test_state_on_request(self):
        def ask(arguments, words):
            process = subprocess.Popen([RONDO, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            lines = []
            try:
                self.wait_for_signals(process)
                for _ in range(2):  # twice: it has gone on
                    deadline = time.monotonic() + TIMEOUT_S
                    process.send_signal(signal.SIGUSR1)
                    while not any(words[-1] in line for line in lines):
                        self.assertLess(time.monotonic(), deadline, lines)
                        lines.append(process.stderr.readline())
                        self.assertTrue(lines[-1], f"it ended: {process.poll()}")
                        if "nothing is loaded" in lines[-1]:  # yet
                            time.sleep(0.1)
                            process.send_signal(signal.SIGUSR1)
                    self.assertIsNone(process.poll())
                    for word in words:
                        self.assertTrue(any(word in line for line in lines), (word, lines))
                    lines = []
            finally:
                process.kill()
                process.communicate(timeout=TIMEOUT_S)
        spin = ["--function=spin", "--input=-1"]
        ask(["run", VALUES, *spin], ["device local-sync", "queue 0: "])
        ask(["run", VALUES, *spin, "--device=local-task", "--workers=2"],
            ["device local-task", "queue 0: ", "executor: 2 workers", "worker 0 on CPU", "worker 1 on CPU"])
        ask(["bench", MODEL, f"--input=@{INPUT}", "--min_time=60"], ["device local-sync", "queue 0: "])
        ask(["play", f"{MODELS / 'mlp_f32' / 'mlp_f32.vmfb'},period=2ms,name=pulse", "--workers=1", "--duration=60"],
            ["executor: 1 workers", "worker 0 on CPU", "job pulse, queue 0: "])

    def test_interrupt_of_other_verbs(self):
        process = subprocess.Popen([RONDO, "run", VALUES, "--function=spin", "--input=-1"], stdout=subprocess.PIPE, text=True)
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, -signal.SIGINT)

    def test_inspect(self):
        done = self.call("inspect", MODEL, out=["module mlp", "functions\n", "executables\n", "embedded-elf-arm_64, ", "embedded-elf-riscv_64, ",
                                                "(not for this machine)"])
        self.assertEqual(done.stdout.count("executables\n"), 1)
        self.assertNotIn("needs\n", done.stdout)
        self.call("inspect", MODEL, "--imports", out=["needs\n", "hal.executable.create("])
        done = self.call("inspect", VALUES, "--all", "--device=null", out="needs\n")
        self.assertNotIn("executables", done.stdout)

    def recordings_of(self, *arguments):
        """Pairs of a recording's header and its commands."""
        lines = self.call("inspect", *arguments, "--recordings").stdout.splitlines()
        begins = [i for i, line in enumerate(lines) if line.startswith("recording ")]
        return [(lines[i], [line for line in lines[i + 1:] if line.startswith("  region ")]) for i in begins]

    # Every command of a recording, with its region, kernel, workgroups and bindings, with and without native code.
    def test_inspect_recordings(self):
        for device in ("null", "local-sync", "local-task"):
            with self.subTest(device):
                (header, commands), = self.recordings_of(MODEL, f"--device={device}")
                self.assertEqual(header, "recording mlp_f32 global[3]  5 commands (5 dispatches) in 5 regions, 3 binding slots")
                self.assertEqual(len(commands), 5)
                self.assertEqual(commands[0], "  region   0  dispatch mlp_dispatch_0_matmul_1x64x64_f32  1x1x1 workgroups  "
                                              "bindings slot 0[0+256], buffer #1[0+66048], slot 2[0+512]")
                self.assertEqual(commands[4], "  region   4  dispatch mlp_dispatch_4_matmul_1x2x64_f32  1x1x1 workgroups  "
                                              "bindings slot 2[0+512], buffer #1[0+66048], slot 1[0+8]")
                (header, commands), = self.recordings_of(COUNTER, f"--device={device}")
                self.assertEqual(commands[1], "  region   1  copy slot 2[0+16] to slot 3[0+16]")

    # Shapes that only a call knows: the call makes the recording.
    def test_inspect_recordings_of_a_call(self):
        self.call("inspect", DYNAMIC, "--recordings", out=["none in globals (a model with dynamic shapes records in every call"])
        for device in ("null", "local-sync", "local-task"):
            for rows in (3, 7):
                with self.subTest(device=device, rows=rows):
                    (header, commands), = self.recordings_of(DYNAMIC, f"--device={device}", f"--input={rows}x4xf32")
                    self.assertEqual(header, "recording made 1  1 commands (1 dispatches) in 1 regions, 0 binding slots")
                    size = 16 * rows
                    self.assertRegex(commands[0], rf"^  region   0  dispatch scale_dispatch_0_reduction_Dx4_f32  1x1x1 workgroups  "
                                                  rf"constants {rows} 0  bindings buffer #\d\[0\+{size}\], buffer #\d\[0\+{size}\]$")
        # What a model has recorded before, a call does not make again.
        self.assertEqual(len(self.recordings_of(MODEL, "--device=null", f"--input=@{INPUT}")), 1)
        self.call("inspect", DYNAMIC, "--recordings", "--device=null", "--function=nobody", code=1, err="nobody")
        self.call("inspect", DYNAMIC, "--recordings", "--device=null", "--input=3x5xf32", code=1, err="dynamic.vmfb: @scale: ")
        self.call("inspect", DYNAMIC, "--input=3x4xf32", code=2, err="say what to call for --recordings")

    # One that is no ELF file and no format of ours.
    def test_inspect_foreign_executable(self):
        data = MODEL.read_bytes()
        self.assertEqual(data.count(b"\x7fELF"), 3)
        data = data.replace(b"\x7fELF", b"FORE").replace(b"embedded-elf-arm_64", b"vmvx-bytecode-fb\x1b[m")
        done = self.call("inspect", self.write("foreign.vmfb", data), out=["vmvx-bytecode-fb?[m, 5256 bytes (format not supported)\n"])
        self.assertEqual(done.stdout.count("  rodata["), 3)

    # The command ends a wait without end after two seconds; one that ends by itself it leaves alone.
    def test_waits(self):
        calls = {timeout_ms: subprocess.Popen([RONDO, "run", VALUES, "--function=wait", f"--input={timeout_ms}"], text=True,
                                              stdout=subprocess.PIPE, stderr=subprocess.PIPE) for timeout_ms in (2500, 100, 0, -1)}
        for timeout_ms, process in calls.items():
            out, err = process.communicate(timeout=TIMEOUT_S)
            with self.subTest(timeout_ms):
                self.assertEqual(process.returncode, 1 if timeout_ms < 0 else 0, err)
                if timeout_ms < 0:
                    self.assertIn("longer than the limit of 2000 ms", err)
                else:
                    self.assertIn("result[0]: i32=4\n", out)  # DEADLINE_EXCEEDED

    # Plans

    SHOP = b"3 2\n2 1 0 3 2 0 4 1 5\n1 1 1 7\n2 2 0 2 1 2 1 0 6\n"

    def test_plan(self):
        shop = self.write("shop.txt", self.SHOP)
        self.call("plan", f"--fjsp={shop}", "--show", out=["5 operations of 3 jobs on 2 machines", "makespan  12, proved to be the best", "gap 0.00 %", "\n     0  "])
        done = self.call("plan", "--fjsp", shop, "--json", "--output=schedule.json", "--seed=3", "--threads=2", "--time-limit=5")
        result = json.loads(done.stdout)
        self.assertEqual((result["makespan"], result["bound"], result["gap"], result["optimal"]), (12, 12, 0, True))
        schedule = json.loads((self.folder / "schedule.json").read_text())
        self.assertEqual(len(schedule["operations"]), 5)
        self.assertEqual(max(row["end"] for row in schedule["operations"]), 12)

    def test_plan_repeats(self):
        lines = [f"6 {' '.join(f'2 {(j + o) % 4} {(j * 7 + o * 5) % 9 + 1} {(j + o * 3 + 1) % 4} {(j * 5 + o) % 9 + 1}' for o in range(6))}" for j in range(8)]
        shop = self.write("shop.txt", "\n".join(["8 4", *lines]).encode())
        texts = []
        for name in ("a.json", "b.json"):
            self.call("plan", f"--fjsp={shop}", "--iterations=3000", "--threads=2", "--seed=5", f"--output={name}")
            texts.append((self.folder / name).read_text())
        self.assertEqual(texts[0], texts[1])
        done = json.loads(self.call("plan", f"--fjsp={shop}", "--time-limit=0", "--json").stdout)
        self.assertEqual((done["method"], done["iterations"]), ("list", 0))

    def test_plan_failures(self):
        self.call("plan", code=2, err="needs a problem: --fjsp=FILE")
        self.call("plan", "--fjsp=x", "y", code=2, err="unexpected argument 'y'")
        self.call("plan", "--fjsp=x", "--threads=300", code=2, err="at most 256")
        self.call("plan", "--fjsp=no-such-file", code=1, err="no-such-file")
        for text, words in ((b"", ":1: the file is empty"), (b"1 1\n1 1 0 x\n", ":2: 'x' where a duration should be"), (b"1 1\n1 1 4 2\n", ":2: a machine is 4")):
            shop = self.write("shop.txt", text)
            self.call("plan", f"--fjsp={shop}", code=1, err=[f"rondo: {shop}", words])
        self.call("plan", f"--fjsp={self.write('shop.txt', self.SHOP)}", "--output=no/such/folder", code=1, err="no/such/folder")

    def test_plan_cpsat(self):
        """The other solver is a script; without its package it says so, and with it the optimum is the same."""
        shop = self.write("shop.txt", self.SHOP)
        self.call("plan", f"--fjsp={shop}", "--solver=x", code=2, err="none of rondo, cpsat")
        self.call("plan", "--check=x", "--solver=cpsat", code=2, err="is for job shops")
        self.call("plan", f"--fjsp={shop}", "--solver=cpsat", "--show", code=2, err="neither --iterations nor --show")
        self.call("plan", "--fjsp=no-such-file", "--solver=cpsat", code=1, err="no-such-file")
        self.call("plan", f"--fjsp={shop}", "--solver=rondo", out="makespan  12")
        with unittest.mock.patch.dict(os.environ, RONDO_CPSAT="no/such.py"):
            self.call("plan", f"--fjsp={shop}", "--solver=cpsat", code=1, err=["no/such.py", "RONDO_CPSAT"])
        with unittest.mock.patch.dict(os.environ, RONDO_PYTHON="no-such-python"):
            self.call("plan", f"--fjsp={shop}", "--solver=cpsat", code=1, err=["cannot start no-such-python", "RONDO_PYTHON"])
        (self.folder / "ortools.py").write_text("raise ImportError('not here')\n")
        with unittest.mock.patch.dict(os.environ, RONDO_PYTHON=sys.executable, PYTHONPATH=str(self.folder)):
            self.call("plan", f"--fjsp={shop}", "--solver=cpsat", code=1, err=["cannot load ortools (not here)", "pip install ortools=="])

    def test_plan_cpsat_agrees(self):
        python = ROOT / "build" / "venv-cpsat" / "bin" / "python"
        if not python.exists():
            self.skipTest("no ortools (make bench-fjsp installs it into build/venv-cpsat)")
        shop = self.write("shop.txt", self.SHOP)
        with unittest.mock.patch.dict(os.environ, RONDO_PYTHON=str(python)):
            done = self.call("plan", f"--fjsp={shop}", "--solver=cpsat", "--json", "--time-limit=20", "--output=cpsat.json")
        result = json.loads(done.stdout)
        self.assertEqual((result["makespan"], result["bound"], result["optimal"]), (12, 12, True))
        operations = json.loads((self.folder / "cpsat.json").read_text())["operations"]
        self.assertEqual((len(operations), max(row["end"] for row in operations)), (5, 12))

    @staticmethod
    def profile():
        def costs(us):
            return [{"cluster": "P", "workers": n, "p50_us": us / n, "samples": 9} for n in (1, 2)] + [{"cluster": "E", "p50_us": 2 * us, "samples": 9}]

        def model(name, *times):
            nodes = [{"export": f"{name}_dispatch_{i}", "command": i, "tiles": 2, "predecessors": [i - 1] if i else [], "costs": costs(us)} for i, us in enumerate(times)]
            return {"model": f"{name}.vmfb", "function": "main", "nodes": nodes}

        return {"clusters": [{"name": "P", "workers": 2}, {"name": "E"}], "models": [model("control", 100, 50), model("net", 3000, 2000, 1000)]}

    def write_jobs(self, **control):
        machine = {"clusters": [{"name": "P", "cpus": "0-1"}, {"name": "E", "cpus": "2"}]}
        jobs = [{"name": "control", "model": "control.vmfb", "period_ms": 2, "deadline_ms": 1, **control}, {"name": "net", "model": "net.vmfb", "period_ms": 10}]
        for name, value in (("machine.json", machine), ("profile.json", self.profile()), ("jobs.json", {"machine": "machine.json", "jobs": jobs})):
            (self.folder / name).write_text(json.dumps(value))
        return "jobs.json", "--profile=profile.json", "--iterations=200", "--threads=1"

    def test_plan_jobs(self):
        jobs = self.write_jobs()
        self.call("plan", *jobs, "-o", "plan.json", "--show", "--plot=plan.svg", "--graph=plan.dot",
                  out=["13 dispatches of 6 calls on 2 lanes, hyperperiod 10 ms", "makespan  ", "bound ", "control: 5 calls each 2 ms, worst latency ", " of 1 ms", "\n  P  ",
                       "A control, B net", "critical path, 3 dispatches: net0_dispatch_0 net0_dispatch_1 net0_dispatch_2", "parallelism: "])
        self.call("plan", "--check=plan.json", out="plan.json: 13 dispatches, 0 findings")
        plan = json.loads((self.folder / "plan.json").read_text())
        self.assertEqual(len(plan["dispatches"]), 13)
        self.assertEqual(plan["period_ns"], 10_000_000)
        self.assertEqual([job["name"] for job in plan["jobs"]["jobs"]], ["control", "net"])
        self.assertTrue((self.folder / "plan.svg").read_text().startswith("<svg"))
        self.assertTrue((self.folder / "plan.dot").read_text().startswith("digraph"))
        result = json.loads(self.call("plan", *jobs, "--json", "--objective=makespan,phase", "--slack=100").stdout)
        self.assertEqual((result["admitted"], result["dispatches"], result["reasons"]), (True, 13, []))
        self.assertLessEqual(result["jobs"][0]["worst_latency_ns"], 1_000_000)
        # Whether it can be repeated, and when; one time only where that is asked for.
        self.assertEqual((result["repeats"], result["period_ns"], result["hyperperiod_ns"]), (True, 10_000_000, 10_000_000))
        result = json.loads(self.call("plan", *jobs, "--horizon=20", "--json").stdout)
        self.assertEqual((result["repeats"], result["period_ns"], result["calls"]), (True, 20_000_000, 12))
        self.call("plan", *jobs, "--horizon=15", code=1, err="jobs.json: all periods together repeat each 10 ms, so a plan of 15 ms cannot be repeated")
        self.call("plan", *jobs, "--horizon=15", "--once", "-o", "once.json", out=["of 10 calls on 2 lanes, hyperperiod 10 ms, for one time"])
        done = subprocess.run([RONDO, "plan", "--check=once.json"], capture_output=True, text=True, cwd=self.folder, timeout=TIMEOUT_S, check=True)
        self.assertIn("note: once.json: period: is missing, so this is a plan for one time", done.stdout)
        self.assertIn("0 findings", done.stdout)
        # In windows.
        self.call("plan", *jobs, "--window=4", "--window-overlap=1", "-o", "windows.json",
                  out=["13 dispatches of 6 calls", "(windows)", "windows   3, weighted tardiness 0 ms in all", "window 0, 0 to 4 ms: ", "window 2, 8 to 12 ms: ", " again, beside "])
        self.call("plan", "--check=windows.json", out="windows.json: 13 dispatches, 0 findings")
        self.call("plan", *jobs, "--windows=25", out=["window 19, ", "... and 5 windows more"])
        result = json.loads(self.call("plan", *jobs, "--window=5", "--windows=4", "--json").stdout)
        self.assertEqual((result["calls"], len(result["windows"]), result["windows"][3]["end_ns"]), (12, 4, 20_000_000))
        result = json.loads(self.call("plan", "plan.json", "--iterations=200", "--windows=2", "--json").stdout)
        self.assertEqual((result["admitted"], len(result["windows"])), (True, 2))
        for flags, words in ((("--window-overlap=1",), "--window-overlap needs --window or --windows"), (("--window=2", "--window-overlap=2"), "is to be less than --window"),
                             (("--windows=20000",), "--windows at most 10000"), (("--window=nan",), "--window")):
            self.call("plan", *jobs, *flags, code=2, err=words)
        # An earlier plan is planned again.
        self.call("plan", "plan.json", "--iterations=200", "-o", "again.json", out="13 dispatches of 6 calls")
        self.call("plan", "--check=again.json", out="0 findings")
        # What is broken in a plan is listed.
        plan["dispatches"]["net0_dispatch_1"]["start_ns"] -= 1000
        plan["dispatches"]["net0_dispatch_1"]["start_time"] -= 0.001
        (self.folder / "plan.json").write_text(json.dumps(plan))
        self.call("plan", "--check=plan.json", code=1, out="plan.json: dispatches.net0_dispatch_1.dependencies: precedence: starts at ")

    def test_plan_modules(self):
        self.write_jobs()
        files = {"workload.json": {"control": {"dispatches": [{"name": "a", "estimated_cycles": 100_000, "frequency": 500}]}, "net": {"dispatches": [{"name": "b", "estimated_cycles": 3_000_000, "frequency": 100}]}},
                 "topology.json": {"clusters": [{"id": 0, "cores": [0, 1], "max_frequency_mhz": 1000}]}, "dependencies.json": {"control.0": "net.0"}, "deadlines.json": {"control.main": 1_900_000}}
        for name, value in files.items():
            (self.folder / name).write_text(json.dumps(value))
        flags = ("--hardware-config=topology.json", "--dependencies", "dependencies.json", "--deadlines=deadlines.json", "--profile=workload.json", "--iterations=200", "--output=plan.json")
        self.call("plan", "--modules", "control.vmfb", "net.vmfb", *flags, code=1, err='"control" cannot end within 1.9 ms')
        (self.folder / "dependencies.json").write_text("{}")
        self.call("plan", "--modules", "control.vmfb", "net.vmfb", *flags, out="6 dispatches of 6 calls")
        self.call("plan", "--check=plan.json", "--machine=topology.json", out="0 findings")

    def test_plan_refusal(self):
        jobs = self.write_jobs(deadline_ms=0.05)
        self.call("plan", *jobs, "-o", "plan.json", code=1,
                  err=['jobs.json: jobs[0].deadline: "control" cannot end within 0.05 ms: its critical path takes 0.075 ms', "with all periods and deadlines 1.5", "nothing is written"])
        self.assertFalse((self.folder / "plan.json").exists())
        result = json.loads(self.call("plan", *jobs, "--json", code=1).stdout)
        self.assertFalse(result["admitted"])
        self.assertGreaterEqual(result["scale"], 1.5)
        self.call("plan", *jobs, "-o", "plan.json", "--allow-late", out=["5 late", "late      jobs.json: jobs[0].deadline"])
        self.call("plan", "--check=plan.json", code=1, out="instances.control0.deadline: deadline: is 0.05 ms, but its last dispatch ends at")

    def test_plan_schedule(self):
        dispatch = {"hardware_target": "P", "duration": 4, "job_name": "net"}
        (self.folder / "s.json").write_text(json.dumps({"dispatches": {"a": dispatch, "b": dispatch}, "metadata": {"machines": ["P", "E"]}}))
        self.call("plan", "s.json", "--time=1", out="makespan  8.000000 ms, proved to be the shortest")
        self.call("plan", "s.json", "--time=1", "--overlap=2", out="makespan  4.000000 ms")
        self.call("plan", "s.json", "--time=1", "--move=net=P,E", "-o", "moved.json", out="makespan  4.000000 ms")
        self.call("plan", "s.json", "--time=1", "--move=net=P+E", out="makespan  4.000000 ms")
        self.call("plan", "s.json", "--move=x=P", code=1, err="--move=x=P: s.json has no job of this name")
        self.call("plan", "--check=s.json", code=1, out=["s.json: dispatches.b.start_time: overlap: at 0 ms 2 workers of P are planned for, of 1", "s.json: 2 dispatches, 2 findings"])
        self.call("plan", "s.json", "s.json", code=2, err="unexpected argument")
        self.call("plan", "s.json", "--fjsp=x", code=2, err="unexpected argument 's.json'")
        self.call("plan", "s.json", "--objective=speed", code=2, err="'speed' is none of makespan, tardiness, phase, energy")
        self.call("plan", "--check=no-such-file", code=1, err="no-such-file")
        self.call("plan", "s.json", "-o", "no/such/folder.json", code=1, err="no/such/folder.json")

    def test_plan_interrupt(self):
        # Two jobs of order against order on many machines: the bound is not reached.
        jobs = [[(j * (o + 1) * 7 + o * o) % 10 for o in range(10)] for j in range(1, 16)]
        lines = [f"10 {' '.join(f'1 {machine} {(machine * 13 + j * 17) % 89 + 10}' for machine in job)}" for j, job in enumerate(jobs)]
        shop = self.write("shop.txt", "\n".join(["15 10", *lines]).encode())
        process = subprocess.Popen([RONDO, "plan", f"--fjsp={shop}", "--time_limit=600", "--json"], stdout=subprocess.PIPE, text=True)
        self.wait_for_signals(process, signal.SIGINT)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 0 if json.loads(out)["optimal"] else 130, out)

    # Playing

    def test_play(self):
        jobs = (MODELS / "dronet_f32" / "dronet_f32.vmfb", f"{MODELS / 'mlp_f32' / 'mlp_f32.vmfb'},period=2ms,deadline=1.5ms,name=controller")
        self.call("play", *jobs, "--duration=0.1", out=["2 jobs on ", "dronet: ", "controller: ", "start delay", "latency"])
        result = json.loads(self.call("play", *jobs, "--duration=0.1", "--warmup_time=0.02", "--workers=2", "--json").stdout)
        self.assertEqual(result["workers"], 2)
        self.assertEqual([job["name"] for job in result["jobs"]], ["dronet", "controller"])
        controller = result["jobs"][1]
        self.assertEqual(controller["released"] + controller["skipped"], 50)
        self.assertEqual((controller["failed"], controller["start_delay_ns"]["n"]), (0, controller["released"]))
        self.assertGreaterEqual(controller["start_delay_ns"]["min"], 0)
        self.call("play", jobs[1], "--input=controller:1x64xf32=0.5", "--duration=0.05", out="controller: ")

    def test_play_failures(self):
        model = MODELS / "mlp_f32" / "mlp_f32.vmfb"
        self.call("play", code=2, err="play what?")
        for field in ("period=2", "period=-2ms", "period", "worker=x", "overrun=maybe", "pace=2ms", "", "period=2ms,,name=x"):
            with self.subTest(field):
                self.call("play", f"{model},{field}", code=2, err="is none of name=TEXT")
        self.call("play", "nowhere.vmfb", code=1, err="nowhere.vmfb")
        self.call("play", f"{model},name=x", "--input=y:1x64xf32=1", code=2, err="the name of no job, such as x:VALUE")
        self.call("play", f"{model},name=x", "--input=x:1x64xf32=a", code=1, err="1x64xf32=a")
        self.call("play", f"{model},function=nobody", code=1, err="nobody")
        self.call("play", f"{model},worker=200", code=1, err="worker 200")
        self.call("play", model, "--cpus=900", code=1, err="900")
        self.call("play", model, "--workers=1000", code=2, err="at most 256 workers")

    def test_play_interrupt(self):
        process = subprocess.Popen([RONDO, "play", MODELS / "mlp_f32" / "mlp_f32.vmfb,period=2ms", "--duration=1000", "--warmup_time=0", "--report_every=0.1"],
                                   text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3):  # it runs
            process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("start delay", out)

    def test_play_terminated(self):
        process = subprocess.Popen([RONDO, "play", MODELS / "mlp_f32" / "mlp_f32.vmfb,period=2ms", "--duration=1000", "--warmup_time=0", "--report_every=0.1"],
                                   text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(3):  # it runs
            process.stderr.readline()
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=TIMEOUT_S)
        self.assertEqual(process.returncode, 143, err)
        self.assertIn("start delay", out)

    def test_check_without_tests(self):
        self.call("check", MODEL, code=1, out="0 passed, 0 failed", err="no function without arguments")

    def test_demo(self):
        done = self.call("demo", f"--models={MODELS}", "--min_time=0.02", "--duration=0.1", "--output=here",
                         out=["dronet_f32", "dronet_int8", "mlp_f32", "mlp_int8", "planned", "reserved", "dynamic", "one core each", "here/report.html", "Next:"])
        self.assertNotIn("\x1b", done.stdout)  # no terminal
        self.assertEqual(done.stderr, "")
        self.assertIn("</html>", (self.folder / "here" / "report.html").read_text())
        self.assertGreater((self.folder / "here" / "trace.pftrace").stat().st_size, 0)
        done = self.call("demo", f"--models={MODELS}", "--min_time=0.02", "--duration=0.05", env={"TMPDIR": str(self.folder)})
        self.assertEqual(len(list(self.folder.glob("rondo-demo-*/report.html"))), 1, done.stdout)
        self.call("demo", f"--models={MODELS}", "--min_time=0.02", "--duration=0.05", "--output=no/where", code=1, err="no/where")
        self.call("demo", "--models=nowhere", code=1, err="nowhere")


if __name__ == "__main__":
    if not MODEL.is_file():
        skip(f"no {MODEL}; name the folder with RONDO_MODELS=path")
    main(needs_json=False)

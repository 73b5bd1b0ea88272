#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Writes the seeds of the fuzz targets, made from files of the repository: OUT/{module,elf,npy,input,table,
schedule,machine,jobs,profile,sources,check,dump,fjsp}/.

Usage: seed.py --out DIR
"""

import argparse
import hashlib
import pathlib
import re
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULE_BYTES_MAX = 100_000
NPY_BYTES_MAX = 4096
ELF_MACHINES = {62: 0, 183: 1, 243: 2}  # e_machine -> how elf_fuzz.c names it


def find_modules():
    for folder in ("models", "tests"):
        for path in sorted((ROOT / folder).rglob("*.vmfb")):
            yield path.relative_to(ROOT), path.read_bytes()


def module_seeds():
    for path, data in find_modules():
        if len(data) <= MODULE_BYTES_MAX:
            yield "-".join(path.parts), data


def elf_end(data, begin):
    """End of an ELF file inside data: compilers write the section headers last."""
    (section_offset,) = struct.unpack_from("<Q", data, begin + 40)
    entry_bytes, entry_count = struct.unpack_from("<HH", data, begin + 58)
    return begin + section_offset + entry_bytes * entry_count


def elf_seeds():
    for _, data in find_modules():
        for match in re.finditer(rb"\x7fELF\x02\x01", data):
            begin = match.start()
            (machine,) = struct.unpack_from("<H", data, begin + 18)
            file = data[begin : elf_end(data, begin)]
            if machine in ELF_MACHINES and 64 < len(file) <= MODULE_BYTES_MAX:
                yield hashlib.sha1(file).hexdigest()[:12], bytes([ELF_MACHINES[machine]]) + file


def npy_file(descr, order, shape, data, version=(1, 0)):
    header = repr({"descr": descr, "fortran_order": order == "F", "shape": shape}).encode()
    width = 2 if version == (1, 0) else 4
    padding = -(len(header) + 1 + 8 + width) % 64
    header += b" " * padding + b"\n"
    return b"\x93NUMPY" + bytes(version) + len(header).to_bytes(width, "little") + header + data


def npy_seeds():
    for path in sorted((ROOT / "models").rglob("case0_*.npy")):
        data = path.read_bytes()
        if len(data) <= NPY_BYTES_MAX:
            yield path.parent.name + "-" + path.name, data
    widths = {"|b1": 1, "|i1": 1, "|u1": 1, "<i2": 2, "<u2": 2, "<i4": 4, "<u4": 4, "<i8": 8, "<u8": 8,
              "<f2": 2, "<f4": 4, "<f8": 8, "<c8": 8, "<c16": 16, ">f4": 4}
    for descr, width in widths.items():
        yield "type-" + descr.strip("|<") + ".npy", npy_file(descr, "C", (2, 3), bytes(range(6 * width)))
    small = npy_file("<f4", "C", (2,), bytes(8))
    yield "fortran.npy", npy_file("<i2", "F", (2, 3), bytes(range(12)))
    yield "version2.npy", npy_file("<f4", "C", (4,), bytes(16), (2, 0))
    yield "version3.npy", npy_file("<f4", "C", (4,), bytes(16), (3, 0))
    yield "rank0.npy", npy_file("<f8", "C", (), bytes(8))
    yield "empty.npy", npy_file("<f4", "C", (0, 3), b"")
    yield "two.npy", small + npy_file("|u1", "C", (3,), b"abc")


INPUTS = """5 -17 2.5 -1e-3 0x1F inf nan (null) 4xf32 f32=3.5 4xf32=1 2x2xi32=[1 2][3 4] 2x3xf32=[1,2,3][4,5,6]
1x2x2xi8=[[1 2][3 4]] 3xf16=1 3xbf16=[1.5 -2 inf] 2xf8E4M3FN=[1 2] 2xf8E5M2=-1 4xi4=[1 -2 3 7] 4xi1=[1 0 1 1]
2xcf64=[1 2] cf128=1 4xui64=18446744073709551615 2xsi8=[-128 127] i64=-9223372036854775808 0xf32 2x0x3xf32
*16=0000 2x*8=[00 FF] x12=ABC &4xf32 &4xf32=[1 2 3 4] @a.npy +a.npy *a.npy 4xf32=@f.bin 1x1x1x1x1x1x1x1xf32=1"""


def input_seeds():
    # Items of one line stand between blanks that no bracket encloses.
    for i, text in enumerate(re.findall(r"(?:\[[^\n]*?\](?=\s|$)|\S)+", INPUTS)):
        yield f"{i:02}.txt", text.encode()


def table_seeds():
    lines = (ROOT / "tests" / "data" / "played.csv").read_bytes().splitlines(keepends=True)
    yield "played.csv", b"".join(lines)
    yield "two.csv", b"".join(lines[:3])
    yield "header.csv", lines[0]
    plain = [b",".join(line.rstrip(b"\n").split(b",")[:22]) + b"\n" for line in lines]
    yield "plain.csv", b"".join(plain[:25])
    yield "extra.csv", b"".join(line.rstrip(b"\n") + (b",%d\n" % i if i else b",mine\n") for i, line in enumerate(plain[:4]))


def unit_test_texts(noun):
    """The JSON texts of a unit test: its C strings, joined as the compiler does, that begin as an object."""
    source = (ROOT / "tests" / "unit" / "plan" / f"{noun}.c").read_text()
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"(?:\s*"(?:\\.|[^"\\\n])*")*', source):
        pieces = re.findall(r'"((?:\\.|[^"\\\n])*)"', match[0])
        text = "".join(pieces).replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")
        if text.startswith("{"):
            yield text.encode()


def json_seeds(noun, prefix):
    files = ROOT / "schemas" / "examples"
    for path in sorted(files.glob("*.json")) if files.is_dir() else []:
        yield path.name, prefix + path.read_bytes()
    for i, text in enumerate(unit_test_texts(noun)):
        yield f"{i:03}.json", prefix + text


def schedule_seeds():
    # The first byte is how the text is read.
    yield from json_seeds("schedule_file", b"\0")


def machine_seeds():
    yield from json_seeds("machine_file", b"")


def jobs_seeds():
    yield from json_seeds("jobs_file", b"")


def profile_seeds():
    yield from json_seeds("profile_file", b"")


def check_seeds():
    yield from json_seeds("schedule_file", b"")
    for i, text in enumerate(unit_test_texts("plan_check")):
        yield f"check-{i:03}.json", text
    for name in ("play_plan", "played"):
        yield f"{name}.json", (ROOT / "tests" / "data" / f"{name}.json").read_bytes()


WORKLOAD = b'{"model_a": {"dispatches": [{"name": "conv2d_1", "estimated_cycles": 1500000, "memory_bytes": 4096000, "requires_npu": false, "frequency": 30, ' \
           b'"priority": 7}, {"name": "x", "duration_us": 3, "frequency": 10, "priority": 9}]}, "model_b": {"dispatches": [{"name": "npu_matmul", "estimated_cycles": 2, "requires_npu": true}]}}'
SOURCES = [
    # dependencies, deadlines, workload, keys and values of attributes
    [b'{"model_b.plan.input": "model_a.output", "model.c.x": "model_b.plan"}', b'{"model_a.predict": 33000000, "model_b.plan": 100000000}', WORKLOAD],
    [b'{"model_b.plan": "model_a.predict"}', b'{"model_b.plan": 5, "model_b.predict": 6}', b"", b"period_ms", b"2", b"deadline_us", b"1.5e3", b"priority", b"200"],
    [b"", b"", WORKLOAD, b"rate_hz", b"30", b"lanes", b"P, E", b"colour", b"red", b"cpu.x86_64", b"avx"],
    [b'{"model_b.0": "model_a.0"}', b"", b"", b"overrun", b"degrade", b"degrade_to", b"plan", b"on_error", b"stop"],
    [b'{"model_a.0": "model_b.plan.1", "model_b.plan.0": "model_a.0"}', b'{"model_b.plan": 5}', b""],
    [b'{"model_b": "model_a.output"}', b"", b""], [b"", b'{"model_a": 1}', b""], [b"[]", b"{}", b"{}"], [b"", b'{"model_a.x": 0}', b""],
    [b"", b"", b"", b"priority", b"high"], [b"", b"", b"", b"period_ms", b"1", b"rate_hz", b"1"], [b"", b"", b"", b"resources", b"npu,\n\\\""],
]


def sources_seeds():
    for i, parts in enumerate(SOURCES):
        yield f"{i:02}.txt", b"\0".join(parts)


IR = """util.func public @f$async(%arg0: !hal.buffer_view) attributes {x} {
  %c0 = arith.constant 0 : index
  %c64 = arith.constant 64 : index
  %r, %t = stream.resource.alloca await(%w) => !stream.resource<transient>{%c64} => !stream.timepoint
  %q = stream.resource.subview %r[%c0] : !stream.resource<transient>{%c64} -> !stream.resource<transient>{%c64}
  cf.br ^bb1(%t : !stream.timepoint)
^bb1(%u: !stream.timepoint):  // pred: ^bb0
  %1 = stream.cmd.execute on(#x<@d>) await(%u) => with(%r as %a: !stream.resource<transient>{%c64}) {
    stream.cmd.fill %m, %a[%c0 for %c64] : i32 -> !stream.resource<transient>{%c64}
    stream.cmd.concurrent {
      stream.cmd.copy %a[%c0], %a[%c64], %c64 : !stream.resource<transient>{%c64} -> !stream.resource<external>{%c64}
      stream.cmd.serial {
        stream.cmd.dispatch {@m_dispatch_0::@m_dispatch_0_k, @o::@p}[%c0](%c0, %m : index, i32) {
          ro %a[%c0 for %c64] : !stream.resource<transient>{%c64}
        } attributes {iree.scheduling.affinity = 240 : i64, iree.scheduling.priority = 9 : i32, iree.scheduling.resource = "npu,dma",
                      iree.scheduling.start_time_ns = 5 : i64, other = [1, {a = "}"}], rondo.duration_ns = 7 : i64, rondo.target = "A,B"}
      }
    }
  } => !stream.timepoint
  %3:2 = scf.if %x -> (index, index) {
    %4 = stream.timepoint.await sync %1 => %r : !stream.resource<transient>{%c64}
  } else {
  }
  %5 = stream.cmd.execute await(%1) => with(%q as %a: !stream.resource<transient>{%c64}) {
    stream.cmd.dispatch @m_dispatch_0::@m_dispatch_0_k {
      wo %a[%c0 for %c64] : !stream.resource<transient>{%c64}
    } attributes {rondo.job = "f1", rondo.policy = "phase_locked soft", rondo.workers = 2 : i32}
  } => !stream.timepoint
  util.return
}
"""


def dump_seeds():
    # The first byte is the kind of the text: 0 a DOT graph, 1 stream-level IR.
    for path in sorted((ROOT / "tests" / "golden" / "graphs").glob("*.dot")):
        yield path.name, b"\0" + path.read_bytes()
    for path in sorted((ROOT / "tests" / "golden" / "graphs").glob("*.mlir")):
        yield path.name, b"\1" + path.read_bytes()
        # The host program alone, with its executions.
        yield f"host-{path.name}", b"\1" + b"".join(re.findall(rb"^  util\.func .*?^  }\n", path.read_bytes(), re.M | re.S))
    yield "small.mlir", b"\1" + IR.encode()
    yield "small.dot", b'\0strict digraph "g" { node [a=b;c]; x -> "y z" -> w [l="m"]; subgraph s { x [label=" = flow.dispatch @m::@k\\n"] } w [label=" = flow.dispatch {@n::@l}"] }'


def fjsp_seeds():
    yield "chains.txt", b"2 2\n2 1 0 3 2 0 4 1 5\n1 1 1 7\n"
    yield "from-one.txt", b"2 2 1.5\n2 1 1 3 2 1 4 2 5\n1 1 2 7\n"
    yield "blanks.txt", b"\r\n 1 3\t\r\n\n  2 1 0 0  3 0 9 1 8 2 7 \n\n"
    yield "large.txt", b"1 1\n2 1 0 4503599627370496 1 0 4503599627370495\n"
    lines = [" ".join(["5"] + [f"2 {(j + o) % 4} {j + o + 1} {(j + o + 1) % 4} {2 * o + 1}" for o in range(5)]) for j in range(6)]
    yield "shop.txt", "\n".join(["6 4"] + lines).encode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    for noun, seeds in (("module", module_seeds), ("elf", elf_seeds), ("npy", npy_seeds), ("input", input_seeds),
                        ("table", table_seeds), ("schedule", schedule_seeds), ("machine", machine_seeds), ("jobs", jobs_seeds),
                        ("profile", profile_seeds), ("sources", sources_seeds), ("check", check_seeds), ("dump", dump_seeds), ("fjsp", fjsp_seeds)):
        folder = out / noun
        folder.mkdir(parents=True, exist_ok=True)
        count = 0
        for name, data in seeds():
            (folder / name).write_bytes(data)
            count += 1
        if count == 0:
            sys.exit(f"seed.py: no seeds for {noun}")
        print(f"{noun}: {count} seeds")


if __name__ == "__main__":
    main()

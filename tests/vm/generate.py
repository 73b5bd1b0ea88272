#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Compiles tests/vm/*.mlir to data/*.vmfb and writes data/cases.txt, which tests/unit/vm/opcodes.c runs.

    generate.py [--compiler iree-compile]      needs the wheels iree-base-compiler and iree-base-runtime

A `// CASE function argument...` in a source is one call; calls of a file run in order on one state.
What it should give is what the reference runtime gives, unless the line says so itself behind `=>`:
there the reference traps, reads past a buffer, or is wrong (the fact sheet of the bytecode says which).
Results are integers; floats travel as their bits. In functions named bits_* and libm_* a NaN is written
`nan`, because the sign of a NaN is the processor's choice; libm_* results get `~` and may be off by some
last places, because C libraries differ.
"""

import argparse
import math
import pathlib
import re
import struct
import subprocess

import iree.runtime as rt

HERE = pathlib.Path(__file__).resolve().parent
FLAGS = ["--compile-mode=vm", "--iree-vm-target-extension-f64", "--iree-vm-emit-polyglot-zip=false",
         "--iree-vm-bytecode-module-strip-source-map=true", "--iree-vm-bytecode-module-strip-debug-ops=false"]
CASE = re.compile(r"//\s*CASE\s+(\S+)\s*(.*?)\s*(?:=>\s*(.*?)\s*)?$")
FUNCTION = re.compile(r"vm\.func (?:private )?@(\w+)\(([^)]*)\) -> (\([^)]*\)|\S+)")


def compile_module(compiler, source, target):
    subprocess.run([compiler, *FLAGS, str(source), "-o", str(target)], check=True)


def signed(text, width):
    value = int(text, 0) & ((1 << width) - 1)
    return value - (1 << width) if value >> (width - 1) else value


def is_nan(value, width):
    code = ("<I", "<f") if width == 32 else ("<Q", "<d")
    return math.isnan(struct.unpack(code[1], struct.pack(code[0], value & ((1 << width) - 1)))[0])


def show(name, value, width):
    if name.startswith(("bits_", "libm_")) and is_nan(value, width):
        return "nan"
    text = f"0x{value & ((1 << width) - 1):x}" if name.startswith(("bits_", "libm_")) else str(signed(str(value), width))
    return "~" + text if name.startswith("libm_") else text


def reference(module, context, name, arguments, widths):
    inputs = rt.VmVariantList(len(arguments))
    for argument, width in zip(arguments, widths[0]):
        inputs.push_int(signed(argument, width))
    outputs = rt.VmVariantList(len(widths[1]))
    try:
        context.invoke(module.lookup_function(name), inputs, outputs)
    except Exception as error:  # the bindings map codes to many exception types; the text has the code
        found = re.search(r"\b([A-Z][A-Z_]{3,})\b", str(error))
        return found.group(1) if found else f"? {error}"
    return " ".join(show(name, outputs.get_variant(i), width) for i, width in enumerate(widths[1]))


def width_list(text):
    return [int(bits) for bits in re.findall(r"\bi(32|64)\b", text)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--compiler", default="iree-compile")
    options = parser.parse_args()
    data = HERE / "data"
    data.mkdir(exist_ok=True)
    lines, overridden = [], 0
    instance = rt.VmInstance()
    for source in sorted(HERE.glob("*.mlir")):
        text = source.read_text()
        target = data / (source.stem + ".vmfb")
        compile_module(options.compiler, source, target)
        types = {m.group(1): (width_list(m.group(2)), width_list(m.group(3))) for m in FUNCTION.finditer(text)}
        module = context = None
        if "vm.import private @hal." not in text:
            module = rt.VmModule.copy_buffer(instance, target.read_bytes())
            context = rt.VmContext(instance, [module])
        else:
            device = rt.get_device("local-sync")
            hal = rt.create_hal_module(instance, device)
            module = rt.VmModule.copy_buffer(instance, target.read_bytes())
            context = rt.VmContext(instance, [hal, module])
        for line in text.splitlines():
            case = CASE.match(line.strip())
            if not case:
                continue
            name, arguments, expected = case.group(1), case.group(2).split(), case.group(3)
            if expected is None:
                expected = reference(module, context, name, arguments, types[name])
            else:
                overridden += 1
            lines.append(f"{source.stem} {' '.join([name, *arguments])} -> {expected}")
    (data / "cases.txt").write_text("\n".join(lines) + "\n")
    print(f"{len(lines)} cases, {overridden} of them by the sheet instead of the reference")


if __name__ == "__main__":
    main()

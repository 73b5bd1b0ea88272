#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Builds the dispatch modules of a model: a `.vmfb` with one kernel for each of its dispatches, for each variant of a processor.

    scripts/dispatch_modules.py net.onnx -o modules                                for this processor
    scripts/dispatch_modules.py net.mlir -o modules --variant RVV --variant scalar     for a board with two kinds of cores
    scripts/dispatch_modules.py net.onnx -o modules -- --iree-opt-data-tiling=true     flags of the compiler

    rondo play schedule.json --vmfb_dir=modules --variant=CPU_P=x86-64-v3          plays them
    rondo run modules/gen/.../module_X_benchmark.vmfb --input=1                        one of them, once

What is written, in the folders where `rondo play` looks (docs/files.md):

    OUT/gen/vmfb/FAMILY/PLATFORM/VARIANT/FAMILY SUFFIX/FAMILY.vmfb                                 the whole model
    OUT/gen/vmfb/FAMILY/PLATFORM/VARIANT/FAMILY SUFFIX/FAMILY.dot                                  the graph of its dispatches
    OUT/gen/vmfb/FAMILY/PLATFORM/VARIANT/FAMILY SUFFIX/benchmarks/module_X_benchmark.mlir          what the compiler made of a dispatch
    OUT/gen/vmfb/FAMILY/PLATFORM/VARIANT/FAMILY SUFFIX/benchmarks/vmfb/module_X_benchmark.vmfb     its module
    OUT/manifest.json                                                                              what there is, and how it was made
    OUT/modules.zip                                                                                the manifest and all .vmfb and .dot files

Dispatches whose sizes are known only at run time have no module; the manifest names them. What the compiler cannot compile alone is
named there, too, and the exit code is 1. Several models, and variants with flags of their own, go into one OUT: each call adds its builds
to the manifest. Needs iree-base-compiler (for ONNX with [onnx]), found beside this Python, in build/venv or in PATH; without it says so and
exits with 77.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = "rondo.modules/1"
OPSET = 17
SKIPPED = 77
EPOCH = (1980, 1, 1, 0, 0, 0)  # of everything in the archive, so that the same input gives the same bytes
RISCV = ["--iree-llvmcpu-target-triple=riscv64-unknown-linux-gnu", "--iree-llvmcpu-target-abi=lp64d"]

# What the compiler is told about the processor. `scalar` and `RVV` are a board's two kinds of cores, without and with vectors of 256 bits.
VARIANTS = {
    "x86-64-v3": ["--iree-llvmcpu-target-triple=x86_64-unknown-linux-gnu", "--iree-llvmcpu-target-cpu=x86-64-v3"],
    "x86-64": ["--iree-llvmcpu-target-triple=x86_64-unknown-linux-gnu", "--iree-llvmcpu-target-cpu=x86-64"],
    "arm64": ["--iree-llvmcpu-target-triple=aarch64-unknown-linux-gnu", "--iree-llvmcpu-target-cpu=generic"],
    "RVV": [*RISCV, "--iree-llvmcpu-target-cpu-features=+m,+a,+f,+d,+c,+v,+zvl256b"],
    "scalar": [*RISCV, "--iree-llvmcpu-target-cpu-features=+m,+a,+f,+d,+c"],
    "host": ["--iree-llvmcpu-target-cpu=host"],
}
HOSTS = {"x86_64": "x86-64-v3", "aarch64": "arm64", "riscv64": "RVV"}
DYNAMIC = "its sizes are known only at run time"
# Benchmarks are dumped with their kernels configured. To configure them again fails for some.
FROM_BENCHMARK = "--compile-from=executable-configurations"
STATIC_FLAGS = ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu"]
EXECUTABLE = re.compile(r'^ *hal\.executable (?:private |public )?@(?:"([^"]+)"|([\w$.-]+))', re.M)
FORMAT = re.compile(r"_(?:embedded|system)_elf_(?:x86_64|x86_32|arm_64|arm_32|riscv_64|riscv_32)$")
FUNCTION = re.compile(r"^ *util\.func public @(?:\"([^\"]+)\"|([\w$.-]+))\(%\w+: i32\)", re.M)


def fail(words):
    sys.exit(f"dispatch_modules.py: {words}")


# Tools


def find_tool(name):
    folders = [os.path.dirname(sys.executable), str(ROOT / "build" / "venv" / "bin"), os.environ.get("PATH", "")]
    return shutil.which(name, path=os.pathsep.join(folders))


def try_tool(program, *arguments):
    return subprocess.run([program, *map(str, arguments)], capture_output=True, encoding="utf-8", errors="replace", check=False)


def run_tool(program, *arguments):
    done = try_tool(program, *arguments)
    if done.returncode != 0:
        fail(f"{Path(program).name} failed with {done.returncode}: {' '.join(map(str, arguments))}\n{done.stderr[-4000:]}")
    return done.stdout


def find_version(compiler):
    match = re.search(r"IREE compiler version (\S+)", run_tool(compiler, "--version"))
    return match[1] if match else "unknown"


def import_source(source, folder):
    """The MLIR file of a source; ONNX files become one."""
    if source.suffix != ".onnx":
        return source
    importer = find_tool("iree-import-onnx")
    if importer is None:
        print("skipped: no iree-import-onnx; install iree-base-compiler[onnx]")
        sys.exit(SKIPPED)
    target = folder / f"{source.stem}.mlir"
    run_tool(importer, source, "--opset-version", OPSET, "-o", target)
    return target


# What a name tells


def family_of(dispatch):
    """What stands before the dispatch's number, without the mark of an asynchronous function: the folder of a model's modules."""
    return re.sub(r"\$async$", "", re.sub(r"_dispatch_\d+.*$", "", dispatch))


def number_of(dispatch):
    match = re.search(r"_dispatch_(\d+)", dispatch)
    return (int(match[1]) if match else -1, dispatch)


def executable_of(mlir):
    """The dispatch that is dumped in a file. Its name stands in that of the file, behind the name of the MLIR module: `module` if it has none."""
    match = EXECUTABLE.search(mlir.read_text(encoding="utf-8", errors="replace"))
    return (match[1] or match[2]) if match else mlir.stem.removesuffix("_benchmark").removeprefix("module_")


def module_name_of(benchmark):
    """The dispatch and the format of its kernel, as the compiler writes them: what schedules call `module_name`, whatever the MLIR module is called."""
    stem, executable = benchmark.stem.removesuffix("_benchmark"), executable_of(benchmark)
    return stem[stem.rindex(executable):] if executable in stem else stem.removeprefix("module_")


# Building


def dump(compiler, mlir, flags, folder):
    """Compiles the model with its dispatches dumped; the model, its graph, the benchmarks and the names of all dispatches."""
    model, graph, benchmarks, sources = folder / "model.vmfb", folder / "model.dot", folder / "benchmarks", folder / "sources"
    run_tool(compiler, mlir, "-o", model, *flags, f"--iree-hal-dump-executable-benchmarks-to={benchmarks}",
             f"--iree-hal-dump-executable-sources-to={sources}", "--iree-flow-dump-dispatch-graph",
             f"--iree-flow-dump-dispatch-graph-output-file={graph}")
    names = sorted(executable_of(path) for path in sources.glob("*.mlir"))
    return model, graph, sorted(benchmarks.glob("*.mlir")), names


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


class Builder:
    def __init__(self, options, compiler):
        self.options = options
        self.compiler = compiler

    def folder_of(self, family, variant):
        return self.options.out / "gen" / "vmfb" / family / self.options.platform / variant / f"{family}{self.options.suffix}"

    def told(self, path):
        return path.relative_to(self.options.out).as_posix()

    def build_module(self, mlir, variant, flags):
        """Puts one benchmark beside its family and compiles it: the manifest's entry, or why there is none."""
        name = module_name_of(mlir)
        dispatch = FORMAT.sub("", name)
        family = family_of(dispatch)
        kept = self.folder_of(family, variant) / "benchmarks" / f"module_{name}_benchmark.mlir"
        module = kept.parent / "vmfb" / f"{kept.stem}.vmfb"
        module.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(mlir, kept)
        done = try_tool(self.compiler, kept, "-o", module, FROM_BENCHMARK, *flags)
        if done.returncode != 0:
            errors = [line for line in done.stderr.splitlines() if "error:" in line]
            reason = errors[0].partition("error:")[2].strip() if errors else f"exit code {done.returncode}"
            return {"name": dispatch, "family": family, "reason": f"the compiler failed: {reason[:200]}"}
        functions = [quoted or plain for quoted, plain in FUNCTION.findall(kept.read_text(encoding="utf-8", errors="replace"))]
        return {"name": dispatch, "module_name": name, "family": family, "file": self.told(module), "bytes": module.stat().st_size,
                "sha256": digest(module), "functions": functions}

    def build_variant(self, mlir, variant):
        """The manifest's entries of one variant, by family."""
        flags = [*STATIC_FLAGS, *VARIANTS[variant], *self.options.flags]
        with tempfile.TemporaryDirectory(prefix="rondo-modules-") as name, ThreadPoolExecutor(self.options.jobs) as pool:
            model, graph, benchmarks, dispatches = dump(self.compiler, mlir, flags, Path(name))
            if not dispatches:
                fail(f"{self.options.source}: has no dispatches for variant {variant}")
            # A name of an earlier build that this one does not have must not be found in its place.
            families = sorted({family_of(dispatch) for dispatch in dispatches})
            for family in families:
                shutil.rmtree(self.folder_of(family, variant), ignore_errors=True)
                self.folder_of(family, variant).mkdir(parents=True)
            told = list(pool.map(lambda path: self.build_module(path, variant, flags), benchmarks))
            modules = sorted((entry for entry in told if "file" in entry), key=lambda entry: number_of(entry["name"]))
            entries = []
            reasons = {dispatch: DYNAMIC for dispatch in dispatches}
            reasons.update({entry["name"]: entry.get("reason") for entry in told})
            for family in families:
                kept = self.folder_of(family, variant) / f"{family}.vmfb"
                shutil.copyfile(model, kept)
                shutil.copyfile(graph, kept.with_suffix(".dot"))
                entries.append({
                    "family": family, "variant": variant, "platform": self.options.platform, "suffix": self.options.suffix,
                    "source": self.options.source.name, "compiler": self.options.version, "flags": flags, "model": self.told(kept),
                    "graph": self.told(kept.with_suffix(".dot")),
                    "modules": [module for module in modules if module["family"] == family],
                    "without_module": [{"name": dispatch, "reason": reasons[dispatch]} for dispatch in sorted(dispatches, key=number_of)
                                       if family_of(dispatch) == family and reasons[dispatch] is not None],
                })
        return entries


def read_entries(path):
    """Those of earlier calls; a file that is none of ours is left alone."""
    if not path.exists():
        return []
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        fail(f"{path}: {error}: remove it, or choose another --out")
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        fail(f"{path}: is no manifest of dispatch modules: choose another --out")
    return manifest["builds"]


def entry_key(entry):
    return (entry["family"], entry["platform"], entry["variant"], entry["suffix"])


def write_archive(out, builds):
    files = sorted({"manifest.json", *(file for build in builds for file in [build["model"], build["graph"], *(module["file"] for module in build["modules"])])})
    with zipfile.ZipFile(out / "modules.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(zipfile.ZipInfo(file, EPOCH), (out / file).read_bytes(), zipfile.ZIP_DEFLATED)


def parse_arguments(arguments):
    at = arguments.index("--") if "--" in arguments else len(arguments)
    parser = argparse.ArgumentParser(prog="dispatch_modules.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, help="an .onnx file, or what iree-compile reads")
    parser.add_argument("-o", "--out", type=Path, required=True, help="folder; what rondo play gets as --vmfb_dir")
    parser.add_argument("--variant", action="append", choices=sorted(VARIANTS), help=f"repeat it for several; default {HOSTS.get(platform.machine(), 'host')}")
    parser.add_argument("--platform", default="spacemit_x60", help="part of the folders, as rondo play's --platform; default %(default)s")
    parser.add_argument("--suffix", default=".q.int8", help="part of the folders, as rondo play's --suffix; default %(default)s")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="compilers at once; default one for each CPU")
    options = parser.parse_args(arguments[:at])
    options.flags = arguments[at + 1:]
    options.variants = list(dict.fromkeys(options.variant or [HOSTS.get(platform.machine(), "host")]))
    if options.jobs < 1:
        parser.error("--jobs: at least 1")
    for name, text in (("--platform", options.platform), ("--suffix", options.suffix)):
        if "/" in text or text in ("", "..") and name == "--platform":
            parser.error(f"{name}: a part of a folder's name, not '{text}'")
    return options


def main():
    options = parse_arguments(sys.argv[1:])
    compiler = find_tool("iree-compile")
    if compiler is None:
        print("skipped: no iree-compile; install iree-base-compiler")
        return SKIPPED
    if not options.source.is_file():
        fail(f"{options.source}: no such file")
    options.version = find_version(compiler)
    kept = read_entries(options.out / "manifest.json")
    builder = Builder(options, compiler)
    builds = []
    with tempfile.TemporaryDirectory(prefix="rondo-modules-") as folder:
        mlir = import_source(options.source, Path(folder))
        for variant in options.variants:
            builds += builder.build_variant(mlir, variant)
    new = {entry_key(build) for build in builds}
    builds = sorted([*builds, *(entry for entry in kept if entry_key(entry) not in new)], key=entry_key)
    (options.out / "manifest.json").write_text(json.dumps({"schema": SCHEMA, "builds": builds}, indent=1) + "\n", encoding="utf-8")
    write_archive(options.out, builds)
    failed_count = 0
    for build in builds:
        if entry_key(build) not in new:
            continue
        without = f", {len(build['without_module'])} without" if build["without_module"] else ""
        print(f"{build['family']} {build['variant']}: {len(build['modules'])} modules{without}")
        for dispatch in build["without_module"]:
            print(f"dispatch_modules.py: {dispatch['name']} has no module for {build['variant']}: {dispatch['reason']}", file=sys.stderr)
            failed_count += dispatch["reason"] != DYNAMIC
    print(f"{options.out / 'manifest.json'}\n{options.out / 'modules.zip'}")
    return 1 if failed_count else 0


if __name__ == "__main__":
    sys.exit(main())

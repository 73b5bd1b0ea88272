#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""House rules that a machine can check. Prints `file:line: rule: what to do instead` and exits 1 if there is anything to say.

    tests/tidy/tidy.py [ROOT]

Formatting is clang-format's business (`make format`), all else is judgement, in review. Needs nothing but Python.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

C_SUFFIXES = {".c", ".h"}
TEXT_SUFFIXES = C_SUFFIXES | {".cmake", ".md", ".py", ".sh", ".json", ".pml"}
LINE_COUNT_MAX = 1000
FILE_BYTES_MAX = 4 << 20
FUNCTION = re.compile(r"^(?!static\b|typedef\b|extern\b|return\b|else\b|#)(?:[A-Za-z_]\w*[\s*]+)+?\**([A-Za-z_]\w*)\((?!\*)")
VARIABLE = re.compile(r"^(?!static\b|typedef\b|extern\b|struct\s+\w+\s*\{|#)(?:[A-Za-z_]\w*[\s*]+)+?([A-Za-z_]\w*)(?:\[\w*\])*\s*(?:=|;)")
BARE_ATOMIC = re.compile(r"<stdatomic\.h>|\b__atomic_\w+|\b__sync_\w+|\batomic_\w+\s*\(|\b_Atomic\b|\bmemory_order_\w+")
FENCE = re.compile(r"\batomic_(thread|signal)_fence\b|\b__sync_synchronize\b|\brdo_atomic_fence\b|\basm\b.*\b[ml]fence\b")
RELAXED = re.compile(r"\brdo_relaxed\b|\bmemory_order_relaxed\b")


class Tree:
    """The files of a checkout, read once: path relative to the root -> lines."""

    def __init__(self, root):
        self.root = root
        self.paths = sorted(self.list_files())
        self.lines = {}
        for path in self.paths:
            if Path(path).suffix in TEXT_SUFFIXES or Path(path).name in ("CMakeLists.txt", "Makefile"):
                self.lines[path] = (root / path).read_text(encoding="utf-8", errors="replace").splitlines()

    def list_files(self):
        """What git tracks or would track; without git, every file outside build folders."""
        done = subprocess.run(["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                              capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return {name for name in done.stdout.split("\0") if name and (self.root / name).is_file()}
        files = (path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file())
        return {str(path) for path in files if path.parts[0] not in ("build", ".git") and "__pycache__" not in path.parts}

    def sources(self, *folders):
        """(path, lines) of the C files below the folders, all of them when none is named."""
        for path, lines in self.lines.items():
            if Path(path).suffix in C_SUFFIXES and (not folders or path.split("/")[0] in folders):
                yield path, lines


def strip_comment(line):
    """The code of a line. Enough for one-line comments, which is what the project writes; strings are emptied."""
    line = re.sub(r'"(\\.|[^"\\])*"', '""', line)
    return re.sub(r"/\*.*?\*/", " ", line).split("//")[0].rstrip()


def layer_uses(tree):
    """Layer -> what its CMakeLists.txt names behind USES, the only list there is."""
    uses = {}
    for path, lines in tree.lines.items():
        if not re.fullmatch(r"src/\w+/CMakeLists\.txt", path):
            continue
        text = "\n".join(line.split("#")[0] for line in lines)
        for name, body in re.findall(r"rdo_layer\(\s*(\w+)(.*?)\)", text, re.DOTALL):
            uses[name] = set(body.split("USES", 1)[1].split()) if "USES" in body else set()
    return uses


def check_includes(tree):
    """A layer includes itself, what it USES, and rondo/; tools, examples and their users only rondo/ and their own."""
    uses = layer_uses(tree)
    for path, lines in tree.sources("src", "tools", "examples", "include"):
        top, *rest = path.split("/")
        for number, line in enumerate(lines, 1):
            match = re.match(r'\s*#\s*include\s+(?:"([^"]+)"|<(rondo/[^>]+)>)', line)
            if not match:
                continue
            name = match[1] or match[2]
            folder = name.split("/")[0] if "/" in name else ""
            if folder == "rondo":
                continue
            if top == "src":
                layer = rest[0]
                if folder not in uses:
                    yield path, number, "include", f'write "layer/{name}" with a layer of src/, or <{name}> for a system header'
                elif folder != layer and folder not in uses.get(layer, set()):
                    yield path, number, "include", (f"{layer} does not list {folder} in its USES: move the code to a layer that does; "
                                                    "a new arrow is a design question, asked in the commit")
                elif folder != layer and name.endswith("_impl.h"):
                    yield path, number, "include", f"{name} is for {folder} alone: use its public header"
            elif top == "include":
                yield path, number, "include", "public headers include <...> and rondo/ only"
            elif folder or not (tree.root / path).with_name(name).is_file():
                yield path, number, "include", f"{top} includes <rondo/...> and its own headers only"


def check_prefixes(tree):
    """Names with external linkage: rondo_ or rdo_ in src, rondo_ in include, rdo_tool_ in tools."""
    prefixes = {"src": ("rdo_", "rondo_"), "include": ("rondo_",), "tools": ("rdo_tool_",)}
    for path, lines in tree.sources(*prefixes):
        allowed = prefixes[path.split("/")[0]]
        for number, line in enumerate(lines, 1):
            code = strip_comment(line)
            match = FUNCTION.match(code) or VARIABLE.match(code)
            if match and match[1] != "main" and not match[1].startswith(allowed) and not match[1].isupper():
                yield path, number, "prefix", f"make {match[1]} static, or begin its name with {' or '.join(allowed)}"


def check_sync(tree):
    """A protocol has two sides, so its name stands at two places or more, and its proof in docs/sync.md."""
    places = {}
    for path, lines in tree.sources("src", "tools"):
        for number, line in enumerate(lines, 1):
            for name in re.findall(r"\bSYNC\((\w+)\)", line):
                places.setdefault(name, []).append((path, number))
    proofs = {}
    for number, line in enumerate(tree.lines.get("docs/sync.md", []), 1):
        for name in re.findall(r"^#+ .*\bSYNC\((\w+)\)", line):
            proofs[name] = number
    for name, found in sorted(places.items()):
        if len(found) < 2:
            yield *found[0], "sync", f"SYNC({name}) stands here only: name it at the other half, too"
        if name not in proofs:
            yield *found[0], "sync", f"give SYNC({name}) a section with its proof in docs/sync.md"
    for name, number in sorted(proofs.items()):
        if name not in places:
            yield "docs/sync.md", number, "sync", f"no source names SYNC({name}): remove its section"


def check_atomics(tree):
    """Atomics go through base/atomic.h, where they spell their order; a relaxed one says why that suffices."""
    for path, lines in tree.sources("src", "tools", "include"):
        is_home = path == "src/base/atomic.h"
        for number, line in enumerate(lines, 1):
            code = strip_comment(line)
            if FENCE.search(code):
                yield path, number, "fence", "thread sanitizers do not understand fences: use acquire and release on the accesses themselves"
            elif not is_home and BARE_ATOMIC.search(code if "#" not in line else line):
                yield path, number, "atomic", "use the rdo_atomic_* operations of base/atomic.h"
            if RELAXED.search(code) and not code.lstrip().startswith("#define") and not has_reason(lines, number - 1):
                yield path, number, "relaxed", 'add a comment "relaxed: counter", "hint" or "ordered by SYNC(x)" on the line or above it'


def has_reason(lines, index):
    """A comment with `relaxed:` on the line, or above the run of lines that this one is part of."""
    if "relaxed:" in lines[index].partition("//")[2]:
        return True
    while index > 0 and RELAXED.search(strip_comment(lines[index - 1])):
        index -= 1
    while index > 0 and lines[index - 1].lstrip().startswith("//"):
        index -= 1
        if "relaxed:" in lines[index]:
            return True
    return False


def check_listed(tree):
    """A C file that no build file lists is dead. Tests may be listed by their noun alone."""
    listed, words = set(), {}
    for path, lines in tree.lines.items():
        if Path(path).name != "CMakeLists.txt" and not path.endswith(".cmake"):
            continue
        folder = str(Path(path).parent)
        text = words[folder] = " ".join(line.split("#")[0] for line in lines)
        for name in re.findall(r"[\w./${}-]+\.c\b", text):
            listed.add(name.removeprefix("${PROJECT_SOURCE_DIR}/") if name.startswith("$") else os.path.normpath(os.path.join(folder, name)))
    for path, _ in tree.sources():
        file = Path(path)
        if file.suffix != ".c" or path in listed or path.startswith("tests/") and is_listed_noun(file, words):
            continue
        yield path, 1, "listed", f"name it in {file.parent}/CMakeLists.txt, or remove it"


def is_listed_noun(file, words):
    """tests/<kind>/<noun>.c or <noun>_fuzz.c by its noun in its folder; tests/unit/<layer>/<noun>.c in rdo_unit_tests(<layer> ...)."""
    noun = rf"(?<![\w/]){re.escape(file.stem.removesuffix('_fuzz'))}(?![\w./])"
    unit = rf"rdo_unit_tests\(\s*{re.escape(file.parent.name)}\s[^)]*{noun}"
    return re.search(noun, words.get(str(file.parent), "")) or re.search(unit, words.get(str(file.parent.parent), ""))


def check_files(tree):
    """Size, tabs, trailing blanks, licence header."""
    for path in tree.paths:
        if (tree.root / path).stat().st_size > FILE_BYTES_MAX:
            yield path, 1, "size", "files above 4 MB do not belong into the repository: generate or download it"
    for path, lines in tree.lines.items():
        is_code = Path(path).suffix in C_SUFFIXES | {".py", ".sh", ".pml"}
        if is_code and len(lines) > LINE_COUNT_MAX:
            yield path, LINE_COUNT_MAX, "length", f"{len(lines)} lines: look for the second noun in it"
        if is_code and not any("SPDX-License-Identifier: Apache-2.0" in line for line in lines[:3]):
            yield path, 1, "licence", "begin with the two SPDX lines that the other files have"
        for number, line in enumerate(lines, 1):
            if "\t" in line and Path(path).name != "Makefile":
                yield path, number, "tab", "indent with spaces; write \\t in a string"
            if line != line.rstrip() and Path(path).suffix != ".md":
                yield path, number, "blank", "remove the blanks at the end of the line"


CHECKS = (check_includes, check_prefixes, check_sync, check_atomics, check_listed, check_files)


def check(root):
    """All findings, in the order of the files."""
    tree = Tree(Path(root))
    return sorted({finding for rule in CHECKS for finding in rule(tree)})


def main():
    findings = check(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    for path, number, rule, words in findings:
        print(f"{path}:{number}: {rule}: {words}")
    print(f"tidy: {len(findings)} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())

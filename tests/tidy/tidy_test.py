#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Each house rule finds what it is for, and lets the usual forms pass."""

import tempfile
import unittest
from pathlib import Path

import tidy

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
BUILD = {
    "src/base/CMakeLists.txt": "rdo_layer(base\n  SOURCES a.c)\n",
    "src/vm/CMakeLists.txt": "rdo_layer(vm\n  SOURCES b.c\n  USES base)\n",
    "src/hal/CMakeLists.txt": "rdo_layer(hal\n  USES base)\n",
    "tools/CMakeLists.txt": "add_executable(rondo t.c)\n",
}


class TidyTest(unittest.TestCase):
    def findings(self, files):
        """Rule and line of what tidy says about a tree of these files; C files get their licence line as line 1."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**BUILD, **files}.items():
                path = Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text((SPDX if path.suffix in (".c", ".h") and "SPDX" not in text else "") + text)
            return [(rule, number) for _, number, rule, _ in tidy.check(folder)]

    def expect(self, path, text, *wanted):
        self.assertEqual(self.findings({path: text}), list(wanted), text)

    def test_includes(self):
        self.expect("src/vm/b.c", '#include "base/a.h"\n#include "vm/b_impl.h"\n#include "rondo/model.h"\n#include <stdio.h>\n')
        self.expect("src/vm/b.c", '#include "hal/device.h"\n', ("include", 2))
        self.expect("src/base/a.c", '#include "vm/b.h"\n', ("include", 2))
        self.expect("src/vm/b.c", '#include "base/a_impl.h"\n', ("include", 2))
        self.expect("src/vm/b.c", '#include "b.h"\n', ("include", 2))
        self.expect("tools/t.c", '#include "rondo/model.h"\n#include <rondo/model.h>\n')
        self.expect("tools/t.c", '#include "vm/b.h"\n', ("include", 2))

    def test_prefixes(self):
        good = "int rdo_a(void) {\nstatic int b(void) {\nstruct s *rondo_c(int x);\nextern int d;\nreturn e(1);\nint rdo_f;\nstatic int g;\n"
        self.expect("src/vm/b.c", good)
        self.expect("src/vm/b.c", "int a(void) {\n", ("prefix", 2))
        self.expect("src/vm/b.c", "const struct s *a(int b,\n", ("prefix", 2))
        self.expect("src/vm/b.c", "int a = 3;\n", ("prefix", 2))
        self.expect("tools/t.c", "int main(void) {\nint rdo_tool_x(void);\n")
        self.expect("tools/t.c", "int rdo_x(void) {\n", ("prefix", 2))

    def test_sync(self):
        twice = "// SYNC(x) half A\n// SYNC(x) half B\n"
        proof = "## SYNC(x)\nProof.\n"
        self.assertEqual(self.findings({"src/vm/b.c": twice, "docs/sync.md": proof}), [])
        self.assertEqual(self.findings({"src/vm/b.c": twice}), [("sync", 2)])
        self.assertEqual(self.findings({"src/vm/b.c": "// SYNC(x)\n", "docs/sync.md": proof}), [("sync", 2)])
        self.assertEqual(self.findings({"docs/sync.md": proof}), [("sync", 1)])

    def test_atomics(self):
        self.expect("src/vm/b.c", "#include <stdatomic.h>\n", ("atomic", 2))
        self.expect("src/vm/b.c", "  __atomic_load_n(p, 5);\n", ("atomic", 2))
        self.expect("src/vm/b.c", "  atomic_load(p);\n  rdo_atomic_load(p, rdo_acquire);\n", ("atomic", 2))
        self.expect("src/base/atomic.h", "#include <stdatomic.h>\n")
        self.expect("src/base/atomic.h", "  atomic_thread_fence(x);\n", ("fence", 2))

    def test_relaxed(self):
        self.expect("src/vm/b.c", "  x(p, rdo_relaxed);\n", ("relaxed", 2))
        self.expect("src/vm/b.c", "  x(p, rdo_relaxed);  // relaxed: counter\n")
        self.expect("src/vm/b.c", "  // relaxed: counter,\n  // only\n  x(p, rdo_relaxed);\n  y(p, rdo_relaxed);\n")
        self.expect("src/vm/b.c", "  // relaxed: counter\n  f();\n  x(p, rdo_relaxed);\n", ("relaxed", 4))

    def test_files(self):
        self.expect("src/vm/b.c", "\tint x;\n", ("tab", 2))
        self.expect("src/vm/b.c", "// a \n", ("blank", 2))
        self.expect("src/vm/b.c", "// a\n" * 1000, ("length", 1000))
        self.expect("docs/x.py", "pass\n", ("licence", 1))
        self.expect("Makefile", "a:\n\tb\n")
        self.assertEqual(self.findings({"x.bin": "x" * ((4 << 20) + 1)}), [("size", 1)])

    def test_listed(self):
        self.expect("src/vm/dead.c", "// nobody\n", ("listed", 1))
        unit = {"tests/unit/CMakeLists.txt": "rdo_unit_tests(vm NOUNS heap)\n", "tests/unit/vm/heap.c": "// test\n"}
        self.assertEqual(self.findings(unit), [])
        self.assertEqual(self.findings({**unit, "tests/unit/vm/list.c": "// test\n"}), [("listed", 1)])
        near = {"tests/CMakeLists.txt": "add_library(x support/help.c)\n", "tests/support/help.c": "// help\n"}
        self.assertEqual(self.findings(near), [])
        far = {"tests/edit/CMakeLists.txt": "add_executable(x ../fuzz/use.c)\n", "tests/fuzz/use.c": "// use\n"}
        self.assertEqual(self.findings(far), [])


if __name__ == "__main__":
    unittest.main()

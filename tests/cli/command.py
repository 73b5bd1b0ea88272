# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""The command from outside, for the tests of this folder: where it is, calls of it in a folder of their own, and when there is nothing to test.

The program is $RONDO, else the one on the path. `main` exits 77, "skipped", without it, or when it was built without a JSON library.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODELS = Path(os.environ.get("RONDO_MODELS") or ROOT / "models").resolve()
TIMEOUT_S = 120

_named = os.environ.get("RONDO") or shutil.which("rondo")
RONDO = str(Path(_named).resolve()) if _named and Path(_named).is_file() else None


class CommandTest(unittest.TestCase):
    timeout_s = TIMEOUT_S
    is_quiet = False  # a call that succeeds says nothing on stderr, one that fails says something

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="rondo-cli-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def look_at(self, done):
        """What a class does with each call before it is checked."""

    def call(self, *arguments, code=0, out=(), err=(), env=None):
        """Runs rondo and checks exit code and words; returns what it printed."""
        done = subprocess.run([RONDO, *map(str, arguments)], capture_output=True, text=True, timeout=self.timeout_s, cwd=self.folder,
                              env={**os.environ, **(env or {})}, check=False)
        told = f"rondo {' '.join(map(str, arguments))}\nstdout: {done.stdout[-2000:]}\nstderr: {done.stderr[-2000:]}"
        self.look_at(done)
        self.assertEqual(done.returncode, code, told)
        for words, stream in ((out, done.stdout), (err, done.stderr)):
            for word in [words] if isinstance(words, str) else words:
                self.assertIn(word, stream, told)
        if self.is_quiet and code == 0:
            self.assertNotIn("rondo: ", done.stderr, told)
        elif self.is_quiet:
            self.assertTrue(done.stderr or done.stdout, told)
        return done


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(77)


def reads_json():
    with tempfile.TemporaryDirectory() as probe:
        (Path(probe) / "x.json").write_text('{"dispatches": {"a": {}}}')
        told = subprocess.run([RONDO, "play", "x.json"], cwd=probe, capture_output=True, text=True, check=False).stderr
    return not ("without" in told and "JSON" in told)


def main(needs_json=True):
    if RONDO is None:
        skip("no rondo program; name it with RONDO=path")
    if needs_json and not reads_json():
        skip("built without a JSON library")
    unittest.main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""The table over all results: the newest row counts, quick runs do not, and a goal that is missed is told."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import played

SUMMARY = Path(__file__).with_name("summary.py")


class Summary(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name, rows, age_s, quick=False):
        path = self.folder / name
        path.write_text(json.dumps({"machine": {"cpu": "some CPU", "cores": 2}, "plan": {"quick": quick}, "rows": rows}))
        os.utime(path, (1e9 - age_s, 1e9 - age_s))
        return path

    def call(self, *words):
        out = self.folder / "all.json"
        done = subprocess.run([sys.executable, str(SUMMARY), *map(str, words), f"--out={out}"], capture_output=True, text=True, check=False)
        return done, {row["name"]: row for row in json.loads(out.read_text())["rows"]} if out.exists() else {}

    def test_newest_row_counts(self):
        old, new = played.row("both_start_p50", "play", "us", 0.9, 0.5), played.row("both_start_p50", "play", "us", 0.3, 0.5)
        files = [self.write("new.json", [new], 0), self.write("old.json", [old, played.row("fjsp_mk_10s", "plan", "%", 1.0, 2)], 60)]
        done, rows = self.call(*files)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((rows["both_start_p50"]["ours"], rows["fjsp_mk_10s"]["ours"]), (0.3, 1.0))
        self.assertIn("some CPU, 2 cores", done.stdout)
        done, _ = self.call(*files, "--issue=plan")
        self.assertNotIn("| both_start_p50", done.stdout)

    def test_missed(self):
        done, _ = self.call(self.write("a.json", [played.row("both_misses", "play", "of all", 3, 0), played.row("both_dronet", "play", "x solo", 1.0, 1.1)], 0), "--missed")
        self.assertEqual(done.returncode, 1)
        self.assertIn("MISSED", done.stdout)
        self.assertNotIn("| both_dronet", done.stdout)

    def test_quick_runs_do_not_count(self):
        done, rows = self.call(self.write("quick.json", [played.row("both_misses", "play", "of all", 3, 0)], 0, quick=True))
        self.assertEqual((done.returncode, rows), (77, {}))


if __name__ == "__main__":
    unittest.main()

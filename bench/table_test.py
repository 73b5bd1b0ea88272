#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Every row of bench.py once, with as little work as can be: that each is there, or says why not, and has what README.md promises.

    RONDO=build/release/bin/rondo python3 bench/table_test.py

Exit code 77: no Python with the peer.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import programs
import rows

VENV_PYTHON = programs.ROOT / "build" / "venv" / "bin" / "python"
COLUMNS = ("name", "issue", "ours", "peer_name", "peer", "unit", "ratio", "lo", "hi", "goal", "holds", "n", "p50", "p99", "p999")
# Long enough that what a row subtracts stays below what it subtracts from.
PLAN = ("--quick", "--pairs=1", "--seconds=0.03")


def find_python():
    """A Python that has the peer."""
    for python in (sys.executable, str(VENV_PYTHON)):
        command = [python, "-c", f"import {programs.PEER_PACKAGE}"]
        if Path(python).exists() and subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return python
    print(f"skipped: no {programs.PEER_DISTRIBUTION} (make bench installs it into build/venv)")
    sys.exit(77)


def measure(python, folder):
    """The rows, and what was said about those that are not there."""
    out = Path(folder) / "rows.json"
    command = [python, str(Path(__file__).with_name("bench.py")), *PLAN, f"--rondo={os.environ['RONDO']}", f"--out={out}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}\nexit status {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return json.loads(out.read_text())["rows"], done.stderr


def main():
    with tempfile.TemporaryDirectory() as folder:
        done, words = measure(find_python(), folder)
    names = [row["name"] for row in done]
    left_out = [spec.name for spec in rows.SPECS if spec.name not in names]
    wrong = [f"{name}: neither there nor left out with a word" for name in left_out if f"{name} is left out: " not in words]
    wrong += [f"{row['name']}: no {column}" for row in done for column in COLUMNS if column not in row]
    wrong += [f"{row['name']}: measured nothing" for row in done if row["ours"] is None]
    print(f"{len(names)} rows, {len(left_out)} left out")
    for line in words.splitlines():
        if " is left out: " in line:
            print(line)
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()

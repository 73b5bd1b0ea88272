#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""A script about plans with as little work as can be: that it runs, and gives the rows that README.md promises.

    RONDO=build/release/bin/rondo python3 bench/plan_scripts_test.py NAME

Exit code 77: the script has not what it needs.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from table_test import COLUMNS

ROWS = {
    "reference_play": ["reference_play_root_p50", "reference_play_makespan", "reference_play_root_p50_strict", "reference_play_makespan_strict"],
    "handover": ["handover_same", "handover_cross_spin", "handover_cross"],
    "policies": ["policies_planned", "policies_strict", "policies_dynamic", "policies_fifo", "policies_priority", "policies_edf", "policies_shortest",
                 *(f"planned_vs_dynamic_{load}_{what}" for load in (50, 75, 90) for what in ("delay", "depth", "misses"))],
    "fidelity": ["plan_fidelity", "plan_fidelity_kernels", "sim_fidelity", "sim_fidelity_handovers", "plan_fidelity_second", "second_makespan"],
    "admission": ["admission_honest", "admission_accepted", "admission_honest_strict", "admission_accepted_strict"],
}


def main():
    name = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rows.json"
        command = [sys.executable, str(Path(__file__).with_name(f"{name}.py")), "--quick", f"--rondo={os.environ['RONDO']}", f"--out={out}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(done.stdout + done.stderr)
        if done.returncode != 0:
            return done.returncode
        rows = {row["name"]: row for row in json.loads(out.read_text())["rows"]}
    wrong = [f"no row {row}" for row in ROWS[name] if row not in rows]
    wrong += [f"{row}: no {column}" for row, columns in rows.items() for column in COLUMNS if column not in columns]
    # Without a set that plays to its end there is no share of them.
    wrong += [f"{row}: measured nothing" for row, columns in rows.items() if columns["ours"] is None and not row.startswith("admission_accepted")]
    return "\n".join(wrong) or 0


if __name__ == "__main__":
    sys.exit(main())

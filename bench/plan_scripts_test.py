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
    "play": ["trace_play", *(f"{side}_{what}" for side in ("both", "three", "three_load90") for what in ("start_p50", "start_p99", "misses", "mlp_run", "dronet"))],
    "peers": [f"peers_{name}" for name in ("shared", "two_devices", "two_pinned", "two_pinned_fifo", "processes", "processes_fifo", "processes_pinned_fifo",
                                           "sync_fifo", "sync_fifo_early")],
    "reference_plan": ["reference_plan", "reference_plan_seconds", "reference_plan_overlap", "reference_plan_move"],
    "reference_play": ["reference_play_root_p50", "reference_play_makespan", "reference_play_root_p50_strict", "reference_play_makespan_strict"],
    "handover": ["handover_same", "handover_cross_spin", "handover_cross"],
    "policies": [f"policies_{policy}{way}" for policy in ("planned", "strict", "dynamic", "fifo", "priority", "edf", "shortest")
                 for way in ("", "_synthetic", "_simulated")],
    "planned_vs_dynamic": [f"planned_vs_dynamic_{load}{way}{what}" for load in (50, 75, 90) for way in ("", "_synthetic", "_simulated")
                           for what in ("", "_delay", "_depth", "_strict")],
    "fidelity": ["plan_fidelity", "plan_fidelity_kernels", "sim_fidelity", "sim_fidelity_handovers", "plan_fidelity_second", "second_makespan"],
    "fjsp": ["fjsp_mk_10s", "fjsp_dp_10s", "fjsp_mk_60s", "fjsp_vs_cpsat"],
    "admission": ["admission_honest", "admission_accepted", "admission_honest_strict", "admission_accepted_strict"],
}


def main():
    name = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "rows.json"
        command = [sys.executable, str(Path(__file__).with_name(f"{name}.py")), "--quick", "--json", f"--rondo={os.environ['RONDO']}", f"--out={out}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(done.stdout + done.stderr)
        if done.returncode != 0:
            return done.returncode
        found = json.loads(out.read_text())
        printed = [json.loads(line) for line in done.stdout.splitlines()]
    rows = {row["name"]: row for row in found["rows"]}
    left_out = [note.partition(" is left out: ")[0] for note in found["plan"]["notes"] if " is left out: " in note]
    wrong = [] if printed == found["rows"] else ["--json printed other rows than the file has"]
    wrong += [f"no row {row}" for row in ROWS[name] if row not in rows and not any(row.startswith(what) for what in left_out)]
    wrong += [f"{row}: no {column}" for row, columns in rows.items() for column in COLUMNS if column not in columns]
    # Without a set that plays to its end there is no share of them.
    wrong += [f"{row}: measured nothing" for row, columns in rows.items() if columns["ours"] is None and not row.startswith("admission_accepted")]
    return "\n".join(wrong) or 0


if __name__ == "__main__":
    sys.exit(main())

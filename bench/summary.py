#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""All rows that the scripts of this folder have written, in one table and one file.

    bench/summary.py [FILE]... [--issue NAME]... [--missed] [--out FILE]

FILEs are results of the scripts; default build/bench/*.json without quick runs. The table is Markdown, to be pasted into README.md. A row that
is in several files is taken from the newest one. Exit codes: 0 all rows keep their goals; 1 some do not; 77 there are no results.
"""

import argparse
import json
import sys
from pathlib import Path

import programs
import rows

FOLDER = programs.ROOT / "build" / "bench"
OUT = "all.json"
HEADER = ("row", "ours", "95 % or range", "peer", "ratio", "goal", "holds", "p50", "p99", "p99.9", "n", "unit")


def number(value):
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) and abs(value) < 1e4 else f"{value:.0f}" if isinstance(value, float) else str(value)


def interval(row):
    return "-" if row.get("lo") is None or row.get("hi") is None else f"{number(row['lo'])} to {number(row['hi'])}"


def format_row(row):
    verdict = {None: "-", True: "yes", False: "MISSED"}[row.get("holds")]
    cells = [row["name"], number(row["ours"]), interval(row), *(number(row.get(key)) for key in ("peer", "ratio", "goal")), verdict]
    return cells + [number(row.get(key)) for key in ("p50", "p99", "p999", "n")] + [row["unit"]]


def format_table(found):
    lines = [HEADER, *map(format_row, found)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)


def read(paths):
    """Documents, the oldest first; those that are no results, and quick runs, are passed over."""
    found = []
    for path in sorted(paths, key=lambda path: path.stat().st_mtime):
        try:
            document = json.loads(path.read_text())
        except ValueError as error:
            sys.exit(f"{path}: {error}")
        if isinstance(document, dict) and "rows" in document and not document.get("plan", {}).get("quick"):
            found.append((path, document))
    return found


def describe(path, document):
    machine = document.get("machine", {})
    busy = ", ".join(f"{word} {100 * machine[key]:.2f} %" for word, key in (("stolen", "steal_share"), ("other programs", "foreign_share")) if key in machine)
    return f"{path.name}: {machine.get('cpu', 'unknown')}, {machine.get('cores', '?')} cores, {machine.get('rondo', '')}, commit \"{machine.get('commit', '')}\", {busy}"


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default build/bench/*.json")
    parser.add_argument("--issue", action="append", choices=rows.ISSUES, help="only rows of this issue; repeat it for several")
    parser.add_argument("--missed", action="store_true", help="only rows that miss their goals")
    parser.add_argument("--out", type=Path, default=FOLDER / OUT, help=f"all rows as JSON; default build/bench/{OUT}")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    documents = read(arguments.files or [path for path in FOLDER.glob("*.json") if path.name not in (OUT, "quick.json")])
    if not documents:
        print(f"summary: no results in {FOLDER}; make bench, bench-play, bench-plan and bench-fjsp write them", file=sys.stderr)
        return 77
    by_name = {row["name"]: row for _, document in documents for row in document["rows"]}
    for issue in arguments.issue or rows.ISSUES:
        found = [row for row in by_name.values() if row["issue"] == issue and not (arguments.missed and row.get("holds") is not False)]
        if found:
            print(f"{issue}\n\n{format_table(found)}\n")
    for path, document in documents:
        print(describe(path, document))
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps({"machines": {path.name: document.get("machine") for path, document in documents}, "rows": list(by_name.values())}, indent=1) + "\n")
    return 1 if any(row.get("holds") is False for row in by_name.values()) else 0


if __name__ == "__main__":
    sys.exit(main())

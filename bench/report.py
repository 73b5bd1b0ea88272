# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""The machine, the table, the file."""

import json
import os
import platform
import resource
import subprocess
from pathlib import Path

import programs

UNITS = {"ns": ((1e9, "s"), (1e6, "ms"), (1e3, "us"), (1, "ns")), "KiB": ((1024, "MiB"), (1, "KiB"))}
STEAL_FIELD = 7  # of a cpu line in /proc/stat: user nice system idle iowait irq softirq steal
IDLE_FIELDS = (3, 4)


# The machine


def read_line_of(path, key=""):
    """What follows `key` and a colon on the first line of a file that begins with it."""
    try:
        for line in Path(path).read_text(errors="replace").splitlines():
            if line.startswith(key):
                return line[len(key):].strip(" \t:\0")
    except OSError:
        pass
    return None


def read_cpu_times(name):
    """The eight counters of /proc/stat's line `name`; zeros where there is none."""
    line = read_line_of("/proc/stat", f"{name} ")
    return [int(field) for field in line.split()[:8]] if line else [0] * 8


def read_own_seconds():
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


class Machine:
    """Facts about where the figures come from; created before measuring, `facts` after it."""

    def __init__(self, cpu):
        self.cpu = cpu
        self.line = f"cpu{cpu}" if cpu is not None else "cpu"
        self.before = {name: read_cpu_times(name) for name in ("cpu", self.line)}
        self.own_before = read_own_seconds()

    def passed(self, name):
        return [after - before for after, before in zip(read_cpu_times(name), self.before[name])]

    def share_stolen(self):
        times = self.passed("cpu")
        return times[STEAL_FIELD] / sum(times) if sum(times) else 0.0

    def share_foreign(self):
        """Part of the pinned CPU's time that ran neither us nor what we measured."""
        times = self.passed(self.line)
        tick_s = 1 / os.sysconf("SC_CLK_TCK")
        busy_s = (sum(times) - sum(times[i] for i in IDLE_FIELDS) - times[STEAL_FIELD]) * tick_s
        return max(busy_s - (read_own_seconds() - self.own_before), 0.0) / (sum(times) * tick_s) if sum(times) else 0.0

    def facts(self, rondo_version, peer_version):
        model = read_line_of("/proc/cpuinfo", "model name") or read_line_of("/proc/device-tree/model") or platform.machine()
        governor = read_line_of(f"/sys/devices/system/cpu/cpu{self.cpu or 0}/cpufreq/scaling_governor")
        return {"cpu": model, "machine": platform.machine(), "cores": os.cpu_count(), "pinned_to": self.cpu,
                "governor": governor or "unknown", "kernel": platform.release(), "steal_share": self.share_stolen(),
                "foreign_share": self.share_foreign(), "rondo": rondo_version, "peer": peer_version, "commit": read_commit()}


def read_commit():
    """Subject of the checked out commit, with a word when files differ from it."""
    def git(*arguments):
        return subprocess.run(["git", "-C", str(programs.ROOT), *arguments], capture_output=True, text=True, check=True).stdout.strip()
    try:
        changed = git("status", "--porcelain", "--untracked-files=no")
        return git("log", "-1", "--format=%s") + (", with local changes" if changed else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


# The table: Markdown, to be pasted into README.md


def format_amount(value, unit):
    """Three significant digits in the unit that suits."""
    if value is None:
        return "-"
    if unit == "share":
        return f"{100 * value:.3g} %"
    if unit not in UNITS:
        return f"{value:.3g}"
    for size, name in UNITS[unit]:
        if abs(value) >= 0.9995 * size or size == 1:
            break
    scaled = value / size
    decimals = 0 if abs(scaled) >= 99.95 or name in ("ns", "KiB") else 1 if abs(scaled) >= 9.995 else 2
    return f"{scaled:.{decimals}f} {name}"


def format_row(row):
    amounts = [format_amount(row[key], row["unit"]) for key in ("ours", "peer_raw", "peer")]
    low, high = (f"{row[key]:.3f}" if row[key] is not None else "-" for key in ("lo", "hi"))
    ratio = f"{row['ratio']:.3f} [{low}, {high}]" if row["ratio"] is not None else "-"
    ratio_raw = f"{row['ratio_raw']:.3f}" if row["ratio_raw"] is not None else "-"
    goal = format_goal(row)
    verdict = {None: "-", True: "yes", False: "MISSED"}[row["holds"]]
    tails = [format_amount(row[key], row["unit"]) for key in ("p50", "p99", "p999")]
    return [row["name"], *amounts, ratio, ratio_raw, goal, verdict, *tails, str(row["n"] if row["n"] is not None else "-")]


def format_goal(row):
    """A ratio to the peer's figure, or the same unit as ours where there is no peer."""
    if row["goal"] is None:
        return "-"
    return f"{row['goal']:g}" if row["ratio"] is not None else format_amount(row["goal"], row["unit"])


def format_table(rows):
    header = ["name", "ours", "peer raw", "peer net", "ratio [95 %]", "raw ratio", "goal", "holds", "p50", "p99", "p99.9", "n"]
    lines = [header, *(format_row(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    text = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines]
    text.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(text)


def format_peers(rows):
    """What else was tried for rows with several peers: p50, overhead above the ideal, CPU while idle."""
    lines = []
    for row in rows:
        for peer in row.get("peers") or ():
            idle = f", {100 * peer['idle_cpu']:.2f} % CPU while idle" if "idle_cpu" in peer else ""
            p50, overhead = (format_amount(peer[key], "ns") for key in ("p50", "overhead"))
            lines.append(f"{row['name']}: {peer['system']} {p50}, {overhead} above the ideal{idle}")
    return "\n".join(lines)


def format_facts(facts, plan_text):
    pinned = f"pinned to CPU {facts['pinned_to']}" if facts["pinned_to"] is not None else "not pinned"
    return "\n".join([
        f"{facts['cpu']} ({facts['machine']}), {facts['cores']} cores, {pinned}, governor {facts['governor']}, Linux {facts['kernel']}",
        f"stolen {100 * facts['steal_share']:.2f} % of all CPUs' time, other programs {100 * facts['foreign_share']:.2f} % of this CPU's",
        f"{facts['rondo']}, commit \"{facts['commit']}\", against IREE {facts['peer']}; {plan_text}",
    ])


def write_results(path, facts, plan, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"machine": facts, "plan": plan, "rows": rows}, indent=1) + "\n")

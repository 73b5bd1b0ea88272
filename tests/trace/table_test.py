#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""`rondo trace` from outside: what it says of a trace of ours and of the reference trace, and whether others can read what it writes.

    RONDO=build/dev/bin/rondo python3 tests/trace/table_test.py [NAME...]

The reference trace lies in ../shared/data/merlin, or RONDO_SHARED/data/merlin; without it its tests are left out, with a word.
What needs Chromium, Graphviz or the package `perfetto` is run by name alone (OtherToolsTest). Exits 77, "skipped", without the program, or when all that was named
needs something that is not there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
RONDO = os.environ.get("RONDO") or shutil.which("rondo")
PLAYED = ROOT / "tests" / "data" / "played.csv"
REFERENCE = Path(os.environ.get("RONDO_SHARED") or ROOT.parent / "shared") / "data" / "merlin" / "reference_trace.csv"
VENV_PYTHON = ROOT / "build" / "venv" / "bin" / "python"
TIMEOUT_S = 120
SVG = "{http://www.w3.org/2000/svg}"


def enter_venv():
    """Perfetto's classes are in build/venv: goes on with its Python when this one has none."""
    if VENV_PYTHON.exists() and Path(sys.prefix).resolve() != VENV_PYTHON.parents[1].resolve():
        os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])


class TableTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="rondo-table-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def call(self, *arguments, code=0, out=(), err=(), env=None):
        """Runs `rondo trace` and checks exit code and words; returns what it printed."""
        done = subprocess.run([RONDO, "trace", *map(str, arguments)], capture_output=True, timeout=TIMEOUT_S, cwd=self.folder,
                              env={**os.environ, **(env or {})}, check=False)
        stdout, stderr = done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")
        told = f"rondo trace {' '.join(map(str, arguments))}\nstdout: {stdout[-2000:]}\nstderr: {stderr[-2000:]}"
        self.assertEqual(done.returncode, code, told)
        for words, stream in ((out, stdout), (err, stderr)):
            for word in [words] if isinstance(words, str) else words:
                self.assertIn(word, stream, told)
        if code == 0:
            self.assertEqual(stderr, "", told)
        return stdout

    def write(self, name, text):
        path = self.folder / name
        path.write_bytes(text.encode())
        return path

    def rows(self, path=PLAYED):
        lines = path.read_text(encoding="utf-8").splitlines()
        header = lines[0].split(",")
        return header, [dict(zip(header, line.split(","))) for line in lines[1:]]

    def write_rows(self, name, header, rows):
        return self.write(name, "".join(",".join(str(row[key]) for key in header) + "\n" for row in [dict(zip(header, header)), *rows]))

    def export(self, name, *arguments, source=PLAYED):
        path = self.folder / name
        self.assertEqual(self.call("export", source, *arguments, "-o", path), "")
        return path.read_bytes()

    def export_with_time(self, name):
        """As DOT, with a time dependency that is no other one."""
        header, rows = self.rows()
        for row in rows:
            row["time_dependency"] = "perceive_dispatch_2" if row["dispatch_key"] == "control2_dispatch_0" else ""
        return self.export(name, "--format=dot", source=self.write_rows("t.csv", header, rows)).decode()


class CommandTest(TableTest):
    def test_help(self):
        for flag in ("--help", "-h", "help"):
            self.call(flag, out=["usage: rondo trace VERB", "stats", "plot", "export", "diff", "check"])
        for verb in ("stats", "plot", "export", "diff", "check"):
            text = self.call(verb, "--help", out=[f"usage: rondo trace {verb}", "Exit codes:", "Examples:"])
            self.assertLess(max(map(len, text.splitlines())), 101)

    def test_usage(self):
        self.call(code=2, err="usage: rondo trace")
        self.call("stat", code=2, err="did you mean 'stats'?")
        self.call("stats", code=2, err="wants one FILE")
        self.call("diff", PLAYED, code=2, err="wants two files")
        self.call("stats", PLAYED, "--facter=2", code=2, err="did you mean --factor?")
        self.call("stats", PLAYED, "--factor=0.5", code=2, err="--factor is 1 or more")
        self.call("export", PLAYED, code=2, err="--format is html")
        self.call("export", PLAYED, "--format=png", code=2, err="--format is html")
        self.call("plot", PLAYED, "--from-ms=3", "--zoom-ms=2", code=2, err="--zoom-ms lies behind --from-ms")
        self.call("diff", PLAYED, PLAYED, "--run-ratio=0.9", code=2, err="--run-ratio is 1 or more")

    def test_failures(self):
        self.call("stats", "absent.csv", code=1, err="absent.csv")
        self.call("stats", self.folder, code=1, err="rondo: ")
        self.call("stats", self.write("x.csv", "a,b\n"), code=1, err="x.csv:1: column 1: 'a' stands where graph_iter belongs")
        text = PLAYED.read_text(encoding="utf-8")
        self.call("stats", self.write("y.csv", text[:-1]), code=1, err="y.csv:101: the file ends within this line")
        self.call("check", self.write("z.csv", text.replace(",LITTLE,", ",,", 1)), code=1, err="z.csv:2: column target: '' is no target")
        self.call("plot", PLAYED, "-o", "no/such/x.svg", code=1, err="no/such/x.svg")
        self.call("plot", PLAYED, "--iteration=5", code=1, err="there is no iteration 5: the last one is 4")
        self.call("plot", self.write("e.csv", text.split("\n")[0] + "\n"), code=1, err="no rows to draw")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["e.csv", "x.csv", "y.csv", "z.csv"])

    def test_pipe(self):
        done = subprocess.run(f"cat '{PLAYED}' | '{RONDO}' trace export /dev/stdin --format=csv | cmp - '{PLAYED}'", shell=True, check=False)
        self.assertEqual(done.returncode, 0)


class StatsTest(TableTest):
    def test_text(self):
        text = self.call("stats", PLAYED, env={"NO_COLOR": "1"}, out=["100 dispatches of 20 nodes, 5 iterations, 2 targets, 3 workers", "deadlines: 2 of 25 missed"])
        self.assertNotIn("\033", text)
        self.assertIn("perceive_dispatch_5", text)

    def test_json(self):
        """The members that others write, with the same figures as computed here from the file."""
        summary = json.loads(self.call("stats", PLAYED, "--json"))
        _, rows = self.rows()
        runs = sorted(int(row["end_ns"]) - int(row["start_ns"]) for row in rows if row["dispatch_key"] == "perceive_dispatch_5")
        node = next(node for node in summary["nodes"] if node["key"] == "perceive_dispatch_5")
        self.assertEqual(node["run_stats"]["count"], 5)
        self.assertEqual(node["run_stats"]["p50_ms"], runs[2] / 1e6)
        self.assertEqual(node["run_stats"]["max_ms"], runs[4] / 1e6)
        self.assertAlmostEqual(node["run_stats"]["avg_ms"], sum(runs) / 5e6, places=6)
        self.assertEqual(node["dependencies"], ["perceive_dispatch_4"])
        self.assertEqual(node["flags"], ["slower"])
        self.assertEqual(set(summary["config"]), {"graph_json_path", "driver", "graph_iters", "dispatch_iters", "report_every", "vmfb_root_dir",
                                                  "cpu_p_cpu_ids", "cpu_e_cpu_ids", "targets", "visible_cores", "schedule_makespan_ms"})
        self.assertEqual(len(summary["topo_order"]), 20)
        place = {key: i for i, key in enumerate(summary["topo_order"])}
        for node in summary["nodes"]:
            self.assertTrue(all(place[key] < place[node["key"]] for key in node["all_predecessors"]))
        delays = sorted(int(row["start_ns"]) - int(row["planned_start_ns"]) for row in rows
                        if row["release_policy"] == "phase_locked")
        self.assertEqual(summary["root_delay"]["count"], len(delays))
        self.assertEqual(summary["root_delay"]["p50_ns"], delays[(len(delays) - 1) // 2])
        self.assertEqual(summary["root_delay"]["max_ns"], delays[-1])
        self.assertEqual(summary["misses"], sum(row["deadline_ns"] != "" and int(row["end_ns"]) > int(row["deadline_ns"]) for row in rows))


class CheckTest(TableTest):
    def test_good(self):
        self.call("check", PLAYED, out="100 rows, 0 findings")

    def test_columns(self):
        header, rows = self.rows()
        rows[6]["run_us"] = int(rows[6]["run_us"]) + 1
        path = self.write_rows("x.csv", header, rows)
        self.call("check", path, code=1, out=["x.csv:8: columns: run_us is", "100 rows, 1 finding"])

    def test_many(self):
        header, rows = self.rows()
        for row in rows:
            row["residency_us"] = row["dep_slip_us"] = 999999
        self.call("check", self.write_rows("x.csv", header, rows), code=1, out=["and 100 more", "100 rows, 200 findings"])


class PlanTest(TableTest):
    """A schedule beside the trace: what the 22 columns do not tell, and what both tell differently."""

    def plan(self, change=None):
        _, rows = self.rows()
        nodes = {row["dispatch_key"]: {"id": int(row["dispatch_id"]), "ordinal": int(row["ordinal"]), "total": int(row["total"]),
                                       "dependencies": row["dependencies"].split("|") if row["dependencies"] else [],
                                       "hardware_target": row["target"], "start_time": int(row["planned_start_ns"]) / 1e6,
                                       "duration": int(row["planned_duration_ns"]) / 1e6, "job_name": row["job_name"],
                                       "module_name": row["module_name"], "release_policy": row["release_policy"],
                                       "time_dep_mode": row["time_dep_mode"]} for row in rows}
        if change is not None:
            change(nodes)
        return self.write("plan.json", json.dumps({"dispatches": nodes}))

    def plain(self):
        header, rows = self.rows()
        return self.write_rows("plain.csv", header[:22], rows)

    def setUp(self):
        super().setUp()
        done = subprocess.run([RONDO, "trace", "stats", PLAYED, "--plan", self.plan()], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        if "without" in done.stderr and done.returncode != 0:
            self.skipTest(done.stderr.strip())

    def test_same(self):
        self.call("check", PLAYED, "--plan", self.plan(), out="100 rows, 0 findings")
        self.call("check", self.plain(), "--plan", self.plan(), out="100 rows, 0 findings")

    def test_graph(self):
        """The arrows of the plan, not inferred ones."""
        text = self.call("export", self.plain(), "--format=dot", "--plan", self.plan(lambda nodes: nodes["perceive_dispatch_3"].update(
            time_dependency="control0_dispatch_2", time_dep_mode="soft")))
        self.assertNotIn("dotted", text)
        self.assertIn('"control0_dispatch_2" -> "perceive_dispatch_3" [style=dashed, label="time", constraint=false];', text)
        self.assertEqual(text.count(" -> "), 16)

    def test_differences(self):
        def break_nodes(nodes):
            nodes["control0_dispatch_1"]["hardware_target"] = "BIG"
            nodes["control1_dispatch_1"]["module_name"] = "other"
            nodes["perceive_dispatch_7"]["duration"] += 0.001
            nodes["perceive_dispatch_0"]["dependencies"] = ["control0_dispatch_0"]
            nodes["new_dispatch_0"] = dict(nodes["control3_dispatch_0"])
            del nodes["control2_dispatch_2"]
        text = self.call("check", PLAYED, "--plan", self.plan(break_nodes), code=1,
                         out=["affinity: control0_dispatch_1 ran on LITTLE", "plan: control1_dispatch_1 ran module", "perceive_dispatch_7 has planned times",
                              "precedence: perceive_dispatch_0 started", "new_dispatch_0 of the plan never ran", "control2_dispatch_2 is not in the plan"])
        self.assertIn("played.csv:0: plan: new_dispatch_0", text)

    def test_bad_plan(self):
        self.call("check", PLAYED, "--plan=absent.json", code=1, err="absent.json")
        self.call("check", PLAYED, "--plan", self.write("bad.json", "{"), code=1, err="bad.json")


class DiffTest(TableTest):
    def test_same(self):
        self.call("diff", PLAYED, PLAYED, out=["100 pairs of dispatches", "0 regressions"])

    def test_slower(self):
        header, rows = self.rows()
        for row in rows:
            if row["job_name"] == "perceive":
                row["end_ns"] = int(row["end_ns"]) + (int(row["end_ns"]) - int(row["start_ns"])) // 2
                row["end_us"] = row["complete_us"] = (row["end_ns"] + 500) // 1000
        slow = self.write_rows("slow.csv", header, rows)
        self.call("diff", PLAYED, slow, code=1, out=["REGRESSION", "perceive  run time"])
        self.call("diff", slow, PLAYED, out=["better", "0 regressions"])
        self.call("diff", PLAYED, slow, "--run-ratio=2", out="0 regressions")


class Page(HTMLParser):
    """What a page would fetch, and whether its tags match."""

    VOID = {"meta", "br", "hr", "img", "link", "input"}
    OPTIONAL = {"th", "td", "tr", "li", "p"}

    def __init__(self):
        super().__init__()
        self.fetched, self.open, self.tags = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.fetched += [value for name, value in attrs if name in ("src", "href", "xlink:href", "data", "action", "srcset")]
        if tag not in self.VOID | self.OPTIONAL:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID | self.OPTIONAL:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in self.OPTIONAL:
            assert self.open and self.open[-1] == tag, f"</{tag}> where {self.open[-3:]} are open"
            self.open.pop()


class ExportTest(TableTest):
    def test_csv(self):
        self.assertEqual(self.export("x.csv", "--format=csv"), PLAYED.read_bytes())

    def check_svg(self, svg, bars):
        root = ElementTree.fromstring(svg)
        self.assertEqual(root.tag, SVG + "svg")
        groups = [group for group in root.iter(SVG + "g") if (group.get("class") or "").split()[:1] == ["n"] and group.get("data-k")]
        self.assertEqual(len(groups), bars)
        for group in groups:
            self.assertIsNotNone(group.find(SVG + "title"))
            self.assertGreaterEqual(float(group.find(SVG + "rect").get("width")), 1)
        self.assertNotIn(b"href", svg)
        self.assertEqual(re.findall(rb"https?://(?!www\.w3\.org/)", svg), [])
        return root

    def test_svg(self):
        self.check_svg(self.export("x.svg", "--format=svg"), 20 + 4 * 20)  # the plan, and 4 iterations
        self.check_svg(self.call("plot", PLAYED).encode(), 100)
        self.check_svg(self.call("plot", PLAYED, "--iteration=3", "--iterations=9").encode(), 20 + 2 * 20)
        narrow = self.check_svg(self.call("plot", PLAYED, "--iterations=1", "--from-ms=1", "--zoom-ms=1.2").encode(), 8)
        self.assertEqual((narrow.get("data-from"), narrow.get("data-to")), ("1000000", "1200000"))

    def test_html(self):
        page = self.export("x.html", "--format=html").decode()
        parser = Page()
        parser.feed(page)
        self.assertEqual(parser.open, [])
        self.assertEqual(parser.fetched, [])  # nothing from elsewhere
        self.assertEqual(re.findall(r"https?://(?!www\.w3\.org/)|@import|url\((?!#)", page), [])
        self.assertIn("2 of 25", page)
        self.assertGreaterEqual(parser.tags.count("svg"), 4)

    def test_hostile_names(self):
        """Names are text wherever they stand."""
        header, rows = self.rows()
        for row in rows:
            for key in ("dispatch_key", "job_name", "target", "time_dependency", "dependencies"):
                row[key] = row[key].replace("control", "<script>alert('&')</script>\\")
        path = self.write_rows("h.csv", header, rows)
        for form in ("html", "svg"):
            text = self.export("x", f"--format={form}", source=path)
            self.assertNotIn(b"<script>alert", text)
            if form == "svg":
                self.check_svg(text, 100)
        json.loads(self.export("x", "--format=json", source=path))

    def test_dot(self):
        text = self.export("x.dot", "--format=dot").decode()
        self.assertIn('"perceive_dispatch_0" -> "perceive_dispatch_1";', text)
        self.assertIn("rankdir=LR", text)
        text = self.export_with_time("y.dot")
        self.assertIn('"perceive_dispatch_2" -> "control2_dispatch_0" [style=dashed, label="time", constraint=false];', text)


class OtherToolsTest(TableTest):
    """What needs a program or package of others. Run by name: what is not there is skipped."""

    def test_browser(self):
        """The script runs, in the page and in the picture, and puts the bars where they were."""
        browser = shutil.which("chromium")
        if browser is None:
            self.skipTest("no chromium")
        for name, form in (("x.html", "html"), ("x.svg", "svg")):
            before = self.export(name, f"--format={form}").decode()
            done = subprocess.run([browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={self.folder}/profile", "--dump-dom",
                                   f"file://{self.folder}/{name}"], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
            self.assertIn('data-ready="1"', done.stdout, done.stderr[-2000:])
            place = r'data-l="perceive 3"[^>]*>(?:<line[^>]*>(?:</line>)?)?<rect x="([\d.]+)"[^>]*width="([\d.]+)"'
            places = [[tuple(float(number) for number in match) for match in re.findall(place, text)] for text in (before, done.stdout)]
            self.assertEqual(len(places[0]), 5)
            for old, new in zip(*places):
                self.assertAlmostEqual(old[0], new[0], places=1)
                self.assertAlmostEqual(old[1], new[1], places=1)

    def test_graphviz(self):
        if shutil.which("dot") is None:
            self.skipTest("no Graphviz")
        self.export_with_time("y.dot")
        drawn = subprocess.run(["dot", "-Tsvg", self.folder / "y.dot"], capture_output=True, text=True, timeout=TIMEOUT_S, check=True).stdout
        self.assertEqual(drawn.count('class="node"'), 20)
        self.assertIn(">control2_dispatch_0<", drawn)  # a line of its own

    def test_perfetto(self):
        data = self.export("x.pftrace", "--format=perfetto")
        try:
            from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as proto
        except ImportError:
            self.skipTest("no package `perfetto` (make check installs it into build/venv)")
        check_perfetto(self, proto, data)


def check_perfetto(test, proto, data):
    """Tracks are told before they are used, slices nest, arrows have two ends and point forward in time."""
    message = proto.Trace()
    message.ParseFromString(data)
    names, tracks, parents, opened, last, slices, flows = {}, {}, {}, {}, {}, {}, {}
    for packet in message.packet:
        names.update((name.iid, name.name) for name in packet.interned_data.event_names)
        if packet.HasField("track_descriptor"):
            track = packet.track_descriptor
            tracks[track.uuid], parents[track.uuid] = track.name, track.parent_uuid
        if not packet.HasField("track_event"):
            continue
        event = packet.track_event
        test.assertIn(event.track_uuid, tracks)
        test.assertGreaterEqual(packet.timestamp, last.get(event.track_uuid, 0))
        last[event.track_uuid] = packet.timestamp
        if event.type == event.TYPE_SLICE_BEGIN:
            opened.setdefault(event.track_uuid, []).append(packet.timestamp)
            path = (tracks.get(parents.get(parents[event.track_uuid], 0), ""), tracks.get(parents[event.track_uuid], ""), tracks[event.track_uuid])
            slices.setdefault(path, []).append((packet.timestamp, names[event.name_iid]))
            for flow in event.flow_ids:
                flows.setdefault(flow, []).append((0, packet.timestamp, names[event.name_iid]))
            for flow in event.terminating_flow_ids:
                flows.setdefault(flow, []).append((1, packet.timestamp, names[event.name_iid]))
        else:
            test.assertEqual(event.type, event.TYPE_SLICE_END)
            opened[event.track_uuid].pop()
    test.assertFalse(any(opened.values()))
    test.assertEqual(set(slices), {("targets", "LITTLE", "planned"), ("targets", "LITTLE", "observed"), ("targets", "BIG", "planned"),
                                   ("targets", "BIG", "observed"), ("", "workers", "worker 0"), ("", "workers", "worker 1"), ("", "workers", "worker 2"),
                                   ("jobs", "control", "planned"), ("jobs", "control", "observed"), ("jobs", "perceive", "planned"),
                                   ("jobs", "perceive", "observed")})
    test.assertEqual(len(slices["targets", "BIG", "observed"]), 40)
    test.assertEqual(len(flows), 75)  # 15 edges an iteration
    for ends in flows.values():
        ends.sort()
        test.assertEqual([end[0] for end in ends], [0, 1])
        test.assertLess(ends[0][1], ends[1][1])


@unittest.skipUnless(REFERENCE.exists(), f"no {REFERENCE}")
class ReferenceTest(TableTest):
    def test_stats(self):
        summary = json.loads(self.call("stats", REFERENCE, "--json"))
        delay = summary["root_delay"]
        self.assertEqual((delay["count"], delay["mean_ns"], delay["p50_ns"], delay["max_ns"]), (17, 11000.0, 2000, 160000))
        self.assertEqual(summary["root_delay_later"]["mean_ns"], 1687.5)
        self.assertEqual(summary["makespan"]["max_ns"], 32935000)
        self.assertEqual(summary["planned_makespan_ns"], 32567000)
        flagged = {node["key"]: node["flags"] for node in summary["nodes"] if node["flags"]}
        self.assertEqual({key for key in flagged if key.startswith("dronet")}, {f"dronet_dispatch_{i}" for i in range(5)})
        self.assertEqual(flagged["dronet_dispatch_0"], ["wrong_module"])
        self.assertEqual(flagged["dronet_dispatch_4"], ["faster", "wrong_module"])
        self.assertEqual({key for key in flagged if key.startswith("mlp")}, {"mlp0_dispatch_0", "mlp0_dispatch_1"})
        self.call("stats", REFERENCE, out=["root delay (phase-locked, to plan)     17       11.0       2.00", "7 of 105 nodes flagged"])

    def test_round_trip(self):
        self.assertEqual(self.call("export", REFERENCE, "--format=csv").encode(), REFERENCE.read_bytes())

    def test_check(self):
        self.call("check", REFERENCE, out="105 rows, 0 findings")

    def test_plan(self):
        """The schedule was corrected after the run: five nodes ran another model's modules, and all else agrees."""
        schedule = REFERENCE.parent / "scheduled_networks_periodic_profile_profiled.json"
        done = subprocess.run([RONDO, "trace", "check", REFERENCE, "--plan", schedule], capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        if "findings" not in done.stdout:
            self.skipTest(done.stderr.strip())
        self.assertEqual(done.returncode, 1)
        self.assertEqual(re.findall(r": plan: (\S+) ran module mlp", done.stdout), [f"dronet_dispatch_{i}" for i in range(5)])
        self.assertIn("105 rows, 5 findings", done.stdout)

    def test_exports(self):
        for form in ("html", "svg", "dot", "perfetto", "json"):
            self.call("export", REFERENCE, f"--format={form}", "-o", self.folder / form)


if __name__ == "__main__":
    if RONDO is None or not Path(RONDO).exists():
        print("skipped: no rondo; set RONDO")
        sys.exit(77)
    if not REFERENCE.exists():
        print(f"left out: the tests of the reference trace: no {REFERENCE}")
    names = [name for name in sys.argv[1:] if not name.startswith("-")]
    if not names:
        sys.argv += [case.__name__ for case in TableTest.__subclasses__() if case is not OtherToolsTest]
    elif any("perfetto" in name for name in names):
        enter_venv()
    result = unittest.main(verbosity=1, exit=False).result
    if result.wasSuccessful() and result.testsRun > 0 and len(result.skipped) == result.testsRun:
        print("skipped: " + "; ".join(reason for _, reason in result.skipped))
        sys.exit(77)
    sys.exit(not result.wasSuccessful())

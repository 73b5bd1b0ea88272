#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: The rondo authors
"""Reads a trace with Perfetto's message classes and checks what holds for every trace.

    build/venv/bin/python tests/trace/trace_check.py FILE.pftrace...

Checked: no field that the classes do not know; one clock, told before it is used; every track and name told before it is used;
times of a track never fall; slices nest and end; arrows have two ends. Prints what is in the file. Exits 1 when something is wrong,
77 without the classes (PyPI `perfetto`).
"""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV_PYTHON = ROOT / "build" / "venv" / "bin" / "python"


def import_classes():
    """The classes are in build/venv: goes on with its Python when this one has none."""
    try:
        from google.protobuf import unknown_fields
        from perfetto.protos.perfetto.trace import perfetto_trace_pb2
    except ImportError:
        if VENV_PYTHON.exists() and Path(sys.prefix).resolve() != VENV_PYTHON.parents[1].resolve():
            os.execv(VENV_PYTHON, [str(VENV_PYTHON), *sys.argv])
        print("skipped: no package `perfetto` (make check installs it into build/venv)")
        sys.exit(77)
    return perfetto_trace_pb2, unknown_fields


PROTO, UNKNOWN = import_classes()
EVENT = PROTO.TrackEvent


class TraceError(Exception):
    """What is wrong with a trace, and in which packet."""


@dataclass
class Event:
    """A slice or an instant (then end_ns is begin_ns)."""
    name: str
    begin_ns: int
    end_ns: int = None
    depth: int = 0
    parent: "Event" = None
    values: dict = field(default_factory=dict)  # of its annotations
    is_instant: bool = False


@dataclass
class Track:
    name: str
    tid: int
    events: list = field(default_factory=list)  # in order of their beginnings
    open: list = field(default_factory=list)
    last_ns: int = 0

    def named(self, name):
        return [event for event in self.events if event.name == name]


@dataclass
class FlowPoint:
    time_ns: int
    event: Event
    track: Track
    is_last: bool


@dataclass
class Trace:
    process: str = None
    pid: int = None
    clock: int = None
    begin_ns: int = 0
    tracks: dict = field(default_factory=dict)  # uuid -> Track
    flows: dict = field(default_factory=dict)   # id -> [FlowPoint], by time

    def events(self):
        return [event for track in self.tracks.values() for event in track.events]

    def track(self, name):
        (track,) = [track for track in self.tracks.values() if track.name == name]
        return track


def check(condition, words):
    if not condition:
        raise TraceError(words)


def check_known(message):
    """No unknown fields, at any depth: they would be misspelt numbers."""
    check(len(UNKNOWN.UnknownFieldSet(message)) == 0, f"unknown fields in {type(message).__name__}")
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        for part in value if isinstance(value, (list, tuple)) or hasattr(value, "add") else [value]:
            check_known(part)


class Reader:
    """State of the one sequence that rondo writes."""

    def __init__(self):
        self.trace = Trace()
        self.processes = {}
        self.sequence = None
        self.event_names = {}
        self.label_names = {}

    def read_packet(self, packet):
        check_known(packet)
        if self.sequence is None:
            self.read_first(packet)
        check(packet.trusted_packet_sequence_id == self.sequence, "another sequence")
        for interned, table in ((packet.interned_data.event_names, self.event_names),
                                (packet.interned_data.debug_annotation_names, self.label_names)):
            for name in interned:
                check(name.iid != 0 and name.iid not in table and name.name not in table.values(), f"name {name.name} told twice")
                table[name.iid] = name.name
        if packet.HasField("track_descriptor"):
            self.read_descriptor(packet.track_descriptor)
        if packet.HasField("track_event"):
            check(packet.sequence_flags & PROTO.TracePacket.SEQ_NEEDS_INCREMENTAL_STATE, "an event that does not need the state")
            self.read_event(packet.track_event, packet.timestamp)

    def read_first(self, packet):
        self.sequence = packet.trusted_packet_sequence_id
        check(self.sequence != 0, "no sequence")
        check(packet.sequence_flags & PROTO.TracePacket.SEQ_INCREMENTAL_STATE_CLEARED, "the first packet does not clear the state")
        clocks = {clock.clock_id: clock.timestamp for clock in packet.clock_snapshot.clocks}
        self.trace.clock = packet.trace_packet_defaults.timestamp_clock_id
        check(self.trace.clock == packet.clock_snapshot.primary_trace_clock, "events and trace have different clocks")
        check(PROTO.BUILTIN_CLOCK_BOOTTIME in clocks and self.trace.clock in clocks, "no snapshot of the clock")
        self.trace.begin_ns = clocks[self.trace.clock]

    def read_descriptor(self, descriptor):
        if descriptor.HasField("process"):
            check(self.trace.process is None, "two processes")
            self.trace.process, self.trace.pid = descriptor.process.process_name, descriptor.process.pid
            self.processes[descriptor.uuid] = descriptor.process
            return
        check(descriptor.uuid not in self.trace.tracks, "a track told twice")
        check(descriptor.parent_uuid in self.processes, "a thread without its process")
        check(descriptor.thread.pid == self.trace.pid, "a thread of another process")
        self.trace.tracks[descriptor.uuid] = Track(descriptor.thread.thread_name, descriptor.thread.tid)

    def read_event(self, message, time_ns):
        check(message.track_uuid in self.trace.tracks, "an event on an unknown track")
        track = self.trace.tracks[message.track_uuid]
        check(time_ns >= track.last_ns and time_ns >= self.trace.begin_ns, f"time falls on {track.name}")
        track.last_ns = time_ns
        values = {self.label_names[note.name_iid]: note.pointer_value or note.uint_value for note in message.debug_annotations}
        if message.type == EVENT.TYPE_SLICE_END:
            check(track.open, f"an end without a beginning on {track.name}")
            event = track.open.pop()
            event.end_ns = time_ns
            event.values.update(values)
            check(not message.flow_ids and not message.terminating_flow_ids, "an arrow at an end")
            return
        check(message.name_iid in self.event_names, "a name that was not told")
        is_instant = message.type == EVENT.TYPE_INSTANT
        check(is_instant or message.type == EVENT.TYPE_SLICE_BEGIN, f"type {message.type}")
        event = Event(self.event_names[message.name_iid], time_ns, time_ns if is_instant else None, len(track.open),
                      track.open[-1] if track.open else None, values, is_instant)
        track.events.append(event)
        if not is_instant:
            track.open.append(event)
        for ids, is_last in ((message.flow_ids, False), (message.terminating_flow_ids, True)):
            for flow in ids:
                self.trace.flows.setdefault(flow, []).append(FlowPoint(time_ns, event, track, is_last))


def check_flow(flow, points, is_whole):
    """An arrow leads somewhere. In a whole trace it begins with a submission and ends with its completion, once."""
    check(len(points) > 1 or not is_whole, f"flow {flow} has one end")
    check(sum(point.is_last for point in points) <= 1 and not any(point.is_last for point in points[:-1]), f"flow {flow} goes on behind its end")
    if is_whole:
        check(points[0].event.name == "submit", f"flow {flow} begins with {points[0].event.name}")
        check(points[-1].is_last and points[-1].event.name == "complete", f"flow {flow} does not end")


def read(path, is_whole=True):
    """The checked contents of a file. `is_whole`: nothing was dropped, and what was submitted was completed."""
    message = PROTO.Trace()
    message.ParseFromString(Path(path).read_bytes())
    check(len(UNKNOWN.UnknownFieldSet(message)) == 0, "something that is no packet")
    reader = Reader()
    for number, packet in enumerate(message.packet):
        try:
            reader.read_packet(packet)
        except TraceError as error:
            raise TraceError(f"{path}: packet {number}: {error}\n{packet}") from error
    trace = reader.trace
    check(trace.process is not None, "no process")
    for track in trace.tracks.values():
        check(not track.open, f"{track.name}: {len(track.open)} slices do not end")
    for flow, points in trace.flows.items():
        points.sort(key=lambda point: (point.time_ns, point.is_last))
        check_flow(flow, points, is_whole)
    return trace


def main():
    for path in sys.argv[1:]:
        trace = read(path, is_whole=False)
        print(f"{path}: process {trace.process} ({trace.pid}), {len(trace.flows)} flows")
        for track in trace.tracks.values():
            slices = [event for event in track.events if not event.is_instant]
            print(f"  {track.name} ({track.tid}): {len(slices)} slices, {len(track.events) - len(slices)} instants, "
                  f"depth {max((event.depth + 1 for event in slices), default=0)}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except TraceError as failure:
        print(failure, file=sys.stderr)
        sys.exit(1)

"""Verification: goes once through all lines and tells what was done to them."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from brainviewer.core.audit_trail.anchor import Anchor
from brainviewer.core.audit_trail.faults import Check, Fault, FaultKind, span_text, together
from brainviewer.core.audit_trail.key import TrailKey, same_seal
from brainviewer.core.audit_trail.line import (
    BEGINNING,
    LONGEST_LINE,
    Line,
    Moment,
    read_line,
    time_text,
)
from brainviewer.core.counting import counted

_CLOCK_TOLERANCE = timedelta(seconds=60)
"""What the clock of the computer and the one that runs since its start may differ by."""
_SET_BACK = timedelta(seconds=2)
_GONE = (FaultKind.MISSING, FaultKind.CHANGED, FaultKind.MIXED)
INTERRUPTED = "interrupted write"
"""What a line notices that takes the place of one that was being written."""


@dataclass(frozen=True)
class TrailFile:
    """A file of the trail. start : the number in its name. lines : bytes, each with its end."""

    name: str
    start: int
    lines: Iterable[bytes]


@dataclass(frozen=True)
class KeptAnchor:
    """An anchor that is kept somewhere.

    place : where, for the sentence. anchor : None where it is not there, or not sealed with the
        key, which ``there`` tells apart. exact : it is written after every line, so that it is one
        line behind at most.
    """

    place: str
    anchor: Anchor | None
    there: bool = True
    exact: bool = True


def check_trail(
    files: Sequence[TrailFile], anchors: Sequence[KeptAnchor], key: TrailKey, *, begun: bool = False
) -> Check:
    """What is wrong with the files of a trail, which are in the order of their names.

    begun : lines were written with the key, so that there must be some.
    """
    going = _Going(key, {kept.anchor.number: "" for kept in anchors if kept.anchor})
    for file in files:
        going.take_file(file, last=file is files[-1])
    going.end(max((kept.anchor.number for kept in anchors if kept.anchor), default=0))
    for kept in anchors:
        going.hold_against(kept)
    if begun and not going.count and not going.faults:
        said = "All lines of the trail are missing, and the mark of its end."
        going.faults.append(Fault(FaultKind.MISSING, detail=said))
    return going.result()


@dataclass
class _Going:
    """The state of a verification.

    seals : of the lines that anchors name. top : the line with the highest number so far.
    bad : how many lines since then bear no right seal. gaps : numbers that were not seen yet.
    torn : the end of the last file is a line that was being written.
    """

    key: TrailKey
    seals: dict[int, str]
    top: Line | None = None
    bad: int = 0
    torn: bool = False
    count: int = 0
    first: str = ""
    gaps: list[tuple[int, int]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def take_file(self, file: TrailFile, *, last: bool) -> None:
        """Go through a file. last : none comes after it, so that a write may have ended in it."""
        first = True
        for raw in file.lines:
            if self.torn:  # more comes after it: no write ended there
                self.bad, self.torn = self.bad + 1, False
            if last and half_written(raw, self.key):
                self.torn = True
                continue
            line = read_line(raw) if raw.endswith(b"\n") else None
            if line is None or not line.intact(self.key):
                self.bad += 1
                continue
            # Where its beginning is gone, the lines that are missing tell that.
            if first and line.number != file.start and line.number <= self._number + 1:
                said = f"The file '{file.name}' begins with line {line.number}: it was renamed."
                self.faults.append(Fault(FaultKind.RENAMED, detail=said))
            first = False
            self._take(line)

    def end(self, anchored: int) -> None:
        """After the last file: what the anchors know of and the files do not hold is missing."""
        if anchored > self._number:
            self.bad += self.torn
            self._gap(self._number + 1, anchored, "")
        else:
            if self.bad and self.top is None:
                said = "No line bears a seal of this key: the trail, or the key, is another one."
                self.faults.append(Fault(FaultKind.REPLACED, detail=said))
            elif self.bad:
                self._forged("")
            if self.torn:
                said = f"The writing of line {self._number + 1} was interrupted"
                self.notes.append(f"{said}, as by a power cut.")
        self.bad = 0

    def hold_against(self, kept: KeptAnchor) -> None:
        """Compare with an anchor."""
        anchor = kept.anchor
        if anchor is None:
            if kept.there or (kept.exact and self.count > 1):
                what = "was changed, or sealed with another key" if kept.there else "is missing"
                said = f"The end mark of the trail in {kept.place} {what}."
                self.faults.append(Fault(FaultKind.ANCHOR, detail=said))
            return
        seal = self.seals.get(anchor.number)
        if seal and not same_seal(seal, anchor.line_seal):
            fault = self._fault(FaultKind.REPLACED, anchor.number, anchor.number)
            said = f"Line {anchor.number} is not the one that the end mark in {kept.place} names: "
            said += "the trail, or the mark, was replaced by another copy."
            self.faults.append(Fault(fault.kind, fault.first, fault.last, detail=said))
        elif kept.exact and self.top is not None and self.top.number > anchor.number + 1:
            said = f"The end mark in {kept.place} names line {anchor.number}, but the trail goes "
            said += f"on to line {self.top.number}: the mark was replaced by an older one."
            self.faults.append(Fault(FaultKind.ANCHOR, detail=said))

    def result(self) -> Check:
        """What was found."""
        last = "" if self.top is None else time_text(self.top.moment.time)
        faults = together(self.faults)
        return Check(self.count, self.first, last, faults, tuple(self.notes))

    @property
    def _number(self) -> int:
        return 0 if self.top is None else self.top.number

    def _take(self, line: Line) -> None:
        """A line whose seal is right."""
        if line.number in self.seals and not self.seals[line.number]:
            self.seals[line.number] = line.seal
        time = time_text(line.moment.time)
        if line.number <= self._number:
            self._take_late(line, time)
            return
        if line.number > self._number + 1:
            self._gap(self._number + 1, line.number - 1, time)
        else:
            if self.bad:
                self._forged(time)
            if not same_seal(line.last, "" if self.top is None else self.top.seal):
                self.faults.append(self._fault(FaultKind.REPLACED, line.number, line.number))
        self.bad = 0
        self._notice(line, time)
        self.count += 1
        self.first = self.first or time
        self.top = line

    def _take_late(self, line: Line, time: str) -> None:
        """A line whose number was passed already."""
        for index, (first, last) in enumerate(self.gaps):
            if first <= line.number <= last:
                parts = (first, line.number - 1), (line.number + 1, last)
                self.gaps[index : index + 1] = [part for part in parts if part[0] <= part[1]]
                self.count += 1
                fault = Fault(FaultKind.MOVED, line.number, line.number, time, time)
                self._no_longer_missing(line.number)
                break
        else:
            fault = Fault(FaultKind.REPEATED, line.number, line.number, time, time)
        self.faults.append(fault)

    def _gap(self, first: int, last: int, until: str) -> None:
        """Numbers that no line with a right seal bears, where ``bad`` others stand."""
        size = last - first + 1
        if self.bad == 0:
            kind = FaultKind.MISSING
        else:
            kind = FaultKind.CHANGED if self.bad >= size else FaultKind.MIXED
        self.gaps.append((first, last))
        self.faults.append(self._fault(kind, first, last, until))
        if self.bad > size:
            self.bad -= size
            self._forged(until)

    def _forged(self, until: str) -> None:
        what = counted(self.bad, "line")
        where = f"after line {self._number}" if self.top else "before the first line"
        bears = "bears" if self.bad == 1 else "bear"
        said = f"{what} {where} {bears} no right seal: forged, or changed beyond recognition."
        self.faults.append(Fault(FaultKind.FORGED, until=until, detail=said))

    def _no_longer_missing(self, number: int) -> None:
        """Take a number out of the faults: its line stands elsewhere."""
        for index, fault in enumerate(self.faults):
            if fault.kind in _GONE and fault.first <= number <= fault.last:
                parts = (fault.first, number - 1), (number + 1, fault.last)
                self.faults[index : index + 1] = [
                    Fault(fault.kind, *part, fault.since, fault.until)
                    for part in parts
                    if part[0] <= part[1]
                ]
                return

    def _fault(self, kind: FaultKind, first: int, last: int, until: str = "") -> Fault:
        since = "" if self.top is None else time_text(self.top.moment.time)
        return Fault(kind, first, last, since, until)

    def _notice(self, line: Line, time: str) -> None:
        """What the line itself says, and its clock."""
        for noticed in line.noticed:
            if noticed == INTERRUPTED:
                said = f"The writing of line {line.number} was interrupted once, and begun again."
                self.notes.append(said)
            else:
                said = f"When line {line.number} was written, {noticed}."
                self.faults.append(Fault(FaultKind.NOTICED, since=time, detail=said))
        if self.top is not None and (said := clock_note(self.top.moment, line.moment)):
            self.notes.append(f"Before line {line.number} {said}.")


def clock_note(before: Moment, after: Moment) -> str:
    """What happened to the clock between two moments; empty if nothing is known to have."""
    passed = after.time - before.time
    if before.boot and before.boot == after.boot:
        moved = passed - timedelta(seconds=after.up - before.up)
        if abs(moved) > _CLOCK_TOLERANCE:
            way = "back" if moved < timedelta(0) else "forward"
            return f"the clock of the computer was set {way} by {span_text(moved)}"
    if passed < -_SET_BACK:
        return f"the clock of the computer was set back by {span_text(passed)} or more"
    return ""


def half_written(raw: bytes, key: TrailKey) -> bool:
    """Whether bytes at the end of the trail are what a killed process or a power cut leaves.

    Blocks that never came to the disk; the beginning of a line, or all but its end. A whole object
    with a wrong seal is none of them, since no beginning of an object is one; nor is what no line
    of ours begins with.
    """
    if len(raw) > LONGEST_LINE or not raw.startswith((BEGINNING[: len(raw)], b"\0")):
        return False
    if b"\0" in raw:
        return True
    if raw.endswith(b"\n"):
        return False
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        return True
    line = read_line(raw)
    return line is not None and line.intact(key)

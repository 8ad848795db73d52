"""What is wrong with a trail, and what is only worth knowing, in words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum


class FaultKind(StrEnum):
    """What was done to lines, or to what holds the trail."""

    CHANGED = "changed"
    MISSING = "missing"
    FORGED = "forged"
    MOVED = "moved"
    REPEATED = "repeated"
    REPLACED = "replaced"
    MIXED = "mixed"
    RENAMED = "renamed"
    ANCHOR = "anchor"
    NOTICED = "noticed"


_SAID = {
    FaultKind.CHANGED: ("was changed", "were changed"),
    FaultKind.MISSING: ("is missing", "are missing"),
    FaultKind.MIXED: ("was changed or removed", "were changed or removed"),
    FaultKind.MOVED: ("stands in another place than it was written", "stand out of order"),
    FaultKind.REPEATED: ("stands there once more", "stand there once more"),
    FaultKind.REPLACED: (
        "does not follow from the line before: one of both is from another copy",
        "do not follow from the lines before: one of both is from another copy",
    ),
}


@dataclass(frozen=True)
class Fault:
    """Something that only a hand outside BrainViewer does.

    first, last : numbers of the lines; 0 where it is not about lines.
    since, until : the times of the lines before and after, as they stand in the file; empty where
        there is none.
    detail : the whole sentence, for what is not about a range of lines.
    """

    kind: FaultKind
    first: int = 0
    last: int = 0
    since: str = ""
    until: str = ""
    detail: str = ""

    @property
    def sentence(self) -> str:
        """What is wrong, where and when."""
        if self.detail:
            return self.detail
        one, many = _SAID[self.kind]
        if self.first == self.last:
            said = f"Line {self.first} {one}"
        else:
            said = f"Lines {self.first} to {self.last} {many}"
        return f"{said}{self._span}."

    @property
    def _span(self) -> str:
        since, until = readable(self.since), readable(self.until)
        if since and until:
            return f" (written between {since} and {until})"
        if since:
            return f" (written after {since})"
        return f" (written before {until})" if until else ""


@dataclass(frozen=True)
class Check:
    """The result of a verification.

    lines : how many were intact. first, last : time of the first and the last of them.
    faults : what only tampering explains. notes : what is honest and worth knowing.
    """

    lines: int = 0
    first: str = ""
    last: str = ""
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def readable(time: str) -> str:
    """A time of the file for people: to the second, in UTC."""
    return f"{time[:10]} {time[11:19]} UTC" if time else ""


def span_text(span: timedelta) -> str:
    """How long, roughly."""
    seconds = abs(span.total_seconds())
    for unit, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        if seconds >= length:
            count = round(seconds / length)
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return "less than a second"


def together(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults of one kind in lines that follow each other, as one."""
    joined: list[Fault] = []
    for fault in faults:
        before = joined[-1] if joined else None
        follows = before and before.kind is fault.kind and not (fault.detail or before.detail)
        if (
            before
            and follows
            and 0 < fault.first <= before.last + 1
            and fault.first >= before.first
        ):
            last, until = max(before.last, fault.last), fault.until or before.until
            joined[-1] = replace(before, last=last, until=until)
        else:
            joined.append(fault)
    return tuple(joined)

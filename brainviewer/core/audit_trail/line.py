"""One line of the audit trail: what it says, its bytes and its seal."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from brainviewer.core.audit_trail.actions import Outcome
from brainviewer.core.audit_trail.key import TrailKey, same_seal
from brainviewer.core.errors import SENSELESS

Facts = Mapping[str, object]
"""Texts, numbers, and yes or no."""
LONGEST_LINE = 65536
BEGINNING = b'{"action":"'
"""Of every line: its keys are in the order of the alphabet."""
"""In bytes; longer ones are none of ours."""
_NEEDED = b'"seal":"'
"""What every line holds; without it nothing is parsed, so that a million others take no time."""
_LONGEST_TEXT = 200
_MOST_VALUES = 12
_MOST_SUBJECTS = 32


@dataclass(frozen=True)
class Moment:
    """When something happened.

    time : UTC, by the clock of the computer, which can be set.
    up : seconds since the computer was started, which nobody sets.
    boot : equal for moments between which it was not started anew; empty if that is unknown.
    """

    time: datetime
    up: float
    boot: str = ""


@dataclass(frozen=True)
class Entry:
    """What is to be recorded.

    action : a value of ``Action``, also of later versions. reader, name : the id and name of who
        did it; the id is empty where nobody needs to sign in.
    subjects : whom it was done to, each by ``TrailKey.subject``.
    what : plain facts that name no patient, such as the format of an export.
    of : the number of the line that told the beginning of what has now ended; 0 for none.
    """

    action: str
    outcome: str = Outcome.DONE
    reader: str = ""
    name: str = ""
    subjects: tuple[str, ...] = ()
    what: Facts = field(default_factory=dict)
    of: int = 0


@dataclass(frozen=True)
class Line:
    """A line of the trail.

    number : counted from 1 through all files. last : the seal of the line before; empty for the
        first. noticed : what was wrong with the trail when it was written, for who verifies it.
    """

    number: int
    moment: Moment
    entry: Entry
    last: str
    noticed: tuple[str, ...] = ()
    seal: str = ""

    def sealed(self, key: TrailKey) -> "Line":
        """The same with its seal."""
        return Line(
            self.number,
            self.moment,
            self.entry,
            self.last,
            self.noticed,
            key.seal_of_line(_packed(_fields(self))),
        )

    def intact(self, key: TrailKey) -> bool:
        """Whether it was sealed with this key, and not changed since."""
        return same_seal(self.seal, key.seal_of_line(_packed(_fields(self))))

    @property
    def written(self) -> bytes:
        """As it stands in the file, with the end of the line."""
        return _packed({**_fields(self), "seal": self.seal}) + b"\n"


def read_line(raw: bytes) -> Line | None:
    """The line that bytes hold, whatever its seal; None if they hold none of ours.

    Bytes that say the same in another way, such as with more spaces, are none of ours.
    """
    if len(raw) > LONGEST_LINE or _NEEDED not in raw:
        return None
    try:
        told = json.loads(raw)
        line = _line_of(told)
        return line if line.written.rstrip(b"\n") == raw.rstrip(b"\n") else None
    except SENSELESS:
        return None


def time_text(time: datetime) -> str:
    """As it stands in files: UTC, ISO 8601."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def plain_facts(what: Facts) -> dict[str, object]:
    """Facts in the bounds of a line: so many, and so long."""
    kept = list(what.items())[:_MOST_VALUES]
    return {str(name)[:_LONGEST_TEXT]: _plain(value) for name, value in kept}


def _plain(value: object) -> object:
    return value if isinstance(value, int | float) else str(value)[:_LONGEST_TEXT]


def bounded(entry: Entry) -> Entry:
    """An entry whose line is never too long."""
    return Entry(
        entry.action,
        entry.outcome,
        entry.reader,
        entry.name[:_LONGEST_TEXT],
        entry.subjects[:_MOST_SUBJECTS],
        plain_facts(entry.what),
        entry.of,
    )


def _fields(line: Line) -> dict[str, Any]:
    """All but the seal; what is empty is left out."""
    entry = line.entry
    told: dict[str, Any] = {
        "n": line.number,
        "time": time_text(line.moment.time),
        "up": round(line.moment.up, 3),
        "boot": line.moment.boot,
        "action": entry.action,
        "outcome": entry.outcome,
        "reader": entry.reader,
        "name": entry.name,
        "subjects": list(entry.subjects),
        "what": dict(entry.what),
        "of": entry.of,
        "noticed": list(line.noticed),
        "last": line.last,
    }
    return {name: value for name, value in told.items() if value not in ("", [], {}) and value != 0}


def _packed(told: Mapping[str, Any]) -> bytes:
    """ASCII only, so that an ``end of line`` of Unicode ends no line."""
    return json.dumps(told, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def _line_of(told: Any) -> Line:
    """Raises ValueError, KeyError or TypeError for what is no line."""
    texts = ("time", "boot", "action", "outcome", "reader", "name", "last", "seal")
    if any(not isinstance(told.get(name, ""), str) for name in texts):
        raise TypeError
    number, of = told["n"], told.get("of", 0)
    if not (type(number) is int and type(of) is int and number > 0):
        raise TypeError
    lists = told.get("subjects", []), told.get("noticed", [])
    if any(not isinstance(one, str) for words in lists for one in words):
        raise TypeError
    time = datetime.fromisoformat(told["time"]).astimezone(UTC)
    entry = Entry(
        told["action"],
        told["outcome"],
        told.get("reader", ""),
        told.get("name", ""),
        tuple(lists[0]),
        told.get("what", {}),
        of,
    )
    moment = Moment(time, float(told.get("up", 0.0)), told.get("boot", ""))
    return Line(number, moment, entry, told.get("last", ""), tuple(lists[1]), told["seal"])

"""The lines of the trail that somebody wants to see, newest first, a page at a time."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from brainviewer.app.audit_trail.permission import require_administrator
from brainviewer.app.audit_trail.recording import own_trail
from brainviewer.app.audit_trail.subjects import Identifier, kinds_of, sealed
from brainviewer.core.audit_trail.actions import Action, Outcome
from brainviewer.core.audit_trail.faults import readable
from brainviewer.core.audit_trail.key import TrailKey
from brainviewer.core.audit_trail.line import Line, time_text
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.files.audit_trail.key_place import KeyAway
from brainviewer.files.audit_trail.reading import newest_first

_FIRST = ("kind", "change")
BROKEN = "its seal is wrong"
_SUBJECTS = {"content": "images", "patient": "id", "name": "name", "study": "study"}


@dataclass(frozen=True)
class Wanted:
    """Which lines; what is empty leaves all in.

    since, until : the first moment that is wanted, and the first that no longer is; in UTC.
    reader : his name or id. action : a value of ``Action``.
    about : a line is wanted that is about any of these.
    """

    since: datetime | None = None
    until: datetime | None = None
    reader: str = ""
    action: str = ""
    about: tuple[Identifier, ...] = ()


@dataclass(frozen=True)
class Row:
    """A line in words. time : in UTC. ended_badly : what it tells of did not come about, or
    was not told by BrainViewer."""

    number: int
    time: str
    reader: str
    action: str
    about: str
    details: str
    ended_badly: bool = False


def lines(wanted: Wanted, passed: Callable[[], object] = lambda: None) -> Iterator[Line]:
    """The lines that are wanted, newest first, read as they are asked for.

    passed : called for each line that was looked at; what it raises ends the reading.

    Raises BrainViewerError where there is no trail, it cannot be read, or only an administrator may
    see it; KeyAway where the key is needed, for ``about``, and away.
    """
    require_administrator()
    trail = own_trail()
    if not trail.begun:
        raise BrainViewerError(
            "Nothing has been recorded.", "Begin with 'brainviewer audit-trail start'."
        )
    about = frozenset(sealed(trail.kept.key, wanted.about)) if wanted.about else frozenset()
    return _matching(newest_first(trail.folder), wanted, about, passed)


def _matching(
    found: Iterator[Line], wanted: Wanted, about: frozenset[str], passed: Callable[[], object]
) -> Iterator[Line]:
    reader = wanted.reader.casefold()
    for line in found:
        passed()
        # Clocks may have been set back: older lines may follow that are wanted.
        time, entry = line.moment.time, line.entry
        if (wanted.since and time < wanted.since) or (wanted.until and time >= wanted.until):
            continue
        if reader and reader not in (entry.name.casefold(), entry.reader.casefold()):
            continue
        if wanted.action and entry.action != wanted.action:
            continue
        if about and about.isdisjoint(entry.subjects):
            continue
        yield line


def row_of(line: Line, key: TrailKey | None = None) -> Row:
    """A line in words. key : tells whether its seal is right; without, nobody can tell."""
    entry = line.entry
    action = shown_text(entry.action)
    if entry.outcome == Outcome.FAILED and entry.action != Action.SIGN_IN_FAILED:
        action = f"{action}: failed"
    elif entry.outcome == Outcome.CANCELLED:
        action = f"{action}: cancelled"
    facts = sorted(entry.what.items(), key=lambda fact: fact[0] not in _FIRST)
    told = [f"{name.replace('_', ' ')}: {_plain(value)}" for name, value in facts]
    if entry.of:
        told.insert(0, f"line {entry.of}")
    broken = key is not None and not line.intact(key)
    if broken:
        told.insert(0, BROKEN)
    about = ", ".join(_SUBJECTS.get(kind, kind) for kind in kinds_of(entry.subjects))
    return Row(
        line.number,
        readable(time_text(line.moment.time)),
        shown_text(entry.name or entry.reader),
        action,
        shown_text(about),
        shown_text(", ".join(told)),
        broken or entry.outcome in (Outcome.FAILED, Outcome.CANCELLED),
    )


def key_of_lines() -> TrailKey | None:
    """The key that tells whether seals are right; None where it is away."""
    try:
        return own_trail().kept.key
    except KeyAway:
        return None


def known_action(words: str) -> str:
    """The action that somebody has written. Raises BrainViewerError if there is none like it."""
    plain = " ".join(words.split()).casefold()
    for action in Action:
        if action.value.casefold() == plain:
            return action.value
    raise BrainViewerError(f"Nothing is recorded as '{words}'.", f"There are: {', '.join(Action)}.")


def moment_of(text: str, *, end: bool = False) -> datetime:
    """A day, or a time, that somebody has written: ``2026-12-01`` or ``2026-12-01 14:30``, in UTC.

    end : of a day, the moment after it. Raises BrainViewerError for what is neither.
    """
    try:
        found = datetime.fromisoformat(text.strip())
        known = found if found.tzinfo else found.replace(tzinfo=UTC)
        whole_day = end and len(text.strip()) <= len("2026-12-01")
        return known.astimezone(UTC) + timedelta(days=whole_day)
    except (ValueError, OverflowError):
        raise BrainViewerError(
            f"'{text}' is no day and no time.", "Write it as 2026-12-01 or 2026-12-01T14:30."
        ) from None


def _plain(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)

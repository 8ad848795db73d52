"""What is done is recorded before it takes effect; where that fails, it is not done."""

import getpass
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from types import MappingProxyType

from brainviewer.app.audit_trail.permission import sign_in_is_on
from brainviewer.app.audit_trail.subjects import Identifier, of_study, sealed
from brainviewer.core.audit_trail.actions import Action, Outcome
from brainviewer.core.audit_trail.line import Entry, Facts
from brainviewer.core.errors import BrainViewerError, Cancelled
from brainviewer.core.process.reader import Reader, current_reader
from brainviewer.core.study import Study
from brainviewer.files.audit_trail.key_place import KeptKey
from brainviewer.files.audit_trail.places import trail_folder
from brainviewer.files.audit_trail.trail import AuditTrail

log = logging.getLogger(__name__)
NO_FACTS: Facts = MappingProxyType({})
EDIT_SECONDS = 60.0
"""Edits of one kind in one study are recorded once in this time."""


class _Process:
    """What this process knows of the trail; it may be asked from any thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._trail: AuditTrail | None = None
        self._edits: dict[tuple[str, ...], float] = {}

    def trail(self) -> AuditTrail:
        """The trail of the folders as they are now."""
        with self._guard:
            if self._trail is None or self._trail.folder != trail_folder():
                self._trail = AuditTrail()
                self._edits.clear()
            return self._trail

    def is_new_edit(self, edit: tuple[str, ...]) -> bool:
        """Whether an edit was not recorded for a while."""
        with self._guard:
            last = self._edits.get(edit)
            return last is None or time.monotonic() - last >= EDIT_SECONDS

    def remember(self, edit: tuple[str, ...]) -> None:
        """An edit was recorded."""
        with self._guard:
            self._edits[edit] = time.monotonic()


_process = _Process()


def own_trail() -> AuditTrail:
    """The trail of this installation."""
    return _process.trail()


def recording() -> bool:
    """Whether what is done is recorded: from the first account on, or where it was switched on.

    Raises KeyAway, and UnwritableTrail, where nobody can tell.
    """
    trail = own_trail()
    if trail.begun and not trail.stopped:
        return True
    # What was stopped before there were accounts goes on with them.
    return sign_in_is_on() and not (trail.begun and trail.stopped_by_reader)


def record(
    action: Action,
    study: Study | None = None,
    *,
    outcome: Outcome = Outcome.DONE,
    of: int = 0,
    about: Iterable[Identifier] = (),
    name: str = "",
    by: Reader | None = None,
    facts: Facts = NO_FACTS,
) -> int:
    """Add a line to the trail, if one is kept; its number, 0 without.

    study, about : whom it is done to. of : the number of the line that told the beginning.
    name : who does it, where he has not signed in. by : the reader, where he does not use this
    process (yet). facts : plain ones, which name no patient.
    Raises UnwritableTrail or KeyAway; what was to be done must not be done then.
    """
    if not recording():
        return 0
    trail = own_trail()
    if not trail.begun or trail.stopped:
        begin({"why": "sign-in is on"})
    identifiers = (*(of_study(study) if study is not None else ()), *about)
    reader = by or (None if name else current_reader())
    who = ("", name or _system_user()) if reader is None else (reader.id, reader.name)
    subjects = sealed(trail.kept.key, identifiers)
    return trail.append(Entry(action, outcome, *who, subjects, facts, of))


def begin(facts: Facts = NO_FACTS) -> KeptKey:
    """Begin a trail, or go on with one that was stopped. Raises KeyAway, and FileError."""
    trail = own_trail()
    kept, reader = trail.begin(), current_reader()
    who = ("", _system_user()) if reader is None else (reader.id, reader.name)
    trail.append(Entry(Action.STARTED, Outcome.DONE, *who, what=facts))
    return kept


@contextmanager
def audited(
    action: Action,
    study: Study | None = None,
    *,
    about: Iterable[Identifier] = (),
    facts: Facts = NO_FACTS,
) -> Iterator[None]:
    """Record something before it is done, and how it ended where it was not.

    Raises UnwritableTrail or KeyAway before it is begun.
    """
    number = record(action, study, outcome=Outcome.BEGUN, about=about, facts=facts)
    try:
        yield
    except Cancelled:
        _record_end(action, number, Outcome.CANCELLED)
        raise
    except BaseException as error:
        _record_end(action, number, Outcome.FAILED, type(error).__name__)
        raise


def record_edit(study: Study | None, kind: str) -> None:
    """Record that a study is edited: once a minute for each kind of work. Raises as ``record``."""
    if study is None:
        return
    reader = current_reader()
    edit = (study.content_hash, kind, "" if reader is None else reader.id)
    if _process.is_new_edit(edit) and record(Action.EDITED, study, facts={"kind": kind}):
        _process.remember(edit)


def _record_end(action: Action, number: int, outcome: Outcome, why: str = "") -> None:
    """What has failed is told as that, whether or not it can be recorded."""
    if number:
        with suppress(BrainViewerError):
            record(action, outcome=outcome, of=number, facts={"error": why} if why else NO_FACTS)


def _system_user() -> str:
    """As the system knows who uses it; empty where it does not."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""

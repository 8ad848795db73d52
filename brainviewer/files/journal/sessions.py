"""What a window has open, and what one that was killed has left.

While a window has a study open, a file beside the journal says so, which it holds by a lock. A
killed window leaves the file and not the lock: so the next start knows it, and what it left.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.files.durable.appending import remove, sync_name
from brainviewer.files.durable.disk import disk
from brainviewer.files.journal.sentences import Words
from brainviewer.files.journal.standing import AGE, OPEN, REPORT, SESSION, Standing
from brainviewer.files.journal.study_file import StudyFile
from brainviewer.files.locks import held_elsewhere, new_locked_file
from brainviewer.files.user_folders import OWN_FILE, journal_folder, make_own_folder

_WORDS = Words("What is open", "what is open", "Save a session")


class SessionJournal:
    """The study that this window has open; a study without a hash has no journal.

    Every call raises FileError.
    """

    def __init__(self, study_hash: str) -> None:
        self._file = StudyFile(study_hash, _WORDS)
        self.window = uuid4().hex
        self._mark: tuple[Path, int] | None = None

    def keep(self, value: Mapping[str, Any]) -> None:
        """Keep what is open, as plain data; see ``LeftWork.session``."""
        if not self._file.hash:
            return
        try:
            self._hold()
        except OSError as error:
            raise self._file.not_kept(error) from None
        with self._file.alone():
            self._file.add([self._entry(dict(value))])

    def close(self) -> None:
        """The study is no longer open here; what was made for it stays, what was deleted goes."""
        if self._mark is None:
            return
        path, lock = self._mark
        try:
            with self._file.alone():
                if self.window in self._file.standing.sessions:
                    self._file.add([self._entry(None)])
                self._file.tidy()
        finally:
            self._mark = None
            with suppress(OSError):
                disk().unlink(path)
            disk().close(lock)

    def let_go(self) -> None:
        """The study is no longer open here, and is to be offered as if this had been killed."""
        if self._mark is not None:
            (_, lock), self._mark = self._mark, None
            disk().close(lock)

    def _entry(self, value: Any) -> dict[str, Any]:
        return {"kind": SESSION, "window": self.window, "value": value}

    def _hold(self) -> None:
        if self._mark is None:
            folder = journal_folder()
            make_own_folder(folder)
            path = folder / f"{self._file.hash}.{self.window}{OPEN}"
            self._mark = new_locked_file(lambda: path, OWN_FILE)
            sync_name(path)


@dataclass(frozen=True)
class LeftWork:
    """What a window that was killed had open.

    study : content hash. window : its id.
    until : when something was kept last, UTC, ISO 8601.
    annotations, corrections, feedback : how many there are; report, age : whether there is one.
    session : ``paths`` and ``prior``, where study and prior lie unless that is not to be
        remembered; ``view`` (see ``plain_values``); ``finding`` and ``classification``, whether
        there was a result. Empty where nothing of it was kept.
    """

    study: str
    window: str
    until: str
    annotations: int = 0
    corrections: int = 0
    feedback: int = 0
    report: bool = False
    age: bool = False
    session: Mapping[str, Any] | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where the study lay; empty where that is not known."""
        return _paths(self.session, "paths")

    @property
    def prior(self) -> tuple[Path, ...]:
        """Where its prior lay."""
        return _paths(self.session, "prior")

    @property
    def to_return(self) -> bool:
        """Whether its reader left it to go on with, since another took his place."""
        return bool((self.session or {}).get("to_return"))

    @property
    def any(self) -> bool:
        """Whether there is any work that somebody would miss."""
        return bool(
            self.to_return
            or self.annotations
            or self.corrections
            or self.feedback
            or self.report
            or self.age
        )


def left_work() -> list[LeftWork]:
    """What killed windows of this reader left, the latest first; never raises.

    A window that still runs has left nothing. A journal that cannot be read now is passed over.
    """
    found: list[LeftWork] = []
    for path, study, window in _marks():
        if held_elsewhere(path, unknown=True):
            continue
        with suppress(BrainViewerError, ValueError):
            found.append(_left(StudyFile(study, _WORDS).look(), study, window))
    return sorted(found, key=lambda left: left.until, reverse=True)


def forget_left(left: LeftWork) -> None:
    """It was offered: do not list it again. What was made for the study stays. Never raises."""
    file = StudyFile(left.study, _WORDS)
    with suppress(FileError), file.alone():
        if left.window in file.standing.sessions:
            file.add([{"kind": SESSION, "window": left.window, "value": None}])
        if file.standing.empty:
            file.tidy()
    with suppress(OSError):
        remove(journal_folder() / f"{left.study}.{left.window}{OPEN}")


def _left(standing: Standing, study: str, window: str) -> LeftWork:
    session = standing.sessions.get(window)
    return LeftWork(
        study,
        window,
        standing.until,
        len(standing.annotations),
        len(standing.correction.done),
        len([one for one in standing.feedback.values() if one.get("verdict") != "withdrawn"]),
        bool(standing.values.get(REPORT)),
        standing.values.get(AGE) is not None,
        session if isinstance(session, dict) else None,
    )


def _marks() -> Iterator[tuple[Path, str, str]]:
    with suppress(OSError):
        for path in sorted(journal_folder().glob(f"*{OPEN}")):
            study, _, window = path.name.removesuffix(OPEN).rpartition(".")
            if study and window:
                yield path, study, window


def _paths(session: Mapping[str, Any] | None, name: str) -> tuple[Path, ...]:
    told = (session or {}).get(name)
    return (
        tuple(Path(one) for one in told if isinstance(one, str)) if isinstance(told, list) else ()
    )

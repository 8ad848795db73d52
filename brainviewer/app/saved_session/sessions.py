"""Sessions: the open study saved as it is worked on, opened again, and saved as it changes."""

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from brainviewer.app.audit_trail.edits import SESSION
from brainviewer.app.audit_trail.recording import record_edit
from brainviewer.app.documents import Documents
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.opening.opened import OpenedSession
from brainviewer.app.prior.prior import Prior
from brainviewer.app.saved_session.kept_prior import AskSources, KeptPrior
from brainviewer.app.saved_session.places import WHERE, FoundSources, find_prior, find_sources
from brainviewer.app.saved_session.restoring import Restoring
from brainviewer.app.saved_session.snapshot import new_id, saved_view, session_of
from brainviewer.app.settings.settings import Settings
from brainviewer.app.signals import Signal
from brainviewer.app.state import ViewState
from brainviewer.app.stores.session_places import (
    forget_places,
    known_session,
    remember_session,
)
from brainviewer.core.errors import BrainViewerError, FileError, Report
from brainviewer.core.saved_session import SavedSession
from brainviewer.core.shown_text import shortened
from brainviewer.core.view.saved_camera import SavedLooks
from brainviewer.core.view.saved_view import SavedView
from brainviewer.files.ordinary_file import is_there
from brainviewer.files.session_file.session_file import STAYS, read_session, stamp_in, write_session
from brainviewer.files.user_folders import retrieved_folder

READ, SAVE, PAUSE = "open session", "save session", "session pause"
_FROM_PACS = (
    "The images were retrieved from a PACS and go when BrainViewer closes. Keep a copy of them: "
    "the session holds none and will ask for them."
)

Saved = Callable[[Path], object]
"""Told of the file of a session that was saved."""


@dataclass(frozen=True)
class OpenSessionFile:
    """The session that is saved to: its file, id, and the stamp that the file has by now."""

    path: Path
    id: str
    stamp: str


class SavedSessions:
    """Saves and opens sessions.

    file : the session that the open study is saved to; None where there is none.
    pause_seconds : how long a change waits to be saved with those that follow it.
    ask_sources : set by the window; without it, images that are missing are an error.
    looks : set by the window: what part of its slices each pane shows.
    """

    changed = Signal()
    """Another session is saved to, or none."""

    def __init__(
        self,
        state: ViewState,
        settings: Settings,
        jobs: Jobs,
        notices: Notices,
        documents: Documents,
        restoring: Restoring,
        prior: Prior,
    ) -> None:
        self._state, self._settings, self._jobs, self._notices = state, settings, jobs, notices
        self._documents, self._restoring = documents, restoring
        self._prior = KeptPrior(state, notices, documents, prior)
        self.file: OpenSessionFile | None = None
        self.pause_seconds = 10.0
        self.ask_sources: AskSources | None = None
        self.looks: Callable[[], SavedLooks] = SavedLooks
        self.crashed = state.crashed
        self._unsaved = False
        self._view: SavedView | None = None
        self._paths: tuple[Path, ...] = ()
        """What the study on the screen can be opened by again; another may be on its way."""
        self._told_why = ""
        self._stamps: dict[str, str] = {}
        """By the ids of sessions, what was last read from or written to their files here."""
        documents.open_session = self.open
        documents.take_in = restoring.take_in
        settings.changed.connect(self._follow_settings)
        for signal in (
            state.annotations_changed,
            state.finding_changed,
            state.classification_changed,
            state.report_text_changed,
            state.feedback_changed,
        ):
            signal.connect(self._touch)
        prior.changed.connect(self._follow_prior)

    # -- opening ----------------------------------------------------------------------------

    def open(self, path: Path, also: Sequence[Path] = ()) -> None:
        """Open a session, and its study, in the background; what is open stays if that fails.

        also : files and folders where the images may be.
        """

        def work(report: Report) -> tuple[SavedSession, FoundSources, FoundSources]:
            report(0.0, "Reading the session")
            session = read_session(path)
            known = known_session(session.id)
            found = find_sources(session, path, known, also)
            return session, found, find_prior(session, path, known, (*found.paths, *also))

        def done(read: tuple[SavedSession, FoundSources, FoundSources]) -> None:
            session, found, prior = read
            if found.missing:
                self._ask(path, session, found, again=bool(also))
                return
            missing = prior.sentence_of_prior if prior.missing else ""
            opened = OpenedSession(path, session, () if missing else prior.paths, missing)
            said = (*session.left_out, STAYS) if session.left_out else ()
            self._documents.open(found.paths, said=said, session=opened)

        self._jobs.start(READ, work, done, self._notices.fail)

    def _ask(self, path: Path, session: SavedSession, found: FoundSources, *, again: bool) -> None:
        said = "They are not there either. " if again else ""
        if self.ask_sources is None:
            self._notices.fail(FileError(found.sentence, WHERE))
        elif chosen := self.ask_sources(f"{said}{found.sentence}", session):
            self.open(path, chosen)

    def enter(self) -> None:
        """A study is shown: bring back what its session says of it, if it has one."""
        opened, study = self._documents.session, self._state.study
        self._paths = self._documents.opened_as
        self._follow(None)
        self._prior.forget()
        if opened is None or study is None:
            return
        whole = self._restoring.enter(opened, study)
        session = opened.session
        if whole and study.content_hash == session.study.sha256:
            file = OpenSessionFile(opened.path, session.id, session.stamp)
            self._prior.keep(opened)
            self._follow(file)
            self._remember(file)

    def begin(self) -> None:
        """All of the study is there: compare it again with the prior of its session."""
        self._prior.bring_back(self.ask_sources)

    def _follow(self, file: OpenSessionFile | None) -> None:
        self.file, self._unsaved, self._told_why = file, False, ""
        if file is not None and file.stamp:
            self._stamps[file.id] = file.stamp
        self._jobs.cancel(PAUSE)
        self._view = saved_view(self._state, self.looks())
        self.changed.emit()

    # -- saving -----------------------------------------------------------------------------

    def save(self, then: Saved = lambda _: None) -> bool:
        """Save to the file of the session, in the background; False where there is none yet.

        then : called with the file when it is saved.
        """
        if self.file is None or self._state.study is None:
            return False
        self._write(self.file, then)
        return True

    def save_as(self, path: Path, then: Saved = lambda _: None) -> None:
        """Save as a session of its own, in the background, which is saved to from then on.

        Raises FileError where the study cannot be opened again.
        """
        paths = self._paths
        if self._state.study is None or not paths:
            raise FileError("This study was not opened from files.", "Open its files first.")
        if any(each.absolute().is_relative_to(retrieved_folder()) for each in paths):
            self._notices.tell(_FROM_PACS, "caution", of_study=True)
        before, file = self.file, OpenSessionFile(path, new_id(), "")
        self._follow(file)
        self._settings.remember_study([path])
        self._write(file, then, before)

    def save_changes(self) -> None:
        """Save what was changed since the session was saved, and how the study is looked at."""
        self._jobs.cancel(PAUSE)
        if self.file is None or self._state.study is None:
            return
        if self._unsaved or saved_view(self._state, self.looks()) != self._view:
            self._write(self.file)

    def leave_study(self) -> None:
        """Another study is about to be shown, which is none of the session's: save the changes."""
        self.save_changes()
        self._follow(None)

    def _write(
        self,
        file: OpenSessionFile,
        then: Saved = lambda _: None,
        before: OpenSessionFile | None = None,
    ) -> None:
        """before : what is saved to again where a session of its own cannot be."""
        study = self._state.unedited
        assert study is not None
        session = session_of(
            self._state,
            self._restoring.correction,
            self._paths,
            file.path.parent,
            file.id,
            self.looks(),
            self._prior.of_now(file.path.parent),
        )
        self.file = replace(file, stamp=session.stamp)
        self._unsaved, self._view = False, session.view
        places, prior = self._places()

        def work() -> None:
            if stamp := self._stamps.get(file.id, file.stamp):
                _check_stamp(file.path, stamp)
            record_edit(study, SESSION)
            write_session(file.path, session, study)
            self._stamps[file.id] = session.stamp
            remember_session(session.id, places, session.stamp, prior)

        def done(_: object) -> None:
            self._told_why = ""
            then(file.path)

        def failed(error: BrainViewerError) -> None:
            if self.file is not None and self.file.id == file.id:
                if file.id not in self._stamps:
                    self._follow(before)
                self._unsaved = True
            # Said once, not at every change.
            if str(error) != self._told_why:
                self._told_why = str(error)
                self._notices.fail(error)

        self._jobs.save(SAVE, work, failed, done)

    def _touch(self) -> None:
        """Something changed: it is saved in a little while, with what follows."""
        if self.file is None or self._restoring.running:
            return
        self._unsaved = True
        if self._jobs.running(PAUSE):
            return
        ends = time.monotonic() + self.pause_seconds

        def work(report: Report) -> None:
            while (left := ends - time.monotonic()) > 0:
                time.sleep(min(left, 0.2))
                report(0.0, "")

        self._jobs.start(PAUSE, work, lambda _: self.save_changes(), lambda _: None, shown=False)

    # -- what is remembered here ------------------------------------------------------------

    def _remember(self, file: OpenSessionFile) -> None:
        places, prior = self._places()
        self._jobs.save(
            SAVE, lambda: remember_session(file.id, places, file.stamp, prior), self._notices.fail
        )

    def _places(self) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
        """Of study and prior, as far as they may be remembered."""
        return (self._paths, self._prior.paths) if self._settings.remember_recent else ((), ())

    def _follow_prior(self) -> None:
        if self._prior.is_new:
            self._prior.tell_other()
            self._touch()
        elif self.file is not None and self._prior.is_shown:
            self._remember(self.file)  # it may have been moved

    def _follow_settings(self, changed: Collection[str]) -> None:
        if "remember_recent" in changed and not self._settings.remember_recent:
            self._jobs.save(SAVE, forget_places, self._notices.fail)


def _check_stamp(path: Path, stamp: str) -> None:
    """Raises FileError if the file is no longer what was saved or opened here."""
    if is_there(path) and stamp_in(path) != stamp:
        raise FileError(
            f"{shortened(path.name)} was changed by another window, and is left as it is.",
            "Save this session under another name.",
        )

"""What is open, kept while it is open: so that it can be offered again if this is killed."""

import logging
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any

from brainviewer.app.documents import Documents
from brainviewer.app.jobs import Jobs
from brainviewer.app.prior.prior import Prior
from brainviewer.app.saved_session.snapshot import saved_view
from brainviewer.app.settings.settings import Settings
from brainviewer.app.signals import Signal
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.view.saved_camera import SavedLooks
from brainviewer.files.journal.sessions import SessionJournal
from brainviewer.files.session_file.plain_values import plain
from brainviewer.files.user_folders import retrieved_folder, unpacked_folder

log = logging.getLogger(__name__)
KEEP_OPEN = "keep what is open"


class OpenStudy:
    """Writes to the journal of the open study how it is looked at, and where it lies.

    Where it lies is left out unless recent studies are remembered. What was made for the study is
    kept by others, as it is made.

    looks : set by the window: what part of its slices each pane shows.
    """

    due = Signal()
    """Something has changed: the window calls ``keep`` a little later, with what follows."""

    def __init__(
        self,
        state: ViewState,
        settings: Settings,
        jobs: Jobs,
        documents: Documents,
        prior: Prior,
    ) -> None:
        self._state, self._settings, self._jobs = state, settings, jobs
        self._documents, self._prior = documents, prior
        self.crashed = state.crashed
        self.looks: Callable[[], SavedLooks] = SavedLooks
        self._journal: SessionJournal | None = None
        self._kept: dict[str, Any] = {}
        for signal in (
            state.cursor_changed,
            state.layout_changed,
            state.reformation_changed,
            state.active_changed,
            state.tool_changed,
            state.display_changed,
            state.overlays_changed,
            state.finding_changed,
            state.classification_changed,
            prior.changed,
        ):
            signal.connect(self._touch)
        settings.changed.connect(self._follow_settings)

    def enter(self) -> None:
        """A study is shown."""
        study = self._state.unedited
        if study is not None and study.content_hash:
            self._journal, self._kept = SessionJournal(study.content_hash), {}
            self._touch()

    def leave(self) -> None:
        """It is no longer open here: the journal says so, and loses what was deleted."""
        journal, self._journal = self._journal, None
        if journal is not None:
            self._jobs.save(KEEP_OPEN, journal.close, _not_kept)

    def leave_to_return(self) -> None:
        """Somebody else takes this place: offer what is open to this reader when he is back."""
        self.keep(to_return=True)
        journal, self._journal = self._journal, None
        if journal is not None:
            self._jobs.save(KEEP_OPEN, journal.let_go, _not_kept)

    def keep(self, *, to_return: bool = False) -> None:
        """Write how it is looked at now, in the background, unless that is there already.

        to_return : it was not killed, but left for its reader to go on with.
        """
        journal, state = self._journal, self._state
        view = saved_view(state, self.looks())
        if journal is None or view is None:
            return
        remembered = self._settings.remember_recent
        beside = self._prior.beside
        prior = beside.paths[beside.compared.shown] if beside and beside.paths else ()
        value = {
            "paths": _lasting(self._documents.opened_as) if remembered else [],
            "prior": _lasting(prior) if remembered else [],
            "view": plain(view, []),
            "tool": state.tool.value,
            "finding": state.finding_status is Status.DONE,
            "classification": state.classification_status in (Status.DONE, Status.STALE),
            "to_return": to_return,
        }
        if value != self._kept:
            self._kept = value
            self._jobs.save(KEEP_OPEN, partial(journal.keep, value), _not_kept)

    def _follow_settings(self, changed: Collection[str]) -> None:
        if "remember_recent" in changed:
            self._touch()

    def _touch(self) -> None:
        if self._journal is not None:
            self.due.emit()


def _not_kept(error: BrainViewerError) -> None:
    """What the user makes is told of by what keeps it; how it is looked at is not worth a word."""
    log.warning("What is open could not be kept: %s", type(error).__name__)


def _lasting(paths: tuple[Path, ...]) -> list[str]:
    """Paths that are there at the next start: not what was retrieved or unpacked for a while."""
    passing = retrieved_folder(), unpacked_folder()
    absolute = [_absolute(path) for path in paths]
    return [str(p) for p in absolute if not any(p.is_relative_to(each) for each in passing)]


def _absolute(path: Path) -> Path:
    """``FLAIR=FILE`` stays what it says."""
    name, sign, file = str(path).partition("=")
    if sign and not path.exists():
        return Path(f"{name}={Path(file).absolute()}")
    return path.absolute()

"""Windows that were not closed: what they left is found, offered, and opened as it was."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

from brainviewer.app.classification import Classifier
from brainviewer.app.documents import Documents
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.prior.prior import Prior
from brainviewer.app.recovery.left_study import LeftStudy
from brainviewer.app.saved_session.returning import show_view
from brainviewer.app.settings.settings import Settings
from brainviewer.app.signals import Signal
from brainviewer.app.state import ViewState
from brainviewer.app.view import View
from brainviewer.core.errors import SENSELESS, Report
from brainviewer.core.view.saved_view import SavedView
from brainviewer.core.view.view_choice import Tool
from brainviewer.files.journal.sessions import LeftWork, forget_left, left_work
from brainviewer.files.ordinary_file import is_there
from brainviewer.files.session_file.plain_values import built
from brainviewer.files.unexpected_end.crash_trace import LeftTrace, left_traces

log = logging.getLogger(__name__)
LOOK, FORGET = "look for what was left", "forget what was left"
_OTHERS = (
    "These images are others than those that the work was made on. It stays on this computer and "
    "comes back with those."
)
_TOOLS = [tool.value for tool in Tool if tool is not Tool.BRUSH]  # an occlusion test is not kept


class Recovery:
    """What the windows of this reader left that were killed; on the main thread.

    left : what they had open and made. traces : of crashes, of all readers.
    Both as they were found last. What was made is in the journals, and comes with its study
    whether it is opened from here or not.
    """

    found = Signal()
    """Something was left; see ``left`` and ``traces``."""

    def __init__(
        self,
        state: ViewState,
        settings: Settings,
        jobs: Jobs,
        notices: Notices,
        view: View,
        documents: Documents,
        classification: Classifier,
        prior: Prior,
    ) -> None:
        self._state, self._settings, self._jobs = state, settings, jobs
        self._notices, self._view, self._documents = notices, view, documents
        self._classification, self._prior = classification, prior
        self.crashed = state.crashed
        self.left: tuple[LeftStudy, ...] = ()
        self.traces: tuple[LeftTrace, ...] = ()
        self._wanted: LeftStudy | None = None
        self._entered: LeftStudy | None = None

    def look(self) -> None:
        """Look for what was left, in the background; for the start, or when a reader signs in."""

        def work(report: Report) -> tuple[list[LeftStudy], list[LeftTrace]]:
            offered = dict[str, LeftWork]()
            for one in left_work():
                if one.any and one.study not in offered:
                    offered[one.study] = one
                else:  # what several windows made for a study is in its one journal
                    forget_left(one)
            return [LeftStudy.of(one) for one in offered.values()], left_traces()

        def done(found: tuple[list[LeftStudy], list[LeftTrace]]) -> None:
            self.left, self.traces = tuple(found[0]), tuple(found[1])
            if self.left or self.traces:
                self.found.emit()

        self._jobs.start(LOOK, work, done, self._notices.fail, shown=False)

    def sentence(self, one: LeftStudy) -> str:
        """What was left, with the name of its folder where that may be seen."""
        return one.sentence(named=self._settings.show_patient and self._settings.remember_recent)

    def open_again(self, one: LeftStudy) -> None:
        """Open the study as it was looked at; what cannot be opened is offered at another start."""
        self._wanted = one
        self._documents.open(one.paths)

    def not_now(self, one: LeftStudy) -> None:
        """Do not offer it again."""
        self._jobs.save(FORGET, partial(forget_left, one.work), self._notices.fail)

    def enter(self) -> None:
        """A study is shown: if it is the one that was wanted, look at it as before."""
        wanted, study = self._wanted, self._state.study
        self._wanted = self._entered = None
        if wanted is None or study is None:
            return
        if study.content_hash != wanted.work.study:
            if self._documents.opened_as == wanted.paths:
                self._notices.tell(_OTHERS, "caution", of_study=True)
            return
        session = wanted.work.session or {}
        if (view := _view_in(session)) is not None:
            show_view(self._state, view, study)
            self._view.moved = True  # the search does not lead away from it
        if (tool := session.get("tool")) in _TOOLS:
            self._view.set_tool(Tool(tool))
        self._entered = wanted
        self.not_now(wanted)

    def begin(self) -> None:
        """All of the study is there: classify it and compare it, if it was."""
        entered, self._entered = self._entered, None
        if entered is None or self._state.solid_study is None:
            return
        session = entered.work.session or {}
        if session.get("classification") and not self._settings.classify_on_opening:
            self._classification.find_and_run()
        prior = entered.work.prior
        if prior and all(map(is_there, prior)):
            self._prior.compare(prior)


def _view_in(session: Mapping[str, Any]) -> SavedView | None:
    """The view that was kept; None without one, or if it makes no sense."""
    if session.get("view") is None:
        return None

    def take(*_: object) -> Any:
        raise ValueError("a view has no arrays")

    try:
        view = built(SavedView, session["view"], take)
    except SENSELESS:
        log.warning("The view of a window that was not closed cannot be read.")
        return None
    return view if isinstance(view, SavedView) else None

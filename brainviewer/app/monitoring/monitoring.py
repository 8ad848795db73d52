"""Monitoring in the window: what is kept, summed up; histology of the open study; notices."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from brainviewer.app.jobs import Jobs, Post
from brainviewer.app.monitoring.changes import delete_predictions, recorded_export, set_accepted
from brainviewer.app.monitoring.overview import Overview, overview
from brainviewer.app.monitoring.prediction_log import PredictionLog, now
from brainviewer.app.notices import Notice, Notices, Offer
from brainviewer.app.settings.settings import Settings
from brainviewer.app.signals import Signal
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.errors import BrainViewerError, Report
from brainviewer.core.monitoring.prediction import KeptHistology, ModelVersion
from brainviewer.files.predictions.database import PredictionDatabase

SUM_UP, LOOK, READ_HISTOLOGY = "monitoring", "drift", "read histology"
KEEP_HISTOLOGY, SAVE_PAGE = "keep histology", "save monitoring"
_BETWEEN_NOTICES = timedelta(days=7)


class Monitoring:
    """Everything in the background; results come with ``changed`` and ``histology_changed``.

    overview : what was summed up last; None before.
    predictions : where predictions are kept.
    histology : type that was entered for the study of the answer that is shown; empty for none.
    show : opens the page; for the button of a notice.
    """

    changed = Signal()
    histology_changed = Signal()

    def __init__(
        self, state: ViewState, settings: Settings, jobs: Jobs, notices: Notices, post: Post
    ) -> None:
        self._state, self._settings, self._jobs, self._notices = state, settings, jobs, notices
        self.crashed = state.crashed
        self.predictions = PredictionLog(
            lambda: settings.keep_predictions,
            lambda: settings.predictions_months,
            lambda why: post(lambda: notices.tell(str(why), "caution")),
        )
        self.overview: Overview | None = None
        self.histology = ""
        self.show: Callable[[], object] = lambda: None
        self._looked = False
        state.classification_changed.connect(self._follow_answer)

    def close(self) -> None:
        """Let go of the file."""
        self.predictions.close()

    # -- the page ---------------------------------------------------------------------------

    def sum_up(self) -> None:
        """Sum up what is kept."""

        def work(report: Report) -> Overview:
            report(0.0, "Summing up predictions")
            return _with(overview)

        self._jobs.start(SUM_UP, work, self._show, self._notices.fail)

    def save(self, path: Path) -> None:
        """Save the page as HTML, or every prediction as CSV, as the ending of the file says."""

        def work() -> None:
            _with(lambda database: _save(database, path))

        def done(_: object) -> None:
            self._notices.tell(f"Saved as {path.name}.")

        self._jobs.save(SAVE_PAGE, work, self._notices.fail, done)

    def accept(self, model: ModelVersion, *, back: bool = False) -> None:
        """Compare a model with what it said here until now, or with its card again."""
        self._change(lambda database: set_accepted(database, model, back=back))

    def delete(self) -> None:
        """Delete all that is kept."""
        self._change(delete_predictions)

    def _change(self, change: Callable[[PredictionDatabase], object]) -> None:
        self._jobs.save(
            KEEP_HISTOLOGY,
            lambda: _with(change),
            self._notices.fail,
            lambda _: self.sum_up(),
        )

    def _show(self, found: Overview) -> None:
        self.overview = found
        self.changed.emit()

    # -- drift ------------------------------------------------------------------------------

    def _follow_answer(self) -> None:
        """With the first answer, when it matters, look whether a model has changed."""
        self._read_histology()
        if self._state.classification_status is Status.DONE and not self._looked:
            self._looked = True
            self.look_for_drift()

    def look_for_drift(self) -> None:
        """Tell once a week at most that a model is not as it was."""
        if not self._settings.keep_predictions or not _due(self._settings.drift_told):
            return

        def work(_: Report) -> Overview | None:
            database = PredictionDatabase()
            if not database.path.exists():
                return None
            return _with(overview)

        def done(found: Overview | None) -> None:
            if found is None or not found.warnings:
                return
            self._show(found)
            one, said = found.warnings[0]
            more = f" {len(found.warnings) - 1} more." if len(found.warnings) > 1 else ""
            text = f"{one.name}: {said.what}{more}"
            self._notices.show(Notice(text, "caution", (Offer("Show", self.show),)))
            self._settings.update(drift_told=now())

        # What fails here is told when the page is opened.
        self._jobs.start(LOOK, work, done, lambda _: None, shown=False)

    # -- histology --------------------------------------------------------------------------

    def enter_histology(self, code: str) -> None:
        """Keep the histology of the study whose answer is shown; withdrawn if empty."""
        result = self._state.classification
        if result is None or not result.study_hash or code == self.histology:
            return
        content, before = result.study_hash, self.histology

        def change(database: PredictionDatabase) -> None:
            if code:
                database.keep_histology(KeptHistology(content, code, now()))
            else:
                database.withdraw_histology(content)

        def failed(error: BrainViewerError) -> None:
            self._notices.fail(error)
            self._tell_histology(before)

        self._tell_histology(code)
        self._jobs.save(KEEP_HISTOLOGY, lambda: _with(change), failed)

    def _read_histology(self) -> None:
        result = self._state.classification
        content = "" if result is None else result.study_hash
        if not content or not self._settings.keep_predictions:
            self._tell_histology("")
            return

        def work(_: Report) -> str:
            database = PredictionDatabase()
            if not database.path.exists():
                return ""
            kept = _with(lambda working: working.histology()).get(content)
            return "" if kept is None else kept.type

        def done(code: str) -> None:
            now_shown = self._state.classification
            if now_shown is not None and now_shown.study_hash == content:
                self._tell_histology(code)

        self._jobs.finish(KEEP_HISTOLOGY)  # what was entered a moment ago is read
        self._jobs.start(
            READ_HISTOLOGY, work, done, lambda _: self._tell_histology(""), shown=False
        )

    def _tell_histology(self, code: str) -> None:
        self.histology = code
        self.histology_changed.emit()


Result = TypeVar("Result")


def _with(use: Callable[[PredictionDatabase], Result]) -> Result:
    database = PredictionDatabase()
    try:
        return use(database)
    finally:
        database.close()


def _save(database: PredictionDatabase, path: Path) -> None:
    from brainviewer.app.monitoring.monitor_csv import predictions_csv
    from brainviewer.app.monitoring.monitor_page import monitor_html
    from brainviewer.files.writing import write_whole

    if path.suffix.lower() == ".csv":
        rows = database.predictions()
        text = predictions_csv(rows, database.opinions(), database.histology())
    else:
        text = monitor_html(overview(database))
    with recorded_export(path):
        write_whole(path, text.encode())


def _due(told: str) -> bool:
    """Whether a week has gone by since a moment, or the clock was set back."""
    try:
        away = datetime.now(UTC) - datetime.fromisoformat(told)
    except (ValueError, TypeError):
        return True
    return not timedelta(0) <= away < _BETWEEN_NOTICES

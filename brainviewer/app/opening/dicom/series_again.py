"""Which series of the open study is which, asked again: an answer may have been wrong."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.app.documents import Documents
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.core.errors import FileError, Report
from brainviewer.core.study import Study

if TYPE_CHECKING:
    from brainviewer.app.opening.dicom.series import UnknownSeries

ASK_AGAIN = "which series is which"
_QUESTION = "What you choose here takes the place of what was remembered for these series."


class SeriesAgain:
    """Looks at the series of the open study once more, asks, and opens it as it was answered."""

    def __init__(
        self, state: ViewState, jobs: Jobs, notices: Notices, documents: Documents
    ) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._documents = documents

    def ask(self) -> None:
        """Ask, with what is shown now as the proposal; nothing without a study of DICOM series."""
        study, paths = self._state.unedited, self._state.opened_from
        if study is None or study.patient_source is None or self._state.arriving is not None:
            return

        def work(report: Report) -> "UnknownSeries":
            return question_about(study, paths, report)

        def done(question: "UnknownSeries") -> None:
            ask = self._documents.ask_series
            if self._state.opened_from != paths or ask is None:
                return
            before = question.choice.chosen
            meant = ask(question)
            if meant is not None and dict(meant.chosen) != dict(before):
                self._documents.open(paths, meant)

        self._jobs.start(ASK_AGAIN, work, done, partial(self._notices.fail, of_study=True))


def question_about(study: Study, paths: Sequence[Path], report: Report) -> "UnknownSeries":
    """Which series is which, as it is shown in a study that was opened from paths.

    Raises FileError if the series are no longer there, or were named one by one.
    """
    from brainviewer.app.opening.dicom.series import UnknownSeries, named, with_notices
    from brainviewer.app.stores.series_roles import as_remembered
    from brainviewer.files.dicom.series.patients import source_of

    examination = named(paths, report).examination
    if examination is None:
        raise FileError(
            "There is nothing to choose from: each series was named, or is no longer there.",
            "Open the folder of the examination.",
        )
    examination = replace(examination, candidates=as_remembered(examination.candidates))
    sources = {one: source_of(one.stack) for one in examination.candidates}
    chosen = {
        modality: one
        for modality, volume in study.volumes.items()
        for one, source in sources.items()
        if source is not None and source == volume.series
    }
    return UnknownSeries(with_notices(examination, chosen), [_QUESTION])

"""The prior study beside the open one: opened, compared, and gone when another study is shown."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from brainviewer.app.documents import Documents
from brainviewer.app.engine import EngineControl
from brainviewer.app.jobs import Jobs
from brainviewer.app.monitoring.prediction_log import PredictionLog
from brainviewer.app.notices import Notices
from brainviewer.app.opening.same_head import over_each_other
from brainviewer.app.segmentation import Segmentation
from brainviewer.app.signals import Signal
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.app.study_list.rows import StudyRow
from brainviewer.app.study_list.same_patient import of_same_patient
from brainviewer.app.study_list.study_list import StudyList
from brainviewer.core.errors import BrainViewerError, Report, within
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.process.memory import give_back
from brainviewer.core.saved_session import SavedPrior
from brainviewer.core.study import Modality, Study
from brainviewer.core.voi.voi_window import Window

if TYPE_CHECKING:  # the arithmetic behind it is imported where it is done
    from brainviewer.app.prior.beside import Beside
    from brainviewer.app.prior.comparison import Find
    from brainviewer.app.prior.others import Measured

LAYING = "Bringing the prior onto the grid of the study"
WAITING = "The prior is opened and compared once the lesion of the study is found."
COMPARE, OTHERS = "compare", "compare others"


@dataclass(frozen=True)
class TimePoint:
    """What was measured on one day. day : None where it is not known."""

    name: str
    day: date | None
    volume_ml: float
    enhancing_ml: float | None


class Prior:
    """Compares the open study with others of the patient, in the background.

    The prior that was chosen is shown first; the other studies of the patient in the list are
    measured after it, for the table and the curve.
    beside : the comparison that is shown; None without one.
    pending : how many of these are still to be measured.
    """

    wanted = Signal()
    """What was asked for is compared already: it is to be seen."""
    changed = Signal()
    """Another prior is shown, or none any more."""
    measured = Signal()
    """Other studies of the patient were measured, or are to be."""

    def __init__(
        self,
        state: ViewState,
        jobs: Jobs,
        notices: Notices,
        engine: EngineControl,
        segmentation: Segmentation,
        documents: Documents,
        studies: StudyList,
        predictions: PredictionLog,
    ) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._predictions = predictions
        self._engine, self._segmentation = engine, segmentation
        self._documents, self._studies = documents, studies
        self.crashed = state.crashed
        self.beside: Beside | None = None
        self.pending = 0
        self._left_out: set[tuple[Path, ...]] = set()
        state.study_changed.connect(self._forget)

    def compare(self, paths: Sequence[Path], saved: SavedPrior | None = None) -> None:
        """Open a prior study, look for its lesion as in the open one, and compare.

        Nothing is computed again for a prior of the comparison that there is. A search in the open
        study is waited for, and what it finds is compared.
        saved : what a session of the open study keeps of the prior; it is not searched then.
        """
        study, finding = self._state.study, self._state.finding
        if study is None or study.is_image2d:
            return
        if self._state.finding_status is Status.RUNNING:
            self._notices.tell(WAITING, of_study=True)
            self._segmentation.follow(lambda: self.compare(paths, saved))
            return
        if self._state.finding_status is not Status.DONE:
            finding = None
        beside = self.beside
        if beside is not None and tuple(paths) in beside.paths and beside.rests_on(finding):
            self._jobs.cancel(COMPARE)
            self.show(beside.paths.index(tuple(paths)))
            self.wanted.emit()
            return
        self._jobs.cancel(OTHERS)
        find, opened_from = self._find(finding), self._state.opened_from

        def work(report: Report) -> "Beside":
            from brainviewer.app.prior.beside import Beside
            from brainviewer.app.prior.comparison import compare, followed
            from brainviewer.app.prior.dates import DatedStudy
            from brainviewer.app.prior.others import read_prior
            from brainviewer.app.prior.saved_prior import measured_before

            opened = read_prior(paths, within(report, 0.0, 0.25))
            # The motion of the head may still be looked for.
            lying = over_each_other(study, within(report, 0.25, 0.125))
            now = DatedStudy.of(lying, opened_from)
            before = DatedStudy.of(opened.study, paths)
            known = None if finding is None else measured_before(lying, before, saved)
            try:
                if known is not None and finding is not None:
                    compared = followed(now, finding, [known])
                else:
                    told = within(report, 0.375, 0.5)
                    compared = compare(now, [before], find(), told, finding)
                report(0.875, LAYING)
                return Beside.of(compared, dict(opened.windows), (tuple(paths),))
            finally:
                give_back()

        self._jobs.start(COMPARE, work, self._show, self._failed)

    def show(self, number: int) -> None:
        """Put another prior of the comparison beside the study, counted from 0."""
        beside = self.beside
        if beside is None or number == beside.compared.shown:
            return
        paths = beside.paths[number]

        def work(report: Report) -> "Beside":
            from brainviewer.app.prior.beside import Beside
            from brainviewer.app.prior.others import read_prior

            opened = read_prior(paths, within(report, 0.0, 0.8))
            report(0.8, LAYING)
            try:
                compared = beside.compared.showing(number, opened.study)
                return Beside.of(compared, dict(opened.windows), beside.paths)
            finally:
                give_back()

        self._jobs.cancel(OTHERS)
        self._jobs.start(COMPARE, work, self._show, self._failed)

    def window_of(self, modality: Modality) -> Window:
        """The window of a sequence of the prior: moved as the user has moved that of the study."""
        assert self.beside is not None
        own = self.beside.windows[modality]
        study = self._state.study
        now = self._state.windows.get(modality)
        if now is None or study is None or modality not in study.volumes:
            return own
        opened = self._documents.opening_window(modality)
        if opened is None:
            return own
        scale = own.width / opened.width
        level = own.level + (now.level - opened.level) * scale
        return Window(level, now.width * scale, now.inverted)

    def time_points(self, named: bool = True) -> tuple[TimePoint, ...]:
        """The studies of the comparison as they follow each other.

        named : see ``Comparison.labels``.
        """
        if self.beside is None:
            return ()
        compared = self.beside.compared
        days = [compared.day, *(one.day for one in compared.priors)]
        labels, sizes = compared.labels(named), compared.follow_up.sizes
        return tuple(
            TimePoint(labels[n], days[n], volume, sizes[n].enhancing_ml)
            for n in compared.in_order
            if (volume := sizes[n].volume_ml) is not None
        )

    # -- other studies of the patient -------------------------------------------------------

    def _other_rows(self) -> list[StudyRow]:
        """Of the patient, in the list, and not in the comparison."""
        beside, opened = self.beside, self._state.opened_from
        here = next((row for row in self._studies.rows if row.listed.paths == opened), None)
        if beside is None or here is None:
            return []
        taken = {opened, *beside.paths, *self._left_out}
        contents = beside.compared.contents
        return [
            row
            for row in of_same_patient(here, self._studies.rows)
            if row.listed.on_node is None
            and row.listed.paths not in taken
            and row.content not in contents
        ]

    def _measure_others(self, beside: "Beside") -> None:
        rows = self._other_rows()
        if not rows:
            return
        find = self._find(beside.compared.finding)
        wanted = [row.listed.paths for row in rows]

        def work(report: Report) -> "Measured":
            from brainviewer.app.prior.others import with_others

            try:
                return with_others(beside, wanted, find(), report)
            finally:
                give_back()

        def done(found: "Measured") -> None:
            more, problems = found
            self._left_out |= set(problems)
            for problem in problems.values():
                self._notices.tell(problem, "caution", of_study=True)
            if self.beside is beside:
                self.beside = more
            self._wait_for(0)

        def failed(error: BrainViewerError) -> None:
            self._failed(error)
            self._wait_for(0)

        self._wait_for(len(rows))
        self._jobs.start(OTHERS, work, done, failed, lambda: self._wait_for(0))

    def _wait_for(self, count: int) -> None:
        self.pending = count
        self.measured.emit()

    # -- jobs -------------------------------------------------------------------------------

    def _find(self, finding: TumourFinding | None) -> "Callable[[], Find]":
        """What makes, in a job, the search that found a lesion, or the one that is set."""
        method = self._segmentation.method if finding is None else finding.method
        level, engine = self._segmentation.threshold, self._engine.ready()

        def make() -> "Find":
            from brainviewer.app.prediction.recorded import find_tumour
            from brainviewer.models.segmentation.network import segmentation_network

            network = segmentation_network(engine)

            def find(one: Study, told: Report) -> TumourFinding:
                found = find_tumour(one, method, threshold=level, network=network, report=told)
                self._predictions.finding(found, one)
                return found

            return find

        return make

    def _show(self, beside: "Beside") -> None:
        self.beside = beside
        self.changed.emit()
        self._measure_others(beside)

    def _failed(self, error: BrainViewerError) -> None:
        self._notices.fail(error, of_study=True)

    def _forget(self) -> None:
        self._left_out.clear()
        self._jobs.cancel(COMPARE)
        self._jobs.cancel(OTHERS)
        if self.beside is not None:
            self.beside = None
            self.changed.emit()

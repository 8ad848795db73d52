"""The parts of the application behind one window.

Called on the main thread. Slow work runs in jobs; its results come back through ``post``.
"""

from collections.abc import Callable, Collection

from brainviewer.app.annotating.diameters import HandDiameters
from brainviewer.app.annotating.key_images import KeyImages
from brainviewer.app.annotating.listing import Listing
from brainviewer.app.annotating.table import AnnotationTables
from brainviewer.app.annotating.target_lesions import TargetLesions
from brainviewer.app.annotations import Annotations
from brainviewer.app.classification import Classifier
from brainviewer.app.correction.correction import SegmentationCorrection
from brainviewer.app.correction.tools import CorrectionTools
from brainviewer.app.documents import Documents
from brainviewer.app.engine import EngineControl
from brainviewer.app.exporting.queue import Exports
from brainviewer.app.faults.faults import Faults
from brainviewer.app.feedback import Feedback
from brainviewer.app.graphics.graphics import Graphics
from brainviewer.app.hanging.hangings import Hangings
from brainviewer.app.hanging.linked_windows import LinkedWindows
from brainviewer.app.head_motion import HeadMotion
from brainviewer.app.jobs import Crashed, Jobs, Post, ShowProgress
from brainviewer.app.location.locating import Locating
from brainviewer.app.looks.own_looks import OwnLooks
from brainviewer.app.monitoring.monitoring import Monitoring
from brainviewer.app.notices import Notices
from brainviewer.app.occlusion import Occlusion
from brainviewer.app.opening.dicom.series_again import SeriesAgain
from brainviewer.app.pacs.pacs import Pacs
from brainviewer.app.pacs.retrieval import Retrieval
from brainviewer.app.pacs.sending import Sending
from brainviewer.app.prediction.leaving_out import LeavingOut
from brainviewer.app.prior.prior import Prior
from brainviewer.app.recovery.recovery import Recovery
from brainviewer.app.reformation.cine import Cine
from brainviewer.app.reformation.reformation import Reformations
from brainviewer.app.reporting.reports import Reports
from brainviewer.app.reporting.writing import ReportWriting
from brainviewer.app.saved_session.open_study import OpenStudy
from brainviewer.app.saved_session.restoring import Restoring
from brainviewer.app.saved_session.sessions import SavedSessions
from brainviewer.app.segmentation import Segmentation
from brainviewer.app.settings.settings import Settings
from brainviewer.app.state import ViewState
from brainviewer.app.study_list.recent_names import RecentNames
from brainviewer.app.study_list.study_list import StudyList
from brainviewer.app.view import View
from brainviewer.app.voi.own_presets import PRESETS, OwnPresets
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.hanging.hanging import BUILT_IN


class Session:
    """Makes the parts and holds them.

    post : runs a function on the main thread.
    settings : what is remembered between starts.
    crashed : called with an unexpected exception, in the place of ``faults``.
    make_jobs : what runs the work in the background.

    A listener that is connected first is called first: the parts that complete the state listen
    before those that show it.
    """

    def __init__(
        self,
        post: Post,
        settings: Settings | None = None,
        crashed: Crashed | None = None,
        make_jobs: Callable[[Post, ShowProgress, Crashed], Jobs] = Jobs,
    ) -> None:
        self.settings = settings or Settings()
        self.state = state = ViewState(
            convention=self.settings.convention, hanging=BUILT_IN[self.settings.first_layout]
        )
        self.notices = notices = Notices(state)
        self.faults = Faults(notices)
        state.crashed = crashed or self.faults.report
        self.jobs = jobs = make_jobs(post, state.show_progress, state.crashed)
        self.settings.crashed = state.crashed
        self.settings.save_in(jobs, notices.fail)
        self.engine = EngineControl(state, self.settings, notices, post)
        self.graphics = Graphics(self.settings, post)
        self.graphics.crashed = state.crashed
        self.monitoring = Monitoring(state, self.settings, jobs, notices, post)
        self.presets, self.looks = (
            OwnPresets(self.settings, jobs),
            OwnLooks(self.settings, jobs, notices),
        )
        self.hangings = Hangings(state, self.settings, notices)
        self.view = View(state, lambda: self.presets.all)
        self._linked_windows = LinkedWindows(state, self.view)
        self.settings.changed.connect(self._follow_settings)
        self.reformations = Reformations(state)
        self.cine = Cine(state, self.settings, self.view)
        self.annotations = Annotations(state, jobs, notices)
        self.listing = Listing(state)
        self.key_images = KeyImages(state, self.view)
        self.tables = AnnotationTables(state, self.listing, jobs, notices)
        self.diameters = HandDiameters(state, jobs, notices, self.annotations)
        self.occlusion = Occlusion(state, jobs, notices, self.engine, self.view, self.annotations)
        self.feedback = Feedback(state, jobs, notices, self.monitoring.predictions)
        self.report_text = ReportWriting(state, jobs, notices)
        self.exports = Exports(state, jobs, notices, self.monitoring.predictions)
        self.head_motion = HeadMotion(state, jobs, notices)
        self.segmentation = Segmentation(
            state,
            jobs,
            notices,
            self.view,
            self.engine,
            self.head_motion,
            self.monitoring.predictions,
        )
        self.locating = Locating(state, jobs, notices)
        self.correction = SegmentationCorrection(state, jobs, notices, self.segmentation)
        self.correction_tools = CorrectionTools(state, jobs, notices, self.view, self.correction)
        self.classification = Classifier(
            state,
            self.settings,
            jobs,
            notices,
            self.engine,
            self.segmentation,
            self.monitoring.predictions,
        )
        self.occlusion.asked_slice = lambda: self.classification.asked_slice
        self.leaving_out = LeavingOut(state, jobs, self.engine, self.occlusion)
        self.documents = Documents(
            state, self.settings, jobs, notices, self._leave_study, self._enter_study, self._begin
        )
        self.series = SeriesAgain(state, jobs, notices, self.documents)
        self.documents.sentences.ask_series = self.series.ask
        self.studies = StudyList(state, jobs, notices, self.documents)
        self.prior = Prior(
            state,
            jobs,
            notices,
            self.engine,
            self.segmentation,
            self.documents,
            self.studies,
            self.monitoring.predictions,
        )
        self.restoring = Restoring(
            state,
            notices,
            self.documents,
            self.annotations,
            self.segmentation,
            self.correction,
            self.classification,
            self.report_text,
        )
        self.saved = SavedSessions(
            state, self.settings, jobs, notices, self.documents, self.restoring, self.prior
        )
        self.open_study = OpenStudy(state, self.settings, jobs, self.documents, self.prior)
        self.recovery = Recovery(
            state,
            self.settings,
            jobs,
            notices,
            self.view,
            self.documents,
            self.classification,
            self.prior,
        )
        self.reports = Reports(state, self.settings, jobs, notices, self.prior)
        self.targets = TargetLesions(state, jobs, notices, self.prior)
        self._left: tuple[Annotation, ...] = ()
        self.pacs = self._make_pacs(post)
        self.recent = RecentNames(self.settings, self.pacs.retrieval.match_of)

    def _make_pacs(self, post: Post) -> Pacs:
        """The nodes; what the study list shows of them is retrieved by them."""
        state, settings, jobs, notices = self.state, self.settings, self.jobs, self.notices
        retrieval = Retrieval(
            state, settings, jobs, notices, self.documents, self.prior.compare, post
        )
        self.studies.retrieve = lambda one: retrieval.open(one.node, one.match)
        self.studies.retrieved = lambda one: retrieval.paths_of(one.node, one.match)
        return Pacs(settings, jobs, notices, retrieval, Sending(state, jobs, notices, post))

    def close(self) -> None:
        """Stop all work and the child process, and wait for both."""
        self.saved.save_changes()
        self.engine.close()  # first: work that waits for it then ends
        self.graphics.close()
        self.pacs.forget_studies()
        self.open_study.leave()
        self.jobs.close()
        self.correction.close()
        self.studies.close()
        self.monitoring.close()
        self.pacs.remove_folders()

    def undo(self) -> None:
        """Take the last edit back of what the chosen tool edits."""
        if self.state.corrects:
            self.correction.undo()
        else:
            self.occlusion.undo()

    def redo(self) -> None:
        """Make the edit again that was taken back last; see ``undo``."""
        if self.state.corrects:
            self.correction.redo()
        else:
            self.occlusion.redo()

    def _follow_settings(self, changed: Collection[str]) -> None:
        if PRESETS in changed:
            self.view.follow_own_presets()

    def _leave_study(self) -> None:
        self.saved.leave_study()
        self.open_study.leave()
        self.occlusion.forget()
        self.head_motion.leave_study()
        self.segmentation.stop()
        self.correction.leave_study()
        self.classification.leave_study()
        self.view.set_overlay(difference=False)
        self._left = self.state.annotations

    def _enter_study(self) -> None:
        kept = self.state.view_kept
        self.view.moved = self.view.moved and kept
        self.annotations.restore(self._left if kept else ())
        self.saved.enter()
        self.open_study.enter()
        self.recovery.enter()

    def _begin(self) -> None:
        self.head_motion.correct()
        if not self.restoring.results():
            self.classification.enter_study()
        self.saved.begin()
        self.recovery.begin()

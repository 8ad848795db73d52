"""What a session says of its study, taken over by the parts that hold it."""

from dataclasses import replace
from functools import partial

from brainviewer.app.annotations import Annotations
from brainviewer.app.classification import Classifier
from brainviewer.app.correction.correction import SegmentationCorrection
from brainviewer.app.correction.keeping import kept_of
from brainviewer.app.documents import Documents
from brainviewer.app.notices import Notice, Notices, Offer
from brainviewer.app.opening.opened import OpenedSession
from brainviewer.app.reporting.writing import ReportWriting
from brainviewer.app.saved_session.returning import (
    Sameness,
    other_annotations,
    sentence_of,
    show_view,
)
from brainviewer.app.saved_session.without_window import NOT_OF_THE_STUDY
from brainviewer.app.segmentation import Segmentation
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.app.stores.age import keep_age, kept_age
from brainviewer.app.stores.feedback import take_feedback
from brainviewer.app.stores.session_places import known_session
from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.annotation.limits import why_impossible
from brainviewer.core.correction.kept import KeptCorrection
from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.report_text import ReportText
from brainviewer.core.study import Study
from brainviewer.files.journal.corrections import CorrectionJournal
from brainviewer.files.session_file.session_file import STAYS, annotations_in_session

_KEPT_ELSEWHERE = "{} kept on this computer for this study {} not in the session."
_NOTHING_OF_IT = "None of the images is one that {} was saved with: nothing of it is shown."
_OTHER_TEXT = "Another text for the report was kept on this computer for this study."
_CHECK = (
    "What the session says is shown on these images: check it. The session itself stays as it was."
)
DONE, STALE = Status.DONE.value, Status.STALE.value


class Restoring:
    """Takes over the annotations, the correction, the view and the results of a session.

    Annotations and corrections of a study are kept on this computer as they are made. Where that
    went on after the session was saved here, it goes on; else the session says what is shown.
    """

    def __init__(
        self,
        state: ViewState,
        notices: Notices,
        documents: Documents,
        annotations: Annotations,
        segmentation: Segmentation,
        correction: SegmentationCorrection,
        classification: Classifier,
        report_text: ReportWriting,
    ) -> None:
        self._state, self._notices, self._documents = state, notices, documents
        self._annotations, self._segmentation = annotations, segmentation
        self.correction, self._classification = correction, classification
        self._report_text = report_text
        self._newer_here = False
        self.running = False
        """What changes now is what the session says."""

    def take_in(self, study: Study) -> None:
        """Before a study is shown: keep correction, age and feedback that its session says."""
        opened = self._documents.session
        if opened is None:
            return
        session = opened.session
        same = Sameness.of(study, session.study)
        self._newer_here = same.same and known_session(session.id).stamp == session.stamp
        if not same.known:
            return
        try:
            if session.correction is not None and same.same_grid:
                self._take_correction(study, session.correction)
            if session.age_years is not None and not study.is_image2d:
                self._take_age(study, session.age_years)
            if session.feedback is not None and same.same:
                take_feedback(session.feedback)
        except FileError as error:
            self._notices.fail(error)

    def _take_correction(self, study: Study, correction: KeptCorrection) -> None:
        journal = CorrectionJournal(study)
        try:
            there, _ = journal.restore()
            if there is not None and self._newer_here:
                return
            if said := journal.replace(correction):
                self._documents.sentences.add(said)
        finally:
            journal.close()

    def _take_age(self, study: Study, years: float) -> None:
        if not self._newer_here or kept_age(study.content_hash) is None:
            keep_age(study.content_hash, years)

    def enter(self, opened: OpenedSession, study: Study) -> bool:
        """A study is shown: look at it as the session says, with its annotations.

        False if something of the session was left out, so that nothing may be saved over it.
        """
        whole, same = not opened.session.left_out, Sameness.of(study, opened.session.study)
        self.running = True
        try:
            for sentence in same.sentences:
                self._notices.tell(sentence, "caution")
            if not same.known:
                self._tell_nothing(opened)
                return False
            show_view(self._state, opened.session.view, study)
            self._show_report_text(opened.session.report_text)
            if not (self._newer_here and self._state.annotations):
                whole = self._show_annotations(opened, same, study) and whole
        finally:
            self.running = False
        return whole

    def results(self) -> bool:
        """Show what was found and answered; False where that has to be computed anew."""
        opened, study, state = self._documents.session, self._state.study, self._state
        if opened is None or study is None or study.is_image2d or state.arriving is not None:
            return False
        session, results = opened.session, opened.session.results
        if study.content_hash != session.study.sha256:
            return False
        if results.finding is None or results.base is None:
            return False
        self.running = True
        try:
            self._show_finding(study, results.base, results.finding)
            if results.classification is not None and results.status in (DONE, STALE):
                answer, status = results.classification, Status(results.status)
                self._classification.restore(answer, status, results.message)
        finally:
            self.running = False
        return True

    def _show_finding(self, study: Study, base: TumourFinding, finding: TumourFinding) -> None:
        """The finding as it was, unless its correction has gone on since."""
        kept = kept_of(study)
        if kept is None:
            self._state.show_finding(base, Status.DONE)
            return
        from brainviewer.imaging.correction.corrected_finding import same_labels

        if same_labels(finding, kept.labels):
            self.correction.restore(base, finding, kept)
            self._state.show_finding(finding, Status.DONE)
        else:
            self._segmentation.show_again(base)

    def _show_report_text(self, text: ReportText) -> None:
        """The text of the session; one that was written here can take its place again."""
        here = self._state.report_text
        if not text or text == here or (here and self._newer_here):
            return
        self._report_text.write(text)
        if here:
            back = Offer("Use that", partial(self._report_text.write, here))
            self._notices.show(Notice(_OTHER_TEXT, "caution", (back,)))

    # -- annotations ------------------------------------------------------------------------

    def _show_annotations(self, opened: OpenedSession, same: Sameness, study: Study) -> bool:
        """Whether all could be shown."""
        session, here = opened.session, self._state.annotations
        others = other_annotations(here, session)
        if same.same:
            reasons = why_impossible(session.annotations, study.grid)
            pairs = zip(session.annotations, reasons, strict=True)
            self._annotations.take_over(tuple(one for one, why in pairs if not why))
            if any(reasons):
                self._notices.tell(f"{NOT_OF_THE_STUDY} {STAYS}", "caution")
            if others:
                self._offer(others)
            return not any(reasons)
        if session.annotations:
            ours = tuple(a for a in here if a.id not in {b.id for b in session.annotations})
            self._add_from_file(opened, ours)
            self._notices.tell(_CHECK, "caution")
        return True

    def _offer(self, others: tuple[Annotation, ...]) -> None:
        """What was kept here and is not in the session can be added to it."""
        count = counted(len(others), "annotation", "annotations")
        said = _KEPT_ELSEWHERE.format(count, "is" if len(others) == 1 else "are")
        add = Offer("Add them", partial(self._add, others))
        self._notices.show(Notice(said, "caution", (add,)))

    def _add(self, others: tuple[Annotation, ...]) -> None:
        known = {annotation.id for annotation in self._state.annotations}
        new = tuple(replace(a, id="") if a.id in known else a for a in others)
        self._annotations.take_over((*self._state.annotations, *new))

    def _tell_nothing(self, opened: OpenedSession) -> None:
        """The images are of another study; its annotations may be wanted all the same."""
        said = _NOTHING_OF_IT.format(sentence_of(opened))
        show = Offer("Show its annotations", partial(self._add_from_file, opened, ()))
        offers = (show,) if opened.session.annotations else ()
        self._notices.show(Notice(said, "caution", offers))

    def _add_from_file(self, opened: OpenedSession, ours: tuple[Annotation, ...]) -> None:
        study = self._state.study
        if study is None:
            return
        try:
            found = annotations_in_session(opened.path)
            shown, said = found.opened_on(study, other_study=True)
        except FileError as error:
            self._notices.fail(error, of_study=True)
            return
        self._annotations.take_over((*ours, *shown))
        for sentence in said:
            self._notices.tell(sentence, "caution")

"""The segmentation of the open study as the user corrects it, kept and measured."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from brainviewer.app.audit_trail.edits import SEGMENTATION, MayEdit
from brainviewer.app.correction.editing import Editing
from brainviewer.app.correction.keeping import (
    StepSaving,
    as_kept,
    base_of,
    kept_correction,
    kept_of,
    write,
)
from brainviewer.app.correction.measuring import Measuring
from brainviewer.app.correction.origin import (
    CLEAR,
    FOUND,
    RESET,
    name_of,
    nothing,
    now,
    provenance,
)
from brainviewer.app.correction.stroke import Stroke
from brainviewer.app.jobs import Jobs
from brainviewer.app.notices import Notices
from brainviewer.app.segmentation import Segmentation
from brainviewer.app.sign_in.reader_name import reader_name
from brainviewer.app.state import ViewState
from brainviewer.app.status import Status
from brainviewer.core.correction.kept import Base, KeptCorrection
from brainviewer.core.correction.provenance import FROM_NOTHING
from brainviewer.core.correction.steps import Labels, Step, Steps
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from brainviewer.files.journal.corrections import CorrectionJournal

if TYPE_CHECKING:
    from brainviewer.imaging.correction.label_edit import LabelEdit


class SegmentationCorrection:
    """Edits the labels of the lesion; the finding of the state follows in the background.

    What is edited is kept step by step, and comes back with its study.
    """

    def __init__(
        self, state: ViewState, jobs: Jobs, notices: Notices, segmentation: Segmentation
    ) -> None:
        self._state, self._notices = state, notices
        self._measuring = Measuring(state, jobs, notices)
        self._saving = StepSaving(jobs, notices)
        self._may_edit = MayEdit(state, SEGMENTATION, notices.fail)
        self._forget()
        segmentation.complete = self._restored
        state.finding_changed.connect(self._follow_finding)

    def _forget(self) -> None:
        self._steps, self._stroke = Steps(), None
        self._journal: CorrectionJournal | None = None
        self._begun = False
        """The journal says what is corrected."""
        self._base: TumourFinding | None = None
        """What was found, before any correction."""
        self._base_name, self._base_labels = FROM_NOTHING, None
        self._restoring: tuple[TumourFinding, TumourFinding, KeptCorrection] | None = None

    _stroke: Stroke | None
    _base_labels: Labels | None

    def leave_study(self) -> None:
        """Another study is shown: what was edited is kept."""
        self._measuring.stop()
        if self._stroke is not None:
            self._stroke.cancel()
        self._state.editing = replace(self._state.editing, drawing=False)
        self._saving.finish()
        if self._journal is not None:
            self._journal.close()
        self._forget()
        self._show(replace(self._state.editing, labels=None))

    def close(self) -> None:
        """The window closes; what was edited has been kept."""
        if self._journal is not None:
            self._journal.close()

    @property
    def base(self) -> TumourFinding | None:
        """What was found, before any correction; None where nobody has looked."""
        return self._base

    @property
    def kept(self) -> KeptCorrection | None:
        """The correction as it stands, to be kept elsewhere; None without one."""
        labels, steps = self._state.editing.labels, self._steps.copy()
        if labels is None or self._stroke is not None or not (steps.can_undo or steps.can_redo):
            return None
        return kept_correction(labels, steps, self._base_name)

    def settle(self) -> None:
        """Measure now what was drawn last: an image or a report that goes out is of it."""
        self._measuring.settle()

    def restore(self, base: TumourFinding, edited: TumourFinding, kept: KeptCorrection) -> None:
        """The finding that is shown next was corrected before. base : before any correction."""
        self._restoring = base, edited, kept

    # -- how it is edited -------------------------------------------------------------------

    def set(self, **options: Any) -> None:
        """Change part, brush or what is painted over; see ``Editing``."""
        self._show(self._state.editing.chosen(**options))

    def turn(self, notches: int) -> None:
        """Make the brush larger or smaller by notches of the wheel."""
        self.set(diameter_mm=round(self._state.editing.diameter_mm * 1.15**notches, 1))

    # -- editing ----------------------------------------------------------------------------

    def begin(self) -> Stroke | None:
        """Begin a stroke; None where nothing can be edited."""
        if not self._state.correctable or self._stroke is not None or not self._may_edit():
            return None
        self._stroke = Stroke(self._ready())
        self._state.editing = replace(self._state.editing, drawing=True)
        return self._stroke

    def go_on(self, edit: "LabelEdit | None") -> None:
        """Make a part of the stroke that is under way."""
        if self._stroke is not None and self._stroke.make(edit):
            self._follow_labels()

    def end(self, tool: str) -> bool:
        """The stroke is done: it is one step. Whether it changed anything."""
        stroke, self._stroke = self._stroke, None
        if stroke is None:
            return False
        self._state.editing = replace(self._state.editing, drawing=False)
        step = stroke.step(tool, reader_name(), now())
        if step is None:
            return False
        first = None if self._begun else self._journal_base(stroke.labels, step)
        self._steps.push(step)
        journal = self._journal
        self._saving.save(lambda: write(journal, first, step))
        self._changed()
        return True

    def cancel(self) -> None:
        """The stroke that is under way was nothing."""
        stroke, self._stroke = self._stroke, None
        if stroke is not None:
            stroke.cancel()
            self._state.editing = replace(self._state.editing, drawing=False)
            self._changed()

    def apply(self, tool: str, make: "Callable[[Labels], LabelEdit | None]", none: str) -> None:
        """Change the labels by a tool, as one step. none : what is said where nothing changes."""
        if self.begin() is None:
            return
        assert self._stroke is not None
        self.go_on(make(self._stroke.labels))
        if not self.end(tool):
            self._notices.tell(none)

    def reset(self) -> None:
        """Take what was found again, as a step that can be taken back."""
        self._replace(RESET, self._base_labels)

    def clear(self) -> None:
        """Begin with nothing, as a step that can be taken back."""
        self._replace(CLEAR, None)

    def undo(self) -> None:
        """Take the last step back."""
        self._move(-1, self._steps.undo)

    def redo(self) -> None:
        """Make the step again that was taken back last."""
        self._move(1, self._steps.redo)

    def _replace(self, tool: str, labels: Labels | None) -> None:
        from brainviewer.imaging.correction.label_edit import edit_to

        self.apply(tool, lambda there: edit_to(there, labels), "The segmentation is so already.")

    def _move(self, by: int, take: Callable[[], Step | None]) -> None:
        labels = self._state.editing.labels
        if self._stroke is not None or labels is None or not self._state.correctable:
            return
        if self._may_edit() and (step := take()):
            step.apply(labels)
            if (journal := self._journal) is not None:
                self._saving.save(lambda: journal.move(by))
            self._changed()

    # -- what is edited ---------------------------------------------------------------------

    def _ready(self) -> Labels:
        """The labels, made from what was found where nothing was edited yet."""
        state = self._state
        assert state.study is not None
        if self._journal is None:  # nothing was found, so that nothing was brought back either
            self._take_up(state.study, state.finding)
        if state.editing.labels is None:
            empty, found = np.zeros(state.study.grid.shape, np.uint8), self._base_labels
            self._show(replace(state.editing, labels=empty if found is None else found.copy()))
        labels = state.editing.labels
        assert labels is not None
        return labels

    def _take_up(self, study: Study, finding: TumourFinding | None) -> None:
        """A study is open and was searched: bring back what was corrected."""
        base = nothing(study) if finding is None else finding
        self._journal = CorrectionJournal(study)
        self._take_base(study, base)
        kept, notice = self._journal.restore()
        if notice:
            self._notices.tell(notice, "caution", of_study=True)
        if kept is not None:
            self._take_kept(kept)

    def _take_base(self, study: Study, base: TumourFinding) -> None:
        from brainviewer.imaging.correction.corrected_finding import labels_of

        self._base, self._base_labels = base, labels_of(base) if base.mask is not None else None
        if not self._begun:
            self._base_name = name_of(base)
            if self._state.editing.labels is None:
                self._show(self._state.editing)

    def _take_kept(self, kept: KeptCorrection) -> None:
        self._steps, self._begun, self._base_name = kept.steps, True, kept.base.name
        self._show(replace(self._state.editing, labels=kept.labels))

    def _restored(self, study: Study, finding: TumourFinding) -> TumourFinding:
        """What was found, as it was corrected before; in the thread of the search."""
        if self._journal is not None:
            return finding  # looked for again
        kept = kept_of(study)
        if kept is None:
            return finding
        edited = as_kept(study, finding, kept)
        self._restoring = finding, edited, kept
        return edited

    def _follow_finding(self) -> None:
        state, finding = self._state, self._state.finding
        if state.study is None or finding is None or state.finding_status is not Status.DONE:
            return
        restoring, self._restoring = self._restoring, None
        if restoring is not None and restoring[1] is finding:
            self._take_up(state.study, restoring[0])
        elif finding.correction is None and finding is not self._base:
            if self._journal is None:
                self._take_up(state.study, finding)
            else:  # looked for again: that replaces what was edited, and can be taken back
                edited = self._steps.can_undo
                self._take_base(state.study, finding)
                if edited:
                    self._replace(FOUND, self._base_labels)
                else:
                    self._show(replace(state.editing, labels=None))

    def _changed(self) -> None:
        self._show(self._state.editing)
        self._follow_labels()

    def _follow_labels(self) -> None:
        labels, study = self._state.editing.labels, self._state.study
        if study is not None and self._base is not None and labels is not None:
            told = provenance(self._steps, self._base_name)
            self._measuring.ask(study, self._base, labels, told)
            self._state.labels_changed.emit()

    def _show(self, editing: Editing) -> None:
        steps, study, parted = self._steps, self._state.study, False
        labels = editing.labels if editing.labels is not None else self._base_labels
        if study is not None and labels is not None:
            from brainviewer.imaging.correction.corrected_finding import told_apart

            parted = told_apart(study, labels)
        self._state.editing = replace(
            editing, can_undo=steps.can_undo, can_redo=steps.can_redo, parted=parted
        )
        self._state.correction_changed.emit()
        self._state.facts_changed.emit()

    def _journal_base(self, labels: Labels, step: Step) -> Base:
        """What is corrected: the labels before the first step."""
        self._begun = True
        return base_of(labels, [step], self._base_name)

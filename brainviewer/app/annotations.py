"""Annotations of the open study: made, changed, taken back, kept and saved."""

import logging
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from brainviewer.app.audit_trail.edits import ANNOTATIONS, may_delete, may_edit
from brainviewer.app.audit_trail.recording import audited
from brainviewer.app.jobs import Jobs, Policy
from brainviewer.app.notices import Notices
from brainviewer.app.state import ViewState
from brainviewer.core.annotation.annotations import Annotation, Edit
from brainviewer.core.annotation.limits import (
    held_inside,
    points_of,
    too_many,
    why_impossible,
)
from brainviewer.core.annotation.undo import History
from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError, FileError, Report
from brainviewer.files import annotation_file
from brainviewer.files.journal.annotations import AnnotationJournal, Restored

log = logging.getLogger(__name__)

KEEP, SAVE = "keep annotations", "save annotations"


class Annotations:
    """Changes the annotations; every edit can be undone and is saved as it is made."""

    def __init__(self, state: ViewState, jobs: Jobs, notices: Notices) -> None:
        self._state, self._jobs, self._notices = state, jobs, notices
        self._history = History()
        self._journal: AnnotationJournal | None = None
        self._told_of_others = False

    def add(self, annotation: Annotation) -> None:
        """Put an annotation on its slice, held within the images, and select it."""
        self._edit(Edit(f"Add {annotation.kind}", (), (annotation,)), select=annotation.id)

    def change(self, before: Annotation, after: Annotation, text: str = "") -> None:
        """Replace an annotation by its moved or reworded self."""
        if before != after and self._free(before):
            self._edit(Edit(text or f"Change {after.kind}", (before,), (after,)), select=after.id)

    def delete_selection(self) -> None:
        """Remove the selected annotation; without one, nothing happens."""
        chosen = self._state.selected
        if chosen is not None and self._free(chosen):
            self._edit(Edit(f"Delete {chosen.kind}", (chosen,), ()))

    def delete_all(self) -> None:
        """Remove every annotation of the study that is not locked, as one step of undo."""
        free = tuple(a for a in self._state.annotations if not a.style.locked)
        if free:
            self._edit(Edit("Delete all annotations", free, ()))
        if left := len(self._state.annotations):
            said = f"{counted(left, 'locked annotation', 'locked annotations')}"
            self._notices.tell(f"{said} left: unlock to delete.", of_study=True)

    def restyle(self, **changes: Any) -> None:
        """Change fields of ``Style`` of the selected annotation; without one, nothing happens."""
        chosen = self._state.selected
        if chosen is None:
            return
        after = replace(chosen, style=replace(chosen.style, **changes))
        if after != chosen:
            (field,) = changes
            self._edit(Edit(f"Change {field} of {chosen.kind}", (chosen,), (after,)), keep=True)

    def rename(self, annotation: Annotation, name: str) -> None:
        """Give an annotation another name, which is written beside it; of a text, other words."""
        after = replace(annotation, text=name.strip())
        known = annotation in self._state.annotations and after != annotation
        if (after.text or not annotation.kind.traits.written) and known and self._free(annotation):
            self._edit(Edit(f"Rename {annotation.kind}", (annotation,), (after,)), keep=True)

    def _free(self, annotation: Annotation) -> bool:
        """Whether an annotation may be changed; if not, that is said."""
        if annotation.style.locked:
            self._notices.tell(f"The {annotation.kind} is locked: unlock it first.", of_study=True)
        return not annotation.style.locked

    def select(self, annotation_id: str) -> None:
        """Select an annotation by its id; an empty id selects none."""
        if annotation_id != self._state.selection:
            self._state.selection = annotation_id
            self._state.annotations_changed.emit()
            self._state.facts_changed.emit()

    def undo(self) -> None:
        """Take the last edit back."""
        if self._may_turn(self._history.can_undo) and (edit := self._history.undo()):
            self._apply(edit)

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if self._may_turn(self._history.can_redo) and (edit := self._history.redo()):
            self._apply(edit)

    def save(self, path: Path) -> None:
        """Write the annotations to a file of the user's choice, in the background."""
        study, annotations = self._state.study, self._state.annotations
        if study is None:
            return

        def work(_: Report) -> None:
            with audited(Action.EXPORTED, study, facts={"kind": "annotations", "format": "json"}):
                annotation_file.save_annotations(path, annotations, study)

        self._jobs.start(
            SAVE,
            work,
            lambda _: None,
            self._notices.fail,
            policy=Policy.MUST_FINISH,
        )

    def open(self, path: Path, *, other_study: bool = False) -> None:
        """Replace the annotations by those of a file, as one step of undo.

        other_study : the user wants to see annotations that were made on another study.
        Raises FileError, and OtherStudy if the user has to be asked.
        """
        study = self._state.study
        if study is None:
            raise FileError("Annotations need a study to lie on.", "Open their study first.")
        self._jobs.finish(SAVE)  # it may be the same file
        found = annotation_file.read_annotations(path)
        annotations, notices = found.opened_on(study, other_study=other_study)
        self._edit(Edit("Open annotations", self._state.annotations, annotations))
        for said in notices:
            self._notices.tell(said, "caution")

    def take_over(self, annotations: tuple[Annotation, ...]) -> None:
        """Show those of a session instead, as one step of undo."""
        if annotations != self._state.annotations:
            self._edit(Edit("Open session", self._state.annotations, annotations))

    def take_in_other_edits(self) -> None:
        """Show what another window has made of the annotations of the same study, if it has."""
        if self._journal is not None and self._journal.changed_elsewhere:
            # What is wrong was said when the study was opened, and is again at the next edit.
            self._keep(self._journal, self._state.annotations, lambda _: None)

    def leave_out(self, annotation: Annotation, error: BaseException) -> None:
        """Draw an annotation no more, because that failed; it stays in the list and on disk."""
        if annotation.id not in self._state.undrawable:
            log.error("An annotation could not be drawn.", exc_info=error)
            self._state.undrawable |= {annotation.id}
            said = "An annotation cannot be drawn. It is left out of the images, and stays kept."
            self._notices.tell(said, "error", of_study=True)

    def _edit(self, edit: Edit, select: str = "", *, keep: bool = False) -> None:
        """keep : the selection and all places stay as they are."""
        study = self._state.study
        if study is None:
            return
        impossible = [why for why in why_impossible(edit.after, study.grid) if why]
        gone = {one.id for one in edit.before}
        left = [one for one in self._state.annotations if one.id not in gone]
        # What is too much already, as from a file, can still be made less.
        grows = points_of(edit.after) > points_of(edit.before)
        if grows and (why := too_many([*left, *edit.after])):
            impossible.append(why)
        if impossible:
            said = f"The annotation was not made: {impossible[0]}."
            self._notices.tell(said, "error", of_study=True)
            return
        if select:  # made or changed by hand
            held = tuple(held_inside(annotation, study.grid) for annotation in edit.after)
            edit = replace(edit, after=held)
        if not self._may_make(edit):
            return
        self._history.push(edit)
        self._apply(edit, self._state.selection if keep else select)

    def _may_make(self, edit: Edit) -> bool:
        """Whether an edit is recorded, where that is wanted; if not, that is said."""
        study, failed = self._state.study, self._notices.fail
        if edit.before and not edit.after:
            return may_delete(study, ANNOTATIONS, len(edit.before), failed)
        return may_edit(study, ANNOTATIONS, failed)

    def _may_turn(self, possible: bool) -> bool:
        return possible and may_edit(self._state.study, ANNOTATIONS, self._notices.fail)

    def _apply(self, edit: Edit, select: str = "") -> None:
        gone = {a.id for a in edit.before}
        new = {a.id: a for a in edit.after}
        # A changed annotation keeps its place in the list, so that lists on screen do not jump.
        shown = self._state.annotations
        kept = [new.pop(a.id, a) for a in shown if a.id in new or a.id not in gone]
        self._state.undrawable -= gone
        self._show((*kept, *new.values()), select)
        if self._journal is not None:
            self._keep(self._journal, shown, partial(self._notices.fail, of_study=True))

    def _show(self, annotations: tuple[Annotation, ...], select: str = "") -> None:
        self._state.annotations = annotations
        self._state.selection = select
        self._state.can_undo = self._history.can_undo
        self._state.can_redo = self._history.can_redo
        self._state.annotations_changed.emit()
        self._state.facts_changed.emit()

    def restore(self, drawn: tuple[Annotation, ...] = ()) -> None:
        """Show what was saved for the open study, with a fresh history.

        drawn : on a part of it that was shown before; they are the study's as well.
        """
        self._jobs.finish(KEEP)  # it may be the same study
        self._history, self._journal, self._told_of_others = History(), None, False
        self._state.undrawable = frozenset()
        annotations: tuple[Annotation, ...] = ()
        if self._state.study is not None:
            self._journal = AnnotationJournal(self._state.study)
            kept = self._journal.restore()
            annotations = kept.annotations
            if kept.notice:
                self._notices.tell(kept.notice, "caution")
        self._show(annotations)
        known = {annotation.id for annotation in annotations}
        if new := tuple(one for one in drawn if one.id not in known):
            self._apply(Edit("Draw", (), new))

    def _keep(
        self,
        journal: AnnotationJournal,
        before: tuple[Annotation, ...],
        failed: Callable[[BrainViewerError], None],
    ) -> None:
        """Bring the change since ``before`` into the journal, in the background."""
        after = self._state.annotations
        self._jobs.save(
            KEEP,
            lambda: journal.keep(after, before),
            failed,
            lambda kept: self._take_in(journal, kept),
        )

    def _take_in(self, journal: AnnotationJournal, kept: Restored) -> None:
        if kept.notice:
            self._notices.tell(kept.notice, "caution")
        # Later changes bring what others did with them; their place is not taken by older ones.
        late = journal is not self._journal or self._jobs.unfinished(KEEP) > 0
        if late or kept.annotations == self._state.annotations:
            return
        if not self._told_of_others:
            self._told_of_others = True
            said = "Another window changes these annotations, too; what both do is kept."
            self._notices.tell(said)
        there = {annotation.id for annotation in kept.annotations}
        selected = self._state.selection if self._state.selection in there else ""
        self._show(kept.annotations, selected)

"""Verbs that make, change and keep annotations."""

import logging
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from brainviewer.app.state import Notice, ViewState
from brainviewer.app.undo import History
from brainviewer.core.annotation_limits import MOST_ANNOTATIONS, held_inside, why_impossible
from brainviewer.core.annotations import Annotation, Edit
from brainviewer.core.errors import FileError
from brainviewer.files import annotation_file
from brainviewer.files.journal import Journal, Kept

log = logging.getLogger(__name__)


class Marking:
    """The part of ``Session`` that annotates; every edit is undoable and saved as it is made."""

    state: ViewState

    def __init__(self) -> None:
        self._history = History()
        self._journal: Journal | None = None
        self._told_of_others = False

    def add_annotation(self, annotation: Annotation) -> None:
        """Put a mark on its slice, held within the images, and select it."""
        self._edit(Edit(f"Add {annotation.kind}", (), (annotation,)), select=annotation.id)

    def change_annotation(self, before: Annotation, after: Annotation, text: str = "") -> None:
        """Replace a mark by its moved or reworded self."""
        if before != after:
            self._edit(Edit(text or f"Change {after.kind}", (before,), (after,)), select=after.id)

    def delete_selection(self) -> None:
        """Remove the selected mark; without one, nothing happens."""
        chosen = tuple(a for a in self.state.annotations if a.id == self.state.selection)
        if chosen:
            self._edit(Edit(f"Delete {chosen[0].kind}", chosen, ()))

    def delete_all_annotations(self) -> None:
        """Remove every mark of the study, as one step of undo."""
        if self.state.annotations:
            self._edit(Edit("Delete all annotations", self.state.annotations, ()))

    def select(self, annotation_id: str) -> None:
        """Select a mark by its id; an empty id selects none."""
        if annotation_id != self.state.selection:
            self.state.selection = annotation_id
            self.state.annotations_changed.emit()
            self.state.facts_changed.emit()

    def undo(self) -> None:
        """Take the last edit back."""
        if edit := self._history.undo():
            self._apply(edit)

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if edit := self._history.redo():
            self._apply(edit)

    def save_annotations(self, path: Path) -> None:
        """Write the marks to a file of the user's choice. Raises FileError."""
        if self.state.study is not None:
            annotation_file.save_annotations(path, self.state.annotations, self.state.study)

    def open_annotations(self, path: Path, *, other_study: bool = False) -> None:
        """Replace the marks by those of a file, as one step of undo.

        other_study : the user wants to see marks that were made on another study.
        Raises FileError, and OtherStudy if the user has to be asked.
        """
        study = self.state.study
        if study is None:
            raise FileError("Annotations need a study to lie on.", "Open their study first.")
        found = annotation_file.read_annotations(path)
        marks, notices = found.opened_on(study, other_study=other_study)
        self._edit(Edit("Open annotations", self.state.annotations, marks))
        for said in notices:
            self.state.noticed.emit(Notice(said, "caution"))

    def take_in_other_edits(self) -> None:
        """Show what another window has made of the annotations of the same study, if it has."""
        if self._journal is not None and self._journal.changed_elsewhere:
            # What is wrong was said when the study was opened, and is again at the next edit.
            with suppress(FileError):
                self._take_in(self._journal.keep(self.state.annotations))

    def leave_out(self, annotation: Annotation, error: BaseException) -> None:
        """Draw an annotation no more, because that failed; it stays in the list and on disk."""
        if annotation.id not in self.state.undrawable:
            log.error("An annotation could not be drawn.", exc_info=error)
            self.state.undrawable |= {annotation.id}
            said = "An annotation cannot be drawn. It is left out of the images, and stays kept."
            self.state.noticed.emit(Notice(said, "error", of_study=True))

    def _edit(self, edit: Edit, select: str = "") -> None:
        study = self.state.study
        if study is None:
            return
        impossible = [why for why in why_impossible(edit.after, study.grid) if why]
        if len(self.state.annotations) - len(edit.before) + len(edit.after) > MOST_ANNOTATIONS:
            impossible.append(f"there can be {MOST_ANNOTATIONS:,} on a study")
        if impossible:
            said = f"The annotation was not made: {impossible[0]}."
            self.state.noticed.emit(Notice(said, "error", of_study=True))
            return
        if select:  # made or changed by hand
            held = tuple(held_inside(mark, study.grid) for mark in edit.after)
            edit = replace(edit, after=held)
        self._history.push(edit)
        self._apply(edit, select)

    def _apply(self, edit: Edit, select: str = "") -> None:
        gone = {a.id for a in edit.before}
        new = {a.id: a for a in edit.after}
        # A changed mark keeps its place in the list, so that lists on screen do not jump.
        kept = [new.pop(a.id, a) for a in self.state.annotations if a.id in new or a.id not in gone]
        self.state.undrawable -= gone
        self._show_annotations((*kept, *new.values()), select)
        if self._journal is not None:
            self._keep_annotations(self._journal)

    def _show_annotations(self, annotations: tuple[Annotation, ...], select: str = "") -> None:
        self.state.annotations = annotations
        self.state.selection = select
        self.state.can_undo = self._history.can_undo
        self.state.can_redo = self._history.can_redo
        self.state.annotations_changed.emit()
        self.state.facts_changed.emit()

    def _restore_annotations(self) -> None:
        """Show what was saved for the open study, with a fresh history."""
        self._history, self._journal, self._told_of_others = History(), None, False
        self.state.undrawable = frozenset()
        marks: tuple[Annotation, ...] = ()
        if self.state.study is not None:
            self._journal = Journal(self.state.study)
            kept = self._journal.restore()
            marks = kept.annotations
            if kept.notice:
                self.state.noticed.emit(Notice(kept.notice, "caution"))
        self._show_annotations(marks)

    def _keep_annotations(self, journal: Journal) -> None:
        try:
            self._take_in(journal.keep(self.state.annotations))
        except FileError as error:
            self.state.noticed.emit(Notice(str(error), "error", of_study=True))

    def _take_in(self, kept: Kept) -> None:
        if kept.notice:
            self.state.noticed.emit(Notice(kept.notice, "caution"))
        if kept.annotations == self.state.annotations:
            return
        if not self._told_of_others:
            self._told_of_others = True
            said = "Another window changes these annotations, too; what both do is kept."
            self.state.noticed.emit(Notice(said))
        there = {mark.id for mark in kept.annotations}
        selected = self.state.selection if self.state.selection in there else ""
        self._show_annotations(kept.annotations, selected)

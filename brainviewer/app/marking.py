"""Verbs that make, change and keep annotations."""

from pathlib import Path

from brainviewer.app.history import History
from brainviewer.app.state import Notice, ViewState
from brainviewer.core.annotations import Annotation, Edit
from brainviewer.core.errors import BrainViewerError
from brainviewer.files import journal


class Marking:
    """The part of ``Session`` that annotates; every edit is undoable and saved as it is made."""

    state: ViewState

    def __init__(self) -> None:
        self._history = History()

    def add_annotation(self, annotation: Annotation) -> None:
        """Put a mark on its slice and select it."""
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
        study = self.state.study
        words = study.grid.coordinates if study is not None else journal.WORLD
        journal.save_annotations(path, self.state.annotations, words)

    def open_annotations(self, path: Path) -> None:
        """Replace the marks by those of a file, as one step of undo. Raises FileError."""
        marks = tuple(journal.load_annotations(path))
        self._edit(Edit("Open annotations", self.state.annotations, marks))

    def _edit(self, edit: Edit, select: str = "") -> None:
        if self.state.study is None:
            return
        self._history.push(edit)
        self._apply(edit, select)

    def _apply(self, edit: Edit, select: str = "") -> None:
        gone = {a.id for a in edit.before}
        new = {a.id: a for a in edit.after}
        # A changed mark keeps its place in the list, so that lists on screen do not jump.
        kept = [new.pop(a.id, a) for a in self.state.annotations if a.id in new or a.id not in gone]
        self._show_annotations((*kept, *new.values()), select)
        self._keep_annotations()

    def _show_annotations(self, annotations: tuple[Annotation, ...], select: str = "") -> None:
        self.state.annotations = annotations
        self.state.selection = select
        self.state.can_undo = self._history.can_undo
        self.state.can_redo = self._history.can_redo
        self.state.annotations_changed.emit()
        self.state.facts_changed.emit()

    def _restore_annotations(self) -> None:
        """Show what was saved for the open study, with a fresh history."""
        self._history = History()
        marks: tuple[Annotation, ...] = ()
        if self.state.study is not None:
            kept = journal.restore(self.state.study.content_hash)
            marks = kept.annotations
            if kept.notice:
                self.state.noticed.emit(Notice(kept.notice, "caution"))
        self._show_annotations(marks)

    def _keep_annotations(self) -> None:
        if self.state.study is None:
            return
        try:
            study = self.state.study
            journal.keep(study.content_hash, self.state.annotations, study.grid.coordinates)
        except BrainViewerError as error:
            self.state.noticed.emit(Notice(str(error), "error"))

"""Asks which file is which sequence when the names do not say."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QLabel, QWidget

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.study.folder import Assignment, thumbnail
from brainviewer.gui.dialogs.questions import accepted
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, put, row
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.panes.image_focus import WheelGuard
from brainviewer.gui.thumbnails import pixmap
from brainviewer.gui.widgets import button, label, told

_SIZE = 96
_LEAVE = "leave out"
_SEGMENTATION = "segmentation"


class SequencesDialog(QDialog):
    """One row per unknown file: its middle slice, its name, and a choice."""

    def __init__(self, assignment: Assignment, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Which file is which?")
        self._assignment = assignment
        self._choices: dict[Path, QComboBox] = {}
        rows = QGridLayout()
        rows.setHorizontalSpacing(16)
        free = [*map(str, assignment.missing)]
        for row_number, path in enumerate(assignment.unknown):
            name = label(shown_text(path.name), wrap=True)
            name.setMinimumWidth(260)
            choice = told(QComboBox(), name=f"Sequence of file {row_number + 1}")
            choice.addItems([*map(str, SEQUENCES), _SEGMENTATION, _LEAVE])
            choice.setCurrentText(free[row_number] if row_number < len(free) else _LEAVE)
            choice.currentTextChanged.connect(self._check)
            self._choices[path] = choice
            put(rows, row_number, _image(path), name, choice)
        self._problem = label(role="caution", wrap=True)
        self._open = button("Open", "primary", clicked=self.accept)
        self._open.setDefault(True)
        cancel = button("Cancel", "second", clicked=self.reject)
        self.setLayout(
            column(
                label("The names do not say which sequence these files are."),
                rows,
                self._problem,
                row(HelpButton("sequences"), None, cancel, self._open),
                spacing=12,
                margins=(20, 20, 20, 20),
            )
        )
        self._check()
        WheelGuard(self)

    @property
    def assignment(self) -> Assignment:
        """What was known, with what was chosen."""
        files, segmentation = dict(self._assignment.files), self._assignment.segmentation
        for path, choice in self._choices.items():
            if choice.currentText() == _SEGMENTATION:
                segmentation = path
            elif choice.currentText() != _LEAVE:
                files[Modality(choice.currentText())] = path
        return replace(self._assignment, files=files, segmentation=segmentation, unknown=())

    def _check(self) -> None:
        chosen = [c.currentText() for c in self._choices.values() if c.currentText() != _LEAVE]
        chosen += map(str, self._assignment.files)
        twice = sorted({name for name in chosen if chosen.count(name) > 1})
        problem = f"{twice[0]} is chosen twice." if twice else ""
        if not any(name != _SEGMENTATION for name in chosen):
            problem = "Choose a sequence for at least one file."
        self._problem.setText(problem)
        self._open.setEnabled(not problem)


def _image(path: Path) -> QLabel:
    """The middle slice of a file, or why there is none."""
    image = QLabel()
    image.setFixedSize(_SIZE, _SIZE)
    image.setStyleSheet("background: black")
    try:
        image.setPixmap(pixmap(thumbnail(path, _SIZE)))
    except BrainViewerError as error:
        image.setText("unreadable")
        image.setToolTip(as_tip(str(error)))
    return image


def ask_sequences(assignment: Assignment, parent: QWidget | None) -> Assignment | None:
    """Show the dialog; None if it was cancelled."""
    dialog = SequencesDialog(assignment, parent)
    return dialog.assignment if accepted(dialog) else None

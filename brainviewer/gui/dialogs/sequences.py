"""Asks which file is which sequence when the names do not say."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.study.folder import Assignment, thumbnail
from brainviewer.gui.image_focus import WheelGuard
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.widgets import button, label

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
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 20)
        column.setSpacing(12)
        column.addWidget(label("The names do not say which sequence these files are."))
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        free = list(assignment.missing)
        for row, path in enumerate(assignment.unknown):
            picture = QLabel()
            picture.setFixedSize(_SIZE, _SIZE)
            picture.setStyleSheet("background: black")
            try:
                grey = thumbnail(path, _SIZE)
                image = QImage(grey.data, _SIZE, _SIZE, _SIZE, QImage.Format.Format_Grayscale8)
                picture.setPixmap(QPixmap.fromImage(image))
            except BrainViewerError as error:
                picture.setText("unreadable")
                picture.setToolTip(as_tip(str(error)))
            name = label(shown_text(path.name), wrap=True)
            name.setMinimumWidth(260)
            choice = QComboBox()
            choice.setAccessibleName(f"Sequence of file {row + 1}")
            choice.addItems([*map(str, SEQUENCES), _SEGMENTATION, _LEAVE])
            choice.setCurrentText(str(free[row]) if row < len(free) else _LEAVE)
            choice.currentTextChanged.connect(self._check)
            self._choices[path] = choice
            for n, widget in enumerate((picture, name, choice)):
                grid.addWidget(widget, row, n, Qt.AlignmentFlag.AlignVCenter)
        column.addLayout(grid)
        self._problem = label("", "caution", wrap=True)
        column.addWidget(self._problem)
        foot = QHBoxLayout()
        foot.addStretch(1)
        cancel, self._open = button("Cancel", "second"), button("Open", "primary")
        cancel.clicked.connect(self.reject)
        self._open.clicked.connect(self.accept)
        self._open.setDefault(True)
        foot.addWidget(cancel)
        foot.addWidget(self._open)
        column.addLayout(foot)
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


def ask_sequences(assignment: Assignment, parent: QWidget | None) -> Assignment | None:
    """Show the dialog; None if it was cancelled."""
    dialog = SequencesDialog(assignment, parent)
    try:
        return dialog.assignment if dialog.exec() else None
    finally:
        dialog.deleteLater()

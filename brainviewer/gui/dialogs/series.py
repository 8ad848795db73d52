"""Asks which DICOM series is which sequence when tags and descriptions do not say it clearly."""

from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QLabel, QWidget

from brainviewer.app.opening.dicom.series import SeriesChoice, UnknownSeries, with_notices
from brainviewer.app.stores.series_roles import not_remembered, remember
from brainviewer.core.counting import first_few
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.files.dicom.series.candidates import Candidate
from brainviewer.files.dicom.series.volume import middle_image
from brainviewer.gui.dialogs.questions import accepted
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, put, row, scrolled
from brainviewer.gui.panes.image_focus import WheelGuard
from brainviewer.gui.thumbnails import pixmap
from brainviewer.gui.widgets import button, label, say, timer, told

_SIZE = 72
_LEAVE = "leave out"
_HEADS = ("", "Series", "Matrix", "Spacing", "Slices", "Shown as")


class SeriesDialog(QDialog):
    """One row for each series that can be shown: middle slice, name, geometry, and a choice.

    choices : what is chosen for each series, in the order of the rows.
    """

    def __init__(self, error: UnknownSeries, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Which series is which?")
        self._choice = error.choice
        self.choices: dict[Candidate, QComboBox] = {}
        self._pictures: list[tuple[QLabel, Candidate]] = []
        rows = QGridLayout()
        rows.setHorizontalSpacing(16)
        put(rows, 0, *(label(head, "head") for head in _HEADS))
        proposed = {one: modality for modality, one in error.choice.chosen.items()}
        for one in error.choice.examination.candidates:
            if one.stack.grid is not None and one.stack.times == 1:
                self._add(rows, one, proposed.get(one))
        self._problem = label(role="caution", wrap=True)
        self._not_kept = label(role="quiet", wrap=True)
        self._open = button("Open", "primary", clicked=self.accept)
        self._open.setDefault(True)
        table = self._table = scrolled(column(rows, None))
        table.setMinimumHeight(min(8, len(self.choices)) * (_SIZE + 12) + 40)
        cancel = button("Cancel", "second", clicked=self.reject)
        self.setLayout(
            column(
                label(error.message, wrap=True),
                (table, 1),
                self._problem,
                self._not_kept,
                row(HelpButton("series"), None, cancel, self._open),
                spacing=12,
                margins=(20, 20, 20, 20),
            )
        )
        self._check()
        WheelGuard(self)
        self._next = timer(self, 0, self._show_next)
        self._next.start()

    @property
    def choice(self) -> SeriesChoice:
        """What was chosen."""
        chosen = {}
        for one, box in self.choices.items():
            if box.currentText() != _LEAVE:
                chosen[Modality(box.currentText())] = one
        in_order = {modality: chosen[modality] for modality in SEQUENCES if modality in chosen}
        return with_notices(self._choice.examination, in_order)

    def accept(self) -> None:
        """Remember the choice for the next study of this scanner."""
        with suppress(BrainViewerError):  # it is asked again then
            remember(self._said)
        super().accept()

    @property
    def _said(self) -> dict[Candidate, Modality | None]:
        """What the user says of each series; nothing of what is left out in any case."""
        return {
            one: None if box.currentText() == _LEAVE else Modality(box.currentText())
            for one, box in self.choices.items()
            if not (one.left_out and box.currentText() == _LEAVE)
        }

    def showEvent(self, event: QShowEvent) -> None:
        """All columns are in sight: now the fonts are known."""
        if (content := self._table.widget()) is not None:
            bar = self._table.verticalScrollBar().sizeHint().width()
            self._table.setMinimumWidth(content.minimumSizeHint().width() + bar)
        super().showEvent(event)

    def _add(self, rows: QGridLayout, one: Candidate, proposed: Modality | None) -> None:
        grid = one.stack.grid
        assert grid is not None
        columns, height, slices = grid.shape
        picture = QLabel()
        picture.setFixedSize(_SIZE, _SIZE)
        picture.setStyleSheet("background: black")
        self._pictures.append((picture, one))
        acquired = "3D" if one.three_dimensional else "2D"
        about = ", ".join(filter(None, (one.part, one.plane, acquired, one.left_out)))
        said = f"{one.number}  {one.description or 'without a description'}\n{about}"
        name = label(said, wrap=True)
        name.setMinimumWidth(240)
        spacing = " × ".join(f"{mm:.3g}" for mm in grid.spacing)
        box = told(QComboBox(), name=f"Sequence of series {one.number}")
        box.addItems([*map(str, SEQUENCES), _LEAVE])
        box.setCurrentText(_LEAVE if proposed is None else str(proposed))
        box.currentTextChanged.connect(self._check)
        self.choices[one] = box
        put(
            rows,
            len(self.choices),
            picture,
            name,
            label(f"{columns} × {height}"),
            label(f"{spacing} mm"),
            label(str(slices)),
            box,
        )

    def _show_next(self) -> None:
        """Paint one small image after the other; many series are shown at once all the same."""
        if not self._pictures:
            return
        picture, one = self._pictures.pop(0)
        try:
            picture.setPixmap(pixmap(middle_image(one.stack, _SIZE)))
        except BrainViewerError:
            picture.setText("unreadable")
        self._next.start()

    def _check(self) -> None:
        chosen = [b.currentText() for b in self.choices.values() if b.currentText() != _LEAVE]
        twice = sorted({name for name in chosen if chosen.count(name) > 1})
        problem = f"{twice[0]} is chosen twice." if twice else ""
        if not chosen:
            problem = "Choose a sequence for at least one series."
        self._problem.setText(problem)
        say(self._not_kept, _why_not_kept(not_remembered(self._said)))
        self._open.setEnabled(not problem)


def _why_not_kept(series: Sequence[Candidate]) -> str:
    """A sentence; empty where all is remembered."""
    if not series:
        return ""
    names = first_few([one.name for one in series])
    told = "no description" if len(series) == 1 else "no description of their own"
    has = "has" if len(series) == 1 else "have"
    return (
        f"{names[0].upper()}{names[1:]} {has} {told} at the scanner, so what you choose for "
        f"{'it' if len(series) == 1 else 'them'} is not remembered: you will be asked again."
    )


def ask_series(error: UnknownSeries, parent: QWidget | None) -> SeriesChoice | None:
    """Show the dialog; None if it was cancelled."""
    dialog = SeriesDialog(error, parent)
    return dialog.choice if accepted(dialog) else None

"""What if I edit it? Brush and filling, and what became of the answer, class by class."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.gui import theme
from brainviewer.gui.widgets import button, clear, head, label, set_role, signed, tabular
from brainviewer.painting.devices import painting
from brainviewer.painting.wording import EDITED, probability

if TYPE_CHECKING:
    from brainviewer.app.prediction.occlusion_edit import Change

HOW = "Paint over a part of the picture. Shift takes away, the wheel sets the size of the brush."
_FILLS = (
    ("surroundings", "Surroundings", "Carry on what lies around it"),
    ("mirrored", "Other side", "Copy the same place of the other half"),
    ("flat", "Flat", "The median of what lies around it"),
)
_ROOM = 0.985


class ChangeBar(QWidget):
    """A probability as a bar, with a line where it was before."""

    def __init__(self, before: float, after: float, colour: str) -> None:
        super().__init__()
        self.before, self.after, self.colour = before, after, colour
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(80, 14)

    def paintEvent(self, _event: object) -> None:
        with painting(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        colours = theme.current()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colours.track))
        painter.drawRoundedRect(QRectF(0, 1, self.width(), 12), 3, 3)
        painter.setBrush(QColor(self.colour))
        painter.drawRoundedRect(QRectF(0, 1, max(3.0, self.width() * self.after * _ROOM), 12), 3, 3)
        at = max(1.0, self.width() * self.before * _ROOM)
        painter.fillRect(QRectF(at - 1, 0, 2, 14), QColor(colours.text))


class ChangeTable(QWidget):
    """Class by class: before, after, and the change; the largest change first."""

    def __init__(self) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 2, 0, 2)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)

    def show_changes(self, changes: "Sequence[Change]") -> None:
        """Show what became of every class; nothing without any."""
        clear(self._grid)
        self.setVisible(bool(changes))
        if not changes:
            return
        for column, text in ((0, "class"), (2, "before"), (3, "after"), (4, "change")):
            self._grid.addWidget(_right(label(text, "small"), column), 0, column)
        colours = theme.current()
        for row, change in enumerate(changes, 1):
            name = label(change.code)
            name.setStyleSheet(f"color: {colours.class_colour(change.code)}")
            colour = theme.CLASS_COLOURS.get(change.code, colours.accent)
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(ChangeBar(change.before, change.after, colour), row, 1)
            figures = probability(change.before), probability(change.after), _changed(change)
            for column, text in enumerate(figures, 2):
                self._grid.addWidget(_right(tabular(label(text)), column), row, column)


def _right(widget: QLabel, column: int) -> QLabel:
    if column > 1:
        widget.setAlignment(Qt.AlignmentFlag.AlignRight)
    return widget


def _changed(change: "Change") -> str:
    """The change with its sign; a plain zero where nothing changed."""
    text = signed(change.difference, 2)
    if text.strip("−") == "0.00":
        return "0.00"
    return text if text.startswith("−") else f"+{text}"


class WhatIfPanel(QWidget):
    """The tools of a trial and its outcome; there only while there is one."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 10)
        column.setSpacing(6)
        top = QHBoxLayout()
        top.addWidget(head("What if I edit it?"))
        top.addStretch(1)
        done = button("Done", "small", "Show the picture as it is, with its answer")
        done.clicked.connect(session.occlusion.stop)
        top.addWidget(done)
        column.addLayout(top)
        column.addWidget(label(HOW, "small", wrap=True))
        column.addLayout(self._brush_row())
        column.addLayout(self._fill_row())
        column.addLayout(self._step_row())
        self._edited = label(EDITED.upper(), "chip-caution")
        self._said = label(wrap=True)
        self._table = ChangeTable()
        chip = QHBoxLayout()
        chip.addWidget(self._edited)
        chip.addStretch(1)
        column.addLayout(chip)
        column.addWidget(self._said)
        column.addWidget(self._table)
        session.state.trial_changed.connect(self._show)
        theme.themes.changed.connect(self._show)
        session.state.tool_changed.connect(self._show)
        session.state.facts_changed.connect(self._show_steps)
        self._show()

    def _brush_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._brush = button("Brush", "choice", "Paint with the left button", checkable=True)
        self._brush.clicked.connect(self._take_brush)
        self._size = QSlider(Qt.Orientation.Horizontal)
        self._size.setAccessibleName("Diameter of the brush in pixels")
        self._size.setToolTip("Diameter of the brush; so does the wheel over the picture")
        self._size.valueChanged.connect(self._session.occlusion.set_brush)
        self._pixels = tabular(label(role="quiet"))
        self._pixels.setMinimumWidth(self._pixels.fontMetrics().horizontalAdvance("9999 px"))
        row.addWidget(self._brush)
        row.addWidget(self._size, 1)
        row.addWidget(self._pixels)
        return row

    def _fill_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label("Fill with", "quiet"))
        self._fills: dict[str, QPushButton] = {}
        group = QButtonGroup(self)
        for value, text, tip in _FILLS:
            choice = button(text, "choice", tip, checkable=True)
            choice.clicked.connect(lambda _=False, v=value: self._fill(v))
            group.addButton(choice)
            row.addWidget(choice)
            self._fills[value] = choice
        row.addStretch(1)
        return row

    def _step_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self._undo = button("Undo", "small", "Take the last change back  (Ctrl+Z)")
        self._redo = button("Redo", "small", "Make it again  (Ctrl+Shift+Z)")
        self._reset = button("Reset", "small", "Paint nothing over any more")
        self._undo.clicked.connect(self._session.occlusion.undo)
        self._redo.clicked.connect(self._session.occlusion.redo)
        self._reset.clicked.connect(self._session.occlusion.reset)
        for widget in (self._undo, self._redo, self._reset):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _take_brush(self) -> None:
        self._session.view.set_tool(Tool.BRUSH)
        self._show()

    def _fill(self, value: str) -> None:
        from brainviewer.app.prediction.occlusion_edit import Fill

        self._session.occlusion.fill_with(Fill(value))

    # -- what it says -----------------------------------------------------------------------

    def _show(self) -> None:
        trial = self._session.state.trial
        self.setVisible(trial is not None)
        if trial is None:
            return
        self._brush.setChecked(self._session.state.tool is Tool.BRUSH)
        self._size.blockSignals(True)
        self._size.setRange(1, trial.largest_brush)
        self._size.setValue(trial.brush)
        self._size.blockSignals(False)
        self._pixels.setText(f"{trial.brush} px")
        self._fills[trial.fill.value].setChecked(True)
        self._reset.setEnabled(trial.edited)
        self._edited.setVisible(trial.edited)
        comparison = trial.comparison
        if trial.status is Status.FAILED:
            said, role = trial.message, "caution"
        elif comparison is not None:
            said, role = comparison.sentence, ""
        elif not trial.edited:
            said, role = "Nothing is painted over yet: the answer below stands.", "quiet"
        elif trial.status is Status.RUNNING:
            said, role = "Looking at the edited picture…", "quiet"
        else:
            said, role = "Stopped. Undo and redo, or paint, to look again.", "quiet"
        self._said.setText(said)
        set_role(self._said, role)
        self._table.show_changes(comparison.changes if comparison is not None else ())
        self._show_steps()

    def _show_steps(self) -> None:
        facts = self._session.state.facts
        self._undo.setEnabled(Fact.UNDO in facts)
        self._redo.setEnabled(Fact.REDO in facts)

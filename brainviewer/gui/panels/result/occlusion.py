"""What if I edit it? Brush and filling, and what became of the answer, class by class."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.gui import theme
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, panel, row
from brainviewer.gui.panels.result.probability_bars import ChangeTable
from brainviewer.gui.widgets import button, call, heading, label, listen, set_role, slider, tabular
from brainviewer.painting.text.wording import EDITED

HOW = "Paint over a part of the image. Shift takes away, the wheel sets the size of the brush."
_FILLS = (
    ("surroundings", "Surroundings", "Carry on what lies around it"),
    ("mirrored", "Other side", "Copy the same place of the other half"),
    ("flat", "Flat", "The median of what lies around it"),
)


class WhatIfPanel(QWidget):
    """The tools of an occlusion test and its outcome; there only while there is one."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        occlusion = session.occlusion
        done = button("Done", "small", "Show the image as it is, with its answer", occlusion.stop)
        steps = (
            ("Undo", "Take the last change back", occlusion.undo),
            ("Redo", "Make it again", occlusion.redo),
            ("Reset", "Paint nothing over any more", occlusion.reset),
        )
        self._undo, self._redo, self._reset = (
            button(text, "small", tip, step) for text, tip, step in steps
        )
        self._edited = label(EDITED.upper(), "chip-caution")
        self._said = label(wrap=True)
        self._table = ChangeTable()
        lines = column(
            row(heading("What if I edit it?"), None, HelpButton("occlusion test"), done),
            label(HOW, "small", wrap=True),
            self._brush_row(),
            self._fill_row(),
            row(self._undo, self._redo, self._reset, None, spacing=6),
            row(self._edited, None),
            self._said,
            self._table,
            spacing=6,
            margins=(16, 8, 16, 10),
        )
        panel(lines, self)
        state = session.state
        listen(self._show, state.occlusion_changed, theme.themes.changed, state.tool_changed)
        state.facts_changed.connect(self._show_steps)
        self._show()

    def _brush_row(self) -> QHBoxLayout:
        self._brush = button(
            "Brush", "choice", "Paint with the left button", self._take_brush, checkable=True
        )
        self._size = slider(
            1,
            99,
            "Diameter of the brush in pixels",
            self._session.occlusion.set_brush,
            "Diameter of the brush; so does the wheel over the image",
        )
        self._pixels = tabular(label(role="quiet"))
        self._pixels.setMinimumWidth(self._pixels.fontMetrics().horizontalAdvance("9999 px"))
        return row(self._brush, (self._size, 1), self._pixels, spacing=6)

    def _fill_row(self) -> QHBoxLayout:
        self._fills = {
            value: button(text, "choice", tip, call(self._fill, value), checkable=True)
            for value, text, tip in _FILLS
        }
        group = QButtonGroup(self)
        for choice in self._fills.values():
            group.addButton(choice)
        return row(label("Fill with", "quiet"), *self._fills.values(), None, spacing=6)

    def _take_brush(self) -> None:
        self._session.view.set_tool(Tool.BRUSH)
        self._show()

    def _fill(self, value: str) -> None:
        from brainviewer.app.prediction.occlusion_edit import Fill

        self._session.occlusion.fill_with(Fill(value))

    # -- what it says -----------------------------------------------------------------------

    def _show(self) -> None:
        test = self._session.state.occlusion
        self.setVisible(test is not None)
        if test is None:
            return
        self._brush.setChecked(self._session.state.tool is Tool.BRUSH)
        with QSignalBlocker(self._size):
            self._size.setRange(1, test.largest_brush)
            self._size.setValue(test.brush)
        self._pixels.setText(f"{test.brush} px")
        self._fills[test.fill.value].setChecked(True)
        self._reset.setEnabled(test.edited)
        self._edited.setVisible(test.edited)
        comparison = test.comparison
        if test.status is Status.FAILED:
            said, role = test.message, "caution"
        elif comparison is not None:
            said, role = comparison.sentence, ""
        elif not test.edited:
            said, role = "Nothing is painted over yet: the answer below stands.", "quiet"
        elif test.status is Status.RUNNING:
            said, role = "Looking at the edited image…", "quiet"
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

"""Correct the segmentation: the tools, the part that is painted, and the brush."""

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QSizePolicy, QWidget

from brainviewer.app.correction.editing import LARGEST_MM, SMALLEST_MM
from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.app.state import Tool
from brainviewer.core.segments import LesionPart
from brainviewer.gui import theme
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, panel, row
from brainviewer.gui.panels.legend import swatch
from brainviewer.gui.widgets import (
    button,
    call,
    check_box,
    heading,
    label,
    listen,
    slider,
    tabular,
    told,
)
from brainviewer.painting import palette
from brainviewer.painting.text.wording import correction_text

_TOOLS = (
    (Tool.PAINT, "Brush", "Paint; Shift erases, the wheel sets the size, Alt and wheel scrolls"),
    (Tool.LASSO, "Lasso", "Draw around what belongs to the lesion; with Shift, what does not"),
    (Tool.CUT, "Cut", "Draw a line that cuts a piece off; with Shift, in all slices"),
    (Tool.GROW, "Grow", "Click on a lesion; with Shift, remove a piece"),
)
_ORIGIN_PX = 28
"""Two lines of small letters."""
_OVER: tuple[tuple[str, int | None], ...] = (
    ("Everything", None),
    ("Only outside the lesion", 0),
    *((f"Only {part.title.lower()}", int(part)) for part in palette.PARTS),
)


class CorrectionPanel(QWidget):
    """There while a tool is chosen that corrects the segmentation."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._state = session, session.state
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        done = button(
            "Done", "small", "Put the tools away", call(session.view.set_tool, Tool.WINDOW)
        )
        self._origin = label(role="small", wrap=True)
        self._origin.setAlignment(Qt.AlignmentFlag.AlignTop)
        # Its room is there before the first stroke: nothing below it may move under the hand.
        self._origin.setMinimumHeight(theme.px(_ORIGIN_PX))
        lines = column(
            row(heading("Correct the segmentation"), None, HelpButton("correction"), done),
            self._tool_row(),
            self._part_row(),
            self._brush_row(),
            self._option_row(),
            self._once_row(),
            self._step_row(),
            self._origin,
            spacing=6,
            margins=(16, 8, 16, 10),
        )
        panel(lines, self)
        state = self._state
        listen(self._show, state.tool_changed, state.correction_changed, state.study_changed)
        listen(self._show, state.finding_changed, state.facts_changed)
        self._show()

    # -- building ---------------------------------------------------------------------------

    def _tool_row(self) -> QHBoxLayout:
        self._tools = {
            tool: button(
                text, "choice", tip, call(self._session.view.set_tool, tool), checkable=True
            )
            for tool, text, tip in _TOOLS
        }
        group = QButtonGroup(self)
        for choice in self._tools.values():
            group.addButton(choice)
        return row(*self._tools.values(), None, spacing=6)

    def _part_row(self) -> QHBoxLayout:
        self._parts = {
            part: button(
                part.title, "choice", f"Paint {part.title.lower()}", call(self._set_part, part),
                checkable=True,
            )
            for part in palette.PARTS
        }  # fmt: skip
        group = QButtonGroup(self)
        shown: list[QWidget] = []
        for part, choice in self._parts.items():
            group.addButton(choice)
            shown += [swatch(palette.PARTS[part]), choice]
        return row(*shown, None, spacing=4)

    def _brush_row(self) -> QHBoxLayout:
        self._size = slider(
            round(SMALLEST_MM),
            round(LARGEST_MM),
            "Diameter of the brush in mm",
            lambda mm: self._session.correction.set(diameter_mm=mm),
            "Diameter of the brush; so does the wheel over the image",
        )
        self._mm = tabular(label(role="quiet"))
        self._mm.setMinimumWidth(self._mm.fontMetrics().horizontalAdvance("99.9 mm"))
        return row(label("Brush", "quiet"), (self._size, 1), self._mm, spacing=6)

    def _option_row(self) -> QHBoxLayout:
        self._ball = check_box("Ball", True, "")
        self._similar = check_box("Similar grey", True, "")
        told(self._ball, tip="Paint in neighbouring slices, too")
        told(self._similar, tip="Paint only what is as bright as where the stroke begins")
        self._ball.clicked.connect(lambda on: self._session.correction.set(ball=on))
        self._similar.clicked.connect(lambda on: self._session.correction.set(similar=on))
        self._over = told(QComboBox(), tip="What is painted over", name="Paint over")
        for text, value in _OVER:
            self._over.addItem(text, value)
        self._over.activated.connect(
            lambda at: self._session.correction.set(over=self._over.itemData(at))
        )
        return row(self._ball, self._similar, (self._over, 1), spacing=8)

    def _once_row(self) -> QHBoxLayout:
        tools = self._session.correction_tools
        self._once = [
            button(text, "small", tip, call(do))
            for text, tip, do in (
                ("Fill holes", "Fill what the lesion encloses", tools.fill_holes),
                ("Islands", "Remove small pieces", tools.remove_islands),
                ("Smooth", "Smooth the borders", tools.smooth),
                ("Interpolate", "Fill the empty slices between drawn ones", tools.interpolate),
            )
        ]
        return row(*self._once, None, spacing=6)

    def _step_row(self) -> QHBoxLayout:
        correction = self._session.correction
        self._undo, self._redo, self._reset, self._clear = (
            button(text, "small", tip, call(do))
            for text, tip, do in (
                ("Undo", "Take the last change back", correction.undo),
                ("Redo", "Make it again", correction.redo),
                ("As found", "The segmentation as it was found", correction.reset),
                ("From nothing", "Remove the whole segmentation", correction.clear),
            )
        )
        return row(self._undo, self._redo, self._reset, self._clear, None, spacing=6)

    def _set_part(self, part: LesionPart) -> None:
        self._session.correction.set(part=part)

    # -- what it says -----------------------------------------------------------------------

    def _show(self) -> None:
        state, editing, facts = self._state, self._state.editing, self._state.facts
        self.setVisible(state.corrects)
        if not state.corrects:
            return
        self._tools[state.tool].setChecked(True)
        for part, choice in self._parts.items():
            choice.setChecked(editing.part is part)
            choice.setEnabled(Fact.DRAWN_PARTS in facts)
        with QSignalBlocker(self._size):
            self._size.setValue(round(editing.diameter_mm))
        self._mm.setText(f"{editing.diameter_mm:g} mm")
        self._ball.setChecked(editing.ball)
        self._similar.setChecked(editing.similar)
        self._over.setCurrentIndex(self._over.findData(editing.over))
        for once in (*self._once, self._clear):
            once.setEnabled(Fact.SEGMENTED in facts)
        self._undo.setEnabled(Fact.UNDO in facts)
        self._redo.setEnabled(Fact.REDO in facts)
        self._reset.setEnabled(Fact.CORRECTED in facts)
        self._origin.setText(self._why(facts))

    def _why(self, facts: frozenset[Fact]) -> str:
        """Where the segmentation comes from, or why it cannot be edited."""
        if Fact.CORRECTABLE not in facts:
            if self._state.draws_elsewhere:
                return "It is edited on the common grid: switch View › Original grids off."
            return "It can be edited when the search has ended."
        finding = self._state.finding
        if finding is None or finding.correction is None:
            return "" if finding is not None and finding.found else "Nothing is segmented yet."
        return correction_text(finding.correction)

"""What if? Brush and filling, and what became of the answer, class by class."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QSizePolicy, QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.app.state import Tool
from brainviewer.app.status import Status
from brainviewer.gui import theme
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.panels.result.probability_bars import ChangeTable
from brainviewer.gui.what_if.left_out_table import LeftOutTable
from brainviewer.gui.what_if.shrinking import ShrinkingPanel
from brainviewer.gui.widgets import (
    button,
    call,
    heading,
    label,
    listen,
    say,
    set_role,
    slider,
    tabular,
)
from brainviewer.painting.text.wording import EDITED, EDITED_STUDY

HOW = "Paint over a part of the image. Shift takes away, the wheel sets the size of the brush."
HOW_STUDY = (
    "Paint over what is not to be there: normal tissue takes its place. Shift takes away, the "
    "wheel sets the size, Alt and wheel scrolls."
)
A_TEST = "A test, kept nowhere: no result of the study, and in no report."
if TYPE_CHECKING:
    from brainviewer.app.prediction.occlusion_test import OcclusionTest
    from brainviewer.app.prediction.study_occlusion import StudyOcclusion

_FILLS = (
    ("surroundings", "Surroundings", "Carry on what lies around it"),
    ("mirrored", "Other side", "Copy the same place of the other half"),
    ("flat", "Flat", "The median of what lies around it"),
)


class WhatIfPanel(QWidget):
    """The tools of an occlusion test and its outcome; there only while there is one."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._leaves_out = session, False
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        occlusion = session.occlusion
        done = button("Done", "small", "Show all as it is, with its answer", occlusion.stop)
        steps = (
            ("Undo", "Take the last change back", occlusion.undo),
            ("Redo", "Make it again", occlusion.redo),
            ("Reset", "Paint nothing over any more", occlusion.reset),
        )
        self._undo, self._redo, self._reset = (
            button(text, "small", tip, step) for text, tip, step in steps
        )
        self._edited = label(role="chip-caution")
        self._hidden = label(role="small", wrap=True)
        self._said = label(wrap=True)
        self._cancel = button("Cancel", "small", "Stop asking for the answer", occlusion.cancel)
        self._table = ChangeTable()
        self._title = heading("What if I edit it?")
        self._how = label(HOW, "small", wrap=True)
        self._painting, self._left_out = QWidget(), LeftOutTable(session)
        self._modes, self._depth = self._mode_row(), self._depth_row()
        painting = column(
            self._how,
            self._brush_row(),
            self._depth,
            self._fill_row(),
            row(self._undo, self._redo, self._reset, None, self._edited, spacing=6),
            self._hidden,
            row((self._said, 1), self._cancel, spacing=6),
            self._table,
            spacing=6,
        )
        self._painting.setLayout(painting)
        self._a_test = label(A_TEST, "small-caution", wrap=True)
        lines = column(
            row(self._title, None, HelpButton("occlusion test"), done),
            self._modes,
            self._painting,
            self._left_out,
            self._a_test,
            spacing=6,
            margins=(16, 8, 16, 10),
        )
        self.setLayout(column(ShrinkingPanel(lines), spacing=0))
        state = session.state
        listen(self._show, state.occlusion_changed, theme.themes.changed, state.tool_changed)
        state.facts_changed.connect(self._show_steps)
        self._show()

    def _mode_row(self) -> QWidget:
        self._hide, self._leave = (
            button(text, "choice", tip, call(self._choose, leaves), checkable=True)
            for text, tip, leaves in (
                ("Hide a part", "Paint over a part of the lesion", False),
                ("Leave out", "The answer without each sequence, and at another age", True),
            )
        )
        return _chosen_of(self._hide, self._leave)

    def _depth_row(self) -> QWidget:
        self._deep, self._flat = (
            button(text, "choice", tip, call(self._set_depth, deep), checkable=True)
            for text, tip, deep in (
                ("Whole lesion", "A stroke goes through all slices of the lesion", True),
                ("One slice", "A stroke stays on its slice", False),
            )
        )
        return _chosen_of(self._deep, self._flat, before=(label("Through", "quiet"),))

    def _set_depth(self, deep: bool) -> None:
        self._session.occlusion.set_depth(through_lesion=deep)

    def _choose(self, leaves: bool) -> None:
        self._leaves_out = leaves
        self._show()

    def _brush_row(self) -> QHBoxLayout:
        self._brush = button(
            "Brush", "choice", "Paint with the left button", self._take_brush, checkable=True
        )
        self._size = slider(
            1,
            99,
            "Diameter of the brush",
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
        if test is None:
            self._leaves_out = False
            self.setVisible(False)
            return
        of_study = self._session.occlusion.study_test
        self._title.setText("WHAT IF I EDIT IT?" if of_study is None else "WHAT IF?")
        self._how.setText(HOW if of_study is None else HOW_STUDY)
        for only_of_studies in (self._modes, self._depth, self._a_test):
            only_of_studies.setVisible(of_study is not None)
        leaves = of_study is not None and self._leaves_out
        shown, hidden = self._painting, self._left_out
        if leaves:
            shown, hidden = hidden, shown
        hidden.setVisible(False)
        shown.setVisible(True)
        (self._leave if leaves else self._hide).setChecked(True)
        self._show_painting(test)
        if of_study is not None:
            (self._deep if of_study.through_lesion else self._flat).setChecked(True)
            part = of_study.part if of_study.made else None
            say(self._hidden, "" if part is None else part.sentence)
            self._edited.setVisible(of_study.part is not None)
        else:
            say(self._hidden, "")
        self.setVisible(True)
        if of_study is not None and leaves:
            self._left_out.show_test(of_study)
        self._show_steps()

    def _show_painting(self, test: "OcclusionTest | StudyOcclusion") -> None:
        self._brush.setChecked(self._session.state.tool is Tool.BRUSH)
        with QSignalBlocker(self._size):
            self._size.setRange(test.smallest_brush, test.largest_brush)
            self._size.setValue(test.brush)
        self._pixels.setText(f"{test.brush} {test.unit}")
        self._fills[test.edits.fill.value].setChecked(True)
        self._reset.setEnabled(test.edits.edited)
        self._edited.setVisible(test.edits.edited)
        image = test.original.is_image2d
        self._edited.setText((EDITED if image else EDITED_STUDY).upper())
        said, role = _said_of(test)
        self._said.setText(said)
        set_role(self._said, role)
        self._cancel.setVisible(test.status is Status.RUNNING)
        self._table.show_changes(test.comparison.changes if test.comparison is not None else ())

    def _show_steps(self) -> None:
        facts = self._session.state.facts
        self._undo.setEnabled(Fact.UNDO in facts)
        self._redo.setEnabled(Fact.REDO in facts)


def _said_of(test: "OcclusionTest | StudyOcclusion") -> tuple[str, str]:
    """How the answer for what is edited stands, in words, and the role of its label."""
    if test.status in (Status.FAILED, Status.STALE):
        return test.message, "caution"
    if test.comparison is not None:
        return test.comparison.sentence, ""
    if not test.edits.edited:
        return "Nothing is painted over yet: the answer below stands.", "quiet"
    if test.status is Status.RUNNING:
        what = "image" if test.original.is_image2d else "study"
        return f"Looking at the edited {what}…", "quiet"
    return "Stopped. Undo and redo, or paint, to look again.", "quiet"


def _chosen_of(*choices: QAbstractButton, before: tuple[QWidget, ...] = ()) -> QWidget:
    """Buttons in a row, of which one is chosen."""
    made = QWidget()
    made.setLayout(row(*before, *choices, None, spacing=6))
    group = QButtonGroup(made)
    for choice in choices:
        group.addButton(choice)
    return made

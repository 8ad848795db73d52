"""The answers without each sequence and of other ages, side by side; each change alone."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.counting import probability
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui import theme
from brainviewer.gui.layouts import clear, column, grid, row
from brainviewer.gui.outside_text import as_tip
from brainviewer.gui.what_if.age_text import typed_age
from brainviewer.gui.widgets import button, label, right, say, set_role, tabular, told

if TYPE_CHECKING:
    from brainviewer.app.prediction.left_out import Row
    from brainviewer.app.prediction.study_occlusion import StudyOcclusion

_HOW = "The study as it is, typed with one change at a time. The contour of the lesion stays."
_LAST = 9
"""The column that takes what room is left; there are fewer classes."""


class LeftOutTable(QWidget):
    """Asks for the answers when it is in sight."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._grid = grid((14, 4), (0, 2, 0, 2), growing=_LAST)
        self._said = label(wrap=True)
        leaving = session.leaving_out
        self._cancel = button("Cancel", "small", "Stop asking", leaving.cancel)
        self._again = button("Try again", "small", "Ask for what is not answered", leaving.run)
        self.setLayout(
            column(
                label(_HOW, "small", wrap=True),
                self._grid,
                row((self._said, 1), self._cancel, self._again, spacing=6),
                self._age_row(),
                spacing=6,
            )
        )

    def _age_row(self) -> QHBoxLayout:
        self._age = told(
            QLineEdit(placeholderText="Age"),
            tip="What the answer would be at this age. The patient's own age stays as it is",
            name="Years to try",
        )
        self._age.setFixedWidth(theme.px(64))
        self._age.returnPressed.connect(self._try_age)
        ask = button("Try", "small", "Answer for this age", self._try_age)
        return row(label("Another age", "quiet"), self._age, label("years", "quiet"), ask, None,
                   spacing=6)  # fmt: skip

    def _try_age(self) -> None:
        try:
            age = typed_age(self._age.text())
            if age is not None:
                self._session.leaving_out.try_age(age)
        except BrainViewerError as error:
            self._session.notices.fail(error, of_study=True)
        self._age.clear()

    def show_test(self, test: "StudyOcclusion") -> None:
        """Show the answers of a test, and ask for those that are not there yet."""
        rows, waits = test.rows, test.status is Status.STALE
        running = rows.status is Status.RUNNING
        said, role = "", "quiet"
        if waits:
            said, role = test.message, "caution"
        elif rows.status is Status.FAILED:
            said, role = rows.message, "caution"
        elif running:
            said = "Typing the study…"
        elif rows.message:
            said = rows.message
        say(self._said, said)
        set_role(self._said, role)
        self._cancel.setVisible(running)
        self._again.setVisible(bool(rows.message) and not running and not waits)
        self._age.setEnabled(not waits)
        self._fill(rows.rows, tuple(test.before.names))
        if rows.status is Status.NOT_RUN and not rows.message and not waits and self.isVisible():
            self._session.leaving_out.run()

    def _fill(self, rows: "Sequence[Row]", codes: Sequence[str]) -> None:
        clear(self._grid)
        if rows:
            for place, code in enumerate(codes, 1):
                head = right(label(code))
                head.setStyleSheet(f"color: {theme.current().class_colour(code)}")
                self._grid.addWidget(head, 0, place)
            self._grid.addWidget(label("answer", "small"), 0, len(codes) + 1)
        for at, one in enumerate(rows, 1):
            self._grid.addWidget(label(one.name, "small"), at, 0)
            if not one.classes:
                same = at > 1 and one.why == rows[0].why
                why = label("refused as it is" if same else one.why, "small", wrap=True)
                why.setToolTip(as_tip(one.why))
                self._grid.addWidget(why, at, 1, 1, _LAST)  # sentences need room
                continue
            for place, code in enumerate(codes, 1):
                figure = right(tabular(label(probability(one.classes[code]))))
                weight = "600" if code == one.predicted else "400"
                figure.setStyleSheet(f"font-weight: {weight}")
                self._grid.addWidget(figure, at, place)
            answer = label(one.predicted)
            colour = theme.current().class_colour(one.predicted)
            answer.setStyleSheet(f"color: {colour}; font-weight: 600")
            self._grid.addWidget(answer, at, len(codes) + 1)

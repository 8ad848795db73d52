"""What changed since the prior: tables of measurements, lesions and studies, and the curve."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from brainviewer.app.prior.comparison import Comparison
from brainviewer.app.report.follow_up_text import (
    RESPONSE,
    STAR,
    SUM,
    change_lines,
    has_stars,
    lesion_lines,
    overlap_text,
    response_lines,
    study_lines,
)
from brainviewer.app.session import Session
from brainviewer.core.counting import counted
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import clear, column, put, row, scrolled
from brainviewer.gui.prior.curve import VolumeCurve
from brainviewer.gui.widgets import button, call, heading, label, listen, right, say, tabular, told
from brainviewer.painting.text.wording import RESEARCH_ONLY

_STRETCHES = (29, 21, 21, 34)
_MEASURING = "{} of the patient still to be measured…"
_NO_RESPONSE = "No response is told; see below."


class ChangePanel(QWidget):
    """Beside the images: the change in numbers, and what RANO calls it by size."""

    other_wanted = Signal()
    """Another prior is to be asked for."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session, self._prior = session, session.prior
        self.priors = told(QComboBox(), name="Prior")
        self.priors.activated.connect(self._prior.show)
        self._which = label("Prior", "quiet")
        tip = "Compare with a prior of another folder"
        other = button("Other prior…", "link", tip, self.other_wanted)
        which = row(self._which, self.priors, None, other, spacing=8)
        self._changes, self._studies = _table(), _table()
        for place, stretch in enumerate(_STRETCHES):
            self._changes.setColumnStretch(place, stretch)
        self._overlap, self._response = label(role="small", wrap=True), label(wrap=True)
        self._notices = label(role="small", wrap=True)
        self._study_head = heading("All studies")
        self._pending = label(role="small")
        self._star = label(STAR, "small")
        self.curve = VolumeCurve()
        self._order = label("One by one: not every date is known.", "small")
        head = row(heading("Change since the prior"), None, HelpButton("prior"))
        inside = column(
            head, which, self._changes, self._star,
            self._overlap, 4,
            heading(RESPONSE), self._response, 4,
            self._study_head, self._studies, self._pending, 4,
            heading("Volume"), self.curve, self._order, 4, self._notices, None,
            label(RESEARCH_ONLY, "small-caution"), spacing=6, margins=(14, 12, 14, 12),
        )  # fmt: skip
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.area = scrolled(inside)
        # Nothing is cut off without a sign of it where there is too little room.
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        layout.addWidget(self.area)
        listen(self.show_change, self._prior.changed, self._prior.measured)
        self.show_change()

    def show_change(self) -> None:
        """Fill the tables; nothing without a comparison."""
        beside, named = self._prior.beside, self._session.settings.show_patient
        for table in (self._changes, self._studies):
            clear(table)
        if beside is None:
            return
        compared = beside.compared
        self._show_priors(compared, named)
        _fill(self._changes, ("", "prior", "study", "change"))
        for line in change_lines(compared):
            name = label(line.name, wrap=True)
            _add(self._changes, name, line.prior, line.current, line.change)
        self._show_lesions(compared)
        say(self._overlap, overlap_text(compared.prior))
        told = [f"{name.capitalize()}: {text}" for name, text in response_lines(compared)]
        say(self._response, "\n".join(told) or _NO_RESPONSE)
        several = len(compared.priors) > 1
        pending = self._prior.pending
        self._study_head.setVisible(several or pending > 0)
        say(
            self._pending,
            _MEASURING.format(counted(pending, "study", "studies")) if pending else "",
        )
        if several:
            _fill(self._studies, ("", "volume", "enhancing", SUM.lower()))
            for one in study_lines(compared, named):
                name = label(f"{one.name}\n{one.role}".strip(), wrap=True)
                _add(self._studies, name, one.volume, one.enhancing, one.total)
        say(self._notices, "\n".join(compared.follow_up.notices))
        points = self._prior.time_points(named)
        self.curve.show_points(points)
        self._order.setVisible(len(points) > 1 and not self.curve.by_day)

    def _show_priors(self, compared: Comparison, named: bool) -> None:
        for widget in (self._which, self.priors):
            widget.setVisible(len(compared.priors) > 1)
        self.priors.clear()
        self.priors.addItems(compared.labels(named)[1:])
        self.priors.setCurrentIndex(compared.shown)

    def _show_lesions(self, compared: Comparison) -> None:
        for line in lesion_lines(compared):
            x, y, z = line.lesion.position_mm
            go = button(line.name, "link", "Show its place", call(self._go, x, y, z))
            go.setAutoDefault(False)
            _add(self._changes, go, line.prior, line.current, line.change)
        self._star.setVisible(has_stars(compared))

    def _go(self, x: float, y: float, z: float) -> None:
        self._session.view.set_cursor((x, y, z))


def _table() -> QGridLayout:
    table = QGridLayout()
    table.setHorizontalSpacing(14)
    return table


def _fill(table: QGridLayout, heads: Sequence[str]) -> None:
    put(table, 0, label(""), *(right(label(head, "quiet", wrap=True)) for head in heads[1:]))


def _add(table: QGridLayout, name: QWidget, *values: str) -> None:
    cells: list[QLabel] = [right(tabular(label(_unbroken(value), wrap=True))) for value in values]
    put(table, table.rowCount(), name, *cells)


def _unbroken(value: str) -> str:
    """A value that breaks, if it must, before what stands in brackets or after a comma."""
    whole = value.replace(" ", "\u00a0")
    return whole.replace("\u00a0(", " (").replace(",\u00a0", ", ")

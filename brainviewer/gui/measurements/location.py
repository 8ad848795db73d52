"""Where the lesion lies: lobes, structures, eloquent structures, and how well the head fits."""

from PySide6.QtWidgets import QWidget

from brainviewer.app.session import Session
from brainviewer.app.status import Status
from brainviewer.core.findings.location import Location
from brainviewer.gui.layouts import column, discard, fill
from brainviewer.gui.measurements.row import MeasurementRow
from brainviewer.gui.widgets import listen
from brainviewer.painting.text import location as words
from brainviewer.painting.text.measurement_line import MeasurementLine

_TIPS = {
    words.LOCATION: f"Where the lesion lies, and its fractions in each lobe.\n{words.UNCERTAIN}",
    words.STRUCTURES: "Gyri with the white matter next to them, deep nuclei, internal capsule and "
    "corpus callosum that hold the largest parts of the lesion",
    words.ELOQUENT: "Eloquent structures that the lesion reaches; below, the three nearest others, "
    f"measured in this head.\n{words.LEFT_IS_DOMINANT}",
    words.FIT: "How far apart the outlines of this brain and of the template ICBM152 are, and how "
    "far its deep structures lie off those of the template",
}


class LocationRows(QWidget):
    """The location as rows; nothing without a lesion."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._rows: QWidget | None = None
        self._column = column(spacing=0)
        self.setLayout(self._column)
        listen(self._show, session.state.location_changed)
        self._show()

    def _show(self) -> None:
        known = self._session.state.location
        discard(self._rows)
        self._rows = None
        lines = _lines(known.location, known.status)
        self.setVisible(bool(lines))
        if lines:
            self._rows = QWidget()
            inner = column(spacing=1, margins=(0, 0, 0, 4))
            fill(inner, *(MeasurementRow(line, tip=_TIPS.get(line.name, "")) for line in lines))
            self._rows.setLayout(inner)
            self._column.addWidget(self._rows)


def _lines(location: Location | None, status: Status) -> tuple[MeasurementLine, ...]:
    if status is Status.FAILED:
        return (MeasurementLine(words.LOCATION, "could not be found", known=False),)
    if status is Status.RUNNING and location is None:
        return (MeasurementLine(words.LOCATION, words.WORKING, known=False),)
    return () if location is None else words.lines_of(location)

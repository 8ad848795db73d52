"""The form that a PACS node is searched with."""

import datetime
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtWidgets import QLineEdit, QWidget

from brainviewer.app.settings.settings import Settings
from brainviewer.core.errors import BrainViewerError
from brainviewer.gui.layouts import grid, put
from brainviewer.gui.widgets import label, told
from brainviewer.pacs.query import Query

_DAY = "2026-01-31"
_WIDTHS = (3, 2, 1, 1, 1)


class SearchForm(QWidget):
    """Name and id of the patient, the first and the last day, and a modality; Enter searches."""

    def __init__(self, search: Callable[[], object]) -> None:
        super().__init__()
        self.name = _field("Patient name", "Family name first", search)
        self.patient_id = _field("Patient id", "", search)
        self.since = _field("From", _DAY, search)
        self.until = _field("To", _DAY, search)
        self.modality = _field("Modality", "MR", search)
        form = grid((10, 4), growing=1)
        fields = self.name, self.patient_id, self.since, self.until, self.modality
        put(form, 0, *(label(field.accessibleName(), "quiet") for field in fields))
        put(form, 1, *fields)
        for place, stretch in enumerate(_WIDTHS):
            form.setColumnStretch(place, stretch)
        self.setLayout(form)
        form.setContentsMargins(0, 0, 0, 0)

    def begin_with(self, settings: Settings) -> None:
        """Fill in what the settings say that a search begins with."""
        self.modality.setText(settings.pacs_modality)
        if days := settings.pacs_days:
            first = datetime.date.today() - datetime.timedelta(days)
            self.since.setText(first.isoformat())

    @property
    def query(self) -> Query:
        """What is searched for. Raises BrainViewerError for a day that is none."""
        days = [_day(field.text()) for field in (self.since, self.until)]
        texts = (self.name.text(), self.patient_id.text())
        return Query(*texts, days[0], days[1], self.modality.text())

    def show_names(self, shown: bool) -> None:
        """Show who is searched for, or dots in its place."""
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        for field in (self.name, self.patient_id):
            field.setEchoMode(mode)


def _field(name: str, hint: str, entered: Callable[[], object]) -> QLineEdit:
    field = told(QLineEdit(), name=name)
    field.setPlaceholderText(hint)
    field.returnPressed.connect(entered)
    return field


def _day(text: str) -> datetime.date | None:
    """A day as it was typed. Raises BrainViewerError."""
    typed = text.strip()
    if not typed:
        return None
    for form in ("%Y-%m-%d", "%Y%m%d", "%d.%m.%Y"):
        with suppress(ValueError):
            return datetime.datetime.strptime(typed, form).date()
    raise BrainViewerError(f"'{typed}' is no day.", f"Write it as {_DAY}.")

"""Asks how long a turn of the head takes, how large it is, and where it goes."""

import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path

from PySide6.QtWidgets import QDialog, QDoubleSpinBox, QFileDialog, QLineEdit, QWidget

from brainviewer.app.exporting.turntable import SECONDS, TurntableRequest
from brainviewer.core.counting import counted
from brainviewer.core.errors import BrainViewerError
from brainviewer.core.shown_text import shown_text
from brainviewer.files.image2d.cine import SPEEDS
from brainviewer.files.ordinary_file import resolved
from brainviewer.gui.dialogs.export import ENDS_OF_FOLDERS, pictures_folder
from brainviewer.gui.dialogs.files import there_is
from brainviewer.gui.exporting.target_names import CINES, remark_on
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, row
from brainviewer.gui.panels.choice_row import ChoiceRow
from brainviewer.gui.widgets import button, heading, label, number_field, told

_SIZES: Mapping[str, tuple[int, int]] = {
    "Small": (480, 360),
    "Medium": (800, 600),
    "Large": (1600, 1200),
}
_WIDTH = 420


class TurntableDialog(QDialog):
    """``request`` and ``pixels`` hold the user's choice once the dialog was accepted.

    folder : where the film goes unless the user says otherwise; the pictures folder by default.
    """

    def __init__(self, parent: QWidget | None = None, folder: Path | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save 3D turntable")
        self._folder, self._named = folder or pictures_folder(), False
        usual = TurntableRequest(self._folder)
        self.seconds = _field("Seconds of the turn", SECONDS, usual.seconds, " s")
        self.speed = _field("Images a second", SPEEDS, usual.per_second)
        self.sizes = ChoiceRow(_SIZES, _SIZES["Medium"])
        self.formats = ChoiceRow(CINES, ".mp4")
        self.target = told(QLineEdit(), name="File name")
        self._said, self._remark = label(role="quiet", wrap=True), label(role="caution", wrap=True)
        self.save_button = button("Save", "primary", clicked=self.accept)
        self.save_button.setDefault(True)
        browse = button("Choose…", "second", "Choose the folder", self._browse)
        cancel = button("Cancel", clicked=self.reject)
        self.setLayout(
            column(
                heading("One turn"),
                row(self.seconds, label("at"), self.speed, label("images a second"), None),
                8, heading("Size"), self.sizes,
                8, heading("Format"), self.formats,
                8, heading("File"), row((self.target, 1), browse),
                self._said, self._remark, None,
                row(HelpButton("3D"), None, cancel, self.save_button),
                spacing=6, margins=(20, 20, 20, 20),
            )
        )  # fmt: skip
        self.setMinimumWidth(_WIDTH)
        self.target.textEdited.connect(self._name_edited)
        for choice in (self.sizes, self.formats):
            choice.group.idClicked.connect(self.offer)
        for field in (self.seconds, self.speed):
            field.valueChanged.connect(self.offer)
        self.offer()

    @property
    def request(self) -> TurntableRequest:
        """What is chosen at this moment."""
        return TurntableRequest(self._path, self.seconds.value(), self.speed.value())

    @property
    def pixels(self) -> tuple[int, int]:
        """Width and height of the 3D view in pixels."""
        return self.sizes.chosen

    @property
    def _path(self) -> Path:
        """What was typed: a name, or a path, which counts from the folder that was chosen."""
        typed = self.target.text().strip()
        path = self._folder / os.path.expanduser(typed)  # noqa: PTH111
        if not typed or typed.endswith(ENDS_OF_FOLDERS) or there_is(path, Path.is_dir):
            path /= self._own_name
        known = path.suffix.lower() in CINES.values()
        return path if known else Path(f"{path}{self.formats.chosen}")

    @property
    def _typed(self) -> Path:
        return Path(self.target.text().strip())

    @property
    def _own_name(self) -> str:
        """A name that nothing has yet."""
        for number in count(1):
            name = f"brainviewer-turn{'' if number == 1 else f'-{number}'}{self.formats.chosen}"
            if not there_is(self._folder / name, Path.exists):
                return name
        raise AssertionError("numbers do not end")

    def offer(self, _changed: object = None) -> None:
        """Say what the choice makes, and whether it can be saved."""
        if not self._named:
            self.target.setText(self._own_name)
        elif self._typed.suffix.lower() in CINES.values():
            ending = self.formats.chosen  # the format that is chosen wins over the typed ending
            self.target.setText(str(self._typed.with_suffix(ending)))
        request, (width, height) = self.request, self.pixels
        self._said.setText(
            f"{counted(request.count, 'image')}, the 3D view in each {width} × {height} pixels; "
            "below it the colours and the notice."
        )
        self._show_remark()

    def _name_edited(self, text: str) -> None:
        self._named = True
        ending = Path(text.strip()).suffix.lower()
        if ending in CINES.values():
            self.formats.choose(ending)
        self._show_remark()

    def _show_remark(self) -> None:
        """What stands against the choice, or else where it goes; whether it can be saved."""
        request = self.request
        path, said = request.path, ""
        try:
            said, possible = remark_on(path, of_cine=True)
            if possible:
                request.check()
        except BrainViewerError as error:
            said, possible = str(error), False
        if not said and path.parent != self._folder:
            said = f"Goes to {resolved(path.parent)} as '{path.name}'."
        elif not said and self._typed.name.casefold() != path.name.casefold():
            said = f"Is saved as '{path.name}'."
        self._remark.setText(shown_text(said))
        self.save_button.setEnabled(possible)

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Where to", str(self._folder))
        if chosen:
            self._folder, self._named = Path(chosen), False
            self.offer()


def _field(name: str, bounds: tuple[float, float], value: float, unit: str = "") -> QDoubleSpinBox:
    made = told(number_field(*bounds), name=name)
    made.setSuffix(unit)
    made.setValue(value)
    made.setFixedWidth(90)
    return made

"""Edits a look: points over the histogram, borders and light; each change is seen in 3D at once."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QKeySequence, QShortcut
from PySide6.QtWidgets import QCheckBox, QColorDialog, QDialog, QPushButton, QSlider, QWidget

from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, grid, put, row
from brainviewer.gui.volume.looks.curve_view import CurveView
from brainviewer.gui.widgets import button, label, right, slider, tabular, told
from brainviewer.painting.volume.block import Block
from brainviewer.painting.volume.looks.history import LookHistory
from brainviewer.painting.volume.looks.shaping import (
    border_strength,
    colour_points,
    light_strength,
    opacity_counts,
    recoloured,
    with_borders,
    with_light,
)
from brainviewer.painting.volume.looks.tones import tone_histogram
from brainviewer.painting.volume.voxels.look import VolumeLook

_PERCENT = 100
_BORDERS = "What is even is clearer than its borders, so that what lies in it can be seen"
_LIGHT = "Light and shadow, by the direction of surfaces"
_PROJECTION = "A projection has colours only; opacity, borders and light are not asked for"


class LookEditor(QDialog):
    """Beside the 3D view; edits what is seen there.

    edited : emitted with each look. save_wanted : the user wants to keep it under a name.
    """

    edited = Signal(object)
    save_wanted = Signal()

    def __init__(self, name: str, look: VolumeLook, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._base, self._history = look, LookHistory(look)
        self.curve = CurveView()
        self.curve.changed.connect(self._change)
        self.curve.chosen_changed.connect(self._say)
        self.curve.colour_wanted.connect(self._ask_colour)
        self._said = tabular(label(role="small"))
        self._strengths = {
            "borders": _Strength("Gradient opacity", _BORDERS, self._set_borders),
            "light": _Strength("Shading", _LIGHT, self._set_light),
        }
        self._undo = self._made("Undo", "Take the last edit back (Ctrl+Z)", self.undo)
        self._redo = self._made("Redo", "Make it again (Ctrl+Shift+Z)", self.redo)
        self._again = self._made("Start again", "As it was when the editing began", self._restore)
        save = button("Save as own look…", "primary", "Keep it under a name", self.save_wanted.emit)
        save.setAutoDefault(False)
        close = self._made("Close", "The head stays in this look", self.close)
        strengths = grid((10, 4), growing=1)
        for at, one in enumerate(self._strengths.values()):
            put(strengths, at, one.box, one.slider, one.percent)
        self.setLayout(
            column(
                (self.curve, 1),
                self._said,
                strengths,
                row(self._undo, self._redo, self._again, None, spacing=8),
                row(HelpButton("3D"), None, close, save, spacing=8),
                spacing=8,
                margins=(12, 12, 12, 12),
            )
        )
        for keys in ("Ctrl+Z", "Ctrl+Shift+Z", "Ctrl+Y"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(self.undo if keys == "Ctrl+Z" else self.redo)
        self.begin(name, look)
        self.curve.setFocus()

    @property
    def look(self) -> VolumeLook:
        """The one that is edited, as it is now."""
        return self._history.look

    def begin(self, name: str, look: VolumeLook) -> None:
        """Edit another look from now on; what there was to take back is forgotten."""
        self.setWindowTitle(f"Look: {name}")
        self._base, self._history = look, LookHistory(look)
        self.curve.choose(None)
        self._show()

    def call_it(self, name: str) -> None:
        """The look has another name now."""
        self.setWindowTitle(f"Look: {name}")

    def show_block(self, block: Block) -> None:
        """Show the histogram of the head that is seen."""
        self.curve.show_histogram(*tone_histogram(block))

    def undo(self) -> None:
        """Take the last edit back."""
        self._history.undo()
        self._tell()

    def redo(self) -> None:
        """Make an edit again that was taken back."""
        self._history.redo()
        self._tell()

    def _restore(self) -> None:
        self._change(self._base, None)

    def _change(self, look: VolumeLook, gesture: object) -> None:
        self._history.change(look, gesture)
        self._tell()

    def _tell(self) -> None:
        self.edited.emit(self.look)  # first: the 3D view is drawn meanwhile
        self._show()

    def _show(self) -> None:
        look = self.look
        self.curve.show_look(look)
        strengths = border_strength(look, self._base), light_strength(look, self._base)
        for one, strength in zip(self._strengths.values(), strengths, strict=True):
            one.show(strength, opacity_counts(look))
        self._undo.setEnabled(self._history.can_undo)
        self._redo.setEnabled(self._history.can_redo)
        self._again.setEnabled(look != self._base)
        self._say()

    def _say(self) -> None:
        self._said.setText(self.curve.said())
        self.curve.setAccessibleDescription(self._said.text())

    def _set_borders(self, strength: float) -> None:
        self._change(with_borders(self.look, self._base, strength), "borders")

    def _set_light(self, strength: float) -> None:
        self._change(with_light(self.look, self._base, strength), "light")

    def _ask_colour(self, index: int) -> None:
        now = QColor.fromRgbF(*np.clip(colour_points(self.look)[index][1], 0, 1))
        options = QColorDialog.ColorDialogOption.DontUseNativeDialog
        chosen = QColorDialog.getColor(now, self, "Colour", options)
        if chosen.isValid():
            colour = chosen.redF(), chosen.greenF(), chosen.blueF()
            self._change(recoloured(self.look, index, colour), None)

    @staticmethod
    def _made(text: str, tip: str, clicked: Callable[[], object]) -> QPushButton:
        made = button(text, "second", tip, clicked)
        made.setAutoDefault(False)
        return made


class _Strength:
    """A box that switches something off, and a slider of how much there is of it.

    changed : called with 0 to 1.
    """

    def __init__(self, name: str, tip: str, changed: Callable[[float], object]) -> None:
        self._tip, self._changed = tip, changed
        self.box = told(QCheckBox(name), tip=tip)
        self.slider: QSlider = slider(0, _PERCENT, f"{name}, strength", self._moved, tip)
        self.percent = right(tabular(label("100 %", "quiet")))
        self.percent.setMinimumWidth(self.percent.sizeHint().width())
        self.box.toggled.connect(self._toggled)

    def show(self, strength: float, counts: bool) -> None:
        """Show a strength; counts : whether it changes anything."""
        with QSignalBlocker(self.box), QSignalBlocker(self.slider):
            self.box.setChecked(strength > 0)
            self.slider.setValue(round(_PERCENT * strength))
        self.percent.setText(f"{round(_PERCENT * strength)} %")
        for widget in (self.box, self.slider, self.percent):
            widget.setEnabled(counts)
            widget.setToolTip(self._tip if counts else _PROJECTION)

    def _moved(self, percent: int) -> None:
        self._changed(percent / _PERCENT)

    def _toggled(self, on: bool) -> None:
        self._changed(1.0 if on else 0.0)

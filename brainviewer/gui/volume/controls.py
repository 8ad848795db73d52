"""The row under the 3D view: its look, how solid, how steep, how large, and from which side."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QMenu, QSlider, QToolButton, QWidget

from brainviewer.gui import theme
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import column, panel, row
from brainviewer.gui.widgets import call, label, slider, told
from brainviewer.painting.volume.view import (
    LARGEST,
    LOOK_NAMES,
    LOOKS,
    SMALLEST,
    VolumeView,
    stepped,
)
from brainviewer.painting.volume.voxels.presets import BRAIN, PRESETS

_SLIDER_STEPS = 1000
_NARROWEST = 48
_STEP_WIDTH, _LETTER_WIDTH, _BESIDE_TEXT = 17, 20, 9
"""Points of a slider, of buttons of one letter, and of others beside their texts."""


class VolumeControls(QWidget):
    """Asks for what the user sets, and shows what is set.

    Sliders stand beside the other controls where there is room, and above them elsewhere.
    """

    sliders_moved = Signal(float, float, float)
    """Opacity and contrast as fractions, and the size."""
    view_wanted = Signal(object)
    """A ``VolumeView``, a step away from the one that is shown."""
    look_wanted = Signal(str)
    """A letter of ``LOOKS``."""
    reset_wanted = Signal()
    save_wanted = Signal()
    preset_wanted = Signal()
    """Another look of the voxels, of those there are."""

    def __init__(self) -> None:
        super().__init__()
        self._view = VolumeView()
        self._opacity = self._slider("Opacity", "How solid the brain is")
        self._contrast = self._slider("Contrast", "How steeply dark turns to light")
        self._size = self._slider("Size", "How large the head is shown")
        self._steps: list[QToolButton] = []
        self._sliders = [
            self._with_steps(self._opacity, "opacity", ("[", "]")),
            self._with_steps(self._contrast, "contrast", (",", ".")),
            self._with_steps(self._size, "size", ("−", "+")),
        ]
        self._looks = [
            _button(
                letter,
                f"Seen from {LOOK_NAMES[letter]}",
                call(self.look_wanted.emit, letter),
                _LETTER_WIDTH,
            )
            for letter in LOOKS
        ]
        self.preset = _button("", "", self.preset_wanted.emit)
        # As wide as the longest, so that nothing moves when another one is chosen.
        self.preset.setFixedWidth(max(_width_of(f"{one.name} * ▾") for one in PRESETS.values()))
        self.slices_menu = QMenu(self)
        self._slices = _button("Slices ▾", "The slices that you look at, in the head", lambda: None)
        self._slices.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._slices.setMenu(self.slices_menu)
        tip = "The lesion, its parts, a supplied segmentation and the prior's lesion, with volumes"
        self.surfaces = _button("Surfaces ▾", tip, lambda: None)
        self._others = (
            self.preset,
            self.surfaces,
            _button("Reset", "Back to the first view (Home)", self.reset_wanted.emit),
            _button("Save", "Save this view as an image", self.save_wanted.emit),
        )
        self._beside = _bare(QWidget()), _bare(QWidget())
        self._beside[0].setLayout(row(*self._looks, self._slices, spacing=0))
        self._beside[1].setLayout(row(*self._others, HelpButton("3D"), spacing=0))
        self.show_look(PRESETS[BRAIN].name, False)
        self._rows = 0
        self._grid = QGridLayout()
        self._grid.setContentsMargins(10, 6, 10, 8)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(2)
        for n, one in enumerate(self._sliders):
            self._grid.setColumnStretch(n, 1)
            self._grid.addWidget(one, 0, n)
        panel(self._grid, self)
        # What does not fit goes under the rest: the pane may be as narrow as the sliders.
        self.setMinimumWidth(1)
        self._arrange(self.sizeHint().width())

    def show_view(self, view: VolumeView) -> None:
        """Let the sliders stand where a view has them."""
        self._view = view
        size = np.log(view.size / SMALLEST) / np.log(LARGEST / SMALLEST)
        for control, fraction in (
            (self._opacity, view.opacity),
            (self._contrast, view.contrast),
            (self._size, size),
        ):
            # A slider that the hand is on keeps its own, finer place.
            if not control.isSliderDown():
                with QSignalBlocker(control):
                    control.setValue(round(fraction * _SLIDER_STEPS))

    def show_look(self, name: str, edited: bool) -> None:
        """Write the name of the look on its button. edited : it is not as it was saved."""
        room = self.preset.width() - theme.px(_BESIDE_TEXT) - _metrics().horizontalAdvance(" * ▾")
        short = _metrics().elidedText(name, Qt.TextElideMode.ElideRight, room)
        self.preset.setText(f"{short}{' *' if edited else ''} ▾")
        tip = f"What the voxels look like: {name}{', edited' if edited else ''}"
        told(self.preset, "quiet", tip, tip)

    def enable(self, usable: bool, oriented: bool) -> None:
        """Let the controls be used, and those that name a side where sides are known."""
        for control in (
            self._opacity,
            self._contrast,
            self._size,
            *self._steps,
            *self._others,
            self._slices,
        ):
            control.setEnabled(usable)
        for button in self._looks:
            button.setEnabled(usable and oriented)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange(event.size().width())

    def _arrange(self, width: int) -> None:
        """Lay the controls out in one, two or three rows, as many as a width asks for."""
        margins = self._grid.contentsMargins()
        room = width - margins.left() - margins.right()
        gap = self._grid.horizontalSpacing()
        three = sum(one.minimumSizeHint().width() + gap for one in self._sliders)
        first, second = (one.sizeHint().width() for one in self._beside)
        rows = 1 if three + max(first, second) <= room else 2 if first + second <= room else 3
        if rows == self._rows:
            return
        self._rows = rows
        right, left = Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft
        looks, others = self._beside
        if rows == 1:
            for one in self._sliders:
                self._grid.addWidget(one, 0, self._sliders.index(one), 2, 1)
            self._grid.addWidget(looks, 0, 3, right)
            self._grid.addWidget(others, 1, 3, right)
            return
        for one in self._sliders:
            self._grid.addWidget(one, 0, self._sliders.index(one))
        self._grid.addWidget(looks, 1, 0, 1, 3, left)
        self._grid.addWidget(others, rows - 1, 0, 1, 3, right if rows == 2 else left)

    def _slider(self, name: str, tip: str) -> QSlider:
        made = slider(0, _SLIDER_STEPS, name, self._moved, tip)
        made.setPageStep(_SLIDER_STEPS // 10)
        made.setSingleStep(_SLIDER_STEPS // 50)
        made.setMinimumWidth(_NARROWEST)
        return made

    def _with_steps(self, control: QSlider, what: str, keys: tuple[str, str]) -> QWidget:
        """A slider under its name and the buttons of its steps."""
        for text, word, key, way in (("−", "Less", keys[0], -1), ("+", "More", keys[1], 1)):
            tip, step = f"{word} {what} ({key})", call(self._step, what, way)
            button = _button(text, tip, step, _STEP_WIDTH)
            button.setAccessibleName(f"{word} {what}")
            button.setAutoRepeat(True)
            self._steps.append(button)
        name = label(control.accessibleName(), "small")
        made = _bare(QWidget())
        made.setLayout(column(row(name, None, *self._steps[-2:], spacing=0), control, spacing=2))
        return made

    def _step(self, what: str, way: int) -> None:
        self.view_wanted.emit(stepped(self._view, what, way))

    def _moved(self) -> None:
        span = np.log(LARGEST / SMALLEST)
        self.sliders_moved.emit(
            self._opacity.value() / _SLIDER_STEPS,
            self._contrast.value() / _SLIDER_STEPS,
            SMALLEST * np.exp(span * self._size.value() / _SLIDER_STEPS),
        )


def _bare(widget: QWidget) -> QWidget:
    """A widget that only holds others."""
    widget.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
    return widget


def _button(text: str, tip: str, slot: Callable[[], object], width: int = 0) -> QToolButton:
    """width : in points; as wide as the text without."""
    button = told(QToolButton(autoRaise=True), "quiet", tip, tip)
    button.setText(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setStyleSheet(f"QToolButton {{ padding: 2px 0; font-size: {theme.px(12)}px; }}")
    button.setFixedWidth(theme.px(width) if width else _width_of(text))
    button.clicked.connect(slot)
    return button


def _width_of(text: str) -> int:
    return _metrics().horizontalAdvance(text) + theme.px(_BESIDE_TEXT)


def _metrics() -> QFontMetrics:
    """Of the texts of buttons."""
    font = QFont(QApplication.font())
    font.setPixelSize(theme.px(12))
    return QFontMetrics(font)

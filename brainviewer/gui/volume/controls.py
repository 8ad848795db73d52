"""The row under the 3D view: its look, how solid, how steep, how large, and from which side."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QMenu, QSlider, QToolButton, QWidget

from brainviewer.gui import theme
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import panel, row
from brainviewer.gui.widgets import call, label, slider, told
from brainviewer.painting.volume.view import LARGEST, LOOK_NAMES, LOOKS, SMALLEST, VolumeView
from brainviewer.painting.volume.voxels.presets import BRAIN, PRESETS

_SLIDER_STEPS = 1000


class VolumeControls(QWidget):
    """Asks for what the user sets, and shows what is set."""

    sliders_moved = Signal(float, float, float)
    """Opacity and contrast as fractions, and the size."""
    look_wanted = Signal(str)
    """A letter of ``LOOKS``."""
    reset_wanted = Signal()
    save_wanted = Signal()
    preset_wanted = Signal(str)
    """One of ``PRESETS``."""

    def __init__(self) -> None:
        super().__init__()
        self._opacity = self._slider("Opacity", "How solid the brain is")
        self._contrast = self._slider("Contrast", "How steeply dark turns to light")
        self._size = self._slider("Size", "How large the head is shown")
        self._looks = [
            _button(
                letter, f"Seen from {LOOK_NAMES[letter]}", call(self.look_wanted.emit, letter), 4
            )
            for letter in LOOKS
        ]
        self.preset = _button(_offered(BRAIN), "What the voxels look like", lambda: None)
        self.preset.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.preset.setMenu(self._preset_menu())
        self._others = (
            self.preset,
            _button("Reset", "Back to the first view (Home)", self.reset_wanted.emit),
            _button("Save", "Save this view as an image", self.save_wanted.emit),
        )
        grid = QGridLayout()
        grid.setContentsMargins(10, 6, 10, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for column, control in enumerate((self._opacity, self._contrast, self._size)):
            grid.addWidget(label(control.accessibleName(), "small"), 0, column)
            grid.addWidget(control, 1, column)
            grid.setColumnStretch(column, 1)
        grid.addLayout(row(None, *self._looks, spacing=0), 0, 3)
        grid.addLayout(row(None, *self._others, HelpButton("3D"), spacing=0), 1, 3)
        panel(grid, self)

    def show_view(self, view: VolumeView) -> None:
        """Let the sliders stand where a view has them."""
        self.preset.setText(_offered(view.preset))
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

    def _preset_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name, preset in PRESETS.items():
            action = menu.addAction(preset.name, call(self.preset_wanted.emit, name))
            action.setToolTip(preset.tip)
        return menu

    def enable(self, usable: bool, oriented: bool) -> None:
        """Let the controls be used, and those that name a side where sides are known."""
        for control in (self._opacity, self._contrast, self._size, *self._others):
            control.setEnabled(usable)
        for button in self._looks:
            button.setEnabled(usable and oriented)

    def _slider(self, name: str, tip: str) -> QSlider:
        made = slider(0, _SLIDER_STEPS, name, self._moved, tip)
        made.setPageStep(_SLIDER_STEPS // 10)
        made.setSingleStep(_SLIDER_STEPS // 50)
        made.setMinimumWidth(48)
        return made

    def _moved(self) -> None:
        span = np.log(LARGEST / SMALLEST)
        self.sliders_moved.emit(
            self._opacity.value() / _SLIDER_STEPS,
            self._contrast.value() / _SLIDER_STEPS,
            SMALLEST * np.exp(span * self._size.value() / _SLIDER_STEPS),
        )


def _offered(preset: str) -> str:
    """On the button of a menu."""
    return f"{PRESETS[preset].name} ▾"


def _button(text: str, tip: str, slot: Callable[[], object], padding: int = 6) -> QToolButton:
    button = told(QToolButton(autoRaise=True), "quiet", tip, tip)
    button.setText(text)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setStyleSheet(
        f"QToolButton {{ padding: 2px {padding}px; font-size: {theme.px(12)}px; }}"
    )
    button.clicked.connect(slot)
    return button

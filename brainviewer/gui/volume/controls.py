"""The row under the 3D view: how solid, how steep, how large, and from which side."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from brainviewer.painting.volume.view import LARGEST, LOOK_NAMES, LOOKS, SMALLEST, VolumeView

_SLIDER_STEPS = 1000


class VolumeControls(QWidget):
    """Asks for what the user sets, and shows what is set."""

    sliders_moved = Signal(float, float, float)
    """Opacity and contrast as shares, and the size."""
    look_wanted = Signal(str)
    """A letter of ``LOOKS``."""
    reset_wanted = Signal()
    save_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._opacity = self._slider("Opacity", "How solid the brain is")
        self._contrast = self._slider("Contrast", "How steeply dark turns to light")
        self._size = self._slider("Size", "How large the head is shown")
        grid = QGridLayout(self)
        grid.setContentsMargins(10, 6, 10, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for column, slider in enumerate((self._opacity, self._contrast, self._size)):
            label = QLabel(slider.accessibleName())
            label.setProperty("role", "small")
            label.setBuddy(slider)
            grid.addWidget(label, 0, column)
            grid.addWidget(slider, 1, column)
            grid.setColumnStretch(column, 1)
        self._looks = {letter: self._look_button(letter) for letter in LOOKS}
        self._reset = _button("Reset", "Back to the first view (Home)", self.reset_wanted.emit)
        self._save = _button("Save", "Save this view as a picture", self.save_wanted.emit)
        for line, buttons in enumerate(
            (tuple(self._looks.values()), (self._reset, self._save)),
        ):
            box = QHBoxLayout()
            box.setSpacing(0)
            box.addStretch(1)
            for button in buttons:
                box.addWidget(button)
            grid.addLayout(box, line, 3)

    def show_view(self, view: VolumeView) -> None:
        """Let the sliders stand where a view has them."""
        size = np.log(view.size / SMALLEST) / np.log(LARGEST / SMALLEST)
        for slider, share in (
            (self._opacity, view.opacity),
            (self._contrast, view.contrast),
            (self._size, size),
        ):
            # A slider that the hand is on keeps its own, finer place.
            if not slider.isSliderDown():
                with QSignalBlocker(slider):
                    slider.setValue(round(share * _SLIDER_STEPS))

    def enable(self, usable: bool, oriented: bool) -> None:
        """Let the controls be used, and those that name a side where sides are known."""
        for control in (self._opacity, self._contrast, self._size, self._reset, self._save):
            control.setEnabled(usable)
        for button in self._looks.values():
            button.setEnabled(usable and oriented)

    def _slider(self, name: str, tip: str) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, _SLIDER_STEPS)
        slider.setPageStep(_SLIDER_STEPS // 10)
        slider.setSingleStep(_SLIDER_STEPS // 50)
        slider.setMinimumWidth(48)
        slider.setAccessibleName(name)
        slider.setToolTip(tip)
        slider.valueChanged.connect(self._moved)
        return slider

    def _moved(self) -> None:
        span = np.log(LARGEST / SMALLEST)
        self.sliders_moved.emit(
            self._opacity.value() / _SLIDER_STEPS,
            self._contrast.value() / _SLIDER_STEPS,
            SMALLEST * np.exp(span * self._size.value() / _SLIDER_STEPS),
        )

    def _look_button(self, letter: str) -> QToolButton:
        tip = f"Seen from {LOOK_NAMES[letter]}"
        return _button(letter, tip, lambda: self.look_wanted.emit(letter), narrow=True)


def _button(text: str, tip: str, slot: Callable[[], object], narrow: bool = False) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(tip)
    button.setAccessibleName(tip)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setProperty("role", "quiet")
    padding = "2px 4px" if narrow else "2px 6px"
    button.setStyleSheet(f"QToolButton {{ padding: {padding}; font-size: 12px; }}")
    button.clicked.connect(slot)
    return button

"""Which other sequence is blended with the one in 3D, and how much of it."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QPushButton, QWidget

from brainviewer.core.study import Modality
from brainviewer.gui.layouts import clear, row
from brainviewer.gui.widgets import button, call, label, right, slider, tabular
from brainviewer.painting.volume.view import SecondSequence

_TIP = "Its values are mixed with those of the sequence in 3D"
_USUAL = 0.5


class BlendRow(QWidget):
    """A button for each other sequence; pressed again it is blended no more.

    wanted : emitted with a ``SecondSequence``, or None.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._share = _USUAL
        self._second: SecondSequence | None = None
        self.buttons: dict[Modality, QPushButton] = {}
        self._places = row(spacing=4)
        self.slider = slider(0, 100, "Share of the other sequence", self._moved, _TIP)
        self._percent = right(tabular(label("100 %", "quiet")))
        self._percent.setMinimumWidth(self._percent.sizeHint().width())
        self.setLayout(
            row(
                label("Blend with", "small"),
                self._places,
                (self.slider, 1),
                self._percent,
                spacing=8,
            )
        )

    def offer(self, sequences: Sequence[Modality], second: SecondSequence | None) -> None:
        """Offer other sequences; hidden without any. second : which is blended now."""
        if list(self.buttons) != list(sequences):
            clear(self._places)
            self.buttons = {}
            for one in sequences:
                self.buttons[one] = made = button(
                    str(one), "small", f"Blend {one} with it", call(self._press, one),
                    checkable=True, name=f"Blend with {one}",
                )  # fmt: skip
                self._places.addWidget(made)
        self.setVisible(bool(sequences))
        self._show(second)

    def _show(self, second: SecondSequence | None) -> None:
        if second is not None and second.modality not in self.buttons:
            second = None  # it is the one in 3D itself, or not in this study
        self._second = second
        if second is not None:
            self._share = second.share
        for modality, made in self.buttons.items():
            made.setChecked(second is not None and second.modality is modality)
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(100 * self._share))
        self.slider.setEnabled(second is not None)
        self._percent.setText(f"{100 * self._share:.0f} %")
        self._percent.setEnabled(second is not None)

    def _press(self, modality: Modality) -> None:
        again = self._second is not None and self._second.modality is modality
        self._want(None if again else SecondSequence(modality, self._share))

    def _moved(self, percent: int) -> None:
        if self._second is not None:
            self._want(SecondSequence(self._second.modality, percent / 100))

    def _want(self, second: SecondSequence | None) -> None:
        self._show(second)
        self.wanted.emit(second)

"""The list of surfaces: which are drawn, how solid, how large, and how near to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QSlider, QWidget

from brainviewer.gui import theme
from brainviewer.gui.layouts import clear, column, grid, put
from brainviewer.gui.panels.legend import swatch
from brainviewer.gui.volume.surfaces.listing import (
    MEASURED,
    Distances,
    SurfaceEntry,
    distance_text,
)
from brainviewer.gui.widgets import button, label, right, say, slider, tabular, told
from brainviewer.gui.window_size import place_beside
from brainviewer.painting.text.measurements import volume_text
from brainviewer.painting.volume.shown_surfaces import SurfaceKey

_WIDTH = 90
"""Points of a slider."""
_TEXT = 360
_LINE, _HEAD = 20, 28
"""Points of a row, and of the head of a further group."""


@dataclass(frozen=True)
class SurfaceRow:
    """A surface with how it is drawn. heading : of the group that it begins; else ""."""

    entry: SurfaceEntry
    colour: str
    visible: bool
    opacity: float
    heading: str = ""


class SurfacePopup(QFrame):
    """Opens over the button that asks for it, and stays open while it is used."""

    visible_wanted = Signal(object, bool)
    """A ``SurfaceKey``, and whether it is to be drawn."""
    opacity_wanted = Signal(object, float)
    distances_wanted = Signal()
    reset_wanted = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self._over: QWidget | None = None
        self._rows = grid((10, 4), growing=1)
        self._remark = label(role="small", wrap=True)
        self._measured = label(MEASURED, "small", wrap=True)
        self._measured.hide()
        for text in (self._measured, self._remark):
            text.setFixedWidth(theme.px(_TEXT))
        self.distances = button("Distances", "small", MEASURED, self.distances_wanted.emit)
        self.reset = button("As usual", "small", "Draw what is usual, in the usual way")
        self.reset.clicked.connect(self.reset_wanted.emit)
        self._buttons = grid((6, 0), growing=1)
        put(self._buttons, 0, self.distances, None, self.reset)
        self.setLayout(
            column(
                self._rows,
                self._remark,
                self._measured,
                self._buttons,
                spacing=8,
                margins=(12, 10, 12, 10),
            )
        )

    def offer(
        self,
        rows: Sequence[SurfaceRow],
        remark: str,
        distances: Mapping[SurfaceKey, Distances] | None,
    ) -> None:
        """List these. distances : where they were asked for."""
        clear(self._rows)
        for row in range(self._rows.rowCount()):
            self._rows.setRowMinimumHeight(row, 0)
        line = 0
        far = distances is not None
        for one in rows:
            if one.heading:
                heads = [right(label(text, "small")) for text in ("Midline", "Surface")]
                head = label(one.heading.upper(), "head")
                self._rows.addWidget(head, line, 0, 1, 4)
                for n, widget in enumerate(heads if far and line == 0 else []):
                    self._rows.addWidget(widget, line, 4 + n)
                self._rows.setRowMinimumHeight(line, theme.px(_HEAD if line else _LINE))
                head.setAlignment(Qt.AlignmentFlag.AlignBottom)
                line += 1
            self._rows.setRowMinimumHeight(line, theme.px(_LINE))
            put(self._rows, line, *self._widgets(one, None if distances is None else distances))
            line += 1
        say(self._remark, remark)
        # A text of several lines would be given the height that it has in a narrow column.
        for text in (self._measured, self._remark):
            text.setFixedHeight(max(0, text.heightForWidth(text.width())))
        self._measured.setVisible(far and bool(rows))
        self.distances.setEnabled(bool(rows) and not far)
        self.reset.setEnabled(bool(rows))

    def _widgets(
        self, one: SurfaceRow, distances: Mapping[SurfaceKey, Distances] | None
    ) -> list[QWidget]:
        key, name = one.entry.key, f"{one.entry.title} ({one.entry.key.source.value})"
        box = told(QCheckBox(one.entry.title), name=name)
        box.setChecked(one.visible)
        box.toggled.connect(lambda on: self.visible_wanted.emit(key, on))
        solid: QSlider = slider(5, 100, f"Opacity: {name}", lambda: None, "How solid it is")
        solid.setFixedWidth(theme.px(_WIDTH))
        solid.setValue(round(100 * one.opacity))
        solid.valueChanged.connect(lambda value: self.opacity_wanted.emit(key, value / 100))
        ml = one.entry.millilitres
        told_ml = right(tabular(label("" if ml is None else volume_text(ml), "small")))
        told_ml.setMinimumWidth(theme.px(56))
        widgets: list[QWidget] = [swatch(one.colour), box, solid, told_ml]
        if distances is not None:
            near = distances.get(key, Distances(None, None))
            told_mm = (near.midline_mm, near.brain_surface_mm)
            widgets.extend(right(tabular(label(distance_text(mm), "small"))) for mm in told_mm)
        return widgets

    def open_over(self, widget: QWidget) -> None:
        """Open below a widget, or above it where there is no room, on its screen."""
        self._over = widget
        place_beside(self, widget)
        self.show()
        self.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """New rows and columns take room only once they are laid out."""
        super().resizeEvent(event)
        if self._over is not None and self.isVisible():
            place_beside(self, self._over)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()

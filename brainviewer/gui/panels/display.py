"""The left panel's lower half: how the active sequence is shown, and what is drawn over it."""

import math
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.core.voi_window import OWN, presets
from brainviewer.gui.panels.folding import Section
from brainviewer.gui.panels.segment_legend import SegmentLegend
from brainviewer.gui.widgets import button, label, number_field

_ON_PICTURES = (Fact.HEATMAP, Fact.STUDY)
_ALWAYS = (*_ON_PICTURES, Fact.TUMOUR, Fact.SEQUENCES)
_LARGEST = 1e15
"""Above it, whole numbers are no longer told apart."""
_MOST_DIGITS = 15
COLOUR_MAPS = ("grey", "bone", "hot", "viridis", "magma", "turbo")


class WindowSection(QWidget):
    """Level, width, presets, colour map and inversion of the active sequence."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(4)
        self._level, self._width = (number_field(-_LARGEST, _LARGEST) for _ in range(2))
        self._preset, self._colour = QComboBox(), QComboBox()
        self._colour.addItems([name.capitalize() for name in COLOUR_MAPS])
        self._invert = button("Invert", tip="Black and white change places", checkable=True)
        rows = (
            ("Preset", self._preset),
            ("Level", self._level),
            ("Width", self._width),
            ("Colours", self._colour),
        )
        for n, (name, widget) in enumerate(rows):
            grid.addWidget(label(name, "quiet"), n, 0)
            grid.addWidget(widget, n, 1)
            widget.setAccessibleName(name)
        grid.addWidget(self._invert, len(rows), 1, Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)
        self._level.valueChanged.connect(self._set_level)
        self._width.valueChanged.connect(self._set_width)
        self._preset.textActivated.connect(self._apply)
        self._colour.activated.connect(
            lambda n: session.view.set_colour_map(session.state.active, COLOUR_MAPS[n])
        )
        self._invert.clicked.connect(lambda: session.view.invert(session.state.active))
        state = session.state
        state.active_changed.connect(self._refill)
        state.study_changed.connect(self._refill)
        state.display_changed.connect(self._show)
        self._refill()

    def _apply(self, name: str) -> None:
        if name != OWN:
            self._session.view.apply_preset(self._session.state.active, name)

    # Each changes what was entered and nothing else: a field may show less than the whole value.

    def _set_level(self, level: float) -> None:
        active = self._session.state.active
        if window := self._session.state.windows.get(active):
            self._session.view.set_window(active, replace(window, level=level))

    def _set_width(self, width: float) -> None:
        active = self._session.state.active
        if window := self._session.state.windows.get(active):
            self._session.view.set_window(active, replace(window, width=width))

    def _refill(self) -> None:
        state = self._session.state
        self.setEnabled(state.study is not None)
        self._preset.clear()
        self._preset.addItems(list(presets(state.active)))
        self._show()

    def _show(self) -> None:
        state = self._session.state
        if window := state.windows.get(state.active):
            digits = _digits_for(window.width)
            for box, value in ((self._level, window.level), (self._width, window.width)):
                box.blockSignals(True)
                box.setDecimals(digits)
                if box is self._width:
                    box.setMinimum(10.0**-digits)
                box.setSingleStep(window.width / 50)
                box.setValue(value)
                box.blockSignals(False)
            self._name_preset(state.presets.get(state.active, OWN))
            self._invert.setChecked(window.inverted)
            self._colour.setCurrentIndex(
                COLOUR_MAPS.index(state.colour_maps.get(state.active, "grey"))
            )

    def _name_preset(self, name: str) -> None:
        """Show which preset the window is; *Own* is there only while it is none."""
        place = self._preset.findText(OWN)
        if name == OWN and place < 0:
            self._preset.addItem(OWN)
        elif name != OWN and place >= 0:
            self._preset.removeItem(place)
        self._preset.setCurrentIndex(self._preset.findText(name))


def _digits_for(width: float) -> int:
    """Scanner units need no decimals; studies scaled to 0..1, or to less, do."""
    if width > 50:
        return 0
    return min(max(3, 3 - math.floor(math.log10(width))), _MOST_DIGITS)


class OverlaySection(QWidget):
    """Switches and opacities of what is drawn over the slices."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._updates: list[Callable[[frozenset[Fact]], None]] = []
        self._add("Lesion outline", "lesion", "lesion_opacity", Fact.TUMOUR)
        self._add("Diameters", "diameters", "", Fact.DIAMETERS)
        self._add("Heatmap", "heatmap", "heatmap_opacity", Fact.HEATMAP)
        self._add("Segmentation", "segmentation", "segmentation_opacity", Fact.SEGMENTATION)
        self._add("Segmentation filled", "segmentation_filled", "", Fact.SEGMENTATION)
        self._column.addWidget(SegmentLegend(session))
        self._add("Crosshair", "crosshair", "", Fact.SEQUENCES)
        self._add("Marks", "annotations", "", Fact.STUDY)
        session.state.overlays_changed.connect(self._show)
        session.state.facts_changed.connect(self._show)
        session.state.study_changed.connect(self._show)
        self._show()

    def _add(self, name: str, field: str, opacity: str, fact: Fact) -> None:
        session = self._session
        box = QCheckBox(name)
        box.toggled.connect(lambda on: session.view.set_overlay(**{field: on}))
        row = QHBoxLayout()
        row.addWidget(box, 1)
        slider = QSlider(Qt.Orientation.Horizontal)
        if opacity:
            slider.setRange(0, 100)
            slider.setFixedWidth(72)
            slider.setAccessibleName(f"{name} opacity")
            slider.valueChanged.connect(lambda v: session.view.set_overlay(**{opacity: v / 100}))
            row.addWidget(slider)
        self._column.addLayout(row)

        def update(facts: frozenset[Fact]) -> None:
            overlays, usable = session.state.overlays, fact in facts
            for widget in (box, slider):
                widget.blockSignals(True)
                widget.setEnabled(usable)
            box.setChecked(getattr(overlays, field))
            always = _ON_PICTURES if Fact.PICTURE in facts else _ALWAYS
            box.setVisible(usable or fact in always)
            if opacity:
                slider.setValue(round(getattr(overlays, opacity) * 100))
                slider.setVisible(box.isVisibleTo(self))
                slider.setToolTip(f"Opacity {round(getattr(overlays, opacity) * 100)} %")
            for widget in (box, slider):
                widget.blockSignals(False)

        self._updates.append(update)

    def _show(self) -> None:
        facts = self._session.state.facts
        for update in self._updates:
            update(facts)


class DisplayPanel(QWidget):
    """Window and overlays, one under the other."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 12)
        column.setSpacing(16)
        column.addWidget(Section("Overlays", OverlaySection(session), session.settings))
        self._window = Section("Window", WindowSection(session), session.settings)
        column.addWidget(self._window)
        column.addStretch(1)
        session.state.active_changed.connect(self._name)
        session.state.study_changed.connect(self._name)
        self._name()

    def _name(self) -> None:
        state = self._session.state
        self._window.set_title(f"Window · {state.active}" if state.study else "Window")

"""The left panel's lower half: how the active sequence is shown, and what is drawn over it."""

import math
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QWidget

from brainviewer.app.facts import Fact
from brainviewer.app.session import Session
from brainviewer.app.voi.own_presets import PRESETS
from brainviewer.core.voi.voi_window import OWN
from brainviewer.gui.help.help_button import HelpButton
from brainviewer.gui.layouts import Item, column, grid, put, row
from brainviewer.gui.panels.folding import Section
from brainviewer.gui.panels.fusion import FusionSection
from brainviewer.gui.panels.legend import (
    Legend,
    difference_entries,
    part_entries,
    segment_entries,
)
from brainviewer.gui.panels.reformation import ReformationSection
from brainviewer.gui.voi.histogram_panel import HistogramPanel
from brainviewer.gui.widgets import button, label, listen, number_field, slider, told

_ON_IMAGES = (Fact.HEATMAP, Fact.STUDY)
_ALWAYS = (*_ON_IMAGES, Fact.TUMOUR, Fact.SEQUENCES)
_LARGEST = 1e15
"""Above it, whole numbers are no longer told apart."""
_MOST_DIGITS = 15
COLOUR_MAPS = ("grey", "bone", "hot", "viridis", "magma", "cividis")


class WindowSection(QWidget):
    """Level, width, presets, colour map and inversion of the active sequence."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._view, self._state = session.view, session.state
        state = session.state
        self._level, self._width = (number_field(-_LARGEST, _LARGEST) for _ in range(2))
        self._preset, self._colour = QComboBox(), QComboBox()
        self._colour.addItems([name.capitalize() for name in COLOUR_MAPS])
        self._invert = button(
            "Invert",
            tip="Black and white change places",
            clicked=lambda: session.view.invert(state.active),
            checkable=True,
        )
        rows = grid((4, 4), growing=1)
        named = zip(
            ("Preset", "Level", "Width", "Colours"),
            (self._preset, self._level, self._width, self._colour),
            strict=True,
        )
        for n, (name, widget) in enumerate(named):
            put(rows, n, label(name, "quiet"), told(widget, name=name))
        rows.addWidget(self._invert, rows.rowCount(), 1, Qt.AlignmentFlag.AlignRight)
        self.histogram = HistogramPanel(session)
        self.setLayout(column(self.histogram, rows, spacing=6))
        # Each changes what was entered and nothing else: a field may show less than the whole
        # value.
        self._level.valueChanged.connect(lambda level: self._set_window(level=level))
        self._width.valueChanged.connect(lambda width: self._set_window(width=width))
        self._preset.textActivated.connect(self._apply)
        self._colour.activated.connect(
            lambda n: session.view.set_colour_map(state.active, COLOUR_MAPS[n])
        )
        listen(self._refill, state.active_changed, state.study_changed)
        session.settings.changed.connect(self._follow_presets)
        state.display_changed.connect(self._show)
        self._refill()

    def _follow_presets(self, changed: Collection[str]) -> None:
        if PRESETS in changed:
            self._refill()

    def _apply(self, name: str) -> None:
        if name != OWN:
            self._view.apply_preset(self._state.active, name)

    def _set_window(self, **changes: Any) -> None:
        active = self._state.active
        if window := self._state.windows.get(active):
            self._view.set_window(active, replace(window, **changes))

    def _refill(self) -> None:
        self.setEnabled(self._state.study is not None)
        self._preset.clear()
        self._preset.addItems(self._view.presets(self._state.active))
        self._show()

    def _show(self) -> None:
        state = self._state
        if window := state.windows.get(state.active):
            digits = _digits_for(window.width)
            for box, value in ((self._level, window.level), (self._width, window.width)):
                with QSignalBlocker(box):
                    box.setDecimals(digits)
                    if box is self._width:
                        box.setMinimum(10.0**-digits)
                    box.setSingleStep(window.width / 50)
                    box.setValue(value)
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


class _Overlay:
    """The switch of an overlay and the slider of its opacity, where it has one.

    fact : what has to be known for it to be of use.
    """

    def __init__(self, session: Session, name: str, field: str, opacity: str, fact: Fact) -> None:
        self._state, self.field, self._opacity, self._fact = session.state, field, opacity, fact
        change = session.view.set_overlay
        self.box = QCheckBox(name)
        self.box.toggled.connect(lambda on: change(**{field: on}))
        self.slider = slider(
            0, 100, f"{name} opacity", lambda value: change(**{opacity: value / 100})
        )
        self.slider.setFixedWidth(72)
        self.line = row((self.box, 1), *([self.slider] if opacity else []))

    def show(self, facts: frozenset[Fact]) -> None:
        """Stand as the state has it. facts : those of the state."""
        overlays = self._state.overlays
        usable, always = self._fact in facts, _ON_IMAGES if Fact.IMAGE in facts else _ALWAYS
        with QSignalBlocker(self.box), QSignalBlocker(self.slider):
            for widget in (self.box, self.slider):
                widget.setEnabled(usable)
            self.box.setChecked(getattr(overlays, self.field))
            self.box.setVisible(usable or self._fact in always)
            if self._opacity:
                percent = round(getattr(overlays, self._opacity) * 100)
                self.slider.setValue(percent)
                self.slider.setVisible(not self.box.isHidden())
                self.slider.setToolTip(f"Opacity {percent} %")


class OverlaySection(QWidget):
    """Switches and opacities of what is drawn over the slices."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        overlays = [
            _Overlay(session, name, field, f"{field}_opacity" if fades else "", fact)
            for name, field, fades, fact in (
                ("Lesion contour", "lesion", True, Fact.TUMOUR),
                ("Lesion parts", "parts", True, Fact.PARTS),
                ("Diameters", "diameters", False, Fact.DIAMETERS),
                ("Heatmap", "heatmap", True, Fact.HEATMAP),
                ("Segmentation", "segmentation", True, Fact.SEGMENTATION),
                ("Segmentation filled", "segmentation_filled", False, Fact.SEGMENTATION),
                ("Difference", "difference", True, Fact.COMPARED),
                ("Crosshair", "crosshair", False, Fact.SEQUENCES),
                ("Annotations", "annotations", False, Fact.STUDY),
            )
        ]
        state = session.state
        legends = {
            "parts": part_entries,
            "segmentation_filled": segment_entries,
            "difference": difference_entries,
        }
        lines: list[Item] = []
        for overlay in overlays:
            lines.append(overlay.line)
            if overlay.field in legends:
                lines.append(Legend(state, legends[overlay.field]))
        self.setLayout(column(*lines, spacing=4))
        self._state, self._overlays = state, overlays
        listen(self._show, state.overlays_changed, state.facts_changed, state.study_changed)
        self._show()

    def _show(self) -> None:
        facts = self._state.facts
        for overlay in self._overlays:
            overlay.show(facts)


class DisplayPanel(QWidget):
    """Window and overlays, one under the other."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._state, settings = session.state, session.settings
        self._window = Section("Window", WindowSection(session), settings, HelpButton("windows"))
        self._fusion = Section("Fusion", FusionSection(session), settings, HelpButton("fusion"))
        overlays = Section("Overlays", OverlaySection(session), settings, HelpButton("overlays"))
        self._planes = Section(
            "Planes and slab", ReformationSection(session), settings, HelpButton("planes")
        )
        parts = overlays, self._window, self._fusion, self._planes, None
        self.setLayout(column(*parts, spacing=16, margins=(12, 0, 12, 12)))
        state = self._state
        self._in_use: set[str] = set()
        listen(self._name, state.active_changed, state.study_changed)
        listen(self._unfold, state.overlays_changed, state.reformation_changed, state.facts_changed)
        self._name()
        self._unfold()

    def _unfold(self) -> None:
        """Open the section of what was just turned on, wherever that was done."""
        state, before = self._state, self._in_use
        reformation = state.reformation
        self._in_use = {
            name
            for name, used in (
                ("fusion", state.overlays.fusion.mode is not None),
                ("slab", reformation.slab is not None),
                ("tilt", reformation.obliquity is not None),
                ("cine", state.playing),
            )
            if used
        }
        if begun := self._in_use - before:
            (self._fusion if "fusion" in begun else self._planes).unfold()

    def _name(self) -> None:
        state = self._state
        self._window.head.set_title(f"Window · {state.active}" if state.study else "Window")

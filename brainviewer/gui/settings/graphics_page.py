"""The page of the settings about graphics: what was found, what draws the 3D view, and why."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget

from brainviewer.app.graphics.graphics import Graphics
from brainviewer.app.graphics.words import graphics_lines
from brainviewer.gui.layouts import column, grid, put, row
from brainviewer.gui.widgets import button, heading, label, say, told

_PROBING = "The graphics are being probed."


class GraphicsPage(QWidget):
    """Follows the probe and the setting; beside them it changes nothing.

    values : what is shown, by its name.
    """

    def __init__(self, graphics: Graphics) -> None:
        super().__init__()
        self._graphics = graphics
        self.values: dict[str, QLabel] = {}
        self._grid = grid((16, 6), growing=1)
        self.again = button(
            "Probe again",
            "second",
            "Ask the graphics driver anew, in a process of its own, and measure",
            graphics.probe_again,
        )
        self.again.setAutoDefault(False)
        self.said = label(role="quiet")
        self.setLayout(
            column(
                heading("What was found"),
                self._grid,
                row(self.again, self.said, None, spacing=12),
                spacing=8,
            )
        )
        graphics.changed.connect(self.follow)
        graphics.probed.connect(self.follow)
        graphics.begin()
        self.follow()

    def follow(self) -> None:
        """Show what is known now."""
        lines = graphics_lines(self._graphics.probe, self._graphics.known)
        for name, value in lines:
            self._value_of(name).setText(value)
        for name in self.values.keys() - dict(lines).keys():
            self.values[name].setText("")
        self.again.setEnabled(not self._graphics.probing)
        say(self.said, _PROBING if self._graphics.probing else "")

    def _value_of(self, name: str) -> QLabel:
        if name not in self.values:
            value = told(label(wrap=True), name=name)
            value.setTextInteractionFlags(
                Qt.TextInteractionFlag.TextSelectableByMouse
                | Qt.TextInteractionFlag.TextSelectableByKeyboard
            )
            named = label(name, "quiet")
            named.setAlignment(Qt.AlignmentFlag.AlignTop)
            put(self._grid, len(self.values), named, value)
            self.values[name] = value
        return self.values[name]

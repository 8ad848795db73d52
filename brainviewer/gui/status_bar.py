"""The foot of the window: place and values under the cursor, what runs, the engine, the warning."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar

from brainviewer.app.session import Session
from brainviewer.core.study import Modality, Study
from brainviewer.gui import theme
from brainviewer.gui.notices import ProgressLine
from brainviewer.gui.panes.pane_grid import PaneGrid
from brainviewer.gui.thumbnails import write_line
from brainviewer.gui.widgets import call, label, listen, painted, signed, tabular
from brainviewer.painting.text.wording import RESEARCH_ONLY, measured

DRAWN_ELSEWHERE = "Annotations are drawn with all sequences on one grid; see View, Original grids."
DRAWN_STRAIGHT = (
    "The segmentation is not edited on a turned plane; see Planes, Planes of the study again."
)


class Shortened(QLabel):
    """A quiet text that is shortened where there is no room, and never asks for any.

    Numbers that grow under the pointer must not make the window wider.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "quiet")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    @painted
    def paintEvent(self, painter: QPainter) -> None:
        room = self.contentsRect().adjusted(8, 0, -8, 0)
        painter.setPen(QColor(theme.current().quiet))
        write_line(painter, room, self.text(), Qt.AlignmentFlag.AlignVCenter)


class StatusBar(QStatusBar):
    """Reads the voxel under the pointer, or under the cursor when the pointer is elsewhere."""

    def __init__(self, session: Session, grid: PaneGrid) -> None:
        super().__init__()
        self._state = session.state
        self.setSizeGripEnabled(False)
        self._place, self._values = tabular(label(role="quiet")), tabular(Shortened())
        self._engine = label(role="quiet")
        self.addWidget(self._place)
        self.addWidget(self._values, 1)
        self.addPermanentWidget(ProgressLine(session))
        self.addPermanentWidget(self._engine)
        self.addPermanentWidget(label(RESEARCH_ONLY, "caution"))
        self._place.setContentsMargins(10, 0, 14, 0)
        state = session.state
        listen(self._show, grid.hovered, state.cursor_changed, state.study_changed)
        listen(call(self._show), state.tool_changed, state.layout_changed)
        state.reformation_changed.connect(call(self._show))
        state.engine_changed.connect(self._show_engine)
        self._show()

    def _show_engine(self) -> None:
        self._engine.setText(self._state.engine_text)

    def _show(self, position: NDArray[np.float64] | None = None) -> None:
        study = self._state.study
        if study is None:
            self._place.setText("")
            self._values.setText("")
            return
        place = self._state.cursor if position is None else position
        if study.is_image2d:
            self._show_pixel(study, place)
            return
        if study.grid.oriented:
            x, y, z = (signed(float(v)) for v in place)
            self._place.setText(f"x {x}  y {y}  z {z} mm")
        else:
            i, j, k = study.grid.nearest_voxel(place)
            self._place.setText(f"voxel {i}  {j}  {k}, orientation unknown")
        if self._state.draws_elsewhere or self._drawn_straight:
            where = DRAWN_ELSEWHERE if self._state.draws_elsewhere else DRAWN_STRAIGHT
            self._values.setText(where)
            return
        values = {m: self._state.seen(m).study.value_at(m, place) for m in study.modalities}
        said = (f"{m} {_value(value)}" for m, value in values.items() if value is not None)
        self._values.setText("   ".join(said))

    @property
    def _drawn_straight(self) -> bool:
        """Whether the chosen tool corrects, but not on the plane that is shown: it is tilted."""
        state = self._state
        if state.study is None or not state.tool.corrects:
            return False
        return state.reformation.tilt(state.study.grid, state.shown_plane) > 0

    def _show_pixel(self, study: Study, place: NDArray[np.float64]) -> None:
        """Columns and rows count from 0, as in every program for images."""
        column, row, frame = study.grid.nearest_voxel(place)
        volume = study.volumes[Modality.IMAGE]
        self._place.setText(f"column {column}  row {row}")
        if volume.rgb is None:
            self._values.setText(f"value {_value(float(volume.data[column, row, frame]))}")
        else:
            red, green, blue = volume.rgb[column, row, frame].tolist()
            self._values.setText(f"R {red}   G {green}   B {blue}")


def _value(value: float) -> str:
    """Whole numbers as they are stored; others with a sensible number of digits."""
    return signed(value, 0) if float(value).is_integer() else measured(value)

"""The panes as they are on the screen, for an image of them; and what stands there without any."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from brainviewer.app.exporting.exports import PaneArrangement, SeenPane
from brainviewer.gui import image_colours
from brainviewer.gui.panes.slice_pane import SlicePane
from brainviewer.painting.canvas import image_font
from brainviewer.painting.figure import Place


def seen_panes(panes: Sequence[SlicePane]) -> tuple[SeenPane, ...]:
    """What panes show; those that show no slice are left out."""
    scenes = ((pane.still, _place(pane)) for pane in panes)
    return tuple(SeenPane(scene, place) for scene, place in scenes if scene is not None)


def arranged(panes: Sequence[SlicePane], volume: QWidget | None, smooth: bool) -> PaneArrangement:
    """Panes of one widget. volume : the 3D view, where it stands in place of one."""
    silent = [pane for pane in panes if pane.still is None and not pane.isHidden()]
    return PaneArrangement(
        seen_panes(panes),
        words=tuple((_place(one), "" if one.empty else one.why_missing) for one in silent),
        volume=None if volume is None else _place(volume),
        smooth=smooth,
    )


def paint_invitation(painter: QPainter, area: QRect) -> None:
    """What stands there without a study."""
    painter.fillRect(area, image_colours.BLACK)
    middle, centred = area.adjusted(0, 0, 0, -16), Qt.AlignmentFlag.AlignCenter
    painter.setFont(image_font(21))
    painter.setPen(image_colours.TEXT)
    painter.drawText(middle, centred, "Drop a study or an image here")
    painter.setFont(image_font())
    painter.setPen(image_colours.CORNER)
    text = "a folder with FLAIR, T1, T1ce and T2, or the files themselves"
    painter.drawText(middle.translated(0, 30), centred, text)


def _place(widget: QWidget) -> Place:
    return widget.x(), widget.y(), widget.width(), widget.height()

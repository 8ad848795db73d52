"""Icons of actions: glyphs of Material Design Icons, a font that QtAwesome brings along.

QtAwesome itself is not imported: QtPy, which it stands on, changes classes of PySide6 and takes
longer to import than the window does to open. Where the font is missing there are no icons.
"""

import importlib.util
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from brainviewer.gui import theme

_FONT, _NAMES = "materialdesignicons6-webfont-*.ttf", "materialdesignicons6-webfont-charmap-*.json"
_FULL = 0.94
"""The size of a glyph in its square."""
NAMES: Mapping[str, str] = {
    "open-folder": "folder-open-outline",
    "open-files": "file-document-outline",
    "open-images": "image-outline",
    "study-list": "format-list-bulleted",
    "pacs": "server-network",
    "study-before": "skip-previous",
    "study-next": "skip-next",
    "compare-prior": "compare",
    "image-before": "chevron-left",
    "image-next": "chevron-right",
    "save-annotations": "content-save-edit-outline",
    "export-slices": "image-multiple-outline",
    "key-image-next": "star-plus-outline",
    "key-image-before": "star-minus-outline",
    "open-session": "folder-clock-outline",
    "save-session": "content-save-outline",
    "save-session-as": "content-save-move-outline",
    "export": "export-variant",
    "print": "printer-outline",
    "report": "text-box-outline",
    "copy": "content-copy",
    "settings": "cog-outline",
    "undo": "undo",
    "redo": "redo",
    "delete": "delete-outline",
    "layout-four_sequences": "view-grid-outline",
    "layout-three_planes": "view-column-outline",
    "layout-one_large": "square-outline",
    "grid-1x1": "square-outline",
    "grid-1x2": "view-parallel-outline",
    "grid-2x2": "view-grid-outline",
    "grid-2x3": "view-module-outline",
    "grid-3x3": "grid",
    "tear-off": "dock-window",
    "volume-pane": "cube-outline",
    "show-cross_reference": "vector-line",
    "link-scroll": "link-variant",
    "overlays": "layers-outline",
    "show-heatmap": "fire",
    "show-lesion": "selection-ellipse",
    "show-crosshair": "crosshairs",
    "invert": "invert-colors",
    "auto-window": "auto-fix",
    "fit": "fit-to-page-outline",
    "zoom-in": "magnify-plus-outline",
    "zoom-out": "magnify-minus-outline",
    "panels": "fullscreen",
    "patient": "account-outline",
    "volume-large": "cube-outline",
    "tumour": "target",
    "find": "magnify",
    "classify": "tag-outline",
    "tool-window": "contrast-circle",
    "tool-cursor": "crosshairs-gps",
    "tool-pan": "cursor-move",
    "tool-turn_planes": "axis-z-rotate-clockwise",
    "rotate-right": "rotate-right",
    "rotate-left": "rotate-left",
    "flip-sideways": "flip-horizontal",
    "flip-upside_down": "flip-vertical",
    "upright": "restore",
    "straighten": "axis-arrow-lock",
    "slab": "layers-triple-outline",
    "cine": "play-outline",
    "show-magnifier": "magnify-scan",
    "tool-ruler": "ruler",
    "tool-distance": "axis-arrow",
    "tool-bidirectional": "plus-thick",
    "tool-angle": "angle-acute",
    "tool-angle_3d": "axis-z-rotate-clockwise",
    "tool-cobb": "angle-obtuse",
    "tool-rectangle": "rectangle-outline",
    "tool-ellipse": "ellipse-outline",
    "tool-polygon": "vector-polygon",
    "tool-freehand": "lasso",
    "tool-probe": "eyedropper",
    "tool-arrow": "arrow-top-right",
    "tool-text": "format-text",
    "tool-key_image": "star-outline",
    "tool-brush": "brush",
    "tool-paint": "brush-variant",
    "tool-lasso": "lasso",
    "tool-cut": "content-cut",
    "guide": "book-open-outline",
    "shortcuts": "keyboard-outline",
}
"""Name of the glyph by the id of the action; an action without one shows its words."""


def icon_of(action_id: str, colour: str = "text") -> QIcon:
    """The icon of an action; none where there is none.

    colour : the name of one of the theme's.
    """
    family, glyphs = _font()
    glyph = glyphs.get(NAMES.get(action_id, ""))
    return QIcon(_GlyphEngine(family, glyph, colour)) if glyph else QIcon()


@cache
def _font() -> tuple[str, Mapping[str, str]]:
    """The family of the font, and its glyphs by name; none where it is not installed."""
    found = importlib.util.find_spec("qtawesome")
    for place in (found.submodule_search_locations or ()) if found is not None else ():
        folder = Path(place) / "fonts"
        fonts, names = sorted(folder.glob(_FONT)), sorted(folder.glob(_NAMES))
        families = [
            family
            for font in fonts
            for family in QFontDatabase.applicationFontFamilies(
                QFontDatabase.addApplicationFont(str(font))
            )
        ]
        if families and names:
            codes = json.loads(names[-1].read_text("utf-8"))
            return families[0], {name: chr(int(code, 16)) for name, code in codes.items()}
    return "", {}


class _GlyphEngine(QIconEngine):
    """Paints a glyph in the colour that the theme has at that moment, sharp at any scale."""

    def __init__(self, family: str, glyph: str, colour: str) -> None:
        super().__init__()
        self._family, self._glyph, self._colour = family, glyph, colour

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        worn = theme.current()
        colour = "faint" if mode is QIcon.Mode.Disabled else self._colour
        font = QFont(self._family)
        font.setPixelSize(max(1, round(_FULL * min(rect.width(), rect.height()))))
        painter.save()
        painter.setFont(font)
        painter.setPen(QColor(getattr(worn, colour)))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._glyph)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        made = QPixmap(size)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        self.paint(painter, QRect(QPoint(), size), mode, state)
        painter.end()
        return made

    def clone(self) -> QIconEngine:
        return _GlyphEngine(self._family, self._glyph, self._colour)

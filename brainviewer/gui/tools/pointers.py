"""What the pointer looks like over a pane."""

from PySide6.QtCore import Qt

from brainviewer.app.state import Tool
from brainviewer.gui.tools.annotation_tools import Hit

_POINTING = (Tool.CURSOR, Tool.BRUSH, Tool.TURN_PLANES)


def pointer_for(tool: Tool, hit: Hit | None) -> Qt.CursorShape:
    """The pointer says what the left button would do. hit : the annotation under it."""
    if hit is not None and hit.annotation.style.locked and tool.kind is None:
        return Qt.CursorShape.ArrowCursor  # a click picks it, and a drag moves nothing
    if hit is not None and hit.handle is not None:
        return Qt.CursorShape.PointingHandCursor
    if hit is not None and tool.kind is None:
        return Qt.CursorShape.SizeAllCursor
    if tool.kind and tool.kind.traits.written:
        return Qt.CursorShape.IBeamCursor
    if tool.kind or tool.corrects or tool in _POINTING:
        return Qt.CursorShape.CrossCursor
    return Qt.CursorShape.ArrowCursor

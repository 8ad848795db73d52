"""What the mouse does, as one table for each scheme: hands, the sheet and the guide follow it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt

from brainviewer.app.state import Tool

_LEFT, _MIDDLE, _RIGHT = (
    Qt.MouseButton.LeftButton,
    Qt.MouseButton.MiddleButton,
    Qt.MouseButton.RightButton,
)
_NO_BUTTON = Qt.MouseButton.NoButton
_PLAIN, _CTRL, _ALT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)
Held = Qt.KeyboardModifier
_BUTTONS = {_LEFT: "left drag", _MIDDLE: "middle drag", _RIGHT: "right drag", _NO_BUTTON: "wheel"}
_KEYS = {_PLAIN: "", _CTRL: "Ctrl + ", _ALT: "Alt + "}
_USUAL = "PACS"


class Deed(StrEnum):
    """What a hand does, in the words of the sheet."""

    CURSOR_TOOL = "The chosen tool; the cursor until another is chosen"
    WINDOW_TOOL = "The chosen tool; window and level until another is chosen"
    PAN = "Pan"
    ZOOM = "Zoom"
    SLICES = "Slices"
    TURN = "Turn"
    LOOK = "Opacity and contrast"


TOOLS = (Deed.CURSOR_TOOL, Deed.WINDOW_TOOL)


@dataclass(frozen=True)
class Gesture:
    """A button, or the wheel without one, with a key held or without; and what they do."""

    button: Qt.MouseButton
    held: Held
    deed: Deed

    @property
    def hand(self) -> str:
        """In words, such as ``Alt + left drag``."""
        return _KEYS[self.held] + _BUTTONS[self.button]


@dataclass(frozen=True)
class MouseScheme:
    """A table for slices and one for the 3D view.

    first_tool : the tool that a window begins with.
    """

    name: str
    first_tool: Tool
    slices: tuple[Gesture, ...]
    volume: tuple[Gesture, ...]

    def on_slices(self, button: Qt.MouseButton, held: Held) -> Deed | None:
        """What a button does on a slice; without one, the wheel."""
        return _deed(self.slices, button, held)

    def in_3d(self, button: Qt.MouseButton, held: Held) -> Deed | None:
        """What a button does on the 3D view; without one, the wheel."""
        return _deed(self.volume, button, held)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """(hand, what it does) for people to read."""
        return (
            *((one.hand[0].upper() + one.hand[1:], one.deed.value) for one in self.slices),
            *_SAME_IN_ALL,
            *((f"3D: {gesture.hand}", gesture.deed.value)
              for gesture in self.volume),
            *_IN_3D,
        )  # fmt: skip


_IN_3D = (
    ("3D: click", "The cursor to what is seen there; with a ruler or an angle its next point"),
    ("3D: double click", "The 3D view large, and back"),
    ("3D: ← → ↑ ↓, with Shift", "Turn; pan"),
    ("3D: + −  [ ]  , .", "Size; opacity; contrast"),
    ("3D: Home", "Back to the first view"),
)


def _deed(table: tuple[Gesture, ...], button: Qt.MouseButton, held: Held) -> Deed | None:
    """Shift belongs to tools; a key that the table does not name is none."""
    found = {gesture.held: gesture.deed for gesture in table if gesture.button is button}
    return found.get(held & (_CTRL | _ALT), found.get(_PLAIN))


_SAME_IN_ALL = (
    ("Space + drag", "Pan"),
    ("Shift + click", "Place the cursor, with any tool but those that edit, which take away"),
    ("Cursor: drag a ring of the crosshair", "Turn the other two planes about the cursor"),
    ("Right click", "A menu, on panes, the 3D view and lists"),
    ("Double click", "One large pane, and back"),
    ("↑ ↓  Page ↑ ↓  Home End", "Slices"),
    ("← →", "Images of an image strip; so does the wheel, where an image has no slices"),
    ("Esc", "Leave a field as it was; bring back what F11 has hidden"),
    ("Brush: drag, Shift + drag, wheel", "Paint over, take away, size of the brush"),
    ("Correct: drag, Shift + drag, wheel, Alt + wheel", "Paint, erase, size of the brush, slices"),
)
"""What is in no table of a scheme: it belongs to tools and keys."""


def _slices(left: Deed) -> tuple[Gesture, ...]:
    return (
        Gesture(_LEFT, _PLAIN, left),
        Gesture(_MIDDLE, _PLAIN, Deed.PAN),
        Gesture(_RIGHT, _PLAIN, Deed.ZOOM),
        Gesture(_NO_BUTTON, _PLAIN, Deed.SLICES),
        Gesture(_NO_BUTTON, _CTRL, Deed.ZOOM),
        Gesture(_LEFT, _ALT, Deed.SLICES),
    )


_VOLUME = (
    Gesture(_LEFT, _PLAIN, Deed.TURN),
    Gesture(_MIDDLE, _PLAIN, Deed.PAN),
    Gesture(_RIGHT, _PLAIN, Deed.ZOOM),
    Gesture(_NO_BUTTON, _PLAIN, Deed.ZOOM),
    Gesture(_LEFT, _CTRL, Deed.LOOK),
)
SCHEMES: Mapping[str, MouseScheme] = {
    scheme.name: scheme
    for scheme in (
        MouseScheme(_USUAL, Tool.WINDOW, _slices(Deed.WINDOW_TOOL), _VOLUME),
        MouseScheme("ITK-SNAP", Tool.CURSOR, _slices(Deed.CURSOR_TOOL), _VOLUME),
    )
}
"""By the names that the settings know."""
USUAL = SCHEMES[_USUAL]


def other_rows(name: str) -> tuple[tuple[str, str], ...]:
    """The rows of a scheme that are other than in the usual one."""
    return tuple(row for row in SCHEMES[name].rows if row not in USUAL.rows)

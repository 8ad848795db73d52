"""What keys do on a pane: slices and images, what is half drawn, and Space held or tapped."""

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from brainviewer.app.facts import Fact
from brainviewer.app.settings.keys import keys_of
from brainviewer.gui.tools.pane import ToolPane

STEPS = {
    Qt.Key.Key_Up: 1,
    Qt.Key.Key_Down: -1,
    Qt.Key.Key_PageUp: 10,
    Qt.Key.Key_PageDown: -10,
    Qt.Key.Key_Home: -1_000_000,
    Qt.Key.Key_End: 1_000_000,
}
"""How many slices a key goes on by."""
_SIDEWAYS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Hands(Protocol):
    """What the mouse is doing on the pane; ``MouseTools`` is it.

    busy : something is dragged or half drawn. unfinished : something wants further points.
    through_series : a step leads to another image.
    """

    @property
    def busy(self) -> bool: ...
    @property
    def unfinished(self) -> bool: ...
    @property
    def through_series(self) -> bool: ...
    def close_unfinished(self) -> None: ...
    def cancel(self) -> None: ...
    def show_pointer(self) -> None: ...


class PaneKeys:
    """Turns the keys of one pane into verbs of the session.

    held : Space is down, so that a drag pans.
    """

    def __init__(self, pane: ToolPane, hands: Hands) -> None:
        self._pane, self._hands = pane, hands
        self.held = self._used = False

    def use(self) -> None:
        """Space is held for a drag: letting it go is no tap."""
        self._used = True

    def forget(self) -> None:
        """No key is held any more."""
        self.held = False
        self._hands.show_pointer()

    def press(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        pane, session, key = self._pane, self._pane.session, Qt.Key(event.key())
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        if key in _SIDEWAYS and Fact.IMAGE_SERIES in pane.state.facts:
            session.documents.step_image(_SIDEWAYS[key])
        elif key in STEPS and self._hands.through_series:
            # Down and End lead to the end of the image series.
            back = key in (Qt.Key.Key_Home, Qt.Key.Key_End)
            session.documents.step_image(STEPS[key] if back else -STEPS[key])
        elif key in STEPS:
            session.view.step(pane.plane, STEPS[key], pane.view)
        elif key is Qt.Key.Key_Backspace or (
            key is Qt.Key.Key_Delete and self._means("delete", "Del")
        ):
            if pane.edits:
                session.annotations.delete_selection()
        elif key in _ENTER and self._hands.unfinished:
            self._hands.close_unfinished()
        elif key == Qt.Key.Key_Escape:
            return self._leave()
        elif key == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self.held, self._used = True, False
                self._hands.show_pointer()
        else:
            return False
        return True

    def _leave(self) -> bool:
        """Give up what is under way, the last first; whether there was anything."""
        pane, session = self._pane, self._pane.session
        if self._hands.busy:
            self._hands.cancel()
        elif pane.state.playing:
            session.cine.stop()
        elif pane.state.selection:
            session.annotations.select("")
        else:
            return False
        return True

    def release(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        if event.key() != Qt.Key.Key_Space:
            return False
        if not event.isAutoRepeat():
            tapped = self.held and not self._used
            self.forget()
            if tapped and self._means("overlays", "Space"):
                self._pane.session.view.toggle_overlays()
        return True

    def _means(self, action_id: str, key: str) -> bool:
        """Whether a key that panes listen to is that of an action still."""
        return key in keys_of(self._pane.session.settings.keys, action_id, (key,))

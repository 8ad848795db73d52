"""Undo and redo of a look that is being edited."""

from brainviewer.painting.volume.voxels.look import VolumeLook

_MOST = 500


class LookHistory:
    """The looks that there were since the editing began, and those that were taken back."""

    def __init__(self, look: VolumeLook) -> None:
        self._done, self._undone = [look], list[VolumeLook]()
        self._gesture: object = None

    @property
    def look(self) -> VolumeLook:
        """The one that holds."""
        return self._done[-1]

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return len(self._done) > 1

    @property
    def can_redo(self) -> bool:
        """Whether an edit was taken back and nothing was edited since."""
        return bool(self._undone)

    def change(self, look: VolumeLook, gesture: object = None) -> None:
        """Another look holds.

        gesture : changes of the same one after another, such as those of a drag, are one edit; None
            for an edit of its own.
        """
        if look == self.look:
            return
        if gesture is not None and gesture == self._gesture and self.can_undo:
            self._done[-1] = look
        else:
            self._done.append(look)
            del self._done[1:-_MOST]
        self._undone.clear()
        self._gesture = gesture

    def undo(self) -> None:
        """Take the last edit back."""
        if self.can_undo:
            self._undone.append(self._done.pop())
        self._gesture = None

    def redo(self) -> None:
        """Make the edit again that was taken back last."""
        if self.can_redo:
            self._done.append(self._undone.pop())
        self._gesture = None

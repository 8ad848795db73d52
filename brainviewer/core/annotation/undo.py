"""Undo and redo of annotation edits."""

from brainviewer.core.annotation.annotations import Edit


class History:
    """The edits made since a study was opened, and those taken back."""

    def __init__(self) -> None:
        self._done: list[Edit] = []
        self._undone: list[Edit] = []

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return bool(self._done)

    @property
    def can_redo(self) -> bool:
        """Whether an edit was taken back and nothing was edited since."""
        return bool(self._undone)

    def push(self, edit: Edit) -> None:
        """Remember an edit that is being made; what was taken back before is forgotten."""
        self._done.append(edit)
        self._undone.clear()

    def undo(self) -> Edit | None:
        """The edit to apply so that the last one is taken back; None if there is none."""
        if not self._done:
            return None
        edit = self._done.pop()
        self._undone.append(edit)
        return edit.reversed

    def redo(self) -> Edit | None:
        """The edit to apply again; None if there is none."""
        if not self._undone:
            return None
        edit = self._undone.pop()
        self._done.append(edit)
        return edit

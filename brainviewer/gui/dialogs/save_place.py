"""Where a file is saved: one question for all files that a user names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from brainviewer.gui.dialogs.questions import may_replace


@dataclass(frozen=True)
class FileKind:
    """A kind of file that can be chosen.

    words : what it is, for the dialog.
    endings : with their dots; a name without one gets the first.
    """

    words: str
    endings: tuple[str, ...]

    @property
    def filter(self) -> str:
        """As Qt's file dialogs write it."""
        return f"{self.words} ({' '.join(f'*{one}' for one in self.endings)})"


def ask_place(parent: QWidget, title: str, start: Path, *kinds: FileKind) -> Path | None:
    """Ask for a file to be written, whose name ends as its kind does; None if nobody wants it.

    start : what is proposed; its folder alone is used where none is given by the user.
    """
    filters = ";;".join(one.filter for one in kinds)
    chosen, wanted = QFileDialog.getSaveFileName(parent, title, str(start), filters)
    if not chosen:
        return None
    kind = next((one for one in kinds if one.filter == wanted), kinds[0])
    path = with_ending(Path(chosen), kind, kinds, start.name)
    return path if may_replace(parent, Path(chosen), path) else None


def with_ending(path: Path, kind: FileKind, kinds: Sequence[FileKind], proposed: str) -> Path:
    """A path whose name ends as one of the kinds does, or else with the ending of the kind.

    proposed : a name that nobody typed; of it the ending is changed to that of the kind.
    """
    name = path.name.lower()
    ending = next((one for of in kinds for one in of.endings if name.endswith(one)), "")
    if ending in kind.endings or (ending and path.name != proposed):
        return path
    stem = path.name[: len(path.name) - len(ending)]
    return path.with_name(f"{stem}{kind.endings[0]}")

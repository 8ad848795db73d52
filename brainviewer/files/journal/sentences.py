"""What is said of a journal that cannot be read or written."""

import errno
from dataclasses import dataclass
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.files.ordinary_file import DISK_FULL


class NewerJournal(FileError):
    """A newer version wrote the journal."""


@dataclass(frozen=True)
class Words:
    """How what is kept is called in sentences.

    things : what cannot be kept, at the start of a sentence. change : what was not kept.
    instead : what else can be done.
    """

    things: str
    change: str
    instead: str

    def not_kept(self, path: Path, error: BaseException | None) -> FileError:
        """The journal cannot be written."""
        number = error.errno if isinstance(error, OSError) else None
        if number in DISK_FULL:
            return FileError(
                f"The disk is full, so the last change of {self.change} was not kept.",
                f"Free some space and go on. {self.instead} until then.",
            )
        reason = (error.strerror if isinstance(error, OSError) else "") or "unknown reason"
        advice = f"Make it a folder that you may write. {self.instead} until then."
        if number in (errno.EFBIG, errno.EIO):  # it may be written, and still cannot
            advice = f"{self.instead}, in another place."
        said = f"{self.things} cannot be kept in '{path.parent}': {reason}."
        return FileError(said, advice)

    def not_read(self, path: Path, why: str) -> FileError:
        """The journal cannot be read now; it stays where it is."""
        return FileError(
            f"{self.things} kept for this study cannot be read now. {why}",
            f"Open the study again when '{path}' can be read. {self.instead} until then.",
        )

    def newer(self) -> NewerJournal:
        """A newer version wrote it; it stays as it is."""
        return NewerJournal(
            "A newer version of BrainViewer has kept work on this study, which is left as it is.",
            f"Update BrainViewer. {self.instead} until then.",
        )

    def held(self) -> FileError:
        """Another window does not let go."""
        return FileError(
            f"Another BrainViewer is writing {self.change} and does not come to an end.",
            f"Close it. {self.instead} until then.",
        )

    def full(self) -> FileError:
        """It has the largest size that is read again."""
        return FileError("The journal of this study is full.", f"{self.instead}.")

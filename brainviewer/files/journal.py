"""Annotations kept as they are made, and brought back when their study is opened again.

The journal lies in the user's data folder, one file for each study, named by the study's content
hash. Several windows may write the same one: what each of them changed since it last read the file
is brought into what is there, under a lock.
"""

import errno
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any
from uuid import uuid4

from brainviewer.core.annotation.annotations import Annotation
from brainviewer.core.errors import FileError
from brainviewer.core.study import Study
from brainviewer.files.annotation_file import (
    MOST_BYTES,
    DamagedFile,
    NewerFile,
    read_annotations,
    save_annotations,
)
from brainviewer.files.locks import locked_folder
from brainviewer.files.ordinary_file import DISK_FULL, read_ordinary
from brainviewer.files.user_folders import OWN_FILE, journal_folder, make_own_folder

_PATIENCE = 2.0
"""Seconds to wait for another window, which holds the lock for milliseconds."""
_ELSEWHERE = "Keep new ones with 'Save annotations as'"


@dataclass(frozen=True)
class Restored:
    """What the journal holds for a study. notice : a sentence if something is amiss, else empty."""

    annotations: tuple[Annotation, ...] = ()
    notice: str = ""


@dataclass(frozen=True)
class _OnDisk:
    """The file when it was last read or written, or that there was none.

    digest : of its content; None if there was no file.
    """

    annotations: tuple[Annotation, ...] = ()
    left_out: tuple[Any, ...] = ()
    digest: bytes | None = None
    notice: str = ""


class Journal:
    """The annotations of one study on disk; a study without a hash has none there."""

    def __init__(self, study: Study) -> None:
        if study.content_hash and not re.fullmatch(r"[0-9A-Za-z_-]+", study.content_hash):
            raise ValueError("a content hash is made of letters and digits")
        self._study = study
        self._path = journal_folder() / f"{study.content_hash}.json"
        self._state = _OnDisk()
        self._behind: tuple[Annotation, ...] | None = None
        """What was known before the first change that could not be kept yet."""

    def restore(self) -> Restored:
        """What was kept. A journal that makes no sense is set aside under a new name and told.

        One that cannot be read now, or that a newer version wrote, stays where it is and is told.
        """
        if self._digest_now() is None:
            return Restored()
        try:
            with self._alone():
                self._state = self._on_disk()
                if self._state.digest and not self._state.annotations and not self._state.left_out:
                    self._path.unlink()
                    self._state = _OnDisk()
        except FileError as error:
            return Restored(notice=str(error))
        return Restored(self._state.annotations, self._state.notice)

    @property
    def changed_elsewhere(self) -> bool:
        """Whether another window has written since this one last looked."""
        return self._state.digest != self._digest_now()

    def keep(
        self, annotations: Sequence[Annotation], before: Sequence[Annotation] | None = None
    ) -> Restored:
        """Bring what changed here into what is on disk; returns both together.

        Of an annotation that was changed in two windows the later change stays.

        before : what ``annotations`` was before the change, if that is not what ``restore`` or
            ``keep`` returned last: while this writes in a thread, the user goes on.

        Raises FileError; what was kept before then stays, and the next call tries again.
        """
        if not self._study.content_hash:
            return Restored(tuple(annotations))
        if before is not None and self._behind is None:
            self._behind = tuple(before)
        if self._behind is not None:
            annotations = merged(self._behind, annotations, self._state.annotations)
        try:
            make_own_folder(self._path.parent)
        except OSError as error:
            raise self._not_kept(error) from None
        with self._alone():
            there = self._on_disk()
            together = merged(self._state.annotations, annotations, there.annotations)
            # Where there is no file, none is made for nothing.
            wanted = together != there.annotations if there.digest else together or there.left_out
            if wanted:
                try:
                    save_annotations(self._path, together, self._study, there.left_out, OWN_FILE)
                except FileError as error:
                    raise self._not_kept(error.__cause__) from error
            self._state = replace(there, annotations=together, digest=self._digest_now())
            self._behind = None
        return Restored(together, there.notice)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            with locked_folder(self._path.parent, _PATIENCE):
                yield
        except TimeoutError:
            raise FileError(
                "Another BrainViewer is writing the annotations and does not come to an end.",
                f"Close it. {_ELSEWHERE} until then.",
            ) from None
        except OSError as error:
            raise self._not_kept(error) from None

    def _on_disk(self) -> "_OnDisk":
        """What the file holds; read only if it is another one than before.

        A file that is gone or damaged deletes nothing of what is known: windows that delete all
        annotations leave an empty file.
        """
        digest = self._digest_now()
        if digest is None:
            return replace(self._state, digest=None, notice="")
        if digest and digest == self._state.digest:
            return replace(self._state, notice="")
        try:
            found = read_annotations(self._path).annotations_on(self._study)
        except DamagedFile:
            return replace(self._state, digest=None, notice=self._set_aside())
        except NewerFile as error:
            raise FileError(
                "A newer version of BrainViewer has kept annotations of this study, which are "
                "left as they are.",
                f"Update BrainViewer. {_ELSEWHERE} until then.",
            ) from error
        except FileError as error:
            raise FileError(
                f"The annotations kept for this study cannot be read now. {error.message}",
                f"Open the study again when '{self._path}' can be read. {_ELSEWHERE} until then.",
            ) from error
        kept = f" What was left out stays in '{self._path}'."
        notice = found.notice and found.notice + kept
        return _OnDisk(found.annotations, found.left_out, digest, notice)

    def _digest_now(self) -> bytes | None:
        """Tells one content of the file from another; None if there is no file.

        Its inode, size and time would not do: another window can write twice within a tick of the
        clock, and then the third file gets the inode, and may have the size, of the first.
        """
        if not self._study.content_hash:
            return None
        try:
            self._path.stat()
            return blake2b(read_ordinary(self._path, MOST_BYTES), digest_size=16).digest()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (FileError, OSError):
            return b""  # reading it will say what is wrong

    def _set_aside(self) -> str:
        aside = self._path.with_name(self._path.name + ".damaged")
        while aside.exists():
            aside = self._path.with_name(f"{self._path.name}.{uuid4().hex[:8]}.damaged")
        self._path.rename(aside)
        return f"The saved annotations of this study were damaged; they are set aside as '{aside}'."

    def _not_kept(self, error: BaseException | None) -> FileError:
        number = error.errno if isinstance(error, OSError) else None
        if number in DISK_FULL:
            return FileError(
                "The disk is full, so the last change of the annotations was not kept.",
                "Free some space and change one again, or use 'Save annotations as'.",
            )
        reason = (error.strerror if isinstance(error, OSError) else "") or "unknown reason"
        advice = f"Make it a folder that you may write. {_ELSEWHERE} until then."
        if number in (errno.EFBIG, errno.EIO):  # it may be written, and still cannot
            advice = f"{_ELSEWHERE}, in another place."
        return FileError(f"Annotations cannot be kept in '{self._path.parent}': {reason}.", advice)


def merged(
    before: Sequence[Annotation], here: Sequence[Annotation], there: Sequence[Annotation]
) -> tuple[Annotation, ...]:
    """What two windows made of the same annotations, by their ids.

    before : what both knew. here : of the window that changes last; its changes win. there : of
        the other one.
    """
    known = {annotation.id: annotation for annotation in before}
    theirs = {annotation.id: annotation for annotation in there}
    kept = (
        theirs.get(annotation.id) if known.get(annotation.id) == annotation else annotation
        for annotation in here
    )
    ours = {annotation.id for annotation in here}
    new = (
        annotation
        for annotation in there
        if annotation.id not in ours and annotation.id not in known
    )
    return (*filter(None, kept), *new)

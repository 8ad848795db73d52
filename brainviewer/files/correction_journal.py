"""Corrections of a segmentation kept step by step, and brought back when their study is opened.

One file for each study beside the journal of its annotations, named by its content hash: a line of
JSON that says what was corrected, with all of its labels, then a line for each step, or for each
step that was taken back or made again. Lines are only ever added, so that a process that is killed
loses the line that it was writing at most. The window that corrects first holds the file.
"""

import base64
import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any
from uuid import uuid4

import numpy as np

from brainviewer.core.correction.kept import Base, KeptCorrection
from brainviewer.core.correction.steps import Labels, Step, Steps, packed, unpacked
from brainviewer.core.errors import FileError
from brainviewer.core.study import Study
from brainviewer.files.locks import try_lock
from brainviewer.files.ordinary_file import DISK_FULL, read_ordinary
from brainviewer.files.user_folders import OWN_FILE, journal_folder, make_own_folder

FORMAT, SCHEMA = "BrainViewer correction", 1
MOST_BYTES = 500_000_000
_NOT_KEPT = "Save the segmentation as a file before you close the study."


class CorrectionJournal:
    """The correction of one study on disk; a study without a hash has none there."""

    def __init__(self, study: Study) -> None:
        if study.content_hash and not re.fullmatch(r"[0-9A-Za-z_-]+", study.content_hash):
            raise ValueError("a content hash is made of letters and digits")
        self._hash, self._shape = study.content_hash, study.grid.shape
        self._path = journal_folder() / f"{study.content_hash}.correction"
        self._descriptor: int | None = None

    def restore(self) -> tuple[KeptCorrection | None, str]:
        """What was kept, and a sentence if something is amiss.

        A journal that makes no sense is set aside under a new name; what follows a line that is
        damaged is left out.
        """
        if not self._hash or not self._path.exists():
            return None, ""
        try:
            self._hold()
            content = read_ordinary(self._path, MOST_BYTES)
        except FileError as error:
            return None, str(error)
        try:
            kept, length = _parsed(content, self._hash, self._shape)
        except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError):
            return None, self._set_aside()
        if length < len(content) and self._descriptor is not None:
            with suppress(OSError):
                os.ftruncate(self._descriptor, length)  # new lines follow whole ones
        if not kept.steps.can_undo and not kept.steps.can_redo:
            return None, ""
        return kept, ""

    def begin(self, base: Base) -> None:
        """Write what is corrected; what was there before goes. Raises FileError."""
        if not self._hash:
            return
        self._hold()
        self._empty()
        self._append(_line(_head(self._hash, base)))

    def replace(self, kept: KeptCorrection) -> str:
        """Let another correction take the place of what is kept.

        Returns a sentence that says where the one before lies now; empty if there was none, or
        the same. Raises FileError.
        """
        if not self._hash:
            return ""
        before, said = self.restore()
        if before is not None and not np.array_equal(before.labels, kept.labels):
            self.close()
            aside = self._path.with_name(f"{self._path.name}.{uuid4().hex[:8]}.before")
            try:
                self._path.rename(aside)
            except OSError as error:
                raise self._not_kept(error) from None
            said = (
                "Another correction of this study was kept on this computer; it is set aside as "
                f"'{aside}'."
            )
        self._hold()
        self._empty()
        self._append(correction_content(self._hash, kept))
        return said

    def add(self, step: Step) -> None:
        """Write a step that was made. Raises FileError."""
        self._append(_line(_told(step)))

    def move(self, by: int) -> None:
        """Write that a step was taken back (-1) or made again (1). Raises FileError."""
        self._append(_line({"move": by}))

    def close(self) -> None:
        """Let another window have the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _hold(self) -> None:
        """Open the file for adding to it, and lock it."""
        if self._descriptor is not None:
            return
        try:
            make_own_folder(self._path.parent)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            descriptor = os.open(self._path, flags, OWN_FILE)
        except OSError as error:
            raise self._not_kept(error) from None
        with suppress(OSError):  # where there are no locks, nothing is locked
            if not try_lock(descriptor):
                os.close(descriptor)
                raise FileError(
                    "Another window corrects the segmentation of this study; what is changed here "
                    "is not kept.",
                    "Correct it there, or close that window and open the study again.",
                )
        self._descriptor = descriptor

    def _empty(self) -> None:
        try:
            assert self._descriptor is not None
            os.ftruncate(self._descriptor, 0)
        except OSError as error:
            raise self._not_kept(error) from None

    def _append(self, content: bytes) -> None:
        if not self._hash:
            return
        try:
            if self._descriptor is None:
                raise OSError(0, "it is not open")
            start = os.fstat(self._descriptor).st_size
            written = os.write(self._descriptor, content)
            if written < len(content):  # a full disk takes a part
                os.ftruncate(self._descriptor, start)
                raise OSError(next(iter(DISK_FULL)), "the disk is full")
            os.fsync(self._descriptor)
        except OSError as error:
            raise self._not_kept(error) from None

    def _set_aside(self) -> str:
        self.close()
        aside = self._path.with_name(f"{self._path.name}.{uuid4().hex[:8]}.damaged")
        try:
            self._path.rename(aside)
        except OSError:
            return "The saved correction of the segmentation is damaged and cannot be set aside."
        return (
            f"The saved correction of the segmentation was damaged; it is set aside as '{aside}'."
        )

    def _not_kept(self, error: OSError) -> FileError:
        if error.errno in DISK_FULL:
            said = "The disk is full, so the last change of the segmentation was not kept."
            return FileError(said, f"Free some space. {_NOT_KEPT}")
        reason = error.strerror or "unknown reason"
        said = f"Corrections cannot be kept in '{self._path.parent}': {reason}."
        return FileError(said, _NOT_KEPT)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _line(entry: dict[str, Any]) -> bytes:
    return json.dumps(entry).encode() + b"\n"


def _head(study_hash: str, base: Base) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "schema": SCHEMA,
        "study": study_hash,
        "shape": list(base.labels.shape),
        "base": base.name,
        "labels": _text(packed(base.labels)),
    }


def _told(step: Step) -> dict[str, Any]:
    return {
        "tool": step.tool,
        "by": step.by,
        "time": step.time,
        "start": list(step.start),
        "shape": list(step.shape),
        "change": _text(step.packed),
    }


def correction_content(study_hash: str, kept: KeptCorrection) -> bytes:
    """A correction as the journal of a study has it."""
    undone = kept.steps.undone
    entries = [_head(study_hash, kept.base), *map(_told, (*kept.steps.done, *reversed(undone)))]
    entries += [{"move": -1}] * len(undone)
    return b"".join(map(_line, entries))


def correction_in(content: bytes, study_hash: str, shape: Sequence[int]) -> KeptCorrection:
    """What ``correction_content`` wrote, whole.

    Raises LookupError, TypeError, ValueError or ArithmeticError if it is damaged.
    """
    kept, length = _parsed(content, study_hash, shape)
    if length < len(content):
        raise ValueError("a step is damaged")
    return kept


def _parsed(content: bytes, study_hash: str, shape: Sequence[int]) -> tuple[KeptCorrection, int]:
    """What whole lines say, and how many bytes they are."""
    lines = content.split(b"\n")[:-1]
    head = json.loads(lines[0])
    if head["format"] != FORMAT or head["schema"] != SCHEMA or head["study"] != study_hash:
        raise ValueError("another kind of file")
    if list(head["shape"]) != list(shape):
        raise ValueError("another grid")
    first = unpacked(base64.b64decode(head["labels"], validate=True), int(np.prod(shape)))
    base = Base(str(head["base"]), first.reshape(tuple(shape)).copy())
    labels, steps, length = base.labels.copy(), Steps(), len(lines[0]) + 1
    for line in lines[1:]:
        try:
            _follow(json.loads(line), labels, steps)
        except (LookupError, TypeError, ValueError, ArithmeticError, RecursionError):
            break
        length += len(line) + 1
    return KeptCorrection(base, labels, steps), length


def _follow(entry: Any, labels: Labels, steps: Steps) -> None:
    """Do what a line says."""
    if "move" in entry:
        moved = steps.undo() if entry["move"] < 0 else steps.redo()
        if moved is None:
            raise ValueError("there is no such step")
        moved.apply(labels)
        return
    start, shape = (tuple(int(n) for n in entry[name]) for name in ("start", "shape"))
    if len(start) != 3 or len(shape) != 3:
        raise ValueError("a box has three sides")
    change = base64.b64decode(entry["change"], validate=True)
    step = Step(
        str(entry["tool"]), str(entry["by"]), str(entry["time"]),
        (start[0], start[1], start[2]), (shape[0], shape[1], shape[2]), change,
    )  # fmt: skip
    step.apply(labels)
    steps.push(step)

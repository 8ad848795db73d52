"""The audit trail of this installation: lines are only added, one process at a time.

A line is on the disk before the mark of the end is, and both before ``append`` returns. A process
that is killed between them leaves a mark that is one line behind, which is no sign of tampering.
"""

import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass

from brainviewer.core.audit_trail.actions import Action
from brainviewer.core.audit_trail.anchor import Anchor
from brainviewer.core.audit_trail.checking import INTERRUPTED, check_trail
from brainviewer.core.audit_trail.faults import Check
from brainviewer.core.audit_trail.line import Entry, Line, Moment, bounded, time_text
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.files.audit_trail.anchors import Anchors
from brainviewer.files.audit_trail.clock import moment
from brainviewer.files.audit_trail.ending import Ending, ending_of, marks_of
from brainviewer.files.audit_trail.key_place import (
    KeptKey,
    KeyAway,
    make_key,
    note_begun,
    read_key,
)
from brainviewer.files.audit_trail.places import (
    anchor_file,
    aside_folder,
    key_file,
    name_of,
    trail_files,
    trail_folder,
)
from brainviewer.files.audit_trail.reading import newest_first, whole_trail
from brainviewer.files.durable.appending import append as append_bytes
from brainviewer.files.durable.appending import read_from, remove, rename
from brainviewer.files.locks import locked_folder
from brainviewer.files.ordinary_file import DISK_FULL, is_folder, is_ordinary, is_there
from brainviewer.files.own_file import free_name
from brainviewer.files.user_folders import OWN_FILE, machine_folder, make_own_folder

LARGEST_FILE = 8 << 20
"""In bytes; then a new file is begun."""
_LOCK_SECONDS = 10.0
_UNWRITABLE = "Nothing was done: the audit trail cannot be written"


class UnwritableTrail(FileError):
    """A line cannot be added, so that what it tells must not be done."""


@dataclass(frozen=True)
class _Known:
    """How the trail ended when this process saw it last; marks : of its newest file then."""

    ending: Ending
    marks: tuple[int, int]


class AuditTrail:
    """The trail in the folders of all readers, as they are when it is made.

    now : the clocks. largest_file : in bytes.
    """

    def __init__(
        self, now: Callable[[], Moment] = moment, largest_file: int = LARGEST_FILE
    ) -> None:
        self.folder = trail_folder()
        self._now, self._largest = now, largest_file
        self._guard = threading.RLock()
        self._kept: KeptKey | None = None
        self._marks: Anchors | None = None
        self._known: _Known | None = None

    @property
    def begun(self) -> bool:
        """Whether there is, or was, a trail: any trace of one."""
        # A link that leads nowhere is a trace as well.
        return any(map(os.path.lexists, (self.folder, anchor_file(), key_file())))

    @property
    def stopped(self) -> bool:
        """Whether the last line says that nothing more is recorded.

        Without the key it is taken at its word. Raises FileError where there is another last line.
        """
        with self._guard, _in_words():
            try:
                return self._ending().action == Action.STOPPED
            except KeyAway:
                last = next(newest_first(self.folder), None)
                if last is not None and last.entry.action == Action.STOPPED:
                    return True
                raise

    @property
    def stopped_by_reader(self) -> bool:
        """Whether somebody who had signed in stopped it. Raises FileError."""
        with self._guard, _in_words():
            return self.stopped and bool(self._ending().reader)

    @property
    def count(self) -> int:
        """The number of the last line; 0 before the first. Raises FileError."""
        with self._guard, _in_words():
            return self._ending().number

    @property
    def kept(self) -> KeptKey:
        """The key. Raises KeyAway."""
        if self._kept is None:
            self._kept = read_key()
        return self._kept

    def begin(self) -> KeptKey:
        """The key of the trail, which is made where there is no trace of one.

        Raises KeyAway, and FileError if it cannot be kept.
        """
        with self._guard, _in_words():
            make_own_folder(machine_folder())
            with locked_folder(machine_folder(), _LOCK_SECONDS):
                self._kept = self.kept if self.begun else make_key()
            return self._kept

    def append(self, entry: Entry) -> int:
        """Add a line; its number. Raises UnwritableTrail, and KeyAway."""
        with self._guard:
            key = self.kept.key
            with _in_words():
                make_own_folder(self.folder)
                with locked_folder(self.folder, _LOCK_SECONDS):
                    ending = self._ending()
                    number = ending.number + 1
                    line = Line(number, self._now(), bounded(entry), ending.seal, ending.noticed)
                    added = self._add(line.sealed(key), ending)
                    if not self.kept.begun:
                        with suppress(FileError):  # the line stays; the next one tries again
                            self._kept = note_begun(self.kept)
                    return added

    def verified(self, report: Report = silent) -> Check:
        """Go through all lines, as they are now. Raises KeyAway, and FileError."""
        key = self.kept.key
        with self._guard, _in_words("Nothing was verified: the audit trail cannot be read"):
            # Between a line and the mark of the end nothing is to be seen.
            held = locked_folder(self.folder, _LOCK_SECONDS) if is_folder(self.folder) else None
            with held or nullcontext():
                files, anchors = whole_trail(self.folder, report), self._anchors.all()
        return check_trail(files, anchors, key, begun=self.kept.begun)

    def set_aside(self) -> str:
        """Put the trail with its key out of the way, for a new one; the name of its folder.

        Empty if there is none. What interrupts this is made up for by the next call.
        Raises UnwritableTrail.
        """
        with self._guard, _in_words():
            if not self.begun:
                return ""
            make_own_folder(self.folder)
            with locked_folder(self.folder, _LOCK_SECONDS):
                for path in (anchor_file(), key_file()):
                    if os.path.lexists(path) and not is_ordinary(path):
                        rename(path, free_name(path, "damaged"))
                    elif is_there(path):
                        # It may lie on another disk than the trail.
                        content = read_from(path)
                        append_bytes(self.folder / path.name, content, 0, OWN_FILE)
                        remove(path)
                aside = aside_folder(time_text(self._now().time))
                rename(self.folder, aside)
            self._kept = self._marks = self._known = None
            return aside.name

    def _add(self, line: Line, ending: Ending) -> int:
        """Called while the lock is held."""
        content, key = line.written, self.kept.key
        path, whole, glue = ending.path, ending.whole, ending.glue
        if whole and whole + len(content) > self._largest:
            if INTERRUPTED in ending.noticed:  # only the newest file may end within a line
                append_bytes(path, b"", whole, OWN_FILE)
            path, whole, glue = self.folder / name_of(line.number), 0, b""
        if ending.behind:  # so that it is never more than one line behind
            self._anchors.keep(Anchor(ending.number, ending.seal, key.id))
        self._known = None
        size = append_bytes(path, glue + content, whole, OWN_FILE)
        # If this fails the line stays: the mark may have reached the disk all the same.
        self._anchors.keep(Anchor(line.number, line.seal, key.id))
        after = Ending(
            path, size, b"", line.number, line.seal, line.entry.action, line.entry.reader
        )
        self._known = _Known(after, marks_of(path))
        return line.number

    def _ending(self) -> Ending:
        """How the trail ends now. Raises OSError, and KeyAway."""
        files = trail_files(self.folder)
        marks = marks_of(files[-1][1]) if files else (0, 0)
        known = self._known
        if known and files and known.ending.path == files[-1][1] and known.marks == marks:
            return known.ending
        ending = ending_of(self.folder, self.kept, self._anchors.in_file())
        self._known = _Known(ending, marks)
        return ending

    @property
    def _anchors(self) -> Anchors:
        if self._marks is None:
            self._marks = Anchors(self.kept)
        return self._marks


@contextmanager
def _in_words(what: str = _UNWRITABLE) -> Iterator[None]:
    """What the system says about a file, as UnwritableTrail."""
    try:
        yield
    except KeyAway:
        raise
    except FileError as error:
        if isinstance(error, UnwritableTrail) or not isinstance(error.__cause__, OSError):
            raise
        raise _unwritable(what, error.__cause__) from error
    except OSError as error:
        raise _unwritable(what, error) from error


def _unwritable(what: str, error: OSError) -> UnwritableTrail:
    why, advice = error.strerror or "unknown reason", "Check the disk of BrainViewer's own folders."
    if isinstance(error, TimeoutError) and error.errno is None:
        why, advice = "another window or command holds it", "Try again in a moment."
    elif error.errno in DISK_FULL:
        why, advice = "the disk is full", "Free some space, and try again."
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        why, advice = (
            "you may not write there",
            "Check the permissions of BrainViewer's own folders.",
        )
    return UnwritableTrail(f"{what}, {why}.", advice)

"""Where the end of the trail is kept outside it: a file, and the keyring where there is one."""

import time
from pathlib import Path

from brainviewer.core.audit_trail.anchor import Anchor, key_of_anchor, read_anchor
from brainviewer.core.audit_trail.checking import KeptAnchor
from brainviewer.core.errors import FileError
from brainviewer.files.audit_trail.key_place import WAY_ON, KeptKey, KeyAway, KeyPlace
from brainviewer.files.audit_trail.keyring_store import from_keyring, keep_in_keyring
from brainviewer.files.audit_trail.places import anchor_file
from brainviewer.files.ordinary_file import is_there, read_ordinary
from brainviewer.files.user_folders import OWN_FILE, make_own_folder
from brainviewer.files.writing import write_whole

_MOST_BYTES = 4096
KEYRING_SECONDS = 300.0
"""How far the mark in the keyring may be behind: asking a keyring takes too long for every line."""


class Anchors:
    """Keeps and reads the marks of the end of a trail.

    file : of the mark, where it is not that of the trail that is written now.
    """

    def __init__(self, kept: KeptKey, file: Path | None = None) -> None:
        self._kept, self._file = kept, file or anchor_file()
        self._told_keyring: float | None = None

    def keep(self, anchor: Anchor) -> None:
        """Keep a mark. Raises OSError, or FileError, if the file cannot be written."""
        content = anchor.written(self._kept.key)
        path = self._file
        make_own_folder(path.parent)
        write_whole(path, content, OWN_FILE)
        late = self._told_keyring is None or time.monotonic() - self._told_keyring > KEYRING_SECONDS
        if self._kept.place is KeyPlace.KEYRING and late:
            self._told_keyring = time.monotonic()
            keep_in_keyring(self._entry, content.decode())

    def in_file(self) -> KeptAnchor:
        """The mark of the file. Raises KeyAway if it says that it is of another key."""
        path = self._file
        if not is_there(path):
            return KeptAnchor(f"'{path.name}'", None, there=False)
        try:
            raw = read_ordinary(path, _MOST_BYTES)
        except FileError:
            return KeptAnchor(f"'{path.name}'", None)
        if (other := key_of_anchor(raw)) and other != self._kept.key.id:
            raise KeyAway("The key of the audit trail was replaced by another one.", WAY_ON)
        found = read_anchor(raw, self._kept.key)
        return KeptAnchor(f"'{path.name}'", found)

    def all(self) -> tuple[KeptAnchor, ...]:
        """Every mark there is; that of the file always."""
        if self._kept.place is not KeyPlace.KEYRING:
            return (self.in_file(),)
        told = from_keyring(self._entry)
        found = None if told is None else read_anchor(told.encode(), self._kept.key)
        place = "the system's keyring"
        return self.in_file(), KeptAnchor(place, found, there=told is not None, exact=False)

    @property
    def _entry(self) -> str:
        return f"{self._kept.entry} end"

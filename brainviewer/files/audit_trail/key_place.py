"""The key of the installation: made once, found again, and never replaced unasked."""

import json
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from brainviewer.core.audit_trail.key import TrailKey
from brainviewer.core.errors import SENSELESS, FileError
from brainviewer.files.audit_trail.keyring_store import from_keyring, keep_in_keyring
from brainviewer.files.audit_trail.places import key_file
from brainviewer.files.ordinary_file import is_there, read_ordinary
from brainviewer.files.own_file import write_own_file
from brainviewer.files.user_folders import close_file

WAY_ON = (
    "Bring it back, or begin a new trail by 'brainviewer audit-trail start --anew'; the old one is "
    "kept aside."
)
_MOST_BYTES = 4096


class KeyPlace(StrEnum):
    """Where the secret lies."""

    KEYRING = "keyring"
    FILE = "file"


class KeyAway(FileError):
    """The key of a trail that has begun cannot be had."""


@dataclass(frozen=True)
class KeptKey:
    """The key, and where it lies.

    entry : its name in the keyring. begun : lines were written with it, so that there must be some.
    """

    key: TrailKey
    place: KeyPlace
    entry: str = ""
    begun: bool = False


def read_key(path: Path | None = None) -> KeptKey:
    """The key of the trail. Raises KeyAway if it is not where it was put.

    path : of another key file than that of the trail that is written now.
    """
    path = path or key_file()
    close_file(path)
    try:
        told = json.loads(read_ordinary(path, _MOST_BYTES))
        place, known, entry = KeyPlace(told["place"]), str(told["id"]), str(told.get("entry", ""))
        begun = told.get("begun") is True
        secret = from_keyring(entry) if place is KeyPlace.KEYRING else str(told["secret"])
    except FileError:
        what = "cannot be read" if is_there(path) else "is not there"
        raise KeyAway(f"The key of the audit trail {what}.", WAY_ON) from None
    except SENSELESS:
        raise KeyAway("The key file of the audit trail is damaged.", WAY_ON) from None
    if secret is None:
        said = "The system's keyring, which holds the key of the audit trail, does not give it."
        way_on = "Unlock it, or begin a new trail by 'brainviewer audit-trail start --anew'."
        raise KeyAway(said, way_on)
    try:
        key = TrailKey(bytes.fromhex(secret))
    except ValueError:
        raise KeyAway("The key of the audit trail is damaged.", WAY_ON) from None
    if key.id != known:
        raise KeyAway("The key of the audit trail was replaced by another one.", WAY_ON)
    return KeptKey(key, place, entry, begun)


def make_key() -> KeptKey:
    """A new key, in the keyring or else in a file that only its owner can read.

    Raises FileError if it cannot be kept.
    """
    key, entry = TrailKey.new(), uuid4().hex
    in_keyring = keep_in_keyring(entry, key.secret.hex())
    kept = KeptKey(key, KeyPlace.KEYRING, entry) if in_keyring else KeptKey(key, KeyPlace.FILE)
    _write(kept)
    return kept


def note_begun(kept: KeptKey) -> KeptKey:
    """Remember that a line was written: a trail without any was deleted. Raises FileError."""
    begun = replace(kept, begun=True)
    _write(begun)
    return begun


def _write(kept: KeptKey) -> None:
    told: dict[str, str | bool] = {"place": kept.place.value, "id": kept.key.id}
    if kept.place is KeyPlace.KEYRING:
        told["entry"] = kept.entry
    else:
        told["secret"] = kept.key.secret.hex()
    if kept.begun:
        told["begun"] = True
    said = "The key of the audit trail cannot be kept"
    advice = "Check the permissions of your own folders."
    write_own_file(key_file(), json.dumps(told).encode(), said, advice)

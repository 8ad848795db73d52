"""The file of the accounts, which is never begun anew by itself: sign-in would be off unseen.

A copy is kept beside the settings, and a marker in the folder of the readers: where one of them is
there but the file is not, sign-in was on, and nobody gets in without it.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.files.accounts.traces import (
    accounts_path,
    copy_path,
    marker_path,
    there_may_be_accounts,
)
from brainviewer.files.database.aside import set_aside
from brainviewer.files.database.database import Database, Transaction
from brainviewer.files.database.schema import DatabaseError, Fault, Schema
from brainviewer.files.ordinary_file import read_ordinary
from brainviewer.files.user_folders import (
    OWN_FILE,
    make_own_folder,
)
from brainviewer.files.writing import write_whole

log = logging.getLogger(__name__)
_MOST_BYTES, _SQLITE = 100_000_000, b"SQLite format 3\0"
SCHEMA = Schema(
    "the accounts",
    (
        (
            """CREATE TABLE accounts (id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE,
                name TEXT NOT NULL, role TEXT NOT NULL, hash TEXT NOT NULL,
                enabled INTEGER NOT NULL, one_time_until TEXT NOT NULL, created TEXT NOT NULL,
                last_sign_in TEXT NOT NULL, failures INTEGER NOT NULL)""",
            "CREATE TABLE used_ids (id TEXT PRIMARY KEY)",
            """CREATE TABLE failures (subject TEXT PRIMARY KEY, count INTEGER NOT NULL,
                wall REAL NOT NULL, monotonic REAL NOT NULL, boot TEXT NOT NULL)""",
            """CREATE TABLE tokens (id TEXT PRIMARY KEY, reader TEXT NOT NULL, hash TEXT NOT NULL,
                created TEXT NOT NULL, expires TEXT NOT NULL, last_used TEXT NOT NULL)""",
            "CREATE TABLE facts (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
        ),
    ),
)
RESTORE = "Restore them on a terminal: brainviewer users restore"
FIRST = "Make the first on a terminal: brainviewer users add NAME --role administrator"
_OWN_WORDS = {
    Fault.GONE: "Sign-in was switched on here, but the file of the accounts is gone: '{path}'.",
    Fault.DAMAGED: "The file of the accounts is damaged, so nobody can sign in: '{path}'.",
}


@contextmanager
def accounts(*, create: bool = False, path: Path | None = None) -> Iterator[Transaction]:
    """One transaction on the accounts; what is raised in it undoes it.

    create : make the file where no trace of one is. path : of another file than the accounts.
    Raises DatabaseError that says a way on.
    """
    place = path or accounts_path()
    create = create and not any(map(os.path.lexists, (marker_path(), copy_path())))
    try:
        with closing(Database(place, SCHEMA, create=create)) as file, file.transaction() as working:
            yield working
    except DatabaseError as error:
        if error.fault is Fault.GONE and not there_may_be_accounts():
            raise DatabaseError(
                error.fault, "There are no accounts on this computer.", FIRST
            ) from None
        if error.fault in _OWN_WORDS:
            said = _OWN_WORDS[error.fault].format(path=place)
            raise DatabaseError(error.fault, said, RESTORE) from None
        if error.fault is Fault.UNUSABLE:
            said = f"{error.message} Nobody can sign in: wrong passwords could not be counted."
            raise DatabaseError(error.fault, said, error.advice) from None
        raise


def damaged() -> DatabaseError:
    """What is said of accounts that make no sense."""
    said = _OWN_WORDS[Fault.DAMAGED].format(path=accounts_path())
    return DatabaseError(Fault.DAMAGED, said, RESTORE)


def sign_in_is_on() -> bool:
    """Whether readers have to sign in. Raises DatabaseError where that cannot be known."""
    if not there_may_be_accounts():
        return False
    with accounts() as working:
        on = fact(working, "on") == b"1"
    if on and not marker_path().exists():
        with suppress(OSError, FileError):
            set_marker()
    elif not on and marker_path().exists():
        raise DatabaseError(
            Fault.DAMAGED,
            f"An older file has taken the place of the accounts: '{accounts_path()}'.",
            f"{RESTORE}. Or switch sign-in off again: brainviewer users off",
        )
    return on


def set_marker() -> None:
    """Remember outside the accounts that sign-in is on. Raises OSError or FileError."""
    make_own_folder(marker_path().parent)
    write_whole(marker_path(), b"Readers sign in on this computer.\n", OWN_FILE)


def remove_marker() -> None:
    """Sign-in is switched off. Raises FileError."""
    try:
        marker_path().unlink(missing_ok=True)
    except OSError as error:
        said = f"Sign-in cannot be switched off: {error.strerror}."
        raise FileError(said, f"Check the folder '{marker_path().parent}'.") from None


def keep_copy() -> None:
    """Copy the accounts as they are now; what fails is logged, and the last copy stays."""
    try:
        make_own_folder(copy_path().parent)
        with accounts():  # nobody else changes them meanwhile
            content = accounts_path().read_bytes()
        write_whole(copy_path(), content, OWN_FILE)
    except (OSError, FileError):
        log.warning("The accounts could not be copied.")


def restore_copy() -> Path | None:
    """Put the copy in the place of the accounts, which keep another name; that name, if any.

    Raises FileError, also where there is no copy.
    """
    place, aside = accounts_path(), None
    if not copy_path().exists():
        said = "There is no copy of the accounts."
        raise FileError(
            said,
            f"To begin anew, delete '{place}' and '{marker_path()}', and add an administrator.",
        )
    content = read_ordinary(copy_path(), _MOST_BYTES)
    if not content.startswith(_SQLITE):
        said = "The copy of the accounts is damaged as well."
        raise FileError(said, f"Bring '{place}' or '{copy_path()}' back from a backup.")
    try:
        make_own_folder(place.parent)
        if os.path.lexists(place):
            aside = set_aside(place)
    except OSError as error:
        said = f"The accounts cannot be restored: {error.strerror}."
        raise FileError(said, f"Check '{copy_path()}'.") from None
    write_whole(place, content, OWN_FILE)
    return aside


def fact(working: Transaction, name: str) -> bytes:
    """Something that is kept beside the accounts; empty where it is not."""
    for (value,) in working.rows("SELECT value FROM facts WHERE name = ?", (name,)):
        if not isinstance(value, bytes):  # another program has changed it
            raise damaged()
        return value
    return b""


def keep_fact(working: Transaction, name: str, value: bytes) -> None:
    """Keep something beside the accounts."""
    working.change("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

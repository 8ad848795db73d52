"""What a database of ours holds, and what is said where it cannot be used."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from brainviewer.core.errors import FileError

_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""What SQLite says of content: damaged, no database, or without a table or a column."""


class Fault(StrEnum):
    """Why a database cannot be used."""

    IN_USE = "in use"
    NEWER = "newer"
    DAMAGED = "damaged"
    GONE = "gone"
    UNUSABLE = "unusable"


class DatabaseError(FileError):
    """A database cannot be used; nothing was changed. fault : why."""

    def __init__(self, fault: Fault, message: str, advice: str) -> None:
        super().__init__(message, advice)
        self.fault = fault


@dataclass(frozen=True)
class Schema:
    """What a database holds, and what is said of it.

    name : in sentences, such as "the study list".
    steps : statements that bring version n (``user_version``) to n + 1; the first makes the tables
        of a new file. Never changed once released: another one is added.
    meanwhile : what becomes of what would be kept, while the file cannot be used.
    begun_anew : message and advice where a damaged file was set aside; ``{aside}`` is its name.
    """

    name: str
    steps: tuple[tuple[str, ...], ...]
    meanwhile: str = ""
    begun_anew: tuple[str, str] = ("", "")

    @property
    def version(self) -> int:
        """The version that this program writes."""
        return len(self.steps)


def fault_of(error: Exception) -> Fault | None:
    """Why the database cannot be used; None for a statement that breaks a rule of a table."""
    if isinstance(error, OSError):
        return Fault.UNUSABLE
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _IN_USE:
        return Fault.IN_USE
    if code in _BROKEN or type(error) is sqlite3.DatabaseError:
        return Fault.DAMAGED
    return Fault.UNUSABLE if isinstance(error, sqlite3.OperationalError) else None


def in_words(
    fault: Fault, schema: Schema, path: Path, error: Exception | None = None
) -> DatabaseError:
    """What is said of a database that cannot be used. error : of the system or of SQLite."""
    name, capital = schema.name, schema.name[:1].upper() + schema.name[1:]
    if fault is Fault.IN_USE:
        said = f"Another program is using {name}, so nothing is kept meanwhile."
        advice = "Close the other windows of BrainViewer."
    elif fault is Fault.NEWER:
        said = f"A newer version of BrainViewer has written {name}; nothing is changed."
        advice = f"Update BrainViewer. {schema.meanwhile}"
    elif fault is Fault.GONE:
        said = f"The file of {name} is gone: '{path}'."
        advice = "Put it back from a backup."
    elif fault is Fault.DAMAGED:
        said = f"The file of {name} is damaged: '{path}'."
        advice = "Put a copy from a backup in its place."
    else:
        why = getattr(error, "strerror", None) or str(error)
        said = f"{capital} cannot be kept: {why}."
        advice = (
            f"Check the folder '{path.parent}': it must be yours, and the disk must have "
            f"room. {schema.meanwhile}"
        )
    return DatabaseError(fault, said, advice.strip())

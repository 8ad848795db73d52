"""The database of the study list: SQLite in the user's data folder, for the user alone.

Studies are keyed by their content, and places by a hash of paths, sizes and times: no name of a
patient, file or folder is stored.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any, TypeVar

from brainviewer.core.errors import FileError
from brainviewer.core.study import Modality
from brainviewer.files.ordinary_file import is_there
from brainviewer.files.study_list.entry import KeptClassification, KeptFinding, StudyEntry
from brainviewer.files.user_folders import (
    close_file,
    data_folder,
    make_own_folder,
    open_own_file,
)

log = logging.getLogger(__name__)
Kept = TypeVar("Kept", KeptFinding, KeptClassification)
VERSION = 1
_PATIENCE = 3.0
"""Seconds to wait for another window, which holds the lock for milliseconds."""
_AT_ONCE = 500
_FINDING = ", ".join(f"finding_{item.name}" for item in fields(KeptFinding))
_CLASSIFICATION = ", ".join(f"class_{item.name}" for item in fields(KeptClassification))
_TABLES = f"""
CREATE TABLE studies (content TEXT PRIMARY KEY, sequences TEXT, thumbnail BLOB,
    {_FINDING}, {_CLASSIFICATION});
CREATE TABLE places (place TEXT PRIMARY KEY, content TEXT NOT NULL);
PRAGMA user_version = {VERSION};
"""
_MEANWHILE = "Until then, what is found is kept until you close BrainViewer."
_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def database_file() -> Path:
    """Where the database lies."""
    return data_folder() / "studies.sqlite"


class StudyDatabase:
    """What is known of studies; safe to be called from any thread. Opened when it is first used.

    A file that cannot be used is left as it is and replaced by one in memory; one that is damaged
    is set aside under a new name, and a new one begun. Studies are listed and read whatever becomes
    of the file: ``entries`` and ``keep_study`` raise nothing, ``keep_finding`` and
    ``keep_classification`` raise FileError.
    trouble : the sentence about that, or None.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.trouble: FileError | None = None
        self._lock = threading.Lock()
        self._path = path or database_file()
        self._open: sqlite3.Connection | None = None

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            if self._open is not None:
                self._open.close()
            self._open = None

    def entries(self, places: Sequence[str]) -> dict[str, StudyEntry]:
        """What is known of the studies at places (see ``place_key``); unknown ones are left out."""
        found: dict[str, StudyEntry] = {}
        for start in range(0, len(places), _AT_ONCE):
            some = places[start : start + _AT_ONCE]
            marks = ", ".join("?" * len(some))
            query = (
                f"SELECT place, content, sequences, thumbnail, {_FINDING}, {_CLASSIFICATION} "
                f"FROM places JOIN studies USING (content) WHERE place IN ({marks})"
            )
            rows = []
            with self._telling(), self._working() as connection:
                rows = connection.execute(query, some).fetchall()
            for place, *columns in rows:
                with suppress(ValueError, TypeError):  # a row that another program has changed
                    found[place] = _entry(columns)
        return found

    def keep_study(self, entry: StudyEntry, place: str) -> StudyEntry:
        """Keep what a study looks like and where it lies; returns it with what was found before."""
        sequences = " ".join(entry.sequences)
        with self._telling(), self._working() as connection:
            connection.execute(
                "INSERT INTO studies (content, sequences, thumbnail) VALUES (?, ?, ?) ON CONFLICT "
                "DO UPDATE SET sequences = excluded.sequences, thumbnail = excluded.thumbnail",
                (entry.content, sequences, entry.thumbnail),
            )
            connection.execute(
                "INSERT OR REPLACE INTO places VALUES (?, ?)", (place, entry.content)
            )
        return self.entries([place]).get(place, entry)

    def keep_finding(self, content: str, finding: KeptFinding) -> None:
        """Keep what was found of the lesion of a study."""
        self._keep(content, _FINDING, astuple(finding))

    def keep_classification(self, content: str, result: KeptClassification) -> None:
        """Keep what was predicted for a study."""
        self._keep(content, _CLASSIFICATION, astuple(result))

    def _keep(self, content: str, columns: str, values: tuple[Any, ...]) -> None:
        marks = ", ".join("?" * len(values))
        with self._working() as connection:
            connection.execute("INSERT OR IGNORE INTO studies (content) VALUES (?)", (content,))
            connection.execute(
                f"UPDATE studies SET ({columns}) = ({marks}) WHERE content = ?", (*values, content)
            )

    # -- opening ----------------------------------------------------------------------------

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._open is None:
            try:
                self._open = self._on_disk()
            except FileError as error:
                self.trouble = error
                self._open = self._in_memory()
        return self._open

    def _on_disk(self) -> sqlite3.Connection:
        """The file, made or set aside as need be. Raises FileError if it is not to be used."""
        try:
            make_own_folder(self._path.parent)
            if not is_there(self._path):
                os.close(open_own_file(str(self._path), os.O_CREAT | os.O_RDWR))
            close_file(self._path)
            return self._opened()
        except (sqlite3.Error, OSError) as error:
            if _damaged(error):
                return self._begun_anew()
            raise self._unusable(error) from None

    def _opened(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=_PATIENCE, check_same_thread=False, isolation_level=None
        )
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise FileError(
                    "A newer version of BrainViewer keeps the study list, which is left as it is.",
                    f"Update BrainViewer. {_MEANWHILE}",
                )
            if version == VERSION:  # before anything is written: is all of it there?
                _check_tables(connection)
            connection.execute("BEGIN IMMEDIATE")  # another window may be making the tables
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version < VERSION:
                for statement in _TABLES.split(";"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {VERSION}")  # fails where none can write
            connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return connection

    def _begun_anew(self) -> sqlite3.Connection:
        """A new file in place of a damaged one, which gets another name."""
        aside = self._path.with_suffix(".damaged")
        try:
            self._path.replace(aside)
            for rest in ("-journal", "-wal", "-shm"):
                self._path.with_name(self._path.name + rest).unlink(missing_ok=True)
            os.close(open_own_file(str(self._path), os.O_CREAT | os.O_RDWR))
            connection = self._opened()
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from None
        self.trouble = FileError(
            "The study list was damaged and is begun anew; earlier results are not in it.",
            f"Open the studies again to fill it. The damaged file is kept as '{aside.name}'.",
        )
        return connection

    def _unusable(self, error: Exception) -> FileError:
        if getattr(error, "sqlite_errorcode", None) in _IN_USE:
            return FileError(
                "Another program is using the study list, so nothing is kept in it meanwhile.",
                "Close the other windows of BrainViewer.",
            )
        why = getattr(error, "strerror", None) or str(error)
        return FileError(
            f"The study list cannot be kept: {why}.",
            f"Check the folder '{self._path.parent}': it must be yours, and the disk must have "
            f"room. {_MEANWHILE}",
        )

    def _in_memory(self) -> sqlite3.Connection:
        """A database that ends with the application, with what can be read of the file."""
        memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        memory.executescript(_TABLES)
        with suppress(sqlite3.Error, OSError):
            uri = f"{self._path.absolute().as_uri()}?mode=ro&immutable=1"
            stored = sqlite3.connect(uri, uri=True)
            try:
                (version,) = stored.execute("PRAGMA user_version").fetchone()
                if version == VERSION:
                    _check_tables(stored)
                    stored.backup(memory)
            finally:
                stored.close()
        return memory

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What the database cannot do becomes ``trouble``."""
        try:
            yield
        except FileError as error:
            self.trouble = error

    @contextmanager
    def _working(self) -> Iterator[sqlite3.Connection]:
        """The connection for one transaction. Raises FileError; then nothing was changed."""
        with self._lock:
            connection = self._connection
            try:
                connection.execute("BEGIN")
                try:
                    yield connection
                except BaseException:
                    with suppress(sqlite3.Error):
                        connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                log.warning("The study list could not be read or written.")
                if not _damaged(error):
                    raise self._unusable(error) from None
                connection.close()
                self._open = None  # if no new one can be begun, the next call makes one in memory
                self._open = self._begun_anew()
                told, self.trouble = self.trouble, None
                raise told or self._unusable(error) from None


def _check_tables(connection: sqlite3.Connection) -> None:
    """Raises sqlite3.Error if a table or a column is missing."""
    columns = f"content, sequences, thumbnail, {_FINDING}, {_CLASSIFICATION}"
    connection.execute(f"SELECT {columns} FROM studies LIMIT 1").fetchall()
    connection.execute("SELECT place, content FROM places LIMIT 1").fetchall()


def _damaged(error: Exception) -> bool:
    """Whether the content of the file is at fault, not the disk or a permission."""
    if not isinstance(error, sqlite3.DatabaseError):
        return False
    no_table = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return no_table or not isinstance(error, sqlite3.OperationalError)


def _entry(columns: Sequence[Any]) -> StudyEntry:
    """An entry from a row. Raises ValueError or TypeError if it makes no sense."""
    content, sequences, thumbnail, *rest = columns
    count = len(fields(KeptFinding))
    finding, result = rest[:count], rest[count:]
    return StudyEntry(
        str(content),
        tuple(Modality(word) for word in (sequences or "").split()),
        bytes(thumbnail or b""),
        _kept(KeptFinding, finding),
        _kept(KeptClassification, result),
    )


def _kept(kind: type[Kept], values: Sequence[Any]) -> Kept | None:
    """What columns hold, in the types of the fields of a class; None where nothing was kept."""
    if values[0] is None:
        return None
    types = [item.type for item in fields(kind)]
    return kind(*(_typed(value, of) for value, of in zip(values, types, strict=True)))


def _typed(value: Any, of: Any) -> Any:
    """A value in the type of a field; a number where that may be None, which is unknown."""
    if of in (str, bool):
        return of(value)
    return None if value is None else float(value)

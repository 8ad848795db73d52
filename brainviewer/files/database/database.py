"""SQLite files of BrainViewer: for the user alone, brought up to date, and never lost silently.

A rollback journal, not a write-ahead log: homes lie on network file systems too, where SQLite
allows no write-ahead log, and it leaves files beside the database when a process is killed. A
transaction took 0.7 ms against 0.1 ms (SSD, median of 100, December 2026), and we make a few a
minute.
"""

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from brainviewer.files.database.aside import set_aside
from brainviewer.files.database.schema import Fault, Schema, fault_of, in_words
from brainviewer.files.ordinary_file import is_there
from brainviewer.files.user_folders import close_file, make_own_folder, open_own_file

log = logging.getLogger(__name__)
Row = tuple[Any, ...]
_PATIENCE = 3.0
"""Seconds to wait for another process, which holds the lock for milliseconds."""
_NO_FILE = Path(os.devnull) / "memory"


class Transaction:
    """What may be asked and changed in a transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """What a query finds."""
        return self._connection.execute(statement, values).fetchall()

    def change(self, statement: str, values: Sequence[Any] = ()) -> int:
        """How many rows a statement has added, changed or removed."""
        return self._connection.execute(statement, values).rowcount


class Database:
    """A database that is used whole or refused; safe to be called from any thread.

    It is opened when it is first used, and again when its file was deleted or replaced.
    create : make the file where there is none; else, and for an empty one, it is refused.
    """

    def __init__(self, path: Path, schema: Schema, *, create: bool = True) -> None:
        self.path, self.schema = path, schema
        self._create = create
        self._lock = threading.Lock()
        self._connect = self._opened
        self._open: sqlite3.Connection | None = None
        self._opened_file: tuple[int, int] | None = None

    @classmethod
    def in_memory(cls, schema: Schema, filled_from: Path) -> "Database":
        """One that ends with the process, with what can be read of a file, which stays as it is."""
        database = cls(_NO_FILE, schema)
        database._connect = lambda: _copy_in_memory(filled_from, schema)
        return database

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._let_go()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction, which holds the file alone from its start.

        Raises DatabaseError; then, or if anything is raised in it, nothing was changed.
        """
        with self._lock, self._in_words(sqlite3.Error):
            with self._in_words(OSError):
                connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield Transaction(connection)
            except BaseException:
                with suppress(sqlite3.Error):
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def check(self) -> None:
        """Raises DatabaseError if the file cannot be used."""
        with self._lock, self._in_words(sqlite3.Error, OSError):
            self._connection()

    def set_aside(self) -> Path:
        """Give the file that was found damaged another name, which is returned. Raises OSError.

        Where another process has done so already, and begun anew, nothing is changed.
        """
        with self._lock:
            self._let_go()
            if self._opened_file == _identity(self.path):
                return set_aside(self.path)
        return self.path.with_suffix(".damaged")

    # -- opening ----------------------------------------------------------------------------

    def _connection(self) -> sqlite3.Connection:
        if self._open is not None and self._opened_file != _identity(self.path):
            self._let_go()
        if self._open is None:
            self._open = self._connect()
        return self._open

    def _opened(self) -> sqlite3.Connection:
        """The file, brought up to date. Raises DatabaseError, sqlite3.Error and OSError."""
        if not is_there(self.path):
            if not self._create:
                raise in_words(Fault.GONE, self.schema, self.path)
            make_own_folder(self.path.parent)
            os.close(open_own_file(str(self.path), os.O_CREAT | os.O_RDWR))
        close_file(self.path)
        self._opened_file = _identity(self.path)  # before: one that is replaced now is opened again
        connection = sqlite3.connect(
            self.path, timeout=_PATIENCE, check_same_thread=False, isolation_level=None
        )
        try:
            version = _version(connection)
            if version > self.schema.version:
                raise in_words(Fault.NEWER, self.schema, self.path)
            if version == 0 and not self._create:
                raise in_words(Fault.DAMAGED, self.schema, self.path)
            if version == self.schema.version:  # before anything is written: is all of it there?
                _check_tables(connection, self.schema)
            connection.execute("PRAGMA synchronous = EXTRA")  # the folder as well
            # What is deleted is overwritten: an old hash of a password, a histology.
            connection.execute("PRAGMA secure_delete = ON")
            _bring_up_to_date(connection, self.schema)
        except BaseException:
            connection.close()
            raise
        return connection

    def _let_go(self) -> None:
        if self._open is not None:
            self._open.close()
        self._open = None

    @contextmanager
    def _in_words(self, *errors: type[Exception]) -> Iterator[None]:
        """What SQLite and the system say becomes DatabaseError; mistakes in statements pass."""
        try:
            yield
        except errors as error:
            fault = fault_of(error)
            if fault is None:
                raise
            log.warning("A database could not be read or written (%s).", fault)
            if fault is not Fault.IN_USE:
                self._let_go()
            raise in_words(fault, self.schema, self.path, error) from None


def _version(connection: sqlite3.Connection) -> int:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def _bring_up_to_date(connection: sqlite3.Connection, schema: Schema) -> None:
    """Take the steps that are missing, in one transaction.

    Raises sqlite3.Error, also where none is missing but nobody can write.
    """
    connection.execute("BEGIN IMMEDIATE")  # another process may be taking them
    missing = schema.steps[_version(connection) :]
    for step in missing:
        for statement in step:
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {schema.version}")
    connection.execute("COMMIT" if missing else "ROLLBACK")


def _copy_in_memory(path: Path, schema: Schema) -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    with suppress(sqlite3.Error, OSError):
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as stored:
            if _version(stored) <= schema.version:
                stored.backup(memory)
                _bring_up_to_date(memory, schema)
                _check_tables(memory, schema)
                return memory
    memory.close()
    memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    _bring_up_to_date(memory, schema)
    return memory


def _check_tables(connection: sqlite3.Connection, schema: Schema) -> None:
    """Raises sqlite3.DatabaseError if a table or a column is missing."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as model:
        _bring_up_to_date(model, schema)
        if not _columns(model) <= _columns(connection):
            raise sqlite3.DatabaseError("a table or a column is missing")


def _columns(connection: sqlite3.Connection) -> set[Row]:
    return set(
        connection.execute(
            "SELECT m.name, c.name FROM sqlite_schema AS m, pragma_table_info(m.name) AS c "
            "WHERE m.type = 'table'"
        )
    )


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from another one of its name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino

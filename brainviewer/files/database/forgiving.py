"""A database that never keeps anybody from working: set aside when damaged, in memory at worst."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from brainviewer.files.database.database import Database, Transaction
from brainviewer.files.database.schema import DatabaseError, Fault, Schema, in_words


class ForgivingDatabase:
    """A database for what would be a pity to lose, and no more; safe from any thread.

    A file that cannot be used is left as it is and replaced by one in memory, with what can be read
    of it; one that is damaged is set aside under a new name, and a new one begun.
    trouble : the sentence about that, or None.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        self.trouble: DatabaseError | None = None
        self._path, self._schema = path, schema
        self._lock = threading.Lock()
        self._database = Database(path, schema)

    def close(self) -> None:
        """Let go of the file, or of what is in memory."""
        with self._lock:
            self._database.close()
            self._database = Database(self._path, self._schema)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction. Raises DatabaseError; if anything is raised, nothing was changed."""
        with self._lock:
            self._make_usable()
            try:
                with self._database.transaction() as working:
                    yield working
            except DatabaseError as error:
                if error.fault is not Fault.DAMAGED:
                    raise
                self._begin_anew()
                told, self.trouble = self.trouble, None
                raise told or error from None

    def _make_usable(self) -> None:
        """See that there is a database. Raises DatabaseError while another program holds it."""
        try:
            self._database.check()
        except DatabaseError as error:
            if error.fault is Fault.IN_USE:
                raise
            if error.fault is Fault.DAMAGED:
                self._begin_anew()
            else:
                self._go_on_in_memory(error)

    def _begin_anew(self) -> None:
        try:
            aside = self._database.set_aside()
            self._database.check()
        except OSError as error:
            self._go_on_in_memory(in_words(Fault.UNUSABLE, self._schema, self._path, error))
        except DatabaseError as error:
            self._go_on_in_memory(error)
        else:
            said, advice = self._schema.begun_anew
            self.trouble = DatabaseError(Fault.DAMAGED, said, advice.format(aside=aside.name))

    def _go_on_in_memory(self, why: DatabaseError) -> None:
        self.trouble = why
        self._database.close()
        self._database = Database.in_memory(self._schema, self._path)

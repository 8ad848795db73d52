"""The journal of a study: a file of checked records in the user's data folder.

It is named by the study's content hash. The first record says what the file is; each that follows
holds the time, and entries (see ``standing``) that are there together or not at all. Records are
added at the end, under the lock of the folder, and are on the disk before anybody is told. When
most of the file no longer counts it is written anew. Several windows share it: each reads what the
others have added.
"""

import errno
import json
import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from brainviewer.core.errors import FileError
from brainviewer.files.durable.appending import append, doubt_name, read_from, remove, rename
from brainviewer.files.durable.records import Records, record_line, records_in
from brainviewer.files.journal.older_files import has_older_files, take_over
from brainviewer.files.journal.sentences import NewerJournal, Words
from brainviewer.files.journal.standing import Standing
from brainviewer.files.locks import locked_folder
from brainviewer.files.ordinary_file import check_ordinary
from brainviewer.files.own_file import free_name
from brainviewer.files.user_folders import OWN_FILE, journal_folder, make_own_folder
from brainviewer.files.writing import write_whole

log = logging.getLogger(__name__)

FORMAT, SCHEMA = "BrainViewer journal", 1
SUFFIX = ".journal"
MOST_BYTES = 500_000_000
SPARE_BYTES = 1_000_000
"""What a file may hold that no longer counts, beside twice what does."""
PATIENCE = 2.0
"""Seconds to wait for another window, which holds the lock for milliseconds."""
_LINE_BYTES = 64_000
_untold: dict[Path, str] = {}
"""What is to be told of a journal: who reads it first, as for the age, may have no way to do so."""
_HASH = re.compile(r"[0-9A-Za-z_-]+")


class StudyFile:
    """See above. A study without a hash has none.

    standing : what stands, as far as this has read.
    """

    def __init__(self, study_hash: str, words: Words) -> None:
        if study_hash and not _HASH.fullmatch(study_hash):
            raise ValueError("a content hash is made of letters and digits")
        self.hash, self._words = study_hash, words
        self.path = journal_folder() / f"{study_hash}{SUFFIX}"
        self.standing = Standing()
        self._head = b""
        """The first line; empty where there is no file."""
        self._whole = 0
        self._base = 0
        """How large the file was when it was written anew."""

    # -- reading ----------------------------------------------------------------------------

    @property
    def changed_elsewhere(self) -> bool:
        """Whether another window has written since this one last looked."""
        try:
            if self._size() is None:
                return bool(self._head)
            return not self._is_same() or self._size() != self._whole
        except (FileError, OSError):
            return True  # reading it will say what is wrong

    @property
    def is_there(self) -> bool:
        """Whether there is a file, as far as this has read."""
        return bool(self._head)

    def look(self) -> Standing:
        """What stands now. Raises FileError if that cannot be read."""
        if not self.hash:
            return self.standing
        if has_older_files(self.hash):
            with self.alone():
                return self.standing
        with self._in_words():
            self._read(alone=False)
        return self.standing

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the journal: what stands is up to date, and nobody else adds to it.

        What makes no sense is set aside; see ``told``. Raises FileError.
        """
        try:
            make_own_folder(self.path.parent)
            with locked_folder(self.path.parent, PATIENCE):
                with self._in_words():
                    self._read(alone=True)
                if has_older_files(self.hash):
                    self._tell(take_over(self.hash, self._add_of))
                yield
        except TimeoutError:
            raise FileError(
                f"Another BrainViewer is writing {self._words.change} and does not come to an end.",
                f"Close it. {self._words.instead}.",
            ) from None
        except OSError as error:
            raise self.not_kept(error) from None

    def _size(self) -> int | None:
        """None if there is no file; raises FileError for what is none."""
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return None
        return check_ordinary(self.path)

    def _is_same(self) -> bool:
        """Whether the file is the one that was read last, to which others may have added."""
        return bool(self._head) and read_from(self.path, 0, len(self._head)) == self._head

    def _read(self, *, alone: bool) -> None:
        size = self._size()
        if size is None:
            self._forget()
            return
        if size > MOST_BYTES:
            raise OSError(errno.EFBIG, "File too large")
        if size >= self._whole and self._is_same():
            records = records_in(read_from(self.path, self._whole))
            self._follow(records.values)
            self._whole += records.whole
        else:
            records = self._read_all(alone=alone)
        if records.damaged and alone:
            self._mend()

    def _read_all(self, *, alone: bool) -> Records:
        doubt_name(self.path)
        content = read_from(self.path)
        records = records_in(content)
        if not records.values:
            self._forget()
            if alone:
                self._set_aside()
            return Records()
        head = records.values[0]
        if isinstance(head, dict) and head.get("format") == FORMAT:
            if head.get("schema") != SCHEMA:
                raise self._words.newer()
            self._head = content[: content.index(b"\n") + 1]
        else:
            self._head = b""  # damaged: what follows counts all the same
            records = Records(records.values, records.whole, max(1, records.damaged))
        if not records.damaged:
            self.standing = Standing()  # else what is known is not taken for deleted
        self._follow(records.values)
        self._whole = records.whole
        return records

    def _forget(self) -> None:
        """There is no file; whoever holds what was in it writes that anew."""
        self._head, self._whole, self._base, self.standing = b"", 0, 0, Standing()

    def _follow(self, values: Sequence[Any]) -> None:
        for value in values:
            entries = value.get("entries") if isinstance(value, dict) else None
            if isinstance(entries, list):
                for entry in entries:
                    self.standing.follow(entry)
                self.standing.until = str(value.get("time", ""))

    # -- writing ----------------------------------------------------------------------------

    def add(self, entries: Sequence[dict[str, Any]]) -> None:
        """Add entries; they are on the disk when this returns. Only while it is held.

        Raises FileError; then nothing of them stands.
        """
        if not entries or not self.hash:
            return
        value = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "entries": list(entries)}
        line = record_line(value)
        if self._whole + len(line) > MOST_BYTES:
            self._write_anew()
            if self._whole + len(line) > MOST_BYTES:
                raise self._words.full()
        if not self._head:
            self._write(self._content() + line)
        else:
            try:
                self._whole = append(self.path, line, self._whole, OWN_FILE)
            except OSError as error:
                raise self.not_kept(error) from None
        # As it is read again, so that what stands is the same now and then.
        self._follow([json.loads(line[17:])])
        if self._whole > SPARE_BYTES + 3 * self._base:
            with suppress(FileError):  # what was added is there; the next one tries again
                self._write_anew()

    def tidy(self) -> None:
        """Leave nothing on the disk that was deleted, and no file without need. While held."""
        if not self._head:
            return
        if self.standing.empty:
            with suppress(OSError):
                remove(self.path)
                self._head, self._whole, self._base = b"", 0, 0
        else:
            with suppress(FileError):
                self._write_anew()

    def _write_anew(self) -> None:
        content = self._content()
        if len(content) < self._whole or not self._head:
            self._write(content)
        self._base = len(content)

    def _write(self, content: bytes) -> None:
        try:
            write_whole(self.path, content, OWN_FILE)
        except FileError as error:
            raise self.not_kept(error.__cause__) from error
        self._head, self._whole = content[: content.index(b"\n") + 1], len(content)

    def _content(self) -> bytes:
        """A new file of what stands; its id tells others that it is another one."""
        head = {"id": uuid4().hex, "format": FORMAT, "schema": SCHEMA, "study": self.hash}
        lines, part, size = [record_line(head)], list[Any](), 0
        for entry in self.standing.entries():
            part.append(entry)
            size += len(json.dumps(entry))
            if size > _LINE_BYTES:
                lines.append(record_line({"time": self.standing.until, "entries": part}))
                part, size = [], 0
        if part:
            lines.append(record_line({"time": self.standing.until, "entries": part}))
        return b"".join(lines)

    def _add_of(self, study_hash: str, entries: Sequence[dict[str, Any]]) -> None:
        """Add what an older file holds, perhaps of another study; the folder is held already."""
        if study_hash == self.hash:
            self.add(entries)
            return
        other = StudyFile(study_hash, self._words)
        with other._in_words():
            other._read(alone=True)
        other.add(entries)

    # -- what is wrong ----------------------------------------------------------------------

    def _mend(self) -> None:
        """Some records make no sense: keep the others, and the file as it was beside it."""
        aside = free_name(self.path, "damaged")
        with suppress(FileError, OSError):
            write_whole(aside, read_from(self.path), OWN_FILE)
            self._write(self._content())
            self._tell(
                "A part of what was kept for this study is damaged; the rest is there. The file as "
                f"it was is set aside as '{aside}'."
            )

    def _set_aside(self) -> None:
        aside = free_name(self.path, "damaged")
        rename(self.path, aside)
        self._tell(f"What was kept for this study is damaged; it is set aside as '{aside}'.")

    def _tell(self, said: str) -> None:
        if said:
            _untold[self.path] = " ".join(filter(None, (_untold.get(self.path), said)))

    def told(self) -> str:
        """What was set aside of the journal, by whoever in this process, since this was asked."""
        return _untold.pop(self.path, "")

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except NewerJournal:
            raise
        except FileError as error:
            raise self._words.not_read(self.path, error.message) from error
        except OSError as error:
            why = f"{error.strerror or 'unknown reason'}."
            raise self._words.not_read(self.path, why) from error

    def not_kept(self, error: BaseException | None) -> FileError:
        """What the system says about a journal that cannot be written."""
        return self._words.not_kept(self.path, error)

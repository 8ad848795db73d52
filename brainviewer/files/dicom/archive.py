"""ZIP archives of DICOM files, as portals and PACS hand them out: unpacked to a folder of our own.

The folder is private, holds one archive at a time and goes when the program ends; one that a killed
process left goes at the next start. Names in an archive may lead anywhere: no file gets one, and
they are only compared with each other.
"""

import atexit
import errno
import lzma
import shutil
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path, PurePath, PurePosixPath
from typing import IO

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.shown_text import shortened
from brainviewer.files.file_kind import DICOM_BYTES, starts_as_dicom
from brainviewer.files.ordinary_file import DISK_FULL, check_ordinary, open_ordinary, plain_errors
from brainviewer.files.private_folder import PrivateFolder
from brainviewer.files.user_folders import open_own_file, unpacked_folder

_MOST_BYTES = 8 * 2**30
_MOST_MEMBERS = 100_000
_MOST_TIMES, _LITTLE = 200, 2**30
"""Images are packed to a third; what grows by more, to more than a little, is none."""
_DEEPEST = 1
"""Archives in archives: some portals pack each examination, and then all."""
_CHUNK = 2**20
_ENCRYPTED = 1
_AGAIN = "Copy or download it again, or unpack it and open the folder."
_DAMAGED = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, ValueError,
            RuntimeError, OverflowError)  # fmt: skip

Place = tuple[str, ...]
"""Where a file lies: folders and name, the archive's own path before those in an archive."""


@dataclass(frozen=True)
class Unpacked:
    """folder : with the DICOM files of an archive, by numbers
    members : each of these files by where it lies in the archive; None for what is no DICOM
    """

    folder: Path
    members: Mapping[Place, Path | None]


_kept: list[tuple[tuple[str, int, int], PrivateFolder, Unpacked]] = []


def is_archive(path: PurePath) -> bool:
    """Whether a file is a ZIP archive by its name."""
    return path.suffix.lower() == ".zip"


def unpacked(path: Path, report: Report = silent) -> Unpacked:
    """The DICOM files of an archive; in the same folder while the archive is the same.

    Raises FileError if it is damaged, protected by a password or too large, or if the disk is full,
    and Cancelled when ``report`` does: nothing is left then.
    """
    size = check_ordinary(path)
    with plain_errors(path):
        key = (str(path.absolute()), size, path.stat().st_mtime_ns)
    if _kept and _kept[0][0] == key and _kept[0][1].path.is_dir():
        return _kept[0][2]
    _forget()
    folder = PrivateFolder(unpacked_folder())
    try:
        with open_ordinary(path) as file:
            unpacking = _Unpacking(folder.path, report)
            unpacking.take(file, path, path.parts)
    except BaseException:
        folder.remove()
        raise
    found = Unpacked(folder.path, unpacking.members)
    _kept.append((key, folder, found))
    return found


class _Unpacking:
    """Takes the DICOM files of an archive, and of the archives in it, into a folder."""

    def __init__(self, folder: Path, report: Report) -> None:
        self._folder, self._report = folder, report
        self._files, self._total, self._done = 0, 0, 0
        self._numbers = count()
        self.members: dict[Place, Path | None] = {}

    def take(self, file: IO[bytes], path: Path, place: Place, depth: int = 0) -> None:
        """Take all of an archive. Raises FileError, and Cancelled when ``report`` does."""
        name = shortened(path.name)
        try:
            with zipfile.ZipFile(file) as archive:
                # Not ``is_dir``: of an entry without a name it asks for the last character.
                members = [one for one in archive.infolist() if not one.filename.endswith("/")]
                self._check(members, file.seek(0, 2), name)
                for member in members:
                    self._take_member(archive, member, place, depth)
        except NotImplementedError:
            said = f"{name} is packed in a way that is not known here."
            raise FileError(said, "Unpack it and open the folder.") from None
        except _DAMAGED:
            raise FileError(f"{name} is damaged, or no ZIP archive.", _AGAIN) from None
        except OSError as error:
            if error.errno in DISK_FULL:
                raise _no_room(name) from None
            if error.errno in (None, errno.EINVAL):  # of a codec, or of a place that is not there
                raise FileError(f"{name} is damaged, or no ZIP archive.", _AGAIN) from None
            with plain_errors(path):
                raise

    def _check(self, members: list[zipfile.ZipInfo], size: int, name: str) -> None:
        """Nothing is read beyond the sizes that are told here."""
        total = sum(member.file_size for member in members)
        self._total += total
        self._files += len(members)
        if total > max(_LITTLE, _MOST_TIMES * size):
            said = f"{name} would unpack to {total / size:,.0f} times its size, as no images do."
            raise FileError(said, "Unpack it yourself if you trust it, and open the folder.")
        if self._total > _MOST_BYTES or self._files > _MOST_MEMBERS:
            raise FileError(f"{name} is too large to be unpacked here.", _AGAIN)
        if total > shutil.disk_usage(self._folder).free:
            raise _no_room(name)

    def _take_member(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, outer: Place, depth: int
    ) -> None:
        self._report(self._done / max(self._total, 1), "Unpacking the archive")
        self._done += member.file_size
        if member.flag_bits & _ENCRYPTED:
            said = "The archive is protected by a password."
            raise FileError(said, "Unpack it with its password and open the folder.")
        # Some programs of Windows write its own separators.
        inner = PurePosixPath(member.filename.replace("\\", "/"))
        place = (*outer, *inner.parts)
        self.members[place] = None
        if not member.file_size:
            return  # opening it would take as long as of one that holds something
        with archive.open(member) as source:
            start = source.read(DICOM_BYTES)
            if starts_as_dicom(start):
                self.members[place] = self._write(start, source)
            elif start.startswith(b"PK\3\4") and is_archive(inner) and depth < _DEEPEST:
                path = self._write(start, source)
                with path.open("rb") as file:
                    self.take(file, Path(inner.name), place, depth + 1)
                path.unlink()

    def _write(self, start: bytes, source: IO[bytes]) -> Path:
        target = self._folder / f"{next(self._numbers):06d}"
        with open(target, "wb", opener=open_own_file) as file:
            file.write(start)
            while chunk := source.read(_CHUNK):
                file.write(chunk)
                self._report(self._done / max(self._total, 1), "Unpacking the archive")
        return target


def _no_room(name: str) -> FileError:
    said = f"There is no room to unpack {name}."
    return FileError(said, "Free some space on the disk and try again.")


@atexit.register
def _forget() -> None:
    while _kept:
        _, folder, _ = _kept.pop()
        folder.remove()

"""The one door to a file that the user names: an ordinary file, and not larger than expected.

A pipe would wait for a writer, a device never ends, a link may lead to either or
round in a circle. Whatever the system or a reader says about a file becomes a sentence here.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.core.shown_text import shortened

_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}
_OF_THE_SYSTEM = frozenset((
    errno.EACCES, errno.EIO, errno.ELOOP, errno.EMFILE, errno.ENAMETOOLONG, errno.ENFILE,
    errno.ENOTCONN, errno.EPERM, errno.EROFS, errno.ESTALE, errno.ETIMEDOUT,
))  # fmt: skip
DISK_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
"""What the system says where a disk is full, or what the user may have of it."""
AGAIN = "Copy or export the file again."


# Not by ``Path``: its methods raise some of the errors for which nobody can tell.
def is_ordinary(path: Path) -> bool:
    """Whether there is a file that can be read to its end; False where nobody can tell."""
    return os.path.isfile(path)  # noqa: PTH113


def is_folder(path: Path) -> bool:
    """Whether there is a folder, or a link to one; False where nobody can tell."""
    return os.path.isdir(path)  # noqa: PTH112


def is_there(path: Path) -> bool:
    """Whether there is a file, a folder or anything else, not only a link; see ``is_folder``."""
    return os.path.exists(path)  # noqa: PTH110


def resolved(path: Path) -> Path:
    """The path without links, as far as they lead anywhere.

    Other than ``Path.resolve`` it takes circles of links, and a working folder that was deleted.
    """
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return path


def same_place(one: Path, other: Path) -> bool:
    """Whether two paths lead to one file or folder, as links do; False where nobody can tell."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def check_ordinary(path: Path, most_bytes: int | None = None) -> int:
    """The size of an ordinary file in bytes.

    most_bytes : the largest size that makes sense for what is expected.
    Raises FileError if there is none, if it is something else, or if it is larger.
    """
    with plain_errors(path):
        return _checked(path, _status(path), most_bytes)


def open_ordinary(path: Path, most_bytes: int | None = None) -> BufferedReader:
    """An ordinary file, open for reading; see ``check_ordinary``.

    What goes wrong while it is read is put into words by ``plain_errors``.
    """
    with plain_errors(path):
        _checked(path, _status(path), most_bytes)
        file = path.open("rb")
        try:
            _checked(path, os.fstat(file.fileno()), most_bytes)  # of what was really opened
        except BaseException:
            file.close()
            raise
        return file


def read_ordinary(path: Path, most_bytes: int) -> bytes:
    """The content of an ordinary file; see ``check_ordinary``. Raises FileError."""
    with open_ordinary(path, most_bytes) as file, plain_errors(path):
        content = file.read(most_bytes + 1)
    if len(content) > most_bytes:  # some files of the system do not say how long they are
        raise _too_large(path, len(content))
    return content


@contextmanager
def plain_errors(path: Path, damaged: FileError | None = None) -> Iterator[None]:
    """Turn what the system and a reader say about a file into FileError.

    damaged : raised for what a reader says of content that makes no sense: numbers out of range,
        broken UTF-8, nesting without end, missing parts. Without it such errors are bugs and pass,
        but for those that only a file can cause.
    """
    name = shortened(path.name or str(path))
    try:
        yield
    except MemoryError:
        raise FileError(
            f"{name} needs more memory than there is.", "Close other programs or crop the image."
        ) from None
    except OSError as error:
        raise _in_words(path, error) from None
    except RecursionError:
        raise damaged or FileError(
            f"{name} cannot be read: its content is nested too deeply.", AGAIN
        ) from None
    except (ArithmeticError, ValueError, LookupError, TypeError, EOFError):
        if damaged is None:
            raise
        raise damaged from None


def _status(path: Path) -> os.stat_result:
    try:
        return path.stat()
    except ValueError:  # a zero byte, or half a character
        raise FileError("The name of the file cannot be used.", "Check the name.") from None


def _checked(path: Path, status: os.stat_result, most_bytes: int | None) -> int:
    kind = stat.S_IFMT(status.st_mode)
    name = shortened(path.name or str(path))
    if kind == stat.S_IFDIR:
        raise _folder(name)
    if kind != stat.S_IFREG:
        what = _KINDS.get(kind, "something else")
        raise FileError(
            f"{name} is no ordinary file but {what}.", "Copy its content into a file first."
        )
    if most_bytes is not None and status.st_size > most_bytes:
        raise _too_large(path, status.st_size)
    return status.st_size


def _folder(name: str) -> FileError:
    return FileError(f"{name} is a folder.", "Give the files in it.")


def _too_large(path: Path, size: int) -> FileError:
    mega = size / 1e6
    said = f"{mega / 1000:,.1f} GB" if mega >= 1000 else f"{mega:,.0f} MB"
    return FileError(
        f"{shortened(path.name)} is too large for what it should be ({said}).",
        "Check that it is the file you mean.",
    )


def told_by_the_system(error: BaseException) -> FileError | None:
    """The sentence for what only a file, its name or the machine can cause, wherever it is raised.

    None for all else, which is a bug.
    """
    if isinstance(error, MemoryError):
        return FileError(
            "There is not enough memory for this.", "Close other programs, or use smaller files."
        )
    if isinstance(error, UnicodeEncodeError) and isinstance(error.object, str):
        return FileError("A name holds characters that cannot be written.", "Rename the file.")
    if not isinstance(error, OSError) or error.errno not in _OF_THE_SYSTEM:
        return None
    if error.filename is None:
        return FileError(f"The system refused: {error.strerror}.", "Try again.")
    return _in_words(Path(os.fsdecode(error.filename)), error)


def _in_words(path: Path, error: OSError) -> FileError:
    """What the system says about a file."""
    name = shortened(path.name or str(path))
    said, advice = f"{name} cannot be read.", "Check the disk or network it lies on and try again."
    if isinstance(error, NotADirectoryError) and is_there(path):
        said = f"{name} is no folder."
        advice = "Something else stands in its place: rename it, or move it away."
    elif isinstance(error, FileNotFoundError | NotADirectoryError):
        if path.is_symlink():
            said = f"{name} is a link to a file that is not there."
            advice = "Open the file itself, or fetch it to the place that the link names."
        else:
            said = f"There is no file {name}."
            advice = "It may have been moved or renamed: check its name."
    elif isinstance(error, PermissionError):
        said = f"You have no permission to read {name}."
        advice = "Change its permissions or copy it to a folder of your own."
    elif isinstance(error, IsADirectoryError):
        return _folder(name)
    elif error.errno == errno.ELOOP:
        said = f"{name} is a link that leads back to itself."
        advice = "Open the file that was meant."
    elif error.errno == errno.ENAMETOOLONG:
        said = f"The name {name} is too long."
        advice = "Check the name; shorten it if need be."
    return FileError(said, advice)

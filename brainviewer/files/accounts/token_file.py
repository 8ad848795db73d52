"""Files with a token: read only if nobody else could have read or written them."""

import os
import re
import stat
import sys
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.files.durable.appending import write_new

_FIRST_LINE = "BrainViewer token 1"
_LINE = re.compile(r"([0-9a-f]{8})\.([0-9a-f]{64})")
_MOST_BYTES = 1_000
_AGAIN = "Make another one: brainviewer users token FILE"


def write_token(path: Path, token_id: str, secret: str) -> None:
    """Write a token into a new file, for its owner alone. Raises FileError."""
    try:
        write_new(path, f"{_FIRST_LINE}\n{token_id}.{secret}\n".encode("ascii"))
    except FileExistsError:
        said = f"There is a file '{path.name}', which is not replaced."
        raise FileError(said, "Choose another name.") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "its name cannot be used"
        said = f"The token cannot be written to '{path}': {why}."
        raise FileError(said, "Choose another place.") from None


def read_token(path: Path) -> tuple[str, str]:
    """The id and the secret in a file.

    Raises FileError if it is a link, belongs to somebody else or may be read or changed by others,
    and if it holds no token.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _NOT_BY_A_LINK | getattr(os, "O_NONBLOCK", 0))
    except (OSError, ValueError):
        if path.is_symlink():
            raise _refused(path, "is a link", "Name the file itself.") from None
        raise _refused(path, "cannot be read", "Check its name, or make another one.") from None
    try:
        _check_owner(path, os.fstat(descriptor))
        content = os.read(descriptor, _MOST_BYTES + 1)
    finally:
        os.close(descriptor)
    first, _, rest = content.decode("ascii", "replace").partition("\n")
    found = _LINE.fullmatch(rest.strip())
    if first != _FIRST_LINE or found is None:
        raise _refused(path, "holds no token", _AGAIN)
    return found[1], found[2]


_NOT_BY_A_LINK = getattr(os, "O_NOFOLLOW", 0)


def _check_owner(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise _refused(path, "is no ordinary file", _AGAIN)
    if sys.platform == "win32":
        return
    if found.st_uid != os.geteuid():
        raise _refused(path, "belongs to somebody else", _AGAIN)
    if found.st_mode & 0o077:
        said = "may be read by others, so that its token is no secret any more"
        raise _refused(path, said, "Revoke it, and make another one: brainviewer users tokens")


def _refused(path: Path, why: str, advice: str) -> FileError:
    return FileError(f"The token file '{path}' {why}.", advice)

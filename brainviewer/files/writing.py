"""Writing a file whole or not at all."""

import contextlib
import errno
import os
import stat
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.files.drafts import Draft, new_draft, sweep
from brainviewer.files.durable.appending import sync_name
from brainviewer.files.durable.disk import disk
from brainviewer.files.ordinary_file import DISK_FULL, is_folder, is_ordinary, is_there, resolved

_LONGEST_NAME = 255
_swept: set[Path] = set()


def write_whole(path: Path, content: bytes, mode: int = 0o666) -> None:
    """Put ``content`` into a file; a file that was there stays untouched if that fails.

    The content goes to a new file in the same folder, which then takes the name. The first call
    for a folder removes what killed processes left unfinished there.

    mode : permissions of a new file, of which the user's umask takes some away; a file that is
        replaced hands on its own, but for what ``mode`` does not allow.

    Raises FileError, with advice for a full disk, a missing folder and a missing permission.
    """
    try:
        target = resolved(path)
        _refuse_device(path)
        _sweep_once(target.parent)
        with new_draft(target.parent, mode) as (draft, file):
            _fill(draft, file, content, target, mode)
            file.take_name(target)
        sync_name(target)  # else a power loss could bring the old one back
    except (OSError, ValueError) as error:
        raise _in_words(path, error) from error


def _sweep_once(folder: Path) -> None:
    if folder not in _swept:
        _swept.add(folder)
        sweep(folder)


def _fill(draft: Path, file: Draft, content: bytes, target: Path, mode: int) -> None:
    """Bring the content to the disk, with the permissions of the file that it will replace."""
    file.write(content)
    with contextlib.suppress(OSError):
        draft.chmod(stat.S_IMODE(target.stat().st_mode) & mode)
    file.sync()


def write_folder_whole(folder: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Fill a new or empty folder with files: with all of them or, if that fails, with none.

    files : name and content of each, asked for one after the other; what they raise is raised. They
        get their names when the last one is on the disk.

    Raises FileError, with advice for a full disk and a missing permission, and for a folder that
    holds anything.
    """
    check_empty_folder(folder)
    made = [place for place in (folder, *folder.parents) if not is_there(place)]
    make_folder(folder)
    placed: list[Path] = []
    path = folder
    try:
        with ExitStack() as drafts:
            ready = []
            for name, content in files:
                path = folder / name
                _, file = drafts.enter_context(new_draft(folder, 0o666))
                file.write(content)
                file.sync()
                ready.append((file, path))
            for file, path in ready:
                file.take_name(path)
                placed.append(path)
        disk().sync_folder(folder)
    except BaseException as error:
        with contextlib.suppress(OSError):
            for name_taken in placed:
                name_taken.unlink()
            for place in made:
                place.rmdir()
        if isinstance(error, OSError | ValueError):
            raise _in_words(path, error) from error
        raise


def write_files_whole(files: Sequence[tuple[Path, bytes]]) -> None:
    """Put contents into files that belong together, in one folder: into all or, as far as the
    system lets it, none.

    All are on the disk before the first takes its name. Where a later one cannot, those that took
    the place of nothing are removed again.

    Raises FileError as ``write_whole`` does.
    """
    placed: list[Path] = []
    path = files[0][0]
    try:
        with ExitStack() as drafts:
            ready = []
            for path, content in files:
                check_new_file(path)
                target = resolved(path)
                _sweep_once(target.parent)
                draft, file = drafts.enter_context(new_draft(target.parent, 0o666))
                _fill(draft, file, content, target, 0o666)
                ready.append((file, path, target))
            for file, named, target in ready:
                path = named
                if not is_there(target):
                    placed.append(target)
                file.take_name(target)
        for _, _, target in ready:
            sync_name(target)
    except BaseException as error:
        with contextlib.suppress(OSError):
            for target in placed:
                target.unlink(missing_ok=True)
        if isinstance(error, OSError | ValueError):
            raise _in_words(path, error) from error
        raise


def check_empty_folder(folder: Path) -> None:
    """Raises FileError if a folder that is to be filled holds anything, or cannot be written in."""
    check_new_folder(folder)
    if not is_there(folder):
        place = next((p for p in resolved(folder).parents if is_there(p)), None)
        if place is not None and not os.access(place, os.W_OK):
            raise _in_words(folder, PermissionError(errno.EACCES, "not allowed"))
        return
    try:
        sweep(folder)
        if any(folder.iterdir()):
            raise FileError(
                f"The folder '{folder.name}' is not empty, and nothing in it is replaced.",
                "Choose a new or an empty folder.",
            )
    except OSError as error:
        raise _in_words(folder / "results", error) from error
    if not os.access(folder, os.W_OK):
        raise _in_words(folder / "results", PermissionError(errno.EACCES, "not allowed"))


def check_new_file(path: Path) -> None:
    """Raises FileError if there can be no file of that name: before long work, not after it."""
    if len(os.fsencode(path.name)) > _LONGEST_NAME:
        raise _in_words(path, OSError(errno.ENAMETOOLONG, "too long"))
    target = resolved(path)
    if is_folder(path):
        raise _in_words(path, IsADirectoryError(errno.EISDIR, "is a folder"))
    if not is_folder(target.parent):
        raise _in_words(path, FileNotFoundError(errno.ENOENT, "no folder"))
    _refuse_device(path)
    if not os.access(target.parent, os.W_OK):
        raise _in_words(path, PermissionError(errno.EACCES, "not allowed"))


def check_new_folder(folder: Path) -> None:
    """Raises FileError if ``make_folder`` could not make it because a file has its name."""
    if is_there(folder) and not is_folder(folder):
        raise _no_folder(folder)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, where there is none; raises FileError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise _no_folder(folder) from None
    except OSError as error:
        raise FileError(
            f"The folder '{folder.name}' cannot be made: {error.strerror}.",
            "Choose another folder.",
        ) from None


def _no_folder(folder: Path) -> FileError:
    return FileError(f"'{folder.name}' is a file, not a folder.", "Choose another folder.")


def _refuse_device(path: Path) -> None:
    """Raises FileError for a device, say, or a link to one: the new file would take its place."""
    if resolved(path).is_symlink():
        raise FileError(
            f"'{path.name}' is a link that leads back to itself.", "Choose another file name."
        )
    if is_there(path) and not (is_ordinary(path) or is_folder(path)):
        raise FileError(f"'{path.name}' is not a file.", "Choose another file name.")


def _in_words(path: Path, error: OSError | ValueError) -> FileError:
    """What the system says about a file that cannot be written."""
    number = error.errno if isinstance(error, OSError) else None
    advice = "Choose another folder."
    if number in (errno.ENAMETOOLONG, errno.EINVAL) or isinstance(error, ValueError):
        said, advice = "The file name cannot be used.", "Choose a shorter, plainer name."
    elif number in DISK_FULL:
        said = f"The disk is full, so '{path.name}' was not saved."
        advice = "Free some space or choose another folder, and try again."
    elif is_folder(path):
        said = f"'{path.name}' is a folder, so nothing can be saved under that name."
        advice = "Choose another file name."
    elif number in (errno.EACCES, errno.EPERM, errno.EROFS):
        folder = str(path.parent) if path.parent != Path() else "."
        said = f"You may not write '{path.name}' in the folder '{folder}'."
        advice = "Choose a folder that belongs to you."
    elif number in (errno.ENOENT, errno.ENOTDIR):
        # It, or the one that a link leads to, is not there.
        place = resolved(path).parent if path.is_symlink() else path.parent
        if is_folder(place):  # of the system, where no files can be made
            said = f"Nothing can be saved in the folder '{place}'."
        elif is_there(place):
            said = f"'{place}' is a file, not a folder, so nothing can be saved in it."
        else:
            said = f"The folder '{place}' does not exist."
            advice = "Create it or choose another folder."
    else:
        said = f"'{path.name}' could not be saved: {error.strerror or 'unknown reason'}."
        advice = "Try another folder."
    return FileError(said, advice)

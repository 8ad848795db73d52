"""Folders and what is no file: loops, pipes, devices, sockets, no permission, very many files."""

import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.case import Case, Ends, Place
from tests.hostile.outcome import SECONDS
from tests.hostile.sound import image

_LOOKED = 4 * SECONDS
"""Files without an ending may be DICOM: each is looked at, while *Cancel* is at hand."""


def _socket(path: Path) -> None:
    """A socket of the machine; its name may be short only."""
    with socket.socket(socket.AF_UNIX) as made, tempfile.TemporaryDirectory() as short:
        made.bind(f"{short}/s")
        Path(short, "s").rename(path)


def _deep(path: Path) -> None:
    before = os.open(path.parent, os.O_RDONLY)
    os.mkdir(path.name, dir_fd=before)
    for _ in range(600):
        inner = os.open("d" if _ else path.name, os.O_RDONLY, dir_fd=before)
        os.close(before)
        os.mkdir("d", dir_fd=inner)
        before = inner
    os.close(before)


def _many(path: Path, ending: str, count: int = 100_000) -> None:
    path.mkdir()
    for n in range(count):
        os.close(os.open(path / f"{n}{ending}", os.O_CREAT | os.O_WRONLY, 0o600))


def _closed(path: Path) -> None:
    path.mkdir()
    (path / "a_flair.nii").write_bytes(image())
    path.chmod(0)


def _unreadable(path: Path) -> None:
    path.write_bytes(image())
    path.chmod(0)


def _loop(path: Path) -> None:
    path.mkdir()
    (path / "again").symlink_to(path, target_is_directory=True)
    (path / "up").symlink_to(path.parent, target_is_directory=True)


def _nested_links(path: Path) -> None:
    path.mkdir()
    for n in range(60):
        (path / f"{n}").symlink_to(path / f"{n + 1}")
    (path / "60").symlink_to(path / "0")


_SPECIAL: dict[str, tuple[Ends, Callable[[Path], object]]] = {
    "pipe": ("refused", os.mkfifo),
    "socket": ("refused", _socket),
    "link to zeros": ("refused", lambda path: path.symlink_to("/dev/zero")),
    "link to random": ("refused", lambda path: path.symlink_to("/dev/urandom")),
    "link to the terminal": ("refused", lambda path: path.symlink_to("/dev/tty")),
    "link to input": ("refused", lambda path: path.symlink_to("/dev/stdin")),
    "circle": ("refused", lambda path: path.symlink_to(path.name)),
    "nowhere": ("refused", lambda path: path.symlink_to("gone")),
    "gone": ("refused", lambda path: None),
    "empty folder": ("refused", Path.mkdir),
    "folder in circles": ("refused", _loop),
    "links in circles": ("refused", _nested_links),
    "600 deep": ("refused", _deep),
    "closed folder": ("refused", _closed),
    "closed file": ("refused", _unreadable),
    "processes": ("refused", lambda path: path.symlink_to("/proc/self")),
    "own memory": ("refused", lambda path: path.symlink_to("/proc/self/mem")),
    "root": ("refused", lambda path: path.symlink_to("/")),
}


def _made(name: str, ending: str) -> Callable[[Place], Path]:
    def make(place: Place) -> Path:
        path = place.folder / f"a{ending}"
        _SPECIAL[name][1](path)
        return path

    return make


def _within(name: str, ending: str) -> Callable[[Place], Path]:
    """Beside a sound sequence."""

    def make(place: Place) -> Path:
        (place.folder / "b_t1.nii").write_bytes(image())
        _SPECIAL[name][1](place.folder / f"a{ending}")
        return place.folder

    return make


def _many_of(ending: str) -> Callable[[Place], Path]:
    def make(place: Place) -> Path:
        path = place.folder / "many"
        _many(path, ending)
        return path

    return make


def cases() -> Iterator[Case]:
    """All of the kind."""
    for name, (ends, _) in _SPECIAL.items():
        for ending in ("", ".nii.gz", ".dcm", ".png"):
            if name in ("folder in circles", "600 deep", "root") and ending:
                continue
            yield Case("folders", f"{name}{ending}", _made(name, ending), ends=ends)
        if name not in ("processes", "root"):
            inside = _within(name, "_flair.nii")
            # What a folder holds that is called as an image is, nobody knows who may not look.
            end: Ends = "refused" if name == "closed folder" else "opens"
            yield Case("folders", f"{name} beside a sequence", inside, ends=end)
    for ending, longest in ((".txt", SECONDS), (".png", SECONDS), (".nii", SECONDS), ("", _LOOKED)):
        made = _many_of(ending)
        name = f"100k files {ending}"
        yield Case("folders", name, made, ends="refused", slow=True, longest=longest)

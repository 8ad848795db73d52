"""Names of files and folders that terminals, windows and file systems trip over."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.hostile.case import Case, Place
from tests.hostile.sound import image

_NAMES: dict[str, bytes] = {
    "newline": b"a\nb",
    "escape": b"a\x1b[31mb\x1b]0;t\x07",
    "bell": b"a\x07b",
    "backspace": b"a\x08\x08b",
    "delete": b"a\x7fb",
    "return": b"a\rb",
    "right to left": "a\u202egnp.iin".encode(),
    "isolates": "a\u2066b\u2069".encode(),
    "zero width": "a\u200b\u200db".encode(),
    "line separator": "a\u2028b".encode(),
    "no UTF-8": b"a\xff\xfeb",
    "surrogate": b"a\xed\xa0\x80b",
    "latin": b"M\xfcller",
    "dash": b"-o",
    "dashes": b"--json",
    "spaces": b"  a  ",
    "dots": b"...",
    "quotes": b"a\"'`$(id)",
    "markup": b"<b>a<br><img src=x>",
    "percent": b"%s%n%d{0}{file}",
    "equals": b"T1=a=b",
    "emoji": "\U0001f9e0".encode(),
    "combining": ("a" + "\u0301" * 100).encode(),
    "private use": "\ue000".encode(),
    "noncharacter": "\uffff".encode(),
    "255 bytes": b"n" * 238,
    "colon": b"a:b",
    "backslash": b"a\\b",
    "star": b"a*?[b",
    "tilde": b"~root",
    "url": b"file:%2f%2fa",
}
_COMMANDS = (
    ("info", "{file}"),
    ("info", "{file}", "--json"),
    ("info", "{file}"),
    ("export", "{file}", "-o", "{out}/a.png", "--slice", "1"),
)


def _named(name: bytes, ending: bytes, content: bytes, folder: bool) -> Callable[[Place], Path]:
    def make(place: Place) -> Path:
        path = place.folder / os.fsdecode(name + ending)
        if folder:
            path.mkdir()
        (path / "a_flair.nii" if folder else path).write_bytes(content)
        return path

    return make


def cases() -> Iterator[Case]:
    """All of the kind: of sound files and folders, and of broken ones."""
    for n, (name, raw) in enumerate(_NAMES.items()):
        command = _COMMANDS[n % 4]
        sound = _named(raw, b"_flair.nii", image(), False)
        yield Case("names", f"{name}, sound", sound, command, "opens")
        broken = _named(raw, b"_flair.nii", b"text", False)
        says = "_flair.nii is not a NIfTI image but a text file."
        yield Case("names", f"{name}, broken", broken, _COMMANDS[n % 4], "refused", says=says)
        if n % 2:
            yield Case(
                "names", f"{name}, folder", _named(raw, b"", image(), True), command, "opens"
            )

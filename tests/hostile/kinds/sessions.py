"""Saved sessions: archives that are none, and entries that say what cannot be."""

import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from brainviewer.files.session_file.archive import archive_of
from tests.hostile.case import Case, Ends, Place, file_of, sweep
from tests.hostile.fuzz.session import _sound
from tests.hostile.kinds.archives import _bomb, _overlapping, packed
from tests.hostile.kinds.json_values import TEXTS, changed

_COMMANDS = (("session", "{file}"), ("report", "{file}", "-o", "{out}/a.pdf"))
_NAME = "a.brainviewer"


def _with(name: str, content: bytes) -> bytes:
    return archive_of({**_sound(), name: content})


def _made() -> Iterator[tuple[str, Ends, bytes | Callable[[], bytes]]]:
    sound = _sound()
    whole = archive_of(sound)
    for name, content in TEXTS.items():
        yield f"file {name}", "refused", content
    for entry in sound:
        for name in ("empty", "null", "lists", "noise", "64 MB", "surrogate", "number without end"):
            yield f"{entry} {name}", "either", partial(_with, entry, TEXTS[name])
        without = {name: content for name, content in sound.items() if name != entry}
        yield f"without {entry}", "either", archive_of(without)
    for said, content in changed(sound["session.json"], 4, 3):
        yield f"session {said}", "either", partial(_with, "session.json", content)
    for said, content in changed(sound["annotations.json"], 4, 3):
        yield f"annotations {said}", "either", partial(_with, "annotations.json", content)
    for at in sweep(whole, 8):
        yield f"cut at {at}", "refused", whole[:at]
    yield "entry leaves", "either", packed([*sound.items(), ("../a.json", b"{}")])
    yield "twice an entry", "either", packed([*sound.items(), ("session.json", b"{}")])
    yield "100k entries", "either", lambda: packed([(f"{n}", b"") for n in range(100_000)], 0)
    yield "overlapping", "refused", partial(_overlapping, 50_000)
    yield "other archive", "refused", packed([("word/document.xml", b"<a/>")])
    yield "packed twice", "refused", packed([(_NAME, whole)], zipfile.ZIP_STORED)


def _link(place: Place) -> Path:
    path = place.folder / _NAME
    path.symlink_to("/dev/zero")
    return path


def cases() -> Iterator[Case]:
    """All of the kind."""
    for n, (name, ends, content) in enumerate(_made()):
        yield Case("sessions", name, file_of(_NAME, content), _COMMANDS[n % 5 == 4], ends)
    yield Case("sessions", "link to a device", _link, _COMMANDS[0])
    bomb = file_of(_NAME, partial(_bomb, 4, "session.json"))
    yield Case("sessions", "bomb", bomb, _COMMANDS[0], slow=True)

"""Saved sessions: archives that are none, and entries that say what cannot be."""

import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory

from brainviewer.core.saved_session import SourcePlace
from brainviewer.files.session_file.archive import archive_of, read_archive
from brainviewer.files.session_file.session_file import session_content
from tests.hostile.case import Case, Ends, Make, Place, file_of, sweep
from tests.hostile.kinds.archives import _bomb, _overlapping, packed
from tests.hostile.kinds.json_values import TEXTS, changed
from tests.hostile.sound import write_study

_ASKED = ("session", "{file}")
_REPORTED = ("report", "{file}", "-o", "{out}/a.html", "--no-classify")
_NAME, _STUDY = "a.brainviewer", "study"
_NO_SESSION = "a.brainviewer is not a session of BrainViewer, or it is damaged."
_LEFT_OUT = "is damaged and was left out"


@cache
def _sound() -> dict[str, bytes]:
    """The entries of a sound session of the sound study, which lies beside it."""
    from brainviewer.app.opening.study import open_study
    from brainviewer.app.saved_session.snapshot import saved_study
    from tests.unit.files.test_session_file import session

    with TemporaryDirectory() as place:
        folder = write_study(Path(place, _STUDY))
        study = open_study([folder], lambda *_: None)
        about = replace(
            saved_study(study, [folder], Path(place)), sources=(SourcePlace(_STUDY, _STUDY),)
        )
        path = Path(place, _NAME)
        path.write_bytes(session_content(replace(session(study), study=about), study))
        return read_archive(path)


def _with(name: str, content: bytes) -> bytes:
    return archive_of({**_sound(), name: content})


def _made() -> Iterator[tuple[str, Ends, str, bytes | Callable[[], bytes]]]:
    sound = _sound()
    whole = archive_of(sound)
    yield "sound", "opens", "", whole
    for name, content in TEXTS.items():
        yield f"file {name}", "refused", _NO_SESSION, content
    # What says of which study it is must be whole; all else is left out, and said.
    for entry in sound:
        head = entry == "session.json"
        ends: Ends = "refused" if head else "opens"
        says = _NO_SESSION if head else _LEFT_OUT
        for name in ("empty", "null", "lists", "noise", "64 MB", "surrogate", "number without end"):
            yield f"{entry} {name}", ends, says, partial(_with, entry, TEXTS[name])
        without = {name: content for name, content in sound.items() if name != entry}
        # A session without a correction is one in which nothing was corrected.
        absent = "" if entry == "correction.jsonl" else says
        yield f"without {entry}", ends, absent, archive_of(without)
    # Some values are as good as others, such as the version that has written it.
    for said, content in changed(sound["session.json"], 4, 3):
        yield f"session {said}", "either", "", partial(_with, "session.json", content)
    for said, content in changed(sound["annotations.json"], 4, 3):
        yield f"annotations {said}", "opens", "", partial(_with, "annotations.json", content)
    for at in sweep(whole, 8):
        yield f"cut at {at}", "refused", _NO_SESSION, whole[:at]
    yield "entry leaves", "refused", _NO_SESSION, packed([*sound.items(), ("../a.json", b"{}")])
    yield "twice an entry", "refused", _NO_SESSION, packed([*sound.items(), ("session.json", b"")])
    many = partial(packed, [(f"{n}", b"") for n in range(100_000)], 0)
    yield "100k entries", "refused", _NO_SESSION, many
    yield "overlapping", "refused", _NO_SESSION, partial(_overlapping, 50_000)
    yield "other archive", "refused", _NO_SESSION, packed([("word/document.xml", b"<a/>")])
    yield "packed twice", "refused", _NO_SESSION, packed([(_NAME, whole)], zipfile.ZIP_STORED)


def _beside_its_study(content: bytes | Callable[[], bytes]) -> Make:
    def make(place: Place) -> Path:
        write_study(place.folder / _STUDY)
        return file_of(_NAME, content)(place)

    return make


def _link(place: Place) -> Path:
    path = place.folder / _NAME
    path.symlink_to("/dev/zero")
    return path


def cases() -> Iterator[Case]:
    """All of the kind."""
    for n, (name, ends, says, content) in enumerate(_made()):
        command = _REPORTED if n % 5 == 0 else _ASKED
        yield Case("sessions", name, _beside_its_study(content), command, ends, says=says)
    yield Case("sessions", "link to a device", _link, _ASKED, says="no ordinary file")
    bomb = file_of(_NAME, partial(_bomb, 4, "session.json"))
    yield Case("sessions", "bomb", bomb, _ASKED, says=_NO_SESSION, slow=True)

"""Saved sessions: the archive, and each of the texts in it."""

import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from random import Random

from brainviewer.files.session_file.archive import archive_of, read_archive
from brainviewer.files.session_file.session_file import (
    annotations_in_session,
    read_session,
    session_content,
    stamp_in,
)
from tests.hostile.fuzz.changes import json_changed, number_changed
from tests.hostile.fuzz.target import Target
from tests.unit.files.test_session_file import STUDY, session

_ENTRIES = {b"s": "session.json", b"a": "annotations.json", b"c": "correction.jsonl"}
_WHOLE = b"z"


@cache
def _sound() -> dict[str, bytes]:
    """The entries of a sound session."""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place, "a.brainviewer")
        path.write_bytes(session_content(session(), STUDY))
        return read_archive(path)


def seeds() -> Iterable[bytes]:
    for mark, name in _ENTRIES.items():
        yield mark + _sound()[name]
    yield _WHOLE + archive_of({"session.json": b"{}", "annotations.json": b"{}"})


def read(content: bytes, folder: Path) -> None:
    path = folder / "a.brainviewer"
    mark, content = content[:1], content[1:]
    name = _ENTRIES.get(mark)
    path.write_bytes(content if name is None else archive_of({**_sound(), name: content}))
    found = read_session(path)
    stamp_in(path)
    assert len(found.study.shape) == 3
    assert all(place.name == Path(place.name).name for place in found.study.sources)
    for one in (found.results.finding, found.results.base):
        assert one is None or one.mask.shape == found.study.shape
    if found.correction is not None:
        assert found.correction.labels.shape == found.study.shape
    # What was read can be saved and is the same then.
    path.write_bytes(session_content(found, STUDY))
    again = read_session(path)
    assert not again.left_out
    assert (again.study, again.annotations, again.age_years) == (
        found.study,
        found.annotations,
        found.age_years,
    )
    annotations_in_session(path).annotations_on(STUDY)


def change(content: bytes, random: Random) -> bytes:
    """A value of the text, or a number of the archive."""
    mark, content = content[:1], content[1:]
    if mark == b"c":
        lines = content.split(b"\n")
        at = random.randrange(len(lines))
        lines[at] = json_changed(lines[at], random)
        return mark + b"\n".join(lines)
    return mark + (json_changed if mark in _ENTRIES else number_changed)(content, random)


TARGET = Target(seeds, read, change, longest=24_576)

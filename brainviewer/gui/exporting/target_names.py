"""The folder or file that an export of slices goes to: a free name, and what stands against one."""

from collections.abc import Mapping
from itertools import count
from pathlib import Path

from brainviewer.app.exporting.slice_series import SeriesSubject
from brainviewer.gui.dialogs.files import there_is

CINES: Mapping[str, str] = {"MP4": ".mp4", "GIF": ".gif"}
"""Endings of cines, by the name of their format."""

_NAMES = {
    SeriesSubject.KEY_IMAGES: "key-images",
    SeriesSubject.SLICES: "slices",
    SeriesSubject.CINE: "cine",
}


def free_name(above: Path, subject: SeriesSubject, ending: str) -> str:
    """A name that nothing in a folder has yet. ending : of a file; empty for a folder."""
    for number in count(1):
        name = f"brainviewer-{_NAMES[subject]}{'' if number == 1 else f'-{number}'}{ending}"
        if not there_is(above / name, Path.exists):
            return name
    raise AssertionError("numbers do not end")


def remark_on(target: Path, of_cine: bool) -> tuple[str, bool]:
    """A sentence on a file for a cine, or a folder for images, and whether it can be written.

    The sentence is empty where there is nothing to say.
    """
    there = there_is(target, Path.exists)
    if not there_is(target.parent, Path.is_dir):
        return f"There is no folder '{target.parent}'.", False
    if of_cine:
        if target.suffix.lower() not in CINES.values():
            return "Give it a name that ends in .mp4 or .gif.", False
        return (f"'{target.name}' exists and will be replaced." if there else ""), True
    if there and (not there_is(target, Path.is_dir) or any(target.iterdir())):
        return f"'{target.name}' is not empty: choose another name.", False
    return "", True

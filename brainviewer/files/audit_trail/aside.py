"""Trails that were put aside, with their key and the mark of their end in their folders."""

from brainviewer.core.audit_trail.checking import check_trail
from brainviewer.core.audit_trail.faults import Check
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.files.audit_trail.anchors import Anchors
from brainviewer.files.audit_trail.key_place import KeyAway, read_key
from brainviewer.files.audit_trail.places import anchor_file, aside_folders, key_file
from brainviewer.files.audit_trail.reading import whole_trail
from brainviewer.files.ordinary_file import plain_errors
from brainviewer.files.user_folders import machine_folder


def trails_aside() -> list[str]:
    """The names of their folders, oldest first. Raises FileError."""
    with plain_errors(machine_folder()):
        return [folder.name for folder in aside_folders()]


def verified_aside(name: str, report: Report = silent) -> Check:
    """Go through the lines of a trail that was put aside.

    name : of its folder. Raises FileError, also where its key is away.
    """
    if name not in (known := trails_aside()):
        said = f"No trail was put aside as '{name}'."
        there = ", ".join(known)
        raise FileError(said, f"There are: {there}." if known else "None was put aside at all.")
    folder = machine_folder() / name
    try:
        kept = read_key(folder / key_file().name)
        anchors = Anchors(kept, folder / anchor_file().name).all()
    except KeyAway as error:
        advice = f"Without it nobody can tell what was changed in '{name}'. Bring it back there."
        raise FileError(error.message, advice) from None
    return check_trail(whole_trail(folder, report), anchors, kept.key, begun=kept.begun)

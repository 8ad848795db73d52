"""Whether the files are there that the list of a CD (DICOMDIR) names.

The list is never followed: what is opened is what lies in its folder. It only tells what is
missing.
"""

from pathlib import Path

from brainviewer.core.counting import counted
from brainviewer.core.errors import FileError
from brainviewer.files.dicom.archive import Place
from brainviewer.files.dicom.elements import NotDicom, read_directory
from brainviewer.files.dicom.places import Found
from brainviewer.files.image2d.folder import CONTENTS_OF_A_CD


def missing_notices(found: Found) -> list[str]:
    """Sentences about what lists name and is not among the files that were found with them."""
    unpacked = set(found.members.values())
    places: dict[Place, Path | None] = {
        **{path.parts: path for path in found.files if path not in unpacked},
        **found.members,
    }
    lists = {place: path for place, path in places.items() if place[-1].upper() == CONTENTS_OF_A_CD}
    there = set(map(_folded, places)) if lists else set()
    notices = []
    for place, path in lists.items():
        try:
            named = read_directory(path) if path else None
        except (FileError, NotDicom):
            named = None
        if named is None:
            notices.append("The list of the CD (DICOMDIR) is damaged: images may be missing.")
            continue
        missing = sum(_folded((*place[:-1], *parts)) not in there for parts in named)
        if missing:
            of_all = counted(len(named), "file")
            notices.append(
                f"Of {of_all} that the list of the CD (DICOMDIR) names, {missing:,} "
                f"{'is' if missing == 1 else 'are'} not here: copy the whole CD."
            )
    return notices


def _folded(parts: Place) -> str:
    """CDs are copied with names in small letters and in capitals."""
    return "/".join(parts).casefold()

"""Where in a folder the images of one study lie: in it, in one folder below, or in one for each.

Collections are laid out in three ways: all images of a patient in one folder (BraTS, UPENN-GBM,
UCSF-PDGM), a folder for each sequence (EGD), or for each kind of image (BIDS).
"""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from brainviewer.core.counting import first_few
from brainviewer.core.errors import FileError
from brainviewer.core.study import SEQUENCES
from brainviewer.files.folder_listing import folders_in, list_folder
from brainviewer.files.ordinary_file import is_folder
from brainviewer.files.study.sequence_names import Other, role_of
from brainviewer.files.study.sequence_words import each

_DEEPEST = 3  # folders below the one given
_MOST_FOLDERS = 20_000
_BIDS_DATA = each("anat beh dwi eeg fmap func ieeg meg motion mrs perf pet swi")
_ABOUT_DATA = each("derivatives sourcedata code stimuli logs __macosx metadata")
_EXAMINATION = re.compile(
    r"(?:ses|visit|week|month|year|day|time|tp|timepoint|baseline|scan|follow|exam)[^a-z]*.*|\d{1,8}",
    re.IGNORECASE,
)


def images_of_study(folder: Path) -> list[Path]:
    """The NIfTI images of the one study in a folder, down to three levels; empty if there is none.

    Raises FileError if there are several studies.
    """
    level = [folder]
    for _ in range(_DEEPEST + 1):
        images = {place: found for place in level if (found := _images_in(place))}
        if images:
            return _of_one_study(folder, images)
        level = folders_in(level)
        level = [c for c in level if c.name.lower() not in _ABOUT_DATA] or level
        if len(level) > _MOST_FOLDERS:
            raise FileError(
                f"The folder {folder.name} holds more than {_MOST_FOLDERS:,} folders.",
                "Open the folder of one study.",
            )
    return []


def _of_one_study(folder: Path, images: dict[Path, list[Path]]) -> list[Path]:
    """The images of all places, if they belong to one patient. Raises FileError if they do not."""
    if len(images) == 1:
        return next(iter(images.values()))
    root = Path(os.path.commonpath(list(images)))
    branches: dict[str, list[Path]] = {}
    for place, found in images.items():
        branches.setdefault(place.relative_to(root).parts[0], []).extend(found)
    names = list(branches)
    studies = [name for name in names if not isinstance(role_of(name), Other)]
    if (
        len(studies) == 1
        or all(name.lower() in _BIDS_DATA for name in names)
        or _one_for_each_sequence(names)
    ):
        return [image for found in branches.values() for image in found]
    raise FileError(
        f"The folder {folder.name} holds {len(names)} {_what(names)}: {first_few(sorted(names))}.",
        "Open one of these folders.",
    )


def _one_for_each_sequence(names: Sequence[str]) -> bool:
    """Whether folders are called after what lies in them, no sequence twice."""
    roles = [role_of(name) for name in names]
    sequences = [role for role in roles if role in SEQUENCES]
    return None not in roles and len(sequences) == len(set(sequences)) > 1


def _what(names: Sequence[str]) -> str:
    if all(name.lower().startswith("sub-") for name in names):
        return "patients"
    return "examinations" if all(map(_EXAMINATION.fullmatch, names)) else "studies"


def _images_in(folder: Path) -> list[Path]:
    """The images in a folder; some archives unpack each image into a folder of its name.

    Of an image that lies there packed and unpacked, the unpacked file is taken.
    """
    images: dict[str, Path] = {}
    for entry in list_folder(folder):
        name = entry.name.lower()
        if not name.endswith((".nii", ".nii.gz")):
            continue
        if not is_folder(entry):
            images.setdefault(name.removesuffix(".gz"), entry)
        elif len(inner := _images_in(entry)) == 1:
            images[name] = inner[0]
    return list(images.values())

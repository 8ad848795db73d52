"""Where in a folder the images of one study lie: in it, in one folder below, or in one for each.

Collections are laid out in three ways: all images of a patient in one folder (BraTS, UPENN-GBM,
UCSF-PDGM), a folder for each sequence (EGD), or for each kind of image (BIDS).
"""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from brainviewer.core.counting import first_few
from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.shown_text import shortened
from brainviewer.core.study import SEQUENCES
from brainviewer.files.folder_listing import folders_in, list_folder
from brainviewer.files.ordinary_file import is_folder
from brainviewer.files.study.sequence_names import Other, role_of
from brainviewer.files.study.sequence_words import each

_DEEPEST = 3  # folders below the one given
MOST_IMAGES = 1_000
_MOST_FOLDERS = 20_000
_MOST_LEVELS = 6
"""How deep studies are looked for: links may lead round in a circle."""
_BIDS_DATA = each("anat beh dwi eeg fmap func ieeg meg motion mrs perf pet swi")
ABOUT_DATA = each("derivatives sourcedata code stimuli logs __macosx metadata")
"""Names of folders in which no images are looked for while others may hold some."""
LOOKING = "Looking for studies"
"""What is reported meanwhile."""
_EXAMINATION = re.compile(
    r"(?:ses|visit|week|month|year|day|time|tp|timepoint|baseline|scan|follow|exam)[^a-z]*.*|\d{1,8}",
    re.IGNORECASE,
)


def is_nifti_name(name: str) -> bool:
    """Whether a file or folder is called as a NIfTI image is."""
    return name.lower().endswith((".nii", ".nii.gz"))


class SeveralStudies(FileError):
    """A folder holds several studies, of which one can be opened at a time."""


class TooManyImages(FileError):
    """A folder holds a whole collection, of which every name and many files would be read."""


def images_of_study(folder: Path) -> list[Path]:
    """The NIfTI images of the one study in a folder, down to three levels; empty if there is none.

    Raises SeveralStudies if there are several, TooManyImages if one place holds more than a study
    has, and FileError if a folder cannot be read.
    """
    images = _images_by_place(folder)
    for place, found in images.items():
        if len(found) > MOST_IMAGES:
            raise TooManyImages(
                f"The folder {shortened(place.name)} holds {len(found):,} NIfTI images, far more "
                "than one study has.",
                "Open the files of one study.",
            )
    return _of_one_study(folder, images) if images else []


def holds_sequences(folder: Path) -> bool:
    """Whether ``images_of_study`` would find more than masks and the like, as results are.

    Raises FileError if a folder cannot be read.
    """
    return any(map(of_sequences, _images_by_place(folder).values()))


def _images_by_place(folder: Path) -> dict[Path, list[Path]]:
    """The images in the folders of the highest level that has any."""
    level = [folder]
    for _ in range(_DEEPEST + 1):
        images = {place: found for place in level if (found := _images_in(place))}
        if images:
            return images
        level = folders_in(level)
        level = [c for c in level if c.name.lower() not in ABOUT_DATA] or level
        if len(level) > _MOST_FOLDERS:
            raise FileError(
                f"The folder {folder.name} holds more than {_MOST_FOLDERS:,} folders.",
                "Open the folder of one study.",
            )
    return {}


def of_sequences(images: Sequence[Path]) -> bool:
    """Whether some are more than masks and the like, by their names."""
    return any(not isinstance(role_of(image.name), Other) for image in images)


def studies_below(
    folder: Path, levels: int = _MOST_LEVELS, report: Report = silent
) -> Iterator[tuple[Path, list[Path]]]:
    """Every study in a folder, by name: its own folder, and its images. The first come at once.

    report : called for each folder that is looked at, also where nothing is found.
    Masks alone are none. Folders that cannot be read are passed over. Raises FileError if
    ``folder`` itself cannot, and Cancelled when ``report`` does.
    """
    report(0.0, LOOKING)
    children = [c for c in folders_in([folder]) if c.name.lower() not in ABOUT_DATA]
    images = _images_in(folder)
    if of_sequences(images):
        yield folder, images
    if not images and children and _parts_of_one_study([child.name for child in children]):
        with suppress(FileError):
            if of_sequences(images := images_of_study(folder)):
                yield folder, images
                return
    for child in children:
        if is_nifti_name(child.name):
            continue
        with suppress(FileError):
            if of_sequences(found := _images_in(child)):
                yield child, found
            elif levels > 1:
                yield from studies_below(child, levels - 1, report)


def _of_one_study(folder: Path, images: dict[Path, list[Path]]) -> list[Path]:
    """The images of all places, if they belong to one patient. Raises FileError if they do not."""
    if len(images) == 1:
        return next(iter(images.values()))
    root = Path(os.path.commonpath(list(images)))
    branches: dict[str, list[Path]] = {}
    for place, found in images.items():
        branches.setdefault(place.relative_to(root).parts[0], []).extend(found)
    names = list(branches)
    if _parts_of_one_study(names):
        return [image for found in branches.values() for image in found]
    studies = [name for name, found in branches.items() if of_sequences(found)]
    names = studies if len(studies) > 1 else names  # those of masks alone cannot be opened
    raise SeveralStudies(
        f"The folder {folder.name} holds {len(names)} {_what(names)}: {first_few(sorted(names))}.",
        "Open one of these folders.",
    )


def _parts_of_one_study(names: Sequence[str]) -> bool:
    """Whether folders of these names hold the images of one study, as their names say."""
    # Of thousands of names, which take seconds, the first few tell.
    studies = (name for name in names if not isinstance(role_of(name), Other))
    return (
        len(list(islice(studies, 2))) == 1
        or all(name.lower() in _BIDS_DATA for name in names)
        or _one_for_each_sequence(names)
    )


def _one_for_each_sequence(names: Sequence[str]) -> bool:
    """Whether folders are called after what lies in them, no sequence twice."""
    sequences = set()
    for role in map(role_of, names):
        if role is None or role in sequences:
            return False
        if role in SEQUENCES:
            sequences.add(role)
    return len(sequences) > 1


def _what(names: Sequence[str]) -> str:
    if all(name.lower().startswith("sub-") for name in names):
        return "patients"
    return "examinations" if all(map(_EXAMINATION.fullmatch, names)) else "studies"


def _images_in(folder: Path) -> list[Path]:
    """The images in a folder; some archives unpack each image into a folder of its name.

    Of an image that lies there packed and unpacked, the unpacked file is taken.
    """
    images: dict[str, Path] = {}
    for entry in list_folder(folder, is_nifti_name):
        name = entry.name.lower()
        if not is_folder(entry):
            images.setdefault(name.removesuffix(".gz"), entry)
        elif len(inner := _images_in(entry)) == 1:
            images[name] = inner[0]
    return list(images.values())

"""Labelled images for training: of what class each is, and which belong together."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from brainviewer.core.errors import FileError
from brainviewer.training.labelled_data.image_lists import (
    TABLE,
    TEST,
    check_classes,
    list_images,
)

FOLDS, TRAIN_TEST, FOLDERS = "patient-wise folds", "training and testing folders", "class folders"
UNGROUPED = (
    "The data does not say which images are of one patient, so that figures measured on it may be "
    "too good."
)
UNCHECKED = "Nobody checked here whether images for testing are copies of those for training."
# One name for what data sets call differently.
_SAME = {
    "no": "none", "notumor": "none", "healthy": "none", "normal": "none",
    "yes": "tumour", "tumor": "tumour",
}  # fmt: skip


@dataclass(frozen=True)
class LabelledImage:
    """One labelled image.

    file : its path below the folder of the data, with slashes; also its name everywhere else.
    group : images of one group are of one patient, as far as the data says.
    fold : of the cross-validation that the data defines; None if it is not in one.
    testing : whether the data keeps it for testing.
    """

    file: str
    label: str
    group: str
    fold: str | None = None
    testing: bool = False


@dataclass(frozen=True)
class LabelledImages:
    """The labelled images of one folder, sorted by file.

    grouped : whether the data says which images are of one patient.
    notices : what the user must know about them.
    """

    folder: Path
    layout: str
    images: tuple[LabelledImage, ...]
    grouped: bool
    notices: tuple[str, ...] = ()

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes that occur, by name; ``none`` comes last."""
        return tuple(sorted({p.label for p in self.images}, key=lambda c: (c == "none", c)))

    @property
    def sha256(self) -> str:
        """Changes with the images' names, classes, folds and groups."""
        rows = [(p.file, p.label, p.group, p.fold, p.testing) for p in self.images]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def find_images(folder: Path, group_by: str = "") -> LabelledImages:
    """The labelled images below a folder, as ``list_images`` reads it; raises FileError.

    Images in a folder for validation count as those for training: every recipe draws its own.
    """
    listing = list_images(folder, group_by=group_by)
    testing = any(entry.split == TEST for entry in listing.entries)
    made = (
        LabelledImage(
            entry.name,
            class_name(entry.label),
            entry.patient or entry.name,
            # Beside test images folds mean nothing.
            None if testing else entry.fold or None,
            entry.split == TEST,
        )
        for entry in listing.entries
    )
    images = tuple(sorted(made, key=lambda p: p.file))
    fold_of: dict[str, str | None] = {}
    for image in images:
        if fold_of.setdefault(image.group, image.fold) != image.fold:
            raise FileError(
                f"{TABLE} has the patient '{image.group}' in two folds.",
                "Put all images of a patient into one fold.",
            )
    folds = any(p.fold is not None for p in images)
    grouped = folds or any(p.group != p.file for p in images)
    layout = TRAIN_TEST if testing else FOLDS if folds else FOLDERS
    notices = [*listing.notices]
    if not grouped:
        notices.append(UNGROUPED)
    if testing:
        notices.append(UNCHECKED)
    found = LabelledImages(listing.root, layout, images, grouped, tuple(notices))
    check_classes(f"The folder {folder.name}", found.classes)
    return found


def class_name(folder_name: str) -> str:
    """The class that a folder's name says: ``glioma_tumor`` is glioma, ``no_tumor`` is none."""
    name = folder_name.strip().lower().replace("tumour", "tumor")
    bare = name.replace("-", "_").replace(" ", "_").removesuffix("_tumor")
    return _SAME.get(bare, bare)

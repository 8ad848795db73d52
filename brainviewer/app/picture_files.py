"""Which of the paths that a user names are single pictures, and what they hold."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from brainviewer.core.errors import BrainViewerError
from brainviewer.files.folder_listing import list_folder
from brainviewer.files.picture_reader import PICTURE_SUFFIXES, Picture

_STUDY_SUFFIXES = (".nii", ".nii.gz")


def pictures_among(paths: Sequence[Path]) -> list[Path]:
    """The pictures that are named, those of a folder by name; empty if it is a study.

    A folder counts as one of pictures if it holds some and no NIfTI; folders in it are not looked
    into. Raises BrainViewerError if there are pictures and something else, FileError if a folder
    cannot be read.
    """
    pictures: list[Path] = []
    others: list[Path] = []
    for path in paths:
        if path.is_dir():
            found = list_folder(path)
            study = any(entry.name.lower().endswith(_STUDY_SUFFIXES) for entry in found)
            inside = [] if study else [entry for entry in found if _is_picture(entry)]
            pictures += inside
            others += [] if inside else [path]
        else:
            (pictures if _is_picture(path) else others).append(path)
    if pictures and others:
        raise BrainViewerError(
            f"{others[0].name} is no picture, but others are.",
            "Give pictures alone, or the files of one study.",
        )
    return pictures


def content_hash(picture: Picture) -> str:
    """The sha256 of what the picture shows: the same for copies under other names."""
    digest = hashlib.sha256(f"{picture.pixels.shape} {picture.pixels.dtype} ".encode())
    digest.update(np.ascontiguousarray(picture.pixels).data)
    return digest.hexdigest()


def _is_picture(path: Path) -> bool:
    return path.suffix.lower() in PICTURE_SUFFIXES and not path.is_dir()

"""Which files make up a study, and which of them is which sequence."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.core.windowing import Window, auto_window
from brainviewer.files.folder_listing import list_folder
from brainviewer.files.nifti import NiftiImage, read_nifti
from brainviewer.files.sequence_names import Other, Role, role_of

SELECT = (
    "Select the files of one study, or say which is which: FLAIR=FILE T1=FILE T1ce=FILE T2=FILE."
)
_DEEPEST = 3  # folders below the one given
_MOST_LABELS = 10
_LARGEST_TUMOUR_ML = 600.0
_NAMED = re.compile(r"(flair|t1|t1ce|t2|seg|segmentation)=(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Assignment:
    """Which file is which.

    unknown : files whose names and contents say nothing.
    notices : sentences about files that were left out.
    """

    files: dict[Modality, Path] = field(default_factory=dict)
    segmentation: Path | None = None
    unknown: tuple[Path, ...] = ()
    notices: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Modality, ...]:
        """The sequences without a file."""
        return tuple(m for m in SEQUENCES if m not in self.files)


def collect(paths: Sequence[Path]) -> list[Path]:
    """The image files of one study.

    paths : files, taken as they are, or a folder, of which the images are taken; if it holds none,
        those of its only sub-folder that does, down to three levels.
    Raises FileError if there is no image, or if a folder holds several studies.
    """
    files: list[Path] = []
    for path in paths:
        files += _images_of_study(path) if path.is_dir() else [path]
    if not files:
        raise FileError("No file was given.", "Give a study folder or its image files.")
    return list(dict.fromkeys(files))


def _images_of_study(folder: Path) -> list[Path]:
    level = [folder]
    for _ in range(_DEEPEST + 1):
        images = {place: found for place in level if (found := _images_in(place))}
        if len(images) > 1:
            names = sorted(place.name for place in images)
            shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
            raise FileError(
                f"The folder {folder.name} holds {len(names)} studies: {shown}.",
                "Open one of these folders.",
            )
        if images:
            return next(iter(images.values()))
        level = [child for place in level for child in list_folder(place) if child.is_dir()]
    if any(entry.suffix.lower() == ".dcm" for entry in list_folder(folder)):
        raise FileError(
            f"The folder {folder.name} holds DICOM files, but no NIfTI image.",
            "Convert them to .nii.gz, for example with dcm2niix.",
        )
    raise FileError(
        f"There is no NIfTI image in the folder {folder.name}.",
        "Open a folder that holds .nii or .nii.gz files, or pictures.",
    )


def _images_in(folder: Path) -> list[Path]:
    """The images in a folder; some archives unpack each image into a folder of its name.

    Of an image that lies there packed and unpacked, the unpacked file is taken.
    """
    images: dict[str, Path] = {}
    for entry in list_folder(folder):
        name = entry.name.lower()
        if not name.endswith((".nii", ".nii.gz")):
            continue
        if not entry.is_dir():
            images.setdefault(name.removesuffix(".gz"), entry)
        elif len(inner := _images_in(entry)) == 1:
            images[name] = inner[0]
    return list(images.values())


def explicit(paths: Iterable[Path]) -> tuple[Assignment, list[Path]]:
    """Take what is written as ``FLAIR=FILE`` (T1, T1ce, T2, seg) out of a list of paths.

    Returns what was said, and the paths that say nothing about themselves.
    """
    files: dict[Modality, Path] = {}
    segmentation: Path | None = None
    plain: list[Path] = []
    for path in paths:
        match = None if path.exists() else _NAMED.fullmatch(str(path))
        if match is None:
            plain.append(path)
            continue
        word, file = match[1].lower(), Path(match[2]).expanduser()
        if word.startswith("seg"):
            segmentation = file
            continue
        modality = next(m for m in SEQUENCES if m.lower() == word)
        if modality in files:
            raise FileError(f"{modality} was given twice.", "Give one file for each sequence.")
        files[modality] = file
    return Assignment(files, segmentation), plain


def assign(files: Sequence[Path], given: Assignment | None = None) -> Assignment:
    """Find out which file is which, by name, and what is a segmentation also by content.

    given : what is known already; these files and roles are not looked at again.
    Raises FileError if two files claim the same sequence.
    """
    given = given or Assignment()
    taken = {path.resolve() for path in (*given.files.values(), given.segmentation) if path}
    claims: dict[Role | None, list[Path]] = {}
    for path in files:
        if path.resolve() not in taken:
            claims.setdefault(role_of(path.name), []).append(path)
    sequences = dict(given.files)
    for modality in SEQUENCES:
        claimants = claims.get(modality, [])
        if modality not in given.files and len(claimants) > 1:
            names = " and ".join(path.name for path in claimants[:2])
            raise FileError(f"{len(claimants)} files are named as {modality}: {names}.", SELECT)
        if claimants:
            sequences.setdefault(modality, claimants[0])
    unknown = claims.get(None, [])
    labels = claims.get(Other.SEGMENTATION, [])
    if not labels and not given.segmentation:
        labels = [path for path in unknown if _is_tumour_label_map(path)]
        unknown = [path for path in unknown if path not in labels]
    notices = []
    if len(labels) > 1 and not given.segmentation:
        notices.append(f"Of {len(labels)} segmentations, {labels[0].name} is shown.")
    unused = claims.get(Other.UNUSED, [])
    if len(sequences) == len(SEQUENCES):
        unused, unknown = [*unused, *unknown], []
    if unused:
        names = ", ".join(path.name for path in unused[:3]) + (" …" if len(unused) > 3 else "")
        notices.append(f"Left out, because it is none of the four sequences: {names}.")
    return Assignment(
        {m: sequences[m] for m in SEQUENCES if m in sequences},
        given.segmentation or (labels[0] if labels else None),
        tuple(unknown),
        tuple(notices),
    )


def _is_tumour_label_map(path: Path) -> bool:
    """Whether a file can be read and holds labels of something that is smaller than a brain."""
    try:
        image = read_nifti(path)
    except BrainViewerError:
        return False
    volume_ml = np.count_nonzero(image.data) * image.grid.voxel_volume / 1000
    return holds_labels(image) and bool(volume_ml < _LARGEST_TUMOUR_ML)


def holds_labels(image: NiftiImage) -> bool:
    """Whether the values are a few small whole numbers, as in a segmentation; not all of them 0."""
    data = image.data.ravel(order="K")
    if data.min() < 0 or not 0 < data.max() <= 255:
        return False
    values = np.flatnonzero(np.bincount(data.astype(np.uint8), minlength=256))
    return len(values) <= _MOST_LABELS and bool((data == data.astype(np.uint8)).all())


def thumbnail(path: Path, size: int = 96) -> NDArray[np.uint8]:
    """The middle axial slice of a file as (size, size) grey levels, patient right on the left.

    Raises FileError if the file cannot be read.
    """
    image = read_nifti(path)
    return middle_slice(image.data, image.grid, auto_window(image.data), size)


def middle_slice(data: NDArray[Any], grid: Grid, window: Window, size: int) -> NDArray[np.uint8]:
    """The middle axial slice of a volume as (size, size) grey levels, patient right on the left."""
    import cv2

    view = SliceView.of(grid, Plane.AXIAL)
    grey = window.apply(view.cut(data, view.count // 2))
    height, width = (n * mm for n, mm in zip(view.shape, view.pixel_spacing, strict=True))
    scale = size / max(height, width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    small = cv2.resize(np.ascontiguousarray(grey), (columns, rows), interpolation=cv2.INTER_AREA)
    picture = np.zeros((size, size), np.uint8)
    top, left = (size - rows) // 2, (size - columns) // 2
    picture[top : top + rows, left : left + columns] = small
    return picture

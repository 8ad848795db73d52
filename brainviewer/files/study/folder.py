"""Which files make up a study, and which of them is which sequence."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.counting import first_few
from brainviewer.core.errors import BrainViewerError, FileError
from brainviewer.core.geometry import Grid
from brainviewer.core.shown_text import shortened
from brainviewer.core.slices import Plane, SliceView
from brainviewer.core.study import SEQUENCES, Modality
from brainviewer.core.voi.voi_window import Window, auto_window
from brainviewer.files.nifti.reader import read_nifti
from brainviewer.files.ordinary_file import is_folder, is_there, resolved, same_place
from brainviewer.files.stored_volume import StoredVolume
from brainviewer.files.study.folder_contents import nothing_to_open
from brainviewer.files.study.places import images_of_study
from brainviewer.files.study.sequence_names import Other, Role, rank_of_segmentation, role_of
from brainviewer.files.study.shared_words import (
    one_brought_to_others,
    several_owners,
    without_common_start,
    without_shared_contrast,
)
from brainviewer.files.study.versions import (
    Version,
    better_version,
    refuse_several_studies,
    together,
)

SELECT = (
    "Select the files of one study. On the command line, FLAIR=FILE T1=FILE T1ce=FILE T2=FILE says "
    "which is which."
)
_MOST_LABELS = 10
LARGEST_TUMOUR_ML = 600.0
"""A segmentation that marks more is taken for that of a brain."""
_NAMED = re.compile(r"(flair|t1|t1ce|t2|seg|segmentation)=(.+)", re.IGNORECASE)


@dataclass(frozen=True)
class Assignment:
    """Which file is which.

    segmentation_named : the user said so, and wants no study without it.
    unknown : files whose names and contents say nothing.
    notices : sentences about files that were left out.
    """

    files: dict[Modality, Path] = field(default_factory=dict)
    segmentation: Path | None = None
    unknown: tuple[Path, ...] = ()
    notices: tuple[str, ...] = ()
    segmentation_named: bool = False

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
        if not is_folder(path):
            files.append(path)
        elif images := images_of_study(path):
            files += images
        else:
            raise nothing_to_open(path)
    if not files:
        raise FileError("No file was given.", "Give a study folder or its image files.")
    return list(dict.fromkeys(files))


def explicit(paths: Iterable[Path]) -> tuple[Assignment, list[Path]]:
    """Take what is written as ``FLAIR=FILE`` (T1, T1ce, T2, seg) out of a list of paths.

    Returns what was said, and the paths that say nothing about themselves.
    """
    files: dict[Modality, Path] = {}
    segmentation: Path | None = None
    plain: list[Path] = []
    for path in paths:
        match = None if is_there(path) else _NAMED.fullmatch(str(path))
        if match is None:
            plain.append(path)
            continue
        word, file = match[1].lower(), Path(match[2]).expanduser()
        if word.startswith("seg"):
            if segmentation is not None:
                raise FileError("A segmentation was given twice.", "Give one of them.")
            segmentation = file
            continue
        modality = next(m for m in SEQUENCES if m.lower() == word)
        if modality in files:
            raise FileError(f"{modality} was given twice.", "Give one file for each sequence.")
        files[modality] = file
    _refuse_one_for_two(files, segmentation)
    return Assignment(files, segmentation, segmentation_named=segmentation is not None), plain


def named_paths(known: Assignment) -> tuple[Path, ...]:
    """The paths that say what an assignment says; see ``explicit``."""
    named = [Path(f"{modality}={path}") for modality, path in known.files.items()]
    return (*named, *([Path(f"seg={known.segmentation}")] if known.segmentation else ()))


def _refuse_one_for_two(files: Mapping[Modality, Path], segmentation: Path | None) -> None:
    """Raises FileError if two parts of a study are one file or folder, by whatever name."""
    parts: dict[str, Path] = {str(modality): path for modality, path in files.items()}
    if segmentation is not None:
        parts["the segmentation"] = segmentation
    for (one, path), (other, same) in combinations(parts.items(), 2):
        if same_place(path, same):
            raise given_for_both(one, other, path.name)


def given_for_both(one: str, other: str, name: str) -> FileError:
    """The error for a file, a folder or a series that is named for two parts of a study."""
    said = f"{shortened(name)} was given for {one} and for {other}."
    return FileError(said, "Give each of them its own.")


class SeveralVersions(FileError):
    """Several files claim one sequence, and nobody can tell which is better.

    assignment : what is known; the claimants are its unknown files.
    """

    def __init__(self, message: str, assignment: Assignment) -> None:
        super().__init__(message, SELECT)
        self.assignment = assignment


def assign(files: Sequence[Path], given: Assignment | None = None) -> Assignment:
    """Find out which file is which, by name, and what is a segmentation also by content.

    given : what is known already; these files and roles are not looked at again.
    Raises SeveralVersions if two files claim the same sequence and none is better, FileError if the
    files are those of several studies.
    """
    given = given or Assignment()
    taken = {resolved(path) for path in (*given.files.values(), given.segmentation) if path}
    rest = [path for path in files if resolved(path) not in taken]
    claims = _claims(rest, given)
    unknown = claims.get(None, [])
    labels = sorted(
        claims.get(Other.SEGMENTATION, []), key=lambda path: rank_of_segmentation(path.name)
    )
    if not labels and not given.segmentation:
        labels = [path for path in unknown if _is_tumour_label_map(path)]
        unknown = [path for path in unknown if path not in labels]
    sequences, notices, doubtful = _sequences(claims, given)
    if len(labels) > 1 and not given.segmentation:
        notices.append(f"Of {len(labels)} segmentations, {labels[0].name} is shown.")
    unused = claims.get(Other.UNUSED, [])
    if len(sequences) == len(SEQUENCES):
        unused, unknown = [*unused, *unknown], []
    if unused:
        notices.append(f"Left out, because it is none of the four sequences: {some_names(unused)}.")
    chosen = [path for m, path in sequences.items() if m not in given.files]
    if notice := several_owners(chosen):
        notices.append(notice)
    assignment = Assignment(
        {m: sequences[m] for m in SEQUENCES if m in sequences},
        given.segmentation or (labels[0] if labels else None),
        (*doubtful, *unknown),
        tuple(notices),
        given.segmentation_named,
    )
    if doubtful:
        modality = role_of(doubtful[0].name)
        names = " and ".join(path.name for path in doubtful[:2])
        message = f"{len(doubtful)} files are named as {modality}: {names}."
        raise SeveralVersions(message, assignment)
    return assignment


def sequences_told(files: Sequence[Path]) -> frozenset[Modality]:
    """The sequences that some of the files are, by their names and those of their folders."""
    claimed = _claims(files, Assignment()) if files else {}
    return frozenset(role for role in claimed if isinstance(role, Modality))


def some_names(paths: Sequence[Path]) -> str:
    """The names of a few files, for a sentence."""
    return first_few([path.name for path in paths])


def _sequences(
    claims: Mapping[Role | None, Sequence[Path]], given: Assignment
) -> tuple[dict[Modality, Path], list[str], Sequence[Path]]:
    """The file of each sequence, what is said of versions, and the files of one still open."""
    sequences, versions = dict(given.files), dict[Modality, Version]()
    open_ones: list[Sequence[Path]] = []
    for modality in SEQUENCES:
        claimants = claims.get(modality, [])
        if not claimants or modality in given.files:
            continue
        if len(claimants) == 1:
            sequences[modality] = claimants[0]
        elif version := better_version(modality, claimants):
            sequences[modality], versions[modality] = version.path, version
        else:
            open_ones.append(claimants)
    refuse_several_studies(open_ones)
    return sequences, together(versions), open_ones[0] if open_ones else ()


def _claims(files: Sequence[Path], given: Assignment) -> dict[Role | None, list[Path]]:
    """The files by what their names say, or where these are silent, the names of their folders.

    Where two files claim a sequence or one is silent, the words that all names begin with are left
    out: of ``t1_flair``, ``t1_t1`` and ``t1_t2`` the first is a point in time.
    """
    names = {path: path.name for path in files}
    claims = _by_role(files, names)
    doubled = any(len(claims.get(m, [])) > 1 for m in SEQUENCES if m not in given.files)
    if (doubled or None in claims) and len(files) > 1 and not one_brought_to_others(files):
        names = without_common_start(files)
        other = _by_role(files, names)
        if None not in other and all(len(other.get(m, [])) <= 1 for m in SEQUENCES):
            return other
    return without_shared_contrast(claims)


def _by_role(files: Sequence[Path], names: Mapping[Path, str]) -> dict[Role | None, list[Path]]:
    claims: dict[Role | None, list[Path]] = {}
    in_folders = len({path.parent for path in files}) > 1
    for path in files:
        role = role_of(names[path])
        if role is None and in_folders:
            role = role_of(path.parent.name) or role_of(path.parent.parent.name)
        claims.setdefault(role, []).append(path)
    return claims


def _is_tumour_label_map(path: Path) -> bool:
    """Whether a file can be read and holds labels of something that is smaller than a brain."""
    try:
        image = read_nifti(path)
    except BrainViewerError:
        return False
    volume_ml = np.count_nonzero(image.data) * image.grid.voxel_volume / 1000
    return holds_labels(image) and bool(volume_ml < LARGEST_TUMOUR_ML)


def holds_labels(image: StoredVolume) -> bool:
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
    image = np.zeros((size, size), np.uint8)
    top, left = (size - rows) // 2, (size - columns) // 2
    image[top : top + rows, left : left + columns] = small
    return image

"""Segmentations in DICOM (PS3.3 A.51): which there are, what they mark, and where.

A segment whose code or label says enhancing tumour, necrosis or oedema is that part of the lesion;
what is coded as anatomy is none. All else is a segmentation of the lesion as a whole.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import FileError, Report, silent
from brainviewer.core.geometry import Grid
from brainviewer.core.segments import CAVITY, WHOLE, LesionPart
from brainviewer.core.shown_text import shown_text
from brainviewer.files.decoding.process import DECODERS, DamagedError, Promised, decode_into
from brainviewer.files.dicom.axes import TO_RAS, affine_of, axes_of
from brainviewer.files.dicom.series.frames import Frame, Tags
from brainviewer.files.dicom.series.headers import read_headers
from brainviewer.files.dicom.series.pixels import AGAIN
from brainviewer.files.dicom.series.segment_marks import SegmentMarks
from brainviewer.files.image2d.folder import is_dicom
from brainviewer.files.ordinary_file import is_folder
from brainviewer.files.stored_volume import StoredVolume

SEGMENTATION, LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"
OVERLAP = "Segments of it lie over each other: there the smaller one is shown."
_MOST_SEGMENTS = 255
_PARTS = {
    "6574001": LesionPart.NECROSIS,
    "M-54000": LesionPart.NECROSIS,
    "79654002": LesionPart.OEDEMA,
    "M-36300": LesionPart.OEDEMA,
    "C113842": LesionPart.ENHANCING,
}
"""By codes of SNOMED CT, of its predecessor SRT, and of the NCI thesaurus."""
_ANATOMY = frozenset(("123037004", "91723000", "T-D0005", "T-D000A"))
"""Codes of the category of segments that are anatomical structures (PS3.16, CID 7150)."""
_NEAR = 0.1
"""Of a voxel: frames so near to slices of a series lie on them."""
_UNEVEN, _ROUNDED_MM, _ALIKE = 0.05, 0.01, 1e-3
_ADVICE = "Export the segmentation of the tumour alone."
_AS_BINARY = "Export it as a binary segmentation."


@dataclass(frozen=True, eq=False)
class SegmentationFile:
    """One segmentation object; frames : in the order of its file."""

    frames: tuple[Frame, ...]

    @property
    def tags(self) -> Tags:
        """Of the first frame."""
        return self.frames[0].tags

    @property
    def name(self) -> str:
        """For sentences and lists: number and description of its series."""
        number, about = map(self.tags.text, ("SeriesNumber", "SeriesDescription"))
        named = f"series {number}" if number else "a series without number"
        return f"{named} ({shown_text(about)})" if about else named

    @property
    def made(self) -> tuple[str, str]:
        """Day and time, to be compared."""
        return self.tags.text("ContentDate"), self.tags.text("ContentTime")

    @property
    def is_label_map(self) -> bool:
        """Whether the values of its pixels are the numbers of segments."""
        return self.tags.text("SOPClassUID") == LABEL_MAP

    @property
    def most(self) -> int:
        """What the pixels hold that are marked altogether, where they may hold fractions, else 0.

        Other programs store plain masks like that, which can be compressed then.
        """
        fractional = self.tags.text("SegmentationType").upper() == "FRACTIONAL"
        return self.tags.whole("MaximumFractionalValue") if fractional else 0

    @property
    def names(self) -> dict[int, str]:
        """What its segments mark, by their numbers, without anatomy; see ``core.segments``."""
        numbers = self.tags.words("SegmentNumber")
        labels, codes, categories = (
            self.tags.text(word).split("\\")
            for word in ("SegmentLabel", "SegmentType", "SegmentCategory")
        )
        found = zip(numbers, labels, codes, categories, strict=False)
        return {
            int(number): _meaning(label, code)
            for number, label, code, category in found
            if number.isdecimal() and category not in _ANATOMY
        }


def segmentations_of(frames: Iterable[Frame]) -> tuple[SegmentationFile, ...]:
    """The segmentation objects among files, each once."""
    files: dict[str, dict[int, Frame]] = {}
    for frame in frames:
        if frame.tags.text("SOPClassUID") in (SEGMENTATION, LABEL_MAP):
            key = frame.tags.text("SOPInstanceUID") or str(frame.path)
            files.setdefault(key, {}).setdefault(frame.number, frame)
    return tuple(SegmentationFile(tuple(found.values())) for found in files.values())


def segmentation_in(path: Path) -> SegmentationFile | None:
    """The segmentation object that a file is; None if it is none.

    Raises FileError if it cannot be read.
    """
    headers = read_headers([path])
    if headers.refused:
        raise headers.refused[0]
    return next(iter(segmentations_of(headers.frames)), None)


def with_its_folder(paths: Sequence[Path]) -> list[Path]:
    """What is named, with the folder where that is a segmentation alone: its images lie there."""
    named = list(paths)
    if len(named) == 1 and not is_folder(named[0]) and is_dicom(named[0]):
        with suppress(FileError):  # said when it is opened
            if segmentation_in(named[0]) is not None:
                return [named[0].parent, *named]
    return named


def segmentation_grid(file: SegmentationFile, grids: Sequence[Grid]) -> Grid:
    """Where a segmentation lies: on one of the grids, else on its own.

    grids : of series, of which it may leave out the slices without a mark.
    Raises FileError if it does not say it, or is of a kind that marks no voxels one by one.
    """
    kind = file.tags.text("SegmentationType").upper()
    if kind == "FRACTIONAL" and not file.most:
        raise _fractions(file)
    if kind not in ("BINARY", "LABELMAP", "FRACTIONAL"):
        said = f"{file.name} does not say how it marks voxels, which is not shown."
        raise FileError(said, _AS_BINARY)
    numbers = file.names
    if not numbers:
        raise FileError(f"{file.name} has no segment that may be a lesion.", _ADVICE)
    if max(numbers) > _MOST_SEGMENTS:
        raise FileError(f"{file.name} has more than {_MOST_SEGMENTS} segments.", _ADVICE)
    own = _own_grid(file)
    return next((grid for grid in grids if _slices_on(file, own, grid) is not None), own)


def read_segmentation(file: SegmentationFile, grid: Grid, report: Report = silent) -> StoredVolume:
    """The number of the segment of each voxel; ``label_names`` are those of the segments there.

    grid : of ``segmentation_grid``. The data are (i, j, k) uint8, 0 outside.
    Raises FileError if the file is damaged or marks parts of voxels, and Cancelled when ``report``
    does.
    """
    slices, marks = _slices_on(file, grid, grid), SegmentMarks()
    columns, rows, count = grid.shape

    def places(promised: Promised) -> Iterator[NDArray[Any]]:
        if slices is None or promised.shape != (len(slices), rows, columns):
            raise FileError(f"{file.name} holds other pixels than its header says.", AGAIN)
        one = np.empty((rows, columns), promised.dtype)
        for frame, k in zip(file.frames, slices, strict=True):
            yield one
            if file.most and not np.isin(one, (0, file.most)).all():
                raise _fractions(file)
            if file.is_label_map:
                marks.add_labels(k, one)
            else:
                marks.add(frame.tags.whole("ReferencedSegmentNumber"), k, one != 0)

    try:
        with DECODERS:
            _, notices = decode_into("dicom", file.frames[0].path, places, report)
    except DamagedError:
        raise FileError(f"{file.name} is damaged.", AGAIN) from None
    names, sizes = file.names, marks.sizes
    there = sorted((n for n in sizes if n in names), key=lambda n: -sizes[n])
    labels = np.zeros((count, rows, columns), np.uint8)
    overlap = False
    for number in there:  # the largest first
        for k, mask in marks.masks(number):
            before = labels[k][mask]
            overlap = overlap or bool(np.any((before != 0) & (before != number)))
            labels[k][mask] = number
    notices = (*notices, *((OVERLAP,) if overlap else ()))
    return StoredVolume(
        labels.transpose(2, 1, 0),
        grid,
        labels.dtype.name,
        notices,
        frame_of_reference=file.tags.text("FrameOfReferenceUID"),
        label_names={number: names[number] for number in sorted(there)},
    )


def _fractions(file: SegmentationFile) -> FileError:
    return FileError(f"{file.name} holds fractions of voxels, which is not shown.", _AS_BINARY)


def _meaning(label: str, code: str) -> str:
    if code in _PARTS:
        return _PARTS[code].title
    words = label.lower()
    if "cavity" in words:
        return CAVITY
    if "necro" in words:
        return LesionPart.NECROSIS.title
    if "edema" in words:
        return LesionPart.OEDEMA.title
    enhancing = "enhanc" in words and "non" not in words
    return LesionPart.ENHANCING.title if enhancing else WHOLE


def _own_grid(file: SegmentationFile) -> Grid:
    """The grid that the frames themselves tell. Raises FileError if they tell none."""
    first = file.frames[0]
    axes = axes_of(first.orientation)
    if axes is None or not first.pixel_spacing or not all(one.position for one in file.frames):
        raise FileError(f"{file.name} does not say where its frames lie.", AGAIN)
    for one in file.frames:
        if len(one.orientation) != 6 or not np.allclose(
            one.orientation, first.orientation, rtol=0, atol=_ALIKE
        ):
            raise FileError(f"The frames of {file.name} lie in different directions.", _ADVICE)
    normal = np.cross(*axes)
    positions = np.array([one.position for one in file.frames])
    heights = positions @ normal
    lowest = positions[heights.argmin()]
    aside = positions - lowest - np.outer(heights - heights.min(), normal)
    if np.abs(aside).max() > _NEAR:
        raise FileError(f"The frames of {file.name} are shifted against each other.", _ADVICE)
    step = _step(first.tags, np.diff(np.unique(np.round(heights, 3))))
    if step is None:
        raise FileError(f"The frames of {file.name} lie at uneven distances.", _ADVICE)
    affine = affine_of(axes, first.pixel_spacing, normal * step, lowest)
    rows, columns = first.shape
    return Grid((columns, rows, round(float(np.ptp(heights)) / step) + 1), affine)


def _step(tags: Tags, gaps: NDArray[np.float64]) -> float | None:
    """From slice to slice in mm, of which those without a mark may be left out."""
    gaps = gaps[gaps > _ROUNDED_MM]
    said = [tags.number("SpacingBetweenSlices")]
    said.append(float(gaps.min()) if gaps.size else tags.number("SliceThickness"))
    for step in said:
        if step and step > _ROUNDED_MM:
            many = np.rint(gaps / step)
            if np.all(np.abs(gaps - many * step) < max(_UNEVEN * step, _ROUNDED_MM)):
                return step
    return None


def _slices_on(file: SegmentationFile, own: Grid, grid: Grid) -> list[int] | None:
    """The slice of a grid that each frame lies on; None if one lies on none."""
    if own.shape[:2] != grid.shape[:2] or not np.allclose(
        own.affine[:3, :2], grid.affine[:3, :2], rtol=0, atol=_ALIKE
    ):
        return None
    places = np.array([TO_RAS @ one.position for one in file.frames])
    voxels = grid.to_voxel(places)
    slices = np.rint(voxels[:, 2]).astype(int)
    off = voxels - np.stack((np.zeros_like(slices), np.zeros_like(slices), slices), axis=1)
    there = np.abs(off).max() < _NEAR and slices.min() >= 0 and slices.max() < grid.shape[2]
    return slices.tolist() if there else None

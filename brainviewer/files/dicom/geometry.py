"""Where the pixels of a DICOM file are, as far as it knows (PS3.3 C.7.6.2, C.7.6.16.2)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from brainviewer.files.dicom.axes import affine_of, axes_of
from brainviewer.files.dicom.dataset_values import frame_group, number, numbers, text
from brainviewer.files.dicom.header import PixelLayout

AT_DETECTOR = "Its lengths are those at the detector; the patient's are smaller."
TURNED = "Its frames lie in different directions, so that no sides are shown."
INVALID = "Its orientation is invalid, so that no sides are shown."
_SMALLEST_MM, _LARGEST_MM = 1e-5, 1e4
_FARTHEST_MM = 1e6
_ALIKE = 1e-3


@dataclass(frozen=True, eq=False)
class Placement:
    """affine : (4, 4) from (column, row, frame) to mm, RAS+ where ``oriented``
    sized : the file says how large its pixels are
    notices : sentences
    """

    affine: NDArray[np.float64]
    sized: bool
    oriented: bool
    notices: tuple[str, ...] = ()


def placement(dataset: Dataset, layout: PixelLayout) -> Placement:
    """Where the pixels of all frames are."""
    measures = frame_group(dataset, 0, "PixelMeasuresSequence") or Dataset()
    size = _pixel_size(dataset, measures)
    affine = np.eye(4)
    if size is None:
        said = next(filter(None, (text(*at) for at in _places_of_size(dataset, measures))), "")
        sides = said.replace("\\", " × ")
        notice = f"Its pixel spacing ({sides} mm) cannot be and is not used."
        return Placement(affine, False, False, (notice,) if said else ())
    rows_mm, columns_mm = size
    notices = []
    at_detector = numbers(dataset, "ImagerPixelSpacing")
    if at_detector and numbers(dataset, "PixelSpacing") in ((), at_detector):
        notices.append(AT_DETECTOR)
    turn, *others = (_turn(dataset, frame) for frame in range(layout.frames))
    if any(_differ(turn, other) for other in others):
        turn = None
        notices.append(TURNED)
    axes = None if turn is None else axes_of(turn)
    if turn is not None and axes is None:
        notices.append(INVALID)
    depth = number(dataset, "SpacingBetweenSlices") or number(measures, "SpacingBetweenSlices")
    if not depth or not 0 < depth < _LARGEST_MM:
        depth = 1.0
    if axes is None:
        affine[:3, :3] = np.diag((columns_mm, rows_mm, depth))
        return Placement(affine, True, False, tuple(notices))
    positions = [_position(dataset, frame) for frame in range(layout.frames)]
    normal = np.cross(*axes)
    through = normal * depth
    if layout.frames > 1 and (step := _even_step(positions)) is not None:
        straight = normal * (step @ normal)
        aslant = np.linalg.norm(step - straight) > _ALIKE * np.linalg.norm(step)
        through = step if aslant else straight
    first = np.zeros(3) if positions[0] is None else positions[0]
    return Placement(affine_of(axes, size, through, first), True, True, tuple(notices))


def _pixel_size(dataset: Dataset, measures: Dataset) -> tuple[float, float] | None:
    """Height and width of a pixel in mm."""
    for place, keyword in _places_of_size(dataset, measures):
        size = numbers(place, keyword)
        if len(size) == 2 and all(_SMALLEST_MM <= side < _LARGEST_MM for side in size):
            return size[0], size[1]
    return None


def _places_of_size(dataset: Dataset, measures: Dataset) -> tuple[tuple[Dataset, str], ...]:
    return (
        (measures, "PixelSpacing"),
        (dataset, "PixelSpacing"),
        (dataset, "ImagerPixelSpacing"),
        (dataset, "NominalScannedPixelSpacing"),
    )


def _turn(dataset: Dataset, frame: int) -> tuple[float, ...] | None:
    """The directions of a row and of a column, LPS+."""
    place = frame_group(dataset, frame, "PlaneOrientationSequence") or dataset
    found = numbers(place, "ImageOrientationPatient")
    return found if len(found) == 6 else None


def _differ(one: tuple[float, ...] | None, other: tuple[float, ...] | None) -> bool:
    if one is None or other is None:
        return one is not other
    return not np.allclose(one, other, rtol=0, atol=_ALIKE)


def _position(dataset: Dataset, frame: int) -> NDArray[np.float64] | None:
    place = frame_group(dataset, frame, "PlanePositionSequence") or dataset
    found = np.array(numbers(place, "ImagePositionPatient"))
    return found if found.shape == (3,) and np.all(np.abs(found) < _FARTHEST_MM) else None


def _even_step(positions: list[NDArray[np.float64] | None]) -> NDArray[np.float64] | None:
    """From each frame to the next in mm; None if they do not lie at even distances."""
    known = [position for position in positions if position is not None]
    if len(known) < len(positions):
        return None
    steps = np.diff(np.array(known), axis=0)
    step = steps.mean(axis=0)
    size = float(np.linalg.norm(step))
    if size < _ALIKE or np.abs(steps - step).max() > 0.1 * size:
        return None
    return np.asarray(step)

"""How a volume is cut into the frames of a DICOM object, and where each of them lies."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.valuerep import format_number_as_ds

from brainviewer.core.errors import BrainViewerError
from brainviewer.core.geometry import Grid
from brainviewer.core.headers.dicom_source import SourceSeries, Triple
from brainviewer.core.slices import Plane, SliceView

_TO_LPS = np.array((-1.0, -1.0, 1.0))
_RIGHT_ANGLE = 1e-4
_THICKER = 1.05


@dataclass(frozen=True, eq=False)
class FrameStack:
    """Frames of a volume in the order of the object, positions and directions in mm, LPS+.

    grid : of the volume.
    orientation : directions of a row and of a column.
    pixel_spacing : mm from row to row, and from column to column.
    positions : of the middle of the first pixel of each frame.
    view, indices : how the frames are cut, and from which slices; without a view they are the
        slices k, as they came, i along the rows.
    """

    grid: Grid
    orientation: tuple[float, ...]
    pixel_spacing: tuple[float, float]
    positions: tuple[Triple, ...]
    view: SliceView | None = None
    indices: tuple[int, ...] = ()

    @property
    def spacing_between(self) -> float:
        """Distance in mm between frames, along their normal."""
        normal = np.cross(self.orientation[:3], self.orientation[3:])
        if len(self.positions) < 2:
            return float(self.grid.spacing[2 if self.view is None else self.view.axis])
        steps = np.diff(np.array(self.positions), axis=0) @ normal
        return float(np.abs(steps).mean())

    def cut(self, data: NDArray[Any]) -> NDArray[Any]:
        """(frames, rows, columns) of a volume (i, j, k) on the grid."""
        if self.view is None:
            return data.transpose(2, 1, 0)
        return np.stack([self.view.cut(data, index) for index in self.indices])


def stack_of(grid: Grid) -> FrameStack:
    """Frames of a volume that comes from no DICOM series, as a radiologist reads them.

    The patient's right lies on the left of axial frames, the lowest comes first. Volumes with
    thicker slices in another direction are cut in that direction.

    Raises BrainViewerError where DICOM cannot say where the voxels are.
    """
    if not grid.oriented:
        raise BrainViewerError(
            "The files do not say how the patient lay, so DICOM cannot say where the tumour is.",
            "Convert the study again from its source, or export images only.",
        )
    view = _view_of(grid)
    first, *_ = indices = range(view.count) if view.ascending else range(view.count)[::-1]
    corner, right, down = view.to_world(first, [(0, 0), (0, 1), (1, 0)]) * _TO_LPS
    across, along = right - corner, down - corner
    width, height = float(np.linalg.norm(across)), float(np.linalg.norm(along))
    if abs(across @ along) > _RIGHT_ANGLE * width * height:
        raise BrainViewerError(
            "The images' rows and columns do not stand at right angles, which DICOM cannot store.",
            "Resample the study onto a grid with right angles, or export images only.",
        )
    corners = (view.to_world(index, (0, 0))[0] * _TO_LPS for index in indices)
    positions = tuple(_triple(corner) for corner in corners)
    orientation = tuple(float(part) for part in (*(across / width), *(along / height)))
    return FrameStack(grid, orientation, (height, width), positions, view, tuple(indices))


def stack_of_series(series: SourceSeries, grid: Grid) -> FrameStack:
    """Frames of a volume as they stand in the series that it was read from.

    grid : the volume's ``file_grid``, a frame for each k.
    """
    positions = tuple(frame.position for frame in series.frames)
    return FrameStack(grid, series.orientation, series.pixel_spacing, positions)


def decimal(value: float) -> str:
    """A number as a decimal string of DICOM, which has 16 characters at most."""
    return str(format_number_as_ds(float(value) + 0.0))


def decimals(values: Any) -> list[str]:
    """Several of them."""
    return [decimal(value) for value in values]


def _view_of(grid: Grid) -> SliceView:
    """The plane that steps through the largest spacing; the axial one unless it is clear."""
    axial, *others = (SliceView.of(grid, plane) for plane in Plane)
    thickest = max(others, key=lambda view: grid.spacing[view.axis])
    thicker = grid.spacing[thickest.axis] > _THICKER * grid.spacing[axial.axis]
    return thickest if thicker else axial


def _triple(point: NDArray[np.float64]) -> Triple:
    x, y, z = (float(part) for part in point)
    return x, y, z

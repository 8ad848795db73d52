"""DICOM results read back, and judged, by others than those who write them."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset

from brainviewer.core.geometry import Grid

needs_validators = pytest.mark.skipif(
    not (shutil.which("dciodvfy") and shutil.which("dcmdump")),
    reason="dciodvfy (Debian's dicom3tools) and dcmdump (dcmtk) are not installed",
)


def faults(path: Path) -> list[str]:
    """What dciodvfy and dcmdump find wrong with a file."""
    said = subprocess.run(["dciodvfy", "-new", path], capture_output=True, text=True, check=False)
    told = [line for line in said.stderr.splitlines() if line.startswith(("Error", "Abort"))]
    dumped = subprocess.run(["dcmdump", "+E", path], capture_output=True, text=True, check=False)
    lines = dumped.stderr.splitlines()
    return told + [line for line in lines if line.startswith(("E:", "F:"))]


def frame_places(image: Dataset) -> list[NDArray[np.float64]]:
    """(4, 4) of each frame: from (column, row, 0) to mm, RAS+, by PS3.3 C.7.6.2.1.1 alone."""
    shared = image.SharedFunctionalGroupsSequence[0]
    rows_mm, columns_mm = map(float, shared.PixelMeasuresSequence[0].PixelSpacing)
    turn = list(map(float, shared.PlaneOrientationSequence[0].ImageOrientationPatient))
    places = []
    for group in image.PerFrameFunctionalGroupsSequence:
        position = list(map(float, group.PlanePositionSequence[0].ImagePositionPatient))
        place = np.eye(4)
        place[:3, 0] = np.array(turn[:3]) * columns_mm
        place[:3, 1] = np.array(turn[3:]) * rows_mm
        place[:3, 3] = position
        places.append(np.diag((-1.0, -1.0, 1.0, 1.0)) @ place)
    return places


def voxels_of(image: Dataset, grid: Grid) -> list[NDArray[np.int64]]:
    """(rows, columns, 3) voxels of a grid that the pixels of each frame lie on, to 10⁻⁴ mm."""
    rows, columns = np.mgrid[: image.Rows, : image.Columns]
    pixels = np.stack((columns, rows, np.zeros_like(rows), np.ones_like(rows)), axis=-1)
    found = []
    for place in frame_places(image):
        world = (pixels @ place.T)[..., :3]
        voxels = grid.to_voxel(world.reshape(-1, 3))
        nearest = np.rint(voxels)
        assert np.abs(grid.to_world(nearest) - grid.to_world(voxels)).max() < 1e-4
        found.append(nearest.reshape(*rows.shape, 3).astype(int))
    return found


def segments_read(path: Path, grid: Grid) -> dict[str, NDArray[np.bool_]]:
    """(i, j, k) masks on a grid, by the label of their segment."""
    image = dcmread(path)
    frames = np.atleast_3d(image.pixel_array)
    if image.NumberOfFrames == 1:
        frames = image.pixel_array[None]
    labels = {item.SegmentNumber: item.SegmentLabel for item in image.SegmentSequence}
    masks = {label: np.zeros(grid.shape, bool) for label in labels.values()}
    groups = image.PerFrameFunctionalGroupsSequence
    for frame, group, voxels in zip(frames, groups, voxels_of(image, grid), strict=True):
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        i, j, k = np.moveaxis(voxels, -1, 0)
        masks[labels[number]][i, j, k] |= frame.astype(bool)
    return masks


def volume_read(path: Path, grid: Grid) -> NDArray[np.float64]:
    """(i, j, k) rescaled values on a grid."""
    image = dcmread(path)
    rescaling = image.SharedFunctionalGroupsSequence[0].PixelValueTransformationSequence[0]
    values = image.pixel_array * float(rescaling.RescaleSlope) + float(rescaling.RescaleIntercept)
    volume = np.full(grid.shape, np.nan)
    for frame, voxels in zip(values, voxels_of(image, grid), strict=True):
        i, j, k = np.moveaxis(voxels, -1, 0)
        volume[i, j, k] = frame
    return volume

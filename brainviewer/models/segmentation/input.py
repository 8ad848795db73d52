"""Input of the segmentation network: axial slices on a canvas of 2 mm pixels.

Everything outside the brain has one value, so that heads with and without skull look alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.study import Modality
from brainviewer.imaging.preprocess.midsagittal import MidPlane
from brainviewer.imaging.preprocess.working_grid import Field, Mask
from brainviewer.models.segmentation.slice_input import SliceInput

PIXEL_MM = 2.0
DARKEST = -4.0
SCALE = np.float32(0.25)
_MULTIPLE = 16
_LEAST = (80, 96)
_MARGIN_MM = 4.0


@dataclass(frozen=True)
class Canvas:
    """Pixels of 2 mm around the brain, in every axial slice.

    start : (R, A) of the first pixel, in mm of the working array.
    shape : pixels (R, A).
    """

    start: tuple[float, float]
    shape: tuple[int, int]

    @classmethod
    def around(
        cls, inside: Mask, spacing: tuple[float, float, float], least: tuple[int, int] = _LEAST
    ) -> "Canvas":
        """The canvas in whose middle the brain lies; its sides are multiples of 16 pixels."""
        start, shape = [], []
        for axis in (0, 1):
            where = np.flatnonzero(inside.any(axis=(1 - axis, 2)))
            low, high = where[0] * spacing[axis], where[-1] * spacing[axis]
            pixels = int((high - low + 2 * _MARGIN_MM) / PIXEL_MM) + 1
            count = max(least[axis], -(-pixels // _MULTIPLE) * _MULTIPLE)
            first = (low + high) / 2 - PIXEL_MM * (count - 1) / 2
            # On a grid of 2 mm no pixel lies between two voxels.
            start.append(round(first / spacing[axis]) * spacing[axis])
            shape.append(count)
        return cls((start[0], start[1]), (shape[0], shape[1]))

    def draw(
        self, volume: Field, spacing: tuple[float, float, float], outside: float
    ) -> NDArray[np.float32]:
        """A working array (R, A, S) on the canvas: (S, R, A) float32."""
        step = [(PIXEL_MM / mm, start / mm) for mm, start in zip(spacing, self.start, strict=False)]
        planes = np.ascontiguousarray(volume.transpose(2, 0, 1), np.float32)
        return _resampled(planes, step, self.shape, outside)

    def undraw(
        self,
        drawn: NDArray[np.float32],
        spacing: tuple[float, float, float],
        shape: tuple[int, ...],
    ) -> Field:
        """What was drawn, (S, R, A), back as a working array (R, A, S) of this shape."""
        step = [
            (mm / PIXEL_MM, -start / PIXEL_MM)
            for mm, start in zip(spacing, self.start, strict=False)
        ]
        planes = _resampled(drawn, step, (shape[0], shape[1]))
        return np.ascontiguousarray(planes.transpose(1, 2, 0))


def _resampled(
    planes: NDArray[np.float32],
    step: Sequence[tuple[float, float]],
    shape: tuple[int, int],
    outside: float = 0.0,
) -> NDArray[np.float32]:
    """Planes (S, R, A) at other places, by linear interpolation.

    step : along R and A, the distance of places and the first place, in pixels of the planes.
    """
    (down, top), (across, left) = step
    matrix = np.array([[across, 0, left], [0, down, top]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    size = shape[1], shape[0]
    return np.stack(
        [cv2.warpAffine(one, matrix, size, flags=flags, borderValue=outside) for one in planes]
    )


def only_brain(image: Field, inside: Mask, brightest: float) -> Field:
    """The image with one value outside the brain, and without extremes."""
    values = np.clip(image, DARKEST, brightest)
    return np.where(inside, values, np.float32(DARKEST)).astype(np.float32)


def at(planes: NDArray[np.float32], where: NDArray[np.float64]) -> NDArray[np.float32]:
    """Slices (n, R, A) at places between the slices (S, R, A), the outermost ones repeated."""
    where = np.clip(where, 0, len(planes) - 1)
    below = where.astype(int)
    above = np.minimum(below + 1, len(planes) - 1)
    fraction = (where - below).astype(np.float32)[:, None, None]
    return np.asarray(planes[below] * (1 - fraction) + planes[above] * fraction, np.float32)


def network_input(
    images: Mapping[Modality, Field],
    inside: Mask,
    plane: MidPlane,
    spacing: tuple[float, float, float],
    canvas: Canvas,
    wanted: SliceInput,
) -> NDArray[np.float32]:
    """(S, channels, R, A) float32; ``images`` are normalised, one that is missing is zero."""
    slices = np.zeros((inside.shape[2], wanted.channels, *canvas.shape), np.float32)
    numbers = np.arange(len(slices), dtype=np.float64)
    channel = 0
    for name, count in wanted.neighbours.items():
        modality = Modality(name)
        if modality in images:
            bare = only_brain(images[modality], inside, wanted.brightest)
            drawn = canvas.draw(bare, spacing, DARKEST)
            for index, step in enumerate(range(-count, count + 1), channel):
                where = numbers + step * wanted.step_mm / spacing[2]
                slices[:, index] = at(drawn, np.asarray(where, np.float64))
            if modality is Modality.FLAIR:
                mirrored = plane.mirror(bare, spacing, DARKEST)
                slices[:, 2 * count + 1] = canvas.draw(mirrored, spacing, DARKEST)
        channel += 2 * count + 1 + (modality is Modality.FLAIR)
    slices *= SCALE  # in place: another copy costs more than the arithmetic
    return slices

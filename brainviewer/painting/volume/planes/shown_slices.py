"""Which slices stand in the 3D view, and how slice images show the sequence."""

from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.reformation.reformation import PLAIN, Reformation
from brainviewer.core.slices import Convention, Plane, SliceView
from brainviewer.core.study import Volume
from brainviewer.core.voi.voi_window import Window, head_threshold
from brainviewer.imaging.reslicing import label_slice, slice_values
from brainviewer.painting.slice_image import colour_table, shown_levels
from brainviewer.painting.volume.planes.marked import MarkedLesion
from brainviewer.painting.volume.planes.plane_picture import PlanePicture, coloured

_SPECK = 0.02
"""Parts of a slice that are smaller than this, beside the largest, are noise of the air."""
_SAMPLED = 64


@dataclass(frozen=True)
class ShownSlices:
    """What is shown of slices in 3D.

    cuts : planes, each with the number of its slice. window : of the sequence; None for none.
    reformation : how planes are tilted, and how thick slices are.
    contour, tint : opacities of the contour and of the parts of the lesion, 0 to 1.
    """

    cuts: tuple[tuple[Plane, int], ...] = ()
    window: Window | None = None
    colour_map: str = "gray"
    reformation: Reformation = PLAIN
    contour: float = 0.0
    tint: float = 0.0


NO_SLICES = ShownSlices()


@dataclass(frozen=True, eq=False)
class Sequence:
    """A sequence, and the value at and below which its voxels are air."""

    volume: Volume
    air: float

    @classmethod
    def of(cls, volume: Volume) -> "Sequence":
        """Takes some milliseconds."""
        steps = (max(1, round(count / _SAMPLED)) for count in volume.data.shape)
        sample = volume.data[tuple(slice(None, None, step) for step in steps)]
        return cls(volume, head_threshold(sample.ravel()))


def slice_pictures(
    sequence: Sequence, shown: ShownSlices, lesion: MarkedLesion | None = None
) -> tuple[PlanePicture, ...]:
    """The slices of a sequence, as slice images show them, without the air around the head."""
    if shown.window is None:
        return ()
    volume, air, made = sequence.volume, sequence.air, []
    for plane, index in shown.cuts:
        view = shown.reformation.view(volume.grid, plane, Convention.RADIOLOGICAL)
        values = slice_values(volume.data, view, index, shown.reformation.slab)
        inside = filled(values > air)
        if inside.any():
            levels = shown_levels(values, shown.window)
            rgba = coloured(levels, colour_table(shown.colour_map), inside)
            if lesion is not None:
                rgba = lesion.onto(rgba, partial(label_slice, view=view, index=index))
            made.append(_placed(rgba, view, index))
    return tuple(made)


def filled(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(rows, columns) what is there, with all that it encloses and without specks."""
    there = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    outlines, _ = cv2.findContours(there, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    areas = [cv2.contourArea(one) for one in outlines]
    kept = [n for n, area in enumerate(areas) if area >= _SPECK * max(areas)]
    whole = np.zeros_like(there)
    for n in kept:
        cv2.drawContours(whole, outlines, n, 1, cv2.FILLED)
    return np.asarray(whole > 0)


def _placed(rgba: NDArray[np.uint8], view: SliceView, index: int) -> PlanePicture:
    origin, right, below = view.to_world(index, [(0, 0), (0, 1), (1, 0)])
    return PlanePicture(rgba, origin, right - origin, below - origin)

"""The lesion on planes of the 3D view: its contour, and its parts in their colours."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.geometry import Grid
from brainviewer.painting import palette
from brainviewer.painting.slice_image import rgb_of


@dataclass(frozen=True, eq=False)
class MarkedLesion:
    """What is drawn of a lesion on planes.

    mask : (i, j, k) whose contour is drawn. parts : (i, j, k) the ``LesionPart`` of each voxel;
    None where they are not told. contour, tint : opacities of both, 0 to 1.
    """

    mask: NDArray[np.bool_]
    parts: NDArray[np.uint8] | None
    contour: float
    tint: float

    @classmethod
    def of(
        cls, finding: TumourFinding | None, grid: Grid, contour: float, tint: float
    ) -> "MarkedLesion | None":
        """Of what was found on a grid; None where nothing is to be drawn."""
        mask = None if finding is None or not finding.found else finding.mask
        if finding is None or mask is None or mask.shape != grid.shape or not (contour or tint):
            return None
        return cls(mask, finding.parts, contour, tint)

    def onto(
        self, rgba: NDArray[np.uint8], cut: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> NDArray[np.uint8]:
        """A plane (rows, columns, 4) with the lesion on it.

        cut : what of a volume (i, j, k) lies in each pixel.
        """
        if self.tint and self.parts is not None:
            parts = cut(self.parts)
            for part, colour in palette.PARTS.items():
                _mix(rgba, parts == part, colour, self.tint)
        if self.contour:
            mask = np.ascontiguousarray(cut(self.mask), np.uint8)
            lines = np.zeros_like(mask)
            outlines, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
            cv2.drawContours(lines, outlines, -1, 1, 1)
            _mix(rgba, lines > 0, palette.TUMOUR, self.contour)
        return rgba


def _mix(rgba: NDArray[np.uint8], where: NDArray[np.bool_], colour: str, part: float) -> None:
    """Mix a colour into some pixels, as far as they are seen, in place."""
    there = where & (rgba[..., 3] > 0)
    mixed = rgba[there][:, :3] * (1 - part) + np.array(rgb_of(colour)) * part
    rgba[there, :3] = np.rint(mixed).astype(np.uint8)

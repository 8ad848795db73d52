"""Where the measured diameters lie on a slice, in the window and in exported images alike."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QPainterPath

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.slices import Plane, SliceView

WIDTH = 1.1
"""Of the lines, in points."""


def diameter_lines(
    finding: TumourFinding | None, view: SliceView, index: int
) -> list[NDArray[np.float64]]:
    """The diameters measured on slice ``index``, each as (2, 2) screen (row, column) of its ends.

    The whole lesion's and the enhancing part's, longest and perpendicular; none on other slices.
    """
    taken = finding.measurements if finding is not None else None
    if taken is None or view.plane is not Plane.AXIAL or view.oblique:
        return []
    return [
        view.to_screen(ends)
        for diameters in (taken.lesion, taken.enhancing)
        if diameters is not None and diameters.index == index
        for ends in (diameters.longest_ends, diameters.perpendicular_ends)
    ]


def diameter_path(lines: Iterable[NDArray[np.float64]], view: SliceView) -> QPainterPath:
    """Diameters, see ``diameter_lines``, in slice mm; empty where there are none."""
    path, (height, width) = QPainterPath(), view.pixel_spacing
    for start, end in lines:
        path.moveTo(start[1] * width, start[0] * height)
        path.lineTo(end[1] * width, end[0] * height)
    return path

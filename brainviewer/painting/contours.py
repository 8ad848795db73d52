"""The border of a mask as smooth lines, at less than a pixel."""

import cv2
import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath, QPolygonF

_FINENESS = 4
"""Points of the line per pixel before it is thinned."""


def contour_path(mask: NDArray[np.bool_], spacing: tuple[float, float]) -> QPainterPath:
    """The contours of a mask (rows, columns) in slice mm; see ``contours``.

    spacing : height and width of a pixel in mm.
    """
    path = QPainterPath()
    for line in contours(mask):
        path.addPolygon(QPolygonF([QPointF(x, y) for y, x in (line * spacing).tolist()]))
        path.closeSubpath()
    return path


def contours(mask: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """Closed lines (n, 2) of (row, column) along the borders of a mask, holes included.

    mask : (rows, columns); pixel centres lie at integers.

    The mask is enlarged by linear interpolation, its border followed (Suzuki and Abe, 1985), and
    the stairs of single pixels are averaged away along the border; even one pixel keeps a line.
    """
    # A slice of a volume lies scattered in memory; gathered once, what follows is fast.
    mask = np.ascontiguousarray(mask)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return []
    top, left, bottom, right = int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1])
    part = np.zeros((bottom - top + 3, right - left + 3), np.uint8)
    part[1:-1, 1:-1][mask[top : bottom + 1, left : right + 1]] = 255
    size = part.shape[1] * _FINENESS, part.shape[0] * _FINENESS
    fine = cv2.resize(part, size, interpolation=cv2.INTER_LINEAR)
    borders, _ = cv2.findContours(
        (fine >= 128).astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    lines = []
    for border in borders:
        points = _smoothed(border[:, 0, ::-1].astype(np.float32))
        points = cv2.approxPolyDP(np.ascontiguousarray(points)[:, None], 0.2, True)[:, 0]
        # Pixel centres of the enlarged mask lie at (n + 1/2) / _FINENESS - 1/2 pixels.
        lines.append((points.astype(np.float64) + 0.5) / _FINENESS - 0.5 + (top - 1, left - 1))
    return lines


def _smoothed(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """A closed line averaged over a pixel and a half of its own length."""
    reach = min(_FINENESS * 3 // 4, len(points) // 6)
    if reach == 0:
        return points
    around = np.concatenate((np.zeros((1, 2)), points[-reach:], points, points[:reach]))
    sums = np.cumsum(around, axis=0)
    window = 2 * reach + 1
    return ((sums[window:] - sums[:-window]) / window).astype(np.float32)

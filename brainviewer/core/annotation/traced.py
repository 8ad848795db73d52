"""A line that followed the pointer, with no more corners than it needs."""

import numpy as np
from numpy.typing import NDArray

Line = NDArray[np.float64]

_TOLERANCE = 0.002
"""Of the extent of the line: how far it may lie off, to begin with."""


def simplified(line: Line, most: int) -> Line:
    """The corners of a closed line, (n, 3), at most so many of them.

    By Ramer (1972) and Douglas and Peucker (1973), with the smallest tolerance that does.
    """
    line = line[np.r_[True, np.any(line[1:] != line[:-1], axis=1)]]
    tolerance = _TOLERANCE * float(np.linalg.norm(np.ptp(line, axis=0)))
    kept = _reduced(line, tolerance)
    while len(kept) > most:
        tolerance *= 1.5
        kept = _reduced(line, tolerance)
    return kept


def _reduced(line: Line, tolerance: float) -> Line:
    keep = np.zeros(len(line), dtype=bool)
    keep[[0, -1]] = True
    parts = [(0, len(line) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        off = _distances(line[first + 1 : last], line[first], line[last])
        worst = int(off.argmax())
        if off[worst] > tolerance:
            middle = first + 1 + worst
            keep[middle] = True
            parts += [(first, middle), (middle, last)]
    return line[keep]


def _distances(points: Line, start: Line, end: Line) -> NDArray[np.float64]:
    """(n,) of points (n, 3) to the line between two others."""
    way = end - start
    part = np.clip((points - start) @ way / max(float(way @ way), 1e-12), 0, 1)
    return np.asarray(np.linalg.norm(points - start - part[:, None] * way, axis=1))

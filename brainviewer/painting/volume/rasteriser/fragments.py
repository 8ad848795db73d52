"""From triangles and lines on the screen to the pixels that they cover.

Rows first, then the pixels of each row between the edges (scan conversion: Foley, van Dam, Feiner
and Hughes 1990, "Computer Graphics: Principles and Practice", section 3.6), all of them in arrays.
Depths are nearness ``q``, which is linear over the screen: what is larger is nearer to the eye.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.intp]
Floats = NDArray[np.float32]
_FLAT = 1e-6
"""Twice the area in pixels of a triangle that is seen from its edge."""


@dataclass(frozen=True, eq=False)
class Fragments:
    """Pieces of a pixel that something covers.

    pixel : (n,) row times width plus column. owner : (n,) which triangle or line it is of.
    q : (n,) its nearness.
    """

    pixel: Ints
    owner: Ints
    q: Floats

    def where(self, which: NDArray[Any]) -> "Fragments":
        """Some of them, by a mask or by their numbers."""
        return Fragments(self.pixel[which], self.owner[which], self.q[which])


@dataclass(frozen=True, eq=False)
class Triangles:
    """Triangles on the screen, with what is linear over each.

    corners : (m, 3, 2) pixels, x to the right and y down. nearness : (m, 3) of each corner.
    """

    corners: NDArray[np.float64]
    nearness: NDArray[np.float64]

    @cached_property
    def doubled_areas(self) -> NDArray[np.float64]:
        """(m,) in pixels; negative where corners run counter-clockwise on the screen."""
        (ax, ay), (bx, by) = self._edges()
        return np.asarray(ax * by - ay * bx)

    def _edges(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        from_first = self.corners[:, 1:] - self.corners[:, :1]
        return from_first[:, 0].T, from_first[:, 1].T

    def weights(self, owner: Ints, x: Ints, y: Ints) -> NDArray[np.float64]:
        """(n, 3) how much of each corner is at pixels of a triangle, as seen on the screen."""
        corners = self.corners[owner]
        at = np.stack([x, y], axis=1) - corners[:, 0]
        a, b = corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]
        area = a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]
        second = (at[:, 0] * b[:, 1] - at[:, 1] * b[:, 0]) / area
        third = (a[:, 0] * at[:, 1] - a[:, 1] * at[:, 0]) / area
        return np.stack([1 - second - third, second, third], axis=1)

    def fragments(self, chosen: Ints, width: int, rows: tuple[int, int]) -> Fragments:
        """The pixels whose centres lie in some of them.

        rows : the first of the image that counts, and the one behind the last.
        """
        chosen = chosen[np.abs(self.doubled_areas[chosen]) > _FLAT]
        corners = self.corners[chosen]
        heights = corners[..., 1]
        # The first centre belongs to a triangle, the one behind its end to the next.
        first = np.clip(np.ceil(heights.min(axis=1)), *rows).astype(np.intp)
        behind = np.clip(np.ceil(heights.max(axis=1)), *rows).astype(np.intp)
        of, place = _spread(behind - first)
        y = first[of] + place
        left, right = self._span(corners, of, y)
        left = np.clip(np.ceil(left), 0, width).astype(np.intp)
        count = np.clip(np.ceil(right), 0, width).astype(np.intp) - left
        row, step = _spread(np.maximum(count, 0))
        q, along = self._nearness_of_rows(chosen[of], left, y)
        return Fragments(
            (y * width + left)[row] + step,
            chosen[of][row],
            q[row] + along[row] * step.astype(np.float32),
        )

    @staticmethod
    def _span(corners: NDArray[np.float64], of: Ints, y: Ints) -> tuple[Any, Any]:
        """From where to where rows of triangles reach."""
        left, right = np.full(len(y), np.inf), np.full(len(y), -np.inf)
        for n in range(3):
            (x0, y0), (x1, y1) = corners[:, n].T, corners[:, (n + 1) % 3].T
            low, high = np.minimum(y0, y1)[of], np.maximum(y0, y1)[of]
            slope = np.divide(x1 - x0, y1 - y0, out=np.zeros(len(x0)), where=y1 != y0)
            x = x0[of] + slope[of] * (y - y0[of])
            passes = (y >= low) & (y < high)
            left = np.where(passes, np.minimum(left, x), left)
            right = np.where(passes, np.maximum(right, x), right)
        nowhere = right < left
        left[nowhere] = right[nowhere] = 0
        return left, right

    def _nearness_of_rows(self, owner: Ints, x: Ints, y: Ints) -> tuple[Floats, Floats]:
        """At the first pixel of rows, and how much more it is with every further pixel."""
        (ax, ay), (bx, by) = self._edges()
        one, two = (self.nearness[:, 1:] - self.nearness[:, :1]).T
        area = self.doubled_areas
        area = np.where(np.abs(area) > _FLAT, area, 1)
        across, down = (one * by - two * ay) / area, (two * ax - one * bx) / area
        x0, y0 = self.corners[:, 0].T
        start = self.nearness[:, 0] - across * x0 - down * y0
        q = start[owner] + across[owner] * x + down[owner] * y
        return q.astype(np.float32), across[owner].astype(np.float32)


def line_fragments(
    ends: NDArray[np.float64],
    nearness: NDArray[np.float64],
    wide: int,
    width: int,
    rows: tuple[int, int],
) -> Fragments:
    """The pixels of straight lines, a step of one pixel along the longer side each.

    ends : (m, 2, 2) pixels. nearness : (m, 2). wide : pixels across. rows : as of triangles.
    """
    way = ends[:, 1] - ends[:, 0]
    steps = np.ceil(np.abs(way).max(axis=1)).astype(np.intp)
    of, place = _spread(steps + 1)
    part = place / np.maximum(steps, 1)[of]
    at = ends[of, 0] + part[:, None] * way[of]
    q = nearness[of, 0] + part * (nearness[of, 1] - nearness[of, 0])
    upright = np.abs(way[:, 1]) > np.abs(way[:, 0])
    beside = np.where(upright[of, None], (1.0, 0.0), (0.0, 1.0))
    pixels, owners, depths = [], [], []
    for n in range(wide):
        x, y = np.rint(at + (n - (wide - 1) / 2) * beside).astype(np.intp).T
        seen = (x >= 0) & (x < width) & (y >= rows[0]) & (y < rows[1])
        pixels.append((y * width + x)[seen])
        owners.append(of[seen])
        depths.append(q[seen])
    return Fragments(
        np.concatenate(pixels), np.concatenate(owners), np.concatenate(depths).astype(np.float32)
    )


def _spread(counts: Ints) -> tuple[Ints, Ints]:
    """For things of which each has a count: of which one each piece is, and its number in that."""
    of = np.repeat(np.arange(len(counts)), counts)
    starts = np.cumsum(counts) - counts
    return of, np.arange(len(of)) - starts[of]

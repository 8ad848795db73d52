"""The two diameters of RANO: the longest in a slice, and the longest perpendicular to it.

Wen et al. (J Clin Oncol 2010) measure the solid part only, without cyst, necrosis and cavity; as
in the automatic version of Chang et al. (Neuro-Oncology 2019) a diameter therefore has to stay
inside the mask from end to end. The perpendicular one crosses the longest, as a reader draws it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.measurements import Diameters, Point
from brainviewer.core.geometry import Grid
from brainviewer.imaging.measure.rano import least_diameter_mm
from brainviewer.imaging.preprocess.working_grid import Mask

_COARSE_DEGREES, _FINE_DEGREES = 3.0, 0.5
# Distance of the places looked at, as a fraction of a pixel's shorter side or of 1 mm; more for a
# very large mask.
_COARSE, _FINE = 1.0, 0.25
_MOST_SAMPLES = 600
_SLACK = 4.0
"""Steps that a chord may be longer, by rounding, than the convex hull that it lies in."""

Vector = NDArray[np.float64]


def diameters(grid: Grid, mask: Mask, axis: int, index: int) -> Diameters | None:
    """Diameters of a mask in one slice; None if the slice has none of it.

    mask : (i, j, k) bool.
    axis, index : voxel axis that is stepped through, and the slice from 0.
    """
    where = np.argwhere(np.take(mask, index, axis))
    if len(where) == 0:
        return None
    low, high = where.min(axis=0), where.max(axis=0) + 1
    box = np.take(mask, index, axis)[low[0] : high[0], low[1] : high[1]]
    area = _Area.of(grid, np.pad(box, 1).astype(np.float32), axis)
    first = area.longest()
    crossing, longest = sorted((first, area.perpendicular(first)), key=lambda chord: chord.length)

    def ends(chord: _Chord) -> tuple[Point, Point]:
        voxels = np.stack([area.voxel(chord.start), area.voxel(chord.end)]) + low - 1
        (a, b, c), (d, e, f) = grid.to_world(np.insert(voxels, axis, index, axis=1))
        return (float(a), float(b), float(c)), (float(d), float(e), float(f))

    least = least_diameter_mm(grid.spacing[axis])
    return Diameters(
        index,
        longest.length,
        crossing.length,
        ends(longest),
        ends(crossing),
        min(longest.length, crossing.length) >= least,
        least,
    )


def _between(offsets: Vector, chain: Vector) -> Vector:
    """(n,) heights at offsets of a chain (m, 2) of offsets and heights; NaN beside it."""
    return np.asarray(np.interp(offsets, chain[:, 0], chain[:, 1], left=np.nan, right=np.nan))


@dataclass(frozen=True, eq=False)
class _Chord:
    """From border to border inside the mask; (2,) mm in the slice."""

    start: Vector
    end: Vector

    @property
    def length(self) -> float:
        return float(np.linalg.norm(self.end - self.start))


@dataclass(frozen=True, eq=False)
class _Area:
    """A mask in a slice, and how its pixels lie in mm.

    image : (rows, columns) float32, 0 or 1; its border is where it is one half between pixels.
    to_mm : (2, 2) mm, along two perpendicular directions in the slice, of (row, column).
    """

    image: NDArray[np.float32]
    to_mm: Vector

    @classmethod
    def of(cls, grid: Grid, image: NDArray[np.float32], axis: int) -> "_Area":
        row, column = (grid.affine[:3, n] for n in range(3) if n != axis)
        height = float(np.linalg.norm(row))
        along = float(column @ row) / height  # not zero if the file shears the slice
        across = max(float(column @ column) - along**2, 1e-12) ** 0.5
        return cls(image, np.array([[height, along], [0.0, across]]))

    def voxel(self, mm: Vector) -> Vector:
        """(row, column) of a place."""
        return np.asarray(np.linalg.solve(self.to_mm, mm))

    def longest(self) -> _Chord:
        """The longest chord of any direction: coarsely all around, then finely about the best."""
        coarse: list[float] = np.arange(0.0, 180.0, _COARSE_DEGREES).tolist()
        best, _ = self._longest_of(coarse, _COARSE)
        fine = np.arange(best - _COARSE_DEGREES, best + _COARSE_DEGREES + 0.1, _FINE_DEGREES)
        return self._longest_of(fine.tolist(), _FINE)[1]

    def _longest_of(self, angles: Sequence[float], fineness: float) -> tuple[float, _Chord]:
        """The first of the directions with the longest chord, in degrees, and that chord.

        Those in which the convex hull reaches furthest come first, so that the others need hardly
        be looked at.
        """
        found: dict[float, _Chord] = {}
        length, slack = 0.0, _SLACK * self._step(fineness)
        reaches = {angle: self._hull_reach(angle) for angle in angles}
        for angle in sorted(angles, key=reaches.__getitem__, reverse=True):
            if reaches[angle] < length - slack:
                break
            chord = self._longest_along(angle, fineness, length - slack)
            if chord is not None:
                found[angle] = chord
                length = max(length, chord.length)
        best = next(angle for angle in angles if angle in found and found[angle].length == length)
        return best, found[best]

    def perpendicular(self, chord: _Chord) -> _Chord:
        """The longest chord that crosses another at a right angle."""
        middle = (chord.start + chord.end) / 2
        along = (chord.end - chord.start) / max(chord.length, 1e-9)
        across = np.array([-along[1], along[0]])
        step = self._step(_FINE)
        offsets = np.arange(-chord.length / 2, chord.length / 2 + step / 2, step)
        half = np.arange(0.0, self._reach, step)
        places = middle + offsets[:, None] * along
        # How far the mask reaches from the first chord without a gap, to either side.
        up, down = (
            np.minimum.accumulate(self._sample(places[0], along, side, offsets, half), axis=1)
            for side in (across, -across)
        )
        reach_up, reach_down = (np.maximum(s.sum(axis=1) - 0.5, 0) * step for s in (up, down))
        at = int((reach_up + reach_down).argmax())
        return _Chord(places[at] - reach_down[at] * across, places[at] + reach_up[at] * across)

    def _longest_along(self, degrees: float, fineness: float, least: float) -> _Chord | None:
        """The longest chord of a direction; None where none can be as long as ``least`` mm."""
        step = self._step(fineness)
        angle = np.radians(degrees)
        along = np.array([np.cos(angle), np.sin(angle)])
        across = np.array([-along[1], along[0]])
        middle = self.to_mm @ ((np.array(self.image.shape) - 1) / 2)
        places = np.arange(-self._reach / 2, self._reach / 2 + step, step)
        corner = middle + places[0] * (along + across)
        first, end = self._lines(along, across, corner, places - places[0], least)
        if first == end:
            return None
        begin = corner + first * step * across
        inside = self._sample(begin, across, along, places[first:end], places)
        number = np.arange(len(places), dtype=np.int32)
        gap = np.maximum.accumulate(np.where(inside, -1, number), axis=1)
        runs = number - gap
        line, last = np.unravel_index(int(runs.argmax()), runs.shape)
        count = int(runs[line, last])
        base = corner + (first + line) * step * across
        return _Chord(
            base + (last - count + 0.5) * step * along, base + (last + 0.5) * step * along
        )

    def _lines(
        self, along: Vector, across: Vector, corner: Vector, offsets: Vector, least: float
    ) -> tuple[int, int]:
        """The lines, from the first to before the last, on which the convex hull is as long as
        ``least`` mm; how long it is rises and falls but once from side to side.

        offsets : of the lines from the corner.
        """
        hull = (self._hull - corner) @ np.stack([across, along], axis=1)
        low, high = int(hull[:, 0].argmin()), int(hull[:, 0].argmax())
        turned = np.roll(hull, -low, axis=0)
        far = (high - low) % len(hull)
        sides = turned[: far + 1], np.concatenate([turned[far:], turned[:1]])[::-1]
        one, other = (_between(offsets, side) for side in sides)
        there = np.flatnonzero(np.abs(one - other) >= least)
        return (int(there[0]), int(there[-1]) + 1) if len(there) else (0, 0)

    def _hull_reach(self, degrees: float) -> float:
        angle = np.radians(degrees)
        reach = self._hull @ np.array([np.cos(angle), np.sin(angle)])
        return float(reach.max() - reach.min())

    @cached_property
    def _hull(self) -> Vector:
        """(n, 2) mm, corners of the convex hull of all pixels that are not empty."""
        rows, columns = np.nonzero(self.image)
        corners = [(columns + x, rows + y) for x in (-1, 1) for y in (-1, 1)]
        places = np.concatenate([np.stack(one, axis=1) for one in corners]).astype(np.float32)
        hull = cv2.convexHull(places)[:, 0, ::-1].astype(np.float64)
        return np.asarray(hull @ self.to_mm.T)

    @cached_property
    def _reach(self) -> float:
        """Length in mm that no chord exceeds."""
        rows, columns = self.image.shape
        sides = (self.to_mm @ np.array([rows, columns]), self.to_mm @ np.array([rows, -columns]))
        return float(max(np.linalg.norm(side) for side in sides))

    def _step(self, fineness: float) -> float:
        pixel = float(np.abs(np.diag(self.to_mm)).min())
        return max(fineness * min(1.0, pixel), self._reach / _MOST_SAMPLES)

    def _sample(
        self, corner: Vector, across: Vector, along: Vector, lines: Vector, samples: Vector
    ) -> Mask:
        """Whether places on parallel lines are inside: (lines, samples) bool.

        lines, samples : evenly spaced, mm; only their number and spacing are used.
        """
        step = float(samples[1] - samples[0])
        gap = float(lines[1] - lines[0]) if len(lines) > 1 else step
        row, column = np.linalg.solve(
            self.to_mm, np.stack([step * along, gap * across, corner], axis=1)
        )
        image = cv2.warpAffine(
            self.image,
            np.stack([column, row]),
            (len(samples), len(lines)),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        )
        return np.asarray(image >= 0.5)

"""A cube whose faces are the patient's sides: which of its parts lies where on the screen."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from brainviewer.painting.volume.view import LOOKS, Rotation

Direction = tuple[int, int, int]
"""Towards the viewer in RAS+, each of −1, 0 and 1: a face has one that is not 0, an edge two, a
corner three."""
RIM = 0.56
"""Where edges and corners begin, as a part of the way from the middle of a face to its side."""
_GRAZING = 0.02
_WORDS = (("the right", "the left"), ("anterior", "posterior"), ("superior", "inferior"))


@dataclass(frozen=True, eq=False)
class Face:
    """One of the six. normal, right, up : (3,) unit vectors in RAS+, as in its standard view."""

    letter: str
    normal: NDArray[np.float64]
    right: NDArray[np.float64]
    up: NDArray[np.float64]

    def cells(self) -> Iterator[tuple[Direction, NDArray[np.float64]]]:
        """Its nine parts: the direction that each stands for, and its corners (4, 2).

        Corners are in halves of the face's side, to the right and up from its middle.
        """
        ends = (-1.0, -RIM, RIM, 1.0)
        for column in range(3):
            for row in range(3):
                left, right, low, high = ends[column : column + 2] + ends[row : row + 2]
                corners = np.array([(left, low), (right, low), (right, high), (left, high)])
                yield self.towards(column - 1, row - 1), corners

    def towards(self, right: int, up: int) -> Direction:
        """The direction of the part that lies so far right of and above the middle."""
        x, y, z = (round(n) for n in self.normal + right * self.right + up * self.up)
        return x, y, z

    def points(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, 3) in halves of the cube's side from its middle, of places (n, 2) on the face."""
        return np.asarray(self.normal + places @ np.stack([self.right, self.up]))


def _face(letter: str) -> Face:
    normal, up = (np.array(v, dtype=np.float64) for v in LOOKS[letter])
    return Face(letter, normal, np.cross(up, normal), up)


FACES = tuple(_face(letter) for letter in LOOKS)


def seen_faces(rotation: Rotation) -> list[Face]:
    """The faces that face the viewer; none of them hides another."""
    return [face for face in FACES if float(face.normal @ rotation[2]) > _GRAZING]


def part_at(rotation: Rotation, place: tuple[float, float]) -> Direction | None:
    """The part of the cube at a place, in halves of its side right of and above its middle."""
    for face in seen_faces(rotation):
        plane = rotation[:2] @ np.stack([face.right, face.up], axis=1)
        right, up = np.linalg.solve(plane, np.array(place) - rotation[:2] @ face.normal).tolist()
        if max(abs(right), abs(up)) <= 1:
            return face.towards(_step(right), _step(up))
    return None


def words(direction: Direction) -> str:
    """Such as ``Seen from left anterior superior``."""
    said = [pair[0 if n > 0 else 1] for pair, n in zip(_WORDS, direction, strict=True) if n]
    if len(said) > 1:
        said[0] = said[0].removeprefix("the ")
    return f"Seen from {' '.join(said)}"


def _step(along: float) -> int:
    return 0 if abs(along) <= RIM else 1 if along > 0 else -1

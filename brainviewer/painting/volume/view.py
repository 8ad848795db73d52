"""From where and how the head is looked at in 3D: values and arithmetic, no VTK."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Modality, Study
from brainviewer.painting.volume.voxels.clip import Clip
from brainviewer.painting.volume.voxels.look import VolumeLook
from brainviewer.painting.volume.voxels.presets import BRAIN, PRESETS

Rotation = NDArray[np.float64]

# Towards the viewer and up on the screen, in RAS+. Right on the screen follows (up × viewer): from
# anterior and from inferior the patient's left is on the right, as in radiology.
LOOKS = {
    "A": ((0, 1, 0), (0, 0, 1)),
    "P": ((0, -1, 0), (0, 0, 1)),
    "L": ((-1, 0, 0), (0, 0, 1)),
    "R": ((1, 0, 0), (0, 0, 1)),
    "S": ((0, 0, 1), (0, 1, 0)),
    "I": ((0, 0, -1), (0, 1, 0)),
}
"""The six standard views by the side of the patient that faces the viewer."""
LOOK_NAMES = {
    "A": "anterior",
    "P": "posterior",
    "L": "the left",
    "R": "the right",
    "S": "superior",
    "I": "inferior",
}
OBLIQUES = {
    "left-anterior": (-1, 1, 1),
    "right-anterior": (1, 1, 1),
    "left-posterior": (-1, -1, 1),
    "right-posterior": (1, -1, 1),
}
"""Four views between three of the six, by where they are seen from, in RAS+."""
SMALLEST, LARGEST = 0.4, 4.0
_STEP, _LARGER = 0.05, 1.1
_FARTHEST = 1.1
"""How far the middle of the image may lie from that of the head, see ``VolumeView.place``: about as
far as the head goes."""


def look_rotation(letter: str) -> Rotation:
    """(3, 3) rotation of a standard view; raises KeyError for any other letter.

    Its rows are the world directions (RAS+) of screen right, screen up and towards the viewer.
    """
    viewer, up = (np.array(v, dtype=np.float64) for v in LOOKS[letter])
    return np.array([np.cross(up, viewer), up, viewer])


def facing(direction: Sequence[float]) -> Rotation:
    """(3, 3) rotation of the view from a direction (3,) in RAS+, with superior upwards.

    From straight above or below it is the standard view.
    """
    x, y, z = direction
    if not (x or y):
        return look_rotation("S" if z > 0 else "I")
    viewer = np.array(direction, dtype=np.float64) / math.hypot(*direction)
    right = np.array((-y, x, 0.0)) / math.hypot(x, y)
    return np.array([right, np.cross(viewer, right), viewer])


def between(start: Rotation, end: Rotation, part: float) -> Rotation:
    """The rotation after a part, 0 to 1, of the shortest way from one to another."""
    way = end @ start.T
    angle = math.acos(min(max((float(np.trace(way)) - 1) / 2, -1.0), 1.0))
    if angle < 1e-6:
        return end
    axis = np.array([way[2, 1] - way[1, 2], way[0, 2] - way[2, 0], way[1, 0] - way[0, 1]])
    if float(np.linalg.norm(axis)) < 1e-3:  # half a turn: what it leaves alone is the axis
        both = way + np.eye(3)
        axis = both[:, int(np.linalg.norm(both, axis=0).argmax())]
    a, b, c = axis / np.linalg.norm(axis)
    cross = np.array([[0, -c, b], [c, 0, -a], [-b, a, 0]])
    gone = part * angle
    step = np.eye(3) + math.sin(gone) * cross + (1 - math.cos(gone)) * cross @ cross
    return np.asarray(step @ start, dtype=np.float64)


def turned(rotation: Rotation, azimuth: float, elevation: float) -> Rotation:
    """The rotation after the head is turned, about the axes of the screen.

    azimuth : degrees; what faces the viewer moves to the right.
    elevation : degrees; what faces the viewer moves up.
    """
    a, e = math.radians(azimuth), math.radians(elevation)
    about_up = np.array([[math.cos(a), 0, math.sin(a)], [0, 1, 0], [-math.sin(a), 0, math.cos(a)]])
    about_right = np.array(
        [[1, 0, 0], [0, math.cos(e), math.sin(e)], [0, -math.sin(e), math.cos(e)]]
    )
    product = about_right @ about_up @ rotation
    # Hundreds of small turns must not shear the head.
    u, _, v = np.linalg.svd(product)
    return np.asarray(u @ v, dtype=np.float64)


def three_quarter(side: str = "L") -> Rotation:
    """The view that a study opens with: from the patient's left (or right), front and above."""
    return turned(look_rotation(side), 38 if side == "L" else -38, -18)


@dataclass(frozen=True)
class SecondSequence:
    """A sequence that is blended with the one that is shown. share : of it, 0 to 1."""

    modality: Modality
    share: float = 0.5


@dataclass(frozen=True, eq=False)
class VolumeView:
    """How the 3D scene is shown.

    rotation : (3, 3), rows are the world directions of screen right, screen up, to the viewer.
    opacity : 0..1, how solid the brain is.
    contrast : 0..1, how steeply values become light and dark.
    size : magnification; 1 fits the head.
    place : how far the middle of the head lies right of and above that of the image, where 1 is
        half of the image's shorter side at size 1.
    perspective : whether what is farther away is smaller; lines of sight are parallel otherwise.
    preset : the name of the look of voxels. own : that look, where it is none of ``PRESETS``.
    clip : what is cut away. second : blended with the sequence that is shown, where there is one.
    """

    rotation: Rotation = field(default_factory=three_quarter)
    opacity: float = 0.5
    contrast: float = 0.5
    size: float = 1.0
    place: tuple[float, float] = (0.0, 0.0)
    perspective: bool = True
    preset: str = BRAIN
    own: VolumeLook | None = None
    clip: Clip = field(default_factory=Clip)
    second: SecondSequence | None = None

    @property
    def voxel_look(self) -> VolumeLook:
        """What voxels look like; as in ``BRAIN`` where nothing has the name."""
        return self.own or PRESETS.get(self.preset, PRESETS[BRAIN]).look

    def looking(self, letter: str) -> "VolumeView":
        """A standard view, otherwise as before."""
        return replace(self, rotation=look_rotation(letter))

    def drawn_as(self, other: "VolumeView") -> "VolumeView":
        """In the look and the perspective of another view."""
        return replace(self, preset=other.preset, own=other.own, perspective=other.perspective)

    def turned(self, azimuth: float, elevation: float) -> "VolumeView":
        """See ``turned``."""
        return replace(self, rotation=turned(self.rotation, azimuth, elevation))

    def moved(self, right: float, up: float) -> "VolumeView":
        """The head moved over the image, kept within reach.

        right, up : in halves of the shorter side of the image as it is seen now.
        """
        x, y = self.place
        return self._placed(x + right / self.size, y + up / self.size)

    def zoomed(
        self, factor: float, at: tuple[float, float] = (0.0, 0.0), nearer: float = 0.0
    ) -> "VolumeView":
        """Larger by a factor; what is seen at a place stays there, unless it would leave reach.

        at : right of and above the middle of the image, in halves of its shorter side.
        nearer : how far before the plane of the middle of the head it lies, as a part of the
            distance from there to the eye; 0 where lines of sight are parallel.
        """
        larger = self.shown(size=self.size * factor)
        way = (1 - nearer) * (1 / larger.size - 1 / self.size)
        return larger._placed(self.place[0] + at[0] * way, self.place[1] + at[1] * way)

    def _placed(self, x: float, y: float) -> "VolumeView":
        part = min(1.0, _FARTHEST / max(math.hypot(x, y), 1e-12))
        return replace(self, place=(part * x, part * y))

    def shown(
        self,
        opacity: float | None = None,
        contrast: float | None = None,
        size: float | None = None,
    ) -> "VolumeView":
        """With other opacity, contrast or size, each kept within its limits."""

        def within(value: float | None, old: float, low: float, high: float) -> float:
            return old if value is None else min(max(float(value), low), high)

        return replace(
            self,
            opacity=within(opacity, self.opacity, 0.0, 1.0),
            contrast=within(contrast, self.contrast, 0.0, 1.0),
            size=within(size, self.size, SMALLEST, LARGEST),
        )


def stepped(view: VolumeView, what: str, steps: float) -> VolumeView:
    """The view with more opacity, contrast or size, by so many of the steps of keys and buttons.

    what : ``opacity``, ``contrast`` or ``size``. steps : below 0 for less.
    """
    if what == "size":
        return view.shown(size=view.size * _LARGER**steps)
    return view.shown(**{what: getattr(view, what) + _STEP * steps})


def first_view(study: Study, finding: TumourFinding | None) -> VolumeView:
    """The view that a study opens with: three-quarter, from the tumour's side if it is known."""
    if finding is None or finding.position_mm is None or not study.grid.oriented:
        return VolumeView()
    left = finding.position_mm[0] < study.grid.centre[0]
    return VolumeView(three_quarter("L" if left else "R"))

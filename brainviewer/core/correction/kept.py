"""A correction of a segmentation as it is kept: what it began with, and every step."""

from dataclasses import dataclass

from brainviewer.core.correction.steps import Labels, Steps


@dataclass(frozen=True, eq=False)
class Base:
    """What a correction was begun from.

    name : see ``Correction.base``.
    labels : (i, j, k) uint8.
    """

    name: str
    labels: Labels


@dataclass(frozen=True, eq=False)
class KeptCorrection:
    """A correction as it was left. labels : (i, j, k) uint8, with the steps that stand."""

    base: Base
    labels: Labels
    steps: Steps

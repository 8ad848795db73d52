"""The study that annotations were made on, as their file knows it."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from brainviewer.core.errors import SENSELESS
from brainviewer.core.geometry import Affine, Grid, Unit
from brainviewer.core.study import Study


@dataclass(frozen=True, eq=False)
class AnnotatedStudy:
    """The study that annotations were made on, as a file knows it: content and grid, no names.

    content_hash : see ``Study``; empty if unknown.
    """

    content_hash: str
    grid: Grid

    def is_same(self, study: Study) -> bool:
        """Whether it is this study, wherever its files lie and whatever they are called."""
        return bool(self.content_hash) and self.content_hash == study.content_hash

    def same_unit(self, study: Study) -> bool:
        """Whether positions are counted in the same way on both."""
        ours, theirs = self.grid, study.grid
        return (ours.unit, ours.as_stored) == (theirs.unit, theirs.as_stored)

    def shares_space(self, study: Study) -> bool:
        """Whether a position means the same place on both, or at least can be looked at.

        True for two scans in the scanner's space, and for images of the same size that know no
        patient, if the unit is the same.
        """
        ours, theirs = self.grid, study.grid
        if ours.oriented and theirs.oriented:
            return True
        return ours.shape == theirs.shape and np.allclose(ours.affine, theirs.affine, atol=1e-3)


def told_of(study: Study) -> dict[str, Any]:
    """What is remembered of an open study, as plain data for JSON."""
    return {
        "sha256": study.content_hash,
        "unit": study.grid.unit.value,
        "picture": study.grid.as_stored,
        "oriented": study.grid.oriented,
        "shape": list(study.grid.shape),
        "affine": study.grid.affine.tolist(),
    }


def annotated_study(told: Any) -> AnnotatedStudy | None:
    """What ``told_of`` wrote; None where unknown, which is said when the annotations are shown."""
    try:
        i, j, k = (int(n) for n in told["shape"])
        affine: Affine = np.array(told["affine"], dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            return None
        oriented, as_stored = bool(told["oriented"]), bool(told["picture"])
        grid = Grid((i, j, k), affine, oriented, as_stored, Unit(told["unit"]))
        return AnnotatedStudy(str(told["sha256"]), grid)
    except SENSELESS:
        return None

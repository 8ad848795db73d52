"""Which study annotations were made on, and whether they say anything about another one."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from brainviewer.core.geometry import Affine, Grid, Unit
from brainviewer.core.study import Study


@dataclass(frozen=True, eq=False)
class MarkedStudy:
    """A study as a file of annotations knows it: content and grid, no names.

    content_hash : see ``Study``; empty if nobody knows.
    """

    content_hash: str
    grid: Grid

    @classmethod
    def of(cls, study: Study) -> "MarkedStudy":
        """What is remembered of an open study."""
        return cls(study.content_hash, study.grid)

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

    def to_json(self) -> dict[str, Any]:
        """Plain data for a JSON file."""
        return {
            "sha256": self.content_hash,
            "unit": self.grid.unit.value,
            "picture": self.grid.as_stored,
            "oriented": self.grid.oriented,
            "shape": list(self.grid.shape),
            "affine": [[float(value) for value in row] for row in self.grid.affine],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "MarkedStudy":
        """What ``to_json`` wrote. Raises KeyError, TypeError or ValueError if damaged."""
        i, j, k = (int(n) for n in data["shape"])
        affine: Affine = np.array(data["affine"], dtype=np.float64)
        if affine.shape != (4, 4) or not np.isfinite(affine).all():
            raise ValueError("not an affine")
        grid = Grid(
            (i, j, k), affine, bool(data["oriented"]), bool(data["picture"]), Unit(data["unit"])
        )
        return cls(str(data["sha256"]), grid)

"""The atlas that lesions are located by; what it is made of tells ``resources/atlas/README.md``."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from brainviewer.assets import resources
from brainviewer.core.errors import FileError
from brainviewer.core.geometry import Grid
from brainviewer.files.nifti.reader import read_nifti


@dataclass(frozen=True)
class Region:
    """A region of the atlas.

    side : ``left``, ``right``, or empty for what is in the middle.
    eloquent : the eloquent structure that it belongs to; empty for none.
    """

    name: str
    side: str
    lobe: str
    eloquent: str


@dataclass(frozen=True, eq=False)
class Atlas:
    """Labels and template in the space of ICBM152 (MNI), mm, RAS+.

    labels : (i, j, k) uint8 on ``grid``, 0 outside. A number of ``regions`` is a voxel of that
        region; that number and ``surroundings``, white matter or fluid that is nearest to it.
    template : (i, j, k) uint8 on ``template_grid``, T1-weighted, 0 outside the brain.
    """

    id: str
    version: str
    labels: NDArray[np.uint8]
    grid: Grid
    template: NDArray[np.uint8]
    template_grid: Grid
    regions: Mapping[int, Region]
    surroundings: int

    @cached_property
    def eloquent(self) -> Mapping[tuple[str, str], NDArray[np.float64]]:
        """Where each eloquent structure is, by name and side: (n, 3) voxels in MNI mm."""
        eloquent = {n: (one.eloquent, one.side) for n, one in self.regions.items() if one.eloquent}
        wanted = np.zeros(256, bool)
        wanted[list(eloquent)] = True
        # Once through all voxels, in the order that they lie in memory, not once a region.
        index = np.argwhere(wanted[self.labels.T])[:, ::-1]
        of, points = self.labels[tuple(index.T)], self.grid.to_world(index)
        return {
            key: points[np.isin(of, [n for n, one in eloquent.items() if one == key])]
            for key in dict.fromkeys(eloquent.values())
        }


@cache
def atlas() -> Atlas:
    """The atlas that ships with the program.

    Raises FileError if the installation carries none.
    """
    folder = resources() / "atlas"
    try:
        card = json.loads((folder / "atlas.json").read_text(encoding="utf-8"))
    except OSError as error:
        raise FileError(
            "The installation is incomplete: the atlas of the brain is missing.",
            "Install BrainViewer again.",
        ) from error
    labels, template = (read_nifti(folder / f"{name}.nii.gz") for name in ("regions", "template"))
    return Atlas(
        card["id"],
        card["version"],
        labels.data.astype(np.uint8),
        labels.grid,
        template.data.astype(np.uint8),
        template.grid,
        {int(number): Region(**one) for number, one in card["regions"].items()},
        int(card["surroundings"]),
    )

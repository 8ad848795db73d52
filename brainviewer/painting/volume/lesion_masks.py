"""The masks that surfaces of lesions are made of: how large each is, and each when it is needed.

A mask of a whole study takes nine megabytes; those that are not drawn are never made.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.lesion_regions import PARTS_OF, Region
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import LesionPart, lesion_values, segment_parts
from brainviewer.core.study import Study

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class LesionMasks:
    """The regions of a lesion.

    whole : (i, j, k) all of it; None where ``labels`` tell it. labels : (i, j, k) of its parts;
    None where they are not told apart. values : the labels of each region.
    enhancing : (i, j, k) where that alone is known of its parts.
    """

    whole: Mask | None = None
    labels: NDArray[np.uint8] | None = None
    values: Mapping[Region, tuple[int, ...]] = field(default_factory=dict)
    enhancing: Mask | None = None

    @classmethod
    def found(cls, study: Study, finding: TumourFinding | None) -> "LesionMasks":
        """Of the lesion that was found in a study, or corrected; see ``regions_of``."""
        mask = None if finding is None or not finding.found else finding.mask
        if finding is None or mask is None or mask.shape != study.grid.shape:
            return cls()
        if finding.parts is None:
            return cls(mask, enhancing=finding.enhancing)
        return cls(mask, finding.parts, _values({int(part): part for part in LesionPart}))

    @classmethod
    def supplied(cls, study: Study) -> "LesionMasks":
        """Of the segmentation that came with a study; see ``supplied_regions``."""
        labels = study.segmentation
        if labels is None or labels.data.shape != study.grid.shape:
            return cls()
        names = study.segment_names
        values = {Region.WHOLE: tuple(lesion_values(names)), **_values(segment_parts(names))}
        return cls(None, labels.data, values)

    @classmethod
    def prior(cls, study: Study, lesion: Mask | None) -> "LesionMasks":
        """Of a lesion (i, j, k) that was laid over a study."""
        there = lesion is not None and lesion.shape == study.grid.shape
        return cls(lesion if there else None)

    def same_as(self, other: "LesionMasks") -> bool:
        """Whether they are of the same arrays."""
        names = ("whole", "labels", "enhancing")
        same = all(getattr(self, name) is getattr(other, name) for name in names)
        return same and self.values == other.values

    def counts(self) -> dict[Region, int]:
        """The voxels of each region that holds any."""
        counted: dict[Region, int] = {}
        if self.labels is not None:
            voxels = np.bincount(self.labels.ravel(order="K"), minlength=256)
            counted = {one: int(voxels[list(of)].sum()) for one, of in self.values.items()}
        if self.whole is not None:
            counted[Region.WHOLE] = int(np.count_nonzero(self.whole))
        if self.enhancing is not None:
            counted[Region.ENHANCING] = int(np.count_nonzero(self.enhancing))
        return {region: count for region, count in counted.items() if count}

    def mask(self, region: Region) -> Mask:
        """(i, j, k) a region that holds something."""
        if region is Region.WHOLE and self.whole is not None:
            return self.whole
        if region is Region.ENHANCING and self.enhancing is not None:
            return self.enhancing
        assert self.labels is not None
        return np.isin(self.labels, self.values[region])


def _values(meaning: Mapping[int, LesionPart]) -> dict[Region, tuple[int, ...]]:
    return {
        region: tuple(value for value, part in meaning.items() if part in parts)
        for region, parts in PARTS_OF.items()
    }

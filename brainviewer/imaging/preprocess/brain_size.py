"""Whether a brain is as large as brains are, so that a wrong voxel size in a header is told."""

from brainviewer.imaging.preprocess.brain import millilitres
from brainviewer.imaging.preprocess.working_grid import Mask, Spacing, box_of

_MOST_ML, _MOST_MM = 2400.0, 220.0
"""What no cranial cavity holds, and how long none is. Those of 24 patients, as they are cut out
here, have 1,240 to 1,820 mL and are 158 to 186 mm long."""
_LEAST_MM = 90.0
"""The longest side of a part of a head that was scanned; the brain of a newborn is longer."""


def implausible_size(brain: Mask, spacing: Spacing) -> str:
    """A sentence if a brain is larger or smaller than brains are; empty if it may be one.

    brain : (R, A, S) bool; voxels of ``spacing`` mm.
    """
    if not brain.any():
        return ""
    sides = [(part.stop - part.start) * mm for part, mm in zip(box_of(brain), spacing, strict=True)]
    large = max(sides) > _MOST_MM or millilitres(brain, spacing) > _MOST_ML
    if not large and max(sides) >= _LEAST_MM:
        return ""
    said = " × ".join(f"{side:.0f}" for side in sides)
    return (
        f"By the voxel size in its header the brain is {said} mm large, which is implausible: "
        "lengths and volumes that are measured cannot be trusted. Check the voxel size."
    )

"""Descriptors of the parts of a lesion: what enhances, the core, and how many foci there are.

Sizes are relative to the lesion or to the brain, and brightness is in z (see ``lesion_signal``).
The core is what enhances with what does not inside of it (necrosis, cyst or solid tumour).
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.segments import LesionPart
from brainviewer.core.study import Modality
from brainviewer.imaging.measure.lesion_frame import LesionFrame
from brainviewer.imaging.measure.lesion_signal import SequenceInZ, contrast_uptake
from brainviewer.imaging.preprocess.working_grid import Field, Mask, Spacing

PARTS = (
    "core_size", "core_fraction", "necrosis_of_core", "enhancing_fraction", "rim_thickness",
    "rim_enhancement", "enhancing_foci", "enhancing_beside_largest",
)  # fmt: skip

# Foci are apart by a gap that is wider than a fissure in one enhancing rim.
GAP_MM = 6.0
_FOCUS = 0.05
_SOME = 0.25


def parts(
    frame: LesionFrame,
    of: NDArray[np.uint8] | None,
    enhancing: Field | None,
    sequences: Mapping[Modality, SequenceInZ],
) -> dict[str, float]:
    """The descriptors of ``PARTS`` that can be measured.

    of : (i, j, k) the ``LesionPart`` of each voxel; None without them, and of the core neither.
    enhancing : fraction of each voxel of the frame's box (R, A, S) that takes up contrast agent;
        None where that is not known.
    """
    found: dict[str, float] = {}
    whole = float(np.count_nonzero(frame.lesion))
    if of is not None:
        necrosis, bright = (
            float(frame.near(of == part).sum())
            for part in (LesionPart.NECROSIS, LesionPart.ENHANCING)
        )
        core = necrosis + bright
        found["core_size"] = frame.size(core)
        found["core_fraction"] = min(core / whole, 1.0)
        if core > 0:
            found["necrosis_of_core"] = necrosis / core
    if enhancing is not None:
        found |= _foci(enhancing, frame.spacing)
        found["enhancing_fraction"] = min(float(enhancing.sum()) / whole, 1.0)
        found["rim_thickness"] = thickness_mm(enhancing, frame.spacing) / frame.edge_mm
        t1, t1ce = sequences.get(Modality.T1), sequences.get(Modality.T1CE)
        if t1 is not None and t1ce is not None and enhancing.any():
            there = enhancing >= min(0.5, float(enhancing.max()))
            # A logarithm as of ``enhancement_high``: a few rims are very bright.
            bright = float(np.median(contrast_uptake(t1, t1ce)[1][there]))
            found["rim_enhancement"] = math.log1p(max(0.0, bright))
    return found


def enhancing_of(finding: TumourFinding) -> Mask | None:
    """(i, j, k) bool: what takes up contrast agent; None where that is not known."""
    if finding.enhancing is not None or finding.parts is None:
        return finding.enhancing
    return np.asarray(finding.parts == LesionPart.ENHANCING)


def thickness_mm(fraction: Field, spacing: Spacing) -> float:
    """Mean thickness of a layer: twice its volume over its surface; 0 of nothing.

    fraction : (R, A, S) float32, how much of each voxel belongs to it; the surface is the total
        variation of it.
    """
    padded = np.pad(fraction, 1)
    slopes = [np.diff(padded, axis=axis, append=0) / mm for axis, mm in enumerate(spacing)]
    surface = float(np.sqrt(sum((slope**2 for slope in slopes[1:]), slopes[0] ** 2)).sum())
    return 2 * float(fraction.sum()) / surface if surface > 0 else 0.0


def separate(mask: Mask, spacing: Spacing, gap_mm: float = GAP_MM) -> NDArray[np.int32]:
    """A number from 1 for each part of a mask (R, A, S) that is a gap or more from the others."""
    reach = [int(gap_mm / 2 / mm) for mm in spacing]
    places = np.indices([2 * count + 1 for count in reach]).T - reach
    ball = (np.linalg.norm(places * np.array(spacing), axis=-1) < gap_mm / 2).T
    grown = ndimage.binary_dilation(np.pad(mask, [(count, count) for count in reach]), ball)
    labels, _ = ndimage.label(grown, np.ones((3, 3, 3)))
    inside = tuple(slice(n, n + count) for n, count in zip(reach, mask.shape, strict=True))
    return np.where(mask, labels[inside], 0).astype(np.int32)


def _foci(fraction: Field, spacing: Spacing) -> dict[str, float]:
    """How many foci hold a twentieth of it or more, and the share that the largest does not."""
    labels = separate(fraction >= min(_SOME, float(fraction.max())), spacing)
    sizes = np.bincount(labels.ravel(), fraction.ravel())[1:]
    if not fraction.any():
        return {"enhancing_foci": 0.0, "enhancing_beside_largest": 0.0}
    return {
        "enhancing_foci": float(np.count_nonzero(sizes >= _FOCUS * sizes.sum())),
        "enhancing_beside_largest": float(1 - sizes.max() / sizes.sum()),
    }

"""What a radiologist would say about a lesion, as numbers without a unit.

Brightness is relative to the rest of the brain (see ``lesion_signal``); sizes and places are
relative to the brain, because not every study says how large a voxel is. A descriptor whose
sequence is missing is NaN.

The choice follows what is known to tell the molecular types apart: enhancement and necrosis of
glioblastoma; sharp border, T2-FLAIR mismatch and homogeneous, T1-dark signal of IDH-mutant
astrocytoma (Patel et al. 2017); cortical, frontal and heterogeneous oligodendroglioma with an
indistinct border (Johnson et al. 2017; VASARI feature set, TCGA 2012).
"""

import math
from collections.abc import Iterable, Mapping

import cv2
import numpy as np

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Study
from brainviewer.imaging.measure.lesion_frame import SURFACE_MM, LesionFrame, extent
from brainviewer.imaging.measure.lesion_parts import PARTS, enhancing_of, parts
from brainviewer.imaging.measure.lesion_signal import SIGNALS, sequences_in_z, signals
from brainviewer.imaging.measure.lesion_signs import SIGNS, signs

SHAPE = ("size", "largest_area", "width", "length", "height", "roundness", "solidity", "parts")
POSITION = (
    "anterior", "superior", "lateral", "across_midline", "depth", "cortical_contact", "frontal",
    "temporal", "insular", "parietal", "occipital", "infratentorial",
)  # fmt: skip
BRIGHTNESS = SIGNALS
NAMES = SHAPE + POSITION + BRIGHTNESS + PARTS + SIGNS
OF_A_PART = {
    "mass_size": ("mass_base", "mass_solid", "mass_unevenness"),
    "cyst_size": ("cyst_roundness", "cyst_wall", "cyst_oedema"),
    "core_size": ("necrosis_of_core", "rim_thickness", "rim_enhancement"),
}
"""Descriptors of a part that not every lesion has, by the descriptor that says how large it is."""

_PART = 0.05


def describe(study: Study, finding: TumourFinding) -> Mapping[str, float]:
    """Describe the lesion that was found.

    finding : with ``mask`` and ``brain``, and where they are known ``enhancing`` and ``parts``;
        nothing else of it is used.

    Returns a value for every one of ``NAMES``, in that order; NaN where it cannot be measured,
    which is all of them without a lesion or a brain.
    """
    values = dict.fromkeys(NAMES, math.nan)
    if finding.mask is None or finding.brain is None or not finding.mask.any():
        return values
    frame = LesionFrame.around(study.grid, finding.mask, finding.brain)
    sequences = sequences_in_z(frame, study.together.volumes)
    enhancing = enhancing_of(finding)
    fraction = None if enhancing is None else frame.near(enhancing)
    return (
        values
        | _shape(frame)
        | _position(frame)
        | signals(frame, sequences)
        | parts(frame, finding.parts, fraction, sequences)
        | signs(frame, fraction, sequences)
    )


def unmeasured(values: Mapping[str, float], names: Iterable[str]) -> list[str]:
    """Which of ``names`` could not be measured, but for those of a part that the lesion lacks."""
    sized = {size for size in OF_A_PART if math.isfinite(values.get(size, math.nan))}
    lacking = {name for size in sized for name in OF_A_PART[size]}
    return [n for n in names if not math.isfinite(values.get(n, math.nan)) and n not in lacking]


def _shape(frame: LesionFrame) -> dict[str, float]:
    lesion, brain = frame.lesion, frame.brain
    areas, brain_areas = lesion.sum(axis=(0, 1)), brain.sum(axis=(0, 1))
    extents = [extent(lesion, axis) / extent(brain, axis) for axis in range(3)]
    contour, _ = cv2.findContours(
        lesion[:, :, int(areas.argmax())].astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    largest = max(contour, key=cv2.contourArea)
    area = max(float(cv2.contourArea(largest)), 1.0)
    around = max(cv2.arcLength(largest, True), 1.0)
    hull = max(float(cv2.contourArea(cv2.convexHull(largest))), 1.0)
    labels, _ = ndimage.label(lesion)
    sizes = np.bincount(labels.ravel())[1:]
    return {
        "size": float((lesion.sum() / brain.sum()) ** (1 / 3)),
        "largest_area": float(math.sqrt(areas.max() / brain_areas.max())),
        "width": extents[0],
        "length": extents[1],
        "height": extents[2],
        "roundness": min(4 * math.pi * area / around**2, 1.0),
        "solidity": area / hull,
        "parts": float(np.count_nonzero(sizes >= _PART * sizes.sum())),
    }


def _position(frame: LesionFrame) -> dict[str, float]:
    """Where the lesion's voxels lie in the brain's box: 0 to 1 from back to front and from bottom
    to top; from the mid-sagittal plane (0) to the side (1)."""
    front, top = frame.along(frame.places, 1), frame.along(frame.places, 2)
    aside = frame.aside / (extent(frame.brain, 0) / 2)
    inner = np.minimum(np.count_nonzero(aside > 0.03), np.count_nonzero(aside < -0.03))
    lateral = np.abs(aside)
    deep = frame.depth[frame.lesion]
    placed = {
        "anterior": float(front.mean()),
        "superior": float(top.mean()),
        "lateral": float(abs(aside.mean())),
        "across_midline": float(inner / len(aside)),
        "depth": float(deep.mean() / frame.depth.max()),
        "cortical_contact": float(np.mean(deep <= SURFACE_MM)),
        "frontal": float(np.mean(front > 0.62)),
        "temporal": float(np.mean((top < 0.42) & (lateral > 0.4) & (front > 0.3))),
        "insular": float(
            np.mean((np.abs(front - 0.58) < 0.14) & (np.abs(lateral - 0.55) < 0.2) & (top < 0.6))
        ),
    }
    if frame.whole.grid.oriented:
        below = frame.infratentorial(frame.places)
        behind = ~below & (front < 0.25)
        placed["infratentorial"] = float(np.mean(below))
        placed["occipital"] = float(np.mean(behind))
        placed["parietal"] = float(np.mean(~behind & (front < 0.55) & (top > 0.62)))
    return placed

"""Signs by which radiologists know tumours that are no glioma, as descriptors of a lesion.

Metastases lie apart from each other, often in the posterior fossa, and may be smooth cysts with a
thin wall in much oedema, as abscesses are, where the wall of a necrotic glioblastoma is thick and
uneven; a meningioma sits on the brain's surface with a broad base and enhances all through. They
are measured here and judged elsewhere (``models.subtype.other_tumours``).
"""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.process.scipy_parts import ndimage
from brainviewer.core.study import Modality
from brainviewer.imaging.measure.lesion_frame import SURFACE_MM, LesionFrame
from brainviewer.imaging.measure.lesion_parts import separate
from brainviewer.imaging.measure.lesion_signal import SequenceInZ, contrast_uptake
from brainviewer.imaging.preprocess.brain import fill_holes, largest_part
from brainviewer.imaging.preprocess.working_grid import Field, Mask, Spacing

SIGNS = (
    "separate_lesions", "infratentorial_lesions", "mass_size", "mass_base", "mass_solid",
    "mass_unevenness", "cyst_size", "cyst_roundness", "cyst_wall", "cyst_oedema",
)  # fmt: skip

# A lesion that enhances has this fraction of the brain or more of it: a ball of 9 mm.
_LEAST_ENHANCING = 3e-4
_SOME, _HALF = 0.25, 0.5
# In z: fluid is dark on T1ce, bright on T2 and not bright on FLAIR, which oedema is.
_DARK_T1CE, _BRIGHT_T2, _BRIGHT_FLAIR = -1.0, 2.0, 1.0
_SULCUS_MM = 5.0
_WALL_MM = 6.0


def signs(
    frame: LesionFrame, enhancing: Field | None, sequences: Mapping[Modality, SequenceInZ]
) -> dict[str, float]:
    """The descriptors of ``SIGNS`` that the sequences at hand allow.

    enhancing : fraction of each voxel of the frame's box (R, A, S) that takes up contrast agent;
        None where that is not known, and so no sign either.
    """
    if enhancing is None:
        return {}
    t1, flair, t1ce, t2 = (
        sequences.get(m) for m in (Modality.T1, Modality.FLAIR, Modality.T1CE, Modality.T2)
    )
    found = _lesions(frame, enhancing)
    mass = largest_part(enhancing >= _HALF)
    found["mass_size"] = frame.size(int(np.count_nonzero(mass)))
    if mass.any():
        found |= _of_mass(frame, mass)
        if t1 is not None and t1ce is not None:
            low, middle, high = np.percentile(contrast_uptake(t1, t1ce)[1][mass], [25, 50, 75])
            found["mass_unevenness"] = float((high - low) / max(middle, 1.0))
    if flair is not None and t1ce is not None:
        fluid = (t1ce.near < _DARK_T1CE) & (flair.near < _BRIGHT_FLAIR) & (enhancing < _SOME)
        if t2 is not None:
            fluid &= t2.near > _BRIGHT_T2
        found |= _of_cyst(frame, fluid, enhancing, flair.near > _BRIGHT_FLAIR)
    return found


def _lesions(frame: LesionFrame, enhancing: Field) -> dict[str, float]:
    """How many lesions, apart from each other with their oedema, enhance; and how many of them
    in the posterior fossa."""
    labels = separate(frame.lesion[frame.box], frame.spacing)
    bright = np.bincount(labels.ravel(), enhancing.ravel())
    least = _LEAST_ENHANCING * np.count_nonzero(frame.brain)
    apart = [label for label in range(1, len(bright)) if bright[label] >= least]
    found = {"separate_lesions": float(len(apart))}
    if frame.whole.grid.oriented:
        corner = [part.start for part in frame.box]
        places = (np.argwhere(labels == label) + corner for label in apart)
        below = [frame.infratentorial(those).mean() > _HALF for those in places]
        found["infratentorial_lesions"] = float(sum(below))
    return found


def _of_mass(frame: LesionFrame, mass: Mask) -> dict[str, float]:
    """How much of a mass's surface lies on that of the brain, and how much of it is filled."""
    whole = fill_holes(mass)
    surface = whole & ~ndimage.binary_erosion(whole)
    return {
        "mass_base": float(np.mean(frame.depth[frame.box][surface] <= SURFACE_MM)),
        "mass_solid": float(np.count_nonzero(mass) / np.count_nonzero(whole)),
    }


def _of_cyst(frame: LesionFrame, fluid: Mask, enhancing: Field, bright: Mask) -> dict[str, float]:
    """The largest cyst of the lesion.

    Its wall is what enhances next to it, spread evenly over it, relative to the brain as
    ``cyst_size`` is. Oedema counts in volumes of the cyst.
    """
    spacing, lesion = frame.spacing, frame.lesion[frame.box]
    sizes = [2 * int(_SULCUS_MM / 2 / mm) + 1 for mm in spacing]
    cyst = fill_holes(largest_part(_opened(fluid & lesion, sizes)))
    count = int(np.count_nonzero(cyst))
    found = {"cyst_size": frame.size(count)}
    if not count:
        return found
    away = ndimage.distance_transform_edt(~cyst, sampling=spacing)
    voxel = math.prod(spacing)
    wall = float(enhancing[(away > 0) & (away <= _WALL_MM)].sum()) * voxel
    surface = math.pi ** (1 / 3) * (6 * count * voxel) ** (2 / 3)
    oedema = np.count_nonzero(lesion & ~cyst & bright & (enhancing < _SOME))
    return found | {
        "cyst_roundness": _ellipsoidness(cyst, spacing),
        "cyst_wall": wall / surface / frame.edge_mm,
        "cyst_oedema": oedema / count,
    }


def _ellipsoidness(mask: Mask, spacing: Spacing) -> float:
    """Volume of a mask over that of the ellipsoid with its second moments: 1 of an ellipsoid."""
    places = np.argwhere(mask) * np.array(spacing)
    # A voxel has a width, too, so that a single one has moments.
    moments = np.cov(places.T, bias=True) + np.diag(np.array(spacing) ** 2 / 12)
    ellipsoid = 4 / 3 * math.pi * 5**1.5 * math.sqrt(float(np.linalg.det(moments)))
    return len(places) * math.prod(spacing) / ellipsoid


def _opened(mask: Mask, sizes: list[int]) -> Mask:
    opened: NDArray[np.uint8] = ndimage.grey_opening(mask.view(np.uint8), sizes, mode="constant")
    return opened > 0

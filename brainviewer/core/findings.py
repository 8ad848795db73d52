"""What was found out about a study, each with where it came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.slices import Plane


@dataclass(frozen=True)
class Candidate:
    """One possible lesion.

    index : slice (from 0) of its largest area along the plane's axis.
    position_mm : (x, y, z) in mm, RAS+, of the lesion's middle in that slice.
    score : 0..1, comparable within a study.
    """

    index: int
    position_mm: tuple[float, float, float]
    volume_ml: float
    score: float


@dataclass(frozen=True, eq=False)
class TumourFinding:
    """Where the tumour is, or that none was found.

    index : tumour slice, from 0, along the voxel axis of ``plane``; None if nothing was found.
    position_mm : (x, y, z) in mm, RAS+, of the lesion's middle in the tumour slice.
    confidence : 0..1.
    area_mm2 : (slices,) lesion area of every slice along that axis, in mm².
    mask : (i, j, k) bool on the study's grid.
    """

    method: str
    found: bool
    plane: Plane = Plane.AXIAL
    index: int | None = None
    position_mm: tuple[float, float, float] | None = None
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    area_mm2: NDArray[np.float32] = field(default_factory=lambda: np.zeros(0, np.float32))
    mask: NDArray[np.bool_] | None = None
    seconds: float = 0.0
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Heatmap:
    """Where the network looked: a class-activation map on the slice it was computed from.

    values : (rows, columns) float32 in 0..1, in the radiological arrangement of ``plane``
        (``SliceView.arrange``), over the whole slice ``index``.
    """

    plane: Plane
    index: int
    values: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Classification:
    """The type of the glioma with everything needed to judge and repeat it.

    classes : class letter to probability, sums to 1.
    names : class letter to full WHO name.
    study_hash : content hash of the study it belongs to.
    """

    model_id: str
    model_version: str
    model_name: str
    weights_sha256: str
    classes: Mapping[str, float]
    names: Mapping[str, str]
    predicted: str
    slice_index: int
    engine: str
    device: str
    load_seconds: float
    predict_seconds: float
    study_hash: str = ""
    age_years: float | None = None
    sequences_used: tuple[str, ...] = ()
    heatmap: Heatmap | None = None
    quality: str = ""
    notices: tuple[str, ...] = ()

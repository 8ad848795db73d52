"""How good a segmentation is beside an expert's, and what that makes over many patients."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.segments import LesionPart
from brainviewer.imaging.measure.slice_area import areas, axial_axis
from brainviewer.imaging.preprocess.working_grid import Mask
from brainviewer.training.labelled_data.collection import LabelledStudy

RIGHT_SHARE, RIGHT_DICE = 0.9, 0.8
_RESAMPLES = 2000

Row = dict[str, Any]


def score(labelled: LabelledStudy, finding: TumourFinding) -> Row:
    """How good a finding is beside the expert's segmentation."""
    truth = labelled.lesion
    assert truth is not None and finding.mask is not None
    area = areas(labelled.study.grid, truth, axial_axis(labelled.study.grid))
    index = finding.index
    return {
        "share": round(float(area[index] / area.max()), 4) if index is not None else 0.0,
        "dice": dice(finding.mask, truth),
        "distance": None if index is None else abs(index - int(area.argmax())),
    }


def dice(found: Mask, truth: Mask, elsewhere: int = 0) -> float:
    """The Dice coefficient; 1 if both are empty.

    elsewhere : voxels of the truth outside of these masks, where nothing was found.
    """
    total = float(found.sum() + truth.sum() + elsewhere)
    return round(2 * float((found & truth).sum()) / total, 4) if total else 1.0


def score_parts(
    enhancing: Mask, core: Mask, labels: NDArray[np.uint8], elsewhere: tuple[int, int] = (0, 0)
) -> Row:
    """Dice of what enhances, and of the core with it, beside the expert's labels.

    elsewhere : of both, see ``dice``.
    """
    truth = labels == LesionPart.ENHANCING
    return {
        "enhancing": dice(enhancing, truth, elsewhere[0]),
        "core": dice(core | enhancing, truth | (labels == LesionPart.NECROSIS), elsewhere[1]),
    }


def called_sick(labelled: LabelledStudy, finding: TumourFinding) -> tuple[int, int]:
    """Axial slices without any of the lesion, and those of them that hold some of what was
    found."""
    assert labelled.lesion is not None
    axis = axial_axis(labelled.study.grid)
    free = areas(labelled.study.grid, labelled.lesion, axis) == 0
    return int(free.sum()), int((finding.area_mm2[free] > 0).sum())


def summary(rows: list[Row]) -> dict[str, Any]:
    """Means over the patients, with the 95 % intervals of a bootstrap over them."""

    def mean(name: str, of: Callable[[Any], float] = float) -> list[float]:
        values = np.array([of(row[name]) for row in rows if name in row])
        drawn = np.random.default_rng(0).choice(values, (_RESAMPLES, len(values))).mean(axis=1)
        return [round(float(x), 4) for x in (values.mean(), *np.percentile(drawn, (2.5, 97.5)))]

    far = [row["distance"] for row in rows if row["distance"] is not None]
    made: dict[str, Any] = {
        "mean_share": mean("share"),
        "share_at_least_0.9": mean("share", lambda share: share >= RIGHT_SHARE),
        "mean_dice": mean("dice"),
        "median_dice": round(float(np.median([row["dice"] for row in rows])), 4),
        "median_distance_slices": float(np.median(far)) if far else None,
        "not_found": len(rows) - len(far),
    }
    return made | {
        f"mean_{n}": mean(n) for n in ("enhancing", "region", "rule", "core") if n in rows[0]
    }

"""What the tumour finder says about every case of a collection, kept in files."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brainviewer.analysis.tumour import find_tumour
from brainviewer.core.errors import Report
from brainviewer.training.collection import Case

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Found:
    """lesion, brain : (i, j, k) bool; index : the tumour slice, None if nothing was found."""

    lesion: Mask
    brain: Mask | None
    index: int | None


def find_all(cases: Sequence[Case], folder: Path, report: Report) -> None:
    """Look for the tumour in every case that ``folder`` says nothing about yet.

    A finder that learned from these cases must have written the folder itself, each case by a
    network that never saw it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number, case in enumerate(cases):
        path = folder / f"{case.case_id}.npz"
        if not path.exists():
            study = case.load().study
            finding = find_tumour(study)
            nothing = np.zeros(study.grid.shape, bool)
            unfinished = path.with_suffix(".part.npz")
            np.savez_compressed(
                unfinished,
                mask=nothing if finding.mask is None else finding.mask,
                brain=nothing if finding.brain is None else finding.brain,
                index=-1 if finding.index is None else finding.index,
                found=finding.found,
            )
            unfinished.replace(path)
        report((number + 1) / len(cases), "finding the tumours")


def load_found(folder: Path, case_id: str) -> Found | None:
    """What was written about a case; None if nothing was."""
    path = folder / f"{case_id}.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as said:
        index, brain = int(said["index"]), said["brain"]
        lesion = said["mask"]
        seen = bool(said["found"]) and index >= 0 and bool(lesion.any())
        return Found(lesion, brain if brain.any() else None, index if seen else None)

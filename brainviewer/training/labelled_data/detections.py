"""Lesion detections of every case of a collection, stored as files."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from brainviewer.core.errors import Report
from brainviewer.core.findings.tumour import TumourFinding
from brainviewer.core.study import Study
from brainviewer.training.json_files import write_arrays
from brainviewer.training.labelled_data.collection import Case

# The folder of a run that holds them.
DETECTIONS_FOLDER = "found"
# The folder within, for what is found when the skull has been taken off.
STRIPPED = "stripped"

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Detection:
    """lesion, brain : (i, j, k) bool; index : the tumour slice, None if nothing was found.

    parts : (i, j, k) uint8, the ``LesionPart`` of each voxel; None where they were not told apart.
    """

    lesion: Mask
    brain: Mask | None
    index: int | None
    parts: NDArray[np.uint8] | None = None


def detect_all(cases: Sequence[Case], folder: Path, report: Report) -> None:
    """Look for the tumour in every case that ``folder`` says nothing about yet.

    A detector that learned from these cases must have written the folder itself, each case by a
    network that never saw it.
    """
    from brainviewer.models.engine.inline import InlineEngine
    from brainviewer.models.registry import segmentation_model
    from brainviewer.models.segmentation.detection import find_tumour
    from brainviewer.models.segmentation.network import segmentation_network

    card = segmentation_model()
    with InlineEngine(*([] if card is None else [card.network])) as runner:
        find = partial(find_tumour, network=segmentation_network(runner))
        for number, case in enumerate(cases):
            detect(case, folder, find)
            report((number + 1) / len(cases), "finding the tumours")


def detect(case: Case, folder: Path, find: Callable[[Study], TumourFinding]) -> None:
    """Write what is found in a case, and, in the folder ``STRIPPED``, what is found with the skull
    taken off; a case that the folder holds is not looked at again."""
    place = folder / f"{case.case_id}.npz"
    if place.exists():
        return
    study = case.load().study
    finding = find(study)
    if finding.brain is not None:
        bare = without_skull(study, finding.brain)
        _save(bare, find(bare), folder / STRIPPED / place.name)
    # Last: the file that says that the case is done.
    _save(study, finding, place)


def _save(study: Study, finding: TumourFinding, path: Path) -> None:
    """One ``<case>.npz``: mask and brain (i, j, k) bool, index (-1 for none), found, confidence,
    and parts (i, j, k) uint8 where they were told apart."""
    empty = np.zeros(study.grid.shape, bool)
    parts: dict[str, Any] = {} if finding.parts is None else {"parts": finding.parts}
    write_arrays(
        path,
        mask=empty if finding.mask is None else finding.mask,
        brain=empty if finding.brain is None else finding.brain,
        index=np.int64(-1 if finding.index is None else finding.index),
        found=np.bool_(finding.found),
        confidence=np.float32(finding.confidence),
        **parts,
    )


def load_detection(folder: Path, case_id: str) -> Detection | None:
    """What was written about a case; None if nothing was."""
    path = folder / f"{case_id}.npz"
    if not path.exists():
        return None
    with np.load(path, allow_pickle=False) as said:
        lesion, brain, index = said["mask"], said["brain"], int(said["index"])
        seen = bool(said["found"]) and index >= 0 and bool(lesion.any())
        parts = said["parts"] if "parts" in said.files else None
        return Detection(lesion, brain if brain.any() else None, index if seen else None, parts)


def without_skull(study: Study, brain: NDArray[np.bool_]) -> Study:
    """The study with everything outside the brain set to zero.

    brain : (i, j, k) bool.
    """
    volumes = {
        modality: replace(volume, data=np.where(brain, volume.data, volume.data.dtype.type(0)))
        for modality, volume in study.volumes.items()
    }
    return replace(study, volumes=volumes)
